//! An indicator row read: its fields, and what follows from them (how much of the target was reached, and whether).

use crate::mapping::fund::quotient;
use crate::model::{Evidence, Finding, IndicatorRecord, Level, Number, Place, Quantity, Relation};
use crate::patterns::{Patterns, Subject};
use rust_decimal::Decimal;

/// An indicator row before it has ids.
#[derive(Debug, Clone, Default)]
pub(in crate::mapping) struct Indicator {
    pub(in crate::mapping) level1: Level,
    pub(in crate::mapping) level2: Level,
    pub(in crate::mapping) level3: Option<String>,
    pub(in crate::mapping) target: Option<Quantity>,
    pub(in crate::mapping) actual: Option<Quantity>,
    pub(in crate::mapping) weight: Option<Number>,
    pub(in crate::mapping) score: Option<Number>,
    pub(in crate::mapping) deviation: Option<String>,
    pub(in crate::mapping) improvement: Option<String>,
    pub(in crate::mapping) basis: Option<String>,
    pub(in crate::mapping) place: Place,
    pub(in crate::mapping) evidence: Evidence,
    pub(in crate::mapping) findings: Vec<Finding>,
}

impl Indicator {
    /// Actual ÷ target, four decimals, where both are single numbers of one unit.
    fn completion(&self) -> Option<Number> {
        let single = |q: &Option<Quantity>| -> Option<(Decimal, Option<String>)> {
            let q = q.as_ref()?;
            if q.relation == Some(Relation::Range) || q.date.is_some() {
                return None;
            }
            Some((q.value?.get(), q.unit.clone()))
        };
        let ((target, target_unit), (actual, actual_unit)) = (single(&self.target)?, single(&self.actual)?);
        (target_unit == actual_unit).then(|| quotient(actual, target)).flatten()
    }

    /// Does the actual satisfy the target's relation?
    fn attained(&self) -> Option<bool> {
        let (target, actual) = (self.target.as_ref()?, self.actual.as_ref()?);
        if let (Some(due), Some(done)) = (target.date, actual.date) {
            return match (target.relation?, actual.relation?) {
                (Relation::AtMost | Relation::Equal, Relation::Equal | Relation::AtMost | Relation::Less) => {
                    Some(done <= due)
                }
                (Relation::Less, Relation::Equal | Relation::AtMost) => Some(done < due),
                (Relation::Less, Relation::Less) => Some(done <= due),
                (Relation::AtMost | Relation::Equal | Relation::Less, Relation::More) if done >= due => Some(false),
                _ => None,
            };
        }
        if target.unit != actual.unit {
            return None;
        }
        let (wanted, reached) = (target.value?, actual.value?);
        let bound = actual.relation?;
        match (target.relation?, bound) {
            (_, Relation::Approx | Relation::Range) | (Relation::Approx, _) => None,
            (Relation::Range, Relation::Equal) => Some(wanted <= reached && reached <= target.upper?),
            (Relation::Range, _) => None,
            (Relation::AtLeast, Relation::Equal | Relation::AtLeast | Relation::More) => {
                (bound == Relation::Equal || reached >= wanted).then_some(reached >= wanted)
            }
            (Relation::More, Relation::Equal) => Some(reached > wanted),
            (Relation::More, Relation::More | Relation::AtLeast) => {
                (reached > wanted || (bound == Relation::More && reached == wanted)).then_some(true)
            }
            (Relation::AtMost, Relation::Equal | Relation::AtMost | Relation::Less) => {
                (bound == Relation::Equal || reached <= wanted).then_some(reached <= wanted)
            }
            (Relation::Less, Relation::Equal) => Some(reached < wanted),
            (Relation::Less, Relation::Less | Relation::AtMost) => {
                (reached < wanted || (bound == Relation::Less && reached == wanted)).then_some(true)
            }
            (Relation::AtLeast, Relation::Less) if reached <= wanted => Some(false),
            (Relation::AtMost, Relation::More) if reached >= wanted => Some(false),
            // A bare number as the target of a measure that is better the larger or the smaller: only equality is sure.
            (Relation::Equal, Relation::Equal) => (reached == wanted).then_some(true),
            _ => None,
        }
    }

    /// The record, ids and the form's fields left to the caller; its canonical id where the form's subject is given.
    pub(in crate::mapping) fn into_record(
        self,
        patterns: &Patterns,
        about: Option<&Subject>,
        blank: IndicatorRecord,
    ) -> IndicatorRecord {
        let (completion, attained) = (self.completion(), self.attained());
        let named = self.level3.as_deref().filter(|_| about.is_some());
        let indicator = named.and_then(|name| patterns.indicators.find_in(self.level2.name.as_deref(), name, about));
        IndicatorRecord {
            indicator: indicator.map(str::to_owned),
            level1: self.level1.name,
            level2: self.level2.name,
            level3: self.level3,
            level1_weight: self.level1.weight,
            level2_weight: self.level2.weight,
            level1_inferred: self.level1.inferred,
            target: self.target,
            actual: self.actual,
            weight: self.weight,
            score: self.score,
            completion,
            attained,
            deviation: self.deviation,
            improvement: self.improvement,
            basis: self.basis,
            place: self.place,
            findings: self.findings,
            ..blank
        }
    }
}
