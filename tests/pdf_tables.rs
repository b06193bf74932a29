//! Generated PDFs with tables of known structure: how many cells come out with the right text at the right place.
//!
//! `fixtures/pdf/tables` is a sample; `PDF_TABLES=DIR cargo test --release --test pdf_tables -- --nocapture` measures
//! another folder of `make_tables.py`, prints the figures by kind and, of the worst files, what differs
//! (`PDF_TABLES_SHOW=N` files, 5 unless told).
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use serde_json::Value;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::{Path, PathBuf};
use zhibiao::ingest::{self, Limits};
use zhibiao::model::{Block, Grid};
use zhibiao::reconstruct;

#[derive(Debug, Clone, PartialEq)]
struct Place {
    row: usize,
    column: usize,
    row_span: usize,
    column_span: usize,
    text: String,
    /// Nothing shows how far it spans: any row of its span will do.
    loose: bool,
}

struct Truth {
    kind: String,
    cells: Vec<Place>,
    /// Holds other tables: inner texts may stand in rows and columns of their own.
    inner: Vec<Place>,
}

#[derive(Default, Clone, Copy)]
struct Tally {
    tables: usize,
    cells: usize,
    right: usize,
    whole: usize,
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn number(value: &Value, key: &str) -> usize {
    value[key].as_u64().unwrap() as usize
}

fn places(table: &Value) -> Vec<Place> {
    let place = |cell: &Value| Place {
        row: number(cell, "row"),
        column: number(cell, "column"),
        row_span: number(cell, "row_span"),
        column_span: number(cell, "column_span"),
        text: bare(cell["text"].as_str().unwrap()),
        loose: cell["loose"].as_bool().unwrap_or(false),
    };
    table["cells"].as_array().unwrap().iter().map(place).collect()
}

fn truths(path: &Path) -> Vec<Truth> {
    let json: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let tables = json["tables"].as_array().unwrap();
    let mut out: Vec<Truth> = Vec::new();
    let mut outer_of: BTreeMap<usize, usize> = BTreeMap::new();
    for (index, table) in tables.iter().enumerate() {
        match table["inside"].as_array() {
            Some(inside) => {
                let outer = outer_of[&(inside[0].as_u64().unwrap() as usize)];
                out[outer].inner.extend(places(table));
                out[outer].kind = "nested".into();
            }
            None => {
                outer_of.insert(index, out.len());
                let kind = table["kind"].as_str().unwrap();
                let kind = if kind == "continued" {
                    format!("continued {}", table["style"].as_str().unwrap())
                } else {
                    kind.into()
                };
                out.push(Truth { kind, cells: places(table), inner: Vec::new() });
            }
        }
    }
    out
}

fn grids(path: &Path) -> Vec<Grid> {
    let document = ingest::load(std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let mut out: Vec<Grid> = Vec::new();
    for block in reconstruct::blocks(&document) {
        if let Block::Grid(grid) = block {
            out.push(grid);
        }
    }
    out
}

fn found(grid: &Grid) -> Vec<Place> {
    let place = |c: &zhibiao::model::Cell| Place {
        row: c.row,
        column: c.column,
        row_span: c.row_span,
        column_span: c.column_span,
        text: bare(&c.text),
        loose: false,
    };
    grid.cells.iter().map(place).collect()
}

fn is_right(truth: &Place, found: &[Place]) -> bool {
    found.iter().any(|f| {
        f.text == truth.text
            && f.column == truth.column
            && f.column_span == truth.column_span
            && if truth.loose {
                (truth.row..truth.row + truth.row_span).contains(&f.row)
            } else {
                f.row == truth.row && f.row_span == truth.row_span
            }
    })
}

/// (cells right, cells that there are) of a table against one found.
fn compare(truth: &Truth, found: &[Place]) -> (usize, usize) {
    if !truth.inner.is_empty() {
        // Only that nothing is lost: each text is a cell's.
        let all: Vec<&Place> = truth.cells.iter().chain(&truth.inner).filter(|c| !c.text.is_empty()).collect();
        let right = all.iter().filter(|c| found.iter().any(|f| f.text == c.text)).count();
        return (right, all.len());
    }
    let right = truth.cells.iter().filter(|cell| is_right(cell, found)).count();
    let blanks_allowed: usize = truth.cells.iter().filter(|c| c.loose).map(|c| c.row_span - 1).sum();
    (right, truth.cells.len().max(found.len().saturating_sub(blanks_allowed)))
}

/// How many texts two tables have in common, to find out which was meant to be which.
fn kinship(truth: &Truth, found: &[Place]) -> usize {
    let texts = truth.cells.iter().filter(|c| !c.text.is_empty());
    texts.filter(|c| found.iter().any(|f| f.text == c.text)).count()
}

fn differences(truth: &Truth, found: &[Place]) -> String {
    let mut out = String::new();
    let wrong = truth.cells.iter().filter(|cell| !is_right(cell, found));
    for cell in wrong.take(6) {
        let there = found.iter().find(|f| (f.row, f.column) == (cell.row, cell.column));
        let there = there.map(|f| format!("{}×{} {:?}", f.row_span, f.column_span, f.text));
        let _ = writeln!(
            out,
            "      {},{} {}×{} {:?} – got {}",
            cell.row,
            cell.column,
            cell.row_span,
            cell.column_span,
            cell.text,
            there.unwrap_or_else(|| "nothing".into())
        );
    }
    out
}

#[test]
fn cells_of_generated_tables() {
    let given = std::env::var_os("PDF_TABLES").map(PathBuf::from);
    let folder = given.clone().unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/pdf/tables"));
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|p| p.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "{}: no truth", folder.display());
    let mut tallies: BTreeMap<String, Tally> = BTreeMap::new();
    let mut spurious = 0;
    let mut worst: Vec<(usize, String)> = Vec::new();
    for file in &files {
        let truths = truths(file);
        let grids = grids(&file.with_extension("pdf"));
        let mut candidates: Vec<Option<Vec<Place>>> = grids.iter().map(|grid| Some(found(grid))).collect();
        let (mut lost, mut notes) = (0, String::new());
        for truth in &truths {
            let kin = |c: &Option<Vec<Place>>| c.as_ref().map_or(0, |c| kinship(truth, c));
            let best = (0..candidates.len()).max_by_key(|&i| kin(&candidates[i])).filter(|&i| kin(&candidates[i]) > 0);
            let taken = best.and_then(|i| candidates[i].take()).unwrap_or_default();
            let (right, cells) = compare(truth, &taken);
            let tally = tallies.entry(truth.kind.clone()).or_default();
            tally.tables += 1;
            tally.cells += cells;
            tally.right += right;
            tally.whole += usize::from(right == cells);
            if right < cells {
                lost += cells - right;
                let size = |cells: &[Place]| {
                    let rows = cells.iter().map(|c| c.row + c.row_span).max().unwrap_or(0);
                    let columns = cells.iter().map(|c| c.column + c.column_span).max().unwrap_or(0);
                    format!("{rows}×{columns}")
                };
                let _ = writeln!(
                    notes,
                    "    {}: {right} of {cells} cells; {} instead of {}",
                    truth.kind,
                    size(&taken),
                    size(&truth.cells)
                );
                notes.push_str(&differences(truth, &taken));
            }
        }
        let left = candidates.iter().flatten().count();
        if left > 0 {
            let _ = writeln!(notes, "    {left} more tables found than there are");
        }
        spurious += left;
        if lost + left > 0 {
            worst.push((
                lost + 10 * left,
                format!("  {} lost {lost}\n{notes}", file.file_stem().unwrap().to_string_lossy()),
            ));
        }
    }
    worst.sort_by_key(|entry| std::cmp::Reverse(entry.0));
    let show = std::env::var("PDF_TABLES_SHOW").ok().and_then(|n| n.parse().ok()).unwrap_or(5);
    println!("{} files, {} with something wrong, {spurious} tables that are none", files.len(), worst.len());
    for (kind, t) in &tallies {
        println!(
            "  {kind:22} {:5} tables, {:5} all right; {:6} cells, {:.4} right",
            t.tables,
            t.whole,
            t.cells,
            t.right as f64 / t.cells.max(1) as f64
        );
    }
    for (_, notes) in worst.iter().take(show) {
        print!("{notes}");
    }
}
