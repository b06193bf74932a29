//! Pictures turned and mirrored as their files say (EXIF and TIFF orientation, 1 to 8).

use crate::model::Raster;
use image::metadata::Orientation;

/// Whether width and height change places.
pub(super) fn swaps(orientation: Orientation) -> bool {
    use Orientation::{Rotate90, Rotate90FlipH, Rotate270, Rotate270FlipH};
    matches!(orientation, Rotate90 | Rotate270 | Rotate90FlipH | Rotate270FlipH)
}

/// The picture as it is seen.
pub(super) fn turned(raster: Raster, orientation: Orientation) -> Raster {
    if orientation == Orientation::NoTransforms {
        return raster;
    }
    let (w, h) = (raster.width as usize, raster.height as usize);
    let (out_w, out_h) = if swaps(orientation) { (h, w) } else { (w, h) };
    let mut rgb = Vec::with_capacity(raster.rgb.len());
    for y in 0..out_h {
        for x in 0..out_w {
            // Where the pixel seen at (x, y) is stored.
            let (from_x, from_y) = match orientation {
                Orientation::NoTransforms => (x, y),
                Orientation::FlipHorizontal => (w - 1 - x, y),
                Orientation::Rotate180 => (w - 1 - x, h - 1 - y),
                Orientation::FlipVertical => (x, h - 1 - y),
                Orientation::Rotate90FlipH => (y, x),
                Orientation::Rotate90 => (y, h - 1 - x),
                Orientation::Rotate270FlipH => (w - 1 - y, h - 1 - x),
                Orientation::Rotate270 => (w - 1 - y, x),
            };
            let at = (from_y * w + from_x) * 3;
            rgb.extend_from_slice(raster.rgb.get(at..at + 3).unwrap_or(&[255; 3]));
        }
    }
    Raster { width: out_w as u32, height: out_h as u32, rgb }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_eight() {
        // 1 2 3
        // 4 5 6
        let raster = Raster { width: 3, height: 2, rgb: (1..=6).flat_map(|v| [v; 3]).collect() };
        let seen = |exif: u8| -> Vec<u8> {
            let orientation = Orientation::from_exif(exif).unwrap();
            turned(raster.clone(), orientation).rgb.chunks_exact(3).map(|p| p[0]).collect()
        };
        // TIFF 6.0, Orientation: where row 0 and column 0 of the stored picture are seen.
        assert_eq!(seen(1), [1, 2, 3, 4, 5, 6]);
        assert_eq!(seen(2), [3, 2, 1, 6, 5, 4]); // top, right
        assert_eq!(seen(3), [6, 5, 4, 3, 2, 1]); // bottom, right
        assert_eq!(seen(4), [4, 5, 6, 1, 2, 3]); // bottom, left
        assert_eq!(seen(5), [1, 4, 2, 5, 3, 6]); // left, top
        assert_eq!(seen(6), [4, 1, 5, 2, 6, 3]); // right, top
        assert_eq!(seen(7), [6, 3, 5, 2, 4, 1]); // right, bottom
        assert_eq!(seen(8), [3, 6, 2, 5, 1, 4]); // left, bottom
    }
}
