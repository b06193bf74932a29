//! `patterns/lookalikes.toml`: signs that recognition takes for each other.

use super::entries::{Entry, load_entries};
use super::problem::PatternError;
use serde::Deserialize;
use std::ops::Range;
use std::path::Path;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LookalikeEntry {
    id: String,
    alike: Vec<String>,
    /// Of words only: never tried where a number may stand.
    #[serde(default)]
    words: bool,
}

impl Entry for LookalikeEntry {
    const FILE: &'static str = "lookalikes.toml";
    const TABLE: &'static str = "lookalike";
    const BUILTIN: &'static str = include_str!("../../patterns/lookalikes.toml");
    fn id(&self) -> &str {
        &self.id
    }
    fn spellings(&self) -> Vec<&str> {
        self.alike.iter().map(String::as_str).collect()
    }
    // One sign may look like several others.
    fn scope(&self) -> &str {
        &self.id
    }
    // Width and signs are what this is about.
    fn key(spelling: &str) -> String {
        spelling.to_owned()
    }
    fn complaints(&self) -> Vec<String> {
        let few = (self.alike.len() < 2).then(|| "fewer than two signs".to_owned());
        let blank = self.alike.iter().any(String::is_empty).then(|| "a blank sign".to_owned());
        few.into_iter().chain(blank).collect()
    }
}

/// Signs that look alike.
#[derive(Debug, Default)]
pub struct Lookalikes {
    /// Those that numbers are written with.
    of_numbers: Vec<Vec<String>>,
    /// Those of words.
    of_words: Vec<Vec<String>>,
}

impl Lookalikes {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let entries = load_entries::<LookalikeEntry>(overlay)?;
        let (of_words, of_numbers): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.words);
        let alike = |entries: Vec<LookalikeEntry>| entries.into_iter().map(|entry| entry.alike).collect();
        Ok(Lookalikes { of_numbers: alike(of_numbers), of_words: alike(of_words) })
    }

    /// What may have been meant by signs of a text that may be a number: the bytes of each, and what else may stand there.
    pub fn of<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, &'a str)> + 'a {
        Self::among(&self.of_numbers, text)
    }

    /// The same of signs of words.
    pub fn of_words<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (Range<usize>, &'a str)> + 'a {
        Self::among(&self.of_words, text)
    }

    fn among<'a>(list: &'a [Vec<String>], text: &'a str) -> impl Iterator<Item = (Range<usize>, &'a str)> + 'a {
        let signs = list.iter().flat_map(|alike| alike.iter().map(move |sign| (sign, alike)));
        signs.filter(|(sign, _)| !sign.is_empty()).flat_map(move |(sign, alike)| {
            text.match_indices(sign.as_str()).flat_map(move |(at, _)| {
                let others = alike.iter().filter(move |other| *other != sign);
                others.map(move |other| (at..at + sign.len(), other.as_str()))
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Patterns;

    #[test]
    fn signs_of_several_characters_are_one_and_a_digit_is_no_other_digit() {
        let of = |text: &str| -> Vec<String> {
            let told = Patterns::builtin().lookalikes.of(text);
            told.map(|(at, other)| format!("{}{other}{}", &text[..at.start], &text[at.end..])).collect()
        };
        assert!(of("9896").contains(&"98%".to_owned()), "{:?}", of("9896"));
        assert!(of("290%").contains(&"≥90%".to_owned()));
        assert!(of("3方元").contains(&"3万元".to_owned()));
        let digits = |text: &String| text.chars().all(|c| c.is_ascii_digit());
        for text in ["1", "2", "5", "6", "8", "9", "0", "3", "4", "7"] {
            assert!(!of(text).iter().any(digits), "{text}");
        }
    }
}
