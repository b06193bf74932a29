//! What was put in place, and whether it is still there.

use serde::{Deserialize, Serialize};
use std::fs;
use std::io;
use std::path::Path;
use std::time::UNIX_EPOCH;

/// A file that was put in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Its name in the output folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its lines.
    pub lines: u64,
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    #[serde(flatten)]
    written: Written,
    modified: u64,
}

/// What tells later whether the files are still as they were put in place.
pub(in crate::batch) fn remember(dir: &Path, files: &[Written]) -> io::Result<String> {
    let all = files
        .iter()
        .map(|written| {
            let modified = modified(&dir.join(&written.name)).map_or(0, |(_, time)| time);
            Remembered { written: written.clone(), modified }
        })
        .collect::<Vec<_>>();
    Ok(serde_json::to_string(&all)?)
}

/// The files, if they are all as [`remember`] saw them.
pub(in crate::batch) fn still_there(dir: &Path, remembered: &str) -> Option<Vec<Written>> {
    let all: Vec<Remembered> = serde_json::from_str(remembered).ok()?;
    let same = |one: &Remembered| modified(&dir.join(&one.written.name)) == Some((one.written.bytes, one.modified));
    (!all.is_empty() && all.iter().all(same)).then(|| all.into_iter().map(|one| one.written).collect())
}

fn modified(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(path).ok()?;
    let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((metadata.len(), u64::try_from(time.as_nanos()).ok()?))
}
