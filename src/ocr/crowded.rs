//! Lines whose neighbours touch them: rows lower than their print, in which the feet of one line stand on the heads of the
//! next. Where one ends cannot be seen, so such a line is shown without what lies beyond its row, and where it is not read
//! surely then, cut in other ways, too.

use super::agree;
use super::ink::{Box2, Ink};
use super::picture::Gray;
use super::recognise::{Reading, Strip};
use super::segment::Line;
use super::strip::{self, Slot};
use crate::model::{Axis, Ruling};

/// How far beyond its row such a line is shown, in hundredths of the text's height.
const BEYOND: i32 = 8;

/// How far beside such a line more of it is looked for at a time, in hundredths of the row's height.
const BESIDE: i32 = 60;
/// Pixels beside a wall that may be what is left of it.
const EDGE: i32 = 3;
/// Times that it is looked for.
const MOST_STEPS: usize = 40;

/// A line's picture.
pub(super) fn strip(picture: &Gray, line: &Line, size: i32) -> (Strip, Vec<Slot>) {
    strip::strip(picture, line, size, line.crowded.then_some(size * BEYOND / 100))
}

/// A line that fills its row, with the ink beside it: strokes that lie on a wall (of 二, 三) went with it where text was looked
/// for. `bare` is ink with nothing missing but the walls' own pixels.
pub(super) fn widened(mut row: Box2, bare: &Ink, walls: &[Ruling]) -> Box2 {
    let reach = row.height() * BESIDE / 100;
    // A character may reach over the wall already.
    let over = row.height() / 2;
    let edge = |near: i32, far: i32| {
        let middle = ((row.y0 + row.y1) / 2) as f32;
        walls.iter().find(|wall| {
            wall.axis == Axis::Vertical
                && (near as f32..=far as f32).contains(&wall.at)
                && (wall.from..=wall.to).contains(&middle)
        })
    };
    let inside = Box2 { y0: row.y0 + EDGE, y1: row.y1 - EDGE, ..row };
    for _ in 0..MOST_STEPS {
        let from = row.x0 - reach;
        let from = edge(from, row.x0 + over).map_or(from, |wall| (wall.at + wall.width / 2.0).ceil() as i32 + EDGE);
        match bare.bounds(&Box2 { x0: from, x1: row.x0, ..inside }) {
            Some(ink) if ink.x0 < row.x0 => row.x0 = ink.x0,
            _ => break,
        }
    }
    for _ in 0..MOST_STEPS {
        let to = row.x1 + reach;
        let to = edge(row.x1 - over, to).map_or(to, |wall| (wall.at - wall.width / 2.0).floor() as i32 - EDGE);
        match bare.bounds(&Box2 { x0: row.x1, x1: to, ..inside }) {
            Some(ink) if ink.x1 > row.x1 => row.x1 = ink.x1,
            _ => break,
        }
    }
    row
}

/// Lines that fill their rows, those that meet joined. What meets over a wall, because a character of one cell reaches into
/// the next, stays apart.
pub(super) fn joined(mut rows: Vec<Box2>, walls: &[Ruling]) -> Vec<Box2> {
    rows.sort_by_key(|row| (row.y0, row.x0));
    let between = |a: &Box2, b: &Box2| {
        let (left, right) = ((a.x0 + a.x1) as f32 / 2.0, (b.x0 + b.x1) as f32 / 2.0);
        let middle = (a.y0 + a.y1) as f32 / 2.0;
        walls.iter().find(|wall| {
            wall.axis == Axis::Vertical && left < wall.at && wall.at < right && wall.from <= middle && middle <= wall.to
        })
    };
    let mut out: Vec<Box2> = Vec::new();
    for mut row in rows {
        match out.last_mut() {
            Some(last) if last.y0 == row.y0 && last.y1 == row.y1 && row.x0 <= last.x1 => match between(last, &row) {
                Some(wall) if row.x0 < last.x1 => {
                    (last.x1, row.x0) = (wall.at as i32, wall.at as i32 + 1);
                    out.push(row);
                }
                Some(_) => out.push(row),
                None => *last = last.union(&row),
            },
            _ => out.push(row),
        }
    }
    out
}

/// A picture as it is, with its walls' own pixels taken out, and with all painted over that crosses them.
pub(super) struct Pictures<'a> {
    /// As it is.
    pub(super) whole: &'a Gray,
    /// Without the walls.
    pub(super) bare: &'a Gray,
    /// Without what crosses the walls.
    pub(super) painted: &'a Gray,
}

/// Other pictures of a line: just what was taken for its ink, that without its edges, without the strokes that cross the
/// walls, and with the walls, which hide the points at its foot where they are taken out.
pub(super) fn views(pictures: &Pictures<'_>, line: &Line, size: i32) -> [(Strip, Vec<Slot>); 4] {
    let beyond = size * BEYOND / 100;
    let mut inner = line.clone();
    for piece in &mut inner.pieces {
        if piece.height() > 4 * beyond {
            (piece.y0, piece.y1) = (piece.y0 + beyond, piece.y1 - beyond);
        }
    }
    [
        strip::strip(pictures.bare, line, size, Some(0)),
        strip::strip(pictures.bare, &inner, size, Some(beyond)),
        strip::strip(pictures.painted, line, size, Some(0)),
        strip::strip(pictures.whole, line, size, Some(2 * beyond + 1)),
    ]
}

/// Is a reading told by its scores alone? A number is not: a point that a wall hides leaves no doubt behind.
pub(super) fn is_told(reading: &Reading) -> bool {
    !reading.letters.iter().any(|letter| letter.text.is_ascii_digit())
}

/// Puts the surest of a line's readings in place of the first. What the second surest reads otherwise is told beside it,
/// and doubts its figures.
pub(super) fn surest(
    reading: &mut Reading,
    slots: &mut Vec<Slot>,
    others: impl Iterator<Item = (Reading, (Strip, Vec<Slot>))>,
) {
    let first = (std::mem::take(reading), std::mem::take(slots));
    let mut all: Vec<(Reading, Vec<Slot>)> =
        std::iter::once(first).chain(others.map(|(reading, (_, slots))| (reading, slots))).collect();
    all.sort_by(|a, b| b.0.mean().total_cmp(&a.0.mean()));
    let mut all = all.into_iter();
    if let Some((best, best_slots)) = all.next() {
        *reading = match all.next() {
            Some((second, _)) => agree::doubted(best, second),
            None => best,
        };
        *slots = best_slots;
    }
}

#[cfg(test)]
mod tests {
    use super::super::recognise::sample::{reading, text};
    use super::*;

    #[test]
    fn a_line_takes_the_ink_beside_it_up_to_the_wall() {
        let mut picture = Gray::new(300, 60, 255);
        for (x0, x1) in [(12, 30), (60, 160), (166, 180), (188, 196), (205, 240)] {
            (24..34).for_each(|y| picture.row_mut(y)[x0..x1].fill(0));
        }
        let wall = Ruling { axis: Axis::Vertical, at: 200.0, from: 0.0, to: 60.0, width: 2.0, colour: [0; 3] };
        // 12 pixels at a time: what stands 30 pixels before is another text.
        let wide = widened(Box2::new(60, 20, 160, 40), &Ink::of(&picture), std::slice::from_ref(&wall));
        assert_eq!(wide, Box2::new(60, 20, 196, 40));
        let rows = joined(vec![wide, Box2::new(180, 20, 190, 40), Box2::new(180, 40, 190, 60)], &[]);
        assert_eq!(rows, [wide, Box2::new(180, 40, 190, 60)]);
        // The last figure of a cell reaches over the wall, up to the first of the next cell.
        let cells = [Box2::new(120, 20, 205, 40), Box2::new(205, 20, 290, 40)];
        assert_eq!(joined(cells.to_vec(), &[wall]), cells);
        let overlap = [Box2::new(120, 20, 206, 40), Box2::new(203, 20, 290, 40)];
        assert_eq!(joined(overlap.to_vec(), &[wall]), [Box2::new(120, 20, 200, 40), Box2::new(201, 20, 290, 40)]);
    }

    #[test]
    fn the_surest_reading_stands_and_figures_that_another_reads_otherwise_are_doubted() {
        let strip = || Strip { width: 0, pixels: Vec::new() };
        let others = [reading("3144.00", 0.95), reading("314.00", 0.3)];
        let mut found = reading("314400", 0.9);
        let mut slots = Vec::new();
        surest(&mut found, &mut slots, others.into_iter().map(|reading| (reading, (strip(), Vec::new()))));
        assert_eq!(text(&found), "3144.00");
        // The point is what the second surest does not read; nothing is vouched for.
        assert!(found.letters.iter().all(|letter| letter.score <= 0.95));
        assert!(found.letters.iter().any(|letter| letter.score < 0.8));
        assert!(!is_told(&found) && is_told(&reading("率", 0.9)));
    }
}
