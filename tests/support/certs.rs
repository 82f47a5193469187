//! Certificates of a test run, made once, as files with Docker's names.

use std::path::PathBuf;
use std::sync::{Arc, OnceLock};

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer};
use tempfile::TempDir;

/// A CA, a server certificate for `localhost` and 127.0.0.1, and a client certificate.
pub struct Certs {
    dir: TempDir,
}

impl Certs {
    /// Those of this test run.
    pub fn shared() -> &'static Self {
        static CERTS: OnceLock<Certs> = OnceLock::new();
        CERTS.get_or_init(Self::new)
    }

    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let write = |name: &str, text: String| std::fs::write(dir.path().join(name), text).unwrap();
        let ca_key = KeyPair::generate().unwrap();
        let mut ca = CertificateParams::default();
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name.push(DnType::CommonName, "test CA");
        write("ca.pem", ca.self_signed(&ca_key).unwrap().pem());
        let issuer = Issuer::new(ca, ca_key);
        let leaf = |names: Vec<String>, common_name: &str, file: &str, key_file: &str| {
            let key = KeyPair::generate().unwrap();
            let mut params = CertificateParams::new(names).unwrap();
            params.distinguished_name.push(DnType::CommonName, common_name);
            params.distinguished_name.push(DnType::OrganizationName, "Tests");
            write(file, params.signed_by(&key, &issuer).unwrap().pem());
            write(key_file, key.serialize_pem());
        };
        leaf(vec!["localhost".into(), "127.0.0.1".into()], "server", "server-cert.pem", "server-key.pem");
        leaf(vec![], "alice", "cert.pem", "key.pem");
        Self { dir }
    }

    /// The path of one of the files.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// What a client of these certificates trusts and shows.
    pub fn client_config(&self) -> Arc<ClientConfig> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.path("ca.pem")).unwrap()).unwrap();
        let chain = vec![CertificateDer::from_pem_file(self.path("cert.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(self.path("key.pem")).unwrap();
        Arc::new(ClientConfig::builder().with_root_certificates(roots).with_client_auth_cert(chain, key).unwrap())
    }

    /// What a server of these certificates shows; it asks for nothing.
    pub fn server_config(&self) -> Arc<ServerConfig> {
        let chain = vec![CertificateDer::from_pem_file(self.path("server-cert.pem")).unwrap()];
        let key = PrivateKeyDer::from_pem_file(self.path("server-key.pem")).unwrap();
        Arc::new(ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key).unwrap())
    }
}
