//! ZIP archives as they come from Chinese offices, and as an attacker makes them.
#![allow(clippy::unwrap_used)]

mod zips;

use zhibiao::ingest::archive::members;
use zhibiao::ingest::{Limits, LoadError};
use zips::{of_files, packed, stored};

/// A name and its content, or its error's code.
type Listed = Result<(String, Vec<u8>), (String, &'static str)>;

fn listed(bytes: &[u8], limits: &Limits) -> Vec<Listed> {
    members(bytes, limits)
        .unwrap()
        .map(|m| m.map(|m| (m.name, m.bytes)).map_err(|(name, LoadError { code, .. })| (name, code)))
        .collect()
}

#[test]
fn gbk_names_without_the_flag_and_utf8_names_are_read() {
    let (gbk, ..) = encoding_rs::GBK.encode("2022年/绩效自评表.doc");
    let archive =
        stored(&[(&gbk, 0, b"a"), ("巴州/自评.txt".as_bytes(), 0, b"b"), ("附件.txt".as_bytes(), 0x0800, b"c")]);
    let names: Vec<String> = listed(&archive, &Limits::default()).into_iter().map(|m| m.unwrap().0).collect();
    assert_eq!(names, ["2022年/绩效自评表.doc", "巴州/自评.txt", "附件.txt"]);
}

#[test]
fn names_do_not_leave_the_archive_and_litter_is_left_out() {
    let archive = stored(&[
        (b"../../etc/a.txt", 0, b"a"),
        (b"dir/", 0, b""),
        (b"__MACOSX/._a.txt", 0, b"x"),
        (b"dir\\Thumbs.db", 0, b"x"),
        (b"dir\\~$b.doc", 0, b"x"),
    ]);
    let limits = Limits::default();
    let mut all = members(&archive, &limits).unwrap();
    let names: Vec<String> = all.by_ref().map(|m| m.unwrap().name).collect();
    assert_eq!(names, ["etc/a.txt"]);
    assert_eq!(all.skipped().0, 3);
    assert_eq!(all.skipped().1[1], "dir/Thumbs.db");
}

#[test]
fn archives_inside_archives_are_walked_to_a_limit() {
    let mut archive = packed("form.txt", "指标".as_bytes());
    for level in 1..=3 {
        archive = packed(&format!("{level}.zip"), &archive);
    }
    let name = "3.zip!/2.zip!/1.zip!/form.txt".to_owned();
    assert_eq!(listed(&archive, &Limits::default()), [Ok((name, "指标".as_bytes().to_vec()))]);
    let deeper = packed("4.zip", &archive);
    assert_eq!(listed(&deeper, &Limits::default()), [Err(("4.zip!/3.zip!/2.zip!/1.zip".to_owned(), "archive"))]);
}

#[test]
fn a_docx_inside_is_a_document_not_an_archive() {
    let docx =
        std::fs::read(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/office/docx-libreoffice/001.docx")).unwrap();
    assert_eq!(listed(&packed("a/001.docx", &docx), &Limits::default()), [Ok(("a/001.docx".to_owned(), docx))]);
}

#[test]
fn bombs_stop_at_the_ratio_and_at_the_total() {
    let zeros = vec![0u8; 64 << 20];
    let limits = Limits { max_ratio: 100, ..Limits::default() };
    assert_eq!(listed(&packed("bomb.txt", &zeros), &limits), [Err(("bomb.txt".to_owned(), "too_large"))]);
    let small = Limits { max_unfolded_bytes: 1000, ..Limits::default() };
    let archive = stored(&[(b"a", 0, &[b'x'; 900]), (b"b", 0, &[b'y'; 900]), (b"c", 0, b"z")]);
    let codes: Vec<Option<&str>> =
        listed(&archive, &small).into_iter().map(|m| m.err().map(|(_, code)| code)).collect();
    assert_eq!(codes, [None, Some("too_large"), None]);
}

#[test]
fn many_bombs_are_not_all_unfolded() {
    // Each unfolds to its ratio's bound, some 1 MB, before it is given up; after twice the total nothing more is read.
    let bomb = vec![0u8; 4 << 20];
    let names: Vec<String> = (0..8).map(|n| format!("{n}.txt")).collect();
    let mut files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), bomb.as_slice())).collect();
    files.push(("last.txt", b"ok"));
    let archive = of_files(&files);
    let told = |most: u64| {
        let limits = Limits { max_ratio: 1, max_unfolded_bytes: most, ..Limits::default() };
        let last = members(&archive, &limits).unwrap().last().unwrap();
        last.map(|m| m.bytes).map_err(|(_, error)| error.message.contains("the archive unfolds to more"))
    };
    assert_eq!(told(2 << 20), Err(true));
    assert_eq!(told(20 << 20), Ok(b"ok".to_vec()));
}

#[test]
fn a_locked_or_damaged_member_does_not_stop_the_others() {
    let mut archive =
        stored(&[(b"locked.doc", 1, b"????????????"), (b"wrong.txt", 0, b"12345"), (b"right.txt", 0, b"ok")]);
    let at = archive.windows(5).position(|w| w == b"12345").unwrap();
    archive[at] = b'9';
    assert_eq!(
        listed(&archive, &Limits::default()),
        [
            Err(("locked.doc".to_owned(), "encrypted")),
            Err(("wrong.txt".to_owned(), "damaged")),
            Ok(("right.txt".to_owned(), b"ok".to_vec()))
        ]
    );
}

#[test]
fn a_cut_archive_is_an_error_that_says_so() {
    let archive = packed("a.txt", &[b'x'; 5000]);
    let error = members(&archive[..archive.len() / 2], &Limits::default()).unwrap_err();
    assert_eq!(error.code, "damaged");
}

#[test]
fn any_byte_changed_ends_in_members_or_errors() {
    let archive = stored(&[(b"a/b.txt", 0, b"hello"), (b"c.txt", 0, b"there")]);
    for at in 0..archive.len() {
        for value in [0u8, 0x7F, 0xFF] {
            let mut bytes = archive.clone();
            bytes[at] = value;
            if let Ok(all) = members(&bytes, &Limits::default()) {
                assert!(all.count() <= 70_000);
            }
        }
    }
}
