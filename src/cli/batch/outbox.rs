//! What a worker has done and not told yet: parts go to their file, and answers to the parent behind them, many at a time.
//! Telling each document by itself would wake the parent for each.

use super::wire::{self, Answer};
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use zhibiao::batch::{Appender, Lines, Part};

/// What is done is told after this time, even in the midst of the next document: the parent then knows which document is in
/// hand.
const TOLD_WITHIN: Duration = Duration::from_millis(10);
/// Answers beyond this size are told at once.
const HELD_BYTES: usize = 256 << 10;

pub(super) struct Outbox {
    inner: Mutex<Inner>,
    filled: Condvar,
}

struct Inner {
    answers: Vec<u8>,
    parts: Option<Appender>,
    to: Pipe,
}

#[cfg(unix)]
type Pipe = std::fs::File;
#[cfg(not(unix))]
type Pipe = io::Stdout;

impl Outbox {
    /// Goes to the parent over standard output, which nobody else writes to; a thread tells what has waited long enough.
    pub(super) fn begin() -> io::Result<Arc<Self>> {
        let inner = Inner { answers: Vec::new(), parts: None, to: unbuffered_stdout()? };
        let outbox = Arc::new(Outbox { inner: Mutex::new(inner), filled: Condvar::new() });
        let ours = Arc::clone(&outbox);
        std::thread::Builder::new().name("teller".into()).spawn(move || ours.tell_in_time())?;
        Ok(outbox)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        // Nothing panics while it holds the lock but a lack of memory, which ends the process.
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Parts go to the end of this file from now on.
    pub(super) fn append_to(&self, number: u32, path: &Path) -> io::Result<()> {
        let mut inner = self.inner();
        inner.flush()?;
        inner.parts = Some(Appender::open(number, path)?);
        Ok(())
    }

    pub(super) fn tell(&self, answer: &Answer) -> io::Result<()> {
        self.add(&mut self.inner(), answer)
    }

    /// Puts a document's lines into the file, and clears them; the answer is told once they are there.
    pub(super) fn put(&self, lines: &mut Lines, answer: impl FnOnce(Part) -> Answer) -> io::Result<()> {
        let mut inner = self.inner();
        let Some(parts) = &mut inner.parts else { return Err(io::Error::other("there is no file for records")) };
        let part = parts.append(lines)?;
        lines.clear();
        self.add(&mut inner, &answer(part))
    }

    fn add(&self, inner: &mut Inner, answer: &Answer) -> io::Result<()> {
        let first = inner.answers.is_empty();
        wire::send(&mut inner.answers, answer, &[])?;
        if inner.answers.len() >= HELD_BYTES {
            return inner.flush();
        }
        if first {
            self.filled.notify_one();
        }
        Ok(())
    }

    /// Everything is told after this.
    pub(super) fn flush(&self) -> io::Result<()> {
        self.inner().flush()
    }

    /// Tells that parts cannot be written, and nothing else any more.
    pub(super) fn give_up(&self, why: String) -> io::Result<()> {
        let mut inner = self.inner();
        inner.parts = None;
        inner.answers.clear();
        self.add(&mut inner, &Answer::Broken(why))?;
        inner.flush()
    }

    fn tell_in_time(&self) {
        loop {
            let mut inner = self.inner();
            while inner.answers.is_empty() {
                inner = self.filled.wait(inner).unwrap_or_else(PoisonError::into_inner);
            }
            drop(inner);
            std::thread::sleep(TOLD_WITHIN);
            if self.flush().is_err() {
                // What failed stays to be told: the reading thread meets the same error and says so.
                return;
            }
        }
    }
}

impl Inner {
    fn flush(&mut self) -> io::Result<()> {
        if let Some(parts) = &mut self.parts {
            parts.flush()?;
        }
        if self.answers.is_empty() {
            return Ok(());
        }
        self.to.write_all(&self.answers)?;
        self.answers.clear();
        self.to.flush()
    }
}

/// Standard output without the buffer of lines that the language puts before it.
#[cfg(unix)]
fn unbuffered_stdout() -> io::Result<Pipe> {
    use std::os::fd::AsFd;
    Ok(io::stdout().as_fd().try_clone_to_owned()?.into())
}

#[cfg(not(unix))]
fn unbuffered_stdout() -> io::Result<Pipe> {
    Ok(io::stdout())
}
