//! docling's `DoclingDocument`: a body that refers to texts, tables and groups by `$ref`; table cells with their first
//! and last rows and columns; boxes in points, from the page's bottom or top.

use super::blocks::Blocks;
use super::cells;
use super::json::Json;
use super::place::{Outline, Scale, length_in};
use super::{Content, Recognised, engine};
use crate::ingest::Limits;
use crate::model::{Cell, Rect};
use std::collections::{HashMap, HashSet};

/// Reads a document; none where it is not one.
pub(super) fn read(value: &Json<'_>, _limits: &Limits) -> Option<Recognised> {
    // The service wraps the document.
    let document = [Some(value), value.at(&["document", "json_content"]), value.get("json_content")];
    let document = document.into_iter().flatten().find(|d| d.text_of("schema_name") == Some("DoclingDocument"))?;
    let mut reader = Reader { document, heights: HashMap::new(), out: Blocks::default() };
    for (number, page) in document.get("pages").map_or(&[][..], Json::entries) {
        let height = page.at(&["size", "height"]).and_then(length_in);
        if let (Ok(number), Some(height)) = (number.parse::<u32>(), height) {
            reader.heights.insert(number, height);
        }
    }
    reader.out.set_pages(reader.heights.len());
    reader.walk();
    let engine =
        Some(engine("docling", document.text_of("version").map(|v| format!("(DoclingDocument {v})")).as_deref()));
    Some(Recognised { content: Content::Blocks(reader.out), engine, findings: Vec::new() })
}

/// Sections of the document that can be referred to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Part {
    Text,
    Table,
    Group,
    Picture,
    Pairs,
}

struct Reader<'j, 't> {
    document: &'j Json<'t>,
    /// Height of each page in points.
    heights: HashMap<u32, f32>,
    out: Blocks,
}

fn reference(value: &Json<'_>) -> Option<(Part, usize)> {
    let path = value.any(&["$ref", "cref"])?.text()?;
    let (part, index) = path.strip_prefix("#/")?.split_once('/')?;
    let part = match part {
        "texts" => Part::Text,
        "tables" => Part::Table,
        "groups" => Part::Group,
        "pictures" => Part::Picture,
        "key_value_items" | "form_items" => Part::Pairs,
        _ => return None,
    };
    Some((part, index.parse().ok()?))
}

impl<'j> Reader<'j, '_> {
    /// Goes through the body in order; what it does not refer to is left out, as in docling's own output. Each item is
    /// taken once, so that references in a circle end.
    fn walk(&mut self) {
        let document = self.document;
        let mut seen: HashSet<(Part, usize)> = HashSet::new();
        let mut stack: Vec<&'j Json<'_>> =
            document.get("body").map_or(&[][..], |body| body.list("children")).iter().rev().collect();
        if stack.is_empty() {
            (0..document.list("texts").len()).for_each(|index| self.text(index));
            (0..document.list("tables").len()).for_each(|index| self.table(index));
            return;
        }
        while let Some(child) = stack.pop() {
            let Some((part, index)) = reference(child) else { continue };
            if !seen.insert((part, index)) {
                continue;
            }
            let list = match part {
                Part::Text => "texts",
                Part::Table => "tables",
                Part::Group => "groups",
                Part::Picture => "pictures",
                Part::Pairs => continue,
            };
            let Some(item) = document.list(list).get(index) else { continue };
            match part {
                Part::Text => self.text(index),
                Part::Table => {
                    // Its caption is printed above it and must not come again.
                    for caption in item.list("captions").iter().filter_map(reference) {
                        if caption.0 == Part::Text && seen.insert(caption) {
                            self.text(caption.1);
                        }
                    }
                    self.table(index);
                    // Texts in rich cells are its children and stand in the cells already.
                    seen.extend(item.list("children").iter().filter_map(reference));
                    continue;
                }
                Part::Group | Part::Picture | Part::Pairs => {}
            }
            stack.extend(item.list("children").iter().rev());
        }
    }

    fn text(&mut self, index: usize) {
        let Some(item) = self.document.list("texts").get(index) else { return };
        let label = item.text_of("label").unwrap_or("");
        if item.text_of("content_layer") == Some("furniture") || matches!(label, "page_header" | "page_footer") {
            return;
        }
        let heading = match label {
            "title" => Some(1),
            "section_header" => Some(item.count_of("level").map_or(2, |level| (level + 1).min(6) as u8)),
            _ => None,
        };
        let page = place(item).map(|(page, _)| page);
        let marker = match (label, item.text_of("marker")) {
            ("list_item", Some(marker)) if item.get("enumerated") == Some(&Json::Bool(true)) => marker,
            ("checkbox_selected", _) => "☑",
            ("checkbox_unselected", _) => "□",
            _ => "",
        };
        let text = item.text_of("text").filter(|text| !text.is_empty()).or(item.text_of("orig")).unwrap_or("");
        if marker.is_empty() || text.starts_with(marker) {
            self.out.text(page, text, heading);
        } else {
            self.out.text(page, &format!("{marker} {text}"), heading);
        }
    }

    fn table(&mut self, index: usize) {
        let Some(item) = self.document.list("tables").get(index) else { return };
        let placed = place(item);
        let page = placed.as_ref().map(|(page, _)| *page);
        let scale = Scale { x: 1.0, y: 1.0, width: 0.0, height: 0.0 };
        let height = page.and_then(|page| self.heights.get(&page)).copied();
        let cell = |cell: &Json<'_>| -> Option<Cell> {
            let first = |way: &str| cell.count_of(&format!("start_{way}_offset_idx"));
            let (row, column) = (first("row")?, first("col")?);
            let count = |span: &str, way: &str, start: usize| {
                let end = cell.count_of(&format!("end_{way}_offset_idx")).map(|end| end.saturating_sub(start));
                end.filter(|n| *n > 0).or(cell.count_of(span)).unwrap_or(1)
            };
            let (rows, columns) = (count("row_span", "row", row), count("col_span", "col", column));
            let made = cells::cell(row, column, rows, columns, cell.text_of("text").unwrap_or(""));
            let outline = cell.get("bbox").and_then(|bbox| rect(bbox, height)).map(Outline::Upright);
            Some(match page {
                Some(page) => cells::recognised(made, page, outline.as_ref(), &scale, 1.0),
                None => made,
            })
        };
        let listed = item.at(&["data", "table_cells"]).map_or(&[][..], Json::items);
        let cells: Vec<Cell> = listed.iter().filter_map(cell).collect();
        let area = placed.and_then(|(_, bbox)| rect(bbox?, height));
        self.out.table(page, cells, area.as_ref().map(|area| (area, &scale)));
    }
}

/// Page and box of an item, where it has them: files made from Office documents do not.
fn place<'j, 't>(item: &'j Json<'t>) -> Option<(u32, Option<&'j Json<'t>>)> {
    let prov = item.list("prov").first()?;
    Some((prov.count_of("page_no").filter(|page| *page > 0)? as u32, prov.get("bbox")))
}

/// A box from the page's top left.
fn rect(bbox: &Json<'_>, height: Option<f32>) -> Option<Rect> {
    let edge = |key: &str| bbox.get(key).and_then(length_in);
    let (left, top, right, bottom) = (edge("l")?, edge("t")?, edge("r")?, edge("b")?);
    if bbox.text_of("coord_origin") == Some("TOPLEFT") {
        return Some(Rect::new(left, top, right, bottom));
    }
    let height = height?;
    Some(Rect::new(left, height - top, right, height - bottom))
}
