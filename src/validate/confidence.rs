//! Evidence in, confidence out: the one place where a record gets it.

use super::clues;
use crate::model::{Evidence, FormRecords, StatementRecord};
use crate::patterns::{Confidence as Weights, Patterns};

/// Makes the confidence of one document's records.
#[derive(Debug)]
pub struct Confidence<'p> {
    weights: &'p Weights,
    recognised: bool,
}

impl<'p> Confidence<'p> {
    /// For a document; `recognised` says that all its text comes from pixels, here or elsewhere.
    pub fn new(patterns: &'p Patterns, recognised: bool) -> Self {
        Confidence { weights: &patterns.confidence, recognised }
    }

    /// Completes the evidence of a form's rows and says how far each can be trusted. Findings must be complete.
    pub fn form(&self, records: &mut FormRecords) {
        clues::form(records, self.recognised);
        let FormRecords { funds, indicators, evidence, .. } = records;
        for (fund, evidence) in funds.iter_mut().zip(&evidence.funds) {
            fund.confidence = Some(self.weights.fund.confidence(*evidence));
        }
        for (row, evidence) in indicators.iter_mut().zip(&evidence.indicators) {
            row.confidence = Some(self.weights.indicator.confidence(*evidence));
        }
    }

    /// The same of a statement.
    pub fn statement(&self, statement: &mut StatementRecord, evidence: &mut Evidence) {
        clues::statement(statement, self.recognised, evidence);
        statement.confidence = Some(self.weights.statement.confidence(*evidence));
    }
}
