//! Heads between two lines: where a table goes on over pages, each page may show its head again, and only that is
//! between lines. It is no page header.

use super::{MOST_STACKS, SAME_END};
use crate::model::Rect;
use crate::reconstruct::page::rulings::Segment;
use crate::reconstruct::page::words::Word;

/// Height, in points, of a head between two lines.
const HEAD_HEIGHTS: std::ops::Range<f32> = 8.0..90.0;
/// Narrowest table with such a head.
const NARROWEST_HEAD: f32 = 120.0;
/// Lines looked at below one.
const NEXT_RULES: usize = 8;

/// Boxes between two lines (sorted by position) of one width: a table's head may stand there, with no line below it
/// but the table's last one.
pub(in super::super) fn heads(rules: &[Segment]) -> Vec<Rect> {
    let mut out = Vec::new();
    for (number, rule) in rules.iter().enumerate().filter(|(_, rule)| rule.length() >= NARROWEST_HEAD) {
        let ends = |other: &&Segment| {
            (other.from - rule.from).abs() <= SAME_END
                && (other.to - rule.to).abs() <= SAME_END
                && HEAD_HEIGHTS.contains(&(other.at - rule.at))
        };
        let below = rules.iter().skip(number + 1).take(NEXT_RULES).find(ends);
        out.extend(below.map(|below| Rect::new(rule.from, rule.at, rule.to, below.at)));
    }
    out.truncate(MOST_STACKS);
    out
}

/// Do these words stand in several columns of one line?
pub(in super::super) fn in_columns(words: &[&Word]) -> bool {
    let mut sorted: Vec<&&Word> = words.iter().filter(|word| !word.vertical).collect();
    sorted.sort_by(|a, b| a.bbox.x0.total_cmp(&b.bbox.x0));
    let mut end = f32::MAX;
    let mut gaps = 0;
    for word in sorted {
        gaps += usize::from(word.bbox.x0 - end > CLEAR_GAP * word.size);
        end = if end == f32::MAX { word.bbox.x1 } else { end.max(word.bbox.x1) };
    }
    gaps >= LEAST_HEAD_GAPS
}

/// Gap, in ems, between two headings, and how many a head has at least: a page's header may have one.
const CLEAR_GAP: f32 = 1.0;
const LEAST_HEAD_GAPS: usize = 2;
