//! Certificates, keys and revocation lists from PEM files (RFC 7468).

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::RootCertStore;
use rustls::SupportedCipherSuite;
use rustls::crypto::CryptoProvider;
use rustls::crypto::aws_lc_rs::{cipher_suite, default_provider};
use rustls::sign::CertifiedKey;
use rustls_pki_types::pem::{Error as PemError, PemObject};
use rustls_pki_types::{CertificateDer, CertificateRevocationListDer, PrivateKeyDer};

use crate::settings::CertificateFiles;

/// A file of TLS material that cannot be used: which, and why.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}: {problem}", path.display())]
pub struct TlsFileError {
    path: PathBuf,
    problem: String,
}

impl TlsFileError {
    /// The file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn new(path: &Path, problem: impl fmt::Display) -> Self {
        Self { path: path.into(), problem: problem.to_string() }
    }
}

/// SHA-256 (FIPS 180-4), by the same library that TLS uses.
#[must_use]
pub fn sha256(data: &[u8]) -> [u8; 32] {
    let common = match cipher_suite::TLS13_AES_128_GCM_SHA256 {
        SupportedCipherSuite::Tls13(suite) => &suite.common,
        SupportedCipherSuite::Tls12(suite) => &suite.common,
    };
    let mut digest = [0; 32];
    digest.copy_from_slice(common.hash_provider.hash(data).as_ref());
    digest
}

/// Bytes in lower-case hex, as fingerprints are written.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The cryptography that both sides use.
pub(super) fn provider() -> Arc<CryptoProvider> {
    Arc::new(default_provider())
}

/// A chain with its key (PKCS#1, PKCS#8 or SEC1). A key that does not fit the
/// chain's first certificate is an error.
pub(super) fn certified_key(
    files: &CertificateFiles,
    provider: &CryptoProvider,
) -> Result<CertifiedKey, Vec<TlsFileError>> {
    let (chain, key) = match (certificates(&files.cert), private_key(&files.key)) {
        (Ok(chain), Ok(key)) => (chain, key),
        (chain, key) => return Err(chain.err().into_iter().chain(key.err()).collect()),
    };
    let unfit = |error| {
        if let rustls::Error::InvalidCertificate(reason) = error {
            TlsFileError::new(&files.cert, format!("not a valid certificate: {reason}"))
        } else if let rustls::Error::InconsistentKeys(_) = error {
            TlsFileError::new(&files.key, format!("this key does not fit the certificate {}", files.cert.display()))
        } else {
            TlsFileError::new(&files.key, format!("this key cannot be used: {error}"))
        }
    };
    CertifiedKey::from_der(chain, key, provider).map_err(|error| vec![unfit(error)])
}

fn private_key(path: &Path) -> Result<PrivateKeyDer<'static>, TlsFileError> {
    let pem = read(path)?;
    PrivateKeyDer::from_pem_slice(&pem).map_err(|error| {
        let none = matches!(error, PemError::NoItemsFound);
        let problem = if none { no_key(&pem).into() } else { format!("not readable as PEM: {error}") };
        TlsFileError::new(path, problem)
    })
}

/// All certificates of a file; at least one.
pub(super) fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsFileError> {
    items(path, "certificate")
}

/// The certificates of a CA file, as trust anchors.
pub(super) fn roots(path: &Path) -> Result<RootCertStore, TlsFileError> {
    let mut roots = RootCertStore::empty();
    for certificate in certificates(path)? {
        roots
            .add(certificate)
            .map_err(|error| TlsFileError::new(path, format!("not usable as a certificate authority: {error}")))?;
    }
    Ok(roots)
}

/// All revocation lists of a file; at least one.
pub(super) fn revocation_lists(path: &Path) -> Result<Vec<CertificateRevocationListDer<'static>>, TlsFileError> {
    items(path, "certificate revocation list (X509 CRL)")
}

fn items<T: PemObject>(path: &Path, what: &str) -> Result<Vec<T>, TlsFileError> {
    let pem = read(path)?;
    let items = T::pem_slice_iter(&pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| TlsFileError::new(path, format!("not readable as PEM: {error}")))?;
    if items.is_empty() { Err(TlsFileError::new(path, format!("there is no {what} in it"))) } else { Ok(items) }
}

fn read(path: &Path) -> Result<Vec<u8>, TlsFileError> {
    fs::read(path).map_err(|error| TlsFileError::new(path, format!("cannot be read: {error}")))
}

/// What to say of a file without a key in the clear.
fn no_key(pem: &[u8]) -> &'static str {
    let text = String::from_utf8_lossy(pem);
    if text.contains("ENCRYPTED") {
        "the key is encrypted; vicgate reads keys in the clear only"
    } else {
        "there is no private key in it"
    }
}
