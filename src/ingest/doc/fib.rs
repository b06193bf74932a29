//! The header of a Word 97–2003 main stream (MS-DOC 2.5, the FIB): where its tables are and how its text is divided.

use crate::ingest::LoadError;
use crate::ingest::ole::{u16_at, u32_at};

/// Length of the fixed part that every Word 97 file has.
const FIB_BYTES: usize = 154 + 93 * 8;
/// `nFib` of Word 97; what is lower is Word 6, 95 or an early one, with another text encoding and other tables.
const WORD_97: u16 = 0x00C1;

/// Place of a table in the table stream: offset and length in bytes.
pub(super) type Place = (usize, usize);

/// What the reader needs of the header.
#[derive(Debug)]
pub(super) struct Fib {
    /// Name of the table stream in use.
    pub(super) table_stream: &'static str,
    /// Characters of the body, then of each further text, which follow each other in this order.
    pub(super) body: usize,
    pub(super) footnotes: usize,
    pub(super) headers: usize,
    pub(super) macros: usize,
    pub(super) comments: usize,
    pub(super) endnotes: usize,
    pub(super) text_boxes: usize,
    pub(super) pieces: Place,
    pub(super) paragraph_pages: Place,
    pub(super) character_pages: Place,
    pub(super) fonts: Place,
    pub(super) footnote_marks: Place,
    pub(super) footnote_texts: Place,
    pub(super) endnote_marks: Place,
    pub(super) endnote_texts: Place,
}

impl Fib {
    /// Reads the header of the `WordDocument` stream.
    ///
    /// # Errors
    /// `damaged`: not a Word header; `unsupported`: an older Word; `encrypted`.
    pub(super) fn read(stream: &[u8]) -> Result<Self, LoadError> {
        let word = |at| u16_at(stream, at).unwrap_or(0);
        let count = |at| usize::try_from(u32_at(stream, at).unwrap_or(0).min(i32::MAX as u32)).unwrap_or(0);
        let place = |index: usize| (count(154 + 8 * index), count(158 + 8 * index));
        if stream.len() < 0x60 || !matches!(word(0), 0xA5EC | 0xA5DC) {
            return Err(LoadError {
                code: "damaged",
                message: "the Word document's header is missing; the file is cut or overwritten".into(),
            });
        }
        let flags = word(0x0A);
        if flags & 0x0100 != 0 {
            return Err(LoadError {
                code: "encrypted",
                message: "this DOC is protected by a password; open it in Word, take the password off (File, Info, Protect) and save it again".into(),
            });
        }
        if word(2) < WORD_97 || word(0) == 0xA5DC {
            return Err(LoadError {
                code: "unsupported",
                message: "this DOC was written by Word 95 or older; open it in Word or LibreOffice and save it as DOCX"
                    .into(),
            });
        }
        if stream.len() < FIB_BYTES {
            return Err(LoadError { code: "damaged", message: "the Word document's header is cut off".into() });
        }
        Ok(Fib {
            table_stream: if flags & 0x0200 != 0 { "1Table" } else { "0Table" },
            body: count(0x4C),
            footnotes: count(0x50),
            headers: count(0x54),
            macros: count(0x58),
            comments: count(0x5C),
            endnotes: count(0x60),
            text_boxes: count(0x64),
            footnote_marks: place(2),
            footnote_texts: place(3),
            character_pages: place(12),
            paragraph_pages: place(13),
            fonts: place(15),
            pieces: place(33),
            endnote_marks: place(46),
            endnote_texts: place(47),
        })
    }
}

/// The bytes at a place, fewer where the stream ends before.
pub(super) fn at(stream: &[u8], (start, length): Place) -> &[u8] {
    let end = start.saturating_add(length).min(stream.len());
    stream.get(start..end).unwrap_or(&[])
}
