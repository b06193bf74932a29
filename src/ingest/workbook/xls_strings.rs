//! Texts in XLS records. From version 97 a text is UTF-16, or its low bytes alone, and may run over into continuation
//! records, each of which says anew which of the two it holds; before that it is bytes in the file's code page.

use super::compound_file::{u16_at, u32_at};
use encoding_rs::Encoding;

/// How texts of a file are stored.
#[derive(Debug, Clone, Copy)]
pub(super) enum TextKind {
    /// Version 97 and later.
    Unicode,
    /// Version 5 and 95.
    CodePage(&'static Encoding),
}

/// The encoding of a Windows code page; GBK, the commonest in these archives, where the number is unknown.
pub(super) fn code_page(number: u16) -> &'static Encoding {
    match number {
        1200 => encoding_rs::UTF_16LE,
        950 => encoding_rs::BIG5,
        932 => encoding_rs::SHIFT_JIS,
        949 => encoding_rs::EUC_KR,
        65001 => encoding_rs::UTF_8,
        54936 => encoding_rs::GB18030,
        1252 | 0x8001 | 367 => encoding_rs::WINDOWS_1252,
        _ => encoding_rs::GBK,
    }
}

/// A record and its continuations, read from front to back.
#[derive(Debug)]
pub(super) struct Pieces<'a> {
    pieces: Vec<&'a [u8]>,
    piece: usize,
    at: usize,
}

impl<'a> Pieces<'a> {
    pub(super) fn new(pieces: Vec<&'a [u8]>) -> Self {
        Pieces { pieces, piece: 0, at: 0 }
    }

    /// Moves on by so many bytes, over the pieces' ends.
    pub(super) fn skip(&mut self, mut bytes: usize) {
        while let Some(piece) = self.pieces.get(self.piece) {
            let left = piece.len() - self.at;
            if bytes < left {
                self.at += bytes;
                return;
            }
            bytes -= left;
            self.piece += 1;
            self.at = 0;
        }
    }

    fn rest(&mut self) -> Option<&'a [u8]> {
        loop {
            let piece = self.pieces.get(self.piece)?;
            if self.at < piece.len() {
                return Some(&piece[self.at..]);
            }
            self.piece += 1;
            self.at = 0;
        }
    }

    pub(super) fn u8(&mut self) -> Option<u8> {
        let byte = *self.rest()?.first()?;
        self.at += 1;
        Some(byte)
    }

    pub(super) fn u16(&mut self) -> Option<u16> {
        let rest = self.rest()?;
        if let Some(n) = u16_at(rest, 0) {
            self.at += 2;
            return Some(n);
        }
        Some(u16::from_le_bytes([self.u8()?, self.u8()?]))
    }

    pub(super) fn u32(&mut self) -> Option<u32> {
        let rest = self.rest()?;
        if let Some(n) = u32_at(rest, 0) {
            self.at += 4;
            return Some(n);
        }
        Some(u32::from_le_bytes([self.u8()?, self.u8()?, self.u8()?, self.u8()?]))
    }

    /// A text with its count of characters before it: two bytes wide, or one with `short`.
    pub(super) fn text(&mut self, kind: TextKind, short: bool) -> Option<String> {
        let count = if short { self.u8()?.into() } else { self.u16()? };
        match kind {
            TextKind::Unicode => self.unicode(count.into()),
            TextKind::CodePage(encoding) => {
                let rest = self.rest().unwrap_or_default();
                let bytes = &rest[..rest.len().min(count.into())];
                self.at += bytes.len();
                Some(encoding.decode_without_bom_handling(bytes).0.into_owned())
            }
        }
    }

    /// Flags, counts of formatting runs and phonetic data that follow, characters.
    fn unicode(&mut self, count: usize) -> Option<String> {
        if count == 0 && self.rest().is_none() {
            return Some(String::new());
        }
        let flags = self.u8()?;
        let runs = if flags & 8 != 0 { usize::from(self.u16()?) * 4 } else { 0 };
        let phonetic = if flags & 4 != 0 { self.u32()? as usize } else { 0 };
        let mut wide = flags & 1 != 0;
        let mut units: Vec<u16> = Vec::with_capacity(count.min(1 << 16));
        let mut first = true;
        while units.len() < count {
            let before = self.piece;
            let Some(_) = self.rest() else { break };
            if self.piece != before && !first {
                wide = self.u8()? & 1 != 0;
            }
            first = false;
            let Some(rest) = self.rest() else { break };
            let left = count - units.len();
            let taken = if wide {
                let taken = (rest.len() / 2).min(left);
                units.extend(rest[..taken * 2].chunks_exact(2).map(|b| u16::from_le_bytes([b[0], b[1]])));
                // A piece that ends inside a character is damaged: its odd byte goes.
                if taken == 0 { 1 } else { taken * 2 }
            } else {
                let taken = rest.len().min(left);
                units.extend(rest[..taken].iter().map(|b| u16::from(*b)));
                taken
            };
            self.at += taken;
        }
        self.skip(runs + phonetic);
        Some(String::from_utf16_lossy(&units))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_change_its_width_where_it_continues() {
        let first = [4, 0, 0, b'a', b'b'];
        let second = [1, 0x2D, 0x4E, 0x87, 0x65, 2, 0, 0, b'x', b'y'];
        let mut pieces = Pieces::new(vec![&first, &second]);
        assert_eq!(pieces.text(TextKind::Unicode, false).as_deref(), Some("ab中文"));
        assert_eq!(pieces.text(TextKind::Unicode, false).as_deref(), Some("xy"));
        assert_eq!(pieces.text(TextKind::Unicode, false), None);
    }

    #[test]
    fn formatting_behind_a_text_is_passed_over() {
        let bytes = [1, 0, 8, 1, 0, b'a', 0, 0, 5, 0, 1, 0, 0, b'b'];
        let mut pieces = Pieces::new(vec![&bytes]);
        assert_eq!(pieces.text(TextKind::Unicode, false).as_deref(), Some("a"));
        assert_eq!(pieces.text(TextKind::Unicode, false).as_deref(), Some("b"));
    }

    #[test]
    fn older_texts_are_in_the_code_page() {
        let bytes = [4, 0xD6, 0xD0, 0xCE, 0xC4];
        let text = Pieces::new(vec![&bytes]).text(TextKind::CodePage(code_page(936)), true);
        assert_eq!(text.as_deref(), Some("中文"));
    }
}
