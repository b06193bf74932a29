//! The number formats of an XLSX workbook (`xl/styles.xml`): which format each style number of a cell means.

use super::super::LoadError;
use super::super::xml::{Xml, attribute, local, number_attribute};
use super::number_format::NumberFormat;
use quick_xml::events::Event;
use std::collections::HashMap;

/// Number formats by style number.
#[derive(Debug)]
pub(super) struct Formats {
    formats: Vec<NumberFormat>,
    of_style: Vec<usize>,
}

impl Default for Formats {
    fn default() -> Self {
        Formats { formats: vec![NumberFormat::parse("General")], of_style: Vec::new() }
    }
}

impl Formats {
    pub(super) fn read(mut xml: Xml<'_>) -> Result<Self, LoadError> {
        let mut codes: HashMap<u32, String> = HashMap::new();
        let mut ids: Vec<u32> = Vec::new();
        let mut in_cell_styles = false;
        loop {
            match xml.next()? {
                Event::Start(e) => match local(e.name().as_ref()) {
                    "numFmt" => {
                        if let (Some(id), Some(code)) = (number_attribute(&e, "numFmtId"), attribute(&e, "formatCode"))
                        {
                            codes.insert(id, code.into_owned());
                        }
                    }
                    "cellXfs" => in_cell_styles = true,
                    "xf" if in_cell_styles => ids.push(number_attribute(&e, "numFmtId").unwrap_or(0)),
                    // What has no number format, or, of conditional formats, one that is not what the cell itself has.
                    "fonts" | "fills" | "borders" | "cellStyleXfs" | "cellStyles" | "dxfs" | "colors" => {
                        let name = e.name().as_ref().to_owned();
                        xml.skip_flat_element(&name)?;
                    }
                    _ => {}
                },
                Event::End(e) if local(e.name().as_ref()) == "cellXfs" => in_cell_styles = false,
                Event::Eof => return Ok(Formats::of(&codes, ids)),
                _ => {}
            }
        }
    }

    /// From the workbook's own codes and each style's format id.
    pub(super) fn of(codes: &HashMap<u32, String>, ids: Vec<u32>) -> Self {
        let mut formats = Formats::default();
        let mut known: HashMap<u32, usize> = HashMap::from([(0, 0)]);
        for id in ids {
            let at = *known.entry(id).or_insert_with(|| {
                let code = codes.get(&id).map_or(NumberFormat::built_in(id), String::as_str);
                formats.formats.push(NumberFormat::parse(code));
                formats.formats.len() - 1
            });
            formats.of_style.push(at);
        }
        formats
    }

    /// The format of this style; the general one where there is no such style.
    pub(super) fn get(&self, style: usize) -> &NumberFormat {
        &self.formats[self.of_style.get(style).copied().unwrap_or(0)]
    }
}
