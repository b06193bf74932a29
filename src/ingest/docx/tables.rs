//! Tables of a Word document as they are read: rows, spans and vertical merges become anchors, and a table inside a
//! cell either becomes part of the outer grid or stands on its own, so that a form is read as one form however its
//! writer built it.

use crate::model::{Block, Cell, Grid, GridOrigin, Line};
use std::collections::HashMap;

/// Widest span that is believed; Word's own tables have at most 63 columns.
const WIDEST_SPAN: usize = 1024;
/// Columns from which on spans are not believed: a row of very many wide cells would need memory for all they span.
const WIDEST_ROW: usize = 16_384;

/// What a cell says of its place (`w:tcPr`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct CellProperties {
    pub(super) span: usize,
    pub(super) vertical: Merge,
    pub(super) horizontal: Merge,
    /// A tracked change took the cell out.
    pub(super) deleted: bool,
}

impl Default for CellProperties {
    fn default() -> Self {
        CellProperties { span: 1, vertical: Merge::None, horizontal: Merge::None, deleted: false }
    }
}

/// A cell's part in a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Merge {
    #[default]
    None,
    Restart,
    Continue,
}

/// What a row says of itself (`w:trPr`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowProperties {
    /// Grid columns left free before the first cell.
    pub(super) before: usize,
    /// Hidden, or taken out by a tracked change.
    pub(super) left_out: bool,
}

/// A table being read.
#[derive(Debug, Default)]
pub(super) struct TableDraft {
    cells: Vec<DraftCell>,
    row: usize,
    column: usize,
    in_row: bool,
    left_out: bool,
    filled: bool,
    /// The last vertical merge that began in each column.
    merges: HashMap<usize, OpenMerge>,
    /// Notes that its cells refer to, to follow the table.
    pub(super) after: Vec<Block<'static>>,
    /// Page on which the row being read begins.
    pub(super) row_page: u32,
    /// Did a page break stand at the top of this row already?
    pub(super) row_moved: bool,
    /// Last page that a cell of this row reached.
    pub(super) row_last_page: u32,
}

#[derive(Debug)]
struct DraftCell {
    row: usize,
    column: usize,
    row_span: usize,
    column_span: usize,
    content: Vec<Part>,
    page: u32,
}

#[derive(Debug)]
enum Part {
    Text(String),
    Grid(Grid),
}

/// A vertical merge that the next row may continue.
#[derive(Debug)]
struct OpenMerge {
    span: usize,
    cell: usize,
    row_end: usize,
}

impl TableDraft {
    /// An empty table that begins on this page.
    pub(super) fn new(page: u32) -> Self {
        TableDraft { row_page: page, row_last_page: page, ..TableDraft::default() }
    }

    pub(super) fn begin_row(&mut self, page: u32) {
        (self.column, self.in_row, self.left_out, self.filled) = (0, true, false, false);
        (self.row_page, self.row_last_page, self.row_moved) = (page, page, false);
    }

    pub(super) fn set_row(&mut self, row: RowProperties) {
        self.column = row.before.min(WIDEST_SPAN);
        self.left_out = row.left_out;
    }

    /// Is a row open, so that a cell may begin?
    pub(super) fn is_in_row(&self) -> bool {
        self.in_row
    }

    /// Is the open row left out of the grid?
    pub(super) fn is_row_left_out(&self) -> bool {
        self.left_out
    }

    /// The cell just read, `page` its first page.
    pub(super) fn add_cell(&mut self, cell: CellProperties, content: Vec<Block<'static>>, page: u32) {
        if self.left_out {
            return;
        }
        self.filled = true;
        let (row, column) = (self.row, self.column);
        let span = if column < WIDEST_ROW { cell.span.clamp(1, WIDEST_SPAN) } else { 1 };
        self.column += span;
        if cell.horizontal == Merge::Continue
            && let Some(left) = self.cells.last_mut().filter(|c| c.row == row && c.column + c.column_span == column)
        {
            left.column_span += span;
            return;
        }
        if cell.vertical == Merge::Continue
            && let Some(merge) = self.merges.get_mut(&column).filter(|m| m.span == span && m.row_end == row)
        {
            merge.row_end += 1;
            self.cells[merge.cell].row_span += 1;
            return;
        }
        if cell.vertical == Merge::Restart {
            self.merges.insert(column, OpenMerge { span, cell: self.cells.len(), row_end: row + 1 });
        }
        let content = if cell.deleted { Vec::new() } else { parts(content) };
        self.cells.push(DraftCell { row, column, row_span: 1, column_span: span, content, page });
    }

    /// The row ends; one without cells was none.
    pub(super) fn end_row(&mut self) {
        self.row += usize::from(self.filled);
        self.in_row = false;
    }

    /// The table as blocks: one grid, or more where it only arranges others.
    pub(super) fn finish(self) -> Vec<Block<'static>> {
        let after = self.after;
        let mut blocks = match () {
            () if self.cells.is_empty() => Vec::new(),
            () if !self.cells.iter().any(DraftCell::is_nested) => {
                vec![Block::Grid(grid(self.cells.into_iter().map(DraftCell::into_cell).collect()))]
            }
            () if is_layout(&self.cells) => self.cells.into_iter().flat_map(DraftCell::into_blocks).collect(),
            () => vec![Block::Grid(with_nested_unfolded(self.cells))],
        };
        blocks.extend(after);
        blocks
    }
}

impl DraftCell {
    fn is_nested(&self) -> bool {
        self.content.iter().any(|p| matches!(p, Part::Grid(_)))
    }

    fn is_blank(&self) -> bool {
        self.content.iter().all(|p| matches!(p, Part::Text(t) if t.trim().is_empty()))
    }

    fn into_cell(self) -> Cell {
        let text = match self.content.into_iter().next() {
            Some(Part::Text(text)) => text,
            _ => String::new(),
        };
        placed(self.row, self.column, self.row_span, self.column_span, text, self.page)
    }

    fn into_blocks(self) -> Vec<Block<'static>> {
        let page = Some(self.page);
        let mut blocks = Vec::new();
        for part in self.content {
            match part {
                Part::Grid(grid) => blocks.push(Block::Grid(grid)),
                Part::Text(text) => blocks.extend(
                    text.lines()
                        .filter(|l| !l.trim().is_empty())
                        .map(|l| Block::Line(Line { text: l.trim().to_owned().into(), page, heading: None })),
                ),
            }
        }
        blocks
    }
}

fn placed(row: usize, column: usize, row_span: usize, column_span: usize, text: String, page: u32) -> Cell {
    Cell { page: Some(page), ..Cell::new(row, column, text).spanning(row_span, column_span) }
}

fn grid(cells: Vec<Cell>) -> Grid {
    let mut grid = Grid::new(GridOrigin::Explicit, cells);
    grid.page = grid.cells.first().and_then(|c| c.page);
    grid
}

/// A cell's paragraphs as texts, its tables apart.
fn parts(blocks: Vec<Block<'static>>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut text = String::new();
    let mut first = true;
    let flush = |text: &mut String, parts: &mut Vec<Part>| {
        let trimmed = text.trim();
        if !trimmed.is_empty() {
            parts.push(Part::Text(if trimmed.len() == text.len() { std::mem::take(text) } else { trimmed.to_owned() }));
        }
        text.clear();
    };
    for block in blocks {
        match block {
            Block::Line(line) => {
                if first && text.is_empty() {
                    text = line.text.into_owned();
                } else {
                    text.push('\n');
                    text.push_str(&line.text);
                }
                first = false;
            }
            Block::Grid(grid) => {
                flush(&mut text, &mut parts);
                parts.push(Part::Grid(grid));
                first = true;
            }
            Block::PageBreak | Block::Finding(_) => {}
        }
    }
    flush(&mut text, &mut parts);
    parts
}

/// Does the table only arrange what it holds on the page? That is so where no row sets a label beside something: each
/// row has at most one cell that is not blank, or tables alone stand side by side in it.
fn is_layout(cells: &[DraftCell]) -> bool {
    cells.chunk_by(|a, b| a.row == b.row).all(|row| {
        let mut filled = row.iter().filter(|c| !c.is_blank());
        match (filled.next(), filled.next()) {
            (Some(a), Some(b)) => a.is_nested() && b.is_nested() && filled.all(DraftCell::is_nested),
            _ => true,
        }
    })
}

/// The outer table with each inner table's rows and columns unfolded into it: the outer row and column become as many
/// as the inner table needs, and the cells around them span all of those.
fn with_nested_unfolded(cells: Vec<DraftCell>) -> Grid {
    let needs: Vec<(usize, usize)> = cells.iter().map(needed_size).collect();
    let row_starts = starts(cells.iter().zip(&needs).map(|(c, need)| (c.row, c.row_span, need.0)));
    let column_starts = starts(cells.iter().zip(&needs).map(|(c, need)| (c.column, c.column_span, need.1)));
    let mut placed_cells = Vec::with_capacity(cells.len());
    for cell in cells {
        let top = row_starts[cell.row];
        let bottom = row_starts[cell.row + cell.row_span];
        let left = column_starts[cell.column];
        let right = column_starts[cell.column + cell.column_span];
        if !cell.is_nested() {
            let mut cell = cell.into_cell();
            (cell.row, cell.column, cell.row_span, cell.column_span) = (top, left, bottom - top, right - left);
            placed_cells.push(cell);
            continue;
        }
        let mut row = top;
        let last = cell.content.len() - 1;
        for (i, part) in cell.content.into_iter().enumerate() {
            match part {
                Part::Text(text) => {
                    let end = if i == last { bottom } else { row + 1 };
                    placed_cells.push(placed(row, left, end - row, right - left, text, cell.page));
                    row = end;
                }
                Part::Grid(inner) => {
                    let end = if i == last { bottom } else { row + inner.rows };
                    for mut c in inner.cells {
                        // The last row and column take what room is left.
                        if c.row_end() == inner.rows {
                            c.row_span = end - row - c.row;
                        }
                        if c.column_end() == inner.columns {
                            c.column_span = right - left - c.column;
                        }
                        c.row += row;
                        c.column += left;
                        placed_cells.push(c);
                    }
                    row = end;
                }
            }
        }
    }
    grid(placed_cells)
}

/// Rows and columns that a cell's content needs.
fn needed_size(cell: &DraftCell) -> (usize, usize) {
    cell.content.iter().fold((0, 1), |(rows, columns), part| match part {
        Part::Text(_) => (rows + 1, columns),
        Part::Grid(g) => (rows + g.rows, columns.max(g.columns)),
    })
}

/// Where each outer row (or column) begins once each is as long as its cells need: `(first, span, need)` of every cell.
fn starts(cells: impl Iterator<Item = (usize, usize, usize)> + Clone) -> Vec<usize> {
    let count = cells.clone().map(|(first, span, _)| first + span).max().unwrap_or(0);
    let mut sizes = vec![1usize; count];
    for (first, _, need) in cells.clone().filter(|c| c.1 == 1) {
        sizes[first] = sizes[first].max(need);
    }
    for (first, span, need) in cells.filter(|c| c.1 > 1) {
        let have: usize = sizes[first..first + span].iter().sum();
        sizes[first + span - 1] += need.saturating_sub(have);
    }
    let mut at = 0;
    let mut starts = Vec::with_capacity(count + 1);
    starts.push(0);
    starts.extend(sizes.iter().map(|size| {
        at += size;
        at
    }));
    starts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> Block<'static> {
        Block::Line(Line { text: text.to_owned().into(), page: None, heading: None })
    }

    fn table(rows: Vec<Vec<(CellProperties, Vec<Block<'static>>)>>) -> Vec<Block<'static>> {
        let mut t = TableDraft::new(1);
        for row in rows {
            t.begin_row(1);
            for (properties, content) in row {
                t.add_cell(properties, content, 1);
            }
            t.end_row();
        }
        t.finish()
    }

    fn plain(text: &str) -> (CellProperties, Vec<Block<'static>>) {
        (CellProperties::default(), vec![line(text)])
    }

    fn merged(vertical: Merge, text: &str) -> (CellProperties, Vec<Block<'static>>) {
        (CellProperties { vertical, ..CellProperties::default() }, vec![line(text)])
    }

    fn places(block: &Block<'_>) -> Vec<(usize, usize, usize, usize, String)> {
        let Block::Grid(g) = block else { panic!("a grid: {block:?}") };
        g.cells.iter().map(|c| (c.row, c.column, c.row_span, c.column_span, c.text.clone())).collect()
    }

    fn at(row: usize, column: usize, rows: usize, columns: usize, text: &str) -> (usize, usize, usize, usize, String) {
        (row, column, rows, columns, text.into())
    }

    #[test]
    fn vertical_merges_join_only_cells_of_one_width() {
        let blocks = table(vec![
            vec![merged(Merge::Restart, "产出"), plain("a")],
            vec![merged(Merge::Continue, ""), plain("b")],
            vec![(CellProperties { span: 2, vertical: Merge::Continue, ..Default::default() }, vec![line("c")])],
        ]);
        let expected = vec![at(0, 0, 2, 1, "产出"), at(0, 1, 1, 1, "a"), at(1, 1, 1, 1, "b"), at(2, 0, 1, 2, "c")];
        assert_eq!(places(&blocks[0]), expected);
    }

    #[test]
    fn a_table_that_only_lays_out_gives_what_it_holds() {
        let inner = table(vec![vec![plain("a"), plain("b")]]);
        let outer = table(vec![vec![plain("标题")], vec![(CellProperties::default(), inner.clone())]]);
        assert_eq!(outer.len(), 2);
        assert!(matches!(&outer[0], Block::Line(l) if l.text == "标题"));
        assert_eq!(outer[1], inner[0]);
    }

    #[test]
    fn a_table_beside_a_label_unfolds_into_the_outer_grid() {
        let inner = table(vec![vec![plain("a"), plain("b")], vec![plain("c"), plain("d")]]);
        let outer = table(vec![
            vec![plain("项目"), plain("甲")],
            vec![plain("绩效指标"), (CellProperties::default(), [vec![line("表：")], inner].concat())],
        ]);
        assert_eq!(outer.len(), 1);
        let expected = vec![
            at(0, 0, 1, 1, "项目"),
            at(0, 1, 1, 2, "甲"),
            at(1, 0, 3, 1, "绩效指标"),
            at(1, 1, 1, 2, "表："),
            at(2, 1, 1, 1, "a"),
            at(2, 2, 1, 1, "b"),
            at(3, 1, 1, 1, "c"),
            at(3, 2, 1, 1, "d"),
        ];
        assert_eq!(places(&outer[0]), expected);
    }

    #[test]
    fn a_row_of_very_many_wide_merged_cells_is_read_at_their_number() {
        let wide = || (CellProperties { span: 1024, vertical: Merge::Restart, ..Default::default() }, vec![line("a")]);
        let many = |count| (0..count).map(|_| wide()).collect::<Vec<_>>();
        let blocks = table(vec![many(100_000)]);
        let Block::Grid(g) = &blocks[0] else { panic!("a grid") };
        // Sixteen of the stated width, each of the others as narrow as can be.
        assert_eq!((g.cells.len(), g.columns), (100_000, 16 * 1024 + 100_000 - 16));
    }
}
