//! Pages with geometry in, lines and grids out, in reading order.

mod cell_text;
mod flow;
mod lattice;
mod prose;
mod rulings;
#[cfg(test)]
mod sketch;
mod stream;
mod table;
mod words;

use crate::model::{Block, Page};
use std::collections::VecDeque;

/// The blocks of a sequence of pages, read page by page.
pub(super) struct PageBlocks<I> {
    pages: I,
    ready: VecDeque<Block<'static>>,
}

impl<I: Iterator<Item = Page>> PageBlocks<I> {
    pub(super) fn new(pages: I) -> Self {
        PageBlocks { pages, ready: VecDeque::new() }
    }

    fn push(&mut self, page: &Page) {
        self.ready.extend(page.findings.iter().cloned().map(Block::Finding));
        let words = words::words(page);
        let all: Vec<u32> = (0..).take(words.len()).collect();
        let tables = stream::tables(page, &words, &all, &[], &page.rulings);
        let mut taken = vec![false; words.len()];
        for &word in tables.iter().flat_map(|table| &table.words) {
            if let Some(taken) = taken.get_mut(word as usize) {
                *taken = true;
            }
        }
        let free: Vec<u32> = all.into_iter().filter(|&word| taken.get(word as usize) == Some(&false)).collect();
        let boxes: Vec<_> = tables.iter().map(|table| table.bbox).collect();
        let mut tables: Vec<_> = tables.into_iter().map(Some).collect();
        for item in prose::ordered(page, &words, &free, &boxes) {
            match item {
                prose::Ordered::Line(line) => self.ready.push_back(Block::Line(line)),
                prose::Ordered::Box(number) => {
                    let table = tables.get_mut(number).and_then(Option::take);
                    self.ready.extend(table.map(|table| Block::Grid(table.into_grid(page.number))));
                }
            }
        }
        self.ready.push_back(Block::PageBreak);
    }
}

impl<I: Iterator<Item = Page>> Iterator for PageBlocks<I> {
    type Item = Block<'static>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(block) = self.ready.pop_front() {
                return Some(block);
            }
            let page = self.pages.next()?;
            self.push(&page);
        }
    }
}
