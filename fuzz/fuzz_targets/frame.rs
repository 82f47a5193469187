//! Frames and records that come in pieces mean what they mean in one piece: the
//! websocket frames of a client, and the JSON records of a backend's stream.
#![no_main]

use libfuzzer_sys::fuzz_target;
use vicgate::docker::bridge::{self, Ask, Host, Stream};
use vicgate::docker::endpoint::Endpoint;
use vicgate::standin::websocket::Frames;

fuzz_target!(|bytes: &[u8]| {
    let [step, bytes @ ..] = bytes else { return };
    let step = usize::from(*step).max(1);
    websocket(bytes, step);
    records(bytes, step);
});

fn websocket(bytes: &[u8], step: usize) {
    let whole = Frames::default().feed(bytes);
    let mut frames = Frames::default();
    let (mut data, mut pings, mut closed) = (Vec::new(), Vec::new(), false);
    for piece in bytes.chunks(step) {
        let received = frames.feed(piece);
        data.extend_from_slice(&received.data);
        pings.extend(received.pings);
        closed = received.closed;
        if closed {
            break;
        }
    }
    assert_eq!((&data[..], &pings, closed), (&whole.data[..], &whole.pings, whole.closed));
}

fn records(bytes: &[u8], step: usize) {
    let host = Host::default();
    let (client, backend) = (vicgate_fuzz::version(32), vicgate_fuzz::version(40));
    let ask = Ask { endpoint: Endpoint::SystemEvents, client, backend, host: &host };
    let start = || -> Stream { bridge::stream(&ask, &[]).expect("events differ between these versions") };
    let read = |step: usize| -> Result<Vec<u8>, String> {
        let mut stream = start();
        let mut out = Vec::new();
        for piece in bytes.chunks(step) {
            out.extend(stream.push(piece).map_err(|error| error.to_string())?);
        }
        out.extend(stream.end().map_err(|error| error.to_string())?);
        Ok(out)
    };
    assert_eq!(read(step), read(bytes.len().max(1)));
}
