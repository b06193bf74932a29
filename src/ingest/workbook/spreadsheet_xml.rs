//! Workbooks saved as one XML file (Excel 2003's “XML Spreadsheet”), as finance systems still export them under the name
//! `.xls`: rows and cells with an optional place of their own, spans counted beyond the first, named number formats.
//! Source: Microsoft, “XML Spreadsheet Reference” (2003).

use super::super::xml::{Xml, attributes, decoded, local, push_reference};
use super::super::{Limits, LoadError};
use super::Workbook;
use super::dates::Epoch;
use super::decimal::Decimal;
use super::number_format::NumberFormat;
use super::sheet::{Region, Sheet};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Rows and columns that a sheet may have.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

pub(super) fn read(bytes: &[u8], limits: &Limits, workbook: &mut Workbook) -> Result<(), LoadError> {
    let text = decoded(bytes);
    let xml = Xml::of_bytes(text.as_bytes(), "the workbook", limits.max_depth);
    let mut reader = Reader { xml, workbook, formats: HashMap::new(), style: String::new(), sheet: None };
    let outcome = reader.run();
    let Reader { sheet, workbook, .. } = reader;
    if let Some(open) = sheet {
        workbook.add(open.sheet)?;
    }
    match outcome {
        Ok(()) => Ok(()),
        Err(error) => workbook.tolerate(error),
    }
}

struct Reader<'w, 'p> {
    xml: Xml<'p>,
    workbook: &'w mut Workbook,
    formats: HashMap<String, NumberFormat>,
    /// The style whose parts are being read.
    style: String,
    sheet: Option<Open>,
}

/// A sheet being read.
struct Open {
    sheet: Sheet,
    hidden: bool,
    row: u32,
    column: u32,
    next_column: u32,
    cell: Cell,
}

/// A cell being read.
#[derive(Default)]
struct Cell {
    row: u32,
    column: u32,
    style: String,
    of_type: String,
    text: String,
    has_formula: bool,
    /// Depth of its data element, while it is open.
    in_data: Option<usize>,
    has_data: bool,
}

impl Reader<'_, '_> {
    fn run(&mut self) -> Result<(), LoadError> {
        loop {
            let depth = self.xml.depth();
            let skip = match self.xml.next()? {
                Event::Start(e) => begin(&e, depth, &mut self.sheet, &mut self.style, &mut self.formats, self.workbook),
                Event::Text(t) => {
                    push(&mut self.sheet, &t);
                    false
                }
                Event::CData(t) => {
                    push(&mut self.sheet, &t);
                    false
                }
                Event::GeneralRef(r) => {
                    if let Some(cell) = self.sheet.as_mut().map(|s| &mut s.cell).filter(|c| c.in_data.is_some()) {
                        push_reference(&mut cell.text, &r);
                    }
                    false
                }
                Event::End(e) => {
                    match (local(e.name().as_ref()), &mut self.sheet) {
                        (_, Some(open)) if open.cell.in_data.is_some_and(|at| depth <= at + 1) => {
                            open.cell.in_data = None;
                        }
                        ("Cell", Some(open)) => {
                            open.end_cell(&self.formats);
                            open.sheet.check_budget()?;
                        }
                        ("Row", Some(open)) => open.row = open.row.saturating_add(1),
                        ("Worksheet", _) => {
                            if let Some(open) = self.sheet.take() {
                                if open.hidden {
                                    self.workbook.hidden_sheets.push(open.sheet.layout.name.clone());
                                } else {
                                    self.workbook.add(open.sheet)?;
                                }
                            }
                        }
                        _ => {}
                    }
                    false
                }
                Event::Eof => return Ok(()),
                _ => false,
            };
            if skip {
                self.xml.skip_element()?;
            }
        }
    }
}

/// Takes an element's beginning; says whether all of it is to be passed over.
fn begin(
    tag: &BytesStart<'_>,
    depth: usize,
    sheet: &mut Option<Open>,
    style: &mut String,
    formats: &mut HashMap<String, NumberFormat>,
    workbook: &Workbook,
) -> bool {
    match (local(tag.name().as_ref()), sheet.as_mut()) {
        // Rich text inside a cell's data is its text; a phonetic guide or a comment is not.
        ("Comment" | "PhoneticText", _) => return true,
        ("Style", _) => *style = text_attribute(tag, "ID"),
        ("NumberFormat", _) => {
            formats.insert(style.clone(), NumberFormat::parse(code_of(&text_attribute(tag, "Format"))));
        }
        ("Worksheet", _) => {
            let name = text_attribute(tag, "Name");
            *sheet = Some(Open {
                sheet: Sheet::new(name, workbook.budget),
                hidden: false,
                row: 0,
                column: 0,
                next_column: 0,
                cell: Cell::default(),
            });
        }
        ("Column", Some(open)) => open.add_column(tag),
        ("Row", Some(open)) => open.begin_row(tag),
        ("Cell", Some(open)) => open.begin_cell(tag),
        ("Data", Some(open)) if open.cell.in_data.is_none() => {
            open.cell.of_type = text_attribute(tag, "Type");
            open.cell.in_data = Some(depth);
            open.cell.has_data = true;
        }
        ("WorksheetOptions", Some(_)) => {}
        ("Visible", Some(open)) => open.hidden = true,
        _ => {}
    }
    false
}

fn push(sheet: &mut Option<Open>, text: &str) {
    if let Some(cell) = sheet.as_mut().map(|s| &mut s.cell).filter(|c| c.in_data.is_some()) {
        cell.text.push_str(text);
    }
}

impl Open {
    fn add_column(&mut self, tag: &BytesStart<'_>) {
        let at = number(tag, "Index").map_or(self.next_column, |index| index.saturating_sub(1));
        let last = at.saturating_add(number(tag, "Span").unwrap_or(0)).min(COLUMNS);
        if number(tag, "Hidden") == Some(1) {
            self.sheet.hide_columns(at, last);
        }
        self.next_column = last.saturating_add(1);
    }

    fn begin_row(&mut self, tag: &BytesStart<'_>) {
        if let Some(index) = number(tag, "Index") {
            self.row = index.saturating_sub(1);
        }
        self.column = 0;
        // `Span` repeats a row's looks, and rows with cells are written out.
        let last = self.row.saturating_add(number(tag, "Span").unwrap_or(0)).min(ROWS);
        if number(tag, "Hidden") == Some(1) {
            self.sheet.layout.hidden_rows.push((self.row, last));
        }
        self.row = last;
    }

    fn begin_cell(&mut self, tag: &BytesStart<'_>) {
        if let Some(index) = number(tag, "Index") {
            self.column = index.saturating_sub(1);
        }
        let right = number(tag, "MergeAcross").unwrap_or(0);
        let down = number(tag, "MergeDown").unwrap_or(0);
        let has_formula = attributes(tag).any(|(name, _)| name == "Formula");
        self.cell = Cell {
            row: self.row,
            column: self.column,
            style: text_attribute(tag, "StyleID"),
            has_formula,
            ..Cell::default()
        };
        if (right, down) != (0, 0) && self.row < ROWS && self.column < COLUMNS {
            self.sheet.layout.merges.push(Region {
                top: self.row,
                left: self.column,
                bottom: self.row.saturating_add(down).min(ROWS - 1),
                right: self.column.saturating_add(right).min(COLUMNS - 1),
            });
        }
        self.column = self.column.saturating_add(right).saturating_add(1);
    }

    fn end_cell(&mut self, formats: &HashMap<String, NumberFormat>) {
        let cell = std::mem::take(&mut self.cell);
        if cell.row >= ROWS || cell.column >= COLUMNS {
            return;
        }
        if !cell.has_data {
            if cell.has_formula {
                self.sheet.note_uncomputed(cell.row, cell.column);
            }
            return;
        }
        let (text, exact) = match cell.of_type.as_str() {
            "Number" => match (Decimal::parse(cell.text.trim()), formats.get(&cell.style)) {
                (Some(value), Some(format)) => {
                    let shown = format.show(&value, Epoch::Day1900);
                    (shown.text, shown.exact)
                }
                (Some(value), None) => (value.general(), None),
                (None, _) => (cell.text, None),
            },
            // A day, `2023-02-28T00:00:00.000`: shown as ISO, whatever its format.
            "DateTime" => (cell.text.strip_suffix("T00:00:00.000").unwrap_or(&cell.text).replace('T', " "), None),
            "Boolean" => (if cell.text.trim() == "1" { "TRUE" } else { "FALSE" }.to_owned(), None),
            _ => (cell.text, None),
        };
        self.sheet.push(cell.row, cell.column, text, exact);
    }
}

/// The code of a format, by the names that this format has for the usual ones.
fn code_of(name: &str) -> &str {
    match name {
        "" | "General Number" => "General",
        "Fixed" => "0.00",
        "Standard" => "#,##0.00",
        "Percent" => "0.00%",
        "Scientific" => "0.00E+00",
        "Currency" | "Euro Currency" => "#,##0.00",
        code => code,
    }
}

fn text_attribute(tag: &BytesStart<'_>, name: &str) -> String {
    super::super::xml::attribute(tag, name).unwrap_or_default().into_owned()
}

fn number(tag: &BytesStart<'_>, name: &str) -> Option<u32> {
    super::super::xml::number_attribute(tag, name)
}
