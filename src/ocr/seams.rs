//! Cells whose characters touch each other over the wall between them: the last of one reaches into the next. What touches
//! is one blob of ink, so that one cell's line shows characters of the other. They go where they stand.

use super::engine::{PlacedLetter, ReadLine};
use super::ink::Box2;

/// How far from each other, in hundredths of the text's height, one character is placed in two lines that show it.
const SAME: f32 = 60.0;

/// Puts the letters of lines that go over walls into the cells that they stand in. `seams` are the x of these walls, line by
/// line; `size` is the usual height of text.
pub(super) fn settle<'a>(lines: &mut Vec<ReadLine>, seams: impl Iterator<Item = &'a [i32]>, size: i32) {
    let over: Vec<(usize, i32)> =
        seams.enumerate().flat_map(|(index, seams)| seams.iter().map(move |&seam| (index, seam))).collect();
    for (index, seam) in over {
        let Some(line) = lines.get(index) else { continue };
        let &[piece] = line.pieces.as_slice() else { continue };
        let own_is_behind = piece.x0 + piece.x1 > 2 * seam;
        let Some(count) = before(&line.letters, seam as f32, own_is_behind, size) else { continue };
        let beside = lines.iter().position(|other| is_beside(other, &piece, seam, own_is_behind, size));
        let Some(line) = lines.get_mut(index) else { continue };
        let at = border(&line.letters, count, seam);
        let (moved, area) = if own_is_behind {
            let rest = line.letters.split_off(count);
            (std::mem::replace(&mut line.letters, rest), Box2 { x1: at, ..piece })
        } else {
            (line.letters.split_off(count), Box2 { x0: at, ..piece })
        };
        let kept = if own_is_behind { Box2 { x0: at, ..piece } } else { Box2 { x1: at, ..piece } };
        line.pieces = vec![kept];
        let detected = line.detected;
        match beside.and_then(|beside| lines.get_mut(beside)) {
            Some(other) => take(other, moved, own_is_behind, size),
            None => lines.push(ReadLine { pieces: vec![area], letters: moved, detected }),
        }
    }
}

/// How many letters stand before a wall: it is nearest to the middle between two. Of the letter that reaches over it a line
/// may show a part only, so that it is placed too near to the others.
fn before(letters: &[PlacedLetter], seam: f32, own_is_behind: bool, size: i32) -> Option<usize> {
    let near = size as f32 / 4.0;
    let reaches_over = match own_is_behind {
        true => letters.first()?.x <= seam + near,
        false => letters.last()?.x >= seam - near,
    };
    let middles = letters.windows(2).filter_map(|pair| Some((pair.first()?.x + pair.get(1)?.x) / 2.0));
    let nearest = (1..).zip(middles).min_by(|a, b| (a.1 - seam).abs().total_cmp(&(b.1 - seam).abs()));
    nearest.map(|(count, _)| count).filter(|_| reaches_over)
}

/// Where the letters from this one on begin.
fn border(letters: &[PlacedLetter], count: usize, seam: i32) -> i32 {
    let x = |index: usize| letters.get(index).map(|letter| letter.x);
    let middle = count.checked_sub(1).and_then(x).zip(x(count)).map(|(a, b)| ((a + b) / 2.0).round() as i32);
    middle.unwrap_or(seam)
}

/// Does a line end (or begin) at the wall that a piece goes over, on its other side?
fn is_beside(line: &ReadLine, piece: &Box2, seam: i32, before: bool, size: i32) -> bool {
    let &[other] = line.pieces.as_slice() else { return false };
    let level = (other.y0..other.y1).contains(&((piece.y0 + piece.y1) / 2));
    let is_before = other.x0 + other.x1 < 2 * seam;
    let apart = if before { seam - other.x1 } else { other.x0 - seam };
    level && is_before == before && apart.abs() <= size
}

/// Gives a line the letters that another one showed, but for those that it shows itself.
fn take(line: &mut ReadLine, moved: Vec<PlacedLetter>, at_end: bool, size: i32) {
    let near = size as f32 * SAME / 100.0;
    let known = |letter: &PlacedLetter| line.letters.iter().any(|own| (own.x - letter.x).abs() <= near);
    let new: Vec<PlacedLetter> = moved.into_iter().filter(|letter| !known(letter)).collect();
    let new = new.into_iter().map(|letter| PlacedLetter { piece: 0, ..letter });
    if let [piece] = line.pieces.as_mut_slice() {
        for letter in new.clone() {
            (piece.x0, piece.x1) = (piece.x0.min(letter.x as i32), piece.x1.max(letter.x as i32 + 1));
        }
    }
    let place = if at_end { line.letters.len() } else { 0 };
    line.letters.splice(place..place, new);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(x: (i32, i32), text: &str, places: &[f32]) -> ReadLine {
        let letter = |(text, &x)| PlacedLetter { text, score: 0.9, piece: 0, x, others: Vec::new() };
        let letters = text.chars().zip(places).map(letter).collect();
        ReadLine { pieces: vec![Box2::new(x.0, 10, x.1, 30)], letters, detected: true }
    }

    fn settled(mut lines: Vec<ReadLine>, seams: &[&[i32]]) -> Vec<String> {
        settle(&mut lines, seams.iter().copied(), 20);
        lines.iter().map(|line| line.letters.iter().map(|letter| letter.text).collect()).collect()
    }

    #[test]
    fn a_character_that_two_cells_show_stands_in_its_own() {
        // The sign of the first cell reaches from 158 to 182, over the wall at 174, and touches the figure behind it.
        let first = line((100, 172), "68%", &[110.0, 130.0, 168.0]);
        let second = line((166, 190), "%8", &[170.0, 184.0]);
        assert_eq!(settled(vec![first.clone(), second.clone()], &[&[], &[174]]), ["68%", "8"]);
        // The first cell's line has not shown it.
        let short = line((100, 160), "68", &[110.0, 130.0]);
        let apart = line((160, 190), "%8", &[166.0, 184.0]);
        assert_eq!(settled(vec![short, apart], &[&[], &[174]]), ["68%", "8"]);
        // Without a wall that they go over, lines stay as they are.
        assert_eq!(settled(vec![first, second], &[&[], &[]]), ["68%", "%8"]);
    }

    #[test]
    fn a_line_that_shows_both_cells_is_parted() {
        let both = line((100, 190), "68%8", &[110.0, 130.0, 168.0, 184.0]);
        assert_eq!(settled(vec![both.clone()], &[&[174]]), ["68%", "8"]);
        // A wall at the end of the last letter parts nothing.
        assert_eq!(settled(vec![both], &[&[194]]), ["68%8"]);
    }
}
