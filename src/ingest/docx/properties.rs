//! The property elements that stand at the head of paragraphs, runs, cells, rows and content controls, each read to
//! its end. Former properties, kept for tracked changes (`w:pPrChange` and its like), say nothing of the present.

use super::super::LoadError;
use super::super::xml::{Xml, attribute, attributes, is_no, is_on, local, number_attribute};
use super::symbols::SymbolFont;
use super::tables::{CellProperties, Merge, RowProperties};
use quick_xml::events::{BytesStart, Event};

/// Of a paragraph.
#[derive(Debug, Default, Clone)]
pub(super) struct ParagraphProperties {
    pub(super) style: Option<String>,
    pub(super) num_id: Option<u32>,
    pub(super) level: Option<u8>,
    pub(super) outline: Option<u8>,
    /// A tracked change took out the paragraph's end: it runs on into the next.
    pub(super) end_deleted: bool,
}

/// Of a run.
#[derive(Debug, Default, Clone)]
pub(super) struct RunProperties {
    pub(super) hidden: Option<bool>,
    pub(super) style: Option<String>,
    pub(super) font: Option<SymbolFont>,
}

/// Of a content control.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct ControlProperties {
    /// A check box, and whether it is ticked.
    pub(super) checkbox: Option<bool>,
    /// It shows its prompt: nobody has filled it in.
    pub(super) prompt: bool,
}

/// Reads the children of the element just begun, those that record former properties left out.
fn each(xml: &mut Xml<'_>, mut child: impl FnMut(&str, &BytesStart<'_>)) -> Result<(), LoadError> {
    let outside = xml.depth().saturating_sub(1);
    loop {
        let mut former = false;
        match xml.next()? {
            Event::Start(e) => {
                let name = e.name();
                let name = local(name.as_ref());
                former = name.ends_with("Change");
                if !former {
                    child(name, &e);
                }
            }
            Event::End(_) => {}
            Event::Eof => return Ok(()),
            _ => continue,
        }
        if former {
            xml.skip_element()?;
        }
        if xml.depth() <= outside {
            return Ok(());
        }
    }
}

pub(super) fn paragraph(xml: &mut Xml<'_>) -> Result<ParagraphProperties, LoadError> {
    let mut p = ParagraphProperties::default();
    each(xml, |name, e| match name {
        "pStyle" => p.style = attribute(e, "val").map(|v| v.into_owned()),
        "numId" => p.num_id = number_attribute(e, "val"),
        "ilvl" => p.level = number_attribute(e, "val"),
        "outlineLvl" => p.outline = number_attribute(e, "val"),
        "del" | "moveFrom" => p.end_deleted = true,
        _ => {}
    })?;
    Ok(p)
}

pub(super) fn run(xml: &mut Xml<'_>) -> Result<RunProperties, LoadError> {
    let mut p = RunProperties::default();
    each(xml, |name, e| match name {
        "vanish" => p.hidden = Some(is_on(e)),
        "rStyle" => p.style = attribute(e, "val").map(|v| v.into_owned()),
        // The East Asian font shows the letters that have no symbol: it decides nothing.
        "rFonts" => {
            p.font =
                attributes(e).filter(|(n, _)| matches!(*n, "ascii" | "hAnsi")).find_map(|(_, v)| SymbolFont::named(v));
        }
        _ => {}
    })?;
    Ok(p)
}

pub(super) fn cell(xml: &mut Xml<'_>) -> Result<CellProperties, LoadError> {
    let mut p = CellProperties::default();
    let merge = |e: &BytesStart<'_>| match attribute(e, "val").as_deref() {
        Some("restart") => Merge::Restart,
        _ => Merge::Continue,
    };
    each(xml, |name, e| match name {
        "gridSpan" => p.span = number_attribute::<u64>(e, "val").map_or(1, |n| n.min(1 << 20) as usize),
        "vMerge" | "vmerge" => p.vertical = merge(e),
        "hMerge" | "hmerge" => p.horizontal = merge(e),
        "cellDel" => p.deleted = true,
        _ => {}
    })?;
    Ok(p)
}

/// Also says whether the row is hidden (true) rather than taken out by a tracked change.
pub(super) fn row(xml: &mut Xml<'_>) -> Result<(RowProperties, bool), LoadError> {
    let mut p = RowProperties::default();
    let (mut hidden, mut deleted) = (false, false);
    each(xml, |name, e| match name {
        "gridBefore" => p.before = number_attribute::<u64>(e, "val").map_or(0, |n| n.min(1 << 20) as usize),
        "del" | "moveFrom" => deleted = true,
        "hidden" => hidden = is_on(e),
        _ => {}
    })?;
    p.left_out = hidden || deleted;
    Ok((p, hidden && !deleted))
}

pub(super) fn control(xml: &mut Xml<'_>) -> Result<ControlProperties, LoadError> {
    let mut p = ControlProperties::default();
    each(xml, |name, e| match name {
        "checkbox" => p.checkbox = Some(false),
        "checked" if p.checkbox.is_some() => p.checkbox = Some(is_on(e)),
        "showingPlcHdr" => p.prompt = is_on(e),
        _ => {}
    })?;
    Ok(p)
}

/// The old form fields (`w:ffData`): a check box and whether it is ticked, or a list's chosen entry. None for a text
/// field, whose content stands in the runs that follow.
pub(super) fn form_field(xml: &mut Xml<'_>) -> Result<Option<String>, LoadError> {
    let (mut checkbox, mut ticked, mut explicit) = (false, false, false);
    let (mut entries, mut chosen) = (Vec::new(), 0usize);
    each(xml, |name, e| match name {
        "checkBox" => checkbox = true,
        "default" if checkbox && !explicit => ticked = attribute(e, "val").is_none_or(|v| !is_no(&v)),
        "checked" => (ticked, explicit) = (is_on(e), true),
        "result" => chosen = number_attribute(e, "val").unwrap_or(0),
        "listEntry" => entries.extend(attribute(e, "val").map(|v| v.into_owned())),
        _ => {}
    })?;
    Ok(match (checkbox, entries.get(chosen)) {
        (true, _) => Some(if ticked { "☑" } else { "□" }.to_owned()),
        (false, Some(entry)) => Some(entry.clone()),
        (false, None) => None,
    })
}
