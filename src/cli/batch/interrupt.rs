use anyhow::Result;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Exit codes of a run that was asked to stop: 128 and the signal's number, as shells have it.
const INTERRUPTED: u8 = 130;
const TERMINATED: u8 = 143;

/// Was the run asked to stop? The first time it finishes what it has in hand, the second time it ends at once.
#[derive(Debug, Clone, Default)]
pub(in crate::cli) struct Interrupt {
    interrupted: Arc<AtomicBool>,
    terminated: Arc<AtomicBool>,
}

impl Interrupt {
    /// Listens from now on.
    pub(in crate::cli) fn listen() -> Result<Self> {
        let interrupt = Interrupt::default();
        #[cfg(unix)]
        {
            use signal_hook::consts::{SIGINT, SIGTERM};
            use signal_hook::flag;
            let signals = [(SIGINT, &interrupt.interrupted, INTERRUPTED), (SIGTERM, &interrupt.terminated, TERMINATED)];
            for (signal, asked, code) in signals {
                flag::register_conditional_shutdown(signal, i32::from(code), Arc::clone(asked))?;
                flag::register(signal, Arc::clone(asked))?;
            }
        }
        Ok(interrupt)
    }

    /// The exit code to stop with, if it was.
    pub(in crate::cli) fn code(&self) -> Option<u8> {
        if self.interrupted.load(Ordering::Relaxed) {
            return Some(INTERRUPTED);
        }
        self.terminated.load(Ordering::Relaxed).then_some(TERMINATED)
    }
}
