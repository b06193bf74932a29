//! Pictures of pages made fit for recognition: upright, straight, without the perspective of a camera, on white paper,
//! without seals over the print.
//!
//! What is done is found on a copy of half the resolution and done once, so that print is resampled a single time.

mod components;
mod gray;
mod ground;
mod page_edges;
mod size;
mod slopes;
mod stamps;
mod transform;
mod upright;
mod warp;

use crate::model::{Raster, Rect};
pub(super) use components::{Component, components};
pub use gray::Gray;
#[cfg(test)]
pub(super) use gray::sample;
pub(super) use size::print_height;
pub use transform::Transform;

/// A picture made ready.
#[derive(Debug, Clone)]
pub struct Prepared {
    /// Upright, straight, dark print on white paper.
    pub gray: Gray,
    /// From the ready picture to the one that was given.
    pub transform: Transform,
    /// By how many degrees it was turned clockwise to stand upright: 0, 90, 180, 270.
    pub turned: u16,
    /// How the picture may have to be turned, the likeliest first, with scores from 0 to 1. Where the first two are
    /// close, only reading tells.
    pub turns: [(u16, f32); 4],
    /// By how many degrees it lay askew after that, clockwise.
    pub skew: f32,
    /// The sheet's edges were seen and its perspective corrected.
    pub photographed: bool,
    /// Boxes of seals taken off, in the ready picture.
    pub seals: Vec<Rect>,
    /// Boxes of a pen's writing taken out, in the ready picture.
    pub writing: Vec<Rect>,
}

/// Part of the characters that must have their neighbours above and below for a page to lie on its side.
const SIDEWAYS: f32 = 0.42;
/// Part of the points that must stand at the head for a page to be upside down.
const UPSIDE_DOWN: f32 = 0.3;
/// Corners that would move less than this many pixels are left where they are: nothing is gained by resampling.
const STILL: f32 = 1.2;

/// Makes a picture ready that has `dpi` pixels an inch, deciding itself which way up it stands.
pub fn prepare(raster: &Raster, dpi: f32) -> Prepared {
    ready(raster, dpi, None)
}

/// The same, turned clockwise by so many degrees (a multiple of 90) whatever the picture shows.
pub fn prepare_turned(raster: &Raster, dpi: f32, degrees: u16) -> Prepared {
    ready(raster, dpi, Some(degrees))
}

fn ready(raster: &Raster, dpi: f32, given: Option<u16>) -> Prepared {
    let dpi = if dpi.is_finite() { dpi.clamp(50.0, 1200.0) } else { 200.0 };
    let stamps::Plain { gray: raw, seals, writing } = stamps::plain(raster, dpi);
    let mut flat = ground::flattened(&raw, dpi);
    let sheet = page_edges::sheet(&raw);
    drop(raw);
    ground::without_specks(&mut flat);

    let mut half = warp::halved(&flat);
    let (mut width, mut height) = (flat.width, flat.height);
    let mut map = Transform::IDENTITY;
    let photographed = sheet.is_some();
    if let Some((sheet_width, sheet_height, to_picture)) = sheet {
        (width, height, map) = (sheet_width, sheet_height, to_picture);
        half = warp::warped(&half, &map.scaled(0.5), width / 2, height / 2);
    }
    let turns = turns(&half, dpi / 2.0);
    let turned = given.map_or(turns[0].0, |degrees| degrees % 360 / 90 * 90);
    let quarters = (turned / 90) as u8;
    for _ in 0..quarters {
        half = half.turned();
    }
    map = map.after(&Transform::unturn(quarters, width as f64, height as f64));
    if quarters % 2 == 1 {
        std::mem::swap(&mut width, &mut height);
    }
    let coarse = slopes::angle(&half);
    let rotation = about_middle(coarse, half.width as f64, half.height as f64);
    if coarse.abs() > 0.2 {
        half = warp::warped(&half, &rotation, half.width, half.height);
    }
    let rest = slopes::by_lines(&half, dpi / 2.0);
    let straight = match rest {
        Some(rest) if coarse.abs() > 0.2 => rotation.after(&rest).scaled(2.0),
        Some(rest) => rest.scaled(2.0),
        None => rotation.scaled(2.0),
    };
    let skew = skew_of(&straight, width as f32, height as f32);
    let needed = straight.moves(width as f32, height as f32) > STILL;
    let gray = if needed || photographed {
        map = if needed { map.after(&straight) } else { map };
        warp::warped(&flat, &map, width, height)
    } else {
        (0..quarters).fold(flat, |gray, _| gray.turned())
    };
    let back = |rects: Vec<Rect>| inverse_boxes(&map, &rects, &gray);
    let (seals, writing) = (back(seals), back(writing));
    Prepared { gray, transform: map, turned, turns, skew, photographed, seals, writing }
}

/// The map from a straight picture to one that lies askew by so many degrees clockwise.
fn about_middle(degrees: f32, width: f64, height: f64) -> Transform {
    let (sin, cos) = f64::from(degrees).to_radians().sin_cos();
    let (x, y) = (width / 2.0, height / 2.0);
    Transform::affine(cos, -sin, x - cos * x + sin * y, sin, cos, y - sin * x - cos * y)
}

/// The angle of a level line through the middle.
fn skew_of(straight: &Transform, width: f32, height: f32) -> f32 {
    let (x0, y0) = straight.point(width * 0.25, height / 2.0);
    let (x1, y1) = straight.point(width * 0.75, height / 2.0);
    (y1 - y0).atan2(x1 - x0).to_degrees()
}

/// Turns with scores, the likeliest first.
fn turns(half: &Gray, dpi: f32) -> [(u16, f32); 4] {
    let as_it_is = upright::stand(half, dpi);
    let sideways = as_it_is.level < SIDEWAYS;
    let level = if sideways { upright::stand(&half.turned(), dpi) } else { as_it_is };
    let first = if sideways { 90 } else { 0 };
    let along = if sideways { 1.0 - as_it_is.level } else { as_it_is.level };
    // Half a page of chance against: a page that tells nothing stands as it is.
    let up = if level.upright < UPSIDE_DOWN { level.upright } else { level.upright.max(0.55) };
    let mut scored = [
        (first, along * up),
        (first + 180, along * (1.0 - up)),
        ((first + 90) % 360, (1.0 - along) * 0.5),
        ((first + 270) % 360, (1.0 - along) * 0.5),
    ];
    scored.sort_by(|a, b| b.1.total_cmp(&a.1));
    scored
}

/// Boxes of the picture given, in the ready one.
fn inverse_boxes(map: &Transform, rects: &[Rect], ready: &Gray) -> Vec<Rect> {
    let (width, height) = (ready.width as f32, ready.height as f32);
    let find = |(x, y): (f32, f32)| {
        // Newton's steps: the maps are nearly linear.
        let (mut u, mut v) = (width / 2.0, height / 2.0);
        for _ in 0..12 {
            let (at, right, down) = (map.point(u, v), map.point(u + 1.0, v), map.point(u, v + 1.0));
            let (a, b, c, d) = (right.0 - at.0, down.0 - at.0, right.1 - at.1, down.1 - at.1);
            let under = a * d - b * c;
            if under.abs() < 1e-6 {
                break;
            }
            let (dx, dy) = (x - at.0, y - at.1);
            u += (d * dx - b * dy) / under;
            v += (a * dy - c * dx) / under;
        }
        (u.clamp(0.0, width), v.clamp(0.0, height))
    };
    rects
        .iter()
        .map(|rect| {
            let corners = [(rect.x0, rect.y0), (rect.x1, rect.y0), (rect.x1, rect.y1), (rect.x0, rect.y1)].map(find);
            let start = Rect::new(corners[0].0, corners[0].1, corners[0].0, corners[0].1);
            corners.iter().fold(start, |all, &(x, y)| all.union(&Rect::new(x, y, x, y)))
        })
        .collect()
}
