//! The parts of a fund block against its total.

use super::figure::{Figure, at, money_unit, sum};
use crate::model::{Code, Finding, FormRecords, FundRecord, Quantity, Severity, SourceOfFunds};
use rust_decimal::Decimal;

/// Rows that may be parts of one total; no form prints more, and every way to nest them is tried.
const MOST_PARTS: usize = 10;

type Column = (&'static str, &'static str, fn(&FundRecord) -> &Option<Quantity>);

const COLUMNS: [Column; 3] = [
    ("budget_initial", "initial budget", |fund| &fund.budget_initial),
    ("budget", "budget", |fund| &fund.budget),
    ("executed", "executed", |fund| &fund.executed),
];

/// Marks a form whose parts of the money do not add up to the printed total, column by column.
pub(super) fn mark(records: &mut FormRecords) {
    let mut totals = records.funds.iter().enumerate().filter(|(_, fund)| fund.source_of_funds == SourceOfFunds::Total);
    let (Some((at, total)), None) = (totals.next(), totals.next()) else { return };
    let parts: Vec<&FundRecord> =
        records.funds.iter().enumerate().filter(|(other, _)| *other != at).map(|(_, fund)| fund).collect();
    let found: Vec<Finding> = COLUMNS.iter().filter_map(|column| differs(total, &parts, *column)).collect();
    records.form.findings.extend(found);
}

fn differs(total: &FundRecord, parts: &[&FundRecord], (field, shown, value): Column) -> Option<Finding> {
    let whole = Figure::of(value(total).as_ref()?)?;
    let with_value = |fund: &&FundRecord| value(fund).is_some();
    let parts: Vec<&FundRecord> = parts.iter().copied().filter(with_value).collect();
    if parts.is_empty() || parts.len() > MOST_PARTS || parts.iter().any(|fund| !is_part(fund)) {
        return None;
    }
    let figures: Vec<Figure> = parts.iter().map(|fund| Figure::of(value(fund).as_ref()?)).collect::<Option<_>>()?;
    let all = sum(figures.iter().map(|figure| figure.value))?;
    // A row that may belong to the one before it may be no part of the total itself.
    let nested: Vec<usize> = (1..parts.len()).filter(|at| may_be_below(&parts, *at)).collect();
    for choice in 0..1u32 << nested.len() {
        let below = |at: usize| nested.iter().position(|n| *n == at).is_some_and(|bit| choice & (1 << bit) != 0);
        let chosen: Vec<Figure> =
            figures.iter().enumerate().filter(|(at, _)| !below(*at)).map(|(_, figure)| *figure).collect();
        if adds_up(whole, &chosen) {
            return None;
        }
    }
    let factor = figures.iter().chain([&whole]).find_map(|figure| figure.factor).unwrap_or(Decimal::ONE);
    let terms: Vec<String> = parts
        .iter()
        .map(|fund| format!("{} {}{}", fund.item, shown_raw(value(fund)), at(&fund.place, field)))
        .collect();
    let message = format!(
        "{shown}: {} add up to {}, but {} is {}{}",
        terms.join(" + "),
        in_unit(all, factor),
        total.item,
        shown_raw(value(total)),
        at(&total.place, field)
    );
    Some(Finding::new(Code::FundsDoNotAddUp, Severity::Warning, message).with(all.normalize(), whole.value.normalize()))
}

/// Income and expenditure are no parts of anything.
fn is_part(fund: &FundRecord) -> bool {
    !matches!(fund.source_of_funds, SourceOfFunds::Income | SourceOfFunds::Expenditure | SourceOfFunds::Total)
}

/// Is a row perhaps a part of an earlier part: 其中 in a later row, a level of government below 财政拨款 or 地方资金?
fn may_be_below(parts: &[&FundRecord], at: usize) -> bool {
    use SourceOfFunds::{Central, CurrentFiscal, Local, Provincial};
    let (before, this) = (&parts[..at], parts[at]);
    let follows = |wanted: &dyn Fn(SourceOfFunds) -> bool| before.iter().any(|fund| wanted(fund.source_of_funds));
    this.item.contains("其中")
        || match this.source_of_funds {
            Central | Provincial => follows(&|source| matches!(source, CurrentFiscal | Local)),
            Local => follows(&|source| source == CurrentFiscal) || before.iter().any(|fund| fund.item.contains("地方")),
            _ => false,
        }
}

/// Is the sum within what rounding of each term and of the total may make of it?
fn adds_up(total: Figure, parts: &[Figure]) -> bool {
    let apart = sum(parts.iter().map(|figure| figure.value)).and_then(|sum| sum.checked_sub(total.value));
    let places = sum(parts.iter().map(|figure| figure.place).chain([total.place]));
    // What no number can hold is not judged.
    let (Some(apart), Some(places)) = (apart, places) else { return true };
    apart.is_zero() || apart.abs() < places / Decimal::TWO
}

/// A sum in the unit that its terms are printed in: 71652900 元 as 7165.29万元.
fn in_unit(sum: Decimal, factor: Decimal) -> String {
    let sum = sum.checked_div(factor).unwrap_or(sum).normalize();
    format!("{sum}{}", money_unit(factor))
}

fn shown_raw(quantity: &Option<Quantity>) -> String {
    quantity.as_ref().map_or(String::new(), |quantity| quantity.raw.split_whitespace().collect())
}
