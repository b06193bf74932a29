//! Paths to ruling lines and fills: whatever is drawn straight, thin and parallel to the page's edges is a line,
//! however it was drawn.

use super::colour::Rgb;
use super::matrix::Matrix;
use crate::model::{Axis, Fill, Rect, Ruling};

/// A filled shape up to this thickness in points is a line. Browsers draw borders as rectangles, a 4 px one being 3 pt.
const THIN: f32 = 3.2;
/// A line drawn this little out of parallel, in points, is still parallel.
const SLANT: f64 = 0.6;
/// A filled round shape that is no larger, in points, may be a letter drawn as an outline, or a bullet.
const LETTER: f32 = 16.0;
/// From here on a colour is light, in each of its parts.
const LIGHT: u8 = 200;
/// Most line pieces and fills kept of one page: a drawing that has more is no table, and is told.
pub(super) const MAX_PIECES: usize = 100_000;
/// Most points of one path: what comes after is not needed to tell that it is a drawing.
const MAX_POINTS: usize = 200_000;

/// The current path, in page coordinates.
#[derive(Debug, Default)]
pub(super) struct Path {
    points: Vec<(f64, f64)>,
    subpaths: Vec<Subpath>,
}

#[derive(Debug, Clone, Copy)]
struct Subpath {
    start: usize,
    closed: bool,
    curved: bool,
}

impl Path {
    pub(super) fn clear(&mut self) {
        self.points.clear();
        self.subpaths.clear();
    }

    pub(super) fn move_to(&mut self, matrix: &Matrix, x: f64, y: f64) {
        if self.points.len() < MAX_POINTS {
            self.subpaths.push(Subpath { start: self.points.len(), closed: false, curved: false });
            self.points.push(matrix.apply(x, y));
        }
    }

    pub(super) fn line_to(&mut self, matrix: &Matrix, x: f64, y: f64) {
        if self.subpaths.is_empty() {
            return self.move_to(matrix, x, y);
        }
        if self.points.len() < MAX_POINTS {
            if self.subpaths.last().is_some_and(|s| s.closed) {
                // After a close the current point is the subpath's start.
                let start = self.subpaths.last().map_or(0, |s| s.start);
                let point = self.points[start];
                self.subpaths.push(Subpath { start: self.points.len(), closed: false, curved: false });
                self.points.push(point);
            }
            self.points.push(matrix.apply(x, y));
        }
    }

    /// A curve counts as the way to its end that is no line.
    pub(super) fn curve_to(&mut self, matrix: &Matrix, x: f64, y: f64) {
        self.line_to(matrix, x, y);
        if let Some(subpath) = self.subpaths.last_mut() {
            subpath.curved = true;
        }
    }

    pub(super) fn close(&mut self) {
        if let Some(subpath) = self.subpaths.last_mut() {
            subpath.closed = true;
        }
    }

    pub(super) fn rectangle(&mut self, matrix: &Matrix, x: f64, y: f64, width: f64, height: f64) {
        self.move_to(matrix, x, y);
        self.line_to(matrix, x + width, y);
        self.line_to(matrix, x + width, y + height);
        self.line_to(matrix, x, y + height);
        self.close();
    }

    fn subpaths(&self) -> impl Iterator<Item = (&[(f64, f64)], Subpath)> {
        self.subpaths.iter().enumerate().map(|(index, subpath)| {
            let end = self.subpaths.get(index + 1).map_or(self.points.len(), |next| next.start);
            (&self.points[subpath.start..end], *subpath)
        })
    }

    /// The box of the whole path; None of an empty one.
    pub(super) fn bounds(&self) -> Option<Rect> {
        bounds(&self.points)
    }
}

fn bounds(points: &[(f64, f64)]) -> Option<Rect> {
    let (first, rest) = points.split_first()?;
    let start = (first.0, first.1, first.0, first.1);
    let (x0, y0, x1, y1) =
        rest.iter().fold(start, |(x0, y0, x1, y1), &(x, y)| (x0.min(x), y0.min(y), x1.max(x), y1.max(y)));
    Some(Rect { x0: x0 as f32, y0: y0 as f32, x1: x1 as f32, y1: y1 as f32 })
}

/// Collects what a page draws that can be part of a table.
#[derive(Debug, Default)]
pub(super) struct Drawing {
    pub(super) rulings: Vec<Ruling>,
    pub(super) fills: Vec<Fill>,
    /// Boxes of what is neither.
    pub(super) curves: Vec<Rect>,
    /// Was something left out for being too much?
    pub(super) cut: bool,
}

impl Drawing {
    /// The path's lines, drawn with a pen of this width.
    pub(super) fn stroke(&mut self, path: &Path, width: f32, colour: Rgb, clip: &Rect) {
        for (points, subpath) in path.subpaths() {
            // A curved subpath is a rounded box at best: its straight sides are lines too, its corners are short.
            for pair in points.windows(2) {
                self.segment(pair[0], pair[1], width, colour, clip);
            }
            if subpath.closed
                && let (Some(&first), Some(&last)) = (points.first(), points.last())
            {
                self.segment(last, first, width, colour, clip);
            }
            if is_mostly_slanted(points) {
                self.curve(points, colour, clip);
            }
        }
    }

    fn curve(&mut self, points: &[(f64, f64)], colour: Rgb, clip: &Rect) {
        // Light ones lie behind the text: watermarks, ornaments.
        if colour.iter().all(|part| *part >= LIGHT) {
            return;
        }
        if let Some(seen) = bounds(points).and_then(|area| area.intersection(clip))
            && self.curves.len() < MAX_PIECES
        {
            self.curves.push(seen);
        }
    }

    fn segment(&mut self, from: (f64, f64), to: (f64, f64), width: f32, colour: Rgb, clip: &Rect) {
        let (dx, dy) = ((to.0 - from.0).abs(), (to.1 - from.1).abs());
        let half = width / 2.0;
        if dy <= SLANT && dx > dy {
            let at = ((from.1 + to.1) / 2.0) as f32;
            let box_ = Rect::new(from.0 as f32, at - half, to.0 as f32, at + half);
            self.line(box_, Axis::Horizontal, colour, clip);
        } else if dx <= SLANT && dy > dx {
            let at = ((from.0 + to.0) / 2.0) as f32;
            let box_ = Rect::new(at - half, from.1 as f32, at + half, to.1 as f32);
            self.line(box_, Axis::Vertical, colour, clip);
        } else if dx == 0.0 && dy == 0.0 && width > 0.0 {
            // A dot of a dotted line: a stroke without length and with round or square ends.
            let (x, y) = (from.0 as f32, from.1 as f32);
            self.line(Rect::new(x - half, y - half, x + half, y + half), Axis::Horizontal, colour, clip);
        }
    }

    /// The path's areas: lines where they are thin.
    pub(super) fn fill(&mut self, path: &Path, even_odd: bool, colour: Rgb, clip: &Rect) {
        let mut previous: Option<Rect> = None;
        for (points, subpath) in path.subpaths() {
            let Some(area) = bounds(points) else { continue };
            let small = area.width() <= LETTER && area.height() <= LETTER;
            if !small && area.width().min(area.height()) > THIN && is_mostly_slanted(points) {
                self.curve(points, colour, clip);
            }
            if subpath.curved && area.width().min(area.height()) > THIN {
                // Round shapes and letters drawn as outlines are neither lines nor backgrounds.
                previous = None;
                continue;
            }
            if area.width().min(area.height()) <= THIN {
                let axis = if area.width() >= area.height() { Axis::Horizontal } else { Axis::Vertical };
                self.line(area, axis, colour, clip);
                previous = None;
                continue;
            }
            // A frame is drawn as a box with a slightly smaller one cut out of it.
            if let Some(outer) = previous.filter(|outer| is_frame(outer, &area))
                && (even_odd || !subpath.curved)
            {
                self.fills.pop();
                self.frame(&outer, &area, colour, clip);
                previous = None;
                continue;
            }
            if points.len() <= 5
                && is_upright(points)
                && let Some(bbox) = area.intersection(clip)
            {
                if self.fills.len() >= MAX_PIECES {
                    self.cut = true;
                    return;
                }
                self.fills.push(Fill { bbox, colour });
                previous = Some(area);
            }
        }
    }

    fn frame(&mut self, outer: &Rect, inner: &Rect, colour: Rgb, clip: &Rect) {
        let sides = [
            (Rect { y1: inner.y0, ..*outer }, Axis::Horizontal),
            (Rect { y0: inner.y1, ..*outer }, Axis::Horizontal),
            (Rect { x1: inner.x0, ..*outer }, Axis::Vertical),
            (Rect { x0: inner.x1, ..*outer }, Axis::Vertical),
        ];
        for (side, axis) in sides {
            self.line(side, axis, colour, clip);
        }
    }

    /// A line that covers this box, as far as it is seen.
    pub(super) fn line(&mut self, area: Rect, axis: Axis, colour: Rgb, clip: &Rect) {
        let Some(seen) = area.intersection(clip) else { return };
        if self.rulings.len() >= MAX_PIECES {
            self.cut = true;
            return;
        }
        let (x, y) = seen.center();
        self.rulings.push(match axis {
            Axis::Horizontal => Ruling { axis, at: y, from: seen.x0, to: seen.x1, width: seen.height(), colour },
            Axis::Vertical => Ruling { axis, at: x, from: seen.y0, to: seen.y1, width: seen.width(), colour },
        });
    }

    /// A picture; one that is as thin as a line is one.
    pub(super) fn image(&mut self, area: Rect, clip: &Rect, images: &mut Vec<Rect>) {
        let thin = area.width().min(area.height()) <= THIN;
        if thin && area.width().max(area.height()) > 4.0 * THIN {
            let axis = if area.width() >= area.height() { Axis::Horizontal } else { Axis::Vertical };
            self.line(area, axis, super::colour::BLACK, clip);
        } else if let Some(seen) = area.intersection(clip)
            && images.len() < MAX_PIECES
        {
            images.push(seen);
        }
    }
}

fn is_frame(outer: &Rect, inner: &Rect) -> bool {
    let margins = [inner.x0 - outer.x0, inner.y0 - outer.y0, outer.x1 - inner.x1, outer.y1 - inner.y1];
    margins.iter().all(|m| (-0.01..=THIN).contains(m)) && margins.iter().any(|m| *m > 0.0)
}

/// Is more of the way slanted than not? A box with rounded corners is not, nor is one with a corner cut off.
fn is_mostly_slanted(points: &[(f64, f64)]) -> bool {
    let (mut slanted, mut straight) = (0.0, 0.0);
    for pair in points.windows(2) {
        let (dx, dy) = ((pair[0].0 - pair[1].0).abs(), (pair[0].1 - pair[1].1).abs());
        // Of a flat curve drawn in short pieces, some pieces are as good as straight; a long one of them is a side.
        let flat = dx.min(dy) <= SLANT && dx.max(dy) > 10.0 * SLANT;
        if flat { straight += dx.max(dy) } else { slanted += dx.hypot(dy) }
    }
    slanted > straight
}

/// Are all sides parallel to the page's edges?
fn is_upright(points: &[(f64, f64)]) -> bool {
    points.windows(2).all(|p| (p[0].0 - p[1].0).abs() <= SLANT || (p[0].1 - p[1].1).abs() <= SLANT)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGE: Rect = Rect { x0: 0.0, y0: 0.0, x1: 600.0, y1: 800.0 };

    fn rectangle(x: f64, y: f64, width: f64, height: f64) -> Path {
        let mut path = Path::default();
        path.rectangle(&Matrix::IDENTITY, x, y, width, height);
        path
    }

    #[test]
    fn a_thin_rectangle_is_a_line_and_a_thick_one_a_fill() {
        let mut drawing = Drawing::default();
        drawing.fill(&rectangle(10.0, 20.0, 100.0, 1.0), false, [0; 3], &PAGE);
        drawing.fill(&rectangle(10.0, 20.0, 100.0, 30.0), false, [200; 3], &PAGE);
        let line = Ruling { axis: Axis::Horizontal, at: 20.5, from: 10.0, to: 110.0, width: 1.0, colour: [0; 3] };
        assert_eq!(drawing.rulings, [line]);
        assert_eq!(drawing.fills, [Fill { bbox: Rect::new(10.0, 20.0, 110.0, 50.0), colour: [200; 3] }]);
    }

    #[test]
    fn a_stroked_rectangle_is_four_lines_and_a_clip_cuts_them() {
        let mut drawing = Drawing::default();
        let clip = Rect::new(0.0, 0.0, 60.0, 800.0);
        drawing.stroke(&rectangle(10.0, 20.0, 100.0, 30.0), 1.0, [0; 3], &clip);
        let ends: Vec<_> = drawing.rulings.iter().map(|r| (r.axis, r.at, r.from, r.to)).collect();
        assert_eq!(
            ends,
            [
                (Axis::Horizontal, 20.0, 10.0, 60.0),
                (Axis::Horizontal, 50.0, 10.0, 60.0),
                (Axis::Vertical, 10.0, 20.0, 50.0),
            ]
        );
    }

    #[test]
    fn slanted_and_round_strokes_are_curves_and_rounded_boxes_and_letters_are_not() {
        let path = |points: &[(f64, f64)], curved: bool| {
            let mut path = Path::default();
            path.move_to(&Matrix::IDENTITY, points[0].0, points[0].1);
            for &(x, y) in &points[1..] {
                if curved { path.curve_to(&Matrix::IDENTITY, x, y) } else { path.line_to(&Matrix::IDENTITY, x, y) }
            }
            path
        };
        let mut drawing = Drawing::default();
        drawing.stroke(&path(&[(10.0, 10.0), (60.0, 40.0), (90.0, 20.0)], false), 1.0, [0; 3], &PAGE);
        drawing.fill(
            &path(&[(100.0, 100.0), (130.0, 120.0), (100.0, 140.0), (70.0, 120.0)], true),
            false,
            [9; 3],
            &PAGE,
        );
        let expected = [Rect::new(10.0, 10.0, 90.0, 40.0), Rect::new(70.0, 100.0, 130.0, 140.0)];
        assert_eq!(drawing.curves, expected);
        let mut drawing = Drawing::default();
        let rounded =
            [(14.0, 10.0), (96.0, 10.0), (100.0, 14.0), (100.0, 46.0), (96.0, 50.0), (14.0, 50.0), (10.0, 46.0)];
        drawing.stroke(&path(&rounded, true), 1.0, [0; 3], &PAGE);
        drawing.fill(&path(&[(10.0, 10.0), (15.0, 12.0), (20.0, 22.0), (11.0, 20.0)], true), false, [0; 3], &PAGE);
        drawing.stroke(&path(&[(10.0, 10.0), (60.0, 40.0)], false), 1.0, [240; 3], &PAGE);
        assert_eq!(drawing.curves, []);
    }

    #[test]
    fn a_frame_with_its_inside_cut_out_is_four_lines() {
        let mut path = rectangle(10.0, 20.0, 100.0, 50.0);
        path.rectangle(&Matrix::IDENTITY, 11.0, 21.0, 98.0, 48.0);
        let mut drawing = Drawing::default();
        drawing.fill(&path, true, [0; 3], &PAGE);
        assert_eq!((drawing.rulings.len(), drawing.fills.len()), (4, 0));
    }
}
