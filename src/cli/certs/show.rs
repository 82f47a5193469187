//! What a PEM file is: certificates, private keys, revocation lists.

use std::net::IpAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use rustls::crypto::aws_lc_rs::sign::any_supported_type;
use rustls_pki_types::PrivateKeyDer;
use rustls_pki_types::pem::PemObject as _;
use x509_parser::asn1_rs::Oid;
use x509_parser::oid_registry::{
    OID_EC_P256, OID_KEY_TYPE_EC_PUBLIC_KEY, OID_NIST_EC_P384, OID_NIST_EC_P521, OID_PKCS1_RSAENCRYPTION,
    OID_SIG_ED25519,
};
use x509_parser::pem::Pem;
use x509_parser::prelude::{ASN1Time, FromDer as _, GeneralName, SubjectPublicKeyInfo, X509Certificate};

use super::CertsError;
use super::files::read;
use crate::net::{hex, sha256};

/// Says what a file is. Nothing secret is in the text.
pub(super) fn show(path: &Path) -> Result<String, CertsError> {
    let bytes = read(path)?;
    let mut text = String::new();
    for block in blocks(&bytes) {
        let shown = match block.label.as_str() {
            "CERTIFICATE" => X509Certificate::from_der(&block.contents).ok().map(|(_, it)| certificate(&it, &block)),
            "PRIVATE KEY" | "RSA PRIVATE KEY" | "EC PRIVATE KEY" => private_key(path, &bytes, &block.label),
            "ENCRYPTED PRIVATE KEY" => Some(lines("private key, under a pass phrase", &[])),
            "X509 CRL" => revocation_list(&block.contents),
            _ => Some(lines(&printable(&block.label), &[])),
        };
        let unreadable = || lines(&format!("{} that cannot be read", printable(&block.label).to_lowercase()), &[]);
        text += &format!("{}: {}", path.display(), shown.unwrap_or_else(unreadable));
    }
    if text.is_empty() {
        let problem = "neither PEM nor a certificate in DER".to_owned();
        return Err(CertsError::Unfit { path: path.to_owned(), problem });
    }
    Ok(text)
}

/// The PEM blocks of a file; a certificate in DER counts as one.
fn blocks(bytes: &[u8]) -> Vec<Pem> {
    if X509Certificate::from_der(bytes).is_ok_and(|(rest, _)| rest.is_empty()) {
        return vec![Pem { label: "CERTIFICATE".into(), contents: bytes.into() }];
    }
    Pem::iter_from_buffer(bytes).map_while(Result::ok).collect()
}

fn certificate(certificate: &X509Certificate<'_>, block: &Pem) -> String {
    let issuer = if certificate.issuer().as_raw() == certificate.subject().as_raw() {
        "itself".to_owned()
    } else {
        printable(&certificate.issuer().to_string())
    };
    let validity = certificate.validity();
    lines(
        if certificate.is_ca() { "certificate of a CA" } else { "certificate" },
        &[
            ("subject", printable(&certificate.subject().to_string())),
            ("issuer", issuer),
            ("names", names(certificate)),
            ("valid", format!("{} to {}", date(&validity.not_before), date(&validity.not_after))),
            ("", age(&validity.not_before, &validity.not_after)),
            ("key", key_type(certificate.public_key())),
            ("uses", uses(certificate)),
            ("serial", certificate.raw_serial_as_string()),
            // The form that --backend-tlspin takes.
            ("fingerprint", format!("sha256:{}", hex(&sha256(&block.contents)))),
        ],
    )
}

fn private_key(path: &Path, bytes: &[u8], label: &str) -> Option<String> {
    let key = any_supported_type(&PrivateKeyDer::from_pem_slice(bytes).ok()?).ok()?;
    let public = key.public_key()?;
    let (_, parsed) = SubjectPublicKeyInfo::from_der(public.as_ref()).ok()?;
    let form = match label {
        "RSA PRIVATE KEY" => "PKCS#1",
        "EC PRIVATE KEY" => "SEC1",
        _ => "PKCS#8",
    };
    let mode = std::fs::metadata(path).map(|metadata| metadata.permissions().mode() & 0o777).unwrap_or_default();
    let readers = if mode & 0o077 == 0 { "its owner's only" } else { "others can read it" };
    Some(lines(
        "private key",
        &[
            ("key", format!("{}, {form}", key_type(&parsed))),
            ("fits", certificates_of(path, public.as_ref())),
            ("mode", format!("{mode:04o}, {readers}")),
        ],
    ))
}

/// The certificates beside a key that are for it.
fn certificates_of(key: &Path, public: &[u8]) -> String {
    let folder = key.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    let beside = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let is_for_it = |path: &Path| {
        let bytes = std::fs::read(path).unwrap_or_default();
        let first = blocks(&bytes).into_iter().next();
        first.is_some_and(|block| block.parse_x509().is_ok_and(|it| it.public_key().raw == public))
    };
    let mut fitting: Vec<String> = beside
        .filter(|path| path.extension().is_some_and(|extension| extension == "pem") && is_for_it(path))
        .filter_map(|path| Some(printable(&path.file_name()?.to_string_lossy())))
        .collect();
    fitting.sort();
    if fitting.is_empty() { "no certificate beside it".into() } else { fitting.join(", ") }
}

fn revocation_list(der: &[u8]) -> Option<String> {
    let (_, list) = x509_parser::parse_x509_crl(der).ok()?;
    let next = list.next_update();
    Some(lines(
        "certificate revocation list",
        &[
            ("issuer", printable(&list.issuer().to_string())),
            ("revoked", list.iter_revoked_certificates().count().to_string()),
            ("issued", date(&list.last_update())),
            (
                "next",
                next.map_or_else(
                    || "not said".into(),
                    |next| format!("{}, {}", date(&next), age(&list.last_update(), &next)),
                ),
            ),
        ],
    ))
}

fn names(certificate: &X509Certificate<'_>) -> String {
    let extension = certificate.subject_alternative_name().ok().flatten();
    let names = extension.iter().flat_map(|extension| &extension.value.general_names);
    let names: Vec<String> = names.map(one_name).collect();
    if names.is_empty() { "none".into() } else { printable(&names.join(", ")) }
}

fn one_name(name: &GeneralName<'_>) -> String {
    if let GeneralName::DNSName(text) | GeneralName::RFC822Name(text) | GeneralName::URI(text) = name {
        return (*text).to_owned();
    }
    if let GeneralName::IPAddress(bytes) = name {
        let four = <[u8; 4]>::try_from(*bytes).map(IpAddr::from);
        if let Ok(address) = four.or_else(|_| <[u8; 16]>::try_from(*bytes).map(IpAddr::from)) {
            return address.to_string();
        }
    }
    name.to_string()
}

fn uses(certificate: &X509Certificate<'_>) -> String {
    let mut uses: Vec<String> = Vec::new();
    if let Ok(Some(usage)) = certificate.key_usage() {
        uses.push(usage.value.to_string().to_lowercase());
    }
    if let Ok(Some(usage)) = certificate.extended_key_usage() {
        let known = [
            (usage.value.any, "any"),
            (usage.value.server_auth, "server"),
            (usage.value.client_auth, "client"),
            (usage.value.code_signing, "code signing"),
            (usage.value.email_protection, "email"),
            (usage.value.time_stamping, "time stamping"),
            (usage.value.ocsp_signing, "ocsp signing"),
        ];
        uses.extend(known.iter().filter(|(has, _)| *has).map(|(_, name)| (*name).to_owned()));
    }
    if uses.is_empty() { "not limited".into() } else { uses.join(", ") }
}

fn key_type(key: &SubjectPublicKeyInfo<'_>) -> String {
    let algorithm = &key.algorithm.algorithm;
    if *algorithm == OID_PKCS1_RSAENCRYPTION {
        return key.parsed().map_or_else(|_| "RSA".into(), |key| format!("RSA, {} bits", key.key_size()));
    }
    if *algorithm == OID_SIG_ED25519 {
        return "Ed25519".into();
    }
    let curve: Option<Oid<'_>> = key.algorithm.parameters.as_ref().and_then(|parameters| parameters.as_oid().ok());
    match curve {
        Some(curve) if *algorithm == OID_KEY_TYPE_EC_PUBLIC_KEY => {
            let known = [(OID_EC_P256, "P-256"), (OID_NIST_EC_P384, "P-384"), (OID_NIST_EC_P521, "P-521")];
            let name = known.iter().find(|(oid, _)| *oid == curve).map(|(_, name)| *name);
            name.map_or_else(|| format!("EC, curve {curve}"), |name| format!("EC, {name}"))
        }
        _ => format!("algorithm {algorithm}"),
    }
}

/// Where we are in a span of time, in whole days.
fn age(begin: &ASN1Time, end: &ASN1Time) -> String {
    let now = ASN1Time::now().timestamp();
    let days = |seconds: i64| match seconds / 86_400 {
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    };
    if now < begin.timestamp() {
        format!("begins in {}", days(begin.timestamp() - now))
    } else if now > end.timestamp() {
        format!("ENDED {} ago", days(now - end.timestamp()))
    } else {
        format!("{} left", days(end.timestamp() - now))
    }
}

fn date(time: &ASN1Time) -> String {
    let time = time.to_datetime();
    format!("{} {:02}:{:02}:{:02} UTC", time.date(), time.hour(), time.minute(), time.second())
}

fn lines(title: &str, rows: &[(&str, String)]) -> String {
    let rows = rows.iter().map(|(name, value)| format!("  {name:<12}{value}\n"));
    format!("{title}\n{}", rows.collect::<String>())
}

/// Text from a file, without what would steer a terminal.
fn printable(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { '\u{fffd}' } else { c }).collect()
}
