//! Statements against what was labelled by hand: the seeds, and sentences of other departments.

use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use zhibiao::emit::json_lines::write_line;
use zhibiao::{Options, Source, extract};

/// What a statement says, white space aside, numbers by value.
fn facts(statement: &Value) -> Vec<(&'static str, String)> {
    let bare = |text: &Value| text.as_str().unwrap_or("").split_whitespace().collect::<String>();
    let value = &statement["value"];
    let number = |v: &Value| match v {
        Value::Null => String::new(),
        other => other.to_string().trim_matches('"').parse::<Decimal>().unwrap().normalize().to_string(),
    };
    let parts = value["parts"].as_array().map_or(String::new(), |parts| {
        parts.iter().map(|p| format!("{} {} {};", bare(&p["label"]), number(&p["value"]), bare(&p["unit"]))).collect()
    });
    vec![
        ("sentence", bare(&statement["sentence"])),
        ("raw", bare(&value["raw"])),
        ("relation", bare(&value["relation"])),
        ("value", number(&value["value"])),
        ("upper", number(&value["upper"])),
        ("unit", bare(&value["unit"])),
        ("text", bare(&value["text"])),
        ("parts", parts),
        ("subject", bare(&statement["subject"])),
        ("aspect", bare(&statement["aspect"])),
        ("year", statement["year"].to_string()),
        ("section", statement["section"].as_array().unwrap().iter().map(|s| bare(s) + " / ").collect()),
    ]
}

#[derive(Default)]
struct Tally {
    right: usize,
    found: usize,
    labelled: usize,
}

impl Tally {
    fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }
    fn recall(&self) -> f64 {
        self.right as f64 / self.labelled.max(1) as f64
    }
}

fn statements_of(name: &str, bytes: Vec<u8>, options: &Options) -> Vec<Value> {
    let extraction = extract(Source { name: name.to_owned(), bytes }, options);
    let mut lines = Vec::new();
    for record in &extraction.records {
        write_line(&mut lines, record).unwrap();
    }
    let records = String::from_utf8(lines).unwrap();
    let all = records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|record| record["kind"] == "statement").collect()
}

fn gold_of(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Right is a statement all of whose facts are those of one in the gold. Prints what is not.
fn compare(name: &str, found: &[Value], gold: &[Value], tally: &mut Tally) {
    let mut open: HashMap<Vec<(&str, String)>, usize> = HashMap::new();
    for statement in gold {
        *open.entry(facts(statement)).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for statement in found {
        match open.get_mut(&facts(statement)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                tally.right += 1;
            }
            _ => wrong.push(statement),
        }
    }
    tally.found += found.len();
    tally.labelled += gold.len();
    let mut missed: Vec<Vec<(&str, String)>> =
        open.into_iter().flat_map(|(facts, left)| std::iter::repeat_n(facts, left)).collect();
    missed.sort();
    for statement in wrong {
        let got = facts(statement);
        let same = |m: &Vec<(&str, String)>| m[0].1 == got[0].1 && m[3].1 == got[3].1 && m[7].1 == got[7].1;
        match missed.iter().position(same) {
            Some(at) => {
                let wanted = missed.remove(at);
                for (got, wanted) in got.iter().zip(&wanted).filter(|(g, w)| g != w) {
                    println!("{name}: {}: {} is {:?}, not {:?}", wanted_sentence(statement), got.0, wanted.1, got.1);
                }
            }
            None => println!("{name}: not labelled: {got:?}"),
        }
    }
    for missed in missed {
        println!("{name}: missed: {missed:?}");
    }
}

fn wanted_sentence(statement: &Value) -> &str {
    statement["sentence"].as_str().unwrap_or("")
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Every document of a folder against the labels of its name in another.
fn measure(what: &str, documents: &Path, labels: &Path) -> Tally {
    let options = Options::load(None).unwrap();
    let mut all = Tally::default();
    let mut paths: Vec<_> = fs::read_dir(documents).unwrap().map(|e| e.unwrap().path()).collect();
    paths.retain(|path| path.extension().is_some_and(|e| e != "jsonl"));
    paths.sort();
    for path in paths {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let found = statements_of(stem, fs::read(&path).unwrap(), &options);
        let gold = gold_of(&labels.join(format!("{stem}.jsonl")));
        compare(stem, &found, &gold, &mut all);
    }
    let Tally { right, found, labelled } = all;
    let (precision, recall) = (all.precision(), all.recall());
    println!("{what}: {labelled} labelled, {found} found, {right} right: precision {precision:.3}, recall {recall:.3}");
    all
}

#[test]
fn the_seeds_say_what_was_labelled() {
    let all = measure("seeds", &folder().join("seeds"), &folder().join("gold-statements"));
    assert!(all.precision() >= 0.95 && all.recall() >= 0.85);
}

#[test]
fn other_departments_say_what_was_labelled() {
    let others = folder().join("gold-statements/other");
    let all = measure("others", &others, &others);
    assert!(all.precision() >= 0.95 && all.recall() >= 0.85);
}

#[test]
fn texts_kept_out_of_the_work_say_what_was_labelled() {
    let unseen = folder().join("gold-statements/unseen");
    measure("unseen", &unseen, &unseen);
}
