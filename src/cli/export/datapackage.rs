use anyhow::Result;
use serde_json::{Value, json};
use zhibiao::emit::flat::{Column, Type};

/// The file's name is fixed by the standard.
pub(super) const FILE: &str = "datapackage.json";

/// A Frictionless Data Package (specs.frictionlessdata.io, version 1) of CSV files, with a schema a table.
pub(super) fn of_csv(tables: &[(String, Vec<Column>)]) -> Result<Vec<u8>> {
    let resources: Vec<Value> = tables
        .iter()
        .map(|(path, columns)| {
            let fields: Vec<Value> =
                columns.iter().map(|column| json!({ "name": column.name, "type": type_name(column) })).collect();
            json!({
                "name": path.trim_end_matches(".csv"),
                "path": path,
                "profile": "tabular-data-resource",
                "format": "csv",
                "mediatype": "text/csv",
                "encoding": "utf-8",
                "schema": { "fields": fields, "missingValues": [""] },
            })
        })
        .collect();
    let package = json!({
        "profile": "tabular-data-package",
        "name": "zhibiao-records",
        "title": "Records of performance self-evaluation reports",
        "resources": resources,
    });
    let mut text = serde_json::to_vec_pretty(&package)?;
    text.push(b'\n');
    Ok(text)
}

fn type_name(column: &Column) -> &'static str {
    match column.holds {
        // Lists and maps may be either; a reader parses them where it needs them.
        _ if column.json => "string",
        Type::Text => "string",
        Type::Integer => "integer",
        Type::Decimal => "number",
        Type::Boolean => "boolean",
        Type::Date => "date",
    }
}
