use super::{Exporter, datapackage, table_name};
use anyhow::{Context, Result};
use rust_xlsxwriter::{Format, Workbook, Worksheet};
use std::fs;
use std::path::{Path, PathBuf};
use zhibiao::emit::flat::{Cell, Column};
use zhibiao::model::Kind;

/// Rows of a sheet, the head among them (ECMA-376).
const SHEET_ROWS: u32 = 1_048_576;

/// Characters of a cell.
const CELL_CHARACTERS: usize = 32_767;

/// Digits of a number that Excel gives back as they were.
const EXACT_DIGITS: usize = 15;

/// An Excel workbook, a sheet a table; a table of more rows than a sheet has goes on in `indicators (2)`.
pub(super) struct Book {
    book: Workbook,
    path: PathBuf,
    tables: Vec<(String, Vec<Column>)>,
    /// Number of the sheet within its table, from 1, and its next row.
    sheet: u32,
    row: u32,
    cut: u64,
}

impl Book {
    pub(super) fn create(path: &Path) -> Result<Self> {
        let dir = folder(path);
        fs::create_dir_all(dir).with_context(|| format!("{}: cannot be written to", path.display()))?;
        let mut book = Workbook::new();
        book.set_tempdir(dir)?;
        Ok(Book { book, path: path.to_owned(), tables: Vec::new(), sheet: 0, row: 0, cut: 0 })
    }

    fn add_sheet(&mut self) -> Result<()> {
        let Some((table, columns)) = self.tables.last() else { return Ok(()) };
        self.sheet += 1;
        let name = if self.sheet == 1 { table.clone() } else { format!("{table} ({})", self.sheet) };
        // Rows go to a temporary file as they come, so that a large table is not held.
        let sheet = self.book.add_worksheet_with_constant_memory()?;
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        let head = Format::new().set_bold();
        for (at, column) in (0u16..).zip(columns) {
            sheet.set_column_width(at, width(column))?;
            sheet.write_string_with_format(0, at, &column.name, &head)?;
        }
        self.row = 1;
        Ok(())
    }
}

impl Exporter for Book {
    fn table(&mut self, kind: Kind, columns: &[Column]) -> Result<()> {
        self.tables.push((table_name(kind).to_owned(), columns.to_vec()));
        self.sheet = 0;
        self.add_sheet()
    }

    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        if self.row == SHEET_ROWS {
            self.add_sheet()?;
        }
        let last = self.book.worksheets_mut().last_mut().context("no sheet has been begun")?;
        for (at, cell) in (0u16..).zip(cells) {
            self.cut += u64::from(write(last, self.row, at, cell)?);
        }
        self.row += 1;
        Ok(())
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        let cannot = || format!("{}: cannot be written to", self.path.display());
        let new = tempfile::Builder::new().prefix(".new-").tempfile_in(folder(&self.path)).with_context(cannot)?;
        self.book.save_to_writer(new.as_file())?;
        let package = datapackage::of(&self.tables, &datapackage::xlsx(&self.path))?;
        super::put_in_place(new.into_temp_path(), &self.path)?;
        fs::write(datapackage::beside(&self.path), package)?;
        if self.cut > 0 {
            eprintln!(
                "warning: {} texts are longer than the {CELL_CHARACTERS} characters of a cell and are cut; the other \
                 formats have them whole",
                self.cut
            );
        }
        Ok(())
    }
}

/// Writes a cell; true where its text had to be cut.
fn write(sheet: &mut Worksheet, row: u32, at: u16, cell: &Cell) -> Result<bool> {
    match cell {
        Cell::Null => {}
        Cell::Boolean(b) => {
            sheet.write_boolean(row, at, *b)?;
        }
        Cell::Number(n) => match exact(n) {
            Some(number) => {
                sheet.write_number(row, at, number)?;
            }
            None => {
                sheet.write_string(row, at, n)?;
            }
        },
        Cell::Text(text) => {
            let cut = cut(text);
            sheet.write_string(row, at, cut.as_deref().unwrap_or(text))?;
            return Ok(cut.is_some());
        }
    }
    Ok(false)
}

/// The text's beginning with an ellipsis, where it is too long for a cell. Excel counts in units of UTF-16.
fn cut(text: &str) -> Option<String> {
    // No character takes more units than bytes.
    if text.len() <= CELL_CHARACTERS || text.encode_utf16().count() <= CELL_CHARACTERS {
        return None;
    }
    let mut units = 1; // the ellipsis
    let fits = |c: &char| {
        units += c.len_utf16();
        units <= CELL_CHARACTERS
    };
    Some(text.chars().take_while(fits).chain(['…']).collect())
}

/// The number, where Excel's doubles keep all its digits.
fn exact(text: &str) -> Option<f64> {
    let digits = text.trim_start_matches(['-', '0', '.']).chars().filter(char::is_ascii_digit).count();
    text.parse().ok().filter(|_| digits <= EXACT_DIGITS)
}

/// In characters: enough for what such a column usually holds.
fn width(column: &Column) -> f64 {
    match column.name.as_str() {
        "name" | "title" | "source" | "raw" | "text" => 36.0,
        _ if column.json => 24.0,
        name => (name.len() as f64 + 2.0).clamp(10.0, 24.0),
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_texts_are_cut_to_what_a_cell_holds() {
        assert_eq!(cut(&"字".repeat(CELL_CHARACTERS)), None);
        let long = cut(&"字".repeat(CELL_CHARACTERS + 1)).unwrap();
        assert_eq!(long.chars().count(), CELL_CHARACTERS);
        assert!(long.ends_with("字…"));
        // Two units each: half as many, and none is split.
        assert_eq!(cut(&"𠮷".repeat(20_000)).unwrap().chars().count(), 16_383 + 1);
    }

    #[test]
    fn numbers_that_a_double_would_change_stay_text() {
        assert_eq!(exact("24888140000"), Some(24_888_140_000.0));
        assert_eq!(exact("0.9877"), Some(0.9877));
        assert_eq!(exact("1234567890123456"), None);
        assert_eq!(exact("0.00000000000000000001"), Some(1e-20)); // one digit
    }
}
