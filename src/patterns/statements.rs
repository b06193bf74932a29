//! `patterns/statements.toml`: words that tell what a number in prose measures, compiled for lookup from either end.

use super::entries::{Entry, load_entries};
use super::problem::PatternError;
use serde::Deserialize;
use std::cmp::Reverse;
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
    FrontVerb,
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
    Each,
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

/// A spelling and what it stands for: where its characters begin in [`ByChar::letters`], and how many it has.
#[derive(Debug, Clone, Copy)]
struct Word {
    at: u32,
    length: u32,
    cue: Cue,
}

/// Words by one of their characters, longest first. All lie side by side: a paragraph asks hundreds of times, of dozens of
/// these, and memory that is far apart costs more than the comparing.
#[derive(Debug, Default)]
struct ByChar {
    /// Which low ten bits the characters have: most others are told by one bit, which nearly always says no.
    low_bits: [u64; 16],
    /// The characters by their hash. A power of two of places, at least four times as many as characters, so that most others
    /// meet an empty one at once.
    slots: Vec<Slot>,
    words: Vec<Word>,
    letters: Vec<char>,
}

/// A character and where its words stand, `from..to`; an empty slot has none.
#[derive(Debug, Default, Clone, Copy)]
struct Slot {
    char: char,
    from: u32,
    to: u32,
}

impl ByChar {
    const NONE: ByChar = ByChar { low_bits: [0; 16], slots: Vec::new(), words: Vec::new(), letters: Vec::new() };

    /// From spellings, none of them empty, each under the character that `key` picks. Of equal ones the first counts.
    fn of(spellings: &[(Vec<char>, Cue)], key: impl Fn(&[char]) -> char) -> Self {
        let mut sorted: Vec<(char, &[char], Cue)> =
            spellings.iter().map(|(word, cue)| (key(word), word.as_slice(), *cue)).collect();
        sorted.sort_by_key(|(c, word, _)| (*c, Reverse(word.len())));
        let mut all = ByChar::NONE;
        let groups = || sorted.chunk_by(|a, b| a.0 == b.0);
        all.slots = vec![Slot::default(); (groups().count() * 4).next_power_of_two()];
        for group in groups() {
            let c = group[0].0;
            let low = c as usize & 1023;
            all.low_bits[low / 64] |= 1 << (low % 64);
            let from = all.words.len() as u32;
            for (_, word, cue) in group {
                all.words.push(Word { at: all.letters.len() as u32, length: word.len() as u32, cue: *cue });
                all.letters.extend(*word);
            }
            let last = all.slots.len() - 1;
            let mut slot = hash(c) & last;
            while all.slots[slot].to != 0 {
                slot = (slot + 1) & last;
            }
            all.slots[slot] = Slot { char: c, from, to: all.words.len() as u32 };
        }
        all
    }

    fn may_have(&self, c: char) -> bool {
        let low = c as usize & 1023;
        self.low_bits[low / 64] & (1 << (low % 64)) != 0
    }

    /// The first word of a character that fits: its length and what it stands for.
    fn find(&self, c: char, fits: impl Fn(&[char]) -> bool) -> Option<(usize, Cue)> {
        let last = self.slots.len().wrapping_sub(1);
        let mut at = hash(c) & last;
        let slot = loop {
            let slot = self.slots.get(at).filter(|slot| slot.to != 0)?;
            if slot.char == c {
                break slot;
            }
            at = (at + 1) & last;
        };
        let words = self.words.get(slot.from as usize..slot.to as usize)?;
        let letters = |word: &Word| self.letters.get(word.at as usize..(word.at + word.length) as usize);
        let found = words.iter().find(|word| letters(word).is_some_and(&fits))?;
        Some((found.length as usize, found.cue))
    }
}

/// Spreads characters over the low bits.
fn hash(c: char) -> usize {
    ((c as u32).wrapping_mul(0x9E37_79B1) >> 16) as usize
}

impl WordSet {
    fn of(words: impl IntoIterator<Item = (String, Cue)>) -> Self {
        let shown = |word: String| crate::normalize::display(&word).chars().collect::<Vec<char>>();
        let words: Vec<_> =
            words.into_iter().map(|(word, cue)| (shown(word), cue)).filter(|(word, _)| !word.is_empty()).collect();
        WordSet {
            by_first: ByChar::of(&words, |word| word.first().copied().unwrap_or_default()),
            by_last: ByChar::of(&words, |word| word.last().copied().unwrap_or_default()),
        }
    }

    /// May a word begin with this character? Told by one bit: no is sure.
    pub fn may_begin_with(&self, c: char) -> bool {
        self.by_first.may_have(c)
    }

    /// The longest word that `text` begins with: its length and what it stands for.
    #[inline]
    pub fn begins(&self, text: &[char]) -> Option<(usize, Cue)> {
        // Most are told by one bit, where they ask.
        let first = text.first().copied().filter(|c| self.by_first.may_have(*c))?;
        self.begins_with(first, text)
    }

    #[inline(never)]
    fn begins_with(&self, first: char, text: &[char]) -> Option<(usize, Cue)> {
        let begins = |word: &[char]| word.len() <= text.len() && word.iter().zip(text).all(|(a, b)| a == b);
        self.by_first.find(first, begins)
    }

    /// The longest word that `text` ends with.
    #[inline]
    pub fn ends(&self, text: &[char]) -> Option<(usize, Cue)> {
        let last = text.last().copied().filter(|c| self.by_last.may_have(*c))?;
        self.ends_with(last, text)
    }

    #[inline(never)]
    fn ends_with(&self, last: char, text: &[char]) -> Option<(usize, Cue)> {
        // Words are short: comparing them here costs less than a call.
        let ends = |word: &[char]| {
            let from = text.len().checked_sub(word.len());
            from.is_some_and(|from| word.iter().zip(&text[from..]).rev().all(|(a, b)| a == b))
        };
        self.by_last.find(last, ends)
    }

    /// The first word in `text`: where it begins, its length, what it stands for.
    pub fn first_in(&self, text: &[char]) -> Option<(usize, usize, Cue)> {
        if self.by_first.words.is_empty() {
            return None;
        }
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
        if self.by_last.words.is_empty() {
            return None;
        }
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
pub struct Statements {
    sets: Vec<WordSet>,
    /// By a character's low eleven bits, the roles of which a word may begin with it, one bit each.
    roles: Vec<u32>,
}

/// Roles of which a text may hold a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles(u32);

impl Roles {
    /// May the text hold a word of this role? No is sure.
    pub fn may_have(self, role: StatementRole) -> bool {
        self.0 & (1 << role as u32) != 0
    }
}

/// The words, for whoever asks of parts of one text: of roles that it holds no word of there are none, so that most questions
/// are answered at once.
#[derive(Debug, Clone, Copy)]
pub struct WordsOf<'a> {
    all: &'a Statements,
    roles: Roles,
}

impl<'a> WordsOf<'a> {
    /// The words of a role, as far as the text may hold them.
    #[inline]
    pub fn words(self, role: StatementRole) -> &'a WordSet {
        if self.roles.may_have(role) { self.all.words(role) } else { &NO_WORDS }
    }

    /// Of which roles a word may begin with a character.
    pub fn roles_begun_by(self, c: Option<char>) -> Roles {
        self.all.roles_begun_by(c)
    }

    /// For any text.
    pub fn any(self) -> WordsOf<'a> {
        self.all.any()
    }
}

static NO_WORDS: WordSet = WordSet { by_first: ByChar::NONE, by_last: ByChar::NONE };

/// How many lists of roles there are.
const ROLES: usize = 1 << 11;

impl Statements {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let mut words: Vec<Vec<(String, Cue)>> = Vec::new();
        for entry in load_entries::<StatementWords>(overlay)? {
            let cue = Cue { aspect: entry.aspect.unwrap_or(Aspect::Other), keep: entry.keep };
            let role = entry.role as usize;
            if words.len() <= role {
                words.resize_with(role + 1, Vec::new);
            }
            words[role].extend(entry.words.into_iter().map(|word| (word, cue)));
        }
        let sets: Vec<WordSet> = words.into_iter().map(WordSet::of).collect();
        let mut roles = vec![0; ROLES];
        for (role, set) in sets.iter().enumerate() {
            let begun = set.by_first.slots.iter().filter(|slot| slot.to != 0);
            begun.for_each(|slot| roles[slot.char as usize % ROLES] |= 1 << role);
        }
        Ok(Statements { sets, roles })
    }

    /// The words of a role; none where no entry has it.
    pub fn words(&self, role: StatementRole) -> &WordSet {
        self.sets.get(role as usize).unwrap_or(&NO_WORDS)
    }

    /// The words for parts of a text with these roles ([`Statements::roles_in`]).
    pub fn of(&self, roles: Roles) -> WordsOf<'_> {
        WordsOf { all: self, roles }
    }

    /// The words for any text.
    pub fn any(&self) -> WordsOf<'_> {
        self.of(Roles(u32::MAX))
    }

    /// Of which roles a word may stand in a text, by its characters, all roles in one pass.
    pub fn roles_in(&self, text: &[char]) -> Roles {
        Roles(text.iter().fold(0, |all, c| all | self.roles_begun_by(Some(*c)).0))
    }

    /// Of which roles a word may begin with a character; of none where there is none.
    pub fn roles_begun_by(&self, c: Option<char>) -> Roles {
        Roles(c.map_or(0, |c| self.roles.get(c as usize % ROLES).copied().unwrap_or(u32::MAX)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_from_either_end_the_longest_first() {
        let words = [("完成", false), ("完成率", true), ("预算的", false)];
        let set = WordSet::of(words.map(|(word, keep)| (word.to_owned(), Cue { aspect: Aspect::Other, keep })));
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
        let last = StatementRole::Each as usize;
        assert_eq!(statements.sets.len(), last + 1);
        assert!(statements.sets.iter().all(|set| !set.by_first.words.is_empty()));
        assert!(last < u32::BITS as usize, "a bit for each");
    }

    #[test]
    fn a_text_may_hold_words_of_no_other_roles_than_it_holds() {
        let statements = Statements::load(None).unwrap();
        let text: Vec<char> = "其中：较上年增长12.33%".chars().collect();
        let roles = statements.roles_in(&text);
        assert!(
            [StatementRole::Part, StatementRole::Compared, StatementRole::Change].iter().all(|r| roles.may_have(*r))
        );
        assert!(!statements.roles_in(&[]).may_have(StatementRole::Part));
    }
}
