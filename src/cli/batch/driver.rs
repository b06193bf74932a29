//! One worker's driver: hands out files, takes answers, and when the worker dies says of what, starts another one, and
//! goes on behind the document that it died of.

use super::pool::{Cause, Done, Event, Pool, Records};
use super::queue::Task;
use super::wire::{self, Answer, Order, Slice};
use anyhow::{Context, Result, anyhow};
use std::collections::VecDeque;
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::path::PathBuf;
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::sync::atomic::Ordering;
use std::sync::mpsc::SyncSender;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use zhibiao::batch::{self, Counted, Lines, Outcome, SEGMENT_BYTES, path_bytes};
use zhibiao::model::{Identity, Kind};
use zhibiao::pipeline;

/// A batch of orders is to take about this long, so that workers seldom wait for more, and a stop is quick.
const BATCH_TIME: Duration = Duration::from_millis(60);
const MOST_IN_BATCH: u128 = 1024;
/// Events are handed on together, this many at most.
const TOLD_AT_ONCE: usize = 256;
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
}

pub(super) struct Driver<'a> {
    pool: &'a Pool,
    number: usize,
    events: &'a SyncSender<Vec<Event>>,
    /// Events that wait to be handed on.
    waiting: Vec<Event>,
    worker: Option<Worker>,
    /// The file that this driver's workers append to, one after the other.
    segment: Option<(u32, PathBuf)>,
    /// Tasks taken and not done; the first `sent` of them are the worker's.
    hand: VecDeque<Task>,
    sent: usize,
    /// Documents that the worker has read: what it dies of may be theirs.
    served: u64,
    /// The archive's member that the worker has in hand.
    member: Option<Member>,
    /// A document's usual time; what was finished since when, to reckon it anew.
    pace: Duration,
    paced: Instant,
    finished: u32,
    raw: Vec<u8>,
}

struct Member {
    index: u32,
    suffix: String,
    sha256: String,
    bytes: u64,
}

/// What a worker died of.
struct Death {
    cause: Option<Cause>,
    code: &'static str,
    message: String,
    /// May be the fault of something else than the document in hand.
    doubtful: bool,
}

impl<'a> Driver<'a> {
    pub(super) fn new(pool: &'a Pool, number: usize, events: &'a SyncSender<Vec<Event>>) -> Self {
        Driver {
            pool,
            number,
            events,
            waiting: Vec::new(),
            worker: None,
            segment: None,
            hand: VecDeque::new(),
            sent: 0,
            served: 0,
            member: None,
            pace: BATCH_TIME,
            paced: Instant::now(),
            finished: 0,
            raw: Vec::new(),
        }
    }

    pub(super) fn run(mut self) -> Result<()> {
        loop {
            self.refill();
            if self.hand.is_empty() {
                break;
            }
            self.start_if_needed()?;
            if self.pool.aborted() {
                return Ok(());
            }
            self.send_orders()?;
            if !self.take_answer()? {
                let Some(worker) = self.worker.take() else { continue };
                let death = self.bury(worker)?;
                if self.pool.aborted() {
                    return Ok(());
                }
                self.mourn(&death)?;
            }
            self.hand_on_if_idle();
        }
        self.hand_on();
        self.dismiss();
        Ok(())
    }

    /// Takes more tasks before the worker runs out of them.
    fn refill(&mut self) {
        let most = (BATCH_TIME.as_micros() / self.pace.as_micros().max(1)).clamp(1, MOST_IN_BATCH) as usize;
        if self.hand.len() > most / 2 {
            return;
        }
        if self.finished > 0 {
            self.pace = (self.pace + self.paced.elapsed() / self.finished) / 2;
        }
        (self.finished, self.paced) = (0, Instant::now());
        let idle = self.hand.is_empty();
        // What a large document left behind would be charged to the next one.
        let limit = self.pool.terms.setup.max_memory;
        if limit.is_some_and(|limit| self.pool.slot(self.number).memory > limit / 2) {
            if !idle {
                return;
            }
            self.dismiss();
        }
        if idle {
            self.hand_on();
            self.pool.slot(self.number).since = None;
        }
        self.hand.extend(self.pool.queue.take(most, self.pool.terms.jobs, idle));
        if idle {
            self.begin(task_bytes(&self.hand));
            self.paced = Instant::now();
        }
    }

    /// Tells the worker what it does not know of yet.
    fn send_orders(&mut self) -> Result<()> {
        let Some(worker) = &mut self.worker else { return Ok(()) };
        if self.sent == self.hand.len() {
            return Ok(());
        }
        let to = &mut worker.to;
        let sent = self.hand.iter().skip(self.sent).try_for_each(|task| order(to, task));
        // A worker that is dead already is noticed when its answer is missing.
        let _ = sent.and_then(|()| to.flush());
        self.sent = self.hand.len();
        Ok(())
    }

    /// Takes an answer; false: there is none, the worker is dead.
    fn take_answer(&mut self) -> Result<bool> {
        let Some(worker) = &mut self.worker else { return Ok(true) };
        let Ok(Some(answer)) = wire::receive::<Answer>(&mut worker.from, &mut self.raw) else { return Ok(false) };
        let Some(task) = self.hand.front_mut() else { return Ok(true) };
        let (input, bytes, sliced) = (task.input, task.bytes, task.slice.is_some());
        match answer {
            Answer::Ready => {}
            Answer::Alive => self.begin(bytes),
            Answer::Page => {
                self.begin(bytes);
                self.waiting.push(Event::Page);
            }
            Answer::Member { index, suffix, sha256, bytes } => {
                self.begin(bytes);
                self.member = Some(Member { index, suffix, sha256, bytes });
            }
            Answer::Document { index, suffix, sha256, bytes, kept, part } => {
                self.served += 1;
                let hash = sha256.as_deref().and_then(wire::hash);
                let document = Done { member: index, suffix, hash, bytes, kept, records: Records::Written(part) };
                if sliced {
                    task.done.add(index);
                    self.member = None;
                    self.begin(task_bytes(&self.hand));
                    self.waiting.push(Event::Member { input, document });
                } else {
                    self.waiting.push(Event::Document { input, document });
                    self.finish();
                }
                if part.offset >= SEGMENT_BYTES {
                    self.segment = None;
                    self.begin_segment()?;
                }
            }
            Answer::Archive { sha256, bytes } => {
                self.slice(&sha256, bytes);
                self.finish();
            }
            Answer::End { note } => {
                self.waiting.push(Event::Slice { input, note });
                self.finish();
            }
            Answer::Spent(spent) => self.pool.counts.add_spent(spent),
            Answer::Broken(what) => return Err(anyhow!("records cannot be written: {what}")),
        }
        Ok(true)
    }

    /// The first task is done.
    fn finish(&mut self) {
        self.hand.pop_front();
        self.sent = self.sent.saturating_sub(1);
        self.member = None;
        self.pool.queue.done();
        self.finished += 1;
        self.begin(task_bytes(&self.hand));
    }

    /// The next document's time begins.
    fn begin(&self, bytes: u64) {
        let mut slot = self.pool.slot(self.number);
        slot.since = Some(Instant::now());
        slot.most = self.pool.terms.most_time(bytes);
    }

    /// Hands events on where the worker has nothing more to say right now.
    fn hand_on_if_idle(&mut self) {
        let idle = self.worker.as_ref().is_none_or(|worker| worker.from.buffer().is_empty());
        if idle || self.waiting.len() >= TOLD_AT_ONCE {
            self.hand_on();
        }
    }

    fn hand_on(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        // Whoever stores may have to wait for the disk. That is not the time of the document in hand.
        let since = self.pool.slot(self.number).since.take();
        // A run that hears no more has aborted; the driver sees that itself.
        let _ = self.events.send(std::mem::take(&mut self.waiting));
        let mut slot = self.pool.slot(self.number);
        if slot.child.is_some() {
            slot.since = since.map(|_| Instant::now());
        }
    }

    /// The file is an archive: its members are read in slices, by as many workers as there are.
    fn slice(&mut self, sha256: &str, bytes: u64) {
        let (Some(hash), Some(task)) = (wire::hash(sha256), self.hand.front()) else { return };
        let of = if bytes < SLICED_FROM_BYTES { 1 } else { u32::try_from(self.pool.terms.jobs).unwrap_or(1) };
        self.waiting.push(Event::Archive { input: task.input, hash, bytes, slices: of });
        let slices = (0..of).map(|index| Task {
            input: task.input,
            path: task.path.clone(),
            bytes,
            slice: Some(Slice { index, of }),
            done: task.done.clone(),
            tried: false,
            careful: false,
        });
        let slices = slices.collect();
        // Before others tell of its members.
        self.hand_on();
        self.pool.queue.add(slices);
    }

    /// Finds out which document the worker died of, and records it; or has what it had been given read again, more carefully.
    fn mourn(&mut self, death: &Death) -> Result<()> {
        self.pool.counts.died.fetch_add(1, Ordering::Relaxed);
        let sent = std::mem::take(&mut self.sent);
        let member = self.member.take();
        let served = std::mem::take(&mut self.served);
        let Some(task) = self.hand.front_mut() else { return Ok(()) };
        // A worker tells what is done a moment later, together with other things. One that ran into the time limit had the time
        // to tell; else it may have died of any that it had.
        let alone = sent == 1 && task.slice.is_none();
        if !(task.careful || alone || death.cause == Some(Cause::Time)) {
            self.hand.iter_mut().take(sent).for_each(|task| task.careful = true);
            return Ok(());
        }
        if death.doubtful && !task.tried && (served > 0 || death.code == "killed") {
            task.tried = true;
            return Ok(());
        }
        task.tried = false;
        if self.give_up(member, death)? {
            self.hand.pop_front();
            self.pool.queue.done();
        }
        Ok(())
    }

    /// Records what a document did to its worker. True: the task is done; false: the archive goes on behind that member.
    fn give_up(&mut self, member: Option<Member>, death: &Death) -> Result<bool> {
        let Some(task) = self.hand.front_mut() else { return Ok(false) };
        let input = task.input;
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
        let mut lines = Lines::default();
        lines.write(Kind::Document, &record).context("records cannot be held")?;
        let kept = Box::new(Outcome::of(&record, Counted::default(), 0).keep()?);
        let goes_on = sliced && index < u32::MAX - 0xffff;
        task.done.add(if goes_on { index } else { 0 });
        let records = Records::Lines(lines);
        let document = Done { member: index, suffix, hash, bytes: identity.bytes, kept, records };
        self.waiting.push(if sliced { Event::Member { input, document } } else { Event::Document { input, document } });
        if sliced && !goes_on {
            self.waiting.push(Event::Slice { input, note: None });
        }
        Ok(!goes_on)
    }

    /// The worker appends to the driver's file from now on; there is one now, if there was none.
    fn begin_segment(&mut self) -> Result<()> {
        if self.segment.is_none() {
            self.segment = Some(self.pool.terms.segments.create().context("a file for records cannot be made")?);
        }
        let (Some((number, path)), Some(worker)) = (&self.segment, &mut self.worker) else { return Ok(()) };
        let _ = wire::send(&mut worker.to, &Order::Segment(*number), &[&path_bytes(path)]);
        Ok(())
    }

    fn start_if_needed(&mut self) -> Result<()> {
        if self.worker.is_some() {
            return Ok(());
        }
        self.start()?;
        self.sent = 0;
        self.served = 0;
        self.begin_segment()?;
        self.begin(task_bytes(&self.hand));
        self.paced = Instant::now();
        Ok(())
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
        let mut worker = Worker { to: BufWriter::new(to), from: BufReader::with_capacity(64 << 10, from), words };
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
        let _ = worker.to.into_parts();
        let words = self.end(worker.from, worker.words)?.1;
        if self.pool.aborted() {
            return Ok(());
        }
        Err(anyhow!("{failed}: {}", String::from_utf8_lossy(&words).trim()))
    }

    /// Lets the worker go, which has nothing in hand.
    fn dismiss(&mut self) {
        let Some(mut worker) = self.worker.take() else { return };
        self.begin(0);
        // No more orders: it tells what it has spent, and ends.
        let (to, _) = worker.to.into_parts();
        drop(to);
        while let Ok(Some(answer)) = wire::receive::<Answer>(&mut worker.from, &mut self.raw) {
            if let Answer::Spent(spent) = answer {
                self.pool.counts.add_spent(spent);
            }
        }
        let _ = self.end(worker.from, worker.words);
    }

    /// Waits for the worker's end, with its pipes closed.
    fn end(&self, from: BufReader<ChildStdout>, words: JoinHandle<Vec<u8>>) -> Result<(ExitStatus, Vec<u8>)> {
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
        // What is still buffered for a dead worker goes nowhere.
        let _ = worker.to.into_parts();
        let (status, words) = self.end(worker.from, worker.words)?;
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
        Ok(Death { cause, code, message, doubtful })
    }
}

/// What the first task is about, in bytes.
fn task_bytes(hand: &VecDeque<Task>) -> u64 {
    hand.front().map_or(0, |task| task.bytes)
}

fn order(to: &mut impl Write, task: &Task) -> io::Result<()> {
    let path = path_bytes(&task.path);
    let order = Order::Read { path_bytes: path.len(), slice: task.slice, careful: task.careful };
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
