//! The text of a DOC: the piece table (MS-DOC 2.8.35, the Clx) says which bytes of the main stream are which
//! characters. A piece is UTF-16, or one byte a character in Windows-1252.

use crate::ingest::ole::{u16_at, u32_at};
use std::borrow::Cow;

/// A run of characters that stand together in the main stream.
#[derive(Debug)]
struct Piece {
    /// First character of the piece; its last is before the next piece's first.
    start: usize,
    /// Offset of that character in the main stream.
    offset: usize,
    /// 1 or 2.
    width: usize,
    /// Properties that a quick save put on the whole piece.
    modifier: u16,
}

/// All characters of the file, as UTF-16 units, and where each stood.
#[derive(Debug, Default)]
pub(super) struct Text {
    /// Body, footnotes, headers, … one behind the other.
    pub(super) units: Vec<u16>,
    pieces: Vec<Piece>,
    /// Property lists that pieces refer to.
    modifiers: Vec<Vec<u8>>,
    /// Pieces pointed outside the file, or claimed more text than the file holds.
    pub(super) damaged: bool,
}

impl Text {
    /// Reads the piece table `clx` over the main stream. Never more characters than the stream has bytes.
    pub(super) fn read(stream: &[u8], clx: &[u8]) -> Self {
        let mut text = Text::default();
        let mut at = 0;
        let mut table: &[u8] = &[];
        while let Some(kind) = clx.get(at) {
            match kind {
                1 => {
                    let length = usize::from(u16_at(clx, at + 1).unwrap_or(0));
                    let end = (at + 3 + length).min(clx.len());
                    text.modifiers.push(clx.get(at + 3..end).unwrap_or(&[]).to_vec());
                    at = end;
                }
                2 => {
                    let length = usize::try_from(u32_at(clx, at + 1).unwrap_or(0)).unwrap_or(usize::MAX);
                    let end = (at + 5).saturating_add(length).min(clx.len());
                    table = clx.get(at + 5..end).unwrap_or(&[]);
                    break;
                }
                _ => break,
            }
        }
        text.add_pieces(stream, table);
        text
    }

    fn add_pieces(&mut self, stream: &[u8], table: &[u8]) {
        let count = table.len().saturating_sub(4) / 12;
        let Some(descriptors) = table.get(4 * (count + 1)..) else {
            return;
        };
        for piece in 0..count {
            let (Some(from), Some(to)) = (u32_at(table, 4 * piece), u32_at(table, 4 * piece + 4)) else {
                break;
            };
            let (Some(place), Some(modifier)) =
                (u32_at(descriptors, 8 * piece + 2), u16_at(descriptors, 8 * piece + 6))
            else {
                break;
            };
            let narrow = place & 0x4000_0000 != 0;
            let raw = usize::try_from(place & 0x3FFF_FFFF).unwrap_or(usize::MAX);
            let (offset, width) = if narrow { (raw / 2, 1) } else { (raw, 2) };
            let stated = usize::try_from(to.saturating_sub(from)).unwrap_or(0);
            let present = stream.len().saturating_sub(offset) / width;
            let room = stream.len().saturating_sub(self.units.len());
            let length = stated.min(present).min(room);
            self.damaged |= length < stated || usize::try_from(from).ok() != Some(self.units.len());
            let bytes = stream.get(offset..offset + length * width).unwrap_or(&[]);
            self.pieces.push(Piece { start: self.units.len(), offset, width, modifier });
            if narrow {
                self.units.extend(bytes.iter().map(|b| windows_1252(*b)));
            } else {
                self.units.extend(bytes.chunks_exact(2).map(|pair| u16_at(pair, 0).unwrap_or(0)));
            }
            if room == length && length < stated {
                break;
            }
        }
    }

    fn piece(&self, character: usize) -> Option<&Piece> {
        let at = self.pieces.partition_point(|p| p.start <= character);
        self.pieces.get(at.checked_sub(1)?)
    }

    /// Offset of a character in the main stream, by which its properties are found.
    pub(super) fn offset(&self, character: usize) -> usize {
        self.piece(character).map_or(usize::MAX, |p| p.offset + (character - p.start) * p.width)
    }

    /// The properties that a quick save put on the piece which holds a character, as a property list.
    pub(super) fn modifier(&self, character: usize) -> Cow<'_, [u8]> {
        let Some(modifier) = self.piece(character).map(|p| p.modifier).filter(|m| *m != 0) else {
            return Cow::Borrowed(&[]);
        };
        if modifier & 1 != 0 {
            return Cow::Borrowed(self.modifiers.get(usize::from(modifier >> 1)).map_or(&[], Vec::as_slice));
        }
        // The short form names one of a few properties by a code of its own (MS-DOC 2.9.215).
        let operand = (modifier >> 8) as u8;
        let opcode: u16 = match (modifier >> 1) & 0x7F {
            0x18 => 0x2416, // in a table
            0x19 => 0x2417, // end of a row
            0x41 => 0x0800, // deleted, tracked
            _ => return Cow::Borrowed(&[]),
        };
        let [low, high] = opcode.to_le_bytes();
        Cow::Owned(vec![low, high, operand])
    }
}

fn windows_1252(byte: u8) -> u16 {
    if (0x80..0xA0).contains(&byte) {
        let (text, _) = encoding_rs::WINDOWS_1252.decode_without_bom_handling(std::slice::from_ref(&byte));
        text.encode_utf16().next().unwrap_or(0xFFFD)
    } else {
        u16::from(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A table of pieces given as (characters, offset, narrow).
    fn clx(pieces: &[(u32, u32, bool)]) -> Vec<u8> {
        let mut table = Vec::new();
        let mut at = 0u32;
        for (length, ..) in pieces {
            table.extend(at.to_le_bytes());
            at = at.wrapping_add(*length);
        }
        table.extend(at.to_le_bytes());
        for (_, offset, narrow) in pieces {
            table.extend([0, 0]);
            table.extend(if *narrow { (offset * 2) | 0x4000_0000 } else { *offset }.to_le_bytes());
            table.extend([0, 0]);
        }
        let mut clx = vec![2];
        clx.extend((table.len() as u32).to_le_bytes());
        clx.extend(table);
        clx
    }

    #[test]
    fn wide_and_narrow_pieces_join_in_the_order_of_the_text() {
        let mut stream = b"98.77%\x85".to_vec();
        stream.extend("执行率".encode_utf16().flat_map(u16::to_le_bytes));
        let text = Text::read(&stream, &clx(&[(3, 7, false), (7, 0, true)]));
        assert_eq!(String::from_utf16_lossy(&text.units), "执行率98.77%…");
        assert_eq!((text.offset(1), text.offset(4)), (9, 1));
        assert!(!text.damaged);
    }

    #[test]
    fn a_piece_that_claims_more_than_the_file_is_cut() {
        let text = Text::read(b"ab", &clx(&[(0x7FFF_FFFF, 0, true)]));
        assert_eq!(text.units.len(), 2);
        assert!(text.damaged);
    }

    #[test]
    fn many_pieces_over_the_same_bytes_stay_within_the_file() {
        let text = Text::read(&[b'x'; 1000], &clx(&vec![(1000, 0, true); 500]));
        assert_eq!(text.units.len(), 1000);
        assert!(text.damaged);
    }
}
