//! Pages to pixels, by hayro.

use super::page::user_unit;
use crate::model::Raster;
use hayro::hayro_interpret::InterpreterSettings;
use hayro::vello_cpu::color::palette::css::WHITE;
use hayro::{PixmapSettings, RenderCache, RenderSettings};
use hayro_syntax::page::Page;
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Most pixels of a picture: 200 dpi of a sheet of 1.3 by 1.3 metres.
const MAX_PIXELS: f64 = 100e6;
/// The renderer counts rows and columns in 16 bits.
const MAX_SIDE: f64 = 65_000.0;

pub(super) fn render(page: &Page<'_>, dpi: f32) -> Option<Raster> {
    let (width, height) = page.render_dimensions();
    let scale = f64::from(dpi) / 72.0 * user_unit(page);
    let (columns, rows) = (f64::from(width) * scale, f64::from(height) * scale);
    let fits = columns >= 1.0 && rows >= 1.0 && columns <= MAX_SIDE && rows <= MAX_SIDE && columns * rows <= MAX_PIXELS;
    if !fits {
        return None;
    }
    let settings = PixmapSettings { x_scale: scale as f32, y_scale: scale as f32, bg_color: WHITE };
    // The renderer is not ours: what it cannot draw must not take the page's text along.
    let pixels = catch_unwind(AssertUnwindSafe(|| {
        hayro::render(page, &RenderCache::new(), &InterpreterSettings::default(), &RenderSettings::default(), &settings)
    }))
    .ok()?;
    let (width, height) = (u32::from(pixels.width()), u32::from(pixels.height()));
    // On white paper nothing is left transparent, so premultiplied values are the colours.
    let rgb = pixels.data_as_u8_slice().chunks_exact(4).flat_map(|p| [p[0], p[1], p[2]]).collect();
    Some(Raster { width, height, rgb })
}
