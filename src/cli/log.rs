//! Notes and progress on stderr: lines for people, or JSON for machines.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::fmt::format::debug_fn;

/// How notes are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Format {
    /// A line for people.
    #[default]
    Text,
    /// An object a line: timestamp, level, fields.
    Json,
}

/// The bar that stands at the bottom of the terminal: lines go above it.
static BAR: Mutex<Option<ProgressBar>> = Mutex::new(None);

/// Writes notes from now on; a second call changes nothing.
pub(super) fn begin(format: Format) {
    let quiet = tracing_subscriber::fmt().with_writer(AboveBar);
    let _ = match format {
        Format::Text => {
            let message_only = debug_fn(|out, field, value| match field.name() {
                "message" => write!(out, "{value:?}"),
                _ => Ok(()),
            });
            let plain = quiet.fmt_fields(message_only).without_time().with_level(false);
            tracing::subscriber::set_global_default(plain.with_target(false).with_ansi(false).finish())
        }
        Format::Json => tracing::subscriber::set_global_default(quiet.json().with_target(false).finish()),
    };
}

/// Lines go above this bar from now on.
pub(super) fn set_bar(bar: Option<ProgressBar>) {
    *BAR.lock().unwrap_or_else(PoisonError::into_inner) = bar;
}

/// What is going on, on a terminal where nothing else tells it; each text takes the place of the last one.
pub(super) fn transient(text: &str) {
    let mut bar = BAR.lock().unwrap_or_else(PoisonError::into_inner);
    let bar = bar.get_or_insert_with(|| ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5)));
    bar.set_style(ProgressStyle::with_template("{msg}").unwrap_or_else(|_| ProgressStyle::default_spinner()));
    bar.set_message(text.to_owned());
}

struct AboveBar;

struct Line(Vec<u8>);

impl<'a> MakeWriter<'a> for AboveBar {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line(Vec::new())
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        // A closed stderr is no reason to fail.
        let write = || drop(io::stderr().lock().write_all(&self.0));
        match &*BAR.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }
}
