//! Reads a paragraph: clause after clause, what is elided carried over.

use super::clauses::{Clause, clauses};
use super::headings::Path;
use super::listed::{Listed, listed};
use super::name;
use super::reading::{self, Carry, Place, Read};
use super::shown::{Shown, text_of};
use crate::mapping::quantity::{Grammar, Said};
use crate::model::{Clue, Evidence, Part, Quantity, Relation};
use crate::patterns::{Aspect, Patterns, StatementRole as Role, WordsOf};
use std::ops::Range;

/// A statement, before it has an id and a place.
#[derive(Debug, PartialEq)]
pub(super) struct Found {
    pub(super) sentence: String,
    /// Where the sentence begins, in bytes of the paragraph; 0 where that cannot be told.
    pub(super) at: usize,
    pub(super) subject: Vec<char>,
    pub(super) aspect: Aspect,
    pub(super) year: Option<i32>,
    pub(super) value: Quantity,
    /// How its name was found.
    pub(super) evidence: Evidence,
}

/// Longest name that stands for itself in a clause without a number.
const LONGEST_TOPIC: usize = 40;
/// Longest label of a part.
const LONGEST_LABEL: usize = 12;

/// The statements of one paragraph. `year` is the one that the document reports on, `path` the headings above.
pub(super) fn statements(
    shown: &Shown<'_>,
    path: &Path,
    year: Option<i32>,
    patterns: &Patterns,
    grammar: &Grammar,
) -> Vec<Found> {
    let said = grammar.said(&shown.chars, 0, shown.chars.len(), true);
    if said.is_empty() {
        return Vec::new();
    }
    let cut = clauses(&shown.chars, &said);
    let out = Vec::with_capacity(said.len());
    let mut reader = Reader { shown, said: &said, patterns, grammar, listed: Vec::new(), out };
    let heading = path.innermost();
    let goals = patterns.statements.words(Role::Goals);
    let planned = heading.as_ref().is_some_and(|title| goals.ends(title).is_some());
    let base = heading.and_then(|title| reader.topic(&title, patterns.statements.any()));
    let mut carry = Carry { year, base, from_heading: true, planned, ..Carry::default() };
    let mut outer: Option<Carry<'_>> = None;
    let mut i = 0;
    while i < cut.len() {
        let clause = &cut[i];
        // What is said in a bracket is carried no further than the bracket.
        match (&outer, clause.nested) {
            (None, true) => outer = Some(carry.clone()),
            (Some(_), false) => carry = outer.take().unwrap_or_default(),
            _ => {}
        }
        let taken = reader.parts(&cut[i..], &carry);
        if taken > 0 {
            i += taken;
            continue;
        }
        let taken = reader.clause(&cut[i..], &mut carry);
        i += taken;
        let told = &cut[i - taken..i];
        if told.iter().any(|clause| clause.parted) {
            carry.counted.clear();
            let ends = told.iter().any(|clause| clause.closes);
            if carry.in_parts && ends && !carry.whole_base.is_empty() {
                carry.base = Some(std::mem::take(&mut carry.whole_base));
            }
            if ends || !carry.parts_listed {
                (carry.in_parts, carry.parts_listed) = (false, false);
            }
        }
    }
    reader.out
}

struct Reader<'a> {
    shown: &'a Shown<'a>,
    said: &'a [Said],
    patterns: &'a Patterns,
    grammar: &'a Grammar,
    /// The names of the list that the clause before told.
    listed: Vec<Vec<char>>,
    out: Vec<Found>,
}

impl<'a> Reader<'a> {
    /// Reads the first of these clauses, and others that tell one list with it. How many it took.
    fn clause(&mut self, clauses: &[Clause], carry: &mut Carry<'a>) -> usize {
        let clause = &clauses[0];
        let text = &self.shown.chars[clause.range.clone()];
        let words = &self.patterns.statements;
        let roles = words.roles_in(text);
        // What is said may begin before its clause, where damage has run a number and the clause's end together.
        let inside = clause.measures.first().is_none_or(|first| self.said[*first].start >= clause.range.start);
        let words = if inside { words.of(roles) } else { words.any() };
        if words.words(Role::NoClause).first_in(text).is_some() {
            return self.list(clauses, carry).unwrap_or(1);
        }
        let (own_year, dated) = self.year(clause);
        if clause.measures.is_empty() && clause.share.is_none() {
            // 截至2025年2月底 dates an event of a report on 2024.
            if let Some(year) = own_year.filter(|_| !dated || carry.year.is_none()) {
                carry.year = Some(year);
            }
            carry.planned = self.plans(text, words).unwrap_or(carry.planned);
            carry.in_parts |= words.words(Role::Part).ends(text).is_some_and(|(n, _)| n == text.len());
            if let Some(topic) = self.topic(text, words) {
                carry.base = Some(topic);
                carry.from_heading = false;
            }
            return 1;
        }
        self.listed.clear();
        let says_no_year = words.words(Role::NoYear).first_in(text).is_some();
        let year = if says_no_year { None } else { own_year.or(carry.year) };
        carry.planned = self.plans(text, words).unwrap_or(carry.planned);
        let before = self.out.len();
        let mut from = clause.range.start;
        for (n, index) in clause.measures.iter().enumerate() {
            let said = &self.said[*index];
            from = from.min(said.start);
            let next = clause.measures.get(n + 1).map(|next| &self.said[*next]);
            // 收入超过10万元的村23个: a condition, part of the name of what is counted.
            if next.is_some_and(|next| self.is_condition(said, next)) {
                continue;
            }
            let to = next.map_or(clause.range.end, |next| next.start);
            let place = Place {
                text: &self.shown.chars,
                clause: clause.range.start.min(from)..clause.range.end,
                brackets: &clause.brackets,
                from,
                to: to.max(said.end),
                said,
            };
            let money = !said.scale_only || self.speaks_of_money(text);
            if let Some(read) = reading::read(&place, carry, words, self.grammar).filter(|_| money) {
                self.put_share(clause, clause.share.filter(|share| share < index), &read, year);
                self.put(clause, said, &read, year);
                self.put_share(clause, clause.share.filter(|share| share > index), &read, year);
                if !read.is_part && read.words.is_none() && said.quantity.unit.as_deref() != Some("ratio") {
                    carry.whole = Some((read.aspect, said.quantity.unit.as_deref(), read.subject));
                    carry.whole_base.clone_from(&read.base);
                }
                carry.in_parts |= read.is_part;
                carry.parts_listed |= read.is_part && opens_list(text, words);
                if let Some(unit) =
                    said.quantity.unit.as_deref().filter(|unit| *unit != "ratio" && read.words.is_none())
                {
                    carry.counted.push((unit, read.base.clone()));
                }
                carry.base = Some(read.base);
                carry.from_heading = false;
            } else if self.shown.chars[from..said.start].iter().all(|c| *c == ' ') {
                // 65岁以上老年人健康管理人数118420人: a condition, part of the name of what follows.
                continue;
            }
            from = said.end;
        }
        if let Some(year) = own_year.filter(|_| !dated && self.out.len() > before) {
            carry.year = Some(year);
        }
        1
    }

    /// Names and numbers in two lists (分别为…): each pair is a statement. How many clauses they took.
    fn list(&mut self, clauses: &[Clause], carry: &mut Carry<'a>) -> Option<usize> {
        let words = self.patterns.statements.any();
        let (text, before) = (&self.shown.chars, std::mem::take(&mut self.listed));
        let found = listed(text, clauses, self.said, &before, carry, (words, self.grammar));
        let Listed { pairs, clauses: taken, names } = found?;
        let (first, last) = (&clauses[0], &clauses[taken - 1]);
        let (own_year, dated) = self.year(first);
        let year = own_year.or(carry.year);
        for (index, read, words) in pairs {
            let said = &self.said[index];
            let (sentence, at) = self.shown.raw_at(first.range.start, last.range.end);
            let value = self.value(said, said.start, words, &read);
            let (subject, aspect, evidence) = (read.subject, read.aspect, read.evidence);
            self.out.push(Found { sentence, at, subject, aspect, year, value, evidence });
        }
        if let Some(year) = own_year.filter(|_| !dated) {
            carry.year = Some(year);
        }
        // Of which of them a clause without a subject would speak nothing tells.
        carry.base = None;
        self.listed = names;
        Some(taken)
    }

    /// A bracket of a percentage behind a name is a share; one with a sign (≥90%), or behind a word of target (目标（90%）), is what was
    /// aimed at.
    fn share_or_target(&self, said: &Said) -> Aspect {
        let before = self.shown.chars.get(..said.start.saturating_sub(1)).unwrap_or_default();
        let facet = || self.patterns.statements.words(Role::Facet).ends(before);
        let of_target = || facet().is_some_and(|(_, cue)| cue.aspect == Aspect::Target);
        if said.signed || of_target() { Aspect::Target } else { Aspect::Share }
    }

    /// Words with `的` between two numbers that say whom the second counts: 超过10万元的村23个, 1000元以上档次的有412人,
    /// 200元档次的占比达62%.
    fn is_condition(&self, said: &Said, next: &Said) -> bool {
        let words = &self.patterns.statements;
        let Some(between) = self.shown.chars.get(said.end..next.start) else { return false };
        let Some(of) = between.iter().position(|c| *c == '的') else { return false };
        let behind = &between[of + 1..];
        if behind.is_empty() && of == 0 {
            return false;
        }
        let unit = next.quantity.unit.as_deref().unwrap_or_default();
        let counts = !unit.starts_with('元') && unit != "ratio";
        let is_norm = || words.words(Role::MarkEnd).first_in(behind).is_some();
        let is_share = || words.words(Role::Facet).begins(behind).is_some_and(|(_, cue)| cue.aspect == Aspect::Share);
        match of {
            0 => counts && !is_norm(),
            _ => counts && matches!(behind, [] | ['有' | '共' | '达'] | ['共', '有']) || unit == "ratio" && is_share(),
        }
    }

    /// Does a clause say that goals follow (绩效目标：…), or that something was reached? `None` where neither.
    fn plans(&self, text: &[char], words: WordsOf<'_>) -> Option<bool> {
        let goals = words.words(Role::Goals);
        let copula = |c: char| matches!(c, '为' | '是' | '：' | ':');
        let says =
            goals.first_in(text).is_some_and(|(at, length, _)| text.get(at + length).copied().is_some_and(copula));
        if says {
            return Some(true);
        }
        words.words(Role::Done).first_in(text).map(|_| false)
    }

    fn put(&mut self, clause: &Clause, said: &Said, read: &Read, year: Option<i32>) {
        let text = read.words.as_ref().map(|words| text_of(&self.shown.chars[words.clone()]).trim().to_owned());
        // 未达到90%的目标: what was aimed at is the number alone.
        let strict = matches!(said.quantity.relation, Some(Relation::Less | Relation::More)) && !said.signed;
        let behind = self.shown.chars.get(said.end..clause.range.end).unwrap_or_default();
        let bare = strict
            && read.aspect == Aspect::Target
            && self.patterns.statements.words(Role::After).begins(behind).is_some();
        let number = || self.shown.chars[said.start..].iter().position(char::is_ascii_digit).unwrap_or(0);
        let start = if bare { said.start + number() } else { read.start };
        let relation = if bare { Some(Relation::Equal) } else { said.quantity.relation };
        let value = Quantity { relation, ..self.value(said, start, text, read) };
        let (sentence, at) = self.shown.raw_at(clause.range.start, clause.range.end);
        self.out.push(Found {
            sentence,
            at,
            subject: read.subject.clone(),
            aspect: read.aspect,
            year,
            value,
            evidence: read.evidence,
        });
    }

    /// A bracket's percentage, said of what the clause's measure is of.
    fn put_share(&mut self, clause: &Clause, share: Option<usize>, read: &Read, year: Option<i32>) {
        let Some(of) = share.map(|share| &self.said[share]) else { return };
        let aspect = self.share_or_target(of);
        let read = Read { aspect, start: of.start, words: None, unit: None, ..read.clone() };
        self.put(clause, of, &read, year);
    }

    /// What is said from `start` on, with its own words and unit where they tell more than the number does.
    fn value(&self, said: &Said, start: usize, text: Option<String>, read: &Read) -> Quantity {
        Quantity {
            raw: self.shown.raw(start, said.end),
            text: text.filter(|text| !text.is_empty()).or_else(|| said.quantity.text.clone()),
            unit: read.unit.as_ref().or(said.quantity.unit.as_ref()).cloned(),
            parts: said.quantity.parts.clone(),
            ..said.quantity
        }
    }

    /// `筹资标准：个人缴费400元/人/年，财政补助798.8元/人/年（其中：…）`: one statement with parts. How many clauses it took.
    fn parts(&mut self, clauses: &[Clause], carry: &Carry<'_>) -> usize {
        let words = self.patterns.statements.any();
        let text = &self.shown.chars;
        let Some(first) = clauses.first().filter(|c| c.measures.len() == 1 && c.share.is_none()) else { return 0 };
        let one = &self.said[first.measures[0]];
        // A number may begin before its clause, where damage has run the two together.
        let before = text.get(first.range.start..one.start).unwrap_or_default();
        let Some(colon) = before.iter().rposition(|c| matches!(c, '：' | ':')) else { return 0 };
        let colon = first.range.start + colon;
        let head = name::outside(text, first.range.start..colon, &first.brackets);
        if words.words(Role::Whole).ends(&head).is_none() {
            return 0;
        }
        let Some(subject) = name::checked(name::name(&head, words, self.grammar).chars, words) else { return 0 };
        let mut parts = Vec::new();
        let mut end = 0;
        let mut taken = 0;
        for clause in clauses {
            let [index] = clause.measures.as_slice() else { break };
            let said = &self.said[*index];
            let from = if taken == 0 { colon + 1 } else { clause.range.start }.min(said.start);
            let label = name::name(&text[from..said.start], words, self.grammar).chars;
            let closed = clause.range.end <= said.end || text[said.end..clause.range.end].iter().all(|c| *c == ' ');
            let same = said.quantity.unit == one.quantity.unit;
            if label.is_empty() || label.len() > LONGEST_LABEL || !closed || !same || clause.share.is_some() {
                break;
            }
            parts.push(Part { label: text_of(&label), value: said.quantity.value, unit: said.quantity.unit.clone() });
            end = clause.range.end;
            taken += 1;
            if clause.parted {
                break;
            }
        }
        if parts.len() < 2 {
            return 0;
        }
        // A bracket that the last part closes belongs to the clause.
        if clauses[taken - 1].nested && matches!(text.get(end), Some('）' | ')')) {
            end += 1;
        }
        let start = colon + 1 + text[colon + 1..end].iter().take_while(|c| **c == ' ').count();
        let mark = words.words(Role::MarkEnd).ends(&subject).map(|(_, cue)| cue.aspect);
        let value = Quantity {
            raw: self.shown.raw(start, end),
            relation: Some(Relation::Equal),
            value: None,
            upper: None,
            unit: None,
            date: None,
            text: None,
            parts: Some(parts),
        };
        let (sentence, at) = self.shown.raw_at(first.range.start, end);
        self.out.push(Found {
            sentence,
            at,
            subject,
            aspect: mark.unwrap_or(Aspect::Actual),
            year: self.year(first).0.or(carry.year),
            value,
            evidence: Evidence::from_iter([Clue::SaidInParts]),
        });
        taken
    }

    /// The year that a clause names, none of a title or a comparison; and whether with a month or day.
    fn year(&self, clause: &Clause) -> (Option<i32>, bool) {
        let text = &self.shown.chars;
        if !may_say_year(&text[clause.range.clone()]) {
            return (None, false);
        }
        let compared = self.patterns.statements.words(Role::Compared);
        let mut i = clause.range.start;
        while i < clause.range.end {
            if let Some(bracket) = clause.brackets.iter().find(|b| b.start == i) {
                i = bracket.end;
                continue;
            }
            // 由2021年的22.6%提高到25.8%: the year that was.
            let from = matches!(text[i], '由' | '从') && text.get(i + 1).is_some_and(char::is_ascii_digit);
            if from || compared.begins(&text[i..clause.range.end]).is_some() {
                break;
            }
            if text[i].is_ascii_digit() {
                if let Some((end, year)) = self.grammar.stamp(text, i) {
                    // Of a year and month the grammar knows the days only where the year is printed.
                    let named = year_named(&text[i..end]);
                    if named.is_some() || year.is_some() {
                        let month = text[i..end].iter().any(|c| matches!(c, '月' | '日' | '季'));
                        return (named.or(year), month);
                    }
                    i = end.max(i + 1);
                    continue;
                }
                i += text[i..clause.range.end].iter().take_while(|c| c.is_ascii_digit()).count();
                continue;
            }
            i += 1;
        }
        (None, false)
    }

    /// The measure that words without a number name: 一是政策范围内住院报销比例.
    fn topic(&self, text: &[char], words: WordsOf<'_>) -> Option<Vec<char>> {
        if text.len() > LONGEST_TOPIC {
            return None;
        }
        let text = words.words(Role::State).ends(text).map_or(text, |(length, _)| &text[..text.len() - length]);
        // A name's end is the text's, but for white space, quotes and dates: most clauses are told by it.
        let trimmed = text.iter().rposition(|c| !matches!(c, ' ' | '“' | '”' | '"')).map_or(0, |last| last + 1);
        let dated = text[..trimmed].ends_with(&['年'])
            || text[..trimmed].last().is_some_and(|c| "度月日号底末前初".contains(*c));
        if !dated && words.words(Role::Head).ends(&text[..trimmed]).is_none() {
            return None;
        }
        let name = name::name(text, words, self.grammar);
        let heads = words.words(Role::Head).ends(&name.chars).is_some() && !name.closed;
        (heads && name.chars.len() >= 3).then(|| name::checked(name.chars, words)).flatten()
    }

    fn speaks_of_money(&self, clause: &[char]) -> bool {
        self.patterns.row_labels.speaks_of_money(&text_of(clause))
    }
}

/// 其中：
fn opens_list(text: &[char], words: WordsOf<'_>) -> bool {
    let part = words.words(Role::Part).first_in(text);
    part.is_some_and(|(at, length, _)| matches!(text[at + length - 1], '：' | ':'))
}

/// 年, or four digits and a sign that parts a date: without them no clause names a year.
fn may_say_year(clause: &[char]) -> bool {
    let dated = |at: usize| {
        let digits = at.checked_sub(4).and_then(|from| clause.get(from..at));
        digits.is_some_and(|digits| digits.iter().all(char::is_ascii_digit))
    };
    clause.iter().enumerate().any(|(at, c)| match c {
        '年' => true,
        '-' | '/' | '.' | '–' | '—' | ' ' => dated(at),
        _ => false,
    })
}

/// The four digits before 年.
fn year_named(text: &[char]) -> Option<i32> {
    let digits = text.get(..4)?;
    let year = digits.iter().try_fold(0i32, |n, c| c.to_digit(10).map(|d| n * 10 + d as i32))?;
    (text.get(4) == Some(&'年') && (1990..2100).contains(&year)).then_some(year)
}

/// Does a part of a line hold a measured number?
pub(super) fn says_measure(chars: &[char], range: Range<usize>, grammar: &Grammar) -> bool {
    chars[range.clone()].iter().any(char::is_ascii_digit)
        && !grammar.said(&chars[..range.end], range.start, range.end, true).is_empty()
}
