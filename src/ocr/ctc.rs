//! From a recogniser's scores per time step to characters (connectionist temporal classification, Graves 2006): the best
//! class of each step, repeats joined, blanks dropped.

/// One recognised character.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Letter {
    /// What was read.
    pub(super) text: char,
    /// 0 to 1.
    pub(super) score: f32,
    /// Where its middle stands, in time steps from the line's beginning.
    pub(super) at: f32,
    /// The second best reading at the same place and its score; blank is none.
    pub(super) second: Option<(char, f32)>,
}

/// Class of "no character here".
const BLANK: usize = 0;
/// A second reading below this is no reading.
const LEAST_SECOND: f32 = 0.001;

/// Reads one line: `scores` has `classes` probabilities a step, the blank first, then the alphabet's characters in order.
pub(super) fn decode(scores: &[f32], classes: usize, alphabet: &[char]) -> Vec<Letter> {
    let mut letters: Vec<Letter> = Vec::new();
    // Class, first and last step, best score and the step that has it.
    let mut open: Option<Span> = None;
    if classes < 2 {
        return letters;
    }
    for (step, row) in scores.chunks_exact(classes).enumerate() {
        let (class, score) = best(row, None);
        match &mut open {
            Some(span) if span.class == class => {
                span.last = step;
                if score > span.score {
                    (span.score, span.peak) = (score, step);
                }
            }
            _ => {
                letters.extend(open.take().and_then(|span| span.letter(scores, classes, alphabet)));
                open = (class != BLANK).then_some(Span { class, first: step, last: step, score, peak: step });
            }
        }
    }
    letters.extend(open.and_then(|span| span.letter(scores, classes, alphabet)));
    letters
}

struct Span {
    class: usize,
    first: usize,
    last: usize,
    score: f32,
    peak: usize,
}

impl Span {
    fn letter(&self, scores: &[f32], classes: usize, alphabet: &[char]) -> Option<Letter> {
        let text = *alphabet.get(self.class - 1)?;
        let row = scores.get(self.peak * classes..(self.peak + 1) * classes)?;
        let (class, score) = best(row, Some(self.class));
        let second = alphabet.get(class.wrapping_sub(1)).filter(|_| score >= LEAST_SECOND).map(|&c| (c, score));
        Some(Letter { text, score: self.score, at: (self.first + self.last) as f32 / 2.0 + 0.5, second })
    }
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
        assert_eq!(letters[0].second, Some(('8', 0.2)));
        assert_eq!((letters[1].text, letters[1].at, letters[1].second), ('8', 4.5, None));
    }

    #[test]
    fn classes_beyond_the_alphabet_and_cut_rows_are_left_out() {
        assert!(decode(&[0.0, 0.0, 1.0], 3, &['9']).is_empty());
        assert!(decode(&[0.0, 1.0], 3, &['9', '8']).is_empty());
        assert!(decode(&[1.0, 1.0], 1, &[]).is_empty());
    }
}
