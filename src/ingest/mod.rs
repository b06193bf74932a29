//! Bytes in, [`Document`] out: what a file is, told by its content, and what it holds. Finds no table that the format
//! itself does not mark, and understands no form.

use crate::model::Document;
use thiserror::Error;

mod limits;
pub use limits::Limits;

/// Why a file cannot be read at all.
#[derive(Debug, Error)]
#[error("{message}")]
pub struct LoadError {
    /// Stable word for programs: `empty`, `binary`, `encrypted`, `archive`, `unsupported`, `damaged`, `too_large`.
    pub code: &'static str,
    /// What, where, and what to do.
    pub message: String,
}

/// Reads one file. Best effort: everything readable, plus findings that say where reading suffered.
///
/// # Errors
/// A file of which nothing can be read.
pub fn load(_bytes: Vec<u8>, _limits: &Limits) -> Result<Document, LoadError> {
    Err(LoadError { code: "unsupported", message: "not yet".into() })
}
