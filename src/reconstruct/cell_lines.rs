//! A dump with one cell a line: each cell stands behind a tab, an empty line ends a row, and a cell may hold several
//! lines. Horizontally merged cells count once, vertically merged ones appear as blank cells, so only the order of the
//! cells in a row is known; [`super::ordered_columns`] infers the columns.

use super::lines::lines_from;
use super::ordered_columns;
use super::tab_rows::trim_lines;
use super::text_blocks::{CHUNK_CELLS, CHUNK_ROWS, Reading, text_line};
use crate::ingest::text::MAX_COLUMNS;
use crate::model::{Block, Grid};

/// Lines looked at to tell a dump from tab-separated rows and from indented prose.
const LOOK_AHEAD_LINES: usize = 120;

/// Paragraphs without a tab that may stand inside one cell.
const MAX_INNER_PARAGRAPHS: usize = 60;

/// Characters from which on a line reads as a sentence rather than as a cell.
const SENTENCE: usize = 40;

/// A row: its cells in order, as stretches of the text.
#[derive(Debug, Default)]
struct Row {
    cells: Vec<Stretch>,
}

#[derive(Debug, Clone, Copy)]
struct Stretch {
    start: usize,
    end: usize,
}

/// Lines between two empty lines.
struct Paragraph {
    /// The first line does not begin with a tab.
    begins_plain: bool,
    /// The lines that begin with a tab.
    cells: usize,
    first_cell_blank: bool,
    next: usize,
    ends_page: bool,
}

/// What lines that begin with a tab are.
pub(super) enum Kind {
    /// A paragraph with a tab before it, up to this place: a title, a note, prose.
    Paragraph { end: usize },
    /// Rows of such a dump.
    Rows,
    /// Something else: tab-separated rows, or indented prose.
    Other,
}

/// Tells what the lines from here on are, of which the first begins with a tab.
pub(super) fn kind(text: &str, start: usize) -> Kind {
    let (mut single, mut other, mut sentences, mut blanks, mut rows, mut in_row) = (0usize, 0usize, 0usize, 0, 0, 0);
    for line in lines_from(text, start).take(LOOK_AHEAD_LINES) {
        if line.text.trim_matches([' ', '\u{3000}']).is_empty() {
            if single == 1 && other == 0 && rows == 0 && blanks == 0 {
                return Kind::Paragraph { end: line.start };
            }
            rows += usize::from(in_row >= 2);
            in_row = 0;
        } else if line.text.starts_with('\t') && line.tabs() == 1 {
            single += 1;
            in_row += 1;
            let cell = line.text.trim();
            blanks += usize::from(cell.is_empty());
            sentences += usize::from(reads_as_sentence(cell));
        } else if line.has_tab() {
            other += 1;
        }
        if line.ends_page {
            break;
        }
    }
    rows += usize::from(in_row >= 2);
    // Rows of several cells, most of them short. A stray row of tabs does not make it the other dialect.
    let is_dump = single >= 4 * other && rows >= 2 && (blanks > 0 || sentences * 2 < single);
    if is_dump { Kind::Rows } else { Kind::Other }
}

fn reads_as_sentence(cell: &str) -> bool {
    cell.chars().nth(SENTENCE).is_some() || cell.ends_with(['。', '；', '：'])
}

/// The dump that begins at `start`; `going_on` if it continues one handed out before.
pub(super) fn read<'a>(text: &'a str, start: usize, going_on: bool) -> Reading<'a> {
    let mut rows: Vec<Row> = Vec::new();
    let (mut at, mut end, mut cells) = (start, start, 0);
    let (mut full, mut ends_page) = (false, false);
    while let Some(paragraph) = paragraph(text, at) {
        if paragraph.cells == 0 {
            // Text between rows: part of the last cell if what follows shows that its row goes on.
            match inner_paragraphs(text, paragraph.next).filter(|_| !rows.is_empty() && !paragraph.ends_page) {
                Some(next) => {
                    extend_last_cell(text, &mut rows, next);
                    at = next;
                    continue;
                }
                None => break,
            }
        }
        let mut current =
            if paragraph.begins_plain && !rows.is_empty() { rows.pop().unwrap_or_default() } else { Row::default() };
        for line in lines_from(text, at).take_while(|line| line.start < paragraph.next) {
            if line.text.starts_with('\t') {
                current.cells.push(Stretch { start: line.start + 1, end: line.end() });
            } else if let (Some(cell), false) = (current.cells.last_mut(), line.text.trim().is_empty()) {
                cell.end = line.end();
            }
        }
        cells += current.cells.len();
        rows.push(current);
        at = paragraph.next;
        end = at;
        if paragraph.ends_page {
            ends_page = true;
            break;
        }
        if ends_table(text, at) {
            break;
        }
        if rows.len() >= CHUNK_ROWS || cells >= CHUNK_CELLS {
            full = true;
            break;
        }
    }
    if rows.iter().any(|row| row.cells.len() > MAX_COLUMNS) {
        return Reading::Plain { end };
    }
    let mut blocks = Vec::new();
    let (head, rows, tail) = without_lone_cells(rows, going_on, full);
    blocks.extend(head.iter().flat_map(|row| lines_of(text, row)));
    let handed_out = rows.len();
    if !rows.is_empty() {
        blocks.push(Block::Grid(grid(text, &rows)));
    }
    blocks.extend(tail.iter().flat_map(|row| lines_of(text, row)));
    if ends_page {
        blocks.push(Block::PageBreak);
    }
    if blocks.is_empty() {
        return Reading::Plain { end };
    }
    Reading::Blocks { blocks, end, goes_on: full.then_some(handed_out) }
}

/// The next paragraph from a place on, blank lines before it passed over.
fn paragraph(text: &str, start: usize) -> Option<Paragraph> {
    let mut found: Option<Paragraph> = None;
    for line in lines_from(text, start) {
        let empty = line.is_blank();
        match &mut found {
            None if empty && !line.ends_page => continue,
            None => {
                let mut begun = Paragraph {
                    begins_plain: false,
                    cells: 0,
                    first_cell_blank: false,
                    next: line.next,
                    ends_page: false,
                };
                begun.begins_plain = !line.text.starts_with('\t');
                begun.first_cell_blank = line.text.starts_with('\t') && line.text.trim().is_empty();
                begun.cells = usize::from(line.text.starts_with('\t'));
                begun.ends_page = line.ends_page;
                found = Some(begun);
            }
            Some(_) if empty && !line.ends_page => return found,
            Some(p) => {
                p.cells += usize::from(line.text.starts_with('\t'));
                p.next = line.next;
                p.ends_page = line.ends_page;
            }
        }
        if line.ends_page {
            return found;
        }
    }
    found
}

/// Where the paragraphs without a tab end, if what follows them shows that they stand inside a cell: text that runs on
/// into a cell line, or a row that begins with a blank, vertically merged cell.
fn inner_paragraphs(text: &str, start: usize) -> Option<usize> {
    let mut at = start;
    for _ in 0..MAX_INNER_PARAGRAPHS {
        let next = paragraph(text, at)?;
        if next.cells > 0 {
            return (next.begins_plain || next.first_cell_blank).then_some(at);
        }
        if next.ends_page {
            return None;
        }
        at = next.next;
    }
    None
}

fn extend_last_cell(text: &str, rows: &mut [Row], next: usize) {
    if let Some(cell) = rows.last_mut().and_then(|row| row.cells.last_mut()) {
        cell.end = cell.start + text[cell.start..next].trim_end().len();
    }
}

/// Where a table ends although rows go on: two paragraphs of one cell in a row are notes below it and a title above the
/// next one. A single one may be a band across the table.
fn ends_table(text: &str, at: usize) -> bool {
    let lone = |p: &Paragraph| p.cells == 1 && !p.begins_plain && !p.first_cell_blank;
    let Some(first) = paragraph(text, at).filter(lone) else { return false };
    !first.ends_page && paragraph(text, first.next).is_some_and(|second| lone(&second))
}

/// Rows of one cell before and after the table are lines: titles above it, notes below it.
fn without_lone_cells(mut rows: Vec<Row>, going_on: bool, full: bool) -> (Vec<Row>, Vec<Row>, Vec<Row>) {
    let is_row = |row: &Row| row.cells.len() > 1;
    let first = if going_on { 0 } else { rows.iter().position(is_row).unwrap_or(rows.len()) };
    let last = if full { rows.len() } else { rows.iter().rposition(is_row).map_or(first, |at| at + 1) };
    let tail = rows.split_off(last.max(first));
    let table = rows.split_off(first);
    (rows, table, tail)
}

fn lines_of<'a>(text: &'a str, row: &Row) -> Vec<Block<'a>> {
    row.cells
        .iter()
        .flat_map(|cell| text[cell.start..cell.end].split('\n'))
        .map(|line| Block::Line(text_line(line)))
        .chain(std::iter::once(Block::Line(text_line(""))))
        .collect()
}

fn grid(text: &str, rows: &[Row]) -> Grid {
    let texts: Vec<Vec<String>> = rows
        .iter()
        .map(|row| row.cells.iter().map(|cell| trim_lines(text[cell.start..cell.end].trim())).collect())
        .collect();
    ordered_columns::grid(texts)
}
