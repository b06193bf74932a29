//! Out to tables: diff, export, panel, and what describes them.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use serde_json::Value;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

fn zhibiao(args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_zhibiao")).args(args).output().unwrap()
}

fn stdout(output: &Output) -> &str {
    std::str::from_utf8(&output.stdout).unwrap()
}

/// A form of a province, with a canonical indicator whose value is given.
fn form(region: &str, insured: &str) -> String {
    format!(
        "中央对地方转移支付绩效目标自评表（城乡居民基本医疗保险补助资金）\n（2021年度）\n\
        主管部门\t国家医疗保障局\t地方主管部门\t{region}医疗保障局\n\
        绩效指标\t一级指标\t二级指标\t三级指标\t年度指标值\t全年完成值\t分值\t得分\n\
        \t产出指标\t数量指标\t参保人数\t≥{insured}人\t{insured}人\t50\t50\n\
        \t效益指标\t社会效益指标\t农户增收, \"效果\"\t明显\t明显\t50\t50\n\
        总分\t\t\t\t\t\t100\t100\n"
    )
}

fn extracted(dir: &Path, name: &str, files: &[(&str, String)]) -> String {
    let (drop, out) = (dir.join(format!("{name}-drop")), dir.join(name));
    fs::create_dir(&drop).unwrap();
    for (file, text) in files {
        fs::write(drop.join(file), text).unwrap();
    }
    let output = zhibiao(&["extract", drop.to_str().unwrap(), "-o", out.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    out.to_str().unwrap().to_owned()
}

#[test]
fn diff_names_the_fields_that_changed() {
    let dir = tempfile::tempdir().unwrap();
    let old = [("a.txt", form("四川省", "100")), ("b.txt", form("四川省", "7")), ("c.txt", form("四川省", "8"))];
    let new = [("a.txt", form("四川省", "100")), ("b.txt", form("四川省", "9")), ("d.txt", form("四川省", "8"))];
    let (a, b) = (extracted(dir.path(), "old", &old), extracted(dir.path(), "new", &new));
    let same = zhibiao(&["diff", &a, &a]);
    assert_eq!((same.status.code(), stdout(&same)), (Some(0), ""));
    let output = zhibiao(&["diff", &a, &b, "--format", "json"]);
    assert_eq!(output.status.code(), Some(1));
    let all: Vec<Value> = stdout(&output).lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |source: &str| all.iter().filter(|d| d["source"] == source).collect::<Vec<_>>();
    assert!(of("a.txt").is_empty());
    assert!(of("c.txt").iter().all(|d| d["change"] == "removed") && of("c.txt").len() >= 4);
    assert!(of("d.txt").iter().all(|d| d["change"] == "added"));
    let value = of("b.txt").into_iter().find(|d| d["field"] == "target.value").unwrap();
    assert_eq!((&value["kind"], &value["form"], &value["row"]), (&"indicator".into(), &1.into(), &1.into()));
    assert_eq!((value["a"].to_string(), value["b"].to_string()), ("7".to_owned(), "9".to_owned()));
    let text = zhibiao(&["diff", &a, &b]);
    assert!(
        stdout(&text).contains("changed indicator: b.txt, form 1, row 1: target.value: 7 → 9"),
        "{}",
        stdout(&text)
    );
    assert_eq!(zhibiao(&["diff", &a, "no-such-folder"]).status.code(), Some(2));
}

#[test]
fn csv_has_a_byte_order_mark_typed_columns_and_a_description() {
    let dir = tempfile::tempdir().unwrap();
    let out = extracted(dir.path(), "out", &[("a.txt", form("四川省", "266627"))]);
    assert_eq!(zhibiao(&["export", &out, "--to", "csv"]).status.code(), Some(0));
    let csv = fs::read(Path::new(&out).join("csv/indicators.csv")).unwrap();
    let text = String::from_utf8(csv).unwrap();
    let mut lines = text.strip_prefix('\u{feff}').unwrap().split("\r\n");
    let names: Vec<&str> = lines.next().unwrap().split(',').collect();
    for name in ["source", "level3", "target_relation", "target_value", "target_upper", "target_unit", "region_code"] {
        assert!(names.contains(&name), "{name} is not in {names:?}");
    }
    let first: Vec<&str> = lines.next().unwrap().split(',').collect();
    let cell = |name: &str| first[names.iter().position(|n| *n == name).unwrap()];
    assert_eq!((cell("target_relation"), cell("target_value"), cell("target_unit")), (">=", "266627", "人"));
    assert!(lines.next().unwrap().contains("\"农户增收, \"\"效果\"\"\""), "{text}");
    let package: Value =
        serde_json::from_slice(&fs::read(Path::new(&out).join("csv/datapackage.json")).unwrap()).unwrap();
    let table = package["resources"].as_array().unwrap().iter().find(|r| r["name"] == "indicators").unwrap();
    let fields = table["schema"]["fields"].as_array().unwrap();
    assert_eq!(fields.iter().map(|f| f["name"].as_str().unwrap()).collect::<Vec<_>>(), names);
    let field = fields.iter().find(|f| f["name"] == "target_value").unwrap();
    assert_eq!(field["type"], "number");
}

#[test]
fn sqlite_has_a_table_a_kind() {
    let dir = tempfile::tempdir().unwrap();
    let out = extracted(dir.path(), "out", &[("a.txt", form("四川省", "12345678901234567890.5"))]);
    assert_eq!(zhibiao(&["export", &out, "--to", "sqlite"]).status.code(), Some(0));
    let db = rusqlite::Connection::open(Path::new(&out).join("records.sqlite")).unwrap();
    let row: (String, String, i64) = db
        .query_row("SELECT level3, CAST(target_value AS TEXT), weight FROM indicators WHERE row = 1", [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })
        .unwrap();
    assert_eq!(row, ("参保人数".into(), "12345678901234567890.5".into(), 50), "no digit is lost to a float");
    let documents: i64 = db.query_row("SELECT count(*) FROM documents", [], |row| row.get(0)).unwrap();
    assert_eq!(documents, 1);
}

#[test]
#[cfg(feature = "parquet")]
fn parquet_keeps_every_digit_and_every_null() {
    use parquet::file::reader::{FileReader, SerializedFileReader};
    use parquet::record::{Field, RowAccessor};
    let dir = tempfile::tempdir().unwrap();
    let out = extracted(dir.path(), "out", &[("a.txt", form("四川省", "12345678901234567890.5"))]);
    assert_eq!(zhibiao(&["export", &out, "--to", "duckdb"]).status.code(), Some(0));
    let folder = Path::new(&out).join("duckdb");
    let reader = SerializedFileReader::new(fs::File::open(folder.join("indicators.parquet")).unwrap()).unwrap();
    let names: Vec<String> =
        reader.metadata().file_metadata().schema().get_fields().iter().map(|f| f.name().to_owned()).collect();
    let at = |name: &str| names.iter().position(|n| n == name).unwrap();
    let rows: Vec<_> = reader.get_row_iter(None).unwrap().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[0].get_string(at("level3")).unwrap(), "参保人数");
    assert_eq!(rows[0].get_long(at("year")).unwrap(), 2021);
    let target = rows[0].get_decimal(at("target_value")).unwrap();
    let unscaled = target.data().iter().fold(0u128, |n, byte| n << 8 | u128::from(*byte));
    // 12345678901234567890.5 with twelve places.
    assert_eq!((unscaled, target.precision(), target.scale()), (12_345_678_901_234_567_890_500_000_000_000, 38, 12));
    assert!(matches!(rows[1].get_column_iter().nth(at("target_value")), Some((_, Field::Null))));
    let script = fs::read_to_string(folder.join("load.sql")).unwrap();
    assert!(script.contains("CREATE OR REPLACE TABLE indicators AS SELECT * FROM read_parquet('indicators.parquet');"));
    let package: Value = serde_json::from_slice(&fs::read(folder.join("datapackage.json")).unwrap()).unwrap();
    assert_eq!(package["resources"][3]["path"], "indicators.parquet");
}

#[test]
#[cfg(feature = "xlsx")]
fn a_workbook_has_a_sheet_a_kind_and_changes_no_number() {
    use calamine::{Data, Reader, Xlsx, open_workbook};
    let dir = tempfile::tempdir().unwrap();
    let files = [("a.txt", form("四川省", "266627")), ("b.txt", form("贵州省", "12345678901234567890.5"))];
    let out = extracted(dir.path(), "out", &files);
    assert_eq!(zhibiao(&["export", &out, "--to", "xlsx"]).status.code(), Some(0));
    let mut book: Xlsx<_> = open_workbook(Path::new(&out).join("records.xlsx")).unwrap();
    assert_eq!(book.sheet_names(), ["documents", "forms", "funds", "indicators", "statements"]);
    let sheet = book.worksheet_range("indicators").unwrap();
    let head: Vec<String> = sheet.rows().next().unwrap().iter().map(ToString::to_string).collect();
    let column = |name: &str| head.iter().position(|n| n == name).unwrap();
    let cells: Vec<&Data> = sheet.rows().skip(1).map(|row| &row[column("target_value")]).collect();
    let text = Data::String("12345678901234567890.5".into());
    assert_eq!(cells, [&Data::Float(266_627.0), &Data::Empty, &text, &Data::Empty]);
    let name = sheet.get((2, column("level3"))).unwrap();
    assert_eq!(*name, Data::String("农户增收, \"效果\"".into()));
}

#[test]
fn the_panel_lists_conflicts_and_averages_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let files = [
        ("a.txt", form("四川省", "100")),
        ("b.txt", form("贵州省", "7")),
        ("c.txt", form("贵州省", "9")),
        ("d.txt", form("四川省", "100.0")),
    ];
    let out = extracted(dir.path(), "out", &files);
    let output = zhibiao(&["panel", &out]);
    assert_eq!(output.status.code(), Some(0));
    let read = |name: &str| fs::read_to_string(Path::new(&out).join(name)).unwrap();
    let panel = read("panel.csv");
    let line = |code: &str| panel.lines().find(|line| line.starts_with(code)).unwrap_or_else(|| panic!("{panel}"));
    // GB/T 2260: Sichuan 510000, Guizhou 520000.
    assert!(line("510000").starts_with("510000,四川省,2021,insured_persons,=,100,,人,"), "{panel}");
    assert!(line("510000").ends_with(",a.txt,2,false"), "{panel}");
    assert_eq!(line("520000"), "520000,贵州省,2021,insured_persons,,,,,,,2,true");
    let conflicts = read("panel_conflicts.csv");
    let values: Vec<&str> = conflicts.lines().skip(1).map(|line| line.split(',').nth(5).unwrap()).collect();
    assert_eq!(values, ["7", "9"]);
}

#[test]
fn completions_and_the_manual_name_every_command() {
    let shell = zhibiao(&["completions", "bash"]);
    assert!(stdout(&shell).contains("--retry-failed"));
    let manual = zhibiao(&["man"]);
    for command in ["extract", "watch", "diff", "export", "panel", "tables"] {
        assert!(stdout(&manual).contains(command), "{command}");
    }
    assert!(!stdout(&manual).contains("for the program's own use"));
}
