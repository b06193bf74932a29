//! Which parts of the lines found are rulings: long solid or dashed ones, and whatever is drawn from one ruling that
//! crosses to the next. Strokes of characters are neither, even where they stand in a row with a line.

use super::scan::{Line, Mark};
use super::{Measure, spans};

/// From this length on a line needs no others, in inches: beyond the largest titles' strokes.
pub(super) const LONG: f32 = 0.6;
/// From this length on no characters are as large.
const VERY_LONG: f32 = 1.5;
/// Part of a shorter line by itself that may be crowded.
const TITLE: f32 = 0.4;
/// Part of a solid line that may be blank.
const SOLID: f32 = 0.05;
/// The same between two rulings that it reaches.
const SOLID_BETWEEN: f32 = 0.1;
/// The same in one row, which a stroke may nearly fill.
const SOLID_ROW: f32 = 0.05;
/// Widest blank gap in a solid line, in inches: a scanner's drop-out.
const DROP_OUT: f32 = 0.02;
/// The same in a broken one.
const WIDE_DROP_OUT: f32 = 0.05;
/// Part of a broken line that may be blank, and that may be crowded: strokes of characters have others beside them.
const BROKEN: (f32, f32) = (0.25, 0.08);
/// The same of a dashed one.
const DASHED: (f32, f32) = (0.6, 0.15);
/// The same of a long one, or of one this long (in inches) with dashes this much alike, beside which print may stand.
const DASHED_CROWDED: f32 = 0.45;
const LONG_DASHED: f32 = 1.0;
const VERY_REGULAR: f32 = 0.75;
/// How far what is blank may be from what the median gap makes.
const CONSISTENT: f32 = 0.12;
/// Longest dash and gap together, in inches: below the distance of two rows of print.
const PERIOD: f32 = 0.19;
/// How much thicker than its strokes a dashed line may be.
const EVEN: f32 = 1.15;
/// A dashed line is longer than a character, in inches.
const LEAST_DASHED: f32 = 0.45;
/// Dashes are at least this dark, and at least this long over the gap.
const DARK_DASH: u8 = 170;
const SHORT_DASH: f32 = 0.75;
/// Part of the dashes that something may touch: the sides of characters below each other (目) have strokes between them.
const TOUCHED_DASHES: f32 = 0.15;
/// Widest gap in a dashed line, in inches.
const DASH_GAP: f32 = 0.14;
/// Least distance of two tables, in inches, and the part of it that is blank.
const BETWEEN_TABLES: f32 = 0.035;
const NOTHING: f32 = 0.85;
/// As long as a character's stroke may be where it fills its row, in inches.
const CHARACTER: f32 = 0.2;
/// Part of the stretch beyond a wall that short that is blank where the wall ends, or goes on: between the two a stroke
/// sticks out.
const STICKS_OUT: std::ops::Range<f32> = 0.12..0.93;
/// As long as two or three rows of print, in inches.
pub(super) const FEW_ROWS: f32 = 0.35;
/// Part of a wall of one row that may be crowded where the line is drawn in no row beside it, where it sticks out into
/// one, and else; and of a wall of a few rows.
const CROWDED_ALONE: f32 = 0.4;
const CROWDED_STICKING: f32 = 0.35;
const CROWDED_ROW: f32 = 0.6;
const CROWDED_ROWS: f32 = 0.7;
/// Rows lower than this, in inches, are no higher than small print, whose strokes then reach from line to line.
const SMALL_ROW: f32 = 0.13;
/// The same, and what may be blank, where nothing else tells: a pixel cut at an end.
const CLEAN: f32 = 0.02;
/// What may be blank of a wall that nothing touches, in inches: a pixel of a fine scan.
const PIXEL: f32 = 0.0043;
/// Part of a short wall that something may touch: other strokes of a character, but not print beside a wall.
const TOUCHED: f32 = 0.06;
/// Part of the dashes that must be alike.
const REGULAR: f32 = 0.6;
/// How much thicker than its strokes a line may be: more is strokes of several heights.
const SPREAD: f32 = 1.5;
/// The shortest wall, in inches: a row of the smallest print.
pub(super) const SHORTEST: f32 = 0.085;
/// Thicker bars are no lines, in inches.
const THICKEST: f32 = 0.06;
/// Lines that come this close touch, in inches.
pub(super) const TOUCH: f32 = 0.05;
/// How much shorter than up to the middle of the next one rulings are told, in inches.
const HAIR: f32 = 0.003;
/// The margin of a picture where a scanner leaves shadows, in inches.
const RIM: f32 = 0.1;
/// Rounds of looking for parts between rulings that are known already.
const ROUNDS: usize = 5;

/// A stretch of a line that is a ruling.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Part {
    pub(super) line: usize,
    pub(super) at: f32,
    pub(super) from: f32,
    pub(super) to: f32,
}

/// Replaces the lines by those parts of them that are rulings.
pub(super) fn keep(
    horizontal: &mut Vec<Line>,
    vertical: &mut Vec<Line>,
    (width, height): (f32, f32),
    measure: &Measure,
) {
    let inch = measure.inch;
    for lines in [&mut *horizontal, &mut *vertical] {
        lines.retain(|line| line.length() >= SHORTEST * inch && line.thickness <= THICKEST * inch);
    }
    let mut kept = [seeds(horizontal, inch), seeds(vertical, inch)];
    for _ in 0..ROUNDS {
        let before = kept.clone();
        kept[0] = with_parts_between(horizontal, &kept[0], &before[1], inch);
        kept[1] = with_parts_between(vertical, &kept[1], &kept[0], inch);
        if kept == before {
            break;
        }
    }
    let crossing = kept.clone();
    kept[1] = spans::without_strokes(vertical, &kept[1], &crossing[0], inch);
    drop_strokes(horizontal, &mut kept[0], inch);
    drop_strokes(vertical, &mut kept[1], inch);
    let crossing = kept.clone();
    kept[0] = without_blanks(horizontal, &kept[0], &crossing[1], inch);
    kept[1] = without_blanks(vertical, &kept[1], &crossing[0], inch);
    let ends = kept.clone();
    drop_rim(&mut kept[0], &ends[1], height, inch);
    drop_rim(&mut kept[1], &ends[0], width, inch);
    let ends = kept.clone();
    *horizontal = cut(horizontal, &kept[0], &ends[1], inch);
    *vertical = cut(vertical, &kept[1], &ends[0], inch);
}

/// Lines that are rulings by themselves.
fn seeds(lines: &[Line], inch: f32) -> Vec<Part> {
    let mut parts = Vec::new();
    for (number, line) in lines.iter().enumerate() {
        let even = line.spread <= SPREAD * line.thickness + 1.0;
        let within = |(blank, crowded): (f32, f32)| line.blank <= blank && line.crowded <= crowded;
        let long = line.length() >= LONG * inch;
        let (gap, least) = match even && long {
            true if is_dashed(line, inch) => (DASH_GAP, LONG),
            true if line.blank <= SOLID => (DROP_OUT, LONG),
            true if within(BROKEN) && line.length() >= VERY_LONG * inch => (WIDE_DROP_OUT, FEW_ROWS),
            // Strokes of characters may stand in a row with a line: what is a line by itself counts.
            _ => (DROP_OUT, LONG),
        };
        let stretches = stretches(line, gap * inch).into_iter().filter(|(from, to)| to - from >= least * inch);
        // What is left of a row of large characters has others of their strokes beside it.
        let plain = |&(from, to): &(f32, f32)| {
            let marks = line.between(from, to);
            let part =
                |of: fn(&Mark) -> bool| marks.iter().filter(|mark| of(mark)).count() as f32 / marks.len().max(1) as f32;
            gap > DROP_OUT
                || part(|mark| mark.blank) <= SOLID
                    && (to - from >= VERY_LONG * inch || part(|mark| mark.crowded) <= TITLE)
        };
        let stretches = stretches.filter(plain);
        parts.extend(stretches.map(|(from, to)| Part { line: number, at: line.at, from, to }));
    }
    parts
}

pub(super) fn is_dashed(line: &Line, inch: f32) -> bool {
    let (dash, gap) = line.dash;
    let alike = line.regular >= REGULAR && (SOLID..=DASHED.0).contains(&line.blank);
    let even = line.spread <= EVEN * line.thickness + 0.3 && line.shade <= DARK_DASH;
    // Strokes of characters in rows of one height, and feet of digits, are regular, too, but have the rest of the
    // character on them.
    let most_crowded = match line.length() {
        long if long >= VERY_LONG * inch || long >= LONG_DASHED * inch && line.regular >= VERY_REGULAR => {
            DASHED_CROWDED
        }
        _ => DASHED.1,
    };
    let free = line.touched <= TOUCHED_DASHES && line.crowded <= most_crowded;
    // As much is blank as gaps of that width make.
    let consistent = (line.blank - gap / (dash + gap).max(1.0)).abs() <= CONSISTENT && dash + gap <= PERIOD * inch;
    alike && even && free && consistent && dash >= SHORT_DASH * gap && line.length() >= LEAST_DASHED * inch
}

/// Parts of a line without a wider gap.
fn stretches(line: &Line, gap: f32) -> Vec<(f32, f32)> {
    let mut stretches = Vec::new();
    let mut open: Option<(f32, f32)> = None;
    let mut x = line.from;
    for piece in line.marks.chunk_by(|a, b| a.blank == b.blank) {
        let end = x + piece.len() as f32;
        let blank = piece.first().is_some_and(|mark| mark.blank);
        match (&mut open, blank) {
            (Some(_), true) if piece.len() as f32 > gap => stretches.extend(open.take()),
            (Some(open), false) => open.1 = end,
            (None, false) => open = Some((x, end)),
            _ => {}
        }
        x = end;
    }
    stretches.extend(open);
    stretches
}

/// Where rulings cross, or nearly, what runs at `at` along `span`; `walls` in the order of their places.
pub(super) fn crossed(walls: &[&Part], at: f32, span: std::ops::Range<f32>, reach: f32) -> Vec<f32> {
    let first = walls.partition_point(|wall| wall.at < span.start - reach);
    let near = walls.iter().skip(first).take_while(|wall| wall.at <= span.end + reach);
    near.filter(|wall| wall.from - reach <= at && at <= wall.to + reach).map(|wall| wall.at).collect()
}

/// The parts known, and those that reach from one crossing ruling to the next.
fn with_parts_between(lines: &[Line], known: &[Part], crossing: &[Part], inch: f32) -> Vec<Part> {
    let mut walls: Vec<&Part> = crossing.iter().collect();
    walls.sort_by(|a, b| a.at.total_cmp(&b.at));
    let reach = TOUCH * inch;
    let mut parts = known.to_vec();
    for (number, line) in lines.iter().enumerate() {
        let met = crossed(&walls, line.at, line.from..line.to, reach);
        // The two strokes of a double line bound nothing between them.
        let spans: Vec<(f32, f32)> = met
            .windows(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
            .filter(|(a, b)| b - a >= SHORTEST * inch)
            .collect();
        for (index, &(from, to)) in spans.iter().enumerate() {
            if !is_drawn(line, from, to, inch) {
                continue;
            }
            let next_to = |span: Option<&(f32, f32)>| {
                let near = span.filter(|(a, b)| (a - to).abs().min((b - from).abs()) < SHORTEST * inch);
                near.map_or(1.0, |&(a, b)| blank_between(line, a, b, inch))
            };
            let before = next_to(index.checked_sub(1).and_then(|i| spans.get(i)));
            let after = next_to(spans.get(index + 1));
            let crowded = crowded_between(line, from, to);
            let sticks_out = STICKS_OUT.contains(&before) || STICKS_OUT.contains(&after);
            let alone = before.min(after) >= STICKS_OUT.end;
            let is_whole = blank_between(line, from, to, inch) <= SOLID;
            let most = match to - from {
                short if short >= FEW_ROWS * inch => 1.0,
                short if short >= CHARACTER * inch => CROWDED_ROWS,
                _ if alone && !is_whole => 0.0,
                _ if alone => CROWDED_ALONE,
                _ if sticks_out => CROWDED_STICKING,
                _ => CROWDED_ROW,
            };
            // Drawn from end to end and touched by nothing: no character has such a stroke.
            let clean = is_clean(line, from, to, inch);
            let touched = to - from < FEW_ROWS * inch && touched_between(line, from, to, inch) > TOUCHED;
            if clean || crowded <= most && !touched || is_dashed(line, inch) {
                parts.push(Part { line: number, at: line.at, from, to });
            }
        }
    }
    united(parts, inch)
}

/// The thickness of half of what is drawn at length, of each line so much.
fn usual_thickness(lines: &[Line], sums: &[f32], inch: f32) -> Option<f32> {
    let mut long: Vec<(f32, f32)> = lines
        .iter()
        .zip(sums)
        .filter(|(_, sum)| **sum >= LONG * inch)
        .map(|(line, &sum)| (line.thickness, sum))
        .collect();
    long.sort_by(|a, b| a.0.total_cmp(&b.0));
    let total: f32 = long.iter().map(|line| line.1).sum();
    let mut seen = 0.0;
    let usual = long.iter().find(|line| {
        seen += line.1;
        seen * 2.0 >= total
    });
    usual.map(|line| line.0)
}

/// Takes out what has too few rows or columns for a wall and has print beside it: strokes of characters that fill their
/// rows.
fn drop_strokes(lines: &[Line], parts: &mut Vec<Part>, inch: f32) {
    let mut sums = vec![0.0f32; lines.len()];
    for part in parts.iter() {
        if let Some(sum) = sums.get_mut(part.line) {
            *sum += part.to - part.from;
        }
    }
    let usual = usual_thickness(lines, &sums, inch);
    parts.retain(|part| {
        let (Some(line), Some(&sum)) = (lines.get(part.line), sums.get(part.line)) else { return false };
        let odd = usual.is_some_and(|usual| !(0.6 * usual - 0.5..=1.4 * usual + 0.5).contains(&line.thickness));
        if odd && sum < FEW_ROWS * inch {
            return false;
        }
        let most = match sum {
            few if few >= LONG * inch => 1.0,
            few if few >= FEW_ROWS * inch => CROWDED_ROW,
            _ => CROWDED_STICKING,
        };
        let touched = sum < LONG * inch && touched_between(line, part.from, part.to, inch) > TOUCHED;
        let plain = crowded_between(line, part.from, part.to) <= most && !touched;
        plain || is_clean(line, part.from, part.to, inch) || is_dashed(line, inch)
    });
}

/// The parts without the stretches between two crossing rulings in which nothing is drawn: two tables, one above the
/// other, have edges in one line.
fn without_blanks(lines: &[Line], parts: &[Part], crossing: &[Part], inch: f32) -> Vec<Part> {
    let reach = TOUCH * inch;
    let mut walls: Vec<&Part> = crossing.iter().collect();
    walls.sort_by(|a, b| a.at.total_cmp(&b.at));
    let mut out = Vec::with_capacity(parts.len());
    for part in parts {
        let Some(line) = lines.get(part.line) else { continue };
        let least = (BETWEEN_TABLES * inch).max(1.5 * line.dash.1 + 2.0);
        let mut open = *part;
        let mut last: Option<f32> = None;
        let first = walls.partition_point(|wall| wall.at <= part.from);
        let inside = walls.iter().skip(first).take_while(|wall| wall.at < part.to);
        for wall in inside.filter(|wall| wall.from - reach <= part.at && part.at <= wall.to + reach) {
            if let Some(last) = last.filter(|last| wall.at - last >= least)
                && blank_between(line, last, wall.at, inch) > NOTHING
            {
                out.push(Part { to: last, ..open });
                open.from = wall.at;
            }
            last = Some(wall.at);
        }
        out.push(open);
    }
    out.retain(|part| part.to - part.from >= SHORTEST * inch);
    out
}

/// Is a line drawn all the way between two crossing rulings?
fn is_drawn(line: &Line, from: f32, to: f32, inch: f32) -> bool {
    let blank = blank_between(line, from, to, inch);
    let crowded = crowded_between(line, from, to);
    let within = |(most_blank, most_crowded): (f32, f32)| blank <= most_blank && crowded <= most_crowded;
    if to - from < CHARACTER * inch && blank > SOLID_ROW {
        return is_dashed(line, inch) && blank <= DASHED.0;
    }
    blank <= SOLID_BETWEEN || within(BROKEN) || is_dashed(line, inch) && blank <= DASHED.0
}

fn crowded_between(line: &Line, from: f32, to: f32) -> f32 {
    let marks = line.between(from, to);
    marks.iter().filter(|mark| mark.crowded).count() as f32 / marks.len().max(1) as f32
}

/// Is a line drawn all the way between two crossing rulings and touched by nothing?
fn is_clean(line: &Line, from: f32, to: f32, inch: f32) -> bool {
    let blank = blank_between(line, from, to, inch);
    to - from >= SMALL_ROW * inch
        && (blank <= CLEAN || blank * (to - from) <= PIXEL * inch)
        && touched_between(line, from, to, inch) <= CLEAN
}

/// Part of the stretch between two crossing rulings in which something touches the line, as strokes of one character do.
fn touched_between(line: &Line, from: f32, to: f32, inch: f32) -> f32 {
    let margin = 0.022 * inch;
    let marks = line.between(from + margin, to - margin);
    let touched = marks.iter().filter(|mark| mark.touched).count() as f32 / marks.len().max(1) as f32;
    // What touches it all the way is the other stroke of a double line.
    if touched > 0.8 { 0.0 } else { touched }
}

/// Part of the stretch between two crossing rulings in which a line is not drawn.
fn blank_between(line: &Line, from: f32, to: f32, inch: f32) -> f32 {
    // The rulings themselves are no evidence.
    let margin = 0.012 * inch;
    let (begin, end) = (from + margin, to - margin);
    let marks = line.between(begin, end);
    let missing = (end - begin - marks.len() as f32).max(0.0);
    let blank = marks.iter().filter(|mark| mark.blank).count() as f32 + missing;
    blank / (marks.len() as f32 + missing).max(1.0)
}

/// Parts of one line that meet or overlap made one.
pub(super) fn united(mut parts: Vec<Part>, inch: f32) -> Vec<Part> {
    parts.sort_by(|a, b| a.line.cmp(&b.line).then(a.from.total_cmp(&b.from)));
    let mut out: Vec<Part> = Vec::with_capacity(parts.len());
    for part in parts {
        match out.last_mut() {
            Some(last) if last.line == part.line && part.from - last.to <= DROP_OUT * inch => {
                last.to = last.to.max(part.to)
            }
            _ => out.push(part),
        }
    }
    out
}

/// Takes out rulings along the picture's edge that belong to no table: shadows of the scanned sheet.
fn drop_rim(parts: &mut Vec<Part>, crossing: &[Part], last: f32, inch: f32) {
    let reach = TOUCH * inch;
    parts.retain(|part| {
        let at_rim = part.at < RIM * inch || part.at > last - RIM * inch;
        let meets = |other: &&Part| {
            let ends_there = (other.from - part.at).abs() <= reach || (other.to - part.at).abs() <= reach;
            ends_there && part.from - reach <= other.at && other.at <= part.to + reach
        };
        !at_rim || crossing.iter().filter(meets).count() >= 2
    });
}

/// The parts as lines of their own, ended in the middle of the rulings that they end at.
fn cut(lines: &[Line], parts: &[Part], crossing: &[Part], inch: f32) -> Vec<Line> {
    let reach = TOUCH * inch;
    let cut = |part: &Part| {
        let line = lines.get(part.line)?;
        let end = |end: f32| {
            let near = crossing.iter().filter(|other| {
                (other.at - end).abs() <= reach && other.from - reach <= part.at && part.at <= other.to + reach
            });
            near.map(|other| other.at).min_by(|a, b| (a - end).abs().total_cmp(&(b - end).abs())).unwrap_or(end)
        };
        // A hair before it: lines of a table within a cell come close to the cell's and must not seem to touch them.
        let (from, to) = (end(part.from) + HAIR * inch, end(part.to) - HAIR * inch);
        (from < to).then(|| line.part(from, to))
    };
    parts.iter().filter_map(cut).collect()
}
