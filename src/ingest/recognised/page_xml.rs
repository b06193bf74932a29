//! PAGE XML of 2010 to 2019 (PRImA): one page of regions, lines and words with polygons in pixels and the engine's
//! confidence; separators are rulings; a `TableRegion` with numbered cells is a table, cells being text regions with a
//! `TableCellRole` (2019) or Transkribus's `TableCell`s.

use super::blocks::{Blocks, mean};
use super::cells;
use super::lines::{Line, RawPage, Word};
use super::place::{Outline, Scale, around, parse_length, parse_points, score};
use super::{Content, Recognised, engine};
use crate::ingest::Limits;
use crate::ingest::xml::{Xml, attribute, local, number_attribute, push_reference};
use crate::model::{Cell, Code, Direction, Finding, Rect, Severity};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Reads a file.
pub(super) fn read(text: &str, limits: &Limits) -> Recognised {
    let mut reader = Reader::default();
    let mut findings = Vec::new();
    let mut xml = Xml::of_bytes(text.as_bytes(), "PAGE", limits.max_depth);
    loop {
        match xml.next() {
            Ok(Event::Start(tag)) => reader.start(&tag),
            Ok(Event::End(tag)) => reader.end(local(tag.name().as_ref())),
            Ok(Event::Text(text)) => reader.text(&text),
            Ok(Event::GeneralRef(reference)) => {
                if let Some(into) = &mut reader.wanted {
                    push_reference(into, &reference);
                }
            }
            Ok(Event::Eof) => break,
            Ok(_) => {}
            Err(error) => {
                let message = format!("{}: what stood before it was read", error.message);
                findings.push(Finding::new(Code::ContentSkipped, Severity::Error, message));
                reader.close_all();
                break;
            }
        }
    }
    let engine = Some(reader.creator.trim()).filter(|creator| !creator.is_empty()).map(|c| engine(c, None));
    Recognised { content: reader.content(), engine, findings }
}

/// An element with a place and perhaps a text: region, line, word.
#[derive(Debug, Default)]
struct Node {
    level: Level,
    id: String,
    points: Vec<(f32, f32)>,
    /// Text of its own and how sure it is: of the alternative with the lowest index.
    text: Option<(String, f32)>,
    index: f32,
    /// What is known of the text being read.
    reading: Option<(f32, f32)>,
    /// Clockwise degrees.
    orientation: f32,
    /// Words with their places, of all that it holds, line by line.
    lines: Vec<Line>,
    role: Option<Role>,
    /// Of a table: its cells.
    cells: Vec<(Role, Node)>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Level {
    #[default]
    Region,
    Table,
    Line,
    Word,
    Glyph,
    Separator,
}

/// A cell's place in its table.
#[derive(Debug, Clone, Copy)]
struct Role {
    row: usize,
    column: usize,
    row_span: usize,
    column_span: usize,
}

/// A table or a region, in the order of the file.
#[derive(Debug)]
struct Part {
    id: String,
    node: Node,
}

#[derive(Default)]
struct Reader {
    creator: String,
    size: Option<(f32, f32)>,
    per_inch: Option<f32>,
    open: Vec<Node>,
    parts: Vec<Part>,
    rules: Vec<Rect>,
    order: HashMap<String, usize>,
    /// A text that is being read.
    wanted: Option<String>,
}

/// Text lines of one table's cell, or tables of a page, are few; regions nest in regions by a handful.
const MOST_OPEN: usize = 64;

impl Reader {
    fn start(&mut self, tag: &BytesStart<'_>) {
        let name = tag.name();
        let name = local(name.as_ref());
        match name {
            "Creator" | "Unicode" => self.wanted = Some(String::new()),
            "Page" => self.page(tag),
            "RegionRefIndexed" | "RegionRef" => {
                let next = self.order.len();
                if let Some(id) = attribute(tag, "regionRef") {
                    self.order.entry(id.into_owned()).or_insert(next);
                }
            }
            "Coords" | "CornerPts" => {
                if let (Some(node), Some(points)) = (self.open.last_mut(), attribute(tag, "points")) {
                    node.points = parse_points(&points);
                }
            }
            "Point" => {
                let part = |name| attribute(tag, name).and_then(|v| parse_length(&v));
                if let (Some(node), Some(point)) = (self.open.last_mut(), part("x").zip(part("y")))
                    && node.points.len() < 1_000
                {
                    node.points.push(point);
                }
            }
            "TextEquiv" => {
                if let Some(node) = self.open.last_mut() {
                    let index = number_attribute(tag, "index").unwrap_or(0.0);
                    node.reading = Some((index, score(number_attribute(tag, "conf"), 1.0)));
                }
            }
            "TableCellRole" => {
                if let Some(node) = self.open.last_mut() {
                    node.role = role(tag, "rowIndex", "columnIndex");
                }
            }
            _ => {
                if let Some(level) = level(name) {
                    let node = Node {
                        level,
                        id: attribute(tag, "id").unwrap_or_default().into_owned(),
                        orientation: number_attribute(tag, "orientation").unwrap_or(0.0),
                        role: (name == "TableCell").then(|| role(tag, "row", "col")).flatten(),
                        ..Node::default()
                    };
                    self.open.push(node);
                }
            }
        }
    }

    fn page(&mut self, tag: &BytesStart<'_>) {
        let length = |name| attribute(tag, name).and_then(|v| parse_length(&v));
        self.size = length("imageWidth").zip(length("imageHeight"));
        let resolution = length("imageXResolution");
        self.per_inch = match attribute(tag, "imageResolutionUnit").as_deref() {
            Some("PPI") => resolution,
            Some("PPCM") => resolution.map(|dots| dots * 2.54),
            _ => None,
        };
    }

    fn text(&mut self, text: &str) {
        if let Some(into) = &mut self.wanted {
            into.push_str(text);
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "Creator" => self.creator = self.wanted.take().unwrap_or_default(),
            "Unicode" => {
                let text = self.wanted.take().unwrap_or_default();
                if let Some(node) = self.open.last_mut()
                    && let Some((index, score)) = node.reading
                    && (node.text.is_none() || index < node.index)
                {
                    node.text = Some((text, score));
                    node.index = index;
                }
            }
            _ if level(name).is_some() => self.close(),
            _ => {}
        }
    }

    fn close_all(&mut self) {
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// An element has ended: it hands on what it holds.
    fn close(&mut self) {
        let Some(mut node) = self.open.pop() else { return };
        node.settle();
        if node.level == Level::Separator {
            self.rules.extend(around(&node.points));
            return;
        }
        let depth = self.open.len();
        let Some(outer) = self.open.last_mut() else {
            self.parts.push(Part { id: std::mem::take(&mut node.id), node });
            return;
        };
        match (outer.level, node.role) {
            (Level::Table, Some(role)) => outer.cells.push((role, node)),
            (Level::Line, _) if node.level == Level::Word => outer.lines.append(&mut node.lines),
            (Level::Word, _) => {
                if let (Some((_, score)), Some(rect)) = (&node.text, around(&node.points)) {
                    outer.lines.push(Line::from(Word::new("", Outline::Upright(rect), *score)));
                }
            }
            // A table inside a region, or a region between a table and its cells.
            (_, None) if node.level == Level::Table || !node.cells.is_empty() => {
                if depth < MOST_OPEN {
                    self.parts.push(Part { id: std::mem::take(&mut node.id), node });
                }
            }
            _ => outer.lines.append(&mut node.lines),
        }
    }

    /// Parts in reading order, with what the page measures.
    fn content(mut self) -> Content {
        let order = std::mem::take(&mut self.order);
        let place = |part: &Part| order.get(&part.id).copied().unwrap_or(usize::MAX);
        self.parts.sort_by_key(place);
        let tables = self.parts.iter().any(|part| !part.node.cells.is_empty());
        let mut page =
            RawPage { number: 1, size: self.size, per_inch: self.per_inch, rules: self.rules, ..RawPage::default() };
        if !tables {
            page.lines = self.parts.into_iter().flat_map(|part| part.node.lines).collect();
            return Content::Pages(vec![page.into_page()]);
        }
        let scale = page.scale();
        let mut blocks = Blocks::default();
        blocks.set_pages(1);
        for Part { node, .. } in self.parts {
            if node.cells.is_empty() {
                blocks.text(Some(1), &text_of(&node.lines), None);
            } else {
                let area = around(&node.points);
                let cells = node.cells.into_iter().map(|(role, cell)| table_cell(role, &cell, &scale)).collect();
                blocks.table(Some(1), cells, area.as_ref().map(|rect| (rect, &scale)));
            }
        }
        Content::Blocks(blocks)
    }
}

impl Node {
    /// Where nothing inside has a text, the element's own is the text; a line is one line.
    fn settle(&mut self) {
        let direction = match self.orientation {
            o if o.abs() <= 45.0 || !o.is_finite() => None,
            o if o.abs() > 135.0 => Some(Direction::Left),
            o if o > 0.0 => Some(Direction::Down),
            _ => Some(Direction::Up),
        };
        match self.level {
            Level::Word => {
                let glyphs = std::mem::take(&mut self.lines);
                if let (Some((text, score)), Some(outline)) = (self.text.take(), Outline::of_points(&self.points)) {
                    let mut word = Word::new(text, Outline::Upright(outline.bounds()), score);
                    let own = glyphs.into_iter().flat_map(|line| line.words);
                    word.glyphs = own.map(|glyph| (glyph.outline.bounds(), glyph.score.min(score))).collect();
                    self.lines.push(Line::from(word));
                }
            }
            Level::Line if !self.lines.is_empty() => {
                let words = std::mem::take(&mut self.lines).into_iter().flat_map(|line| line.words).collect();
                self.lines.push(Line { words, slope: None, direction });
            }
            Level::Line | Level::Region if self.lines.is_empty() => self.take_own_text(direction),
            _ => {
                if direction.is_some() {
                    self.lines.iter_mut().for_each(|line| line.direction = line.direction.or(direction));
                }
            }
        }
    }

    /// The element's own text, its lines one below the other in its box.
    fn take_own_text(&mut self, direction: Option<Direction>) {
        let (Some((text, score)), Some(area)) = (self.text.take(), around(&self.points)) else { return };
        let texts: Vec<&str> = text.lines().collect();
        let height = area.height() / texts.len().max(1) as f32;
        for (index, text) in texts.iter().enumerate() {
            let top = area.y0 + index as f32 * height;
            let outline = Outline::Upright(Rect::new(area.x0, top, area.x1, top + height));
            self.lines.push(Line { direction, ..Line::from(Word::new(*text, outline, score)) });
        }
    }
}

fn level(name: &str) -> Option<Level> {
    Some(match name {
        "TableRegion" => Level::Table,
        "TextLine" => Level::Line,
        "Word" => Level::Word,
        "Glyph" => Level::Glyph,
        "SeparatorRegion" => Level::Separator,
        "TextRegion" | "TableCell" | "FrameRegion" | "CustomRegion" | "GraphicRegion" | "ImageRegion" => Level::Region,
        _ => return None,
    })
}

fn role(tag: &BytesStart<'_>, row: &str, column: &str) -> Option<Role> {
    let number = |name: &str| number_attribute::<u32>(tag, name).map(|n| n as usize);
    Some(Role {
        row: number(row)?,
        column: number(column)?,
        row_span: number("rowSpan").unwrap_or(1),
        column_span: number("colSpan").unwrap_or(1),
    })
}

/// Lines as text, words apart where they stand apart.
fn text_of(lines: &[Line]) -> String {
    let mut out = String::new();
    for line in lines {
        if !out.is_empty() {
            out.push('\n');
        }
        let mut last: Option<&Word> = None;
        for word in &line.words {
            let spaced = |c: char| (c as u32) < 0x2E80;
            let apart = last.is_some_and(|last| {
                last.text.chars().next_back().is_some_and(spaced) && word.text.chars().next().is_some_and(spaced)
            });
            if apart {
                out.push(' ');
            }
            out.push_str(word.text.trim());
            last = Some(word);
        }
    }
    out
}

fn table_cell(role: Role, node: &Node, scale: &Scale) -> Cell {
    let cell = cells::cell(role.row, role.column, role.row_span, role.column_span, &text_of(&node.lines));
    let words = node.lines.iter().flat_map(|line| &line.words);
    let trust = mean(words.map(|word| (word.text.chars().count(), word.score))).unwrap_or(1.0);
    let outline = around(&node.points).map(Outline::Upright);
    cells::recognised(cell, 1, outline.as_ref(), scale, trust)
}
