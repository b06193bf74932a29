//! The texts of a row in columns, read: quantities with their units, points, names, reasons.

use super::placed::Placed;
use super::record::Indicator;
use super::{Reader, percent_points};
use crate::mapping::align::points;
use crate::mapping::quantity::{Context, WrittenUnit};
use crate::model::{Clue, Code, Evidence, Finding, Level, Number, Quantity, Severity};
use crate::normalize;
use crate::patterns::{Field, RowLabel, label_key};
use rust_decimal::Decimal;

impl Reader<'_> {
    pub(super) fn read(&self, placed: Placed, level1: Level, level2: Level) -> Option<Indicator> {
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
    pub(super) fn weight(&self, placed: &Placed) -> Option<Decimal> {
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
    pub(super) fn note_levels(&self, evidence: &mut Evidence, level1: &Level, level2: &Level, name: Option<&str>) {
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
    pub(super) fn is_placeholder(&self, name: &str) -> bool {
        let key = normalize::key(name);
        let bare = key.trim_end_matches(['.', ':', '、', ',']);
        self.grammar.is_blank(name) || self.patterns.row_labels.is(bare, RowLabel::Placeholder)
    }

    /// A name as printed, without white space inside CJK text and a trailing colon.
    pub(super) fn name(&self, raw: &str) -> Option<String> {
        let text = normalize::display(raw);
        let text = text.trim_end_matches([':', '：']).trim();
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// Sign, value and unit in columns of their own are one quantity.
    pub(super) fn signed(&self, placed: &Placed) -> Option<String> {
        if self.grammar.is_blank(&placed.target) {
            return None;
        }
        if placed.sign.is_empty() && placed.unit.is_empty() {
            // ＝ and 每季度末15日内 from two cells under one header: the sign is of no number.
            let apart = placed.target.split_once('\n').filter(|(sign, rest)| {
                let words = rest.trim_start().starts_with(|c: char| matches!(c, '\u{4e00}'..='\u{9fff}'));
                let context = Context { year: self.head.year, ..Context::default() };
                let says_no_number =
                    || self.grammar.read(rest, &context).is_some_and(|reading| !reading.quantity.is_measured());
                matches!(sign.trim(), "=" | "＝" | "≥" | "≤" | ">" | "<" | "＞" | "＜") && (words || says_no_number())
            });
            return Some(apart.map_or_else(|| placed.target.clone(), |(_, rest)| rest.to_owned()));
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
    /// itself where that is nearer to the other cell. Beside ≥1.9万人次, 20415 are people, not 万.
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
        let wanted = other.and_then(|q| q.value).map(Number::get);
        if &*unit.base != "ratio" {
            let alike = |q: &Quantity| {
                let (value, wanted) = (q.value?.get(), wanted?);
                Some(value.checked_mul(Decimal::TEN)? >= wanted && value <= wanted.checked_mul(Decimal::TEN)?)
            };
            let whole = unit.factor >= Decimal::ONE_THOUSAND && wanted.is_some_and(|w| w > Decimal::ZERO);
            let plain = || read(WrittenUnit { factor: Decimal::ONE, ..unit.clone() });
            let fits_plain = |plain: &Quantity| alike(plain) == Some(true) && alike(&scaled) == Some(false);
            return Some(plain().filter(|plain| whole && fits_plain(plain)).unwrap_or(scaled));
        }
        let plain = read(WrittenUnit { factor: Decimal::ONE, ..unit.clone() })?;
        let distance = |q: &Quantity| Some((q.value?.get() - wanted?).abs());
        match (distance(&plain), distance(&scaled)) {
            (Some(a), Some(b)) if a < b && plain.value.is_some_and(|v| v.get() <= Decimal::TWO) => Some(plain),
            _ => Some(scaled),
        }
    }

    pub(super) fn reason(&self, raw: &str) -> Option<String> {
        let text = normalize::paragraphs(raw);
        (!text.is_empty() && !self.grammar.is_blank(&text)).then_some(text)
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
