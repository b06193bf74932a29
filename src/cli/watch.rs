//! `zhibiao watch`: a folder that fills during the day.

use super::batch::Interrupt;
use super::{UsageError, extract, log, parse};
use anyhow::Result;
use std::time::{Duration, Instant};

/// Read a folder again and again: what is new or changed, as extract does.
///
/// The folder is looked through every --every; network shares, too, are seen that way, which tell nobody of changes. A file
/// that changed within the last --settle is left for the next look: it may still be being written. Ctrl-C ends it, with
/// what is in hand done.
#[derive(clap::Args)]
#[group(id = "watch")]
#[command(after_help = "Example:\n  zhibiao watch /srv/drop -o records/ --every 1min")]
pub(super) struct Args {
    /// Time from one look to the next.
    #[arg(long, value_name = "TIME", value_parser = parse::duration, default_value = "30s")]
    every: Duration,
    /// How long a file must have been left alone.
    #[arg(long, value_name = "TIME", value_parser = parse::duration, default_value = "5s")]
    settle: Duration,
    #[command(flatten)]
    extract: extract::Args,
}

/// How often a waiting program looks whether it was asked to end.
const LISTEN_EVERY: Duration = Duration::from_millis(100);

pub(super) fn run(args: &Args) -> Result<u8> {
    log::begin(args.extract.log_format);
    if args.extract.output.is_none() {
        return Err(UsageError("watch needs an output folder: -o DIR".into()).into());
    }
    let interrupt = Interrupt::listen()?;
    loop {
        let began = Instant::now();
        // A look that fails (a full disk, a share that is gone) is told, and followed by the next one.
        match extract::batch_run(&args.extract, &interrupt, Some(args.settle)) {
            Err(error) if error.is::<UsageError>() => return Err(error),
            Err(error) => tracing::error!("error: {error:#}"),
            Ok(_) => {}
        }
        while began.elapsed() < args.every {
            if let Some(code) = interrupt.code() {
                return Ok(code);
            }
            std::thread::sleep(LISTEN_EVERY);
        }
        if let Some(code) = interrupt.code() {
            return Ok(code);
        }
    }
}
