//! Provenance of a record: which cells of which grid row fed it.

use super::row::{Row, RowCell};
use crate::model::{BBox, Code, Finding, Place, Severity};

/// Collects where a record's fields stand.
pub(super) struct Places {
    place: Place,
    row: usize,
    first_column: usize,
    doubts: Vec<Finding>,
}

/// Score of recognition below which a field is marked.
const DOUBTFUL: f32 = 0.8;

impl Places {
    /// For a record that begins in this row.
    pub(super) fn new(row: &Row) -> Self {
        Self::resume(row, Place::default())
    }

    /// For a record that goes on in this row.
    pub(super) fn resume(row: &Row, mut place: Place) -> Self {
        let first = place.rows.map_or(row.index, |r| r[0].min(row.index));
        let last = place.rows.map_or(row.index, |r| r[1].max(row.index));
        place.rows = Some([first, last]);
        place.page = place.page.or(row.page);
        place.table = place.table.or(Some(row.table));
        Places { place, row: row.index, first_column: row.first_column, doubts: Vec::new() }
    }

    /// Says which cell fed a field.
    pub(super) fn put(&mut self, field: &str, cell: &RowCell) {
        self.place.cells.entry(field.to_owned()).or_insert([self.row, self.first_column + cell.column]);
        if cell.trust < DOUBTFUL {
            let score = cell.trust;
            let message = format!("{field}: recognised with a score of {score:.2}; compare it with the picture");
            let finding = Finding::new(Code::LowOcrConfidence, Severity::Warning, message);
            self.doubts.push(Finding { found: Some(cell.text.clone()), ..finding });
        }
        if let Some(bbox) = cell.bbox {
            self.place.bbox = Some(match self.place.bbox {
                None => bbox,
                Some(old) => BBox {
                    x0: old.x0.min(bbox.x0),
                    y0: old.y0.min(bbox.y0),
                    x1: old.x1.max(bbox.x1),
                    y1: old.y1.max(bbox.y1),
                },
            });
        }
    }

    /// A finding for each field whose text recognition was not sure of.
    pub(super) fn doubts(&mut self) -> Vec<Finding> {
        std::mem::take(&mut self.doubts)
    }

    /// The finished provenance.
    pub(super) fn done(self) -> Place {
        self.place
    }
}
