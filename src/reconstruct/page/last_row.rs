//! The last row before a page's end, where a table shows rows by backgrounds or by alignment and that one looks like a
//! line of text: its background is white, or it has few texts, or it is the first part of a row between lines that the page's
//! end cut. Without it a table that goes on would end there.

use super::cell_text;
use super::table::{Evidence, Table, TableCell};
use super::words::Word;
use crate::model::{Axis, Direction, Page, Rect};

/// Texts that reach over a column's edge by so much, in points, stand in the column all the same.
const SLACK: f32 = 2.0;
/// Columns that must have a text, in parts of all; at least two.
const LEAST_SHARE: f32 = 0.4;
/// Clear space, in ems, between texts of two columns.
const GAP: f32 = 0.5;
/// Distance of the row, in heights of a row.
const REACH: f32 = 1.3;
/// Lines that end a table must be so wide, in parts of its width.
const WIDE: f32 = 0.5;

/// Adds to the lowest table the line below it that is the last on the page, if it is a row. `used` tells the words that
/// stand elsewhere, `stopped` where lines between rows stop that go on on the next page.
pub(super) fn take_in(page: &Page, words: &[Word], tables: &mut [Table], used: &[bool], stopped: Option<f32>) {
    let Some(table) = tables.iter_mut().max_by(|a, b| a.bbox.y1.total_cmp(&b.bbox.y1)) else { return };
    let b = table.bbox;
    let closed = page.rulings.iter().any(|ruling| {
        let over = ruling.to.min(b.x1) - ruling.from.max(b.x0);
        ruling.axis == Axis::Horizontal && (ruling.at - b.y1).abs() < 3.0 && over >= WIDE * b.width()
    });
    let cut = table.evidence == Evidence::Rows && stopped.is_some_and(|y| (y - b.y1).abs() < 3.0);
    if closed && !cut || table.weak || table.columns() < 2 || table.tagged.is_some() || !is_growing(&table.xs) {
        return;
    }
    let mut below: Vec<u32> = (0u32..)
        .zip(words)
        .filter(|(index, word)| {
            let middle = word.baseline - 0.35 * word.size;
            used.get(*index as usize) != Some(&true) && middle > b.y1
        })
        .map(|(index, _)| index)
        .collect();
    let is_upright = |&index: &u32| {
        words.get(index as usize).is_some_and(|word| word.direction == Direction::Right && !word.vertical)
    };
    if below.is_empty() || !below.iter().all(is_upright) {
        return;
    }
    let lines = cell_text::lines(words, &mut below);
    let [line] = lines.as_slice() else { return };
    let mut heights: Vec<f32> = table.ys.windows(2).map(|pair| pair[1] - pair[0]).collect();
    heights.sort_unstable_by(f32::total_cmp);
    let height = heights.get(heights.len() / 2).copied().unwrap_or(0.0);
    if line.bbox.y1 - b.y1 > REACH * height {
        return;
    }
    let Some(mut texts) = by_column(words, &line.words, &table.xs, line.size) else { return };
    let filled = texts.iter().filter(|text| !text.is_empty()).count();
    if filled < 2 || !cut && (filled as f32) < LEAST_SHARE * table.columns() as f32 {
        return;
    }
    // A label with a colon is a form's, or its signature.
    if cut && texts_have_colon(page, words, &line.words) {
        return;
    }
    let (row, bottom) = (table.rows(), line.bbox.y1.max(b.y1 + 0.8 * height));
    for (column, (own, edges)) in texts.iter_mut().zip(table.xs.windows(2)).enumerate() {
        // Where the last line breaks off, the cell above it reaches down to here.
        let ends =
            |cell: &&mut TableCell| cell.column == column && cell.column_span == 1 && cell.row + cell.row_span == row;
        if cut
            && own.is_empty()
            && !is_ruled(page, b.y1, (edges[0] + edges[1]) / 2.0)
            && let Some(label) = table.cells.iter_mut().find(ends)
        {
            label.row_span += 1;
            label.bbox.y1 = bottom;
            continue;
        }
        let bbox = Rect::new(edges[0], b.y1, edges[1], bottom);
        let text = if own.is_empty() { String::new() } else { cell_text::compose(page, words, own) };
        table.cells.push(TableCell { row, column, row_span: 1, column_span: 1, bbox, text });
    }
    table.ys.push(bottom);
    table.bbox.y1 = bottom;
    table.bottom_walls.clear();
    table.words.extend_from_slice(&line.words);
    table.words.sort_unstable();
}

fn texts_have_colon(page: &Page, words: &[Word], line: &[u32]) -> bool {
    line.iter().filter_map(|&word| words.get(word as usize)).any(|word| word.text(page).contains([':', '：']))
}

/// Does a horizontal line run through this place?
fn is_ruled(page: &Page, y: f32, x: f32) -> bool {
    let mut rules = page.rulings.iter().filter(|ruling| ruling.axis == Axis::Horizontal);
    rules.any(|rule| (rule.at - y).abs() < 3.0 && rule.from <= x && x <= rule.to)
}

fn is_growing(xs: &[f32]) -> bool {
    xs.windows(2).all(|pair| pair[0] <= pair[1])
}

/// The words of a line by column; None where they do not stand in columns.
pub(super) fn by_column(words: &[Word], line: &[u32], xs: &[f32], size: f32) -> Option<Vec<Vec<u32>>> {
    let mut out: Vec<Vec<u32>> = vec![Vec::new(); xs.len().checked_sub(1)?];
    let mut before: Option<(usize, f32)> = None;
    for &index in line {
        let b = words.get(index as usize)?.bbox;
        let column = xs.partition_point(|x| *x <= b.center().0).checked_sub(1)?;
        let (left, right) = (*xs.get(column)?, *xs.get(column + 1)?);
        let inside = left - SLACK <= b.x0 && b.x1 <= right + SLACK;
        let apart = before.is_none_or(|(last, end)| last == column || b.x0 - end >= GAP * size);
        if !inside || !apart {
            return None;
        }
        before = Some((column, b.x1));
        out.get_mut(column)?.push(index);
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::super::ruled;
    use super::super::rulings::segments;
    use super::super::sketch::Sketch;
    use super::super::words::words;
    use super::*;

    fn striped(last: &[(f32, &str)]) -> Table {
        let mut sketch = Sketch::new(400.0, 300.0);
        for row in 0..4 {
            let y = 50.0 + 20.0 * row as f32;
            for (column, x) in [50.0, 150.0, 250.0].into_iter().enumerate() {
                let colour = if row % 2 == 0 { [200; 3] } else { [230; 3] };
                sketch.fill(Rect::new(x, y, x + 100.0, y + 20.0), colour);
                sketch.text(x + 5.0, y + 14.0, 10.0, ["参保人数", "120", "35%"][column]);
            }
        }
        for (x, text) in last {
            sketch.text(*x, 144.0, 10.0, text);
        }
        let page = sketch.page();
        let mut words = words(&page);
        let (mut tables, _) = ruled::tables(&page, &mut words, &segments(&page));
        assert_eq!((tables.len(), tables[0].rows()), (1, 4));
        take_in(&page, &words, &mut tables, &vec![false; words.len()], None);
        tables.remove(0)
    }

    #[test]
    fn a_line_in_the_columns_is_the_last_row() {
        let table = striped(&[(55.0, "报销比例"), (255.0, "70%")]);
        let last: Vec<&str> = table.cells.iter().filter(|c| c.row == 4).map(|c| c.text.as_str()).collect();
        assert_eq!(last, ["报销比例", "", "70%"]);
    }

    #[test]
    fn text_below_a_table_is_none() {
        assert_eq!(striped(&[(55.0, "注：本表数据截至年末，部分数据四舍五入。")]).rows(), 4);
        assert_eq!(striped(&[(55.0, "填表人")]).rows(), 4);
    }
}
