//! The taxonomy of indicator levels: `patterns/levels.toml`.

use super::entries::{Entry, load_entries};
use super::labels::label_key;
use super::problem::PatternError;
use serde::Deserialize;
use std::collections::HashMap;
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

/// The taxonomy.
#[derive(Debug)]
pub struct Levels {
    entries: Vec<LevelEntry>,
    first: HashMap<String, LevelKind>,
    second: HashMap<String, LevelKind>,
}

impl Levels {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let entries = load_entries::<LevelEntry>(overlay)?;
        let (mut first, mut second) = (HashMap::new(), HashMap::new());
        for (index, entry) in entries.iter().enumerate() {
            let names = if entry.level == 1 { &mut first } else { &mut second };
            for name in &entry.names {
                names.entry(core(name)).or_insert(LevelKind(index));
            }
        }
        Ok(Levels { entries, first, second })
    }

    /// The kind of level 1 that a cell names: `产 出 指 标(50分)` is the same as `产出`.
    pub fn first(&self, text: &str) -> Option<LevelKind> {
        self.first.get(&core(text)).copied()
    }

    /// The kind of level 2 that a cell names.
    pub fn second(&self, text: &str) -> Option<LevelKind> {
        self.second.get(&core(text)).copied()
    }

    /// Is a level's word the name of an indicator just as often: 预算执行?
    pub fn is_also_a_name(&self, text: &str) -> bool {
        let key = core(text);
        let kinds = [self.first.get(&key), self.second.get(&key)];
        kinds.into_iter().flatten().any(|kind| self.entries.get(kind.0).is_some_and(|e| e.also_names))
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

    /// What the words of an indicator's name say for it standing under this level 2: 1 for, -1 for another kind, 0
    /// nothing.
    pub fn speaks_for(&self, second: LevelKind, name: &str) -> i8 {
        let key = crate::normalize::key(name);
        let fits = |entry: &LevelEntry| entry.words.iter().any(|word| key.contains(word.as_str()));
        match self.entries.get(second.0) {
            Some(entry) if fits(entry) => 1,
            _ if self.entries.iter().any(fits) => -1,
            _ => 0,
        }
    }

    /// The same for standing under this level 1: whether a level 2 that may stand under it speaks for the name.
    pub fn speaks_for_first(&self, first: LevelKind, name: &str) -> i8 {
        let key = crate::normalize::key(name);
        let speaks = |e: &LevelEntry| e.words.iter().any(|word| key.contains(word.as_str()));
        let Some(id) = self.entries.get(first.0).map(|e| &e.id) else { return 0 };
        let (mut own, mut other) = (false, false);
        for entry in self.entries.iter().filter(|e| e.level == 2 && speaks(e)) {
            if entry.parents.contains(id) { own = true } else { other = true }
        }
        i8::from(own) - i8::from(other && !own)
    }

    /// How a kind is spelt where nothing else says: 效益指标.
    pub fn display(&self, kind: LevelKind) -> &str {
        let entry = &self.entries[kind.0];
        entry.display.as_deref().or(entry.names.first().map(String::as_str)).unwrap_or(&entry.id)
    }
}

/// The label without 指标, 目标 or 类 behind it.
fn core(text: &str) -> String {
    let key = label_key(text);
    for tail in ["指标", "目标", "类", "维度", "情况"] {
        if let Some(rest) = key.strip_suffix(tail)
            && !rest.is_empty()
        {
            return rest.to_owned();
        }
    }
    key
}
