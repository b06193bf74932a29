//! The twelve forms and the five seeds as PDF by every producer: the records are right.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use support::records::{figures, records, score_against};

/// Records of every document of a producer, by stem.
fn of_producer(producer: &str) -> Vec<(String, Vec<Value>)> {
    let files = support::files(&format!("fixtures/pdf/{producer}"), "pdf");
    files
        .into_iter()
        .map(|(stem, path)| {
            let found = records(&format!("{producer}/{stem}.pdf"), std::fs::read(&path).unwrap());
            (stem, found)
        })
        .collect()
}

/// F1 over the twelve forms, and over those of the five seeds that are there.
fn reach_the_bar(producer: &str, forms_bar: f64, seeds_bar: f64) {
    let all = of_producer(producer);
    for (gold, seeds, bar) in [("fixtures/gold-forms", false, forms_bar), ("fixtures/gold", true, seeds_bar)] {
        let these = || all.iter().filter(|(stem, _)| (stem.len() > 3) == seeds);
        let stems: Vec<String> = these().map(|(stem, _)| stem.clone()).collect();
        assert!(!stems.is_empty(), "{producer} {gold}");
        let predicted: Vec<Value> = these().flat_map(|(_, records)| records.clone()).collect();
        let score = score_against(gold, &stems, &predicted);
        let f1 = score.total.figures().f1;
        println!("{producer} {gold} F1 {f1:.4}\n{}", figures(&score));
        assert!(f1 >= bar, "{producer} {gold}: F1 {f1:.4}\n{}", figures(&score));
    }
}

macro_rules! producers {
    ($($name:ident: $folder:literal, $forms:literal, $seeds:literal;)*) => {
        $(#[test]
        fn $name() {
            reach_the_bar($folder, $forms, $seeds);
        })*
    };
}

producers! {
    chromium: "chromium", 0.99, 0.99;
    libreoffice: "libreoffice", 0.99, 0.99;
    reportlab_with_embedded_fonts: "reportlab", 0.99, 0.99;
    reportlab_without_embedding: "reportlab-cid", 0.99, 0.99;
    typst: "typst", 0.99, 0.99;
    weasyprint: "weasyprint", 0.985, 0.99;
}
