//! The row of headings right above a table whose walls or backgrounds begin below it: one text over every column.

use super::cell_text;
use super::last_row::by_column;
use super::table::{Evidence, Table, TableCell};
use super::words::Word;
use crate::model::{Direction, Page, Rect};

/// Fewer columns may have that many words above them by chance.
const LEAST_COLUMNS: usize = 3;
/// Clear space between the headings and the table, in ems.
const NEAR: f32 = 0.8;

/// Adds the line right above each ruled table that has a heading for every column. `used` tells the words that stand elsewhere.
pub(super) fn take_in(page: &Page, words: &[Word], tables: &mut [Table], used: &[bool]) {
    for table in tables.iter_mut() {
        let begins_below = table.evidence == Evidence::Ruled && !table.weak && table.tagged.is_none();
        if begins_below && table.columns() >= LEAST_COLUMNS && table.xs.is_sorted() {
            add(page, words, table, used);
        }
    }
}

fn add(page: &Page, words: &[Word], table: &mut Table, used: &[bool]) {
    let b = table.bbox;
    let above = |word: &Word| {
        let upright = word.direction == Direction::Right && !word.vertical;
        let gap = b.y0 - word.bbox.y1;
        upright && (-0.5 * word.size..=NEAR * word.size).contains(&gap) && word.baseline < b.y0 + 1.0
    };
    let mut chosen: Vec<u32> = (0u32..)
        .zip(words)
        .filter(|(index, word)| used.get(*index as usize) != Some(&true) && above(word))
        .map(|(index, _)| index)
        .collect();
    let lines = cell_text::lines(words, &mut chosen);
    let [line] = lines.as_slice() else { return };
    let Some(by_column) = by_column(words, &line.words, &table.xs, line.size) else { return };
    let texts: Vec<String> = by_column.into_iter().map(|mut own| cell_text::compose(page, words, &mut own)).collect();
    // A number is a row's, a label with a colon the line's above a form.
    let is_heading = |text: &String| {
        text.contains(['%', '％']) && text.chars().count() <= 2
            || text.chars().any(char::is_alphabetic) && !text.contains([':', '：', '。'])
    };
    if !texts.iter().all(is_heading) {
        return;
    }
    let top = line.bbox.y0;
    for cell in &mut table.cells {
        cell.row += 1;
    }
    let heads = texts.into_iter().zip(table.xs.windows(2)).enumerate().map(|(column, (text, edges))| TableCell {
        row: 0,
        column,
        row_span: 1,
        column_span: 1,
        bbox: Rect::new(edges[0], top, edges[1], b.y0),
        text,
    });
    table.cells.splice(0..0, heads);
    table.ys.insert(0, top);
    table.bbox.y0 = top;
    table.top_walls.clear();
    table.words.extend_from_slice(&line.words);
    table.words.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::super::ruled;
    use super::super::rulings::segments;
    use super::super::sketch::Sketch;
    use super::super::words::words;
    use super::*;

    fn rows(above: &[(f32, &str)]) -> Vec<String> {
        let mut sketch = Sketch::new(400.0, 300.0);
        sketch.grid(&[50.0, 150.0, 250.0, 350.0], &[50.0, 70.0, 90.0]);
        for (column, x) in [55.0, 155.0, 255.0].into_iter().enumerate() {
            sketch.text(x, 64.0, 10.0, ["Albania", "120", "35%"][column]);
            sketch.text(x, 84.0, 10.0, ["Algeria", "98", "12%"][column]);
        }
        for (x, text) in above {
            sketch.text(*x, 45.0, 10.0, text);
        }
        let page = sketch.page();
        let mut words = words(&page);
        let (mut tables, _) = ruled::tables(&page, &mut words, &segments(&page));
        let used: Vec<bool> = (0u32..words.len() as u32).map(|word| tables[0].words.contains(&word)).collect();
        take_in(&page, &words, &mut tables, &used);
        assert_eq!(tables[0].cells.len(), 3 * tables[0].rows());
        tables[0].cells.iter().filter(|cell| cell.row == 0).map(|cell| cell.text.clone()).collect()
    }

    #[test]
    fn a_heading_over_every_column_is_the_first_row() {
        assert_eq!(rows(&[(55.0, "Country"), (155.0, "Population"), (265.0, "%")]), ["Country", "Population", "%"]);
    }

    #[test]
    fn other_text_above_is_not() {
        let own = ["Albania", "120", "35%"];
        assert_eq!(rows(&[(55.0, "Country"), (255.0, "Share")]), own, "a column without");
        assert_eq!(rows(&[(55.0, "单位：某县"), (155.0, "日期"), (255.0, "万元")]), own, "labels");
        assert_eq!(rows(&[(55.0, "Country of the world"), (155.0, "2023"), (255.0, "Share")]), own);
        assert_eq!(rows(&[(55.0, "Table 3"), (105.0, "Capitals-of-countries"), (265.0, "in %")]), own);
    }
}
