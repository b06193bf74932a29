//! Rows of a table's body: which of its lines belong together. All ways to cut the lines into rows are compared by
//! dynamic programming; each boundary says how much it looks like one between rows, and each row how much its filled
//! columns look like a row's.

use super::columns::Columns;
use super::drawn::Drawn;
use super::line::{Kind, Line, Piece};
use crate::model::Rect;
use std::ops::Range;

/// Price of a row: fewer rows are simpler.
const ROW: f32 = 0.4;
/// Most lines in a row.
const MOST_LINES: usize = 40;
/// Price of a row that is a label only.
const LABEL: f32 = 0.5;
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
    let evidence = boundaries(lines, found, &body, drawn, &torn, text_of);
    let fill = fill_rates(found, &body);
    let first = cut(found, &body, &evidence, &fill, &torn, LABEL);
    // Where one group has its label, others have theirs. A label on top of the body continues nothing above it.
    let is_label = |rows: &&Range<usize>| {
        let mut texts = found.lines.get((*rows).clone()).unwrap_or(&[]).iter().flatten();
        texts.all(|text| text.first == 0 && text.last == 0)
    };
    let on_top = first.first().is_some_and(|rows| rows.len() == 1 && is_label(&rows));
    if !on_top && first.iter().filter(is_label).count() < 2 {
        return first;
    }
    cut(found, &body, &evidence, &fill, &torn, KNOWN_LABEL)
}

/// The cheapest way to cut the lines of the body into rows.
fn cut(
    found: &Columns,
    body: &Range<usize>,
    evidence: &[f32],
    fill: &[f32],
    torn: &[bool],
    label: f32,
) -> Vec<Range<usize>> {
    let n = body.len();
    let mut best: Vec<(f32, usize)> = vec![(f32::MAX, 0); n + 1];
    if let Some(start) = best.first_mut() {
        *start = (0.0, 0);
    }
    for end in 1..=n {
        let mut joined = 0.0;
        let mut filled = vec![false; found.columns.len()];
        let mut seen = vec![Seen::default(); found.columns.len()];
        let mut conflicts = 0.0;
        for start in (end.saturating_sub(MOST_LINES)..end).rev() {
            let texts = found.lines.get(body.start + start).map_or(&[][..], Vec::as_slice);
            for text in texts {
                if let Some(range) = filled.get_mut(text.first..=text.last) {
                    range.fill(true);
                }
                if let Some(seen) = seen.get_mut(text.first).filter(|_| !text.spans()) {
                    // The end of a number that was broken is no second number.
                    let rest = torn.get(start) == Some(&true);
                    conflicts += seen.add(start, text.numeric && !rest);
                }
            }
            if start + 1 < end {
                joined -= evidence.get(start).copied().unwrap_or(0.0) / 2.0;
            }
            let cut = if start > 0 { evidence.get(start - 1).copied().unwrap_or(0.0) / 2.0 } else { 0.0 };
            let before = best.get(start).map_or(f32::MAX, |(cost, _)| *cost);
            let cost = before + joined + cut + ROW + conflicts + fill_cost(&filled, fill, label);
            if let Some(slot) = best.get_mut(end)
                && cost < slot.0
            {
                *slot = (cost, start);
            }
        }
    }
    let mut out = Vec::new();
    let mut end = n;
    while end > 0 {
        let start = best.get(end).map_or(0, |(_, start)| *start);
        out.push(body.start + start..body.start + end);
        end = start;
    }
    out.reverse();
    out
}

/// What a row, read from its last line up, has in one column so far.
#[derive(Debug, Clone, Copy, Default)]
struct Seen {
    top: Option<usize>,
    numeric: bool,
}

/// Price of a second number in a cell.
const TWO_NUMBERS: f32 = 3.0;
/// Price of a cell whose text stops and goes on some lines below.
const TORN: f32 = 2.5;

impl Seen {
    /// The price of this line's text on top of those below.
    fn add(&mut self, line: usize, numeric: bool) -> f32 {
        let mut price = 0.0;
        if let Some(top) = self.top {
            price += if top > line + 1 { TORN } else { 0.0 };
            price += if self.numeric && numeric { TWO_NUMBERS } else { 0.0 };
        }
        *self = Seen { top: Some(line), numeric: numeric || self.numeric };
        price
    }
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
    counts.iter().map(|&count| (count as f32 / rows as f32).clamp(0.1, 0.95)).collect()
}

/// How unlike a row's these filled columns are.
fn fill_cost(filled: &[bool], rates: &[f32], label: f32) -> f32 {
    let sum: f32 =
        filled.iter().zip(rates).map(|(&filled, &rate)| if filled { -rate.ln() } else { -(1.0 - rate).ln() }).sum();
    let cost = 1.6 * sum / (filled.len().max(1) as f32).sqrt();
    let lone = filled.first() == Some(&true) && filled.iter().skip(1).all(|filled| !filled);
    if lone { cost.min(label) } else { cost }
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
    text_of: &dyn Fn(&Line, usize) -> String,
) -> Vec<f32> {
    let steps = Steps::of(lines.get(body.clone()).unwrap_or(&[]));
    let x0 = found.columns.first().map_or(0.0, |column| column.x0);
    let x1 = found.columns.last().map_or(0.0, |column| column.x1);
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
            sum += striped(&stripes, a, b);
            sum += steps.say(b.down - a.down, a.size.min(b.size));
            if torn.get(lower - body.start) == Some(&true) {
                return sum + TORN_NUMBERS;
            }
            if is_full(found, upper) && is_full(found, lower) {
                sum -= 1.0 + if steps.two_kinds { 0.0 } else { FULL_LINES * full };
            }
            sum + texts_say(lines, found, upper, lower, text_of)
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
/// short, and stand below longer ones that fill their columns. A row of short numbers has a name, too.
fn torn_numbers(lines: &[Line], found: &Columns, body: &Range<usize>) -> Vec<bool> {
    let mut out = vec![false; body.len()];
    // The line with the numbers' beginnings, past other such lines.
    let mut whole = body.start;
    for at in body.clone().skip(1) {
        let (Some(upper), Some(lower)) = (found.lines.get(whole), found.lines.get(at)) else { continue };
        let size = lines.get(at).map_or(10.0, |line| line.size);
        let glyphs = |text: &super::columns::Placed| {
            let pieces = lines.get(at).and_then(|line| line.pieces.get(text.pieces.clone())).unwrap_or(&[]);
            pieces.iter().map(|piece| piece.glyphs).sum::<u32>()
        };
        let is_rest = |text: &super::columns::Placed| {
            upper.iter().any(|over| {
                let column = found.columns.get(text.first);
                let room = column.map_or(f32::MAX, |column| column.x1 - column.x0) - (over.x1 - over.x0);
                (over.first, over.last) == (text.first, text.last) && room < NO_ROOM * size
            })
        };
        let (mut rests, mut others) = (0, 0);
        for text in lower.iter().filter(|text| text.numeric) {
            if glyphs(text) <= MOST_TORN && is_rest(text) {
                rests += 1;
            } else {
                others += 1;
            }
        }
        let named = lower.iter().any(|text| text.first == 0 && glyphs(text) > MOST_NAME);
        let torn = rests > 0 && others == 0 && !named && (rests > 1 || lower.iter().all(|text| text.first > 0));
        if torn {
            if let Some(slot) = out.get_mut(at - body.start) {
                *slot = true;
            }
        } else {
            whole = at;
        }
    }
    out
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

/// What it says where all lines stand as far apart.
const ONE_LINE_EACH: f32 = -5.0;

/// Distances of baselines: one or two kinds.
struct Steps {
    least: f32,
    /// Distances come in two kinds, lines of a row and rows.
    two_kinds: bool,
}

impl Steps {
    fn of(lines: &[Line]) -> Steps {
        let mut steps: Vec<f32> = lines
            .windows(2)
            .filter_map(|w| if let [a, b] = w { Some((b.down - a.down, a.size.min(b.size))) } else { None })
            .filter(|(step, size)| *step > 0.9 * size)
            .map(|(step, _)| step)
            .collect();
        steps.sort_by(f32::total_cmp);
        let least = steps.get(steps.len() / 10).copied().unwrap_or(0.0);
        let wide = steps.iter().filter(|step| **step > 1.2 * least).count();
        Steps { least, two_kinds: wide * 6 >= steps.len() && wide >= 1 }
    }

    /// What the distance of two lines says: above 0, they are one row's.
    fn say(&self, step: f32, size: f32) -> f32 {
        if self.least <= 0.0 || step < 0.9 * size {
            return 0.0;
        }
        let ratio = step / self.least;
        match (self.two_kinds, ratio) {
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

/// What the texts in the columns of two neighbouring lines say.
fn texts_say(
    lines: &[Line],
    found: &Columns,
    upper: usize,
    lower: usize,
    text_of: &dyn Fn(&Line, usize) -> String,
) -> f32 {
    let (Some(a), Some(b)) = (lines.get(upper), lines.get(lower)) else { return 0.0 };
    let (Some(above), Some(below)) = (found.lines.get(upper), found.lines.get(lower)) else { return 0.0 };
    let mut sum: f32 = 0.0;
    for text in below {
        let Some(over) = above.iter().find(|over| over.first <= text.last && over.last >= text.first) else { continue };
        let Some(column) = found.columns.get(text.first) else { continue };
        if text.numeric && over.numeric {
            sum -= 4.0;
            continue;
        }
        if text.spans() || over.spans() {
            continue;
        }
        // A quantity, a single word: nothing that would be broken into lines.
        if over.numeric || !may_wrap(a.pieces.get(over.pieces.clone()).unwrap_or(&[])) {
            sum += SHORT;
            continue;
        }
        // A text goes on in the next line because its next word had no room left.
        let Some(next) = b.pieces.get(text.pieces.start) else { continue };
        let word = if next.ideographic { next.size } else { next.bbox.width() };
        let room = (column.x1 - column.x0) - (over.x1 - over.x0) - 0.25 * next.size;
        let wrapped = word > room + 0.1 * next.size;
        // How wide the column is, is told by texts that reach its end; this one alone tells nothing.
        let reach = column.x1 - 2.0 * a.size;
        let others = |line: usize, text: &super::columns::Placed| {
            line != upper && text.first == over.first && text.last == over.last && text.x1 > reach
        };
        let known = found.lines.iter().enumerate().any(|(line, texts)| texts.iter().any(|text| others(line, text)));
        let fills = over.x1 - over.x0 >= FILLS * (column.x1 - column.x0);
        sum += match (wrapped, known && fills) {
            (true, true) => 1.0,
            (true, false) => 0.2,
            (false, _) => -1.8,
        };
        let last = over.pieces.end.checked_sub(1).map_or_else(String::new, |at| text_of(a, at));
        sum += reads_on(&text_of(a, over.pieces.start), &last, &text_of(b, text.pieces.start), next.kind);
    }
    let begins = |texts: &[super::columns::Placed]| texts.first().is_some_and(|text| text.first == 0);
    let inside = below.iter().all(|text| above.iter().any(|over| over.first <= text.first && over.last >= text.last));
    if inside && begins(above) && !begins(below) && below.len() < above.len() {
        sum += 1.0;
    }
    sum.clamp(-6.0, 3.5)
}
