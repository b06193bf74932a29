//! The reading of one story, the body or the notes: a stream of elements becomes lines and tables in reading order.
//! There is no recursion; what is open stands on a stack, at most as deep as [`Limits::max_depth`].

use super::super::xml::{Xml, attribute, attributes, is_no, number_attribute, push_reference};
use super::super::{Limits, LoadError};
use super::namespaces::{Namespace, Prefixes};
use super::numbering::Numbering;
use super::properties::{self, ControlProperties, ParagraphProperties, RunProperties};
use super::styles::{FromStyle, Styles};
use super::symbols::{SymbolFont, symbol};
use super::tables::{CellProperties, TableDraft};
use crate::model::{Block, Line};
use quick_xml::events::{BytesStart, Event};
use std::collections::HashMap;

/// Most text of one document. A thousand pages hold some two megabytes.
const MOST_TEXT: usize = 256 << 20;
/// Fields inside fields beyond this are a hostile file's.
const DEEPEST_FIELD: usize = 64;

/// What the paragraphs of a document refer to.
#[derive(Debug, Default)]
pub(super) struct Context {
    pub(super) styles: Styles,
    pub(super) numbering: Numbering,
    pub(super) notes: Notes,
}

/// Lines of footnotes and endnotes by kind and id.
pub(super) type Notes = HashMap<(NoteKind, i64), Vec<Block<'static>>>;

/// Which notes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum NoteKind {
    Footnote,
    Endnote,
}

/// How often something was met that does not stand in the blocks.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct LeftOut {
    pub(super) deletions: usize,
    pub(super) hidden_texts: usize,
    pub(super) hidden_rows: usize,
    pub(super) pictures: usize,
    pub(super) embedded: usize,
    pub(super) charts: usize,
}

/// A story, read.
#[derive(Debug, Default)]
pub(super) struct Story {
    pub(super) blocks: Vec<Block<'static>>,
    pub(super) notes: Notes,
    pub(super) left_out: LeftOut,
    /// Last page reached, where the file marks pages as they were rendered.
    pub(super) pages: Option<u32>,
    /// Why the reading ended early.
    pub(super) cut: Option<LoadError>,
}

/// Reads one part: `document.xml`, or with `notes` the notes of that kind. What was read before damage is kept, with
/// the damage in [`Story::cut`].
///
/// # Errors
/// A broken bound, or damage before any text.
pub(super) fn read(
    xml: Xml<'_>,
    context: &mut Context,
    notes: Option<NoteKind>,
    limits: &Limits,
) -> Result<Story, LoadError> {
    let mut reader = Reader::new(xml, context, notes, limits);
    let cut = match reader.run() {
        Ok(()) => None,
        Err(error) if error.code == "damaged" => Some(error),
        Err(error) => return Err(error),
    };
    reader.close_all();
    let Reader { flows, story_notes, left_out, page, rendered, .. } = reader;
    let mut blocks: Vec<Block<'static>> = flows.into_iter().flat_map(|f| f.blocks).collect();
    if !rendered {
        forget_pages(&mut blocks);
    }
    let empty = blocks.is_empty() && story_notes.is_empty();
    if let (Some(error), true) = (cut.as_ref(), empty) {
        return Err(LoadError { code: error.code, message: error.message.clone() });
    }
    Ok(Story { blocks, notes: story_notes, left_out, pages: rendered.then_some(page), cut })
}

/// Page numbers counted without any mark of a rendered page would be a guess: a page also ends where it is full.
fn forget_pages(blocks: &mut [Block<'static>]) {
    for block in blocks {
        match block {
            Block::Line(line) => line.page = None,
            Block::Grid(grid) => {
                grid.page = None;
                for cell in &mut grid.cells {
                    cell.page = None;
                }
            }
            Block::PageBreak | Block::Finding(_) => {}
        }
    }
}

/// What an open element does when it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Close {
    Nothing,
    Text,
    Run,
    Paragraph,
    Cell,
    Row,
    Table,
    TextBox,
    Note(NoteKind, i64),
    Alternatives,
    /// Text to stand where the element ends: the bar of a fraction.
    Say(&'static str),
}

/// A sequence of paragraphs and tables: the body, a cell, a text box, a note.
#[derive(Debug, Default)]
struct Flow {
    blocks: Vec<Block<'static>>,
    paragraph: Option<Paragraph>,
    /// Text of a paragraph whose end was deleted: it goes on in the next.
    carried: String,
    /// Notes to follow the table that a cell belongs to.
    after: Vec<Block<'static>>,
    /// Page of the first text.
    first_page: Option<u32>,
    cell: CellProperties,
    /// The run that a text box interrupts.
    interrupted: RunProperties,
}

#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    properties: ParagraphProperties,
    from_style: Option<FromStyle>,
    page: Option<u32>,
    /// Text boxes anchored in it.
    boxes: Vec<Block<'static>>,
    notes: Vec<Block<'static>>,
}

struct Reader<'c, 'p> {
    xml: Xml<'p>,
    context: &'c mut Context,
    reads_notes: Option<NoteKind>,
    prefixes: Prefixes,
    closes: Vec<Close>,
    flows: Vec<Flow>,
    tables: Vec<TableDraft>,
    /// For each choice of renderings that is open: has one been read?
    alternatives: Vec<bool>,
    run: RunProperties,
    run_hidden: bool,
    in_text: bool,
    /// For each field that is open: are we in its instruction?
    fields: Vec<bool>,
    control: ControlProperties,
    story_notes: Notes,
    left_out: LeftOut,
    page: u32,
    rendered: bool,
    just_broke: bool,
    text_total: usize,
    cell_total: usize,
    max_cells: usize,
}

impl<'c, 'p> Reader<'c, 'p> {
    fn new(xml: Xml<'p>, context: &'c mut Context, reads_notes: Option<NoteKind>, limits: &Limits) -> Self {
        Reader {
            xml,
            context,
            reads_notes,
            prefixes: Prefixes::default(),
            closes: Vec::new(),
            flows: vec![Flow::default()],
            tables: Vec::new(),
            alternatives: Vec::new(),
            run: RunProperties::default(),
            run_hidden: false,
            in_text: false,
            fields: Vec::new(),
            control: ControlProperties::default(),
            story_notes: Notes::new(),
            left_out: LeftOut::default(),
            page: 1,
            rendered: false,
            just_broke: false,
            text_total: 0,
            cell_total: 0,
            max_cells: limits.max_cells,
        }
    }

    fn run(&mut self) -> Result<(), LoadError> {
        loop {
            let opened = match self.xml.next()? {
                Event::Start(e) => {
                    let name = e.name();
                    if self.closes.is_empty() {
                        self.prefixes = Prefixes::of_root(&e);
                    }
                    let (prefix, name) = name.as_ref().split_once(':').unwrap_or(("", name.as_ref()));
                    Element::of(self.prefixes.namespace(prefix), name, &e)
                }
                Event::Text(t) => {
                    if self.in_text {
                        let text = t.into_inner();
                        // The buffer that the text stands in belongs to `xml`; the text is short.
                        let text = text.into_owned();
                        self.push_text(&text);
                    }
                    continue;
                }
                Event::CData(t) => {
                    if self.in_text {
                        let text = t.into_inner().into_owned();
                        self.push_text(&text);
                    }
                    continue;
                }
                Event::GeneralRef(r) => {
                    if self.in_text {
                        let mut text = String::new();
                        push_reference(&mut text, &r);
                        self.push_text(&text);
                    }
                    continue;
                }
                Event::End(_) => {
                    if let Some(close) = self.closes.pop() {
                        self.close(close);
                    }
                    continue;
                }
                Event::Eof => return Ok(()),
                _ => continue,
            };
            self.open(opened)?;
            if self.text_total > MOST_TEXT {
                return Err(LoadError::too_large("the document holds more than 256 MiB of text"));
            }
        }
    }

    /// Acts on an element's start.
    fn open(&mut self, element: Element) -> Result<(), LoadError> {
        let close = match element {
            Element::PassThrough => Close::Nothing,
            Element::Skipped => return self.xml.skip_element(),
            Element::Deleted => {
                self.left_out.deletions += 1;
                return self.xml.skip_element();
            }
            Element::Picture => {
                self.left_out.pictures += 1;
                Close::Nothing
            }
            Element::Chart => {
                self.left_out.charts += 1;
                return self.xml.skip_element();
            }
            Element::Embedded => {
                self.left_out.embedded += 1;
                Close::Nothing
            }
            Element::Paragraph => {
                self.finish_paragraph();
                self.flow().paragraph = Some(Paragraph::default());
                Close::Paragraph
            }
            Element::ParagraphProperties => {
                let properties = properties::paragraph(&mut self.xml)?;
                self.paragraph().properties = properties;
                return Ok(());
            }
            Element::Run => Close::Run,
            Element::RunProperties => {
                let properties = properties::run(&mut self.xml)?;
                self.run_hidden = properties
                    .hidden
                    .unwrap_or_else(|| properties.style.as_deref().is_some_and(|id| self.context.styles.hides_run(id)));
                self.run = properties;
                return Ok(());
            }
            Element::Text => {
                self.in_text = true;
                Close::Text
            }
            Element::Say(text) => {
                self.push_text(text);
                Close::Nothing
            }
            Element::SayAtEnd(text) => Close::Say(text),
            Element::PageBreak => {
                self.break_page();
                self.just_broke = true;
                Close::Nothing
            }
            Element::RenderedPageBreak => {
                self.rendered = true;
                if !std::mem::take(&mut self.just_broke) {
                    self.break_page();
                }
                Close::Nothing
            }
            Element::Symbol(text) => {
                self.push_text(text.encode_utf8(&mut [0; 4]));
                Close::Nothing
            }
            Element::FieldBegins => {
                if self.fields.len() < DEEPEST_FIELD {
                    self.fields.push(true);
                }
                Close::Nothing
            }
            Element::FieldResult => {
                if let Some(in_instruction) = self.fields.last_mut() {
                    *in_instruction = false;
                }
                Close::Nothing
            }
            Element::FieldEnds => {
                self.fields.pop();
                Close::Nothing
            }
            Element::FormField => {
                if let Some(shown) = properties::form_field(&mut self.xml)? {
                    // It stands between a field's begin and its instruction, and is shown all the same.
                    let fields = std::mem::take(&mut self.fields);
                    self.push_text(&shown);
                    self.fields = fields;
                }
                return Ok(());
            }
            Element::NoteReference(kind, id) => {
                if let Some(lines) = self.context.notes.remove(&(kind, id)) {
                    self.paragraph().notes.extend(lines);
                }
                Close::Nothing
            }
            Element::Table => {
                self.finish_paragraph();
                self.tables.push(TableDraft::new(self.page));
                // Cells lie in flows of their own, so a paragraph cannot go on inside the table.
                self.flows.push(Flow::default());
                Close::Table
            }
            Element::Row => match self.tables.last_mut() {
                Some(table) => {
                    table.begin_row(self.page);
                    Close::Row
                }
                None => Close::Nothing,
            },
            Element::RowProperties => {
                let (row, hidden) = properties::row(&mut self.xml)?;
                if row.left_out {
                    *(if hidden { &mut self.left_out.hidden_rows } else { &mut self.left_out.deletions }) += 1;
                }
                if let Some(table) = self.tables.last_mut() {
                    table.set_row(row);
                }
                return Ok(());
            }
            Element::Cell => match self.tables.last() {
                Some(table) if table.is_in_row() => {
                    self.page = table.row_page;
                    self.flows.push(Flow::default());
                    self.cell_total += 1;
                    if self.cell_total > self.max_cells {
                        return Err(LoadError::too_large(format!(
                            "the document has more than {} table cells",
                            self.max_cells
                        )));
                    }
                    Close::Cell
                }
                _ => Close::Nothing,
            },
            Element::CellProperties => {
                let cell = properties::cell(&mut self.xml)?;
                self.left_out.deletions += usize::from(cell.deleted);
                self.flow().cell = cell;
                return Ok(());
            }
            Element::TextBox => {
                let interrupted = std::mem::take(&mut self.run);
                self.flows.push(Flow { interrupted, ..Flow::default() });
                Close::TextBox
            }
            Element::Alternatives => {
                self.alternatives.push(false);
                Close::Alternatives
            }
            Element::Alternative => match self.alternatives.last_mut() {
                Some(read) if *read => return self.xml.skip_element(),
                Some(read) => {
                    *read = true;
                    Close::Nothing
                }
                None => Close::Nothing,
            },
            Element::ControlProperties => {
                self.control = properties::control(&mut self.xml)?;
                return Ok(());
            }
            Element::ControlContent => {
                let control = std::mem::take(&mut self.control);
                let inline = self.flow().paragraph.is_some();
                match control.checkbox {
                    Some(ticked) if inline => {
                        self.push_text(if ticked { "☑" } else { "□" });
                        return self.xml.skip_element();
                    }
                    _ if control.prompt && inline => return self.xml.skip_element(),
                    _ => Close::Nothing,
                }
            }
            Element::Note(id, is_text) => match self.reads_notes {
                Some(kind) if is_text => {
                    self.flows.push(Flow::default());
                    Close::Note(kind, id)
                }
                _ => return self.xml.skip_element(),
            },
        };
        self.closes.push(close);
        Ok(())
    }

    /// Acts on an element's end.
    fn close(&mut self, close: Close) {
        match close {
            Close::Nothing => {}
            Close::Text => self.in_text = false,
            Close::Run => {
                self.run = RunProperties::default();
                self.run_hidden = false;
            }
            Close::Paragraph => self.finish_paragraph(),
            Close::Say(text) => self.push_text(text),
            Close::Alternatives => {
                self.alternatives.pop();
            }
            Close::TextBox => {
                self.finish_paragraph();
                if let Some(flow) = self.pop_flow() {
                    self.run = flow.interrupted;
                    let paragraph = self.paragraph();
                    paragraph.boxes.extend(flow.blocks);
                    paragraph.notes.extend(flow.after);
                }
            }
            Close::Cell => {
                self.finish_paragraph();
                let page = self.page;
                if let Some(flow) = self.pop_flow()
                    && let Some(table) = self.tables.last_mut()
                {
                    table.row_last_page = table.row_last_page.max(page);
                    table.add_cell(flow.cell, flow.blocks, flow.first_page.unwrap_or(table.row_page));
                    table.after.extend(flow.after);
                }
            }
            Close::Row => {
                if let Some(table) = self.tables.last_mut() {
                    table.end_row();
                    self.page = table.row_last_page.max(table.row_page);
                }
            }
            Close::Table => {
                self.finish_paragraph();
                let stray = self.pop_flow();
                if let Some(table) = self.tables.pop() {
                    let in_body = self.flows.len() == 1;
                    let flow = self.flow();
                    for block in table.finish().into_iter().chain(stray.into_iter().flat_map(|f| f.blocks)) {
                        if let Block::Grid(grid) = &block {
                            let first = *flow.first_page.get_or_insert(grid.page.unwrap_or(1));
                            if in_body && grid.page.is_some_and(|page| first < page) {
                                flow.blocks.push(Block::PageBreak);
                                flow.first_page = grid.page;
                            }
                        }
                        flow.blocks.push(block);
                    }
                    self.mark_page();
                }
            }
            Close::Note(kind, id) => {
                self.finish_paragraph();
                if let Some(flow) = self.pop_flow() {
                    self.story_notes.insert((kind, id), flow.blocks);
                }
            }
        }
    }

    /// Ends whatever damage left open, so that nothing read is lost.
    fn close_all(&mut self) {
        while let Some(close) = self.closes.pop() {
            self.close(close);
        }
        self.finish_paragraph();
    }

    /// The innermost flow; the body's is never taken off.
    fn flow(&mut self) -> &mut Flow {
        if self.flows.is_empty() {
            self.flows.push(Flow::default());
        }
        let last = self.flows.len() - 1;
        &mut self.flows[last]
    }

    fn pop_flow(&mut self) -> Option<Flow> {
        if self.flows.len() > 1 { self.flows.pop() } else { None }
    }

    /// The open paragraph; text outside of any opens one.
    fn paragraph(&mut self) -> &mut Paragraph {
        self.flow().paragraph.get_or_insert_default()
    }

    fn push_text(&mut self, text: &str) {
        if self.fields.iter().any(|in_instruction| *in_instruction)
            || self.tables.last().is_some_and(TableDraft::is_row_left_out)
        {
            return;
        }
        self.text_total += text.len();
        let visible = text.chars().any(|c| !c.is_whitespace());
        if self.is_hidden() {
            self.left_out.hidden_texts += usize::from(visible);
            return;
        }
        let (page, font) = (self.page, self.run.font);
        let flow = self.flow();
        if visible {
            flow.first_page.get_or_insert(page);
        }
        let paragraph = flow.paragraph.get_or_insert_default();
        if visible {
            paragraph.page.get_or_insert(page);
        }
        push_shown(&mut paragraph.text, text, font);
        if visible {
            self.just_broke = false;
        }
    }

    fn is_hidden(&mut self) -> bool {
        match (self.run_hidden, self.run.hidden) {
            (true, _) => true,
            (false, Some(false)) => false,
            (false, _) => {
                let Reader { context, flows, .. } = self;
                let Some(paragraph) = flows.last_mut().and_then(|f| f.paragraph.as_mut()) else {
                    return false;
                };
                let style = paragraph.properties.style.as_deref();
                paragraph.from_style.get_or_insert_with(|| context.styles.paragraph(style)).hidden
            }
        }
    }

    /// A page ends here. In a table row the break is either where the whole row moved to the next page (it stands
    /// before the cell's text, once for the row) or where this cell is cut (each cell that is cut has its own).
    fn break_page(&mut self) {
        let at_top = {
            let flow = self.flow();
            flow.first_page.is_none()
        };
        match self.tables.last_mut().filter(|t| t.is_in_row()) {
            Some(table) if at_top => {
                if !table.row_moved {
                    table.row_moved = true;
                    table.row_page += 1;
                }
                self.page = table.row_page;
            }
            _ => self.page += 1,
        }
    }

    /// Notes in the body that a page has ended since the last block.
    fn mark_page(&mut self) {
        let page = self.page;
        if self.flows.len() == 1 {
            let flow = self.flow();
            if flow.first_page.is_some_and(|seen| seen < page) {
                flow.blocks.push(Block::PageBreak);
                flow.first_page = Some(page);
            }
        }
    }

    fn finish_paragraph(&mut self) {
        let (page, depth) = (self.page, self.flows.len());
        let Reader { context, flows, fields, text_total, .. } = self;
        let Some(flow) = flows.last_mut() else { return };
        let Some(mut paragraph) = flow.paragraph.take() else {
            return;
        };
        // An instruction ends with its paragraph: a field whose end is lost must not swallow the document.
        fields.retain(|in_instruction| !in_instruction);

        let mut text = std::mem::take(&mut flow.carried);
        let style_id = paragraph.properties.style.as_deref();
        let style = paragraph.from_style.take().unwrap_or_else(|| context.styles.paragraph(style_id));
        let num_id = paragraph.properties.num_id.or(style.num_id).filter(|id| *id != 0);
        if paragraph.properties.end_deleted {
            text.push_str(&paragraph.text);
            flow.carried = text;
        } else {
            if let Some(num_id) = num_id {
                let level =
                    paragraph.properties.level.or(style.level).or(paragraph.properties.num_id.is_some().then_some(0));
                if let Some(label) = context.numbering.label(num_id, level, style_id) {
                    *text_total += label.len();
                    text.push_str(&label);
                }
            }
            if text.is_empty() {
                text = paragraph.text;
            } else {
                text.push_str(&paragraph.text);
            }
            let heading = paragraph.properties.outline.map_or(style.heading, |o| (o < 9).then_some(o + 1));
            let line_page = paragraph.page.unwrap_or(page);
            if depth == 1 {
                match flow.first_page {
                    Some(seen) if seen < line_page => {
                        flow.blocks.push(Block::PageBreak);
                        flow.first_page = Some(line_page);
                    }
                    Some(_) => {}
                    None => flow.first_page = Some(line_page),
                }
            }
            push_lines(&mut flow.blocks, &text, line_page, heading);
        }
        flow.blocks.extend(paragraph.boxes);
        // Notes inside a cell would be read as the cell's value: they follow the table.
        if depth == 1 {
            flow.blocks.extend(paragraph.notes);
        } else {
            flow.after.extend(paragraph.notes);
        }
        self.mark_page();
    }
}

/// A paragraph's text as lines: a soft break ends a line like a paragraph's end does.
fn push_lines(blocks: &mut Vec<Block<'static>>, text: &str, page: u32, heading: Option<u8>) {
    for line in text.split('\n') {
        let line = Line { text: line.trim().to_owned().into(), page: Some(page), heading };
        blocks.push(Block::Line(line));
    }
}

/// Adds text as its font shows it.
fn push_shown(into: &mut String, text: &str, font: Option<SymbolFont>) {
    let is_private = |c: char| (0xF000..=0xF0FF).contains(&u32::from(c));
    match font {
        None if !text.chars().any(is_private) => into.push_str(text),
        // A private character in a font of letters was put there for Wingdings, whose font name got lost.
        None => into.extend(text.chars().map(|c| match is_private(c) {
            true => symbol(SymbolFont::Wingdings, u32::from(c)).unwrap_or(c),
            false => c,
        })),
        Some(font) => into.extend(text.chars().map(|c| match u32::from(c) {
            code if code < 0x100 || is_private(c) => symbol(font, code).unwrap_or(c),
            _ => c,
        })),
    }
}

/// What a start tag means for the reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    PassThrough,
    Skipped,
    Deleted,
    Picture,
    Chart,
    Embedded,
    Paragraph,
    ParagraphProperties,
    Run,
    RunProperties,
    Text,
    Say(&'static str),
    SayAtEnd(&'static str),
    Symbol(char),
    PageBreak,
    RenderedPageBreak,
    FieldBegins,
    FieldResult,
    FieldEnds,
    FormField,
    NoteReference(NoteKind, i64),
    Note(i64, bool),
    Table,
    Row,
    RowProperties,
    Cell,
    CellProperties,
    TextBox,
    Alternatives,
    Alternative,
    ControlProperties,
    ControlContent,
}

impl Element {
    fn of(namespace: Namespace, name: &str, tag: &BytesStart<'_>) -> Element {
        match namespace {
            Namespace::Word => Element::of_word(name, tag),
            Namespace::Math => match name {
                "t" => Element::Text,
                "r" => Element::Run,
                // Between numerator and denominator, and before an exponent or the radicand.
                "num" => Element::SayAtEnd("/"),
                "sup" => Element::Say("^"),
                "deg" => Element::SayAtEnd("√"),
                name if name.ends_with("Pr") => Element::Skipped,
                _ => Element::PassThrough,
            },
            Namespace::Other => match name {
                "AlternateContent" => Element::Alternatives,
                "Choice" | "Fallback" => Element::Alternative,
                "blip" | "imagedata" => Element::Picture,
                "OLEObject" => Element::Embedded,
                "chart" | "relIds" => Element::Chart,
                _ => Element::PassThrough,
            },
        }
    }

    fn of_word(name: &str, tag: &BytesStart<'_>) -> Element {
        match name {
            "p" => Element::Paragraph,
            "r" => Element::Run,
            "t" => Element::Text,
            "pPr" => Element::ParagraphProperties,
            "rPr" => Element::RunProperties,
            "tbl" => Element::Table,
            "tr" => Element::Row,
            "trPr" => Element::RowProperties,
            "tc" => Element::Cell,
            "tcPr" => Element::CellProperties,
            "br" => match attribute(tag, "type").as_deref() {
                Some("page") => Element::PageBreak,
                _ => Element::Say("\n"),
            },
            "cr" => Element::Say("\n"),
            "tab" | "ptab" => Element::Say("\t"),
            "noBreakHyphen" => Element::Say("-"),
            "lastRenderedPageBreak" => Element::RenderedPageBreak,
            "sym" => {
                let font = attribute(tag, "font").and_then(|f| SymbolFont::named(&f));
                let code = attribute(tag, "char").and_then(|c| u32::from_str_radix(c.trim(), 16).ok());
                match code.and_then(|code| match font {
                    Some(font) => symbol(font, code),
                    // Another font's picture: the character itself, unless it is one that only that font knows.
                    None => char::from_u32(code).filter(|c| !(0xE000..0xF900).contains(&u32::from(*c))),
                }) {
                    Some(c) => Element::Symbol(c),
                    None => Element::Symbol('\u{FFFD}'),
                }
            }
            "fldChar" => match attribute(tag, "fldCharType").as_deref() {
                Some("begin") => Element::FieldBegins,
                Some("separate") => Element::FieldResult,
                Some("end") => Element::FieldEnds,
                _ => Element::PassThrough,
            },
            "ffData" => Element::FormField,
            "del" | "moveFrom" => Element::Deleted,
            "txbxContent" => Element::TextBox,
            "sdtPr" => Element::ControlProperties,
            "sdtContent" => Element::ControlContent,
            "footnoteReference" | "endnoteReference" => match number_attribute(tag, "id") {
                Some(id) if name.starts_with('f') => Element::NoteReference(NoteKind::Footnote, id),
                Some(id) => Element::NoteReference(NoteKind::Endnote, id),
                None => Element::PassThrough,
            },
            "footnote" | "endnote" => {
                let separator = attributes(tag).any(|(n, v)| n == "type" && v != "normal" && !is_no(v));
                match number_attribute(tag, "id") {
                    Some(id) => Element::Note(id, !separator),
                    None => Element::Skipped,
                }
            }
            "altChunk" | "subDoc" => Element::Embedded,
            // Pronunciation above the characters, instructions, layout, and what stood here before a change.
            "rt" | "rubyPr" | "instrText" | "delText" | "delInstrText" | "tblPr" | "tblPrEx" | "tblGrid" | "sectPr"
            | "sdtEndPr" | "customXmlPr" | "smartTagPr" | "fldData" | "comment" | "docPartObj" | "pBdr" => {
                Element::Skipped
            }
            _ => Element::PassThrough,
        }
    }
}
