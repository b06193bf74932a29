//! Records as JSON lines: one object a line, keys in the order of the types, exact numbers, `null` for what is not
//! known.

use super::statement_line;
use crate::model::{Kind, Record};
use serde::Serialize;
use std::io::{self, Write};

/// Writes one value as one line.
///
/// # Errors
/// What the writer reports.
pub fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// Writes a record as one line: the same bytes as [`write_line`], sooner where there are many of its kind.
///
/// # Errors
/// What the writer reports.
pub fn write_record(out: &mut impl Write, record: &Record) -> io::Result<()> {
    match record {
        Record::Statement(statement) => {
            statement_line::write(out, statement)?;
            out.write_all(b"\n")
        }
        other => write_line(out, other),
    }
}

/// The kind of a record.
pub fn kind(record: &Record) -> Kind {
    match record {
        Record::Document(_) => Kind::Document,
        Record::Form(_) => Kind::Form,
        Record::Fund(_) => Kind::Fund,
        Record::Indicator(_) => Kind::Indicator,
        Record::Statement(_) => Kind::Statement,
    }
}

/// Every kind, in the order in which an output folder lists them.
pub const KINDS: [Kind; 5] = [Kind::Document, Kind::Form, Kind::Fund, Kind::Indicator, Kind::Statement];

/// The file of an output folder that holds the records of a kind.
pub fn file_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => "documents.jsonl",
        Kind::Form => "forms.jsonl",
        Kind::Fund => "funds.jsonl",
        Kind::Indicator => "indicators.jsonl",
        Kind::Statement => "statements.jsonl",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FundRecord, Number, Place, Quantity, Relation, SourceOfFunds};
    use rust_decimal::Decimal;

    fn number(text: &str) -> Number {
        Number::new(text.parse::<Decimal>().unwrap())
    }

    #[test]
    fn a_record_is_one_line_of_exact_numbers_in_schema_order() {
        let mut place = Place { table: Some(1), rows: Some([3, 3]), ..Place::default() };
        place.cells.insert("budget".into(), [3, 2]);
        let fund = Record::Fund(FundRecord {
            kind: Kind::Fund,
            schema: 1,
            id: "ba7816bf8f01-f1-m01".into(),
            document: "ba78".into(),
            source: "a.txt".into(),
            form: 1,
            row: 1,
            item: "年度资金总额".into(),
            source_of_funds: SourceOfFunds::Total,
            budget_initial: None,
            budget: Some(Quantity {
                raw: "2488814万元".into(),
                relation: Some(Relation::Equal),
                value: Some(number("24888140000")),
                upper: None,
                unit: Some("元".into()),
                date: None,
                text: None,
                parts: None,
            }),
            executed: None,
            rate: None,
            weight: Some(number("10.0")),
            score: None,
            computed_rate: Some(number("0.9877")),
            place,
            confidence: Some(number("0.95")),
            findings: Vec::new(),
        });
        let mut line = Vec::new();
        write_line(&mut line, &fund).unwrap();
        assert_eq!(
            String::from_utf8(line).unwrap(),
            concat!(
                r#"{"kind":"fund","schema":1,"id":"ba7816bf8f01-f1-m01","document":"ba78","source":"a.txt","form":1,"#,
                r#""row":1,"item":"年度资金总额","source_of_funds":"total","budget_initial":null,"#,
                r#""budget":{"raw":"2488814万元","relation":"=","value":24888140000,"upper":null,"unit":"元","#,
                r#""date":null,"text":null,"parts":null},"executed":null,"rate":null,"weight":10,"score":null,"#,
                r#""computed_rate":0.9877,"page":null,"table":1,"rows":[3,3],"cells":{"budget":[3,2]},"bbox":null,"#,
                r#""confidence":0.95,"findings":[]}"#,
                "\n"
            )
        );
    }
}
