//! Glyphs in the order in which they are drawn, to text runs.

use super::colour::Rgb;
use super::font::{Font, Shown, Text};
use crate::model::{Direction, Glyph, Page, Rect, TextRun, Visibility};
use rustc_hash::FxHashMap;

/// Share of the em box above the baseline. Fonts state their own, often wrongly; for placing text the usual one does.
const ASCENT: f64 = 0.85;
/// A gap wider than this many ems ends a run.
const MAX_GAP: f64 = 0.5;
/// A gap wider than this many ems between letters is a space, where the file draws none.
const SPACE_GAP: f64 = 0.16;
/// A gap or overlap of more ems than this before a text that is placed by itself ends a run: coordinates are rounded.
const PLACED_GAP: f64 = 0.01;
/// Most glyphs kept of one page.
pub(super) const MAX_GLYPHS: usize = 1_000_000;

/// How the glyphs of one string are drawn.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Style {
    pub(super) size: f32,
    pub(super) direction: Direction,
    pub(super) vertical: bool,
    pub(super) colour: Rgb,
    pub(super) bold: bool,
    pub(super) visibility: Visibility,
    pub(super) artifact: bool,
    pub(super) mark: Option<u32>,
}

/// One glyph's place: where its pen begins and ends, in page coordinates.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pen {
    pub(super) from: (f64, f64),
    pub(super) to: (f64, f64),
}

/// See [`Runs::checkpoint`].
#[derive(Debug)]
pub(super) struct Checkpoint {
    text: usize,
    glyphs: usize,
    runs: usize,
    last: Option<(u32, Rect)>,
    end: Option<(f64, f64)>,
    unknown: usize,
}

/// Collects the text of a page.
#[derive(Debug, Default)]
pub(super) struct Runs {
    text: String,
    glyphs: Vec<Glyph>,
    runs: Vec<TextRun>,
    /// Has the pen been set anew since the last glyph, not just moved on by it?
    pub(super) moved: bool,
    /// Where the last glyph's pen ended.
    end: Option<(f64, f64)>,
    /// Characters of which the file does not say what they are.
    pub(super) unknown: usize,
    /// Were glyphs left out for being too many?
    pub(super) cut: bool,
}

impl Runs {
    /// Number of glyphs so far.
    pub(super) fn len(&self) -> usize {
        self.glyphs.len()
    }

    /// Adds a glyph.
    pub(super) fn push(&mut self, font: &Font<'_>, shown: Shown, pen: Pen, style: &Style) {
        if self.glyphs.len() >= MAX_GLYPHS {
            self.cut = true;
            return;
        }
        let first = match shown.text {
            Text::Char(c) => c,
            Text::Word(index) => font.word(index).chars().next().unwrap_or(' '),
            Text::Unknown => '\u{FFFD}',
        };
        let gap = self.gap(&pen, style);
        // A text that is placed by itself and does not begin just where the one before ends is another text, such as
        // that of the next cell where the first is full.
        let gap = gap.filter(|gap| !self.moved || gap.abs() <= PLACED_GAP);
        self.moved = false;
        match gap {
            Some(gap) if gap > SPACE_GAP && self.takes_space(first) => self.space(&pen, style),
            Some(_) => {}
            None => self.begin(&pen, style),
        }
        let start = self.text.len() as u32;
        match shown.text {
            Text::Char(c) => self.text.push(c),
            Text::Word(index) => self.text.push_str(&font.word(index)),
            Text::Unknown => {
                self.unknown += 1;
                self.text.push('\u{FFFD}');
            }
        }
        self.add(Glyph { start, end: self.text.len() as u32, bbox: em_box(&pen, style) });
        self.end = Some(pen.to);
    }

    fn add(&mut self, glyph: Glyph) {
        self.glyphs.push(glyph);
        let end = self.glyphs.len() as u32;
        if let Some(run) = self.runs.last_mut() {
            run.bbox = if run.glyphs.is_empty() { glyph.bbox } else { run.bbox.union(&glyph.bbox) };
            run.glyphs.end = end;
        }
    }

    /// Distance from the last glyph to this one in ems, where this one goes on with the run.
    fn gap(&self, pen: &Pen, style: &Style) -> Option<f64> {
        let run = self.runs.last()?;
        let (x, y) = self.end?;
        let same = run.direction == style.direction
            && run.direction != Direction::Skewed
            && run.vertical == style.vertical
            && (run.size - style.size).abs() <= 0.05 * run.size.abs()
            && run.colour == style.colour
            && run.bold == style.bold
            && run.visibility == style.visibility
            && run.artifact == style.artifact
            && run.mark == style.mark;
        if !same {
            return None;
        }
        let (dx, dy) = (pen.from.0 - x, pen.from.1 - y);
        let (along, across) = match style.direction {
            Direction::Right if style.vertical => (dy, dx),
            Direction::Right => (dx, dy),
            Direction::Left if style.vertical => (-dy, dx),
            Direction::Left => (-dx, dy),
            Direction::Down => (dy, dx),
            Direction::Up => (-dy, dx),
            Direction::Skewed => return None,
        };
        let em = f64::from(style.size).max(0.01);
        (across.abs() <= 0.1 * em && (-MAX_GAP..=MAX_GAP).contains(&(along / em))).then_some(along / em)
    }

    /// Would a reader see a space here? Not between characters that are written without.
    fn takes_space(&self, next: char) -> bool {
        let is_spaced = |c: char| c.is_ascii_graphic() || (c.is_alphanumeric() && (c as u32) < 0x2E80);
        self.text.chars().next_back().is_some_and(is_spaced) && is_spaced(next)
    }

    fn space(&mut self, pen: &Pen, style: &Style) {
        let Some(end) = self.end else { return };
        let start = self.text.len() as u32;
        self.text.push(' ');
        self.add(Glyph { start, end: start + 1, bbox: em_box(&Pen { from: end, to: pen.from }, style) });
    }

    fn begin(&mut self, pen: &Pen, style: &Style) {
        let at = self.glyphs.len() as u32;
        let baseline = match style.direction {
            Direction::Up | Direction::Down => pen.from.0,
            _ if style.vertical => pen.from.0,
            _ => pen.from.1,
        };
        self.runs.push(TextRun {
            glyphs: at..at,
            bbox: Rect::default(),
            baseline: baseline as f32,
            size: style.size,
            direction: style.direction,
            vertical: style.vertical,
            colour: style.colour,
            bold: style.bold,
            visibility: style.visibility,
            artifact: style.artifact,
            mark: style.mark,
        });
    }

    /// Where the text stands, to go back to.
    pub(super) fn checkpoint(&self) -> Checkpoint {
        Checkpoint {
            text: self.text.len(),
            glyphs: self.glyphs.len(),
            runs: self.runs.len(),
            last: self.runs.last().map(|run| (run.glyphs.end, run.bbox)),
            end: self.end,
            unknown: self.unknown,
        }
    }

    /// Takes back what was added since.
    pub(super) fn restore(&mut self, to: Checkpoint) {
        self.text.truncate(to.text);
        self.glyphs.truncate(to.glyphs);
        self.runs.truncate(to.runs);
        if let (Some(run), Some((end, bbox))) = (self.runs.last_mut(), to.last) {
            run.glyphs.end = end;
            run.bbox = bbox;
        }
        self.end = to.end;
        self.unknown = to.unknown;
    }

    /// Writes a text in lines from the top of this box, as a form field shows its value.
    pub(super) fn write(&mut self, text: &str, area: Rect, style: &Style) {
        let size = f64::from(style.size);
        let mut y = f64::from(area.y0) + size * ASCENT;
        for line in text.lines() {
            let mut x = f64::from(area.x0) + 2.0;
            self.end = None;
            for c in line.chars().filter(|c| !c.is_control()) {
                let to = x + if c.is_ascii() { size / 2.0 } else { size };
                let pen = Pen { from: (x, y), to: (to, y) };
                if self.end.is_none() {
                    self.begin(&pen, style);
                }
                let start = self.text.len() as u32;
                self.text.push(c);
                self.add(Glyph { start, end: self.text.len() as u32, bbox: em_box(&pen, style) });
                self.end = Some(pen.to);
                x = to;
            }
            y += size * 1.2;
        }
        self.end = None;
    }

    /// What the glyphs from this one on stand for, as the file itself says (/ActualText).
    ///
    /// Characters are shared out over the glyphs in order; those without a character keep their place and lose their
    /// text, and characters beyond the last glyph go to it.
    pub(super) fn replace(&mut self, from: usize, actual: &str) {
        let Some(first) = self.glyphs.get(from) else { return };
        let start = first.start as usize;
        let count = self.glyphs.len() - from;
        if self.text.get(start..) == Some(actual) {
            return;
        }
        let unknown = self.text.get(start..).map_or(0, |t| t.matches('\u{FFFD}').count());
        self.unknown = self.unknown.saturating_sub(unknown);
        self.text.truncate(start);
        let mut characters = actual.chars().filter(|c| *c != '\u{FEFF}' && *c != '\u{AD}');
        for (index, glyph) in self.glyphs[from..].iter_mut().enumerate() {
            glyph.start = self.text.len() as u32;
            if index + 1 == count {
                self.text.extend(characters.by_ref());
            } else {
                self.text.extend(characters.next());
            }
            glyph.end = self.text.len() as u32;
        }
    }

    /// Hands the text over to the page: without what lies outside it, and without what is drawn twice to look bold.
    pub(super) fn finish(self, page: &mut Page) {
        let Runs { text, glyphs, runs, .. } = self;
        page.text = text;
        page.glyphs = glyphs;
        let seen = Rect { x0: 0.0, y0: 0.0, x1: page.width, y1: page.height };
        let mut places: FxHashMap<(u64, i32, i32), (f32, f32)> = FxHashMap::default();
        let mut kept = Vec::with_capacity(runs.len());
        for run in runs {
            let (x, y) = run.bbox.center();
            if run.glyphs.is_empty() || !(seen.x0..=seen.x1).contains(&x) || !(seen.y0..=seen.y1).contains(&y) {
                continue;
            }
            if is_repeated(&mut places, page.run_text(&run), &run.bbox) {
                continue;
            }
            kept.push(run);
        }
        page.runs = kept;
    }
}

/// Has the same text been drawn at nearly the same place?
fn is_repeated(places: &mut FxHashMap<(u64, i32, i32), (f32, f32)>, text: &str, bbox: &Rect) -> bool {
    use std::hash::{Hash, Hasher};
    if text.trim().is_empty() {
        return false;
    }
    let mut hasher = rustc_hash::FxHasher::default();
    text.hash(&mut hasher);
    let hash = hasher.finish();
    let limit = (bbox.height() * 0.12).clamp(0.3, 1.5);
    let (column, row) = ((bbox.x0 / 2.0).floor() as i32, (bbox.y0 / 2.0).floor() as i32);
    for dx in -1..=1 {
        for dy in -1..=1 {
            if let Some((x, y)) = places.get(&(hash, column + dx, row + dy))
                && (x - bbox.x0).abs() <= limit
                && (y - bbox.y0).abs() <= limit
            {
                return true;
            }
        }
    }
    places.insert((hash, column, row), (bbox.x0, bbox.y0));
    false
}

/// The em box of a glyph.
fn em_box(pen: &Pen, style: &Style) -> Rect {
    let (above, below) = (f64::from(style.size) * ASCENT, f64::from(style.size) * (1.0 - ASCENT));
    let half = f64::from(style.size) / 2.0;
    let ((x0, y0), (x1, y1)) = (pen.from, pen.to);
    let (x0, y0, x1, y1) = match style.direction {
        // Vertical writing: the pen runs down the middle of the column.
        _ if style.vertical => (x0.min(x1) - half, y0.min(y1), x0.max(x1) + half, y0.max(y1)),
        Direction::Right => (x0, y0 - above, x1, y1 + below),
        Direction::Left => (x0, y0 - below, x1, y1 + above),
        Direction::Down => (x0 - below, y0, x1 + above, y1),
        Direction::Up => (x0 - above, y0, x1 + below, y1),
        Direction::Skewed => (x0 - half, y0 - half, x1 + half, y1 + half),
    };
    Rect::new(x0 as f32, y0 as f32, x1 as f32, y1 as f32)
}
