//! Headings: which lines are one, how deep, and the path of those that stand above a place.

use super::shown::{chars_of, text_of};
use crate::model::Line;
use crate::patterns::{StatementRole, Statements};
use memchr::memchr_iter;
use std::cell::OnceCell;
use std::sync::Arc;

/// Longest heading, in displayed characters.
const LONGEST: usize = 45;
/// Longest opening sentence of a numbered paragraph that is its heading.
const LONGEST_RUN_IN: usize = 40;
/// Deepest path kept; no report numbers deeper.
const DEEPEST: usize = 12;

/// How deep a heading stands: the smaller, the higher.
type Rank = i8;

/// The headings above the place that is being read, outermost first.
#[derive(Debug, Default)]
pub(super) struct Path {
    headings: Vec<(Rank, String)>,
    /// The titles as records have them, once they were asked for.
    titles: OnceCell<Arc<Vec<String>>>,
}

/// A line as its heading, and where its own text begins behind it.
#[derive(Debug, PartialEq)]
pub(super) struct Heading {
    rank: Rank,
    title: String,
    /// In displayed characters; the line's length where nothing follows.
    pub(super) rest: usize,
}

impl Heading {
    /// Marked by the format without a number: of the first level, or a report's title of any.
    pub(super) fn is_title(&self) -> bool {
        self.rank <= -9 || self.rank < 0 && self.title.ends_with("报告")
    }
}

impl Path {
    /// No heading was entered yet.
    pub(super) fn is_empty(&self) -> bool {
        self.headings.is_empty()
    }

    /// Takes a heading in: those of its own depth and below end here.
    pub(super) fn enter(&mut self, heading: Heading) {
        self.titles = OnceCell::new();
        while self.headings.last().is_some_and(|(rank, _)| *rank >= heading.rank) {
            self.headings.pop();
        }
        if self.headings.len() < DEEPEST {
            self.headings.push((heading.rank, heading.title));
        }
    }

    /// Outermost first.
    pub(super) fn titles(&self) -> Arc<Vec<String>> {
        let titles = || Arc::new(self.headings.iter().map(|(_, title)| title.clone()).collect());
        self.titles.get_or_init(titles).clone()
    }

    /// The words of the innermost heading, its number taken off.
    pub(super) fn innermost(&self) -> Option<Vec<char>> {
        let mut chars = chars_of(&self.headings.last()?.1);
        chars.drain(..number_length(&chars));
        Some(chars)
    }
}

/// Could the line begin with a heading's number? Looks at its first characters as they stand in the source, so that few
/// lines have to be displayed for it.
pub(super) fn may_be(line: &Line<'_>) -> bool {
    /// Numerals of the longest number.
    const MOST: usize = 4;
    if line.heading.is_some() {
        return true;
    }
    let text = line.text.trim_start_matches('*');
    // 12.5% begins with a value.
    let behind_digits = text.trim_start_matches(is_digit);
    if behind_digits.len() < text.len()
        && let Some(behind) = behind_digits.strip_prefix(['.', '．', '）', ')'])
        && behind.starts_with(is_digit)
    {
        return false;
    }
    let shown = text.chars().filter(|c| !c.is_whitespace());
    let mut behind = shown.clone().skip(1);
    let mut behind_numerals = |is_numeral: fn(char) -> bool| behind.by_ref().take(MOST).find(|c| !is_numeral(*c));
    match shown.clone().next() {
        Some('第' | '①'..='⑳') => true,
        // Nothing is numbered from a hundred on.
        Some('百') | None => false,
        Some('（' | '(') => behind.next().is_some_and(|c| is_digit(c) || is_chinese_numeral(c)),
        Some(c) if is_digit(c) => {
            matches!(behind_numerals(is_digit), Some('.' | '、' | '．' | '）' | ')'))
        }
        Some(c) if is_chinese_numeral(c) => {
            matches!(behind_numerals(is_chinese_numeral), Some('、' | '.' | '．' | '，'))
        }
        _ => false,
    }
}

/// The part of a line that shows whether it begins with a heading: enough for its number, its title and what follows.
pub(super) fn opening(text: &str) -> &str {
    /// Bytes: three for an ideograph.
    const ENOUGH: usize = 3 * (LONGEST + 25);
    /// White space and markup take more than they show.
    const WITH_MARKUP: usize = 3 * 160;
    let short = &text[..text.floor_char_boundary(ENOUGH)];
    let marks = |b: u8| matches!(b, b'$' | b'\\' | b'<' | b'&' | b'*' | b'[' | b' ' | b'\t' | 0xC2 | 0xE1 | 0xE2);
    let bytes = short.as_bytes();
    // U+3000 is E3 80 80.
    let wide_space = |at: usize| bytes.get(at + 1..at + 3) == Some(&[0x80, 0x80]);
    if short.bytes().any(marks) || memchr_iter(0xE3, bytes).any(wide_space) {
        &text[..text.floor_char_boundary(WITH_MARKUP)]
    } else {
        short
    }
}

/// Does a comma stand before the mark that a title ends with, in a line that goes on behind it? Such a line begins with no
/// heading, and most numbered lines are told by it.
pub(super) fn has_comma_first(text: &str) -> bool {
    let ends = |c: char| matches!(c, '。' | '：' | ':' | '；');
    let Some((at, c)) = text.char_indices().find(|(_, c)| *c == '，' || ends(*c)) else { return false };
    if c != '，' {
        return false;
    }
    let behind = &text[at..];
    let shown = || behind.bytes().filter(|b| !b.is_ascii_whitespace()).count();
    let closed = behind.trim_end_matches(|c: char| ends(c) || c == '*' || c.is_whitespace());
    closed.contains(ends) || shown() > 3 * LONGEST
}

fn is_digit(c: char) -> bool {
    matches!(c, '0'..='9' | '０'..='９')
}

fn is_chinese_numeral(c: char) -> bool {
    matches!(c, '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' | '百')
}

/// The heading that a line is, or begins with. `says_measure` tells whether a part of the line holds a measured number.
pub(super) fn heading(
    chars: &[char],
    level: Option<u8>,
    words: &Statements,
    says_measure: impl Fn(usize, usize) -> bool,
) -> Option<Heading> {
    let (rank, body) = match (number(chars), level) {
        (Some(found), _) => found,
        // A heading that only the format marks stands above all numbers.
        (None, Some(level)) if chars.len() <= LONGEST => (Rank::try_from(level.min(9)).unwrap_or(9) - 10, 0),
        _ => return None,
    };
    if body >= chars.len() {
        return None;
    }
    let stop =
        chars[body..].iter().position(|c| matches!(c, '。' | '：' | ':' | '；')).map_or(chars.len(), |p| body + p);
    let rest = stop + chars[stop..].iter().take_while(|c| matches!(c, '。' | '：' | ':' | '；')).count();
    let whole = rest >= chars.len();
    let longest = if whole { LONGEST } else { LONGEST_RUN_IN };
    if stop == body || stop - body > longest || says_measure(body, stop) {
        return None;
    }
    if !whole {
        let colon = matches!(chars[stop], '：' | ':');
        let follows = chars[rest];
        let year = chars[rest..].iter().take(5).collect::<String>();
        let year = year.ends_with('年') && year.chars().take(4).all(|c| c.is_ascii_digit());
        let names_value = (follows.is_ascii_digit() && !year) || matches!(follows, '≥' | '≤' | '=' | '<' | '>');
        let title = &chars[body..stop];
        let section = title.ends_with(&['指', '标']) || title.ends_with(&['目', '标']);
        // 1、生均经费标准：… and 1、完成率：… name measures, not sections.
        let names_measure =
            [StatementRole::Facet, StatementRole::Head].iter().any(|role| words.words(*role).ends(title).is_some());
        if chars[stop] == '；'
            || (colon && (names_value || (names_measure && !section)))
            || chars[body..stop].contains(&'，')
        {
            return None;
        }
    }
    Some(Heading { rank, title: text_of(&chars[..stop]), rest })
}

/// How many characters the number takes that a line begins with; 0 where it begins with none.
pub(super) fn number_length(chars: &[char]) -> usize {
    number(chars).map_or(0, |(_, end)| end)
}

/// The number a line begins with: its rank, and where the words begin.
fn number(chars: &[char]) -> Option<(Rank, usize)> {
    let is_numeral = |c: &char| is_chinese_numeral(*c);
    let count = |from: usize, test: &dyn Fn(&char) -> bool| chars[from..].iter().take_while(|c| test(c)).count();
    let digit = |c: &char| c.is_ascii_digit();
    match chars.first()? {
        '第' => {
            let n = count(1, &|c| is_numeral(c) || c.is_ascii_digit());
            let kind = chars.get(1 + n)?;
            let rank = match kind {
                '部' if chars.get(2 + n) == Some(&'分') => 0,
                '章' => 0,
                '节' => 1,
                _ => return None,
            };
            let end = if *kind == '部' { n + 3 } else { n + 2 };
            (n > 0).then(|| (rank, end + count(end, &|c| matches!(c, ' ' | '、' | '：' | ':'))))
        }
        '（' | '(' => {
            let numerals = count(1, &is_numeral);
            let digits = count(1, &digit);
            let (rank, n) = if numerals > 0 { (3, numerals) } else { (5, digits) };
            let closed = matches!(chars.get(1 + n), Some('）' | ')'));
            ((1..=3).contains(&n) && closed).then(|| (rank, n + 2 + count(n + 2, &|c| matches!(c, ' ' | '、' | '.'))))
        }
        c if is_numeral(c) => {
            let n = count(0, &is_numeral);
            let closed = matches!(chars.get(n), Some('、' | '.' | '．' | '，'));
            (n <= 3 && closed).then(|| (2, n + 1 + count(n + 1, &|c| *c == ' ')))
        }
        c if c.is_ascii_digit() => {
            let n = count(0, &digit);
            let next = chars.get(n)?;
            let rank = match next {
                '.' | '、' | '．' => 4,
                '）' | ')' => 6,
                _ => return None,
            };
            // 1.5万人 begins with no number of a heading; 1.1 does not either, to be safe.
            let follows = chars.get(n + 1)?;
            let number = !follows.is_ascii_digit() || *next == '、';
            (n <= 2 && number).then(|| (rank, n + 1 + count(n + 1, &|c| *c == ' ')))
        }
        '①'..='⑳' => Some((7, 1)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::patterns::Patterns;

    fn of(text: &str) -> Option<(Rank, String, String)> {
        let chars: Vec<char> = text.chars().collect();
        let digits = |from: usize, to: usize| chars[from..to].iter().any(|c| c.is_ascii_digit() || *c == '%');
        let found = heading(&chars, None, &Patterns::builtin().statements, digits)?;
        Some((found.rank, found.title, chars[found.rest..].iter().collect()))
    }

    #[test]
    fn numbered_lines_are_headings() {
        for (text, rank, title, rest) in [
            ("一、基本情况", 2, "一、基本情况", ""),
            ("第二部分 绩效自评", 0, "第二部分 绩效自评", ""),
            ("（二）完成情况。", 3, "（二）完成情况", ""),
            ("(三)提高认识，加强教育", 3, "(三)提高认识，加强教育", ""),
            ("3. 产出指标完成情况分析。", 4, "3. 产出指标完成情况分析", ""),
            ("（1）完成数量", 5, "（1）完成数量", ""),
            ("1. 做好工作。全年救助。", 4, "1. 做好工作", "全年救助。"),
            ("(一) 存在的问题：支出比重偏高。", 3, "(一) 存在的问题", "支出比重偏高。"),
        ] {
            assert_eq!(of(text), Some((rank, title.to_owned(), rest.to_owned())), "{text}");
        }
    }

    #[test]
    fn paragraphs_are_not() {
        for text in [
            "一是加强管理。",
            "1.5万人参保",
            "（1）参保率98%，较高",
            "1、完成率：98%",
            "2023年救助",
            "（1）住院人次大幅增加，住院率上升。下一步加强管理。",
            "（巴州）参保情况",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }

    #[test]
    fn a_heading_ends_those_of_its_depth() {
        let mut path = Path::default();
        let words = &Patterns::builtin().statements;
        for text in ["一、甲", "（一）乙", "1. 丙", "（二）丁", "（1）戊"] {
            let chars: Vec<char> = text.chars().collect();
            path.enter(heading(&chars, None, words, |_, _| false).unwrap());
        }
        assert_eq!(*path.titles(), ["一、甲", "（二）丁", "（1）戊"]);
        assert_eq!(path.innermost().unwrap(), ['戊']);
    }
}
