//! Segments that cross become lattices: rows and columns, and cells that span where walls are missing. Knows no text;
//! whether a lattice is a table is decided by what stands in it.

use super::rulings::{Segment, Segments};
use crate::model::Rect;

/// A cell between walls.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct LatticeCell {
    /// 0-based.
    pub(super) row: usize,
    /// 0-based.
    pub(super) column: usize,
    /// At least 1.
    pub(super) row_span: usize,
    /// At least 1.
    pub(super) column_span: usize,
    /// From wall to wall.
    pub(super) bbox: Rect,
}

/// Crossing segments as a grid. Every place of it is covered by exactly one cell.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Lattice {
    /// Column edges, left to right: one more than there are columns.
    pub(super) xs: Vec<f32>,
    /// Row edges, top to bottom.
    pub(super) ys: Vec<f32>,
    /// Sorted by row, then column.
    pub(super) cells: Vec<LatticeCell>,
    /// For each place, row by row, its cell.
    places: Vec<u32>,
    /// For each column, whether a line is drawn along the upper edge.
    pub(super) top_walls: Vec<bool>,
    /// The same for the lower edge.
    pub(super) bottom_walls: Vec<bool>,
    /// Some wall of it was drawn; else backgrounds alone made it.
    pub(super) drawn: bool,
}

impl Lattice {
    /// From the first to the last edge.
    pub(super) fn bbox(&self) -> Rect {
        let edge = |list: &[f32]| (list.first().copied().unwrap_or(0.0), list.last().copied().unwrap_or(0.0));
        let ((x0, x1), (y0, y1)) = (edge(&self.xs), edge(&self.ys));
        Rect::new(x0, y0, x1, y1)
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.ys.len().saturating_sub(1)
    }

    /// Number of columns.
    pub(super) fn columns(&self) -> usize {
        self.xs.len().saturating_sub(1)
    }

    /// The cell (index in `cells`) at this place.
    pub(super) fn cell_at(&self, row: usize, column: usize) -> Option<usize> {
        if column >= self.columns() {
            return None;
        }
        self.places.get(row * self.columns() + column).map(|&index| index as usize)
    }

    /// The same without its first row; None where that is all, or a cell of it reaches further down.
    pub(super) fn without_first_row(&self) -> Option<Lattice> {
        let first = self.cells.iter().take_while(|cell| cell.row == 0).count();
        let whole = self.cells.iter().take(first).all(|cell| cell.row_span == 1);
        if self.rows() < 2 || !whole {
            return None;
        }
        let skipped = u32::try_from(first).ok()?;
        Some(Lattice {
            xs: self.xs.clone(),
            ys: self.ys[1..].to_vec(),
            cells: self.cells.iter().skip(first).map(|cell| LatticeCell { row: cell.row - 1, ..*cell }).collect(),
            places: self.places.iter().skip(self.columns()).map(|place| place.saturating_sub(skipped)).collect(),
            top_walls: vec![true; self.columns()],
            bottom_walls: self.bottom_walls.clone(),
            drawn: self.drawn,
        })
    }

    /// The cell that holds this point; points a little outside count for the outermost cells.
    pub(super) fn cell_of(&self, x: f32, y: f32) -> Option<usize> {
        let place = |edges: &[f32], at: f32| {
            let after = edges.partition_point(|&edge| edge <= at);
            after.clamp(1, edges.len().saturating_sub(1).max(1)) - 1
        };
        self.cell_at(place(&self.ys, y), place(&self.xs, x))
    }
}

/// Segments whose ends come this close to another touch it. In points.
const TOUCH: f32 = 3.0;
/// Edges closer than this bound no row or column: the smallest print is 5 points high.
const THINNEST: f32 = 4.0;
/// Lines must stick out this far beyond the last crossing line to show that the table goes on there.
const STICKS_OUT: f32 = 8.0;
/// Part of a place's side that must be drawn to be a wall.
const WALL_SHARE: f32 = 0.55;
/// Segments of one direction that are looked at: a page of 500 rows and their columns cut cell by cell has fewer.
/// Beyond, the longest count.
const MOST_SEGMENTS: usize = 3_000;
/// Places of one lattice: no page holds a table that large.
const MOST_PLACES: usize = 250_000;
/// Lattices of one page, the largest first.
const MOST_LATTICES: usize = 200;

/// The lattices of a page, top to bottom, then left to right.
pub(super) fn lattices(segments: &Segments) -> Vec<Lattice> {
    let horizontal = longest(&segments.horizontal);
    let vertical = longest(&segments.vertical);
    let mut groups = Groups::new(horizontal.len() + vertical.len());
    for (index, v) in vertical.iter().enumerate() {
        let first = horizontal.partition_point(|h| h.at < v.from - TOUCH);
        let crossing = horizontal.iter().enumerate().skip(first).take_while(|(_, h)| h.at <= v.to + TOUCH);
        for (other, h) in crossing {
            if h.from - TOUCH <= v.at && v.at <= h.to + TOUCH {
                groups.unite(other, horizontal.len() + index);
            }
        }
    }
    let mut members: Vec<(usize, usize)> =
        (0..horizontal.len() + vertical.len()).map(|i| (groups.root(i), i)).collect();
    members.sort_unstable();
    let mut found: Vec<Lattice> = members
        .chunk_by(|a, b| a.0 == b.0)
        .filter(|group| group.len() >= 3)
        .filter_map(|group| {
            let cut = group.partition_point(|&(_, index)| index < horizontal.len());
            let (h, v) = group.split_at(cut);
            let h: Vec<Segment> = h.iter().filter_map(|&(_, index)| horizontal.get(index).copied()).collect();
            let v: Vec<Segment> =
                v.iter().filter_map(|&(_, index)| vertical.get(index - horizontal.len()).copied()).collect();
            build(&h, &v)
        })
        .collect();
    if found.len() > MOST_LATTICES {
        let area = |l: &Lattice| l.bbox().width() * l.bbox().height();
        found.sort_by(|a, b| area(b).total_cmp(&area(a)));
        found.truncate(MOST_LATTICES);
    }
    found.sort_by(|a, b| {
        let (a, b) = (a.bbox(), b.bbox());
        a.y0.total_cmp(&b.y0).then(a.x0.total_cmp(&b.x0))
    });
    found
}

/// The segments, or the longest of too many, in their order.
fn longest(segments: &[Segment]) -> Vec<Segment> {
    let mut kept = segments.to_vec();
    if kept.len() > MOST_SEGMENTS {
        kept.sort_by(|a, b| b.length().total_cmp(&a.length()));
        kept.truncate(MOST_SEGMENTS);
        kept.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
    }
    kept
}

/// Sets that are united pair by pair.
struct Groups {
    parent: Vec<usize>,
}

impl Groups {
    fn new(count: usize) -> Self {
        Groups { parent: (0..count).collect() }
    }

    fn root(&mut self, mut of: usize) -> usize {
        while self.parent[of] != of {
            self.parent[of] = self.parent[self.parent[of]];
            of = self.parent[of];
        }
        of
    }

    fn unite(&mut self, a: usize, b: usize) {
        let (a, b) = (self.root(a), self.root(b));
        self.parent[a.max(b)] = a.min(b);
    }
}

/// Grid lines, walls and cells of segments that hang together.
pub(super) fn build(horizontal: &[Segment], vertical: &[Segment]) -> Option<Lattice> {
    let mut xs = positions(vertical);
    let mut ys = positions(horizontal);
    complete(&mut xs, horizontal);
    let (open_top, open_bottom) = complete(&mut ys, vertical);
    let (columns, rows) = (xs.len().checked_sub(1)?, ys.len().checked_sub(1)?);
    if columns == 0 || rows == 0 || columns.saturating_mul(rows) > MOST_PLACES {
        return None;
    }
    let side_walls = walls(&xs, &ys, vertical);
    let level_walls = walls(&ys, &xs, horizontal);
    let wall_left_of = |row: usize, column: usize| side_walls[column * rows + row];
    let wall_above = |row: usize, column: usize| level_walls[row * columns + column];

    const NONE: u32 = u32::MAX;
    let mut places = vec![NONE; rows * columns];
    let mut cells = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            if places[row * columns + column] != NONE {
                continue;
            }
            let mut right = column + 1;
            while right < columns && !wall_left_of(row, right) && places[row * columns + right] == NONE {
                right += 1;
            }
            let mut below = row + 1;
            while below < rows
                && (column..right).all(|c| !wall_above(below, c) && places[below * columns + c] == NONE)
                && (column + 1..right).all(|c| !wall_left_of(below, c))
            {
                below += 1;
            }
            let number = u32::try_from(cells.len()).unwrap_or(NONE);
            for r in row..below {
                places[r * columns + column..r * columns + right].fill(number);
            }
            cells.push(LatticeCell {
                row,
                column,
                row_span: below - row,
                column_span: right - column,
                bbox: Rect::default(),
            });
        }
    }
    let along = |line: usize, open: bool| (0..columns).map(|c| !open && level_walls[line * columns + c]).collect();
    let (top_walls, bottom_walls) = (along(0, open_top), along(rows, open_bottom));
    let drawn = horizontal.iter().chain(vertical).any(|segment| segment.drawn);
    Some(without_unused_lines(Lattice { xs, ys, cells, places, top_walls, bottom_walls, drawn }))
}

/// Positions of parallel segments, those that are too close for a row or column made one.
fn positions(segments: &[Segment]) -> Vec<f32> {
    // A short stroke beside a long one bends the position least.
    let mut sorted: Vec<(f32, f32)> = segments.iter().map(|s| (s.at, s.length())).collect();
    sorted.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<f32> = Vec::new();
    let mut begin = f32::NEG_INFINITY;
    let (mut sum, mut weight) = (0.0f64, 0.0f64);
    for (at, length) in sorted {
        if at - begin >= THINNEST {
            begin = at;
            (sum, weight) = (0.0, 0.0);
            out.push(at);
        }
        sum += f64::from(at) * f64::from(length);
        weight += f64::from(length);
        if let Some(last) = out.last_mut()
            && weight > 0.0
        {
            *last = (sum / weight) as f32;
        }
    }
    out
}

/// Adds the outer edges that are not drawn but shown by crossing lines that end together beyond the outermost line.
/// Says whether the first and the last edge had to be added.
fn complete(edges: &mut Vec<f32>, crossing: &[Segment]) -> (bool, bool) {
    let first_end = crossing.iter().map(|s| s.from).fold(f32::INFINITY, f32::min);
    let last_end = crossing.iter().map(|s| s.to).fold(f32::NEG_INFINITY, f32::max);
    let before = crossing.iter().filter(|s| s.from - first_end < TOUCH).count();
    let after = crossing.iter().filter(|s| last_end - s.to < TOUCH).count();
    let needed = 2.min(crossing.len());
    let (mut at_start, mut at_end) = (false, false);
    if before >= needed && edges.first().is_none_or(|&first| first_end < first - STICKS_OUT) {
        edges.insert(0, first_end);
        at_start = true;
    }
    if after >= needed && edges.last().is_none_or(|&last| last_end > last + STICKS_OUT) {
        edges.push(last_end);
        at_end = true;
    }
    (at_start, at_end)
}

/// For each line of `lines` and each step of `steps`, is a wall drawn there?
fn walls(lines: &[f32], steps: &[f32], segments: &[Segment]) -> Vec<bool> {
    let count = steps.len() - 1;
    let mut covered = vec![0.0f32; lines.len() * count];
    for segment in segments {
        let Some(line) = nearest(lines, segment.at) else { continue };
        let first = steps.partition_point(|&step| step <= segment.from).saturating_sub(1);
        for step in first..count {
            let (from, to) = (steps[step], steps[step + 1]);
            if from >= segment.to {
                break;
            }
            covered[line * count + step] += segment.to.min(to) - segment.from.max(from);
        }
    }
    let long_enough =
        |(index, &length): (usize, &f32)| length >= WALL_SHARE * (steps[index % count + 1] - steps[index % count]);
    covered.iter().enumerate().map(long_enough).collect()
}

/// The line at this position, if one was made of it.
fn nearest(lines: &[f32], at: f32) -> Option<usize> {
    let after = lines.partition_point(|&line| line < at);
    let candidates = [after.checked_sub(1), Some(after)];
    let best = candidates.into_iter().flatten().filter(|&i| i < lines.len());
    let best = best.min_by(|&a, &b| (lines[a] - at).abs().total_cmp(&(lines[b] - at).abs()))?;
    ((lines[best] - at).abs() < THINNEST).then_some(best)
}

/// Takes out rows and columns in which no cell begins: stray strokes made them. Then measures the cells.
fn without_unused_lines(mut lattice: Lattice) -> Lattice {
    let (rows, columns) = (lattice.rows(), lattice.columns());
    let (mut row_used, mut column_used) = (vec![false; rows + 1], vec![false; columns + 1]);
    for cell in &lattice.cells {
        row_used[cell.row] = true;
        column_used[cell.column] = true;
    }
    (row_used[rows], column_used[columns]) = (true, true);
    let kept_xs: Vec<f32> = kept(&lattice.xs, &column_used);
    let kept_ys: Vec<f32> = kept(&lattice.ys, &row_used);
    for walls in [&mut lattice.top_walls, &mut lattice.bottom_walls] {
        *walls = walls.iter().zip(&column_used).filter(|(_, used)| **used).map(|(&wall, _)| wall).collect();
    }
    let new_rows = renumbered(&row_used);
    let new_columns = renumbered(&column_used);
    let mut places = Vec::with_capacity(kept_xs.len() * kept_ys.len());
    for row in (0..rows).filter(|&row| row_used[row]) {
        places.extend((0..columns).filter(|&c| column_used[c]).map(|c| lattice.places[row * columns + c]));
    }
    for cell in &mut lattice.cells {
        let (row_end, column_end) = (cell.row + cell.row_span, cell.column + cell.column_span);
        cell.row = new_rows[cell.row];
        cell.column = new_columns[cell.column];
        cell.row_span = new_rows[row_end] - cell.row;
        cell.column_span = new_columns[column_end] - cell.column;
        cell.bbox = Rect::new(
            kept_xs[cell.column],
            kept_ys[cell.row],
            kept_xs[cell.column + cell.column_span],
            kept_ys[cell.row + cell.row_span],
        );
    }
    Lattice { xs: kept_xs, ys: kept_ys, places, ..lattice }
}

fn kept(edges: &[f32], used: &[bool]) -> Vec<f32> {
    edges.iter().zip(used).filter(|(_, used)| **used).map(|(&edge, _)| edge).collect()
}

/// For each old line, the number of the first kept line at or after it.
fn renumbered(used: &[bool]) -> Vec<usize> {
    let mut next = 0;
    used.iter()
        .map(|&used| {
            let number = next;
            next += usize::from(used);
            number
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::rulings::segments;
    use super::super::sketch::Sketch;
    use super::*;
    use proptest::prelude::*;

    fn found(sketch: Sketch) -> Vec<Lattice> {
        lattices(&segments(&sketch.page()))
    }

    fn spans(lattice: &Lattice) -> Vec<(usize, usize, usize, usize)> {
        lattice.cells.iter().map(|c| (c.row, c.column, c.row_span, c.column_span)).collect()
    }

    #[test]
    fn a_full_grid() {
        let mut sketch = Sketch::new(500.0, 500.0);
        sketch.grid(&[50.0, 100.0, 200.0], &[50.0, 70.0, 90.0, 120.0]);
        let [lattice] = found(sketch).try_into().unwrap();
        assert_eq!((lattice.rows(), lattice.columns()), (3, 2));
        assert_eq!(lattice.cells.len(), 6);
        assert_eq!(lattice.cells[3].bbox, Rect::new(100.0, 70.0, 200.0, 90.0));
        assert!(lattice.top_walls == [true; 2] && lattice.bottom_walls == [true; 2] && lattice.drawn);
    }

    #[test]
    fn missing_walls_are_spans() {
        let mut sketch = Sketch::new(500.0, 500.0);
        sketch.frame(50.0, 50.0, 350.0, 110.0);
        // A first column over all three rows, a first row over the two columns right of it.
        sketch.vertical(150.0, 50.0, 110.0).vertical(250.0, 70.0, 110.0);
        sketch.horizontal(70.0, 150.0, 350.0).horizontal(90.0, 150.0, 350.0);
        let [lattice] = found(sketch).try_into().unwrap();
        assert_eq!(
            spans(&lattice),
            [(0, 0, 3, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1), (2, 1, 1, 1), (2, 2, 1, 1)]
        );
    }

    #[test]
    fn open_sides_are_closed_where_lines_end_together() {
        let mut sketch = Sketch::new(500.0, 500.0);
        for y in [50.0, 70.0, 90.0] {
            sketch.horizontal(y, 50.0, 350.0);
        }
        sketch.vertical(150.0, 50.0, 90.0).vertical(250.0, 50.0, 110.0);
        let [lattice] = found(sketch).try_into().unwrap();
        assert_eq!(lattice.xs, [50.0, 150.0, 250.0, 350.0]);
        assert_eq!(lattice.ys, [50.0, 70.0, 90.0]);
        assert_eq!(lattice.cells.len(), 6);
    }

    #[test]
    fn a_table_cut_at_its_foot_is_open_there() {
        let mut sketch = Sketch::new(500.0, 500.0);
        for x in [50.0, 150.0, 250.0] {
            sketch.vertical(x, 50.0, 140.0);
        }
        sketch.horizontal(50.0, 50.0, 250.0).horizontal(90.0, 50.0, 250.0);
        let [lattice] = found(sketch).try_into().unwrap();
        assert_eq!(lattice.rows(), 2);
        assert!(lattice.top_walls == [true; 2] && lattice.bottom_walls == [false; 2]);
    }

    #[test]
    fn side_by_side_and_inside_each_other_are_apart() {
        let mut sketch = Sketch::new(500.0, 500.0);
        sketch.grid(&[50.0, 100.0, 150.0], &[50.0, 70.0, 190.0]);
        sketch.grid(&[160.0, 200.0, 250.0], &[50.0, 70.0, 190.0]);
        sketch.grid(&[60.0, 75.0, 90.0], &[90.0, 110.0, 130.0]);
        let found = found(sketch);
        assert_eq!(found.len(), 3);
        assert!(found.iter().all(|lattice| lattice.cells.len() == 4));
    }

    #[test]
    fn corners_that_do_not_meet_and_a_stray_stroke() {
        let mut sketch = Sketch::new(500.0, 500.0);
        sketch.horizontal(50.0, 52.0, 198.0).horizontal(70.0, 52.0, 198.0).horizontal(90.0, 52.0, 198.0);
        sketch.vertical(50.0, 51.5, 88.0).vertical(125.0, 52.0, 88.0).vertical(200.0, 52.0, 88.0);
        // An underline that touches the wall.
        sketch.horizontal(64.0, 51.0, 65.0);
        let [lattice] = found(sketch).try_into().unwrap();
        assert_eq!(spans(&lattice), [(0, 0, 1, 1), (0, 1, 1, 1), (1, 0, 1, 1), (1, 1, 1, 1)]);
    }

    proptest! {
        /// Whatever is drawn, every place is covered by one cell and cells do not overlap.
        #[test]
        fn cells_tile_the_lattice(lines in proptest::collection::vec((any::<bool>(), 0.0f32..300.0, 0.0f32..300.0, 1.0f32..300.0), 0..60)) {
            let mut sketch = Sketch::new(700.0, 700.0);
            for (horizontal, at, from, length) in lines {
                if horizontal { sketch.horizontal(at, from, from + length); } else { sketch.vertical(at, from, from + length); }
            }
            for lattice in found(sketch) {
                let mut seen = vec![false; lattice.rows() * lattice.columns()];
                for (index, cell) in lattice.cells.iter().enumerate() {
                    prop_assert!(cell.row_span > 0 && cell.column_span > 0);
                    for row in cell.row..cell.row + cell.row_span {
                        for column in cell.column..cell.column + cell.column_span {
                            prop_assert!(!std::mem::replace(&mut seen[row * lattice.columns() + column], true));
                            prop_assert_eq!(lattice.cell_at(row, column), Some(index));
                        }
                    }
                }
                prop_assert!(seen.iter().all(|&seen| seen));
            }
        }
    }
}
