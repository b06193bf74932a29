//! Pages as a source has them, those that are pictures read.

use super::engine::ReadLine;
use super::layout;
use super::picture::{self, Prepared};
use super::rulings::Lines;
use super::settings::{Mode, Ocr};
use crate::model::{Code, Finding, Page, PageSource, Raster, Severity};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Resolution at which pages are recognised, in dots an inch.
pub const DPI: f32 = 200.0;
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
        let needed = match self.ocr.settings().mode {
            Mode::Off => false,
            Mode::Force => true,
            Mode::Auto => page.distrust.is_some(),
        };
        if !needed {
            return page;
        }
        let number = page.number;
        match self.recognise(&page) {
            Ok(read) => {
                self.used.store(true, Ordering::Relaxed);
                self.ocr.tell();
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

    fn recognise(&self, page: &Page) -> Result<Page, String> {
        // Whether there are models is known before the page is drawn.
        self.ocr.engine()?;
        let raster = self.source.render(page.number, DPI).ok_or("the page cannot be drawn")?;
        let mut sheet = Sheet::read(&self.ocr, picture::prepare(&raster, DPI))?;
        if sheet.is_gibberish() {
            // It may stand on its head, or be no text at all; the picture alone does not always tell.
            for &(degrees, chance) in
                sheet.prepared.turns.clone().iter().skip(1).filter(|(_, chance)| *chance > LEAST_CHANCE)
            {
                tracing::debug!(page = page.number, degrees, chance, "read another way up");
                let other = Sheet::read(&self.ocr, picture::prepare_turned(&raster, DPI, degrees))?;
                if other.sureness() > sheet.sureness() {
                    sheet = other;
                }
            }
        }
        drop(raster);
        let Sheet { prepared, drawn, lines } = sheet;
        let picture = &prepared.gray;
        let scale = 72.0 / DPI;
        let mut read = Page {
            number: page.number,
            width: picture.width as f32 * scale,
            height: picture.height as f32 * scale,
            images: page.images.clone(),
            findings: page.findings.clone(),
            ..Page::default()
        };
        layout::fill(&mut read, &lines, &drawn.rulings(), scale);
        let finding = self.finding(page, &read);
        read.findings.push(finding);
        Ok(read)
    }

    fn finding(&self, before: &Page, read: &Page) -> Finding {
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
    fn read(ocr: &Ocr, prepared: Prepared) -> Result<Sheet, String> {
        let drawn = Lines::find(&prepared.gray, DPI);
        let lines = ocr.read(&prepared.gray, &drawn)?;
        Ok(Sheet { prepared, drawn, lines })
    }

    /// Mean score of all characters, each counted; 0 where there are none.
    fn sureness(&self) -> f32 {
        let (count, sum) = self
            .lines
            .iter()
            .flat_map(|line| &line.letters)
            .fold((0u32, 0.0), |(count, sum), letter| (count + 1, sum + letter.score));
        if count == 0 { 0.0 } else { sum / count as f32 }
    }

    fn is_gibberish(&self) -> bool {
        !self.lines.is_empty() && self.sureness() < GIBBERISH
    }
}

impl PageSource for Recognised {
    fn pages(&self) -> Box<dyn Iterator<Item = Page> + '_> {
        Box::new(self.source.pages().map(|page| self.read(page)))
    }

    fn render(&self, number: u32, dpi: f32) -> Option<Raster> {
        self.source.render(number, dpi)
    }
}
