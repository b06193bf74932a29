//! `zhibiao score`: records against a labelled set.

use super::{ALL_WELL, SOME_FAILED, UsageError};
use anyhow::{Context, Result};
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use zhibiao::score;

/// Score records against hand-labelled gold, field by field.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zhibiao extract reports/ -o records/ && zhibiao score gold/ records/ --show 20\n\n\
    A field that gold prints counts once; texts are compared without white space and punctuation, numbers as decimals.\n\
    precision = right / predicted, recall = right / gold, F1 of both; exact rows: gold rows of which every field is right."
)]
pub(super) struct Args {
    /// A folder with one STEM.jsonl a document.
    #[arg(value_name = "GOLD_DIR")]
    gold: PathBuf,
    /// Records: a .jsonl file, or a folder of them. A document goes with the gold of its source's stem.
    #[arg(value_name = "RECORDS")]
    records: PathBuf,
    /// Print up to N wrong fields.
    #[arg(long, value_name = "N", default_value_t = 0)]
    show: usize,
    /// Write the figures to this file as JSON.
    #[arg(long, value_name = "FILE")]
    json: Option<PathBuf>,
    /// Exit 1 where the F1 over all fields is lower.
    #[arg(long, value_name = "F1", default_value_t = 0.0)]
    min: f64,
    /// Score only documents whose stem contains this.
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let unusable = |error: score::ReadError| UsageError(error.to_string());
    let mut gold = score::gold_folder(&args.gold).map_err(unusable)?;
    if let Some(only) = &args.only {
        gold.retain(|document| document.stem.contains(only.as_str()));
    }
    let records = score::records(&args.records).map_err(unusable)?;
    let score = score::score(&gold, &records);
    if let Some(path) = &args.json {
        write_json(path, &score).with_context(|| format!("{}: cannot be written", path.display()))?;
    }
    let mut out = BufWriter::new(io::stdout().lock());
    score.print(&mut out, args.show)?;
    out.flush()?;
    Ok(if score.total.figures().f1 >= args.min { ALL_WELL } else { SOME_FAILED })
}

fn write_json(path: &PathBuf, score: &score::Score) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    serde_json::to_writer_pretty(&mut out, &score.to_json())?;
    out.flush()
}
