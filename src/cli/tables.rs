//! `zhibiao tables`: the grids of one file, as reconstructed, before anything is understood of them.

use super::inputs::{self, Input};
use super::{ALL_WELL, SOME_FAILED};
use anyhow::{Context, Result};
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use zhibiao::emit::{overlay, tables};
use zhibiao::ingest::{self, Limits};
use zhibiao::model::{Block, Body, Document, Grid, Severity};
use zhibiao::{pipeline, reconstruct};

/// Print the tables of a file.
#[derive(clap::Args)]
#[command(
    after_help = "Example:\n  zhibiao tables report.txt --format md\n  zhibiao tables report.pdf --page 3 --overlay pictures/\n\n\
    JSON: {\"tables\":[{\"name\":\"Sheet1\",\"page\":null,\"first_row\":0,\"first_column\":0,\"rows\":R,\"columns\":C,\
    \"bbox\":null,\"cells\":[{\"row\":0,\"column\":0,\"row_span\":1,\"column_span\":1,\"text\":\"…\",\"page\":null,\"bbox\":null}]}]}\n\
    Rows and columns count from 0. The records' `table` is the place in this list, from 1; their `rows` and `cells` are\n\
    first_row + row and first_column + column: in a workbook the place in the sheet called `name`. Boxes are\n\
    [x0, y0, x1, y1] in points from the page's top left; a table's page and box are those where it begins."
)]
pub(super) struct Args {
    /// The file, or - for standard input.
    file: PathBuf,
    /// How to print them.
    #[arg(long, value_enum, default_value_t = Format::Json)]
    format: Format,
    /// Print only tables that begin on, end on or lie over this page, and draw only this page.
    #[arg(long, value_name = "N")]
    page: Option<u32>,
    /// Draw each page of a PDF as DIR/page-0001.png, what was found on it laid over: orange lines, gray text runs,
    /// blue cells, green cells that span, red tables.
    #[arg(long, value_name = "DIR")]
    overlay: Option<PathBuf>,
    /// Dots an inch of those pictures.
    #[arg(long, value_name = "DPI", default_value_t = 100.0, requires = "overlay")]
    dpi: f32,
    /// Password of a protected PDF; may be given several times, to be tried in turn.
    #[arg(long, value_name = "TEXT")]
    password: Vec<String>,
    #[command(flatten)]
    recognition: super::recognition::Recognition,
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
    let limits = Limits { passwords: args.password.clone(), ..Limits::default() };
    let Some(input) = inputs::list(std::slice::from_ref(&args.file), &inputs::Choice::default())?.into_iter().next()
    else {
        return Ok(SOME_FAILED);
    };
    if args.file.is_dir() {
        return Err(super::UsageError(format!("{}: a folder; name one file", args.file.display())).into());
    }
    let mut document = match read(input, &limits) {
        Ok(document) => document,
        Err(message) => {
            eprintln!("error: {message}");
            return Ok(SOME_FAILED);
        }
    };
    pipeline::recognise(&mut document, &Arc::new(args.recognition.ocr()));
    let document = document;
    let mut outcome = ALL_WELL;
    let grids = reconstruct::blocks(&document).filter_map(|block| match block {
        Block::Grid(grid) => Some(grid).filter(|grid| args.page.is_none_or(|page| lies_on(grid, page))),
        Block::Finding(finding) => {
            eprintln!("note: {}", finding.message);
            if finding.severity == Severity::Error {
                outcome = SOME_FAILED;
            }
            None
        }
        Block::Line(_) | Block::PageBreak => None,
    });
    let mut out = BufWriter::new(io::stdout().lock());
    match &args.overlay {
        None => tables::write(grids, args.format.into(), &mut out)?,
        Some(dir) => {
            let grids: Vec<Grid> = grids.collect();
            tables::write(&grids, args.format.into(), &mut out)?;
            draw(&document, &grids, dir, args)?;
        }
    }
    out.flush()?;
    Ok(outcome)
}

fn lies_on(grid: &Grid, page: u32) -> bool {
    grid.page == Some(page) || grid.cells.iter().any(|cell| cell.page == Some(page))
}

/// One picture a page, drawn and written one after the other.
fn draw(document: &Document, grids: &[Grid], dir: &Path, args: &Args) -> Result<()> {
    let Body::Pages(pages) = &document.body else {
        return Err(super::UsageError("--overlay: only a PDF has pages to draw".into()).into());
    };
    fs::create_dir_all(dir).with_context(|| format!("{}: cannot be made", dir.display()))?;
    for page in pages.0.pages().filter(|page| args.page.is_none_or(|number| number == page.number)) {
        let Some(mut picture) = pages.0.render(page.number, args.dpi) else {
            eprintln!("note: page {} cannot be drawn at {} dpi", page.number, args.dpi);
            continue;
        };
        overlay::draw(&mut picture, &page, grids);
        let path = dir.join(format!("page-{:04}.png", page.number));
        let file = fs::File::create(&path).with_context(|| format!("{}: cannot be written", path.display()))?;
        overlay::write_png(&picture, BufWriter::new(file)).with_context(|| path.display().to_string())?;
    }
    Ok(())
}

fn read(input: Input, limits: &Limits) -> Result<Document, String> {
    let source = inputs::read(input, limits.max_unfolded_bytes)
        .map_err(|record| record.error.map_or_else(String::new, |e| e.message))?;
    ingest::load(source.bytes, limits).map_err(|e| format!("{}: {e}", source.name))
}
