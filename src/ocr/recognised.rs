//! Pages as a source has them, those that are pictures read.

use super::cut::cut_sides;
use super::engine::ReadLine;
use super::picture::{self, Gray, Prepared};
use super::rulings::Lines;
use super::settings::{Mode, Ocr};
use super::{layer, layout};
use crate::model::{Code, Finding, Page, PageSource, Raster, Rect, Severity};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Resolution at which pages are recognised, in dots an inch, unless what they show is finer.
pub const DPI: f32 = 200.0;
/// Finest resolution at which they are, unless their print is small.
const FINEST: f32 = 300.0;
/// Finest resolution at which pages of small print are.
const FINEST_SMALL: f32 = 400.0;
/// Most inches a page's sides may multiply to for being drawn finer than [`FINEST`]: A3 and a little.
const LARGEST_FINE: f32 = 200.0;
/// Score below which a character is doubtful.
pub const DOUBTFUL: f32 = 0.8;

/// A source of pages whose pictures are read.
#[derive(Debug)]
pub struct Recognised {
    source: Arc<dyn PageSource>,
    ocr: Arc<Ocr>,
    used: Arc<AtomicBool>,
}

impl Recognised {
    /// The pages of a source, read by `ocr`. `used` becomes true once a page was recognised.
    pub fn new(source: Arc<dyn PageSource>, ocr: Arc<Ocr>, used: Arc<AtomicBool>) -> Self {
        Recognised { source, ocr, used }
    }

    fn read(&self, mut page: Page) -> Page {
        let mode = self.ocr.settings().mode;
        if mode == Mode::Off {
            return page;
        }
        if mode == Mode::Auto && page.distrust.is_none() {
            if layer::is_hidden(&page) {
                return self.beside_layer(page);
            }
            self.read_pictures(&mut page);
            return page;
        }
        let number = page.number;
        match self.recognise(&page) {
            Ok(mut read) => {
                self.told();
                read.findings.push(finding(&page, &read));
                read
            }
            Err(reason) => {
                let before = page.distrust.take();
                let told = before.unwrap_or_else(|| format!("page {number} was to be recognised"));
                page.distrust = Some(format!("{told}; {reason}"));
                page
            }
        }
    }

    fn told(&self) {
        self.used.store(true, Ordering::Relaxed);
        self.ocr.tell();
    }

    /// Reads a page that has a hidden text layer, and keeps the better of the two.
    fn beside_layer(&self, page: Page) -> Page {
        // Without models the layer stands, with the finding that its loader gave it.
        let Ok(mut read) = self.recognise(&page) else { return page };
        self.told();
        let choice = layer::choose(&page, &read);
        let (kept, left) = if choice.ours {
            ("what was recognised now", "the layer")
        } else {
            ("the layer", "what was recognised now")
        };
        let message = format!(
            "page {}: a hidden text layer of an earlier OCR and what was recognised now have {:.1} % of their characters in \
             common; {kept} is used, not {left}",
            page.number,
            100.0 * choice.agreement
        );
        let severity = if choice.agreement < AGREED { Severity::Warning } else { Severity::Info };
        let mut page = if choice.ours {
            // What the loader said of the layer says nothing of our reading.
            read.findings.retain(|finding| finding.code != Code::LowOcrConfidence);
            read
        } else {
            page
        };
        page.findings.push(Finding::new(Code::LowOcrConfidence, severity, message));
        page
    }

    /// Reads large pictures of a page that has text of its own elsewhere: a table that was pasted in as a picture.
    fn read_pictures(&self, page: &mut Page) {
        let pictures: Vec<Rect> = page.images.iter().filter_map(|area| unread_picture(page, area)).collect();
        if pictures.is_empty() || self.ocr.engine().is_err() {
            return;
        }
        let Some(raster) = self.source.render(page.number, own_dpi(page)) else { return };
        let dpi = dpi_of(&raster, page);
        let whole = Gray::of(&raster);
        drop(raster);
        for area in pictures.iter().take(MOST_PICTURES) {
            let (left, top) = ((area.x0 * dpi / 72.0).max(0.0) as usize, (area.y0 * dpi / 72.0).max(0.0) as usize);
            let (right, bottom) = ((area.x1 * dpi / 72.0) as usize, (area.y1 * dpi / 72.0) as usize);
            let part = whole.part(left, top, right, bottom);
            let drawn = Lines::find(&part, dpi);
            let Ok(lines) = self.ocr.read(&part, &drawn, false) else { continue };
            let count = lines.iter().map(|line| line.letters.len()).sum::<usize>();
            if count < LEAST_IN_PICTURE || sureness(&lines) < IN_PICTURE {
                continue;
            }
            self.told();
            let origin = (left as f32 * 72.0 / dpi, top as f32 * 72.0 / dpi);
            layout::insert(page, &lines, &drawn.rulings(), 72.0 / dpi, origin);
            let message = format!("page {}: {count} characters were recognised in a picture on it", page.number);
            page.findings.push(Finding::new(Code::LowOcrConfidence, Severity::Info, message));
        }
    }

    fn recognise(&self, page: &Page) -> Result<Page, String> {
        // Whether there are models is known before the page is drawn.
        self.ocr.engine()?;
        let drawn_at = if is_picture(page) { own_dpi(page) } else { DPI };
        let mut raster = self.source.render(page.number, drawn_at).ok_or("the page cannot be drawn")?;
        let mut dpi = dpi_of(&raster, page);
        let mut prepared = picture::prepare(&raster, dpi);
        if let Some(finer) = finer(page, &prepared, dpi) {
            tracing::debug!(page = page.number, dpi, finer, "the print is small");
            // One picture at a time.
            drop(prepared);
            drop(raster);
            raster = self.source.render(page.number, finer).ok_or("the page cannot be drawn")?;
            dpi = dpi_of(&raster, page);
            prepared = picture::prepare(&raster, dpi);
        }
        let mut sheet = Sheet::read(&self.ocr, prepared, dpi)?;
        if sheet.is_gibberish() {
            // It may stand on its head, or be no text at all; the picture alone does not always tell.
            for &(degrees, chance) in
                sheet.prepared.turns.clone().iter().skip(1).filter(|(_, chance)| *chance > LEAST_CHANCE)
            {
                tracing::debug!(page = page.number, degrees, chance, "read another way up");
                let other = Sheet::read(&self.ocr, picture::prepare_turned(&raster, dpi, degrees), dpi)?;
                if other.sureness() > sheet.sureness() {
                    sheet = other;
                }
            }
        }
        let source = (raster.width as f32, raster.height as f32);
        drop(raster);
        let Sheet { prepared, drawn, lines } = sheet;
        let cut = cut_sides(&drawn.rulings(), &prepared.transform, source, dpi);
        let picture = &prepared.gray;
        let scale = 72.0 / dpi;
        let mut read = Page {
            number: page.number,
            width: picture.width as f32 * scale,
            height: picture.height as f32 * scale,
            images: page.images.clone(),
            findings: page.findings.clone(),
            ..Page::default()
        };
        read.findings.extend(cut.into_iter().map(|side| {
            let number = page.number;
            let message = format!("page {number}: a table runs into the picture's {side} beyond it are missing");
            Finding::new(Code::ContentSkipped, Severity::Warning, message)
        }));
        layout::fill(&mut read, &lines, &drawn.rulings(), scale);
        Ok(read)
    }
}

fn finding(before: &Page, read: &Page) -> Finding {
    let number = before.number;
    let why = before.distrust.as_deref().unwrap_or("asked for");
    let count = read.scores.len();
    let doubtful = read.scores.iter().filter(|score| **score < DOUBTFUL).count();
    let message = format!(
        "page {number}: {why}; {count} characters were recognised, {doubtful} of them with a score below {DOUBTFUL}"
    );
    let severity = if doubtful * 20 > count { Severity::Warning } else { Severity::Info };
    Finding::new(Code::LowOcrConfidence, severity, message)
}

/// Share of characters in common below which a layer and our reading are two texts.
const AGREED: f32 = 0.95;
/// Pictures of a page that are read.
const MOST_PICTURES: usize = 8;
/// A picture with fewer characters shows no text worth a line.
const LEAST_IN_PICTURE: usize = 8;
/// Mean score from which what was read in a picture is text and no pattern of a photograph.
const IN_PICTURE: f32 = 0.85;
/// Smallest picture, in points, that may hold a table.
const LEAST_PICTURE: (f32, f32) = (120.0, 50.0);

/// The part of the page that a picture covers, where it is large enough and nothing is written over it.
fn unread_picture(page: &Page, area: &Rect) -> Option<Rect> {
    let area = area.intersection(&Rect::new(0.0, 0.0, page.width, page.height))?;
    let large = area.width() >= LEAST_PICTURE.0 && area.height() >= LEAST_PICTURE.1;
    let inside = |glyph: &&crate::model::Glyph| {
        let (x, y) = glyph.bbox.center();
        (area.x0..=area.x1).contains(&x) && (area.y0..=area.y1).contains(&y)
    };
    (large && page.glyphs.iter().find(inside).is_none()).then_some(area)
}

/// Mean score of all characters; 0 where there are none.
fn sureness(lines: &[ReadLine]) -> f32 {
    let letters = lines.iter().flat_map(|line| &line.letters);
    let (count, sum) = letters.fold((0u32, 0.0), |(count, sum), letter| (count + 1, sum + letter.score));
    if count == 0 { 0.0 } else { sum / count as f32 }
}

/// A picture made ready and read.
struct Sheet {
    prepared: Prepared,
    drawn: Lines,
    lines: Vec<ReadLine>,
}

/// Mean score of characters below which a picture is read another way up.
const GIBBERISH: f32 = 0.75;
/// Chance of another way up that is worth reading.
const LEAST_CHANCE: f32 = 0.05;

impl Sheet {
    fn read(ocr: &Ocr, prepared: Prepared, dpi: f32) -> Result<Sheet, String> {
        let drawn = Lines::find(&prepared.gray, dpi);
        let lines = ocr.read(&prepared.gray, &drawn, prepared.photographed)?;
        Ok(Sheet { prepared, drawn, lines })
    }

    fn sureness(&self) -> f32 {
        sureness(&self.lines)
    }

    fn is_gibberish(&self) -> bool {
        !self.lines.is_empty() && self.sureness() < GIBBERISH
    }
}

/// The resolution that a page was drawn at: pictures are never drawn finer than they are.
fn dpi_of(raster: &Raster, page: &Page) -> f32 {
    let dpi = raster.width as f32 * 72.0 / page.width;
    if dpi.is_finite() && dpi >= 20.0 { dpi.min(FINEST_SMALL) } else { DPI }
}

/// Print lower than this, in pixels, is drawn finer where the page has more to show: of 7 points at 200 dots an inch.
const LOW_PRINT: f32 = 16.0;
/// Height of print, in pixels, that it is then drawn for.
const READABLE: f32 = 22.0;

/// The resolution at which a page of small print is drawn again, where its source has more than was drawn.
fn finer(page: &Page, prepared: &Prepared, dpi: f32) -> Option<f32> {
    // A camera's picture, whose page was found within it, has no dots an inch to speak of.
    let own = page.picture_dpi.filter(|_| is_picture(page)).unwrap_or(FINEST_SMALL);
    let inches = page.width * page.height / (72.0 * 72.0);
    let most = own.min(if inches <= LARGEST_FINE { FINEST_SMALL } else { FINEST });
    if prepared.photographed || most < dpi * WORTH {
        return None;
    }
    let high = picture::print_height(&prepared.gray, dpi)?;
    (high < LOW_PRINT).then(|| (dpi * READABLE / high).min(most)).filter(|&finer| finer >= dpi * WORTH)
}

/// How much finer a second drawing must be to be made.
const WORTH: f32 = 1.1;

/// The resolution of a page's largest picture, within what recognition is made for: drawn so, no stroke is resampled.
fn own_dpi(page: &Page) -> f32 {
    page.picture_dpi.map_or(DPI, |dpi| dpi.clamp(DPI, FINEST))
}

/// Part of a page that its largest picture covers where the page is one.
const COVERED: f32 = 0.5;

/// Is the page one picture, and not drawn from letters and lines?
fn is_picture(page: &Page) -> bool {
    let largest = page.images.iter().map(|area| area.width() * area.height()).fold(0.0, f32::max);
    page.images.is_empty() || largest >= COVERED * page.width * page.height
}

impl PageSource for Recognised {
    fn pages(&self) -> Box<dyn Iterator<Item = Page> + '_> {
        Box::new(self.source.pages().map(|page| self.read(page)))
    }

    fn render(&self, number: u32, dpi: f32) -> Option<Raster> {
        self.source.render(number, dpi)
    }
}
