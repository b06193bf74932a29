//! Days, months, quarters and years as deadlines: `2022年12月31日`, 12月底, `2023. 6. 21`, 二〇二一年五月, 年底, 第三季度.
//! A span of dates is recognised as one and says nothing more.

use super::numeral;
use crate::model::Date;

/// A date in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Stamp {
    pub(super) end: usize,
    pub(super) precision: Precision,
    /// First and last day; `None` where the year is not known or the calendar has no such day.
    pub(super) days: Option<(Date, Date)>,
    /// 底, 末: the last day is meant.
    pub(super) marked_end: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Precision {
    Day,
    Month,
    Quarter,
    Half,
    Year,
    /// From one date to another.
    Span,
}

/// Years that a report may name.
const YEARS: std::ops::RangeInclusive<i32> = 1900..=2100;

/// The number at `at`, in digits or Chinese, small enough for a date: value, end, digits printed.
fn small_number(text: &[char], at: usize) -> Option<(i32, usize, usize)> {
    let ascii = text.get(at..)?.iter().take_while(|c| c.is_ascii_digit()).count();
    if ascii > 0 {
        if ascii > 4 {
            return None;
        }
        let value = text[at..at + ascii].iter().filter_map(|c| c.to_digit(10)).fold(0, |n, d| n * 10 + d as i32);
        return Some((value, at + ascii, ascii));
    }
    let run = text[at..].iter().take(5).take_while(|c| numeral::digit(**c).is_some()).count();
    let digits = |from: usize, to: usize| {
        text[from..to].iter().filter_map(|c| numeral::digit(*c)).fold(0i32, |n, d| n * 10 + d as i32)
    };
    if run == 4 {
        return Some((digits(at, at + 4), at + 4, 4));
    }
    if run > 1 {
        return None;
    }
    // 六, 十, 十二, 二十, 三十一, 廿一
    let (tens, from) = match text.get(at + run) {
        Some('十' | '拾') => (if run == 1 { digits(at, at + 1) * 10 } else { 10 }, at + run + 1),
        Some('廿') if run == 0 => (20, at + 1),
        Some('卅') if run == 0 => (30, at + 1),
        _ if run == 1 => return Some((digits(at, at + 1), at + 1, 1)),
        _ => return None,
    };
    match text.get(from).and_then(|c| numeral::digit(*c)) {
        Some(ones) => Some((tens + ones as i32, from + 1, 2)),
        None => Some((tens, from, 2)),
    }
}

fn skip_spaces(text: &[char], mut at: usize) -> usize {
    while text.get(at) == Some(&' ') {
        at += 1;
    }
    at
}

fn at(text: &[char], place: usize, words: &str) -> Option<usize> {
    words.chars().try_fold(place, |end, c| (text.get(end) == Some(&c)).then_some(end + 1))
}

fn any(text: &[char], place: usize, words: &[&str]) -> Option<usize> {
    words.iter().find_map(|w| at(text, place, w))
}

fn stamp(end: usize, precision: Precision, first: Option<Date>, last: Option<Date>, marked_end: bool) -> Stamp {
    Stamp { end, precision, days: first.zip(last), marked_end }
}

/// The date or span that starts at `from`. `year` is the form's, for dates that name none.
pub(super) fn scan(text: &[char], from: usize, year: Option<i32>) -> Option<Stamp> {
    if !may_be_date(text, from) {
        return None;
    }
    if let Some(end) = bare_span(text, from) {
        return Some(Stamp { end, precision: Precision::Span, days: None, marked_end: false });
    }
    if let Some(end) = day_of_any_month(text, from) {
        return Some(Stamp { end, precision: Precision::Span, days: None, marked_end: false });
    }
    let found = single(text, from, year)?;
    match span_end(text, found.end, found.precision) {
        Some(end) => Some(Stamp { end, precision: Precision::Span, days: None, marked_end: false }),
        None => Some(found),
    }
}

/// 次月10日, 每月5日: a day of a month that is not said. Behind a span of days, 每月15日内, the days are counted.
fn day_of_any_month(text: &[char], from: usize) -> Option<usize> {
    let month = any(text, from, &["次月", "每月", "当月", "本月", "下月", "上月"])?;
    let (day, end, digits) = small_number(text, skip_spaces(text, month))?;
    let end = any(text, end, &["日", "号"])?;
    let counted = any(text, end, &["内", "以内", "之内", "以上", "以下"]).is_some();
    ((1..=31).contains(&day) && digits <= 2 && !counted).then_some(end)
}

/// Of a number in digits, what stands behind it tells nearly always that no date begins there.
fn may_be_date(text: &[char], from: usize) -> bool {
    let digits = text.get(from..).unwrap_or_default().iter().take_while(|c| c.is_ascii_digit()).count();
    match text.get(skip_spaces(text, from + digits)) {
        _ if digits == 0 => true,
        Some('.' | '/') => digits == 4,
        Some('年' | '月' | '季' | '-' | '–' | '—' | '−' | '~' | '～' | '〜' | '至' | '到') => digits <= 4,
        _ => false,
    }
}

fn single(text: &[char], from: usize, year: Option<i32>) -> Option<Stamp> {
    let first = *text.get(from)?;
    if let Some((shift, next)) = relative_year(text, from) {
        let year = year.map(|y| y + shift);
        if let Some(end) = any(text, next, &["底", "末", "终"]) {
            return Some(whole_year(year, end, true));
        }
        if any(text, next, &["内", "以内", "之内"]).is_some() {
            return Some(whole_year(year, next, true));
        }
        return part_of_year(text, next, year).filter(|s| s.precision != Precision::Year);
    }
    if !(first.is_ascii_digit() || numeral::digit(first).is_some() || matches!(first, '十' | '第' | '上' | '下')) {
        return None;
    }
    if let Some(found) = separated(text, from) {
        return Some(found);
    }
    let named = small_number(text, from).and_then(|(n, end, digits)| {
        let after = at(text, skip_spaces(text, end), "年")?;
        let full = digits == 4 && YEARS.contains(&n);
        // 21年12月, 21年底: two digits where what follows shows that a year is meant.
        let short = digits == 2
            && text[from].is_ascii_digit()
            && year.is_none_or(|y| (y - 2000 - n).abs() <= 10)
            && (any(text, after, &["底", "末"]).is_some() || month_of(text, after).is_some());
        (full || short).then_some((if full { n } else { 2000 + n }, after))
    });
    match named {
        Some((n, after)) => {
            let after = at(text, after, "度").unwrap_or(after);
            if let Some(end) = any(text, after, &["年底", "底", "末", "终", "年末"]) {
                return Some(whole_year(Some(n), end, true));
            }
            Some(
                part_of_year(text, skip_spaces(text, after), Some(n))
                    .unwrap_or_else(|| whole_year(Some(n), after, false)),
            )
        }
        None => part_of_year(text, from, year),
    }
}

fn whole_year(year: Option<i32>, end: usize, marked_end: bool) -> Stamp {
    let first = year.and_then(|y| Date::new(y, 1, 1));
    let last = year.and_then(|y| Date::new(y, 12, 31));
    stamp(end, Precision::Year, first, last, marked_end)
}

/// 年底, 本年, 次年 and the like: the shift from the form's year, and where what follows begins.
fn relative_year(text: &[char], from: usize) -> Option<(i32, usize)> {
    const WORDS: [(&str, i32); 16] = [
        ("当年度", 0),
        ("本年度", 0),
        ("当年", 0),
        ("本年", 0),
        ("今年", 0),
        ("次年度", 1),
        ("次年", 1),
        ("翌年", 1),
        ("来年", 1),
        ("下一年度", 1),
        ("下一年", 1),
        ("下年度", 1),
        ("下年", 1),
        ("上年度", -1),
        ("上年", -1),
        ("去年", -1),
    ];
    if text.get(from) == Some(&'年') {
        return matches!(text.get(from + 1), Some('底' | '末' | '终' | '内')).then_some((0, from + 1));
    }
    if !matches!(text.get(from), Some('当' | '本' | '今' | '次' | '翌' | '来' | '下' | '上' | '去')) {
        return None;
    }
    WORDS.iter().find_map(|(word, shift)| at(text, from, word).map(|end| (*shift, end)))
}

fn month_of(text: &[char], from: usize) -> Option<(u32, usize)> {
    let (n, end, digits) = small_number(text, skip_spaces(text, from))?;
    let end = at(text, skip_spaces(text, end), "月")?;
    (digits <= 2 && (1..=12).contains(&n)).then_some((n as u32, at(text, end, "份").unwrap_or(end)))
}

/// A month, quarter or half of a year, or a day of a month.
fn part_of_year(text: &[char], from: usize, year: Option<i32>) -> Option<Stamp> {
    if let Some((month, after)) = month_of(text, from) {
        let day = |d: i32| year.and_then(|y| Date::new(y, month, u32::try_from(d).ok()?));
        let (first, last) = (day(1), year.and_then(|y| Date::end_of_month(y, month)));
        let after = skip_spaces(text, after);
        if let Some(end) = any(text, after, &["底", "末"]) {
            return Some(stamp(end, Precision::Month, first, last, true));
        }
        if let Some(end) = at(text, after, "上旬") {
            return Some(stamp(end, Precision::Day, day(1), day(10), true));
        }
        if let Some(end) = at(text, after, "中旬") {
            return Some(stamp(end, Precision::Day, day(11), day(20), true));
        }
        if let Some(end) = at(text, after, "下旬") {
            return Some(stamp(end, Precision::Day, day(21), last, true));
        }
        // 月初 and 月中 name no day.
        if let Some(end) = any(text, after, &["初", "中"])
            .filter(|end| !text.get(*end).is_some_and(|c| matches!(c, '级' | '步' | '期')))
        {
            return Some(stamp(end, Precision::Month, None, None, false));
        }
        if let Some((n, end, digits)) = small_number(text, after) {
            let closed = any(text, skip_spaces(text, end), &["日", "号"]);
            let open = text.get(end).is_none_or(|c| matches!(c, '前' | '之' | '以' | '，' | '。' | ')' | '）'));
            if digits <= 2 && (closed.is_some() || open) {
                return Some(stamp(closed.unwrap_or(end), Precision::Day, day(n), day(n), true));
            }
        }
        return Some(stamp(after, Precision::Month, first, last, false));
    }
    let marked = |end: usize| match any(text, end, &["末", "底"]) {
        Some(end) => (end, true),
        None => (end, false),
    };
    if let Some(after) = at(text, from, "上半年") {
        let (end, marked) = marked(after);
        return Some(stamp(
            end,
            Precision::Half,
            year.and_then(|y| Date::new(y, 1, 1)),
            year.and_then(|y| Date::new(y, 6, 30)),
            marked,
        ));
    }
    if let Some(after) = at(text, from, "下半年") {
        let (end, marked) = marked(after);
        return Some(stamp(
            end,
            Precision::Half,
            year.and_then(|y| Date::new(y, 7, 1)),
            year.and_then(|y| Date::new(y, 12, 31)),
            marked,
        ));
    }
    let number_at = at(text, from, "第").unwrap_or(from);
    let (n, end, digits) = small_number(text, number_at)?;
    let after = any(text, end, &["季度", "季"]).filter(|_| digits == 1 && (1..=4).contains(&n))?;
    if at(text, end, "季度").is_none() && number_at == from {
        return None; // 3季: a count of harvests
    }
    let month = n as u32 * 3;
    let (end, marked) = marked(after);
    let first = year.and_then(|y| Date::new(y, month - 2, 1));
    Some(stamp(end, Precision::Quarter, first, year.and_then(|y| Date::end_of_month(y, month)), marked))
}

/// `2022-12-31`, `2022/12/31`, `2022.12.31`, `2022. 6. 21`; `2022-12` and `2022.12` where a month is written.
fn separated(text: &[char], from: usize) -> Option<Stamp> {
    if text.get(from..from + 4)?.iter().any(|c| !c.is_ascii_digit()) {
        return None;
    }
    let (year, end, digits) = small_number(text, from)?;
    let separator_at = skip_spaces(text, end);
    let separator = *text.get(separator_at)?;
    if digits != 4 || !YEARS.contains(&year) || !matches!(separator, '-' | '/' | '.' | '–' | '—') {
        return None;
    }
    let (month, month_end, month_digits) = small_number(text, skip_spaces(text, separator_at + 1))?;
    if month_digits > 2 || !(1..=12).contains(&month) {
        return None;
    }
    let day_at = skip_spaces(text, month_end);
    if text.get(day_at) == Some(&separator) {
        let (day, day_end, day_digits) = small_number(text, skip_spaces(text, day_at + 1))?;
        if day_digits > 2 {
            return None;
        }
        let day = Date::new(year, month as u32, u32::try_from(day).ok()?);
        let end = any(text, day_end, &["日"]).unwrap_or(day_end);
        return Some(stamp(end, Precision::Day, day, day, true));
    }
    // 2022.12 may be a number; a word of deadline, a span or a 月 behind it decides.
    let next = text.get(month_end);
    let decided = separator != '.' && month_digits == 2 && next.is_none_or(|c| !c.is_alphanumeric())
        || next.is_some_and(|c| matches!(c, '前' | '底' | '末' | '月' | '止' | '之' | '以'))
        || is_span_joint(text, month_end).is_some_and(|after| {
            text.get(after..after + 4).is_some_and(|y| y[0] == '2' && y.iter().all(char::is_ascii_digit))
        });
    if !decided {
        return None;
    }
    let end = any(text, month_end, &["月份", "月"]).unwrap_or(month_end);
    let (end, marked) = match any(text, end, &["底", "末"]) {
        Some(end) => (end, true),
        None => (end, false),
    };
    Some(stamp(end, Precision::Month, Date::new(year, month as u32, 1), Date::end_of_month(year, month as u32), marked))
}

fn is_span_joint(text: &[char], from: usize) -> Option<usize> {
    let from = skip_spaces(text, from);
    let mut end = from;
    while matches!(text.get(end), Some('-' | '–' | '—' | '~' | '～' | '〜' | '−')) {
        end += 1;
    }
    if end == from {
        end = any(text, from, &["至", "到"])?;
    }
    Some(skip_spaces(text, end))
}

/// Behind a date: does a second one follow? Returns the end of the whole span.
fn span_end(text: &[char], from: usize, precision: Precision) -> Option<usize> {
    let after = is_span_joint(text, from)?;
    if let Some(end) = any(text, after, &["今", "年底", "年末", "次年", "翌年", "当年", "本年"]) {
        return Some(end);
    }
    let (_, number_end, _) = small_number(text, after)?;
    // 2022年12月 - 5%: a number with a unit is no date.
    let dated = any(text, number_end, &["年", "月", "日", "号", "季度", ".", "-", "/"]).is_some()
        || precision == Precision::Day && text.get(number_end).is_none_or(|c| !c.is_alphanumeric() && *c != '%');
    if !dated {
        return None;
    }
    let is_date = |c: &char| {
        c.is_ascii_digit()
            || matches!(c, '年' | '月' | '日' | '号' | '.' | '-' | '/' | '底' | '末' | ' ')
            || numeral::digit(*c).is_some()
            || *c == '十'
    };
    Some(after + text[after..].iter().take_while(|c| is_date(c)).count())
}

/// `1-12月`, `2021-2023年`, `1—3季度`, `9.15-9.20日`: numbers that only together are a span of dates.
fn bare_span(text: &[char], from: usize) -> Option<usize> {
    let (first, first_end, _) = small_number(text, from)?;
    let after = is_span_joint(text, first_end)?;
    let (second, second_end, digits) = small_number(text, after)?;
    let years = YEARS.contains(&first) && (YEARS.contains(&second) || digits == 2);
    let end = if years {
        any(text, second_end, &["年度", "学年", "年"])?
    } else if (1..=12).contains(&first) && (1..=12).contains(&second) {
        any(text, second_end, &["月份", "月底", "月末", "月", "季度"])?
    } else {
        return None;
    };
    Some(end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Option<String> {
        let chars: Vec<char> = text.chars().collect();
        let found = scan(&chars, 0, Some(2023))?;
        assert!(found.end <= chars.len());
        Some(match (found.precision, found.days) {
            (Precision::Span, _) => format!("span {}", found.end),
            (_, Some((first, last))) => format!("{first} {last} {}", found.end),
            (_, None) => "none".to_owned(),
        })
    }

    #[test]
    fn dates() {
        let cases = [
            ("2022年12月31日", "2022-12-31 2022-12-31 11"),
            ("12月底", "2023-12-01 2023-12-31 4"),
            ("7月", "2023-07-01 2023-07-31 2"),
            ("2021年底", "2021-01-01 2021-12-31 6"),
            ("2023. 6. 21", "2023-06-21 2023-06-21 11"),
            ("2023-6-21", "2023-06-21 2023-06-21 9"),
            ("二〇二一年五月六日", "2021-05-06 2021-05-06 9"),
            ("二○二一年十二月三十一日", "2021-12-31 2021-12-31 12"),
            ("次年3月底", "2024-03-01 2024-03-31 5"),
            ("年底", "2023-01-01 2023-12-31 2"),
            ("第三季度", "2023-07-01 2023-09-30 4"),
            ("上半年", "2023-01-01 2023-06-30 3"),
            ("2月30日", "none"),
            ("1-12月", "span 5"),
            ("2021.1.1-12.31", "span 14"),
            ("2023.07-2024.01", "span 15"),
            ("2021-2023年", "span 10"),
            ("1月至12月", "span 6"),
        ];
        for (text, expected) in cases {
            assert_eq!(read(text).as_deref(), Some(expected), "{text}");
        }
        for text in ["2022.12", "15月", "3个月", "12", "年", "季度", "2018元", "完成", "上级", "本级", "下"]
        {
            assert_eq!(read(text), None, "{text}");
        }
    }
}
