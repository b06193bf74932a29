//! Lines that were broken put together: by a small gap alone, by a larger one where a trace of the line is left in it.

use super::Measure;
use super::scan::{self, Line};
use crate::ocr::picture::Gray;

/// Lines of one picture that are looked at, the longest.
const MOST_LINES: usize = 6_000;
/// How far the middles of two pieces may lie apart, in inches.
const BESIDE: f32 = 0.017;
/// Gap that is closed without looking, in inches.
const SMALL_GAP: f32 = 0.09;
/// Widest gap that a trace may bridge, in inches.
const WIDE_GAP: f32 = 1.2;
/// Mean difference to both sides that is a trace, in shades.
const TRACE: f32 = 3.5;
/// Part of a gap's blocks that must show a trace.
const TRACED: f32 = 0.75;
/// Pixels of a block over which the difference is averaged.
const BLOCK: usize = 16;

pub(super) fn joined(mut lines: Vec<Line>, gray: &Gray, measure: &Measure) -> Vec<Line> {
    if lines.len() > MOST_LINES {
        lines.sort_by(|a, b| b.length().total_cmp(&a.length()));
        lines.truncate(MOST_LINES);
    }
    lines.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    let mut done: Vec<Line> = Vec::with_capacity(lines.len());
    let mut rest = lines.as_mut_slice();
    while !rest.is_empty() {
        // Lines whose middles follow each other closely are one bundle, to be joined along its length.
        let mut last = rest[0].at;
        let count = rest
            .iter()
            .take_while(|line| {
                let near = line.at - last <= BESIDE * measure.inch;
                last = line.at;
                near
            })
            .count();
        let (bundle, after) = rest.split_at_mut(count);
        bundle.sort_by(|a, b| a.from.total_cmp(&b.from));
        join_bundle(bundle, gray, measure, &mut done);
        rest = after;
    }
    done
}

fn join_bundle(bundle: &[Line], gray: &Gray, measure: &Measure, done: &mut Vec<Line>) {
    let first_new = done.len();
    for line in bundle {
        let best = done.iter_mut().skip(first_new).filter(|open| {
            (open.at - line.at).abs() <= 2.0 * BESIDE * measure.inch && line.from - open.to <= WIDE_GAP * measure.inch
        });
        let best = best.max_by(|a, b| a.to.total_cmp(&b.to));
        match best {
            Some(open) if goes_on(open, line, gray, measure) => {
                let mut runs = std::mem::take(&mut open.runs);
                runs.extend_from_slice(&line.runs);
                *open = scan::line(runs, gray, measure);
            }
            _ => done.push(line.clone()),
        }
    }
}

fn goes_on(open: &Line, line: &Line, gray: &Gray, measure: &Measure) -> bool {
    let gap = line.from - open.to;
    if gap <= 0.0 {
        // Beside each other: the two strokes of a double line, or one that drifts from row to row.
        return (open.at - line.at).abs() <= BESIDE * measure.inch;
    }
    let dotted = |line: &Line| line.length() < 0.2 * measure.inch;
    let small = if dotted(open) && dotted(line) { 0.5 * SMALL_GAP } else { SMALL_GAP };
    gap <= small * measure.inch || is_traced(open, line, gray, measure)
}

/// Does the picture between two pieces show anything of a line?
fn is_traced(open: &Line, line: &Line, gray: &Gray, measure: &Measure) -> bool {
    let at = (open.at + line.at) / 2.0 - 0.5;
    let (from, to) = (open.to.max(0.0) as usize, line.from.max(0.0) as usize);
    let side = measure.sides[1];
    let top = (at.round().max(0.0) as usize).saturating_sub(1);
    let mean = |y: usize, from: usize, to: usize| -> f32 {
        let row = gray.row(y).get(from..to).unwrap_or(&[]);
        row.iter().map(|&v| f32::from(v)).sum::<f32>() / row.len().max(1) as f32
    };
    let (mut blocks, mut traced) = (0u32, 0u32);
    for begin in (from..to).step_by(BLOCK) {
        let end = (begin + BLOCK).min(to);
        if end - begin < BLOCK / 2 {
            continue;
        }
        blocks += 1;
        let trace = (top..top + 3).any(|y| {
            let sides = mean(y.saturating_sub(side), begin, end).min(mean(y + side, begin, end));
            y >= side && y + side < gray.height && sides - mean(y, begin, end) >= TRACE
        });
        traced += u32::from(trace);
    }
    blocks > 0 && traced as f32 >= TRACED * blocks as f32
}
