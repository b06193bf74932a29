//! The sorted files, written anew beside the old ones and put in place whole.

use super::manifest::Row;
use super::parts::{PartReader, READ_AT_ONCE};
use super::review::{REVIEW, is_below};
use crate::emit::json_lines::{KINDS, file_name, write_line};
use crate::model::{Finding, Kind, Status};
use memchr::memmem;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use std::time::UNIX_EPOCH;

/// The file that lists what could not be read, or not whole.
pub const ERRORS: &str = "errors.jsonl";

/// Where the source stands in a line: kind, schema, id and document come before it, all short.
const SOURCE: &[u8] = b"\"source\":\"";
const SOURCE_WITHIN: usize = 400;

/// A file that was put in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Its name in the output folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its lines.
    pub lines: u64,
}

/// A line of [`ERRORS`].
#[derive(Serialize)]
struct Trouble<'a> {
    source: String,
    path: std::borrow::Cow<'a, str>,
    document: &'a str,
    bytes: u64,
    status: Status,
    code: Option<&'a str>,
    message: Option<&'a str>,
    findings: Vec<&'a serde_json::Value>,
}

/// Sets the names of inputs into record lines: `"source":""` becomes `"source":"a.txt"`, `"source":"!/b"` becomes
/// `"source":"a.zip!/b"`.
#[derive(Debug)]
struct Naming {
    source: memmem::Finder<'static>,
}

impl Naming {
    fn new() -> Self {
        Naming { source: memmem::Finder::new(SOURCE) }
    }

    /// `name` is escaped as JSON has it.
    ///
    /// # Errors
    /// `InvalidData` where the line has no source.
    fn set(&self, line: &[u8], name: &str, out: &mut Vec<u8>) -> io::Result<()> {
        let head = &line[..line.len().min(SOURCE_WITHIN)];
        let Some(at) = self.source.find(head) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a stored record has no source"));
        };
        let (before, after) = line.split_at(at + SOURCE.len());
        out.extend_from_slice(before);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(after);
        Ok(())
    }
}

/// A form's line with the findings that were made over documents ([`crate::validate::SeenForms`]), behind its own; `None` where
/// there are none of it.
///
/// # Errors
/// A finding that cannot be written as JSON.
pub fn with_findings(line: &[u8], across: &[(u32, Finding)]) -> io::Result<Option<Vec<u8>>> {
    let Some(own) = form_number(line).filter(|_| !across.is_empty()) else { return Ok(None) };
    let findings: Vec<&Finding> = across.iter().filter(|(form, _)| *form == own).map(|(_, finding)| finding).collect();
    // The findings are a form's last field.
    let Some(head) = line.strip_suffix(b"]}\n").filter(|_| !findings.is_empty()) else { return Ok(None) };
    let mut out = head.to_vec();
    for finding in findings {
        if !out.ends_with(b"[") {
            out.push(b',');
        }
        serde_json::to_writer(&mut out, finding)?;
    }
    out.extend_from_slice(b"]}\n");
    Ok(Some(out))
}

/// 7 of `"id":"01ca760688cc-f7"`.
fn form_number(line: &[u8]) -> Option<u32> {
    let head = &line[..line.len().min(SOURCE_WITHIN)];
    let at = memmem::find(head, b"\"id\":\"")? + 6;
    let id = head[at..].split(|byte| *byte == b'"').next()?;
    std::str::from_utf8(id).ok()?.rsplit_once("-f")?.1.parse().ok()
}

/// A text as it stands between the quotes of JSON.
fn escaped(text: &str) -> io::Result<String> {
    let quoted = serde_json::to_string(text)?;
    Ok(quoted[1..quoted.len() - 1].to_owned())
}

/// Is this a part that is not as it was written, and not a disk that fails?
pub(super) fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::NotFound)
}

/// What the files are made of: the documents of a stretch of the order, with what was found of them over documents.
type Chunk = Vec<(Row, Vec<(u32, Finding)>)>;

/// Rows that go together: enough that taking turns costs nothing, few enough that what is read and what is to be written
/// stay in the processor's cache.
const CHUNK_ROWS: usize = 1000;
const CHUNK_BYTES: u64 = 256 << 10;
/// So much is left to the system before the disk is asked for it, while more is being made.
const SYNC_BYTES: u64 = 64 << 20;
/// The kinds in order, then the errors, then what is to be reviewed.
const FILES: usize = KINDS.len() + 2;
const TO_REVIEW: usize = KINDS.len() + 1;

/// The files while they are written, by several threads: each takes a chunk of documents, and a place in the files when
/// those before it have theirs.
#[derive(Debug)]
pub(super) struct Writer {
    dir: PathBuf,
    new: PathBuf,
    parts: PathBuf,
    files: [Place; FILES],
    /// Records below this confidence go to [`REVIEW`].
    least: Option<Decimal>,
    turn: Mutex<Turn>,
    moved: Condvar,
    damaged: Mutex<HashSet<i64>>,
}

#[derive(Debug)]
struct Place {
    name: &'static str,
    file: File,
}

/// Whose turn it is to take a place, and where that is.
#[derive(Debug, Default)]
struct Turn {
    chunk: u64,
    written: [Extent; FILES],
    /// Somebody failed: nobody waits for a turn that never comes.
    broken: bool,
}

impl Turn {
    /// Bytes in all files.
    fn bytes(&self) -> u64 {
        self.written.iter().map(|extent| extent.bytes).sum()
    }
}

#[derive(Debug, Clone, Copy, Default)]
struct Extent {
    bytes: u64,
    lines: u64,
}

impl Writer {
    /// Files in `new`, a folder in the same file system as `dir`, where they go; made of the parts in `parts`.
    pub(super) fn new(dir: &Path, new: &Path, parts: &Path, least: Option<Decimal>) -> io::Result<Self> {
        fs::create_dir_all(new)?;
        let place = |name: &'static str| Ok::<_, io::Error>(Place { name, file: File::create(new.join(name))? });
        let [a, b, c, d, e] = KINDS.map(file_name);
        Ok(Writer {
            dir: dir.to_owned(),
            new: new.to_owned(),
            parts: parts.to_owned(),
            files: [place(a)?, place(b)?, place(c)?, place(d)?, place(e)?, place(ERRORS)?, place(REVIEW)?],
            least,
            turn: Mutex::default(),
            moved: Condvar::new(),
            damaged: Mutex::default(),
        })
    }

    /// Writes what `rows` hands over, in this order, with so many threads. The disk works meanwhile, so that little is left for
    /// [`Writer::finish`] to wait for.
    ///
    /// # Errors
    /// The disk; what `rows` reports.
    pub(super) fn write<E>(
        &self,
        threads: usize,
        rows: impl FnOnce(&mut dyn FnMut(Row, Vec<(u32, Finding)>) -> Result<(), E>) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<io::Error>,
    {
        std::thread::scope(|scope| {
            let (ask, asked) = mpsc::channel::<()>();
            let syncing = scope.spawn(move || asked.iter().try_for_each(|()| self.sync()));
            let done = self.write_rows(threads, &ask, rows);
            drop(ask);
            let synced =
                syncing.join().unwrap_or_else(|_| Err(io::Error::other("a thread that writes to disk failed")));
            done.and(synced.map_err(E::from))
        })
    }

    /// Waits until what is written so far is on disk.
    fn sync(&self) -> io::Result<()> {
        self.files.iter().try_for_each(|place| place.file.sync_data())
    }

    fn write_rows<E>(
        &self,
        threads: usize,
        ask: &mpsc::Sender<()>,
        rows: impl FnOnce(&mut dyn FnMut(Row, Vec<(u32, Finding)>) -> Result<(), E>) -> Result<(), E>,
    ) -> Result<(), E>
    where
        E: From<io::Error>,
    {
        let mut chunks = Chunks { chunk: Vec::new(), bytes: 0, number: 0 };
        if threads <= 1 {
            let mut worker = Worker::new(self, ask.clone());
            rows(&mut |row, across| match chunks.add(row, across) {
                Some((number, chunk)) => Ok(worker.write(number, &chunk)?),
                None => Ok(()),
            })?;
            let (number, chunk) = chunks.last();
            return Ok(worker.write(number, &chunk)?);
        }
        let (give, take) = mpsc::sync_channel::<(u64, Chunk)>(threads);
        let take = Mutex::new(take);
        std::thread::scope(|scope| {
            let workers: Vec<_> = (0..threads)
                .map(|_| {
                    let ask = ask.clone();
                    scope.spawn(|| {
                        let mut worker = Worker::new(self, ask);
                        let _told = TellsOfPanic(self);
                        let mut done = Ok(());
                        loop {
                            let next = lock(&take).recv();
                            let Ok((number, chunk)) = next else { return done };
                            if done.is_err() {
                                // Who hands chunks out is not to wait for ever.
                                continue;
                            }
                            done = worker.write(number, &chunk);
                            if done.is_err() {
                                self.turn().broken = true;
                                self.moved.notify_all();
                            }
                        }
                    })
                })
                .collect();
            let gone = || io::Error::other("nobody writes");
            let told = rows(&mut |row, across| match chunks.add(row, across) {
                Some(next) if self.turn().broken => {
                    drop(next);
                    Err(gone().into())
                }
                Some(next) => Ok(give.send(next).map_err(|_| gone())?),
                None => Ok(()),
            });
            if told.is_ok() {
                // A failure to take it is the worker's to tell.
                let _ = give.send(chunks.last());
            }
            drop(give);
            let mut failure = None;
            for worker in workers {
                let done =
                    worker.join().unwrap_or_else(|_| Err(io::Error::other("a thread that wrote records failed")));
                failure = failure.or(done.err());
            }
            failure.map_or(told, |error| Err(error.into()))
        })
    }

    /// The file that a record's line goes to.
    fn file_of(&self, kind: Kind, line: &[u8]) -> usize {
        let below = self.least.is_some_and(|least| is_below(line, least));
        if below { TO_REVIEW } else { kind as usize }
    }

    fn turn(&self) -> MutexGuard<'_, Turn> {
        lock(&self.turn)
    }

    /// Contents whose parts are not as they were written.
    pub(super) fn damaged(&self) -> HashSet<i64> {
        lock(&self.damaged).clone()
    }

    /// Waits for the turn of this chunk; whoever has it and lets go of it without an end leaves the others without one.
    fn wait(&self, chunk: u64) -> io::Result<MutexGuard<'_, Turn>> {
        let mut turn = self.turn();
        while turn.chunk != chunk && !turn.broken {
            turn = self.moved.wait(turn).unwrap_or_else(PoisonError::into_inner);
        }
        if turn.broken { Err(io::Error::other("records could not be written")) } else { Ok(turn) }
    }

    /// All files get their names once the last byte of the last of them is on disk.
    pub(super) fn finish(self) -> io::Result<Vec<Written>> {
        let written = self.turn().written;
        self.sync()?;
        let wanted = |place: &Place| self.least.is_some() || place.name != REVIEW;
        for place in &self.files {
            if wanted(place) {
                fs::rename(self.new.join(place.name), self.dir.join(place.name))?;
            } else {
                // What an earlier run left for review is among the others again.
                remove(&self.new.join(place.name))?;
                remove(&self.dir.join(place.name))?;
            }
        }
        // The names, too, are durable then; a system without folders as files does that by itself.
        let _ = File::open(&self.dir).and_then(|dir| dir.sync_all());
        let _ = fs::remove_dir(&self.new);
        let all = self.files.iter().zip(written).filter(|(place, _)| wanted(place));
        Ok(all.map(|(place, at)| Written { name: place.name.to_owned(), bytes: at.bytes, lines: at.lines }).collect())
    }
}

/// Removes a file that may be there.
fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// A thread that panics would leave the others waiting for its turn to pass.
struct TellsOfPanic<'a>(&'a Writer);

impl Drop for TellsOfPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.turn().broken = true;
            self.0.moved.notify_all();
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // What is behind these locks is whole whenever they are let go of.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Cuts the order into chunks.
struct Chunks {
    chunk: Chunk,
    bytes: u64,
    number: u64,
}

impl Chunks {
    /// The chunk before this row, if the row is not to go with it.
    fn add(&mut self, row: Row, across: Vec<(u32, Finding)>) -> Option<(u64, Chunk)> {
        let bytes = row.part.bytes();
        let full = self.chunk.len() >= CHUNK_ROWS || self.bytes.saturating_add(bytes) > CHUNK_BYTES;
        let done = (full && !self.chunk.is_empty()).then(|| self.last());
        self.bytes = self.bytes.saturating_add(bytes);
        self.chunk.push((row, across));
        done
    }

    fn last(&mut self) -> (u64, Chunk) {
        self.bytes = 0;
        self.number += 1;
        (self.number - 1, std::mem::take(&mut self.chunk))
    }
}

/// What one thread needs to write chunks.
struct Worker<'a> {
    writer: &'a Writer,
    reader: PartReader,
    naming: Naming,
    buffers: [Vec<u8>; FILES],
    lines: [u64; FILES],
    /// Whoever hears of it has the disk take what is written.
    ask: mpsc::Sender<()>,
}

impl<'a> Worker<'a> {
    fn new(writer: &'a Writer, ask: mpsc::Sender<()>) -> Self {
        Worker {
            writer,
            reader: PartReader::new(&writer.parts),
            naming: Naming::new(),
            buffers: Default::default(),
            lines: [0; FILES],
            ask,
        }
    }

    fn write(&mut self, number: u64, chunk: &Chunk) -> io::Result<()> {
        // Chunks end before a part that makes them too long, so that this is the only one.
        if let [(row, across)] = chunk.as_slice()
            && row.part.bytes() > READ_AT_ONCE
        {
            return self.write_long(number, row, across);
        }
        for (row, across) in chunk {
            match self.add(row, across) {
                Err(error) if is_damage(&error) => drop(lock(&self.writer.damaged).insert(row.content)),
                done => done?,
            }
        }
        let (at, due) = {
            let mut turn = self.writer.wait(number)?;
            let at = turn.written;
            let before = turn.bytes();
            for ((extent, buffer), lines) in turn.written.iter_mut().zip(&self.buffers).zip(self.lines) {
                extent.bytes += buffer.len() as u64;
                extent.lines += lines;
            }
            turn.chunk += 1;
            (at, turn.bytes() / SYNC_BYTES > before / SYNC_BYTES)
        };
        self.writer.moved.notify_all();
        // Each begins with another file: of writers to one file a system lets only one go on.
        for i in 0..FILES {
            let file = (i + number as usize) % FILES;
            write_at(&self.writer.files[file].file, &self.buffers[file], at[file].bytes)?;
        }
        if due {
            // One that failed ends the run when all is written.
            let _ = self.ask.send(());
        }
        self.clear();
        Ok(())
    }

    fn clear(&mut self) {
        self.buffers.iter_mut().for_each(Vec::clear);
        self.lines = [0; FILES];
    }

    /// The lines of a document, into the buffers.
    fn add(&mut self, row: &Row, across: &[(u32, Finding)]) -> io::Result<()> {
        let name = escaped(&row.source)?;
        let before = self.buffers.each_ref().map(Vec::len);
        let counted = self.lines;
        let done = self.add_lines(row, &name, across);
        if done.is_err() {
            // Nothing half right.
            self.buffers.iter_mut().zip(before).for_each(|(buffer, length)| buffer.truncate(length));
            self.lines = counted;
        }
        done
    }

    fn add_lines(&mut self, row: &Row, name: &str, across: &[(u32, Finding)]) -> io::Result<()> {
        let kinds = self.reader.read(&row.part)?;
        for (kind, lines) in KINDS.into_iter().zip(kinds) {
            for line in lines.split_inclusive(|byte| *byte == b'\n') {
                let more = if kind == Kind::Form { with_findings(line, across)? } else { None };
                let file = self.writer.file_of(kind, line);
                self.naming.set(more.as_deref().unwrap_or(line), name, &mut self.buffers[file])?;
                self.lines[file] += 1;
            }
        }
        if row.outcome.fared.status != Status::Ok {
            let document = kinds[Kind::Document as usize];
            write_trouble(row, document, &mut self.buffers[KINDS.len()])?;
            self.lines[KINDS.len()] += 1;
        }
        Ok(())
    }

    /// A document whose lines are too many to be held: it keeps its turn until they are all written.
    fn write_long(&mut self, number: u64, row: &Row, across: &[(u32, Finding)]) -> io::Result<()> {
        let name = escaped(&row.source)?;
        let mut turn = self.writer.wait(number)?;
        let mut written = turn.written;
        let mut document = Vec::new();
        let (naming, buffers, writer) = (&self.naming, &mut self.buffers, self.writer);
        let done = self.reader.lines(&row.part, &mut |kind, line| {
            if kind == Kind::Document {
                document.extend_from_slice(line);
            }
            let file = writer.file_of(kind, line);
            let more = if kind == Kind::Form { with_findings(line, across)? } else { None };
            naming.set(more.as_deref().unwrap_or(line), &name, &mut buffers[file])?;
            written[file].lines += 1;
            if buffers[file].len() as u64 >= CHUNK_BYTES {
                write_at(&writer.files[file].file, &buffers[file], written[file].bytes)?;
                written[file].bytes += buffers[file].len() as u64;
                buffers[file].clear();
            }
            Ok(())
        });
        match done {
            // What is behind the end of the files so far is overwritten by the next.
            Err(error) if is_damage(&error) => drop(lock(&self.writer.damaged).insert(row.content)),
            Err(error) => {
                turn.broken = true;
                drop(turn);
                self.writer.moved.notify_all();
                return Err(error);
            }
            Ok(()) => {
                if row.outcome.fared.status != Status::Ok {
                    write_trouble(row, &document, &mut self.buffers[KINDS.len()])?;
                    written[KINDS.len()].lines += 1;
                }
                for ((place, buffer), extent) in writer.files.iter().zip(&self.buffers).zip(&mut written) {
                    write_at(&place.file, buffer, extent.bytes)?;
                    extent.bytes += buffer.len() as u64;
                }
                turn.written = written;
            }
        }
        turn.chunk += 1;
        drop(turn);
        self.writer.moved.notify_all();
        self.clear();
        Ok(())
    }
}

fn write_trouble(row: &Row, document: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let record: serde_json::Value = serde_json::from_slice(document)?;
    let error = &record["error"];
    let findings = record["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let trouble = Trouble {
        source: format!("{}{}", row.source, row.suffix),
        path: String::from_utf8_lossy(&row.path),
        document: record["document"].as_str().unwrap_or_default(),
        bytes: record["bytes"].as_u64().unwrap_or_default(),
        status: row.outcome.fared.status,
        code: error["code"].as_str(),
        message: error["message"].as_str(),
        findings: findings.iter().filter(|finding| finding["severity"] == "error").collect(),
    };
    write_line(out, &trouble)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], at: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, at)
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut at: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        let written = std::os::windows::fs::FileExt::seek_write(file, bytes, at)?;
        if written == 0 {
            return Err(io::ErrorKind::WriteZero.into());
        }
        bytes = &bytes[written..];
        at += written as u64;
    }
    Ok(())
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    #[serde(flatten)]
    written: Written,
    modified: u64,
}

/// What tells later whether the files are still as they were put in place.
pub(super) fn remember(dir: &Path, files: &[Written]) -> io::Result<String> {
    let all = files
        .iter()
        .map(|written| {
            let modified = modified(&dir.join(&written.name)).map_or(0, |(_, time)| time);
            Remembered { written: written.clone(), modified }
        })
        .collect::<Vec<_>>();
    Ok(serde_json::to_string(&all)?)
}

/// The files, if they are all as [`remember`] saw them.
pub(super) fn still_there(dir: &Path, remembered: &str) -> Option<Vec<Written>> {
    let all: Vec<Remembered> = serde_json::from_str(remembered).ok()?;
    let same = |one: &Remembered| modified(&dir.join(&one.written.name)) == Some((one.written.bytes, one.modified));
    (!all.is_empty() && all.iter().all(same)).then(|| all.into_iter().map(|one| one.written).collect())
}

fn modified(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(path).ok()?;
    let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((metadata.len(), u64::try_from(time.as_nanos()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_over_documents_go_behind_a_forms_own() {
        let finding = |message: &str| {
            use crate::model::{Code, Severity};
            Finding::new(Code::DuplicateForm, Severity::Warning, message)
        };
        let across = [(2, finding("甲")), (2, finding("乙")), (3, finding("丙"))];
        let with = |line: &str| {
            let line = with_findings(line.as_bytes(), &across).unwrap()?;
            let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
            let all = value["findings"].as_array().unwrap().iter();
            Some(all.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
        };
        let line = |form: u32, own: &str| {
            format!(
                "{{\"kind\":\"form\",\"schema\":1,\"id\":\"01ca760688cc-f{form}\",\"source\":\"\",\"findings\":[{own}]}}\n"
            )
        };
        assert_eq!(with(&line(1, "")), None);
        assert_eq!(with(&line(2, "")).unwrap(), ["甲", "乙"]);
        assert_eq!(with(&line(3, "{\"message\":\"own\"}")).unwrap(), ["own", "丙"]);
    }

    #[test]
    fn the_name_of_the_input_goes_before_what_the_line_has() {
        let with = |line: &str, name: &str| {
            let mut out = Vec::new();
            Naming::new().set(line.as_bytes(), &escaped(name).unwrap(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let line = r#"{"kind":"form","schema":1,"id":"x","document":"y","source":"","title":"\"source\":\""}"#;
        assert_eq!(
            with(line, "甲/\"a\".txt"),
            r#"{"kind":"form","schema":1,"id":"x","document":"y","source":"甲/\"a\".txt","title":"\"source\":\""}"#
        );
        assert_eq!(with(r#"{"source":"!/b.docx"}"#, "a.zip"), r#"{"source":"a.zip!/b.docx"}"#);
        assert!(Naming::new().set(b"{}", "a", &mut Vec::new()).is_err());
    }
}
