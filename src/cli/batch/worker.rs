//! The worker: the same program, started by a batch run, reading files that its parent names. Whatever a document does to
//! it, the parent goes on.

use super::outbox::Outbox;
use super::wire::{self, Answer, Members, Order, Setup, Slice, Spent};
use crate::cli::inputs::{self, Input};
use crate::cli::{ALL_WELL, SOME_FAILED};
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::{Arc, mpsc};
use std::time::Instant;
use zhibiao::batch::{self, Counted, Lines, Outcome, path_of};
use zhibiao::model::{DocumentRecord, Identity, Kind, Record};
use zhibiao::ocr::Ocr;
use zhibiao::pipeline::{self, Documents};
use zhibiao::{Options, Source};

/// Nesting is bounded in every stage; this leaves room for third-party parsers that recurse.
const STACK_BYTES: usize = 16 << 20;
/// Archives beyond this size are read from their files, member by member.
const HELD_ARCHIVE: u64 = 32 << 20;
/// What is looked at of one to tell that it is no document.
const ARCHIVE_HEAD: u64 = 64 << 10;
const ARCHIVE_TAIL: u64 = 8 << 20;
/// Stages are timed in every document of this size, and in some of the smaller ones, which then count for all of them.
const TIMED_BYTES: usize = 64 << 10;
const TIMED_EVERY: u64 = 8;
/// Documents skipped between two signs of life.
const ALIVE_EVERY: u32 = 64;
/// Address space beyond the memory limit, for stacks, the program itself, and what the system only promises: the parent
/// watches what is really used, this is for what grows faster than it looks.
const ADDRESSES_BEYOND_LIMIT: u64 = 1 << 30;

pub(in crate::cli) fn run() -> Result<u8> {
    die_with_parent();
    ignore_interrupts()?;
    crate::cli::reading::report_panics_in_one_line();
    let mut from = io::stdin().lock();
    let mut raw = Vec::new();
    let Some(Order::Setup(setup)) = wire::receive(&mut from, &mut raw)? else {
        bail!("this command is for the program's own use");
    };
    drop(from);
    limit_memory(setup.max_memory);
    let served = std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .name("reader".into())
        .spawn(move || serve(&setup))
        .context("the reading thread cannot be started")?;
    match served.join() {
        Ok(Ok(())) => Ok(ALL_WELL),
        Ok(Err(error)) => Err(error),
        Err(_) => Ok(SOME_FAILED),
    }
}

/// An order and the raw bytes that came with it.
type Ordered = (Order, Vec<u8>);

fn serve(setup: &Setup) -> Result<()> {
    let mut options = crate::cli::reading::load_options(setup.patterns.as_deref())?;
    options.limits.max_unfolded_bytes = setup.max_bytes;
    options.limits.max_ratio = setup.max_ratio;
    options.limits.passwords.clone_from(&setup.passwords);
    let outbox = Outbox::begin()?;
    let ours = Arc::clone(&outbox);
    options.ocr = Arc::new(Ocr::new(setup.ocr.clone()).telling(move || {
        // A parent that hears no more is gone, and this process with it.
        let _ = ours.tell(&Answer::Page);
    }));
    outbox.tell(&Answer::Ready)?;
    outbox.flush()?;
    let (give, orders) = mpsc::channel();
    // Takes orders off the pipe, however many, so that the parent never waits for room in it. Ends with the process.
    std::thread::Builder::new().name("orders".into()).spawn(move || take_orders(&give))?;
    let mut worker = Worker {
        outbox,
        options,
        max_size: setup.max_size,
        hooks: std::env::var_os("ZHIBIAO_TEST_HOOKS").is_some(),
        lines: Lines::default(),
        read: 0,
        spent: Spent::default(),
    };
    let done = worker.work(&orders);
    if let Err(error) = &done {
        // The parent should know that it was no document; where even this fails it sees a worker that died.
        let _ = worker.outbox.give_up(format!("{error:#}"));
    }
    done
}

fn take_orders(give: &mpsc::Sender<io::Result<Ordered>>) {
    let mut from = io::stdin().lock();
    loop {
        let mut raw = Vec::new();
        let next = match wire::receive(&mut from, &mut raw) {
            Ok(None) => return,
            Ok(Some(order)) => Ok((order, raw)),
            Err(error) => Err(error),
        };
        let last = next.is_err();
        if give.send(next).is_err() || last {
            return;
        }
    }
}

struct Worker {
    outbox: Arc<Outbox>,
    options: Options,
    max_size: u64,
    /// Documents may ask to be trouble; for tests.
    hooks: bool,
    /// Lines of the document in hand.
    lines: Lines,
    /// Documents so far.
    read: u64,
    /// Not told yet.
    spent: Spent,
}

impl Worker {
    /// Follows orders until there are no more.
    fn work(&mut self, orders: &mpsc::Receiver<io::Result<Ordered>>) -> Result<()> {
        loop {
            let next = match orders.try_recv() {
                Ok(next) => next,
                Err(_) => {
                    // Nothing to do: who waits for this worker should know.
                    self.outbox.tell(&Answer::Spent(std::mem::take(&mut self.spent)))?;
                    self.outbox.flush()?;
                    let Ok(next) = orders.recv() else { return Ok(()) };
                    next
                }
            };
            let (order, raw) = next?;
            match order {
                Order::Setup(_) => bail!("set up twice"),
                Order::Segment(number) => self.outbox.append_to(number, &path_of(&raw))?,
                Order::Read { path_bytes, slice, careful } => {
                    let (path, done) = raw.split_at(path_bytes.min(raw.len()));
                    if careful {
                        self.outbox.flush()?;
                    }
                    self.read(path_of(path), slice, careful, &Members::of_bytes(done))?;
                    if careful {
                        self.outbox.flush()?;
                    }
                }
            }
        }
    }

    fn read(&mut self, path: PathBuf, slice: Option<Slice>, careful: bool, done: &Members) -> io::Result<()> {
        if let Some(archive) = large_archive(&path, self.max_size) {
            let hashed = batch::hash_file(&path);
            if let Ok((hash, bytes)) = hashed {
                let sha256: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                let Some(slice) = slice else { return self.outbox.tell(&Answer::Archive { sha256, bytes }) };
                let identity = Identity { sha256: sha256.into(), source: "".into(), bytes };
                let documents = pipeline::documents_of_file(identity, archive, &self.options.limits);
                let note = self.members(documents, slice, careful, done)?;
                return self.outbox.tell(&Answer::End { note });
            }
        }
        let began = Instant::now();
        // Without a name: the parent knows it, and the same content may come under another one some day.
        let read = inputs::read(Input::File { path, name: String::new() }, self.max_size);
        self.spent.open += u64::try_from(began.elapsed().as_nanos()).unwrap_or(0);
        let source = match read {
            Ok(source) => source,
            Err(record) => {
                self.document(0, String::new(), false, &record, Counted::default(), began)?;
                return if slice.is_some() { self.outbox.tell(&Answer::End { note: None }) } else { Ok(()) };
            }
        };
        let archive = pipeline::is_archive(&source.bytes);
        match slice {
            Some(slice) if archive => {
                let documents = pipeline::documents(source, &self.options.limits);
                let note = self.members(documents, slice, careful, done)?;
                self.outbox.tell(&Answer::End { note })
            }
            // It was an archive a moment ago.
            Some(_) => self.outbox.tell(&Answer::End { note: None }),
            None if archive => {
                let identity = Identity::of("", &source.bytes);
                self.outbox.tell(&Answer::Archive { sha256: identity.sha256.to_string(), bytes: identity.bytes })
            }
            None => self.extract(0, source, began),
        }
    }

    fn members(
        &mut self,
        mut documents: Documents,
        slice: Slice,
        careful: bool,
        done: &Members,
    ) -> io::Result<Option<String>> {
        let mut index = 0;
        loop {
            let began = Instant::now();
            let Some(document) = documents.next() else { break };
            if index % slice.of != slice.index || done.has(index) {
                if index.is_multiple_of(ALIVE_EVERY) {
                    self.outbox.tell(&Answer::Alive)?;
                }
            } else {
                match document {
                    Ok(source) => {
                        let identity = Identity::of(&source.name, &source.bytes);
                        self.outbox.tell(&Answer::Member {
                            index,
                            suffix: source.name.clone(),
                            sha256: identity.sha256.to_string(),
                            bytes: identity.bytes,
                        })?;
                        if careful {
                            self.outbox.flush()?;
                        }
                        self.extract(index, source, began)?;
                    }
                    Err(record) => {
                        let suffix = record.source.to_string();
                        self.document(index, suffix, true, &record, Counted::default(), began)?;
                    }
                }
            }
            index += 1;
        }
        let (count, names) = documents.left_out();
        let told = names.first().filter(|_| slice.index == 0);
        Ok(told
            .map(|first| format!("{count} members that systems leave beside documents are not read, such as {first}")))
    }

    fn extract(&mut self, index: u32, source: Source, began: Instant) -> io::Result<()> {
        if self.hooks {
            make_trouble(&source.bytes);
        }
        let suffix = source.name.clone();
        let mut counted = Counted::default();
        let mut trouble = None;
        let lines = &mut self.lines;
        let mut sink = |record: Record| {
            counted.add(&record);
            let written = lines.write_record(&record);
            trouble = trouble.take().or(written.err());
        };
        self.read += 1;
        let record = if source.bytes.len() >= TIMED_BYTES || self.read.is_multiple_of(TIMED_EVERY) {
            let weight = if source.bytes.len() >= TIMED_BYTES { 1 } else { TIMED_EVERY };
            let (record, times) = pipeline::extract_timed(source, &self.options, &mut sink);
            self.spent.add_times(&times, weight);
            record
        } else {
            pipeline::extract_to(source, &self.options, &mut sink)
        };
        if let Some(error) = trouble {
            return Err(error);
        }
        self.document(index, suffix, true, &record, counted, began)
    }

    fn document(
        &mut self,
        index: u32,
        suffix: String,
        read: bool,
        record: &DocumentRecord,
        counted: Counted,
        began: Instant,
    ) -> io::Result<()> {
        self.lines.write(Kind::Document, record)?;
        let kept = Box::new(Outcome::of(record, counted, micros(began)).keep()?);
        let sha256 = read.then(|| record.document.to_string());
        let bytes = record.bytes;
        self.outbox.put(&mut self.lines, |part| Answer::Document { index, suffix, sha256, bytes, kept, part })
    }
}

/// The file, if it is an archive that is better not held by every worker. Its head and its end tell: the table of contents
/// stands there.
fn large_archive(path: &Path, max_size: u64) -> Option<File> {
    let mut file = File::open(path).ok()?;
    let size = file.metadata().ok().filter(|metadata| metadata.is_file())?.len();
    if size <= HELD_ARCHIVE || size > max_size {
        return None;
    }
    let mut ends = vec![0; 4];
    file.read_exact(&mut ends).ok()?;
    if !ends.starts_with(b"PK") {
        return None;
    }
    file.by_ref().take(ARCHIVE_HEAD).read_to_end(&mut ends).ok()?;
    file.seek(SeekFrom::Start(size.saturating_sub(ARCHIVE_TAIL).max(ARCHIVE_HEAD))).ok()?;
    file.by_ref().take(ARCHIVE_TAIL).read_to_end(&mut ends).ok()?;
    file.rewind().ok()?;
    pipeline::is_archive(&ends).then_some(file)
}

fn micros(began: Instant) -> u64 {
    u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX)
}

/// A worker whose parent is gone ends even in the midst of a document that never ends.
fn die_with_parent() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL));
}

/// Ctrl-C goes to the whole group: the parent decides what it means.
fn ignore_interrupts() -> io::Result<()> {
    #[cfg(unix)]
    {
        use signal_hook::consts::{SIGINT, SIGTERM};
        for signal in [SIGINT, SIGTERM] {
            signal_hook::flag::register(signal, std::sync::Arc::default())?;
        }
    }
    Ok(())
}

fn limit_memory(limit: Option<u64>) {
    #[cfg(target_os = "linux")]
    if let Some(limit) = limit {
        use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
        let most = limit.saturating_add(ADDRESSES_BEYOND_LIMIT);
        let maximum = getrlimit(Resource::As).maximum;
        let most = maximum.map_or(most, |maximum| maximum.min(most));
        // Best effort: the parent watches, too.
        let _ = setrlimit(Resource::As, Rlimit { current: Some(most), maximum });
    }
    #[cfg(not(target_os = "linux"))]
    let _ = limit;
}

/// What a document of a test asks for: a worker must be able to die of everything that a document could do to it.
fn make_trouble(bytes: &[u8]) {
    let Some(asked) = bytes.strip_prefix(b"#zhibiao-test ") else { return };
    if asked.starts_with(b"loop") {
        loop {
            std::hint::spin_loop();
        }
    } else if asked.starts_with(b"sleep") {
        std::thread::sleep(std::time::Duration::from_millis(300));
    } else if asked.starts_with(b"abort") {
        std::process::abort();
    } else if asked.starts_with(b"exit") {
        std::process::exit(0);
    } else if asked.starts_with(b"overflow") {
        std::hint::black_box(deeper(1));
    } else if asked.starts_with(b"grow") {
        let mut held: Vec<Vec<u8>> = Vec::new();
        loop {
            held.push(std::hint::black_box(vec![1; 1 << 20]));
        }
    } else if asked.starts_with(b"huge") {
        std::hint::black_box(vec![1u8; 1 << 45]);
    }
}

#[allow(unconditional_recursion)] // that is what it is for
fn deeper(n: u64) -> u64 {
    std::hint::black_box(deeper(std::hint::black_box(n) + 1)) + 1
}
