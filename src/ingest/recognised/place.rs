//! Places as the formats state them: numbers that may be anything, boxes and polygons in pixels, inches or shares of the
//! page, and how they become points.

use super::json::Json;
use crate::model::Rect;

/// Lengths beyond this, in any unit, are mistakes: the largest scans have some 30,000 pixels.
const LARGEST: f64 = 1e6;

/// A coordinate that can be reckoned with.
pub(super) fn length(value: f64) -> Option<f32> {
    (value.is_finite() && value.abs() <= LARGEST).then_some(value as f32)
}

/// The same from a text.
pub(super) fn parse_length(text: &str) -> Option<f32> {
    length(text.trim().parse().ok()?)
}

/// The same from JSON.
pub(super) fn length_in(value: &Json<'_>) -> Option<f32> {
    length(value.number()?)
}

/// A score of 0 to `full` as 0 to 1; a score that is none counts as full, since nothing was said.
pub(super) fn score(value: Option<f64>, full: f64) -> f32 {
    match value {
        Some(value) if value.is_finite() => (value / full).clamp(0.0, 1.0) as f32,
        _ => 1.0,
    }
}

/// Where something stands: corners in the order of the writing, from the beginning of its upper edge.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Outline {
    /// A box parallel to the page's edges.
    Upright(Rect),
    /// Four corners of a text that may be turned or tilted.
    Corners([(f32, f32); 4]),
}

impl Outline {
    /// Corners from a list of points; more or fewer than four give the box around them.
    pub(super) fn of_points(points: &[(f32, f32)]) -> Option<Self> {
        if let [a, b, c, d] = *points {
            return Some(Outline::Corners([a, b, c, d]));
        }
        around(points).map(Outline::Upright)
    }

    /// A box, or a polygon, however JSON writes it: `[x0, y0, x1, y1]`, `[x, y, x, y, …]`, `[[x, y], …]`,
    /// `[{"x": …, "y": …}, …]`, `{"left", "top", "width", "height"}`.
    pub(super) fn of_json(value: &Json<'_>) -> Option<Self> {
        let edge = |key: &str| value.get(key).and_then(length_in);
        if let (Some(left), Some(top)) = (edge("left").or(edge("x")), edge("top").or(edge("y"))) {
            let (width, height) = (edge("width").or(edge("w"))?, edge("height").or(edge("h"))?);
            return Some(Outline::Upright(Rect::new(left, top, left + width, top + height)));
        }
        let items = value.items();
        if items.len() > MOST_CORNERS {
            return None;
        }
        let numbers: Vec<f32> = items.iter().filter_map(length_in).collect();
        if numbers.len() == items.len() {
            if let [x0, y0, x1, y1] = numbers[..] {
                return Some(Outline::Upright(Rect::new(x0, y0, x1, y1)));
            }
            let points: Vec<_> = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
            return Outline::of_points(&points);
        }
        let point = |item: &Json<'_>| match item.items() {
            [x, y] => Some((length_in(x)?, length_in(y)?)),
            // A corner at 0 may be left out.
            _ if !item.entries().is_empty() => {
                let part = |key: &str| item.get(key).map_or(Some(0.0), length_in);
                Some((part("x")?, part("y")?))
            }
            _ => None,
        };
        let points: Vec<_> = items.iter().filter_map(point).collect();
        Outline::of_points(&points)
    }

    /// The box around it.
    pub(super) fn bounds(&self) -> Rect {
        match self {
            Outline::Upright(rect) => *rect,
            Outline::Corners(corners) => around(corners).unwrap_or_default(),
        }
    }

    /// The same in other units.
    pub(super) fn scaled(&self, x: f32, y: f32) -> Self {
        match self {
            Outline::Upright(r) => Outline::Upright(Rect::new(r.x0 * x, r.y0 * y, r.x1 * x, r.y1 * y)),
            Outline::Corners(corners) => Outline::Corners(corners.map(|(a, b)| (a * x, b * y))),
        }
    }
}

/// Corners of a polygon that are looked at.
const MOST_CORNERS: usize = 1_000;

/// The box around points.
pub(super) fn around(points: &[(f32, f32)]) -> Option<Rect> {
    points.iter().map(|&(x, y)| Rect { x0: x, y0: y, x1: x, y1: y }).reduce(|a, b| a.union(&b))
}

/// Corners written `x,y x,y …`, as PAGE has them.
pub(super) fn parse_points(text: &str) -> Vec<(f32, f32)> {
    let point = |pair: &str| {
        let (x, y) = pair.split_once(',')?;
        Some((parse_length(x)?, parse_length(y)?))
    };
    text.split_whitespace().take(MOST_CORNERS).filter_map(point).collect()
}

/// How a page measures: how many points its unit is, across and down, and its size in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Scale {
    pub(super) x: f32,
    pub(super) y: f32,
    pub(super) width: f32,
    pub(super) height: f32,
}

/// The long and the short edge of A4 in points.
const A4: (f32, f32) = (842.0, 595.0);
/// Edges of a page, in points, that can be believed: from a visiting card to A2.
const EDGES: std::ops::RangeInclusive<f32> = 80.0..=1_700.0;

impl Scale {
    /// A page of this size in a unit of so many to the inch; where nothing says how many, or the page would be of no
    /// possible size, it is taken for A4.
    pub(super) fn new(width: f32, height: f32, per_inch: Option<f32>) -> Self {
        let (width, height) = (width.abs().max(1.0), height.abs().max(1.0));
        if let Some(per_inch) = per_inch.filter(|n| *n > 0.0) {
            let scale = 72.0 / per_inch;
            let (wide, high) = (width * scale, height * scale);
            if EDGES.contains(&wide) && EDGES.contains(&high) {
                return Scale { x: scale, y: scale, width: wide, height: high };
            }
        }
        let scale = if height >= width { A4.0 } else { A4.1 } / height;
        // A strip of another form than paper's: no edge is longer than A4's.
        let scale = scale.min(A4.0 / width.max(height));
        Scale { x: scale, y: scale, width: width * scale, height: height * scale }
    }

    /// Places stated as shares of an A4 page.
    pub(super) fn shares(landscape: bool) -> Self {
        let (width, height) = if landscape { A4 } else { (A4.1, A4.0) };
        Scale { x: width, y: height, width, height }
    }

    /// A page of which only the places of its texts are known: margins are equal on both sides.
    pub(super) fn around(texts: Rect) -> Self {
        Scale::new(texts.x1 + texts.x0.max(0.0), texts.y1 + texts.y0.max(0.0), None)
    }

    /// A box in points.
    pub(super) fn rect(&self, rect: &Rect) -> Rect {
        Rect::new(rect.x0 * self.x, rect.y0 * self.y, rect.x1 * self.x, rect.y1 * self.y)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::Limits;
    use crate::ingest::recognised::json::parse;

    fn outline(text: &str) -> Option<Outline> {
        Outline::of_json(&parse(text, &Limits::default()).value)
    }

    #[test]
    fn boxes_are_read_in_every_way_of_writing() {
        let upright = Some(Outline::Upright(Rect::new(1.0, 2.0, 11.0, 22.0)));
        assert_eq!(outline("[1, 2, 11, 22]"), upright);
        assert_eq!(outline(r#"{"Left": 1, "Top": 2, "Width": 10, "Height": 20}"#), upright);
        let corners = Some(Outline::Corners([(0.0, 2.0), (11.0, 2.0), (11.0, 22.0), (0.0, 22.0)]));
        assert_eq!(outline("[0, 2, 11, 2, 11, 22, 0, 22]"), corners);
        assert_eq!(outline("[[0, 2], [11, 2], [11, 22], [0, 22]]"), corners);
        assert_eq!(outline(r#"[{"y": 2}, {"x": 11, "y": 2}, {"x": 11, "y": 22}, {"x": 0, "y": 22}]"#), corners);
        assert_eq!(outline(r#"["1", "2", "11", "22"]"#), upright);
        assert_eq!(outline("[]"), None);
        assert_eq!(outline("[1e300, 0, 1, 1]"), None);
    }

    #[test]
    fn a_page_without_a_resolution_is_a4() {
        let upright = Scale::new(2480.0, 3508.0, None);
        assert!((upright.height - 842.0).abs() < 0.01 && (upright.width - 595.2).abs() < 0.1);
        let lying = Scale::new(3508.0, 2480.0, None);
        assert!((lying.height - 595.0).abs() < 0.5 && lying.width <= 842.01);
        assert_eq!(Scale::new(8.5, 11.0, Some(1.0)).width, 612.0);
        // 300 dots an inch by the file, but a page of 60 metres: not believed.
        assert!(Scale::new(700_000.0, 990_000.0, Some(300.0)).height <= 842.1);
    }
}
