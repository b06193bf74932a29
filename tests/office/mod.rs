//! Packages built in a test, part by part, so that constructs which no writer at hand produces can be tried too.
#![allow(dead_code)] // each test file uses its own part of this

use std::io::{Cursor, Write};
use zhibiao::model::{Block, Body, Document, Grid};
use zip::CompressionMethod;
use zip::write::SimpleFileOptions;

/// A ZIP of these parts.
pub(crate) fn package(parts: &[(&str, &str)]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
    for (name, content) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content.as_bytes()).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

/// The document's grids.
pub(crate) fn grids(document: &Document) -> Vec<&Grid> {
    blocks(document).iter().filter_map(|b| if let Block::Grid(g) = b { Some(g) } else { None }).collect()
}

/// The document's blocks.
pub(crate) fn blocks(document: &Document) -> &[Block<'static>] {
    let Body::Blocks(blocks) = &document.body else { panic!("blocks expected") };
    blocks
}

/// A grid's cells as `row,column[+rows×columns] text`, the span only where it is more than one cell.
pub(crate) fn cells(grid: &Grid) -> Vec<String> {
    grid.cells
        .iter()
        .map(|c| match (c.row_span, c.column_span) {
            (1, 1) => format!("{},{} {}", c.row, c.column, c.text),
            (rows, columns) => format!("{},{}+{rows}×{columns} {}", c.row, c.column, c.text),
        })
        .collect()
}

/// The blocks in short: a line's text, `[table]` with its cells' texts, `---` for a page's end.
pub(crate) fn outline(document: &Document) -> Vec<String> {
    blocks(document)
        .iter()
        .map(|b| match b {
            Block::Line(l) => l.text.to_string(),
            Block::Grid(g) => format!("[{}]", g.cells.iter().map(|c| c.text.as_str()).collect::<Vec<_>>().join("|")),
            Block::PageBreak => "---".into(),
            Block::Finding(f) => f.message.clone(),
        })
        .collect()
}

/// Messages of the document's findings.
pub(crate) fn messages(document: &Document) -> Vec<&str> {
    document.findings.iter().map(|f| f.message.as_str()).collect()
}

/// One rendered form of `fixtures/office`: its cells as the rendering script laid them out, as lines like [`cells`].
pub(crate) struct Rendered {
    pub(crate) table: Vec<String>,
    pub(crate) sheet: Vec<String>,
}

/// The forms of `fixtures/office/STEM.grid.json`.
pub(crate) fn rendered(stem: &str) -> Vec<Rendered> {
    let text = std::fs::read_to_string(fixture(&format!("{stem}.grid.json"))).unwrap();
    let forms: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    let lines = |cells: &serde_json::Value| {
        let cell = |c: &serde_json::Value| {
            let n = |i: usize| c[i].as_u64().unwrap();
            let text = c[4].as_str().unwrap();
            match (n(2), n(3)) {
                (1, 1) => format!("{},{} {text}", n(0), n(1)),
                (rows, columns) => format!("{},{}+{rows}×{columns} {text}", n(0), n(1)),
            }
        };
        cells.as_array().unwrap().iter().map(cell).collect()
    };
    forms.iter().map(|f| Rendered { table: lines(&f["table"]), sheet: lines(&f["sheet"]) }).collect()
}

/// A file of `fixtures/office`.
pub(crate) fn fixture(name: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/office").join(name)
}

/// The stems and names of the files there whose name ends so.
pub(crate) fn office_files(ending: &str) -> Vec<(String, std::path::PathBuf)> {
    let mut files: Vec<_> = std::fs::read_dir(fixture(""))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_str().unwrap().ends_with(ending))
        .map(|path| (path.file_name().unwrap().to_str().unwrap().split('.').next().unwrap().to_owned(), path))
        .collect();
    files.sort();
    files
}
