//! TLS of the listeners: certificates by server name, client certificates.

use std::fmt;
use std::sync::Arc;

use rustls::server::{ClientHello, NoServerSessionStorage, ResolvesServerCert, WebPkiClientVerifier};
use rustls::sign::CertifiedKey;
use rustls::{ServerConfig, version};
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;

use super::pem::{TlsFileError, certified_key, provider, revocation_lists, roots};
use crate::settings::ListenTls;

/// Reads the files of a `tls://` listener.
///
/// TLS 1.2 and 1.3, ALPN `http/1.1`. With a client CA, a client certificate is
/// required and no session can be resumed: a resumed session would bring back
/// an identity without looking at its certificate again.
///
/// # Errors
/// The file that cannot be used, with the reason.
pub fn server_tls(settings: &ListenTls) -> Result<Arc<ServerConfig>, TlsFileError> {
    let provider = provider();
    let keys = settings
        .certificates
        .iter()
        .map(|files| certified_key(files, &provider).map(|key| Named::new(Arc::new(key))))
        .collect::<Result<Vec<_>, _>>()?;
    let builder = ServerConfig::builder_with_provider(provider.clone())
        .with_protocol_versions(&[&version::TLS13, &version::TLS12])
        .expect("the provider has suites for both versions");
    let builder = match &settings.client_ca {
        None => builder.with_no_client_auth(),
        Some(path) => {
            let mut verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots(path)?), provider);
            for crl in &settings.crls {
                verifier = verifier.with_crls(revocation_lists(crl)?);
            }
            if !settings.crls.is_empty() {
                // A client CA commonly publishes a list for the leaves alone. A
                // leaf whose issuer has no list is refused all the same.
                verifier = verifier.only_check_end_entity_revocation();
            }
            let culprit = settings.crls.first().unwrap_or(path);
            builder.with_client_cert_verifier(
                verifier.build().map_err(|error| TlsFileError::new(culprit, format!("cannot be used: {error}")))?,
            )
        }
    };
    let mut config = builder.with_cert_resolver(Arc::new(ByName(keys)));
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    if settings.client_ca.is_some() {
        config.send_tls13_tickets = 0;
        config.session_storage = Arc::new(NoServerSessionStorage {});
    }
    Ok(Arc::new(config))
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
