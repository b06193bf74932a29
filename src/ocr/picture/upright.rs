//! Which way up a page stands. Characters of a row are nearer to each other than rows are, which tells upright from
//! sideways; points and commas stand at the foot of what precedes them, which tells up from down.

use super::Gray;
use super::components::{Component, components};

/// Darker pixels are print.
const INK: u8 = 150;
/// Sizes of a character or a part of one, in inches.
const PART: std::ops::RangeInclusive<f32> = 0.035..=0.4;
/// Sizes of a point or comma.
const POINT: std::ops::RangeInclusive<f32> = 0.009..=0.05;
/// How far the next character may be, in inches.
const NEAR: f32 = 0.3;
/// How far a point stands from the character that it follows or precedes.
const BESIDE: f32 = 0.11;
/// Components that are looked at.
const MOST: usize = 12_000;
/// Points from which they are believed.
const FEW_POINTS: f32 = 6.0;

/// Evidence of how a page stands.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Stand {
    /// Part of the characters whose nearest neighbour stands beside, not above or below: 1 for level rows.
    pub(super) level: f32,
    /// Part of the points that stand at the foot of the row, 1 for upright; 0.5 where nothing tells.
    pub(super) upright: f32,
}

/// What a picture shows, as it lies or a quarter turned.
pub(super) fn stand(gray: &Gray, dpi: f32) -> Stand {
    let mut all = components(gray, INK);
    all.retain(|c| c.width().max(c.height()) <= PART.end() * dpi);
    if all.len() > MOST {
        // Rows as a whole, since neighbours matter.
        all.truncate(MOST);
    }
    let grid = Grid::new(all, gray, NEAR * dpi);
    let (mut level, mut steep) = (1.0f32, 1.0f32);
    let (mut foot, mut head) = (1.0f32, 1.0f32);
    for component in &grid.all {
        let size = component.width().max(component.height());
        if PART.contains(&(size / dpi)) {
            let (beside, below) = grid.gaps(component, dpi);
            level += f32::from(u8::from(beside < 0.7 * below));
            steep += f32::from(u8::from(below < 0.7 * beside));
        }
        if POINT.contains(&(size / dpi)) {
            match grid.place_of_point(component, dpi) {
                Some(place) if place > 0.72 => foot += 1.0,
                Some(place) if place < 0.28 => head += 1.0,
                _ => {}
            }
        }
    }
    let told = foot + head - 2.0;
    let upright = if told >= FEW_POINTS { foot / (foot + head) } else { 0.5 };
    Stand { level: level / (level + steep), upright }
}

/// Components by where they are.
struct Grid {
    all: Vec<Component>,
    cells: Vec<Vec<u32>>,
    side: f32,
    columns: usize,
    rows: usize,
}

impl Grid {
    fn new(all: Vec<Component>, gray: &Gray, side: f32) -> Grid {
        let side = side.max(4.0);
        let columns = (gray.width as f32 / side) as usize + 1;
        let rows = (gray.height as f32 / side) as usize + 1;
        let mut cells = vec![Vec::new(); columns * rows];
        for (index, component) in (0u32..).zip(&all) {
            let column = (component.x0 as f32 / side) as usize;
            let row = (component.y0 as f32 / side) as usize;
            cells[row.min(rows - 1) * columns + column.min(columns - 1)].push(index);
        }
        Grid { all, cells, side, columns, rows }
    }

    fn near(&self, component: &Component) -> impl Iterator<Item = &Component> {
        let column = (component.x0 as f32 / self.side) as usize;
        let row = (component.y0 as f32 / self.side) as usize;
        let rows = row.saturating_sub(1)..(row + 2).min(self.rows);
        let columns = column.saturating_sub(1)..(column + 2).min(self.columns);
        let own = *component;
        rows.flat_map(move |row| columns.clone().map(move |column| row * self.columns + column))
            .flat_map(|cell| self.cells.get(cell).into_iter().flatten())
            .filter_map(|&index| self.all.get(index as usize))
            .filter(move |other| **other != own)
    }

    /// Gaps to the next component on the right and to the next below.
    fn gaps(&self, component: &Component, dpi: f32) -> (f32, f32) {
        let far = NEAR * dpi;
        let (mut beside, mut below) = (far, far);
        for other in self.near(component) {
            let overlap = |a0: u32, a1: u32, b0: u32, b1: u32| {
                (a1.min(b1) as f32 - a0.max(b0) as f32) / (a1 - a0).min(b1 - b0).max(1) as f32
            };
            if other.x0 >= component.x1 && overlap(component.y0, component.y1, other.y0, other.y1) > 0.5 {
                beside = beside.min((other.x0 - component.x1) as f32);
            }
            if other.y0 >= component.y1 && overlap(component.x0, component.x1, other.x0, other.x1) > 0.5 {
                below = below.min((other.y0 - component.y1) as f32);
            }
        }
        // Strokes of one character touch nearly; one pixel more or less decides nothing.
        (beside + 1.0, below + 1.0)
    }

    /// How far down a point stands beside the character next to it, 0 at its head, 1 at its foot; None for what has
    /// something above or below it, as dots within characters have.
    fn place_of_point(&self, point: &Component, dpi: f32) -> Option<f32> {
        let mut place = None;
        let mut nearest = BESIDE * dpi;
        for other in self.near(point) {
            let apart = if other.x0 >= point.x1 {
                (other.x0 - point.x1) as f32
            } else if other.x1 <= point.x0 {
                (point.x0 - other.x1) as f32
            } else if other.y1 as f32 + 0.1 * dpi >= point.y0 as f32 && other.y0 as f32 <= point.y1 as f32 + 0.1 * dpi {
                return None;
            } else {
                continue;
            };
            let tall = (0.06..=0.25).contains(&(other.height() / dpi));
            let middle = (point.y0 + point.y1) as f32 / 2.0;
            let within = (middle - other.y0 as f32) / other.height();
            if tall && apart < nearest && (-0.15..=1.15).contains(&within) {
                (nearest, place) = (apart, Some(within));
            }
        }
        place
    }
}
