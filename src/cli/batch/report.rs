//! What a run did: lines for people, `run.json` for machines, a text file for Prometheus.

use super::plan::{self, Counts};
use super::pool;
use super::wire::Spent;
use crate::cli::summary::{LISTED, Summary, word};
use anyhow::{Context, Result};
use rust_decimal::Decimal;
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;
use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant, SystemTime};
use zhibiao::batch::{ERRORS, REVIEW, Reading, Tally, Written};
use zhibiao::model::Number;

/// Paths of deleted inputs, and names of indicators that no canonical one fits, that `run.json` names.
const NAMED: usize = 1000;

/// When the stages of a run began and ended.
pub(super) struct Stages {
    began: SystemTime,
    first: Instant,
    last: Instant,
    ended: Vec<(&'static str, f64)>,
}

impl Stages {
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        Stages { began: SystemTime::now(), first: now, last: now, ended: Vec::new() }
    }

    /// The stage that ran since the last one ended has ended.
    pub(super) fn end(&mut self, name: &'static str) {
        let now = Instant::now();
        self.ended.push((name, seconds(self.last, now)));
        self.last = now;
    }
}

fn seconds(from: Instant, to: Instant) -> f64 {
    rounded(to.saturating_duration_since(from))
}

/// Seconds, to the millisecond.
fn rounded(time: Duration) -> f64 {
    (time.as_secs_f64() * 1000.0).round() / 1000.0
}

pub(super) struct Report<'a> {
    pub(super) reading: &'a Reading,
    pub(super) plan: &'a Counts,
    pub(super) deleted: &'a [PathBuf],
    pub(super) tally: &'a Tally,
    pub(super) files: &'a [Written],
    pub(super) counts: pool::Counts,
    /// In the manifest, and waiting for parts to be on disk.
    pub(super) spent: (Duration, Duration),
    /// Records of less confidence stand in a file of their own.
    pub(super) least: Option<Decimal>,
}

/// The fields of a line of the errors file that people are told.
#[derive(serde::Deserialize)]
struct Trouble {
    source: String,
    status: String,
    code: Option<String>,
    message: Option<String>,
    findings: Vec<Value>,
}

impl Report<'_> {
    /// On stderr.
    pub(super) fn print(&self, output: &Path) {
        let Counts { unchanged, new, changed, recognised, again, left_out, .. } = self.plan;
        let deleted = self.deleted.len();
        let mut out = std::io::stderr().lock();
        let _ = writeln!(
            out,
            "inputs      {:>7}  ({new} new, {changed} changed, {recognised} recognised by content, {again} read again, \
             {unchanged} unchanged, {deleted} deleted, {left_out} left out)",
            self.plan.inputs,
        );
        let mut summary = Summary::of(self.tally.clone());
        summary.review = self.review();
        if let Ok(file) = fs::File::open(output.join(ERRORS)) {
            for line in BufReader::new(file).lines().take(LISTED).map_while(Result::ok) {
                let Ok(trouble) = serde_json::from_str::<Trouble>(&line) else { continue };
                let why = match (trouble.message, trouble.code) {
                    (Some(message), Some(code)) => format!("{message} [{code}]"),
                    _ => trouble.findings.iter().filter_map(|f| f["message"].as_str()).collect::<Vec<_>>().join("; "),
                };
                summary.add_trouble(&trouble.status, &trouble.source, &why);
            }
        }
        summary.print(&mut out);
        for path in self.deleted.iter().take(LISTED) {
            let _ = writeln!(out, "deleted: {}", path.display());
        }
        if deleted > LISTED {
            let _ = writeln!(out, "and {} more deleted", deleted - LISTED);
        }
    }

    /// The same as notes, for machines that read them.
    pub(super) fn log(&self) {
        let Tally { ok, partial, failed, forms, funds, indicators, statements, .. } = self.tally;
        let Counts { inputs, unchanged, new, changed, recognised, again, left_out, .. } = self.plan;
        let deleted = self.deleted.len();
        tracing::info!(
            inputs,
            new,
            changed,
            recognised,
            again,
            unchanged,
            deleted,
            left_out,
            documents = self.tally.documents(),
            ok,
            partial,
            failed,
            forms,
            funds,
            indicators,
            statements,
            "done: {} inputs, {} documents, {failed} failed",
            inputs,
            self.tally.documents(),
        );
    }

    /// The least confidence asked for, and how many records have less.
    fn review(&self) -> Option<(Decimal, u64)> {
        let lines = self.files.iter().find(|file| file.name == REVIEW).map_or(0, |file| file.lines);
        self.least.map(|least| (least, lines))
    }

    /// `run.json`, and the metrics if they are wanted.
    pub(super) fn write(&self, output: &Path, metrics: Option<&Path>, stages: &Stages) -> Result<()> {
        let mut text = serde_json::to_string_pretty(&self.json(stages))?;
        text.push('\n');
        put(&output.join("run.json"), text.as_bytes())?;
        if let Some(path) = metrics {
            put(path, self.metrics(stages).as_bytes())?;
        }
        Ok(())
    }

    fn json(&self, stages: &Stages) -> Value {
        let Tally { ok, partial, failed, forms, funds, indicators, statements, pages, .. } = self.tally;
        let mut inputs = to_map(self.plan);
        inputs.insert("deleted".into(), self.deleted.len().into());
        let by_stage: Map<String, Value> =
            stages.ended.iter().map(|(name, time)| ((*name).to_owned(), json!(time))).collect();
        let count = |n: &std::sync::atomic::AtomicU64| n.load(Ordering::Relaxed);
        let findings: Map<String, Value> =
            self.tally.by_finding.iter().map(|(code, n)| (word(code), (*n).into())).collect();
        let (unmatched, names) = self.tally.unmatched_names();
        let names: Vec<Value> = names.iter().take(NAMED).map(|(name, n)| json!({ "name": name, "rows": n })).collect();
        json!({
            "schema": 1,
            "program": self.reading.program,
            "stages": self.reading.stages,
            "patterns": self.reading.patterns,
            "began": plan::unix_seconds(stages.began),
            "seconds": seconds(stages.first, Instant::now()),
            "seconds_by_stage": by_stage,
            "worker_seconds_by_stage": self.worker_seconds(),
            "manifest_seconds": rounded(self.spent.0),
            "waiting_for_disk_seconds": rounded(self.spent.1),
            "inputs": inputs,
            "deleted": self.deleted.iter().take(NAMED).map(|path| path.to_string_lossy()).collect::<Vec<_>>(),
            "documents": { "all": self.tally.documents(), "ok": ok, "partial": partial, "failed": failed },
            "records": { "forms": forms, "funds": funds, "indicators": indicators, "statements": statements },
            "review": self.review().map(|(least, n)| json!({ "min_confidence": Number::new(least), "records": n })),
            "pages": pages,
            "reading_seconds": self.tally.micros as f64 / 1e6,
            "documents_by_format": self.tally.by_media,
            "documents_by_error": self.tally.by_error,
            "findings": findings,
            "unmatched_indicators": { "rows": unmatched, "names": names },
            "workers": {
                "started": count(&self.counts.started),
                "ended_by_time": count(&self.counts.by_time),
                "ended_by_memory": count(&self.counts.by_memory),
                "died": count(&self.counts.died),
                "peak_bytes": count(&self.counts.peak),
            },
            "files": self.files,
        })
    }

    /// What reading was made of, over all workers.
    fn worker_seconds(&self) -> Value {
        let Spent { open, load, reconstruct, map, validate, write } = self.counts.spent();
        let seconds = |nanos: u64| (nanos as f64 / 1e6).round() / 1e3;
        json!({
            "open": seconds(open),
            "load": seconds(load),
            "reconstruct": seconds(reconstruct),
            "map": seconds(map),
            "validate": seconds(validate),
            "write": seconds(write),
        })
    }

    /// For the textfile collector of Prometheus' node exporter.
    fn metrics(&self, stages: &Stages) -> String {
        let mut out = String::new();
        let Tally { ok, partial, failed, forms, funds, indicators, statements, .. } = self.tally;
        let mut family = |name: &str, help: &str, label: &str, values: &[(String, f64)]| {
            let _ = writeln!(out, "# HELP zhibiao_{name} {help}\n# TYPE zhibiao_{name} gauge");
            for (value, n) in values {
                let labels = if label.is_empty() { String::new() } else { format!("{{{label}=\"{value}\"}}") };
                let _ = writeln!(out, "zhibiao_{name}{labels} {n}");
            }
        };
        let named = |pairs: &[(&str, u64)]| -> Vec<(String, f64)> {
            pairs.iter().map(|(name, n)| ((*name).to_owned(), *n as f64)).collect()
        };
        let documents = [("ok", *ok), ("partial", *partial), ("failed", *failed)];
        family("documents", "Documents in the output by status.", "status", &named(&documents));
        let records = [("form", *forms), ("fund", *funds), ("indicator", *indicators), ("statement", *statements)];
        family("records", "Records in the output by kind.", "kind", &named(&records));
        let errors: Vec<(String, f64)> =
            self.tally.by_error.iter().map(|(code, n)| (code.clone(), *n as f64)).collect();
        family("errors", "Documents in the output by the code of their error.", "code", &errors);
        let Counts { inputs: _, unchanged, new, changed, recognised, again, left_out, .. } = self.plan;
        let inputs = [
            ("new", *new),
            ("changed", *changed),
            ("recognised", *recognised),
            ("again", *again),
            ("unchanged", *unchanged),
            ("left_out", *left_out),
            ("deleted", self.deleted.len() as u64),
        ];
        family("inputs", "Inputs of the last run by what was done with them.", "fate", &named(&inputs));
        let by_stage: Vec<(String, f64)> =
            stages.ended.iter().map(|(name, time)| ((*name).to_owned(), *time)).collect();
        family("stage_seconds", "Time of the last run by stage.", "stage", &by_stage);
        let now = plan::unix_seconds(SystemTime::now());
        family("last_completion_timestamp_seconds", "When the last complete run ended.", "", &[(String::new(), now)]);
        out
    }
}

fn to_map(value: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(value) {
        Ok(Value::Object(map)) => map,
        _ => Map::new(),
    }
}

/// A file that is there whole or not at all.
fn put(path: &Path, bytes: &[u8]) -> Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let beside = path.with_file_name(format!(".{name}.new"));
    let written = fs::write(&beside, bytes).and_then(|()| fs::rename(&beside, path));
    written.with_context(|| format!("{}: cannot be written", path.display()))
}
