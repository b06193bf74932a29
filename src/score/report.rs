//! The figures for a person, and as JSON.

use super::{Figures, Score};
use serde::Serialize;
use serde_json::{Map, Value, json};
use std::io::{self, Write};

/// Longest value shown of a wrong field, in characters.
const SHOWN: usize = 160;

impl Score {
    /// Prints a line a document, a line a field, a line for all, and up to `show` wrong fields.
    ///
    /// # Errors
    /// What the writer reports.
    pub fn print(&self, out: &mut impl Write, show: usize) -> io::Result<()> {
        writeln!(
            out,
            "{:40} {:>5} {:>6} {:>5} {:>5} {:>6} {:>6} {:>6}",
            "document", "rows", "exact", "miss", "extra", "prec", "recall", "F1"
        )?;
        for (stem, f) in &self.documents {
            let stem: String = stem.chars().take(40).collect();
            let Figures { rows, exact, missing, spurious, precision, recall, f1 } = f;
            writeln!(
                out,
                "{stem:40} {rows:5} {exact:6} {missing:5} {spurious:5} {precision:6.3} {recall:6.3} {f1:6.3}"
            )?;
        }
        writeln!(out)?;
        for (name, count) in self.total.fields.iter().filter(|(_, count)| count.gold > 0) {
            // By prefix, so that a field includes those whose names its own begins: level1 and level1_weight.
            let (precision, recall, _) = self.total.ratios(name);
            let (gold, right) = (count.gold, count.right);
            writeln!(out, "  {name:28} gold {gold:5} right {right:5}  P {precision:.3} R {recall:.3}")?;
        }
        let f = self.total.figures();
        writeln!(
            out,
            "\nall: rows {}, exact rows {:.3}, missing {}, spurious {}, field precision {:.4}, recall {:.4}, F1 {:.4}",
            f.rows,
            f.exact_share(),
            f.missing,
            f.spurious,
            f.precision,
            f.recall,
            f.f1
        )?;
        for wrong in self.total.wrong.iter().take(show) {
            let (gold, got) = (shown(&wrong.gold), shown(&wrong.got));
            writeln!(out, "wrong: {} | {} | gold {gold} | got {got}", wrong.place, wrong.field)?;
        }
        Ok(())
    }

    /// The figures of each document and, under `all`, of the whole set.
    pub fn to_json(&self) -> Value {
        let mut figures: Map<String, Value> = self
            .documents
            .iter()
            .map(|(stem, f)| {
                let value = json!({"rows": f.rows, "exact": f.exact, "missing": f.missing, "spurious": f.spurious,
                    "precision": f.precision, "recall": f.recall, "f1": f.f1});
                (stem.clone(), value)
            })
            .collect();
        let f = self.total.figures();
        let all = json!({"rows": f.rows, "exact_rows": f.exact_share(), "missing": f.missing,
            "spurious": f.spurious, "precision": f.precision, "recall": f.recall, "f1": f.f1});
        figures.insert("all".into(), all);
        figures.into()
    }
}

/// A value as JSON with a space after `,` and `:`, cut to a line's length.
fn shown(value: &Value) -> String {
    let mut text = Vec::new();
    let mut serializer = serde_json::Serializer::with_formatter(&mut text, Spaced);
    // Writing into memory fails only for keys that are no strings, which a Value has none of.
    let _ = value.serialize(&mut serializer);
    String::from_utf8_lossy(&text).chars().take(SHOWN).collect()
}

/// JSON on one line, easier on the eye than the compact form.
struct Spaced;

impl serde_json::ser::Formatter for Spaced {
    fn begin_array_value<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(&mut self, out: &mut W, first: bool) -> io::Result<()> {
        out.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, out: &mut W) -> io::Result<()> {
        out.write_all(b": ")
    }
}
