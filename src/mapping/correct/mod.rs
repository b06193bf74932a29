//! Recognition with knowledge: a form that was recognised from pixels is read again where what its figures must satisfy
//! and what the picture allows leave one other reading.
//!
//! Comes in: the rows of a form with the other readings of its cells. Goes out: the records, of the texts as they were read
//! or of those with single cells read otherwise. Only what recognition offered, or signs that it takes for each other
//! where it was not sure (`patterns/lookalikes.toml`), is ever tried; where two readings would do, none is taken. `raw` keeps
//! what was read first, and each choice is a finding.

mod candidates;
mod checks;
mod words;

use super::quantity::Grammar;
use super::row::RowCell;
use super::segment::FormSource;
use super::signals::RowKind;
use crate::model::{Code, Finding, FormRecords, Place, Quantity, Severity};
use crate::patterns::Patterns;
use candidates::Candidate;
use checks::{Check, Key, Recognised};
use std::collections::{BTreeMap, BTreeSet};

/// A cell of the source: table, row and column as in a record's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Spot {
    table: u32,
    row: usize,
    column: usize,
}

/// Rows of a form that is looked at: one on paper has fewer.
const MOST_ROWS: usize = 400;
/// Cells of one form that are read otherwise.
const MOST_CORRECTIONS: usize = 12;
/// Readings of one form that are tried.
const MOST_TRIALS: usize = 240;
/// Least score of a reading that only one weak equation asks for: a sum of points is met by chance sooner than a rate.
const LEAST_FOR_POINTS: f32 = 0.05;
/// How many times likelier a reading is than the next, where no equation but only the kind of the field decides.
const LIKELIER: f32 = 3.0;

/// Reads a form, some cells of it otherwise where that is decided.
pub(super) fn read(
    source: FormSource,
    read: &dyn Fn(FormSource) -> Option<FormRecords>,
    patterns: &Patterns,
    grammar: &Grammar,
) -> Option<FormRecords> {
    let mended = words::mended(&source);
    let read = &|source| {
        let mut records = read(source)?;
        words::tell(&mended, &mut records);
        Some(records)
    };
    let is_long = source.rows.len() > MOST_ROWS;
    if is_long || !source.rows.iter().any(|(_, row)| row.cells.iter().any(RowCell::is_recognised)) {
        return read(source);
    }
    let first = read(source.clone())?;
    let mut reader = Reader { source, read, patterns, grammar, trials: 0, taken: Vec::new() };
    let mut last = first.clone();
    while reader.taken.len() < MOST_CORRECTIONS {
        let Some(next) = reader.correct(&last) else { break };
        last = next;
    }
    flag(&mut last, &recognised(&reader.source), grammar);
    for taken in &reader.taken {
        taken.tell(&mut last, &first);
    }
    Some(last)
}

/// Marks fields that hold no likely number, where nothing else was seen that would be one.
fn flag(records: &mut FormRecords, cells: &Recognised<'_>, grammar: &Grammar) {
    let unlikely: BTreeSet<Spot> = checks::checks(records, cells, grammar)
        .into_iter()
        .filter(|(_, check)| !check.holds)
        .filter_map(|(key, _)| match key {
            Key::Read(spot) | Key::Share(spot) => Some(spot),
            _ => None,
        })
        .collect();
    for Told { place, findings, .. } in told(records) {
        for field in place.cells.keys() {
            let Some(cell) = checks::spot(place, field)
                .filter(|spot| unlikely.contains(spot))
                .and_then(|spot| cells.cells.get(&spot))
            else {
                continue;
            };
            let known = |finding: &Finding| {
                finding.code == Code::LowOcrConfidence && finding.message.starts_with(&format!("{field}:"))
            };
            if !findings.iter().any(known) {
                let text = cell.text.trim();
                let message =
                    format!("{field}: {text:?} was recognised, which is no likely value; compare it with the picture");
                let finding = Finding::new(Code::LowOcrConfidence, Severity::Warning, message);
                findings.push(Finding { found: Some(text.to_owned()), ..finding });
            }
        }
    }
}

struct Reader<'a> {
    source: FormSource,
    read: &'a dyn Fn(FormSource) -> Option<FormRecords>,
    patterns: &'a Patterns,
    grammar: &'a Grammar,
    trials: usize,
    taken: Vec<Taken>,
}

/// A cell that was read otherwise.
#[derive(Debug, Clone)]
struct Taken {
    spot: Spot,
    /// What was read first.
    first: String,
    chosen: Candidate,
    /// How sure recognition was of the first.
    trust: f32,
    /// What holds now and did not before.
    evidence: Vec<String>,
}

/// What came of reading a cell otherwise.
struct Trial {
    taken: Taken,
    /// What holds now and did not before.
    mended: BTreeSet<Key>,
    records: FormRecords,
}

impl Reader<'_> {
    /// The records with one more cell read otherwise; None where nothing is decided.
    fn correct(&mut self, records: &FormRecords) -> Option<FormRecords> {
        let recognised = recognised(&self.source);
        let before = checks::checks(records, &recognised, self.grammar);
        let wanted: BTreeSet<Spot> =
            before.values().filter(|check| !check.holds).flat_map(|check| check.spots.iter().copied()).collect();
        let open: Vec<(Spot, RowCell)> = wanted
            .iter()
            .filter(|spot| self.taken.iter().all(|taken| taken.spot != **spot))
            .filter_map(|spot| Some((*spot, (*recognised.cells.get(spot)?).clone())))
            .collect();
        let mut trials = Vec::new();
        for (spot, cell) in open {
            for candidate in candidates::of(&cell, &self.patterns.lookalikes) {
                if self.trials >= MOST_TRIALS {
                    break;
                }
                self.trials += 1;
                trials.extend(self.attempt(spot, &cell, candidate, records, &before));
            }
        }
        let chosen = trials.iter().position(|trial| is_decided(trial, &trials))?;
        let Trial { taken, records, .. } = trials.swap_remove(chosen);
        self.source = with(&self.source, taken.spot, &taken.chosen.text, self.patterns);
        self.taken.push(taken);
        Some(records)
    }

    /// Reads the form with one cell read otherwise; None where that mends nothing, or breaks anything.
    fn attempt(
        &self,
        spot: Spot,
        cell: &RowCell,
        chosen: Candidate,
        before: &FormRecords,
        held: &BTreeMap<Key, Check>,
    ) -> Option<Trial> {
        let source = with(&self.source, spot, &chosen.text, self.patterns);
        let records = (self.read)(source.clone())?;
        if (records.funds.len(), records.indicators.len()) != (before.funds.len(), before.indicators.len()) {
            return None;
        }
        let after = checks::checks(&records, &recognised(&source), self.grammar);
        let holds = |checks: &BTreeMap<Key, Check>, key: &Key| checks.get(key).map(|check| check.holds);
        let broken = held.iter().any(|(key, check)| check.holds && holds(&after, key) != Some(true))
            || after.iter().any(|(key, check)| !check.holds && holds(held, key) != Some(false));
        let mended: BTreeSet<Key> = after
            .iter()
            .filter(|(key, check)| check.holds && holds(held, key) == Some(false))
            .map(|(key, _)| *key)
            .collect();
        if broken || mended.is_empty() {
            return None;
        }
        let weak = mended.iter().all(|key| matches!(key, Key::Points(_) | Key::Above(..)));
        if weak && (!chosen.seen || chosen.score < LEAST_FOR_POINTS) {
            return None;
        }
        let evidence = mended.iter().filter_map(|key| after.get(key)).map(|check| check.says.clone()).collect();
        let taken = Taken { spot, first: cell.raw.trim().to_owned(), chosen, trust: cell.trust, evidence };
        Some(Trial { taken, mended, records })
    }
}

/// Is this reading the only one that mends what it mends? One that mends more than another is not held up by it; where only
/// what may stand in a field decides, neither is one that is far likelier.
fn is_decided(trial: &Trial, all: &[Trial]) -> bool {
    let arithmetic = trial.mended.iter().any(|key| key.is_arithmetic());
    all.iter().filter(|other| !std::ptr::eq(*other, trial) && !other.mended.is_disjoint(&trial.mended)).all(|other| {
        let same_value = other.taken.spot == trial.taken.spot && same(&other.records, &trial.records);
        let likelier = trial.taken.chosen.score >= LIKELIER * other.taken.chosen.score
            || (trial.taken.chosen.seen && !other.taken.chosen.seen);
        let other_arithmetic = other.mended.iter().any(|key| key.is_arithmetic());
        other.mended.len() < trial.mended.len() && other.mended.is_subset(&trial.mended)
            || (same_value && trial.taken.chosen.score >= other.taken.chosen.score)
            || (!arithmetic && !other_arithmetic && likelier)
    })
}

/// Do two readings say the same, written otherwise (`1,234` and `1 234`)?
fn same(a: &FormRecords, b: &FormRecords) -> bool {
    let told = |q: &Option<Quantity>| {
        q.as_ref().map(|q| (q.value, q.upper, q.relation, q.unit.clone(), q.date, q.text.clone()))
    };
    let funds = a.funds.iter().zip(&b.funds).all(|(a, b)| {
        (a.weight, a.score) == (b.weight, b.score)
            && [(&a.budget_initial, &b.budget_initial), (&a.budget, &b.budget), (&a.executed, &b.executed)]
                .iter()
                .chain(&[(&a.rate, &b.rate)])
                .all(|(a, b)| told(a) == told(b))
    });
    let rows = a.indicators.iter().zip(&b.indicators).all(|(a, b)| {
        (a.weight, a.score) == (b.weight, b.score)
            && told(&a.target) == told(&b.target)
            && told(&a.actual) == told(&b.actual)
    });
    funds && rows
}

/// The cells of a form.
fn recognised(source: &FormSource) -> Recognised<'_> {
    let mut found = Recognised { cells: BTreeMap::new(), of_totals: Vec::new() };
    for (kind, row) in &source.rows {
        for cell in &row.cells {
            let spot = Spot { table: row.table, row: row.index, column: row.first_column + cell.column };
            if *kind == RowKind::Total {
                found.of_totals.push(spot);
            }
            found.cells.insert(spot, cell);
        }
    }
    found
}

/// The source with one cell read so.
fn with(source: &FormSource, spot: Spot, text: &str, patterns: &Patterns) -> FormSource {
    let mut source = source.clone();
    let rows = source.rows.iter_mut().map(|(_, row)| row);
    for row in rows.filter(|row| (row.table, row.index) == (spot.table, spot.row)) {
        let first = row.first_column;
        for cell in row.cells.iter_mut().filter(|cell| first + cell.column == spot.column) {
            *cell = cell.read_as(text.to_owned(), patterns);
        }
    }
    source
}

/// The quantities of a record by field, with its place and findings.
struct Told<'r> {
    place: &'r Place,
    quantities: Vec<(&'static str, &'r mut Option<Quantity>)>,
    findings: &'r mut Vec<Finding>,
}

fn told(records: &mut FormRecords) -> Vec<Told<'_>> {
    let funds = records.funds.iter_mut().map(|fund| Told {
        place: &fund.place,
        quantities: vec![
            ("budget_initial", &mut fund.budget_initial),
            ("budget", &mut fund.budget),
            ("executed", &mut fund.executed),
            ("rate", &mut fund.rate),
        ],
        findings: &mut fund.findings,
    });
    let rows = records.indicators.iter_mut().map(|row| Told {
        place: &row.place,
        quantities: vec![("target", &mut row.target), ("actual", &mut row.actual)],
        findings: &mut row.findings,
    });
    funds.chain(rows).collect()
}

impl Taken {
    /// Marks the records that the cell feeds, and gives them back what was read first as `raw`.
    fn tell(&self, records: &mut FormRecords, first: &FormRecords) {
        let mut any = false;
        let mut before = first.clone();
        for (now, before) in told(records).into_iter().zip(told(&mut before)) {
            let here = |field: &str| checks::spot(now.place, field) == Some(self.spot);
            let fields: Vec<&String> = now.place.cells.keys().filter(|field| here(field)).collect();
            let Some(field) = fields.first() else { continue };
            let finding = self.finding(field);
            for ((field, quantity), (_, was)) in now.quantities.into_iter().zip(before.quantities) {
                if let Some(quantity) = quantity.as_mut().filter(|_| here(field)) {
                    // A field that was fed by another cell then says nothing of what this one was read as.
                    let same_cell = checks::spot(before.place, field) == Some(self.spot);
                    let kept = was.as_ref().filter(|was| same_cell && was.raw != quantity.raw);
                    quantity.raw = kept.map_or_else(|| self.first.clone(), |was| was.raw.clone());
                }
            }
            for doubt in now.findings.iter_mut().filter(|f| f.code == Code::LowOcrConfidence) {
                if doubt.found.as_deref().is_some_and(|found| found == self.chosen.text.trim()) {
                    doubt.found = Some(self.first.clone());
                }
            }
            now.findings.push(finding);
            any = true;
        }
        if !any {
            records.form.findings.push(self.finding("total"));
        }
    }

    fn finding(&self, field: &str) -> Finding {
        let chosen = self.chosen.text.trim();
        let why = if self.chosen.seen {
            format!("the picture allows {chosen:?} (score {:.2})", self.chosen.score)
        } else {
            format!("{chosen:?} looks like it, and recognition was not sure (score {:.2})", self.trust)
        };
        let evidence: Vec<&str> = self.evidence.iter().map(String::as_str).filter(|says| !says.is_empty()).collect();
        let message = format!("{field}: read as {:?} first; {why}, and so {}", self.first, evidence.join(", and "));
        Finding::new(Code::OcrCorrected, Severity::Warning, message).with(chosen, &self.first)
    }
}
