//! A head whose cells are drawn, and rows below it that are not: one table. Word's styles and many web pages set tables so.

use super::same_columns;
use super::table::{Evidence, Table, TableCell};

/// Rows of a head, at most.
const MOST_HEAD_ROWS: usize = 3;
/// Columns from which a head over as many columns is theirs.
const LEAST_COLUMNS: usize = 3;
/// Clear space between head and rows, in points: half a line and the cells' padding.
const NEAR: f32 = 14.0;
/// And how far the rows' box may reach into the head's.
const OVER: f32 = 2.0;

/// These tables of a page, each drawn head put to the rows right below it.
pub(super) fn joined(mut tables: Vec<Table>) -> Vec<Table> {
    let mut at = 0;
    while at < tables.len() {
        let below = tables.get(at).filter(|head| is_head(head)).and_then(|head| {
            let of = |body: &&Table| is_body_of(head, body);
            let nearest = tables.iter().enumerate().filter(|(_, body)| of(body));
            nearest.min_by(|a, b| a.1.bbox.y0.total_cmp(&b.1.bbox.y0)).map(|(number, _)| number)
        });
        if let Some(number) = below {
            let body = tables.remove(number);
            at -= usize::from(number < at);
            if let Some(head) = tables.get_mut(at) {
                put_below(head, body);
            }
        }
        at += 1;
    }
    tables
}

/// Is this a head only: a heading over each column, and no number?
fn is_head(table: &Table) -> bool {
    let rows = table.rows();
    let drawn = matches!(table.evidence, Evidence::Ruled | Evidence::Rows) && !table.weak && table.tagged.is_none();
    let is_heading = |cell: &TableCell| {
        let ends = cell.row + cell.row_span == rows;
        !ends && cell.text.is_empty() || cell.text.chars().any(char::is_alphabetic)
    };
    let whole = table.cells.iter().all(is_heading);
    drawn && rows <= MOST_HEAD_ROWS && table.columns() >= LEAST_COLUMNS && table.xs.is_sorted() && whole
}

/// Are these the rows of this head: as many columns, each below its heading, and numbers from the first row on?
fn is_body_of(head: &Table, body: &Table) -> bool {
    let gap = body.bbox.y0 - head.bbox.y1;
    let is_number =
        |cell: &TableCell| cell.text.chars().any(|c| c.is_ascii_digit()) && !cell.text.chars().any(char::is_alphabetic);
    body.evidence == Evidence::Aligned
        && body.tagged.is_none()
        && (-OVER..=NEAR).contains(&gap)
        && same_columns::columns(&head.xs, true, body).is_some()
        && body.cells.iter().any(|cell| cell.row == 0 && is_number(cell))
}

fn put_below(head: &mut Table, body: Table) {
    let rows = head.rows();
    head.cells.extend(body.cells.into_iter().map(|cell| TableCell { row: cell.row + rows, ..cell }));
    head.ys.extend(body.ys.into_iter().skip(1));
    head.bbox = head.bbox.union(&body.bbox);
    head.evidence = Evidence::Aligned;
    head.top_walls.clear();
    head.bottom_walls.clear();
    head.words.extend(body.words);
    head.words.sort_unstable();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rect;

    fn table(top: f32, rows: &[[&str; 3]], evidence: Evidence) -> Table {
        let bbox = |row: usize, column: usize| {
            let (x, y) = (100.0 * column as f32, top + 20.0 * row as f32);
            Rect::new(x, y, x + 100.0, y + 20.0)
        };
        let cells = rows.iter().enumerate().flat_map(|(row, texts)| {
            texts.iter().enumerate().map(move |(column, text)| TableCell {
                row,
                column,
                row_span: 1,
                column_span: 1,
                bbox: bbox(row, column),
                text: (*text).to_owned(),
            })
        });
        Table {
            cells: cells.collect(),
            xs: vec![0.0, 100.0, 200.0, 300.0],
            ys: (0..=rows.len()).map(|row| top + 20.0 * row as f32).collect(),
            bbox: Rect::new(0.0, top, 300.0, top + 20.0 * rows.len() as f32),
            evidence,
            top_walls: Vec::new(),
            bottom_walls: Vec::new(),
            weak: false,
            words: Vec::new(),
            tagged: None,
        }
    }

    #[test]
    fn rows_right_below_a_drawn_head_are_its() {
        let head = || table(0.0, &[["名称", "单位", "金额"]], Evidence::Ruled);
        let rows = [["甲", "万元", "12"], ["乙", "万元", "7"]];
        let found = joined(vec![table(22.0, &rows, Evidence::Aligned), head()]);
        assert_eq!((found.len(), found[0].rows()), (1, 3));
        let last: Vec<&str> = found[0].cells.iter().filter(|c| c.row == 2).map(|c| c.text.as_str()).collect();
        assert_eq!(last, ["乙", "万元", "7"]);
        // Too far below, or with a head of their own.
        assert_eq!(joined(vec![head(), table(60.0, &rows, Evidence::Aligned)]).len(), 2);
        let named = [["名称", "单位", "金额"], ["乙", "万元", "7"]];
        assert_eq!(joined(vec![head(), table(22.0, &named, Evidence::Aligned)]).len(), 2);
    }
}
