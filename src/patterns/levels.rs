//! The taxonomy of indicator levels: `patterns/levels.toml`.

use super::entries::{Entry, load_entries};
use super::labels::label_key;
use super::problem::PatternError;
use super::quick_hash::QuickMap;
use aho_corasick::AhoCorasick;
use serde::Deserialize;
use std::cmp::Ordering;
use std::path::Path;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LevelEntry {
    id: String,
    level: u8,
    names: Vec<String>,
    #[serde(default)]
    parents: Vec<String>,
    #[serde(default)]
    also_names: bool,
    #[serde(default)]
    words: Vec<String>,
    #[serde(default)]
    measures: Vec<Measure>,
    display: Option<String>,
}

impl Entry for LevelEntry {
    const FILE: &'static str = "levels.toml";
    const TABLE: &'static str = "level";
    const BUILTIN: &'static str = include_str!("../../patterns/levels.toml");
    fn id(&self) -> &str {
        &self.id
    }
    fn scope(&self) -> &str {
        if self.level == 1 { "1" } else { "2" }
    }
    fn spellings(&self) -> Vec<&str> {
        self.names.iter().map(String::as_str).collect()
    }
    fn key(spelling: &str) -> String {
        core(spelling)
    }
}

/// A kind of level 1 (产出, 效益 …) or level 2 (数量, 质量 …), as an index into [`Levels`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LevelKind(usize);

/// What a target can measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Measure {
    /// 12个, 500公里.
    Count,
    /// 95%.
    Share,
    /// 12月底前, 30天.
    Time,
    /// 2000元/户.
    Money,
}

/// The taxonomy.
#[derive(Debug)]
pub struct Levels {
    entries: Vec<LevelEntry>,
    /// What a stem names as level 1 and as level 2.
    named: QuickMap<[Option<LevelKind>; 2]>,
    words: AhoCorasick,
    kind_of_word: Vec<LevelKind>,
    /// Every name, bare and with 指标 behind it.
    spelt: Vec<Vec<char>>,
}

/// Shorter words are a character away from many others.
const SHORTEST_SPELT: usize = 4;

impl Levels {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let entries = load_entries::<LevelEntry>(overlay)?;
        let mut named = QuickMap::<[Option<LevelKind>; 2]>::default();
        for (index, entry) in entries.iter().enumerate() {
            for name in &entry.names {
                let [first, second] = named.entry(core(name)).or_default();
                let slot = if entry.level == 1 { first } else { second };
                slot.get_or_insert(LevelKind(index));
            }
        }
        let words = || {
            let kinds = entries.iter().enumerate();
            kinds.flat_map(|(index, entry)| entry.words.iter().map(move |word| (word, LevelKind(index))))
        };
        let search = AhoCorasick::new(words().map(|(word, _)| word)).map_err(|error| PatternError::Parse {
            path: overlay.unwrap_or(Path::new("patterns")).join(LevelEntry::FILE),
            line: 0,
            message: format!("its words cannot be compiled: {error}"),
        })?;
        let kind_of_word = words().map(|(_, kind)| kind).collect();
        let spelt = named.keys().flat_map(|stem| [stem.clone(), format!("{stem}指标")]);
        let mut spelt: Vec<Vec<char>> = spelt.map(|name| name.chars().collect()).collect();
        spelt.retain(|name: &Vec<char>| name.len() >= SHORTEST_SPELT);
        Ok(Levels { entries, named, words: search, kind_of_word, spelt })
    }

    /// The kind of level 1 that a cell names: `产 出 指 标(50分)` is the same as `产出`.
    pub fn first(&self, text: &str) -> Option<LevelKind> {
        self.of_key(&label_key(text)).0
    }

    /// Every name, as a key, bare and with 指标 behind it.
    pub fn spellings(&self) -> impl Iterator<Item = String> + '_ {
        self.named.keys().flat_map(|stem| [stem.clone(), format!("{stem}指标")])
    }

    /// What a text whose [`label_key`] is at hand names as level 1 and as level 2.
    pub fn of_key(&self, key: &str) -> (Option<LevelKind>, Option<LevelKind>) {
        if key.is_empty() {
            return (None, None);
        }
        let [first, second] = self.named.get(stem(key)).copied().unwrap_or_default();
        (first, second)
    }

    /// The kind of level 2 that a cell names.
    pub fn second(&self, text: &str) -> Option<LevelKind> {
        self.of_key(&label_key(text)).1
    }

    /// Is this no known level, but one character away from one: 时郊指标, 社效益指标?
    pub fn is_nearly_known(&self, text: &str) -> bool {
        let key = label_key(text);
        let key = key.strip_suffix('等').unwrap_or(&key);
        let chars: Vec<char> = key.chars().collect();
        self.of_key(key) == (None, None) && self.spelt.iter().any(|name| is_one_apart(name, &chars))
    }

    /// Is a kind's word the name of an indicator just as often: 预算执行?
    pub fn is_also_a_name(&self, kind: LevelKind) -> bool {
        self.entries[kind.0].also_names
    }

    /// May this level 2 stand under this level 1?
    pub fn may_stand_under(&self, second: LevelKind, first: LevelKind) -> bool {
        self.entries[second.0].parents.iter().any(|p| *p == self.entries[first.0].id)
    }

    /// The level-1 kinds that a level 2 may stand under, the usual one first.
    pub fn parents(&self, second: LevelKind) -> impl Iterator<Item = LevelKind> + '_ {
        self.entries[second.0]
            .parents
            .iter()
            .filter_map(|id| self.entries.iter().position(|e| e.id == *id && e.level == 1).map(LevelKind))
    }

    /// The kinds whose words stand in an indicator's name: 及时 speaks for 时效.
    pub fn spoken_for(&self, name: &str) -> Vec<LevelKind> {
        let mut kinds: Vec<LevelKind> =
            self.words.find_overlapping_iter(name).map(|found| self.kind_of_word[found.pattern().as_usize()]).collect();
        kinds.sort_unstable();
        kinds.dedup();
        kinds
    }

    /// What targets under this level 2 usually are; empty where they may be anything.
    pub fn measures(&self, kind: LevelKind) -> &[Measure] {
        &self.entries[kind.0].measures
    }

    /// How a kind is spelt where nothing else says: 效益指标.
    pub fn display(&self, kind: LevelKind) -> &str {
        let entry = &self.entries[kind.0];
        entry.display.as_deref().or(entry.names.first().map(String::as_str)).unwrap_or(&entry.id)
    }
}

/// Does one text become the other by changing, adding or taking away one character?
fn is_one_apart(one: &[char], other: &[char]) -> bool {
    if one.len().abs_diff(other.len()) > 1 || one == other {
        return false;
    }
    let same = one.iter().zip(other).take_while(|(a, b)| a == b).count();
    let (one, other) = (&one[same..], &other[same..]);
    match one.len().cmp(&other.len()) {
        Ordering::Equal => one[1..] == other[1..],
        Ordering::Less => one == &other[1..],
        Ordering::Greater => &one[1..] == other,
    }
}

fn core(text: &str) -> String {
    stem(&label_key(text)).to_owned()
}

/// A label's key without 指标, 目标 or 类 behind it.
fn stem(key: &str) -> &str {
    let tails = ["指标", "目标", "类", "维度", "情况"];
    tails.iter().find_map(|tail| key.strip_suffix(tail).filter(|rest| !rest.is_empty())).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_misread_in_one_character_is_told() {
        let levels = Levels::load(None).unwrap();
        for text in ["时郊指标", "数量措标", "社效益指标", "社会效盆", "成本指", "可持续上响指标"]
        {
            assert!(levels.is_nearly_known(text), "{text}");
        }
        for text in ["时效指标", "质量指标", "社会效益", "时郊", "运行维护", "", "成本控制指标"]
        {
            assert!(!levels.is_nearly_known(text), "{text}");
        }
    }
}
