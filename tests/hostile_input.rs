//! Bad input: a clear message and a record, bounded work, and the other files go on.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};
use support::records::records;

fn zhibiao(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zhibiao")).args(args).output().unwrap()
}

fn lines(output: &Output) -> Vec<Value> {
    let text = String::from_utf8(output.stdout.clone()).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The records of a file beside a good one: the good one must come out as it would alone.
fn beside_a_good_file(name: &str, bytes: &[u8]) -> Vec<Value> {
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join(name), bytes).unwrap();
    let (stem, good) = support::seeds().swap_remove(3);
    fs::write(dir.path().join("zz-good.txt"), &good).unwrap();
    let output = zhibiao(&["extract", dir.path().to_str().unwrap()]);
    let all = lines(&output);
    let (bad, rest): (Vec<Value>, Vec<Value>) = all.into_iter().partition(|r| r["source"] == name);
    let mut expected = records("zz-good.txt", good);
    expected.iter_mut().for_each(|r| r["source"] = "zz-good.txt".into());
    assert_eq!(rest, expected, "{stem} is read as if alone");
    let well = bad[0]["status"] == "ok";
    assert_eq!(output.status.code(), Some(i32::from(!well)), "{}", bad[0]);
    bad
}

fn assert_failed(records: &[Value], code: &str) {
    assert_eq!(records.len(), 1, "{records:?}");
    let document = &records[0];
    assert_eq!((&document["kind"], &document["status"]), (&"document".into(), &"failed".into()));
    assert_eq!(document["error"]["code"], code, "{document}");
    let message = document["error"]["message"].as_str().unwrap();
    assert!(message.chars().count() >= 8, "a message that says something: {message}");
}

#[test]
fn an_empty_file() {
    assert_failed(&beside_a_good_file("empty.txt", b""), "empty");
}

#[test]
fn a_binary_file() {
    let noise: Vec<u8> = (0..20_000u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
    assert_failed(&beside_a_good_file("noise.txt", &noise), "binary");
}

#[test]
fn a_folder_without_files() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join("inner")).unwrap();
    let output = zhibiao(&["extract", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert_failed(&lines(&output), "empty_folder");
    assert!(String::from_utf8_lossy(&output.stderr).contains("holds no file"));
}

#[test]
fn a_path_that_is_not_there() {
    let dir = tempfile::tempdir().unwrap();
    let good = dir.path().join("good.txt");
    fs::write(&good, &support::seeds()[0].1).unwrap();
    let missing = dir.path().join("no-such-file.txt");
    let output = zhibiao(&["extract", missing.to_str().unwrap(), good.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let all = lines(&output);
    assert_failed(&all[..1], "missing");
    assert!(all.len() > 5, "the file that is there was read");
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-file.txt"));
}

#[cfg(unix)]
#[test]
fn a_file_without_permission() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("secret.txt");
    fs::write(&path, "x").unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(0o000)).unwrap();
    let expected = match fs::read(&path) {
        Err(_) => "unreadable",
        // Whoever may read everything (root in a container) gets an unreadable name instead: a link to nowhere.
        Ok(_) => {
            fs::remove_file(&path).unwrap();
            std::os::unix::fs::symlink("nowhere", &path).unwrap();
            "missing"
        }
    };
    let output = zhibiao(&["extract", dir.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    assert_failed(&lines(&output), expected);
}

#[test]
fn files_cut_in_the_middle_of_a_character() {
    let (_, text) = support::seeds().swap_remove(0);
    let whole = records("cut.txt", text.as_bytes());
    // The last CJK character is three bytes of UTF-8 and two of GB18030.
    let end = text.trim_end().len();
    let utf8 = &text.as_bytes()[..end - 1];
    let gb = encoding_rs::GB18030.encode(text.trim_end()).0.into_owned();
    for bytes in [utf8, &gb[..gb.len() - 1]] {
        let cut = beside_a_good_file("cut.txt", bytes);
        let kinds = |all: &[Value], kind: &str| all.iter().filter(|r| r["kind"] == kind).count();
        assert_ne!(cut[0]["status"], "failed", "{}", cut[0]);
        assert_eq!(kinds(&cut, "form"), kinds(&whole, "form"));
        assert!(kinds(&cut, "indicator") + 1 >= kinds(&whole, "indicator"), "all but what was cut is there");
    }
}

#[test]
fn nul_and_control_characters() {
    let (_, text) = support::seeds().swap_remove(3);
    let before = records("a.txt", text.as_bytes());
    let strewn = text.replace("项目名称", "\u{0}项目\u{1}名称\u{7}").replace("得分\t", "得分\u{b}\t");
    let after = records("a.txt", strewn.as_bytes());
    assert_eq!(after[0]["status"], before[0]["status"]);
    let names = |all: &[Value]| all.iter().map(|r| r["level3"].clone()).collect::<Vec<_>>();
    assert_eq!(names(&before), names(&after));
}

#[test]
fn a_hundred_thousand_columns_in_a_row() {
    let wide = format!("项目名称\t{}\n绩效指标\t一级指标\t二级指标\t三级指标\n", "1\t".repeat(100_000));
    let records = beside_a_good_file("wide.txt", wide.repeat(3).as_bytes());
    assert_eq!(records[0]["kind"], "document");
    let cells = "甲|".repeat(100_000);
    let piped = format!("| {cells}\n|{}\n| {cells}\n", "---|".repeat(100_000));
    assert_eq!(beside_a_good_file("piped.md", piped.as_bytes())[0]["kind"], "document");
}

#[test]
fn a_form_of_twelve_thousand_rows_is_read_in_parts_and_says_so() {
    let mut text =
        "项目支出绩效自评表\n项目名称\t补助\n一级指标\t二级指标\t三级指标\t年度指标值\t全年完成值\t分值\t得分\n"
            .to_owned();
    for i in 0..12_000 {
        text.push_str(&format!("产出指标\t数量指标\t补助人数{i}\t≥{i}人\t{}人\t10\t9\n", i + 3));
    }
    let records = beside_a_good_file("long.txt", text.as_bytes());
    let of = |kind: &str| records.iter().filter(|r| r["kind"] == kind).collect::<Vec<_>>();
    let (forms, indicators) = (of("form"), of("indicator"));
    assert_eq!((forms.len(), indicators.len()), (3, 12_000));
    assert!(indicators.iter().all(|r| r["project"] == "补助" && r["level1"] == "产出指标"));
    assert_eq!(indicators[11_999]["level3"], "补助人数11999");
    assert!(forms.iter().all(|f| f["findings"][0]["code"] == "content_skipped"), "{:?}", forms[2]["findings"]);
}

#[test]
fn a_row_with_cells_of_megabytes_is_running_text() {
    let cell = "项目目标完成情况良好。".repeat(60_000);
    let text = format!("一级指标\t二级指标\t三级指标\t年度指标值\n产出指标\t数量指标\t{cell}\t{cell}\n");
    let records = beside_a_good_file("cells.txt", text.as_bytes());
    assert!(records.iter().all(|r| r["kind"] != "indicator"), "{}", records.len());
}

#[test]
fn a_single_line_of_many_megabytes() {
    // Twenty here, so that the tests stay quick; docs/performance.md has the figures for 200.
    let line = "绩效指标完成率98.77%，".repeat(700_000);
    assert_eq!(beside_a_good_file("line.txt", line.as_bytes())[0]["kind"], "document");
}

#[test]
fn a_million_nested_or_unclosed_elements() {
    for piece in ["<table><tr><td>", "<div>", "<td", "</table>", "$\\frac{", "（"] {
        let text = piece.repeat(200_000);
        let records = beside_a_good_file("nested.txt", text.as_bytes());
        assert_eq!(records[0]["kind"], "document", "{piece}");
    }
}

#[test]
fn spans_without_end() {
    let huge = r#"<table><tr><td rowspan="4294967295" colspan="4294967295">一级指标</td><td rowspan="-1">二级</td></tr>
        <tr><td colspan="99999999999999999999">产出</td></tr></table>"#;
    let records = beside_a_good_file("span.html", huge.repeat(50).as_bytes());
    assert_eq!(records[0]["kind"], "document");
}

#[test]
fn every_cut_of_a_document_is_read_or_refused_in_words() {
    let (_, text) = support::seeds().swap_remove(4);
    let bytes = text.as_bytes();
    for end in (0..bytes.len()).step_by(97) {
        let all = records("cut.txt", &bytes[..end]);
        let document = &all[0];
        assert_ne!(document["error"]["code"], "panic", "cut at {end}: {document}");
        assert!(document["status"] != "failed" || document["error"]["message"].is_string());
    }
}

#[test]
fn an_output_folder_that_cannot_be_made() {
    let file = tempfile::NamedTempFile::new().unwrap();
    let inside = file.path().join("out");
    let seed = Path::new("fixtures/seeds");
    let output = Command::new(env!("CARGO_BIN_EXE_zhibiao"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["extract".as_ref(), seed.as_os_str(), "-o".as_ref(), inside.as_os_str()])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("error: "));
}

#[test]
fn a_header_of_thousands_of_columns_costs_no_more_than_its_cells() {
    let names = ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"];
    let values = ["产出指标", "数量指标", "安装路灯", "≥3个", "3个", "6", "6"];
    let row = |texts: [&str; 7]| {
        let cells: String = (0..4_000).map(|i| format!("<td>{}</td>", texts[i % 7])).collect();
        format!("<tr>{cells}</tr>")
    };
    let page = format!("<html><body><table>{}{}{}</table></body></html>", row(names), row(values), row(values));
    let records = beside_a_good_file("wide.html", page.as_bytes());
    assert_eq!(records[0]["status"], "ok");
    // The first columns of each name are the form's.
    let first = records.iter().find(|r| r["kind"] == "indicator").unwrap();
    assert_eq!((&first["level1"], &first["target"]["value"]), (&"产出指标".into(), &3.into()));
}
