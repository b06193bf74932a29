//! XLSX and XLSM: the workbook's parts, and its sheets in their order.

use super::super::opc::{self, Relations};
use super::super::package::Package;
use super::super::xml::{attribute, attributes, is_no, local};
use super::super::{Limits, LoadError};
use super::Workbook;
use super::dates::Epoch;
use super::shared_strings::SharedStrings;
use super::sheet::Sheet;
use super::xlsx_large::LargeWorkbook;
use super::xlsx_sheet::{CellContext, Extent, SheetReader};
use super::xlsx_styles::Formats;
use quick_xml::events::Event;
use std::sync::Arc;

/// What the workbook part lists.
#[derive(Debug, Default)]
struct Contents {
    sheets: Vec<Listed>,
    epoch: Epoch,
}

#[derive(Debug)]
struct Listed {
    name: String,
    relation: String,
    hidden: bool,
}

/// Sheets that unfold to more together are read piece by piece when they are asked for.
const HELD_UP_TO: u64 = 64 << 20;

pub(super) fn read(bytes: &[u8], limits: &Limits, workbook: &mut Workbook) -> Result<(), LoadError> {
    read_holding(bytes, limits, workbook, HELD_UP_TO)
}

fn read_holding(bytes: &[u8], limits: &Limits, workbook: &mut Workbook, held: u64) -> Result<(), LoadError> {
    let mut package = Package::open(bytes, limits)?;
    let main = opc::main_part(&mut package)?.filter(|p| package.has(p)).unwrap_or_else(|| "xl/workbook.xml".into());
    let relations = Relations::of(&mut package, &main)?;
    let contents = Contents::read(&mut package, &main)?;
    let mut context = CellContext { epoch: contents.epoch, ..CellContext::default() };

    let styles = relations.target("styles").unwrap_or_else(|| "xl/styles.xml".into());
    if let Some(xml) = package.xml(&styles)? {
        match Formats::read(xml) {
            Ok(formats) => context.formats = formats,
            Err(error) => workbook.tolerate(error)?,
        }
    }
    let strings = relations.target("sharedStrings").unwrap_or_else(|| "xl/sharedStrings.xml".into());
    if let Some(xml) = package.xml(&strings)? {
        match SharedStrings::read(xml) {
            Ok(strings) => context.strings = strings,
            Err(error) => workbook.tolerate(error)?,
        }
    }

    let mut sheets = Vec::new();
    for (at, listed) in contents.sheets.into_iter().enumerate() {
        if listed.hidden {
            workbook.hidden_sheets.push(listed.name);
            continue;
        }
        match relations.by_id(&listed.relation) {
            // A sheet that is one chart has no cells.
            Some(part) if !part.contains("worksheet") && relations.kind_of(&listed.relation) != Some("worksheet") => {}
            Some(part) => sheets.push((listed.name, part.to_owned())),
            None => sheets.push((listed.name, format!("xl/worksheets/sheet{}.xml", at + 1))),
        }
    }
    let size: u64 = sheets.iter().filter_map(|(_, part)| package.stated_size(part)).sum();
    let is_large = size > held;
    let mut large = Vec::new();
    for (name, part) in sheets {
        let mut sheet = Sheet::new(name, workbook.budget);
        sheet.is_survey = is_large;
        let outcome = match package.xml(&part)? {
            Some(xml) => SheetReader::new(xml).read(&context, &mut sheet, Extent::Whole).map(|_| ()),
            None => Err(LoadError::damaged(format!("the package has no {part}"))),
        };
        let place = if is_large { package.place(&part)? } else { None };
        match place {
            Some(place) => large.push((place, workbook.add_survey(sheet)?)),
            None => workbook.add(sheet)?,
        }
        if let Err(error) = outcome {
            workbook.tolerate(error)?;
        }
    }
    if is_large {
        workbook.deferred = Some(Arc::new(LargeWorkbook::new(bytes.into(), context, large)));
    }
    Ok(())
}

impl Contents {
    fn read(package: &mut Package<'_>, main: &str) -> Result<Self, LoadError> {
        let Some(mut xml) = package.xml(main)? else {
            return Err(LoadError::damaged(format!("the package has no {main}: it is no workbook, or is damaged")));
        };
        let mut contents = Contents::default();
        loop {
            match xml.next()? {
                Event::Start(e) => match local(e.name().as_ref()) {
                    "sheet" => {
                        let get = |name| attribute(&e, name).unwrap_or_default().into_owned();
                        contents.sheets.push(Listed {
                            name: get("name"),
                            relation: get("id"),
                            hidden: get("state").to_ascii_lowercase().ends_with("hidden"),
                        });
                    }
                    "workbookPr" if attributes(&e).any(|(n, v)| n == "date1904" && !is_no(v)) => {
                        contents.epoch = Epoch::Day1904;
                    }
                    _ => {}
                },
                Event::Eof => return Ok(contents),
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Block, Body, Document, Media};
    use std::path::Path;

    fn load(bytes: &[u8], held: u64) -> Document {
        let limits = Limits::default();
        let mut workbook = Workbook::new(&limits);
        read_holding(bytes, &limits, &mut workbook, held).unwrap();
        workbook.into_document(Media::Xlsx).unwrap()
    }

    #[test]
    fn piece_by_piece_reads_the_same() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/office");
        for stem in ["003.openpyxl", "018.openpyxl", "020.libreoffice"] {
            let bytes = std::fs::read(folder.join(format!("{stem}.xlsx"))).unwrap();
            let (held, pieces) = (load(&bytes, u64::MAX), load(&bytes, 0));
            let (Body::Blocks(blocks), Body::Deferred(deferred)) = (&held.body, &pieces.body) else {
                panic!("one held, one deferred")
            };
            let read: Vec<Block<'static>> = deferred.0.blocks().collect();
            assert!(!read.is_empty());
            assert_eq!(&read, blocks, "{stem}");
            assert_eq!(held.findings, pieces.findings);
        }
    }
}
