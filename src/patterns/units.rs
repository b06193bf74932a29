//! `patterns/units.toml`: what is printed after a number, and the base unit it becomes.

use super::Entry;
use rust_decimal::Decimal;
use serde::Deserialize;

/// What a unit counts. It decides which words may follow (60分钟内), and which units may be combined.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UnitKind {
    /// 万, 亿: stands before any other unit.
    Scale,
    /// 元 and foreign money.
    Money,
    /// %, ‰: base `ratio`.
    Ratio,
    /// 百分点, 倍.
    Points,
    /// 天, 个月, 学时.
    Time,
    /// 个, 家, 人次.
    Counter,
    /// 米, 吨, TB: never converted.
    Physical,
    /// Units only behind a slash: 元/村.
    Per,
}

/// One unit and its spellings.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct UnitEntry {
    /// What tells it from the others.
    pub id: String,
    /// What it counts.
    pub kind: UnitKind,
    /// Spellings, as printed.
    pub written: Vec<String>,
    /// The unit of the record; the spelling itself where absent.
    #[serde(default)]
    pub base: Option<String>,
    /// The printed number times this is the number in the base unit; 1 where absent.
    #[serde(default)]
    pub factor: Option<Decimal>,
    /// Where it was seen.
    #[serde(default)]
    pub source: Option<String>,
}

impl Entry for UnitEntry {
    const FILE: &'static str = "units.toml";
    const TABLE: &'static str = "unit";
    const BUILTIN: &'static str = include_str!("../../patterns/units.toml");
    fn id(&self) -> &str {
        &self.id
    }
    fn spellings(&self) -> Vec<&str> {
        self.written.iter().map(String::as_str).collect()
    }
    /// The grammar compares units as printed: PCT is not pct, and 個 has an entry of its own.
    fn key(spelling: &str) -> String {
        spelling.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::load_entries;
    use std::collections::HashMap;

    #[test]
    fn no_spelling_belongs_to_two_units() {
        let mut seen: HashMap<String, String> = HashMap::new();
        let mut ids = std::collections::HashSet::new();
        for entry in load_entries::<UnitEntry>(None).unwrap() {
            assert!(ids.insert(entry.id.clone()), "two units are called {}", entry.id);
            for written in entry.written {
                if let Some(other) = seen.insert(written.clone(), entry.id.clone()) {
                    panic!("{written} is written for {other} and {}", entry.id);
                }
            }
        }
        assert!(seen.len() >= 300);
    }
}
