//! Bytes in, [`Document`] out: what a file is, told by its content, and what it holds. Finds no table that the format
//! itself does not mark, and understands no form.

use crate::model::Document;
use thiserror::Error;

pub mod docx;
pub mod html;
mod limits;
mod opc;
mod package;
mod signature;
pub mod text;
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
    /// An error of this code; the message says what is wrong, where, and what to do.
    pub fn new(code: &'static str, message: impl Into<String>) -> Self {
        LoadError { code, message: message.into() }
    }

    pub(crate) fn damaged(message: impl Into<String>) -> Self {
        LoadError::new("damaged", message)
    }

    pub(crate) fn too_large(message: impl Into<String>) -> Self {
        LoadError::new("too_large", message)
    }
}

/// Reads one file. Best effort: everything readable, plus findings that say where reading suffered.
///
/// # Errors
/// A file of which nothing can be read.
pub fn load(bytes: Vec<u8>, limits: &Limits) -> Result<Document, LoadError> {
    // Loaders of formats with a signature go here, before the text loader, which takes whatever is left.
    signature::refuse(&bytes)?;
    if html::recognizes(&bytes) {
        return html::load(bytes, limits);
    }
    text::load(bytes)
}
