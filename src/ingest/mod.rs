//! Bytes in, [`Document`] out: what a file is, told by its content, and what it holds. Finds no table that the format
//! itself does not mark, and understands no form.

use crate::model::Document;
use thiserror::Error;

pub mod docx;
mod limits;
mod opc;
mod package;
pub mod workbook;
mod xml;
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

impl LoadError {
    pub(crate) fn damaged(message: impl Into<String>) -> Self {
        LoadError { code: "damaged", message: message.into() }
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        LoadError { code: "too_large", message: message.into() }
    }
}

/// Reads one file. Best effort: everything readable, plus findings that say where reading suffered.
///
/// # Errors
/// A file of which nothing can be read.
pub fn load(_bytes: Vec<u8>, _limits: &Limits) -> Result<Document, LoadError> {
    Err(LoadError { code: "unsupported", message: "not yet".into() })
}
