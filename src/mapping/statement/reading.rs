//! Reads one measure of a clause: its subject, its aspect, and how far its value's own words reach.

use super::name;
use crate::mapping::quantity::{Grammar, Said};
use crate::patterns::{Aspect, StatementRole as Role, Statements};
use std::ops::Range;

/// What the clauses before hand on.
#[derive(Debug, Clone, Default)]
pub(super) struct Carry {
    /// The measure last spoken of, without words of an aspect.
    pub(super) base: Option<Vec<char>>,
    /// The year last spoken of.
    pub(super) year: Option<i32>,
    /// What parts under 其中 are parts of: aspect, unit and subject.
    pub(super) whole: Option<(Aspect, Option<String>, Vec<char>)>,
    /// 其中 was said, and its sentence has not ended.
    pub(super) in_parts: bool,
}

/// A measure read.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Read {
    pub(super) subject: Vec<char>,
    pub(super) aspect: Aspect,
    /// Where the value's own words begin, and where its number does: between them its `text`.
    pub(super) words: Option<Range<usize>>,
    /// `每人每年` before an amount: the unit that it makes.
    pub(super) unit: Option<String>,
    /// Where the value begins: its first word of relation or change, else its number.
    pub(super) start: usize,
    /// What a later clause without a subject speaks of.
    pub(super) base: Vec<char>,
    /// How sure the reading is, in hundredths.
    pub(super) confidence: u32,
    pub(super) is_part: bool,
}

/// A measure in its clause.
pub(super) struct Place<'a> {
    pub(super) text: &'a [char],
    /// The clause.
    pub(super) clause: Range<usize>,
    pub(super) brackets: &'a [Range<usize>],
    /// Where the measure before it in this clause ends, else where the clause begins.
    pub(super) from: usize,
    /// Where the next measure in this clause begins, else where the clause ends.
    pub(super) to: usize,
    pub(super) said: &'a Said,
}

/// Surest reading, in hundredths; the others are worth less by how much was inferred.
const NAMED: u32 = 95;
const CARRIED: u32 = 92;
const NAMED_BEHIND: u32 = 85;
const UNUSUAL_NAME: u32 = 80;

pub(super) fn read(place: &Place<'_>, carry: &Carry, words: &Statements, grammar: &Grammar) -> Option<Read> {
    let (start, unit) = with_each(place, grammar);
    let read = read_at(place, start, carry, words, grammar)?;
    let start = read.words.as_ref().map_or(start, |words| words.start);
    Some(Read { start, unit, ..read })
}

/// Where the value begins, 每人每年 before it included, and the unit that those words make.
fn with_each(place: &Place<'_>, grammar: &Grammar) -> (usize, Option<String>) {
    let (text, start) = (place.text, place.said.start);
    let Some(last) = text[place.from..start].iter().rposition(|c| *c == '每').map(|p| place.from + p) else {
        return (start, None);
    };
    // 每人每年: two of them.
    let first = last.checked_sub(2).filter(|first| *first >= place.from && text[*first] == '每');
    let name = place.said.quantity.unit.as_deref();
    let unit_from = |from: usize| name.and_then(|name| grammar.per_each(name, &text[from..start]));
    match first.and_then(|from| unit_from(from).map(|unit| (from, unit))) {
        Some((from, unit)) => (from, Some(unit)),
        None => match unit_from(last) {
            Some(unit) => (last, Some(unit)),
            None => (start, None),
        },
    }
}

fn read_at(place: &Place<'_>, start: usize, carry: &Carry, words: &Statements, grammar: &Grammar) -> Option<Read> {
    let (text, said) = (place.text, place.said);
    let set = |role| words.words(role);
    let is_ratio = said.quantity.unit.as_deref() == Some("ratio");
    let first = place.from == place.clause.start;

    let before: Vec<char> = name::outside(text, place.from..start, place.brackets);
    let clause_before: Vec<char> = name::outside(text, place.clause.start..start, place.brackets);
    let after = &text[said.end..place.to];
    let base = || carry.base.clone().filter(|base| !base.is_empty());
    let carried = |aspect: Aspect, words: Option<Range<usize>>| {
        let base = base()?;
        Some(Read {
            subject: base.clone(),
            aspect,
            words,
            unit: None,
            start: 0,
            base,
            confidence: CARRIED,
            is_part: false,
        })
    };
    let named = |name: Vec<char>, aspect: Aspect, words: Option<Range<usize>>| Read {
        base: name.clone(),
        subject: name,
        aspect,
        words,
        unit: None,
        start: 0,
        confidence: NAMED,
        is_part: false,
    };

    // 由70%提高到80%: the first number is what was, the second what became of it.
    if set(Role::ChangeTo).begins(after).is_some() && ends_with_from(&before) {
        return None;
    }
    if !first
        && let Some((length, _)) = set(Role::ChangeTo).ends(&before)
        && length == before.len()
        && let Some(from) = text[place.clause.start..place.from].iter().rposition(|c| matches!(c, '由' | '从'))
    {
        let from = place.clause.start + from;
        let owner = name::name(&name::outside(text, place.clause.start..from, place.brackets), words, grammar);
        let words_of = Some(from..start);
        return match name::checked(owner.chars, words) {
            Some(owner) => Some(named(owner, Aspect::Change, words_of)),
            None => carried(Aspect::Change, words_of),
        };
    }

    // 完成预算的99.57%
    if let Some((length, cue)) =
        set(Role::Of).ends(&before).or_else(|| of_number(&before, &clause_before, place, words))
    {
        if !is_ratio {
            return None;
        }
        let mut left = &before[..before.len() - length];
        // 支出完成省定年度目标的98%
        if let Some(verb) = (1..left.len()).rev().find(|at| left[*at..].starts_with(&['完', '成']) || left[*at] == '占')
        {
            left = &left[..verb];
        } else if left.starts_with(&['完', '成']) || left.first() == Some(&'占') {
            left = &[];
        }
        let owner = name::checked(name::name(left, words, grammar).chars, words);
        return match owner.filter(|_| first) {
            Some(owner) => Some(named(owner, cue.aspect, None)),
            None => carried(cue.aspect, None),
        };
    }

    // 较上年增长12%
    if let Some(found) = change(&before, &clause_before, words) {
        let from = start - (before.len() - found).min(start - place.from);
        // Offsets count only where no bracket stands between.
        let from = if place.brackets.iter().any(|b| b.start >= place.from && b.end <= start) { start } else { from };
        let owner = name::checked(name::name(&before[..found], words, grammar).chars, words);
        let words_of = Some(from..start);
        return match owner {
            Some(owner) => Some(named(fuller(owner, &base()), Aspect::Change, words_of)),
            None => carried(Aspect::Change, words_of),
        };
    }

    let found = name::name(&before, words, grammar);
    let mut own = found.chars;
    let is_part = found.part || carry.in_parts;
    let reached = set(Role::Reached).ends(&before).is_some();

    // 占基金结余的23.49%
    if is_ratio
        && let Some(at) = own.iter().rposition(|c| *c == '占')
        && set(Role::Facet).ends(&own).is_none()
    {
        if !own.ends_with(&['比']) {
            let keeps = set(Role::Mark).ends(&own).is_some_and(|(_, cue)| cue.aspect == Aspect::Share);
            let sign = said.signed && !reached;
            let aspect = if sign { Aspect::Target } else { Aspect::Share };
            let owner = name::checked(own[..at].to_vec(), words);
            return match owner {
                Some(owner) if keeps && found.verb.is_none() => {
                    drop(owner);
                    Some(named(own, aspect, None))
                }
                Some(owner) => Some(named(owner, aspect, None)),
                None => carried(aspect, None),
            };
        }
    }

    // 绩效指标设置为…, 全年完成值…, 得分率为…
    if let Some((length, cue)) = set(Role::Facet).ends(&own) {
        let rest = &own[..own.len() - length];
        let rest = name::name(rest, words, grammar).chars;
        let drops = matches!(cue.aspect, Aspect::Target | Aspect::Actual | Aspect::CompletionRate | Aspect::Change);
        if cue.aspect == Aspect::CompletionRate && !is_ratio {
            return None;
        }
        if rest.is_empty() {
            if cue.keep {
                let base = base()?;
                let mut subject = base.clone();
                subject.extend(&own[own.len() - length..]);
                return Some(Read { base, ..named(subject, cue.aspect, None) });
            }
            let alone = matches!(cue.aspect, Aspect::Budget | Aspect::Actual) && own.len() >= 3;
            return match base() {
                // 预算批复数560万元, and nothing before that it could be of.
                None if alone => {
                    Some(Read { base: Vec::new(), confidence: UNUSUAL_NAME, ..named(own, cue.aspect, None) })
                }
                _ => carried(cue.aspect, None),
            };
        }
        let counted = set(Role::Mark).ends(&own).is_some_and(|(n, c)| n >= length && c.aspect == Aspect::Other);
        if cue.keep && name::checked(rest.clone(), words).is_none() {
            // 总得分 is a name of its own.
            return Some(named(name::checked(own, words)?, cue.aspect, None));
        }
        if !(counted && cue.aspect == Aspect::Target) {
            let rest = name::checked(rest, words)?;
            if drops {
                return Some(named(fuller(rest, &base()), cue.aspect, None));
            }
            return Some(Read { base: rest, ..named(own, cue.aspect, None) });
        }
    }

    let mut confidence = NAMED;
    let mut lead_text: &[char] = &before[..found.at.min(before.len())];
    // 5.87万户8.92万人: one measure in two units.
    if !first && before.iter().all(|c| matches!(c, ' ' | '、')) && !is_ratio {
        return carried(default_aspect(said, reached), None);
    }
    if own.is_empty() || found.verb_alone || name::checked(own.clone(), words).is_none() {
        // 拨付899.52万元区级配套资金: the name stands behind.
        let behind = name::behind(after, words);
        match behind {
            Some(behind) => {
                own = behind;
                confidence = NAMED_BEHIND;
                lead_text = &before;
            }
            None if own.is_empty() && found.closed && first => {
                return carried(default_aspect(said, reached), None);
            }
            None => {}
        }
    }
    let own = name::checked(own, words)?;
    let whole = carry.whole.as_ref();
    // A part that would bear its whole's name keeps the words before its verb.
    let own = match (&found.verb, whole) {
        (Some(full), Some((_, _, name))) if is_part && own == *name => full.clone(),
        _ => own,
    };
    if set(Role::Head).ends(&own).is_none() {
        confidence = confidence.min(UNUSUAL_NAME);
    }
    let marked = {
        let mark = set(Role::Mark).last_in(&own).map(|(.., cue)| cue.aspect);
        let mark = set(Role::MarkEnd).ends(&own).map(|(_, cue)| cue.aspect).or(mark);
        let unmarked = set(Role::Unmark).last_in(&own).map(|(.., cue)| cue.aspect);
        // 预算调整率 is no budget, 结余率 no balance: money is.
        let fits = |aspect: &Aspect| !(is_ratio && matches!(aspect, Aspect::Budget | Aspect::Balance));
        mark.filter(|aspect| unmarked != Some(*aspect)).filter(fits)
    };
    let lead = {
        let lead = set(Role::Lead);
        let guarded = |text: &[char]| -> Option<Aspect> {
            let (at, _, cue) = lead.first_in(text)?;
            set(Role::NameStart).begins(&text[at..]).is_none().then_some(cue.aspect)
        };
        guarded(lead_text).or_else(|| guarded(&own).filter(|aspect| *aspect == Aspect::Target))
    };
    let inherited = whole
        .filter(|(_, unit, _)| is_part && unit.as_deref() == said.quantity.unit.as_deref())
        .map(|(aspect, ..)| *aspect)
        .filter(|aspect| matches!(aspect, Aspect::Budget | Aspect::Target));
    let behind = set(Role::After).begins(after).map(|(_, cue)| cue.aspect);
    let sign = (said.signed && !reached).then_some(Aspect::Target);
    let unmarked = set(Role::Unmark).first_in(&own).is_some();
    let aspect = behind
        .or(marked)
        .or(sign)
        .or(lead.filter(|aspect| !(unmarked && *aspect == Aspect::Budget)))
        .or(inherited)
        .unwrap_or(Aspect::Actual);
    let subject = if is_part { own } else { fuller(own, &base()) };
    let mut read = named(subject, aspect, None);
    read.base = match set(Role::Facet).ends(&read.subject) {
        Some((length, cue)) if cue.aspect == Aspect::Budget && length + 2 <= read.subject.len() => {
            read.subject[..read.subject.len() - length].to_vec()
        }
        _ => read.subject.clone(),
    };
    Some(Read { confidence, is_part, ..read })
}

fn default_aspect(said: &Said, reached: bool) -> Aspect {
    if said.signed && !reached { Aspect::Target } else { Aspect::Actual }
}

/// 完成全年预算33375万元的106.09%: 的 behind a number stands for what that number is.
fn of_number(
    before: &[char],
    clause_before: &[char],
    place: &Place<'_>,
    words: &Statements,
) -> Option<(usize, crate::patterns::Cue)> {
    if before != ['的'] || place.from == place.clause.start {
        return None;
    }
    // What stands before that number ends with a word of plan.
    let of = words.words(Role::Of);
    (2..clause_before.len())
        .find_map(|end| {
            let mut head = clause_before[..end].to_vec();
            head.push('的');
            clause_before[end].is_ascii_digit().then(|| of.ends(&head)).flatten()
        })
        .map(|(_, cue)| (before.len(), cue))
}

/// 由, 从 at the end: what was.
fn ends_with_from(before: &[char]) -> bool {
    matches!(before.last(), Some('由' | '从'))
}

/// Where the words of a change begin in what stands before its number.
fn change(before: &[char], clause_before: &[char], words: &Statements) -> Option<usize> {
    let mut end = before.len();
    while end > 0 && (before[end - 1] == '约' || before[end - 1] == '近' || before[end - 1] == ' ') {
        end -= 1;
    }
    let (length, cue) = words.words(Role::Change).ends(&before[..end])?;
    let compared = words.words(Role::Compared);
    let opens = compared.first_in(before).map(|(at, ..)| at);
    if cue.keep && opens.is_none() && compared.first_in(clause_before).is_none() {
        return None;
    }
    Some(opens.unwrap_or(end - length).min(end - length))
}

/// `总收入` after 城乡居民基本医疗保险收入 is that: a short name that the name before ends with.
fn fuller(own: Vec<char>, base: &Option<Vec<char>>) -> Vec<char> {
    /// Longer names stand for themselves.
    const SHORT: usize = 4;
    let short = own.strip_prefix(&['总']).unwrap_or(&own);
    match base {
        Some(base) if own.len() <= SHORT && short.len() >= 2 && base.len() > short.len() && base.ends_with(short) => {
            base.clone()
        }
        _ => own,
    }
}
