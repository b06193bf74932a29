//! The sheet in a picture taken by a camera: four straight edges of something light on something dark.

use super::{Gray, Transform};

/// Pixels of the small picture's longer side.
const SMALL: usize = 240;
/// Least difference between sheet and table top, in shades.
const CONTRAST: f32 = 38.0;
/// Part of the picture's own edge that may be light.
const LIGHT_EDGE: f32 = 0.4;
/// Part of the picture that the sheet takes.
const SHARE: std::ops::RangeInclusive<f32> = 0.2..=0.985;
/// How far, in pixels of the small picture, half of an edge's points may lie from the straight line through them.
const STRAIGHT: f32 = 1.1;
/// Part of the sheet's height or width, at each end, where an edge is rounded by the next one.
const CORNER: f32 = 0.08;

/// The sheet's size in pixels, and the map from it to the picture; None where no sheet with its surroundings is seen.
pub(super) fn sheet(gray: &Gray) -> Option<(usize, usize, Transform)> {
    let step = gray.width.max(gray.height).div_ceil(SMALL);
    if step < 2 {
        return None;
    }
    let small = shrunk(gray, step);
    let threshold = threshold(&small)?;
    let light: Vec<bool> = small.pixels.iter().map(|&v| v > threshold).collect();
    let sheet = largest(&light, small.width, small.height);
    let (w, h) = (small.width, small.height);
    let on_edge = |index: usize| index < w || index >= w * (h - 1) || index.is_multiple_of(w) || index % w == w - 1;
    let (mut edge, mut light_edge, mut area) = (0usize, 0usize, 0usize);
    for (index, &inside) in sheet.iter().enumerate() {
        area += usize::from(inside);
        if on_edge(index) {
            edge += 1;
            light_edge += usize::from(inside);
        }
    }
    let share = area as f32 / sheet.len().max(1) as f32;
    if light_edge as f32 > LIGHT_EDGE * edge as f32 || !SHARE.contains(&share) {
        return None;
    }
    let corners = corners(&sheet, w, h)?;
    let full = corners.map(|(x, y)| (x * step as f64, y * step as f64));
    let length = |a: (f64, f64), b: (f64, f64)| (a.0 - b.0).hypot(a.1 - b.1);
    let [a, b, c, d] = full;
    let (width, height) = ((length(a, b) + length(c, d)) / 2.0, (length(b, c) + length(d, a)) / 2.0);
    if width < gray.width as f64 / 4.0 || height < gray.height as f64 / 4.0 {
        return None;
    }
    let map = Transform::of_corners(width, height, full)?;
    Some((width.round() as usize, height.round() as usize, map))
}

fn shrunk(gray: &Gray, step: usize) -> Gray {
    let (width, height) = (gray.width / step, gray.height / step);
    let mut out = Gray::new(width, height, 255);
    for y in 0..height {
        let mut sums = vec![0u32; width];
        for row in (y * step..(y + 1) * step).step_by(2) {
            for (sum, pixels) in sums.iter_mut().zip(gray.row(row).chunks_exact(step)) {
                *sum += pixels.iter().map(|&v| u32::from(v)).sum::<u32>();
            }
        }
        let count = (step * step.div_ceil(2)) as u32;
        for (pixel, sum) in out.row_mut(y).iter_mut().zip(sums) {
            *pixel = (sum / count) as u8;
        }
    }
    out
}

/// The shade that parts the picture best in two (Otsu), where the parts differ enough.
fn threshold(gray: &Gray) -> Option<u8> {
    let mut counts = [0f64; 256];
    for &shade in &gray.pixels {
        counts[usize::from(shade)] += 1.0;
    }
    let total: f64 = counts.iter().sum();
    let sum: f64 = counts.iter().enumerate().map(|(shade, count)| shade as f64 * count).sum();
    let (mut below, mut sum_below) = (0.0, 0.0);
    let (mut best, mut chosen, mut apart) = (0.0, 0u8, 0.0);
    for (shade, count) in (0u8..=255).zip(counts) {
        below += count;
        sum_below += f64::from(shade) * count;
        if below == 0.0 || below == total {
            continue;
        }
        let between = (sum - sum_below) / (total - below) - sum_below / below;
        let value = below * (total - below) * between * between;
        if value > best {
            (best, chosen, apart) = (value, shade, between);
        }
    }
    (apart as f32 >= CONTRAST).then_some(chosen)
}

/// The largest area of light pixels that hang together.
fn largest(light: &[bool], width: usize, height: usize) -> Vec<bool> {
    let mut left = light.to_vec();
    let mut best: Vec<usize> = Vec::new();
    for start in 0..left.len() {
        if !std::mem::take(&mut left[start]) {
            continue;
        }
        let mut found = vec![start];
        let mut next = 0;
        while let Some(&at) = found.get(next) {
            next += 1;
            let (x, y) = (at % width, at / width);
            let near = [
                (x > 0).then(|| at - 1),
                (x + 1 < width).then_some(at + 1),
                (y > 0).then(|| at - width),
                (y + 1 < height).then_some(at + width),
            ];
            for near in near.into_iter().flatten() {
                if std::mem::take(&mut left[near]) {
                    found.push(near);
                }
            }
        }
        if found.len() > best.len() {
            best = found;
        }
    }
    let mut out = vec![false; light.len()];
    for at in best {
        out[at] = true;
    }
    out
}

/// Corners clockwise from the top left, where the four edges are straight.
fn corners(sheet: &[bool], width: usize, height: usize) -> Option<[(f64, f64); 4]> {
    let is = |x: usize, y: usize| sheet[y * width + x];
    let rows: Vec<(f32, f32, f32)> = (0..height)
        .filter_map(|y| {
            let left = (0..width).find(|&x| is(x, y))?;
            let right = (0..width).rev().find(|&x| is(x, y))?;
            Some((y as f32 + 0.5, left as f32, right as f32 + 1.0))
        })
        .collect();
    let columns: Vec<(f32, f32, f32)> = (0..width)
        .filter_map(|x| {
            let top = (0..height).find(|&y| is(x, y))?;
            let bottom = (0..height).rev().find(|&y| is(x, y))?;
            Some((x as f32 + 0.5, top as f32, bottom as f32 + 1.0))
        })
        .collect();
    let inner = |list: &[(f32, f32, f32)]| {
        let cut = (list.len() as f32 * CORNER) as usize + 1;
        list.get(cut..list.len().saturating_sub(cut)).unwrap_or(&[]).to_vec()
    };
    let (rows, columns) = (inner(&rows), inner(&columns));
    let left = straight(rows.iter().map(|row| (row.0, row.1)).collect())?;
    let right = straight(rows.iter().map(|row| (row.0, row.2)).collect())?;
    let top = straight(columns.iter().map(|column| (column.0, column.1)).collect())?;
    let bottom = straight(columns.iter().map(|column| (column.0, column.2)).collect())?;
    // An upright edge is x = a + b y, a level one y = c + d x.
    let meet = |(a, b): (f32, f32), (c, d): (f32, f32)| {
        let (a, b, c, d) = (f64::from(a), f64::from(b), f64::from(c), f64::from(d));
        let x = (a + b * c) / (1.0 - b * d);
        (x, c + d * x)
    };
    Some([meet(left, top), meet(right, top), meet(right, bottom), meet(left, bottom)])
}

/// The line value = a + b × place through most points; None where half of them lie off it.
fn straight(points: Vec<(f32, f32)>) -> Option<(f32, f32)> {
    if points.len() < 20 {
        return None;
    }
    let mut kept = points.clone();
    let mut line = (0.0, 0.0);
    for _ in 0..6 {
        line = fitted(&kept)?;
        let off = |&(place, value): &(f32, f32)| (value - line.0 - line.1 * place).abs();
        let mut offs: Vec<f32> = points.iter().map(off).collect();
        offs.sort_by(f32::total_cmp);
        let median = offs.get(offs.len() / 2).copied().unwrap_or(0.0);
        let most = (2.0 * median).max(STRAIGHT);
        kept = points.iter().copied().filter(|point| off(point) <= most).collect();
    }
    let near = points.iter().filter(|(place, value)| (value - line.0 - line.1 * place).abs() <= STRAIGHT).count();
    (near * 2 >= points.len() && line.1.abs() < 0.35).then_some(line)
}

/// Least squares: value = a + b × place.
fn fitted(points: &[(f32, f32)]) -> Option<(f32, f32)> {
    let count = points.len() as f64;
    if points.len() < 2 {
        return None;
    }
    let mean = |of: fn(&(f32, f32)) -> f32| points.iter().map(|p| f64::from(of(p))).sum::<f64>() / count;
    let (place, value) = (mean(|p| p.0), mean(|p| p.1));
    let spread: f64 = points.iter().map(|p| (f64::from(p.0) - place).powi(2)).sum();
    let both: f64 = points.iter().map(|p| (f64::from(p.0) - place) * (f64::from(p.1) - value)).sum();
    let slope = if spread > 0.0 { both / spread } else { return None };
    Some(((value - slope * place) as f32, slope as f32))
}
