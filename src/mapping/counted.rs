//! Headers of two rows in a source that counts cells: a header over several columns is one cell there, and the cells of
//! the second row stand at its left edge. Both rows come in, the same with the places that they had go out.

use super::row::{Row, RowCell};
use crate::model::GridOrigin;
use crate::patterns::{Field, HeaderPart, Patterns, RowLabel};

/// Gives the cells of a header of two rows the columns that they cover; leaves any other header as it is.
pub(super) fn unfold(header: &mut [Row], part: HeaderPart, patterns: &Patterns) {
    let [upper, lower] = header else { return };
    if upper.origin != GridOrigin::Counted || lower.origin != GridOrigin::Counted {
        return;
    }
    let parts = repeated(&lower.cells);
    let mut groups = groups(upper, parts.len(), part, patterns);
    let children = children(&lower.cells, parts, groups.len()).or_else(|| {
        // 方向 | 数值 | 单位 below 年度目标 alone, though 年度完成 is a word as unknown.
        let [first, others @ ..] = groups.as_slice() else { return None };
        let wanted = |at: &usize| upper.cells[*at].text.contains("目标") || upper.cells[*at].text.contains("指标");
        let only = wanted(first) && !others.iter().any(wanted) && of_one_value(&lower.cells, patterns);
        only.then(|| {
            groups = vec![groups[0]];
            vec![lower.cells.iter().collect()]
        })
    });
    let Some(children) = children else { return };
    let mut moved = 0;
    let mut below = Vec::new();
    for (index, cell) in upper.cells.iter_mut().enumerate() {
        (cell.column, cell.end) = (cell.column + moved, cell.end + moved);
        let Some(at) = groups.iter().position(|group| *group == index) else { continue };
        for (offset, child) in children[at].iter().enumerate() {
            let column = cell.column + offset;
            below.push(RowCell { column, end: column + 1, ..(*child).clone() });
        }
        let more = children[at].len().saturating_sub(1);
        cell.end += more;
        moved += more;
    }
    lower.cells = below;
    for row in [upper, lower] {
        row.width += moved;
    }
    header[0].extent += moved;
    header[1].extent = header[0].extent;
}

/// Do headers part one value: its sign, number and unit?
fn of_one_value(cells: &[RowCell], patterns: &Patterns) -> bool {
    let part_of_value = |c: &RowCell| {
        let mut hits = patterns.headers.exact_of(c.facts, HeaderPart::Indicator);
        hits.any(|hit| matches!(hit.field, Field::Sign | Field::Unit | Field::Target))
    };
    cells.len() >= 2 && cells.iter().all(part_of_value)
}

/// Makes room under a header of one row that has one cell less than the rows below it: one of its cells stands over two
/// columns, of levels where the form has a column of levels too few, or of a sign and its value.
pub(super) fn widen(header: &mut [Row], rows: &[&Row], patterns: &Patterns) {
    let [head] = header else { return };
    if head.origin != GridOrigin::Counted || rows.iter().any(|row| row.origin != GridOrigin::Counted) {
        return;
    }
    let full: Vec<&&Row> = rows.iter().filter(|row| row.extent == head.extent + 1).collect();
    if full.is_empty() || rows.iter().any(|row| row.extent > head.extent + 1) {
        return;
    }
    let fields = |c: &RowCell| -> Vec<Field> {
        let exact = patterns.headers.exact_of(c.facts, HeaderPart::Indicator).map(|hit| hit.field);
        exact.chain(patterns.headers.likely_of(c.facts, HeaderPart::Indicator).map(|hit| hit.field)).collect()
    };
    let place = |of: &[Field]| head.cells.iter().position(|c| fields(c).iter().any(|f| of.contains(f)));
    let signs = |at: &usize| {
        let sign = |row: &&&&Row| row.cell_in(*at..*at + 1, 0).is_some_and(|c| is_sign(&c.text));
        full.iter().filter(sign).count() * 2 > full.len()
    };
    let target = place(&[Field::Target]).filter(|at| signs(&head.cells[*at].column));
    let names = [Field::Level1, Field::Level2, Field::Level3];
    let lacks_levels = || names.iter().filter(|level| place(&[**level]).is_some()).count() < names.len();
    let Some(at) = target.or_else(|| place(&names).filter(|_| lacks_levels())) else { return };
    head.cells[at].end += 1;
    for cell in &mut head.cells[at + 1..] {
        (cell.column, cell.end) = (cell.column + 1, cell.end + 1);
    }
    head.extent += 1;
    head.width = head.width.max(head.extent);
}

/// A relation alone, or the word for none.
fn is_sign(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| "≥≤=＝><＞＜≧≦".contains(c)) || matches!(text, "定性" | "定量")
}

/// The cells of the upper row that the lower row divides: those that head nothing by themselves, 上年 and 本年; else, where
/// the lower row's words come again, as many levels (名称 and 权重 of each); else the header of values, 绩效指标值.
fn groups(upper: &Row, parts: usize, part: HeaderPart, patterns: &Patterns) -> Vec<usize> {
    let names = |c: &RowCell| patterns.headers.exact_of(c.facts, part).next().map(|hit| hit.field);
    let is_label = |c: &RowCell| {
        patterns.row_labels.is(&c.label, RowLabel::IndicatorBlock)
            || patterns.row_labels.is(&c.label, RowLabel::FundBlock)
    };
    let found = |of: &dyn Fn(&RowCell) -> bool| -> Vec<usize> {
        let cells = upper.cells.iter().enumerate();
        cells.filter(|(_, c)| !is_label(c) && of(c)).map(|(index, _)| index).collect()
    };
    let nameless = found(&|c| names(c).is_none());
    if !nameless.is_empty() {
        return nameless;
    }
    if parts > 1 {
        let levels = found(&|c| matches!(names(c), Some(Field::Level1 | Field::Level2 | Field::Level3)));
        return if levels.len() == parts { levels } else { Vec::new() };
    }
    found(&|c| matches!(names(c), Some(Field::Target | Field::Budget)))
}

/// The cells of the lower row, a part each time that the first cell's words come again.
fn repeated(lower: &[RowCell]) -> Vec<Vec<&RowCell>> {
    let mut parts: Vec<Vec<&RowCell>> = Vec::new();
    for cell in lower {
        match parts.last_mut() {
            Some(part) if cell.label != lower[0].label => part.push(cell),
            _ => parts.push(vec![cell]),
        }
    }
    parts
}

/// The cells of the lower row under each of so many groups: its parts, else all are equally wide.
fn children<'c>(lower: &'c [RowCell], parts: Vec<Vec<&'c RowCell>>, groups: usize) -> Option<Vec<Vec<&'c RowCell>>> {
    if parts.len() == groups {
        return Some(parts);
    }
    let each = lower.len().checked_div(groups).filter(|each| each * groups == lower.len() && *each >= 2)?;
    Some(lower.chunks(each).map(|chunk| chunk.iter().collect()).collect())
}
