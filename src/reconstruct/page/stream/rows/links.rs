//! Texts below each other in one column: does the lower one go on the upper one? Room for another word, numbers, weight,
//! items of lists and the words themselves tell.

use super::super::columns::{Columns, Placed};
use super::super::line::{Kind, Line, Piece};
use std::ops::Range;

/// Part of a column that a text fills before it goes on in the next line; short texts in a column that is no wider
/// than its longest leave no room for another word either.
const FILLS: f32 = 0.5;

/// Does a text that begins with `first` and ends in `last` go on in one that begins with `next`?
fn reads_on(first: &str, last: &str, next: &str, kind: Kind) -> f32 {
    let initial = |text: &str| text.chars().find(|c| c.is_alphanumeric());
    let (Some(from), Some(to)) = (initial(first), initial(next)) else { return 0.0 };
    let open = last.ends_with([',', '-', '–', '/', '&', '('])
        || matches!(
            last.to_lowercase().as_str(),
            "of" | "and"
                | "or"
                | "the"
                | "for"
                | "in"
                | "to"
                | "by"
                | "with"
                | "on"
                | "at"
                | "from"
                | "per"
                | "under"
                | "a"
        );
    if open || to.is_lowercase() && !from.is_lowercase() {
        return 1.5;
    }
    if kind == Kind::Marker || last.ends_with([':', '：']) {
        return -1.5;
    }
    if !to.is_uppercase() {
        return 0.0;
    }
    // After a word in lower case, one in upper case begins something new; among words all capitalised it need not.
    if initial(last).is_some_and(char::is_lowercase) { -2.2 } else { -0.8 }
}

/// A text that cannot go on in the next line has another below it.
const SHORT: f32 = -1.0;
/// Ideographs from which a text may be broken.
const BREAKABLE: u32 = 3;

/// Could this be a line of a longer text?
fn may_wrap(pieces: &[Piece]) -> bool {
    let words = pieces.iter().filter(|piece| matches!(piece.kind, Kind::Text | Kind::Marker)).count();
    let ideographs: u32 = pieces.iter().filter(|piece| piece.ideographic).map(|piece| piece.glyphs).sum();
    words >= 2 || ideographs >= BREAKABLE || pieces.iter().any(|piece| piece.glyphs > 6 && piece.kind == Kind::Text)
}

/// How far right the texts of one column reach.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// The furthest, and its line.
    most: f32,
    line: usize,
    /// The furthest in the other lines.
    next: f32,
}

impl Reach {
    /// The furthest in all lines but this one.
    fn without(&self, line: usize) -> f32 {
        if line == self.line { self.next } else { self.most }
    }
}

/// How far right the texts of each column reach, those in it alone.
fn reaches(found: &Columns) -> Vec<Reach> {
    let mut out = vec![Reach { most: f32::MIN, line: usize::MAX, next: f32::MIN }; found.columns.len()];
    for (line, texts) in found.lines.iter().enumerate() {
        for text in texts.iter().filter(|text| !text.spans()) {
            let Some(reach) = out.get_mut(text.first) else { continue };
            if text.x1 > reach.most {
                let next = if line == reach.line { reach.next } else { reach.most };
                *reach = Reach { most: text.x1, line, next };
            } else if line != reach.line {
                reach.next = reach.next.max(text.x1);
            }
        }
    }
    out
}

/// For each text of each line of the body, how much it looks like going on the nearest text above it in its column (above
/// 0) or like another one (below).
pub(super) fn links(
    lines: &[Line],
    found: &Columns,
    body: &Range<usize>,
    torn: &[bool],
    text_of: &dyn Fn(&Line, usize) -> String,
) -> Vec<Vec<f32>> {
    let mut last: Vec<Option<(usize, usize)>> = vec![None; found.columns.len()];
    let reaches = reaches(found);
    let mut out = Vec::with_capacity(body.len());
    let indented = has_indented_rows(lines, found, body);
    for lower in body.clone() {
        let texts = found.lines.get(lower).map_or(&[][..], Vec::as_slice);
        let mut row = vec![0.0; texts.len()];
        for (number, text) in texts.iter().enumerate().filter(|(_, text)| !text.spans()) {
            let above = last.get(text.first).copied().flatten();
            if let (Some((upper, at)), Some(slot)) = (above, row.get_mut(number))
                && let Some(over) = found.lines.get(upper).and_then(|texts| texts.get(at))
            {
                *slot = if torn.get(lower - body.start) == Some(&true) && over.numeric {
                    TORN_NUMBER
                } else if indented && heads_rows(lines, found, upper, lower) {
                    HEADS
                } else {
                    link(lines, found, (upper, over), (lower, text), reaches.get(text.first), text_of)
                };
            }
            if let Some(slot) = last.get_mut(text.first) {
                *slot = Some((lower, number));
            }
        }
        out.push(row);
    }
    out
}

/// How much further right, in ems, the rows of a group begin than its label.
const INDENT: f32 = 0.5;
/// Rows that follow each other that far right, from which indents tell groups.
const LEAST_INDENTED: usize = 2;
/// A group's label and its first row.
const HEADS: f32 = -4.0;

/// The left end of a line's text in the first column, and whether others stand beside it.
fn label(found: &Columns, line: usize) -> Option<(f32, bool)> {
    let texts = found.lines.get(line)?;
    let first = texts.first().filter(|text| text.first == 0 && !text.spans())?;
    Some((first.x0, texts.len() > 1))
}

/// Do rows follow each other whose labels begin further right than others do? The second line of a label that hangs over stands
/// further right, too, but below the first one, never below a row that is indented alike.
fn has_indented_rows(lines: &[Line], found: &Columns, body: &Range<usize>) -> bool {
    let left = body.clone().filter_map(|line| label(found, line)).map(|(x0, _)| x0).fold(f32::MAX, f32::min);
    let is_indented = |line: usize| {
        let size = lines.get(line).map_or(10.0, |line| line.size);
        label(found, line).is_some_and(|(x0, beside)| beside && x0 - left > INDENT * size)
    };
    let follow = body.clone().skip(1).filter(|&line| is_indented(line) && is_indented(line - 1));
    follow.count() >= LEAST_INDENTED
}

/// Is the upper line a label by itself, and the lower one a row that begins further right?
fn heads_rows(lines: &[Line], found: &Columns, upper: usize, lower: usize) -> bool {
    let size = lines.get(lower).map_or(10.0, |line| line.size);
    match (label(found, upper), label(found, lower)) {
        (Some((left, false)), Some((right, true))) => upper + 1 == lower && right - left > INDENT * size,
        _ => false,
    }
}

/// The end of a number below its beginning.
const TORN_NUMBER: f32 = 3.0;
/// A text and a number below each other in a column of numbers.
const UNLIKE: f32 = -4.0;
/// Two numbers below each other.
const NUMBERS: f32 = -4.0;
/// The next word would still have fitted in the line above, with an em to spare and just so.
const ROOM: f32 = -3.0;
const SOME_ROOM: f32 = -1.8;
/// Distance of baselines, in ems, at which few texts are set, and what it says.
const LOOSE_TEXT: f32 = 1.6;
const APART: f32 = -1.5;
/// Part of a column's width that the last line of a text leaves free where another word would have fitted.
const LAST_LINE: f32 = 0.4;
/// One is bold, the other is not.
const OTHER_WEIGHT: f32 = -2.5;
/// The second item of a list after its first one.
const NEXT_ITEM: f32 = 3.0;

/// How much a text looks like going on the one above it.
fn link(
    lines: &[Line],
    found: &Columns,
    (upper, over): (usize, &Placed),
    (lower, text): (usize, &Placed),
    reach: Option<&Reach>,
    text_of: &dyn Fn(&Line, usize) -> String,
) -> f32 {
    let (Some(a), Some(b)) = (lines.get(upper), lines.get(lower)) else { return 0.0 };
    let Some(column) = found.columns.get(text.first) else { return 0.0 };
    if text.numeric && over.numeric {
        return NUMBERS;
    }
    if text.numeric != over.numeric && column.numeric > 0.6 {
        return UNLIKE;
    }
    let (first, next_text) = (text_of(a, over.pieces.start), text_of(b, text.pieces.start));
    if let (Some(from), Some(to)) = (item_number(&first), item_number(&next_text)) {
        return if to == from + 1 { NEXT_ITEM } else { SOME_ROOM };
    }
    // A text goes on in the next line because its next word had no room left.
    let Some(next) = b.pieces.get(text.pieces.start) else { return 0.0 };
    let word = if next.ideographic { next.size } else { next.bbox.width() };
    let room = column.room_beside(over) - 0.25 * next.size;
    let wrapped = word > room + 0.1 * next.size;
    // How wide the column is, is told by texts that reach its end; this one alone tells nothing.
    let known = reach.is_some_and(|reach| reach.without(upper) > column.x1 - 2.0 * a.size);
    let fills = over.x1 - over.x0 >= FILLS * (column.x1 - column.x0);
    // A quantity, a single word: nothing that would be broken into lines; nor does the short last line of a text go on.
    if over.numeric || !may_wrap(a.pieces.get(over.pieces.clone()).unwrap_or(&[])) {
        let last_line = known && next.ideographic && room - word > LAST_LINE * (column.x1 - column.x0);
        return if last_line && !over.numeric { ROOM } else { SHORT };
    }
    let fits = match (wrapped, known && fills) {
        (true, true) => 1.0,
        (true, false) => 0.2,
        (false, _) if room - word > next.size => ROOM,
        (false, _) => SOME_ROOM,
    };
    let last = over.pieces.end.checked_sub(1).map_or_else(String::new, |at| text_of(a, at));
    let bold = |line: &Line, text: &Placed| {
        line.pieces.get(text.pieces.clone()).unwrap_or(&[]).iter().map(|piece| piece.bold).collect::<Vec<_>>()
    };
    let (upper_bold, lower_bold) = (bold(a, over), bold(b, text));
    let fits = fits + if upper_bold.last() != lower_bold.first() { OTHER_WEIGHT } else { 0.0 };
    let apart = (b.down - a.down) / a.size.max(b.size);
    let fits = fits + if apart > LOOSE_TEXT { APART } else { 0.0 };
    (fits + reads_on(&first, &last, &next_text, next.kind)).clamp(-6.0, 3.5)
}

/// The number of a list's item: `2` of `2.按期完成`.
fn item_number(text: &str) -> Option<u32> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.get(..text.len() - rest.len()).filter(|digits| (1..=2).contains(&digits.len()))?;
    let mut after = rest.chars();
    let sign = after.next().filter(|c| matches!(c, '.' | '、' | '．' | ')' | '）'))?;
    let follows = after.next();
    // 2.5 is no item.
    (sign != '.' || !follows.is_some_and(|c| c.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}
