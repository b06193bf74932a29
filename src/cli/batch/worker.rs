//! The worker: the same program, started by a batch run, reading files that its parent names. Whatever a document does to
//! it, the parent goes on.

use super::wire::{self, Answer, Members, Order, Setup, Slice};
use crate::cli::inputs::{self, Input};
use crate::cli::{ALL_WELL, SOME_FAILED};
use anyhow::{Context, Result, bail};
use std::io::{self, BufWriter, StdinLock, Write};
use std::path::PathBuf;
use std::time::Instant;
use zhibiao::batch::{Counted, Outcome};
use zhibiao::emit::json_lines::{self, KINDS};
use zhibiao::model::{DocumentRecord, Identity, Record};
use zhibiao::ocr::Ocr;
use zhibiao::{Options, Source, pipeline};

/// Nesting is bounded in every stage; this leaves room for third-party parsers that recurse.
const STACK_BYTES: usize = 16 << 20;
/// Lines are sent once there are this many bytes of a kind.
const LINES_BYTES: usize = 64 << 10;
/// Address space beyond the memory limit, for stacks, the program itself, and what the system only promises: the parent
/// watches what is really used, this is for what grows faster than it looks.
const ADDRESSES_BEYOND_LIMIT: u64 = 1 << 30;
/// Documents skipped between two signs of life.
const ALIVE_EVERY: u32 = 64;

pub(in crate::cli) fn run() -> Result<u8> {
    die_with_parent();
    ignore_interrupts()?;
    crate::cli::extract::report_panics_in_one_line();
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

fn serve(setup: &Setup) -> Result<()> {
    let mut options = crate::cli::extract::load_options(setup.patterns.as_deref())?;
    options.limits.max_unfolded_bytes = setup.max_bytes;
    options.limits.max_ratio = setup.max_ratio;
    options.limits.passwords.clone_from(&setup.passwords);
    let ours = std::sync::Mutex::new(unbuffered_stdout()?);
    options.ocr = std::sync::Arc::new(Ocr::new(setup.ocr.clone()).telling(move || {
        let mut frame = Vec::new();
        if wire::send(&mut frame, &Answer::Page, &[]).is_ok()
            && let Ok(mut out) = ours.lock()
        {
            // A parent that hears no more is gone, and this process with it.
            let _ = out.write_all(&frame);
        }
    }));
    let mut worker = Worker {
        from: io::stdin().lock(),
        out: BufWriter::with_capacity(LINES_BYTES, Box::new(unbuffered_stdout()?)),
        options,
        max_size: setup.max_size,
        hooks: std::env::var_os("ZHIBIAO_TEST_HOOKS").is_some(),
    };
    worker.tell(&Answer::Ready)?;
    let mut raw = Vec::new();
    while let Some(order) = wire::receive(&mut worker.from, &mut raw)? {
        let Order::Read { path_bytes, slice } = order else { bail!("set up twice") };
        let (path, done) = raw.split_at(path_bytes.min(raw.len()));
        worker.read(path_of(path), slice, &Members::of_bytes(done))?;
    }
    Ok(())
}

struct Worker {
    from: StdinLock<'static>,
    out: BufWriter<Box<dyn Write>>,
    options: Options,
    max_size: u64,
    /// Documents may ask to be trouble; for tests.
    hooks: bool,
}

impl Worker {
    fn tell(&mut self, answer: &Answer) -> io::Result<()> {
        wire::send(&mut self.out, answer, &[])?;
        self.out.flush()
    }

    fn read(&mut self, path: PathBuf, slice: Option<Slice>, done: &Members) -> io::Result<()> {
        let began = Instant::now();
        // Without a name: the parent knows it, and the same content may come under another one some day.
        let source = match inputs::read(Input::File { path, name: String::new() }, self.max_size) {
            Ok(source) => source,
            Err(record) => {
                self.document(0, String::new(), false, &record, Counted::default(), began)?;
                return self.tell(&Answer::End { note: None });
            }
        };
        let archive = pipeline::is_archive(&source.bytes);
        let note = match slice {
            Some(slice) if archive => self.members(source, slice, done)?,
            _ if archive => {
                let identity = Identity::of("", &source.bytes);
                self.tell(&Answer::Archive { sha256: identity.sha256.to_string(), bytes: identity.bytes })?;
                None
            }
            _ => {
                self.extract(0, source, began)?;
                None
            }
        };
        self.tell(&Answer::End { note })
    }

    fn members(&mut self, archive: Source, slice: Slice, done: &Members) -> io::Result<Option<String>> {
        let mut documents = pipeline::documents(archive, &self.options.limits);
        let mut index = 0;
        loop {
            let began = Instant::now();
            let Some(document) = documents.next() else { break };
            if index % slice.of != slice.index || done.has(index) {
                if index.is_multiple_of(ALIVE_EVERY) {
                    self.tell(&Answer::Alive)?;
                }
            } else {
                match document {
                    Ok(source) => {
                        let identity = Identity::of(&source.name, &source.bytes);
                        self.tell(&Answer::Member {
                            index,
                            suffix: source.name.clone(),
                            sha256: identity.sha256.to_string(),
                            bytes: identity.bytes,
                        })?;
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
        let mut held: [Vec<u8>; KINDS.len()] = Default::default();
        let mut trouble = None;
        let out = &mut self.out;
        let record = pipeline::extract_to(source, &self.options, &mut |record: Record| {
            counted.add(&record);
            let kind = json_lines::kind(&record) as usize;
            let lines = &mut held[kind];
            let mut written = json_lines::write_line(lines, &record);
            if written.is_ok() && lines.len() >= LINES_BYTES {
                // At once: a page's sign of life goes past the buffer.
                written = send_lines(out, kind, lines).and_then(|()| out.flush());
            }
            trouble = trouble.take().or(written.err());
        });
        if let Some(error) = trouble {
            return Err(error);
        }
        for (kind, lines) in held.iter_mut().enumerate().filter(|(_, lines)| !lines.is_empty()) {
            send_lines(&mut self.out, kind, lines)?;
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
        let micros = u64::try_from(began.elapsed().as_micros()).unwrap_or(u64::MAX);
        let outcome = Outcome::of(record, counted, micros);
        let sha256 = read.then(|| record.document.to_string());
        let mut line = Vec::new();
        json_lines::write_line(&mut line, record)?;
        let answer = Answer::Document { index, suffix, sha256, bytes: record.bytes, outcome };
        wire::send(&mut self.out, &answer, &[&line])?;
        self.out.flush()
    }
}

/// Standard output without the buffer of lines that the language puts before it.
#[cfg(unix)]
fn unbuffered_stdout() -> io::Result<std::fs::File> {
    use std::os::fd::AsFd;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(not(unix))]
fn unbuffered_stdout() -> io::Result<io::Stdout> {
    Ok(io::stdout())
}

fn send_lines(out: &mut impl Write, kind: usize, lines: &mut Vec<u8>) -> io::Result<()> {
    wire::send(out, &Answer::Lines(u8::try_from(kind).unwrap_or(0)), &[lines])?;
    lines.clear();
    Ok(())
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

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    std::ffi::OsStr::from_bytes(bytes).into()
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    String::from_utf8_lossy(bytes).into_owned().into()
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
