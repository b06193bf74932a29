//! The quantity grammar: what a cell's text says as a [`Quantity`]. Comes in: the text of one cell and what its place
//! in the form tells ([`Context`]). Goes out: a [`Reading`], or nothing for a blank.
//!
//! Decisions where the schema leaves room:
//! - 10余家, 300多人, 十几人 are `>`: they say more than the number.
//! - 三分之一 has no exact decimal and is text; 四分之三 is 0.75 `ratio`. Digits with a slash (3/4) are text.
//! - An hour with a deadline (12月31日24时前) is the deadline of its day; 0时前 is before that day.
//! - 2.5万/户 is 元/户 where the row speaks of money, or its default unit is money; elsewhere it has no unit, and `/户`, which
//!   is neither number nor relation nor a unit by itself, is its `text`.
//! - 大于10并且小于20 is a `range`, its `text` keeps the clause where an end does not count.
//! - Text longer than [`LONGEST_CELL`] characters is text, unread: it is no cell with one value.
//! - What is not surely one number, one date or a list of labelled numbers is text. No number is rounded; one that
//!   does not fit an exact decimal is text too.

mod cell;
mod dates;
mod exact;
mod measure;
mod numeral;
mod prose;
mod trie;
mod unit;
mod words;

#[cfg(test)]
mod tests;

pub use prose::Said;

use crate::model::{Date, Quantity};
use crate::normalize;
use crate::patterns::{PatternError, RelationEntry, Role, UnitEntry, WordsEntry, load_entries};
use rust_decimal::Decimal;
use std::path::Path;
use std::sync::Arc;

/// The most characters of a text that are read as a quantity.
pub const LONGEST_CELL: usize = 2000;

/// A unit as printed: `万元` is base `元`, factor 10000.
#[derive(Clone, Debug, PartialEq)]
pub struct WrittenUnit {
    /// Base unit: `元`, `ratio`, `人`, `元/人/年`; empty where only a scale was printed.
    pub base: Arc<str>,
    /// The printed number times this is the number in the base unit.
    pub factor: Decimal,
    /// A bare 万 or 亿, with nothing said of what is counted.
    pub scale_only: bool,
}

/// What a cell's place in its form tells about it.
#[derive(Clone, Debug, Default)]
pub struct Context {
    /// The form's year, for deadlines that name none (12月底前).
    pub year: Option<i32>,
    /// The unit of a bare number, from its column, its row's name or the cell beside it.
    pub default_unit: Option<WrittenUnit>,
    /// The row speaks of money: a bare 万 is 元.
    pub money: bool,
}

/// What a cell says.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// As the record has it.
    pub quantity: Quantity,
    /// The unit that the cell's own text printed.
    pub written_unit: Option<WrittenUnit>,
    /// Did the unit come from [`Context::default_unit`]?
    pub used_default: bool,
}

/// The compiled grammar. Building it costs a millisecond; reading borrows it.
#[derive(Debug)]
pub struct Grammar {
    units: unit::Units,
    words: words::Words,
}

impl Grammar {
    /// Compiles `units.toml`, `relations.toml` and `quantity_words.toml`, overlaid with those of a directory.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, named with its line.
    pub fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let units = load_entries::<UnitEntry>(overlay)?;
        let relations = load_entries::<RelationEntry>(overlay)?;
        let words = load_entries::<WordsEntry>(overlay)?;
        let not_units = words.iter().filter(|w| w.role == Role::NotAUnit).flat_map(|w| w.words.iter().cloned());
        Ok(Grammar { units: unit::Units::new(&units, not_units), words: words::Words::new(&relations, &words) })
    }

    /// What a cell says; `None` where it says nothing: blank, a dash, a sign or a unit alone.
    pub fn read(&self, raw: &str, context: &Context) -> Option<Reading> {
        cell::read(self, raw, context)
    }

    /// Is this cell blank, a dash, or a word for nothing (无, 不适用)?
    pub fn is_blank(&self, raw: &str) -> bool {
        self.words.may_be_blank(raw) && self.is_blank_text(&normalize::display(raw))
    }

    fn is_blank_text(&self, text: &str) -> bool {
        /// Longer words for nothing are not looked up.
        const LONGEST_WORD: usize = 40;
        let is_mark = |c: char| {
            matches!(
                c,
                '-' | '–'
                    | '—'
                    | '―'
                    | '─'
                    | '−'
                    | '﹣'
                    | '_'
                    | '/'
                    | '\\'
                    | '.'
                    | '。'
                    | '…'
                    | '⋯'
                    | '·'
                    | '*'
                    | '~'
                    | '～'
                    | '|'
                    | ','
                    | '，'
                    | '、'
                    | '／'
                    | '＼'
                    | ' '
            )
        };
        self.words.may_be_blank(text)
            && (text.chars().all(is_mark)
                || (text.len() <= LONGEST_WORD && self.words.blank.contains(&normalize::key(text))))
    }

    /// A text that is wholly a unit: `万元`, `%`, `人次`, `元/人·月`, a bare `万`.
    pub fn unit(&self, text: &str) -> Option<WrittenUnit> {
        let chars = short_chars(text)?;
        self.units.whole(&chars).map(|found| found.unit)
    }

    /// The unit in the last bracket of a name or header that is wholly one: `参保人数（人）`, `权重(%)`; also
    /// `单位：万元`, with or without brackets. A bracket that says more (`（≥**人）`) is none.
    pub fn unit_in_brackets(&self, name: &str) -> Option<WrittenUnit> {
        // Signs of markup may stand for a bracket.
        if !name.contains([')', '）', ']', '】', '］', '〕', '(', '（', ':', '：', '&', '\\', '$', '<']) {
            return None;
        }
        let chars = short_chars(name)?;
        let mut close = chars.len();
        while let Some(end) = chars[..close].iter().rposition(|c| matches!(c, ')' | '）' | ']' | '】' | '］' | '〕'))
        {
            let Some(open) = chars[..end].iter().rposition(|c| matches!(c, '(' | '（' | '[' | '【' | '［' | '〔'))
            else {
                break;
            };
            if let Some(found) = self.units.whole(behind_colon(&chars[open + 1..end])) {
                return Some(found.unit);
            }
            close = open;
        }
        let behind = behind_colon(&chars);
        if behind.len() < chars.len()
            && chars[..chars.len() - behind.len()].windows(2).any(|w| w == ['单', '位'] || w == ['單', '位'])
        {
            return self.units.whole(behind).map(|found| found.unit);
        }
        self.money_in_open_bracket(&chars)
    }

    /// 万元 behind a bracket that recognition saw opened but not closed: `预算执行情况（万元 (20分)`. Of money alone: it is
    /// what most hangs on, and nothing else is written so.
    fn money_in_open_bracket(&self, chars: &[char]) -> Option<WrittenUnit> {
        let is_open = |c: &char| matches!(c, '(' | '（');
        let ends = |c: &char| is_open(c) || matches!(c, ')' | '）' | ' ' | '\n');
        chars.iter().enumerate().filter(|(_, c)| is_open(c)).find_map(|(open, _)| {
            let inside = chars.get(open + 1..)?;
            let end = inside.iter().position(ends).unwrap_or(inside.len());
            let closed = matches!(inside.get(end), Some(')' | '）'));
            let found = self.units.whole(inside.get(..end)?).filter(|_| !closed && end > 0)?.unit;
            (&*found.base == "元").then_some(found)
        })
    }

    /// A bare number, as weights and scores are: `10`, `１０`, `10分`, `20.0`, 十. `None` for anything else.
    pub fn number(&self, raw: &str) -> Option<Decimal> {
        match raw.chars().next()? {
            '0'..='9' => {
                if let Some(number) = numeral::in_digits_alone(raw) {
                    return number.decimal();
                }
            }
            // Ideographs mean themselves, so that what begins with another word is no number.
            c @ '\u{4E00}'..='\u{9FA5}' if !numeral::may_begin(c) => return None,
            _ => {}
        }
        let chars = short_chars(raw)?;
        let negative = matches!(chars.first(), Some('-' | '−'));
        match numeral::scan(&chars, usize::from(negative), &self.units) {
            numeral::Scan::Read(read) if !read.ratio && !read.more => {
                let rest = &chars[read.end..];
                let closed = matches!(rest, [] | ['分'] | ['.'] | ['。'] | ['分', '。'] | [' ', '分']);
                let value = if negative { read.value.negated() } else { read.value };
                if closed { value.decimal() } else { None }
            }
            _ => None,
        }
    }

    /// The first day named in a text, spaces apart: `2023. 6. 21`, `2023年3月15日`, 二〇二一年五月六日. `year` is for texts
    /// that name none (3月15日).
    pub fn date(&self, raw: &str, year: Option<i32>) -> Option<Date> {
        let text = normalize::display(raw);
        let chars: Vec<char> = text.chars().filter(|c| *c != ' ').take(LONGEST_CELL).collect();
        let mut i = 0;
        while i < chars.len() {
            match dates::scan(&chars, i, year) {
                Some(dates::Stamp { precision: dates::Precision::Day, days: Some((first, last)), .. })
                    if first == last =>
                {
                    return Some(first);
                }
                Some(found) => i = found.end.max(i + 1),
                None => i += run_of_digits(&chars[i..]).max(1),
            }
        }
        None
    }

    /// The fiscal year that a text names: `（2020年度）`, 二〇二一年度, `2022 年度`. NNNN年度 before NNNN年; 1990 to 2099.
    pub fn year(&self, raw: &str) -> Option<i32> {
        let text = normalize::display(raw);
        let chars: Vec<char> = text.chars().filter(|c| *c != ' ').take(LONGEST_CELL).collect();
        let mut plain = None;
        for (i, _) in chars.iter().enumerate().filter(|(_, c)| **c == '年') {
            let Some(from) = i.checked_sub(4) else {
                continue;
            };
            let digit = |c: &char| c.to_digit(10).or(numeral::digit(*c));
            let Some(year) = chars[from..i].iter().try_fold(0i32, |n, c| digit(c).map(|d| n * 10 + d as i32)) else {
                continue;
            };
            let longer = from.checked_sub(1).is_some_and(|before| digit(&chars[before]).is_some());
            if longer || !(1990..2100).contains(&year) {
                continue;
            }
            if chars.get(i + 1) == Some(&'度') {
                return Some(year);
            }
            plain.get_or_insert(year);
        }
        plain
    }
}

/// The displayed characters of a short text.
fn short_chars(text: &str) -> Option<Vec<char>> {
    /// Names and headers with a unit are far shorter.
    const LONGEST_NAME: usize = 400;
    if text.len() > LONGEST_NAME * 4 {
        return None;
    }
    let text = normalize::display(text);
    Some(text.chars().take(LONGEST_NAME).collect())
}

/// `单位：万元` → `万元`; a text without a colon as it is.
fn behind_colon(chars: &[char]) -> &[char] {
    match chars.iter().rposition(|c| matches!(c, ':' | '：')) {
        Some(colon) => &chars[colon + 1..],
        None => chars,
    }
}

fn run_of_digits(chars: &[char]) -> usize {
    chars.iter().take_while(|c| c.is_ascii_digit()).count()
}
