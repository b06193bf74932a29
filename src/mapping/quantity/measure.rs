//! One number with what belongs to it: sign, range, unit, words of relation on either side.

use super::exact::Exact;
use super::numeral::{self, Numeral, Scan};
use super::unit::{Found, Units};
use super::words::{Bound, Words, agree, relation_of};
use super::{Context, WrittenUnit};
use crate::model::Relation;
use crate::patterns::{Meaning, UnitKind};
use rust_decimal::Decimal;
use std::sync::Arc;

/// A measured number and the place that it and its words take.
#[derive(Debug, Clone)]
pub(super) struct Measure {
    pub(super) start: usize,
    pub(super) end: usize,
    /// `None` where no word of relation stands with it.
    pub(super) relation: Option<Relation>,
    low: Exact,
    /// What the number's own 万 or 亿 multiplied it by.
    scale: i64,
    high: Option<Exact>,
    unit: Option<WrittenUnit>,
    /// Its words alone make it a ratio.
    ratio: bool,
    /// One Chinese digit: in words it is rarely a measure (一批, 三甲).
    pub(super) one_chinese_digit: bool,
    /// Written in Chinese throughout.
    pub(super) chinese: bool,
}

/// What stands where a number begins.
pub(super) enum Outcome {
    /// A measure.
    Measure(Measure),
    /// Part of a name (第3名, 5G, 1-6期) up to here.
    Name(usize),
    /// Nothing in the cell may be read as a number.
    Unreadable,
    /// No number at all.
    Nothing,
}

/// A measure's numbers in its base unit.
pub(super) struct Resolved {
    pub(super) value: Decimal,
    pub(super) upper: Option<Decimal>,
    pub(super) unit: Option<Arc<str>>,
    pub(super) written: Option<WrittenUnit>,
    pub(super) used_default: bool,
}

/// The tables that reading a measure needs.
#[derive(Clone, Copy)]
pub(super) struct Reader<'a> {
    pub(super) units: &'a Units,
    pub(super) words: &'a Words,
    /// The row speaks of money.
    pub(super) money: bool,
}

/// Characters that make a word with 约 behind them which says nothing of a number: 节约, 集约, 签约.
const ENDS_IN_YUE: &str = "节集签合契条公违履预制";

/// The most words of relation read on one side of a number.
const MOST_BOUNDS: usize = 4;

pub(super) fn skip_spaces(text: &[char], mut at: usize) -> usize {
    while text.get(at) == Some(&' ') {
        at += 1;
    }
    at
}

impl Reader<'_> {
    /// Words of relation before a number or date: what they say together, whether one is a sign, and where the number
    /// begins. `None` where none stands here; `Err` where they contradict.
    pub(super) fn bounds_before(&self, text: &[char], at: usize) -> Option<(Vec<Bound>, usize)> {
        let mut found = Vec::new();
        let mut i = at;
        // 节约3.8% is no 约3.8%.
        if text.get(at) == Some(&'约') && at.checked_sub(1).is_some_and(|p| ENDS_IN_YUE.contains(text[p])) {
            return None;
        }
        while found.len() < MOST_BOUNDS {
            let any = self.words.before.longest(text, i);
            let date = self.words.before_date.longest(text, i);
            let next = match (any, date) {
                (Some(a), Some(d)) => Some(if d.1 > a.1 { d } else { a }),
                (a, d) => a.or(d),
            };
            let Some((bound, end)) = next else { break };
            found.push(bound);
            i = skip_spaces(text, end);
        }
        (!found.is_empty()).then_some((found, i))
    }

    /// The measure whose number begins at `at`. `start` is where its words of relation begin, `before` what they say.
    pub(super) fn measure(&self, text: &[char], start: usize, at: usize, before: &[Bound]) -> Outcome {
        let at = skip_spaces(text, at);
        let money = self.words.money_before.longest(text, at);
        let mut i = money.map_or(at, |m| skip_spaces(text, m.1));
        let below_zero = text[i.min(text.len())..].starts_with(&['零', '下']);
        let negative = below_zero || matches!(text.get(i), Some('-' | '−' | '负' | '負'));
        if below_zero {
            i += 2;
        } else if negative || text.get(i) == Some(&'+') {
            i = skip_spaces(text, i + 1);
        }
        let Numeral { value, end, chinese, scale, ratio, more } = match numeral::scan(text, i, self.units) {
            Scan::Read(numeral) => numeral,
            Scan::Nothing => return Outcome::Nothing,
            Scan::Unreadable(_) if text.get(i).is_some_and(char::is_ascii_digit) || negative || !before.is_empty() => {
                return Outcome::Unreadable;
            }
            Scan::Unreadable(end) => return Outcome::Name(end + numeral_length(&text[end..])),
        };
        let first = if negative { value.negated() } else { value };
        let mut measure = Measure {
            start,
            end,
            relation: None,
            low: first,
            scale,
            high: None,
            unit: None,
            ratio,
            one_chinese_digit: chinese == 1,
            chinese: chinese > 0,
        };
        let mut kind = None;
        let mut take_unit = |measure: &mut Measure, found: Option<Found>| {
            if let Some(found) = found {
                measure.end = found.end;
                measure.unit = Some(found.unit);
                kind = Some(found.kind);
            }
        };
        let first_unit = if ratio { None } else { self.unit_at(text, end) };
        let has_first_unit = first_unit.is_some();
        take_unit(&mut measure, first_unit);

        if let Some(second_at) = range_joint(text, measure.end) {
            match numeral::scan(text, second_at, self.units) {
                Scan::Read(second) => {
                    let second_unit = if second.ratio { None } else { self.unit_at(text, second.end) };
                    let number_end = second.end;
                    if self
                        .words
                        .period
                        .longest(text, skip_spaces(text, number_end))
                        .is_some_and(|p| second_unit.as_ref().is_none_or(|u| p.1 >= u.end))
                    {
                        return Outcome::Name(number_end + 1);
                    }
                    measure.end = number_end;
                    if !self.join_range(&mut measure, has_first_unit, &second, second_unit.as_ref()) {
                        return Outcome::Unreadable;
                    }
                    measure.one_chinese_digit = false;
                    take_unit(&mut measure, second_unit);
                    if range_joint(text, measure.end)
                        .is_some_and(|next| !matches!(numeral::scan(text, next, self.units), Scan::Nothing))
                    {
                        return Outcome::Unreadable;
                    }
                }
                Scan::Unreadable(_) => return Outcome::Unreadable,
                Scan::Nothing => {}
            }
        }
        if continues_as_formula(text, measure.end, measure.unit.is_none()) {
            return Outcome::Unreadable;
        }
        if !ratio {
            let from = skip_spaces(text, if measure.unit.is_some() { end } else { measure.end });
            let named = self.words.ordinal_after.longest(text, from);
            if named.is_some_and(|named| measure.unit.is_none() || named.1 > measure.end) {
                return Outcome::Name(named.map_or(measure.end, |n| n.1));
            }
        }
        if kind == Some(UnitKind::Time) && measure.high.is_none() && measure.names_a_year() {
            return Outcome::Name(measure.end);
        }
        if measure.unit.is_none() && !ratio {
            if text.get(measure.end).is_some_and(char::is_ascii_alphabetic) {
                let rest = text[measure.end..].iter().take_while(|c| c.is_ascii_alphanumeric()).count();
                return Outcome::Name(measure.end + rest);
            }
            if money.is_some() {
                measure.unit = Some(WrittenUnit { base: Arc::from("元"), factor: Decimal::ONE, scale_only: false });
                kind = Some(UnitKind::Money);
            } else if let Some((unit, end)) =
                self.scale_per(text, measure.end).filter(|_| self.money && measure.scale > 1)
            {
                measure.end = end;
                measure.unit = Some(unit);
                kind = Some(UnitKind::Money);
            } else if let Some(unit) = self.unknown_counter(text, measure.end).filter(|_| chinese == 0) {
                measure.end += 1;
                measure.unit = Some(unit);
                kind = Some(UnitKind::Counter);
            }
        }
        if negative && at == start && start > 0 && text[..start].iter().next_back().is_some_and(|c| c.is_alphabetic()) {
            // 门诊-5个: a dash between words, not a sign, unless what follows is a rate or money.
            if !matches!(kind, Some(UnitKind::Ratio | UnitKind::Money | UnitKind::Points))
                && !matches!(text.get(at), Some('负' | '負' | '零'))
            {
                return Outcome::Unreadable;
            }
        }
        match self.relation(text, &mut measure, before, kind, more) {
            Some(()) => Outcome::Measure(measure),
            None => Outcome::Unreadable,
        }
    }

    /// A unit behind a number, bare or in brackets.
    fn unit_at(&self, text: &[char], end: usize) -> Option<Found> {
        let at = skip_spaces(text, end);
        if matches!(text.get(at), Some('(' | '（')) {
            let found = self.units.matches(text, at + 1)?;
            return matches!(text.get(found.end), Some(')' | '）')).then(|| Found { end: found.end + 1, ..found });
        }
        self.units.matches(text, at)
    }

    /// `620万/月` where the row speaks of money: 元/月.
    fn scale_per(&self, text: &[char], at: usize) -> Option<(WrittenUnit, usize)> {
        let (base, end) = self.units.per(text, at, "元")?;
        Some((WrittenUnit { base, factor: Decimal::ONE, scale_only: false }, end))
    }

    /// One ideograph that ends the cell behind a number is a counter that no table knows: 5艘.
    fn unknown_counter(&self, text: &[char], at: usize) -> Option<WrittenUnit> {
        const NEVER: &str = "的了内內上下前后後中底初末余多几成折元以及或起止至到";
        let c = *text.get(at)?;
        let ends = text.get(at + 1).is_none_or(|c| matches!(c, '。' | '；' | ';' | '，' | ','));
        let ideograph = ('\u{4E00}'..='\u{9FFF}').contains(&c) && numeral::digit(c).is_none();
        (ends && ideograph && !NEVER.contains(c)).then(|| WrittenUnit {
            base: Arc::from(c.to_string()),
            factor: Decimal::ONE,
            scale_only: false,
        })
    }

    /// Sets the upper end; the scale and unit that stand once hold for both. False where the ends do not fit together.
    fn join_range(
        &self,
        measure: &mut Measure,
        has_first_unit: bool,
        second: &Numeral,
        second_unit: Option<&Found>,
    ) -> bool {
        if measure.ratio != second.ratio && !(measure.ratio || second.ratio) {
            return false;
        }
        let mut low = measure.low;
        if has_first_unit {
            match (&measure.unit, second_unit) {
                (Some(a), Some(b)) if a.base != b.unit.base => return false,
                (Some(a), Some(b)) if a.factor != b.unit.factor => {
                    // Bring the first into the second's printed unit.
                    let (Some(scaled), true) = (low.times(a.factor), b.unit.factor >= Decimal::ONE) else {
                        return false;
                    };
                    let factor = b.unit.factor.mantissa();
                    match (b.unit.factor.scale(), scaled.divided_by(factor)) {
                        (0, Some(value)) => low = value,
                        _ => return false,
                    }
                }
                (Some(a), None) if a.scale_only => return false,
                _ => {}
            }
        } else if second.scale > 1 && measure.scale == 1 && !measure.chinese_scaled() {
            // 2-3万元: 万 holds for both, unless the range would fall (5000-1万).
            match low.times_whole(i128::from(second.scale)) {
                Some(shared) if not_above(shared, second.value) => low = shared,
                _ => {}
            }
        }
        if !not_above(low, second.value) {
            return false;
        }
        measure.low = low;
        measure.high = Some(second.value);
        measure.scale = if second.scale > 1 { second.scale } else { measure.scale };
        measure.ratio |= second.ratio;
        true
    }

    /// Reads the words of relation behind the measure and settles what all of them say.
    fn relation(
        &self,
        text: &[char],
        measure: &mut Measure,
        before: &[Bound],
        kind: Option<UnitKind>,
        more: bool,
    ) -> Option<()> {
        let mut relation: Option<Relation> = more.then_some(Relation::More);
        let mut add = |means: Meaning| -> Option<()> {
            let new = relation_of(means)?;
            relation = Some(match relation {
                Some(old) => agree(new, old)?,
                None => new,
            });
            Some(())
        };
        for bound in before.iter().rev() {
            add(bound.means)?;
        }
        let mut i = measure.end;
        for _ in 0..MOST_BOUNDS {
            let at = skip_spaces(text, i);
            let mut after = self.words.after.longest(text, at);
            if after.is_none() && kind == Some(UnitKind::Time) {
                after = self
                    .words
                    .after_duration
                    .longest(text, at)
                    .filter(|a| !text.get(a.1).is_some_and(|c| matches!(c, '容' | '部' | '涵')));
            }
            if let Some((bound, end)) = after {
                if measure.high.is_some() && !matches!(bound.means, Meaning::Equal | Meaning::Approx) {
                    break;
                }
                if bound.means != Meaning::Equal {
                    add(bound.means)?;
                }
                i = end;
            } else if let Some((_, end)) = self.words.inclusive.longest(text, at) {
                i = end;
            } else if let Some(end) = self.repeated_end(text, at, measure) {
                i = end;
            } else if let Some((_, end)) = self
                .words
                .money_after
                .longest(text, at)
                .filter(|m| kind == Some(UnitKind::Money) && text.get(m.1).is_none_or(|c| !c.is_alphabetic()))
            {
                i = end;
            } else {
                break;
            }
        }
        measure.end = i;
        if measure.high.is_some() {
            // ≥65%-75% says two things at once.
            if !matches!(relation, None | Some(Relation::Equal | Relation::Approx)) {
                return None;
            }
            relation = Some(Relation::Range);
        }
        measure.relation = relation;
        Some(())
    }
}

impl Reader<'_> {
    /// 500万元以下（含500万元）: the bracket repeats the number. Returns its end.
    fn repeated_end(&self, text: &[char], at: usize, measure: &Measure) -> Option<usize> {
        /// The longest such bracket.
        const LONGEST: usize = 16;
        if !matches!(text.get(at..at + 2), Some(['(' | '（', '含'])) {
            return None;
        }
        let close = text[at..].iter().take(LONGEST).position(|c| matches!(c, ')' | '）'))? + at;
        match numeral::scan(text, at + 2, self.units) {
            Scan::Read(again) if again.value == measure.low && again.end <= close => Some(close + 1),
            _ => None,
        }
    }
}

impl Measure {
    fn chinese_scaled(&self) -> bool {
        // 一万到三万: the first end has its own 万.
        self.chinese && self.scale > 1
    }

    /// 两千零二十三年 is a year, not a span of so many.
    fn names_a_year(&self) -> bool {
        self.unit.as_ref().is_some_and(|u| &*u.base == "年")
            && self.low.scale == 0
            && (1900..=2100).contains(&self.low.mantissa)
    }

    /// Does the text itself say what is counted?
    pub(super) fn has_unit(&self) -> bool {
        self.unit.is_some() || self.ratio || self.scale > 1
    }

    /// 6月 may be a month of the calendar: the unit's base is 月 and nothing says 个月.
    pub(super) fn is_range(&self) -> bool {
        self.high.is_some()
    }

    /// The numbers in the base unit; `None` where they do not fit.
    pub(super) fn resolve(&self, context: &Context) -> Option<Resolved> {
        if self.ratio {
            return self.in_unit(Decimal::ONE, Some(Arc::from("ratio")), None, false);
        }
        if let Some(unit) = &self.unit {
            let written = WrittenUnit {
                base: Arc::clone(&unit.base),
                factor: unit.factor.checked_mul(Decimal::from(self.scale))?.normalize(),
                scale_only: false,
            };
            return self.in_unit(unit.factor, Some(Arc::clone(&unit.base)), Some(written), false);
        }
        if self.scale > 1 {
            let written = WrittenUnit { base: Arc::from(""), factor: Decimal::from(self.scale), scale_only: true };
            // Bare 万: money where the row speaks of it, else what the context counts.
            let default = context.default_unit.as_ref().filter(|d| !d.scale_only && &*d.base != "ratio");
            let (base, used) = match default {
                Some(default) => (Some(Arc::clone(&default.base)), true),
                None => (context.money.then(|| Arc::from("元")), false),
            };
            return self.in_unit(Decimal::ONE, base, Some(written), used);
        }
        match &context.default_unit {
            Some(default) => {
                let base = if default.scale_only {
                    context.money.then(|| Arc::from("元"))
                } else {
                    Some(Arc::clone(&default.base))
                };
                self.in_unit(default.factor, base, None, true)
            }
            None => self.in_unit(Decimal::ONE, None, None, false),
        }
    }

    fn in_unit(
        &self,
        factor: Decimal,
        unit: Option<Arc<str>>,
        written: Option<WrittenUnit>,
        used_default: bool,
    ) -> Option<Resolved> {
        let value = self.low.times(factor)?.decimal()?;
        let upper = match self.high {
            Some(high) => Some(high.times(factor)?.decimal()?),
            None => None,
        };
        Some(Resolved { value, upper, unit, written, used_default })
    }
}

/// `a` ≤ `b`?
fn not_above(a: Exact, b: Exact) -> bool {
    b.plus(a.negated()).is_some_and(|difference| difference.mantissa >= 0)
}

/// Behind the lower end of a range: where the upper end begins.
fn range_joint(text: &[char], at: usize) -> Option<usize> {
    let from = skip_spaces(text, at);
    let dashes = text[from..]
        .iter()
        .take(3)
        .take_while(|c| matches!(c, '-' | '–' | '—' | '―' | '~' | '～' | '〜' | '−' | '∼'))
        .count();
    let after = match dashes {
        0 if matches!(text.get(from), Some('至' | '到')) => from + 1,
        0 => return None,
        n => from + n,
    };
    Some(skip_spaces(text, after))
}

/// `3×5`, `1:1`, `3/4`, `10²`: the number is part of something else.
fn continues_as_formula(text: &[char], at: usize, bare: bool) -> bool {
    let Some(c) = text.get(at) else { return false };
    let number_follows = text.get(skip_spaces(text, at + 1)).is_some_and(char::is_ascii_digit);
    match c {
        '×' | '*' | '÷' | '+' => number_follows,
        'x' | 'X' => bare && number_follows,
        ':' | '：' | '/' => bare && number_follows,
        '^' | '²' | '³' | '_' => bare,
        _ => false,
    }
}

/// How many characters of a numeral follow: what belongs to a numeral that could not be read.
fn numeral_length(text: &[char]) -> usize {
    text.iter().take_while(|c| numeral::digit(**c).is_some() || "十拾廿卅百佰千仟万萬亿億点".contains(**c)).count()
}
