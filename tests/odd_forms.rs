//! Forms unlike each other, in the ways that offices write them: stacked indicators, last year's columns, centred levels,
//! nested tables, tracked changes, torn runs, hidden parts, numbers typed under formats. Every format gives the same
//! records, and they are the gold's.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use support::records::{assert_same, essence, figures, records, score_against};

/// Folder, extension, and the share of rows of which every field must be right.
const WRITERS: &[(&str, &str, f64)] = &[
    ("docx", "docx", 1.0),
    ("docx-torn", "docx", 1.0),
    ("docx-boxed", "docx", 1.0),
    ("doc-libreoffice", "doc", 1.0),
    ("rtf-libreoffice", "rtf", 1.0),
    ("word2003", "doc", 1.0),
    ("xlsx", "xlsx", 1.0),
    ("xlsx-odd", "xlsx", 1.0),
    ("xls-libreoffice", "xls", 1.0),
    ("ods-libreoffice", "ods", 1.0),
    ("excel2003", "xls", 1.0),
    ("html-as-xls", "xls", 1.0),
    ("markdown", "md", 1.0),
    ("commas", "csv", 0.99),
    ("tabs", "txt", 1.0),
    ("tabs-centred", "txt", 0.99),
    ("closed", "txt", 0.94),
];

/// The same by producer; how many of the documents are kept here.
const PRINTED: &[(&str, usize)] =
    &[("chromium", 3), ("libreoffice", 4), ("reportlab", 4), ("reportlab-cid", 58), ("typst", 4), ("weasyprint", 5)];

/// Documents that have gold: every folder holds all of them.
fn labelled() -> usize {
    support::files("fixtures/gold-odd", "jsonl").len()
}

fn by_stem(folder: &str, extension: &str) -> BTreeMap<String, Vec<Value>> {
    let files = support::files(&format!("fixtures/odd/{folder}"), extension).into_iter();
    let read = |(stem, path): (String, _)| {
        let found = records(&format!("{folder}/{stem}.{extension}"), std::fs::read(path).unwrap());
        (stem, found)
    };
    files.map(read).collect()
}

#[test]
fn every_field_is_right_in_every_format() {
    for (folder, extension, bar) in WRITERS {
        let all = by_stem(folder, extension);
        let stems: Vec<String> = all.keys().cloned().collect();
        assert_eq!(stems.len(), labelled(), "{folder}");
        let predicted: Vec<Value> = all.into_values().flatten().collect();
        let score = score_against("fixtures/gold-odd", &stems, &predicted);
        let total = score.total.figures();
        assert!(total.exact_share() >= *bar, "{folder}: exact rows {:.3}\n{}", total.exact_share(), figures(&score));
        assert!(total.f1 >= *bar, "{folder}: F1 {:.4}\n{}", total.f1, figures(&score));
    }
}

#[test]
fn every_field_is_right_on_paper() {
    for (producer, documents) in PRINTED {
        let all = by_stem(&format!("pdf/{producer}"), "pdf");
        let stems: Vec<String> = all.keys().cloned().collect();
        assert_eq!(stems.len(), *documents, "{producer}");
        let predicted: Vec<Value> = all.into_values().flatten().collect();
        let score = score_against("fixtures/gold-odd", &stems, &predicted);
        let total = score.total.figures();
        assert!(total.exact_share() >= 0.99, "{producer}: exact rows {:.3}\n{}", total.exact_share(), figures(&score));
    }
}

/// Forms, funds and indicators without what a format says of itself.
fn of_forms(records: &[Value]) -> Vec<Value> {
    let mut records = essence(records);
    records.retain(|record| record["kind"] != "statement" && record["kind"] != "document");
    records
}

#[test]
fn records_are_equal_from_every_office_format() {
    let reference = by_stem("docx", "docx");
    for (folder, extension, _) in WRITERS.iter().filter(|(_, extension, _)| !matches!(*extension, "txt" | "csv")) {
        for (stem, found) in by_stem(folder, extension) {
            // Years of a page's own lines may differ from those of a sheet; what the form says does not.
            assert_same(&format!("{folder}/{stem}.{extension}"), &of_forms(&reference[&stem]), &of_forms(&found));
        }
    }
}
