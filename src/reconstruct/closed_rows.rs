//! Tables whose every cell is closed by a pipe and whose rows are filled up with pipes to the table's width, as programs
//! write them that take the text out of web pages: `合计 | 100 | |||`. A cell that holds a line break, even a blank cell,
//! cuts its row into lines, down to a line a cell, so that the only thing sure of a row is how many pipes it has.
//!
//! A cell merged over columns counts once and one merged over rows is left out of the later rows: what stands in
//! which column is for whoever knows the headers.

use super::lines::lines_from;
use super::tab_rows::trim_lines;
use super::text_blocks::{CHUNK_CELLS, CHUNK_ROWS, Reading};
use crate::ingest::text::MAX_ROW_BYTES;
use crate::model::{Block, Cell, Grid, GridOrigin};

/// Lines without a pipe that may stand inside one cell.
const MAX_CELL_LINES: usize = 40;

/// Rows that a table must have before its width is believed.
const MIN_ROWS: usize = 3;

/// Pipes of a row: fewer than three make no table of this kind, and no form has more.
const MIN_WIDTH: usize = 3;
const MAX_WIDTH: usize = 64;

/// Pipes that are looked at to find the width.
const PROBED: usize = 640;

/// A pipe, and the cell that it closes.
#[derive(Debug, Clone, Copy)]
struct Closed {
    /// Where the cell's text begins and ends.
    start: usize,
    end: usize,
    /// Nothing but white space stands between it and the end of its line.
    ends_line: bool,
    /// Nothing at all stands between it and the pipe before: it only fills its row up.
    fills: bool,
    /// Where the line after it begins.
    next: usize,
}

/// The table of closed cells that begins at `start`, if its rows reach beyond `beyond`.
pub(super) fn read<'a>(text: &'a str, start: usize, beyond: usize) -> Option<Reading<'a>> {
    let width = width(&pipes(text, start, PROBED).0)?;
    let (pipes, ends_page) = pipes(text, start, CHUNK_CELLS);
    let rows = pipes.chunks_exact(width).take_while(|row| is_row(row)).take(CHUNK_ROWS).count();
    let all = width * rows == pipes.len();
    let full = rows >= CHUNK_ROWS || (all && pipes.len() + width > CHUNK_CELLS);
    let pipes = &pipes[..width * rows];
    let end = pipes.last().map(|pipe| pipe.next).filter(|&end| end > beyond)?;
    let goes_on = full.then_some(rows);
    let mut blocks = vec![Block::Grid(grid(text, pipes, width))];
    if all && ends_page {
        blocks.push(Block::PageBreak);
    }
    Some(Reading::Blocks { blocks, end, goes_on })
}

/// The pipes from a line on, up to a blank line, to lines that no pipe follows or to `most`; and whether the page ends
/// there.
fn pipes(text: &str, start: usize, most: usize) -> (Vec<Closed>, bool) {
    let mut pipes: Vec<Closed> = Vec::new();
    let (mut begun, mut plain) = (start, 0);
    for line in lines_from(text, start) {
        if line.text.trim().is_empty() || plain > MAX_CELL_LINES || line.end() - begun > MAX_ROW_BYTES {
            return (pipes, line.ends_page && line.text.trim().is_empty());
        }
        plain += 1;
        for at in memchr::memchr_iter(b'|', line.text.as_bytes()) {
            let here = line.start + at;
            plain = 0;
            pipes.push(Closed {
                start: begun,
                end: here,
                ends_line: line.text[at + 1..].trim().is_empty(),
                fills: begun == here && at > 0,
                next: line.next,
            });
            begun = here + 1;
        }
        if line.ends_page || pipes.len() >= most {
            return (pipes, line.ends_page);
        }
    }
    (pipes, false)
}

/// A row ends with its line and is filled up nowhere but at its end.
fn is_row(row: &[Closed]) -> bool {
    let filling = row.iter().rev().take_while(|pipe| pipe.fills).count();
    row.last().is_some_and(|pipe| pipe.ends_line) && !row[..row.len() - filling].iter().any(|pipe| pipe.fills)
}

/// The number of pipes in a row: the one that takes most rows in. A row that is filled up shows where rows end.
fn width(pipes: &[Closed]) -> Option<usize> {
    let (mut best, mut taken) = (None, 0);
    for width in MIN_WIDTH..=MAX_WIDTH.min(pipes.len() / MIN_ROWS) {
        let rows = pipes.chunks_exact(width).take_while(|row| is_row(row));
        let (rows, filled) = rows.fold((0, 0), |(rows, filled), row| {
            (rows + 1, filled + usize::from(row.last().is_some_and(|pipe| pipe.fills)))
        });
        if rows >= MIN_ROWS && filled > 0 && rows * width > taken {
            taken = rows * width;
            best = Some(width);
        }
    }
    best
}

fn grid(text: &str, pipes: &[Closed], width: usize) -> Grid {
    // With a pipe before the first cell, too, every row begins with nothing.
    let is_blank = |pipe: &Closed| text[pipe.start..pipe.end].trim().is_empty();
    let framed = pipes
        .chunks_exact(width)
        .all(|row| row.first().is_some_and(|pipe| is_blank(pipe) && line_begins(text, pipe.end)));
    let mut cells = Vec::new();
    let mut height = 0;
    for row in pipes.chunks_exact(width) {
        let own: Vec<&Closed> = row.iter().skip(usize::from(framed)).take_while(|pipe| !pipe.fills).collect();
        let lone = own.len() == 1 && row.len() > 1;
        for (column, pipe) in own.iter().enumerate() {
            let cell = Cell::new(height, column, trim_lines(text[pipe.start..pipe.end].trim()));
            cells.push(if lone { cell.spanning(1, width - usize::from(framed)) } else { cell });
        }
        height += 1;
    }
    Grid { rows: height, ..Grid::new(GridOrigin::Counted, cells) }
}

/// Only white space stands between the beginning of its line and this place.
fn line_begins(text: &str, at: usize) -> bool {
    let line = text[..at].rfind('\n').map_or(0, |end| end + 1);
    text[line..at].trim().is_empty()
}
