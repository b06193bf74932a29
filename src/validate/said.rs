//! What the text says of the form itself against the form: how many indicators it has, what its total score is.

use crate::model::{Code, Finding, FormRecords, Number, Severity, StatementRecord};
use crate::patterns::Audit;
use rustc_hash::FxHashSet;
use std::hash::Hash;

/// Claims kept of one document; of a longer one the first.
const MOST_CLAIMS: usize = 100;

/// What a document has said of its form so far, and what the form is.
#[derive(Debug, Default)]
pub(super) struct Said {
    claims: Vec<Claim>,
    forms: u32,
    form: Option<Facts>,
}

#[derive(Debug)]
struct Claim {
    what: What,
    value: Number,
    raw: String,
    /// Id of the statement.
    id: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Level1,
    Level2,
    Level3,
    TotalScore,
}

#[derive(Debug)]
struct Facts {
    id: String,
    levels: [usize; 3],
    total_score: Option<Number>,
}

impl Said {
    /// Keeps what a statement says of the form. `subject` is the key of its subject.
    pub(super) fn statement(&mut self, statement: &StatementRecord, subject: &str, audit: &Audit) {
        let Some(quantity) = &statement.value else { return };
        let Some(value) = quantity.value.filter(|_| quantity.upper.is_none()) else { return };
        let what = if audit.total_score_in_prose.ends_key(subject) {
            What::TotalScore
        } else if audit.counted_level1.ends_key(subject) {
            What::Level1
        } else if audit.counted_level2.ends_key(subject) {
            What::Level2
        } else if audit.counted_level3.ends_key(subject) {
            What::Level3
        } else {
            return;
        };
        if what != What::TotalScore && audit.counted_in_part.inside(&statement.sentence) {
            return;
        }
        let points = quantity.unit.as_deref() == Some("分");
        if points == (what == What::TotalScore) && self.claims.len() < MOST_CLAIMS {
            self.claims.push(Claim { what, value, raw: quantity.raw.clone(), id: statement.id.clone() });
        }
    }

    pub(super) fn form(&mut self, records: &FormRecords) {
        self.forms += 1;
        let rows = &records.indicators;
        let first = distinct(rows.iter().filter_map(|row| row.level1.as_deref()));
        let second = distinct(rows.iter().filter_map(|row| Some((&row.level1, row.level2.as_deref()?))));
        let third = rows.iter().filter(|row| row.level3.is_some()).count();
        self.form = Some(Facts {
            id: records.form.id.clone(),
            levels: [first, second, third],
            total_score: records.form.total_score,
        });
    }

    /// The contradictions, once the document has ended. Where it has several forms, none is the one that is meant.
    pub(super) fn finish(self) -> Vec<Finding> {
        let (Some(form), 1) = (self.form, self.forms) else { return Vec::new() };
        self.claims.iter().filter_map(|claim| contradiction(claim, &form)).collect()
    }
}

/// How many of the names differ; those of neighbouring rows seldom do.
fn distinct<T: Copy + Eq + Hash>(names: impl Iterator<Item = T>) -> usize {
    let mut before = None;
    let mut changes = names.filter(|name| before.replace(*name) != Some(*name));
    match (changes.next(), changes.next()) {
        (None, _) => 0,
        (Some(_), None) => 1,
        (Some(first), Some(second)) => FxHashSet::from_iter([first, second].into_iter().chain(changes)).len(),
    }
}

fn contradiction(claim: &Claim, form: &Facts) -> Option<Finding> {
    let level = match claim.what {
        What::Level1 => 0,
        What::Level2 => 1,
        What::Level3 => 2,
        What::TotalScore => {
            let total = form.total_score.filter(|total| *total != claim.value)?;
            let message = format!(
                "the text says a total score of {} ({}), the form {} prints {total}",
                claim.raw, claim.id, form.id
            );
            return Some(Finding::new(Code::ProseTableConflict, Severity::Warning, message).with(total, claim.value));
        }
    };
    let counted = form.levels[level];
    // A form without that level says nothing.
    if counted == 0 || claim.value.get() == counted.into() {
        return None;
    }
    let message = format!(
        "the text counts {} indicators of level {} ({}), the form {} has {counted}",
        claim.value,
        level + 1,
        claim.id,
        form.id
    );
    Some(Finding::new(Code::ProseTableConflict, Severity::Warning, message).with(counted, claim.value))
}
