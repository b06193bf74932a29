//! Counting fields: how many gold has, how many were predicted, how many are right.

use super::equality::{is_blank, same_money, same_number, same_quantity, same_region, same_text};
use serde_json::Value;
use std::collections::BTreeMap;

type Same = fn(&Value, &Value) -> bool;

const FORM: &[(&str, Same)] = &[
    ("project", same_text),
    ("authority", same_text),
    ("implementer", same_text),
    ("title", same_text),
    ("year", same_number),
    ("form_type", same_text),
    ("report_date", same_text),
    ("total_weight", same_number),
    ("total_score", same_number),
    ("region", same_region),
];

const FUND: &[(&str, Same)] = &[
    ("source_of_funds", same_text),
    ("budget_initial", same_money),
    ("budget", same_money),
    ("executed", same_money),
    ("rate", same_money),
    ("weight", same_number),
    ("score", same_number),
];

const INDICATOR: &[(&str, Same)] = &[
    ("level1", same_text),
    ("level2", same_text),
    ("level3", same_text),
    ("level1_weight", same_number),
    ("target", same_quantity),
    ("actual", same_quantity),
    ("weight", same_number),
    ("score", same_number),
    ("deviation", same_text),
    ("basis", same_text),
    ("indicator", same_text),
];

/// Fields that gold may leave open: a prediction there is not held against it.
const SILENT: [&str; 6] = ["indicator", "basis", "level1_weight", "form_type", "report_date", "region"];

/// Counts of one field.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct FieldCount {
    /// How often gold has it.
    pub gold: usize,
    /// How often it was predicted.
    pub got: usize,
    /// How often it was right.
    pub right: usize,
}

/// One wrong field.
#[derive(Debug, Clone, PartialEq)]
pub struct Wrong {
    /// Document, form, kind and row, for a person.
    pub place: String,
    /// `indicator.target`.
    pub field: String,
    /// What gold has; null where it has nothing.
    pub gold: Value,
    /// What was predicted; null where nothing was.
    pub got: Value,
}

/// Counts over some rows.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tally {
    /// By `kind.field`.
    pub fields: BTreeMap<String, FieldCount>,
    /// Gold rows.
    pub rows: usize,
    /// Gold rows of which every field is right.
    pub exact: usize,
    /// Gold rows that nothing predicts.
    pub missing: usize,
    /// Predicted rows that gold lacks.
    pub spurious: usize,
    /// Every wrong field, in reading order.
    pub wrong: Vec<Wrong>,
}

/// Counts and ratios of a document or of the whole set.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
#[allow(missing_docs)] // as in `Tally`; the ratios are 0 to 1
pub struct Figures {
    pub rows: usize,
    pub exact: usize,
    pub missing: usize,
    pub spurious: usize,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

impl Figures {
    /// Share of the gold rows that are exact, 0 where there are none.
    pub fn exact_share(&self) -> f64 {
        share(self.exact, self.rows)
    }
}

impl Tally {
    /// Counts a pair of rows of a kind, or a row that has no partner. Is every field right?
    pub(super) fn add(&mut self, kind: &str, gold: Option<&Value>, got: Option<&Value>, place: String) -> bool {
        let fields = match kind {
            "form" => FORM,
            "fund" => FUND,
            _ => INDICATOR,
        };
        let mut exact = true;
        for (field, same) in fields {
            let g = gold.map_or(&Value::Null, |row| &row[*field]);
            let p = got.map_or(&Value::Null, |row| &row[*field]);
            if is_blank(g) && (is_blank(p) || SILENT.contains(field)) {
                continue;
            }
            let name = format!("{kind}.{field}");
            let count = self.fields.entry(name.clone()).or_default();
            count.gold += usize::from(!is_blank(g));
            count.got += usize::from(!is_blank(p));
            if !is_blank(g) && !is_blank(p) && same(g, p) {
                count.right += 1;
                continue;
            }
            exact = false;
            let gold = if is_blank(g) { Value::Null } else { g.clone() };
            self.wrong.push(Wrong { place: place.clone(), field: name, gold, got: p.clone() });
        }
        if gold.is_some() {
            self.rows += 1;
            self.exact += usize::from(exact);
            self.missing += usize::from(got.is_none());
        } else {
            self.spurious += 1;
        }
        exact && gold.is_some()
    }

    /// Adds another tally's counts.
    pub(super) fn merge(&mut self, other: Tally) {
        for (name, count) in other.fields {
            let sum = self.fields.entry(name).or_default();
            sum.gold += count.gold;
            sum.got += count.got;
            sum.right += count.right;
        }
        self.rows += other.rows;
        self.exact += other.exact;
        self.missing += other.missing;
        self.spurious += other.spurious;
        self.wrong.extend(other.wrong);
    }

    /// Precision, recall and F1 of the fields whose name begins so; of all with an empty prefix.
    pub fn ratios(&self, prefix: &str) -> (f64, f64, f64) {
        let of = self.fields.iter().filter(|(name, _)| name.starts_with(prefix)).map(|(_, count)| count);
        let sum = of.fold(FieldCount::default(), |a, b| FieldCount {
            gold: a.gold + b.gold,
            got: a.got + b.got,
            right: a.right + b.right,
        });
        let (precision, recall) = (share(sum.right, sum.got), share(sum.right, sum.gold));
        let f1 = if sum.right > 0 { 2.0 * precision * recall / (precision + recall) } else { 0.0 };
        (precision, recall, f1)
    }

    /// The counts with the ratios over all fields.
    pub fn figures(&self) -> Figures {
        let (precision, recall, f1) = self.ratios("");
        let Tally { rows, exact, missing, spurious, .. } = *self;
        Figures { rows, exact, missing, spurious, precision, recall, f1 }
    }
}

fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
