//! What Word's own formats (DOC, RTF) have in common: a flow of paragraphs, some of which end a cell or a row of a table.
//! Comes in: paragraphs in reading order. Goes out: lines and grids. Knows no file format.

mod blocks;
mod row_grid;
mod row_shape;
mod symbols;

pub(crate) use blocks::Blocks;
#[cfg(test)]
pub(crate) use row_grid::EdgedCell;
pub(crate) use row_grid::Vertical;
pub(crate) use row_shape::RowShape;
pub(crate) use symbols::mark as symbol_mark;

/// How a paragraph ends.
#[derive(Debug, Clone)]
pub(crate) enum End {
    /// A paragraph mark.
    Mark,
    /// It ends a cell.
    Cell,
    /// It ends a row of this shape; its own text is nobody's.
    Row(RowShape),
    /// A page or section break.
    Page,
}

/// One paragraph.
#[derive(Debug, Clone)]
pub(crate) struct Paragraph {
    /// Shown text; soft line breaks are `\n`.
    pub(crate) text: String,
    /// How it ends.
    pub(crate) end: End,
    /// Tables around it: 0 outside, 1 in a table, 2 in a table inside a cell.
    pub(crate) depth: usize,
    /// Level of a heading, 1 the highest.
    pub(crate) heading: Option<u8>,
    /// It begins on a new page.
    pub(crate) new_page: bool,
}
