//! The manifest: what is known of inputs, contents and documents, in SQLite.
//!
//! An *input* is a path; a *content* is the bytes that were read under it, by one way of reading; a *document* is what
//! they hold: one, or the members of an archive. Several inputs may share a content: copies, and files that were moved.

mod documents;
mod tables;

pub use documents::Row;
use documents::{CONTENT, content_and_place, whole_of};

use super::stamp::{Hash, Stamp};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OptionalExtension, Params, params};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// Key of the note that contents may be there which no input has.
const ORPHANS: &str = "orphans";

/// How documents are read: records of another way of reading are not taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// The program's version, for people; it does not decide.
    pub program: String,
    /// Fingerprint of the stages, [`super::STAGES`].
    pub stages: String,
    /// Fingerprint of the user's patterns; empty where there are none.
    pub patterns: String,
    /// Fingerprint of the limits and passwords: other ones give failed documents another try.
    pub settings: String,
}

/// What the manifest says of an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// Its number.
    pub id: i64,
    /// How records name it.
    pub source: String,
    /// The file's stamp when it was read.
    pub stamp: Stamp,
    /// Number of its content.
    pub content: i64,
    /// The content's hash; None of what could not be read.
    pub hash: Option<Hash>,
    /// The content was read whole, the way that reads now.
    pub usable: bool,
    /// The content has a failed document.
    pub failed: bool,
}

/// What is known of bytes that were read before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Found {
    /// Number of the content.
    pub content: i64,
    /// All its documents are there.
    pub complete: bool,
    /// It has a failed document.
    pub failed: bool,
}

#[derive(Debug)]
pub(super) struct Manifest {
    db: Connection,
    reading: i64,
    /// Numbers of the ways of reading whose records serve now: with the settings that hold now, and with any.
    same_settings: HashSet<i64>,
    same_stages: HashSet<i64>,
    open: bool,
    inputs: Numbers,
    contents: Numbers,
    /// Time spent in here on what is stored, documents above all.
    spent: Duration,
}

type Result<T> = rusqlite::Result<T>;

/// Hands out numbers that no row has.
#[derive(Debug)]
struct Numbers {
    /// Asks for the greatest there is, the first time.
    newest: &'static str,
    next: Option<i64>,
}

impl Numbers {
    fn next(&mut self, db: &Connection) -> Result<i64> {
        let next = match self.next {
            Some(next) => next,
            None => 1 + db.query_row(self.newest, [], |row| row.get::<_, Option<i64>>(0))?.unwrap_or(0),
        };
        self.next = Some(next + 1);
        Ok(next)
    }
}

impl Manifest {
    pub(super) fn open(path: &Path, reading: &Reading) -> Result<Self> {
        let db = Connection::open(path)?;
        // Documents come one behind the other: fewer and larger pages are less work. Only a new file takes it.
        db.pragma_update(None, "page_size", 16_384)?;
        // The folder is locked, so nobody else comes; and without shared memory WAL works on network shares, too.
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "cache_size", -16_000)?;
        db.pragma_update(None, "wal_autocheckpoint", 2048)?;
        db.pragma_update(None, "foreign_keys", false)?;
        // Else statements are planned anew whenever other values are bound to them.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.set_prepared_statement_cache_capacity(32);
        tables::lay_out(&db)?;
        let Reading { program, stages, patterns, settings } = reading;
        db.execute(
            "INSERT OR IGNORE INTO reading (program, stages, patterns, settings) VALUES (?, ?, ?, ?)",
            params![program, stages, patterns, settings],
        )?;
        let mut now = 0;
        let (mut same_settings, mut same_stages) = (HashSet::new(), HashSet::new());
        let mut statement =
            db.prepare("SELECT id, program = ?1, settings = ?4 FROM reading WHERE stages = ?2 AND patterns = ?3")?;
        let mut rows = statement.query(params![program, stages, patterns, settings])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            same_stages.insert(id);
            if row.get(2)? {
                same_settings.insert(id);
                if row.get(1)? {
                    now = id;
                }
            }
        }
        drop(rows);
        drop(statement);
        Ok(Manifest {
            db,
            reading: now,
            same_settings,
            same_stages,
            open: false,
            inputs: Numbers { newest: "SELECT max(id) FROM input", next: None },
            contents: Numbers { newest: "SELECT max(number) >> 33 FROM document", next: None },
            spent: Duration::ZERO,
        })
    }

    /// Does what was read that way serve now? What failed for a limit does only under the same limits.
    fn serves(&self, reading: i64, bounded: bool) -> bool {
        if bounded { self.same_settings.contains(&reading) } else { self.same_stages.contains(&reading) }
    }

    /// Time that storing took so far.
    pub(super) fn spent(&self) -> Duration {
        self.spent
    }

    pub(super) fn add_spent(&mut self, more: Duration) {
        self.spent += more;
    }

    /// Counts what follows, until its end, to the time of the manifest.
    pub(super) fn timed<T>(&mut self, work: impl FnOnce(&mut Self) -> T) -> T {
        let began = Instant::now();
        let done = work(self);
        self.spent += began.elapsed();
        done
    }

    /// Runs a statement that changes something, in the transaction that is open until [`Manifest::commit`].
    fn change(&mut self, sql: &str, params: impl Params) -> Result<usize> {
        if !self.open {
            self.db.execute_batch("BEGIN IMMEDIATE")?;
            self.open = true;
        }
        self.db.prepare_cached(sql)?.execute(params)
    }

    pub(super) fn commit(&mut self) -> Result<()> {
        if self.open {
            self.db.execute_batch("COMMIT")?;
            self.open = false;
        }
        Ok(())
    }

    pub(super) fn note(&self, key: &str) -> Result<Option<String>> {
        self.db.query_row("SELECT value FROM note WHERE key = ?", [key], |row| row.get(0)).optional()
    }

    pub(super) fn set_note(&mut self, key: &str, value: &str) -> Result<()> {
        self.change("INSERT OR REPLACE INTO note (key, value) VALUES (?, ?)", [key, value]).map(drop)
    }

    /// Is no input known?
    pub(super) fn is_new(&self) -> Result<bool> {
        self.db.query_row("SELECT NOT EXISTS (SELECT 1 FROM input)", [], |row| row.get(0))
    }

    pub(super) fn input(&self, path: &[u8]) -> Result<Option<Known>> {
        self.db
            .prepare_cached(&format!(
                "SELECT i.id, i.source, i.bytes, i.modified, i.changed, i.inode, i.content, c.sha256, c.failed, c.complete,
                   c.reading, c.bounded
                 FROM input i CROSS JOIN document c ON {} WHERE i.path = ?",
                whole_of("c", "i.content")
            ))?
            .query_row([path], |row| {
                let hash: Option<Hash> = row.get(7)?;
                let complete = row.get::<_, i64>(9)? > 0;
                let bounded = row.get::<_, i64>(11)? > 0;
                Ok(Known {
                    id: row.get(0)?,
                    source: row.get(1)?,
                    stamp: Stamp {
                        bytes: unsigned(row.get(2)?),
                        modified: row.get(3)?,
                        changed: row.get(4)?,
                        // Written as the same 64 bits.
                        inode: row.get::<_, i64>(5)?.cast_unsigned(),
                    },
                    content: row.get(6)?,
                    failed: row.get::<_, i64>(8)? > 0,
                    usable: complete && hash.is_some() && self.serves(row.get(10)?, bounded),
                    hash,
                })
            })
            .optional()
    }

    /// Sizes of the contents that could be taken over or gone on with.
    pub(super) fn sizes(&self) -> Result<HashSet<u64>> {
        let mut sizes = HashSet::new();
        let mut statement = self.db.prepare("SELECT bytes FROM document WHERE sha256 IS NOT NULL")?;
        for size in statement.query_map([], |row| row.get(0))? {
            sizes.insert(unsigned(size?));
        }
        Ok(sizes)
    }

    /// Of these hashes those of contents that were read the way that reads now: of several the one that is complete, and
    /// of those the newest.
    pub(super) fn contents(&self, wanted: &HashSet<Hash>) -> Result<HashMap<Hash, Found>> {
        let mut found: HashMap<Hash, Found> = HashMap::new();
        let mut statement = self.db.prepare(
            "SELECT number, complete, failed, bounded, reading, sha256 FROM document WHERE sha256 IS NOT NULL ORDER BY number",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let hash: Hash = row.get(5)?;
            if !wanted.contains(&hash) {
                continue;
            }
            let complete = row.get::<_, i64>(1)? > 0;
            let bounded = row.get::<_, i64>(3)? > 0;
            // What is half read is gone on with only as it was begun.
            if !self.serves(row.get(4)?, bounded || !complete) {
                continue;
            }
            let this = Found { content: content_and_place(row.get(0)?).0, complete, failed: row.get::<_, i64>(2)? > 0 };
            if complete || found.get(&hash).is_none_or(|before| !before.complete) {
                found.insert(hash, this);
            }
        }
        Ok(found)
    }

    /// The input at this path has this content from now on: its number, and whether that is news.
    pub(super) fn link(&mut self, path: &[u8], source: &str, stamp: &Stamp, content: i64) -> Result<(i64, bool)> {
        let (bytes, inode) = (signed(stamp.bytes), stamp.inode.cast_signed());
        let next = self.inputs.next(&self.db)?;
        let added = self.change(
            "INSERT OR IGNORE INTO input (path, id, source, bytes, modified, changed, inode, content)
             VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            params![path, next, source, bytes, stamp.modified, stamp.changed, inode, content],
        )?;
        if added > 0 {
            return Ok((next, true));
        }
        let (id, same): (i64, bool) = self
            .db
            .prepare_cached("SELECT id, source = ?2 AND content = ?3 FROM input WHERE path = ?1")?
            .query_row(params![path, source, content], |row| Ok((row.get(0)?, row.get(1)?)))?;
        self.change(
            "UPDATE input SET source = ?2, bytes = ?3, modified = ?4, changed = ?5, inode = ?6, content = ?7 WHERE path = ?1",
            params![path, source, bytes, stamp.modified, stamp.changed, inode, content],
        )?;
        if !same {
            self.set_note(ORPHANS, "1")?;
        }
        Ok((id, !same))
    }

    /// The inputs that are not `seen`, with their paths and whether they could be read, sorted by path.
    pub(super) fn inputs_besides(&self, seen: &HashSet<i64>) -> Result<Vec<(i64, Vec<u8>, bool)>> {
        let mut others = Vec::new();
        // As a rule there are none; then no documents are looked up.
        if self.input_numbers()?.iter().all(|id| seen.contains(id)) {
            return Ok(others);
        }
        let mut statement = self.db.prepare(&format!(
            "SELECT i.id, i.path, c.sha256 IS NOT NULL FROM input i CROSS JOIN document c ON {} ORDER BY i.path",
            whole_of("c", "i.content")
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            let id = row.get(0)?;
            if !seen.contains(&id) {
                others.push((id, row.get(1)?, row.get(2)?));
            }
        }
        Ok(others)
    }

    /// Numbers of all inputs.
    pub(super) fn input_numbers(&self) -> Result<Vec<i64>> {
        self.db.prepare("SELECT id FROM input")?.query_map([], |row| row.get(0))?.collect()
    }

    /// Removes inputs, and contents that no input has.
    pub(super) fn forget(&mut self, inputs: &[i64]) -> Result<()> {
        if !inputs.is_empty() {
            self.with_numbers(inputs.iter().copied(), &["DELETE FROM input WHERE id IN numbers"])?;
        } else if self.note(ORPHANS)?.is_none() {
            return Ok(());
        }
        self.change(&format!("DELETE FROM document WHERE {CONTENT} NOT IN (SELECT content FROM input)"), [])?;
        self.change("DELETE FROM note WHERE key = ?", [ORPHANS]).map(drop)
    }

    /// What was read of these contents is not there any more: they will be read again.
    pub(super) fn spoil(&mut self, contents: &HashSet<i64>) -> Result<()> {
        self.with_numbers(
            contents.iter().copied(),
            &[
                &format!("DELETE FROM document WHERE {CONTENT} IN numbers"),
                "DELETE FROM input WHERE content IN numbers",
            ],
        )
    }

    /// Runs statements that ask for many numbers, which are in the table `numbers` meanwhile.
    fn with_numbers(&mut self, numbers: impl Iterator<Item = i64>, statements: &[&str]) -> Result<()> {
        self.change("CREATE TEMP TABLE numbers (number INTEGER PRIMARY KEY)", [])?;
        for number in numbers {
            self.change("INSERT INTO numbers VALUES (?)", [number])?;
        }
        for statement in statements {
            self.change(statement, [])?;
        }
        self.change("DROP TABLE numbers", []).map(drop)
    }

    /// Whether anything was changed since the last commit.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }
}

/// SQLite has no unsigned numbers; sizes of files fit into the signed ones.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
