//! `zhibiao confidence`: how far the confidence of records can be believed, and weights of one's own.

use super::inputs::{self, Input};
use super::{ALL_WELL, SOME_FAILED, UsageError, reading};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use zhibiao::calibrate::{self, Figures, Fitted, Observation};
use zhibiao::model::Kind;
use zhibiao::patterns::Confidence;
use zhibiao::score::{self, Gold};
use zhibiao::{Options, Source, pipeline};

/// Measure confidence on labelled documents, or fit its weights to them.
#[derive(clap::Subcommand)]
#[command(after_help = "Example:\n  zhibiao confidence observe --gold gold/ reports/ > seen.jsonl\n  \
    zhibiao confidence measure seen.jsonl\n  zhibiao confidence fit seen.jsonl -o my-patterns/confidence.toml\n\n\
    docs/confidence.md says what is fitted and how.")]
pub(super) enum Command {
    /// Read labelled documents; print of each record what speaks for and against it, and whether it is right.
    #[command(after_help = "Example:\n  zhibiao confidence observe --gold gold/ reports/ > seen.jsonl\n\n\
        A document goes with the gold of its name up to the first ~: 001~photo~2.pdf is a rendering of what 001.jsonl labels.")]
    Observe(Observe),
    /// Compare confidence with truth on observations.
    #[command(after_help = "Example:\n  zhibiao confidence measure seen.jsonl --kept-out 4")]
    Measure(Measure),
    /// Find the weights under which observations are likeliest; figures of the documents kept out go to standard error.
    #[command(after_help = "Example:\n  zhibiao confidence fit seen.jsonl -o my-patterns/confidence.toml")]
    Fit(Fit),
}

#[derive(clap::Args)]
pub(super) struct Observe {
    /// A folder with the funds and indicators that are right, one STEM.jsonl a document; may be given several times.
    #[arg(long, value_name = "DIR")]
    gold: Vec<PathBuf>,
    /// The same with statements.
    #[arg(long, value_name = "DIR")]
    statements: Vec<PathBuf>,
    /// Your own pattern files, laid over the built-in ones.
    #[arg(long, value_name = "DIR")]
    patterns: Option<PathBuf>,
    /// The documents: files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    #[command(flatten)]
    recognition: super::recognition::Recognition,
}

#[derive(clap::Args)]
pub(super) struct Measure {
    /// What `observe` printed.
    #[arg(required = true, value_name = "FILE")]
    observations: Vec<PathBuf>,
    /// Only documents that a fit with --keep-out N does not see.
    #[arg(long, value_name = "N", default_value_t = 0)]
    kept_out: u64,
    /// Your own pattern files, laid over the built-in ones.
    #[arg(long, value_name = "DIR")]
    patterns: Option<PathBuf>,
}

#[derive(clap::Args)]
pub(super) struct Fit {
    /// What `observe` printed.
    #[arg(required = true, value_name = "FILE")]
    observations: Vec<PathBuf>,
    /// Where the weights go [default: standard output].
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Leave one document in N out of the fit, chosen by name; 0 for none.
    #[arg(long, value_name = "N", default_value_t = 4)]
    keep_out: u64,
    /// Also fit in so many parts, each measured on the documents of the others; and without each kind of noise in turn.
    #[arg(long, value_name = "K", default_value_t = 0)]
    cross: u64,
}

pub(super) fn run(command: &Command) -> Result<u8> {
    match command {
        Command::Observe(args) => observe(args),
        Command::Measure(args) => measure(args),
        Command::Fit(args) => fit(args),
    }
}

fn observe(args: &Observe) -> Result<u8> {
    let mut options = reading::load_options(args.patterns.as_deref())?;
    options.ocr = std::sync::Arc::new(args.recognition.ocr());
    let labels = Labels { gold: folders(&args.gold)?, statements: folders(&args.statements)? };
    let choice = inputs::Choice { exclude: Vec::new(), no_ignore: false, follow_links: false, output: None };
    let inputs = inputs::list(&args.paths, &choice)?;
    let read = |input: Input| match inputs::read(input, options.limits.max_unfolded_bytes) {
        Ok(source) if !pipeline::is_archive(&source.bytes) => labels.observe(source, &options),
        _ => Vec::new(),
    };
    let seen = in_threads(inputs, &read);
    let mut out = BufWriter::new(io::stdout().lock());
    for observation in seen.iter().flatten() {
        calibrate::write(&mut out, observation)?;
    }
    out.flush()?;
    Ok(if seen.iter().all(Vec::is_empty) { SOME_FAILED } else { ALL_WELL })
}

/// The work on each, results in the same order. Plain threads: one of a pool that waits for recognition would begin the
/// next document meanwhile, and both would wait for the same networks.
fn in_threads<T: Send, R: Send>(all: Vec<T>, work: &(impl Fn(T) -> R + Sync)) -> Vec<R> {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let waiting = Mutex::new(all.into_iter().enumerate());
    let next = || waiting.lock().ok().and_then(|mut waiting| waiting.next());
    let mut done: Vec<(usize, R)> = std::thread::scope(|scope| {
        let run = || {
            let mut done = Vec::new();
            while let Some((at, one)) = next() {
                done.push((at, work(one)));
            }
            done
        };
        let begin = |_| std::thread::Builder::new().stack_size(reading::STACK_BYTES).spawn_scoped(scope, run).ok();
        let running: Vec<_> = (0..threads).map(begin).collect();
        running.into_iter().flatten().filter_map(|thread| thread.join().ok()).flatten().collect()
    });
    done.sort_by_key(|(at, _)| *at);
    done.into_iter().map(|(_, result)| result).collect()
}

struct Labels {
    gold: HashMap<String, Gold>,
    statements: HashMap<String, Gold>,
}

impl Labels {
    fn observe(&self, source: Source, options: &Options) -> Vec<Observation> {
        let stem = calibrate::document_of(score::stem(&source.name)).to_owned();
        let said: Option<&[Value]> = self.statements.get(&stem).map(|labels| labels.rows.as_slice());
        calibrate::observe(source, self.gold.get(&stem), said, options)
    }
}

fn folders(folders: &[PathBuf]) -> Result<HashMap<String, Gold>> {
    let mut all = HashMap::new();
    for folder in folders {
        let gold = score::gold_folder(folder).map_err(|error| UsageError(error.to_string()))?;
        all.extend(gold.into_iter().map(|gold| (gold.stem.clone(), gold)));
    }
    Ok(all)
}

fn read(files: &[PathBuf]) -> Result<Vec<Observation>> {
    let mut all = Vec::new();
    for file in files {
        let unusable = |why: String| UsageError(format!("{}: {why}", file.display()));
        let input = BufReader::new(File::open(file).map_err(|error| unusable(error.to_string()))?);
        all.extend(calibrate::read(input).map_err(|error| unusable(error.to_string()))?);
    }
    Ok(all)
}

fn measure(args: &Measure) -> Result<u8> {
    let weights = reading::load_options(args.patterns.as_deref())?.patterns.confidence.clone();
    let observations = read(&args.observations)?;
    let wanted = |one: &&Observation| args.kept_out == 0 || calibrate::is_kept_out(&one.document, args.kept_out);
    let observations: Vec<&Observation> = observations.iter().filter(wanted).collect();
    let mut out = BufWriter::new(io::stdout().lock());
    report(&mut out, "all", &observations, &|one| in_force(&weights, one))?;
    let rows = rows_of_forms(&observations);
    report(&mut out, ROWS, &rows, &|one| in_force(&weights, one))?;
    for kind in calibrate::KINDS {
        let these: Vec<&Observation> = observations.iter().copied().filter(|one| one.kind == kind).collect();
        report(&mut out, &format!("{kind:?}"), &these, &|one| in_force(&weights, one))?;
    }
    for noise in noises(&observations) {
        let these: Vec<&Observation> = observations.iter().copied().filter(|one| one.noise == noise).collect();
        report(&mut out, &format!("noise {noise:?}"), &these, &|one| in_force(&weights, one))?;
    }
    out.flush()?;
    Ok(ALL_WELL)
}

const ROWS: &str = "rows of forms";

fn rows_of_forms<'o>(observations: &[&'o Observation]) -> Vec<&'o Observation> {
    observations.iter().copied().filter(|one| one.kind != Kind::Statement).collect()
}

fn in_force(weights: &Confidence, one: &Observation) -> Option<f64> {
    weights.of(one.kind)?.confidence(one.evidence).to_string().parse().ok()
}

fn noises(observations: &[&Observation]) -> Vec<String> {
    let mut all: Vec<String> = observations.iter().map(|one| one.noise.clone()).collect();
    all.sort();
    all.dedup();
    all
}

type Chance<'a> = &'a dyn Fn(&Observation) -> Option<f64>;

fn report(out: &mut impl Write, what: &str, observations: &[&Observation], chance: Chance<'_>) -> Result<()> {
    let records = observations.iter().filter_map(|one| Some((chance(one)?, one.right))).collect();
    if let Some(figures) = Figures::of(records) {
        write!(out, "{what}: {figures}")?;
    }
    Ok(())
}

fn fit(args: &Fit) -> Result<u8> {
    let observations = read(&args.observations)?;
    let (kept_out, fitted_on): (Vec<&Observation>, Vec<&Observation>) =
        observations.iter().partition(|one| calibrate::is_kept_out(&one.document, args.keep_out));
    let fitted = calibrate::fit(&fitted_on);
    let told = [format!(
        "{} records of {} documents; {} records of {} other documents were kept out.",
        fitted_on.len(),
        documents(&fitted_on),
        kept_out.len(),
        documents(&kept_out)
    )];
    match &args.output {
        Some(path) => write_to(path, &fitted, &told)?,
        None => calibrate::write_weights(&mut io::stdout().lock(), &fitted, &told)?,
    }
    let mut notes = io::stderr().lock();
    report(&mut notes, "fitted on", &fitted_on, &|one| fitted.chance(one))?;
    report(&mut notes, "kept out", &kept_out, &|one| fitted.chance(one))?;
    report(&mut notes, &format!("kept out, {ROWS}"), &rows_of_forms(&kept_out), &|one| fitted.chance(one))?;
    if args.cross > 1 {
        let all: Vec<&Observation> = observations.iter().collect();
        cross(&mut notes, &all, args.cross)?;
    }
    Ok(ALL_WELL)
}

/// Every document measured under weights that were fitted without it; every kind of noise under weights that never saw it.
fn cross(out: &mut impl Write, observations: &[&Observation], parts: u64) -> Result<()> {
    let mut names: Vec<&str> = observations.iter().map(|one| one.document.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    let part: HashMap<&str, u64> = names.into_iter().zip((0..parts).cycle()).collect();
    let without = |part_out: u64| {
        let others: Vec<&Observation> =
            observations.iter().copied().filter(|one| part[one.document.as_str()] != part_out).collect();
        calibrate::fit(&others)
    };
    let fitted: Vec<Fitted> = (0..parts).map(without).collect();
    let chance = |one: &Observation| fitted[part[one.document.as_str()] as usize].chance(one);
    report(out, &format!("in {parts} parts by document"), observations, &chance)?;
    let rows = rows_of_forms(observations);
    report(out, &format!("in {parts} parts by document, {ROWS}"), &rows, &chance)?;
    for noise in noises(&rows) {
        let (these, others): (Vec<&Observation>, Vec<&Observation>) =
            rows.iter().copied().partition(|one| one.noise == noise);
        let fitted = calibrate::fit(&others);
        report(out, &format!("noise {noise:?}, never seen"), &these, &|one| fitted.chance(one))?;
    }
    Ok(())
}

fn documents(observations: &[&Observation]) -> usize {
    let mut names: Vec<&str> = observations.iter().map(|one| one.document.as_str()).collect();
    names.sort_unstable();
    names.dedup();
    names.len()
}

fn write_to(path: &Path, fitted: &Fitted, told: &[String]) -> Result<()> {
    let failed = || format!("{}: cannot be written", path.display());
    let mut out = BufWriter::new(File::create(path).with_context(failed)?);
    calibrate::write_weights(&mut out, fitted, told).with_context(failed)?;
    out.flush().with_context(failed)
}
