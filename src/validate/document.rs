//! All rules over one document, as its records pass by.

use super::duplicates::{Fingerprints, SeenForms};
use super::prose::Prose;
use super::said::Said;
use crate::model::{Finding, FormRecords, StatementRecord};
use crate::normalize;
use crate::patterns::Audit;

/// What one document has said so far.
#[derive(Debug)]
pub struct Document<'p> {
    audit: &'p Audit,
    prose: Prose,
    said: Said,
    forms: SeenForms,
}

impl<'p> Document<'p> {
    /// A document of which nothing has been seen.
    pub fn new(audit: &'p Audit) -> Self {
        Document { audit, prose: Prose::default(), said: Said::default(), forms: SeenForms::default() }
    }

    /// Marks what does not add up in a form, and between it and what came before it.
    pub fn form(&mut self, records: &mut FormRecords) {
        super::form(records, self.audit);
        self.prose.form(records);
        self.said.form(records);
        let mut prints = Fingerprints::default();
        prints.form(&records.form);
        records.funds.iter().for_each(|fund| prints.fund(fund));
        records.indicators.iter().for_each(|row| prints.indicator(row));
        let found = prints.finish().pop().and_then(|print| self.forms.form(print));
        records.form.findings.extend(found);
    }

    /// Marks a statement that contradicts what came before it.
    pub fn statement(&mut self, statement: &mut StatementRecord) {
        let Some(subject) = statement.subject.as_deref().map(normalize::key) else { return };
        self.said.statement(statement, &subject, self.audit);
        self.prose.statement(statement, subject, self.audit);
    }

    /// What can only be told of the whole document.
    pub fn finish(self) -> Vec<Finding> {
        self.said.finish()
    }
}
