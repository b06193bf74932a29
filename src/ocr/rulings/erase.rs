//! Lines taken out of a picture.

use super::scan::Line;
use crate::ocr::picture::Gray;

/// Rows beside a line that its blur darkens.
const BLUR: usize = 1;
/// Shades under the paper's from which a pixel beside a line is a stroke's.
const INK: u8 = 70;
/// Rows beyond the line in which a stroke must be seen on both sides to cross it.
const BEYOND: usize = 2;

/// Takes out horizontal lines.
pub(super) fn erase(lines: &[Line], gray: &mut Gray) {
    for line in lines {
        let (from, to) = (line.from.max(0.0) as usize, (line.to.max(0.0) as usize + 1).min(gray.width));
        if from >= to {
            continue;
        }
        // The line's own top and bottom row at each column; where it is broken, as at the column before.
        let mut bounds: Vec<Option<(usize, usize)>> = vec![None; to - from];
        for run in &line.runs {
            for x in (run.from as usize).max(from)..(run.to as usize).min(to) {
                let y = run.y as usize;
                let bound = bounds[x - from].get_or_insert((y, y));
                *bound = (bound.0.min(y), bound.1.max(y));
            }
        }
        let mut last = bounds.iter().flatten().next().copied();
        for (x, bound) in (from..to).zip(bounds) {
            last = bound.or(last);
            if let Some((top, bottom)) = last {
                erase_column(gray, x, top.saturating_sub(BLUR), (bottom + BLUR).min(gray.height.saturating_sub(1)));
            }
        }
    }
}

fn erase_column(gray: &mut Gray, x: usize, top: usize, bottom: usize) {
    let side = |rows: &mut dyn Iterator<Item = usize>| -> (u8, u8) {
        rows.fold((255, 0), |(dark, light), y| {
            let value = gray.at(x, y);
            (dark.min(value), light.max(value))
        })
    };
    let (above_dark, above) = side(&mut (top.saturating_sub(BEYOND)..top));
    let (below_dark, below) = side(&mut (bottom + 1..(bottom + 1 + BEYOND).min(gray.height)));
    let paper = above.max(below).max(200);
    let is_ink = |shade: u8| shade < paper.saturating_sub(INK);
    let stroke = (is_ink(above_dark), is_ink(below_dark));
    if stroke == (true, true) {
        return;
    }
    let width = gray.width;
    for y in top..=bottom {
        if let Some(pixel) = gray.pixels.get_mut(y * width + x) {
            *pixel = paper;
        }
    }
}
