//! ZIP archives through the program: a document a member, each failure a record, the others as if alone.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;
mod zips;

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use support::records::records;
use zips::{of_files, packed, stored};

fn zhibiao(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zhibiao")).args(args).output().unwrap()
}

fn lines(text: &[u8]) -> Vec<Value> {
    std::str::from_utf8(text).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Everything that an archive gives, lying as `a.zip` in a folder.
fn extracted(archive: &[u8], flags: &[&str]) -> (Vec<Value>, Output) {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("a.zip"), archive).unwrap();
    let mut args = vec!["extract", dir.path().to_str().unwrap()];
    args.extend(flags);
    let output = zhibiao(&args);
    (lines(&output.stdout), output)
}

/// Source, status and error code of each document, in the order of the output.
fn documents(all: &[Value]) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap_or("").to_owned();
    all.iter()
        .filter(|r| r["kind"] == "document")
        .map(|r| (text(&r["source"]), text(&r["status"]), text(&r["error"]["code"])))
        .collect()
}

fn document(source: &str, status: &str, code: &str) -> (String, String, String) {
    (source.to_owned(), status.to_owned(), code.to_owned())
}

fn fixture(path: &str) -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/office").join(path)).unwrap()
}

fn own(all: &[Value], source: &str) -> Vec<Value> {
    let mut own: Vec<Value> = all.iter().filter(|r| r["source"] == source).cloned().collect();
    for findings in own.iter_mut().filter_map(|r| r["findings"].as_array_mut()) {
        findings.retain(|f| f["code"] != "duplicate_form");
    }
    own
}

#[test]
fn every_member_is_a_document_read_as_if_alone() {
    let members = [
        ("2022年/自评/001.docx", fixture("docx-libreoffice/001.docx")),
        ("002.xls", fixture("xls-libreoffice/003.xls")),
        // Told by content: a web page that calls itself a Word document.
        ("003.doc", fixture("html-page/003.html")),
    ];
    let inner = packed("深/001.ods", &fixture("ods-odfpy/001.ods"));
    let mut files: Vec<(&str, &[u8])> = members.iter().map(|(name, bytes)| (*name, bytes.as_slice())).collect();
    files.insert(1, ("附件.zip", &inner));
    let (all, output) = extracted(&of_files(&files), &[]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let sources: Vec<String> = documents(&all).into_iter().map(|d| d.0).collect();
    assert_eq!(
        sources,
        ["a.zip!/2022年/自评/001.docx", "a.zip!/附件.zip!/深/001.ods", "a.zip!/002.xls", "a.zip!/003.doc"]
    );
    for (name, bytes) in &members {
        let source = format!("a.zip!/{name}");
        let alone = records(&source, bytes.clone());
        assert!(alone.iter().any(|r| r["kind"] == "indicator"), "{name}");
        assert_eq!(own(&all, &source), alone, "{name}");
    }
    // Two forms stand in two formats: what is found over documents is no part of reading a member.
    assert_eq!(own(&all, "a.zip!/附件.zip!/深/001.ods"), records(&sources[1], fixture("ods-odfpy/001.ods")));
}

#[test]
fn the_output_is_the_same_whatever_the_number_of_threads_and_wherever_it_goes() {
    let form = fixture("docx-libreoffice/001.docx");
    let names: Vec<String> = (0..70).map(|i| format!("{i}.docx")).collect();
    let files: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), form.as_slice())).collect();
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("many.zip");
    fs::write(&path, of_files(&files)).unwrap();
    let path = path.to_str().unwrap();
    let one = zhibiao(&["extract", path, "--jobs", "1"]);
    let four = zhibiao(&["extract", path, "--jobs", "4"]);
    assert_eq!(one.stdout, four.stdout);
    let sources: Vec<String> = documents(&lines(&one.stdout)).into_iter().map(|d| d.0).collect();
    let expected: Vec<String> = names.iter().map(|name| format!("{path}!/{name}")).collect();
    assert_eq!(sources, expected, "in the archive's own order");

    let out = dir.path().join("out");
    let folder = zhibiao(&["extract", path, "-o", out.to_str().unwrap()]);
    assert_eq!(folder.status.code(), Some(0));
    let forms = lines(&fs::read(out.join("forms.jsonl")).unwrap());
    assert_eq!(forms, lines(&one.stdout).into_iter().filter(|r| r["kind"] == "form").collect::<Vec<_>>());

    let piped = Command::new("sh")
        .args(["-c", &format!("{} extract - < '{path}'", env!("CARGO_BIN_EXE_zhibiao"))])
        .output()
        .unwrap();
    assert_eq!(documents(&lines(&piped.stdout))[0].0, "-!/0.docx");
    assert_eq!(lines(&piped.stdout).len(), lines(&one.stdout).len());
}

#[test]
fn names_of_chinese_windows_and_names_that_lead_out() {
    let (_, text) = support::seeds().swap_remove(3);
    let (gbk, ..) = encoding_rs::GBK.encode("绩效自评表/附件1.txt");
    let archive = stored(&[
        (&gbk, 0, text.as_bytes()),
        (b"../../../etc/cron.d/form.txt", 0, text.as_bytes()),
        (b"C:\\reports\\form.txt", 0, text.as_bytes()),
    ]);
    let (all, output) = extracted(&archive, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(
        documents(&all),
        [
            document("a.zip!/绩效自评表/附件1.txt", "ok", ""),
            document("a.zip!/etc/cron.d/form.txt", "ok", ""),
            document("a.zip!/reports/form.txt", "ok", "")
        ]
    );
}

#[test]
fn a_bad_member_is_a_failed_record_and_the_others_go_on() {
    let (_, text) = support::seeds().swap_remove(3);
    let mut archive = stored(&[
        (b"locked.doc", 1, b"????????????"),
        (b"wrong-crc.txt", 0, b"0123456789"),
        (b"picture.png", 0, b"\x89PNG\r\n\x1a\n0000"),
        (b"blank.txt", 0, b""),
        (b"old.7z", 0, b"7z\xBC\xAF\x27\x1C0000"),
        (b"good.txt", 0, text.as_bytes()),
    ]);
    let at = archive.windows(10).position(|w| w == b"0123456789").unwrap();
    archive[at] = b'9';
    let (all, output) = extracted(&archive, &[]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        documents(&all),
        [
            document("a.zip!/locked.doc", "failed", "encrypted"),
            document("a.zip!/wrong-crc.txt", "failed", "damaged"),
            document("a.zip!/picture.png", "failed", "damaged"),
            document("a.zip!/blank.txt", "failed", "empty"),
            document("a.zip!/old.7z", "failed", "archive"),
            document("a.zip!/good.txt", "ok", "")
        ]
    );
    assert_eq!(own(&all, "a.zip!/good.txt"), records("a.zip!/good.txt", text));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("failed: a.zip!/locked.doc: ") && told.contains("password"), "{told}");
}

#[test]
fn bombs_are_refused_by_ratio_and_by_total_and_both_can_be_set() {
    let (_, text) = support::seeds().swap_remove(3);
    let zeros = vec![b' '; 40 << 20];
    let archive = of_files(&[("bomb.txt", &zeros), ("good.txt", text.as_bytes())]);
    let (all, _) = extracted(&archive, &["--max-ratio", "100"]);
    assert_eq!(
        documents(&all),
        [document("a.zip!/bomb.txt", "failed", "too_large"), document("a.zip!/good.txt", "ok", "")]
    );
    let many: Vec<(&str, &[u8])> = vec![("1.txt", &zeros), ("2.txt", &zeros), ("3.txt", text.as_bytes())];
    let (all, output) = extracted(&of_files(&many), &["--max-bytes", "50000000", "--max-ratio", "2000"]);
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(
        documents(&all),
        [
            // White space only.
            document("a.zip!/1.txt", "failed", "empty"),
            document("a.zip!/2.txt", "failed", "too_large"),
            document("a.zip!/3.txt", "ok", "")
        ]
    );
}

#[test]
fn an_archive_in_itself_ends_at_the_limit() {
    let (_, text) = support::seeds().swap_remove(3);
    let mut archive = packed("form.txt", text.as_bytes());
    for level in 0..6 {
        archive = packed(&format!("{level}.zip"), &archive);
    }
    let (all, _) = extracted(&archive, &[]);
    assert_eq!(documents(&all), [document("a.zip!/5.zip!/4.zip!/3.zip!/2.zip", "failed", "archive")]);
}

#[test]
fn an_archive_that_fails_as_a_whole_has_one_record_with_its_own_hash() {
    let whole = packed("form.txt", &[b'x'; 5000]);
    for (bytes, code) in [(&whole[..whole.len() / 2], "damaged"), (&of_files(&[])[..], "empty_archive")] {
        let (all, output) = extracted(bytes, &[]);
        assert_eq!(output.status.code(), Some(1));
        assert_eq!(documents(&all), [document("a.zip", "failed", code)]);
        assert_eq!(all[0]["bytes"], bytes.len());
        assert_ne!(all[0]["id"], "e3b0c44298fc", "not the hash of nothing");
    }
}

#[test]
fn what_systems_leave_beside_documents_is_told_not_read() {
    let (_, text) = support::seeds().swap_remove(3);
    let archive =
        of_files(&[("__MACOSX/._a.txt", b"\0\x05\x16\x07"), ("a.txt", text.as_bytes()), ("Thumbs.db", b"\xD0\xCF")]);
    let (all, output) = extracted(&archive, &[]);
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(documents(&all), [document("a.zip!/a.txt", "ok", "")]);
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("note: a.zip: 2 members") && told.contains("__MACOSX/._a.txt"), "{told}");
    let litter = of_files(&[("__MACOSX/._a.txt", b"\0\x05\x16\x07")]);
    assert_eq!(documents(&extracted(&litter, &[]).0), [document("a.zip", "failed", "empty_archive")]);
}

#[test]
fn tables_of_an_archive_and_other_packers_are_refused_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.zip");
    fs::write(&path, packed("form.txt", b"1")).unwrap();
    let output = zhibiao(&["tables", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("a ZIP archive") && told.contains("unpack it"), "{told}");

    for (name, bytes) in [
        ("a.rar", &b"Rar!\x1a\x07\x01\0"[..]),
        ("a.7z", b"7z\xBC\xAF\x27\x1C\0\x04"),
        ("a.docx.gz", b"\x1F\x8B\x08\0\0\0"),
    ] {
        let found = records(name, bytes);
        assert_eq!((&found[0]["status"], &found[0]["error"]["code"]), (&"failed".into(), &"archive".into()), "{name}");
        assert!(found[0]["error"]["message"].as_str().unwrap().contains("unpack"), "{name}");
    }
}

#[test]
fn every_cut_of_an_archive_is_read_or_refused_in_words() {
    let (_, text) = support::seeds().swap_remove(3);
    let archive = of_files(&[("a.txt", text.as_bytes()), ("b/c.docx", &fixture("docx-libreoffice/001.docx"))]);
    let options = zhibiao::Options::load(None).unwrap();
    for end in (1..archive.len()).step_by(211) {
        let source = zhibiao::Source { name: "a.zip".into(), bytes: archive[..end].to_vec() };
        for document in zhibiao::pipeline::documents(source, &options.limits) {
            let record = match document {
                Ok(source) => zhibiao::extract(source, &options).document,
                Err(record) => *record,
            };
            let error = record.error.map(|e| (e.code, e.message));
            assert!(error.as_ref().is_none_or(|(code, message)| code != "panic" && !message.is_empty()), "{end}");
        }
    }
}
