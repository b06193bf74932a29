use super::compact::{self, Written};
use super::manifest::{Known, Manifest, Reading, Row};
use super::outcome::{Outcome, Tally};
use super::parts::{self, Appender, Lines, PartReader};
use super::stamp::{Hash, Stamp};
use crate::validate::SeenForms;
use rust_decimal::Decimal;
use std::collections::HashSet;
use std::fs::{self, File, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

/// Parts nobody needs may take as much room as those that are needed, beyond this.
const DEAD_BYTES_FREE: u64 = 64 << 20;
/// More files of parts than this are made one.
const MOST_SEGMENTS: usize = 64;

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
    appender: Appender,
    least: Option<Decimal>,
    _lock: File,
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
        let appender = Appender::new(&parts)?;
        Ok(Store { dir: dir.to_owned(), parts, manifest, appender, least: None, _lock: lock })
    }

    /// Lets records below this confidence go to a file of their own ([`super::REVIEW`]) when the files are put in place.
    pub fn review_below(&mut self, least: Option<Decimal>) {
        self.least = least;
    }

    /// The program's own folder inside the output folder.
    pub fn own_folder(&self) -> PathBuf {
        self.dir.join(".zhibiao")
    }

    /// What is known of the input at this path.
    ///
    /// # Errors
    /// As of every method here: the manifest or the disk.
    pub fn input(&self, path: &Path) -> Result<Option<Known>> {
        Ok(self.manifest.input(&path_bytes(path))?)
    }

    /// Sizes of the contents that could be taken over: a file of another size is new without a look inside.
    pub fn sizes(&self) -> Result<HashSet<u64>> {
        Ok(self.manifest.sizes()?)
    }

    /// The content of these bytes, if it was read the way that reads now: its number, whether it is complete, whether it
    /// has a failed document.
    pub fn content(&self, hash: &Hash) -> Result<Option<(i64, bool, bool)>> {
        Ok(self.manifest.content(hash)?)
    }

    /// A new content, of which no document is there yet; without a hash if it could not be read.
    pub fn begin_content(&mut self, hash: Option<&Hash>, bytes: u64) -> Result<i64> {
        Ok(self.manifest.begin_content(hash, bytes)?)
    }

    /// The members of an archive that are there already.
    pub fn members(&self, content: i64) -> Result<Vec<u32>> {
        Ok(self.manifest.members(content)?)
    }

    /// A document of a content, with its lines.
    pub fn add_document(
        &mut self,
        content: i64,
        member: u32,
        suffix: &str,
        outcome: &Outcome,
        lines: &mut Lines,
    ) -> Result<()> {
        let part = self.appender.append(lines)?;
        Ok(self.manifest.add_document(content, member, suffix, outcome, &part)?)
    }

    /// All documents of the content are there.
    pub fn finish_content(&mut self, content: i64) -> Result<()> {
        Ok(self.manifest.finish_content(content)?)
    }

    /// The input at this path has this content from now on; returns the input's number.
    pub fn link(&mut self, path: &Path, source: &str, stamp: &Stamp, content: i64) -> Result<i64> {
        Ok(self.manifest.link(&path_bytes(path), source, stamp, content)?)
    }

    /// All inputs, sorted by path: number, path, and whether they could be read.
    pub fn inputs(&self) -> Result<Vec<(i64, PathBuf, bool)>> {
        let all = self.manifest.inputs()?;
        Ok(all.into_iter().map(|(id, path, read)| (id, bytes_path(path), read)).collect())
    }

    /// Makes what was added durable. Documents between two commits are read again after a crash.
    pub fn commit(&mut self) -> Result<()> {
        if self.manifest.is_open() {
            // First the records, then what names them.
            self.appender.sync()?;
            self.manifest.set_note("dirty", "1")?;
            self.manifest.commit()?;
        }
        Ok(())
    }

    /// Every document of the inputs, ordered by source.
    pub fn rows(&self, sink: &mut dyn FnMut(Row) -> Result<()>) -> Result<()> {
        self.manifest.rows(sink)
    }

    /// Counts over all documents of these inputs.
    pub fn tally(&self, inputs: &HashSet<i64>) -> Result<Tally> {
        let mut tally = Tally::default();
        let mut seen = SeenForms::default();
        self.manifest.rows::<StoreError>(&mut |row| {
            if inputs.contains(&row.input) {
                tally.add(&row.outcome);
                let across = seen.document(&row.outcome.prints);
                tally.add_findings(across.iter().map(|(_, finding)| finding));
            }
            Ok(())
        })?;
        Ok(tally)
    }

    /// Puts the sorted files in place, of these inputs, and forgets all others. Files that are up to date stay.
    ///
    /// # Errors
    /// A full disk: the files that were in place stay. [`StoreError::Damaged`]: the same, and run again.
    pub fn complete(&mut self, inputs: &HashSet<i64>) -> Result<Vec<Written>> {
        self.commit()?;
        self.appender.close()?;
        let others: Vec<i64> =
            self.manifest.inputs()?.into_iter().map(|(id, ..)| id).filter(|id| !inputs.contains(id)).collect();
        let least = self.least.map(|least| least.normalize().to_string()).unwrap_or_default();
        let as_before = self.manifest.note("review_below")?.unwrap_or_default() == least;
        if others.is_empty() && as_before && self.manifest.note("dirty")?.as_deref() == Some("0") {
            let before = self.manifest.note("files")?.unwrap_or_default();
            if let Some(files) = compact::still_there(&self.dir, &before) {
                return Ok(files);
            }
        }
        let files = self.compact(inputs)?;
        self.manifest.forget(&others)?;
        self.manifest.set_note("files", &compact::remember(&self.dir, &files)?)?;
        self.manifest.set_note("review_below", &least)?;
        self.manifest.set_note("dirty", "0")?;
        self.manifest.commit()?;
        self.sweep()?;
        Ok(files)
    }

    fn compact(&mut self, inputs: &HashSet<i64>) -> Result<Vec<Written>> {
        let mut writer = compact::Writer::new(&self.dir, &self.own_folder().join("new"), self.least)?;
        let mut reader = PartReader::new(&self.parts);
        let mut damaged = HashSet::new();
        self.manifest.rows::<StoreError>(&mut |row| {
            if !inputs.contains(&row.input) {
                return Ok(());
            }
            match writer.add(&row, &mut reader) {
                Err(error) if compact::is_damage(&error) => {
                    damaged.insert(row.content);
                    Ok(())
                }
                done => Ok(done?),
            }
        })?;
        if damaged.is_empty() {
            return Ok(writer.finish()?);
        }
        for content in &damaged {
            self.manifest.spoil(*content)?;
        }
        self.commit()?;
        Err(StoreError::Damaged(damaged.len()))
    }

    /// Removes parts that nothing names, once they are worth it.
    fn sweep(&mut self) -> Result<()> {
        let live = self.manifest.live()?;
        let mut there = parts::segments(&self.parts)?;
        there.retain(|segment| {
            let needed = live.contains_key(segment);
            if !needed {
                // Next time else.
                let _ = parts::remove(&self.parts, *segment);
            }
            needed
        });
        let all: u64 = there.iter().map(|segment| parts::size(&self.parts, *segment)).sum();
        let needed: u64 = live.values().sum();
        if there.len() <= MOST_SEGMENTS && all <= needed.saturating_mul(2).saturating_add(DEAD_BYTES_FREE) {
            return Ok(());
        }
        let mut reader = PartReader::new(&self.parts);
        for (content, member, part) in self.manifest.parts()? {
            let moved = self.appender.append(&mut reader.copy(&part)?)?;
            self.manifest.move_part(content, member, &moved)?;
        }
        self.appender.close()?;
        self.manifest.commit()?;
        for segment in there {
            let _ = parts::remove(&self.parts, segment);
        }
        Ok(())
    }
}

impl Row {
    /// The input's path.
    pub fn path(&self) -> PathBuf {
        bytes_path(self.path.clone())
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

#[cfg(unix)]
fn path_bytes(path: &Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(unix)]
fn bytes_path(bytes: Vec<u8>) -> PathBuf {
    use std::os::unix::ffi::OsStringExt;
    std::ffi::OsString::from_vec(bytes).into()
}

#[cfg(not(unix))]
fn path_bytes(path: &Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}

#[cfg(not(unix))]
fn bytes_path(bytes: Vec<u8>) -> PathBuf {
    String::from_utf8_lossy(&bytes).into_owned().into()
}
