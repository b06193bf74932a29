//! RTF files of several writers against what was rendered, constructs, and damaged files.
#![allow(clippy::unwrap_used)]

mod rendered;

use proptest::prelude::*;
use rendered::{expected, files, fixtures, seen};
use zhibiao::ingest::{Limits, rtf};
use zhibiao::model::{Block, Body};

#[test]
fn libreoffice_writes() {
    for path in files("rtf-libreoffice") {
        let document = rtf::load(&std::fs::read(&path).unwrap(), &Limits::default()).unwrap();
        let (seen, expected) = (seen(&document), expected(path.file_stem().unwrap().to_str().unwrap()));
        for (seen, expected) in seen.iter().zip(&expected) {
            assert_eq!(seen, expected, "{}", path.display());
        }
        assert_eq!(seen.len(), expected.len(), "{}", path.display());
        assert!(document.findings.is_empty(), "{}: {:?}", path.display(), document.findings);
    }
}

fn read(text: &str) -> Vec<String> {
    let (bytes, ..) = encoding_rs::GBK.encode(text);
    seen(&rtf::load(&bytes, &Limits::default()).unwrap())
}

#[test]
fn word_writes_code_page_936_and_merges() {
    // As Word 2003 in Chinese writes: bytes of GBK under a font of charset 134, merges by clmgf and clvmgf.
    let seen = read(concat!(
        r"{\rtf1\ansi\ansicpg936\deff0{\fonttbl{\f0\fnil\fcharset134 \'cb\'ce\'cc\'e5;}{\f1\froman\fcharset2 Wingdings;}}",
        r"{\header\pard x\par}{\info{\title y}}\pard\f0 \'b5\'c3\'b7\'d6\u8805?90%\par",
        r"\trowd\clvmgf\cellx1000\clmgf\cellx2000\clmrg\cellx3000\pard\intbl \'d7\'ca\'bd\'f0\cell AB\cell\cell\row",
        r"\trowd\clvmrg\cellx1000\cellx2000\cellx3000\pard\intbl\cell 108\cell {\f1\'fe}\'ca\'c7\cell\row",
        r"\pard {\deleted gone}end{\*\unknown no}{\footnote\pard note}\par}"
    ));
    assert_eq!(
        seen,
        [
            "得分≥90%",
            r#"2x3 [(0, 0, 2, 1, "资金"), (0, 1, 1, 2, "AB"), (1, 1, 1, 1, "108"), (1, 2, 1, 1, "☑是")]"#,
            "end",
            "note"
        ]
    );
}

#[test]
fn raw_chinese_bytes_are_read_in_the_documents_code_page() {
    assert_eq!(read(r"{\rtf1\ansi\ansicpg936 绩效\uc2\u25351 ab\u26631\'b1\'ea完\par}"), ["绩效指标完"]);
}

#[test]
fn a_form_fields_check_box_is_read_from_the_fields_code() {
    let field =
        |state: &str| format!(r"{{\field{{\*\fldinst FORMCHECKBOX {{\*\formfield{{\fftype1{state}}}}}}}{{\fldrslt}}}}");
    let text = format!(
        r"{{\rtf1 a{}b{}c{}\par}}",
        field(r"\ffres1"),
        field(r"\ffres0\ffdefres1"),
        field(r"\ffres25\ffdefres1")
    );
    assert_eq!(read(&text), ["a☑b□c☑"]);
}

#[test]
fn constructs_by_libreoffice() {
    let bytes = std::fs::read(fixtures().join("special/constructs-libreoffice.rtf")).unwrap();
    let document = rtf::load(&bytes, &Limits::default()).unwrap();
    let seen = seen(&document);
    // This writer leaves the state of a check box field out of the file.
    assert_eq!(seen[..4], ["前插入的后", "看得见", "类别：☑项目 □专项", "性质：是否"]);
    assert!(
        seen.contains(&r#"2x2 [(0, 0, 1, 2, "内合"), (1, 0, 1, 1, "内左"), (1, 1, 1, 1, "内右")]"#.to_owned()),
        "{seen:#?}"
    );
    assert_eq!(seen.last().unwrap(), "末");
}

#[test]
fn a_million_groups_are_survived() {
    let bytes = [b"{\\rtf1 ".to_vec(), vec![b'{'; 1_000_000], b"x".to_vec()].concat();
    let document = rtf::load(&bytes, &Limits::default()).unwrap();
    assert_eq!(document.findings.len(), 1);
    let Body::Blocks(blocks) = document.body else { panic!() };
    assert!(matches!(&blocks[..], [Block::Line(line)] if line.text == "x"));
}

proptest! {
    #[test]
    fn any_words_in_any_order_do_not_panic(parts in proptest::collection::vec(prop_oneof![
        Just("{"), Just("}"), Just("\\trowd"), Just("\\cellx100"), Just("\\cellx-2147483648"), Just("\\cellx99999999999"), Just("\\cell"),
        Just("\\row"), Just("\\nestcell"), Just("\\nestrow"), Just("\\itap3"), Just("\\itap999999999"), Just("\\intbl"), Just("\\par"), Just("\\pard"),
        Just("\\u55357"), Just("\\u-8704"), Just("\\'d6"), Just("\\f1"), Just("{\\fonttbl{\\f1\\fcharset134 x;}}"), Just("\\footnote"), Just("\\*\\formfield\\fftype1"),
        Just("\\clvmrg"), Just("\\clmrg"), Just("\\uc9"), Just("\\page"), Just(" text "), Just("\\bin5"),
    ], 0..60)) {
        let _ = rtf::load(format!("{{\\rtf1 {}", parts.concat()).as_bytes(), &Limits::default());
    }
}
