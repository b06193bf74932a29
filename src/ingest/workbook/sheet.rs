//! A sheet's cells, merged regions and hidden parts as grids. Coordinates stay the sheet's own, so that every cell
//! has its address: a grid's row `r` is the sheet's row `first_row + r`, its column `c` the sheet's `first_column + c`.
//!
//! A grid is what stands together: a sheet is cut where [`WIDE_GAP`] rows or more are blank, and where two tables of
//! the same make stand side by side with a blank column between. Forms under one another with a few blank rows between
//! stay in one grid; telling them apart needs understanding, which is for later stages.

use super::super::LoadError;
use crate::model::{Block, Cell, Code, Finding, Grid, GridOrigin, Severity};
use std::collections::HashMap;

/// So many blank rows part a sheet into grids: more than any form leaves free inside.
const WIDE_GAP: u32 = 20;
/// Columns of texts that two tables side by side have in common before they are taken for two of one make.
const SHARED_LABELS: usize = 3;
/// Blank places are written down as cells only while they are at most so many times the cells that are not blank.
const BLANKS_PER_CELL: usize = 8;
/// Ranges of hidden columns that are kept before they are joined.
const MOST_COLUMN_RANGES: usize = 1 << 16;
/// Work on merged regions that is done for one sheet, in columns covered.
const MERGE_BUDGET: usize = 50_000_000;

/// A cell with something in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct SheetCell {
    pub(super) row: u32,
    pub(super) column: u32,
    pub(super) text: String,
    pub(super) exact: Option<String>,
}

/// A merged region, ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Region {
    pub(super) top: u32,
    pub(super) left: u32,
    pub(super) bottom: u32,
    pub(super) right: u32,
}

/// What holds for a whole sheet: its name, merged regions, hidden rows and columns.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) name: String,
    pub(super) merges: Vec<Region>,
    /// Ranges of hidden rows and columns, ends included.
    pub(super) hidden_rows: Vec<(u32, u32)>,
    pub(super) hidden_columns: Vec<(u32, u32)>,
    /// Merged regions that lay over others and are gone.
    pub(super) overlaps: usize,
}

/// What the cells of a workbook may still add up to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Budget {
    pub(super) cells: usize,
    /// Bytes of text: one long text may stand in very many cells.
    pub(super) text: usize,
}

/// A sheet being read, and what was met in it that findings tell of.
#[derive(Debug, Default)]
pub(super) struct Sheet {
    pub(super) budget: Budget,
    over_budget: bool,
    /// Cells are counted, not kept: they will be read again.
    pub(super) is_survey: bool,
    hidden_cells: usize,
    /// The layout's hidden columns are sorted and disjoint.
    columns_joined: bool,
    /// Bytes of text kept.
    pub(super) text_bytes: usize,
    pub(super) layout: Layout,
    pub(super) cells: Vec<SheetCell>,
    /// Addresses of formulas without a stored result: the first few, and how many there are.
    pub(super) uncomputed: Vec<(u32, u32)>,
    pub(super) uncomputed_count: usize,
    /// Cells whose text the workbook does not hold.
    pub(super) lost_texts: usize,
}

impl Sheet {
    pub(super) fn new(name: String, budget: Budget) -> Self {
        Sheet { layout: Layout { name, ..Layout::default() }, budget, ..Sheet::default() }
    }

    /// # Errors
    /// `too_large` once more was pushed than the budget allows.
    pub(super) fn check_budget(&self) -> Result<(), LoadError> {
        if self.over_budget {
            return Err(LoadError::too_large("the workbook has more cells or text than one document may have"));
        }
        Ok(())
    }

    /// Adds a cell's text, unless there is nothing to see in it.
    pub(super) fn push(&mut self, row: u32, column: u32, text: String, exact: Option<String>) {
        let trimmed = text.trim();
        if trimmed.is_empty() && exact.is_none() {
            return;
        }
        self.text_bytes += trimmed.len();
        let left = (self.budget.cells.checked_sub(1), self.budget.text.checked_sub(trimmed.len()));
        let (Some(cells), Some(bytes)) = left else {
            self.over_budget = true;
            return;
        };
        self.budget = Budget { cells, text: bytes };
        let text = if trimmed.len() == text.len() { text } else { trimmed.to_owned() };
        self.cells.push(SheetCell { row, column, text, exact });
    }

    /// Notes columns that are not shown, ends included.
    pub(super) fn hide_columns(&mut self, from: u32, to: u32) {
        let ranges = &mut self.layout.hidden_columns;
        ranges.push((from, to));
        self.columns_joined = false;
        // Columns told twice over say nothing new; what is left is at most every other column.
        if ranges.len() > MOST_COLUMN_RANGES {
            *ranges = joined(std::mem::take(ranges));
        }
    }

    /// Counts a cell of a survey.
    pub(super) fn count(&mut self, row: u32, column: u32) {
        if !self.columns_joined {
            self.layout.hidden_columns = joined(std::mem::take(&mut self.layout.hidden_columns));
            self.columns_joined = true;
        }
        self.over_budget |= self.budget.cells == 0;
        self.budget.cells = self.budget.cells.saturating_sub(1);
        self.hidden_cells += usize::from(self.layout.hides_while_read(row, column));
    }

    pub(super) fn note_uncomputed(&mut self, row: u32, column: u32) {
        self.uncomputed_count += 1;
        if self.uncomputed.len() < 5 {
            self.uncomputed.push((row, column));
        }
    }

    /// The sheet as blocks, and its findings.
    pub(super) fn finish(mut self) -> (Vec<Block<'static>>, Vec<Finding>) {
        let layout = std::mem::take(&mut self.layout).prepared();
        let (cells, hidden) = layout.visible(std::mem::take(&mut self.cells));
        self.hidden_cells += hidden;
        let findings = self.findings(&layout);
        (grids(&layout, cells).into_iter().map(Block::Grid).collect(), findings)
    }

    /// The layout of a sheet that was only surveyed, and its findings.
    pub(super) fn finish_survey(mut self) -> (Layout, Vec<Finding>) {
        let layout = std::mem::take(&mut self.layout).prepared();
        let findings = self.findings(&layout);
        (layout, findings)
    }

    fn findings(&self, Layout { name, overlaps, .. }: &Layout) -> Vec<Finding> {
        let overlaps = *overlaps;
        let mut findings = Vec::new();
        if self.hidden_cells > 0 {
            let message = format!("sheet {name}: {} cells in hidden rows or columns left out", self.hidden_cells);
            findings.push(Finding::new(Code::ContentSkipped, Severity::Info, message));
        }
        if self.uncomputed_count > 0 {
            let first: Vec<String> = self.uncomputed.iter().map(|(r, c)| address(*r, *c)).collect();
            let more = if self.uncomputed_count > first.len() { " …" } else { "" };
            findings.push(Finding::new(
                Code::ValueMissing,
                Severity::Warning,
                format!(
                    "sheet {name}: {} formulas have no stored result ({}{more}): open and save the file in a spreadsheet program",
                    self.uncomputed_count,
                    first.join(", "),
                ),
            ));
        }
        if self.lost_texts > 0 {
            let message = format!("sheet {name}: {} cells refer to texts that the workbook lacks", self.lost_texts);
            findings.push(Finding::new(Code::ContentSkipped, Severity::Error, message));
        }
        if overlaps > 0 {
            let message = format!("sheet {name}: {overlaps} merged regions lie over others and were left out");
            findings.push(Finding::new(Code::ContentSkipped, Severity::Warning, message));
        }
        findings
    }
}

/// A cell's address as a person knows it: `B7`.
pub(super) fn address(row: u32, column: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = u64::from(column) + 1;
    while rest > 0 {
        letters.push(char::from(b'A' + ((rest - 1) % 26) as u8));
        rest = (rest - 1) / 26;
    }
    let letters: String = letters.into_iter().rev().collect();
    format!("{letters}{}", u64::from(row) + 1)
}

/// Sorted, disjoint ranges for quick look-ups.
fn joined(mut ranges: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    ranges.sort_unstable();
    let mut joined: Vec<(u32, u32)> = Vec::with_capacity(ranges.len());
    for (from, to) in ranges.into_iter().filter(|(from, to)| from <= to) {
        match joined.last_mut() {
            Some(last) if from <= last.1.saturating_add(1) => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

fn holds(ranges: &[(u32, u32)], at: u32) -> bool {
    first_outside(ranges, at) != at
}

/// The first place from `at` on that no range holds.
fn first_outside(ranges: &[(u32, u32)], at: u32) -> u32 {
    let next = ranges.partition_point(|r| r.1 < at);
    match ranges.get(next) {
        Some((from, to)) if *from <= at => to.saturating_add(1),
        _ => at,
    }
}

impl Layout {
    /// Ranges joined; merged regions sorted, single cells and overlaps gone.
    pub(super) fn prepared(mut self) -> Self {
        self.hidden_rows = joined(self.hidden_rows);
        self.hidden_columns = joined(self.hidden_columns);
        self.merges.retain(|m| m.top <= m.bottom && m.left <= m.right && (m.top, m.left) != (m.bottom, m.right));
        self.merges.sort_unstable();
        self.merges.dedup();
        self.drop_overlaps();
        self
    }

    /// A region in which another begins is one of a damaged file: no program makes such. The smaller is believed, since
    /// the larger would hide what stands in the cells.
    fn drop_overlaps(&mut self) {
        /// More regions are not compared with each other.
        const MOST: usize = 4_000;
        if self.merges.len() > MOST {
            return;
        }
        let all = self.merges.clone();
        let begins_in = |outer: &Region, inner: &Region| {
            outer != inner
                && (outer.top..=outer.bottom).contains(&inner.top)
                && (outer.left..=outer.right).contains(&inner.left)
        };
        // Sorted by top: only regions that begin before this one's end can begin in it.
        self.merges.retain(|region| {
            let from = all.partition_point(|m| m.top < region.top);
            !all[from..].iter().take_while(|m| m.top <= region.bottom).any(|m| begins_in(region, m))
        });
        self.overlaps = all.len() - self.merges.len();
    }

    /// Is this place hidden by what has been read so far, its row being the last?
    fn hides_while_read(&self, row: u32, column: u32) -> bool {
        self.hidden_rows.last().is_some_and(|r| r.1 == row) || holds(&self.hidden_columns, column)
    }

    /// The cells in sight, sorted; the number of those left out. A merged region whose first row or column is hidden
    /// shows its text where it begins to be seen.
    pub(super) fn visible(&self, mut cells: Vec<SheetCell>) -> (Vec<SheetCell>, usize) {
        let mut hidden = 0;
        if !self.hidden_rows.is_empty() || !self.hidden_columns.is_empty() {
            cells.retain_mut(|cell| {
                let row_hidden = holds(&self.hidden_rows, cell.row);
                let column_hidden = holds(&self.hidden_columns, cell.column);
                if !row_hidden && !column_hidden {
                    return true;
                }
                let at = self.merges.partition_point(|m| (m.top, m.left) < (cell.row, cell.column));
                if let Some(m) = self.merges.get(at).filter(|m| (m.top, m.left) == (cell.row, cell.column)) {
                    let row = first_outside(&self.hidden_rows, cell.row);
                    let column = first_outside(&self.hidden_columns, cell.column);
                    if row <= m.bottom && column <= m.right {
                        (cell.row, cell.column) = (row, column);
                        return true;
                    }
                }
                hidden += 1;
                false
            });
        }
        if !cells.is_sorted_by_key(|c| (c.row, c.column)) {
            cells.sort_by_key(|c| (c.row, c.column));
        }
        // A place stated twice keeps what was stated first.
        cells.dedup_by_key(|c| (c.row, c.column));
        (cells, hidden)
    }

    /// The merged regions as far as they are seen: begun at their first visible place.
    fn visible_merges(&self) -> Vec<Region> {
        let seen = |m: &Region| {
            let top = first_outside(&self.hidden_rows, m.top);
            let left = first_outside(&self.hidden_columns, m.left);
            (top <= m.bottom && left <= m.right).then_some(Region { top, left, ..*m })
        };
        let mut merges: Vec<Region> = self.merges.iter().filter_map(seen).collect();
        if !merges.is_sorted() {
            merges.sort_unstable();
        }
        merges
    }
}

/// Cells in sight, sorted, as grids.
pub(super) fn grids(layout: &Layout, cells: Vec<SheetCell>) -> Vec<Grid> {
    let merges = layout.visible_merges();
    let mut grids = Vec::new();
    let mut block: Vec<SheetCell> = Vec::new();
    let mut next_merge = 0;
    // How far down a merged region reaches that began above: no gap is inside a region.
    let mut reach = 0;
    for cell in cells {
        while let Some(m) = merges.get(next_merge).filter(|m| m.top <= cell.row) {
            // Regions without text, of the free rows below a table say, hold nothing together.
            if block.last().is_some_and(|last| m.top <= last.row.max(reach)) || m.top == cell.row {
                reach = reach.max(m.bottom);
            }
            next_merge += 1;
        }
        if block.last().is_some_and(|last| cell.row > last.row.max(reach).saturating_add(WIDE_GAP)) {
            push_block(&mut grids, layout, &merges, std::mem::take(&mut block));
        }
        block.push(cell);
    }
    push_block(&mut grids, layout, &merges, block);
    grids
}

fn push_block(grids: &mut Vec<Grid>, layout: &Layout, merges: &[Region], cells: Vec<SheetCell>) {
    let (Some(first), Some(last)) = (cells.first(), cells.last()) else {
        return;
    };
    let (top, bottom) = (first.row, last.row);
    let from = merges.partition_point(|m| m.top < top);
    let to = merges.partition_point(|m| m.top <= bottom);
    // A region that began above the first text would have held this block to the one above it.
    let merges = &merges[from..to];
    match side_by_side(&cells, merges) {
        Some(column) => {
            let (left, right) = cells.into_iter().partition(|c| c.column < column);
            let (left_merges, right_merges): (Vec<Region>, Vec<Region>) = merges.iter().partition(|m| m.left < column);
            grids.extend(grid(layout, &left_merges, left));
            push_block(grids, layout, &right_merges, right);
        }
        None => grids.extend(grid(layout, merges, cells)),
    }
}

/// The first column of the right table where two of one make stand side by side: a column without text or region
/// parts them, and they have labels in common.
fn side_by_side(cells: &[SheetCell], merges: &[Region]) -> Option<u32> {
    let left = cells.iter().map(|c| c.column).min()?;
    let right = cells.iter().map(|c| c.column).max()?;
    let width = (right - left + 1) as usize;
    if !(5..=1024).contains(&width) || cells.len() < 4 * SHARED_LABELS {
        return None;
    }
    let mut used = vec![false; width];
    cells.iter().for_each(|c| used[(c.column - left) as usize] = true);
    if used.iter().all(|u| *u) {
        return None;
    }
    for m in merges {
        let from = m.left.max(left) - left;
        let to = m.right.min(right).saturating_sub(left);
        (from..=to).for_each(|c| used[c as usize] = true);
    }
    let is_label = |c: &&SheetCell| c.text.chars().filter(|c| !c.is_ascii()).count() >= 2;
    // For each label, the first and the last column in which it stands.
    let mut labels: HashMap<&str, (usize, usize)> = HashMap::new();
    for cell in cells.iter().filter(is_label) {
        let column = (cell.column - left) as usize;
        let seen = labels.entry(cell.text.as_str()).or_insert((column, column));
        *seen = (seen.0.min(column), seen.1.max(column));
    }
    // How many labels begin, and how many end, in each column.
    let (mut begins, mut ends) = (vec![0usize; width], vec![0usize; width]);
    for (first, last) in labels.values() {
        begins[*first] += 1;
        ends[*last] += 1;
    }
    let (mut on_left, mut gone) = (0, 0);
    (1..width).find_map(|column| {
        on_left += begins[column - 1];
        gone += ends[column - 1];
        let (shared, on_right) = (on_left - gone, labels.len() - gone);
        let parted = used[column] && !used[column - 1];
        (parted && shared >= SHARED_LABELS && 2 * shared >= on_left.min(on_right)).then(|| left + column as u32)
    })
}

/// One grid of sorted cells; blank places of its rows become blank cells.
fn grid(layout: &Layout, merges: &[Region], cells: Vec<SheetCell>) -> Option<Grid> {
    let first_row = cells.first()?.row;
    let first_column = cells.iter().map(|c| c.column).min()?;
    let last_row = cells.last()?.row;
    let last_column = cells.iter().map(|c| c.column).max()?;
    let width = (last_column - first_column + 1) as usize;

    // Columns that hold something; the others are free space beside and between.
    let mut used = vec![false; width];
    cells.iter().for_each(|c| used[(c.column - first_column) as usize] = true);
    let columns: Vec<usize> = (0..width).filter(|c| used[*c]).collect();
    let rows = cells.chunk_by(|a, b| a.row == b.row).count();
    let with_blanks = rows.saturating_mul(columns.len()) <= cells.len().saturating_mul(BLANKS_PER_CELL) + 20_000;

    // For each column, the first row that no region covers.
    let mut free_from = vec![0u32; width];
    let mut budget = MERGE_BUDGET;
    let mut placed: Vec<Cell> = Vec::with_capacity(cells.len() + cells.len() / 4);
    let mut merges = merges.iter().peekable();
    let mut starting: Vec<Region> = Vec::new();
    let mut cells = cells.into_iter().peekable();
    while let Some(row) = cells.peek().map(|c| c.row) {
        starting.clear();
        while let Some(m) = merges.next_if(|m| m.top <= row) {
            let inside = m.left >= first_column && m.left <= last_column;
            // A region that begins in a blank row above hides what it covers here, and is itself a blank cell.
            if inside && (m.top == row || m.bottom >= row) {
                starting.push(Region { right: m.right.min(last_column), bottom: m.bottom.min(last_row), ..*m });
            }
        }
        starting.sort_unstable_by_key(|m| (m.left, m.top));
        let mut starting = starting.iter().peekable();
        let mut place = |column: usize, content: Option<SheetCell>, placed: &mut Vec<Cell>| {
            let at = first_column + column as u32;
            let mut region = None;
            while let Some(m) = starting.next_if(|m| m.left <= at) {
                if m.left == at {
                    region = Some(*m);
                }
            }
            if free_from[column] > row {
                return;
            }
            let (mut row_span, mut column_span) = (1, 1);
            if let Some(m) = region {
                let span = (m.right - m.left + 1) as usize;
                let covered = &mut free_from[column..column + span];
                if budget >= span && covered.iter().all(|free| *free <= row) {
                    budget -= span;
                    covered.fill(m.bottom + 1);
                    (row_span, column_span) = ((m.bottom - row + 1) as usize, span);
                }
            }
            let (text, exact) = content.map_or((String::new(), None), |c| (c.text, c.exact));
            let grid_row = (row - first_row) as usize;
            placed.push(Cell { exact, ..Cell::new(grid_row, column, text).spanning(row_span, column_span) });
        };
        if with_blanks {
            for &column in &columns {
                let at = first_column + column as u32;
                let content = cells.next_if(|c| c.row == row && c.column == at);
                place(column, content, &mut placed);
            }
        } else {
            while let Some(cell) = cells.next_if(|c| c.row == row) {
                place((cell.column - first_column) as usize, Some(cell), &mut placed);
            }
        }
    }
    let mut grid = Grid::new(GridOrigin::Explicit, placed);
    grid.name = Some(layout.name.clone());
    grid.first_row = first_row as usize;
    grid.first_column = first_column as usize;
    Some(grid)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashSet;

    fn cell(row: u32, column: u32, text: &str) -> SheetCell {
        SheetCell { row, column, text: text.into(), exact: None }
    }

    fn region(top: u32, left: u32, bottom: u32, right: u32) -> Region {
        Region { top, left, bottom, right }
    }

    fn sheet(layout: Layout, cells: Vec<SheetCell>) -> Vec<Grid> {
        let layout = layout.prepared();
        let (cells, _) = layout.visible(cells);
        grids(&layout, cells)
    }

    fn shown(grid: &Grid) -> Vec<(usize, usize, usize, usize, &str)> {
        grid.cells.iter().map(|c| (c.row, c.column, c.row_span, c.column_span, c.text.as_str())).collect()
    }

    #[test]
    fn addresses() {
        assert_eq!([address(0, 0), address(6, 1), address(9, 26), address(0, 16383)], ["A1", "B7", "AA10", "XFD1"]);
    }

    #[test]
    fn coordinates_are_the_sheets_and_blanks_are_cells() {
        let layout = Layout { merges: vec![region(4, 2, 5, 2), region(4, 3, 4, 9)], ..Layout::default() };
        let cells = vec![cell(4, 2, "产出"), cell(4, 3, "甲"), cell(5, 2, "盖住"), cell(5, 3, "乙"), cell(6, 4, "丙")];
        let grids = sheet(layout, cells);
        assert_eq!((grids[0].first_row, grids[0].first_column), (4, 2));
        let expected = [
            (0, 0, 2, 1, "产出"),
            (0, 1, 1, 2, "甲"),
            (1, 1, 1, 1, "乙"),
            (1, 2, 1, 1, ""),
            (2, 0, 1, 1, ""),
            (2, 1, 1, 1, ""),
            (2, 2, 1, 1, "丙"),
        ];
        assert_eq!(shown(&grids[0]), expected);
    }

    #[test]
    fn what_is_hidden_is_not_there() {
        let layout = Layout {
            merges: vec![region(0, 0, 2, 0)],
            hidden_rows: vec![(0, 0)],
            hidden_columns: vec![(2, 5)],
            ..Layout::default()
        };
        let cells = vec![cell(0, 0, "并"), cell(0, 1, "藏"), cell(1, 1, "一"), cell(2, 1, "二"), cell(2, 3, "藏")];
        let layout = layout.prepared();
        let (cells, hidden) = layout.visible(cells);
        assert_eq!(hidden, 2);
        let grids = grids(&layout, cells);
        assert_eq!(shown(&grids[0]), [(0, 0, 2, 1, "并"), (0, 1, 1, 1, "一"), (1, 1, 1, 1, "二")]);
        assert_eq!(grids[0].first_row, 1);
    }

    #[test]
    fn wide_gaps_and_tables_side_by_side_part_a_sheet() {
        let far = sheet(Layout::default(), vec![cell(0, 0, "甲"), cell(1_000_000, 0, "乙")]);
        assert_eq!(far.len(), 2);
        assert_eq!((far[1].first_row, far[1].rows), (1_000_000, 1));

        let form = |left: u32| {
            let labels = ["项目名称", "主管部门", "一级指标", "年度指标值"];
            labels
                .into_iter()
                .enumerate()
                .flat_map(move |(r, l)| [cell(r as u32, left, l), cell(r as u32, left + 1, "值")])
        };
        let two = sheet(Layout::default(), form(0).chain(form(3)).collect());
        assert_eq!(two.iter().map(|g| g.first_column).collect::<Vec<_>>(), [0, 3]);
        let other =
            (0..4).flat_map(|r| [cell(r, 0, "左边"), cell(r, 1, "标签"), cell(r, 3, "右边"), cell(r, 4, "别的")]);
        assert_eq!(sheet(Layout::default(), other.collect()).len(), 1);
    }

    #[test]
    fn scattered_cells_do_not_fill_the_sheet_with_blanks() {
        let diagonal = (0..2000).map(|i| cell(i, i, "x")).collect();
        assert_eq!(sheet(Layout::default(), diagonal)[0].cells.len(), 2000);
    }

    proptest! {
        #[test]
        fn cells_never_overlap(
            texts in prop::collection::vec((0u32..12, 0u32..8), 0..40),
            merges in prop::collection::vec((0u32..12, 0u32..8, 0u32..5, 0u32..5), 0..12),
            hidden in prop::collection::vec((0u32..12, 0u32..3), 0..3),
        ) {
            let layout = Layout {
                merges: merges.into_iter().map(|(r, c, h, w)| region(r, c, r + h, c + w)).collect(),
                hidden_rows: hidden.iter().map(|(r, n)| (*r, r + n)).collect(),
                hidden_columns: hidden.iter().take(1).map(|(c, _)| (*c, *c)).collect(),
                ..Layout::default()
            };
            for grid in sheet(layout, texts.into_iter().map(|(r, c)| cell(r, c, "x")).collect()) {
                let mut seen = HashSet::new();
                for c in &grid.cells {
                    for row in c.row..c.row_end() {
                        for column in c.column..c.column_end() {
                            prop_assert!(seen.insert((row, column)));
                        }
                    }
                }
                prop_assert!(grid.cells.is_sorted_by_key(|c| (c.row, c.column)));
            }
        }
    }

    #[test]
    fn many_columns_of_labels_with_gaps_between_are_parted_at_once() {
        // Labels of its own in every other column: each gap could part two tables, and none does.
        let cells: Vec<SheetCell> =
            (0..200).flat_map(|row| (0..500).map(move |n| cell(row, 2 * n, &format!("指标{row}之{n}")))).collect();
        assert_eq!(sheet(Layout::default(), cells).len(), 1);
    }

    #[test]
    fn hidden_columns_told_over_and_over_are_kept_once() {
        let mut read = Sheet { is_survey: true, budget: Budget { cells: 10, text: 10 }, ..Sheet::default() };
        for n in 0..200_000 {
            read.hide_columns(n % 100, n % 100 + 1);
        }
        read.hide_columns(200, 300);
        for column in [0, 100, 101, 250] {
            read.count(0, column);
        }
        assert_eq!((read.hidden_cells, read.layout.hidden_columns), (3, vec![(0, 100), (200, 300)]));
    }
}
