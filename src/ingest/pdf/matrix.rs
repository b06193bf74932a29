use hayro_syntax::object::Number;

/// An affine transformation `[a b c d e f]` as PDF writes it (ISO 32000-1, 8.3.3): x' = a·x + c·y + e,
/// y' = b·x + d·y + f.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Matrix(pub [f64; 6]);

impl Matrix {
    pub(super) const IDENTITY: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn of(numbers: [&Number; 6]) -> Self {
        Matrix(numbers.map(Number::as_f64)).finite()
    }

    /// Without infinities, which numbers of absurd length give and which would spread.
    pub(super) fn finite(self) -> Self {
        if self.0.iter().all(|v| v.is_finite() && v.abs() < 1e9) { self } else { Matrix::IDENTITY }
    }

    /// First `self`, then `outer`.
    pub(super) fn then(&self, outer: &Matrix) -> Matrix {
        let ([a, b, c, d, e, f], [oa, ob, oc, od, oe, of]) = (self.0, outer.0);
        Matrix([
            a * oa + b * oc,
            a * ob + b * od,
            c * oa + d * oc,
            c * ob + d * od,
            e * oa + f * oc + oe,
            e * ob + f * od + of,
        ])
    }

    pub(super) fn translated(&self, x: f64, y: f64) -> Matrix {
        let (e, f) = self.apply(x, y);
        let [a, b, c, d, _, _] = self.0;
        Matrix([a, b, c, d, e, f])
    }

    pub(super) fn apply(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, e, f] = self.0;
        (a * x + c * y + e, b * x + d * y + f)
    }

    /// A vector, which translation does not move.
    pub(super) fn vector(&self, x: f64, y: f64) -> (f64, f64) {
        let [a, b, c, d, _, _] = self.0;
        (a * x + c * y, b * x + d * y)
    }

    /// Mean scale, for the thickness of lines.
    pub(super) fn scale(&self) -> f64 {
        let [a, b, c, d, _, _] = self.0;
        (a * d - b * c).abs().sqrt()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_inner_transformation_comes_first() {
        let scale = Matrix([2.0, 0.0, 0.0, 2.0, 0.0, 0.0]);
        let shift = Matrix([1.0, 0.0, 0.0, 1.0, 10.0, 0.0]);
        assert_eq!(scale.then(&shift).apply(3.0, 1.0), (16.0, 2.0));
        assert_eq!(shift.then(&scale).apply(3.0, 1.0), (26.0, 2.0));
        assert_eq!(scale.translated(1.0, 1.0).apply(0.0, 0.0), (2.0, 2.0));
    }
}
