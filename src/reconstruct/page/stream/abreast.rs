//! Tables beside each other: a gutter that no text and no line crosses, with a table on both sides. Where lines or
//! backgrounds end on one side and others begin on the other, they part them; else the two go their own ways down the
//! page, so that many lines of one have nothing beside them in the other.

use super::drawn::Drawn;
use super::line::Line;
use crate::model::Rect;

/// Lines with several texts that each side has at least.
const LEAST_ROWS: usize = 2;
/// Lines that each side has for itself, where nothing is drawn.
const LEAST_ALONE: usize = 3;
/// Narrowest gutter, in ems.
const GUTTER: f32 = 1.0;
/// Columns that each has, where one of them only goes on below the other's end.
const LEAST_COLUMNS: usize = 3;
/// Places looked at.
const MOST_PLACES: usize = 40;
/// Clear space, in ems, that parts what stands beside each other from what is below.
const BREAK: f32 = 4.0;
/// Heights at which lines or backgrounds end at the gutter and go on behind it.
const LEAST_ENDS: usize = 2;

/// These lines, from the top down, in the order in which they are read: tables beside each other one after the other.
pub(super) fn parted(lines: Vec<Line>, drawn: &Drawn) -> Vec<Vec<Line>> {
    let Some((at, stretch)) = gutter(&lines, drawn) else { return vec![lines] };
    let mut out: [Vec<Line>; 4] = Default::default();
    for (number, line) in lines.into_iter().enumerate() {
        let [before, left, right, after] = &mut out;
        if number < stretch.0 {
            before.push(line);
        } else if number >= stretch.1 {
            after.push(line);
        } else {
            let (a, b): (Vec<_>, Vec<_>) = line.pieces.iter().partition(|piece| piece.bbox.center().0 < at);
            let (c, d): (Vec<_>, Vec<_>) = line.words.iter().partition(|(_, x)| *x < at);
            left.extend(Line::new(a, c, line.down, line.leaders));
            right.extend(Line::new(b, d, line.down, line.leaders));
        }
    }
    out.into_iter().filter(|lines| !lines.is_empty()).collect()
}

/// What stands on the two sides of a place.
#[derive(Default)]
struct Sides {
    /// Lines with several texts on the left, and on the right.
    rows: (usize, usize),
    /// Lines that stand on one side only.
    alone: (usize, usize),
    /// Lines on both.
    both: usize,
}

/// The surest gutter, and the lines that it parts.
fn gutter(lines: &[Line], drawn: &Drawn) -> Option<(f32, (usize, usize))> {
    let crowded = lines.windows(2).filter(|w| matches!(w, [a, b] if b.bbox.y0 < a.bbox.y1 - 0.2 * a.size)).count();
    let ends = ends(lines, drawn);
    let several = lines.iter().filter(|line| line.chunks.len() > LEAST_COLUMNS).count();
    if crowded < LEAST_ALONE && ends.len() < LEAST_ENDS && several < LEAST_ROWS {
        return None;
    }
    let mut places: Vec<f32> = ends.iter().map(|end| end.center().0).collect();
    let gaps = lines.iter().flat_map(|line| line.chunks.windows(2).map(move |pair| (line, pair)));
    places.extend(gaps.filter_map(|(line, pair)| match pair {
        [a, b] if b.x0 - a.x1 > GUTTER * line.size => Some((a.x1 + b.x0) / 2.0),
        _ => None,
    }));
    places.sort_by(f32::total_cmp);
    places.dedup_by(|b, a| *b - *a < 3.0);
    // Evenly thinned out: a gutter is wider than its places lie apart.
    let step = places.len().div_ceil(MOST_PLACES).max(1);
    let mut best: Option<(usize, f32, (usize, usize))> = None;
    for &at in places.iter().step_by(step) {
        for stretch in stretches(lines, at) {
            let Some(inside) = lines.get(stretch.0..stretch.1) else { continue };
            let sure = sureness(inside, at, drawn, &ends);
            if sure > 0 && best.is_none_or(|(most, _, _)| sure > most) {
                best = Some((sure, at, stretch));
            }
        }
    }
    best.map(|(_, at, stretch)| (at, stretch))
}

/// Boxes between lines, frames or backgrounds of about one height that end and begin beside each other.
fn ends(lines: &[Line], drawn: &Drawn) -> Vec<Rect> {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return Vec::new() };
    let (top, bottom) = (first.bbox.y0 - first.size, last.bbox.y1 + last.size);
    let rules = drawn.rules_between(top, bottom).map(|rule| Rect::new(rule.x0, rule.y, rule.x1, rule.y));
    let boxes = drawn.fills.iter().chain(&drawn.frames).filter(|fill| fill.y1 > top && fill.y0 < bottom).copied();
    let mut all: Vec<Rect> = rules.chain(boxes).filter(|bbox| bbox.width() > 3.0 * first.size).collect();
    all.sort_by(|a, b| a.y0.total_cmp(&b.y0));
    let mut out = Vec::new();
    for (number, a) in all.iter().enumerate() {
        let near = all.iter().skip(number + 1).take(8).filter(|b| b.y0 - a.y0 < 1.5 * first.size);
        out.extend(near.filter_map(|b| {
            let (left, right) = if a.x0 < b.x0 { (a, b) } else { (b, a) };
            let gap = right.x0 - left.x1;
            (gap > 0.8 * first.size && gap < 12.0 * first.size).then(|| Rect::new(left.x1, a.y0, right.x0, b.y0))
        }));
    }
    out
}

/// The longest stretches of lines, from one to another, that no text crosses at this place.
fn stretches(lines: &[Line], at: f32) -> Vec<(usize, usize)> {
    let mut out: Vec<(usize, usize)> = Vec::new();
    let mut open: Option<usize> = None;
    for (number, line) in lines.iter().enumerate() {
        let slack = 0.3 * line.size;
        let crossed = line.chunks.iter().any(|chunk| chunk.x0 < at + slack && chunk.x1 > at - slack);
        let above = number.checked_sub(1).and_then(|above| lines.get(above));
        let broken = above.is_some_and(|above| line.bbox.y0 - above.bbox.y1 > BREAK * line.size);
        if crossed || broken {
            out.extend(open.take().map(|start| (start, number)));
        }
        if !crossed && open.is_none() {
            open = Some(number);
        }
    }
    out.extend(open.map(|start| (start, lines.len())));
    out
}

/// How sure it is that tables stand on both sides of this place; 0 where they do not.
fn sureness(lines: &[Line], at: f32, drawn: &Drawn, ends: &[Rect]) -> usize {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return 0 };
    let mut sides = Sides::default();
    for line in lines {
        let left = line.chunks.iter().filter(|chunk| chunk.x1 < at).count();
        let right = line.chunks.len() - left;
        sides.rows.0 += usize::from(left > 1);
        sides.rows.1 += usize::from(right > 1);
        match (left, right) {
            (0, _) => sides.alone.1 += 1,
            (_, 0) => sides.alone.0 += 1,
            _ => sides.both += 1,
        }
    }
    if sides.rows.0.min(sides.rows.1) < LEAST_ROWS {
        return 0;
    }
    let (top, bottom) = (first.bbox.center().1, last.bbox.center().1);
    let crosses = |x0: f32, x1: f32| x0 < at - 3.0 && x1 > at + 3.0;
    let fills = || drawn.fills.iter().filter(|fill| fill.y1 > top && fill.y0 < bottom && fill.height() < bottom - top);
    if drawn.rules_between(top, bottom).any(|rule| crosses(rule.x0, rule.x1))
        || fills().any(|fill| crosses(fill.x0, fill.x1))
    {
        return 0;
    }
    let (reach_top, reach_bottom) = (first.bbox.y0 - first.size, last.bbox.y1 + last.size);
    let here = |end: &&Rect| end.x0 < at && end.x1 > at && end.y0 > reach_top && end.y0 < reach_bottom;
    let parted = ends.iter().filter(here).count();
    let alone = sides.alone.0.min(sides.alone.1);
    // Cells of several lines, centred on each other, seldom share a line, either: a table of its own has rows.
    let in_rows = sides.rows.0 * 2 >= sides.alone.0 + sides.both && sides.rows.1 * 2 >= sides.alone.1 + sides.both;
    // Or one goes on where the other has nothing: all of its columns are blank, labels and numbers.
    let left_of = |line: &Line| line.chunks.iter().filter(|chunk| chunk.x1 < at).count();
    let right_of = |line: &Line| line.chunks.len() - left_of(line);
    let named = lines.iter().filter_map(|line| line.chunks.iter().find(|chunk| chunk.x0 > at));
    let (names, all) = named.fold((0, 0), |(names, all), chunk| (names + usize::from(!chunk.numeric), all + 1));
    let named = names * 5 >= all * 4;
    let own_rows = sides.both >= LEAST_ROWS
        && named
        && match (whole_rows(lines, &left_of, &right_of), whole_rows(lines, &right_of, &left_of)) {
            (Some(left), Some(right)) => left.max(right) >= LEAST_ALONE,
            _ => false,
        };
    // Where most rows of the one stand beside rows of the other that have no labels, they are rows of one table.
    let shared = !named && sides.both * 3 >= sides.rows.0.min(sides.rows.1) * 2;
    let apart = !shared && in_rows && sides.alone.0 + sides.alone.1 >= sides.both;
    let own_ways = own_rows || alone >= LEAST_ALONE && apart;
    match (parted >= LEAST_ENDS, own_ways) {
        (false, false) => 0,
        _ => 2 * parted + alone + sides.rows.0.min(sides.rows.1),
    }
}

/// Lines in which one side has all its columns and the other nothing; None where its lines are seldom whole.
fn whole_rows(lines: &[Line], own: &dyn Fn(&Line) -> usize, other: &dyn Fn(&Line) -> usize) -> Option<usize> {
    let most = lines.iter().map(own).max().filter(|most| *most >= LEAST_COLUMNS)?;
    let (mut all, mut whole, mut alone) = (0, 0, 0);
    for line in lines.iter().filter(|line| own(line) > 0) {
        all += 1;
        if own(line) + 1 >= most {
            whole += 1;
            alone += usize::from(other(line) == 0);
        }
    }
    (whole * 4 >= all * 3).then_some(alone)
}
