//! Pages with geometry in, lines and grids out, in reading order.
//!
//! A page is laid straight (`turn`), its text cut into `words`, its drawn lines joined to walls (`rulings`). Tables come
//! from walls (`lattice`, `placing`, `ruled`); page headers and footers are told apart by the pages around
//! (`furniture`); what is left are lines. Tables that go on over pages are joined last (`continued`).

mod backgrounds;
mod between_rules;
mod brim;
mod cell_text;
mod choose;
mod continued;
mod doubts;
mod figures;
mod flow;
mod furniture;
mod head_body;
mod head_row;
mod last_row;
mod lattice;
mod overhang;
mod placing;
mod prose;
mod ruled;
mod rulings;
mod same_columns;
#[cfg(test)]
mod sketch;
mod stream;
mod table;
mod tagged;
mod turn;
mod unfold;
mod words;

use crate::model::{Block, Code, Finding, Line, Page, Rect, Severity};
use between_rules::Stack;
use continued::{Item, Joiner, Sheet};
use doubts::Doubts;
use furniture::Band;
use prose::Ordered;
use rustc_hash::FxHashSet;
use std::borrow::Cow;
use std::collections::VecDeque;
use table::Table;
use tagged::Tree;
use turn::Turn;
use words::Word;

/// The blocks of a sequence of pages, read page by page.
pub(super) struct PageBlocks<I> {
    pages: I,
    /// Pages read but not yet handed on: what stands on the next pages tells a page's headers and footers.
    ahead: VecDeque<Draft>,
    /// Bands of the pages before.
    behind: VecDeque<Vec<Band>>,
    /// Headers and footers that were handed out once.
    shown: FxHashSet<u64>,
    /// Lowest text and highest text of all pages so far.
    reach: (f32, f32),
    joiner: Joiner,
    /// The structure tree, as far as pages were read.
    tree: Tree,
    ended: bool,
}

/// A page whose words and ruled tables are known.
struct Draft {
    page: Page,
    turn: Turn,
    words: Vec<Word>,
    ruled: Vec<Table>,
    /// Lines between rows without columns.
    stacks: Vec<Stack>,
    bands: Vec<Band>,
}

/// Pages looked at before and after one: headers may differ on left and right pages.
const AROUND: usize = 2;
/// Headers remembered as shown: a document has a few.
const MOST_SHOWN: usize = 10_000;
/// Margin at the foot of a page, in points, where nothing tells it: the least and the most.
const MARGIN: (f32, f32) = (36.0, 110.0);

impl<I: Iterator<Item = Page>> PageBlocks<I> {
    pub(super) fn new(pages: I) -> Self {
        PageBlocks {
            pages,
            ahead: VecDeque::new(),
            behind: VecDeque::new(),
            shown: FxHashSet::default(),
            reach: (0.0, f32::INFINITY),
            joiner: Joiner::default(),
            tree: Tree::default(),
            ended: false,
        }
    }

    /// Reads on until a page is complete with the pages around it; false at the end.
    fn advance(&mut self) -> bool {
        while self.ahead.len() <= AROUND && !self.ended {
            match self.pages.next() {
                Some(page) => self.ahead.push_back(Draft::new(page, &mut self.tree)),
                None => self.ended = true,
            }
        }
        let Some(mut draft) = self.ahead.pop_front() else { return false };
        let before = self.behind.iter().rev().map(Vec::as_slice);
        let after = self.ahead.iter().map(|draft| draft.bands.as_slice());
        let around = (1..).zip(before).chain((1..).zip(after));
        let furniture = furniture::furniture(&draft.bands, around);
        self.joiner.later(draft.findings());
        let sheet = self.sheet(&mut draft, &furniture);
        self.joiner.push(sheet);
        self.behind.push_back(draft.bands);
        if self.behind.len() > AROUND {
            self.behind.pop_front();
        }
        true
    }

    /// What a page holds, its furniture aside.
    fn sheet(&mut self, draft: &mut Draft, furniture: &[usize]) -> Sheet {
        let Draft { page, turn, words, ruled, stacks, bands } = draft;
        let mut taken = vec![false; words.len()];
        let mut sheet = Sheet {
            number: page.number,
            width: page.width,
            height: page.height,
            turn: *turn,
            limit: page.height,
            doubts: Doubts::of(page),
            ..Sheet::default()
        };
        for band in furniture.iter().filter_map(|&index| bands.get(index)) {
            mark(&mut taken, &band.words);
            let shown_before = self.shown.len() < MOST_SHOWN && !self.shown.insert(band.signature);
            if !band.page_number && !shown_before {
                let line = Line { text: Cow::Owned(band.text.clone()), page: Some(page.number), heading: None };
                let side = if band.top { &mut sheet.header } else { &mut sheet.footer };
                side.push(Block::Line(line));
            }
            if !band.top {
                sheet.limit = sheet.limit.min(band.ends.0);
            }
        }
        // Lines at the foot were found from the outermost inwards.
        sheet.footer.reverse();
        let content = words.iter().zip(&taken).filter(|(_, taken)| !**taken).map(|(word, _)| &word.bbox);
        let (top, bottom) = content.fold((f32::INFINITY, 0.0f32), |(top, bottom), b| (top.min(b.y0), bottom.max(b.y1)));
        self.reach = (self.reach.0.max(bottom), self.reach.1.min(top));
        let margin = self.reach.1.clamp(MARGIN.0, MARGIN.1);
        sheet.limit = sheet.limit.min(self.reach.0.max(page.height - margin)).max(bottom);

        let mut ruled = std::mem::take(ruled);
        let mut used = taken.clone();
        for table in ruled.iter().filter(|table| !table.weak) {
            mark(&mut used, &table.words);
        }
        // Parts of one table tell each other where columns end.
        let mut known = self.joiner.holds().map_or_else(Vec::new, |(xs, _)| xs.to_vec());
        // Where lines stop that go on at the top of the next page.
        let mut stopped = None;
        if let (Some(last), Some(next)) = (stacks.last(), self.ahead.front())
            && let Some(first) = next.stacks.first().filter(|first| first.is_as_wide_as(last))
        {
            stopped = Some(last.bbox().y1);
            let inside: Vec<u32> = next.words.iter().zip(0..).filter(|(w, _)| first.holds(w)).map(|(_, i)| i).collect();
            known.extend(first.lattice(&next.words, &inside, &[]).map(|lattice| lattice.xs).unwrap_or_default());
        }
        for table in ruled::between(page, words, stacks, &mut used, &known) {
            ruled.retain(|weak| !weak.weak || weak.bbox.intersection(&table.bbox).is_none());
            ruled.push(table);
        }
        taken.resize(words.len(), false);
        let ruled = self.kept(ruled, (top, bottom));
        let held = self.joiner.holds().filter(|(_, aligned)| *aligned).map_or_else(Vec::new, |(xs, _)| xs.to_vec());
        let around = stream::Around { held, more: !self.ahead.is_empty() };
        let mut tables = choose::tables(page, words, ruled, &taken, &around);
        let used = taken_by(&taken, &tables);
        last_row::take_in(page, words, &mut tables, &used, stopped);
        head_row::take_in(page, words, &mut tables, &used);
        sheet.items = items(page, words, &tables, &taken);
        if let Some(held) = self.joiner.held()
            && !self.joiner.takes(&sheet.items, false)
            && let Some(again) = continued::reread(page, words, &taken, &tables, &held)
        {
            let mut taken = taken;
            mark(&mut taken, &again.header);
            let items = items(page, words, &again.tables, &taken);
            let headed = !again.header.is_empty();
            if self.joiner.takes(&items, headed) {
                sheet.items = items;
                sheet.headed = headed;
            }
        }
        sheet
    }

    /// Without frames and single columns that can be no part of a table over pages.
    fn kept(&self, ruled: Vec<Table>, (top, bottom): (f32, f32)) -> Vec<Table> {
        let held = self.joiner.holds();
        let goes_on = |table: &Table| {
            held.is_some_and(|(xs, aligned)| same_columns::columns(xs, aligned, table).is_some())
                && table.bbox.y0 <= top + 2.0
        };
        let may_begin = |table: &Table| {
            table.bbox.y1 >= bottom - 2.0 && table.bbox.height() < 0.4 * (bottom - top) && !self.ahead.is_empty()
        };
        ruled.into_iter().filter(|table| !table.weak || goes_on(table) || may_begin(table)).collect()
    }
}

impl<I: Iterator<Item = Page>> Iterator for PageBlocks<I> {
    type Item = Block<'static>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(block) = self.joiner.pop() {
                return Some(block);
            }
            if !self.advance() {
                self.joiner.finish();
                return self.joiner.pop();
            }
        }
    }
}

impl Draft {
    fn new(page: Page, tree: &mut Tree) -> Self {
        let turn = turn::needed(&page);
        let page = turn::laid(page, turn);
        let mut words = words::words(&page);
        let segments = rulings::segments(&page);
        let (ruled, stacks) = ruled::tables(&page, &mut words, &segments);
        let mut ruled = tree.decided(&page, &words, ruled);
        overhang::take_in(&page, &words, &mut ruled);
        let mut taken = vec![false; words.len()];
        for table in ruled.iter().filter(|table| !table.weak) {
            mark(&mut taken, &table.words);
        }
        // What stands in rows between lines is a table's, though it may be repeated on every page.
        let heads = between_rules::heads(&segments.horizontal);
        for bbox in stacks.iter().map(Stack::bbox).chain(heads) {
            let inside: Vec<(usize, &Word)> = words
                .iter()
                .enumerate()
                .filter(|(_, word)| {
                    let (x, y) = word.bbox.center();
                    bbox.x0 <= x && x <= bbox.x1 && bbox.y0 <= y && y <= bbox.y1
                })
                .collect();
            let only: Vec<&Word> = inside.iter().map(|&(_, word)| word).collect();
            if between_rules::in_columns(&only) {
                inside.iter().for_each(|&(index, _)| taken[index] = true);
            }
        }
        let bands = furniture::bands(&page, &words, &taken);
        Draft { page, turn, words, ruled, stacks, bands }
    }

    fn findings(&mut self) -> Vec<Block<'static>> {
        let mut findings = std::mem::take(&mut self.page.findings);
        if let Some(reason) = self.page.distrust.take() {
            let message = format!("page {}: {reason}; it needs text recognition (OCR)", self.page.number);
            findings.push(Finding::new(Code::ContentSkipped, Severity::Error, message));
        }
        findings.into_iter().map(Block::Finding).collect()
    }
}

/// The tables of a page, and the lines that the words make which stand neither in one nor elsewhere (`taken`), in reading
/// order.
fn items(page: &Page, words: &[Word], tables: &[Table], taken: &[bool]) -> Vec<Item> {
    let used = taken_by(taken, tables);
    let free: Vec<u32> = used.iter().zip(0u32..).filter(|(taken, _)| !**taken).map(|(_, index)| index).collect();
    let boxes: Vec<Rect> = tables.iter().map(|table| table.bbox).collect();
    let mut out = Vec::new();
    for item in prose::ordered(page, words, &free, &boxes) {
        match item {
            Ordered::Line(line) => out.push(Item::Block(Block::Line(line))),
            Ordered::Box(number) => {
                if let Some(mut table) = tables.get(number).cloned() {
                    for cell in table.cells.iter_mut().filter(|cell| cell.text.ends_with('.')) {
                        cell.text = cell_text::without_leader(&cell.text, &['.', ' ']);
                    }
                    let brims = brim::brims(page, words, &table);
                    out.push(Item::Table(table, brims));
                }
            }
        }
    }
    out
}

/// The words that stand in tables or elsewhere.
fn taken_by(taken: &[bool], tables: &[Table]) -> Vec<bool> {
    let mut all = taken.to_vec();
    for table in tables {
        mark(&mut all, &table.words);
    }
    all
}

fn mark(taken: &mut [bool], words: &[u32]) {
    for &word in words {
        if let Some(taken) = taken.get_mut(word as usize) {
            *taken = true;
        }
    }
}
