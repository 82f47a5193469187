//! The identity that a command line speaks of.

use std::net::{IpAddr, SocketAddr};
use std::path::Path;

use rustls_pki_types::CertificateDer;
use rustls_pki_types::pem::PemObject as _;

use super::{EXIT_CONFIG, EXIT_USAGE};
use crate::identity::{Certificate, Evidence, Identity};
use crate::net;

/// Reads who asks: a name (`alice`, `uid:1000`, `uid:1000,gid:999`), or the certificate in a file.
///
/// # Errors
/// What is wrong with it, and the exit code for that.
pub(super) fn identity(
    name: Option<&str>,
    certificate: Option<&Path>,
    from: Option<IpAddr>,
) -> Result<Identity, (u8, String)> {
    let address = from.map(|address| SocketAddr::new(address, 0));
    let evidence = match (name, certificate) {
        (None, None) => Evidence::Nobody,
        (_, Some(file)) => {
            let problem = |problem: String| (EXIT_CONFIG, format!("{}: {problem}", file.display()));
            Evidence::Certificate(read(file).map_err(problem)?)
        }
        (Some(name), None) if name.starts_with("uid:") => unix_peer(name).map_err(|problem| (EXIT_USAGE, problem))?,
        (Some(name), None) => {
            Evidence::Certificate(Certificate { common_names: vec![name.to_owned()], ..Certificate::default() })
        }
    };
    Ok(Identity { evidence, address })
}

/// Who it is, as what, in one line.
pub(super) fn describe(identity: &Identity, roles: &[String]) -> String {
    let who = match &identity.evidence {
        Evidence::Nobody => "nobody in particular".to_owned(),
        Evidence::UnixPeer { uid, gid, .. } => format!("uid {uid}, gid {gid}"),
        Evidence::Certificate(certificate) => names(certificate),
    };
    let from = identity.address.map_or_else(String::new, |address| format!(" from {}", address.ip()));
    match roles {
        [] => format!("{who}{from}, who has no role"),
        roles => format!("{who}{from}, who has the roles {}", roles.join(", ")),
    }
}

fn names(certificate: &Certificate) -> String {
    let kinds = [
        ("CN", &certificate.common_names),
        ("O", &certificate.organisations),
        ("OU", &certificate.units),
        ("DNS", &certificate.dns_names),
        ("URI", &certificate.uris),
        ("email", &certificate.emails),
    ];
    let mut all: Vec<String> =
        kinds.iter().flat_map(|(kind, names)| names.iter().map(move |name| format!("{kind}={name}"))).collect();
    if !certificate.fingerprint.is_empty() {
        all.push(format!("sha256:{}", certificate.fingerprint));
    }
    all.join(", ")
}

/// The first certificate of a file: a chain has the leaf first.
fn read(file: &Path) -> Result<Certificate, String> {
    let bytes = std::fs::read(file).map_err(|error| format!("cannot be read: {error}"))?;
    let leaf = match CertificateDer::from_pem_slice(&bytes) {
        Ok(leaf) => leaf,
        // Not PEM: it may be DER as it is.
        Err(_) if bytes.first() == Some(&0x30) => CertificateDer::from(bytes),
        Err(_) => return Err("there is no certificate in it".to_owned()),
    };
    net::certificate(&leaf).map_err(|unclear| format!("does not say clearly who it is for: {unclear}"))
}

fn unix_peer(name: &str) -> Result<Evidence, String> {
    let invalid = || format!("{name:?} is neither uid:NUMBER nor uid:NUMBER,gid:NUMBER");
    let number = |text: &str, kind: &str| text.strip_prefix(kind)?.parse::<u32>().ok();
    let (uid, gid) = name.split_once(',').map_or((name, None), |(uid, gid)| (uid, Some(gid)));
    let uid = number(uid, "uid:").ok_or_else(invalid)?;
    let gid = gid.map_or(Ok(uid), |gid| number(gid, "gid:").ok_or_else(invalid))?;
    Ok(Evidence::UnixPeer { uid, gid, pid: None })
}
