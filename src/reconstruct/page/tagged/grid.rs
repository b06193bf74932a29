//! The tree's cells made a table of the page: rows as the tree counts them, blank places filled, boxes halfway between
//! the texts or at the lines drawn there.

use super::super::cell_text;
use super::super::table::{Evidence, Table, TableCell, Tagged};
use super::super::words::Word;
use super::columns::{self, Placed};
use super::{Before, Hanging, Part, Piece};
use crate::model::{Axis, Page, Rect, TaggedCell};

/// A part laid out, and what the next page has to know.
#[derive(Debug)]
pub(super) struct Laid {
    pub(super) table: Table,
    pub(super) before: Before,
}

/// Rows without any text between two with text; more is no table.
const MOST_BLANK_ROWS: u32 = 64;
/// Rows and columns of one page.
const MOST_PLACES: usize = 250_000;
/// Characters of a header that are remembered.
const MOST_HEAD: usize = 4_000;
/// Space between text and wall, in points, where a text is taken to fill its line.
const PADDING: f32 = 1.0;
/// Share of the table's width that a line must have to end a row.
const RULE_SHARE: f32 = 0.3;
/// Overlap of two rows' texts, in points.
const OVERLAP: f32 = 3.0;

/// The rows of a page: the tree's numbers, and which of them are of its body.
struct Rows {
    /// Growing; a header that is printed again comes first.
    numbers: Vec<u32>,
    /// Where the body begins in `numbers`.
    body: usize,
}

impl Rows {
    /// `from` is the last row of the page before, if the table goes on.
    fn of(pieces: &[Piece], from: Option<u32>) -> Option<Rows> {
        let mut numbers: Vec<u32> = Vec::new();
        let push = |numbers: &mut Vec<u32>, next: u32, first: u32| -> Option<()> {
            let start = numbers.last().map_or(first, |last| last + 1);
            if next >= start {
                (next - start <= MOST_BLANK_ROWS).then_some(())?;
                numbers.extend(start..=next);
            }
            Some(())
        };
        let Some(from) = from else {
            let least = pieces.first()?.tag.row;
            let first = if least <= 3 { 0 } else { least };
            for piece in pieces {
                push(&mut numbers, piece.tag.row, first)?;
            }
            return Some(Rows { numbers, body: 0 });
        };
        for piece in pieces.iter().filter(|piece| is_repeated(piece, from)) {
            push(&mut numbers, piece.tag.row, 0)?;
        }
        let body = numbers.len();
        // The row before the page's end was cut if something of it stands here.
        let cut = pieces.iter().any(|piece| {
            let end = piece.tag.row.saturating_add(piece.tag.row_span);
            piece.tag.row == from || piece.tag.row < from && end == from + 1
        });
        let mut rest: Vec<u32> = Vec::new();
        for piece in pieces.iter().filter(|piece| piece.tag.row >= from) {
            push(&mut rest, piece.tag.row, from + u32::from(!cut))?;
        }
        numbers.extend(rest);
        (numbers.len() > body).then_some(Rows { numbers, body })
    }

    /// The rows of the page that a cell covers.
    fn covered(&self, tag: &TaggedCell) -> Option<std::ops::Range<usize>> {
        let (first, end) = (tag.row, tag.row.saturating_add(tag.row_span));
        let head = self.numbers.get(..self.body)?;
        let part = |numbers: &[u32]| {
            numbers.partition_point(|number| *number < first)..numbers.partition_point(|number| *number < end)
        };
        let in_body = part(self.numbers.get(self.body..)?);
        let range = if in_body.is_empty() || head.contains(&first) {
            part(head)
        } else {
            in_body.start + self.body..in_body.end + self.body
        };
        (!range.is_empty()).then_some(range)
    }
}

/// Is it of a header that is printed again on a later page?
fn is_repeated(piece: &Piece, from: u32) -> bool {
    piece.tag.row < from && piece.tag.row.saturating_add(piece.tag.row_span) <= from
}

/// A part as rows and columns; None where it does not stand so.
pub(super) fn laid(page: &Page, words: &[Word], part: &Part, before: Option<&Before>) -> Option<Laid> {
    let pieces = &part.pieces;
    let hanging = before.map_or(&[][..], |before| before.hanging.as_slice());
    let known = before.map_or(&[][..], |before| before.columns.as_slice());
    let Placed { first, columns } = columns::placed(pieces, known, hanging)?;
    let rows = Rows::of(pieces, before.map(|before| before.next_row.saturating_sub(1)))?;
    let width = columns.len();
    if pieces.len() < 2 || rows.numbers.len().saturating_mul(width) > MOST_PLACES {
        return None;
    }
    if before.is_none() && rows.numbers.len() < 2 {
        return None;
    }
    let ranges: Vec<_> = pieces.iter().map(|piece| rows.covered(&piece.tag)).collect::<Option<_>>()?;
    let ys = row_edges(page, part, &ranges, rows.numbers.len())?;
    let xs = column_edges(&columns, &part.bbox);

    let mut covered = vec![false; rows.numbers.len() * width];
    let mut cells: Vec<(TableCell, Option<TaggedCell>)> = Vec::new();
    let mut put =
        |range: &std::ops::Range<usize>, column: usize, tag: Option<&TaggedCell>, text: String| -> Option<()> {
            let span = tag.map_or(1, |tag| tag.column_span as usize).min(width.checked_sub(column)?).max(1);
            for row in range.clone() {
                let places = covered.get_mut(row * width + column..row * width + column + span)?;
                if places.contains(&true) {
                    return None;
                }
                places.fill(true);
            }
            let bbox = Rect::new(*xs.get(column)?, *ys.get(range.start)?, *xs.get(column + span)?, *ys.get(range.end)?);
            let cell = TableCell { row: range.start, column, row_span: range.len(), column_span: span, bbox, text };
            cells.push((cell, tag.copied()));
            Some(())
        };
    for ((piece, column), range) in pieces.iter().zip(&first).zip(&ranges) {
        let last = (column + piece.tag.column_span as usize).min(width).checked_sub(1)?;
        let walls = (columns.get(*column)?.0 - PADDING, columns.get(last)?.1 + PADDING);
        let text = cell_text::compose_in(page, words, &mut piece.words.clone(), Some(walls));
        put(range, *column, Some(&piece.tag), text)?;
    }
    // What reaches down from the page before and shows no text here.
    for cell in hanging {
        if let Some(range) = rows.covered(&cell.tag).filter(|range| range.start >= rows.body) {
            let _ = put(&range, cell.column, Some(&cell.tag), String::new());
        }
    }
    for row in 0..rows.numbers.len() {
        for column in 0..width {
            if covered.get(row * width + column) == Some(&false) {
                let (top, bottom) = (*ys.get(row)?, *ys.get(row + 1)?);
                let bbox = Rect::new(*xs.get(column)?, top, *xs.get(column + 1)?, bottom);
                let cell = TableCell { row, column, row_span: 1, column_span: 1, bbox, text: String::new() };
                cells.push((cell, None));
            }
        }
    }
    cells.sort_by_key(|(cell, _)| (cell.row, cell.column));

    let next_row = rows.numbers.last()? + 1;
    // No more can reach down beside each other than there are columns.
    let reaches = |cell: &Hanging| cell.tag.row.saturating_add(cell.tag.row_span) > next_row;
    let own = pieces.iter().zip(&first).map(|(piece, column)| Hanging { tag: piece.tag, column: *column });
    let mut open: Vec<Hanging> = own.filter(reaches).take(width).collect();
    for cell in hanging.iter().filter(|cell| reaches(cell)) {
        let is_same = |own: &Hanging| (own.tag.row, own.tag.ordinal) == (cell.tag.row, cell.tag.ordinal);
        if !open.iter().any(is_same) && open.len() < width {
            open.push(*cell);
        }
    }
    let head = match before {
        Some(before) => before.head.clone(),
        None => head_text(page, words, pieces),
    };
    let mut used: Vec<u32> = pieces.iter().flat_map(|piece| piece.words.iter().copied()).collect();
    used.sort_unstable();
    let (cells, tags): (Vec<TableCell>, Vec<Option<TaggedCell>>) = cells.into_iter().unzip();
    let tagged = Tagged { table: part.table, rows: rows.numbers.iter().map(|row| Some(*row)).collect(), cells: tags };
    let bbox = Rect::new(*xs.first()?, *ys.first()?, *xs.last()?, *ys.last()?);
    let table = Table {
        cells,
        xs,
        ys,
        bbox,
        evidence: Evidence::Tagged,
        top_walls: Vec::new(),
        bottom_walls: Vec::new(),
        weak: false,
        words: used,
        tagged: Some(tagged),
    };
    Some(Laid { table, before: Before { table: part.table, next_row, columns, hanging: open, head } })
}

/// The texts of the header's cells, or of the first row's where none is marked.
fn head_text(page: &Page, words: &[Word], pieces: &[Piece]) -> String {
    let first = pieces.first().map_or(0, |piece| piece.tag.row);
    let marked = pieces.iter().any(|piece| piece.tag.header);
    let mut head = String::new();
    for piece in pieces.iter().filter(|piece| if marked { piece.tag.header } else { piece.tag.row == first }) {
        for word in piece.words.iter().filter_map(|&word| words.get(word as usize)) {
            head.push_str(word.text(page));
        }
        head.push('\n');
        if head.len() > MOST_HEAD {
            break;
        }
    }
    head
}

/// Edges between columns: halfway between their texts.
fn column_edges(columns: &[(f32, f32)], bbox: &Rect) -> Vec<f32> {
    let mut xs = vec![bbox.x0];
    for pair in columns.windows(2) {
        if let [a, b] = pair {
            let last = xs.last().copied().unwrap_or(bbox.x0);
            xs.push(((a.1 + b.0) / 2.0).max(last));
        }
    }
    xs.push(bbox.x1.max(xs.last().copied().unwrap_or(bbox.x0)));
    xs
}

/// Edges between rows: at a line drawn there, else halfway between their texts. None where rows stand in each other.
fn row_edges(page: &Page, part: &Part, ranges: &[std::ops::Range<usize>], count: usize) -> Option<Vec<f32>> {
    let mut extents: Vec<Option<(f32, f32)>> = vec![None; count];
    for (piece, range) in part.pieces.iter().zip(ranges).filter(|(_, range)| range.len() == 1) {
        let slot = extents.get_mut(range.start)?;
        let b = &piece.bbox;
        *slot = Some(slot.map_or((b.y0, b.y1), |(top, bottom)| (top.min(b.y0), bottom.max(b.y1))));
    }
    let shown: Vec<(f32, f32)> = extents.iter().flatten().copied().collect();
    if !shown.windows(2).all(|pair| matches!(pair, [a, b] if a.1 <= b.0 + OVERLAP)) {
        return None;
    }
    let b = &part.bbox;
    let wide = |from: f32, to: f32| to.min(b.x1) - from.max(b.x0) >= RULE_SHARE * b.width();
    let mut rules: Vec<f32> = page
        .rulings
        .iter()
        .filter(|ruling| ruling.axis == Axis::Horizontal && wide(ruling.from, ruling.to))
        .map(|ruling| ruling.at)
        .collect();
    rules.sort_unstable_by(f32::total_cmp);
    let edge = |above: f32, below: f32| {
        let first = rules.partition_point(|at| *at < above - 1.0);
        let drawn = rules.get(first).copied().filter(|at| *at <= below + 1.0);
        drawn.unwrap_or((above + below) / 2.0)
    };
    let mut ys = vec![b.y0];
    let mut row = 0;
    while row < count {
        // The rest of the rows up to the next with text of its own share the room.
        let bottom = extents.get(row).copied().flatten().map_or(*ys.last()?, |(_, bottom)| bottom);
        let next = extents.iter().enumerate().skip(row + 1).find_map(|(at, extent)| extent.map(|e| (at, e.0)));
        let (end, to) = match next {
            Some((at, top)) => (at, top),
            None => (count, b.y1),
        };
        let blank = end - row - 1;
        if blank == 0 {
            ys.push(if end == count { b.y1 } else { edge(bottom, to) });
        } else {
            let step = (to - bottom).max(0.0) / (blank + 1) as f32;
            ys.extend((0..blank).map(|n| bottom + step * (n as f32 + 0.5)));
            ys.push(if end == count { b.y1 } else { to });
        }
        row = end;
    }
    for at in 1..ys.len() {
        let above = ys.get(at - 1).copied()?;
        let edge = ys.get_mut(at)?;
        *edge = edge.max(above);
    }
    (ys.len() == count + 1).then_some(ys)
}
