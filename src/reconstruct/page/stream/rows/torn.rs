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

/// A short text below one that fills its column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// Below a number, or a name that ends in one, which is longer.
    Shorter,
    /// Below one that is no longer.
    Longer,
    /// Below other text.
    Unknown,
}

/// For each line, whether it holds the last digits of numbers that were too wide for their columns, or else the second half
/// of a row: all its numbers are short, and stand below longer ones that fill their columns. A row of short numbers has a
/// name, too, and values that are as long as those above.
pub(super) fn torn_numbers(lines: &[Line], found: &Columns, body: &Range<usize>) -> Vec<bool> {
    let mut out = vec![false; body.len()];
    // The lowest text of each column so far.
    let mut last: Vec<Option<(usize, usize)>> = vec![None; found.columns.len()];
    for at in body.clone() {
        let Some(lower) = found.lines.get(at) else { continue };
        let size = lines.get(at).map_or(10.0, |line| line.size);
        let rest_of = |text: &Placed| -> Option<Rest> {
            let (upper, over) = last.get(text.first).copied().flatten()?;
            let over = found.lines.get(upper).and_then(|texts| texts.get(over))?;
            let (a, b) = (lines.get(upper)?, lines.get(at)?);
            let column = found.columns.get(text.first);
            let room = column.map_or(f32::MAX, |column| column.x1 - column.x0) - (over.x1 - over.x0);
            let near = b.down - a.down < ONE_NUMBER * size;
            let rest = text.x1 - text.x0 + 0.1 * size;
            let full = room < rest.max(NO_ROOM * size);
            let pieces = a.pieces.get(over.pieces.clone()).unwrap_or(&[]);
            // A name may end in a number that is broken.
            let numbered = text.numeric && pieces.last().is_some_and(|piece| piece.kind == Kind::Number);
            let rests = (over.first, over.last) == (text.first, text.last) && full && near;
            let number = pieces.iter().any(|piece| piece.kind == Kind::Number);
            rests.then(|| match over.numeric || numbered {
                // A number at a name's end may have gone to the next line as a whole.
                false => Rest::Unknown,
                true if !number || glyphs(lines, at, text) < glyphs(lines, upper, over) => Rest::Shorter,
                true => Rest::Longer,
            })
        };
        let (mut rests, mut whole, mut others, mut named) = (0, 0, 0, false);
        for text in lower {
            let count = glyphs(lines, at, text);
            let short = if text.numeric { MOST_TORN } else { MOST_NAME };
            match rest_of(text).filter(|_| count <= short) {
                Some(Rest::Unknown) if text.numeric => {}
                Some(rest @ (Rest::Shorter | Rest::Longer)) => {
                    rests += 1;
                    whole += usize::from(rest == Rest::Longer);
                }
                _ if text.numeric => others += 1,
                _ => named |= text.first == 0 && count > MOST_NAME,
            }
        }
        let torn = rests > 2 * whole && others == 0 && !named && (rests > 1 || lower.iter().all(|text| text.first > 0));
        let torn = torn || at >= body.start + 2 && is_second_half(lines, found, at);
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

/// How far apart, in ems, a line in the middle of a row and those around it are at most, and how much the two distances may
/// differ.
const HALF_LINE: f32 = 0.85;
const SAME_HALF: f32 = 0.15;

/// Is this the second line of a row whose other cells have one line, in the middle? It stands as far below them as its first
/// line stands above, each of its texts below one of that line's, and none of them has a text in both.
fn is_second_half(lines: &[Line], found: &Columns, at: usize) -> bool {
    let [Some(first), Some(middle), Some(last)] = [at.checked_sub(2), at.checked_sub(1), Some(at)].map(|at| {
        let line = at.and_then(|at| lines.get(at));
        line.zip(at.and_then(|at| found.lines.get(at)))
    }) else {
        return false;
    };
    let size = last.0.size;
    let (above, below) = (middle.0.down - first.0.down, last.0.down - middle.0.down);
    let halves = above > 0.0 && above.max(below) < HALF_LINE * size && (above - below).abs() < SAME_HALF * size;
    let apart = |a: &Placed, b: &Placed| a.last < b.first || b.last < a.first;
    let beside = middle.1.iter().all(|text| first.1.iter().chain(last.1).all(|other| apart(text, other)));
    // A label alone in the middle at the left is that of two rows, as values beside it are not.
    let row = middle.1.iter().any(|text| first.1.iter().any(|other| other.last < text.first));
    let below_one = |text: &Placed| first.1.iter().any(|over| (over.first, over.last) == (text.first, text.last));
    halves && beside && row && !last.1.is_empty() && last.1.iter().all(below_one)
}

/// Distance of baselines, in ems, of the parts of one number.
const ONE_NUMBER: f32 = 1.5;

fn glyphs(lines: &[Line], at: usize, text: &Placed) -> u32 {
    let pieces = lines.get(at).and_then(|line| line.pieces.get(text.pieces.clone())).unwrap_or(&[]);
    pieces.iter().map(|piece| piece.glyphs).sum()
}
