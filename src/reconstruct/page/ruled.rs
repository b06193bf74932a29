//! Tables with drawn walls: lattices filled with words, those kept that are tables. What only frames a text, draws a
//! chart or arranges the page is none.

use super::between_rules::{self, Stack, stack_of};
use super::cell_text;
use super::lattice::{Lattice, lattices};
use super::placing::{Placed, place};
use super::rulings::{Segment, Segments};
use super::table::{Evidence, Table, TableCell};
use super::unfold::unfold;
use super::words::Word;
use crate::model::{Direction, Page, Rect};

/// Smaller boxes hold no table: check boxes, logos.
const LEAST_WIDTH: f32 = 24.0;
const LEAST_HEIGHT: f32 = 8.0;
/// Rows of a head that has walls where the rows below it have none.
const MOST_HEAD_ROWS: usize = 3;
/// Characters from which a row that is one text over all columns is a paragraph in a frame above the table.
const PARAGRAPH: usize = 40;
/// Part of the words that may reach over walls: more is a drawing with labels.
const MOST_OVER_WALLS: f32 = 0.4;
/// Blank cells, one in so many filled, beyond which lines without a full header row or column are a chart's.
const LEAST_FILLED: f32 = 0.1;
/// The same where no cell has a letter.
const LEAST_FILLED_NUMBERS: f32 = 0.3;
/// The same where backgrounds alone show the cells: bars of a chart do not.
const LEAST_FILLED_BACKGROUNDS: f32 = 0.4;
/// Part of the cells that a drawing leaves blank at least, if lines of it cross the walls: a form that somebody wrote over is
/// filled.
const MOST_FILLED_DRAWING: f32 = 0.6;
/// How far such a line must reach, as part of the lattice's width or height; or how many shorter ones there must be.
const LONG_CURVE: f32 = 0.25;
const MANY_CURVES: usize = 6;
/// Part of the rows with neighbours in which a line of text runs on over the walls, from which backgrounds lie behind running
/// text.
const RUNNING_ON: f32 = 0.5;
/// The widest space between two words of a line, in ems.
const SPACE: f32 = 0.6;
/// Part of the glyphs that must be turned for a table that was turned.
const TURNED_SHARE: f32 = 0.7;

/// The ruled tables of a page, top to bottom, and the lines that may part rows without walls between columns. Words
/// that are cut at walls are replaced in `words`.
pub(super) fn tables(page: &Page, words: &mut Vec<Word>, segments: &Segments) -> (Vec<Table>, Vec<Stack>) {
    let lattices: Vec<Lattice> = lattices(segments)
        .into_iter()
        .filter(|l| l.bbox().width() >= LEAST_WIDTH && l.bbox().height() >= LEAST_HEIGHT)
        .collect();
    let boxes: Vec<Rect> = lattices.iter().map(Lattice::bbox).collect();
    let mut stacks: Vec<Stack> = lattices.iter().filter(|l| l.columns() == 1 && l.rows() > 1).map(stack_of).collect();
    // A head alone may have walls between its columns: the lines below it go on with it.
    let is_head = |l: &Lattice| l.columns() > 1 && (l.rows() <= MOST_HEAD_ROWS || !l.drawn);
    let complete: Vec<&Rect> = lattices.iter().zip(&boxes).filter(|(l, _)| !is_head(l)).map(|(_, b)| b).collect();
    let outside = |rule: &&Segment| {
        let middle = (rule.from + rule.to) / 2.0;
        let on = |b: &&&Rect| b.x0 <= middle && middle <= b.x1 && b.y0 - 1.0 <= rule.at && rule.at <= b.y1 + 1.0;
        !complete.iter().any(|b| on(&b))
    };
    let rules: Vec<Segment> = segments.horizontal.iter().filter(outside).copied().collect();
    stacks.extend(between_rules::stacks(&rules, page.height));
    let mut part_of_stack = vec![false; lattices.len()];
    for (lattice, part) in lattices.iter().zip(&mut part_of_stack).filter(|(l, _)| is_head(l)) {
        if let Some(stack) = stacks.iter_mut().find(|stack| stack.goes_on_below(&lattice.bbox())) {
            stack.hint(&lattice.xs);
            *part = true;
        }
    }
    if lattices.is_empty() {
        return (Vec::new(), stacks);
    }
    let mut inside: Vec<Vec<u32>> = vec![Vec::new(); lattices.len()];
    for (word, index) in words.iter().zip(0u32..) {
        if word.direction == Direction::Skewed {
            continue;
        }
        let (x, y) = word.bbox.center();
        let holds = |b: &Rect| b.x0 - 1.0 <= x && x <= b.x1 + 1.0 && b.y0 - 1.0 <= y && y <= b.y1 + 1.0;
        let area = |b: &Rect| b.width() * b.height();
        let innermost = boxes.iter().enumerate().filter(|(_, b)| holds(b));
        if let Some((lattice, _)) = innermost.min_by(|a, b| area(a.1).total_cmp(&area(b.1))) {
            inside[lattice].push(index);
        }
    }
    let mut found: Vec<Table> = Vec::new();
    for ((lattice, chosen), part) in lattices.iter().zip(&inside).zip(part_of_stack) {
        found.extend(table(page, words, lattice, chosen).map(|table| Table { weak: table.weak || part, ..table }));
    }
    (unfold(found), stacks)
}

/// Tables between lines that part rows only, of the words that are not taken yet. `known` are column edges that are
/// likely.
pub(super) fn between(
    page: &Page,
    words: &mut Vec<Word>,
    stacks: &[Stack],
    taken: &mut Vec<bool>,
    known: &[f32],
) -> Vec<Table> {
    let free = |words: &[Word], taken: &[bool], stack: &Stack| -> Vec<u32> {
        let all = words.iter().zip(0u32..);
        let free = all.filter(|(word, index)| taken.get(*index as usize) != Some(&true) && stack.holds(word));
        free.map(|(_, index)| index).collect()
    };
    let parts: Vec<Stack> = stacks.iter().flat_map(|stack| stack.parts(words, &free(words, taken, stack))).collect();
    let mut out = Vec::new();
    for stack in &parts {
        let inside = free(words, taken, stack);
        let is_value = |word: &Word| {
            let text = word.text(page);
            text.contains(|c: char| c.is_ascii_digit()) && !text.contains(char::is_alphabetic)
        };
        let signed = with_signs(page, words, &inside);
        let Some(lattice) = stack.lattice_with(&signed, &inside, known, &is_value) else { continue };
        let Some(table) = table(page, words, &lattice, &inside).filter(|table| !table.weak) else { continue };
        taken.resize(words.len(), false);
        for &word in &table.words {
            if let Some(taken) = taken.get_mut(word as usize) {
                *taken = true;
            }
        }
        out.push(Table { evidence: Evidence::Rows, ..table });
    }
    out
}

/// Gap, in ems, between a sign of currency at its column's left edge and its number.
const FAR_SIGN: f32 = 9.0;
/// Signs of currency of a table that are looked at.
const MOST_SIGNS: usize = 500;

/// These words, with signs of currency as long as the way to their numbers: no column ends between the two.
fn with_signs(page: &Page, words: &[Word], inside: &[u32]) -> Vec<Word> {
    let mut out = words.to_vec();
    let of = |index: u32| words.get(index as usize);
    let is_sign = |word: &Word| matches!(word.text(page), "$" | "€" | "£" | "¥" | "￥" | "US$");
    let signs = inside.iter().filter(|index| of(**index).is_some_and(is_sign)).take(MOST_SIGNS);
    for &index in signs {
        let Some(sign) = of(index) else { continue };
        let beside = inside.iter().filter_map(|&other| of(other)).filter(|word| {
            (word.baseline - sign.baseline).abs() < 0.3 * sign.size
                && word.bbox.x0 >= sign.bbox.x1
                && word.bbox.x0 - sign.bbox.x1 < FAR_SIGN * sign.size
        });
        let next = beside.min_by(|a, b| a.bbox.x0.total_cmp(&b.bbox.x0));
        if let (Some(next), Some(word)) = (next, out.get_mut(index as usize))
            && next.text(page).starts_with(|c: char| c.is_ascii_digit() || matches!(c, '(' | '-' | '–' | '—' | '.'))
        {
            word.bbox.x1 = next.bbox.x0;
        }
    }
    out
}

/// A lattice as a table; None where it is none.
fn table(page: &Page, words: &mut Vec<Word>, lattice: &Lattice, chosen: &[u32]) -> Option<Table> {
    let placed = place(page, words, chosen, lattice);
    let over_walls = placed.iter().filter(|&&(cell, word)| reaches_over(lattice, words, cell, word)).count();
    if placed.len() >= 4 && over_walls as f32 > MOST_OVER_WALLS * placed.len() as f32 {
        return None;
    }
    let mut texts = vec![String::new(); lattice.cells.len()];
    let mut order: Vec<u32> = Vec::new();
    for group in placed.chunk_by(|a, b| a.0 == b.0) {
        order.clear();
        order.extend(group.iter().map(|&(_, word)| word));
        if let Some(text) = texts.get_mut(group[0].0 as usize) {
            let walls = lattice.cells.get(group[0].0 as usize).map(|cell| (cell.bbox.x0, cell.bbox.x1));
            *text = cell_text::compose_in(page, words, &mut order, walls);
        }
    }
    if let Some(below) = without_paragraph(lattice, &texts) {
        let kept = |word: &u32| words.get(*word as usize).is_some_and(|w| w.bbox.center().1 > below.bbox().y0);
        let chosen: Vec<u32> = placed.iter().map(|&(_, word)| word).filter(kept).collect();
        return table(page, words, &below, &chosen);
    }
    let verdict = judge(lattice, &texts);
    if verdict == Verdict::Nothing || is_drawing(page, lattice, &texts) || is_behind_text(lattice, words, &placed) {
        return None;
    }
    let cells = lattice.cells.iter().zip(texts).map(|(cell, text)| TableCell {
        row: cell.row,
        column: cell.column,
        row_span: cell.row_span,
        column_span: cell.column_span,
        bbox: cell.bbox,
        text,
    });
    let mut table = Table {
        cells: cells.collect(),
        xs: lattice.xs.clone(),
        ys: lattice.ys.clone(),
        bbox: lattice.bbox(),
        evidence: Evidence::Ruled,
        top_walls: lattice.top_walls.clone(),
        bottom_walls: lattice.bottom_walls.clone(),
        weak: verdict == Verdict::Weak,
        words: placed.iter().map(|&(_, word)| word).collect(),
        tagged: None,
    };
    match main_direction(words, &placed) {
        Direction::Up => turn(&mut table, true),
        Direction::Down => turn(&mut table, false),
        _ => {}
    }
    Some(table)
}

/// The lattice without its first row, if that is a paragraph whose frame touches the table.
fn without_paragraph(lattice: &Lattice, texts: &[String]) -> Option<Lattice> {
    let (first, text) = (lattice.cells.first()?, texts.first()?);
    let is_paragraph = lattice.columns() > 1
        && lattice.rows() > 2
        && first.column_span == lattice.columns()
        && first.row_span == 1
        && text.contains(['。', '.'])
        && text.chars().count() >= PARAGRAPH;
    if is_paragraph { lattice.without_first_row() } else { None }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Table,
    /// A part of one at best.
    Weak,
    Nothing,
}

fn judge(lattice: &Lattice, texts: &[String]) -> Verdict {
    let filled = |index: usize| texts.get(index).is_some_and(|text| !text.is_empty());
    let count = (0..texts.len()).filter(|&index| filled(index)).count();
    if lattice.rows() * lattice.columns() < 2 || lattice.columns() < 2 || count < 2 {
        return Verdict::Weak;
    }
    let share = count as f32 / texts.len().max(1) as f32;
    if !lattice.drawn && (lattice.rows() < 2 || share < LEAST_FILLED_BACKGROUNDS) {
        return Verdict::Nothing;
    }
    // Bars of a chart carry numbers, and no word says what they are.
    let lettered = texts.iter().any(|text| text.chars().any(char::is_alphabetic));
    if share < if lettered { LEAST_FILLED } else { LEAST_FILLED_NUMBERS } {
        let first_row = (0..lattice.columns()).all(|column| lattice.cell_at(0, column).is_some_and(filled));
        let first_column = (0..lattice.rows()).all(|row| lattice.cell_at(row, 0).is_some_and(filled));
        if !first_row && !first_column {
            return Verdict::Nothing;
        }
    }
    Verdict::Table
}

/// Gridlines of a chart, boxes of a diagram: curves and slanted lines cross the walls, and most cells are blank.
fn is_drawing(page: &Page, lattice: &Lattice, texts: &[String]) -> bool {
    let filled = texts.iter().filter(|text| !text.is_empty()).count();
    if page.curves.is_empty() || filled as f32 > MOST_FILLED_DRAWING * texts.len() as f32 {
        return false;
    }
    let bounds = lattice.bbox();
    let crosses = |curve: &&Rect| {
        let (x, y) = curve.center();
        let inside = bounds.x0 <= x && x <= bounds.x1 && bounds.y0 <= y && y <= bounds.y1;
        // A stroke through a corner cell, a tick and a signature stay in one cell.
        let within = |edges: &[f32], from: f32, to: f32| {
            edges.windows(2).any(|pair| pair[0] - 2.0 <= from && to <= pair[1] + 2.0)
        };
        inside && !(within(&lattice.xs, curve.x0, curve.x1) && within(&lattice.ys, curve.y0, curve.y1))
    };
    let crossing: Vec<&Rect> = page.curves.iter().filter(crosses).collect();
    let is_long =
        |curve: &&Rect| curve.width() >= LONG_CURVE * bounds.width() || curve.height() >= LONG_CURVE * bounds.height();
    crossing.len() >= MANY_CURVES || crossing.iter().any(is_long)
}

/// Backgrounds behind running text, as a marker leaves them: the text goes on from cell to cell as from word to word.
fn is_behind_text(lattice: &Lattice, words: &[Word], placed: &[Placed]) -> bool {
    if lattice.drawn {
        return false;
    }
    let mut rows: Vec<(usize, u32, &Word)> = placed
        .iter()
        .filter_map(|&(cell, word)| Some((lattice.cells.get(cell as usize)?.row, cell, words.get(word as usize)?)))
        .collect();
    rows.sort_by(|a, b| {
        a.0.cmp(&b.0).then(a.2.baseline.total_cmp(&b.2.baseline)).then(a.2.bbox.x0.total_cmp(&b.2.bbox.x0))
    });
    let (mut neighbours, mut running) = (0, 0);
    for row in rows.chunk_by(|a, b| a.0 == b.0) {
        let pairs = || row.windows(2).filter(|pair| pair[0].1 != pair[1].1 && pair[0].2.baseline == pair[1].2.baseline);
        let runs_on = |pair: &[(usize, u32, &Word)]| pair[1].2.bbox.x0 - pair[0].2.bbox.x1 <= SPACE * pair[0].2.size;
        neighbours += usize::from(pairs().next().is_some());
        running += usize::from(pairs().any(runs_on));
    }
    neighbours > 0 && running as f32 >= RUNNING_ON * neighbours as f32
}

/// Does a good part of this word lie outside its cell?
fn reaches_over(lattice: &Lattice, words: &[Word], cell: u32, word: u32) -> bool {
    let (Some(cell), Some(word)) = (lattice.cells.get(cell as usize), words.get(word as usize)) else { return false };
    let slack = 0.5 * word.size;
    word.bbox.x0 < cell.bbox.x0 - slack || word.bbox.x1 > cell.bbox.x1 + slack
}

fn main_direction(words: &[Word], placed: &[Placed]) -> Direction {
    let glyphs_of = |wanted: Option<Direction>| -> usize {
        let of = placed.iter().filter_map(|&(_, word)| words.get(word as usize));
        of.filter(|w| !w.vertical && wanted.is_none_or(|d| w.direction == d)).map(|w| w.glyphs.len()).sum()
    };
    let all = glyphs_of(None) as f32;
    [Direction::Up, Direction::Down]
        .into_iter()
        .find(|&direction| all > 0.0 && glyphs_of(Some(direction)) as f32 >= TURNED_SHARE * all)
        .unwrap_or(Direction::Right)
}

/// Rows become columns: a table that stands on its side on an upright page.
fn turn(table: &mut Table, up: bool) {
    let (rows, columns) = (table.rows(), table.columns());
    for cell in &mut table.cells {
        let (row, column) = if up {
            (cell.column, rows - cell.row - cell.row_span)
        } else {
            (columns - cell.column - cell.column_span, cell.row)
        };
        (cell.row, cell.column) = (row, column);
        std::mem::swap(&mut cell.row_span, &mut cell.column_span);
    }
    table.cells.sort_by_key(|cell| (cell.row, cell.column));
    std::mem::swap(&mut table.xs, &mut table.ys);
    if up {
        table.xs.reverse()
    } else {
        table.ys.reverse()
    }
    // Its rows do not end at the page's foot.
    table.top_walls.clear();
    table.bottom_walls.clear();
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::super::{rulings, words};
    use super::*;

    fn found(page: &Page) -> usize {
        tables(page, &mut words::words(page), &rulings::segments(page)).0.iter().filter(|table| !table.weak).count()
    }

    /// Four by four cells of 50 × 20 points with a text in these.
    fn grid(filled: &[(usize, usize)]) -> Page {
        let mut sketch = Sketch::new(300.0, 200.0);
        sketch.grid(&[20.0, 70.0, 120.0, 170.0, 220.0], &[20.0, 40.0, 60.0, 80.0, 100.0]);
        for &(row, column) in filled {
            sketch.text(25.0 + 50.0 * column as f32, 34.0 + 20.0 * row as f32, 10.0, "甲乙");
        }
        sketch.page()
    }

    #[test]
    fn gridlines_that_curves_cross_are_a_chart() {
        let mut page = grid(&[(0, 0), (0, 1), (0, 2), (0, 3), (1, 0)]);
        assert_eq!(found(&page), 1);
        page.curves = vec![Rect::new(25.0, 42.0, 210.0, 95.0)];
        assert_eq!(found(&page), 0);
    }

    #[test]
    fn a_stroke_in_one_cell_and_strokes_over_a_filled_form_change_nothing() {
        let mut page = grid(&[(0, 1), (0, 2), (0, 3), (1, 0), (2, 0)]);
        page.curves = vec![Rect::new(20.0, 20.0, 70.0, 40.0)];
        assert_eq!(found(&page), 1, "a head parted by a slanted line");
        let all: Vec<(usize, usize)> = (0..16).map(|at| (at / 4, at % 4)).collect();
        let mut page = grid(&all);
        page.curves = vec![Rect::new(60.0, 50.0, 180.0, 90.0)];
        assert_eq!(found(&page), 1, "a signature over cells");
    }

    #[test]
    fn backgrounds_behind_running_text_are_no_cells() {
        let marked = |second: f32| {
            let mut sketch = Sketch::new(300.0, 200.0);
            for (y, cut) in [(20.0, 100.0), (40.0, 100.0), (60.0, 100.0)] {
                sketch.fill(Rect::new(20.0, y, cut, y + 20.0), [255, 255, 0]);
                sketch.fill(Rect::new(cut, y, 260.0, y + 20.0), [0, 255, 0]);
                sketch.text(22.0, y + 14.0, 10.0, "wrappers in the");
                sketch.text(second, y + 14.0, 10.0, "page class which");
            }
            sketch.page()
        };
        assert_eq!(found(&marked(101.0)), 0);
        assert_eq!(found(&marked(140.0)), 1, "cells of a table with backgrounds");
    }
}
