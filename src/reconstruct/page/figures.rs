//! Areas of a page that are drawn: charts, diagrams, formulas of chemistry. Their labels stand below and beside each other
//! as a table's texts do, and are none.

use super::words::Word;
use crate::model::{Page, Rect};

/// Side of the squares that the page is looked at in, in points: what is nearer than that is one drawing.
const SQUARE: f32 = 12.0;
/// Strokes that make a drawing; or one that is so large.
const LEAST_STROKES: u32 = 5;
const LARGE: f32 = 60.0;
/// A smaller drawing is a sign or a logo.
const LEAST_SIDE: f32 = 40.0;
/// Part of the page from which strokes decorate it.
const MOST_OF_PAGE: f32 = 0.6;
/// How far from a drawing its labels may stand, in points.
const LABELS: f32 = 24.0;
/// Part of the words that makes a text a drawing's labels.
const MOST: f32 = 0.6;

/// The drawings of a page, each as the box around its strokes.
pub(super) fn figures(page: &Page) -> Vec<Rect> {
    if page.curves.is_empty() || !(page.width > 0.0 && page.height > 0.0) {
        return Vec::new();
    }
    let squares = |length: f32| ((length / SQUARE).ceil() as usize).clamp(1, 2_000);
    let (columns, rows) = (squares(page.width), squares(page.height));
    let column = |x: f32| ((x / SQUARE).max(0.0) as usize).min(columns - 1);
    let row = |y: f32| ((y / SQUARE).max(0.0) as usize).min(rows - 1);
    // Covered squares as running sums of corners, so that a stroke costs the same however long it is.
    let mut corners = vec![0i32; (columns + 1) * (rows + 1)];
    for curve in &page.curves {
        let (x0, x1, y0, y1) = (column(curve.x0), column(curve.x1) + 1, row(curve.y0), row(curve.y1) + 1);
        for (x, y, sign) in [(x0, y0, 1), (x1, y0, -1), (x0, y1, -1), (x1, y1, 1)] {
            corners[y * (columns + 1) + x] += sign;
        }
    }
    for y in 0..=rows {
        for x in 1..=columns {
            corners[y * (columns + 1) + x] += corners[y * (columns + 1) + x - 1];
        }
    }
    for at in columns + 1..corners.len() {
        corners[at] += corners[at - columns - 1];
    }
    let covered = |x: usize, y: usize| corners[y * (columns + 1) + x] > 0;
    // Squares that touch, corners included, are one drawing.
    let mut drawing = vec![u32::MAX; columns * rows];
    let mut count = 0;
    for start in 0..columns * rows {
        if drawing[start] != u32::MAX || !covered(start % columns, start / columns) {
            continue;
        }
        drawing[start] = count;
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            let (x, y) = (at % columns, at / columns);
            for y in y.saturating_sub(1)..=(y + 1).min(rows - 1) {
                for x in x.saturating_sub(1)..=(x + 1).min(columns - 1) {
                    let next = y * columns + x;
                    if drawing[next] == u32::MAX && covered(x, y) {
                        drawing[next] = count;
                        open.push(next);
                    }
                }
            }
        }
        count += 1;
    }
    let mut found: Vec<Option<(Rect, u32, bool)>> = vec![None; count as usize];
    for curve in &page.curves {
        let Some(found) = found.get_mut(drawing[row(curve.y0) * columns + column(curve.x0)] as usize) else { continue };
        let large = curve.width() >= LARGE && curve.height() >= LARGE;
        let (bbox, strokes, any) = found.unwrap_or((*curve, 0, false));
        *found = Some((bbox.union(curve), strokes + 1, any || large));
    }
    let is_figure = |(bbox, strokes, large): &(Rect, u32, bool)| {
        (*strokes >= LEAST_STROKES || *large)
            && bbox.width() >= LEAST_SIDE
            && bbox.height() >= LEAST_SIDE
            && bbox.width() * bbox.height() <= MOST_OF_PAGE * page.width * page.height
    };
    found.into_iter().flatten().filter(is_figure).map(|(bbox, ..)| bbox).collect()
}

/// Are these words a drawing's labels?
pub(super) fn is_labels(figures: &[Rect], words: &[Word], chosen: &[u32]) -> bool {
    if figures.is_empty() {
        return false;
    }
    let near = |word: &&u32| {
        words.get(**word as usize).is_some_and(|word| {
            let (x, y) = word.bbox.center();
            figures.iter().any(|f| f.x0 - LABELS <= x && x <= f.x1 + LABELS && f.y0 - LABELS <= y && y <= f.y1 + LABELS)
        })
    };
    chosen.iter().filter(near).count() as f32 >= MOST * chosen.len() as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(curves: &[(f32, f32, f32, f32)]) -> Page {
        let curves = curves.iter().map(|&(x0, y0, x1, y1)| Rect::new(x0, y0, x1, y1)).collect();
        Page { width: 600.0, height: 800.0, curves, ..Page::default() }
    }

    #[test]
    fn strokes_that_are_near_each_other_are_one_drawing() {
        let pieces: Vec<_> = (0..6).map(|n| (100.0 + 20.0 * n as f32, 200.0, 118.0 + 20.0 * n as f32, 250.0)).collect();
        assert_eq!(figures(&page(&pieces)), [Rect::new(100.0, 200.0, 218.0, 250.0)]);
        assert_eq!(figures(&page(&pieces[..4])), [], "a few strokes are a sign");
        let pie = [(100.0, 100.0, 180.0, 180.0), (400.0, 600.0, 405.0, 605.0)];
        assert_eq!(figures(&page(&pie)), [Rect::new(100.0, 100.0, 180.0, 180.0)]);
        assert_eq!(figures(&page(&[(0.0, 0.0, 600.0, 700.0)])), [], "what covers the page decorates it");
        assert_eq!(figures(&page(&[(-1e9, 0.0, f32::MAX, 1.0), (f32::NAN, 0.0, 1.0, 1.0)])), []);
    }
}
