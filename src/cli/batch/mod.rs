//! `zhibiao extract … -o DIR`: what is new or changed is read by workers, everything is kept in the output folder's store,
//! and the sorted files are put in place at the end.

mod driver;
mod interrupt;
mod outbox;
mod plan;
mod pool;
mod progress;
mod quarantine;
mod queue;
mod report;
mod wire;
mod worker;

pub(super) use interrupt::Interrupt;
pub(super) use worker::run as work;

use super::inputs::Input;
use super::{SOME_FAILED, UsageError};
use anyhow::{Context, Error, Result, anyhow};
use plan::{Entry, Plan};
use pool::{Done, Event, Pool, Records, Terms};
use progress::Progress;
use queue::Queue;
use report::{Report, Stages};
use rust_decimal::Decimal;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::{Duration, Instant, SystemTime};
use wire::Setup;
use zhibiao::batch::{self, Completed, Part, Reading, Stamp, Store, StoreError};
use zhibiao::ocr::{Ocr, Settings};

/// Messages of the drivers that wait to be stored; each may tell of some hundred documents, without their records.
const WAITING: usize = 64;
/// Records are made durable in groups: what a crash costs is at most so much work.
const COMMIT_EVERY: Duration = Duration::from_millis(1500);
const LOOK_UP_EVERY: Duration = Duration::from_millis(100);

/// What a batch run is asked for.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) output: PathBuf,
    pub(super) patterns: Option<PathBuf>,
    pub(super) jobs: usize,
    pub(super) max_bytes: u64,
    pub(super) max_size: u64,
    pub(super) max_ratio: u64,
    pub(super) passwords: Vec<String>,
    pub(super) ocr: Settings,
    pub(super) max_memory: Option<u64>,
    pub(super) timeout: Option<Duration>,
    pub(super) force: bool,
    pub(super) retry_failed: bool,
    pub(super) since: Option<SystemTime>,
    /// Leave files that changed less than this ago for the next look of a watch, and be quiet where there is nothing new.
    pub(super) settle: Option<Duration>,
    pub(super) quarantine: bool,
    pub(super) metrics: Option<PathBuf>,
    /// Everything on standard error is for machines.
    pub(super) log_json: bool,
    /// Records of less confidence go to a file of their own.
    pub(super) min_confidence: Option<Decimal>,
}

/// Runs the batch.
///
/// # Errors
/// The output folder cannot be used, or the disk fails; what was done until then is kept.
pub(super) fn run(request: &Request, inputs: Vec<Input>, interrupt: &Interrupt) -> Result<u8> {
    let mut stages = Stages::begin();
    let patterns = pattern_fingerprint(request.patterns.as_deref())?;
    // Other recognition reads scans otherwise, just as other patterns read forms otherwise.
    let fingerprint = format!("{patterns} {}", Ocr::new(request.ocr.clone()).fingerprint());
    let reading = Reading {
        program: env!("CARGO_PKG_VERSION").to_owned(),
        stages: batch::STAGES.to_owned(),
        patterns: fingerprint,
        settings: settings(request),
    };
    if request.output.exists() && !request.output.is_dir() {
        return Err(UsageError(format!("{}: not a folder", request.output.display())).into());
    }
    let mut store = Store::open(&request.output, &reading).map_err(|error| in_folder(error, &request.output))?;
    store.review_below(request.min_confidence);
    let plan = plan::make(request, inputs, &mut store, interrupt).map_err(|error| in_folder_any(error, request))?;
    stages.end("plan");
    let mut run = Run { store, plan, archives: HashMap::new(), committed: Instant::now(), progress: Progress::begin() };
    let counts = run.read(request, interrupt).map_err(|error| in_folder_any(error, request))?;
    stages.end("read");
    if let Some(code) = interrupt.code() {
        run.progress.end();
        tracing::warn!("stopped; what was read is kept, and the same command goes on from here");
        return Ok(code);
    }
    let Run { mut store, plan, progress, .. } = run;
    progress.end();
    let (seen, deleted) = plan.settle(&mut store)?;
    let completed = store.complete(&seen, request.jobs).map_err(|error| in_folder(error, &request.output))?;
    let Completed { changed, files, tally } = completed;
    stages.end("compact");
    if request.quarantine {
        quarantine::fill(&store, &seen, &request.output)?;
    }
    stages.end("report");
    let report = Report {
        reading: &reading,
        plan: &plan.counts,
        deleted: &deleted,
        tally: &tally,
        files: &files,
        counts,
        spent: store.spent(),
        least: request.min_confidence,
    };
    if request.settle.is_none() || changed {
        if request.log_json { report.log() } else { report.print(&request.output) }
    }
    report.write(&request.output, request.metrics.as_deref(), &stages)?;
    let all_well = tally.partial + tally.failed == 0 && plan.unfinished == 0;
    Ok(if all_well { super::ALL_WELL } else { SOME_FAILED })
}

struct Run {
    store: Store,
    plan: Plan,
    archives: HashMap<usize, Archive>,
    committed: Instant,
    progress: Progress,
}

/// An archive whose members are being read.
struct Archive {
    content: i64,
    slices_left: u32,
    /// The file is not the one that was begun in an earlier run.
    changed: bool,
}

impl Run {
    /// Reads what the plan says.
    fn read(&mut self, request: &Request, interrupt: &Interrupt) -> Result<pool::Counts> {
        let tasks = std::mem::take(&mut self.plan.tasks);
        if tasks.is_empty() {
            self.store.commit()?;
            return Ok(pool::Counts::default());
        }
        self.progress.expect(tasks.len());
        let setup = Setup {
            patterns: request.patterns.clone(),
            max_bytes: request.max_bytes,
            max_size: request.max_size,
            max_ratio: request.max_ratio,
            passwords: request.passwords.clone(),
            ocr: request.ocr.clone(),
            max_memory: request.max_memory,
        };
        let segments = self.store.segments();
        let terms = Terms { setup, jobs: request.jobs, timeout: request.timeout, segments };
        let pool = Pool::new(terms, Queue::new(tasks));
        let (tell, events) = mpsc::sync_channel(WAITING);
        let over = AtomicBool::new(false);
        let outcome = std::thread::scope(|scope| {
            let (pool, over) = (&pool, &over);
            let drivers: Vec<_> = (0..request.jobs)
                .map(|number| {
                    let tell = tell.clone();
                    let named = std::thread::Builder::new().name("driver".into());
                    named.spawn_scoped(scope, move || pool.drive(number, &tell))
                })
                .collect();
            drop(tell);
            scope.spawn(move || pool.watch(over));
            let outcome = if drivers.iter().all(Result::is_ok) {
                self.listen(&events, pool, interrupt)
            } else {
                Err(anyhow!("the threads that drive workers cannot be started"))
            };
            if outcome.is_err() {
                pool.abort();
            }
            // Drivers that wait for room in the channel see that nobody listens any more.
            drop(events);
            drivers.into_iter().flatten().for_each(|driver| drop(driver.join()));
            over.store(true, Ordering::SeqCst);
            outcome
        });
        outcome?;
        self.store.commit()?;
        Ok(pool.counts)
    }

    fn listen(&mut self, events: &mpsc::Receiver<Vec<Event>>, pool: &Pool, interrupt: &Interrupt) -> Result<()> {
        loop {
            match events.recv_timeout(LOOK_UP_EVERY) {
                Ok(events) => events.into_iter().try_for_each(|event| self.take(event))?,
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Ok(()),
            }
            if interrupt.code().is_some() {
                pool.stop();
            }
            if self.committed.elapsed() >= COMMIT_EVERY {
                self.store.commit()?;
                self.committed = Instant::now();
            }
            self.progress.show();
        }
    }

    fn take(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Document { input, document } => {
                let Done { hash, bytes, kept, records, .. } = document;
                let part = self.part(records)?;
                if hash.is_none() {
                    let Entry { path, name, .. } = &self.plan.entries[input];
                    let line = self.store.document_line(&part)?;
                    if let Some(id) = self.store.unread_as_before(path, name, &line)? {
                        self.plan.seen.insert(id);
                        self.progress.document(&kept);
                        self.progress.input();
                        return Ok(());
                    }
                }
                let source = self.plan.entries[input].source();
                self.plan.seen.insert(self.store.add(&source, hash.as_ref(), bytes, &kept, &part)?);
                self.progress.document(&kept);
                self.progress.input();
            }
            Event::Archive { input, hash, bytes, slices } => {
                let begun = self.plan.entries[input].begun;
                let content = match begun {
                    Some((content, known)) if known == hash => content,
                    _ => self.store.begin_content(&hash, bytes)?,
                };
                let changed = begun.is_some_and(|(_, known)| known != hash);
                self.archives.insert(input, Archive { content, slices_left: slices, changed });
            }
            Event::Member { input, document } => {
                let Done { member, suffix, kept, records, .. } = document;
                if let Some(content) = self.archives.get(&input).map(|archive| archive.content) {
                    let part = self.part(records)?;
                    self.store.add_document(content, member, &suffix, &kept, &part)?;
                    self.progress.document(&kept);
                }
            }
            Event::Page => self.progress.recognised(),
            Event::Slice { input, note } => {
                if let Some(note) = note {
                    tracing::warn!("note: {}: {note}", self.plan.entries[input].name);
                }
                let Some(archive) = self.archives.get_mut(&input) else { return Ok(()) };
                archive.slices_left = archive.slices_left.saturating_sub(1);
                if archive.slices_left > 0 {
                    return Ok(());
                }
                let Archive { content, changed, .. } = *archive;
                self.archives.remove(&input);
                let Entry { path, stamp, .. } = &self.plan.entries[input];
                // Its workers opened it by its name, each by itself. What was standard input has no stamp.
                let stamped = stamp.changed != 0;
                let is_other = stamped && std::fs::metadata(path).is_ok_and(|now| !Stamp::of(&now).agrees(stamp));
                if changed || is_other {
                    tracing::warn!("note: {}: changed while it was read; run again", self.plan.entries[input].name);
                    self.plan.unfinished += 1;
                } else {
                    self.store.finish_content(content)?;
                    self.plan.seen.insert(self.store.link(&self.plan.entries[input].source(), content)?);
                    self.progress.input();
                }
            }
            Event::Fatal(error) => return Err(error),
        }
        Ok(())
    }

    /// Where the records stand.
    fn part(&mut self, records: Records) -> Result<Part, StoreError> {
        match records {
            Records::Written(part) => Ok(part),
            Records::Lines(mut lines) => self.store.write_part(&mut lines),
        }
    }
}

/// An error of the store in words for a person.
fn in_folder(error: StoreError, dir: &Path) -> Error {
    match error {
        StoreError::Locked { .. } => UsageError(error.to_string()).into(),
        error => Error::new(error).context(format!("{}: the output folder cannot be completed", dir.display())),
    }
}

fn in_folder_any(error: Error, request: &Request) -> Error {
    match error.downcast::<StoreError>() {
        Ok(error) => in_folder(error, &request.output),
        Err(error) => error,
    }
}

/// What the user's own patterns are, by their content; empty where there are none.
fn pattern_fingerprint(dir: Option<&Path>) -> Result<String> {
    let Some(dir) = dir else { return Ok(String::new()) };
    let unreadable = || format!("{}: the patterns cannot be read", dir.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(dir)
        .and_then(|entries| entries.map(|entry| entry.map(|entry| entry.path())).collect())
        .with_context(unreadable)?;
    files.retain(|path| path.is_file());
    files.sort();
    let mut text = String::new();
    for file in files {
        let (hash, _) = batch::hash_file(&file).with_context(unreadable)?;
        text.push_str(&format!("{} {hash:?}\n", file.file_name().unwrap_or_default().to_string_lossy()));
    }
    Ok(fingerprint(&text))
}

/// What may make a document fail here that would be read elsewhere.
fn settings(request: &Request) -> String {
    let Request { max_bytes, max_size, max_ratio, passwords, max_memory, timeout, .. } = request;
    fingerprint(&format!("{max_bytes} {max_size} {max_ratio} {passwords:?} {max_memory:?} {timeout:?}"))
}

fn fingerprint(text: &str) -> String {
    // The hash of a document is as good a fingerprint as any.
    zhibiao::model::Identity::of("", text.as_bytes()).sha256[..16].to_owned()
}
