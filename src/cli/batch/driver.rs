//! One worker's driver: hands out files, takes answers, and when the worker dies says of what, starts another one, and
//! goes on behind the document that it died of.

use super::pool::{Cause, Done, Event, Pool};
use super::queue::Task;
use super::wire::{self, Answer, Order, Slice};
use anyhow::{Context, Result, anyhow};
use std::collections::VecDeque;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use zhibiao::batch::{self, Counted, Lines, Outcome};
use zhibiao::emit::json_lines::{self, KINDS};
use zhibiao::model::{Identity, Kind};
use zhibiao::pipeline;

/// A batch of orders is to take about this long, so that the pause between batches costs little and a stop is quick.
const BATCH_TIME: Duration = Duration::from_millis(60);
const MOST_IN_BATCH: usize = 32;
/// An archive is read by several workers from this size on; each of them unfolds it.
const SLICED_FROM_BYTES: u64 = 4 << 20;
/// How much of what a worker says on stderr is kept, to tell what it died of.
const LAST_WORDS: usize = 4 << 10;
/// A worker that closed its pipe is waited for this long.
const PATIENCE: Duration = Duration::from_secs(5);

struct Worker {
    to: BufWriter<ChildStdin>,
    from: BufReader<ChildStdout>,
    words: JoinHandle<Vec<u8>>,
    /// Documents that it has read: what it dies of may be theirs.
    served: u64,
}

pub(super) struct Driver<'a> {
    pool: &'a Pool,
    number: usize,
    events: &'a SyncSender<Event>,
    worker: Option<Worker>,
    /// A document's usual time.
    pace: Duration,
    raw: Vec<u8>,
}

/// How a task went.
enum Fate {
    Done,
    /// The worker died; whose document it had in hand, if it was an archive's.
    Died {
        member: Option<Member>,
    },
}

struct Member {
    index: u32,
    suffix: String,
    sha256: String,
    bytes: u64,
}

/// What a worker died of.
struct Death {
    code: &'static str,
    message: String,
    /// May be the fault of something else than the document in hand.
    doubtful: bool,
}

impl<'a> Driver<'a> {
    pub(super) fn new(pool: &'a Pool, number: usize, events: &'a SyncSender<Event>) -> Self {
        Driver { pool, number, events, worker: None, pace: BATCH_TIME, raw: Vec::new() }
    }

    pub(super) fn run(mut self) -> Result<()> {
        loop {
            let most = (BATCH_TIME.as_micros() / self.pace.as_micros().max(1)).clamp(1, MOST_IN_BATCH as u128) as usize;
            let mut batch = self.pool.queue.take(most, self.pool.terms.jobs);
            if batch.is_empty() {
                break;
            }
            while !batch.is_empty() {
                self.work(&mut batch)?;
                if self.pool.aborted() {
                    return Ok(());
                }
            }
        }
        self.dismiss();
        Ok(())
    }

    /// Reads the batch, up to its end or the worker's.
    fn work(&mut self, batch: &mut VecDeque<Task>) -> Result<()> {
        if self.worker.is_none() {
            self.start()?;
        }
        let Some(mut worker) = self.worker.take() else { return Ok(()) };
        self.begin(batch.front().map_or(0, |task| task.bytes));
        // A worker that is dead already is noticed when its answer is missing.
        let _ = batch.iter().try_for_each(|task| order(&mut worker.to, task)).and_then(|()| worker.to.flush());
        while let Some(task) = batch.front_mut() {
            let began = Instant::now();
            match self.answer(&mut worker, task)? {
                Fate::Done => {
                    batch.pop_front();
                    self.pool.queue.done();
                    self.pace = (self.pace * 7 + began.elapsed()) / 8;
                }
                Fate::Died { member } => {
                    let served = worker.served;
                    let death = self.bury(worker)?;
                    if self.pool.aborted() {
                        return Ok(());
                    }
                    self.pool.counts.died.fetch_add(1, Ordering::Relaxed);
                    if death.doubtful && !task.tried && (served > 0 || death.code == "killed") {
                        task.tried = true;
                        return Ok(());
                    }
                    task.tried = false;
                    if self.mourn(task, member, &death)? {
                        batch.pop_front();
                        self.pool.queue.done();
                    }
                    return Ok(());
                }
            }
        }
        let used = {
            let mut slot = self.pool.slot(self.number);
            slot.since = None;
            slot.memory
        };
        self.worker = Some(worker);
        // What a large document left behind would be charged to the next one.
        if self.pool.terms.setup.max_memory.is_some_and(|most| used > most / 2) {
            self.dismiss();
        }
        Ok(())
    }

    /// Takes the answers to one order.
    fn answer(&mut self, worker: &mut Worker, task: &mut Task) -> Result<Fate> {
        let mut lines = Lines::default();
        let mut member = None;
        let mut finished = false;
        loop {
            let Ok(Some(answer)) = wire::receive::<Answer>(&mut worker.from, &mut self.raw) else {
                return Ok(if finished { Fate::Done } else { Fate::Died { member } });
            };
            match answer {
                Answer::Ready => {}
                Answer::Alive => self.begin(task.bytes),
                Answer::Page => {
                    self.begin(task.bytes);
                    let _ = self.events.send(Event::Page);
                }
                Answer::Member { index, suffix, sha256, bytes } => {
                    self.begin(bytes);
                    member = Some(Member { index, suffix, sha256, bytes });
                }
                Answer::Lines(kind) => {
                    let kind = KINDS.get(usize::from(kind)).copied().unwrap_or(Kind::Document);
                    lines.push(kind, &self.raw).context("records cannot be held")?;
                }
                Answer::Document { index, suffix, sha256, bytes, outcome } => {
                    self.begin(task.bytes);
                    worker.served += 1;
                    lines.push(Kind::Document, &self.raw).context("records cannot be held")?;
                    let hash = sha256.as_deref().and_then(wire::hash);
                    let lines = std::mem::take(&mut lines);
                    let document = Box::new(Done { member: index, suffix, hash, bytes, outcome, lines });
                    member = None;
                    finished = task.slice.is_none();
                    self.tell(task.slice, task.input, document);
                    task.done.add(index);
                }
                Answer::Archive { sha256, bytes } => self.slice(task, &sha256, bytes),
                Answer::End { note } => {
                    if task.slice.is_some() {
                        let _ = self.events.send(Event::Slice { input: task.input, note });
                    }
                    return Ok(Fate::Done);
                }
            }
        }
    }

    /// The next document's time begins.
    fn begin(&self, bytes: u64) {
        let mut slot = self.pool.slot(self.number);
        slot.since = Some(Instant::now());
        slot.most = self.pool.terms.most_time(bytes);
    }

    fn tell(&self, slice: Option<Slice>, input: usize, document: Box<Done>) {
        let event =
            if slice.is_some() { Event::Member { input, document } } else { Event::Document { input, document } };
        // A run that hears no more has aborted; the driver sees that itself.
        let _ = self.events.send(event);
    }

    /// The file is an archive: its members are read in slices, by as many workers as there are.
    fn slice(&self, task: &Task, sha256: &str, bytes: u64) {
        let Some(hash) = wire::hash(sha256) else { return };
        let of = if bytes < SLICED_FROM_BYTES { 1 } else { u32::try_from(self.pool.terms.jobs).unwrap_or(1) };
        let _ = self.events.send(Event::Archive { input: task.input, hash, bytes, slices: of });
        let slices = (0..of).map(|index| Task {
            input: task.input,
            path: task.path.clone(),
            bytes,
            slice: Some(Slice { index, of }),
            done: task.done.clone(),
            tried: false,
        });
        self.pool.queue.add(slices.collect());
    }

    /// Records what a document did to its worker. True: the task is done; false: the archive goes on behind that member.
    fn mourn(&self, task: &mut Task, member: Option<Member>, death: &Death) -> Result<bool> {
        let sliced = task.slice.is_some();
        let (index, suffix, identity, hash) = match member {
            Some(Member { index, suffix, sha256, bytes }) => {
                let hash = wire::hash(&sha256);
                (index, suffix, Identity { sha256: sha256.into(), source: "".into(), bytes }, hash)
            }
            // Of an archive: it cannot be unfolded further. Its own record stands behind those of all members.
            None => match batch::hash_file(&task.path) {
                Ok((hash, bytes)) => {
                    let sha256: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
                    let last = u32::MAX - task.slice.map_or(0, |slice| slice.index);
                    let index = if sliced { last } else { 0 };
                    (index, String::new(), Identity { sha256: sha256.into(), source: "".into(), bytes }, Some(hash))
                }
                Err(_) => (0, String::new(), Identity::of("", b""), None),
            },
        };
        let identity = Identity { source: suffix.as_str().into(), ..identity };
        let record = pipeline::given_up(&identity, death.code, death.message.clone());
        let mut line = Vec::new();
        json_lines::write_line(&mut line, &record)?;
        let mut lines = Lines::default();
        lines.push(Kind::Document, &line).context("records cannot be held")?;
        let outcome = Outcome::of(&record, Counted::default(), 0);
        let goes_on = sliced && index < u32::MAX - 0xffff;
        task.done.add(if goes_on { index } else { 0 });
        let document = Box::new(Done { member: index, suffix, hash, bytes: identity.bytes, outcome, lines });
        self.tell(task.slice, task.input, document);
        if sliced && !goes_on {
            let _ = self.events.send(Event::Slice { input: task.input, note: None });
        }
        Ok(!goes_on)
    }

    fn start(&mut self) -> Result<()> {
        let failed = "a reading process cannot be started";
        let mut child = Command::new(program()?)
            .arg("worker")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context(failed)?;
        let (Some(to), Some(from), Some(words)) = (child.stdin.take(), child.stdout.take(), child.stderr.take()) else {
            return Err(anyhow!(failed));
        };
        self.pool.counts.started.fetch_add(1, Ordering::Relaxed);
        let words =
            std::thread::Builder::new().name("stderr".into()).spawn(move || last_words(words)).context(failed)?;
        let mut worker =
            Worker { to: BufWriter::new(to), from: BufReader::with_capacity(64 << 10, from), words, served: 0 };
        {
            let mut slot = self.pool.slot(self.number);
            (slot.child, slot.since, slot.cause, slot.memory) = (Some(child), None, None, 0);
        }
        let setup = Order::Setup(self.pool.terms.setup.clone());
        let sent = wire::send(&mut worker.to, &setup, &[]).and_then(|()| worker.to.flush());
        let ready = sent.and_then(|()| wire::receive::<Answer>(&mut worker.from, &mut self.raw));
        if matches!(ready, Ok(Some(Answer::Ready))) {
            self.worker = Some(worker);
            return Ok(());
        }
        let words = self.end(worker)?.1;
        if self.pool.aborted() {
            return Ok(());
        }
        Err(anyhow!("{failed}: {}", String::from_utf8_lossy(&words).trim()))
    }

    /// Lets the worker go, which has nothing in hand.
    fn dismiss(&mut self) {
        if let Some(worker) = self.worker.take() {
            let _ = self.end(worker);
        }
    }

    /// Waits for the worker's end, with its pipes closed.
    fn end(&self, worker: Worker) -> Result<(ExitStatus, Vec<u8>)> {
        let Worker { to, from, words, .. } = worker;
        // What is still buffered for a dead worker goes nowhere.
        let _ = to.into_parts();
        drop(from);
        let began = Instant::now();
        let status = loop {
            let mut slot = self.pool.slot(self.number);
            let Some(child) = &mut slot.child else { return Err(anyhow!("a reading process got lost")) };
            if let Some(status) = child.try_wait()? {
                slot.child = None;
                slot.since = None;
                break status;
            }
            if began.elapsed() > PATIENCE {
                let _ = child.kill();
            }
            drop(slot);
            std::thread::sleep(Duration::from_millis(2));
        };
        Ok((status, words.join().unwrap_or_default()))
    }

    fn bury(&self, worker: Worker) -> Result<Death> {
        let (since, most) = {
            let slot = self.pool.slot(self.number);
            (slot.since, slot.most)
        };
        let (status, words) = self.end(worker)?;
        let cause = self.pool.slot(self.number).cause.take();
        let words = String::from_utf8_lossy(&words);
        let terms = &self.pool.terms;
        let too_large = || {
            let limit = terms.setup.max_memory.map_or("there is".to_owned(), |most| format!("{} MB", most >> 20));
            format!("reading this document took more memory than {limit}; raise --max-memory, or split the file")
        };
        let (code, message, doubtful) = match cause {
            Some(Cause::Time) => {
                let seconds = most.unwrap_or_default().as_secs_f64();
                let message =
                    format!("reading this document took longer than {seconds} s and was ended; raise --timeout");
                // The document before it may have used up the time, and been done just then.
                let short = since.zip(most).is_some_and(|(since, most)| since.elapsed() < most);
                ("timeout", message, short)
            }
            Some(Cause::Memory) => ("memory_limit", too_large(), true),
            None if words.contains("memory allocation of") => ("memory_limit", too_large(), true),
            None if words.contains("overflowed its stack") => {
                let message =
                    "this document is nested deeper than the program can follow; please report it with the file";
                ("stack_overflow", message.to_owned(), false)
            }
            None if killed(status) => {
                let message =
                    "the reading process was ended from outside, as a system does that runs out of memory; try again";
                ("killed", message.to_owned(), true)
            }
            None => {
                let message = format!("the program failed on this file ({status}); please report it with the file");
                ("crash", message, true)
            }
        };
        Ok(Death { code, message, doubtful })
    }
}

fn order(to: &mut impl Write, task: &Task) -> io::Result<()> {
    let path = path_bytes(&task.path);
    let order = Order::Read { path_bytes: path.len(), slice: task.slice };
    wire::send(to, &order, &[&path, task.done.bytes()])
}

/// The running program itself, even if its file was replaced meanwhile.
fn program() -> io::Result<std::path::PathBuf> {
    if cfg!(target_os = "linux") { Ok("/proc/self/exe".into()) } else { std::env::current_exe() }
}

/// Reads a worker's stderr to its end, keeping the end of it.
fn last_words(mut from: ChildStderr) -> Vec<u8> {
    let mut words = Vec::new();
    let mut buffer = [0; 1024];
    while let Ok(n @ 1..) = from.read(&mut buffer) {
        words.extend_from_slice(&buffer[..n]);
        let over = words.len().saturating_sub(LAST_WORDS);
        words.drain(..over);
    }
    words
}

#[cfg(unix)]
fn killed(status: ExitStatus) -> bool {
    use std::os::unix::process::ExitStatusExt;
    status.signal() == Some(signal_hook::consts::SIGKILL)
}

#[cfg(not(unix))]
fn killed(_: ExitStatus) -> bool {
    false
}

#[cfg(unix)]
fn path_bytes(path: &std::path::Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    path.as_os_str().as_bytes().to_vec()
}

#[cfg(not(unix))]
fn path_bytes(path: &std::path::Path) -> Vec<u8> {
    path.to_string_lossy().into_owned().into_bytes()
}
