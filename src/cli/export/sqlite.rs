use super::{Exporter, datapackage, put_in_place, table_name};
use anyhow::{Context, Result};
use rusqlite::types::Value as Sql;
use rusqlite::{Connection, params_from_iter};
use std::fs;
use std::path::{Path, PathBuf};
use zhibiao::emit::flat::{Cell, Column, Type};
use zhibiao::model::Kind;

/// An SQLite database, a table a kind, with indexes on what tables are joined by.
pub(super) struct Database {
    db: Connection,
    path: PathBuf,
    new: tempfile::TempPath,
    insert: String,
    tables: Vec<(String, Vec<Column>)>,
}

impl Database {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let cannot = || format!("{}: cannot be written to", path.display());
        let dir = path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(dir).with_context(cannot)?;
        let new = tempfile::Builder::new().prefix(".new-").tempfile_in(dir).with_context(cannot)?.into_temp_path();
        let db = Connection::open(&new).with_context(cannot)?;
        // Nobody sees the file before it is whole, and one that is not whole is thrown away.
        db.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; BEGIN")?;
        Ok(Database { db, path: path.to_owned(), new, insert: String::new(), tables: Vec::new() })
    }
}

impl Exporter for Database {
    fn table(&mut self, kind: Kind, columns: &[Column]) -> Result<()> {
        let table = table_name(kind);
        let typed: Vec<String> =
            columns.iter().map(|column| format!("\"{}\" {}", column.name, sql_type(column.holds))).collect();
        self.db.execute_batch(&format!("CREATE TABLE {table} ({})", typed.join(", ")))?;
        let holes = vec!["?"; columns.len()].join(", ");
        self.tables.push((table.to_owned(), columns.to_vec()));
        self.insert = format!("INSERT INTO {table} VALUES ({holes})");
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        let values = cells.iter().map(|cell| match cell {
            Cell::Null => Sql::Null,
            Cell::Boolean(b) => Sql::Integer(i64::from(*b)),
            Cell::Number(text) => number(text),
            Cell::Text(text) => Sql::Text(text.clone()),
        });
        self.db.prepare_cached(&self.insert)?.execute(params_from_iter(values))?;
        Ok(())
    }

    fn finish(self: Box<Self>) -> Result<()> {
        let Database { db, path, new, tables, .. } = *self;
        for table in ["forms", "funds", "indicators", "statements"] {
            db.execute_batch(&format!("CREATE INDEX {table}_document ON {table} (document, source)"))?;
        }
        db.execute_batch("CREATE INDEX indicators_indicator ON indicators (indicator, year, region_code); COMMIT")?;
        db.close().map_err(|(_, error)| error)?;
        let package = datapackage::of(&tables, &datapackage::sqlite(&path))?;
        put_in_place(new, &path)?;
        fs::write(datapackage::beside(&path), package).with_context(|| path.display().to_string())?;
        Ok(())
    }
}

/// Digits of a decimal that a double is sure to give back.
const EXACT_DIGITS: usize = 15;

/// A number as SQLite holds it, or as text where it would lose a digit.
fn number(text: &str) -> Sql {
    if let Ok(whole) = text.parse() {
        return Sql::Integer(whole);
    }
    let digits = text.trim_start_matches(['-', '0', '.']).chars().filter(char::is_ascii_digit).count();
    match text.parse() {
        Ok(real) if digits <= EXACT_DIGITS => Sql::Real(real),
        _ => Sql::Text(text.to_owned()),
    }
}

fn sql_type(holds: Type) -> &'static str {
    match holds {
        Type::Text | Type::Date => "TEXT",
        Type::Integer | Type::Boolean => "INTEGER",
        // None: a type would make a double of every number, exact or not.
        Type::Decimal => "",
    }
}
