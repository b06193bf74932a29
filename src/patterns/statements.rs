//! `patterns/statements.toml`: words that tell what a number in prose measures, compiled for lookup from either end.

use super::entries::{Entry, load_entries};
use super::problem::PatternError;
use serde::Deserialize;
use std::collections::HashMap;
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
    NoClause,
    NotProse,
    NoYear,
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
    by_first: HashMap<char, Vec<(Box<[char]>, Cue)>>,
    by_last: HashMap<char, Vec<(Box<[char]>, Cue)>>,
}

impl WordSet {
    fn add(&mut self, word: &str, cue: Cue) {
        let word: Box<[char]> = crate::normalize::display(word).chars().collect();
        if let (Some(first), Some(last)) = (word.first(), word.last()) {
            self.by_first.entry(*first).or_default().push((word.clone(), cue));
            self.by_last.entry(*last).or_default().push((word, cue));
        }
    }

    fn longest_first(&mut self) {
        for words in self.by_first.values_mut().chain(self.by_last.values_mut()) {
            words.sort_by_key(|(word, _)| std::cmp::Reverse(word.len()));
        }
    }

    /// The longest word that `text` begins with: its length and what it stands for.
    pub fn begins(&self, text: &[char]) -> Option<(usize, Cue)> {
        let words = self.by_first.get(text.first()?)?;
        words.iter().find(|(word, _)| text.starts_with(word)).map(|(word, cue)| (word.len(), *cue))
    }

    /// The longest word that `text` ends with.
    pub fn ends(&self, text: &[char]) -> Option<(usize, Cue)> {
        let words = self.by_last.get(text.last()?)?;
        words.iter().find(|(word, _)| text.ends_with(word)).map(|(word, cue)| (word.len(), *cue))
    }

    /// The first word in `text`: where it begins, its length, what it stands for.
    pub fn first_in(&self, text: &[char]) -> Option<(usize, usize, Cue)> {
        (0..text.len()).find_map(|at| self.begins(&text[at..]).map(|(length, cue)| (at, length, cue)))
    }

    /// The last word in `text`.
    pub fn last_in(&self, text: &[char]) -> Option<(usize, usize, Cue)> {
        (1..=text.len()).rev().find_map(|end| self.ends(&text[..end]).map(|(length, cue)| (end - length, length, cue)))
    }
}

/// The words by role.
#[derive(Debug)]
pub struct Statements(HashMap<StatementRole, WordSet>);

impl Statements {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        use StatementRole as R;
        const ALL: [StatementRole; 25] = [
            R::Opener,
            R::NameStart,
            R::Part,
            R::Closer,
            R::Verb,
            R::LateVerb,
            R::Lead,
            R::Facet,
            R::Mark,
            R::MarkEnd,
            R::State,
            R::Unmark,
            R::Of,
            R::After,
            R::Change,
            R::ChangeTo,
            R::Compared,
            R::Reached,
            R::Head,
            R::Whole,
            R::Generic,
            R::NoSubject,
            R::NoClause,
            R::NotProse,
            R::NoYear,
        ];
        let mut sets: HashMap<_, _> = ALL.into_iter().map(|role| (role, WordSet::default())).collect();
        for entry in load_entries::<StatementWords>(overlay)? {
            let cue = Cue { aspect: entry.aspect.unwrap_or(Aspect::Other), keep: entry.keep };
            if let Some(set) = sets.get_mut(&entry.role) {
                entry.words.iter().for_each(|word| set.add(word, cue));
            }
        }
        sets.values_mut().for_each(WordSet::longest_first);
        Ok(Statements(sets))
    }

    /// The words of a role.
    pub fn words(&self, role: StatementRole) -> &WordSet {
        static NONE: std::sync::LazyLock<WordSet> = std::sync::LazyLock::new(WordSet::default);
        self.0.get(&role).unwrap_or(&NONE)
    }
}
