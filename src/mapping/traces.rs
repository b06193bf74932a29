//! What placing a row leaves behind for its confidence: how its cells came to stand in their columns, how sure
//! recognition was of them.

use super::align::Alignment;
use super::columns::Column;
use super::row::Row;
use crate::model::{Clue, Evidence, GridOrigin};
use crate::patterns::Field;

/// A score of recognition that asks for a second look.
const LOW: f32 = 0.9;
/// A header less like a known one than this was not read as it is spelt in the patterns.
const SPELT: f32 = 0.95;
/// … and than this may be anything.
const ALIKE: f32 = 0.55;
/// Margins between the best placing and the next: less is close, or as good as none.
const CLOSE: f32 = 2.0;
const TIED: f32 = 0.6;

/// The evidence of a row that was put into these columns.
pub(super) fn of_row(row: &Row, columns: &[Column], alignment: &Alignment) -> Evidence {
    let mut evidence = Evidence::NONE;
    evidence.join(of_origin(row));
    evidence.add_score(row.cells.iter().map(|cell| cell.trust).fold(1.0, f32::min));
    evidence.note(Clue::ScoresLow, row.cells.iter().filter(|cell| cell.trust < LOW).count() > 1);
    evidence.note(Clue::CellsMoved, alignment.shifted);
    evidence.note(Clue::PlacesSearched, alignment.searched);
    evidence.note(Clue::PlacesClose, alignment.margin < CLOSE);
    evidence.note(Clue::PlacesTied, alignment.margin < TIED);
    evidence.note(Clue::CellsJoined, alignment.cells.iter().any(|held| held.len() > 1));
    evidence.join(of_columns(columns));
    evidence
}

/// What the positions of its cells rest on.
pub(super) fn of_origin(row: &Row) -> Evidence {
    let mut evidence = Evidence::NONE;
    evidence.note(Clue::SpansUnstated, matches!(row.origin, GridOrigin::Separated | GridOrigin::Counted));
    evidence.note(Clue::OrderOnly, row.origin == GridOrigin::Ordered);
    evidence
}

/// A header that nothing is known of.
fn is_unread(column: &Column) -> bool {
    !column.header.is_empty() && column.field.is_none() && column.fit <= 0.0
}

/// Is a field one of those whose header forms spell in few ways?
fn tells(field: Field) -> bool {
    use Field::{Actual, Budget, BudgetInitial, Executed, Level1, Level2, Level3, Rate, Score, Target, Weight};
    matches!(
        field,
        Level1 | Level2 | Level3 | Target | Actual | Weight | Score | Budget | BudgetInitial | Executed | Rate
    )
}

/// What the headers say, the same for every row below them.
pub(super) fn of_columns(columns: &[Column]) -> Evidence {
    let mut evidence = Evidence::NONE;
    let headed = || columns.iter().filter(|column| !column.header.is_empty());
    let least = headed().filter(|column| column.field.is_some_and(tells)).map(|column| column.fit).fold(1.0, f32::min);
    // What stands left of all fields is the block's label.
    let first = columns.iter().position(|column| column.field.is_some()).unwrap_or(0);
    evidence.note(Clue::HeaderUnsure, least < SPELT);
    evidence.note(Clue::HeaderPoor, least < ALIKE);
    evidence.note(Clue::ColumnUnread, columns[first..].iter().any(is_unread));
    evidence.note(Clue::HeaderLost, headed().next().is_none());
    evidence
}
