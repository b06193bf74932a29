//! HTML in, lines and grids out: web pages, files that Office saved as HTML, and the tables that OCR puts into text.
//!
//! Built on html5ever's tokenizer, without its tree: a page needs only to know which table, row and cell is open, so
//! reading is one pass, linear in the input, and no element nests deeper in memory than tables do.

mod charset;
mod flow;
mod page;
mod parts;
mod spans;
mod table;
mod tags;

pub(super) use parts::Parts;

use super::{Limits, LoadError, text};
use crate::model::{Block, BlockSource, Body, Deferred, Document, Encoding, Finding, Media};
use std::sync::Arc;

/// Whether bytes are a web page (or a file that says so), not a text with some HTML in it.
pub(super) fn recognizes(bytes: &[u8]) -> bool {
    charset::looks_like_page(bytes)
}

/// Reads a web page.
///
/// # Errors
/// `empty` for a page that shows no text.
pub fn load(bytes: Vec<u8>, limits: &Limits) -> Result<Document, LoadError> {
    let guess = charset::detect(&bytes);
    let decoded = text::decode_as(bytes, &guess);
    let mut findings = text::findings(&guess, &decoded.text, decoded.cut);
    let (body, more) = body(decoded.text, limits);
    findings.extend(more);
    let Some(body) = body else {
        return Err(LoadError::new(
            "empty",
            "the page shows no text: if a script fills it, save it from the browser (complete page) and give that file",
        ));
    };
    Ok(Document {
        media: Media::Html,
        encoding: Some(Encoding { name: guess.name(), confidence: guess.confidence }),
        pages: None,
        ocr: None,
        body,
        findings,
    })
}

/// The text of a page or of XML, in the encoding that it declares if its bytes agree.
pub(super) fn decode(bytes: Vec<u8>) -> String {
    let guess = charset::detect(&bytes);
    text::decode_as(bytes, &guess).text
}

/// Bytes of a page from which on its blocks are not held: it is read once for what there is to tell of it, and once more
/// for its blocks.
const LARGE_PAGE: usize = 16 << 20;

/// A page's content, none where it shows nothing, and findings on what was left out.
fn body(text: String, limits: &Limits) -> (Option<Body>, Vec<Finding>) {
    if text.len() < LARGE_PAGE {
        let (blocks, findings) = read(&text, limits);
        return ((!blocks.is_empty()).then_some(Body::Blocks(blocks)), findings);
    }
    let mut survey = page::PageReader::new(&text, limits);
    let any = survey.by_ref().count() > 0;
    let findings = survey.findings();
    let deferred = || Body::Deferred(Deferred(Arc::new(LargePage { text, limits: limits.clone() })));
    (any.then(deferred), findings)
}

/// A page whose blocks are read as they are asked for.
struct LargePage {
    text: String,
    limits: Limits,
}

impl std::fmt::Debug for LargePage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "a page of {} bytes", self.text.len())
    }
}

impl BlockSource for LargePage {
    fn blocks(&self) -> Box<dyn Iterator<Item = Block<'static>> + '_> {
        Box::new(page::PageReader::new(&self.text, &self.limits))
    }
}

/// The lines and tables of a page or fragment in reading order.
///
/// Scripts, styles, navigation and what is hidden are left out. Layout tables are unfolded into their content; a
/// table inside a cell of a data table becomes text of that cell.
pub fn blocks(html: &str, limits: &Limits) -> Vec<Block<'static>> {
    read(html, limits).0
}

/// The same, with findings on what was left out.
pub fn read(html: &str, limits: &Limits) -> (Vec<Block<'static>>, Vec<Finding>) {
    page::read(html, limits)
}

#[cfg(test)]
mod tests;
