//! `zhibiao panel`: region × year × canonical indicator, as researchers want it.

use super::export::{csv_field, each_record};
use super::{ALL_WELL, UsageError};
use anyhow::{Context, Result};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use zhibiao::emit::json_lines::file_name;
use zhibiao::model::Kind;

/// Make a table of region, year and canonical indicator, with value, unit and the record it comes from.
///
/// Where records differ, the panel's value stays empty and panel_conflicts.csv lists every one of them: nothing is averaged,
/// nothing is chosen. Rows without a known region, year or indicator are counted on standard error.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zhibiao panel records/ && head records/panel.csv")]
pub(super) struct Args {
    /// The folder that extract wrote.
    #[arg(value_name = "OUT")]
    records: PathBuf,
    /// Which value: what was reached, or what was planned.
    #[arg(long, value_name = "FIELD", default_value = "actual")]
    value: Field,
    /// Where to write panel.csv and panel_conflicts.csv [default: OUT].
    #[arg(short, long, value_name = "DIR")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Field {
    Actual,
    Target,
}

/// Region code, year, indicator.
type Key = (String, i64, String);

/// What one record says.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Said {
    relation: String,
    value: String,
    upper: String,
    unit: String,
    id: String,
    source: String,
}

impl Said {
    fn same(&self, other: &Said) -> bool {
        let number = |text: &str| text.parse::<rust_decimal::Decimal>().ok();
        let equal = |a: &str, b: &str| a == b || number(a).is_some_and(|a| Some(a) == number(b));
        (&self.relation, &self.unit) == (&other.relation, &other.unit)
            && equal(&self.value, &other.value)
            && equal(&self.upper, &other.upper)
    }

    fn fields(&self) -> [&str; 6] {
        [&self.relation, &self.value, &self.upper, &self.unit, &self.id, &self.source]
    }
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let path = args.records.join(file_name(Kind::Indicator));
    if !path.is_file() {
        return Err(UsageError(format!("{}: no output folder of extract", args.records.display())).into());
    }
    let field = match args.value {
        Field::Actual => "actual",
        Field::Target => "target",
    };
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    let mut panel: BTreeMap<Key, Vec<Said>> = BTreeMap::new();
    let mut left_out = 0u64;
    each_record(&path, &mut |record| {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let (Some(code), Some(year), Some(indicator), true) = (
            text(&record["region"]["code"]),
            record["year"].as_i64(),
            text(&record["indicator"]),
            record[field]["value"].is_number(),
        ) else {
            left_out += 1;
            return Ok(());
        };
        names.entry(code.clone()).or_insert_with(|| text(&record["region"]["name"]).unwrap_or_default());
        let quantity = &record[field];
        let number = |value: &Value| if value.is_number() { value.to_string() } else { String::new() };
        panel.entry((code, year, indicator)).or_default().push(Said {
            relation: text(&quantity["relation"]).unwrap_or_default(),
            value: number(&quantity["value"]),
            upper: number(&quantity["upper"]),
            unit: text(&quantity["unit"]).unwrap_or_default(),
            id: text(&record["id"]).unwrap_or_default(),
            source: text(&record["source"]).unwrap_or_default(),
        });
        Ok(())
    })?;
    let dir = args.output.as_ref().unwrap_or(&args.records);
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    let conflicts = write(dir, &panel, &names)?;
    eprintln!(
        "{} cells, {conflicts} of them in conflict; {left_out} indicators without a region, a year, a canonical name or a number",
        panel.len()
    );
    Ok(ALL_WELL)
}

/// Both files; returns the number of cells in conflict.
fn write(dir: &Path, panel: &BTreeMap<Key, Vec<Said>>, names: &BTreeMap<String, String>) -> Result<u64> {
    let mut table = CsvFile::create(dir, "panel.csv")?;
    let mut list = CsvFile::create(dir, "panel_conflicts.csv")?;
    let place = ["region_code", "region_name", "year", "indicator"];
    let said = ["relation", "value", "upper", "unit", "record", "source"];
    table.row(place.iter().chain(&said).chain(&["records", "conflict"]).copied())?;
    list.row(place.iter().chain(&said).copied())?;
    let mut conflicts = 0;
    for ((code, year, indicator), all) in panel {
        let year = year.to_string();
        let name = names.get(code).map_or("", String::as_str);
        let place = [code.as_str(), name, &year, indicator];
        let Some(first) = all.first() else { continue };
        let agree = all.iter().all(|one| one.same(first));
        let fields = if agree { first.fields() } else { [""; 6] };
        let count = all.len().to_string();
        let ends = [count.as_str(), if agree { "false" } else { "true" }];
        table.row(place.into_iter().chain(fields).chain(ends))?;
        if !agree {
            conflicts += 1;
            for one in all {
                list.row(place.into_iter().chain(one.fields()))?;
            }
        }
    }
    table.finish()?;
    list.finish()?;
    Ok(conflicts)
}

/// A CSV file with a byte order mark, there whole or not at all.
struct CsvFile {
    out: BufWriter<tempfile::NamedTempFile>,
    path: PathBuf,
}

impl CsvFile {
    fn create(dir: &Path, name: &str) -> Result<Self> {
        let file = tempfile::Builder::new().prefix(".new-").tempfile_in(dir)?;
        let mut out = BufWriter::new(file);
        out.write_all("\u{feff}".as_bytes())?;
        Ok(CsvFile { out, path: dir.join(name) })
    }

    fn row<'a>(&mut self, fields: impl Iterator<Item = &'a str>) -> Result<()> {
        let fields: Vec<String> =
            fields.map(|field| if field.is_empty() { String::new() } else { csv_field(field) }).collect();
        Ok(write!(self.out, "{}\r\n", fields.join(","))?)
    }

    fn finish(self) -> Result<()> {
        let file = self.out.into_inner().map_err(|error| error.into_error())?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            file.as_file().set_permissions(fs::Permissions::from_mode(0o644))?;
        }
        file.persist(&self.path).with_context(|| format!("{}: cannot be put in place", self.path.display()))?;
        Ok(())
    }
}
