//! Records in, the same with findings out: what does not add up is marked, nothing is changed.
//!
//! A rule a file, over the records of one form, of one document ([`Document`]) or of several ([`SeenForms`]). A rule knows
//! neither cells nor formats; of the form's text it sees what `mapping` kept as its scoring rules.

mod clues;
mod confidence;
mod document;
mod duplicates;
mod figure;
mod funds;
mod imputed;
mod looks;
mod presence;
mod prose;
mod rates;
mod said;
mod scoring;
mod sums;
mod targets;
mod units;

pub use confidence::Confidence;
pub use document::Document;
pub use duplicates::{Fingerprint, Fingerprints, SeenForms};

use crate::model::FormRecords;
use crate::patterns::Audit;

/// Marks what does not add up in a form.
fn form(records: &mut FormRecords, audit: &Audit) {
    rates::mark(&mut records.funds);
    funds::mark(records);
    let imputed = imputed::mark(records);
    sums::mark(records, imputed);
    targets::mark(&mut records.indicators, audit);
    scoring::mark(records, audit);
    units::mark(records);
    presence::mark(&mut records.indicators);
}
