//! Forms in, the same forms with findings out: what does not add up is marked, nothing is changed.

mod presence;
mod rates;
mod sums;

use crate::model::FormRecords;

/// Marks what does not add up in a form.
pub fn form(records: &mut FormRecords) {
    rates::mark(&mut records.funds);
    sums::mark(records);
    presence::mark(&mut records.indicators);
}
