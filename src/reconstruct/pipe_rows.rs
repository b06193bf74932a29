//! Markdown pipe tables, with or without the row of dashes and the outer pipes.

use super::closed_rows;
use super::lines::{RawLine, lines_from};
use super::tab_rows::trim_lines;
use super::text_blocks::{CHUNK_CELLS, CHUNK_ROWS, Reading};
use crate::ingest::text::{MAX_COLUMNS, MAX_ROW_BYTES};
use crate::model::{Block, Cell, Grid, GridOrigin};

/// Blank lines that may stand between two rows of one table.
const MAX_BLANKS: usize = 2;

/// Lines over which a broken row may run.
const MAX_BROKEN_LINES: usize = 30;

/// A row of cells.
struct Row<'a> {
    fields: Vec<&'a str>,
    /// Written between outer pipes.
    framed: bool,
    /// The row of dashes under a header.
    dashes: bool,
}

/// The pipe table that begins at `start`; `going_on` if it continues one handed out before. `tries` counts down how often
/// cells that pipes only close are still looked for in this paragraph.
pub(super) fn read<'a>(text: &'a str, start: usize, going_on: bool, tries: &mut u8) -> Reading<'a> {
    let mut rows: Vec<Row<'a>> = Vec::new();
    let (mut at, mut end, mut blanks, mut cells) = (start, start, 0, 0);
    let (mut full, mut ends_page) = (false, false);
    while let Some(line) = RawLine::at(text, at) {
        if line.text.trim().is_empty() && !line.ends_page {
            blanks += 1;
            at = line.next;
            if blanks > MAX_BLANKS {
                break;
            }
            continue;
        }
        let usual = rows.iter().rev().find(|r| r.framed).map(|r| r.fields.len());
        let (row, line) = match logical_row(text, line, usual) {
            Some(found) => found,
            None => break,
        };
        if blanks > 0 && !continues(&rows, &row, text, line.next) {
            break;
        }
        if row.fields.len() > MAX_COLUMNS || line.text.len() > MAX_ROW_BYTES {
            break;
        }
        blanks = 0;
        cells += row.fields.len();
        rows.push(row);
        at = line.next;
        end = at;
        if line.ends_page {
            ends_page = true;
            break;
        }
        if rows.len() >= CHUNK_ROWS || cells >= CHUNK_CELLS {
            full = true;
            break;
        }
    }
    let is_table = going_on || (!rows.is_empty() && is_table(&rows));
    let markdown = rows.get(1).is_some_and(|row| row.dashes);
    // What pipes only close, over lines and filled up, reaches further than rows of separated cells do.
    // Where blanks and what fills a row up are told apart, they count as far as they reach, too.
    let reached = match is_table {
        true if counts_cells(&rows) => end.saturating_sub(1),
        true => end,
        false => start,
    };
    if !markdown && (going_on || *tries > 0) {
        if let Some(reading) = closed_rows::read(text, start, reached) {
            return reading;
        }
        *tries = tries.saturating_sub(1);
    }
    if rows.is_empty() || !is_table {
        return Reading::Plain { end };
    }
    let grid = grid(&rows);
    let goes_on = full.then_some(grid.rows);
    let mut blocks = vec![Block::Grid(grid)];
    if ends_page {
        blocks.push(Block::PageBreak);
    }
    Reading::Blocks { blocks, end, goes_on }
}

/// The row in this line, joined with the lines after it where a line break inside a cell cut it.
fn logical_row<'a>(text: &'a str, line: RawLine<'a>, usual: Option<usize>) -> Option<(Row<'a>, RawLine<'a>)> {
    let row = parse(line.text)?;
    let trimmed = line.text.trim();
    let whole = !trimmed.starts_with('|') || ends_with_pipe(trimmed);
    if whole || line.ends_page {
        return Some((row, line));
    }
    let Some(usual) = usual.filter(|&usual| row.fields.len() < usual) else {
        return Some((row, line));
    };
    for more in lines_from(text, line.next).take(MAX_BROKEN_LINES) {
        if more.text.trim().starts_with('|') || more.ends_page {
            break;
        }
        let joined = RawLine { text: &text[line.start..more.end()], start: line.start, ..more };
        match parse(joined.text) {
            Some(row) if row.fields.len() == usual && ends_with_pipe(joined.text.trim()) => {
                return Some((row, joined));
            }
            Some(row) if row.fields.len() < usual => {}
            _ => break,
        }
    }
    Some((row, line))
}

/// Whether a row after blank lines belongs to the same table: same shape, and not a header of its own.
fn continues(rows: &[Row<'_>], row: &Row<'_>, text: &str, next: usize) -> bool {
    let Some(last) = rows.last() else { return true };
    if row.framed != last.framed || row.fields.len() != last.fields.len() {
        return false;
    }
    let begins_other = lines_from(text, next)
        .find(|l| !l.text.trim().is_empty())
        .and_then(|l| parse(l.text))
        .is_some_and(|r| r.dashes);
    row.dashes || !begins_other || rows.len() == 1
}

/// The cells of a line; `None` if it has no pipe that separates.
fn parse(line: &str) -> Option<Row<'_>> {
    let trimmed = line.trim();
    let mut fields = Vec::new();
    let (mut begin, mut escaped) = (0, false);
    for (at, byte) in trimmed.bytes().enumerate() {
        match byte {
            b'|' if !escaped => {
                fields.push(&trimmed[begin..at]);
                begin = at + 1;
            }
            b'\\' => {
                escaped = !escaped;
                continue;
            }
            _ => {}
        }
        escaped = false;
    }
    if fields.is_empty() {
        return None;
    }
    let framed = trimmed.starts_with('|');
    if framed {
        fields.remove(0);
    }
    if begin < trimmed.len() || !framed {
        fields.push(&trimmed[begin..]);
    }
    if fields.is_empty() {
        return None;
    }
    let dashes = fields.iter().all(|f| is_dashes(f));
    Some(Row { fields, framed, dashes })
}

fn ends_with_pipe(line: &str) -> bool {
    line.ends_with('|') && !line.ends_with("\\|")
}

/// `---`, `:--`, `:-:`
fn is_dashes(field: &str) -> bool {
    let dashes = field.trim();
    let dashes = dashes.strip_prefix(':').unwrap_or(dashes);
    let dashes = dashes.strip_suffix(':').unwrap_or(dashes);
    !dashes.is_empty() && dashes.bytes().all(|b| b == b'-')
}

/// Rows that end in bare pipes (`100 ||||`) while spaces stand between their cells, blank ones too: the pipes fill rows up.
fn counts_cells(rows: &[Row<'_>]) -> bool {
    let filled = |row: &Row<'_>| {
        let bare = row.fields.iter().rev().take_while(|field| field.is_empty()).count();
        let own = &row.fields[..row.fields.len() - bare];
        // The last field is what stands behind the last pipe: nothing.
        (bare >= 2 && own.iter().all(|field| field.ends_with(' '))).then_some(own.len() >= 2)
    };
    let ends = |row: &Row<'_>| row.fields.last().is_some_and(|field| field.is_empty());
    rows.iter().all(|row| !row.framed && ends(row)) && rows.iter().filter_map(filled).any(|spaced| spaced)
}

/// Tells a table from prose with a pipe in it.
fn is_table(rows: &[Row<'_>]) -> bool {
    let filled = rows.iter().filter(|r| !r.dashes).count();
    if rows.get(1).is_some_and(|r| r.dashes) || (rows[0].dashes && filled > 0) {
        return true;
    }
    let width = rows[0].fields.len();
    if rows.iter().all(|r| r.framed) {
        return filled >= 2 && width >= 2 || filled >= 1 && width >= 3;
    }
    filled >= 2 && width >= 3 && rows.iter().all(|r| r.fields.len() == width)
}

/// A sentence that stands in three columns or more, side by side: one merged cell, repeated by what wrote the table. Short
/// texts may be values that are equal by chance.
fn is_repeat(fields: &[&str], column: usize) -> bool {
    const SENTENCE: usize = 16;
    const COLUMNS: usize = 3;
    let text = fields[column].trim();
    if column == 0 || fields[column - 1].trim() != text || text.chars().nth(SENTENCE).is_none() {
        return false;
    }
    let equal = |field: &&&str| field.trim() == text;
    let before = fields[..column].iter().rev().take(COLUMNS).take_while(equal).count();
    let after = fields[column..].iter().take(COLUMNS).take_while(equal).count();
    before + after >= COLUMNS
}

fn grid(rows: &[Row<'_>]) -> Grid {
    let mut cells = Vec::new();
    let mut height = 0;
    for row in rows.iter().filter(|r| !r.dashes) {
        for (column, field) in row.fields.iter().enumerate() {
            let text = if is_repeat(&row.fields, column) { String::new() } else { cell_text(field) };
            cells.push(Cell::new(height, column, text));
        }
        height += 1;
    }
    let width = cells.iter().filter(|c| !c.text.is_empty()).map(|c| c.column + 1).max().unwrap_or(0);
    cells.retain(|cell| cell.column < width);
    Grid { rows: height, ..Grid::new(GridOrigin::Separated, cells) }
}

/// A cell's text with Markdown's own markup read: `<br>`, escapes, entities, bold around the whole cell.
fn cell_text(field: &str) -> String {
    let mut text = String::with_capacity(field.len());
    let mut rest = field.trim();
    let mut in_formula = false;
    while let Some(c) = rest.chars().next() {
        if let Some(length) = line_break(rest) {
            text.push('\n');
            rest = &rest[length..];
            continue;
        }
        if let Some((shown, length)) = entity(rest) {
            text.push(shown);
            rest = &rest[length..];
            continue;
        }
        if c == '$' {
            in_formula = !in_formula;
        }
        let escaped = rest.strip_prefix('\\').and_then(|r| r.chars().next());
        match escaped {
            Some(e @ '|') => {
                text.push(e);
                rest = &rest[2..];
            }
            Some(e) if !in_formula && "*_~<>#`".contains(e) => {
                text.push(e);
                rest = &rest[2..];
            }
            _ => {
                text.push(c);
                rest = &rest[c.len_utf8()..];
            }
        }
    }
    let text = trim_lines(text.trim());
    let bold = text.strip_prefix("**").and_then(|t| t.strip_suffix("**"));
    match bold.filter(|inner| !inner.is_empty() && !inner.contains("**")) {
        Some(inner) => inner.trim().to_owned(),
        None => text,
    }
}

/// Length of a `<br>` in any spelling at the start of this text.
fn line_break(text: &str) -> Option<usize> {
    let tag = text.strip_prefix('<')?;
    if !tag.get(..2)?.eq_ignore_ascii_case("br") {
        return None;
    }
    let rest = tag[2..].trim_start();
    let rest = rest.strip_prefix('/').unwrap_or(rest);
    rest.strip_prefix('>').map(|after| text.len() - after.len())
}

/// An entity that Markdown writers use in cells, and its length.
fn entity(text: &str) -> Option<(char, usize)> {
    const ENTITIES: &[(&str, char)] = &[
        ("&nbsp;", ' '),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&amp;", '&'),
        ("&quot;", '"'),
        ("&#124;", '|'),
        ("&vert;", '|'),
        ("&le;", '≤'),
        ("&ge;", '≥'),
    ];
    ENTITIES.iter().find(|(written, _)| text.starts_with(written)).map(|&(written, shown)| (shown, written.len()))
}
