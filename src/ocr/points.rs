//! Points and commas that stand in the picture between two figures and were not read: `1.56` read as `156` is another
//! amount, and recognisers are as sure of it as of any other.

use super::agree::is_of_a_number;
use super::ctc::Other;
use super::engine::{PlacedLetter, ReadLine};
use super::ink::{Box2, Ink};

/// A point lies in this part of a line's height, in hundredths from below.
const LOW: i32 = 35;
/// It is no wider than this, in hundredths of the height.
const WIDEST: i32 = 32;
/// It is no narrower than one in so many of the height; dust is.
const NARROWEST: i32 = 14;
/// How sure it is that such a mark is a point.
const SEEN: f32 = 0.5;
/// How sure a figure can be behind which one was passed over.
const DOUBTED: f32 = 0.6;

/// Tells of points that were passed over, and doubts the figures before them.
pub(super) fn tell(ink: &Ink, line: &mut ReadLine) {
    for (number, piece) in line.pieces.iter().enumerate() {
        let of_piece: Vec<usize> =
            line.letters.iter().enumerate().filter(|(_, l)| l.piece == number).map(|(index, _)| index).collect();
        let figures = of_piece.iter().filter(|&&index| line.letters[index].text.is_ascii_digit()).count();
        if figures < 2 {
            continue;
        }
        let marks = marks(ink, piece);
        if marks.is_empty() {
            continue;
        }
        let mut from: Option<usize> = None;
        for &index in &of_piece {
            if line.letters[index].text.is_ascii_digit() {
                if let Some(before) = from
                    && let Some(figure) = passed_over(&line.letters, before, index, &marks)
                {
                    // Of figures set wide (９８．５) the point is taken for a space: but there is ink.
                    if let Some(space) = space_between(&mut line.letters, before, index) {
                        (space.text, space.score) = ('.', DOUBTED);
                        from = Some(index);
                        continue;
                    }
                    let other = Other { letters: 1, text: format!("{}.", line.letters[figure].text), score: SEEN };
                    let letter = &mut line.letters[figure];
                    letter.score = letter.score.min(DOUBTED);
                    letter.others.retain(|known| known.text != other.text);
                    letter.others.push(other);
                }
                from = Some(index);
            } else if !is_point(line.letters[index].text) && line.letters[index].text != ' ' {
                from = None;
            }
        }
    }
}

/// The space that was read between two figures.
fn space_between(letters: &mut [PlacedLetter], before: usize, next: usize) -> Option<&mut PlacedLetter> {
    letters.get_mut(before + 1..next)?.iter_mut().find(|letter| letter.text == ' ')
}

/// The figure behind which a mark stands that is no letter between it and the next figure.
fn passed_over(letters: &[PlacedLetter], before: usize, next: usize, marks: &[f32]) -> Option<usize> {
    let (left, right) = (letters.get(before)?.x, letters.get(next)?.x);
    let seen = marks.iter().filter(|&&x| left < x && x < right).count();
    let read = letters.get(before + 1..next)?.iter().filter(|letter| letter.text != ' ').count();
    (seen > read && (read == 0 || next - before - 1 == read)).then_some(before)
}

fn is_point(c: char) -> bool {
    is_of_a_number(c) && !c.is_ascii_digit() && matches!(c, '.' | ',' | '，' | '．')
}

/// Middles of the small marks that stand by themselves at the foot of a piece.
fn marks(ink: &Ink, piece: &Box2) -> Vec<f32> {
    let height = piece.height();
    let foot = piece.y1 - height * LOW / 100;
    // Tails of commas reach a little below the line.
    let low = ink.by_column(&Box2 { y0: foot, y1: piece.y1 + height / 10, ..*piece });
    let high = ink.by_column(&Box2 { y1: foot, ..*piece });
    let mut found = Vec::new();
    let mut begun: Option<usize> = None;
    for column in 0..=low.len() {
        let any = column < low.len() && (low[column] > 0 || high.get(column).is_some_and(|&n| n > 0));
        match (begun, any) {
            (None, true) => begun = Some(column),
            (Some(from), false) => {
                begun = None;
                let width = (column - from) as i32;
                let is_low = high.get(from..column).is_some_and(|part| part.iter().all(|&n| n == 0));
                // As dense as a dot is, not a stroke's faint end.
                let area: i32 = low.get(from..column).unwrap_or(&[]).iter().sum();
                let least = (height / NARROWEST).max(2);
                if is_low && width >= least && width * 100 <= height * WIDEST && area * 2 >= width * least {
                    found.push(piece.x0 as f32 + (from + column) as f32 / 2.0);
                }
            }
            _ => {}
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::picture::Gray;
    use super::*;

    /// A line 20 pixels high: figures as bars 8 wide, `.` as a dot of 3 × 3, 14 and 8 pixels apart.
    fn drawn(text: &str) -> (Ink, Box2, Vec<f32>) {
        let mut gray = Gray::new(400, 60, 255);
        let mut x = 20;
        let mut middles = Vec::new();
        for c in text.chars() {
            let (width, top) = if c == '.' { (3, 37) } else { (8, 20) };
            for y in top..40 {
                gray.pixels[y * 400 + x..y * 400 + x + width].fill(0);
            }
            middles.push(x as f32 + width as f32 / 2.0);
            x += width + 4;
        }
        (Ink::of(&gray), Box2::new(20, 20, x as i32 - 4, 40), middles)
    }

    fn read(drawn: &(Ink, Box2, Vec<f32>), text: &str, places: &[usize]) -> Vec<(char, bool, Vec<String>)> {
        let letters = text.chars().zip(places).map(|(text, &at)| PlacedLetter {
            text,
            score: 0.99,
            piece: 0,
            x: drawn.2[at],
            others: Vec::new(),
        });
        let mut line = ReadLine { pieces: vec![drawn.1], letters: letters.collect(), detected: true };
        tell(&drawn.0, &mut line);
        let others = |letter: &PlacedLetter| letter.others.iter().map(|other| other.text.clone()).collect();
        line.letters.iter().map(|letter| (letter.text, letter.score > 0.8, others(letter))).collect()
    }

    #[test]
    fn a_point_that_was_passed_over_is_told_and_the_figure_before_it_doubted() {
        let picture = drawn("1.56");
        let none: Vec<String> = Vec::new();
        assert_eq!(
            read(&picture, "156", &[0, 2, 3]),
            [('1', false, vec!["1.".to_owned()]), ('5', true, none.clone()), ('6', true, none.clone())]
        );
        // Read where it stands, there is nothing to tell.
        assert!(read(&picture, "1.56", &[0, 1, 2, 3]).iter().all(|(_, sure, others)| *sure && others.is_empty()));
        let plain = drawn("156");
        assert!(read(&plain, "156", &[0, 1, 2]).iter().all(|(_, sure, others)| *sure && others.is_empty()));
    }

    #[test]
    fn a_space_where_a_point_stands_is_the_point() {
        let told = read(&drawn("1.56"), "1 56", &[0, 1, 2, 3]);
        let texts: String = told.iter().map(|(text, ..)| text).collect();
        assert_eq!((texts.as_str(), told[1].1, told[0].1), ("1.56", false, true));
        // Nothing stands in the space between two numbers.
        let apart = read(&drawn("156"), "1 56", &[0, 0, 1, 2]);
        assert!(apart.iter().all(|(_, sure, others)| *sure && others.is_empty()), "{apart:?}");
    }

    #[test]
    fn of_two_points_the_one_that_was_read_is_not_told_again() {
        let picture = drawn("1.234.5");
        let told = read(&picture, "1234.5", &[0, 2, 3, 4, 5, 6]);
        let doubted: Vec<usize> = (0..told.len()).filter(|&at| !told[at].1).collect();
        assert_eq!(doubted, [0]);
    }
}
