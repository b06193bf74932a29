//! `patterns/statements.toml`: words that tell what a number in prose measures, compiled for lookup from either end.

use super::entries::{Entry, load_entries};
use super::problem::PatternError;
use serde::Deserialize;
use std::path::Path;

/// What a statement's number says of its measure; the schema's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Aspect {
    /// 预算: money planned or handed down.
    Budget,
    /// 指标值, 预计: what was to be reached.
    Target,
    /// What was reached or spent.
    Actual,
    /// 完成预算的…%.
    CompletionRate,
    /// 较上年增长….
    Change,
    /// 占…的….
    Share,
    /// 结余.
    Balance,
    /// Standards, limits, points, counts of indicators.
    Other,
}

impl Aspect {
    /// The schema's word.
    pub fn name(self) -> &'static str {
        match self {
            Aspect::Budget => "budget",
            Aspect::Target => "target",
            Aspect::Actual => "actual",
            Aspect::CompletionRate => "completion_rate",
            Aspect::Change => "change",
            Aspect::Share => "share",
            Aspect::Balance => "balance",
            Aspect::Other => "other",
        }
    }
}

/// What a word does in a clause. The file's head says it in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum StatementRole {
    Opener,
    NameStart,
    Part,
    Closer,
    Verb,
    LateVerb,
    Lead,
    Facet,
    Mark,
    MarkEnd,
    State,
    Unmark,
    Of,
    After,
    Change,
    ChangeTo,
    Compared,
    Reached,
    Head,
    Whole,
    Generic,
    NoSubject,
    NoStart,
    NoClause,
    NotProse,
    NoYear,
    Flow,
    Goals,
    Done,
}

/// Words with one role.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StatementWords {
    id: String,
    role: StatementRole,
    #[serde(default)]
    aspect: Option<Aspect>,
    #[serde(default)]
    keep: bool,
    words: Vec<String>,
}

impl Entry for StatementWords {
    const FILE: &'static str = "statements.toml";
    const TABLE: &'static str = "statement_words";
    const BUILTIN: &'static str = include_str!("../../patterns/statements.toml");
    fn id(&self) -> &str {
        &self.id
    }
    fn spellings(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }
    /// One word may do several things; `patterns check` tells only of a word that stands twice in one entry.
    fn scope(&self) -> &str {
        &self.id
    }
    /// As they are matched: `其中：` and `其中` are two.
    fn key(spelling: &str) -> String {
        spelling.trim().to_owned()
    }
    fn complaints(&self) -> Vec<String> {
        use StatementRole as R;
        let needs = matches!(self.role, R::Lead | R::Facet | R::Mark | R::MarkEnd | R::Unmark | R::Of | R::After);
        match (needs, self.aspect) {
            (true, None) => vec![format!("`{}` needs an `aspect`", self.id)],
            (false, Some(_)) => vec![format!("`{}` has an `aspect`, which its role does not use", self.id)],
            _ => Vec::new(),
        }
    }
}

/// What a word stands for: the aspect it gives, and whether a carried name takes it on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cue {
    /// Which aspect; [`Aspect::Other`] for roles that give none.
    pub aspect: Aspect,
    /// 得分率: no aspect tells it, so the name must. Of a change: only behind a comparison.
    pub keep: bool,
}

/// Words of one role, to be found at a text's beginning, its end, or anywhere in it. Longest first.
#[derive(Debug, Default)]
pub struct WordSet {
    by_first: ByChar,
    by_last: ByChar,
}

/// A spelling and what it stands for.
type Word = (Box<[char]>, Cue);

/// Words by one of their characters, longest first.
#[derive(Debug, Default)]
struct ByChar {
    words: Vec<(char, Vec<Word>)>,
    /// Of each character, by its hash, its place in `words` and one more; 0 for none. A power of two of them, at least four
    /// times as many as characters, so that most others meet an empty one at once: texts are asked about character by character.
    slots: Vec<u16>,
    /// Which low ten bits the characters have: most others are told by one bit, which nearly always says no.
    low_bits: [u64; 16],
}

impl ByChar {
    const NONE: ByChar = ByChar { words: Vec::new(), slots: Vec::new(), low_bits: [0; 16] };

    fn may_have(&self, c: char) -> bool {
        let low = c as usize & 1023;
        self.low_bits[low / 64] & (1 << (low % 64)) != 0
    }

    fn add(&mut self, c: char, word: Box<[char]>, cue: Cue) {
        let low = c as usize & 1023;
        self.low_bits[low / 64] |= 1 << (low % 64);
        let place = self.place(c).unwrap_or_else(|| {
            self.words.push((c, Vec::new()));
            self.put_slot(self.words.len() - 1);
            self.words.len() - 1
        });
        let words = &mut self.words[place].1;
        let at = words.partition_point(|(other, _)| other.len() >= word.len());
        words.insert(at, (word, cue));
    }

    /// Gives a new character its slot, all of them new ones where they have become few.
    fn put_slot(&mut self, new: usize) {
        let mut first = new;
        if self.words.len() * 4 > self.slots.len() {
            self.slots = vec![0; (self.words.len() * 8).next_power_of_two()];
            first = 0;
        }
        let last = self.slots.len() - 1;
        for place in first..=new {
            let mut slot = hash(self.words[place].0) & last;
            while self.slots[slot] != 0 {
                slot = (slot + 1) & last;
            }
            // No language has so many characters that one would stay without.
            self.slots[slot] = u16::try_from(place + 1).unwrap_or(0);
        }
    }

    fn place(&self, c: char) -> Option<usize> {
        let last = self.slots.len().wrapping_sub(1);
        let mut slot = hash(c) & last;
        while let Some(place) = self.slots.get(slot).map(|place| usize::from(*place)).filter(|place| *place != 0) {
            if self.words.get(place - 1).is_some_and(|(known, _)| *known == c) {
                return Some(place - 1);
            }
            slot = (slot + 1) & last;
        }
        None
    }

    fn of(&self, c: char) -> &[Word] {
        if !self.may_have(c) {
            return &[];
        }
        self.place(c).map_or(&[], |place| &self.words[place].1)
    }
}

/// Spreads characters over the low bits.
fn hash(c: char) -> usize {
    ((c as u32).wrapping_mul(0x9E37_79B1) >> 16) as usize
}

impl WordSet {
    fn add(&mut self, word: &str, cue: Cue) {
        let word: Box<[char]> = crate::normalize::display(word).chars().collect();
        if let (Some(first), Some(last)) = (word.first().copied(), word.last().copied()) {
            self.by_first.add(first, word.clone(), cue);
            self.by_last.add(last, word, cue);
        }
    }

    /// May a word begin with this character? Told by one bit: no is sure.
    pub fn may_begin_with(&self, c: char) -> bool {
        self.by_first.may_have(c)
    }

    /// The longest word that `text` begins with: its length and what it stands for.
    pub fn begins(&self, text: &[char]) -> Option<(usize, Cue)> {
        let words = self.by_first.of(*text.first()?);
        let begins = |word: &[char]| word.len() <= text.len() && word.iter().zip(text).all(|(a, b)| a == b);
        words.iter().find(|(word, _)| begins(word)).map(|(word, cue)| (word.len(), *cue))
    }

    /// The longest word that `text` ends with.
    pub fn ends(&self, text: &[char]) -> Option<(usize, Cue)> {
        let words = self.by_last.of(*text.last()?);
        // Words are short: comparing them here costs less than a call.
        let ends = |word: &[char]| {
            let from = text.len().checked_sub(word.len());
            from.is_some_and(|from| word.iter().zip(&text[from..]).rev().all(|(a, b)| a == b))
        };
        words.iter().find(|(word, _)| ends(word)).map(|(word, cue)| (word.len(), *cue))
    }

    /// The first word in `text`: where it begins, its length, what it stands for.
    pub fn first_in(&self, text: &[char]) -> Option<(usize, usize, Cue)> {
        let mut from = 0;
        loop {
            let at = from + text[from..].iter().position(|c| self.by_first.may_have(*c))?;
            if let Some((length, cue)) = self.begins(&text[at..]) {
                return Some((at, length, cue));
            }
            from = at + 1;
        }
    }

    /// The last word in `text`.
    pub fn last_in(&self, text: &[char]) -> Option<(usize, usize, Cue)> {
        let mut end = text.len();
        loop {
            end = text[..end].iter().rposition(|c| self.by_last.may_have(*c))? + 1;
            if let Some((length, cue)) = self.ends(&text[..end]) {
                return Some((end - length, length, cue));
            }
            end -= 1;
        }
    }
}

/// The words by role.
#[derive(Debug)]
pub struct Statements(Vec<WordSet>);

impl Statements {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let mut sets = Vec::new();
        for entry in load_entries::<StatementWords>(overlay)? {
            let cue = Cue { aspect: entry.aspect.unwrap_or(Aspect::Other), keep: entry.keep };
            let role = entry.role as usize;
            if sets.len() <= role {
                sets.resize_with(role + 1, WordSet::default);
            }
            entry.words.iter().for_each(|word| sets[role].add(word, cue));
        }
        Ok(Statements(sets))
    }

    /// The words of a role; none where no entry has it.
    pub fn words(&self, role: StatementRole) -> &WordSet {
        static NONE: WordSet = WordSet { by_first: ByChar::NONE, by_last: ByChar::NONE };
        self.0.get(role as usize).unwrap_or(&NONE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_from_either_end_the_longest_first() {
        let mut set = WordSet::default();
        for (word, keep) in [("完成", false), ("完成率", true), ("预算的", false)] {
            set.add(word, Cue { aspect: Aspect::Other, keep });
        }
        let chars = |text: &str| text.chars().collect::<Vec<char>>();
        assert_eq!(set.begins(&chars("完成率为")).map(|(n, cue)| (n, cue.keep)), Some((3, true)));
        assert_eq!(set.ends(&chars("已完成")).map(|(n, cue)| (n, cue.keep)), Some((2, false)));
        assert_eq!(set.first_in(&chars("年度完成预算的")).map(|(at, n, _)| (at, n)), Some((2, 2)));
        assert_eq!(set.last_in(&chars("年度完成预算的")).map(|(at, n, _)| (at, n)), Some((4, 3)));
        assert_eq!(set.begins(&chars("成")), None);
        assert_eq!(set.ends(&[]), None);
    }

    #[test]
    fn the_built_in_words_have_every_role_that_rules_ask_for() {
        let statements = Statements::load(None).unwrap();
        let last = StatementRole::Done as usize;
        assert_eq!(statements.0.len(), last + 1);
        assert!(statements.0.iter().all(|set| !set.by_first.words.is_empty()));
    }
}
