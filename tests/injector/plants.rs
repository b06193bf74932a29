//! One error, planted: a digit changed, two swapped, a unit lost, a row shifted, a total changed, a rate mistyped.

use super::sound::{ACTUAL, BUDGET, EXECUTED, FUND_SCORE, RATE, SCORE, TARGET, WEIGHT};
use super::{Random, number};
use crate::support::content::{Form, Report};
use rust_decimal::Decimal;

/// Kind of an error, and the rule that arithmetic finds it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    pub error: &'static str,
    pub place: &'static str,
    /// The code of the rule that is about this place. Another rule may see it, too, or first.
    pub rule: &'static str,
}

type Plant = fn(&mut Form, &mut Random) -> Option<()>;

const fn class(error: &'static str, place: &'static str, rule: &'static str) -> Class {
    Class { error, place, rule }
}

/// Every class with what plants it; a plant gives nothing where the form has no place for it, or where arithmetic could not
/// see it.
pub const CLASSES: [(Class, Plant); 21] = [
    (class("digit changed", "part of the funds", "funds_do_not_add_up"), |form, random| {
        amount(form, random, true, digit)
    }),
    (class("digits swapped", "part of the funds", "funds_do_not_add_up"), |form, random| {
        amount(form, random, true, swap)
    }),
    (class("total changed", "total of the funds", "funds_do_not_add_up"), |form, random| {
        amount(form, random, false, digit)
    }),
    (class("unit lost", "an amount", "funds_do_not_add_up"), |form, random| fund_unit(form, random, "")),
    (class("unit changed", "an amount", "funds_do_not_add_up"), |form, random| fund_unit(form, random, "元")),
    (class("rate mistyped", "rate", "rate_mismatch"), |form, random| rate(form, random, digit)),
    (class("digits swapped", "rate", "rate_mismatch"), |form, random| rate(form, random, swap)),
    (class("digit changed", "weight", "weights_do_not_add_up"), |form, random| points(form, random, WEIGHT, digit)),
    (class("digits swapped", "weight", "weights_do_not_add_up"), |form, random| points(form, random, WEIGHT, swap)),
    (class("total changed", "total weight", "weights_do_not_add_up"), |form, random| total(form, random, "分值")),
    (class("digit changed", "weight of a level", "weights_do_not_add_up"), level_weight),
    (class("digit changed", "score", "scores_do_not_add_up"), |form, random| points(form, random, SCORE, digit)),
    (class("digits swapped", "score", "scores_do_not_add_up"), |form, random| points(form, random, SCORE, swap)),
    (class("total changed", "total score", "scores_do_not_add_up"), |form, random| total(form, random, "得分")),
    (class("digit changed", "score of the funds", "scores_do_not_add_up"), fund_score),
    (class("score above weight", "score", "score_exceeds_weight"), above_weight),
    (class("digit changed", "actual value", "target_not_met_full_score"), missed),
    (class("unit lost", "actual value", "unit_conflict"), ten_thousand_lost),
    (class("row shifted", "a value lost", "score_imputed"), shifted),
    (class("row shifted", "a blank lost", "column_shift_repaired"), |_, _| Some(())),
    (class("count changed", "prose", "prose_table_conflict"), |_, _| None),
];

/// The report with one error, and whether it could be planted.
pub fn plant(report: &Report, at: usize, random: &mut Random) -> Option<Report> {
    let (class, plant) = CLASSES[at];
    let mut report = report.clone();
    if class.place == "prose" {
        let line = report.prose.first_mut()?;
        let said = line.find("三级指标")? + "三级指标".len();
        let end = said + line[said..].find('个')?;
        let changed = digit(&line[said..end], random)?;
        line.replace_range(said..end, &changed);
        return Some(report);
    }
    plant(&mut report.forms[0], random)?;
    Some(report)
}

/// Headers of points in the forms of the fixtures.
const WEIGHTS: [&str; 7] = ["分值", "权重", "指标分值权重", "分值权重", "指标权重", "权重（%）", "标准分"];
const SCORES: [&str; 6] = ["得分", "自评得分", "自评分", "单项得分", "指标得分", "实际得分"];

/// A digit changed in a form of the fixtures: in a weight, a score, the totals of either, or a rate that its own row gives.
pub fn plant_in_real(form: &mut Form, what: &str, random: &mut Random) -> Option<()> {
    match what {
        "weight" | "score" => {
            let column = leaf(form, if what == "weight" { &WEIGHTS } else { &SCORES })?;
            let is_number = |row: &&mut Vec<String>| row[column].parse::<Decimal>().is_ok_and(|n| !n.is_zero());
            let mut rows: Vec<_> = form.indicators.rows.iter_mut().filter(is_number).collect();
            if rows.is_empty() {
                return None;
            }
            let at = random.next() as usize % rows.len();
            let cell = &mut rows[at][column];
            *cell = digit(cell, random)?;
            Some(())
        }
        "total weight" | "total score" => {
            let names: &[&str] = if what == "total weight" { &WEIGHTS } else { &SCORES };
            let total = form.total.as_mut()?;
            let key = names.iter().find(|name| total.contains_key(**name))?;
            let old = total[*key].as_str()?.to_owned();
            let changed = digit(&old, random)?;
            old.parse::<Decimal>().ok()?;
            total[*key] = changed.into();
            Some(())
        }
        _ => {
            let fund = form.fund.as_mut()?;
            let at = |word: &str| fund.columns.iter().position(|column| column.name().contains(word));
            let (budget, executed) = (at("全年预算数")?, at("执行数")?);
            let rate = at("执行率")?;
            let row = fund.rows.iter_mut().find(|row| row.len() > rate.max(executed) && row[rate].ends_with('%'))?;
            let changed = digit(&row[rate], random)?;
            let (budget, executed, new) = (number(&row[budget])?, number(&row[executed])?, number(&changed)?);
            let exact = executed.checked_mul(Decimal::ONE_HUNDRED)?.checked_div(budget)?;
            let rounding = Decimal::TWO * Decimal::ONE_HUNDRED * Decimal::new(1, budget.scale()) / budget;
            row[rate] = changed;
            ((exact - new).abs() > Decimal::new(1, new.scale()) + rounding).then_some(())
        }
    }
}

/// The lowest column under one of these headers.
fn leaf(form: &Form, names: &[&str]) -> Option<usize> {
    let at = form.indicators.position(names)?;
    Some(form.indicators.columns[..at].iter().map(|column| column.width()).sum())
}

/// One digit made another one; the first never 0.
fn digit(cell: &str, random: &mut Random) -> Option<String> {
    let digits: Vec<(usize, char)> = cell.char_indices().filter(|(_, c)| c.is_ascii_digit()).collect();
    if digits.is_empty() {
        return None;
    }
    let (at, old) = *random.of(&digits);
    let first = at == digits[0].0;
    let new = (1..10).map(|_| char::from(b'0' + random.within(i64::from(first), 9) as u8)).find(|new| *new != old)?;
    let mut changed = cell.to_owned();
    changed.replace_range(at..=at, &new.to_string());
    Some(changed)
}

/// Two neighbouring digits that differ, swapped; no zero comes first.
fn swap(cell: &str, random: &mut Random) -> Option<String> {
    let bytes = cell.as_bytes();
    let first = bytes.iter().position(u8::is_ascii_digit)?;
    let places: Vec<usize> = (first..bytes.len() - 1)
        .filter(|at| bytes[*at].is_ascii_digit() && bytes[at + 1].is_ascii_digit() && bytes[*at] != bytes[at + 1])
        .filter(|at| *at > first || bytes[at + 1] != b'0')
        .collect();
    if places.is_empty() {
        return None;
    }
    let at = *random.of(&places);
    let mut changed = bytes.to_vec();
    changed.swap(at, at + 1);
    String::from_utf8(changed).ok()
}

type Change = fn(&str, &mut Random) -> Option<String>;

/// An amount changed by more than rounding of all the terms could explain.
fn amount(form: &mut Form, random: &mut Random, part: bool, change: Change) -> Option<()> {
    let rows = &mut form.fund.as_mut()?.rows;
    let row = if part { random.within(1, rows.len() as i64 - 1) as usize } else { 0 };
    let column = *random.of(&[BUDGET, EXECUTED]);
    let terms = rows.len() as i64;
    let cell = &mut rows[row][column];
    let changed = change(cell, random)?;
    let (old, new) = (number(cell)?, number(&changed)?);
    let visible = (old - new).abs() * Decimal::TWO >= Decimal::new(terms, old.scale());
    *cell = changed;
    visible.then_some(())
}

/// An amount that says 万元 says it no more, or says 元, though no header gives a unit.
fn fund_unit(form: &mut Form, random: &mut Random, unit: &str) -> Option<()> {
    let rows = &mut form.fund.as_mut()?.rows;
    if !rows[0][BUDGET].ends_with("万元") || rows.len() < 3 {
        return None;
    }
    let row = random.within(0, rows.len() as i64 - 1) as usize;
    let cell = &mut rows[row][*random.of(&[BUDGET, EXECUTED])];
    *cell = cell.replace("万元", unit);
    Some(())
}

/// A rate further from B ÷ A than a unit of its last place, and than the amounts' own rounding.
fn rate(form: &mut Form, random: &mut Random, change: Change) -> Option<()> {
    let rows = &mut form.fund.as_mut()?.rows;
    let at = random.next() as usize % rows.len();
    let row = &mut rows[at];
    let changed = change(&row[RATE], random)?;
    let (budget, executed, new) = (number(&row[BUDGET])?, number(&row[EXECUTED])?, number(&changed)?);
    let exact = executed * Decimal::ONE_HUNDRED / budget;
    let rounding = Decimal::new(1, budget.scale()) * Decimal::TWO * Decimal::ONE_HUNDRED / budget;
    row[RATE] = changed;
    ((exact - new).abs() > Decimal::new(1, new.scale()) + rounding).then_some(())
}

fn points(form: &mut Form, random: &mut Random, column: usize, change: Change) -> Option<()> {
    let rows = &mut form.indicators.rows;
    let at = random.next() as usize % rows.len();
    let changed = change(&rows[at][column], random)?;
    let same = number(&changed) == number(&rows[at][column]);
    rows[at][column] = changed;
    (!same).then_some(())
}

fn total(form: &mut Form, random: &mut Random, column: &str) -> Option<()> {
    let cell = form.total.as_mut()?.get_mut(column)?;
    let old = cell.as_str()?.to_owned();
    let changed = digit(&old, random)?;
    let same = number(&changed) == number(&old);
    *cell = changed.into();
    (!same).then_some(())
}

/// 产出指标（50分） becomes 产出指标（80分） in all its rows: it is one merged cell.
fn level_weight(form: &mut Form, random: &mut Random) -> Option<()> {
    let rows = &mut form.indicators.rows;
    let at = random.next() as usize % rows.len();
    let old = rows[at][0].clone();
    if !old.contains('（') {
        return None;
    }
    let changed = digit(&old, random)?;
    rows.iter_mut().filter(|row| row[0] == old).for_each(|row| row[0].clone_from(&changed));
    Some(())
}

fn fund_score(form: &mut Form, random: &mut Random) -> Option<()> {
    let cell = &mut form.fund.as_mut()?.rows[0][FUND_SCORE];
    let changed = digit(cell, random)?;
    let same = number(&changed) == number(cell);
    *cell = changed;
    (!same).then_some(())
}

/// A score above its weight, and the total with it: only this rule is left to see it.
fn above_weight(form: &mut Form, random: &mut Random) -> Option<()> {
    let rows = &mut form.indicators.rows;
    let at = random.next() as usize % rows.len();
    let more = Decimal::from(random.within(1, 5));
    let (weight, score) = (number(&rows[at][WEIGHT])?, number(&rows[at][SCORE])?);
    rows[at][SCORE] = (weight + more).to_string();
    let total = form.total.as_mut()?.get_mut("得分")?;
    let sum = number(total.as_str()?)? + weight + more - score;
    *total = sum.normalize().to_string().into();
    Some(())
}

/// An actual value falls short of a target that has a sign, and the row keeps all its points.
fn missed(form: &mut Form, random: &mut Random) -> Option<()> {
    let rows = &mut form.indicators.rows;
    let fit = |row: &&mut Vec<String>| row[TARGET].starts_with('≥') && row[WEIGHT] == row[SCORE];
    let mut rows: Vec<_> = rows.iter_mut().filter(fit).collect();
    if rows.is_empty() {
        return None;
    }
    let at = random.next() as usize % rows.len();
    let row = &mut rows[at];
    let changed = digit(&row[ACTUAL], random)?;
    let short = number(&changed)? < number(&row[TARGET])?;
    row[ACTUAL] = changed;
    short.then_some(())
}

/// 1.25万人 becomes 1.25人 beside a target in 万人.
fn ten_thousand_lost(form: &mut Form, random: &mut Random) -> Option<()> {
    let rows = form.indicators.rows.iter_mut().filter(|row| row[ACTUAL].contains('万') && !row[ACTUAL].contains('元'));
    let mut rows: Vec<_> = rows.collect();
    if rows.is_empty() {
        return None;
    }
    let at = random.next() as usize % rows.len();
    rows[at][ACTUAL] = rows[at][ACTUAL].replace('万', "");
    Some(())
}

/// A line of tab-separated cells that begins with the blanks of two merged cells loses one: its cells all stand one column to
/// the left.
pub fn lose_blank(text: &str, random: &mut Random) -> Option<String> {
    let lines: Vec<usize> = text
        .match_indices("\n\t\t")
        .map(|(at, _)| at + 1)
        .filter(|at| text[at + 2..].starts_with(|c| c != '\t' && c != '\n'))
        .collect();
    if lines.is_empty() {
        return None;
    }
    let mut changed = text.to_owned();
    changed.remove(*random.of(&lines));
    Some(changed)
}

/// A row whose target or actual value is gone, and all that stands behind it one column to the left.
fn shifted(form: &mut Form, random: &mut Random) -> Option<()> {
    let rows = &mut form.indicators.rows;
    let at = random.next() as usize % rows.len();
    let row = &mut rows[at];
    let from = random.within(TARGET as i64, ACTUAL as i64) as usize;
    row.remove(from);
    row.push(String::new());
    Some(())
}
