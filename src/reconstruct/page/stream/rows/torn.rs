//! Numbers that were too wide for their columns and go on in the next line.

use super::super::columns::{Columns, Placed};
use super::super::line::{Kind, Line};
use std::ops::Range;

/// Characters that go over to the next line when a number is too wide for its column, at most.
const MOST_TORN: u32 = 4;
/// Characters of a name that go over, at most.
const MOST_NAME: u32 = 2;
/// Room, in ems, that a broken number leaves in its column.
const NO_ROOM: f32 = 0.75;

/// For each line, whether it holds the last digits of numbers that were too wide for their columns: all its numbers are
/// short, and stand below longer ones that fill their columns. A row of short numbers has a name, too, and values that are
/// as long as those above.
pub(super) fn torn_numbers(lines: &[Line], found: &Columns, body: &Range<usize>) -> Vec<bool> {
    let mut out = vec![false; body.len()];
    // The lowest text of each column so far.
    let mut last: Vec<Option<(usize, usize)>> = vec![None; found.columns.len()];
    for at in body.clone() {
        let Some(lower) = found.lines.get(at) else { continue };
        let size = lines.get(at).map_or(10.0, |line| line.size);
        let rest_of = |text: &Placed| -> Option<bool> {
            let (upper, over) = last.get(text.first).copied().flatten()?;
            let over = found.lines.get(upper).and_then(|texts| texts.get(over))?;
            let (a, b) = (lines.get(upper)?, lines.get(at)?);
            let column = found.columns.get(text.first);
            let room = column.map_or(f32::MAX, |column| column.x1 - column.x0) - (over.x1 - over.x0);
            let near = b.down - a.down < ONE_NUMBER * size;
            let rest = text.x1 - text.x0 + 0.1 * size;
            let full = room < rest.max(NO_ROOM * size);
            let rests = over.numeric && (over.first, over.last) == (text.first, text.last) && full && near;
            let number =
                a.pieces.get(over.pieces.clone()).unwrap_or(&[]).iter().any(|piece| piece.kind == Kind::Number);
            rests.then(|| !number || glyphs(lines, at, text) < glyphs(lines, upper, over))
        };
        let (mut rests, mut whole, mut others, mut named) = (0, 0, 0, false);
        for text in lower {
            let count = glyphs(lines, at, text);
            let short = if text.numeric { MOST_TORN } else { MOST_NAME };
            if count <= short
                && let Some(other) = rest_of(text)
            {
                rests += 1;
                whole += usize::from(!other);
            } else if text.numeric {
                others += 1;
            } else {
                named |= text.first == 0 && count > MOST_NAME;
            }
        }
        let torn = rests > 2 * whole && others == 0 && !named && (rests > 1 || lower.iter().all(|text| text.first > 0));
        if let Some(slot) = out.get_mut(at - body.start) {
            *slot = torn;
        }
        for (number, text) in lower.iter().enumerate() {
            if let Some(slot) = last.get_mut(text.first) {
                *slot = Some((at, number));
            }
        }
    }
    out
}

/// Distance of baselines, in ems, of the parts of one number.
const ONE_NUMBER: f32 = 1.5;

fn glyphs(lines: &[Line], at: usize, text: &Placed) -> u32 {
    let pieces = lines.get(at).and_then(|line| line.pieces.get(text.pieces.clone())).unwrap_or(&[]);
    pieces.iter().map(|piece| piece.glyphs).sum()
}
