//! The JSON Schema of the records, made from the types, so that it cannot fall behind them.

use crate::model::{DocumentRecord, FormRecord, FundRecord, IndicatorRecord, Kind, StatementRecord};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, SchemaGenerator};
use serde_json::{Value, json};

/// The schema of one line of output (JSON Schema 2020-12): one of the five kinds, told apart by `kind`, every key
/// required and no other allowed.
pub fn records() -> Value {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let kinds = [
        record::<DocumentRecord>(&mut generator, Kind::Document),
        record::<FormRecord>(&mut generator, Kind::Form),
        record::<FundRecord>(&mut generator, Kind::Fund),
        record::<IndicatorRecord>(&mut generator, Kind::Indicator),
        record::<StatementRecord>(&mut generator, Kind::Statement),
    ];
    let mut definitions = generator.take_definitions(true);
    for definition in definitions.values_mut() {
        close(definition);
    }
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "zhibiao record",
        "description": "One line of what `zhibiao extract` writes.",
        "oneOf": kinds,
        "$defs": definitions,
    })
}

fn record<T: JsonSchema>(generator: &mut SchemaGenerator, kind: Kind) -> Value {
    let mut schema = Value::from(T::json_schema(generator));
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut) {
        properties.insert("kind".into(), json!({ "const": kind }));
        properties.insert("schema".into(), json!({ "const": crate::model::SCHEMA }));
    }
    close(&mut schema);
    schema
}

/// An object of named keys has exactly these: each is written, `null` where nothing is known.
fn close(schema: &mut Value) {
    let Some(schema) = schema.as_object_mut() else {
        return;
    };
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return;
    };
    let required: Vec<Value> = properties.keys().map(|key| Value::from(key.as_str())).collect();
    schema.insert("required".into(), required.into());
    schema.insert("additionalProperties".into(), false.into());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of<'a>(schema: &'a Value, kind: &str) -> &'a Value {
        let all = schema["oneOf"].as_array().unwrap();
        all.iter().find(|s| s["properties"]["kind"]["const"] == kind).unwrap()
    }

    #[test]
    fn every_kind_has_its_constant_and_requires_all_its_keys() {
        let schema = records();
        for (kind, key) in [
            ("document", "encoding"),
            ("form", "goals_expected"),
            ("fund", "computed_rate"),
            ("indicator", "level1_inferred"),
            ("statement", "aspect"),
        ] {
            let one = of(&schema, kind);
            let required = one["required"].as_array().unwrap();
            assert!(required.iter().any(|r| r == key), "{kind} lacks {key}");
            assert_eq!(one["additionalProperties"], false);
        }
    }

    #[test]
    fn provenance_lies_flat_in_a_row_of_the_source() {
        let indicator = records();
        let indicator = of(&indicator, "indicator");
        for key in ["page", "table", "rows", "cells", "bbox"] {
            assert!(indicator["properties"].get(key).is_some(), "{key}");
        }
        assert!(indicator["properties"].get("place").is_none());
    }

    #[test]
    fn a_quantity_is_closed_too() {
        assert_eq!(records()["$defs"]["Quantity"]["additionalProperties"], false);
    }
}
