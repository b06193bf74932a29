//! `zhibiao tables`: the grids of one file, as reconstructed, before anything is understood of them.

use super::inputs::{self, Input};
use super::{ALL_WELL, SOME_FAILED};
use anyhow::Result;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use zhibiao::emit::tables;
use zhibiao::ingest::{self, Limits};
use zhibiao::model::Block;
use zhibiao::reconstruct;

/// Print the tables of a file.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zhibiao tables report.txt --format md\n\n\
    JSON: {\"tables\":[{\"name\":\"Sheet1\",\"page\":null,\"first_row\":0,\"first_column\":0,\"rows\":R,\"columns\":C,\
    \"cells\":[{\"row\":0,\"column\":0,\"row_span\":1,\"column_span\":1,\"text\":\"…\",\"bbox\":null}]}]}\n\
    Rows and columns count from 0. The records' `table` is the place in this list, from 1; their `rows` and `cells` are\n\
    first_row + row and first_column + column: in a workbook the place in the sheet called `name`.")]
pub(super) struct Args {
    /// The file, or - for standard input.
    file: PathBuf,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
}

#[derive(Clone, Copy, clap::ValueEnum)]
enum Format {
    Json,
    Csv,
    Html,
    Md,
}

impl From<Format> for tables::Format {
    fn from(format: Format) -> Self {
        match format {
            Format::Json => tables::Format::Json,
            Format::Csv => tables::Format::Csv,
            Format::Html => tables::Format::Html,
            Format::Md => tables::Format::Markdown,
        }
    }
}

pub(super) fn run(args: &Args) -> Result<u8> {
    let limits = Limits::default();
    let Some(input) = inputs::list(std::slice::from_ref(&args.file), None).into_iter().next() else {
        return Ok(SOME_FAILED);
    };
    if args.file.is_dir() {
        return Err(super::UsageError(format!("{}: a folder; name one file", args.file.display())).into());
    }
    let document = match read(input, &limits) {
        Ok(document) => document,
        Err(message) => {
            eprintln!("error: {message}");
            return Ok(SOME_FAILED);
        }
    };
    let grids = reconstruct::blocks(&document).filter_map(|block| match block {
        Block::Grid(grid) => Some(grid),
        Block::Line(_) | Block::PageBreak | Block::Finding(_) => None,
    });
    let mut out = BufWriter::new(io::stdout().lock());
    tables::write(grids, args.format.into(), &mut out)?;
    out.flush()?;
    Ok(ALL_WELL)
}

fn read(input: Input, limits: &Limits) -> Result<zhibiao::model::Document, String> {
    let source = inputs::read(input, limits.max_unfolded_bytes)
        .map_err(|record| record.error.map_or_else(String::new, |e| e.message))?;
    ingest::load(source.bytes, limits).map_err(|e| format!("{}: {e}", source.name))
}
