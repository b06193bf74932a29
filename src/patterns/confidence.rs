//! What each piece of evidence is worth: `patterns/confidence.toml`.

use super::entries::{Entry, load_entries};
use super::problem::PatternError;
use crate::model::{Clue, Evidence, Kind, Number};
use rust_decimal::Decimal;
use serde::Deserialize;
use std::path::Path;

/// The entry that says what a record is worth of which nothing is known.
pub const BASE: &str = "base";
/// No weight is further from 0: one alone would decide everything.
const MOST: f64 = 12.0;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ClueEntry {
    id: String,
    #[serde(default)]
    fund: f64,
    #[serde(default)]
    indicator: f64,
    #[serde(default)]
    statement: f64,
}

impl Entry for ClueEntry {
    const FILE: &'static str = "confidence.toml";
    const TABLE: &'static str = "clue";
    const BUILTIN: &'static str = include_str!("../../patterns/confidence.toml");
    fn id(&self) -> &str {
        &self.id
    }
    fn complaints(&self) -> Vec<String> {
        let mut complaints = Vec::new();
        if self.id != BASE && Clue::of(&self.id).is_none() {
            let id = &self.id;
            complaints.push(format!("there is no clue {id:?}; docs/confidence.md lists those that there are"));
        }
        for (kind, weight) in [("fund", self.fund), ("indicator", self.indicator), ("statement", self.statement)] {
            if weight.is_nan() || weight.abs() > MOST {
                complaints.push(format!("{kind} = {weight}: a weight is a number from -{MOST} to {MOST}"));
            }
        }
        complaints
    }
}

/// What evidence is worth, for each kind of record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Confidence {
    /// For rows of a fund block.
    pub fund: Weights,
    /// For rows of an indicator block.
    pub indicator: Weights,
    /// For numbers said in prose.
    pub statement: Weights,
}

/// Weights of the clues for one kind of record, in hundredths of a logit (the logarithm of the odds that it is right).
#[derive(Debug, Clone, PartialEq)]
pub struct Weights {
    base: i32,
    clues: [i32; Clue::ALL.len()],
}

impl Default for Weights {
    fn default() -> Self {
        Weights { base: 0, clues: [0; Clue::ALL.len()] }
    }
}

impl Weights {
    /// The chance that a record with this evidence is right in every field, three decimals, 0.001 to 0.999: nothing is
    /// ever certain.
    ///
    /// The sum is whole, and no whole sum lies near where the third decimal changes, so that the same evidence gives the
    /// same number whatever a machine's logarithm tables say (a test looks at all of them).
    pub fn confidence(&self, evidence: Evidence) -> Number {
        let sum = evidence.clues().map(|clue| self.clues[clue as usize]).fold(self.base, i32::saturating_add);
        let thousandths = (1000.0 * chance(sum)).round() as i64;
        Number::new(Decimal::new(thousandths.clamp(1, 999), 3))
    }
}

/// The chance of a sum of weights.
fn chance(hundredths: i32) -> f64 {
    1.0 / (1.0 + (-f64::from(hundredths) / 100.0).exp())
}

impl Confidence {
    /// The weights of a kind of record; `None` for documents and forms, which have no confidence.
    pub fn of(&self, kind: Kind) -> Option<&Weights> {
        match kind {
            Kind::Fund => Some(&self.fund),
            Kind::Indicator => Some(&self.indicator),
            Kind::Statement => Some(&self.statement),
            Kind::Document | Kind::Form => None,
        }
    }

    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let mut all = Confidence::default();
        for entry in load_entries::<ClueEntry>(overlay)? {
            if let Some(message) = entry.complaints().into_iter().next() {
                let path = overlay.unwrap_or(Path::new("patterns")).join(ClueEntry::FILE);
                return Err(PatternError::Parse { path, line: 1, message });
            }
            let kinds = [
                (&mut all.fund, entry.fund),
                (&mut all.indicator, entry.indicator),
                (&mut all.statement, entry.statement),
            ];
            for (weights, weight) in kinds {
                let hundredths = (weight * 100.0).round() as i32;
                match Clue::of(&entry.id) {
                    Some(clue) => weights.clues[clue as usize] = hundredths,
                    None => weights.base = hundredths,
                }
            }
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_add_up_to_a_chance() {
        let mut weights = Weights { base: 300, ..Weights::default() };
        weights.clues[Clue::CellsMoved as usize] = -200;
        let of = |clues: &[Clue]| weights.confidence(clues.iter().copied().collect()).to_string();
        assert_eq!(of(&[]), "0.953"); // 1 / (1 + e^-3) = 0.95257
        assert_eq!(of(&[Clue::CellsMoved]), "0.731"); // 1 / (1 + e^-1) = 0.73106
        assert_eq!(of(&[Clue::CellDropped]), "0.953");
        let sure = Weights { base: 1200, ..Weights::default() };
        assert_eq!(sure.confidence(Evidence::NONE).to_string(), "0.999");
    }

    #[test]
    fn no_sum_lies_where_a_last_bit_would_change_the_third_decimal() {
        for sum in -1500..=1500 {
            let thousandths = 1000.0 * chance(sum);
            let apart = (thousandths - thousandths.floor() - 0.5).abs();
            assert!(apart > 1e-7, "{sum}: {thousandths}");
        }
    }
}
