//! Lines and grids gathered page by page, in reading order.

use super::cells;
use super::place::Scale;
use crate::ingest::{Limits, html};
use crate::model::{BBox, Block, Cell, Code, Finding, Grid, Line, Rect, Severity, Trust};
use std::borrow::Cow;

/// Collects what a document says.
#[derive(Debug, Default)]
pub(super) struct Blocks {
    out: Vec<Block<'static>>,
    /// Page of what came last.
    page: Option<u32>,
    /// Most pages told so far.
    pages: u32,
    /// Tables whose cells claimed one place or had impossible numbers.
    doubted: usize,
}

impl Blocks {
    /// The number of pages that the file says there are.
    pub(super) fn set_pages(&mut self, pages: usize) {
        self.pages = self.pages.max(u32::try_from(pages).unwrap_or(u32::MAX));
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.out.iter().any(|block| matches!(block, Block::Line(_) | Block::Grid(_)))
    }

    fn turn_to(&mut self, page: Option<u32>) {
        let Some(page) = page else { return };
        if self.page.is_some_and(|last| last != page) {
            self.out.push(Block::PageBreak);
        }
        self.page = Some(page);
        self.pages = self.pages.max(page);
    }

    /// A text of one or several lines.
    pub(super) fn text(&mut self, page: Option<u32>, text: &str, heading: Option<u8>) {
        self.turn_to(page);
        for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
            self.out.push(Block::Line(Line { text: Cow::Owned(line.to_owned()), page, heading }));
        }
    }

    /// A table of these cells.
    pub(super) fn table(&mut self, page: Option<u32>, cells: Vec<Cell>, area: Option<(&Rect, &Scale)>) {
        self.turn_to(page);
        let bbox = area.map(|(rect, scale)| BBox::from(scale.rect(rect)));
        if let Some((grid, doubted)) = cells::grid(cells, page, bbox) {
            self.doubted += usize::from(doubted);
            self.out.push(Block::Grid(grid));
        }
    }

    /// A table written as HTML, and what stands around it there.
    pub(super) fn html(&mut self, page: Option<u32>, markup: &str, about: &Markup<'_>, limits: &Limits) {
        self.turn_to(page);
        for block in html::blocks(markup, limits) {
            match block {
                Block::Grid(mut grid) => {
                    grid.page = page;
                    grid.bbox = about.area.map(BBox::from);
                    about.describe(&mut grid, page);
                    self.out.push(Block::Grid(grid));
                }
                Block::Line(line) => self.out.push(Block::Line(Line { page, ..line })),
                other => self.out.push(other),
            }
        }
    }

    /// Number of pages, blocks, and what is to be told.
    pub(super) fn finish(self) -> (Option<u32>, Vec<Block<'static>>, Option<Finding>) {
        let told = (self.doubted > 0).then(|| {
            let message = format!(
                "{} tables have cells that claim one place or have impossible numbers; they were put in order",
                self.doubted
            );
            Finding::new(Code::ContentSkipped, Severity::Warning, message)
        });
        ((self.pages > 0).then_some(self.pages), self.out, told)
    }
}

/// What is known of a table beside its HTML.
#[derive(Debug, Default)]
pub(super) struct Markup<'t> {
    /// Its box in points.
    pub(super) area: Option<Rect>,
    /// How far its texts can be trusted as a whole.
    pub(super) trust: Option<f32>,
    /// Boxes of its cells in points, in the order in which the HTML has them.
    pub(super) boxes: Vec<Rect>,
    /// Lines recognised on the page: their texts, boxes in points and scores.
    pub(super) lines: &'t [(String, Rect, f32)],
}

impl Markup<'_> {
    fn describe(&self, grid: &mut Grid, page: Option<u32>) {
        let boxed = self.boxes.len() == grid.cells.len();
        for (index, cell) in grid.cells.iter_mut().enumerate() {
            cell.page = page;
            cell.trust = Trust(self.trust.unwrap_or(1.0));
            if let Some(rect) = self.boxes.get(index).filter(|_| boxed) {
                cell.bbox = Some(BBox::from(*rect));
                let inside = |(x, y): (f32, f32)| (rect.x0..=rect.x1).contains(&x) && (rect.y0..=rect.y1).contains(&y);
                let lines = self.lines.iter().take(MOST_LINES).filter(|(_, place, _)| inside(place.center()));
                if let Some(trust) = mean(lines.map(|(text, _, score)| (text.chars().count(), *score))) {
                    cell.trust = Trust(trust);
                }
            }
        }
    }
}

/// Lines of a page that are looked through for each cell.
const MOST_LINES: usize = 2_000;

/// The mean of scores, each counted as often as its text has characters.
pub(super) fn mean(scores: impl Iterator<Item = (usize, f32)>) -> Option<f32> {
    let (characters, sum) =
        scores.fold((0usize, 0.0), |(n, sum), (count, score)| (n + count, sum + count as f32 * score));
    (characters > 0).then(|| sum / characters as f32)
}
