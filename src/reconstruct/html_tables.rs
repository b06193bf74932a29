//! HTML tables inside a text: from `<table` to the end tag that matches, read by [`crate::ingest::html`].

use super::lines::RawLine;
use super::text_blocks::text_line;
use crate::ingest::{Limits, html};
use crate::model::Block;
use memchr::memchr_iter;
use std::borrow::Cow;

/// Finds HTML tables. Remembers what it knows of the text ahead, so that a text full of unclosed tags is scanned once.
#[derive(Default)]
pub(super) struct Finder {
    /// No table is closed after this place.
    unclosed_from: Option<usize>,
    /// Where a long table ends of which a part was handed out, and the rows of that.
    open: Option<(usize, usize)>,
}

/// Bytes of a table after which it is handed out at the next row's end, to go on in another grid.
const CHUNK_BYTES: usize = 4 << 20;

impl Finder {
    /// If a table begins in this line: the blocks from the line's start to past the table, and where that is.
    pub(super) fn read<'a>(&mut self, text: &'a str, line: RawLine<'a>) -> Option<(Vec<Block<'a>>, usize)> {
        let mut blocks = Vec::new();
        let (start, end, rows_before) = match self.open.take() {
            Some((end, rows)) => (line.start, end, rows),
            None => {
                let opens = find_tag(line.text, 0, "<table")?;
                let start = line.start + opens;
                let end = self.end_of_table(text, start)?;
                let before = line.text[..opens].trim();
                if !before.is_empty() {
                    blocks.push(Block::Line(text_line(before)));
                }
                (start, end, 0)
            }
        };
        let cut =
            if end - start > CHUNK_BYTES { end_of_row(text, start, end, usize::from(rows_before > 0)) } else { None };
        let part = &text[start..cut.unwrap_or(end)];
        let part = if rows_before > 0 { Cow::Owned(format!("<table>{part}")) } else { Cow::Borrowed(part) };
        let first = blocks.len();
        blocks.extend(html::blocks(&part, &Limits::default()));
        let rows = blocks[first..].iter_mut().find_map(|block| match block {
            Block::Grid(grid) => {
                grid.first_row = rows_before;
                Some(grid.rows)
            }
            _ => None,
        });
        match cut {
            Some(cut) => {
                self.open = Some((end, rows_before + rows.unwrap_or(0).max(1)));
                Some((blocks, cut))
            }
            None => Some((blocks, skip_line_end(text, end))),
        }
    }

    /// Past the matching end tag; past the last one there is, if tables are left open; `None` if nothing closes.
    fn end_of_table(&mut self, text: &str, start: usize) -> Option<usize> {
        if self.unclosed_from.is_some_and(|from| start >= from) {
            return None;
        }
        let bytes = text.as_bytes();
        let mut depth = 0usize;
        let mut last_end = None;
        for at in memchr_iter(b'<', &bytes[start..]).map(|at| start + at) {
            if is_tag(&bytes[at..], b"<table") {
                depth += 1;
            } else if is_tag(&bytes[at..], b"</table") {
                let end = memchr::memchr(b'>', &bytes[at..]).map_or(text.len(), |close| at + close + 1);
                last_end = Some(end);
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return last_end;
                }
            }
        }
        if last_end.is_none() {
            self.unclosed_from = Some(start);
            // A table whose end is cut off still has rows.
            return find_tag(text, start, "<tr").map(|_| text.len());
        }
        last_end
    }
}

/// Past the first row of the outer table that ends a chunk's length on; `None` if the table ends before. `depth` is
/// that of tables open at `start`.
fn end_of_row(text: &str, start: usize, end: usize, mut depth: usize) -> Option<usize> {
    let bytes = &text.as_bytes()[..end];
    for at in memchr_iter(b'<', &bytes[start..]).map(|at| start + at) {
        if is_tag(&bytes[at..], b"<table") {
            depth += 1;
        } else if is_tag(&bytes[at..], b"</table") {
            depth = depth.saturating_sub(1);
        } else if at - start > CHUNK_BYTES && depth == 1 && is_tag(&bytes[at..], b"</tr") {
            let close = memchr::memchr(b'>', &bytes[at..])? + at + 1;
            return (close < end && find_tag(&text[..end], close, "<tr").is_some()).then_some(close);
        }
    }
    None
}

fn skip_line_end(text: &str, end: usize) -> usize {
    let rest = &text[end..];
    let blank = rest.len() - rest.trim_start_matches([' ', '\t']).len();
    if rest[blank..].starts_with('\n') { end + blank + 1 } else { end }
}

/// Where this tag begins, from a place on.
fn find_tag(text: &str, from: usize, tag: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    memchr_iter(b'<', &bytes[from..]).map(|at| from + at).find(|&at| is_tag(&bytes[at..], tag.as_bytes()))
}

fn is_tag(bytes: &[u8], tag: &[u8]) -> bool {
    bytes.len() > tag.len()
        && bytes[..tag.len()].eq_ignore_ascii_case(tag)
        && matches!(bytes[tag.len()], b'>' | b'/' | b' ' | b'\t' | b'\n')
}

#[cfg(test)]
mod tests {
    use crate::model::Block;
    use crate::reconstruct::text_blocks::TextBlocks;

    #[test]
    fn a_table_of_many_megabytes_comes_in_parts_that_hold_every_row_once() {
        let row = format!("<tr><td>一</td><td>{}</td></tr>\n", "二".repeat(1000));
        let text = format!("前\n<table>\n{}</table>\n后\n", row.repeat(3_000));
        let (mut rows, mut parts, mut lines) = (0, 0, Vec::new());
        for block in TextBlocks::new(&text) {
            match block {
                Block::Grid(grid) => {
                    assert_eq!((grid.first_row, grid.columns), (rows, 2));
                    rows += grid.rows;
                    parts += 1;
                }
                Block::Line(line) => lines.push(line.text.into_owned()),
                Block::PageBreak | Block::Finding(_) => {}
            }
        }
        assert_eq!((rows, parts), (3_000, 3));
        assert_eq!(lines, ["前", "后"]);
    }
}
