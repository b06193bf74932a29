//! Pictures in another size: smaller by the mean of the pixels that fall together, so that thin lines stay; larger in
//! one direction (a fax's) by mixing neighbours.

use crate::model::Raster;

/// What one pixel of the result is made of, in one direction: the first source pixel and the weights from it on, which
/// sum up to [`ONE`].
struct Tap {
    first: usize,
    weights: Vec<u32>,
}

const ONE: u32 = 1 << 12;

/// The picture in this size.
pub(super) fn scaled(raster: &Raster, width: u32, height: u32) -> Raster {
    if (width, height) == (raster.width, raster.height) {
        return raster.clone();
    }
    let columns = taps(raster.width, width);
    let rows = taps(raster.height, height);
    let stride = raster.width as usize * 3;
    let mut rgb = Vec::with_capacity(width as usize * height as usize * 3);
    let mut mixed = vec![0u32; stride];
    for row in &rows {
        mixed.fill(ONE / 2);
        for (&weight, y) in row.weights.iter().zip(row.first..) {
            let line = raster.rgb.get(y * stride..(y + 1) * stride).unwrap_or_default();
            for (sum, &value) in mixed.iter_mut().zip(line) {
                *sum += weight * u32::from(value);
            }
        }
        for sum in &mut mixed {
            *sum /= ONE;
        }
        for column in &columns {
            for channel in 0..3 {
                let values = mixed.iter().skip(column.first * 3 + channel).step_by(3);
                let sum: u32 = values.zip(&column.weights).map(|(value, weight)| value * weight).sum();
                rgb.push(((sum + ONE / 2) / ONE).min(255) as u8);
            }
        }
    }
    Raster { width, height, rgb }
}

fn taps(from: u32, to: u32) -> Vec<Tap> {
    let step = f64::from(from) / f64::from(to);
    let tap = |index: u32| {
        let middle = (f64::from(index) + 0.5) * step;
        // Shrinking, a pixel covers `step` source pixels; growing, it lies between two.
        let reach = (step / 2.0).max(0.5);
        let (begin, end) = ((middle - reach).max(0.0), (middle + reach).min(f64::from(from)));
        let first = (begin as usize).min(from as usize - 1);
        let last = ((end - 1e-9).max(begin) as usize).clamp(first, from as usize - 1);
        let covered = |pixel: usize| (end.min(pixel as f64 + 1.0) - begin.max(pixel as f64)).max(0.0);
        let total: f64 = (first..=last).map(covered).sum::<f64>().max(1e-9);
        let mut weights: Vec<u32> =
            (first..=last).map(|pixel| (covered(pixel) / total * f64::from(ONE)) as u32).collect();
        let sum: u32 = weights.iter().sum();
        if let Some(largest) = weights.iter_mut().max() {
            *largest += ONE.saturating_sub(sum);
        }
        Tap { first, weights }
    };
    (0..to).map(tap).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gray(width: u32, values: &[u8]) -> Raster {
        let height = values.len() as u32 / width;
        Raster { width, height, rgb: values.iter().flat_map(|&v| [v; 3]).collect() }
    }

    fn values(raster: &Raster) -> Vec<u8> {
        raster.rgb.chunks_exact(3).map(|p| p[0]).collect()
    }

    #[test]
    fn halves_are_means() {
        let half = scaled(&gray(4, &[0, 100, 200, 200, 100, 200, 100, 100]), 2, 1);
        assert_eq!(values(&half), [100, 150]);
    }

    #[test]
    fn rows_are_doubled_smoothly() {
        let twice = scaled(&gray(1, &[0, 100]), 1, 4);
        assert_eq!(values(&twice), [0, 25, 75, 100]);
    }

    #[test]
    fn white_stays_white() {
        let raster = Raster::white(997, 3);
        assert!(scaled(&raster, 331, 2).rgb.iter().all(|&v| v == 255));
    }
}
