//! What other programs recognised: whole records of forms in every format against gold, real output of Tesseract and
//! RapidOCR, and input that is not as it should be.
//!
//! `RECOGNISED=DIR cargo test --test recognised -- --nocapture` measures another folder of `make_recognised.py`.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use std::path::PathBuf;
use support::records::{figures, records, score_against};

fn folder() -> String {
    std::env::var("RECOGNISED").unwrap_or_else(|_| "fixtures/recognised".into())
}

/// F1 of the forms of a format.
fn reaches(format: &str, ending: &str, bar: f64) {
    let files: Vec<(String, PathBuf)> = support::files(&format!("{}/{format}", folder()), ending);
    assert!(!files.is_empty(), "{format}");
    let mut all: Vec<Value> = Vec::new();
    for (stem, path) in &files {
        let found = records(&format!("{format}/{stem}.{ending}"), std::fs::read(path).unwrap());
        assert_eq!(found[0]["media"], "ocr", "{format}/{stem}");
        assert_eq!(found[0]["status"], "ok", "{format}/{stem} {}", found[0]);
        if std::env::var("SHOW").is_ok() {
            let score = score_against("fixtures/gold-forms", std::slice::from_ref(stem), &found);
            println!("{format}/{stem} {:.4}", score.total.figures().f1);
        }
        all.extend(found);
    }
    let stems: Vec<String> = files.into_iter().map(|(stem, _)| stem).collect();
    let score = score_against("fixtures/gold-forms", &stems, &all);
    let f1 = score.total.figures().f1;
    println!("{format}: {f1:.4}");
    assert!(f1 >= bar, "{format}: F1 {f1:.4}\n{}", figures(&score).chars().take(4000).collect::<String>());
}

macro_rules! formats {
    ($($name:ident: $folder:literal, $ending:literal, $bar:literal;)*) => {
        $(#[test]
        fn $name() {
            reaches($folder, $ending, $bar);
        })*
    };
}

// Formats that state tables.
formats! {
    page_with_tables: "page-tables", "xml", 0.98;
    pp_structure_2: "pp-structure2", "json", 0.98;
    pp_structure_3: "pp-structure3", "json", 0.98;
    mineru_content_list: "mineru-content-list", "json", 0.98;
    mineru_middle: "mineru-middle", "json", 0.98;
    azure_2: "azure2", "json", 0.98;
    azure_3: "azure3", "json", 0.98;
    textract: "textract", "json", 0.98;
    document_ai: "document-ai", "json", 0.98;
    docling: "docling", "json", 0.98;
}

// Words and rulings, then words alone.
formats! {
    hocr: "hocr", "hocr", 0.98;
    alto: "alto", "xml", 0.98;
    page_with_lines: "page-lines", "xml", 0.98;
    tesseract_tsv: "tsv", "tsv", 0.55;
    paddle: "paddle", "json", 0.55;
    paddlex: "paddlex", "json", 0.55;
    rapidocr: "rapidocr", "json", 0.55;
    textract_lines: "textract-lines", "json", 0.55;
}
