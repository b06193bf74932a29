//! Names and short notes that somebody wrote on the page: read rightly or not, they are no print of the form.
//!
//! Writing is told from print beside the print of its own page, by three things at once: it is higher, its strokes are
//! thicker, and fewer of them are level or upright. A heading is higher and thicker, but as level and upright as the rest.

use super::engine::ReadLine;
use super::ink::{Box2, Ink, strokes};
use super::picture::Gray;
use super::segment;

/// Most characters of a name or a note; what is longer stays.
const MOST_LETTERS: usize = 4;
/// Longest piece of writing, in heights of the page's lines.
const LONGEST: i32 = 9;
/// How much higher than the lines of the page writing is, in hundredths.
const HIGHER: i32 = 135;
/// How much thicker its strokes are than those of the page's print.
const THICKER: f32 = 1.4;
/// How much of the share of level and upright edges that print has is left in writing.
const SLANTED: f32 = 0.85;
/// Lines of print that tell how it looks; with fewer nothing is told.
const FEW: usize = 8;
const MOST: usize = 80;
/// A line of print has this many letters.
const LETTERS: usize = 3;
/// Change of brightness (Sobel) from which a pixel lies at an edge.
const EDGE: f32 = 120.0;
/// Tangent of the angle up to which an edge is level or upright: 12 degrees.
const STRAIGHT: f32 = 0.2126;

/// Takes names and notes out of what was read. `picture` is without its ruling lines, `ink` its ink.
pub(super) fn leave_out(lines: &mut Vec<ReadLine>, picture: &Gray, ink: &Ink) {
    let size = segment::typical(lines.iter().flat_map(|line| &line.pieces));
    let candidates: Vec<usize> =
        lines.iter().enumerate().filter(|(_, line)| may_be(line, size)).map(|(index, _)| index).collect();
    if candidates.is_empty() {
        return;
    }
    let print: Vec<&ReadLine> =
        lines.iter().filter(|line| line.letters.len() >= LETTERS && !may_be(line, size)).collect();
    if print.len() < FEW {
        return;
    }
    let step = print.len().div_ceil(MOST);
    let looks: Vec<Look> = print
        .iter()
        .step_by(step)
        .filter_map(|line| line.pieces.first())
        .filter_map(|piece| Look::of(picture, ink, piece))
        .collect();
    let median = |of: fn(&Look) -> f32| {
        let mut values: Vec<f32> = looks.iter().map(of).collect();
        values.sort_unstable_by(f32::total_cmp);
        values.get(values.len() / 2).copied()
    };
    let (Some(thick), Some(straight)) = (median(|look| look.thick), median(|look| look.straight)) else { return };
    let written: Vec<usize> = candidates
        .into_iter()
        .filter(|&index| {
            let piece = lines.get(index).and_then(|line| line.pieces.first());
            let look = piece.and_then(|piece| Look::of(picture, ink, piece));
            look.is_some_and(|look| look.thick >= THICKER * thick && look.straight <= SLANTED * straight)
        })
        .collect();
    let mut index = 0;
    lines.retain(|_| {
        index += 1;
        !written.contains(&(index - 1))
    });
}

/// Is it as short and as high as a name or a note, and no figure?
fn may_be(line: &ReadLine, size: i32) -> bool {
    let [piece] = line.pieces.as_slice() else { return false };
    !line.letters.is_empty()
        && line.letters.len() <= MOST_LETTERS
        && piece.height() * 100 >= size * HIGHER
        && piece.width() <= size * LONGEST
        && line.letters.iter().all(|letter| matches!(letter.text, '\u{3400}'..='\u{9FFF}'))
}

/// How a piece of a line looks.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Look {
    /// How thick its strokes are, in pixels.
    thick: f32,
    /// Share of its edges that are level or upright.
    straight: f32,
}

impl Look {
    fn of(picture: &Gray, ink: &Ink, piece: &Box2) -> Option<Look> {
        let piece = piece.within(&ink.area());
        let (pixels, thick) = strokes(&piece, |x, y| ink.row(y, x, x + 1).first() == Some(&1));
        let (mut all, mut straight) = (0.0f32, 0.0f32);
        for y in piece.y0..piece.y1 {
            // Its own edges only, and none of the picture's.
            let (Ok(row), true) = (usize::try_from(y), y > piece.y0 && y + 1 < piece.y1) else { continue };
            for x in piece.x0.max(0) + 1..piece.x1 - 1 {
                let (across, down) = slope(picture, x as usize, row);
                let strength = across.hypot(down);
                if strength > EDGE {
                    all += strength;
                    let (less, more) = (across.abs().min(down.abs()), across.abs().max(down.abs()));
                    straight += if less < STRAIGHT * more { strength } else { 0.0 };
                }
            }
        }
        (pixels > 0.0 && all > 0.0).then(|| Look { thick, straight: straight / all })
    }
}

/// How brightness changes across and down (Sobel) at a pixel that is not at the picture's edge.
fn slope(picture: &Gray, x: usize, y: usize) -> (f32, f32) {
    let at = |dx: usize, dy: usize| f32::from(picture.at(x + dx - 1, y + dy - 1));
    let across = at(2, 0) + 2.0 * at(2, 1) + at(2, 2) - at(0, 0) - 2.0 * at(0, 1) - at(0, 2);
    let down = at(0, 2) + 2.0 * at(1, 2) + at(2, 2) - at(0, 0) - 2.0 * at(1, 0) - at(2, 0);
    (across, down)
}

#[cfg(test)]
mod tests {
    use super::super::engine::PlacedLetter;
    use super::super::picture::sample::stroke;
    use super::*;

    /// Characters of level and upright strokes, or of slanted ones, `high` pixels high.
    fn word(picture: &mut Gray, (x, y): (i32, i32), text: &str, high: i32, thick: i32, slanted: bool) -> ReadLine {
        let count = text.chars().count() as i32;
        for left in (0..count).map(|i| x + i * (high + 4)) {
            let far = high - thick;
            let lean = if slanted { high / 3 } else { 0 };
            stroke(picture, (left, y + lean), (left + far, y + far / 2 - lean / 2), thick);
            stroke(picture, (left, y + far), (left + far, y + far - lean), thick);
            stroke(picture, (left + far / 2 + lean / 2, y), (left + far / 2 - lean / 2, y + far), thick);
            // Level strokes at half its height, too, in print.
            if !slanted {
                stroke(picture, (left, y), (left + far, y), thick);
                stroke(picture, (left, y), (left, y + far), thick);
            }
        }
        let piece = Box2::new(x, y, x + count * (high + 4), y + high);
        let letter = |text| PlacedLetter { text, score: 0.99, piece: 0, x: x as f32, others: Vec::new() };
        ReadLine { pieces: vec![piece], letters: text.chars().map(letter).collect(), detected: true }
    }

    /// What is left of these words on a page of print: text, height, thickness, slanted.
    fn left(words: &[(&str, i32, i32, bool)]) -> Vec<String> {
        let mut picture = Gray::new(900, 1200, 255);
        let mut lines: Vec<ReadLine> =
            (0..12).map(|row| word(&mut picture, (40, 40 + row * 50), "项目支出绩效", 24, 2, false)).collect();
        for (&(text, high, thick, slanted), row) in words.iter().zip(0..) {
            lines.push(word(&mut picture, (500, 40 + row * 120), text, high, thick, slanted));
        }
        leave_out(&mut lines, &picture, &Ink::of(&picture));
        let text = |line: &ReadLine| line.letters.iter().map(|letter| letter.text).collect::<String>();
        lines.iter().map(text).filter(|text| text != "项目支出绩效").collect()
    }

    #[test]
    fn a_name_written_by_hand_is_left_out() {
        assert_eq!(left(&[("王建国", 44, 5, true), ("同意", 40, 4, true)]), [""; 0]);
    }

    #[test]
    fn print_stays() {
        // A heading; words as high as the rest; thin strokes; figures; many characters.
        let words = [
            ("附件", 44, 5, false),
            ("总分", 25, 4, true),
            ("目标", 40, 2, true),
            ("100", 44, 5, true),
            ("支出自评", 26, 5, true),
        ];
        assert_eq!(left(&words), words.map(|word| word.0));
    }

    #[test]
    fn where_there_is_hardly_any_print_nothing_is_left_out() {
        let mut picture = Gray::new(400, 200, 255);
        let mut lines = vec![word(&mut picture, (40, 40), "王建国", 44, 5, true)];
        leave_out(&mut lines, &picture, &Ink::of(&picture));
        assert_eq!(lines.len(), 1);
    }
}
