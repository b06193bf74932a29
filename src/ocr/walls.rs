//! Walls taken out of a picture without harm to the print that touches them.

use super::picture::Gray;
use crate::model::{Axis, Ruling};
use std::ops::Range;

/// The picture with nothing but the walls' own pixels taken from `clean`, in which the surroundings of the walls, too,
/// were cleaned: print stands so near to the walls of narrow rows that its outermost strokes go with them, and a
/// character without its top is another one (再, 冉; 天, 大).
pub(super) fn bare(picture: &Gray, clean: &Gray, rulings: &[Ruling]) -> Gray {
    let mut out = picture.clone();
    if clean.pixels.len() != picture.pixels.len() {
        return clean.clone();
    }
    for ruling in rulings {
        let (rows, columns) = pixels(ruling, &out);
        for y in rows {
            if let (Some(target), Some(source)) =
                (out.row_mut(y).get_mut(columns.clone()), clean.row(y).get(columns.clone()))
            {
                target.copy_from_slice(source);
            }
        }
    }
    out
}

/// The shade of paper in a ready picture.
const PAPER: u8 = 255;

/// The picture with every wall painted over as paper, strokes that cross it, too: where rows are lower than their print,
/// lines of text hang together by those strokes, and a detector sees neither the lines nor what parts them.
pub(super) fn painted(clean: &Gray, rulings: &[Ruling]) -> Gray {
    let mut out = clean.clone();
    for ruling in rulings {
        let (rows, columns) = pixels(ruling, &out);
        for y in rows {
            if let Some(part) = out.row_mut(y).get_mut(columns.clone()) {
                part.fill(PAPER);
            }
        }
    }
    out
}

/// Heights of rows, in inches, that are hardly more than their print's.
const LOW_ROW: std::ops::RangeInclusive<f32> = 0.06..=0.14;
/// Part of the level walls, one in so many, that must have the next one as near.
const MANY: usize = 3;

/// Are the rows of a page's tables mostly as low as their print?
pub(super) fn are_crowded(rulings: &[Ruling], dpi: f32) -> bool {
    let mut level: Vec<f32> =
        rulings.iter().filter(|ruling| ruling.axis == Axis::Horizontal).map(|ruling| ruling.at).collect();
    level.sort_by(f32::total_cmp);
    let low = level.windows(2).filter(|pair| LOW_ROW.contains(&((pair[1] - pair[0]) / dpi.max(1.0)))).count();
    low * MANY >= level.len() && low >= MANY
}

/// The rows and columns of a picture that a wall covers.
fn pixels(ruling: &Ruling, picture: &Gray) -> (Range<usize>, Range<usize>) {
    let half = ruling.width / 2.0;
    let (near, far) = ((ruling.at - half).round().max(0.0) as usize, (ruling.at + half).round().max(0.0) as usize);
    let across = near..far.max(near + 1);
    let along = ruling.from.max(0.0) as usize..ruling.to.max(0.0) as usize + 1;
    let within = |range: Range<usize>, length: usize| range.start.min(length)..range.end.min(length);
    let (rows, columns) = match ruling.axis {
        Axis::Horizontal => (across, along),
        Axis::Vertical => (along, across),
    };
    (within(rows, picture.height), within(columns, picture.width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wall_itself_goes() {
        let mut picture = Gray::new(40, 20, 255);
        picture.row_mut(10).fill(0);
        picture.row_mut(11)[5..15].fill(0); // a stroke right below
        let clean = Gray::new(40, 20, 255);
        let wall = Ruling { axis: Axis::Horizontal, at: 10.5, from: 0.0, to: 40.0, width: 1.0, colour: [0; 3] };
        let bare = bare(&picture, &clean, &[wall]);
        assert_eq!((bare.at(20, 10), bare.at(10, 11), bare.at(10, 10)), (255, 0, 255));
    }

    #[test]
    fn rows_as_low_as_their_print_are_told_from_higher_ones() {
        let table = |height: f32| {
            let level = |row| Ruling {
                axis: Axis::Horizontal,
                at: row as f32 * height,
                from: 0.0,
                to: 900.0,
                width: 2.0,
                colour: [0; 3],
            };
            (0..9).map(level).collect::<Vec<Ruling>>()
        };
        assert!(are_crowded(&table(22.0), 200.0) && !are_crowded(&table(40.0), 200.0));
        assert!(!are_crowded(&[], 200.0));
    }

    #[test]
    fn a_stroke_that_crosses_a_wall_is_painted_over_there_only() {
        let mut picture = Gray::new(40, 20, 255);
        (4..18).for_each(|y| picture.row_mut(y)[7] = 0);
        let wall = Ruling { axis: Axis::Horizontal, at: 10.5, from: 0.0, to: 60.0, width: 1.0, colour: [0; 3] };
        let beyond = Ruling { at: 90.0, ..wall };
        let painted = painted(&picture, &[wall, beyond]);
        assert_eq!((painted.at(7, 9), painted.at(7, 10), painted.at(7, 11)), (0, 255, 0));
    }
}
