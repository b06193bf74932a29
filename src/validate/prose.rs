//! What the text says against what the tables and the rest of the text say, as records pass by: one measure with two
//! figures, and a rate of completion that its own figures contradict.

use super::figure::Figure;
use crate::model::{Code, Finding, FormRecords, Quantity, Relation, Severity, SourceOfFunds, StatementRecord};
use crate::normalize;
use crate::patterns::Audit;
use rust_decimal::Decimal;

/// Figures kept of one document; of a longer one the first.
const MOST_FACTS: usize = 2_000;
/// Two figures further apart than this, of the larger, are two measures and no slip.
const NEAR: Decimal = Decimal::from_parts(5, 0, 0, false, 2);
/// A shorter subject (支出) names too many things to compare by.
const SHORTEST_SUBJECT: usize = 6;

/// What one document has said so far.
#[derive(Debug, Default)]
pub(super) struct Prose {
    /// By [`Aspect`]: only figures of one aspect can contradict each other.
    facts: [Vec<Fact>; 3],
    /// The mark of each: most facts are told apart by it, without a look at the rest of them.
    marks: [Vec<Mark>; 3],
    count: usize,
}

#[derive(Debug)]
struct Fact {
    /// Matching key of the measure's name, without 预算 at its end.
    name: String,
    indicator: Option<String>,
    /// Income or expenditure of a fund, as a row of the fund block and as prose say it.
    fund: Option<SourceOfFunds>,
    aspect: Aspect,
    year: Option<i32>,
    unit: Option<String>,
    relation: Option<Relation>,
    value: Decimal,
    /// One unit of the last place printed, in the base unit.
    last_place: Decimal,
    raw: String,
    /// Id of the record, for the message.
    id: String,
    in_table: bool,
    /// Of unit and relation, which must be the same.
    tag: u32,
}

/// As far as figures can contradict each other. A balance is what was reached.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Aspect {
    Target,
    Actual,
    Budget,
}

impl Prose {
    /// Compares a statement with what was said before it, and remembers it. `key` is that of its subject.
    pub(super) fn statement(&mut self, statement: &mut StatementRecord, key: String, audit: &Audit) {
        let (Some(subject), Some(value)) = (&statement.subject, &statement.value) else { return };
        let fund = fund_of(&key, audit);
        let name = name_of(key);
        if statement.aspect == "completion_rate" {
            let found = self.rate(&name, statement.year, value);
            statement.findings.extend(found);
            return;
        }
        let aspect = match statement.aspect {
            "target" => Aspect::Target,
            "actual" | "balance" => Aspect::Actual,
            "budget" => Aspect::Budget,
            _ => return,
        };
        let Some(fact) = Fact::of(name, aspect, value) else { return };
        let fact = Fact {
            indicator: statement.indicator.clone(),
            fund,
            year: statement.year,
            id: statement.id.clone(),
            ..fact
        };
        let conflict = self.contradicted(&fact);
        statement.findings.extend(conflict.map(|other| conflict_of(subject, other, &fact)));
        self.keep(fact);
    }

    /// Compares a form's indicators, its income and expenditure, with what the text said before it, and remembers them
    /// for what it says behind.
    pub(super) fn form(&mut self, records: &mut FormRecords) {
        for row in &mut records.funds {
            if !matches!(row.source_of_funds, SourceOfFunds::Income | SourceOfFunds::Expenditure) {
                continue;
            }
            let name = name_of(normalize::key(&row.item));
            for (aspect, value) in [(Aspect::Budget, &row.budget), (Aspect::Actual, &row.executed)] {
                let fact = value.as_ref().and_then(|value| Fact::of(name.clone(), aspect, value));
                let Some(fact) = fact else { continue };
                let fact = Fact {
                    fund: Some(row.source_of_funds),
                    year: records.form.year,
                    id: row.id.clone(),
                    in_table: true,
                    ..fact
                };
                let conflict = self.contradicted(&fact);
                row.findings.extend(conflict.map(|other| conflict_of(&row.item, other, &fact)));
                self.keep(fact);
            }
        }
        for row in &mut records.indicators {
            let Some(indicator) = row.indicator.clone() else { continue };
            let shown = row.level3.as_deref().unwrap_or_default();
            let name = name_of(normalize::key(shown));
            for (aspect, value) in [(Aspect::Target, &row.target), (Aspect::Actual, &row.actual)] {
                let Some(fact) = value.as_ref().and_then(|value| Fact::of(name.clone(), aspect, value)) else {
                    continue;
                };
                let fact = Fact {
                    indicator: Some(indicator.clone()),
                    year: row.year,
                    id: row.id.clone(),
                    in_table: true,
                    ..fact
                };
                let conflict = self.contradicted(&fact);
                row.findings.extend(conflict.map(|other| conflict_of(shown, other, &fact)));
                self.keep(fact);
            }
        }
    }

    fn keep(&mut self, fact: Fact) {
        if self.count < MOST_FACTS {
            self.count += 1;
            self.marks[fact.aspect as usize].push(fact.mark());
            self.facts[fact.aspect as usize].push(fact);
        }
    }

    /// What said the same measure's figure otherwise before.
    fn contradicted(&self, fact: &Fact) -> Option<&Fact> {
        let (facts, marks) = (&self.facts[fact.aspect as usize], &self.marks[fact.aspect as usize]);
        let own = fact.mark();
        let alike = marks.iter().zip(facts).filter(|(mark, _)| mark.may_contradict(own));
        alike.map(|(_, other)| other).find(|other| other.contradicts(fact))
    }

    /// 完成预算的99.57%, where the text itself gives budget and result.
    fn rate(&self, name: &str, year: Option<i32>, rate: &Quantity) -> Option<Finding> {
        let printed = Fact::of(name.to_owned(), Aspect::Actual, rate)?;
        let last = |aspect: Aspect| {
            let same = |fact: &&Fact| !fact.in_table && fact.year == year && fact.name == name;
            self.facts[aspect as usize].iter().rev().find(same)
        };
        let (result, budget) = (last(Aspect::Actual)?, last(Aspect::Budget).or_else(|| last(Aspect::Target))?);
        if result.unit != budget.unit || printed.relation != Some(Relation::Equal) || budget.value.is_zero() {
            return None;
        }
        let computed = result.value.checked_div(budget.value)?;
        // Its figures may be rounded themselves: 3.54亿元.
        let rounded = result.last_place.checked_add(budget.last_place.checked_mul(computed)?)?;
        let tolerance = printed.last_place.checked_add(rounded.checked_div(budget.value)?.abs())?;
        if computed.checked_sub(printed.value)?.abs() < tolerance {
            return None;
        }
        // Of a measure that is better the smaller, some reckon the other way round.
        let inverse = Decimal::ONE.checked_div(computed).and_then(|inverse| inverse.checked_sub(printed.value));
        if budget.aspect == Aspect::Target && inverse.is_some_and(|apart| apart.abs() < tolerance) {
            return None;
        }
        let computed = computed.round_dp(4).normalize();
        let message = format!(
            "{} ÷ {} is {computed}, not {} as the text says ({}, {})",
            result.shown(),
            budget.shown(),
            printed.shown(),
            result.id,
            budget.id
        );
        Some(Finding::new(Code::RateMismatch, Severity::Warning, message).with(computed, printed.value.normalize()))
    }
}

impl Fact {
    /// A single number with its printed places; `None` for anything else.
    fn of(name: String, aspect: Aspect, value: &Quantity) -> Option<Self> {
        let number = value.value.filter(|_| value.upper.is_none())?.get();
        Some(Fact {
            name,
            indicator: None,
            fund: None,
            aspect,
            year: None,
            unit: value.unit.clone(),
            relation: value.relation,
            value: number,
            last_place: Figure::of(value).filter(|figure| figure.factor.is_some())?.place,
            raw: value.raw.clone(),
            id: String::new(),
            in_table: false,
            tag: tag(value),
        })
    }

    /// The figure as printed, for a message: without white space.
    fn shown(&self) -> String {
        self.raw.split_whitespace().collect()
    }

    fn mark(&self) -> Mark {
        Mark { tag: self.tag, year: self.year, in_table: self.in_table }
    }

    /// One measure said twice, in one unit, with figures that are near and yet not one rounded or cut. That both are of this
    /// aspect and of one year their marks say.
    fn contradicts(&self, other: &Fact) -> bool {
        let same_indicator = self.indicator.is_some() && self.indicator == other.indicator;
        let same_name = self.name == other.name && self.name.chars().nth(SHORTEST_SUBJECT - 1).is_some();
        let across = self.in_table != other.in_table;
        // Within the text one indicator may have several subjects; only what ends alike is one measure.
        let one_ends_the_other = || self.name.ends_with(&other.name) || other.name.ends_with(&self.name);
        let same_fund = across && self.fund.is_some() && self.fund == other.fund;
        if !(same_name || same_fund || same_indicator && (across || one_ends_the_other())) {
            return false;
        }
        if self.relation != other.relation || self.unit != other.unit {
            return false;
        }
        let Some(apart) = self.value.checked_sub(other.value).map(|d| d.abs()) else { return false };
        let Some(near) = NEAR.checked_mul(self.value.abs().max(other.value.abs())) else { return false };
        apart >= self.last_place.max(other.last_place) && apart <= near
    }
}

/// What tells of most facts that they cannot contradict each other: another unit, another year, both in a table.
#[derive(Debug, Clone, Copy)]
struct Mark {
    tag: u32,
    year: Option<i32>,
    in_table: bool,
}

impl Mark {
    fn may_contradict(self, other: Mark) -> bool {
        self.tag == other.tag && self.year == other.year && !(self.in_table && other.in_table)
    }
}

/// A number that is the same for the same unit and relation.
fn tag(value: &Quantity) -> u32 {
    let relation = value.relation.map_or(0, |relation| relation as u32 + 1);
    let unit = value.unit.as_deref().unwrap_or("").bytes();
    unit.fold(relation, |tag, byte| tag.wrapping_mul(31).wrapping_add(u32::from(byte)))
}

fn conflict_of(name: &str, earlier: &Fact, found: &Fact) -> Finding {
    let whose = |fact: &Fact| if fact.in_table { "the table" } else { "the text" };
    let message = format!(
        "{name}: {} says {}, but {} {} ({})",
        whose(found),
        found.shown(),
        whose(earlier),
        earlier.shown(),
        earlier.id
    );
    Finding::new(Code::ProseTableConflict, Severity::Warning, message)
        .with(earlier.value.normalize(), found.value.normalize())
}

/// What names are compared by, from a name's key: a budget and its result bear one name.
fn name_of(mut key: String) -> String {
    key.truncate(key.strip_suffix("预算").map_or(key.len(), str::len));
    key
}

/// Whether the subject of this key is the income or the expenditure of a whole fund.
fn fund_of(key: &str, audit: &Audit) -> Option<SourceOfFunds> {
    if audit.income_in_prose.ends_key(key) {
        Some(SourceOfFunds::Income)
    } else if audit.expenditure_in_prose.ends_key(key) {
        Some(SourceOfFunds::Expenditure)
    } else {
        None
    }
}
