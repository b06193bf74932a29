//! Bytes in, [`Document`] out: what a file is, told by its content, and what it holds. Finds no table that the format
//! itself does not mark, and understands no form.

use crate::model::{Document, Media};
use thiserror::Error;

pub mod archive;
pub mod doc;
pub mod docx;
mod flow;
pub mod html;
pub mod image;
mod limits;
pub mod mhtml;
mod ole;
mod opc;
mod package;
pub mod pdf;
pub mod recognised;
pub mod rtf;
pub mod sniff;
pub mod text;
pub mod workbook;
mod xml;

pub use limits::Limits;
use sniff::Format;

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
    let detected = sniff::detect(&bytes);
    match detected.format {
        Format::Docx => docx::load(&bytes, limits),
        Format::Doc => doc::load(&bytes, limits),
        Format::Xlsx => workbook::load(&bytes, Media::Xlsx, limits),
        Format::Xls => workbook::load(&bytes, Media::Xls, limits),
        Format::Ods => workbook::load(&bytes, Media::Ods, limits),
        Format::Pdf => pdf::load(bytes, limits),
        Format::Image => image::load(bytes, limits),
        Format::WordXml => docx::load_xml(&bytes, limits),
        Format::SpreadsheetXml => workbook::load_xml(&bytes, limits),
        Format::Rtf => rtf::load(&bytes, limits),
        Format::Mhtml => mhtml::load(&bytes, limits),
        Format::Html => html::load(bytes, limits),
        Format::Recognised(kind) => recognised::load(bytes, kind, limits),
        Format::Text if html::recognizes(&bytes) => html::load(bytes, limits),
        Format::Text | Format::Empty => text::load(bytes),
        _ => Err(detected.refusal().unwrap_or_else(|| {
            LoadError::new(
                "unsupported",
                format!("{}: not read yet; save it as text or HTML and give that file", detected.reason),
            )
        })),
    }
}
