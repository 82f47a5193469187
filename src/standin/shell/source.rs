//! Where commands read and write besides their three streams.

use std::sync::Arc;

use bytes::Bytes;

use super::super::pipe::Reader;
use super::super::tree::FileError;
use super::commands::complain;
use super::{Output, Shell, Streams};

/// What a command reads: its files in turn, or standard input.
pub(super) enum Source {
    Stream(Reader),
    /// `/dev/zero`.
    Zeros,
}

impl Source {
    /// Opens a file; `-` is standard input.
    pub(super) async fn open(shell: &Shell, name: &str, streams: &Streams) -> Option<Self> {
        match shell.path(name).as_str() {
            _ if name == "-" => Some(Self::Stream(streams.stdin.clone())),
            "/dev/stdin" => Some(Self::Stream(streams.stdin.clone())),
            "/dev/null" => Some(Self::Stream(Reader::of(Bytes::new()))),
            "/dev/zero" => Some(Self::Zeros),
            path => match shell.context.files.read(path) {
                Ok(content) => Some(Self::Stream(Reader::of(content))),
                Err(error) => {
                    complain(streams, &format!("cannot open '{name}': {error}")).await;
                    None
                }
            },
        }
    }

    pub(super) async fn read(&self) -> Option<Bytes> {
        static ZEROS: [u8; 65_536] = [0; 65_536];
        match self {
            Self::Stream(reader) => reader.read().await,
            Self::Zeros => Some(Bytes::from_static(&ZEROS)),
        }
    }
}

/// Opens a file for writing.
pub(super) fn output(shell: &Shell, path: &str, append: bool) -> Result<Output, FileError> {
    if path == "/dev/null" {
        return Ok(Output::Null);
    }
    let files = &shell.context.files;
    files.write(path, b"", append)?;
    Ok(Output::File(Arc::clone(files), path.to_owned()))
}
