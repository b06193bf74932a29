//! What the tests share: forms as content, their layout on a grid, the text dialects they are rendered in, and
//! records reduced to what a change that must not matter leaves equal.
#![allow(dead_code, unreachable_pub)] // every test file uses its own part of it
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

pub mod content;
pub mod dialects;
pub mod layout;
pub mod pdf;
pub mod records;

use std::path::{Path, PathBuf};

/// A path in the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// The files of a folder with this extension, sorted, with their stems.
pub fn files(folder: &str, extension: &str) -> Vec<(String, PathBuf)> {
    let mut files: Vec<(String, PathBuf)> = std::fs::read_dir(repository(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == extension))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), path))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "no .{extension} file in {folder}");
    files
}

/// The five public documents: stem and text.
pub fn seeds() -> Vec<(String, String)> {
    files("fixtures/seeds", "txt")
        .into_iter()
        .map(|(stem, path)| (stem, std::fs::read_to_string(path).unwrap()))
        .collect()
}

/// The texts of a folder, Markdown too: stem and text.
pub fn texts(folder: &str) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = std::fs::read_dir(repository(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|e| e == "txt" || e == "md"))
        .map(|path| (path.file_stem().unwrap().to_str().unwrap().to_owned(), std::fs::read_to_string(path).unwrap()))
        .collect();
    texts.sort();
    texts
}

/// The twelve forms: stem and content.
pub fn forms() -> Vec<(String, content::Report)> {
    reports("fixtures/forms")
}

/// Forms as content: stem and content of every file in a folder.
pub fn reports(folder: &str) -> Vec<(String, content::Report)> {
    files(folder, "json")
        .into_iter()
        .map(|(stem, path)| {
            let report = content::Report::parse(&std::fs::read_to_string(&path).unwrap());
            (stem, report)
        })
        .collect()
}
