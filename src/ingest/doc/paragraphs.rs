//! Characters → paragraphs: marks read, fields reduced to their results, what is not shown left out.

use super::pieces::Text;
use super::properties::{Changes, Runs};
use crate::ingest::flow::{End, Paragraph, RowShape, symbol_mark};
use crate::ingest::ole::{u16_at, u32_at};
use std::cell::Cell;

/// Opcodes of character properties that change what is read.
mod character {
    pub(super) const DELETED: u16 = 0x0800;
    pub(super) const HIDDEN: u16 = 0x083C;
    pub(super) const SYMBOL: u16 = 0x6A09;
    pub(super) const DATA_PLACE: u16 = 0x6A03;
    pub(super) const FONT: u16 = 0x4A4F;
}

/// One paragraph and the characters it stands for.
pub(super) struct Placed {
    pub(super) paragraph: Paragraph,
    /// Place of its first character, and one past its last.
    pub(super) from: usize,
    pub(super) to: usize,
}

/// What was met and left out, for findings.
#[derive(Debug, Default)]
pub(super) struct LeftOut {
    pub(super) deleted: usize,
    pub(super) hidden: usize,
    pub(super) pictures: usize,
    pub(super) numbered: usize,
    pub(super) cells_without_rows: usize,
}

/// All that the paragraphs are read from.
pub(super) struct Source<'a> {
    pub(super) stream: &'a [u8],
    pub(super) data: &'a [u8],
    pub(super) text: &'a Text,
    pub(super) paragraph_runs: &'a Runs,
    pub(super) character_runs: &'a Runs,
    pub(super) fonts: &'a [String],
    /// Bytes of property lists that may still be gone through: one list may be shared by every paragraph of a hostile
    /// file, which would cost the square of its size.
    pub(super) budget: Cell<usize>,
}

/// Does the reader look at this character property?
pub(super) fn of_interest(opcode: u16) -> bool {
    use character::{DATA_PLACE, DELETED, FONT, HIDDEN, SYMBOL};
    matches!(opcode, DELETED | HIDDEN | SYMBOL | DATA_PLACE | FONT)
}

/// A field being read: its code is not shown, its result is.
pub(super) struct Field {
    in_code: bool,
    code: String,
    checked: bool,
}

/// Deepest nesting of fields; deeper ones are read as part of the deepest.
const FIELD_DEPTH: usize = 64;

/// How far a range of characters has been read.
pub(super) struct Cursor {
    at: usize,
    to: usize,
    fields: Vec<Field>,
}

impl Cursor {
    /// At the beginning of the characters from `from` up to `to`.
    pub(super) fn new(from: usize, to: usize) -> Self {
        Cursor { at: from, to, fields: Vec::new() }
    }
}

impl Source<'_> {
    /// The next paragraph of a range.
    pub(super) fn next(&self, cursor: &mut Cursor, left_out: &mut LeftOut) -> Option<Placed> {
        let units = self.text.units.get(..cursor.to).unwrap_or(&self.text.units);
        let from = cursor.at;
        let length =
            units.get(from..)?.iter().position(|u| matches!(u, 0x07 | 0x0C | 0x0D)).unwrap_or(units.len() - from);
        let mark = from + length;
        if from == units.len() {
            return None;
        }
        let text = self.shown(from, mark, &mut cursor.fields, left_out);
        // A field's code ends with its paragraph: an unclosed one must not swallow the rest of the document.
        cursor.fields.retain(|f| !f.in_code);
        let end = match units.get(mark) {
            Some(0x07) => End::Cell,
            Some(0x0C) => End::Page,
            _ => End::Mark,
        };
        let mut paragraph = Paragraph { text, end, depth: 0, heading: None, new_page: false };
        let numbered = self.apply_properties(mark.min(units.len() - 1), &mut paragraph);
        left_out.numbered += usize::from(numbered && !paragraph.text.trim().is_empty());
        cursor.at = mark + 1;
        Some(Placed { paragraph, from, to: cursor.at })
    }

    /// Whether a list of this length may still be gone through.
    fn afford(&self, bytes: usize) -> bool {
        let left = self.budget.get();
        self.budget.set(left.saturating_sub(bytes));
        bytes <= left
    }

    /// What the properties at a paragraph's mark say of it; true where it has an automatic number.
    fn apply_properties(&self, mark: usize, paragraph: &mut Paragraph) -> bool {
        let (style, list) = self.paragraph_runs.at(self.stream, self.text.offset(mark)).unwrap_or((0, &[]));
        // The styles 1 to 9 are the built-in headings.
        paragraph.heading = u8::try_from(style).ok().filter(|s| (1..=9).contains(s));
        let modifier = self.text.modifier(mark);
        let huge = huge_list(list, self.data);
        if !self.afford(list.len() + modifier.len() + huge.len()) {
            return false;
        }
        let (mut in_table, mut ends_row, mut depth) = (false, false, 0i64);
        let (mut inner_cell, mut inner_row) = (false, false);
        let mut shape = RowShape::default();
        let mut numbered = false;
        for (opcode, operand) in Changes(list).chain(Changes(huge)).chain(Changes(&modifier)) {
            let flag = operand.first().is_some_and(|b| *b != 0);
            match opcode {
                0x2416 => in_table = flag,
                0x2417 => ends_row = flag,
                0x244B => inner_cell = flag,
                0x244C => inner_row = flag,
                0x6649 => depth = u32_at(operand, 0).map_or(0, |d| i64::from(d as i32)),
                0x664A => depth += u32_at(operand, 0).map_or(0, |d| i64::from(d as i32)),
                0x2407 => paragraph.new_page = flag,
                0x2640 => {
                    paragraph.heading =
                        operand.first().filter(|level| **level < 9).map(|level| level + 1).or(paragraph.heading)
                }
                0x460B => numbered = u16_at(operand, 0).is_some_and(|number| number != 0 && number != 0xF801),
                _ => shape.apply(opcode, operand),
            }
        }
        if in_table || depth > 0 {
            // A hostile depth costs nothing: the tables above it are opened one by one, up to the caller's limit.
            paragraph.depth = usize::try_from(depth.max(1)).unwrap_or(1);
        }
        let at_cell_mark = matches!(paragraph.end, End::Cell);
        let (ends_row, ends_cell) =
            if paragraph.depth > 1 { (inner_row, inner_cell) } else { (ends_row && at_cell_mark, at_cell_mark) };
        if ends_row {
            paragraph.end = End::Row(shape);
        } else if ends_cell {
            paragraph.end = End::Cell;
        } else if at_cell_mark {
            paragraph.end = End::Mark;
        }
        numbered
    }

    /// The text that a reader sees of a range without paragraph marks.
    fn shown(&self, from: usize, to: usize, fields: &mut Vec<Field>, left_out: &mut LeftOut) -> String {
        let units = self.text.units.get(from..to).unwrap_or(&[]);
        let plain = self.character_runs.is_empty() && fields.is_empty();
        if plain && units.iter().all(|u| *u >= 0x20 && !(0xF000..0xF100).contains(u)) {
            return String::from_utf16_lossy(units);
        }
        let mut out: Vec<u16> = Vec::with_capacity(units.len());
        let (mut last, mut look): (&[u8], Look) = (&[], Look::default());
        for (index, unit) in units.iter().enumerate() {
            let place = from + index;
            let list = self.character_runs.at(self.stream, self.text.offset(place)).map_or(&[][..], |(_, list)| list);
            // Neighbours mostly share one list.
            if !std::ptr::eq(list, last) {
                (last, look) = (list, Look::of(list));
            }
            if look.deleted || look.hidden {
                if *unit >= 0x20 {
                    left_out.deleted += usize::from(look.deleted);
                    left_out.hidden += usize::from(look.hidden && !look.deleted);
                    continue;
                }
                // Field marks still open and close.
                if !matches!(unit, 0x13..=0x15) {
                    continue;
                }
            }
            match unit {
                0x13 => {
                    if fields.len() < FIELD_DEPTH {
                        fields.push(Field { in_code: true, code: String::new(), checked: false });
                    }
                    continue;
                }
                0x14 => {
                    if let Some(field) = fields.last_mut() {
                        field.in_code = false;
                    }
                    continue;
                }
                0x15 => {
                    if let Some(field) = fields.pop()
                        && field.code.trim_start().starts_with("FORMCHECKBOX")
                        && !fields.iter().any(|f| f.in_code)
                    {
                        push(&mut out, if field.checked { '☑' } else { '□' });
                    }
                    continue;
                }
                _ => {}
            }
            if let Some(field) = fields.iter_mut().find(|f| f.in_code) {
                if *unit == 0x01
                    && let Some(at) = look.data_place
                {
                    field.checked = checkbox_is_checked(self.data, at);
                } else if field.code.len() < 64
                    && let Some(letter) = char::from_u32(u32::from(*unit)).filter(char::is_ascii)
                {
                    field.code.push(letter);
                }
                continue;
            }
            let font = |number: u16| self.fonts.get(usize::from(number)).map_or("", String::as_str);
            match unit {
                0x28 if look.symbol.is_some() => {
                    let (number, code) = look.symbol.unwrap_or((0, 0x28));
                    let mark = symbol_mark(font(number), u32::from(code));
                    push(&mut out, mark.or(char::from_u32(u32::from(code))).unwrap_or('\u{FFFD}'));
                }
                0xF000..=0xF0FF => match symbol_mark(look.font.map_or("Wingdings", font), u32::from(*unit)) {
                    Some(mark) => push(&mut out, mark),
                    None => out.push(*unit),
                },
                0x09 => out.push(0x09),
                0x0B | 0x0E => out.push(0x0A),
                0x1E => push(&mut out, '-'),
                0x01 | 0x08 => left_out.pictures += 1,
                0x00..=0x1F => {}
                _ => out.push(*unit),
            }
        }
        String::from_utf16_lossy(&out)
    }
}

fn push(out: &mut Vec<u16>, letter: char) {
    out.extend(letter.encode_utf16(&mut [0; 2]).iter());
}

/// How a character is shown.
#[derive(Default)]
struct Look {
    deleted: bool,
    hidden: bool,
    symbol: Option<(u16, u16)>,
    data_place: Option<usize>,
    font: Option<u16>,
}

impl Look {
    fn of(list: &[u8]) -> Self {
        let mut look = Look::default();
        for (opcode, operand) in Changes(list) {
            match opcode {
                character::DELETED => look.deleted = operand.first() == Some(&1),
                character::HIDDEN => look.hidden = operand.first() == Some(&1),
                character::SYMBOL => look.symbol = u16_at(operand, 0).zip(u16_at(operand, 2)),
                character::DATA_PLACE => look.data_place = u32_at(operand, 0).and_then(|at| usize::try_from(at).ok()),
                character::FONT => look.font = u16_at(operand, 0),
                _ => {}
            }
        }
        look
    }
}

/// A list too long for its page stands in the data stream, behind its length.
fn huge_list<'d>(list: &[u8], data: &'d [u8]) -> &'d [u8] {
    let place =
        Changes(list).find(|(opcode, _)| matches!(opcode, 0x6645 | 0x6646)).and_then(|(_, operand)| u32_at(operand, 0));
    let Some(at) = place.and_then(|at| usize::try_from(at).ok()) else {
        return &[];
    };
    let Some(length) = u16_at(data, at) else {
        return &[];
    };
    let end = (at + 2 + usize::from(length)).min(data.len());
    data.get(at + 2..end).unwrap_or(&[])
}

/// A form's check box (MS-DOC 2.9.78, FFData): its state is in five bits, 25 meaning "as the default says".
fn checkbox_is_checked(data: &[u8], at: usize) -> bool {
    let Some(header) = u16_at(data, at.saturating_add(4)).map(usize::from) else {
        return false;
    };
    let base = at.saturating_add(header);
    if u32_at(data, base) != Some(0xFFFF_FFFF) {
        return false;
    }
    let Some(bits) = u16_at(data, base + 4) else {
        return false;
    };
    match (bits >> 2) & 0x1F {
        25 => {
            // Behind the fixed part: the name (counted, with a zero behind), then the default.
            let name = u16_at(data, base + 10).map_or(0, usize::from);
            u16_at(data, base + 12 + 2 * name + 2) == Some(1)
        }
        state => state == 1,
    }
}
