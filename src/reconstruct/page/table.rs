//! A table of one page, with what is needed to tell whether it goes on over the page's end: common to all kinds of
//! evidence.

use crate::model::{GridOrigin, Rect, TaggedCell};

/// What a table's positions rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Drawn walls.
    Ruled,
    /// Drawn lines between the rows, gaps of text between the columns.
    Rows,
    /// Alignment of text.
    Aligned,
    /// The file's structure tree.
    Tagged,
}

/// A cell of a page's table. Everything is in page coordinates.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TableCell {
    /// 0-based.
    pub(super) row: usize,
    /// 0-based.
    pub(super) column: usize,
    /// At least 1.
    pub(super) row_span: usize,
    /// At least 1.
    pub(super) column_span: usize,
    /// From wall to wall, or around the text where there are no walls.
    pub(super) bbox: Rect,
    /// Lines separated by `\n`.
    pub(super) text: String,
}

/// What the structure tree says of a table's rows and cells.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Tagged {
    /// Number of the tree's table: the same on every page that it stands on.
    pub(super) table: u32,
    /// For each row, its number in the tree's table, where that is known.
    pub(super) rows: Vec<Option<u32>>,
    /// For each of the table's cells, the tree's; None of blank ones and of headers that are printed again.
    pub(super) cells: Vec<Option<TaggedCell>>,
}

/// A table as one page shows it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Table {
    /// Anchors, sorted by row, then column.
    pub(super) cells: Vec<TableCell>,
    /// Column edges, left to right: one more than there are columns. Where nothing is drawn, the middle of the gap.
    /// In reading order of the columns: growing for an upright table.
    pub(super) xs: Vec<f32>,
    /// Row edges, top to bottom.
    pub(super) ys: Vec<f32>,
    /// Around all of it.
    pub(super) bbox: Rect,
    /// What it rests on.
    pub(super) evidence: Evidence,
    /// For each column, whether a line closes it at the top; empty where that is not known or means nothing.
    pub(super) top_walls: Vec<bool>,
    /// The same at the bottom: a cell without may go on over the page's end.
    pub(super) bottom_walls: Vec<bool>,
    /// No table by itself (a framed text, one column): only if it goes on from one on the page before.
    pub(super) weak: bool,
    /// The words (indices in the page's) that stand in it.
    pub(super) words: Vec<u32>,
    /// What the structure tree says, where the file has one and it agrees.
    pub(super) tagged: Option<Tagged>,
}

impl Table {
    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.ys.len().saturating_sub(1)
    }

    /// Number of columns.
    pub(super) fn columns(&self) -> usize {
        self.xs.len().saturating_sub(1)
    }

    /// How far positions can be leaned on. Where nothing is drawn, a blank place may be blank or covered by a cell above.
    pub(super) fn origin(&self) -> GridOrigin {
        match self.evidence {
            Evidence::Aligned => GridOrigin::Separated,
            Evidence::Ruled | Evidence::Rows | Evidence::Tagged => GridOrigin::Explicit,
        }
    }
}
