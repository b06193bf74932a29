//! What a finished record shows of how it was read: clues from its own fields, from the audit's findings, and from the
//! form around it.

use crate::model::{
    Clue, Code, Evidence, Finding, FormRecord, FormRecords, FundRecord, IndicatorRecord, Number, Quantity, Severity,
    SourceOfFunds, StatementRecord,
};
use crate::normalize;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// Clues that a row was taken apart or put together.
const REPAIRS: [Clue; 6] =
    [Clue::CellsMoved, Clue::CellDropped, Clue::PlacesSearched, Clue::FewerCells, Clue::MoreCells, Clue::CellsSplit];
/// Clues that its texts were misread, or its cells taken for others.
const DAMAGE: [Clue; 12] = [
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
];

/// Shares of a form's rows, in per cent.
const A_SIXTH: usize = 16;
const A_THIRD: usize = 33;
const TWO_THIRDS: usize = 66;
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
    for (fund, own) in funds.iter().zip(&mut evidence.funds) {
        of_fund(fund, funds, own);
    }
    let own_levels = own_levels(&mut evidence.indicators);
    let mut around = around(form, funds, indicators, &evidence.indicators);
    around.note(Clue::FormOwnLevels, own_levels);
    let damaged = evidence.indicators.iter().chain(&evidence.funds).filter(|own| own.has_any(&DAMAGE)).count();
    // A page of a document may be a picture where others are text.
    let recognised = recognised || evidence.indicators.iter().chain(&evidence.funds).any(|own| own.has(Clue::Score99));
    for rows in [&mut evidence.indicators, &mut evidence.funds] {
        let repaired: Vec<bool> = rows.iter().map(|own| own.has_any(&REPAIRS)).collect();
        for (at, own) in rows.iter_mut().enumerate() {
            let before = at.checked_sub(1).and_then(|at| repaired.get(at)).copied().unwrap_or(false);
            let after = repaired.get(at + 1).copied().unwrap_or(false);
            own.note(Clue::NeighbourRepaired, before || after);
            own.note(Clue::FormDamaged, damaged > usize::from(own.has_any(&DAMAGE)));
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
            rows.iter_mut().for_each(|own| *own = own.without(clue));
        }
    }
    any
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

fn names(rows: &[IndicatorRecord]) -> HashMap<&str, usize> {
    let mut names = HashMap::new();
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
        [row.weight, row.score].into_iter().flatten().any(are_odd) || row.weight.is_some_and(is_broken),
    );
    let reasons = [&row.deviation, &row.improvement, &row.basis];
    own.note(Clue::ReasonOdd, reasons.iter().filter_map(|text| text.as_deref()).any(is_odd_reason));
    own.note(Clue::ValueCut, reasons.iter().filter_map(|text| text.as_deref()).any(is_open));
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
    let above = budget.zip(executed).is_some_and(|(budget, executed)| executed > budget);
    own.note(Clue::AboveBudget, above && fund.source_of_funds != SourceOfFunds::Income);
    if let (Some(weight), Some(score)) = (fund.weight, fund.score) {
        own.note(Clue::ScoreFull, weight == score);
    }
    own.note(Clue::PointsOdd, [fund.weight, fund.score].into_iter().flatten().any(are_odd));
    of_findings(&fund.findings, own);
}

fn of_findings(findings: &[Finding], own: &mut Evidence) {
    for (code, least, clue) in [
        (Code::ScoreExceedsWeight, Severity::Info, Clue::ScoreAboveWeight),
        (Code::TargetNotMetFullScore, Severity::Warning, Clue::MissedFullScore),
        (Code::UnitConflict, Severity::Warning, Clue::UnitConflict),
        (Code::ScoresDoNotAddUp, Severity::Warning, Clue::ScoreAgainstRule),
        (Code::ScoreImputed, Severity::Info, Clue::ScoreImputed),
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
    around.note(Clue::FormSmall, (1..=2).contains(&rows.len()));
    around.note(Clue::ProjectMissing, form.project.is_none());
    let pages = || rows.iter().filter_map(|row| row.place.page);
    around.note(Clue::FormOverPages, pages().min() != pages().max());
    let marked = [Code::ScoreExceedsWeight, Code::UnitConflict, Code::RateMismatch];
    let is_marked = |findings: &[Finding]| marked.iter().any(|code| has(findings, *code, Severity::Warning));
    let any_marked =
        rows.iter().any(|row| is_marked(&row.findings)) || funds.iter().any(|fund| is_marked(&fund.findings));
    around.note(Clue::FormMarked, any_marked);
    let share = |clues: &[Clue]| {
        let with = evidence.iter().filter(|own| own.has_any(clues)).count();
        with * 100 / evidence.len().max(1)
    };
    around.note(Clue::FormRepaired, share(&REPAIRS) >= A_THIRD);
    around.note(Clue::FormMuchRepaired, share(&REPAIRS) >= TWO_THIRDS);
    around.note(Clue::FormMuchDamaged, share(&DAMAGE) >= A_SIXTH);
    around.note(Clue::FormFaint, share(&[Clue::Score90]) >= A_THIRD);
    around
}

fn of_name(name: &str, own: &mut Evidence) {
    let length = name.chars().count();
    own.note(Clue::NameShort, length < 4);
    own.note(Clue::NameLong, length > 30);
    own.note(Clue::NameOdd, is_odd_text(name));
    let (first, last) = (name.chars().next(), name.chars().next_back());
    let cut_before = first.is_some_and(|c| "，。、；：,;:)）]】%％".contains(c));
    let cut_behind = last.is_some_and(|c| "，、；,;（([【和及与的/-—".contains(c));
    own.note(Clue::NameCut, cut_before || cut_behind);
    let sign = name.contains(['≥', '≤', '%', '％', '＞', '＜']);
    own.note(Clue::NameHoldsValue, sign && name.contains(|c: char| c.is_ascii_digit()));
}

fn of_value(value: &Quantity, own: &mut Evidence) {
    let text = normalize::display(&value.raw);
    let digits = text.contains(|c: char| c.is_ascii_digit());
    own.note(Clue::ValueMixed, value.is_measured() && value.text.is_some());
    own.note(Clue::DigitsUnread, !value.is_measured() && digits);
    own.note(Clue::NumberOdd, digits && has_misread_number(&text));
    own.note(Clue::NumberBroken, digits && has_broken_number(&text));
    own.note(Clue::ValueCut, is_open(&text));
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

fn is_odd_reason(text: &str) -> bool {
    let length = text.chars().count();
    length <= 2 || length <= 12 && text.chars().all(|c| c.is_ascii_digit() || ".,%％-≥≤分元".contains(c))
}

/// Signs that no print has, a lone Latin letter among Chinese words, a bracket without its other half.
fn is_odd_text(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    let letter = |at: Option<&char>| at.is_some_and(char::is_ascii_alphabetic);
    let lone = |at: usize| {
        chars[at].is_ascii_lowercase()
            && !letter(at.checked_sub(1).and_then(|at| chars.get(at)))
            && !letter(chars.get(at + 1))
    };
    text.contains(['\u{fffd}', '$', '\\', '|', '^', '~', '?', '？', '!', '_', '#', '@', '{', '}'])
        || (0..chars.len()).any(lone)
        || is_open(text)
        || has_misread_number(text)
}

/// Does a bracket lack its other half?
fn is_open(text: &str) -> bool {
    let mut depth = 0i32;
    for c in text.chars() {
        match c {
            '(' | '（' | '[' | '【' | '《' => depth += 1,
            ')' | '）' | ']' | '】' | '》' => depth -= 1,
            _ => {}
        }
    }
    depth != 0
}

/// A letter or sign that looks like a digit, beside a digit or a decimal point.
fn has_misread_number(text: &str) -> bool {
    // All of them are ASCII: bytes of other characters are neither.
    let alike = |byte: u8| {
        matches!(
            byte,
            b'O' | b'o'
                | b'Q'
                | b'D'
                | b'I'
                | b'i'
                | b'l'
                | b'|'
                | b'!'
                | b'S'
                | b's'
                | b'B'
                | b'b'
                | b'Z'
                | b'z'
                | b'q'
                | b'g'
        )
    };
    let numeric = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    text.as_bytes().windows(2).any(|pair| (numeric(pair[0]) && alike(pair[1])) || (numeric(pair[1]) && alike(pair[0])))
}

/// White space inside a number, two signs in a row, a point at its edge.
fn has_broken_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).is_some_and(u8::is_ascii_digit);
    (1..bytes.len()).any(|at| match bytes[at] {
        b' ' => digit(at - 1) && (digit(at + 1) || bytes.get(at + 1) == Some(&b'.')),
        b'.' | b',' => {
            let (before, behind) = (bytes[at - 1], bytes.get(at + 1).copied().unwrap_or(b' '));
            matches!(before, b'.' | b',' | b' ') && digit(at + 1)
                || before.is_ascii_digit() && matches!(behind, b'%' | b' ')
        }
        _ => false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_recognition_damaged_are_told() {
        for bad in ["1O0%", "l00", "9S.5%", "≥9O%", "3B人"] {
            assert!(has_misread_number(bad), "{bad}");
        }
        for good in ["100%", "≥90%", "5G", "PM2.5", "100kW", "3 km"] {
            assert!(!has_misread_number(good), "{good}");
        }
        for bad in ["98 .5%", "1 00", "98..5", "95.%"] {
            assert!(has_broken_number(bad), "{bad}");
        }
        for good in ["98.5%", "1,234.5", "12 人", "1. 完成"] {
            assert!(!has_broken_number(good) || good == "1. 完成", "{good}");
        }
    }

    #[test]
    fn names_that_recognition_damaged_are_told() {
        for bad in ["参保人数（人", "参保l人数", "参保?人数", "资金\\到位率"] {
            assert!(is_odd_text(bad), "{bad}");
        }
        for good in ["参保人数（人）", "DRG付费覆盖率", "2023年参保人数", "“一站式”结算"] {
            assert!(!is_odd_text(good), "{good}");
        }
        let mut evidence = Evidence::NONE;
        of_name("参保人员对医保服务的", &mut evidence);
        assert!(evidence.has(Clue::NameCut));
    }
}
