//! XLSX and XLSM: the workbook's parts, and its sheets in their order.

use super::super::opc::{self, Relations};
use super::super::package::Package;
use super::super::xml::{attribute, attributes, is_no, local};
use super::super::{Limits, LoadError};
use super::Workbook;
use super::dates::Epoch;
use super::shared_strings::SharedStrings;
use super::sheet::Sheet;
use super::xlsx_sheet::{self, CellContext};
use super::xlsx_styles::Formats;
use quick_xml::events::Event;

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

pub(super) fn read(
    bytes: &[u8],
    limits: &Limits,
    workbook: &mut Workbook,
) -> Result<(), LoadError> {
    let mut package = Package::open(bytes, limits)?;
    let main = opc::main_part(&mut package)?
        .filter(|p| package.has(p))
        .unwrap_or_else(|| "xl/workbook.xml".into());
    let relations = Relations::of(&mut package, &main)?;
    let contents = Contents::read(&mut package, &main)?;
    let mut context = CellContext {
        epoch: contents.epoch,
        ..CellContext::default()
    };

    let styles = relations
        .target("styles")
        .unwrap_or_else(|| "xl/styles.xml".into());
    if let Some(xml) = package.xml(&styles)? {
        match Formats::read(xml) {
            Ok(formats) => context.formats = formats,
            Err(error) => workbook.tolerate(error)?,
        }
    }
    let strings = relations
        .target("sharedStrings")
        .unwrap_or_else(|| "xl/sharedStrings.xml".into());
    if let Some(xml) = package.xml(&strings)? {
        match SharedStrings::read(xml) {
            Ok(strings) => context.strings = strings,
            Err(error) => workbook.tolerate(error)?,
        }
    }

    for (at, listed) in contents.sheets.into_iter().enumerate() {
        if listed.hidden {
            workbook.hidden_sheets.push(listed.name);
            continue;
        }
        let part = match relations.by_id(&listed.relation) {
            // A sheet that is one chart has no cells.
            Some(part)
                if !part.contains("worksheet")
                    && relations.kind_of(&listed.relation) != Some("worksheet") =>
            {
                continue;
            }
            Some(part) => part.to_owned(),
            None => format!("xl/worksheets/sheet{}.xml", at + 1),
        };
        let mut sheet = Sheet::new(listed.name, workbook.budget);
        let outcome = match package.xml(&part)? {
            Some(xml) => xlsx_sheet::read(xml, &context, &mut sheet),
            None => Err(LoadError::damaged(format!("the package has no {part}"))),
        };
        workbook.add(sheet)?;
        if let Err(error) = outcome {
            workbook.tolerate(error)?;
        }
    }
    Ok(())
}

impl Contents {
    fn read(package: &mut Package<'_>, main: &str) -> Result<Self, LoadError> {
        let Some(mut xml) = package.xml(main)? else {
            return Err(LoadError::damaged(format!(
                "the package has no {main}: it is no workbook, or is damaged"
            )));
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
