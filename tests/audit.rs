//! The audit: errors planted in sound forms are found, sound forms are left in peace, and what is wrong in the public documents is
//! told.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod injector;
mod support;

use injector::plants::{CLASSES, lose_blank, plant, plant_in_real};
use injector::{Random, sound};
use serde_json::Value;
use std::collections::BTreeMap;
use support::content::Report;
use support::dialects::{Dialect, Style, render};
use support::records::records;

/// Documents of each dialect that nothing is wrong with.
const SOUND: u64 = 300;
/// Errors of each class.
const PLANTED: usize = 60;
const DIALECTS: [Dialect; 2] = [Dialect::Html, Dialect::TabRows];

/// Code, severity, message and record of each finding.
fn findings(records: &[Value]) -> Vec<(String, String, String, String)> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let of = |record: &Value| {
        let id = text(&record["id"]);
        let own = record["findings"].as_array().unwrap().clone();
        own.into_iter().map(move |f| (text(&f["code"]), text(&f["severity"]), text(&f["message"]), id.clone()))
    };
    records.iter().flat_map(of).collect()
}

/// Findings that say that something is wrong, and no more than that something was inferred.
fn alarms(records: &[Value]) -> Vec<(String, String)> {
    let all = findings(records).into_iter().filter(|(_, severity, ..)| severity != "info");
    all.map(|(code, _, message, _)| (code, message)).collect()
}

fn read(report: &Report, dialect: Dialect) -> Vec<Value> {
    records("planted.txt", render(report, &Style::plain(dialect)))
}

#[derive(Default)]
struct Measured {
    planted: usize,
    found: usize,
    by_own_rule: usize,
    missed: Vec<String>,
}

/// Of each class: how many were planted, how many found, how many by the rule that is about that place.
fn measure() -> BTreeMap<usize, Measured> {
    let mut measured: BTreeMap<usize, Measured> = BTreeMap::new();
    for (at, (class, _)) in CLASSES.iter().enumerate() {
        let of_class = measured.entry(at).or_default();
        let mut random = Random(0x5EED ^ (at as u64) << 32);
        for seed in 0..20_000u64 {
            if of_class.planted == PLANTED {
                break;
            }
            let Some(report) = plant(&sound::report(seed), at, &mut random) else { continue };
            let dialect = DIALECTS[of_class.planted % DIALECTS.len()];
            let records = if class.place == "a blank lost" {
                let text = render(&report, &Style::plain(Dialect::TabRows));
                let Some(text) = lose_blank(&text, &mut random) else { continue };
                records("planted.txt", text)
            } else {
                read(&report, dialect)
            };
            let mut found = alarms(&records);
            // Told for information: a row that was put right, and what a row lacks that the total says it has.
            let repairs = ["column_shift_repaired", "cells_split", "cell_dropped", "score_imputed"];
            let repaired = findings(&records).into_iter().filter(|(code, ..)| repairs.contains(&code.as_str()));
            found.extend(repaired.map(|(code, _, message, _)| (code, message)));
            of_class.planted += 1;
            of_class.found += usize::from(!found.is_empty());
            of_class.by_own_rule += usize::from(found.iter().any(|(code, _)| code == class.rule));
            if found.is_empty() {
                of_class.missed.push(format!("seed {seed}, {dialect:?}"));
            }
        }
    }
    measured
}

/// Alarms on documents that are sound, by code, and how many documents have one.
fn false_alarms() -> (usize, usize, BTreeMap<String, usize>, Vec<String>) {
    let (mut documents, mut alarmed, mut by_code, mut shown) = (0, 0, BTreeMap::new(), Vec::new());
    for seed in 0..SOUND {
        let report = sound::report(1_000_000 + seed);
        for dialect in DIALECTS {
            let found = alarms(&read(&report, dialect));
            documents += 1;
            alarmed += usize::from(!found.is_empty());
            for (code, message) in found {
                shown.push(format!("seed {seed}, {dialect:?}: {code}: {message}"));
                *by_code.entry(code).or_default() += 1;
            }
        }
    }
    (documents, alarmed, by_code, shown)
}

#[test]
fn planted_errors_are_found() {
    for (at, measured) in measure() {
        let (class, _) = CLASSES[at];
        let Measured { planted, found, by_own_rule, missed } = measured;
        println!("{} in {}: {found} of {planted}, {by_own_rule} by {}", class.error, class.place, class.rule);
        assert!(planted >= 30, "{class:?}: {planted}");
        assert!(found * 100 >= planted * 95, "{class:?}: {found} of {planted}\n{}", missed.join("\n"));
    }
}

/// Places in the forms of the fixtures, and how many plants there are in each form.
const REAL: [&str; 5] = ["weight", "score", "total weight", "total score", "rate"];
const IN_EACH: u64 = 4;

/// The same in the forms of the fixtures: place, how many were planted and found, and which not.
fn measure_real() -> Vec<(&'static str, usize, usize, Vec<String>)> {
    let reports: Vec<_> = ["fixtures/forms", "fixtures/variety"].into_iter().flat_map(support::reports).collect();
    let mut random = Random(0xF0F0);
    let of = |what: &'static str| {
        let (mut planted, mut found, mut missed) = (0, 0, Vec::new());
        for (stem, report) in &reports {
            let before = read(report, Dialect::Html);
            let first = before.iter().find(|record| record["kind"] == "form").unwrap();
            let total = if what.ends_with("weight") { "total_weight" } else { "total_score" };
            let known = alarms(&before);
            // What a form does not print, or has wrong already, cannot be measured.
            let wrong = known.iter().any(|(code, _)| code.ends_with("do_not_add_up") || code.starts_with("rate"));
            if wrong || (what != "rate" && first[total].is_null()) {
                continue;
            }
            for _ in 0..IN_EACH {
                let mut changed = report.clone();
                if plant_in_real(&mut changed.forms[0], what, &mut random).is_none() {
                    continue;
                }
                let new: Vec<_> =
                    alarms(&read(&changed, Dialect::Html)).into_iter().filter(|alarm| !known.contains(alarm)).collect();
                planted += 1;
                found += usize::from(!new.is_empty());
                if new.is_empty() {
                    missed.push(stem.clone());
                }
            }
        }
        (what, planted, found, missed)
    };
    REAL.into_iter().map(of).collect()
}

#[test]
fn errors_planted_in_the_fixtures_are_found() {
    for (what, planted, found, missed) in measure_real() {
        println!("{what}: {found} of {planted}; missed in {missed:?}");
        assert!(planted >= 20, "{what}: {planted}");
        assert!(found * 100 >= planted * 95, "{what}: {found} of {planted}, missed in {missed:?}");
    }
}

#[test]
fn sound_forms_are_left_in_peace() {
    let (documents, alarmed, _, shown) = false_alarms();
    assert!(alarmed * 100 <= documents, "{alarmed} of {documents}\n{}", shown.join("\n"));
}

/// The table of `docs/findings.md`.
#[test]
#[ignore = "prints a table: cargo test --test audit -- --ignored --nocapture table"]
fn table() {
    let (documents, alarmed, by_code, _) = false_alarms();
    let mut rules: BTreeMap<&str, (usize, usize, usize, Vec<&str>)> = BTreeMap::new();
    println!("| error | where | planted | found | by the rule |\n| --- | --- | --- | --- | --- |");
    let (mut planted, mut found) = (0, 0);
    for (at, measured) in measure() {
        let (class, _) = CLASSES[at];
        println!(
            "| {} | {} | {} | {} | {} by `{}` |",
            class.error, class.place, measured.planted, measured.found, measured.by_own_rule, class.rule
        );
        planted += measured.planted;
        found += measured.found;
        let rule = rules.entry(class.rule).or_default();
        *rule = (rule.0 + measured.planted, rule.1 + measured.found, rule.2 + measured.by_own_rule, Vec::new());
    }
    for (what, here, seen, _) in measure_real() {
        println!("| digit changed, forms of the fixtures | {what} | {here} | {seen} | |");
        planted += here;
        found += seen;
    }
    println!("| all | | {planted} | {found} | |\n");
    println!("| rule | planted | found | false alarms on {documents} sound documents |\n| --- | --- | --- | --- |");
    for (rule, (planted, found, ..)) in &rules {
        println!("| `{rule}` | {planted} | {found} | {} |", by_code.get(*rule).unwrap_or(&0));
    }
    println!("| documents with any alarm | | | {alarmed} |");
}

// ---- Over documents, and the command ----

fn zhibiao(arguments: &[&std::ffi::OsStr]) -> std::process::Output {
    std::process::Command::new(env!("CARGO_BIN_EXE_zhibiao")).args(arguments).output().unwrap()
}

/// Two sound documents of one project, unit and year: as they are, and with another total score and its parts in the second.
fn drop_of_two() -> tempfile::TempDir {
    let drop = tempfile::tempdir().unwrap();
    let one = sound::report(7);
    let mut other = one.clone();
    let form = &mut other.forms[0];
    let row = form.indicators.rows.iter_mut().find(|row| row[sound::SCORE] == row[sound::WEIGHT]).unwrap();
    let score: rust_decimal::Decimal = row[sound::SCORE].parse().unwrap();
    row[sound::SCORE] = (score - rust_decimal::Decimal::ONE).to_string();
    let total = form.total.as_mut().unwrap().get_mut("得分").unwrap();
    let sum: rust_decimal::Decimal = total.as_str().unwrap().parse().unwrap();
    *total = (sum - rust_decimal::Decimal::ONE).to_string().into();
    other.prose.clear();
    let style = Style::plain(Dialect::Html);
    std::fs::write(drop.path().join("a.txt"), render(&one, &style)).unwrap();
    std::fs::write(drop.path().join("b.txt"), render(&other, &style)).unwrap();
    // The same form in another layout.
    std::fs::write(drop.path().join("c.txt"), render(&one, &Style::plain(Dialect::TabRows))).unwrap();
    drop
}

#[test]
fn forms_are_compared_over_the_documents_of_a_run() {
    let drop = drop_of_two();
    let out = tempfile::tempdir().unwrap();
    let run = || zhibiao(&["extract".as_ref(), drop.path().as_ref(), "-o".as_ref(), out.path().as_ref()]);
    assert!(run().status.success());
    let forms = || std::fs::read_to_string(out.path().join("forms.jsonl")).unwrap();
    let first = forms();
    let lines: Vec<Value> = first.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |at: usize| findings(&lines[at..=at]);
    assert_eq!(of(0), []);
    let id = lines[0]["id"].as_str().unwrap();
    assert!(of(1).iter().any(|(code, _, message, _)| {
        code == "duplicate_form"
            && message.contains("other figures")
            && message.contains(id)
            && message.contains("total score")
    }));
    assert!(of(2).iter().any(|(code, _, message, _)| code == "duplicate_form" && message.contains("same figures")));
    let report: Value = serde_json::from_slice(&std::fs::read(out.path().join("run.json")).unwrap()).unwrap();
    assert_eq!(report["findings"]["duplicate_form"], 2);
    assert!(report["unmatched_indicators"]["rows"].is_u64());
    // Another run finds the same, and writes the same bytes.
    std::fs::write(drop.path().join("d.txt"), "无表").unwrap();
    assert!(run().status.success());
    assert_eq!(forms(), first);
}

#[test]
fn the_command_groups_findings_by_document_and_severity() {
    let drop = drop_of_two();
    let mut wrong = sound::report(9);
    wrong.forms[0].total.as_mut().unwrap()["分值"] = "90".into();
    std::fs::write(drop.path().join("w.txt"), render(&wrong, &Style::plain(Dialect::Html))).unwrap();
    let text = zhibiao(&["audit".as_ref(), drop.path().as_ref()]);
    assert_eq!(text.status.code(), Some(1));
    let shown = String::from_utf8(text.stdout).unwrap();
    let at = |what: &str| shown.find(what).unwrap_or_else(|| panic!("{what} is not in\n{shown}"));
    assert!(at("b.txt") < at("c.txt") && at("c.txt") < at("w.txt"));
    assert!(at("w.txt") < at("[weights_do_not_add_up]") && shown.contains("expected 90, found 100; record"));
    assert!(shown.contains("(a.txt, "), "the other document is named: {shown}");

    let json = zhibiao(&[
        "audit".as_ref(),
        "--format".as_ref(),
        "json".as_ref(),
        "--code".as_ref(),
        "weights_do_not_add_up".as_ref(),
        drop.path().as_ref(),
    ]);
    let lines: Vec<Value> =
        String::from_utf8(json.stdout).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 1);
    let keys: Vec<&String> = lines[0].as_object().unwrap().keys().collect();
    assert_eq!(keys, ["source", "document", "record", "kind", "severity", "code", "message", "expected", "found"]);
    assert_eq!((&lines[0]["source"], &lines[0]["severity"]), (&"w.txt".into(), &"warning".into()));
}

#[test]
fn the_commands_exit_code_says_whether_something_is_wrong() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("sound.txt");
    std::fs::write(&file, render(&sound::report(7), &Style::plain(Dialect::Html))).unwrap();
    let code = |arguments: &[&str], path: &std::path::Path| {
        let mut all: Vec<&std::ffi::OsStr> = vec!["audit".as_ref()];
        all.extend(arguments.iter().map(|argument| std::ffi::OsStr::new(*argument)));
        all.push(path.as_ref());
        zhibiao(&all).status.code()
    };
    assert_eq!(code(&[], &file), Some(0));
    let wrong = support::files("fixtures/seeds", "txt").remove(3).1;
    assert_eq!(code(&[], &wrong), Some(1));
    assert_eq!(code(&["--fail-on", "error"], &wrong), Some(0));
    assert_eq!(code(&["--fail-on", "never"], &wrong), Some(0));
    assert_eq!(code(&[], &folder.path().join("gone.txt")), Some(1));
    assert_eq!(code(&["--code", "no_such_code"], &file), Some(2));
    assert_eq!(code(&["--severity", "loud"], &file), Some(2));
}

// ---- What is wrong in the public documents ----

fn seed(start: &str) -> Vec<Value> {
    let (stem, text) = support::seeds().into_iter().find(|(stem, _)| stem.starts_with(start)).unwrap();
    records(&format!("{stem}.txt"), text.as_bytes())
}

/// The findings of this code; each must hold all these texts in its message.
fn told<'r>(records: &'r [Value], code: &str, texts: &[&str]) -> Vec<&'r Value> {
    let fits = |finding: &Value| {
        finding["code"] == code && texts.iter().all(|text| finding["message"].as_str().unwrap().contains(text))
    };
    records.iter().filter(|record| record["findings"].as_array().unwrap().iter().any(fits)).collect()
}

#[test]
fn seed_000_says_its_unit_twice() {
    let records = seed("000");
    let found = told(&records, "unit_conflict", &["2488814万元", "万元"]);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0]["item"], "年度资金总额");
    assert!(alarms(&records).is_empty(), "{:?}", alarms(&records));
}

#[test]
fn seed_001_contradicts_itself_between_text_and_table() {
    let records = seed("001");
    // 累计结余85137万元 among three that say 85139.
    assert!(!told(&records, "prose_table_conflict", &["85137万元", "85139万元"]).is_empty());
    // ≤9.48亿元 in the text, ≤9.49亿元 in the table.
    let limit = told(&records, "prose_table_conflict", &["9.48亿元", "9.49亿元"]);
    assert_eq!(limit.len(), 1);
    assert_eq!(limit[0]["level3"], "社会保险待遇支出");
    // 完成预算的99.57%, where the budget is 101560 and the income 104642: 103.03%.
    assert_eq!(told(&records, "rate_mismatch", &["104642", "101560", "1.0303", "99.57%"]).len(), 1);
    // 三级指标共16条, the table has 19.
    assert_eq!(told(&records, "prose_table_conflict", &["16", "19", "level 3"]).len(), 1);
    // One level 1 and 11 of level 2 are counted rightly, and the total score is the one that the text says.
    assert!(told(&records, "prose_table_conflict", &["level 1"]).is_empty());
    assert!(told(&records, "prose_table_conflict", &["level 2"]).is_empty());
    assert!(told(&records, "prose_table_conflict", &["total score"]).is_empty());
}

#[test]
fn seed_002_gives_all_points_for_targets_that_were_missed() {
    let records = seed("002");
    for (reached, wanted) in [("14368", "16000"), ("11789", "13000"), ("73731", "83000"), ("39902", "43800")] {
        let found = told(&records, "target_not_met_full_score", &[reached, wanted, "scores 15"]);
        assert_eq!(found.len(), 1, "{reached}");
        assert_eq!(found[0]["level3"], "预计参保人数");
    }
    // 638.43 of 640 is 99.75%: of 20 points 19.95, not 18.
    let fund = told(&records, "scores_do_not_add_up", &["19.95", "18"]);
    assert_eq!((fund.len(), &fund[0]["kind"]), (1, &Value::from("fund")));
}

#[test]
fn seed_002_takes_its_place_from_the_document() {
    let records = seed("002");
    let forms: Vec<&Value> = records.iter().filter(|record| record["kind"] == "form").collect();
    assert_eq!(forms.len(), 8);
    for form in forms {
        assert_eq!(form["implementer"], "区医疗保障局");
        assert_eq!((&form["region"]["code"], &form["region"]["name"]), (&"420205".into(), &"铁山区".into()));
    }
}

#[test]
fn seed_002_lacks_a_score_that_its_total_implies() {
    let records = seed("002");
    let found = told(&records, "score_imputed", &["80", "100", "leaves 20"]);
    assert_eq!(found.len(), 1);
    assert_eq!((&found[0]["form"], &found[0]["kind"]), (&7.into(), &"fund".into()));
    assert!(found[0]["score"].is_null(), "nothing is filled in");
}

#[test]
fn seed_003_adds_up_to_more_than_it_prints() {
    let records = seed("003");
    for (code, printed, sum) in [("weights_do_not_add_up", "100", "110"), ("scores_do_not_add_up", "98", "108")] {
        let found = told(&records, code, &[printed, sum, "fund row"]);
        assert_eq!(found.len(), 1, "{code}");
        let finding = found[0]["findings"].as_array().unwrap().iter().find(|f| f["code"] == code).unwrap();
        assert_eq!((&finding["expected"], &finding["found"]), (&printed.into(), &sum.into()));
    }
}

#[test]
fn seed_004_is_sound() {
    assert_eq!(alarms(&seed("004")), []);
}

/// Of the seventy forms of the fixtures only those are told that do contradict themselves, as published.
#[test]
fn the_forms_have_the_contradictions_that_they_have() {
    let known: [(&str, &str, usize); 13] = [
        // A total of 0 over parts of 90, 89.974 and 89.974.
        ("001", "funds_do_not_add_up", 3),
        // 9 and 84 are 93, not 94.
        ("003", "scores_do_not_add_up", 1),
        // Rows of 100 points beside a fund row of 10.
        ("009", "weights_do_not_add_up", 1),
        ("009", "scores_do_not_add_up", 1),
        // 7165.29 of parts under 7165.32.
        ("035", "funds_do_not_add_up", 1),
        // A fund row of 100 points.
        ("040", "weights_do_not_add_up", 1),
        // 98.3% of 100%, with all points, twice.
        ("09-sources-across", "target_not_met_full_score", 2),
        // 9.5 and 85.5 are 95, not 90.
        ("20-values", "scores_do_not_add_up", 1),
        // A total of 0 over a part of 64, 63.972 and 63.972, as the forms of one district have it.
        ("47-anhui-codes", "funds_do_not_add_up", 3),
        // Amounts of a form that names neither 元 nor 万元.
        ("49-shanghai-goals", "unit_missing", 2),
        // Columns that were put right.
        ("", "column_shift_repaired", 0),
        ("", "cell_dropped", 0),
        ("", "cells_split", 0),
    ];
    let mut expected: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (stem, code, n) in known.iter().filter(|(_, _, n)| *n > 0) {
        expected.insert(((*stem).to_owned(), (*code).to_owned()), *n);
    }
    let reading: Vec<&str> = known.iter().filter(|(_, _, n)| *n == 0).map(|(_, code, _)| *code).collect();
    for folder in ["fixtures/forms", "fixtures/variety"] {
        for (stem, report) in support::reports(folder) {
            for (code, message) in alarms(&read(&report, Dialect::Html)) {
                if reading.contains(&code.as_str()) {
                    continue;
                }
                let left = expected.entry((stem.clone(), code.clone())).or_default();
                assert!(*left > 0, "{stem}: {code}: {message}");
                *left -= 1;
            }
        }
    }
    let unfound: Vec<_> = expected.iter().filter(|(_, left)| **left > 0).collect();
    assert!(unfound.is_empty(), "{unfound:?}");
}
