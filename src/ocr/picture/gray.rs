//! A picture of one channel.

use crate::model::Raster;

/// A picture in gray: a byte a pixel, 0 black, rows from the top, no padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gray {
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// `width × height` bytes.
    pub pixels: Vec<u8>,
}

impl Gray {
    /// A picture of one shade.
    pub fn new(width: usize, height: usize, shade: u8) -> Self {
        Gray { width, height, pixels: vec![shade; width * height] }
    }

    /// Luminance of a picture in colour (ITU-R BT.601 weights).
    pub fn of(raster: &Raster) -> Self {
        let (width, height) = (raster.width as usize, raster.height as usize);
        let shade = |p: &[u8]| ((u32::from(p[0]) * 77 + u32::from(p[1]) * 150 + u32::from(p[2]) * 29) >> 8) as u8;
        let mut pixels: Vec<u8> = raster.rgb.chunks_exact(3).map(shade).collect();
        pixels.resize(width * height, 255);
        Gray { width, height, pixels }
    }

    /// One row of pixels; empty outside.
    pub fn row(&self, y: usize) -> &[u8] {
        self.pixels.get(y * self.width..(y + 1) * self.width).unwrap_or(&[])
    }

    /// The same to write to.
    pub fn row_mut(&mut self, y: usize) -> &mut [u8] {
        self.pixels.get_mut(y * self.width..(y + 1) * self.width).unwrap_or(&mut [])
    }

    /// One pixel; white outside.
    pub fn at(&self, x: usize, y: usize) -> u8 {
        if x < self.width { self.row(y).get(x).copied().unwrap_or(255) } else { 255 }
    }

    /// The part from left and top to right and bottom, those two not included, as far as it lies in the picture.
    pub(crate) fn part(&self, left: usize, top: usize, right: usize, bottom: usize) -> Gray {
        let (right, bottom) = (right.min(self.width), bottom.min(self.height));
        let (left, top) = (left.min(right), top.min(bottom));
        let rows = (top..bottom).flat_map(|y| self.row(y).get(left..right).unwrap_or(&[]).iter().copied());
        Gray { width: right - left, height: bottom - top, pixels: rows.collect() }
    }

    /// The picture turned by 90° clockwise.
    pub fn turned(&self) -> Gray {
        self.with_columns_as_rows(|y| self.height - 1 - y)
    }

    /// The picture mirrored along its diagonal: rows become columns.
    pub(crate) fn transposed(&self) -> Gray {
        self.with_columns_as_rows(|y| y)
    }

    /// A picture whose rows are this one's columns, each pixel of row `y` at `place(y)`.
    fn with_columns_as_rows(&self, place: impl Fn(usize) -> usize) -> Gray {
        let mut out = Gray::new(self.height, self.width, 255);
        // In square blocks, so that neither picture is walked across its rows for long.
        const BLOCK: usize = 32;
        for top in (0..self.height).step_by(BLOCK) {
            for left in (0..self.width).step_by(BLOCK) {
                for y in top..(top + BLOCK).min(self.height) {
                    for x in left..(left + BLOCK).min(self.width) {
                        out.pixels[x * self.height + place(y)] = self.pixels[y * self.width + x];
                    }
                }
            }
        }
        out
    }

    /// The picture as RGB.
    pub fn to_raster(&self) -> Raster {
        let rgb = self.pixels.iter().flat_map(|&v| [v; 3]).collect();
        Raster { width: self.width as u32, height: self.height as u32, rgb }
    }
}

#[cfg(test)]
pub(in crate::ocr) mod sample {
    use super::Gray;

    /// Draws a line of `thick` pixels between two points.
    pub(in crate::ocr) fn stroke(picture: &mut Gray, from: (i32, i32), to: (i32, i32), thick: i32) {
        for step in 0..=200 {
            let at = |a: i32, b: i32| a + (b - a) * step / 200;
            let (x, y) = (at(from.0, to.0), at(from.1, to.1));
            (y..y + thick).for_each(|y| picture.row_mut(y as usize)[x as usize..(x + thick) as usize].fill(0));
        }
    }
}
