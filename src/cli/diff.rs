//! `zhibiao diff`: which records of two output folders differ, and in which fields.

use super::{ALL_WELL, SOME_FAILED, UsageError};
use anyhow::{Context, Result};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use zhibiao::emit::json_lines::{KINDS, file_name, write_line};
use zhibiao::model::Kind;

/// Show which records of two output folders differ, field by field.
///
/// Records are the same by source, kind, form and row, whatever the file's bytes; ids and hashes are not compared.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zhibiao diff records-yesterday/ records-today/\n\n\
    Exit codes: 0 no record differs; 1 some do; 2 wrong usage.")]
pub(super) struct Args {
    /// An output folder of extract.
    #[arg(value_name = "OUT_A")]
    a: PathBuf,
    /// Another.
    #[arg(value_name = "OUT_B")]
    b: PathBuf,
    /// Lines for people, or an object a difference.
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Text,
    Json,
}

#[derive(Serialize)]
struct Difference<'a> {
    change: &'static str,
    kind: Kind,
    source: &'a str,
    form: Option<u64>,
    /// Of a statement, its number in the document.
    row: Option<u64>,
    field: Option<&'a str>,
    a: &'a Value,
    b: &'a Value,
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let mut report = Report { out: BufWriter::new(io::stdout().lock()), format: args.format, found: BTreeMap::new() };
    for kind in KINDS {
        let open = |dir: &Path| {
            let path = dir.join(file_name(kind));
            match File::open(&path) {
                Ok(file) => {
                    Ok(Inputs { lines: BufReader::with_capacity(256 << 10, file), path, next: None, number: 0 })
                }
                Err(error) => Err(UsageError(format!("{}: {error}; is it an output folder?", path.display()))),
            }
        };
        compare(kind, &mut open(&args.a)?, &mut open(&args.b)?, &mut report)?;
    }
    report.out.flush()?;
    let found = |what: &str| report.found.get(what).copied().unwrap_or(0);
    eprintln!("{} records added, {} removed, {} changed", found("added"), found("removed"), found("changed"));
    Ok(if report.found.is_empty() { ALL_WELL } else { SOME_FAILED })
}

/// The records of one input: of an archive, those of all its members.
struct Group {
    input: String,
    records: BTreeMap<Key, Value>,
}

/// Source, form, row; of records that share them, which one.
type Key = (String, Option<u64>, Option<u64>, usize);

/// A file of records, input by input: files are sorted by input.
struct Inputs {
    lines: BufReader<File>,
    path: PathBuf,
    /// The first record of the next group.
    next: Option<Value>,
    number: u64,
}

impl Inputs {
    fn record(&mut self) -> Result<Option<Value>> {
        if let Some(record) = self.next.take() {
            return Ok(Some(record));
        }
        let mut line = Vec::new();
        self.number += 1;
        if self.lines.read_until(b'\n', &mut line)? == 0 {
            return Ok(None);
        }
        let record = serde_json::from_slice(&line);
        record.map(Some).with_context(|| format!("{}: line {}", self.path.display(), self.number))
    }

    fn group(&mut self) -> Result<Option<Group>> {
        let Some(first) = self.record()? else { return Ok(None) };
        let input = input_of(&first).to_owned();
        let mut group = Group { input, records: BTreeMap::new() };
        let mut record = Some(first);
        while let Some(one) = record {
            if input_of(&one) != group.input {
                self.next = Some(one);
                break;
            }
            let source = one["source"].as_str().unwrap_or_default().to_owned();
            let mut key = (source, one["form"].as_u64(), place(&one), 0);
            while group.records.contains_key(&key) {
                key.3 += 1;
            }
            group.records.insert(key, one);
            record = self.record()?;
        }
        Ok(Some(group))
    }
}

/// `a.zip` of `a.zip!/b.docx`.
fn input_of(record: &Value) -> &str {
    let source = record["source"].as_str().unwrap_or_default();
    source.split_once("!/").map_or(source, |(input, _)| input)
}

/// The row; of a statement, its number, which its id ends with.
fn place(record: &Value) -> Option<u64> {
    let by_id = || record["id"].as_str()?.rsplit_once("-s")?.1.parse().ok();
    record["row"].as_u64().or_else(by_id)
}

fn compare(kind: Kind, a: &mut Inputs, b: &mut Inputs, report: &mut Report<'_>) -> Result<()> {
    let (mut left, mut right) = (a.group()?, b.group()?);
    loop {
        // Whatever comes first in the order of the files.
        let order = match (&left, &right) {
            (None, None) => return Ok(()),
            (Some(_), None) => std::cmp::Ordering::Less,
            (None, Some(_)) => std::cmp::Ordering::Greater,
            (Some(l), Some(r)) => l.input.cmp(&r.input),
        };
        let l = if order.is_le() { std::mem::replace(&mut left, a.group()?) } else { None };
        let r = if order.is_ge() { std::mem::replace(&mut right, b.group()?) } else { None };
        let (l, r) = (l.map(|g| g.records).unwrap_or_default(), r.map(|g| g.records).unwrap_or_default());
        for (key, record) in &l {
            match r.get(key) {
                Some(other) => report.fields(kind, key, record, other)?,
                None => report.tell("removed", kind, key, None, record, &Value::Null)?,
            }
        }
        for (key, record) in r.iter().filter(|(key, _)| !l.contains_key(*key)) {
            report.tell("added", kind, key, None, &Value::Null, record)?;
        }
    }
}

struct Report<'a> {
    out: BufWriter<io::StdoutLock<'a>>,
    format: Format,
    /// Records by what happened to them.
    found: BTreeMap<&'static str, u64>,
}

impl Report<'_> {
    /// The fields in which two records differ.
    fn fields(&mut self, kind: Kind, key: &Key, a: &Value, b: &Value) -> Result<()> {
        let mut differences = Vec::new();
        differ(String::new(), a, b, &mut differences);
        differences.retain(|(field, ..)| !matches!(field.as_str(), "id" | "document"));
        for (i, (field, a, b)) in differences.iter().enumerate() {
            if i == 0 {
                *self.found.entry("changed").or_default() += 1;
            }
            self.write("changed", kind, key, Some(field), a, b)?;
        }
        Ok(())
    }

    fn tell(
        &mut self,
        change: &'static str,
        kind: Kind,
        key: &Key,
        field: Option<&str>,
        a: &Value,
        b: &Value,
    ) -> Result<()> {
        *self.found.entry(change).or_default() += 1;
        self.write(change, kind, key, field, a, b)
    }

    fn write(
        &mut self,
        change: &'static str,
        kind: Kind,
        key: &Key,
        field: Option<&str>,
        a: &Value,
        b: &Value,
    ) -> Result<()> {
        let (source, form, row, _) = key;
        if self.format == Format::Json {
            let difference = Difference { change, kind, source, form: *form, row: *row, field, a, b };
            return Ok(write_line(&mut self.out, &difference)?);
        }
        let word = serde_json::to_value(kind)?;
        write!(self.out, "{change} {}: {source}", word.as_str().unwrap_or_default())?;
        for (name, number) in [("form", form), ("row", row)] {
            if let Some(number) = number {
                write!(self.out, ", {name} {number}")?;
            }
        }
        match field {
            Some(field) => writeln!(self.out, ": {field}: {a} → {b}")?,
            None => writeln!(self.out)?,
        }
        Ok(())
    }
}

/// Paths of the values that differ; objects are entered (records nest a few deep), lists are compared whole.
fn differ<'a>(path: String, a: &'a Value, b: &'a Value, found: &mut Vec<(String, &'a Value, &'a Value)>) {
    match (a, b) {
        (Value::Object(left), Value::Object(right)) => {
            let all = left.keys().chain(right.keys().filter(|key| !left.contains_key(*key)));
            for key in all {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                differ(path, &a[key.as_str()], &b[key.as_str()], found);
            }
        }
        _ if a == b => {}
        _ => found.push((path, a, b)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn differences_are_named_by_their_path() {
        let a = json!({"x": 1, "target": {"value": 5, "unit": "个"}, "rows": [1, 2], "only": null});
        let b = json!({"x": 1, "target": {"value": 6, "unit": "个"}, "rows": [1, 3]});
        let mut found = Vec::new();
        differ(String::new(), &a, &b, &mut found);
        assert_eq!(
            found,
            [("target.value".to_owned(), &json!(5), &json!(6)), ("rows".to_owned(), &json!([1, 2]), &json!([1, 3]))]
        );
        assert_eq!(input_of(&json!({"source": "a.zip!/b/c.docx"})), "a.zip");
        assert_eq!(place(&json!({"id": "9f2c01d3a4b5-s012"})), Some(12));
    }
}
