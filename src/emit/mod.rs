//! Records out: JSON lines, the JSON Schema of the records, tables for people. Besides `score`, which reads records
//! back, the only module that knows JSON.

pub mod flat;
pub mod json_lines;
pub mod overlay;
pub mod schema;
mod statement_line;
pub mod tables;
