//! The indicator block: rows in columns, levels, quantities with their units, repairs.

mod placed;
mod reading;
mod record;

pub(super) use record::Indicator;

use super::align::{Aligner, Alignment, points};
use super::columns::{Column, columns};
use super::form::{FormHead, Totals};
use super::layout::{DataRow, IndicatorBlock};
use super::level_columns;
use super::levels::{self, LevelRow, Printed};
use super::place::Places;
use super::quantity::{Context, Grammar};
use super::row::{Row, RowCell};
use super::split::{Slot, ways};
use super::stacked;
use super::traces;
use crate::model::{Clue, Code, Columns, Finding, Level, Severity};
use crate::normalize;
use crate::patterns::{Field, HeaderPart, Patterns, RowLabel, label_key};
use placed::{Habit, Placed, USUAL, join, join_points_of_levels, mark_uneven};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// The indicators of a block and the columns they were read from; `columns` are the block's ([`block_columns`]).
pub(super) fn indicators(
    block: &IndicatorBlock,
    columns: Vec<Column>,
    head: &FormHead,
    totals: Totals,
    patterns: &Patterns,
    grammar: &Grammar,
) -> (Vec<Indicator>, Columns) {
    let columns = if block.header.is_empty() { usual_columns(block) } else { columns };
    let columns = with_named_level(columns);
    let percent_weights = percent_weights(block, &columns, grammar);
    let extent = block.header.first().map_or(0, |header| header.extent);
    let reader = Reader { patterns, grammar, head, columns: &columns, extent, percent_weights };
    let mut all: Vec<Placed> = block.rows.iter().map(|row| reader.place(row, false)).collect();
    reader.split_glued(&mut all, totals);
    let habit = Habit::of(&all);
    mark_uneven(&mut all);
    let mut placed: Vec<Placed> = Vec::with_capacity(all.len());
    for (mut next, row) in all.into_iter().zip(&block.rows) {
        // What a page break left of a row makes little sense by itself: it is looked at where it stands.
        if row.after_break
            && let Some(last) = placed.last_mut()
        {
            let rest = reader.place(row, true);
            if reader.goes_on(last, &rest, habit) {
                join(last, rest);
                continue;
            }
            last.evidence.add(Clue::PageEdge);
            next.evidence.add(Clue::PageEdge);
        }
        placed.push(next);
    }
    join_points_of_levels(&mut placed, grammar);
    let printed: Vec<LevelRow> = placed
        .iter()
        .map(|p| LevelRow {
            first: p.level1.clone(),
            second: p.level2.clone(),
            name: normalize::display(&p.name).into_owned(),
            weight: reader.weight(p),
            target: p.target.clone(),
        })
        .collect();
    let has = |field: Field| columns.iter().any(|c| c.field == Some(field));
    let heads_group = reader.groups(&placed);
    let levels = levels::assign(&printed, (has(Field::Level1), has(Field::Level2)), patterns, grammar);
    let mut found = Vec::with_capacity(placed.len());
    for ((mut placed, (level1, level2)), heads_group) in placed.into_iter().zip(levels).zip(heads_group) {
        if heads_group {
            continue;
        }
        let carried = |own: &Printed, level: &Level| matches!(own, Printed::Blank) && level.name.is_some();
        let any = carried(&placed.level1, &level1) || carried(&placed.level2, &level2);
        placed.evidence.note(Clue::LevelCarried, any);
        for placed in reader.unstacked(placed) {
            found.extend(reader.read(placed, level1.clone(), level2.clone()));
        }
    }
    mark_lost_levels(&mut found, patterns);
    let used = columns
        .iter()
        .filter_map(|c| Some((c.field?, &c.header)))
        .filter(|(f, _)| !matches!(f, Field::Extra | Field::SecondScore))
        .map(|(f, header)| (f.key().to_owned(), header.clone()))
        .collect();
    (found, used)
}

/// The columns under a block's header.
pub(super) fn block_columns(block: &IndicatorBlock, patterns: &Patterns, grammar: &Grammar) -> Vec<Column> {
    let data: Vec<&Row> = block.rows.iter().map(|r| &r.row).collect();
    let extent = block.header.first().map_or(0, |header| header.extent);
    let columns = columns(&block.header, HeaderPart::Indicator, &data, patterns, grammar);
    level_columns::split(columns, &data, extent, patterns)
}

/// A form whose only name column is headed 二级指标 or 绩效指标: the lowest level is level 3.
fn with_named_level(mut columns: Vec<Column>) -> Vec<Column> {
    let has = |field: Field, columns: &[Column]| columns.iter().position(|c| c.field == Some(field));
    if has(Field::Level3, &columns).is_none() {
        let lowest = has(Field::Level2, &columns).or_else(|| has(Field::Level1, &columns));
        if let Some(at) = lowest {
            columns[at].field = Some(Field::Level3);
        }
    }
    columns
}

/// Columns for a block whose header was lost: the order of the central template, left to right.
fn usual_columns(block: &IndicatorBlock) -> Vec<Column> {
    let order = [
        Field::Level1,
        Field::Level2,
        Field::Level3,
        Field::Target,
        Field::Actual,
        Field::Weight,
        Field::Score,
        Field::Deviation,
    ];
    let widest = block.rows.iter().map(|r| r.row.width).max().unwrap_or(0);
    let first = widest.saturating_sub(order.len());
    order
        .iter()
        .enumerate()
        .map(|(i, field)| Column {
            start: first + i,
            end: first + i + 1,
            header: String::new(),
            field: Some(*field),
            fit: 0.3,
        })
        .collect()
}

/// Does a block write its weights as percentages, 20% for 20 of 100 points? Most of the cells below the header say so.
fn percent_weights(block: &IndicatorBlock, columns: &[Column], grammar: &Grammar) -> bool {
    let Some(weight) = columns.iter().find(|c| c.field == Some(Field::Weight)) else { return false };
    let extent = block.header.first().map_or(0, |header| header.extent);
    let cells = block.rows.iter().filter_map(|data| {
        let by = data.row.moved_to(extent);
        data.row.cells.iter().find(|c| weight.start <= c.column + by && c.column + by < weight.end)
    });
    let (mut percent, mut all) = (0, 0);
    for cell in cells.filter(|c| c.text.starts_with(|c: char| c.is_ascii_digit())) {
        all += 1;
        percent += usize::from(percent_points(&cell.text, grammar).is_some());
    }
    percent * 2 > all
}

/// 20 of `20%`.
pub(super) fn percent_points(text: &str, grammar: &Grammar) -> Option<Decimal> {
    grammar.number(text.trim().strip_suffix(['%', '％'])?.trim_end())
}

struct Reader<'a> {
    patterns: &'a Patterns,
    grammar: &'a Grammar,
    head: &'a FormHead,
    columns: &'a [Column],
    /// How far the header's own cells reach.
    extent: usize,
    /// Weights are written as percentages.
    percent_weights: bool,
}

impl Reader<'_> {
    /// Which rows only name the group of indicators below them and add up its points, in a form that has no columns for
    /// levels: 一 | 产出指标 | 55 | 53.
    fn groups(&self, rows: &[Placed]) -> Vec<bool> {
        let blank = |text: &str| self.grammar.is_blank(text.trim());
        let has = |field: Field| self.columns.iter().any(|c| c.field == Some(field));
        let measured = rows.iter().any(|row| !blank(&row.target) || !blank(&row.actual));
        let flat = measured && !has(Field::Level1) && !has(Field::Level2);
        let heads = |row: &Placed| {
            flat && blank(&row.target)
                && blank(&row.actual)
                && self.patterns.levels.of_key(&label_key(&row.name)).0.is_some()
        };
        rows.iter().map(heads).collect()
    }

    /// Puts a row into columns; `as_it_stands` where nothing may be moved.
    fn place(&self, data: &DataRow, as_it_stands: bool) -> Placed {
        // The block's own label stands left of the first column and feeds nothing.
        let first_column = self.columns.iter().map(|c| c.start).min().unwrap_or(0);
        let feeds = |c: &RowCell| {
            !(c.column < first_column || self.columns.iter().all(|k| k.start != c.column)) || !self.is_block_label(c)
        };
        let mut row = Cow::Borrowed(&data.row);
        if !row.cells.iter().all(feeds) {
            row.to_mut().cells.retain(feeds);
        }
        let aligner = Aligner {
            patterns: self.patterns,
            grammar: self.grammar,
            columns: self.columns,
            extent: self.extent,
            percent_weights: self.percent_weights,
        };
        let kinds = aligner.kinds(&row);
        let alignment = if as_it_stands { aligner.by_position(&row) } else { aligner.align(&row, &kinds) };
        let mut places = Places::new(&row);
        let mut evidence = traces::of_row(&row, self.columns, &alignment);
        let mut findings = Vec::new();
        if alignment.shifted {
            let moved: Vec<String> = self.moved(&row, &alignment);
            findings.push(Finding::new(
                Code::ColumnShiftRepaired,
                Severity::Warning,
                format!(
                    "the row's cells stand in other columns than their headers; placed by kind and order: {}",
                    moved.join(", ")
                ),
            ));
        }
        for index in &alignment.dropped {
            let cell = &row.cells[*index];
            if self.grammar.is_blank(&cell.text) {
                continue;
            }
            evidence.add(Clue::CellDropped);
            findings.push(Finding {
                found: Some(cell.text.clone()),
                ..Finding::new(
                    Code::CellDropped,
                    Severity::Warning,
                    format!(
                        "the cell {:?} in column {} fits no column of the header and feeds no field",
                        clip(&cell.text),
                        cell.column
                    ),
                )
            });
        }
        let mut text = |field: Field| -> String {
            let Some(at) = self.columns.iter().position(|c| c.field == Some(field)) else { return String::new() };
            let held = alignment.cells.get(at).map(Vec::as_slice).unwrap_or_default();
            let mut joined = String::new();
            for index in held {
                let cell = &row.cells[*index];
                places.put(field.key(), cell);
                if !joined.is_empty() {
                    joined.push('\n');
                }
                joined.push_str(cell.raw.trim());
            }
            joined
        };
        let level1 = text(Field::Level1);
        let level2 = text(Field::Level2);
        let name = text(Field::Level3);
        let target = text(Field::Target);
        let sign = text(Field::Sign);
        let unit = text(Field::Unit);
        let actual = text(Field::Actual);
        let weight = text(Field::Weight);
        let score = text(Field::Score);
        let deviation = text(Field::Deviation);
        let improvement = text(Field::Improvement);
        let basis = text(Field::Basis);
        findings.extend(places.doubts());
        Placed {
            level1: self.printed(&level1, Field::Level1, &row),
            level2: self.printed(&level2, Field::Level2, &row),
            name,
            target,
            sign,
            unit,
            actual,
            weight,
            score,
            deviation,
            improvement,
            basis,
            place: places.done(),
            evidence,
            findings,
        }
    }

    fn is_block_label(&self, cell: &RowCell) -> bool {
        self.patterns.row_labels.is(&cell.label, RowLabel::IndicatorBlock)
            || self.patterns.headers.names_of(cell.facts, Field::GoalsLabel)
    }

    fn printed(&self, raw: &str, field: Field, row: &Row) -> Printed {
        if !raw.is_empty() {
            return Printed::Text(normalize::display(raw).into_owned());
        }
        let covered = self.columns.iter().find(|c| c.field == Some(field)).is_some_and(|c| row.is_covered(c.start));
        if covered { Printed::Covered } else { Printed::Blank }
    }

    fn moved(&self, row: &Row, alignment: &Alignment) -> Vec<String> {
        self.columns
            .iter()
            .zip(&alignment.cells)
            .filter_map(|(column, held)| {
                let cell = &row.cells[*held.first()?];
                let outside = cell.column < column.start || cell.column >= column.end;
                outside.then(|| {
                    format!("{} from column {} to {}", column.field.map_or("", Field::key), cell.column, column.start)
                })
            })
            .collect()
    }

    /// Takes apart the one row whose values OCR ran together into one cell, `415万元15万元4`, where the printed totals
    /// leave one way to cut it.
    fn split_glued(&self, rows: &mut [Placed], totals: Totals) {
        let mut fields: Vec<(usize, Field)> = self
            .columns
            .iter()
            .filter_map(|c| Some((c.start, c.field?)))
            .filter(|(_, f)| matches!(f, Field::Weight | Field::Target | Field::Actual | Field::Score))
            .collect();
        fields.sort_unstable();
        let glued: Vec<usize> = (0..rows.len()).filter(|at| rows[*at].glued().is_some()).collect();
        let (&[at], true) = (glued.as_slice(), fields.len() >= 3) else { return };
        let Some(text) = rows[at].glued().map(|t| t.chars().filter(|c| !c.is_whitespace()).collect::<String>()) else {
            return;
        };
        let slots: Vec<Slot> = fields
            .iter()
            .map(|(_, f)| if matches!(f, Field::Weight | Field::Score) { Slot::Points } else { Slot::Value })
            .collect();
        let sum = |of: &dyn Fn(&Placed) -> &String| -> Decimal {
            let others = rows.iter().enumerate().filter(|(index, _)| *index != at);
            others.filter_map(|(_, row)| points(self.grammar, &normalize::display(of(row)))).sum()
        };
        let (weights, scores) = (sum(&|r| &r.weight), sum(&|r| &r.score));
        let piece = |pieces: &[String], field: Field| -> Option<Decimal> {
            let index = fields.iter().position(|(_, f)| *f == field)?;
            self.grammar.number(pieces.get(index)?)
        };
        let closes = |total: Option<Decimal>, fund: Option<Decimal>, others: Decimal, own: Option<Decimal>| {
            let (total, own) = (total?, own?);
            Some(others + own == total || fund.is_some_and(|fund| others + own + fund == total))
        };
        let proven = |pieces: &Vec<String>| {
            let (weight, score) = (piece(pieces, Field::Weight), piece(pieces, Field::Score));
            let by_weight = closes(totals.weight, totals.fund_weight, weights, weight);
            let by_score = closes(totals.score, totals.fund_score, scores, score);
            let fair = weight.zip(score).is_none_or(|(weight, score)| score <= weight);
            fair && by_weight.or(by_score) == Some(true) && by_weight != Some(false) && by_score != Some(false)
        };
        let mut ways = ways(&text, &slots).into_iter().filter(proven);
        let (Some(pieces), None) = (ways.next(), ways.next()) else { return };
        let row = &mut rows[at];
        for slot in [&mut row.weight, &mut row.target, &mut row.actual, &mut row.score] {
            slot.clear();
        }
        for ((_, field), text) in fields.iter().zip(&pieces) {
            match field {
                Field::Weight => row.weight.clone_from(text),
                Field::Target => row.target.clone_from(text),
                Field::Actual => row.actual.clone_from(text),
                _ => row.score.clone_from(text),
            }
        }
        row.evidence.add(Clue::CellsSplit);
        row.findings.retain(|f| f.code != Code::ColumnShiftRepaired);
        row.findings.push(super::split::finding(&text, &pieces, "the printed totals"));
    }

    /// Is a row after a break the rest of the row before it, cut by the page's end?
    fn goes_on(&self, last: &Placed, next: &Placed, habit: Habit) -> bool {
        if let Some(verdict) = self.level_goes_on(last, next) {
            return verdict;
        }
        if !next.weight.is_empty() || !next.score.is_empty() {
            return false;
        }
        if next.name.is_empty() {
            return true;
        }
        if self.is_placeholder(&normalize::display(&next.name)) {
            return false;
        }
        let values = |p: &Placed| usize::from(!p.target.is_empty()) + usize::from(!p.actual.is_empty());
        let has_points = |p: &Placed| !p.weight.is_empty() || !p.score.is_empty();
        let detail = self.patterns.row_labels.is_detail(&normalize::key(&next.name));
        // Rows of this form have points, and the row before has: this one is what is left of it.
        if habit.points >= USUAL && has_points(last) && !detail {
            return true;
        }
        if values(next) == 0 {
            return habit.values >= USUAL && values(last) > 0;
        }
        if values(next) == 1 && values(last) == 2 && habit.both >= USUAL && habit.points < 1.0 - USUAL {
            return true;
        }
        self.value_goes_on(&last.target, &next.target) || self.value_goes_on(&last.actual, &next.actual)
    }

    /// What the level cells say: halves that only together are a level (or its weight) go on, a level of its own does not.
    fn level_goes_on(&self, last: &Placed, next: &Placed) -> Option<bool> {
        let levels = &self.patterns.levels;
        let first = |t: &str| levels.first(t).is_some() || levels::is_level_word(t);
        let second = |t: &str| levels.second(t).is_some() || levels::is_level_word(t);
        let halves = |a: &Printed, b: &Printed, known: &dyn Fn(&str) -> bool| match (a, b) {
            (_, Printed::Blank | Printed::Covered) => None,
            (Printed::Text(a), Printed::Text(b)) => {
                let weight = super::align::outside_brackets(b).trim().is_empty();
                Some(weight || (known(&format!("{a}{b}")) && !(known(a) && known(b))))
            }
            _ => Some(false),
        };
        match (halves(&last.level1, &next.level1, &first), halves(&last.level2, &next.level2, &second)) {
            (None, None) => None,
            (one, two) => Some(one.unwrap_or(true) && two.unwrap_or(true)),
        }
    }

    /// Do two texts only together say a measure: `≤2,5` and `00元/件`, `37个基` and `层医疗机构`?
    fn value_goes_on(&self, last: &str, next: &str) -> bool {
        if last.is_empty() || next.is_empty() {
            return false;
        }
        let whole = |text: &str| {
            let reading = self.grammar.read(text, &Context { year: self.head.year, ..Context::default() });
            reading.is_some_and(|r| r.quantity.is_measured() && r.quantity.text.is_none() && r.written_unit.is_some())
        };
        let cut_number = next.starts_with('0') && next[1..].starts_with(|c: char| c.is_ascii_digit() || c == '%');
        whole(&format!("{last}{next}")) && !whole(last) && (!whole(next) || cut_number)
    }

    /// The indicators of a row whose cells hold several, one a line; any other row as it is. Points and a reason that
    /// they share belong to the first.
    fn unstacked(&self, placed: Placed) -> Vec<Placed> {
        let texts = stacked::Texts {
            name: &placed.name,
            target: &placed.target,
            actual: &placed.actual,
            weight: &placed.weight,
            score: &placed.score,
            sign: &placed.sign,
            unit: &placed.unit,
        };
        let Some(lines) = stacked::lines(texts, self.grammar) else { return vec![placed] };
        let finding = Finding::new(
            Code::CellsSplit,
            Severity::Info,
            format!("the row's cells hold {} indicators, a line each; each line is a record", lines.len()),
        );
        let mut rows = Vec::with_capacity(lines.len());
        for (index, line) in lines.into_iter().enumerate() {
            let mut row = placed.clone();
            let shared = |text: &String| if index == 0 { text.clone() } else { String::new() };
            row.weight = line.weight.unwrap_or_else(|| shared(&placed.weight));
            row.score = line.score.unwrap_or_else(|| shared(&placed.score));
            row.deviation = shared(&placed.deviation);
            row.improvement = shared(&placed.improvement);
            row.sign = line.sign.unwrap_or_else(|| placed.sign.clone());
            row.unit = line.unit.unwrap_or_else(|| placed.unit.clone());
            (row.name, row.target, row.actual) = (line.name, line.target, line.actual);
            row.evidence.add(Clue::CellsSplit);
            row.findings.push(finding.clone());
            rows.push(row);
        }
        rows
    }
}

/// Marks rows under a level that nothing says to span them, whose names speak of one that stands nowhere in the form: its cell
/// was lost.
fn mark_lost_levels(rows: &mut [Indicator], patterns: &Patterns) {
    let kind = |row: &Indicator| row.level2.name.as_deref().and_then(|name| patterns.levels.second(name));
    let doubtful = |row: &Indicator| row.evidence.has(Clue::LevelCarried) && row.evidence.has(Clue::LevelAgainstName);
    if !rows.iter().any(doubtful) {
        return;
    }
    let printed: Vec<_> = rows.iter().filter_map(kind).collect();
    for row in rows.iter_mut().filter(|row| doubtful(row)) {
        let spoken = patterns.levels.spoken_for(row.level3.as_deref().unwrap_or_default());
        row.evidence.note(Clue::LevelLost, !spoken.iter().any(|kind| printed.contains(kind)));
    }
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(24) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
