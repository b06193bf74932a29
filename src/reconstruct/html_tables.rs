//! HTML tables inside a text: from `<table` to the end tag that matches, read by [`crate::ingest::html`].

use super::lines::RawLine;
use super::text_blocks::text_line;
use crate::ingest::{Limits, html};
use crate::model::Block;
use memchr::memchr_iter;

/// Finds HTML tables. Remembers what it knows of the text ahead, so that a text full of unclosed tags is scanned once.
#[derive(Default)]
pub(super) struct Finder {
    /// No table is closed after this place.
    unclosed_from: Option<usize>,
}

impl Finder {
    /// If a table begins in this line: the blocks from the line's start to past the table, and where that is.
    pub(super) fn read<'a>(&mut self, text: &'a str, line: RawLine<'a>) -> Option<(Vec<Block<'a>>, usize)> {
        let opens = find_tag(line.text, 0, "<table")?;
        let start = line.start + opens;
        let end = self.end_of_table(text, start)?;
        let mut blocks = Vec::new();
        let before = line.text[..opens].trim();
        if !before.is_empty() {
            blocks.push(Block::Line(text_line(before)));
        }
        blocks.extend(html::blocks(&text[start..end], &Limits::default()));
        Some((blocks, skip_line_end(text, end)))
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
