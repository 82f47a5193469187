//! TLS towards the backend: its CA or its pin, and our own certificate.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, OtherError, RootCertStore, SignatureScheme, version,
};
use rustls_pki_types::{CertificateDer, ServerName, UnixTime};

use super::pem::{TlsFileError, certified_key, provider, roots, sha256};
use crate::settings::BackendTls;

/// How to speak TLS to the backend.
#[derive(Clone, Debug)]
pub struct ClientTls {
    /// The configuration of every connection.
    pub config: Arc<ClientConfig>,
    /// The name that the certificate is checked against and that SNI carries.
    pub name: ServerName<'static>,
}

/// Reads the files for a `tls://` backend on `host`.
///
/// # Errors
/// All files that cannot be used, with the reason, or that the name is none.
pub fn client_tls(settings: &BackendTls, host: &str) -> Result<ClientTls, Vec<TlsFileError>> {
    let provider = provider();
    let builder = ClientConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .expect("the provider has suites for both versions");
    let roots = settings.ca.as_deref().filter(|_| settings.pin.is_none()).map(roots).transpose();
    let key = settings.client.as_ref().map(|files| certified_key(files, &provider)).transpose();
    let (roots, key) = match (roots, key) {
        (Ok(roots), Ok(key)) => (roots, key),
        (roots, key) => return Err(roots.err().into_iter().chain(key.err().into_iter().flatten()).collect()),
    };
    let builder = match (&settings.pin, roots) {
        (Some(pin), _) => {
            builder.dangerous().with_custom_certificate_verifier(Arc::new(Pinned { pin: *pin, provider }))
        }
        (None, Some(roots)) => builder.with_root_certificates(roots),
        (None, None) => builder.with_root_certificates(RootCertStore::empty()),
    };
    let mut config = match key {
        None => builder.with_no_client_auth(),
        Some(key) => builder.with_client_cert_resolver(Arc::new(rustls::sign::SingleCertAndKey::from(key))),
    };
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    let name = settings.name.as_deref().unwrap_or(host);
    let name = ServerName::try_from(name.to_owned()).map_err(|error| {
        vec![TlsFileError::new(name.as_ref(), format!("not a name a certificate can have: {error}"))]
    })?;
    Ok(ClientTls { config: Arc::new(config), name })
}

/// Accepts one certificate only, whatever it says of itself, and still has the
/// peer prove that it holds that certificate's key.
#[derive(Debug)]
struct Pinned {
    pin: [u8; 32],
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Pinned {
    fn verify_server_cert(
        &self,
        leaf: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let found = sha256(leaf);
        if found == self.pin {
            Ok(ServerCertVerified::assertion())
        } else {
            let error: Arc<dyn Error + Send + Sync> = Arc::new(NotPinned { found: Hex(found), pin: Hex(self.pin) });
            Err(CertificateError::Other(OtherError(error)).into())
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, leaf, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        leaf: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, leaf, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[derive(Debug, thiserror::Error)]
#[error("it is sha256:{found}, and sha256:{pin} is pinned")]
struct NotPinned {
    found: Hex,
    pin: Hex,
}

#[derive(Debug)]
struct Hex([u8; 32]);

impl fmt::Display for Hex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}
