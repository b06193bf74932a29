//! Weights and scores against the printed totals, and each score against its weight.

use crate::model::{Code, Finding, FormRecords, Number, Severity};
use rust_decimal::Decimal;

/// Marks scores above their weights, and columns that do not add up to the printed total.
pub(super) fn mark(records: &mut FormRecords) {
    for indicator in &mut records.indicators {
        let name = indicator.level3.as_deref().unwrap_or("");
        indicator.findings.extend(above(indicator.weight, indicator.score, name));
    }
    for fund in &mut records.funds {
        fund.findings.extend(above(fund.weight, fund.score, &fund.item));
    }
    let columns = [
        (
            Code::WeightsDoNotAddUp,
            "weights",
            records.form.total_weight,
            records.indicators.iter().filter_map(|i| i.weight).collect::<Vec<_>>(),
            records.funds.iter().filter_map(|f| f.weight).collect::<Vec<_>>(),
        ),
        (
            Code::ScoresDoNotAddUp,
            "scores",
            records.form.total_score,
            records.indicators.iter().filter_map(|i| i.score).collect(),
            records.funds.iter().filter_map(|f| f.score).collect(),
        ),
    ];
    for (code, what, total, rows, funds) in columns {
        let Some(total) = total.map(Number::get) else { continue };
        if rows.is_empty() {
            continue;
        }
        let sum: Decimal = rows.iter().map(|n| n.get()).sum();
        // The fund block's points count once, whichever of its rows print them.
        let with_funds = funds.first().map(|f| sum + f.get());
        if sum == total || with_funds == Some(total) {
            continue;
        }
        let told = match with_funds {
            Some(with) => format!("{} without the fund row, {} with it", sum.normalize(), with.normalize()),
            None => sum.normalize().to_string(),
        };
        records.form.findings.push(
            Finding::new(
                code,
                Severity::Warning,
                format!("the rows' {what} add up to {told}, but the printed total is {total}"),
            )
            .with(total, with_funds.unwrap_or(sum).normalize()),
        );
    }
}

fn above(weight: Option<Number>, score: Option<Number>, name: &str) -> Option<Finding> {
    let (weight, score) = (weight?, score?);
    (score > weight).then(|| {
        Finding::new(
            Code::ScoreExceedsWeight,
            Severity::Error,
            format!("{name}: the score {score} is above the weight {weight}"),
        )
        .with(format!("<= {weight}"), score)
    })
}
