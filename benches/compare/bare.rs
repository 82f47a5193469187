//! A proxy of hyper and nothing else: what is left of a gateway that judges nothing.
//!
//! It has the shape of vicgate, with one thread and both connections of a client in one task, and
//! passes requests on as they are. What it costs more or less than HAProxy is hyper's and the
//! system's; what vicgate costs more than it is vicgate's own.

use std::cell::RefCell;
use std::future::{Future, poll_fn};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::rc::Rc;
use std::task::Poll;

use anyhow::{Context, Result};
use http::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper::{client, server};
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream, UnixStream};
use tokio::runtime::Builder;
use tokio::task::{LocalSet, spawn_local};

/// Serves until standard input ends.
pub(crate) fn run(backend: &Path, listen: SocketAddr) -> Result<()> {
    let runtime = Builder::new_current_thread().enable_all().build()?;
    LocalSet::new().block_on(&runtime, async {
        let listener = TcpListener::bind(listen).await?;
        println!("ready");
        let backend = backend.to_owned();
        spawn_local(async move {
            while let Ok((socket, _)) = listener.accept().await {
                let backend = backend.clone();
                // A connection that fails shows in the load, which expects an answer.
                spawn_local(async move { drop(serve(socket, backend).await) });
            }
        });
        crate::load::until_told_to_end().await;
        Ok(())
    })
}

async fn serve(client: TcpStream, backend: PathBuf) -> Result<()> {
    client.set_nodelay(true)?;
    let backend = UnixStream::connect(backend).await?;
    let mut http = client::conn::http1::Builder::new();
    http.title_case_headers(true);
    let (sender, driver) = http.handshake(TokioIo::new(backend)).await?;
    let sender = Rc::new(RefCell::new(Some(sender)));
    let service = service_fn(move |mut request: Request<Incoming>| {
        let place = sender.clone();
        async move {
            let mut sender = place.take().context("there is one request at a time")?;
            sender.ready().await?;
            let target = request.uri().path_and_query().cloned().context("a target is a path")?;
            *request.uri_mut() = target.into();
            let answer = sender.send_request(request).await?;
            place.replace(Some(sender));
            Ok::<_, anyhow::Error>(answer)
        }
    });
    let mut http = server::conn::http1::Builder::new();
    http.half_close(false).title_case_headers(true);
    let mut connection = pin!(http.serve_connection(TokioIo::new(client), service));
    let mut driver = pin!(driver);
    // Client and backend twice in turn: a request and its answer cross without another task.
    poll_fn(|cx| {
        for _ in 0..2 {
            if connection.as_mut().poll(cx).is_ready() || driver.as_mut().poll(cx).is_ready() {
                return Poll::Ready(());
            }
        }
        connection.as_mut().poll(cx).map(drop)
    })
    .await;
    Ok(())
}
