//! The tables of the manifest, and their number, by which another program knows whether it understands them.

use rusqlite::{Connection, Result};

/// Number of the layout of tables below.
const LAYOUT: i64 = 5;

/// Every index costs each document time, and so does every column. What is asked for seldom, such as a content by its hash, is found by a look through
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
  -- content × 2^33 + place in its archive + 1: the documents of a content stand together, its own row before them
  number INTEGER PRIMARY KEY,
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
  -- [pages, forms, funds, indicators, statements, microseconds]
  counts TEXT,
  findings TEXT,
  -- where its records stand, for the program alone
  part BLOB,
  prints TEXT,
  unmatched TEXT
);
";

/// Sees to it that the tables are there. Those of another layout are begun anew: what they know can be read again from the inputs.
pub(super) fn lay_out(db: &Connection) -> Result<()> {
    let layout: i64 = db.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if layout != LAYOUT {
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
    Ok(())
}
