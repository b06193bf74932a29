//! How far what was read from pixels can be trusted, place by place.

use crate::model::{Page, Rect, Trust};
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
}

impl Doubts {
    pub(super) fn of(page: &Page) -> Self {
        let scored = page.glyphs.iter().zip(&page.scores).filter(|(_, score)| **score < SURE);
        let place = |glyph: &crate::model::Glyph| glyph.bbox.center();
        let doubtful = scored.take(MOST).map(|(glyph, &score)| (place(glyph).0, place(glyph).1, score)).collect();
        Doubts { doubtful }
    }

    /// The score of the least sure character in a box; 1 where all are sure.
    pub(super) fn trust(&self, area: &Rect) -> Trust {
        let inside = |(x, y, _): &&(f32, f32, f32)| (area.x0..=area.x1).contains(x) && (area.y0..=area.y1).contains(y);
        Trust(self.doubtful.iter().filter(inside).map(|(_, _, score)| score.clamp(0.0, 1.0)).fold(1.0, f32::min))
    }
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
}
