//! Making a CA, and server and client certificates of it.

use std::net::IpAddr;
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, PublicKeyData, SanType, SerialNumber, date_time_ymd,
};
use rustls_pki_types::DnsName;
use x509_parser::pem::Pem;

use super::CertsError;
use super::files::{PUBLIC, SECRET, Staged, folder, read};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const CA_LIFETIME: Duration = DAY.saturating_mul(3650);
/// The most that clients such as Apple's accept of a server.
const SERVER_LIFETIME: Duration = DAY.saturating_mul(825);
const CLIENT_LIFETIME: Duration = DAY.saturating_mul(365);
/// Certificates begin a little in the past, because clocks differ.
const CLOCK_SKEW: Duration = Duration::from_secs(60 * 60);

/// Characters in a name of a subject, at most.
const MOST_IN_A_NAME: usize = 64;

/// A name or an address of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Host {
    /// A DNS name; the first label may be `*`.
    Name(String),
    /// An address.
    Address(IpAddr),
}

/// Reads the name or address of a server.
pub(super) fn host(text: &str) -> Result<Host, String> {
    let bare = text.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(text);
    if let Ok(address) = bare.parse() {
        return Ok(Host::Address(address));
    }
    let name = text.strip_prefix("*.").unwrap_or(text);
    match DnsName::try_from(name) {
        Ok(_) => Ok(Host::Name(text.to_ascii_lowercase())),
        Err(_) => Err("neither a host name nor an address, such as gateway.example, 192.0.2.1 or ::1".into()),
    }
}

/// Reads the name of a client, which is that of a folder too.
pub(super) fn client_name(text: &str) -> Result<String, String> {
    if text.starts_with('.') || text.contains('/') || text.ends_with(".pem") {
        return Err("a client's name is that of its folder: no slash, no dot at its begin, no .pem at its end".into());
    }
    subject_text(text)
}

/// Reads a name for a subject.
pub(super) fn subject_text(text: &str) -> Result<String, String> {
    // RFC 5280, ub-common-name and ub-organization-name.
    if text.is_empty() || text.chars().count() > MOST_IN_A_NAME || text.chars().any(char::is_control) {
        return Err("a name in a certificate has 1 to 64 characters, all printable".into());
    }
    Ok(text.to_owned())
}

/// Makes a CA where there is none, and a server certificate. Gives what to tell the user.
pub(super) fn init(dir: &Path, hosts: &[Host]) -> Result<String, CertsError> {
    let [ca_place, ca_key_place] = [dir.join("ca.pem"), dir.join("ca-key.pem")];
    let [server_place, server_key_place] = [dir.join("server-cert.pem"), dir.join("server-key.pem")];
    let mut staged = Staged::new();
    let mut text = String::new();
    let old_ca = ca_place.exists() && ca_key_place.exists() && !server_place.exists() && !server_key_place.exists();
    let ca = if old_ca {
        Ca::load(dir)?
    } else {
        folder(dir)?;
        let ca = Ca::make()?;
        text +=
            &format!("{}: a new CA, good for 10 years; its key is {}\n", ca_place.display(), ca_key_place.display());
        staged.add(ca_place, PUBLIC, &ca.pem)?;
        staged.add(ca_key_place, SECRET, &ca.issuer.key().serialize_pem())?;
        ca
    };

    let hosts = with_defaults(hosts);
    let mut server = lifetime(SERVER_LIFETIME.min(ca.left))?;
    let short = hosts.iter().map(Host::to_string).find(|host| host.len() <= MOST_IN_A_NAME);
    server.distinguished_name = subject(&short.unwrap_or_default(), None);
    server.subject_alt_names = hosts.iter().map(Host::alternative_name).collect::<Result<_, _>>()?;
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let (certificate, key) = ca.sign(server)?;
    let names: Vec<String> = hosts.iter().map(Host::to_string).collect();
    text += &format!(
        "{}: a server certificate for {}; its key is {}\n",
        server_place.display(),
        names.join(", "),
        server_key_place.display()
    );
    text += &format!("A certificate for a client: vicgate certs client {} NAME\n", quoted(dir));
    staged.add(server_place, PUBLIC, &certificate)?;
    staged.add(server_key_place, SECRET, &key)?;
    staged.commit()?;
    Ok(text)
}

/// Makes a client certificate. Gives what to tell the user.
pub(super) fn client(dir: &Path, name: &str, org: Option<&str>) -> Result<String, CertsError> {
    let ca = Ca::load(dir)?;
    let mut client = lifetime(CLIENT_LIFETIME.min(ca.left))?;
    client.distinguished_name = subject(name, org);
    client.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    let (certificate, key) = ca.sign(client)?;

    let own = dir.join(name);
    folder(&own)?;
    let mut staged = Staged::new();
    staged.add(own.join("ca.pem"), PUBLIC, &ca.pem)?;
    staged.add(own.join("cert.pem"), PUBLIC, &certificate)?;
    staged.add(own.join("key.pem"), SECRET, &key)?;
    // The first client is the one that the folder of the CA itself works for.
    let first = [dir.join("cert.pem"), dir.join("key.pem")];
    if !first.iter().any(|place| place.exists()) {
        let [first_certificate, first_key] = first;
        staged.add(first_certificate, PUBLIC, &certificate)?;
        staged.add(first_key, SECRET, &key)?;
    }
    staged.commit()?;
    let folder = own.canonicalize().unwrap_or(own);
    Ok(format!(
        "{}: ca.pem, cert.pem and key.pem of {name}. With the gateway's name in place of localhost:\n\
         export DOCKER_HOST=tcp://localhost:2376 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH={}\n",
        folder.display(),
        quoted(&folder)
    ))
}

/// A CA that can sign.
struct Ca {
    pem: String,
    issuer: Issuer<'static, KeyPair>,
    /// What is left of its life: what it signs ends no later.
    left: Duration,
}

impl Ca {
    fn make() -> Result<Self, CertsError> {
        let mut params = lifetime(CA_LIFETIME)?;
        let serial = params.serial_number.as_ref().map(SerialNumber::to_string).unwrap_or_default();
        let short: String = serial.chars().filter(char::is_ascii_alphanumeric).take(8).collect();
        params.distinguished_name = subject(&format!("vicgate CA {short}"), None);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let pem = params.self_signed(&key)?.pem();
        Ok(Self { pem, issuer: Issuer::new(params, key), left: CA_LIFETIME })
    }

    /// The CA in this folder.
    fn load(dir: &Path) -> Result<Self, CertsError> {
        let [path, key_path] = [dir.join("ca.pem"), dir.join("ca-key.pem")];
        let unfit = |problem: &str| CertsError::Unfit { path: path.clone(), problem: problem.into() };
        let bytes = read(&path)?;
        let block = Pem::iter_from_buffer(&bytes).find_map(Result::ok).ok_or_else(|| unfit("it is not PEM"))?;
        let certificate = block.parse_x509().map_err(|_| unfit("it is not a certificate"))?;
        if !certificate.is_ca() {
            return Err(unfit("its certificate is not of a CA"));
        }
        let end = u64::try_from(certificate.validity().not_after.timestamp()).unwrap_or_default();
        let left = Duration::from_secs(end).saturating_sub(since_1970());
        if left.is_zero() {
            return Err(unfit("its certificate has ended"));
        }
        let key =
            String::from_utf8(read(&key_path)?).ok().and_then(|pem| KeyPair::from_pem(&pem).ok()).ok_or_else(|| {
                CertsError::Unfit { path: key_path.clone(), problem: "it is not a private key that can sign".into() }
            })?;
        if key.subject_public_key_info() != certificate.public_key().raw {
            return Err(CertsError::Unfit { path: key_path, problem: "it is not the key of ca.pem beside it".into() });
        }
        let pem = String::from_utf8(bytes).map_err(|_| unfit("it is not text"))?;
        let issuer = Issuer::from_ca_cert_pem(&pem, key)?;
        Ok(Self { pem, issuer, left })
    }

    /// Signs a certificate for a new key: both in PEM.
    fn sign(&self, mut params: CertificateParams) -> Result<(String, String), CertsError> {
        params.is_ca = IsCa::ExplicitNoCa;
        params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        params.use_authority_key_identifier_extension = true;
        let key = KeyPair::generate()?;
        Ok((params.signed_by(&key, &self.issuer)?.pem(), key.serialize_pem()))
    }
}

impl Host {
    fn alternative_name(&self) -> Result<SanType, rcgen::Error> {
        Ok(match self {
            Self::Name(name) => SanType::DnsName(name.as_str().try_into()?),
            Self::Address(address) => SanType::IpAddress(*address),
        })
    }
}

impl std::fmt::Display for Host {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Name(name) => f.write_str(name),
            Self::Address(address) => address.fmt(f),
        }
    }
}

/// The hosts asked for, then those by which every server is reached from its own machine.
fn with_defaults(asked: &[Host]) -> Vec<Host> {
    let own = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
    let defaults = ["localhost", "127.0.0.1", "::1", own.trim()];
    let mut hosts: Vec<Host> = Vec::new();
    for host in asked.iter().cloned().chain(defaults.into_iter().filter_map(|text| host(text).ok())) {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    hosts
}

/// Parameters with a random serial number that are valid from now on.
fn lifetime(length: Duration) -> Result<CertificateParams, CertsError> {
    let mut serial = [0; 16];
    rustls::crypto::aws_lc_rs::default_provider().secure_random.fill(&mut serial).map_err(|_| CertsError::Random)?;
    // Positive, and of full length, as RFC 5280 (4.1.2.2) wants it.
    let serial = (u128::from_be_bytes(serial) >> 1) | (1 << 126);
    let epoch = date_time_ymd(1970, 1, 1);
    let now = since_1970();
    let mut params = CertificateParams::default();
    params.not_before = epoch + now.saturating_sub(CLOCK_SKEW);
    params.not_after = epoch + now + length;
    params.serial_number = Some(SerialNumber::from_slice(&serial.to_be_bytes()));
    Ok(params)
}

fn since_1970() -> Duration {
    // A clock before 1970 makes certificates that nobody accepts, and that is all.
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Duration::from_secs(now.as_secs())
}

fn subject(name: &str, org: Option<&str>) -> DistinguishedName {
    let mut subject = DistinguishedName::new();
    if let Some(org) = org {
        subject.push(DnType::OrganizationName, org);
    }
    subject.push(DnType::CommonName, name);
    subject
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-+@:".contains(c);
    if text.chars().all(plain) { text } else { format!("'{}'", text.replace('\'', r"'\''")) }
}
