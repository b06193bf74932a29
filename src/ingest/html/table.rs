//! An open table, and what it is when it closes: data, or a frame that only puts things side by side.

use super::flow::{Flow, Piece, cell_text};
use super::spans::{self, Cover, Raw};
use crate::model::{Grid, GridOrigin};

/// A cell that has begun.
#[derive(Debug)]
pub(super) struct OpenCell {
    pub(super) flow: Flow,
    pub(super) row_span: usize,
    pub(super) column_span: usize,
}

/// A cell that has ended.
#[derive(Debug)]
struct DoneCell {
    content: Content,
    row_span: usize,
    column_span: usize,
}

/// What a cell holds: nearly always plain text, which large tables must keep small.
#[derive(Debug)]
enum Content {
    /// Lines apart by `\n`.
    Text(String),
    /// Headings, page breaks and tables among the lines.
    Pieces(Vec<Piece>),
}

impl Content {
    fn of(pieces: Vec<Piece>) -> Self {
        let plain = pieces.iter().all(|p| matches!(p, Piece::Line { heading: None, .. }));
        if plain { Content::Text(cell_text(&pieces)) } else { Content::Pieces(pieces) }
    }

    fn into_pieces(self) -> Vec<Piece> {
        match self {
            Content::Pieces(pieces) => pieces,
            Content::Text(text) => text
                .split('\n')
                .filter(|line| !line.is_empty())
                .map(|line| Piece::Line { text: line.to_owned(), heading: None })
                .collect(),
        }
    }

    fn into_text(self) -> String {
        match self {
            Content::Text(text) => text,
            Content::Pieces(pieces) => cell_text(&pieces),
        }
    }

    fn bytes(&self) -> usize {
        match self {
            Content::Text(text) => text.len(),
            Content::Pieces(pieces) => {
                pieces.iter().map(|p| if let Piece::Line { text, .. } = p { text.len() } else { 0 }).sum()
            }
        }
    }

    fn lines(&self) -> usize {
        match self {
            Content::Text(text) => text.split('\n').filter(|line| !line.is_empty()).count(),
            Content::Pieces(pieces) => pieces.len(),
        }
    }

    /// Cells of the tables in it.
    fn nested_cells(&self) -> usize {
        let Content::Pieces(pieces) = self else { return 0 };
        pieces.iter().map(|p| if let Piece::Grid(grid) = p { grid.cells.len() } else { 0 }).sum()
    }
}

/// A table that has begun.
#[derive(Debug, Default)]
pub(super) struct OpenTable {
    rows: Vec<Vec<DoneCell>>,
    row_open: bool,
    pub(super) cell: Option<OpenCell>,
    caption: Option<Flow>,
    caption_open: bool,
    /// Cells and bytes of text in `rows`.
    cells: usize,
    bytes: usize,
    /// Of a table that comes in parts: rows handed out, whether it is layout, what reaches down from them.
    handed_out: usize,
    layout: Option<bool>,
    cover: Cover,
}

/// Cells and bytes of text of a table after which what there is of it is handed out.
const PART_CELLS: usize = 200_000;
const PART_BYTES: usize = 4 << 20;

/// Cells of its own (those that hold no table) from which on a table is data even if a cell holds another table.
const OWN_CELLS_OF_DATA: usize = 12;

/// Lines from which on a cell is a passage of its own.
const LINES_OF_PASSAGE: usize = 4;

impl OpenTable {
    pub(super) fn begin_caption(&mut self) {
        self.end_cell();
        self.caption.get_or_insert_default();
        self.caption_open = true;
    }

    pub(super) fn end_caption(&mut self) {
        self.caption_open = false;
    }

    /// Whether text goes into the table rather than around it.
    pub(super) fn takes_text(&self) -> bool {
        self.cell.is_some() || self.caption_open
    }

    /// Where its text goes, given that it takes any.
    pub(super) fn open_flow(&mut self) -> &mut Flow {
        match &mut self.cell {
            Some(cell) => &mut cell.flow,
            None => self.caption.get_or_insert_default(),
        }
    }

    pub(super) fn begin_row(&mut self) {
        self.caption_open = false;
        self.end_row();
        self.rows.push(Vec::new());
        self.row_open = true;
    }

    pub(super) fn end_row(&mut self) {
        self.end_cell();
        self.row_open = false;
    }

    pub(super) fn begin_cell(&mut self, row_span: usize, column_span: usize) {
        self.end_cell();
        if !self.row_open {
            self.begin_row();
        }
        self.cell = Some(OpenCell { flow: Flow::default(), row_span, column_span });
    }

    pub(super) fn end_cell(&mut self) {
        if let (Some(cell), Some(row)) = (self.cell.take(), self.rows.last_mut()) {
            let content = Content::of(cell.flow.finish());
            self.cells += 1;
            self.bytes += content.bytes();
            row.push(DoneCell { content, row_span: cell.row_span, column_span: cell.column_span });
        }
    }

    /// Does it hold so much that its rows so far should be handed out?
    pub(super) fn is_full(&self) -> bool {
        self.cells >= PART_CELLS || self.bytes >= PART_BYTES
    }

    /// The rows so far, at the end of a row; the table goes on.
    pub(super) fn hand_out(&mut self) -> (Vec<Piece>, bool) {
        self.end_row();
        self.take(true)
    }

    /// What the table leaves in the flow around it; `true` if cells were left out.
    pub(super) fn finish(mut self) -> (Vec<Piece>, bool) {
        self.end_row();
        self.take(false)
    }

    fn take(&mut self, more: bool) -> (Vec<Piece>, bool) {
        let mut pieces = self.caption.take().map(Flow::finish).unwrap_or_default();
        // What the first part is, the others are.
        let is_layout = self.layout.unwrap_or_else(|| self.is_layout());
        self.layout = Some(is_layout);
        (self.cells, self.bytes) = (0, 0);
        let rows = std::mem::take(&mut self.rows);
        if is_layout {
            pieces.extend(rows.into_iter().flatten().flat_map(|cell| cell.content.into_pieces()));
            return (pieces, false);
        }
        let height = rows.len();
        let rows = rows.into_iter().map(|row| row.into_iter().map(DoneCell::into_raw).collect()).collect();
        let (cells, cut) = spans::place(rows, &mut self.cover, more);
        if !cells.is_empty() {
            let mut grid = Grid::new(GridOrigin::Explicit, cells);
            grid.first_row = self.handed_out;
            pieces.push(Piece::Grid(Box::new(grid)));
        }
        self.handed_out += height;
        (pieces, cut)
    }

    /// A frame, not data: one cell a row, or little of its own around other tables.
    fn is_layout(&self) -> bool {
        if self.rows.iter().all(|row| row.len() <= 1) {
            return true;
        }
        let (mut own, mut nested) = (0, 0);
        for cell in self.rows.iter().flatten() {
            let inside = cell.content.nested_cells();
            nested += inside;
            own += usize::from(inside == 0 && cell.content.lines() > 0);
        }
        if nested > 0 {
            return own < OWN_CELLS_OF_DATA && nested > own;
        }
        // Columns of a page side by side: one row whose cells are whole passages.
        let mut filled = self.rows.iter().filter(|row| row.iter().any(|cell| cell.content.lines() > 0));
        let (first, second) = (filled.next(), filled.next());
        second.is_none() && first.is_some_and(|row| row.iter().any(|cell| cell.content.lines() >= LINES_OF_PASSAGE))
    }
}

impl DoneCell {
    fn into_raw(self) -> Raw {
        Raw { text: self.content.into_text(), row_span: self.row_span, column_span: self.column_span }
    }
}
