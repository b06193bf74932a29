//! Pictures of pages: PNG, JPEG, WebP, BMP, and TIFF of many pages. A picture holds no text; what it gives is pages of
//! a size in points, each with its pixels when asked, for recognition to read.
//!
//! The size of a picture is read and bounded before a pixel of it is decoded.

mod density;
mod directory;
mod orient;
mod plain;
mod scale;
mod strips;
mod tiff;

use super::{Limits, LoadError};
use crate::model::{Body, Code, DeferredPages, Document, Finding, Media, Page, PageSource, Raster, Severity};
use density::Sheet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

/// Most pixels of one picture: a sheet of A3 at 700 dpi, and 300 MB once decoded.
const MAX_PIXELS: u64 = 100_000_000;
/// Most pixels in a row or column: a scanner's longest strip; beyond is a forged header.
const MAX_SIDE: u32 = 50_000;
/// Why a picture's page is to be recognised.
const A_PICTURE: &str = "the page is a picture";

/// Opens a picture; its pages are decoded when asked for.
///
/// # Errors
/// `too_large`: it claims more pixels than any page has. `damaged`: its header cannot be read. `unsupported`: a kind
/// of picture that is not read (GIF).
pub fn load(bytes: Vec<u8>, limits: &Limits) -> Result<Document, LoadError> {
    let opened = catch_unwind(AssertUnwindSafe(|| open(&bytes, limits)));
    let pages = opened.unwrap_or_else(|_| Err(LoadError::damaged("the picture's header is damaged")))?;
    let count = u32::try_from(pages.len()).unwrap_or(u32::MAX);
    Ok(Document {
        media: Media::Image,
        encoding: None,
        ocr: None,
        pages: Some(count),
        body: Body::Pages(DeferredPages(Arc::new(Pictures { bytes, pages, last: Mutex::default() }))),
        findings: Vec::new(),
    })
}

fn open(bytes: &[u8], limits: &Limits) -> Result<Vec<Picture>, LoadError> {
    let max_pixels = MAX_PIXELS.min(limits.max_unfolded_bytes / 3);
    if tiff::is_tiff(bytes) { tiff::pages(bytes, max_pixels) } else { Ok(vec![plain::page(bytes, max_pixels)?]) }
}

/// Refuses what is larger than any page.
fn bounded(width: u32, height: u32, max_pixels: u64) -> Result<(), LoadError> {
    if width == 0 || height == 0 {
        return Err(LoadError::damaged("the picture says that it is 0 pixels wide or high"));
    }
    if width > MAX_SIDE || height > MAX_SIDE || u64::from(width) * u64::from(height) > max_pixels {
        let message = format!(
            "the picture says that it has {width} by {height} pixels; the limit is {} million: save it at 300 dpi",
            max_pixels / 1_000_000
        );
        return Err(LoadError::too_large(message));
    }
    Ok(())
}

/// One page of a file of pictures: all that is known without decoding it.
#[derive(Debug, Clone)]
struct Picture {
    /// Pixels as stored.
    size: (u32, u32),
    /// How it is turned or mirrored to stand as it is seen.
    orientation: image::metadata::Orientation,
    /// Size of the page, as it is seen.
    sheet: Sheet,
    /// Where its pixels are.
    pixels: Pixels,
}

#[derive(Debug, Clone)]
enum Pixels {
    /// The whole file is one picture.
    File,
    /// A page of a TIFF.
    Strips(Box<strips::Layout>),
    /// A page that cannot be read, and why.
    Unread(String),
}

/// What decoding gave.
struct Decoded {
    raster: Raster,
    /// What is missing; None where all is there.
    missing: Option<String>,
}

struct Pictures {
    bytes: Vec<u8>,
    pages: Vec<Picture>,
    /// The page decoded last: a page is first looked at and then, at once, drawn.
    last: Mutex<Option<(u32, Arc<Raster>)>>,
}

impl std::fmt::Debug for Pictures {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pictures").field("pages", &self.pages).finish_non_exhaustive()
    }
}

impl Pictures {
    /// Pixels of a page at their own resolution as they are seen; the reason, where none can be read.
    fn decode(&self, picture: &Picture) -> Result<Decoded, String> {
        // The decoders are not ours: a picture that one of them fails on must not take the other pages along.
        let decoded = catch_unwind(AssertUnwindSafe(|| match &picture.pixels {
            Pixels::File => plain::decode(&self.bytes),
            Pixels::Strips(layout) => strips::decode(&self.bytes, picture.size, layout),
            Pixels::Unread(reason) => Err(reason.clone()),
        }));
        let decoded = decoded.unwrap_or_else(|_| Err("its pixels cannot be decoded".to_owned()))?;
        Ok(Decoded { raster: orient::turned(decoded.raster, picture.orientation), ..decoded })
    }

    fn hold(&self, number: u32, raster: Raster) -> Arc<Raster> {
        let raster = Arc::new(raster);
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some((number, raster.clone()));
        raster
    }

    fn page(&self, number: u32, picture: &Picture) -> Page {
        let Sheet { width, height, .. } = picture.sheet;
        let picture_dpi = Some(picture.sheet.finest);
        let mut page = Page { number, width, height, picture_dpi, ..Page::default() };
        let finding =
            |what: &str| Finding::new(Code::ContentSkipped, Severity::Error, format!("page {number}: {what}"));
        match self.decode(picture) {
            Ok(decoded) => {
                page.distrust = Some(A_PICTURE.to_owned());
                page.findings.extend(decoded.missing.as_deref().map(finding));
                self.hold(number, decoded.raster);
            }
            Err(reason) => page.findings.push(finding(&format!("the picture cannot be read: {reason}"))),
        }
        page
    }
}

impl PageSource for Pictures {
    fn pages(&self) -> Box<dyn Iterator<Item = Page> + '_> {
        Box::new((1..).zip(&self.pages).map(|(number, picture)| self.page(number, picture)))
    }

    /// Scaled down to `dpi`, or as it is where its own resolution is lower: pixels a point are the raster's width over
    /// the page's. A fax, whose pixels are not square, comes at the finer of its two resolutions.
    fn render(&self, number: u32, dpi: f32) -> Option<Raster> {
        let picture = self.pages.get(usize::try_from(number).ok()?.checked_sub(1)?)?;
        let held = self.last.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let raster = match held {
            Some((of, raster)) if of == number => raster,
            _ => self.hold(number, self.decode(picture).ok()?.raster),
        };
        let (width, height) = picture.sheet.pixels(dpi, (raster.width, raster.height))?;
        Some(scale::scaled(&raster, width, height))
    }
}
