use super::compact::{self, Written};
use super::manifest::{Found, Known, Manifest, Reading, Row};
use super::outcome::{Kept, Tally};
use super::part::Part;
use super::parts::{self, Appender, Lines, PartReader, SEGMENT_BYTES, Segments};
use super::path::{path_bytes, path_of};
use super::stamp::{Hash, Stamp};
use crate::model::Kind;
use crate::validate::SeenForms;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// Parts nobody needs may take as much room as those that are needed, beyond this.
const DEAD_BYTES_FREE: u64 = 64 << 20;
/// More small files of parts than this are made one.
const MOST_SMALL: usize = 64;
const SMALL_BYTES: u64 = SEGMENT_BYTES / 16;

/// Why the store cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// Another run has the folder.
    #[error("{}: another run is writing to this folder ({who}); wait for it to end", dir.display())]
    Locked {
        /// The output folder.
        dir: PathBuf,
        /// What the other run left in the lock file: its process number.
        who: String,
    },
    /// The disk, or the folder.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The manifest's database.
    #[error("the manifest cannot be used")]
    Manifest(#[from] rusqlite::Error),
    /// A part is not as it was written. Its content was marked to be read again.
    #[error("stored records of {0} documents were damaged and will be read again; run the command again")]
    Damaged(usize),
}

type Result<T> = std::result::Result<T, StoreError>;

/// An output folder, held by this run alone until it is dropped.
#[derive(Debug)]
pub struct Store {
    dir: PathBuf,
    parts: PathBuf,
    manifest: Manifest,
    segments: Arc<Segments>,
    /// Records below this confidence are put apart.
    least: Option<Decimal>,
    /// For what is written here, and not by those who read.
    appender: Option<Appender>,
    /// Files with parts that were named since the last commit.
    unsynced: BTreeSet<u32>,
    syncing: Duration,
    /// Since the last commit something changed that the sorted files show.
    dirty: bool,
    _lock: File,
}

/// An input as it is now.
#[derive(Debug, Clone, Copy)]
pub struct SourceFile<'a> {
    /// Absolute: what the manifest knows it by.
    pub path: &'a Path,
    /// How records name it.
    pub name: &'a str,
    /// The file's stamp.
    pub stamp: &'a Stamp,
}

/// What [`Store::complete`] put in place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completed {
    /// Anything differs from what was in place.
    pub changed: bool,
    /// The files.
    pub files: Vec<Written>,
    /// Counts over all documents in them.
    pub tally: Tally,
}

/// What is remembered of a [`Completed`] until something changes.
#[derive(Serialize, Deserialize)]
struct Remembered {
    files: String,
    tally: Tally,
}

impl Store {
    /// Opens or makes the folder.
    ///
    /// # Errors
    /// [`StoreError::Locked`] where another run has it; a folder or a manifest that cannot be used.
    pub fn open(dir: &Path, reading: &Reading) -> Result<Self> {
        let own = dir.join(".zhibiao");
        fs::create_dir_all(&own)?;
        let lock = lock(dir, &own.join("lock"))?;
        let manifest = Manifest::open(&own.join("manifest.db"), reading)?;
        let parts = own.join("parts");
        let segments = Arc::new(Segments::new(&parts)?);
        Ok(Store {
            dir: dir.to_owned(),
            parts,
            manifest,
            segments,
            least: None,
            appender: None,
            unsynced: BTreeSet::new(),
            syncing: Duration::ZERO,
            dirty: false,
            _lock: lock,
        })
    }

    /// Lets records below this confidence go to a file of their own ([`super::REVIEW`]) when the files are put in place.
    pub fn review_below(&mut self, least: Option<Decimal>) {
        self.least = least;
    }

    /// The program's own folder inside the output folder.
    pub fn own_folder(&self) -> PathBuf {
        self.dir.join(".zhibiao")
    }

    /// The files that parts go to: whoever reads documents appends to one of them.
    pub fn segments(&self) -> Arc<Segments> {
        Arc::clone(&self.segments)
    }

    /// Time spent in the manifest so far, and time spent waiting for parts to be on disk.
    pub fn spent(&self) -> (Duration, Duration) {
        (self.manifest.spent(), self.syncing)
    }

    /// Is no input known?
    ///
    /// # Errors
    /// As of every method here: the manifest or the disk.
    pub fn is_new(&self) -> Result<bool> {
        Ok(self.manifest.is_new()?)
    }

    /// What is known of the input at this path.
    pub fn input(&mut self, path: &Path) -> Result<Option<Known>> {
        Ok(self.manifest.timed(|manifest| manifest.input(&path_bytes(path)))?)
    }

    /// Sizes of the contents that could be taken over: a file of another size is new without a look inside.
    pub fn sizes(&mut self) -> Result<HashSet<u64>> {
        Ok(self.manifest.timed(|manifest| manifest.sizes())?)
    }

    /// The contents of these hashes that were read the way that reads now.
    pub fn contents(&mut self, hashes: &HashSet<Hash>) -> Result<HashMap<Hash, Found>> {
        Ok(self.manifest.timed(|manifest| manifest.contents(hashes))?)
    }

    /// A new content, of which no document is there yet.
    pub fn begin_content(&mut self, hash: &Hash, bytes: u64) -> Result<i64> {
        Ok(self.manifest.timed(|manifest| manifest.begin_content(Some(hash), bytes))?)
    }

    /// The input at this path is one document, whose part is written; it has no hash if it could not be read. Returns the input's
    /// number.
    pub fn add(
        &mut self,
        input: &SourceFile<'_>,
        hash: Option<&Hash>,
        bytes: u64,
        kept: &Kept,
        part: &Part,
    ) -> Result<i64> {
        self.unsynced.insert(part.segment);
        let (id, news) = self.manifest.timed(|manifest| {
            let content = manifest.add_content(hash, bytes, kept, part)?;
            manifest.link(&path_bytes(input.path), input.name, input.stamp, content)
        })?;
        self.dirty |= news;
        Ok(id)
    }

    /// The members of an archive that are there already.
    pub fn members(&self, content: i64) -> Result<Vec<u32>> {
        Ok(self.manifest.members(content)?)
    }

    /// A document of a content, whose part is written.
    pub fn add_document(&mut self, content: i64, member: u32, suffix: &str, kept: &Kept, part: &Part) -> Result<()> {
        self.unsynced.insert(part.segment);
        Ok(self.manifest.timed(|manifest| manifest.add_document(content, member, suffix, kept, part))?)
    }

    /// Writes the part of a document that nobody else does.
    pub fn write_part(&mut self, lines: &mut Lines) -> Result<Part> {
        let appender = self.appender()?;
        let part = appender.append(lines)?;
        appender.flush()?;
        Ok(part)
    }

    fn appender(&mut self) -> Result<&mut Appender> {
        let full = self.appender.as_ref().is_none_or(|appender| appender.end() >= SEGMENT_BYTES);
        if full {
            if let Some(before) = &mut self.appender {
                before.flush()?;
            }
            let (number, path) = self.segments.create()?;
            self.appender = Some(Appender::open(number, &path)?);
        }
        self.appender.as_mut().ok_or_else(|| io::Error::other("no file for parts is open").into())
    }

    /// Is the input at this path known for not having been readable, with this very line for a record? Then nothing of it has
    /// changed; its number.
    pub fn unread_as_before(&mut self, path: &Path, source: &str, line: &[u8]) -> Result<Option<i64>> {
        let Some(known) = self.input(path)?.filter(|known| known.hash.is_none() && known.source == source) else {
            return Ok(None);
        };
        let before = self.manifest.unread_part(known.content)?.map(|part| self.document_line(&part));
        Ok(before.is_some_and(|before| before.is_ok_and(|before| before == line)).then_some(known.id))
    }

    /// A document's own line.
    pub fn document_line(&self, part: &Part) -> io::Result<Vec<u8>> {
        let mut document = Vec::new();
        PartReader::new(&self.parts).lines(part, &mut |kind, line| {
            if kind == Kind::Document {
                document.extend_from_slice(line);
            }
            Ok(())
        })?;
        Ok(document)
    }

    /// All documents of the content are there.
    pub fn finish_content(&mut self, content: i64) -> Result<()> {
        Ok(self.manifest.timed(|manifest| manifest.finish_content(content))?)
    }

    /// The input has this content from now on; returns the input's number.
    pub fn link(&mut self, input: &SourceFile<'_>, content: i64) -> Result<i64> {
        let path = path_bytes(input.path);
        let (id, news) = self.manifest.timed(|manifest| manifest.link(&path, input.name, input.stamp, content))?;
        // A file that was only touched changes nothing of the output.
        self.dirty |= news;
        Ok(id)
    }

    /// The inputs that are not `seen`, sorted by path: number, path, and whether they could be read.
    pub fn inputs_besides(&mut self, seen: &HashSet<i64>) -> Result<Vec<(i64, PathBuf, bool)>> {
        let others = self.manifest.timed(|manifest| manifest.inputs_besides(seen))?;
        Ok(others.into_iter().map(|(id, path, read)| (id, path_of(&path), read)).collect())
    }

    /// Makes what was added durable. Documents between two commits are read again after a crash.
    pub fn commit(&mut self) -> Result<()> {
        if self.manifest.is_open() {
            // First the records, then what names them.
            let began = Instant::now();
            self.segments.sync(&std::mem::take(&mut self.unsynced))?;
            self.syncing += began.elapsed();
            let dirty = std::mem::take(&mut self.dirty);
            self.manifest.timed(|manifest| {
                if dirty {
                    manifest.set_note("dirty", "1")?;
                }
                manifest.commit()
            })?;
        }
        Ok(())
    }

    /// Every document that failed, ordered by source.
    pub fn failed(&self, sink: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        self.manifest.rows(true, sink)
    }

    /// Puts the sorted files in place, of these inputs, with so many threads, and forgets all others. Files that are up to
    /// date stay.
    ///
    /// # Errors
    /// A full disk: the files that were in place stay. [`StoreError::Damaged`]: the same, and run again.
    pub fn complete(&mut self, inputs: &HashSet<i64>, threads: usize) -> Result<Completed> {
        self.commit()?;
        self.appender = None;
        self.segments.close();
        let others: Vec<i64> = self.manifest.timed(|manifest| {
            let mut others = manifest.input_numbers()?;
            others.retain(|id| !inputs.contains(id));
            Ok::<_, rusqlite::Error>(others)
        })?;
        let least = self.least.map(|least| least.normalize().to_string()).unwrap_or_default();
        let as_before = self.manifest.note("review_below")?.unwrap_or_default() == least;
        if others.is_empty() && as_before && self.manifest.note("dirty")?.as_deref() == Some("0") {
            let before = self.manifest.note("completed")?.unwrap_or_default();
            if let Ok(Remembered { files, tally }) = serde_json::from_str(&before)
                && let Some(files) = compact::still_there(&self.dir, &files)
            {
                return Ok(Completed { changed: false, files, tally });
            }
        }
        let (completed, live) = self.compact(inputs, threads)?;
        let files = compact::remember(&self.dir, &completed.files)?;
        let remembered = Remembered { files, tally: completed.tally.clone() };
        self.manifest.forget(&others)?;
        self.manifest.set_note("completed", &serde_json::to_string(&remembered).map_err(io::Error::from)?)?;
        self.manifest.set_note("review_below", &least)?;
        self.manifest.set_note("dirty", "0")?;
        self.manifest.commit()?;
        self.sweep(live)?;
        Ok(completed)
    }

    /// The sorted files, and the bytes of all parts that they are made of.
    fn compact(&mut self, inputs: &HashSet<i64>, threads: usize) -> Result<(Completed, u64)> {
        let writer = compact::Writer::new(&self.dir, &self.own_folder().join("new"), &self.parts, self.least)?;
        let mut tally = Tally::default();
        let mut seen = SeenForms::default();
        // Copies have one part.
        let mut parts = HashSet::new();
        let mut live = 0_u64;
        let began = Instant::now();
        let mut elsewhere = Duration::ZERO;
        writer.write::<StoreError>(threads, |put| {
            self.manifest.rows::<StoreError>(false, &mut |row| {
                if !inputs.contains(&row.input) {
                    return Ok(());
                }
                let left = Instant::now();
                if parts.insert((row.part.segment, row.part.offset)) {
                    live += row.part.bytes();
                }
                tally.add(&row.outcome);
                let across = seen.document(&row.outcome.prints);
                tally.add_findings(across.iter().map(|(_, finding)| finding));
                put(row, across)?;
                elsewhere += left.elapsed();
                Ok(())
            })?;
            self.manifest.add_spent(began.elapsed().saturating_sub(elsewhere));
            Ok(())
        })?;
        let damaged = writer.damaged();
        if damaged.is_empty() {
            return Ok((Completed { changed: true, files: writer.finish()?, tally }, live));
        }
        self.manifest.spoil(&damaged)?;
        self.dirty = true;
        self.commit()?;
        Err(StoreError::Damaged(damaged.len()))
    }

    /// Removes files of parts that nothing names; of the others makes new ones where they are many and small, or mostly hold
    /// what nothing names. `named`: bytes of all that is named.
    fn sweep(&mut self, named: u64) -> Result<()> {
        let mut there = parts::segments(&self.parts)?;
        let sizes = there.iter().map(|segment| parts::size(&self.parts, *segment));
        let (all, empty) = sizes.fold((0, false), |(all, empty), size| (all + size, empty || size == 0));
        if all <= named && !empty && there.len() <= MOST_SMALL {
            return Ok(());
        }
        let live = self.manifest.live()?;
        there.retain(|segment| {
            let needed = live.contains_key(segment);
            if !needed {
                // Next time else.
                let _ = parts::remove(&self.parts, *segment);
            }
            needed
        });
        let size = |segment: &u32| parts::size(&self.parts, *segment);
        let needed = |segment: &u32| live.get(segment).copied().unwrap_or(0);
        let dead: u64 = there.iter().map(|segment| size(segment).saturating_sub(needed(segment))).sum();
        let all_needed: u64 = live.values().sum();
        let mut old: BTreeSet<u32> = BTreeSet::new();
        if dead > all_needed.saturating_add(DEAD_BYTES_FREE) {
            old.extend(there.iter().filter(|segment| needed(segment) <= size(segment) / 2));
        }
        let small: Vec<u32> = there.iter().copied().filter(|segment| needed(segment) <= SMALL_BYTES).collect();
        if small.len() > MOST_SMALL {
            old.extend(small);
        }
        if old.is_empty() {
            return Ok(());
        }
        let mut reader = PartReader::new(&self.parts);
        for (number, part) in self.manifest.parts()? {
            if !old.contains(&part.segment) {
                continue;
            }
            let mut lines = reader.copy(&part)?;
            let appender = self.appender()?;
            let moved = appender.append(&mut lines)?;
            self.unsynced.insert(moved.segment);
            self.manifest.move_part(number, &moved)?;
        }
        if let Some(mut appender) = self.appender.take() {
            appender.flush()?;
        }
        self.segments.sync(&std::mem::take(&mut self.unsynced))?;
        self.segments.close();
        self.manifest.commit()?;
        for segment in old {
            let _ = parts::remove(&self.parts, segment);
        }
        Ok(())
    }
}

impl Row {
    /// The input's path.
    pub fn path(&self) -> PathBuf {
        path_of(&self.path)
    }
}

/// Takes the folder for this process; the system lets go of it when the process ends, however it ends.
fn lock(dir: &Path, path: &Path) -> Result<File> {
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
    match file.try_lock() {
        Ok(()) => {
            file.set_len(0)?;
            file.rewind()?;
            writeln!(file, "process {}", std::process::id())?;
            Ok(file)
        }
        Err(TryLockError::WouldBlock) => {
            let mut who = String::new();
            let _ = file.take(200).read_to_string(&mut who);
            Err(StoreError::Locked { dir: dir.to_owned(), who: who.trim().to_owned() })
        }
        Err(TryLockError::Error(error)) => Err(error.into()),
    }
}
