//! 合计 and 总分: which of its numbers is the weight, which the score.

use super::align::points;
use super::columns::Column;
use super::form::Totals;
use super::indicator::percent_points;
use super::layout::Layout;
use super::quantity::Grammar;
use super::row::Row;
use crate::model::GridOrigin;
use crate::patterns::{Field, Patterns, RowLabel, label_key};
use rust_decimal::Decimal;

/// The totals of a form, from its rows 合计 or 总分 under `columns` (the last block's), or a line 总分：N分 where N is the sum of the blocks' points.
pub(super) fn totals<'l>(
    layout: &Layout,
    columns: &[Column],
    lines: impl Iterator<Item = &'l String>,
    patterns: &Patterns,
    grammar: &Grammar,
) -> Totals {
    let mut totals = Totals::default();
    let header = layout.indicators.last().and_then(|block| block.header.first());
    let extent = header.map_or(0, |header| header.extent);
    for row in &layout.totals {
        let read = total(row, columns, row.moved_to(extent), grammar);
        totals.weight = totals.weight.or(read.weight);
        totals.score = totals.score.or(read.score);
    }
    if totals.weight.is_none() {
        let points: Decimal = block_points(layout, grammar).into_iter().sum();
        totals.weight = lines
            .filter_map(|line| total_line(line, patterns, grammar))
            .find(|total| *total == points && !points.is_zero());
    }
    totals
}

/// The points in the labels of the blocks: 预算执行情况（20分）, 绩效指标（80分）.
fn block_points(layout: &Layout, grammar: &Grammar) -> Vec<Decimal> {
    let mut seen: Vec<&String> = Vec::new();
    let mut found = Vec::new();
    for label in &layout.block_labels {
        if seen.contains(&label) {
            continue;
        }
        seen.push(label);
        let brackets = label.split(['(', '（']).skip(1).filter_map(|rest| rest.split([')', '）']).next());
        found.extend(brackets.filter_map(|inside| grammar.number(inside.trim().strip_suffix('分')?)));
    }
    found
}

/// N of 总分：N分.
fn total_line(line: &str, patterns: &Patterns, grammar: &Grammar) -> Option<Decimal> {
    let (label, value) = super::signals::split_at_colon(line)?;
    patterns.row_labels.is(&label_key(label), RowLabel::Total).then(|| points(grammar, value.trim_end_matches('。')))?
}

/// The totals of a row that stands `moved` columns left of its header.
fn total(row: &Row, columns: &[Column], moved: usize, grammar: &Grammar) -> Totals {
    let at = |field: Field| columns.iter().find(|c| c.field == Some(field));
    let (weight, score) = (at(Field::Weight), at(Field::Score));
    // 总分：98分 in one cell.
    let inline = row.cells.first().and_then(|c| {
        let (_, value) = super::signals::split_at_colon(&c.text)?;
        points(grammar, value)
    });
    // 100% adds up weights that are written so.
    let is_weight = |column: usize| weight.is_some_and(|w| w.start <= column && column < w.end);
    let number = |text: &str, column: usize| {
        points(grammar, text).or_else(|| is_weight(column).then(|| percent_points(text, grammar)).flatten())
    };
    let numbers: Vec<(usize, Decimal)> =
        row.cells.iter().skip(1).filter_map(|c| Some((c.column + moved, number(&c.text, c.column + moved)?))).collect();
    // More than two numbers: another column, of what was taken off, is added up too. Places tell.
    if let (3.., Some(weight), Some(score)) = (numbers.len(), weight, score) {
        let under =
            |c: &Column| numbers.iter().find(|(at, _)| (c.start..c.end).contains(at)).map(|(_, points)| *points);
        if let (Some(weight), Some(score)) = (under(weight), under(score)) {
            return Totals { weight: Some(weight), score: Some(score), ..Totals::default() };
        }
    }
    // 自评总分 and 总得分 say which it is.
    let names_score = row.cells.first().is_some_and(|c| c.label.contains("得分") || c.label.contains('评'));
    match (numbers.as_slice(), weight, score) {
        ([], ..) => Totals { weight: None, score: inline, ..Totals::default() },
        ([(_, one)], ..) if names_score => Totals { weight: None, score: Some(*one), ..Totals::default() },
        ([(column, one)], Some(weight), Some(score)) => {
            // Only positions tell; where they do not, a lone total is the score.
            let nearer_weight =
                row.origin != GridOrigin::Ordered && column.abs_diff(weight.start) < column.abs_diff(score.start);
            if nearer_weight {
                Totals { weight: Some(*one), score: None, ..Totals::default() }
            } else {
                Totals { weight: None, score: Some(*one), ..Totals::default() }
            }
        }
        ([(_, one), ..], None, _) => Totals { weight: None, score: Some(*one), ..Totals::default() },
        ([(_, one), ..], Some(_), None) => Totals { weight: Some(*one), score: None, ..Totals::default() },
        ([(_, first), (_, second), ..], Some(weight), Some(score)) => {
            if weight.start <= score.start {
                Totals { weight: Some(*first), score: Some(*second), ..Totals::default() }
            } else {
                Totals { weight: Some(*second), score: Some(*first), ..Totals::default() }
            }
        }
    }
}
