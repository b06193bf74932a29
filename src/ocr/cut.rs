//! Tables that the picture's edge cuts: their lines run into it, and none closes them there.

use super::picture::Transform;
use crate::model::{Axis, Ruling};

/// How near an edge a line must end to run into it, in inches.
const AT_EDGE: f32 = 0.025;
/// A ruling within this distance of the ends closes the table, in inches.
const CLOSED: f32 = 0.06;
/// Lines that must run into an edge: a single one may be a scanner's shadow.
const LEAST: usize = 3;
/// Shortest line that counts, in inches.
const SHORTEST: f32 = 0.4;

/// The edges, in words, that cut a table. `rulings` are in pixels of the ready picture, `source` is the width and height
/// of the picture that it was made of, `map` leads from the one to the other.
pub(super) fn cut_sides(rulings: &[Ruling], map: &Transform, source: (f32, f32), dpi: f32) -> Vec<&'static str> {
    let sides = [
        (Axis::Horizontal, false, "left edge: columns"),
        (Axis::Horizontal, true, "right edge: columns"),
        (Axis::Vertical, false, "upper edge: rows"),
        (Axis::Vertical, true, "lower edge: rows"),
    ];
    let cut = |&(axis, far, _): &(Axis, bool, &str)| {
        let end = |ruling: &Ruling| if far { ruling.to } else { ruling.from };
        let along = rulings.iter().filter(|ruling| ruling.axis == axis && ruling.to - ruling.from >= SHORTEST * dpi);
        let ends: Vec<(f32, f32)> = along
            .filter(|ruling| {
                let place = match axis {
                    Axis::Horizontal => map.point(end(ruling), ruling.at),
                    Axis::Vertical => map.point(ruling.at, end(ruling)),
                };
                is_at_edge(place, source, dpi)
            })
            .map(|ruling| (ruling.at, end(ruling)))
            .collect();
        let first = ends.iter().map(|end| end.0).fold(f32::INFINITY, f32::min);
        let last = ends.iter().map(|end| end.0).fold(f32::NEG_INFINITY, f32::max);
        let mean = ends.iter().map(|end| end.1).sum::<f32>() / ends.len().max(1) as f32;
        // A wall along the edge from the first of them to the last closes the table.
        let closes = |ruling: &&Ruling| {
            let covered = ruling.to.min(last) - ruling.from.max(first);
            ruling.axis != axis && (ruling.at - mean).abs() <= CLOSED * dpi && covered * 2.0 >= last - first
        };
        ends.len() >= LEAST && !rulings.iter().any(|ruling| closes(&ruling))
    };
    sides.iter().filter(|side| cut(side)).map(|side| side.2).collect()
}

fn is_at_edge((x, y): (f32, f32), (width, height): (f32, f32), dpi: f32) -> bool {
    let near = AT_EDGE * dpi;
    x <= near || y <= near || x >= width - near || y >= height - near
}

#[cfg(test)]
mod tests {
    use super::*;

    fn level(at: f32, from: f32, to: f32) -> Ruling {
        Ruling { axis: Axis::Horizontal, at, from, to, width: 2.0, colour: [0; 3] }
    }

    fn upright(at: f32, from: f32, to: f32) -> Ruling {
        Ruling { axis: Axis::Vertical, ..level(at, from, to) }
    }

    #[test]
    fn lines_that_run_into_the_edge_are_cut_and_a_closed_frame_is_not() {
        let rows: Vec<Ruling> = [300.0, 400.0, 500.0].map(|at| level(at, 200.0, 1000.0)).to_vec();
        let sides = |rulings: &[Ruling]| cut_sides(rulings, &Transform::IDENTITY, (1000.0, 800.0), 200.0);
        let mut open = rows.clone();
        open.push(upright(200.0, 300.0, 500.0));
        assert_eq!(sides(&open), ["right edge: columns"]);
        open.push(upright(994.0, 300.0, 500.0));
        assert!(sides(&open).is_empty());
        // Two lines are no table.
        assert!(sides(&rows[..2]).is_empty());
    }
}
