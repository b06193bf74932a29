//! Reading a pattern file: embedded text first, then a user's file of the same name over it, entry by entry.

use serde::de::DeserializeOwned;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// A pattern file that cannot be used.
#[derive(Debug, Error)]
pub enum PatternError {
    /// The file exists but cannot be read.
    #[error("{path}: cannot be read: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// The file is not what its format asks for.
    #[error("{path}:{line}: {message}")]
    Parse {
        /// The file (built-in ones as `patterns/NAME`).
        path: PathBuf,
        /// 1-based.
        line: usize,
        /// What is wrong and what was expected.
        message: String,
    },
}

/// One kind of entry, in a file of its own as an array of tables.
///
/// ```toml
/// [[unit]]
/// id = "wan-yuan"
/// written = ["万元"]
/// ```
pub trait Entry: DeserializeOwned {
    /// File name under `patterns/`: `units.toml`.
    const FILE: &'static str;
    /// Name of the array of tables: `unit`.
    const TABLE: &'static str;
    /// The built-in text, from `include_str!`.
    const BUILTIN: &'static str;
    /// What tells this entry from the others in its file.
    fn id(&self) -> &str;
}

/// The built-in entries of a kind, overlaid with those of `overlay/FILE` where it exists: the same id replaces in
/// place, a new id is added at the end, an entry of only `id` and `remove = true` takes the built-in one away.
///
/// # Errors
/// A file that cannot be read or parsed.
pub fn load_entries<E: Entry>(overlay: Option<&Path>) -> Result<Vec<E>, PatternError> {
    let builtin = Path::new("patterns").join(E::FILE);
    let mut entries: Vec<E> = Vec::new();
    for entry in parse::<E>(E::BUILTIN, &builtin)? {
        if let Overlay::Put(entry) = entry {
            entries.push(entry);
        }
    }
    let Some(path) = overlay.map(|dir| dir.join(E::FILE)).filter(|p| p.exists()) else {
        return Ok(entries);
    };
    let text = std::fs::read_to_string(&path).map_err(|source| PatternError::Read { path: path.clone(), source })?;
    for change in parse::<E>(&text, &path)? {
        match change {
            Overlay::Remove(id) => entries.retain(|e| e.id() != id),
            Overlay::Put(entry) => match entries.iter_mut().find(|e| e.id() == entry.id()) {
                Some(old) => *old = entry,
                None => entries.push(entry),
            },
        }
    }
    Ok(entries)
}

enum Overlay<E> {
    Put(E),
    Remove(String),
}

fn parse<E: Entry>(text: &str, path: &Path) -> Result<Vec<Overlay<E>>, PatternError> {
    let fail = |offset: usize, message: String| PatternError::Parse {
        path: path.to_owned(),
        line: text.as_bytes()[..offset.min(text.len())].iter().filter(|b| **b == b'\n').count() + 1,
        message,
    };
    let mut file: std::collections::BTreeMap<String, Vec<toml::Spanned<toml::Value>>> =
        toml::from_str(text).map_err(|e| fail(e.span().map_or(0, |s| s.start), e.message().to_owned()))?;
    let entries = file.remove(E::TABLE).unwrap_or_default();
    if let Some(other) = file.keys().next() {
        let at = text.find(&format!("[[{other}]]")).unwrap_or(0);
        return Err(fail(at, format!("unknown table [[{other}]]; this file holds [[{}]]", E::TABLE)));
    }
    entries
        .into_iter()
        .map(|entry| {
            let start = entry.span().start;
            let value = entry.into_inner();
            if value.get("remove").and_then(toml::Value::as_bool) == Some(true) {
                let id = value.get("id").and_then(toml::Value::as_str).unwrap_or_default();
                return Ok(Overlay::Remove(id.to_owned()));
            }
            value.try_into::<E>().map(Overlay::Put).map_err(|e| fail(start, e.message().to_owned()))
        })
        .collect()
}
