//! The TLS handshake of a client, and the words for those that fail.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;

use rustls::server::Acceptor;
use rustls::{AlertDescription, CertificateError, PeerIncompatible, ServerConfig};
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;
use tokio_rustls::server::TlsStream;
use tokio_rustls::{LazyConfigAcceptor, StartHandshake};

use super::limit::Counts;
use super::listen::Tls;
use super::pace::Pace;
use super::{first_hello, linger};
use crate::net::{Plain, Socket};

/// Shakes hands. A failure is one line in the log, with who it was and why.
pub(super) async fn shake(
    counts: &Arc<Counts>,
    plain: Plain,
    address: Option<SocketAddr>,
    tls: &Tls,
    pace: &Pace,
) -> Option<TlsStream<Plain>> {
    let peer = address.map_or_else(|| "a unix socket".to_owned(), |address| address.to_string());
    let Some(_place) = counts.handshake() else {
        tracing::warn!(peer, "TLS handshake refused: too many are under way (limits.max_handshakes)");
        return None;
    };
    match timeout(tls.handshake_timeout, accept(plain, tls, pace)).await {
        Ok(Ok(stream)) => return Some(stream),
        Ok(Err((error, plain))) => {
            tracing::warn!(peer, "TLS handshake failed: {}", describe(&error));
            if let Some(plain) = plain {
                // So that the alert arrives, and the client can show it.
                linger::close(Socket::Plain(plain), false).await;
            }
        }
        Err(_) => {
            let limit = tls.handshake_timeout;
            tracing::warn!(peer, "TLS handshake failed: it took longer than {limit:?} (listen.handshake_seconds)");
        }
    }
    None
}

/// Why there is no handshake, and the socket, if it is there still.
type Failed = (io::Error, Option<Plain>);

async fn accept(mut plain: Plain, tls: &Tls, pace: &Pace) -> Result<TlsStream<Plain>, Failed> {
    let hello = match first_hello::read(&mut plain, pace).await {
        Ok(hello) => hello,
        Err(error) => return Err((error, Some(plain))),
    };
    // Boxed, so that whoever does not come so far has none of its memory.
    Box::pin(answer(plain, hello, tls.current.load().config.clone())).await
}

/// Answers a hello. One that is in several records is read on.
async fn answer(mut plain: Plain, hello: Vec<u8>, config: Arc<ServerConfig>) -> Result<TlsStream<Plain>, Failed> {
    let (mut acceptor, mut bytes) = (Acceptor::default(), hello.as_slice());
    while !bytes.is_empty() {
        if let Err(error) = acceptor.read_tls(&mut bytes) {
            return Err((error, Some(plain)));
        }
    }
    drop(hello);
    let start = match acceptor.accept() {
        Ok(Some(accepted)) => StartHandshake::from_parts(accepted, plain),
        Ok(None) => {
            let mut rest = LazyConfigAcceptor::new(acceptor, plain);
            match (&mut rest).await {
                Ok(start) => start,
                Err(error) => return Err((error, rest.take_io())),
            }
        }
        Err((error, mut alert)) => {
            let mut bytes = Vec::new();
            let written = alert.write_all(&mut bytes);
            if written.is_ok() {
                // Whoever does not take it has no use for it.
                let _ = plain.write_all(&bytes).await;
            }
            return Err((io::Error::new(io::ErrorKind::InvalidData, error), Some(plain)));
        }
    };
    start.into_stream(config).into_fallible().await.map_err(|(error, plain)| (error, Some(plain)))
}

/// What made a handshake fail, for the person who looks for it in the log.
fn describe(error: &io::Error) -> String {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match (error.kind(), cause) {
        (io::ErrorKind::UnexpectedEof, _) => "the client closed the connection".into(),
        (io::ErrorKind::ConnectionReset, _) => "the client reset the connection".into(),
        (_, Some(cause)) => reason(cause),
        (_, None) => error.to_string(),
    }
}

/// Why TLS ended.
#[expect(clippy::wildcard_enum_match_arm, reason = "not ours, and open: what has no words here has rustls' own")]
fn reason(error: &rustls::Error) -> String {
    match error {
        rustls::Error::InvalidMessage(_) => {
            "what the client sent is not TLS; is its URL a plain tcp:// or http:// one?".into()
        }
        rustls::Error::NoCertificatesPresented => "the client has no certificate, and needs one".into(),
        rustls::Error::InvalidCertificate(reason) => format!("the client's certificate {}", certificate(reason)),
        rustls::Error::PeerIncompatible(
            PeerIncompatible::NoCipherSuitesInCommon
            | PeerIncompatible::Tls12NotOffered
            | PeerIncompatible::Tls12NotOfferedOrEnabled
            | PeerIncompatible::SupportedVersionsExtensionRequired
            // Clients of TLS 1.1 and before do not send it.
            | PeerIncompatible::SignatureAlgorithmsExtensionRequired,
        ) => "the client speaks neither TLS 1.2 nor 1.3 with a suite that is safe".into(),
        rustls::Error::NoApplicationProtocol => "the client does not speak HTTP/1.1 (ALPN)".into(),
        rustls::Error::AlertReceived(
            alert @ (AlertDescription::UnknownCA
            | AlertDescription::BadCertificate
            | AlertDescription::CertificateUnknown
            | AlertDescription::CertificateExpired
            | AlertDescription::DecryptError),
        ) => format!("the client does not trust our certificate (alert {alert:?}); has it the right CA and name?"),
        rustls::Error::AlertReceived(alert) => format!("the client gave it up (alert {alert:?})"),
        other => other.to_string(),
    }
}

/// What is wrong with a client's certificate. Reads on from `certificate …`.
#[expect(clippy::wildcard_enum_match_arm, reason = "not ours, and open: what has no words here has rustls' own")]
pub(super) fn certificate(error: &CertificateError) -> String {
    match error {
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => "has expired".into(),
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => "is not valid yet".into(),
        CertificateError::Revoked => "is revoked".into(),
        CertificateError::UnknownIssuer => "is not signed by the client CA".into(),
        CertificateError::InvalidPurpose | CertificateError::InvalidPurposeContext { .. } => {
            "is not one for clients (its extended key usage)".into()
        }
        CertificateError::ExpiredRevocationList | CertificateError::ExpiredRevocationListContext { .. } => {
            "cannot be checked: the revocation list has ended (listen.crl_expired)".into()
        }
        CertificateError::UnknownRevocationStatus => {
            "cannot be checked: no revocation list is of the CA that signed it".into()
        }
        CertificateError::BadSignature => "is not signed by the CA that it names".into(),
        CertificateError::BadEncoding => "is malformed".into(),
        CertificateError::Other(other) => format!("does not say clearly who it is for: {}", other.0),
        other => format!("is not accepted: {other}"),
    }
}
