//! Connections to a proxy, and the attaches that start tunnels.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result, ensure};
use bytes::BytesMut;
use rustls::ClientConfig;
use rustls::RootCertStore;
use rustls::client::Resumption;
use rustls_pki_types::pem::PemObject;
use rustls_pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use serde::{Deserialize, Serialize};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use super::http::head_end;
use crate::files::{CLIENT_CERTIFICATE, CLIENT_KEY};

/// Where to connect.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Door {
    pub(crate) address: SocketAddr,
    /// The CA to trust, if it speaks TLS; our own certificate is beside it.
    pub(crate) ca: Option<PathBuf>,
}

/// A connection, plain or under TLS.
pub(crate) trait Io: AsyncRead + AsyncWrite + Unpin {}

impl<T: AsyncRead + AsyncWrite + Unpin> Io for T {}

/// Opens connections to one door.
#[derive(Clone)]
pub(crate) struct Dialer {
    address: SocketAddr,
    tls: Option<TlsConnector>,
}

impl Dialer {
    /// Connects with our certificate.
    pub(crate) fn new(door: &Door) -> Result<Self> {
        Self::with_certificate(door, true)
    }

    /// Connects as a stranger, without a certificate.
    pub(crate) fn without_certificate(door: &Door) -> Result<Self> {
        Self::with_certificate(door, false)
    }

    fn with_certificate(door: &Door, shown: bool) -> Result<Self> {
        let tls = match &door.ca {
            None => None,
            Some(file) => {
                let mut roots = RootCertStore::empty();
                roots.add(CertificateDer::from_pem_file(file).context("cannot read the CA")?)?;
                let builder = ClientConfig::builder().with_root_certificates(roots);
                let mut config = if shown {
                    let chain = vec![CertificateDer::from_pem_file(file.with_file_name(CLIENT_CERTIFICATE))?];
                    let key = PrivateKeyDer::from_pem_file(file.with_file_name(CLIENT_KEY))?;
                    builder.with_client_auth_cert(chain, key)?
                } else {
                    builder.with_no_client_auth()
                };
                // Every handshake is a full one.
                config.resumption = Resumption::disabled();
                config.alpn_protocols = vec![b"http/1.1".to_vec()];
                Some(TlsConnector::from(Arc::new(config)))
            }
        };
        Ok(Self { address: door.address, tls })
    }

    /// Opens a TCP connection on which nothing was said.
    pub(crate) async fn raw(&self) -> Result<TcpStream> {
        let socket = TcpStream::connect(self.address).await.context("cannot connect")?;
        socket.set_nodelay(true)?;
        Ok(socket)
    }

    /// Opens a connection.
    pub(crate) async fn connect(&self) -> Result<Box<dyn Io>> {
        let socket = self.raw().await?;
        match &self.tls {
            None => Ok(Box::new(socket)),
            Some(tls) => {
                let name = ServerName::try_from("localhost")?;
                Ok(Box::new(tls.connect(name, socket).await.context("the TLS handshake failed")?))
            }
        }
    }

    /// Opens a tunnel to a container of the raw backend.
    pub(crate) async fn attach(&self, container: &str) -> Result<Box<dyn Io>> {
        let mut socket = self.connect().await?;
        let head = format!(
            "POST /v1.25/containers/{container}/attach?stream=1&stdin=1&stdout=1&stderr=1 HTTP/1.1\r\n\
             Host: localhost\r\nUser-Agent: Docker-Client/17.03.1-ce (linux)\r\nContent-Length: 0\r\n\
             Connection: Upgrade\r\nContent-Type: text/plain\r\nUpgrade: tcp\r\n\r\n"
        );
        socket.write_all(head.as_bytes()).await?;
        socket.flush().await?;
        let mut answer = BytesMut::new();
        while head_end(&answer).is_none() {
            ensure!(socket.read_buf(&mut answer).await? > 0, "no answer to an attach");
        }
        ensure!(answer.starts_with(b"HTTP/1.1 101"), "no tunnel: {}", String::from_utf8_lossy(&answer));
        Ok(socket)
    }
}
