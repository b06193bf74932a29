//! What the figures of a form must satisfy: a cell of numbers holds a number, executed ÷ budget is the printed rate, parts
//! add up to their total, points to theirs, no score is above its weight.

use super::Spot;
use crate::mapping::quantity::Grammar;
use crate::mapping::row::RowCell;
use crate::model::{FormRecords, FundRecord, IndicatorRecord, Number, Place, Quantity, SourceOfFunds};
use crate::normalize;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, BTreeSet};

/// What is asked, and of which figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Key {
    /// Of a cell: does it hold a number?
    Read(Spot),
    /// Of a cell: is it a likely share?
    Share(Spot),
    /// Of a fund row, by its number.
    Rate(u32),
    /// Of a column of amounts.
    Funds(&'static str),
    /// Of a column of points.
    Points(&'static str),
    /// Of a row, of the funds (true) or the indicators, by its number.
    Above(bool, u32),
}

impl Key {
    /// Does an equation decide, and not only what may stand in a place?
    pub(super) fn is_arithmetic(self) -> bool {
        !matches!(self, Key::Read(_) | Key::Share(_))
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub(super) struct Check {
    pub(super) holds: bool,
    /// The cells that it rests on.
    pub(super) spots: Vec<Spot>,
    /// What holds where it holds.
    pub(super) says: String,
}

/// The cells of a form that was recognised, and those of them that stand in rows of totals.
pub(super) struct Recognised<'s> {
    pub(super) cells: BTreeMap<Spot, &'s RowCell>,
    pub(super) of_totals: Vec<Spot>,
}

const AMOUNTS: [(&str, Amount); 3] =
    [("budget_initial", |f| &f.budget_initial), ("budget", |f| &f.budget), ("executed", |f| &f.executed)];
type Amount = fn(&FundRecord) -> &Option<Quantity>;

/// All that is asked of a form.
pub(super) fn checks(records: &FormRecords, recognised: &Recognised<'_>, grammar: &Grammar) -> BTreeMap<Key, Check> {
    let mut found = Checks { recognised, grammar, found: BTreeMap::new(), claimed: BTreeSet::new() };
    for fund in &records.funds {
        found.fund(fund);
    }
    for indicator in &records.indicators {
        found.indicator(indicator);
    }
    found.unclaimed(records);
    for (field, amount) in AMOUNTS {
        found.parts(records, field, amount);
    }
    found.points(records, "weight", |f| f.weight, |i| i.weight, records.form.total_weight);
    found.points(records, "score", |f| f.score, |i| i.score, records.form.total_score);
    found.found
}

struct Checks<'a> {
    recognised: &'a Recognised<'a>,
    grammar: &'a Grammar,
    found: BTreeMap<Key, Check>,
    claimed: BTreeSet<Spot>,
}

impl Checks<'_> {
    fn put(&mut self, key: Key, holds: bool, spots: Vec<Spot>, says: impl Into<String>) {
        self.found.insert(key, Check { holds, spots, says: says.into() });
    }

    /// Asks of a cell whether it was read as a number.
    fn read(&mut self, place: &Place, field: &str, holds: Option<bool>) {
        let Some(spot) = spot(place, field).filter(|spot| self.recognised.cells.contains_key(spot)) else { return };
        if let Some(holds) = holds {
            self.put(Key::Read(spot), holds, vec![spot], "it is a number");
        }
    }

    fn points_read(&mut self, place: &Place, field: &str, value: Option<Number>) {
        let text = spot(place, field).and_then(|spot| self.recognised.cells.get(&spot)).map(|cell| cell.text.as_str());
        let blank = text.is_none_or(|text| self.grammar.is_blank(text));
        self.read(place, field, (!blank).then_some(value.is_some()));
    }

    fn fund(&mut self, fund: &FundRecord) {
        let place = &fund.place;
        self.claimed.extend(spots(place));
        for (field, amount) in AMOUNTS {
            self.read(place, field, amount(fund).as_ref().map(is_amount));
        }
        self.read(place, "rate", fund.rate.as_ref().map(is_amount));
        self.points_read(place, "weight", fund.weight);
        self.points_read(place, "score", fund.score);
        self.above(place, Key::Above(true, fund.row), fund.weight, fund.score);
        let value = |q: &Option<Quantity>| q.as_ref().and_then(|q| q.value).map(Number::get);
        if let (Some(budget), Some(executed), Some(rate)) =
            (value(&fund.budget), value(&fund.executed), fund.rate.as_ref())
        {
            let spots = ["budget", "executed", "rate"].iter().filter_map(|field| spot(place, field)).collect();
            let holds = is_rate(executed, budget, rate);
            let says = format!("executed ÷ budget ({executed} ÷ {budget}) is the rate, {}", rate.raw);
            if let Some(holds) = holds {
                self.put(Key::Rate(fund.row), holds, spots, says);
            }
        }
    }

    fn indicator(&mut self, row: &IndicatorRecord) {
        let place = &row.place;
        self.claimed.extend(spots(place));
        self.points_read(place, "weight", row.weight);
        self.points_read(place, "score", row.score);
        self.above(place, Key::Above(false, row.row), row.weight, row.score);
        for (field, own, other) in [("target", &row.target, &row.actual), ("actual", &row.actual, &row.target)] {
            let text = spot(place, field).and_then(|spot| self.recognised.cells.get(&spot)).map(|c| c.text.as_str());
            self.read(place, field, own.as_ref().map_or(text.filter(|t| is_number_like(t)).map(|_| false), is_value));
            let share = |q: &Option<Quantity>| {
                q.as_ref().filter(|q| q.unit.as_deref() == Some("ratio")).and_then(|q| q.value).map(Number::get)
            };
            let doubted = spot(place, field).filter(|spot| self.recognised.cells.contains_key(spot));
            if let (Some(one), Some(beside), Some(spot)) = (share(own), share(other), doubted) {
                // Shares of twice the whole beside one of the whole at most: ≥90% read as 290%, 100% as 1100%.
                let holds = one < Decimal::TWO || beside > Decimal::ONE;
                self.put(Key::Share(spot), holds, vec![spot], "it is a share like the other value of its row");
            }
        }
    }

    fn above(&mut self, place: &Place, key: Key, weight: Option<Number>, score: Option<Number>) {
        if let (Some(weight), Some(score)) = (weight, score) {
            let spots = ["weight", "score"].iter().filter_map(|field| spot(place, field)).collect();
            self.put(key, score <= weight, spots, format!("the score {score} is not above the weight {weight}"));
        }
    }

    /// Numbers in rows of records that feed no field.
    fn unclaimed(&mut self, records: &FormRecords) {
        let places = records.funds.iter().map(|f| &f.place).chain(records.indicators.iter().map(|i| &i.place));
        let rows: Vec<(u32, [usize; 2])> = places.filter_map(|place| Some((place.table?, place.rows?))).collect();
        let of_record = |spot: &Spot| {
            rows.iter().any(|(table, [first, last])| spot.table == *table && (*first..=*last).contains(&spot.row))
        };
        let recognised = self.recognised;
        for (spot, cell) in &recognised.cells {
            if of_record(spot) && is_number_like(&cell.text) && !self.claimed.contains(spot) {
                self.put(Key::Read(*spot), false, vec![*spot], "");
            }
        }
        // What is claimed needs to say so, for one that was not claimed before.
        for spot in self.claimed.clone() {
            if recognised.cells.contains_key(&spot) && !self.found.contains_key(&Key::Read(spot)) {
                self.put(Key::Read(spot), true, vec![spot], "it fits its column");
            }
        }
    }

    /// The parts of the funds and their total.
    fn parts(&mut self, records: &FormRecords, field: &'static str, amount: Amount) {
        let value = |fund: &FundRecord| Some(amount(fund).as_ref()?.value?.get());
        let mut totals = records.funds.iter().filter(|fund| fund.source_of_funds == SourceOfFunds::Total);
        let (Some(whole), None) = (totals.next(), totals.next()) else { return };
        let Some(total) = value(whole) else { return };
        let by_whom = [SourceOfFunds::Central, SourceOfFunds::Provincial, SourceOfFunds::Local];
        let by_kind =
            [SourceOfFunds::CurrentFiscal, SourceOfFunds::Carryover, SourceOfFunds::Own, SourceOfFunds::Other];
        let all: Vec<SourceOfFunds> = by_whom.iter().chain(&by_kind).copied().collect();
        let mut holds = false;
        let mut any = false;
        for kinds in [&by_whom[..], &by_kind, &all] {
            let parts = records.funds.iter().filter(|fund| kinds.contains(&fund.source_of_funds));
            let sum = parts.filter_map(value).map(Some).reduce(|a, b| a?.checked_add(b?));
            any |= sum.is_some();
            holds |= sum == Some(Some(total));
        }
        if any {
            let spots = records.funds.iter().filter_map(|fund| spot(&fund.place, field)).collect();
            self.put(Key::Funds(field), holds, spots, format!("the parts of the {field} add up to the total {total}"));
        }
    }

    /// A column of points and its total.
    fn points(
        &mut self,
        records: &FormRecords,
        field: &'static str,
        of_fund: fn(&FundRecord) -> Option<Number>,
        of_row: fn(&IndicatorRecord) -> Option<Number>,
        printed: Option<Number>,
    ) {
        // What points add up to where a form does not say: all, or all but those of the fund block.
        const CUSTOMARY: [i64; 3] = [100, 90, 80];
        let sum = |values: &mut dyn Iterator<Item = Number>| {
            values.map(|value| Some(value.get())).reduce(|a, b| a?.checked_add(b?)).flatten()
        };
        let Some(rows) = sum(&mut records.indicators.iter().filter_map(of_row)) else { return };
        let funds = [
            Some(Decimal::ZERO),
            records.funds.iter().find_map(of_fund).map(Number::get),
            sum(&mut records.funds.iter().filter_map(of_fund)),
        ];
        let mut sums = funds.into_iter().flatten().filter_map(|points| rows.checked_add(points));
        let is_total = |sum: Decimal| match printed {
            Some(total) => sum == total.get(),
            None => CUSTOMARY.iter().any(|custom| sum == Decimal::from(*custom)),
        };
        if printed.is_none() && field == "score" {
            return;
        }
        let found = sums.find(|sum| is_total(*sum));
        let places = records.funds.iter().map(|f| &f.place).chain(records.indicators.iter().map(|i| &i.place));
        let mut spots: Vec<Spot> = places.filter_map(|place| spot(place, field)).collect();
        spots.extend(&self.recognised.of_totals);
        let says = format!("the {field}s add up to {}", found.unwrap_or(rows).normalize());
        self.put(Key::Points(field), found.is_some(), spots, says);
    }
}

/// The cell that fed a field.
pub(super) fn spot(place: &Place, field: &str) -> Option<Spot> {
    let [row, column] = *place.cells.get(field)?;
    Some(Spot { table: place.table?, row, column })
}

/// All cells of a record.
fn spots(place: &Place) -> impl Iterator<Item = Spot> + '_ {
    place.cells.keys().filter_map(|field| spot(place, field))
}

/// An amount as amounts are printed: nothing but a number and its unit.
fn is_amount(quantity: &Quantity) -> bool {
    quantity.value.is_some() && quantity.text.is_none() && !begins_oddly(&quantity.raw)
}

/// Is a target or actual value read as what it seems to be? None where it is words.
fn is_value(quantity: &Quantity) -> Option<bool> {
    if quantity.date.is_some() || quantity.parts.is_some() {
        return Some(true);
    }
    if !is_number_like(&quantity.raw) {
        return None;
    }
    let scraps = quantity.text.as_deref().is_some_and(|text| !text.chars().any(is_ideograph));
    Some(quantity.value.is_some() && !scraps && !begins_oddly(&quantity.raw))
}

/// No number is printed with a point in front, and none above zero with a zero in front of another figure.
fn begins_oddly(raw: &str) -> bool {
    let number = raw.trim_start_matches(|c: char| !(c.is_ascii_digit() || c == '.'));
    let mut first = number.chars();
    match (first.next(), first.next()) {
        (Some('.'), next) => next.is_some_and(|c| c.is_ascii_digit()),
        (Some('0'), next) => next.is_some_and(|c| c.is_ascii_digit()),
        _ => false,
    }
}

/// Digits, signs and letters that look like digits for the larger part, at least one digit; or a few such letters alone.
fn is_number_like(text: &str) -> bool {
    let is_sign = |c: char| c.is_ascii_punctuation() || "≥≤＞＜％‰，．－—".contains(c);
    let is_letter = |c: char| "OoDQIli|SsBbZzgq".contains(c);
    let (mut all, mut digits, mut signs, mut letters) = (0, 0, 0, 0);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        digits += usize::from(c.is_ascii_digit());
        signs += usize::from(is_sign(c) && !is_letter(c));
        letters += usize::from(is_letter(c));
    }
    let only_letters = (1..=4).contains(&letters) && letters + signs == all;
    (digits > 0 && 2 * (digits + signs + letters) >= all) || only_letters
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}')
}

/// Is executed ÷ budget the rate, within its last printed place? None where nothing tells how it is printed.
fn is_rate(executed: Decimal, budget: Decimal, rate: &Quantity) -> Option<bool> {
    let value = rate.value?.get();
    let (printed, decimals) = last_number(&rate.raw)?;
    let exact = executed.checked_div(budget)?;
    let per_cent = value != printed;
    // 1 under 执行率 is all of it, not a hundredth.
    let signed = rate.raw.contains(['%', '％']);
    if per_cent && !signed && printed <= Decimal::ONE && !printed.is_zero() {
        return Some(false);
    }
    let place = Decimal::new(1, decimals + if per_cent { 2 } else { 0 });
    Some((exact - value).abs() <= place)
}

/// The last number printed in a text, and how many decimals it has.
fn last_number(raw: &str) -> Option<(Decimal, u32)> {
    let number: Decimal = normalize::last_number(raw)?.parse().ok()?;
    (number.scale() <= 20).then(|| (number, number.scale()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Relation;

    fn rate(raw: &str, value: &str) -> Quantity {
        let value = Some(Number::new(value.parse().unwrap()));
        Quantity { value, relation: Some(Relation::Equal), text: None, ..Quantity::text_only(raw, "") }
    }

    #[test]
    fn a_rate_holds_within_its_last_printed_place() {
        let of = |executed: i64, budget: i64, raw: &str, value: &str| {
            is_rate(Decimal::from(executed), Decimal::from(budget), &rate(raw, value))
        };
        assert_eq!(of(2458201, 2488814, "98.77%", "0.9877"), Some(true));
        assert_eq!(of(2458201, 2488814, "98.17%", "0.9817"), Some(false));
        assert_eq!(of(2458201, 2488814, "98%", "0.98"), Some(true));
        assert_eq!(of(2458201, 2488814, "0.99", "0.99"), Some(true));
        // 1 of 156 and 15600 is a lost point, whatever the reading of the rate made of it.
        assert_eq!(of(156, 15600, "1", "0.01"), Some(false));
        assert_eq!(of(5, 0, "1%", "0.01"), None);
    }

    #[test]
    fn numbers_begin_as_numbers_do() {
        for raw in [".108", "00%", "≥05", "012.5万元"] {
            assert!(begins_oddly(raw), "{raw}");
        }
        for raw in ["108", "0%", "≥0.5", "0.108", "", "——", "100"] {
            assert!(!begins_oddly(raw), "{raw}");
        }
    }

    #[test]
    fn what_may_be_a_number_is_told_from_words() {
        for text in ["98.5%", "l0", "≥9O%", "lO", "1O万元", "S"] {
            assert!(is_number_like(text), "{text}");
        }
        for text in ["普遍知晓", "指标1", "优良", "A类", ""] {
            assert!(!is_number_like(text), "{text}");
        }
    }
}
