//! The manifest: what is known of inputs, contents and documents, in SQLite.
//!
//! An *input* is a path; a *content* is the bytes that were read under it, by one way of reading; a *document* is what
//! they hold: one, or the members of an archive. Several inputs may share a content: copies, and files that were moved.

use super::outcome::{Fared, Kept, Outcome};
use super::parts::Part;
use super::stamp::{Hash, Stamp};
use crate::model::Status;
use rusqlite::config::DbConfig;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, OptionalExtension, Params, params};
use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::time::{Duration, Instant};

/// Number of the layout of tables below.
const LAYOUT: i64 = 4;

/// Every index costs each document time. What is asked for seldom, such as a content by its hash, is found by a look through
/// the table instead, once a run; inputs stand in the order of their paths, which is almost always that of their sources.
const TABLES: &str = "
CREATE TABLE note (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE reading (
  id INTEGER PRIMARY KEY,
  program TEXT NOT NULL,
  stages TEXT NOT NULL,
  patterns TEXT NOT NULL,
  settings TEXT NOT NULL,
  UNIQUE (program, stages, patterns, settings)
);
CREATE TABLE input (
  path BLOB PRIMARY KEY,
  id INTEGER NOT NULL,
  source TEXT NOT NULL,
  bytes INTEGER NOT NULL,
  modified INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  inode INTEGER NOT NULL,
  content INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE document (
  content INTEGER NOT NULL,
  member INTEGER NOT NULL,
  -- of the whole content, in its first row
  sha256 BLOB,
  bytes INTEGER,
  reading INTEGER,
  complete INTEGER,
  failed INTEGER,
  bounded INTEGER,
  -- of the document
  suffix TEXT,
  status TEXT,
  code TEXT,
  media TEXT,
  pages INTEGER,
  forms INTEGER,
  funds INTEGER,
  indicators INTEGER,
  statements INTEGER,
  findings TEXT,
  micros INTEGER,
  segment INTEGER,
  offset INTEGER,
  document_bytes INTEGER,
  form_bytes INTEGER,
  fund_bytes INTEGER,
  indicator_bytes INTEGER,
  statement_bytes INTEGER,
  crc INTEGER,
  prints TEXT,
  unmatched TEXT,
  PRIMARY KEY (content, member)
) WITHOUT ROWID;
";

/// The row of an archive itself, before those of its members; a content that is one document has one row for both, its only member.
const ARCHIVE: i64 = -1;
const ONLY: u32 = 0;

/// Key of the note that contents may be there which no input has.
const ORPHANS: &str = "orphans";

/// Codes of failures that other settings (time, memory, size, passwords) may heal.
const BOUNDED: [&str; 4] = ["timeout", "memory_limit", "too_large", "encrypted"];

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

/// A document of an input, with all that the manifest says of both.
#[derive(Debug, Clone)]
pub struct Row {
    /// Number of the input.
    pub input: i64,
    /// How records name the input.
    pub source: String,
    /// The input's path, as bytes of the system.
    pub path: Vec<u8>,
    /// Number of the content.
    pub content: i64,
    /// The content's hash, where only what failed is asked for; None of what could not be read.
    pub hash: Option<Hash>,
    /// Place of the document in its archive, from 0.
    pub member: u32,
    /// What its source has behind the input's: empty, or `!/form.docx`.
    pub suffix: String,
    /// How it fared.
    pub outcome: Outcome,
    /// Where its records stand.
    pub part: Part,
}

/// What the row of a content's only document says of the content.
struct Whole<'a> {
    hash: Option<&'a Hash>,
    bytes: i64,
    reading: i64,
    failed: bool,
    bounded: bool,
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
        // The folder is locked, so nobody else comes; and without shared memory WAL works on network shares, too.
        db.pragma_update(None, "locking_mode", "EXCLUSIVE")?;
        db.query_row("PRAGMA journal_mode = WAL", [], |_| Ok(()))?;
        db.pragma_update(None, "synchronous", "FULL")?;
        db.pragma_update(None, "cache_size", -16_000)?;
        db.pragma_update(None, "wal_autocheckpoint", 4096)?;
        db.pragma_update(None, "foreign_keys", false)?;
        // Else statements are planned anew whenever other values are bound to them.
        db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        db.set_prepared_statement_cache_capacity(32);
        let layout: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if layout != LAYOUT {
            // One of another layout is begun anew: what it knows can be read again from the inputs.
            let tables: Vec<String> = db
                .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")?
                .query_map([], |row| row.get(0))?
                .collect::<Result<_>>()?;
            db.execute_batch("BEGIN IMMEDIATE")?;
            for table in tables {
                db.execute_batch(&format!("DROP TABLE \"{table}\""))?;
            }
            db.execute_batch(TABLES)?;
            db.pragma_update(None, "user_version", LAYOUT)?;
            db.execute_batch("COMMIT")?;
        }
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
            contents: Numbers { newest: "SELECT max(content) FROM document", next: None },
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
            .prepare_cached(
                "SELECT i.id, i.source, i.bytes, i.modified, i.changed, i.inode, i.content, c.sha256, c.failed, c.complete,
                   c.reading, c.bounded
                 FROM input i CROSS JOIN document c ON c.content = i.content AND c.complete IS NOT NULL WHERE i.path = ?",
            )?
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
            "SELECT content, complete, failed, bounded, reading, sha256 FROM document WHERE sha256 IS NOT NULL ORDER BY content",
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
            let this = Found { content: row.get(0)?, complete, failed: row.get::<_, i64>(2)? > 0 };
            if complete || found.get(&hash).is_none_or(|before| !before.complete) {
                found.insert(hash, this);
            }
        }
        Ok(found)
    }

    pub(super) fn begin_content(&mut self, hash: Option<&Hash>, bytes: u64) -> Result<i64> {
        let (reading, content) = (self.reading, self.contents.next(&self.db)?);
        self.change(
            "INSERT INTO document (content, member, sha256, bytes, reading, complete, failed, bounded)
             VALUES (?, ?, ?, ?, ?, 0, 0, 0)",
            params![content, ARCHIVE, hash, signed(bytes), reading],
        )?;
        // Nobody may ever ask for it again.
        self.set_note(ORPHANS, "1")?;
        Ok(content)
    }

    pub(super) fn members(&self, content: i64) -> Result<Vec<u32>> {
        self.db
            .prepare_cached("SELECT member FROM document WHERE content = ? AND status IS NOT NULL")?
            .query_map([content], |row| row.get(0))?
            .collect()
    }

    /// A content that holds one document, which is there.
    pub(super) fn add_content(&mut self, hash: Option<&Hash>, bytes: u64, kept: &Kept, part: &Part) -> Result<i64> {
        let content = self.contents.next(&self.db)?;
        let whole = Whole {
            hash,
            bytes: signed(bytes),
            reading: self.reading,
            failed: kept.fared.status == Status::Failed,
            bounded: kept.fared.code.as_deref().is_some_and(|code| BOUNDED.contains(&code)),
        };
        self.insert_document(content, ONLY, Some(&whole), "", kept, part)?;
        Ok(content)
    }

    pub(super) fn add_document(
        &mut self,
        content: i64,
        member: u32,
        suffix: &str,
        kept: &Kept,
        part: &Part,
    ) -> Result<()> {
        self.insert_document(content, member, None, suffix, kept, part)
    }

    fn insert_document(
        &mut self,
        content: i64,
        member: u32,
        whole: Option<&Whole<'_>>,
        suffix: &str,
        kept: &Kept,
        part: &Part,
    ) -> Result<()> {
        let lengths = part.lengths.map(signed);
        let media = kept.fared.media.map(|media| json(&media)).transpose()?;
        self.change(
            "INSERT OR REPLACE INTO document VALUES
               (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17, ?18, ?19, ?20, ?21,
                ?22, ?23, ?24, ?25, ?26, ?27, ?28, ?29)",
            params![
                content,
                member,
                whole.and_then(|whole| whole.hash),
                whole.map(|whole| whole.bytes),
                whole.map(|whole| whole.reading),
                whole.map(|_| 1),
                whole.map(|whole| whole.failed),
                whole.map(|whole| whole.bounded),
                suffix,
                status_word(kept.fared.status),
                kept.fared.code,
                media.as_ref().map(|word| word.trim_matches('"')),
                kept.fared.pages,
                kept.fared.forms,
                kept.fared.funds,
                kept.fared.indicators,
                kept.fared.statements,
                kept.findings,
                signed(kept.fared.micros),
                part.segment,
                signed(part.offset),
                lengths[0],
                lengths[1],
                lengths[2],
                lengths[3],
                lengths[4],
                part.crc,
                kept.prints,
                kept.unmatched,
            ],
        )
        .map(drop)
    }

    /// All documents of the content are there.
    pub(super) fn finish_content(&mut self, content: i64) -> Result<()> {
        let codes = BOUNDED.map(|code| format!("'{code}'")).join(", ");
        self.change(
            &format!(
                "UPDATE document SET complete = 1,
                   failed = (SELECT count(*) FROM document WHERE content = ?1 AND status = 'failed'),
                   bounded = (SELECT count(*) FROM document WHERE content = ?1 AND code IN ({codes}))
                 WHERE content = ?1 AND member = {ARCHIVE}"
            ),
            [content],
        )
        .map(drop)
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

    /// The part of the only document of what could not be read.
    pub(super) fn unread_part(&self, content: i64) -> Result<Option<Part>> {
        self.db
            .prepare_cached(
                "SELECT segment, offset, document_bytes, form_bytes, fund_bytes, indicator_bytes, statement_bytes, crc
                 FROM document WHERE content = ?",
            )?
            .query_row([content], |row| read_part(row, 0))
            .optional()
    }

    /// All inputs, with their paths and whether they could be read.
    pub(super) fn inputs(&self) -> Result<Vec<(i64, Vec<u8>, bool)>> {
        self.db
            .prepare(
                "SELECT i.id, i.path, c.sha256 IS NOT NULL
                 FROM input i CROSS JOIN document c ON c.content = i.content AND c.complete IS NOT NULL ORDER BY i.path",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?
            .collect()
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
        self.change("DELETE FROM document WHERE content NOT IN (SELECT content FROM input)", [])?;
        self.change("DELETE FROM note WHERE key = ?", [ORPHANS]).map(drop)
    }

    /// What was read of these contents is not there any more: they will be read again.
    pub(super) fn spoil(&mut self, contents: &HashSet<i64>) -> Result<()> {
        self.with_numbers(
            contents.iter().copied(),
            &["DELETE FROM document WHERE content IN numbers", "DELETE FROM input WHERE content IN numbers"],
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

    /// Is the order of paths that of sources, too? It is where all inputs come from one folder.
    fn sources_follow_paths(&self) -> Result<bool> {
        let mut statement = self.db.prepare("SELECT source FROM input ORDER BY path")?;
        let mut rows = statement.query([])?;
        let mut before = String::new();
        while let Some(row) = rows.next()? {
            let source = row.get_ref(0)?.as_str()?;
            if source < before.as_str() {
                return Ok(false);
            }
            before.clear();
            before.push_str(source);
        }
        Ok(true)
    }

    /// Every document of every input, or only what failed, ordered by source, path, and place in the archive.
    pub(super) fn rows<E: From<rusqlite::Error>>(
        &self,
        only_failed: bool,
        sink: &mut dyn FnMut(Row) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        // Contents are looked up only for the few that need their hash.
        let (hash, contents, which) = if only_failed {
            let contents = "CROSS JOIN document c ON c.content = i.content AND c.failed > 0";
            ("c.sha256", contents, "d.status = 'failed'")
        } else {
            ("NULL", "", "d.status IS NOT NULL")
        };
        let order = if self.sources_follow_paths()? { "i.path" } else { "i.source, i.path" };
        let mut statement = self.db.prepare(&format!(
            "SELECT i.id, i.source, i.path, i.content, {hash}, d.member, d.suffix, d.status, d.code, d.media, d.pages,
               d.forms, d.funds, d.indicators, d.statements, d.findings, d.micros, d.segment, d.offset,
               d.document_bytes, d.form_bytes, d.fund_bytes, d.indicator_bytes, d.statement_bytes, d.crc,
               d.prints, d.unmatched
             FROM input i {contents} CROSS JOIN document d ON d.content = i.content
             WHERE {which} ORDER BY {order}, d.member"
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            sink(read_row(row)?)?;
        }
        Ok(())
    }

    /// Bytes of live parts by segment.
    pub(super) fn live(&self) -> Result<HashMap<u32, u64>> {
        self.db
            .prepare(
                "SELECT segment, sum(document_bytes + form_bytes + fund_bytes + indicator_bytes + statement_bytes)
                 FROM document WHERE status IS NOT NULL GROUP BY segment",
            )?
            .query_map([], |row| Ok((row.get(0)?, unsigned(row.get(1)?))))?
            .collect()
    }

    /// All parts, in the order of their contents.
    pub(super) fn parts(&self) -> Result<Vec<(i64, u32, Part)>> {
        self.db
            .prepare(
                "SELECT content, member, segment, offset, document_bytes, form_bytes, fund_bytes, indicator_bytes,
                   statement_bytes, crc FROM document WHERE status IS NOT NULL",
            )?
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?, read_part(row, 2)?)))?
            .collect()
    }

    /// A document's part stands elsewhere now.
    pub(super) fn move_part(&mut self, content: i64, member: u32, part: &Part) -> Result<()> {
        self.change(
            "UPDATE document SET segment = ?, offset = ? WHERE content = ? AND member = ?",
            params![part.segment, signed(part.offset), content, member],
        )
        .map(drop)
    }

    /// Whether anything was changed since the last commit.
    pub(super) fn is_open(&self) -> bool {
        self.open
    }
}

fn read_row(row: &rusqlite::Row<'_>) -> Result<Row> {
    let media = match row.get_ref(9)? {
        ValueRef::Null => None,
        word => Some(serde_json::from_str(&format!("\"{}\"", word.as_str()?)).map_err(conversion)?),
    };
    let status = match row.get_ref(7)?.as_str()? {
        "ok" => Status::Ok,
        "partial" => Status::Partial,
        _ => Status::Failed,
    };
    Ok(Row {
        input: row.get(0)?,
        source: row.get(1)?,
        path: row.get(2)?,
        content: row.get(3)?,
        hash: row.get(4)?,
        member: row.get(5)?,
        suffix: row.get(6)?,
        outcome: Outcome {
            fared: Fared {
                status,
                code: row.get(8)?,
                media,
                pages: row.get(10)?,
                forms: row.get(11)?,
                funds: row.get(12)?,
                indicators: row.get(13)?,
                statements: row.get(14)?,
                micros: unsigned(row.get(16)?),
            },
            findings: map_or_list(row, 15)?,
            prints: map_or_list(row, 25)?,
            unmatched: map_or_list(row, 26)?,
        },
        part: read_part(row, 17)?,
    })
}

/// JSON, or an empty text for nothing.
fn map_or_list<T: Default + serde::de::DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize) -> Result<T> {
    match row.get_ref(column)? {
        ValueRef::Text(b"") => Ok(T::default()),
        text => serde_json::from_str(text.as_str()?).map_err(conversion),
    }
}

fn read_part(row: &rusqlite::Row<'_>, first: usize) -> Result<Part> {
    let length = |i: usize| row.get(first + 2 + i).map(unsigned);
    Ok(Part {
        segment: row.get(first)?,
        offset: unsigned(row.get(first + 1)?),
        lengths: [length(0)?, length(1)?, length(2)?, length(3)?, length(4)?],
        crc: row.get(first + 7)?,
    })
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Partial => "partial",
        Status::Failed => "failed",
    }
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn conversion(error: serde_json::Error) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, error.into())
}

/// SQLite has no unsigned numbers; sizes of files fit into the signed ones.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn unsigned(number: i64) -> u64 {
    u64::try_from(number).unwrap_or(0)
}
