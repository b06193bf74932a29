//! Which words head which field: `patterns/headers.toml`, compiled for lookup.

use super::entries::{Entry, load_entries};
use super::labels::label_key;
use super::problem::PatternError;
use super::quick_hash::QuickMap;
use crate::normalize;
use aho_corasick::{AhoCorasick, AhoCorasickKind};
use serde::Deserialize;
use std::collections::HashMap;
use std::path::Path;

/// What a cell of a header row, or the label before a value, can stand for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[allow(missing_docs)] // the names are those of the records and of `patterns/headers.toml`
pub enum Field {
    Project,
    Authority,
    AuthorityLocal,
    Implementer,
    ReportDate,
    Year,
    TotalScore,
    Explanation,
    OtherLabel,
    FundItem,
    BudgetInitial,
    Budget,
    Executed,
    Rate,
    FundWeight,
    FundScore,
    FundExtra,
    GoalsExpected,
    GoalsActual,
    GoalsLabel,
    ManageLabel,
    ManageText,
    ManageProblem,
    Level1,
    Level2,
    Level3,
    Target,
    Sign,
    Unit,
    Actual,
    Weight,
    Score,
    SecondScore,
    Deviation,
    Improvement,
    Basis,
    Extra,
}

/// The part of a form that a field belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Part {
    Head,
    Fund,
    Goals,
    Manage,
    Indicator,
}

const IDS: &[(&str, Field)] = &[
    ("head.project", Field::Project),
    ("head.authority", Field::Authority),
    ("head.authority_local", Field::AuthorityLocal),
    ("head.implementer", Field::Implementer),
    ("head.report_date", Field::ReportDate),
    ("head.year", Field::Year),
    ("head.total_score", Field::TotalScore),
    ("head.explanation", Field::Explanation),
    ("head.other", Field::OtherLabel),
    ("fund.item", Field::FundItem),
    ("fund.budget_initial", Field::BudgetInitial),
    ("fund.budget", Field::Budget),
    ("fund.executed", Field::Executed),
    ("fund.rate", Field::Rate),
    ("fund.weight", Field::FundWeight),
    ("fund.score", Field::FundScore),
    ("fund.extra", Field::FundExtra),
    ("goals.expected", Field::GoalsExpected),
    ("goals.actual", Field::GoalsActual),
    ("goals.label", Field::GoalsLabel),
    ("manage.label", Field::ManageLabel),
    ("manage.text", Field::ManageText),
    ("manage.problem", Field::ManageProblem),
    ("indicator.level1", Field::Level1),
    ("indicator.level2", Field::Level2),
    ("indicator.level3", Field::Level3),
    ("indicator.target", Field::Target),
    ("indicator.sign", Field::Sign),
    ("indicator.unit", Field::Unit),
    ("indicator.actual", Field::Actual),
    ("indicator.weight", Field::Weight),
    ("indicator.score", Field::Score),
    ("indicator.second_score", Field::SecondScore),
    ("indicator.deviation", Field::Deviation),
    ("indicator.improvement", Field::Improvement),
    ("indicator.basis", Field::Basis),
    ("indicator.extra", Field::Extra),
];

impl Field {
    /// The part of a form it belongs to.
    pub fn part(self) -> Part {
        match self.id().split_once('.').map_or("", |(part, _)| part) {
            "head" => Part::Head,
            "fund" => Part::Fund,
            "goals" => Part::Goals,
            "manage" => Part::Manage,
            _ => Part::Indicator,
        }
    }

    /// The id in `patterns/headers.toml`: `indicator.target`.
    pub fn id(self) -> &'static str {
        IDS.iter().find(|(_, f)| *f == self).map_or("", |(id, _)| id)
    }

    /// The record's key that it feeds: `target`.
    pub fn key(self) -> &'static str {
        self.id().split_once('.').map_or("", |(_, key)| key)
    }
}

/// How well a header fits a field, 0 to 1: 1 for a known spelling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// The field.
    pub field: Field,
    /// The fit.
    pub score: f32,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct HeaderEntry {
    id: String,
    #[serde(default)]
    names: Vec<String>,
    #[serde(default)]
    weak: Vec<String>,
    #[serde(default)]
    like: Vec<String>,
    #[serde(default)]
    unlike: Vec<String>,
    #[serde(default = "one")]
    rank: f32,
}

fn one() -> f32 {
    1.0
}

impl Entry for HeaderEntry {
    const FILE: &'static str = "headers.toml";
    const TABLE: &'static str = "header";
    const BUILTIN: &'static str = include_str!("../../patterns/headers.toml");
    fn id(&self) -> &str {
        &self.id
    }
    /// One word may head columns of different blocks, and a block as well as a column of it.
    fn scope(&self) -> &str {
        let block = self.id.split('.').next().unwrap_or_default();
        if self.id.ends_with(".label") { &self.id } else { block }
    }
    fn spellings(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
    fn key(spelling: &str) -> String {
        label_key(spelling)
    }
}

#[derive(Debug)]
struct Header {
    field: Field,
    part: Part,
    keys: Vec<String>,
    rank: f32,
}

/// All header spellings.
#[derive(Debug)]
pub struct Headers {
    /// By key, the place of its hits in `hits`.
    exact: QuickMap<u32>,
    hits: Vec<Vec<(Part, Match)>>,
    headers: Vec<Header>,
    words: Words,
}

/// The words that speak for a header or against it, found in one pass over a label.
#[derive(Debug)]
struct Words {
    search: AhoCorasick,
    /// What each word of the search says.
    said: Vec<Said>,
}

/// Headers as bits, by their place in [`Headers::headers`].
#[derive(Debug, Clone, Copy, Default)]
struct Said {
    like: u64,
    unlike: u64,
}

// A header is a field's, so that a bit for each is enough.
const _: () = assert!(IDS.len() <= u64::BITS as usize);

impl Words {
    fn new(spoken: HashMap<String, Said>, overlay: Option<&Path>) -> Result<Self, PatternError> {
        let (words, said): (Vec<String>, Vec<Said>) = spoken.into_iter().unzip();
        // Every label is searched: the quickest kind of automaton, which few words allow.
        let search = AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(&words).map_err(|error| {
            PatternError::Parse {
                path: overlay.unwrap_or(Path::new("patterns")).join(HeaderEntry::FILE),
                line: 0,
                message: format!("its words cannot be compiled: {error}"),
            }
        })?;
        Ok(Words { search, said })
    }

    fn in_label(&self, key: &str) -> Said {
        self.search.find_overlapping_iter(key).fold(Said::default(), |all, found| {
            let said = self.said[found.pattern().as_usize()];
            Said { like: all.like | said.like, unlike: all.unlike | said.unlike }
        })
    }
}

/// Fit of a spelling that also means something else.
const WEAK: f32 = 0.5;
/// Fit of a header that only contains a field's words.
const LIKE: f32 = 0.6;
/// Fit of a header that broke off: 全年 for 全年执行数.
const TRUNCATED: f32 = 0.5;
/// Fit of a header with one character misread: 全面预算数.
const MISREAD: f32 = 0.75;
/// A fit from which on other readings of a header are not looked for.
const CERTAIN: f32 = 0.9;
/// Longest key that can be a header: longer texts are values.
const LONGEST: usize = 24;
/// Shortest and longest key, in bytes, that is looked through for the words of headers.
const SHORTEST_LIKELY: usize = 6;
const LONGEST_LIKELY: usize = LONGEST * 3;

impl Headers {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let (mut exact, mut headers) = (QuickMap::<u32>::default(), Vec::new());
        let mut hits: Vec<Vec<(Part, Match)>> = Vec::new();
        let mut spoken: HashMap<String, Said> = HashMap::new();
        for (at, entry) in load_entries::<HeaderEntry>(overlay)?.into_iter().enumerate() {
            let Some((_, field)) = IDS.iter().find(|(id, _)| *id == entry.id) else {
                return Err(PatternError::Parse {
                    path: overlay.unwrap_or(Path::new("patterns")).join(HeaderEntry::FILE),
                    line: 1,
                    message: format!("unknown field {:?}; `zhibiao patterns show` lists the known ids", entry.id),
                });
            };
            let header = Header {
                field: *field,
                part: field.part(),
                keys: entry.names.iter().map(|n| label_key(n)).collect(),
                rank: entry.rank,
            };
            for word in &entry.like {
                spoken.entry(normalize::key(word)).or_default().like |= 1 << at;
            }
            for word in &entry.unlike {
                spoken.entry(normalize::key(word)).or_default().unlike |= 1 << at;
            }
            let weak = entry.weak.iter().map(|n| (label_key(n), entry.rank * WEAK));
            for (key, score) in header.keys.iter().map(|k| (k.clone(), entry.rank)).chain(weak) {
                let place = *exact.entry(key).or_insert_with(|| {
                    hits.push(Vec::new());
                    hits.len() as u32 - 1
                });
                let hits = &mut hits[place as usize];
                if !hits.iter().any(|(_, m)| m.field == *field) {
                    hits.push((header.part, Match { field: *field, score }));
                }
            }
            headers.push(header);
        }
        Ok(Headers { exact, hits, headers, words: Words::new(spoken, overlay)? })
    }

    /// Is this key ([`label_key`]) a known spelling of any field?
    pub fn is_spelling(&self, key: &str) -> bool {
        self.exact.contains_key(key)
    }

    /// The fields of a part that a label ([`label_key`]) names with a known spelling.
    pub fn exact<'a>(&'a self, key: &str, part: Part) -> impl Iterator<Item = Match> + use<'a> {
        self.hits(key).iter().filter(move |(p, _)| *p == part).map(|(_, m)| *m)
    }

    fn hits(&self, key: &str) -> &[(Part, Match)] {
        self.exact.get(key).map_or(&[], |place| &self.hits[*place as usize])
    }

    /// What a label ([`label_key`]) heads, looked up once for all the questions about it.
    pub fn facts(&self, key: &str) -> Facts {
        if key.is_empty() {
            return Facts::default();
        }
        let fits = if (SHORTEST_LIKELY..=LONGEST_LIKELY).contains(&key.len()) {
            let said = self.words.in_label(key);
            said.like & !said.unlike
        } else {
            0
        };
        Facts { hits: self.exact.get(key).copied(), fits }
    }

    /// As [`Headers::exact`], for a label whose facts are at hand.
    pub fn exact_of(&self, facts: Facts, part: Part) -> impl Iterator<Item = Match> {
        self.hits_of(facts).iter().filter(move |(p, _)| *p == part).map(|(_, m)| *m)
    }

    fn hits_of(&self, facts: Facts) -> &[(Part, Match)] {
        facts.hits.map_or(&[], |place| &self.hits[place as usize])
    }

    /// As [`Headers::names`], for a label whose facts are at hand.
    pub fn names_of(&self, facts: Facts, field: Field) -> bool {
        self.hits_of(facts).iter().any(|(_, m)| m.field == field)
    }

    /// As [`Headers::likely`], for a label whose facts are at hand.
    pub fn likely_of(&self, facts: Facts, part: Part) -> Option<Match> {
        if let Some(hit) = self.exact_of(facts, part).max_by(|a, b| a.score.total_cmp(&b.score)) {
            return Some(hit);
        }
        if facts.fits == 0 {
            return None;
        }
        self.headers
            .iter()
            .enumerate()
            .filter(|(at, h)| facts.fits >> at & 1 != 0 && h.part == part)
            .map(|(_, h)| Match { field: h.field, score: LIKE * h.rank })
            .max_by(|a, b| a.score.total_cmp(&b.score))
    }

    /// Is a label a known spelling of this field?
    pub fn names(&self, key: &str, field: Field) -> bool {
        self.hits(key).iter().any(|(_, m)| m.field == field)
    }

    /// Every field of a part that a label may stand for: known spellings, words that it contains, broken-off and
    /// misread spellings. Slower than [`Headers::exact`]: for rows that are known to be headers.
    pub fn candidates(&self, key: &str, part: Part) -> Vec<Match> {
        let mut found: Vec<Match> = self.exact(key, part).collect();
        let length = key.chars().count();
        // A known spelling leaves nothing to guess.
        if length == 0 || length > LONGEST || found.iter().any(|m| m.score >= CERTAIN) {
            return found;
        }
        let said = self.words.in_label(key);
        // 指标 is a word of its own, not 指标值 broken off.
        let is_word = !found.is_empty();
        for (at, header) in self.headers.iter().enumerate().filter(|(_, h)| h.part == part) {
            if found.iter().any(|m| m.field == header.field) {
                continue;
            }
            let excluded = said.unlike >> at & 1 != 0;
            let mut score: f32 = 0.0;
            if said.like >> at & 1 != 0 && !excluded {
                score = LIKE;
            }
            if !is_word && length >= 2 && header.keys.iter().any(|k| k.len() > key.len() && k.starts_with(key)) {
                score = score.max(TRUNCATED);
            }
            if length >= 4 && !excluded && header.keys.iter().any(|k| one_character_off(k, key)) {
                score = score.max(MISREAD);
            }
            if score > 0.0 {
                found.push(Match { field: header.field, score: score * header.rank });
            }
        }
        found.sort_by(|a, b| b.score.total_cmp(&a.score));
        found
    }

    /// Does a label hold words that speak against a field, 上年完成值 against `actual`?
    pub fn speaks_against(&self, key: &str, field: Field) -> bool {
        let said = self.words.in_label(key);
        self.headers.iter().enumerate().any(|(at, header)| header.field == field && said.unlike >> at & 1 != 0)
    }

    /// The best field of a part for a label that is surely a known one or contains a known one's words.
    pub fn likely(&self, key: &str, part: Part) -> Option<Match> {
        self.likely_of(self.facts(key), part)
    }
}

/// What [`Headers`] knows of one label.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// Where its exact hits are.
    hits: Option<u32>,
    /// The headers whose words it contains, as bits.
    fits: u64,
}

/// Same length, exactly one character different.
fn one_character_off(a: &str, b: &str) -> bool {
    a.len() == b.len() && {
        let mut different = a.chars().zip(b.chars()).filter(|(x, y)| x != y);
        different.next().is_some() && different.next().is_none() && a.chars().count() == b.chars().count()
    }
}
