//! `zhibiao export`: an output folder as tables.

mod csv;
mod datapackage;
#[cfg(feature = "parquet")]
mod parquet;
mod sqlite;
#[cfg(feature = "xlsx")]
mod xlsx;

pub(super) use csv::field as csv_field;

use super::{ALL_WELL, UsageError};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use zhibiao::emit::flat::{self, Cell, Column};
use zhibiao::emit::json_lines::{KINDS, file_name};
use zhibiao::model::Kind;

/// Write the records of an output folder as tables.
///
/// A table a kind, a column a key; quantities become columns of their own (target_value, target_upper, target_unit …),
/// regions, too; lists become JSON text. A data package (datapackage.json) describes every table.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zhibiao export records/ --to parquet\n  zhibiao export records/ --to sqlite -o reports.sqlite"
)]
pub(super) struct Args {
    /// The folder that extract wrote.
    #[arg(value_name = "OUT")]
    records: PathBuf,
    /// What to write.
    #[arg(long, value_name = "FORMAT")]
    to: Format,
    /// Where to: a folder for csv, parquet and duckdb [default: OUT/csv …], a file for sqlite and xlsx [default:
    /// OUT/records.sqlite …].
    #[arg(short, long, value_name = "PATH")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// A folder of CSV files (UTF-8 with byte order mark, so that Excel shows Chinese).
    Csv,
    /// An SQLite database.
    Sqlite,
    /// A folder of Parquet files; decimals are DECIMAL(38, 12).
    #[cfg(feature = "parquet")]
    Parquet,
    /// The same with load.sql, which makes a DuckDB database of them: duckdb records.duckdb < load.sql
    #[cfg(feature = "parquet")]
    Duckdb,
    /// An Excel workbook, a sheet a table.
    #[cfg(feature = "xlsx")]
    Xlsx,
}

/// Takes tables row by row. What it wrote is in place only once it is finished.
trait Exporter {
    /// A table begins.
    fn table(&mut self, kind: Kind, columns: &[Column]) -> Result<()>;
    /// Its next row.
    fn row(&mut self, cells: &[Cell]) -> Result<()>;
    /// All tables are there.
    fn finish(self: Box<Self>) -> Result<()>;
}

pub(super) fn run(args: &Args) -> Result<u8> {
    if !args.records.join(file_name(Kind::Document)).is_file() {
        return Err(UsageError(format!("{}: no output folder of extract", args.records.display())).into());
    }
    let place = |name: &str| args.output.clone().unwrap_or_else(|| args.records.join(name));
    let mut exporter: Box<dyn Exporter> = match args.to {
        Format::Csv => Box::new(csv::Folder::create(&place("csv"))?),
        Format::Sqlite => Box::new(sqlite::Database::create(&place("records.sqlite"))?),
        #[cfg(feature = "parquet")]
        Format::Parquet => Box::new(parquet::Folder::create(&place("parquet"), None)?),
        #[cfg(feature = "parquet")]
        Format::Duckdb => Box::new(parquet::Folder::create(&place("duckdb"), Some("load.sql"))?),
        #[cfg(feature = "xlsx")]
        Format::Xlsx => Box::new(xlsx::Book::create(&place("records.xlsx"))?),
    };
    for kind in KINDS {
        let columns = flat::columns(kind);
        exporter.table(kind, &columns)?;
        let mut cells = Vec::with_capacity(columns.len());
        each_record(&args.records.join(file_name(kind)), &mut |record| {
            cells.clear();
            cells.extend(columns.iter().map(|column| column.cell(&record)));
            exporter.row(&cells)
        })?;
    }
    exporter.finish()?;
    Ok(ALL_WELL)
}

/// Hands over every record of a file of JSON lines.
pub(super) fn each_record(path: &Path, sink: &mut dyn FnMut(Value) -> Result<()>) -> Result<()> {
    let file = File::open(path).with_context(|| path.display().to_string())?;
    let mut file = BufReader::with_capacity(256 << 10, file);
    let mut line = Vec::new();
    let mut number = 0u64;
    loop {
        line.clear();
        number += 1;
        if file.read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let record = serde_json::from_slice(&line).with_context(|| format!("{}: line {number}", path.display()))?;
        sink(record)?;
    }
}

/// Gives a finished file its name. Temporary files are private to their owner; results get the permissions of ordinary
/// files.
fn put_in_place(new: tempfile::TempPath, path: &Path) -> Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(0o644))?;
    }
    new.persist(path).with_context(|| format!("{}: cannot be put in place", path.display()))
}

/// A table's name: that of its file without the extension.
fn table_name(kind: Kind) -> &'static str {
    file_name(kind).trim_end_matches(".jsonl")
}
