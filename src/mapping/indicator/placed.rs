//! A row in columns before its texts are read, and what rows of a block do to each other: a page break cuts one in two, and
//! most of them fill the same columns.

use crate::mapping::levels::Printed;
use crate::mapping::quantity::Grammar;
use crate::model::{Clue, Evidence, Finding, Place};
use crate::normalize;

/// A row in columns, its texts as the source has them.
#[derive(Clone)]
pub(super) struct Placed {
    pub(super) level1: Printed,
    pub(super) level2: Printed,
    pub(super) name: String,
    pub(super) target: String,
    pub(super) sign: String,
    pub(super) unit: String,
    pub(super) actual: String,
    pub(super) weight: String,
    pub(super) score: String,
    pub(super) deviation: String,
    pub(super) improvement: String,
    pub(super) basis: String,
    pub(super) place: Place,
    pub(super) evidence: Evidence,
    pub(super) findings: Vec<Finding>,
}

/// What the rows of a block usually print, as shares of its rows.
#[derive(Debug, Clone, Copy)]
pub(super) struct Habit {
    pub(super) points: f32,
    pub(super) values: f32,
    /// Both target and actual.
    pub(super) both: f32,
}

/// The share of rows from which on something is usual in a form.
pub(super) const USUAL: f32 = 0.7;

impl Habit {
    pub(super) fn of(rows: &[Placed]) -> Self {
        let share =
            |has: &dyn Fn(&Placed) -> bool| rows.iter().filter(|r| has(r)).count() as f32 / rows.len().max(1) as f32;
        Habit {
            points: share(&|r| !r.weight.is_empty() || !r.score.is_empty()),
            values: share(&|r| !r.target.is_empty() || !r.actual.is_empty()),
            both: share(&|r| !r.target.is_empty() && !r.actual.is_empty()),
        }
    }
}

impl Placed {
    /// The text of the row's only value cell, where it holds several numbers and the other value cells are blank.
    pub(super) fn glued(&self) -> Option<&str> {
        let filled: Vec<&String> =
            [&self.weight, &self.target, &self.actual, &self.score].into_iter().filter(|t| !t.is_empty()).collect();
        let &[text] = filled.as_slice() else { return None };
        let mut numbers = 0;
        let mut inside = false;
        for c in text.chars() {
            let digit = c.is_ascii_digit() || (inside && c == '.');
            numbers += usize::from(digit && !inside);
            inside = digit;
        }
        (numbers >= 2 && !self.name.is_empty()).then_some(text)
    }
}

/// 效益指标 over a page break, （30分） below it: the bracket is the rest of the level that the row above prints.
pub(super) fn join_points_of_levels(rows: &mut [Placed], grammar: &Grammar) {
    fn part(row: &mut Placed, first: bool) -> &mut Printed {
        if first { &mut row.level1 } else { &mut row.level2 }
    }
    let is_points = |text: &str| {
        let inside = normalize::key(text);
        let inside = inside.strip_prefix('(').and_then(|rest| rest.strip_suffix("分)"));
        inside.is_some_and(|number| grammar.number(number).is_some())
    };
    for first in [true, false] {
        for at in 1..rows.len() {
            let rest = match part(&mut rows[at], first) {
                Printed::Text(text) if is_points(text) => std::mem::take(text),
                _ => continue,
            };
            *part(&mut rows[at], first) = Printed::Blank;
            let above = (0..at).rev().find(|above| matches!(part(&mut rows[*above], first), Printed::Text(_)));
            if let Some(Printed::Text(text)) = above.map(|above| part(&mut rows[above], first)) {
                text.push_str(&rest);
            }
        }
    }
}

/// The rest of a row that a page break cut: texts go on, blanks are filled.
pub(super) fn join(last: &mut Placed, next: Placed) {
    fn text(into: &mut String, more: String) {
        into.push_str(more.trim_start());
    }
    for (into, more) in [(&mut last.level1, next.level1), (&mut last.level2, next.level2)] {
        match (into, more) {
            (Printed::Text(into), Printed::Text(more)) => into.push_str(&more),
            (into @ Printed::Blank, more @ Printed::Text(_)) => *into = more,
            _ => {}
        }
    }
    text(&mut last.name, next.name);
    text(&mut last.target, next.target);
    text(&mut last.sign, next.sign);
    text(&mut last.unit, next.unit);
    text(&mut last.actual, next.actual);
    text(&mut last.weight, next.weight);
    text(&mut last.score, next.score);
    text(&mut last.deviation, next.deviation);
    text(&mut last.improvement, next.improvement);
    text(&mut last.basis, next.basis);
    if let (Some(rows), Some(more)) = (&mut last.place.rows, next.place.rows) {
        rows[1] = more[1].max(rows[1]);
    }
    last.evidence.join(next.evidence);
    last.evidence.add(Clue::RowJoined);
    last.findings.extend(next.findings);
}

/// Marks the few rows that fill fewer value columns than most rows of their block, or more.
pub(super) fn mark_uneven(rows: &mut [Placed]) {
    let filled = |row: &Placed| {
        let values = [&row.name, &row.target, &row.actual, &row.weight, &row.score];
        values.iter().filter(|text| !text.is_empty()).count()
    };
    let mut counts = [0usize; 6];
    rows.iter().for_each(|row| counts[filled(row)] += 1);
    let Some(usual) = (0..counts.len()).max_by_key(|count| counts[*count]) else { return };
    let few = rows.len() / 4;
    for row in rows {
        let own = filled(row);
        let lone = counts[own] <= few.max(1);
        row.evidence.note(Clue::FewerCells, own < usual && lone);
        row.evidence.note(Clue::MoreCells, own > usual && lone);
    }
}
