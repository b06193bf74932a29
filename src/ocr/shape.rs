//! Strokes that recognisers take for figures. A dash, a slash or a `=` alone in a cell tells a recogniser nothing that a
//! line of text would, and `1` is what it mostly reads, as sure as of any other; the ink's outline tells them apart.

use super::engine::{PlacedLetter, ReadLine};
use super::ink::{Box2, Ink};

/// What is wider than high by this, in tenths, is no upright stroke.
const LEVEL: i32 = 16;
/// How sure it is that such ink is a dash, a slash or a `=`.
const SURE: f32 = 0.9;
/// A dash between letters that is shorter than this, in hundredths of the line's height, is a hyphen.
const HYPHEN: i32 = 65;

/// Reads what was taken for an upright stroke again by its ink.
pub(super) fn settle(ink: &Ink, line: &mut ReadLine) {
    let several = line.pieces.len() > 1;
    for (number, piece) in line.pieces.iter().enumerate() {
        let of_piece: Vec<usize> =
            line.letters.iter().enumerate().filter(|(_, l)| l.piece == number).map(|(index, _)| index).collect();
        let lone = of_piece.len() == 1 && !several;
        if !of_piece.iter().any(|&index| is_stroke(line.letters[index].text)) {
            continue;
        }
        let blobs = ink.stretches(piece);
        for &index in &of_piece {
            let Some(blob) = (if lone { Some(*piece) } else { blob_of(&blobs, &line.letters, &of_piece, index) })
            else {
                continue;
            };
            let sign = if is_stroke(line.letters[index].text) { sign(ink, &blob, piece, lone) } else { None };
            if let (Some(sign), Some(letter)) = (sign, line.letters.get_mut(index))
                && sign != letter.text
            {
                (letter.text, letter.score) = (sign, SURE);
                letter.others.clear();
            }
        }
    }
}

/// What strokes are read as.
fn is_stroke(c: char) -> bool {
    matches!(c, '1' | 'l' | 'I' | 'i' | '|' | '丨' | '!' | '/' | '丿' | 'ノ' | 'J' | '7')
}

/// The sign that the ink in a box is, where it is no upright stroke.
fn sign(ink: &Ink, blob: &Box2, piece: &Box2, lone: bool) -> Option<char> {
    let bounds = ink.bounds(blob)?;
    let (width, height) = (bounds.width(), bounds.height());
    if width >= 4 && width * 10 >= height * LEVEL {
        let rows = ink.by_row(&bounds);
        let strokes = rows.iter().zip([0].iter().chain(&rows)).filter(|(row, above)| **row > 0 && **above == 0).count();
        return match strokes {
            1 if !lone && width * 100 < piece.height() * HYPHEN => Some('-'),
            1 => Some('—'),
            2 => Some('='),
            _ => None,
        };
    }
    (lone && is_slanted(ink, &bounds)).then_some('/')
}

/// A single straight stroke from the right above to the left below.
fn is_slanted(ink: &Ink, bounds: &Box2) -> bool {
    let (width, height) = (bounds.width(), bounds.height());
    if height < 8 || width * 4 < height || width * 10 > height * 9 {
        return false;
    }
    let mut ends: Option<(i32, i32)> = None;
    for y in bounds.y0..bounds.y1 {
        let row = ink.row(y, bounds.x0, bounds.x1);
        let (Some(first), Some(last)) = (row.iter().position(|&b| b == 1), row.iter().rposition(|&b| b == 1)) else {
            return false;
        };
        // One stroke, no wider than that, near where a straight one would be.
        let (first, last) = (first as i32, last as i32 + 1);
        let wanted = width - width * (2 * (y - bounds.y0) + 1) / (2 * height);
        let middle = (first + last) / 2;
        if (last - first) * 2 > width.max(8) || (middle - wanted).abs() * 10 > width * 3 + 10 {
            return false;
        }
        ends = Some(ends.map_or((middle, middle), |(top, _)| (top, middle)));
    }
    ends.is_some_and(|(top, foot)| (top - foot) * 2 > width)
}

/// The stretch of ink that a letter stands in, where it is the only one there.
fn blob_of(blobs: &[Box2], letters: &[PlacedLetter], of_piece: &[usize], index: usize) -> Option<Box2> {
    let at = |index: usize| letters.get(index).map_or(0.0, |letter| letter.x);
    let own = at(index);
    let away = |blob: &Box2| (blob.x0 as f32 - own).max(own - blob.x1 as f32).max(0.0);
    let blob = blobs.iter().min_by(|a, b| away(a).total_cmp(&away(b)))?;
    let inside = |&&other: &&usize| (blob.x0 as f32..=blob.x1 as f32).contains(&at(other));
    let alone = of_piece.iter().filter(inside).all(|&other| other == index);
    (alone && away(blob) * 4.0 <= blob.height() as f32).then_some(*blob)
}

#[cfg(test)]
mod tests {
    use super::super::ctc::Other;
    use super::super::picture::Gray;
    use super::*;

    /// A sheet with boxes of ink.
    fn sheet(boxes: &[Box2]) -> Gray {
        let mut picture = Gray::new(300, 100, 255);
        for b in boxes {
            (b.y0..b.y1).for_each(|y| picture.row_mut(y as usize)[b.x0 as usize..b.x1 as usize].fill(0));
        }
        picture
    }

    fn read(picture: &Gray, piece: Box2, text: &str, places: &[f32]) -> String {
        let letters = text.chars().zip(places).map(|(text, &x)| PlacedLetter {
            text,
            score: 0.99,
            piece: 0,
            x,
            others: vec![Other { letters: 1, text: "7".into(), score: 0.2 }],
        });
        let mut line = ReadLine { pieces: vec![piece], letters: letters.collect(), detected: true };
        settle(&Ink::of(picture), &mut line);
        line.letters.iter().map(|letter| letter.text).collect()
    }

    #[test]
    fn what_lies_level_is_no_figure() {
        let dash = Box2::new(40, 50, 64, 53);
        assert_eq!(read(&sheet(&[dash]), dash, "1", &[52.0]), "—");
        let equals = sheet(&[dash, Box2::new(40, 60, 64, 63)]);
        assert_eq!(read(&equals, Box2::new(40, 50, 64, 63), "1", &[52.0]), "=");
        let upright = Box2::new(40, 40, 43, 62);
        assert_eq!(read(&sheet(&[upright]), upright, "1", &[41.0]), "1");
    }

    #[test]
    fn a_level_stroke_before_figures_is_told_from_them() {
        // ═100: two strokes as wide as an ideograph, a one, two noughts.
        let boxes = [(40, 46, 62, 49), (40, 53, 62, 56), (66, 40, 69, 60), (73, 40, 84, 60), (88, 40, 99, 60)];
        let picture = sheet(&boxes.map(|(x0, y0, x1, y1)| Box2::new(x0, y0, x1, y1)));
        assert_eq!(read(&picture, Box2::new(40, 40, 99, 60), "1100", &[50.0, 68.0, 78.0, 93.0]), "=100");
        // Two letters in one blob: nothing tells which is which.
        assert_eq!(read(&picture, Box2::new(40, 40, 99, 60), "11100", &[45.0, 55.0, 68.0, 78.0, 93.0]), "11100");
    }

    #[test]
    fn a_short_level_stroke_between_figures_is_a_hyphen() {
        let boxes = [(40, 40, 52, 60), (55, 50, 63, 52), (66, 40, 78, 60)];
        let picture = sheet(&boxes.map(|(x0, y0, x1, y1)| Box2::new(x0, y0, x1, y1)));
        assert_eq!(read(&picture, Box2::new(40, 40, 78, 60), "619", &[46.0, 59.0, 72.0]), "6-9");
        assert_eq!(read(&picture, Box2::new(40, 40, 78, 60), "6l9", &[46.0, 59.0, 72.0]), "6-9");
    }

    #[test]
    fn a_slanted_stroke_alone_is_a_slash_and_a_one_with_its_flag_is_not() {
        let slash: Vec<Box2> = (0..24).map(|y| Box2::new(60 - y / 2, 40 + y, 63 - y / 2, 41 + y)).collect();
        let area = Box2::new(48, 40, 63, 64);
        assert_eq!(read(&sheet(&slash), area, "1", &[55.0]), "/");
        let one = [Box2::new(56, 40, 60, 64), Box2::new(50, 44, 56, 47)];
        assert_eq!(read(&sheet(&one), Box2::new(50, 40, 60, 64), "1", &[55.0]), "1");
        // Among other letters a slash is read well, and what slants may be an italic one.
        assert_eq!(read(&sheet(&slash), area, "17", &[52.0, 60.0]), "17");
    }
}
