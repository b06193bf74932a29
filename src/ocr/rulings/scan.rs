//! Pieces of horizontal lines: runs of pixels that are darker than above and below, row by row, runs of neighbouring
//! rows put together.

use super::{Measure, Slope};
use crate::ocr::picture::Gray;

/// A horizontal line, or what stands for one: of the mirrored picture a vertical one's.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Line {
    /// Row of its middle.
    pub(super) at: f32,
    /// Columns of its ends.
    pub(super) from: f32,
    pub(super) to: f32,
    /// Rows that it is thick.
    pub(super) thickness: f32,
    /// Rows from its upper to its lower edge: more than `thickness` where it is no one stroke.
    pub(super) spread: f32,
    /// Part of its columns in which nothing is drawn: gaps of dashes, or of strokes.
    pub(super) blank: f32,
    /// Part of its columns in which something else stands right above or below it.
    pub(super) crowded: f32,
    /// Part of what is drawn of it that something touches.
    pub(super) touched: f32,
    /// Part of its dashes, and of the gaps between them, that are as long as the others; 0 where there are few.
    pub(super) regular: f32,
    /// Median length of its dashes and of the gaps between them.
    pub(super) dash: (f32, f32),
    /// How dark it is drawn.
    pub(super) shade: u8,
    /// The shade of what lies beside most of it.
    pub(super) paper: u8,
    /// What is seen in each of its columns.
    pub(super) marks: Vec<Mark>,
    /// The runs that it is made of.
    pub(super) runs: Vec<Run>,
}

/// What is seen of a line in one column.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Mark {
    /// Nothing is drawn there.
    pub(super) blank: bool,
    /// Something else stands right above or below.
    pub(super) crowded: bool,
    /// Something touches it from above or below.
    pub(super) touched: bool,
    /// Its darkest pixel.
    pub(super) shade: u8,
    /// Rows in which it is drawn.
    pub(super) rows: u8,
}

/// Pixels of one row that belong to a line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Run {
    pub(super) y: u32,
    pub(super) from: u32,
    /// One past the last.
    pub(super) to: u32,
    /// How many pixels of it are seen as line.
    pub(super) seen: u32,
}

impl Line {
    pub(super) fn length(&self) -> f32 {
        self.to - self.from
    }

    /// How it runs, where it is a long thin line and no row of strokes.
    pub(super) fn slope(&self, least: f32, inch: f32) -> Option<Slope> {
        let thin = self.spread <= 1.5 * self.thickness + 1.5 && self.thickness <= 0.05 * inch;
        if self.length() < least || !thin || self.blank > 0.06 || self.crowded > 0.5 {
            return None;
        }
        // Least squares through the runs' pixels, row by row.
        let (mut n, mut sx, mut sy, mut sxx, mut sxy) = (0.0f64, 0.0, 0.0, 0.0, 0.0);
        for run in &self.runs {
            let (from, to, y) = (f64::from(run.from), f64::from(run.to), f64::from(run.y));
            let count = to - from;
            let middle = (from + to) / 2.0 - f64::from(self.from);
            n += count;
            sx += count * middle;
            sy += count * y;
            sxx += count * (middle * middle + count * count / 12.0);
            sxy += count * middle * y;
        }
        let under = n * sxx - sx * sx;
        (under > 0.0).then(|| Slope {
            at: (sy / n) as f32,
            slope: ((n * sxy - sx * sy) / under) as f32,
            weight: self.length() / inch,
        })
    }

    /// The same between two columns.
    pub(super) fn part(&self, from: f32, to: f32) -> Line {
        let runs = self.runs.iter().filter(|run| (run.from as f32) < to && from < run.to as f32);
        Line { from, to, marks: self.between(from, to).to_vec(), runs: runs.copied().collect(), ..*self }
    }

    /// The marks between two columns.
    pub(super) fn between(&self, from: f32, to: f32) -> &[Mark] {
        let index = |x: f32| ((x - self.from).max(0.0) as usize).min(self.marks.len());
        self.marks.get(index(from)..index(to)).unwrap_or(&[])
    }
}

/// Least difference to both sides, in shades: noise that is left after mixing is below.
const LEAST_CONTRAST: u8 = 11;
/// Part of a run that must be seen: less is strokes of characters in a row.
const LEAST_SEEN: f32 = 0.62;
/// Part of the dashes of a row, and of the gaps between them, that must be alike.
const LEAST_ALIKE: f32 = 0.7;
/// Difference between the lightest and the darkest pixel beside a line from which there is print.
const PRINT: u8 = 50;
/// How much darker than the line's usual surroundings print is, on the mean of the pixels beside the line.
const CROWDED: u8 = 25;
/// A line this much darker than paper, in shades, is seen by itself.
const CLEAR: u8 = 40;
/// Runs of one picture: more are a texture, not lines.
const MOST_RUNS: usize = 400_000;

/// Lines, as far as they are in one piece.
pub(super) fn lines(gray: &Gray, measure: &Measure) -> Vec<Line> {
    let runs = runs(gray, measure);
    put_together(runs, gray, measure)
}

fn runs(gray: &Gray, measure: &Measure) -> Vec<Run> {
    let (width, height) = (gray.width, gray.height);
    let mixed = mixed(gray, measure.mixed);
    let mut runs = Vec::new();
    let mut dark = vec![0u8; width];
    let mut pieces = Vec::new();
    for y in 0..height {
        dark.fill(0);
        let row = mixed.row(y);
        let mut any = false;
        for side in measure.sides {
            let (Some(above), below) = (y.checked_sub(side), y + side) else { continue };
            if below >= height {
                continue;
            }
            let neighbours = mixed.row(above).iter().zip(mixed.row(below));
            for ((dark, &shade), (&above, &below)) in dark.iter_mut().zip(row).zip(neighbours) {
                *dark |= u8::from(above.min(below) > shade.saturating_add(LEAST_CONTRAST - 1));
            }
            any = true;
        }
        if any {
            collect(&dark, y, measure, &mut pieces, &mut runs);
        }
        if runs.len() > MOST_RUNS {
            return Vec::new();
        }
    }
    runs
}

/// Each pixel the mean of those around it in its row.
fn mixed(gray: &Gray, count: usize) -> Gray {
    let half = count / 2;
    let mut out = Gray::new(gray.width, gray.height, 255);
    if gray.width <= count {
        return gray.clone();
    }
    // Division by multiplication: sums are below 2^16 for up to 257 pixels.
    let factor = (65_536 / count) as u32;
    for y in 0..gray.height {
        let row = gray.row(y);
        let mut sum: u32 = row.iter().take(count).map(|&v| u32::from(v)).sum();
        let (entering, leaving) = (row.iter().skip(count), row.iter());
        let target = out.row_mut(y);
        let (first, rest) = target.split_at_mut(half + 1);
        first.fill(((sum * factor) >> 16) as u8);
        let mut last = ((sum * factor) >> 16) as u8;
        let mut written = 0;
        for ((shade, &enters), &leaves) in rest.iter_mut().zip(entering).zip(leaving) {
            sum = sum + u32::from(enters) - u32::from(leaves);
            last = ((sum * factor) >> 16) as u8;
            *shade = last;
            written += 1;
        }
        if let Some(tail) = rest.get_mut(written..) {
            tail.fill(last);
        }
    }
    out
}

/// Runs of a row: pieces with small gaps, or with larger ones that are dashes.
fn collect(dark: &[u8], y: usize, measure: &Measure, pieces: &mut Vec<(u32, u32)>, runs: &mut Vec<Run>) {
    pieces.clear();
    let mut x = 0;
    while let Some(next) = dark.get(x..).and_then(|rest| memchr::memchr(1, rest)) {
        let from = x + next;
        let length = dark.get(from..).and_then(|rest| memchr::memchr(0, rest)).unwrap_or(dark.len() - from);
        pieces.push((from as u32, (from + length) as u32));
        x = from + length;
    }
    let run = |pieces: &[(u32, u32)]| {
        let (from, to) = (pieces.first()?.0, pieces.last()?.1);
        Some(Run { y: y as u32, from, to, seen: pieces.iter().map(|piece| piece.1 - piece.0).sum() })
    };
    let near = |gap: usize| move |a: &(u32, u32), b: &(u32, u32)| (b.0 - a.1) as usize <= gap;
    for dashes in pieces.chunk_by(near(measure.dash_gap)) {
        if are_dashes(dashes, measure) {
            runs.extend(run(dashes));
            continue;
        }
        let solid = dashes.chunk_by(near(measure.gap)).filter_map(run);
        runs.extend(solid.filter(|run| {
            let length = run.to - run.from;
            length as usize >= measure.piece && run.seen as f32 >= LEAST_SEEN * length as f32
        }));
    }
}

/// Are these pieces of a row dashes, each as long as the others and as far apart?
fn are_dashes(pieces: &[(u32, u32)], measure: &Measure) -> bool {
    let gaps = pieces.windows(2).filter_map(|pair| Some(pair.get(1)?.0 - pair.first()?.1));
    let widest = gaps.clone().max().unwrap_or(0) as usize;
    if pieces.len() <= FEW_DASHES || widest <= measure.gap / 2 {
        return false;
    }
    let lengths = pieces.iter().map(|piece| piece.1 - piece.0);
    alike(lengths.map(|length| length as usize).collect()) >= LEAST_ALIKE
        && alike(gaps.map(|gap| gap as usize).collect()) >= LEAST_ALIKE
}

/// Part of these lengths that are about the median one.
fn alike(mut lengths: Vec<usize>) -> f32 {
    lengths.sort_unstable();
    let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
    let near = lengths.iter().filter(|&&length| length.abs_diff(median) <= 1 + median / 3).count();
    near as f32 / lengths.len().max(1) as f32
}

/// Runs that overlap in neighbouring rows as lines.
fn put_together(runs: Vec<Run>, gray: &Gray, measure: &Measure) -> Vec<Line> {
    let mut parent: Vec<u32> = (0..runs.len() as u32).collect();
    fn root(parent: &mut [u32], mut of: u32) -> u32 {
        while parent[of as usize] != of {
            parent[of as usize] = parent[parent[of as usize] as usize];
            of = parent[of as usize];
        }
        of
    }
    // Runs are in the order of rows, then columns.
    let mut before = 0usize;
    for (index, run) in runs.iter().enumerate() {
        while runs.get(before).is_some_and(|other| other.y + 1 < run.y) {
            before += 1;
        }
        for (other_index, other) in runs.iter().enumerate().take(index).skip(before) {
            if other.y == run.y {
                break;
            }
            if other.y + 1 == run.y && other.from < run.to && run.from < other.to {
                let (a, b) = (root(&mut parent, index as u32), root(&mut parent, other_index as u32));
                parent[a.max(b) as usize] = a.min(b);
            }
        }
    }
    let mut members: Vec<(u32, Run)> =
        runs.iter().enumerate().map(|(index, &run)| (root(&mut parent, index as u32), run)).collect();
    members.sort_by_key(|(group, run)| (*group, run.y, run.from));
    members
        .chunk_by(|a, b| a.0 == b.0)
        .map(|group| line(group.iter().map(|(_, run)| *run).collect(), gray, measure))
        .collect()
}

/// One line of its runs.
pub(super) fn line(runs: Vec<Run>, gray: &Gray, measure: &Measure) -> Line {
    let from = runs.iter().map(|run| run.from).min().unwrap_or(0);
    let to = runs.iter().map(|run| run.to).max().unwrap_or(0);
    let length = (to - from).max(1);
    let (mut sum, mut weight) = (0.0f64, 0.0f64);
    let mut columns = vec![Column::default(); length as usize];
    for run in &runs {
        // Darker rows are nearer the line's middle.
        let row = gray.row(run.y as usize).get(run.from as usize..run.to as usize).unwrap_or(&[]);
        let ink: u64 = row.iter().map(|&v| u64::from(255 - v)).sum();
        sum += f64::from(run.y) * ink as f64;
        weight += ink as f64;
        for (column, &shade) in columns[(run.from - from) as usize..].iter_mut().zip(row) {
            column.add(run.y, shade);
        }
    }
    let covered = columns.iter().filter(|column| column.rows > 0).count().max(1);
    let rows: u32 = columns.iter().map(|column| column.rows).sum();
    let height: u32 =
        columns.iter().filter(|column| column.rows > 0).map(|column| column.bottom - column.top + 1).sum();
    let mut darkest: Vec<u8> = columns.iter().filter(|column| column.rows > 0).map(|column| column.darkest).collect();
    darkest.sort_unstable();
    let shade = darkest.get(darkest.len() / 2).copied().unwrap_or(0);
    let (marks, paper) = marks(&columns, from as usize, shade, gray, measure);
    let (regular, dash) = dashes(&marks);
    let part = |of: fn(&Mark) -> bool| marks.iter().filter(|mark| of(mark)).count() as f32 / length as f32;
    let middle = runs.first().map_or(0.0, |run| f64::from(run.y));
    Line {
        at: (if weight > 0.0 { sum / weight } else { middle }) as f32 + 0.5,
        from: from as f32,
        to: to as f32,
        thickness: rows as f32 / covered as f32,
        spread: height as f32 / covered as f32,
        blank: part(|mark| mark.blank),
        crowded: part(|mark| mark.crowded),
        touched: part(|mark| mark.touched && !mark.blank) / part(|mark| !mark.blank).max(0.01),
        regular,
        dash,
        marks,
        shade,
        paper,
        runs,
    }
}

/// What a line is in one column.
#[derive(Debug, Clone, Copy)]
struct Column {
    rows: u32,
    top: u32,
    bottom: u32,
    darkest: u8,
}

impl Default for Column {
    fn default() -> Self {
        Column { rows: 0, top: u32::MAX, bottom: 0, darkest: 255 }
    }
}

impl Column {
    fn add(&mut self, y: u32, shade: u8) {
        self.rows += 1;
        (self.top, self.bottom) = (self.top.min(y), self.bottom.max(y));
        self.darkest = self.darkest.min(shade);
    }
}

fn marks(columns: &[Column], from: usize, shade: u8, gray: &Gray, measure: &Measure) -> (Vec<Mark>, u8) {
    let (near, far) = (2, measure.sides[2] + 1);
    let mut last = columns.iter().find(|column| column.rows > 0).copied().unwrap_or_default();
    let mut beside: Vec<[u8; 2]> = Vec::with_capacity(columns.len());
    let mut own: Vec<u8> = Vec::with_capacity(columns.len());
    let mut touching: Vec<u8> = Vec::with_capacity(columns.len());
    let mut printed: Vec<[bool; 2]> = Vec::with_capacity(columns.len());
    for (column, x) in columns.iter().zip(from..) {
        if column.rows > 0 {
            last = *column;
        }
        let (top, bottom) = (last.top as usize, last.bottom as usize);
        // The mean shade beside the line, and whether it differs from pixel to pixel as print does.
        let side = |rows: std::ops::Range<usize>| -> (u8, bool) {
            let count = rows.len().max(1) as u32;
            let shades = rows.map(|y| gray.at(x, y));
            let (dark, light) = shades.clone().fold((255u8, 0u8), |(dark, light), v| (dark.min(v), light.max(v)));
            let sum: u32 = shades.map(u32::from).sum();
            ((sum / count) as u8, light.saturating_sub(dark) >= PRINT)
        };
        let above = side(top.saturating_sub(far)..top.saturating_sub(near));
        let below = side(bottom + 1 + near..bottom + 1 + far);
        beside.push([above.0, below.0]);
        touching.push(gray.at(x, top.saturating_sub(2)).min(gray.at(x, bottom + 2)));
        printed.push([above.1, below.1]);
        own.push(if top > bottom { 255 } else { (top..=bottom).map(|y| gray.at(x, y)).min().unwrap_or(255) });
    }
    let paper_of = |side: usize| {
        let mut shades: Vec<u8> = beside.iter().map(|sides| sides[side]).collect();
        shades.sort_unstable();
        shades.get(shades.len() * 4 / 5).copied().unwrap_or(255)
    };
    let papers = [paper_of(0), paper_of(1)];
    let paper = papers[0].max(papers[1]);
    let contrast = (paper.saturating_sub(shade) / 3).max(LEAST_CONTRAST);
    // What is as dark as the line is drawn, however dark the print that stands close to it on both sides.
    let depth = paper.saturating_sub(shade);
    let as_dark = (depth >= CLEAR).then(|| shade.saturating_add(depth / 4));
    // A line may pass over cells of several backgrounds.
    let is_blank = |own: u8, sides: &[u8; 2]| {
        as_dark.is_none_or(|dark| own > dark) && own > sides[0].max(sides[1]).min(paper).saturating_sub(contrast)
    };
    // The other stroke of a double line stands beside all of it and is no print.
    let is_crowded = |sides: &[u8; 2], printed: [bool; 2]| {
        let mut each = sides.iter().zip(papers).zip(printed);
        each.any(|((&shade, paper), printed)| printed && shade < paper.saturating_sub(CROWDED))
    };
    let is_touched = |touching: u8, sides: &[u8; 2]| {
        let paper = sides[0].max(sides[1]);
        touching < paper.saturating_sub((paper.saturating_sub(shade) / 2).max(LEAST_CONTRAST))
    };
    let marks = own.iter().zip(&beside).zip(printed).zip(touching).zip(columns);
    let mark = |((((&own, sides), printed), touching), column): (_, &Column)| Mark {
        blank: is_blank(own, sides),
        crowded: is_crowded(sides, printed),
        touched: is_touched(touching, sides),
        shade: own,
        rows: column.rows.min(255) as u8,
    };
    (marks.map(mark).collect(), paper)
}

/// Dashes that a line must have for their lengths to mean anything.
const FEW_DASHES: usize = 4;

/// Part of the dashes, or of the gaps if that is less, that are about as long as the median one; and the two medians.
fn dashes(marks: &[Mark]) -> (f32, (f32, f32)) {
    let pieces: Vec<(bool, usize)> =
        marks.chunk_by(|a, b| a.blank == b.blank).map(|piece| (piece[0].blank, piece.len())).collect();
    // The ends of a line cut its first and last dash.
    let inner = pieces.get(1..pieces.len().saturating_sub(1)).unwrap_or(&[]);
    let part = |blank: bool| {
        let mut lengths: Vec<usize> = inner.iter().filter(|piece| piece.0 == blank).map(|piece| piece.1).collect();
        if lengths.len() < FEW_DASHES {
            return (0.0, 0.0);
        }
        lengths.sort_unstable();
        let median = lengths.get(lengths.len() / 2).copied().unwrap_or(0);
        (alike(lengths), median as f32)
    };
    let (dash, gap) = (part(false), part(true));
    (dash.0.min(gap.0), (dash.1, gap.1))
}
