//! Where filled areas end. An edge is a wall where something else begins behind it, and also between two cells that are
//! painted alike; but the pieces that one cell is painted in show nothing.
//!
//! Word processors paint a shaded cell as its margins and a box for each line of text, all in one colour, side by side or one
//! inside the other. Drawn as walls, their edges would cut the cell between its lines.

use super::rulings::{Segment, THICK_LINE};
use crate::model::{Axis, Fill, Rect};
use std::collections::BTreeMap;

/// Areas this close touch. In points.
const TOUCH: f32 = 0.3;
/// Widest margin of a cell that is painted apart. In points.
const WIDEST_MARGIN: f32 = 8.0;
/// Part of an area's side that a margin beside it must run along.
const ALONG: f32 = 0.8;
/// More areas of one colour are taken as they are.
const MOST_ALIKE: usize = 2000;

/// What an area is to its neighbours of the same colour.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    /// A cell, as far as anybody can tell.
    Whole,
    /// A strip along one or two sides of others: runs along this axis.
    Margin(Axis),
    /// Stands between two margins: lines of a cell's text.
    Text,
    /// Lines of text inside a cell that is painted already: nobody sees it.
    Inside,
}

/// The walls that filled areas make: where they end, and what is so thin that it is a line.
pub(super) fn walls(fills: &[Fill], horizontal: &mut Vec<Segment>, vertical: &mut Vec<Segment>) {
    let mut alike: BTreeMap<[u8; 3], Vec<Rect>> = BTreeMap::new();
    for fill in fills {
        alike.entry(fill.colour).or_default().push(fill.bbox);
    }
    for areas in alike.into_values() {
        let alike = Alike::new(areas);
        let all_whole = alike.parts.iter().all(|part| *part == Part::Whole);
        for (own, (area, part)) in alike.areas.iter().zip(&alike.parts).enumerate() {
            let line = if area.height() < THICK_LINE && area.width() > area.height() {
                Some(Axis::Horizontal)
            } else {
                (area.width() < THICK_LINE).then_some(Axis::Vertical)
            };
            let (middle_x, middle_y) = area.center();
            match (part, line) {
                (Part::Inside, _) => {}
                (Part::Whole | Part::Text, Some(Axis::Horizontal)) => {
                    horizontal.push(Segment { at: middle_y, from: area.x0, to: area.x1, drawn: true });
                }
                (Part::Whole | Part::Text, Some(Axis::Vertical)) => {
                    vertical.push(Segment { at: middle_x, from: area.y0, to: area.y1, drawn: true });
                }
                (Part::Whole, None) if all_whole => {
                    horizontal.extend([area.y0, area.y1].map(|at| edge(at, area.x0, area.x1)));
                    vertical.extend([area.x0, area.x1].map(|at| edge(at, area.y0, area.y1)));
                }
                _ => {
                    for (axis, out) in [(Axis::Horizontal, &mut *horizontal), (Axis::Vertical, &mut *vertical)] {
                        alike.seen_edges(axis, own, out);
                    }
                }
            }
        }
    }
}

fn edge(at: f32, from: f32, to: f32) -> Segment {
    Segment { at, from, to, drawn: false }
}

/// An area's extent across and along an axis: of a horizontal edge y and x.
fn across(area: &Rect, axis: Axis) -> (f32, f32) {
    if axis == Axis::Horizontal { (area.y0, area.y1) } else { (area.x0, area.x1) }
}

fn along(area: &Rect, axis: Axis) -> (f32, f32) {
    if axis == Axis::Horizontal { (area.x0, area.x1) } else { (area.y0, area.y1) }
}

fn shared(a: (f32, f32), b: (f32, f32)) -> f32 {
    a.1.min(b.1) - a.0.max(b.0)
}

/// Does `b` begin where `a` ends, beside it along at least a part of the axis?
fn follows(a: &Rect, b: &Rect, axis: Axis) -> bool {
    (across(a, axis).1 - across(b, axis).0).abs() <= TOUCH && shared(along(a, axis), along(b, axis)) > TOUCH
}

/// The areas of one colour, sorted by their upper edges, and what each is to the others.
struct Alike {
    areas: Vec<Rect>,
    parts: Vec<Part>,
    highest: f32,
}

impl Alike {
    fn new(mut areas: Vec<Rect>) -> Alike {
        areas.sort_by(|a, b| a.y0.total_cmp(&b.y0));
        let highest = areas.iter().map(Rect::height).fold(0.0, f32::max);
        let parts = vec![Part::Whole; areas.len()];
        let mut alike = Alike { areas, parts, highest };
        if (2..=MOST_ALIKE).contains(&alike.areas.len()) {
            alike.parts = alike.areas.iter().map(|area| alike.inside_or_margin(area)).collect();
            alike.parts = alike.areas.iter().zip(&alike.parts).map(|(area, part)| alike.text(area, *part)).collect();
        }
        alike
    }

    /// The areas that may touch this one, and what they are.
    fn near(&self, area: &Rect) -> impl Iterator<Item = (&Rect, Part)> {
        let first = self.areas.partition_point(|other| other.y0 < area.y0 - self.highest - TOUCH);
        let near = self.areas.iter().zip(self.parts.iter().copied()).skip(first);
        let end = area.y1 + TOUCH;
        near.take_while(move |(other, _)| other.y0 <= end)
    }

    fn inside_or_margin(&self, area: &Rect) -> Part {
        // What holds several beside each other is no cell.
        let inside = |outer: &Rect| {
            let wide = area.width() * 2.0 > outer.width();
            let (above, below) = (outer.y0 < area.y0 - TOUCH, outer.y1 > area.y1 + TOUCH);
            wide && above && below && outer.x0 < area.x0 - TOUCH && outer.x1 > area.x1 + TOUCH
        };
        if self.near(area).any(|(outer, _)| inside(outer)) {
            return Part::Inside;
        }
        let axis = if area.width() > area.height() { Axis::Horizontal } else { Axis::Vertical };
        let (from, to) = across(area, axis);
        let beside = |other: &Rect| {
            let thicker = across(other, axis).1 - across(other, axis).0 > to - from;
            thicker && (follows(area, other, axis) || follows(other, area, axis))
        };
        let is_margin = to - from <= WIDEST_MARGIN && self.near(area).any(|(other, _)| beside(other));
        if is_margin { Part::Margin(axis) } else { Part::Whole }
    }

    /// The part of an area once the margins are known.
    fn text(&self, area: &Rect, part: Part) -> Part {
        if part != Part::Whole {
            return part;
        }
        let between = [Axis::Horizontal, Axis::Vertical].into_iter().any(|axis| {
            let (from, to) = along(area, axis);
            let runs = |margin: &Rect| shared(along(margin, axis), (from, to)) >= ALONG * (to - from);
            let margins = || self.near(area).filter(|(_, part)| matches!(part, Part::Margin(_))).map(|(area, _)| area);
            margins().any(|margin| follows(margin, area, axis) && runs(margin))
                && margins().any(|margin| follows(area, margin, axis) && runs(margin))
        });
        if between { Part::Text } else { Part::Whole }
    }

    /// The edges of an area along an axis, without what lies inside a cell.
    fn seen_edges(&self, axis: Axis, own: usize, out: &mut Vec<Segment>) {
        let (Some(area), Some(part)) = (self.areas.get(own), self.parts.get(own)) else { return };
        let (from, to) = along(area, axis);
        let (first, last) = across(area, axis);
        for (at, is_last) in [(first, false), (last, true)] {
            let mut hidden: Vec<(f32, f32)> = self
                .near(area)
                .filter(|(other, with)| {
                    let touch = if is_last { follows(area, other, axis) } else { follows(other, area, axis) };
                    touch && is_inside(*part, *with, axis)
                })
                .map(|(other, _)| along(other, axis))
                .collect();
            hidden.sort_by(|a, b| a.0.total_cmp(&b.0));
            let mut open = from;
            for (begin, end) in hidden {
                if begin > open + TOUCH {
                    out.push(edge(at, open, begin.min(to)));
                }
                open = open.max(end);
            }
            if open < to - TOUCH {
                out.push(edge(at, open, to));
            }
        }
    }
}

/// Is the seam between two areas that touch along this axis inside a cell?
fn is_inside(a: Part, b: Part, axis: Axis) -> bool {
    match (a, b) {
        (Part::Whole, Part::Whole) => false,
        // The last margin of a cell and the first of the next.
        (Part::Margin(a), Part::Margin(b)) => !(a == axis && b == axis),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLUE: [u8; 3] = [141, 179, 226];

    /// Position and ends of a wall.
    type Wall = (f32, f32, f32);

    fn of(areas: &[(f32, f32, f32, f32)]) -> (Vec<Wall>, Vec<Wall>) {
        let fills: Vec<Fill> =
            areas.iter().map(|&(x0, y0, x1, y1)| Fill { bbox: Rect::new(x0, y0, x1, y1), colour: BLUE }).collect();
        let (mut horizontal, mut vertical) = (Vec::new(), Vec::new());
        walls(&fills, &mut horizontal, &mut vertical);
        let plain = |mut list: Vec<Segment>| {
            list.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
            list.dedup();
            list.iter().map(|s| (s.at, s.from, s.to)).collect()
        };
        (plain(horizontal), plain(vertical))
    }

    #[test]
    fn margins_and_lines_of_one_cell_show_its_edges_alone() {
        let cell = [
            (10.0, 10.0, 90.0, 25.0),
            (10.0, 25.0, 15.2, 66.0),
            (84.8, 25.0, 90.0, 66.0),
            (15.2, 25.0, 84.8, 40.0),
            (15.2, 40.0, 84.8, 66.0),
            (10.0, 66.0, 90.0, 80.0),
        ];
        let (horizontal, vertical) = of(&cell);
        assert_eq!(horizontal, [(10.0, 10.0, 90.0), (80.0, 10.0, 90.0)]);
        let sides = [(10.0, 25.0), (25.0, 66.0), (66.0, 80.0)];
        let both = |at: f32| sides.map(|(from, to)| (at, from, to));
        assert_eq!(vertical, [both(10.0), both(90.0)].concat());
    }

    #[test]
    fn the_margins_of_two_cells_meet_at_a_wall() {
        let cells = [
            (10.0, 10.0, 15.0, 30.0),
            (15.0, 10.0, 60.0, 30.0),
            (60.0, 10.0, 65.0, 30.0),
            (65.0, 10.0, 70.0, 30.0),
            (70.0, 10.0, 95.0, 30.0),
            (95.0, 10.0, 100.0, 30.0),
        ];
        let (_, vertical) = of(&cells);
        assert_eq!(vertical, [(10.0, 10.0, 30.0), (65.0, 10.0, 30.0), (100.0, 10.0, 30.0)]);
    }

    #[test]
    fn a_box_inside_a_box_of_its_colour_and_a_thin_strip_of_a_background_are_not_seen() {
        let (horizontal, vertical) =
            of(&[(10.0, 10.0, 90.0, 60.0), (12.3, 22.0, 87.7, 40.0), (10.0, 60.0, 90.0, 62.3)]);
        assert_eq!(horizontal, [(10.0, 10.0, 90.0), (62.3, 10.0, 90.0)]);
        assert_eq!(vertical, [(10.0, 10.0, 60.0), (10.0, 60.0, 62.3), (90.0, 10.0, 60.0), (90.0, 60.0, 62.3)]);
    }

    #[test]
    fn cells_painted_alike_keep_the_wall_between_them_and_thin_areas_are_lines() {
        let (horizontal, vertical) =
            of(&[(10.0, 10.0, 50.0, 30.0), (50.0, 10.0, 90.0, 30.0), (10.0, 60.0, 90.0, 61.0)]);
        assert_eq!(vertical, [(10.0, 10.0, 30.0), (50.0, 10.0, 30.0), (90.0, 10.0, 30.0)]);
        assert!(horizontal.contains(&(60.5, 10.0, 90.0)));
    }
}
