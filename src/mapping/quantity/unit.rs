//! Units behind a number: 万平方米, 元/人·月, 个月. The table is `patterns/units.toml`; combinations follow from it.

use super::WrittenUnit;
use super::trie::Trie;
use crate::patterns::{UnitEntry, UnitKind};
use rust_decimal::Decimal;
use std::sync::Arc;

/// The compiled unit table.
#[derive(Debug)]
pub(super) struct Units {
    table: Vec<Unit>,
    /// Index into `table`.
    words: Trie<Option<u16>>,
    scales: Trie<i64>,
    per: Trie<()>,
    nothing: Arc<str>,
}

#[derive(Debug)]
struct Unit {
    base: Arc<str>,
    factor: Decimal,
    kind: UnitKind,
}

/// A unit found in a text.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) unit: WrittenUnit,
    pub(super) kind: UnitKind,
    pub(super) end: usize,
}

/// The most parts behind slashes and points that one unit may have: 元/人·月 has two.
const MOST_PARTS: usize = 3;
/// The longest noun taken as a denominator that no table knows.
const LONGEST_NOUN: usize = 4;

impl Units {
    pub(super) fn new(entries: &[UnitEntry], not_units: impl Iterator<Item = String>) -> Self {
        let mut units = Units {
            table: Vec::with_capacity(entries.len()),
            words: Trie::new(),
            scales: Trie::new(),
            per: Trie::new(),
            nothing: Arc::from(""),
        };
        for entry in entries {
            let written = entry.written.iter().map(|w| crate::normalize::display(w).into_owned());
            match entry.kind {
                UnitKind::Per => written.for_each(|w| units.per.insert(&w, ())),
                UnitKind::Scale => {
                    let factor = entry.factor.and_then(|f| i64::try_from(f.mantissa()).ok()).unwrap_or(1);
                    written.for_each(|w| units.scales.insert(&w, factor));
                }
                kind => {
                    let factor = entry.factor.unwrap_or(Decimal::ONE);
                    for word in written {
                        let base: Arc<str> = Arc::from(entry.base.as_deref().unwrap_or(&word));
                        // The spellings of one entry share its place in the table.
                        let shared =
                            units.table.last().is_some_and(|u| u.base == base && u.kind == kind && u.factor == factor);
                        if !shared {
                            units.table.push(Unit { base, factor, kind });
                        }
                        units.words.insert(&word, u16::try_from(units.table.len() - 1).ok());
                    }
                }
            }
        }
        for word in not_units {
            units.words.insert(&word, None);
        }
        units
    }

    /// Does a unit of the table, scales aside, start here?
    pub(super) fn is_unit_here(&self, text: &[char], at: usize) -> bool {
        self.single(text, at).is_some()
    }

    fn single(&self, text: &[char], at: usize) -> Option<(&Unit, usize)> {
        let (index, end) = self.words.longest(text, at)?;
        let unit = self.table.get(usize::from(index?))?;
        // `5min` is no 5 m.
        let latin = |c: Option<&char>| c.is_some_and(char::is_ascii_alphabetic);
        (!(latin(text.get(end - 1)) && latin(text.get(end)))).then_some((unit, end))
    }

    /// The unit that starts at `at`, with its scale and denominators.
    pub(super) fn matches(&self, text: &[char], at: usize) -> Option<Found> {
        let mut scale = 1i64;
        let mut i = at;
        let (unit, mut end) = loop {
            if let Some(single) = self.single(text, i) {
                break single;
            }
            match self.scales.longest(text, i) {
                Some((factor, next)) => {
                    scale = scale.checked_mul(factor).filter(|s| *s <= 1_000_000_000_000)?;
                    i = next;
                }
                None if scale > 1 => {
                    let unit =
                        WrittenUnit { base: Arc::clone(&self.nothing), factor: Decimal::from(scale), scale_only: true };
                    return Some(Found { unit, kind: UnitKind::Scale, end: i });
                }
                None => return None,
            }
        };
        let factor = unit.factor.checked_mul(Decimal::from(scale))?.normalize();
        let mut base = Arc::clone(&unit.base);
        let mut kind = unit.kind;
        if !matches!(kind, UnitKind::Ratio | UnitKind::Points)
            && let Some((compound, compound_end)) = self.per(text, end, &unit.base)
        {
            (base, end) = (compound, compound_end);
            kind = if kind == UnitKind::Time { UnitKind::Counter } else { kind };
        }
        Some(Found { unit: WrittenUnit { base, factor, scale_only: false }, kind, end })
    }

    /// The denominators behind a unit, and the whole unit's name: `/人·月` behind 元.
    pub(super) fn per(&self, text: &[char], at: usize, first: &str) -> Option<(Arc<str>, usize)> {
        let mut compound: Option<String> = None;
        let mut end = at;
        let mut bracket = false;
        for _ in 0..MOST_PARTS {
            // 元/(人·月)
            let opened = compound.is_none() && matches!(text.get(end..end + 2), Some(['/', '(' | '（']));
            let from = end + usize::from(opened);
            let Some(next) = self.denominator(text, from, opened, &mut compound, first) else { break };
            bracket |= opened;
            end = next;
        }
        if bracket {
            end = matches!(text.get(end), Some(')' | '）')).then_some(end + 1)?;
        }
        compound.map(|name| (Arc::from(name), end))
    }

    /// One further part: `/人`, `·月`, `、天`, `每年`; `opened` where a bracket stands for the slash. Appends it to the compound and returns its end.
    fn denominator(
        &self,
        text: &[char],
        at: usize,
        opened: bool,
        compound: &mut Option<String>,
        first: &str,
    ) -> Option<usize> {
        let separator = *text.get(at)?;
        let (joint, from) = match separator {
            '/' => ("/", at + 1),
            '(' | '（' if opened => ("/", at + 1),
            '每' => ("/", at),
            '·' | '*' | '×' | '•' | '、' if compound.is_some() => ("·", at + 1),
            '.' if compound.is_some() => (".", at + 1),
            _ => return None,
        };
        let mut from = from;
        if text.get(from) == Some(&'每') {
            from += 1;
        }
        let end = match self.noun(text, from) {
            Some(end) => end,
            None if joint == "/" && separator != '每' => self.unknown_noun(text, from)?,
            None => return None,
        };
        let compound = compound.get_or_insert_with(|| first.to_owned());
        compound.push_str(joint);
        compound.extend(text[from..end].iter().filter(|c| **c != ' '));
        Some(end)
    }

    /// A denominator that the tables know: a unit with or without 万, or a `per` word. The longest wins.
    fn noun(&self, text: &[char], at: usize) -> Option<usize> {
        let per = self.per.longest(text, at).map(|m| m.1);
        let mut i = at;
        let unit = loop {
            if let Some((_, end)) = self.single(text, i) {
                break Some(end);
            }
            match self.scales.longest(text, i) {
                Some((_, next)) if next - at <= 4 => i = next,
                _ => break None,
            }
        };
        per.max(unit)
    }

    /// A short noun that ends where the cell or its clause ends: 元/标段.
    fn unknown_noun(&self, text: &[char], at: usize) -> Option<usize> {
        let length = text.get(at..)?.iter().take_while(|c| ('\u{4E00}'..='\u{9FFF}').contains(*c)).count();
        let end = at + length;
        let closed = text.get(end).is_none_or(|c| matches!(c, '，' | '；' | ',' | ';' | '。' | '）' | ')' | '、'));
        ((1..=LONGEST_NOUN).contains(&length) && closed).then_some(end)
    }

    /// A text that is wholly a unit.
    pub(super) fn whole(&self, text: &[char]) -> Option<Found> {
        self.matches(text, 0).filter(|found| found.end == text.len())
    }
}
