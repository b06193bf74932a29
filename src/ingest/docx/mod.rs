//! Word documents (DOCX, DOCM): the package in, lines and tables in reading order out. Headers, footers and comments
//! are no part of the text and are not read; of tracked changes the outcome is read. `docs/office.md` says what of the
//! format is read, and how.

mod namespaces;
mod numbering;
mod properties;
mod story;
mod styles;
mod symbols;
mod tables;

use super::opc::{self, Relations};
use super::package::Package;
use super::xml::{Xml, decoded};
use super::{Limits, LoadError};
use crate::model::{Block, Body, Code, Document, Finding, Media, Severity};
use numbering::Numbering;
use story::{Context, LeftOut, NoteKind, Notes};
use styles::Styles;

/// Reads a DOCX file.
///
/// # Errors
/// `damaged` where the package or its main part cannot be read, `too_large` where a bound of `limits` is broken,
/// `encrypted` where parts are. Damage after the first text is a finding of severity error instead.
pub fn load(bytes: &[u8], limits: &Limits) -> Result<Document, LoadError> {
    let mut package = Package::open(bytes, limits)?;
    let main = opc::main_part(&mut package)?.filter(|p| package.has(p)).unwrap_or_else(|| "word/document.xml".into());
    let relations = Relations::of(&mut package, &main)?;
    let part = |kind: &str, usual: &str| relations.target(kind).unwrap_or_else(|| usual.to_owned());
    let mut findings = Vec::new();
    let mut context = Context::default();

    // A broken supporting part costs labels or notes, not the document.
    let mut tolerate = |result: Result<(), LoadError>| match result {
        Err(e) if e.code == "damaged" => {
            findings.push(Finding::new(Code::ContentSkipped, Severity::Warning, e.message));
            Ok(())
        }
        other => other,
    };
    if let Some(xml) = package.xml(&part("styles", "word/styles.xml"))? {
        tolerate(Styles::read(xml).map(|s| context.styles = s))?;
    }
    if let Some(xml) = package.xml(&part("numbering", "word/numbering.xml"))? {
        tolerate(Numbering::read(xml).map(|n| context.numbering = n))?;
    }
    for (kind, name, usual) in
        [(NoteKind::Footnote, "footnotes", "word/footnotes.xml"), (NoteKind::Endnote, "endnotes", "word/endnotes.xml")]
    {
        if let Some(xml) = package.xml(&part(name, usual))? {
            let notes = story::read(xml, &mut context, Some(kind), limits).map(|story| story.notes);
            tolerate(notes.map(|notes| context.notes.extend(without_blank(notes))))?;
        }
    }

    let Some(xml) = package.xml(&main)? else {
        return Err(LoadError::damaged(format!("the package has no {main}: it is no Word document, or is damaged")));
    };
    let story = story::read(xml, &mut context, None, limits)?;
    if let Some(damage) = story.cut {
        let message = format!("the document breaks off: {}", damage.message);
        findings.push(Finding::new(Code::ContentSkipped, Severity::Error, message));
    }
    findings.extend(story.left_out.findings());
    Ok(Document {
        media: Media::Docx,
        encoding: None,
        pages: story.pages,
        ocr: None,
        body: Body::Blocks(story.blocks),
        findings,
    })
}

/// Reads a Word document that was saved as one XML file: Word 2003's own (which report generators write under the name
/// `.doc`), or a package laid flat.
///
/// # Errors
/// As [`load`].
pub fn load_xml(bytes: &[u8], limits: &Limits) -> Result<Document, LoadError> {
    let text = decoded(bytes);
    let mut context = Context::default();
    let mut findings = Vec::new();
    let part =
        |name: &str| part_laid_flat(&text, name).map(|xml| Xml::of_bytes(xml.as_bytes(), name, limits.max_depth));
    let main = match part("/word/document.xml") {
        Some(main) => {
            // Broken styles or labels cost labels, not the document.
            context.styles = part("/word/styles.xml").and_then(|xml| Styles::read(xml).ok()).unwrap_or_default();
            let numbering = part("/word/numbering.xml").and_then(|xml| Numbering::read(xml).ok());
            context.numbering = numbering.unwrap_or_default();
            main
        }
        None => Xml::of_bytes(text.as_bytes(), "the document", limits.max_depth),
    };
    let story = story::read(main, &mut context, None, limits)?;
    if let Some(damage) = story.cut {
        let message = format!("the document breaks off: {}", damage.message);
        findings.push(Finding::new(Code::ContentSkipped, Severity::Error, message));
    }
    findings.extend(story.left_out.findings());
    Ok(Document {
        media: Media::Doc,
        encoding: None,
        pages: story.pages,
        ocr: None,
        body: Body::Blocks(story.blocks),
        findings,
    })
}

/// The XML of a part of a package that is laid flat in one file.
fn part_laid_flat<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let named = format!("pkg:name=\"{name}\"");
    let rest = &text[text.find(&named)?..];
    let from = rest.find("<pkg:xmlData>")? + "<pkg:xmlData>".len();
    let to = from + rest[from..].find("</pkg:xmlData>")?;
    rest.get(from..to)
}

/// Notes as lines with something in them, without page: they are read apart from the page they stand on.
fn without_blank(notes: Notes) -> Notes {
    let mut notes = notes;
    for blocks in notes.values_mut() {
        blocks.retain(|b| !matches!(b, Block::Line(l) if l.text.is_empty()));
    }
    notes
}

impl LeftOut {
    fn findings(&self) -> impl Iterator<Item = Finding> {
        let told = [
            (self.deletions, Severity::Info, "tracked deletions left out"),
            (self.hidden_texts, Severity::Info, "hidden texts left out"),
            (self.hidden_rows, Severity::Info, "hidden table rows left out"),
            (self.pictures, Severity::Info, "pictures not read: text in them is not found"),
            (self.charts, Severity::Info, "charts or diagrams not read"),
            (self.embedded, Severity::Warning, "embedded files or objects not read"),
        ];
        told.into_iter()
            .filter(|(count, ..)| *count > 0)
            .map(|(count, severity, what)| Finding::new(Code::ContentSkipped, severity, format!("{count} {what}")))
    }
}
