//! Scans to whole records: the models of `make models` are needed; without them these tests say so and pass.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use std::path::PathBuf;
use support::records::{figures, records, score_against};
use zhibiao::ocr::models;

/// Is there something to recognise with?
fn has_models() -> bool {
    let found = models::search(None).found.is_some();
    if !found {
        eprintln!("note: skipped, the recognition models are not there; fetch them with: make models");
    }
    found
}

/// Scans under `fixtures/scans/read`: the file's stem names its gold.
fn scans() -> Vec<(String, PathBuf)> {
    let mut scans = support::files("fixtures/scans/read", "tif");
    scans.extend(support::files("fixtures/scans/read", "pdf"));
    scans
}

fn read(path: &std::path::Path) -> Vec<Value> {
    let name = path.file_name().unwrap().to_string_lossy().into_owned();
    records(&name, std::fs::read(path).unwrap())
}

#[test]
fn scans_give_the_records_of_their_forms() {
    if !has_models() {
        return;
    }
    let scans = scans();
    assert!(scans.len() >= 2, "{scans:?}");
    let mut all: Vec<Value> = Vec::new();
    for (stem, path) in &scans {
        let found = read(path);
        assert_eq!(found[0]["status"], "ok", "{stem}: {}", found[0]);
        assert!(found[0]["ocr"].as_str().is_some_and(|name| name.contains("PP-OCRv6")), "{}", found[0]["ocr"]);
        all.extend(found);
    }
    let stems: Vec<String> = scans.into_iter().map(|(stem, _)| stem).collect();
    let score = score_against("fixtures/gold-forms", &stems, &all);
    let f1 = score.total.figures().f1;
    println!("scans: F1 {f1:.4}");
    assert!(f1 >= 0.97, "F1 {f1:.4}\n{}", figures(&score).chars().take(4000).collect::<String>());
}

#[test]
fn the_same_scan_gives_the_same_records_again() {
    if !has_models() {
        return;
    }
    let (_, path) = scans().into_iter().next().unwrap();
    assert_eq!(read(&path), read(&path));
}

#[test]
fn a_scan_says_that_it_was_recognised_and_how_surely() {
    if !has_models() {
        return;
    }
    let (_, path) = scans().into_iter().next().unwrap();
    let found = read(&path);
    let codes: Vec<&str> =
        found[0]["findings"].as_array().unwrap().iter().filter_map(|finding| finding["code"].as_str()).collect();
    assert!(codes.contains(&"low_ocr_confidence"), "{codes:?}");
    // What recognition was not sure of lowers the confidence of its record.
    let is_doubtful = |record: &&Value| {
        record["findings"].as_array().unwrap().iter().any(|finding| finding["code"] == "low_ocr_confidence")
    };
    let (doubtful, sure): (Vec<&Value>, Vec<&Value>) =
        found.iter().filter(|record| record["confidence"].is_number()).partition(is_doubtful);
    let mean = |records: &[&Value]| {
        records.iter().filter_map(|record| record["confidence"].as_f64()).sum::<f64>() / records.len() as f64
    };
    if !doubtful.is_empty() && !sure.is_empty() {
        assert!(mean(&doubtful) < mean(&sure), "{doubtful:?}");
    }
}

/// A page under `fixtures/scans/mixed`; the form on it is form 027.
fn mixed(name: &str) -> Vec<Value> {
    let path = support::repository(&format!("fixtures/scans/mixed/{name}"));
    records(name, std::fs::read(path).unwrap())
}

fn on_pages(found: &[Value], words: &str) -> usize {
    let findings = found[0]["findings"].as_array().unwrap();
    findings.iter().filter(|finding| finding["message"].as_str().is_some_and(|told| told.contains(words))).count()
}

fn is_form_027(found: &[Value]) {
    let score = score_against("fixtures/gold-forms", &["027".to_owned()], &renamed(found));
    let f1 = score.total.figures().f1;
    assert!(f1 >= 0.97, "F1 {f1:.4}\n{}", figures(&score).chars().take(3000).collect::<String>());
}

/// Gold knows a document by its stem.
fn renamed(found: &[Value]) -> Vec<Value> {
    let mut found = found.to_vec();
    found.iter_mut().for_each(|record| record["source"] = "027.pdf".into());
    found
}

#[test]
fn a_poor_hidden_layer_gives_way_to_what_is_recognised_now() {
    if !has_models() {
        return;
    }
    let found = mixed("layer-027.pdf");
    assert_eq!(on_pages(&found, "what was recognised now is used, not the layer"), 1, "{}", found[0]["findings"]);
    is_form_027(&found);
}

#[test]
fn a_table_that_is_a_picture_on_a_page_with_text_is_read_and_the_text_kept() {
    if !has_models() {
        return;
    }
    let found = mixed("picture-027.pdf");
    assert_eq!(on_pages(&found, "were recognised in a picture on it"), 1, "{}", found[0]["findings"]);
    assert_eq!(found[0]["title"], "某区农业农村局2020年度项目支出绩效自评报告");
    is_form_027(&found);
}
