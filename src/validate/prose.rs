//! What the text says against what the tables and the rest of the text say, as records pass by: one measure with two
//! figures, and a rate of completion that its own figures contradict.

use super::figure::Figure;
use crate::model::{
    Code, Finding, FundRecord, IndicatorRecord, Quantity, Relation, Severity, SourceOfFunds, StatementRecord,
};
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
    texts: Texts,
}

/// What facts say in words, one text behind the other: dozens of them for each form.
#[derive(Debug, Default)]
struct Texts(String);

/// Where one of them stands.
#[derive(Debug, Clone, Copy, Default)]
struct Span {
    from: u32,
    to: u32,
}

#[derive(Debug)]
struct Fact {
    /// Matching key of the measure's name, without 预算 at its end.
    name: Span,
    /// Blank where there is none.
    indicator: Span,
    /// Income or expenditure of a fund, as a row of the fund block and as prose say it.
    fund: Option<SourceOfFunds>,
    aspect: Aspect,
    year: Option<i32>,
    /// Blank where there is none.
    unit: Span,
    relation: Option<Relation>,
    value: Decimal,
    raw: Span,
    /// Id of the record, for the message.
    id: Span,
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

/// A figure as a record says it.
struct Told<'r> {
    /// See [`Fact::name`].
    name: &'r str,
    indicator: Option<&'r str>,
    fund: Option<SourceOfFunds>,
    aspect: Aspect,
    year: Option<i32>,
    id: &'r str,
    in_table: bool,
    /// The measure's name as printed, for a message.
    shown: &'r str,
}

impl Texts {
    fn keep(&mut self, text: &str) -> Span {
        let from = self.0.len() as u32;
        self.0.push_str(text);
        Span { from, to: self.0.len() as u32 }
    }

    fn get(&self, span: Span) -> &str {
        self.0.get(span.from as usize..span.to as usize).unwrap_or_default()
    }
}

impl Prose {
    /// Compares a statement with what was said before it, and remembers it. `key` is that of its subject.
    pub(super) fn statement(&mut self, statement: &StatementRecord, key: &str, audit: &Audit) -> Option<Finding> {
        let value = statement.value.as_ref()?;
        let name = name_of(key);
        let aspect = match statement.aspect {
            "completion_rate" => return self.rate(name, statement.year, value),
            "target" => Aspect::Target,
            "actual" | "balance" => Aspect::Actual,
            "budget" => Aspect::Budget,
            _ => return None,
        };
        let told = Told {
            name,
            indicator: statement.indicator.as_deref(),
            fund: fund_of(key, audit),
            aspect,
            year: statement.year,
            id: &statement.id,
            in_table: false,
            shown: statement.subject.as_deref().unwrap_or_default(),
        };
        self.take(&told, value)
    }

    /// Compares a fund's income or expenditure with what the text said before it, and remembers it for what it says behind.
    /// `key` is that of its item, `year` the form's.
    pub(super) fn fund(&mut self, row: &FundRecord, key: &str, year: Option<i32>) -> Vec<Finding> {
        if !matches!(row.source_of_funds, SourceOfFunds::Income | SourceOfFunds::Expenditure) {
            return Vec::new();
        }
        let told = |aspect| Told {
            name: name_of(key),
            indicator: None,
            fund: Some(row.source_of_funds),
            aspect,
            year,
            id: &row.id,
            in_table: true,
            shown: &row.item,
        };
        let figures = [(Aspect::Budget, &row.budget), (Aspect::Actual, &row.executed)];
        figures.into_iter().filter_map(|(aspect, value)| self.take(&told(aspect), value.as_ref()?)).collect()
    }

    /// The same of an indicator whose id is known. `key` is that of its name.
    pub(super) fn indicator(&mut self, row: &IndicatorRecord, key: &str) -> Vec<Finding> {
        let Some(indicator) = &row.indicator else { return Vec::new() };
        let told = |aspect| Told {
            name: name_of(key),
            indicator: Some(indicator),
            fund: None,
            aspect,
            year: row.year,
            id: &row.id,
            in_table: true,
            shown: row.level3.as_deref().unwrap_or_default(),
        };
        let figures = [(Aspect::Target, &row.target), (Aspect::Actual, &row.actual)];
        figures.into_iter().filter_map(|(aspect, value)| self.take(&told(aspect), value.as_ref()?)).collect()
    }

    /// Compares a figure with those before it, and remembers it. Only a single number is one.
    fn take(&mut self, told: &Told<'_>, value: &Quantity) -> Option<Finding> {
        let number = value.value.filter(|_| value.upper.is_none())?.get();
        let before = self.texts.0.len();
        let fact = Fact {
            name: self.texts.keep(told.name),
            indicator: self.texts.keep(told.indicator.unwrap_or_default()),
            fund: told.fund,
            aspect: told.aspect,
            year: told.year,
            unit: self.texts.keep(value.unit.as_deref().unwrap_or_default()),
            relation: value.relation,
            value: number,
            raw: self.texts.keep(&value.raw),
            id: self.texts.keep(told.id),
            in_table: told.in_table,
            tag: tag(value),
        };
        let found = self.contradicted(&fact).map(|other| self.conflict_of(told.shown, other, &fact));
        if self.count < MOST_FACTS {
            self.count += 1;
            self.marks[fact.aspect as usize].push(fact.mark());
            self.facts[fact.aspect as usize].push(fact);
        } else {
            self.texts.0.truncate(before);
        }
        found
    }

    /// What said the same measure's figure otherwise before.
    fn contradicted(&self, fact: &Fact) -> Option<&Fact> {
        let (facts, marks) = (&self.facts[fact.aspect as usize], &self.marks[fact.aspect as usize]);
        let own = fact.mark();
        // What a table says can only contradict what the text says; what the text says, both.
        let either = if fact.in_table { 0 } else { IN_TABLE };
        let wanted = if fact.in_table { own & !IN_TABLE } else { own | IN_TABLE };
        let alike = marks.iter().zip(facts).filter(|(mark, _)| **mark | either == wanted);
        alike.map(|(_, other)| other).find(|other| self.contradict(other, fact))
    }

    /// One measure said twice of one year, in one unit, with figures that are near and yet not one rounded or cut. That both
    /// are of one aspect, and not both in a table, is known.
    fn contradict(&self, one: &Fact, other: &Fact) -> bool {
        let text = |span| self.texts.get(span);
        let (name, other_name) = (text(one.name), text(other.name));
        let indicator = text(one.indicator);
        let same_indicator = !indicator.is_empty() && indicator == text(other.indicator);
        let same_name = name == other_name && name.chars().nth(SHORTEST_SUBJECT - 1).is_some();
        let across = one.in_table != other.in_table;
        // Within the text one indicator may have several subjects; only what ends alike is one measure.
        let one_ends_the_other = || name.ends_with(other_name) || other_name.ends_with(name);
        let same_fund = across && one.fund.is_some() && one.fund == other.fund;
        if !(same_name || same_fund || same_indicator && (across || one_ends_the_other())) {
            return false;
        }
        if one.year != other.year || one.relation != other.relation || text(one.unit) != text(other.unit) {
            return false;
        }
        let Some(apart) = one.value.checked_sub(other.value).map(|d| d.abs()) else { return false };
        let Some(near) = NEAR.checked_mul(one.value.abs().max(other.value.abs())) else { return false };
        let last_places = || Some(self.last_place(one)?.max(self.last_place(other)?));
        !apart.is_zero() && apart <= near && last_places().is_some_and(|places| apart >= places)
    }

    /// One unit of the last place printed, in the base unit; `None` where it cannot be told.
    fn last_place(&self, fact: &Fact) -> Option<Decimal> {
        last_place(Figure::printed(fact.value, self.texts.get(fact.raw)))
    }

    /// The figure as printed, for a message: without white space.
    fn shown(&self, fact: &Fact) -> String {
        without_space(self.texts.get(fact.raw))
    }

    fn conflict_of(&self, name: &str, earlier: &Fact, found: &Fact) -> Finding {
        let whose = |fact: &Fact| if fact.in_table { "the table" } else { "the text" };
        let message = format!(
            "{name}: {} says {}, but {} {} ({})",
            whose(found),
            self.shown(found),
            whose(earlier),
            self.shown(earlier),
            self.texts.get(earlier.id)
        );
        Finding::new(Code::ProseTableConflict, Severity::Warning, message)
            .with(earlier.value.normalize(), found.value.normalize())
    }

    /// 完成预算的99.57%, where the text itself gives budget and result.
    fn rate(&self, name: &str, year: Option<i32>, rate: &Quantity) -> Option<Finding> {
        let last = |aspect: Aspect| {
            let same = |fact: &&Fact| !fact.in_table && fact.year == year && self.texts.get(fact.name) == name;
            let known = |fact| Some((fact, self.last_place(fact)?));
            self.facts[aspect as usize].iter().rev().filter(same).find_map(known)
        };
        let (result, result_place) = last(Aspect::Actual)?;
        let (budget, budget_place) = last(Aspect::Budget).or_else(|| last(Aspect::Target))?;
        let same_unit = self.texts.get(result.unit) == self.texts.get(budget.unit);
        if !same_unit || rate.relation != Some(Relation::Equal) || budget.value.is_zero() {
            return None;
        }
        let printed = Figure::of(rate)?;
        let printed_place = last_place(Some(printed))?;
        let computed = result.value.checked_div(budget.value)?;
        // Its figures may be rounded themselves: 3.54亿元.
        let rounded = result_place.checked_add(budget_place.checked_mul(computed)?)?;
        let tolerance = printed_place.checked_add(rounded.checked_div(budget.value)?.abs())?;
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
            self.shown(result),
            self.shown(budget),
            without_space(&rate.raw),
            self.texts.get(result.id),
            self.texts.get(budget.id)
        );
        Some(Finding::new(Code::RateMismatch, Severity::Warning, message).with(computed, printed.value.normalize()))
    }
}

impl Fact {
    fn mark(&self) -> Mark {
        let year = self.year.map_or(0, i32::cast_unsigned);
        let mixed = self.tag.wrapping_add(year.wrapping_mul(0x9E37_79B1));
        mixed & !IN_TABLE | if self.in_table { IN_TABLE } else { 0 }
    }
}

/// The same for facts of one unit, relation and year; another for nearly all others. One bit says that a table has it.
type Mark = u32;

const IN_TABLE: Mark = 1 << 31;

/// Nought is exact, in whatever place.
fn last_place(figure: Option<Figure>) -> Option<Decimal> {
    Some(figure.filter(|figure| figure.factor.is_some())?.place)
}

fn without_space(raw: &str) -> String {
    raw.split_whitespace().collect()
}

/// A number that is the same for the same unit and relation.
fn tag(value: &Quantity) -> u32 {
    let relation = value.relation.map_or(0, |relation| relation as u32 + 1);
    let unit = value.unit.as_deref().unwrap_or("").bytes();
    unit.fold(relation, |tag, byte| tag.wrapping_mul(31).wrapping_add(u32::from(byte)))
}

/// What names are compared by, from a name's key: a budget and its result bear one name.
fn name_of(key: &str) -> &str {
    key.strip_suffix("预算").unwrap_or(key)
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
