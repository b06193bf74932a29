//! `zhibiao audit`: what does not add up in documents, for people.

use super::inputs::{self, Input};
use super::reading::{Reading, report_panics_in_one_line};
use super::summary::word;
use super::{ALL_WELL, SOME_FAILED};
use anyhow::Result;
use rayon::prelude::*;
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use zhibiao::model::{Code, DocumentRecord, Finding, Kind, Record, Severity, Status};
use zhibiao::validate::{Fingerprint, Fingerprints, SeenForms};
use zhibiao::{Options, pipeline};

/// Print what does not add up: sums, rates, scores, units, what text and tables say, forms that stand twice.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zhibiao audit reports/ --severity warning\n  zhibiao audit reports/*.pdf --format json | jq -r .code | sort | uniq -c\n\n\
    Findings are grouped by document, the most severe first; each names its record, the equation and the cells\n\
    ([row, column] as in `zhibiao tables`). Forms are compared over all documents of the command. docs/findings.md\n\
    says what each code means and what to do.\n\n\
    JSON: one object a line: source, document, record, kind, severity, code, message, expected, found.\n\n\
    Exit code: 0 no finding as severe as --fail-on; 1 some, or a document could not be read; 2 wrong usage."
)]
pub(super) struct Args {
    /// Files and folders; - for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The least severity to print.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Least::Info)]
    severity: Least,
    /// The least severity that makes the exit code 1.
    #[arg(long, value_enum, value_name = "SEVERITY", default_value_t = Fail::Warning)]
    fail_on: Fail,
    /// Print only this code; may be given several times.
    #[arg(long, value_name = "CODE")]
    code: Vec<String>,
    #[command(flatten)]
    reading: Reading,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// For people.
    Text,
    /// A line a finding, for programs.
    Json,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Least {
    Info,
    Warning,
    Error,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Fail {
    Info,
    Warning,
    Error,
    Never,
}

/// Files read at once per thread, so that one slow file seldom leaves the other threads idle.
const WINDOW_PER_THREAD: usize = 8;

/// One document's findings.
struct Audited {
    document: Box<DocumentRecord>,
    /// Record, its kind, the finding.
    found: Vec<(String, Kind, Finding)>,
    prints: Vec<Fingerprint>,
}

/// A line of JSON.
#[derive(Serialize)]
struct Line<'a> {
    source: &'a str,
    document: &'a str,
    record: &'a str,
    kind: Kind,
    severity: Severity,
    code: Code,
    message: &'a str,
    expected: Option<&'a str>,
    found: Option<&'a str>,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let options = args.reading.options()?;
    let known = codes(&args.code)?;
    let threads = args.reading.threads()?;
    report_panics_in_one_line();
    let mut inputs = inputs::list(&args.paths, &inputs::Choice::default())?.into_iter();
    let window = threads.current_num_threads() * WINDOW_PER_THREAD;
    let mut printer = Printer {
        args,
        codes: known,
        out: BufWriter::new(io::stdout().lock()),
        seen: SeenForms::default(),
        sources: HashMap::new(),
        documents: 0,
        failed: 0,
        with_findings: 0,
        counts: BTreeMap::new(),
    };
    loop {
        let batch: Vec<Input> = inputs.by_ref().take(window).collect();
        if batch.is_empty() {
            break;
        }
        let audited: Vec<Vec<Audited>> = threads.install(|| {
            batch
                .into_par_iter()
                .with_max_len(1)
                .map(|input| audit_input(input, &options, args.reading.max_bytes))
                .collect()
        });
        for one in audited.into_iter().flatten() {
            printer.document(one)?;
        }
        printer.out.flush()?;
    }
    printer.summary();
    Ok(printer.exit_code())
}

/// The codes that are asked for; an unknown one is a slip that would else print nothing.
fn codes(asked: &[String]) -> Result<Vec<Code>> {
    let parse = |text: &String| {
        serde_json::from_value(serde_json::Value::String(text.clone()))
            .map_err(|_| super::UsageError(format!("{text}: no code of a finding; docs/findings.md lists them")).into())
    };
    asked.iter().map(parse).collect()
}

/// All documents of an input: itself, or the members of an archive.
fn audit_input(input: Input, options: &Options, max_bytes: u64) -> Vec<Audited> {
    let unread = |document| Audited { document, found: Vec::new(), prints: Vec::new() };
    let source = match inputs::read(input, max_bytes) {
        Ok(source) => source,
        Err(document) => return vec![unread(document)],
    };
    let documents = pipeline::documents(source, &options.limits);
    let audit = |source| {
        let mut found = Vec::new();
        let mut prints = Fingerprints::default();
        let document = pipeline::extract_to(source, options, &mut |record: Record| {
            prints.add(&record);
            let (id, kind, findings) = match record {
                Record::Document(r) => (r.id, r.kind, r.findings),
                Record::Form(r) => (r.id, r.kind, r.findings),
                Record::Fund(r) => (r.id, r.kind, r.findings),
                Record::Indicator(r) => (r.id, r.kind, r.findings),
                Record::Statement(r) => (r.id, r.kind, r.findings),
            };
            found.extend(findings.into_iter().map(|finding| (id.clone(), kind, finding)));
        });
        let own = document.findings.iter().map(|finding| (document.id.clone(), Kind::Document, finding.clone()));
        found.splice(0..0, own);
        Audited { document: Box::new(document), found, prints: prints.finish() }
    };
    documents.map(|one| one.map_or_else(unread, audit)).collect()
}

struct Printer<'a> {
    args: &'a Args,
    codes: Vec<Code>,
    out: BufWriter<io::StdoutLock<'static>>,
    seen: SeenForms,
    /// Where documents with forms are, by the twelve digits of their ids.
    sources: HashMap<String, String>,
    documents: u64,
    failed: u64,
    with_findings: u64,
    counts: BTreeMap<(Severity, Code), u64>,
}

impl Printer<'_> {
    fn document(&mut self, audited: Audited) -> Result<()> {
        let Audited { document, mut found, prints } = audited;
        self.documents += 1;
        if document.status == Status::Failed {
            self.failed += 1;
        }
        let across = self.seen.document(&prints);
        if !prints.is_empty() {
            self.sources.entry(document.id.clone()).or_insert_with(|| document.source.to_string());
        }
        for (form, mut finding) in across {
            // For people: the other document's name beside the id.
            if let Some((id, source)) =
                self.sources.iter().find(|(id, _)| finding.message.contains(&format!("({id}-f")))
            {
                finding.message = finding.message.replacen(&format!("({id}-f"), &format!("({source}, {id}-f"), 1);
            }
            found.push((format!("{}-f{form}", document.id), Kind::Form, finding));
        }
        found.retain(|(_, _, finding)| {
            finding.severity >= severity(self.args.severity)
                && (self.codes.is_empty() || self.codes.contains(&finding.code))
        });
        // The order of the records stays within a severity.
        found.sort_by_key(|(_, _, finding)| std::cmp::Reverse(finding.severity));
        for (_, _, finding) in &found {
            *self.counts.entry((finding.severity, finding.code)).or_default() += 1;
        }
        self.with_findings += u64::from(!found.is_empty());
        match self.args.format {
            Format::Json => self.lines(&document, &found),
            Format::Text => self.text(&document, &found),
        }
    }

    fn lines(&mut self, document: &DocumentRecord, found: &[(String, Kind, Finding)]) -> Result<()> {
        for (record, kind, finding) in found {
            let line = Line {
                source: &document.source,
                document: &document.document,
                record,
                kind: *kind,
                severity: finding.severity,
                code: finding.code,
                message: &finding.message,
                expected: finding.expected.as_deref(),
                found: finding.found.as_deref(),
            };
            zhibiao::emit::json_lines::write_line(&mut self.out, &line)?;
        }
        Ok(())
    }

    fn text(&mut self, document: &DocumentRecord, found: &[(String, Kind, Finding)]) -> Result<()> {
        let out = &mut self.out;
        if let Some(error) = &document.error {
            writeln!(out, "{}\n  not read: {} [{}]\n", document.source, error.message, error.code)?;
        }
        if found.is_empty() {
            return Ok(());
        }
        let title = document.title.as_deref().map_or(String::new(), |title| format!("  {title}"));
        writeln!(out, "{}{title}", document.source)?;
        for group in found.chunk_by(|a, b| a.2.severity == b.2.severity) {
            let name = match group[0].2.severity {
                Severity::Error => "errors",
                Severity::Warning => "warnings",
                Severity::Info => "for information",
            };
            writeln!(out, "  {name}")?;
            for (record, _, finding) in group {
                writeln!(out, "    {} [{}]", finding.message, word(&finding.code))?;
                let pair = match (&finding.expected, &finding.found) {
                    (Some(expected), Some(found)) => format!("expected {expected}, found {found}; "),
                    (Some(expected), None) => format!("expected {expected}; "),
                    (None, Some(found)) => format!("found {found}; "),
                    (None, None) => String::new(),
                };
                writeln!(out, "        {pair}record {record}")?;
            }
        }
        writeln!(out)?;
        Ok(())
    }

    /// On stderr: counts by severity and code.
    fn summary(&self) {
        let mut err = io::stderr().lock();
        let Printer { documents, failed, with_findings, counts, .. } = self;
        let _ = writeln!(err, "documents {documents:>7}  ({with_findings} with findings, {failed} not read)");
        for ((severity, code), n) in counts.iter().rev() {
            let _ = writeln!(err, "{:9} {n:>7}  {}", word(severity), word(code));
        }
    }

    fn exit_code(&self) -> u8 {
        let least = match self.args.fail_on {
            Fail::Info => Some(Severity::Info),
            Fail::Warning => Some(Severity::Warning),
            Fail::Error => Some(Severity::Error),
            Fail::Never => None,
        };
        let found = least.is_some_and(|least| self.counts.keys().any(|(severity, _)| *severity >= least));
        if found || self.failed > 0 { SOME_FAILED } else { ALL_WELL }
    }
}

fn severity(least: Least) -> Severity {
    match least {
        Least::Info => Severity::Info,
        Least::Warning => Severity::Warning,
        Least::Error => Severity::Error,
    }
}
