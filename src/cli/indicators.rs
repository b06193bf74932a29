//! `zhibiao indicators`: the canonical indicators, and what a name would be taken for.

use super::{ALL_WELL, SOME_FAILED, UsageError};
use anyhow::Result;
use serde::Serialize;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use zhibiao::emit::json_lines::write_line;
use zhibiao::patterns::{Indicator, Indicators, ValueKind};

/// List the canonical indicators, or look a name up.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zhibiao indicators --format json | jq -r .id\n  zhibiao indicators --match 城乡居民参保人数\n\n\
    JSON: one object a line: id, domain, name_zh, name_en, value (count, ratio, money, money_rate, months, duration,\n\
    date, text), unit.\n\n\
    Exit code: 0 all well; 1 a name of --match is none of them; 2 wrong usage."
)]
pub(super) struct Args {
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
    /// Only this domain: health_insurance, medical_assistance, education, agriculture, employment, civil_affairs, health,
    /// general.
    #[arg(long, value_name = "DOMAIN")]
    domain: Option<String>,
    /// Print the indicator that a row of this name would have; may be given several times.
    #[arg(long = "match", value_name = "NAME")]
    names: Vec<String>,
    /// Your own pattern files, laid over the built-in ones entry by entry.
    #[arg(long, value_name = "DIR")]
    patterns: Option<PathBuf>,
}

#[derive(Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    /// Columns for people.
    Table,
    /// A line an indicator, for programs.
    Json,
}

#[derive(Serialize)]
struct Line<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<&'a str>,
    id: Option<&'a str>,
    domain: Option<&'a str>,
    name_zh: Option<&'a str>,
    name_en: Option<&'a str>,
    value: Option<&'static str>,
    unit: Option<&'a str>,
}

impl<'a> Line<'a> {
    fn of(name: Option<&'a str>, indicator: Option<&'a Indicator>) -> Self {
        Line {
            name,
            id: indicator.map(|one| one.id.as_str()),
            domain: indicator.and_then(|one| one.domain.as_deref()),
            name_zh: indicator.map(|one| one.name_zh.as_str()),
            name_en: indicator.map(|one| one.name_en.as_str()),
            value: indicator.map(|one| kind(one.value)),
            unit: indicator.and_then(|one| one.unit.as_deref()),
        }
    }
}

pub(super) fn run(args: &Args) -> Result<u8> {
    if let Some(dir) = args.patterns.as_deref().filter(|dir| !dir.is_dir()) {
        return Err(UsageError(format!("{}: not a folder of pattern files", dir.display())).into());
    }
    let indicators = Indicators::load(args.patterns.as_deref()).map_err(|error| UsageError(error.to_string()))?;
    let lines: Vec<Line<'_>> = if args.names.is_empty() {
        let asked = |one: &&Indicator| args.domain.is_none() || one.domain == args.domain;
        indicators.iter().filter(asked).map(|one| Line::of(None, Some(one))).collect()
    } else {
        let found = |name: &String| indicators.find(None, name).and_then(|id| indicators.get(id));
        args.names.iter().map(|name| Line::of(Some(name), found(name))).collect()
    };
    if lines.is_empty() {
        let domain = args.domain.as_deref().unwrap_or("");
        return Err(UsageError(format!("{domain}: no such domain; `zhibiao indicators` shows them")).into());
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for line in &lines {
        match args.format {
            Format::Json => write_line(&mut out, line)?,
            Format::Table => {
                if let Some(name) = line.name {
                    write!(out, "{name}\t")?;
                }
                let cells = [line.id, line.domain, line.value, line.unit, line.name_zh, line.name_en];
                writeln!(out, "{}", cells.map(|cell| cell.unwrap_or("-")).join("\t"))?;
            }
        }
    }
    out.flush()?;
    Ok(if lines.iter().all(|line| line.id.is_some()) { ALL_WELL } else { SOME_FAILED })
}

/// The word of the pattern files.
fn kind(value: ValueKind) -> &'static str {
    match value {
        ValueKind::Count => "count",
        ValueKind::Ratio => "ratio",
        ValueKind::Money => "money",
        ValueKind::MoneyRate => "money_rate",
        ValueKind::Months => "months",
        ValueKind::Duration => "duration",
        ValueKind::Date => "date",
        ValueKind::Text => "text",
    }
}
