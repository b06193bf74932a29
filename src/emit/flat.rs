//! Records as rows of flat tables: nested quantities and regions become columns (`target_value`, `target_unit`,
//! `region_code`), lists become JSON text. The columns are read off the schema, so that they cannot fall behind the types.

use super::schema;
use crate::model::Kind;
use serde_json::Value;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Type {
    /// Text; JSON where `Column::json` says so.
    Text,
    /// A whole number.
    Integer,
    /// An exact decimal.
    Decimal,
    /// True or false.
    Boolean,
    /// A day, as ISO text.
    Date,
}

/// A column of a flat table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Column {
    /// Keys on the way to the value, joined by `_`.
    pub name: String,
    /// What it holds.
    pub holds: Type,
    /// A list or a map, as JSON text.
    pub json: bool,
    path: Vec<String>,
}

/// A value of a column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Nothing is known.
    Null,
    /// Text, a day, or JSON.
    Text(String),
    /// A whole number or a decimal, as written in the record.
    Number(String),
    /// True or false.
    Boolean(bool),
}

/// The columns of a kind's table, in the order of the schema. `kind` and `schema`, the same in every row, are left out.
pub fn columns(kind: Kind) -> Vec<Column> {
    let schema = schema::records();
    let record = &schema["oneOf"][kind as usize];
    let mut columns = Vec::new();
    if let Some(properties) = record["properties"].as_object() {
        for (name, property) in properties.iter().filter(|(name, _)| !matches!(name.as_str(), "kind" | "schema")) {
            add(&schema, property, vec![name.clone()], &mut columns);
        }
    }
    columns
}

fn add(schema: &Value, property: &Value, path: Vec<String>, columns: &mut Vec<Column>) {
    let property = resolved(schema, property);
    // Types nest two deep; what nested deeper would be JSON.
    if let Some(inner) = property["properties"].as_object().filter(|_| path.len() < 3) {
        for (name, property) in inner {
            let path = path.iter().chain([name]).cloned().collect();
            add(schema, property, path, columns);
        }
        return;
    }
    let is = |word: &str| {
        let kind = &property["type"];
        kind == word || kind.as_array().is_some_and(|kinds| kinds.iter().any(|kind| kind == word))
    };
    let json = is("array") || is("object");
    let holds = if is("integer") {
        Type::Integer
    } else if is("number") {
        Type::Decimal
    } else if is("boolean") {
        Type::Boolean
    } else if property["pattern"].as_str().is_some_and(|pattern| pattern.starts_with("^\\d{4}-\\d{2}-\\d{2}")) {
        Type::Date
    } else {
        Type::Text
    };
    columns.push(Column { name: path.join("_"), holds: if json { Type::Text } else { holds }, json, path });
}

/// The schema behind `$ref`s and beside `null`.
fn resolved<'a>(schema: &'a Value, mut property: &'a Value) -> &'a Value {
    // A chain of references is short; the bound is against a circle.
    for _ in 0..8 {
        if let Some(name) = property["$ref"].as_str() {
            property = &schema["$defs"][name.trim_start_matches("#/$defs/")];
        } else if let Some(one) =
            property["anyOf"].as_array().and_then(|all| all.iter().find(|one| one["type"] != "null"))
        {
            property = one;
        } else {
            break;
        }
    }
    property
}

impl Column {
    /// Its value in a record.
    pub fn cell(&self, record: &Value) -> Cell {
        let value = self.path.iter().fold(record, |value, key| &value[key.as_str()]);
        match value {
            Value::Null => Cell::Null,
            Value::Bool(b) => Cell::Boolean(*b),
            Value::Number(n) => Cell::Number(n.to_string()),
            Value::String(text) => Cell::Text(text.clone()),
            Value::Array(all) if all.is_empty() => Cell::Null,
            Value::Object(all) if all.is_empty() => Cell::Null,
            list => Cell::Text(list.to_string()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn quantities_and_regions_are_columns_and_lists_are_json() {
        let columns = columns(Kind::Indicator);
        let column = |name: &str| columns.iter().find(|c| c.name == name).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(columns[0].name, "id");
        assert_eq!(column("target_value").holds, Type::Decimal);
        assert_eq!(column("year").holds, Type::Integer);
        assert_eq!(column("attained").holds, Type::Boolean);
        assert_eq!(column("actual_date").holds, Type::Date);
        assert!(column("findings").json && column("target_parts").json && column("rows").json);
        assert!(columns.iter().all(|c| c.name != "target" && c.name != "kind"));

        let record: Value = serde_json::from_str(
            r#"{"target":{"value":0.98770,"unit":"ratio"},"region":null,"rows":[3,4],"findings":[]}"#,
        )
        .unwrap();
        assert_eq!(column("target_value").cell(&record), Cell::Number("0.98770".into()));
        assert_eq!(column("region_code").cell(&record), Cell::Null);
        assert_eq!(column("rows").cell(&record), Cell::Text("[3,4]".into()));
        assert_eq!(column("findings").cell(&record), Cell::Null);
        assert_eq!(column("attained").cell(&json!({"attained": false})), Cell::Boolean(false));
    }
}
