//! Records of documents, appended to files that are never changed afterwards: a part a document, its lines kind by kind.

use super::part::Part;
use crate::emit::json_lines::{KINDS, kind, write_line, write_record};
use crate::model::{Kind, Record};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Lines of one kind of one document beyond this size wait on disk.
const HELD_IN_MEMORY: usize = 256 << 10;
/// Parts go to another file beyond this size, so that old ones can go.
pub const SEGMENT_BYTES: u64 = 1 << 30;
/// Parts wait in memory up to this size to be written together.
const WRITTEN_AT_ONCE: usize = 1 << 20;

/// The lines of one document, kind by kind, while they come in. Cleared, it serves for the next.
#[derive(Debug, Default)]
pub struct Lines([Held; KINDS.len()]);

/// Lines of one kind: the first of them in a file, if they are many, the others in memory.
#[derive(Debug, Default)]
struct Held {
    early: Option<File>,
    late: Vec<u8>,
}

impl Lines {
    /// Adds whole lines.
    ///
    /// # Errors
    /// A temporary folder that is full.
    pub fn push(&mut self, kind: Kind, lines: &[u8]) -> io::Result<()> {
        let held = &mut self.0[kind as usize];
        held.late.extend_from_slice(lines);
        held.settle()
    }

    /// Adds a value as a line.
    ///
    /// # Errors
    /// As of [`Lines::push`].
    pub fn write(&mut self, kind: Kind, value: &impl Serialize) -> io::Result<()> {
        let held = &mut self.0[kind as usize];
        write_line(&mut held.late, value)?;
        held.settle()
    }

    /// Adds a record as a line of its kind.
    ///
    /// # Errors
    /// As of [`Lines::push`].
    pub fn write_record(&mut self, record: &Record) -> io::Result<()> {
        let held = &mut self.0[kind(record) as usize];
        write_record(&mut held.late, record)?;
        held.settle()
    }

    /// Nothing is held after this.
    pub fn clear(&mut self) {
        for held in &mut self.0 {
            held.early = None;
            held.late.clear();
            held.late.shrink_to(HELD_IN_MEMORY);
        }
    }
}

impl Held {
    fn settle(&mut self) -> io::Result<()> {
        if self.late.len() < HELD_IN_MEMORY {
            return Ok(());
        }
        if self.early.is_none() {
            self.early = Some(tempfile::tempfile()?);
        }
        if let Some(file) = &mut self.early {
            file.write_all(&self.late)?;
            self.late.clear();
        }
        Ok(())
    }
}

/// Hands out the files that parts are appended to: each writer, this process or another one, has one of its own.
#[derive(Debug)]
pub struct Segments {
    dir: PathBuf,
    next: AtomicU32,
    /// Held open, so that a failure to write what is still in the system's memory is told here.
    open: Mutex<BTreeMap<u32, File>>,
}

impl Segments {
    /// Hands out files that do not exist yet: what a broken run left at the end of others is not built upon.
    pub(super) fn new(dir: &Path) -> io::Result<Self> {
        fs::create_dir_all(dir)?;
        let next = segments(dir)?.into_iter().max().map_or(1, |last| last + 1);
        Ok(Segments { dir: dir.to_owned(), next: AtomicU32::new(next), open: Mutex::default() })
    }

    fn open(&self) -> MutexGuard<'_, BTreeMap<u32, File>> {
        // Whoever panicked while it held the lock left the map whole.
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A new file: its number and its path.
    ///
    /// # Errors
    /// The disk.
    pub fn create(&self) -> io::Result<(u32, PathBuf)> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        let path = path(&self.dir, number);
        let file = OpenOptions::new().write(true).create_new(true).open(&path)?;
        // Its name, too, is durable then; a system without folders as files does that by itself.
        let _ = File::open(&self.dir).and_then(|dir| dir.sync_all());
        self.open().insert(number, file);
        Ok((number, path))
    }

    /// What was written to these files so far is on disk after this.
    pub(super) fn sync(&self, numbers: &BTreeSet<u32>) -> io::Result<()> {
        for number in numbers {
            // Not under the lock: others want new files meanwhile.
            let file = self.open().get(number).map(File::try_clone).transpose()?;
            match file {
                Some(file) => file.sync_data()?,
                None => OpenOptions::new().write(true).open(path(&self.dir, *number))?.sync_data()?,
            }
        }
        Ok(())
    }

    /// Nothing is written to any of these files any more.
    pub(super) fn close(&self) {
        self.open().clear();
    }
}

/// Writes parts to the end of one file.
#[derive(Debug)]
pub struct Appender {
    segment: u32,
    file: File,
    /// Where the file's parts end, and what is to follow there.
    written: u64,
    waiting: Vec<u8>,
}

impl Appender {
    /// Behind what the file holds, which [`Segments::create`] made.
    ///
    /// # Errors
    /// The disk, as of every method.
    pub fn open(segment: u32, path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new().write(true).open(path)?;
        let written = file.seek(SeekFrom::End(0))?;
        Ok(Appender { segment, file, written, waiting: Vec::new() })
    }

    /// Where the file will end once all is written, in bytes.
    pub fn end(&self) -> u64 {
        self.written + self.waiting.len() as u64
    }

    /// Adds a document's lines. They may be in memory until [`Appender::flush`].
    pub fn append(&mut self, lines: &mut Lines) -> io::Result<Part> {
        let mut part = Part { segment: self.segment, offset: self.end(), lengths: [0; KINDS.len()], crc: 0 };
        let mut crc = crc32fast::Hasher::new();
        for (held, length) in lines.0.iter_mut().zip(&mut part.lengths) {
            if let Some(early) = &mut held.early {
                early.rewind()?;
                let mut buffer = vec![0; 64 << 10];
                loop {
                    let read = early.read(&mut buffer)?;
                    if read == 0 {
                        break;
                    }
                    *length += self.add(&buffer[..read], &mut crc)?;
                }
            }
            *length += self.add(&held.late, &mut crc)?;
        }
        part.crc = crc.finalize();
        Ok(part)
    }

    fn add(&mut self, bytes: &[u8], crc: &mut crc32fast::Hasher) -> io::Result<u64> {
        crc.update(bytes);
        self.waiting.extend_from_slice(bytes);
        if self.waiting.len() >= WRITTEN_AT_ONCE {
            self.flush()?;
        }
        Ok(bytes.len() as u64)
    }

    /// What was added is in the file after this, though maybe not on disk: [`super::Store::commit`] sees to that.
    pub fn flush(&mut self) -> io::Result<()> {
        // What a write that failed left there is overwritten.
        self.file.seek(SeekFrom::Start(self.written))?;
        self.file.write_all(&self.waiting)?;
        self.written += self.waiting.len() as u64;
        self.waiting.clear();
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
pub(super) const READ_AT_ONCE: u64 = 4 << 20;
/// Read at once where parts follow each other in the file.
const AHEAD: u64 = 256 << 10;

/// Reads parts.
#[derive(Debug)]
pub(super) struct PartReader {
    dir: PathBuf,
    /// The file read last: parts of one run mostly lie in few.
    open: Option<(u32, File)>,
    /// What was read of it, and from where.
    buffer: Vec<u8>,
    from: u64,
    /// The end of the part given out last: the next one may begin there.
    last: (u32, u64),
}

impl PartReader {
    pub(super) fn new(dir: &Path) -> Self {
        PartReader { dir: dir.to_owned(), open: None, buffer: Vec::new(), from: 0, last: (0, 0) }
    }

    fn at(&mut self, part: &Part) -> io::Result<&mut File> {
        if self.open.as_ref().is_none_or(|(segment, _)| *segment != part.segment) {
            self.open = Some((part.segment, File::open(path(&self.dir, part.segment))?));
            self.buffer.clear();
        }
        match &mut self.open {
            Some((_, file)) => {
                file.seek(SeekFrom::Start(part.offset))?;
                Ok(file)
            }
            None => Err(io::Error::other("no file of parts is open")),
        }
    }

    /// A part of at most [`READ_AT_ONCE`] bytes: its lines, kind by kind.
    ///
    /// # Errors
    /// `InvalidData` or `UnexpectedEof` where it is not what was written.
    pub(super) fn read(&mut self, part: &Part) -> io::Result<[&[u8]; KINDS.len()]> {
        let bytes = part.bytes();
        let same = self.open.as_ref().is_some_and(|(segment, _)| *segment == part.segment);
        let held = self.buffer.len() as u64;
        let within = same && part.offset >= self.from && part.offset.saturating_add(bytes) <= self.from + held;
        if !within {
            let follows = self.last == (part.segment, part.offset);
            let most = if follows { bytes.max(AHEAD) } else { bytes };
            let mut buffer = std::mem::take(&mut self.buffer);
            buffer.clear();
            self.at(part)?.take(most).read_to_end(&mut buffer)?;
            (self.buffer, self.from) = (buffer, part.offset);
        }
        self.last = (part.segment, part.offset.saturating_add(bytes));
        let at = usize::try_from(part.offset - self.from).unwrap_or(usize::MAX);
        let end = at.saturating_add(usize::try_from(bytes).unwrap_or(usize::MAX));
        let Some(mut rest) = self.buffer.get(at..end) else { return Err(io::ErrorKind::UnexpectedEof.into()) };
        check(crc32fast::hash(rest), part)?;
        let mut kinds: [&[u8]; KINDS.len()] = Default::default();
        for (lines, length) in kinds.iter_mut().zip(part.lengths) {
            // Their sum is the length of all.
            (*lines, rest) = rest.split_at(usize::try_from(length).unwrap_or(0));
        }
        Ok(kinds)
    }

    /// Hands over each line with its kind, of a part of any size.
    ///
    /// # Errors
    /// `InvalidData` or `UnexpectedEof` where the part is not what was written, before any line is handed over; what the
    /// sink reports.
    pub(super) fn lines(&mut self, part: &Part, sink: &mut dyn FnMut(Kind, &[u8]) -> io::Result<()>) -> io::Result<()> {
        if part.bytes() <= READ_AT_ONCE {
            let kinds = self.read(part)?;
            return KINDS.into_iter().zip(kinds).try_for_each(|(kind, lines)| {
                lines.split_inclusive(|byte| *byte == b'\n').try_for_each(|line| sink(kind, line))
            });
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
        let segments = Segments::new(dir.path()).unwrap();
        let (number, path) = segments.create().unwrap();
        let mut appender = Appender::open(number, &path).unwrap();
        appender.append(&mut lines(&[(Kind::Document, "d\n")])).unwrap();
        let part = appender
            .append(&mut lines(&[(Kind::Form, "f1\n"), (Kind::Document, "d2\n"), (Kind::Form, "f2\n")]))
            .unwrap();
        appender.flush().unwrap();
        assert_eq!((part.segment, part.offset, part.lengths), (1, 2, [3, 6, 0, 0, 0]));
        let expected = [(Kind::Document, "d2\n"), (Kind::Form, "f1\n"), (Kind::Form, "f2\n")];
        assert_eq!(read(dir.path(), &part).unwrap(), expected.map(|(kind, text)| (kind, text.to_owned())));
        assert_eq!(Segments::new(dir.path()).unwrap().create().unwrap().0, 2);
        // Another writer of the same run goes on behind what the first one left, whole or not.
        let mut second = Appender::open(number, &path).unwrap();
        let last = second.append(&mut lines(&[(Kind::Document, "e\n")])).unwrap();
        second.flush().unwrap();
        assert_eq!((last.offset, read(dir.path(), &last).unwrap()), (11, vec![(Kind::Document, "e\n".to_owned())]));
    }

    #[test]
    fn lines_that_are_many_wait_on_disk_and_stay_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let (number, path) = Segments::new(dir.path()).unwrap().create().unwrap();
        let mut appender = Appender::open(number, &path).unwrap();
        let mut held = Lines::default();
        let long = "x".repeat(1000);
        for n in 0..1000 {
            held.write(Kind::Form, &format!("{n}{long}")).unwrap();
            held.write(Kind::Document, &n).unwrap();
        }
        let part = appender.append(&mut held).unwrap();
        held.clear();
        let next = appender.append(&mut held).unwrap();
        appender.flush().unwrap();
        assert_eq!((next.offset, next.bytes()), (appender.end(), 0));
        let expected = (0..1000).map(|n| (Kind::Document, format!("{n}\n")));
        let expected = expected.chain((0..1000).map(|n| (Kind::Form, format!("\"{n}{long}\"\n"))));
        assert!(read(dir.path(), &part).unwrap().into_iter().eq(expected));
    }

    #[test]
    fn a_damaged_part_gives_no_line() {
        let dir = tempfile::tempdir().unwrap();
        let (number, path) = Segments::new(dir.path()).unwrap().create().unwrap();
        let mut appender = Appender::open(number, &path).unwrap();
        let part = appender.append(&mut lines(&[(Kind::Document, "d\n")])).unwrap();
        appender.flush().unwrap();
        fs::write(dir.path().join("00000001.part"), "e\n").unwrap();
        assert_eq!(read(dir.path(), &part).unwrap_err().kind(), io::ErrorKind::InvalidData);
        fs::write(dir.path().join("00000001.part"), "d").unwrap();
        assert_eq!(read(dir.path(), &part).unwrap_err().kind(), io::ErrorKind::UnexpectedEof);
    }
}
