//! Rows of cells known by their left and right edges → one grid. DOC and RTF state a table so: every row has boundaries
//! of its own, in twips (1/1440 inch), and the columns of the table are the union of them all.

use crate::model::{Cell, Grid, GridOrigin};
use std::collections::BTreeMap;

/// Boundaries of different rows closer than this (one point) are one: people drag borders by hand.
const SAME_EDGE_TWIPS: i32 = 20;

/// How a cell is joined with the cell above it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Vertical {
    /// Not joined.
    #[default]
    Single,
    /// The top of a joined run.
    Top,
    /// Joined with the cell above; its own text is not shown.
    Continued,
}

/// One cell of a row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct EdgedCell {
    /// Left edge in twips.
    pub(crate) left: i32,
    /// Right edge in twips.
    pub(crate) right: i32,
    /// Joined with the cell to its left; its own text is not shown.
    pub(crate) joined_left: bool,
    /// Joined with the cell above.
    pub(crate) vertical: Vertical,
    /// What it says, outer white space trimmed.
    pub(crate) text: String,
}

/// The grid of these rows. Text in a place that a merge covers is not shown by word processors and is left out.
pub(crate) fn grid(rows: Vec<Vec<EdgedCell>>) -> Grid {
    let edges = Edges::of(&rows);
    let mut cells: Vec<Cell> = Vec::new();
    // Column → index of the anchor whose joined run reached the row above, and its column_end.
    let mut open: BTreeMap<usize, usize> = BTreeMap::new();
    for (row, line) in rows.into_iter().enumerate() {
        let mut still_open = BTreeMap::new();
        let mut from = 0;
        for cell in join_left(line) {
            let column = edges.column(cell.left).max(from);
            let end = edges.column(cell.right).max(column + 1);
            from = end;
            let above = open.get(&column).copied().filter(|&at| cells.get(at).is_some_and(|c| c.column_end() == end));
            match (cell.vertical, above) {
                (Vertical::Continued, Some(at)) => {
                    if let Some(anchor) = cells.get_mut(at) {
                        anchor.row_span = row + 1 - anchor.row;
                    }
                    still_open.insert(column, at);
                }
                (vertical, _) => {
                    if vertical != Vertical::Single {
                        still_open.insert(column, cells.len());
                    }
                    cells.push(Cell::new(row, column, cell.text).spanning(1, end - column));
                }
            }
        }
        open = still_open;
    }
    Grid::new(GridOrigin::Explicit, cells)
}

fn join_left(line: Vec<EdgedCell>) -> Vec<EdgedCell> {
    let mut out: Vec<EdgedCell> = Vec::with_capacity(line.len());
    for cell in line {
        match out.last_mut() {
            Some(last) if cell.joined_left => last.right = last.right.max(cell.right),
            _ => out.push(cell),
        }
    }
    out
}

/// The boundaries of all rows, near ones taken together.
struct Edges(Vec<i32>);

impl Edges {
    fn of(rows: &[Vec<EdgedCell>]) -> Self {
        let narrowest = rows
            .iter()
            .flatten()
            .map(|c| c.right.saturating_sub(c.left))
            .filter(|w| *w > 0)
            .min()
            .unwrap_or(SAME_EDGE_TWIPS);
        // Never so coarse that the two edges of a real cell fall together.
        let tolerance = SAME_EDGE_TWIPS.min((narrowest - 1).max(0));
        let mut all: Vec<i32> = rows.iter().flatten().flat_map(|c| [c.left, c.right]).collect();
        all.sort_unstable();
        let mut starts: Vec<i32> = Vec::new();
        for edge in all {
            if starts.last().is_none_or(|start| edge.saturating_sub(*start) > tolerance) {
                starts.push(edge);
            }
        }
        Edges(starts)
    }

    fn column(&self, edge: i32) -> usize {
        self.0.partition_point(|start| *start <= edge).saturating_sub(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(left: i32, right: i32, vertical: Vertical, text: &str) -> EdgedCell {
        EdgedCell { left, right, joined_left: false, vertical, text: text.into() }
    }

    fn shape(grid: &Grid) -> Vec<(usize, usize, usize, usize, &str)> {
        grid.cells.iter().map(|c| (c.row, c.column, c.row_span, c.column_span, c.text.as_str())).collect()
    }

    #[test]
    fn columns_are_the_union_of_the_rows_boundaries() {
        use Vertical::{Continued, Single, Top};
        let grid = grid(vec![
            vec![cell(0, 1000, Top, "资金"), cell(1000, 3000, Single, "总额")],
            vec![cell(3, 1004, Continued, ""), cell(1004, 2000, Single, "108"), cell(2000, 2998, Single, "100%")],
        ]);
        assert_eq!(
            shape(&grid),
            [(0, 0, 2, 1, "资金"), (0, 1, 1, 2, "总额"), (1, 1, 1, 1, "108"), (1, 2, 1, 1, "100%")]
        );
    }

    #[test]
    fn a_continued_cell_without_one_above_stands_alone() {
        let grid = grid(vec![vec![cell(0, 10, Vertical::Single, "a")], vec![cell(0, 10, Vertical::Continued, "b")]]);
        assert_eq!(shape(&grid), [(0, 0, 1, 1, "a"), (1, 0, 1, 1, "b")]);
    }

    #[test]
    fn cells_joined_left_widen_their_neighbour() {
        let mut second = cell(10, 30, Vertical::Single, "hidden");
        second.joined_left = true;
        let grid = grid(vec![
            vec![cell(0, 10, Vertical::Single, "a"), second],
            vec![cell(0, 10, Vertical::Single, "b"), cell(10, 30, Vertical::Single, "c")],
        ]);
        assert_eq!(shape(&grid), [(0, 0, 1, 2, "a"), (1, 0, 1, 1, "b"), (1, 1, 1, 1, "c")]);
    }

    #[test]
    fn cells_of_no_or_negative_width_keep_their_order() {
        let grid = grid(vec![vec![cell(5, 5, Vertical::Single, "a"), cell(5, -9, Vertical::Single, "b")]]);
        assert_eq!(grid.cells.len(), 2);
        assert!(grid.cells[0].column_end() <= grid.cells[1].column);
    }
}
