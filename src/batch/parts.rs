//! Records of documents, appended to files that are never changed afterwards: a part a document, its lines kind by kind.

use crate::emit::json_lines::KINDS;
use crate::model::Kind;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use tempfile::SpooledTempFile;

/// Lines of one kind of one document beyond this size wait on disk.
const HELD_IN_MEMORY: usize = 256 << 10;
/// Parts go to another file beyond this size, so that old ones can go.
const SEGMENT_BYTES: u64 = 1 << 30;

/// Where the records of a document stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Part {
    /// Number of the file.
    pub segment: u32,
    /// Where in the file the part begins.
    pub offset: u64,
    /// Bytes of each kind's lines, one kind after the other.
    pub lengths: [u64; KINDS.len()],
    /// CRC-32 of them all.
    pub crc: u32,
}

impl Part {
    /// Bytes in all.
    pub fn bytes(&self) -> u64 {
        self.lengths.iter().sum()
    }
}

/// The lines of one document, kind by kind, while they come in.
#[derive(Debug, Default)]
pub struct Lines([Option<SpooledTempFile>; KINDS.len()]);

impl Lines {
    /// Adds whole lines.
    ///
    /// # Errors
    /// A temporary folder that is full.
    pub fn push(&mut self, kind: Kind, lines: &[u8]) -> io::Result<()> {
        self.0[kind as usize].get_or_insert_with(|| SpooledTempFile::new(HELD_IN_MEMORY)).write_all(lines)
    }
}

/// Writes parts.
#[derive(Debug)]
pub(super) struct Appender {
    dir: PathBuf,
    next: u32,
    open: Option<(u32, u64, BufWriter<File>)>,
}

impl Appender {
    /// Appends to files that do not exist yet: what a broken run left at the end of others is not built upon.
    pub(super) fn new(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let next = segments(dir)?.into_iter().max().map_or(1, |last| last + 1);
        Ok(Appender { dir: dir.to_owned(), next, open: None })
    }

    pub(super) fn append(&mut self, lines: &mut Lines) -> io::Result<Part> {
        let mut lengths = [0; KINDS.len()];
        let mut crc = crc32fast::Hasher::new();
        let (segment, offset, file) = self.segment()?;
        let start = *offset;
        let mut buffer = vec![0; 64 << 10];
        for (held, length) in lines.0.iter_mut().zip(&mut lengths) {
            let Some(held) = held else { continue };
            held.rewind()?;
            loop {
                let read = held.read(&mut buffer)?;
                if read == 0 {
                    break;
                }
                crc.update(&buffer[..read]);
                file.write_all(&buffer[..read])?;
                *length += read as u64;
                *offset += read as u64;
            }
        }
        Ok(Part { segment, offset: start, lengths, crc: crc.finalize() })
    }

    fn segment(&mut self) -> io::Result<(u32, &mut u64, &mut BufWriter<File>)> {
        if self.open.as_ref().is_some_and(|(_, at, _)| *at >= SEGMENT_BYTES) {
            self.sync()?;
            self.open = None;
        }
        if self.open.is_none() {
            let file = OpenOptions::new().write(true).create_new(true).open(path(&self.dir, self.next))?;
            self.open = Some((self.next, 0, BufWriter::with_capacity(1 << 20, file)));
            self.next += 1;
        }
        match &mut self.open {
            Some((id, at, file)) => Ok((*id, at, file)),
            None => Err(io::Error::other("no file for parts is open")),
        }
    }

    /// What is appended so far is on disk after this.
    pub(super) fn sync(&mut self) -> io::Result<()> {
        if let Some((_, _, file)) = &mut self.open {
            file.flush()?;
            file.get_ref().sync_data()?;
        }
        Ok(())
    }

    /// The next part goes to a new file.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.sync()?;
        self.open = None;
        Ok(())
    }
}

fn path(dir: &Path, segment: u32) -> PathBuf {
    dir.join(format!("{segment:08}.part"))
}

/// The numbers of the files in the folder of parts.
pub(super) fn segments(dir: &Path) -> io::Result<Vec<u32>> {
    let mut numbers = Vec::new();
    for entry in fs::read_dir(dir)? {
        let name = entry?.file_name();
        numbers.extend(name.to_str().and_then(|name| name.strip_suffix(".part")?.parse::<u32>().ok()));
    }
    numbers.sort_unstable();
    Ok(numbers)
}

pub(super) fn remove(dir: &Path, segment: u32) -> io::Result<()> {
    fs::remove_file(path(dir, segment))
}

pub(super) fn size(dir: &Path, segment: u32) -> u64 {
    fs::metadata(path(dir, segment)).map_or(0, |m| m.len())
}

/// Parts up to this size are read at once, checked, and only then given out; longer ones are read twice.
const READ_AT_ONCE: u64 = 4 << 20;

/// Reads parts.
#[derive(Debug)]
pub(super) struct PartReader {
    dir: PathBuf,
    /// The file read last: parts of one run mostly lie in one.
    open: Option<(u32, File)>,
    buffer: Vec<u8>,
}

impl PartReader {
    pub(super) fn new(dir: &Path) -> Self {
        PartReader { dir: dir.to_owned(), open: None, buffer: Vec::new() }
    }

    fn at(&mut self, part: &Part) -> io::Result<&mut File> {
        if self.open.as_ref().is_none_or(|(segment, _)| *segment != part.segment) {
            self.open = Some((part.segment, File::open(path(&self.dir, part.segment))?));
        }
        match &mut self.open {
            Some((_, file)) => {
                file.seek(SeekFrom::Start(part.offset))?;
                Ok(file)
            }
            None => Err(io::Error::other("no file of parts is open")),
        }
    }

    /// Hands over each line with its kind.
    ///
    /// # Errors
    /// `InvalidData` or `UnexpectedEof` where the part is not what was written, before any line is handed over; what the
    /// sink reports.
    pub(super) fn lines(&mut self, part: &Part, sink: &mut dyn FnMut(Kind, &[u8]) -> io::Result<()>) -> io::Result<()> {
        if part.bytes() <= READ_AT_ONCE {
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.resize(usize::try_from(part.bytes()).unwrap_or(0), 0);
            self.at(part)?.read_exact(&mut buffer)?;
            check(crc32fast::hash(&buffer), part)?;
            let done = split(&mut buffer.as_slice(), part, sink);
            self.buffer = buffer;
            return done;
        }
        let mut crc = crc32fast::Hasher::new();
        let mut file = self.at(part)?.take(part.bytes());
        let mut buffer = vec![0; 256 << 10];
        loop {
            let read = file.read(&mut buffer)?;
            if read == 0 {
                break;
            }
            crc.update(&buffer[..read]);
        }
        check(crc.finalize(), part)?;
        split(&mut BufReader::with_capacity(256 << 10, self.at(part)?), part, sink)
    }

    /// The part as [`Lines`] that can be appended again.
    pub(super) fn copy(&mut self, part: &Part) -> io::Result<Lines> {
        let mut lines = Lines::default();
        self.lines(part, &mut |kind, line| lines.push(kind, line))?;
        Ok(lines)
    }
}

fn check(found: u32, part: &Part) -> io::Result<()> {
    if found == part.crc {
        return Ok(());
    }
    Err(io::Error::new(io::ErrorKind::InvalidData, "a part's checksum is wrong"))
}

fn split(from: &mut impl BufRead, part: &Part, sink: &mut dyn FnMut(Kind, &[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut line = Vec::new();
    for (kind, length) in KINDS.into_iter().zip(part.lengths) {
        let mut left = length;
        while left > 0 {
            line.clear();
            let read = from.by_ref().take(left).read_until(b'\n', &mut line)?;
            if read == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            left -= read as u64;
            sink(kind, &line)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: &[(Kind, &str)]) -> Lines {
        let mut lines = Lines::default();
        texts.iter().for_each(|(kind, text)| lines.push(*kind, text.as_bytes()).unwrap());
        lines
    }

    fn read(dir: &Path, part: &Part) -> io::Result<Vec<(Kind, String)>> {
        let mut all = Vec::new();
        PartReader::new(dir).lines(part, &mut |kind, line| {
            all.push((kind, String::from_utf8(line.to_vec()).unwrap()));
            Ok(())
        })?;
        Ok(all)
    }

    #[test]
    fn parts_come_back_kind_by_kind_and_a_later_run_begins_another_file() {
        let dir = tempfile::tempdir().unwrap();
        let mut appender = Appender::new(dir.path()).unwrap();
        appender.append(&mut lines(&[(Kind::Document, "d\n")])).unwrap();
        let part = appender
            .append(&mut lines(&[(Kind::Form, "f1\n"), (Kind::Document, "d2\n"), (Kind::Form, "f2\n")]))
            .unwrap();
        appender.sync().unwrap();
        assert_eq!((part.segment, part.offset, part.lengths), (1, 2, [3, 6, 0, 0, 0]));
        let expected = [(Kind::Document, "d2\n"), (Kind::Form, "f1\n"), (Kind::Form, "f2\n")];
        assert_eq!(read(dir.path(), &part).unwrap(), expected.map(|(kind, text)| (kind, text.to_owned())));
        assert_eq!(Appender::new(dir.path()).unwrap().append(&mut lines(&[])).unwrap().segment, 2);
    }

    #[test]
    fn a_damaged_part_gives_no_line() {
        let dir = tempfile::tempdir().unwrap();
        let mut appender = Appender::new(dir.path()).unwrap();
        let part = appender.append(&mut lines(&[(Kind::Document, "d\n")])).unwrap();
        appender.close().unwrap();
        fs::write(dir.path().join("00000001.part"), "e\n").unwrap();
        assert_eq!(read(dir.path(), &part).unwrap_err().kind(), io::ErrorKind::InvalidData);
        fs::write(dir.path().join("00000001.part"), "d").unwrap();
        assert_eq!(read(dir.path(), &part).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
