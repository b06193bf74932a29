use super::Number;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::fmt;

/// How a quantity's value stands to what it measures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Relation {
    /// `=`: the number itself; also a bare number.
    #[serde(rename = "=")]
    Equal,
    /// `>=`: 不低于, 以上.
    #[serde(rename = ">=")]
    AtLeast,
    /// `<=`: 不超过, 以内.
    #[serde(rename = "<=")]
    AtMost,
    /// `>`: 大于.
    #[serde(rename = ">")]
    More,
    /// `<`: 小于.
    #[serde(rename = "<")]
    Less,
    /// From `value` to `upper`, both ends included.
    #[serde(rename = "range")]
    Range,
    /// 约, 左右: near `value`.
    #[serde(rename = "approx")]
    Approx,
}

/// A calendar day, written `2022-12-31`. Always a day that exists.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Date {
    year: i32,
    month: u32,
    day: u32,
}

impl Date {
    /// The day, or `None` where the Gregorian calendar has none of that number.
    pub fn new(year: i32, month: u32, day: u32) -> Option<Self> {
        let real = (1..=9999).contains(&year) && day >= 1 && day <= Self::days_in_month(year, month)?;
        real.then_some(Date { year, month, day })
    }

    /// The last day of a month.
    pub fn end_of_month(year: i32, month: u32) -> Option<Self> {
        Date::new(year, month, Self::days_in_month(year, month)?)
    }

    /// How many days a month has; `None` for a month that does not exist.
    pub fn days_in_month(year: i32, month: u32) -> Option<u32> {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        match month {
            1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
            4 | 6 | 9 | 11 => Some(30),
            2 => Some(if leap { 29 } else { 28 }),
            _ => None,
        }
    }

    /// The year, 1 to 9999.
    pub fn year(self) -> i32 {
        self.year
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl From<Date> for String {
    fn from(date: Date) -> String {
        date.to_string()
    }
}

impl TryFrom<String> for Date {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let mut parts = text.splitn(3, '-').map(|p| p.parse::<u32>().ok());
        let mut next = || parts.next().flatten();
        match (next(), next(), next()) {
            (Some(y), Some(m), Some(d)) => Date::new(y as i32, m, d),
            _ => None,
        }
        .ok_or_else(|| format!("expected a date as YYYY-MM-DD, found {text:?}"))
    }
}

impl JsonSchema for Date {
    fn schema_name() -> Cow<'static, str> {
        "Date".into()
    }
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({"type": "string", "pattern": r"^\d{4}-\d{2}-\d{2}$"})
    }
}

/// One of several labelled values in a cell: 普通居民61元/人/年 is `{普通居民, 61, 元/人/年}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// The words before the number.
    pub label: String,
    /// In the base unit.
    pub value: Option<Number>,
    /// Base unit.
    pub unit: Option<String>,
}

/// What a cell says, as a number where it says one. Schema: “Quantity”.
///
/// A blank cell, or a dash in a column of numbers, is no quantity at all: `Option::None` where one is expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Quantity {
    /// Exactly as the source has it, outer white space trimmed.
    pub raw: String,
    /// `None` for text.
    pub relation: Option<Relation>,
    /// In the base unit; the lower end of a range.
    pub value: Option<Number>,
    /// The upper end of a range.
    pub upper: Option<Number>,
    /// Base unit: `元`, `人`, `ratio`, `元/人/年` …; `None` for a bare number that nothing gives a unit.
    pub unit: Option<String>,
    /// Day of a deadline.
    pub date: Option<Date>,
    /// What is not number, relation or unit; `None` where nothing is left.
    pub text: Option<String>,
    /// Several values in one cell; then `value` is `None`.
    pub parts: Option<Vec<Part>>,
}

impl Quantity {
    /// A quantity that is words only.
    pub fn text_only(raw: &str, text: impl Into<String>) -> Self {
        Quantity {
            raw: raw.trim().to_owned(),
            relation: None,
            value: None,
            upper: None,
            unit: None,
            date: None,
            text: Some(text.into()),
            parts: None,
        }
    }

    /// Does it hold a number, a date or parts, that is, more than words?
    pub fn is_measured(&self) -> bool {
        self.value.is_some() || self.date.is_some() || self.parts.is_some()
    }
}
