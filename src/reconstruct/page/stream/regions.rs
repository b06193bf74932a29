//! Where tables begin and end in a column of lines. Every stretch of lines that could be a table is scored against its
//! being text; the set of stretches with the best sum is taken.

use super::columns::{self, Columns, Placed};
use super::drawn::Drawn;
use super::line::Line;
use super::score::{self, Evidence};
use std::ops::Range;

/// A stretch of lines that is a table.
#[derive(Debug, Clone)]
pub(super) struct Region {
    /// Indices of its lines.
    pub(super) lines: Range<usize>,
    pub(super) columns: Columns,
}

/// Lines with one text only, in a row, over which a table may go on: labels, cells of many lines.
const SOLID_WITHIN: usize = 8;
/// Lines with one text only that are tried before the first line with two.
const SOLID_BEFORE: usize = 3;
/// The same after the last one.
const SOLID_AFTER: usize = 2;
/// Stretches scored in one run of lines: bounds the work on hostile pages.
const MAX_STRETCHES: usize = 1500;
/// Lines between two stretches that are still no more than a label of the second half's rows.
const BETWEEN: usize = 4;
/// Two tables with nothing between them are more likely one.
const TOUCHING: f32 = -4.5;
/// The same where the second begins with headings of its own, and the columns that it then has at least, and lines before
/// the one that has all of them: the upper halves of headings of two lines.
const TOUCHING_HEAD: f32 = -0.5;
const LEAST_HEADINGS: usize = 4;
const UPPER_HALVES: usize = 2;
/// Lines in a stretch.
const MAX_LINES: usize = 400;

/// The tables among these lines, from the top down.
pub(super) fn regions(lines: &[&Line], drawn: &Drawn, texts: &dyn Fn(&Line, usize) -> String) -> Vec<Region> {
    let mut out = Vec::new();
    for run in runs(lines, drawn.page.top.is_some()) {
        let Some(inside) = lines.get(run.clone()) else { continue };
        for mut region in best_stretches(inside, drawn, texts) {
            region.lines = region.lines.start + run.start..region.lines.end + run.start;
            out.push(region);
        }
    }
    out
}

/// The best that is known of the lines before some place.
#[derive(Debug, Clone, Default)]
struct Best {
    sum: f32,
    /// The stretch that ends right here.
    region: Option<Region>,
    /// Where the last stretch ends.
    last_end: Option<usize>,
}

/// Runs of lines in which a table may be.
fn runs(lines: &[&Line], goes_on: bool) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::new();
    let mut last_busy: Option<usize> = None;
    for (index, line) in lines.iter().enumerate() {
        if line.chunks.len() < 2 {
            continue;
        }
        match (last_busy, out.last_mut()) {
            (Some(last), Some(open)) if index - last <= SOLID_WITHIN && index - open.start < MAX_LINES => {
                open.end = index + 1;
            }
            _ => out.push(index..index + 1),
        }
        last_busy = Some(index);
    }
    let mut floor = 0;
    let count = out.len();
    for at in 0..count {
        let ceiling = out.get(at + 1).map_or(lines.len(), |next| next.start);
        if let Some(run) = out.get_mut(at) {
            // A row that the page's end cut may begin the page with many lines of one text.
            let before = if at == 0 && goes_on { SOLID_WITHIN } else { SOLID_BEFORE };
            run.start = run.start.saturating_sub(before).max(floor);
            run.end = (run.end + SOLID_AFTER).min(ceiling);
            floor = run.end;
        }
    }
    out
}

/// The non-overlapping stretches with the largest sum of scores.
fn best_stretches(lines: &[&Line], drawn: &Drawn, texts: &dyn Fn(&Line, usize) -> String) -> Vec<Region> {
    if lines.iter().filter(|line| line.chunks.len() > 1).count() < 2 {
        return Vec::new();
    }
    let evidence = Evidence::new(lines, drawn, texts);
    let starts: Vec<usize> = (0..lines.len()).filter(|&at| may_part(lines, drawn, at)).collect();
    let ends: Vec<usize> = (1..=lines.len()).filter(|&at| at == lines.len() || may_part(lines, drawn, at)).collect();
    // Best sum over the lines before each place, and the stretch that ends there.
    let mut best: Vec<Best> = vec![Best::default(); lines.len() + 1];
    let mut tried = 0;
    for end in 1..=lines.len() {
        let before = best.get(end - 1);
        let mut here = Best {
            sum: before.map_or(0.0, |best| best.sum),
            region: None,
            last_end: before.and_then(|best| best.last_end),
        };
        if ends.binary_search(&end).is_ok() {
            for &start in starts.iter().filter(|&&start| start + 1 < end) {
                tried += 1;
                if tried > MAX_STRETCHES && start != 0 {
                    continue;
                }
                let Some(inside) = lines.get(start..end) else { continue };
                if inside.iter().filter(|line| line.chunks.len() > 1).count() < 2 {
                    continue;
                }
                let Some(columns) = columns_of(inside, drawn) else { continue };
                let before = best.get(start).map_or(0.0, |best| {
                    let one = best.last_end.is_some_and(|last| start - last <= BETWEEN && evidence.touch(last, start));
                    match one {
                        true if has_own_head(&columns) => best.sum + TOUCHING_HEAD,
                        true => best.sum + TOUCHING,
                        false => best.sum,
                    }
                });
                let sum = before + score::score(&evidence, start..end, &columns);
                if sum > here.sum {
                    here = Best { sum, region: Some(Region { lines: start..end, columns }), last_end: Some(end) };
                }
            }
        }
        if let Some(slot) = best.get_mut(end) {
            *slot = here;
        }
    }
    let mut out = Vec::new();
    let mut at = lines.len();
    while at > 0 {
        match best.get_mut(at).and_then(|best| best.region.take()) {
            Some(region) => {
                at = region.lines.start;
                out.push(region);
            }
            None => at -= 1,
        }
    }
    out.reverse();
    out
}

/// Does a stretch with these columns begin with a heading over each of them?
fn has_own_head(columns: &Columns) -> bool {
    let whole = |texts: &Vec<Placed>| {
        texts.len() >= LEAST_HEADINGS.max(columns.columns.len().saturating_sub(1))
            && texts.iter().all(|text| !text.numeric)
    };
    columns.lines.iter().take(UPPER_HALVES + 1).any(whole)
}

/// The columns of these lines.
fn columns_of(lines: &[&Line], drawn: &Drawn) -> Option<Columns> {
    let (first, last) = (lines.first()?, lines.last()?);
    let em = lines.iter().map(|line| line.size).sum::<f32>() / lines.len() as f32;
    columns::find(lines, em, &drawn.walls_through(first.bbox.y0, last.bbox.y1))
}

/// Could a table begin or end before this line? Within a table's body nothing parts two lines: that keeps the number of
/// stretches small.
fn may_part(lines: &[&Line], drawn: &Drawn, at: usize) -> bool {
    let (Some(above), Some(below)) = (at.checked_sub(1).and_then(|i| lines.get(i)), lines.get(at)) else { return true };
    if above.chunks.len() < 2 || below.chunks.len() < 2 {
        return true;
    }
    let size = above.size.min(below.size);
    below.bbox.y0 - above.bbox.y1 > 0.9 * size
        || (above.size - below.size).abs() > 0.08 * size
        || {
            let (x0, x1) = (above.bbox.x0.min(below.bbox.x0), above.bbox.x1.max(below.bbox.x1));
            drawn.is_ruled(above.bbox.center().1, below.bbox.center().1, x0, x1)
        }
        || above.chunks.len().abs_diff(below.chunks.len()) > 1
}
