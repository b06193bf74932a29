//! Google Document AI: a `document` with its whole `text` and pages whose tokens, lines and tables point into it by
//! `textAnchor`; and the layout parser's `documentLayout`, which has texts and tables without places.

use super::blocks::Blocks;
use super::cells;
use super::json::Json;
use super::lines::{Line, RawPage, Word};
use super::place::{Outline, Scale, length_in, score};
use super::{Content, Recognised, engine};
use crate::ingest::Limits;
use crate::model::{Cell, Direction, Rect};
use std::ops::Range;

/// Reads a document; none where it is not one.
pub(super) fn read(value: &Json<'_>, limits: &Limits) -> Option<Recognised> {
    let document = value.any(&["document"]).unwrap_or(value);
    let engine = Some(engine("Google Document AI", None));
    if let Some(layout) = document.get("documentLayout") {
        let mut out = Blocks::default();
        layout_blocks(layout.list("blocks"), &mut out, limits.max_depth);
        return Some(Recognised { content: Content::Blocks(out), engine, findings: Vec::new() });
    }
    let pages = document.list("pages");
    let anchored = |page: &Json<'_>| {
        let parts = ["tokens", "lines", "paragraphs", "blocks", "tables"];
        page.at(&["layout", "textAnchor"]).is_some()
            || parts.iter().any(|part| page.list(part).first().is_some_and(|item| item.get("layout").is_some()))
    };
    if !pages.iter().any(anchored) {
        return None;
    }
    let text = Text::new(document.text_of("text").unwrap_or(""));
    Some(Recognised { content: content(pages, &text), engine, findings: Vec::new() })
}

/// The whole text, which anchors count in characters.
struct Text<'t> {
    text: &'t str,
    /// Where every 64th character begins.
    starts: Vec<usize>,
}

const STEP: usize = 64;

impl<'t> Text<'t> {
    fn new(text: &'t str) -> Self {
        Text { text, starts: text.char_indices().step_by(STEP).map(|(at, _)| at).collect() }
    }

    fn byte(&self, character: usize) -> usize {
        let Some(&start) = self.starts.get(character / STEP) else { return self.text.len() };
        let rest = self.text.get(start..).unwrap_or("");
        rest.char_indices().nth(character % STEP).map_or(self.text.len(), |(at, _)| start + at)
    }

    fn slice(&self, range: &Range<usize>) -> &'t str {
        self.text.get(self.byte(range.start)..self.byte(range.end)).unwrap_or("")
    }
}

/// Where an item's text is; a first index of 0 is left out by the service.
fn segments(item: &Json<'_>) -> Vec<Range<usize>> {
    let segment = |segment: &Json<'_>| {
        let start = segment.get("startIndex").map_or(Some(0), Json::count)?;
        Some(start..segment.count_of("endIndex")?.max(start))
    };
    let all = item.at(&["layout", "textAnchor"]).map_or(&[][..], |anchor| anchor.list("textSegments"));
    all.iter().take(1_000).filter_map(segment).collect()
}

fn text_of(item: &Json<'_>, text: &Text<'_>) -> String {
    segments(item).iter().map(|segment| text.slice(segment)).collect()
}

/// A place in the page's unit; shares of the page where it has a size.
fn outline(item: &Json<'_>, size: Option<(f32, f32)>) -> Option<Outline> {
    let poly = item.at(&["layout", "boundingPoly"])?;
    if let (Some(shares), Some((width, height))) = (poly.get("normalizedVertices").and_then(Outline::of_json), size) {
        return Some(shares.scaled(width, height));
    }
    Outline::of_json(poly.get("vertices")?)
}

fn turned(item: &Json<'_>) -> Option<Direction> {
    match item.at(&["layout", "orientation"])?.text()? {
        "PAGE_RIGHT" => Some(Direction::Down),
        "PAGE_DOWN" => Some(Direction::Left),
        "PAGE_LEFT" => Some(Direction::Up),
        _ => None,
    }
}

fn content(pages: &[Json<'_>], text: &Text<'_>) -> Content {
    let raws: Vec<RawPage> = pages.iter().enumerate().map(|(index, page)| raw(page, index, text)).collect();
    if pages.iter().all(|page| page.list("tables").is_empty()) {
        return Content::Pages(raws.into_iter().map(RawPage::into_page).collect());
    }
    let mut out = Blocks::default();
    out.set_pages(pages.len());
    for (page, raw) in pages.iter().zip(&raws) {
        blocks(page, raw, text, &mut out);
    }
    Content::Blocks(out)
}

fn raw(page: &Json<'_>, index: usize, text: &Text<'_>) -> RawPage {
    let mut raw = RawPage::new(page.count_of("pageNumber").filter(|n| *n > 0).unwrap_or(index + 1) as u32);
    let edge = |key: &str| page.at(&["dimension", key]).and_then(length_in);
    raw.size = edge("width").zip(edge("height"));
    let unit = page.at(&["dimension", "unit"]).and_then(Json::text).unwrap_or("");
    raw.per_inch = match unit {
        "points" | "pt" => Some(72.0),
        "inch" | "inches" => Some(1.0),
        _ => None,
    };
    let size = raw.size;
    let item = |token: &Json<'_>| {
        let confidence = token.at(&["layout", "confidence"]).and_then(Json::number);
        // A token's text ends with the white space behind it.
        let word = Word::new(text_of(token, text).trim(), outline(token, size)?, score(confidence, 1.0));
        Some((word, segments(token).first()?.start, turned(token)))
    };
    let mut tokens: Vec<_> = page.list("tokens").iter().filter_map(item).collect();
    if tokens.is_empty() {
        raw.lines = page
            .list("lines")
            .iter()
            .filter_map(item)
            .map(|(word, _, direction)| Line { direction, ..Line::from(word) })
            .collect();
        return raw;
    }
    tokens.sort_by_key(|(_, start, _)| *start);
    let mut lines: Vec<usize> =
        page.list("lines").iter().filter_map(|line| Some(segments(line).first()?.start)).collect();
    lines.sort_unstable();
    let mut last = None;
    for (word, start, direction) in tokens {
        let line = lines.partition_point(|first| *first <= start);
        if last != Some(line) {
            raw.lines.push(Line { direction, ..Line::default() });
            last = Some(line);
        }
        if let Some(line) = raw.lines.last_mut() {
            line.words.push(word);
        }
    }
    raw
}

/// Lines of a page, and tables where their text begins.
fn blocks(page: &Json<'_>, raw: &RawPage, text: &Text<'_>, out: &mut Blocks) {
    let scale = raw.scale();
    let number = Some(raw.number);
    let mut scores: Vec<(usize, f32)> = page
        .list("tokens")
        .iter()
        .filter_map(|token| {
            let confidence = token.at(&["layout", "confidence"]).and_then(Json::number);
            Some((segments(token).first()?.start, score(confidence, 1.0)))
        })
        .collect();
    scores.sort_by_key(|(start, _)| *start);
    let mut tables: Vec<(usize, Vec<Cell>, Option<Rect>)> = Vec::new();
    let mut inside: Vec<Range<usize>> = Vec::new();
    for table in page.list("tables") {
        let mut own = segments(table);
        let rows = table.list("headerRows").iter().chain(table.list("bodyRows"));
        let rows: Vec<Vec<Cell>> = rows
            .map(|row| {
                let cells = row.list("cells").iter().map(|cell| {
                    let parts = segments(cell);
                    let trust = trust(&scores, &parts);
                    own.extend(parts);
                    given(cell, &text_of(cell, text), raw, &scale, trust)
                });
                cells.collect()
            })
            .collect();
        let start = own.iter().map(|segment| segment.start).min().unwrap_or(0);
        inside.extend(own);
        let area = outline(table, raw.size).map(|outline| outline.bounds());
        tables.push((start, cells::in_order(rows), area));
    }
    tables.sort_by_key(|(start, ..)| *start);
    inside.sort_by_key(|segment| segment.start);
    // How far the ranges up to each reach, so that one search tells whether a place is in any.
    let mut reach = 0;
    let reaches: Vec<(usize, usize)> = inside
        .iter()
        .map(|segment| {
            reach = reach.max(segment.end);
            (segment.start, reach)
        })
        .collect();
    let is_inside = |at: usize| {
        let before = reaches.partition_point(|(start, _)| *start <= at);
        before.checked_sub(1).and_then(|index| reaches.get(index)).is_some_and(|(_, end)| at < *end)
    };
    let mut tables = tables.into_iter().peekable();
    let mut lines: Vec<(usize, &Json<'_>)> =
        page.list("lines").iter().filter_map(|line| Some((segments(line).first()?.start, line))).collect();
    lines.sort_by_key(|(start, _)| *start);
    for (start, line) in lines {
        while let Some((_, cells, area)) = tables.next_if(|(first, ..)| *first <= start) {
            out.table(number, cells, area.as_ref().map(|area| (area, &scale)));
        }
        if !is_inside(start) {
            out.text(number, &text_of(line, text), None);
        }
    }
    for (_, cells, area) in tables {
        out.table(number, cells, area.as_ref().map(|area| (area, &scale)));
    }
}

/// The mean score of the tokens in these parts of the text.
fn trust(scores: &[(usize, f32)], parts: &[Range<usize>]) -> Option<f32> {
    let tokens = parts.iter().flat_map(|part| {
        let from = scores.partition_point(|(start, _)| *start < part.start);
        scores.iter().skip(from).take_while(|(start, _)| *start < part.end)
    });
    super::blocks::mean(tokens.take(10_000).map(|(_, score)| (1, *score)))
}

fn given(cell: &Json<'_>, text: &str, raw: &RawPage, scale: &Scale, trust: Option<f32>) -> Cell {
    let (rows, columns) = (cell.count_of("rowSpan").unwrap_or(1), cell.count_of("colSpan").unwrap_or(1));
    let trust = trust.unwrap_or_else(|| score(cell.at(&["layout", "confidence"]).and_then(Json::number), 1.0));
    let made = cells::cell(0, 0, rows, columns, text);
    cells::recognised(made, raw.number, outline(cell, raw.size).as_ref(), scale, trust)
}

/// Texts and tables of the layout parser, block in block.
fn layout_blocks(blocks: &[Json<'_>], out: &mut Blocks, depth_left: usize) {
    let Some(depth_left) = depth_left.checked_sub(1) else { return };
    for block in blocks {
        let page = block.at(&["pageSpan", "pageStart"]).and_then(Json::count).map(|page| page as u32);
        if let Some(text) = block.get("textBlock") {
            let heading = text.text_of("type").and_then(|kind| kind.strip_prefix("heading-")?.parse().ok());
            out.text(page, text.text_of("text").unwrap_or(""), heading);
            layout_blocks(text.list("blocks"), out, depth_left);
        } else if let Some(table) = block.get("tableBlock") {
            let rows = table.list("headerRows").iter().chain(table.list("bodyRows"));
            let cell = |cell: &Json<'_>| {
                let texts = cell.list("blocks").iter().filter_map(|block| block.get("textBlock")?.text_of("text"));
                let text: Vec<&str> = texts.collect();
                let (rows, columns) = (cell.count_of("rowSpan").unwrap_or(1), cell.count_of("colSpan").unwrap_or(1));
                Cell { page, ..cells::cell(0, 0, rows, columns, &text.join("\n")) }
            };
            let rows = rows.map(|row| row.list("cells").iter().map(cell).collect()).collect();
            out.text(page, table.text_of("caption").unwrap_or(""), None);
            out.table(page, cells::in_order(rows), None);
        } else if let Some(list) = block.get("listBlock") {
            let entries = list.list("listEntries").iter();
            entries.for_each(|entry| layout_blocks(entry.list("blocks"), out, depth_left));
        }
    }
}
