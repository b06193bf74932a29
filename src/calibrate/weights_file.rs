//! Weights as `patterns/confidence.toml` has them.

use super::fit::{Fitted, KINDS};
use super::observation::kind_name;
use crate::model::Clue;
use crate::patterns::CONFIDENCE_BASE;
use std::io::{self, Write};

/// Writes the file. `told` says where the weights come from, a line each.
///
/// # Errors
/// The output cannot be written.
pub fn write_weights(out: &mut impl Write, fitted: &Fitted, told: &[String]) -> io::Result<()> {
    writeln!(
        out,
        "# What each piece of evidence is worth for a record of each kind, in logits: the weights of the clues that a"
    )?;
    writeln!(
        out,
        "# record has, added to its kind's base, are the logarithm of the odds that it is right in every field"
    )?;
    writeln!(out, "# (docs/confidence.md). Written by `zhibiao confidence fit`; what is not given is 0.")?;
    for line in told {
        writeln!(out, "# {line}")?;
    }
    let base = |kind: usize| fitted.models[kind].as_ref().map_or(0.0, |model| model.base);
    entry(out, CONFIDENCE_BASE, "A record of which nothing is known.", base)?;
    for clue in Clue::ALL {
        let weight = |kind: usize| fitted.models[kind].as_ref().map_or(0.0, |model| model.clues[*clue as usize]);
        if (0..KINDS.len()).any(|kind| weight(kind) != 0.0) {
            entry(out, clue.id(), clue.meaning(), weight)?;
        }
    }
    Ok(())
}

fn entry(out: &mut impl Write, id: &str, meaning: &str, weight: impl Fn(usize) -> f64) -> io::Result<()> {
    writeln!(out, "\n[[clue]]\nid = \"{id}\"  # {meaning}")?;
    for (at, kind) in KINDS.iter().enumerate() {
        if weight(at) != 0.0 {
            writeln!(out, "{} = {:.2}", kind_name(*kind), weight(at))?;
        }
    }
    Ok(())
}
