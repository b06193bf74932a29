//! Tables without rulings, or with only some: found by how texts align.
//!
//! What comes in: the words of a page that no ruled table has, and what is drawn on it. What goes out: grids with boxes,
//! and which words they hold. Lines are told apart in columns of running text first (`flow`); in each, stretches of lines
//! are scored as tables (`regions`, `score`) by the columns that their texts make (`columns`); a table's lines are then
//! its head (`header`) and its rows (`rows`).

pub(super) mod frame;
pub(super) mod line;

mod abreast;
mod chunks;
mod columns;
mod drawn;
mod grid;
mod header;
mod levels;
mod looks;
mod regions;
mod rows;
mod score;
#[cfg(test)]
mod tests;

use super::flow::{self, Item};
use super::table::Table;
use super::words::Word;
use crate::model::{Page, Rect, Ruling};
use drawn::{Drawn, PageEnds};
use frame::Frame;
use line::Line;

/// What the pages around say: a table may reach over this one's ends.
#[derive(Debug, Clone, Default)]
pub(super) struct Around {
    /// Column edges of a table that the page before may have left open.
    pub(super) held: Vec<f32>,
    /// Other pages follow.
    pub(super) more: bool,
}

/// Words from which a page, or its part in one direction, can hold a table.
const LEAST_WORDS: usize = 6;

/// The tables among the `free` words (indices in `words`) of a page. `known` are boxes of tables found otherwise, which
/// no table found here runs through; `rulings` are the page's lines, joined or as drawn.
pub(super) fn tables(
    page: &Page,
    words: &[Word],
    free: &[u32],
    known: &[Rect],
    rulings: &[Ruling],
    around: &Around,
) -> Vec<Table> {
    let mut out = Vec::new();
    for (frame, mut chosen) in by_frame(words, free) {
        if chosen.len() < LEAST_WORDS || !frame.is_square() {
            continue;
        }
        let lines = line::lines(page, words, &mut chosen, frame);
        if lines.iter().filter(|line| line.chunks.len() > 1).count() < 2 {
            continue;
        }
        let mut drawn = Drawn::new(rulings, &page.fills, frame);
        drawn.page = ends(&lines, known.iter().map(|bbox| frame.upright(bbox)), around);
        let known = known.iter().enumerate().map(|(number, bbox)| Item::Known(number, frame.upright(bbox)));
        let items: Vec<Item> = lines.into_iter().map(Item::Line).chain(known).collect();
        for zone in flow::zones(items) {
            for part in zone.items.split(|item| matches!(item, Item::Known(..))) {
                let lines: Vec<Line> = part
                    .iter()
                    .filter_map(|item| if let Item::Line(line) = item { Some(line.clone()) } else { None })
                    .collect();
                let text = |line: &Line, at: usize| {
                    let word = line.pieces.get(at).and_then(|piece| words.get(piece.word as usize));
                    word.map_or_else(String::new, |word| word.text(page).to_owned())
                };
                let one = goes_on(&lines, &drawn.page.held);
                let parts = if one { vec![lines] } else { abreast::parted(lines, &drawn) };
                for lines in parts {
                    let lines: Vec<&Line> = lines.iter().collect();
                    for region in regions::regions(&lines, &drawn, &text) {
                        let Some(inside) = lines.get(region.lines.clone()) else { continue };
                        let inside: Vec<Line> = inside.iter().map(|line| (*line).clone()).collect();
                        out.extend(grid::table(page, words, frame, &inside, &region.columns, &drawn));
                    }
                }
            }
        }
    }
    out
}

/// Part of the lines of several texts that stand in the columns of a table which goes on.
const MOST_IN_COLUMNS: f32 = 0.9;
/// How far, in points, a text may reach over a known column's edge.
const OVER_EDGE: f32 = 2.0;

/// How far, in points, its last column may reach beyond where it ended on the page before.
const FURTHER: f32 = 20.0;

/// Do nearly all lines stand in the columns of the table that the page before left open? Then they are one table, however
/// wide a gutter in it may be.
fn goes_on(lines: &[Line], held: &[f32]) -> bool {
    let in_column = |bbox: &Rect| {
        let (x0, x1) = (bbox.x0 + OVER_EDGE, bbox.x1 - OVER_EDGE);
        held.iter().skip(1).rev().skip(1).all(|x| *x <= x0.min(x1) || *x >= x0.max(x1))
    };
    let inside = |line: &&Line| line.pieces.iter().all(|piece| in_column(&piece.bbox));
    let several: Vec<&Line> = lines.iter().filter(|line| line.chunks.len() > 1).collect();
    let wide = lines.iter().map(|line| line.bbox.x1).fold(f32::MIN, f32::max);
    let within = held.last().is_some_and(|x1| wide <= x1 + FURTHER);
    let fits = several.iter().copied().filter(inside).count();
    held.len() > 2 && within && fits >= 2 && fits as f32 >= MOST_IN_COLUMNS * several.len() as f32
}

/// Where a page's content ends, as far as a table may go on there.
fn ends(lines: &[Line], known: impl Iterator<Item = Rect>, around: &Around) -> PageEnds {
    let (top, bottom) = lines
        .iter()
        .map(|line| line.bbox)
        .chain(known)
        .fold((f32::MAX, f32::MIN), |(top, bottom), bbox| (top.min(bbox.y0), bottom.max(bbox.y1)));
    PageEnds {
        top: (!around.held.is_empty()).then_some(top),
        bottom: around.more.then_some(bottom),
        held: around.held.clone(),
    }
}

/// Words by the frame in which they are upright; most words first. Page headers and footers that the file marks as such
/// are in no table.
fn by_frame(words: &[Word], free: &[u32]) -> Vec<(Frame, Vec<u32>)> {
    let mut out: Vec<(Frame, Vec<u32>)> = Vec::new();
    for &index in free {
        let Some(word) = words.get(index as usize).filter(|word| !word.artifact) else { continue };
        let frame = Frame::of(word);
        match out.iter_mut().find(|(known, _)| *known == frame) {
            Some((_, chosen)) => chosen.push(index),
            None => out.push((frame, vec![index])),
        }
    }
    out.sort_by_key(|(_, chosen)| std::cmp::Reverse(chosen.len()));
    out
}
