//! TLS of the listeners: certificates by server name, client certificates.

use std::fmt;
use std::sync::Arc;

use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use rustls_pki_types::{CertificateDer, UnixTime};
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;

use super::client_auth::ClientAuth;
use super::pem::{TlsFileError, certified_key, provider};
use crate::settings::ListenTls;

/// The TLS of one listener.
#[derive(Debug)]
pub struct ServerTls {
    /// The configuration of every handshake.
    pub config: Arc<ServerConfig>,
    client_auth: Option<Arc<ClientAuth>>,
}

/// Reads the files of a `tls://` listener.
///
/// TLS 1.2 and 1.3, ALPN `http/1.1`. With a client CA, a client certificate is
/// required and no session can be resumed: a resumed session would bring back
/// an identity without looking at its certificate again.
///
/// # Errors
/// All files that cannot be used, with the reason.
pub fn server_tls(settings: &ListenTls) -> Result<ServerTls, Vec<TlsFileError>> {
    let provider = provider();
    let mut problems = Vec::new();
    let mut keys = Vec::new();
    for files in &settings.certificates {
        match certified_key(files, &provider) {
            Ok(key) => keys.push(Named::new(Arc::new(key))),
            Err(found) => problems.extend(found),
        }
    }
    let client_auth = ClientAuth::read(settings, &provider).unwrap_or_else(|found| {
        problems.extend(found);
        None
    });
    if !problems.is_empty() {
        return Err(problems);
    }
    let builder = ServerConfig::builder_with_provider(provider)
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .expect("the provider has suites for both versions");
    let builder = match &client_auth {
        None => builder.with_no_client_auth(),
        Some(client_auth) => builder.with_client_cert_verifier(client_auth.clone()),
    };
    let mut config = builder.with_cert_resolver(Arc::new(ByName(keys)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if client_auth.is_some() {
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
    }
    Ok(ServerTls { config: Arc::new(config), client_auth })
}

impl ServerTls {
    /// Judges the chain of a client that was accepted before, perhaps by other files.
    ///
    /// # Errors
    /// Why it is not accepted any more: revoked, or its CA is no longer one.
    pub fn still_accepts(&self, chain: Option<&[CertificateDer<'_>]>) -> Result<(), rustls::Error> {
        match (&self.client_auth, chain) {
            (Some(client_auth), Some(chain)) => client_auth.still_accepts(chain),
            (Some(_), None) | (None, _) => Ok(()),
        }
    }

    /// What an operator should know of the files, though they can be used.
    #[must_use]
    pub fn warning(&self) -> Option<String> {
        self.client_auth.as_ref()?.warning(UnixTime::now())
    }
}

/// A certificate with the DNS names it is for, in lower case.
struct Named {
    names: Vec<String>,
    key: Arc<CertifiedKey>,
}

impl Named {
    fn new(key: Arc<CertifiedKey>) -> Self {
        let names = key.cert.first().map(|leaf| dns_names(leaf)).unwrap_or_default();
        Self { names, key }
    }

    /// RFC 9525, 6.3: a wildcard stands for exactly one leftmost label.
    fn matches(&self, asked: &str) -> bool {
        self.names.iter().any(|name| match name.strip_prefix("*.") {
            Some(parent) => asked.split_once('.').is_some_and(|(label, rest)| !label.is_empty() && rest == parent),
            None => name == asked,
        })
    }
}

/// Picks the certificate that has the name asked for, else the first.
struct ByName(Vec<Named>);

impl fmt::Debug for ByName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(|named| &named.names)).finish()
    }
}

impl ResolvesServerCert for ByName {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let asked = hello.server_name().map(str::to_ascii_lowercase);
        let named = asked.and_then(|asked| self.0.iter().find(|named| named.matches(&asked)));
        named.or_else(|| self.0.first()).map(|named| named.key.clone())
    }
}

fn dns_names(leaf: &[u8]) -> Vec<String> {
    let Ok((_, certificate)) = parse_x509_certificate(leaf) else { return Vec::new() };
    let Ok(Some(names)) = certificate.subject_alternative_name() else { return Vec::new() };
    names
        .value
        .general_names
        .iter()
        .filter_map(|name| if let GeneralName::DNSName(dns) = name { Some(dns.to_ascii_lowercase()) } else { None })
        .collect()
}
