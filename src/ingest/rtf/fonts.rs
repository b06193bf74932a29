//! Code pages: RTF's text is bytes, and the font in use says in which encoding.

use encoding_rs::Encoding;
use std::collections::HashMap;

/// A font of the document's table.
#[derive(Debug, Default, Clone)]
pub(super) struct Font {
    pub(super) charset: Option<i32>,
    pub(super) name: String,
}

/// The font table.
#[derive(Debug, Default)]
pub(super) struct Fonts(HashMap<i32, Font>);

/// Fonts that are kept; more are none that a document uses.
const MOST_FONTS: usize = 10_000;

impl Fonts {
    /// The entry of this number, made where it is not there yet.
    pub(super) fn entry(&mut self, number: i32) -> Option<&mut Font> {
        (self.0.len() < MOST_FONTS || self.0.contains_key(&number)).then(|| self.0.entry(number).or_default())
    }

    /// The font's name where it draws pictures instead of letters.
    pub(super) fn symbol_name(&self, number: i32) -> Option<&str> {
        self.0.get(&number).filter(|f| f.charset == Some(2) || f.name.starts_with("Wingdings")).map(|f| f.name.as_str())
    }

    /// The encoding of text in this font; the document's own where the font leaves it open.
    pub(super) fn encoding(&self, number: i32, document: &'static Encoding) -> &'static Encoding {
        match self.0.get(&number).and_then(|f| f.charset) {
            Some(134) => encoding_rs::GBK,
            Some(136) => encoding_rs::BIG5,
            Some(128) => encoding_rs::SHIFT_JIS,
            Some(129) => encoding_rs::EUC_KR,
            Some(204) => encoding_rs::WINDOWS_1251,
            // "ANSI" and "default" mean whatever the document's machine had.
            _ => document,
        }
    }
}

/// The encoding of a Windows code page.
pub(super) fn code_page(number: i32) -> &'static Encoding {
    match number {
        936 | 54936 => encoding_rs::GB18030,
        950 => encoding_rs::BIG5,
        932 => encoding_rs::SHIFT_JIS,
        949 => encoding_rs::EUC_KR,
        65001 => encoding_rs::UTF_8,
        1251 => encoding_rs::WINDOWS_1251,
        _ => encoding_rs::WINDOWS_1252,
    }
}
