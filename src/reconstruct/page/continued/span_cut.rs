//! Cells over several rows that a page's end cut, though it cut no row.

use super::super::table::Table;
use super::super::words::is_ideographic;
use super::open::{Head, Open, Tail};
use super::row_cut::ends_sentence;

/// Labels over several rows that make a column one of groups.
const LEAST_TALL: u32 = 2;

/// Does a cell that ends with the page go on in this one, though the row does not?
pub(super) fn is_span_cut(open: &Open, table: &Table, tail: &Tail, head: &Head, heads: &[Head]) -> bool {
    let (Some(above), Some(below)) = (open.cells.get(tail.cell), table.cells.get(head.cell)) else { return false };
    let others_closed = heads.iter().any(|other| other.closed == Some(true));
    let no_wall = (tail.closed == Some(false) && open.tail.iter().any(|other| other.closed == Some(true)))
        || (head.closed == Some(false) && others_closed);
    if no_wall {
        return true;
    }
    // A label's last character alone: no text of its own.
    let alone = below.text.chars().count() == 1 && below.text.chars().all(is_ideographic);
    if alone && above.text.chars().count() >= 3 && !ends_sentence(&above.text) && tail.brim.flows_into(&head.brim) {
        return true;
    }
    let others_begin = heads
        .iter()
        .any(|other| other.cell != head.cell && table.cells.get(other.cell).is_some_and(|cell| !cell.text.is_empty()));
    if !others_begin || above.text.is_empty() && open.rows > above.row_span {
        return below.text.is_empty() == above.text.is_empty() && above.row_span > 1 && below.row_span > 1;
    }
    // A column of labels over several rows has no blank cells: a blank one is the rest of the label above.
    let groups = open.tall.get(above.column).is_some_and(|&(tall, blank)| tall >= LEAST_TALL && blank == 0);
    below.text.is_empty() && (below.row_span > 1 || above.row_span > 1 || groups)
}
