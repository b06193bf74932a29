//! Tab-separated rows. Merged cells left empty cells, trailing tabs may be missing or too many, blank lines may stand
//! between rows, and a line break inside a cell cuts its row into lines that complete each other.

use super::lines::{RawLine, lines_from};
use super::text_blocks::{CHUNK_CELLS, CHUNK_ROWS, Reading};
use crate::ingest::text::{MAX_COLUMNS, MAX_ROW_BYTES};
use crate::model::{Block, Cell, Grid, GridOrigin};
use std::collections::HashMap;

/// Blank lines that may stand between two rows of one table.
const MAX_BLANKS: usize = 3;

/// Lines without a tab that may stand inside one broken cell.
const MAX_BROKEN_LINES: usize = 40;

/// Lines and bytes that a quoted cell may run over.
const MAX_QUOTED_LINES: usize = 200;
const MAX_QUOTED: usize = 64 << 10;

/// Tabs that a single line must have to be a row of a table.
const MIN_TABS_OF_LONE_ROW: usize = 3;

/// Of ten rows, how many must have one number of tabs before lines are joined to reach it.
const REGULAR_OF_TEN: usize = 8;

/// A row, or a part of one, as a stretch of the text.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    start: usize,
    end: usize,
    tabs: usize,
    /// Where the line after it begins.
    next: usize,
    ends_page: bool,
}

/// The table of tab-separated rows that begins at `start`; `going_on` if it continues one handed out before.
pub(super) fn read<'a>(text: &'a str, start: usize, going_on: bool) -> Reading<'a> {
    let region = collect(text, start);
    let Some(last) = region.stretches.last() else {
        return Reading::Plain { end: start };
    };
    let plain_end = last.next;
    if region.too_wide {
        return Reading::Plain { end: plain_end };
    }
    let rows = join_broken(text, &region.stretches);
    if rows.is_empty() || (!going_on && !is_table(text, &rows)) {
        return Reading::Plain { end: rows.last().map_or(plain_end, |row| row.next) };
    }
    let end = rows.last().map_or(start, |row| row.next);
    let ends_page = rows.last().is_some_and(|row| row.ends_page);
    let grid = grid(text, &rows);
    let goes_on = (region.full && end == plain_end).then_some(rows.len());
    let mut blocks = vec![Block::Grid(grid)];
    if ends_page {
        blocks.push(Block::PageBreak);
    }
    Reading::Blocks { blocks, end, goes_on }
}

/// Lines that may belong to one table.
struct Region {
    stretches: Vec<Stretch>,
    /// Cut because it is long, not because it ends.
    full: bool,
    too_wide: bool,
}

fn collect(text: &str, start: usize) -> Region {
    let mut region = Region { stretches: Vec::new(), full: false, too_wide: false };
    let (mut cells, mut widest, mut blanks, mut plain) = (0, 0, 0, 0);
    let mut at = start;
    while let Some(line) = RawLine::at(text, at) {
        if line.is_blank() {
            blanks += 1;
            // Nothing broken goes on after a blank line.
            if blanks > MAX_BLANKS || plain > 0 || line.ends_page {
                break;
            }
            at = line.next;
            continue;
        }
        let stretch = logical_line(text, line);
        if stretch.tabs == 0 {
            plain += 1;
            if blanks > 0 || plain > MAX_BROKEN_LINES || is_other_dialect(line.text) {
                break;
            }
        } else {
            plain = 0;
            // After a blank line, a tab before a paragraph indents it, or begins another dialect.
            if blanks > 0 && stretch.tabs == 1 && line.text.starts_with('\t') {
                break;
            }
            if blanks > 0 && line.text.trim_end_matches('\t').matches('\t').count() > widest {
                break;
            }
            widest = widest.max(stretch.tabs);
        }
        let too_many = || line.text.trim_end_matches('\t').matches('\t').count() >= MAX_COLUMNS;
        if line.text.len() > MAX_ROW_BYTES || stretch.tabs >= MAX_COLUMNS && too_many() {
            region.too_wide = region.stretches.is_empty();
            if region.too_wide {
                region.stretches.push(stretch);
            }
            break;
        }
        blanks = 0;
        cells += stretch.tabs + 1;
        region.stretches.push(stretch);
        at = stretch.next;
        if stretch.ends_page {
            break;
        }
        if region.stretches.len() >= CHUNK_ROWS || cells >= CHUNK_CELLS {
            region.full = true;
            break;
        }
    }
    // Lines without a tab at the end belong to what follows.
    while !region.full && region.stretches.last().is_some_and(|s| s.tabs == 0) {
        region.stretches.pop();
    }
    region
}

fn is_other_dialect(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with('|') || line.starts_with("<table") || line.starts_with("<TABLE")
}

/// A line with what a quoted cell in it carries over to the next ones.
fn logical_line(text: &str, line: RawLine<'_>) -> Stretch {
    let mut stretch =
        Stretch { start: line.start, end: line.end(), tabs: line.tabs(), next: line.next, ends_page: line.ends_page };
    if line.ends_page || !opens_quote(line.text) {
        return stretch;
    }
    for more in lines_from(text, line.next).take(MAX_QUOTED_LINES) {
        let begins_row = more.is_blank() && !line.has_tab();
        if begins_row || more.ends_page || more.start - line.start > MAX_QUOTED {
            break;
        }
        if !more.text.contains('"') {
            continue;
        }
        // The quote closes where the quotes of the lines so far are even and a tab or the line's end follows.
        let joined = &text[line.start..more.end()];
        if !opens_quote(joined) {
            stretch.end = more.end();
            stretch.tabs = fields(joined).len() - 1;
            stretch.next = more.next;
            break;
        }
    }
    stretch
}

/// Whether the last quoted field of these lines is still open.
fn opens_quote(row: &str) -> bool {
    // A cheap look first: hardly any line has a quote at the start of a field.
    if !row.starts_with('"') && !row.contains("\t\"") {
        return false;
    }
    let mut rest = row;
    loop {
        if let Some(quoted) = rest.strip_prefix('"') {
            match end_of_quoted(quoted) {
                Some(end) => rest = &quoted[end..],
                None => return true,
            }
        }
        match rest.find('\t') {
            Some(tab) => rest = &rest[tab + 1..],
            None => return false,
        }
    }
}

/// Past the closing quote of a field whose opening quote is taken off: a quote, not doubled, before a tab or the end.
fn end_of_quoted(quoted: &str) -> Option<usize> {
    let bytes = quoted.as_bytes();
    let mut at = 0;
    while let Some(quote) = memchr::memchr(b'"', &bytes[at..]).map(|q| at + q) {
        match bytes.get(quote + 1) {
            Some(b'"') => at = quote + 2,
            None | Some(b'\t' | b'\n') => return Some(quote + 1),
            // A quote inside words: this field is not quoted as a spreadsheet would.
            Some(_) => return Some(quote + 1),
        }
    }
    None
}

/// The cells of a row.
fn fields(row: &str) -> Vec<&str> {
    let mut fields = Vec::new();
    let mut rest = row;
    loop {
        let quoted = rest.strip_prefix('"').and_then(end_of_quoted).map_or(0, |end| end + 1);
        match rest[quoted..].find('\t') {
            Some(tab) => {
                fields.push(&rest[..quoted + tab]);
                rest = &rest[quoted + tab + 1..];
            }
            None => {
                fields.push(rest);
                return fields;
            }
        }
    }
}

/// Joins lines that complete each other to the number of tabs that the table's rows have. Ends the rows at a line
/// without a tab that completes nothing.
fn join_broken(text: &str, stretches: &[Stretch]) -> Vec<Stretch> {
    let unjoined = || stretches.iter().copied().take_while(|s| s.tabs > 0).collect::<Vec<_>>();
    let Some(usual) = usual_tabs(stretches) else {
        return unjoined();
    };
    if stretches.iter().all(|s| s.tabs >= usual) {
        return unjoined();
    }
    // Where trailing tabs are left out, short rows are common and say nothing; where they are kept, a row whose last
    // cell is blank ends with a tab.
    let padded = stretches.iter().any(|s| s.tabs == usual && text[s.start..s.end].ends_with('\t'));
    let mut rows = Vec::new();
    let mut at = 0;
    while let Some(first) = stretches.get(at) {
        let mut row = *first;
        let mut taken = 1;
        let mut proven = padded;
        while row.tabs < usual && taken <= MAX_BROKEN_LINES {
            let Some(more) = stretches.get(at + taken).filter(|m| row.tabs + m.tabs <= usual) else {
                break;
            };
            row = Stretch { start: row.start, tabs: row.tabs + more.tabs, ..*more };
            taken += 1;
            proven |= more.tabs == 0;
        }
        if !proven && taken > 1 {
            (row, taken) = (*first, 1);
        }
        // Lines without a tab after a complete row belong to its last cell if the table goes on after them.
        let trailing = stretches[at + taken..].iter().take_while(|s| s.tabs == 0).count();
        let can_go_on = trailing > 0 && !ends_in_number(&text[row.start..row.end]);
        if row.tabs == usual && can_go_on && stretches.len() > at + taken + trailing && first.tabs > 0 {
            row = Stretch { start: row.start, tabs: row.tabs, ..stretches[at + taken + trailing - 1] };
            taken += trailing;
        }
        if row.tabs == usual && first.tabs > 0 {
            rows.push(row);
            at += taken;
        } else if first.tabs > 0 {
            rows.push(*first);
            at += 1;
        } else {
            break;
        }
    }
    let regular = rows.iter().filter(|row| row.tabs == usual).count();
    if regular * 10 >= rows.len() * REGULAR_OF_TEN { rows } else { between_equals(text, &unjoined()) }
}

/// Rows of a table of several widths, of which two that stand between two of one width complete each other to it: a cell
/// of words was broken where the second begins.
fn between_equals(text: &str, rows: &[Stretch]) -> Vec<Stretch> {
    let mut out: Vec<Stretch> = Vec::with_capacity(rows.len());
    let mut at = 0;
    while let Some(first) = rows.get(at) {
        at += 1;
        out.push(*first);
        let before = out.iter().rev().nth(1).copied();
        let (Some(before), Some(second), Some(after)) = (before, rows.get(at), rows.get(at + 1)) else {
            continue;
        };
        let broken = before.tabs == after.tabs
            && first.tabs + second.tabs == before.tabs
            && first.next == second.start
            && !text[first.start..first.end].ends_with('\t')
            && text[second.start..second.end].starts_with(|c: char| c.is_alphabetic())
            && !ends_in_number(&text[first.start..first.end]);
        if broken && let Some(last) = out.last_mut() {
            *last = Stretch { start: first.start, tabs: before.tabs, ..*second };
            at += 1;
        }
    }
    out
}

/// Is the last cell of a row a bare number? No words go on behind it: what follows is text between two tables.
fn ends_in_number(row: &str) -> bool {
    let last = row.rsplit('\t').next().unwrap_or("").trim();
    last.contains(|c: char| c.is_ascii_digit()) && last.chars().all(|c| c.is_ascii_digit() || ".,%-".contains(c))
}

/// The number of tabs that most rows have, if it is enough for a line break to show.
fn usual_tabs(stretches: &[Stretch]) -> Option<usize> {
    let mut counts: HashMap<usize, usize> = HashMap::new();
    for stretch in stretches.iter().filter(|s| s.tabs >= 2) {
        *counts.entry(stretch.tabs).or_default() += 1;
    }
    let (&tabs, &rows) = counts.iter().max_by_key(|&(&tabs, &rows)| (rows, tabs))?;
    (rows >= 3).then_some(tabs)
}

/// Tells a table from prose in which tabs stand: indents, lists, contents, signatures spread over a line.
fn is_table(text: &str, rows: &[Stretch]) -> bool {
    let filled: Vec<Vec<&str>> = rows
        .iter()
        .map(|row| fields(&text[row.start..row.end]).into_iter().map(str::trim).filter(|f| !f.is_empty()).collect())
        .filter(|row: &Vec<&str>| !row.is_empty())
        .collect();
    let several = filled.iter().filter(|row| row.len() >= 2).count();
    if several == 0 {
        return false;
    }
    if rows.len() < 2 {
        // A row that a page break left alone, unless it is labels spread over a line: 负责人：… 填表人：…
        let labels = filled[0].iter().filter(|field| field.contains(['：', ':'])).count();
        return rows[0].tabs >= MIN_TABS_OF_LONE_ROW && labels * 2 < filled[0].len();
    }
    // Indented prose with an odd tab inside.
    if several * 5 < filled.len() && filled.iter().all(|row| row.len() <= 2) {
        return false;
    }
    let pairs_only = filled.iter().all(|row| row.len() <= 2);
    let list = filled.iter().filter(|row| row.len() == 2 && (is_list_mark(row[0]) || is_contents(row))).count();
    !(pairs_only && list * 2 > several)
}

/// `1.`, `（一）`, `•`: what a word processor puts before a tab in a list.
fn is_list_mark(field: &str) -> bool {
    let inner = field.trim_matches(|c: char| "()（）.．、。:：".contains(c));
    inner.len() < field.len()
        && inner.chars().count() <= 3
        && inner.chars().all(|c| c.is_ascii_digit() || "一二三四五六七八九十".contains(c))
        || matches!(field, "•" | "●" | "·" | "-" | "*" | "◆" | "■" | "➢")
}

/// A line of a table of contents: a numbered title and its page.
fn is_contents(row: &[&str]) -> bool {
    let numbered = row[0].starts_with(['一', '二', '三', '四', '五', '六', '七', '八', '九', '十', '（', '('])
        && row[0].contains(['、', '）', ')']);
    numbered && row[1].len() <= 4 && row[1].bytes().all(|b| b.is_ascii_digit())
}

fn grid(text: &str, rows: &[Stretch]) -> Grid {
    let mut cells = Vec::new();
    let mut width = 0;
    for (row, stretch) in rows.iter().enumerate() {
        for (column, field) in fields(&text[stretch.start..stretch.end]).into_iter().enumerate().take(MAX_COLUMNS) {
            let cell = Cell::new(row, column, cell_text(field));
            if !cell.text.is_empty() {
                width = width.max(column + 1);
            }
            cells.push(cell);
        }
    }
    // Columns that are blank to the right of everything are trailing tabs, not columns.
    cells.retain(|cell| cell.column < width);
    Grid { rows: rows.len(), ..Grid::new(GridOrigin::Separated, cells) }
}

/// A cell's text without the quotes that a spreadsheet puts around line breaks and quotes.
fn cell_text(field: &str) -> String {
    let field = field.trim();
    let inner = field.strip_prefix('"').and_then(|f| f.strip_suffix('"')).filter(|f| {
        let single = f.replace("\"\"", "");
        !single.contains('"') && (f.contains('\n') || f.contains("\"\""))
    });
    match inner {
        Some(inner) => inner.replace("\"\"", "\"").trim().to_owned(),
        None => trim_lines(field),
    }
}

/// Lines of a cell without the white space around each.
pub(super) fn trim_lines(text: &str) -> String {
    if !text.contains('\n') {
        return text.to_owned();
    }
    text.split('\n').map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}
