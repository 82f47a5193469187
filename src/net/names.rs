//! Who a certificate is for (RFC 5280, 4.1.2.6 and 4.2.1.6).
//!
//! A certificate is read whole or not at all. One name that is left out could be
//! the second common name, or the unit that a policy excludes; so a certificate
//! with a name that has no certain reading is nobody's.

use x509_parser::asn1_rs::{Any, Tag};
use x509_parser::extensions::GeneralName;
use x509_parser::oid_registry::{
    OID_X509_COMMON_NAME, OID_X509_ORGANIZATION_NAME, OID_X509_ORGANIZATIONAL_UNIT as OID_X509_UNIT,
};
use x509_parser::parse_x509_certificate;

use super::pem::{hex, sha256};
use crate::identity::Certificate;

/// A certificate that does not say clearly who it is for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name} {problem}")]
pub struct UnclearCertificate {
    name: &'static str,
    problem: &'static str,
}

/// Reads the names in a certificate in DER. DNS names come in lower case.
///
/// # Errors
/// The first name that cannot be read in one way only: text that is not what its
/// type says, or is empty, or has control characters in it.
pub fn certificate(der: &[u8]) -> Result<Certificate, UnclearCertificate> {
    let unclear = |name, problem| UnclearCertificate { name, problem };
    let malformed = |_| unclear("its form", "is not that of an X.509 certificate");
    let (rest, certificate) = parse_x509_certificate(der).map_err(malformed)?;
    if !rest.is_empty() {
        return Err(unclear("its end", "has more bytes behind it"));
    }
    let mut found = Certificate { fingerprint: hex(&sha256(der)), ..Certificate::default() };
    for attribute in certificate.subject().iter_attributes() {
        let oid = attribute.attr_type();
        let (name, values) = if *oid == OID_X509_COMMON_NAME {
            ("a common name", &mut found.common_names)
        } else if *oid == OID_X509_ORGANIZATION_NAME {
            ("an organisation", &mut found.organisations)
        } else if *oid == OID_X509_UNIT {
            ("a unit", &mut found.units)
        } else {
            continue;
        };
        values.push(text(attribute.attr_value()).map_err(|problem| unclear(name, problem))?);
    }
    let alternatives = certificate.subject_alternative_name();
    let alternatives =
        alternatives.map_err(|_| unclear("its list of alternative names", "is there twice or broken"))?;
    for name in alternatives.iter().flat_map(|list| &list.value.general_names) {
        let (name, text, values) = if let GeneralName::DNSName(text) = name {
            ("a DNS name", *text, &mut found.dns_names)
        } else if let GeneralName::URI(text) = name {
            ("a URI", *text, &mut found.uris)
        } else if let GeneralName::RFC822Name(text) = name {
            ("an email address", *text, &mut found.emails)
        } else if let GeneralName::Invalid(Tag(1 | 2 | 6), _) = name {
            return Err(unclear("an alternative name", "is not ASCII"));
        } else {
            continue;
        };
        let text = ascii(text.as_bytes()).and_then(clear).map_err(|problem| unclear(name, problem))?;
        values.push(text);
    }
    found.dns_names.iter_mut().for_each(|name| name.make_ascii_lowercase());
    Ok(found)
}

/// The text of an attribute, by the type that it says it has (X.680, 41).
fn text(value: &Any<'_>) -> Result<String, &'static str> {
    let bytes = value.data;
    let text = match value.tag() {
        Tag::Utf8String => std::str::from_utf8(bytes).map(str::to_owned).map_err(|_| "is not UTF-8"),
        // T.61 has letters outside of ASCII, but no two programs agree on which.
        Tag::PrintableString | Tag::NumericString | Tag::Ia5String | Tag::VisibleString | Tag::T61String => {
            ascii(bytes)
        }
        Tag::BmpString => wide::<2>(bytes),
        Tag::UniversalString => wide::<4>(bytes),
        _ => Err("is of a type that is no text"),
    };
    text.and_then(clear)
}

fn ascii(bytes: &[u8]) -> Result<String, &'static str> {
    match std::str::from_utf8(bytes) {
        Ok(text) if text.is_ascii() => Ok(text.to_owned()),
        Ok(_) | Err(_) => Err("is not ASCII, as its type demands"),
    }
}

/// Characters of `N` bytes each, the highest first.
fn wide<const N: usize>(bytes: &[u8]) -> Result<String, &'static str> {
    let (units, rest) = bytes.as_chunks::<N>();
    let number = |unit: &[u8; N]| unit.iter().fold(0, |number, byte| (number << 8) | u32::from(*byte));
    let text: Option<String> = units.iter().map(|unit| char::from_u32(number(unit))).collect();
    text.filter(|_| rest.is_empty()).ok_or("has characters that do not exist")
}

/// Text that looks like what it is.
fn clear(text: String) -> Result<String, &'static str> {
    if text.is_empty() {
        Err("is empty")
    } else if text.chars().any(char::is_control) {
        Err("has control characters in it")
    } else {
        Ok(text)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use rcgen::string::{BmpString, TeletexString, UniversalString};
    use rcgen::{CertificateParams, CustomExtension, DistinguishedName, DnType, DnValue, KeyPair, SanType};

    use super::*;

    fn read(params: &CertificateParams) -> Result<Certificate, String> {
        let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        certificate(der.der()).map_err(|error| error.to_string())
    }

    /// One that has this common name, and others before it.
    fn named(before: &[&str], name: DnValue) -> CertificateParams {
        let mut params = CertificateParams::default();
        params.distinguished_name = DistinguishedName::new();
        for (index, text) in before.iter().enumerate() {
            // The builder keeps one value a type; these are told apart by their place.
            params.distinguished_name.push(DnType::CustomDnType(vec![2, 5, 4, 41 + index as u64]), *text);
        }
        params.distinguished_name.push(DnType::CommonName, name);
        params
    }

    #[test]
    fn all_names_of_a_certificate_are_read() {
        let mut params = CertificateParams::new(vec!["CI.example".into()]).unwrap();
        params.subject_alt_names.push(SanType::URI("spiffe://example/ci".try_into().unwrap()));
        params.subject_alt_names.push(SanType::Rfc822Name("ci@example.org".try_into().unwrap()));
        for (kind, value) in [
            (DnType::CommonName, "ci-7"),
            (DnType::OrganizationName, "Example"),
            (DnType::OrganizationalUnitName, "builds"),
        ] {
            params.distinguished_name.push(kind, value);
        }
        let der = params.self_signed(&KeyPair::generate().unwrap()).unwrap();
        let expected = Certificate {
            common_names: vec!["ci-7".into()],
            organisations: vec!["Example".into()],
            units: vec!["builds".into()],
            dns_names: vec!["ci.example".into()],
            uris: vec!["spiffe://example/ci".into()],
            emails: vec!["ci@example.org".into()],
            fingerprint: hex(&sha256(der.der())),
        };
        assert_eq!(certificate(der.der()), Ok(expected));
    }

    #[test]
    fn a_name_is_the_same_in_each_type_that_can_carry_it() {
        for name in [
            DnValue::Utf8String("ci-7".into()),
            DnValue::PrintableString("ci-7".try_into().unwrap()),
            DnValue::Ia5String("ci-7".try_into().unwrap()),
            DnValue::TeletexString(TeletexString::try_from("ci-7").unwrap()),
            DnValue::BmpString(BmpString::try_from("ci-7").unwrap()),
            DnValue::UniversalString(UniversalString::try_from("ci-7").unwrap()),
        ] {
            assert_eq!(read(&named(&["x"], name)).unwrap().common_names, ["ci-7"]);
        }
        let wide = BmpString::try_from("zoë").unwrap();
        assert_eq!(read(&named(&[], DnValue::BmpString(wide))).unwrap().common_names, ["zoë"]);
    }

    #[test]
    fn a_name_with_a_hidden_end_is_nobodys() {
        for name in ["alice\0.evil", "alice\n", "\u{7f}", "ali\u{85}ce"] {
            let error = read(&named(&[], DnValue::Utf8String(name.into()))).unwrap_err();
            assert_eq!(error, "a common name has control characters in it");
        }
        let error = read(&named(&[], DnValue::Utf8String(String::new()))).unwrap_err();
        assert_eq!(error, "a common name is empty");
    }

    #[test]
    fn bytes_that_are_not_of_their_type_are_not_guessed_at() {
        for (tag, bytes, problem) in [
            (Tag::Utf8String, &b"ali\xff"[..], "is not UTF-8"),
            (Tag::PrintableString, b"zo\xc3\xab", "is not ASCII, as its type demands"),
            (Tag::T61String, b"zo\xeb", "is not ASCII, as its type demands"),
            (Tag::BmpString, b"\xd8\x00", "has characters that do not exist"),
            (Tag::BmpString, b"\0a\0", "has characters that do not exist"),
            (Tag::UniversalString, b"\0\x11\0\0", "has characters that do not exist"),
            (Tag::OctetString, b"alice", "is of a type that is no text"),
        ] {
            assert_eq!(text(&Any::from_tag_and_data(tag, bytes)), Err(problem));
        }
    }

    #[test]
    fn alternative_names_are_ascii_or_nobodys() {
        // DER: a list of one name with the tag of a DNS name, of an email, of a URI.
        for (tag, bytes) in [(0x82_u8, &b"z\xc3\xab"[..]), (0x81, b"a\xff"), (0x86, b"spiffe://a\0b"), (0x82, b"")] {
            let length = |bytes: &[u8]| u8::try_from(bytes.len()).unwrap();
            let name = [&[tag, length(bytes)], bytes].concat();
            let list = [&[0x30, length(&name)], name.as_slice()].concat();
            let mut params = CertificateParams::default();
            params.custom_extensions.push(CustomExtension::from_oid_content(&[2, 5, 29, 17], list));
            assert!(read(&params).is_err(), "{bytes:?}");
        }
        let punycode = CertificateParams::new(vec!["xn--zo-jia.example".into()]).unwrap();
        assert_eq!(read(&punycode).unwrap().dns_names, ["xn--zo-jia.example"]);
    }

    #[test]
    fn bytes_that_are_no_certificate_are_nobodys() {
        assert!(certificate(b"").is_err());
        let der = CertificateParams::default().self_signed(&KeyPair::generate().unwrap()).unwrap();
        let error = certificate(&[der.der().as_ref(), b"x"].concat()).unwrap_err();
        assert_eq!(error.to_string(), "its end has more bytes behind it");
    }
}
