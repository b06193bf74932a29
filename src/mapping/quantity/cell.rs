//! A whole cell: finds its measures and dates and decides what together they say.

use super::dates::{self, Precision, Stamp};
use super::measure::{Measure, Outcome, Reader, Resolved, skip_spaces};
use super::numeral;
use super::words::Bound;
use super::{Context, Grammar, LONGEST_CELL, Reading};
use crate::model::{Date, Number, Part, Quantity, Relation};
use crate::normalize;
use crate::patterns::Meaning;
use std::borrow::Cow;

/// The most words around one number for the cell to be about that number.
const MOST_WORDS_AROUND: usize = 80;
/// The most words around a date that nothing marks as a deadline.
const MOST_WORDS_AROUND_DATE: usize = 20;
/// The longest label of one of several values.
const LONGEST_LABEL: usize = 24;

/// What was found in a cell.
struct Items {
    measures: Vec<Measure>,
    deadlines: Vec<Deadline>,
    /// Spans of dates, and days that the calendar lacks.
    vague_dates: usize,
    /// A word such as 不低于 that stands apart from its number: its place and meaning.
    loose: Option<(usize, usize, Bound)>,
    /// A bare number in a list, which nothing explains.
    stray_number: bool,
}

#[derive(Debug, Clone, Copy)]
struct Deadline {
    start: usize,
    end: usize,
    relation: Relation,
    date: Date,
    /// A word of deadline, or the end of a period, is printed.
    marked: bool,
    precision: Precision,
}

pub(super) fn read(grammar: &Grammar, raw: &str, context: &Context) -> Option<Reading> {
    let raw = raw.trim();
    let text = match mend_torn_number(raw).or_else(|| without_gaps(raw)) {
        Some(whole) => Cow::Owned(normalize::display(&whole).into_owned()),
        None => normalize::display(raw),
    };
    if text.is_empty() {
        return None;
    }
    let words_only = |text: &str| {
        Some(Reading { quantity: Quantity::text_only(raw, text), written_unit: None, used_default: false })
    };
    if text.len() > LONGEST_CELL * 4 {
        return words_only(&text);
    }
    let may_hold_number = text.chars().any(|c| {
        c.is_ascii_digit()
            || c == '年'
            || c == '十'
            || numeral::digit(c).is_some()
            || matches!(c, '拾' | '廿' | '卅' | '卌' | '百')
    });
    if !may_hold_number {
        if text.chars().nth(16).is_none() && says_nothing(grammar, &text) {
            return None;
        }
        let chars: Option<Vec<char>> =
            grammar.words.prefix.longest_str(&text).map(|end| text.chars().skip(end).collect());
        return match chars {
            Some(rest) if !rest.is_empty() => words_only(trim_joints(&rest.into_iter().collect::<String>())),
            _ => words_only(&text),
        };
    }
    let mut chars: Vec<char> = text.chars().collect();
    if chars.len() > LONGEST_CELL {
        return words_only(&text);
    }
    if grammar.is_blank_text(&text) {
        return None;
    }
    if let Some((_, end)) = grammar.words.prefix.longest(&chars, 0) {
        chars.drain(..end);
    }
    let money = context.money || context.default_unit.as_ref().is_some_and(|u| is_money(&u.base));
    let reader = Reader { units: &grammar.units, words: &grammar.words, money };
    let cell = Cell { reader, text: &chars, context };
    let reading = cell.items().and_then(|items| cell.decide(raw, &items));
    reading.or_else(|| words_only(&chars.iter().collect::<String>()))
}

/// A line that ends inside a number, put together with the next: `1,9` over `85个`, `98.` over `5%`. Where nothing shows
/// that the number goes on (`10` over `20`), lines stay apart.
fn mend_torn_number(raw: &str) -> Option<String> {
    let folded = |c: char| normalize::display(c.encode_utf8(&mut [0; 4])).chars().next().unwrap_or(c);
    let is_digit = |c: char| folded(c).is_ascii_digit();
    let is_group = |c: char| matches!(c, ',' | '，');
    let is_point = |c: char| matches!(c, '.' | '．');
    let goes_on = |before: &str, after: &str| {
        let tail: Vec<char> = before.chars().rev().take_while(|c| is_digit(*c)).collect();
        let mark = before.chars().rev().nth(tail.len());
        let behind_mark = before.chars().rev().nth(tail.len() + 1).is_some_and(is_digit);
        let next: Vec<char> = after.chars().take_while(|c| is_digit(*c)).collect();
        let open = match mark {
            Some(mark) if is_group(mark) => behind_mark && tail.len() + next.len() == 3 && tail.len() < 3,
            Some(mark) if is_point(mark) => behind_mark && tail.is_empty() && !next.is_empty(),
            _ => false,
        };
        let mut rest = after.chars();
        let begins_inside = !tail.is_empty()
            && rest.next().is_some_and(|c| is_point(c) || is_group(c))
            && rest.next().is_some_and(is_digit);
        (open && !next.is_empty()) || begins_inside
    };
    let mut lines = raw.split('\n').map(str::trim);
    let mut whole = lines.next()?.to_owned();
    let mut mended = false;
    for line in lines {
        if goes_on(&whole, line) {
            mended = true;
        } else {
            whole.push('\n');
        }
        whole.push_str(line);
    }
    mended.then_some(whole)
}

/// A text set with a gap between all its characters, `≥ 9 0 %`, without them. Digits alone (`1 2 3`) may be as many numbers.
fn without_gaps(raw: &str) -> Option<String> {
    let bytes = raw.as_bytes();
    // Nearly all texts have two characters side by side.
    if bytes.len() < 5 || !bytes.contains(&b' ') {
        return None;
    }
    let (mut whole, mut pairs, mut others) = (String::new(), 0, 0);
    let mut before = None;
    for word in raw.split_whitespace() {
        let mut chars = word.chars();
        let (Some(c), None) = (chars.next(), chars.next()) else { return None };
        let digit = normalize::display(word).starts_with(|c: char| c.is_ascii_digit());
        pairs += usize::from(digit && before == Some(true));
        others += usize::from(!digit);
        before = Some(digit);
        whole.push(c);
    }
    (pairs > 0 && others > 0).then_some(whole)
}

/// 元, 元/人 …
fn is_money(base: &str) -> bool {
    base.strip_prefix('元').is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A mark, a sign or a unit alone.
fn says_nothing(grammar: &Grammar, text: &str) -> bool {
    if grammar.is_blank_text(text) {
        return true;
    }
    let chars: Vec<char> = text.chars().collect();
    let mut i = 0;
    while let Some((_, end)) = grammar.words.before.longest(&chars, i).filter(|b| b.0.sign) {
        i = end;
    }
    i == chars.len() || grammar.units.whole(&chars[i..]).is_some()
}

/// Spaces and punctuation that join or close clauses.
fn is_joint(c: char) -> bool {
    matches!(c, ' ' | ',' | '，' | '、' | ';' | '；' | ':' | '：' | '。' | '.' | '\n' | '\t' | '|')
}

fn trim_joints(text: &str) -> &str {
    let mut text = text.trim_matches(is_joint);
    for (open, close) in [('（', '）'), ('(', ')'), ('（', ')'), ('(', '）')] {
        if let Some(inside) = text.strip_prefix(open).and_then(|t| t.strip_suffix(close))
            && !inside.contains([open, close])
        {
            text = inside.trim_matches(is_joint);
        }
    }
    if matches!(text, "（）" | "()" | "（" | "(" | "）" | ")") { "" } else { text }
}

struct Cell<'a> {
    reader: Reader<'a>,
    text: &'a [char],
    context: &'a Context,
}

impl Cell<'_> {
    /// Everything measured in the cell, left to right; `None` where a number in it cannot be read.
    fn items(&self) -> Option<Items> {
        let text = self.text;
        let mut items =
            Items { measures: Vec::new(), deadlines: Vec::new(), vague_dates: 0, loose: None, stray_number: false };
        let mut i = 0;
        while i < text.len() {
            let c = text[i];
            if let Some((bounds, at)) = self.reader.bounds_before(text, i) {
                i = self.behind_bounds(i, at, &bounds, &mut items)?;
                continue;
            }
            if matches!(c, '，' | '。' | '；' | ';') {
                // A word of relation reaches no further than its clause.
                if items.measures.is_empty() {
                    items.loose = None;
                }
            }
            let starts_number =
                c.is_ascii_digit() || numeral::digit(c).is_some() || matches!(c, '十' | '拾' | '廿' | '卅' | '卌');
            let may_date = starts_number
                || matches!(c, '每' | '年' | '当' | '本' | '今' | '次' | '翌' | '来' | '下' | '上' | '去' | '第');
            if may_date && let Some(found) = self.date_at(i, &[]) {
                i = self.take_date(i, found, &[], &mut items)?;
                continue;
            }
            if let Some((_, end)) = self.reader.words.ordinal_before.longest(text, i) {
                i = end + number_name_length(&text[end..]);
                continue;
            }
            if c.is_ascii_alphabetic() && self.reader.words.money_before.longest(text, i).is_none() {
                i += text[i..]
                    .iter()
                    .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-' | '/'))
                    .count();
                continue;
            }
            if c.is_ascii_digit()
                && let Some(end) = self.list_number(i)
            {
                i = end;
                continue;
            }
            let opens = starts_number
                || matches!(c, '百' | '千' | '万' | '负' | '負' | '¥' | '￥' | '人' | 'R')
                || (matches!(c, '-' | '−' | '+' | '.')
                    && text.get(skip_spaces(text, i + 1)).is_some_and(char::is_ascii_digit));
            i = if opens { self.take_measure(i, i, &[], &mut items)? } else { i + 1 };
        }
        Some(items)
    }

    /// Behind words of relation stands a date, a number, or neither.
    fn behind_bounds(&self, start: usize, at: usize, bounds: &[Bound], items: &mut Items) -> Option<usize> {
        let date_words = bounds.iter().all(|b| b.on == crate::patterns::On::Date);
        if let Some(found) = self.date_at(at, bounds) {
            return self.take_date(start, found, bounds, items);
        }
        if !date_words {
            let before = items.measures.len();
            let end = self.take_measure(start, at, bounds, items)?;
            if items.measures.len() > before {
                return Some(end);
            }
        }
        if let Some(bound) = bounds.iter().find(|b| b.loose) {
            items.loose = Some((start, at, *bound));
        }
        Some(at.max(start + 1))
    }

    fn date_at(&self, at: usize, bounds: &[Bound]) -> Option<Stamp> {
        let previous = at.checked_sub(1).map(|p| self.text[p]);
        if previous.is_some_and(|p| p.is_ascii_digit() || p.is_ascii_alphabetic() || p == '.') {
            return None;
        }
        let found = dates::scan(self.text, at, self.context.year)?;
        let end_char = self.text.get(found.end - 1);
        let counts_months = found.precision == Precision::Month && !found.marked_end && end_char == Some(&'月');
        if counts_months {
            // ≥6月, or 6月 where months are counted, is a number of months.
            let with_sign = bounds.iter().any(|b| b.on != crate::patterns::On::Date && b.means != Meaning::Equal);
            let months_counted = self.context.default_unit.as_ref().is_some_and(|u| &*u.base == "月");
            let names_year = self.text[at..found.end].contains(&'年');
            let deadline = self.reader.words.after_date.longest(self.text, found.end).is_some();
            if (with_sign || months_counted) && !names_year && !deadline {
                return None;
            }
        }
        Some(found)
    }

    /// Books a date with the words of deadline on both sides; returns where reading goes on.
    fn take_date(&self, start: usize, found: Stamp, bounds: &[Bound], items: &mut Items) -> Option<usize> {
        let mut at = skip_spaces(self.text, found.end);
        if let Some((_, end)) = self.reader.words.inclusive.longest(self.text, at) {
            at = end;
        }
        let hour = (found.precision == Precision::Day).then(|| self.hour_of_deadline(at)).flatten();
        if let Some((_, end)) = hour {
            at = end;
        }
        let after = self
            .reader
            .words
            .after_date
            .longest(self.text, at)
            .filter(|a| !self.text.get(a.1).is_some_and(|c| matches!(c, '期' | '续' | '容' | '部')));
        let end = after.map_or(found.end, |a| a.1);
        let Some((first, last)) = found.days.filter(|_| found.precision != Precision::Span) else {
            items.vague_dates += 1;
            return Some(end);
        };
        let mut said: Option<(Relation, Date)> = None;
        for bound in bounds.iter().chain(after.as_ref().map(|a| &a.0)) {
            let new = match bound.means {
                // Before the day has begun.
                Meaning::Before if hour.is_some_and(|h| h.0 == 0) => (Relation::Less, last),
                Meaning::AtMost => (Relation::AtMost, last),
                Meaning::Before if found.marked_end || found.precision == Precision::Day => {
                    (if bounds.is_empty() { Relation::AtMost } else { Relation::Less }, last)
                }
                Meaning::Before | Meaning::Less => (Relation::Less, first),
                Meaning::More => (Relation::More, last),
                Meaning::AtLeast | Meaning::From => (Relation::AtLeast, if found.marked_end { last } else { first }),
                Meaning::Equal => (Relation::Equal, last),
                Meaning::Approx => (Relation::Approx, last),
            };
            said = match said {
                None => Some(new),
                // 不晚于12月底前, 截至12月底前
                Some(old) if old.0 == new.0 || old.0 == Relation::AtMost && new.0 == Relation::Less => Some(old),
                Some(_) => return None,
            };
        }
        let (relation, date) = said.unwrap_or((Relation::Equal, last));
        items.deadlines.push(Deadline {
            start,
            end,
            relation,
            date,
            marked: said.is_some() || found.marked_end,
            precision: found.precision,
        });
        Some(end)
    }

    /// An hour behind a day and before a word of deadline, `24时` in 12月31日24时前: the hour, and its end. The day says it all.
    fn hour_of_deadline(&self, at: usize) -> Option<(u32, usize)> {
        let text = self.text;
        let number = |from: usize| {
            let digits = text[from..].iter().take(3).take_while(|c| c.is_ascii_digit()).count();
            let value = text[from..from + digits].iter().filter_map(|c| c.to_digit(10)).fold(0, |n, d| 10 * n + d);
            (1..=2).contains(&digits).then_some((value, from + digits))
        };
        let (hour, end) = number(at).filter(|h| h.0 <= 24)?;
        let mut end = match text.get(end)? {
            '时' | '点' => end + 1,
            ':' | '：' => number(end + 1).filter(|m| m.0 < 60)?.1,
            _ => return None,
        };
        if text.get(end) == Some(&'整') {
            end += 1;
        } else if let Some((_, next)) = number(end).filter(|m| m.0 < 60 && text.get(m.1) == Some(&'分')) {
            end = next + 1;
        }
        self.reader.words.after_date.longest(text, end).map(|_| (hour, end))
    }

    /// Books the measure whose number begins at `at`; returns where reading goes on.
    fn take_measure(&self, start: usize, at: usize, bounds: &[Bound], items: &mut Items) -> Option<usize> {
        let text = self.text;
        if bounds.is_empty() && start > 0 && text[at].is_ascii_digit() {
            // ±5, 3×5, A/5, a dash that is no minus: the number belongs to what stands before it.
            let previous = text[..start].iter().rev().find(|c| **c != ' ').copied();
            if previous.is_some_and(|p| {
                matches!(p, '±' | '—' | '–' | '―' | '/' | '×' | '*' | '÷' | '^' | '√' | '≠' | '~' | '～')
            }) {
                return None;
            }
        }
        match self.reader.measure(text, start, at, bounds) {
            Outcome::Nothing => Some(at.max(start + 1)),
            Outcome::Unreadable => None,
            Outcome::Name(end) => Some(end.max(start + 1)),
            Outcome::Measure(measure) => {
                let end = measure.end.max(start + 1);
                if self.counts(&measure) {
                    items.measures.push(measure);
                } else if !measure.chinese && text.get(end).is_none_or(|c| !c.is_alphabetic()) {
                    items.stray_number = true;
                }
                Some(end)
            }
        }
    }

    /// Is this a measure, or a number that is part of a name? Alone in its cell any number is a measure; among words
    /// it needs a unit, a word of relation, or a label's colon before it.
    fn counts(&self, measure: &Measure) -> bool {
        let text = self.text;
        let before = trim_end(&text[..measure.start]);
        let after = trim_start(&text[measure.end..]);
        if before.is_empty() && after.is_empty() {
            return true;
        }
        let sign_behind =
            self.reader.words.before.longest(text, skip_spaces(text, measure.end)).is_some_and(|b| b.0.sign);
        if measure.relation.is_some() || sign_behind {
            return true;
        }
        if measure.one_chinese_digit {
            return self.closes_with_one_digit(measure);
        }
        if measure.has_unit() {
            return true;
        }
        let labelled = matches!(text[..measure.start].iter().rev().find(|c| **c != ' '), Some(':' | '：'));
        let closed = text.get(measure.end).is_none_or(|c| is_joint(*c) || matches!(c, ')' | '）'));
        let carried = self.reader.words.carrier.ends_at(text, measure.start).is_some();
        closed && !measure.chinese && (labelled || carried)
    }

    /// 召开会议两次: one Chinese digit with its unit at the end of the cell. Not in 统一, 每一次, 一人一岗.
    fn closes_with_one_digit(&self, measure: &Measure) -> bool {
        let text = self.text;
        let (start, digit) = (measure.start, text.get(measure.start).copied());
        let joined_before =
            start.checked_sub(1).map(|p| text[p]).is_some_and(|c| "统唯逐单同之第每如专数归万".contains(c));
        let echoed = start.checked_sub(2).map(|p| text[p]) == digit;
        let ends = trim_start(&text[measure.end..]).is_empty();
        ends && start > 0 && !joined_before && !echoed && measure.has_unit()
    }

    /// `1.`, `2、`, `(3)`, `4）` before words: the number of a list's item. Returns where the item begins.
    fn list_number(&self, at: usize) -> Option<usize> {
        let text = self.text;
        let digits = text[at..].iter().take_while(|c| c.is_ascii_digit()).count();
        if digits > 2 {
            return None;
        }
        let end = at + digits;
        let opened = at > 0 && matches!(text[at - 1], '(' | '（');
        let closed = matches!(text.get(end), Some(')' | '）'));
        if opened && closed {
            return Some(end + 1);
        }
        let starts_clause = at == 0 || is_joint(text[at - 1]) || !text[at - 1].is_ascii_digit();
        let dotted = matches!(text.get(end), Some('.' | '、')) || (closed && !opened);
        let words_follow =
            text.get(skip_spaces(text, end + 1)).is_some_and(|c| c.is_alphabetic() && numeral::digit(*c).is_none());
        (starts_clause && dotted && words_follow).then_some(end + 1)
    }

    fn decide(&self, raw: &str, items: &Items) -> Option<Reading> {
        match items.measures.as_slice() {
            [] => self.deadline(raw, items),
            _ if items.stray_number => None,
            [only] => self.one(raw, only, items.loose),
            several => self.both_ends(raw, several).or_else(|| self.parts(raw, several, items)),
        }
    }

    /// A date alone, or with a few words.
    fn deadline(&self, raw: &str, items: &Items) -> Option<Reading> {
        let [only] = items.deadlines.as_slice() else {
            return None;
        };
        if items.vague_dates > 0 {
            return None;
        }
        let (before, after) = (&self.text[..only.start], &self.text[only.end..]);
        // 于12月底前, 在…前: the preposition says nothing that the relation does not.
        let before = if before.len() == 1 && matches!(before[0], '于' | '在' | '到' | '至' | '应' | '须') {
            &[][..]
        } else {
            before
        };
        let words = joined(before, after);
        let around = words.chars().count();
        let limit = if only.relation == Relation::Equal { MOST_WORDS_AROUND_DATE } else { MOST_WORDS_AROUND };
        if around > limit {
            return None;
        }
        if only.precision == Precision::Year && !only.marked {
            // A year is a date only where it stands alone, or before 完成: 2021年目标 speaks of something else.
            let finished = words.is_empty() || words == "完成";
            if !finished || self.text.get(only.end - 1) == Some(&'度') {
                return None;
            }
        }
        let mut quantity = Quantity::text_only(raw, "");
        quantity.relation = Some(only.relation);
        quantity.date = Some(only.date);
        quantity.text = (!words.is_empty()).then_some(words);
        Some(Reading { quantity, written_unit: None, used_default: false })
    }

    /// One measure, with the words around it.
    fn one(&self, raw: &str, measure: &Measure, loose: Option<(usize, usize, Bound)>) -> Option<Reading> {
        let mut before: Vec<char> = self.text[..measure.start].to_vec();
        let after = &self.text[measure.end..];
        let mut relation = measure.relation;
        if let (None, Some((from, to, bound))) = (relation, loose)
            && to <= before.len()
        {
            before.drain(from..to);
            relation = super::words::relation_of(bound.means);
        }
        // 60%≤…: the sign behind the number turns it round; that is not read.
        if self.reader.words.before.longest(self.text, skip_spaces(self.text, measure.end)).is_some_and(|b| b.0.sign) {
            return None;
        }
        if let Some(reading) = self.dotted_month(raw, measure) {
            return Some(reading);
        }
        let mut words = joined(&before, after);
        if words.chars().count() > MOST_WORDS_AROUND {
            return None;
        }
        if words.len() == 1 && words.bytes().all(|b| b.is_ascii_alphabetic()) {
            words.clear(); // X≥60%
        }
        let resolved = measure.resolve(self.context)?;
        Some(reading(raw, relation.unwrap_or(Relation::Equal), resolved, words))
    }

    /// `2020.12` alone is a month where the form's year is near and nothing speaks of an amount.
    fn dotted_month(&self, raw: &str, measure: &Measure) -> Option<Reading> {
        /// How many years a deadline may lie from the form's year.
        const NEAR: u32 = 1;
        if self.context.money || self.context.default_unit.is_some() || measure.relation.is_some() {
            return None;
        }
        let [y1, y2, y3, y4, '.', m @ ..] = self.text else { return None };
        let number = |chars: &[char]| chars.iter().try_fold(0u32, |n, c| c.to_digit(10).map(|d| n * 10 + d));
        let year = i32::try_from(number(&[*y1, *y2, *y3, *y4])?).ok()?;
        let month = number(m).filter(|_| m.len() == 2)?;
        let near = self.context.year.is_some_and(|y| y.abs_diff(year) <= NEAR);
        let date = Date::end_of_month(year, month).filter(|_| near)?;
        let mut quantity = Quantity::text_only(raw, "");
        (quantity.relation, quantity.date, quantity.text) = (Some(Relation::Equal), Some(date), None);
        Some(Reading { quantity, written_unit: None, used_default: false })
    }

    /// 大于10并且小于20, ≥60%且≤80%, 60%≤X≤80%: a range.
    fn both_ends(&self, raw: &str, measures: &[Measure]) -> Option<Reading> {
        let [first, second] = measures else {
            return None;
        };
        let between = &self.text[first.end..second.start];
        let is_low = |r: Option<Relation>| matches!(r, Some(Relation::AtLeast | Relation::More));
        let is_high = |r: Option<Relation>| matches!(r, Some(Relation::AtMost | Relation::Less));
        let (low, high, low_relation) = if first.relation.is_none() {
            // The first sign stands behind its number: `60% ≤ X ≤ 80%`.
            let at = skip_spaces(between, 0);
            let (sign, end) = self.reader.words.before.longest(between, at).filter(|b| b.0.sign)?;
            let variable = trim_end(&between[end..]);
            if variable.is_empty() || variable.iter().any(|c| c.is_ascii_digit()) {
                return None;
            }
            match sign.means {
                Meaning::AtMost if is_high(second.relation) => (first, second, Relation::AtLeast),
                Meaning::Less if is_high(second.relation) => (first, second, Relation::More),
                Meaning::AtLeast | Meaning::More if is_low(second.relation) => (second, first, second.relation?),
                _ => return None,
            }
        } else {
            if !trim_start(trim_end(between)).is_empty() {
                let core = trim_start(trim_end(between));
                let (_, end) = self.reader.words.joint.longest(core, 0)?;
                if end != core.len() {
                    return None;
                }
            }
            match (first, second) {
                (a, b) if is_low(a.relation) && is_high(b.relation) => (a, b, a.relation?),
                (a, b) if is_high(a.relation) && is_low(b.relation) => (b, a, b.relation?),
                _ => return None,
            }
        };
        let (mut lower, mut upper) = (low.resolve(self.context)?, high.resolve(self.context)?);
        // The unit that stands once holds for both.
        if low.has_unit() != high.has_unit() {
            let bare = if low.has_unit() { high } else { low };
            let written = if low.has_unit() { lower.written.clone() } else { upper.written.clone() }?;
            let context = Context { default_unit: Some(written.clone()), ..self.context.clone() };
            let shared = bare.resolve(&context)?;
            if low.has_unit() {
                upper = Resolved { written: Some(written), ..shared }
            } else {
                lower = Resolved { written: Some(written), ..shared }
            }
        }
        if lower.unit != upper.unit || lower.value > upper.value || lower.upper.is_some() || upper.upper.is_some() {
            return None;
        }
        let exclusive = low_relation == Relation::More
            || high.relation == Some(Relation::Less)
            || first.relation.is_none() && high.relation == Some(Relation::More);
        let words = if exclusive {
            self.text.iter().collect()
        } else {
            joined(&self.text[..first.start], &self.text[second.end..])
        };
        let resolved = Resolved { upper: Some(upper.value), ..lower };
        Some(reading(raw, Relation::Range, resolved, words))
    }

    /// Is this the name of one of several values? 从 and 提高到 are none.
    fn names_a_part(&self, label: &str) -> bool {
        let length = label.chars().count();
        let joins_only = self.reader.words.no_label.longest_str(label) == Some(length);
        (1..=LONGEST_LABEL).contains(&length) && !joins_only && !label.contains('。')
    }

    /// Several values, each with a label before it (普通居民61元/人/年；特殊人员140元/人/年) or each with one behind it.
    fn parts(&self, raw: &str, measures: &[Measure], items: &Items) -> Option<Reading> {
        let relation = measures.first()?.relation;
        if items.loose.is_some() || measures.iter().any(|m| m.relation != relation || m.is_range()) {
            return None;
        }
        let mut edges: Vec<(usize, usize)> = Vec::with_capacity(measures.len() + 1);
        let mut from = 0;
        for measure in measures {
            edges.push((from, measure.start));
            from = measure.end;
        }
        edges.push((from, self.text.len()));
        let label = |edge: &(usize, usize)| -> String {
            let words: String = self.text[edge.0..edge.1].iter().collect();
            let words = words.trim_matches(|c: char| is_joint(c) || matches!(c, '(' | ')' | '（' | '）'));
            let numbered = words.trim_start_matches(|c: char| c.is_ascii_digit());
            let words = if numbered.len() < words.len() && numbered.starts_with(['.', '、', ')', '）']) {
                numbered.trim_start_matches(['.', '、', ')', '）', ' '])
            } else {
                words
            };
            words.to_owned()
        };
        let labels: Vec<String> = edges.iter().map(label).collect();
        let (leading, last) = labels.split_at(measures.len());
        let usable = |labels: &[String]| labels.iter().all(|label| self.names_a_part(label));
        let chosen = if usable(leading) && last.iter().all(String::is_empty) {
            leading
        } else if leading.first().is_some_and(String::is_empty) && usable(&labels[1..]) {
            &labels[1..]
        } else {
            return None;
        };
        let mut parts = Vec::with_capacity(measures.len());
        for (measure, label) in measures.iter().zip(chosen) {
            let resolved = measure.resolve(self.context)?;
            parts.push(Part {
                label: label.clone(),
                value: Some(Number::new(resolved.value)),
                unit: resolved.unit.map(|u| u.to_string()),
            });
        }
        let mut quantity = Quantity::text_only(raw, "");
        quantity.relation = Some(relation.unwrap_or(Relation::Equal));
        quantity.text = None;
        quantity.parts = Some(parts);
        Some(Reading { quantity, written_unit: None, used_default: false })
    }
}

fn reading(raw: &str, relation: Relation, resolved: Resolved, words: String) -> Reading {
    Reading {
        quantity: Quantity {
            raw: raw.to_owned(),
            relation: Some(relation),
            value: Some(Number::new(resolved.value)),
            upper: resolved.upper.map(Number::new),
            unit: resolved.unit.map(|u| u.to_string()),
            date: None,
            text: (!words.is_empty()).then_some(words),
            parts: None,
        },
        written_unit: resolved.written,
        used_default: resolved.used_default,
    }
}

/// What is left of a cell around its number.
fn joined(before: &[char], after: &[char]) -> String {
    let mut words: String = before.iter().chain(after).collect();
    for emptied in ["（）", "()", "\"\"", "“”", "【】", "[]"] {
        if words.contains(emptied) {
            words = words.replace(emptied, "");
        }
    }
    trim_joints(&words).to_owned()
}

fn trim_end(text: &[char]) -> &[char] {
    let kept = text.iter().rposition(|c| !is_joint(*c)).map_or(0, |last| last + 1);
    &text[..kept]
}

fn trim_start(text: &[char]) -> &[char] {
    let skipped = text.iter().position(|c| !is_joint(*c)).unwrap_or(text.len());
    &text[skipped..]
}

/// Length of the number behind 第 or a bracket, in digits or Chinese.
fn number_name_length(text: &[char]) -> usize {
    text.iter()
        .take_while(|c| {
            c.is_ascii_digit() || numeral::digit(**c).is_some() || matches!(c, '十' | '百' | '-' | '～' | '~' | '—')
        })
        .count()
}
