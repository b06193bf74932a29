//! A page as it looks, with what was found on it drawn over: for checking by eye why a table was read as it was.
//!
//! Orange: lines as drawn. Gray: boxes of text runs; violet where the text is invisible. Blue: cells; green: cells that
//! span several rows or columns; thick red: tables.

use crate::model::{Axis, BBox, Grid, Page, Raster, Rect, Visibility};
use std::io::{self, Write};

const RULING: [u8; 3] = [255, 128, 0];
const RUN: [u8; 3] = [130, 130, 130];
const INVISIBLE: [u8; 3] = [170, 0, 200];
const CELL: [u8; 3] = [0, 90, 255];
const SPAN: [u8; 3] = [0, 160, 60];
const TABLE: [u8; 3] = [220, 0, 0];

/// Draws what was found on a page over its picture. `grids` are the document's; cells of other pages are passed over.
pub fn draw(picture: &mut Raster, page: &Page, grids: &[Grid]) {
    let scale = if page.width > 0.0 { picture.width as f32 / page.width } else { 1.0 };
    let mut pen = Pen { picture, scale };
    for run in &page.runs {
        let colour = if run.visibility == Visibility::Visible { RUN } else { INVISIBLE };
        pen.frame(&run.bbox, 1, colour);
    }
    for ruling in &page.rulings {
        let half = (ruling.width / 2.0).max(0.5);
        let area = match ruling.axis {
            Axis::Horizontal => Rect::new(ruling.from, ruling.at - half, ruling.to, ruling.at + half),
            Axis::Vertical => Rect::new(ruling.at - half, ruling.from, ruling.at + half, ruling.to),
        };
        pen.fill(&area, RULING, 150);
    }
    for grid in grids {
        let cells = grid.cells.iter().filter(|cell| cell.page == Some(page.number));
        let mut around: Option<Rect> = None;
        for (cell, bbox) in cells.filter_map(|cell| Some((cell, rect(cell.bbox?)))) {
            let spans = cell.row_span > 1 || cell.column_span > 1;
            let colour = if spans { SPAN } else { CELL };
            pen.fill(&bbox, colour, 28);
            pen.frame(&bbox, 2, colour);
            around = Some(around.map_or(bbox, |a| a.union(&bbox)));
        }
        if let Some(area) = around {
            pen.frame(&area, 4, TABLE);
        }
    }
}

/// Writes a picture as PNG.
///
/// # Errors
/// Those of the writer.
pub fn write_png(picture: &Raster, out: impl Write) -> io::Result<()> {
    let mut encoder = png::Encoder::new(out, picture.width, picture.height);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header().map_err(io::Error::other)?;
    writer.write_image_data(&picture.rgb).map_err(io::Error::other)?;
    writer.finish().map_err(io::Error::other)
}

fn rect(bbox: BBox) -> Rect {
    Rect { x0: bbox.x0 as f32, y0: bbox.y0 as f32, x1: bbox.x1 as f32, y1: bbox.y1 as f32 }
}

struct Pen<'p> {
    picture: &'p mut Raster,
    scale: f32,
}

impl Pen<'_> {
    /// Pixels that this box covers: first and one past the last column, first and one past the last row.
    fn pixels(&self, area: &Rect) -> (i64, i64, i64, i64) {
        let limit = |v: f32, most: u32| (v * self.scale).round().clamp(-1.0, most as f32 + 1.0) as i64;
        let (width, height) = (self.picture.width, self.picture.height);
        (limit(area.x0, width), limit(area.x1, width), limit(area.y0, height), limit(area.y1, height))
    }

    fn fill(&mut self, area: &Rect, colour: [u8; 3], opacity: u8) {
        let (x0, x1, y0, y1) = self.pixels(area);
        for y in y0..y1.max(y0 + 1) {
            for x in x0..x1.max(x0 + 1) {
                self.picture.blend(x, y, colour, opacity);
            }
        }
    }

    fn frame(&mut self, area: &Rect, width: i64, colour: [u8; 3]) {
        let (x0, x1, y0, y1) = self.pixels(area);
        for inset in 0..width {
            for x in x0..=x1 {
                self.picture.blend(x, y0 + inset, colour, 200);
                self.picture.blend(x, y1 - inset, colour, 200);
            }
            for y in y0..=y1 {
                self.picture.blend(x0 + inset, y, colour, 200);
                self.picture.blend(x1 - inset, y, colour, 200);
            }
        }
    }
}
