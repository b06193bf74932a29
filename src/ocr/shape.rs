//! Signs that recognisers take for figures and letters. A dash, a slash, a `=` or a `≥` alone in a cell tells a recogniser
//! nothing that a line of text would; `1` or `M` is what it reads, as sure as of any other, or `2` before a figure. The
//! ink's outline tells them apart.

use super::engine::{PlacedLetter, ReadLine};
use super::ink::{Box2, Ink};

/// What is wider than high by this, in tenths, is no upright stroke.
const LEVEL: i32 = 16;
/// How sure it is that such ink is a dash, a slash or a `=`.
const SURE: f32 = 0.9;
/// How sure a sign can be that only recognition offers.
const DOUBTED: f32 = 0.7;
/// A dash between letters that is shorter than this, in hundredths of the line's height, is a hyphen.
const HYPHEN: i32 = 65;

/// Height of the level stroke of `≥`, in hundredths of the sign's, at most.
const FOOT: i32 = 32;
/// The first of so many parts of an angle's height is its tip.
const TIP: i32 = 7;
/// How far from the side the middle of the tip stands at most, in hundredths of the sign's width.
const ASIDE: i32 = 30;

/// Reads such signs again by their ink.
pub(super) fn settle(ink: &Ink, line: &mut ReadLine) {
    let several = line.pieces.len() > 1;
    for (number, piece) in line.pieces.iter().enumerate() {
        let of_piece: Vec<usize> =
            line.letters.iter().enumerate().filter(|(_, l)| l.piece == number).map(|(index, _)| index).collect();
        let lone = of_piece.len() == 1 && !several;
        let doubted = |index: &usize| {
            let letter = &line.letters[*index];
            is_stroke(letter.text) || is_angular(letter.text) || letter.text == '.' || is_offered(letter, "%")
        };
        if !of_piece.iter().any(doubted) {
            continue;
        }
        let blobs = ink.stretches(piece);
        for &index in &of_piece {
            if parts_thousands(&line.letters, &of_piece, index) {
                let blob = blob_of(&blobs, &line.letters, &of_piece, index);
                let is_comma = blob.is_some_and(|blob| has_tail(ink, &blob, piece));
                if let Some(letter) = line.letters.get_mut(index) {
                    point_or_comma(letter, is_comma);
                }
                continue;
            }
            let Some(blob) = (if lone { Some(*piece) } else { blob_of(&blobs, &line.letters, &of_piece, index) })
            else {
                continue;
            };
            let follows_figure = index
                .checked_sub(1)
                .is_some_and(|before| of_piece.contains(&before) && line.letters[before].text.is_ascii_digit());
            let sign = match line.letters[index].text {
                _ if follows_figure && is_percent(ink, &blob, piece, line.letters.get(index)) => Some(('%', DOUBTED)),
                // No comparison stands after a figure.
                c if follows_figure && c.is_ascii_digit() && !is_stroke(c) => None,
                c if is_stroke(c) => stroke(ink, &blob, piece, lone).map(|sign| (sign, SURE)),
                c if is_angular(c) => {
                    let offered = || line.letters.get(index).filter(|_| lone).and_then(offered);
                    comparison(ink, &blob)
                        .map(|sign| (sign, SURE))
                        .or_else(|| footed(ink, &blob, line.letters.get(index)))
                        .or_else(offered)
                }
                _ => None,
            };
            if let (Some((sign, score)), Some(letter)) = (sign, line.letters.get_mut(index))
                && sign != letter.text
            {
                (letter.text, letter.score) = (sign, score);
                letter.others.clear();
            }
        }
    }
}

/// What strokes are read as.
fn is_stroke(c: char) -> bool {
    matches!(c, '1' | 'l' | 'I' | 'i' | '|' | '丨' | '!' | '/' | '丿' | 'ノ' | 'J' | '7')
}

/// What `≥` and `≤` are read as.
fn is_angular(c: char) -> bool {
    matches!(
        c,
        'M' | 'm' | 'N' | 'n' | 'W' | 'w' | 'V' | 'v' | 'Z' | 'z' | 'S' | 's' | 'X' | 'K' | '2' | '5' | '>' | '<'
    ) || matches!(c, '三' | '云' | '乙' | '〉' | '〈' | '》' | '《' | '＞' | '＜' | '≫' | '≪')
}

/// `≥` or `≤` where recognition offers it beside a letter that stands alone: no cell holds but an M.
fn offered(letter: &PlacedLetter) -> Option<(char, f32)> {
    let is_letter = letter.text.is_ascii_alphabetic();
    let sign = |text: &str| match text {
        "≥" | "≧" => Some('≥'),
        "≤" | "≦" => Some('≤'),
        _ => None,
    };
    let found = letter.others.iter().filter(|other| other.letters == 1).find_map(|other| sign(&other.text));
    found.filter(|_| is_letter).map(|sign| (sign, DOUBTED))
}

/// How sure recognition is that a letter is this, where it is not what was read.
fn offer(letter: Option<&PlacedLetter>, text: &str) -> f32 {
    let others = letter.into_iter().flat_map(|letter| &letter.others);
    others.filter(|other| other.letters == 1 && other.text == text).map(|other| other.score).fold(0.0, f32::max)
}

fn is_offered(letter: &PlacedLetter, text: &str) -> bool {
    offer(Some(letter), text) > 0.0
}

/// `≥` or `≤` where an angle was read and a level stroke is its foot. In coarse pictures the two hang together; what tells
/// them from `>` and `<` is that their lowest rows reach from side to side.
fn footed(ink: &Ink, blob: &Box2, letter: Option<&PlacedLetter>) -> Option<(char, f32)> {
    let sign = match letter?.text {
        '>' | '＞' | '〉' => '≥',
        '<' | '＜' | '〈' => '≤',
        _ => return None,
    };
    let bounds = ink.bounds(blob)?;
    let (width, height) = (bounds.width(), bounds.height());
    // A lone angle is about as wide as high; with what stands below it is no sign any more.
    if height < 8 || width * 10 < height * 5 || width * 10 > height * 16 {
        return None;
    }
    let lowest = Box2 { y0: bounds.y1 - (height / 4).max(2), ..bounds };
    let reach = ink.by_row(&lowest).into_iter().max()?;
    let sure = offer(letter, &sign.to_string()) > 0.0;
    (reach * 4 >= width * 3).then_some((sign, if sure { SURE } else { DOUBTED }))
}

/// A `%` behind a figure, read as `1`, `t` or `s`: recognition offers it, and the ink is wider than any of those.
fn is_percent(ink: &Ink, blob: &Box2, piece: &Box2, letter: Option<&PlacedLetter>) -> bool {
    let is_narrow = |c: char| is_stroke(c) || matches!(c, 't' | 's' | 'r' | 'f');
    let Some(letter) = letter.filter(|letter| is_narrow(letter.text) && is_offered(letter, "%")) else { return false };
    let bounds = ink.bounds(blob).unwrap_or(*blob);
    // A letter of a word stands among other words: behind a figure there is none but a unit's, and those are never narrow.
    let least = if is_stroke(letter.text) { 7 } else { 6 };
    bounds.height() * 10 >= piece.height() * 6 && bounds.width() * 10 >= bounds.height() * least
}

/// Does this point stand between figures, exactly three of them behind it, where it would part thousands if it were a comma?
fn parts_thousands(letters: &[PlacedLetter], of_piece: &[usize], index: usize) -> bool {
    let figure =
        |at: usize| of_piece.contains(&at) && letters.get(at).is_some_and(|letter| letter.text.is_ascii_digit());
    let before = (1..=4).take_while(|back| index.checked_sub(*back).is_some_and(figure)).count();
    let after = (1..=4).take_while(|ahead| figure(index + ahead)).count();
    let is_zero = before == 1 && index.checked_sub(1).and_then(|at| letters.get(at)).is_some_and(|l| l.text == '0');
    let is_mark = |at: usize| letters.get(at).is_some_and(|letter| matches!(letter.text, '.' | ','));
    let alone = !is_mark(index + 4) && !index.checked_sub(before + 1).is_some_and(is_mark);
    (1..=3).contains(&before)
        && after == 3
        && !is_zero
        && alone
        && letters.get(index).is_some_and(|l| is_offered(l, ","))
}

/// Does the ink of a point reach down as a comma's does?
fn has_tail(ink: &Ink, blob: &Box2, piece: &Box2) -> bool {
    let below = Box2 { y0: piece.y1 - piece.height() * 2 / 5, y1: piece.y1 + piece.height() / 4, ..*blob };
    ink.bounds(&below).is_some_and(|bounds| bounds.height() * 10 >= bounds.width() * 17)
}

/// A point that may be a comma is the comma where its ink says so, and in doubt where it does not: 2.380 for 2,380 is another
/// amount.
fn point_or_comma(letter: &mut PlacedLetter, is_comma: bool) {
    if is_comma {
        letter.text = ',';
        letter.others.iter_mut().filter(|other| other.text == ",").for_each(|other| other.text = ".".into());
    }
    letter.score = letter.score.min(DOUBTED);
}

/// `≥` or `≤` where the ink is an angle and, apart from it, one or two level strokes below.
fn comparison(ink: &Ink, blob: &Box2) -> Option<char> {
    let bounds = ink.bounds(blob)?;
    let (width, height) = (bounds.width(), bounds.height());
    let rows = ink.by_row(&bounds);
    let mut groups: Vec<(i32, i32)> = Vec::new();
    for (y, _) in (0..height).zip(&rows).filter(|(_, row)| **row > 0) {
        match groups.last_mut() {
            Some(last) if last.1 == y => last.1 = y + 1,
            _ => groups.push((y, y + 1)),
        }
    }
    let (&(top, bottom), strokes) = groups.split_first()?;
    let is_level = |&(from, to): &(i32, i32)| {
        let most = rows.get(from as usize..to as usize).and_then(|rows| rows.iter().max()).copied().unwrap_or(0);
        (to - from) * 100 <= height * FOOT && most * 10 >= width * 7
    };
    if height < 8
        || !(1..=2).contains(&strokes.len())
        || !strokes.iter().all(is_level)
        || (bottom - top) * 5 < height * 2
    {
        return None;
    }
    // The middle of the ink in each third of the angle.
    let third = |part: i32| {
        let at = |part: i32| bounds.y0 + top + (bottom - top) * part / 3;
        let sums = ink.by_column(&Box2 { y0: at(part), y1: at(part + 1), ..bounds });
        let all: i32 = sums.iter().sum();
        let weighted: i32 = (0..).zip(&sums).map(|(x, sum)| x * sum).sum();
        (all > 0).then(|| weighted / all)
    };
    let (upper, middle, lower) = (third(0)?, third(1)?, third(2)?);
    // Where the angle begins. A figure whose neck was lost from its foot begins with a bow, or with a bar.
    let tip = Box2 { y0: bounds.y0 + top, y1: bounds.y0 + top + ((bottom - top) / TIP).max(1), ..bounds };
    let tip = ink.bounds(&tip)?;
    let tip = (tip.x0 + tip.x1 - 2 * bounds.x0) * 50 / width.max(1);
    let least = (width / 8).max(1);
    match (middle - upper, middle - lower) {
        (a, b) if a >= least && b >= least && tip <= ASIDE => Some('≥'),
        (a, b) if -a >= least && -b >= least && 100 - tip <= ASIDE => Some('≤'),
        _ => None,
    }
}

/// The sign that the ink in a box is, where it is no upright stroke.
fn stroke(ink: &Ink, blob: &Box2, piece: &Box2, lone: bool) -> Option<char> {
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
    fn an_angle_over_a_level_stroke_is_no_letter_and_no_figure() {
        // From the left above to the right and back, three pixels thick.
        let angle = |mirrored: bool| -> Vec<Box2> {
            let x = |y: i32| if y < 7 { 2 * y } else { 26 - 2 * y };
            (0..14)
                .map(|y| if mirrored { 14 - x(y) } else { x(y) })
                .zip(40..)
                .map(|(x, y)| Box2::new(40 + x, y, 43 + x, y + 1))
                .collect()
        };
        let foot = Box2::new(40, 57, 57, 59);
        let at_least = sheet(&[angle(false), vec![foot]].concat());
        let area = Box2::new(40, 40, 57, 59);
        assert_eq!(read(&at_least, area, "M", &[48.0]), "≥");
        let at_most = sheet(&[angle(true), vec![foot, Box2::new(40, 61, 57, 63)]].concat());
        assert_eq!(read(&at_most, Box2::new(40, 40, 57, 63), "S", &[48.0]), "≤");
        // A two whose neck was lost above its foot begins with a bow.
        let bow = [(46, 40, 54, 41), (43, 41, 57, 43), (52, 43, 57, 48), (46, 48, 54, 51), (41, 51, 47, 54)];
        let two = sheet(&[bow.map(|(x0, y0, x1, y1)| Box2::new(x0, y0, x1, y1)).to_vec(), vec![foot]].concat());
        assert_eq!(read(&two, area, "2", &[48.0]), "2");
        // Without the foot, or with a foot that hangs on it, it is what was read.
        assert_eq!(read(&sheet(&angle(false)), Box2::new(40, 40, 57, 54), "2", &[48.0]), "2");
        let joined = sheet(&[angle(false), vec![Box2::new(40, 54, 57, 56)]].concat());
        assert_eq!(read(&joined, Box2::new(40, 40, 57, 56), "Z", &[48.0]), "Z");
    }

    #[test]
    fn a_letter_alone_is_the_sign_that_recognition_offers_beside_it() {
        let other = |text: &str| Other { letters: 1, text: text.into(), score: 0.05 };
        let letter = |text: char, others: &[&str]| PlacedLetter {
            text,
            score: 0.7,
            piece: 0,
            x: 50.0,
            others: others.iter().map(|text| other(text)).collect(),
        };
        assert_eq!(offered(&letter('M', &["N", "≥"])), Some(('≥', DOUBTED)));
        assert_eq!(offered(&letter('M', &["N"])), None);
        assert_eq!(offered(&letter('2', &["≥"])), None);
    }

    #[test]
    fn an_angle_with_a_foot_that_hangs_on_it_is_at_least_and_without_one_is_more() {
        let angle = (0..14).map(|y| (if y < 7 { 2 * y } else { 26 - 2 * y }, 40 + y));
        let angle: Vec<Box2> = angle.map(|(x, y)| Box2::new(40 + x, y, 43 + x, y + 1)).collect();
        let footed = [angle.clone(), vec![Box2::new(40, 54, 57, 56)]].concat();
        assert_eq!(read(&sheet(&footed), Box2::new(40, 40, 57, 56), ">", &[48.0]), "≥");
        assert_eq!(read(&sheet(&angle), Box2::new(40, 40, 57, 54), ">", &[48.0]), ">");
    }

    #[test]
    fn a_wide_one_behind_a_figure_that_may_be_a_percent_sign_is_one() {
        let sign = |boxes: &[Box2], text: &str, others: &[&str]| {
            let letters = text.chars().zip([46.0, 62.0]).map(|(text, x)| PlacedLetter {
                text,
                score: 0.9,
                piece: 0,
                x,
                others: others.iter().map(|text| Other { letters: 1, text: (*text).into(), score: 0.1 }).collect(),
            });
            let mut line =
                ReadLine { pieces: vec![Box2::new(40, 40, 72, 60)], letters: letters.collect(), detected: true };
            settle(&Ink::of(&sheet(boxes)), &mut line);
            line.letters.iter().map(|letter| letter.text).collect::<String>()
        };
        let figure = Box2::new(40, 40, 51, 60);
        let wide = [figure, Box2::new(55, 40, 60, 50), Box2::new(60, 40, 64, 60), Box2::new(64, 50, 72, 60)];
        assert_eq!(sign(&wide, "51", &["%"]), "5%");
        assert_eq!(sign(&wide, "51", &["l"]), "51", "nothing offers it");
        assert_eq!(sign(&[figure, Box2::new(60, 40, 64, 60)], "51", &["%"]), "51", "a one is narrow");
    }

    #[test]
    fn a_point_that_would_part_thousands_is_a_comma_by_its_tail_or_doubted() {
        let amount = |text: &str, mark: Box2, offered: &str| {
            let figures = [(40, 51), (62, 73), (76, 87), (90, 101)].map(|(x0, x1)| Box2::new(x0, 40, x1, 60));
            let letters = text.chars().zip([46.0, 56.0, 68.0, 82.0, 96.0]).map(|(text, x)| PlacedLetter {
                text,
                score: 0.99,
                piece: 0,
                x,
                others: vec![Other { letters: 1, text: offered.into(), score: 0.09 }],
            });
            let mut line =
                ReadLine { pieces: vec![Box2::new(40, 40, 101, 60)], letters: letters.collect(), detected: true };
            settle(&Ink::of(&sheet(&[figures.as_slice(), &[mark]].concat())), &mut line);
            let read: String = line.letters.iter().map(|letter| letter.text).collect();
            (read, line.letters.iter().map(|letter| letter.score).fold(1.0, f32::min))
        };
        let (dot, tail) = (Box2::new(55, 57, 58, 60), Box2::new(55, 57, 58, 64));
        assert_eq!(amount("2.380", tail, ","), ("2,380".to_owned(), DOUBTED));
        assert_eq!(amount("2.380", dot, ","), ("2.380".to_owned(), DOUBTED));
        assert_eq!(amount("2.380", dot, "-").1, 0.99, "nothing else was seen");
        assert_eq!(amount("0.380", dot, ",").1, 0.99, "no amount begins so");
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
