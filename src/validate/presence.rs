//! Values that a row should have and does not print.

use crate::model::{Code, Finding, IndicatorRecord, Severity};

/// Marks rows without an actual value, or without a score, where the form's other rows have one.
pub(super) fn mark(indicators: &mut [IndicatorRecord]) {
    let actuals = indicators.iter().filter(|i| i.actual.is_some()).count();
    let scores = indicators.iter().filter(|i| i.score.is_some()).count();
    let half = indicators.len() / 2;
    for indicator in indicators {
        let mut missing = Vec::new();
        if indicator.actual.is_none() && actuals > 0 && actuals >= half {
            missing.push("actual");
        }
        if indicator.score.is_none() && indicator.weight.is_some() && scores > 0 && scores >= half {
            missing.push("score");
        }
        for field in missing {
            let name = indicator.level3.as_deref().unwrap_or("");
            indicator.findings.push(Finding::new(
                Code::ValueMissing,
                Severity::Info,
                format!("{name}: no {field} is printed, though the form's other rows have one"),
            ));
        }
    }
}
