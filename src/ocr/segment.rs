//! From the places where text stands to strips of one line each: places are cut where walls cross them, lines that were
//! taken together are parted, characters below each other are laid side by side, and ink that nobody claimed is looked at.

use super::crowded;
use super::detect::Place;
use super::ink::{Box2, Ink};
use super::picture::Gray;
use crate::model::{Axis, Ruling};

/// A line of text to be read: one piece, or several that are read side by side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Line {
    /// Boxes around the ink of its pieces, in reading order. Pieces of one line stand below each other on the page.
    pub(super) pieces: Vec<Box2>,
    /// The detector saw it; else it is ink that it overlooked.
    pub(super) detected: bool,
    /// It stands in a row hardly higher than its print, or lower: characters reach over the walls above and below, and
    /// those of other rows may touch them.
    pub(super) crowded: bool,
    /// Upright walls that it goes over, because the characters of two cells touch each other there: x of each.
    pub(super) seams: Vec<i32>,
}

impl Line {
    /// A line between walls.
    pub(super) fn of(pieces: Vec<Box2>, detected: bool, crowded: bool) -> Line {
        Line { pieces, detected, crowded, seams: Vec::new() }
    }
}

/// Walls leave this share of a text's height around them as not theirs.
const WALL_MARGIN: i32 = 1;
/// A wall crosses a text if it runs along this share of the text's height, in hundredths.
const CROSSES: i32 = 60;

/// The lines of a page. `ink` is without the walls, `bare` the picture with nothing missing but the walls' own pixels.
pub(super) fn lines(places: &[Place], ink: &Ink, bare: &Gray, walls: &[Ruling]) -> Vec<Line> {
    let cut: Vec<(&Place, Cut)> = places.iter().map(|place| (place, cut(&place.area, walls))).collect();
    let trimmed: Vec<Box2> =
        cut.iter().flat_map(|(_, cut)| &cut.pieces).filter_map(|piece| trimmed(ink, piece)).collect();
    let size = typical(trimmed.iter());
    let pieces: Vec<Piece> = cut.into_iter().flat_map(|(place, cut)| without_slivers(place, cut, size)).collect();
    let (inked, left, seams) = share_out(&pieces, components(ink), ink, size);
    let bare = pieces.iter().any(|piece| piece.row.is_some()).then(|| Ink::of(bare));
    let mut lines: Vec<Line> = Vec::new();
    let mut rows: Vec<Box2> = Vec::new();
    for (held, piece) in inked.into_iter().zip(&pieces) {
        let Some(bounds) = held.bounds else { continue };
        if let (Some((y0, y1)), Some(bare)) = (piece.row, &bare) {
            // What its walls hide of it cannot be told: it is as high as its row.
            rows.push(crowded::widened(Box2 { y0, y1, ..bounds }, bare, walls));
            continue;
        }
        let crowded = held.shared;
        lines.extend(parted(ink, &bounds, size).into_iter().map(|pieces| Line::of(pieces, true, crowded)));
    }
    let rows = crowded::joined(rows, walls);
    lines.retain(|line| {
        !line.pieces.iter().all(|piece| rows.iter().any(|row| row.within(piece).area() * 4 >= piece.area() * 3))
    });
    lines.extend(rows.into_iter().map(|row| Line::of(vec![row], true, true)));
    for row in overlooked(left, walls, size) {
        if lines.iter().any(|line| line.crowded && line.pieces.iter().any(|piece| goes_with(piece, &row, walls, size)))
        {
            continue; // a foot or a head of the rows around; what belongs to the line is part of it already
        }
        // A character at a line's end that the detector left out belongs to the line.
        let beside = lines.iter_mut().find_map(|line| match line.pieces.as_mut_slice() {
            [piece] if goes_with(piece, &row, walls, size) => Some(piece),
            _ => None,
        });
        match beside {
            Some(piece) => *piece = piece.union(&row),
            None => lines.push(Line::of(vec![row], false, false)),
        }
    }
    for line in &mut lines {
        if let [piece] = line.pieces.as_slice() {
            let goes_over = |seam: &&Seam| {
                let middle = (seam.blob.y0 + seam.blob.y1) / 2;
                piece.x0 < seam.at && seam.at < piece.x1 && (piece.y0..piece.y1).contains(&middle)
            };
            line.seams = seams.iter().filter(goes_over).map(|seam| seam.at).collect();
        }
    }
    lines
}

/// A part of a place between walls.
struct Piece {
    area: Box2,
    /// The same with as much of the place beyond the walls above and below as its characters may reach over them: in
    /// rows lower than their text they do.
    reach: Box2,
    /// First row and one past the last of the table's row, from the middle of the wall above to that of the wall below,
    /// where its place reaches over both.
    row: Option<(i32, i32)>,
}

impl Piece {
    /// What a blob that other pieces share has in this one.
    fn part_of(&self, blob: &Box2, size: i32) -> Box2 {
        let over = size * OVER_SHARED / 100;
        let reach = Box2 { y0: self.area.y0 - over, y1: self.area.y1 + over, ..self.area };
        reach.within(&self.reach).within(blob)
    }
}

/// Does a blob that a piece holds most of, and that sticks out of it, belong to another piece, above or below, too?
fn crosses(pieces: &[Piece], best: usize, other: usize, blob: &Box2, size: i32) -> bool {
    let (Some(best), Some(other)) = (pieces.get(best), pieces.get(other)) else { return false };
    let outside = blob.y0 < best.reach.y0 || blob.y1 > best.reach.y1;
    let common = best.area.y1.min(other.area.y1) - best.area.y0.max(other.area.y0);
    let stacked = common * 100 <= size * OVER;
    outside && stacked && other.area.within(blob).height() * 100 >= size * OVER
}

/// What is lower than this, in hundredths of the text's height, is no line of text beside a larger part of its place.
const SLIVER: i32 = 45;
/// Highest row, in tenths of the text's height, of whose one line the place reaches over the walls above and below.
const LOW_ROW: i32 = 20;
/// How far characters reach over a wall, in hundredths of their height.
const OVER: i32 = 20;
/// The same where the characters of the other row touch them there.
const OVER_SHARED: i32 = 8;

/// The parts of a place without those that are but the edges of characters in the others.
fn without_slivers(place: &Place, cut: Cut, size: i32) -> Vec<Piece> {
    let Cut { mut pieces, levels } = cut;
    let tallest = pieces.iter().map(Box2::height).max().unwrap_or(0);
    pieces.retain(|piece| piece.height() * 100 >= size * SLIVER || piece.height() == tallest);
    let over = size * OVER / 100;
    let reach = |area: &Box2| Box2 {
        y0: (area.y0 - over).max(place.area.y0),
        y1: (area.y1 + over).min(place.area.y1),
        ..*area
    };
    // Walls have their thickness on both sides of their middle: half of what was cut out.
    let row = |area: &Box2| {
        let above = levels.iter().find(|wall| wall.1 == area.y0)?;
        let below = levels.iter().find(|wall| wall.0 == area.y1)?;
        let (y0, y1) = ((above.0 + above.1) / 2, (below.0 + below.1 + 1) / 2);
        ((y1 - y0) * 10 <= size * LOW_ROW).then_some((y0, y1))
    };
    pieces.into_iter().map(|area| Piece { area, reach: reach(&area), row: row(&area) }).collect()
}

/// What a piece holds.
#[derive(Debug, Clone, Copy, Default)]
struct Held {
    /// The box around its ink.
    bounds: Option<Box2>,
    /// Some of it hangs together with what other pieces hold.
    shared: bool,
}

/// An upright wall over which characters of the pieces on both sides hang together.
#[derive(Debug, Clone, Copy)]
struct Seam {
    /// x of the wall.
    at: i32,
    /// What hangs together.
    blob: Box2,
}

/// Least part of a blob on either side of a wall, in hundredths of the text's height: less is a character that reaches
/// over it.
const ON_BOTH_SIDES: i32 = 20;

impl Seam {
    /// Does a blob belong to two pieces beside each other?
    fn of(pieces: &[Piece], near: &[usize], blob: &Box2, size: i32) -> Option<Seam> {
        let least = size * ON_BOTH_SIDES / 100;
        let covers = |area: &Box2| (area.y1.min(blob.y1) - area.y0.max(blob.y0)) * 10 >= blob.height() * 6;
        let reached = near.iter().filter_map(|&index| Some(pieces.get(index)?.area));
        let reached: Vec<Box2> = reached.filter(|a| covers(a) && a.x0 < blob.x1 && blob.x0 < a.x1).collect();
        let left = reached.iter().min_by_key(|area| area.x0)?;
        let right = reached.iter().filter(|area| area.x0 >= left.x1).min_by_key(|area| area.x0)?;
        let at = (left.x1 + right.x0) / 2;
        let on_both_sides = at - blob.x0 >= least && blob.x1 - at >= least && right.x0 - left.x1 <= size / 2;
        on_both_sides.then_some(Seam { at, blob: *blob })
    }
}

/// Rows of pixels in a drawer of pieces, so that a blob is compared with those near it.
const DRAWER: i32 = 64;

/// Gives each blob of ink to the piece that holds most of it. The box around the ink of each piece, the blobs that none
/// holds, and the walls over which characters hang together.
fn share_out(pieces: &[Piece], blobs: Vec<Box2>, ink: &Ink, size: i32) -> (Vec<Held>, Vec<Box2>, Vec<Seam>) {
    let mut drawers: Vec<Vec<usize>> = vec![Vec::new(); (ink.height / DRAWER + 1) as usize];
    let rows = |b: &Box2| (b.y0.max(0) / DRAWER) as usize..=((b.y1 - 1).clamp(0, ink.height) / DRAWER) as usize;
    for (index, piece) in pieces.iter().enumerate() {
        for drawer in drawers.get_mut(rows(&piece.reach)).unwrap_or(&mut []) {
            drawer.push(index);
        }
    }
    let mut inked = vec![Held::default(); pieces.len()];
    let (mut left, mut seams) = (Vec::new(), Vec::new());
    let mut add = |index: usize, part: Box2, shared: bool| {
        if let Some(held) = inked.get_mut(index) {
            held.bounds = Some(held.bounds.map_or(part, |bounds| bounds.union(&part)));
            held.shared |= shared;
        }
    };
    for blob in blobs {
        let mut near: Vec<usize> = drawers.get(rows(&blob)).unwrap_or(&[]).iter().flatten().copied().collect();
        near.sort_unstable();
        near.dedup();
        let held = |index: usize| pieces.get(index).map_or(0, |piece| piece.area.within(&blob).area());
        let best = near.iter().copied().max_by_key(|&index| held(index));
        let large = blob.height() * 10 > size * 17 || blob.width() > size * 4;
        if !large && let Some(seam) = Seam::of(pieces, &near, &blob, size) {
            seams.push(seam);
        }
        // Characters of several lines that touch each other: each piece has its part.
        let has_part = |index: usize| {
            large && held(index) > 0 || best.is_some_and(|best| crosses(pieces, best, index, &blob, size))
        };
        near.retain(|&index| Some(index) == best && held(index) > 0 || has_part(index));
        if large || near.len() > 1 {
            for &index in &near {
                let Some(piece) = pieces.get(index) else { continue };
                let part = if near.len() > 1 { piece.part_of(&blob, size) } else { piece.reach.within(&blob) };
                if let Some(part) = ink.bounds(&part) {
                    add(index, part, near.len() > 1);
                }
            }
            continue;
        }
        match best {
            Some(index) if held(index) * 2 >= blob.area() => add(index, blob, false),
            _ => left.push(blob),
        }
    }
    (inked, left, seams)
}

/// Does ink stand right before or behind a line?
fn goes_with(line: &Box2, blob: &Box2, walls: &[Ruling], size: i32) -> bool {
    let middle = (blob.y0 + blob.y1) / 2;
    let apart = (blob.x0 - line.x1).max(line.x0 - blob.x1);
    let (left, right) = if blob.x0 < line.x0 { (blob, line) } else { (line, blob) };
    (line.y0..line.y1).contains(&middle)
        && blob.height() <= line.height() * 5 / 4
        && line.height() * 10 < size * 17
        && apart * 10 <= size * 8
        && clear(left, right, walls)
}

/// Height of most lines of text, in pixels.
pub(super) fn typical<'a>(boxes: impl Iterator<Item = &'a Box2>) -> i32 {
    let mut heights: Vec<i32> = boxes.filter(|b| b.width() * 2 > b.height() * 3).map(Box2::height).collect();
    heights.sort_unstable();
    heights.get(heights.len() / 2).copied().unwrap_or(28).max(8)
}

/// A place cut at walls.
struct Cut {
    /// Its parts.
    pieces: Vec<Box2>,
    /// The level walls between and around them: first row, one past the last.
    levels: Vec<(i32, i32)>,
}

/// A place cut at the walls that cross it.
fn cut(area: &Box2, walls: &[Ruling]) -> Cut {
    let mut xs: Vec<(i32, i32)> = Vec::new();
    let mut ys: Vec<(i32, i32)> = Vec::new();
    for wall in walls {
        let (from, to) = (wall.from as i32, wall.to as i32);
        let half = wall.width / 2.0;
        let (near, far) = ((wall.at - half).floor() as i32 - WALL_MARGIN, (wall.at + half).ceil() as i32 + WALL_MARGIN);
        match wall.axis {
            Axis::Vertical => {
                let along = to.min(area.y1) - from.max(area.y0);
                if far > area.x0 && near < area.x1 && along * 100 >= area.height() * CROSSES {
                    xs.push((near, far));
                }
            }
            Axis::Horizontal => {
                let along = to.min(area.x1) - from.max(area.x0);
                if far > area.y0 && near < area.y1 && along * 100 >= area.width() * CROSSES {
                    ys.push((near, far));
                }
            }
        }
    }
    let columns = between(area.x0, area.x1, &mut xs);
    let rows = between(area.y0, area.y1, &mut ys);
    let mut pieces = Vec::with_capacity(columns.len() * rows.len());
    for &(y0, y1) in &rows {
        pieces.extend(columns.iter().map(|&(x0, x1)| Box2 { x0, y0, x1, y1 }));
    }
    Cut { pieces, levels: ys }
}

/// What is left of a stretch without these.
fn between(start: i32, end: i32, walls: &mut [(i32, i32)]) -> Vec<(i32, i32)> {
    walls.sort_unstable();
    let mut out = Vec::new();
    let mut at = start;
    for &(near, far) in walls.iter() {
        if near - at >= 4 {
            out.push((at, near));
        }
        at = at.max(far);
    }
    if end - at >= 4 {
        out.push((at, end));
    }
    out
}

/// The box around the ink in a box, without slivers at its upper and lower edge that belong to the lines around.
fn trimmed(ink: &Ink, area: &Box2) -> Option<Box2> {
    let bounds = ink.bounds(area)?;
    let rows = ink.by_row(&bounds);
    let groups = groups(&rows, 0, 1);
    let tallest = groups.iter().map(|(from, to)| to - from).max()?;
    let (mut first, mut last) = (0, groups.len().checked_sub(1)?);
    let sliver = |group: &(usize, usize), touches: bool| touches && (group.1 - group.0) * 5 < tallest;
    if first < last && sliver(&groups[first], bounds.y0 <= area.y0) {
        first += 1;
    }
    if first < last && sliver(&groups[last], bounds.y1 >= area.y1) {
        last -= 1;
    }
    let kept =
        Box2 { y0: bounds.y0 + groups.get(first)?.0 as i32, y1: bounds.y0 + groups.get(last)?.1 as i32, ..bounds };
    ink.bounds(&kept)
}

/// Stretches of rows (or columns) with more ink than `noise`, joined over gaps shorter than `gap`.
fn groups(sums: &[i32], noise: i32, gap: usize) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    for (at, &sum) in sums.iter().enumerate() {
        if sum <= noise {
            continue;
        }
        match out.last_mut() {
            Some(last) if at - last.1 < gap => last.1 = at + 1,
            _ => out.push((at, at + 1)),
        }
    }
    out
}

/// A box of ink as lines: one, several below each other, or a column of characters read side by side.
fn parted(ink: &Ink, bounds: &Box2, size: i32) -> Vec<Vec<Box2>> {
    if bounds.height() * 10 < size * 17 {
        return vec![vec![*bounds]];
    }
    let rows = ink.by_row(bounds);
    let mut parts: Vec<(usize, usize)> = groups(&rows, 0, 1);
    // Strokes of one character stand apart, too: what is too low for a line joins its nearer neighbour.
    while parts.len() > 1 {
        let Some((at, part)) = parts.iter().enumerate().min_by_key(|(_, part)| part.1 - part.0) else { break };
        if (part.1 - part.0) as i32 * 10 >= size * 6 {
            break;
        }
        let above = at.checked_sub(1).map(|above| (part.0 - parts[above].1, above));
        let below = parts.get(at + 1).map(|below| (below.0 - part.1, at + 1));
        let other = match (above, below) {
            (Some((gap, above)), Some((other, below))) => {
                if gap <= other {
                    above
                } else {
                    below
                }
            }
            (Some((_, one)), None) | (None, Some((_, one))) => one,
            (None, None) => break,
        };
        let (first, second) = (at.min(other), at.max(other));
        let joined = (parts[first].0, parts[second].1);
        if (joined.1 - joined.0) as i32 * 10 > size * 16 {
            break;
        }
        parts[first] = joined;
        parts.remove(second);
    }
    let boxes: Vec<Box2> = parts
        .iter()
        .filter_map(|part| {
            let area = Box2 { y0: bounds.y0 + part.0 as i32, y1: bounds.y0 + part.1 as i32, ..*bounds };
            ink.bounds(&area)
        })
        .collect();
    let narrow = boxes.iter().all(|b| b.width() * 10 <= size * 14);
    if narrow && boxes.len() > 1 { vec![boxes] } else { boxes.into_iter().map(|b| vec![b]).collect() }
}

/// Ink of the size of text that no place covers.
fn overlooked(left: Vec<Box2>, walls: &[Ruling], size: i32) -> Vec<Box2> {
    let mut blobs: Vec<Box2> = left
        .into_iter()
        .filter(|b| {
            let large = b.width().max(b.height());
            // Far longer than thick, it is what is left of a drawn line.
            let stroke =
                b.height() > size && b.width() * 8 < b.height() || b.width() > 2 * size && b.height() * 16 < b.width();
            large * 3 >= size
                && b.height() <= size * 2
                && b.width() <= size * 3
                && !stroke
                && !beside_wall(b, walls, size)
        })
        .collect();
    // Blobs beside each other make a line; strokes above each other a sign (=).
    let mut rows: Vec<Box2> = Vec::new();
    blobs.sort_by_key(|b| (b.x0, b.y0));
    blobs.truncate(MOST_BLOBS);
    for blob in blobs {
        let beside = rows.iter_mut().find(|row| {
            let overlap = row.y1.min(blob.y1) - row.y0.max(blob.y0);
            let apart = blob.x0 - row.x1;
            let both = row.union(&blob);
            let above = (row.x0 - blob.x0).abs() * 4 <= size && (row.x1 - blob.x1).abs() * 4 <= size;
            let in_line = overlap * 2 >= blob.height().min(row.height()) && apart * 10 <= size * 8;
            (in_line || above && both.height() <= size) && clear(row, &blob, walls)
        });
        match beside {
            Some(row) => *row = row.union(&blob),
            None => rows.push(blob),
        }
    }
    rows.retain(|row| row.width().max(row.height()) * 10 >= size * 4);
    rows.truncate(MOST_OVERLOOKED);
    rows
}

/// Pieces of ink looked at beside the detector's places: a noisy page has thousands of specks.
const MOST_OVERLOOKED: usize = 200;
/// Blobs among which they are looked for.
const MOST_BLOBS: usize = 4000;

/// Is a blob what the edge of an upright wall left: as thin as that, right beside it?
fn beside_wall(blob: &Box2, walls: &[Ruling], size: i32) -> bool {
    let thin = blob.width() * 6 <= size;
    thin && walls.iter().any(|wall| {
        let near = wall.width / 2.0 + 4.0;
        let middle = (blob.x0 + blob.x1) as f32 / 2.0;
        wall.axis == Axis::Vertical
            && (wall.at - middle).abs() <= near
            && (wall.from as i32) < blob.y1
            && (wall.to as i32) > blob.y0
    })
}

/// Does no upright wall stand between two boxes?
fn clear(left: &Box2, right: &Box2, walls: &[Ruling]) -> bool {
    let (from, to) = (left.x1.min(right.x0), left.x1.max(right.x0));
    let (top, bottom) = (left.y0.max(right.y0), left.y1.min(right.y1));
    let middle = (top + bottom) / 2;
    !walls.iter().any(|wall| {
        wall.axis == Axis::Vertical
            && (from - 1..=to + 1).contains(&(wall.at as i32))
            && (wall.from as i32..=wall.to as i32).contains(&middle)
    })
}

/// Boxes of the connected parts of ink.
fn components(ink: &Ink) -> Vec<Box2> {
    let (width, height) = (ink.width as usize, ink.height as usize);
    let mut seen = vec![false; width * height];
    let mut out = Vec::new();
    let mut open = Vec::new();
    for y in 0..height {
        for (x, &bit) in ink.row(y as i32, 0, ink.width).iter().enumerate() {
            if bit == 0 || seen[y * width + x] {
                continue;
            }
            seen[y * width + x] = true;
            open.push((x as i32, y as i32));
            let mut area = Box2::new(x as i32, y as i32, x as i32 + 1, y as i32 + 1);
            let mut pixels = 0u32;
            while let Some((x, y)) = open.pop() {
                pixels += 1;
                area = area.union(&Box2::new(x, y, x + 1, y + 1));
                for ny in y - 1..=y + 1 {
                    let from = (x - 1).max(0);
                    for (nx, &bit) in (from..).zip(ink.row(ny, from, x + 2)) {
                        let at = ny as usize * width + nx as usize;
                        if bit == 1 && !seen[at] {
                            seen[at] = true;
                            open.push((nx, ny));
                        }
                    }
                }
            }
            // Specks of a pixel or three are noise.
            if pixels > 3 {
                out.push(area);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A picture that adds nothing to the ink.
    const BARE: Gray = Gray { width: 0, height: 0, pixels: Vec::new() };

    fn wall(axis: Axis, at: f32, from: f32, to: f32) -> Ruling {
        Ruling { axis, at, from, to, width: 2.0, colour: [0; 3] }
    }

    /// A sheet with these boxes all ink.
    fn sheet(boxes: &[Box2]) -> Ink {
        let mut picture = Gray::new(400, 300, 255);
        for b in boxes {
            (b.y0..b.y1).for_each(|y| picture.row_mut(y as usize)[b.x0 as usize..b.x1 as usize].fill(0));
        }
        Ink::of(&picture)
    }

    fn place(x0: i32, y0: i32, x1: i32, y1: i32) -> Place {
        Place { area: Box2::new(x0, y0, x1, y1), score: 0.9 }
    }

    /// Squares of 20 pixels side by side from here on.
    fn word(x: i32, y: i32, letters: i32) -> Vec<Box2> {
        (0..letters).map(|i| Box2::new(x + i * 24, y, x + i * 24 + 20, y + 20)).collect()
    }

    #[test]
    fn a_place_that_crosses_a_wall_is_cut_there() {
        let ink = sheet(&[word(20, 50, 3), word(120, 50, 3)].concat());
        let walls = [wall(Axis::Vertical, 104.0, 10.0, 290.0), wall(Axis::Vertical, 60.0, 80.0, 120.0)];
        let lines = lines(&[place(14, 44, 200, 76)], &ink, &BARE, &walls);
        let boxes: Vec<Box2> = lines.iter().map(|line| line.pieces[0]).collect();
        assert_eq!(boxes, [Box2::new(20, 50, 88, 70), Box2::new(120, 50, 188, 70)]);
        assert!(lines.iter().all(|line| line.detected));
    }

    #[test]
    fn a_neighbours_edge_beyond_a_wall_is_not_read() {
        // The place reaches over the wall into the row below.
        let ink = sheet(&[word(20, 50, 4), word(20, 78, 4)].concat());
        let walls = [wall(Axis::Horizontal, 74.0, 0.0, 400.0)];
        let lines = lines(&[place(14, 44, 120, 82), place(14, 72, 120, 104)], &ink, &BARE, &walls);
        let boxes: Vec<Box2> = lines.iter().map(|line| line.pieces[0]).collect();
        assert_eq!(boxes, [Box2::new(20, 50, 112, 70), Box2::new(20, 78, 112, 98)]);
    }

    #[test]
    fn overlapping_places_share_no_character() {
        let ink = sheet(&word(20, 50, 6));
        let lines = lines(&[place(14, 44, 96, 76), place(80, 44, 170, 76)], &ink, &BARE, &[]);
        let boxes: Vec<Box2> = lines.iter().map(|line| line.pieces[0]).collect();
        assert_eq!(boxes, [Box2::new(20, 50, 88, 70), Box2::new(92, 50, 160, 70)]);
    }

    #[test]
    fn what_the_detector_left_out_is_found_in_its_cell_or_joins_its_line() {
        // A figure in an empty cell, and the last character of a line.
        let ink = sheet(&[word(20, 50, 4), word(300, 150, 1)].concat());
        let lines = lines(&[place(14, 44, 86, 76)], &ink, &BARE, &[]);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[0], Line::of(vec![Box2::new(20, 50, 112, 70)], true, false));
        assert_eq!(lines[1], Line::of(vec![Box2::new(300, 150, 320, 170)], false, false));
    }

    #[test]
    fn characters_below_each_other_are_one_line_and_lines_below_each_other_several() {
        let column: Vec<Box2> = (0..4).map(|i| Box2::new(20, 40 + i * 26, 40, 60 + i * 26)).collect();
        let rows = [word(100, 40, 5), word(100, 66, 5)].concat();
        let ink = sheet(&[column.clone(), rows, word(100, 200, 5), word(100, 240, 5)].concat());
        let places =
            [place(14, 34, 46, 150), place(94, 34, 226, 92), place(94, 194, 226, 226), place(94, 234, 226, 266)];
        let lines = lines(&places, &ink, &BARE, &[]);
        let pieces: Vec<usize> = lines.iter().map(|line| line.pieces.len()).collect();
        assert_eq!(pieces, [4, 1, 1, 1, 1]);
        assert_eq!(lines[0].pieces, column);
        assert_eq!((lines[1].pieces[0].y0, lines[2].pieces[0].y0), (40, 66));
    }

    #[test]
    fn lines_of_rows_lower_than_their_print_are_cut_where_their_walls_are() {
        // The second row's first character stands on the first row's, and the third hangs on the wall alone.
        let ink = sheet(&[word(20, 50, 4), word(20, 70, 4), word(20, 90, 4)].concat());
        let walls = [48.0, 69.0, 90.0, 111.0].map(|at| wall(Axis::Horizontal, at, 0.0, 400.0));
        let places = [place(14, 45, 120, 73), place(14, 65, 120, 94), place(14, 87, 120, 114)];
        let lines = lines(&places, &ink, &BARE, &walls);
        let boxes: Vec<Box2> = lines.iter().map(|line| line.pieces[0]).collect();
        assert_eq!(boxes, [Box2::new(20, 48, 112, 69), Box2::new(20, 69, 112, 90), Box2::new(20, 90, 112, 111)]);
        assert!(lines.iter().all(|line| line.crowded));
    }

    #[test]
    fn what_a_wall_left_is_no_figure() {
        let ink = sheet(&[word(20, 50, 4), vec![Box2::new(203, 50, 206, 68)]].concat());
        let walls = [wall(Axis::Vertical, 200.0, 0.0, 300.0)];
        assert_eq!(lines(&[place(14, 44, 120, 76)], &ink, &BARE, &walls).len(), 1);
    }

    #[test]
    fn nothing_is_read_on_an_empty_sheet() {
        assert!(lines(&[place(0, 0, 400, 300)], &sheet(&[]), &BARE, &[]).is_empty());
        assert!(lines(&[], &sheet(&[]), &BARE, &[wall(Axis::Vertical, 9.0, 0.0, 9.0)]).is_empty());
    }
}
