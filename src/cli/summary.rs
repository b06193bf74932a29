//! What a run did, for a person, on stderr.

use rust_decimal::Decimal;
use std::io::Write;
use zhibiao::batch::{Outcome, REVIEW, Tally};
use zhibiao::model::{DocumentRecord, Status};

/// How many failures are named; the records name them all.
pub(super) const LISTED: usize = 50;

/// How many of the names without a canonical indicator are shown.
const NAMES_SHOWN: usize = 5;

/// Counts over a run, and what went wrong first.
#[derive(Default)]
pub(super) struct Summary {
    pub(super) tally: Tally,
    troubles: Vec<String>,
    /// The least confidence asked for, and how many records have less.
    pub(super) review: Option<(Decimal, u64)>,
}

impl Summary {
    /// Of counts that were made elsewhere.
    pub(super) fn of(tally: Tally) -> Self {
        Summary { tally, ..Summary::default() }
    }

    pub(super) fn add(&mut self, document: &DocumentRecord, outcome: &Outcome) {
        self.tally.add(outcome);
        if document.status == Status::Ok {
            return;
        }
        let why = match &document.error {
            Some(error) => format!("{} [{}]", error.message, error.code),
            None => document.findings.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; "),
        };
        self.add_trouble(&word(&document.status), &document.source, &why);
    }

    /// A document that was not read, or not whole. Only the first are kept.
    pub(super) fn add_trouble(&mut self, state: &str, source: &str, why: &str) {
        if self.troubles.len() < LISTED {
            self.troubles.push(format!("{state}: {source}: {why}"));
        }
    }

    pub(super) fn all_well(&self) -> bool {
        self.tally.partial + self.tally.failed == 0
    }

    /// Best effort: a closed stderr is no reason to fail.
    pub(super) fn print(&self, out: &mut impl Write) {
        let Tally { ok, partial, failed, .. } = self.tally;
        let documents = self.tally.documents();
        let _ = writeln!(out, "documents   {documents:>7}  ({ok} ok, {partial} partial, {failed} failed)");
        for (name, n) in [
            ("forms", self.tally.forms),
            ("funds", self.tally.funds),
            ("indicators", self.tally.indicators),
            ("statements", self.tally.statements),
        ] {
            let _ = writeln!(out, "{name:11} {n:>7}");
        }
        if let Some((least, n)) = self.review {
            let _ = writeln!(out, "review      {n:>7}  (records of a confidence below {least}, in {REVIEW})");
        }
        let total: u64 = self.tally.by_finding.values().sum();
        let _ = writeln!(out, "findings    {total:>7}");
        for (code, n) in &self.tally.by_finding {
            let _ = writeln!(out, "  {:24} {n:>7}", word(code));
        }
        let (rows, names) = self.tally.unmatched_names();
        if rows > 0 {
            let _ = writeln!(out, "unmatched   {rows:>7}  (names that no canonical indicator fits; most often:)");
            for (name, n) in names.iter().take(NAMES_SHOWN) {
                let _ = writeln!(out, "  {n:>7}  {name}");
            }
        }
        for trouble in &self.troubles {
            let _ = writeln!(out, "{trouble}");
        }
        let more = (partial + failed).saturating_sub(self.troubles.len() as u64);
        if more > 0 {
            let _ = writeln!(out, "and {more} more, each with its document record");
        }
    }
}

/// The word that the records use for it.
pub(super) fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
