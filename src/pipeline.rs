//! The only module that names every stage: bytes in, records out.
//!
//! [`extract`] never fails and never panics: what goes wrong inside one file becomes that file's document record,
//! so that a batch goes on.

use crate::ingest::archive::{self, Members};
use crate::ingest::sniff::{self, Format};
use crate::ingest::{self, Limits, LoadError};
use crate::mapping::quantity::Grammar;
use crate::mapping::{self, Found, Summary};
use crate::model::{
    Block, Body, DeferredPages, Document, DocumentError, DocumentRecord, Evidence, Finding, FormRecords, Identity,
    Kind, Media, Record, SCHEMA, Severity, Status, Wanted,
};
use crate::ocr::{Ocr, Recognised};
use crate::patterns::{PatternError, Patterns};
use crate::reconstruct;
use crate::validate;
use std::any::Any;
use std::cell::Cell;
use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// One input file, read into memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The path as given, relative to the input root, `/` separators; `-` for standard input.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What an extraction needs besides the file. Cheap to clone; share one over all files.
#[derive(Debug, Clone)]
pub struct Options {
    /// The knowledge to read forms by.
    pub patterns: Arc<Patterns>,
    /// The same patterns' grammar of quantities.
    pub grammar: Arc<Grammar>,
    /// What one file may cost.
    pub limits: Limits,
    /// How pages that are pictures are read.
    pub ocr: Arc<Ocr>,
    /// What is made beyond the fields that forms print.
    pub wanted: Wanted,
}

impl Options {
    /// The built-in patterns, overlaid with a user's directory, under the default limits.
    ///
    /// # Errors
    /// A pattern file that cannot be read or parsed.
    pub fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let (patterns, grammar) = (Patterns::load(overlay)?, Grammar::load(overlay)?);
        Ok(Options {
            patterns: Arc::new(patterns),
            grammar: Arc::new(grammar),
            limits: Limits::default(),
            ocr: Arc::default(),
            wanted: Wanted::ALL,
        })
    }
}

/// Everything that one file gave.
#[derive(Debug, Clone, PartialEq)]
pub struct Extraction {
    /// The document itself: how it fared, and counts of its records.
    pub document: DocumentRecord,
    /// Forms, funds, indicators and statements in reading order.
    pub records: Vec<Record>,
}

/// Reads one file into records.
///
/// Never fails: of a file that cannot be read, the document record has status `failed` and says why.
///
/// ```
/// use zhibiao::{Options, Source, extract};
///
/// let options = Options::load(None)?;
/// let extraction = extract(Source { name: "empty.txt".into(), bytes: Vec::new() }, &options);
/// assert!(extraction.document.error.is_some());
/// # Ok::<(), zhibiao::patterns::PatternError>(())
/// ```
pub fn extract(source: Source, options: &Options) -> Extraction {
    let mut records = Vec::new();
    let document = extract_to(source, options, &mut |record| records.push(record));
    Extraction { document, records }
}

/// The same, each record handed over as soon as it is known, so that a long document's records need not be held.
/// The document record comes last, since it counts the others.
pub fn extract_to(source: Source, options: &Options, sink: &mut dyn FnMut(Record)) -> DocumentRecord {
    extract_on(source, options, None, &mut |record, _| sink(record))
}

/// The same, each record with the evidence that its confidence was made from; a form has none, nor a confidence.
pub fn extract_with_evidence(
    source: Source,
    options: &Options,
    sink: &mut dyn FnMut(Record, Evidence),
) -> DocumentRecord {
    extract_on(source, options, None, sink)
}

/// The same with a clock on every stage, which costs about a microsecond a form.
pub fn extract_timed(source: Source, options: &Options, sink: &mut dyn FnMut(Record)) -> (DocumentRecord, Times) {
    let clock = Clock::default();
    let began = Instant::now();
    let record = extract_on(source, options, Some(&clock), &mut |record, _| sink(record));
    let times = Times {
        load: clock.load.get(),
        reconstruct: clock.reconstruct.get(),
        validate: clock.validate.get(),
        emit: clock.emit.get(),
        map: Duration::ZERO,
    };
    let known = times.load + times.reconstruct + times.validate + times.emit;
    (record, Times { map: began.elapsed().saturating_sub(known), ..times })
}

/// Time that the stages took for one file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Times {
    /// From bytes to a document.
    pub load: Duration,
    /// From there to lines and tables; pages that are pictures are recognised here.
    pub reconstruct: Duration,
    /// From there to records, hashing of the bytes included.
    pub map: Duration,
    /// Checking records.
    pub validate: Duration,
    /// In the sink that takes the records.
    pub emit: Duration,
}

/// Stages take turns, record by record; each counts its own time here.
#[derive(Default)]
struct Clock {
    load: Cell<Duration>,
    reconstruct: Cell<Duration>,
    validate: Cell<Duration>,
    emit: Cell<Duration>,
}

/// Does the work, and counts its time if there is a clock.
fn timed<T>(clock: Option<&Cell<Duration>>, work: impl FnOnce() -> T) -> T {
    let Some(clock) = clock else { return work() };
    let began = Instant::now();
    let done = work();
    clock.set(clock.get() + began.elapsed());
    done
}

fn extract_on(
    source: Source,
    options: &Options,
    clock: Option<&Clock>,
    sink: &mut dyn FnMut(Record, Evidence),
) -> DocumentRecord {
    let identity = Identity::of(&source.name, &source.bytes);
    let mut record = blank_record(&identity);
    let bytes = source.bytes;
    let loaded = timed(clock.map(|clock| &clock.load), || guarded(|| ingest::load(bytes, &options.limits)));
    let mut document = match loaded {
        Ok(Ok(document)) => document,
        Ok(Err(error)) => return failed(record, &error),
        Err(panic) => return failed(record, &panic),
    };
    describe(&mut record, &document);
    let recognised = recognise(&mut document, &options.ocr);
    let mut counted = |each: Record, evidence: Evidence| {
        *match &each {
            Record::Document(_) => return,
            Record::Form(_) => &mut record.forms,
            Record::Fund(_) => &mut record.funds,
            Record::Indicator(_) => &mut record.indicators,
            Record::Statement(_) => &mut record.statements,
        } += 1;
        timed(clock.map(|clock| &clock.emit), || sink(each, evidence));
    };
    let mut on_pages = Vec::new();
    let wanted = options.wanted;
    let mut audit = validate::Document::new(&options.patterns.audit);
    let from_pixels = matches!(document.media, Media::Ocr | Media::Image) || document.ocr.is_some();
    let confidence = validate::Confidence::new(&options.patterns, from_pixels);
    let understood = guarded(|| {
        // Findings about pages travel among the blocks; they are the document's, not a form's.
        let mut blocks = reconstruct::take_blocks(&mut document);
        let blocks = std::iter::from_fn(|| timed(clock.map(|clock| &clock.reconstruct), || blocks.next()));
        let blocks = blocks.filter_map(|block| match block {
            Block::Finding(finding) => {
                on_pages.push(finding);
                None
            }
            block => Some(block),
        });
        let (patterns, grammar) = (&options.patterns, &options.grammar);
        mapping::records(blocks, &identity, patterns, grammar, wanted, &mut |found| match found {
            Found::Form(mut form) => {
                timed(clock.map(|clock| &clock.validate), || {
                    if wanted.audit {
                        audit.form(&mut form);
                    }
                    if wanted.confidence {
                        confidence.form(&mut form);
                    }
                });
                let FormRecords { form, funds, indicators, evidence, .. } = *form;
                counted(Record::Form(form), Evidence::NONE);
                for (fund, evidence) in funds.into_iter().zip(evidence.funds) {
                    counted(Record::Fund(fund), evidence);
                }
                for (indicator, evidence) in indicators.into_iter().zip(evidence.indicators) {
                    counted(Record::Indicator(indicator), evidence);
                }
            }
            Found::Statement(mut statement, mut evidence) => {
                timed(clock.map(|clock| &clock.validate), || {
                    if wanted.audit {
                        audit.statement(&mut statement);
                    }
                    if wanted.confidence {
                        confidence.statement(&mut statement, &mut evidence);
                    }
                });
                counted(Record::Statement(statement), evidence);
            }
        })
    });
    add_findings(&mut record, on_pages);
    if recognised.load(Ordering::Relaxed) {
        record.ocr = Some(options.ocr.name());
    }
    match understood {
        Ok(summary) => {
            add_findings(&mut record, audit.finish());
            finish(record, summary)
        }
        // Records that are already out stay out, so the document is then half read, not unread.
        Err(panic) if record.forms + record.statements > 0 => {
            DocumentRecord { status: Status::Partial, error: Some(error_of(&panic)), ..record }
        }
        Err(panic) => failed(record, &panic),
    }
}

/// Lets pages that are pictures be read when they are asked for; [`extract`] does it by itself. What is returned becomes
/// true once one was.
pub fn recognise(document: &mut Document, ocr: &Arc<Ocr>) -> Arc<AtomicBool> {
    let used = Arc::new(AtomicBool::new(false));
    if let Body::Pages(pages) = &mut document.body {
        *pages = DeferredPages(Arc::new(Recognised::new(pages.0.clone(), ocr.clone(), used.clone())));
    }
    used
}

/// Is this an archive whose members [`documents`] gives one by one, and not a document itself?
pub fn is_archive(bytes: &[u8]) -> bool {
    sniff::detect(bytes).format == Format::Zip
}

/// The documents of an input: itself, or, of a ZIP archive, each member, named `archive.zip!/folder/form.docx`.
///
/// Members are unfolded as they are asked for and come in the archive's own order, archives inside it in their place.
/// What cannot be unfolded comes as the failed record of that member; an archive that cannot be opened, or that holds
/// nothing, as a failed record of its own.
///
/// ```
/// use zhibiao::{Options, Source, extract, pipeline::documents};
///
/// let options = Options::load(None)?;
/// let input = Source { name: "report.txt".into(), bytes: "自评表".into() };
/// for document in documents(input, &options.limits) {
///     match document {
///         Ok(source) => println!("{} records", extract(source, &options).records.len()),
///         Err(failed) => println!("{}: {:?}", failed.source, failed.error),
///     }
/// }
/// # Ok::<(), zhibiao::patterns::PatternError>(())
/// ```
pub fn documents(source: Source, limits: &Limits) -> Documents {
    if !is_archive(&source.bytes) {
        return Documents(State::One(Some(source)));
    }
    let identity = Identity::of(&source.name, &source.bytes);
    let members = guarded(|| archive::members(source.bytes, limits));
    Documents::of(identity, members)
}

/// The documents of a ZIP archive, as [`documents`] gives them, but read from its file one by one: for archives that are too
/// large to be held.
pub fn documents_of_file(identity: Identity, file: File, limits: &Limits) -> Documents {
    let members = guarded(|| archive::members_of_file(file, limits));
    Documents::of(identity, members)
}

/// See [`documents`].
#[derive(Debug)]
pub struct Documents(State);

#[derive(Debug)]
enum State {
    One(Option<Source>),
    Members { identity: Identity, members: Members<'static>, any: bool, ended: bool },
    Unread(Option<Box<DocumentRecord>>),
}

impl Documents {
    fn of(identity: Identity, members: Result<Result<Members<'static>, LoadError>, LoadError>) -> Self {
        match members {
            Ok(Ok(members)) => Documents(State::Members { identity, members, any: false, ended: false }),
            Ok(Err(error)) | Err(error) => {
                Documents(State::Unread(Some(Box::new(failed(blank_record(&identity), &error)))))
            }
        }
    }

    /// Members left out so far that are no documents but a system's own notes (`__MACOSX/`, `Thumbs.db`, lock files of
    /// Office): how many, and the first hundred names inside the archive.
    pub fn left_out(&self) -> (usize, &[String]) {
        match &self.0 {
            State::Members { members, .. } => members.skipped(),
            State::One(_) | State::Unread(_) => (0, &[]),
        }
    }
}

impl Iterator for Documents {
    type Item = Result<Source, Box<DocumentRecord>>;

    fn next(&mut self) -> Option<Self::Item> {
        let (identity, members, any, ended) = match &mut self.0 {
            State::One(source) => return source.take().map(Ok),
            State::Unread(record) => return record.take().map(Err),
            State::Members { ended: true, .. } => return None,
            State::Members { identity, members, any, ended } => (identity, members, any, ended),
        };
        let named = |member: &str| format!("{}!/{member}", identity.source);
        match guarded(|| members.next()) {
            Ok(Some(member)) => {
                *any = true;
                Some(match member {
                    Ok(member) => Ok(Source { name: named(&member.name), bytes: member.bytes }),
                    Err((name, error)) => Err(Box::new(unread(&named(&name), error.code, error.message))),
                })
            }
            Ok(None) => {
                *ended = true;
                let message = "the ZIP archive holds no file that could be a document".into();
                let nothing = LoadError { code: "empty_archive", message };
                (!*any).then(|| Err(Box::new(failed(blank_record(identity), &nothing))))
            }
            Err(panic) => {
                *ended = true;
                Some(Err(Box::new(failed(blank_record(identity), &panic))))
            }
        }
    }
}

/// The document record of a file that gave no bytes: missing, not permitted, too large.
pub fn unread(name: &str, code: &'static str, message: String) -> DocumentRecord {
    failed(blank_record(&Identity::of(name, b"")), &LoadError { code, message })
}

/// The document record of a file whose reading was ended from outside: by time, by memory, or with its whole process.
pub fn given_up(identity: &Identity, code: &'static str, message: String) -> DocumentRecord {
    failed(blank_record(identity), &LoadError { code, message })
}

fn blank_record(identity: &Identity) -> DocumentRecord {
    DocumentRecord {
        kind: Kind::Document,
        schema: SCHEMA,
        id: identity.document_id().to_owned(),
        document: identity.sha256.clone(),
        source: identity.source.clone(),
        title: None,
        media: None,
        bytes: identity.bytes,
        pages: None,
        encoding: None,
        ocr: None,
        report_date: None,
        year: None,
        region: None,
        forms: 0,
        funds: 0,
        indicators: 0,
        statements: 0,
        status: Status::Ok,
        error: None,
        findings: Vec::new(),
    }
}

fn describe(record: &mut DocumentRecord, document: &Document) {
    record.media = Some(document.media);
    record.pages = document.pages;
    record.encoding = document.encoding.as_ref().map(|e| e.name.to_owned());
    record.ocr.clone_from(&document.ocr);
    add_findings(record, document.findings.clone());
}

fn add_findings(record: &mut DocumentRecord, findings: Vec<Finding>) {
    if findings.iter().any(|f| f.severity == Severity::Error) {
        record.status = Status::Partial;
    }
    record.findings.extend(findings);
}

fn finish(mut record: DocumentRecord, summary: Summary) -> DocumentRecord {
    record.title = summary.title;
    record.report_date = summary.report_date;
    record.year = summary.year;
    record.region = summary.region;
    record
}

fn error_of(error: &LoadError) -> DocumentError {
    DocumentError { code: error.code.to_owned(), message: error.message.clone() }
}

fn failed(record: DocumentRecord, error: &LoadError) -> DocumentRecord {
    DocumentRecord { status: Status::Failed, error: Some(error_of(error)), ..record }
}

/// Runs a stage; a panic inside it is an error of that file with the code `panic`.
fn guarded<T>(stage: impl FnOnce() -> T) -> Result<T, LoadError> {
    // What the closure leaves half done is dropped or, for the counts, correct up to the panic.
    catch_unwind(AssertUnwindSafe(stage)).map_err(|payload| LoadError {
        code: "panic",
        message: format!(
            "the program failed on this file ({}); please report it with the file",
            panic_text(payload.as_ref())
        ),
    })
}

fn panic_text(payload: &(dyn Any + Send)) -> &str {
    payload
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_error_with_its_message() {
        let error = guarded(|| -> () { panic!("cell {} of nothing", 7) }).unwrap_err();
        assert_eq!(error.code, "panic");
        assert!(error.message.contains("cell 7 of nothing"), "{}", error.message);
    }

    #[test]
    fn an_unread_file_has_the_hash_of_no_bytes() {
        let record = unread("gone.txt", "missing", "no such file".into());
        assert_eq!(record.id, "e3b0c44298fc"); // SHA-256 of the empty string
        assert_eq!((record.status, record.bytes), (Status::Failed, 0));
        assert_eq!(record.error.map(|e| e.code).as_deref(), Some("missing"));
    }
}
