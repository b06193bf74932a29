//! Parts of pictures at another size.

use super::ink::Box2;
use super::picture::Gray;

/// A part of a picture as `width` × `height` pixels, every new pixel is the mean of those it covers,
/// between pixels it lies in proportion. What lies outside the picture is its nearest edge.
pub(super) fn resize(picture: &Gray, part: &Box2, width: u32, height: u32) -> Vec<u8> {
    let columns = Weights::of(part.x0, part.width(), width, picture.width as u32);
    let rows = Weights::of(part.y0, part.height(), height, picture.height as u32);
    let mut out = Vec::with_capacity(width as usize * height as usize);
    let mut line = vec![0.0f32; width as usize];
    // Source rows squeezed to the new width; neighbouring new rows share them.
    let mut squeezed: std::collections::VecDeque<(usize, Vec<f32>)> = std::collections::VecDeque::new();
    for (first, weights) in &rows.taps {
        line.fill(0.0);
        while squeezed.front().is_some_and(|(row, _)| row < first) {
            squeezed.pop_front();
        }
        for (row, weight) in (*first..).zip(weights) {
            if squeezed.back().is_none_or(|(last, _)| *last < row) {
                squeezed.push_back((row, columns.squeeze(picture.row(row))));
            }
            let Some((_, source)) = squeezed.iter().find(|(at, _)| *at == row) else { continue };
            for (sum, value) in line.iter_mut().zip(source) {
                *sum += weight * value;
            }
        }
        out.extend(line.iter().map(|value| (value + 0.5).clamp(0.0, 255.0) as u8));
    }
    out
}

/// Which old pixels make each new one, and by how much.
struct Weights {
    taps: Vec<(usize, Vec<f32>)>,
}

impl Weights {
    fn of(start: i32, length: i32, wanted: u32, limit: u32) -> Weights {
        let scale = length.max(1) as f32 / wanted.max(1) as f32;
        let reach = scale.max(1.0);
        let last = (limit.max(1) - 1) as f32;
        let taps = (0..wanted)
            .map(|at| {
                // A triangle over the old pixels, as wide as a new one.
                let middle = start as f32 + (at as f32 + 0.5) * scale - 0.5;
                let (from, to) = ((middle - reach).ceil(), (middle + reach).floor());
                let first = from.clamp(0.0, last) as usize;
                let end = to.clamp(0.0, last) as usize;
                let mut weights = vec![0.0f32; end - first + 1];
                let mut total = 0.0;
                for old in from as i64..=to as i64 {
                    let weight = 1.0 - (old as f32 - middle).abs() / reach;
                    let place = (old.clamp(0, last as i64) as usize).saturating_sub(first).min(weights.len() - 1);
                    weights[place] += weight.max(0.0);
                    total += weight.max(0.0);
                }
                if total > 0.0 {
                    weights.iter_mut().for_each(|weight| *weight /= total);
                } else if let Some(weight) = weights.first_mut() {
                    *weight = 1.0;
                }
                (first, weights)
            })
            .collect();
        Weights { taps }
    }

    fn squeeze(&self, row: &[u8]) -> Vec<f32> {
        let mean = |(first, weights): &(usize, Vec<f32>)| {
            let pixels = row.get(*first..).unwrap_or(&[]);
            pixels.iter().zip(weights).map(|(pixel, weight)| weight * f32::from(*pixel)).sum()
        };
        self.taps.iter().map(mean).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn halves() -> Gray {
        let mut picture = Gray::new(8, 4, 255);
        (0..4).for_each(|y| picture.row_mut(y)[..4].fill(0));
        picture
    }

    #[test]
    fn the_same_size_changes_nothing() {
        let picture = halves();
        assert_eq!(resize(&picture, &Box2::new(0, 0, 8, 4), 8, 4), picture.pixels);
    }

    #[test]
    fn smaller_is_a_mean_and_larger_goes_over_smoothly() {
        let picture = halves();
        let small = resize(&picture, &Box2::new(0, 0, 8, 4), 2, 1);
        assert!(small[0] < 64 && small[1] > 192, "{small:?}");
        let large = resize(&picture, &Box2::new(2, 0, 6, 4), 8, 4);
        let row = &large[..8];
        assert!(row.windows(2).all(|pair| pair[0] <= pair[1]), "{row:?}");
        assert_eq!((row[0], row[7]), (0, 255));
    }

    #[test]
    fn parts_beyond_the_edge_repeat_it() {
        let picture = halves();
        let out = resize(&picture, &Box2::new(-6, -6, 2, 2), 4, 4);
        assert!(out.iter().all(|&value| value == 0));
        assert_eq!(resize(&Gray::new(0, 0, 255), &Box2::new(0, 0, 4, 4), 2, 2).len(), 4);
    }
}
