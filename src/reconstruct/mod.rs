//! Tables rebuilt from what a document gives: text dialects, and later ruling lines and alignment. Comes in a
//! [`Document`]; goes out a sequence of [`Block`]s in which tables are [`crate::model::Grid`]s.

mod cell_lines;
mod closed_rows;
mod comma_rows;
mod drawn_rows;
mod html_tables;
mod lines;
mod ordered_columns;
mod page;
mod pipe_rows;
mod spaced_rows;
mod tab_rows;
mod text_blocks;

use crate::model::{Block, Body, Document, Line};
use std::borrow::Cow;

/// The document's lines and tables in reading order.
///
/// Text is read as it is asked for and lines borrow from it, so a long text costs no more than itself. A run of blank
/// lines is one empty line; very long tables come in parts (see [`crate::model::Grid::first_row`]).
pub fn blocks(document: &Document) -> Box<dyn Iterator<Item = Block<'_>> + '_> {
    match &document.body {
        Body::Text(text) => Box::new(text_blocks::TextBlocks::new(text)),
        Body::Blocks(blocks) => Box::new(blocks.iter().map(reborrow)),
        Body::Deferred(deferred) => Box::new(deferred.0.blocks().map(as_borrowed)),
        Body::Pages(pages) => Box::new(page::PageBlocks::new(pages.0.pages()).map(as_borrowed)),
    }
}

/// The same, of a document whose content is not needed after: blocks that the format tells apart are handed out, not
/// copied.
pub fn take_blocks(document: &mut Document) -> Box<dyn Iterator<Item = Block<'_>> + '_> {
    match &mut document.body {
        Body::Blocks(held) => Box::new(std::mem::take(held).into_iter().map(as_borrowed)),
        _ => blocks(document),
    }
}

/// The same block, taken for one that borrows: the iterator's item type is fixed.
fn as_borrowed<'a>(block: Block<'static>) -> Block<'a> {
    block
}

fn reborrow<'a>(block: &'a Block<'static>) -> Block<'a> {
    match block {
        Block::Line(line) => {
            Block::Line(Line { text: Cow::Borrowed(&*line.text), page: line.page, heading: line.heading })
        }
        Block::Grid(grid) => Block::Grid(grid.clone()),
        Block::PageBreak => Block::PageBreak,
        Block::Finding(finding) => Block::Finding(finding.clone()),
    }
}
