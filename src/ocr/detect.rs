//! Where text stands in a picture: PP-OCRv6's detector gives a map of how likely each pixel belongs to text; its
//! connected parts, grown back to the text's outline, are the boxes (Liao et al. 2020, differentiable binarization).

use super::ink::Box2;
use super::network::Network;
use super::picture::Gray;
use super::resample;

/// What the detector was trained on: per channel mean and deviation (PP-OCRv6 `inference.yml`, NormalizeImage).
const MEAN: [f32; 3] = [0.485, 0.456, 0.406];
const DEVIATION: [f32; 3] = [0.229, 0.224, 0.225];
/// Sides of its input are multiples of this: five halvings.
const STEP: u32 = 32;
/// Chance from which a pixel belongs to text (PP-OCRv6 `inference.yml`: DBPostProcess, thresh).
const TEXT: f32 = 0.2;
/// Mean chance of a box from which it is one (box_thresh).
const BOX: f32 = 0.4;
/// How far a part is grown: its area ÷ its outline times this (unclip_ratio).
const UNCLIP: f32 = 1.4;
/// Smaller parts are specks.
const LEAST_SIDE: i32 = 3;
/// Most boxes of a page (max_candidates).
const MOST: usize = 3000;

/// A place where text stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Place {
    /// Its box in the picture's pixels, with a margin around the ink.
    pub(super) area: Box2,
    /// 0 to 1.
    pub(super) score: f32,
}

/// Finds text in a part of a picture, looked at reduced by `scale` (1 is as it is).
///
/// # Errors
/// The network cannot be run.
pub(super) fn detect(network: &Network, picture: &Gray, part: &Box2, scale: f32) -> Result<Vec<Place>, String> {
    let sides = |length: i32| {
        let wanted = (length.max(1) as f32 * scale).max(1.0) as u32;
        wanted.div_ceil(STEP).max(1) * STEP
    };
    let (width, height) = (sides(part.width()), sides(part.height()));
    // The picture fills the input's left top; the rest is paper.
    let (used_width, used_height) = (
        ((part.width() as f32 * scale).round() as u32).clamp(1, width),
        ((part.height() as f32 * scale).round() as u32).clamp(1, height),
    );
    let small = resample::resize(picture, part, used_width, used_height);
    let plane = (width * height) as usize;
    let mut input = vec![0.0f32; plane * 3];
    for channel in 0..3 {
        let (mean, deviation) = (MEAN[channel], DEVIATION[channel]);
        let paper = (1.0 - mean) / deviation;
        let values = &mut input[channel * plane..(channel + 1) * plane];
        values.fill(paper);
        for (row, out) in small.chunks_exact(used_width as usize).zip(values.chunks_exact_mut(width as usize)) {
            for (pixel, out) in row.iter().zip(out) {
                *out = (f32::from(*pixel) / 255.0 - mean) / deviation;
            }
        }
    }
    let chances = network.run(input, [1, 3, height as usize, width as usize])?;
    let map = Map { width: width as i32, height: height as i32, chances: &chances.values };
    if chances.values.len() != plane {
        return Err(format!("the detector answered with {} values for {plane} pixels", chances.values.len()));
    }
    let (back_x, back_y) = (part.width() as f32 / used_width as f32, part.height() as f32 / used_height as f32);
    let mut places: Vec<Place> = map
        .boxes()
        .into_iter()
        .map(|(area, score)| {
            let area = Box2 {
                x0: part.x0 + (area.x0 as f32 * back_x).floor() as i32,
                y0: part.y0 + (area.y0 as f32 * back_y).floor() as i32,
                x1: part.x0 + (area.x1 as f32 * back_x).ceil() as i32,
                y1: part.y0 + (area.y1 as f32 * back_y).ceil() as i32,
            };
            Place { area: area.within(part), score }
        })
        .collect();
    places.sort_by_key(|place| (place.area.y0, place.area.x0));
    Ok(places)
}

/// Chances of text, one a pixel.
struct Map<'a> {
    width: i32,
    height: i32,
    chances: &'a [f32],
}

impl Map<'_> {
    /// The boxes of its connected parts, grown, with their mean chance.
    fn boxes(&self) -> Vec<(Box2, f32)> {
        let mut seen = vec![false; self.chances.len()];
        let mut boxes = Vec::new();
        let mut open: Vec<usize> = Vec::new();
        let width = self.width as usize;
        for start in 0..self.chances.len() {
            if seen[start] || self.chances[start] <= TEXT || boxes.len() >= MOST {
                continue;
            }
            seen[start] = true;
            open.push(start);
            let mut area: Option<Box2> = None;
            while let Some(at) = open.pop() {
                let (x, y) = ((at % width) as i32, (at / width) as i32);
                let pixel = Box2::new(x, y, x + 1, y + 1);
                area = Some(area.map_or(pixel, |area| area.union(&pixel)));
                for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1), (-1, -1), (1, -1), (-1, 1), (1, 1)] {
                    let (nx, ny) = (x + dx, y + dy);
                    if nx < 0 || ny < 0 || nx >= self.width || ny >= self.height {
                        continue;
                    }
                    let next = ny as usize * width + nx as usize;
                    if !seen[next] && self.chances[next] > TEXT {
                        seen[next] = true;
                        open.push(next);
                    }
                }
            }
            let Some(area) = area else { continue };
            if area.width() < LEAST_SIDE || area.height() < LEAST_SIDE {
                continue;
            }
            let score = self.mean(&area);
            if score >= BOX {
                let (w, h) = (area.width() as f32, area.height() as f32);
                let by = (w * h * UNCLIP / (2.0 * (w + h))).round() as i32;
                boxes.push((area.grown(by).within(&Box2::new(0, 0, self.width, self.height)), score));
            }
        }
        boxes
    }

    fn mean(&self, area: &Box2) -> f32 {
        let mut sum = 0.0;
        for y in area.y0..area.y1 {
            let start = (y * self.width) as usize;
            let row = self.chances.get(start + area.x0 as usize..start + area.x1 as usize).unwrap_or(&[]);
            sum += row.iter().sum::<f32>();
        }
        sum / (area.area().max(1) as f32)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_become_grown_boxes_and_faint_ones_nothing() {
        let mut chances = vec![0.0f32; 100 * 60];
        for y in 10..20 {
            for x in 20..60 {
                chances[y * 100 + x] = 0.9;
            }
        }
        for y in 40..50 {
            for x in 20..60 {
                chances[y * 100 + x] = 0.3; // text perhaps, but no box
            }
        }
        chances[55 * 100 + 90] = 1.0; // a speck
        let boxes = Map { width: 100, height: 60, chances: &chances }.boxes();
        assert_eq!(boxes.len(), 1);
        // 40 × 10 of outline 100: grown by 400 × 1.4 ÷ 100 = 5.6.
        assert_eq!(boxes[0].0, Box2::new(14, 4, 66, 26));
        assert!((boxes[0].1 - 0.9).abs() < 1e-5);
    }

    #[test]
    fn growing_stops_at_the_edge() {
        let chances = vec![0.9f32; 30 * 30];
        let boxes = Map { width: 30, height: 30, chances: &chances }.boxes();
        assert_eq!(boxes[0].0, Box2::new(0, 0, 30, 30));
    }
}
