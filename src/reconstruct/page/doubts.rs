//! How far what was read from pixels can be trusted, place by place.

use crate::model::{Alternative, Page, Rect, Trust};
use std::sync::Arc;

/// Characters that recognition is sure of need no record.
const SURE: f32 = 0.99;
/// Most doubtful characters kept of a page; one with more is doubtful throughout.
const MOST: usize = 10_000;

/// The characters of a page that recognition is not quite sure of: where their middles stand, and their scores. Empty
/// for a page that was not recognised.
#[derive(Debug, Clone, Default)]
pub(super) struct Doubts {
    doubtful: Arc<[(f32, f32, f32)]>,
    rivals: Arc<[Rival]>,
}

/// Another reading of a place on the page.
#[derive(Debug)]
struct Rival {
    /// Middle of the first character that it stands in place of.
    middle: (f32, f32),
    /// What was read around it, without white space: a number or a word.
    token: Box<str>,
    /// The alternative, its place counted in `token`.
    inside: Alternative,
}

impl Doubts {
    pub(super) fn of(page: &Page) -> Self {
        let scored = page.glyphs.iter().zip(&page.scores).filter(|(_, score)| **score < SURE);
        let place = |glyph: &crate::model::Glyph| glyph.bbox.center();
        let doubtful = scored.take(MOST).map(|(glyph, &score)| (place(glyph).0, place(glyph).1, score)).collect();
        Doubts { doubtful, rivals: rivals(page) }
    }

    /// The score of the least sure character in a box; 1 where all are sure.
    pub(super) fn trust(&self, area: &Rect) -> Trust {
        let inside = |(x, y, _): &&(f32, f32, f32)| (area.x0..=area.x1).contains(x) && (area.y0..=area.y1).contains(y);
        Trust(self.doubtful.iter().filter(inside).map(|(_, _, score)| score.clamp(0.0, 1.0)).fold(1.0, f32::min))
    }
}

/// Alternatives kept of one cell.
const MOST_OF_CELL: usize = 48;
/// Longest text of a cell, in bytes, whose alternatives are kept: what may be a number is shorter.
const LONGEST: usize = 160;

impl Doubts {
    /// What the picture allows beside the text of a cell, by places of that text.
    pub(super) fn alternatives(&self, area: &Rect, text: &str) -> Vec<Alternative> {
        if self.rivals.is_empty() || text.len() > LONGEST {
            return Vec::new();
        }
        let inside = |(x, y): (f32, f32)| (area.x0..=area.x1).contains(&x) && (area.y0..=area.y1).contains(&y);
        let of_cell = self.rivals.iter().filter(|rival| inside(rival.middle));
        let mut found: Vec<Alternative> = of_cell.filter_map(|rival| rival.placed(text)).take(MOST_OF_CELL).collect();
        found.sort_by(|a, b| (a.from, a.to).cmp(&(b.from, b.to)).then(b.score.total_cmp(&a.score)));
        found
    }
}

impl Rival {
    /// In a text that holds its token once; where it stands twice, nothing tells which of them is meant.
    fn placed(&self, text: &str) -> Option<Alternative> {
        let mut places = text.match_indices(&*self.token);
        let (at, _) = places.next()?;
        if places.next().is_some() {
            return None;
        }
        let at = at as u32;
        Some(Alternative { from: at + self.inside.from, to: at + self.inside.to, ..self.inside.clone() })
    }
}

fn rivals(page: &Page) -> Arc<[Rival]> {
    let rival = |alternative: &Alternative| {
        let glyph = page.glyphs.partition_point(|glyph| glyph.start < alternative.from);
        let middle = page.glyphs.get(glyph)?.bbox.center();
        let run = page.runs.partition_point(|run| run.glyphs.end as usize <= glyph);
        let text = page.run_text(page.runs.get(run)?);
        let start = page.glyphs.get(page.runs.get(run)?.glyphs.start as usize)?.start;
        let (from, to) = (alternative.from.checked_sub(start)? as usize, alternative.to.checked_sub(start)? as usize);
        let (before, after) = (text.get(..from)?, text.get(to..)?);
        if text.get(from..to)?.contains(char::is_whitespace) {
            return None;
        }
        let begin = before
            .rfind(char::is_whitespace)
            .map_or(0, |at| at + before[at..].chars().next().map_or(1, char::len_utf8));
        let end = to + after.find(char::is_whitespace).unwrap_or(after.len());
        let inside = Alternative { from: (from - begin) as u32, to: (to - begin) as u32, ..alternative.clone() };
        Some(Rival { middle, token: text.get(begin..end)?.into(), inside })
    };
    page.alternatives.iter().filter_map(rival).collect()
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::*;

    #[test]
    fn a_box_is_as_sure_as_its_least_sure_character() {
        let mut sketch = Sketch::new(200.0, 100.0);
        sketch.text(10.0, 20.0, 10.0, "98.5");
        let mut page = sketch.page();
        assert_eq!(Doubts::of(&page).trust(&Rect::new(0.0, 0.0, 200.0, 100.0)), Trust(1.0));
        page.scores = vec![1.0, 0.6, 0.95, 0.999];
        let doubts = Doubts::of(&page);
        assert_eq!(doubts.trust(&Rect::new(0.0, 0.0, 200.0, 100.0)), Trust(0.6));
        assert_eq!(doubts.trust(&Rect::new(20.0, 0.0, 200.0, 100.0)), Trust(0.95));
        assert_eq!(doubts.trust(&Rect::new(100.0, 0.0, 200.0, 100.0)), Trust(1.0));
    }

    #[test]
    fn other_readings_are_placed_in_the_text_of_their_cell() {
        let mut sketch = Sketch::new(200.0, 100.0);
        sketch.text(10.0, 20.0, 10.0, "290%");
        sketch.text(10.0, 40.0, 10.0, "合格");
        let mut page = sketch.page();
        page.alternatives = vec![Alternative { from: 0, to: 1, text: "≥".into(), score: 0.3 }];
        let doubts = Doubts::of(&page);
        let all = Rect::new(0.0, 0.0, 200.0, 100.0);
        let told = |area: &Rect, text: &str| -> Vec<String> {
            doubts.alternatives(area, text).iter().filter_map(|a| a.applied(text)).collect()
        };
        assert_eq!(told(&all, "290%\n合格"), ["≥90%\n合格"]);
        assert_eq!(told(&all, "合格\n290%"), ["合格\n≥90%"]);
        // Which of the two it was is not known; another cell's text does not hold it; neither does another place.
        assert!(told(&all, "290%\n290%").is_empty() && told(&all, "合格").is_empty());
        assert!(told(&Rect::new(0.0, 30.0, 200.0, 100.0), "290%").is_empty());
    }
}
