//! Canonical indicators: what a row of a form measures, whatever its wording: `patterns/indicators.toml`.
//!
//! A name is looked up among the aliases first; else the rules are tried: the words of all rules are found in one pass
//! over the name, and a rule fits if all, any and none of its words were. Of several, the highest priority wins, then
//! the one whose words cover most of the name. A draw between two indicators is no answer: a wrong id is worse than
//! none. A name that no rule fits may still be nearly an alias (`similar_names.rs`).

use super::entries::{Entry, load_entries};
use super::indicator_names::name_key;
use super::problem::PatternError;
use super::quick_hash::QuickMap;
use super::similar_names::SimilarNames;
use super::word_finder::WordFinder;
use crate::normalize;
use regex::Regex;
use serde::Deserialize;
use std::cell::OnceCell;
use std::collections::HashMap;
use std::ops::ControlFlow;
use std::path::Path;

/// What the values of an indicator are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// A number of things or persons.
    Count,
    /// A share or rate: 0.95.
    Ratio,
    /// An amount of money.
    Money,
    /// Money for each person, household, year …
    MoneyRate,
    /// A number of months.
    Months,
    /// A length of time: days, hours, minutes.
    Duration,
    /// A day, or the day before which.
    Date,
    /// Words.
    Text,
}

/// One indicator.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Indicator {
    /// Stable, as in records: `insured_persons`.
    pub id: String,
    /// What it is about: `health_insurance`, `education`, …
    #[serde(default)]
    pub domain: Option<String>,
    /// Usual Chinese name.
    pub name_zh: String,
    /// English name.
    pub name_en: String,
    /// What its values are.
    pub value: ValueKind,
    /// Base unit of its values, where it has one.
    pub unit: Option<String>,
    /// Names that are this indicator, whole.
    #[serde(default)]
    aliases: Vec<String>,
    /// The form is about this: one of these words stands in what is known of its subject.
    #[serde(default)]
    context: Vec<String>,
    #[serde(default)]
    rules: Vec<Rule>,
    /// A rule of a higher priority wins over all of a lower one; 0 where absent.
    #[serde(default)]
    priority: i32,
}

impl Indicator {
    /// May a value in this base unit be one of it? 职业培训补贴1.12亿元 is no number of persons trained.
    pub fn takes(&self, unit: &str) -> bool {
        let persons = |unit: &str| matches!(unit, "人" | "名" | "人次" | "位" | "户");
        let (money, rate) = (unit.starts_with('元'), matches!(unit, "ratio" | "百分点" | "‰"));
        match self.value {
            ValueKind::Count if self.unit.as_deref().is_some_and(persons) => persons(unit),
            ValueKind::Count => !(money || rate),
            ValueKind::Ratio => rate,
            ValueKind::Money | ValueKind::MoneyRate => money,
            ValueKind::Months | ValueKind::Duration | ValueKind::Date | ValueKind::Text => true,
        }
    }
}

/// When a name that is no alias is this indicator.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rule {
    /// Words that the name must hold.
    #[serde(default)]
    all: Vec<String>,
    /// Words of which it must hold one.
    #[serde(default)]
    any: Vec<String>,
    /// Words that it must not hold.
    #[serde(default)]
    none: Vec<String>,
    /// Words of which the second level must hold one.
    #[serde(default)]
    level2: Vec<String>,
    /// Instead of words: a regular expression on the name's key.
    pattern: Option<String>,
}

impl Entry for Indicator {
    const FILE: &'static str = "indicators.toml";
    const TABLE: &'static str = "indicator";
    const BUILTIN: &'static str = include_str!("../../patterns/indicators.toml");

    fn id(&self) -> &str {
        &self.id
    }

    /// An alias may belong to two indicators that their context tells apart: those are not claimed.
    fn spellings(&self) -> Vec<&str> {
        let own = self.context.is_empty();
        self.aliases.iter().filter(|_| own).map(String::as_str).collect()
    }

    fn key(spelling: &str) -> String {
        name_key(spelling).into_owned()
    }

    fn regexes(&self) -> Vec<&str> {
        self.rules.iter().filter_map(|rule| rule.pattern.as_deref()).collect()
    }

    fn complaints(&self) -> Vec<String> {
        let words = self.rules.iter().flat_map(|rule| rule.all.iter().chain(&rule.any).chain(&rule.none));
        let lost = words
            .filter(|word| word.is_empty() || name_key(word) != **word)
            .map(|word| format!("`{word}` can never stand in a name's key; written as one it is `{}`", name_key(word)));
        let impossible = self.rules.iter().filter_map(|rule| {
            let both = rule.none.iter().find(|no| rule.all.iter().any(|word| word.contains(*no)))?;
            Some(format!("a rule asks for `{both}` and forbids it"))
        });
        let empty =
            self.rules.iter().filter(|rule| rule.all.is_empty() && rule.any.is_empty() && rule.pattern.is_none());
        let empty = empty.map(|_| "a rule without `all`, `any` and `pattern` fits nothing".to_owned());
        let mixed = self.rules.iter().filter(|rule| {
            rule.pattern.is_some() && !(rule.all.is_empty() && rule.any.is_empty() && rule.none.is_empty())
        });
        let mixed = mixed.map(|_| "a rule has words or a `pattern`, not both".to_owned());
        lost.chain(impossible).chain(empty).chain(mixed).collect()
    }
}

/// All indicators, compiled.
#[derive(Debug)]
pub struct Indicators {
    entries: Vec<Indicator>,
    /// Name key → the entries of that alias, those with a context first.
    aliases: QuickMap<Vec<usize>>,
    words: WordFinder,
    /// In characters, by word.
    word_lengths: Vec<u32>,
    rules: Vec<CompiledRule>,
    /// The words of all rules, one rule's behind the other's: `all`, `any`, `none`.
    rule_words: Vec<Word>,
    /// What rules ask of the second level, by rule.
    rule_levels: Vec<Vec<String>>,
    /// Word → the rules that need it (the rarest of `all`, or each of `any`).
    rules_of_word: Vec<Vec<u32>>,
    patterns: Vec<CompiledPattern>,
    similar: SimilarNames,
}

type Word = u32;

/// A rule with its words in [`Indicators::rule_words`]: every name of a form is held against dozens of rules, which should
/// lie close together.
#[derive(Debug, Clone, Copy)]
struct CompiledRule {
    /// One bit for each of its words of `all`; several words share one. Most rules are told by it that a name lacks one.
    needs: u64,
    /// The same of `any`; all bits where it has none.
    needs_any: u64,
    entry: usize,
    /// Where its words begin, where those of `any` do, those of `none`, and where they end.
    parts: [u32; 4],
}

impl CompiledRule {
    fn of(entry: usize, parts: [u32; 4], words: &[Word]) -> Self {
        let rule = CompiledRule { needs: 0, needs_any: u64::MAX, entry, parts };
        let bits = |words: &[Word]| words.iter().fold(0, |bits, word| bits | 1 << (word % 64));
        let [all, any, _] = rule.words(words).map(bits);
        CompiledRule { needs: all, needs_any: if any == 0 { u64::MAX } else { any }, ..rule }
    }

    /// Its words of `all`, `any` and `none`.
    fn words<'w>(&self, words: &'w [Word]) -> [&'w [Word]; 3] {
        let at = self.parts.map(|part| part as usize);
        [&words[at[0]..at[1]], &words[at[1]..at[2]], &words[at[2]..at[3]]]
    }
}

#[derive(Debug)]
struct CompiledPattern {
    entry: usize,
    regex: Regex,
    level2: Vec<String>,
}

impl Indicators {
    /// The built-in indicators, overlaid with `indicators.toml` of a directory.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, or an expression that does not compile.
    pub fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let entries = load_entries::<Indicator>(overlay)?;
        let mut aliases = QuickMap::<Vec<usize>>::default();
        let mut lexicon = Lexicon::default();
        let (mut rules, mut rule_words, mut rule_levels) = (Vec::new(), Vec::<Word>::new(), Vec::new());
        let mut patterns = Vec::new();
        for (at, entry) in entries.iter().enumerate() {
            for alias in entry.aliases.iter().chain([&entry.name_zh]) {
                let owners = aliases.entry(name_key(alias).into_owned()).or_default();
                if !owners.contains(&at) {
                    owners.push(at);
                }
            }
            for rule in &entry.rules {
                let level2 = rule.level2.clone();
                if let Some(pattern) = &rule.pattern {
                    let regex = Regex::new(pattern).map_err(|error| PatternError::Parse {
                        path: overlay.map_or_else(|| "patterns".into(), Path::to_owned).join(Indicator::FILE),
                        line: 0,
                        message: format!("`{}`: {error}", entry.id),
                    })?;
                    patterns.push(CompiledPattern { entry: at, regex, level2 });
                } else {
                    let mut parts = [rule_words.len() as u32; 4];
                    for (part, words) in parts[1..].iter_mut().zip([&rule.all, &rule.any, &rule.none]) {
                        rule_words.extend(lexicon.ids(words));
                        *part = rule_words.len() as u32;
                    }
                    rules.push(CompiledRule::of(at, parts, &rule_words));
                    rule_levels.push(level2);
                }
            }
        }
        let similar = SimilarNames::of(entries.iter().enumerate().flat_map(|(at, entry)| {
            entry.aliases.iter().chain([&entry.name_zh]).map(move |alias| (at, name_key(alias).into_owned()))
        }));
        for owners in aliases.values_mut() {
            owners.sort_by_key(|at| entries[*at].context.is_empty());
        }
        let mut rules_of_word = vec![Vec::new(); lexicon.words.len()];
        let of = |rule: &CompiledRule| rule.words(&rule_words);
        let mut needed = vec![0; lexicon.words.len()];
        rules.iter().flat_map(|rule| of(rule)[0]).for_each(|word| needed[*word as usize] += 1);
        for (id, rule) in rules.iter().enumerate() {
            let [all, any, _] = of(rule);
            match all.iter().min_by_key(|word| needed[**word as usize]) {
                Some(word) => rules_of_word[*word as usize].push(id as u32),
                None => any.iter().for_each(|word| rules_of_word[*word as usize].push(id as u32)),
            }
        }
        let word_lengths = lexicon.words.iter().map(|word| word.chars().count() as u32).collect();
        let words = WordFinder::of(lexicon.words.iter().map(String::as_str));
        Ok(Indicators {
            entries,
            aliases,
            words,
            word_lengths,
            rules,
            rule_words,
            rule_levels,
            rules_of_word,
            patterns,
            similar,
        })
    }

    /// The indicator of an id.
    pub fn get(&self, id: &str) -> Option<&Indicator> {
        self.entries.iter().find(|entry| entry.id == id)
    }

    /// All of them, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &Indicator> {
        self.entries.iter()
    }

    /// The id of what a row measures, by its second and third level as printed; None where none fits, or where two
    /// fit equally well.
    pub fn find(&self, level2: Option<&str>, level3: &str) -> Option<&str> {
        self.find_about(level2, level3, None)
    }

    /// As [`Indicators::find`], with what is known of the form's subject (its project, title or unit): 服务对象满意度
    /// is the satisfaction of the insured in a form about health insurance only. Without it, such a name is taken for
    /// the indicator that needs a subject.
    pub fn find_about(&self, level2: Option<&str>, level3: &str, about: Option<&str>) -> Option<&str> {
        self.find_in(level2, level3, about.map(Subject::of).as_ref())
    }

    /// As [`Indicators::find_about`], for many rows of one form.
    pub fn find_in(&self, level2: Option<&str>, level3: &str, about: Option<&Subject>) -> Option<&str> {
        let key = name_key(level3);
        if key.is_empty() {
            return None;
        }
        let fits = |entry: usize| match &about {
            Some(Subject(about)) => {
                let words = &self.entries[entry].context;
                words.is_empty() || words.iter().any(|word| about.contains(word.as_str()))
            }
            None => true,
        };
        let alias = self.aliases.get(&*key).and_then(|owners| owners.iter().copied().find(|owner| fits(*owner)));
        let found = alias.or_else(|| self.by_rules(&key, level2, fits)).or_else(|| self.by_likeness(&key, fits))?;
        Some(&self.entries[found].id)
    }

    /// The indicator of which an alias is nearly this name. What one of its rules forbids, likeness does not allow.
    fn by_likeness(&self, key: &str, fits: impl Fn(usize) -> bool) -> Option<usize> {
        let found = self.similar.nearest(key, &fits)?;
        let rules = &self.entries[found].rules;
        let forbidden = rules.iter().flat_map(|rule| &rule.none).any(|word| key.contains(word.as_str()));
        (!forbidden).then_some(found)
    }

    fn by_rules(&self, key: &str, level2: Option<&str>, fits: impl Fn(usize) -> bool) -> Option<usize> {
        // Few rules ask for it.
        let level2_key = OnceCell::new();
        let level_fits = |words: &[String]| {
            words.is_empty()
                || level2_key
                    .get_or_init(|| level2.map(normalize::key))
                    .as_ref()
                    .is_some_and(|l| words.iter().any(|w| l.contains(w.as_str())))
        };
        // One bit a word.
        let (mut few, mut many) = ([0u64; 16], Vec::new());
        let size = self.word_lengths.len().div_ceil(64);
        many.resize(if size > few.len() { size } else { 0 }, 0u64);
        let found = if many.is_empty() { &mut few[..size] } else { &mut many[..] };
        let _ = self.words.each(key, |word| {
            found[word / 64] |= 1 << (word % 64);
            ControlFlow::<()>::Continue(())
        });
        let bits = found.iter().fold(0, |all, bits| all | bits);
        let has = |word: &Word| found[*word as usize / 64] & (1 << (*word % 64)) != 0;
        let in_order = found.iter().enumerate().flat_map(|(at, bits)| {
            let mut left = *bits;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros() as usize)?;
                left &= left - 1;
                Some(at * 64 + bit)
            })
        });
        let mut best = Best::default();
        for id in in_order.flat_map(|word| &self.rules_of_word[word]) {
            let rule = &self.rules[*id as usize];
            if rule.needs & !bits != 0 || rule.needs_any & bits == 0 {
                continue;
            }
            let [all, any, none] = rule.words(&self.rule_words);
            if !all.iter().all(has) || none.iter().any(has) {
                continue;
            }
            let open = any.is_empty();
            let any = any.iter().filter(|word| has(word)).map(|word| self.word_lengths[*word as usize]).max();
            let holds = (open || any.is_some()) && level_fits(&self.rule_levels[*id as usize]) && fits(rule.entry);
            if holds {
                let covered = all.iter().map(|word| self.word_lengths[*word as usize]).sum::<u32>() + any.unwrap_or(0);
                best.offer(rule.entry, (self.entries[rule.entry].priority, covered));
            }
        }
        for pattern in &self.patterns {
            if level_fits(&pattern.level2)
                && fits(pattern.entry)
                && let Some(found) = pattern.regex.find(key)
            {
                let covered = found.as_str().chars().count() as u32;
                best.offer(pattern.entry, (self.entries[pattern.entry].priority, covered));
            }
        }
        best.entry
    }
}

/// What is known of a form's subject: its project, title or unit, as rows are looked up by it.
#[derive(Debug, Clone)]
pub struct Subject(String);

impl Subject {
    /// From the text that says it.
    pub fn of(text: &str) -> Self {
        Subject(normalize::key(text))
    }
}

/// The best answer so far; none while two are as good.
#[derive(Default)]
struct Best {
    entry: Option<usize>,
    rank: Option<(i32, u32)>,
}

impl Best {
    fn offer(&mut self, entry: usize, rank: (i32, u32)) {
        match self.rank {
            Some(best) if best > rank => {}
            Some(best) if best == rank => self.entry = self.entry.filter(|other| *other == entry),
            _ => *self = Best { entry: Some(entry), rank: Some(rank) },
        }
    }
}

/// The distinct words of all rules, numbered.
#[derive(Default)]
struct Lexicon {
    words: Vec<String>,
    ids: HashMap<String, Word>,
}

impl Lexicon {
    fn ids(&mut self, words: &[String]) -> Vec<Word> {
        words
            .iter()
            .map(|word| {
                *self.ids.entry(word.clone()).or_insert_with(|| {
                    self.words.push(word.clone());
                    self.words.len() as u32 - 1
                })
            })
            .collect()
    }
}
