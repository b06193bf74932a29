//! `zhibiao extract`: files in parallel, records out in the order of the files.

use super::inputs::{self, Input};
use super::summary::Summary;
use super::{ALL_WELL, SOME_FAILED, UsageError};
use anyhow::{Context, Result};
use rayon::prelude::*;
use std::io::{self, BufWriter, Seek, Write};
use std::path::PathBuf;
use tempfile::SpooledTempFile;
use zhibiao::Options;
use zhibiao::emit::json_lines::{self, Folder};
use zhibiao::model::{DocumentRecord, Kind, Record};
use zhibiao::pipeline;

/// Read reports into records.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zhibiao extract reports/2023 annex.txt -o records/\n  \
    zhibiao extract report.txt | grep '\"kind\":\"indicator\"'\n\n\
    Exit codes: 0 all documents were read; 1 some failed or were partial; 2 wrong usage.")]
pub(super) struct Args {
    /// Files, folders (read with all that lies under them, in sorted order), or - for standard input.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Write documents.jsonl, forms.jsonl, funds.jsonl, indicators.jsonl and statements.jsonl into this folder
    /// instead of all records to standard output.
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
    /// Your own pattern files, laid over the built-in ones entry by entry.
    #[arg(long, value_name = "DIR")]
    patterns: Option<PathBuf>,
    /// How many files to read at once [default: one per processor].
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
}

/// Files in flight per thread: enough that one slow file seldom leaves the other threads idle, few enough that
/// finished records waiting for their turn stay small.
const WINDOW_PER_THREAD: usize = 32;
/// Records of one document beyond this size wait for their turn on disk.
const HELD_IN_MEMORY: usize = 4 << 20;
/// Nesting is bounded in every stage; this leaves room for third-party parsers that recurse.
const STACK_BYTES: usize = 16 << 20;

pub(super) fn run(args: &Args) -> Result<u8> {
    let options = load_options(args.patterns.as_deref())?;
    let threads = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK_BYTES)
        .num_threads(args.jobs.unwrap_or(0))
        .build()
        .context("the worker threads cannot be started")?;
    report_panics_in_one_line();

    let mut inputs = inputs::list(&args.paths, args.output.as_deref()).into_iter();
    let mut out = match &args.output {
        None => Output::Stream(BufWriter::new(io::stdout().lock())),
        Some(dir) => {
            Output::Folder(Folder::create(dir).with_context(|| format!("{}: cannot be written to", dir.display()))?)
        }
    };
    let shape = if args.output.is_some() { Shape::Apart } else { Shape::Interleaved };
    let mut summary = Summary::default();
    let window = threads.current_num_threads() * WINDOW_PER_THREAD;
    loop {
        let batch: Vec<Input> = inputs.by_ref().take(window).collect();
        if batch.is_empty() {
            break;
        }
        let done: Vec<io::Result<Done>> = threads
            .install(|| batch.into_par_iter().with_max_len(1).map(|input| read_one(input, &options, shape)).collect());
        for one in done {
            let mut one = one.context("records cannot be held")?;
            out.put(&mut one)?;
            summary.add(&one.document, &one.findings);
        }
        out.flush()?;
    }
    if let Output::Folder(folder) = out {
        folder.finish().context("the output folder cannot be completed")?;
    }
    summary.print(&mut io::stderr().lock());
    Ok(if summary.all_well() { ALL_WELL } else { SOME_FAILED })
}

/// The built-in patterns with a user's folder over them.
pub(super) fn load_options(dir: Option<&std::path::Path>) -> Result<Options> {
    if let Some(dir) = dir.filter(|dir| !dir.is_dir()) {
        return Err(UsageError(format!("{}: not a folder of pattern files", dir.display())).into());
    }
    Options::load(dir).map_err(|error| UsageError(error.to_string()).into())
}

/// One document's records, serialised, waiting for their turn.
struct Done {
    document: DocumentRecord,
    findings: super::summary::Findings,
    /// For each kind that has records; one for all kinds where they go to one stream.
    records: Vec<(Kind, SpooledTempFile)>,
}

/// Do the kinds stay apart?
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Interleaved,
    Apart,
}

fn read_one(input: Input, options: &Options, shape: Shape) -> io::Result<Done> {
    let mut findings = super::summary::Findings::default();
    let mut records: Vec<(Kind, SpooledTempFile)> = Vec::new();
    let source = match inputs::read(input, options.limits.max_unfolded_bytes) {
        Ok(source) => source,
        Err(document) => {
            return Ok(Done { document: *document, findings, records });
        }
    };
    let mut line = Vec::new();
    let mut trouble = None;
    let document = pipeline::extract_to(source, options, &mut |record: Record| {
        findings.add(&record);
        line.clear();
        let kind = json_lines::kind(&record);
        let place = records.iter().position(|(k, _)| shape == Shape::Interleaved || *k == kind);
        let place = place.unwrap_or_else(|| {
            records.push((kind, SpooledTempFile::new(HELD_IN_MEMORY)));
            records.len() - 1
        });
        let held = &mut records[place].1;
        let written = json_lines::write_line(&mut line, &record).and_then(|()| held.write_all(&line));
        trouble = trouble.take().or(written.err());
    });
    trouble.map_or(Ok(Done { document, findings, records }), Err)
}

enum Output {
    Stream(BufWriter<io::StdoutLock<'static>>),
    Folder(Folder),
}

impl Output {
    fn put(&mut self, done: &mut Done) -> io::Result<()> {
        match self {
            Output::Stream(out) => json_lines::write_line(out, &done.document)?,
            Output::Folder(folder) => json_lines::write_line(folder.writer(Kind::Document), &done.document)?,
        }
        for (kind, held) in &mut done.records {
            held.rewind()?;
            match self {
                Output::Stream(out) => io::copy(held, out)?,
                Output::Folder(folder) => io::copy(held, folder.writer(*kind))?,
            };
        }
        Ok(())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Output::Stream(out) => out.flush(),
            Output::Folder(_) => Ok(()),
        }
    }
}

/// A panic inside a document is caught and recorded with it; here it is one line for the log, without a backtrace
/// that would drown the summary.
fn report_panics_in_one_line() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("note: internal failure at {place}");
    }));
}
