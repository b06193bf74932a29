//! The head of a table: which lines are it, which columns a heading covers, and which texts below each other are one
//! heading.

use super::columns::{Column, Columns, Placed};
use super::drawn::Drawn;
use super::line::Line;
use std::ops::Range;

/// A heading.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Heading {
    pub(super) first: usize,
    pub(super) last: usize,
    /// Line and pieces of each of its texts.
    pub(super) texts: Vec<(usize, Range<usize>)>,
    /// Level, 0 the highest.
    pub(super) row: usize,
    pub(super) row_span: usize,
}

/// Lines that a head may have.
const MOST_LINES: usize = 14;
/// Distance of baselines, in ems, up to which a heading may go on.
const ONE_TEXT: f32 = 1.5;
/// Lines of headings that may look like values: per 100,000.
const MOST_LIKE_VALUES: usize = 3;
/// Part of a table's width that one rule below a head runs along; those below groups of headings are shorter.
const WHOLE: f32 = 0.9;
/// Distance of two lines of one heading, in their size.
const ONE_HEADING: f32 = 1.75;

/// Number of lines of the head, 0 where none is told from the rows below.
pub(super) fn head_lines(lines: &[Line], found: &Columns, drawn: &Drawn, (x0, x1): (f32, f32)) -> usize {
    let values: Vec<usize> = found.lines.iter().map(|texts| values(texts, &found.columns)).collect();
    let numeric = found.columns.iter().filter(|column| column.numeric > 0.5 && column.texts > 1).count();
    let needed = numeric.div_ceil(3).max(1);
    let first_value = if numeric == 0 { None } else { values.iter().position(|&count| count >= needed) };
    // A rule right across, below lines without values (years are numbers, too, so one such line may have some).
    let mut ruled = Vec::new();
    for at in 1..lines.len() {
        let (Some(above), Some(below)) = (lines.get(at - 1), lines.get(at)) else { continue };
        if drawn.is_ruled(above.bbox.center().1, below.bbox.center().1, x0, x1) {
            ruled.push(at);
        }
    }
    let whole = |at: usize| {
        let centre = |line: Option<&Line>| line.map_or(0.0, |line| line.bbox.center().1);
        let (y0, y1) = (centre(at.checked_sub(1).and_then(|above| lines.get(above))), centre(lines.get(at)));
        drawn.rules_between(y0, y1).any(|rule| rule.x1.min(x1) - rule.x0.max(x0) > WHOLE * (x1 - x0))
    };
    let label = |at: usize| {
        let texts = at.checked_sub(1).and_then(|above| found.lines.get(above));
        texts.is_some_and(|texts| matches!(texts.as_slice(), [only] if only.first == 0 && !only.spans()))
    };
    let rule = match first_value {
        // The last one above the first values, unless only a group's label stands above it; rules within a head part its
        // levels.
        Some(first) => ruled.iter().copied().take_while(|at| *at <= first).filter(|at| !label(*at)).last(),
        None => ruled.iter().copied().find(|at| whole(*at)),
    };
    // Where rows are not ruled, the first rule right across ends the head, though a heading may have looked like a value.
    let first_whole = ruled.iter().copied().find(|at| whole(*at)).filter(|_| ruled.len() * 3 < lines.len());
    if let (Some(at), Some(first)) = (first_whole, first_value)
        && at > first
        && at <= first + MOST_LIKE_VALUES
        && at < MOST_LINES.min(lines.len())
    {
        return at;
    }
    if let Some(rule) = rule.or(ruled.first().copied())
        && rule <= MOST_LINES
        && rule < lines.len()
        && first_value.is_none_or(|first| rule <= first + 1)
    {
        // Every line ruled: the first one is the head only if the rules say so.
        return rule;
    }
    let bold = |line: &Line| line.pieces.iter().all(|piece| piece.bold);
    match first_value {
        Some(first) if first <= MOST_LINES => {
            // Labels of groups right above the first row are no head.
            let mut head = first;
            while head > 0 {
                let label = found.lines.get(head - 1).is_some_and(|texts| match texts.as_slice() {
                    [only] => only.first == 0 && (!only.spans() || head > 1),
                    _ => false,
                });
                // A cell of two lines beside one of one line begins above the row's numbers.
                let beside = lines
                    .get(head - 1)
                    .zip(lines.get(head))
                    .is_some_and(|(a, b)| b.bbox.y0 < a.bbox.y1 - 0.2 * a.size.min(b.size));
                if !label && !beside {
                    break;
                }
                head -= 1;
            }
            // Below a heading for every column comes another line of these, close by, or the first row.
            let columns = found.columns.len();
            let full = |at: usize| found.lines.get(at).is_some_and(|texts| texts.len() == columns);
            let close = |at: usize| match (lines.get(at), lines.get(at + 1)) {
                (Some(a), Some(b)) => b.down - a.down < ONE_TEXT * a.size.max(b.size),
                _ => false,
            };
            let head = (0..head.saturating_sub(1)).find(|&at| full(at) && !close(at)).map_or(head, |at| at + 1);
            if has_rows(lines, found, head) { 0 } else { head }
        }
        _ => {
            let head = lines.iter().take_while(|line| bold(line)).count();
            if head < lines.len() && head <= MOST_LINES { head } else { 0 }
        }
    }
}

/// Distance of two texts, in ems, from which they are no two lines of one.
const TWO_LABELS: f32 = 1.7;

/// Do these first lines of a table hold rows, each with its label: two texts of the first column that are no lines of one
/// text, with others beside? A head has one heading there.
fn has_rows(lines: &[Line], found: &Columns, head: usize) -> bool {
    let mut last: Option<&Line> = None;
    for (line, texts) in lines.iter().zip(&found.lines).take(head) {
        if texts.len() < 2 || texts.first().is_none_or(|text| text.first > 0 || text.spans()) {
            continue;
        }
        if last.is_some_and(|above| line.down - above.down > TWO_LABELS * line.size.max(above.size)) {
            return true;
        }
        last = Some(line);
    }
    false
}

/// Numbers in columns of numbers. Years head columns, unless they are what a column holds.
fn values(texts: &[Placed], columns: &[Column]) -> usize {
    let is_value = |text: &&Placed| {
        let column = columns.get(text.first);
        text.numeric && column.is_some_and(|column| column.numeric > 0.5 && (!text.years || column.years > 0.5))
    };
    texts.iter().filter(is_value).count()
}

/// The headings of these lines, with their levels.
pub(super) fn headings(
    lines: &[Line],
    found: &Columns,
    drawn: &Drawn,
    em: f32,
    text_of: &dyn Fn(&Line, usize) -> String,
) -> (Vec<Heading>, usize) {
    if let Some(known) = super::levels::headings(lines, found, drawn, em, text_of) {
        return known;
    }
    let mut open: Vec<Heading> = Vec::new();
    for (at, (line, texts)) in lines.iter().zip(&found.lines).enumerate() {
        let next_y = lines.get(at + 1).map_or(line.bbox.y1 + line.size, |next| next.bbox.center().1);
        let shared = shared_out(lines, found, at, em, text_of);
        for (number, text) in texts.iter().enumerate() {
            let low = number.checked_sub(1).and_then(|n| texts.get(n)).map_or(0, |before| before.last + 1);
            let high = texts.get(number + 1).map_or(found.columns.len(), |next| next.first).saturating_sub(1);
            let (first, last) = covered(text, &found.columns, (low.min(text.first), high.max(text.last)), em, || {
                // A rule right below a heading is as wide as what it covers.
                drawn
                    .rules_between(line.bbox.center().1, next_y)
                    .find(|rule| rule.x0 < text.center() && rule.x1 > text.center())
                    .map(|rule| (rule.x0, rule.x1))
            });
            let (first, last) = match shared.get(number).copied().flatten() {
                Some((a, b)) if first == last => (a, b),
                _ => (first, last),
            };
            add(&mut open, lines, drawn, at, text, (first, last));
        }
    }
    level(open, found.columns.len())
}

/// The columns that a heading covers: those under the rule below it, else those that it is centred over.
fn covered(
    text: &Placed,
    columns: &[Column],
    (low, high): (usize, usize),
    em: f32,
    rule: impl Fn() -> Option<(f32, f32)>,
) -> (usize, usize) {
    if let Some((x0, x1)) = rule() {
        let under = |column: &Column| {
            let middle = (column.x0 + column.x1) / 2.0;
            middle > x0 && middle < x1
        };
        let first = columns.iter().position(under);
        let last = columns.iter().rposition(under);
        if let (Some(first), Some(last)) = (first, last)
            && last - first + 1 < columns.len()
            && first >= low
            && last <= high
        {
            return (first.min(text.first), last.max(text.last));
        }
    }
    if !text.spans() {
        return (text.first, text.last);
    }
    let mut best = ((text.first, text.last), f32::MAX);
    for first in low..=text.first {
        for last in text.last..=high {
            let (Some(a), Some(b)) = (columns.get(first), columns.get(last)) else { continue };
            let middle = (a.x0 + b.x1) / 2.0;
            let extra = (text.first - first + last - text.last) as f32;
            let off = ((middle - text.center()).abs() / em).min((a.x0 - text.x0).abs() / em + 1.0);
            if off + 0.8 * extra < best.1 {
                best = ((first, last), off + 0.8 * extra);
            }
        }
    }
    best.0
}

/// Price of a column heading that no heading of the line above takes in.
const LEFT_OUT: f32 = 0.8;
/// Price of a heading that takes in several.
const TAKES_IN: f32 = 0.3;
/// Most headings that one takes in.
const MOST_UNDER: usize = 12;

/// For each heading below that another one repeats: parts of groups are called the same.
const REPEATED: f32 = 0.4;
/// The most that all of these count.
const MOST_REPEATED: f32 = 2.0;

/// Headings that stand below a line of a head, in one column.
struct Under {
    column: usize,
    x0: f32,
    x1: f32,
}

impl Under {
    fn is_under(&self, text: &Placed) -> bool {
        (text.first..=text.last).contains(&self.column)
    }
}

/// The columns of each text of a head's line, where the texts stand over the middles of groups of headings below them
/// rather than on one of these each: a short heading over three columns touches only the one in the middle.
fn shared_out(
    lines: &[Line],
    found: &Columns,
    at: usize,
    em: f32,
    text_of: &dyn Fn(&Line, usize) -> String,
) -> Vec<Option<(usize, usize)>> {
    let texts = found.lines.get(at).map_or(&[][..], Vec::as_slice);
    let mut out = vec![None; texts.len()];
    // What stands below, each column by itself; the first column's heading is nobody's part.
    let mut below: Vec<Under> = Vec::new();
    for text in
        found.lines.get(at + 1..lines.len()).unwrap_or(&[]).iter().flatten().filter(|t| !t.spans() && t.first > 0)
    {
        match below.iter_mut().find(|under| under.column == text.first) {
            Some(under) => (under.x0, under.x1) = (under.x0.min(text.x0), under.x1.max(text.x1)),
            None => below.push(Under { column: text.first, x0: text.x0, x1: text.x1 }),
        }
    }
    below.sort_by_key(|under| under.column);
    let upper: Vec<usize> = (0..texts.len()).filter(|&i| texts.get(i).is_some_and(|text| text.first > 0)).collect();
    if upper.is_empty() || upper.len() >= below.len() || below.len() > 60 {
        return out;
    }
    let pairs: Vec<(&Placed, Option<&Under>)> = upper
        .iter()
        .filter_map(|&i| texts.get(i))
        .map(|text| (text, below.iter().find(|under| under.is_under(text))))
        .collect();
    // Lines of headings all keep to the same side.
    let kept = |off: fn(&Placed, &Under) -> f32| -> f32 {
        pairs.iter().map(|(text, under)| under.map_or(1.0, |under| off(text, under).abs() / em)).sum()
    };
    let stacked = kept(|text, under| text.x0 - under.x0)
        .min(kept(|text, under| text.x1 - under.x1))
        .min(kept(|text, under| text.center() - (under.x0 + under.x1) / 2.0));
    let stacked = stacked + (REPEATED * repeated(lines, found, at, text_of) as f32).min(MOST_REPEATED);
    let on_one = |text: &Placed, under: &Under| {
        let off = (text.x0 - under.x0).abs().min((text.x1 - under.x1).abs());
        off.min((text.center() - (under.x0 + under.x1) / 2.0).abs()) / em
    };
    // A heading is centred over the texts below it or over their cells, which reach to the columns beside.
    let over = |text: &Placed, first: &Under, last: &Under| {
        let before = first.column.checked_sub(1).and_then(|at| found.columns.get(at)).map_or(first.x0, |c| c.x1 + em);
        let after = found.columns.get(last.column + 1).map_or(last.x1, |c| c.x0 - em);
        let end = found.columns.get(last.column).map_or(last.x1, |c| c.x1.max(last.x1));
        let start = found.columns.get(first.column).map_or(first.x0, |c| c.x0.min(first.x0));
        [(first.x0, last.x1), (start, end), (before.min(start), end), (start, after.max(end))]
            .into_iter()
            .map(|(x0, x1)| (text.center() - (x0 + x1) / 2.0).abs() / em)
            .fold(f32::MAX, f32::min)
    };
    // Best price of the first texts over the first headings below.
    let (n, m) = (upper.len(), below.len());
    let mut best = vec![vec![(f32::MAX, 0_usize); m + 1]; n + 1];
    for i in 0..=n {
        for j in 0..=m {
            let mut here = if i == 0 { (LEFT_OUT * j as f32, 0) } else { (f32::MAX, 0) };
            if let (Some(before), true) = (j.checked_sub(1), i > 0) {
                let left_out =
                    best.get(i).and_then(|row| row.get(before)).map_or(f32::MAX, |(price, _)| price + LEFT_OUT);
                here = (left_out, 0);
            }
            let text = i.checked_sub(1).and_then(|i| upper.get(i)).and_then(|&i| texts.get(i));
            for size in 1..=if i > 0 { j.min(MOST_UNDER) } else { 0 } {
                let (Some(text), Some(group)) = (text, below.get(j - size..j)) else { continue };
                let (Some(first), Some(last)) = (group.first(), group.last()) else { continue };
                let holds = group.iter().any(|under| under.is_under(text));
                let off = match group {
                    [only] => on_one(text, only),
                    _ => over(text, first, last) + TAKES_IN,
                };
                let before = best.get(i - 1).and_then(|row| row.get(j - size)).map_or(f32::MAX, |(price, _)| *price);
                let price = before + off + if holds { 0.0 } else { 2.0 };
                if price < here.0 {
                    here = (price, size);
                }
            }
            if let Some(slot) = best.get_mut(i).and_then(|row| row.get_mut(j)) {
                *slot = here;
            }
        }
    }
    let price = best.get(n).and_then(|row| row.get(m)).map_or(f32::MAX, |(price, _)| *price);
    if price + 0.3 >= stacked {
        return out;
    }
    let (mut i, mut j) = (n, m);
    while i > 0 && j > 0 {
        let size = best.get(i).and_then(|row| row.get(j)).map_or(0, |(_, size)| *size);
        if size == 0 {
            j -= 1;
            continue;
        }
        if let (Some(first), Some(last), Some(&text)) = (below.get(j - size), below.get(j - 1), upper.get(i - 1))
            && let Some(slot) = out.get_mut(text)
        {
            *slot = Some((first.column, last.column));
        }
        i -= 1;
        j -= size;
    }
    out
}

/// How many of the texts in the line below this one stand there more than once.
fn repeated(lines: &[Line], found: &Columns, at: usize, text_of: &dyn Fn(&Line, usize) -> String) -> usize {
    let (Some(line), Some(texts)) = (lines.get(at + 1), found.lines.get(at + 1)) else { return 0 };
    let mut all: Vec<String> = texts
        .iter()
        .filter(|text| text.first > 0)
        .map(|text| text.pieces.clone().map(|piece| text_of(line, piece)).collect::<String>())
        .collect();
    let count = all.len();
    all.sort_unstable();
    all.dedup();
    count - all.len()
}

/// Adds a text to the heading right above it, or makes one of it.
fn add(
    open: &mut Vec<Heading>,
    lines: &[Line],
    drawn: &Drawn,
    at: usize,
    text: &Placed,
    (first, last): (usize, usize),
) {
    let above: Vec<usize> = (0..open.len())
        .filter(|&index| open.get(index).is_some_and(|heading| heading.first <= last && heading.last >= first))
        .collect();
    // Of those above, only the lowest one on each side matters.
    let lowest = above.iter().copied().max_by_key(|&i| open.get(i).and_then(|h| h.texts.last()).map_or(0, |t| t.0));
    if let Some(index) = lowest
        && let Some(heading) = open.get_mut(index)
        && let Some(&(line, _)) = heading.texts.last()
        && let (Some(upper), Some(lower)) = (lines.get(line), lines.get(at))
    {
        let ruled = drawn
            .rules_between(upper.bbox.center().1, lower.bbox.center().1)
            .any(|rule| rule.x0 < text.center() && rule.x1 > text.center());
        let near = lower.down - upper.down < ONE_HEADING * upper.size.max(lower.size);
        let same = (heading.first, heading.last) == (first, last);
        let wider = heading.first >= first && heading.last <= last && above.len() == 1;
        if line < at && near && !ruled && (same || wider) {
            heading.first = heading.first.min(first);
            heading.last = heading.last.max(last);
            heading.texts.push((at, text.pieces.clone()));
            return;
        }
        if line == at && same {
            heading.texts.push((at, text.pieces.clone()));
            return;
        }
    }
    open.push(Heading { first, last, texts: vec![(at, text.pieces.clone())], row: 0, row_span: 1 });
}

/// Gives each heading its level; those with nothing below reach down to the head's end.
fn level(mut headings: Vec<Heading>, columns: usize) -> (Vec<Heading>, usize) {
    let mut filled = vec![0_usize; columns];
    for heading in &mut headings {
        let under = filled.get(heading.first..=heading.last).unwrap_or(&[]).iter().copied().max().unwrap_or(0);
        heading.row = under;
        if let Some(range) = filled.get_mut(heading.first..=heading.last) {
            range.fill(under + 1);
        }
    }
    let rows = filled.iter().copied().max().unwrap_or(0);
    let places: Vec<(usize, usize, usize)> = headings.iter().map(|h| (h.row, h.first, h.last)).collect();
    for heading in &mut headings {
        let below = places
            .iter()
            .filter(|&&(row, first, last)| row > heading.row && first <= heading.last && last >= heading.first)
            .map(|&(row, _, _)| row)
            .min();
        heading.row_span = below.unwrap_or(rows) - heading.row;
    }
    (headings, rows)
}
