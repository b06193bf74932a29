//! What a finished record shows of how it was read: clues from its own fields, from the audit's findings, and from the
//! form around it.

use super::looks::Looks;
use crate::model::{
    Clue, Code, Evidence, Finding, FormRecord, FormRecords, FundRecord, IndicatorRecord, Number, Quantity, Severity,
    SourceOfFunds, StatementRecord,
};
use crate::normalize;
use crate::normalize::stays_as_it_is;
use rust_decimal::Decimal;
use rustc_hash::FxHashMap;
use std::borrow::Cow;

/// Clues that a row was taken apart or put together.
const REPAIRS: Evidence = Evidence::of(&[
    Clue::CellsMoved,
    Clue::CellDropped,
    Clue::PlacesSearched,
    Clue::FewerCells,
    Clue::MoreCells,
    Clue::CellsSplit,
]);
/// Clues that its texts were misread, or its cells taken for others.
const DAMAGE: Evidence = Evidence::of(&[
    Clue::NameMissing,
    Clue::NameOdd,
    Clue::NameCut,
    Clue::NumberOdd,
    Clue::NumberBroken,
    Clue::ValueCut,
    Clue::PointsUnread,
    Clue::CellDropped,
    Clue::CellsJoined,
    Clue::Level1Unknown,
    Clue::LevelMissing,
    Clue::ScoreAboveWeight,
    Clue::LevelMisread,
    Clue::LevelOdd,
    Clue::NameHoldsLevel,
    Clue::ShareAboveOne,
    Clue::UnitConflict,
    Clue::UnitUnread,
    Clue::TextOdd,
]);

/// Shares of a form's rows, in per cent.
const A_SIXTH: usize = 16;
const A_THIRD: usize = 33;
const TWO_THIRDS: usize = 66;
/// Less than this in 元, all together, is hardly what a form reports on: 万 was lost.
const LITTLE_MONEY: Decimal = Decimal::from_parts(10_000, 0, 0, false, 0);
/// Above so many points a row is a block.
const MANY_POINTS: Decimal = Decimal::from_parts(30, 0, 0, false, 0);

/// Completes the evidence of a form's rows.
pub(super) fn form(records: &mut FormRecords, recognised: bool) {
    blame(records);
    let FormRecords { form, funds, indicators, evidence, .. } = records;
    let usual = Usual::of(indicators);
    let names = names(indicators);
    for (row, own) in indicators.iter().zip(&mut evidence.indicators) {
        of_indicator(row, &usual, own);
        let name = row.level3.as_deref().unwrap_or_default();
        own.note(Clue::NameRepeated, names.get(name).is_some_and(|count| *count > 1));
    }
    let levels = |of: &dyn Fn(&IndicatorRecord) -> Option<&str>, own: &mut [Evidence]| cut_levels(indicators, of, own);
    levels(&|row| row.level1.as_deref(), &mut evidence.indicators);
    levels(&|row| row.level2.as_deref(), &mut evidence.indicators);
    for (fund, own) in funds.iter().zip(&mut evidence.funds) {
        of_fund(fund, funds, own);
    }
    let own_levels = own_levels(&mut evidence.indicators);
    for own in evidence.indicators.iter_mut().chain(&mut evidence.funds) {
        own.note(Clue::Damaged, own.has_any(DAMAGE));
    }
    let mut around = around(form, funds, indicators, &evidence.indicators);
    around.note(Clue::FormOwnLevels, own_levels);
    let damaged = evidence.indicators.iter().chain(&evidence.funds).filter(|own| own.has_any(DAMAGE)).count();
    // A page of a document may be a picture where others are text.
    let recognised = recognised || evidence.indicators.iter().chain(&evidence.funds).any(|own| own.has(Clue::Score99));
    for rows in [&mut evidence.indicators, &mut evidence.funds] {
        let repaired: Vec<bool> = rows.iter().map(|own| own.has_any(REPAIRS)).collect();
        for (at, own) in rows.iter_mut().enumerate() {
            let before = at.checked_sub(1).and_then(|at| repaired.get(at)).copied().unwrap_or(false);
            let after = repaired.get(at + 1).copied().unwrap_or(false);
            own.note(Clue::NeighbourRepaired, before || after);
            own.note(Clue::FormDamaged, damaged > usize::from(own.has_any(DAMAGE)));
            own.note(Clue::Recognised, recognised);
            own.join(around);
        }
    }
}

/// Completes the evidence of a statement.
pub(super) fn statement(statement: &StatementRecord, recognised: bool, own: &mut Evidence) {
    own.note(Clue::Recognised, recognised);
    own.note(Clue::YearMissing, statement.year.is_none());
    own.note(Clue::ProseConflict, has(&statement.findings, Code::ProseTableConflict, Severity::Warning));
    let subject = statement.subject.as_deref().unwrap_or_default();
    of_name(subject, own);
    own.note(Clue::NameKnown, statement.indicator.is_some());
    own.note(Clue::NameHoldsDigits, subject.contains(|c: char| c.is_ascii_digit()));
    let looks = Looks::of(&statement.sentence);
    own.note(Clue::TextOdd, looks.odd_sign || looks.misread_number);
    if let Some(value) = &statement.value {
        of_value(value, own);
    }
}

/// Marks rows whose score, taken for the weight, would make the form's scores add up, and the other way round.
fn blame(records: &mut FormRecords) {
    let FormRecords { form, funds, indicators, evidence, .. } = records;
    let open = |code: Code| has(&form.findings, code, Severity::Info);
    let gaps = |total: Option<Number>, of: &dyn Fn(&IndicatorRecord) -> Option<Number>, fund: Option<Number>| {
        let sum = super::figure::sum(indicators.iter().filter_map(of).map(Number::get));
        let left = total.map(Number::get).zip(sum).and_then(|(total, sum)| total.checked_sub(sum));
        let without_fund = fund.map(Number::get).zip(left).and_then(|(fund, left)| left.checked_sub(fund));
        [left, without_fund].into_iter().flatten().filter(|gap| !gap.is_zero()).collect::<Vec<_>>()
    };
    let scores = match open(Code::ScoresDoNotAddUp) {
        true => gaps(form.total_score, &|row| row.score, funds.iter().find_map(|fund| fund.score)),
        false => Vec::new(),
    };
    let weights = match open(Code::WeightsDoNotAddUp) {
        true => gaps(form.total_weight, &|row| row.weight, funds.iter().find_map(|fund| fund.weight)),
        false => Vec::new(),
    };
    for (row, own) in indicators.iter().zip(&mut evidence.indicators) {
        let (Some(weight), Some(score)) = (row.weight, row.score) else { continue };
        let apart = weight.get().checked_sub(score.get()).unwrap_or_default();
        own.note(Clue::SumsBlame, scores.contains(&apart) || weights.contains(&-apart));
    }
}

/// Forms may have levels of their own: where most rows have one that the taxonomy does not know, none of them is a
/// misread one. Is it so?
fn own_levels(rows: &mut [Evidence]) -> bool {
    let mut any = false;
    for clue in [Clue::Level1Unknown, Clue::Level2Unknown] {
        let unknown = rows.iter().filter(|own| own.has(clue)).count();
        if unknown * 5 > rows.len() * 2 {
            any = true;
            rows.iter_mut().for_each(|own| *own = own.without(clue).without(Clue::LevelMisread));
        }
    }
    any
}

/// Marks levels that are the beginning or the end of another of the same form, or go on where that ends, as where a cell
/// was cut or ran on: 效益 beside 效益指标. Of two such it is the one that fewer rows have.
fn cut_levels(
    rows: &[IndicatorRecord],
    level: &dyn for<'r> Fn(&'r IndicatorRecord) -> Option<&'r str>,
    evidence: &mut [Evidence],
) {
    let mut counts: Vec<(&str, usize)> = Vec::new();
    for name in rows.iter().filter_map(level) {
        match counts.iter_mut().find(|(known, _)| *known == name) {
            Some((_, count)) => *count += 1,
            None => counts.push((name, 1)),
        }
    }
    let cut = |name: &str, own: usize| {
        counts.iter().any(|(other, count)| {
            let (long, short) = if other.len() > name.len() { (*other, name) } else { (name, *other) };
            *other != name && *count >= own && (long.starts_with(short) || long.ends_with(short))
        })
    };
    let marked: Vec<&str> = counts.iter().filter(|(name, own)| cut(name, *own)).map(|(name, _)| *name).collect();
    for (row, own) in rows.iter().zip(evidence) {
        own.note(Clue::LevelOdd, level(row).is_some_and(|name| marked.contains(&name)));
    }
}

/// What the rows of a form usually print.
struct Usual {
    target: bool,
    actual: bool,
    weight: bool,
    score: bool,
}

impl Usual {
    fn of(rows: &[IndicatorRecord]) -> Self {
        let most = |has: &dyn Fn(&IndicatorRecord) -> bool| rows.iter().filter(|row| has(row)).count() * 2 > rows.len();
        Usual {
            target: most(&|row| row.target.is_some()),
            actual: most(&|row| row.actual.is_some()),
            weight: most(&|row| row.weight.is_some()),
            score: most(&|row| row.score.is_some()),
        }
    }
}

fn names(rows: &[IndicatorRecord]) -> FxHashMap<&str, usize> {
    let mut names = FxHashMap::with_capacity_and_hasher(rows.len(), Default::default());
    rows.iter().filter_map(|row| row.level3.as_deref()).for_each(|name| *names.entry(name).or_default() += 1);
    names
}

fn of_indicator(row: &IndicatorRecord, usual: &Usual, own: &mut Evidence) {
    match row.level3.as_deref() {
        Some(name) => of_name(name, own),
        None => own.add(Clue::NameMissing),
    }
    own.note(Clue::NameKnown, row.indicator.is_some());
    own.note(Clue::TargetMissing, usual.target && row.target.is_none());
    own.note(Clue::ActualMissing, usual.actual && row.actual.is_none());
    own.note(Clue::WeightMissing, usual.weight && row.weight.is_none());
    own.note(Clue::ScoreMissing, usual.score && row.score.is_none());
    let values = || [&row.target, &row.actual].into_iter().flatten();
    values().for_each(|value| of_value(value, own));
    let is_rate = row.level3.as_deref().is_some_and(is_rate);
    let bare = |value: &Quantity| value.value.is_some() && value.unit.as_deref() != Some("ratio");
    own.note(Clue::RateWithoutSign, is_rate && values().any(bare));
    if let (Some(target), Some(actual)) = (&row.target, &row.actual) {
        of_pair(target, actual, own);
    }
    if let (Some(weight), Some(score)) = (row.weight, row.score) {
        own.note(Clue::ScoreFull, weight == score);
        own.note(Clue::ScoreLow, score.get() * Decimal::TEN < weight.get() * Decimal::from(6));
        own.note(Clue::ScoreShort, score < weight && row.attained == Some(true));
    }
    own.note(
        Clue::PointsOdd,
        [row.weight, row.score].into_iter().flatten().any(are_odd)
            || row.weight.is_some_and(|weight| weight.get().is_zero() || is_broken(weight)),
    );
    let reasons = [&row.deviation, &row.improvement, &row.basis];
    for reason in reasons.iter().filter_map(|text| text.as_deref()) {
        let looks = Looks::of(reason);
        own.note(Clue::ReasonOdd, is_odd_reason(reason, looks.length));
        own.note(Clue::ValueCut, looks.open);
        own.note(Clue::TextOdd, looks.odd_sign || looks.misread_number);
    }
    of_findings(&row.findings, own);
}

fn of_fund(fund: &FundRecord, all: &[FundRecord], own: &mut Evidence) {
    own.note(Clue::NameMissing, fund.item.is_empty());
    of_name(&fund.item, own);
    own.note(Clue::SourceUnknown, fund.source_of_funds == SourceOfFunds::Other);
    let amounts = |fund: &FundRecord| [fund.budget_initial.is_some(), fund.budget.is_some(), fund.executed.is_some()];
    let printed = amounts(fund);
    let missing = all.iter().any(|other| amounts(other).iter().zip(&printed).any(|(other, own)| *other && !own));
    own.note(Clue::AmountMissing, missing);
    let money = || [&fund.budget_initial, &fund.budget, &fund.executed].into_iter().flatten();
    own.note(Clue::MoneyWithoutUnit, money().any(|value| value.value.is_some() && value.unit.is_none()));
    money().chain(&fund.rate).for_each(|value| of_value(value, own));
    let value = |quantity: &Option<Quantity>| quantity.as_ref().and_then(|quantity| quantity.value).map(Number::get);
    let (budget, executed, rate) = (value(&fund.budget), value(&fund.executed), value(&fund.rate));
    let open = has(&fund.findings, Code::RateMismatch, Severity::Warning);
    let complete = budget.is_some_and(|budget| !budget.is_zero()) && executed.is_some() && rate.is_some();
    own.note(Clue::RateOpen, open);
    own.note(Clue::RateCloses, complete && !open);
    own.note(Clue::RateAlone, rate.is_some() && (budget.is_none() || executed.is_none()));
    let scored = fund.weight.is_some() && fund.score.is_some();
    own.note(Clue::RateMissing, scored && rate.is_none() && budget.is_some() && executed.is_some());
    let above = budget.zip(executed).is_some_and(|(budget, executed)| executed > budget);
    own.note(Clue::AboveBudget, above && fund.source_of_funds != SourceOfFunds::Income);
    if let (Some(weight), Some(score)) = (fund.weight, fund.score) {
        own.note(Clue::ScoreFull, weight == score);
    }
    own.note(Clue::PointsOdd, [fund.weight, fund.score].into_iter().flatten().any(are_odd));
    of_findings(&fund.findings, own);
}

fn of_findings(findings: &[Finding], own: &mut Evidence) {
    if findings.is_empty() {
        return;
    }
    for (code, least, clue) in [
        (Code::ScoreExceedsWeight, Severity::Info, Clue::ScoreAboveWeight),
        (Code::TargetNotMetFullScore, Severity::Warning, Clue::MissedFullScore),
        (Code::UnitConflict, Severity::Warning, Clue::UnitConflict),
        (Code::ScoresDoNotAddUp, Severity::Warning, Clue::ScoreAgainstRule),
        (Code::ScoreImputed, Severity::Info, Clue::ScoreImputed),
        (Code::OcrCorrected, Severity::Info, Clue::OcrCorrected),
        (Code::ProseTableConflict, Severity::Warning, Clue::ProseConflict),
    ] {
        own.note(clue, has(findings, code, least));
    }
}

/// What the form says of each of its rows.
fn around(form: &FormRecord, funds: &[FundRecord], rows: &[IndicatorRecord], evidence: &[Evidence]) -> Evidence {
    let mut around = Evidence::NONE;
    let open = |code: Code| has(&form.findings, code, Severity::Info);
    let hundred = Decimal::ONE_HUNDRED;
    let sum = |of: &dyn Fn(&IndicatorRecord) -> Option<Number>| {
        let each = rows.iter().map(|row| of(row).map(Number::get));
        each.collect::<Option<Vec<_>>>().and_then(super::figure::sum).filter(|sum| !sum.is_zero())
    };
    let shared_out = |sum: Decimal| sum == hundred || [10, 20].iter().any(|rest| sum + Decimal::from(*rest) == hundred);
    let weights = sum(&|row| row.weight);
    let weights_open = open(Code::WeightsDoNotAddUp);
    let close = weights.is_some_and(|sum| form.total_weight.is_some() || shared_out(sum));
    around.note(Clue::WeightsClose, close && !weights_open);
    around.note(Clue::WeightsOpen, weights_open);
    let scores_open = open(Code::ScoresDoNotAddUp);
    around.note(Clue::ScoresClose, form.total_score.is_some() && !scores_open && sum(&|row| row.score).is_some());
    around.note(Clue::ScoresOpen, scores_open);
    let parted = funds.len() > 1 && funds.iter().any(|fund| fund.source_of_funds == SourceOfFunds::Total);
    around.note(Clue::FundsClose, parted && !open(Code::FundsDoNotAddUp));
    around.note(Clue::FundsOpen, open(Code::FundsDoNotAddUp));
    // Only the money's row lacks points, and with the usual ones the weights would add up.
    let unscored = funds.iter().all(|fund| fund.weight.is_none() && fund.score.is_none());
    let rest = weights.and_then(|sum| form.total_weight.map_or(hundred, Number::get).checked_sub(sum));
    let usual = rest.is_some_and(|rest| [10, 20].iter().any(|points| rest == Decimal::from(*points)));
    let usual = usual && form.total_weight.is_some();
    around.note(Clue::FundWeightWanted, !funds.is_empty() && unscored && usual);
    let any_actual = rows.iter().any(|row| row.actual.is_some());
    around.note(Clue::NoActuals, !any_actual && rows.iter().any(|row| row.score.is_some()));
    let money = || funds.iter().flat_map(|fund| [&fund.budget_initial, &fund.budget, &fund.executed]).flatten();
    let most = money().filter_map(|amount| amount.value.map(Number::get)).max();
    around.note(Clue::MoneySmall, most.is_some_and(|most| !most.is_zero() && most < LITTLE_MONEY));
    around.note(Clue::FormSmall, (1..=2).contains(&rows.len()));
    around.note(Clue::ProjectMissing, form.project.is_none());
    let pages = || rows.iter().filter_map(|row| row.place.page);
    around.note(Clue::FormOverPages, pages().min() != pages().max());
    let marked = [Code::ScoreExceedsWeight, Code::UnitConflict, Code::RateMismatch];
    let is_marked = |findings: &[Finding]| marked.iter().any(|code| has(findings, *code, Severity::Warning));
    let any_marked =
        rows.iter().any(|row| is_marked(&row.findings)) || funds.iter().any(|fund| is_marked(&fund.findings));
    around.note(Clue::FormMarked, any_marked);
    let share = |clues: Evidence| {
        let with = evidence.iter().filter(|own| own.has_any(clues)).count();
        with * 100 / evidence.len().max(1)
    };
    around.note(Clue::FormRepaired, share(REPAIRS) >= A_THIRD);
    around.note(Clue::FormMuchRepaired, share(REPAIRS) >= TWO_THIRDS);
    around.note(Clue::FormMuchDamaged, share(DAMAGE) >= A_SIXTH);
    around.note(Clue::FormFaint, share(Evidence::of(&[Clue::Score90])) >= A_THIRD);
    around
}

fn of_name(name: &str, own: &mut Evidence) {
    let looks = Looks::of(name);
    own.note(Clue::NameShort, looks.length < 4);
    own.note(Clue::NameLong, looks.length > 30);
    own.note(Clue::NameOdd, looks.odd_sign || looks.open || looks.misread_number);
    let (first, last) = (name.chars().next(), name.chars().next_back());
    let cut_before = first.is_some_and(|c| {
        matches!(c, '，' | '。' | '、' | '；' | '：' | ',' | ';' | ':' | ')' | '）' | ']' | '】' | '%' | '％')
    });
    let cut_behind = last.is_some_and(|c| {
        let joint = matches!(c, '和' | '及' | '与' | '的' | '/' | '-' | '—');
        joint || matches!(c, '，' | '、' | '；' | ',' | ';' | '（' | '(' | '[' | '【')
    });
    own.note(Clue::NameCut, cut_before || cut_behind);
    let sign = || name.contains(['≥', '≤', '%', '％', '＞', '＜']);
    own.note(Clue::NameHoldsValue, looks.digits && sign());
}

fn of_value(value: &Quantity, own: &mut Evidence) {
    let text =
        if stays_as_it_is(&value.raw) { Cow::Borrowed(value.raw.as_str()) } else { normalize::display(&value.raw) };
    let looks = Looks::of(&text);
    own.note(Clue::ValueMixed, value.is_measured() && value.text.is_some());
    own.note(Clue::DigitsUnread, !value.is_measured() && looks.digits);
    own.note(Clue::UnitUnread, looks.digits && value.unit.is_none() && value.date.is_none() && has_bare_word(&text));
    own.note(Clue::NumberOdd, looks.digits && looks.misread_number);
    own.note(Clue::NumberBroken, looks.digits && looks.broken_number);
    own.note(Clue::ValueCut, looks.open);
    own.note(Clue::TextOdd, !looks.digits && looks.odd_sign);
    let above = Decimal::new(15, 1);
    let is_share = value.unit.as_deref() == Some("ratio");
    own.note(Clue::ShareAboveOne, is_share && value.value.is_some_and(|value| value.get() > above));
}

fn of_pair(target: &Quantity, actual: &Quantity, own: &mut Evidence) {
    own.note(Clue::KindsDiffer, target.is_measured() != actual.is_measured());
    let (Some(wanted), Some(reached)) = (target.value, actual.value) else { return };
    own.note(Clue::UnitsDiffer, target.unit != actual.unit);
    let (wanted, reached) = (wanted.get().abs(), reached.get().abs());
    if target.unit != actual.unit || wanted.is_zero() || reached.is_zero() {
        return;
    }
    let Some(times) = wanted.max(reached).checked_div(wanted.min(reached)) else { return };
    own.note(Clue::ValuesNear, times < Decimal::new(12, 1));
    own.note(Clue::ValuesFar, times > Decimal::from(3));
    own.note(Clue::ValuesVeryFar, times > Decimal::from(9));
}

/// A number, and right behind it a word that is no unit, relation or date: 5钟以内, ≤365刀元.
fn has_bare_word(text: &str) -> bool {
    let number = text.trim_start_matches(['≥', '≤', '>', '<', '=', '≧', '≦']);
    let behind = number.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | ' '));
    let word = |c: char| matches!(c, '\u{4E00}'..='\u{9FFF}') && !"以及左年月日至到".contains(c);
    behind.len() < number.len() && behind.starts_with(word)
}

fn has(findings: &[Finding], code: Code, least: Severity) -> bool {
    findings.iter().any(|finding| finding.code == code && finding.severity >= least)
}

fn is_rate(name: &str) -> bool {
    let name = name.trim_end_matches([')', '）', '%', '％', '(', '（', '≥', '=']);
    ["率", "比例", "占比"].iter().any(|tail| name.ends_with(tail))
}

fn are_odd(points: Number) -> bool {
    points.get() > MANY_POINTS || points.get().is_sign_negative()
}

/// Weights are whole or halves, but for those that share a total evenly.
fn is_broken(weight: Number) -> bool {
    !(weight.get() * Decimal::TWO).fract().is_zero()
}

fn is_odd_reason(text: &str, length: usize) -> bool {
    length <= 2 || length <= 12 && text.chars().all(|c| c.is_ascii_digit() || ".,%％-≥≤分元".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cut_in_a_phrase_is_told() {
        let mut evidence = Evidence::NONE;
        of_name("参保人员对医保服务的", &mut evidence);
        assert!(evidence.has(Clue::NameCut) && !evidence.has(Clue::NameOdd));
    }
}
