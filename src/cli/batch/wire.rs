//! What parent and worker say to each other over the worker's stdin and stdout: frames of a message as JSON and raw
//! bytes that go with it. Records do not go this way: workers append them to files that the store hands out.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::io::{self, Read, Write};
use std::time::Duration;
use zhibiao::batch::{Kept, Part};
use zhibiao::pipeline::Times;

/// A frame longer than this is no frame of ours.
const MOST_BYTES: u32 = 1 << 30;

/// From parent to worker.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Order {
    /// Once, first.
    Setup(Setup),
    /// Append parts to the file with this number from now on; its path is the raw bytes.
    Segment(u32),
    /// Read a file; its path is the first `path_bytes` of the raw bytes. Of an archive whose slice is asked for, behind
    /// the path, a bit for each member that is done already. `careful`: what is done is told before the next is begun,
    /// so that it is known which document a worker died of.
    Read { path_bytes: usize, slice: Option<Slice>, careful: bool },
}

/// How a worker is to read.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) patterns: Option<std::path::PathBuf>,
    pub(super) max_bytes: u64,
    pub(super) max_size: u64,
    pub(super) max_ratio: u64,
    /// Here and not on the command line, where every user of the machine could read them.
    pub(super) passwords: Vec<String>,
    pub(super) ocr: zhibiao::ocr::Settings,
    pub(super) max_memory: Option<u64>,
}

/// Every `of`-th member of an archive, beginning with the one numbered `index`.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(super) struct Slice {
    pub(super) index: u32,
    pub(super) of: u32,
}

/// From worker to parent.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Answer {
    /// Patterns are loaded.
    Ready,
    /// The file is an archive, and nothing was read of it yet. This ends the order.
    Archive { sha256: String, bytes: u64 },
    /// This member of the archive is being read now.
    Member { index: u32, suffix: String, sha256: String, bytes: u64 },
    /// A page was recognised; the time limit begins anew.
    Page,
    /// Members are being skipped; the time limit begins anew.
    Alive,
    /// A document is done, and its part is in the file. Without a hash if it could not be read. Ends an order that is not for
    /// a slice of an archive.
    Document { index: u32, suffix: String, sha256: Option<String>, bytes: u64, kept: Box<Kept>, part: Part },
    /// The slice is done, with what is to be told of it.
    End { note: Option<String> },
    /// Time that the worker spent in each stage since it told the last time.
    Spent(Spent),
    /// Parts cannot be written.
    Broken(String),
}

/// Nanoseconds by stage of reading.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub(super) struct Spent {
    /// Opening and reading files.
    pub(super) open: u64,
    /// From bytes to a document.
    pub(super) load: u64,
    /// From there to lines and tables; recognition of pictures included.
    pub(super) reconstruct: u64,
    /// From there to records.
    pub(super) map: u64,
    /// Checking records.
    pub(super) validate: u64,
    /// Writing them as lines.
    pub(super) write: u64,
}

impl Spent {
    /// Adds what so many documents took, if each took as long as this one.
    pub(super) fn add_times(&mut self, times: &Times, documents: u64) {
        let nanos = |time: Duration| u64::try_from(time.as_nanos()).unwrap_or(0).saturating_mul(documents);
        let Times { load, reconstruct, map, validate, emit } = *times;
        self.add(Spent {
            open: 0,
            load: nanos(load),
            reconstruct: nanos(reconstruct),
            map: nanos(map),
            validate: nanos(validate),
            write: nanos(emit),
        });
    }

    pub(super) fn add(&mut self, more: Spent) {
        let Spent { open, load, reconstruct, map, validate, write } = more;
        self.open += open;
        self.load += load;
        self.reconstruct += reconstruct;
        self.map += map;
        self.validate += validate;
        self.write += write;
    }
}

pub(super) fn send(out: &mut impl Write, message: &impl Serialize, raw: &[&[u8]]) -> io::Result<()> {
    let json = serde_json::to_vec(message)?;
    let too_long = |_| io::Error::other("a message is too long");
    let raw_bytes: usize = raw.iter().map(|piece| piece.len()).sum();
    out.write_all(&u32::try_from(json.len()).map_err(too_long)?.to_le_bytes())?;
    out.write_all(&u32::try_from(raw_bytes).map_err(too_long)?.to_le_bytes())?;
    out.write_all(&json)?;
    raw.iter().try_for_each(|piece| out.write_all(piece))
}

/// The next message, its raw bytes into `raw`; None where the other side has closed the pipe between two messages.
pub(super) fn receive<T: DeserializeOwned>(from: &mut impl Read, raw: &mut Vec<u8>) -> io::Result<Option<T>> {
    let mut lengths = [0; 8];
    let mut got = 0;
    while got < lengths.len() {
        match from.read(&mut lengths[got..]) {
            Ok(0) if got == 0 => return Ok(None),
            Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
            Ok(n) => got += n,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    let [a, b, c, d, e, f, g, h] = lengths;
    let (json_bytes, raw_bytes) = (u32::from_le_bytes([a, b, c, d]), u32::from_le_bytes([e, f, g, h]));
    if json_bytes > MOST_BYTES || raw_bytes > MOST_BYTES {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "not a message"));
    }
    raw.resize(json_bytes as usize, 0);
    from.read_exact(raw)?;
    let message = serde_json::from_slice(raw)?;
    raw.resize(raw_bytes as usize, 0);
    from.read_exact(raw)?;
    Ok(Some(message))
}

/// A SHA-256 from its hex digits.
pub(super) fn hash(hex: &str) -> Option<[u8; 32]> {
    let mut hash = [0; 32];
    if hex.len() != 64 || !hex.is_ascii() {
        return None;
    }
    for (i, byte) in hash.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(hash)
}

/// Members that are done: a bit each.
#[derive(Debug, Clone, Default)]
pub(super) struct Members(Vec<u8>);

impl Members {
    pub(super) fn of_bytes(bytes: &[u8]) -> Self {
        Members(bytes.to_vec())
    }

    pub(super) fn add(&mut self, member: u32) {
        let at = member as usize / 8;
        if self.0.len() <= at {
            self.0.resize(at + 1, 0);
        }
        self.0[at] |= 1 << (member % 8);
    }

    pub(super) fn has(&self, member: u32) -> bool {
        self.0.get(member as usize / 8).is_some_and(|byte| byte & (1 << (member % 8)) != 0)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_come_as_they_went_and_a_cut_one_is_an_error() {
        let mut pipe = Vec::new();
        send(&mut pipe, &Order::Segment(3), &[b"ab", b"c"]).unwrap();
        let ended = pipe.len();
        send(&mut pipe, &Answer::End { note: None }, &[]).unwrap();
        let (mut from, mut raw) = (pipe.as_slice(), Vec::new());
        assert!(matches!(receive(&mut from, &mut raw).unwrap(), Some(Order::Segment(3))));
        assert_eq!(raw, b"abc");
        assert!(matches!(receive(&mut from, &mut raw).unwrap(), Some(Answer::End { note: None })));
        assert!(receive::<Answer>(&mut from, &mut raw).unwrap().is_none());
        for cut in ended + 1..pipe.len() - 1 {
            assert!(receive::<Answer>(&mut &pipe[ended..cut], &mut raw).is_err());
        }
        assert!(receive::<Answer>(&mut [0xff; 16].as_slice(), &mut raw).is_err());
    }

    #[test]
    fn members_are_bits() {
        let mut members = Members::default();
        members.add(9);
        assert!(members.has(9) && !members.has(8) && !members.has(1000));
        assert_eq!(members.bytes(), [0, 2]);
    }
}
