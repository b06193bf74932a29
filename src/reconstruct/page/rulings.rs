//! Drawn lines and filled areas made into clean segments: however a wall of a table was drawn (a stroke, dashes, one
//! edge for each cell, a doubled line, the edge of a background), it comes out as one segment at one position.
//!
//! Everything is sorting: 200,000 pieces cost what sorting them costs.

use super::backgrounds;
use crate::model::{Axis, Fill, Page};

/// A straight wall, or part of one.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Segment {
    /// y of a horizontal, x of a vertical segment.
    pub(super) at: f32,
    /// x of a horizontal's left, y of a vertical's upper end.
    pub(super) from: f32,
    /// The other end, `from <= to`.
    pub(super) to: f32,
    /// A line was drawn at least along a part of it; else it is only where a background ends.
    pub(super) drawn: bool,
}

impl Segment {
    /// Its length.
    pub(super) fn length(&self) -> f32 {
        self.to - self.from
    }
}

/// The segments of a page, each list sorted by position, then start.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Segments {
    pub(super) horizontal: Vec<Segment>,
    pub(super) vertical: Vec<Segment>,
}

impl Segments {
    #[cfg(test)]
    /// No wall at all.
    pub(super) fn is_empty(&self) -> bool {
        self.horizontal.is_empty() && self.vertical.is_empty()
    }
}

/// Parallel lines this close are one: doubled borders, the edges of neighbouring cells, a border beside its
/// background. In points, between neighbours.
const DOUBLED: f32 = 2.0;
/// The same between the first and the last of such lines: three lines of a thick border, but never two rows of text.
const DOUBLED_ALL: f32 = 3.6;
/// Pieces of one line with a smaller gap are one: corners that do not quite meet. In points.
const CORNER_GAP: f32 = 2.0;
/// A piece up to this long may be a dash.
const DASH: f32 = 10.0;
/// A piece up to this long may be a dot.
const DOT: f32 = 1.6;
/// Widest gap between dashes.
const DASH_GAP: f32 = 6.0;
/// Shorter segments are no walls: ticks, bullets, dashes of formulas.
const SHORTEST: f32 = 4.0;
/// A filled area thinner than this is a thick line.
pub(super) const THICK_LINE: f32 = 5.0;
/// A background as large as this part of the page's width and height is the page's.
const PAGE_SHARE: f32 = 0.95;

/// The walls drawn on a page.
pub(super) fn segments(page: &Page) -> Segments {
    let mut horizontal = Vec::new();
    let mut vertical = Vec::new();
    for ruling in &page.rulings {
        let piece = Segment { at: ruling.at, from: ruling.from, to: ruling.to, drawn: true };
        let (own, other) = match ruling.axis {
            Axis::Horizontal => (&mut horizontal, &mut vertical),
            Axis::Vertical => (&mut vertical, &mut horizontal),
        };
        own.push(piece);
        if piece.length() <= DOT {
            // A dot shows no direction: the line it is part of may run either way.
            let half = ruling.width.max(0.0) / 2.0;
            let at = (ruling.from + ruling.to) / 2.0;
            other.push(Segment { at, from: ruling.at - half, to: ruling.at + half, drawn: true });
        }
    }
    let is_page =
        |fill: &Fill| fill.bbox.width() >= PAGE_SHARE * page.width && fill.bbox.height() >= PAGE_SHARE * page.height;
    let fills: Vec<Fill> = page.fills.iter().filter(|fill| !is_page(fill)).cloned().collect();
    backgrounds::walls(&fills, &mut horizontal, &mut vertical);
    Segments { horizontal: join(horizontal), vertical: join(vertical) }
}

/// Joins the pieces of one axis. Those of tables that follow each other along it have nothing to do with each other, however near
/// their positions.
fn join(mut pieces: Vec<Segment>) -> Vec<Segment> {
    pieces.retain(|p| p.at.is_finite() && p.from.is_finite() && p.to.is_finite() && p.from <= p.to);
    pieces.sort_unstable_by(|a, b| a.from.total_cmp(&b.from));
    let mut joined = Vec::with_capacity(pieces.len().min(1024));
    let mut rest = pieces.as_mut_slice();
    while let Some(first) = rest.first() {
        let mut end = first.to;
        let together = rest
            .iter()
            .take_while(|piece| {
                let near = piece.from - end <= DASH_GAP;
                end = end.max(piece.to);
                near
            })
            .count();
        let (band, after) = rest.split_at_mut(together);
        join_band(band, &mut joined);
        rest = after;
    }
    joined.retain(|segment| segment.length() >= SHORTEST);
    joined.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    joined
}

/// Joins pieces that no gap parts.
fn join_band(pieces: &mut [Segment], joined: &mut Vec<Segment>) {
    pieces.sort_unstable_by(|a, b| a.at.total_cmp(&b.at));
    let mut rest = pieces;
    while let Some(first) = rest.first() {
        let (begin, mut last) = (first.at, first.at);
        let together = rest
            .iter()
            .take_while(|piece| {
                let near = piece.at - last <= DOUBLED && piece.at - begin <= DOUBLED_ALL;
                last = piece.at;
                near
            })
            .count();
        let (line, after) = rest.split_at_mut(together);
        join_line(line, joined);
        rest = after;
    }
}

/// Joins pieces that lie on one line.
fn join_line(line: &mut [Segment], joined: &mut Vec<Segment>) {
    // Drawn lines say where the wall is; backgrounds only where none are. Long pieces say it better than short ones.
    let any_drawn = line.iter().any(|piece| piece.drawn);
    let (mut sum, mut weight) = (0.0f64, 0.0f64);
    for piece in line.iter().filter(|piece| piece.drawn || !any_drawn) {
        let length = f64::from(piece.length()) + 0.01;
        sum += f64::from(piece.at) * length;
        weight += length;
    }
    let at = (sum / weight) as f32;
    line.sort_unstable_by(|a, b| a.from.total_cmp(&b.from));
    let mut open: Option<(Segment, f32)> = None;
    for piece in line.iter() {
        let length = piece.length();
        if let Some((segment, last_length)) = &mut open {
            let gap = piece.from - segment.to;
            let shorter = last_length.min(length);
            let allowed = if shorter <= DASH { (1.2 + 2.0 * shorter.max(1.0)).min(DASH_GAP) } else { CORNER_GAP };
            if gap <= allowed.max(CORNER_GAP) {
                segment.to = segment.to.max(piece.to);
                segment.drawn |= piece.drawn;
                *last_length = length;
                continue;
            }
            joined.push(*segment);
        }
        open = Some((Segment { at, ..*piece }, length));
    }
    joined.extend(open.map(|(segment, _)| segment));
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::*;
    use crate::model::Rect;

    fn ends(list: &[Segment]) -> Vec<(i32, i32, i32)> {
        list.iter().map(|s| (s.at.round() as i32, s.from.round() as i32, s.to.round() as i32)).collect()
    }

    #[test]
    fn one_wall_however_drawn() {
        let mut sketch = Sketch::new(500.0, 500.0);
        // Edges cell by cell, each drawn twice, with small gaps at the corners.
        for cell in 0..5 {
            let x = 50.0 + 60.0 * cell as f32;
            sketch.horizontal(100.0, x + 0.5, x + 59.5).horizontal(101.2, x, x + 59.0);
        }
        // Dashes and dots.
        for dash in 0..40 {
            sketch.horizontal(200.0, 50.0 + 6.0 * dash as f32, 53.0 + 6.0 * dash as f32);
        }
        for dot in 0..100 {
            sketch.horizontal(300.0, 50.0 + 3.0 * dot as f32, 50.6 + 3.0 * dot as f32);
        }
        let found = segments(&sketch.page());
        assert_eq!(ends(&found.horizontal), [(101, 50, 350), (200, 50, 287), (300, 50, 348)]);
    }

    #[test]
    fn tables_one_below_the_other_have_walls_of_their_own() {
        let mut sketch = Sketch::new(500.0, 500.0);
        for x in [100.0, 200.0, 300.0] {
            sketch.vertical(x, 50.0, 150.0).vertical(x + 1.6, 180.0, 250.0);
        }
        let found = segments(&sketch.page());
        let at: Vec<f32> = found.vertical.iter().map(|segment| segment.at).collect();
        assert_eq!(at, [100.0, 101.6, 200.0, 201.6, 300.0, 301.6]);
    }

    #[test]
    fn dots_run_either_way() {
        let mut sketch = Sketch::new(500.0, 500.0);
        for dot in 0..50 {
            let y = 100.0 + 2.0 * dot as f32;
            sketch.horizontal(y, 60.0, 60.6);
        }
        let found = segments(&sketch.page());
        assert!(found.horizontal.is_empty());
        assert_eq!(ends(&found.vertical), [(60, 100, 198)]);
    }

    #[test]
    fn lines_apart_stay_apart_and_ticks_are_none() {
        let mut sketch = Sketch::new(500.0, 500.0);
        sketch.horizontal(100.0, 50.0, 200.0).horizontal(100.0, 215.0, 400.0).vertical(60.0, 97.0, 100.0);
        let found = segments(&sketch.page());
        assert_eq!(ends(&found.horizontal), [(100, 50, 200), (100, 215, 400)]);
        assert!(found.vertical.is_empty());
    }

    #[test]
    fn backgrounds_have_edges_and_the_pages_has_none() {
        let mut sketch = Sketch::new(500.0, 500.0);
        sketch.fill(Rect::new(0.0, 0.0, 500.0, 500.0), [255; 3]);
        sketch.fill(Rect::new(50.0, 100.0, 150.0, 120.0), [200; 3]);
        sketch.fill(Rect::new(150.4, 100.0, 250.0, 120.0), [220; 3]);
        sketch.fill(Rect::new(50.0, 200.0, 250.0, 204.0), [0; 3]);
        let found = segments(&sketch.page());
        assert_eq!(ends(&found.horizontal), [(100, 50, 250), (120, 50, 250), (202, 50, 250)]);
        assert_eq!(ends(&found.vertical), [(50, 100, 120), (150, 100, 120), (250, 100, 120)]);
        assert!(!found.vertical[0].drawn && found.horizontal[2].drawn);
    }

    #[test]
    fn pieces_without_a_place_are_dropped() {
        let mut sketch = Sketch::new(500.0, 500.0);
        sketch.horizontal(f32::NAN, 0.0, 100.0).horizontal(10.0, f32::NEG_INFINITY, 100.0).vertical(5.0, 90.0, 10.0);
        assert!(segments(&sketch.page()).is_empty());
    }
}
