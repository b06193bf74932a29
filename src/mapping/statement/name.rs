//! The name of a measure: what is left of the words before its number when openers, dates, verbs and copulas are gone.

use crate::mapping::quantity::Grammar;
use crate::patterns::{StatementRole as Role, WordsOf};
use std::borrow::Cow;
use std::ops::Range;

/// Shortest and longest name.
const SHORTEST: usize = 2;
const LONGEST: usize = 70;
/// Longest name behind its number.
const LONGEST_BEHIND: usize = 20;
/// Openers, dates and copulas taken off one name; no clause has more.
const MOST_STEPS: usize = 24;

/// A name, and what stood around it.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Name {
    pub(super) chars: Vec<char>,
    /// How many characters of the text were taken off its front.
    pub(super) at: usize,
    /// 其中 was among them.
    pub(super) part: bool,
    /// The name with its verb and what stood before that, where a verb was cut off.
    pub(super) verb: Option<Vec<char>>,
    /// Nothing but a verb is there.
    pub(super) verb_alone: bool,
    /// A copula stood behind it.
    pub(super) closed: bool,
}

/// The characters of a range, without brackets in it and without years and dates inside a name.
pub(super) fn outside<'t>(text: &'t [char], range: Range<usize>, brackets: &[Range<usize>]) -> Cow<'t, [char]> {
    if !brackets.iter().any(|bracket| range.contains(&bracket.start)) {
        return Cow::Borrowed(text.get(range).unwrap_or_default());
    }
    let mut out = Vec::with_capacity(range.len());
    let mut i = range.start;
    while i < range.end {
        match brackets.iter().find(|b| b.start == i) {
            // A short bracket of words is part of the name, a title in 《》 is kept for the rules to cut at.
            Some(bracket) if is_part_of_name(&text[bracket.clone()]) => {
                out.extend(&text[i..bracket.end.min(range.end)]);
                i = bracket.end;
            }
            Some(bracket) => i = bracket.end,
            None => {
                out.push(text[i]);
                i += 1;
            }
        }
    }
    Cow::Owned(out)
}

/// `(项目)`: a short word; `《…》` of any length.
fn is_part_of_name(bracket: &[char]) -> bool {
    let short = bracket.len() <= 6 && !bracket.iter().any(|c| c.is_ascii_digit());
    matches!(bracket.first(), Some('《')) || (short && matches!(bracket.first(), Some('(' | '（')))
}

/// The name in the words before a number; empty where they hold none.
pub(super) fn name(before: &[char], words: WordsOf<'_>, grammar: &Grammar) -> Name {
    let set = |role| words.words(role);
    let mut found = Name::default();
    let mut text: &[char] = before;
    // 根据《…》（…）我市…: the name begins behind the title.
    if let Some(title) = text.iter().rposition(|c| *c == '》') {
        text = &text[title + 1..];
        while let Some(rest) =
            ["的通知", "文件", "通知", "的规定", "规定", "的要求", "要求", "精神", "的", "有关", "相关", "中"]
                .iter()
                .find_map(|word| strip_word(text, word))
        {
            text = rest;
        }
    }
    // 偏差原因：…: only what stands behind the colon, unless nothing does.
    if let Some(colon) = text.iter().rposition(|c| matches!(c, '：' | ':'))
        && text[colon + 1..].iter().any(|c| !c.is_whitespace())
    {
        found.part |= set(Role::Part).ends(&text[..=colon]).is_some();
        text = &text[colon + 1..];
    }
    for _ in 0..MOST_STEPS {
        let from = text.len();
        text = trim_start(text);
        let may = words.roles_begun_by(text.first().copied());
        if may.may_have(Role::Part)
            && let Some((length, _)) = set(Role::Part).begins(text)
        {
            found.part = true;
            text = &text[length..];
        } else if let Some(end) = date_here(text, grammar) {
            text = &text[end..];
        } else if may.may_have(Role::Opener)
            && set(Role::NameStart).begins(text).is_none()
            && set(Role::Facet).begins(text).is_none_or(|(length, _)| !is_closed(&text[length..], words))
            && let Some((length, _)) = set(Role::Opener).begins(text)
        {
            text = &text[length..];
        }
        if text.len() == from {
            break;
        }
    }
    found.at = before.len() - text.len();
    for _ in 0..MOST_STEPS {
        while let Some((' ' | '“' | '”' | '"', rest)) = text.split_last().map(|(c, rest)| (*c, rest)) {
            text = rest;
        }
        let length = closer_length(text, words);
        // 下达 ends like 达.
        let of_verb = set(Role::Verb).ends(text).is_some_and(|(verb, _)| verb > length);
        if length == 0 || of_verb || set(Role::Facet).ends(text).is_some_and(|(facet, _)| length <= facet) {
            break;
        }
        found.closed = true;
        text = &text[..text.len() - length];
    }
    let mut chars = without_years(text, grammar);
    // 在指标值65%之间
    if chars.first() == Some(&'在') && set(Role::Facet).ends(&chars).is_some_and(|(n, _)| n + 1 == chars.len()) {
        chars.remove(0);
    }
    if set(Role::Facet).ends(&chars).is_some_and(|(n, _)| n == chars.len()) {
        found.chars = chars;
        return found;
    }
    // In 1000元以上缴费档次 nothing is 上缴.
    let torn = |at: usize| at > 0 && chars[at - 1] == '以' && matches!(chars[at], '上' | '下');
    if let Some((at, length, _)) = set(Role::Verb).first_in(&chars).filter(|(at, ..)| !torn(*at)) {
        let rest = trim_start(&chars[at + length..]);
        let generic = set(Role::Generic).begins(rest).is_some_and(|(n, _)| n == rest.len());
        if rest.is_empty() {
            found.verb_alone = at == 0;
        } else if generic {
            chars.drain(..at);
        } else if rest.len() >= SHORTEST {
            // 下达我市公路资金: openers stand behind verbs, too.
            let mut rest = rest;
            while set(Role::NameStart).begins(rest).is_none()
                && let Some((length, _)) = set(Role::Opener).begins(rest).filter(|(length, _)| *length >= 2)
                && rest.len() - length >= SHORTEST
            {
                rest = &rest[length..];
            }
            let rest = rest.to_vec();
            found.at += chars.len() - rest.len();
            found.verb = Some(std::mem::replace(&mut chars, rest));
        }
    }
    // 支付工程款, 带动农户: a verb at the front of a name that ends as names do; 支出预算 and 完成率 are names.
    if let Some((length, _)) = set(Role::FrontVerb).begins(&chars)
        && chars.len() >= length + SHORTEST
        && set(Role::FrontVerb).begins(&chars[length..]).is_none()
        && set(Role::Facet).ends(&chars).is_none()
        && set(Role::Head).ends(&chars).is_some_and(|(head, _)| head <= chars.len() - length)
        && set(Role::Head)
            .begins(&chars[length..])
            .is_none_or(|(head, _)| length + head == chars.len() && head >= SHORTEST)
        && set(Role::Generic).begins(&chars[length..]).is_none()
    {
        found.at += length;
        chars.drain(..length);
    }
    if let Some((at, length, _)) = set(Role::LateVerb).last_in(&chars)
        && chars.len() - at - length >= SHORTEST
    {
        chars.drain(..at + length);
    }
    while chars.first().is_some_and(|c| matches!(c, '了' | '的' | '，' | '、' | ' ')) {
        chars.remove(0);
    }
    // 为困难群众6231人: for whom.
    if chars.first() == Some(&'为') && set(Role::NameStart).begins(&chars).is_none() && chars.len() > SHORTEST {
        chars.remove(0);
    }
    let twice = said_twice(&chars);
    chars.drain(..twice);
    found.chars = chars;
    found
}

/// Where the second of two equal names begins that a slip of copying left, a word of up to two characters between them at
/// most; 0 where the name stands once.
fn said_twice(name: &[char]) -> usize {
    /// Shorter names may repeat a word (应保尽保).
    const SHORTEST_TWICE: usize = 6;
    let half = name.len() / 2;
    (0..=2)
        .filter_map(|between| {
            let length = name.len().checked_sub(between)? / 2;
            (length >= SHORTEST_TWICE && length <= half && name.len() == 2 * length + between).then_some(length)
        })
        .find(|length| name[..*length] == name[name.len() - length..])
        .map_or(0, |length| name.len() - length)
}

/// The name behind a number: `12次专项检查`.
pub(super) fn behind(after: &[char], words: WordsOf<'_>) -> Option<Vec<char>> {
    let text = trim_start(after);
    let text = text.strip_prefix(&['的']).unwrap_or(text);
    let heads = words.words(Role::Head).ends(text).is_some();
    let plain = text.iter().all(|c| ('\u{4E00}'..='\u{9FFF}').contains(c) || matches!(c, '、' | '“' | '”'));
    // 按116元/人/年预算: what the number is, not what it is of.
    let aspect_alone = text.len() == 2 && words.words(Role::Facet).ends(text).is_some_and(|(length, _)| length == 2);
    (heads && plain && !aspect_alone && (SHORTEST..=LONGEST_BEHIND).contains(&text.len())).then(|| text.to_vec())
}

/// A name that can be one: long and short enough, of words, not ending in what no name ends with.
pub(super) fn checked(mut chars: Vec<char>, words: WordsOf<'_>) -> Option<Vec<char>> {
    chars.truncate(checked_length(&chars, words)?);
    Some(chars)
}

/// How many of the characters are such a name.
pub(super) fn checked_length(chars: &[char], words: WordsOf<'_>) -> Option<usize> {
    let length = chars.iter().rposition(|c| !matches!(c, ' ' | '，' | '、' | '：' | ':')).map_or(0, |last| last + 1);
    let chars = &chars[..length];
    let cjk = chars.iter().filter(|c| ('\u{4E00}'..='\u{9FFF}').contains(*c)).count();
    let fits = (SHORTEST..=LONGEST).contains(&length) && cjk >= SHORTEST;
    let ends_badly = words.words(Role::NoSubject).ends(chars).is_some()
        && words.words(Role::Head).ends(chars).is_none()
        && words.words(Role::Verb).ends(chars).is_none();
    let begins_badly = matches!(chars.first(), Some('）' | ')' | '》' | '”' | '/' | '%' | '-'))
        || words.words(Role::NoStart).begins(chars).is_some();
    (fits && !ends_badly && !begins_badly).then_some(length)
}

/// How long a copula or preposition the text ends with.
fn closer_length(text: &[char], words: WordsOf<'_>) -> usize {
    words.words(Role::Closer).ends(text).map_or(0, |(length, _)| length)
}

/// Nothing, or a copula alone.
fn is_closed(text: &[char], words: WordsOf<'_>) -> bool {
    text.is_empty() || closer_length(text, words) == text.len()
}

/// A year, a date or 截至… at the beginning: where it ends.
fn date_here(text: &[char], grammar: &Grammar) -> Option<usize> {
    let mut at = 0;
    match text.first()? {
        '截' | '自' | '于' | '到' => {}
        c if c.is_ascii_digit() => {}
        _ => return None,
    }
    for word in ["截至", "截止", "自", "于", "到"] {
        if let Some(rest) = strip_word(text, word)
            && rest.iter().find(|c| **c != ' ').is_some_and(char::is_ascii_digit)
        {
            at = text.len() - rest.len();
        }
    }
    let end = year_end(text, at, grammar)?;
    let mut rest = &text[end..];
    for word in ["以来", "之前", "前", "末", "底", "期间", "，"] {
        rest = strip_word(rest, word).unwrap_or(rest);
    }
    Some(text.len() - rest.len())
}

/// `2023年度`, `2023年12月底`: where the date that begins here ends.
fn year_end(text: &[char], at: usize, grammar: &Grammar) -> Option<usize> {
    if !text.get(at).is_some_and(char::is_ascii_digit) {
        return None;
    }
    let (mut end, _) = grammar.stamp(text, at)?;
    if text[..end].ends_with(&['年']) && text.get(end) == Some(&'度') && text.get(end + 1) != Some(&'内') {
        end += 1;
    }
    Some(end)
}

/// A name without the years in its middle.
fn without_years(text: &[char], grammar: &Grammar) -> Vec<char> {
    if !text.iter().any(char::is_ascii_digit) {
        return text.to_vec();
    }
    let mut out = Vec::with_capacity(text.len());
    let mut i = 0;
    while i < text.len() {
        let inside = i > 0 && text[i - 1].is_ascii_digit();
        match year_end(text, i, grammar).filter(|_| !inside) {
            Some(end) => i = end,
            None => {
                out.push(text[i]);
                i += 1;
            }
        }
    }
    out
}

fn strip_word<'a>(text: &'a [char], word: &str) -> Option<&'a [char]> {
    let length = word.chars().count();
    (text.len() >= length && text.iter().zip(word.chars()).all(|(a, b)| *a == b)).then(|| &text[length..])
}

fn trim_start(mut text: &[char]) -> &[char] {
    while let Some((mark @ (' ' | '，' | '、' | '“' | '”' | '"' | '。'), rest)) =
        text.split_first().map(|(c, rest)| (*c, rest))
    {
        // “三公”经费支出: a quotation that closes inside the name is part of it.
        if mark == '“' && rest.iter().take(LONGEST).rposition(|c| *c == '”').is_some_and(|at| at + 1 < rest.len()) {
            break;
        }
        text = rest;
    }
    text
}
