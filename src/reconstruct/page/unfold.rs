//! A table inside a cell of another: unfolded into it, as the Office loaders do it, so that a form stays one grid.

use super::table::{Table, TableCell};
use crate::model::Rect;

/// Unfolds inner tables into the cells that hold them. A frame or a single column around tables is no table: what it
/// holds stands for itself.
pub(super) fn unfold(mut tables: Vec<Table>) -> Vec<Table> {
    if tables.len() < 2 {
        return tables;
    }
    // Largest first, so that whatever holds a table stands before it.
    let area = |t: &Table| t.bbox.width() * t.bbox.height();
    tables.sort_by(|a, b| area(b).total_cmp(&area(a)));
    let mut at = tables.len();
    while at > 1 {
        at -= 1;
        // The innermost holder.
        let holder = (0..at).rev().find_map(|outer| holding_cell(&tables[outer], &tables[at].bbox).map(|c| (outer, c)));
        let Some((outer, cell)) = holder else { continue };
        if tables[at].weak || tables[outer].weak {
            // A frame inside a cell is the cell's decoration; its words are the cell's.
            if tables[at].weak && !tables[outer].weak {
                let inner = tables.remove(at);
                absorb(&mut tables[outer], cell, inner);
            }
            continue;
        }
        let inner = tables.remove(at);
        insert(&mut tables[outer], cell, inner);
    }
    // What holds a table that stands for itself is no text to be joined with another page's.
    let boxes: Vec<Rect> = tables.iter().filter(|t| !t.weak).map(|t| t.bbox).collect();
    tables.retain(|t| !t.weak || !boxes.iter().any(|b| holding_cell(t, b).is_some()));
    tables.sort_by(|a, b| a.bbox.y0.total_cmp(&b.bbox.y0).then(a.bbox.x0.total_cmp(&b.bbox.x0)));
    tables
}

/// The cell in which this box lies.
fn holding_cell(table: &Table, inner: &Rect) -> Option<usize> {
    const SLACK: f32 = 2.0;
    table.cells.iter().position(|cell| {
        let b = &cell.bbox;
        b.x0 - SLACK <= inner.x0 && inner.x1 <= b.x1 + SLACK && b.y0 - SLACK <= inner.y0 && inner.y1 <= b.y1 + SLACK
    })
}

/// Puts a frame's text back into the cell around it.
fn absorb(outer: &mut Table, cell: usize, inner: Table) {
    let texts: Vec<String> = inner.cells.into_iter().map(|c| c.text).filter(|t| !t.is_empty()).collect();
    if let Some(cell) = outer.cells.get_mut(cell) {
        for text in texts {
            if !cell.text.is_empty() {
                cell.text.push('\n');
            }
            cell.text.push_str(&text);
        }
    }
    outer.words.extend(inner.words);
}

/// Puts the inner table's rows and columns in the place of a cell. The cell's own text stands above it, as most do
/// that hold a table.
fn insert(outer: &mut Table, at: usize, inner: Table) {
    let Some(holder) = outer.cells.get(at).cloned() else { return };
    let own_row = usize::from(!holder.text.is_empty());
    let (inner_rows, inner_columns) = (inner.rows(), inner.columns());
    let more_rows = (inner_rows + own_row).saturating_sub(holder.row_span);
    let more_columns = inner_columns.saturating_sub(holder.column_span);
    let (last_row, last_column) = (holder.row + holder.row_span, holder.column + holder.column_span);
    // Everything that reaches over the holder's last row or column grows with it; what lies behind moves.
    for cell in &mut outer.cells {
        grow(&mut cell.row, &mut cell.row_span, last_row, more_rows);
        grow(&mut cell.column, &mut cell.column_span, last_column, more_columns);
    }
    let holder_rows = holder.row_span + more_rows;
    let holder_columns = holder.column_span + more_columns;
    outer.cells.remove(at);
    if own_row == 1 {
        outer.cells.push(TableCell { row_span: 1, column_span: holder_columns, ..holder.clone() });
    }
    for cell in inner.cells {
        let (mut row_span, mut column_span) = (cell.row_span, cell.column_span);
        // The last row and column take what room is left.
        if cell.row + row_span == inner_rows {
            row_span = holder_rows - own_row - cell.row;
        }
        if cell.column + column_span == inner_columns {
            column_span = holder_columns - cell.column;
        }
        let (row, column) = (holder.row + own_row + cell.row, holder.column + cell.column);
        outer.cells.push(TableCell { row, column, row_span, column_span, ..cell });
    }
    outer.cells.sort_by_key(|cell| (cell.row, cell.column));
    add_edges(&mut outer.ys, last_row, more_rows);
    add_edges(&mut outer.xs, last_column, more_columns);
    for walls in [&mut outer.top_walls, &mut outer.bottom_walls] {
        if let Some(&wall) = last_column.checked_sub(1).and_then(|i| walls.get(i)) {
            walls.splice(last_column..last_column, std::iter::repeat_n(wall, more_columns));
        }
    }
    outer.words.extend(inner.words);
}

fn grow(first: &mut usize, span: &mut usize, end: usize, more: usize) {
    if *first >= end {
        *first += more;
    } else if *first + *span >= end {
        *span += more;
    }
}

/// Divides the step before this edge evenly into more.
fn add_edges(edges: &mut Vec<f32>, end: usize, more: usize) {
    let (Some(&from), Some(&to)) = (end.checked_sub(1).and_then(|i| edges.get(i)), edges.get(end)) else { return };
    let step = (to - from) / (more + 1) as f32;
    edges.splice(end..end, (1..=more).map(|i| from + step * i as f32));
}
