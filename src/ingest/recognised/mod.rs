//! What other programs recognised: hOCR, ALTO, PAGE, Tesseract's TSV, and the JSON of PaddleOCR, RapidOCR, MinerU, Azure,
//! AWS, Google and docling. One file a format; all give the same: words with boxes become pages, on which `reconstruct`
//! finds the tables; tables that the engine found itself become grids. `docs/recognised.md` says what is read of each.

mod alto;
mod azure;
mod blocks;
mod cells;
mod detect;
mod docling;
mod document_ai;
mod hocr;
mod json;
mod lines;
mod mineru;
mod paddle;
mod page_xml;
mod place;
mod structure;
mod tesseract_tsv;
mod textract;

use super::{Limits, LoadError, html, text};
use crate::model::{Body, Code, DeferredPages, Document, Finding, Media, Page, PageSource, Raster, Severity};
use blocks::Blocks;
pub use detect::Kind;
pub(super) use detect::{detect_json, detect_markup, detect_table};
use json::Json;
use lines::RawPage;
use std::sync::Arc;

/// What a reader of a format gives.
#[derive(Debug)]
struct Recognised {
    content: Content,
    /// Engine and version, where the file says so.
    engine: Option<String>,
    /// What could not be read.
    findings: Vec<Finding>,
}

#[derive(Debug)]
enum Content {
    /// Words with their places.
    Pages(Vec<Page>),
    /// Lines, and tables that the engine found, with the number of pages.
    Blocks(Blocks),
}

/// Reads what another program recognised.
///
/// # Errors
/// `damaged` or `empty` where nothing of it can be read. JSON that turns out to be of no known kind is read as text.
pub fn load(bytes: Vec<u8>, kind: Kind, limits: &Limits) -> Result<Document, LoadError> {
    let decoded = match kind {
        Kind::Json => return load_json(bytes, limits),
        Kind::Tsv => {
            let guess = text::detect(&bytes);
            text::decode_as(bytes, &guess).text
        }
        Kind::Hocr | Kind::Alto | Kind::PageXml => html::decode(bytes),
    };
    let reader = match kind {
        Kind::Hocr => hocr::read,
        Kind::Alto => alto::read,
        Kind::Tsv | Kind::Json => tesseract_tsv::read,
        Kind::PageXml => return document(page_xml::read(&decoded, limits)),
    };
    streamed(Stream { text: decoded, reader, limits: limits.clone() })
}

fn load_json(bytes: Vec<u8>, limits: &Limits) -> Result<Document, LoadError> {
    let guess = text::detect(&bytes);
    // Kept, for it may be a text after all; of UTF-8 the text itself will do.
    let kept = (guess.encoding != encoding_rs::UTF_8).then(|| bytes.clone());
    let decoded = text::decode_as(bytes, &guess).text;
    match json(&decoded, limits) {
        Some(read) => document(read),
        None => text::load(kept.unwrap_or_else(|| decoded.into_bytes())),
    }
}

fn json(text: &str, limits: &Limits) -> Option<Recognised> {
    let json::Parsed { value, damage } = json::parse(text, limits);
    type Reader = fn(&Json<'_>, &Limits) -> Option<Recognised>;
    const READERS: &[Reader] =
        &[docling::read, azure::read, textract::read, document_ai::read, mineru::read, structure::read, paddle::read];
    let mut read = READERS.iter().find_map(|reader| reader(&value, limits))?;
    if let Some(damage) = damage {
        let message = format!("{damage}: what stood before it was read");
        read.findings.push(Finding::new(Code::ContentSkipped, Severity::Error, message));
    }
    Some(read)
}

fn document(read: Recognised) -> Result<Document, LoadError> {
    let Recognised { content, engine, mut findings } = read;
    let (pages, body) = match content {
        Content::Pages(pages) => {
            if pages.iter().all(|page| page.glyphs.is_empty()) {
                return Err(nothing(&findings));
            }
            let count = u32::try_from(pages.len()).ok();
            (count, Body::Pages(DeferredPages(Arc::new(Held(pages)))))
        }
        Content::Blocks(blocks) => {
            if blocks.is_empty() {
                return Err(nothing(&findings));
            }
            let (count, blocks, more) = blocks.finish();
            findings.extend(more);
            (count, Body::Blocks(blocks))
        }
    };
    Ok(Document { media: Media::Ocr, encoding: None, pages, ocr: engine, body, findings })
}

fn nothing(findings: &[Finding]) -> LoadError {
    match findings.first() {
        Some(finding) => LoadError::damaged(finding.message.clone()),
        None => LoadError::new("empty", "the recognition's output holds no text: check the pages it was made from"),
    }
}

/// Pages that are held.
#[derive(Debug)]
struct Held(Vec<Page>);

impl PageSource for Held {
    fn pages(&self) -> Box<dyn Iterator<Item = Page> + '_> {
        Box::new(self.0.iter().cloned())
    }

    fn render(&self, _number: u32, _dpi: f32) -> Option<Raster> {
        None
    }
}

/// A reader that gives page after page, and at last which engine wrote them.
trait PageReader: Iterator<Item = RawPage> {
    /// What the part read so far says of the engine.
    fn engine(&self) -> Option<String>;

    /// Why reading ended before the file did.
    fn damage(&self) -> Option<String>;
}

type Open = for<'t> fn(&'t str, &Limits) -> Box<dyn PageReader + 't>;

/// Pages that are read anew from the text each time they are asked for.
struct Stream {
    text: String,
    reader: Open,
    limits: Limits,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "recognised pages in {} bytes", self.text.len())
    }
}

impl PageSource for Stream {
    fn pages(&self) -> Box<dyn Iterator<Item = Page> + '_> {
        Box::new((self.reader)(&self.text, &self.limits).map(RawPage::into_page))
    }

    fn render(&self, _number: u32, _dpi: f32) -> Option<Raster> {
        None
    }
}

fn streamed(stream: Stream) -> Result<Document, LoadError> {
    let mut survey = (stream.reader)(&stream.text, &stream.limits);
    let (mut count, mut any) = (0u32, false);
    for page in survey.by_ref() {
        count = count.saturating_add(1);
        any |= page.lines.iter().flat_map(|line| &line.words).any(|word| !word.text.trim().is_empty());
    }
    let damage = survey.damage().map(|damage| {
        Finding::new(Code::ContentSkipped, Severity::Error, format!("{damage}: what stood before it was read"))
    });
    let (engine, findings) = (survey.engine(), Vec::from_iter(damage));
    drop(survey);
    if !any {
        return Err(nothing(&findings));
    }
    let body = Body::Pages(DeferredPages(Arc::new(stream)));
    Ok(Document { media: Media::Ocr, encoding: None, pages: Some(count), ocr: engine, body, findings })
}

/// A name and, where there is one, a version.
fn engine(name: &str, version: Option<&str>) -> String {
    let version = version.unwrap_or("").trim();
    let clean = |text: &str| -> String { text.chars().filter(|c| !c.is_control()).take(80).collect() };
    if version.is_empty() { clean(name.trim()) } else { format!("{} {}", clean(name.trim()), clean(version)) }
}
