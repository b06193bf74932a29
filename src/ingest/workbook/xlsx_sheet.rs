//! One worksheet of an XLSX file, in one pass: values with their formats, hidden rows and columns, merged regions.

use super::super::LoadError;
use super::super::xml::{Xml, attributes, is_no, local, push_reference};
use super::dates::Epoch;
use super::decimal::Decimal;
use super::shared_strings::{SharedStrings, unescaped};
use super::sheet::{Region, Sheet};
use super::xlsx_styles::Formats;
use quick_xml::events::{BytesStart, Event};

/// Rows and columns that a sheet has.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

/// What a cell's value may refer to.
#[derive(Debug, Default)]
pub(super) struct CellContext {
    pub(super) strings: SharedStrings,
    pub(super) formats: Formats,
    pub(super) epoch: Epoch,
}

/// What a cell says of its value.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Type {
    #[default]
    Number,
    Shared,
    /// The text itself: inline, a formula's result, an error, an ISO date.
    Text,
    Boolean,
}

#[derive(Debug, Default)]
struct Open {
    row: u32,
    column: u32,
    style: usize,
    of_type: Type,
    has_formula: bool,
    is_formula_text: bool,
}

/// A worksheet being read.
pub(super) struct SheetReader<'p> {
    xml: Xml<'p>,
    next_row: u32,
    next_column: u32,
    cell: Open,
    value: String,
    in_value: bool,
}

/// How far one reading goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// To the sheet's end.
    Whole,
    /// Some hundred thousand cells, to a blank row if one comes soon.
    Piece,
}

/// Cells and bytes of text after which a piece ends: at the next blank row, or at twice as many at any row.
const PIECE_CELLS: usize = 100_000;
const PIECE_TEXT: usize = 8 << 20;

impl<'p> SheetReader<'p> {
    pub(super) fn new(xml: Xml<'p>) -> Self {
        let (cell, value) = (Open::default(), String::new());
        SheetReader { xml, next_row: 0, next_column: 0, cell, value, in_value: false }
    }

    /// Reads on into `sheet`, which keeps what was read where an error ends the reading. True at the sheet's end.
    ///
    /// # Errors
    /// Damage, and more cells or text than the sheet's budget.
    pub(super) fn read(&mut self, context: &CellContext, sheet: &mut Sheet, extent: Extent) -> Result<bool, LoadError> {
        let SheetReader { xml, next_row, next_column, cell, value, in_value } = self;
        let is_full = |sheet: &Sheet, times: usize| {
            extent == Extent::Piece
                && (sheet.cells.len() >= times * PIECE_CELLS || sheet.text_bytes >= times * PIECE_TEXT)
        };
        loop {
            if *in_value {
                xml.take_text(value);
            }
            let skip = match xml.next()? {
                Event::Start(e) => match local(e.name().as_ref()) {
                    "c" => {
                        *cell = Open { row: *next_row, column: *next_column, ..Open::default() };
                        open_cell(&e, cell);
                        *next_column = cell.column.saturating_add(1);
                        value.clear();
                        false
                    }
                    "v" | "t" => {
                        *in_value = true;
                        false
                    }
                    "f" => {
                        cell.has_formula = true;
                        true
                    }
                    "row" => {
                        let mut hidden = false;
                        for (name, v) in attributes(&e) {
                            match name {
                                "r" => *next_row = v.parse().map_or(*next_row, |r: u32| r.saturating_sub(1)),
                                "hidden" => hidden = !is_no(v),
                                _ => {}
                            }
                        }
                        *next_column = 0;
                        if hidden {
                            sheet.layout.hidden_rows.push((*next_row, *next_row));
                        }
                        let after_blank = sheet.cells.last().is_some_and(|c| c.row.saturating_add(1) < *next_row);
                        if after_blank && is_full(sheet, 1) {
                            return Ok(false);
                        }
                        false
                    }
                    "col" => {
                        add_hidden_columns(&e, sheet);
                        false
                    }
                    "mergeCell" => {
                        let region = attributes(&e).find(|(n, _)| *n == "ref").and_then(|(_, v)| region(v));
                        sheet.layout.merges.extend(region);
                        false
                    }
                    // Pronunciation, and what has no cells.
                    "rPh" | "conditionalFormatting" | "dataValidations" | "extLst" | "drawing" | "hyperlinks" => true,
                    _ => false,
                },
                Event::Text(t) => {
                    if *in_value {
                        value.push_str(&t);
                    }
                    false
                }
                Event::CData(t) => {
                    if *in_value {
                        value.push_str(&t);
                    }
                    false
                }
                Event::GeneralRef(r) => {
                    if *in_value {
                        push_reference(value, &r);
                    }
                    false
                }
                Event::End(e) => {
                    match local(e.name().as_ref()) {
                        "v" | "t" => *in_value = false,
                        "c" => close_cell(cell, value, context, sheet),
                        "row" => {
                            *next_row = next_row.saturating_add(1);
                            sheet.check_budget()?;
                            if is_full(sheet, 2) {
                                return Ok(false);
                            }
                        }
                        _ => {}
                    }
                    false
                }
                Event::Eof => return Ok(true),
                _ => false,
            };
            if skip {
                xml.skip_element()?;
            }
        }
    }
}

fn open_cell(tag: &BytesStart<'_>, cell: &mut Open) {
    for (name, v) in attributes(tag) {
        match name {
            "r" => {
                if let Some((row, column)) = place(v) {
                    (cell.row, cell.column) = (row, column);
                }
            }
            "s" => cell.style = v.parse().unwrap_or(0),
            "t" => {
                cell.of_type = match v {
                    "s" => Type::Shared,
                    "b" => Type::Boolean,
                    "str" | "inlineStr" | "e" | "d" => Type::Text,
                    _ => Type::Number,
                };
                cell.is_formula_text = v == "str";
            }
            _ => {}
        }
    }
}

fn close_cell(cell: &Open, value: &str, context: &CellContext, sheet: &mut Sheet) {
    let (row, column) = (cell.row, cell.column);
    if row >= ROWS || column >= COLUMNS {
        return;
    }
    if value.is_empty() {
        // A formula whose result is the empty text says so; one without result has not been computed.
        if cell.has_formula && !cell.is_formula_text {
            sheet.note_uncomputed(row, column);
        }
        return;
    }
    if sheet.is_survey {
        sheet.count(row, column);
        return;
    }
    let format = context.formats.get(cell.style);
    match cell.of_type {
        Type::Shared => match value.trim().parse().ok().and_then(|i| context.strings.get(i)) {
            Some(text) => {
                let text = format.show_text(text).unwrap_or_else(|| text.to_owned());
                sheet.push(row, column, text, None);
            }
            None => sheet.lost_texts += 1,
        },
        Type::Text => {
            let text = unescaped(value).unwrap_or_else(|| value.to_owned());
            let text = format.show_text(&text).unwrap_or(text);
            sheet.push(row, column, text, None);
        }
        Type::Boolean => {
            let text = if is_no(value.trim()) { "FALSE" } else { "TRUE" };
            sheet.push(row, column, text.to_owned(), None);
        }
        Type::Number => match Decimal::parse(value) {
            Some(number) => {
                let shown = format.show(&number, context.epoch);
                sheet.push(row, column, shown.text, shown.exact);
            }
            None => sheet.push(row, column, value.to_owned(), None),
        },
    }
}

fn add_hidden_columns(tag: &BytesStart<'_>, sheet: &mut Sheet) {
    let (mut min, mut max, mut hidden) = (None, None, false);
    for (name, v) in attributes(tag) {
        match name {
            "min" => min = v.parse::<u32>().ok(),
            "max" => max = v.parse::<u32>().ok(),
            "hidden" => hidden = !is_no(v),
            _ => {}
        }
    }
    if let (true, Some(min @ 1..), Some(max @ 1..)) = (hidden, min, max) {
        sheet.hide_columns(min - 1, (max - 1).min(COLUMNS));
    }
}

/// Row and column, 0-based, of an address such as `B7` or `$B$7`.
fn place(address: &str) -> Option<(u32, u32)> {
    let (mut row, mut column) = (0u32, 0u32);
    for b in address.bytes() {
        match b {
            b'A'..=b'Z' | b'a'..=b'z' if row == 0 => {
                column = column.checked_mul(26)?.checked_add(u32::from(b.to_ascii_uppercase() - b'A') + 1)?;
            }
            b'0'..=b'9' => row = row.checked_mul(10)?.checked_add(u32::from(b - b'0'))?,
            b'$' => {}
            _ => return None,
        }
    }
    Some((row.checked_sub(1)?, column.checked_sub(1)?))
}

/// A range such as `A1:C3`, kept within a sheet.
fn region(range: &str) -> Option<Region> {
    let (from, to) = range.split_once(':')?;
    let ((top, left), (bottom, right)) = (place(from)?, place(to)?);
    Some(Region { top, left, bottom: bottom.min(ROWS - 1), right: right.min(COLUMNS - 1) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_ranges() {
        assert_eq!(place("B7"), Some((6, 1)));
        assert_eq!(place("$XFD$1048576"), Some((1_048_575, 16_383)));
        assert_eq!(place("AAAAAAAAA1"), None);
        assert_eq!(place("A0"), None);
        assert_eq!(place("7"), None);
        assert_eq!(place("A99999999999"), None);
        assert_eq!(region("A1:C4294967295").map(|r| r.bottom), Some(ROWS - 1));
    }
}
