//! Ink of another colour than print: red seals are taken off so that what is printed under them can be read; strokes of
//! blue pens that are larger than print are taken out.

use super::Gray;
use crate::model::{Raster, Rect};

/// How much more of its own colour than of the others a pixel must have, after the paper's tint is taken off.
const COLOURED: i32 = 28;
/// From this much on a pixel is of that colour alone.
const PURE: i32 = 64;
/// From this much on a pixel within a seal has some of it: pictures hold colours at half their resolution.
const TINGED: i32 = 7;
/// What is lighter than this part of the paper's shade, after the ink is taken off, is paper.
const TRACE: f32 = 0.74;
/// Side of the squares that are looked at, in inches.
const TILE: f32 = 0.06;
/// Coloured pixels, in hundredths, from which a square belongs to a stamp.
const FILLED: u32 = 6;
/// Width and height of a seal, in inches: round ones of offices have 38 to 50 mm, personal ones 15.
const SEAL: std::ops::RangeInclusive<f32> = 0.4..=2.8;
/// Width over height of a seal that is no line of red print.
const SEAL_SHAPE: std::ops::RangeInclusive<f32> = 0.4..=2.5;
/// Least height of a pen's writing, in inches: twice the height of print.
const WRITING: f32 = 0.33;

/// A picture in gray without coloured ink, and where there was some.
pub(super) struct Plain {
    pub(super) gray: Gray,
    /// Boxes of seals that were taken off.
    pub(super) seals: Vec<Rect>,
    /// Boxes of writing that was taken out.
    pub(super) writing: Vec<Rect>,
}

#[derive(Clone, Copy, PartialEq)]
enum Ink {
    Red,
    Blue,
}

pub(super) fn plain(raster: &Raster, dpi: f32) -> Plain {
    let mut gray = Gray::of(raster);
    let tint = tint(raster);
    let tile = ((dpi * TILE) as usize).max(4);
    let mut seals = Vec::new();
    for place in places(raster, Ink::Red, tint, tile) {
        let (width, height) = (place.width() / dpi, place.height() / dpi);
        if SEAL.contains(&width.max(height)) && SEAL_SHAPE.contains(&(width / height.max(0.01))) {
            take_off(raster, &mut gray, &place, tint);
            seals.push(place);
        }
    }
    let mut writing = Vec::new();
    for place in places(raster, Ink::Blue, tint, tile) {
        if place.height() >= WRITING * dpi {
            take_out(raster, &mut gray, &place, tint);
            writing.push(place);
        }
    }
    Plain { gray, seals, writing }
}

/// Red and blue over green of the paper: light is seldom white.
fn tint(raster: &Raster) -> (i32, i32) {
    let (mut red, mut blue) = (Vec::new(), Vec::new());
    for pixel in raster.rgb.chunks_exact(3).step_by(997) {
        if let &[r, g, b] = pixel
            && r.max(g).max(b) > 120
        {
            red.push(i32::from(r) - i32::from(g));
            blue.push(i32::from(b) - i32::from(g));
        }
    }
    let median = |list: &mut Vec<i32>| {
        list.sort_unstable();
        list.get(list.len() / 2).copied().unwrap_or(0).clamp(-60, 60)
    };
    (median(&mut red), median(&mut blue))
}

/// How much a pixel is of this ink.
fn strength(pixel: &[u8], ink: Ink, tint: (i32, i32)) -> i32 {
    let &[r, g, b] = pixel else { return 0 };
    let (r, g, b) = (i32::from(r) - tint.0, i32::from(g), i32::from(b) - tint.1);
    match ink {
        Ink::Red => r - g.max(b),
        // A seal's blue shadow of a bad scan is narrower than a pen's stroke, and blue print greener.
        Ink::Blue => b - r.max((r + g) / 2),
    }
}

/// Boxes of squares with this ink that hang together.
fn places(raster: &Raster, ink: Ink, tint: (i32, i32), tile: usize) -> Vec<Rect> {
    let (width, height) = (raster.width as usize, raster.height as usize);
    let (columns, rows) = (width.div_ceil(tile), height.div_ceil(tile));
    let mut counts = vec![0u32; columns * rows];
    let mut any = false;
    for (y, line) in raster.rgb.chunks_exact(width * 3).enumerate().step_by(2) {
        let counts = &mut counts[y / tile * columns..];
        for (x, pixel) in line.chunks_exact(3).enumerate() {
            if strength(pixel, ink, tint) >= COLOURED {
                counts[x / tile] += 1;
                any = true;
            }
        }
    }
    if !any {
        return Vec::new();
    }
    let enough = (tile * tile) as u32 / 2 * FILLED / 100;
    let mut filled: Vec<bool> = counts.iter().map(|&count| count > enough).collect();
    let mut found = Vec::new();
    for start in 0..filled.len() {
        if !std::mem::take(&mut filled[start]) {
            continue;
        }
        let mut open = vec![start];
        let (mut left, mut top, mut right, mut bottom) = (columns, rows, 0, 0);
        while let Some(at) = open.pop() {
            let (x, y) = (at % columns, at / columns);
            (left, top, right, bottom) = (left.min(x), top.min(y), right.max(x), bottom.max(y));
            // Two squares away is still the same stamp: the ring and the star do not touch.
            for near_y in y.saturating_sub(2)..(y + 3).min(rows) {
                for near_x in x.saturating_sub(2)..(x + 3).min(columns) {
                    let near = near_y * columns + near_x;
                    if std::mem::take(&mut filled[near]) {
                        open.push(near);
                    }
                }
            }
        }
        let edge = |squares: usize, most: usize| ((squares * tile).min(most)) as f32;
        found.push(Rect::new(edge(left, width), edge(top, height), edge(right + 1, width), edge(bottom + 1, height)));
    }
    found
}

/// Makes red ink as white as paper and leaves what is black: in the red channel the one vanishes and the other does not.
fn take_off(raster: &Raster, gray: &mut Gray, place: &Rect, tint: (i32, i32)) {
    let width = raster.width as usize;
    let (x0, x1) = (place.x0 as usize, place.x1 as usize);
    let pixels = |y: usize| raster.rgb.get((y * width + x0) * 3..(y * width + x1) * 3).unwrap_or(&[]).chunks_exact(3);
    let rows = place.y0 as usize..place.y1 as usize;
    // How bright pure ink is in the red channel here: the upper half of it, since what is under it darkens the rest.
    let mut inks: Vec<u8> = rows
        .clone()
        .step_by(2)
        .flat_map(|y| pixels(y).filter(|p| strength(p, Ink::Red, tint) >= PURE).map(|p| p[0]))
        .collect();
    inks.sort_unstable();
    let ink = inks.get(inks.len() / 3).copied().unwrap_or(200).max(90);
    let paper = paper(gray, place);
    for y in rows {
        for (x, pixel) in (x0..x1).zip(pixels(y)) {
            let strength = strength(pixel, Ink::Red, tint);
            if strength < TINGED {
                continue;
            }
            let share = ((strength - TINGED) as f32 / (COLOURED - TINGED) as f32).min(1.0);
            let own = f32::from(gray.at(x, y));
            // Where the ink is thin, paper shows through and the red channel is lighter than the ink's.
            let white = f32::from(ink) * share + f32::from(paper) * (1.0 - share);
            let under = f32::from(pixel[0]) * f32::from(paper) / white.max(1.0);
            let value = own * (1.0 - share) + under.max(own) * share;
            // A trace of the ink's edge is no print.
            let value = if value > f32::from(paper) * TRACE { f32::from(paper) } else { value };
            gray.pixels[y * gray.width + x] = value.max(0.0) as u8;
        }
    }
}

/// Makes the ink of a pen white.
fn take_out(raster: &Raster, gray: &mut Gray, place: &Rect, tint: (i32, i32)) {
    let width = raster.width as usize;
    let paper = paper(gray, place);
    for y in place.y0 as usize..place.y1 as usize {
        for x in place.x0 as usize..place.x1 as usize {
            let at = (y * width + x) * 3;
            let pixel = raster.rgb.get(at..at + 3).unwrap_or(&[]);
            if strength(pixel, Ink::Blue, tint) >= COLOURED / 2 {
                gray.pixels[y * gray.width + x] = paper;
            }
        }
    }
}

/// The shade of the paper within a box.
fn paper(gray: &Gray, place: &Rect) -> u8 {
    let mut shades: Vec<u8> = Vec::new();
    for y in (place.y0 as usize..place.y1 as usize).step_by(3) {
        shades.extend(gray.row(y).get(place.x0 as usize..place.x1 as usize).unwrap_or(&[]).iter().step_by(3));
    }
    shades.sort_unstable();
    shades.get(shades.len() * 4 / 5).copied().unwrap_or(255)
}
