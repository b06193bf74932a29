//! Text that hangs out of a table's last row. Where a page ends within a cell, browsers stop the lines that are drawn
//! between rows, and the cell's text runs on below them.

use super::cell_text;
use super::table::{Evidence, Table};
use super::words::Word;
use crate::model::{Direction, Page, Rect};

/// Lines that may hang out.
const MOST_LINES: usize = 3;
/// Distance of baselines, in font sizes, up to which a line goes on with a text.
const STEP: f32 = 2.0;
/// Words below a table that are looked at.
const MOST_WORDS: usize = 200;

/// Puts text that hangs out of the last rows of ruled tables into their cells.
pub(super) fn take_in(page: &Page, words: &[Word], tables: &mut [Table]) {
    let mut taken = vec![false; words.len()];
    for &word in tables.iter().flat_map(|table| &table.words) {
        if let Some(taken) = taken.get_mut(word as usize) {
            *taken = true;
        }
    }
    for table in tables.iter_mut().filter(|table| table.evidence == Evidence::Ruled && !table.weak) {
        let foot = table.bbox.y1;
        let below = |word: &Word| {
            let middle = word.baseline - 0.35 * word.size;
            let room = MOST_LINES as f32 * STEP * word.size;
            word.direction == Direction::Right && !word.vertical && middle > foot && middle < foot + room
        };
        let mut chosen: Vec<u32> = (0u32..)
            .zip(words)
            .filter(|(index, word)| taken.get(*index as usize) == Some(&false) && !word.artifact && below(word))
            .map(|(index, _)| index)
            .take(MOST_WORDS)
            .collect();
        let lines = cell_text::lines(words, &mut chosen);
        let rows = table.rows();
        for line in lines.iter().take(MOST_LINES) {
            let Some((cell, own)) = table.cells.iter_mut().find_map(|cell| {
                let ends = cell.row + cell.row_span == rows && !cell.text.is_empty();
                let holds = |b: &Rect| b.x0 <= line.bbox.x0 + 1.0 && line.bbox.x1 <= b.x1 + 1.0;
                let own = (ends && holds(&cell.bbox)).then(|| words_of(words, &table.words, &cell.bbox, foot))?;
                Some((cell, own))
            }) else {
                break;
            };
            let mut all = own.clone();
            let before = cell_text::lines(words, &mut all);
            let first = line.words.first().and_then(|&word| words.get(word as usize));
            let (Some(last), Some(first)) = (before.last(), first) else { break };
            let walls = (cell.bbox.x0, cell.bbox.x1);
            let room = cell_text::line_room(words, &before, walls);
            let is_full = last.bbox.width() + cell_text::first_unit(page, first) + 0.6 * line.size >= room;
            let step = line.down - last.down;
            let same_size = (line.size - last.size).abs() < 0.1 * last.size;
            // Leader dots always fill their cell.
            let led = last.words.last().and_then(|&word| words.get(word as usize));
            let led = led.is_some_and(|word| word.text(page).ends_with(['.', '…', '·']));
            if !is_full || led || step > STEP * line.size || !same_size {
                break;
            }
            let mut all = own;
            all.extend_from_slice(&line.words);
            cell.text = cell_text::compose_in(page, words, &mut all, Some(walls));
            cell.bbox.y1 = cell.bbox.y1.max(line.bbox.y1);
            table.words.extend_from_slice(&line.words);
            table.bbox.y1 = table.bbox.y1.max(line.bbox.y1);
        }
        if let Some(last) = table.ys.last_mut() {
            *last = last.max(table.bbox.y1);
        }
    }
}

/// The words of a cell, what hangs out of it below included.
fn words_of(words: &[Word], chosen: &[u32], b: &Rect, foot: f32) -> Vec<u32> {
    let inside = |word: &Word| {
        let (x, y) = (word.bbox.center().0, word.baseline - 0.35 * word.size);
        b.x0 - 1.0 <= x && x <= b.x1 + 1.0 && b.y0 <= y && (y <= b.y1 || y > foot)
    };
    chosen.iter().copied().filter(|&index| words.get(index as usize).is_some_and(inside)).collect()
}

#[cfg(test)]
mod tests {
    use super::super::ruled;
    use super::super::rulings::segments;
    use super::super::sketch::Sketch;
    use super::super::words::words;
    use super::*;

    fn last_cells(below: &str) -> (Vec<String>, usize) {
        let mut sketch = Sketch::new(300.0, 200.0);
        sketch.grid(&[50.0, 85.0, 200.0], &[50.0, 70.0, 90.0]);
        sketch.text(52.0, 64.0, 10.0, "一级").text(90.0, 64.0, 10.0, "二级");
        sketch.text(52.0, 86.0, 10.0, "产出指").text(90.0, 84.0, 10.0, "数量指标").text(52.0, 98.0, 10.0, below);
        let page = sketch.page();
        let mut words = words(&page);
        let (mut tables, _) = ruled::tables(&page, &mut words, &segments(&page));
        take_in(&page, &words, &mut tables);
        let held = tables.iter().map(|table| table.words.len()).sum();
        (tables[0].cells.iter().filter(|cell| cell.row == 1).map(|cell| cell.text.clone()).collect(), held)
    }

    #[test]
    fn the_rest_of_a_full_line_below_the_table_is_its_cells() {
        assert_eq!(last_cells("标"), (vec!["产出指标".to_owned(), "数量指标".to_owned()], 5));
    }

    #[test]
    fn a_note_below_the_table_is_none() {
        assert_eq!(last_cells("注：单位为万元").1, 4);
    }
}
