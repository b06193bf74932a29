use crate::model::{Code, DocumentRecord, Finding, Media, Record, Status};
use crate::validate::{Fingerprint, Fingerprints};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How one document fared, in words and numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fared {
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
    /// What reading and understanding it took, in microseconds.
    pub micros: u64,
}

/// What the manifest keeps of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome {
    /// How it fared.
    pub fared: Fared,
    /// Findings in all its records, by code.
    pub findings: BTreeMap<Code, u64>,
    /// Its forms, as far as those of other documents are compared with them.
    pub prints: Vec<Fingerprint>,
    /// Names of indicators that no canonical one fits, and how often.
    pub unmatched: BTreeMap<String, u64>,
}

/// An [`Outcome`] as it is sent and stored: what nobody asks for but a reader of the whole is a text already, JSON, or empty
/// for nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// How it fared.
    pub fared: Fared,
    /// Findings by code.
    pub findings: String,
    /// Fingerprints of the forms.
    pub prints: String,
    /// Names that no canonical indicator fits.
    pub unmatched: String,
}

/// Names kept of one document, and characters of a name.
const MOST_NAMES: usize = 200;
const LONGEST_NAME: usize = 40;
/// Names kept over documents: beyond, new ones are counted but not named.
const MOST_NAMES_OF_A_RUN: usize = 20_000;

/// What is counted of a document's records as they pass by.
#[derive(Debug, Default)]
pub struct Counted {
    findings: BTreeMap<Code, u64>,
    prints: Fingerprints,
    unmatched: BTreeMap<String, u64>,
}

impl Counted {
    /// The next record that is not the document's.
    pub fn add(&mut self, record: &Record) {
        let own: &[Finding] = match record {
            Record::Document(r) => &r.findings,
            Record::Form(r) => &r.findings,
            Record::Fund(r) => &r.findings,
            Record::Indicator(r) => &r.findings,
            Record::Statement(r) => &r.findings,
        };
        count_findings(own, &mut self.findings);
        self.prints.add(record);
        if let Record::Indicator(row) = record
            && row.indicator.is_none()
            && let Some(name) = &row.level3
        {
            let name: String = name.chars().take(LONGEST_NAME).collect();
            count_name(&mut self.unmatched, name, 1, MOST_NAMES);
        }
    }
}

/// Counts a name; one that is new where there are `most` already goes under the empty name.
fn count_name(names: &mut BTreeMap<String, u64>, name: String, n: u64, most: usize) {
    let name = if names.len() < most || names.contains_key(&name) { name } else { String::new() };
    *names.entry(name).or_default() += n;
}

impl Outcome {
    /// What a document record says, with what was counted of its other records and the time it took.
    pub fn of(record: &DocumentRecord, counted: Counted, micros: u64) -> Self {
        let Counted { mut findings, prints, unmatched } = counted;
        count_findings(&record.findings, &mut findings);
        let fared = Fared {
            status: record.status,
            code: record.error.as_ref().map(|error| error.code.clone()),
            media: record.media,
            pages: record.pages.unwrap_or(0),
            forms: record.forms,
            funds: record.funds,
            indicators: record.indicators,
            statements: record.statements,
            micros,
        };
        Outcome { fared, findings, prints: prints.finish(), unmatched }
    }
}

impl Outcome {
    /// The same for sending and storing.
    ///
    /// # Errors
    /// None that are known: what is in it can be written as JSON.
    pub fn keep(self) -> serde_json::Result<Kept> {
        let findings = if self.findings.is_empty() { String::new() } else { serde_json::to_string(&self.findings)? };
        let prints = if self.prints.is_empty() { String::new() } else { serde_json::to_string(&self.prints)? };
        let unmatched = if self.unmatched.is_empty() { String::new() } else { serde_json::to_string(&self.unmatched)? };
        Ok(Kept { fared: self.fared, findings, prints, unmatched })
    }
}

fn count_findings(own: &[Finding], findings: &mut BTreeMap<Code, u64>) {
    for finding in own {
        *findings.entry(finding.code).or_default() += 1;
    }
}

/// Counts over documents.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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
    /// Names of indicators that no canonical one fits, and how often; the empty name stands for those beyond the first
    /// 20,000.
    pub unmatched: BTreeMap<String, u64>,
    /// Time that reading them took when they were read, in microseconds.
    pub micros: u64,
}

impl Tally {
    /// Adds a document.
    pub fn add(&mut self, outcome: &Outcome) {
        let fared = &outcome.fared;
        match fared.status {
            Status::Ok => self.ok += 1,
            Status::Partial => self.partial += 1,
            Status::Failed => self.failed += 1,
        }
        self.forms += u64::from(fared.forms);
        self.funds += u64::from(fared.funds);
        self.indicators += u64::from(fared.indicators);
        self.statements += u64::from(fared.statements);
        self.pages += u64::from(fared.pages);
        self.micros += fared.micros;
        *self.by_media.entry(fared.media.map(|media| word(&media)).unwrap_or_default()).or_default() += 1;
        if let Some(code) = &fared.code {
            *self.by_error.entry(code.clone()).or_default() += 1;
        }
        for (code, n) in &outcome.findings {
            *self.by_finding.entry(*code).or_default() += n;
        }
        for (name, n) in &outcome.unmatched {
            match self.unmatched.get_mut(name) {
                Some(count) => *count += n,
                None => count_name(&mut self.unmatched, name.clone(), *n, MOST_NAMES_OF_A_RUN),
            }
        }
    }

    /// Adds findings that were made over documents.
    pub fn add_findings<'f>(&mut self, findings: impl IntoIterator<Item = &'f Finding>) {
        for finding in findings {
            *self.by_finding.entry(finding.code).or_default() += 1;
        }
    }

    /// The names that no canonical indicator fits, the most frequent first, and how many rows have one.
    pub fn unmatched_names(&self) -> (u64, Vec<(&str, u64)>) {
        let mut names: Vec<(&str, u64)> =
            self.unmatched.iter().filter(|(name, _)| !name.is_empty()).map(|(name, n)| (name.as_str(), *n)).collect();
        names.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
        (self.unmatched.values().sum(), names)
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
