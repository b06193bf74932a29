//! The sorted files, written anew beside the old ones and put in place whole.

mod lines;
mod worker;
mod written;

pub use lines::with_findings;
pub use written::Written;
pub(super) use written::{remember, still_there};

use super::manifest::Row;
use super::review::{REVIEW, is_below};
use crate::emit::json_lines::{KINDS, file_name};
use crate::model::{Finding, Kind};
use rust_decimal::Decimal;
use std::collections::HashSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};
use worker::Worker;

/// The file that lists what could not be read, or not whole.
pub const ERRORS: &str = "errors.jsonl";

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
