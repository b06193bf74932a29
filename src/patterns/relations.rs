//! `patterns/relations.toml`: words and signs of relation; `patterns/quantity_words.toml`: the other small words that
//! the quantity grammar needs.

use super::Entry;
use serde::Deserialize;

/// What a word of relation says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
pub enum Meaning {
    /// `>=`
    #[serde(rename = ">=")]
    AtLeast,
    /// `<=`
    #[serde(rename = "<=")]
    AtMost,
    /// `>`
    #[serde(rename = ">")]
    More,
    /// `<`
    #[serde(rename = "<")]
    Less,
    /// `=`
    #[serde(rename = "=")]
    Equal,
    /// 约
    #[serde(rename = "approx")]
    Approx,
    /// Of dates: before the period begins, or up to a day or an end of period that is named.
    #[serde(rename = "before")]
    Before,
    /// Of dates: from the first day on.
    #[serde(rename = "from")]
    From,
}

/// Before or behind its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// 不低于90%
    Before,
    /// 90%以上
    After,
}

/// What a word of relation may stand with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum On {
    /// Numbers and dates.
    #[default]
    Any,
    /// Dates only.
    Date,
    /// Numbers of time only: 60分钟内.
    Duration,
}

/// Words with one meaning.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RelationEntry {
    /// What tells it from the others.
    pub id: String,
    /// What the words say.
    pub means: Meaning,
    /// Where they stand.
    pub place: Place,
    /// With what.
    #[serde(default)]
    pub on: On,
    /// May words stand between it and its number?
    #[serde(default)]
    pub loose: bool,
    /// Spellings.
    pub words: Vec<String>,
}

impl Entry for RelationEntry {
    const FILE: &'static str = "relations.toml";
    const TABLE: &'static str = "relation";
    const BUILTIN: &'static str = include_str!("../../patterns/relations.toml");
    fn id(&self) -> &str {
        &self.id
    }
}

/// What a small word does in a cell.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// A cell of only this says nothing.
    Blank,
    /// Dropped from the front.
    Prefix,
    /// A number behind this is a name.
    OrdinalBefore,
    /// A number before this is a name.
    OrdinalAfter,
    /// A range before this is a span of periods.
    Period,
    /// Begins like a unit and is none.
    NotAUnit,
    /// A bare number behind this is what was reached.
    Carrier,
    /// Between the two ends of a bound.
    Joint,
    /// Before an amount of 元.
    MoneyBefore,
    /// Closes an amount.
    MoneyAfter,
    /// Says that an end counts.
    Inclusive,
    /// Before a number, but no name for it.
    NoLabel,
}

/// Small words with one role.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WordsEntry {
    /// What tells it from the others.
    pub id: String,
    /// What the words do.
    pub role: Role,
    /// Spellings.
    pub words: Vec<String>,
}

impl Entry for WordsEntry {
    const FILE: &'static str = "quantity_words.toml";
    const TABLE: &'static str = "words";
    const BUILTIN: &'static str = include_str!("../../patterns/quantity_words.toml");
    fn id(&self) -> &str {
        &self.id
    }
}
