//! What the rendered fixtures should be read as.

use std::path::{Path, PathBuf};
use zhibiao::model::{Block, Body, Document};

pub(crate) fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/office")
}

pub(crate) fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(fixtures().join(folder)).unwrap().map(|e| e.unwrap().path()).collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// What a document says, in a form to compare: a line, or a table as its shape and cells.
pub(crate) fn seen(document: &Document) -> Vec<String> {
    let Body::Blocks(blocks) = &document.body else { panic!("blocks expected") };
    blocks
        .iter()
        .filter_map(|block| match block {
            Block::Line(line) => Some(line.text.trim().to_owned()).filter(|t| !t.is_empty()),
            Block::Grid(grid) => {
                let cells: Vec<_> =
                    grid.cells.iter().map(|c| (c.row, c.column, c.row_span, c.column_span, c.text.as_str())).collect();
                Some(format!("{}x{} {cells:?}", grid.rows, grid.columns))
            }
            Block::PageBreak | Block::Finding(_) => None,
        })
        .collect()
}

pub(crate) fn expected(stem: &str) -> Vec<String> {
    let text = std::fs::read_to_string(fixtures().join(format!("expected/{stem}.json"))).unwrap();
    let blocks: Vec<serde_json::Value> = serde_json::from_str(&text).unwrap();
    blocks
        .iter()
        .map(|block| match block["text"].as_str() {
            Some(text) => text.trim().to_owned(),
            None => {
                let number = |v: &serde_json::Value| usize::try_from(v.as_u64().unwrap()).unwrap();
                let cells = block["cells"].as_array().unwrap().iter();
                let cells: Vec<_> = cells
                    .map(|c| {
                        (number(&c[0]), number(&c[1]), number(&c[2]), number(&c[3]), c[4].as_str().unwrap().trim())
                    })
                    .collect();
                format!("{}x{} {cells:?}", block["rows"], block["columns"])
            }
        })
        .collect()
}
