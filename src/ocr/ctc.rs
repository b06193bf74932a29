//! From a recogniser's scores per time step to characters (connectionist temporal classification, Graves 2006): the best
//! class of each step, repeats joined, blanks dropped.

use serde::{Deserialize, Serialize};

/// One recognised character.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Letter {
    /// What was read.
    pub(super) text: char,
    /// 0 to 1.
    pub(super) score: f32,
    /// Where its middle stands, in time steps from the line's beginning.
    pub(super) at: f32,
    /// What else may stand here.
    pub(super) others: Vec<Other>,
}

/// What may stand in place of some letters, the one that has it the first of them.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Other {
    /// How many letters, at least 1.
    pub(super) letters: usize,
    /// What may stand there; empty where there may be nothing.
    pub(super) text: String,
    /// 0 to 1.
    pub(super) score: f32,
}

/// Class of "no character here".
const BLANK: usize = 0;
/// A second reading below this is no reading.
const LEAST_SECOND: f32 = 0.01;
/// The same for a character that was passed over, and for nothing in a character's place.
const LEAST_FAINT: f32 = 0.03;

/// Reads one line: `scores` has `classes` probabilities a step, the blank first, then the alphabet's characters in order.
pub(super) fn decode(scores: &[f32], classes: usize, alphabet: &[char]) -> Vec<Letter> {
    if classes < 2 {
        return Vec::new();
    }
    let spans = spans(scores, classes);
    let letter = |span: &Span| span.letter(scores, classes, alphabet);
    let mut letters: Vec<Letter> = Vec::new();
    let steps = scores.len() / classes;
    let mut before: Option<&Span> = None;
    for next in spans.iter().map(Some).chain([None]) {
        let gap = before.map_or(0, |span| span.last + 1)..next.map_or(steps, |span| span.first);
        let neighbours = [before, next].map(|span| span.map(|span| span.class));
        let faint = faint(scores, classes, gap, neighbours);
        let faint = faint.and_then(|(class, score)| Some((*alphabet.get(class - 1)?, score)));
        let mut read = next.and_then(letter);
        if let Some((faint, score)) = faint {
            match (letters.last_mut(), &mut read) {
                (Some(last), _) if before.is_some() => {
                    last.others.push(Other { letters: 1, text: [last.text, faint].iter().collect(), score });
                }
                (_, Some(first)) => {
                    first.others.push(Other { letters: 1, text: [faint, first.text].iter().collect(), score });
                }
                _ => {}
            }
        }
        letters.extend(read);
        before = next;
    }
    letters
}

/// Steps that show one character.
struct Span {
    class: usize,
    first: usize,
    last: usize,
    score: f32,
    /// The step of the best score.
    peak: usize,
}

fn spans(scores: &[f32], classes: usize) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut open = false;
    for (step, row) in scores.chunks_exact(classes).enumerate() {
        let (class, score) = best(row, None);
        match spans.last_mut().filter(|span| open && span.class == class) {
            Some(span) => {
                span.last = step;
                if score > span.score {
                    (span.score, span.peak) = (score, step);
                }
            }
            None if class != BLANK => spans.push(Span { class, first: step, last: step, score, peak: step }),
            None => {}
        }
        open = class != BLANK;
    }
    spans
}

impl Span {
    fn letter(&self, scores: &[f32], classes: usize, alphabet: &[char]) -> Option<Letter> {
        let text = *alphabet.get(self.class - 1)?;
        let row = scores.get(self.peak * classes..(self.peak + 1) * classes)?;
        let (class, second) = best(row, Some(self.class));
        let absent = row.get(BLANK).copied().unwrap_or(0.0);
        let mut others = Vec::new();
        if let Some(other) = alphabet.get(class.wrapping_sub(1)).filter(|_| second >= LEAST_SECOND) {
            others.push(Other { letters: 1, text: other.to_string(), score: second });
        }
        if absent >= LEAST_FAINT {
            others.push(Other { letters: 1, text: String::new(), score: absent });
        }
        Some(Letter { text, score: self.score, at: (self.first + self.last) as f32 / 2.0 + 0.5, others })
    }
}

/// The character that came nearest to being read among steps where none was. The flanks of the characters on both sides
/// are not it: only what rises again after falling is another one of the same.
fn faint(
    scores: &[f32],
    classes: usize,
    gap: std::ops::Range<usize>,
    neighbours: [Option<usize>; 2],
) -> Option<(usize, f32)> {
    let of = |step: usize, class: usize| scores.get(step * classes + class).copied().unwrap_or(0.0);
    let mut found: Option<(usize, f32)> = None;
    for step in gap.clone() {
        let row = scores.get(step * classes..(step + 1) * classes)?;
        let (class, score) = best(row, Some(BLANK));
        if score < LEAST_FAINT.max(found.map_or(0.0, |(_, score)| score)) {
            continue;
        }
        let falls = |mut steps: std::ops::Range<usize>| steps.any(|other| of(other, class) < score / 2.0);
        let flank = (neighbours[0] == Some(class) && !falls(gap.start..step))
            || (neighbours[1] == Some(class) && !falls(step + 1..gap.end));
        if !flank {
            found = Some((class, score));
        }
    }
    found
}

/// The class with the highest score, the first of equals; without this class and without the blank where one is given.
fn best(row: &[f32], except: Option<usize>) -> (usize, f32) {
    let mut best = (BLANK, f32::NEG_INFINITY);
    for (class, &score) in row.iter().enumerate() {
        let skipped = except.is_some_and(|except| class == except || class == BLANK);
        if score > best.1 && !skipped {
            best = (class, score);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of blank, `9`, `8`.
    fn read(rows: &[[f32; 3]]) -> Vec<Letter> {
        decode(&rows.concat(), 3, &['9', '8'])
    }

    #[test]
    fn repeats_are_one_character_unless_a_blank_parts_them() {
        let (nine, none) = ([0.1, 0.8, 0.1], [0.9, 0.05, 0.05]);
        let text = |letters: Vec<Letter>| letters.iter().map(|l| l.text).collect::<String>();
        assert_eq!(text(read(&[nine, nine])), "9");
        assert_eq!(text(read(&[nine, none, nine])), "99");
        assert_eq!(text(read(&[none, none])), "");
        assert_eq!(text(read(&[])), "");
    }

    #[test]
    fn a_character_has_its_place_best_score_and_rival() {
        let letters = read(&[[0.9, 0.1, 0.0], [0.2, 0.5, 0.3], [0.1, 0.7, 0.2], [0.9, 0.1, 0.0], [0.4, 0.0, 0.6]]);
        assert_eq!(letters.len(), 2);
        assert_eq!((letters[0].text, letters[0].score, letters[0].at), ('9', 0.7, 2.0));
        let other = |text: &str, score| Other { letters: 1, text: text.to_owned(), score };
        assert_eq!(letters[0].others, [other("8", 0.2), other("", 0.1)]);
        assert_eq!((letters[1].text, letters[1].at), ('8', 4.5));
        assert_eq!(letters[1].others, [other("", 0.4)]);
    }

    #[test]
    fn a_character_that_was_passed_over_is_told_and_the_flank_of_another_is_not() {
        let others = |rows: &[[f32; 3]], letter: usize| -> Vec<String> {
            read(rows)[letter].others.iter().map(|other| other.text.clone()).collect()
        };
        let (nine, none, eight) = ([0.0, 1.0, 0.0], [1.0, 0.0, 0.0], [0.0, 0.0, 1.0]);
        assert_eq!(others(&[nine, none, [0.8, 0.0, 0.2], none], 0), ["98"]);
        assert_eq!(others(&[[0.8, 0.0, 0.2], none, nine], 0), ["89"]);
        // 9 falling off, and rising towards the next.
        assert!(others(&[nine, [0.7, 0.3, 0.0], none, eight], 0).is_empty());
        assert!(others(&[eight, none, [0.7, 0.3, 0.0], nine], 0).is_empty());
        // A second 9 between them.
        assert_eq!(others(&[nine, none, [0.7, 0.3, 0.0], none, eight], 0), ["99"]);
        // Below the least score.
        assert!(others(&[nine, none, [0.98, 0.0, 0.02], none], 0).is_empty());
    }

    #[test]
    fn classes_beyond_the_alphabet_and_cut_rows_are_left_out() {
        assert!(decode(&[0.0, 0.0, 1.0], 3, &['9']).is_empty());
        assert!(decode(&[0.0, 1.0], 3, &['9', '8']).is_empty());
        assert!(decode(&[1.0, 1.0], 1, &[]).is_empty());
    }
}
