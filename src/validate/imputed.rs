//! A score that is not printed but follows from the printed total and all the other scores.

use super::figure::sum;
use crate::model::{Code, Finding, FormRecords, Number, Severity};
use rust_decimal::Decimal;

/// Says of the one row without a score what the total leaves for it. The field stays as it is. True where a row has
/// been told, so that the sum is explained.
pub(super) fn mark(records: &mut FormRecords) -> bool {
    let Some(total) = records.form.total_score.map(Number::get) else { return false };
    let rows: Option<Decimal> = sum(records.indicators.iter().filter_map(|row| row.score).map(Number::get));
    let fund = records.funds.iter().find_map(|fund| fund.score).map(Number::get);
    let Some(rows) = rows.filter(|_| !records.indicators.is_empty()) else { return false };
    let weighted = records.indicators.iter().any(|row| row.weight.is_some());
    let mut blank = records.indicators.iter_mut().filter(|row| {
        // In a form with weights a row without one earns nothing; in one without, a row without values.
        row.score.is_none() && (row.weight.is_some() || !weighted && row.actual.is_some())
    });
    match (blank.next(), blank.next()) {
        (Some(row), None) => {
            let ways = [fund, None].map(|fund| total.checked_sub(rows)?.checked_sub(fund.unwrap_or_default()));
            let fits = |left: &Decimal| fits(*left, row.weight);
            let Some(left) = ways.into_iter().flatten().find(fits) else { return false };
            let name = row.level3.as_deref().unwrap_or("");
            row.findings.push(found(name, total, left));
            true
        }
        (None, _) if fund.is_none() => {
            let points = records.scoring.fund_points;
            let Some(row) = records.funds.iter_mut().find(|fund| fund.weight.is_some() || points.is_some()) else {
                return false;
            };
            let Some(left) = total.checked_sub(rows) else { return false };
            if !fits(left, row.weight.or(points)) {
                return false;
            }
            row.findings.push(found(&row.item, total, left));
            true
        }
        _ => false,
    }
}

/// What is left is a score that the row can have.
fn fits(left: Decimal, weight: Option<Number>) -> bool {
    let most = weight.map_or(Decimal::ONE_HUNDRED, Number::get);
    left > Decimal::ZERO && left <= most
}

fn found(name: &str, total: Decimal, left: Decimal) -> Finding {
    let others = (total - left).normalize();
    let message = format!(
        "{name}: no score is printed; the other scores add up to {others} and the total is {}, which leaves {}",
        total.normalize(),
        left.normalize()
    );
    Finding { found: None, ..Finding::new(Code::ScoreImputed, Severity::Info, message).with(left.normalize(), "") }
}
