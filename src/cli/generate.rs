//! Shell completions and the manual page, made from the command line's own description.

use super::{ALL_WELL, Cli};
use anyhow::Result;
use clap::CommandFactory;
use std::io::{self, Write};

/// Print completions for a shell.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  zhibiao completions bash > /etc/bash_completion.d/zhibiao")]
pub(super) struct Completions {
    /// Which shell.
    #[arg(value_name = "SHELL")]
    shell: clap_complete::Shell,
}

pub(super) fn completions(args: &Completions) -> Result<u8> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut Cli::command(), "zhibiao", &mut text);
    io::stdout().lock().write_all(&text)?;
    Ok(ALL_WELL)
}

/// The page of the program, then those of its commands.
pub(super) fn manual() -> Result<u8> {
    let mut text = Vec::new();
    let mut command = Cli::command();
    command.build();
    clap_mangen::Man::new(command.clone()).render(&mut text)?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        let title = format!("zhibiao-{}", sub.get_name());
        clap_mangen::Man::new(sub.clone()).title(title).render(&mut text)?;
    }
    io::stdout().lock().write_all(&text)?;
    Ok(ALL_WELL)
}
