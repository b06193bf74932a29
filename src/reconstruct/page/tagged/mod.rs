//! Tables as the file's structure tree has them: which words are one cell, its row, its spans, and which table it is of,
//! over all pages (ISO 32000-1, 14.8.4.3.4). Columns are counted where the tree has all cells, else found by where the
//! texts stand (`columns`).
//!
//! Where walls are drawn as well, it is decided here, and only here, who is believed: walls that part the tree's cells are
//! kept, since they also tell blank cells and boxes, and get the tree's numbers; walls that leave several of the tree's
//! cells in one, or hold only a part of them, give way to the tree (`grid`); walls that cut the tree's cells are believed
//! against it. A tree whose cells do not stand as rows and columns tells nothing.

mod columns;
mod grid;
#[cfg(test)]
mod tests;

use super::cell_text;
use super::table::{Table, Tagged};
use super::words::Word;
use crate::model::{Direction, Page, Rect, Role, TaggedCell};
use grid::Laid;

/// One cell of the tree, as far as it stands on the page.
#[derive(Debug, Clone)]
struct Piece {
    tag: TaggedCell,
    /// Indices in the page's words.
    words: Vec<u32>,
    bbox: Rect,
}

/// One table of the tree, as far as it stands on the page.
#[derive(Debug, Clone)]
struct Part {
    table: u32,
    /// By row, then by ordinal.
    pieces: Vec<Piece>,
    bbox: Rect,
}

/// A cell that reaches below the end of its page.
#[derive(Debug, Clone, Copy)]
struct Hanging {
    tag: TaggedCell,
    column: usize,
}

/// What a page told of the table at its end.
#[derive(Debug)]
struct Before {
    table: u32,
    /// The tree's row after the last one seen.
    next_row: u32,
    /// Where the texts of each column stood: left and right ends.
    columns: Vec<(f32, f32)>,
    hanging: Vec<Hanging>,
    /// Texts of its header, without white space.
    head: String,
}

/// Reads the tree page by page; pages must come in order.
#[derive(Debug, Default)]
pub(super) struct Tree {
    before: Option<Before>,
}

/// Part of a tree's words that may stand outside of a lattice that holds the table.
const MOST_OUTSIDE: f32 = 0.1;
/// Words times cells of one page, beyond which the tree is not compared with walls.
const MOST_WORK: usize = 20_000_000;
/// Tables of one page that are looked at.
const MOST_PARTS: usize = 200;
/// Lines in a cell from which a table without walls arranges text.
const LAYOUT_LINES: usize = 16;

impl Tree {
    /// The tables of a page that are not left to alignment: ruled ones, with the tree's numbers where it agrees, and
    /// those of the tree where there are no walls or they tell less.
    pub(super) fn decided(&mut self, page: &Page, words: &[Word], mut ruled: Vec<Table>) -> Vec<Table> {
        let parts = parts(page, words);
        let mut built: Vec<Table> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let before = self.before.take().filter(|before| before.table == part.table);
            let holds_another = || {
                let others = parts.iter().enumerate().filter(|(other, _)| *other != index);
                others
                    .map(|(_, other)| &other.bbox)
                    .any(|other| is_within(other, &part.bbox) || is_within(&part.bbox, other))
            };
            let laid = grid::laid(page, words, part, before.as_ref());
            let walls = ruled.iter().position(|table| shares_most(part, table));
            let verdict = match walls.and_then(|at| ruled.get(at)) {
                Some(table) => compare(part, table, words),
                None => Verdict::Tree,
            };
            match (verdict, laid) {
                (Verdict::Walls(cells), laid) => {
                    if let Some(table) = walls.and_then(|at| ruled.get_mut(at)) {
                        table.tagged = Some(numbers(part, table, &cells));
                        take_in(page, words, part, table, &cells);
                    }
                    self.before = laid.map(|laid| laid.before);
                }
                (Verdict::Tree, Some(laid)) if !holds_another() && !is_layout(words, part, &laid) => {
                    let Laid { mut table, before } = laid;
                    let taken = |other: &Table| shares_most(part, other) || is_within(&other.bbox, &table.bbox);
                    let repeated = repeated_head(page, words, &table, &before.head);
                    table.words.extend(repeated);
                    table.words.sort_unstable();
                    let is_own = |word: &u32| table.words.binary_search(word).is_ok();
                    ruled.retain(|other| !taken(other) && !other.words.iter().all(is_own));
                    built.push(table);
                    self.before = Some(before);
                }
                _ => {}
            }
        }
        ruled.extend(built);
        ruled
    }
}

/// The tables of the tree on this page, in the order in which they are drawn.
fn parts(page: &Page, words: &[Word]) -> Vec<Part> {
    if page.tags.is_empty() {
        return Vec::new();
    }
    let mut order: Vec<u32> = Vec::new();
    let mut tagged: Vec<(usize, TaggedCell, u32)> = Vec::new();
    let mut last: Option<(u32, Option<TaggedCell>)> = None;
    for (word, index) in words.iter().zip(0u32..) {
        if word.direction != Direction::Right || word.artifact {
            continue;
        }
        let cell = match last {
            Some((run, cell)) if run == word.run => cell,
            _ => match page.runs.get(word.run as usize).and_then(|run| page.tag(run)).map(|tag| tag.role) {
                Some(Role::Cell(cell)) => Some(cell),
                _ => None,
            },
        };
        last = Some((word.run, cell));
        let Some(cell) = cell else { continue };
        let place = match order.iter().rposition(|table| *table == cell.table) {
            Some(place) => place,
            None if order.len() >= MOST_PARTS => continue,
            None => {
                order.push(cell.table);
                order.len() - 1
            }
        };
        tagged.push((place, cell, index));
    }
    tagged.sort_by_key(|(place, cell, index)| (*place, cell.row, cell.ordinal, *index));
    let mut out = Vec::new();
    for of_table in tagged.chunk_by(|a, b| a.0 == b.0) {
        let mut pieces: Vec<Piece> = Vec::new();
        for of_cell in of_table.chunk_by(|a, b| (a.1.row, a.1.ordinal) == (b.1.row, b.1.ordinal)) {
            let boxes = of_cell.iter().filter_map(|(.., word)| words.get(*word as usize)).map(|word| word.bbox);
            let (Some(bbox), Some((_, tag, _))) = (boxes.reduce(|a, b| a.union(&b)), of_cell.first()) else { continue };
            pieces.push(Piece { tag: *tag, words: of_cell.iter().map(|(.., word)| *word).collect(), bbox });
        }
        let bbox = pieces.iter().map(|piece| piece.bbox).reduce(|a, b| a.union(&b));
        if let (Some(bbox), Some(first)) = (bbox, pieces.first()) {
            out.push(Part { table: first.tag.table, pieces, bbox });
        }
    }
    out
}

fn is_within(inner: &Rect, outer: &Rect) -> bool {
    let (x, y) = inner.center();
    outer.x0 <= x && x <= outer.x1 && outer.y0 <= y && y <= outer.y1
}

/// Does this table hold most of the part's words, or the part most of the table's?
fn shares_most(part: &Part, table: &Table) -> bool {
    let mut own: Vec<u32> = part.pieces.iter().flat_map(|piece| piece.words.iter().copied()).collect();
    own.sort_unstable();
    let shared = table.words.iter().filter(|word| own.binary_search(word).is_ok()).count();
    shared > 0 && 2 * shared >= own.len().min(table.words.len())
}

/// Who is believed.
enum Verdict {
    /// Walls; for each piece of the part, its cell.
    Walls(Vec<Option<usize>>),
    /// The tree.
    Tree,
    /// Walls, and the tree is not asked.
    NotTree,
}

fn compare(part: &Part, table: &Table, words: &[Word]) -> Verdict {
    let all: usize = part.pieces.iter().map(|piece| piece.words.len()).sum();
    if all.saturating_mul(table.cells.len()) > MOST_WORK {
        return Verdict::NotTree;
    }
    let (mut outside, mut split, mut merged) = (0usize, 0usize, 0usize);
    let mut held: Vec<Option<usize>> = vec![None; table.cells.len()];
    let mut cells: Vec<Option<usize>> = Vec::with_capacity(part.pieces.len());
    for (number, piece) in part.pieces.iter().enumerate() {
        let mut own: Option<usize> = None;
        let mut is_split = false;
        for word in piece.words.iter().filter_map(|&word| words.get(word as usize)) {
            let (x, y) = (word.bbox.center().0, word.baseline - 0.35 * word.size);
            let inside = |b: &Rect| b.x0 <= x && x <= b.x1 && b.y0 <= y && y <= b.y1;
            match table.cells.iter().position(|cell| inside(&cell.bbox)) {
                None => outside += 1,
                Some(cell) if own.is_some_and(|own| own != cell) => is_split = true,
                Some(cell) => own = Some(cell),
            }
        }
        split += usize::from(is_split);
        if let Some(slot) = own.and_then(|own| held.get_mut(own)) {
            merged += usize::from(slot.is_some());
            *slot = Some(number);
        }
        cells.push(own);
    }
    if outside as f32 > MOST_OUTSIDE * all as f32 {
        return Verdict::Tree;
    }
    match (merged, split) {
        (0, 0) => Verdict::Walls(cells),
        _ if merged > split => Verdict::Tree,
        _ => Verdict::NotTree,
    }
}

/// Puts words of a piece that lie outside of its cell into it: a cell at the page's end whose lower wall is missing.
fn take_in(page: &Page, words: &[Word], part: &Part, table: &mut Table, cells: &[Option<usize>]) {
    let mut known = table.words.clone();
    known.sort_unstable();
    for (piece, cell) in part.pieces.iter().zip(cells) {
        let is_outside = |word: &&u32| known.binary_search(word).is_err();
        let outside: Vec<u32> = piece.words.iter().filter(is_outside).copied().collect();
        let Some(cell) = cell.and_then(|cell| table.cells.get_mut(cell)).filter(|_| !outside.is_empty()) else {
            continue;
        };
        let walls = (cell.bbox.x0, cell.bbox.x1);
        cell.text = cell_text::compose_in(page, words, &mut piece.words.clone(), Some(walls));
        cell.bbox = cell.bbox.union(&piece.bbox);
        table.bbox = table.bbox.union(&piece.bbox);
        table.words.extend(outside);
    }
}

/// The tree's numbers for the rows and cells of a ruled table.
fn numbers(part: &Part, table: &Table, cells: &[Option<usize>]) -> Tagged {
    let mut out = Tagged { table: part.table, rows: vec![None; table.rows()], cells: vec![None; table.cells.len()] };
    for (piece, cell) in part.pieces.iter().zip(cells) {
        let Some((number, cell)) = cell.and_then(|cell| Some((cell, table.cells.get(cell)?))) else { continue };
        if let Some(slot) = out.cells.get_mut(number) {
            *slot = Some(piece.tag);
        }
        // What reaches into this page from another begins in no row of it.
        let row = out.rows.get_mut(cell.row).filter(|_| cell.row_span as u32 == piece.tag.row_span);
        if let Some(row) = row {
            *row = Some(row.map_or(piece.tag.row, |known| known.max(piece.tag.row)));
        }
    }
    out
}

/// Is it a table that only arranges text on the page?
fn is_layout(words: &[Word], part: &Part, laid: &Laid) -> bool {
    laid.table.columns() <= 3
        && part.pieces.iter().any(|piece| {
            let mut chosen = piece.words.clone();
            piece.words.len() > LAYOUT_LINES && cell_text::lines(words, &mut chosen).len() > LAYOUT_LINES
        })
}

/// The words of a header that is printed again above the rest of a table and is no element of the tree.
fn repeated_head(page: &Page, words: &[Word], table: &Table, head: &str) -> Vec<u32> {
    let b = &table.bbox;
    let is_head = |word: &Word| {
        let (x, _) = word.bbox.center();
        let text = word.text(page);
        word.artifact
            && word.direction == Direction::Right
            && word.bbox.y1 <= b.y0 + 1.0
            && b.x0 - 1.0 <= x
            && x <= b.x1 + 1.0
            && head.contains(text)
    };
    let mut chosen: Vec<u32> = (0u32..).zip(words).filter(|(_, word)| is_head(word)).map(|(index, _)| index).collect();
    // A page header may have a word in common with it, but stands further up.
    let lines = cell_text::lines(words, &mut chosen);
    let mut out = Vec::new();
    let mut below = b.y0;
    for line in lines.iter().rev() {
        if below - line.bbox.y1 > 2.5 * line.size {
            break;
        }
        below = line.bbox.y0;
        out.extend_from_slice(&line.words);
    }
    out
}
