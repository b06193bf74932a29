//! Walls taken out of a picture without harm to the print that touches them.

use super::picture::Gray;
use crate::model::{Axis, Ruling};

/// The picture with nothing but the walls' own pixels taken from `clean`, in which the surroundings of the walls, too,
/// were cleaned: print stands so near to the walls of narrow rows that its outermost strokes go with them, and a
/// character without its top is another one (再, 冉; 天, 大).
pub(super) fn bare(picture: &Gray, clean: &Gray, rulings: &[Ruling]) -> Gray {
    let mut out = picture.clone();
    if clean.pixels.len() != picture.pixels.len() {
        return clean.clone();
    }
    for ruling in rulings {
        let half = ruling.width / 2.0;
        let (near, far) = ((ruling.at - half).round().max(0.0) as usize, (ruling.at + half).round().max(0.0) as usize);
        let (from, to) = (ruling.from.max(0.0) as usize, ruling.to.max(0.0) as usize + 1);
        let (rows, columns) = match ruling.axis {
            Axis::Horizontal => (near..far.max(near + 1), from..to),
            Axis::Vertical => (from..to, near..far.max(near + 1)),
        };
        for y in rows.start..rows.end.min(out.height) {
            let end = columns.end.min(out.width);
            if let (Some(target), Some(source)) =
                (out.row_mut(y).get_mut(columns.start..end), clean.row(y).get(columns.start..end))
            {
                target.copy_from_slice(source);
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_wall_itself_goes() {
        let mut picture = Gray::new(40, 20, 255);
        picture.row_mut(10).fill(0);
        picture.row_mut(11)[5..15].fill(0); // a stroke right below
        let clean = Gray::new(40, 20, 255);
        let wall = Ruling { axis: Axis::Horizontal, at: 10.5, from: 0.0, to: 40.0, width: 1.0, colour: [0; 3] };
        let bare = bare(&picture, &clean, &[wall]);
        assert_eq!((bare.at(20, 10), bare.at(10, 11), bare.at(10, 10)), (255, 0, 255));
    }
}
