use anyhow::Result;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use zhibiao::emit::flat::{Column, Type};

/// The file's name is fixed by the standard.
pub(super) const FILE: &str = "datapackage.json";

/// How tables lie in files of a format.
pub(super) struct Shape {
    format: &'static str,
    mediatype: &'static str,
    /// The file that holds all tables; None where each has its own.
    file: Option<String>,
}

pub(super) const CSV: Shape = Shape { format: "csv", mediatype: "text/csv", file: None };
#[cfg(feature = "parquet")]
pub(super) const PARQUET: Shape = Shape { format: "parquet", mediatype: "application/vnd.apache.parquet", file: None };

/// A workbook with a sheet a table.
#[cfg(feature = "xlsx")]
pub(super) fn xlsx(path: &Path) -> Shape {
    let mediatype = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Shape { format: "xlsx", mediatype, file: Some(name_of(path)) }
}

/// A database with a table a kind.
pub(super) fn sqlite(path: &Path) -> Shape {
    Shape { format: "sqlite", mediatype: "application/vnd.sqlite3", file: Some(name_of(path)) }
}

/// Where the description of a single file is put: the standard's name belongs to a folder's.
pub(super) fn beside(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".");
    name.push(FILE);
    name.into()
}

fn name_of(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().into_owned()
}

/// A Frictionless Data Package (specs.frictionlessdata.io, version 1) with a schema a table; `tables` are named by
/// their files, or by themselves where one file holds all.
pub(super) fn of(tables: &[(String, Vec<Column>)], shape: &Shape) -> Result<Vec<u8>> {
    let resources: Vec<Value> = tables
        .iter()
        .map(|(table, columns)| {
            let fields: Vec<Value> =
                columns.iter().map(|column| json!({ "name": column.name, "type": type_name(column) })).collect();
            let name = table.split('.').next().unwrap_or(table);
            let mut resource = json!({
                "name": name,
                "path": shape.file.as_deref().unwrap_or(table),
                "format": shape.format,
                "mediatype": shape.mediatype,
                "schema": { "fields": fields },
            });
            match shape.format {
                "csv" => {
                    resource["profile"] = "tabular-data-resource".into();
                    resource["encoding"] = "utf-8".into();
                    resource["schema"]["missingValues"] = json!([""]);
                }
                "xlsx" => resource["dialect"] = json!({ "sheet": name }),
                "sqlite" => resource["dialect"] = json!({ "table": name }),
                _ => {}
            }
            resource
        })
        .collect();
    let package = json!({
        "profile": if shape.format == "csv" { "tabular-data-package" } else { "data-package" },
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
