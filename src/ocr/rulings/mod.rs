//! Ruling lines in a cleaned, upright picture: solid, faint, broken, dotted, dashed, double; not the strokes of
//! characters. A line is darker than what lies on both sides of it, along a length that no stroke has, or between two
//! lines that cross it.
//!
//! Vertical lines are found as the horizontal ones of the mirrored picture.

mod erase;
mod join;
mod keep;
mod scan;
mod spans;

use super::picture::Gray;
use crate::model::{Axis, Ruling};
use scan::Line;

/// The lines of a picture.
#[derive(Debug, Clone, Default)]
pub struct Lines {
    dpi: f32,
    horizontal: Vec<Line>,
    vertical: Vec<Line>,
}

impl Lines {
    /// The lines of a cleaned picture that has `dpi` pixels an inch.
    pub fn find(gray: &Gray, dpi: f32) -> Lines {
        let measure = Measure::new(dpi);
        let mut horizontal = join::joined(scan::lines(gray, &measure), gray, &measure);
        let turned = gray.transposed();
        let mut vertical = join::joined(scan::lines(&turned, &measure), &turned, &measure);
        let size = (gray.width as f32, gray.height as f32);
        keep::keep(&mut horizontal, &mut vertical, size, &measure);
        Lines { dpi: measure.inch, horizontal, vertical }
    }

    /// Pixels an inch of the picture that they were found in.
    pub fn dpi(&self) -> f32 {
        self.dpi
    }

    /// As rulings, in pixels.
    pub fn rulings(&self) -> Vec<Ruling> {
        let of = |axis: Axis| {
            move |line: &Line| Ruling {
                axis,
                at: line.at,
                from: line.from,
                to: line.to,
                width: line.thickness,
                colour: [line.shade; 3],
            }
        };
        let horizontal = self.horizontal.iter().map(of(Axis::Horizontal));
        horizontal.chain(self.vertical.iter().map(of(Axis::Vertical))).collect()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.horizontal.is_empty() && self.vertical.is_empty()
    }

    /// Takes the lines out of the picture that they were found in, so that characters which touch them stand free.
    /// Strokes that cross a line stay whole.
    pub fn erase(&self, gray: &mut Gray) {
        erase::erase(&self.horizontal, gray);
        let mut turned = gray.transposed();
        erase::erase(&self.vertical, &mut turned);
        *gray = turned.transposed();
    }
}

/// How a long line runs in a picture that is not quite straight.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Slope {
    /// Its middle across its direction: the row of a level line, the column of an upright one.
    pub(super) at: f32,
    /// Pixels across for each along.
    pub(super) slope: f32,
    /// How much it says: its length in inches.
    pub(super) weight: f32,
}

/// Shortest line that says how a page lies, in inches.
const TELLING: f32 = 1.0;

/// The slopes of the long level and of the long upright lines.
pub(super) fn slopes(gray: &Gray, dpi: f32) -> (Vec<Slope>, Vec<Slope>) {
    let measure = Measure::new(dpi);
    let of = |gray: &Gray| {
        let lines = scan::lines(gray, &measure);
        lines.iter().filter_map(|line| line.slope(TELLING * measure.inch, measure.inch)).collect()
    };
    (of(gray), of(&gray.transposed()))
}

/// Lengths in pixels at the picture's resolution.
#[derive(Debug, Clone, Copy)]
struct Measure {
    /// Distances at which a line's surroundings are looked at: fine, usual, thick lines.
    sides: [usize; 3],
    /// Pixels along a line that are mixed before looking: dots become a line, noise is less.
    mixed: usize,
    /// Widest gap in a line: a crossing line, a gap between dots.
    gap: usize,
    /// Widest gap between dashes.
    dash_gap: usize,
    /// Shortest piece that is looked at further.
    piece: usize,
    /// Pixels in an inch.
    inch: f32,
}

impl Measure {
    fn new(dpi: f32) -> Self {
        let dpi = if dpi.is_finite() { dpi.clamp(50.0, 1200.0) } else { 200.0 };
        let pixels = |inches: f32, least: usize| ((dpi * inches).round() as usize).max(least);
        Measure {
            sides: [pixels(0.011, 2), pixels(0.022, 3), pixels(0.04, 5)],
            mixed: pixels(0.026, 3) | 1,
            gap: pixels(0.05, 5),
            dash_gap: pixels(0.12, 10),
            piece: pixels(0.11, 12),
            inch: dpi,
        }
    }
}
