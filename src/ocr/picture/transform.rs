//! Projective maps between pictures: turning, straightening and the perspective of a camera are all one.

use crate::model::Rect;

/// Where a point of one picture lies in another. Points are pixels from the top left corner, x first; the middle of the
/// first pixel is (0.5, 0.5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transform {
    /// Rows of the 3 by 3 matrix.
    matrix: [[f64; 3]; 3],
}

impl Transform {
    /// Every point stays where it is.
    pub const IDENTITY: Transform = Transform { matrix: [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]] };

    /// Affine: x' = a x + b y + c, y' = d x + e y + f.
    pub(super) fn affine(a: f64, b: f64, c: f64, d: f64, e: f64, f: f64) -> Transform {
        Transform { matrix: [[a, b, c], [d, e, f], [0.0, 0.0, 1.0]] }
    }

    /// From a picture turned clockwise by so many quarters back to the picture of this size that was turned.
    pub(super) fn unturn(quarters: u8, width: f64, height: f64) -> Transform {
        match quarters % 4 {
            1 => Transform::affine(0.0, 1.0, 0.0, -1.0, 0.0, height),
            2 => Transform::affine(-1.0, 0.0, width, 0.0, -1.0, height),
            3 => Transform::affine(0.0, -1.0, width, 1.0, 0.0, 0.0),
            _ => Transform::IDENTITY,
        }
    }

    /// The map that takes the corners of a rectangle of this size, clockwise from the top left, to these points; None
    /// where they are no convex quadrilateral.
    pub(super) fn of_corners(width: f64, height: f64, corners: [(f64, f64); 4]) -> Option<Transform> {
        // Heckbert's closed form for the unit square.
        let [(x0, y0), (x1, y1), (x2, y2), (x3, y3)] = corners;
        let (dx1, dx2, sx) = (x1 - x2, x3 - x2, x0 - x1 + x2 - x3);
        let (dy1, dy2, sy) = (y1 - y2, y3 - y2, y0 - y1 + y2 - y3);
        let under = dx1 * dy2 - dx2 * dy1;
        if !under.is_normal() {
            return None;
        }
        let g = (sx * dy2 - dx2 * sy) / under;
        let h = (dx1 * sy - sx * dy1) / under;
        let square = Transform {
            matrix: [[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]],
        };
        // Behind the camera is no picture.
        let ahead = [1.0, 1.0 + g, 1.0 + h, 1.0 + g + h].iter().all(|w| *w > 0.1);
        ahead.then(|| square.after(&Transform::affine(1.0 / width, 0.0, 0.0, 0.0, 1.0 / height, 0.0)))
    }

    /// First `first`, then this.
    pub(super) fn after(&self, first: &Transform) -> Transform {
        let mut matrix = [[0.0; 3]; 3];
        for (out, row) in matrix.iter_mut().zip(&self.matrix) {
            for (column, value) in out.iter_mut().enumerate() {
                *value = row.iter().zip(&first.matrix).map(|(a, other)| a * other[column]).sum();
            }
        }
        Transform { matrix }
    }

    /// Between pictures that are both `scale` times as large.
    pub(super) fn scaled(&self, scale: f64) -> Transform {
        let up = Transform::affine(scale, 0.0, 0.0, 0.0, scale, 0.0);
        let down = Transform::affine(1.0 / scale, 0.0, 0.0, 0.0, 1.0 / scale, 0.0);
        up.after(self).after(&down)
    }

    /// The numbers of the matrix.
    pub(super) fn rows(&self) -> &[[f64; 3]; 3] {
        &self.matrix
    }

    /// Where a point lies.
    pub fn point(&self, x: f32, y: f32) -> (f32, f32) {
        let (x, y) = (f64::from(x), f64::from(y));
        let [first, second, third] = &self.matrix;
        let of = |row: &[f64; 3]| row[0] * x + row[1] * y + row[2];
        let w = of(third);
        let w = if w.abs() < 1e-9 { 1e-9 } else { w };
        ((of(first) / w) as f32, (of(second) / w) as f32)
    }

    /// The smallest upright box around a box's corners there.
    pub fn rect(&self, rect: &Rect) -> Rect {
        let corners = [(rect.x0, rect.y0), (rect.x1, rect.y0), (rect.x1, rect.y1), (rect.x0, rect.y1)];
        let mut points = corners.into_iter().map(|(x, y)| self.point(x, y));
        let (x, y) = points.next().unwrap_or_default();
        points.fold(Rect::new(x, y, x, y), |all, (x, y)| all.union(&Rect::new(x, y, x, y)))
    }

    /// How far the corners of a picture of this size are moved, in pixels.
    pub(super) fn moves(&self, width: f32, height: f32) -> f32 {
        let corners = [(0.0, 0.0), (width, 0.0), (width, height), (0.0, height)];
        let moved = corners.into_iter().map(|(x, y)| {
            let (to_x, to_y) = self.point(x, y);
            (to_x - x).abs().max((to_y - y).abs())
        });
        moved.fold(0.0, f32::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn near((x, y): (f32, f32), (to_x, to_y): (f32, f32)) -> bool {
        (x - to_x).abs() < 1e-3 && (y - to_y).abs() < 1e-3
    }

    #[test]
    fn corners_go_where_they_are_told() {
        let corners = [(10.0, 20.0), (410.0, 35.0), (380.0, 590.0), (25.0, 560.0)];
        let map = Transform::of_corners(400.0, 550.0, corners).unwrap();
        for ((x, y), (to_x, to_y)) in [(0.0, 0.0), (400.0, 0.0), (400.0, 550.0), (0.0, 550.0)].into_iter().zip(corners)
        {
            assert!(near(map.point(x, y), (to_x as f32, to_y as f32)));
        }
        assert_eq!(Transform::of_corners(4.0, 4.0, [(0.0, 0.0), (1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]), None);
    }

    #[test]
    fn turned_pictures_go_back() {
        // A picture of 40 by 60; its top left pixel, seen after a quarter clockwise, is at the top right.
        assert!(near(Transform::unturn(1, 40.0, 60.0).point(59.5, 0.5), (0.5, 0.5)));
        assert!(near(Transform::unturn(2, 40.0, 60.0).point(39.5, 59.5), (0.5, 0.5)));
        assert!(near(Transform::unturn(3, 40.0, 60.0).point(0.5, 39.5), (0.5, 0.5)));
    }

    #[test]
    fn one_after_the_other() {
        let shift = Transform::affine(1.0, 0.0, 5.0, 0.0, 1.0, 7.0);
        let double = Transform::affine(2.0, 0.0, 0.0, 0.0, 2.0, 0.0);
        assert!(near(double.after(&shift).point(1.0, 1.0), (12.0, 16.0)));
        assert!(near(shift.scaled(2.0).point(0.0, 0.0), (10.0, 14.0)));
    }
}
