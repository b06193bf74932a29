//! The twelve forms and the five seeds in every office format and by every writer: the records are right, and the same.

mod support;

use serde_json::Value;
use std::collections::BTreeMap;
use support::records::{assert_same, essence, figures, records, score_against};

/// Records of every document of a writer's folder, by stem.
fn by_stem(folder: &str, extension: &str) -> BTreeMap<String, Vec<Value>> {
    let files = support::files(&format!("fixtures/office/{folder}"), extension);
    assert!(!files.is_empty(), "{folder}");
    files
        .into_iter()
        .map(|(stem, path)| {
            let bytes = std::fs::read(&path).expect("a fixture that was listed");
            let found = records(&format!("{folder}/{stem}.{extension}"), bytes);
            (stem, found)
        })
        .collect()
}

/// The forms have names of three digits, the seeds longer ones.
fn is_seed(stem: &str) -> bool {
    stem.len() > 3
}

fn reach_the_bar(folder: &str, all: &BTreeMap<String, Vec<Value>>) {
    for (gold, seeds, bar) in [("fixtures/gold-forms", false, 0.98), ("fixtures/gold", true, 0.99)] {
        let stems: Vec<String> = all.keys().filter(|stem| is_seed(stem) == seeds).cloned().collect();
        let predicted: Vec<Value> = stems.iter().flat_map(|stem| all[stem].clone()).collect();
        let score = score_against(gold, &stems, &predicted);
        let f1 = score.total.figures().f1;
        println!("{folder} {gold}\n{}", figures(&score));
        assert!(f1 >= bar, "{folder} {gold}: F1 {f1:.4}\n{}", figures(&score));
    }
}

macro_rules! writers {
    ($($name:ident: $folder:literal, $extension:literal;)*) => {
        $(#[test]
        fn $name() {
            let all = by_stem($folder, $extension);
            reach_the_bar($folder, &all);
            // What is printed is one thing, whatever the format: provenance aside, the records are equal.
            assert_equal_to_doc($folder, $extension, all);
        })*
    };
}

writers! {
    docx_by_python_docx: "docx-python-docx", "docx";
    docx_by_libreoffice: "docx-libreoffice", "docx";
    doc_by_libreoffice: "doc-libreoffice", "doc";
    doc_by_spire: "doc-spire", "doc";
    rtf_by_libreoffice: "rtf-libreoffice", "rtf";
    xlsx_by_openpyxl: "xlsx-openpyxl", "xlsx";
    xlsx_by_xlsxwriter: "xlsx-xlsxwriter", "xlsx";
    xlsx_by_libreoffice: "xlsx-libreoffice", "xlsx";
    xls_by_xlwt: "xls-xlwt", "xls";
    xls_by_libreoffice: "xls-libreoffice", "xls";
    ods_by_odfpy: "ods-odfpy", "ods";
    ods_by_libreoffice: "ods-libreoffice", "ods";
    html_of_a_site: "html-page", "html";
    html_by_libreoffice: "html-libreoffice", "html";
    mhtml_by_email: "mhtml-email", "mhtml";
}

/// Without what a format says of itself.
fn comparable(records: &[Value]) -> Vec<Value> {
    let mut records = essence(records);
    for record in &mut records {
        if let Some(map) = record.as_object_mut() {
            map.remove("media");
            // Whether a level was printed or inferred depends on what a dump to text has lost.
            map.remove("level1_inferred");
        }
    }
    records
}

fn assert_equal_to_doc(folder: &str, extension: &str, found: BTreeMap<String, Vec<Value>>) {
    let reference = by_stem("doc-libreoffice", "doc");
    for (stem, found) in found {
        assert_same(&format!("{folder}/{stem}.{extension}"), &comparable(&reference[&stem]), &comparable(&found));
    }
}

/// The seeds as the text they came in, and as the documents they were.
#[test]
fn records_of_the_seeds_are_equal_from_text() {
    let texts = support::seeds().into_iter().map(|(stem, text)| {
        let found = records(&format!("{stem}.txt"), text);
        (stem, found)
    });
    assert_equal_to_doc("seeds", "txt", texts.collect());
}
