//! Executed ÷ budget against the printed rate.

use super::figure::{Figure, at};
use crate::model::{Code, Finding, FundRecord, Severity};
use rust_decimal::{Decimal, RoundingStrategy};

/// Marks rates that differ from executed ÷ budget by more than their last printed place: as a warning, or, where the
/// amounts' own rounding explains it, for information.
pub(super) fn mark(funds: &mut [FundRecord]) {
    for fund in funds {
        let found = differs(fund);
        fund.findings.extend(found);
    }
}

fn differs(fund: &FundRecord) -> Option<Finding> {
    let (budget, executed) = (Figure::of(fund.budget.as_ref()?)?, Figure::of(fund.executed.as_ref()?)?);
    let (quantity, rate) = (fund.rate.as_ref()?, fund.rate.as_ref()?.value?.get());
    let exact = executed.value.checked_div(budget.value)?;
    let place = last_place(&quantity.raw, rate);
    let apart = exact.checked_sub(rate)?.abs();
    if apart < place {
        return None;
    }
    let slack = if rounded(&budget) || rounded(&executed) { slack(exact, &executed, &budget)? } else { Decimal::ZERO };
    let decimals = place.scale().saturating_sub(2);
    let shown = |strategy| {
        let percent = exact.checked_mul(Decimal::ONE_HUNDRED)?;
        Some(percent.round_dp_with_strategy(decimals.max(2), strategy).normalize())
    };
    let (round, cut) = (shown(RoundingStrategy::MidpointAwayFromZero)?, shown(RoundingStrategy::ToZero)?);
    let computed = if round == cut { format!("{round}%") } else { format!("{round}% (cut, not rounded: {cut}%)") };
    let message = format!(
        "{}: {}{} ÷ {}{} = {computed}, but the printed rate is {}{}",
        fund.item,
        raw_of(&fund.executed),
        at(&fund.place, "executed"),
        raw_of(&fund.budget),
        at(&fund.place, "budget"),
        quantity.raw,
        at(&fund.place, "rate"),
    );
    let (severity, message) = if apart < place.checked_add(slack)? {
        (Severity::Info, format!("{message}; the amounts are rounded enough to explain it"))
    } else {
        (Severity::Warning, message)
    };
    Some(Finding::new(Code::RateMismatch, severity, message).with(format!("{round}%"), &quantity.raw))
}

/// Amounts in 亿元, or with a fraction, were rounded when they were written; whole 万元 and 元 are taken as they stand.
fn rounded(figure: &Figure) -> bool {
    let hundred_million = Decimal::from(100_000_000);
    !figure.is_whole() || figure.factor.is_some_and(|factor| factor >= hundred_million)
}

/// What half a unit of the amounts' last places may change of their quotient.
fn slack(exact: Decimal, executed: &Figure, budget: &Figure) -> Option<Decimal> {
    let both = executed.place.checked_add(budget.place.checked_mul(exact)?.abs())?;
    Some(both.checked_div(budget.value)?.abs() / Decimal::TWO)
}

fn raw_of(quantity: &Option<crate::model::Quantity>) -> &str {
    quantity.as_ref().map_or("", |quantity| quantity.raw.as_str())
}

/// The worth of the last printed place of a rate: 0.0001 for 98.77%, 0.01 for 94%.
fn last_place(raw: &str, rate: Decimal) -> Decimal {
    let digits = raw.chars().map(|c| if c == '．' { '.' } else { c });
    let decimals = digits.skip_while(|c| *c != '.').skip(1).take_while(|c| c.is_numeric()).count() as u32;
    let percent = raw.contains(['%', '％']) || rate.scale() > decimals;
    Decimal::new(1, (decimals + if percent { 2 } else { 0 }).min(20))
}
