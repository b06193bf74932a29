//! PaddleOCR's PP-Structure: regions with a kind and a box. Version 2 prints a list of them, tables as HTML with the boxes
//! of the cells; version 3 a `parsing_res_list` a page, with the lines of the page and more of each table beside it.

use super::blocks::{Blocks, Markup};
use super::json::Json;
use super::lines::RawPage;
use super::paddle;
use super::place::{Outline, Scale, length_in};
use super::{Content, Recognised, engine};
use crate::ingest::Limits;
use crate::model::Rect;

/// Reads a page, or a list of pages; none where there is no region of a known kind in it.
pub(super) fn read(value: &Json<'_>, limits: &Limits) -> Option<Recognised> {
    let mut out = Blocks::default();
    let pages = third(value);
    let version = if pages.is_empty() {
        second(value, limits, &mut out)?;
        "2"
    } else {
        out.set_pages(pages.len());
        for (index, page) in pages.iter().enumerate() {
            third_page(page, index, limits, &mut out);
        }
        "3"
    };
    Some(Recognised {
        content: Content::Blocks(out),
        engine: Some(engine("PP-Structure", Some(version))),
        findings: Vec::new(),
    })
}

/// A region: what it is, where, and where in the reading order.
struct Region<'j, 't> {
    kind: &'j str,
    place: Rect,
    item: &'j Json<'t>,
}

/// A list of regions, `type`, `bbox` and `res` each, of one page or of several by `img_idx`.
fn second(value: &Json<'_>, limits: &Limits, out: &mut Blocks) -> Option<()> {
    let regions: Vec<Region<'_, '_>> = value
        .items()
        .iter()
        .filter(|item| item.get("res").is_some())
        .filter_map(|item| {
            let place = Outline::of_json(item.get("bbox")?)?.bounds();
            Some(Region { kind: item.text_of("type")?, place, item })
        })
        .collect();
    let is_known = |region: &Region<'_, '_>| {
        let res = region.item.get("res");
        res.is_some_and(|res| {
            res.get("html").is_some() || res.items().iter().any(|line| line.get("text_region").is_some())
        })
    };
    if !regions.iter().any(is_known) {
        return None;
    }
    let around = regions.iter().map(|region| region.place).reduce(|a, b| a.union(&b))?;
    let scale = Scale::around(around);
    let mut regions = regions;
    let page = |region: &Region<'_, '_>| region.item.count_of("img_idx").unwrap_or(0) as u32 + 1;
    // Regions come by kind in old versions; a form is read from its top.
    regions.sort_by(|a, b| page(a).cmp(&page(b)).then(a.place.y0.total_cmp(&b.place.y0)));
    for region in &regions {
        let Some(res) = region.item.get("res") else { continue };
        let number = Some(page(region));
        if let Some(markup) = res.text_of("html") {
            let boxes = res.list("cell_bbox").iter().filter_map(Outline::of_json);
            // Boxes of cells are counted from the table's corner.
            let moved = |cell: Rect| {
                let (x, y) = (region.place.x0, region.place.y0);
                scale.rect(&Rect::new(cell.x0 + x, cell.y0 + y, cell.x1 + x, cell.y1 + y))
            };
            let boxes = boxes.map(|outline| moved(outline.bounds())).collect();
            let about = Markup { area: Some(scale.rect(&region.place)), boxes, ..Markup::default() };
            out.html(number, markup, &about, limits);
        } else if !matches!(region.kind, "header" | "footer") {
            for line in in_rows(
                res.items().iter().filter_map(paddle::line).map(|word| (word.outline.bounds(), word.text)).collect(),
            ) {
                out.text(number, &line, None);
            }
        }
    }
    Some(())
}

/// Texts that stand beside each other, as one line each.
fn in_rows(mut texts: Vec<(Rect, String)>) -> Vec<String> {
    texts.sort_by(|a, b| a.0.center().1.total_cmp(&b.0.center().1));
    let mut rows: Vec<(Rect, Vec<(Rect, String)>)> = Vec::new();
    for (place, text) in texts {
        match rows.last_mut() {
            Some((row, line)) if place.center().1 < row.y1 - 0.3 * row.height() => line.push((place, text)),
            _ => rows.push((place, vec![(place, text)])),
        }
    }
    let join = |(_, mut line): (Rect, Vec<(Rect, String)>)| {
        line.sort_by(|a, b| a.0.x0.total_cmp(&b.0.x0));
        let texts: Vec<String> = line.into_iter().map(|(_, text)| text).collect();
        texts.join(" ")
    };
    rows.into_iter().map(join).collect()
}

/// The pages in a value: maps with a `parsing_res_list`, alone, wrapped, or in lists.
fn third<'j, 't>(value: &'j Json<'t>) -> Vec<&'j Json<'t>> {
    let own = |value: &'j Json<'t>| {
        let inner = [Some(value), value.get("res"), value.get("prunedResult"), value.at(&["layoutParsingResults"])];
        inner.into_iter().flatten().find(|inner| inner.get("parsing_res_list").is_some())
    };
    let served = value.at(&["result", "layoutParsingResults"]).or_else(|| value.get("layoutParsingResults"));
    let items = served.map_or(value.items(), Json::items);
    own(value).map_or_else(|| items.iter().filter_map(own).collect(), |page| vec![page])
}

fn third_page(page: &Json<'_>, index: usize, limits: &Limits, out: &mut Blocks) {
    let number = page.count_of("page_index").unwrap_or(index) as u32 + 1;
    let lines = page.get("overall_ocr_res").and_then(paddle::columns).unwrap_or_else(|| RawPage::new(number));
    let list = page.list("parsing_res_list");
    let edge = |key: &str| page.get(key).and_then(length_in);
    let places = list.iter().filter_map(|item| Some(Outline::of_json(item.get("block_bbox")?)?.bounds()));
    let scale = match edge("width").zip(edge("height")) {
        Some((width, height)) => Scale::new(width, height, None),
        None => Scale::around(places.reduce(|a, b| a.union(&b)).unwrap_or_default()),
    };
    let of_page: Vec<(String, Rect, f32)> = lines
        .lines
        .iter()
        .flat_map(|line| &line.words)
        .map(|word| (word.text.clone(), scale.rect(&word.outline.bounds()), word.score))
        .collect();
    let mut tables = page.list("table_res_list").iter();
    for item in list {
        let kind = item.text_of("block_label").unwrap_or("");
        let content = item.text_of("block_content").unwrap_or("");
        let place = item.get("block_bbox").and_then(Outline::of_json).map(|outline| scale.rect(&outline.bounds()));
        if kind == "table" || content.contains("<table") {
            let detail = tables.next();
            let boxes = detail.map_or(&[][..], |table| table.list("cell_box_list")).iter().filter_map(Outline::of_json);
            let boxes = boxes.map(|outline| scale.rect(&outline.bounds())).collect();
            let markup = if content.contains("<t") {
                content
            } else {
                detail.and_then(|t| t.text_of("pred_html")).unwrap_or(content)
            };
            out.html(Some(number), markup, &Markup { area: place, trust: None, boxes, lines: &of_page }, limits);
            continue;
        }
        if matches!(kind, "header" | "footer" | "number" | "header_image" | "footer_image" | "seal" | "image" | "chart")
        {
            continue;
        }
        let heading = match kind {
            "doc_title" => Some(1),
            "paragraph_title" => Some(2),
            _ => None,
        };
        out.text(Some(number), content, heading);
    }
}
