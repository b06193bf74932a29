//! Text runs cut into words: at white space, and at gaps that stand for it. A word is what is put into a cell as a
//! whole; it is a range of glyphs, so nothing is copied and it can be cut again between any two of them.

use crate::model::{Direction, Glyph, Page, Rect, TextRun, Visibility};
use std::ops::Range;

/// Glyphs that belong together: no white space and no gap among them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Word {
    /// Indices in [`Page::glyphs`].
    pub(super) glyphs: Range<u32>,
    /// Index in [`Page::runs`]: colour, weight, mark.
    pub(super) run: u32,
    /// Around the glyphs' em boxes.
    pub(super) bbox: Rect,
    /// As in [`TextRun::baseline`].
    pub(super) baseline: f32,
    /// Font size in points.
    pub(super) size: f32,
    /// Which way it runs.
    pub(super) direction: Direction,
    /// Upright characters below each other.
    pub(super) vertical: bool,
    /// White space was drawn right before it.
    pub(super) space_before: bool,
    /// White space was drawn right after it.
    pub(super) space_after: bool,
    /// The file says that it is a page header, footer or page number.
    pub(super) artifact: bool,
}

impl Word {
    /// Its text.
    pub(super) fn text<'p>(&self, page: &'p Page) -> &'p str {
        let glyphs = page.glyphs.get(self.glyphs.start as usize..self.glyphs.end as usize).unwrap_or(&[]);
        match (glyphs.first(), glyphs.last()) {
            (Some(first), Some(last)) => page.text.get(first.start as usize..last.end as usize).unwrap_or(""),
            _ => "",
        }
    }

    /// Where it begins and ends along its own direction, both growing the way it is read.
    pub(super) fn along(&self) -> (f32, f32) {
        along(&self.bbox, self.direction, self.vertical)
    }

    /// How far its baseline lies down the page, as its own lines follow each other.
    pub(super) fn down(&self) -> f32 {
        match (self.direction, self.vertical) {
            (_, true) | (Direction::Down, _) => -self.baseline,
            (Direction::Left, _) => -self.baseline,
            (Direction::Right | Direction::Up | Direction::Skewed, _) => self.baseline,
        }
    }

    /// Its box across its direction: top and bottom of the line it stands in, growing as lines follow each other.
    pub(super) fn across(&self) -> (f32, f32) {
        let b = &self.bbox;
        match (self.direction, self.vertical) {
            (_, true) | (Direction::Down, _) => (-b.x1, -b.x0),
            (Direction::Up, _) => (b.x0, b.x1),
            (Direction::Left, _) => (-b.y1, -b.y0),
            (Direction::Right | Direction::Skewed, _) => (b.y0, b.y1),
        }
    }

    /// Cuts it before this glyph (an index in [`Page::glyphs`]); None where nothing would be left on one side.
    pub(super) fn split(&self, page: &Page, before: u32) -> Option<(Word, Word)> {
        if before <= self.glyphs.start || before >= self.glyphs.end {
            return None;
        }
        let part = |glyphs: Range<u32>| {
            let inside = page.glyphs.get(glyphs.start as usize..glyphs.end as usize)?;
            Some(Word { bbox: bounds(inside)?, glyphs, ..self.clone() })
        };
        let first = Word { space_after: false, ..part(self.glyphs.start..before)? };
        let second = Word { space_before: false, ..part(before..self.glyphs.end)? };
        Some((first, second))
    }
}

/// Gap, in ems, from which letters are two words though no space was drawn: TeX shrinks its spaces down to 0.22.
pub(super) const WORD_GAP: f32 = 0.2;
/// The same between ideographs, which are often spread to fill a line.
const IDEOGRAPH_GAP: f32 = 0.3;
/// Letters set this far, in ems, over what is before them begin another text.
const OVERPRINT: f32 = 0.3;

/// The words of a page in the order in which they were drawn. Text that cannot be seen is left out where there is
/// enough that can: it is a search layer or was hidden on purpose.
pub(super) fn words(page: &Page) -> Vec<Word> {
    let glyphs_of = |seen: Visibility| -> usize {
        page.runs.iter().filter(|run| run.visibility == seen).map(|run| run.glyphs.len()).sum()
    };
    let hidden = glyphs_of(Visibility::Invisible);
    let only_visible = hidden > 0 && glyphs_of(Visibility::Visible) * 4 >= hidden;
    let mut words: Vec<Word> = Vec::with_capacity(page.runs.len() * 2);
    let mut space: Option<(Rect, f32)> = None;
    for (index, run) in page.runs.iter().enumerate() {
        if only_visible && run.visibility == Visibility::Invisible {
            continue;
        }
        let run_index = u32::try_from(index).unwrap_or(u32::MAX);
        // White space at the end of the run before counts if this run goes on right there.
        let touches = space.take().is_some_and(|(blank, baseline)| {
            let reach = run.size;
            (baseline - run.baseline).abs() < 0.5 * run.size
                && run.bbox.x0 < blank.x1 + reach
                && run.bbox.x1 > blank.x0 - reach
                && run.bbox.y0 < blank.y1 + reach
                && run.bbox.y1 > blank.y0 - reach
        });
        cut_run(page, run, run_index, touches, &mut words);
        let last = page.run_glyphs(run).last();
        space = last.filter(|glyph| is_blank(page.glyph_text(glyph))).map(|glyph| (glyph.bbox, run.baseline));
    }
    words
}

fn cut_run(page: &Page, run: &TextRun, run_index: u32, mut after_space: bool, words: &mut Vec<Word>) {
    let mut open: Option<Word> = None;
    for (glyph, number) in page.run_glyphs(run).iter().zip(run.glyphs.start..) {
        let text = page.glyph_text(glyph);
        if is_blank(text) {
            if let Some(word) = open.take() {
                words.push(Word { space_after: true, ..word });
            }
            after_space = true;
            continue;
        }
        if let Some(word) = &mut open {
            let end = along(&word.bbox, run.direction, run.vertical).1;
            let gap = along(&glyph.bbox, run.direction, run.vertical).0 - end;
            let limit = if text.chars().next().is_some_and(is_ideographic) { IDEOGRAPH_GAP } else { WORD_GAP };
            // A text set over the end of another is a text of its own; a mark set over a letter is not.
            let over = gap < -OVERPRINT * run.size && glyph.bbox.width() > 0.1 * run.size;
            let goes_on = gap <= limit * run.size && !over;
            if goes_on || text.is_empty() || run.direction == Direction::Skewed {
                word.glyphs.end = number + 1;
                word.bbox = word.bbox.union(&glyph.bbox);
                continue;
            }
            words.extend(open.take());
        }
        open = Some(Word {
            glyphs: number..number + 1,
            run: run_index,
            bbox: glyph.bbox,
            baseline: run.baseline,
            size: run.size,
            direction: run.direction,
            vertical: run.vertical,
            space_before: std::mem::take(&mut after_space),
            space_after: false,
            artifact: run.artifact,
        });
    }
    words.extend(open);
}

fn bounds(glyphs: &[Glyph]) -> Option<Rect> {
    glyphs.iter().map(|glyph| glyph.bbox).reduce(|a, b| a.union(&b))
}

/// Begin and end of a box along a text's direction.
fn along(bbox: &Rect, direction: Direction, vertical: bool) -> (f32, f32) {
    match (direction, vertical) {
        (_, true) | (Direction::Down, _) => (bbox.y0, bbox.y1),
        (Direction::Up, _) => (-bbox.y1, -bbox.y0),
        (Direction::Left, _) => (-bbox.x1, -bbox.x0),
        (Direction::Right | Direction::Skewed, _) => (bbox.x0, bbox.x1),
    }
}

/// White space of any kind, and something at all.
fn is_blank(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}'))
}

/// A character of a script that sets no spaces between words, or of its punctuation: ideographs, kana, full-width
/// forms.
pub(super) fn is_ideographic(c: char) -> bool {
    matches!(u32::from(c),
        0x2E80..=0x31FF | 0x3200..=0x4DBF | 0x4E00..=0x9FFF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFFEF
        | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::*;

    fn texts(page: &Page) -> Vec<&str> {
        words(page).iter().map(|word| word.text(page)).collect()
    }

    #[test]
    fn words_end_at_white_space_and_at_gaps() {
        let mut sketch = Sketch::new(200.0, 100.0);
        sketch.text(10.0, 20.0, 10.0, "total cost 项目 名称");
        let page = sketch.page();
        assert_eq!(texts(&page), ["total", "cost", "项目", "名称"]);
        let words = words(&page);
        assert!(words[0].space_after && words[1].space_before && !words[0].space_before);
        assert!((words[0].bbox.x1 - 35.0).abs() < 0.01, "five letters of half an em: {:?}", words[0].bbox);
    }

    #[test]
    fn a_gap_without_a_space_glyph_separates() {
        let mut sketch = Sketch::new(200.0, 100.0);
        sketch.text(10.0, 20.0, 10.0, "a\u{1}b"); // the sketch leaves 0.25 em for \u{1}
        let page = sketch.page();
        assert_eq!(texts(&page), ["a", "b"]);
        assert!(!words(&page)[1].space_before);
    }

    #[test]
    fn hidden_text_counts_only_where_nothing_else_is() {
        let mut sketch = Sketch::new(200.0, 100.0);
        sketch.text(10.0, 20.0, 10.0, "seen");
        sketch.text(10.0, 40.0, 10.0, "hidden");
        let mut page = sketch.page();
        page.runs[1].visibility = Visibility::Invisible;
        assert_eq!(texts(&page), ["seen"]);
        page.runs[0].visibility = Visibility::Invisible;
        assert_eq!(texts(&page), ["seen", "hidden"]);
    }

    #[test]
    fn a_word_is_cut_between_glyphs() {
        let mut sketch = Sketch::new(200.0, 100.0);
        sketch.text(10.0, 20.0, 10.0, "12345678");
        let page = sketch.page();
        let (left, right) = words(&page)[0].split(&page, 3).unwrap();
        assert_eq!((left.text(&page), right.text(&page)), ("123", "45678"));
        assert!((right.bbox.x0 - 25.0).abs() < 0.01);
        assert!(words(&page)[0].split(&page, 0).is_none());
    }
}
