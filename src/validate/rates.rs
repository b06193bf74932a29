//! Executed ÷ budget against the printed rate.

use crate::model::{Code, Finding, FundRecord, Number, Severity};
use rust_decimal::{Decimal, RoundingStrategy};

/// Marks rates that differ from executed ÷ budget by more than their last printed place.
pub(super) fn mark(funds: &mut [FundRecord]) {
    for fund in funds {
        let value = |q: &Option<crate::model::Quantity>| q.as_ref().and_then(|q| q.value).map(Number::get);
        let (Some(budget), Some(executed), Some(rate)) =
            (value(&fund.budget), value(&fund.executed), value(&fund.rate))
        else {
            continue;
        };
        let Some(exact) = executed.checked_div(budget) else { continue };
        let raw = fund.rate.as_ref().map_or("", |q| q.raw.as_str());
        let place = last_place(raw, rate);
        if (exact - rate).abs() < place {
            continue;
        }
        let expected = (exact * Decimal::ONE_HUNDRED).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
        fund.findings.push(
            Finding::new(
                Code::RateMismatch,
                Severity::Warning,
                format!(
                    "{}: {executed} ÷ {budget} = {}%, but the printed rate is {raw}",
                    fund.item,
                    expected.normalize()
                ),
            )
            .with(format!("{}%", expected.normalize()), raw),
        );
    }
}

/// The worth of the last printed place of a rate: 0.0001 for 98.77%, 0.01 for 94%.
fn last_place(raw: &str, rate: Decimal) -> Decimal {
    let digits = raw.chars().map(|c| if c == '．' { '.' } else { c });
    let decimals = digits.skip_while(|c| *c != '.').skip(1).take_while(|c| c.is_numeric()).count() as u32;
    let percent = raw.contains(['%', '％']) || rate.scale() > decimals;
    Decimal::new(1, (decimals + if percent { 2 } else { 0 }).min(20))
}
