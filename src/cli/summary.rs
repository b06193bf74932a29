//! What a run did, for a person, on stderr.

use std::collections::BTreeMap;
use std::io::Write;
use zhibiao::model::{Code, DocumentRecord, Finding, Record, Status};

/// How many failures are named; the records name them all.
const LISTED: usize = 50;

/// Findings of one document's records, by code.
#[derive(Default)]
pub(super) struct Findings(BTreeMap<Code, u64>);

impl Findings {
    pub(super) fn add(&mut self, record: &Record) {
        let findings: &[Finding] = match record {
            Record::Document(r) => &r.findings,
            Record::Form(r) => &r.findings,
            Record::Fund(r) => &r.findings,
            Record::Indicator(r) => &r.findings,
            Record::Statement(r) => &r.findings,
        };
        self.count(findings);
    }

    fn count(&mut self, findings: &[Finding]) {
        for finding in findings {
            *self.0.entry(finding.code).or_default() += 1;
        }
    }
}

/// Counts over a run.
#[derive(Default)]
pub(super) struct Summary {
    documents: [u64; 3],
    forms: u64,
    funds: u64,
    indicators: u64,
    statements: u64,
    findings: Findings,
    troubles: Vec<String>,
    more_troubles: u64,
}

impl Summary {
    pub(super) fn add(&mut self, document: &DocumentRecord, findings: &Findings) {
        self.documents[document.status as usize] += 1;
        self.forms += u64::from(document.forms);
        self.funds += u64::from(document.funds);
        self.indicators += u64::from(document.indicators);
        self.statements += u64::from(document.statements);
        self.findings.count(&document.findings);
        for (code, n) in &findings.0 {
            *self.findings.0.entry(*code).or_default() += n;
        }
        if document.status == Status::Ok {
            return;
        }
        if self.troubles.len() == LISTED {
            self.more_troubles += 1;
            return;
        }
        let state = word(&document.status);
        let why = match &document.error {
            Some(error) => format!("{} [{}]", error.message, error.code),
            None => document.findings.iter().map(|f| f.message.as_str()).collect::<Vec<_>>().join("; "),
        };
        self.troubles.push(format!("{state}: {}: {why}", document.source));
    }

    pub(super) fn all_well(&self) -> bool {
        self.documents[Status::Partial as usize] + self.documents[Status::Failed as usize] == 0
    }

    /// Best effort: a closed stderr is no reason to fail.
    pub(super) fn print(&self, out: &mut impl Write) {
        let [ok, partial, failed] = self.documents;
        let _ =
            writeln!(out, "documents   {:>7}  ({ok} ok, {partial} partial, {failed} failed)", ok + partial + failed);
        for (name, n) in [
            ("forms", self.forms),
            ("funds", self.funds),
            ("indicators", self.indicators),
            ("statements", self.statements),
        ] {
            let _ = writeln!(out, "{name:11} {n:>7}");
        }
        let total: u64 = self.findings.0.values().sum();
        let _ = writeln!(out, "findings    {total:>7}");
        for (code, n) in &self.findings.0 {
            let _ = writeln!(out, "  {:24} {n:>7}", word(code));
        }
        for trouble in &self.troubles {
            let _ = writeln!(out, "{trouble}");
        }
        if self.more_troubles > 0 {
            let _ = writeln!(out, "and {} more, each with its document record", self.more_troubles);
        }
    }
}

/// The word that the records use for it.
fn word(value: &impl serde::Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
