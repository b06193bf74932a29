//! One form twice, and one project with two sets of figures: within a document, and over the documents of a drop.
//!
//! Of a form only a [`Fingerprint`] is kept, so that a drop of any size can be compared: what tells its project, a hash
//! of all its figures, and the few figures that a message needs.

use crate::model::{Code, Finding, FormRecord, FundRecord, IndicatorRecord, Number, Quantity, Record, Severity};
use crate::normalize;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::collections::hash_map::Entry;

/// What is kept of a form: at most 200 bytes, whatever its size.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fingerprint {
    /// Hash of project, year, unit and place; of the figures where one of them is missing.
    #[serde(rename = "k")]
    key: u64,
    /// Hash of all figures.
    #[serde(rename = "h")]
    figures: u64,
    /// The twelve hex digits of the document's id.
    #[serde(rename = "d")]
    document: u64,
    /// The form's number in its document.
    #[serde(rename = "f")]
    form: u32,
    #[serde(rename = "s")]
    total_score: Option<Number>,
    #[serde(rename = "b")]
    budget: Option<Number>,
    #[serde(rename = "e")]
    executed: Option<Number>,
}

impl Fingerprint {
    /// Number of the form in its document.
    pub fn form(&self) -> u32 {
        self.form
    }

    fn id(&self) -> String {
        format!("{:012x}-f{}", self.document, self.form)
    }

    /// The figures of both that a reader knows a form by.
    fn differences(&self, other: &Fingerprint) -> String {
        let fields = [
            ("total score", self.total_score, other.total_score),
            ("budget", self.budget, other.budget),
            ("executed", self.executed, other.executed),
        ];
        let shown = |value: Option<Number>| value.map_or("none".to_owned(), |value| value.to_string());
        let told: Vec<String> = fields
            .into_iter()
            .filter(|(_, here, there)| here != there)
            .map(|(name, here, there)| format!("{name} {} here, {} there", shown(here), shown(there)))
            .collect();
        if told.is_empty() { "the rows' values differ".to_owned() } else { told.join("; ") }
    }
}

/// Makes fingerprints of the forms of one document from its records, as they pass by.
#[derive(Debug, Default)]
pub struct Fingerprints {
    open: Option<Open>,
    done: Vec<Fingerprint>,
}

#[derive(Debug)]
struct Open {
    print: Fingerprint,
    /// Whether all that tells the project is known.
    named: bool,
    hash: Hash,
    rows: u32,
    reported: bool,
}

impl Fingerprints {
    /// The next record of the document: a form comes before its rows.
    pub fn add(&mut self, record: &Record) {
        match record {
            Record::Form(form) => self.form(form),
            Record::Fund(fund) => self.fund(fund, &normalize::folded(&fund.item)),
            Record::Indicator(row) => {
                self.indicator(row, &normalize::folded(row.level3.as_deref().unwrap_or_default()));
            }
            Record::Document(_) | Record::Statement(_) => {}
        }
    }

    /// All of them.
    pub fn finish(mut self) -> Vec<Fingerprint> {
        self.close();
        self.done
    }

    pub(super) fn form(&mut self, form: &FormRecord) {
        self.close();
        let mut key = Hash::new();
        key.text(form.project.as_deref().unwrap_or(""));
        key.text(form.authority.as_deref().unwrap_or(""));
        key.text(form.implementer.as_deref().unwrap_or(""));
        key.bytes(form.region.as_ref().map_or("", |region| region.code.as_str()).as_bytes());
        key.bytes(&form.year.unwrap_or(0).to_le_bytes());
        let placed = form.implementer.is_some() || form.region.is_some();
        let mut hash = Hash::new();
        hash.number(form.total_weight);
        hash.number(form.total_score);
        let document = form.id.get(..12).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(0);
        self.open = Some(Open {
            print: Fingerprint {
                key: key.0,
                figures: 0,
                document,
                form: form.form,
                total_score: form.total_score,
                budget: None,
                executed: None,
            },
            named: form.project.is_some() && form.year.is_some() && placed,
            hash,
            rows: 0,
            reported: false,
        });
    }

    /// `key` is that of the fund's item.
    pub(super) fn fund(&mut self, fund: &FundRecord, key: &str) {
        let Some(open) = &mut self.open else { return };
        let value = |quantity: &Option<Quantity>| quantity.as_ref().and_then(|quantity| quantity.value);
        open.print.budget = open.print.budget.or(value(&fund.budget));
        open.print.executed = open.print.executed.or(value(&fund.executed));
        open.hash.bytes(key.as_bytes());
        for quantity in [&fund.budget_initial, &fund.budget, &fund.executed] {
            open.hash.quantity(quantity.as_ref());
        }
        open.hash.number(fund.score);
        open.rows += 1;
        open.reported |= fund.executed.is_some();
    }

    /// `key` is that of the indicator's name.
    pub(super) fn indicator(&mut self, row: &IndicatorRecord, key: &str) {
        let Some(open) = &mut self.open else { return };
        open.hash.bytes(key.as_bytes());
        open.hash.quantity(row.target.as_ref());
        open.hash.quantity(row.actual.as_ref());
        open.hash.number(row.weight);
        open.hash.number(row.score);
        open.rows += 1;
        open.reported |= row.actual.is_some();
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        // A form with next to no rows is like too many; one that only sets targets goes with the report on them.
        if open.rows < 3 || !open.reported {
            return;
        }
        open.print.figures = open.hash.0;
        if !open.named {
            open.print.key = open.hash.0;
        }
        self.done.push(open.print);
    }
}

/// The forms seen so far, over documents.
#[derive(Debug, Default)]
pub struct SeenForms {
    seen: HashMap<u64, Fingerprint>,
}

impl SeenForms {
    /// Compares a document's forms with those of the documents before it, and remembers them. Each finding comes with
    /// the number of the form that it is of.
    pub fn document(&mut self, forms: &[Fingerprint]) -> Vec<(u32, Finding)> {
        let found = forms
            .iter()
            .filter_map(|form| Some((form.form, duplicate(self.seen.get(&form.key)?, form, true))))
            .collect();
        for form in forms {
            self.seen.entry(form.key).or_insert_with(|| form.clone());
        }
        found
    }

    /// Compares a form with those before it in the same document, and remembers it.
    pub(super) fn form(&mut self, form: Fingerprint) -> Option<Finding> {
        match self.seen.entry(form.key) {
            Entry::Occupied(earlier) => Some(duplicate(earlier.get(), &form, false)),
            Entry::Vacant(place) => {
                place.insert(form);
                None
            }
        }
    }
}

fn duplicate(earlier: &Fingerprint, form: &Fingerprint, across: bool) -> Finding {
    let id = earlier.id();
    let place = if across { "in another document" } else { "in this document" };
    let message = if earlier.figures == form.figures {
        format!("the form stands {place}, too, with the same figures ({id})")
    } else {
        format!(
            "the same project, year and unit stand {place} with other figures ({id}): {}",
            form.differences(earlier)
        )
    };
    Finding::new(Code::DuplicateForm, Severity::Warning, message)
}

/// Eight bytes at a time, each product's high bits folded into its low ones: the same in every build, and nobody gains by two
/// forms that collide.
#[derive(Debug, Clone, Copy)]
struct Hash(u64);

impl Hash {
    fn new() -> Self {
        Hash(0xcbf2_9ce4_8422_2325)
    }

    fn bytes(&mut self, bytes: &[u8]) {
        let mut word = |word: u64| {
            let product = (self.0 ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            self.0 = product ^ (product >> 32);
        };
        let (words, rest) = bytes.as_chunks();
        words.iter().for_each(|bytes| word(u64::from_le_bytes(*bytes)));
        let mut last = [0; 8];
        last[..rest.len()].copy_from_slice(rest);
        word(u64::from_le_bytes(last));
        word(bytes.len() as u64);
    }

    fn text(&mut self, text: &str) {
        self.bytes(normalize::folded(text).as_bytes());
    }

    fn number(&mut self, number: Option<Number>) {
        match number {
            Some(number) => self.bytes(&number.get().normalize().serialize()),
            None => self.bytes(b"-"),
        }
    }

    fn quantity(&mut self, quantity: Option<&Quantity>) {
        let Some(quantity) = quantity else { return self.bytes(b"-") };
        if quantity.is_measured() && quantity.parts.is_none() && quantity.date.is_none() {
            self.number(quantity.value);
            self.number(quantity.upper);
        } else {
            self.text(&quantity.raw);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_costs_no_more_than_promised() {
        // A map keeps up to twice the places it needs, a byte of its own and the key beside each.
        let place = size_of::<Fingerprint>() + size_of::<u64>() + 1;
        assert!(place * 3 / 2 <= 200, "{place}");
    }
}
