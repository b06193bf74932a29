//! Figures for anyone with a labelled set: predicted records against gold, field by field. Comes in: records as JSON.
//! Goes out: a [`Score`]. Knows nothing of how records are made.
//!
//! Gold is one set of rows a document (`form`, `fund`, `indicator`), found by the stem of the predicted `source`. A
//! field that gold prints counts once. Precision is right / predicted, recall right / gold; a gold row is exact where
//! every field of it is right.

mod align;
mod equality;
mod read;
mod report;
mod similarity;
mod tally;

pub use read::{ReadError, gold_folder, records, stem};
pub use similarity::ratio;
pub use tally::{FieldCount, Figures, Tally, Wrong};

use serde_json::Value;
use std::collections::HashMap;

/// One labelled document.
#[derive(Debug, Clone, PartialEq)]
pub struct Gold {
    /// File name without its last extension: what the predicted `source` must have too.
    pub stem: String,
    /// Its rows.
    pub rows: Vec<Value>,
}

/// The figures of a labelled set.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Score {
    /// Figures of each document, in the order of the gold.
    pub documents: Vec<(String, Figures)>,
    /// Everything together.
    pub total: Tally,
}

/// Scores predicted records, in any order of documents but each document's in reading order.
pub fn score(gold: &[Gold], predicted: &[Value]) -> Score {
    let mut by_stem: HashMap<&str, Vec<&Value>> = HashMap::new();
    for record in predicted.iter().filter(|r| ["form", "fund", "indicator"].iter().any(|kind| r["kind"] == *kind)) {
        by_stem.entry(stem(record["source"].as_str().unwrap_or_default())).or_default().push(record);
    }
    let mut score = Score::default();
    for document in gold {
        let got = by_stem.get(document.stem.as_str()).map_or(&[][..], Vec::as_slice);
        let tally = score_document(document, got);
        score.documents.push((document.stem.clone(), tally.figures()));
        score.total.merge(tally);
    }
    score
}

/// Which of a document's predicted funds and indicators are right: by `id`, in reading order. A record is right where gold has
/// its row and every field of it that gold speaks of is as predicted; a row that gold lacks is wrong.
pub fn verdicts(document: &Gold, predicted: &[Value]) -> Vec<(String, bool)> {
    let got: Vec<&Value> = predicted.iter().collect();
    let mut verdicts = Vec::new();
    walk(document, &got, &mut |kind, _, gold, got| {
        let right = Tally::default().add(kind, gold, got, String::new());
        if let Some(id) = got.filter(|_| kind != "form").and_then(|row| row["id"].as_str()) {
            verdicts.push((id.to_owned(), right));
        }
    });
    verdicts
}

fn score_document(document: &Gold, got: &[&Value]) -> Tally {
    let mut tally = Tally::default();
    walk(document, got, &mut |kind, form, gold, got| {
        let place = match kind {
            "form" => document.stem.clone(),
            _ => {
                let key = if kind == "fund" { "item" } else { "level3" };
                let name = gold.or(got).map_or(&Value::Null, |row| &row[key]);
                let name = if name.is_null() { "None".into() } else { equality::text_of(name) };
                format!("{} form {form} {kind} {name}", document.stem)
            }
        };
        tally.add(kind, gold, got, place);
    });
    tally
}

/// Visits every pair of a gold row and the predicted row that stands for it: its kind, its form's number, the two rows.
fn walk<V>(document: &Gold, got: &[&Value], visit: &mut V)
where
    V: FnMut(&str, &Value, Option<&Value>, Option<&Value>),
{
    let gold: Vec<&Value> = document.rows.iter().collect();
    for (g, p) in align::forms(&of_kind(&gold, "form", None), &of_kind(got, "form", None)) {
        let number = g.or(p).map_or(&Value::Null, |form| &form["form"]);
        visit("form", number, g, p);
        for (kind, key) in [("fund", "item"), ("indicator", "level3")] {
            let gold_rows = g.map_or_else(Vec::new, |form| of_kind(&gold, kind, Some(&form["form"])));
            let got_rows = p.map_or_else(Vec::new, |form| of_kind(got, kind, Some(&form["form"])));
            for (x, y) in align::rows(&gold_rows, &got_rows, key) {
                visit(kind, number, x, y);
            }
        }
    }
}

fn of_kind<'a>(rows: &[&'a Value], kind: &str, form: Option<&Value>) -> Vec<&'a Value> {
    rows.iter().copied().filter(|r| r["kind"] == kind && form.is_none_or(|form| r["form"] == *form)).collect()
}
