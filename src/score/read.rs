//! Labelled sets and predicted records from disk.

use super::Gold;
use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A set that cannot be scored.
#[derive(Debug, Error)]
pub enum ReadError {
    /// A file or folder that cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A line that is no JSON.
    #[error("{path}:{line}: not JSON: {source}")]
    Json {
        /// Which file.
        path: PathBuf,
        /// 1-based.
        line: usize,
        /// What is wrong with it.
        source: serde_json::Error,
    },
}

/// The gold of a folder, `STEM.jsonl` a document, sorted by name.
///
/// # Errors
/// A folder or file that cannot be read, a line that is no JSON.
pub fn gold_folder(folder: &Path) -> Result<Vec<Gold>, ReadError> {
    let mut files: Vec<PathBuf> = entries(folder)?.into_iter().filter(|path| is_json_lines(path)).collect();
    files.sort();
    files
        .iter()
        .map(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            Ok(Gold { stem: stem(&name).to_owned(), rows: lines(file)? })
        })
        .collect()
}

/// The records of a file, or of every `.jsonl` file under a folder.
///
/// # Errors
/// A folder or file that cannot be read, a line that is no JSON.
pub fn records(path: &Path) -> Result<Vec<Value>, ReadError> {
    if !path.is_dir() {
        return lines(path);
    }
    let mut files = Vec::new();
    let mut open = vec![path.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in entries(&folder)? {
            if entry.is_dir() && !entry.is_symlink() {
                open.push(entry);
            } else if is_json_lines(&entry) {
                files.push(entry);
            }
        }
    }
    files.sort();
    let mut all = Vec::new();
    for file in files {
        all.extend(lines(&file)?);
    }
    Ok(all)
}

/// The last part of a path without its last extension: `a/b/000_x.pdf` → `000_x`.
pub fn stem(source: &str) -> &str {
    let name = source.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    match name.rfind('.') {
        Some(dot) if dot > 0 && dot + 1 < name.len() => &name[..dot],
        _ => name,
    }
}

fn is_json_lines(path: &Path) -> bool {
    path.extension().is_some_and(|e| e == "jsonl")
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.path())).collect())
        .map_err(|source| ReadError::Io { path: folder.to_owned(), source })
}

fn lines(path: &Path) -> Result<Vec<Value>, ReadError> {
    let text = fs::read_to_string(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(at, line)| {
            serde_json::from_str(line).map_err(|source| ReadError::Json { path: path.to_owned(), line: at + 1, source })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::stem;

    #[test]
    fn the_stem_is_the_name_without_its_last_extension() {
        for (source, expected) in [
            ("a/b/000_x.pdf", "000_x"),
            ("000_x.tar.gz", "000_x.tar"),
            ("archive.zip!/dir/file.docx", "file"),
            (".hidden", ".hidden"),
            ("ends.", "ends."),
            ("-", "-"),
            ("", ""),
        ] {
            assert_eq!(stem(source), expected);
        }
    }
}
