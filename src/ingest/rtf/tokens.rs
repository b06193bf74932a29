//! RTF's bytes → tokens.

/// A piece of RTF.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `{`
    Open,
    /// `}`
    Close,
    /// `\word` with its number, if any.
    Word(&'a [u8], Option<i32>),
    /// `\` and a character that is no letter.
    Symbol(u8),
    /// `\'hh`
    Byte(u8),
    /// Bytes of text, without line ends, which mean nothing in RTF.
    Text(&'a [u8]),
}

/// Walks the tokens of RTF. Binary data (`\bin`) is passed over.
pub(super) struct Tokens<'a>(pub(super) &'a [u8]);

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    fn next(&mut self) -> Option<Token<'a>> {
        loop {
            let (first, rest) = self.0.split_first()?;
            match first {
                b'{' => {
                    self.0 = rest;
                    return Some(Token::Open);
                }
                b'}' => {
                    self.0 = rest;
                    return Some(Token::Close);
                }
                b'\r' | b'\n' | 0 => self.0 = rest,
                b'\\' => {
                    if let Some(token) = self.control(rest) {
                        return Some(token);
                    }
                }
                _ => {
                    let end = self
                        .0
                        .iter()
                        .position(|b| matches!(b, b'{' | b'}' | b'\\' | b'\r' | b'\n' | 0))
                        .unwrap_or(self.0.len());
                    let (text, rest) = self.0.split_at(end);
                    self.0 = rest;
                    return Some(Token::Text(text));
                }
            }
        }
    }
}

impl<'a> Tokens<'a> {
    /// What follows a backslash; None for what says nothing.
    fn control(&mut self, rest: &'a [u8]) -> Option<Token<'a>> {
        let Some((first, after)) = rest.split_first() else {
            self.0 = rest;
            return None;
        };
        if *first == b'\'' {
            let digit = |at: usize| after.get(at).and_then(|b| char::from(*b).to_digit(16));
            return if let (Some(high), Some(low)) = (digit(0), digit(1)) {
                self.0 = after.get(2..).unwrap_or(&[]);
                Some(Token::Byte((high * 16 + low) as u8))
            } else {
                self.0 = after;
                None
            };
        }
        if !first.is_ascii_alphabetic() {
            self.0 = after;
            // A line end behind a backslash is a paragraph mark.
            return Some(if matches!(first, b'\r' | b'\n') {
                Token::Word(b"par", None)
            } else {
                Token::Symbol(*first)
            });
        }
        let letters = rest.iter().position(|b| !b.is_ascii_alphabetic()).unwrap_or(rest.len());
        let (word, mut tail) = rest.split_at(letters);
        let minus = tail.first() == Some(&b'-');
        let from = usize::from(minus);
        let digits = tail.get(from..).unwrap_or(&[]).iter().take(11).take_while(|b| b.is_ascii_digit()).count();
        let mut number = None;
        if digits > 0 {
            let value = tail[from..from + digits].iter().fold(0i64, |n, d| n * 10 + i64::from(d - b'0'));
            let value = if minus { -value } else { value };
            number = Some(value.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32);
            tail = &tail[from + digits..];
        }
        self.0 = tail.strip_prefix(b" ").unwrap_or(tail);
        if word == b"bin" {
            let length = number.and_then(|n| usize::try_from(n).ok()).unwrap_or(0).min(self.0.len());
            self.0 = &self.0[length..];
            return None;
        }
        Some(Token::Word(word, number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_numbers_bytes_and_text_are_told_apart() {
        let found: Vec<Token<'_>> = Tokens(b"{\\rtf1\\u-123 ?\\'d6\\~a\r\nb\\bin3 }{}\\*}").collect();
        use Token::{Byte, Close, Open, Symbol, Text, Word};
        assert_eq!(
            found,
            [
                Open,
                Word(b"rtf", Some(1)),
                Word(b"u", Some(-123)),
                Text(b"?"),
                Byte(0xD6),
                Symbol(b'~'),
                Text(b"a"),
                Text(b"b"),
                Symbol(b'*'),
                Close
            ]
        );
    }

    #[test]
    fn any_end_is_an_end() {
        let all = b"{\\rtf1\\'d\\bin99999999999999999999 \\u-99999999999 \\";
        for end in 0..=all.len() {
            assert!(Tokens(&all[..end]).count() <= all.len());
        }
    }
}
