//! The admin listener: metrics and health, on an address of its own.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;

use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::TcpListener;

use super::Metrics;
use crate::body::Body;

/// Tells whether the backend can be reached right now.
pub type Ready = Arc<dyn Fn() -> std::pin::Pin<Box<dyn Future<Output = Result<(), String>> + Send>> + Send + Sync>;

/// The admin listener.
pub struct Admin {
    listener: TcpListener,
    metrics: Arc<Metrics>,
    ready: Ready,
}

impl Admin {
    /// Binds it.
    ///
    /// # Errors
    /// One line that names the address.
    pub async fn bind(address: SocketAddr, metrics: Arc<Metrics>, ready: Ready) -> Result<Self, String> {
        let listener = TcpListener::bind(address)
            .await
            .map_err(|error| format!("cannot listen on {address} for the admin listener: {error}"))?;
        Ok(Self { listener, metrics, ready })
    }

    /// Its address, with the real port.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.listener.local_addr().ok()
    }

    /// Serves `/metrics`, `/healthz` (the process is up) and `/readyz` (the
    /// backend can be reached), for ever.
    #[expect(clippy::disallowed_methods, reason = "a drain need not wait for who reads the metrics")]
    pub async fn run(self) {
        loop {
            let Ok((stream, _)) = self.listener.accept().await else {
                // Out of descriptors, most likely: leave the processor to those who can free some.
                tokio::time::sleep(std::time::Duration::from_millis(100)).await;
                continue;
            };
            let (metrics, ready) = (self.metrics.clone(), self.ready.clone());
            tokio::spawn(async move {
                let service = service_fn(move |request| answer(request, metrics.clone(), ready.clone()));
                // An admin client that goes away is of no interest.
                let _ = http1::Builder::new()
                    .timer(TokioTimer::new())
                    .serve_connection(TokioIo::new(stream), service)
                    .await;
            });
        }
    }
}

async fn answer(request: Request<Incoming>, metrics: Arc<Metrics>, ready: Ready) -> Result<Response<Body>, Infallible> {
    let path = request.uri().path_and_query().map_or("", |target| target.as_str());
    let (status, text) = match (request.method(), path) {
        (&Method::GET, "/metrics") => (StatusCode::OK, metrics.render()),
        (&Method::GET, "/healthz") => (StatusCode::OK, "ok\n".into()),
        (&Method::GET, "/readyz") => match ready().await {
            Ok(()) => (StatusCode::OK, "ok\n".into()),
            Err(problem) => (StatusCode::SERVICE_UNAVAILABLE, format!("{problem}\n")),
        },
        _ => (StatusCode::NOT_FOUND, "here are /metrics, /healthz and /readyz\n".into()),
    };
    let mut response = Response::new(Body::full(text));
    *response.status_mut() = status;
    let kind = if path == "/metrics" {
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
    } else {
        "text/plain; charset=utf-8"
    };
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    Ok(response)
}
