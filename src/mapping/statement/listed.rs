//! Several measures and their numbers, each told in a list of its own: `住院、门诊报销比例分别为75%和50%，分别完成目标的100%和98%`.
//!
//! Names and numbers are paired only where there are as many of the one as of the other. Each pair is then read as the
//! clause that it stands for (住院报销比例为75%).

use super::clauses::Clause;
use super::name;
use super::reading::{self, Carry, Place, Read};
use crate::mapping::quantity::{Grammar, Said};
use crate::patterns::{StatementRole as Role, WordsOf};
use std::ops::Range;

/// A list read: of each number its place among the measures, and what it says. `start` of a reading counts nothing here.
pub(super) struct Listed {
    pub(super) pairs: Vec<(usize, Read, Option<String>)>,
    /// How many clauses hold the numbers.
    pub(super) clauses: usize,
    /// The names, for a list that follows.
    pub(super) names: Vec<Vec<char>>,
}

/// The most that one list holds.
const MOST: usize = 12;

/// Reads the list that the first of these clauses opens. `before` are the names of the list before it, which one without names
/// speaks of.
pub(super) fn listed(
    text: &[char],
    clauses: &[Clause],
    said: &[Said],
    before: &[Vec<char>],
    carry: &Carry<'_>,
    (words, grammar): (WordsOf<'_>, &Grammar),
) -> Option<Listed> {
    let first = clauses.first()?;
    let (at, length, _) = words.words(Role::Each).first_in(&text[first.range.clone()])?;
    let (told, rest) = (first.range.start + at, first.range.start + at + length);
    let (numbers, taken) = numbers(text, clauses, said, rest)?;
    let heads = name::outside(text, first.range.start..told, &first.brackets);
    // 较上年分别增长: the comparison belongs to each number.
    let compared = words.words(Role::Compared).first_in(&heads).map_or(heads.len(), |(at, ..)| at);
    let (heads, compared) = heads.split_at(compared);
    let names = match names(heads, numbers.len(), words, grammar) {
        Some(names) => names,
        None if before.len() == numbers.len() && says_nothing(heads, words, grammar) => before.to_vec(),
        None => return None,
    };
    let middle = text.get(rest..said[numbers.start].start)?;
    let read_one = |(name, index): (&Vec<char>, usize)| {
        let number = &said[index];
        let mut clause = [name, compared, middle].concat();
        let start = clause.len();
        clause.extend(text.get(number.start..number.end)?);
        let all = 0..clause.len();
        let alone = Said { start, end: all.end, ..number.clone() };
        let place = Place { text: &clause, clause: all.clone(), brackets: &[], from: 0, to: all.end, said: &alone };
        let read = reading::read(&place, carry, words, grammar)?;
        let own = read.words.clone().map(|words| clause[words].iter().collect::<String>().trim().to_owned());
        Some((index, Read { words: None, ..read }, own))
    };
    let pairs = names.iter().zip(numbers).map(read_one).collect::<Option<Vec<_>>>()?;
    Some(Listed { pairs, clauses: taken, names })
}

/// The numbers that stand side by side from here on, and in how many clauses.
fn numbers(text: &[char], clauses: &[Clause], said: &[Said], from: usize) -> Option<(Range<usize>, usize)> {
    let first = *clauses.first()?.measures.first()?;
    if said[first].start < from {
        return None;
    }
    let joined = |from: usize, to: usize| {
        text.get(from..to).is_some_and(|between| {
            between.len() <= 3 && between.iter().all(|c| matches!(c, '、' | '，' | '和' | '与' | '及' | '以' | ' '))
        })
    };
    let mut next = first + 1;
    let mut taken = 0;
    for clause in clauses {
        for index in &clause.measures {
            if *index == first {
                continue;
            }
            if *index != next || next - first == MOST || !joined(said[next - 1].end, said[next].start) {
                // A number in the same clause that is none of the list makes it something else.
                let inside = taken == 0 || clause.measures.first() != Some(index);
                return (!inside).then_some((first..next, taken));
            }
            next += 1;
        }
        if clause.measures.is_empty() || clause.share.is_some() {
            break;
        }
        taken += 1;
        let end = said[next - 1].end;
        if text.get(end..clause.range.end).is_none_or(|rest| rest.iter().any(|c| *c != ' ')) {
            break;
        }
    }
    (next - first > 1 && taken > 0).then_some((first..next, taken))
}

/// As many names as there are numbers.
fn names(heads: &[char], count: usize, words: WordsOf<'_>, grammar: &Grammar) -> Option<Vec<Vec<char>>> {
    let mut parts: Vec<&[char]> = heads.split(|c| *c == '、').collect();
    if parts.len() + 1 == count {
        let last = parts.pop()?;
        let at = last.iter().rposition(|c| matches!(c, '和' | '与' | '及')).filter(|at| *at > 0)?;
        let end = if last[..at].ends_with(&['以']) { at - 1 } else { at };
        parts.extend([&last[..end], &last[at + 1..]]);
    }
    if parts.len() != count {
        return None;
    }
    let named = |part: &[char]| name::name(part, words, grammar).chars;
    let mut names: Vec<Vec<char>> = parts.into_iter().map(named).collect();
    let is_name = |name: &[char]| words.words(Role::Head).ends(name).is_some();
    if !names.iter().all(|name| is_name(name)) {
        // 中央、省级和县级资金: what the last has beyond the length of the others is said of all.
        let (last, others) = names.split_last_mut()?;
        let length = others.first()?.len();
        let common = last.get(length..).filter(|common| is_name(common))?;
        if length == 0 || others.iter().any(|name| name.len() != length || is_name(name)) {
            return None;
        }
        others.iter_mut().for_each(|name| name.extend(common));
    }
    names.into_iter().map(|name| name::checked(name, words)).collect()
}

/// Openers at most: the names were said before.
fn says_nothing(heads: &[char], words: WordsOf<'_>, grammar: &Grammar) -> bool {
    name::name(heads, words, grammar).chars.is_empty()
}
