//! The output of a container that is kept for `docker logs`.

use std::collections::VecDeque;
use std::sync::Mutex;

use bytes::Bytes;
use tokio::sync::watch;

use super::clock::{self, Nanos};
use super::console::{Channel, Chunk};
use super::store::lock;

/// One piece of a line. The piece that ends the line holds its newline.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    pub(super) at: Nanos,
    pub(super) channel: Channel,
    pub(super) bytes: Bytes,
    /// True for the first piece of a line.
    pub(super) starts_line: bool,
}

/// A bounded log that can be followed.
pub(super) struct Log {
    capacity: usize,
    pieces: Mutex<Pieces>,
    /// How many pieces there have ever been.
    count: watch::Sender<u64>,
}

#[derive(Default)]
struct Pieces {
    kept: VecDeque<Piece>,
    /// The number of the first piece that is kept.
    first: u64,
    cost: usize,
    mid_line: bool,
}

/// What a piece costs besides its bytes.
const OVERHEAD: usize = 64;

impl Log {
    pub(super) fn new(capacity: usize) -> Self {
        Self { capacity, pieces: Mutex::new(Pieces::default()), count: watch::Sender::new(0) }
    }

    pub(super) fn append(&self, chunk: &Chunk) {
        let at = clock::now();
        let mut rest = chunk.bytes.clone();
        let mut pieces = lock(&self.pieces);
        let mut added = 0;
        while !rest.is_empty() {
            let newline = rest.iter().position(|&byte| byte == b'\n');
            let bytes = rest.split_to(newline.map_or(rest.len(), |at| at + 1));
            pieces.cost += bytes.len() + OVERHEAD;
            let starts_line = !pieces.mid_line;
            pieces.mid_line = newline.is_none();
            pieces.kept.push_back(Piece { at, channel: chunk.channel, bytes, starts_line });
            added += 1;
        }
        while pieces.cost > self.capacity {
            let Some(gone) = pieces.kept.pop_front() else {
                break;
            };
            pieces.cost -= gone.bytes.len() + OVERHEAD;
            pieces.first += 1;
        }
        drop(pieces);
        self.count.send_modify(|count| *count += added);
    }

    /// Told whenever something is appended.
    pub(super) fn watch(&self) -> watch::Receiver<u64> {
        self.count.subscribe()
    }

    /// Some pieces from number `from` on, and the number to go on with.
    pub(super) fn from(&self, from: u64) -> (Vec<Piece>, u64) {
        let pieces = lock(&self.pieces);
        let skip = usize::try_from(from.saturating_sub(pieces.first)).unwrap_or(usize::MAX);
        let some: Vec<Piece> = pieces.kept.iter().skip(skip).take(256).cloned().collect();
        let start = from.max(pieces.first);
        let next = start + u64::try_from(some.len()).unwrap_or(0);
        (some, next)
    }

    /// The number of the piece that starts the last `lines` lines.
    pub(super) fn tail(&self, lines: usize) -> u64 {
        let pieces = lock(&self.pieces);
        let end = pieces.first + u64::try_from(pieces.kept.len()).unwrap_or(0);
        if lines == 0 {
            return end;
        }
        let starts = pieces.kept.iter().enumerate().rev();
        starts
            .filter(|(_, piece)| piece.starts_line)
            .nth(lines - 1)
            .map_or(pieces.first, |(at, _)| pieces.first + u64::try_from(at).unwrap_or(0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(log: &Log, text: &'static str) {
        log.append(&Chunk { channel: Channel::Stdout, bytes: Bytes::from_static(text.as_bytes()) });
    }

    #[test]
    fn the_tail_counts_lines_that_came_in_pieces() {
        let log = Log::new(1 << 20);
        write(&log, "one\ntw");
        write(&log, "o\nthree\n");
        let (pieces, _) = log.from(log.tail(2));
        let text: Vec<u8> = pieces.iter().flat_map(|p| p.bytes.to_vec()).collect();
        assert_eq!(text, b"two\nthree\n");
        assert!(log.from(log.tail(0)).0.is_empty());
    }

    #[test]
    fn the_oldest_goes_when_the_log_is_full() {
        let log = Log::new(3 * (OVERHEAD + 2));
        for _ in 0..10 {
            write(&log, "x\n");
        }
        let (pieces, next) = log.from(0);
        assert_eq!((pieces.len(), next), (3, 10));
    }
}
