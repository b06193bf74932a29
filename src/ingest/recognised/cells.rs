//! Table cells as an engine numbers them, to a [`Grid`] in which nothing overlaps and no place is missing, whatever the
//! numbers are.

use super::place::{Outline, Scale};
use crate::model::{BBox, Cell, Grid, GridOrigin, Trust};
use std::collections::BTreeSet;

/// Most columns of a table; more are an accident.
const MAX_COLUMNS: usize = 4_096;
/// Rows beyond this, or beyond so many times the cells, are not believed as numbered but counted.
const BELIEVED_ROWS: usize = 20_000;
const ROWS_PER_CELL: usize = 8;

/// A cell at these places; spans may be 0 or absurd.
pub(super) fn cell(row: usize, column: usize, row_span: usize, column_span: usize, text: &str) -> Cell {
    Cell::new(row, column, text.trim()).spanning(row_span, column_span)
}

/// The same with what recognition says of it.
pub(super) fn recognised(cell: Cell, page: u32, outline: Option<&Outline>, scale: &Scale, trust: f32) -> Cell {
    let bbox = outline.map(|outline| BBox::from(scale.rect(&outline.bounds())));
    Cell { page: Some(page), bbox, trust: Trust(trust), ..cell }
}

/// The grid of these cells, and whether numbers were not believed; none without any text.
pub(super) fn grid(mut cells: Vec<Cell>, page: Option<u32>, bbox: Option<BBox>) -> Option<(Grid, bool)> {
    if cells.iter().all(|cell| cell.text.is_empty()) {
        return None;
    }
    let count = cells.len();
    let mut doubted = number_anew(&mut cells, |cell| &mut cell.row, BELIEVED_ROWS.max(ROWS_PER_CELL * count));
    doubted |= number_anew(&mut cells, |cell| &mut cell.column, MAX_COLUMNS - 1);
    cells.sort_by_key(|cell| (cell.row, cell.column));
    let rows = cells.iter().map(|cell| cell.row + 1).max().unwrap_or(0);
    let columns = cells.iter().map(|cell| cell.column + 1).max().unwrap_or(0).min(MAX_COLUMNS);
    // A span may reach past the last cell that begins, but not far.
    let (most_rows, most_columns) = (rows + SPAN_BEYOND, (columns + SPAN_BEYOND).min(MAX_COLUMNS));
    let mut placed: Vec<Cell> = Vec::with_capacity(count);
    // For each column: the first row below that is free, and the cell that covers the rows above it.
    let mut cover: Vec<(usize, usize)> = Vec::new();
    let mut work = 0usize;
    for mut cell in cells {
        if cell.column >= MAX_COLUMNS {
            doubted = true;
            continue;
        }
        cell.row_span = cell.row_span.clamp(1, most_rows - cell.row);
        cell.column_span = cell.column_span.clamp(1, most_columns - cell.column);
        work += cell.column_span;
        if work > WORK + WORK_PER_CELL * count {
            doubted |= cell.column_span > 1;
            cell.column_span = 1;
        }
        if let Some(&(_, number)) = cover.get(cell.column).filter(|(free, _)| *free > cell.row) {
            doubted = true;
            // Two cells claim one place: an empty one gives way, else the first ends where the second begins.
            let Some(owner) = placed.get_mut(number) else { continue };
            if cell.text.is_empty() || (owner.row, owner.column) == (cell.row, cell.column) {
                if !cell.text.is_empty() {
                    owner.text.push('\n');
                    owner.text.push_str(&cell.text);
                }
                continue;
            }
            let freed = if owner.row < cell.row {
                owner.row_span = cell.row - owner.row;
                owner.column
            } else {
                owner.column_span = cell.column - owner.column;
                cell.column
            };
            for place in cover.iter_mut().skip(freed).take_while(|place| place.1 == number) {
                place.0 = place.0.min(cell.row);
            }
        }
        let free = (0..cell.column_span)
            .take_while(|k| cover.get(cell.column + k).is_none_or(|(free, _)| *free <= cell.row))
            .count();
        doubted |= free < cell.column_span;
        cell.column_span = free.max(1);
        let end = cell.column + cell.column_span;
        if cover.len() < end {
            cover.resize(end, (0, usize::MAX));
        }
        cover[cell.column..end].fill((cell.row + cell.row_span, placed.len()));
        placed.push(cell);
    }
    let mut grid = Grid::new(GridOrigin::Explicit, placed);
    fill(&mut grid, page);
    grid.page = page;
    grid.bbox = bbox;
    Some((grid, doubted))
}

/// Rows or columns that a span may reach past the last cell that begins.
const SPAN_BEYOND: usize = 16;
/// Columns looked at for each cell, on average, and at all, before spans are believed no more.
const WORK_PER_CELL: usize = 64;
const WORK: usize = 1_000_000;

/// Numbers rows or columns in their order, without gaps, where the numbers run too high; did it?
fn number_anew(cells: &mut [Cell], of: impl Fn(&mut Cell) -> &mut usize, most: usize) -> bool {
    if cells.iter_mut().all(|cell| *of(cell) <= most) {
        return false;
    }
    let used: BTreeSet<usize> = cells.iter_mut().map(|cell| *of(cell)).collect();
    let used: Vec<usize> = used.into_iter().collect();
    for cell in cells {
        let number = of(cell);
        *number = used.partition_point(|other| other < number);
    }
    true
}

/// Puts a blank cell wherever none stands, unless hardly any would stand.
fn fill(grid: &mut Grid, page: Option<u32>) {
    let (rows, columns) = (grid.rows, grid.columns);
    if rows.saturating_mul(columns) > 4 * grid.cells.len() + 10_000 {
        return;
    }
    let mut taken = vec![false; rows * columns];
    for cell in &grid.cells {
        for row in cell.row..cell.row_end() {
            taken[row * columns + cell.column..row * columns + cell.column_end()].fill(true);
        }
    }
    let free = taken.iter().enumerate().filter(|(_, taken)| !**taken).map(|(at, _)| (at / columns, at % columns));
    let blanks: Vec<Cell> = free.map(|(row, column)| Cell { page, ..Cell::new(row, column, "") }).collect();
    if !blanks.is_empty() {
        grid.cells.extend(blanks);
        grid.cells.sort_by_key(|cell| (cell.row, cell.column));
    }
}

/// Cells of which only the order in their rows is known take the first column that no cell above covers, as in HTML.
pub(super) fn in_order(rows: Vec<Vec<Cell>>) -> Vec<Cell> {
    let mut free_from: Vec<usize> = Vec::new();
    let mut out = Vec::new();
    let mut work = 0usize;
    for (row, cells) in rows.into_iter().enumerate() {
        let mut column = 0;
        for mut cell in cells {
            while free_from.get(column).is_some_and(|free| *free > row) {
                column += 1;
                work += 1;
            }
            if column >= MAX_COLUMNS || work > 20_000_000 {
                return out;
            }
            cell.row = row;
            cell.column = column;
            cell.column_span = cell.column_span.clamp(1, (MAX_COLUMNS - column).min(1_000));
            let end = cell.column_end();
            work += cell.column_span;
            if free_from.len() < end {
                free_from.resize(end, 0);
            }
            free_from[column..end].fill(row.saturating_add(cell.row_span));
            column = end;
            out.push(cell);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn shape(grid: &Grid) -> Vec<(usize, usize, usize, usize, &str)> {
        grid.cells.iter().map(|c| (c.row, c.column, c.row_span, c.column_span, c.text.as_str())).collect()
    }

    #[test]
    fn places_without_a_cell_are_blank() {
        let (grid, doubted) =
            grid(vec![cell(0, 0, 2, 1, "资金"), cell(0, 1, 1, 2, "总额"), cell(1, 2, 1, 1, "8")], Some(1), None)
                .unwrap();
        assert_eq!(shape(&grid), [(0, 0, 2, 1, "资金"), (0, 1, 1, 2, "总额"), (1, 1, 1, 1, ""), (1, 2, 1, 1, "8")]);
        assert!(!doubted);
    }

    #[test]
    fn a_cell_inside_another_ends_it() {
        let (grid, doubted) = grid(vec![cell(0, 0, 3, 1, "a"), cell(1, 0, 1, 1, "b")], None, None).unwrap();
        assert_eq!(shape(&grid), [(0, 0, 1, 1, "a"), (1, 0, 1, 1, "b")]);
        assert!(doubted);
    }

    #[test]
    fn rows_and_columns_numbered_absurdly_keep_their_order() {
        let far = 2_000_000_000;
        let (grid, doubted) =
            grid(vec![cell(far, far, far, far, "b"), cell(0, 0, far, far, "a"), cell(7, far, 1, 1, "c")], None, None)
                .unwrap();
        let texts: Vec<&str> = grid.cells.iter().map(|c| c.text.as_str()).filter(|t| !t.is_empty()).collect();
        assert_eq!(texts, ["a", "c", "b"]);
        assert!(doubted && grid.rows < 100 && grid.columns < 100);
    }

    proptest! {
        #[test]
        fn no_place_is_taken_twice(cells in prop::collection::vec((0usize..9, 0usize..9, 0usize..12, 0usize..12, "[ab]?"), 0..30)) {
            let cells = cells.into_iter().map(|(r, c, rs, cs, text)| cell(r, c, rs, cs, &text)).collect();
            if let Some((grid, _)) = grid(cells, None, None) {
                let mut taken = std::collections::HashSet::new();
                for cell in &grid.cells {
                    for row in cell.row..cell.row_end() {
                        for column in cell.column..cell.column_end() {
                            prop_assert!(taken.insert((row, column)), "{row} {column}");
                        }
                    }
                    prop_assert!(cell.row_end() <= grid.rows && cell.column_end() <= grid.columns);
                }
            }
        }
    }
}
