//! Certificates for tests, as files with Docker's names.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use rcgen::{
    BasicConstraints, CertificateParams, CertificateRevocationListParams, DnType, IsCa, Issuer, KeyIdMethod, KeyPair,
    KeyUsagePurpose, RevocationReason, RevokedCertParams, SerialNumber, date_time_ymd,
};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;
use vicgate::settings::CertificateFiles;

/// A CA in a folder of its own, and what it has signed.
pub struct Certs {
    dir: TempDir,
    issuer: Issuer<'static, KeyPair>,
}

impl Certs {
    /// Those that most tests use: `server-cert.pem` for `localhost` and 127.0.0.1,
    /// and a client's `cert.pem` for `alice`.
    pub fn shared() -> &'static Self {
        static CERTS: OnceLock<Certs> = OnceLock::new();
        CERTS.get_or_init(|| {
            let certs = Self::new();
            certs.server("server", &["localhost", "127.0.0.1"]);
            certs.sign(CertificateParams::default(), "alice", "cert.pem", "key.pem");
            certs
        })
    }

    /// A CA that has signed nothing.
    pub fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let key = KeyPair::generate().unwrap();
        let mut ca = CertificateParams::default();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        ca.distinguished_name.push(DnType::CommonName, "test CA");
        std::fs::write(dir.path().join("ca.pem"), ca.self_signed(&key).unwrap().pem()).unwrap();
        std::fs::write(dir.path().join("ca-key.pem"), key.serialize_pem()).unwrap();
        Self { dir, issuer: Issuer::new(ca, key) }
    }

    /// The path of one of the files.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// Signs `NAME-cert.pem` with `NAME-key.pem` for these host names.
    pub fn server(&self, name: &str, hosts: &[&str]) -> CertificateFiles {
        let hosts: Vec<String> = hosts.iter().map(|host| (*host).into()).collect();
        let params = CertificateParams::new(hosts).unwrap();
        self.sign(params, name, &format!("{name}-cert.pem"), &format!("{name}-key.pem"))
    }

    /// Signs a client's certificate, whose serial number is the length of its name.
    pub fn client(&self, name: &str) -> CertificateFiles {
        let mut params = CertificateParams::default();
        params.serial_number = Some(SerialNumber::from(name.len() as u64));
        self.sign(params, name, &format!("{name}-cert.pem"), &format!("{name}-key.pem"))
    }

    /// Signs `FILE-cert.pem` as the parameters have it.
    pub fn signed(&self, params: &CertificateParams, file: &str) -> CertificateFiles {
        self.write(params, &format!("{file}-cert.pem"), &format!("{file}-key.pem"))
    }

    fn sign(&self, mut params: CertificateParams, name: &str, cert: &str, key: &str) -> CertificateFiles {
        params.distinguished_name.push(DnType::CommonName, name);
        params.distinguished_name.push(DnType::OrganizationName, "Tests");
        self.write(&params, cert, key)
    }

    fn write(&self, params: &CertificateParams, cert: &str, key: &str) -> CertificateFiles {
        let pair = KeyPair::generate().unwrap();
        std::fs::write(self.path(cert), params.signed_by(&pair, &self.issuer).unwrap().pem()).unwrap();
        std::fs::write(self.path(key), pair.serialize_pem()).unwrap();
        CertificateFiles { cert: self.path(cert), key: self.path(key) }
    }

    /// A revocation list of clients, by name.
    pub fn revoke(&self, names: &[&str]) -> PathBuf {
        self.revoke_until(names, 2100)
    }

    /// The same, to be renewed in that year.
    pub fn revoke_until(&self, names: &[&str], year: i32) -> PathBuf {
        let revoked = |name: &&str| RevokedCertParams {
            serial_number: SerialNumber::from(name.len() as u64),
            revocation_time: date_time_ymd(2024, 1, 1),
            reason_code: Some(RevocationReason::KeyCompromise),
            invalidity_date: None,
        };
        let list = CertificateRevocationListParams {
            this_update: date_time_ymd(2024, 1, 1),
            next_update: date_time_ymd(year, 1, 1),
            crl_number: SerialNumber::from(1_u64),
            issuing_distribution_point: None,
            revoked_certs: names.iter().map(revoked).collect(),
            key_identifier_method: KeyIdMethod::Sha256,
        };
        std::fs::write(self.path("crl.pem"), list.signed_by(&self.issuer).unwrap().pem().unwrap()).unwrap();
        self.path("crl.pem")
    }

    /// A client that trusts this CA and shows the shared client certificate.
    pub fn client_config(&self) -> Arc<ClientConfig> {
        self.client_config_as(Some(&CertificateFiles { cert: self.path("cert.pem"), key: self.path("key.pem") }))
    }

    /// A client that trusts this CA and shows that certificate, or none.
    pub fn client_config_as(&self, files: Option<&CertificateFiles>) -> Arc<ClientConfig> {
        let builder = ClientConfig::builder().with_root_certificates(self.roots());
        Arc::new(match files {
            Some(files) => builder.with_client_auth_cert(chain(&files.cert), key(&files.key)).unwrap(),
            None => builder.with_no_client_auth(),
        })
    }

    /// A server that shows the shared server certificate, and asks for nothing.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        let (cert, key_file) = (self.path("server-cert.pem"), self.path("server-key.pem"));
        Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain(&cert), key(&key_file)).unwrap())
    }

    /// This CA as a trust anchor.
    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.path("ca.pem")).unwrap()).unwrap();
        roots
    }
}

pub fn chain(path: &Path) -> Vec<CertificateDer<'static>> {
    vec![CertificateDer::from_pem_file(path).unwrap()]
}

pub fn key(path: &Path) -> PrivateKeyDer<'static> {
    PrivateKeyDer::from_pem_file(path).unwrap()
}
