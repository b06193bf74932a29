//! Columns of running text told apart: a page becomes zones, each a single column, in reading order. A table that
//! spans two columns of text, a title over both and a box that is known already interrupt them.
//!
//! A page is split along one vertical gutter at a time. Which of its lines are split is decided over all lines at once:
//! each line says how well it fits a page of one column and one of two, changing over has a price, and the cheapest
//! sequence wins. A row of a table has gaps, too, but what stands beside them is no running text.

use super::stream::line::{Line, is_prose_like};
use crate::model::Rect;

/// What stands in a zone, from the top down.
#[derive(Debug, Clone)]
pub(super) enum Item {
    /// A line, or the part of one that lies in the zone.
    Line(Line),
    /// A box that is known already, by its number: a table.
    Known(usize, Rect),
}

impl Item {
    pub(super) fn bbox(&self) -> Rect {
        match self {
            Item::Line(line) => line.bbox,
            Item::Known(_, bbox) => *bbox,
        }
    }
}

/// A single column.
#[derive(Debug, Clone, Default)]
pub(super) struct Zone {
    pub(super) items: Vec<Item>,
}

/// Columns of text beside each other: bounds the recursion.
const MAX_DEPTH: usize = 4;
/// Width of the steps, in points, in which a gutter is searched.
const STEP: f32 = 2.0;
/// Steps across the widest page looked at.
const MAX_STEPS: usize = 4096;
/// Votes of lines from which a gutter is looked into: three lines with text on both sides.
const LEAST_VOTES: f32 = 6.0;
/// Price of a change between one column and two.
const CHANGE: f32 = 4.0;

/// The zones of a page, in reading order.
pub(super) fn zones(items: Vec<Item>) -> Vec<Zone> {
    let mut out = Vec::new();
    split(items, 0, &mut out);
    out
}

fn split(mut items: Vec<Item>, depth: usize, out: &mut Vec<Zone>) {
    items.sort_by(|a, b| a.bbox().y0.total_cmp(&b.bbox().y0));
    let Some(gutter) = (if depth < MAX_DEPTH { gutter(&items, depth == 0) } else { None }) else {
        out.push(Zone { items });
        return;
    };
    let sides = two_columns(&items, gutter);
    if sides.iter().all(|two| !two) {
        out.push(Zone { items });
        return;
    }
    let (mut whole, mut left, mut right) = (Vec::new(), Vec::new(), Vec::new());
    for (item, two) in items.into_iter().zip(sides) {
        if two {
            flush(&mut whole, depth, out);
            match item {
                Item::Line(line) => {
                    let (a, b): (Vec<_>, Vec<_>) = line.pieces.iter().partition(|piece| piece.bbox.center().0 < gutter);
                    let (c, d): (Vec<_>, Vec<_>) = line.words.iter().partition(|(_, x)| *x < gutter);
                    left.extend(Line::new(a, c, line.down, line.leaders).map(Item::Line));
                    right.extend(Line::new(b, d, line.down, line.leaders).map(Item::Line));
                }
                known if known.bbox().center().0 < gutter => left.push(known),
                known => right.push(known),
            }
        } else {
            flush(&mut left, depth, out);
            flush(&mut right, depth, out);
            whole.push(item);
        }
    }
    for part in [&mut whole, &mut left, &mut right] {
        flush(part, depth, out);
    }
}

fn flush(items: &mut Vec<Item>, depth: usize, out: &mut Vec<Zone>) {
    if !items.is_empty() {
        split(std::mem::take(items), depth + 1, out);
    }
}

/// x of the gutter that most lines with running text on both sides agree on.
fn gutter(items: &[Item], whole_page: bool) -> Option<f32> {
    let around = items.iter().map(Item::bbox).reduce(|a, b| a.union(&b))?;
    let steps = (around.width() / STEP).ceil();
    if !(1.0..=MAX_STEPS as f32).contains(&steps) {
        return None;
    }
    let mut votes = vec![0.0_f32; steps as usize + 1];
    let count = votes.len();
    let step = |x: f32| (((x - around.x0) / STEP).max(0.0) as usize).min(count);
    let mut vote = |from: f32, to: f32, weight: f32| {
        let (from, to) = (step(from) + 1, step(to));
        if let Some(range) = votes.get_mut(from..to.max(from)) {
            range.iter_mut().for_each(|v| *v += weight);
        }
    };
    let lines = || items.iter().filter_map(|item| if let Item::Line(line) = item { Some(line) } else { None });
    for line in lines() {
        for pair in line.chunks.windows(2) {
            let [a, b] = pair else { continue };
            let both = prose(line, f32::MIN, b.x0) && prose(line, a.x1, f32::MAX);
            vote(a.x1, b.x0, if both { 2.0 } else { 0.25 });
        }
    }
    for (a, b) in lines().zip(lines().skip(1)) {
        if abreast(a, b) && a.is_solid_text() && b.is_solid_text() {
            vote(a.bbox.x1.min(b.bbox.x1), a.bbox.x0.max(b.bbox.x0), 2.0);
        }
    }
    if votes.iter().copied().fold(0.0, f32::max) < LEAST_VOTES {
        // A column of running text beside what is none: a table in the other column.
        if let Some((start, end)) = running(items).filter(|_| whole_page) {
            for line in lines() {
                for pair in line.chunks.windows(2) {
                    let [a, b] = pair else { continue };
                    let ends = (a.x1 - end).abs() < FULL * line.size && a.x1 <= end + 0.5 * line.size && b.x0 > end;
                    if ends && start <= a.x0 + line.size {
                        let (from, to) = (step(end) + 1, step(b.x0));
                        if let Some(range) = votes.get_mut(from..to.max(from)) {
                            range.iter_mut().for_each(|v| *v += 2.0);
                        }
                    }
                }
            }
        }
    }
    let most = votes.iter().copied().fold(0.0, f32::max);
    if most < LEAST_VOTES {
        return None;
    }
    let first = votes.iter().position(|&v| v >= most)?;
    let last = first + votes.iter().skip(first).take_while(|&&v| v >= most).count();
    Some(around.x0 + (first + last) as f32 / 2.0 * STEP)
}

/// How far, in ems, a full line of running text ends from the column's end.
const FULL: f32 = 4.0;
/// Lines of running text beside a table, at least, and part of them that are full.
const LEAST_RUNNING: usize = 8;
const MOSTLY: f32 = 0.6;
/// Widths of a column, in parts of the page's content.
const COLUMN: std::ops::Range<f32> = 0.3..0.62;
/// Lines with several texts in the other column.
const LEAST_BESIDE: usize = 3;

/// Left and right end of a column of running text at the left, beside which the other column holds something in columns:
/// its lines begin at one place and are mostly full, as names of a table's rows are not.
fn running(items: &[Item]) -> Option<(f32, f32)> {
    let around = items.iter().map(Item::bbox).reduce(|a, b| a.union(&b))?;
    let lines = || items.iter().filter_map(|item| if let Item::Line(line) = item { Some(line) } else { None });
    let mut ends: Vec<f32> = Vec::new();
    let (mut beside, mut size) = (0, 0.0_f32);
    for line in lines() {
        let Some(first) = line.chunks.first() else { continue };
        let pieces = line.pieces.get(first.pieces.clone()).unwrap_or(&[]);
        if first.x0 - around.x0 < 0.5 * line.size
            && is_prose_like(pieces)
            && COLUMN.contains(&((first.x1 - around.x0) / around.width()))
        {
            ends.push(first.x1);
            size = size.max(line.size);
            beside += usize::from(line.chunks.len() > 2);
        }
    }
    ends.sort_by(f32::total_cmp);
    let end = ends.get(ends.len().saturating_sub(1).saturating_sub(ends.len() / 20)).copied()?;
    let full = ends.iter().filter(|x| end - **x < FULL * size).count();
    // Nothing crosses the gutter where the column is.
    let crossed =
        lines().filter(|line| line.chunks.iter().any(|c| c.x0 < end - FULL * size && c.x1 > end + size)).count();
    let enough = ends.len() >= LEAST_RUNNING && full as f32 >= MOSTLY * ends.len() as f32;
    (enough && beside >= LEAST_BESIDE && crossed * 4 < ends.len()).then_some((around.x0, end))
}

/// Is all that stands between these places running text?
fn prose(line: &Line, from: f32, to: f32) -> bool {
    let mut chunks = line.chunks.iter().filter(|chunk| chunk.x0 >= from && chunk.x1 <= to).peekable();
    chunks.peek().is_some() && chunks.all(|chunk| is_prose_like(line.pieces.get(chunk.pieces.clone()).unwrap_or(&[])))
}

/// Do two lines stand beside each other, at heights that overlap?
fn abreast(a: &Line, b: &Line) -> bool {
    let overlap = a.bbox.y1.min(b.bbox.y1) - a.bbox.y0.max(b.bbox.y0);
    overlap > 0.2 * a.size.min(b.size) && (a.bbox.x1 < b.bbox.x0 || b.bbox.x1 < a.bbox.x0)
}

/// For each item: does it stand in two columns that this gutter parts?
fn two_columns(items: &[Item], gutter: f32) -> Vec<bool> {
    let edges = Edges::of(items, gutter);
    // Best sums over the items so far that end in one column and in two, and how each was come by.
    let (mut one, mut two) = (0.0_f32, -CHANGE / 2.0);
    let mut came: Vec<(bool, bool)> = Vec::with_capacity(items.len());
    for (index, item) in items.iter().enumerate() {
        let around = index.checked_sub(1).and_then(|i| items.get(i)).into_iter().chain(items.get(index + 1));
        let fits = fits_two(item, around, gutter, &edges);
        let changed = (two - CHANGE > one, one - CHANGE > two);
        (one, two) = (one.max(two - CHANGE), two.max(one - CHANGE) + fits);
        came.push(changed);
    }
    let mut state = two > one;
    let mut sides = vec![false; items.len()];
    for (side, &(to_one, to_two)) in sides.iter_mut().zip(&came).rev() {
        *side = state;
        state = if state { !to_two } else { to_one };
    }
    sides
}

/// Where the columns' edges at a gutter are, by the lines that have running text on both sides.
struct Edges {
    /// Where lines of the left column end that are full.
    left: f32,
    /// Where those of the right column begin.
    right: f32,
}

impl Edges {
    fn of(items: &[Item], gutter: f32) -> Edges {
        let mut lefts = Vec::new();
        let mut rights = Vec::new();
        for line in items.iter().filter_map(|item| if let Item::Line(line) = item { Some(line) } else { None }) {
            if prose(line, f32::MIN, gutter) && prose(line, gutter, f32::MAX) {
                lefts.extend(line.chunks.iter().filter(|chunk| chunk.x1 <= gutter).map(|chunk| chunk.x1).next_back());
                rights.extend(line.chunks.iter().find(|chunk| chunk.x0 >= gutter).map(|chunk| chunk.x0));
            }
        }
        rights.sort_by(f32::total_cmp);
        Edges {
            left: lefts.iter().copied().fold(f32::MIN, f32::max),
            right: rights.get(rights.len() / 2).copied().unwrap_or(f32::MAX),
        }
    }
}

/// How well an item fits two columns, above 0, or one, below 0.
fn fits_two<'i>(item: &Item, mut around: impl Iterator<Item = &'i Item>, gutter: f32, edges: &Edges) -> f32 {
    const CANNOT: f32 = -1000.0;
    let bbox = item.bbox();
    let crosses = bbox.x0 < gutter && bbox.x1 > gutter;
    let Item::Line(line) = item else { return if crosses { CANNOT } else { 0.0 } };
    if !crosses {
        let beside = around.any(|other| matches!(other, Item::Line(other) if abreast(line, other)));
        return match (beside, line.is_solid_text()) {
            (true, true) => 1.0,
            (true, false) => -0.2,
            // Nothing beside it: the page stays as it was above.
            (false, _) => 0.01,
        };
    }
    // A word or a plain space on the gutter: the line runs across.
    let after = line.chunks.iter().position(|chunk| chunk.x1 > gutter).unwrap_or(0);
    let Some(next) = line.chunks.get(after) else { return CANNOT };
    if next.x0 < gutter {
        return CANNOT;
    }
    let left = prose(line, f32::MIN, gutter);
    let right = prose(line, gutter, f32::MAX);
    // Beside a table in one of the columns, the text in the other one keeps to its edge.
    let at_right_edge = (next.x0 - edges.right).abs() < 0.5 * line.size;
    let fills_left = after == 1 && line.chunks.first().is_some_and(|chunk| edges.left - chunk.x1 < 2.0 * line.size);
    match (left, right) {
        (true, true) => 2.0,
        (true, false) if fills_left => 0.8,
        (false, true) if at_right_edge => 0.8,
        (true, false) | (false, true) => -0.2,
        (false, false) if at_right_edge && line.chunks.len() == after + 1 => -0.2,
        // Several texts beside each other that are no running text: a table's row.
        (false, false) if line.chunks.len() > 2 => -1.3,
        (false, false) => -0.7,
    }
}
