//! PDF: pages with their glyphs, lines and tags, read one by one (ISO 32000-1). Objects, filters and encryption are
//! hayro-syntax's, fonts hayro-font's; the content streams are followed here, because tables need lines, marks and text
//! and none of the painting.

mod annotations;
mod colour;
mod content;
mod font;
mod layers;
mod matrix;
mod page;
mod paths;
mod raster;
mod runs;
mod stream;
mod tags;
mod trust;
mod unicode;

use super::{Limits, LoadError};
use crate::model::{Body, DeferredPages, Document, Media, Page, PageSource, Raster};
use font::Fonts;
use hayro_syntax::object::Dict;
use hayro_syntax::{DecryptionError, LoadPdfError, Pdf};
use layers::Layers;
use std::sync::Arc;
use tags::Structure;

/// Opens a PDF; its pages are read when asked for.
///
/// # Errors
/// `encrypted`: no password given opens it. `damaged`: no page can be found in it, not even by searching the bytes.
pub fn load(bytes: Vec<u8>, limits: &Limits) -> Result<Document, LoadError> {
    let pdf = open(bytes, &limits.passwords)?;
    let count = u32::try_from(pdf.pages().len()).unwrap_or(u32::MAX);
    if count == 0 {
        return Err(LoadError::damaged("the PDF holds no page; it may be cut off: get the file again"));
    }
    Ok(Document {
        media: Media::Pdf,
        encoding: None,
        pages: Some(count),
        ocr: None,
        body: Body::Pages(DeferredPages(Arc::new(Pages { pdf, limits: limits.clone() }))),
        findings: Vec::new(),
    })
}

fn open(bytes: Vec<u8>, passwords: &[String]) -> Result<Pdf, LoadError> {
    // Without a password open files whose password only forbids editing, too.
    let data: Arc<Vec<u8>> = Arc::new(bytes);
    let mut outcome = Pdf::new(data.clone());
    for password in passwords {
        if !matches!(outcome, Err(LoadPdfError::Decryption(DecryptionError::PasswordProtected))) {
            break;
        }
        outcome = Pdf::new_with_password(data.clone(), password);
    }
    outcome.map_err(|error| match error {
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) if passwords.is_empty() => {
            LoadError::new("encrypted", "the PDF is protected by a password: give it with --password")
        }
        LoadPdfError::Decryption(DecryptionError::PasswordProtected) => LoadError::new(
            "encrypted",
            "the PDF is protected by a password, and none of those given with --password opens it",
        ),
        LoadPdfError::Decryption(DecryptionError::UnsupportedAlgorithm) => LoadError::new(
            "encrypted",
            "the PDF is encrypted by a method that is not known; save it without protection and give that file",
        ),
        LoadPdfError::Decryption(_) => LoadError::new(
            "encrypted",
            "the PDF's encryption is damaged; save it without protection and give that file",
        ),
        LoadPdfError::Invalid => LoadError::damaged(
            "the PDF's pages cannot be found, not even by searching its bytes; it may be cut off: get the file again",
        ),
    })
}

/// Most bytes that an embedded font may unfold to: the largest of East Asia have 30 MB.
const MAX_FONT_BYTES: u64 = 64 << 20;

struct Pages {
    pdf: Pdf,
    limits: Limits,
}

impl std::fmt::Debug for Pages {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Pages").field("count", &self.pdf.pages().len()).finish_non_exhaustive()
    }
}

impl PageSource for Pages {
    fn pages(&self) -> Box<dyn Iterator<Item = Page> + '_> {
        let xref = self.pdf.xref();
        let catalog = xref.get::<Dict<'_>>(xref.root_id()).unwrap_or_default();
        let layers = Layers::of(&catalog);
        let mut structure = Structure::of(&catalog, xref);
        let mut fonts = Fonts::new(self.limits.max_unfolded_bytes.min(MAX_FONT_BYTES));
        Box::new(
            (1..)
                .zip(self.pdf.pages().iter())
                .map(move |(number, page)| page::read(number, page, &mut fonts, &layers, &mut structure, &self.limits)),
        )
    }

    fn render(&self, number: u32, dpi: f32) -> Option<Raster> {
        let page = self.pdf.pages().get(usize::try_from(number).ok()?.checked_sub(1)?)?;
        raster::render(page, dpi)
    }
}
