//! Indicators in two halves side by side, as short forms print them to save paper: 三级指标 目标值 完成值 | 三级指标 目标值 完成值. The
//! rows of such a block come in; the left half's rows, then the right half's under the same header, go out.

use super::row::{Row, RowCell};
use super::signals::RowKind;
use std::rc::Rc;

/// Columns of one half, at the least: a name, what was set, what was reached.
const FEWEST: usize = 3;

/// Puts the right half of every such block below its left half; all other rows stay as they are.
pub(super) fn unfold(rows: Vec<(RowKind, Row)>) -> Vec<(RowKind, Row)> {
    if !rows.iter().any(|(kind, row)| second_half(*kind, row).is_some()) {
        return rows;
    }
    let mut out = Vec::with_capacity(rows.len() * 2);
    let mut rows = rows.into_iter().peekable();
    while let Some((kind, row)) = rows.next() {
        let Some((at, by)) = second_half(kind, &row) else {
            out.push((kind, row));
            continue;
        };
        let (left, _) = halves(&row, at, by);
        let table = row.table;
        out.push((kind, left));
        let mut right_rows = Vec::new();
        while let Some((kind, row)) = rows.next_if(|(kind, row)| *kind == RowKind::Other && row.table == table) {
            let (left, right) = halves(&row, at, by);
            out.extend((!left.cells.is_empty()).then_some((kind, left)));
            right_rows.extend((!right.cells.is_empty()).then_some((kind, right)));
        }
        out.extend(right_rows);
    }
    out
}

/// Where the second half of a header begins, and by how many columns it stands right of the first: its words are the first
/// half's once more.
fn second_half(kind: RowKind, row: &Row) -> Option<(usize, usize)> {
    let (half, odd) = (row.cells.len() / 2, row.cells.len() % 2);
    if kind != RowKind::IndicatorHeader || odd > 0 || half < FEWEST {
        return None;
    }
    let (first, second) = row.cells.split_at(half);
    let alike = first.iter().zip(second).all(|(a, b)| !a.label.is_empty() && a.label == b.label);
    let at = second.first()?.column;
    alike.then_some((at, at - first.first()?.column))
}

fn halves(row: &Row, at: usize, by: usize) -> (Row, Row) {
    let (left, right): (Vec<RowCell>, Vec<RowCell>) = row.cells.iter().cloned().partition(|c| c.column < at);
    let right = right.into_iter().map(|c| RowCell { column: c.column - by, end: c.end - by, ..c }).collect();
    let beside = row.covered.iter().filter(|(start, _)| *start >= at).map(|(start, end)| (start - by, end - by));
    // Cells are told by their places in the source: what the right half's columns are moved by goes to the first column.
    let right = Row { covered: beside.collect(), first_column: row.first_column + by, ..row.holding(right) };
    (Row { covered: Rc::clone(&row.covered), ..row.holding(left) }, right)
}
