//! Ticks that somebody put beside a figure or a line with a pen: taken out before anything is read, since a tick that
//! touches no print still becomes part of the line beside it (`10√`), and the figure then is none.

use super::ink::{Box2, strokes};
use super::picture::{Component, Gray, components};

/// Darker pixels are ink.
const INK: u8 = 150;
/// Width and height of a tick, in inches.
const SIDE: std::ops::RangeInclusive<f32> = 0.06..=0.45;
/// Width over height of one.
const SHAPE: std::ops::RangeInclusive<f32> = 0.45..=3.0;
/// Most of its box that is ink.
const MOST_FILLED: f32 = 0.45;
/// Where across it its foot stands.
const FOOT: std::ops::RangeInclusive<f32> = 0.08..=0.65;
/// How high its left arm is beside its right one. Those of a printed V are as high as each other.
const LEFT_ARM: std::ops::RangeInclusive<f32> = 0.12..=0.82;
/// Columns in which it may be anything but one stroke.
const FORKED: f32 = 0.2;
/// How much of its height an arm may go the other way.
const WAVERS: f32 = 0.12;
/// How much thicker than print a pen's stroke is at least, or how much higher than print what it draws: a printed √ is as
/// thick and as high as the print around it.
const THICKER: f32 = 1.35;
const HIGHER: f32 = 1.35;
/// Parts of print that tell how thick and high it is.
const MOST_LOOKED_AT: usize = 300;
/// Fewer tell nothing.
const FEW: usize = 30;
/// What is smaller than this is dirt, in inches.
const SPECK: f32 = 0.02;
/// Ticks taken out of a page.
const MOST: usize = 200;

/// A mark of a pen: its box, and its pixels in it, row by row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Mark {
    area: Box2,
    pixels: Vec<bool>,
}

impl Mark {
    fn at(&self, x: i32, y: i32) -> bool {
        let (w, h) = (self.area.width(), self.area.height());
        (0..w).contains(&x) && (0..h).contains(&y) && self.pixels.get((y * w + x) as usize).copied().unwrap_or_default()
    }

    /// Its ink, in pixels, and how thick its strokes are.
    fn ink(&self) -> (f32, f32) {
        strokes(&Box2::new(0, 0, self.area.width(), self.area.height()), |x, y| self.at(x, y))
    }

    /// Whites it out.
    pub(super) fn erase(&self, picture: &mut Gray) {
        // The stroke's soft edge, too.
        for y in -2..self.area.height() + 2 {
            for x in -2..self.area.width() + 2 {
                let own = (-2..=2).any(|dy| (-2..=2).any(|dx| self.at(x + dx, y + dy)));
                let (Ok(column), Ok(row)) = (usize::try_from(self.area.x0 + x), usize::try_from(self.area.y0 + y))
                else {
                    continue;
                };
                if own
                    && row < picture.height
                    && let Some(pixel) = picture.row_mut(row).get_mut(column)
                    && (self.at(x, y) || *pixel >= INK)
                {
                    *pixel = 255;
                }
            }
        }
    }
}

/// The ticks in an upright, clean picture of `dpi` pixels an inch without its ruling lines.
pub(super) fn find(picture: &Gray, dpi: f32) -> Vec<Mark> {
    let parts = components(picture, INK);
    let of_size = |c: &&Component| {
        SIDE.contains(&(c.width() / dpi))
            && SIDE.contains(&(c.height() / dpi))
            && SHAPE.contains(&(c.width() / c.height()))
    };
    let ticks: Vec<Mark> =
        parts.iter().filter(of_size).filter_map(|part| mark(picture, part)).filter(is_tick).take(MOST).collect();
    if ticks.is_empty() {
        return ticks;
    }
    let Some((high, thick)) = print(picture, &parts, dpi) else { return Vec::new() };
    let by_pen = |mark: &Mark| mark.ink().1 >= THICKER * thick || mark.area.height() as f32 >= HIGHER * high;
    ticks.into_iter().filter(|mark| by_pen(mark) && stands_apart(mark, &parts, dpi)).collect()
}

/// Is it no stroke of a larger character, as titles have them? Those have the character's other strokes in their box.
fn stands_apart(mark: &Mark, parts: &[Component], dpi: f32) -> bool {
    parts.iter().all(|part| {
        let other = area_of(part);
        let speck = part.width().max(part.height()) < SPECK * dpi;
        other == mark.area || speck || other.within(&mark.area).area() == 0
    })
}

/// Height of characters and thickness of strokes, of the most of what is there.
fn print(picture: &Gray, parts: &[Component], dpi: f32) -> Option<(f32, f32)> {
    let is_print =
        |c: &&Component| SIDE.contains(&(c.height() / dpi)) && (0.2..=2.2).contains(&(c.width() / c.height()));
    let print: Vec<&Component> = parts.iter().filter(is_print).collect();
    if print.len() < FEW {
        return None;
    }
    let mut high: Vec<f32> = print.iter().map(|c| c.height()).collect();
    high.sort_unstable_by(f32::total_cmp);
    let step = print.len().div_ceil(MOST_LOOKED_AT);
    let mut thick: Vec<f32> =
        print.iter().step_by(step).filter_map(|c| mark(picture, c)).map(|mark| mark.ink().1).collect();
    thick.sort_unstable_by(f32::total_cmp);
    Some((*high.get(high.len() * 3 / 4)?, *thick.get(thick.len() / 2)?))
}

fn area_of(part: &Component) -> Box2 {
    Box2::new(part.x0 as i32, part.y0 as i32, part.x1 as i32, part.y1 as i32)
}

/// The pixels of a part, without those of others that stand in its box.
fn mark(picture: &Gray, part: &Component) -> Option<Mark> {
    let area = area_of(part);
    let (width, height) = (area.width(), area.height());
    let dark = |x: i32, y: i32| picture.at((area.x0 + x) as usize, (area.y0 + y) as usize) < INK;
    // It reaches its box's left edge; another part that does is narrower or lower.
    for start in (0..height).filter(|&y| dark(0, y)) {
        let mut pixels = vec![false; (width * height) as usize];
        let mut bounds = Box2::new(width, height, 0, 0);
        let mut open = vec![(0, start)];
        while let Some((x, y)) = open.pop() {
            let inside = (0..width).contains(&x) && (0..height).contains(&y);
            let Some(seen) = pixels.get_mut((y * width + x) as usize).filter(|_| inside) else { continue };
            if *seen || !dark(x, y) {
                continue;
            }
            *seen = true;
            bounds = Box2::new(bounds.x0.min(x), bounds.y0.min(y), bounds.x1.max(x + 1), bounds.y1.max(y + 1));
            open.extend((-1..=1).flat_map(|dy| (-1..=1).map(move |dx| (x + dx, y + dy))));
        }
        if bounds == Box2::new(0, 0, width, height) {
            return Some(Mark { area, pixels });
        }
    }
    None
}

/// Does it go down from the left and up to the right, one stroke without a fork, higher on the right?
fn is_tick(mark: &Mark) -> bool {
    let (width, height) = (mark.area.width(), mark.area.height());
    if mark.ink().0 > MOST_FILLED * (width * height) as f32 {
        return false;
    }
    let mut forked = 0;
    // Top and bottom of the stroke in each column.
    let mut stroke: Vec<(i32, i32)> = Vec::with_capacity(width as usize);
    for x in 0..width {
        let rows: Vec<i32> = (0..height).filter(|&y| mark.at(x, y)).collect();
        let (Some(&top), Some(&bottom)) = (rows.first(), rows.last()) else { return false };
        forked += i32::from((bottom - top + 1) as usize != rows.len());
        stroke.push((top, bottom));
    }
    let Some(foot) = (0..stroke.len()).max_by_key(|&x| stroke[x].1) else { return false };
    if forked as f32 > FORKED * width as f32 || !FOOT.contains(&(foot as f32 / width as f32)) {
        return false;
    }
    let (left, right) = stroke.split_at(foot);
    let top = |arm: &[(i32, i32)]| arm.iter().map(|column| column.0).min().unwrap_or(height);
    let arm = (height - top(left)) as f32 / height as f32;
    let wavers = |arm: &mut dyn Iterator<Item = &(i32, i32)>| {
        let middles: Vec<i32> = arm.map(|column| column.0 + column.1).collect();
        let back: i32 = middles.windows(2).map(|pair| (pair[0] - pair[1]).max(0)).sum();
        back as f32 / 2.0 > WAVERS * height as f32
    };
    // How far its left arm comes down: the square end of a stroke that only rises (a slash) has two corners, too.
    let down = stroke.first().map_or(0, |column| height - 1 - column.1) as f32 / height as f32;
    top(right) <= height / 20
        && down >= *LEFT_ARM.start()
        && LEFT_ARM.contains(&arm)
        && !wavers(&mut left.iter())
        && !wavers(&mut right.iter().rev())
}

#[cfg(test)]
mod tests {
    use super::super::picture::sample::stroke;
    use super::*;

    /// Rows of print: boxes of 20 pixels drawn with two.
    fn page() -> Gray {
        let mut picture = Gray::new(800, 600, 255);
        for (x, y) in (0..6).flat_map(|row| (0..10).map(move |column| (40 + column * 30, 40 + row * 60))) {
            for (from, to) in [((0, 0), (20, 0)), ((0, 20), (20, 20)), ((0, 0), (0, 20)), ((20, 0), (20, 20))] {
                stroke(&mut picture, (x + from.0, y + from.1), (x + to.0, y + to.1), 2);
            }
        }
        picture
    }

    fn v(picture: &mut Gray, (x, y): (i32, i32), left: i32, right: i32, thick: i32) {
        stroke(picture, (x, y - left), (x + 10, y), thick);
        stroke(picture, (x + 10, y), (x + 32, y - right), thick);
    }

    #[test]
    fn a_tick_is_taken_out_and_print_stays() {
        let plain = page();
        let mut ticked = plain.clone();
        v(&mut ticked, (360, 75), 12, 30, 5);
        let found = find(&ticked, 200.0);
        assert_eq!(found.len(), 1);
        found.iter().for_each(|mark| mark.erase(&mut ticked));
        assert!(ticked == plain);
    }

    #[test]
    fn a_tick_as_thick_and_as_high_as_print_is_left_for_the_recogniser() {
        let mut picture = page();
        v(&mut picture, (360, 60), 8, 19, 1);
        assert_eq!(find(&picture, 200.0), []);
    }

    #[test]
    fn letters_and_strokes_are_no_ticks() {
        let mut picture = page();
        // V with arms of one height; strokes that rise, slashes among them; an L; an X.
        stroke(&mut picture, (680, 100), (700, 60), 6);
        v(&mut picture, (360, 100), 30, 30, 5);
        stroke(&mut picture, (450, 100), (480, 70), 5);
        stroke(&mut picture, (520, 70), (520, 100), 5);
        stroke(&mut picture, (520, 100), (545, 100), 5);
        stroke(&mut picture, (600, 70), (630, 100), 5);
        stroke(&mut picture, (600, 100), (630, 70), 5);
        assert_eq!(find(&picture, 200.0), []);
    }

    #[test]
    fn a_stroke_of_a_title_s_character_is_none() {
        let mut picture = page();
        v(&mut picture, (360, 75), 12, 30, 5);
        // Another stroke of it, over the rising one.
        stroke(&mut picture, (362, 48), (380, 48), 5);
        assert_eq!(find(&picture, 200.0), []);
    }

    #[test]
    fn on_a_page_without_print_nothing_tells_a_pen() {
        let mut picture = Gray::new(300, 300, 255);
        v(&mut picture, (100, 100), 12, 30, 5);
        assert_eq!(find(&picture, 200.0), []);
        assert_eq!(find(&Gray::new(0, 0, 255), 200.0), []);
    }
}
