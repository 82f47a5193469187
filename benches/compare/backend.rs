//! The raw backend: answers as fast as it can, and judges nothing.
//!
//! It knows just enough of HTTP for the calls that the load makes. A container's
//! name in an attach says what the connection is from then on:
//! * `echo`: sends back what comes;
//! * `source`: reads a number of 8 bytes (big endian), and sends as many bytes;
//! * `sink`: reads a number in the same way, takes as many bytes, and sends one.

use std::future::Future;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Context, Result, bail, ensure};
use bytes::{Buf, BytesMut};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};
use tokio::runtime::Builder;

use crate::load::http::{find, head_end};

/// Serves until standard input ends.
pub(crate) fn run(unix: &Path, tcp: SocketAddr) -> Result<()> {
    Builder::new_current_thread().enable_all().build()?.block_on(async {
        let unix = UnixListener::bind(unix)?;
        let tcp = TcpListener::bind(tcp).await?;
        println!("ready");
        tokio::spawn(async move {
            while let Ok((socket, _)) = unix.accept().await {
                tokio::spawn(quietly(serve(socket)));
            }
        });
        tokio::spawn(async move {
            while let Ok((socket, _)) = tcp.accept().await {
                // A failure would show in the figures of every proxy alike.
                let _ = socket.set_nodelay(true);
                tokio::spawn(quietly(serve(socket)));
            }
        });
        crate::load::until_told_to_end().await;
        Ok(())
    })
}

/// Connections end in every way while proxies are stopped; that is no news.
async fn quietly(serving: impl Future<Output = Result<()>>) {
    let _ = serving.await;
}

async fn serve(mut socket: impl AsyncRead + AsyncWrite + Unpin) -> Result<()> {
    let mut buffer = BytesMut::with_capacity(CHUNK);
    let list = answer("200 OK", LIST);
    let created = answer("201 Created", CREATED);
    let done = answer("200 OK", "{}\n");
    loop {
        let head = loop {
            if let Some(end) = head_end(&buffer) {
                break buffer.split_to(end);
            }
            if socket.read_buf(&mut buffer).await? == 0 {
                return Ok(());
            }
        };
        let line = head.as_ref().split(|byte: &u8| *byte == b'\r').next().unwrap_or_default();
        let target = line.split(|byte| *byte == b' ').nth(1).context("a request line has a target")?;
        let path = target.split(|byte| *byte == b'?').next().unwrap_or_default();
        if path.ends_with(b"/attach") {
            let mode = path.rsplit(|byte| *byte == b'/').nth(1).unwrap_or_default().to_owned();
            socket.write_all(UPGRADED).await?;
            return tunnel(socket, buffer, &mode).await;
        }
        skip(&mut socket, &mut buffer, find::length(&head)?.unwrap_or(0)).await?;
        let answer = if path.ends_with(b"/containers/json") {
            &list
        } else if path.ends_with(b"/containers/create") {
            &created
        } else {
            &done
        };
        socket.write_all(answer).await?;
    }
}

/// Reads over a body.
async fn skip(socket: &mut (impl AsyncRead + Unpin), buffer: &mut BytesMut, mut length: usize) -> Result<()> {
    loop {
        let here = length.min(buffer.len());
        buffer.advance(here);
        length -= here;
        if length == 0 {
            return Ok(());
        }
        buffer.reserve(CHUNK);
        ensure!(socket.read_buf(buffer).await? > 0, "a body broke off");
    }
}

async fn tunnel(mut socket: impl AsyncRead + AsyncWrite + Unpin, mut buffer: BytesMut, mode: &[u8]) -> Result<()> {
    match mode {
        b"echo" => {
            // Small, because thousands of these are idle at a time.
            buffer = BytesMut::from(buffer.as_ref());
            loop {
                if !buffer.is_empty() {
                    socket.write_all_buf(&mut buffer).await?;
                }
                buffer.reserve(256);
                if socket.read_buf(&mut buffer).await? == 0 {
                    return Ok(());
                }
            }
        }
        b"source" => {
            let bytes = vec![b'x'; CHUNK];
            loop {
                let mut left = number(&mut socket, &mut buffer).await?;
                while left > 0 {
                    let chunk = bytes.get(..left.min(CHUNK)).unwrap_or(&bytes);
                    socket.write_all(chunk).await?;
                    left -= chunk.len();
                }
            }
        }
        b"sink" => loop {
            let length = number(&mut socket, &mut buffer).await?;
            skip(&mut socket, &mut buffer, length).await?;
            socket.write_all(b".").await?;
        },
        _ => bail!("no container has this name"),
    }
}

async fn number(socket: &mut (impl AsyncRead + Unpin), buffer: &mut BytesMut) -> Result<usize> {
    while buffer.len() < 8 {
        ensure!(socket.read_buf(buffer).await? > 0, "the tunnel has ended");
    }
    Ok(usize::try_from(buffer.get_u64())?)
}

/// What a tunnel moves at a time, in bytes.
const CHUNK: usize = 64 * 1024;

const UPGRADED: &[u8] = b"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n\
    Connection: Upgrade\r\nUpgrade: tcp\r\n\r\n";

fn answer(status: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "HTTP/1.1 {status}\r\nApi-Version: 1.25\r\nContent-Type: application/json\r\nDocker-Experimental: false\r\n\
         Ostype: linux\r\nServer: Docker/1.13.0 (linux)\r\nDate: Mon, 02 Nov 2026 10:00:00 GMT\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

const CREATED: &str = r#"{"Id":"4f66ad9a0b2e2a1f4f2b0a7d8a3c8d9e6d2f1b7c5a4e3d2c1b0a99887766554f","Warnings":null}
"#;

/// Two containers, as a daemon lists them.
const LIST: &str = r#"[{"Id":"4f66ad9a0b2e2a1f4f2b0a7d8a3c8d9e6d2f1b7c5a4e3d2c1b0a99887766554f","Names":["/web"],"Image":"nginx:1.27","ImageID":"sha256:3b25b682ea82b2db3cc4fd48db818be788ee3f902ac7378090cf2624ec2442df","Command":"nginx -g 'daemon off;'","Created":1793613600,"Ports":[{"PrivatePort":80,"PublicPort":8080,"Type":"tcp"}],"Labels":{"com.example.team":"shop"},"State":"running","Status":"Up 2 hours","HostConfig":{"NetworkMode":"bridge"},"NetworkSettings":{"Networks":{"bridge":{"IPAddress":"172.16.0.2"}}},"Mounts":[]},{"Id":"9d1f0a6b7c8d9e6d2f1b7c5a4e3d2c1b0a99887766554f4f66ad9a0b2e2a1f4f","Names":["/db"],"Image":"postgres:17","ImageID":"sha256:ee82b2db3cc4fd48db818be788ee3f902ac7378090cf2624ec2442df3b25b682","Command":"docker-entrypoint.sh postgres","Created":1793613000,"Ports":[{"PrivatePort":5432,"Type":"tcp"}],"Labels":{},"State":"running","Status":"Up 2 hours","HostConfig":{"NetworkMode":"bridge"},"NetworkSettings":{"Networks":{"bridge":{"IPAddress":"172.16.0.3"}}},"Mounts":[]}]
"#;
