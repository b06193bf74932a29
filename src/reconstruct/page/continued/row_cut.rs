//! Rows that a page's end cut.

use super::super::table::{Evidence, Table};
use super::super::words::is_ideographic;
use super::open::{Head, Open, Tail, is_numeric};

/// Lines in a cell from which its rest may begin a new paragraph.
const LONG_TEXT: usize = 3;
/// Characters of a number that did not fit into its line, at most.
const MOST_TORN: usize = 4;
/// Does a numbered list that the last row began go on in the new part, while other cells of that row have all of their
/// text above?
fn is_list_cut(open: &Open, table: &Table, pairs: &[(&Tail, &Head)]) -> bool {
    let (mut listed, mut ends) = (0, 0);
    for (tail, head) in pairs {
        let above = open.cells.get(tail.cell).map_or("", |cell| cell.text.as_str());
        let below = table.cells.get(head.cell).map_or("", |cell| cell.text.as_str());
        let last = above.lines().filter_map(item_number).next_back();
        match (above.is_empty(), below.is_empty()) {
            (_, true) => ends += usize::from(!above.is_empty()),
            (true, false) => return false,
            (false, false) if last.is_some() && item_number(below) == last.map(|last| last + 1) => listed += 1,
            (false, false) if is_numeric(above) || is_numeric(below) => return false,
            (false, false) => {}
        }
    }
    let labelled = pairs.first().is_some_and(|(tail, head)| {
        let above = open.cells.get(tail.cell).is_some_and(|cell| !cell.text.is_empty());
        above && table.cells.get(head.cell).is_some_and(|cell| cell.text.is_empty())
    });
    listed > 0 && ends >= 2 && labelled
}

/// The number with which an item of a list begins: `2.`, `2、`, `(2)`.
pub(super) fn item_number(line: &str) -> Option<u32> {
    let line = line.trim_start_matches(['(', '（', ' ']);
    let end = line.find(|c: char| !c.is_ascii_digit())?;
    let (number, rest) = line.split_at_checked(end)?;
    let mark = rest.starts_with(['.', '、', ')', '）', '．']);
    // 2.5 is a number.
    let decimal = rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
    number.parse().ok().filter(|number| mark && !decimal && (1..100).contains(number))
}

/// Part of the columns that a row has texts in, at least, of which some went to the new page.
const MOST_FILLED: f32 = 0.6;

/// Is the new part's first row the rest of the table's last?
pub(super) fn is_row_cut(open: &Open, table: &Table, pairs: &[(&Tail, &Head)]) -> bool {
    if is_list_cut(open, table, pairs) {
        return true;
    }
    let (mut ends, mut own, mut flows, mut begins, mut long) = (0, 0, 0, 0, 0);
    for (tail, head) in pairs {
        let spans = open.cells.get(tail.cell).is_some_and(|cell| cell.row_span > 1);
        let above = open.cells.get(tail.cell).map_or("", |cell| cell.text.as_str());
        let below = table.cells.get(head.cell).map_or("", |cell| cell.text.as_str());
        match (above.is_empty(), below.is_empty()) {
            (true, true) => {}
            (false, true) => {
                ends += 1;
                own += usize::from(!spans);
            }
            (true, false) => begins += 1,
            (false, false) => {
                if is_numeric(above) && is_numeric(below) && below.chars().count() > MOST_TORN {
                    return false;
                }
                if !ends_sentence(above) && tail.brim.flows_into(&head.brim) {
                    flows += 1;
                } else if tail.brim.lines >= LONG_TEXT && head.brim.lines >= 1 {
                    long += 1;
                } else {
                    return false;
                }
            }
        }
    }
    // Cells whose text did not fit have all of it on the new page, and those that have theirs before are blank.
    let drawn = !open.aligned && matches!(table.evidence, Evidence::Ruled | Evidence::Rows);
    if begins > 0 && flows + long == 0 && is_complement(open, table, pairs) {
        return true;
    }
    if begins > 0 {
        // No line below what is left of the row: the browser stopped it where the page ends.
        let unclosed = pairs.iter().all(|(tail, _)| tail.closed != Some(true));
        return drawn && flows + long == 0 && own >= 2 && (begins < own || unclosed);
    }
    if flows + long == 0 {
        return false;
    }
    if flows > 0 { ends > 0 || (long == 0 && flows >= 2) } else { ends >= 2 && ends >= long }
}

/// Is what stands on the new page just what the last row lacks, its label not among it?
fn is_complement(open: &Open, table: &Table, pairs: &[(&Tail, &Head)]) -> bool {
    let above = |tail: &Tail| open.cells.get(tail.cell).is_some_and(|cell| !cell.text.is_empty());
    let below = |head: &Head| table.cells.get(head.cell).is_some_and(|cell| !cell.text.is_empty());
    let labelled = pairs.first().is_some_and(|(tail, head)| above(tail) && !below(head));
    let first = pairs.iter().filter(|(tail, _)| above(tail)).count();
    let second = pairs.iter().filter(|(_, head)| below(head)).count();
    let both = pairs.iter().any(|(tail, head)| above(tail) && below(head));
    labelled && !both && first >= 2 && second >= 2 && (first + second) as f32 >= MOST_FILLED * pairs.len() as f32
}

pub(super) fn ends_sentence(text: &str) -> bool {
    text.trim_end().ends_with(['。', '；', '！', '？', ';', '!', '?'])
}

/// Puts the rest of a text to it: in the same line where the page cut it within a sentence.
pub(super) fn join_text(text: &mut String, rest: &str, flows: bool) {
    if rest.is_empty() {
        return;
    }
    if !text.is_empty() {
        let letter = |c: Option<char>| c.is_some_and(|c| !is_ideographic(c));
        if !flows || ends_sentence(text) {
            text.push('\n');
        } else if letter(text.chars().next_back()) && letter(rest.chars().next()) {
            text.push(' ');
        }
    }
    text.push_str(rest);
}
