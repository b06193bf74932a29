//! Azure Document Intelligence: `analyzeResult` of versions 3 and 4 (`pages`, `tables`, `paragraphs`, spans into
//! `content`) and of Form Recognizer 2.1 and the Read API (`readResults`, `pageResults`), as the service sends them or
//! as its libraries print them.

use super::blocks::{Blocks, mean};
use super::cells;
use super::json::Json;
use super::lines::{Line, RawPage, Word};
use super::place::{Outline, Scale, length_in, score};
use super::{Content, Recognised, engine};
use crate::ingest::Limits;
use crate::model::Rect;
use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

/// Reads a result; none where it is not one.
pub(super) fn read(value: &Json<'_>, _limits: &Limits) -> Option<Recognised> {
    let result = value.any(&["analyzeResult"]).unwrap_or(value);
    if !result.list("readResults").is_empty() {
        return Some(version_2(result));
    }
    let pages = result.list("pages");
    let is_azure = pages.iter().any(|page| page.get("spans").is_some() || page.get("words").is_some())
        && (result.get("content").is_some() || result.get("modelId").is_some());
    is_azure.then(|| version_3(result))
}

/// A page's lines, with what place each has in the whole text.
struct Sheet {
    raw: RawPage,
    scale: Scale,
    /// Of each line: its text, place and first character.
    lines: Vec<(String, Rect, Option<usize>)>,
}

fn measured(page: &Json<'_>, number: u32) -> RawPage {
    let mut raw = RawPage::new(number);
    let edge = |key: &str| page.get(key).and_then(length_in);
    raw.size = edge("width").zip(edge("height"));
    // Pixels of pictures come without a resolution.
    raw.per_inch = (page.text_of("unit") == Some("inch")).then_some(1.0);
    raw
}

fn number_of(page: &Json<'_>, key: &str, index: usize) -> u32 {
    page.count_of(key).filter(|n| *n > 0).unwrap_or(index + 1) as u32
}

fn outline(item: &Json<'_>) -> Option<Outline> {
    Outline::of_json(item.any(&["polygon", "boundingPolygon", "boundingBox"])?)
}

/// `offset` and `length` of one span, or of the first of several to the last.
fn span(item: &Json<'_>) -> Option<Range<usize>> {
    let one = |span: &Json<'_>| {
        let offset = span.count_of("offset")?;
        Some(offset..offset.saturating_add(span.count_of("length")?))
    };
    if let Some(span) = item.get("span").and_then(one) {
        return Some(span);
    }
    let spans: Vec<_> = item.list("spans").iter().filter_map(one).collect();
    Some(spans.first()?.start..spans.last()?.end)
}

fn version_3(result: &Json<'_>) -> Recognised {
    let mut sheets: Vec<Sheet> = Vec::new();
    // First character, length and score of every word.
    let mut scores: Vec<(usize, usize, f32)> = Vec::new();
    for (index, page) in result.list("pages").iter().enumerate() {
        let mut raw = measured(page, number_of(page, "pageNumber", index));
        let words: Vec<(Word, Option<Range<usize>>)> = page.list("words").iter().filter_map(word_3).collect();
        for (word, span) in &words {
            if let Some(span) = span {
                scores.push((span.start, word.text.chars().count(), word.score));
            }
        }
        let lines = page.list("lines");
        let spans: Vec<Option<Range<usize>>> = lines.iter().map(span).collect();
        raw.lines = in_lines(words, &spans);
        // A read without words has lines alone.
        if raw.lines.is_empty() {
            raw.lines = lines.iter().filter_map(word_3).map(|(word, _)| Line::from(word)).collect();
        }
        let scale = raw.scale();
        let shown = |(line, span): (&Json<'_>, &Option<Range<usize>>)| {
            let place = outline(line).map(|outline| outline.bounds()).unwrap_or_default();
            Some((line.text_of("content")?.to_owned(), place, span.as_ref().map(|span| span.start)))
        };
        let lines = lines.iter().zip(&spans).filter_map(shown).collect();
        sheets.push(Sheet { raw, scale, lines });
    }
    scores.sort_by_key(|(start, ..)| *start);
    let version = result.text_of("apiVersion");
    let model = result.text_of("modelId").map_or(String::new(), |model| format!(" {model}"));
    let engine = Some(engine(&format!("Azure Document Intelligence{model}"), version));
    let tables = result.list("tables");
    if tables.is_empty() {
        return pages(sheets, engine);
    }
    let trust = |item: &Json<'_>| {
        let span = span(item)?;
        let from = scores.partition_point(|(start, ..)| *start < span.start);
        mean(scores.iter().skip(from).take_while(|(start, ..)| *start < span.end).map(|&(_, n, score)| (n, score)))
    };
    let cell = |cell: &Json<'_>| Given {
        row: cell.count_of("rowIndex"),
        column: cell.count_of("columnIndex"),
        row_span: cell.count_of("rowSpan"),
        column_span: cell.count_of("columnSpan"),
        text: cell.text_of("content").unwrap_or("").to_owned(),
        region: region(cell),
        trust: trust(cell).unwrap_or(1.0),
    };
    let found = |table: &Json<'_>| Found {
        page: region(table).map_or(1, |(page, _)| page),
        areas: regions(table).collect(),
        cells: table.list("cells").iter().map(cell).collect(),
        span: span(table),
    };
    blocks(&sheets, tables.iter().map(found).collect(), engine)
}

fn word_3(item: &Json<'_>) -> Option<(Word, Option<Range<usize>>)> {
    let word = Word::new(item.text_of("content")?, outline(item)?, score(item.number_of("confidence"), 1.0));
    Some((word, span(item)))
}

/// Words put into the lines whose spans hold them; words of no line are lines of their own.
fn in_lines(words: Vec<(Word, Option<Range<usize>>)>, lines: &[Option<Range<usize>>]) -> Vec<Line> {
    let mut starts: Vec<(usize, usize, usize)> = lines
        .iter()
        .enumerate()
        .filter_map(|(index, span)| span.as_ref().map(|span| (span.start, span.end, index)))
        .collect();
    starts.sort_unstable();
    let mut filled: Vec<Line> = vec![Line::default(); lines.len()];
    for (word, span) in words {
        let holder = span.and_then(|span| {
            let at = starts.partition_point(|(start, ..)| *start <= span.start).checked_sub(1)?;
            starts.get(at).filter(|(_, end, _)| span.start < *end).map(|(_, _, index)| *index)
        });
        match holder.and_then(|index| filled.get_mut(index)) {
            Some(line) => line.words.push(word),
            None => filled.push(Line::from(word)),
        }
    }
    filled.retain(|line| !line.words.is_empty());
    filled
}

fn regions(item: &Json<'_>) -> impl Iterator<Item = (u32, Outline)> {
    item.list("boundingRegions")
        .iter()
        .filter_map(|region| Some((region.count_of("pageNumber")? as u32, outline(region)?)))
}

fn region(item: &Json<'_>) -> Option<(u32, Outline)> {
    regions(item).next()
}

/// A cell as stated.
struct Given {
    row: Option<usize>,
    column: Option<usize>,
    row_span: Option<usize>,
    column_span: Option<usize>,
    text: String,
    region: Option<(u32, Outline)>,
    trust: f32,
}

/// A table as stated.
struct Found {
    page: u32,
    areas: Vec<(u32, Outline)>,
    cells: Vec<Given>,
    /// Its place in the whole text.
    span: Option<Range<usize>>,
}

impl Found {
    fn holds(&self, page: u32, place: &Rect, at: Option<usize>) -> bool {
        if let (Some(span), Some(at)) = (&self.span, at) {
            return span.contains(&at);
        }
        let (x, y) = place.center();
        self.areas.iter().any(|(number, outline)| {
            let area = outline.bounds();
            *number == page && (area.x0..=area.x1).contains(&x) && (area.y0..=area.y1).contains(&y)
        })
    }
}

/// Tables where the first line stands that is theirs, other lines around them.
fn blocks(sheets: &[Sheet], tables: Vec<Found>, engine: Option<String>) -> Recognised {
    let mut out = Blocks::default();
    out.set_pages(sheets.len());
    let scales: HashMap<u32, Scale> = sheets.iter().map(|sheet| (sheet.raw.number, sheet.scale)).collect();
    let mut by_page: BTreeMap<u32, Vec<Option<Found>>> = BTreeMap::new();
    for table in tables {
        by_page.entry(table.page).or_default().push(Some(table));
    }
    // Those that are out, for the lines that are theirs.
    let mut gone: Vec<Found> = Vec::new();
    for sheet in sheets {
        let number = sheet.raw.number;
        let mut tables = by_page.remove(&number).unwrap_or_default();
        for (text, place, at) in &sheet.lines {
            let holds = |table: &Option<Found>| table.as_ref().is_some_and(|table| table.holds(number, place, *at));
            let holder = tables.iter_mut().take(MOST_TABLES).find(|table| holds(table));
            if let Some(found) = holder.and_then(Option::take) {
                gone.push(put(&mut out, found, &scales));
            } else if !gone.iter().rev().take(MOST_TABLES).any(|table| table.holds(number, place, *at)) {
                out.text(Some(number), text, None);
            }
        }
        gone.extend(tables.into_iter().flatten().map(|found| put(&mut out, found, &scales)));
    }
    for found in by_page.into_values().flatten().flatten() {
        put(&mut out, found, &scales);
    }
    Recognised { content: Content::Blocks(out), engine, findings: Vec::new() }
}

/// Tables that a line is looked for in.
const MOST_TABLES: usize = 500;

/// Puts a table out; gives back what tells which lines are its own.
fn put(out: &mut Blocks, found: Found, scales: &HashMap<u32, Scale>) -> Found {
    let Found { page, areas, cells, span } = found;
    let a4 = Scale::shares(false);
    let scale = scales.get(&page).unwrap_or(&a4);
    let mut next = 0;
    let cells = cells
        .into_iter()
        .map(|given| {
            let row = given.row.unwrap_or(next);
            next = row;
            let (rows, columns) = (given.row_span.unwrap_or(1), given.column_span.unwrap_or(1));
            let cell = cells::cell(row, given.column.unwrap_or(0), rows, columns, &given.text);
            let (number, outline) = given.region.map_or((page, None), |(number, outline)| (number, Some(outline)));
            cells::recognised(cell, number, outline.as_ref(), scales.get(&number).unwrap_or(scale), given.trust)
        })
        .collect();
    let area = areas.iter().find(|(number, _)| *number == page).map(|(_, outline)| outline.bounds());
    out.table(Some(page), cells, area.as_ref().map(|area| (area, scale)));
    Found { page, areas, cells: Vec::new(), span }
}

fn pages(sheets: Vec<Sheet>, engine: Option<String>) -> Recognised {
    let pages = sheets.into_iter().map(|sheet| sheet.raw.into_page_at(sheet.scale)).collect();
    Recognised { content: Content::Pages(pages), engine, findings: Vec::new() }
}

fn version_2(result: &Json<'_>) -> Recognised {
    let read = result.list("readResults");
    let mut sheets: Vec<Sheet> = Vec::new();
    for (index, page) in read.iter().enumerate() {
        let mut raw = measured(page, number_of(page, "page", index));
        let mut lines = Vec::new();
        for line in page.list("lines") {
            let (Some(text), Some(place)) = (line.text_of("text"), outline(line)) else { continue };
            let words: Vec<Word> = line.list("words").iter().filter_map(word_2).collect();
            let words = if words.is_empty() { vec![Word::new(text, place.clone(), 1.0)] } else { words };
            raw.lines.push(Line { words, ..Line::default() });
            lines.push((text.to_owned(), place.bounds(), None));
        }
        let scale = raw.scale();
        sheets.push(Sheet { raw, scale, lines });
    }
    let engine = Some(engine("Azure Form Recognizer", result.text_of("version")));
    let mut tables = Vec::new();
    for (index, page) in result.list("pageResults").iter().enumerate() {
        let number = number_of(page, "page", index);
        for table in page.list("tables") {
            let cell = |cell: &Json<'_>| Given {
                row: cell.count_of("rowIndex"),
                column: cell.count_of("columnIndex"),
                row_span: cell.count_of("rowSpan"),
                column_span: cell.count_of("columnSpan"),
                text: cell.text_of("text").unwrap_or("").to_owned(),
                region: outline(cell).map(|outline| (number, outline)),
                trust: words_of(cell, read).unwrap_or_else(|| score(cell.number_of("confidence"), 1.0)),
            };
            let cells: Vec<Given> = table.list("cells").iter().map(cell).collect();
            let own = outline(table).map(|outline| outline.bounds());
            let around = own.or_else(|| {
                let boxes = cells.iter().filter_map(|cell| cell.region.as_ref()).map(|(_, outline)| outline.bounds());
                boxes.reduce(|a, b| a.union(&b))
            });
            let areas = around.map(|area| (number, Outline::Upright(area))).into_iter().collect();
            tables.push(Found { page: number, areas, cells, span: None });
        }
    }
    if tables.is_empty() { pages(sheets, engine) } else { blocks(&sheets, tables, engine) }
}

fn word_2(item: &Json<'_>) -> Option<Word> {
    Some(Word::new(item.text_of("text")?, outline(item)?, score(item.number_of("confidence"), 1.0)))
}

/// The mean score of the words that a cell refers to: `#/readResults/0/lines/3/words/1`.
fn words_of(cell: &Json<'_>, read: &[Json<'_>]) -> Option<f32> {
    let word = |reference: &Json<'_>| {
        let mut numbers = reference.text()?.split('/').filter_map(|part| part.parse::<usize>().ok());
        let (page, line, word) = (numbers.next()?, numbers.next()?, numbers.next()?);
        let word = read.get(page)?.list("lines").get(line)?.list("words").get(word)?;
        Some((word.text_of("text")?.chars().count(), score(word.number_of("confidence"), 1.0)))
    };
    mean(cell.list("elements").iter().filter_map(word))
}
