//! Strips: what the recognisers are shown of a line.

use super::ink::Box2;
use super::picture::Gray;
use super::recognise::{HEIGHT, MOST_WIDTH, Strip};
use super::resample;
use super::segment::Line;
use std::ops::Range;

/// Margin around a line's ink, in hundredths of its height.
const MARGIN: i32 = 12;
/// The shade of paper in a ready picture.
const PAPER: u8 = 255;

/// Where a piece lies in its strip, in pixels of the strip, and how many pixels of the picture one of them is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Slot {
    /// Its first column in the strip.
    pub(super) from: f32,
    /// One past its last.
    pub(super) to: f32,
    /// x of its first column in the picture.
    pub(super) left: f32,
    /// Pixels of the picture in one of the strip.
    pub(super) scale: f32,
}

/// A line's picture, its pieces side by side. `size` is the usual height of text. With `seen`, only so many rows above and
/// below a piece are shown, and paper beyond: there stand characters of other lines.
pub(super) fn strip(picture: &Gray, line: &Line, size: i32, seen: Option<i32>) -> (Strip, Vec<Slot>) {
    let mut parts: Vec<(Vec<u8>, u32)> = Vec::new();
    let mut slots = Vec::new();
    let mut at = 0u32;
    for piece in &line.pieces {
        // A dash or a dot alone keeps the size that it has among other text.
        let least = match line.pieces.len() {
            1 if piece.width() < size => size,
            1 => size * 8 / 10,
            _ => 1,
        };
        let height = piece.height().max(least);
        let height = height + height * MARGIN / 50;
        let middle = (piece.y0 + piece.y1) / 2;
        let side = height * MARGIN / 100 + 1;
        let area = Box2 {
            x0: piece.x0 - side,
            x1: piece.x1 + side,
            y0: middle - height / 2,
            y1: middle - height / 2 + height,
        };
        let width = (area.width() as f32 * HEIGHT as f32 / area.height().max(1) as f32)
            .round()
            .clamp(8.0, MOST_WIDTH as f32) as u32;
        let width = width.min(MOST_WIDTH.saturating_sub(at));
        if width < 8 {
            break;
        }
        let mut shown = resample::resize(picture, &area, width, HEIGHT);
        if let Some(seen) = seen {
            hide(&mut shown, width, &area, piece.y0 - seen..piece.y1 + seen);
        }
        parts.push((shown, width));
        let scale = area.width() as f32 / width as f32;
        slots.push(Slot { from: at as f32, to: (at + width) as f32, left: area.x0 as f32, scale });
        at += width;
    }
    let mut pixels = Vec::with_capacity((at * HEIGHT) as usize);
    for row in 0..HEIGHT as usize {
        for (part, width) in &parts {
            let length = *width as usize;
            pixels.extend_from_slice(part.get(row * length..(row + 1) * length).unwrap_or(&[]));
        }
    }
    (Strip { width: at, pixels }, slots)
}

/// Paints what lies above and below these rows of the picture as paper.
fn hide(shown: &mut [u8], width: u32, area: &Box2, rows: Range<i32>) {
    let step = area.height() as f32 / HEIGHT as f32;
    for (number, row) in shown.chunks_exact_mut(width.max(1) as usize).enumerate() {
        let middle = area.y0 as f32 + (number as f32 + 0.5) * step;
        if middle < rows.start as f32 || middle >= rows.end as f32 {
            row.fill(PAPER);
        }
    }
}
