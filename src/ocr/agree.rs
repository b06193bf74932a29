//! What two recognisers made of one line: where both read the same, both vouch for it; where they differ, the larger one's
//! reading stands, the other's is told beside it, and a figure that they do not agree on is no longer sure.

use super::ctc::{Letter, Other};
use super::recognise::Reading;
use std::ops::Range;

/// How much more the larger recogniser's word counts.
const LARGER: f32 = 2.0;
/// Longest stretch that is told as another reading, in letters: beyond, the two have read different things.
const LONGEST: usize = 4;
/// Letters of a line that are compared.
const MOST_LETTERS: usize = 400;

/// One reading of two.
pub(super) fn better(tiny: Reading, small: Reading) -> Reading {
    if small.letters.is_empty() {
        // Where the large alphabet reads nothing at all, the small one's reading is at least something to doubt.
        return if tiny.mean() < 0.5 { small } else { tiny };
    }
    // A lone sign tells neither recogniser much: the surer one is believed.
    let lone = tiny.letters.len() == 1 && small.letters.len() == 1;
    if lone && tiny.letters[0].text != small.letters[0].text && tiny.mean() > small.mean() {
        return merge(small, tiny, 1.0 / LARGER);
    }
    merge(tiny, small, LARGER)
}

/// A reading, doubted where another one of the same line, less sure, differs from it: one recogniser that was shown the
/// line twice vouches for nothing.
pub(super) fn doubted(kept: Reading, other: Reading) -> Reading {
    if other.letters.is_empty() {
        return kept;
    }
    let scores: Vec<f32> = kept.letters.iter().map(|letter| letter.score).collect();
    let mut kept = merge(other, kept, LARGER);
    for (letter, score) in kept.letters.iter_mut().zip(scores) {
        letter.score = letter.score.min(score);
    }
    kept
}

/// The second reading, judged by the first. `weight` is how much more the second's word counts.
fn merge(other: Reading, kept: Reading, weight: f32) -> Reading {
    let (mut letters, other) = (kept.letters, other.letters);
    if letters.len() > MOST_LETTERS || other.len() > MOST_LETTERS {
        return Reading { letters };
    }
    let stretches = stretches(&letters, &other);
    let mut same = Vec::new();
    let (mut at, mut beside) = (0, 0);
    for (ours, theirs) in stretches.iter().chain([&(letters.len()..letters.len(), other.len()..other.len())]) {
        same.extend((at..ours.start).zip(beside..theirs.start));
        (at, beside) = (ours.end, theirs.end);
    }
    // In a line that two read differently, agreement on its other letters says less, but it does say something there.
    let whole = stretches.is_empty();
    for (at, beside) in same {
        let (Some(letter), Some(second)) = (letters.get_mut(at), other.get(beside)) else { continue };
        if whole {
            letter.score = 1.0 - (1.0 - letter.score) * (1.0 - second.score);
        }
        for more in &second.others {
            let known = letter.others.iter_mut().find(|known| known.text == more.text && known.letters == more.letters);
            match known {
                Some(known) => known.score = known.score.max(more.score),
                // What stands for several letters may reach into a stretch that reads differently here.
                None if more.letters == 1 => letter.others.push(more.clone()),
                None => {}
            }
        }
    }
    for (ours, theirs) in stretches {
        differ(&mut letters, ours, other.get(theirs).unwrap_or_default(), weight);
    }
    Reading { letters }
}

/// Tells beside the letters of a stretch what the other recogniser read there.
fn differ(letters: &mut [Letter], ours: Range<usize>, theirs: &[Letter], weight: f32) {
    if ours.len() > LONGEST || theirs.len() > LONGEST {
        return;
    }
    let mut text: String = theirs.iter().map(|letter| letter.text).collect();
    // What only the other one read stands beside a letter of ours.
    let ours = match (ours.is_empty(), ours.start.checked_sub(1)) {
        (false, _) => ours,
        (true, Some(before)) => {
            text.insert(0, letters[before].text);
            before..ours.start
        }
        (true, None) => {
            let Some(first) = letters.first() else { return };
            text.push(first.text);
            0..1
        }
    };
    let Some(stretch) = letters.get_mut(ours) else { return };
    let figures = text.chars().chain(stretch.iter().map(|letter| letter.text)).any(is_of_a_number);
    let least = |letters: &[Letter]| letters.iter().map(|letter| letter.score).fold(1.0, f32::min);
    // Of a reading of nothing there is no score; that a character was seen where there is none is as likely as the reverse.
    let (own, against) = (least(stretch), if theirs.is_empty() { 0.5 } else { least(theirs) });
    let share = weight * own / (weight * own + against).max(f32::EPSILON);
    if figures {
        stretch.iter_mut().for_each(|letter| letter.score = letter.score.min(share));
    }
    let count = stretch.len();
    if let Some(first) = stretch.first_mut() {
        first.others.push(Other { letters: count, text, score: 1.0 - share });
    }
}

/// Digits and the signs that a number is written with.
pub(super) fn is_of_a_number(c: char) -> bool {
    c.is_ascii_digit() || ".,%‰-~+≥≤><=≠，．％".contains(c)
}

/// Where two readings differ, as ranges of both: what lies between is equal (longest common subsequence).
fn stretches(ours: &[Letter], theirs: &[Letter]) -> Vec<(Range<usize>, Range<usize>)> {
    let equal = |a: usize, b: usize| ours[a].text == theirs[b].text;
    let width = theirs.len() + 1;
    let mut length = vec![0u16; (ours.len() + 1) * width];
    for a in (0..ours.len()).rev() {
        for b in (0..theirs.len()).rev() {
            length[a * width + b] = if equal(a, b) {
                length[(a + 1) * width + b + 1] + 1
            } else {
                length[(a + 1) * width + b].max(length[a * width + b + 1])
            };
        }
    }
    let mut found = Vec::new();
    let (mut a, mut b) = (0, 0);
    let (mut from_a, mut from_b) = (0, 0);
    while a < ours.len() && b < theirs.len() {
        if equal(a, b) {
            if (from_a, from_b) != (a, b) {
                found.push((from_a..a, from_b..b));
            }
            (a, b) = (a + 1, b + 1);
            (from_a, from_b) = (a, b);
        } else if length[(a + 1) * width + b] >= length[a * width + b + 1] {
            a += 1;
        } else {
            b += 1;
        }
    }
    if from_a < ours.len() || from_b < theirs.len() {
        found.push((from_a..ours.len(), from_b..theirs.len()));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::recognise::sample::{reading, text};
    use super::*;

    /// What is told beside each letter: `index: letters text`.
    fn others(reading: &Reading) -> Vec<String> {
        let told = |(at, letter): (usize, &Letter)| {
            letter.others.iter().map(|o| format!("{at}: {} {}", o.letters, o.text)).collect::<Vec<_>>()
        };
        reading.letters.iter().enumerate().flat_map(told).collect()
    }

    #[test]
    fn two_that_agree_vouch_for_each_other_and_else_the_larger_counts() {
        let agreed = better(reading("98.5", 0.8), reading("98.5", 0.9));
        assert!(agreed.letters.iter().all(|letter| (letter.score - 0.98).abs() < 1e-5));
        assert_eq!(text(&better(reading("985", 0.9), reading("98.5", 0.7))), "98.5");
        assert_eq!(text(&better(reading("预", 0.9), Reading::default())), "预");
        assert_eq!(text(&better(reading("~", 0.3), Reading::default())), "");
        // A lone sign: the surer one, the other beside it.
        let sign = better(reading("≥", 0.88), reading("M", 0.6));
        assert_eq!((text(&sign).as_str(), others(&sign)), ("≥", vec!["0: 1 M".to_owned()]));
    }

    #[test]
    fn a_figure_that_two_read_differently_is_told_and_no_longer_sure() {
        let read = better(reading("90.00%", 0.99), reading("96.00%", 0.99));
        assert_eq!((text(&read).as_str(), others(&read)), ("96.00%", vec!["1: 1 0".to_owned()]));
        let scores: Vec<bool> = read.letters.iter().map(|letter| letter.score < 0.8).collect();
        assert_eq!(scores, [false, true, false, false, false, false]);
    }

    #[test]
    fn what_only_one_read_is_told_with_the_letter_beside_it() {
        assert_eq!(others(&better(reading("1.56", 0.9), reading("156", 0.9))), ["0: 1 1."]);
        assert_eq!(others(&better(reading(".156", 0.9), reading("156", 0.9))), ["0: 1 .1"]);
        assert_eq!(others(&better(reading("156", 0.9), reading("1.56", 0.9))), ["1: 1 "]);
        assert_eq!(others(&better(reading("96", 0.9), reading("%", 0.9))), ["0: 1 96"]);
    }

    #[test]
    fn words_keep_their_scores_and_long_differences_say_nothing() {
        let read = better(reading("再治区", 0.95), reading("自治区", 0.97));
        assert!(read.letters.iter().all(|letter| letter.score > 0.9));
        assert_eq!(others(&read), ["0: 1 再"]);
        assert!(others(&better(reading("一二三四五六", 0.9), reading("1234567890", 0.9))).is_empty());
    }
}
