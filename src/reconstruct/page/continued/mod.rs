//! Tables joined over pages. A table that is the last thing on a page is held (`open`) until the next page shows whether
//! it goes on; what has to come after it waits. Nothing else is held, and a very long table is handed out in parts.
//!
//! Whether what begins the next page is the table's rest is told by `joint`: by its columns, by a `header` printed again,
//! by room left and walls left open. Then it is asked which rows (`row_cut`) and which cells over several rows
//! (`span_cut`) the page's end cut.

mod header;
mod joint;
mod open;
mod reread;
mod row_cut;
mod span_cut;

use super::brim::Brim;
use super::doubts::Doubts;
use super::table::{Table, TableCell};
use super::turn::{Turn, on_page};
use crate::model::{Block, Cell};
use joint::{Above, joint};
use open::Open;
use std::collections::VecDeque;

pub(super) use reread::{Held, reread};

/// What one page holds, in reading order.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// 1-based.
    pub(super) number: u32,
    /// As laid straight.
    pub(super) width: f32,
    /// As laid straight.
    pub(super) height: f32,
    /// How it was laid.
    pub(super) turn: Turn,
    /// Page headers that were not seen on an earlier page.
    pub(super) header: Vec<Block<'static>>,
    /// Lines and tables.
    pub(super) items: Vec<Item>,
    /// Page footers that were not seen on an earlier page.
    pub(super) footer: Vec<Block<'static>>,
    /// How far down text may reach on this page.
    pub(super) limit: f32,
    /// The open table's header is printed again, and no part of `items`.
    pub(super) headed: bool,
    /// What recognition was not sure of.
    pub(super) doubts: Doubts,
}

/// One thing on a page.
#[derive(Debug)]
pub(super) enum Item {
    /// A line, or what else is no table.
    Block(Block<'static>),
    /// A table, and for each of its cells what it says of the page's end.
    Table(Table, Vec<Brim>),
}

/// Joins what goes on over pages; blocks come out in reading order.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    open: Option<Open>,
    /// Lines seen on the new page that say nothing but that the table goes on.
    ready: VecDeque<Block<'static>>,
    /// The file's structure tree has one element for a table over several pages: a table was seen that has.
    one_element: bool,
}

/// Lines between the parts of a table that only say that it goes on, without brackets and white space.
const GOES_ON: [&str; 9] =
    ["续表", "接上页", "接上表", "续上表", "续下页", "转下页", "continued", "cont'd", "tablecontinued"];
/// Lines above a table that may be printed again where it goes on.
const MOST_TITLES: usize = 5;

impl Joiner {
    /// Takes the next page.
    pub(super) fn push(&mut self, sheet: Sheet) {
        let Sheet { number, width, height, turn, header, mut items, footer, limit, headed, doubts } = sheet;
        self.later(header);
        let (skipped, mut above) = self.skipped(&items);
        above.header |= headed;
        if self.open.is_some() && matches!(items.get(skipped), Some(Item::Table(..))) {
            let place = Place { number, width, height, turn, doubts: doubts.clone() };
            if let (Some(open), Some(Item::Table(table, brims))) = (&self.open, items.get_mut(skipped)) {
                open.complete_left(table, brims);
            }
            if let Some(Item::Table(table, brims)) = items.get(skipped)
                && let Some(joint) =
                    self.open.as_ref().and_then(|open| joint(open, table, brims, above, self.one_element))
            {
                let rest = items.split_off(skipped + 1);
                let Some(Item::Table(table, brims)) = items.pop() else { return };
                // The marks that it goes on have done their work.
                items = rest;
                if let Some(open) = &mut self.open {
                    self.one_element |= open.is_of(&table);
                    open.append(table, &brims, joint, place, limit);
                }
            }
        }
        let mut titles: Vec<String> = Vec::new();
        let last = items.iter().rposition(|item| !matches!(item, Item::Block(b) if says_nothing(b)));
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Item::Block(block) => {
                    if !says_nothing(&block) {
                        self.close();
                    }
                    if let Block::Line(line) = &block
                        && line.text.chars().any(char::is_alphanumeric)
                    {
                        titles.push(line.text.to_string());
                    }
                    self.later([block]);
                }
                Item::Table(table, brims) => {
                    self.close();
                    let mut open =
                        Open::new(table, &brims, Place { number, width, height, turn, doubts: doubts.clone() }, limit);
                    let titles = std::mem::take(&mut titles);
                    // Pages of text above a table are no title.
                    open.titles = if titles.len() <= MOST_TITLES { titles } else { Vec::new() };
                    self.open = Some(open);
                    if Some(index) != last {
                        self.close();
                    }
                }
            }
        }
        self.later(footer);
        self.later([Block::PageBreak]);
        if let Some(part) = self.open.as_mut().and_then(Open::full_part) {
            self.ready.push_back(Block::Grid(part));
        }
    }

    /// How many things at a page's beginning may stand before the rest of the open table, and what of its header is among
    /// them.
    fn skipped(&self, items: &[Item]) -> (usize, Above) {
        let mut above = Above::default();
        let Some(open) = &self.open else { return (0, above) };
        let mut skipped = 0;
        for (item, next) in items.iter().zip(items.iter().skip(1).map(Some).chain([None])) {
            match item {
                Item::Block(block) if says_nothing(block) => {}
                Item::Block(Block::Line(line)) if open.is_head_row(above.head_rows, &line.text) => above.head_rows += 1,
                Item::Block(Block::Line(line)) if open.titles.iter().any(|title| *title == line.text) => {}
                // Backgrounds or lines of its own make a table of the header.
                Item::Table(table, _) if above.head_rows == 0 && matches!(next, Some(Item::Table(..))) => {
                    let Some(rows) = open.header_in(table) else { break };
                    above = Above { head_rows: rows, header: true };
                }
                _ => break,
            }
            skipped += 1;
        }
        (skipped, above)
    }

    /// Do these things begin with the rest of the open table? `headed`: below its header, printed again.
    pub(super) fn takes(&self, items: &[Item], headed: bool) -> bool {
        let (skipped, mut above) = self.skipped(items);
        above.header |= headed;
        let (Some(open), Some(Item::Table(table, brims))) = (&self.open, items.get(skipped)) else { return false };
        joint(open, table, brims, above, self.one_element).is_some()
    }

    /// What the open table tells of its columns, if it may go on.
    pub(super) fn held(&self) -> Option<Held<'_>> {
        self.open.as_ref().filter(|open| open.tagged.is_none()).map(Open::held)
    }

    /// The next block, if it is known.
    pub(super) fn pop(&mut self) -> Option<Block<'static>> {
        self.ready.pop_front()
    }

    /// A table that goes on is waited for.
    pub(super) fn holds(&self) -> Option<(&[f32], bool)> {
        self.open.as_ref().map(|open| (open.xs.as_slice(), open.aligned))
    }

    /// Says that there are no more pages.
    pub(super) fn finish(&mut self) {
        self.close();
    }

    /// Something that comes after the open table, if there is one.
    pub(super) fn later(&mut self, blocks: impl IntoIterator<Item = Block<'static>>) {
        match &mut self.open {
            Some(open) => open.waiting.extend(blocks),
            None => self.ready.extend(blocks),
        }
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let waiting = std::mem::take(&mut open.waiting);
        self.ready.extend(open.into_blocks());
        self.ready.extend(waiting);
    }
}

/// Is it a blank line, or one that says that a table goes on?
fn says_nothing(block: &Block<'_>) -> bool {
    let Block::Line(line) = block else { return matches!(block, Block::Finding(_)) };
    if line.text.chars().count() > 24 {
        return false;
    }
    let bare: String = line.text.chars().filter(|c| c.is_alphanumeric() || *c == '\'').collect();
    let bare = bare.to_lowercase();
    bare.is_empty() || GOES_ON.iter().any(|mark| bare.trim_end_matches(|c: char| c.is_ascii_digit()) == *mark)
}

/// Where a part of a table stands.
#[derive(Debug, Clone)]
struct Place {
    number: u32,
    width: f32,
    height: f32,
    turn: Turn,
    doubts: Doubts,
}

impl Place {
    fn cell(&self, cell: TableCell, row: usize) -> Cell {
        let bbox = on_page(&cell.bbox, self.turn, self.width, self.height);
        Cell {
            page: Some(self.number),
            bbox: Some(bbox.into()),
            trust: self.doubts.trust(&cell.bbox),
            alternatives: self.doubts.alternatives(&cell.bbox, &cell.text),
            ..Cell::new(row, cell.column, cell.text).spanning(cell.row_span, cell.column_span)
        }
    }
}
