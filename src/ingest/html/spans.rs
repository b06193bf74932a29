//! Places cells on the grid by HTML's rules: each takes the first column that no span from above covers.

use crate::model::Cell;

/// Most columns that a span can claim; HTML's own limit.
const MAX_COLUMN_SPAN: usize = 1_000;

/// Most columns of a table. Real ones have a few dozen; a row beyond this is hostile.
const MAX_COLUMNS: usize = 4_096;

/// Columns above which spans are taken for careless (`colspan="1000"`) and cut to the columns in which cells begin.
const CARELESS_COLUMNS: usize = 64;

/// A cell as the markup gives it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Raw {
    pub(super) text: String,
    /// `rowspan` as written; 0 means down to the end of the table.
    pub(super) row_span: usize,
    pub(super) column_span: usize,
}

/// Reads `rowspan` and `colspan`: the leading digits; nonsense is 1.
pub(super) fn read_span(value: Option<&str>) -> usize {
    let Some(value) = value else { return 1 };
    let digits: String = value.trim_start().chars().take_while(char::is_ascii_digit).take(6).collect();
    digits.parse().unwrap_or(1)
}

/// What the rows of a table so far cover of those to come.
#[derive(Debug, Default)]
pub(super) struct Cover {
    /// For each column, the rows from here on that spans seen so far cover.
    rows: Vec<usize>,
    /// Columns looked at, against what cells allow for.
    work: usize,
    cells: usize,
}

/// Columns looked at for each cell, on average, and at all, before a table's spans are believed no more.
const WORK_PER_CELL: usize = 256;
const WORK: usize = 20_000_000;

impl Cover {
    fn is_spent(&self) -> bool {
        self.work > WORK + WORK_PER_CELL * self.cells
    }
}

/// The cells with their places; `true` if some were left out, or spans not believed, because the table is too wide.
/// `more`: rows of the table follow these, so that a span may go on in them.
pub(super) fn place(rows: Vec<Vec<Raw>>, cover: &mut Cover, more: bool) -> (Vec<Cell>, bool) {
    let height = rows.len();
    let mut cells = Vec::new();
    // For each column, the first row that is free below the spans seen so far.
    let mut free_from: Vec<usize> = std::mem::take(&mut cover.rows);
    let mut cut = false;
    for (row, raws) in rows.into_iter().enumerate() {
        let mut column = 0;
        if cover.is_spent() && !free_from.is_empty() {
            free_from.clear();
            cut = true;
        }
        for mut raw in raws {
            if cover.is_spent() {
                (raw.row_span, raw.column_span) = (1, 1);
            }
            let from = column;
            while free_from.get(column).is_some_and(|&free| free > row) {
                column += 1;
            }
            cover.work += column - from;
            if column >= MAX_COLUMNS {
                cut = true;
                break;
            }
            cover.cells += 1;
            let reach = if raw.row_span == 0 { usize::MAX } else { row.saturating_add(raw.row_span) };
            let row_span = if raw.row_span == 0 { height - row } else { raw.row_span.min(height - row) };
            let wanted = raw.column_span.clamp(1, MAX_COLUMN_SPAN).min(MAX_COLUMNS - column);
            // A span from above in the way ends this one, so that cells never overlap.
            let column_span =
                (0..wanted).take_while(|k| free_from.get(column + k).is_none_or(|&free| free <= row)).count().max(1);
            if free_from.len() < column + column_span {
                free_from.resize(column + column_span, 0);
            }
            free_from[column..column + column_span].fill(if more { reach } else { row + row_span });
            cover.work += column_span;
            cells.push(Cell::new(row, column, raw.text).spanning(row_span, column_span));
            column += column_span;
        }
    }
    cut_careless_spans(&mut cells);
    if more {
        free_from.iter_mut().for_each(|free| *free = free.saturating_sub(height));
        cover.rows = free_from;
    }
    (cells, cut)
}

fn cut_careless_spans(cells: &mut [Cell]) {
    let columns = cells.iter().map(Cell::column_end).max().unwrap_or(0);
    let begun = cells.iter().map(|c| c.column + 1).max().unwrap_or(0);
    if columns > CARELESS_COLUMNS && columns > 2 * begun {
        for cell in cells {
            cell.column_span = cell.column_span.min(begun - cell.column).max(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn raw(text: &str, row_span: usize, column_span: usize) -> Raw {
        Raw { text: text.into(), row_span, column_span }
    }

    fn places(rows: Vec<Vec<Raw>>) -> Vec<(usize, usize, usize, usize, String)> {
        place(rows, &mut Cover::default(), false)
            .0
            .into_iter()
            .map(|c| (c.row, c.column, c.row_span, c.column_span, c.text))
            .collect()
    }

    #[test]
    fn spans_push_later_cells_to_free_columns() {
        let rows =
            vec![vec![raw("a", 2, 1), raw("b", 1, 2)], vec![raw("c", 1, 1), raw("d", 0, 1)], vec![raw("e", 9, 9)]];
        assert_eq!(
            places(rows),
            [
                (0, 0, 2, 1, "a".into()),
                (0, 1, 1, 2, "b".into()),
                (1, 1, 1, 1, "c".into()),
                (1, 2, 2, 1, "d".into()),
                (2, 0, 1, 2, "e".into()),
            ]
        );
    }

    #[test]
    fn absurd_spans_are_bounded() {
        assert_eq!(read_span(Some("2147483648")), 214748);
        assert_eq!(read_span(Some("3px")), 3);
        assert_eq!(read_span(Some("-1")), 1);
        let rows = vec![vec![raw("a", 1, 214748)], vec![raw("b", 214748, 1), raw("c", 1, 1)]];
        assert_eq!(places(rows), [(0, 0, 1, 2, "a".into()), (1, 0, 1, 1, "b".into()), (1, 1, 1, 1, "c".into())]);
        let wide = vec![(0..10_000).map(|_| raw("", 1, 1_000)).collect()];
        let (cells, cut) = place(wide, &mut Cover::default(), false);
        assert!(cut && cells.iter().all(|cell| cell.column_end() <= MAX_COLUMNS));
    }
}
