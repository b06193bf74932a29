//! A table that may go on: what is known of it, how the rows of another page are put to it, how it is handed out.

use super::super::brim::Brim;
use super::super::same_columns::{Columns, hanging_left};
use super::super::table::{Evidence, Table, TableCell};
use super::super::turn::on_page;
use super::Place;
use super::header::head_texts;
use super::reread::Held;
use super::row_cut::{item_number, join_text};
use crate::model::{Block, Cell, Grid, GridOrigin, Line, Rect, TaggedCell, Trust};
use crate::reconstruct::text_blocks::{CHUNK_CELLS, CHUNK_ROWS};
use std::borrow::Cow;
use std::collections::VecDeque;

/// A table that may go on.
#[derive(Debug)]
pub(super) struct Open {
    pub(super) xs: Vec<f32>,
    pub(super) cells: Vec<Cell>,
    pub(super) rows: usize,
    /// Rows handed out before.
    pub(super) first_row: usize,
    pub(super) page: u32,
    pub(super) bbox: Rect,
    pub(super) aligned: bool,
    /// Lines part its rows, or all of its cells.
    pub(super) drawn: bool,
    /// For each column: cells over several rows, blank cells of one row.
    pub(super) tall: Vec<(u32, u32)>,
    pub(super) origin: GridOrigin,
    pub(super) weak: bool,
    /// Its number in the structure tree, and that of its last row.
    pub(super) tagged: Option<(u32, Option<u32>)>,
    /// The tree alone told its columns.
    pub(super) by_tree: bool,
    /// Texts of its first rows, without white space: (column, columns, text).
    pub(super) head: Vec<Vec<(usize, usize, String)>>,
    /// For each column: cells with a number, cells with any text.
    pub(super) numeric: Vec<(u32, u32)>,
    /// The cells that end in its last row.
    pub(super) tail: Vec<Tail>,
    /// Room left below it on its last page.
    pub(super) left_below: f32,
    /// Lines above it on its page: a table that goes on may have them again.
    pub(super) titles: Vec<String>,
    /// What comes after it.
    pub(super) waiting: VecDeque<Block<'static>>,
}

/// A cell at the lower end of an open table.
#[derive(Debug, Clone, Copy)]
pub(super) struct Tail {
    pub(super) cell: usize,
    pub(super) brim: Brim,
    /// None where lines tell nothing.
    pub(super) closed: Option<bool>,
    /// As the structure tree has it.
    pub(super) tag: Option<TaggedCell>,
}

/// A cell at the upper end of what may go on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Head {
    /// Index in the table's cells.
    pub(super) cell: usize,
    pub(super) brim: Brim,
    pub(super) closed: Option<bool>,
    pub(super) tag: Option<TaggedCell>,
}

/// How a part goes on with a table.
pub(super) struct Joint {
    pub(super) columns: Columns,
    /// Rows of the new part that repeat the header.
    pub(super) repeated: usize,
    /// The new part's first row is the rest of the last one.
    pub(super) row_cut: bool,
    /// (cell of the open table, cell of the new part) that are one cell.
    pub(super) same: Vec<(usize, usize)>,
}

impl Open {
    pub(super) fn new(table: Table, brims: &[Brim], place: Place, limit: f32) -> Self {
        let (rows, column_count) = (table.rows(), table.columns());
        let mut open = Open {
            xs: table.xs.clone(),
            cells: Vec::with_capacity(table.cells.len()),
            rows,
            first_row: 0,
            page: place.number,
            bbox: on_page(&table.bbox, place.turn, place.width, place.height),
            aligned: matches!(table.evidence, Evidence::Aligned | Evidence::Tagged),
            drawn: matches!(table.evidence, Evidence::Ruled | Evidence::Rows),
            tall: vec![(0, 0); column_count],
            origin: table.origin(),
            weak: table.weak,
            tagged: table.tagged.as_ref().map(|tagged| (tagged.table, tagged.rows.last().copied().flatten())),
            by_tree: table.evidence == Evidence::Tagged,
            head: head_texts(&table),
            numeric: vec![(0, 0); column_count],
            tail: Vec::new(),
            left_below: limit - table.bbox.y1,
            titles: Vec::new(),
            waiting: VecDeque::new(),
        };
        let (walls, tagged) = (table.bottom_walls, table.tagged);
        for (index, cell) in table.cells.into_iter().enumerate() {
            open.count(&cell);
            let ends = cell.row + cell.row_span == rows;
            if ends {
                let brim = brims.get(index).copied().unwrap_or_default();
                let tag = tagged.as_ref().and_then(|tagged| tagged.cells.get(index).copied().flatten());
                open.tail.push(Tail { cell: open.cells.len(), brim, closed: closed(&walls, &cell), tag });
            }
            let row = cell.row;
            open.cells.push(place.cell(cell, row));
        }
        open
    }

    /// Adds the columns at the left that cells of this table hang over, where the new part shows none of them.
    pub(super) fn complete_left(&self, table: &mut Table, brims: &mut Vec<Brim>) {
        if self.aligned || table.evidence != Evidence::Ruled {
            return;
        }
        let Some(count) = hanging_left(&self.xs, &table.xs) else { return };
        let hangs = |column: usize| {
            let cells = self.tail.iter().filter_map(|tail| self.cells.get(tail.cell));
            cells.into_iter().any(|cell| cell.column <= column && column < cell.column + cell.column_span)
        };
        let Some(edges) = self.xs.get(..count).filter(|_| (0..count).all(hangs)) else { return };
        let (rows, first) = (table.rows(), table.xs.first().copied().unwrap_or(0.0));
        for cell in &mut table.cells {
            cell.column += count;
        }
        let blank = |(column, x0): (usize, &f32)| TableCell {
            row: 0,
            column,
            row_span: rows,
            column_span: 1,
            bbox: Rect::new(*x0, table.bbox.y0, edges.get(column + 1).copied().unwrap_or(first), table.bbox.y1),
            text: String::new(),
        };
        let added: Vec<TableCell> = edges.iter().enumerate().map(blank).collect();
        table.cells.splice(0..0, added);
        brims.splice(0..0, vec![Brim::default(); count]);
        table.xs.splice(0..0, edges.iter().copied());
        table.top_walls.splice(0..0, vec![false; count]);
        table.bottom_walls.splice(0..0, vec![true; count]);
        table.bbox.x0 = table.bbox.x0.min(edges.first().copied().unwrap_or(first));
        if let Some(tagged) = &mut table.tagged {
            tagged.cells.splice(0..0, vec![None; count]);
        }
    }

    /// Does the structure tree say that this is the same table?
    pub(super) fn is_of(&self, table: &Table) -> bool {
        matches!((&self.tagged, &table.tagged), (Some((known, _)), Some(tagged)) if *known == tagged.table)
    }

    /// What it tells of its columns.
    pub(super) fn held(&self) -> Held<'_> {
        let last = self.tail.iter().filter_map(|tail| self.cells.get(tail.cell));
        let next = |cell: &Cell| Some((cell.column, cell.text.lines().filter_map(item_number).next_back()? + 1));
        Held { xs: &self.xs, head: &self.head, drawn: self.drawn, next_items: last.filter_map(next).collect() }
    }

    fn count(&mut self, cell: &TableCell) {
        if let Some((tall, blank)) = self.tall.get_mut(cell.column).filter(|_| cell.column_span == 1) {
            *tall += u32::from(cell.row_span > 1 && !cell.text.is_empty() && cell.row > 0);
            *blank += u32::from(cell.row_span == 1 && cell.text.is_empty());
        }
        if cell.column_span == 1
            && !cell.text.is_empty()
            && let Some((numeric, filled)) = self.numeric.get_mut(cell.column)
        {
            *filled += 1;
            *numeric += u32::from(is_numeric(&cell.text));
        }
    }

    /// Goes on with the rows of another page.
    pub(super) fn append(&mut self, table: Table, brims: &[Brim], joint: Joint, place: Place, limit: f32) {
        let Joint { columns, repeated, row_cut, same } = joint;
        if columns.xs.len() != self.xs.len() {
            self.widen(&columns);
        }
        self.weak &= table.weak;
        // Row `repeated` of the new part becomes this row.
        let base = self.rows - usize::from(row_cut);
        let rows = table.rows();
        let (walls, tagged) = (&table.bottom_walls, &table.tagged);
        let (bottom, evidence) = (table.bbox.y1, table.evidence);
        let mut tail = Vec::new();
        for (index, mut cell) in table.cells.into_iter().enumerate() {
            if cell.row < repeated {
                continue;
            }
            let ends = cell.row + cell.row_span == rows;
            let mut brim = brims.get(index).copied().unwrap_or_default();
            let wall = closed(walls, &cell);
            let from = columns.second.get(cell.column).copied().unwrap_or(cell.column);
            let to = columns.second.get(cell.column + cell.column_span).copied().unwrap_or(from + 1);
            (cell.column, cell.column_span) = (from, to.saturating_sub(from).max(1));
            let row = cell.row - repeated + base;
            let joined = same.iter().find(|(_, new)| *new == index).map(|&(old, _)| old);
            // What goes on was counted where it began.
            if joined.is_none() {
                self.count(&cell);
            }
            let at = match joined.and_then(|old| Some((old, self.cells.get_mut(old)?))) {
                Some((old, known)) => {
                    let flows = self.tail.iter().find(|t| t.cell == old).is_some_and(|t| t.brim.flows_into(&brim));
                    join_text(&mut known.text, &cell.text, flows);
                    known.trust = Trust(known.trust.0.min(place.doubts.trust(&cell.bbox).0));
                    known.row_span = (row + cell.row_span).saturating_sub(known.row).max(1);
                    if cell.text.is_empty() {
                        brim = self.tail.iter().find(|t| t.cell == old).map_or(brim, |t| t.brim);
                    }
                    old
                }
                None => {
                    self.cells.push(place.cell(cell, row));
                    self.cells.len() - 1
                }
            };
            if ends {
                let tag = tagged.as_ref().and_then(|tagged| tagged.cells.get(index).copied().flatten());
                let known = joined.and_then(|old| self.tail.iter().find(|t| t.cell == old)).and_then(|t| t.tag);
                tail.push(Tail { cell: at, brim, closed: wall, tag: tag.or(known) });
            }
        }
        self.rows = base + rows - repeated;
        self.tail = tail;
        self.left_below = limit - bottom;
        self.aligned |= matches!(evidence, Evidence::Aligned | Evidence::Tagged);
        self.by_tree &= evidence == Evidence::Tagged;
        if let Some((known, last)) = &mut self.tagged {
            *known = tagged.as_ref().map_or(*known, |tagged| tagged.table);
            *last = tagged.as_ref().and_then(|tagged| tagged.rows.last().copied().flatten());
        }
    }

    /// More columns became known.
    fn widen(&mut self, columns: &Columns) {
        let place = |first: usize, count: usize| {
            let from = columns.first.get(first).copied().unwrap_or(first);
            let to = columns.first.get(first + count).copied().unwrap_or(from + count);
            (from, to.saturating_sub(from).max(1))
        };
        for cell in &mut self.cells {
            (cell.column, cell.column_span) = place(cell.column, cell.column_span);
        }
        for (column, count, _) in self.head.iter_mut().flatten() {
            (*column, *count) = place(*column, *count);
        }
        for counts in [&mut self.numeric, &mut self.tall] {
            let mut moved = vec![(0, 0); columns.xs.len().saturating_sub(1)];
            for (column, &known) in counts.iter().enumerate() {
                let (from, count) = place(column, 1);
                if let Some(slot) = moved.get_mut(from).filter(|_| count == 1) {
                    *slot = known;
                }
            }
            *counts = moved;
        }
        self.xs.clone_from(&columns.xs);
    }

    /// Rows that can be handed out because the table is very long; those that cells of the last row reach stay.
    pub(super) fn full_part(&mut self) -> Option<Grid> {
        if self.rows < CHUNK_ROWS && self.cells.len() < CHUNK_CELLS {
            return None;
        }
        let reached = self.tail.iter().filter_map(|t| self.cells.get(t.cell)).map(|cell| cell.row).min()?;
        // A span from the first row on would hold everything back for ever.
        let cut = if reached == 0 { self.rows } else { reached };
        let kept: Vec<usize> = (0..self.cells.len()).filter(|&i| self.cells[i].row >= cut).collect();
        for tail in &mut self.tail {
            tail.cell = kept.binary_search(&tail.cell).unwrap_or(usize::MAX);
        }
        self.tail.retain(|tail| tail.cell != usize::MAX);
        let (mut rest, mut out) = (Vec::with_capacity(kept.len()), Vec::with_capacity(self.cells.len()));
        for mut cell in self.cells.drain(..) {
            if cell.row >= cut {
                cell.row -= cut;
                rest.push(cell);
            } else {
                out.push(cell);
            }
        }
        self.cells = rest;
        let grid = self.grid(out);
        self.rows -= cut;
        self.first_row += cut;
        if let Some(first) = self.cells.first() {
            self.page = first.page.unwrap_or(self.page);
        }
        Some(grid)
    }

    fn grid(&self, cells: Vec<Cell>) -> Grid {
        let mut grid = Grid::new(self.origin, cells);
        grid.page = grid.cells.first().and_then(|cell| cell.page).or(Some(self.page));
        grid.first_row = self.first_row;
        let on_first = grid.cells.iter().filter(|cell| cell.page == grid.page).filter_map(|cell| cell.bbox);
        let around = on_first.reduce(|a, b| crate::model::BBox {
            x0: a.x0.min(b.x0),
            y0: a.y0.min(b.y0),
            x1: a.x1.max(b.x1),
            y1: a.y1.max(b.y1),
        });
        grid.bbox = if self.first_row == 0 { Some(self.bbox.into()) } else { around };
        grid
    }

    pub(super) fn into_blocks(mut self) -> Vec<Block<'static>> {
        if self.cells.is_empty() {
            return Vec::new();
        }
        let cells = std::mem::take(&mut self.cells);
        if self.weak {
            // A frame or a column by itself is text.
            let mut cells = cells;
            cells.sort_by_key(|cell| (cell.row, cell.column));
            let line =
                |text: &str, page| Block::Line(Line { text: Cow::Owned(text.trim().to_owned()), page, heading: None });
            return cells.iter().flat_map(|cell| cell.text.lines().map(|text| line(text, cell.page))).collect();
        }
        vec![Block::Grid(self.grid(cells))]
    }
}

/// Is the wall above (or below) all of this cell's columns drawn?
pub(super) fn closed(walls: &[bool], cell: &TableCell) -> Option<bool> {
    let over = walls.get(cell.column..cell.column + cell.column_span)?;
    Some(over.iter().any(|&wall| wall))
}

/// More digits than letters.
pub(super) fn is_numeric(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    digits > 0 && digits >= letters
}
