//! One pass over a page's tokens: which tables and cells are open, what is hidden, where the text goes.

use super::flow::{Flow, Piece};
use super::parts::Parts;
use super::spans::read_span;
use super::table::OpenTable;
use super::tags::{Role, attribute, breaks_page, is_hidden, is_void, role, shown_by_input};
use crate::ingest::Limits;
use crate::model::{Block, Code, Finding, Severity};
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use std::cell::RefCell;

/// Cells of open tables: a table inside another is held until it ends, some 170 bytes a cell.
const MOST_HELD: usize = 2_000_000;

/// The blocks of a page or fragment, and what was left out of it.
pub(super) fn read(html: &str, limits: &Limits) -> (Vec<Block<'static>>, Vec<Finding>) {
    let mut reader = PageReader::new(html, limits);
    let blocks = reader.by_ref().collect();
    (blocks, reader.findings())
}

/// The blocks of a page one after the other, each as soon as it is complete.
pub(super) struct PageReader<'h> {
    parts: Parts<'h, Sink>,
    done: std::vec::IntoIter<Piece>,
}

impl<'h> PageReader<'h> {
    pub(super) fn new(html: &'h str, limits: &Limits) -> Self {
        let sink = Sink(RefCell::new(Page::new(limits)));
        PageReader { parts: Parts::new(html, sink), done: Vec::new().into_iter() }
    }

    /// What was left out so far.
    pub(super) fn findings(&self) -> Vec<Finding> {
        self.parts.sink().0.borrow().findings()
    }
}

impl Iterator for PageReader<'_> {
    type Item = Block<'static>;

    fn next(&mut self) -> Option<Block<'static>> {
        loop {
            if let Some(piece) = self.done.next() {
                return Some(piece.into_block());
            }
            let ended = self.parts.give()?;
            let mut page = self.parts.sink().0.borrow_mut();
            if ended {
                page.end_all();
            }
            self.done = std::mem::take(&mut page.root.pieces).into_iter();
        }
    }
}

pub(super) struct Sink(RefCell<Page>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut page = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => page.text(&text),
            Token::TagToken(tag) => return page.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

/// A hidden or skipped element that is open.
struct Hidden {
    name: String,
    /// Elements of that name open in it, itself included.
    depth: usize,
    /// Tables open in it.
    tables: usize,
    /// It began inside a table, whose rows and cells end it.
    in_table: bool,
}

struct Page {
    root: Flow,
    tables: Vec<OpenTable>,
    /// Tables open beyond the depth limit; their cells are read as lines.
    too_deep: usize,
    hidden: Option<Hidden>,
    preformatted: usize,
    cells: usize,
    max_tables: usize,
    max_cells: usize,
    cut: bool,
}

impl Page {
    fn new(limits: &Limits) -> Self {
        Page {
            root: Flow::default(),
            tables: Vec::new(),
            too_deep: 0,
            hidden: None,
            preformatted: 0,
            cells: 0,
            max_tables: limits.max_depth,
            max_cells: limits.max_cells.min(MOST_HELD),
            cut: false,
        }
    }

    /// Where text goes: the innermost open cell or caption, else the page. Text between the cells of a table belongs
    /// to what is around the table.
    fn flow(&mut self) -> &mut Flow {
        let inner = self.tables.iter().rposition(|t| t.takes_text());
        match inner.and_then(|at| self.tables.get_mut(at)) {
            Some(table) => table.open_flow(),
            None => &mut self.root,
        }
    }

    fn text(&mut self, text: &str) {
        if self.hidden.is_none() {
            let preformatted = self.preformatted > 0;
            self.flow().add_text(text, preformatted);
        }
    }

    fn tag(&mut self, tag: &Tag) -> TokenSinkResult<()> {
        let name: &str = &tag.name;
        let starts = tag.kind == TagKind::StartTag;
        if !self.passes_hidden(tag) {
            return if starts { raw_text(name) } else { TokenSinkResult::Continue };
        }
        if starts {
            self.start(tag);
            raw_text(name)
        } else {
            self.end(name);
            TokenSinkResult::Continue
        }
    }

    /// Whether a tag is to be read: not inside something hidden, or ending it.
    fn passes_hidden(&mut self, tag: &Tag) -> bool {
        let Some(hidden) = &mut self.hidden else {
            return true;
        };
        let name: &str = &tag.name;
        let starts = tag.kind == TagKind::StartTag;
        let is_structure = matches!(name, "td" | "th" | "tr" | "table" | "tbody" | "thead" | "tfoot");
        let begins_table = starts && name == "table";
        if hidden.in_table && hidden.tables == 0 && is_structure && !begins_table {
            let own_end = !starts && name == hidden.name;
            let rest_of_row = hidden.name == "tr" && matches!(name, "td" | "th");
            if rest_of_row {
                return false;
            }
            self.hidden = None;
            return !own_end;
        }
        if name == "table" {
            hidden.tables = if starts { hidden.tables + 1 } else { hidden.tables.saturating_sub(1) };
        }
        if name == hidden.name && !tag.self_closing {
            if starts && matches!(name, "p" | "li" | "dt" | "dd") {
                // These end where the next of their kind begins.
                self.hidden = None;
                return true;
            }
            hidden.depth = if starts { hidden.depth + 1 } else { hidden.depth - 1 };
            if hidden.depth == 0 {
                self.hidden = None;
            }
        }
        false
    }

    fn start(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        let role = role(name);
        if (role == Role::Skipped || is_hidden(tag)) && !is_void(name) {
            if !tag.self_closing || role != Role::Skipped {
                let in_table = !self.tables.is_empty();
                let tables = usize::from(name == "table");
                self.hidden = Some(Hidden { name: name.to_owned(), depth: 1, tables, in_table });
            }
            return;
        }
        if role != Role::Inline && breaks_page(tag) {
            self.flow().add_pieces(vec![Piece::PageBreak]);
        }
        match role {
            Role::Inline | Role::Skipped => {}
            Role::Block | Role::Break => self.flow().end_line(),
            Role::Preformatted => {
                self.flow().end_line();
                self.preformatted += 1;
            }
            Role::Heading(level) => self.flow().set_heading(Some(level)),
            Role::Input => {
                if !is_hidden(tag) {
                    let shown = shown_by_input(tag);
                    self.flow().add_text(&shown, false);
                }
            }
            Role::Table => self.begin_table(),
            Role::Row => {
                self.hand_out_rows();
                match self.open_table() {
                    Some(table) => table.begin_row(),
                    None => self.flow().end_line(),
                }
            }
            Role::Cell => self.begin_cell(tag),
            Role::Caption => match self.open_table() {
                Some(table) => table.begin_caption(),
                None => self.flow().end_line(),
            },
        }
    }

    fn end(&mut self, name: &str) {
        match role(name) {
            Role::Inline | Role::Skipped | Role::Input | Role::Break => {}
            Role::Block => self.flow().end_line(),
            Role::Preformatted => {
                self.flow().end_line();
                self.preformatted = self.preformatted.saturating_sub(1);
            }
            Role::Heading(_) => self.flow().set_heading(None),
            Role::Table => self.end_table(),
            Role::Row => match self.open_table() {
                Some(table) => table.end_row(),
                None => self.flow().end_line(),
            },
            Role::Cell => match self.open_table() {
                Some(table) => table.end_cell(),
                None => self.flow().end_line(),
            },
            Role::Caption => match self.open_table() {
                Some(table) => table.end_caption(),
                None => self.flow().end_line(),
            },
        }
    }

    /// The table that rows and cells belong to, unless it is beyond the depth limit.
    fn open_table(&mut self) -> Option<&mut OpenTable> {
        if self.too_deep > 0 { None } else { self.tables.last_mut() }
    }

    fn begin_table(&mut self) {
        if self.tables.len() >= self.max_tables {
            self.too_deep += 1;
            self.cut = true;
            self.flow().end_line();
            return;
        }
        // A table directly inside a table, not in a cell of it, ends that one.
        if self.open_table().is_some_and(|t| t.cell.is_none()) {
            self.end_table();
        }
        self.flow().end_line();
        self.tables.push(OpenTable::default());
    }

    fn end_table(&mut self) {
        if self.too_deep > 0 {
            self.too_deep -= 1;
            self.flow().end_line();
            return;
        }
        if let Some(table) = self.tables.pop() {
            // A table inside a cell is held with it.
            if self.tables.is_empty() {
                self.cells = 0;
            }
            let (pieces, cut) = table.finish();
            self.cut |= cut;
            self.flow().add_pieces(pieces);
        }
    }

    /// Of a table that stands by itself and has grown large, hands out the rows so far.
    fn hand_out_rows(&mut self) {
        if self.too_deep == 0
            && let [table] = self.tables.as_mut_slice()
            && table.is_full()
        {
            self.cells = 0;
            let (pieces, cut) = table.hand_out();
            self.cut |= cut;
            self.root.add_pieces(pieces);
        }
    }

    fn begin_cell(&mut self, tag: &Tag) {
        let full = self.cells >= self.max_cells;
        let (row_span, column_span) = (read_span(attribute(tag, "rowspan")), read_span(attribute(tag, "colspan")));
        match self.open_table() {
            Some(table) if !full => {
                table.begin_cell(row_span, column_span);
                self.cells += 1;
            }
            Some(_) => {
                self.cut = true;
                self.flow().end_line();
            }
            None => self.flow().end_line(),
        }
    }

    /// The page ends here, and all that is open in it.
    fn end_all(&mut self) {
        self.too_deep = 0;
        while !self.tables.is_empty() {
            self.end_table();
        }
        self.root.end_line();
    }

    fn findings(&self) -> Vec<Finding> {
        if self.cut {
            vec![Finding::new(
                Code::ContentSkipped,
                Severity::Error,
                "the page's tables nest too deep, are too wide or have too many cells: the rest of them was read as \
                 running text or left out",
            )]
        } else {
            Vec::new()
        }
    }
}

/// How the tokenizer must read what follows this start tag.
fn raw_text(name: &str) -> TokenSinkResult<()> {
    match name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "style" | "xmp" | "iframe" | "noembed" | "noframes" => TokenSinkResult::RawData(RawKind::Rawtext),
        "title" | "textarea" => TokenSinkResult::RawData(RawKind::Rcdata),
        _ => TokenSinkResult::Continue,
    }
}
