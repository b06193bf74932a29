//! The indicator block: rows in columns, levels, quantities with their units, repairs.

use super::align::{Aligner, Alignment, points};
use super::columns::{Column, columns};
use super::form::{FormHead, Totals};
use super::fund::quotient;
use super::layout::{DataRow, IndicatorBlock};
use super::level_columns;
use super::levels::{self, LevelRow, Printed};
use super::place::Places;
use super::quantity::{Context, Grammar, WrittenUnit};
use super::row::{Row, RowCell};
use super::split::{Slot, ways};
use super::stacked;
use super::traces;
use crate::model::{
    Clue, Code, Columns, Evidence, Finding, IndicatorRecord, Level, Number, Place, Quantity, Relation, Severity,
};
use crate::normalize;
use crate::patterns::{Field, HeaderPart, Patterns, RowLabel, Subject, label_key};
use rust_decimal::Decimal;
use std::borrow::Cow;

/// An indicator row before it has ids.
#[derive(Debug, Clone, Default)]
pub(super) struct Indicator {
    pub(super) level1: Level,
    pub(super) level2: Level,
    pub(super) level3: Option<String>,
    pub(super) target: Option<Quantity>,
    pub(super) actual: Option<Quantity>,
    pub(super) weight: Option<Number>,
    pub(super) score: Option<Number>,
    pub(super) deviation: Option<String>,
    pub(super) improvement: Option<String>,
    pub(super) basis: Option<String>,
    pub(super) place: Place,
    pub(super) evidence: Evidence,
    pub(super) findings: Vec<Finding>,
}

impl Indicator {
    /// Actual ÷ target, four decimals, where both are single numbers of one unit.
    fn completion(&self) -> Option<Number> {
        let single = |q: &Option<Quantity>| -> Option<(Decimal, Option<String>)> {
            let q = q.as_ref()?;
            if q.relation == Some(Relation::Range) || q.date.is_some() {
                return None;
            }
            Some((q.value?.get(), q.unit.clone()))
        };
        let ((target, target_unit), (actual, actual_unit)) = (single(&self.target)?, single(&self.actual)?);
        (target_unit == actual_unit).then(|| quotient(actual, target)).flatten()
    }

    /// Does the actual satisfy the target's relation?
    fn attained(&self) -> Option<bool> {
        let (target, actual) = (self.target.as_ref()?, self.actual.as_ref()?);
        if let (Some(due), Some(done)) = (target.date, actual.date) {
            return match (target.relation?, actual.relation?) {
                (Relation::AtMost | Relation::Equal, Relation::Equal | Relation::AtMost | Relation::Less) => {
                    Some(done <= due)
                }
                (Relation::Less, Relation::Equal | Relation::AtMost) => Some(done < due),
                (Relation::Less, Relation::Less) => Some(done <= due),
                (Relation::AtMost | Relation::Equal | Relation::Less, Relation::More) if done >= due => Some(false),
                _ => None,
            };
        }
        if target.unit != actual.unit {
            return None;
        }
        let (wanted, reached) = (target.value?, actual.value?);
        let bound = actual.relation?;
        match (target.relation?, bound) {
            (_, Relation::Approx | Relation::Range) | (Relation::Approx, _) => None,
            (Relation::Range, Relation::Equal) => Some(wanted <= reached && reached <= target.upper?),
            (Relation::Range, _) => None,
            (Relation::AtLeast, Relation::Equal | Relation::AtLeast | Relation::More) => {
                (bound == Relation::Equal || reached >= wanted).then_some(reached >= wanted)
            }
            (Relation::More, Relation::Equal) => Some(reached > wanted),
            (Relation::More, Relation::More | Relation::AtLeast) => {
                (reached > wanted || (bound == Relation::More && reached == wanted)).then_some(true)
            }
            (Relation::AtMost, Relation::Equal | Relation::AtMost | Relation::Less) => {
                (bound == Relation::Equal || reached <= wanted).then_some(reached <= wanted)
            }
            (Relation::Less, Relation::Equal) => Some(reached < wanted),
            (Relation::Less, Relation::Less | Relation::AtMost) => {
                (reached < wanted || (bound == Relation::Less && reached == wanted)).then_some(true)
            }
            (Relation::AtLeast, Relation::Less) if reached <= wanted => Some(false),
            (Relation::AtMost, Relation::More) if reached >= wanted => Some(false),
            // A bare number as the target of a measure that is better the larger or the smaller: only equality is sure.
            (Relation::Equal, Relation::Equal) => (reached == wanted).then_some(true),
            _ => None,
        }
    }

    /// The record, ids and the form's fields left to the caller; its canonical id where the form's subject is given.
    pub(super) fn into_record(
        self,
        patterns: &Patterns,
        about: Option<&Subject>,
        blank: IndicatorRecord,
    ) -> IndicatorRecord {
        let (completion, attained) = (self.completion(), self.attained());
        let named = self.level3.as_deref().filter(|_| about.is_some());
        let indicator = named.and_then(|name| patterns.indicators.find_in(self.level2.name.as_deref(), name, about));
        IndicatorRecord {
            indicator: indicator.map(str::to_owned),
            level1: self.level1.name,
            level2: self.level2.name,
            level3: self.level3,
            level1_weight: self.level1.weight,
            level2_weight: self.level2.weight,
            level1_inferred: self.level1.inferred,
            target: self.target,
            actual: self.actual,
            weight: self.weight,
            score: self.score,
            completion,
            attained,
            deviation: self.deviation,
            improvement: self.improvement,
            basis: self.basis,
            place: self.place,
            findings: self.findings,
            ..blank
        }
    }
}

/// A row in columns, its texts as the source has them.
#[derive(Clone)]
struct Placed {
    level1: Printed,
    level2: Printed,
    name: String,
    target: String,
    sign: String,
    unit: String,
    actual: String,
    weight: String,
    score: String,
    deviation: String,
    improvement: String,
    basis: String,
    place: Place,
    evidence: Evidence,
    findings: Vec<Finding>,
}

/// What the rows of a block usually print, as shares of its rows.
#[derive(Debug, Clone, Copy)]
struct Habit {
    points: f32,
    values: f32,
    /// Both target and actual.
    both: f32,
}

/// The share of rows from which on something is usual in a form.
const USUAL: f32 = 0.7;

impl Habit {
    fn of(rows: &[Placed]) -> Self {
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
    fn glued(&self) -> Option<&str> {
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
    level_columns::split(columns(&block.header, HeaderPart::Indicator, &data, patterns, grammar), &data, patterns)
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

    fn read(&self, placed: Placed, level1: Level, level2: Level) -> Option<Indicator> {
        let mut findings = placed.findings.clone();
        let name = self.name(&placed.name);
        let weight = self.weight(&placed);
        let score = points(self.grammar, &normalize::display(&placed.score));
        let money = [placed.name.as_str(), level2.name.as_deref().unwrap_or("")]
            .iter()
            .any(|t| self.patterns.row_labels.speaks_of_money(t));
        let header_unit = |field: Field| {
            self.columns.iter().find(|c| c.field == Some(field)).and_then(|c| self.grammar.unit_in_brackets(&c.header))
        };
        let name_unit = name.as_deref().and_then(|n| self.grammar.unit_in_brackets(n));
        let column_unit = self.grammar.unit(&normalize::display(&placed.unit));
        let context = |default_unit: Option<WrittenUnit>| Context { year: self.head.year, default_unit, money };
        let target_raw = self.signed(&placed);
        let target_default = name_unit.clone().or_else(|| header_unit(Field::Target));
        let actual_default = column_unit.clone().or_else(|| name_unit.clone()).or_else(|| header_unit(Field::Actual));
        let target = target_raw.as_deref().and_then(|raw| self.grammar.read(raw, &context(target_default.clone())));
        let actual = self.grammar.read(&placed.actual, &context(actual_default.clone()));
        let mut evidence = placed.evidence;
        let target_unit = target.as_ref().and_then(|r| r.written_unit.clone());
        let actual_unit = actual.as_ref().and_then(|r| r.written_unit.clone());
        let mut target = target.map(|r| r.quantity);
        let mut actual = actual.map(|r| r.quantity);
        // A bare number takes the unit that the other cell prints.
        let (target_read, actual_read) = (target.clone(), actual.clone());
        for (own, other, raw, from, field) in [
            (&mut actual, &target_read, Some(placed.actual.as_str()), &target_unit, "actual"),
            (&mut target, &actual_read, target_raw.as_deref(), &actual_unit, "target"),
        ] {
            let (Some(quantity), Some(unit), Some(raw)) = (own.as_mut(), from, raw) else { continue };
            let stated = if field == "actual" { &actual_default } else { &target_default };
            let bare = quantity.unit.is_none() && quantity.value.is_some() && quantity.text.is_none();
            if !bare || stated.is_some() {
                continue;
            }
            let Some(read) = self.with_unit(raw, unit, other.as_ref(), &context(None)) else { continue };
            *quantity = read;
            evidence.add(Clue::UnitInferred);
            findings.push(Finding::new(
                Code::UnitInferred,
                Severity::Info,
                format!(
                    "{field} {:?} prints no unit; it takes {} from the other cell of its row",
                    quantity.raw, unit.base
                ),
            ));
        }
        if level1.inferred {
            evidence.add(Clue::LevelInferred);
            let level = level1.name.clone().unwrap_or_default();
            let two = level2.name.clone().unwrap_or_default();
            findings.push(Finding::new(
                Code::LevelInferred,
                Severity::Info,
                format!("level 1 is not printed for this row; {two} belongs to {level}"),
            ));
        }
        let unread = |raw: &str, read: Option<Decimal>| read.is_none() && !self.grammar.is_blank(raw.trim());
        evidence.note(Clue::PointsUnread, unread(&placed.weight, weight) || unread(&placed.score, score));
        self.note_levels(&mut evidence, &level1, &level2, name.as_deref());
        let placeholder = name.as_deref().is_none_or(|n| self.is_placeholder(n));
        let has_value = target.is_some() || actual.is_some() || weight.is_some() || score.is_some();
        if placeholder && !has_value {
            return None;
        }
        let improvement = self.reason(&placed.improvement);
        let deviation = self.reason(&placed.deviation);
        let improvement = improvement.or_else(|| deviation.as_deref().and_then(named_improvement));
        Some(Indicator {
            level1,
            level2,
            level3: name.filter(|n| !self.grammar.is_blank(n)),
            target,
            actual,
            weight: weight.map(Number::new),
            score: score.map(Number::new),
            deviation,
            improvement,
            basis: self.reason(&placed.basis),
            place: placed.place,
            evidence,
            findings,
        })
    }

    /// The weight of a row: of its cell, else, in a form without a column for weights, of the bracket behind its name:
    /// 污水处理量（20分）.
    fn weight(&self, placed: &Placed) -> Option<Decimal> {
        let cell = normalize::display(&placed.weight);
        let percent = || self.percent_weights.then(|| percent_points(&cell, self.grammar)).flatten();
        let of_cell = points(self.grammar, &cell).or_else(percent);
        if of_cell.is_some() || self.columns.iter().any(|c| c.field == Some(Field::Weight)) {
            return of_cell;
        }
        let name = normalize::display(&placed.name);
        let inside = name.strip_suffix([')', '）'])?;
        let at = inside.rfind(['(', '（'])?;
        let points = inside[at..].trim_start_matches(['(', '（']).trim().strip_suffix('分')?;
        self.grammar.number(points)
    }

    /// Are the levels known ones, and do the words of the name speak of the same?
    fn note_levels(&self, evidence: &mut Evidence, level1: &Level, level2: &Level, name: Option<&str>) {
        let levels = &self.patterns.levels;
        let has = |field: Field| self.columns.iter().any(|c| c.field == Some(field));
        let lacks = |level: &Level, field: Field| level.name.is_none() && has(field);
        evidence.note(Clue::LevelMissing, lacks(level1, Field::Level1) || lacks(level2, Field::Level2));
        let first = level1.name.as_deref().map(|name| levels.first(name));
        evidence.note(Clue::Level1Unknown, first == Some(None));
        let second = level2.name.as_deref().map(|name| levels.second(name));
        evidence.note(Clue::Level2Unknown, second == Some(None));
        let printed = || [level1, level2].into_iter().filter_map(|level| level.name.as_deref());
        evidence.note(Clue::LevelMisread, printed().any(|name| levels.is_nearly_known(name)));
        evidence.note(Clue::LevelOdd, printed().any(holds_more_than_a_level));
        let cut = level2.name.as_deref().is_some_and(|level| !level.ends_with("指标")) && second != Some(None);
        evidence.note(Clue::NameHoldsLevel, name.is_some_and(|name| self.begins_with_level(name, cut)));
        if let (Some(Some(second)), Some(name)) = (second, name) {
            let spoken = levels.spoken_for(name);
            evidence.note(Clue::LevelAgainstName, !spoken.is_empty() && !spoken.contains(&second));
        }
    }

    /// A level's words, whole or (where the level's own cell is `cut`) their end, and a name behind them.
    fn begins_with_level(&self, name: &str, cut: bool) -> bool {
        let Some((level, rest)) = name.split_once("指标") else { return false };
        if !rest.starts_with(|c: char| ('\u{4E00}'..='\u{9FFF}').contains(&c)) {
            return false;
        }
        let known = || self.patterns.levels.of_key(&label_key(level)) != (None, None);
        if level.is_empty() { cut } else { known() || self.patterns.levels.is_nearly_known(&format!("{level}指标")) }
    }

    /// Is a name left in from the template: 指标1., ……?
    fn is_placeholder(&self, name: &str) -> bool {
        let key = normalize::key(name);
        let bare = key.trim_end_matches(['.', ':', '、', ',']);
        self.grammar.is_blank(name) || self.patterns.row_labels.is(bare, RowLabel::Placeholder)
    }

    /// A name as printed, without white space inside CJK text and a trailing colon.
    fn name(&self, raw: &str) -> Option<String> {
        let text = normalize::display(raw);
        let text = text.trim_end_matches([':', '：']).trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Sign, value and unit in columns of their own are one quantity.
    fn signed(&self, placed: &Placed) -> Option<String> {
        if self.grammar.is_blank(&placed.target) {
            return None;
        }
        if placed.sign.is_empty() && placed.unit.is_empty() {
            return Some(placed.target.clone());
        }
        let words =
            |text: &str| self.grammar.is_blank(text) || text.chars().any(|c| matches!(c, '\u{4e00}'..='\u{9fff}'));
        // 定性, 正向 and the like are part of nothing, and a sign before words (＝ | 零增长) says nothing.
        let number = |c: char| !matches!(c, '\u{4e00}'..='\u{9fff}');
        let wordless = placed.target.trim_start().starts_with(number);
        let sign = if words(&placed.sign) || !wordless { "" } else { placed.sign.as_str() };
        // ≥99.9 beside a column that says %: a number that prints no unit takes the column's.
        let read = self.grammar.read(&placed.target, &Context { year: self.head.year, ..Context::default() });
        let bare =
            read.is_some_and(|r| r.quantity.value.is_some() && r.quantity.unit.is_none() && r.quantity.text.is_none());
        let unit = if bare && self.grammar.unit(&normalize::display(&placed.unit)).is_some() {
            placed.unit.as_str()
        } else {
            ""
        };
        Some(format!("{}{}{}", sign.trim(), placed.target.trim(), unit.trim()))
    }

    /// Reads a bare number in the unit that the other cell prints. Under a percent sign 96 is 0.96, and 0.96 or 1 is
    /// itself where that is nearer to the other cell.
    fn with_unit(
        &self,
        raw: &str,
        unit: &WrittenUnit,
        other: Option<&Quantity>,
        context: &Context,
    ) -> Option<Quantity> {
        let read = |unit: WrittenUnit| {
            let context = Context { default_unit: Some(unit), ..context.clone() };
            self.grammar.read(raw, &context).map(|r| r.quantity)
        };
        let scaled = read(unit.clone())?;
        if &*unit.base != "ratio" {
            return Some(scaled);
        }
        let plain = read(WrittenUnit { factor: Decimal::ONE, ..unit.clone() })?;
        let wanted = other.and_then(|q| q.value).map(Number::get);
        let distance = |q: &Quantity| Some((q.value?.get() - wanted?).abs());
        match (distance(&plain), distance(&scaled)) {
            (Some(a), Some(b)) if a < b && plain.value.is_some_and(|v| v.get() <= Decimal::TWO) => Some(plain),
            _ => Some(scaled),
        }
    }

    fn reason(&self, raw: &str) -> Option<String> {
        let text = normalize::paragraphs(raw);
        (!text.is_empty() && !self.grammar.is_blank(&text)).then_some(text)
    }
}

/// The rest of a row that a page break cut: texts go on, blanks are filled.
fn join(last: &mut Placed, next: Placed) {
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

/// Marks the few rows that fill fewer value columns than most rows of their block, or more.
fn mark_uneven(rows: &mut [Placed]) {
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

/// Digits or brackets that no weight explains, or words behind 指标: 效益指标（30〇）, 产出指标数量指标.
fn holds_more_than_a_level(level: &str) -> bool {
    let behind =
        level.split_once("指标").is_some_and(|(_, rest)| rest.chars().filter(|c| c.is_alphabetic()).nth(1).is_some());
    behind || level.contains(|c: char| c.is_ascii_digit() || matches!(c, '(' | '（' | ')' | '）'))
}

/// The part of a reason that names the measures: after 改进措施：.
fn named_improvement(deviation: &str) -> Option<String> {
    let at = deviation.find("改进措施")?;
    let rest = deviation[at + "改进措施".len()..].trim_start_matches([':', '：', '\n', ' ']);
    (!rest.is_empty()).then(|| rest.to_owned())
}

fn clip(text: &str) -> String {
    match text.char_indices().nth(24) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}
