/// A page as pixels: RGB, three bytes a pixel, rows from the top, no padding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Raster {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// `width × height × 3` bytes.
    pub rgb: Vec<u8>,
}

impl Raster {
    /// A white picture.
    pub fn white(width: u32, height: u32) -> Self {
        Raster { width, height, rgb: vec![255; width as usize * height as usize * 3] }
    }

    /// Mixes a colour into a pixel, `opacity` 0 to 255; outside the picture nothing happens.
    pub fn blend(&mut self, x: i64, y: i64, colour: [u8; 3], opacity: u8) {
        if x < 0 || y < 0 || x >= i64::from(self.width) || y >= i64::from(self.height) {
            return;
        }
        let at = (y as usize * self.width as usize + x as usize) * 3;
        if let Some(pixel) = self.rgb.get_mut(at..at + 3) {
            for (channel, new) in pixel.iter_mut().zip(colour) {
                let (old, new, by) = (u16::from(*channel), u16::from(new), u16::from(opacity));
                *channel = ((old * (255 - by) + new * by) / 255) as u8;
            }
        }
    }
}
