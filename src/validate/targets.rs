//! Targets that the actual values miss, and the points that the rows have for it.

use super::figure::at;
use crate::model::{Code, Finding, IndicatorRecord, Number, Quantity, Relation, Severity};
use crate::patterns::Audit;
use rust_decimal::Decimal;

/// How sure it is that a target is missed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Missed {
    /// The target's own sign says so, or nothing can lie above it.
    Surely,
    /// A bare target, of which only the measure's name tells whether it is a floor or a ceiling.
    Likely,
}

/// Marks rows that have all their points though the actual value misses the target.
pub(super) fn mark(indicators: &mut [IndicatorRecord], audit: &Audit) {
    for row in indicators {
        let (Some(weight), Some(score)) = (row.weight, row.score) else { continue };
        if score != weight || weight.get() <= Decimal::ZERO {
            continue;
        }
        let Some(missed) = missed(row, audit) else { continue };
        let severity = if missed == Missed::Surely { Severity::Warning } else { Severity::Info };
        let message = format!("{}; it has all its {weight} points{}", told(row), at(&row.place, "score"));
        row.findings
            .push(Finding::new(Code::TargetNotMetFullScore, severity, message).with(format!("< {weight}"), score));
    }
}

/// Does the actual value miss the target? `None` where it does not, or where that cannot be told.
pub(super) fn missed(row: &IndicatorRecord, audit: &Audit) -> Option<Missed> {
    if row.attained == Some(false) {
        return Some(Missed::Surely);
    }
    let (target, actual) = (row.target.as_ref()?, row.actual.as_ref()?);
    // Whether a bare number is a floor or a ceiling, the record leaves open.
    let both_equal = target.relation == Some(Relation::Equal) && actual.relation == Some(Relation::Equal);
    if row.attained.is_some() || !both_equal || target.unit != actual.unit {
        return None;
    }
    let (wanted, reached) = (target.value?.get(), actual.value?.get());
    if wanted.is_zero() {
        return (reached > Decimal::ZERO).then_some(Missed::Surely);
    }
    if reached >= wanted || is_ceiling(row, target, audit) {
        return None;
    }
    let ratio = target.unit.as_deref() == Some("ratio");
    Some(if !ratio || wanted == Decimal::ONE { Missed::Surely } else { Missed::Likely })
}

/// Is less than a bare target as good or better: money, time, what its name says?
fn is_ceiling(row: &IndicatorRecord, target: &Quantity, audit: &Audit) -> bool {
    let unit = target.unit.as_deref().unwrap_or("");
    let base = unit.split('/').next().unwrap_or("");
    let costs = base == "元" || matches!(base, "天" | "日" | "小时" | "分钟" | "秒" | "月" | "年" | "周" | "工作日");
    let names = [&row.level2, &row.level3];
    costs || names.into_iter().flatten().any(|name| audit.smaller_is_better.inside(name))
}

/// `参保人数: the actual value 14368人 (…) misses the target 16000人 (…)`.
pub(super) fn told(row: &IndicatorRecord) -> String {
    let raw = |quantity: &Option<Quantity>| quantity.as_ref().map_or(String::new(), |quantity| quantity.raw.clone());
    let share = row
        .completion
        .map(Number::get)
        .and_then(|completion| Some(format!(", {}% of it", completion.checked_mul(Decimal::ONE_HUNDRED)?.normalize())))
        .unwrap_or_default();
    format!(
        "{}: the actual value {}{} misses the target {}{}{share}",
        row.level3.as_deref().unwrap_or(""),
        raw(&row.actual),
        at(&row.place, "actual"),
        raw(&row.target),
        at(&row.place, "target"),
    )
}
