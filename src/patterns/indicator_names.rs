//! The key that indicators' names are compared by.

use crate::normalize;
use std::borrow::Cow;

/// What is left of a name when numbering, marks, punctuation and brackets that hold a unit are gone:
/// `1.★参保人数（人）` → `参保人数`. Of punctuation only `/` and `.` stay, for units in names (`116元/人/年`).
/// Borrowed where nothing is gone.
pub(super) fn name_key(name: &str) -> Cow<'_, str> {
    let key = normalize::folded(name);
    let text = without_number(&key);
    let text = text.strip_prefix("其中").unwrap_or(text);
    let mut out = String::new();
    // What stays is copied run by run, from `run` on.
    let (mut run, mut at) = (0, 0);
    while let Some(byte) = text.as_bytes().get(at) {
        // Ideographs from U+5000 to U+9FFF, told by their first byte.
        if matches!(byte, 0xE5..=0xE9) {
            at += 3;
            continue;
        }
        let rest = &text[at..];
        let Some(c) = rest.chars().next() else { break };
        let bracket = if c == '(' { rest.find(')') } else { None };
        let left_out = match bracket.filter(|end| holds_unit(&rest[1..*end])) {
            Some(end) => end + 1,
            None if matches!(c, '\u{4E00}'..='\u{9FFF}' | '/' | '.') || c.is_alphanumeric() => {
                at += c.len_utf8();
                continue;
            }
            None => c.len_utf8(),
        };
        out.push_str(&text[run..at]);
        at += left_out;
        run = at;
    }
    if run == 0 && text.len() == key.len() && !text.ends_with(['.', '/']) {
        return key;
    }
    out.push_str(&text[run..]);
    let end = out.trim_end_matches(['.', '/']).len();
    out.truncate(end);
    Cow::Owned(out)
}

/// `1.`, `(1)`, `3)`: numbering, never the start of a year or an amount.
fn without_number(key: &str) -> &str {
    let key = key.trim_start_matches(['★', '☆', '*', '·', '-', '△', '▲']);
    let inner = key.strip_prefix('(').unwrap_or(key);
    let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
    if digits == 0 || digits > 2 {
        return key;
    }
    match inner[digits..].strip_prefix(['.', ',', ')', ':']) {
        Some(rest) if !rest.starts_with(|c: char| c.is_ascii_digit()) => rest,
        _ => key,
    }
}

/// A bracket's content that says a unit and not what is measured: 人, %, 万元, ≥90%, ≥**人.
fn holds_unit(inside: &str) -> bool {
    inside.chars().nth(4).is_none() || inside.chars().all(|c| !c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::name_key;

    #[test]
    fn a_name_keeps_its_words_alone() {
        for (name, key) in [
            ("参保人数（人）", "参保人数"),
            ("1.★参保 人数(人):", "参保人数"),
            ("（2）各级财政实际补助标准（元）", "各级财政实际补助标准"),
            ("当年各级财政补助资金到位率（％）", "当年各级财政补助资金到位率"),
            ("实行按病种（组）、按人头付费", "实行按病种按人头付费"),
            ("“一站式”即时结算", "一站式即时结算"),
            ("１１６ 元/人/年", "116元/人/年"),
            ("其中：桃树种植面积", "桃树种植面积"),
            ("2022年参保人数", "2022年参保人数"),
            ("1.5万人参保", "1.5万人参保"),
            ("（", ""),
            ("", ""),
        ] {
            assert_eq!(name_key(name), key, "{name}");
        }
    }
}
