//! XLS (Excel 5 to 2003): records in a stream, first those of the workbook, then those of each sheet (MS-XLS).

use super::super::LoadError;
use super::Workbook;
use super::compound_file::{CompoundFile, u16_at, u32_at};
use super::dates::Epoch;
use super::decimal::Decimal;
use super::sheet::{Region, Sheet};
use super::xls_strings::{Pieces, TextKind, code_page};
use super::xlsx_styles::Formats;
use std::collections::HashMap;

/// Record types that are read.
mod record {
    pub(super) const FORMULA: u16 = 0x0006;
    pub(super) const EOF: u16 = 0x000A;
    pub(super) const DATE_MODE: u16 = 0x0022;
    pub(super) const FILE_PASS: u16 = 0x002F;
    pub(super) const CONTINUE: u16 = 0x003C;
    pub(super) const CODE_PAGE: u16 = 0x0042;
    pub(super) const COLUMN_INFO: u16 = 0x007D;
    pub(super) const BOUND_SHEET: u16 = 0x0085;
    pub(super) const MULTIPLE_RK: u16 = 0x00BD;
    pub(super) const RICH_STRING: u16 = 0x00D6;
    pub(super) const EXTENDED_FORMAT: u16 = 0x00E0;
    pub(super) const MERGED_CELLS: u16 = 0x00E5;
    pub(super) const SHARED_STRINGS: u16 = 0x00FC;
    pub(super) const LABEL_SHARED: u16 = 0x00FD;
    pub(super) const NUMBER: u16 = 0x0203;
    pub(super) const LABEL: u16 = 0x0204;
    pub(super) const BOOL_OR_ERROR: u16 = 0x0205;
    pub(super) const STRING: u16 = 0x0207;
    pub(super) const ROW: u16 = 0x0208;
    pub(super) const RK: u16 = 0x027E;
    pub(super) const FORMAT: u16 = 0x041E;
    pub(super) const BEGIN: u16 = 0x0809;
}

/// What the workbook's own records say.
#[derive(Debug)]
struct Globals {
    text: TextKind,
    epoch: Epoch,
    formats: Formats,
    strings: Vec<String>,
    sheets: Vec<Bound>,
}

#[derive(Debug)]
struct Bound {
    name: String,
    at: usize,
    hidden: bool,
    is_worksheet: bool,
}

pub(super) fn read(bytes: &[u8], workbook: &mut Workbook) -> Result<(), LoadError> {
    let file = CompoundFile::open(bytes)?;
    if file.has("EncryptedPackage") {
        return Err(encrypted());
    }
    let Some(stream) = file.stream("Workbook").or_else(|| file.stream("Book")) else {
        return Err(LoadError::damaged("the OLE container has no Workbook stream: it is no Excel file, or is damaged"));
    };
    read_stream(&stream, workbook)
}

fn read_stream(stream: &[u8], workbook: &mut Workbook) -> Result<(), LoadError> {
    let Globals { sheets, text, epoch, formats, strings } = Globals::read(stream)?;
    // Sheets follow each other. Very many that begin at the same place would be read over and over.
    let mut unread = stream.len();
    for bound in sheets {
        if bound.hidden {
            workbook.hidden_sheets.push(bound.name);
            continue;
        }
        if !bound.is_worksheet {
            continue;
        }
        let mut reader = SheetReader {
            text,
            epoch,
            formats: &formats,
            strings: &strings,
            sheet: Sheet::new(bound.name, workbook.budget),
            pending: None,
        };
        let (ended, length) = reader.read(stream, bound.at)?;
        let name = reader.sheet.layout.name.clone();
        workbook.add(reader.sheet)?;
        if !ended {
            workbook.tolerate(LoadError::damaged(format!("sheet {name}: the file ends in the middle")))?;
        }
        let Some(left) = unread.checked_sub(length) else {
            workbook.tolerate(LoadError::damaged(format!(
                "sheet {name}: it lies over another sheet; what follows was not read"
            )))?;
            break;
        };
        unread = left;
    }
    Ok(())
}

fn encrypted() -> LoadError {
    LoadError {
        code: "encrypted",
        message: "the workbook is protected by a password: open it, save it without one, and try again".into(),
    }
}

/// The records from a place on: type, content, where the next begins.
fn records(stream: &[u8], from: usize) -> impl Iterator<Item = (u16, &[u8], usize)> {
    let mut at = from;
    std::iter::from_fn(move || {
        let (kind, length) = (u16_at(stream, at)?, usize::from(u16_at(stream, at.checked_add(2)?)?));
        let content = stream.get(at + 4..)?;
        let content = &content[..content.len().min(length)];
        at += 4 + length;
        Some((kind, content, at))
    })
}

/// A record with the continuations behind it.
fn with_continuations<'s>(stream: &'s [u8], content: &'s [u8], next: usize) -> Pieces<'s> {
    let more = records(stream, next).take_while(|r| r.0 == record::CONTINUE).map(|r| r.1);
    Pieces::new(std::iter::once(content).chain(more).collect())
}

impl Globals {
    fn read(stream: &[u8]) -> Result<Self, LoadError> {
        let mut all = records(stream, 0).peekable();
        let version = match all.peek() {
            Some((record::BEGIN, content, _)) => u16_at(content, 0).unwrap_or(0),
            Some((0x0009 | 0x0209 | 0x0409, ..)) => {
                return Err(LoadError {
                    code: "unsupported",
                    message: "the workbook was written by an Excel older than version 5: save it anew".into(),
                });
            }
            _ => {
                return Err(LoadError::damaged("the Workbook stream does not begin as one"));
            }
        };
        let mut text = match version {
            0x0600 => TextKind::Unicode,
            _ => TextKind::CodePage(code_page(0)),
        };
        let mut codes: HashMap<u32, String> = HashMap::new();
        let mut ids = Vec::new();
        let mut epoch = Epoch::Day1900;
        let mut strings = Vec::new();
        let mut sheets = Vec::new();
        for (kind, content, next) in all {
            match kind {
                record::FILE_PASS => return Err(encrypted()),
                record::CODE_PAGE => {
                    if let (TextKind::CodePage(encoding), Some(number)) = (&mut text, u16_at(content, 0)) {
                        *encoding = code_page(number);
                    }
                }
                record::DATE_MODE if u16_at(content, 0) == Some(1) => epoch = Epoch::Day1904,
                record::FORMAT => {
                    let short = matches!(text, TextKind::CodePage(_));
                    if let (Some(id), Some(rest)) = (u16_at(content, 0), content.get(2..))
                        && let Some(code) = Pieces::new(vec![rest]).text(text, short)
                    {
                        codes.insert(id.into(), code);
                    }
                }
                record::EXTENDED_FORMAT => ids.push(u16_at(content, 2).unwrap_or(0).into()),
                record::BOUND_SHEET => {
                    if let (Some(at), Some(rest)) = (u32_at(content, 0), content.get(6..)) {
                        sheets.push(Bound {
                            name: Pieces::new(vec![rest]).text(text, true).unwrap_or_default(),
                            at: at as usize,
                            hidden: content[4] & 3 != 0,
                            is_worksheet: content[5] == 0,
                        });
                    }
                }
                record::SHARED_STRINGS => {
                    let mut pieces = with_continuations(stream, content, next);
                    pieces.skip(8);
                    strings.extend(std::iter::from_fn(|| pieces.text(TextKind::Unicode, false)));
                }
                record::EOF => break,
                _ => {}
            }
        }
        Ok(Globals { text, epoch, formats: Formats::of(&codes, ids), strings, sheets })
    }
}

struct SheetReader<'w> {
    text: TextKind,
    epoch: Epoch,
    formats: &'w Formats,
    strings: &'w [String],
    sheet: Sheet,
    /// A formula whose text comes in the record that follows.
    pending: Option<(u32, u32, usize)>,
}

impl SheetReader<'_> {
    /// Reads the records from a place to the sheet's end; false where the file ends first. With it, how many bytes these
    /// records take.
    fn read(&mut self, stream: &[u8], at: usize) -> Result<(bool, usize), LoadError> {
        let mut length = 0;
        // A chart inside the sheet has a beginning and an end of its own.
        let mut depth = 0usize;
        for (kind, content, next) in records(stream, at) {
            length = next.min(stream.len()).saturating_sub(at);
            match kind {
                record::BEGIN => depth += 1,
                record::EOF if depth <= 1 => return Ok((true, length)),
                record::EOF => depth -= 1,
                record::STRING => {
                    if let Some((row, column, style)) = self.pending.take()
                        && let Some(text) = with_continuations(stream, content, next).text(self.text, false)
                    {
                        self.push_text(row, column, style, &text);
                    }
                }
                _ if depth == 1 => {
                    self.record(kind, content);
                    self.sheet.check_budget()?;
                }
                _ => {}
            }
        }
        Ok((false, length))
    }

    /// What one record adds; one that is too short adds nothing.
    fn record(&mut self, kind: u16, content: &[u8]) -> Option<()> {
        let at = |place: usize| u16_at(content, place).map(u32::from);
        match kind {
            record::ROW => {
                let is_hidden = at(12)? & 0x20 != 0;
                self.sheet.layout.hidden_rows.extend(is_hidden.then_some((at(0)?, at(0)?)));
            }
            record::COLUMN_INFO if at(8)? & 1 != 0 => self.sheet.hide_columns(at(0)?, at(2)?),
            record::MERGED_CELLS => {
                let regions = content.get(2..)?.chunks_exact(8).filter_map(|r| {
                    let at = |place: usize| u16_at(r, place).map(u32::from);
                    Some(Region { top: at(0)?, bottom: at(2)?, left: at(4)?, right: at(6)? })
                });
                self.sheet.layout.merges.extend(regions);
            }
            record::MULTIPLE_RK => {
                let (row, first) = (at(0)?, at(2)?);
                let cells = content.get(4..content.len().checked_sub(2)?)?.chunks_exact(6);
                for (i, cell) in cells.enumerate() {
                    let (style, rk) = (u16_at(cell, 0)?, u32_at(cell, 2)?);
                    self.push_number(row, first + i as u32, style.into(), rk_number(rk));
                }
            }
            record::LABEL_SHARED
            | record::LABEL
            | record::RICH_STRING
            | record::NUMBER
            | record::RK
            | record::BOOL_OR_ERROR
            | record::FORMULA => {
                let (row, column, style) = (at(0)?, at(2)?, at(4)? as usize);
                self.cell(kind, content.get(6..)?, row, column, style)?;
            }
            _ => {}
        }
        Some(())
    }

    fn cell(&mut self, kind: u16, value: &[u8], row: u32, column: u32, style: usize) -> Option<()> {
        self.pending = None;
        let float = |bytes: &[u8]| bytes.first_chunk().and_then(|b| Decimal::from_f64(f64::from_le_bytes(*b)));
        match kind {
            record::LABEL_SHARED => {
                let text = self.strings.get(u32_at(value, 0)? as usize)?;
                self.push_text(row, column, style, text);
            }
            record::LABEL | record::RICH_STRING => {
                let text = Pieces::new(vec![value]).text(self.text, false)?;
                self.push_text(row, column, style, &text);
            }
            record::NUMBER => self.push_number(row, column, style, float(value)),
            record::RK => self.push_number(row, column, style, rk_number(u32_at(value, 0)?)),
            record::BOOL_OR_ERROR => self.push_bool_or_error(row, column, *value.first()?, *value.get(1)? != 0),
            // A formula's result: a float, or in the place of one that is no number, what else it is.
            _ => match (u16_at(value, 6)?, value[0]) {
                (0xFFFF, 0) => self.pending = Some((row, column, style)),
                (0xFFFF, kind @ (1 | 2)) => self.push_bool_or_error(row, column, value[2], kind == 2),
                (0xFFFF, _) => {}
                _ => self.push_number(row, column, style, float(value)),
            },
        }
        Some(())
    }

    fn push_text(&mut self, row: u32, column: u32, style: usize, text: &str) {
        let text = match self.formats.get(style).show_text(text) {
            Some(shown) => shown,
            None => text.replace("\r\n", "\n"),
        };
        self.sheet.push(row, column, text, None);
    }

    fn push_number(&mut self, row: u32, column: u32, style: usize, number: Option<Decimal>) {
        if let Some(number) = number {
            let shown = self.formats.get(style).show(&number, self.epoch);
            self.sheet.push(row, column, shown.text, shown.exact);
        }
    }

    fn push_bool_or_error(&mut self, row: u32, column: u32, value: u8, is_error: bool) {
        let text = match (is_error, value) {
            (false, 0) => "FALSE",
            (false, _) => "TRUE",
            (true, 0x00) => "#NULL!",
            (true, 0x07) => "#DIV/0!",
            (true, 0x0F) => "#VALUE!",
            (true, 0x17) => "#REF!",
            (true, 0x1D) => "#NAME?",
            (true, 0x24) => "#NUM!",
            (true, _) => "#N/A",
        };
        self.sheet.push(row, column, text.to_owned(), None);
    }
}

/// A number in four bytes: an integer or the upper half of a float, perhaps a hundredth of it.
fn rk_number(rk: u32) -> Option<Decimal> {
    let value = if rk & 2 != 0 { f64::from((rk as i32) >> 2) } else { f64::from_bits(u64::from(rk & !3) << 32) };
    let number = Decimal::from_f64(value)?;
    Some(if rk & 1 != 0 { number.shifted(-2) } else { number })
}

#[cfg(test)]
mod tests {
    use super::super::super::Limits;
    use super::*;

    #[test]
    fn numbers_in_four_bytes() {
        let shown = |rk: u32| rk_number(rk).map(|n| n.general());
        assert_eq!(shown(9877 << 2 | 3).as_deref(), Some("98.77"));
        assert_eq!(shown((-5i32 as u32) << 2 | 2).as_deref(), Some("-5"));
        assert_eq!(shown(0x3FF8_0000).as_deref(), Some("1.5"));
        assert_eq!(shown(0x4076_3800 | 1).as_deref(), Some("3.555"));
    }

    #[test]
    fn sheets_that_all_lie_at_one_place_are_not_read_without_end() {
        let record = |kind: u16, content: &[u8]| {
            let length = u16::try_from(content.len()).unwrap();
            [&kind.to_le_bytes(), &length.to_le_bytes(), content].concat()
        };
        let begin = record(record::BEGIN, &[0, 6, 5, 0]);
        let bound = |at: u32| record(record::BOUND_SHEET, &[&at.to_le_bytes()[..], &[0, 0, 1, 0, b's']].concat());
        let end = record(record::EOF, &[]);
        let number = record(record::RK, &[0, 0, 0, 0, 0, 0, 0x16, 0, 0, 0]);
        let count = 100;
        let at = u32::try_from(begin.len() + count * bound(0).len() + end.len()).unwrap();
        let sheet = [begin.clone(), number.repeat(50), end.clone()].concat();
        let stream = [begin, bound(at).repeat(count), end, sheet.clone()].concat();
        let mut workbook = Workbook::new(&Limits::default());
        read_stream(&stream, &mut workbook).unwrap();
        assert_eq!(workbook.blocks.len(), stream.len() / sheet.len() + 1);
        assert!(workbook.findings[0].message.contains("lies over another"), "{:?}", workbook.findings);
    }
}
