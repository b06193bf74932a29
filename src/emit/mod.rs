//! Records out: JSON lines, the JSON Schema of the records, tables for people. The only module that knows JSON.

pub mod tables;
