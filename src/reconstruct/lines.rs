//! Lines of a text, read where they stand: nothing is copied, nothing is kept.

use memchr::{memchr_iter, memchr2};

/// One line of a text.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct RawLine<'a> {
    /// Without its end.
    pub(super) text: &'a str,
    /// Where it begins.
    pub(super) start: usize,
    /// Where the next line begins.
    pub(super) next: usize,
    /// It ends with a form feed: so does the page.
    pub(super) ends_page: bool,
}

impl<'a> RawLine<'a> {
    /// The line that begins at `start`, if the text goes on there.
    pub(super) fn at(text: &'a str, start: usize) -> Option<Self> {
        let rest = text.get(start..).filter(|rest| !rest.is_empty())?;
        let line = match memchr2(b'\n', b'\x0C', rest.as_bytes()) {
            Some(end) => {
                RawLine { text: &rest[..end], start, next: start + end + 1, ends_page: rest.as_bytes()[end] == b'\x0C' }
            }
            None => RawLine { text: rest, start, next: text.len(), ends_page: false },
        };
        Some(line)
    }

    /// Where its text ends.
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    /// Nothing visible, and no tab that could be a cell.
    pub(super) fn is_blank(&self) -> bool {
        !self.has_tab() && self.text.trim().is_empty()
    }

    pub(super) fn has_tab(&self) -> bool {
        memchr::memchr(b'\t', self.text.as_bytes()).is_some()
    }

    pub(super) fn tabs(&self) -> usize {
        memchr_iter(b'\t', self.text.as_bytes()).count()
    }
}

/// The lines from a place on.
pub(super) fn lines_from(text: &str, start: usize) -> impl Iterator<Item = RawLine<'_>> {
    let mut at = start;
    std::iter::from_fn(move || {
        let line = RawLine::at(text, at)?;
        at = line.next;
        Some(line)
    })
}
