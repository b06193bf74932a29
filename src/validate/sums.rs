//! Weights and scores against the printed totals, weights of levels against their rows, each score against its weight.

use super::figure::sum;
use crate::model::{Code, Finding, FormRecord, FormRecords, FundRecord, IndicatorRecord, Number, Severity};
use rust_decimal::Decimal;

/// A column of points: what its rows print, and the total.
struct Column {
    code: Code,
    what: &'static str,
    total: fn(&FormRecord) -> Option<Number>,
    of_row: fn(&IndicatorRecord) -> Option<Number>,
    of_fund: fn(&FundRecord) -> Option<Number>,
}

const COLUMNS: [Column; 2] = [
    Column {
        code: Code::WeightsDoNotAddUp,
        what: "weights",
        total: |form| form.total_weight,
        of_row: |row| row.weight,
        of_fund: |fund| fund.weight,
    },
    Column {
        code: Code::ScoresDoNotAddUp,
        what: "scores",
        total: |form| form.total_score,
        of_row: |row| row.score,
        of_fund: |fund| fund.score,
    },
];

/// Points that the fund block has by custom; forms that do not print them beside it still count them.
const CUSTOMARY: [i64; 2] = [10, 20];
/// What weights add up to where a form does not say.
const FULL: Decimal = Decimal::ONE_HUNDRED;

/// What a column of points adds up to.
pub(super) struct Sums {
    /// Of the indicator rows.
    pub(super) rows: Decimal,
    /// Of the fund block's rows that print points: the first alone, and all of them where there are several.
    pub(super) funds: Vec<Decimal>,
}

impl Sums {
    /// `None` where no row prints points.
    fn of(column: &Column, records: &FormRecords) -> Option<Self> {
        let rows: Vec<Decimal> = records.indicators.iter().filter_map(column.of_row).map(Number::get).collect();
        let funds: Vec<Decimal> = records.funds.iter().filter_map(column.of_fund).map(Number::get).collect();
        if rows.is_empty() {
            return None;
        }
        let mut ways = Vec::new();
        // The fund block's points count once, whichever of its rows print them; income and expenditure have each their own.
        ways.extend(funds.first());
        if funds.len() > 1 {
            ways.push(sum(funds.iter().copied())?);
        }
        Some(Sums { rows: sum(rows)?, funds: ways })
    }

    fn with_funds(&self) -> impl Iterator<Item = Decimal> {
        self.funds.iter().filter_map(|funds| self.rows.checked_add(*funds))
    }

    /// `80 without the fund row, 90 with it`.
    fn told(&self) -> String {
        match self.with_funds().next() {
            Some(with) => format!("{} without the fund row, {} with it", self.rows.normalize(), with.normalize()),
            None => self.rows.normalize().to_string(),
        }
    }
}

/// Marks scores above their weights, and columns that do not add up to the printed total. `imputed` says that a score
/// that is missing explains the scores' sum.
pub(super) fn mark(records: &mut FormRecords, imputed: bool) {
    for indicator in &mut records.indicators {
        let name = indicator.level3.as_deref().unwrap_or("");
        indicator.findings.extend(above(indicator.weight, indicator.score, name));
    }
    for fund in &mut records.funds {
        fund.findings.extend(above(fund.weight, fund.score, &fund.item));
    }
    let all = COLUMNS.each_ref().map(|column| Sums::of(column, records));
    let left = unprinted(&all, &records.form);
    for (column, sums) in COLUMNS.iter().zip(&all) {
        let explained = imputed && column.code == Code::ScoresDoNotAddUp;
        let Some(sums) = sums.as_ref().filter(|_| !explained) else { continue };
        let found = match (column.total)(&records.form) {
            Some(total) => against(column, sums, total.get(), left),
            None if column.code == Code::WeightsDoNotAddUp => against_full(sums, records),
            None => None,
        };
        records.form.findings.extend(found);
    }
    let found = levels(&records.indicators);
    records.form.findings.extend(found);
}

fn against(column: &Column, sums: &Sums, total: Decimal, left: Option<Decimal>) -> Option<Finding> {
    if sums.with_funds().any(|with| with == total) {
        return None;
    }
    let what = column.what;
    let (severity, message) = if sums.rows == total {
        let with = sums.with_funds().find(|with| *with != total)?;
        let told = format!(
            "the printed total {total} counts the indicators' {what} alone: with those of the fund row, which are printed, too, \
             they add up to {}",
            with.normalize()
        );
        (Severity::Warning, told)
    } else if let Some(points) = left.filter(|_| sums.funds.is_empty()) {
        let told = format!(
            "the rows' {what} add up to {}, the printed total is {total}: {points} points of the weights stand at no row, as \
             those of the fund block",
            sums.told()
        );
        (Severity::Info, told)
    } else {
        (Severity::Warning, format!("the rows' {what} add up to {}, but the printed total is {total}", sums.told()))
    };
    let nearest = sums.with_funds().next().unwrap_or(sums.rows);
    Some(Finding::new(column.code, severity, message).with(total, nearest.normalize()))
}

/// The points of a fund block that prints none: what the weights lack, if the scores lack no more.
fn unprinted([weights, scores]: &[Option<Sums>; 2], form: &FormRecord) -> Option<Decimal> {
    let gap = |sums: &Option<Sums>, total: Option<Number>| total?.get().checked_sub(sums.as_ref()?.rows);
    let points = gap(weights, form.total_weight)?;
    let customary = CUSTOMARY.iter().any(|points_of| Decimal::from(*points_of) == points);
    let scored = gap(scores, form.total_score).is_none_or(|scored| !scored.is_sign_negative() && scored <= points);
    (customary && scored).then_some(points)
}

/// Points are shared out of a hundred; a form that prints no total may leave those of the fund block out.
fn against_full(sums: &Sums, records: &FormRecords) -> Option<Finding> {
    let whole = records.indicators.iter().all(|row| row.weight.is_some());
    let near = |sum: Decimal| sum == FULL || CUSTOMARY.iter().any(|points| sum + Decimal::from(*points) == FULL);
    if !whole || near(sums.rows) || sums.with_funds().any(near) || sums.rows > Decimal::from(1_000) {
        return None;
    }
    let message =
        format!("the weights add up to {}; no total is printed, but points are shared out of {FULL}", sums.told());
    Some(Finding::new(Code::WeightsDoNotAddUp, Severity::Info, message).with(FULL, sums.rows.normalize()))
}

/// 产出指标（50分） over rows whose weights add up to something else.
fn levels(indicators: &[IndicatorRecord]) -> Vec<Finding> {
    let groups = |level: fn(&IndicatorRecord) -> (&Option<String>, Option<Number>)| {
        let same = move |a: &IndicatorRecord, b: &IndicatorRecord| level(a) == level(b);
        indicators.chunk_by(same).filter_map(move |rows| {
            let (name, printed) = level(&rows[0]);
            let weights = rows.iter().map(|row| row.weight.map(Number::get)).collect::<Option<Vec<_>>>()?;
            let (printed, found) = (printed?.get(), sum(weights)?);
            if printed == found {
                return None;
            }
            let name = name.as_deref().unwrap_or("");
            let message = format!(
                "{name} has {printed} points, but the weights of its rows {} to {} add up to {}",
                rows[0].row,
                rows[rows.len() - 1].row,
                found.normalize()
            );
            Some(Finding::new(Code::WeightsDoNotAddUp, Severity::Warning, message).with(printed, found.normalize()))
        })
    };
    let first = groups(|row| (&row.level1, row.level1_weight));
    let second = groups(|row| (&row.level2, row.level2_weight));
    first.chain(second).collect()
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
