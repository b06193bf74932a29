use super::{Alternative, BBox};

/// One cell of a table, anchored at the top left of its span.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cell {
    /// 0-based row of the anchor.
    pub row: usize,
    /// 0-based column of the anchor.
    pub column: usize,
    /// Rows covered, at least 1.
    pub row_span: usize,
    /// Columns covered, at least 1.
    pub column_span: usize,
    /// Text as the source has it (OCR markup such as `$\geq 90\%$` included; `normalize` reads it), lines separated by
    /// `\n`, outer white space trimmed. The format's own markup (`<br>` in an HTML table) is already read.
    pub text: String,
    /// The stored value where the text shown is rounded or cut by a number format: `98.77` where `99` is shown. None
    /// where the text says all.
    pub exact: Option<String>,
    /// 1-based page, where the format has pages; a cell that a page break cuts has its first page.
    pub page: Option<u32>,
    /// Box on that page, where the format has geometry.
    pub bbox: Option<BBox>,
    /// 0 to 1: how far the text can be trusted; 1 where nothing was recognised from pixels.
    pub trust: Trust,
    /// Other ways to read places of `text` that the picture allows; none where nothing was recognised from pixels.
    pub alternatives: Vec<Alternative>,
}

/// How far a text can be trusted, 0 to 1. Digital text is 1.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Trust(pub f32);

impl Default for Trust {
    fn default() -> Self {
        Trust(1.0)
    }
}

impl Cell {
    /// A cell of one row and one column.
    pub fn new(row: usize, column: usize, text: impl Into<String>) -> Self {
        Cell { row, column, row_span: 1, column_span: 1, text: text.into(), ..Cell::default() }
    }

    /// The same, spanning more.
    pub fn spanning(mut self, row_span: usize, column_span: usize) -> Self {
        self.row_span = row_span.max(1);
        self.column_span = column_span.max(1);
        self
    }

    /// One past the last row covered.
    pub fn row_end(&self) -> usize {
        self.row + self.row_span
    }

    /// One past the last column covered.
    pub fn column_end(&self) -> usize {
        self.column + self.column_span
    }
}

/// How a grid's rows, columns and spans are known: how far later stages may lean on positions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GridOrigin {
    /// The format states spans and positions: HTML, Office, tagged or ruled PDF. Positions are facts.
    Explicit,
    /// Positions are stated, spans are not: tab-separated rows, Markdown. A blank cell may be blank or covered, and
    /// a row that lost cells is shifted.
    Separated,
    /// As separated, but every cell counts once however many columns it spans, and cells that began in a row above are
    /// left out: rows end at the table's right edge, so that a shorter row lacks cells at its left.
    Counted,
    /// Only the order of the cells in a row is known (one cell a line): a horizontal span counts as one cell, so
    /// columns are inferred from the rows around.
    Ordered,
}

/// A reconstructed table. Cells are anchors only, sorted by row, then column; they never overlap.
///
/// Blank cells of an [`GridOrigin::Explicit`] source are present with an empty text; a separated source keeps blanks
/// too, since it cannot tell them from covered places. Storage grows with the cells, not with rows × columns.
#[derive(Debug, Clone, PartialEq)]
pub struct Grid {
    /// Rows of the table.
    pub rows: usize,
    /// Columns of the table: the largest `column_end` of any cell.
    pub columns: usize,
    /// Anchors in reading order.
    pub cells: Vec<Cell>,
    /// What the positions rest on.
    pub origin: GridOrigin,
    /// 1-based page of the first row.
    pub page: Option<u32>,
    /// Box of the table on that page.
    pub bbox: Option<BBox>,
    /// Name of the sheet, caption or other label that the format gives the table.
    pub name: Option<String>,
    /// The first rows of a table whose earlier rows were handed out as a grid before (very long tables are cut so
    /// that memory stays bounded): number of rows that came before. In a sheet, the sheet's row that row 0 is.
    pub first_row: usize,
    /// Column of the sheet that column 0 is, where the format has sheets: with `first_row` it gives a cell's address.
    pub first_column: usize,
}

impl Grid {
    /// A grid of these cells; sorts them and measures rows and columns.
    pub fn new(origin: GridOrigin, mut cells: Vec<Cell>) -> Self {
        cells.sort_by_key(|c| (c.row, c.column));
        let rows = cells.iter().map(Cell::row_end).max().unwrap_or(0);
        let columns = cells.iter().map(Cell::column_end).max().unwrap_or(0);
        Grid { rows, columns, cells, origin, page: None, bbox: None, name: None, first_row: 0, first_column: 0 }
    }

    /// The anchors that begin in this row, left to right.
    pub fn row(&self, row: usize) -> &[Cell] {
        let start = self.cells.partition_point(|c| c.row < row);
        let end = self.cells.partition_point(|c| c.row <= row);
        &self.cells[start..end]
    }
}
