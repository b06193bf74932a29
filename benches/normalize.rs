//! Cells a second through the quantity grammar and the text folds, on the cells of the labelled documents.
//!
//! `cargo bench --bench normalize`; the item counter gives cells a second on one core.

use divan::counter::ItemsCount;
use std::hint::black_box;
use zhibiao::mapping::quantity::{Context, Grammar};
use zhibiao::normalize;

fn main() {
    divan::main();
}

/// The raw target and actual cells of the gold records, and their names: what a form's cells look like.
fn cells() -> (Vec<String>, Vec<String>) {
    let mut values = Vec::new();
    let mut names = Vec::new();
    for folder in ["fixtures/gold", "fixtures/gold-forms"] {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut files: Vec<_> = std::fs::read_dir(folder).expect("fixtures").flatten().map(|f| f.path()).collect();
        files.sort();
        for path in files {
            for line in std::fs::read_to_string(path).expect("a fixture").lines() {
                let record: serde_json::Value = serde_json::from_str(line).expect("a record");
                for field in ["target", "actual"] {
                    values.extend(record[field]["raw"].as_str().map(str::to_owned));
                }
                names.extend(record["level3"].as_str().map(str::to_owned));
            }
        }
    }
    (values, names)
}

#[divan::bench]
fn read_quantities(bencher: divan::Bencher) {
    let grammar = Grammar::load(None).expect("built-in patterns");
    let context = Context { year: Some(2020), default_unit: grammar.unit("人"), money: false };
    let (values, _) = cells();
    bencher.counter(ItemsCount::new(values.len())).bench_local(|| {
        for value in &values {
            black_box(grammar.read(black_box(value), &context));
        }
    });
}

#[divan::bench]
fn display_names(bencher: divan::Bencher) {
    let (_, names) = cells();
    bencher.counter(ItemsCount::new(names.len())).bench_local(|| {
        for name in &names {
            black_box(normalize::display(black_box(name)));
        }
    });
}

#[divan::bench]
fn keys_of_names(bencher: divan::Bencher) {
    let (_, names) = cells();
    bencher.counter(ItemsCount::new(names.len())).bench_local(|| {
        for name in &names {
            black_box(normalize::key(black_box(name)));
        }
    });
}

#[divan::bench]
fn compile_the_grammar() -> Grammar {
    Grammar::load(None).expect("built-in patterns")
}
