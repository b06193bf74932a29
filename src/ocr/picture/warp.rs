//! Pictures drawn anew through a map.

use super::{Gray, Transform};

/// The picture of this size whose every point lies where `map` says in `from`; white where that is outside.
pub(super) fn warped(from: &Gray, map: &Transform, width: usize, height: usize) -> Gray {
    let mut out = Gray::new(width, height, 255);
    let [first, second, third] = *map.rows();
    let affine = third[0].abs() < 1e-12 && third[1].abs() < 1e-12;
    for y in 0..height {
        let v = y as f64 + 0.5;
        for (x, pixel) in out.row_mut(y).iter_mut().enumerate() {
            let u = x as f64 + 0.5;
            let scale = if affine { 1.0 / third[2] } else { 1.0 / (third[0] * u + third[1] * v + third[2]) };
            let at_x = (first[0] * u + first[1] * v + first[2]) * scale - 0.5;
            let at_y = (second[0] * u + second[1] * v + second[2]) * scale - 0.5;
            *pixel = cubic(from, at_x as f32, at_y as f32);
        }
    }
    out
}

/// The shade between pixels (Catmull-Rom, which keeps thin strokes dark), white outside.
fn cubic(from: &Gray, x: f32, y: f32) -> u8 {
    let (left, top) = (x.floor(), y.floor());
    if !(left >= 1.0 && top >= 1.0 && left + 2.0 < from.width as f32 && top + 2.0 < from.height as f32) {
        return nearest(from, x, y);
    }
    let (column, row) = (left as usize - 1, top as usize - 1);
    let across = weights(x - left);
    let down = weights(y - top);
    let mut sum = 0.0;
    for (weight, line) in down.iter().zip(from.pixels.chunks_exact(from.width).skip(row)) {
        if let Some(&[a, b, c, d]) = line.get(column..column + 4) {
            let mixed = across[0] * f32::from(a)
                + across[1] * f32::from(b)
                + across[2] * f32::from(c)
                + across[3] * f32::from(d);
            sum += weight * mixed;
        }
    }
    (sum + 0.5).clamp(0.0, 255.0) as u8
}

fn nearest(from: &Gray, x: f32, y: f32) -> u8 {
    let (x, y) = (x.round(), y.round());
    if x < 0.0 || y < 0.0 { 255 } else { from.at(x as usize, y as usize) }
}

fn weights(t: f32) -> [f32; 4] {
    let (t2, t3) = (t * t, t * t * t);
    [-0.5 * t + t2 - 0.5 * t3, 1.0 - 2.5 * t2 + 1.5 * t3, 0.5 * t + 2.0 * t2 - 1.5 * t3, -0.5 * t2 + 0.5 * t3]
}

/// The picture at half its size, pixels the mean of four.
pub(super) fn halved(from: &Gray) -> Gray {
    let (width, height) = (from.width / 2, from.height / 2);
    let mut out = Gray::new(width, height, 255);
    for y in 0..height {
        let (above, below) = (from.row(2 * y), from.row(2 * y + 1));
        let pairs = above.chunks_exact(2).zip(below.chunks_exact(2));
        for (pixel, (a, b)) in out.row_mut(y).iter_mut().zip(pairs) {
            let sum: u32 = a.iter().chain(b).map(|&v| u32::from(v)).sum();
            *pixel = (sum / 4) as u8;
        }
    }
    out
}
