use crate::cli::log;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::io::IsTerminal;
use std::time::{Duration, Instant};
use zhibiao::batch::Kept;
use zhibiao::model::Status;

/// Between two lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(10);

/// How a run is getting on: a bar on a terminal, a line now and then elsewhere.
pub(super) struct Progress {
    bar: Option<ProgressBar>,
    began: Instant,
    told: Instant,
    inputs: u64,
    expected: u64,
    documents: u64,
    failed: u64,
    pages: u64,
    indicators: u64,
    /// Pages that were recognised, those of documents in hand among them.
    recognised: u64,
}

impl Progress {
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Progress {
            bar: None,
            began: now,
            told: now,
            inputs: 0,
            expected: 0,
            documents: 0,
            failed: 0,
            pages: 0,
            indicators: 0,
            recognised: 0,
        }
    }

    /// So many inputs are to be read.
    pub(super) fn expect(&mut self, inputs: usize) {
        self.began = Instant::now();
        self.expected = inputs as u64;
        if !std::io::stderr().is_terminal() {
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(self.expected), ProgressDrawTarget::stderr_with_hz(5));
        let template = "{bar:24} {pos}/{len} files, {per_sec}, {eta} left; {msg}";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        log::set_bar(Some(bar.clone()));
        self.bar = Some(bar);
    }

    pub(super) fn document(&mut self, kept: &Kept) {
        self.documents += 1;
        self.failed += u64::from(kept.fared.status == Status::Failed);
        self.pages += u64::from(kept.fared.pages);
        self.indicators += u64::from(kept.fared.indicators);
    }

    pub(super) fn recognised(&mut self) {
        self.recognised += 1;
    }

    pub(super) fn input(&mut self) {
        self.inputs += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
        }
    }

    pub(super) fn show(&mut self) {
        let Progress { documents, failed, pages, indicators, .. } = *self;
        let scans = match self.recognised {
            0 => String::new(),
            pages => format!(", {pages} pages recognised"),
        };
        if let Some(bar) = &self.bar {
            if self.told.elapsed() >= Duration::from_millis(200) {
                self.told = Instant::now();
                bar.set_message(format!(
                    "{documents} documents, {pages} pages, {indicators} indicators, {failed} failed{scans}"
                ));
            }
            return;
        }
        if self.told.elapsed() < LINE_EVERY {
            return;
        }
        self.told = Instant::now();
        let seconds = self.began.elapsed().as_secs_f64();
        let rate = self.inputs as f64 / seconds;
        let left = self.expected.saturating_sub(self.inputs) as f64 / rate.max(0.001);
        tracing::info!(
            files = self.inputs,
            of = self.expected,
            documents,
            pages,
            recognised = self.recognised,
            indicators,
            failed,
            files_a_second = rate,
            seconds_left = left,
            "{} of {} files, {rate:.0} a second, about {left:.0} s left; {documents} documents, {pages} pages, {indicators} indicators, {failed} failed{scans}",
            self.inputs,
            self.expected,
        );
    }

    pub(super) fn end(&self) {
        log::set_bar(None);
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
