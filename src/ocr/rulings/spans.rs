//! Upright rulings looked at row by row: what stands between two level rulings is a wall, or a stroke of a character that
//! happens to stand in line with one. Rows of print are hardly higher than the print in them, so its stems nearly fill
//! them; but a stem seldom reaches both rulings, has other strokes on its sides, and stands in line with nothing else.

use super::keep::{FEW_ROWS, LONG, Part, SHORTEST, TOUCH, is_dashed, united};
use super::scan::{Line, Mark};

/// Rows lower than this, in inches, are hardly higher than their print.
const LOW_ROW: f32 = 0.13;
/// How far walls of one column may lie apart, in inches.
const ONE_COLUMN: f32 = 0.015;
/// Length, in inches, that other rows of a column must have for a wall of a low row.
const SUPPORT: f32 = 0.35;
/// The same where print stands beside it.
const SUPPORT_BESIDE_PRINT: f32 = 1.0;
/// Part of the way from the line's shade to the paper's from which a pixel is none of the line's.
const LIGHT: f32 = 0.5;
/// The same at the two ends, where a wall runs into another line and is never lighter.
const LIGHT_END: f32 = 0.6;
/// The same of a wall that runs into both of its rulings as dark as they are.
const DARK_END: f32 = 0.12;
/// Length at either end that is looked at for that, in inches.
const END: f32 = 0.05;
/// Part of a wall of a low row that something may touch.
const TOUCHED: f32 = 0.06;
/// The same of a dashed wall of a row: more is strokes of characters in line with it.
const TOUCHED_DASHES: f32 = 0.2;
/// Part of a wall that may be light, or have print beside it, before it is doubted.
const MOSTLY_DRAWN: f32 = 0.15;
const BESIDE_PRINT: f32 = 0.25;
/// Part of a wall that is a scanner's doing.
const NOTHING: f32 = 0.02;
/// How far above and below a wall its line may go on, in inches.
const MOST_BEYOND: f32 = 1.0;
/// Walls that end together where a table has no ruling.
const COMPANY: usize = 2;
/// Rounds: a stroke that is gone supports no other.
const ROUNDS: usize = 3;

/// The stretch of an upright line from one level ruling to the next.
#[derive(Debug, Clone, Copy)]
struct Span {
    part: Part,
    /// Both ends are rulings.
    bounded: bool,
}

impl Span {
    fn length(&self) -> f32 {
        self.part.to - self.part.from
    }
}

/// The upright parts without strokes of characters, ended at level rulings.
pub(super) fn without_strokes(lines: &[Line], parts: &[Part], crossing: &[Part], inch: f32) -> Vec<Part> {
    let mut crossing: Vec<&Part> = crossing.iter().collect();
    crossing.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut spans: Vec<Span> = parts.iter().flat_map(|part| split(part, &crossing, inch)).collect();
    drop_overhangs(&mut spans, lines, inch);
    for _ in 0..ROUNDS {
        let before = spans.clone();
        spans.retain(|span| lines.get(span.part.line).is_some_and(|line| is_wall(span, line, &before, inch)));
        if spans.len() == before.len() {
            break;
        }
    }
    let walls = united(spans.into_iter().map(|span| span.part).collect(), inch);
    filled(lines, walls, &crossing, inch)
}

/// Takes out what sticks out over the last level ruling by less than a few rows: a stroke that stands in the wall's
/// line. A table that goes on on the next page may have no ruling at its foot: there several walls end at one height,
/// drawn from the ruling on and touched by nothing.
fn drop_overhangs(spans: &mut Vec<Span>, lines: &[Line], inch: f32) {
    let is_short = |span: &Span| !span.bounded && span.length() < FEW_ROWS * inch;
    let plain: Vec<Part> = spans
        .iter()
        .filter(|span| is_short(span))
        .filter(|span| {
            lines.get(span.part.line).is_some_and(|line| {
                let seen = Seen::of(span, line, inch);
                seen.light <= NOTHING && seen.touched <= NOTHING && seen.end_light <= LIGHT_END
            })
        })
        .map(|span| span.part)
        .collect();
    let near = |a: f32, b: f32| (a - b).abs() <= 2.0 * ONE_COLUMN * inch;
    let in_company = |part: &Part| {
        plain.iter().filter(|other| near(other.from, part.from) && near(other.to, part.to)).count() >= COMPANY
    };
    spans.retain(|span| !is_short(span) || plain.contains(&span.part) && in_company(&span.part));
}

/// The walls with the low rows between two of their parts, through which the line is drawn without a gap: print that
/// overlaps a wall does not end it.
fn filled(lines: &[Line], mut walls: Vec<Part>, crossing: &[&Part], inch: f32) -> Vec<Part> {
    walls.sort_by(|a, b| a.line.cmp(&b.line).then(a.from.total_cmp(&b.from)));
    let between = walls.windows(2).filter_map(|pair| {
        let (above, below) = (pair.first()?, pair.get(1)?);
        let line = lines.get(above.line).filter(|_| above.line == below.line)?;
        let gap = Part { from: above.to, to: below.from, ..*above };
        let low = gap.to - gap.from < FEW_ROWS * inch && split(&gap, crossing, inch).iter().all(|span| span.bounded);
        let seen = Seen::of(&Span { part: gap, bounded: true }, line, inch);
        (low && seen.light <= NOTHING && seen.end_light <= LIGHT).then_some(gap)
    });
    let between: Vec<Part> = between.collect();
    walls.extend(between);
    let walls = united(walls, inch);
    let more: Vec<Part> = walls.iter().flat_map(|wall| beyond(lines, wall, crossing, inch)).collect();
    united(walls.into_iter().chain(more).collect(), inch)
}

/// The low rows right above and below a wall through which its line is drawn as clearly.
fn beyond(lines: &[Line], wall: &Part, crossing: &[&Part], inch: f32) -> Vec<Part> {
    let Some(line) = lines.get(wall.line).filter(|_| wall.to - wall.from >= SUPPORT * inch) else { return Vec::new() };
    let around = Part { from: wall.from - MOST_BEYOND * inch, to: wall.to + MOST_BEYOND * inch, ..*wall };
    let rows: Vec<Span> = split(&around, crossing, inch).into_iter().filter(|span| span.bounded).collect();
    let drawn = |span: &&Span| {
        let seen = Seen::of(span, line, inch);
        span.length() < FEW_ROWS * inch
            && line.from <= span.part.from + ONE_COLUMN * inch
            && line.to >= span.part.to - ONE_COLUMN * inch
            && seen.light <= NOTHING
            && seen.touched <= NOTHING
            && seen.end_light <= DARK_END
    };
    let near = ONE_COLUMN * inch;
    let above = rows.iter().rev().skip_while(|span| span.part.to > wall.from + near).take_while(drawn);
    let below = rows.iter().skip_while(|span| span.part.from < wall.to - near).take_while(drawn);
    above.chain(below).map(|span| span.part).collect()
}

/// The stretches of a part.
fn split(part: &Part, crossing: &[&Part], inch: f32) -> Vec<Span> {
    let reach = TOUCH * inch;
    let met = super::keep::crossed(crossing, part.at, part.from..part.to, reach);
    let (Some(&top), Some(&bottom)) = (met.first(), met.last()) else {
        return vec![Span { part: *part, bounded: false }]; // stands by itself
    };
    let span = |from: f32, to: f32, bounded: bool| Span { part: Part { from, to, ..*part }, bounded };
    let mut spans = Vec::new();
    if top - part.from > reach {
        spans.push(span(part.from, top, false));
    }
    spans.extend(met.windows(2).filter_map(|pair| Some(span(*pair.first()?, *pair.get(1)?, true))));
    if part.to - bottom > reach {
        spans.push(span(bottom, part.to, false));
    }
    spans
}

fn is_wall(span: &Span, line: &Line, all: &[Span], inch: f32) -> bool {
    let length = span.length();
    // The two strokes of a double line bound nothing between them.
    if !span.bounded || length >= LONG * inch || length < SHORTEST * inch {
        return true;
    }
    let seen = Seen::of(span, line, inch);
    if is_dashed(line, inch) {
        return seen.touched <= TOUCHED_DASHES;
    }
    if length >= LOW_ROW * inch {
        let torn = seen.light > MOSTLY_DRAWN || seen.end_light > LIGHT_END && seen.light > TOUCHED;
        return !(torn && (seen.touched > TOUCHED || seen.crowded > BESIDE_PRINT));
    }
    let same = |other: &&Span| {
        other.bounded
            && (other.part.at - span.part.at).abs() <= ONE_COLUMN * inch
            && (other.part.from, other.part.to) != (span.part.from, span.part.to)
    };
    let support: f32 = all.iter().filter(same).map(Span::length).sum();
    if support < SUPPORT * inch || seen.touched > TOUCHED {
        return false;
    }
    // A stem hardly ever runs into both rulings as dark as they are, with no other stroke of its character on it.
    let clear = seen.touched <= NOTHING && seen.light <= NOTHING && seen.end_light <= DARK_END;
    let beside_print = seen.crowded > BESIDE_PRINT || seen.end_light > LIGHT_END;
    clear || !beside_print || support >= SUPPORT_BESIDE_PRINT * inch && seen.end_light <= LIGHT_END
}

/// What the picture shows of a stretch, as parts of its length.
struct Seen {
    /// Lighter than the line.
    light: f32,
    /// How light the lightest pixel near an end is: 0 as the line, 1 as the paper.
    end_light: f32,
    /// Print stands beside it.
    crowded: f32,
    /// Something touches it.
    touched: f32,
}

impl Seen {
    fn of(span: &Span, line: &Line, inch: f32) -> Seen {
        let Part { from, to, .. } = span.part;
        let depth = f32::from(line.paper.saturating_sub(line.shade).max(1));
        let lightness = |mark: &Mark| f32::from(mark.shade.saturating_sub(line.shade)) / depth;
        // The rulings themselves are no evidence.
        let margin = 0.012 * inch;
        let marks = line.between(from + margin, to - margin);
        let part = |of: &dyn Fn(&Mark) -> bool| {
            marks.iter().filter(|mark| of(mark)).count() as f32 / marks.len().max(1) as f32
        };
        let ends = [line.between(from, from + END * inch), line.between(to - END * inch, to)];
        Seen {
            light: part(&|mark| lightness(mark) > LIGHT),
            end_light: ends.iter().flat_map(|end| end.iter()).map(lightness).fold(0.0, f32::max),
            crowded: part(&|mark| mark.crowded),
            touched: part(&|mark| mark.touched),
        }
    }
}
