//! Lines of text as a search for columns sees them: pieces (words, with what they look like), and chunks of pieces
//! that no clear gap divides.

use super::super::cell_text::{self, TextLine};
use super::super::words::{Word, is_ideographic};
use super::chunks::{chunks, is_justified, part_headings};
use super::frame::Frame;
use super::looks::{goes_on, is_leader, is_unit, is_year, kind, trailing_dots};
use crate::model::{Page, Rect};

pub(in super::super) use super::chunks::Chunk;
pub(in super::super) use super::looks::Kind;

/// One word in upright coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Piece {
    /// Index in the words.
    pub(in super::super) word: u32,
    /// Upright box.
    pub(in super::super) bbox: Rect,
    /// Font size.
    pub(in super::super) size: f32,
    /// What it looks like.
    pub(in super::super) kind: Kind,
    /// Glyphs in it.
    pub(in super::super) glyphs: u32,
    /// Its first character sets no spaces between words.
    pub(in super::super) ideographic: bool,
    /// Leader dots stood before it.
    pub(in super::super) after_leader: bool,
    /// In a bold face.
    pub(in super::super) bold: bool,
    /// Digits that may go on the number before: `234` after `1`.
    pub(in super::super) continues: bool,
    /// A sign of currency.
    pub(in super::super) currency: bool,
    /// It begins with a bracket.
    pub(in super::super) bracketed: bool,
    /// It ends in a comma.
    pub(in super::super) ends_in_comma: bool,
    /// A number that reads as a year: `2010`, `2009/10`.
    pub(in super::super) year: bool,
    /// A list's number, if its line begins with it.
    pub(in super::super) counts: bool,
    /// A program that boxes whole texts boxed it apart from the piece before it.
    pub(in super::super) boxed_apart: bool,
}

/// One line in upright coordinates.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Line {
    /// Left to right.
    pub(in super::super) pieces: Vec<Piece>,
    /// Left to right.
    pub(in super::super) chunks: Vec<Chunk>,
    /// All its words and where their middles lie, leader dots included.
    pub(in super::super) words: Vec<(u32, f32)>,
    /// Around all pieces.
    pub(in super::super) bbox: Rect,
    /// Baseline.
    pub(in super::super) down: f32,
    /// Largest font size.
    pub(in super::super) size: f32,
    /// Leader dots stood in it.
    pub(in super::super) leaders: bool,
}

impl Line {
    /// A line of these pieces, left to right; None of none.
    pub(in super::super) fn new(
        mut pieces: Vec<Piece>,
        words: Vec<(u32, f32)>,
        down: f32,
        leaders: bool,
    ) -> Option<Line> {
        // Only a line's first word can be a list's number; further on, (2) is a value.
        if let Some(first) = pieces.first_mut().filter(|first| first.counts) {
            first.kind = Kind::Marker;
        }
        let bbox = pieces.iter().map(|piece| piece.bbox).reduce(|a, b| a.union(&b))?;
        let size = pieces.iter().map(|piece| piece.size).fold(0.0, f32::max).max(0.1);
        let chunks = chunks(&pieces, size, is_justified(&pieces, size));
        Some(Line { pieces, chunks, words, bbox, down, size, leaders })
    }

    /// Is it one text without a clear gap that could be a line of a paragraph: several words, or many ideographs?
    pub(in super::super) fn is_solid_text(&self) -> bool {
        match self.chunks.as_slice() {
            [only] => is_prose_like(self.pieces.get(only.pieces.clone()).unwrap_or(&[])),
            _ => false,
        }
    }
}

/// Words from which a text looks like a part of a sentence.
const PROSE_WORDS: usize = 4;
/// The same in ideographs.
const PROSE_IDEOGRAPHS: u32 = 10;

/// Could these pieces be a line of running text?
pub(in super::super) fn is_prose_like(pieces: &[Piece]) -> bool {
    let words = pieces.iter().filter(|p| matches!(p.kind, Kind::Text) && !p.ideographic).count();
    let ideographs: u32 = pieces.iter().filter(|p| p.ideographic).map(|p| p.glyphs).sum();
    words >= PROSE_WORDS && 2 * words >= pieces.len() || ideographs >= PROSE_IDEOGRAPHS
}

/// The lines of these words (indices in `words`), all of one frame. `words` may grow: a word that runs into leader
/// dots is cut there, and the dots are left out.
pub(in super::super) fn lines(page: &Page, words: &[Word], chosen: &mut [u32], frame: Frame) -> Vec<Line> {
    let boxed = boxes_texts(page);
    let lines = cell_text::lines(words, chosen);
    let mut lines: Vec<Line> = lines.iter().filter_map(|line| upright_line(page, words, line, frame, boxed)).collect();
    part_headings(&mut lines);
    lines
}

/// Ideographs that a box holds on average from which boxes are of texts, not of words: those have two or three.
const LEAST_BOXED: usize = 4;

/// Was this page read by a program that boxes whole texts, each cell's lines one by one?
fn boxes_texts(page: &Page) -> bool {
    if page.scores.is_empty() {
        return false;
    }
    let (mut boxes, mut ideographs) = (0, 0);
    for run in &page.runs {
        let count = page.run_text(run).chars().filter(|c| is_ideographic(*c)).count();
        boxes += usize::from(count > 1);
        ideographs += if count > 1 { count } else { 0 };
    }
    boxes > 0 && ideographs >= LEAST_BOXED * boxes
}

fn upright_line(page: &Page, words: &[Word], line: &TextLine, frame: Frame, boxed: bool) -> Option<Line> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(line.words.len());
    let mut run = None;
    let mut leaders = false;
    let mut after_leader = false;
    let texts: Vec<&str> =
        line.words.iter().map(|&index| words.get(index as usize).map_or("", |word| word.text(page))).collect();
    for (place, (&index, text)) in line.words.iter().zip(&texts).enumerate() {
        let Some(word) = words.get(index as usize) else { continue };
        if is_leader(&texts, place) {
            leaders = true;
            after_leader = true;
            continue;
        }
        let mut bbox = frame.upright(&word.bbox);
        let trailing = trailing_dots(text);
        if trailing > 0 {
            // Dots that run on to the next column: only the text before them counts.
            leaders = true;
            let keep = (word.glyphs.end - word.glyphs.start).saturating_sub(trailing).max(1);
            let glyphs = word.glyphs.start as usize..(word.glyphs.start + keep) as usize;
            let inked = page.glyphs.get(glyphs).unwrap_or(&[]).iter().map(|glyph| glyph.bbox);
            bbox = inked.reduce(|a, b| a.union(&b)).map_or(bbox, |b| frame.upright(&b));
        }
        let (looks, counts) = (kind(text), text.contains(|c: char| c.is_ascii_digit()));
        pieces.push(Piece {
            word: index,
            bbox,
            size: word.size,
            kind: match looks {
                // A unit right after its number.
                Kind::Text if is_unit(text) && pieces.last().is_some_and(|before| measures(before, &bbox)) => {
                    Kind::After
                }
                Kind::Marker if counts => Kind::Number,
                kind => kind,
            },
            counts: counts && looks == Kind::Marker,
            glyphs: word.glyphs.end - word.glyphs.start,
            ideographic: text.chars().next().is_some_and(is_ideographic),
            after_leader: std::mem::take(&mut after_leader),
            bold: page.runs.get(word.run as usize).is_some_and(|run| run.bold),
            continues: place
                .checked_sub(1)
                .and_then(|before| texts.get(before))
                .is_some_and(|before| goes_on(before, text)),
            currency: text.ends_with(['$', '€', '£', '¥', '￥']),
            bracketed: text.starts_with(['(', '（', '[']),
            ends_in_comma: text.ends_with(','),
            year: is_year(text),
            boxed_apart: boxed && run.is_some_and(|run| run != word.run),
        });
        run = Some(word.run);
        after_leader |= trailing > 0;
    }
    let middle = |index: u32| words.get(index as usize).map_or(0.0, |word| frame.upright(&word.bbox).center().0);
    let all = line.words.iter().map(|&index| (index, middle(index))).collect();
    Line::new(pieces, all, line.down, leaders)
}

/// Gap, in ems, between a number and its unit.
const UNIT_GAP: f32 = 0.5;

/// Is what stands here set right after a number?
fn measures(before: &Piece, bbox: &Rect) -> bool {
    before.kind == Kind::Number && bbox.x0 - before.bbox.x1 < UNIT_GAP * before.size
}
