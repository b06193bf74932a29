use crate::model::{Code, DocumentRecord, Finding, Media, Record, Status};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How one document fared: what the manifest keeps of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// As its record has it.
    pub status: Status,
    /// Code of the record's error.
    pub code: Option<String>,
    /// What the document is.
    pub media: Option<Media>,
    /// Its pages, where it has pages.
    pub pages: u32,
    /// Its forms.
    pub forms: u32,
    /// Its rows of fund blocks.
    pub funds: u32,
    /// Its indicators.
    pub indicators: u32,
    /// Its statements.
    pub statements: u32,
    /// Findings in all its records, by code.
    pub findings: BTreeMap<Code, u64>,
    /// What reading and understanding it took, in microseconds.
    pub micros: u64,
}

impl Outcome {
    /// What a document record says, with the findings of the document's other records and the time it took.
    pub fn of(record: &DocumentRecord, mut findings: BTreeMap<Code, u64>, micros: u64) -> Self {
        count_findings(&record.findings, &mut findings);
        Outcome {
            status: record.status,
            code: record.error.as_ref().map(|error| error.code.clone()),
            media: record.media,
            pages: record.pages.unwrap_or(0),
            forms: record.forms,
            funds: record.funds,
            indicators: record.indicators,
            statements: record.statements,
            findings,
            micros,
        }
    }

    /// Adds the findings of a record that is not the document's.
    pub fn count(record: &Record, findings: &mut BTreeMap<Code, u64>) {
        let own: &[Finding] = match record {
            Record::Document(r) => &r.findings,
            Record::Form(r) => &r.findings,
            Record::Fund(r) => &r.findings,
            Record::Indicator(r) => &r.findings,
            Record::Statement(r) => &r.findings,
        };
        count_findings(own, findings);
    }
}

fn count_findings(own: &[Finding], findings: &mut BTreeMap<Code, u64>) {
    for finding in own {
        *findings.entry(finding.code).or_default() += 1;
    }
}

/// Counts over documents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// Documents read whole.
    pub ok: u64,
    /// Documents read in part.
    pub partial: u64,
    /// Documents not read.
    pub failed: u64,
    /// Forms.
    pub forms: u64,
    /// Rows of fund blocks.
    pub funds: u64,
    /// Indicators.
    pub indicators: u64,
    /// Statements.
    pub statements: u64,
    /// Pages of formats that have pages.
    pub pages: u64,
    /// Documents by format; empty where the format is not known.
    pub by_media: BTreeMap<String, u64>,
    /// Documents by the code of their error.
    pub by_error: BTreeMap<String, u64>,
    /// Findings by code.
    pub by_finding: BTreeMap<Code, u64>,
    /// Time that reading them took when they were read, in microseconds.
    pub micros: u64,
}

impl Tally {
    /// Adds a document.
    pub fn add(&mut self, outcome: &Outcome) {
        match outcome.status {
            Status::Ok => self.ok += 1,
            Status::Partial => self.partial += 1,
            Status::Failed => self.failed += 1,
        }
        self.forms += u64::from(outcome.forms);
        self.funds += u64::from(outcome.funds);
        self.indicators += u64::from(outcome.indicators);
        self.statements += u64::from(outcome.statements);
        self.pages += u64::from(outcome.pages);
        self.micros += outcome.micros;
        *self.by_media.entry(outcome.media.map(|media| word(&media)).unwrap_or_default()).or_default() += 1;
        if let Some(code) = &outcome.code {
            *self.by_error.entry(code.clone()).or_default() += 1;
        }
        for (code, n) in &outcome.findings {
            *self.by_finding.entry(*code).or_default() += n;
        }
    }

    /// All documents.
    pub fn documents(&self) -> u64 {
        self.ok + self.partial + self.failed
    }
}

/// The word that the records use for it.
fn word(value: &impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}
