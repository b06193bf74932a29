//! What [`crate::mapping`]'s `words` read otherwise, told: on the record whose value, name or points it feeds, else (headers,
//! levels, the form's head) on the form.

use super::{Spot, checks, told};
use crate::mapping::row::Mended;
use crate::mapping::segment::FormSource;
use crate::model::{Code, Finding, FormRecords, Severity};

/// A cell that words decided on.
pub(super) struct Repair {
    spot: Spot,
    /// What it is read as now.
    now: String,
    mended: Mended,
}

/// Findings of one form, at most.
const MOST: usize = 100;
/// Fields whose cells belong to many rows: what was read otherwise there is told once.
const SHARED: &str = "level";

/// The cells of a form that words decided on.
pub(super) fn mended(source: &FormSource) -> Vec<Repair> {
    let mut found: Vec<Repair> = Vec::new();
    for (_, row) in &source.rows {
        for cell in &row.cells {
            let Some(mended) = &cell.mended else { continue };
            let spot = Spot { table: row.table, row: row.index, column: row.first_column + cell.column };
            if found.len() < MOST && found.iter().all(|known| known.spot != spot) {
                found.push(Repair { spot, now: cell.raw.trim().to_owned(), mended: mended.clone() });
            }
        }
    }
    found
}

/// Marks what these cells feed, and gives values back what was read first as `raw`.
pub(super) fn tell(repairs: &[Repair], records: &mut FormRecords) {
    for repair in repairs {
        let mut is_told = false;
        for record in told(records) {
            let here = |field: &str| checks::spot(record.place, field) == Some(repair.spot);
            let is_own = |field: &&String| here(field) && (*field == "level3" || !field.starts_with(SHARED));
            let Some(field) = record.place.cells.keys().find(is_own) else { continue };
            let finding = repair.finding(field);
            for (field, quantity) in record.quantities {
                if let Some(quantity) = quantity.as_mut().filter(|q| here(field) && q.raw.trim() == repair.now) {
                    quantity.raw = repair.mended.first.trim().to_owned();
                }
            }
            record.findings.push(finding);
            is_told = true;
        }
        if !is_told {
            records.form.findings.push(repair.finding("label"));
        }
    }
}

impl Repair {
    fn finding(&self, field: &str) -> Finding {
        let (now, first) = (self.now.as_str(), self.mended.first.trim());
        let message = format!("{field}: read as {first:?} first; {}", self.mended.why);
        Finding::new(Code::OcrCorrected, Severity::Warning, message).with(now, first)
    }
}
