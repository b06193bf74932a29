//! Workers and those who drive them: a thread for each worker that hands it files and takes its answers, and a watch that
//! ends workers for time and memory.

use super::driver::Driver;
use super::queue::Queue;
use super::wire::{Setup, Spent};
use std::process::Child;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use zhibiao::batch::{Hash, Kept, Lines, Part, Segments};

/// How often workers are looked at. Memory can grow by some tens of MB in between.
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// What workers are given and held to.
#[derive(Debug)]
pub(super) struct Terms {
    pub(super) setup: Setup,
    pub(super) jobs: usize,
    pub(super) timeout: Option<Duration>,
    /// Where workers write records to.
    pub(super) segments: Arc<Segments>,
}

impl Terms {
    /// The time that a document of this size may take: a second more for each whole megabyte, so that a file of hundreds
    /// of them, read at the usual speed, is no failure.
    pub(super) fn most_time(&self, bytes: u64) -> Option<Duration> {
        self.timeout.map(|most| most.saturating_add(Duration::from_secs(bytes / 1_000_000)))
    }
}

/// Tells the run what happens.
#[derive(Debug)]
pub(super) enum Event {
    /// A document is done, of a file that holds just it.
    Document { input: usize, document: Done },
    /// A file is an archive; so many slices of it will be read.
    Archive { input: usize, hash: Hash, bytes: u64, slices: u32 },
    /// A document of an archive is done.
    Member { input: usize, document: Done },
    /// A page was recognised.
    Page,
    /// A slice of an archive is done, with what is to be told of it.
    Slice { input: usize, note: Option<String> },
    /// The run cannot go on.
    Fatal(anyhow::Error),
}

/// A document that is done.
#[derive(Debug)]
pub(super) struct Done {
    pub(super) member: u32,
    pub(super) suffix: String,
    /// None where the file could not be read.
    pub(super) hash: Option<Hash>,
    pub(super) bytes: u64,
    pub(super) kept: Box<Kept>,
    pub(super) records: Records,
}

/// The records of a document.
#[derive(Debug)]
pub(super) enum Records {
    /// Its worker wrote them.
    Written(Part),
    /// They are still to be written.
    Lines(Lines),
}

/// Why the watch ended a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cause {
    Time,
    Memory,
}

/// What the watch sees of a worker.
#[derive(Debug, Default)]
pub(super) struct Slot {
    pub(super) child: Option<Child>,
    /// When the document in hand was begun.
    pub(super) since: Option<Instant>,
    /// The time that it may take.
    pub(super) most: Option<Duration>,
    pub(super) cause: Option<Cause>,
    /// Resident memory as last seen, in bytes.
    pub(super) memory: u64,
}

/// Counts of what happened to workers.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) started: AtomicU64,
    pub(super) by_time: AtomicU64,
    pub(super) by_memory: AtomicU64,
    pub(super) died: AtomicU64,
    /// Most resident memory that a worker was seen with, in bytes.
    pub(super) peak: AtomicU64,
    /// Time of all workers together.
    spent: Mutex<Spent>,
}

impl Counts {
    pub(super) fn spent(&self) -> Spent {
        *self.spent.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn add_spent(&self, more: Spent) {
        let mut spent = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        spent.add(more);
    }
}

/// What the threads share.
#[derive(Debug)]
pub(super) struct Pool {
    pub(super) terms: Terms,
    pub(super) queue: Queue,
    pub(super) counts: Counts,
    slots: Vec<Mutex<Slot>>,
    abort: AtomicBool,
}

impl Pool {
    pub(super) fn new(terms: Terms, queue: Queue) -> Self {
        let slots = (0..terms.jobs).map(|_| Mutex::default()).collect();
        Pool { terms, queue, slots, counts: Counts::default(), abort: AtomicBool::new(false) }
    }

    pub(super) fn slot(&self, number: usize) -> MutexGuard<'_, Slot> {
        // Whoever panicked while it held the lock left nothing half done that matters to the others.
        self.slots[number].lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The work of one of the pool's threads.
    pub(super) fn drive(&self, number: usize, events: &SyncSender<Vec<Event>>) {
        if let Err(error) = Driver::new(self, number, events).run() {
            let _ = events.send(vec![Event::Fatal(error)]);
        }
    }

    /// Documents in hand are finished, nothing else is begun.
    pub(super) fn stop(&self) {
        self.queue.close();
    }

    /// Everything ends now.
    pub(super) fn abort(&self) {
        self.queue.close();
        self.abort.store(true, Ordering::SeqCst);
    }

    pub(super) fn aborted(&self) -> bool {
        self.abort.load(Ordering::SeqCst)
    }

    /// Looks after the workers until `over` is set.
    pub(super) fn watch(&self, over: &AtomicBool) {
        while !over.load(Ordering::SeqCst) {
            std::thread::sleep(LOOK_EVERY);
            for number in 0..self.slots.len() {
                self.look(&mut self.slot(number));
            }
        }
    }

    fn look(&self, slot: &mut Slot) {
        let Some(child) = &mut slot.child else { return };
        slot.memory = resident(child.id()).unwrap_or(slot.memory);
        self.counts.peak.fetch_max(slot.memory, Ordering::Relaxed);
        if self.aborted() {
            let _ = child.kill();
            return;
        }
        let (Some(since), None) = (slot.since, slot.cause) else { return };
        let cause = if self.terms.setup.max_memory.is_some_and(|most| slot.memory > most) {
            Cause::Memory
        } else if slot.most.is_some_and(|most| since.elapsed() > most) {
            Cause::Time
        } else {
            return;
        };
        slot.cause = Some(cause);
        let counter = if cause == Cause::Time { &self.counts.by_time } else { &self.counts.by_memory };
        counter.fetch_add(1, Ordering::Relaxed);
        let _ = child.kill();
    }
}

/// Resident memory of a process in bytes; None where the system does not tell.
pub(super) fn resident(process: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let kilobytes = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    kilobytes.split_whitespace().next()?.parse::<u64>().ok().map(|n| n << 10)
}
