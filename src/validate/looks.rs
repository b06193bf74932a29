//! How a text looks, told in one pass over it: signs that no print has, brackets left open, numbers that a misreading broke.

use crate::normalize::is_ideograph;

/// What a text shows of how it was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Looks {
    /// Characters.
    pub(super) length: usize,
    /// It holds an ASCII digit.
    pub(super) digits: bool,
    /// A sign that no print of a form has, or a lone small Latin letter among other characters.
    pub(super) odd_sign: bool,
    /// A bracket lacks its other half.
    pub(super) open: bool,
    /// A letter or sign that looks like a digit stands beside a digit or a decimal point.
    pub(super) misread_number: bool,
    /// White space inside a number, two signs in a row, a point at its edge.
    pub(super) broken_number: bool,
}

impl Looks {
    pub(super) fn of(text: &str) -> Looks {
        let bytes = text.as_bytes();
        // One pass without a decision tells of many texts that nothing in them is worth a look.
        let (mut seen, mut length) = (0, 0);
        for byte in bytes {
            seen |= SEEN[usize::from(*byte)];
            length += usize::from(is_first(*byte));
        }
        let mut looks = Looks { length, digits: seen & DIGIT != 0, ..Looks::default() };
        if seen & TELLS == 0 {
            return looks;
        }
        let tells = |byte: &u8| SEEN[usize::from(*byte)] & TELLS != 0;
        let mut depth = 0i32;
        let mut from = 0;
        while let Some(at) = bytes[from..].iter().position(tells).map(|at| from + at) {
            from = at + 1;
            let byte = bytes[at];
            if byte.is_ascii() {
                let before = if at == 0 { 0 } else { bytes[at - 1] };
                let behind = bytes.get(at + 1).copied().unwrap_or(0);
                looks.odd_sign |= is_no_print(byte) || is_lone(before, byte, behind);
                looks.odd_sign |= byte == b'.' && before >= 0x80 && behind >= 0x80 && is_in_words(text, at);
                looks.misread_number |= is_like_a_digit(byte) && (is_numeric(before) || is_numeric(behind));
                looks.broken_number |= at > 0 && is_broken(before, byte, behind);
                depth += i32::from(matches!(byte, b'(' | b'[')) - i32::from(matches!(byte, b')' | b']'));
            } else if byte == LAST_OF_STROKE {
                looks.odd_sign |= bytes[..from].ends_with("丨".as_bytes());
            } else if let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) {
                looks.odd_sign |= match c {
                    '\u{fffd}' | '？' => true,
                    '〇' => !is_in_number(text, at),
                    _ => false,
                };
                depth += i32::from(matches!(c, '（' | '【' | '《')) - i32::from(matches!(c, '）' | '】' | '》'));
            }
        }
        looks.open = depth != 0;
        looks
    }
}

const fn is_no_print(byte: u8) -> bool {
    matches!(byte, b'$' | b'\\' | b'|' | b'^' | b'~' | b'?' | b'!' | b'_' | b'#' | b'@' | b'{' | b'}')
}

/// A small letter with no other letter beside it.
fn is_lone(before: u8, byte: u8, behind: u8) -> bool {
    byte.is_ascii_lowercase() && !before.is_ascii_alphabetic() && !behind.is_ascii_alphabetic()
}

/// Does the full stop at `at` part two ideographs: 设施.收?
fn is_in_words(text: &str, at: usize) -> bool {
    let (before, behind) = (text[..at].chars().next_back(), text[at + 1..].chars().next());
    before.is_some_and(is_ideograph) && behind.is_some_and(is_ideograph)
}

/// Has the zero at `at`, written as a circle, another numeral within two characters: 二〇二三, 一百〇五? Else it was a character
/// (文物〇护).
fn is_in_number(text: &str, at: usize) -> bool {
    let is_numeral = |c: char| "一二三四五六七八九十百千〇○零".contains(c) || c.is_ascii_digit();
    let before = text[..at].chars().rev().take(2);
    before.chain(text[at..].chars().skip(1).take(2)).any(is_numeral)
}

fn is_numeric(byte: u8) -> bool {
    byte.is_ascii_digit() || byte == b'.'
}

/// The last byte of 丨, an ideograph that no form prints; few others end with it.
const LAST_OF_STROKE: u8 = 0xA8;

/// A byte that a look is worth: an ASCII character that can be odd by itself or where it stands, the first byte of 〇, of the
/// replacement character, of full-width question marks and brackets, and the last byte of 丨.
const TELLS: u8 = 1;
const DIGIT: u8 = 2;

/// What each byte of a text is.
const SEEN: [u8; 256] = {
    let mut seen = [0; 256];
    let mut byte = 0;
    while byte < 256 {
        let tells = is_no_print(byte as u8)
            || (byte as u8).is_ascii_alphabetic()
            || matches!(byte as u8, b' ' | b'.' | b',' | b'(' | b')' | b'[' | b']' | 0xE3 | 0xEF | LAST_OF_STROKE);
        let digit = (byte as u8).is_ascii_digit();
        seen[byte] = if tells { TELLS } else { 0 } | if digit { DIGIT } else { 0 };
        byte += 1;
    }
    seen
};

/// Does a character begin with this byte?
fn is_first(byte: u8) -> bool {
    byte & 0xC0 != 0x80
}

fn is_like_a_digit(byte: u8) -> bool {
    matches!(
        byte,
        b'O' | b'o'
            | b'Q'
            | b'D'
            | b'I'
            | b'i'
            | b'l'
            | b'|'
            | b'!'
            | b'S'
            | b's'
            | b'B'
            | b'b'
            | b'Z'
            | b'z'
            | b'q'
            | b'g'
    )
}

fn is_broken(before: u8, byte: u8, behind: u8) -> bool {
    match byte {
        b' ' => before.is_ascii_digit() && (behind.is_ascii_digit() || behind == b'.'),
        b'.' | b',' => {
            matches!(before, b'.' | b',' | b' ') && behind.is_ascii_digit()
                || before.is_ascii_digit() && matches!(behind, b'%' | b' ' | 0)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_that_recognition_damaged_are_told() {
        for bad in ["1O0%", "l00", "9S.5%", "≥9O%", "3B人"] {
            assert!(Looks::of(bad).misread_number, "{bad}");
        }
        for good in ["100%", "≥90%", "5G", "PM2.5", "100kW", "3 km"] {
            assert!(!Looks::of(good).misread_number, "{good}");
        }
        for bad in ["98 .5%", "1 00", "98..5", "95.%", "12,346."] {
            assert!(Looks::of(bad).broken_number, "{bad}");
        }
        for good in ["98.5%", "1,234.5", "12 人", "1.完成"] {
            assert!(!Looks::of(good).broken_number, "{good}");
        }
    }

    #[test]
    fn texts_that_recognition_damaged_are_told() {
        for bad in ["参保l人数", "参保?人数", "资金\\到位率", "监丨站运维数量", "文物〇护", "设施.收合格率", "到位率？"]
        {
            assert!(Looks::of(bad).odd_sign, "{bad}");
        }
        for good in
            ["参保人数（人）", "DRG付费覆盖率", "“一站式”结算", "二〇二三年参保人数", "1.参保人数", "一〇五户", "PM2.5"]
        {
            assert!(!Looks::of(good).odd_sign, "{good}");
        }
        assert!(Looks::of("参保人数（人").open && !Looks::of("参保人数（人）").open);
        assert_eq!(Looks::of("参保 9 人").length, 6);
    }
}
