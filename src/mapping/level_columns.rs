//! One header over several columns of levels, 指标类型 above 产出指标 | 数量指标: columns with their fields come in, the header's
//! column parted where the cells below it begin goes out.

use super::columns::Column;
use super::row::Row;
use crate::model::GridOrigin;
use crate::patterns::{Field, Patterns};

const LEVELS: [Field; 3] = [Field::Level1, Field::Level2, Field::Level3];

/// Parts each column of a level below whose header cells begin in several columns of the grid, where the form lacks the
/// levels that the others then are.
///
/// `extent` is how far the header reaches.
pub(super) fn split(mut columns: Vec<Column>, data: &[&Row], extent: usize, patterns: &Patterns) -> Vec<Column> {
    let wide = columns.iter().position(|c| c.end - c.start > 1 && c.field.is_some_and(|f| LEVELS.contains(&f)));
    let Some(at) = wide else { return columns };
    let starts = starts(&columns[at], data, extent);
    let has = |field: Field| columns.iter().any(|c| c.field == Some(field));
    let own = columns[at].field;
    let free: Vec<Field> = LEVELS.into_iter().filter(|f| Some(*f) == own || !has(*f)).collect();
    let Some(fields) = fields(&free, own, &columns[at], &starts, (data, extent), patterns) else { return columns };
    let header = columns.remove(at);
    for (index, (start, field)) in starts.iter().zip(fields).enumerate() {
        let end = starts.get(index + 1).copied().unwrap_or(header.end);
        let start = if index == 0 { header.start } else { *start };
        columns.insert(at + index, Column { start, end, field: Some(field), ..header.clone() });
    }
    columns
}

/// Where the cells below a header begin: the last of these columns is filled in most rows, those before it at least once.
fn starts(column: &Column, data: &[&Row], extent: usize) -> Vec<usize> {
    // Of rows whose cells are only in order nobody knows where a cell stands.
    let rows = || data.iter().filter(|row| row.origin != GridOrigin::Ordered);
    let own = |row: &Row| -> Vec<usize> {
        let by = row.moved_to(extent);
        row.cells.iter().map(|c| c.column + by).filter(|at| (column.start..column.end).contains(at)).collect()
    };
    let mut starts: Vec<usize> = rows().flat_map(|row| own(row)).collect();
    starts.sort_unstable();
    starts.dedup();
    let last = starts.last().copied();
    let filled = rows().filter(|row| own(row).last().copied() == last).count();
    if filled * 2 > rows().count() { starts } else { Vec::new() }
}

/// The levels that the cells from each start on are: from the left, or up to level 3 where the header speaks of that.
fn fields(
    free: &[Field],
    own: Option<Field>,
    column: &Column,
    starts: &[usize],
    (data, extent): (&[&Row], usize),
    patterns: &Patterns,
) -> Option<Vec<Field>> {
    let count = starts.len();
    if count < 2 || count > free.len() {
        return None;
    }
    if own != Some(Field::Level3) {
        return Some(free[..count].to_vec());
    }
    if count == free.len() {
        return Some(free.to_vec());
    }
    // One level beside the name, and two that it may be: what the cells name decides.
    let cells = data.iter().filter_map(|row| row.cell_in(column.start..starts[1], extent));
    let kinds: Vec<_> = cells.map(|c| c.levels(&patterns.levels)).collect();
    let second = kinds.iter().filter(|(first, second)| first.is_none() && second.is_some()).count();
    let upper = if second * 2 > kinds.len() { Field::Level2 } else { Field::Level1 };
    Some(vec![upper, Field::Level3])
}
