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
        self.said.form(records);
        let mut prints = Fingerprints::default();
        prints.form(&records.form);
        for fund in &mut records.funds {
            let key = normalize::folded(&fund.item);
            prints.fund(fund, &key);
            let found = self.prose.fund(fund, &key, records.form.year);
            fund.findings.extend(found);
        }
        for row in &mut records.indicators {
            let key = normalize::folded(row.level3.as_deref().unwrap_or_default());
            prints.indicator(row, &key);
            let found = self.prose.indicator(row, &key);
            row.findings.extend(found);
        }
        let found = prints.finish().pop().and_then(|print| self.forms.form(print));
        records.form.findings.extend(found);
    }

    /// Marks a statement that contradicts what came before it.
    pub fn statement(&mut self, statement: &mut StatementRecord) {
        let Some(subject) = statement.subject.as_deref().map(normalize::folded) else { return };
        self.said.statement(statement, &subject, self.audit);
        let found = self.prose.statement(statement, &subject, self.audit);
        statement.findings.extend(found);
    }

    /// What can only be told of the whole document.
    pub fn finish(self) -> Vec<Finding> {
        self.said.finish()
    }
}
