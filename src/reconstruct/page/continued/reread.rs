//! What begins a page, read once more in the columns of the table that the page before left open. A few rows with blank
//! cells do not show all columns, and a row by itself shows no table at all; a reader who turns the page knows where the
//! columns are.

use super::super::cell_text;
use super::super::last_row::by_column;
use super::super::table::{Evidence, Table, TableCell};
use super::super::words::Word;
use super::header::bare;
use super::row_cut::item_number;
use crate::model::{Direction, Page, Rect};
use std::collections::BTreeMap;

/// What is known of the open table.
#[derive(Debug, Clone)]
pub(in super::super) struct Held<'t> {
    /// Column edges, left to right.
    pub(super) xs: &'t [f32],
    /// Texts of its first rows: (column, columns, text).
    pub(super) head: &'t [Vec<(usize, usize, String)>],
    /// Lines part its rows or its columns: rows of it have lines on the next page, too.
    pub(super) drawn: bool,
    /// Numbers that go on with a list in its last row, by column.
    pub(super) next_items: Vec<(usize, u32)>,
}

/// A page's first table, read in known columns.
#[derive(Debug)]
pub(in super::super) struct Reread {
    /// All of the page's tables.
    pub(in super::super) tables: Vec<Table>,
    /// Words of the header that is printed again; they stand in no table.
    pub(in super::super) header: Vec<u32>,
}

/// Texts may reach beyond the outermost edges, which lie at those of other pages: parts of the outer column, and points.
const BEYOND: (f32, f32) = (0.5, 40.0);
/// Columns in which a row that stands by itself has texts, in parts of all; at least two.
const LEAST_FILLED: f32 = 0.4;
/// Rows by themselves that are looked at.
const MOST_LINES: usize = 60;

/// The tables of a page (`tables`, as found without knowing what the page before says) with the first one in the columns
/// of the open table; None where its texts do not stand in them. `aside` tells page headers and footers.
pub(in super::super) fn reread(
    page: &Page,
    words: &[Word],
    aside: &[bool],
    tables: &[Table],
    held: &Held<'_>,
) -> Option<Reread> {
    if held.xs.len() < 3 || !held.xs.is_sorted() {
        return None;
    }
    let upright = |word: &Word| word.direction == Direction::Right && !word.vertical && !word.artifact;
    let content = words.iter().zip(0u32..).filter(|&(_, index)| aside.get(index as usize) != Some(&true));
    let mut content: Vec<(&Word, u32)> = content.collect();
    if !content.iter().all(|(word, _)| upright(word)) {
        return None;
    }
    content.sort_by(|a, b| a.0.baseline.total_cmp(&b.0.baseline).then(a.0.bbox.x0.total_cmp(&b.0.bbox.x0)));
    let again = head_words(page, &content, held.head);
    let (header, rest) = content.split_at_checked(again)?;
    let header: Vec<u32> = header.iter().map(|&(_, index)| index).collect();
    let rest: Vec<u32> = rest.iter().map(|&(_, index)| index).collect();
    let mut places = vec![Place::default(); words.len()];
    let mut mark = |list: &[u32], of: &dyn Fn(&mut Place)| {
        list.iter().for_each(|&word| places.get_mut(word as usize).into_iter().for_each(of));
    };
    mark(&header, &|place| place.in_header = true);
    mark(&rest, &|place| place.in_rest = true);
    for (number, table) in tables.iter().enumerate() {
        mark(&table.words, &|place| place.table = Some(number));
    }
    let found = Part { page, words, tables, held, places: &places, rest: &rest };
    let (table, consumed) = found.of_table().or_else(|| found.of_lines())?;
    let kept = tables.iter().zip(0usize..).filter(|(_, number)| !consumed.contains(number));
    let mut tables: Vec<Table> = kept.map(|(table, _)| table.clone()).collect();
    tables.insert(0, table);
    Some(Reread { tables, header })
}

/// How many of these words, from the top, are just the texts of the header's first rows.
fn head_words(page: &Page, content: &[(&Word, u32)], head: &[Vec<(usize, usize, String)>]) -> usize {
    let sorted = |mut letters: Vec<char>| {
        letters.sort_unstable();
        letters
    };
    let targets: Vec<Vec<char>> = (1..=head.len())
        .filter(|&rows| head.iter().take(rows).flatten().filter(|(.., text)| !text.is_empty()).count() >= 2)
        .map(|rows| sorted(head.iter().take(rows).flatten().flat_map(|(.., text)| text.chars()).collect()))
        .collect();
    let longest = targets.iter().map(Vec::len).max().unwrap_or(0);
    let (mut seen, mut most) = (Vec::new(), 0);
    for (number, (word, _)) in content.iter().enumerate() {
        seen.extend(bare(word.text(page)).chars());
        if seen.len() > longest {
            break;
        }
        if targets.iter().any(|target| target.len() == seen.len() && *target == sorted(seen.clone())) {
            most = number + 1;
        }
    }
    most
}

/// A page's content below a header that is printed again.
struct Part<'p> {
    page: &'p Page,
    words: &'p [Word],
    tables: &'p [Table],
    held: &'p Held<'p>,
    /// Of each word.
    places: &'p [Place],
    /// Words below the header.
    rest: &'p [u32],
}

/// Where a word stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    in_header: bool,
    in_rest: bool,
    /// Number of the table that holds it.
    table: Option<usize>,
}

/// A cell being filled.
#[derive(Default)]
struct Filling {
    words: Vec<u32>,
    row_span: usize,
    /// The column in which it stood.
    from: usize,
}

/// Cells by row and column, and the rows' ends from the top down.
#[derive(Default)]
struct Rows {
    cells: BTreeMap<(usize, usize), Filling>,
    ys: Vec<f32>,
}

impl Part<'_> {
    /// The first table and the rows that stand as lines above it. Also which tables it takes the place of.
    fn of_table(&self) -> Option<(Table, Vec<usize>)> {
        let is_rest = |word: &u32| self.place(*word).in_rest;
        let with_rest = self.tables.iter().enumerate().filter(|(_, table)| table.words.iter().any(is_rest));
        let (number, table) = with_rest.min_by(|a, b| a.1.bbox.y0.total_cmp(&b.1.bbox.y0))?;
        let by_texts = matches!(table.evidence, Evidence::Aligned | Evidence::Rows);
        if !by_texts || table.weak || table.tagged.is_some() || !table.xs.is_sorted() {
            return None;
        }
        let consumed: Vec<usize> = (0..self.tables.len())
            .filter(|&other| {
                let all = self.tables.get(other).map_or(&[][..], |table| &table.words);
                other == number || !all.is_empty() && all.iter().all(|word| self.place(*word).in_header)
            })
            .collect();
        let foot = table.bbox.y1;
        let is_above = |&word: &u32| self.word(word).is_some_and(|w| w.baseline - 0.35 * w.size < foot);
        let mut above: Vec<u32> = self.rest.iter().copied().filter(is_above).collect();
        above.retain(|word| self.place(*word).table != Some(number));
        let elsewhere = |word: &u32| self.place(*word).table.is_some();
        let inside = |&word: &u32| self.word(word).is_some_and(|w| w.baseline > table.bbox.y0 + w.size);
        if above.iter().any(elsewhere) || above.iter().any(inside) {
            return None;
        }
        let mut rows = Rows::default();
        for line in cell_text::lines(self.words, &mut above).iter().take(MOST_LINES) {
            self.add_line(&mut rows, line)?;
        }
        // Rows of the table that are the header printed again are left out.
        let first = table.cells.iter().filter(|cell| self.words_of(table, cell).iter().any(is_rest));
        let first = first.map(|cell| cell.row).min()?;
        let base = rows.ys.len().saturating_sub(1);
        rows.ys.pop();
        rows.ys.extend(table.ys.get(first..)?);
        for cell in table.cells.iter().filter(|cell| cell.row + cell.row_span > first) {
            let mut own = self.words_of(table, cell);
            if own.is_empty() {
                continue;
            }
            if cell.row < first || own.iter().any(|word| self.place(*word).in_header) {
                return None;
            }
            for line in cell_text::lines(self.words, &mut own) {
                self.put(&mut rows, &line, (base + cell.row - first, cell.row_span, cell.column))?;
            }
        }
        let table = self.table(rows, table.evidence)?;
        Some((table, consumed))
    }

    /// Rows at the page's beginning that no table holds.
    fn of_lines(&self) -> Option<(Table, Vec<usize>)> {
        if self.held.drawn {
            return None;
        }
        let mut rest = self.rest.to_vec();
        let mut rows = Rows::default();
        for line in cell_text::lines(self.words, &mut rest).iter().take(MOST_LINES) {
            // A label with a colon is a form's, or its signature.
            let text = line.text(self.page, self.words);
            let elsewhere = line.words.iter().any(|word| self.place(*word).table.is_some());
            if elsewhere || text.contains([':', '：']) || self.add_line(&mut rows, line).is_none() {
                break;
            }
        }
        Some((self.table(rows, Evidence::Aligned)?, Vec::new()))
    }

    fn word(&self, index: u32) -> Option<&Word> {
        self.words.get(index as usize)
    }

    fn place(&self, index: u32) -> Place {
        self.places.get(index as usize).copied().unwrap_or_default()
    }

    /// The words of a table that stand in one of its cells.
    fn words_of(&self, table: &Table, cell: &TableCell) -> Vec<u32> {
        let b = &cell.bbox;
        let inside = |word: &Word| {
            let (x, y) = word.bbox.center();
            b.x0 <= x && x <= b.x1 && b.y0 <= y && y <= b.y1
        };
        table
            .words
            .iter()
            .copied()
            .filter(|&index| !cell.text.is_empty() && self.word(index).is_some_and(inside))
            .collect()
    }

    /// Adds a line as a row.
    fn add_line(&self, rows: &mut Rows, line: &cell_text::TextLine) -> Option<()> {
        let by_column = by_column(self.words, &line.words, &self.edges(), line.size)?;
        let filled = by_column.iter().filter(|words| !words.is_empty()).count();
        let few = filled < 2 || (filled as f32) < LEAST_FILLED * by_column.len() as f32;
        if few && !(rows.ys.is_empty() && self.goes_on_with_list(&by_column)) {
            return None;
        }
        let row = rows.ys.len().saturating_sub(1);
        if rows.ys.is_empty() {
            rows.ys.push(line.bbox.y0);
        }
        rows.ys.push(line.bbox.y1);
        self.put(rows, line, (row, 1, 0))
    }

    /// Does one of these texts go on with a list that the page's end cut?
    fn goes_on_with_list(&self, by_column: &[Vec<u32>]) -> bool {
        let first = |column: usize| by_column.get(column)?.first().and_then(|&word| self.word(word));
        self.held.next_items.iter().any(|&(column, number)| {
            first(column).is_some_and(|word| item_number(word.text(self.page)) == Some(number))
        })
    }

    /// Puts a line of a cell's text into the columns in which its words stand.
    fn put(
        &self,
        rows: &mut Rows,
        line: &cell_text::TextLine,
        (row, row_span, from): (usize, usize, usize),
    ) -> Option<()> {
        let by_column = by_column(self.words, &line.words, &self.edges(), line.size)?;
        for (column, own) in by_column.into_iter().enumerate().filter(|(_, own)| !own.is_empty()) {
            let cell =
                rows.cells.entry((row, column)).or_insert_with(|| Filling { row_span, from, ..Filling::default() });
            // What stood in two columns is not one cell.
            if cell.from != from {
                return None;
            }
            cell.words.extend(own);
        }
        Some(())
    }

    /// Column edges, the outermost further out.
    fn edges(&self) -> Vec<f32> {
        let mut xs = self.held.xs.to_vec();
        let room = |a: f32, b: f32| (BEYOND.0 * (b - a)).min(BEYOND.1);
        if let [first, second, .., before, last] = xs.as_mut_slice() {
            *first -= room(*first, *second);
            *last += room(*before, *last);
        }
        xs
    }

    fn table(&self, rows: Rows, evidence: Evidence) -> Option<Table> {
        let Rows { cells: filled, ys } = rows;
        let (count, columns) = (ys.len().checked_sub(1)?, self.held.xs.len() - 1);
        let mut used: Vec<usize> = filled.keys().map(|&(_, column)| column).collect();
        used.sort_unstable();
        used.dedup();
        if count == 0 || used.len() < 2 {
            return None;
        }
        let mut covered = vec![false; count * columns];
        let (mut cells, mut all) = (Vec::with_capacity(count * columns), Vec::new());
        let edge = |list: &[f32], at: usize| list.get(at).copied().unwrap_or(0.0);
        let place = |row: usize, column: usize, rows: usize| {
            let xs = self.held.xs;
            Rect::new(edge(xs, column), edge(&ys, row), edge(xs, column + 1), edge(&ys, (row + rows).min(count)))
        };
        for ((row, column), Filling { mut words, row_span, .. }) in filled {
            for row in row..(row + row_span).min(count) {
                // A row's text in a place that a cell above reaches.
                if std::mem::replace(covered.get_mut(row * columns + column)?, true) {
                    return None;
                }
            }
            let mut bbox = place(row, column, row_span);
            for word in words.iter().filter_map(|&word| self.word(word)) {
                bbox = bbox.union(&word.bbox);
            }
            all.extend_from_slice(&words);
            let walls = (edge(self.held.xs, column), edge(self.held.xs, column + 1));
            let text = cell_text::compose_in(self.page, self.words, &mut words, Some(walls));
            cells.push(TableCell { row, column, row_span, column_span: 1, bbox, text });
        }
        for (place_number, _) in covered.iter().enumerate().filter(|(_, covered)| !**covered) {
            let (row, column) = (place_number / columns, place_number % columns);
            let bbox = place(row, column, 1);
            cells.push(TableCell { row, column, row_span: 1, column_span: 1, bbox, text: String::new() });
        }
        cells.sort_by_key(|cell| (cell.row, cell.column));
        all.sort_unstable();
        let (xs, bbox) = (self.held.xs.to_vec(), cells.iter().map(|cell| cell.bbox).reduce(|a, b| a.union(&b))?);
        let walls = || Vec::new();
        Some(Table {
            cells,
            xs,
            ys,
            bbox,
            evidence,
            top_walls: walls(),
            bottom_walls: walls(),
            weak: false,
            words: all,
            tagged: None,
        })
    }
}
