//! Walks a text once and asks, at each line, which dialect of table begins there; what none claims is a line.

use super::cell_lines::Kind;
use super::lines::RawLine;
use super::{cell_lines, closed_rows, comma_rows, drawn_rows, html_tables, pipe_rows, spaced_rows, tab_rows};
use crate::model::{Block, Grid, Line};
use std::borrow::Cow;
use std::collections::VecDeque;

/// Rows after which a long table is handed out and goes on in another grid.
pub(super) const CHUNK_ROWS: usize = 5_000;

/// Cells after which the same happens.
pub(super) const CHUNK_CELLS: usize = 200_000;

/// Lines of a paragraph at which a table of cells that pipes close is looked for: each look may read the whole paragraph.
const CLOSED_TRIES: u8 = 8;

/// What a dialect made of the text from a place on.
pub(super) enum Reading<'a> {
    /// Blocks up to `end`. `rows` counts those of the last grid if its table goes on there.
    Blocks { blocks: Vec<Block<'a>>, end: usize, goes_on: Option<usize> },
    /// No table; and, so that nobody has to look again, none of this dialect before `end`.
    Plain { end: usize },
}

/// Which dialect a table that goes on is in.
#[derive(Clone, Copy, PartialEq)]
enum Dialect {
    Tabs,
    CellLines,
    Pipes,
    /// Lines with pipes that are no rows of separated cells: a table of closed cells may still begin among them.
    Closed,
    Commas,
    Drawn,
    /// Columns that spaces keep apart.
    Spaces,
}

/// The lines and grids of a text.
pub(super) struct TextBlocks<'a> {
    text: &'a str,
    at: usize,
    ready: VecDeque<Block<'a>>,
    /// Up to here, lines with tabs are known to be no table.
    tabs_plain_until: usize,
    /// Up to here, lines with pipes are known to be no table.
    pipes_plain_until: usize,
    /// Up to here, lines with commas are known to be no table.
    commas_plain_until: usize,
    /// Up to here, drawn lines are known to be no table.
    drawn_plain_until: usize,
    /// Up to here, lines with wide gaps are known to be no table.
    spaced_plain_until: usize,
    /// How often more a table of cells that pipes close is looked for in this paragraph.
    closed_tries: u8,
    /// A table in parts: its dialect and the rows handed out so far.
    going_on: Option<(Dialect, usize)>,
    html: html_tables::Finder,
    after_blank: bool,
}

impl<'a> TextBlocks<'a> {
    pub(super) fn new(text: &'a str) -> Self {
        TextBlocks {
            text,
            at: 0,
            ready: VecDeque::new(),
            tabs_plain_until: 0,
            pipes_plain_until: 0,
            commas_plain_until: 0,
            drawn_plain_until: 0,
            spaced_plain_until: 0,
            closed_tries: CLOSED_TRIES,
            going_on: None,
            html: html_tables::Finder::default(),
            after_blank: true,
        }
    }

    /// Reads one step further.
    fn advance(&mut self, line: RawLine<'a>) {
        if self.going_on.is_none()
            && let Some((blocks, end)) = self.html.read(self.text, line)
        {
            self.ready.extend(blocks);
            self.at = end;
            return;
        }
        if let Some((dialect, rows_before)) = self.going_on.take() {
            return self.read_dialect(dialect, line, rows_before);
        }
        if line.start >= self.drawn_plain_until && drawn_rows::may_begin(line.text) {
            self.read_dialect(Dialect::Drawn, line, 0);
        } else if line.start >= self.pipes_plain_until && line.text.contains('|') {
            self.read_dialect(Dialect::Pipes, line, 0);
        } else if self.closed_tries > 0 && line.text.contains('|') && !line.has_tab() {
            self.read_dialect(Dialect::Closed, line, 0);
        } else if line.start >= self.tabs_plain_until && line.has_tab() {
            let kind = if line.text.starts_with('\t') { cell_lines::kind(self.text, line.start) } else { Kind::Other };
            match kind {
                Kind::Rows => self.read_dialect(Dialect::CellLines, line, 0),
                Kind::Other => self.read_dialect(Dialect::Tabs, line, 0),
                Kind::Paragraph { end } => {
                    self.tabs_plain_until = end;
                    self.read_line(line);
                }
            }
        } else if line.start >= self.commas_plain_until && comma_rows::may_begin(line.text) {
            self.read_dialect(Dialect::Commas, line, 0);
        } else if line.start >= self.spaced_plain_until && spaced_rows::may_begin(line.text) {
            self.read_dialect(Dialect::Spaces, line, 0);
        } else {
            self.read_line(line);
        }
    }

    fn read_dialect(&mut self, dialect: Dialect, line: RawLine<'a>, rows_before: usize) {
        let going_on = rows_before > 0;
        let reading = match dialect {
            Dialect::Tabs => tab_rows::read(self.text, line.start, going_on),
            Dialect::CellLines => cell_lines::read(self.text, line.start, going_on),
            Dialect::Pipes => pipe_rows::read(self.text, line.start, going_on, &mut self.closed_tries),
            Dialect::Closed => {
                self.closed_tries -= 1;
                closed_rows::read(self.text, line.start, line.start).unwrap_or(Reading::Plain { end: line.next })
            }
            Dialect::Commas => comma_rows::read(self.text, line.start, going_on),
            Dialect::Drawn => drawn_rows::read(self.text, line.start),
            Dialect::Spaces => spaced_rows::read(self.text, line.start),
        };
        match reading {
            Reading::Blocks { mut blocks, end, goes_on } if end > line.start => {
                self.closed_tries = CLOSED_TRIES;
                let first = blocks.iter_mut().find_map(|b| if let Block::Grid(grid) = b { Some(grid) } else { None });
                if let Some(Grid { first_row, .. }) = first {
                    *first_row = rows_before;
                }
                let dialect = if dialect == Dialect::Closed { Dialect::Pipes } else { dialect };
                self.going_on = goes_on.map(|rows| (dialect, if going_on { rows_before + rows } else { rows }));
                self.ready.extend(blocks);
                self.at = end;
            }
            Reading::Blocks { .. } => self.read_line(line),
            Reading::Plain { end } => {
                match dialect {
                    Dialect::Pipes => self.pipes_plain_until = end.max(line.next),
                    Dialect::Closed => {}
                    Dialect::Drawn => self.drawn_plain_until = end.max(line.next),
                    Dialect::Spaces => self.spaced_plain_until = end.max(line.next),
                    Dialect::Commas => self.commas_plain_until = end.max(line.next),
                    Dialect::Tabs | Dialect::CellLines => self.tabs_plain_until = end.max(line.next),
                }
                // Another dialect may still claim the line.
                if dialect == Dialect::Pipes && line.has_tab() && line.start >= self.tabs_plain_until {
                    self.advance(line);
                } else {
                    self.read_line(line);
                }
            }
        }
    }

    fn read_line(&mut self, line: RawLine<'a>) {
        self.at = line.next;
        if line.text.trim().is_empty() {
            self.closed_tries = CLOSED_TRIES;
        }
        self.ready.push_back(Block::Line(text_line(line.text)));
        if line.ends_page {
            self.ready.push_back(Block::PageBreak);
        }
    }
}

impl<'a> Iterator for TextBlocks<'a> {
    type Item = Block<'a>;

    fn next(&mut self) -> Option<Block<'a>> {
        loop {
            if let Some(block) = self.ready.pop_front() {
                let blank = matches!(&block, Block::Line(line) if line.text.is_empty());
                // A run of blank lines is one, and none begins a text.
                if blank && self.after_blank {
                    continue;
                }
                self.after_blank = blank;
                return Some(block);
            }
            let line = RawLine::at(self.text, self.at)?;
            self.advance(line);
        }
    }
}

/// A line of running text; Markdown's `#` makes it a heading.
pub(super) fn text_line(text: &str) -> Line<'_> {
    let text = text.trim();
    let marks = text.bytes().take_while(|&b| b == b'#').count();
    let title = &text[marks..];
    if (1..=6).contains(&marks) && title.starts_with([' ', '\t', '\u{3000}']) {
        let title = title.trim().trim_end_matches('#').trim_end();
        return Line { text: Cow::Borrowed(title), page: None, heading: u8::try_from(marks).ok() };
    }
    Line { text: Cow::Borrowed(text), page: None, heading: None }
}
