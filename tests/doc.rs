//! DOC files of several writers against what was rendered (`fixtures/office/expected`), and files damaged on purpose.
#![allow(clippy::unwrap_used)]

mod rendered;

use proptest::prelude::*;
use rendered::{expected, files, fixtures, seen};
use zhibiao::ingest::{self, Limits};
use zhibiao::model::{Block, Body};

fn every_document_is_read_as_rendered(folder: &str) {
    for path in files(folder) {
        let document = ingest::doc::load(&std::fs::read(&path).unwrap(), &Limits::default()).unwrap();
        let (seen, expected) = (seen(&document), expected(path.file_stem().unwrap().to_str().unwrap()));
        for (seen, expected) in seen.iter().zip(&expected) {
            assert_eq!(seen, expected, "{}", path.display());
        }
        assert_eq!(seen.len(), expected.len(), "{}", path.display());
        assert!(document.findings.is_empty(), "{}: {:?}", path.display(), document.findings);
    }
}

#[test]
fn libreoffice_writes() {
    every_document_is_read_as_rendered("doc-libreoffice");
}

#[test]
fn spire_writes() {
    every_document_is_read_as_rendered("doc-spire");
}

const CONSTRUCTS: [&str; 9] = [
    "看得见",
    "类别：☑项目 □专项",
    "性质：☑是□否",
    "第链接行",
    "换行",
    "一、基本情况",
    r#"2x2 [(0, 0, 1, 1, "外一"), (0, 1, 1, 1, "外二"), (1, 0, 1, 1, ""), (1, 1, 1, 1, "外四")]"#,
    r#"2x2 [(0, 0, 1, 2, "内合"), (1, 0, 1, 1, "内左"), (1, 1, 1, 1, "内右")]"#,
    "表间",
];

fn special(name: &str) -> Vec<u8> {
    std::fs::read(fixtures().join("special").join(name)).unwrap()
}

#[test]
fn constructs_by_libreoffice() {
    let document = ingest::doc::load(&special("constructs-libreoffice.doc"), &Limits::default()).unwrap();
    let seen = seen(&document);
    assert_eq!(seen[0], "前插入的后");
    assert_eq!(seen[1..10], CONSTRUCTS);
    // The writer fills the places before and after a short row with blank cells.
    assert!(seen[10].ends_with(r#"(1, 0, 1, 1, ""), (1, 1, 1, 1, "丁"), (1, 2, 1, 1, "戊"), (1, 3, 1, 1, "")]"#));
    assert_eq!(seen[11], "末");
    let messages: Vec<&str> = document.findings.iter().map(|f| f.message.as_str()).collect();
    assert_eq!(
        messages,
        ["characters deleted under tracked changes were left out: 3", "characters of hidden text were left out: 3"]
    );
    let Body::Blocks(blocks) = &document.body else { panic!() };
    assert!(blocks.iter().any(|b| matches!(b, Block::Line(l) if l.heading == Some(1) && l.text == "一、基本情况")));
}

#[test]
fn constructs_by_spire() {
    let seen = seen(&ingest::doc::load(&special("constructs-spire.doc"), &Limits::default()).unwrap());
    // This writer records who deleted text, but marks it as not deleted, so it stands.
    assert_eq!(seen[0], "前删去的插入的后");
    assert_eq!(seen[1..10], CONSTRUCTS);
    assert_eq!(
        seen[10],
        r#"2x4 [(0, 0, 1, 1, "甲"), (0, 1, 1, 1, "乙"), (0, 2, 1, 2, "丙"), (1, 1, 1, 1, "丁"), (1, 2, 1, 1, "戊")]"#
    );
}

#[test]
fn a_password_is_a_clear_error() {
    let error = ingest::doc::load(&special("password-spire.doc"), &Limits::default()).unwrap_err();
    assert_eq!(error.code, "encrypted");
    assert!(error.message.contains("password"));
}

#[test]
fn a_file_cut_anywhere_is_an_error_or_says_what_is_missing() {
    let whole = special("constructs-libreoffice.doc");
    for end in (0..whole.len()).step_by(97) {
        match ingest::doc::load(&whole[..end], &Limits::default()) {
            Ok(document) => assert!(end > whole.len() / 4 && !seen(&document).is_empty()),
            Err(error) => assert_eq!(error.code, "damaged"),
        }
    }
}

#[test]
fn the_limit_on_cells_holds() {
    let limits = Limits { max_cells: 5, ..Limits::default() };
    let document = ingest::doc::load(&special("constructs-libreoffice.doc"), &limits).unwrap();
    let Body::Blocks(blocks) = &document.body else { panic!() };
    let cells: usize = blocks.iter().map(|b| if let Block::Grid(g) = b { g.cells.len() } else { 0 }).sum();
    assert!(cells <= 5, "{cells}");
    assert!(document.findings.iter().any(|f| f.message.contains("limit")));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    /// Any bytes overwritten anywhere, huge counts among them: an error or a document, never a panic.
    #[test]
    fn overwritten_files_do_not_panic(changes in proptest::collection::vec((0usize..22528, prop_oneof![Just(0xFFu8), Just(0x7F), Just(0), any::<u8>()], 1usize..9), 1..12)) {
        let mut bytes = special("constructs-libreoffice.doc");
        for (at, value, length) in changes {
            let end = (at + length).min(bytes.len());
            bytes[at.min(end)..end].fill(value);
        }
        let _ = ingest::doc::load(&bytes, &Limits::default());
    }
}
