//! Characters for codes whose font has no ToUnicode table: by the encoding's own character set, by the character
//! collection, or backwards through the embedded font's table from characters to glyphs.

use super::font::descendant;
use encoding_rs::Encoding;
use hayro_cmap::{CMap, CMapName};
use hayro_font::hayro_cmap::BfString;
use hayro_font::{CMapResolverFn, FontGlyph};
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use rustc_hash::FxHashMap;
use skrifa::MetadataProvider;
use skrifa::raw::ps::cff::CffFontRef;
use std::borrow::Cow;

/// How a font's codes become characters when it does not say so itself.
pub(super) enum Fallback {
    /// Codes are text in this encoding.
    Charset(&'static Encoding),
    /// Codes are UTF-16BE.
    Utf16,
    /// Codes are numbers of an Adobe character collection; the map leads from those to Unicode.
    Collection { codes: Box<CMap>, characters: Box<CMap> },
    /// Glyph numbers of the embedded font, and its characters.
    Glyphs(FxHashMap<u32, char>),
    /// The same by character identifier (CID), which codes are as they stand.
    Identifiers(FxHashMap<u32, char>),
    /// Nothing leads to characters, and what names of glyphs say would be wrong.
    Denied,
    /// Names of glyphs are right unless they say that a character as wide as an ideograph is Latin.
    WideNames,
    /// Nothing but names of glyphs.
    None,
}

impl Fallback {
    pub(super) fn of(dict: &Dict<'_>, font: &hayro_font::Font<'_>, cmaps: &CMapResolverFn) -> Self {
        let subtype = dict.get::<Name<'_>>("Subtype");
        match subtype.as_deref() {
            Some(b"Type0") => composite(dict, font, cmaps),
            Some(b"Type3") => Fallback::None,
            _ if dict.contains_key("ToUnicode") => Fallback::None,
            _ => simple(dict, font),
        }
    }

    /// Must names of glyphs not be believed?
    pub(super) fn denies_name(&self, name: &str) -> bool {
        match self {
            Fallback::None => false,
            Fallback::WideNames => name.chars().any(|c| (c as u32) < 0x2000),
            _ => true,
        }
    }

    /// Bytes of the code at the start of a string, told by the encoding alone.
    pub(super) fn width(&self, bytes: &[u8]) -> usize {
        match (self, bytes) {
            (Fallback::Utf16, [0xD8..=0xDB, ..]) => 4,
            (Fallback::Utf16, _) => 2,
            (Fallback::Charset(encoding), [0x81..=0xFE, second, ..]) => {
                if *encoding == encoding_rs::GB18030 && second.is_ascii_digit() { 4 } else { 2 }
            }
            _ => 1,
        }
    }

    pub(super) fn text(&self, code: u32, bytes: &[u8], glyph: u32) -> Option<String> {
        match self {
            Fallback::Charset(encoding) => {
                let (text, malformed) = encoding.decode_without_bom_handling(bytes);
                (!malformed).then(|| text.into_owned())
            }
            Fallback::Utf16 => {
                let units = bytes.chunks_exact(2).map(|pair| u16::from_be_bytes([pair[0], pair[1]]));
                char::decode_utf16(units).collect::<Result<String, _>>().ok()
            }
            Fallback::Collection { codes, characters } => {
                let cid = codes.lookup_cid_code(code, bytes.len().min(4) as u8)?;
                match characters.lookup_bf_string(cid)? {
                    BfString::Char(c) => Some(c.to_string()),
                    BfString::String(s) => Some(s),
                }
            }
            Fallback::Glyphs(characters) => characters.get(&glyph).map(char::to_string),
            Fallback::Identifiers(characters) => characters.get(&code).map(char::to_string),
            Fallback::Denied | Fallback::WideNames | Fallback::None => None,
        }
    }
}

fn composite(dict: &Dict<'_>, font: &hayro_font::Font<'_>, cmaps: &CMapResolverFn) -> Fallback {
    let encoding = dict.get::<Name<'_>>("Encoding");
    if let Some(direct) = encoding.as_deref().and_then(charset) {
        return direct;
    }
    if let Some(by_collection) = collection(dict, cmaps) {
        return by_collection;
    }
    let embedded = descendant(dict).is_some_and(|d| is_embedded(&d));
    embedded.then(|| glyphs(font)).flatten().unwrap_or(Fallback::Denied)
}

fn is_embedded(dict: &Dict<'_>) -> bool {
    dict.get::<Dict<'_>>("FontDescriptor")
        .is_some_and(|descriptor| ["FontFile", "FontFile2", "FontFile3"].iter().any(|key| descriptor.contains_key(key)))
}

/// The character set behind a predefined CMap (ISO 32000-1, table 118), by its name.
fn charset(name: &[u8]) -> Option<Fallback> {
    let name = std::str::from_utf8(name).ok()?;
    let has = |part: &str| name.contains(part);
    Some(if has("UCS2") || has("UTF16") {
        Fallback::Utf16
    } else if name.starts_with("GB") {
        Fallback::Charset(encoding_rs::GB18030)
    } else if has("-B5-") || name.starts_with("B5pc") {
        Fallback::Charset(encoding_rs::BIG5)
    } else if has("RKSJ") {
        Fallback::Charset(encoding_rs::SHIFT_JIS)
    } else if name.starts_with("EUC-") {
        Fallback::Charset(encoding_rs::EUC_JP)
    } else if name.starts_with("KSC") {
        Fallback::Charset(encoding_rs::EUC_KR)
    } else {
        return None;
    })
}

/// By Adobe-GB1 and its like: from the CMap's own collection, or what the font says of itself.
fn collection(dict: &Dict<'_>, cmaps: &CMapResolverFn) -> Option<Fallback> {
    let resolve = |name: CMapName<'_>| cmaps(name);
    let codes = match dict.get::<Name<'_>>("Encoding") {
        Some(name) => match CMapName::from_bytes(name.as_ref()) {
            CMapName::IdentityH => CMap::identity_h(),
            CMapName::IdentityV => CMap::identity_v(),
            other => CMap::parse(cmaps(other)?, resolve)?,
        },
        None => {
            let stream = dict.get::<Stream<'_>>("Encoding")?;
            CMap::parse(&stream.decoded_data().ok()?, resolve)?
        }
    };
    let info = descendant(dict)?.get::<Dict<'_>>("CIDSystemInfo")?;
    let ordering = info.get::<hayro_syntax::object::String<'_>>("Ordering")?;
    let characters = match ordering.as_bytes() {
        b"GB1" => CMapName::AdobeGb1Ucs2,
        b"CNS1" => CMapName::AdobeCns1Ucs2,
        b"Japan1" => CMapName::AdobeJapan1Ucs2,
        b"Korea1" | b"KR" => CMapName::AdobeKorea1Ucs2,
        _ => return None,
    };
    let characters = CMap::parse(cmaps(characters)?, resolve)?;
    Some(Fallback::Collection { codes: Box::new(codes), characters: Box::new(characters) })
}

fn simple(dict: &Dict<'_>, font: &hayro_font::Font<'_>) -> Fallback {
    if !is_embedded(dict) {
        return Fallback::None;
    }
    if is_wide(dict) {
        // Latin letters as wide as they are high are none: a subset of a CJK font under codes of its own.
        let by_names = if names_are_codes(dict) { Fallback::None } else { Fallback::WideNames };
        return glyphs(font).unwrap_or(by_names);
    }
    Fallback::None
}

/// Does the encoding name glyphs by their code points (`uni4E00`), as no subset does by mistake?
fn names_are_codes(dict: &Dict<'_>) -> bool {
    let Some(encoding) = dict.get::<Dict<'_>>("Encoding") else { return false };
    let Some(differences) = encoding.get::<Array<'_>>("Differences") else { return false };
    let names = differences.iter::<Object<'_>>().take(1024).filter_map(Object::into_name);
    let (all, coded) = names.fold((0, 0), |(all, coded), name| {
        let digits = name.as_str().strip_prefix("uni").unwrap_or_default();
        (all + 1, coded + usize::from(digits.len() >= 4 && digits.bytes().all(|b| b.is_ascii_hexdigit())))
    });
    all > 0 && coded * 5 >= all * 4
}

/// Are nearly all characters of a font a full em wide?
fn is_wide(dict: &Dict<'_>) -> bool {
    let Some(widths) = dict.get::<Array<'_>>("Widths") else { return false };
    let used: Vec<f64> = widths.iter::<Number>().take(256).map(|n| n.as_f64()).filter(|w| *w > 0.0).collect();
    let wide = used.iter().filter(|w| (950.0..=1050.0).contains(*w)).count();
    wide >= 2 && wide * 5 >= used.len() * 4
}

/// Backwards through the embedded font's own table of characters.
fn glyphs(font: &hayro_font::Font<'_>) -> Option<Fallback> {
    let FontGlyph::Outline(any) = font.glyph(hayro_font::GlyphId::NOTDEF, 0) else { return None };
    let data = any.font_data()?.data;
    let bytes: &[u8] = (*data).as_ref();
    let table = skrifa::FontRef::from_index(bytes, 0).ok()?;
    let mut characters: FxHashMap<u32, char> = FxHashMap::default();
    for (code, glyph) in table.charmap().mappings().take(200_000) {
        let Some(character) = char::from_u32(code).filter(|c| is_text(c.encode_utf8(&mut [0; 4]))) else { continue };
        characters.entry(glyph.to_u32()).and_modify(|old| *old = (*old).min_by_rank(character)).or_insert(character);
    }
    if characters.is_empty() {
        return None;
    }
    // In an OpenType font whose outlines are CID-keyed, codes name glyphs by identifier, not by number.
    let outlines = table.table_data(skrifa::Tag::new(b"CFF ")).map(|data| data.as_bytes());
    let outlines = outlines.and_then(|data| CffFontRef::new_cff(data, 0, None).ok()).filter(CffFontRef::is_cid);
    let Some(charset) = outlines.and_then(|cff| cff.charset()) else { return Some(Fallback::Glyphs(characters)) };
    let by_identifier = charset
        .iter()
        .filter_map(|(glyph, identifier)| Some((u32::from(identifier.to_u16()), *characters.get(&glyph.to_u32())?)));
    Some(Fallback::Identifiers(by_identifier.collect()))
}

trait Ranked {
    fn min_by_rank(self, other: char) -> char;
}

impl Ranked for char {
    /// Of two characters that share a glyph the one that a person would have typed.
    fn min_by_rank(self, other: char) -> char {
        if (rank(other), other) < (rank(self), self) { other } else { self }
    }
}

fn rank(c: char) -> u8 {
    match c {
        '\u{2E80}'..='\u{2FDF}' => 2,
        '\u{F900}'..='\u{FAFF}' | '\u{2F800}'..='\u{2FA1F}' | '\u{A0}' | '\u{AD}' => 1,
        _ => 0,
    }
}

/// Can this be what somebody wrote? Controls, private use and the replacement character say that nobody knows.
pub(super) fn is_text(text: &str) -> bool {
    !text.is_empty()
        && !text.chars().any(|c| {
            matches!(c, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{7F}'..='\u{9F}'
                | '\u{E000}'..='\u{F8FF}' | '\u{FFFD}'..='\u{FFFF}' | '\u{F0000}'..='\u{10FFFF}')
        })
}

/// A text string of the file's structure: UTF-16 or UTF-8 with a mark, else PDFDocEncoding, of which the part that
/// differs from Latin-1 does not matter here (ISO 32000-1, 7.9.2.2).
pub(super) fn text_string(bytes: &[u8]) -> Cow<'_, str> {
    match bytes {
        [0xFE, 0xFF, rest @ ..] => encoding_rs::UTF_16BE.decode_without_bom_handling(rest).0,
        [0xFF, 0xFE, rest @ ..] => encoding_rs::UTF_16LE.decode_without_bom_handling(rest).0,
        [0xEF, 0xBB, 0xBF, rest @ ..] => String::from_utf8_lossy(rest),
        _ => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}
