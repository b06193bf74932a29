//! What words look like, as far as columns are concerned: numbers, their signs, markers of lists, years, units, leader dots.

use super::super::words::is_ideographic;

/// What a word looks like, as far as columns are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// Digits with their signs: `1,234`, `(5.6)`, `12%`, `2010`.
    Number,
    /// A placeholder where a number would stand: `–`, `...`, `n/a`.
    Dash,
    /// A currency sign, an opening bracket or another sign that stands before a number.
    Before,
    /// `%`, a closing bracket, a footnote mark: stands after a number.
    After,
    /// A bullet or a number of a list item: `•`, `1.`, `(a)`.
    Marker,
    /// Anything else.
    Text,
}

/// A dot of a leader.
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '…' | '·' | '․' | '⋯' | '_')
}

/// Dots at the end of a word from which they are a leader, not the end of a sentence.
const LEADER_DOTS: u32 = 4;

/// Number of leader dots at a word's end, 0 where it is none.
pub(super) fn trailing_dots(text: &str) -> u32 {
    let dots: u32 =
        text.chars().rev().take_while(|&c| is_dot(c)).map(|c| if c == '…' || c == '⋯' { 3 } else { 1 }).sum();
    let count = text.chars().rev().take_while(|&c| is_dot(c)).count();
    if dots >= LEADER_DOTS { u32::try_from(count).unwrap_or(0) } else { 0 }
}

/// Is this word nothing but a leader? Dots may be set one by one: then three neighbours make one.
pub(super) fn is_leader(texts: &[&str], place: usize) -> bool {
    let dots = |offset: isize| -> bool {
        place
            .checked_add_signed(offset)
            .and_then(|at| texts.get(at))
            .is_some_and(|text| !text.is_empty() && text.chars().all(is_dot))
    };
    if !dots(0) {
        return false;
    }
    let long = texts
        .get(place)
        .is_some_and(|text| text.chars().count() >= 4 || text.chars().filter(|&c| c == '…').count() >= 2);
    long || dots(-2) && dots(-1) || dots(-1) && dots(1) || dots(1) && dots(2)
}

/// Groups of thousands set apart by spaces: one to three digits, then three.
pub(super) fn goes_on(before: &str, text: &str) -> bool {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let three = text.get(..3).is_some_and(|start| start.bytes().all(|b| b.is_ascii_digit())) && digits(text) == 3;
    three
        && (1..=3).contains(&digits(before))
        && before.ends_with(|c: char| c.is_ascii_digit())
        && !before.contains(['.', ','])
}

/// A year of this or the last century, or a span of such years.
pub(super) fn is_year(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..).unwrap_or("");
    digits == 4
        && (text.starts_with("19") || text.starts_with("20"))
        && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '–' | '/' | '年'))
}

/// Ideographs that a unit has at most: 万元, 平方米.
const UNIT: usize = 3;
/// Could this be a unit set apart from its number?
pub(super) fn is_unit(text: &str) -> bool {
    text.chars().count() <= UNIT && text.chars().all(is_ideographic) && !text.contains(['，', '。', '；', '：', '、'])
}

/// A number with a unit of some ideographs, and perhaps a sign of comparison before it: ≥29万元.
fn is_quantity(text: &str) -> bool {
    let number = text.trim_start_matches(['≥', '≤', '=', '>', '<', '＝', '＞', '＜', '约']);
    let unit = number.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '%' | '％'));
    number.starts_with(|c: char| c.is_ascii_digit()) && unit.len() < number.len() && (unit.is_empty() || is_unit(unit))
}

/// Signs between the brackets of a mark, at most: `[123]`, `（十二）`.
const LONGEST_MARK: usize = 3;

/// A number in square brackets, as references have, or a Chinese one in any: `[12]`, `（四）`, `三、`.
fn is_counted(text: &str) -> bool {
    let inner =
        text.trim_matches(['(', ')', '（', '）', '[', ']', '［', '］', '【', '】', '〔', '〕', '、', '.', '．']);
    let numeral = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    inner.len() < text.len() && (1..=LONGEST_MARK).contains(&inner.chars().count()) && inner.chars().all(numeral)
}

/// What a word looks like.
pub(super) fn kind(text: &str) -> Kind {
    let mut digits = 0;
    let mut letters = 0;
    let mut signs = 0;
    let mut last = ' ';
    let first = text.chars().next().unwrap_or(' ');
    for c in text.chars() {
        if c.is_numeric() {
            digits += 1;
        } else if c.is_alphabetic() {
            letters += 1;
        } else {
            signs += 1;
        }
        last = c;
    }
    let length = digits + letters + signs;
    if digits > 0 {
        // A footnote's letter, a unit's letter or two may follow: 1,234r, 5.6b, 12pp.
        if is_counted(text) && first == '[' {
            return Kind::Marker;
        }
        let marker = matches!(last, '.' | ')' | '、' | '．' | '）')
            && digits <= 2
            && length <= 4
            && letters == 0
            && !(first == '(' && digits > 1);
        if marker && (last != ')' || first == '(' || length <= 3) && !text.contains(',') {
            return Kind::Marker;
        }
        return if is_quantity(text)
            || letters <= 1 && !first.is_alphabetic()
            || letters <= 2 && digits >= 3 && !first.is_alphabetic()
        {
            Kind::Number
        } else {
            Kind::Text
        };
    }
    if letters > 0 && is_counted(text) {
        return Kind::Marker;
    }
    let lower = text.to_ascii_lowercase();
    if matches!(
        lower.as_str(),
        "n/a" | "na" | "n.a." | "n.a" | "nil" | "(d)" | "(x)" | "(s)" | "(na)" | "x" | "c" | "m"
    ) && length > 1
        || matches!(lower.as_str(), "..." | ".." | "…" | "*" | "**" | "***")
    {
        return Kind::Dash;
    }
    if letters == 0 {
        if text.chars().all(|c| matches!(c, '-' | '–' | '—' | '―' | '−' | '－' | ':' | '/')) {
            return Kind::Dash;
        }
        if text
            .chars()
            .all(|c| matches!(c, '$' | '€' | '£' | '¥' | '￥' | '(' | '+' | '≥' | '≤' | '<' | '>' | '±' | '~'))
        {
            return Kind::Before;
        }
        if text.chars().all(|c| matches!(c, '%' | '％' | ')' | '†' | '‡' | '*')) {
            return Kind::After;
        }
        if matches!(
            text,
            "•" | "●"
                | "◦"
                | "▪"
                | "■"
                | "□"
                | "◆"
                | "►"
                | "➢"
                | "✓"
                | "‣"
                | "§"
                | "\u{f0b7}"
                | "\u{f0a7}"
                | "\u{f0d8}"
        ) {
            return Kind::Marker;
        }
    }
    if matches!(lower.as_str(), "us$" | "a$" | "c$" | "eur" | "usd" | "gbp" | "$(") {
        return Kind::Before;
    }
    let bracketed = first == '(' || last == ')';
    if bracketed && length <= 3 && letters == 1 {
        return Kind::Marker;
    }
    Kind::Text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_by_their_looks() {
        for (text, expected) in [
            ("1,234", Kind::Number),
            ("(5.6)", Kind::Number),
            ("12%", Kind::Number),
            ("2010", Kind::Number),
            ("1,234r", Kind::Number),
            ("–", Kind::Dash),
            ("n/a", Kind::Dash),
            ("$", Kind::Before),
            ("%", Kind::After),
            ("1.", Kind::Marker),
            ("(a)", Kind::Marker),
            ("(2)", Kind::Marker),
            ("•", Kind::Marker),
            ("[12]", Kind::Marker),
            ("（四）", Kind::Marker),
            ("三、", Kind::Marker),
            ("[1,234]", Kind::Number),
            ("Total", Kind::Text),
            ("指标", Kind::Text),
            ("B12", Kind::Text),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn leaders_are_long_or_come_in_threes() {
        assert!(is_leader(&["Total", ".", ".", ".", "5"], 2));
        assert!(is_leader(&["Total", "......", "5"], 1));
        assert!(!is_leader(&["Total", ".", "5"], 1));
        assert_eq!(trailing_dots("Total....."), 5);
        assert_eq!(trailing_dots("etc..."), 0);
    }
}
