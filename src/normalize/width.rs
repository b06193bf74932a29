//! Full-width letters, digits and signs as ASCII; compatibility characters as what they stand for; white space that
//! means nothing taken out. CJK punctuation stays as it is printed.

use super::radicals;
use std::borrow::Cow;
use unicode_normalization::char::decompose_compatible;

/// Is this a character of CJK text: an ideograph, kana, or punctuation set as wide as one?
pub fn is_cjk(c: char) -> bool {
    matches!(c,
        '\u{2E80}'..='\u{9FFF}' | '\u{AC00}'..='\u{D7AF}' | '\u{F900}'..='\u{FAFF}' | '\u{FE30}'..='\u{FE4F}'
        | '\u{FF00}'..='\u{FFEF}' | '\u{20000}'..='\u{3FFFF}' | '“' | '”' | '‘' | '’' | '—' | '…' | '·' | '★' | '☑' | '□')
}

/// The character shown for one of the source.
pub(super) fn fold(c: char) -> char {
    match c {
        '\0'..='\u{2E7F}' => c,
        // Punctuation that Chinese sets full-width on purpose.
        '！' | '，' | '（' | '）' | '：' | '；' | '？' | '～' | '［' | '］' | '｛' | '｝' | '＂' | '＇' => {
            c
        }
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        // Brackets and marks set for vertical text.
        '︵' => '（',
        '︶' => '）',
        '︻' => '【',
        '︼' => '】',
        '︹' => '〔',
        '︺' => '〕',
        '︰' => '：',
        '︐' => '，',
        '︑' => '、',
        '︒' => '。',
        '﹪' => '%',
        '﹥' => '>',
        '﹤' => '<',
        '﹦' => '=',
        '﹢' => '+',
        '﹣' => '-',
        '\u{2E80}'..='\u{2FD5}' => radicals::fold(c),
        // Canonical doubles of ideographs, mathematical letters and digits, Latin ligatures.
        '\u{F900}'..='\u{FAD9}' | '\u{1D400}'..='\u{1D7FF}' => {
            let mut folded = c;
            decompose_compatible(c, |d| folded = d);
            folded
        }
        _ => c,
    }
}

/// One line: characters folded, white space at the ends dropped, inside kept (as one space) only where it parts two
/// words that need it. Borrowed where nothing changes.
pub(super) fn one_line(text: &str) -> Cow<'_, str> {
    let text = text.trim_matches(is_space);
    let first = staying(text);
    if first == text.len() {
        return Cow::Borrowed(text);
    }
    // What stays is copied run by run, up to the next character that does not.
    let mut out = String::with_capacity(text.len());
    out.push_str(&text[..first]);
    let mut rest = &text[first..];
    let mut space = false;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        if is_space(c) {
            space = true;
            continue;
        }
        let c = fold(c);
        if space && out.chars().next_back().is_some_and(|last| parted_by_space(last, c)) {
            out.push(' ');
        }
        space = false;
        out.push(c);
        let run = staying(rest);
        out.push_str(&rest[..run]);
        rest = &rest[run..];
    }
    Cow::Owned(out)
}

/// How many bytes the characters take that the text begins with and that stay as they are.
fn staying(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'!'..=b'~' => at += 1,
            // Ideographs from U+5000 to U+9FFF: nearly every other character of such texts, told by its first byte.
            0xE5..=0xE9 => at += 3,
            // … and from U+4E00 on.
            0xE4 if bytes.get(at + 1).is_some_and(|next| *next >= 0xB8) => at += 3,
            _ => match text.get(at..).and_then(|rest| rest.chars().next()) {
                Some(c) if !is_space(c) && fold(c) == c => at += c.len_utf8(),
                _ => return at,
            },
        }
    }
    at
}

fn is_space(c: char) -> bool {
    c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}')
}

/// Does a space between these two say something? Between Latin words and numbers it does; next to CJK characters,
/// and between a number and its sign, it does not.
fn parted_by_space(left: char, right: char) -> bool {
    let compares = matches!(left, '≥' | '≤' | '≧' | '≦' | '<' | '>' | '=' | '≈');
    !(is_cjk(left) || is_cjk(right) || compares || matches!(right, '%' | '‰'))
}
