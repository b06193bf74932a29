//! What stands between two neighbouring lines, seen over all columns: rules, stripes, clear space, full lines. Each boundary
//! says how much it looks like one between rows.

use super::super::columns::{Columns, Placed};
use super::super::drawn::Drawn;
use super::super::line::Line;
use super::ends;
use super::steps::Steps;
use crate::model::Rect;
use std::ops::Range;

/// Distance of baselines, in ems, over which no text goes on, and what it says of two lines.
pub(super) const FURTHEST: f32 = 1.9;
const TOO_FAR: f32 = -6.0;
/// How much two lines with a text in every column are rows by themselves where all lines are such: rows of one line
/// are then the rule, unless distances tell otherwise.
const FULL_LINES: f32 = 2.5;

/// Has this line a text in every column?
fn is_full(found: &Columns, line: usize) -> bool {
    found.lines.get(line).is_some_and(|texts| texts.len() == found.columns.len())
}

/// For each two neighbouring lines, how much they look like one row's (above 0) or two (below).
pub(super) fn boundaries(
    lines: &[Line],
    found: &Columns,
    body: &Range<usize>,
    drawn: &Drawn,
    torn: &[bool],
    steps: &Steps,
) -> Vec<f32> {
    let (x0, x1) = ends(found);
    let full = body.clone().filter(|&at| is_full(found, at)).count() as f32 / body.len().max(1) as f32;
    let pairs = || body.clone().zip(body.start + 1..body.end);
    let ruled: Vec<bool> = pairs()
        .map(|(a, b)| match (lines.get(a), lines.get(b)) {
            (Some(a), Some(b)) => drawn.is_ruled(a.bbox.center().1, b.bbox.center().1, x0, x1),
            _ => false,
        })
        .collect();
    let rules = ruled.iter().filter(|ruled| **ruled).count();
    let size = lines.first().map_or(10.0, |line| line.size);
    let wide = |fill: &&Rect| fill.x1.min(x1) - fill.x0.max(x0) > 0.7 * (x1 - x0) && fill.height() < 8.0 * size;
    let top = lines.get(body.start).map_or(0.0, |line| line.bbox.y0);
    let stripes: Vec<Rect> = drawn.fills.iter().filter(|fill| fill.y1 > top).filter(wide).copied().collect();
    let rows_are_ruled = rules >= 3 && rules * 4 >= ruled.len();
    pairs()
        .zip(&ruled)
        .map(|((upper, lower), &ruled)| {
            let (Some(a), Some(b)) = (lines.get(upper), lines.get(lower)) else { return 0.0 };
            let mut sum = match (ruled, rows_are_ruled) {
                (true, _) => -8.0,
                (false, true) => 3.0,
                _ => 0.0,
            };
            if a.bbox.y1 - b.bbox.y0 > 0.3 * a.size.min(b.size) {
                sum += 6.0;
            }
            if b.down - a.down > FURTHEST * a.size.max(b.size) {
                sum += TOO_FAR;
            }
            sum += striped(&stripes, a, b);
            sum += steps.say(b.down - a.down, a.size.min(b.size));
            if torn.get(lower - body.start) == Some(&true) {
                return sum + TORN_NUMBERS;
            }
            if is_full(found, upper) && is_full(found, lower) {
                sum -= 1.0 + if steps.two_kinds { 0.0 } else { FULL_LINES * full };
            }
            sum + shapes_say(found, upper, lower)
        })
        .collect()
}

/// A line of ends of numbers belongs to the line above it.
const TORN_NUMBERS: f32 = 5.0;

/// Backgrounds: lines on one of few lines' height are one row's, lines on two are two; between stripes it is the same.
fn striped(stripes: &[Rect], a: &Line, b: &Line) -> f32 {
    let (ya, yb) = (a.bbox.center().1, b.bbox.center().1);
    let on = |y: f32| stripes.iter().position(|fill| y > fill.y0 && y < fill.y1);
    match (on(ya), on(yb)) {
        (Some(a), Some(b)) if a == b => 3.0,
        (None, None) if stripes.len() >= 2 && !stripes.iter().any(|fill| fill.y0 > ya && fill.y1 < yb) => {
            // Only between two stripes: below the last one and above the first one rows may follow each other.
            let inside = stripes.iter().any(|fill| fill.y1 <= ya) && stripes.iter().any(|fill| fill.y0 >= yb);
            if inside { 2.5 } else { 0.0 }
        }
        (None, None) => 0.0,
        _ => -5.0,
    }
}

/// What it says which columns of two neighbouring lines are filled: a row's last lines have fewer texts than its first.
fn shapes_say(found: &Columns, upper: usize, lower: usize) -> f32 {
    let (Some(above), Some(below)) = (found.lines.get(upper), found.lines.get(lower)) else { return 0.0 };
    let begins = |texts: &[Placed]| texts.first().is_some_and(|text| text.first == 0);
    let inside = below.iter().all(|text| above.iter().any(|over| over.first <= text.first && over.last >= text.last));
    if inside && begins(above) && !begins(below) && below.len() < above.len() { 1.0 } else { 0.0 }
}
