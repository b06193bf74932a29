//! A line cut at its clear gaps. What counts as one depends on what stands on both sides, on the line's other gaps, and on the
//! lines beside it.

use super::line::{Line, Piece};
use super::looks::Kind;
use crate::model::Rect;
use std::ops::Range;

/// Pieces of one line that no clear gap divides.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Chunk {
    /// Indices in [`Line::pieces`].
    pub(in super::super) pieces: Range<usize>,
    /// Where it begins.
    pub(in super::super) x0: f32,
    /// Where it ends.
    pub(in super::super) x1: f32,
    /// All its pieces are numbers, placeholders or their signs.
    pub(in super::super) numeric: bool,
    /// How sure the gap before it is: 0 for the first one of a line, to 1.
    pub(in super::super) gap: f32,
}

impl Chunk {
    pub(in super::super) fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    pub(in super::super) fn center(&self) -> f32 {
        (self.x0 + self.x1) / 2.0
    }
}

/// Gap, in ems, from which two texts are apart in any line.
const CLEAR_GAP: f32 = 1.5;
/// Gap, in ems, from which they are apart where the line's other gaps are clearly smaller.
const LIKELY_GAP: f32 = 0.7;
/// How many times larger than the line's usual gap a likely one is.
const LIKELY_RATIO: f32 = 1.8;
/// Gap between two numbers from which they are two.
const NUMBER_GAP: f32 = 0.45;
/// Gap between two texts that cannot be one number.
const APART_GAP: f32 = 0.2;
/// Gap between ideographs up to which a text is merely spread out.
const SPREAD_GAP: f32 = 1.2;
/// Gap between a sign of currency and its number.
const FAR_SIGN: f32 = 9.0;
/// How surely two texts are apart that a program boxed as two, with hardly a gap.
const BOXED_APART: f32 = 0.6;
/// How much the gaps of a justified line differ, in ems, how wide they may be, and how many it has at least.
const JUSTIFIED: f32 = 0.08;
const WIDEST_SPACE: f32 = 2.5;
const LEAST_SPACES: usize = 3;

/// Gaps between neighbours, in ems.
fn gaps(pieces: &[Piece], size: f32) -> Vec<f32> {
    pieces.windows(2).map(|w| if let [a, b] = w { (b.bbox.x0 - a.bbox.x1) / size } else { 0.0 }).collect()
}

/// Are these the spaces of a justified line: all alike? The columns of a table seldom leave such gaps.
pub(super) fn is_justified(pieces: &[Piece], size: f32) -> bool {
    let gaps = gaps(pieces, size);
    let (least, most) = gaps.iter().fold((f32::MAX, f32::MIN), |(least, most), gap| (least.min(*gap), most.max(*gap)));
    let words = pieces.iter().filter(|piece| piece.kind == Kind::Text && !piece.ideographic).count();
    gaps.len() >= LEAST_SPACES && most - least <= JUSTIFIED && most <= WIDEST_SPACE && 3 * words >= 2 * pieces.len()
}

/// Cuts a line at its clear gaps.
pub(super) fn chunks(pieces: &[Piece], size: f32, justified: bool) -> Vec<Chunk> {
    let each = gaps(pieces, size);
    let mut sorted = each.clone();
    sorted.sort_by(f32::total_cmp);
    // What counts is a gap that stands out among them. In a row of a table most gaps may be wide, so the lowest sixth stands
    // for the space between words, and never more than 0.42 em.
    let usual = if sorted.len() >= 3 { sorted.get(sorted.len() / 6).copied().unwrap_or(0.25) } else { 0.25 };
    let usual = usual.clamp(0.2, 0.42);
    let mut out: Vec<Chunk> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let gap = index.checked_sub(1).and_then(|before| each.get(before)).copied().unwrap_or(f32::MAX);
        let before = index.checked_sub(1).and_then(|before| pieces.get(before));
        let sure = if justified { 0.0 } else { before.map_or(0.0, |before| gap_weight(before, piece, gap, usual)) };
        let numeric = piece.kind != Kind::Text && piece.kind != Kind::Marker;
        match out.last_mut() {
            Some(open) if sure <= 0.0 => {
                open.pieces.end = index + 1;
                open.x1 = open.x1.max(piece.bbox.x1);
                open.numeric &= numeric;
            }
            _ => out.push(Chunk { pieces: index..index + 1, x0: piece.bbox.x0, x1: piece.bbox.x1, numeric, gap: sure }),
        }
    }
    out
}

/// Texts of a row beside which headings with gaps all alike stand, and how much clear space parts the lines at most, in their size.
const LEAST_BESIDE: usize = 4;
const BESIDE: f32 = 1.5;

/// Where each column is as wide as its heading, the gaps between the headings are all alike, as a justified line's are. The row
/// beside them has its gaps at the same places.
pub(super) fn part_headings(lines: &mut [Line]) {
    for at in 0..lines.len() {
        let Some(line) = lines.get(at) else { continue };
        if line.chunks.len() > 1 || !is_justified(&line.pieces, line.size) {
            continue;
        }
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|other| lines.get(other));
        if beside.into_iter().any(|other| has_gaps_of(line, other)) {
            let parted = chunks(&line.pieces, line.size, false);
            if let Some(line) = lines.get_mut(at) {
                line.chunks = parted;
            }
        }
    }
}

/// Does this other line, a row, have a gap at each of a line's gaps?
fn has_gaps_of(line: &Line, other: &Line) -> bool {
    let clear = (other.bbox.y0 - line.bbox.y1).max(line.bbox.y0 - other.bbox.y1);
    if other.chunks.len() < LEAST_BESIDE || clear > BESIDE * line.size {
        return false;
    }
    let between =
        |a: &Rect, b: &Rect| other.chunks.windows(2).any(|w| matches!(w, [l, r] if l.x1 < b.x0 && r.x0 > a.x1));
    line.pieces.windows(2).all(|w| matches!(w, [a, b] if between(&a.bbox, &b.bbox)))
}

/// How surely two neighbours of a line are apart, 0 (not) to 1.
fn gap_weight(left: &Piece, right: &Piece, gap: f32, usual: f32) -> f32 {
    let value = |piece: &Piece| matches!(piece.kind, Kind::Number | Kind::Dash);
    // A sign of currency may stand at its column's left edge, far from the number; it begins a value, and ends none.
    if left.kind == Kind::Before && left.currency && value(right) && gap < FAR_SIGN {
        return 0.0;
    }
    if right.after_leader || gap >= CLEAR_GAP {
        return 1.0;
    }
    if right.boxed_apart {
        return if gap > LIKELY_GAP { 0.9 } else { BOXED_APART };
    }
    if right.kind == Kind::Before
        && right.currency
        && (value(left) || left.kind == Kind::After)
        && gap > APART_GAP / 2.0
    {
        return 0.7;
    }
    if left.ideographic && right.ideographic {
        return if gap > SPREAD_GAP {
            0.7
        } else if gap > LIKELY_GAP {
            0.4
        } else {
            0.0
        };
    }
    if value(left) && value(right) && gap > NUMBER_GAP.max(usual * 1.3) {
        return if gap > LIKELY_GAP { 0.9 } else { 0.6 };
    }
    // Two numbers that cannot be one; a date's day ends in a comma.
    let numbers = left.kind == Kind::Number && right.kind == Kind::Number;
    if numbers && !right.continues && !left.ends_in_comma && gap > APART_GAP {
        return 0.5;
    }
    if gap > LIKELY_GAP && gap > LIKELY_RATIO * usual {
        return if gap > 1.0 { 0.8 } else { 0.5 };
    }
    0.0
}
