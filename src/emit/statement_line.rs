//! A statement as a JSON line, written by hand: a report says dozens of them, and their lines cost a tenth of what is made
//! beyond the forms' fields. What is rare (places in a grid, parts, findings) is left to serde; a test holds both to the
//! same bytes.

use crate::model::{Place, Quantity, Relation, StatementRecord};
use serde::Serialize;
use std::io::{self, Write};

/// Writes the record without a line end.
///
/// # Errors
/// What the writer reports.
pub(super) fn write(out: &mut impl Write, record: &StatementRecord) -> io::Result<()> {
    let Place { page, table: None, rows: None, cells, bbox: None } = &record.place else {
        return Ok(serde_json::to_writer(out, record)?);
    };
    if !cells.is_empty() {
        return Ok(serde_json::to_writer(out, record)?);
    }
    let mut line = Vec::with_capacity(1024);
    literal(&mut line, r#"{"kind":"statement","schema":"#);
    whole(&mut line, i64::from(record.schema));
    text(&mut line, r#","id":"#, Some(&record.id))?;
    text(&mut line, r#","document":"#, Some(&record.document))?;
    text(&mut line, r#","source":"#, Some(&record.source))?;
    literal(&mut line, r#","section":["#);
    for (at, title) in record.section.iter().enumerate() {
        text(&mut line, if at > 0 { "," } else { "" }, Some(title))?;
    }
    text(&mut line, r#"],"sentence":"#, Some(&record.sentence))?;
    text(&mut line, r#","subject":"#, record.subject.as_deref())?;
    text(&mut line, r#","aspect":"#, Some(record.aspect))?;
    optional(&mut line, r#","year":"#, record.year.map(i64::from));
    literal(&mut line, r#","value":"#);
    match &record.value {
        Some(value) => quantity(&mut line, value)?,
        None => literal(&mut line, "null"),
    }
    text(&mut line, r#","indicator":"#, record.indicator.as_deref())?;
    optional(&mut line, r#","page":"#, page.map(i64::from));
    literal(&mut line, r#","table":null,"rows":null,"cells":{},"bbox":null,"confidence":"#);
    rare(&mut line, record.confidence.as_ref())?;
    literal(&mut line, r#","findings":"#);
    rare(&mut line, Some(&record.findings))?;
    literal(&mut line, "}");
    out.write_all(&line)
}

fn quantity(line: &mut Vec<u8>, quantity: &Quantity) -> io::Result<()> {
    text(line, r#"{"raw":"#, Some(&quantity.raw))?;
    let relation = quantity.relation.map(|relation| match relation {
        Relation::Equal => "=",
        Relation::AtLeast => ">=",
        Relation::AtMost => "<=",
        Relation::More => ">",
        Relation::Less => "<",
        Relation::Range => "range",
        Relation::Approx => "approx",
    });
    text(line, r#","relation":"#, relation)?;
    literal(line, r#","value":"#);
    rare(line, quantity.value.as_ref())?;
    literal(line, r#","upper":"#);
    rare(line, quantity.upper.as_ref())?;
    text(line, r#","unit":"#, quantity.unit.as_deref())?;
    literal(line, r#","date":"#);
    rare(line, quantity.date.as_ref())?;
    text(line, r#","text":"#, quantity.text.as_deref())?;
    literal(line, r#","parts":"#);
    rare(line, quantity.parts.as_ref())?;
    literal(line, "}");
    Ok(())
}

fn literal(line: &mut Vec<u8>, text: &str) {
    line.extend_from_slice(text.as_bytes());
}

/// A key and a text, or null.
fn text(line: &mut Vec<u8>, key: &str, text: Option<&str>) -> io::Result<()> {
    literal(line, key);
    let Some(text) = text else {
        literal(line, "null");
        return Ok(());
    };
    // No early end, so that many bytes are looked at in a step.
    let escapes = |all: bool, byte: &u8| all | (*byte < b' ') | (*byte == b'"') | (*byte == b'\\');
    if text.as_bytes().iter().fold(false, escapes) {
        return Ok(serde_json::to_writer(line, text)?);
    }
    line.push(b'"');
    line.extend_from_slice(text.as_bytes());
    line.push(b'"');
    Ok(())
}

fn optional(line: &mut Vec<u8>, key: &str, number: Option<i64>) {
    literal(line, key);
    match number {
        Some(number) => whole(line, number),
        None => literal(line, "null"),
    }
}

fn whole(line: &mut Vec<u8>, number: i64) {
    // Writing into memory cannot fail.
    let _ = write!(line, "{number}");
}

/// Null, or as serde writes it.
fn rare(line: &mut Vec<u8>, value: Option<&impl Serialize>) -> io::Result<()> {
    match value {
        Some(value) => Ok(serde_json::to_writer(line, value)?),
        None => {
            literal(line, "null");
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BBox, Code, Date, Finding, Kind, Number, Part, SCHEMA, Severity};
    use proptest::prelude::*;
    use rust_decimal::Decimal;
    use std::sync::Arc;

    fn quantity() -> impl Strategy<Value = Quantity> {
        let relations = [
            Relation::Equal,
            Relation::AtLeast,
            Relation::AtMost,
            Relation::More,
            Relation::Less,
            Relation::Range,
            Relation::Approx,
        ];
        let number = || (any::<i64>(), 0u32..6).prop_map(|(value, places)| Number::new(Decimal::new(value, places)));
        let texts = (any::<String>(), any::<Option<String>>(), any::<Option<String>>());
        let numbers = (prop::option::of(number()), prop::option::of(number()), 0..8usize);
        (texts, numbers, any::<bool>()).prop_map(move |((raw, unit, text), (value, upper, relation), more)| Quantity {
            parts: more.then(|| vec![Part { label: raw.clone(), value, unit: unit.clone() }]),
            date: if more { Date::new(2024, 2, 29) } else { None },
            relation: relations.get(relation).copied(),
            raw,
            value,
            upper,
            unit,
            text,
        })
    }

    fn statement() -> impl Strategy<Value = StatementRecord> {
        let texts =
            (any::<String>(), any::<String>(), any::<Option<String>>(), prop::collection::vec(any::<String>(), 0..3));
        let numbers = (any::<Option<i32>>(), any::<Option<u32>>(), any::<bool>(), any::<bool>());
        (texts, numbers, prop::option::of(quantity())).prop_map(
            |((id, sentence, subject, section), (year, page, placed, found), value)| StatementRecord {
                kind: Kind::Statement,
                schema: SCHEMA,
                document: Arc::from("9f2c"),
                source: Arc::from(id.as_str()),
                id,
                section: Arc::new(section),
                aspect: "completion_rate",
                year,
                indicator: subject.clone(),
                confidence: placed.then(|| Number::new(Decimal::new(905, 3))),
                findings: if found {
                    vec![Finding::new(Code::RateMismatch, Severity::Warning, &sentence)]
                } else {
                    vec![]
                },
                place: Place {
                    page,
                    bbox: (placed && found).then_some(BBox { x0: 1.0, y0: 2.0, x1: 3.0, y1: 4.5 }),
                    ..Place::default()
                },
                sentence,
                subject,
                value,
            },
        )
    }

    proptest! {
        #[test]
        fn the_line_is_the_one_that_serde_writes(record in statement()) {
            let mut line = Vec::new();
            write(&mut line, &record).unwrap();
            prop_assert_eq!(String::from_utf8(line).unwrap(), serde_json::to_string(&record).unwrap());
        }
    }
}
