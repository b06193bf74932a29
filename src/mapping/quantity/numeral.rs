//! Numbers as they are written: `1,234.50`, `１.２万亿` (folded before), `3万5千`, 七十八万五百零六, 百分之九十, 四分之三, 八五折.

use super::exact::Exact;
use super::unit::Units;

/// A number read, before its unit.
#[derive(Debug, Clone, Copy)]
pub(super) struct Numeral {
    pub(super) value: Exact,
    pub(super) end: usize,
    /// How many characters of a Chinese numeral; 0 where it is written in digits.
    pub(super) chinese: usize,
    /// What 万, 亿 or their like at its end multiplied it by; 1 where none stands there.
    pub(super) scale: i64,
    /// Is it a ratio by its own words: 百分之九十, 三成, 八折, 四分之三?
    pub(super) ratio: bool,
    /// Does a word in it say that there is more: 十余, 20多万, 十几?
    pub(super) more: bool,
}

/// What stands at a place.
pub(super) enum Scan {
    /// No number.
    Nothing,
    /// Digits that cannot be read as one number: versions, times, fuzzy numerals, more digits than fit. Up to where.
    Unreadable(usize),
    Read(Numeral),
}

/// Reads the number that starts at `at`, with no sign before it.
pub(super) fn scan(text: &[char], at: usize, units: &Units) -> Scan {
    scan_within(text, at, units, false)
}

/// `nested`: this is already the upper part of a fraction, which holds no further fraction.
fn scan_within(text: &[char], at: usize, units: &Units, nested: bool) -> Scan {
    match text.get(at) {
        Some(c) if c.is_ascii_digit() => scan_digits(text, at, units, nested),
        Some('.') if text.get(at + 1).is_some_and(char::is_ascii_digit) => scan_digits(text, at, units, nested),
        Some('百' | '千' | '万' | '萬') if !nested => scan_per(text, at, units),
        Some(c) if digit(*c).is_some() || ten(*c).is_some() => scan_chinese(text, at, units, nested),
        _ => Scan::Nothing,
    }
}

/// A text of digits with at most one point among them: most numbers of a form. `None` for any other, and for codes (007).
pub(super) fn in_digits_alone(text: &str) -> Option<Exact> {
    const MOST_DIGITS: usize = 18;
    let bytes = text.as_bytes();
    let whole = bytes.iter().take_while(|b| b.is_ascii_digit()).count();
    let point = usize::from(bytes.get(whole) == Some(&b'.'));
    let fraction = &bytes[whole + point..];
    let code = whole > 2 && bytes[0] == b'0';
    let fits = whole > 0 && bytes.len() <= MOST_DIGITS && fraction.iter().all(u8::is_ascii_digit);
    if !fits || code || (point == 1) == fraction.is_empty() {
        return None;
    }
    let digits = bytes[..whole].iter().chain(fraction);
    let mantissa = digits.fold(0i64, |n, digit| n * 10 + i64::from(digit - b'0'));
    Some(Exact { mantissa: i128::from(mantissa), scale: fraction.len() as u32 })
}

/// May a number begin with this ideograph?
pub(super) fn may_begin(c: char) -> bool {
    matches!(c, '百' | '千' | '万' | '萬') || digit(c).is_some() || ten(c).is_some()
}

/// The digit that a Chinese character writes: everyday, financial and traditional forms.
pub(super) fn digit(c: char) -> Option<u32> {
    Some(match c {
        '〇' | '零' | '○' => 0,
        '一' | '壹' | '壱' | '弌' => 1,
        '二' | '贰' | '貳' | '两' | '兩' | '弍' => 2,
        '三' | '叁' | '參' | '叄' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// 十, 廿 (20), 卅 (30), 卌 (40).
fn ten(c: char) -> Option<i128> {
    Some(match c {
        '十' | '拾' => 10,
        '廿' => 20,
        '卅' => 30,
        '卌' => 40,
        _ => return None,
    })
}

/// 百, 千 and their forms.
fn small_scale(c: char) -> Option<i128> {
    Some(match c {
        '百' | '佰' => 100,
        '千' | '仟' => 1000,
        _ => return None,
    })
}

/// 万 and 亿.
fn large_scale(c: char) -> Option<i128> {
    Some(match c {
        '万' | '萬' => 10_000,
        '亿' | '億' => 100_000_000,
        _ => return None,
    })
}

/// 余 and 多 behind a number: more than it.
fn says_more(c: char) -> bool {
    matches!(c, '余' | '餘' | '多')
}

fn skip_spaces(text: &[char], mut at: usize) -> usize {
    while text.get(at) == Some(&' ') {
        at += 1;
    }
    at
}

/// Digits with grouping and a point: value and end. `None` where they do not fit or are no one number.
fn plain_digits(text: &[char], at: usize) -> Result<(Exact, usize), usize> {
    let mut value = Exact::whole(0);
    let mut i = at;
    let run_end = |from: usize| from + text[from..].iter().take_while(|c| c.is_ascii_digit()).count();
    let mut fits = true;
    let mut push = |value: &mut Exact, from: usize, to: usize, fractional: bool| {
        for c in &text[from..to] {
            if let Some(d) = c.to_digit(10) {
                fits &= value.push_digit(d, fractional).is_some();
            }
        }
    };
    let first_end = run_end(i);
    push(&mut value, i, first_end, false);
    let first_length = first_end - i;
    i = first_end;
    if (1..=3).contains(&first_length) && text[at] != '0' {
        // Thousands: groups of exactly three, one separator throughout.
        while let Some(separator @ (',' | '，')) = text.get(i) {
            let group_end = run_end(i + 1);
            if group_end - (i + 1) != 3 || (first_end != i && text[first_end] != *separator) {
                break;
            }
            push(&mut value, i + 1, group_end, false);
            i = group_end;
        }
    }
    // 4.731.000: two points or more, groups of three behind each, part thousands.
    let groups = |mut at: usize| {
        let mut found = 0;
        while text.get(at) == Some(&'.') && run_end(at + 1) == at + 4 {
            (at, found) = (at + 4, found + 1);
        }
        (found >= 2 && text.get(at) != Some(&'.')).then_some(at)
    };
    if i == first_end
        && (1..=3).contains(&first_length)
        && text[at] != '0'
        && let Some(end) = groups(i)
    {
        push(&mut value, i, end, false);
        i = end;
    }
    if text.get(i) == Some(&'.') {
        let fraction_end = run_end(i + 1);
        if fraction_end > i + 1 {
            push(&mut value, i + 1, fraction_end, true);
            i = fraction_end;
            if text.get(i) == Some(&'.') && text.get(i + 1).is_some_and(char::is_ascii_digit) {
                let rest = text[i..].iter().take_while(|c| c.is_ascii_digit() || **c == '.').count();
                return Err(i + rest);
            }
        }
    }
    // 007, 0571: a code.
    let code = first_length > 2 && text[at] == '0';
    if fits && !code { Ok((value, i)) } else { Err(i) }
}

fn scan_digits(text: &[char], at: usize, units: &Units, nested: bool) -> Scan {
    let (mut total, mut i) = match plain_digits(text, at) {
        Ok(read) => read,
        Err(end) => return Scan::Unreadable(end),
    };
    if let Some((power, end)) = exponent(text, i) {
        let shifted = if power >= 0 {
            10i128.checked_pow(power as u32).and_then(|p| total.times_whole(p))
        } else {
            total.shifted_down(-power as u32)
        };
        return match shifted {
            Some(value) => Scan::Read(Numeral { value, end, chinese: 0, scale: 1, ratio: false, more: false }),
            None => Scan::Unreadable(end),
        };
    }
    if matches!(text.get(i), Some('成' | '折')) && closes_word(text, i + 1) {
        let value = match text[i] {
            '成' => total.shifted_down(1),
            // 85折 and 8.5折 are the same.
            _ if total.scale == 0 && total.mantissa >= 10 => total.shifted_down(2),
            _ => total.shifted_down(1),
        };
        return match value {
            Some(value) => Scan::Read(Numeral { value, end: i + 1, chinese: 0, scale: 1, ratio: true, more: false }),
            None => Scan::Unreadable(i + 1),
        };
    }
    if !nested && text[i..].starts_with(&['分', '之']) {
        return fraction(text, i + 2, total, i - at, units);
    }
    let mut more = false;
    let mut scaled = false;
    let mut closing: i64;
    // 3万5千: each further term has a smaller scale.
    let mut term = total;
    let mut lower_than = i128::MAX;
    total = Exact::whole(0);
    loop {
        let mut scale = 1i128;
        let mut j = skip_spaces(text, i);
        if text.get(j).is_some_and(|c| says_more(*c)) {
            let after = skip_spaces(text, j + 1);
            if units.matches(text, after).is_some()
                || text.get(after).is_none()
                || text.get(after).is_some_and(|c| small_scale(*c).or(large_scale(*c)).is_some())
            {
                more = true;
                j = after;
                i = after;
            }
        }
        while let Some(s) = text.get(j).and_then(|c| {
            small_scale(*c).or(large_scale(*c)).or((scale == 1).then(|| ten(*c).filter(|t| *t == 10)).flatten())
        }) {
            // 千克 and 百分点 are units, not scales.
            if units.is_unit_here(text, j) {
                break;
            }
            scale = match scale.checked_mul(s) {
                Some(scale) if scale <= 1_000_000_000_000_000_000 => scale,
                _ => return Scan::Unreadable(j + 1),
            };
            j += 1;
            i = j;
        }
        // 十 alone is no scale of digits (5十).
        if scale == 10 {
            return Scan::Unreadable(i);
        }
        if scale > 1 && text.get(i).is_some_and(|c| says_more(*c)) {
            more = true;
            i += 1;
        }
        scaled |= scale > 1;
        closing = i64::try_from(scale).unwrap_or(1);
        let Some(sum) = term.times_whole(scale).and_then(|t| total.plus(t)) else {
            return Scan::Unreadable(i);
        };
        total = sum;
        let next_is_digit = text.get(i).is_some_and(|c| c.is_ascii_digit());
        if scale == 1 || scale >= lower_than || !next_is_digit {
            if scale >= lower_than
                || (scaled && next_is_digit)
                || (scaled && text.get(i).is_some_and(|c| digit(*c).is_some()))
            {
                return Scan::Unreadable(i);
            }
            break;
        }
        lower_than = scale;
        match plain_digits(text, i) {
            Ok((next, end)) => {
                // 3万5: the missing scale is a guess.
                let after = skip_spaces(text, end);
                let has_scale = text.get(after).is_some_and(|c| small_scale(*c).or(large_scale(*c)).is_some())
                    && !units.is_unit_here(text, after);
                let fills = next.scale == 0 && end - i == (lower_than.ilog10() as usize);
                if !has_scale && !fills {
                    return Scan::Unreadable(end);
                }
                term = next;
                i = end;
            }
            Err(end) => return Scan::Unreadable(end),
        }
    }
    Scan::Read(Numeral { value: total, end: i, chinese: 0, scale: closing, ratio: false, more })
}

/// `E+08`, as spreadsheets write: the power and the end.
fn exponent(text: &[char], at: usize) -> Option<(i32, usize)> {
    if !matches!(text.get(at), Some('E' | 'e')) {
        return None;
    }
    let (sign, from) = match text.get(at + 1) {
        Some('+') => (1, at + 2),
        Some('-') => (-1, at + 2),
        _ => return None,
    };
    let digits = text.get(from..)?.iter().take_while(|c| c.is_ascii_digit()).count();
    if !(1..=2).contains(&digits) || text.get(from + digits).is_some_and(|c| c.is_ascii_alphanumeric()) {
        return None;
    }
    let power = text[from..from + digits].iter().filter_map(|c| c.to_digit(10)).fold(0, |n, d| n * 10 + d as i32);
    Some((sign * power, from + digits))
}

/// 成 and 折 are ratios only where the word ends: not in 成本, 折旧.
fn closes_word(text: &[char], at: usize) -> bool {
    match text.get(at) {
        None => true,
        Some('以' | '左' | '及' | '或' | '之' | '至' | '到' | '的') => true,
        Some(c) => !c.is_alphanumeric(),
    }
}

/// 百分之九十, 千分之三, 万分之五.
fn scan_per(text: &[char], at: usize, units: &Units) -> Scan {
    if !text[at + 1..].starts_with(&['分', '之']) {
        return Scan::Nothing;
    }
    let places = match text[at] {
        '百' => 2,
        '千' => 3,
        _ => 4,
    };
    let from = at + 3;
    // 百分之百
    let whole = (text.get(from) == Some(&'百')).then_some(Numeral {
        value: Exact::whole(100),
        end: from + 1,
        chinese: 1,
        scale: 1,
        ratio: false,
        more: false,
    });
    let top = match whole {
        Some(top) => top,
        None => match text.get(from) {
            Some('百' | '千' | '万' | '萬') => return Scan::Nothing,
            _ => match scan_within(text, from, units, true) {
                Scan::Read(top) if !top.ratio => top,
                Scan::Unreadable(end) => return Scan::Unreadable(end),
                _ => return Scan::Nothing,
            },
        },
    };
    match top.value.shifted_down(places) {
        Some(value) => Scan::Read(Numeral {
            value,
            end: top.end,
            chinese: 3 + top.chinese.max(1),
            scale: 1,
            ratio: true,
            more: top.more,
        }),
        None => Scan::Unreadable(top.end),
    }
}

/// 四分之三: a ratio where it is a finite decimal; 三分之一 has no exact one, so it is not read as a number.
fn fraction(text: &[char], from: usize, below: Exact, below_length: usize, units: &Units) -> Scan {
    if text.get(from).is_some_and(|c| matches!(c, '百' | '千' | '万')) {
        return Scan::Unreadable(from);
    }
    match scan_within(text, from, units, true) {
        // 四分之三分之二
        Scan::Read(top) if text[top.end..].starts_with(&['分', '之']) => Scan::Unreadable(top.end + 2),
        Scan::Read(top) if !top.ratio && below.scale == 0 => match top.value.divided_by(below.mantissa) {
            Some(value) => {
                Scan::Read(Numeral { value, ratio: true, scale: 1, chinese: below_length + 2 + top.chinese, ..top })
            }
            None => Scan::Unreadable(top.end),
        },
        Scan::Read(top) => Scan::Unreadable(top.end),
        Scan::Unreadable(end) => Scan::Unreadable(end),
        Scan::Nothing => Scan::Unreadable(from),
    }
}

/// A numeral in Chinese characters.
fn scan_chinese(text: &[char], at: usize, units: &Units, nested: bool) -> Scan {
    let mut total = Exact::whole(0); // 亿 and above
    let mut section = 0i128; // below 万, then times 万 where that follows
    let mut below_yi = Exact::whole(0); // sections closed by 万
    let mut pending: Option<Exact> = None; // a digit that waits for its scale
    let mut last_scale = 0i128; // the scale before a trailing digit: 一万三 is 13000
    let mut last_small = i128::MAX; // scales fall inside a section
    let mut last_large = i128::MAX;
    let mut zero = false;
    let mut closing = 1i64;
    let mut more = false;
    let mut i = at;
    while let Some(c) = text.get(i).copied() {
        if let Some(d) = digit(c) {
            let run = text[i..].iter().take_while(|c| digit(**c).is_some()).count();
            if d == 0 && run <= 2 && i > at && pending.is_none() {
                zero = true;
                closing = 1;
                i += 1;
                continue;
            }
            if run > 1 {
                return digit_run(text, at, i, run);
            }
            if pending.is_some() {
                return Scan::Unreadable(i + 1);
            }
            pending = Some(Exact::whole(i128::from(d)));
            closing = 1;
            i += 1;
            // A point and digits: 三点五
            if matches!(text.get(i), Some('点' | '點')) && text.get(i + 1).is_some_and(|c| digit(*c).is_some()) {
                let Some(value) = pending.as_mut() else {
                    return Scan::Unreadable(i);
                };
                i += 1;
                while let Some(d) = text.get(i).and_then(|c| digit(*c)) {
                    if value.push_digit(d, true).is_none() {
                        return Scan::Unreadable(i);
                    }
                    i += 1;
                }
            }
            continue;
        }
        if let Some(s) = ten(c).or(small_scale(c)) {
            if units.is_unit_here(text, i) && pending.is_some() {
                break;
            }
            // 百 and 千 need a digit; 十 alone is 10, 廿 is 20.
            let coefficient = match pending.take() {
                Some(p) if p.scale == 0 && s % 10 == 0 && !matches!(c, '廿' | '卅' | '卌') => p.mantissa,
                Some(_) => return Scan::Unreadable(i + 1),
                None if ten(c).is_some() && (i == at || last_scale > 10) => 1,
                None => return Scan::Unreadable(i + 1),
            };
            if s >= last_small {
                return Scan::Unreadable(i + 1);
            }
            section += coefficient * s;
            last_small = if s < 100 { 10 } else { s };
            last_scale = last_small;
            zero = false;
            i += 1;
        } else if let Some(s) = large_scale(c) {
            if units.is_unit_here(text, i) {
                break;
            }
            let Some(mut value) = Exact::whole(section).plus(pending.take().unwrap_or(Exact::whole(0))) else {
                return Scan::Unreadable(i + 1);
            };
            let closes_all = s == 100_000_000;
            if closes_all {
                let Some(sum) = value.plus(below_yi) else {
                    return Scan::Unreadable(i + 1);
                };
                value = sum;
                below_yi = Exact::whole(0);
            }
            // 万亿 after a closed 万 is fine: 一万亿.
            if value.mantissa == 0 || (s >= last_large && !closes_all) {
                return Scan::Unreadable(i + 1);
            }
            let Some(value) = value.times_whole(s) else {
                return Scan::Unreadable(i + 1);
            };
            let target = if closes_all { &mut total } else { &mut below_yi };
            if closes_all && target.mantissa != 0 {
                return Scan::Unreadable(i + 1);
            }
            let Some(sum) = target.plus(value) else {
                return Scan::Unreadable(i + 1);
            };
            *target = sum;
            section = 0;
            last_small = i128::MAX;
            last_large = if closes_all { i128::MAX } else { s };
            last_scale = s;
            zero = false;
            closing = i64::try_from(s).unwrap_or(1);
            i += 1;
        } else if c == '几' && i > at && pending.is_none() {
            more = true;
            i += 1;
        } else if says_more(c) && i > at {
            let after = skip_spaces(text, i + 1);
            let followed = text.get(after).is_none()
                || text.get(after).is_some_and(|c| large_scale(*c).is_some())
                || units.matches(text, after).is_some();
            if !followed {
                break;
            }
            more = true;
            i += 1;
        } else {
            break;
        }
    }
    if let Some(mut p) = pending.take() {
        // 三百五 is 350 and 一万三 is 13000; after 零 the digit is itself.
        if last_scale > 10 && !zero && p.scale == 0 {
            let Some(raised) = p.times_whole(last_scale / 10) else {
                return Scan::Unreadable(i);
            };
            p = raised;
        }
        if !nested && text[i..].starts_with(&['分', '之']) && total.mantissa == 0 {
            let Some(below) = p.plus(Exact::whole(section)) else {
                return Scan::Unreadable(i);
            };
            return fraction(text, i + 2, below, i - at, units);
        }
        if matches!(text.get(i), Some('成')) {
            // 三成, 三成五
            let half = text.get(i + 1).and_then(|c| digit(*c));
            let end = i + 1 + usize::from(half.is_some());
            if closes_word(text, end) && i == at + 1 {
                let tenths = p
                    .times_whole(10)
                    .and_then(|t| t.plus(Exact::whole(i128::from(half.unwrap_or(0)))))
                    .and_then(|t| t.shifted_down(2));
                if let Some(value) = tenths {
                    return Scan::Read(Numeral { value, end, chinese: end - at, scale: 1, ratio: true, more: false });
                }
            }
        }
        if matches!(text.get(i), Some('折')) && closes_word(text, i + 1) {
            return match p.shifted_down(1) {
                Some(value) => {
                    Scan::Read(Numeral { value, end: i + 1, chinese: i + 1 - at, scale: 1, ratio: true, more: false })
                }
                None => Scan::Unreadable(i + 1),
            };
        }
        let Some(sum) = total.plus(p) else {
            return Scan::Unreadable(i);
        };
        total = sum;
    }
    let sum = total.plus(below_yi).and_then(|t| t.plus(Exact::whole(section)));
    let Some(value) = sum else {
        return Scan::Unreadable(i);
    };
    if !nested && section == 10 && i == at + 1 && text[i..].starts_with(&['分', '之']) {
        return fraction(text, i + 2, value, 1, units);
    }
    if section == 10 && i == at + 1 && text.get(i) == Some(&'成') && closes_word(text, i + 1) {
        return Scan::Read(Numeral {
            value: Exact::whole(1),
            end: i + 1,
            chinese: 2,
            scale: 1,
            ratio: true,
            more: false,
        });
    }
    Scan::Read(Numeral { value, end: i, chinese: i - at, scale: closing, ratio: false, more })
}

/// Digits one after the other, without scales: 二〇二一 (where a zero shows that they are read one by one), 九八点五,
/// 八五折. Others (三五个, 二三十) are fuzzy and not one number.
fn digit_run(text: &[char], at: usize, run_at: usize, run: usize) -> Scan {
    let end = run_at + run;
    if run_at != at {
        return Scan::Unreadable(end);
    }
    let digits = &text[at..end];
    let mut value = Exact::whole(0);
    for d in digits.iter().filter_map(|c| digit(*c)) {
        if value.push_digit(d, false).is_none() {
            return Scan::Unreadable(end);
        }
    }
    let read =
        |value, end: usize, ratio| Scan::Read(Numeral { value, end, chinese: end - at, scale: 1, ratio, more: false });
    if text.get(end) == Some(&'折') && run == 2 && closes_word(text, end + 1) {
        return value.shifted_down(2).map_or(Scan::Unreadable(end), |v| read(v, end + 1, true));
    }
    let point = matches!(text.get(end), Some('点' | '點')) && text.get(end + 1).is_some_and(|c| digit(*c).is_some());
    if point {
        let mut i = end + 1;
        while let Some(d) = text.get(i).and_then(|c| digit(*c)) {
            if value.push_digit(d, true).is_none() {
                return Scan::Unreadable(i);
            }
            i += 1;
        }
        return read(value, i, false);
    }
    let followed_by_scale = text.get(end).is_some_and(|c| ten(*c).or(small_scale(*c)).or(large_scale(*c)).is_some());
    let by_position = digits.iter().any(|c| digit(*c) == Some(0)) && !followed_by_scale;
    if by_position { read(value, end, false) } else { Scan::Unreadable(end) }
}
