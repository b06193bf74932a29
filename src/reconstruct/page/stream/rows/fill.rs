//! Which columns a row fills: how often each is filled, and what a row costs that fills others.

use super::super::columns::{Columns, Placed};
use std::ops::Range;

/// Share of the rows in which each column is filled, as far as that can be told before the rows are known.
pub(super) fn fill_rates(found: &Columns, body: &Range<usize>) -> Vec<f32> {
    let lines = found.lines.get(body.clone()).unwrap_or(&[]);
    let mut counts = vec![0_usize; found.columns.len()];
    for text in lines.iter().flatten() {
        if let Some(range) = counts.get_mut(text.first..=text.last) {
            range.iter_mut().for_each(|count| *count += 1);
        }
    }
    // Numbers stand once a row, texts may run over several lines.
    let mut numeric: Vec<usize> =
        counts.iter().zip(&found.columns).filter(|(_, column)| column.numeric > 0.5).map(|(&count, _)| count).collect();
    numeric.sort_unstable();
    let mut all = counts.clone();
    all.sort_unstable();
    let rows = numeric.get(numeric.len() / 2).or(all.get(all.len() / 2)).copied().unwrap_or(1).max(1);
    counts.iter().map(|&count| (count as f32 / rows as f32).clamp(0.1, 0.9)).collect()
}

/// Share of these rows in which each column is filled.
pub(super) fn filled_in(
    placed: &[Vec<Placed>],
    rows: &[Range<usize>],
    body: &Range<usize>,
    columns: usize,
) -> Vec<f32> {
    let mut counts = vec![0_usize; columns];
    let mut all = 0_usize;
    for row in rows {
        let lines = placed.get(row.start - body.start..row.end - body.start).unwrap_or(&[]);
        let mut filled = vec![false; columns];
        for text in lines.iter().flatten() {
            if let Some(range) = filled.get_mut(text.first..=text.last) {
                range.fill(true);
            }
        }
        // Labels of groups are no rows like the others.
        if filled.iter().skip(1).any(|filled| *filled) {
            all += 1;
            counts.iter_mut().zip(&filled).for_each(|(count, filled)| *count += usize::from(*filled));
        }
    }
    counts.iter().map(|&count| (count as f32 / all.max(1) as f32).clamp(0.1, 0.9)).collect()
}

/// The most that the filled columns of a row count: a row whose values are all blank is one, too.
const MOST_UNLIKE: f32 = 4.0;

/// How unlike a row's these filled columns are.
pub(super) fn fill_cost(filled: &[bool], rates: &[f32], label: f32, is_label: bool) -> f32 {
    let sum: f32 =
        filled.iter().zip(rates).map(|(&filled, &rate)| if filled { -rate.ln() } else { -(1.0 - rate).ln() }).sum();
    let cost = (1.6 * sum / (filled.len().max(1) as f32).sqrt()).min(MOST_UNLIKE);
    let lone = filled.first() == Some(&true) && filled.iter().skip(1).all(|filled| !filled);
    if lone || is_label { cost.min(label) } else { cost }
}
