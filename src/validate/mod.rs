//! Forms and statements in, the same with findings out: what does not add up is marked, nothing is changed.

mod presence;
mod prose;
mod rates;
mod sums;

pub use prose::Prose;

use crate::model::FormRecords;

/// Marks what does not add up in a form.
pub fn form(records: &mut FormRecords) {
    rates::mark(&mut records.funds);
    sums::mark(records);
    presence::mark(&mut records.indicators);
}
