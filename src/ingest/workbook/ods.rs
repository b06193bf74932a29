//! ODS (OpenDocument 1.x): `content.xml` holds the sheets, and each cell both its value and the text that was shown.

use super::super::package::Package;
use super::super::xml::{Xml, attribute, attributes, local, number_attribute, push_reference};
use super::super::{Limits, LoadError};
use super::Workbook;
use super::decimal::Decimal;
use super::sheet::{Region, Sheet};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashSet;

/// Rows and columns that a sheet may have: what LibreOffice allows, and no more than addresses can name.
const ROWS: u32 = 1 << 20;
const COLUMNS: u32 = 1 << 14;

pub(super) fn read(bytes: &[u8], limits: &Limits, workbook: &mut Workbook) -> Result<(), LoadError> {
    let mut package = Package::open(bytes, limits)?;
    if let Some(mut manifest) = package.xml("META-INF/manifest.xml")? {
        loop {
            match manifest.next() {
                Ok(Event::Start(e)) if local(e.name().as_ref()) == "encryption-data" => {
                    return Err(LoadError {
                        code: "encrypted",
                        message: "the workbook is protected by a password: save it without one, and try again".into(),
                    });
                }
                Ok(Event::Eof) | Err(_) => break,
                Ok(_) => {}
            }
        }
    }
    let Some(xml) = package.xml("content.xml")? else {
        return Err(LoadError::damaged("the package has no content.xml: it is no spreadsheet, or is damaged"));
    };
    let mut reader = Reader { xml, workbook, hidden_styles: HashSet::new(), style: None, sheet: None };
    let outcome = reader.run();
    let Reader { sheet, workbook, .. } = reader;
    match outcome {
        Ok(()) => Ok(()),
        Err(error) => {
            if let Some(open) = sheet {
                workbook.add(open.sheet)?;
            }
            workbook.tolerate(error)
        }
    }
}

struct Reader<'w, 'p> {
    xml: Xml<'p>,
    workbook: &'w mut Workbook,
    /// Styles of sheets that are not displayed.
    hidden_styles: HashSet<String>,
    style: Option<String>,
    sheet: Option<OpenSheet>,
}

struct OpenSheet {
    sheet: Sheet,
    row: u32,
    row_repeats: u32,
    /// Cells before this one were there when the row began.
    row_began_at: usize,
    column: u32,
    next_column_style: u32,
}

/// What a cell's tag says.
#[derive(Debug, Default)]
struct CellTag {
    repeats: u32,
    row_span: u32,
    column_span: u32,
    value_type: Option<String>,
    value: Option<String>,
    has_formula: bool,
    covered: bool,
}

impl Reader<'_, '_> {
    fn run(&mut self) -> Result<(), LoadError> {
        loop {
            let skip = match self.xml.next()? {
                Event::Start(e) => match local(e.name().as_ref()) {
                    "style" => {
                        self.style = attribute(&e, "name").map(|n| n.into_owned());
                        false
                    }
                    "table-properties" => {
                        let hidden = attributes(&e).any(|(n, v)| n == "display" && v == "false");
                        self.hidden_styles.extend(self.style.clone().filter(|_| hidden));
                        false
                    }
                    "table" => {
                        let name = attribute(&e, "name").unwrap_or_default().into_owned();
                        let hidden = attribute(&e, "style-name").is_some_and(|s| self.hidden_styles.contains(&*s));
                        if hidden {
                            self.workbook.hidden_sheets.push(name);
                        } else {
                            self.sheet = Some(OpenSheet {
                                sheet: Sheet::new(name, self.workbook.budget),
                                row: 0,
                                row_repeats: 1,
                                row_began_at: 0,
                                column: 0,
                                next_column_style: 0,
                            });
                        }
                        hidden
                    }
                    "table-column" => {
                        if let Some(open) = &mut self.sheet {
                            open.add_column(&e);
                        }
                        false
                    }
                    "table-row" => {
                        if let Some(open) = &mut self.sheet {
                            open.begin_row(&e);
                        }
                        false
                    }
                    "table-cell" | "covered-table-cell" => {
                        let tag = CellTag::of(&e);
                        self.cell(&tag)?;
                        false
                    }
                    "shapes"
                    | "forms"
                    | "named-expressions"
                    | "tracked-changes"
                    | "database-ranges"
                    | "data-pilot-tables"
                    | "conditional-formats" => true,
                    _ => false,
                },
                Event::End(e) => {
                    match local(e.name().as_ref()) {
                        "table-row" => {
                            if let Some(open) = &mut self.sheet {
                                open.end_row()?;
                            }
                        }
                        "table" => {
                            if let Some(open) = self.sheet.take() {
                                self.workbook.add(open.sheet)?;
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

    /// Reads a cell whose tag has just come, to its end.
    fn cell(&mut self, tag: &CellTag) -> Result<(), LoadError> {
        let text = self.cell_text()?;
        let Some(open) = &mut self.sheet else {
            return Ok(());
        };
        let (row, column) = (open.row, open.column);
        open.column = column.saturating_add(tag.repeats);
        if tag.covered || row >= ROWS {
            return Ok(());
        }
        let sheet = &mut open.sheet;
        if (tag.row_span, tag.column_span) != (1, 1) {
            sheet.layout.merges.push(Region {
                top: row,
                left: column,
                bottom: row.saturating_add(tag.row_span - 1).min(ROWS - 1),
                right: column.saturating_add(tag.column_span - 1).min(COLUMNS - 1),
            });
        }
        if tag.has_formula && tag.value_type.is_none() && text.is_none() {
            sheet.note_uncomputed(row, column);
            return Ok(());
        }
        let (text, exact) = tag.shown(text);
        if text.trim().is_empty() && exact.is_none() {
            return Ok(());
        }
        for i in 0..tag.repeats {
            let at = column.saturating_add(i);
            if at >= COLUMNS {
                break;
            }
            sheet.push(row, at, text.clone(), exact.clone());
        }
        sheet.check_budget()
    }

    /// The paragraphs of a cell as lines, none where it has no paragraph; comments and drawings are not its text.
    fn cell_text(&mut self) -> Result<Option<String>, LoadError> {
        let outside = self.xml.depth().saturating_sub(1);
        let mut text = String::new();
        let (mut in_paragraph, mut paragraphs) = (false, 0);
        loop {
            let skip = match self.xml.next()? {
                Event::Start(e) => {
                    let mut skip = false;
                    match local(e.name().as_ref()) {
                        "p" | "h" => {
                            if paragraphs > 0 {
                                text.push('\n');
                            }
                            paragraphs += 1;
                            in_paragraph = true;
                        }
                        "s" => {
                            let count = number_attribute(&e, "c").unwrap_or(1usize).min(256);
                            text.extend(std::iter::repeat_n(' ', count));
                        }
                        "tab" => text.push('\t'),
                        "line-break" => text.push('\n'),
                        "annotation" | "frame" | "custom-shape" | "g" | "table" | "detective" | "ruby-text"
                        | "note" => {
                            skip = true;
                        }
                        _ => {}
                    }
                    skip
                }
                Event::End(e) => {
                    if matches!(local(e.name().as_ref()), "p" | "h") {
                        in_paragraph = false;
                    }
                    false
                }
                Event::Text(t) => {
                    if in_paragraph {
                        push_collapsed(&mut text, &t);
                    }
                    false
                }
                Event::GeneralRef(r) => {
                    if in_paragraph {
                        push_reference(&mut text, &r);
                    }
                    false
                }
                Event::Eof => return Ok(None),
                _ => false,
            };
            if skip {
                self.xml.skip_element()?;
            }
            if self.xml.depth() <= outside {
                return Ok((paragraphs > 0).then_some(text));
            }
        }
    }
}

/// White space in OpenDocument text counts as one blank; more is written as `text:s`.
fn push_collapsed(into: &mut String, text: &str) {
    for c in text.chars() {
        if matches!(c, '\n' | '\r' | '\t') {
            if !into.ends_with([' ', '\n']) {
                into.push(' ');
            }
        } else {
            into.push(c);
        }
    }
}

fn is_hidden(tag: &BytesStart<'_>) -> bool {
    attributes(tag).any(|(n, v)| n == "visibility" && v != "visible")
}

fn repeats(tag: &BytesStart<'_>, name: &str) -> u32 {
    number_attribute::<u64>(tag, name).map_or(1, |n| n.clamp(1, u64::from(ROWS)) as u32)
}

impl OpenSheet {
    fn add_column(&mut self, tag: &BytesStart<'_>) {
        let first = self.next_column_style;
        self.next_column_style = first.saturating_add(repeats(tag, "number-columns-repeated"));
        if is_hidden(tag) {
            self.sheet.hide_columns(first, self.next_column_style - 1);
        }
    }

    fn begin_row(&mut self, tag: &BytesStart<'_>) {
        self.column = 0;
        self.row_repeats = repeats(tag, "number-rows-repeated");
        self.row_began_at = self.sheet.cells.len();
        if is_hidden(tag) {
            let last = self.row.saturating_add(self.row_repeats - 1);
            self.sheet.layout.hidden_rows.push((self.row, last));
        }
    }

    /// A repeated row says its cells once for all.
    fn end_row(&mut self) -> Result<(), LoadError> {
        let row: Vec<_> = match self.row_repeats {
            1 => Vec::new(),
            _ => self.sheet.cells[self.row_began_at..].to_vec(),
        };
        if !row.is_empty() {
            for i in 1..self.row_repeats {
                row.iter().for_each(|c| self.sheet.push(c.row + i, c.column, c.text.clone(), c.exact.clone()));
                self.sheet.check_budget()?;
            }
        }
        self.row = self.row.saturating_add(self.row_repeats);
        Ok(())
    }
}

impl CellTag {
    fn of(tag: &BytesStart<'_>) -> Self {
        let mut cell = CellTag {
            repeats: repeats(tag, "number-columns-repeated").min(COLUMNS),
            row_span: repeats(tag, "number-rows-spanned"),
            column_span: repeats(tag, "number-columns-spanned"),
            covered: local(tag.name().as_ref()) == "covered-table-cell",
            ..CellTag::default()
        };
        for (name, value) in attributes(tag) {
            match name {
                // Spreadsheet programs repeat some attributes in a namespace of their own.
                "value-type" if cell.value_type.is_none() => cell.value_type = Some(value.to_owned()),
                "value" | "date-value" | "time-value" | "boolean-value" | "string-value" => {
                    cell.value = Some(super::super::xml::unescaped(value).into_owned());
                }
                "formula" => cell.has_formula = true,
                _ => {}
            }
        }
        cell
    }

    /// The text that was shown, and the value where the text does not have all its digits. A file without shown texts
    /// gives its values as they are.
    fn shown(&self, text: Option<String>) -> (String, Option<String>) {
        let number = match self.value_type.as_deref() {
            Some("float" | "percentage" | "currency") => self.value.as_deref().and_then(Decimal::parse),
            _ => None,
        };
        match (number, text) {
            (Some(number), None) if self.value_type.as_deref() == Some("percentage") => {
                (format!("{}%", number.shifted(2).general()), None)
            }
            (Some(number), None) => (number.general(), None),
            (Some(number), Some(text)) => {
                let exact = number.general();
                let rounded = significant(&exact) != significant(&text);
                (text, rounded.then_some(exact))
            }
            (None, None) => (self.value.clone().unwrap_or_default(), None),
            (None, Some(text)) => (text, None),
        }
    }
}

/// A number's digits without the zeros around them: equal however it is scaled, grouped or padded.
fn significant(text: &str) -> String {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_tell_whether_anything_was_rounded() {
        let tag = |kind: &str, value: &str| CellTag {
            value_type: Some(kind.into()),
            value: Some(value.into()),
            ..CellTag::default()
        };
        let shown = |kind, value, text: &str| tag(kind, value).shown(Some(text.to_owned()).filter(|t| t != "-"));
        assert_eq!(shown("percentage", "0.9877", "98.77%"), ("98.77%".into(), None));
        assert_eq!(shown("float", "1234567.5", "1,234,567.50"), ("1,234,567.50".into(), None));
        assert_eq!(shown("float", "98.77", "99"), ("99".into(), Some("98.77".into())));
        assert_eq!(shown("float", "5", ""), (String::new(), Some("5".into())));
        assert_eq!(shown("percentage", "0.98770000000000002", "-"), ("98.77%".into(), None));
        assert_eq!(shown("date", "2021-12-31", "-"), ("2021-12-31".into(), None));
    }
}
