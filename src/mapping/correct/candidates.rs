//! The few texts that a cell may hold besides what was read: those that recognition itself gave, and, where it was not sure,
//! those with signs that it takes for each other.

use crate::mapping::row::RowCell;
use crate::model::Alternative;
use crate::patterns::Lookalikes;
use std::collections::HashMap;

/// A text that a cell may hold.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Candidate {
    pub(super) text: String,
    /// How sure recognition is of what differs, 0 to 1.
    pub(super) score: f32,
    /// Recognition offered it; else only signs that look alike do.
    pub(super) seen: bool,
}

/// Score of a cell below which signs that look alike may have been taken for each other.
const UNSURE: f32 = 0.9;
/// Least score of a reading that recognition offers.
const LEAST: f32 = 0.01;
/// Longest text, in characters, in which signs are tried for each other.
const LONGEST: usize = 24;
/// Places of one text that may differ at once.
const MOST_AT_ONCE: usize = 12;
/// Texts of one cell.
const MOST: usize = 24;

/// The texts that a cell may hold, the likeliest first.
pub(super) fn of(cell: &RowCell, lookalikes: &Lookalikes) -> Vec<Candidate> {
    let mut places: Vec<(Alternative, bool)> =
        cell.alternatives.iter().filter(|other| other.score >= LEAST).map(|other| (other.clone(), true)).collect();
    if cell.trust < UNSURE && cell.raw.chars().count() <= LONGEST {
        let score = (1.0 - cell.trust.clamp(0.0, 1.0)) / 2.0;
        places.extend(lookalikes.of(&cell.raw).map(|(at, text)| {
            (Alternative { from: at.start as u32, to: at.end as u32, text: text.into(), score }, false)
        }));
    }
    places.sort_by(|a, b| b.1.cmp(&a.1).then(b.0.score.total_cmp(&a.0.score)));
    let had = letters(&cell.raw);
    let mut found: HashMap<String, Candidate> = HashMap::new();
    let mut put = |text: Option<String>, score: f32, seen: bool| {
        let is_new = |text: &String| *text != cell.raw && !text.trim().is_empty() && letters(text) <= had;
        let Some(text) = text.filter(is_new) else { return };
        let candidate = Candidate { text: text.clone(), score, seen };
        let known = found.entry(text).or_insert_with(|| candidate.clone());
        if (seen, score) > (known.seen, known.score) {
            *known = candidate;
        }
    };
    for (place, seen) in &places {
        put(place.applied(&cell.raw), place.score, *seen);
    }
    let few = &places[..places.len().min(MOST_AT_ONCE)];
    for (index, (one, one_seen)) in few.iter().enumerate() {
        for (other, other_seen) in few[index + 1..].iter().filter(|(other, _)| !other.meets(one)) {
            // The later place first, so that the earlier one still stands where it did.
            let (first, second) = if one.from < other.from { (one, other) } else { (other, one) };
            let text = second.applied(&cell.raw).and_then(|text| first.applied(&text));
            put(text, one.score * other.score, *one_seen && *other_seen);
        }
    }
    let mut found: Vec<Candidate> = found.into_values().collect();
    found.sort_by(|a, b| b.seen.cmp(&a.seen).then(b.score.total_cmp(&a.score)).then_with(|| a.text.cmp(&b.text)));
    found.truncate(MOST);
    found
}

/// Latin letters: a figure is never read as one of them. `10` as `1O` would only hide that it stands in the wrong place.
fn letters(text: &str) -> usize {
    text.chars().filter(char::is_ascii_alphabetic).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::Patterns;

    fn cell(raw: &str, trust: f32, alternatives: &[(u32, u32, &str, f32)]) -> RowCell {
        let alternatives = alternatives
            .iter()
            .map(|&(from, to, text, score)| Alternative { from, to, text: text.into(), score })
            .collect();
        RowCell {
            column: 0,
            end: 1,
            raw: raw.into(),
            text: raw.into(),
            label: String::new(),
            facts: Default::default(),
            bbox: None,
            trust,
            alternatives,
            mended: None,
        }
    }

    fn texts(cell: &RowCell) -> Vec<String> {
        of(cell, &Patterns::builtin().lookalikes).into_iter().map(|candidate| candidate.text).collect()
    }

    #[test]
    fn a_sure_cell_is_what_it_is() {
        assert!(texts(&cell("290%", 0.99, &[])).is_empty());
        assert!(texts(&cell("290%", 0.99, &[(0, 1, "≥", 0.001)])).is_empty(), "below what is seen");
    }

    #[test]
    fn a_figure_is_never_a_letter() {
        assert!(texts(&cell("10", 0.97, &[(1, 2, "O", 0.3)])).is_empty());
        assert_eq!(texts(&cell("1O", 0.97, &[(1, 2, "0", 0.3)])), ["10"]);
    }

    #[test]
    fn what_was_seen_comes_first_then_both_places_at_once() {
        let doubtful = cell("290.00%", 0.97, &[(0, 1, "≥", 0.3), (2, 3, "8", 0.1)]);
        assert_eq!(texts(&doubtful), ["≥90.00%", "298.00%", "≥98.00%"]);
    }

    #[test]
    fn signs_that_look_alike_are_tried_where_recognition_was_not_sure() {
        assert!(texts(&cell("l0", 0.7, &[])).contains(&"10".to_owned()));
        assert!(texts(&cell("16方元", 0.7, &[])).contains(&"16万元".to_owned()));
        assert!(texts(&cell("98.596", 0.7, &[])).contains(&"98.5%".to_owned()));
    }

    #[test]
    fn a_text_of_many_doubts_has_few_candidates() {
        let many: Vec<(u32, u32, &str, f32)> = (0..40).map(|at| (at, at + 1, "7", 0.2)).collect();
        assert_eq!(texts(&cell(&"1".repeat(40), 0.5, &many)).len(), 24);
    }
}
