//! Units: the actual value's against the target's, the size of one against the other, two units in one column of money.

use super::figure::{Figure, at, money_unit};
use crate::model::{Code, Finding, FormRecords, FundRecord, IndicatorRecord, Quantity, Relation, Severity};
use rust_decimal::Decimal;

/// From how many times the target on an actual value is taken for one in another unit: 万 lost or put in.
const OUT_OF_SCALE: Decimal = Decimal::from_parts(1_000, 0, 0, false, 0);

/// Marks units that contradict each other.
pub(super) fn mark(records: &mut FormRecords) {
    for row in &mut records.indicators {
        let found = of_row(row);
        row.findings.extend(found);
    }
    two_in_one_block(&mut records.funds);
    records.funds.iter_mut().for_each(without_unit);
}

/// Amounts of which nothing says a unit. Nought is nought in any.
fn without_unit(fund: &mut FundRecord) {
    let bare = |quantity: &Quantity| quantity.unit.is_none() && quantity.value.is_some_and(|v| !v.get().is_zero());
    let told: Vec<String> = amounts(fund)
        .filter(|(_, quantity)| bare(quantity))
        .map(|(field, quantity)| format!("{}{}", quantity.raw, at(&fund.place, field)))
        .collect();
    if !told.is_empty() {
        let message = format!(
            "{}: {} without a unit: whether 元 or 万元 is not told, the figure is as printed",
            fund.item,
            told.join(", ")
        );
        fund.findings.push(Finding::new(Code::UnitMissing, Severity::Warning, message));
    }
}

fn of_row(row: &IndicatorRecord) -> Option<Finding> {
    let (target, actual) = (row.target.as_ref()?, row.actual.as_ref()?);
    let (wanted, reached) = (target.value?.get(), actual.value?.get());
    let (wanted_unit, reached_unit) = (target.unit.as_deref(), actual.unit.as_deref());
    let name = row.level3.as_deref().unwrap_or("");
    let told = || {
        format!(
            "{name}: target {}{}, actual {}{}",
            target.raw,
            at(&row.place, "target"),
            actual.raw,
            at(&row.place, "actual")
        )
    };
    if let (Some(wanted_unit), Some(reached_unit)) = (wanted_unit, reached_unit)
        && wanted_unit != reached_unit
    {
        // A share as the actual value of a count, and one counting word for another, are ways to fill in a form.
        let severity = match (dimension(wanted_unit), dimension(reached_unit)) {
            (a, b) if a == b => Severity::Info,
            (_, Dimension::Ratio) => Severity::Info,
            _ => Severity::Warning,
        };
        let message = format!("{}: {wanted_unit} and {reached_unit}", told());
        return Some(Finding::new(Code::UnitConflict, severity, message).with(wanted_unit, reached_unit));
    }
    let exact =
        [target, actual].iter().all(|quantity| quantity.relation != Some(Relation::Range) && quantity.date.is_none());
    if !exact || wanted_unit != reached_unit || wanted <= Decimal::ZERO || reached <= Decimal::ZERO {
        return None;
    }
    let times = wanted.max(reached).checked_div(wanted.min(reached))?;
    // A ceiling may be far above what was needed, a floor far below only by a slip.
    let explained = matches!(target.relation, Some(Relation::AtMost | Relation::Less)) && reached < wanted;
    (times >= OUT_OF_SCALE && !explained).then(|| {
        let message = format!("{}: one is {} times the other, as if a 万 or a % were lost", told(), times.round_dp(0));
        Finding::new(Code::UnitConflict, Severity::Warning, message).with(&target.raw, &actual.raw)
    })
}

/// What a unit counts or measures, as far as two units that cannot be turned into each other are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Dimension {
    Ratio,
    Points,
    Money,
    Time,
    Length,
    Area,
    Volume,
    Mass,
    Count,
}

fn dimension(unit: &str) -> Dimension {
    let base = unit.split('/').next().unwrap_or(unit);
    match base {
        "ratio" | "‰" => Dimension::Ratio,
        "百分点" | "分" => Dimension::Points,
        "元" => Dimension::Money,
        "天" | "日" | "小时" | "分钟" | "秒" | "月" | "年" | "周" | "季度" | "工作日" | "学时" | "课时" => {
            Dimension::Time
        }
        "米" | "公里" | "千米" | "厘米" | "毫米" | "km" | "m" | "里" => Dimension::Length,
        "平方米" | "㎡" | "亩" | "公顷" | "平方公里" | "m2" | "hm2" => Dimension::Area,
        "立方米" | "m³" | "m3" | "升" | "方" => Dimension::Volume,
        "吨" | "公斤" | "千克" | "克" | "斤" | "kg" => Dimension::Mass,
        _ => Dimension::Count,
    }
}

/// 2488814万元 beside bare numbers under 万元: read as the cell says, and told. An amount in 元 among bare ones in 万元 is a
/// conflict.
fn two_in_one_block(funds: &mut [FundRecord]) {
    let bare_factor = funds
        .iter()
        .flat_map(amounts)
        .filter(|(_, quantity)| !says_unit(&quantity.raw))
        .find_map(|(_, quantity)| Figure::of(quantity)?.factor);
    let Some(bare) = bare_factor else { return };
    let mut told = false;
    for fund in funds {
        let mut found = Vec::new();
        for (field, quantity) in amounts(fund).filter(|(_, quantity)| says_unit(&quantity.raw)) {
            let Some(factor) = Figure::of(quantity).and_then(|figure| figure.factor) else { continue };
            let place = at(&fund.place, field);
            let (raw, item) = (&quantity.raw, &fund.item);
            let bare_unit = money_unit(bare);
            if factor != bare {
                let message =
                    format!("{item}: {raw}{place} stands among amounts in {bare_unit}; it is read as it says");
                found.push(
                    Finding::new(Code::UnitConflict, Severity::Warning, message).with(bare_unit, money_unit(factor)),
                );
            } else if !told {
                told = true;
                let message = format!(
                    "{item}: {raw}{place} says its unit again among amounts in {bare_unit} that do not; read as {bare_unit}, once"
                );
                found.push(Finding::new(Code::UnitConflict, Severity::Info, message).with(bare_unit, raw));
            }
        }
        fund.findings.extend(found);
    }
}

/// A fund's amounts of money, with their fields.
fn amounts(fund: &FundRecord) -> impl Iterator<Item = (&'static str, &Quantity)> {
    let all = [("budget_initial", &fund.budget_initial), ("budget", &fund.budget), ("executed", &fund.executed)];
    all.into_iter().filter_map(|(field, quantity)| Some((field, quantity.as_ref()?)))
}

fn says_unit(raw: &str) -> bool {
    raw.contains(['元', '万', '亿', '萬', '億', '圆'])
}
