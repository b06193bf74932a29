//! Reads one measure of a clause: its subject, its aspect, and how far its value's own words reach.
//!
//! The ways of saying a measure are tried one after the other, the most telling first: what became of it (由…提高到), a rate
//! of a plan (完成预算的), a change (较上年增长), a share (占…的), a word that is nothing but an aspect (全年完成值), and last a plain
//! name. The first that recognises the words decides, even if it decides that nothing can be said.

use super::name::{self, Name};
use crate::mapping::quantity::{Grammar, Said};
use crate::model::{Clue, Evidence};
use crate::patterns::{Aspect, Cue, StatementRole as Role, WordSet, WordsOf};
use std::borrow::Cow;
use std::ops::Range;

/// What the clauses before hand on.
#[derive(Debug, Clone, Default)]
pub(super) struct Carry<'a> {
    /// The measure last spoken of, without words of an aspect.
    pub(super) base: Option<Vec<char>>,
    /// Only the heading above spoke of it.
    pub(super) from_heading: bool,
    /// The year last spoken of.
    pub(super) year: Option<i32>,
    /// What parts under 其中 are parts of: aspect, unit and subject.
    pub(super) whole: Option<(Aspect, Option<&'a str>, Vec<char>)>,
    /// The same without words of an aspect: what is spoken of again when its parts were told.
    pub(super) whole_base: Vec<char>,
    /// What the sentence has counted so far, by unit.
    pub(super) counted: Vec<(&'a str, Vec<char>)>,
    /// The parts stand in a list of their own (其中：…；…), which ends with the sentence.
    pub(super) parts_listed: bool,
    /// 其中 was said, and its sentence has not ended.
    pub(super) in_parts: bool,
    /// Goals are being told: what says nothing else is one.
    pub(super) planned: bool,
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
    /// How the name was found.
    pub(super) evidence: Evidence,
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

pub(super) fn read(place: &Place<'_>, carry: &Carry<'_>, words: WordsOf<'_>, grammar: &Grammar) -> Option<Read> {
    let (start, unit) = with_each(place, grammar);
    let read = Reading::new(place, start, carry, words, grammar).decide()?;
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

/// What one way of saying a measure makes of the words.
enum Verdict {
    /// The words are not of this way.
    Other,
    /// They are, but what they measure cannot be told.
    Unknown,
    Is(Read),
}

use Verdict::{Is, Other, Unknown};

impl From<Option<Read>> for Verdict {
    fn from(read: Option<Read>) -> Self {
        read.map_or(Unknown, Is)
    }
}

/// One measure and the words around it.
struct Reading<'a> {
    place: &'a Place<'a>,
    carry: &'a Carry<'a>,
    words: WordsOf<'a>,
    grammar: &'a Grammar,
    /// Where the value begins.
    start: usize,
    /// The words before it, back to the measure before or the clause's beginning; brackets left out.
    before: Cow<'a, [char]>,
    /// The words behind it, up to the next measure or the clause's end.
    after: &'a [char],
    is_ratio: bool,
    /// It is the clause's first.
    first: bool,
    /// A word of reaching stands right before it.
    reached: bool,
}

impl<'a> Reading<'a> {
    fn new(place: &'a Place<'a>, start: usize, carry: &'a Carry<'a>, words: WordsOf<'a>, grammar: &'a Grammar) -> Self {
        let before = name::outside(place.text, place.from..start, place.brackets);
        Reading {
            after: &place.text[place.said.end..place.to],
            is_ratio: place.said.quantity.unit.as_deref() == Some("ratio"),
            first: place.from == place.clause.start,
            reached: words.words(Role::Reached).ends(&before).is_some(),
            place,
            carry,
            words,
            grammar,
            start,
            before,
        }
    }

    fn decide(&self) -> Option<Read> {
        for way in [Self::became, Self::rate_of_plan, Self::change] {
            match way(self) {
                Other => {}
                Unknown => return None,
                Is(read) => return Some(read),
            }
        }
        let name = name::name(&self.before, self.words, self.grammar);
        for way in [Self::share, Self::facet] {
            match way(self, &name) {
                Other => {}
                Unknown => return None,
                Is(read) => return Some(read),
            }
        }
        self.plain(name)
    }

    /// For parts of the clause; not for what earlier ones said.
    fn set(&self, role: Role) -> &'a WordSet {
        self.words.words(role)
    }

    /// For what earlier clauses said, too.
    fn set_any(&self, role: Role) -> &'a WordSet {
        self.words.any().words(role)
    }

    /// What the clause before spoke of.
    fn base(&self) -> Option<&'a Vec<char>> {
        self.carry.base.as_ref().filter(|base| !base.is_empty())
    }

    /// The name in some words, if it can be one.
    fn owner(&self, words: &[char]) -> Option<Vec<char>> {
        name::checked(name::name(words, self.words, self.grammar).chars, self.words)
    }

    fn named(&self, name: Vec<char>, aspect: Aspect) -> Read {
        self.named_with_base(name.clone(), name, aspect)
    }

    fn named_with_base(&self, subject: Vec<char>, base: Vec<char>, aspect: Aspect) -> Read {
        Read {
            base,
            subject,
            aspect,
            words: None,
            unit: None,
            start: self.start,
            evidence: Evidence::NONE,
            is_part: false,
        }
    }

    fn carried(&self, aspect: Aspect) -> Option<Read> {
        Some(self.carried_from(self.base()?, aspect))
    }

    fn carried_from(&self, base: &[char], aspect: Aspect) -> Read {
        Read { evidence: Evidence::from_iter([Clue::NameCarried]), ..self.named(base.to_vec(), aspect) }
    }

    fn named_or_carried(&self, owner: Option<Vec<char>>, aspect: Aspect) -> Option<Read> {
        match owner {
            Some(owner) => Some(self.named(owner, aspect)),
            None => self.carried(aspect),
        }
    }

    /// 由70%提高到80%: the first number is what was, the second what became of it.
    fn became(&self) -> Verdict {
        let is_from = |c: &char| matches!(c, '由' | '从');
        let change = self.set(Role::ChangeTo);
        // 由70%, 由上年的70%
        let nearby = self.before.len().saturating_sub(LONGEST_FROM);
        if change.begins(self.after).is_some() && self.before[nearby..].iter().any(is_from) {
            return Unknown;
        }
        let all = |(length, _): (usize, _)| length == self.before.len();
        if self.first || !change.ends(&self.before).is_some_and(all) {
            return Other;
        }
        let clause = self.place.clause.start;
        let Some(from) = self.place.text[clause..self.place.from].iter().rposition(is_from).map(|at| clause + at)
        else {
            return Other;
        };
        let owner = self.owner(&name::outside(self.place.text, clause..from, self.place.brackets));
        let read = self.named_or_carried(owner, Aspect::Change);
        read.map(|read| Read { words: Some(from..self.start), ..read }).into()
    }

    /// 完成预算的99.57%
    fn rate_of_plan(&self) -> Verdict {
        let Some((length, cue)) = self.set(Role::Of).ends(&self.before).or_else(|| self.of_the_number_before()) else {
            return Other;
        };
        if !self.is_ratio {
            return Unknown;
        }
        let mut left = &self.before[..self.before.len() - length];
        // 支出完成省定年度目标的98%: the name ends where the verb stands.
        let verb = (0..left.len()).rev().find(|at| left[*at..].starts_with(&['完', '成']) || left[*at] == '占');
        let of_whole = verb.is_some_and(|at| left[at] == '占');
        left = &left[..verb.unwrap_or(left.len())];
        let owner = self.owner(left).filter(|_| self.first);
        // 追加预算占年初预算的10%: only of what was spent is it how far the plan was carried out.
        let spent = |owner: &Vec<char>| self.set(Role::Flow).ends(owner).is_some();
        let aspect = if of_whole && owner.as_ref().is_some_and(|o| !spent(o)) { Aspect::Share } else { cue.aspect };
        self.named_or_carried(owner, aspect).into()
    }

    /// 完成全年预算33375万元的106.09%: 的 behind a number stands for what that number is.
    fn of_the_number_before(&self) -> Option<(usize, Cue)> {
        if *self.before != ['的'] || self.first {
            return None;
        }
        // What stands before that number ends with a word of plan.
        let said = &self.place.text[self.place.clause.start..self.place.from];
        let unit = said.iter().rev().take(LONGEST_COUNTER).take_while(|c| !c.is_ascii_digit()).count();
        let number = said[..said.len() - unit].iter().rposition(|c| !is_of_number(*c))?;
        let mut plan = said[..=number].to_vec();
        plan.push('的');
        self.set(Role::Of).ends(&plan).map(|(_, cue)| (1, cue))
    }

    /// 较上年增长12%
    fn change(&self) -> Verdict {
        let Some(found) = self.change_words() else { return Other };
        // Offsets count only where no bracket stands between.
        let bracket = self.place.brackets.iter().any(|b| b.start >= self.place.from && b.end <= self.start);
        let from = if bracket { self.start } else { self.place.from + found };
        let owner = self.owner(&self.before[..found]).map(|owner| self.fuller(owner));
        let read = match (owner, self.of_same_unit()) {
            (None, Some(base)) => Some(self.carried_from(base, Aspect::Change)),
            (owner, _) => self.named_or_carried(owner, Aspect::Change),
        };
        read.map(|read| Read { words: Some(from..self.start), ..read }).into()
    }

    /// 项目28个，建筑面积3.12万平方米，较计划少4个: what was counted in the same unit, where the last was not.
    fn of_same_unit(&self) -> Option<&'a Vec<char>> {
        let unit = self.place.said.quantity.unit.as_deref().filter(|unit| !matches!(*unit, "ratio" | "百分点"))?;
        let (last, earlier) = self.carry.counted.split_last()?;
        let (_, found) = earlier.iter().rev().find(|(of, _)| *of == unit).filter(|_| last.0 != unit)?;
        Some(found)
    }

    /// Where the words of a change begin before the number.
    fn change_words(&self) -> Option<usize> {
        let mut end = self.before.len();
        while end > 0
            && matches!(self.before[end - 1], '约' | '近' | ' ')
            && !self.before[..end].ends_with(&['节', '约'])
        {
            end -= 1;
        }
        let compared = self.set(Role::Compared);
        let opens = compared.first_in(&self.before).map(|(at, ..)| at);
        let Some((length, cue)) = self.set(Role::Change).ends(&self.before[..end]) else {
            // 高于全省平均水平1.2个百分点: percentage points are a difference.
            let mean = self.before[..end].ends_with(&['平', '均', '水', '平']);
            let points = self.place.said.quantity.unit.as_deref() == Some("百分点");
            return opens.filter(|_| points || mean && self.is_ratio);
        };
        let earlier = || compared.first_in(&self.place.text[self.place.clause.start..self.start]).is_some();
        // 改造提升4.5万亩: the name of a work that ends like a change.
        if opens.is_none() && self.set(Role::Head).ends(&self.before[..end]).is_some_and(|(head, _)| head > length) {
            return None;
        }
        // 多 and 少 alone say a change only of a comparison.
        if cue.keep && opens.is_none() && !earlier() {
            return None;
        }
        Some(opens.unwrap_or(end).min(end - length))
    }

    /// 占基金结余的23.49%, 其中少儿读者占43.5%, 收入占基金收入比重33.84%
    fn share(&self, name: &Name) -> Verdict {
        let own = &name.chars;
        let Some(at) = own.iter().rposition(|c| *c == '占').filter(|_| self.is_ratio) else { return Other };
        if self.set(Role::Facet).ends(own).is_some() || own.ends_with(&['占', '比']) {
            return Other;
        }
        let aspect = if self.is_bound() { Aspect::Target } else { Aspect::Share };
        let owner = name::checked(own[..at].to_vec(), self.words);
        // 比重 at its end makes the whole a name.
        let is_name = self.set(Role::Mark).ends(own).is_some_and(|(_, cue)| cue.aspect == Aspect::Share);
        if owner.is_some() && is_name && name.verb.is_none() {
            return Is(self.named(own.clone(), aspect));
        }
        self.named_or_carried(owner, aspect).into()
    }

    /// 绩效指标设置为…, 全年完成值…, 得分率为…
    fn facet(&self, name: &Name) -> Verdict {
        let own = &name.chars;
        let Some((length, cue)) = self.set(Role::Facet).ends(own) else { return Other };
        if cue.aspect == Aspect::CompletionRate && !self.is_ratio {
            return Unknown;
        }
        let (rest, facet) = own.split_at(own.len() - length);
        // 项目按期完成率 is a measure of its own.
        let in_time = [['按', '期'], ['按', '时'], ['及', '时'], ['如', '期']].iter().any(|word| rest.ends_with(word));
        if cue.aspect == Aspect::CompletionRate && in_time {
            return Other;
        }
        let rest = name::name(rest, self.words, self.grammar).chars;
        // 大于目标值90%
        let compares = || self.set(Role::NoStart).begins(&rest).is_some_and(|(length, _)| length == rest.len());
        if rest.is_empty() || cue.aspect == Aspect::Target && compares() {
            // 改造户数：目标616户，完成616户
            return match self.headed().filter(|_| !cue.keep) {
                Some(owner) if heads_list(&owner) => Unknown,
                Some(owner) => Is(self.named(owner, cue.aspect)),
                None => self.facet_alone(facet, cue).into(),
            };
        }
        let Some(rest) = name::checked(rest, self.words) else {
            // 总得分 is a name of its own.
            let own = name::checked(own.clone(), self.words).filter(|_| cue.keep);
            return own.map(|own| self.named(own, cue.aspect)).into();
        };
        let told = matches!(cue.aspect, Aspect::Target | Aspect::Actual | Aspect::CompletionRate | Aspect::Change);
        if told {
            // 中央资金执行率 is the rate of 中央资金.
            let of_money = cue.aspect == Aspect::CompletionRate && facet.starts_with(&['资', '金']);
            let rest = if of_money { [&rest[..], &['资', '金']].concat() } else { rest };
            return Is(self.named(self.fuller(rest), cue.aspect));
        }
        Is(self.named_with_base(own.clone(), rest, cue.aspect))
    }

    /// The measure before a colon.
    fn headed(&self) -> Option<Vec<char>> {
        let colon = self.before.iter().rposition(|c| matches!(c, '：' | ':')).filter(|_| self.first)?;
        self.owner(&self.before[..colon]).filter(|owner| self.set(Role::Head).ends(owner).is_some())
    }

    fn facet_alone(&self, facet: &[char], cue: Cue) -> Option<Read> {
        // 全年预算数 is none of 年初预算.
        let other_plan = |base: &[char]| cue.aspect == Aspect::Budget && base.starts_with(&['年', '初']);
        let Some(base) = self.base().filter(|base| !other_plan(base)) else {
            // 预算批复数560万元, and nothing before that it could be of.
            let names_itself = matches!(cue.aspect, Aspect::Budget | Aspect::Actual) && facet.len() >= 3;
            let named = || self.named(facet.to_vec(), cue.aspect);
            return names_itself.then(|| Read {
                base: Vec::new(),
                evidence: Evidence::from_iter([Clue::NameUnusual]),
                ..named()
            });
        };
        if !cue.keep {
            return self.carried(cue.aspect);
        }
        let name = if base.ends_with(facet) { base.clone() } else { [base, facet].concat() };
        Some(self.named_with_base(name, base.clone(), cue.aspect))
    }

    /// A name and its number.
    fn plain(&self, mut name: Name) -> Option<Read> {
        let is_part = name.part || self.carry.in_parts;
        // 5.87万户8.92万人: one measure in two units.
        if !self.first && !self.is_ratio && self.before.iter().all(|c| matches!(c, ' ' | '、')) {
            return self.carried(self.default_aspect());
        }
        // 产出指标分值50分，得47分
        if self.counts_points() && self.before.len() <= 4 {
            let points = [&self.before[..], &['分']].concat();
            if let Some((_, cue)) = self.set_any(Role::Facet).ends(&points).filter(|(n, _)| *n == points.len()) {
                return self.facet_alone(&points, cue);
            }
        }
        // 完成全年150亿元的目标
        let aimed = self.set(Role::After).begins(self.after).is_some_and(|(_, cue)| cue.aspect == Aspect::Target);
        if aimed && self.set(Role::Head).ends(&name.chars).is_none() {
            return self.carried(Aspect::Target);
        }
        let mut evidence = Evidence::NONE;
        let mut lead = &self.before[..name.at.min(self.before.len())];
        let length = (!name.verb_alone).then(|| name::checked_length(&name.chars, self.words)).flatten();
        let own = length.map(|length| {
            name.chars.truncate(length);
            std::mem::take(&mut name.chars)
        });
        let own = match own.or_else(|| {
            // 拨付899.52万元区级配套资金: the name stands behind.
            (evidence, lead) = (Evidence::from_iter([Clue::NamedBehind]), &self.before);
            let last = self.place.to == self.place.clause.end;
            last.then(|| name::behind(self.after, self.words)).flatten()
        }) {
            Some(own) => own,
            None if name.verb_alone => {
                (evidence, lead) = (Evidence::NONE, &self.before[..name.at.min(self.before.len())]);
                name::checked(name.chars, self.words)?
            }
            None if name.chars.is_empty() && name.closed && self.first => {
                return self.carried(self.lead_out().unwrap_or_else(|| self.default_aspect()));
            }
            None => return None,
        };
        // A part that would bear its whole's name keeps the words before its verb.
        let own = match (&name.verb, &self.carry.whole) {
            (Some(full), Some((_, _, whole))) if is_part && own == *whole => full.clone(),
            // 项目决策得15分
            _ if own.len() > 2 && own.ends_with(&['得']) && self.counts_points() => [&own[..], &['分']].concat(),
            _ => own,
        };
        if self.set(Role::Head).ends(&own).is_none() {
            evidence.add(Clue::NameUnusual);
        }
        let told = self.aspect_of(&own, lead, is_part);
        let says_how = || {
            [Role::Verb, Role::LateVerb, Role::Flow].iter().any(|role| self.set(*role).first_in(&self.before).is_some())
        };
        evidence.note(Clue::AspectGuessed, told.is_none() && self.is_money() && !says_how());
        let aspect = told.unwrap_or(if self.carry.planned { Aspect::Target } else { Aspect::Actual });
        let subject = if is_part { own } else { self.fuller(own) };
        let base = match self.set_any(Role::Facet).ends(&subject) {
            Some((length, cue)) if cue.aspect == Aspect::Budget && length + 2 <= subject.len() => {
                subject[..subject.len() - length].to_vec()
            }
            _ => subject.clone(),
        };
        Some(Read { evidence, is_part, ..self.named_with_base(subject, base, aspect) })
    }

    /// The aspect of a plain name: by the words behind the number, the name's own, a sign, the words before the name,
    /// the whole that it is a part of. `None` where none of them says anything.
    fn aspect_of(&self, own: &[char], lead: &[char], is_part: bool) -> Option<Aspect> {
        let mark = self.set(Role::Mark).last_in(own).map(|(.., cue)| cue.aspect);
        let mark = self.set(Role::MarkEnd).ends(own).map(|(_, cue)| cue.aspect).or(mark);
        let unmarked = self.set(Role::Unmark).last_in(own).map(|(.., cue)| cue.aspect);
        // 预算调整率 is no budget, 结余率 no balance: money is.
        let fits = |aspect: &Aspect| !(self.is_ratio && matches!(aspect, Aspect::Budget | Aspect::Balance));
        // 计划生育 is no plan; in 预算安排 the next word tells.
        let lead_in = |mut text: &[char]| {
            loop {
                let (at, _, cue) = self.set(Role::Lead).first_in(text)?;
                if self.set(Role::NameStart).begins(&text[at..]).is_none() {
                    return Some(cue.aspect);
                }
                text = &text[at + 1..];
            }
        };
        let unit = &self.place.said.quantity.unit;
        let is_money = self.is_money();
        let lead = || lead_in(lead).or_else(|| lead_in(own).filter(|aspect| *aspect == Aspect::Target));
        let inherited = || {
            let (aspect, of_whole, _) = self.carry.whole.as_ref().filter(|_| is_part)?;
            let same_unit = *of_whole == unit.as_deref();
            Some(*aspect)
                .filter(|aspect| same_unit && matches!(aspect, Aspect::Budget | Aspect::Target | Aspect::Other))
        };
        let behind = self.set(Role::After).begins(self.after).map(|(_, cue)| cue.aspect);
        // 改造任务完成3座 is no task any more.
        let mark = mark.filter(|aspect| *aspect != Aspect::Target || !(self.reached || self.is_ratio));
        behind
            .or(mark.filter(|aspect| unmarked != Some(*aspect)).filter(fits))
            .or(self.is_bound().then_some(Aspect::Target))
            .or_else(|| lead().filter(|aspect| unmarked != Some(*aspect) && (is_money || *aspect != Aspect::Budget)))
            .or_else(inherited)
            .or_else(|| self.lead_out())
    }

    /// The aspect that the last word before the number gives: 省级财政安排, 未达到.
    fn lead_out(&self) -> Option<Aspect> {
        let aspect = self.set(Role::Lead).ends(&self.before).map(|(_, cue)| cue.aspect)?;
        (aspect == Aspect::Target || self.is_money()).then_some(aspect)
    }

    fn counts_points(&self) -> bool {
        self.place.said.quantity.unit.as_deref() == Some("分")
    }

    fn is_money(&self) -> bool {
        self.place.said.quantity.unit.as_deref().is_some_and(|unit| unit.starts_with('元'))
    }

    /// A sign before the number, and nothing that says it was reached: a bound is what a target has.
    fn is_bound(&self) -> bool {
        self.place.said.signed && !self.reached
    }

    fn default_aspect(&self) -> Aspect {
        if self.is_bound() { Aspect::Target } else { Aspect::Actual }
    }

    /// `总收入` after 城乡居民基本医疗保险收入 is that: a short name that the name before ends with. `实际救助` after 救助残疾儿童, too:
    /// the verb alone, that the name before begins with.
    fn fuller(&self, own: Vec<char>) -> Vec<char> {
        /// Longer names stand for themselves.
        const SHORT: usize = 4;
        let short = own.strip_prefix(&['总']).unwrap_or(&own);
        match self.base().filter(|_| !self.carry.from_heading) {
            Some(base)
                if own.len() <= SHORT
                    && short.len() >= 2
                    && base.len() > short.len()
                    && base.ends_with(short)
                    // 应参保31.2万人，实际参保30.87万人
                    && !(base.starts_with(&['应']) && self.says_actually()) =>
            {
                base.clone()
            }
            Some(base) if own.len() == 2 && base.len() > 2 && base.starts_with(&own) && self.says_actually() => {
                base.clone()
            }
            _ => own,
        }
    }

    /// 实际 stands before the name.
    fn says_actually(&self) -> bool {
        self.before.starts_with(&['实', '际'])
    }
}

/// A unit between a number and 的: 1500人次的.
const LONGEST_COUNTER: usize = 4;

/// 数量指标：目标12项 speaks of one of several measures, which is not named.
fn heads_list(owner: &[char]) -> bool {
    [['指', '标'], ['目', '标'], ['情', '况']].iter().any(|word| owner.ends_with(word))
}

/// 由 and the words between it and what was: 由上年同期的.
const LONGEST_FROM: usize = 10;

/// A character that a number and its unit of money may hold.
fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || matches!(c, '.' | ',' | ' ' | '万' | '亿' | '元' | '千' | '百')
}
