//! AWS Textract: one list of `Blocks` that refer to each other by id, one response or several of one document. Tables
//! are `TABLE` → `CELL` → `WORD`, with `MERGED_CELL`s over cells; what is in no table are `LINE`s. Places are shares of
//! the page, whose form nothing states.

use super::blocks::{Blocks, mean};
use super::cells;
use super::json::Json;
use super::lines::{Line, RawPage, Word};
use super::place::{Outline, Scale, score};
use super::{Content, Recognised, engine};
use crate::ingest::Limits;
use crate::model::{Cell, Page};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Reads a response, or a list of them; none where it is not one.
pub(super) fn read(value: &Json<'_>, _limits: &Limits) -> Option<Recognised> {
    let single = std::slice::from_ref(value);
    let responses = if value.get("Blocks").is_some() { single } else { value.items() };
    let blocks: Vec<&Json<'_>> = responses.iter().flat_map(|response| response.list("Blocks")).collect();
    if !blocks.iter().any(|block| block.text_of("BlockType").is_some()) {
        return None;
    }
    let version = responses
        .iter()
        .find_map(|response| response.any(&["AnalyzeDocumentModelVersion", "DetectDocumentTextModelVersion"])?.text());
    let engine = Some(engine("AWS Textract", version));
    Some(Recognised { content: Linked::new(blocks).content(), engine, findings: Vec::new() })
}

struct Linked<'j, 't> {
    blocks: Vec<&'j Json<'t>>,
    by_id: HashMap<&'j str, &'j Json<'t>>,
}

fn kind<'j>(block: &'j Json<'_>) -> &'j str {
    block.text_of("BlockType").unwrap_or("")
}

fn page_of(block: &Json<'_>) -> u32 {
    block.count_of("Page").filter(|page| *page > 0).unwrap_or(1) as u32
}

fn outline(block: &Json<'_>) -> Option<Outline> {
    let geometry = block.get("Geometry")?;
    // A polygon tells how a text is turned; both are shares of the page.
    let polygon = || geometry.get("Polygon").and_then(Outline::of_json);
    polygon().or_else(|| Outline::of_json(geometry.get("BoundingBox")?))
}

impl<'j, 't> Linked<'j, 't> {
    fn new(blocks: Vec<&'j Json<'t>>) -> Self {
        let by_id = blocks.iter().filter_map(|block| Some((block.text_of("Id")?, *block))).collect();
        Linked { blocks, by_id }
    }

    /// The blocks that a block refers to in this way.
    fn related(&self, block: &'j Json<'t>, way: &str) -> impl Iterator<Item = &'j Json<'t>> {
        let relationships = block.list("Relationships").iter().filter(move |r| r.text_of("Type") == Some(way));
        let ids = relationships.flat_map(|relationship| relationship.list("Ids")).filter_map(Json::text);
        ids.filter_map(|id| self.by_id.get(id).copied())
    }

    /// Text and score of a cell or line: its words and boxes to tick. Only what is directly below is looked at, so
    /// circles among the references do no harm.
    fn text(&self, block: &'j Json<'t>) -> (String, Option<f32>) {
        let mut text = String::new();
        let mut scores = Vec::new();
        for child in self.related(block, "CHILD") {
            let word = match kind(child) {
                "WORD" => child.text_of("Text").unwrap_or(""),
                "SELECTION_ELEMENT" if child.text_of("SelectionStatus") == Some("SELECTED") => "☑",
                "SELECTION_ELEMENT" => "□",
                _ => continue,
            };
            let spaced = |c: Option<char>| c.is_some_and(|c| (c as u32) < 0x2E80);
            if spaced(text.chars().next_back()) && spaced(word.chars().next()) {
                text.push(' ');
            }
            text.push_str(word);
            scores.push((word.chars().count(), score(child.number_of("Confidence"), 100.0)));
        }
        (text, mean(scores.into_iter()))
    }

    fn content(&self) -> Content {
        let scale = Scale::shares(self.is_landscape());
        if !self.blocks.iter().any(|block| kind(block) == "TABLE") {
            return Content::Pages(self.pages(&scale));
        }
        let mut out = Blocks::default();
        out.set_pages(self.blocks.iter().filter(|block| kind(block) == "PAGE").count());
        // Every block stands once: by page and then from the top, tables where they begin.
        let in_tables = self.words_of_tables();
        let mut items: Vec<(u32, f32, &Json<'t>)> = Vec::new();
        for block in self.blocks.iter().copied().filter(|block| matches!(kind(block), "TABLE" | "LINE")) {
            let is_told =
                || self.related(block, "CHILD").any(|word| word.text_of("Id").is_some_and(|id| in_tables.contains(id)));
            if kind(block) == "LINE" && is_told() {
                continue;
            }
            let top = outline(block).map_or(0.0, |outline| outline.bounds().y0);
            items.push((page_of(block), top, block));
        }
        // Lines come in reading order already; a table is put before the first line that begins below its top.
        let mut lines: Vec<_> = items.iter().filter(|(.., block)| kind(block) == "LINE").collect();
        lines.sort_by_key(|(page, ..)| *page);
        let mut tables: Vec<_> = items.iter().filter(|(.., block)| kind(block) == "TABLE").collect();
        tables.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
        let mut tables = tables.into_iter().peekable();
        for (page, top, line) in lines {
            while let Some((number, _, table)) = tables.next_if(|(number, start, _)| (number, start) < (page, top)) {
                self.table(&mut out, *number, table, &scale);
            }
            out.text(Some(*page), line.text_of("Text").unwrap_or(""), None);
        }
        for (number, _, table) in tables {
            self.table(&mut out, *number, table, &scale);
        }
        Content::Blocks(out)
    }

    /// Ids of the words that stand in cells.
    fn words_of_tables(&self) -> HashSet<&'j str> {
        let cells = self.blocks.iter().copied().filter(|block| kind(block) == "CELL");
        cells.flat_map(|cell| self.related(cell, "CHILD")).filter_map(|word| word.text_of("Id")).collect()
    }

    fn table(&self, out: &mut Blocks, page: u32, table: &'j Json<'t>, scale: &Scale) {
        let place = |block: &Json<'t>| {
            let number = |key: &str| block.count_of(key).unwrap_or(1).max(1);
            (number("RowIndex") - 1, number("ColumnIndex") - 1, number("RowSpan"), number("ColumnSpan"))
        };
        let cell = |block: &Json<'t>, text: &str, trust: Option<f32>| -> Cell {
            let (row, column, rows, columns) = place(block);
            let cell = cells::cell(row, column, rows, columns, text);
            cells::recognised(cell, page, outline(block).as_ref(), scale, trust.unwrap_or(1.0))
        };
        let mut all: Vec<Cell> = Vec::new();
        let mut merged: HashSet<&str> = HashSet::new();
        for block in self.related(table, "MERGED_CELL") {
            let mut text = String::new();
            let mut scores = Vec::new();
            for part in self.related(block, "CHILD").filter(|part| kind(part) == "CELL") {
                if !part.text_of("Id").is_some_and(|id| merged.insert(id)) {
                    continue;
                }
                let (own, score) = self.text(part);
                if !own.is_empty() {
                    if !text.is_empty() {
                        text.push('\n');
                    }
                    text.push_str(&own);
                    scores.extend(score.map(|score| (own.chars().count(), score)));
                }
            }
            all.push(cell(block, &text, mean(scores.into_iter())));
        }
        for block in self.related(table, "CHILD").filter(|block| kind(block) == "CELL") {
            if !block.text_of("Id").is_some_and(|id| merged.contains(id)) {
                let (text, score) = self.text(block);
                all.push(cell(block, &text, score));
            }
        }
        let area = outline(table).map(|outline| outline.bounds());
        out.table(Some(page), all, area.as_ref().map(|area| (area, scale)));
    }

    fn pages(&self, scale: &Scale) -> Vec<Page> {
        let mut pages: BTreeMap<u32, RawPage> = BTreeMap::new();
        let word = |block: &Json<'_>| {
            Some(Word::new(block.text_of("Text")?, outline(block)?, score(block.number_of("Confidence"), 100.0)))
        };
        for line in self.blocks.iter().copied().filter(|block| kind(block) == "LINE") {
            let number = page_of(line);
            let words: Vec<Word> =
                self.related(line, "CHILD").filter(|child| kind(child) == "WORD").filter_map(word).collect();
            let words = if words.is_empty() { word(line).into_iter().collect() } else { words };
            let page = pages.entry(number).or_insert_with(|| RawPage::new(number));
            page.lines.push(Line { words, ..Line::default() });
        }
        pages.into_values().map(|page| page.into_page_at(*scale)).collect()
    }

    /// Is the page wider than high? Ideographs are square: shares of the page in which they are not tell its form.
    fn is_landscape(&self) -> bool {
        let form = |block: &&Json<'_>| {
            let text = block.text_of("Text")?;
            let count = text.chars().count();
            let ideographs = text.chars().all(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c));
            let place = outline(block)?.bounds();
            let square = place.height() * count as f32 / place.width();
            (ideographs && count >= 2 && square.is_finite() && square > 0.0).then_some(square)
        };
        let mut forms: Vec<f32> = self
            .blocks
            .iter()
            .copied()
            .filter(|block| kind(block) == "WORD")
            .filter_map(|b| form(&b))
            .take(500)
            .collect();
        forms.sort_by(f32::total_cmp);
        forms.get(forms.len() / 2).is_some_and(|form| *form > 1.0)
    }
}
