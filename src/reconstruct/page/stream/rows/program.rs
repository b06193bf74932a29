//! All ways to cut a body's lines into rows compared by dynamic programming: a row costs what its lines, its columns and the
//! places of its cells have against its being one.

use super::super::columns::Placed;
use super::super::line::Line;
use super::boundaries::FURTHEST;
use super::fill::fill_cost;
use super::is_label;
use std::ops::Range;

/// Price of a row: fewer rows are simpler.
const ROW: f32 = 0.4;
/// Most lines in a row.
const MOST_LINES: usize = 40;

/// Where a cell of fewer lines than its row stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    Top,
    Middle,
    Bottom,
}

/// What is known of a body's lines before they are cut into rows.
pub(super) struct Model<'a> {
    pub(super) body: Range<usize>,
    pub(super) lines: &'a [Line],
    pub(super) placed: &'a [Vec<Placed>],
    /// For each two neighbouring lines, how much they look like one row's (above 0) or two (below).
    pub(super) boundaries: Vec<f32>,
    /// For each text of each line, how much it looks like going on the text above it in its column.
    pub(super) links: Vec<Vec<f32>>,
    pub(super) fill: Vec<f32>,
    pub(super) torn: Vec<bool>,
    pub(super) ends: (f32, f32),
    pub(super) label: f32,
}

impl Model<'_> {
    /// The cheapest way to cut the lines of the body into rows, and its price.
    pub(super) fn cut(&self, way: Way) -> (f32, Vec<Range<usize>>) {
        let n = self.body.len();
        let mut best: Vec<(f32, usize)> = vec![(f32::MAX, 0); n + 1];
        if let Some(start) = best.first_mut() {
            *start = (0.0, 0);
        }
        let columns = self.fill.len();
        let mut filled = vec![false; columns];
        let mut seen = vec![Seen::default(); columns];
        for end in 1..=n {
            let mut joined = 0.0;
            filled.fill(false);
            seen.fill(Seen::default());
            for start in (end.saturating_sub(MOST_LINES)..end).rev() {
                let texts = self.placed.get(start).map_or(&[][..], Vec::as_slice);
                for (number, text) in texts.iter().enumerate() {
                    if let Some(range) = filled.get_mut(text.first..=text.last) {
                        range.fill(true);
                    }
                    if let Some(seen) = seen.get_mut(text.first..=text.last) {
                        joined += across(seen, text);
                    }
                    if let Some(seen) = seen.get_mut(text.first).filter(|_| !text.spans()) {
                        joined += self.add(seen, start, number, text);
                    }
                }
                if start + 1 < end {
                    joined -= self.boundaries.get(start).copied().unwrap_or(0.0) / 2.0;
                }
                let cut = if start > 0 { self.boundaries.get(start - 1).copied().unwrap_or(0.0) / 2.0 } else { 0.0 };
                let before = best.get(start).map_or(f32::MAX, |(cost, _)| *cost);
                let rows = start..end;
                let label = is_label(texts, rows.len(), self.ends, self.size(start));
                let fill = fill_cost(&filled, &self.fill, self.label, label);
                let cost = before + joined + cut + ROW + fill + self.unevenness(&rows, &seen, way);
                if let Some(slot) = best.get_mut(end)
                    && cost < slot.0
                {
                    *slot = (cost, start);
                }
            }
        }
        let price = best.last().map_or(0.0, |(cost, _)| *cost);
        let mut out = Vec::new();
        let mut end = n;
        while end > 0 {
            let start = best.get(end).map_or(0, |(_, start)| *start);
            out.push(self.body.start + start..self.body.start + end);
            end = start;
        }
        out.reverse();
        (price, out)
    }

    pub(super) fn size(&self, line: usize) -> f32 {
        self.lines.get(line).map_or(10.0, |line| line.size)
    }

    /// The price of a line's text on top of what its row has below in the column.
    fn add(&self, seen: &mut Seen, line: usize, number: usize, text: &Placed) -> f32 {
        // The end of a number that was broken is no second number.
        let numeric = text.numeric && self.torn.get(line) != Some(&true);
        let mut price = 0.0;
        if let Some((below, at)) = seen.top {
            price -= self.links.get(below).and_then(|links| links.get(at)).copied().unwrap_or(0.0);
            let apart = match (self.lines.get(line), self.lines.get(below)) {
                (Some(a), Some(b)) => (b.down - a.down) / a.size.max(b.size),
                _ => 0.0,
            };
            price += if apart > FURTHEST { TORN } else { 0.0 };
            price += if seen.numeric && numeric { TWO_NUMBERS } else { 0.0 };
        }
        let last = seen.last.or(Some(line));
        *seen = Seen { top: Some((line, number)), last, numeric: numeric || seen.numeric, ..*seen };
        price
    }

    /// How far the cells of a row of several lines are from standing in it as this table's do.
    fn unevenness(&self, rows: &Range<usize>, seen: &[Seen], way: Way) -> f32 {
        if rows.len() < 2 {
            return 0.0;
        }
        let down = |line: usize| self.lines.get(line).map_or(0.0, |line| line.down);
        let (top, bottom) = (down(rows.start), down(rows.end - 1));
        let size = self.size(rows.start);
        let (mut sum, mut count) = (0.0, 0.0_f32);
        for seen in seen {
            let (Some((first, _)), Some(last)) = (seen.top, seen.last) else { continue };
            let (above, below) = (down(first) - top, bottom - down(last));
            let off = match way {
                Way::Top => above,
                Way::Middle => (above - below).abs() / 2.0,
                Way::Bottom => below,
            };
            sum += (off / size).min(MOST_UNEVEN);
            count += 1.0;
        }
        UNEVEN * sum / count.max(1.0)
    }
}

/// Price of cells that stand one em from where they should in their row, and the ems that count at most.
const UNEVEN: f32 = 2.0;
const MOST_UNEVEN: f32 = 2.0;

/// What a row, read from its last line up, has in one column so far.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    /// Line and number of the highest text.
    top: Option<(usize, usize)>,
    /// Line of the lowest text.
    last: Option<usize>,
    /// Columns of a text that runs across this one.
    across: Option<(usize, usize)>,
    numeric: bool,
}

/// Price of a second number in a cell.
const TWO_NUMBERS: f32 = 3.0;
/// Price of a cell whose text stops and goes on some lines below.
const TORN: f32 = 2.5;
/// Price of a text across columns that a row has texts of their own in.
const ACROSS: f32 = 3.0;

/// The price of a text in these columns of a row, where others run across them, or where it does across theirs.
fn across(seen: &mut [Seen], text: &Placed) -> f32 {
    let range = (text.first, text.last);
    let met = seen.iter().any(|seen| match seen.across {
        Some(other) => other != range,
        None => text.spans() && seen.top.is_some(),
    });
    if text.spans() {
        seen.iter_mut().for_each(|seen| seen.across = Some(range));
    }
    if met { ACROSS } else { 0.0 }
}
