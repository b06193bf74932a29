//! Which column a cell of the tree stands in, where the tree does not tell: writers leave blank cells out. Cells that are
//! counted show where columns lie; the others of a row are put, in their order, where they fit best.

use super::{Hanging, Piece};

/// For each piece its first column, and for each column where its texts stand.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    pub(super) first: Vec<usize>,
    pub(super) columns: Vec<(f32, f32)>,
}

/// Widest table that is laid out.
const MOST_COLUMNS: usize = 256;
/// Overlap, in points, of texts that stand in one column.
const OVERLAP: f32 = 1.0;
/// Texts of neighbouring columns that may overlap: a text that is wider than its cell.
const OVERFLOW: f32 = 6.0;

/// `known` is where the columns were on the page before, `hanging` what reaches down from there.
pub(super) fn placed(pieces: &[Piece], known: &[(f32, f32)], hanging: &[Hanging]) -> Option<Placed> {
    let width = pieces.iter().map(|piece| piece.tag.columns as usize).max()?;
    if !(2..=MOST_COLUMNS).contains(&width) {
        return None;
    }
    let counted = |piece: &Piece| piece.tag.column.map(|column| column as usize);
    let mut columns: Vec<Option<(f32, f32)>> = vec![None; width];
    for piece in pieces.iter().filter(|piece| piece.tag.column_span == 1) {
        if let Some(slot) = counted(piece).and_then(|column| columns.get_mut(column)) {
            *slot = Some(united(*slot, piece));
        }
    }
    if pieces.iter().all(|piece| counted(piece).is_some()) {
        let first: Vec<usize> = pieces.iter().filter_map(counted).collect();
        let columns = complete(&columns, known, pieces)?;
        return is_in_order(pieces, &first).then_some(Placed { first, columns });
    }
    let is_sound = is_growing(&columns) && columns.iter().filter(|column| column.is_some()).count() * 2 > width;
    let places = if is_sound {
        complete(&columns, known, pieces)?
    } else if known.len() == width {
        known.to_vec()
    } else {
        clusters(pieces, width)?
    };
    let first = best(pieces, &places, hanging)?;
    let mut columns: Vec<Option<(f32, f32)>> = vec![None; places.len()];
    for (piece, column) in pieces.iter().zip(&first).filter(|(piece, _)| piece.tag.column_span == 1) {
        if let Some(slot) = columns.get_mut(*column) {
            *slot = Some(united(*slot, piece));
        }
    }
    let known = if known.len() == places.len() { known } else { &places };
    let columns = complete(&columns, known, pieces)?;
    is_in_order(pieces, &first).then_some(Placed { first, columns })
}

fn united(slot: Option<(f32, f32)>, piece: &Piece) -> (f32, f32) {
    let b = &piece.bbox;
    slot.map_or((b.x0, b.x1), |(from, to)| (from.min(b.x0), to.max(b.x1)))
}

/// Do the columns that have a place follow each other?
fn is_growing(columns: &[Option<(f32, f32)>]) -> bool {
    let places: Vec<(f32, f32)> = columns.iter().flatten().copied().collect();
    places.windows(2).all(|pair| matches!(pair, [a, b] if a.1 <= b.0 + OVERFLOW && a.0 < b.0))
}

/// Do the texts of each row follow each other as their columns do?
fn is_in_order(pieces: &[Piece], first: &[usize]) -> bool {
    let rows = pieces.iter().zip(first).collect::<Vec<_>>();
    rows.chunk_by(|a, b| a.0.tag.row == b.0.tag.row).all(|row| {
        row.windows(2).all(|pair| match pair {
            [(a, at), (b, next)] => at < next && a.bbox.center().0 < b.bbox.center().0,
            _ => true,
        })
    })
}

/// Every column with a place: from the page before, else a share of the room between its neighbours.
fn complete(columns: &[Option<(f32, f32)>], known: &[(f32, f32)], pieces: &[Piece]) -> Option<Vec<(f32, f32)>> {
    let mut columns = columns.to_vec();
    if known.len() == columns.len() {
        for (slot, known) in columns.iter_mut().zip(known) {
            slot.get_or_insert(*known);
        }
    }
    let left = pieces.iter().map(|piece| piece.bbox.x0).reduce(f32::min)?;
    let right = pieces.iter().map(|piece| piece.bbox.x1).reduce(f32::max)?;
    let mut out: Vec<(f32, f32)> = Vec::with_capacity(columns.len());
    for (at, column) in columns.iter().enumerate() {
        let place = column.unwrap_or_else(|| {
            let from = out.last().map_or(left, |last| last.1);
            let next = columns.iter().enumerate().skip(at).find_map(|(at, column)| column.map(|c| (at, c.0)));
            let (count, to) = next.map_or((columns.len() - at, right), |(next, to)| (next - at, to));
            let step = (to - from).max(0.0) / count.max(1) as f32;
            (from + 0.1 * step, from + 0.9 * step)
        });
        out.push(place);
    }
    Some(out)
}

/// Columns as texts that overlap make them.
fn clusters(pieces: &[Piece], width: usize) -> Option<Vec<(f32, f32)>> {
    let mut single: Vec<&Piece> = pieces.iter().filter(|piece| piece.tag.column_span == 1).collect();
    single.sort_by(|a, b| a.bbox.x0.total_cmp(&b.bbox.x0));
    let mut found: Vec<((f32, f32), Vec<u32>)> = Vec::new();
    for piece in single {
        let (b, row) = (&piece.bbox, piece.tag.row);
        match found.last_mut() {
            Some((place, rows)) if b.x0 < place.1 - OVERLAP => {
                place.1 = place.1.max(b.x1);
                rows.push(row);
            }
            _ => found.push(((b.x0, b.x1), vec![row])),
        }
    }
    // Texts at the left and at the right end of one column do not meet, but never stand in one row.
    while found.len() > width {
        let apart = |pair: &[((f32, f32), Vec<u32>)]| match pair {
            [a, b] if !b.1.iter().any(|row| a.1.contains(row)) => Some(b.0.0 - a.0.1),
            _ => None,
        };
        let gaps = found.windows(2).enumerate().filter_map(|(at, pair)| Some((at, apart(pair)?)));
        let Some((at, _)) = gaps.min_by(|a, b| a.1.total_cmp(&b.1)) else { break };
        let (place, rows) = found.remove(at + 1);
        if let Some(left) = found.get_mut(at) {
            left.0.1 = left.0.1.max(place.1);
            left.1.extend(rows);
        }
    }
    let usual = width..=width + 2;
    usual.contains(&found.len()).then(|| found.into_iter().map(|(place, _)| place).collect())
}

/// Each row's cells put, in their order, where they fit best.
fn best(pieces: &[Piece], places: &[(f32, f32)], hanging: &[Hanging]) -> Option<Vec<usize>> {
    let width = places.len();
    let mut out = Vec::with_capacity(pieces.len());
    // For each column, the row after the last that a cell above reaches.
    let mut until = vec![0u32; width];
    for row in pieces.chunk_by(|a, b| a.tag.row == b.tag.row) {
        let number = row.first()?.tag.row;
        let mut free: Vec<bool> = until.iter().map(|end| *end <= number).collect();
        let over = |cell: &&Hanging| cell.tag.row < number && number < cell.tag.row.saturating_add(cell.tag.row_span);
        for cell in hanging.iter().filter(over) {
            free.iter_mut().skip(cell.column).take(cell.tag.column_span as usize).for_each(|free| *free = false);
        }
        let first = best_of_row(row, places, &free)?;
        for (piece, column) in row.iter().zip(&first) {
            let end = number.saturating_add(piece.tag.row_span);
            until.iter_mut().skip(*column).take(piece.tag.column_span as usize).for_each(|slot| *slot = end);
        }
        out.extend(first);
    }
    Some(out)
}

/// The cheapest way to put these cells into columns, in order and without overlap.
fn best_of_row(row: &[Piece], places: &[(f32, f32)], free: &[bool]) -> Option<Vec<usize>> {
    let width = places.len();
    if row.len() > width {
        return None;
    }
    // cost[i][c]: the first i cells end before column c; the choice is the first column of cell i - 1.
    let mut cost = vec![vec![f32::INFINITY; width + 1]; row.len() + 1];
    let mut choice = vec![vec![usize::MAX; width + 1]; row.len() + 1];
    cost.first_mut()?.fill(0.0);
    for (i, piece) in row.iter().enumerate() {
        let span = piece.tag.column_span as usize;
        let counted = piece.tag.column.map(|column| column as usize);
        for end in 1..=width {
            let mut least = (cost[i + 1][end - 1], choice[i + 1][end - 1]);
            if let Some(from) = end.checked_sub(span)
                && counted.is_none_or(|column| column == from)
                && free.get(from..end).is_some_and(|over| over.iter().all(|free| *free))
            {
                let total = cost[i][from] + misfit(piece, places, from, end);
                if total < least.0 {
                    least = (total, from);
                }
            }
            (cost[i + 1][end], choice[i + 1][end]) = least;
        }
    }
    let mut end = width;
    let mut first = vec![0; row.len()];
    for i in (0..row.len()).rev() {
        let from = *choice.get(i + 1)?.get(end)?;
        *first.get_mut(i)? = Some(from).filter(|from| *from != usize::MAX)?;
        end = from;
    }
    Some(first)
}

/// How far a text stands outside of these columns, and a little for standing off their middle.
fn misfit(piece: &Piece, places: &[(f32, f32)], from: usize, end: usize) -> f32 {
    let place = |at: usize| places.get(at).copied();
    let (Some(first), Some(last)) = (place(from), place(end - 1)) else { return f32::INFINITY };
    let left = from.checked_sub(1).and_then(place).map_or(f32::NEG_INFINITY, |before| (before.1 + first.0) / 2.0);
    let right = place(end).map_or(f32::INFINITY, |after| (last.1 + after.0) / 2.0);
    let b = &piece.bbox;
    let outside = (left - b.x0).max(0.0) + (b.x1 - right).max(0.0);
    outside + 0.02 * (b.center().0 - (first.0 + last.1) / 2.0).abs()
}
