//! `zhibiao patterns`: a look at the knowledge, and a check of one's own.

use super::ALL_WELL;
use super::extract::load_options;
use anyhow::Result;
use std::path::PathBuf;

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
    load_options(dir.as_deref())?;
    Ok(ALL_WELL)
}
