//! Parts of a line that are read again: some characters around each doubtful one, cut out where the line is blank. Of a long
//! line one character is doubtful as a rule, and a recogniser's work grows with what it is shown.

use super::agree;
use super::ctc::Letter;
use super::recognise::{HEIGHT, Reading, Strip};
use std::ops::Range;

/// Characters on both sides of a doubtful one that are shown with it: the recognisers tell a character by its neighbours, too.
const BESIDE: usize = 3;
/// A shade from which a pixel is paper.
const PAPER: u8 = 208;
/// Blank columns that part two characters, at least.
const GAP: usize = 2;
/// A line narrower than this, in pixels of its strip, is read again as a whole: a dozen ideographs.
const LEAST_WIDTH: u32 = 480;
/// Share of a line, in hundredths, above which it is read again as a whole.
const MOST: u32 = 75;
/// Half of the room that the widest characters take, in pixels of the strip.
const HALF: usize = 24;
/// Columns of ink further than that from the characters on both sides that are a character passed over.
const UNREAD: usize = 8;

/// A part of a line: its letters and its columns in the line's strip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Numbers of its letters.
    pub(super) letters: Range<usize>,
    /// Columns of the strip.
    pub(super) columns: Range<u32>,
}

impl Part {
    /// What the recogniser is shown of it.
    pub(super) fn strip(&self, line: &Strip) -> Strip {
        let (from, to) = (self.columns.start as usize, self.columns.end as usize);
        let rows = line.pixels.chunks_exact(line.width.max(1) as usize);
        Strip { width: self.columns.len() as u32, pixels: rows.flat_map(|row| &row[from..to]).copied().collect() }
    }
}

/// The parts of a line around its letters with a score below this, and around ink that was passed over: the smaller alphabet
/// has no `☑`. `None` where they are most of it, or it cannot be parted.
pub(super) fn around(strip: &Strip, reading: &Reading, score: f32) -> Option<Vec<Part>> {
    if strip.width < LEAST_WIDTH {
        return None;
    }
    let letters = &reading.letters;
    let mut ranges: Vec<Range<usize>> = Vec::new();
    let doubtful = |&at: &usize| letters[at].score < score || is_unread_beside(strip, reading, at);
    for at in (0..letters.len()).filter(doubtful) {
        let range = at.saturating_sub(BESIDE)..(at + BESIDE + 1).min(letters.len());
        match ranges.last_mut() {
            Some(last) if range.start <= last.end + BESIDE => last.end = range.end,
            _ => ranges.push(range),
        }
    }
    let mut parts: Vec<Part> = Vec::new();
    for range in ranges {
        let begins = (0..=range.start).rev().find_map(|at| Some((at, begin(strip, reading, at)?)));
        let ends = (range.end..=letters.len()).find_map(|at| Some((at, begin(strip, reading, at)?)));
        let ((first, from), (end, to)) = (begins?, ends?);
        match parts.last_mut() {
            Some(last) if first <= last.letters.end => (last.letters.end, last.columns.end) = (end, to),
            _ => parts.push(Part { letters: first..end, columns: from..to }),
        }
    }
    let shown: u32 = parts.iter().map(|part| part.columns.len() as u32).sum();
    (!parts.is_empty() && shown * 100 <= strip.width * MOST).then_some(parts)
}

/// Does ink stand between a letter and the next one, or the line's end, that belongs to neither? Before the first one, too.
fn is_unread_beside(strip: &Strip, reading: &Reading, at: usize) -> bool {
    let x = |at: usize| reading.letters.get(at).map(|letter| letter.at.max(0.0) as usize);
    let end = strip.width as usize;
    let inked =
        |from: usize, to: usize| (from..to.min(end)).filter(|column| !is_blank(strip, *column)).count() >= UNREAD;
    let Some(here) = x(at) else { return false };
    let behind = inked(here + HALF, x(at + 1).map_or(end, |next| next.saturating_sub(HALF)));
    behind || at == 0 && inked(0, here.saturating_sub(HALF))
}

/// The column where a line can be parted before one of its letters: in the widest gap between it and the one before, and
/// not inside a number. Before the first and behind the last are the line's own ends.
fn begin(strip: &Strip, reading: &Reading, at: usize) -> Option<u32> {
    let Some(letter) = reading.letters.get(at) else { return Some(strip.width) };
    let Some(before) = at.checked_sub(1).and_then(|before| reading.letters.get(before)) else { return Some(0) };
    // Figures set wide are read with spaces between them.
    let (left, right) = reading.letters.split_at(at);
    let number = |letter: Option<&Letter>| letter.is_some_and(|letter| agree::is_of_a_number(letter.text));
    let is_sign = |letter: &&Letter| letter.text != ' ';
    if number(left.iter().rfind(is_sign)) && number(right.iter().find(is_sign)) {
        return None;
    }
    let width = strip.width as usize;
    let between = (before.at.max(0.0) as usize).min(width)..(letter.at.max(0.0) as usize).min(width);
    let mut widest = 0..0;
    let mut from = between.start;
    for column in between.clone().chain([between.end]) {
        if column == between.end || !is_blank(strip, column) {
            if column - from > widest.len() {
                widest = from..column;
            }
            from = column + 1;
        }
    }
    (widest.len() >= GAP).then_some((widest.start + widest.len() / 2) as u32)
}

fn is_blank(strip: &Strip, column: usize) -> bool {
    (0..HEIGHT as usize)
        .all(|row| strip.pixels.get(row * strip.width as usize + column).is_none_or(|shade| *shade >= PAPER))
}

/// Puts the readings of a line's parts in place of what was read there first. `None` where a part's first or last character,
/// which both recognisers are shown for the sake of their neighbours, is not the same in both: it may have been cut.
pub(super) fn put(first: &Reading, parts: &[Part], again: Vec<Reading>) -> Option<Reading> {
    let mut letters = first.letters.clone();
    for (part, mut reading) in parts.iter().zip(again).rev() {
        reading.letters.iter_mut().for_each(|letter| letter.at += part.columns.start as f32);
        let before = Reading { letters: first.letters.get(part.letters.clone())?.to_vec() };
        let same = |a: Option<&Letter>, b: Option<&Letter>| a.zip(b).is_some_and(|(a, b)| a.text == b.text);
        if part.letters.start > 0 && !same(before.letters.first(), reading.letters.first())
            || part.letters.end < first.letters.len() && !same(before.letters.last(), reading.letters.last())
        {
            return None;
        }
        letters.splice(part.letters.clone(), agree::better(before, reading).letters);
    }
    Some(Reading { letters })
}

#[cfg(test)]
mod tests {
    use super::super::recognise::sample::text;
    use super::*;

    /// A line of these characters, 40 pixels apart, half of that ink; `_` is ink that was not read, a space is blank.
    fn line(shown: &str, doubtful: &[usize]) -> (Strip, Reading) {
        let width = shown.chars().count() * 40;
        let mut pixels = vec![255; width * HEIGHT as usize];
        let mut reading = Reading::default();
        for (place, c) in shown.chars().enumerate().filter(|(_, c)| *c != ' ') {
            for row in pixels.chunks_exact_mut(width).skip(10).take(20) {
                row[place * 40 + 10..place * 40 + 30].fill(0);
            }
            if c != '_' {
                let score = if doubtful.contains(&place) { 0.5 } else { 1.0 };
                reading.letters.push(Letter { text: c, score, at: place as f32 * 40.0 + 20.0, others: Vec::new() });
            }
        }
        (Strip { width: width as u32, pixels }, reading)
    }

    #[test]
    fn a_part_has_three_characters_on_both_sides_and_ends_in_gaps() {
        let (strip, reading) = line("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳", &[8]);
        let parts = around(&strip, &reading, 0.9).unwrap();
        assert_eq!(parts, [Part { letters: 5..12, columns: 200..480 }]);
        let shown = parts[0].strip(&strip);
        assert_eq!((shown.width, shown.pixels.len()), (280, 280 * HEIGHT as usize));
        assert_eq!(shown.pixels[20 * 280..][..40], strip.pixels[20 * 640 + 200..][..40]);
        // At the line's end there is nothing to cut, and parts that nearly meet are one.
        let (strip, reading) = line("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳午未申酉", &[12, 19]);
        assert_eq!(around(&strip, &reading, 0.9).unwrap(), [Part { letters: 9..20, columns: 360..800 }]);
    }

    #[test]
    fn numbers_are_not_cut_even_where_they_are_set_wide() {
        let (strip, reading) = line("甲乙1 2.34庚辛壬癸子丑寅卯辰巳", &[9]);
        let parts = around(&strip, &reading, 0.9).unwrap();
        assert_eq!(parts, [Part { letters: 2..12, columns: 80..520 }]);
    }

    #[test]
    fn ink_that_was_passed_over_is_looked_at() {
        let (strip, reading) = line("甲乙丙丁戊己庚_壬癸子丑寅卯辰巳午未申酉", &[]);
        assert_eq!(around(&strip, &reading, 0.9).unwrap(), [Part { letters: 3..10, columns: 120..440 }]);
        let (strip, reading) = line("甲乙丙丁戊己庚 壬癸子丑寅卯辰巳午未申酉", &[]);
        assert_eq!(around(&strip, &reading, 0.9), None);
    }

    #[test]
    fn short_lines_and_lines_doubtful_throughout_stay_whole() {
        let (strip, reading) = line("甲乙丙丁戊己庚辛壬癸", &[9]);
        assert_eq!(around(&strip, &reading, 0.9), None);
        let (strip, reading) = line("甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳", &[1, 8, 15]);
        assert_eq!(around(&strip, &reading, 0.9), None);
    }

    #[test]
    fn a_part_stands_in_its_line_unless_a_character_at_its_end_may_have_been_cut() {
        let (strip, first) = line("甲乙丙丁戊己庚辛王癸子丑寅卯辰巳", &[8]);
        let parts = around(&strip, &first, 0.9).unwrap();
        let again = |told| line(told, &[]).1;
        let read = put(&first, &parts, vec![again("己庚辛壬癸子丑")]).unwrap();
        assert_eq!(text(&read), "甲乙丙丁戊己庚辛壬癸子丑寅卯辰巳");
        // Places are those of the line.
        assert_eq!((read.letters[8].at, read.letters[12].at), (340.0, 500.0));
        assert_eq!(put(&first, &parts, vec![again("巳庚辛壬癸子丑")]), None);
        assert_eq!(put(&first, &parts, vec![again("己庚辛壬癸子刀")]), None);
        assert_eq!(put(&first, &parts, vec![Reading::default()]), None);
    }
}
