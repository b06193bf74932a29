//! Pages with geometry in, lines and grids out, in reading order.

mod cell_text;
mod lattice;
mod rulings;
#[cfg(test)]
mod sketch;
mod table;
mod words;

use crate::model::{Block, Line, Page};
use std::borrow::Cow;
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
        let mut all: Vec<u32> = (0..).take(words.len()).collect();
        for line in cell_text::lines(&words, &mut all) {
            let text = line.text(page, &words);
            self.ready.push_back(Block::Line(Line { text: Cow::Owned(text), page: Some(page.number), heading: None }));
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
