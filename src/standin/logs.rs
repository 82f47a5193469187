//! `GET /containers/{id}/logs`.

use std::sync::Arc;

use bytes::{Bytes, BytesMut};

use super::StandIn;
use super::clock::{self, Nanos};
use super::console::{Channel, frame};
use super::container::{Container, Status};
use super::failure::Failure;
use super::log::Piece;
use super::reply::{self, Reply};
use super::request::Call;

/// How a log is to be shown.
#[derive(Clone, Copy)]
struct View {
    since: Nanos,
    timestamps: bool,
    stdout: bool,
    stderr: bool,
    /// VIC sends all as stdout, and all that there is.
    keeps_channels: bool,
    framed: bool,
}

/// `GET /containers/{id}/logs`. The head goes out at once; it has no content type.
pub(super) fn stream(standin: &Arc<StandIn>, name: &str, call: &Call) -> Result<Reply, Failure> {
    let (stdout, stderr) = (call.query.flag("stdout"), call.query.flag("stderr"));
    if !stdout && !stderr {
        return Err(Failure::bad_request("Bad parameters: you must choose at least one stream"));
    }
    let container = standin.store.container(name)?;
    let tail = tail(call.query.text("tail"))?;
    let view = View {
        since: clock::parse(call.query.text("since"))?.unwrap_or(0),
        timestamps: call.query.flag("timestamps"),
        stdout,
        stderr,
        keeps_channels: !standin.settings.is_vic(),
        framed: !container.spec.tty,
    };
    let follow = call.query.flag("follow");
    let (sender, reply) = reply::stream(None);
    standin.spawn(async move {
        tokio::select! {
            () = sender.closed() => {}
            () = send(&container, view, tail, follow, &sender) => {}
        }
    });
    Ok(reply)
}

async fn send(
    container: &Container,
    view: View,
    tail: Option<usize>,
    follow: bool,
    sender: &tokio::sync::mpsc::Sender<Bytes>,
) {
    let Some(log) = container.console.log() else {
        return;
    };
    let mut grown = log.watch();
    let mut states = container.watch();
    let mut next = tail.map_or(0, |lines| log.tail(lines));
    loop {
        // Asked before the log is read: what was written before the end is then read too.
        let over = !follow || states.borrow_and_update().status != Status::Running;
        grown.mark_unchanged();
        let (pieces, after) = log.from(next);
        next = after;
        if pieces.is_empty() {
            if over {
                return;
            }
            tokio::select! {
                _ = grown.changed() => {}
                _ = states.changed() => {}
            }
            continue;
        }
        for piece in pieces.iter().filter(|piece| view.shows(piece)) {
            if sender.send(view.bytes(piece)).await.is_err() {
                return;
            }
        }
    }
}

impl View {
    fn shows(&self, piece: &Piece) -> bool {
        let selected = match piece.channel {
            Channel::Stdout => self.stdout,
            Channel::Stderr => self.stderr,
        };
        piece.at >= self.since && (selected || !self.keeps_channels)
    }

    fn bytes(&self, piece: &Piece) -> Bytes {
        let mut bytes = BytesMut::new();
        if self.timestamps && piece.starts_line {
            bytes.extend_from_slice(clock::rfc3339_nano(piece.at).as_bytes());
            bytes.extend_from_slice(b" ");
        }
        bytes.extend_from_slice(&piece.bytes);
        if !self.framed {
            return bytes.freeze();
        }
        let channel = if self.keeps_channels { piece.channel } else { Channel::Stdout };
        frame(channel, &bytes)
    }
}

/// The number of last lines; `None` for all.
fn tail(text: &str) -> Result<Option<usize>, Failure> {
    if matches!(text, "" | "all") {
        return Ok(None);
    }
    let number: i64 = text.parse().map_err(|_| {
        Failure::internal(format!("error parsing tail option: strconv.ParseInt: parsing {text:?}: invalid syntax"))
    })?;
    // A negative number asks for all, as in Docker.
    Ok(usize::try_from(number).ok())
}
