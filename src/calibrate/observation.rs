//! One record of a labelled document: what speaks for and against it, and whether it is right.

use super::statements::statement_verdicts;
use crate::emit::json_lines;
use crate::model::{Clue, Evidence, Kind, Record};
use crate::pipeline::{Options, Source, extract_with_evidence};
use crate::score::{self, Gold};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::HashMap;
use std::io::{self, BufRead, Write};
use thiserror::Error;

/// A record with its verdict.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// The labelled document: the same for all renderings of it.
    pub document: String,
    /// The record's id, to look it up; empty where nobody cares.
    pub id: String,
    /// What was done to the rendering; empty where nothing was.
    pub noise: String,
    /// Fund, indicator or statement.
    pub kind: Kind,
    /// Is every scored field as the label has it?
    pub right: bool,
    /// What speaks for and against it.
    pub evidence: Evidence,
}

/// Observations that cannot be read.
#[derive(Debug, Error)]
pub enum ObservationError {
    /// The file cannot be read.
    #[error("cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A line that is no observation.
    #[error("line {line}: {why}")]
    Line {
        /// 1-based.
        line: usize,
        /// What is wrong with it.
        why: String,
    },
}

/// As a line of JSON has it.
#[derive(Serialize, Deserialize)]
struct Written {
    document: String,
    #[serde(default)]
    id: String,
    noise: String,
    kind: String,
    right: bool,
    clues: Vec<String>,
}

/// The labelled document that a rendering is one of: of `001~scan~3` it is `001`.
pub fn document_of(stem: &str) -> &str {
    stem.split('~').next().unwrap_or(stem)
}

/// What was done to a rendering: of `001~scan~3` it is `scan`.
pub fn noise_of(stem: &str) -> &str {
    stem.split('~').nth(1).unwrap_or_default()
}

/// Is a document one of those that the fit does not see? One in `every`, chosen by its name alone, so that it is the same
/// one whatever else is in the set. None where `every` is 0.
pub fn is_kept_out(document: &str, every: u64) -> bool {
    // FNV-1a, its bits mixed: names that differ in one digit part ways.
    let hash = document
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let mixed = (hash ^ (hash >> 29)).wrapping_mul(0x94d0_49bb_1331_11eb);
    every > 0 && (mixed >> 33) % every == 0
}

/// Reads a document and labels its records: funds and indicators by `gold`, statements by `said` where there are labels for
/// them.
pub fn observe(source: Source, gold: Option<&Gold>, said: Option<&[Value]>, options: &Options) -> Vec<Observation> {
    let stem = score::stem(&source.name).to_owned();
    let mut records: Vec<(Value, Evidence, Kind)> = Vec::new();
    extract_with_evidence(source, options, &mut |record, evidence| {
        let kind = match &record {
            Record::Document(_) => return,
            Record::Form(_) => Kind::Form,
            Record::Fund(_) => Kind::Fund,
            Record::Indicator(_) => Kind::Indicator,
            Record::Statement(_) => Kind::Statement,
        };
        let mut line = Vec::new();
        let written = json_lines::write_record(&mut line, &record);
        if let (Ok(()), Ok(value)) = (written, serde_json::from_slice(&line)) {
            records.push((value, evidence, kind));
        }
    });
    let values: Vec<Value> = records.iter().map(|(value, ..)| value.clone()).collect();
    let mut verdicts: HashMap<String, bool> = HashMap::new();
    if let Some(gold) = gold {
        verdicts.extend(score::verdicts(gold, &values));
    }
    if let Some(said) = said {
        verdicts.extend(statement_verdicts(said, &values));
    }
    let observation = |(value, evidence, kind): (Value, Evidence, Kind)| {
        let id = value["id"].as_str()?.to_owned();
        let right = *verdicts.get(&id)?;
        let (document, noise) = (document_of(&stem).to_owned(), noise_of(&stem).to_owned());
        Some(Observation { document, id, noise, kind, right, evidence })
    };
    records.into_iter().filter_map(observation).collect()
}

/// Writes an observation as a line of JSON.
///
/// # Errors
/// The output cannot be written.
pub fn write(out: &mut impl Write, observation: &Observation) -> io::Result<()> {
    let Observation { document, id, noise, kind, right, evidence } = observation;
    let written = Written {
        document: document.clone(),
        id: id.clone(),
        noise: noise.clone(),
        kind: kind_name(*kind).to_owned(),
        right: *right,
        clues: evidence.clues().map(|clue| clue.id().to_owned()).collect(),
    };
    serde_json::to_writer(&mut *out, &written)?;
    out.write_all(b"\n")
}

/// The observations of a file that [`write`] wrote. Clues that there are no longer are passed over.
///
/// # Errors
/// A file that cannot be read, a line that is no observation.
pub fn read(input: impl BufRead) -> Result<Vec<Observation>, ObservationError> {
    let mut all = Vec::new();
    for (at, line) in input.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        let wrong = |why: String| ObservationError::Line { line: at + 1, why };
        let written: Written = serde_json::from_str(&line).map_err(|error| wrong(error.to_string()))?;
        let kind = super::KINDS.into_iter().find(|kind| kind_name(*kind) == written.kind);
        all.push(Observation {
            kind: kind.ok_or_else(|| wrong(format!("{:?} records have no confidence", written.kind)))?,
            document: written.document,
            id: written.id,
            noise: written.noise,
            right: written.right,
            evidence: written.clues.iter().filter_map(|id| Clue::of(id)).collect(),
        });
    }
    Ok(all)
}

pub(super) fn kind_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => "document",
        Kind::Form => "form",
        Kind::Fund => "fund",
        Kind::Indicator => "indicator",
        Kind::Statement => "statement",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_written_is_read() {
        let observation = Observation {
            document: "001".into(),
            id: "01ca760688cc-f1-m03".into(),
            noise: "scan".into(),
            kind: Kind::Fund,
            right: false,
            evidence: [Clue::CellsMoved, Clue::RateOpen].into_iter().collect(),
        };
        let mut line = Vec::new();
        write(&mut line, &observation).unwrap();
        assert_eq!(read(line.as_slice()).unwrap(), [observation]);
        assert!(matches!(read(&b"{}\n"[..]), Err(ObservationError::Line { line: 1, .. })));
    }

    #[test]
    fn a_rendering_names_its_document_and_its_noise() {
        assert_eq!((document_of("03-x~scan~2"), noise_of("03-x~scan~2")), ("03-x", "scan"));
        assert_eq!((document_of("03-x"), noise_of("03-x")), ("03-x", ""));
        let kept = (0..1000).filter(|n| is_kept_out(&format!("{n:03}"), 4)).count();
        assert!((180..=320).contains(&kept), "{kept} of 1000");
        assert!(!is_kept_out("001", 0));
    }
}
