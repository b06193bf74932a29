//! `patterns/audit.toml`: words and expressions that the audit goes by.

use super::entries::{Entry, load_entries};
use super::problem::PatternError;
use super::word_finder::WordFinder;
use crate::normalize;
use regex::Regex;
use serde::Deserialize;
use std::path::Path;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AuditEntry {
    id: String,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    patterns: Vec<String>,
}

impl Entry for AuditEntry {
    const FILE: &'static str = "audit.toml";
    const TABLE: &'static str = "audit";
    const BUILTIN: &'static str = include_str!("../../patterns/audit.toml");
    fn id(&self) -> &str {
        &self.id
    }
    fn spellings(&self) -> Vec<&str> {
        self.words.iter().map(String::as_str).collect()
    }
    fn scope(&self) -> &str {
        &self.id
    }
    fn regexes(&self) -> Vec<&str> {
        self.patterns.iter().map(String::as_str).collect()
    }
    fn complaints(&self) -> Vec<String> {
        let nothing = self.words.is_empty() && self.patterns.is_empty();
        nothing.then(|| "neither words nor patterns".to_owned()).into_iter().collect()
    }
}

/// A list of words, as keys.
#[derive(Debug, Default)]
pub struct AuditWords {
    words: Vec<String>,
    finder: WordFinder,
    /// The last bytes that a word has, one bit each.
    last_bytes: [u64; 4],
}

impl AuditWords {
    fn of(words: Vec<String>) -> Self {
        let mut last_bytes = [0; 4];
        for last in words.iter().filter_map(|word| word.as_bytes().last()) {
            last_bytes[usize::from(last / 64)] |= 1 << (last % 64);
        }
        AuditWords { finder: WordFinder::of(words.iter().map(String::as_str)), words, last_bytes }
    }

    /// Does the text hold one of the words?
    pub fn inside(&self, text: &str) -> bool {
        self.finder.any(&normalize::key(text))
    }

    /// Is the text one of the words?
    pub fn is(&self, text: &str) -> bool {
        let key = normalize::key(text);
        self.words.contains(&key)
    }

    /// Does a key ([`normalize::key`]) end in one of the words? Several lists are asked for one name, which is folded once.
    pub fn ends_key(&self, key: &str) -> bool {
        let Some(last) = key.as_bytes().last() else { return false };
        self.last_bytes[usize::from(last / 64)] & (1 << (last % 64)) != 0
            && self.words.iter().any(|word| key.ends_with(word.as_str()))
    }
}

/// A list of expressions for keys.
#[derive(Debug, Default)]
pub struct AuditPatterns(Vec<Regex>);

impl AuditPatterns {
    /// What the first expression that fits this key catches: the whole, then its groups.
    pub fn find<'k>(&self, key: &'k str) -> Option<Vec<&'k str>> {
        let caught = self.0.iter().find_map(|regex| regex.captures(key))?;
        Some(caught.iter().flatten().map(|group| group.as_str()).collect())
    }
}

macro_rules! audit {
    (words: $($word:ident),* ; patterns: $($pattern:ident),* $(;)?) => {
        /// What the audit knows of wordings; the file says what each list is for.
        #[derive(Debug, Default)]
        #[allow(missing_docs)]
        pub struct Audit { $(pub $word: AuditWords,)* $(pub $pattern: AuditPatterns,)* }

        impl Audit {
            fn take(&mut self, entry: AuditEntry) -> Result<(), String> {
                match entry.id.as_str() {
                    $(stringify!($word) => {
                        self.$word = AuditWords::of(entry.words.iter().map(|word| normalize::key(word)).collect());
                    })*
                    $(stringify!($pattern) => {
                        let compiled = entry.patterns.iter().map(|pattern| Regex::new(pattern)).collect::<Result<_, _>>();
                        self.$pattern = AuditPatterns(compiled.map_err(|error| format!("`{}`: {error}", entry.id))?);
                    })*
                    other => return Err(format!("unknown list {other:?}; `zhibiao patterns show` lists the known ids")),
                }
                Ok(())
            }
        }
    };
}

audit!(
    words: smaller_is_better, grade_reached, grade_partly, grade_missed, total_score_in_prose, counted_in_part, counted_level1,
        counted_level2, counted_level3, income_in_prose, expenditure_in_prose;
    patterns: score_in_proportion, fund_score_by_rate, score_bands;
);

impl Audit {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let mut audit = Audit::default();
        for entry in load_entries::<AuditEntry>(overlay)? {
            audit.take(entry).map_err(|message| PatternError::Parse {
                path: overlay.unwrap_or(Path::new("patterns")).join(AuditEntry::FILE),
                line: 1,
                message,
            })?;
        }
        Ok(audit)
    }
}
