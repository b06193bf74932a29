//! An open table, and what it is when it closes: data, or a frame that only puts things side by side.

use super::flow::{Flow, Piece, cell_text};
use super::spans::{self, Raw};
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
    pieces: Vec<Piece>,
    row_span: usize,
    column_span: usize,
}

/// A table that has begun.
#[derive(Debug, Default)]
pub(super) struct OpenTable {
    rows: Vec<Vec<DoneCell>>,
    row_open: bool,
    pub(super) cell: Option<OpenCell>,
    caption: Option<Flow>,
    caption_open: bool,
}

/// Cells of its own (those that hold no table) from which on a table is data even if a cell holds another table.
const OWN_CELLS_OF_DATA: usize = 12;

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
            row.push(DoneCell { pieces: cell.flow.finish(), row_span: cell.row_span, column_span: cell.column_span });
        }
    }

    /// What the table leaves in the flow around it; `true` if cells were left out.
    pub(super) fn finish(mut self) -> (Vec<Piece>, bool) {
        self.end_row();
        let mut pieces = self.caption.take().map(Flow::finish).unwrap_or_default();
        if self.is_layout() {
            pieces.extend(self.rows.into_iter().flatten().flat_map(|cell| cell.pieces));
            return (pieces, false);
        }
        let rows = self.rows.iter().map(|row| row.iter().map(DoneCell::raw).collect()).collect();
        let (cells, cut) = spans::place(rows);
        if !cells.is_empty() {
            pieces.push(Piece::Grid(Grid::new(GridOrigin::Explicit, cells)));
        }
        (pieces, cut)
    }

    /// A frame, not data: one cell a row, or little of its own around other tables.
    fn is_layout(&self) -> bool {
        if self.rows.iter().all(|row| row.len() <= 1) {
            return true;
        }
        let (mut own, mut nested) = (0, 0);
        for cell in self.rows.iter().flatten() {
            let inside: usize =
                cell.pieces.iter().map(|p| if let Piece::Grid(grid) = p { grid.cells.len() } else { 0 }).sum();
            nested += inside;
            own += usize::from(inside == 0 && !cell.pieces.is_empty());
        }
        if nested > 0 {
            return own < OWN_CELLS_OF_DATA && nested > own;
        }
        // Columns of a page side by side: one row whose cells are whole passages.
        let filled: Vec<&Vec<DoneCell>> = self.rows.iter().filter(|r| r.iter().any(|c| !c.pieces.is_empty())).collect();
        filled.len() == 1 && filled[0].iter().any(|c| c.pieces.len() > 3)
    }
}

impl DoneCell {
    fn raw(&self) -> Raw {
        Raw { text: cell_text(&self.pieces), row_span: self.row_span, column_span: self.column_span }
    }
}
