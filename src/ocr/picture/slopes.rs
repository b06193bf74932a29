//! How askew a page is: first from the rows of print and whatever else has edges, then exactly from its ruling lines,
//! which also show the perspective that a camera left.

use super::{Gray, Transform};
use crate::ocr::rulings::{Slope, slopes};

/// Angles that are looked for, in degrees.
const WIDEST: f32 = 5.0;
/// Darker pixels are print.
const INK: u8 = 140;
/// Edges that are looked at: more say nothing new.
const MOST_EDGES: usize = 60_000;
/// Lines that must agree before their slopes are taken for the page's.
const FEW_LINES: f32 = 2.0;
/// Slopes this far from the others are no line of the page's grid.
const ODD: f64 = 0.02;
/// Change of slope over the page that is no chance.
const PERSPECTIVE: f64 = 0.0015;

/// The angle by which the page is turned clockwise, in degrees.
pub(super) fn angle(gray: &Gray) -> f32 {
    let edges = Edges::of(gray);
    if edges.level.len() + edges.upright.len() < 200 {
        return 0.0;
    }
    let best = |from: f32, to: f32, step: f32, bin: f32| {
        let count = ((to - from) / step).round() as usize;
        let scored = (0..=count).map(|i| from + step * i as f32).map(|angle| (angle, edges.score(angle, bin)));
        let scores: Vec<(f32, f64)> = scored.collect();
        let at = (0..scores.len()).max_by(|&a, &b| scores[a].1.total_cmp(&scores[b].1)).unwrap_or(0);
        // Between the steps: the top of the parabola through the best and its neighbours.
        let (angle, top) = scores[at];
        match (at.checked_sub(1).and_then(|i| scores.get(i)), scores.get(at + 1)) {
            (Some(&(_, a)), Some(&(_, b))) if a + b < 2.0 * top => {
                angle + step * (0.5 * (a - b) / (a - 2.0 * top + b)).clamp(-0.5, 0.5) as f32
            }
            _ => angle,
        }
    };
    let coarse = best(-WIDEST, WIDEST, 0.25, 2.0);
    best(coarse - 0.5, coarse + 0.5, 0.05, 1.0)
}

/// Points where something dark ends downwards, and where it ends to the right.
struct Edges {
    level: Vec<(f32, f32)>,
    upright: Vec<(f32, f32)>,
    size: (f32, f32),
}

impl Edges {
    fn of(gray: &Gray) -> Edges {
        let (mut level, mut upright) = (Vec::new(), Vec::new());
        for y in 0..gray.height.saturating_sub(1) {
            let (row, below) = (gray.row(y), gray.row(y + 1));
            for (x, (&own, &under)) in row.iter().zip(below).enumerate() {
                if own < INK && under >= INK {
                    level.push((x as f32, y as f32));
                }
            }
            for (x, pair) in row.windows(2).enumerate() {
                if pair[0] < INK && pair[1] >= INK {
                    upright.push((x as f32, y as f32));
                }
            }
        }
        let thin = |list: Vec<(f32, f32)>| {
            let step = list.len().div_ceil(MOST_EDGES).max(1);
            list.into_iter().step_by(step).collect()
        };
        Edges { level: thin(level), upright: thin(upright), size: (gray.width as f32, gray.height as f32) }
    }

    /// How sharply the edges pile up along lines of this angle.
    fn score(&self, degrees: f32, bin: f32) -> f64 {
        let slope = degrees.to_radians().tan();
        let piled = |points: &[(f32, f32)], across: f32, along: f32, upright: bool| -> f64 {
            let margin = along * slope.abs() + 2.0;
            let mut bins = vec![0u32; ((across + 2.0 * margin) / bin) as usize + 2];
            for &(x, y) in points {
                let at = if upright { x + y * slope } else { y - x * slope };
                if let Some(count) = bins.get_mut(((at + margin) / bin) as usize) {
                    *count += 1;
                }
            }
            bins.iter().map(|&count| f64::from(count) * f64::from(count)).sum()
        };
        let (width, height) = self.size;
        piled(&self.level, height, width, false) + 0.5 * piled(&self.upright, width, height, true)
    }
}

/// The map from the page with its ruling lines level and upright to this picture of it, which is straight to about a
/// degree; None where there are too few lines.
pub(super) fn by_lines(gray: &Gray, dpi: f32) -> Option<Transform> {
    let (level, upright) = slopes(gray, dpi);
    let (width, height) = (gray.width as f64, gray.height as f64);
    let level = trend(&level, height);
    let upright = trend(&upright, width);
    let (level, upright) = match (level, upright) {
        (None, None) => return None,
        (Some(level), Some(upright)) => (level, upright),
        // A page turned by an angle has both.
        (Some(level), None) => (level, (-level.0, 0.0)),
        (None, Some(upright)) => ((-upright.0, 0.0), upright),
    };
    let (middle_x, middle_y) = (width / 2.0, height / 2.0);
    // Where the level line of height v crosses the upright one of place u, both counted through the middle.
    let corner = |u: f64, v: f64| {
        let along = level.0 + level.1 * (v - middle_y);
        let down = upright.0 + upright.1 * (u - middle_x);
        let x = (u + down * (v - along * middle_x - middle_y)) / (1.0 - down * along);
        (x, v + along * (x - middle_x))
    };
    let corners = [corner(0.0, 0.0), corner(width, 0.0), corner(width, height), corner(0.0, height)];
    Transform::of_corners(width, height, corners)
}

/// Slope in the middle of the page, and its change for each pixel from there; weighted by the lines' lengths.
fn trend(lines: &[Slope], size: f64) -> Option<(f64, f64)> {
    let mut sorted: Vec<&Slope> = lines.iter().collect();
    sorted.sort_by(|a, b| a.slope.total_cmp(&b.slope));
    let total: f64 = sorted.iter().map(|line| f64::from(line.weight)).sum();
    let mut seen = 0.0;
    let median = sorted.iter().find(|line| {
        seen += f64::from(line.weight);
        seen * 2.0 >= total
    })?;
    let median = f64::from(median.slope);
    let kept: Vec<(f64, f64, f64)> = sorted
        .iter()
        .map(|line| (f64::from(line.at) - size / 2.0, f64::from(line.slope), f64::from(line.weight)))
        .filter(|line| (line.1 - median).abs() <= ODD)
        .collect();
    let weight: f64 = kept.iter().map(|line| line.2).sum();
    if weight < f64::from(FEW_LINES) {
        return None;
    }
    let mean = |of: fn(&(f64, f64, f64)) -> f64| kept.iter().map(|line| of(line) * line.2).sum::<f64>() / weight;
    let (place, slope) = (mean(|line| line.0), mean(|line| line.1));
    let spread: f64 = kept.iter().map(|line| line.2 * (line.0 - place).powi(2)).sum();
    let both: f64 = kept.iter().map(|line| line.2 * (line.0 - place) * (line.1 - slope)).sum();
    let reach = kept.iter().map(|line| line.0).fold(f64::NEG_INFINITY, f64::max)
        - kept.iter().map(|line| line.0).fold(f64::INFINITY, f64::min);
    let change = if spread > 0.0 { both / spread } else { 0.0 };
    let off = |with: f64| -> f64 {
        let off = |line: &(f64, f64, f64)| line.2 * (line.1 - slope - with * (line.0 - place)).powi(2);
        kept.iter().map(off).sum()
    };
    // The change must explain most of the differences between the lines.
    let real =
        kept.len() >= 5 && reach > 0.3 * size && change.abs() * reach > PERSPECTIVE && off(change) < 0.35 * off(0.0);
    let change = if real { change } else { 0.0 };
    Some((slope - change * place, change))
}
