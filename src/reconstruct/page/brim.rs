//! What the cells at a table's upper and lower brim say of the page's end: whether a text was cut there shows in how
//! full its last line is.

use super::cell_text;
use super::table::Table;
use super::words::Word;
use crate::model::{Direction, Page};

/// How one cell's text meets the page's end.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(super) struct Brim {
    /// Width of its last line, in points; 0 of a blank cell.
    pub(super) last_width: f32,
    /// Width that a line may have.
    pub(super) room: f32,
    /// Width of the first line's first word, or of its first character where words are not set apart.
    pub(super) first_width: f32,
    /// Lines of text.
    pub(super) lines: usize,
    /// Font size.
    pub(super) size: f32,
}

/// Rows at the top that are looked at: a repeated header may be some rows high.
pub(super) const HEAD_ROWS: usize = 5;

/// For each cell of the table: its brim, if it lies in the first rows or ends in the last.
pub(super) fn brims(page: &Page, words: &[Word], table: &Table) -> Vec<Brim> {
    let mut out = vec![Brim::default(); table.cells.len()];
    let rows = table.rows();
    let mut inside: Vec<u32> = Vec::new();
    for (brim, cell) in out.iter_mut().zip(&table.cells) {
        if cell.text.is_empty() || (cell.row >= HEAD_ROWS && cell.row + cell.row_span < rows) {
            continue;
        }
        let b = &cell.bbox;
        inside.clear();
        inside.extend(table.words.iter().copied().filter(|&index| {
            words.get(index as usize).is_some_and(|word| {
                let (x, y) = word.bbox.center();
                word.direction == Direction::Right && !word.vertical && b.x0 <= x && x <= b.x1 && b.y0 <= y && y <= b.y1
            })
        }));
        let lines = cell_text::lines(words, &mut inside);
        let (Some(first), Some(last)) = (lines.first(), lines.last()) else { continue };
        let edge = |column: usize, default: f32| table.xs.get(column).copied().unwrap_or(default);
        let (left, right) = (edge(cell.column, b.x0), edge(cell.column + cell.column_span, b.x1));
        *brim = Brim {
            last_width: last.bbox.width(),
            room: cell_text::line_room(words, &lines, (left, right)),
            first_width: first
                .words
                .first()
                .and_then(|&w| words.get(w as usize))
                .map_or(0.0, |w| cell_text::first_unit(page, w)),
            lines: lines.len(),
            size: last.size,
        };
    }
    out
}

impl Brim {
    /// Is this cell's last line so full that the other's first word had to go to a new line?
    pub(super) fn flows_into(&self, other: &Brim) -> bool {
        // Rules of line breaking may have moved a character more to the next line.
        let slack = if self.lines > 1 { 0.6 } else { 0.1 };
        self.last_width > 0.0 && self.last_width + other.first_width + slack * self.size >= self.room
    }
}
