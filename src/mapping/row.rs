//! A row of a form: the cells of one grid row with the texts that matching and records need.

use crate::model::{Alternative, BBox, Grid, GridOrigin, SourceOfFunds};
use crate::normalize;
use crate::patterns::{FundLabels, HeaderFacts, LevelKind, Levels, Patterns, label_key};
use std::ops::Range;
use std::rc::Rc;

/// A cell as the form stages see it.
#[derive(Debug, Clone)]
pub(super) struct RowCell {
    /// 0-based column in the source grid.
    pub(super) column: usize,
    /// One past the last column covered.
    pub(super) end: usize,
    /// As the source has it.
    pub(super) raw: String,
    /// Displayed on one line.
    pub(super) text: String,
    /// Key for matching as a label; empty for a text too long to be one.
    pub(super) label: String,
    /// What the label heads, looked up once.
    pub(super) facts: HeaderFacts,
    pub(super) bbox: Option<BBox>,
    pub(super) trust: f32,
    /// What the picture allows beside `raw`.
    pub(super) alternatives: Vec<Alternative>,
    /// What was read first, where words decided otherwise.
    pub(super) mended: Option<Mended>,
}

/// What a cell was read as first, and why it is read otherwise.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Mended {
    pub(super) first: String,
    pub(super) why: String,
}

/// Columns in which it is kept that cells from above reach down: the fields of forms stand far to the left of this.
const WIDEST_COVER: usize = 256;
/// Bytes of text beyond which nothing can be a label.
const LONGEST_LABEL: usize = 150;

impl RowCell {
    pub(super) fn is_blank(&self) -> bool {
        self.text.is_empty()
    }

    /// Was it read from pixels, and is there anything to doubt?
    pub(super) fn is_recognised(&self) -> bool {
        self.trust < 1.0 || !self.alternatives.is_empty()
    }

    /// A piece of this cell, in a column of its own.
    pub(super) fn piece(&self, column: usize, text: String, patterns: &Patterns) -> RowCell {
        let label = label_key(&text);
        let facts = patterns.headers.facts(&label);
        let (alternatives, mended) = (Vec::new(), self.mended.clone());
        RowCell { column, end: column + 1, raw: text.clone(), label, facts, text, alternatives, mended, ..*self }
    }

    /// The same cell, read so. Its other readings were of the text before, and are gone.
    pub(super) fn read_as(&self, raw: String, patterns: &Patterns) -> RowCell {
        let piece = self.piece(self.column, normalize::display(&raw).into_owned(), patterns);
        RowCell { end: self.end, raw, ..piece }
    }

    /// The kinds of level 1 and of level 2 that it names.
    pub(super) fn levels(&self, levels: &Levels) -> (Option<LevelKind>, Option<LevelKind>) {
        if self.is_long() { levels.of_key(&label_key(&self.text)) } else { levels.of_key(&self.label) }
    }

    /// The source of funds that it names exactly.
    pub(super) fn fund_label(&self, labels: &FundLabels) -> Option<SourceOfFunds> {
        if self.is_long() { labels.exact(&self.text) } else { labels.exact_key(&self.label) }
    }

    /// Too long to have a label.
    fn is_long(&self) -> bool {
        self.text.len() > LONGEST_LABEL
    }
}

/// One row of a grid; only cells that print something.
#[derive(Debug, Clone)]
pub(super) struct Row {
    /// 1-based number of the table in the document.
    pub(super) table: u32,
    /// 0-based row in the source grid, or in the sheet.
    pub(super) index: usize,
    /// Column of the source sheet that column 0 is; 0 where the format has no sheets.
    pub(super) first_column: usize,
    pub(super) page: Option<u32>,
    pub(super) origin: GridOrigin,
    /// Columns of the source grid.
    pub(super) width: usize,
    /// One past the last column that this row's own cells reach, blank ones too.
    pub(super) extent: usize,
    /// Non-blank cells, left to right.
    pub(super) cells: Vec<RowCell>,
    /// Columns covered by cells that began in a row above: `[start, end)`. Of many rows the same.
    pub(super) covered: Rc<[(usize, usize)]>,
    /// The first row of its grid: a page, a gap or a new table may lie before it.
    pub(super) first_of_grid: bool,
}

impl Row {
    /// The same row with these cells.
    pub(super) fn holding(&self, cells: Vec<RowCell>) -> Row {
        Row { cells, covered: Rc::clone(&self.covered), ..*self }
    }

    /// By how many columns a row whose cells are counted stands left of where it ends under a header that reaches so
    /// far; 0 for any other.
    pub(super) fn moved_to(&self, extent: usize) -> usize {
        if self.origin == GridOrigin::Counted { extent.saturating_sub(self.extent) } else { 0 }
    }

    /// The first cell that begins in these columns, under a header that reaches so far.
    pub(super) fn cell_in(&self, columns: Range<usize>, extent: usize) -> Option<&RowCell> {
        let by = self.moved_to(extent);
        self.cells.iter().find(|c| columns.contains(&(c.column + by)))
    }

    /// The text of the row's only cell, where it has just one.
    pub(super) fn only_text(&self) -> Option<&RowCell> {
        match self.cells.as_slice() {
            [cell] => Some(cell),
            _ => None,
        }
    }

    /// Is the row one cell over the whole width of a table of several columns?
    pub(super) fn is_band(&self) -> bool {
        self.covered.is_empty()
            && self.width >= 2
            && self.only_text().is_some_and(|cell| cell.column == 0 && cell.end >= self.width)
    }

    /// Is this column covered by a cell that began above?
    pub(super) fn is_covered(&self, column: usize) -> bool {
        self.covered.iter().any(|(start, end)| (*start..*end).contains(&column))
    }
}

/// The rows of a grid that print something.
pub(super) fn rows(grid: Grid, table: u32, patterns: &Patterns) -> Vec<Row> {
    let mut rows = Vec::with_capacity(grid.rows);
    // Cells that reach below their own row, while they do.
    let mut open: Vec<(usize, usize, usize)> = Vec::new();
    let mut cells = grid.cells.into_iter().peekable();
    let mut covered: Rc<[(usize, usize)]> = Rc::default();
    let (mut next_end, mut has_begun) = (usize::MAX, false);
    for index in 0..grid.rows {
        if has_begun || next_end <= index {
            open.retain(|(end, ..)| *end > index);
            covered = open.iter().map(|(_, start, end)| (*start, *end)).collect();
            next_end = open.iter().map(|(end, ..)| *end).min().unwrap_or(usize::MAX);
            has_begun = false;
        }
        let mut row = Row {
            table,
            index: index + grid.first_row,
            first_column: grid.first_column,
            page: grid.page,
            origin: grid.origin,
            width: grid.columns,
            extent: 0,
            cells: Vec::new(),
            covered: Rc::clone(&covered),
            first_of_grid: rows.is_empty(),
        };
        while let Some(cell) = cells.next_if(|c| c.row <= index) {
            row.page = cell.page.or(row.page);
            row.extent = row.extent.max(cell.column_end());
            if cell.row_span > 1 && grid.origin == GridOrigin::Explicit && cell.column < WIDEST_COVER {
                has_begun = true;
                open.push((cell.row_end(), cell.column, cell.column_end()));
            }
            let text = normalize::display(&cell.text);
            if text.is_empty() {
                continue;
            }
            let label = if text.len() <= LONGEST_LABEL { label_key(&text) } else { String::new() };
            row.cells.push(RowCell {
                column: cell.column,
                end: cell.column_end(),
                text: text.into_owned(),
                raw: cell.text,
                facts: patterns.headers.facts(&label),
                label,
                bbox: cell.bbox,
                trust: cell.trust.0,
                alternatives: cell.alternatives,
                mended: None,
            });
        }
        if !row.cells.is_empty() {
            rows.push(row);
        }
        if cells.peek().is_none() {
            break;
        }
    }
    rows
}
