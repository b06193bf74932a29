//! Every quantity of the labelled documents, read from its raw text with what its row tells, must come out as labelled.

use serde_json::Value;
use std::path::Path;
use zhibiao::mapping::quantity::{Context, Grammar, Reading};

/// The words by which a row speaks of money (schema, doubtful case 14).
const MONEY: [&str; 5] = ["经费", "资金", "成本", "支出", "收入"];

#[test]
fn labelled_quantities_are_read_exactly() {
    let grammar = Grammar::load(None).unwrap();
    let mut wrong = Vec::new();
    let mut count = 0;
    for folder in ["fixtures/gold", "fixtures/gold-forms"] {
        let mut files: Vec<_> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
        files.sort();
        for path in files {
            let mut year = None;
            for line in std::fs::read_to_string(&path).unwrap().lines() {
                let record: Value = serde_json::from_str(line).unwrap();
                match record["kind"].as_str() {
                    Some("form") => year = record["year"].as_i64().map(|y| y as i32),
                    Some("indicator") => {
                        let name = record["level3"].as_str().unwrap_or_default();
                        for (field, got) in read_row(&grammar, &record, name, year) {
                            count += usize::from(record[field].is_object());
                            if let Some(problem) = differs(&record[field], got) {
                                wrong.push(format!(
                                    "{} {name} {field}: {problem}",
                                    path.file_stem().unwrap().to_string_lossy()
                                ));
                            }
                        }
                    }
                    _ => {}
                }
            }
        }
    }
    assert!(count > 250, "only {count} quantities were compared");
    assert!(wrong.is_empty(), "{} of {count} differ:\n{}", wrong.len(), wrong.join("\n"));
}

/// Target and actual: the unit of a bare number comes from the name's bracket, else from the other cell.
fn read_row(grammar: &Grammar, record: &Value, name: &str, year: Option<i32>) -> [(&'static str, Option<Reading>); 2] {
    let bracket = grammar.unit_in_brackets(name);
    let money = MONEY.iter().any(|word| name.contains(word));
    let read = |field: &str, other: Option<Reading>| {
        let printed = other.and_then(|o| o.written_unit);
        let context = Context { year, default_unit: bracket.clone().or(printed), money };
        record[field]["raw"].as_str().and_then(|raw| grammar.read(raw, &context))
    };
    let (target, actual) = (read("target", None), read("actual", None));
    [("target", read("target", actual)), ("actual", read("actual", target))]
}

fn differs(gold: &Value, got: Option<Reading>) -> Option<String> {
    let Some(got) = got else {
        return (!gold.is_null()).then(|| format!("{gold} was read as blank"));
    };
    let read = serde_json::to_value(&got.quantity).expect("a quantity is plain data");
    let same = ["relation", "value", "upper", "date"].iter().all(|key| text_of(&gold[*key]) == text_of(&read[*key]))
        && match &gold["unit"] {
            Value::Array(units) => units.contains(&read["unit"]),
            unit => *unit == read["unit"],
        }
        && match (&gold["parts"], &read["parts"]) {
            (Value::Array(gold), Value::Array(read)) => {
                gold.len() == read.len()
                    && gold.iter().zip(read).all(|(g, r)| {
                        g["label"] == r["label"]
                            && text_of(&g["value"]) == text_of(&r["value"])
                            && g["unit"] == r["unit"]
                    })
            }
            (gold, read) => gold.is_null() && read.is_null(),
        }
        && gold["text"].is_null() == read["text"].is_null()
        && (gold["relation"].is_null() || gold["text"] == read["text"]);
    (!same).then(|| format!("\n  gold {gold}\n  read {read}"))
}

/// Gold writes numbers as strings, records as numbers.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::Null => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}
