//! Drawn lines taken out of a picture, so that they are not read as text.

use super::ink::{Box2, Ink};
use crate::model::{Axis, Raster, Ruling};

/// Pixels beside a line that its soft edge darkens.
const EDGE: f32 = 1.5;

fn band(ruling: &Ruling) -> Box2 {
    let half = ruling.width / 2.0 + EDGE;
    let (near, far) = ((ruling.at - half).floor() as i32, (ruling.at + half).ceil() as i32);
    let (from, to) = (ruling.from as i32 - 2, ruling.to as i32 + 2);
    match ruling.axis {
        Axis::Horizontal => Box2::new(from, near, to, far),
        Axis::Vertical => Box2::new(near, from, far, to),
    }
}

/// Takes the lines out of the ink.
pub(super) fn erase(ink: &mut Ink, rulings: &[Ruling]) {
    for ruling in rulings {
        ink.erase(&band(ruling));
    }
}

/// The picture with its lines painted over by what lies on both sides of them.
pub(super) fn painted_over(picture: &Raster, rulings: &[Ruling]) -> Raster {
    let mut out = picture.clone();
    let (width, height) = (picture.width as i32, picture.height as i32);
    let index = |x: i32, y: i32| (y.clamp(0, height - 1) * width + x.clamp(0, width - 1)) as usize * 3;
    if width == 0 || height == 0 {
        return out;
    }
    for ruling in rulings {
        let area = band(ruling).within(&Box2::new(0, 0, width, height));
        for y in area.y0..area.y1 {
            for x in area.x0..area.x1 {
                let (before, after, share) = match ruling.axis {
                    Axis::Horizontal => {
                        let share = (y - area.y0 + 1) as f32 / (area.height() + 1) as f32;
                        (index(x, area.y0 - 1), index(x, area.y1), share)
                    }
                    Axis::Vertical => {
                        let share = (x - area.x0 + 1) as f32 / (area.width() + 1) as f32;
                        (index(area.x0 - 1, y), index(area.x1, y), share)
                    }
                };
                let at = index(x, y);
                for channel in 0..3 {
                    let (before, after) = (out.rgb[before + channel], out.rgb[after + channel]);
                    let mixed = f32::from(before) * (1.0 - share) + f32::from(after) * share;
                    out.rgb[at + channel] = mixed as u8;
                }
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_and_what_crosses_it_stays() {
        let mut picture = Raster::white(60, 40);
        for x in 0..60 {
            picture.blend(x, 20, [0, 0, 0], 255);
        }
        for y in 5..35 {
            picture.blend(30, y, [0, 0, 0], 255);
        }
        let rulings = [Ruling { axis: Axis::Horizontal, at: 20.5, from: 0.0, to: 60.0, width: 1.0, colour: [0; 3] }];
        let clean = painted_over(&picture, &rulings);
        let pixel = |x: usize, y: usize| clean.rgb[(y * 60 + x) * 3];
        assert_eq!((pixel(10, 20), pixel(30, 20), pixel(30, 10)), (255, 0, 0));
        let mut ink = Ink::of(&picture);
        erase(&mut ink, &rulings);
        assert_eq!(ink.count(&Box2::new(0, 0, 25, 40)), 0);
    }
}
