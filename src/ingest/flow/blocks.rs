//! Paragraphs → lines and grids: cells gathered to rows, rows to tables, tables inside cells to grids of their own.

use super::row_grid::{self, EdgedCell};
use super::{End, Paragraph};
use crate::ingest::Limits;
use crate::model::{Block, Grid, Line};

/// Deepest nesting of tables that is told apart; what is deeper is read as text of the deepest.
const TABLE_DEPTH: usize = 16;

/// What a cell holds besides its text.
#[derive(Default)]
struct Content {
    lines: Vec<String>,
    /// Tables inside the cell, each with the number of lines before it.
    grids: Vec<(usize, Grid)>,
}

impl Content {
    fn text(&self) -> String {
        self.lines.join("\n")
    }
}

/// A table being read.
#[derive(Default)]
struct Table {
    rows: Vec<Vec<EdgedCell>>,
    /// Cells of the row being read.
    row: Vec<Content>,
    /// The cell being read.
    cell: Content,
    /// Tables inside cells of finished rows.
    inner: Vec<(usize, Grid)>,
    /// The lines of the last finished row, kept for a table of one cell.
    last_lines: Vec<String>,
}

/// Builds the blocks of a document.
pub(crate) struct Blocks {
    out: Vec<Block<'static>>,
    open: Vec<Table>,
    /// Notes referred to inside the open table; they follow it.
    notes: Vec<String>,
    /// Cells and lines that may still be kept.
    cells_left: usize,
    cut: bool,
    cells_without_rows: usize,
}

impl Blocks {
    pub(crate) fn new(limits: &Limits) -> Self {
        Blocks {
            out: Vec::new(),
            open: Vec::new(),
            notes: Vec::new(),
            cells_left: limits.max_cells,
            cut: false,
            cells_without_rows: 0,
        }
    }

    /// Takes the next paragraph in reading order.
    pub(crate) fn add(&mut self, paragraph: Paragraph) {
        let depth = paragraph.depth.min(TABLE_DEPTH);
        self.close_to(depth);
        if paragraph.new_page && depth == 0 {
            self.page_break();
        }
        let Some(table) = self.table(depth) else {
            self.add_line(paragraph);
            return;
        };
        if let End::Row(shape) = paragraph.end {
            let mut contents = std::mem::take(&mut table.row);
            let left_over = std::mem::take(&mut table.cell);
            if !left_over.lines.is_empty() {
                contents.push(left_over);
            }
            if contents.is_empty() && !shape.is_known() {
                return;
            }
            table.last_lines = contents.iter().flat_map(|c| c.lines.iter().cloned()).collect();
            table.inner.extend(contents.iter_mut().flat_map(|c| std::mem::take(&mut c.grids)));
            let row = shape.cells(contents.iter().map(Content::text).collect());
            table.rows.push(row);
            return;
        }
        table.cell.lines.push(paragraph.text.trim().to_owned());
        if matches!(paragraph.end, End::Cell) {
            if self.cells_left == 0 {
                self.cut = true;
                if let Some(table) = self.open.last_mut() {
                    table.cell = Content::default();
                }
                return;
            }
            self.cells_left -= 1;
            if let Some(table) = self.open.last_mut() {
                let cell = std::mem::take(&mut table.cell);
                table.row.push(cell);
            }
        }
    }

    /// A footnote or endnote of what came last.
    pub(crate) fn add_note(&mut self, text: &str) {
        let text = text.trim().to_owned();
        if text.is_empty() {
        } else if self.open.is_empty() {
            self.out.push(line(text, None));
        } else {
            self.notes.push(text);
        }
    }

    /// The text ends here: no table goes on.
    pub(crate) fn end_tables(&mut self) {
        self.close_to(0);
    }

    /// The blocks, whether lines or cells were cut off by the limit, and cells that belonged to no row.
    pub(crate) fn finish(mut self) -> (Vec<Block<'static>>, bool, usize) {
        self.close_to(0);
        (self.out, self.cut, self.cells_without_rows)
    }

    /// The table at this depth, opened where it is not yet; None outside tables.
    fn table(&mut self, depth: usize) -> Option<&mut Table> {
        while self.open.len() < depth {
            self.open.push(Table::default());
        }
        self.open.last_mut()
    }

    fn add_line(&mut self, paragraph: Paragraph) {
        for part in paragraph.text.split('\n').map(str::trim) {
            // Of blank lines one says as much as many.
            let blank_again =
                part.is_empty() && matches!(self.out.last(), Some(Block::Line(last)) if last.text.is_empty());
            if blank_again {
                continue;
            }
            if self.cells_left == 0 {
                self.cut = true;
                break;
            }
            self.cells_left -= 1;
            self.out.push(line(part.to_owned(), paragraph.heading));
        }
        match paragraph.end {
            End::Page => self.page_break(),
            // A cell mark outside a table: its properties are lost.
            End::Cell => self.cells_without_rows += 1,
            End::Mark | End::Row(_) => {}
        }
    }

    fn page_break(&mut self) {
        if !matches!(self.out.last(), None | Some(Block::PageBreak)) {
            self.out.push(Block::PageBreak);
        }
    }

    fn close_to(&mut self, depth: usize) {
        while self.open.len() > depth {
            let Some(mut table) = self.open.pop() else {
                return;
            };
            // Cells whose row never ended: text without a place.
            let mut lost = std::mem::take(&mut table.row);
            lost.push(std::mem::take(&mut table.cell));
            let lost: Vec<String> = lost.iter().map(Content::text).filter(|t| !t.trim().is_empty()).collect();
            self.cells_without_rows += lost.len();
            let inner = std::mem::take(&mut table.inner);
            let lines = std::mem::take(&mut table.last_lines);
            let grid = (!table.rows.is_empty()).then(|| row_grid::grid(std::mem::take(&mut table.rows)));
            match self.open.last_mut() {
                Some(outer) => {
                    let at = outer.cell.lines.len();
                    outer.cell.grids.extend(grid.into_iter().chain(inner.into_iter().map(|(_, g)| g)).map(|g| (at, g)));
                    outer.cell.lines.extend(lost);
                }
                None => {
                    self.emit(grid, lines, inner);
                    self.out.extend(lost.into_iter().map(|text| line(text, None)));
                    let notes = std::mem::take(&mut self.notes);
                    self.out.extend(notes.into_iter().map(|text| line(text, None)));
                }
            }
        }
    }

    /// Hands out a finished table. A table of one cell around others is layout: its content flows.
    fn emit(&mut self, grid: Option<Grid>, lines: Vec<String>, inner: Vec<(usize, Grid)>) {
        match grid {
            Some(grid) if grid.cells.len() == 1 && !inner.is_empty() => {
                let mut inner = inner.into_iter().peekable();
                for (at, text) in lines.into_iter().enumerate() {
                    while let Some((_, grid)) = inner.next_if(|(before, _)| *before <= at) {
                        self.out.push(Block::Grid(grid));
                    }
                    self.out.push(line(text, None));
                }
                self.out.extend(inner.map(|(_, grid)| Block::Grid(grid)));
            }
            grid => self.out.extend(grid.into_iter().chain(inner.into_iter().map(|(_, g)| g)).map(Block::Grid)),
        }
    }
}

fn line(text: String, heading: Option<u8>) -> Block<'static> {
    Block::Line(Line { text: text.into(), page: None, heading })
}
