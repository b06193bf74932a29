//! The program itself: exit codes, streams, files, each command.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use std::ffi::OsStr;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

fn run<S: AsRef<OsStr>>(args: &[S], stdin: &[u8]) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_zhibiao"))
        .args(args)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut pipe = child.stdin.take().unwrap();
    let input = stdin.to_vec();
    let writer = std::thread::spawn(move || pipe.write_all(&input));
    let output = child.wait_with_output().unwrap();
    // A command that does not read its input closes the pipe; that is no failure of the test.
    let _ = writer.join().unwrap();
    output
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

fn stderr(output: &Output) -> &str {
    std::str::from_utf8(&output.stderr).unwrap()
}

fn json_lines(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"))).collect()
}

fn seed(number: usize) -> String {
    format!("fixtures/seeds/{}.txt", support::seeds()[number].0)
}

// ---- extract ----

#[test]
fn extract_prints_each_document_then_its_records_in_reading_order() {
    let output = run(&["extract", "fixtures/seeds"], b"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let all = json_lines(stdout(&output));
    let stems: Vec<String> = support::seeds().into_iter().map(|(stem, _)| format!("{stem}.txt")).collect();
    let documents: Vec<&Value> = all.iter().filter(|r| r["kind"] == "document").collect();
    assert_eq!(documents.iter().map(|d| d["source"].as_str().unwrap()).collect::<Vec<_>>(), stems);
    let mut counted = 0;
    for document in documents {
        let own = all.iter().filter(|r| r["source"] == document["source"]);
        let first = own.clone().next().unwrap();
        assert_eq!(first["kind"], "document", "the document record comes first");
        for (kind, count) in [("form", "forms"), ("fund", "funds"), ("indicator", "indicators")] {
            let n = own.clone().filter(|r| r["kind"] == kind).count();
            assert_eq!(document[count], n, "{count} of {}", document["source"]);
            counted += n;
        }
        let forms: Vec<u64> = own.filter_map(|r| r["form"].as_u64()).collect();
        assert!(forms.is_sorted(), "a form's records stand together: {forms:?}");
    }
    assert!(counted > 100, "the five documents hold 12 forms, 18 funds and 102 indicators");
    let ids: std::collections::HashSet<&str> = all.iter().map(|r| r["id"].as_str().unwrap()).collect();
    assert_eq!(ids.len(), all.len(), "ids are unique");
}

#[test]
fn extract_reports_on_stderr_only() {
    let output = run(&["extract", &seed(0)], b"");
    assert!(stderr(&output).contains("documents") && stderr(&output).contains("indicators"), "{}", stderr(&output));
    assert!(!stdout(&output).contains("1 ok"));
}

#[test]
fn extract_into_a_folder_writes_the_same_records_kind_by_kind() {
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("new/records");
    let output = run(&["extract".as_ref(), "fixtures/seeds".as_ref(), "-o".as_ref(), out.as_os_str()], b"");
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stdout(&output), "", "with -o nothing goes to stdout");
    let printed = run(&["extract", "fixtures/seeds"], b"");
    let mut names: Vec<String> =
        fs::read_dir(&out).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names.retain(|name| name != ".zhibiao");
    assert_eq!(
        names,
        [
            "documents.jsonl",
            "errors.jsonl",
            "forms.jsonl",
            "funds.jsonl",
            "indicators.jsonl",
            "run.json",
            "statements.jsonl"
        ]
    );
    for (name, kind) in [
        ("documents.jsonl", "document"),
        ("forms.jsonl", "form"),
        ("funds.jsonl", "fund"),
        ("indicators.jsonl", "indicator"),
        ("statements.jsonl", "statement"),
    ] {
        let start = format!("{{\"kind\":\"{kind}\"");
        let expected: String =
            stdout(&printed).lines().filter(|line| line.starts_with(&start)).map(|line| format!("{line}\n")).collect();
        assert_eq!(fs::read_to_string(out.join(name)).unwrap(), expected, "{name}");
    }
}

#[test]
fn extract_gives_the_same_bytes_whatever_the_number_of_threads() {
    let once = run(&["extract", "fixtures/seeds", "--jobs", "1"], b"");
    let again = run(&["extract", "fixtures/seeds", "--jobs", "4"], b"");
    assert_eq!(once.stdout, again.stdout);
    assert!(!once.stdout.is_empty());
}

#[test]
fn extract_leaves_its_own_output_folder_out() {
    let dir = tempfile::tempdir().unwrap();
    fs::copy(Path::new(env!("CARGO_MANIFEST_DIR")).join(seed(3)), dir.path().join("a.txt")).unwrap();
    let out = dir.path().join("out");
    let args = ["extract".as_ref(), dir.path().as_os_str(), "-o".as_ref(), out.as_os_str()];
    run(&args, b"");
    let first = fs::read(out.join("documents.jsonl")).unwrap();
    let output = run(&args, b"");
    assert_eq!(fs::read(out.join("documents.jsonl")).unwrap(), first);
    assert!(stderr(&output).contains("the output folder is not read"), "{}", stderr(&output));
}

#[test]
fn extract_walks_folders_and_names_sources_from_the_root_on() {
    let dir = tempfile::tempdir().unwrap();
    let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(seed(3))).unwrap();
    for name in ["b/2.txt", "b/1.txt", "a.txt", ".hidden.txt"] {
        let path = dir.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, &text).unwrap();
    }
    let output = run(&["extract".as_ref(), dir.path().as_os_str()], b"");
    let all = json_lines(stdout(&output));
    let sources: Vec<&str> =
        all.iter().filter(|r| r["kind"] == "document").map(|r| r["source"].as_str().unwrap()).collect();
    assert_eq!(sources, [".hidden.txt", "a.txt", "b/1.txt", "b/2.txt"]);
}

#[test]
fn extract_reads_standard_input() {
    let text = fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(seed(0))).unwrap();
    let output = run(&["extract", "-"], &text);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let piped = json_lines(stdout(&output));
    let mut named = json_lines(stdout(&run(&["extract", &seed(0)], b"")));
    assert_eq!(piped[0]["source"], "-");
    assert_eq!(named[0]["source"], seed(0).as_str(), "a file's source is its path as given");
    named.iter_mut().for_each(|r| r["source"] = "-".into());
    assert_eq!(piped, named);
}

#[test]
fn a_partial_or_failed_document_makes_exit_code_1() {
    let output = run(&["extract", "-"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert_eq!(json_lines(stdout(&output))[0]["status"], "failed");
    assert!(stderr(&output).contains("failed: -:"), "{}", stderr(&output));
}

#[test]
fn wrong_usage_makes_exit_code_2() {
    for args in [
        &["extract"][..],
        &["extract", "--no-such-flag", "x"],
        &["no-such-command"],
        &[],
        &["extract", "fixtures/seeds", "--patterns", "no/such/folder"],
        &["score", "no/such/gold", "no/such/records"],
        &["tables", "x", "--format", "docx"],
    ] {
        let output = run(args, b"");
        assert_eq!(output.status.code(), Some(2), "{args:?}: {}", stderr(&output));
        assert_eq!(stdout(&output), "", "{args:?}");
        assert!(!stderr(&output).is_empty(), "{args:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_reader_that_has_enough_ends_the_run_quietly() {
    let script = format!("{} extract fixtures/seeds | head -n 1", env!("CARGO_BIN_EXE_zhibiao"));
    let output = Command::new("sh").args(["-c", &script]).current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap();
    assert_eq!(json_lines(stdout(&output)).len(), 1);
    let noise = stderr(&output);
    assert!(!noise.contains("error") && !noise.contains("panic"), "{noise}");
}

/// A user's words for a column, in an overlay, change what is read.
#[test]
fn a_pattern_overlay_changes_a_record() {
    let dir = tempfile::tempdir().unwrap();
    let shown = run(&["patterns", "show"], b"");
    assert_eq!(shown.status.code(), Some(0), "{}", stderr(&shown));
    assert!(stdout(&shown).contains("id = "), "entries are shown as the files have them");

    let overlay = "[[unit]]\nid = \"test-basket\"\nkind = \"counter\"\nwritten = [\"箩筐\"]\nbase = \"斤\"\nfactor = \"50\"\nsource = \"test\"\n";
    fs::write(dir.path().join("units.toml"), overlay).unwrap();
    let form = "稻谷收购项目支出绩效自评表\n（2021年度）\n\
        绩效指标\t一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\t分值\t得分\n\
        \t产出指标\t数量指标\t收购稻谷数量\t≥3箩筐\t4箩筐\t50\t50\n\
        \t效益指标\t社会效益指标\t农户增收效果\t明显\t明显\t50\t50\n\
        总分\t\t\t\t\t\t100\t100\n";
    let target = |args: &[&OsStr]| {
        let output = run(args, form.as_bytes());
        let all = json_lines(stdout(&output));
        let row = all.iter().find(|r| r["level3"] == "收购稻谷数量").unwrap_or_else(|| panic!("{}", stdout(&output)));
        (row["target"]["value"].to_string(), row["target"]["unit"].as_str().unwrap_or_default().to_owned())
    };
    let without = target(&["extract".as_ref(), "-".as_ref()]);
    let with = target(&["extract".as_ref(), "-".as_ref(), "--patterns".as_ref(), dir.path().as_os_str()]);
    assert_ne!(without.1, "斤");
    assert_eq!(with, ("150".to_owned(), "斤".to_owned()));
}

// ---- tables ----

const TABLE: &str = "表一\n\n<table><tr><td colspan=\"2\">甲, 乙</td></tr><tr><td>1</td><td>2</td></tr></table>\n";

#[test]
fn tables_as_json_have_cells_with_spans() {
    let output = run(&["tables", "-"], TABLE.as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let value: Value = serde_json::from_str(stdout(&output)).unwrap();
    let table = &value["tables"][0];
    assert_eq!((&table["rows"], &table["columns"]), (&2.into(), &2.into()));
    let cell = &table["cells"][0];
    assert_eq!(
        (cell["text"].as_str(), cell["row_span"].as_u64(), cell["column_span"].as_u64(), cell["bbox"].is_null()),
        (Some("甲, 乙"), Some(1), Some(2), true)
    );
    assert_eq!(table["cells"].as_array().unwrap().len(), 3);
    assert!(table["page"].is_null());
}

#[test]
fn tables_in_every_format_hold_every_cell() {
    for (format, first) in [("csv", "\"甲, 乙\""), ("html", "colspan=\"2\""), ("md", "| 甲, 乙 |")] {
        let output = run(&["tables", "-", "--format", format], TABLE.as_bytes());
        assert_eq!(output.status.code(), Some(0), "{format}: {}", stderr(&output));
        assert!(stdout(&output).contains(first), "{format}: {}", stdout(&output));
        assert!(stdout(&output).contains('2'), "{format}");
    }
}

#[test]
fn tables_of_a_file_that_is_not_there() {
    let output = run(&["tables", "no-such-file.txt"], b"");
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr(&output).contains("no such file"), "{}", stderr(&output));
}

// ---- normalize ----

#[test]
fn normalize_answers_each_line_with_a_line() {
    let output = run(&["normalize"], "98.77%\n≥550元\n\n—\r\n普遍知晓\n2488814万元".as_bytes());
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let lines = json_lines(stdout(&output));
    assert_eq!(lines.len(), 6);
    let say = |i: usize| {
        let q: &Value = &lines[i];
        (q["relation"].as_str(), q["value"].to_string(), q["unit"].as_str())
    };
    assert_eq!(say(0), (Some("="), "0.9877".into(), Some("ratio")));
    assert_eq!(say(1), (Some(">="), "550".into(), Some("元")));
    assert!(lines[2].is_null() && lines[3].is_null(), "blank and dash say nothing");
    assert_eq!((&lines[4]["relation"], lines[4]["text"].as_str()), (&Value::Null, Some("普遍知晓")));
    assert_eq!(say(5), (Some("="), "24888140000".into(), Some("元")), "the last line needs no line end");
    assert!(stdout(&output).contains("\"raw\":\"2488814万元\""));
}

#[test]
fn normalize_keeps_its_place_over_a_line_that_is_not_utf_8() {
    let output = run(&["normalize"], b"1\xff\xfe\n12\xe4\xb8\xaa\n");
    assert_eq!(output.status.code(), Some(0));
    let lines = json_lines(stdout(&output));
    assert_eq!(lines.len(), 2);
    assert_eq!((lines[1]["value"].to_string(), lines[1]["unit"].as_str()), ("12".into(), Some("个")));
}

// ---- score, patterns, schema, help ----

#[test]
fn score_prints_figures_and_holds_a_minimum() {
    let dir = tempfile::tempdir().unwrap();
    let gold = dir.path().join("gold");
    fs::create_dir(&gold).unwrap();
    let form = |title: &str| {
        format!("{{\"kind\":\"form\",\"form\":1,\"source\":\"x/a.pdf\",\"title\":\"{title}\",\"year\":2020}}\n")
    };
    fs::write(gold.join("a.jsonl"), form("项目支出绩效自评表")).unwrap();
    let records = dir.path().join("records.jsonl");
    fs::write(&records, form("部门整体绩效自评表")).unwrap();
    let json = dir.path().join("figures.json");
    let args = |min: &'static str| {
        [
            "score".as_ref(),
            gold.as_os_str(),
            records.as_os_str(),
            "--show".as_ref(),
            "5".as_ref(),
            "--min".as_ref(),
            min.as_ref(),
            "--json".as_ref(),
            json.as_os_str(),
        ]
    };
    let output = run(&args("0.5"), b"");
    // One of two fields is right: precision, recall and F1 are a half.
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(stdout(&output).contains("rows 1, exact rows 0.000, missing 0, spurious 0"), "{}", stdout(&output));
    assert!(stdout(&output).contains("F1 0.5000"));
    assert!(stdout(&output).contains("wrong: a | form.title | gold \"项目支出绩效自评表\""));
    let figures: Value = serde_json::from_str(&fs::read_to_string(&json).unwrap()).unwrap();
    assert_eq!(figures["all"]["f1"].as_f64(), Some(0.5));
    assert_eq!(run(&args("0.51"), b"").status.code(), Some(1));
}

#[test]
fn the_built_in_patterns_have_no_problem_and_a_broken_overlay_has_one_with_its_line() {
    let output = run(&["patterns", "check"], b"");
    assert_eq!(output.status.code(), Some(0), "{}{}", stdout(&output), stderr(&output));
    let dir = tempfile::tempdir().unwrap();
    fs::write(dir.path().join("units.toml"), "[[unit]]\nid = \"a\"\nwritten = [\"甲\"]\ncolour = \"red\"\n").unwrap();
    let output = run(&["patterns".as_ref(), "check".as_ref(), dir.path().as_os_str()], b"");
    assert_eq!(output.status.code(), Some(1));
    let told = format!("{}{}", stdout(&output), stderr(&output));
    assert!(told.contains("units.toml:") && told.contains("colour"), "{told}");
}

#[test]
fn schema_is_json_schema_of_the_five_kinds() {
    let output = run(&["schema"], b"");
    assert_eq!(output.status.code(), Some(0));
    let schema: Value = serde_json::from_str(stdout(&output)).unwrap();
    assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
    let kinds: Vec<&str> = schema["oneOf"]
        .as_array()
        .unwrap()
        .iter()
        .map(|kind| kind["properties"]["kind"]["const"].as_str().unwrap())
        .collect();
    assert_eq!(kinds, ["document", "form", "fund", "indicator", "statement"]);
}

#[test]
fn version_and_help() {
    assert_eq!(stdout(&run(&["--version"], b"")), format!("zhibiao {}\n", env!("CARGO_PKG_VERSION")));
    for command in ["extract", "tables", "normalize", "score", "patterns", "schema"] {
        let output = run(&[command, "--help"], b"");
        assert_eq!(output.status.code(), Some(0));
        assert!(stdout(&output).contains("Example:\n  "), "{command}");
        assert!(stdout(&output).contains(&format!("zhibiao {command}")), "{command}");
    }
}
