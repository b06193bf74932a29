//! Tables joined over pages. A table that is the last thing on a page is held until the next page shows whether it
//! goes on; what has to come after it waits. Nothing else is held, and a very long table is handed out in parts.

use super::brim::{Brim, HEAD_ROWS};
use super::doubts::Doubts;
use super::same_columns::{Columns, Likeness, columns, hanging_left};
use super::table::{Evidence, Table, TableCell};
use super::turn::{Turn, on_page};
use crate::model::{Block, Cell, Grid, GridOrigin, Line, Rect, TaggedCell, Trust};
use crate::normalize::key;
use crate::reconstruct::text_blocks::{CHUNK_CELLS, CHUNK_ROWS};
use std::borrow::Cow;
use std::collections::VecDeque;

/// What one page holds, in reading order.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    /// 1-based.
    pub(super) number: u32,
    /// As laid straight.
    pub(super) width: f32,
    /// As laid straight.
    pub(super) height: f32,
    /// How it was laid.
    pub(super) turn: Turn,
    /// Page headers that were not seen on an earlier page.
    pub(super) header: Vec<Block<'static>>,
    /// Lines and tables.
    pub(super) items: Vec<Item>,
    /// Page footers that were not seen on an earlier page.
    pub(super) footer: Vec<Block<'static>>,
    /// How far down text may reach on this page.
    pub(super) limit: f32,
    /// What recognition was not sure of.
    pub(super) doubts: Doubts,
}

/// One thing on a page.
#[derive(Debug)]
pub(super) enum Item {
    /// A line, or what else is no table.
    Block(Block<'static>),
    /// A table, and for each of its cells what it says of the page's end.
    Table(Table, Vec<Brim>),
}

/// A table that may go on.
#[derive(Debug)]
struct Open {
    xs: Vec<f32>,
    cells: Vec<Cell>,
    rows: usize,
    /// Rows handed out before.
    first_row: usize,
    page: u32,
    bbox: Rect,
    aligned: bool,
    origin: GridOrigin,
    weak: bool,
    /// Its number in the structure tree, and that of its last row.
    tagged: Option<(u32, Option<u32>)>,
    /// The tree alone told its columns.
    by_tree: bool,
    /// Texts of its first rows, without white space: (column, columns, text).
    head: Vec<Vec<(usize, usize, String)>>,
    /// For each column: cells with a number, cells with any text.
    numeric: Vec<(u32, u32)>,
    /// The cells that end in its last row.
    tail: Vec<Tail>,
    /// Room left below it on its last page.
    left_below: f32,
    /// Lines above it on its page: a table that goes on may have them again.
    titles: Vec<String>,
    /// What comes after it.
    waiting: VecDeque<Block<'static>>,
}

/// A cell at the lower end of an open table.
#[derive(Debug, Clone, Copy)]
struct Tail {
    cell: usize,
    brim: Brim,
    /// None where lines tell nothing.
    closed: Option<bool>,
    /// As the structure tree has it.
    tag: Option<TaggedCell>,
}

/// A cell at the upper end of what may go on.
#[derive(Debug, Clone, Copy)]
struct Head {
    /// Index in the table's cells.
    cell: usize,
    brim: Brim,
    closed: Option<bool>,
    tag: Option<TaggedCell>,
}

/// Joins what goes on over pages; blocks come out in reading order.
#[derive(Debug, Default)]
pub(super) struct Joiner {
    open: Option<Open>,
    /// Lines seen on the new page that say nothing but that the table goes on.
    ready: VecDeque<Block<'static>>,
    /// The file's structure tree has one element for a table over several pages: a table was seen that has.
    one_element: bool,
}

/// Lines between the parts of a table that only say that it goes on, without brackets and white space.
const GOES_ON: [&str; 9] =
    ["续表", "接上页", "接上表", "续上表", "续下页", "转下页", "continued", "cont'd", "tablecontinued"];
/// Room below a table, in points, beyond what its next row needed, that still speaks for going on.
const SPARE_ROOM: f32 = 16.0;
/// Lines above a table that may be printed again where it goes on.
const MOST_TITLES: usize = 5;
/// Lines in a cell from which its rest may begin a new paragraph.
const LONG_TEXT: usize = 3;

impl Joiner {
    /// Takes the next page.
    pub(super) fn push(&mut self, sheet: Sheet) {
        let Sheet { number, width, height, turn, header, mut items, footer, limit, doubts } = sheet;
        self.later(header);
        // What may stand before the rest of a table.
        let mut head_rows = 0;
        let skipped = match &self.open {
            Some(open) => {
                let mut again = |block: &Block<'_>| match block {
                    Block::Line(line) if open.is_head_row(head_rows, &line.text) => {
                        head_rows += 1;
                        true
                    }
                    Block::Line(line) => open.titles.iter().any(|title| *title == line.text),
                    _ => false,
                };
                items.iter().take_while(|item| matches!(item, Item::Block(b) if says_nothing(b) || again(b))).count()
            }
            None => 0,
        };
        if self.open.is_some() && matches!(items.get(skipped), Some(Item::Table(..))) {
            let place = Place { number, width, height, turn, doubts: doubts.clone() };
            if let (Some(open), Some(Item::Table(table, brims))) = (&self.open, items.get_mut(skipped)) {
                open.complete_left(table, brims);
            }
            if let Some(Item::Table(table, brims)) = items.get(skipped)
                && let Some(joint) =
                    self.open.as_ref().and_then(|open| joint(open, table, brims, head_rows, self.one_element))
            {
                let rest = items.split_off(skipped + 1);
                let Some(Item::Table(table, brims)) = items.pop() else { return };
                // The marks that it goes on have done their work.
                items = rest;
                if let Some(open) = &mut self.open {
                    self.one_element |= open.is_of(&table);
                    open.append(table, &brims, joint, place, limit);
                }
            }
        }
        let mut titles: Vec<String> = Vec::new();
        let last = items.iter().rposition(|item| !matches!(item, Item::Block(b) if says_nothing(b)));
        for (index, item) in items.into_iter().enumerate() {
            match item {
                Item::Block(block) => {
                    if !says_nothing(&block) {
                        self.close();
                    }
                    if let Block::Line(line) = &block
                        && line.text.chars().any(char::is_alphanumeric)
                    {
                        titles.push(line.text.to_string());
                    }
                    self.later([block]);
                }
                Item::Table(table, brims) => {
                    self.close();
                    let mut open =
                        Open::new(table, &brims, Place { number, width, height, turn, doubts: doubts.clone() }, limit);
                    let titles = std::mem::take(&mut titles);
                    // Pages of text above a table are no title.
                    open.titles = if titles.len() <= MOST_TITLES { titles } else { Vec::new() };
                    self.open = Some(open);
                    if Some(index) != last {
                        self.close();
                    }
                }
            }
        }
        self.later(footer);
        self.later([Block::PageBreak]);
        if let Some(part) = self.open.as_mut().and_then(Open::full_part) {
            self.ready.push_back(Block::Grid(part));
        }
    }

    /// The next block, if it is known.
    pub(super) fn pop(&mut self) -> Option<Block<'static>> {
        self.ready.pop_front()
    }

    /// A table that goes on is waited for.
    pub(super) fn holds(&self) -> Option<(&[f32], bool)> {
        self.open.as_ref().map(|open| (open.xs.as_slice(), open.aligned))
    }

    /// Says that there are no more pages.
    pub(super) fn finish(&mut self) {
        self.close();
    }

    /// Something that comes after the open table, if there is one.
    pub(super) fn later(&mut self, blocks: impl IntoIterator<Item = Block<'static>>) {
        match &mut self.open {
            Some(open) => open.waiting.extend(blocks),
            None => self.ready.extend(blocks),
        }
    }

    fn close(&mut self) {
        let Some(mut open) = self.open.take() else { return };
        let waiting = std::mem::take(&mut open.waiting);
        self.ready.extend(open.into_blocks());
        self.ready.extend(waiting);
    }
}

/// Is it a blank line, or one that says that a table goes on?
fn says_nothing(block: &Block<'_>) -> bool {
    let Block::Line(line) = block else { return matches!(block, Block::Finding(_)) };
    if line.text.chars().count() > 24 {
        return false;
    }
    let bare: String = line.text.chars().filter(|c| c.is_alphanumeric() || *c == '\'').collect();
    let bare = bare.to_lowercase();
    bare.is_empty() || GOES_ON.iter().any(|mark| bare.trim_end_matches(|c: char| c.is_ascii_digit()) == *mark)
}

#[derive(Debug, Clone)]
struct Place {
    number: u32,
    width: f32,
    height: f32,
    turn: Turn,
    doubts: Doubts,
}

impl Place {
    fn cell(&self, cell: TableCell, row: usize) -> Cell {
        let bbox = on_page(&cell.bbox, self.turn, self.width, self.height);
        Cell {
            page: Some(self.number),
            bbox: Some(bbox.into()),
            trust: self.doubts.trust(&cell.bbox),
            alternatives: self.doubts.alternatives(&cell.bbox, &cell.text),
            ..Cell::new(row, cell.column, cell.text).spanning(cell.row_span, cell.column_span)
        }
    }
}

/// How a part goes on with a table.
struct Joint {
    columns: Columns,
    /// Rows of the new part that repeat the header.
    repeated: usize,
    /// The new part's first row is the rest of the last one.
    row_cut: bool,
    /// (cell of the open table, cell of the new part) that are one cell.
    same: Vec<(usize, usize)>,
}

/// Does this table go on with the open one?
///
/// `head_rows` of its header stand above it as lines; `one_element` says that in the structure tree a table over pages is
/// one.
fn joint(open: &Open, table: &Table, brims: &[Brim], head_rows: usize, one_element: bool) -> Option<Joint> {
    let tree = match (&open.tagged, &table.tagged) {
        // Some writers make an element of each page's part; others never do, and another number is another table.
        (Some((known, _)), Some(tagged)) if *known != tagged.table && one_element => return None,
        (Some((known, last)), Some(tagged)) if *known == tagged.table => Some((*last, tagged)),
        _ => None,
    };
    let same_tag = tree.is_some();
    let by_tree = open.by_tree && table.evidence == Evidence::Tagged && open.xs.len() == table.xs.len();
    let known = if by_tree { Some(Columns::same(&open.xs)) } else { columns(&open.xs, open.aligned, table) };
    // Where nothing is drawn, edges lie between texts; the same headings in the same columns tell more.
    let columns = known.or_else(|| open.has_head_of(table).then(|| Columns::same(&open.xs)))?;
    let map = |cell: &TableCell| {
        let from = columns.second.get(cell.column).copied().unwrap_or(0);
        let to = columns.second.get(cell.column + cell.column_span).copied().unwrap_or(from + 1);
        (from, to)
    };
    let old_map = |first: usize, count: usize| {
        let from = columns.first.get(first).copied().unwrap_or(0);
        let to = columns.first.get(first + count).copied().unwrap_or(from + 1);
        (from, to)
    };
    let mut repeated = repeated_rows(open, table, head_rows, &map, &old_map);
    if repeated == 0 {
        repeated = same_texts(open, table, head_rows);
    }
    if let Some((Some(last), tagged)) = tree {
        let again = tagged.rows.iter().take_while(|row| row.is_some_and(|row| row < last)).count();
        repeated = repeated.max(again).min(table.rows().saturating_sub(1));
    }
    let heads: Vec<Head> = (0..table.cells.len())
        .filter(|&index| table.cells.get(index).is_some_and(|cell| cell.row == repeated))
        .map(|cell| Head {
            cell,
            brim: brims.get(cell).copied().unwrap_or_default(),
            closed: (repeated == 0).then(|| closed(&table.top_walls, &table.cells[cell])).flatten(),
            tag: table.tagged.as_ref().and_then(|tagged| tagged.cells.get(cell).copied().flatten()),
        })
        .collect();
    if heads.is_empty() && repeated > 0 {
        return None;
    }
    let open_below = open.tail.iter().any(|tail| tail.closed == Some(false));
    let open_above = heads.iter().any(|head| head.closed == Some(false));
    let row_height = |row: usize| match (table.ys.get(row), table.ys.get(row + 1)) {
        (Some(from), Some(to)) => to - from,
        _ => 0.0,
    };
    let goes_on = same_tag
        || (repeated > 0 && columns.likeness >= Likeness::Half)
        || (open_below && open_above && columns.likeness >= Likeness::Half)
        || (open.left_below <= row_height(repeated) + SPARE_ROOM
            && columns.likeness >= Likeness::Half
            && !is_other_header(open, table, &map));
    if !goes_on || !same_tag && begins_again(open, table, repeated, &columns) {
        return None;
    }
    // Cells at both sides of the page's end that stand in the same columns.
    let mut pairs: Vec<(&Tail, &Head)> = Vec::new();
    for head in &heads {
        let Some(cell) = table.cells.get(head.cell) else { continue };
        let (from, to) = map(cell);
        let tail = open.tail.iter().find(|tail| {
            open.cells.get(tail.cell).is_some_and(|above| old_map(above.column, above.column_span) == (from, to))
        });
        pairs.extend(tail.map(|tail| (tail, head)));
    }
    // The tree's rows at both sides of the page's end.
    let ends = tree.and_then(|(last, tagged)| Some((last?, tagged.rows.get(repeated).copied().flatten()?)));
    let row_cut = match ends {
        Some((last, first)) => first == last && pairs.len() == heads.len(),
        None => pairs.len() == heads.len() && pairs.len() == open.tail.len() && is_row_cut(open, table, &pairs),
    };
    let goes_on_in = |tail: &Tail, head: &Head| match (tail.tag, head.tag, ends) {
        (Some(above), Some(below), Some(_)) => (above.row, above.ordinal) == (below.row, below.ordinal),
        (Some(above), None, Some((_, first))) => above.row.saturating_add(above.row_span) > first,
        (None, Some(below), Some((last, _))) => below.row <= last,
        (None, None, Some(_)) if by_tree => false,
        _ => is_span_cut(open, table, tail, head, &heads),
    };
    let same = pairs
        .iter()
        .filter(|(tail, head)| row_cut || goes_on_in(tail, head))
        .map(|(tail, head)| (tail.cell, head.cell))
        .collect();
    Some(Joint { columns, repeated, row_cut, same })
}

/// Is the wall above (or below) all of this cell's columns drawn?
fn closed(walls: &[bool], cell: &TableCell) -> Option<bool> {
    let over = walls.get(cell.column..cell.column + cell.column_span)?;
    Some(over.iter().any(|&wall| wall))
}

/// Rows at the new part's top that are those at the table's top.
fn repeated_rows(
    open: &Open,
    table: &Table,
    from: usize,
    map: &impl Fn(&TableCell) -> (usize, usize),
    old_map: &impl Fn(usize, usize) -> (usize, usize),
) -> usize {
    let head = open.head.get(from..).unwrap_or(&[]);
    let most = head.len().min(table.rows().saturating_sub(1)).min(HEAD_ROWS);
    let mut equal = 0;
    for (row, known) in head.iter().enumerate().take(most) {
        // Below a row that stands as a line, what reaches down from it is blank.
        let counts = |text: &str| from == 0 || !text.is_empty();
        let known = known.iter().map(|(column, count, text)| (old_map(*column, *count), text.as_str()));
        let known = known.filter(|(_, text)| counts(text));
        let own = table.cells.iter().filter(|c| c.row == row).map(|c| (map(c), bare(&c.text)));
        let own = own.filter(|(_, text)| counts(text));
        let (known, own): (Vec<_>, Vec<_>) = (known.collect(), own.collect());
        let same =
            known.len() == own.len() && known.iter().zip(&own).all(|(a, b)| a.0 == b.0 && is_same_text(a.1, &b.1));
        if !same || (row == 0 && known.iter().all(|(_, text)| text.is_empty())) {
            break;
        }
        equal = row + 1;
    }
    // A header does not cut through spans of the new part.
    while equal > 0 && table.cells.iter().any(|c| c.row < equal && c.row + c.row_span > equal) {
        equal -= 1;
    }
    equal
}

/// Rows at the new part's top that have the texts of those at the table's top, though they were laid out differently:
/// where nothing is drawn, what a heading covers is told by little.
fn same_texts(open: &Open, table: &Table, from: usize) -> usize {
    let head = open.head.get(from..).unwrap_or(&[]);
    let most = head.len().min(table.rows().saturating_sub(1)).min(HEAD_ROWS);
    let sorted = |mut texts: Vec<String>| {
        texts.retain(|text| !text.is_empty());
        texts.sort_unstable();
        texts
    };
    (1..=most)
        .rev()
        .find(|&rows| {
            let known = head.iter().take(rows).flatten().map(|(.., text)| text.clone()).collect();
            let own = table.cells.iter().filter(|cell| cell.row < rows).map(|cell| bare(&cell.text)).collect();
            let (known, own) = (sorted(known), sorted(own));
            let whole = table.cells.iter().all(|cell| cell.row >= rows || cell.row + cell.row_span <= rows);
            whole && known.len() >= 2 && known == own
        })
        .unwrap_or(0)
}

/// Does the new part begin with a header of its own: words where this table has numbers?
fn is_other_header(open: &Open, table: &Table, map: &impl Fn(&TableCell) -> (usize, usize)) -> bool {
    let (mut words, mut numbers) = (0, 0);
    for cell in table.cells.iter().filter(|cell| cell.row == 0 && !cell.text.is_empty()) {
        let (from, to) = map(cell);
        let Some(&(numeric, filled)) = open.numeric.get(from).filter(|_| to == from + 1) else { continue };
        if filled >= 2 && numeric * 3 >= filled * 2 {
            if is_numeric(&cell.text) || is_dash(&cell.text) { numbers += 1 } else { words += 1 }
        }
    }
    words >= 1 && numbers == 0
}

/// Does the new part have the labels with which this table began, after what is the same in both? A form that follows
/// a form does, with other values.
fn begins_again(open: &Open, table: &Table, repeated: usize, columns: &Columns) -> bool {
    let place = |edges: &[usize], column: usize| edges.get(column).copied();
    let mut labels: Vec<&str> = Vec::new();
    let own = head_texts(table);
    for (known, own) in open.head.iter().zip(&own).skip(repeated) {
        let (Some((column, _, text)), Some((own_column, _, own_text))) = (known.first(), own.first()) else {
            continue;
        };
        if place(&columns.first, *column) != place(&columns.second, *own_column) || text != own_text {
            return false;
        }
        if !text.is_empty() && !labels.contains(&text.as_str()) {
            labels.push(text);
        }
    }
    labels.len() >= 2
}

fn is_numeric(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let letters = text.chars().filter(|c| c.is_alphabetic()).count();
    digits > 0 && digits >= letters
}

fn is_dash(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '-' | '–' | '—' | '－' | '/' | '…' | '.' | '*') || c.is_whitespace())
}

/// Is the new part's first row the rest of the table's last?
fn is_row_cut(open: &Open, table: &Table, pairs: &[(&Tail, &Head)]) -> bool {
    let (mut ends, mut own, mut flows, mut begins, mut long) = (0, 0, 0, 0, 0);
    for (tail, head) in pairs {
        let spans = open.cells.get(tail.cell).is_some_and(|cell| cell.row_span > 1);
        let above = open.cells.get(tail.cell).map_or("", |cell| cell.text.as_str());
        let below = table.cells.get(head.cell).map_or("", |cell| cell.text.as_str());
        match (above.is_empty(), below.is_empty()) {
            (true, true) => {}
            (false, true) => {
                ends += 1;
                own += usize::from(!spans);
            }
            (true, false) => begins += 1,
            (false, false) => {
                if is_numeric(above) && is_numeric(below) && below.chars().count() > MOST_TORN {
                    return false;
                }
                if !ends_sentence(above) && tail.brim.flows_into(&head.brim) {
                    flows += 1;
                } else if tail.brim.lines >= LONG_TEXT && head.brim.lines >= 1 {
                    long += 1;
                } else {
                    return false;
                }
            }
        }
    }
    // Cells whose text did not fit have all of it on the new page, and those that have theirs before are blank.
    let drawn = !open.aligned && matches!(table.evidence, Evidence::Ruled | Evidence::Rows);
    if begins > 0 && flows + long == 0 && is_complement(open, table, pairs) {
        return true;
    }
    if begins > 0 {
        // No line below what is left of the row: the browser stopped it where the page ends.
        let unclosed = pairs.iter().all(|(tail, _)| tail.closed != Some(true));
        return drawn && flows + long == 0 && own >= 2 && (begins < own || unclosed);
    }
    if flows + long == 0 {
        return false;
    }
    if flows > 0 { ends > 0 || (long == 0 && flows >= 2) } else { ends >= 2 && ends >= long }
}

/// Part of the columns that a row has texts in, at least, of which some went to the new page.
const MOST_FILLED: f32 = 0.6;

/// Is what stands on the new page just what the last row lacks, its label not among it?
fn is_complement(open: &Open, table: &Table, pairs: &[(&Tail, &Head)]) -> bool {
    let above = |tail: &Tail| open.cells.get(tail.cell).is_some_and(|cell| !cell.text.is_empty());
    let below = |head: &Head| table.cells.get(head.cell).is_some_and(|cell| !cell.text.is_empty());
    let labelled = pairs.first().is_some_and(|(tail, head)| above(tail) && !below(head));
    let first = pairs.iter().filter(|(tail, _)| above(tail)).count();
    let second = pairs.iter().filter(|(_, head)| below(head)).count();
    let both = pairs.iter().any(|(tail, head)| above(tail) && below(head));
    labelled && !both && first >= 2 && second >= 2 && (first + second) as f32 >= MOST_FILLED * pairs.len() as f32
}

/// Characters of a number that did not fit into its line, at most.
const MOST_TORN: usize = 4;

fn ends_sentence(text: &str) -> bool {
    text.trim_end().ends_with(['。', '；', '！', '？', ';', '!', '?'])
}

/// Does a cell that ends with the page go on in this one, though the row does not?
fn is_span_cut(open: &Open, table: &Table, tail: &Tail, head: &Head, heads: &[Head]) -> bool {
    let (Some(above), Some(below)) = (open.cells.get(tail.cell), table.cells.get(head.cell)) else { return false };
    let others_closed = heads.iter().any(|other| other.closed == Some(true));
    let no_wall = (tail.closed == Some(false) && open.tail.iter().any(|other| other.closed == Some(true)))
        || (head.closed == Some(false) && others_closed);
    if no_wall {
        return true;
    }
    // A label's last character alone: no text of its own.
    let alone = below.text.chars().count() == 1 && below.text.chars().all(super::words::is_ideographic);
    if alone && above.text.chars().count() >= 3 && !ends_sentence(&above.text) && tail.brim.flows_into(&head.brim) {
        return true;
    }
    let others_begin = heads
        .iter()
        .any(|other| other.cell != head.cell && table.cells.get(other.cell).is_some_and(|cell| !cell.text.is_empty()));
    if !others_begin || above.text.is_empty() && open.rows > above.row_span {
        return below.text.is_empty() == above.text.is_empty() && above.row_span > 1 && below.row_span > 1;
    }
    below.text.is_empty() && (below.row_span > 1 || above.row_span > 1)
}

impl Open {
    fn new(table: Table, brims: &[Brim], place: Place, limit: f32) -> Self {
        let (rows, column_count) = (table.rows(), table.columns());
        let mut open = Open {
            xs: table.xs.clone(),
            cells: Vec::with_capacity(table.cells.len()),
            rows,
            first_row: 0,
            page: place.number,
            bbox: on_page(&table.bbox, place.turn, place.width, place.height),
            aligned: matches!(table.evidence, Evidence::Aligned | Evidence::Tagged),
            origin: table.origin(),
            weak: table.weak,
            tagged: table.tagged.as_ref().map(|tagged| (tagged.table, tagged.rows.last().copied().flatten())),
            by_tree: table.evidence == Evidence::Tagged,
            head: head_texts(&table),
            numeric: vec![(0, 0); column_count],
            tail: Vec::new(),
            left_below: limit - table.bbox.y1,
            titles: Vec::new(),
            waiting: VecDeque::new(),
        };
        let (walls, tagged) = (table.bottom_walls, table.tagged);
        for (index, cell) in table.cells.into_iter().enumerate() {
            open.count(&cell);
            let ends = cell.row + cell.row_span == rows;
            if ends {
                let brim = brims.get(index).copied().unwrap_or_default();
                let tag = tagged.as_ref().and_then(|tagged| tagged.cells.get(index).copied().flatten());
                open.tail.push(Tail { cell: open.cells.len(), brim, closed: closed(&walls, &cell), tag });
            }
            let row = cell.row;
            open.cells.push(place.cell(cell, row));
        }
        open
    }

    /// Has a table the headings of this one's first row, each in its column?
    fn has_head_of(&self, table: &Table) -> bool {
        let own = head_texts(table);
        let (Some(known), Some(own)) = (self.head.first(), own.first()) else { return false };
        let named = known.iter().filter(|(.., text)| !text.is_empty()).count();
        self.aligned && self.xs.len() == table.xs.len() && known == own && named >= 2 && 2 * named >= known.len()
    }

    /// Has a line the texts of this row of the header?
    fn is_head_row(&self, row: usize, line: &str) -> bool {
        let Some(known) = self.head.get(row) else { return false };
        let texts: String = known.iter().map(|(.., text)| text.as_str()).collect();
        known.iter().filter(|(.., text)| !text.is_empty()).count() >= 2 && texts == bare(line)
    }

    /// Adds the columns at the left that cells of this table hang over, where the new part shows none of them.
    fn complete_left(&self, table: &mut Table, brims: &mut Vec<Brim>) {
        if self.aligned || table.evidence != Evidence::Ruled {
            return;
        }
        let Some(count) = hanging_left(&self.xs, &table.xs) else { return };
        let hangs = |column: usize| {
            let cells = self.tail.iter().filter_map(|tail| self.cells.get(tail.cell));
            cells.into_iter().any(|cell| cell.column <= column && column < cell.column + cell.column_span)
        };
        let Some(edges) = self.xs.get(..count).filter(|_| (0..count).all(hangs)) else { return };
        let (rows, first) = (table.rows(), table.xs.first().copied().unwrap_or(0.0));
        for cell in &mut table.cells {
            cell.column += count;
        }
        let blank = |(column, x0): (usize, &f32)| TableCell {
            row: 0,
            column,
            row_span: rows,
            column_span: 1,
            bbox: Rect::new(*x0, table.bbox.y0, edges.get(column + 1).copied().unwrap_or(first), table.bbox.y1),
            text: String::new(),
        };
        let added: Vec<TableCell> = edges.iter().enumerate().map(blank).collect();
        table.cells.splice(0..0, added);
        brims.splice(0..0, vec![Brim::default(); count]);
        table.xs.splice(0..0, edges.iter().copied());
        table.top_walls.splice(0..0, vec![false; count]);
        table.bottom_walls.splice(0..0, vec![true; count]);
        table.bbox.x0 = table.bbox.x0.min(edges.first().copied().unwrap_or(first));
        if let Some(tagged) = &mut table.tagged {
            tagged.cells.splice(0..0, vec![None; count]);
        }
    }

    /// Does the structure tree say that this is the same table?
    fn is_of(&self, table: &Table) -> bool {
        matches!((&self.tagged, &table.tagged), (Some((known, _)), Some(tagged)) if *known == tagged.table)
    }

    fn count(&mut self, cell: &TableCell) {
        if cell.column_span == 1
            && !cell.text.is_empty()
            && let Some((numeric, filled)) = self.numeric.get_mut(cell.column)
        {
            *filled += 1;
            *numeric += u32::from(is_numeric(&cell.text));
        }
    }

    /// Goes on with the rows of another page.
    fn append(&mut self, table: Table, brims: &[Brim], joint: Joint, place: Place, limit: f32) {
        let Joint { columns, repeated, row_cut, same } = joint;
        if columns.xs.len() != self.xs.len() {
            self.widen(&columns);
        }
        self.weak &= table.weak;
        // Row `repeated` of the new part becomes this row.
        let base = self.rows - usize::from(row_cut);
        let rows = table.rows();
        let (walls, tagged) = (&table.bottom_walls, &table.tagged);
        let (bottom, evidence) = (table.bbox.y1, table.evidence);
        let mut tail = Vec::new();
        for (index, mut cell) in table.cells.into_iter().enumerate() {
            if cell.row < repeated {
                continue;
            }
            let ends = cell.row + cell.row_span == rows;
            let mut brim = brims.get(index).copied().unwrap_or_default();
            let wall = closed(walls, &cell);
            let from = columns.second.get(cell.column).copied().unwrap_or(cell.column);
            let to = columns.second.get(cell.column + cell.column_span).copied().unwrap_or(from + 1);
            (cell.column, cell.column_span) = (from, to.saturating_sub(from).max(1));
            self.count(&cell);
            let row = cell.row - repeated + base;
            let joined = same.iter().find(|(_, new)| *new == index).map(|&(old, _)| old);
            let at = match joined.and_then(|old| Some((old, self.cells.get_mut(old)?))) {
                Some((old, known)) => {
                    let flows = self.tail.iter().find(|t| t.cell == old).is_some_and(|t| t.brim.flows_into(&brim));
                    join_text(&mut known.text, &cell.text, flows);
                    known.trust = Trust(known.trust.0.min(place.doubts.trust(&cell.bbox).0));
                    known.row_span = (row + cell.row_span).saturating_sub(known.row).max(1);
                    if cell.text.is_empty() {
                        brim = self.tail.iter().find(|t| t.cell == old).map_or(brim, |t| t.brim);
                    }
                    old
                }
                None => {
                    self.cells.push(place.cell(cell, row));
                    self.cells.len() - 1
                }
            };
            if ends {
                let tag = tagged.as_ref().and_then(|tagged| tagged.cells.get(index).copied().flatten());
                let known = joined.and_then(|old| self.tail.iter().find(|t| t.cell == old)).and_then(|t| t.tag);
                tail.push(Tail { cell: at, brim, closed: wall, tag: tag.or(known) });
            }
        }
        self.rows = base + rows - repeated;
        self.tail = tail;
        self.left_below = limit - bottom;
        self.aligned |= matches!(evidence, Evidence::Aligned | Evidence::Tagged);
        self.by_tree &= evidence == Evidence::Tagged;
        if let Some((known, last)) = &mut self.tagged {
            *known = tagged.as_ref().map_or(*known, |tagged| tagged.table);
            *last = tagged.as_ref().and_then(|tagged| tagged.rows.last().copied().flatten());
        }
    }

    /// More columns became known.
    fn widen(&mut self, columns: &Columns) {
        let place = |first: usize, count: usize| {
            let from = columns.first.get(first).copied().unwrap_or(first);
            let to = columns.first.get(first + count).copied().unwrap_or(from + count);
            (from, to.saturating_sub(from).max(1))
        };
        for cell in &mut self.cells {
            (cell.column, cell.column_span) = place(cell.column, cell.column_span);
        }
        for (column, count, _) in self.head.iter_mut().flatten() {
            (*column, *count) = place(*column, *count);
        }
        let mut numeric = vec![(0, 0); columns.xs.len().saturating_sub(1)];
        for (column, &counts) in self.numeric.iter().enumerate() {
            let (from, count) = place(column, 1);
            if let Some(slot) = numeric.get_mut(from).filter(|_| count == 1) {
                *slot = counts;
            }
        }
        self.numeric = numeric;
        self.xs.clone_from(&columns.xs);
    }

    /// Rows that can be handed out because the table is very long; those that cells of the last row reach stay.
    fn full_part(&mut self) -> Option<Grid> {
        if self.rows < CHUNK_ROWS && self.cells.len() < CHUNK_CELLS {
            return None;
        }
        let reached = self.tail.iter().filter_map(|t| self.cells.get(t.cell)).map(|cell| cell.row).min()?;
        // A span from the first row on would hold everything back for ever.
        let cut = if reached == 0 { self.rows } else { reached };
        let kept: Vec<usize> = (0..self.cells.len()).filter(|&i| self.cells[i].row >= cut).collect();
        for tail in &mut self.tail {
            tail.cell = kept.binary_search(&tail.cell).unwrap_or(usize::MAX);
        }
        self.tail.retain(|tail| tail.cell != usize::MAX);
        let (mut rest, mut out) = (Vec::with_capacity(kept.len()), Vec::with_capacity(self.cells.len()));
        for mut cell in self.cells.drain(..) {
            if cell.row >= cut {
                cell.row -= cut;
                rest.push(cell);
            } else {
                out.push(cell);
            }
        }
        self.cells = rest;
        let grid = self.grid(out);
        self.rows -= cut;
        self.first_row += cut;
        if let Some(first) = self.cells.first() {
            self.page = first.page.unwrap_or(self.page);
        }
        Some(grid)
    }

    fn grid(&self, cells: Vec<Cell>) -> Grid {
        let mut grid = Grid::new(self.origin, cells);
        grid.page = grid.cells.first().and_then(|cell| cell.page).or(Some(self.page));
        grid.first_row = self.first_row;
        let on_first = grid.cells.iter().filter(|cell| cell.page == grid.page).filter_map(|cell| cell.bbox);
        let around = on_first.reduce(|a, b| crate::model::BBox {
            x0: a.x0.min(b.x0),
            y0: a.y0.min(b.y0),
            x1: a.x1.max(b.x1),
            y1: a.y1.max(b.y1),
        });
        grid.bbox = if self.first_row == 0 { Some(self.bbox.into()) } else { around };
        grid
    }

    fn into_blocks(mut self) -> Vec<Block<'static>> {
        if self.cells.is_empty() {
            return Vec::new();
        }
        let cells = std::mem::take(&mut self.cells);
        if self.weak {
            // A frame or a column by itself is text.
            let mut cells = cells;
            cells.sort_by_key(|cell| (cell.row, cell.column));
            let line =
                |text: &str, page| Block::Line(Line { text: Cow::Owned(text.trim().to_owned()), page, heading: None });
            return cells.iter().flat_map(|cell| cell.text.lines().map(|text| line(text, cell.page))).collect();
        }
        vec![Block::Grid(self.grid(cells))]
    }
}

fn head_texts(table: &Table) -> Vec<Vec<(usize, usize, String)>> {
    // A caption inside the table is not printed again.
    let is_caption = |cell: &&TableCell| cell.column_span == table.columns() && cell.row_span == 1;
    let first = table.cells.iter().enumerate().take_while(|(row, cell)| cell.row == *row && is_caption(cell)).count();
    let first = if first < table.rows() { first } else { 0 };
    let mut head = vec![Vec::new(); (table.rows() - first).min(HEAD_ROWS)];
    for cell in table.cells.iter().filter(|cell| cell.row >= first) {
        if let Some(row) = head.get_mut(cell.row - first) {
            row.push((cell.column, cell.column_span, bare(&cell.text)));
        }
    }
    head
}

/// A text as it is compared: recognition takes a bracket for a wide one on one page and for a narrow one on the next.
fn bare(text: &str) -> String {
    key(text).chars().filter(|c| c.is_alphanumeric() || *c == '%').collect()
}

/// Is it one text, but for a letter in eight that recognition took for another? Digits are never.
fn is_same_text(a: &str, b: &str) -> bool {
    if a == b {
        return true;
    }
    let (mut all, mut other) = (0, 0);
    for (a, b) in a.chars().zip(b.chars()) {
        all += 1;
        if a != b {
            if a.is_numeric() || b.is_numeric() {
                return false;
            }
            other += 1;
        }
    }
    other * 8 <= all && a.chars().count() == b.chars().count()
}

/// Puts the rest of a text to it: in the same line where the page cut it within a sentence.
fn join_text(text: &mut String, rest: &str, flows: bool) {
    if rest.is_empty() {
        return;
    }
    if !text.is_empty() {
        let letter = |c: Option<char>| c.is_some_and(|c| !super::words::is_ideographic(c));
        if !flows || ends_sentence(text) {
            text.push('\n');
        } else if letter(text.chars().next_back()) && letter(rest.chars().next()) {
            text.push(' ');
        }
    }
    text.push_str(rest);
}
