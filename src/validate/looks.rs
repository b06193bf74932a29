//! How a text looks, told in one pass over it: signs that no print has, brackets left open, numbers that a misreading broke.

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
        let mut looks = Looks::default();
        let mut depth = 0i32;
        let (mut second_before, mut before) = ('\0', '\0');
        let mut rest = text.chars();
        while let Some(c) = rest.next() {
            looks.length += 1;
            if c.is_ascii() {
                // Only what stands beside ASCII characters makes a number odd.
                let behind = rest.clone().next().unwrap_or('\0');
                looks.digits |= c.is_ascii_digit();
                looks.odd_sign |= is_no_print(c) || is_lone(before, c, behind) || is_stop_in_words(before, c, behind);
                looks.misread_number |= is_misread(before, c);
                looks.broken_number |= looks.length > 1 && is_broken(before, c, behind);
            } else {
                looks.odd_sign |=
                    matches!(c, '\u{fffd}' | '？' | '丨') || is_lost_sign(second_before, before, c, &rest);
            }
            match c {
                '(' | '（' | '[' | '【' | '《' => depth += 1,
                ')' | '）' | ']' | '】' | '》' => depth -= 1,
                _ => {}
            }
            (second_before, before) = (before, c);
        }
        looks.open = depth != 0;
        looks
    }
}

fn is_no_print(c: char) -> bool {
    matches!(c, '$' | '\\' | '|' | '^' | '~' | '?' | '!' | '_' | '#' | '@' | '{' | '}')
}

/// A small letter with no other letter beside it.
fn is_lone(before: char, c: char, behind: char) -> bool {
    c.is_ascii_lowercase() && !before.is_ascii_alphabetic() && !behind.is_ascii_alphabetic()
}

/// A full stop of Latin text between two ideographs: 设施.收.
fn is_stop_in_words(before: char, c: char, behind: char) -> bool {
    c == '.' && is_ideograph(before) && is_ideograph(behind)
}

/// A zero written as a circle with no other numeral beside it: 文物〇护.
fn is_lost_sign(second_before: char, before: char, c: char, rest: &std::str::Chars<'_>) -> bool {
    let is_numeral = |c: char| "一二三四五六七八九十〇○零".contains(c) || c.is_ascii_digit();
    // 二〇二三, 2〇 and the like.
    let beside = || [second_before, before].into_iter().chain(rest.clone().take(2)).any(is_numeral);
    c == '〇' && !beside()
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{4E00}'..='\u{9FFF}')
}

/// Does one of two neighbours belong to a number, and the other look like a part of one without being one?
fn is_misread(before: char, c: char) -> bool {
    let numeric = |c: char| c.is_ascii_digit() || c == '.';
    (numeric(before) && is_like_a_digit(c)) || (numeric(c) && is_like_a_digit(before))
}

fn is_like_a_digit(c: char) -> bool {
    matches!(c, 'O' | 'o' | 'Q' | 'D' | 'I' | 'i' | 'l' | '|' | '!' | 'S' | 's' | 'B' | 'b' | 'Z' | 'z' | 'q' | 'g')
}

fn is_broken(before: char, c: char, behind: char) -> bool {
    match c {
        ' ' => before.is_ascii_digit() && (behind.is_ascii_digit() || behind == '.'),
        '.' | ',' => {
            matches!(before, '.' | ',' | ' ') && behind.is_ascii_digit()
                || before.is_ascii_digit() && matches!(behind, '%' | ' ' | '\0')
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
