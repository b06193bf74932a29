//! What is drawn around texts, in upright coordinates: rules, walls and backgrounds, as evidence for where a table
//! begins and ends and how its rows and columns are parted.

use super::frame::Frame;
use crate::model::{Axis, Fill, Rect, Ruling};

/// A horizontal line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Rule {
    pub(super) y: f32,
    pub(super) x0: f32,
    pub(super) x1: f32,
}

/// A vertical line.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Wall {
    pub(super) x: f32,
    pub(super) y0: f32,
    pub(super) y1: f32,
}

/// Where a table may go on over a page's ends.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct PageEnds {
    /// Where the page's content begins, if a table may go on from the page before.
    pub(super) top: Option<f32>,
    /// Where it ends, if one may go on on the next page.
    pub(super) bottom: Option<f32>,
    /// Column edges of the table of the page before.
    pub(super) held: Vec<f32>,
}

/// All that is drawn on a page.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Drawn {
    pub(super) page: PageEnds,
    /// From the top down.
    pub(super) rules: Vec<Rule>,
    pub(super) walls: Vec<Wall>,
    /// From the top down.
    pub(super) fills: Vec<Rect>,
    /// Boxes that lines close on both sides and above or below: what stands in one has nothing to do with what is around.
    pub(super) frames: Vec<Rect>,
}

/// Two lines this close, in points, are one.
const SAME: f32 = 2.5;
/// Gap in a line, in points, that is still closed: cells' own borders drawn one by one. Rules under neighbouring headings stay apart.
const BRIDGED: f32 = 2.5;
/// Lines on a page from which it is a drawing, whose lines say nothing of tables.
const MAX_LINES: usize = 4000;
/// Least height and width of a frame, in points.
const LOWEST_FRAME: f32 = 14.0;
const NARROWEST_FRAME: f32 = 60.0;
/// Walls from which frames are not looked for: a ruled table's, a drawing's.
const MOST_FRAME_WALLS: usize = 200;
/// Highest bar of a chart, in points, whose bars lie beside their labels.
const HIGHEST_BAR: f32 = 60.0;
/// Shortest line that counts, in points.
const SHORTEST: f32 = 8.0;

impl Drawn {
    /// What is drawn on a page, seen in a frame.
    pub(super) fn new(rulings: &[Ruling], fills: &[Fill], frame: Frame) -> Drawn {
        let mut drawn = Drawn::default();
        if rulings.len() <= MAX_LINES {
            for ruling in rulings.iter().map(|ruling| frame.line(ruling)) {
                let Ruling { axis, at, from, to, .. } = ruling;
                match axis {
                    Axis::Horizontal => drawn.rules.push(Rule { y: at, x0: from, x1: to }),
                    Axis::Vertical => drawn.walls.push(Wall { x: at, y0: from, y1: to }),
                }
            }
        }
        if fills.len() <= MAX_LINES {
            drawn.fills = fills.iter().map(|fill| frame.upright(&fill.bbox)).collect();
            drawn.join_fills();
        }
        drawn.join_rules();
        drawn.join_walls();
        drawn.find_frames();
        drawn
    }

    fn find_frames(&mut self) {
        let mut walls: Vec<Wall> =
            self.walls.iter().filter(|wall| wall.y1 - wall.y0 >= LOWEST_FRAME).copied().collect();
        if walls.len() > MOST_FRAME_WALLS {
            return;
        }
        walls.sort_by(|a, b| a.x.total_cmp(&b.x));
        for (at, left) in walls.iter().enumerate() {
            // The widest box that this wall is the left side of.
            let right = walls.iter().skip(at + 1).rev().find(|right| {
                let level = (right.y0 - left.y0).abs() <= SAME && (right.y1 - left.y1).abs() <= SAME;
                let closed = |y: f32| self.is_ruled(y - SAME, y + SAME, left.x, right.x);
                right.x - left.x >= NARROWEST_FRAME && level && (closed(left.y0) || closed(left.y1))
            });
            self.frames.extend(right.map(|right| Rect::new(left.x, left.y0, right.x, left.y1)));
        }
    }

    /// Does a filled area no higher than a line stand between these two places, as the bar of a chart between its label
    /// and its number?
    pub(super) fn has_bar(&self, (x0, x1): (f32, f32), (y0, y1): (f32, f32)) -> bool {
        const SLACK: f32 = 1.0;
        let middle = (y0 + y1) / 2.0;
        let first = self.fills.partition_point(|fill| fill.y0 < middle - HIGHEST_BAR);
        self.fills.iter().skip(first).take_while(|fill| fill.y0 <= middle).any(|fill| {
            let beside = fill.x0 >= x0 - SLACK && fill.x1 <= x1 + SLACK && fill.width() > 2.0;
            beside && fill.y1 >= middle && fill.height() < 2.5 * (y1 - y0)
        })
    }

    /// Does a frame part these two heights, at this place?
    pub(super) fn is_framed_off(&self, x: f32, y0: f32, y1: f32) -> bool {
        self.frames.iter().any(|frame| {
            let within = |frame: &Rect, y: f32| y > frame.y0 && y < frame.y1;
            // A head in a frame of its own stands right on the frame of its rows.
            let on_other = |y: f32| {
                let same = |other: &&Rect| {
                    (other.x0 - frame.x0).abs() <= SAME
                        && (other.x1 - frame.x1).abs() <= SAME
                        && ((other.y0 - frame.y1).abs() <= SAME || (other.y1 - frame.y0).abs() <= SAME)
                };
                self.frames.iter().filter(same).any(|other| within(other, y))
            };
            let (above, below) = (within(frame, y0), within(frame, y1));
            x > frame.x0 && x < frame.x1 && above != below && !on_other(if above { y1 } else { y0 })
        })
    }

    /// Joins pieces of one rule: cells' own borders, dashes, doubled lines.
    fn join_rules(&mut self) {
        self.rules.sort_by(|a, b| a.y.total_cmp(&b.y));
        let mut joined: Vec<Rule> = Vec::new();
        let mut level: Vec<Rule> = Vec::new();
        for &rule in &self.rules {
            if level.first().is_some_and(|first| rule.y - first.y > SAME) {
                join_level(&mut level, &mut joined);
            }
            level.push(rule);
        }
        join_level(&mut level, &mut joined);
        joined.retain(|rule| rule.x1 - rule.x0 >= SHORTEST);
        self.rules = joined;
    }

    /// The same of walls.
    fn join_walls(&mut self) {
        self.walls.sort_by(|a, b| a.x.total_cmp(&b.x));
        let mut joined: Vec<Wall> = Vec::new();
        let mut start = 0;
        for end in 1..=self.walls.len() {
            let (Some(first), next) = (self.walls.get(start).copied(), self.walls.get(end)) else { continue };
            if next.is_some_and(|next| next.x - first.x <= SAME) {
                continue;
            }
            let level = self.walls.get_mut(start..end).unwrap_or(&mut []);
            level.sort_by(|a, b| a.y0.total_cmp(&b.y0));
            for &wall in level.iter() {
                match joined.last_mut().filter(|open| wall.y0 <= open.y1 + BRIDGED) {
                    Some(open) if (open.x - wall.x).abs() <= SAME => open.y1 = open.y1.max(wall.y1),
                    _ => joined.push(wall),
                }
            }
            start = end;
        }
        joined.retain(|wall| wall.y1 - wall.y0 >= SHORTEST);
        self.walls = joined;
    }

    /// Joins the backgrounds of neighbouring cells to stripes.
    fn join_fills(&mut self) {
        self.fills.sort_by(|a, b| a.y0.total_cmp(&b.y0).then(a.x0.total_cmp(&b.x0)));
        let mut joined: Vec<Rect> = Vec::with_capacity(self.fills.len());
        for fill in self.fills.drain(..) {
            // Cells of a row begin at one height, so what this one goes on is among the last few.
            let open = joined.iter_mut().rev().take(4).find(|open| {
                (open.y0 - fill.y0).abs() < 1.0
                    && (open.y1 - fill.y1).abs() < 1.0
                    && fill.x0 <= open.x1 + SAME
                    && fill.x1 >= open.x0 - SAME
            });
            match open {
                Some(open) => *open = open.union(&fill),
                None => joined.push(fill),
            }
        }
        self.fills = joined;
    }

    /// Rules between these heights.
    pub(super) fn rules_between(&self, y0: f32, y1: f32) -> impl Iterator<Item = &Rule> {
        let first = self.rules.partition_point(|rule| rule.y < y0);
        self.rules.iter().skip(first).take_while(move |rule| rule.y <= y1)
    }

    /// Is there a rule between these heights along most of this stretch?
    pub(super) fn is_ruled(&self, y0: f32, y1: f32, x0: f32, x1: f32) -> bool {
        let covered: f32 = self.rules_between(y0, y1).map(|rule| (rule.x1.min(x1) - rule.x0.max(x0)).max(0.0)).sum();
        covered >= MOST * (x1 - x0)
    }

    /// Do both stand on one background that is as wide as this stretch, and not much higher than they are?
    pub(super) fn on_one_fill(&self, a: &Rect, b: &Rect, (x0, x1): (f32, f32)) -> bool {
        let (ya, yb) = (a.center().1, b.center().1);
        let height = a.union(b).height();
        self.fills.iter().any(|fill| {
            let inside = |y: f32| y > fill.y0 && y < fill.y1;
            fill.x1.min(x1) - fill.x0.max(x0) >= MOST * (x1 - x0)
                && fill.height() < 3.0 * height
                && inside(ya)
                && inside(yb)
        })
    }

    /// x of walls through most of these heights.
    pub(super) fn walls_through(&self, y0: f32, y1: f32) -> Vec<f32> {
        let mut pieces: Vec<(f32, f32)> = self
            .walls
            .iter()
            .map(|wall| (wall.x, wall.y1.min(y1) - wall.y0.max(y0)))
            .filter(|&(_, length)| length > 0.0)
            .collect();
        pieces.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut out = Vec::new();
        let mut open: Option<(f32, f32)> = None;
        for (x, length) in pieces {
            open = match open {
                Some((at, sum)) if x - at <= SAME => Some((at, sum + length)),
                other => {
                    out.extend(other.filter(|(_, sum)| *sum >= 0.6 * (y1 - y0)).map(|(at, _)| at));
                    Some((x, length))
                }
            };
        }
        out.extend(open.filter(|(_, sum)| *sum >= 0.6 * (y1 - y0)).map(|(at, _)| at));
        out
    }
}

/// Share of a table's width from which a rule runs along it.
const MOST: f32 = 0.7;

fn join_level(level: &mut Vec<Rule>, joined: &mut Vec<Rule>) {
    level.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    for rule in level.drain(..) {
        match joined.last_mut() {
            Some(open) if (open.y - rule.y).abs() <= SAME && rule.x0 <= open.x1 + BRIDGED => {
                open.x1 = open.x1.max(rule.x1)
            }
            _ => joined.push(rule),
        }
    }
}
