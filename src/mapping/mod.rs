//! Blocks in, records out: finds the forms of a document, assigns columns to fields and cells to columns, reads
//! quantities where header and unit are known.

pub mod quantity;
