//! One client connection: hyper for calls, the bare socket for hijacks.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;

use http::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::mpsc;

use super::StandIn;
use super::dispatch;
use super::hijack::Hijack;
use super::reply::{Answer, Reply};
use super::route;
use super::socket::Socket;

/// Serves a client until it leaves.
pub(super) async fn serve(standin: Arc<StandIn>, socket: Socket, peer: String) {
    let flags = socket.flags();
    let (hijack_to, mut hijack_from) = mpsc::channel::<Hijack>(1);
    let peer: Arc<str> = Arc::from(peer);

    let service = service_fn(|request: Request<Incoming>| {
        // Set here, within hyper's read loop, so that the very next read obeys it.
        flags.hold_end(route::is_hijack(request.method(), request.uri()));
        let (standin, peer) = (Arc::clone(&standin), Arc::clone(&peer));
        let (hijack_to, held) = (hijack_to.clone(), flags.clone());
        let answer: Pin<Box<dyn Future<Output = Result<Reply, Infallible>> + Send>> = Box::pin(async move {
            match dispatch::answer(&standin, request, &peer).await {
                Answer::Reply(reply) => {
                    held.hold_end(false);
                    Ok(reply)
                }
                Answer::Hijack(hijack) => {
                    // The connection task takes the socket away from under this future; if
                    // the receiver is gone, so is the connection.
                    let _ = hijack_to.send(hijack).await;
                    std::future::pending().await
                }
            }
        });
        answer
    });

    let mut connection = http1::Builder::new()
        // Go writes header names in this form.
        .title_case_headers(true)
        .serve_connection(TokioIo::new(socket), service);
    let hijack = tokio::select! {
        // An error here means that the client left or spoke no HTTP; both end the connection.
        _ = &mut connection => return,
        Some(hijack) = hijack_from.recv() => hijack,
    };
    while flags.is_unflushed() {
        let flushed = std::future::poll_fn(|context| {
            let ended = Pin::new(&mut connection).poll(context).is_ready();
            if ended || !flags.is_unflushed() { std::task::Poll::Ready(ended) } else { std::task::Poll::Pending }
        });
        if flushed.await {
            return;
        }
    }
    // What hyper has read beyond the head is thrown away: VIC does the same with the buffer
    // that Go's Hijack returns, so stdin that comes before the answer is lost.
    let socket = connection.into_parts().io.into_inner();
    flags.hold_end(false);
    hijack.run(socket).await;
}
