//! `zhibiao extract`: files in parallel, records out in the order of the files.

use super::inputs::{self, Input};
use super::summary::Summary;
use super::{ALL_WELL, SOME_FAILED, UsageError};
use anyhow::{Context, Result};
use rayon::ThreadPool;
use rayon::prelude::*;
use std::io::{self, BufWriter, Seek, Write};
use std::path::PathBuf;
use tempfile::SpooledTempFile;
use zhibiao::emit::json_lines::{self, Folder};
use zhibiao::ingest::Limits;
use zhibiao::model::{DocumentRecord, Kind, Record};
use zhibiao::pipeline::{self, Documents};
use zhibiao::{Options, Source};

/// Read reports into records.
///
/// Formats, told by content whatever a file's name says: PDF, DOCX, DOC, RTF, XLSX, XLS, ODS, HTML, MHTML, and text in any
/// encoding (Markdown and OCR output too). Of ZIP archives every member is read, in archives inside them too; records name
/// it `archive.zip!/folder/form.docx`. What cannot be read gets a failed document record that says what to do.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zhibiao extract reports/2023 annex.txt -o records/\n  \
    zhibiao extract reports-2023.zip -o records/\n  zhibiao extract report.docx | grep '\"kind\":\"indicator\"'\n\n\
    Exit codes: 0 all documents were read; 1 some failed or were partial; 2 wrong usage.")]
pub(super) struct Args {
    /// Files, ZIP archives, folders (read with all that lies under them, in sorted order), or - for standard input.
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
    /// Most bytes of one file, and most that a packed file or archive may unfold to.
    #[arg(long, value_name = "BYTES", default_value_t = Limits::default().max_unfolded_bytes)]
    max_bytes: u64,
    /// Most times its packed size that a part of a packed file may unfold to.
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_ratio)]
    max_ratio: u64,
    /// Password of protected PDFs; may be given several times, to be tried in turn.
    #[arg(long, value_name = "TEXT")]
    password: Vec<String>,
}

/// Files in flight per thread: enough that one slow file seldom leaves the other threads idle, few enough that
/// finished records waiting for their turn stay small.
const WINDOW_PER_THREAD: usize = 32;
/// Members of an archive waiting for a thread, together: one beyond this ends the wait.
const MEMBERS_IN_FLIGHT_BYTES: usize = 32 << 20;
/// Records of one document beyond this size wait for their turn on disk.
const HELD_IN_MEMORY: usize = 4 << 20;
/// Nesting is bounded in every stage; this leaves room for third-party parsers that recurse.
const STACK_BYTES: usize = 16 << 20;

pub(super) fn run(args: &Args) -> Result<u8> {
    let mut options = load_options(args.patterns.as_deref())?;
    options.limits.max_unfolded_bytes = args.max_bytes;
    options.limits.max_ratio = args.max_ratio;
    options.limits.passwords.clone_from(&args.password);
    let threads = rayon::ThreadPoolBuilder::new()
        .stack_size(STACK_BYTES)
        .num_threads(args.jobs.unwrap_or(0))
        .build()
        .context("the worker threads cannot be started")?;
    report_panics_in_one_line();

    let mut inputs = inputs::list(&args.paths, args.output.as_deref()).into_iter();
    let out = match &args.output {
        None => Output::Stream(BufWriter::new(io::stdout().lock())),
        Some(dir) => {
            Output::Folder(Folder::create(dir).with_context(|| format!("{}: cannot be written to", dir.display()))?)
        }
    };
    let shape = if args.output.is_some() { Shape::Apart } else { Shape::Interleaved };
    let mut run = Run { options, threads, shape, out, summary: Summary::default() };
    loop {
        let batch: Vec<Input> = inputs.by_ref().take(run.window()).collect();
        if batch.is_empty() {
            break;
        }
        for outcome in run.in_parallel(batch, read_one) {
            match outcome.context("records cannot be held")? {
                Outcome::Read(done) => run.put(done)?,
                Outcome::Archive(input) => run.read_archive(input)?,
            }
        }
        run.out.flush()?;
    }
    if let Output::Folder(folder) = run.out {
        folder.finish().context("the output folder cannot be completed")?;
    }
    run.summary.print(&mut io::stderr().lock());
    Ok(if run.summary.all_well() { ALL_WELL } else { SOME_FAILED })
}

/// What a run needs throughout, and where its results go.
struct Run {
    options: Options,
    threads: ThreadPool,
    shape: Shape,
    out: Output,
    summary: Summary,
}

impl Run {
    /// How many documents may be in flight.
    fn window(&self) -> usize {
        self.threads.current_num_threads() * WINDOW_PER_THREAD
    }

    /// The work on each, results in the same order.
    fn in_parallel<T: Send, R: Send>(
        &self,
        batch: Vec<T>,
        work: impl Fn(T, &Options, Shape) -> R + Send + Sync,
    ) -> Vec<R> {
        let (options, shape) = (&self.options, self.shape);
        let work = |one| work(one, options, shape);
        self.threads.install(|| batch.into_par_iter().with_max_len(1).map(work).collect())
    }

    fn put(&mut self, mut done: Done) -> Result<()> {
        self.out.put(&mut done)?;
        self.summary.add(&done.document, &done.findings);
        Ok(())
    }

    /// Reads an archive when its turn has come: its members are unfolded one after the other, a few ahead of the threads
    /// that read them, so that a large archive costs little more memory than its own size.
    fn read_archive(&mut self, input: Input) -> Result<()> {
        let source = match inputs::read(input, self.options.limits.max_unfolded_bytes) {
            Ok(source) => source,
            Err(document) => return self.put(Done::failed(document)),
        };
        let name = source.name.clone();
        let mut documents = pipeline::documents(source, &self.options.limits);
        loop {
            let batch = take_members(&mut documents, self.window());
            if batch.is_empty() {
                break;
            }
            let read = |one: Result<Source, _>, options: &Options, shape| match one {
                Ok(source) => read_source(source, options, shape),
                Err(document) => Ok(Done::failed(document)),
            };
            for done in self.in_parallel(batch, read) {
                self.put(done.context("records cannot be held")?)?;
            }
            self.out.flush()?;
        }
        let (count, names) = documents.left_out();
        if let Some(first) = names.first() {
            eprintln!(
                "note: {name}: {count} members that systems leave beside documents are not read, such as {first}"
            );
        }
        Ok(())
    }
}

/// The next members, until they are many or large together.
fn take_members(documents: &mut Documents, most: usize) -> Vec<Result<Source, Box<DocumentRecord>>> {
    let (mut batch, mut bytes) = (Vec::new(), 0);
    while batch.len() < most && bytes < MEMBERS_IN_FLIGHT_BYTES {
        let Some(one) = documents.next() else { break };
        bytes += one.as_ref().map_or(0, |source| source.bytes.len());
        batch.push(one);
    }
    batch
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
    document: Box<DocumentRecord>,
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

impl Done {
    fn failed(document: Box<DocumentRecord>) -> Self {
        Done { document, findings: super::summary::Findings::default(), records: Vec::new() }
    }
}

/// What became of an input.
enum Outcome {
    Read(Done),
    /// An archive, left for its turn: several at once would be in memory else.
    Archive(Input),
}

fn read_one(input: Input, options: &Options, shape: Shape) -> io::Result<Outcome> {
    let place = match &input {
        Input::File { path, name } => Some((path.clone(), name.clone())),
        _ => None,
    };
    let source = match inputs::read(input, options.limits.max_unfolded_bytes) {
        Ok(source) => source,
        Err(document) => return Ok(Outcome::Read(Done::failed(document))),
    };
    if !pipeline::is_archive(&source.bytes) {
        return read_source(source, options, shape).map(Outcome::Read);
    }
    Ok(Outcome::Archive(match place {
        Some((path, name)) => Input::File { path, name },
        None => Input::Held(source),
    }))
}

fn read_source(source: Source, options: &Options, shape: Shape) -> io::Result<Done> {
    let mut findings = super::summary::Findings::default();
    let mut records: Vec<(Kind, SpooledTempFile)> = Vec::new();
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
    trouble.map_or(Ok(Done { document: Box::new(document), findings, records }), Err)
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
