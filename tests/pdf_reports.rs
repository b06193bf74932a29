//! Look-alikes of English government reports, measured in the manner of the ICDAR 2013 table competition (Göbel, Hassan,
//! Oro, Orsi: "ICDAR 2013 Table Competition"; "A methodology for evaluating algorithms for table understanding in PDF
//! documents", 2012): which tables are found and how purely, how often rows and columns are as many as they should be,
//! and the relations of neighbouring cells.
//!
//! `fixtures/pdf/reports` is a sample; `PDF_REPORTS=DIR cargo test --release --test pdf_reports -- --nocapture` measures
//! another folder of `make_reports.py` (`PDF_REPORTS_SHOW=1` prints every table that is not perfect).
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use zhibiao::ingest::{self, Limits};
use zhibiao::model::{Block, Grid};
use zhibiao::reconstruct;

/// A cell, rows and columns inclusive.
#[derive(Debug, Clone)]
struct Place {
    rows: (usize, usize),
    columns: (usize, usize),
    text: String,
}

#[derive(Debug)]
struct Table {
    cells: Vec<Place>,
    rows: usize,
    columns: usize,
}

#[derive(Debug, Default, Clone, Copy)]
struct Tally {
    tables: usize,
    found: usize,
    complete: usize,
    false_tables: usize,
    rows: usize,
    columns: usize,
    relations: usize,
    reported: usize,
    right: usize,
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}

impl Tally {
    fn f1(&self) -> f64 {
        let (p, r) = (share(self.right, self.reported), share(self.right, self.relations));
        if p + r == 0.0 { 0.0 } else { 2.0 * p * r / (p + r) }
    }

    fn add(&mut self, other: &Tally) {
        self.tables += other.tables;
        self.found += other.found;
        self.complete += other.complete;
        self.false_tables += other.false_tables;
        self.rows += other.rows;
        self.columns += other.columns;
        self.relations += other.relations;
        self.reported += other.reported;
        self.right += other.right;
    }
}

fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn number(value: &Value, key: &str) -> usize {
    value[key].as_u64().unwrap() as usize
}

fn truths(path: &Path) -> Vec<(String, Table)> {
    let json: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
    let table = |table: &Value| {
        let cells = table["cells"].as_array().unwrap().iter().map(|cell| Place {
            rows: (number(cell, "start_row"), number(cell, "end_row")),
            columns: (number(cell, "start_col"), number(cell, "end_col")),
            text: bare(cell["text"].as_str().unwrap()),
        });
        let rules = table["rules"].as_str().unwrap_or("").to_owned();
        (rules, Table { cells: cells.collect(), rows: number(table, "rows"), columns: number(table, "columns") })
    };
    json["tables"].as_array().unwrap().iter().map(table).collect()
}

fn found(path: &Path) -> Vec<Table> {
    let document = ingest::load(std::fs::read(path).unwrap(), &Limits::default()).unwrap();
    let table = |grid: Grid| {
        let cells = grid.cells.iter().filter(|cell| !cell.text.trim().is_empty()).map(|cell| Place {
            rows: (cell.row, cell.row_end() - 1),
            columns: (cell.column, cell.column_end() - 1),
            text: bare(&cell.text),
        });
        Table { cells: cells.collect(), rows: grid.rows, columns: grid.columns }
    };
    reconstruct::blocks(&document)
        .filter_map(|block| match block {
            Block::Grid(grid) => Some(table(grid)),
            _ => None,
        })
        .collect()
}

/// Each cell that holds something with its next neighbour to the right and below, blank cells skipped.
fn relations(table: &Table) -> HashMap<(String, String, bool), usize> {
    let mut places: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    for (index, cell) in table.cells.iter().enumerate() {
        for row in cell.rows.0..=cell.rows.1 {
            for column in cell.columns.0..=cell.columns.1 {
                places.insert((row, column), index);
            }
        }
    }
    let mut turned: Vec<((usize, usize), usize)> =
        places.iter().map(|(&(row, column), &i)| ((column, row), i)).collect();
    turned.sort_unstable();
    let mut seen = Vec::new();
    let mut along = |places: &mut dyn Iterator<Item = ((usize, usize), usize)>, across: bool| {
        let mut last: Option<((usize, usize), usize)> = None;
        for (place, index) in places {
            if let Some((before, other)) = last
                && before.0 == place.0
                && other != index
            {
                seen.push((other, index, across));
            }
            last = Some((place, index));
        }
    };
    along(&mut places.iter().map(|(&place, &index)| (place, index)), true);
    along(&mut turned.into_iter(), false);
    seen.sort_unstable();
    seen.dedup();
    let mut out = HashMap::new();
    for (a, b, across) in seen {
        let text = |index: usize| table.cells[index].text.clone();
        *out.entry((text(a), text(b), across)).or_default() += 1;
    }
    out
}

fn texts(table: &Table) -> HashMap<&str, usize> {
    let mut out: HashMap<&str, usize> = HashMap::new();
    for cell in &table.cells {
        *out.entry(&cell.text).or_default() += 1;
    }
    out
}

fn shared<K: std::hash::Hash + Eq>(a: &HashMap<K, usize>, b: &HashMap<K, usize>) -> usize {
    a.iter().map(|(key, &count)| count.min(b.get(key).copied().unwrap_or(0))).sum()
}

fn glyphs(table: &Table) -> HashMap<char, usize> {
    let mut out = HashMap::new();
    for c in table.cells.iter().flat_map(|cell| cell.text.chars()) {
        *out.entry(c).or_default() += 1;
    }
    out
}

/// The figures of one document, by the truth's kind of rules.
fn measure(pdf: &Path, show: bool) -> Vec<(String, Tally)> {
    let mut out = Vec::new();
    let mut found: Vec<Option<Table>> = found(pdf).into_iter().map(Some).collect();
    for (rules, truth) in truths(&pdf.with_extension("json")) {
        let own = texts(&truth);
        let like = |table: &Option<Table>| table.as_ref().map_or(0, |table| shared(&own, &texts(table)));
        let best = (0..found.len()).max_by_key(|&index| like(&found[index]));
        let mut tally = Tally { tables: 1, ..Tally::default() };
        let wanted = relations(&truth);
        tally.relations = wanted.values().sum();
        let taken = best.filter(|&index| 3 * like(&found[index]) > own.values().sum()).and_then(|i| found[i].take());
        if let Some(table) = taken {
            let reported = relations(&table);
            tally.found = 1;
            tally.reported = reported.values().sum();
            tally.right = shared(&wanted, &reported);
            let (a, b) = (glyphs(&truth), glyphs(&table));
            let (inside, all, ours) = (shared(&a, &b), a.values().sum::<usize>(), b.values().sum::<usize>());
            // Complete and pure: all of its text and nothing else.
            tally.complete = usize::from(inside == all && inside == ours);
            tally.rows = usize::from(table.rows == truth.rows);
            tally.columns = usize::from(table.columns == truth.columns);
            if show && (tally.right < tally.relations || tally.right < tally.reported) {
                println!(
                    "{} {rules}: rows {}/{} columns {}/{} complete {:.2} pure {:.2} F1 {:.3}",
                    pdf.display(),
                    table.rows,
                    truth.rows,
                    table.columns,
                    truth.columns,
                    share(inside, all),
                    share(inside, ours),
                    tally.f1()
                );
            }
        } else if show {
            println!("{} {rules}: missed", pdf.display());
        }
        out.push((rules, tally));
    }
    for table in found.into_iter().flatten() {
        if show {
            println!("{}: false table of {} rows, {} columns", pdf.display(), table.rows, table.columns);
        }
        let reported = relations(&table).values().sum();
        out.push(("false".into(), Tally { false_tables: 1, reported, ..Tally::default() }));
    }
    out
}

#[test]
fn reports_are_read_as_the_competition_would() {
    let own = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("fixtures/pdf/reports");
    let folder = std::env::var_os("PDF_REPORTS").map_or(own, PathBuf::from);
    let show = std::env::var_os("PDF_REPORTS_SHOW").is_some();
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|e| e == "pdf"));
    files.sort();
    assert!(!files.is_empty(), "no reports in {}", folder.display());
    let mut kinds: BTreeMap<String, Tally> = BTreeMap::new();
    let mut all = Tally::default();
    for file in &files {
        for (rules, tally) in measure(file, show) {
            kinds.entry(rules).or_default().add(&tally);
            all.add(&tally);
        }
    }
    kinds.insert("all".into(), all);
    println!("{:<12} tables found exact false   rows columns adjacency F1", "rules");
    for (kind, t) in &kinds {
        println!(
            "{kind:<12} {:>6} {:.3} {:.3} {:>5}  {:.3}   {:.3}        {:.3}",
            t.tables,
            share(t.found, t.tables),
            share(t.complete, t.tables),
            t.false_tables,
            share(t.rows, t.tables),
            share(t.columns, t.tables),
            t.f1()
        );
    }
    // What is aimed at and reached.
    assert!(share(all.found, all.tables) >= 0.95, "tables found: {all:?}");
    assert!(share(all.rows, all.tables) >= 0.85, "rows: {all:?}");
    assert!(share(all.columns, all.tables) >= 0.95, "columns: {all:?}");
    assert!(all.f1() >= 0.95, "adjacency relations: {all:?}");
}
