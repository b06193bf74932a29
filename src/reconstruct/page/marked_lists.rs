//! Numbered lists and lists of references: marks in a column of their own beside texts are no table.

use super::table::Table;

/// Fewer rows may be anything.
const LEAST_ROWS: usize = 3;
/// Part of the rows that must begin with a mark.
const MOST: f32 = 0.8;
/// Characters from which a text is a sentence, and the part of the rows that must have one.
const SENTENCE: usize = 20;
const HALF: f32 = 0.5;
/// Longest mark: `[123]`, `（十二）`.
const LONGEST_MARK: usize = 5;

/// Is this reading by alignment a list: `1.`, `[2]`, `(c)`, `（四）`, `•` before sentences?
pub(super) fn is_list(table: &Table) -> bool {
    if table.columns() != 2 || table.rows() < LEAST_ROWS {
        return false;
    }
    let of = |column: usize| table.cells.iter().filter(move |cell| cell.column == column && !cell.text.is_empty());
    let marks = of(0).filter(|cell| is_mark(&cell.text)).count() as f32;
    let sentences = of(1).filter(|cell| cell.text.chars().count() >= SENTENCE).count() as f32;
    let rows = table.rows() as f32;
    marks >= MOST * of(0).count() as f32 && marks >= HALF * rows && sentences >= HALF * rows
}

/// A number or letter with a sign that numbers it, or a bullet. A bare number is a cell: 序号.
fn is_mark(text: &str) -> bool {
    let text = text.trim();
    let inner = text.trim_matches(|c: char| "()（）[]［］【】〔〕.．、)".contains(c));
    let counted = inner.chars().all(|c| c.is_ascii_alphanumeric() || "一二三四五六七八九十".contains(c));
    let numbered = inner.len() < text.len() && counted && text.chars().count() <= LONGEST_MARK;
    numbered || matches!(text, "•" | "●" | "·" | "▪" | "■" | "◆" | "-" | "–" | "—" | "*" | "➢" | "✓" | "o")
}

#[cfg(test)]
mod tests {
    use super::super::table::{Evidence, Table, TableCell};
    use super::*;
    use crate::model::Rect;

    fn list(rows: &[(&str, &str)]) -> bool {
        let cell = |row: usize, column: usize, text: &str| TableCell {
            row,
            column,
            row_span: 1,
            column_span: 1,
            bbox: Rect::default(),
            text: text.to_owned(),
        };
        let cells = rows.iter().enumerate().flat_map(|(row, (a, b))| [cell(row, 0, a), cell(row, 1, b)]).collect();
        is_list(&Table {
            cells,
            xs: vec![0.0, 10.0, 100.0],
            ys: (0..=rows.len()).map(|y| y as f32).collect(),
            bbox: Rect::default(),
            evidence: Evidence::Aligned,
            top_walls: Vec::new(),
            bottom_walls: Vec::new(),
            weak: false,
            words: Vec::new(),
            tagged: None,
        })
    }

    #[test]
    fn marks_before_sentences_are_a_list() {
        let text = "Figure metadata extraction from digital documents, 2013.";
        assert!(list(&[("[1]", text), ("[2]", text), ("[13]", text)]));
        assert!(list(&[
            ("（一）", "进一步加强预算绩效管理，提高资金使用效益，压实主体责任。"),
            ("（二）", "完善制度。"),
            ("（三）", "加快支出进度，确保资金及时足额拨付到位，不留缺口。")
        ]));
        assert!(!list(&[("1", text), ("2", text), ("3", text)]), "numbers of rows");
        assert!(!list(&[("1.", "98%"), ("2.", "75%"), ("3.", "12%")]), "values");
        assert!(!list(&[("序号", text), ("甲", text), ("乙", text)]));
    }
}
