//! Which client certificates a listener accepts.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::CryptoProvider;
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CertificateError, DigitallySignedStruct, DistinguishedName, OtherError, SignatureScheme};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, UnixTime};
use x509_parser::{parse_x509_certificate, parse_x509_crl};

use super::names;
use super::pem::{TlsFileError, revocation_lists, roots};
use crate::settings::{CrlExpired, ListenTls};

/// Accepts certificates of the client CA that are not revoked, and that say
/// clearly who they are for.
#[derive(Debug)]
pub(super) struct ClientAuth {
    webpki: Arc<dyn ClientCertVerifier>,
    /// The revocation list that ends first.
    first_end: Option<End>,
    /// When the end of a list was last complained of, in seconds since 1970.
    complained: AtomicU64,
}

/// The end of a revocation list.
#[derive(Clone, Debug)]
struct End {
    path: PathBuf,
    /// Its `nextUpdate` (RFC 5280, 5.1.2.5), in seconds since 1970.
    at: u64,
    policy: CrlExpired,
}

/// How often an ended list is complained of.
const ONCE_AN_HOUR: u64 = 3600;

impl ClientAuth {
    /// Reads the CA and the revocation lists; `None` if the listener asks for no certificate.
    pub(super) fn read(
        settings: &ListenTls,
        provider: &Arc<CryptoProvider>,
    ) -> Result<Option<Arc<Self>>, Vec<TlsFileError>> {
        let Some(ca) = &settings.client_ca else { return Ok(None) };
        let roots = roots(ca);
        let (mut lists, mut problems) = (Vec::new(), Vec::new());
        let mut first_end: Option<End> = None;
        for path in &settings.crls {
            match dated_lists(path) {
                Ok((found, at)) => {
                    lists.extend(found);
                    if first_end.as_ref().is_none_or(|first| at < first.at) {
                        first_end = Some(End { path: path.clone(), at, policy: settings.crl_expired });
                    }
                }
                Err(problem) => problems.push(problem),
            }
        }
        let roots = match (roots, problems.is_empty()) {
            (Ok(roots), true) => roots,
            (roots, _) => return Err(roots.err().into_iter().chain(problems).collect()),
        };
        let mut builder =
            WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider.clone()).with_crls(lists);
        if !settings.crls.is_empty() {
            // A client CA commonly publishes a list for the leaves alone. A
            // leaf whose issuer has no list is refused all the same.
            builder = builder.only_check_end_entity_revocation();
        }
        if settings.crl_expired == CrlExpired::Refuse {
            builder = builder.enforce_revocation_expiration();
        }
        let culprit = settings.crls.first().unwrap_or(ca);
        let unfit = |error| vec![TlsFileError::new(culprit, format!("cannot be used: {error}"))];
        let webpki = builder.build().map_err(unfit)?;
        Ok(Some(Arc::new(Self { webpki, first_end, complained: AtomicU64::new(0) })))
    }

    /// What there is to say of a revocation list that has ended.
    pub(super) fn warning(&self, now: UnixTime) -> Option<String> {
        let end = self.first_end.as_ref().filter(|end| end.at < now.as_secs())?;
        let effect = match end.policy {
            CrlExpired::Refuse => "clients are refused until there is a newer one (listen.crl_expired)",
            CrlExpired::Accept => "who was revoked since is still accepted (listen.crl_expired)",
        };
        let hours = (now.as_secs() - end.at) / 3600;
        Some(format!("the revocation list {} should have been renewed {hours} hours ago: {effect}", end.path.display()))
    }

    /// Judges a chain that was accepted once. That a certificate or a list has ended
    /// since does not count: it was right when its holder came.
    ///
    /// # Errors
    /// The certificate is revoked now, or its CA is no longer one.
    pub(super) fn still_accepts(&self, chain: &[CertificateDer<'_>]) -> Result<(), rustls::Error> {
        let Some((leaf, others)) = chain.split_first() else { return Ok(()) };
        let end = parse_x509_certificate(leaf).map_or(0, |(_, leaf)| leaf.validity().not_after.timestamp());
        let end = UnixTime::since_unix_epoch(std::time::Duration::from_secs(u64::try_from(end).unwrap_or_default()));
        let now = UnixTime::now().min(end);
        match self.webpki.verify_client_cert(leaf, others, now) {
            Ok(_) => Ok(()),
            Err(rustls::Error::InvalidCertificate(reason)) if is_only_late(&reason) => Ok(()),
            Err(error) => Err(error),
        }
    }

    fn complain(&self, now: UnixTime) {
        let Some(warning) = self.warning(now) else { return };
        let last = self.complained.load(Ordering::Relaxed);
        let due = now.as_secs().saturating_sub(last) >= ONCE_AN_HOUR;
        if due && self.complained.compare_exchange(last, now.as_secs(), Ordering::Relaxed, Ordering::Relaxed).is_ok() {
            tracing::warn!("{warning}");
        }
    }
}

/// The lists of a file, and when the first of them ends, in seconds since 1970.
fn dated_lists(path: &Path) -> Result<(Vec<CertificateRevocationListDer<'static>>, u64), TlsFileError> {
    let lists = revocation_lists(path)?;
    let end = |list: &CertificateRevocationListDer<'_>| {
        let end = parse_x509_crl(list).ok().and_then(|(_, list)| list.next_update());
        end.map(|end| u64::try_from(end.timestamp()).unwrap_or_default())
    };
    let ends: Option<Vec<u64>> = lists.iter().map(end).collect();
    match ends.and_then(|ends| ends.into_iter().min()) {
        Some(first) => Ok((lists, first)),
        None => Err(TlsFileError::new(path, "a revocation list in it has no nextUpdate")),
    }
}

/// True if a certificate, one above it or a revocation list has ended, and nothing else is wrong.
fn is_only_late(reason: &CertificateError) -> bool {
    [CertificateError::Expired, CertificateError::ExpiredRevocationList].contains(reason)
        || matches!(
            reason,
            CertificateError::ExpiredContext { .. } | CertificateError::ExpiredRevocationListContext { .. }
        )
}

impl ClientCertVerifier for ClientAuth {
    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        self.webpki.root_hint_subjects()
    }

    fn verify_client_cert(
        &self,
        leaf: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        now: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        if self.first_end.as_ref().is_some_and(|end| end.at < now.as_secs()) {
            self.complain(now);
        }
        let verified = self.webpki.verify_client_cert(leaf, others, now)?;
        names::certificate(leaf).map_err(|unclear| CertificateError::Other(OtherError(Arc::new(unclear))))?;
        Ok(verified)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.webpki.verify_tls12_signature(message, leaf, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        self.webpki.verify_tls13_signature(message, leaf, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.webpki.supported_verify_schemes()
    }
}
