//! Commands: raw flags in, checked options to the library, data on stdout, everything else on stderr.
//!
//! Exit codes: 0 all well; 1 something could not be read, or did not reach what was asked for; 2 wrong usage.

mod audit;
mod batch;
mod confidence;
mod config;
mod diff;
mod doctor;
mod export;
mod extract;
mod generate;
mod indicators;
mod inputs;
mod log;
mod normalize;
mod panel;
mod parse;
mod patterns;
mod reading;
mod recognition;
mod score;
mod summary;
mod tables;
mod watch;

use anyhow::Result;
use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};
use std::io::{self, Write};
use std::process::ExitCode;

/// Everything was read and is as asked.
const ALL_WELL: u8 = 0;
/// Some documents failed or were partial, or a check did not pass.
const SOME_FAILED: u8 = 1;
/// The command line, or a directory that it names, cannot be used. The same as clap's own.
const USAGE: u8 = 2;

/// Turns Chinese performance self-evaluation reports (绩效自评表) into exact JSON records.
#[derive(Parser)]
#[command(
    name = "zhibiao",
    version,
    after_help = "Example:\n  zhibiao extract reports/ -o records/\n\n\
    Every command's --help shows an example of its own."
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Extract(extract::Args),
    Watch(watch::Args),
    Diff(diff::Args),
    Export(export::Args),
    Panel(panel::Args),
    Audit(audit::Args),
    Indicators(indicators::Args),
    Tables(tables::Args),
    Normalize(normalize::Args),
    Score(score::Args),
    #[command(subcommand)]
    Confidence(confidence::Command),
    #[command(subcommand)]
    Patterns(patterns::Command),
    /// Print the JSON Schema of the records.
    #[command(after_help = "Example:\n  zhibiao schema > record.schema.json")]
    Schema,
    Doctor(doctor::Args),
    Completions(generate::Completions),
    /// Print the manual page (roff), the pages of the commands behind it.
    #[command(after_help = "Example:\n  zhibiao man > zhibiao.1 && man ./zhibiao.1")]
    Man,
    /// Read files for a batch run of the program itself.
    #[command(hide = true, after_help = "Example:\n  this command is for the program's own use")]
    Worker,
}

/// A directory or file named on the command line that cannot be used: exit code 2.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct UsageError(String);

/// Runs the command that the arguments name.
pub(crate) fn run() -> ExitCode {
    let arguments = match config::expand(std::env::args_os().collect()) {
        Ok(arguments) => arguments,
        Err(error) => {
            eprintln!("error: {error:#}");
            return ExitCode::from(USAGE);
        }
    };
    // What stands later on the line wins, so that it overrides the file of options.
    let matches = Cli::command().args_override_self(true).get_matches_from(arguments);
    let command = match Cli::from_arg_matches(&matches) {
        Ok(cli) => cli.command,
        Err(error) => error.exit(),
    };
    let outcome = match command {
        Command::Extract(args) => extract::run(&args),
        Command::Watch(args) => watch::run(&args),
        Command::Diff(args) => diff::run(&args),
        Command::Export(args) => export::run(&args),
        Command::Panel(args) => panel::run(&args),
        Command::Completions(args) => generate::completions(&args),
        Command::Man => generate::manual(),
        Command::Audit(args) => audit::run(&args),
        Command::Indicators(args) => indicators::run(&args),
        Command::Tables(args) => tables::run(&args),
        Command::Normalize(args) => normalize::run(&args),
        Command::Score(args) => score::run(&args),
        Command::Confidence(command) => confidence::run(&command),
        Command::Patterns(command) => patterns::run(&command),
        Command::Schema => print_schema(),
        Command::Doctor(args) => doctor::run(&args),
        Command::Worker => batch::work(),
    };
    ExitCode::from(outcome.unwrap_or_else(|error| {
        if is_broken_pipe(&error) {
            // Whoever reads has enough: `zhibiao extract … | head`.
            return ALL_WELL;
        }
        eprintln!("error: {error:#}");
        if error.is::<UsageError>() { USAGE } else { SOME_FAILED }
    }))
}

fn print_schema() -> Result<u8> {
    let schema = zhibiao::emit::schema::records();
    let mut out = io::stdout().lock();
    serde_json::to_writer_pretty(&mut out, &schema).map_err(io::Error::from)?;
    writeln!(out)?;
    Ok(ALL_WELL)
}

fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error
        .chain()
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .any(|cause| cause.kind() == io::ErrorKind::BrokenPipe)
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent_and_every_command_shows_an_example() {
        let mut cli = super::Cli::command();
        cli.build();
        cli.clone().debug_assert();
        let mut open = vec![cli];
        while let Some(mut command) = open.pop() {
            let help = command.render_long_help().to_string();
            let is_help_itself = command.get_name() == "help";
            assert!(is_help_itself || help.contains("Example:"), "{}", command.get_name());
            if !is_help_itself {
                open.extend(command.get_subcommands().cloned());
            }
        }
    }
}
