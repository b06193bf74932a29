//! Cells beside each other that no wall parts. The detector takes them for one line of text where they stand near; what
//! parts them is a gap wider than those between the line's characters, or one at whose end other lines begin, too.

use super::ink::{Box2, Ink};
use super::segment::Line;
use crate::model::{Axis, Ruling};

/// A gap this wide, in tenths of the text's height, parts two texts.
const WIDE: i32 = 9;
/// The same beside a mark that fills a part of its square only.
const WIDE_BESIDE_MARK: i32 = 16;
/// The same beside a single ideograph.
const WIDE_BESIDE_ONE: i32 = 30;
/// A gap this wide, in hundredths, parts them where a column begins behind it.
const NARROW: i32 = 22;
/// A gap this wide, in hundredths, parts them in a row of several other texts: the heads of a table's columns.
const IN_ROW: i32 = 48;
/// Other texts in such a row.
const LEAST_IN_ROW: usize = 3;
/// How much wider, in tenths, a gap is than most of its line.
const UNLIKE: i32 = 17;
/// How far from each other, in hundredths of the text's height, the lines of a column begin.
const ALIGNED: i32 = 14;
/// How far above and below, in heights of the text, a column's other lines are looked for.
const NEAR: i32 = 14;
/// Widest single stroke, in hundredths of the text's height.
const STROKE: i32 = 45;
/// Other lines that must begin there.
const LEAST_BEGIN: usize = 2;
/// Pixels that a line may reach over a wall.
const WALL: f32 = 4.0;
/// Lines longer than this, in heights of the text, are prose.
const LONGEST: i32 = 40;

/// Lines parted at their gaps. `size` is the usual height of text.
pub(super) fn part(lines: Vec<Line>, ink: &Ink, walls: &[Ruling], size: i32) -> Vec<Line> {
    // In a row as low as its print walls hide the feet of figures: a gap may hold a point. Upright walls part its cells;
    // where a table has none, gaps must.
    let closed = |line: &Line| line.crowded && line.pieces.first().is_some_and(|piece| is_between(piece, walls));
    let wide = |line: Line| {
        let least = size * if closed(&line) { WIDE_BESIDE_MARK } else { WIDE };
        cut(line, ink, size, &|gap| is_wide(gap, size) && gap.width() * 10 >= least)
    };
    let parted: Vec<Line> = lines.into_iter().flat_map(wide).collect();
    let begins = Begins::of(&parted, size);
    let parts = |gap: &Gap| {
        let plain = !is_mark(&gap.before, size) && !is_mark(&gap.after, size);
        let in_row = || gap.width() * 100 >= size * IN_ROW && plain && begins.beside(&gap.after) >= LEAST_IN_ROW;
        let in_column = || {
            let wide = gap.width() * 100 >= size * NARROW && !is_mark(&gap.before, size);
            wide && !is_stroke(&gap.sides[0], size) && begins.others(&gap.after, size) >= LEAST_BEGIN
        };
        in_row() && !gap.sides.iter().any(|side| is_lone(side, size)) || in_column()
    };
    let cut_again = |line: Line| if closed(&line) { vec![line] } else { cut(line, ink, size, &parts) };
    parted.into_iter().flat_map(cut_again).collect()
}

/// Does an upright wall stand on both sides of a line, in a row that upright walls part? A frame alone parts nothing.
fn is_between(piece: &Box2, walls: &[Ruling]) -> bool {
    let middle = (piece.y0 + piece.y1) as f32 / 2.0;
    let beside = |wall: &&Ruling| wall.axis == Axis::Vertical && (wall.from..=wall.to).contains(&middle);
    let places = || walls.iter().filter(beside).map(|wall| wall.at);
    places().count() > 2
        && places().any(|at| at < piece.x0 as f32 + WALL)
        && places().any(|at| at > piece.x1 as f32 - WALL)
}

/// A stretch without ink in a line, and the ink on both sides of it.
struct Gap {
    /// The last stretch of ink before it.
    before: Box2,
    /// The first one behind it.
    after: Box2,
    /// All ink before it in the line, and behind it.
    sides: [Box2; 2],
}

impl Gap {
    fn width(&self) -> i32 {
        self.after.x0 - self.before.x1
    }
}

/// Wide enough by itself, between what may be a text each.
fn is_wide(gap: &Gap, size: i32) -> bool {
    let marks = is_mark(&gap.before, size) || is_mark(&gap.after, size);
    let least = match gap.sides.iter().any(|side| is_lone(side, size)) {
        true => WIDE_BESIDE_ONE,
        false if marks => WIDE_BESIDE_MARK,
        false => WIDE,
    };
    gap.width() * 10 >= size * least
}

/// A point, a comma: what leaves most of its square blank.
fn is_mark(part: &Box2, size: i32) -> bool {
    part.width() * 20 < size * 9 && part.height() * 2 < size
}

/// A single ideograph: one of a text that is set wide (项  目).
fn is_lone(part: &Box2, size: i32) -> bool {
    part.width() * 10 <= size * 13 && part.width() * 10 >= size * 7
}

/// A single stroke: more likely the 1 of 100% than a cell of its own, this near to what follows.
fn is_stroke(part: &Box2, size: i32) -> bool {
    part.width() * 100 <= size * STROKE
}

fn cut(line: Line, ink: &Ink, size: i32, parts: &dyn Fn(&Gap) -> bool) -> Vec<Line> {
    let &[piece] = line.pieces.as_slice() else { return vec![line] };
    if piece.height() * 10 >= size * 17 || piece.width() > size * LONGEST {
        return vec![line];
    }
    let blobs = ink.stretches(&piece);
    let mut gaps: Vec<i32> = blobs.windows(2).map(|pair| pair[1].x0 - pair[0].x1).collect();
    gaps.sort_unstable();
    // Of a line set wide all gaps are.
    let usual = gaps.get(gaps.len().saturating_sub(1) / 2).copied().unwrap_or(0);
    let mut pieces = vec![piece];
    for pair in blobs.windows(2) {
        let width = pair[1].x0 - pair[0].x1;
        if gaps.len() > 1 && width * 10 < usual * UNLIKE {
            continue;
        }
        let Some(last) = pieces.last_mut() else { break };
        let left = Box2 { x1: pair[0].x1, ..*last };
        let right = Box2 { x0: pair[1].x0, ..*last };
        let (Some(before), Some(after)) = (ink.bounds(&pair[0]), ink.bounds(&pair[1])) else { continue };
        if parts(&Gap { before, after, sides: [left, right] }) {
            *last = left;
            pieces.push(right);
        }
    }
    let bounds = pieces.iter().filter_map(|piece| {
        let bounds = ink.bounds(piece)?;
        Some(if line.crowded { Box2 { y0: piece.y0, y1: piece.y1, ..bounds } } else { bounds })
    });
    bounds.map(|piece| Line { pieces: vec![piece], ..line.clone() }).collect()
}

/// Where lines begin, sorted from left to right.
struct Begins(Vec<(i32, Box2)>);

impl Begins {
    fn of(lines: &[Line], size: i32) -> Begins {
        let pieces = lines.iter().filter_map(|line| line.pieces.first());
        // What is long is prose, whose lines all begin at its edge.
        let cells = pieces.filter(|piece| piece.width() <= size * LONGEST / 2);
        let mut begins: Vec<(i32, Box2)> = cells.map(|piece| (piece.x0, *piece)).collect();
        begins.sort_by_key(|begin| begin.0);
        Begins(begins)
    }

    /// Other lines in the row of this ink, which is part of one.
    fn beside(&self, after: &Box2) -> usize {
        let middle = (after.y0 + after.y1) / 2;
        self.0.iter().filter(|(_, piece)| (piece.y0..piece.y1).contains(&middle)).count().saturating_sub(1)
    }

    /// Lines above and below that begin where this ink does.
    fn others(&self, after: &Box2, size: i32) -> usize {
        let near = (size * ALIGNED / 100).max(2);
        let from = self.0.partition_point(|begin| begin.0 < after.x0 - near);
        let aligned = self.0[from..].iter().take_while(|begin| begin.0 <= after.x0 + near);
        let beside = |piece: &Box2| {
            let apart = (piece.y0 - after.y1).max(after.y0 - piece.y1);
            (0..=size * NEAR).contains(&apart)
        };
        aligned.filter(|(_, piece)| beside(piece)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::super::picture::Gray;
    use super::*;

    /// Lines of characters of 20 pixels from these places on, with these gaps behind them (the last is of no use).
    fn sheet(lines: &[(i32, i32, &[i32])]) -> (Ink, Vec<Line>) {
        let mut picture = Gray::new(900, 400, 255);
        let mut found = Vec::new();
        for (x, y, gaps) in lines {
            let mut at = *x;
            for gap in *gaps {
                (*y..y + 20).for_each(|y| picture.row_mut(y as usize)[at as usize..at as usize + 20].fill(0));
                at += 20 + gap;
            }
            let end = at - gaps.last().copied().unwrap_or(0);
            found.push(Line::of(vec![Box2::new(*x, *y, end, y + 20)], true, false));
        }
        (Ink::of(&picture), found)
    }

    fn parted(lines: &[(i32, i32, &[i32])]) -> Vec<(i32, i32)> {
        let (ink, lines) = sheet(lines);
        part(lines, &ink, &[], 20).iter().map(|line| (line.pieces[0].x0, line.pieces[0].x1)).collect()
    }

    #[test]
    fn a_wide_gap_parts_two_texts_but_not_the_characters_of_one_set_wide() {
        assert_eq!(parted(&[(20, 50, &[4, 4, 30, 4, 4])]), [(20, 88), (118, 162)]);
        assert_eq!(parted(&[(20, 50, &[30, 30, 30, 30, 30])]), [(20, 240)]);
        assert_eq!(parted(&[(20, 50, &[40, 4])]), [(20, 100)]);
    }

    #[test]
    fn a_gap_between_the_heads_of_columns_parts_them() {
        // Two heads nearly touch, three others stand apart.
        let row = [(20, 50, [4, 4, 4, 12, 4, 4].as_slice())];
        let heads = [(200, 50, [4, 4].as_slice()), (300, 50, &[4, 4]), (400, 50, &[4, 4])];
        assert_eq!(parted(&[row.as_slice(), &heads].concat()).len(), 5);
        assert_eq!(parted(&row), [(20, 168)]);
    }

    #[test]
    fn figures_in_a_row_as_low_as_their_print_stay_together_between_its_walls() {
        let (ink, lines) = sheet(&[(20, 50, &[4, 4, 4, 22, 4, 4])]);
        let crowded: Vec<Line> = lines.into_iter().map(|line| Line { crowded: true, ..line }).collect();
        let upright = |at| Ruling { axis: Axis::Vertical, at, from: 0.0, to: 300.0, width: 2.0, colour: [0; 3] };
        assert_eq!(part(crowded.clone(), &ink, &[upright(10.0), upright(400.0), upright(600.0)], 20).len(), 1);
        // A frame alone, or none at all: gaps tell the cells.
        assert_eq!(part(crowded.clone(), &ink, &[upright(10.0), upright(400.0)], 20).len(), 2);
        assert_eq!(part(crowded, &ink, &[], 20).len(), 2);
    }

    #[test]
    fn a_narrow_gap_parts_where_a_column_begins() {
        // A name that fills its column, and the sign in the next one, which begins at 120 in the rows above and below.
        let above = (120, 20, [4, 4].as_slice());
        let below = (120, 100, [4, 4].as_slice());
        let row = (20, 60, [4, 4, 4, 8, 4].as_slice());
        let full = parted(&[above, row, below]);
        assert_eq!(full, [(120, 164), (20, 112), (120, 140), (120, 164)]);
        // One line that begins there is chance.
        assert_eq!(parted(&[above, row]).len(), 2);
    }
}
