//! Whether what begins a page goes on with the table that the page before left open, and how.

use super::super::brim::Brim;
use super::super::same_columns::{Columns, Likeness, columns};
use super::super::table::{Evidence, Table, TableCell};
use super::header::{head_texts, repeated_rows, same_texts};
use super::open::{Head, Joint, Open, Tail, closed, is_numeric};
use super::row_cut::is_row_cut;
use super::span_cut::is_span_cut;

/// Room below a table, in points, beyond what its next row needed, that still speaks for going on.
const SPARE_ROOM: f32 = 16.0;

/// What of an open table's header stands above what begins the next page.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Above {
    /// Rows that stand there as lines.
    pub(super) head_rows: usize,
    /// Some first rows were told by their texts, and are handed out neither as lines nor as a table.
    pub(super) header: bool,
}

/// Does this table go on with the open one?
///
/// `above` tells what of its header stands above it; `one_element` says that in the structure tree a table over pages is one.
pub(super) fn joint(open: &Open, table: &Table, brims: &[Brim], above: Above, one_element: bool) -> Option<Joint> {
    let head_rows = above.head_rows;
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
        || ((repeated > 0 || above.header) && columns.likeness >= Likeness::Half)
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

fn is_dash(text: &str) -> bool {
    text.chars().all(|c| matches!(c, '-' | '–' | '—' | '－' | '/' | '…' | '.' | '*') || c.is_whitespace())
}
