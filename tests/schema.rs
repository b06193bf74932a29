//! Every record that goes out validates against the schema that the program prints.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::{Value, json};
use support::dialects::{DIALECTS, Style, render};
use support::records::records;

fn validator() -> jsonschema::Validator {
    jsonschema::validator_for(&zhibiao::emit::schema::records()).expect("the schema is one")
}

fn assert_valid(validator: &jsonschema::Validator, what: &str, records: &[Value]) {
    for record in records {
        // oneOf says only that no kind fits; the kind's own schema says why.
        if let Some(error) = validator.iter_errors(record).next() {
            panic!("{what}: {error}\n{record}");
        }
    }
}

#[test]
fn records_of_the_seeds_and_forms_are_valid() {
    let validator = validator();
    let mut kinds = std::collections::BTreeSet::new();
    let mut all: Vec<(String, Vec<Value>)> =
        support::seeds().into_iter().map(|(stem, text)| (stem.clone(), records(&stem, text))).collect();
    for (stem, report) in support::forms() {
        for dialect in DIALECTS {
            let text = render(&report, &Style::plain(dialect));
            all.push((format!("{stem} {dialect:?}"), records(&stem, text)));
        }
    }
    for (what, records) in &all {
        assert_valid(&validator, what, records);
        kinds.extend(records.iter().map(|r| r["kind"].as_str().unwrap_or_default().to_owned()));
    }
    for kind in ["document", "form", "fund", "indicator"] {
        assert!(kinds.contains(kind), "no {kind} was there to validate");
    }
}

#[test]
fn the_record_of_a_failed_document_is_valid() {
    let empty = records("empty.txt", Vec::new());
    assert_eq!(empty.len(), 1);
    assert_eq!(empty[0]["status"], "failed");
    assert_valid(&validator(), "empty", &empty);
}

#[test]
fn a_record_with_a_key_too_many_or_too_few_is_not() {
    let validator = validator();
    let good = records("empty.txt", Vec::new()).remove(0);
    let mut more = good.clone();
    more["colour"] = json!("red");
    let mut fewer = good.clone();
    fewer.as_object_mut().unwrap().remove("encoding");
    let mut other = good.clone();
    other["kind"] = json!("table");
    let mut typed = good.clone();
    typed["bytes"] = json!("12");
    assert!(validator.is_valid(&good));
    for (what, bad) in [("more", more), ("fewer", fewer), ("other kind", other), ("text for a number", typed)] {
        assert!(!validator.is_valid(&bad), "{what}");
    }
}

/// The document says which keys there are; the types must have exactly those, in that order.
#[test]
fn keys_are_those_of_the_schema_document_in_its_order() {
    let keys = |kind: &str| -> Vec<String> {
        let schema = zhibiao::emit::schema::records();
        let all = schema["oneOf"].as_array().unwrap().clone();
        let one = all.into_iter().find(|s| s["properties"]["kind"]["const"] == kind).unwrap();
        one["properties"].as_object().unwrap().keys().cloned().collect()
    };
    let common = ["kind", "schema", "id", "document", "source"];
    let expect = |kind: &str, own: &[&str]| {
        let expected: Vec<String> = common.iter().chain(own).map(|k| (*k).to_owned()).collect();
        assert_eq!(keys(kind), expected, "{kind}");
    };
    expect(
        "document",
        &[
            "title",
            "media",
            "bytes",
            "pages",
            "encoding",
            "ocr",
            "report_date",
            "year",
            "region",
            "forms",
            "funds",
            "indicators",
            "statements",
            "status",
            "error",
            "findings",
        ],
    );
    expect(
        "form",
        &[
            "form",
            "title",
            "form_type",
            "project",
            "authority",
            "implementer",
            "year",
            "region",
            "report_date",
            "goals_expected",
            "goals_actual",
            "total_weight",
            "total_score",
            "explanation",
            "columns",
            "page",
            "table",
            "bbox",
            "findings",
        ],
    );
    expect(
        "fund",
        &[
            "form",
            "row",
            "item",
            "source_of_funds",
            "budget_initial",
            "budget",
            "executed",
            "rate",
            "weight",
            "score",
            "computed_rate",
            "page",
            "table",
            "rows",
            "cells",
            "bbox",
            "confidence",
            "findings",
        ],
    );
    expect(
        "indicator",
        &[
            "form",
            "row",
            "form_title",
            "project",
            "year",
            "region",
            "level1",
            "level2",
            "level3",
            "level1_weight",
            "level2_weight",
            "level1_inferred",
            "indicator",
            "target",
            "actual",
            "weight",
            "score",
            "completion",
            "attained",
            "deviation",
            "improvement",
            "basis",
            "page",
            "table",
            "rows",
            "cells",
            "bbox",
            "confidence",
            "findings",
        ],
    );
    expect(
        "statement",
        &[
            "section",
            "sentence",
            "subject",
            "aspect",
            "year",
            "value",
            "indicator",
            "page",
            "table",
            "rows",
            "cells",
            "bbox",
            "confidence",
            "findings",
        ],
    );
}
