//! `zhibiao normalize`: cell texts in, quantities out, a line each, as a stream.

use super::ALL_WELL;
use super::reading::load_options;
use anyhow::Result;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::PathBuf;
use zhibiao::emit::json_lines;
use zhibiao::mapping::quantity::Context;

/// Read cell texts from standard input, a line each, and print each as a Quantity, `null` where it says nothing.
#[derive(clap::Args)]
#[command(after_help = "Example:\n  printf '98.77%%\\n≥550元\\n—\\n' | zhibiao normalize")]
pub(super) struct Args {
    /// Your own pattern files, laid over the built-in ones entry by entry.
    #[arg(long, value_name = "DIR")]
    patterns: Option<PathBuf>,
}

/// Room for many lines at once: a read or write call costs more than a short cell.
const BUFFER: usize = 1 << 18;

pub(super) fn run(args: &Args) -> Result<u8> {
    let options = load_options(args.patterns.as_deref())?;
    let mut input = BufReader::with_capacity(BUFFER, io::stdin().lock());
    let mut out = BufWriter::with_capacity(BUFFER, io::stdout().lock());
    let mut line = Vec::new();
    loop {
        line.clear();
        if input.read_until(b'\n', &mut line)? == 0 {
            break;
        }
        // What is not UTF-8 becomes U+FFFD: the line is answered, as text, and the ones after it keep their place.
        let text = String::from_utf8_lossy(line.trim_ascii_end());
        json_lines::write_line(
            &mut out,
            &options.grammar.read(&text, &Context::default()).map(|reading| reading.quantity),
        )?;
    }
    out.flush()?;
    Ok(ALL_WELL)
}
