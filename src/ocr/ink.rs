//! Which pixels of a picture are ink, and how much of it lies in a box.

use super::picture::Gray;
use serde::{Deserialize, Serialize};

/// A box in pixels: left, top inclusive, right, bottom exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Box2 {
    /// First column.
    pub(super) x0: i32,
    /// First row.
    pub(super) y0: i32,
    /// One past the last column.
    pub(super) x1: i32,
    /// One past the last row.
    pub(super) y1: i32,
}

impl Box2 {
    /// A box with these edges.
    pub(super) fn new(x0: i32, y0: i32, x1: i32, y1: i32) -> Self {
        Box2 { x0, y0, x1, y1 }
    }

    /// Columns, at least 0.
    pub(super) fn width(&self) -> i32 {
        (self.x1 - self.x0).max(0)
    }

    /// Rows, at least 0.
    pub(super) fn height(&self) -> i32 {
        (self.y1 - self.y0).max(0)
    }

    /// Pixels.
    pub(super) fn area(&self) -> i64 {
        i64::from(self.width()) * i64::from(self.height())
    }

    /// The part in both; of no area where they do not meet.
    pub(super) fn within(&self, other: &Box2) -> Box2 {
        let (x0, y0) = (self.x0.max(other.x0), self.y0.max(other.y0));
        Box2 { x0, y0, x1: self.x1.min(other.x1).max(x0), y1: self.y1.min(other.y1).max(y0) }
    }

    /// The smallest box around both.
    pub(super) fn union(&self, other: &Box2) -> Box2 {
        Box2 {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// Larger by this on every side, smaller where negative.
    pub(super) fn grown(&self, by: i32) -> Box2 {
        Box2 { x0: self.x0 - by, y0: self.y0 - by, x1: self.x1 + by, y1: self.y1 + by }
    }
}

/// The ink of a picture, a byte a pixel: 1 is ink.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Ink {
    /// Pixels in a row.
    pub(super) width: i32,
    /// Rows.
    pub(super) height: i32,
    bits: Vec<u8>,
}

/// Side of the square over which the paper's brightness is taken.
const TILE: usize = 32;
/// How much darker than the paper around it, of 255, a pixel is at least.
const LEAST_CONTRAST: i32 = 45;

impl Ink {
    /// The pixels that are clearly darker than the paper around them.
    pub(super) fn of(picture: &Gray) -> Ink {
        let (gray, width, height) = (&picture.pixels, picture.width, picture.height);
        let paper = Paper::of(gray, width, height);
        let mut bits = vec![0u8; width * height];
        for (y, (row, out)) in gray.chunks_exact(width.max(1)).zip(bits.chunks_exact_mut(width.max(1))).enumerate() {
            for (tile, (pixels, out)) in row.chunks(TILE).zip(out.chunks_mut(TILE)).enumerate() {
                let limit = paper.limit(tile, y / TILE);
                for (pixel, out) in pixels.iter().zip(out) {
                    *out = u8::from(i32::from(*pixel) < limit);
                }
            }
        }
        Ink { width: width as i32, height: height as i32, bits }
    }

    /// The whole picture.
    pub(super) fn area(&self) -> Box2 {
        Box2::new(0, 0, self.width, self.height)
    }

    /// One row of a box.
    pub(super) fn row(&self, y: i32, from: i32, to: i32) -> &[u8] {
        if y < 0 || y >= self.height {
            return &[];
        }
        let start = (y * self.width) as usize;
        let (from, to) = (from.clamp(0, self.width) as usize, to.clamp(0, self.width) as usize);
        self.bits.get(start + from..start + to.max(from)).unwrap_or(&[])
    }

    /// Ink pixels in a box.
    #[cfg(test)]
    pub(super) fn count(&self, area: &Box2) -> i64 {
        let area = area.within(&self.area());
        (area.y0..area.y1).map(|y| self.row(y, area.x0, area.x1).iter().map(|&b| i64::from(b)).sum::<i64>()).sum()
    }

    /// Ink in each row of a box.
    pub(super) fn by_row(&self, area: &Box2) -> Vec<i32> {
        let area = area.within(&self.area());
        (area.y0..area.y1).map(|y| self.row(y, area.x0, area.x1).iter().map(|&b| i32::from(b)).sum()).collect()
    }

    /// Ink in each column of a box.
    pub(super) fn by_column(&self, area: &Box2) -> Vec<i32> {
        let area = area.within(&self.area());
        let mut sums = vec![0; area.width() as usize];
        for y in area.y0..area.y1 {
            for (sum, &bit) in sums.iter_mut().zip(self.row(y, area.x0, area.x1)) {
                *sum += i32::from(bit);
            }
        }
        sums
    }

    /// The parts of a box, as high as that, that hang together: between them are columns without ink.
    pub(super) fn stretches(&self, area: &Box2) -> Vec<Box2> {
        let area = area.within(&self.area());
        let columns = self.by_column(&area);
        let mut found = Vec::new();
        let mut begun = None;
        for column in 0..=columns.len() {
            match (begun, columns.get(column).is_some_and(|&n| n > 0)) {
                (None, true) => begun = Some(column),
                (Some(from), false) => {
                    begun = None;
                    found.push(Box2 { x0: area.x0 + from as i32, x1: area.x0 + column as i32, ..area });
                }
                _ => {}
            }
        }
        found
    }

    /// The smallest box around the ink in a box; None where there is none.
    pub(super) fn bounds(&self, area: &Box2) -> Option<Box2> {
        let area = area.within(&self.area());
        let rows = self.by_row(&area);
        let (top, bottom) = (rows.iter().position(|&n| n > 0)?, rows.iter().rposition(|&n| n > 0)?);
        let columns = self.by_column(&area);
        let (left, right) = (columns.iter().position(|&n| n > 0)?, columns.iter().rposition(|&n| n > 0)?);
        Some(Box2 {
            x0: area.x0 + left as i32,
            y0: area.y0 + top as i32,
            x1: area.x0 + right as i32 + 1,
            y1: area.y0 + bottom as i32 + 1,
        })
    }
}

/// How bright the paper is, tile by tile.
struct Paper {
    columns: usize,
    bright: Vec<u8>,
}

impl Paper {
    fn of(gray: &[u8], width: usize, height: usize) -> Paper {
        let columns = width.div_ceil(TILE);
        let rows = height.div_ceil(TILE);
        let mut counts = vec![[0u16; 32]; columns * rows];
        for (y, row) in gray.chunks_exact(width.max(1)).enumerate() {
            for (tile, pixels) in row.chunks(TILE).enumerate() {
                if let Some(count) = counts.get_mut((y / TILE) * columns + tile) {
                    for pixel in pixels {
                        count[usize::from(*pixel >> 3)] += 1;
                    }
                }
            }
        }
        // The brightest third of a tile is paper unless the tile is all dark, which its neighbours then tell.
        let own: Vec<u8> = counts.iter().map(|count| quantile(count, 0.7)).collect();
        let at = |x: i64, y: i64| {
            let inside = x >= 0 && y >= 0 && x < columns as i64 && y < rows as i64;
            inside.then(|| own.get(y as usize * columns + x as usize).copied()).flatten().unwrap_or(0)
        };
        let mut bright = Vec::with_capacity(own.len());
        for y in 0..rows as i64 {
            for x in 0..columns as i64 {
                let around = (-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (dx, dy)));
                bright.push(around.map(|(dx, dy)| at(x + dx, y + dy)).max().unwrap_or(255));
            }
        }
        Paper { columns, bright }
    }

    /// Darkest value that is still paper.
    fn limit(&self, column: usize, row: usize) -> i32 {
        let paper = i32::from(self.bright.get(row * self.columns + column).copied().unwrap_or(255));
        (paper - LEAST_CONTRAST).min(paper * 7 / 10)
    }
}

fn quantile(counts: &[u16; 32], share: f64) -> u8 {
    let total: u32 = counts.iter().map(|&n| u32::from(n)).sum();
    let (mut seen, mut at) = (0, 31);
    for (level, &n) in counts.iter().enumerate() {
        seen += u32::from(n);
        if f64::from(seen) >= share * f64::from(total) {
            at = level;
            break;
        }
    }
    (at * 8 + 7) as u8
}

/// The ink in a box, in pixels, and how thick its strokes are: ink over half of its outline.
pub(super) fn strokes(area: &Box2, is_ink: impl Fn(i32, i32) -> bool) -> (f32, f32) {
    let (mut ink, mut outline) = (0u32, 0u32);
    for y in area.y0..area.y1 {
        for x in (area.x0..area.x1).filter(|&x| is_ink(x, y)) {
            ink += 1;
            let inside = is_ink(x - 1, y) && is_ink(x + 1, y) && is_ink(x, y - 1) && is_ink(x, y + 1);
            outline += u32::from(!inside);
        }
    }
    (ink as f32, 2.0 * ink as f32 / outline.max(1) as f32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sheet(paper: u8) -> Gray {
        let mut picture = Gray::new(100, 80, paper);
        (20..30).for_each(|y| picture.row_mut(y)[40..70].fill(10));
        picture
    }

    #[test]
    fn ink_is_found_on_white_and_on_gray_paper() {
        for paper in [255, 180] {
            let ink = Ink::of(&sheet(paper));
            assert_eq!(ink.bounds(&ink.area()), Some(Box2::new(40, 20, 70, 30)), "paper {paper}");
            assert_eq!(ink.count(&Box2::new(0, 0, 50, 25)), 50);
            assert_eq!(ink.by_row(&Box2::new(40, 19, 70, 21)), [0, 30]);
            assert_eq!(ink.by_column(&Box2::new(39, 20, 41, 30)), [0, 10]);
            assert_eq!(ink.stretches(&Box2::new(30, 22, 80, 25)), [Box2::new(40, 22, 70, 25)]);
        }
    }

    #[test]
    fn boxes_may_lie_outside() {
        let ink = Ink::of(&sheet(255));
        assert_eq!(ink.bounds(&Box2::new(-5, 25, 1000, 1000)), Some(Box2::new(40, 25, 70, 30)));
        assert_eq!(ink.bounds(&Box2::new(500, 500, 600, 600)), None);
        assert_eq!(ink.count(&Box2::new(-10, -10, -1, -1)), 0);
    }
}
