//! Pages drawn by hand, for tests: text at a place, lines, filled boxes.

use crate::model::{Axis, Direction, Fill, Glyph, Page, Rect, Role, Ruling, Tag, TaggedCell, TextRun, Visibility};

/// A page being drawn.
pub(super) struct Sketch {
    page: Page,
}

impl Sketch {
    pub(super) fn new(width: f32, height: f32) -> Self {
        Sketch { page: Page { number: 1, width, height, ..Page::default() } }
    }

    pub(super) fn numbered(mut self, number: u32) -> Self {
        self.page.number = number;
        self
    }

    /// Text from x on a baseline. Ideographs are one em wide, other characters half; `\u{1}` leaves a gap of 0.25 em.
    pub(super) fn text(&mut self, x: f32, baseline: f32, size: f32, text: &str) -> &mut Self {
        self.run(x, baseline, size, text, Direction::Right, false)
    }

    /// Text in another direction, from this end of its baseline.
    pub(super) fn run(
        &mut self,
        x: f32,
        y: f32,
        size: f32,
        text: &str,
        direction: Direction,
        vertical: bool,
    ) -> &mut Self {
        let first = self.page.glyphs.len() as u32;
        let mut at = 0.0;
        let mut bounds: Option<Rect> = None;
        let (above, below) = (0.88 * size, 0.12 * size);
        for c in text.chars() {
            if c == '\u{1}' {
                at += 0.25 * size;
                continue;
            }
            let advance = if vertical || super::words::is_ideographic(c) { size } else { size / 2.0 };
            let (a, b) = (at, at + advance);
            let bbox = match direction {
                _ if vertical => Rect::new(x - size / 2.0, y + a, x + size / 2.0, y + b),
                Direction::Down => Rect::new(x - below, y + a, x + above, y + b),
                Direction::Up => Rect::new(x - above, y - b, x + below, y - a),
                Direction::Left => Rect::new(x - b, y - below, x - a, y + above),
                Direction::Right | Direction::Skewed => Rect::new(x + a, y - above, x + b, y + below),
            };
            at = b;
            let start = self.page.text.len() as u32;
            self.page.text.push(c);
            self.page.glyphs.push(Glyph { start, end: self.page.text.len() as u32, bbox });
            bounds = Some(bounds.map_or(bbox, |old| old.union(&bbox)));
        }
        let baseline = match direction {
            _ if vertical => x,
            Direction::Down | Direction::Up => x,
            _ => y,
        };
        self.page.runs.push(TextRun {
            glyphs: first..self.page.glyphs.len() as u32,
            bbox: bounds.unwrap_or_default(),
            baseline,
            size,
            direction,
            vertical,
            colour: [0; 3],
            bold: false,
            visibility: Visibility::Visible,
            artifact: false,
            mark: None,
        });
        self
    }

    /// Says that the text drawn last is of this cell of the structure tree.
    pub(super) fn tagged(&mut self, cell: TaggedCell) -> &mut Self {
        let mark = self.page.tags.len() as u32;
        self.page.tags.push(Tag { mark, role: Role::Cell(cell) });
        if let Some(run) = self.page.runs.last_mut() {
            run.mark = Some(mark);
        }
        self
    }

    pub(super) fn horizontal(&mut self, y: f32, from: f32, to: f32) -> &mut Self {
        self.ruling(Axis::Horizontal, y, from, to)
    }

    pub(super) fn vertical(&mut self, x: f32, from: f32, to: f32) -> &mut Self {
        self.ruling(Axis::Vertical, x, from, to)
    }

    fn ruling(&mut self, axis: Axis, at: f32, from: f32, to: f32) -> &mut Self {
        self.page.rulings.push(Ruling { axis, at, from, to, width: 0.5, colour: [0; 3] });
        self
    }

    /// Four lines around a box.
    pub(super) fn frame(&mut self, x0: f32, y0: f32, x1: f32, y1: f32) -> &mut Self {
        self.horizontal(y0, x0, x1).horizontal(y1, x0, x1).vertical(x0, y0, y1).vertical(x1, y0, y1)
    }

    /// All lines of a grid.
    pub(super) fn grid(&mut self, xs: &[f32], ys: &[f32]) -> &mut Self {
        let (Some(&x0), Some(&x1), Some(&y0), Some(&y1)) = (xs.first(), xs.last(), ys.first(), ys.last()) else {
            return self;
        };
        for &x in xs {
            self.vertical(x, y0, y1);
        }
        for &y in ys {
            self.horizontal(y, x0, x1);
        }
        self
    }

    pub(super) fn fill(&mut self, bbox: Rect, colour: [u8; 3]) -> &mut Self {
        self.page.fills.push(Fill { bbox, colour });
        self
    }

    pub(super) fn page(self) -> Page {
        self.page
    }
}
