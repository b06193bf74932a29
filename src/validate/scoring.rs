//! Scores against the form's own printed rules: 得分=权重×B/A, 20分*执行率, bands for grades of words.

use super::figure::at;
use super::targets::{missed, told};
use crate::model::{Code, Finding, FormRecords, FundRecord, IndicatorRecord, Number, Relation, ScoringRules, Severity};
use crate::patterns::Audit;
use rust_decimal::Decimal;

/// Weights that a form does not print are multiples of this, as nearly all that are printed.
const USUAL_STEP: Decimal = Decimal::from_parts(5, 0, 0, false, 0);

/// Marks scores that contradict the rules that the form prints.
pub(super) fn mark(records: &mut FormRecords, audit: &Audit) {
    let rules = &records.scoring;
    for row in &mut records.indicators {
        let found = in_proportion(row, rules, audit).or_else(|| in_band(row, rules, audit));
        row.findings.extend(found);
    }
    for fund in &mut records.funds {
        let found = by_rate(fund, rules);
        fund.findings.extend(found);
    }
}

/// 得分=权重×B/A where more is better, ×A/B where less is, never above the weight.
fn in_proportion(row: &IndicatorRecord, rules: &ScoringRules, audit: &Audit) -> Option<Finding> {
    let rule = rules.proportional.as_deref()?;
    let score = row.score?.get();
    let share = share(row, audit)?;
    if share >= Decimal::ONE || share <= Decimal::ZERO {
        return None;
    }
    let place = Decimal::new(1, score.scale());
    let Some(weight) = row.weight.map(Number::get) else { return unweighted(row, rule, score, share, place) };
    let expected = weight.checked_mul(share)?;
    // All its points for a target that is missed is told as such, and once.
    if score == weight || expected.checked_sub(score)?.abs() <= place {
        return None;
    }
    let expected = expected.round_dp(2).normalize();
    let message = format!(
        "{}; by the form's own rule {rule} its {weight} points give {expected}, not {score}{}",
        told(row),
        at(&row.place, "score")
    );
    Some(Finding::new(Code::ScoresDoNotAddUp, Severity::Warning, message).with(expected, score))
}

/// The form prints no weights: a score in whole fives for a target that is missed is no share of a weight in fives.
fn unweighted(row: &IndicatorRecord, rule: &str, score: Decimal, share: Decimal, place: Decimal) -> Option<Finding> {
    let in_fives = |value: Decimal| (value / USUAL_STEP).fract().is_zero();
    let weight_of = |score: Decimal| score.checked_div(share);
    let (least, most) = (weight_of(score.checked_sub(place)?)?, weight_of(score.checked_add(place)?)?);
    let next_weight = (least / USUAL_STEP).ceil().checked_mul(USUAL_STEP)?;
    if score.is_zero() || !in_fives(score) || next_weight <= most {
        return None;
    }
    let message = format!(
        "{}; it scores {score}{}, which looks like all its points: by the form's own rule {rule} that would take a weight of {}",
        told(row),
        at(&row.place, "score"),
        weight_of(score)?.round_dp(2).normalize()
    );
    Some(Finding::new(Code::TargetNotMetFullScore, Severity::Warning, message).with(format!("< {score}"), score))
}

/// How much of the target is reached, as the rule reckons it.
fn share(row: &IndicatorRecord, audit: &Audit) -> Option<Decimal> {
    let (target, actual) = (row.target.as_ref()?, row.actual.as_ref()?);
    let single = target.unit == actual.unit && target.upper.is_none() && actual.upper.is_none();
    let (wanted, reached) = (target.value?.get(), actual.value?.get());
    if !single
        || wanted.is_zero()
        || reached.is_zero()
        || target.date.is_some()
        || actual.relation != Some(Relation::Equal)
    {
        return None;
    }
    match target.relation? {
        Relation::AtLeast | Relation::More => reached.checked_div(wanted),
        Relation::AtMost | Relation::Less => wanted.checked_div(reached),
        Relation::Equal => missed(row, audit).and_then(|_| reached.checked_div(wanted)),
        Relation::Range | Relation::Approx => None,
    }
}

/// 达成预期指标 with fewer points than the first band has, 部分达成 with more than the second.
fn in_band(row: &IndicatorRecord, rules: &ScoringRules, audit: &Audit) -> Option<Finding> {
    let [first, second] = rules.bands?.map(Number::get);
    let actual = row.actual.as_ref().filter(|actual| !actual.is_measured())?;
    let (weight, score) = (row.weight?.get(), row.score?.get());
    let share = score.checked_div(weight)?;
    let words = actual.raw.as_str();
    let (fits, band) = if audit.grade_reached.is(words) {
        (share >= first, [Decimal::ONE, first])
    } else if audit.grade_partly.is(words) {
        (share <= first && share >= second, [first, second])
    } else if audit.grade_missed.is(words) {
        (share <= second, [second, Decimal::ZERO])
    } else {
        return None;
    };
    if fits {
        return None;
    }
    let [most, least] = band.map(|end| (end * Decimal::ONE_HUNDRED).normalize());
    let percent = share.checked_mul(Decimal::ONE_HUNDRED)?.round_dp(1).normalize();
    let message = format!(
        "{}: {words}{} has {score} of {weight} points{}, that is {percent}%; the form's own rule gives that grade {least} to {most}%",
        row.level3.as_deref().unwrap_or(""),
        at(&row.place, "actual"),
        at(&row.place, "score"),
    );
    let expected = format!("{least}%–{most}%");
    Some(Finding::new(Code::ScoresDoNotAddUp, Severity::Warning, message).with(expected, format!("{percent}%")))
}

/// 得分（20分*执行率）.
fn by_rate(fund: &FundRecord, rules: &ScoringRules) -> Option<Finding> {
    let (points, score) = (rules.fund_points?.get(), fund.score?.get());
    let rate = fund.computed_rate?.get().min(Decimal::ONE);
    let expected = points.checked_mul(rate)?;
    // The score may be reckoned from the rate as printed, and be rounded or cut itself.
    let printed = fund.rate.as_ref().and_then(|rate| rate.value).map(|rate| rate.get().min(Decimal::ONE));
    let place = Decimal::new(1, score.scale());
    let near = |expected: Decimal| expected.checked_sub(score).is_some_and(|apart| apart.abs() <= place);
    if near(expected) || printed.and_then(|rate| points.checked_mul(rate)).is_some_and(near) {
        return None;
    }
    let expected = expected.round_dp(2).normalize();
    let message = format!(
        "{}: by the form's own rule {points}分×执行率 the score is {expected}, but {score} is printed{}",
        fund.item,
        at(&fund.place, "score")
    );
    Some(Finding::new(Code::ScoresDoNotAddUp, Severity::Warning, message).with(expected, score))
}
