//! A page whose text stands on its side is laid straight before it is read; boxes are given back as on the page.

use crate::model::{Axis, Direction, Fill, Glyph, Page, Rect, Ruling, TextRun};

/// How a page was laid straight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Turn {
    /// Not at all.
    #[default]
    None,
    /// Its text ran up: turned clockwise.
    Up,
    /// Its text ran down: turned counterclockwise.
    Down,
    /// Its text stood on its head.
    Half,
}

/// How this page is to be laid: as most of its glyphs run.
pub(super) fn needed(page: &Page) -> Turn {
    let mut counts = [0usize; 4];
    for run in &page.runs {
        let at = match (run.direction, run.vertical) {
            (Direction::Up, false) => 1,
            (Direction::Down, false) => 2,
            (Direction::Left, false) => 3,
            _ => 0,
        };
        counts[at] += run.glyphs.len();
    }
    let all: usize = counts.iter().sum();
    match counts.iter().position(|&count| count * 2 > all) {
        Some(1) => Turn::Up,
        Some(2) => Turn::Down,
        Some(3) => Turn::Half,
        _ => Turn::None,
    }
}

/// The page laid straight.
pub(super) fn laid(page: Page, turn: Turn) -> Page {
    if turn == Turn::None {
        return page;
    }
    let (width, height) = (page.width, page.height);
    let point = |x: f32, y: f32| match turn {
        Turn::None => (x, y),
        Turn::Up => (height - y, x),
        Turn::Down => (y, width - x),
        Turn::Half => (width - x, height - y),
    };
    let rect = |r: Rect| {
        let (a, b) = (point(r.x0, r.y0), point(r.x1, r.y1));
        Rect::new(a.0, a.1, b.0, b.1)
    };
    let (new_width, new_height) = if turn == Turn::Half { (width, height) } else { (height, width) };
    let ruling = |r: Ruling| {
        let (a, b) = match r.axis {
            Axis::Horizontal => (point(r.from, r.at), point(r.to, r.at)),
            Axis::Vertical => (point(r.at, r.from), point(r.at, r.to)),
        };
        let horizontal = (r.axis == Axis::Horizontal) == (turn == Turn::Half);
        let (axis, at, from, to) =
            if horizontal { (Axis::Horizontal, a.1, a.0, b.0) } else { (Axis::Vertical, a.0, a.1, b.1) };
        Ruling { axis, at, from: from.min(to), to: from.max(to), ..r }
    };
    let run = |r: TextRun| {
        let (x, y) = match r.direction {
            _ if r.vertical => (r.baseline, 0.0),
            Direction::Down | Direction::Up => (r.baseline, 0.0),
            Direction::Right | Direction::Left | Direction::Skewed => (0.0, r.baseline),
        };
        let direction = turned(r.direction, turn);
        let (x, y) = point(x, y);
        let baseline = match direction {
            Direction::Down | Direction::Up => x,
            Direction::Right | Direction::Left | Direction::Skewed => y,
        };
        // Upright characters below each other are no longer upright on a page that lies on its side.
        TextRun { bbox: rect(r.bbox), direction, baseline, vertical: r.vertical && turn == Turn::None, ..r }
    };
    Page {
        width: new_width,
        height: new_height,
        glyphs: page.glyphs.into_iter().map(|g| Glyph { bbox: rect(g.bbox), ..g }).collect(),
        runs: page.runs.into_iter().map(run).collect(),
        rulings: page.rulings.into_iter().map(ruling).collect(),
        fills: page.fills.into_iter().map(|f| Fill { bbox: rect(f.bbox), ..f }).collect(),
        curves: page.curves.into_iter().map(rect).collect(),
        images: page.images.into_iter().map(rect).collect(),
        ..page
    }
}

fn turned(direction: Direction, turn: Turn) -> Direction {
    const CLOCKWISE: [Direction; 4] = [Direction::Right, Direction::Down, Direction::Left, Direction::Up];
    let Some(at) = CLOCKWISE.iter().position(|&d| d == direction) else { return direction };
    let steps = match turn {
        Turn::None => 0,
        Turn::Up => 1,
        Turn::Half => 2,
        Turn::Down => 3,
    };
    CLOCKWISE[(at + steps) % 4]
}

/// A box of the page laid straight, as it lies on the page itself. `width` and `height` are the laid page's.
pub(super) fn on_page(r: &Rect, turn: Turn, width: f32, height: f32) -> Rect {
    match turn {
        Turn::None => *r,
        Turn::Up => Rect::new(r.y0, width - r.x1, r.y1, width - r.x0),
        Turn::Down => Rect::new(height - r.y1, r.x0, height - r.y0, r.x1),
        Turn::Half => Rect::new(width - r.x1, height - r.y1, width - r.x0, height - r.y0),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::*;

    fn near(a: &Rect, b: &Rect) -> bool {
        [(a.x0, b.x0), (a.y0, b.y0), (a.x1, b.x1), (a.y1, b.y1)].iter().all(|(a, b)| (a - b).abs() < 0.01)
    }

    #[test]
    fn text_that_runs_aside_runs_right_once_laid_and_boxes_go_back() {
        for (direction, turn) in
            [(Direction::Up, Turn::Up), (Direction::Down, Turn::Down), (Direction::Left, Turn::Half)]
        {
            let mut sketch = Sketch::new(200.0, 300.0);
            sketch.run(100.0, 150.0, 10.0, "sideways", direction, false);
            let page = sketch.page();
            assert_eq!(needed(&page), turn);
            let before = page.runs[0].bbox;
            let laid = laid(page, turn);
            let run = &laid.runs[0];
            assert_eq!(run.direction, Direction::Right);
            assert!((run.baseline - (run.bbox.y1 - 1.2)).abs() < 0.01, "{direction:?}: {run:?}");
            let glyphs = laid.run_glyphs(run);
            assert!(glyphs[1].bbox.x0 > glyphs[0].bbox.x0);
            assert!(near(&on_page(&run.bbox, turn, laid.width, laid.height), &before), "{direction:?}");
        }
    }

    #[test]
    fn lines_turn_with_the_page() {
        let mut sketch = Sketch::new(200.0, 300.0);
        sketch.run(100.0, 150.0, 10.0, "sideways", Direction::Up, false).horizontal(290.0, 20.0, 180.0);
        let laid = laid(sketch.page(), Turn::Up);
        assert_eq!((laid.width, laid.height), (300.0, 200.0));
        let r = laid.rulings[0];
        assert_eq!((r.axis, r.at, r.from, r.to), (Axis::Vertical, 10.0, 20.0, 180.0));
    }
}
