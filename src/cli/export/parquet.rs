use super::{Exporter, datapackage, table_name};
use anyhow::{Context, Result};
use parquet::basic::Compression;
use parquet::data_type::{
    BoolType, ByteArray, ByteArrayType, FixedLenByteArray, FixedLenByteArrayType, Int32Type, Int64Type,
};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::parser::parse_message_type;
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhibiao::emit::flat::{Cell, Column, Type};
use zhibiao::model::Kind;

/// Decimals are DECIMAL(38, 12): the same type in every export, and room for 10²⁵ 元 and for a rate's twelve places.
const PRECISION: usize = 38;
const SCALE: usize = 12;

/// Rows that are held before they are written as one group.
const GROUP: usize = 20_000;

/// Bytes of text that are held, at most, before a group is written.
const GROUP_BYTES: usize = 64 << 20;

/// Parquet, a file a table, compressed with Snappy: typed, exact, and read by column.
pub(super) struct Folder {
    dir: PathBuf,
    new: tempfile::TempDir,
    /// Statements for DuckDB that load the files, where they are wanted.
    script: Option<&'static str>,
    open: Option<Table>,
    tables: Vec<(String, Vec<Column>)>,
    /// Numbers with more digits than DECIMAL holds: null in their column, as text in the record.
    unfit: u64,
}

struct Table {
    writer: SerializedFileWriter<BufWriter<File>>,
    columns: Vec<Buffer>,
    rows: usize,
    bytes: usize,
}

/// A column's values of one group; `present` has 1 a row that has one, 0 one that is null.
struct Buffer {
    present: Vec<i16>,
    values: Values,
}

enum Values {
    Text(Vec<ByteArray>),
    Integer(Vec<i64>),
    Decimal(Vec<FixedLenByteArray>),
    Boolean(Vec<bool>),
    Date(Vec<i32>),
}

impl Folder {
    pub(super) fn create(dir: &Path, script: Option<&'static str>) -> Result<Self> {
        let cannot = || format!("{}: cannot be written to", dir.display());
        fs::create_dir_all(dir).with_context(cannot)?;
        let new = tempfile::Builder::new().prefix(".new-").tempdir_in(dir).with_context(cannot)?;
        Ok(Folder { dir: dir.to_owned(), new, script, open: None, tables: Vec::new(), unfit: 0 })
    }

    fn close(&mut self) -> Result<()> {
        let Some(mut table) = self.open.take() else { return Ok(()) };
        table.write_group()?;
        table.writer.close()?;
        Ok(())
    }
}

impl Exporter for Folder {
    fn table(&mut self, kind: Kind, columns: &[Column]) -> Result<()> {
        self.close()?;
        let name = format!("{}.parquet", table_name(kind));
        let schema = Arc::new(parse_message_type(&message(table_name(kind), columns))?);
        let properties = WriterProperties::builder()
            .set_compression(Compression::SNAPPY)
            .set_created_by(format!("zhibiao {}", env!("CARGO_PKG_VERSION")))
            .build();
        let file = BufWriter::with_capacity(256 << 10, File::create(self.new.path().join(&name))?);
        let writer = SerializedFileWriter::new(file, schema, Arc::new(properties))?;
        let columns_of = columns.iter().map(|column| Buffer::of(column.holds)).collect();
        self.open = Some(Table { writer, columns: columns_of, rows: 0, bytes: 0 });
        self.tables.push((name, columns.to_vec()));
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        let Some(table) = &mut self.open else { return Ok(()) };
        for (buffer, cell) in table.columns.iter_mut().zip(cells) {
            if let Cell::Text(text) = cell {
                table.bytes += text.len();
            }
            self.unfit += u64::from(!buffer.push(cell));
        }
        table.rows += 1;
        if table.rows >= GROUP || table.bytes >= GROUP_BYTES {
            table.write_group()?;
        }
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.close()?;
        let put = |name: &str, bytes: &[u8]| fs::write(self.new.path().join(name), bytes);
        put(datapackage::FILE, &datapackage::of(&self.tables, &datapackage::PARQUET)?)?;
        let mut names: Vec<&str> = self.tables.iter().map(|(name, _)| name.as_str()).collect();
        names.push(datapackage::FILE);
        if let Some(script) = self.script {
            put(script, load_script(&self.tables).as_bytes())?;
            names.push(script);
        }
        for name in names {
            fs::rename(self.new.path().join(name), self.dir.join(name)).with_context(|| name.to_owned())?;
        }
        if self.unfit > 0 {
            eprintln!(
                "warning: {} values do not fit their columns (more than {} digits before or {SCALE} after the point, or no \
                 date) and are null there; the records' texts have them",
                self.unfit,
                PRECISION - SCALE
            );
        }
        Ok(())
    }
}

impl Table {
    fn write_group(&mut self) -> Result<()> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for buffer in &mut self.columns {
            let mut column = group.next_column()?.context("fewer columns in the file than in the table")?;
            buffer.write(&mut column)?;
            column.close()?;
        }
        group.close()?;
        (self.rows, self.bytes) = (0, 0);
        Ok(())
    }
}

impl Buffer {
    fn of(holds: Type) -> Self {
        let values = match holds {
            Type::Text => Values::Text(Vec::new()),
            Type::Integer => Values::Integer(Vec::new()),
            Type::Decimal => Values::Decimal(Vec::new()),
            Type::Boolean => Values::Boolean(Vec::new()),
            Type::Date => Values::Date(Vec::new()),
        };
        Buffer { present: Vec::new(), values }
    }

    /// Takes a value; false where the column's type cannot hold it.
    fn push(&mut self, cell: &Cell) -> bool {
        let held = match (&mut self.values, cell) {
            (Values::Text(all), Cell::Text(text) | Cell::Number(text)) => put(all, text.as_str().into()),
            (Values::Integer(all), Cell::Number(n)) => n.parse().is_ok_and(|n| put(all, n)),
            (Values::Decimal(all), Cell::Number(n)) => {
                unscaled(n).is_some_and(|n| put(all, n.to_be_bytes().to_vec().into()))
            }
            (Values::Boolean(all), Cell::Boolean(b)) => put(all, *b),
            (Values::Date(all), Cell::Text(day)) => days(day).is_some_and(|n| put(all, n)),
            _ => false,
        };
        self.present.push(i16::from(held));
        held || *cell == Cell::Null
    }

    fn write(&mut self, column: &mut SerializedColumnWriter<'_>) -> Result<()> {
        let present = Some(self.present.as_slice());
        match &mut self.values {
            Values::Text(all) => {
                column.typed::<ByteArrayType>().write_batch(all, present, None)?;
                all.clear();
            }
            Values::Integer(all) => {
                column.typed::<Int64Type>().write_batch(all, present, None)?;
                all.clear();
            }
            Values::Decimal(all) => {
                column.typed::<FixedLenByteArrayType>().write_batch(all, present, None)?;
                all.clear();
            }
            Values::Boolean(all) => {
                column.typed::<BoolType>().write_batch(all, present, None)?;
                all.clear();
            }
            Values::Date(all) => {
                column.typed::<Int32Type>().write_batch(all, present, None)?;
                all.clear();
            }
        }
        self.present.clear();
        Ok(())
    }
}

/// Takes a value that fits.
fn put<T>(all: &mut Vec<T>, value: T) -> bool {
    all.push(value);
    true
}

/// The file's schema in Parquet's own notation.
fn message(table: &str, columns: &[Column]) -> String {
    let fields: Vec<String> = columns
        .iter()
        .map(|column| {
            let name = &column.name;
            match column.holds {
                Type::Text => format!("optional binary {name} (UTF8);"),
                Type::Integer => format!("optional int64 {name};"),
                Type::Decimal => format!("optional fixed_len_byte_array(16) {name} (DECIMAL({PRECISION},{SCALE}));"),
                Type::Boolean => format!("optional boolean {name};"),
                Type::Date => format!("optional int32 {name} (DATE);"),
            }
        })
        .collect();
    format!("message {table} {{ {} }}", fields.join(" "))
}

/// A decimal as the whole number of its twelfth places; None where it has more digits than the type.
fn unscaled(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let (whole, places) = (whole.trim_start_matches('0'), places.trim_end_matches('0'));
    if places.len() > SCALE || whole.len() > PRECISION - SCALE {
        return None;
    }
    let value: i128 = format!("0{whole}{places:0<SCALE$}").parse().ok()?;
    Some(if negative { -value } else { value })
}

/// Days from 1970-01-01 to an ISO day of the Gregorian calendar.
fn days(day: &str) -> Option<i32> {
    let mut parts = day.splitn(3, '-').map(|part| part.parse::<i32>().ok());
    let (year, month, day) = (parts.next()??, parts.next()??, parts.next()??);
    if !(1..=9999).contains(&year) || !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    // Years that begin in March end with the day that may be missing.
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let before_year = year * 365 + year / 4 - year / 100 + year / 400;
    let before_month = (153 * month + 2) / 5;
    Some(before_year + before_month + day - 1 - 719_468)
}

/// SQL that makes tables of the files beside it.
fn load_script(tables: &[(String, Vec<Column>)]) -> String {
    let mut script = String::from("-- In this folder: duckdb records.duckdb < load.sql\n");
    for (file, _) in tables {
        let table = file.trim_end_matches(".parquet");
        script += &format!("CREATE OR REPLACE TABLE {table} AS SELECT * FROM read_parquet('{file}');\n");
    }
    script
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_are_exact_or_not_taken() {
        assert_eq!(unscaled("0.9877"), Some(987_700_000_000));
        assert_eq!(unscaled("-24888140000"), Some(-24_888_140_000_000_000_000_000));
        assert_eq!(unscaled("0"), Some(0));
        assert_eq!(unscaled("0.0000000000010"), Some(1)); // the thirteenth place is a zero
        assert_eq!(unscaled("0.0000000000001"), None);
        assert_eq!(unscaled("99999999999999999999999999"), Some(99_999_999_999_999_999_999_999_999 * 10_i128.pow(12)));
        assert_eq!(unscaled("100000000000000000000000000"), None);
        assert_eq!(unscaled("1e5"), None);
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(days("1970-01-01"), Some(0));
        assert_eq!(days("1969-12-31"), Some(-1));
        assert_eq!(days("2000-02-29"), Some(11_016)); // 30 years of 365 days, 7 leap days, 31 + 28 days
        assert_eq!(days("2024-03-01"), Some(19_783));
        assert_eq!(days("2024-13-01"), None);
        assert_eq!(days("2024"), None);
    }
}
