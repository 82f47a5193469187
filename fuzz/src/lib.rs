//! What the fuzz targets share. `fuzz/README.md` says how they are run.

use std::cell::RefCell;
use std::io;
use std::rc::Rc;

use bytes::Bytes;
use http::request::Parts;
use http::{Request, Response};
use http_body_util::{BodyExt, Empty};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncWriteExt, duplex};
use vicgate::docker::endpoint::Endpoint;
use vicgate::docker::version::ApiVersion;

/// An operation, chosen by a byte of the input.
pub fn endpoint(byte: u8) -> Endpoint {
    Endpoint::ALL[usize::from(byte) % Endpoint::ALL.len()]
}

/// A version of the API from 1.12 to 1.55, chosen by a byte of the input.
pub fn version(byte: u8) -> ApiVersion {
    ApiVersion::new(12 + byte % 44)
}

/// The first request of a client's bytes, as hyper reads it with the gateway's settings.
pub struct First {
    /// Its head.
    pub head: Parts,
    /// True unless the head says that there is none.
    pub has_body: bool,
    /// Its body; `None` if it breaks off or is framed badly.
    pub body: Option<Vec<u8>>,
}

/// Reads the first request of `bytes`, behind which the client ends; `None` if
/// they hold no head that hyper takes.
pub fn first_request(bytes: &[u8]) -> Option<First> {
    let runtime =
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime without drivers needs nothing");
    runtime.block_on(async {
        let (mut client, server) = duplex(bytes.len() + 64 * 1024);
        client.write_all(bytes).await.expect("the pipe is long enough");
        client.shutdown().await.expect("a pipe can be closed");
        let first = Rc::new(RefCell::new(None));
        let slot = first.clone();
        let service = service_fn(move |request: Request<Incoming>| {
            let slot = slot.clone();
            async move {
                let (head, mut body) = request.into_parts();
                let has_body = !hyper::body::Body::is_end_stream(&body);
                let mut read = Some(Vec::new());
                while let Some(frame) = body.frame().await {
                    match (frame, &mut read) {
                        (Ok(frame), Some(read)) => {
                            read.extend_from_slice(frame.data_ref().map_or(&[], |data| &data[..]))
                        }
                        (Err(_), _) | (_, None) => {
                            read = None;
                            break;
                        }
                    }
                }
                *slot.borrow_mut() = Some(First { head, has_body, body: read });
                Err::<Response<Empty<Bytes>>, _>(io::Error::other("the first is enough"))
            }
        });
        let mut http = http1::Builder::new();
        http.half_close(true).title_case_headers(true).max_buf_size(64 * 1024);
        // It ends with the error above, or with one of its own.
        let _ = http.serve_connection(TokioIo::new(server), service).await;
        first.take()
    })
}

/// Fails unless each problem names the file and a place that the text has.
pub fn have_places(file: &str, text: &str, problems: &[vicgate::policy::Problem]) {
    assert!(!problems.is_empty(), "a refusal needs a reason");
    for problem in problems {
        assert!(!problem.message.is_empty());
        if problem.file != file || problem.line == 0 {
            continue;
        }
        let line = text.split('\n').nth(problem.line - 1).unwrap_or_else(|| panic!("no such line: {problem}"));
        assert!((1..=line.chars().count() + 1).contains(&problem.column), "no such column: {problem}");
    }
}
