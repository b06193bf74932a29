//! Rows of a table's body: which of its lines belong together. All ways to cut the lines into rows are compared by
//! dynamic programming; each boundary says how much it looks like one between rows, and each row how much its filled
//! columns look like a row's.

use super::columns::{Columns, Placed};
use super::drawn::Drawn;
use super::line::{Kind, Line, Piece};
use crate::model::Rect;
use std::ops::Range;

/// Price of a row: fewer rows are simpler.
const ROW: f32 = 0.4;
/// Most lines in a row.
const MOST_LINES: usize = 40;
/// Price of a row that is a label only.
const LABEL: f32 = 0.0;
/// The same where the table has such rows.
const KNOWN_LABEL: f32 = -0.7;

/// The rows of `body` (indices in `lines`), as ranges of lines, from the top down.
pub(super) fn rows(
    lines: &[Line],
    found: &Columns,
    body: Range<usize>,
    drawn: &Drawn,
    text_of: &dyn Fn(&Line, usize) -> String,
) -> Vec<Range<usize>> {
    let Some(inside) = lines.get(body.clone()) else { return Vec::new() };
    if inside.is_empty() {
        return Vec::new();
    }
    let torn = torn_numbers(lines, found, &body);
    let placed = found.lines.get(body.clone()).unwrap_or(&[]);
    let links = links(lines, found, &body, &torn, text_of);
    let mut steps = Steps::of(inside, placed);
    steps.text = text_step(inside, placed, &links);
    let mut model = Model {
        body: body.clone(),
        lines: inside,
        placed,
        boundaries: boundaries(lines, found, &body, drawn, &torn, &steps),
        links,
        fill: fill_rates(found, &body),
        torn,
        ends: ends(found),
        label: LABEL,
    };
    // Where a cell of fewer lines stands in its row is the same all over a table: the way that explains the lines best.
    let ways = [Way::Top, Way::Middle, Way::Bottom];
    let mut tried = ways.map(|way| (way, model.cut(way)));
    tried.sort_by(|(_, (a, _)), (_, (b, _))| a.total_cmp(b));
    let [(way, (_, first)), ..] = tried;
    // Known rows tell how often each column is filled.
    model.fill = filled_in(placed, &first, &body, found.columns.len());
    let first = model.cut(way).1;
    // Where one group has its label, others have theirs.
    let is_label = |rows: &&Range<usize>| {
        let mut texts = found.lines.get((*rows).clone()).unwrap_or(&[]).iter().flatten();
        texts.all(|text| text.first == 0 && text.last == 0)
            || rows.len() == 1
                && found
                    .lines
                    .get(rows.start)
                    .is_some_and(|texts| in_middle(texts, model.ends, model.size(rows.start - body.start)))
    };
    if !first.iter().any(|rows| is_label(&rows)) {
        return first;
    }
    model.label = KNOWN_LABEL;
    model.cut(way).1
}

/// Where a cell of fewer lines than its row stands in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Top,
    Middle,
    Bottom,
}

/// What is known of a body's lines before they are cut into rows.
struct Model<'a> {
    body: Range<usize>,
    lines: &'a [Line],
    placed: &'a [Vec<Placed>],
    /// For each two neighbouring lines, how much they look like one row's (above 0) or two (below).
    boundaries: Vec<f32>,
    /// For each text of each line, how much it looks like going on the text above it in its column.
    links: Vec<Vec<f32>>,
    fill: Vec<f32>,
    torn: Vec<bool>,
    ends: (f32, f32),
    label: f32,
}

impl Model<'_> {
    /// The cheapest way to cut the lines of the body into rows, and its price.
    fn cut(&self, way: Way) -> (f32, Vec<Range<usize>>) {
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

    fn size(&self, line: usize) -> f32 {
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
/// Distance of baselines, in ems, over which no text goes on, and what it says of two lines.
const FURTHEST: f32 = 1.9;
const TOO_FAR: f32 = -6.0;

/// Left and right end of all columns.
pub(super) fn ends(found: &Columns) -> (f32, f32) {
    let x0 = found.columns.first().map_or(0.0, |column| column.x0);
    let x1 = found.columns.last().map_or(0.0, |column| column.x1);
    (x0, x1)
}

/// How far, in ems, a label's middle may be from the table's.
const OFF_CENTRE: f32 = 0.6;

/// Is this one line's only text in the middle of the table, as a label for the rows below it may stand?
pub(super) fn in_middle(texts: &[Placed], (x0, x1): (f32, f32), size: f32) -> bool {
    match texts {
        [only] => {
            let off = (only.center() - (x0 + x1) / 2.0).abs();
            !only.numeric && only.x0 > x0 + size && off < OFF_CENTRE * size
        }
        _ => false,
    }
}

fn is_label(texts: &[Placed], count: usize, ends: (f32, f32), size: f32) -> bool {
    match texts {
        [only] => only.first == 0 && !only.spans() || count == 1 && in_middle(texts, ends, size),
        _ => false,
    }
}

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

/// Share of the rows in which each column is filled, as far as that can be told before the rows are known.
fn fill_rates(found: &Columns, body: &Range<usize>) -> Vec<f32> {
    let lines = found.lines.get(body.clone()).unwrap_or(&[]);
    let mut counts = vec![0_usize; found.columns.len()];
    for text in lines.iter().flatten() {
        if let Some(range) = counts.get_mut(text.first..=text.last) {
            range.iter_mut().for_each(|count| *count += 1);
        }
    }
    // Numbers stand once a row, texts may run over several lines.
    let mut numeric: Vec<usize> =
        counts.iter().zip(&found.columns).filter(|(_, column)| column.numeric > 0.5).map(|(&count, _)| count).collect();
    numeric.sort_unstable();
    let mut all = counts.clone();
    all.sort_unstable();
    let rows = numeric.get(numeric.len() / 2).or(all.get(all.len() / 2)).copied().unwrap_or(1).max(1);
    counts.iter().map(|&count| (count as f32 / rows as f32).clamp(0.1, 0.9)).collect()
}

/// Share of these rows in which each column is filled.
fn filled_in(placed: &[Vec<Placed>], rows: &[Range<usize>], body: &Range<usize>, columns: usize) -> Vec<f32> {
    let mut counts = vec![0_usize; columns];
    let mut all = 0_usize;
    for row in rows {
        let lines = placed.get(row.start - body.start..row.end - body.start).unwrap_or(&[]);
        let mut filled = vec![false; columns];
        for text in lines.iter().flatten() {
            if let Some(range) = filled.get_mut(text.first..=text.last) {
                range.fill(true);
            }
        }
        // Labels of groups are no rows like the others.
        if filled.iter().skip(1).any(|filled| *filled) {
            all += 1;
            counts.iter_mut().zip(&filled).for_each(|(count, filled)| *count += usize::from(*filled));
        }
    }
    counts.iter().map(|&count| (count as f32 / all.max(1) as f32).clamp(0.1, 0.9)).collect()
}

/// The most that the filled columns of a row count: a row whose values are all blank is one, too.
const MOST_UNLIKE: f32 = 4.0;

/// How unlike a row's these filled columns are.
fn fill_cost(filled: &[bool], rates: &[f32], label: f32, is_label: bool) -> f32 {
    let sum: f32 =
        filled.iter().zip(rates).map(|(&filled, &rate)| if filled { -rate.ln() } else { -(1.0 - rate).ln() }).sum();
    let cost = (1.6 * sum / (filled.len().max(1) as f32).sqrt()).min(MOST_UNLIKE);
    let lone = filled.first() == Some(&true) && filled.iter().skip(1).all(|filled| !filled);
    if lone || is_label { cost.min(label) } else { cost }
}

/// How much two lines with a text in every column are rows by themselves where all lines are such: rows of one line
/// are then the rule, unless distances tell otherwise.
const FULL_LINES: f32 = 2.5;
/// Part of a column that a text fills before it goes on in the next line; short texts in a column that is no wider
/// than its longest leave no room for another word either.
const FILLS: f32 = 0.5;

/// Has this line a text in every column?
fn is_full(found: &Columns, line: usize) -> bool {
    found.lines.get(line).is_some_and(|texts| texts.len() == found.columns.len())
}

/// For each two neighbouring lines, how much they look like one row's (above 0) or two (below).
fn boundaries(
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
/// Characters that go over to the next line when a number is too wide for its column, at most.
const MOST_TORN: u32 = 4;
/// Characters of a name that go over, at most.
const MOST_NAME: u32 = 2;
/// Room, in ems, that a broken number leaves in its column.
const NO_ROOM: f32 = 0.75;

/// For each line, whether it holds the last digits of numbers that were too wide for their columns: all its numbers are
/// short, and stand below longer ones that fill their columns. A row of short numbers has a name, too, and values that are
/// as long as those above.
fn torn_numbers(lines: &[Line], found: &Columns, body: &Range<usize>) -> Vec<bool> {
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

/// Distance of baselines, in the text's size, over which lines of one text hardly stand apart.
const LOOSE: f32 = 1.4;
/// What it says of two lines where others stand further apart.
const LOOSE_LINES: f32 = -1.0;

/// What it says where all lines stand as far apart.
const ONE_LINE_EACH: f32 = -5.0;

/// Distances of baselines: one or two kinds.
struct Steps {
    least: f32,
    /// Distances come in two kinds, lines of a row and rows.
    two_kinds: bool,
    /// The smaller kind is that of rows, the larger one parts groups of them: what stands so near mostly has two numbers
    /// in one column.
    near_rows: bool,
    /// Distance of lines of one text, where some texts surely go on.
    text: Option<f32>,
}

/// How sure a text must go on to tell how far apart its lines are.
const SURELY: f32 = 1.5;

/// The usual distance of two lines of one text, as the texts that surely go on have it.
fn text_step(lines: &[Line], placed: &[Vec<Placed>], links: &[Vec<f32>]) -> Option<f32> {
    let mut steps = Vec::new();
    for (at, (texts, links)) in placed.iter().zip(links).enumerate() {
        for (text, _) in texts.iter().zip(links).filter(|(_, link)| **link >= SURELY) {
            let upper = (0..at).rev().find(|&above| {
                placed
                    .get(above)
                    .is_some_and(|texts| texts.iter().any(|other| !other.spans() && other.first == text.first))
            });
            if let (Some(above), Some(below)) = (upper.and_then(|above| lines.get(above)), lines.get(at)) {
                steps.push(below.down - above.down);
            }
        }
    }
    steps.sort_by(f32::total_cmp);
    // One may be wrong.
    if steps.len() > 1 { steps.get(steps.len() / 2).copied() } else { None }
}

/// How much further apart than lines of one text two lines stand that are none's, and what it says.
const WIDER_STEP: f32 = 1.15;
const NOT_ONE_TEXT: f32 = -2.5;

impl Steps {
    fn of(lines: &[Line], placed: &[Vec<Placed>]) -> Steps {
        let mut steps: Vec<f32> = lines
            .windows(2)
            .filter_map(|w| if let [a, b] = w { Some((b.down - a.down, a.size.min(b.size))) } else { None })
            .filter(|(step, size)| *step > 0.9 * size)
            .map(|(step, _)| step)
            .collect();
        steps.sort_by(f32::total_cmp);
        let least = steps.get(steps.len() / 10).copied().unwrap_or(0.0);
        let wide = steps.iter().filter(|step| **step > 1.2 * least).count();
        let (mut near, mut rows) = (0, 0);
        for (pair, texts) in lines.windows(2).zip(placed.windows(2)) {
            let ([a, b], [above, below]) = (pair, texts) else { continue };
            let step = b.down - a.down;
            if step > 0.9 * a.size.min(b.size) && step < 1.08 * least {
                near += 1;
                let numbers = |text: &&Placed| text.numeric && above.iter().any(|o| o.numeric && o.first == text.first);
                rows += usize::from(below.iter().filter(numbers).count() > 0);
            }
        }
        Steps {
            least,
            two_kinds: wide * 6 >= steps.len() && wide >= 1,
            near_rows: rows * 5 >= near * 2 && rows > 1,
            text: None,
        }
    }

    /// What the distance of two lines says: above 0, they are one row's.
    fn say(&self, step: f32, size: f32) -> f32 {
        if self.least <= 0.0 || step < 0.9 * size {
            return 0.0;
        }
        let ratio = step / self.least;
        if self.text.is_some_and(|text| step > WIDER_STEP * text) {
            return NOT_ONE_TEXT.min(if ratio >= 1.5 { -4.0 } else { NOT_ONE_TEXT });
        }
        match (self.two_kinds, ratio) {
            (true, ratio) if ratio < 1.08 && step > LOOSE * size => LOOSE_LINES,
            (true, ratio) if ratio < 1.08 && self.near_rows => 0.0,
            (true, ratio) if ratio < 1.08 => 1.5,
            (true, ratio) if ratio < 1.2 => 0.0,
            (true, ratio) if ratio < 1.5 => -2.0,
            // Lines of one text are set closer than this: all rows are one line high.
            (false, ratio) if ratio < 1.2 && step > LOOSE * size => ONE_LINE_EACH,
            (false, ratio) if ratio < 1.2 => 0.0,
            (_, ratio) if ratio < 1.5 => -1.5,
            _ => -4.0,
        }
    }
}

/// Does a text that begins with `first` and ends in `last` go on in one that begins with `next`?
fn reads_on(first: &str, last: &str, next: &str, kind: Kind) -> f32 {
    let initial = |text: &str| text.chars().find(|c| c.is_alphanumeric());
    let (Some(from), Some(to)) = (initial(first), initial(next)) else { return 0.0 };
    let open = last.ends_with([',', '-', '–', '/', '&', '('])
        || matches!(
            last.to_lowercase().as_str(),
            "of" | "and"
                | "or"
                | "the"
                | "for"
                | "in"
                | "to"
                | "by"
                | "with"
                | "on"
                | "at"
                | "from"
                | "per"
                | "under"
                | "a"
        );
    if open || to.is_lowercase() && !from.is_lowercase() {
        return 1.5;
    }
    if kind == Kind::Marker || last.ends_with([':', '：']) {
        return -1.5;
    }
    if !to.is_uppercase() {
        return 0.0;
    }
    // After a word in lower case, one in upper case begins something new; among words all capitalised it need not.
    if initial(last).is_some_and(char::is_lowercase) { -2.2 } else { -0.8 }
}

/// A text that cannot go on in the next line has another below it.
const SHORT: f32 = -1.0;
/// Ideographs from which a text may be broken.
const BREAKABLE: u32 = 3;

/// Could this be a line of a longer text?
fn may_wrap(pieces: &[Piece]) -> bool {
    let words = pieces.iter().filter(|piece| matches!(piece.kind, Kind::Text | Kind::Marker)).count();
    let ideographs: u32 = pieces.iter().filter(|piece| piece.ideographic).map(|piece| piece.glyphs).sum();
    words >= 2 || ideographs >= BREAKABLE || pieces.iter().any(|piece| piece.glyphs > 6 && piece.kind == Kind::Text)
}

/// What it says which columns of two neighbouring lines are filled: a row's last lines have fewer texts than its first.
fn shapes_say(found: &Columns, upper: usize, lower: usize) -> f32 {
    let (Some(above), Some(below)) = (found.lines.get(upper), found.lines.get(lower)) else { return 0.0 };
    let begins = |texts: &[Placed]| texts.first().is_some_and(|text| text.first == 0);
    let inside = below.iter().all(|text| above.iter().any(|over| over.first <= text.first && over.last >= text.last));
    if inside && begins(above) && !begins(below) && below.len() < above.len() { 1.0 } else { 0.0 }
}

/// For each text of each line of the body, how much it looks like going on the nearest text above it in its column (above
/// 0) or like another one (below).
fn links(
    lines: &[Line],
    found: &Columns,
    body: &Range<usize>,
    torn: &[bool],
    text_of: &dyn Fn(&Line, usize) -> String,
) -> Vec<Vec<f32>> {
    let mut last: Vec<Option<(usize, usize)>> = vec![None; found.columns.len()];
    let mut out = Vec::with_capacity(body.len());
    for lower in body.clone() {
        let texts = found.lines.get(lower).map_or(&[][..], Vec::as_slice);
        let mut row = vec![0.0; texts.len()];
        for (number, text) in texts.iter().enumerate().filter(|(_, text)| !text.spans()) {
            let above = last.get(text.first).copied().flatten();
            if let (Some((upper, at)), Some(slot)) = (above, row.get_mut(number))
                && let Some(over) = found.lines.get(upper).and_then(|texts| texts.get(at))
            {
                *slot = if torn.get(lower - body.start) == Some(&true) && over.numeric {
                    TORN_NUMBER
                } else {
                    link(lines, found, (upper, over), (lower, text), text_of)
                };
            }
            if let Some(slot) = last.get_mut(text.first) {
                *slot = Some((lower, number));
            }
        }
        out.push(row);
    }
    out
}

/// The end of a number below its beginning.
const TORN_NUMBER: f32 = 3.0;
/// A text and a number below each other in a column of numbers.
const UNLIKE: f32 = -4.0;
/// Two numbers below each other.
const NUMBERS: f32 = -4.0;
/// The next word would still have fitted in the line above, with an em to spare and just so.
const ROOM: f32 = -3.0;
const SOME_ROOM: f32 = -1.8;
/// Distance of baselines, in ems, at which few texts are set, and what it says.
const LOOSE_TEXT: f32 = 1.6;
const APART: f32 = -1.5;
/// Part of a column's width that the last line of a text leaves free where another word would have fitted.
const LAST_LINE: f32 = 0.4;
/// One is bold, the other is not.
const OTHER_WEIGHT: f32 = -2.5;
/// The second item of a list after its first one.
const NEXT_ITEM: f32 = 3.0;

/// How much a text looks like going on the one above it.
fn link(
    lines: &[Line],
    found: &Columns,
    (upper, over): (usize, &Placed),
    (lower, text): (usize, &Placed),
    text_of: &dyn Fn(&Line, usize) -> String,
) -> f32 {
    let (Some(a), Some(b)) = (lines.get(upper), lines.get(lower)) else { return 0.0 };
    let Some(column) = found.columns.get(text.first) else { return 0.0 };
    if text.numeric && over.numeric {
        return NUMBERS;
    }
    if text.numeric != over.numeric && column.numeric > 0.6 {
        return UNLIKE;
    }
    let (first, next_text) = (text_of(a, over.pieces.start), text_of(b, text.pieces.start));
    if let (Some(from), Some(to)) = (item_number(&first), item_number(&next_text)) {
        return if to == from + 1 { NEXT_ITEM } else { SOME_ROOM };
    }
    // A text goes on in the next line because its next word had no room left.
    let Some(next) = b.pieces.get(text.pieces.start) else { return 0.0 };
    let word = if next.ideographic { next.size } else { next.bbox.width() };
    let room = column.room_beside(over) - 0.25 * next.size;
    let wrapped = word > room + 0.1 * next.size;
    // How wide the column is, is told by texts that reach its end; this one alone tells nothing.
    let reach = column.x1 - 2.0 * a.size;
    let others = |line: usize, text: &Placed| {
        line != upper && text.first == over.first && text.last == over.last && text.x1 > reach
    };
    let known = found.lines.iter().enumerate().any(|(line, texts)| texts.iter().any(|text| others(line, text)));
    let fills = over.x1 - over.x0 >= FILLS * (column.x1 - column.x0);
    // A quantity, a single word: nothing that would be broken into lines; nor does the short last line of a text go on.
    if over.numeric || !may_wrap(a.pieces.get(over.pieces.clone()).unwrap_or(&[])) {
        let last_line = known && next.ideographic && room - word > LAST_LINE * (column.x1 - column.x0);
        return if last_line && !over.numeric { ROOM } else { SHORT };
    }
    let fits = match (wrapped, known && fills) {
        (true, true) => 1.0,
        (true, false) => 0.2,
        (false, _) if room - word > next.size => ROOM,
        (false, _) => SOME_ROOM,
    };
    let last = over.pieces.end.checked_sub(1).map_or_else(String::new, |at| text_of(a, at));
    let bold = |line: &Line, text: &Placed| {
        line.pieces.get(text.pieces.clone()).unwrap_or(&[]).iter().map(|piece| piece.bold).collect::<Vec<_>>()
    };
    let (upper_bold, lower_bold) = (bold(a, over), bold(b, text));
    let fits = fits + if upper_bold.last() != lower_bold.first() { OTHER_WEIGHT } else { 0.0 };
    let apart = (b.down - a.down) / a.size.max(b.size);
    let fits = fits + if apart > LOOSE_TEXT { APART } else { 0.0 };
    (fits + reads_on(&first, &last, &next_text, next.kind)).clamp(-6.0, 3.5)
}

/// The number of a list's item: `2` of `2.按期完成`.
fn item_number(text: &str) -> Option<u32> {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let digits = text.get(..text.len() - rest.len()).filter(|digits| (1..=2).contains(&digits.len()))?;
    let mut after = rest.chars();
    let sign = after.next().filter(|c| matches!(c, '.' | '、' | '．' | ')' | '）'))?;
    let follows = after.next();
    // 2.5 is no item.
    (sign != '.' || !follows.is_some_and(|c| c.is_ascii_digit())).then(|| digits.parse().ok()).flatten()
}
