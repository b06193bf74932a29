//! Do two parts of a table have the same columns? Edges are compared by where they lie, since spans may hide some of
//! them in one part.

use super::table::{Evidence, Table};

/// Two lists of column edges brought together.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    /// All edges of both, as the first part has them.
    pub(super) xs: Vec<f32>,
    /// For each edge of the first part, its number in `xs`.
    pub(super) first: Vec<usize>,
    /// The same for the second.
    pub(super) second: Vec<usize>,
    /// How much the inner edges are the same.
    pub(super) likeness: Likeness,
}

/// How much the inner edges of two parts are the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Likeness {
    /// Hardly.
    Slight,
    /// At least half of the fewer.
    Half,
    /// One part has all those of the other, and more.
    Within,
    /// All.
    Equal,
}

impl Columns {
    /// Those of a table whose parts are known to have the same.
    pub(super) fn same(xs: &[f32]) -> Columns {
        let all: Vec<usize> = (0..xs.len()).collect();
        Columns { xs: xs.to_vec(), first: all.clone(), second: all, likeness: Likeness::Equal }
    }
}

/// Widths that differ by more, in parts of the width, are two tables'.
const WIDTH_SHARE: f32 = 0.04;
/// Pages may be bound at alternate sides: a table may stand this much aside, in parts of its width.
const SHIFT_SHARE: f32 = 0.15;
/// Edges this close are one, in points and in parts of the width.
const EDGE: f32 = 2.5;
const EDGE_SHARE: f32 = 0.006;
/// The same in points where edges were put between texts.
const LOOSE_EDGE: f32 = 12.0;
/// Columns at the left that cells may hang over.
const MOST_HANGING: usize = 2;
/// No table joined over pages has more columns.
const MOST_COLUMNS: usize = 256;

/// The columns of two parts, if their outer edges are the same. `first` are the edges of all parts before.
pub(super) fn columns(first: &[f32], aligned: bool, second: &Table) -> Option<Columns> {
    if aligned || matches!(second.evidence, Evidence::Aligned | Evidence::Tagged) {
        return alike_by_texts(first, &second.xs);
    }
    let (x0, x1) = (*first.first()?, *first.last()?);
    let (new_x0, new_x1) = (*second.xs.first()?, *second.xs.last()?);
    let (width, new_width) = ((x1 - x0).max(1.0), (new_x1 - new_x0).max(1.0));
    if (width - new_width).abs() > (WIDTH_SHARE * width).max(2.0 * EDGE) || (x0 - new_x0).abs() > SHIFT_SHARE * width {
        return None;
    }
    let tolerance = match second.evidence {
        // Edges were put into gaps of text, which differ from page to page.
        Evidence::Rows => (EDGE_SHARE * width).max(LOOSE_EDGE),
        _ => (EDGE_SHARE * width).max(EDGE),
    };
    let moved: Vec<f32> = second.xs.iter().map(|x| x0 + (x - new_x0) * width / new_width).collect();
    let mut out = Columns { xs: Vec::new(), first: Vec::new(), second: Vec::new(), likeness: Likeness::Slight };
    let (mut a, mut b, mut common) = (0, 0, 0usize);
    while a < first.len() || b < moved.len() {
        let (old, new) = (first.get(a).copied(), moved.get(b).copied());
        match (old, new) {
            (Some(old), Some(new)) if (old - new).abs() <= tolerance => {
                out.first.push(out.xs.len());
                out.second.push(out.xs.len());
                out.xs.push(old);
                (a, b, common) = (a + 1, b + 1, common + 1);
            }
            (Some(old), new) if new.is_none_or(|new| old < new) => {
                out.first.push(out.xs.len());
                out.xs.push(old);
                a += 1;
            }
            (_, Some(new)) => {
                out.second.push(out.xs.len());
                out.xs.push(new);
                b += 1;
            }
            _ => break,
        }
    }
    if out.xs.len() > MOST_COLUMNS {
        return None;
    }
    let (inner, new_inner) = (first.len().saturating_sub(2), moved.len().saturating_sub(2));
    let common = common.saturating_sub(2);
    out.likeness = if common == inner && common == new_inner {
        Likeness::Equal
    } else if common == inner.min(new_inner) {
        Likeness::Within
    } else if common > 0 && common * 2 >= inner.min(new_inner) {
        Likeness::Half
    } else {
        Likeness::Slight
    };
    Some(out)
}

/// Columns at the left that are missing in the second part: a cell that hangs over from the page before has no wall at
/// its left there. The other edges must be those of the first part.
pub(super) fn hanging_left(first: &[f32], second: &[f32]) -> Option<usize> {
    (1..=MOST_HANGING).find(|&count| {
        let Some(rest) = first.get(count..).filter(|rest| rest.len() >= 3) else { return false };
        rest.len() == second.len() && rest.iter().zip(second).all(|(a, b)| (a - b).abs() <= EDGE)
    })
}

/// Where nothing is drawn, edges move with the texts: the same number of columns, each boundary between the same two
/// columns' middles.
fn alike_by_texts(first: &[f32], second: &[f32]) -> Option<Columns> {
    if first.len() != second.len() || first.len() < 3 {
        return None;
    }
    let middle = |i: usize| (first[i] + first[i + 1]) / 2.0;
    let alike = (1..first.len() - 1).all(|i| middle(i - 1) < second[i] && second[i] < middle(i));
    let (x0, x1) = (first[0], first[first.len() - 1]);
    let overlap = x1.min(second[second.len() - 1]) - x0.max(second[0]);
    let same: Vec<usize> = (0..first.len()).collect();
    (alike && overlap > 0.7 * (x1 - x0)).then(|| Columns {
        xs: first.to_vec(),
        first: same.clone(),
        second: same,
        likeness: Likeness::Equal,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Rect;

    fn table(xs: &[f32], evidence: Evidence) -> Table {
        Table {
            cells: Vec::new(),
            xs: xs.to_vec(),
            ys: vec![0.0, 10.0],
            bbox: Rect::default(),
            evidence,
            top_walls: Vec::new(),
            bottom_walls: Vec::new(),
            weak: false,
            words: Vec::new(),
            tagged: None,
        }
    }

    #[test]
    fn edges_hidden_by_spans_are_brought_together() {
        let found =
            columns(&[50.0, 150.0, 300.0, 450.0], false, &table(&[51.0, 151.0, 200.0, 301.0, 452.0], Evidence::Ruled));
        let found = found.unwrap();
        assert_eq!(found.likeness, Likeness::Within);
        assert_eq!((found.first, found.second), (vec![0, 1, 3, 4], vec![0, 1, 2, 3, 4]));
    }

    #[test]
    fn other_widths_are_other_tables() {
        assert_eq!(columns(&[50.0, 150.0, 450.0], false, &table(&[50.0, 150.0, 380.0], Evidence::Ruled)), None);
        let shifted = columns(&[50.0, 150.0, 450.0], false, &table(&[70.0, 170.0, 470.0], Evidence::Ruled));
        assert_eq!(shifted.unwrap().likeness, Likeness::Equal);
        let other = columns(&[50.0, 150.0, 300.0, 450.0], false, &table(&[50.0, 200.0, 380.0, 450.0], Evidence::Ruled));
        assert_eq!(other.unwrap().likeness, Likeness::Slight);
    }

    #[test]
    fn columns_that_hang_over_have_no_wall_at_their_left() {
        let first = [50.0, 80.0, 150.0, 300.0, 450.0];
        assert_eq!(hanging_left(&first, &[80.5, 150.0, 300.0, 450.0]), Some(1));
        assert_eq!(hanging_left(&first, &[150.0, 300.0, 450.0]), Some(2));
        assert_eq!(hanging_left(&first, &[80.5, 200.0, 300.0, 450.0]), None);
        assert_eq!(hanging_left(&first, &first), None);
    }

    #[test]
    fn without_lines_boundaries_may_wander() {
        let found =
            columns(&[50.0, 150.0, 300.0, 450.0], true, &table(&[50.0, 170.0, 270.0, 440.0], Evidence::Aligned));
        assert_eq!(found.unwrap().likeness, Likeness::Equal);
        assert_eq!(columns(&[50.0, 150.0, 300.0, 450.0], true, &table(&[50.0, 240.0, 450.0], Evidence::Aligned)), None);
    }
}
