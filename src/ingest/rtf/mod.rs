//! Rich Text Format, which archives often hold under the name `.doc`.
//!
//! Comes in: bytes. Goes out: lines and grids in reading order. Paragraphs, tables with their spans, nested tables,
//! footnotes and check boxes are read; headers, footers, pictures and text boxes are left out. Source: Microsoft's RTF
//! specification 1.9.1.

mod fonts;
mod reader;
mod tokens;

use super::{Limits, LoadError};
use crate::model::{Body, Code, Document, Finding, Media, Severity};
use reader::Reader;

/// Reads RTF, best effort.
///
/// # Errors
/// `damaged`: it does not begin as RTF does.
pub fn load(bytes: &[u8], limits: &Limits) -> Result<Document, LoadError> {
    let start = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes).trim_ascii_start();
    if !start.starts_with(b"{\\rtf") {
        return Err(LoadError { code: "damaged", message: "this is no RTF: it does not begin with {\\rtf".into() });
    }
    let read = Reader::new(limits).read(start);
    let mut findings = Vec::new();
    let mut said = |severity, count: usize, what: &str| {
        if count > 0 {
            findings.push(Finding::new(Code::ContentSkipped, severity, format!("{what}: {count}")));
        }
    };
    said(Severity::Warning, read.deleted, "runs deleted under tracked changes were left out");
    said(Severity::Warning, read.hidden, "runs of hidden text were left out");
    said(Severity::Info, read.pictures, "pictures were left out");
    said(Severity::Warning, read.text_boxes, "text boxes were left out");
    said(Severity::Warning, read.cells_without_rows, "table cells whose row has no end were read as lines");
    said(
        Severity::Error,
        usize::from(read.cut),
        "the document has more lines and table cells than the limit allows; the rest was left out",
    );
    said(Severity::Error, read.unclosed, "the file is cut: groups that never close");
    Ok(Document {
        media: Media::Doc,
        encoding: None,
        pages: None,
        ocr: None,
        body: Body::Blocks(read.blocks),
        findings,
    })
}
