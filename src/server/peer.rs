//! Who is at the other end, from what the connection itself says.

use std::net::SocketAddr;

use tokio_rustls::server::TlsStream;
use x509_parser::extensions::GeneralName;
use x509_parser::parse_x509_certificate;
use x509_parser::x509::AttributeTypeAndValue;

use crate::identity::{Certificate, Evidence, Identity};
use crate::net::{Plain, hex, sha256};

/// The peer of a connection without TLS.
pub(super) fn of_plain(socket: &Plain, address: Option<SocketAddr>) -> Identity {
    let evidence = match socket {
        Plain::Tcp(_) => Evidence::Nobody,
        Plain::Unix(stream) => stream.peer_cred().map_or(Evidence::Nobody, |credentials| Evidence::UnixPeer {
            uid: credentials.uid(),
            gid: credentials.gid(),
            pid: credentials.pid(),
        }),
    };
    Identity { evidence, address }
}

/// The peer of a TLS connection: by its certificate, if the listener asked for one.
pub(super) fn of_tls(stream: &TlsStream<Plain>, address: Option<SocketAddr>) -> Identity {
    let leaf = stream.get_ref().1.peer_certificates().and_then(<[_]>::first);
    let evidence = leaf.map_or(Evidence::Nobody, |leaf| Evidence::Certificate(read(leaf)));
    Identity { evidence, address }
}

/// The names in a certificate. Names that are not UTF-8 are left out: they
/// cannot be what a policy says.
fn read(der: &[u8]) -> Certificate {
    let mut found = Certificate { fingerprint: hex(&sha256(der)), ..Certificate::default() };
    let Ok((_, certificate)) = parse_x509_certificate(der) else { return found };
    let subject = certificate.subject();
    found.common_names = texts(subject.iter_common_name());
    found.organisations = texts(subject.iter_organization());
    found.units = texts(subject.iter_organizational_unit());
    if let Ok(Some(names)) = certificate.subject_alternative_name() {
        for name in &names.value.general_names {
            if let GeneralName::DNSName(name) = name {
                found.dns_names.push((*name).to_owned());
            } else if let GeneralName::URI(uri) = name {
                found.uris.push((*uri).to_owned());
            } else if let GeneralName::RFC822Name(email) = name {
                found.emails.push((*email).to_owned());
            }
        }
    }
    found
}

fn texts<'a>(values: impl Iterator<Item = &'a AttributeTypeAndValue<'a>>) -> Vec<String> {
    values.filter_map(|value| value.as_str().ok()).map(str::to_owned).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rcgen::{CertificateParams, DnType, KeyPair, SanType};

    use super::*;

    #[test]
    fn all_names_of_a_certificate_are_read() {
        let mut params = CertificateParams::new(vec!["ci.example".into()]).unwrap();
        params.subject_alt_names.push(SanType::URI("spiffe://example/ci".try_into().unwrap()));
        params.subject_alt_names.push(SanType::Rfc822Name("ci@example.org".try_into().unwrap()));
        params.distinguished_name.push(DnType::CommonName, "ci-runner");
        params.distinguished_name.push(DnType::OrganizationName, "Example");
        params.distinguished_name.push(DnType::OrganizationalUnitName, "Build");
        let certificate = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let fingerprint = hex(&sha256(certificate.der()));
        assert_eq!(
            read(certificate.der()),
            Certificate {
                common_names: vec!["ci-runner".into()],
                organisations: vec!["Example".into()],
                units: vec!["Build".into()],
                dns_names: vec!["ci.example".into()],
                uris: vec!["spiffe://example/ci".into()],
                emails: vec!["ci@example.org".into()],
                fingerprint,
            }
        );
    }

    #[test]
    fn bytes_that_are_no_certificate_have_a_fingerprint_alone() {
        let found = read(b"");
        assert_eq!(found.fingerprint, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
        assert!(found.common_names.is_empty());
    }
}
