//! Characters: OCR markup read as what it means, full-width forms folded, keys for matching. Raw text never changes;
//! reading a text as a quantity belongs to `mapping`, where header and unit are known.
//!
//! Comes in: the text of a cell, a line, a field. Goes out: [`plain`] (markup gone), [`display`] (one clean line),
//! [`paragraphs`] (the same, line by line), [`key`] (for comparing). All are linear in the text's length.

mod entities;
mod last_number;
mod latex;
mod markup;
mod radicals;
mod traditional;
mod width;

pub(crate) use last_number::last_number;
pub use markup::plain;
pub use width::is_cjk;

use std::borrow::Cow;
use unicode_normalization::UnicodeNormalization;

/// A text as it is shown, on one line: markup read, full-width letters, digits and signs as ASCII, radicals folded,
/// CJK punctuation kept; white space at the ends and inside CJK text is gone, between two Latin words it is one space.
///
/// Borrowed where nothing changes.
pub fn display(raw: &str) -> Cow<'_, str> {
    match plain(raw) {
        Cow::Borrowed(text) => width::one_line(text),
        Cow::Owned(text) => Cow::Owned(width::one_line(&text).into_owned()),
    }
}

/// Is a text of nothing but ideographs, digits, Latin letters and signs that [`display`] leaves alone? Only yes is sure. Short
/// values nearly always are, and are told without a look at each character.
pub(crate) fn stays_as_it_is(text: &str) -> bool {
    text.as_bytes().iter().fold(true, |all, byte| all & STAYS[usize::from(*byte)])
}

/// Bytes of such texts: no white space, nothing that may be markup, of longer characters those from U+4000 to U+9FFF.
const STAYS: [bool; 256] = {
    let mut stays = [false; 256];
    let mut byte = 0x21;
    while byte < 0xEA {
        let markup = matches!(byte as u8, b'$' | b'\\' | b'<' | b'&' | b'*' | b'[');
        stays[byte] = byte < 0x7F && !markup || (byte >= 0x80 && byte < 0xC0) || byte >= 0xE4;
        byte += 1;
    }
    stays
};

/// As [`display`], line by line: blank lines dropped, the others joined by `\n`. For goals and reasons.
pub fn paragraphs(raw: &str) -> String {
    let text = plain(raw);
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let line = width::one_line(line);
        if line.is_empty() {
            continue;
        }
        if !out.is_empty() {
            out.push('\n');
        }
        out.push_str(&line);
    }
    out
}

/// A CJK unified ideograph of the basic block.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

/// The simplified form of a traditional character; others as they are.
pub(crate) fn simplified(c: char) -> char {
    traditional::table().of(c)
}

/// What texts are compared by: [`plain`], radicals folded, NFKC, lower case, no white space, traditional characters as
/// simplified ones, and one form for the
/// brackets, quotes, dashes and dots that NFKC tells apart. Never shown.
pub fn key(raw: &str) -> String {
    folded(raw).into_owned()
}

/// The same; borrowed where nothing changes, as of most names.
pub(crate) fn folded(raw: &str) -> Cow<'_, str> {
    match plain(raw) {
        Cow::Borrowed(text) => key_of_plain(text),
        Cow::Owned(text) => Cow::Owned(key_of_plain(&text).into_owned()),
    }
}

/// The key of a text without markup.
fn key_of_plain(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return text.bytes().filter(|b| !b.is_ascii_whitespace()).map(|b| char::from(b.to_ascii_lowercase())).collect();
    }
    key_of_usual(text).unwrap_or_else(|| {
        let folded = text.chars().map(radicals::fold).nfkc().filter(|c| !c.is_whitespace());
        folded.flat_map(char::to_lowercase).map(one_form).collect()
    })
}

/// The key of a text in which every character stands for itself or for one other, whatever its neighbours: nearly all
/// texts. NFKC, which must look for marks that join the character before, costs ten times as much.
fn key_of_usual(text: &str) -> Option<Cow<'_, str>> {
    let simplified = traditional::table();
    let mut out = String::new();
    // What stands for itself is copied run by run, from here on.
    let mut run = 0;
    for (at, c) in text.char_indices() {
        let folded = match c {
            'A'..='Z' => Some(c.to_ascii_lowercase()),
            '\t' | '\n' | '\u{b}' | '\u{c}' | '\r' | ' ' | '\u{3000}' => None,
            '\0'..='\u{7F}' => continue,
            // Ideographs.
            '\u{4E00}'..='\u{9FA5}' => match simplified.of(c) {
                same if same == c => continue,
                other => Some(other),
            },
            // Full-width ASCII stands in the order of ASCII.
            '\u{FF01}'..='\u{FF5E}' => Some(char::from((c as u32 - 0xFEE0) as u8).to_ascii_lowercase()),
            // The signs of forms that NFKC leaves alone.
            '、' | '。' | '《' | '》' | '·' | '×' | '≥' | '≤' | '★' | '☆' | '☑' | '□' | '【' | '】' | '〔' | '〕'
            | '“' | '”' | '‘' | '’' | '—' | '–' | '−' => Some(one_form(c)),
            _ => return None,
        };
        if run == 0 {
            out = String::with_capacity(text.len());
        }
        out.push_str(&text[run..at]);
        out.extend(folded);
        run = at + c.len_utf8();
    }
    if run == 0 {
        return Some(Cow::Borrowed(text));
    }
    out.push_str(&text[run..]);
    Some(Cow::Owned(out))
}

/// What an ideograph or a digit is in a key, whatever its neighbours.
pub(crate) fn key_of_ideograph(c: char) -> char {
    one_form(c)
}

/// One form for brackets, quotes, dashes and dots that NFKC tells apart.
fn one_form(c: char) -> char {
    match c {
        '【' | '〔' | '﹝' | '〖' => '[',
        '】' | '〕' | '﹞' | '〗' => ']',
        '“' | '”' | '„' | '「' | '」' | '『' | '』' => '"',
        '‘' | '’' | '′' => '\'',
        '—' | '–' | '―' | '‐' | '‑' | '−' | '─' => '-',
        '〜' | '∼' => '~',
        '•' | '・' | '‧' | '∙' | '⋅' => '·',
        '、' => ',',
        '。' => '.',
        other => traditional::table().of(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn display_cases() {
        let cases = [
            (" 数 量 指 标 ", "数量指标"),
            ("９８．５％", "98.5%"),
            ("＞＝９０％", ">=90%"),
            ("普通居民 61 元/人/年; 特殊人员 140 元/人/年", "普通居民61元/人/年;特殊人员140元/人/年"),
            ("WIFI  in\tthe hall", "WIFI in the hall"),
            ("参保人数\n（人）", "参保人数（人）"),
            ("一、数量：甲；乙，丙。", "一、数量：甲；乙，丙。"),
            ("⼾籍⺠⽣", "户籍民生"),
            ("面积㎡①", "面积㎡①"),
            ("≥ 90 %", "≥90%"),
            ("年\u{a0}度\u{3000}目标\u{200b}", "年度目标"),
            ("10 20", "10 20"),
            ("６～９个月", "6～9个月"),
            ("不\u{f967}", "不不"),
        ];
        for (raw, expected) in cases {
            assert_eq!(display(raw), expected, "{raw:?}");
        }
        assert!(matches!(display("普遍知晓"), Cow::Borrowed(_)));
    }

    #[test]
    fn paragraphs_keep_lines() {
        assert_eq!(paragraphs("<p>目标 1：完成。</p>\r\n\n<p>目标2：达到９０％</p>"), "目标1：完成。\n目标2：达到90%");
        assert_eq!(paragraphs("\n \n"), "");
    }

    #[test]
    fn keys_fold_what_does_not_matter() {
        assert_eq!(key("全年执行数（Ｂ）"), key("全年 执行数(b)"));
        assert_eq!(key("其中：中央补助"), "其中:中央补助");
        assert_eq!(key("⼾籍（㎡）"), "户籍(m2)");
        assert_eq!(key("ABC d"), "abcd");
    }

    /// The key by its definition.
    fn slow_key(text: &str) -> String {
        let folded = plain(text).chars().map(radicals::fold).nfkc().filter(|c| !c.is_whitespace()).collect::<String>();
        folded.chars().flat_map(char::to_lowercase).map(one_form).collect()
    }

    #[test]
    fn the_short_way_to_a_key_gives_the_same_key_for_every_character() {
        for c in '\0'..='\u{FFFF}' {
            // Beside a character that NFKC could join it with or split it from.
            let text = format!("年{c}A");
            assert_eq!(key(&text), slow_key(&text), "U+{:04X}", c as u32);
        }
    }

    proptest! {
        #[test]
        fn the_short_way_to_a_key_gives_the_same_key(text in "[ -~　！-～一-龥、。《》·×≥≤★□【】“”‘’—–①é\u{301}ｶﾞ]{0,20}") {
            prop_assert_eq!(key(&text), slow_key(&text));
        }

        #[test]
        fn what_stays_as_it_is_is_displayed_so(text in "[!-~一-龥㐀-䶿　-〿！-～ ]{0,6}") {
            prop_assert!(!stays_as_it_is(&text) || display(&text) == text);
        }

        #[test]
        fn no_text_panics_and_display_is_stable(text in any::<String>()) {
            let once = width::one_line(&text).into_owned();
            prop_assert_eq!(width::one_line(&once).into_owned(), once);
            let _ = (display(&text), paragraphs(&text), key(&text));
        }

        #[test]
        fn markup_soup_does_not_panic(text in r"([$\\{}^_<>/&;*\[\]a-z0-9≥人 \n]|\\geq|<p>|</p>|<br>|&ge;|\*\*|\$|\\frac|<input type=checkbox checked>){0,40}") {
            let _ = (display(&text), paragraphs(&text), key(&text));
        }
    }
}
