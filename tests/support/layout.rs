//! Content laid out on a grid with explicit spans, as a word processor would: one column for the blocks' labels, then
//! the indicators' columns; shorter rows stretch over what is left.

use super::content::{Block, Column, Form, FreeCell};
use std::ops::Range;

/// A cell, anchored at the top left of its span.
#[derive(Debug, Clone, PartialEq)]
pub struct Cell {
    pub row: usize,
    pub column: usize,
    pub row_span: usize,
    pub column_span: usize,
    pub text: String,
}

/// A table with spans, every place covered by exactly one cell.
#[derive(Debug, Clone, PartialEq)]
pub struct Table {
    pub rows: usize,
    pub columns: usize,
    pub cells: Vec<Cell>,
    /// The header rows of the indicator block.
    pub header: Range<usize>,
    /// The rows of the indicator block under its header.
    pub indicators: Range<usize>,
    /// Is the indicator block's label a column of its own?
    pub labelled: bool,
}

/// How a page break cuts a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageBreak {
    /// Which indicator row begins the new page.
    pub before_indicator: usize,
    /// Is the indicators' header printed again?
    pub repeat_header: bool,
    /// Does the break go through that row, the ends of its long texts on the new page?
    pub through_row: bool,
}

impl Table {
    pub fn of(form: &Form) -> Table {
        Builder::new(form).build(form, &form.order)
    }

    /// The form's tables, each with the paragraph before it: an entry of `order` that begins with `¶` is a paragraph
    /// that ends one table and goes before the next.
    pub fn all(form: &Form) -> Vec<(Option<String>, Table)> {
        let mut tables = Vec::new();
        let mut caption = None;
        for part in form.order.chunk_by(|_, next| !next.starts_with('¶')) {
            let blocks = match part[0].strip_prefix('¶') {
                Some(text) => {
                    caption = Some(text.to_owned());
                    &part[1..]
                }
                None => part,
            };
            tables.push((caption.take(), Builder::new(form).build(form, blocks)));
        }
        tables
    }

    /// The cell that covers a place.
    pub fn at(&self, row: usize, column: usize) -> &Cell {
        self.cells
            .iter()
            .find(|c| {
                (c.row..c.row + c.row_span).contains(&row) && (c.column..c.column + c.column_span).contains(&column)
            })
            .unwrap_or_else(|| panic!("nothing at row {row}, column {column}"))
    }

    /// The two tables that a page break leaves. A cell over the break goes on as an empty one.
    pub fn cut(&self, page_break: PageBreak) -> [Table; 2] {
        let at = (self.indicators.start + page_break.before_indicator).min(self.rows - 1);
        let mut first = self.clone();
        first.rows = at;
        first.cells.retain(|c| c.row < at);
        let mut second = Table { rows: 0, cells: Vec::new(), ..self.clone() };
        let header = if page_break.repeat_header { self.header.clone() } else { 0..0 };
        for row in header.clone() {
            second.cells.extend(self.cells.iter().filter(|c| c.row == row).map(|c| Cell {
                row: row - header.start,
                row_span: c.row_span.min(header.end - row),
                // The block's label is printed once.
                text: if c.column == 0 && self.labelled { String::new() } else { c.text.clone() },
                ..c.clone()
            }));
        }
        let shift = header.len();
        for cell in &mut first.cells {
            let over = (cell.row + cell.row_span).saturating_sub(at);
            if over > 0 {
                cell.row_span -= over;
                second.cells.push(Cell { row: shift, row_span: over, text: String::new(), ..cell.clone() });
            }
        }
        second
            .cells
            .extend(self.cells.iter().filter(|c| c.row >= at).map(|c| Cell { row: c.row - at + shift, ..c.clone() }));
        second.rows = self.rows - at + shift;
        second.header = 0..shift;
        if page_break.through_row {
            self.leave_row_ends(&mut first, &mut second, shift);
        }
        second.cells.sort_by_key(|c| (c.row, c.column));
        [first, second]
    }

    /// Puts the first row after the break at the bottom of the first page, and leaves only the ends of its long texts
    /// on the second.
    fn leave_row_ends(&self, first: &mut Table, second: &mut Table, row: usize) {
        let at = first.rows;
        for cell in second.cells.iter_mut().filter(|c| c.row == row) {
            if self.at(at, cell.column).row < at {
                // Merged from the page before: it reaches one row further there.
                if let Some(above) =
                    first.cells.iter_mut().find(|c| c.column == cell.column && c.row + c.row_span == at)
                {
                    above.row_span += 1;
                }
                continue;
            }
            let mut begin = Cell { row: at, row_span: 1, ..cell.clone() };
            let length = cell.text.chars().count();
            let kept = if length >= MORE_THAN_A_LINE { length / 2 } else { length };
            begin.text = cell.text.chars().take(kept).collect();
            cell.text = cell.text.chars().skip(kept).collect();
            first.cells.push(begin);
        }
        first.rows = at + 1;
    }
}

/// A text of at least this many characters fills more than a line of its cell and can be cut.
const MORE_THAN_A_LINE: usize = 8;

struct Builder {
    columns: usize,
    cells: Vec<Cell>,
    row: usize,
    header: Range<usize>,
    indicators: Range<usize>,
}

impl Builder {
    fn new(form: &Form) -> Self {
        let blocks = [&form.fund, &form.manage, &form.goals].into_iter().flatten().chain([&form.indicators]);
        let columns = blocks.chain(form.blocks.values()).map(Block::reach).max().unwrap_or(2);
        Builder { columns, cells: Vec::new(), row: 0, header: 0..0, indicators: 0..0 }
    }

    fn build(mut self, form: &Form, order: &[String]) -> Table {
        for block in order {
            match block.as_str() {
                "kv" => form.kv.iter().for_each(|row| self.pairs(row)),
                "tail" => form.tail.iter().for_each(|row| self.pairs(row)),
                // The item's column takes what the indicators have more.
                "fund" => form.fund.iter().for_each(|b| self.block(b, 0, 0)),
                "manage" => form.manage.iter().for_each(|b| self.block(b, 1, 0)),
                "goals" => form.goals.iter().for_each(|b| self.halves(b)),
                "indicators" => {
                    let levels = form.indicators.columns.len().min(3) - 1;
                    let from = self.row;
                    self.block(&form.indicators, levels, form.indicators.merge);
                    let grouped = form.indicators.columns.iter().any(|c| matches!(c, Column::Group(..)));
                    self.header = from..from + 1 + usize::from(grouped);
                    self.indicators = self.header.end..self.row;
                }
                "total" => self.total(form),
                other => match (form.blocks.get(other), form.grids.get(other)) {
                    (Some(b), _) => self.block(b, b.columns.len().min(3) - 1, b.merge),
                    (_, Some(rows)) => self.free(rows),
                    _ => panic!("unknown block {other}"),
                },
            }
        }
        self.cells.sort_by_key(|c| (c.row, c.column));
        let Builder { columns, cells, row, header, indicators } = self;
        Table { rows: row, columns, cells, header, indicators, labelled: !form.indicators.bare }
    }

    fn put(&mut self, row: usize, column: usize, row_span: usize, column_span: usize, text: &str) {
        self.cells.push(Cell { row, column, row_span, column_span, text: text.to_owned() });
    }

    /// Label, value (, label, value): labels are narrow, values share the rest.
    fn pairs(&mut self, row: &[String]) {
        let values = row.len().div_ceil(2);
        let spare = self.columns - values;
        let mut column = 0;
        for (i, pair) in row.chunks(2).enumerate() {
            self.put(self.row, column, 1, 1, &pair[0]);
            let width = spare / values + usize::from(i < spare % values);
            if let Some(value) = pair.get(1) {
                self.put(self.row, column + 1, 1, width, value);
            }
            column += 1 + width;
        }
        self.row += 1;
    }

    /// Free rows: every cell takes the first place that no cell above covers.
    fn free(&mut self, rows: &[Vec<FreeCell>]) {
        let mut taken = vec![vec![false; self.columns]; rows.len()];
        for (r, row) in rows.iter().enumerate() {
            for (i, cell) in row.iter().enumerate() {
                let column = taken[r].iter().position(|t| !t).unwrap_or_else(|| panic!("no room in row {row:?}"));
                let free = taken[r][column..].iter().take_while(|t| !**t).count();
                let (width, height) = match cell {
                    FreeCell::Spanning(_, width, height) => (*width, *height),
                    FreeCell::Plain(_) if i + 1 == row.len() => (free, 1),
                    FreeCell::Plain(_) => (1, 1),
                };
                assert!(width <= free && r + height <= rows.len(), "{row:?}");
                for line in &mut taken[r..r + height] {
                    line[column..column + width].fill(true);
                }
                self.put(self.row + r, column, height, width, cell.text());
            }
        }
        assert!(taken.iter().flatten().all(|t| *t), "free rows leave places open: {rows:?}");
        self.row += rows.len();
    }

    /// A block whose column number `wide` stretches over what is left.
    fn block(&mut self, block: &Block, wide: usize, merge: usize) {
        let spare = self.columns - block.reach();
        let mut widths = vec![1; block.leaves()];
        widths[wide.min(block.leaves() - 1)] += spare;
        self.laid_out(block, &widths, merge);
    }

    /// A block whose columns share the width.
    fn halves(&mut self, block: &Block) {
        let (n, width) = (block.leaves(), self.columns - usize::from(!block.bare));
        let widths: Vec<usize> = (0..n).map(|i| width / n + usize::from(i < width % n)).collect();
        self.laid_out(block, &widths, 0);
    }

    fn laid_out(&mut self, block: &Block, widths: &[usize], merge: usize) {
        let first_column = usize::from(!block.bare);
        let starts: Vec<usize> = (0..widths.len()).map(|i| first_column + widths[..i].iter().sum::<usize>()).collect();
        let first_row = self.row;
        let grouped = block.columns.iter().any(|c| matches!(c, Column::Group(..)));
        let header_rows = 1 + usize::from(grouped);
        let mut leaf = 0;
        for column in &block.columns {
            match column {
                Column::Plain(name) => self.put(first_row, starts[leaf], header_rows, widths[leaf], name),
                Column::Group(name, below) => {
                    let width = widths[leaf..leaf + below.len()].iter().sum();
                    self.put(first_row, starts[leaf], 1, width, name);
                    for (i, name) in below.iter().enumerate() {
                        self.put(first_row + 1, starts[leaf + i], 1, widths[leaf + i], name);
                    }
                }
            }
            leaf += column.width();
        }
        let body = first_row + header_rows;
        for (r, row) in block.rows.iter().enumerate() {
            assert_eq!(row.len(), widths.len(), "{row:?}");
            for (c, text) in row.iter().enumerate() {
                // Merged cells lie inside those of the column before.
                let same = |other: usize| block.rows[other][..=c] == row[..=c];
                if c < merge && r > 0 && same(r - 1) {
                    continue;
                }
                let span = if c < merge { (r..block.rows.len()).take_while(|o| same(*o)).count() } else { 1 };
                self.put(body + r, starts[c], span, widths[c], text);
            }
        }
        self.row = body + block.rows.len();
        if !block.bare {
            self.put(first_row, 0, self.row - first_row, 1, block.label.as_deref().unwrap_or_default());
        }
    }

    fn total(&mut self, form: &Form) {
        let Some(total) = &form.total else { return };
        let text = |key: &str| total.get(key).and_then(|v| v.as_str()).unwrap_or_default().to_owned();
        let header: Vec<(usize, usize, String)> = self
            .cells
            .iter()
            .filter(|c| c.row == self.header.start && (c.column > 0 || form.indicators.bare))
            .map(|c| (c.column, c.column_span, c.text.clone()))
            .collect();
        let first = header.iter().filter(|(_, _, name)| total.contains_key(name)).map(|(c, ..)| *c).min();
        let first = first.unwrap_or(self.columns);
        self.put(self.row, 0, 1, first, &text("label"));
        for (column, width, name) in header.iter().filter(|(column, ..)| *column >= first) {
            self.put(self.row, *column, 1, *width, &text(name));
        }
        self.row += 1;
    }
}
