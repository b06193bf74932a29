//! Measures inside running text: every number with a unit that a clause says, and where. Unlike a cell, a clause may
//! hold several, and one that cannot be read spoils no other.

use super::dates;
use super::measure::{Outcome, Reader, skip_spaces};
use super::{Context, Grammar};
use crate::model::{Number, Quantity, Relation};
use crate::patterns::{Meaning, On};

/// A measure that a clause says.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// First character of it, its words of relation included.
    pub start: usize,
    /// Behind its last.
    pub end: usize,
    /// What it says; `raw` is empty, since only the caller knows the source's spelling.
    pub quantity: Quantity,
    /// A sign (≥, =) stands before it, not a word.
    pub signed: bool,
    /// 万 or 亿 with no unit behind it.
    pub scale_only: bool,
}

impl Grammar {
    /// The measures in `text[from..to]`, displayed characters, left to right. Only numbers in digits, and 百分之 with
    /// what follows, that have a unit of their own or (bare 万 where `money`) an inferred one. Dates, ordinals, codes
    /// and proportions are none.
    pub fn said(&self, text: &[char], from: usize, to: usize, money: bool) -> Vec<Said> {
        let text = &text[..to.min(text.len())];
        let reader = Reader { units: &self.units, words: &self.words, money };
        let mut found: Vec<Said> = Vec::new();
        let mut i = from;
        // Only what stands right before a number can belong to it: the text between is passed over.
        let mut number = i;
        while i < text.len() {
            if number <= i {
                match (i..text.len()).find(|at| may_open_number(text, *at)) {
                    Some(next) => number = next,
                    None => break,
                }
            }
            i = i.max(number.saturating_sub(LONGEST_BOUND));
            if i == number {
                number = 0;
            }
            if !self.may_open(text[i]) {
                i += 1;
                continue;
            }
            let before = text[from..i].last().copied();
            if let Some((bounds, at)) = reader.bounds_before(text, i) {
                if opens_number(text, at) && bounds.iter().all(|b| b.on != On::Date) && !is_date(text, at) {
                    let signed = bounds.iter().any(|b| b.sign);
                    match reader.measure(text, i, at, &bounds) {
                        Outcome::Measure(measure) if measure.has_unit() => {
                            let end = measure.end.max(at + 1);
                            // 工作满意度达≥95%: a word of reaching before the sign is no part of the value.
                            found.extend(self.reading(&measure, i, signed, money));
                            i = end;
                            continue;
                        }
                        _ => {
                            i = behind_number(text, at);
                            continue;
                        }
                    }
                }
                if bounds.iter().any(|b| b.sign && b.means != Meaning::Equal) || !opens_number(text, at) {
                    i = at.max(i + 1);
                    continue;
                }
            }
            let c = text[i];
            if !opens_number(text, i) {
                if c.is_ascii_alphabetic() {
                    i = behind_number(text, i);
                } else if let Some((_, end)) = self.words.ordinal_before.longest(text, i) {
                    i = behind_number(text, end).max(end);
                } else {
                    i += 1;
                }
                continue;
            }
            if let Some(stamp) = dates::scan(text, i, None) {
                i = stamp.end.max(i + 1);
                continue;
            }
            // A/5, 5:5, 〔2021〕: part of something else.
            let second_before = text[from..i].iter().rev().nth(1);
            let joined = before.is_some_and(|p| match p {
                // 完成值：5 is no 5:5.
                ':' | '：' => second_before.is_some_and(char::is_ascii_digit),
                '±' | '/' | '×' | '*' | '÷' | '^' | '√' | '≠' | '〔' | '[' | '~' | '-' => true,
                other => other.is_ascii_alphanumeric(),
            });
            if joined {
                i = behind_number(text, i);
                continue;
            }
            match reader.measure(text, i, i, &[]) {
                Outcome::Measure(measure) if measure.has_unit() => {
                    let end = measure.end.max(i + 1);
                    found.extend(self.reading(&measure, i, false, money));
                    i = end;
                }
                Outcome::Measure(measure) => i = behind_number(text, measure.end.max(i + 1)),
                Outcome::Name(end) => i = end.max(i + 1),
                Outcome::Unreadable | Outcome::Nothing => i = behind_number(text, i),
            }
        }
        found
    }

    /// Ideographs that begin no word of relation, no ordinal and no 百分之 are passed over.
    fn may_open(&self, c: char) -> bool {
        !('\u{4E00}'..='\u{9FFF}').contains(&c) || matches!(c, '百' | '千' | '万') || {
            let words = &self.words;
            words.before.may_begin(c) || words.before_date.may_begin(c) || words.ordinal_before.may_begin(c)
        }
    }

    fn reading(&self, measure: &super::measure::Measure, start: usize, signed: bool, money: bool) -> Option<Said> {
        let resolved = measure.resolve(&Context { year: None, default_unit: None, money })?;
        // Of bare 万 nothing says what is counted, unless it is money.
        let scale_only = resolved.written.as_ref().is_some_and(|w| w.scale_only);
        let unit = resolved.unit.as_deref().map(str::to_owned)?;
        let quantity = Quantity {
            raw: String::new(),
            relation: Some(measure.relation.unwrap_or(Relation::Equal)),
            value: Some(Number::new(resolved.value)),
            upper: resolved.upper.map(Number::new),
            unit: Some(unit),
            date: None,
            text: None,
            parts: None,
        };
        Some(Said { start, end: measure.end, quantity, signed, scale_only })
    }

    /// The date, month or year that begins here in displayed characters: where it ends, and its year if it names one.
    pub fn stamp(&self, text: &[char], at: usize) -> Option<(usize, Option<i32>)> {
        let found = dates::scan(text, at, None)?;
        Some((found.end, found.days.map(|(_, last)| last.year())))
    }

    /// The unit `元/人/年` of `每人每年` before an amount of 元: the words' denominators, joined to `base`. `None` where a
    /// word is no denominator that the tables know.
    pub fn per_each(&self, base: &str, each: &[char]) -> Option<String> {
        let (unit, end) = self.units.per(each, 0, base)?;
        (end == each.len()).then(|| unit.to_string())
    }
}

/// The most characters between the beginning of a number's words of relation and the number.
const LONGEST_BOUND: usize = 12;

fn may_open_number(text: &[char], at: usize) -> bool {
    let c = text[at];
    c.is_ascii_digit() || (c == '之' && at >= 2 && text[at - 1] == '分')
}

fn is_date(text: &[char], at: usize) -> bool {
    dates::scan(text, at, None).is_some()
}

/// Digits, or 百分之.
fn opens_number(text: &[char], at: usize) -> bool {
    let at = skip_spaces(text, at);
    match text.get(at) {
        Some(c) if c.is_ascii_digit() => true,
        Some('百' | '千' | '万') => matches!(text.get(at + 1..at + 3), Some(['分', '之'])),
        Some('-' | '−' | '¥' | '￥') => text.get(at + 1).is_some_and(char::is_ascii_digit),
        _ => false,
    }
}

/// Behind a run of letters, digits and the signs that hold a code together.
fn behind_number(text: &[char], at: usize) -> usize {
    let run = text[at.min(text.len())..]
        .iter()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '/' | ':' | '-' | '_' | '~' | '%'))
        .count();
    at + run.max(1)
}
