//! What can be wrong with a pattern file, and where.

use crate::model::Severity;
use std::fmt;
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

/// One thing wrong with a pattern file. Printed as `file:line: severity: message`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// Built-in files as `patterns/NAME`.
    pub file: PathBuf,
    /// 1-based; 0 where the whole file is meant.
    pub line: usize,
    /// An error means that something would not work as written; a warning, that it is probably not meant.
    pub severity: Severity,
    /// What is wrong and what was expected.
    pub message: String,
    /// Loading refuses the file for it; else only `patterns check` minds.
    pub(super) stops_loading: bool,
}

impl Problem {
    /// An error that loading, too, stops at.
    pub(super) fn error(file: &Path, line: usize, message: String) -> Self {
        Problem { file: file.to_owned(), line, severity: Severity::Error, message, stops_loading: true }
    }

    /// Something that may be meant.
    pub(super) fn warning(file: &Path, line: usize, message: String) -> Self {
        Problem { severity: Severity::Warning, stops_loading: false, ..Self::error(file, line, message) }
    }

    /// Wrong, but what is left still works.
    pub(super) fn harmless(self) -> Self {
        Problem { stops_loading: false, ..self }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        };
        match self.line {
            0 => write!(f, "{}: {severity}: {}", self.file.display(), self.message),
            line => write!(f, "{}:{line}: {severity}: {}", self.file.display(), self.message),
        }
    }
}

impl From<Problem> for PatternError {
    fn from(problem: Problem) -> Self {
        PatternError::Parse { path: problem.file, line: problem.line, message: problem.message }
    }
}
