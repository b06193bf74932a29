//! The scorer against an independent one: gold, spoilt in known ways, scored by both.
//!
//! The expected figures are those that `score.py`, the script that came with the labelled set, printed for the file
//! this test writes (`perturbed.jsonl` in cargo's folder for test data), read from its own output.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use serde_json::{Value, json};
use std::path::Path;
use zhibiao::score;

/// The five seeds' gold as records, spoilt by the number of the row.
fn perturbed(gold: &[score::Gold]) -> Vec<Value> {
    let mut records = Vec::new();
    for (document, number) in gold.iter().zip(0..) {
        let source = format!("some/folder/{}.txt", document.stem);
        for (row, at) in document.rows.iter().zip(number..) {
            let mut record = row.clone();
            record["source"] = json!(source);
            for money in ["budget_initial", "budget", "executed", "rate"] {
                if let Some(value) = record[money].as_str().map(str::to_owned) {
                    record[money] = json!({ "value": value });
                }
            }
            for quantity in ["target", "actual"] {
                if let Some(first) = record[quantity]["unit"].get(0).cloned() {
                    record[quantity]["unit"] = first;
                }
            }
            let indicator = record["kind"] == "indicator";
            match at % 9 {
                0 if indicator => continue,
                1 if indicator => record["level3"] = json!(format!("{}率", record["level3"].as_str().unwrap())),
                2 => record["weight"] = json!(99.5),
                3 if indicator => record["target"] = record["actual"].clone(),
                4 => record["score"] = Value::Null,
                5 if indicator => {
                    // One character of a long text may differ, of a short one not.
                    let text = record["deviation"].as_str().unwrap_or("无").to_owned();
                    record["deviation"] = json!(format!("{text}另"));
                }
                6 if indicator => {
                    let mut extra = record.clone();
                    extra["level3"] = json!("与其他名称毫无共同点");
                    records.push(extra);
                }
                7 => record["budget"] = json!("no object"),
                _ => {}
            }
            if record["kind"] == "form" {
                record["authority"] = Value::Null;
                record["total_score"] = json!("95");
            }
            records.push(record);
        }
    }
    // A document with a form too few is paired by project.
    let lost = json!(gold[2].rows.iter().filter(|r| r["kind"] == "form").count());
    records.retain(|r| !(r["source"].as_str().unwrap().contains(&gold[2].stem) && r["form"] == lost));
    records
}

#[test]
fn figures_are_those_of_the_script() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let gold = score::gold_folder(&root.join("fixtures/gold")).unwrap();
    let records = perturbed(&gold);
    let lines: String = records.iter().map(|r| format!("{r}\n")).collect();
    std::fs::write(Path::new(env!("CARGO_TARGET_TMPDIR")).join("perturbed.jsonl"), lines).unwrap();

    let mut printed = Vec::new();
    score::score(&gold, &records).print(&mut printed, 0).unwrap();
    assert_eq!(String::from_utf8(printed).unwrap(), EXPECTED);
}

const EXPECTED: &str = "\
document                                  rows  exact  miss extra   prec recall     F1
000_23833484f2666f86                        20     10     2     2  0.836  0.858  0.847
001_e80d67eb73382404                        22      7     2     2  0.874  0.847  0.860
002_66a8595c7102542c                        63     24    12     5  0.861  0.749  0.801
003_73137de5e2ab3023                        12      5     1     1  0.871  0.851  0.860
004_5ca7f475eea7f975                        15      9     2     1  0.881  0.841  0.860

  form.authority               gold    12 right     0  P 0.000 R 0.000
  form.form_type               gold    12 right    11  P 1.000 R 0.917
  form.implementer             gold    11 right    10  P 1.000 R 0.909
  form.project                 gold    12 right    11  P 1.000 R 0.917
  form.region                  gold     4 right     4  P 1.000 R 1.000
  form.report_date             gold     8 right     7  P 1.000 R 0.875
  form.title                   gold    12 right    11  P 1.000 R 0.917
  form.total_score             gold    10 right     0  P 0.000 R 0.000
  form.total_weight            gold     1 right     1  P 1.000 R 1.000
  form.year                    gold    12 right    11  P 1.000 R 0.917
  fund.budget                  gold    18 right    16  P 0.947 R 0.900
  fund.budget_initial          gold     2 right     2  P 1.000 R 1.000
  fund.executed                gold    17 right    16  P 1.000 R 0.941
  fund.rate                    gold    17 right    16  P 1.000 R 0.941
  fund.score                   gold     8 right     6  P 1.000 R 0.750
  fund.source_of_funds         gold    18 right    17  P 1.000 R 0.944
  fund.weight                  gold     1 right     1  P 0.333 R 1.000
  indicator.actual             gold    96 right    80  P 0.889 R 0.833
  indicator.basis              gold    19 right    17  P 1.000 R 0.895
  indicator.deviation          gold     6 right     5  P 0.250 R 0.833
  indicator.indicator          gold    80 right    68  P 1.000 R 0.850
  indicator.level1             gold   102 right    85  P 0.903 R 0.843
  indicator.level1_weight      gold    19 right    17  P 1.000 R 0.895
  indicator.level2             gold   102 right    85  P 0.885 R 0.833
  indicator.level3             gold   102 right    74  P 0.771 R 0.725
  indicator.score              gold    75 right    52  P 0.867 R 0.693
  indicator.target             gold   102 right    82  P 0.854 R 0.804
  indicator.weight             gold    28 right    22  P 0.688 R 0.786

all: rows 132, exact rows 0.417, missing 19, spurious 11, field precision 0.8634, recall 0.8024, F1 0.8318
";
