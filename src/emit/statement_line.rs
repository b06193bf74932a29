//! A statement as a JSON line, written by hand: a report says dozens of them, and their lines cost a tenth of what is made
//! beyond the forms' fields. What is rare (places in a grid, parts, findings) is left to serde; a test holds both to the
//! same bytes.

use crate::model::{Number, Place, Quantity, Relation, StatementRecord};
use serde::Serialize;
use std::io::{self, Write};

/// Writes the record without a line end, in many small pieces: into memory, or a writer that holds them back.
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
    serde(out, r#"{"kind":"statement","schema":"#, Some(&record.schema))?;
    literal(out, r#","id":"#)?;
    text(out, &record.id)?;
    literal(out, r#","document":"#)?;
    text(out, &record.document)?;
    literal(out, r#","source":"#)?;
    text(out, &record.source)?;
    literal(out, r#","section":["#)?;
    for (at, title) in record.section.iter().enumerate() {
        literal(out, if at > 0 { "," } else { "" })?;
        text(out, title)?;
    }
    literal(out, r#"],"sentence":"#)?;
    text(out, &record.sentence)?;
    literal(out, r#","subject":"#)?;
    text_or_null(out, record.subject.as_deref())?;
    literal(out, r#","aspect":"#)?;
    text(out, record.aspect)?;
    serde(out, r#","year":"#, record.year.as_ref())?;
    literal(out, r#","value":"#)?;
    match &record.value {
        Some(value) => quantity(out, value)?,
        None => literal(out, "null")?,
    }
    literal(out, r#","indicator":"#)?;
    text_or_null(out, record.indicator.as_deref())?;
    serde(out, r#","page":"#, page.as_ref())?;
    number(out, r#","table":null,"rows":null,"cells":{},"bbox":null,"confidence":"#, record.confidence)?;
    if record.findings.is_empty() {
        return literal(out, r#","findings":[]}"#);
    }
    serde(out, r#","findings":"#, Some(&record.findings))?;
    literal(out, "}")
}

fn quantity(out: &mut impl Write, quantity: &Quantity) -> io::Result<()> {
    literal(out, r#"{"raw":"#)?;
    text(out, &quantity.raw)?;
    let relation = quantity.relation.map(|relation| match relation {
        Relation::Equal => "=",
        Relation::AtLeast => ">=",
        Relation::AtMost => "<=",
        Relation::More => ">",
        Relation::Less => "<",
        Relation::Range => "range",
        Relation::Approx => "approx",
    });
    literal(out, r#","relation":"#)?;
    text_or_null(out, relation)?;
    number(out, r#","value":"#, quantity.value)?;
    number(out, r#","upper":"#, quantity.upper)?;
    literal(out, r#","unit":"#)?;
    text_or_null(out, quantity.unit.as_deref())?;
    serde(out, r#","date":"#, quantity.date.as_ref())?;
    literal(out, r#","text":"#)?;
    text_or_null(out, quantity.text.as_deref())?;
    serde(out, r#","parts":"#, quantity.parts.as_ref())?;
    literal(out, "}")
}

/// Keys are short and their lengths known: written in their place, each takes a few instructions and no call.
#[inline(always)]
fn literal(out: &mut impl Write, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())
}

fn text_or_null(out: &mut impl Write, value: Option<&str>) -> io::Result<()> {
    match value {
        Some(value) => text(out, value),
        None => literal(out, "null"),
    }
}

fn text(out: &mut impl Write, text: &str) -> io::Result<()> {
    // No early end, so that many bytes are looked at in a step.
    let escapes = |all: bool, byte: &u8| all | (*byte < b' ') | (*byte == b'"') | (*byte == b'\\');
    if text.as_bytes().iter().fold(false, escapes) {
        return Ok(serde_json::to_writer(out, text)?);
    }
    out.write_all(b"\"")?;
    out.write_all(text.as_bytes())?;
    out.write_all(b"\"")
}

/// A key and a decimal number as it stands, or null.
fn number(out: &mut impl Write, key: &str, number: Option<Number>) -> io::Result<()> {
    literal(out, key)?;
    let Some(number) = number else { return literal(out, "null") };
    let decimal = number.get();
    let scale = decimal.scale() as usize;
    let (Ok(mut left), ..=MOST_PLACES) = (u64::try_from(decimal.mantissa()), scale) else {
        return write!(out, "{number}");
    };
    // From the last digit on: twenty of them at most, and the point.
    let mut text = [0; 21];
    let mut first = text.len();
    let mut digits = 0;
    while digits <= scale || left > 0 {
        if digits == scale && scale > 0 {
            first -= 1;
            text[first] = b'.';
        }
        first -= 1;
        text[first] = b'0' + (left % 10) as u8;
        left /= 10;
        digits += 1;
    }
    out.write_all(&text[first..])
}

/// Numbers of so many decimal places are written here.
const MOST_PLACES: usize = 18;

/// A key, and null or what serde writes: whole numbers, and what is rare.
fn serde(out: &mut impl Write, key: &str, value: Option<&impl Serialize>) -> io::Result<()> {
    literal(out, key)?;
    match value {
        Some(value) => Ok(serde_json::to_writer(out, value)?),
        None => literal(out, "null"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{BBox, Code, Date, Finding, Kind, Part, SCHEMA, Severity};
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
