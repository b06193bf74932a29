//! MinerU: `content_list.json`, a flat list of texts and tables with a page index, and `middle.json`, pages of blocks of
//! lines of spans with boxes in points. Tables are HTML.

use super::blocks::{Blocks, Markup};
use super::json::Json;
use super::place::{Outline, length_in, score};
use super::{Content, Recognised, engine};
use crate::ingest::Limits;
use crate::model::Rect;

/// Reads either; none where it is neither.
pub(super) fn read(value: &Json<'_>, limits: &Limits) -> Option<Recognised> {
    let (out, version) = if let Some(pages) = value.get("pdf_info") {
        (middle(pages.items(), limits), value.text_of("_version_name"))
    } else {
        let items = value.items();
        let is_item = |item: &Json<'_>| item.text_of("type").is_some() && item.get("page_idx").is_some();
        if !items.iter().any(is_item) {
            return None;
        }
        (content_list(items, limits), None)
    };
    Some(Recognised { content: Content::Blocks(out), engine: Some(engine("MinerU", version)), findings: Vec::new() })
}

fn page_number(item: &Json<'_>, otherwise: usize) -> u32 {
    item.count_of("page_idx").unwrap_or(otherwise).saturating_add(1).min(u32::MAX as usize) as u32
}

/// Texts of a list of texts, or a text.
fn texts<'j>(item: &'j Json<'_>, key: &str) -> Vec<&'j str> {
    match item.get(key) {
        Some(Json::Text(text)) => vec![text],
        Some(list) => list.items().iter().filter_map(Json::text).collect(),
        None => Vec::new(),
    }
}

/// What is on every page and no part of the text.
fn is_furniture(kind: &str) -> bool {
    matches!(kind, "header" | "footer" | "page_number" | "aside_text" | "discarded")
}

fn content_list(items: &[Json<'_>], limits: &Limits) -> Blocks {
    let mut out = Blocks::default();
    for item in items {
        let page = Some(page_number(item, 0));
        let kind = item.text_of("type").unwrap_or("");
        if is_furniture(kind) {
            continue;
        }
        let heading = item.count_of("text_level").filter(|level| (1..=6).contains(level)).map(|level| level as u8);
        let caption = ["table_caption", "image_caption", "img_caption", "code_caption"];
        caption.iter().flat_map(|key| texts(item, key)).for_each(|text| out.text(page, text, None));
        if let Some(body) = item.text_of("table_body") {
            out.html(page, body, &Markup::default(), limits);
        }
        out.text(page, item.text_of("text").unwrap_or(""), heading);
        let notes = ["list_items", "table_footnote", "image_footnote", "img_footnote"];
        notes.iter().flat_map(|key| texts(item, key)).for_each(|text| out.text(page, text, None));
    }
    out
}

fn middle(pages: &[Json<'_>], limits: &Limits) -> Blocks {
    let mut out = Blocks::default();
    out.set_pages(pages.len());
    for (index, page) in pages.iter().enumerate() {
        let number = page_number(page, index);
        let blocks = page.any(&["para_blocks", "preproc_blocks"]).map_or(&[][..], Json::items);
        for block in blocks {
            middle_block(block, number, &mut out, limits);
        }
    }
    out
}

fn middle_block(block: &Json<'_>, page: u32, out: &mut Blocks, limits: &Limits) {
    let kind = block.text_of("type").unwrap_or("");
    if is_furniture(kind) {
        return;
    }
    let heading = (kind == "title")
        .then(|| block.count_of("level").filter(|level| (1..=6).contains(level)).map_or(1, |level| level as u8));
    // Tables and pictures hold blocks for body, captions and notes; lists hold their items.
    let inner = block.list("blocks");
    for part in inner {
        lines(part, page, None, out, limits);
    }
    if inner.is_empty() {
        lines(block, page, heading, out, limits);
    }
}

fn lines(block: &Json<'_>, page: u32, heading: Option<u8>, out: &mut Blocks, limits: &Limits) {
    let mut paragraph = String::new();
    for line in block.list("lines") {
        for span in line.list("spans") {
            if let Some(markup) = span.text_of("html") {
                out.text(Some(page), &std::mem::take(&mut paragraph), heading);
                let score = span.number_of("score").map(|value| score(Some(value), 1.0));
                let about = Markup { area: area(span).or_else(|| area(block)), trust: score, ..Markup::default() };
                out.html(Some(page), markup, &about, limits);
                continue;
            }
            let text = span.text_of("content").unwrap_or("").trim();
            let formula = matches!(span.text_of("type"), Some("inline_equation" | "interline_equation"));
            let spaced = |c: Option<char>| c.is_some_and(|c| c.is_ascii_alphanumeric());
            if spaced(paragraph.chars().next_back()) && spaced(text.chars().next()) {
                paragraph.push(' ');
            }
            if formula && !text.starts_with('$') {
                paragraph.push('$');
                paragraph.push_str(text);
                paragraph.push('$');
            } else {
                paragraph.push_str(text);
            }
        }
    }
    out.text(Some(page), &paragraph, heading);
}

/// A box, which `middle.json` states in points.
fn area(item: &Json<'_>) -> Option<Rect> {
    item.get("bbox")
        .filter(|bbox| bbox.items().iter().all(|v| length_in(v).is_some()))
        .and_then(Outline::of_json)
        .map(|o| o.bounds())
}
