//! Reading a pattern file of tab-separated rows: embedded text first, then a user's file of the same name over it,
//! row by row. The first column is the row's key. Lines that begin with `#` and empty lines say nothing.

use super::problem::{PatternError, Problem};
use std::borrow::Cow;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

/// A file of rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct RowFile {
    /// File name under `patterns/`.
    pub(super) name: &'static str,
    /// The built-in text, from `include_str!`.
    pub(super) builtin: &'static str,
    /// Names of the columns; those from `required` on may be left out.
    pub(super) columns: &'static [&'static str],
    /// How many columns every row has.
    pub(super) required: usize,
}

/// Text of a cell: a piece of the embedded file, or read from a user's.
pub(super) type CellText = Cow<'static, str>;

/// At most this many columns are read.
pub(super) const MAX_COLUMNS: usize = 5;

/// One row.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) cells: [CellText; MAX_COLUMNS],
    /// Built-in, or of the user's file.
    pub(super) builtin: bool,
    /// 1-based.
    pub(super) line: usize,
}

impl RowFile {
    /// The rows of both files, in order: a row of the user's with a known key replaces that one, a row of a key and
    /// `-` alone takes it away.
    pub(super) fn load(self, overlay: Option<&Path>) -> Result<(Vec<Row>, Vec<Problem>), PatternError> {
        let mut problems = Vec::new();
        let builtin = self.path(None);
        let mut rows: Vec<Row> = self
            .parse(self.builtin, &builtin, &mut problems, Cow::Borrowed)
            .into_iter()
            .filter_map(Change::put)
            .collect();
        let Some(path) = overlay.map(|dir| dir.join(self.name)).filter(|path| path.exists()) else {
            return Ok((rows, problems));
        };
        let text =
            std::fs::read_to_string(&path).map_err(|source| PatternError::Read { path: path.clone(), source })?;
        let mut index: HashMap<String, usize> =
            rows.iter().enumerate().map(|(i, row)| (row.cells[0].to_string(), i)).collect();
        let mut removed = Vec::new();
        let changes = self.parse(&text, &path, &mut problems, |cell| Cow::Owned(cell.to_owned()));
        let mut seen: HashMap<String, usize> = HashMap::new();
        for change in changes {
            let (key, line) = match &change {
                Change::Put(row) => (row.cells[0].to_string(), row.line),
                Change::Remove { key, line } => (key.clone(), *line),
            };
            if let Some(first) = seen.insert(key.clone(), line) {
                let message = format!("`{key}` is given twice, first in line {first}");
                problems.push(Problem::error(&path, line, message));
                continue;
            }
            match (change, index.get(&key)) {
                (Change::Put(row), Some(at)) => rows[*at] = Row { builtin: false, ..row },
                (Change::Put(row), None) => {
                    index.insert(key, rows.len());
                    rows.push(Row { builtin: false, ..row });
                }
                (Change::Remove { .. }, Some(at)) => removed.push(*at),
                (Change::Remove { .. }, None) => {
                    let message = format!("`{key}` is to be removed, but there is no such row");
                    problems.push(Problem::error(&path, line, message).harmless());
                }
            }
        }
        removed.sort_unstable();
        for at in removed.into_iter().rev() {
            rows.remove(at);
        }
        Ok((rows, problems))
    }

    /// Where a row came from.
    pub(super) fn path(self, overlay: Option<&Path>) -> PathBuf {
        overlay.unwrap_or(Path::new("patterns")).join(self.name)
    }

    fn parse<'a>(
        self,
        text: &'a str,
        path: &Path,
        problems: &mut Vec<Problem>,
        own: impl Fn(&'a str) -> CellText,
    ) -> Vec<Change> {
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        let rows = text.lines().enumerate().filter_map(|(number, text)| {
            let line = number + 1;
            if text.is_empty() || text.starts_with('#') {
                return None;
            }
            let mut cells: [CellText; MAX_COLUMNS] = Default::default();
            let mut count = 0;
            for cell in text.split('\t') {
                if let Some(slot) = cells.get_mut(count) {
                    *slot = own(cell);
                }
                count += 1;
            }
            if count == 2 && cells[1] == "-" && self.required > 1 {
                return Some(Change::Remove { key: cells[0].to_string(), line });
            }
            if count < self.required || count > self.columns.len() || cells[0].is_empty() {
                let message = format!(
                    "{count} tab-separated columns; expected {} to {}: {}",
                    self.required,
                    self.columns.len(),
                    self.columns.join(", ")
                );
                problems.push(Problem::error(path, line, message));
                return None;
            }
            Some(Change::Put(Row { cells, builtin: true, line }))
        });
        rows.collect()
    }
}

enum Change {
    Put(Row),
    Remove { key: String, line: usize },
}

impl Change {
    fn put(self) -> Option<Row> {
        match self {
            Change::Put(row) => Some(row),
            Change::Remove { .. } => None,
        }
    }
}
