//! Fonts as text needs them: bytes to character codes, codes to Unicode and advances. Outlines are not read.

use super::stream::is_bounded;
use super::unicode::{self, Fallback};
use hayro_font::hayro_cmap::BfString;
use hayro_font::{CMapResolverFn, FontGlyph, FontQuery, FontResolverFn};
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use rustc_hash::FxHashMap;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

/// What one character code shows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Shown {
    pub(super) text: Text,
    /// Advance along the line, in ems; negative downward in vertical writing.
    pub(super) advance: f32,
}

/// The text of a code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Text {
    /// One character.
    Char(char),
    /// Several, found by [`Font::word`].
    Word(u32),
    /// The file does not say, or what it says cannot be true.
    Unknown,
}

/// The fonts of one file, each read once.
pub(super) struct Fonts<'a> {
    cache: hayro_font::FontCache<'a>,
    substitutes: FontResolverFn,
    cmaps: CMapResolverFn,
    by_reference: FxHashMap<(u32, i32), Rc<Font<'a>>>,
    max_program_bytes: u64,
}

impl<'a> Fonts<'a> {
    pub(super) fn new(max_program_bytes: u64) -> Self {
        Fonts {
            cache: hayro_font::FontCache::new(),
            // Which face stands in for a font that is not embedded does not matter: only its metrics are asked.
            substitutes: Arc::new(|query| match query {
                FontQuery::Standard(font) => Some(font.get_font_data()),
                FontQuery::Fallback(font) => Some(font.pick_standard_font().get_font_data()),
            }),
            cmaps: Arc::new(hayro_cmap::load_embedded),
            by_reference: FxHashMap::default(),
            max_program_bytes,
        }
    }

    /// The font of this name among a page's or form's resources.
    pub(super) fn get(&mut self, fonts: &Dict<'a>, name: &Name<'_>) -> Option<Rc<Font<'a>>> {
        let reference = fonts.get_ref(name.as_ref()).map(|r| (r.obj_number, r.gen_number));
        if let Some(font) = reference.and_then(|r| self.by_reference.get(&r)) {
            return Some(font.clone());
        }
        let dict = fonts.get::<Dict<'a>>(name.as_ref())?;
        let font = Rc::new(self.read(&dict));
        if let Some(reference) = reference {
            self.by_reference.insert(reference, font.clone());
        }
        Some(font)
    }

    fn read(&self, dict: &Dict<'a>) -> Font<'a> {
        let sound = has_sound_widths(dict) && self.has_bounded_program(dict);
        let inner = if sound { self.cache.font(dict, &self.substitutes, &self.cmaps) } else { None };
        Font::new(dict, inner, &self.cmaps)
    }

    /// Would the embedded program unfold to more than a font can be?
    fn has_bounded_program(&self, dict: &Dict<'a>) -> bool {
        let descendant = descendant(dict);
        let of = descendant.as_ref().unwrap_or(dict);
        let Some(descriptor) = of.get::<Dict<'_>>("FontDescriptor") else { return true };
        let programs = ["FontFile", "FontFile2", "FontFile3"];
        let streams = programs.into_iter().filter_map(|key| descriptor.get::<Stream<'_>>(key));
        let to_unicode = dict.get::<Stream<'_>>("ToUnicode").into_iter();
        streams.chain(to_unicode).all(|stream| is_bounded(&stream, self.max_program_bytes))
    }
}

pub(super) fn descendant<'a>(dict: &Dict<'a>) -> Option<Dict<'a>> {
    dict.get::<Array<'_>>("DescendantFonts")?.iter::<Dict<'_>>().next()
}

/// Do the width tables name a plausible number of characters? A range such as `0 4294967295 500` would be unfolded.
fn has_sound_widths(dict: &Dict<'_>) -> bool {
    let Some(descendant) = descendant(dict) else { return true };
    ["W", "W2"].into_iter().filter_map(|key| descendant.get::<Array<'_>>(key)).all(|widths| {
        let mut start: Option<f64> = None;
        let mut total = 0.0;
        for item in widths.iter::<Object<'_>>() {
            match (item, start) {
                (Object::Array(_), _) => start = None,
                (Object::Number(n), None) => start = Some(n.as_f64()),
                (Object::Number(n), Some(first)) => {
                    total += (n.as_f64() - first).max(0.0);
                    start = None;
                }
                _ => {}
            }
            // The widths themselves are counted as starts too; a few false ones among honest figures do no harm.
        }
        total < 10_000_000.0
    })
}

/// One font.
pub(super) struct Font<'a> {
    inner: Option<hayro_font::Font<'a>>,
    fallback: Fallback,
    has_to_unicode: bool,
    /// Codes are two bytes each, and are read without asking the font.
    two_bytes: bool,
    /// Characters stand below each other.
    pub(super) vertical: bool,
    /// Height of an em in units of the font size: 1 but for odd Type 3 fonts.
    pub(super) em: f32,
    pub(super) bold: bool,
    shown: RefCell<FxHashMap<u32, Shown>>,
    words: RefCell<Vec<Rc<str>>>,
}

impl<'a> Font<'a> {
    fn new(dict: &Dict<'a>, inner: Option<hayro_font::Font<'a>>, cmaps: &CMapResolverFn) -> Self {
        let composite = is_name(dict, "Subtype", b"Type0");
        let encoding = dict.get::<Name<'_>>("Encoding");
        let identity = matches!(encoding.as_deref(), Some(b"Identity-H" | b"Identity-V"));
        let name = dict.get::<Name<'_>>("BaseFont");
        let name = name.as_ref().map_or("", Name::as_str);
        let fallback = match &inner {
            Some(font) => Fallback::of(dict, font, cmaps),
            None => Fallback::None,
        };
        Font {
            vertical: inner.as_ref().is_some_and(|font| !font.is_horizontal()),
            two_bytes: composite && (identity || inner.is_none()),
            has_to_unicode: dict.contains_key("ToUnicode"),
            em: if is_name(dict, "Subtype", b"Type3") { type3_em(dict) } else { 1.0 },
            bold: ["Bold", "Heavy", "Black"].iter().any(|word| name.contains(word)),
            inner,
            fallback,
            shown: RefCell::default(),
            words: RefCell::default(),
        }
    }

    /// The next code of a string and its length in bytes.
    pub(super) fn next_code(&self, bytes: &[u8]) -> (u32, usize) {
        match (bytes, &self.inner) {
            ([], _) => (0, 0),
            ([high, low, ..], _) if self.two_bytes => (u32::from(*high) << 8 | u32::from(*low), 2),
            ([single], _) if self.two_bytes => (u32::from(*single), 1),
            (_, Some(font)) => {
                let (code, length) = font.read_code(bytes, 0);
                match (code, length, self.fallback.width(bytes)) {
                    // The CMap does not know the code; how many bytes it has, its encoding says.
                    (0, 1, width @ 2..) if bytes.len() >= width => {
                        (bytes[..width].iter().fold(0, |code, byte| code << 8 | u32::from(*byte)), width)
                    }
                    _ => (code, length.clamp(1, bytes.len())),
                }
            }
            ([first, ..], None) => (u32::from(*first), 1),
        }
    }

    /// What a code shows. The bytes are those it was read from.
    pub(super) fn show(&self, code: u32, bytes: &[u8]) -> Shown {
        // A code of one byte and the same of two are different characters.
        let key = code | (bytes.len() as u32) << 29;
        if let Some(shown) = self.shown.borrow().get(&key) {
            return *shown;
        }
        let shown = self.look_up(code, bytes);
        self.shown.borrow_mut().insert(key, shown);
        shown
    }

    /// The characters of a [`Text::Word`].
    pub(super) fn word(&self, index: u32) -> Rc<str> {
        self.words.borrow().get(index as usize).cloned().unwrap_or_else(|| "".into())
    }

    fn look_up(&self, code: u32, bytes: &[u8]) -> Shown {
        let Some(font) = &self.inner else {
            let advance = if self.two_bytes { 1.0 } else { 0.5 };
            return Shown { text: Text::Unknown, advance };
        };
        let advance = font.code_advance(code);
        let along = if self.vertical { advance.y } else { advance.x };
        Shown { text: self.text(font, code, bytes), advance: finite(along) }
    }

    fn text(&self, font: &hayro_font::Font<'a>, code: u32, bytes: &[u8]) -> Text {
        let glyph = font.map_code(code);
        let told = || {
            let told = match font.glyph(glyph, code) {
                FontGlyph::Outline(outline) => outline.as_unicode(),
                FontGlyph::Type3(drawn) => drawn.as_unicode(),
            };
            told.map(|text| match text {
                BfString::Char(c) => c.to_string(),
                BfString::String(s) => s,
            })
        };
        let derived = || self.fallback.text(code, bytes, glyph.to_u32());
        // ToUnicode is the file's own word. Without it the way through the encoding or the font's own table is surer
        // than names of glyphs, which subsets leave as they were when their codes changed.
        let text =
            if self.has_to_unicode { told().filter(|t| unicode::is_text(t)).or_else(derived) } else { derived() };
        let by_name = || {
            let name = if self.has_to_unicode { None } else { told() };
            name.filter(|name| !self.fallback.denies_name(name))
        };
        let text = text.or_else(by_name);
        match text.filter(|t| unicode::is_text(t)) {
            None => Text::Unknown,
            Some(text) => {
                let mut chars = text.chars();
                match (chars.next(), chars.next()) {
                    (Some(c), None) => Text::Char(c),
                    _ => {
                        let mut words = self.words.borrow_mut();
                        words.push(text.as_str().into());
                        Text::Word(words.len() as u32 - 1)
                    }
                }
            }
        }
    }
}

fn finite(thousandths: f64) -> f32 {
    if thousandths.is_finite() && thousandths.abs() < 1e5 { (thousandths / 1000.0) as f32 } else { 0.0 }
}

pub(super) fn is_name(dict: &Dict<'_>, key: &str, name: &[u8]) -> bool {
    dict.get::<Name<'_>>(key).is_some_and(|n| n.as_ref() == name)
}

/// Type 3 fonts say in their matrix how large their units are; some (made by TeX) draw at font size 1.
fn type3_em(dict: &Dict<'_>) -> f32 {
    let numbers = |key: &str| -> Vec<f64> {
        dict.get::<Array<'_>>(key).map(|a| a.iter::<Number>().map(|n| n.as_f64()).collect()).unwrap_or_default()
    };
    let matrix = numbers("FontMatrix");
    let bbox = numbers("FontBBox");
    match (matrix.get(3).map(|d| d.abs()), bbox.as_slice()) {
        // Units of an outline font, 1000 to 4096 an em: the size is what it says.
        (Some(d), _) if d > 0.0 && d < 0.0011 => 1.0,
        (Some(d), [_, y0, _, y1]) if (0.2..200.0).contains(&((y1 - y0).abs() * d)) => ((y1 - y0).abs() * d) as f32,
        _ => 1.0,
    }
}
