//! The PDF fixtures of one construct each: every predefined CMap and way of embedding, every way of showing text,
//! encryption and damage, against what their manifests say of them.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use std::time::{Duration, Instant};
use support::repository;
use zhibiao::ingest::{self, Limits};
use zhibiao::model::{Block, Body, Document, Page, Severity};
use zhibiao::normalize;
use zhibiao::reconstruct;

/// The entries of a folder's manifest.
fn manifest(folder: &str) -> Vec<Value> {
    let path = repository(&format!("fixtures/pdf/{folder}/manifest.json"));
    let entries: Vec<Value> = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    assert!(entries.len() > 10, "{folder}");
    entries
}

fn bytes(folder: &str, entry: &Value) -> Vec<u8> {
    std::fs::read(repository(&format!("fixtures/pdf/{folder}/{}", entry["file"].as_str().unwrap()))).unwrap()
}

fn pages(document: &Document) -> Vec<Page> {
    let Body::Pages(pages) = &document.body else { panic!("a PDF has pages") };
    pages.0.pages().collect()
}

fn packed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// All text of the pages in the order in which it is drawn, without white space.
fn drawn(pages: &[Page]) -> String {
    pages.iter().flat_map(|page| page.runs.iter().map(|run| packed(page.run_text(run)))).collect()
}

/// All lines and cells in reading order as the later stages see them, without white space.
fn read(document: &Document) -> String {
    let mut out = String::new();
    for block in reconstruct::blocks(document) {
        match block {
            Block::Line(line) => out.push_str(&packed(&normalize::display(&line.text))),
            Block::Grid(grid) => grid.cells.iter().for_each(|c| out.push_str(&packed(&normalize::display(&c.text)))),
            Block::PageBreak | Block::Finding(_) => {}
        }
    }
    out
}

fn strings<'v>(entry: &'v Value, key: &str) -> Vec<&'v str> {
    entry[key].as_array().into_iter().flatten().filter_map(Value::as_str).collect()
}

#[test]
fn the_text_of_every_character_map_is_the_source_or_is_not_believed() {
    for entry in manifest("cmaps") {
        let name = entry["file"].as_str().unwrap();
        let document = ingest::load(bytes("cmaps", &entry), &Limits::default()).unwrap();
        let pages = pages(&document);
        if entry["expects"] == "untrusted" {
            assert!(pages.iter().all(|page| page.distrust.is_some()), "{name}: {}", drawn(&pages));
            continue;
        }
        let source =
            std::fs::read_to_string(repository("fixtures/pdf/cmaps").join(name).with_extension("txt")).unwrap();
        assert_eq!(drawn(&pages), packed(&source), "{name}");
        assert!(pages.iter().all(|page| page.distrust.is_none() && page.findings.is_empty()), "{name}");
    }
}

#[test]
fn text_is_read_however_a_page_shows_it_and_not_where_it_does_not() {
    for entry in manifest("features") {
        let name = entry["file"].as_str().unwrap();
        let document = ingest::load(bytes("features", &entry), &Limits::default()).unwrap();
        let text = read(&document);
        for wanted in strings(&entry, "text") {
            assert!(text.contains(&packed(wanted)), "{name}: {wanted} is not in {text}");
        }
        for hidden in strings(&entry, "hidden") {
            assert!(!text.contains(&packed(hidden)), "{name}: {hidden} is in {text}");
        }
        let invisible: Vec<Page> = pages(&document)
            .into_iter()
            .map(|mut page| {
                page.runs.retain(|run| run.visibility == zhibiao::model::Visibility::Invisible);
                page
            })
            .collect();
        for wanted in strings(&entry, "invisible") {
            assert!(drawn(&invisible).contains(&packed(wanted)), "{name}: {wanted} is not told as invisible");
        }
    }
}

#[test]
fn protected_files_open_with_their_password_and_say_so_without() {
    for entry in manifest("encrypted") {
        let name = entry["file"].as_str().unwrap();
        let with = |passwords: &[&str]| {
            let passwords = passwords.iter().map(|p| (*p).to_owned()).collect();
            ingest::load(bytes("encrypted", &entry), &Limits { passwords, ..Limits::default() })
        };
        let password = entry["password"].as_str().unwrap();
        let opened = with(&["no", password]).unwrap_or_else(|error| panic!("{name}: {error}"));
        let text = drawn(&pages(&opened));
        for wanted in strings(&entry, "text") {
            assert!(text.contains(&packed(wanted)), "{name}: {text}");
        }
        if !password.is_empty() {
            let refusals = [with(&[]), with(&["no", "neither"])].map(Result::unwrap_err);
            assert_eq!(refusals.each_ref().map(|error| error.code), ["encrypted"; 2], "{name}");
            assert!(refusals[0].message.contains("--password"), "{}", refusals[0].message);
        }
    }
}

/// Far more than any of these files takes, even without optimisation on a busy machine; a loop takes for ever.
const PATIENCE: Duration = Duration::from_secs(120);

#[test]
fn damaged_and_hostile_files_give_what_they_hold_and_end() {
    for entry in manifest("damaged") {
        let name = entry["file"].as_str().unwrap();
        let begun = Instant::now();
        let outcome = ingest::load(bytes("damaged", &entry), &Limits::default()).map(|document| {
            let mut told = document.findings.clone();
            let mut text = String::new();
            for block in reconstruct::blocks(&document) {
                match block {
                    Block::Line(line) => text.push_str(&packed(&line.text)),
                    Block::Grid(grid) => grid.cells.iter().for_each(|cell| text.push_str(&packed(&cell.text))),
                    Block::Finding(finding) => told.push(finding),
                    Block::PageBreak => {}
                }
            }
            (text, told)
        });
        assert!(begun.elapsed() < PATIENCE, "{name}");
        match (entry["expects"].as_str().unwrap(), outcome) {
            ("error", outcome) => assert!(outcome.is_err(), "{name}"),
            ("text", outcome) => {
                let (text, told) = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
                for wanted in strings(&entry, "text") {
                    assert!(text.contains(&packed(wanted)), "{name}: {text}");
                }
                assert!(told.iter().all(|finding| finding.severity != Severity::Error), "{name}: {told:?}");
            }
            ("partial", outcome) => {
                let (text, _) = outcome.unwrap_or_else(|error| panic!("{name}: {error}"));
                for wanted in strings(&entry, "text") {
                    assert!(text.contains(&packed(wanted)), "{name}: {text}");
                }
            }
            ("bounded", _) => {}
            (other, _) => panic!("{name}: {other}"),
        }
    }
}
