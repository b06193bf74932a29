//! What is still to be read, for several takers.

use super::wire::{Members, Slice};
use std::collections::VecDeque;
use std::path::PathBuf;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Sizes of the files and of their paths that go into one batch: small enough that what is in hand is soon done when the
/// run is to stop.
const BATCH_BYTES: u64 = 4 << 20;
const BATCH_PATH_BYTES: usize = 128 << 10;

/// A file to read, or a slice of an archive.
#[derive(Debug)]
pub(super) struct Task {
    /// Number of the input.
    pub(super) input: usize,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) slice: Option<Slice>,
    /// Members of the archive that are done.
    pub(super) done: Members,
    /// A worker died on it already, maybe of something else.
    pub(super) tried: bool,
    /// A worker died with it among what it had been given.
    pub(super) careful: bool,
}

#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    wake: Condvar,
}

#[derive(Debug, Default)]
struct State {
    tasks: VecDeque<Task>,
    /// Taken and not done: an archive among them may give more tasks.
    taken: usize,
    closed: bool,
}

impl Queue {
    pub(super) fn new(tasks: VecDeque<Task>) -> Self {
        Queue { state: Mutex::new(State { tasks, taken: 0, closed: false }), wake: Condvar::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Nothing panics while it holds the lock; if it did, the queue would still be whole.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The next tasks, at most so many and no more than a fair share of what is left; none once all is done or the queue
    /// is closed. While others may still add some it waits, or gives none to who would not `wait`.
    pub(super) fn take(&self, most: usize, takers: usize, wait: bool) -> VecDeque<Task> {
        let mut state = self.state();
        loop {
            if state.closed || (state.tasks.is_empty() && (state.taken == 0 || !wait)) {
                return VecDeque::new();
            }
            if !state.tasks.is_empty() {
                break;
            }
            state = self.wake.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let fair = (state.tasks.len() / (2 * takers.max(1))).max(1);
        let (mut bytes, mut path_bytes) = (0u64, 0);
        let mut batch = VecDeque::new();
        while batch.len() < most.min(fair) {
            let Some(task) = state.tasks.front() else { break };
            bytes = bytes.saturating_add(task.bytes);
            path_bytes += task.path.as_os_str().len() + task.done.bytes().len();
            let alone = task.slice.is_some() || bytes > BATCH_BYTES || path_bytes > BATCH_PATH_BYTES;
            if alone && !batch.is_empty() {
                break;
            }
            batch.extend(state.tasks.pop_front());
            if alone {
                break;
            }
        }
        state.taken += batch.len();
        batch
    }

    /// More tasks, to be taken next.
    pub(super) fn add(&self, tasks: Vec<Task>) {
        let mut state = self.state();
        tasks.into_iter().rev().for_each(|task| state.tasks.push_front(task));
        self.wake.notify_all();
    }

    /// A task that was taken is done.
    pub(super) fn done(&self) {
        let mut state = self.state();
        state.taken = state.taken.saturating_sub(1);
        if state.taken == 0 {
            self.wake.notify_all();
        }
    }

    /// Nothing more is handed out.
    pub(super) fn close(&self) {
        self.state().closed = true;
        self.wake.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn task(input: usize, bytes: u64) -> Task {
        Task { input, path: "a".into(), bytes, slice: None, done: Members::default(), tried: false, careful: false }
    }

    fn numbers(batch: &VecDeque<Task>) -> Vec<usize> {
        batch.iter().map(|task| task.input).collect()
    }

    #[test]
    fn small_files_go_together_and_large_ones_alone() {
        let sizes = [10, 10, 10, BATCH_BYTES, 10, 10, 10, 10];
        let queue = Queue::new(sizes.iter().enumerate().map(|(i, size)| task(i, *size)).collect());
        assert_eq!(numbers(&queue.take(2, 1, true)), [0, 1]);
        assert_eq!(numbers(&queue.take(9, 1, true)), [2], "the large one would keep it waiting");
        assert_eq!(numbers(&queue.take(9, 1, true)), [3]);
        assert_eq!(numbers(&queue.take(9, 1, true)), [4, 5], "half of what is left");
    }

    #[test]
    fn the_end_comes_when_nothing_is_in_hand() {
        let queue = Queue::new([task(0, 1)].into());
        assert_eq!(queue.take(9, 1, true).len(), 1);
        assert!(queue.take(9, 1, false).is_empty(), "there may be more, but not now");
        queue.add(vec![task(1, 1), task(2, 1)]);
        queue.done();
        assert_eq!(numbers(&queue.take(1, 1, true)), [1]);
        assert_eq!(numbers(&queue.take(1, 1, true)), [2]);
        queue.done();
        queue.done();
        assert!(queue.take(1, 1, true).is_empty());
    }
}
