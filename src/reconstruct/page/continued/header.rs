//! A table's header, and where it is printed again: as rows or as lines above.

use super::super::brim::HEAD_ROWS;
use super::super::table::{Evidence, Table, TableCell};
use super::open::Open;
use crate::normalize::key;

impl Open {
    /// Has a table the headings of this one's first row, each in its column?
    pub(super) fn has_head_of(&self, table: &Table) -> bool {
        let own = head_texts(table);
        let (Some(known), Some(own)) = (self.head.first(), own.first()) else { return false };
        let named = known.iter().filter(|(.., text)| !text.is_empty()).count();
        let by_texts = self.aligned || table.evidence == Evidence::Aligned;
        by_texts && self.xs.len() == table.xs.len() && known == own && named >= 2 && 2 * named >= known.len()
    }

    /// How many rows of the header a table has, if it has nothing else.
    pub(super) fn header_in(&self, table: &Table) -> Option<usize> {
        if table.rows() > HEAD_ROWS {
            return None;
        }
        let own = sorted(table.cells.iter().map(|cell| bare(&cell.text)));
        (1..=self.head.len()).find(|&rows| {
            own.len() >= 2 && sorted(self.head.iter().take(rows).flatten().map(|(.., text)| text.clone())) == own
        })
    }

    /// Has a line the texts of this row of the header?
    pub(super) fn is_head_row(&self, row: usize, line: &str) -> bool {
        let Some(known) = self.head.get(row) else { return false };
        let texts: String = known.iter().map(|(.., text)| text.as_str()).collect();
        known.iter().filter(|(.., text)| !text.is_empty()).count() >= 2 && texts == bare(line)
    }
}

/// Rows at the new part's top that are those at the table's top.
pub(super) fn repeated_rows(
    open: &Open,
    table: &Table,
    from: usize,
    map: &impl Fn(&TableCell) -> (usize, usize),
    old_map: &impl Fn(usize, usize) -> (usize, usize),
) -> usize {
    let head = open.head.get(from..).unwrap_or(&[]);
    let most = head.len().min(table.rows().saturating_sub(1)).min(HEAD_ROWS);
    let mut equal = 0;
    for (row, known) in head.iter().enumerate().take(most) {
        // Below a row that stands as a line, what reaches down from it is blank.
        let counts = |text: &str| from == 0 || !text.is_empty();
        let known = known.iter().map(|(column, count, text)| (old_map(*column, *count), text.as_str()));
        let known = known.filter(|(_, text)| counts(text));
        let own = table.cells.iter().filter(|c| c.row == row).map(|c| (map(c), bare(&c.text)));
        let own = own.filter(|(_, text)| counts(text));
        let (known, own): (Vec<_>, Vec<_>) = (known.collect(), own.collect());
        let same =
            known.len() == own.len() && known.iter().zip(&own).all(|(a, b)| a.0 == b.0 && is_same_text(a.1, &b.1));
        if !same || (row == 0 && known.iter().all(|(_, text)| text.is_empty())) {
            break;
        }
        equal = row + 1;
    }
    // A header does not cut through spans of the new part.
    while equal > 0 && table.cells.iter().any(|c| c.row < equal && c.row + c.row_span > equal) {
        equal -= 1;
    }
    equal
}

/// Rows at the new part's top that have the texts of those at the table's top, though they were laid out differently:
/// where nothing is drawn, what a heading covers is told by little.
pub(super) fn same_texts(open: &Open, table: &Table, from: usize) -> usize {
    let head = open.head.get(from..).unwrap_or(&[]);
    let most = head.len().min(table.rows().saturating_sub(1)).min(HEAD_ROWS);
    (1..=most)
        .rev()
        .find(|&rows| {
            let known = sorted(head.iter().take(rows).flatten().map(|(.., text)| text.clone()));
            let own = sorted(table.cells.iter().filter(|cell| cell.row < rows).map(|cell| bare(&cell.text)));
            let whole = table.cells.iter().all(|cell| cell.row >= rows || cell.row + cell.row_span <= rows);
            whole && known.len() >= 2 && known == own
        })
        .unwrap_or(0)
}

/// These texts without blank ones, in order.
fn sorted(texts: impl Iterator<Item = String>) -> Vec<String> {
    let mut texts: Vec<String> = texts.filter(|text| !text.is_empty()).collect();
    texts.sort_unstable();
    texts
}

pub(super) fn head_texts(table: &Table) -> Vec<Vec<(usize, usize, String)>> {
    // A caption inside the table is not printed again.
    let is_caption = |cell: &&TableCell| cell.column_span == table.columns() && cell.row_span == 1;
    let first = table.cells.iter().enumerate().take_while(|(row, cell)| cell.row == *row && is_caption(cell)).count();
    let first = if first < table.rows() { first } else { 0 };
    let mut head = vec![Vec::new(); (table.rows() - first).min(HEAD_ROWS)];
    for cell in table.cells.iter().filter(|cell| cell.row >= first) {
        if let Some(row) = head.get_mut(cell.row - first) {
            row.push((cell.column, cell.column_span, bare(&cell.text)));
        }
    }
    head
}

/// A text as it is compared: recognition takes a bracket for a wide one on one page and for a narrow one on the next.
pub(super) fn bare(text: &str) -> String {
    key(text).chars().filter(|c| c.is_alphanumeric() || *c == '%').collect()
}

/// Is it one text, but for a letter in eight that recognition took for another? Digits are never.
fn is_same_text(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (mut all, mut other) = (0, 0);
    for (a, b) in a.chars().zip(b.chars()) {
        all += 1;
        if a != b {
            if a.is_numeric() || b.is_numeric() {
                return false;
            }
            other += 1;
        }
    }
    other * 8 <= all && a.chars().count() == b.chars().count()
}
