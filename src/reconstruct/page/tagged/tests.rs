use super::super::PageBlocks;
use super::super::sketch::Sketch;
use crate::model::{Block, Grid, Page, TaggedCell};

/// Row, ordinal and rows covered; the column where it is counted.
fn cell(row: u32, ordinal: u32, row_span: u32, column: Option<u32>) -> TaggedCell {
    TaggedCell { table: 7, row, ordinal, row_span, column_span: 1, header: row == 0, column, columns: 3 }
}

fn grids(pages: Vec<Page>) -> Vec<Grid> {
    let blocks = PageBlocks::new(pages.into_iter());
    blocks.filter_map(|block| if let Block::Grid(grid) = block { Some(grid) } else { None }).collect()
}

/// Row, column, spans and text of cells with text.
fn filled(grid: &Grid) -> Vec<(usize, usize, usize, usize, &str)> {
    let cells = grid.cells.iter().filter(|cell| !cell.text.is_empty());
    cells.map(|c| (c.row, c.column, c.row_span, c.column_span, c.text.as_str())).collect()
}

fn head(sketch: &mut Sketch) {
    for (column, (x, text)) in [(50.0, "指标"), (150.0, "预算数"), (260.0, "执行数")].into_iter().enumerate() {
        sketch.text(x, 60.0, 10.0, text).tagged(cell(0, column as u32, 1, Some(column as u32)));
    }
}

#[test]
fn blank_cells_without_elements_are_found_by_where_the_others_stand() {
    let mut sketch = Sketch::new(400.0, 400.0);
    head(&mut sketch);
    sketch.text(50.0, 87.0, 10.0, "产出").tagged(cell(1, 0, 2, None));
    sketch.text(262.0, 80.0, 10.0, "12").tagged(cell(1, 1, 1, None));
    sketch.text(152.0, 94.0, 10.0, "7").tagged(cell(2, 0, 1, None));
    sketch.text(50.0, 110.0, 10.0, "效益").tagged(cell(3, 0, 1, Some(0)));
    sketch.text(150.0, 110.0, 10.0, "30").tagged(cell(3, 1, 1, Some(1)));
    sketch.text(260.0, 110.0, 10.0, "31").tagged(cell(3, 2, 1, Some(2)));
    let found = grids(vec![sketch.page()]);
    assert_eq!(
        filled(&found[0]),
        [
            (0, 0, 1, 1, "指标"),
            (0, 1, 1, 1, "预算数"),
            (0, 2, 1, 1, "执行数"),
            (1, 0, 2, 1, "产出"),
            (1, 2, 1, 1, "12"),
            (2, 1, 1, 1, "7"),
            (3, 0, 1, 1, "效益"),
            (3, 1, 1, 1, "30"),
            (3, 2, 1, 1, "31"),
        ]
    );
    // The blank places of rows 1 and 2.
    assert_eq!(found[0].cells.len(), 11);
}

#[test]
fn one_table_of_the_tree_is_one_over_pages() {
    let mut first = Sketch::new(400.0, 140.0);
    head(&mut first);
    first.text(50.0, 80.0, 10.0, "产出").tagged(cell(1, 0, 3, Some(0)));
    first.text(150.0, 80.0, 10.0, "10").tagged(cell(1, 1, 1, Some(1)));
    first.text(260.0, 80.0, 10.0, "11").tagged(cell(1, 2, 1, Some(2)));
    first.text(150.0, 100.0, 10.0, "20").tagged(cell(2, 0, 1, Some(1)));
    first.text(260.0, 100.0, 10.0, "因验收").tagged(cell(2, 1, 1, Some(2)));
    let mut second = Sketch::new(400.0, 140.0).numbered(2);
    // The header again, the rest of the row that was cut, and one more row below the cell over three.
    head(&mut second);
    second.text(260.0, 80.0, 10.0, "推迟").tagged(cell(2, 1, 1, Some(2)));
    second.text(150.0, 100.0, 10.0, "30").tagged(cell(3, 0, 1, Some(1)));
    second.text(260.0, 100.0, 10.0, "31").tagged(cell(3, 1, 1, Some(2)));
    let found = grids(vec![first.page(), second.page()]);
    assert_eq!(found.len(), 1);
    let cells = filled(&found[0]);
    assert_eq!(cells[3], (1, 0, 3, 1, "产出"));
    assert_eq!(
        cells.iter().find(|cell| (cell.0, cell.1) == (2, 2)).map(|c| c.4.replace('\n', "")).unwrap(),
        "因验收推迟"
    );
    assert_eq!(cells.iter().map(|cell| cell.0).max(), Some(3));
    let last = found[0].cells.iter().find(|cell| cell.text == "31").unwrap();
    assert_eq!((last.row, last.page), (3, Some(2)));
}

#[test]
fn walls_that_leave_cells_of_the_tree_together_give_way() {
    let mut sketch = Sketch::new(400.0, 400.0);
    head(&mut sketch);
    sketch.frame(45.0, 45.0, 320.0, 120.0).horizontal(66.0, 45.0, 320.0).vertical(140.0, 45.0, 120.0);
    for row in 1..3u32 {
        for (column, x) in [50.0, 150.0, 260.0].into_iter().enumerate() {
            let tag = cell(row, column as u32, 1, Some(column as u32));
            sketch.text(x, 60.0 + 20.0 * row as f32, 10.0, "120").tagged(tag);
        }
    }
    let found = grids(vec![sketch.page()]);
    assert_eq!(found.len(), 1);
    assert_eq!(filled(&found[0]).len(), 9);
}

#[test]
fn a_tree_whose_cells_stand_in_each_other_tells_nothing() {
    let mut sketch = Sketch::new(400.0, 400.0);
    // Rows of the tree are columns on the page.
    for row in 0..3u32 {
        for column in 0..3u32 {
            let tag = cell(row, column, 1, Some(column));
            sketch.text(50.0 + 90.0 * row as f32, 60.0 + 30.0 * column as f32, 10.0, "文字").tagged(tag);
        }
    }
    sketch.grid(&[45.0, 135.0, 225.0, 315.0], &[40.0, 70.0, 100.0, 130.0]);
    let found = grids(vec![sketch.page()]);
    assert_eq!(found.len(), 1);
    assert_eq!(filled(&found[0]).len(), 9);
}
