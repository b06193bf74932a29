//! Extraction from the tests, and records reduced to what must stay equal.

use serde_json::Value;
use std::sync::LazyLock;
use unicode_normalization::UnicodeNormalization;
use zhibiao::emit::json_lines;
use zhibiao::model::Record;
use zhibiao::score::{self, Gold, Score};
use zhibiao::{Options, Source, extract};

static OPTIONS: LazyLock<Options> = LazyLock::new(|| Options::load(None).unwrap());

/// All records of a file, the document's first, as they would be printed.
pub fn records(name: &str, bytes: impl Into<Vec<u8>>) -> Vec<Value> {
    let extraction = extract(Source { name: name.to_owned(), bytes: bytes.into() }, &OPTIONS);
    let mut records = vec![Record::Document(extraction.document)];
    records.extend(extraction.records);
    records.iter().map(as_printed).collect()
}

/// Through the very bytes that go out: what a reader of the output sees.
fn as_printed(record: &Record) -> Value {
    let mut line = Vec::new();
    json_lines::write_line(&mut line, record).unwrap();
    assert_eq!(line.iter().filter(|b| **b == b'\n').count(), 1, "a record is one line");
    serde_json::from_slice(&line).unwrap()
}

/// Scores records of files named by the stems of the gold.
pub fn score_against(gold_folder: &str, only: &[String], predicted: &[Value]) -> Score {
    let mut gold: Vec<Gold> = score::gold_folder(&super::repository(gold_folder)).unwrap();
    gold.retain(|document| only.contains(&document.stem));
    assert_eq!(gold.len(), only.len(), "every document has gold");
    score::score(&gold, predicted)
}

/// The figures as the command prints them, with the first wrong fields.
pub fn figures(score: &Score) -> String {
    let mut out = Vec::new();
    score.print(&mut out, 400).unwrap();
    String::from_utf8(out).unwrap()
}

/// What a change of encoding, layout, spelling or width must leave as it is: the records without raw texts
/// (a statement's sentence is one),
/// provenance, identity, the document's size and encoding, confidence and findings (which say how it was read), and
/// without the difference between full and half width and of white space in texts.
pub fn essence(records: &[Value]) -> Vec<Value> {
    records.iter().map(reduced).collect()
}

const APART: [&str; 16] = [
    "raw",
    "sentence",
    "id",
    "document",
    "source",
    "bytes",
    "encoding",
    "page",
    "pages",
    "table",
    "rows",
    "cells",
    "bbox",
    "columns",
    "confidence",
    "findings",
];

fn reduced(value: &Value) -> Value {
    match value {
        Value::Object(map) => map
            .iter()
            .filter(|(key, _)| !APART.contains(&key.as_str()))
            .map(|(key, value)| (key.clone(), reduced(value)))
            .collect(),
        Value::Array(items) => items.iter().map(reduced).collect(),
        Value::String(text) => text.nfkc().filter(|c| !c.is_whitespace()).collect::<String>().into(),
        other => other.clone(),
    }
}

/// Fails with the first record and field that differ.
pub fn assert_same(what: &str, before: &[Value], after: &[Value]) {
    let (before, after) = (essence(before), essence(after));
    for (a, b) in before.iter().zip(&after) {
        if a == b {
            continue;
        }
        let (Some(a), Some(b)) = (a.as_object(), b.as_object()) else { panic!("{what}: a record is an object") };
        let keys: Vec<&String> = a.keys().filter(|key| a.get(*key) != b.get(*key)).collect();
        let name = |r: &serde_json::Map<String, Value>| format!("{:?} {:?}", r.get("level3"), r.get("item"));
        let shown: Vec<String> = keys.iter().map(|k| format!("{k}: {:?} became {:?}", a.get(*k), b.get(*k))).collect();
        panic!("{what}: record {} / {} differs\n  {}", name(a), name(b), shown.join("\n  "));
    }
    assert_eq!(before.len(), after.len(), "{what}: as many records");
}
