//! Text as a reader sees it: runs of white space are one space, block elements and `<br>` end lines.

use crate::model::{Block, Grid, Line};
use std::borrow::Cow;

/// A finished part of a page or of a cell.
#[derive(Debug, Clone)]
pub(super) enum Piece {
    Line {
        text: String,
        heading: Option<u8>,
    },
    /// Boxed: pages have many more lines than tables.
    Grid(Box<Grid>),
    PageBreak,
}

impl Piece {
    pub(super) fn into_block(self) -> Block<'static> {
        match self {
            Piece::Line { text, heading } => Block::Line(Line { text: Cow::Owned(text), page: None, heading }),
            Piece::Grid(grid) => Block::Grid(*grid),
            Piece::PageBreak => Block::PageBreak,
        }
    }
}

/// The content of the page or of one cell, growing.
#[derive(Debug, Default)]
pub(super) struct Flow {
    pub(super) pieces: Vec<Piece>,
    line: String,
    heading: Option<u8>,
}

impl Flow {
    /// Adds text; white space collapses unless the text is preformatted.
    pub(super) fn add_text(&mut self, text: &str, preformatted: bool) {
        if preformatted {
            for (n, line) in text.split('\n').enumerate() {
                if n > 0 {
                    self.end_line();
                }
                self.line.push_str(line);
            }
            return;
        }
        for c in text.chars() {
            // U+00A0 is a character of the text, not white space that collapses.
            if matches!(c, ' ' | '\t' | '\n' | '\r' | '\u{C}') {
                if !self.line.is_empty() && !self.line.ends_with(' ') {
                    self.line.push(' ');
                }
            } else {
                self.line.push(c);
            }
        }
    }

    /// What follows is a heading of this level, or none.
    pub(super) fn set_heading(&mut self, heading: Option<u8>) {
        self.end_line();
        self.heading = heading;
    }

    /// Ends the line, if one has begun.
    pub(super) fn end_line(&mut self) {
        let text = self.line.trim();
        if !text.is_empty() {
            self.pieces.push(Piece::Line { text: text.to_owned(), heading: self.heading });
        }
        self.line.clear();
    }

    /// Adds finished parts after the text so far.
    pub(super) fn add_pieces(&mut self, pieces: Vec<Piece>) {
        self.end_line();
        self.pieces.extend(pieces);
    }

    /// Everything in it.
    pub(super) fn finish(mut self) -> Vec<Piece> {
        self.end_line();
        self.pieces
    }
}

/// The text of a cell: its lines, with tables in it flattened to one line a row.
pub(super) fn cell_text(pieces: &[Piece]) -> String {
    let mut text = String::new();
    let mut add = |line: &str| {
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(line);
    };
    for piece in pieces {
        match piece {
            Piece::Line { text, .. } => add(text),
            Piece::PageBreak => {}
            Piece::Grid(grid) => {
                for row in 0..grid.rows {
                    let cells: Vec<&str> =
                        grid.row(row).iter().map(|c| c.text.as_str()).filter(|t| !t.is_empty()).collect();
                    if !cells.is_empty() {
                        add(&cells.join(" "));
                    }
                }
            }
        }
    }
    text
}
