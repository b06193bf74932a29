//! Markup that recognisers, Markdown writers and Word dumps leave in a text, read as what it means.

use super::{entities, latex};
use std::borrow::Cow;

/// How far a formula, a bold span or a bookmark is followed, in bytes: cells are short, and the bound keeps hostile
/// text linear.
const SPAN_LIMIT: usize = 400;

/// The text without markup: LaTeX signs, inline HTML, entities, Markdown bold, Word's bookmark marks. Control
/// characters, zero-width marks and soft hyphens are dropped; no-break and wide spaces become spaces; `\r\n` and `\r`
/// become `\n`. What is not surely markup (`<5%`, `≥**人`, `$100`) stays.
///
/// Borrowed where nothing changes.
pub fn plain(raw: &str) -> Cow<'_, str> {
    let Some(first) = first_mark(raw) else {
        return Cow::Borrowed(raw);
    };
    let mut out = String::with_capacity(raw.len());
    out.push_str(&raw[..first]);
    let mut rest = &raw[first..];
    // Where the last search for a closing mark failed, the next one need not look again.
    let mut no_bold_before = 0usize;
    let mut open_bold = false;
    while let Some(c) = rest.chars().next() {
        let at = raw.len() - rest.len();
        let used = match c {
            '$' => formula(rest, &mut out),
            '\\' => latex::command(rest).map(|(meaning, length)| {
                match meaning {
                    latex::Command::Sign(sign) => out.push(sign),
                    latex::Command::Nothing | latex::Command::Fraction => {}
                }
                length
            }),
            '<' => tag(rest, &mut out),
            '&' => entities::read(rest).map(|(c, length)| {
                out.push(c);
                length
            }),
            '[' => bookmark(rest),
            '*' => {
                let run = rest.bytes().take_while(|b| *b == b'*').count();
                if run == 2 && open_bold {
                    open_bold = false;
                    Some(2)
                } else if run == 2 && at >= no_bold_before && opens_bold(&out, rest, &mut no_bold_before, at) {
                    open_bold = true;
                    Some(2)
                } else {
                    out.push_str(&rest[..run]);
                    Some(run)
                }
            }
            '\r' => {
                out.push('\n');
                Some(if rest.starts_with("\r\n") { 2 } else { 1 })
            }
            '\n' | '\t' => None,
            '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => {
                out.push('\n');
                Some(c.len_utf8())
            }
            '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' => {
                Some(c.len_utf8())
            }
            '\u{fe00}'..='\u{fe0f}' => Some(c.len_utf8()),
            c if c.is_control() => Some(c.len_utf8()),
            '\u{a0}' | '\u{3000}' | '\u{1680}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' => {
                out.push(' ');
                Some(c.len_utf8())
            }
            _ => None,
        };
        match used {
            Some(length) => rest = &rest[length..],
            None => {
                out.push(c);
                rest = &rest[c.len_utf8()..];
                let quiet = first_mark(rest).unwrap_or(rest.len());
                out.push_str(&rest[..quiet]);
                rest = &rest[quiet..];
            }
        }
    }
    Cow::Owned(out)
}

/// Offset of the first byte that may begin markup or a character that changes.
fn first_mark(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut from = 0;
    loop {
        let at = from + bytes[from..].iter().position(|b| MAY_MARK[usize::from(*b)])?;
        if marks(bytes, at) {
            return Some(at);
        }
        from = at + 1;
    }
}

/// Bytes at which [`marks`] may be true: nearly none of a usual text.
const MAY_MARK: [bool; 256] = {
    let mut may = [false; 256];
    let mut byte = 0;
    while byte < 256 {
        may[byte] = matches!(
            byte as u8,
            b'$' | b'\\' | b'<' | b'&' | b'*' | b'[' | 0..=0x08 | 0x0B..=0x1F | 0x7F | 0xC2 | 0xE1 | 0xE2 | 0xE3 | 0xEF
        );
        byte += 1;
    }
    may
};

/// Whether markup, or a character that changes, may begin here.
fn marks(bytes: &[u8], at: usize) -> bool {
    match bytes[at] {
        // U+0080–00A0, U+00AD
        0xC2 => bytes.get(at + 1).is_some_and(|n| *n <= 0xA0 || *n == 0xAD),
        // U+1680
        0xE1 => bytes.get(at + 1) == Some(&0x9A),
        // U+2000–200F, 2028–202F, 205F–2064
        0xE2 => match bytes.get(at + 1) {
            Some(0x80) => bytes.get(at + 2).is_some_and(|n| *n <= 0x8F || (0xA8..=0xAF).contains(n)),
            Some(0x81) => bytes.get(at + 2).is_some_and(|n| (0x9F..=0xA4).contains(n)),
            _ => false,
        },
        // U+3000
        0xE3 => bytes.get(at + 1) == Some(&0x80) && bytes.get(at + 2) == Some(&0x80),
        // U+FE00–FE0F, U+FEFF
        0xEF => match bytes.get(at + 1) {
            Some(0xB8) => bytes.get(at + 2).is_some_and(|n| *n <= 0x8F),
            Some(0xBB) => bytes.get(at + 2) == Some(&0xBF),
            _ => false,
        },
        byte => MAY_MARK[usize::from(byte)],
    }
}

/// `text` cut to the span limit, at a character's edge.
fn bounded(text: &str) -> &str {
    let mut end = text.len().min(SPAN_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// `$…$` on one line. Returns the bytes used, or nothing where the dollar is only a dollar.
fn formula(text: &str, out: &mut String) -> Option<usize> {
    let double = text.starts_with("$$");
    let fence = if double { 2 } else { 1 };
    let inside = bounded(&text[fence..]);
    let end = inside.bytes().position(|b| b == b'$' || b == b'\n').filter(|end| inside.as_bytes()[*end] == b'$')?;
    let content = &inside[..end];
    if !latex::is_formula(content) {
        return None;
    }
    latex::write_formula(content, out);
    let mut used = fence + end + 1;
    if double && text[used..].starts_with('$') {
        used += 1;
    }
    Some(used)
}

/// `[bookmark: _GoBack]`, as Word's text export leaves it.
fn bookmark(text: &str) -> Option<usize> {
    if !text.starts_with("[bookmark:") {
        return None;
    }
    bounded(text).bytes().position(|b| b == b']').map(|end| end + 1)
}

/// An HTML tag of those found inside cells; anything else that starts with `<` is a sign.
fn tag(text: &str, out: &mut String) -> Option<usize> {
    let inside = bounded(&text[1..]);
    if inside.starts_with("!--") {
        return bounded(text).find("-->").map(|end| end + 3);
    }
    let name_at = usize::from(inside.starts_with('/'));
    if !inside.as_bytes().get(name_at)?.is_ascii_alphabetic() {
        return None;
    }
    let end = inside.bytes().position(|b| b == b'>' || b == b'<').filter(|end| inside.as_bytes()[*end] == b'>')?;
    let body = &inside[name_at..end];
    let name_end = body.bytes().position(|b| !b.is_ascii_alphanumeric()).unwrap_or(body.len());
    let name = body[..name_end].to_ascii_lowercase();
    let closing = name_at == 1;
    let attributes = body[name_end..].trim().trim_end_matches('/');
    // `a<b 且 c>d` compares; attributes are written with `=`, or are one English word.
    let plausible = attributes.contains('=') || attributes.bytes().all(|b| b.is_ascii_alphabetic() || b == b' ');
    if !plausible || body[name_end..].starts_with(|c: char| !(c.is_whitespace() || c == '/')) {
        return None;
    }
    match name.as_str() {
        "br" | "p" | "div" | "li" | "tr" | "ul" | "ol" | "table" | "tbody" | "thead" | "h1" | "h2" | "h3" | "h4"
        | "h5" | "h6" => {
            if !out.is_empty() && !out.ends_with('\n') {
                out.push('\n');
            }
        }
        "td" | "th" => out.push(' '),
        "input" => out.push(if is_checked(&body[name_end..]) { '☑' } else { '□' }),
        "sup" if !closing => {
            let after = &text[end + 2..];
            for (digit, raised) in [('2', '²'), ('3', '³')] {
                if after.strip_prefix(digit).is_some_and(|rest| rest.starts_with("</sup>")) {
                    out.push(raised);
                    return Some(end + 2 + 1 + "</sup>".len());
                }
            }
        }
        "sup" | "sub" | "span" | "b" | "i" | "u" | "s" | "strong" | "em" | "font" | "img" | "a" | "center" | "del"
        | "ins" | "small" | "big" | "label" | "figure" | "mark" => {}
        _ => return None,
    }
    Some(end + 2)
}

fn is_checked(attributes: &str) -> bool {
    let attributes = attributes.to_ascii_lowercase();
    attributes
        .find("checked")
        .is_some_and(|at| !attributes[at + "checked".len()..].trim_start_matches(['=', '"', '\'']).starts_with("false"))
}

/// Does a `**` here open bold text that closes on this line? A mask such as `≥**人` does not.
fn opens_bold(before: &str, text: &str, no_bold_before: &mut usize, at: usize) -> bool {
    let is_sign = |c: char| matches!(c, '≥' | '≤' | '>' | '<' | '=' | '＞' | '＜' | '＝' | '≧' | '≦' | '×');
    let inside = bounded(&text[2..]);
    let line = inside.split('\n').next().unwrap_or_default();
    let Some(end) = line.find("**") else {
        *no_bold_before = at + 2 + line.len();
        return false;
    };
    let content = &line[..end];
    !before.chars().next_back().is_some_and(|c| is_sign(c) || c.is_ascii_digit())
        && !content.is_empty()
        && !content.starts_with(char::is_whitespace)
        && !content.ends_with(|c: char| c.is_whitespace() || is_sign(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_read_as_what_it_means() {
        let cases = [
            (r"$\geq 33\%$", "≥33%"),
            (r"$\leq X$", "≤X"),
            (r"分值 $\times B/A$", "分值 ×B/A"),
            (r"\geq 90\%", "≥ 90%"),
            (r"$65\% \sim 75\%$", "65%~75%"),
            (r"100 $\mathrm{~m}^{2}$", "100 m²"),
            (r"$36^{\circ}$", "36°"),
            (r"$\frac{B}{A}$", "B/A"),
            (r"$10^{5}$", "10^5"),
            ("$100元 and $200元", "$100元 and $200元"),
            (r"C:\data", r"C:\data"),
            ("a<br>b<br/>c", "a\nb\nc"),
            ("<p>一</p><p>二</p>", "一\n二\n"),
            (r#"<input checked="" type="checkbox"/>是 <input type="checkbox"/>否"#, "☑是 □否"),
            ("<5%", "<5%"),
            ("a<b 且 c>d", "a<b 且 c>d"),
            ("m<sup>2</sup>", "m²"),
            ("&ge;90&#37;&nbsp;", "≥90% "),
            ("A&B", "A&B"),
            ("**合计**", "合计"),
            ("参保人数（≥**人）", "参保人数（≥**人）"),
            ("（≥**人）和（≥**元）", "（≥**人）和（≥**元）"),
            ("[bookmark: _GoBack]项目名称", "项目名称"),
            ("a\0b\u{7}c\u{feff}d\u{ad}", "abcd"),
            ("一\r\n二\r三", "一\n二\n三"),
            ("全\u{3000}年\u{a0}数", "全 年 数"),
        ];
        for (raw, expected) in cases {
            assert_eq!(plain(raw), expected, "{raw:?}");
        }
    }

    #[test]
    fn plain_text_is_borrowed() {
        for raw in ["普遍知晓", "≥90%", "，。：；（）“”～—…\n第二行\t3", ""] {
            assert!(matches!(plain(raw), Cow::Borrowed(_)), "{raw:?}");
        }
    }
}
