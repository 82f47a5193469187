//! The files that backend, proxies and load need, in a folder that goes when
//! the comparison ends.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use tempfile::TempDir;

/// The folder and what is in it.
pub(crate) struct Files {
    folder: TempDir,
}

impl Files {
    /// Makes a folder with certificates (P-256) and request bodies.
    pub(crate) fn new() -> Result<Self> {
        let files = Self { folder: tempfile::tempdir()? };
        files.write_certificates()?;
        fs::write(files.path(CREATE), CREATE_BODY)?;
        Ok(files)
    }

    /// Where a file of this name is, or would be.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The same as text, for configurations.
    pub(crate) fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Writes a file.
    pub(crate) fn write(&self, name: &str, text: &str) -> Result<PathBuf> {
        let path = self.path(name);
        fs::write(&path, text)?;
        Ok(path)
    }

    /// The folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Writes the body of a create that is so long.
    pub(crate) fn large_create(&self, kib: usize) -> Result<PathBuf> {
        let mut body = String::from(r#"{"Image":"busybox","Env":["A=""#);
        for variable in 0.. {
            if body.len() + 64 > kib * 1024 {
                break;
            }
            body += &format!(r#","VARIABLE_{variable}=a value of about the usual length""#);
        }
        body += r#"],"HostConfig":{"NetworkMode":"default"}}"#;
        self.write(&format!("create-{kib}.json"), &body)
    }

    fn write_certificates(&self) -> Result<()> {
        let mut ca = CertificateParams::new(Vec::new())?;
        ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        ca.distinguished_name.push(DnType::CommonName, "comparison CA");
        let ca_key = KeyPair::generate()?;
        self.write(CA, &ca.self_signed(&ca_key)?.pem())?;
        let issuer = Issuer::new(ca, ca_key);
        let key = KeyPair::generate()?;
        let server = CertificateParams::new(vec!["localhost".into()])?.signed_by(&key, &issuer)?.pem();
        self.write(SERVER_CERTIFICATE, &server)?;
        self.write(SERVER_KEY, &key.serialize_pem())?;
        self.write(SERVER_BOTH, &(server + &key.serialize_pem()))?;
        let key = KeyPair::generate()?;
        let mut client = CertificateParams::new(Vec::new())?;
        client.distinguished_name.push(DnType::CommonName, "load");
        self.write(CLIENT_CERTIFICATE, &client.signed_by(&key, &issuer)?.pem())?;
        self.write(CLIENT_KEY, &key.serialize_pem())?;
        Ok(())
    }
}

/// The CA that load and proxies trust.
pub(crate) const CA: &str = "ca.pem";
/// The proxies' certificate.
pub(crate) const SERVER_CERTIFICATE: &str = "server-cert.pem";
/// Its key.
pub(crate) const SERVER_KEY: &str = "server-key.pem";
/// Both in one file, for HAProxy.
pub(crate) const SERVER_BOTH: &str = "server.pem";
/// The load's certificate, which every proxy asks for.
pub(crate) const CLIENT_CERTIFICATE: &str = "cert.pem";
/// Its key.
pub(crate) const CLIENT_KEY: &str = "key.pem";
/// The body of a create.
pub(crate) const CREATE: &str = "create.json";

/// What `docker run` of 17.03 sends: every field of its structs, nearly all neutral.
const CREATE_BODY: &str = include_str!("create.json");
