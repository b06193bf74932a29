//! How a command reads documents in threads of its own: options that `extract` and `audit` share, and what follows from them.

use super::recognition::Recognition;
use super::{UsageError, parse};
use anyhow::{Context, Result};
use rayon::ThreadPool;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhibiao::Options;
use zhibiao::ingest::Limits;

/// Options of every command that reads documents into records. They go behind a command's own: those of recognition have a
/// heading, and what follows would stand under it.
#[derive(Debug, clap::Args)]
pub(super) struct Reading {
    /// Your own pattern files, laid over the built-in ones entry by entry.
    #[arg(long, value_name = "DIR")]
    pub(super) patterns: Option<PathBuf>,
    /// How many files to read at once [default: one per processor].
    #[arg(short, long, value_name = "N")]
    pub(super) jobs: Option<usize>,
    /// Most bytes of one file, and most that a packed file or archive may unfold to.
    #[arg(long, value_name = "BYTES", value_parser = parse::size, default_value_t = Limits::default().max_unfolded_bytes)]
    pub(super) max_bytes: u64,
    /// Most times its packed size that a part of a packed file may unfold to.
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_ratio)]
    pub(super) max_ratio: u64,
    /// Password of protected PDFs; may be given several times, to be tried in turn.
    #[arg(long, value_name = "TEXT")]
    pub(super) password: Vec<String>,
    #[command(flatten)]
    pub(super) recognition: Recognition,
}

/// Nesting is bounded in every stage; this leaves room for third-party parsers that recurse.
pub(super) const STACK_BYTES: usize = 16 << 20;

impl Reading {
    /// What the library is told.
    pub(super) fn options(&self) -> Result<Options> {
        let mut options = load_options(self.patterns.as_deref())?;
        options.limits.max_unfolded_bytes = self.max_bytes;
        options.limits.max_ratio = self.max_ratio;
        options.limits.passwords.clone_from(&self.password);
        options.ocr = Arc::new(self.recognition.ocr());
        Ok(options)
    }

    /// As many threads as were asked for.
    pub(super) fn threads(&self) -> Result<ThreadPool> {
        rayon::ThreadPoolBuilder::new()
            .stack_size(STACK_BYTES)
            .num_threads(self.jobs.unwrap_or(0))
            .build()
            .context("the worker threads cannot be started")
    }
}

/// The built-in patterns with a user's folder over them.
pub(super) fn load_options(dir: Option<&Path>) -> Result<Options> {
    if let Some(dir) = dir.filter(|dir| !dir.is_dir()) {
        return Err(UsageError(format!("{}: not a folder of pattern files", dir.display())).into());
    }
    Options::load(dir).map_err(|error| UsageError(error.to_string()).into())
}

/// A panic inside a document is caught and recorded with it; here it is one line for the log, without a backtrace
/// that would drown the summary.
pub(super) fn report_panics_in_one_line() {
    std::panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string).unwrap_or_default();
        eprintln!("note: internal failure at {place}");
    }));
}
