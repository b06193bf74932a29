//! One table, several witnesses: where drawn walls tell only a part of a table (its head's backgrounds, a frame with
//! columns but no rows), the alignment of the texts tells the whole. Which of two readings is kept is decided here.

use super::figures;
use super::head_body;
use super::stream;
use super::table::{Evidence, Table};
use super::words::Word;
use crate::model::{Axis, Page, Rect};

/// A ruled table of up to this many rows may be a part of a larger one.
const FEW_ROWS: usize = 3;
/// How many times as many words the larger one must have.
const LARGER: f32 = 1.3;
/// Or by how many rows it must be finer: columns were ruled, rows were not.
const MORE_ROWS: usize = 3;
/// Share of a ruled table's words that the other reading must have.
const MOST: f32 = 0.9;
/// Rows more that a reading may have between a table's lines.
const HEAD_LEVELS: usize = 2;
/// The same of a frame that is no table by itself.
const HALF: f32 = 0.5;
/// Numbers below each other in one cell from which the cell looks like several rows.
const STACKED: usize = 3;

/// The tables of a page: those of `ruled` that hold, and those found by alignment. `taken` tells the words that are in
/// no table whatever: headers and footers.
pub(super) fn tables(
    page: &Page,
    words: &[Word],
    ruled: Vec<Table>,
    taken: &[bool],
    around: &stream::Around,
) -> Vec<Table> {
    let (doubtful, mut kept): (Vec<Table>, Vec<Table>) = ruled.into_iter().partition(|table| {
        let part = table.columns() > 1 && (table.rows() <= FEW_ROWS || is_stacked(table));
        table.tagged.is_none() && (table.weak || table.evidence == Evidence::Rows || part)
    });
    let figures = figures::figures(page);
    let mut aligned = aligned(page, words, &kept, &figures, taken, around);
    if doubtful.is_empty() {
        kept.append(&mut aligned);
        return head_body::joined(kept);
    }
    aligned.retain(|other| !joins(other, &doubtful));
    // A reading that explains more replaces the ruled one; all others give way to it.
    let mut replaced = Vec::new();
    for table in doubtful {
        if let Some(parts) = parts(page, &aligned, &table) {
            for at in parts.into_iter().rev() {
                replaced.push(aligned.swap_remove(at));
            }
            continue;
        }
        let better = aligned.iter().position(|other| explains(other, &table));
        match better {
            Some(at) => replaced.push(aligned.swap_remove(at)),
            None if replaced.iter().any(|other| explains(other, &table)) => {}
            None => kept.push(table),
        }
    }
    kept.extend(replaced);
    // What is left was found among words that are now spoken for: looked at once more without them.
    let mut rest = self::aligned(page, words, &kept, &figures, taken, around);
    kept.append(&mut rest);
    head_body::joined(kept)
}

/// Tables by alignment outside of these.
fn aligned(
    page: &Page,
    words: &[Word],
    kept: &[Table],
    figures: &[Rect],
    taken: &[bool],
    around: &stream::Around,
) -> Vec<Table> {
    let mut taken = taken.to_vec();
    for &word in kept.iter().flat_map(|table| &table.words) {
        if let Some(taken) = taken.get_mut(word as usize) {
            *taken = true;
        }
    }
    let free: Vec<u32> = (0u32..).zip(&taken).filter(|(_, taken)| !**taken).map(|(word, _)| word).collect();
    let boxes: Vec<Rect> = kept.iter().map(|table| table.bbox).collect();
    let mut found = stream::tables(page, words, &free, &boxes, &page.rulings, around);
    found.retain(|table| !figures::is_labels(figures, words, &table.words));
    found
}

/// Does a reading by alignment hold all of a ruled table, and tell more?
fn explains(other: &Table, table: &Table) -> bool {
    let shared = table.words.iter().filter(|word| other.words.binary_search(word).is_ok()).count() as f32;
    let (own, all) = (table.words.len() as f32, other.words.len() as f32);
    if table.weak {
        // A frame around rows; what else stands in it may be a title or a note.
        return shared >= HALF * own && other.columns() > 1 && inside(other, table);
    }
    let larger = all >= LARGER * own || is_stacked(table) || other.rows() >= table.rows() + MORE_ROWS;
    if table.evidence == Evidence::Rows && all > own && other.rows() > table.rows() {
        // Rows without a line above or below them, as a head often is, are missing between lines. Between the lines
        // there are not many more: a head's levels.
        let within = other.ys.windows(2).filter(|pair| {
            matches!(pair, [a, b] if {
                let middle = (a + b) / 2.0;
                middle > table.bbox.y0 && middle < table.bbox.y1
            })
        });
        let no_finer = is_stacked(table) || within.count() <= table.rows() + HEAD_LEVELS;
        return no_finer && shared >= MOST * own && (other.columns() >= table.columns() || is_stacked(table));
    }
    shared >= MOST * own && larger && other.rows() > table.rows() && other.columns() >= table.columns()
}

/// The readings (in order) that this one is taken apart into: tables below each other with other text between, where
/// backgrounds of rows seemed to make one of all.
fn parts(page: &Page, aligned: &[Table], table: &Table) -> Option<Vec<usize>> {
    if table.evidence != Evidence::Rows || has_lines(page, table) {
        return None;
    }
    let mut parts: Vec<usize> = (0..aligned.len())
        .filter(|&at| aligned.get(at).is_some_and(|other| shared(table, other) >= MOST * other.words.len() as f32))
        .collect();
    let top = |at: &usize| aligned.get(*at).map_or(0.0, |other| other.bbox.y0);
    parts.sort_by(|a, b| top(a).total_cmp(&top(b)));
    let found: Vec<&Table> = parts.iter().filter_map(|&at| aligned.get(at)).collect();
    let below = found.windows(2).all(|pair| matches!(pair, [a, b] if a.bbox.y1 < b.bbox.y0));
    let inside = found.iter().map(|other| shared(table, other)).sum::<f32>();
    let other_columns = found.windows(2).any(|pair| matches!(pair, [a, b] if a.columns() != b.columns()));
    let rows: usize = found.iter().map(|other| other.rows()).sum();
    let whole = inside >= PARTED * table.words.len() as f32 && rows + 2 >= table.rows();
    parts.sort_unstable();
    (parts.len() > 1 && below && whole && other_columns).then_some(parts)
}

/// Are most of the rows parted by lines over half the table's width or more? Those hold a form together whose parts have
/// columns of their own.
fn has_lines(page: &Page, table: &Table) -> bool {
    let b = table.bbox;
    let is_drawn = |y: f32| {
        let at = page.rulings.iter().filter(|r| r.axis == Axis::Horizontal && (r.at - y).abs() < 2.0);
        let mut pieces: Vec<(f32, f32)> = at.map(|r| (r.from.max(b.x0), r.to.min(b.x1))).collect();
        pieces.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let (length, _) = pieces
            .iter()
            .fold((0.0, b.x0), |(length, end), &(from, to)| (length + (to - from.max(end)).max(0.0), to.max(end)));
        length >= HALF * b.width()
    };
    let inner = table.ys.get(1..table.rows()).unwrap_or(&[]);
    let drawn = inner.iter().filter(|y| is_drawn(**y)).count();
    2 * drawn >= inner.len() && drawn > 0
}

/// Share of a table's words that the tables it is taken apart into have.
const PARTED: f32 = 0.8;

/// Words that both have.
fn shared(a: &Table, b: &Table) -> f32 {
    a.words.iter().filter(|word| b.words.binary_search(word).is_ok()).count() as f32
}

/// Does a reading take several tables for one whose rows are ruled?
fn joins(other: &Table, tables: &[Table]) -> bool {
    let held = tables.iter().filter(|table| {
        let shared = table.words.iter().filter(|word| other.words.binary_search(word).is_ok()).count() as f32;
        table.evidence == Evidence::Rows && table.rows() >= FEW_ROWS && shared >= HALF * table.words.len() as f32
    });
    held.count() > 1
}

/// Does all of a reading stand inside a frame?
fn inside(other: &Table, frame: &Table) -> bool {
    const SLACK: f32 = 2.0;
    let (a, b) = (&other.bbox, &frame.bbox);
    a.x0 >= b.x0 - SLACK && a.x1 <= b.x1 + SLACK && a.y0 >= b.y0 - SLACK && a.y1 <= b.y1 + SLACK
}

/// Do cells beside each other hold several numbers each, one below the other?
fn is_stacked(table: &Table) -> bool {
    // Rows of several texts in one cell across.
    let rows = |cell: &super::table::TableCell| {
        let several = |line: &&str| line.split_whitespace().filter(|text| is_number(text)).count() > 1;
        cell.column_span > 1 && cell.text.lines().filter(several).count() > 1
    };
    if table.cells.iter().any(rows) {
        return true;
    }
    let stacked = |text: &str| {
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let (all, numbers) =
            lines.fold((0, 0), |(all, numbers), line| (all + 1, numbers + usize::from(is_number(line))));
        numbers >= STACKED && numbers * 4 >= all * 3
    };
    table.cells.iter().filter(|cell| stacked(&cell.text)).any(|cell| {
        table
            .cells
            .iter()
            .any(|other| other.row == cell.row && other.column != cell.column && other.text.lines().count() >= STACKED)
    })
}

fn is_number(line: &str) -> bool {
    let digits = line.chars().filter(char::is_ascii_digit).count();
    let letters = line.chars().filter(|c| c.is_alphabetic()).count();
    digits > letters
}
