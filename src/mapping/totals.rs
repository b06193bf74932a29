//! 合计 and 总分: which of its numbers is the weight, which the score.

use super::align::points;
use super::columns::Column;
use super::form::Totals;
use super::indicator::block_columns;
use super::layout::Layout;
use super::quantity::Grammar;
use super::row::Row;
use crate::model::GridOrigin;
use crate::patterns::{Field, Patterns};
use rust_decimal::Decimal;

/// The totals of a form, from its rows 合计 or 总分.
pub(super) fn totals(layout: &Layout, patterns: &Patterns, grammar: &Grammar) -> Totals {
    let mut totals = Totals::default();
    let columns = layout.indicators.last().map(|b| block_columns(b, patterns, grammar)).unwrap_or_default();
    for row in &layout.totals {
        let read = total(row, &columns, grammar);
        totals.weight = totals.weight.or(read.weight);
        totals.score = totals.score.or(read.score);
    }
    totals
}

fn total(row: &Row, columns: &[Column], grammar: &Grammar) -> Totals {
    let at = |field: Field| columns.iter().find(|c| c.field == Some(field));
    let (weight, score) = (at(Field::Weight), at(Field::Score));
    // 总分：98分 in one cell.
    let inline = row.cells.first().and_then(|c| {
        let (_, value) = super::signals::split_at_colon(&c.text)?;
        points(grammar, value)
    });
    let numbers: Vec<(usize, Decimal)> =
        row.cells.iter().skip(1).filter_map(|c| Some((c.column, points(grammar, &c.text)?))).collect();
    match (numbers.as_slice(), weight, score) {
        ([], ..) => Totals { weight: None, score: inline },
        ([(column, one)], Some(weight), Some(score)) => {
            // Only positions tell; where they do not, a lone total is the score.
            let nearer_weight =
                row.origin != GridOrigin::Ordered && column.abs_diff(weight.start) < column.abs_diff(score.start);
            if nearer_weight {
                Totals { weight: Some(*one), score: None }
            } else {
                Totals { weight: None, score: Some(*one) }
            }
        }
        ([(_, one), ..], None, _) => Totals { weight: None, score: Some(*one) },
        ([(_, one), ..], Some(_), None) => Totals { weight: Some(*one), score: None },
        ([(_, first), (_, second), ..], Some(weight), Some(score)) => {
            if weight.start <= score.start {
                Totals { weight: Some(*first), score: Some(*second) }
            } else {
                Totals { weight: Some(*second), score: Some(*first) }
            }
        }
    }
}
