//! Straight lines in a picture.

use super::ink::Ink;
use crate::model::{Axis, Raster, Ruling};

/// Rulings of an upright picture, in pixels.
pub(super) fn rulings(picture: &Raster) -> Vec<Ruling> {
    let ink = Ink::of(picture);
    let mut out = Vec::new();
    let rows: Vec<Vec<u8>> = (0..ink.height).map(|y| ink.row(y, 0, ink.width).to_vec()).collect();
    lines(&rows, ink.width as usize, Axis::Horizontal, &mut out);
    let columns: Vec<Vec<u8>> =
        (0..ink.width as usize).map(|x| rows.iter().map(|row| row.get(x).copied().unwrap_or(0)).collect()).collect();
    lines(&columns, ink.height as usize, Axis::Vertical, &mut out);
    out
}

fn lines(rows: &[Vec<u8>], _length: usize, axis: Axis, out: &mut Vec<Ruling>) {
    const LEAST: usize = 90;
    const GAP: usize = 3;
    // Open lines: first row, last row, from, to.
    let mut open: Vec<(usize, usize, usize, usize)> = Vec::new();
    let mut done: Vec<(usize, usize, usize, usize)> = Vec::new();
    for (y, row) in rows.iter().enumerate() {
        let mut runs = Vec::new();
        let (mut start, mut last) = (None, 0usize);
        for (x, &bit) in row.iter().enumerate() {
            if bit == 1 {
                if start.is_none() {
                    start = Some(x);
                }
                last = x;
            } else if let Some(from) = start
                && x - last > GAP
            {
                if last - from + 1 >= LEAST {
                    runs.push((from, last + 1));
                }
                start = None;
            }
        }
        if let Some(from) = start
            && last - from + 1 >= LEAST
        {
            runs.push((from, last + 1));
        }
        for (from, to) in runs {
            match open.iter_mut().find(|(_, last, a, b)| *last + 2 >= y && from < *b && *a < to) {
                Some((_, last, a, b)) => {
                    *last = y;
                    (*a, *b) = ((*a).min(from), (*b).max(to));
                }
                None => open.push((y, y, from, to)),
            }
        }
        open.retain(|line| {
            let goes_on = line.1 + 2 >= y;
            if !goes_on {
                done.push(*line);
            }
            goes_on
        });
    }
    done.extend(open);
    for (first, last, from, to) in done {
        let width = (last - first + 1) as f32;
        if width <= 10.0 {
            let at = (first + last) as f32 / 2.0 + 0.5;
            out.push(Ruling { axis, at, from: from as f32, to: to as f32, width, colour: [0, 0, 0] });
        }
    }
}
