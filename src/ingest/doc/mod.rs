//! Word 97–2003 documents (`.doc`): the main stream's characters, their properties, and from both paragraphs and
//! tables with their spans, in reading order.
//!
//! Comes in: the bytes of a compound file. Goes out: lines and grids. Headers, footers and comments are left out, notes
//! follow the paragraph that refers to them, text boxes stand at the end; automatic numbers are not in the text. What was
//! met and not read is said in findings. Word 95 and older are refused. Source: Microsoft's [MS-DOC].

mod fib;
mod fonts;
mod paragraphs;
mod pieces;
mod properties;
mod rows;

use super::flow::Blocks;
use super::ole::{Compound, u32_at};
use super::{Limits, LoadError};
use crate::model::{Body, Code, Document, Finding, Media, Severity};
use fib::Fib;
use paragraphs::{Cursor, LeftOut, Source};
use std::cell::Cell;

/// Reads a DOC, best effort.
///
/// # Errors
/// `encrypted`; `unsupported` (Word 95 and older); `damaged` where no text can be found.
pub fn load(bytes: &[u8], limits: &Limits) -> Result<Document, LoadError> {
    let damaged = |message: &str| LoadError { code: "damaged", message: message.into() };
    let mut file = Compound::open(bytes).ok_or_else(|| {
        damaged("the compound file's header or directory cannot be read; the file is cut or overwritten")
    })?;
    if file.has("EncryptedPackage") {
        return Err(LoadError {
            code: "encrypted",
            message: "this file is protected by a password; open it in Office, take the password off and save it again"
                .into(),
        });
    }
    let stream = file.stream("WordDocument").ok_or_else(|| damaged("the compound file holds no Word document"))?;
    let fib = Fib::read(&stream)?;
    let table = file.stream(fib.table_stream).ok_or_else(|| damaged("the Word document's table stream is missing"))?;
    let data = file.stream("Data").unwrap_or_default();
    let text = pieces::Text::read(&stream, fib::at(&table, fib.pieces));
    if text.units.is_empty() {
        return Err(damaged("the Word document's piece table leads to no text; the file is cut or overwritten"));
    }
    let mut character_runs = properties::Runs::characters(&stream, fib::at(&table, fib.character_pages));
    character_runs.retain(&stream, paragraphs::of_interest);
    let source = Source {
        stream: &stream,
        data: &data,
        text: &text,
        paragraph_runs: &properties::Runs::paragraphs(&stream, fib::at(&table, fib.paragraph_pages)),
        character_runs: &character_runs,
        fonts: &fonts::font_names(fib::at(&table, fib.fonts)),
        // Documents by Word have some 10 to 100 bytes of lists for a paragraph.
        budget: Cell::new((64 << 20) + 64 * stream.len()),
    };
    let mut left_out = LeftOut::default();
    let mut blocks = Blocks::new(limits);
    let notes = Notes::read(&fib, &table);
    let body = fib.body.min(text.units.len());
    let mut cursor = Cursor::new(0, body);
    while let Some(placed) = source.next(&mut cursor, &mut left_out) {
        blocks.add(placed.paragraph);
        for (start, end) in notes.within(placed.from, placed.to) {
            let mut cursor = Cursor::new(start, end);
            while let Some(note) = source.next(&mut cursor, &mut left_out) {
                blocks.add_note(&note.paragraph.text);
            }
        }
    }
    blocks.end_tables();
    let boxes = fib.body + fib.footnotes + fib.headers + fib.macros + fib.comments + fib.endnotes;
    let mut cursor = Cursor::new(boxes, boxes.saturating_add(fib.text_boxes));
    let mut box_text = false;
    while let Some(placed) = source.next(&mut cursor, &mut left_out) {
        box_text |= !placed.paragraph.text.trim().is_empty();
        blocks.add(placed.paragraph);
    }
    let (blocks, cut, cells_without_rows) = blocks.finish();
    left_out.cells_without_rows = cells_without_rows;
    let mut findings = findings(&left_out);
    let mut skipped = |severity, message: &str| findings.push(Finding::new(Code::ContentSkipped, severity, message));
    if box_text {
        skipped(Severity::Info, "text boxes were read after the body; where they stand on the page is not known");
    }
    if fib.comments > 0 {
        skipped(Severity::Info, "comments in the margin were left out");
    }
    if cut {
        skipped(
            Severity::Error,
            "the document has more lines and table cells than the limit allows; the rest was left out",
        );
    }
    if file.damaged || text.damaged || body < fib.body || source.budget.get() == 0 {
        skipped(Severity::Error, "the file is damaged: parts of its text or tables lie outside it");
    }
    Ok(Document { media: Media::Doc, encoding: None, pages: None, ocr: None, body: Body::Blocks(blocks), findings })
}

fn findings(left_out: &LeftOut) -> Vec<Finding> {
    let said = |severity, count: usize, what: &str| {
        (count > 0).then(|| Finding::new(Code::ContentSkipped, severity, format!("{what}: {count}")))
    };
    [
        said(Severity::Warning, left_out.deleted, "characters deleted under tracked changes were left out"),
        said(Severity::Warning, left_out.hidden, "characters of hidden text were left out"),
        said(Severity::Info, left_out.pictures, "pictures and drawings were left out"),
        said(Severity::Info, left_out.numbered, "automatic paragraph numbers are not part of the text"),
        said(Severity::Warning, left_out.cells_without_rows, "table cells whose row has no end were read as lines"),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Footnotes and endnotes: where the body refers to them and which characters they are.
struct Notes(Vec<(usize, (usize, usize))>);

impl Notes {
    fn read(fib: &Fib, table: &[u8]) -> Self {
        let endnotes = fib.body + fib.footnotes + fib.headers + fib.macros + fib.comments;
        let mut all = Vec::new();
        for (marks, texts, base, length) in [
            (fib.footnote_marks, fib.footnote_texts, fib.body, fib.footnotes),
            (fib.endnote_marks, fib.endnote_texts, endnotes, fib.endnotes),
        ] {
            let (marks, texts) = (fib::at(table, marks), fib::at(table, texts));
            let number = |list: &[u8], i: usize| u32_at(list, 4 * i).and_then(|n| usize::try_from(n).ok());
            // One more place than notes, and two bytes a note behind the places.
            let mut reached = 0;
            for note in 0..marks.len().saturating_sub(4) / 6 {
                let (Some(mark), Some(from), Some(to)) =
                    (number(marks, note), number(texts, note), number(texts, note + 1))
                else {
                    break;
                };
                let to = to.min(length);
                // The notes' texts follow each other; ranges that overlap would be read many times over.
                if reached <= from && from < to {
                    reached = to;
                    all.push((mark, (base + from, base + to)));
                }
            }
        }
        all.sort_unstable();
        Notes(all)
    }

    fn within(&self, from: usize, to: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let start = self.0.partition_point(|(mark, _)| *mark < from);
        self.0.get(start..).unwrap_or(&[]).iter().take_while(move |(mark, _)| *mark < to).map(|(_, range)| *range)
    }
}
