//! `zhibiao extract`: files in parallel, records out in the order of the files.

use super::batch::{self, Interrupt, Request};
use super::inputs::{self, Input};
use super::reading::{self, Reading, report_panics_in_one_line};
use super::summary::Summary;
use super::{ALL_WELL, SOME_FAILED, UsageError, log, parse};
use anyhow::{Context, Result};
use rayon::ThreadPool;
use rayon::prelude::*;
use rust_decimal::Decimal;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Seek, Write};
use std::path::PathBuf;
use std::time::{Duration, SystemTime};
use tempfile::SpooledTempFile;
use zhibiao::batch::{Counted, Outcome, REVIEW, is_below, with_findings};
use zhibiao::emit::json_lines;
use zhibiao::model::{DocumentRecord, Finding, Record};
use zhibiao::pipeline::{self, Documents};
use zhibiao::validate::SeenForms;
use zhibiao::{Options, Source};

/// Read reports into records.
///
/// Formats, told by content whatever a file's name says: PDF, DOCX, DOC, RTF, XLSX, XLS, ODS, HTML, MHTML, and text in any
/// encoding (Markdown and OCR output too). Of ZIP archives every member is read, in archives inside them too; records name
/// it `archive.zip!/folder/form.docx`. What cannot be read gets a failed document record that says what to do.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zhibiao extract reports/2023 annex.txt -o records/\n  \
    zhibiao extract reports-2023.zip -o records/ --min-confidence 0.9\n  zhibiao extract report.docx | grep '\"kind\":\"indicator\"'\n\n\
    Exit codes: 0 all documents were read; 1 some failed or were partial; 2 wrong usage.")]
pub(super) struct Args {
    /// Files, ZIP archives, folders (read with all that lies under them, in sorted order), or - for standard input.
    /// A quoted pattern such as 'drop/**/*.pdf' is unfolded by the program.
    #[arg(required_unless_present = "files_from", value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// More paths from this file, or - for standard input: one a line, or each with a NUL behind it.
    #[arg(long, value_name = "FILE")]
    files_from: Option<PathBuf>,
    /// Leave out files and folders that match; may be given several times; as in .gitignore.
    #[arg(long, value_name = "GLOB")]
    exclude: Vec<String>,
    /// Read what .zhibiaoignore files say is not to be read.
    #[arg(long)]
    no_ignore: bool,
    /// Follow links to folders; links to files always are.
    #[arg(long)]
    follow_links: bool,
    /// A file of options: KEY = VALUE for --KEY VALUE [default: zhibiao.toml beside the first PATH].
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,
    /// Write documents.jsonl, forms.jsonl, funds.jsonl, indicators.jsonl and statements.jsonl into this folder
    /// instead of all records to standard output.
    #[arg(short, long, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Most bytes of one file, such as 200MB [default: --max-bytes].
    #[arg(long, value_name = "SIZE", value_parser = parse::size)]
    max_size: Option<u64>,
    /// With -o: most time that one document may take, such as 90s or 5min, and a second more for each megabyte; it
    /// begins anew with each page that is recognised; 0 for no limit.
    #[arg(long, value_name = "TIME", value_parser = parse::duration, default_value = "60s")]
    timeout: Duration,
    /// With -o: most memory of a process that reads; 0 for no limit.
    #[arg(long, value_name = "SIZE", value_parser = parse::size, default_value = "1GB")]
    max_memory: u64,
    /// Read everything again, whatever the output folder knows.
    #[arg(long, requires = "output")]
    force: bool,
    /// Read again what failed.
    #[arg(long, requires = "output")]
    retry_failed: bool,
    /// Of new and changed files, read only those modified since: 2024-05-31, 2024-05-31T18:00 (UTC), or 36h ago.
    #[arg(long, value_name = "TIME", value_parser = parse::since, requires = "output")]
    since: Option<SystemTime>,
    /// Let records of less confidence go to review.jsonl: in DIR with -o, else in the current folder. From 0 to 1;
    /// documents and forms have none and stay.
    #[arg(long, value_name = "X", value_parser = parse::confidence)]
    min_confidence: Option<Decimal>,
    /// Copy files that failed to DIR/quarantine.
    #[arg(long, requires = "output")]
    quarantine: bool,
    /// Write counts of the run for Prometheus' textfile collector.
    #[arg(long, value_name = "FILE", requires = "output")]
    metrics: Option<PathBuf>,
    /// How notes and progress are written to standard error.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    pub(super) log_format: log::Format,
    #[command(flatten)]
    reading: Reading,
}

impl Args {
    fn max_size(&self) -> u64 {
        self.max_size.map_or(self.reading.max_bytes, |size| size.min(self.reading.max_bytes))
    }

    fn inputs(&self) -> Result<Vec<Input>> {
        let mut paths = self.paths.clone();
        if let Some(list) = &self.files_from {
            let more = inputs::read_list(list);
            paths.extend(more.map_err(|error| UsageError(format!("{}: {error}", list.display())))?);
        }
        let choice = inputs::Choice {
            exclude: self.exclude.clone(),
            no_ignore: self.no_ignore,
            follow_links: self.follow_links,
            output: self.output.clone(),
        };
        Ok(inputs::list(&paths, &choice)?)
    }

    fn request(&self, output: &std::path::Path, settle: Option<Duration>) -> Request {
        let cores = || std::thread::available_parallelism().map_or(1, usize::from);
        Request {
            output: output.to_owned(),
            patterns: self.reading.patterns.clone(),
            jobs: self.reading.jobs.filter(|jobs| *jobs > 0).unwrap_or_else(cores),
            max_bytes: self.reading.max_bytes,
            max_size: self.max_size(),
            max_ratio: self.reading.max_ratio,
            passwords: self.reading.password.clone(),
            ocr: self.reading.recognition.settings(),
            max_memory: Some(self.max_memory).filter(|size| *size > 0),
            timeout: Some(self.timeout).filter(|time| !time.is_zero()),
            force: self.force,
            retry_failed: self.retry_failed,
            since: self.since,
            settle,
            quarantine: self.quarantine,
            metrics: self.metrics.clone(),
            log_json: self.log_format == log::Format::Json,
            min_confidence: self.min_confidence,
        }
    }
}

/// Files in flight per thread: enough that one slow file seldom leaves the other threads idle, few enough that
/// finished records waiting for their turn stay small.
const WINDOW_PER_THREAD: usize = 32;
/// Members of an archive waiting for a thread, together: one beyond this ends the wait.
const MEMBERS_IN_FLIGHT_BYTES: usize = 32 << 20;
/// Records of one document beyond this size wait for their turn on disk.
const HELD_IN_MEMORY: usize = 4 << 20;

pub(super) fn run(args: &Args) -> Result<u8> {
    log::begin(args.log_format);
    if args.output.is_some() {
        return batch_run(args, &Interrupt::listen()?, None);
    }
    print(args, args.inputs()?)
}

/// Into the output folder.
pub(super) fn batch_run(args: &Args, interrupt: &Interrupt, settle: Option<Duration>) -> Result<u8> {
    let Some(output) = &args.output else { return Err(UsageError("an output folder is missing".into()).into()) };
    reading::load_options(args.reading.patterns.as_deref())?;
    batch::run(&args.request(output, settle), args.inputs()?, interrupt)
}

/// All records to standard output, read by threads of this process.
fn print(args: &Args, inputs: Vec<Input>) -> Result<u8> {
    let options = args.reading.options()?;
    let threads = args.reading.threads()?;
    report_panics_in_one_line();
    let mut inputs = inputs.into_iter();
    let out = BufWriter::new(io::stdout().lock());
    let max_size = args.max_size();
    let review = args.min_confidence.map(Review::begin).transpose()?;
    let mut run =
        Run { options, max_size, threads, out, summary: Summary::default(), seen: SeenForms::default(), review };
    loop {
        let batch: Vec<Input> = inputs.by_ref().take(run.window()).collect();
        if batch.is_empty() {
            break;
        }
        for outcome in run.in_parallel(batch, |input, options| read_one(input, options, max_size)) {
            match outcome.context("records cannot be held")? {
                Read::Done(done) => run.put(done)?,
                Read::Archive(input) => run.read_archive(input)?,
            }
        }
        run.out.flush()?;
    }
    run.summary.review = run.review.map(Review::end).transpose()?;
    run.summary.print(&mut io::stderr().lock());
    Ok(if run.summary.all_well() { ALL_WELL } else { SOME_FAILED })
}

/// What a run needs throughout, and where its results go.
struct Run {
    options: Options,
    max_size: u64,
    threads: ThreadPool,
    out: BufWriter<io::StdoutLock<'static>>,
    summary: Summary,
    /// Forms of the documents so far, to compare the next with.
    seen: SeenForms,
    /// Where records of little confidence go.
    review: Option<Review>,
}

/// Records of less confidence than was asked for, in a file of their own.
struct Review {
    least: Decimal,
    out: BufWriter<File>,
    records: u64,
}

impl Review {
    fn begin(least: Decimal) -> Result<Self> {
        let file = File::create(REVIEW).with_context(|| format!("{REVIEW}: cannot be written"))?;
        Ok(Review { least, out: BufWriter::new(file), records: 0 })
    }

    /// Takes a line that is to be reviewed; is it one?
    fn take(&mut self, line: &[u8]) -> io::Result<bool> {
        let below = is_below(line, self.least);
        if below {
            self.out.write_all(line)?;
            self.records += 1;
        }
        Ok(below)
    }

    fn end(mut self) -> Result<(Decimal, u64)> {
        self.out.flush().with_context(|| format!("{REVIEW}: cannot be written"))?;
        Ok((self.least, self.records))
    }
}

impl Run {
    /// How many documents may be in flight.
    fn window(&self) -> usize {
        self.threads.current_num_threads() * WINDOW_PER_THREAD
    }

    /// The work on each, results in the same order.
    fn in_parallel<T: Send, R: Send>(&self, batch: Vec<T>, work: impl Fn(T, &Options) -> R + Send + Sync) -> Vec<R> {
        let options = &self.options;
        let work = |one| work(one, options);
        self.threads.install(|| batch.into_par_iter().with_max_len(1).map(work).collect())
    }

    fn put(&mut self, mut done: Done) -> Result<()> {
        let outcome = Outcome::of(&done.document, done.counted, 0);
        let across = self.seen.document(&outcome.prints);
        json_lines::write_line(&mut self.out, &done.document)?;
        if let Some(held) = &mut done.records {
            held.rewind()?;
            if across.is_empty() && self.review.is_none() {
                io::copy(held, &mut self.out)?;
            } else {
                copy_by_line(held, &across, self.review.as_mut(), &mut self.out)?;
            }
        }
        self.summary.add(&done.document, &outcome);
        self.summary.tally.add_findings(across.iter().map(|(_, finding)| finding));
        Ok(())
    }

    /// Reads an archive when its turn has come: its members are unfolded one after the other, a few ahead of the threads
    /// that read them, so that a large archive costs little more memory than its own size.
    fn read_archive(&mut self, input: Input) -> Result<()> {
        let source = match inputs::read(input, self.max_size) {
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
            let read = |one: Result<Source, _>, options: &Options| match one {
                Ok(source) => read_source(source, options),
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

/// A document's lines, its forms with what was found of them over documents, those to be reviewed apart.
fn copy_by_line(
    held: &mut impl io::Read,
    across: &[(u32, Finding)],
    mut review: Option<&mut Review>,
    out: &mut impl Write,
) -> Result<()> {
    let mut lines = BufReader::new(held);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let is_form = line.starts_with(b"{\"kind\":\"form\"");
        let more = if is_form { with_findings(&line, across)? } else { None };
        let apart = review.as_mut().map_or(Ok(false), |review| review.take(&line))?;
        if !apart {
            out.write_all(more.as_deref().unwrap_or(&line))?;
        }
        line.clear();
    }
    Ok(())
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

/// One document's records, serialised, waiting for their turn.
struct Done {
    document: Box<DocumentRecord>,
    counted: Counted,
    records: Option<SpooledTempFile>,
}

impl Done {
    fn failed(document: Box<DocumentRecord>) -> Self {
        Done { document, counted: Counted::default(), records: None }
    }
}

/// What became of an input.
enum Read {
    Done(Done),
    /// An archive, left for its turn: several at once would be in memory else.
    Archive(Input),
}

fn read_one(input: Input, options: &Options, max_size: u64) -> io::Result<Read> {
    let place = match &input {
        Input::File { path, name } => Some((path.clone(), name.clone())),
        _ => None,
    };
    let source = match inputs::read(input, max_size) {
        Ok(source) => source,
        Err(document) => return Ok(Read::Done(Done::failed(document))),
    };
    if !pipeline::is_archive(&source.bytes) {
        return read_source(source, options).map(Read::Done);
    }
    Ok(Read::Archive(match place {
        Some((path, name)) => Input::File { path, name },
        None => Input::Held(source),
    }))
}

fn read_source(source: Source, options: &Options) -> io::Result<Done> {
    let mut counted = Counted::default();
    let mut records = SpooledTempFile::new(HELD_IN_MEMORY);
    let mut line = Vec::new();
    let mut trouble = None;
    let document = pipeline::extract_to(source, options, &mut |record: Record| {
        counted.add(&record);
        line.clear();
        let written = json_lines::write_record(&mut line, &record).and_then(|()| records.write_all(&line));
        trouble = trouble.take().or(written.err());
    });
    let done = Done { document: Box::new(document), counted, records: Some(records) };
    trouble.map_or(Ok(done), Err)
}
