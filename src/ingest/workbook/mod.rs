//! Workbooks (XLSX, XLSM, XLS, ODS): visible sheets in order, each as grids of what a person saw. The three formats
//! are read by three readers that share one idea of a sheet (`sheet`) and of a number's looks (`number_format`).
//! `docs/office.md` says why the readers are our own.

mod compound_file;
mod dates;
mod decimal;
mod number_format;
mod ods;
mod shared_strings;
mod sheet;
mod spreadsheet_xml;
mod xls;
mod xls_strings;
mod xlsx;
mod xlsx_large;
mod xlsx_sheet;
mod xlsx_styles;

use super::{Limits, LoadError};
use crate::model::{Block, BlockSource, Body, Code, Deferred, Document, Finding, Media, Severity};
use sheet::{Budget, Layout, Sheet};
use std::sync::Arc;

/// Most text of one workbook.
const MOST_TEXT: usize = 512 << 20;

/// Reads a workbook of this format: [`Media::Xlsx`] (XLSM too), [`Media::Xls`] or [`Media::Ods`].
///
/// # Errors
/// `damaged` where nothing can be read, `encrypted` for a file with a password, `too_large` where a bound of `limits`
/// is broken, `unsupported` for another format and for Excel files older than version 5.
pub fn load(bytes: &[u8], media: Media, limits: &Limits) -> Result<Document, LoadError> {
    let mut workbook = Workbook::new(limits);
    match media {
        Media::Xlsx => xlsx::read(bytes, limits, &mut workbook)?,
        Media::Xls => xls::read(bytes, &mut workbook)?,
        Media::Ods => ods::read(bytes, limits, &mut workbook)?,
        other => {
            return Err(LoadError { code: "unsupported", message: format!("{other:?} is no workbook format") });
        }
    }
    workbook.into_document(media)
}

/// Reads a workbook that was saved as one XML file, Excel 2003's XML Spreadsheet.
///
/// # Errors
/// As [`load`].
pub fn load_xml(bytes: &[u8], limits: &Limits) -> Result<Document, LoadError> {
    let mut workbook = Workbook::new(limits);
    spreadsheet_xml::read(bytes, limits, &mut workbook)?;
    workbook.into_document(Media::Xls)
}

/// What the readers fill: finished sheets and findings.
#[derive(Debug)]
struct Workbook {
    blocks: Vec<Block<'static>>,
    findings: Vec<Finding>,
    hidden_sheets: Vec<String>,
    /// What may still come.
    budget: Budget,
    damage: Option<LoadError>,
    deferred: Option<Arc<dyn BlockSource>>,
}

impl Workbook {
    fn new(limits: &Limits) -> Self {
        Workbook {
            blocks: Vec::new(),
            findings: Vec::new(),
            hidden_sheets: Vec::new(),
            budget: Budget { cells: limits.max_cells, text: MOST_TEXT },
            damage: None,
            deferred: None,
        }
    }

    /// Takes a sheet that has been read to its end, or as far as damage allowed.
    ///
    /// # Errors
    /// More cells or text than one document may have.
    fn add(&mut self, sheet: Sheet) -> Result<(), LoadError> {
        sheet.check_budget()?;
        self.budget = sheet.budget;
        let (blocks, findings) = sheet.finish();
        self.blocks.extend(blocks);
        self.findings.extend(findings);
        Ok(())
    }

    /// Takes a sheet that will be read again.
    ///
    /// # Errors
    /// As [`Self::add`].
    fn add_survey(&mut self, sheet: Sheet) -> Result<Layout, LoadError> {
        sheet.check_budget()?;
        self.budget = sheet.budget;
        let (layout, findings) = sheet.finish_survey();
        self.findings.extend(findings);
        Ok(layout)
    }

    /// A part that cannot be read: the others go on.
    fn tolerate(&mut self, error: LoadError) -> Result<(), LoadError> {
        if error.code != "damaged" {
            return Err(error);
        }
        self.damage.get_or_insert(LoadError { code: error.code, message: error.message.clone() });
        self.findings.push(Finding::new(Code::ContentSkipped, Severity::Error, error.message));
        Ok(())
    }

    fn into_document(mut self, media: Media) -> Result<Document, LoadError> {
        if let (true, None, Some(damage)) = (self.blocks.is_empty(), &self.deferred, self.damage) {
            return Err(damage);
        }
        if !self.hidden_sheets.is_empty() {
            let message = format!("hidden sheets left out: {}", self.hidden_sheets.join(", "));
            self.findings.push(Finding::new(Code::ContentSkipped, Severity::Info, message));
        }
        Ok(Document {
            media,
            encoding: None,
            pages: None,
            ocr: None,
            body: match self.deferred {
                Some(source) => Body::Deferred(Deferred(source)),
                None => Body::Blocks(self.blocks),
            },
            findings: self.findings,
        })
    }
}
