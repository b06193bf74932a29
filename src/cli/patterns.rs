//! `zhibiao patterns`: a look at the knowledge, and a check of one's own.

use super::{ALL_WELL, SOME_FAILED, UsageError};
use anyhow::Result;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use zhibiao::patterns;

/// Show or check the pattern files.
#[derive(clap::Subcommand)]
#[command(after_help = "Example:\n  zhibiao patterns check my-patterns/")]
pub(super) enum Command {
    /// Report unknown keys, duplicate synonyms and patterns that cannot match, with file and line; exit 1 if any.
    #[command(after_help = "Example:\n  zhibiao patterns check my-patterns/")]
    Check {
        /// Your own pattern files [default: only the built-in ones].
        dir: Option<PathBuf>,
    },
    /// Print the patterns in force, as the files would have them.
    #[command(after_help = "Example:\n  zhibiao patterns show my-patterns/ | less")]
    Show {
        /// Your own pattern files, laid over the built-in ones.
        dir: Option<PathBuf>,
    },
}

pub(super) fn run(command: &Command) -> Result<u8> {
    let (Command::Check { dir } | Command::Show { dir }) = command;
    let dir = dir.as_deref();
    if let Some(dir) = dir.filter(|dir| !dir.is_dir()) {
        return Err(UsageError(format!("{}: not a folder of pattern files", dir.display())).into());
    }
    let mut out = BufWriter::new(io::stdout().lock());
    let code = match command {
        Command::Check { .. } => check(dir, &mut out)?,
        Command::Show { .. } => {
            // Written here, not by `show`, so that a reader who has enough is known for what it is.
            let mut text = Vec::new();
            patterns::show(dir, &mut text)?;
            out.write_all(&text)?;
            ALL_WELL
        }
    };
    out.flush()?;
    Ok(code)
}

/// A problem a line on stdout: they are what was asked for.
fn check(dir: Option<&Path>, out: &mut impl Write) -> Result<u8> {
    let problems = patterns::check(dir);
    for problem in &problems {
        writeln!(out, "{problem}")?;
    }
    Ok(if problems.is_empty() { ALL_WELL } else { SOME_FAILED })
}
