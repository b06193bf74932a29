//! A paragraph as displayed characters, and the way back to the source's own spelling of any part of it.

use crate::normalize;
use std::borrow::Cow;
use std::cell::OnceCell;
use std::ops::Range;

/// A stretch of displayed bytes and of the source's: up to the next one either both are the same, or all that is displayed
/// stands for one piece of the source. A paragraph is read in pieces far shorter than 4 GB.
#[derive(Debug, Clone, Copy)]
struct Stretch {
    shown: u32,
    source: u32,
    /// Where a piece of the source ends; `None` where both are the same.
    piece_end: Option<u32>,
}

/// A text of the source, and how it is displayed, as far as that is known: a line is displayed once for all who read it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Text<'a> {
    pub(super) source: &'a str,
    /// What `source` is displayed as.
    shown: Option<&'a str>,
    /// It is known to be displayed as it stands, and every part of it.
    pub(super) stays: bool,
}

impl<'a> Text<'a> {
    /// A line, white space at its ends left out, and how it is displayed.
    pub(super) fn line(source: &'a str, shown: Option<&'a Cow<'_, str>>) -> Self {
        Text { source, shown: shown.map(|shown| &**shown), stays: matches!(shown, Some(Cow::Borrowed(_))) }
    }

    /// Any text of which only that is known.
    pub(super) fn new(source: &'a str, stays: bool) -> Self {
        Text { source, shown: stays.then_some(source), stays }
    }

    /// A part of it.
    pub(super) fn part(self, source: &'a str) -> Self {
        if source.len() == self.source.len() { self } else { Text::new(source, self.stays) }
    }

    /// As it is displayed.
    pub(super) fn displayed(self) -> Cow<'a, str> {
        self.shown.map_or_else(|| normalize::display(self.source), Cow::Borrowed)
    }
}

/// A paragraph, displayed.
#[derive(Debug)]
pub(super) struct Shown<'a> {
    pub(super) source: &'a str,
    /// What rules look at.
    pub(super) chars: Vec<char>,
    shown: Cow<'a, str>,
    /// The source is displayed as it stands, so that characters alone tell its bytes.
    same: bool,
    /// Where in `shown` each character begins, and where the last ends; counted when first asked for.
    starts: OnceCell<Vec<u32>>,
    /// Which bytes of the source are displayed where; `None` where that cannot be told.
    stretches: OnceCell<Option<Vec<Stretch>>>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        let shown = text.displayed();
        let unchanged = || matches!(shown, Cow::Borrowed(shown) if shown.len() == text.source.len());
        let same = text.stays || text.shown.is_none() && unchanged();
        let chars = chars_of(&shown);
        Shown { source: text.source, chars, shown, same, starts: OnceCell::new(), stretches: OnceCell::new() }
    }

    /// The source's spelling of displayed characters `from..to`; as displayed where the way back is lost.
    pub(super) fn raw(&self, from: usize, to: usize) -> String {
        self.raw_at(from, to).0
    }

    /// The same, and where in the source it begins; 0 where that cannot be told.
    pub(super) fn raw_at(&self, from: usize, to: usize) -> (String, usize) {
        let bytes = self.bytes(from, to);
        let at = bytes.as_ref().map_or(0, |bytes| bytes.start);
        let found = bytes.and_then(|range| self.source.get(range));
        (found.map_or_else(|| text_of(&self.chars[from..to]), |text| text.trim().to_owned()), at)
    }

    /// Where in the source a character begins, told without aligning the two: of a source that is displayed as it stands.
    pub(super) fn plain_byte_of(&self, at: usize) -> Option<usize> {
        (self.same && at < self.chars.len()).then(|| self.byte_of(at))
    }

    /// Where in the source these characters stand.
    pub(super) fn bytes(&self, from: usize, to: usize) -> Option<Range<usize>> {
        if from >= to || to > self.chars.len() {
            return None;
        }
        let (first, behind) = (self.byte_of(from), self.byte_of(to));
        if self.same {
            return Some(first..behind);
        }
        let all = self.stretches.get_or_init(|| align(self.source, &self.shown)).as_ref()?;
        let of = |byte: usize| all[..all.partition_point(|s| s.shown as usize <= byte)].last();
        let (here, last) = (of(first)?, of(behind - self.chars[to - 1].len_utf8())?);
        let start = here.source as usize + here.piece_end.map_or(first - here.shown as usize, |_| 0);
        let end = last.piece_end.unwrap_or(last.source + (behind as u32 - last.shown)) as usize;
        (start <= end).then_some(start..end)
    }
}

/// The characters of a text. Counting them first costs less than asking at each whether there is room.
pub(super) fn chars_of(text: &str) -> Vec<char> {
    let mut chars = vec!['\0'; text.chars().count()];
    chars.iter_mut().zip(text.chars()).for_each(|(place, c)| *place = c);
    chars
}

/// The text of some characters. Names are mostly of ideographs alone, which are written as their three bytes at once.
pub(super) fn text_of(chars: &[char]) -> String {
    let mut text = String::new();
    if chars.iter().all(|c| ('\u{800}'..='\u{FFFF}').contains(c)) {
        let mut bytes = vec![0; 3 * chars.len()];
        for (c, out) in chars.iter().zip(bytes.chunks_exact_mut(3)) {
            let code = *c as u32;
            out[0] = 0xE0 | (code >> 12) as u8;
            out[1] = 0x80 | (code >> 6 & 0x3F) as u8;
            out[2] = 0x80 | (code & 0x3F) as u8;
        }
        text = String::from_utf8(bytes).unwrap_or_default();
    } else {
        text.reserve_exact(chars.iter().map(|c| c.len_utf8()).sum());
        text.extend(chars);
    }
    text
}

impl Shown<'_> {
    /// Where a character begins in what is displayed. A paragraph is read in pieces far shorter than 4 GB.
    fn byte_of(&self, at: usize) -> usize {
        let starts = self.starts.get_or_init(|| {
            let mut starts = Vec::with_capacity(self.chars.len() + 1);
            let mut end = 0;
            starts.push(end);
            starts.extend(self.chars.iter().map(|c| {
                end += c.len_utf8() as u32;
                end
            }));
            starts
        });
        starts.get(at).map_or(self.shown.len(), |start| *start as usize)
    }
}

/// The source's bytes behind what is displayed. Display drops white space, folds widths, and reads markup; a piece of markup
/// is one thing, which all characters that it shows share.
fn align(source: &str, shown: &str) -> Option<Vec<Stretch>> {
    u32::try_from(source.len().max(shown.len())).ok()?;
    let mut all = Vec::new();
    let mut put = |shown: usize, source: usize, piece_end: Option<usize>| {
        let piece_end = piece_end.map(|end| end as u32);
        all.push(Stretch { shown: shown as u32, source: source as u32, piece_end });
    };
    let (mut at, mut i) = (0, 0);
    loop {
        // Nearly all characters show themselves.
        let same = common(source.get(at..)?, shown.get(i..)?);
        if same > 0 {
            put(i, at, None);
            (at, i) = (at + same, i + same);
        }
        let Some(next) = shown[i..].chars().next() else { return Some(all) };
        let c = source[at..].chars().next()?;
        let end = at + c.len_utf8();
        let is_space = next == ' ';
        if c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}') {
            if is_space {
                put(i, at, Some(at));
                i += 1;
            } else {
                at = end;
            }
            continue;
        }
        if is_space {
            put(i, at, Some(at));
            i += 1;
            continue;
        }
        let piece = at..markup_end(source, at).unwrap_or(end);
        let meant = normalize::display(&source[piece.clone()]);
        if !meant.is_empty() && shown[i..].starts_with(&*meant) {
            put(i, at, Some(piece.end));
            i += meant.len();
        } else if piece.end == end && !matches!(c, '*' | '#' | '`' | '_' | '~' | '$') {
            return None;
        }
        at = piece.end;
    }
}

/// How many bytes, whole characters, two texts begin with alike.
fn common(one: &str, other: &str) -> usize {
    const STEP: usize = 16;
    let (a, b) = (one.as_bytes(), other.as_bytes());
    let steps = a.chunks_exact(STEP).zip(b.chunks_exact(STEP)).take_while(|(a, b)| a == b).count();
    let rest = a[steps * STEP..].iter().zip(&b[steps * STEP..]).take_while(|(a, b)| a == b).count();
    // Characters that begin alike may end otherwise.
    let same = steps * STEP + rest;
    (0..=same).rev().find(|at| one.is_char_boundary(*at) && other.is_char_boundary(*at)).unwrap_or(0)
}

/// Where the piece of markup that begins here ends: `$…$`, `<…>`, `&…;`.
fn markup_end(source: &str, at: usize) -> Option<usize> {
    /// Longer is no markup.
    const LONGEST: usize = 400;
    let rest = source.get(at..)?;
    let close = match rest.as_bytes().first()? {
        b'$' => b'$',
        b'<' => b'>',
        b'&' => b';',
        _ => return None,
    };
    let found = rest.bytes().take(LONGEST).skip(1).position(|b| b == close)?;
    Some(at + found + 2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn parts_come_back_as_the_source_has_them() {
        let shown = Shown::new(Text::new("收入比重 $\\geq 33\\%$ ，**完成** 33.84％&nbsp;以上", false));
        let text: String = shown.chars.iter().collect();
        let raw = |part: &str| {
            let from = text.find(part).map(|b| text[..b].chars().count()).unwrap();
            shown.raw(from, from + part.chars().count())
        };
        assert_eq!(raw("≥33%"), "$\\geq 33\\%$");
        assert_eq!(raw("33.84%"), "33.84％");
        assert_eq!(raw("收入比重≥33%"), "收入比重 $\\geq 33\\%$");
        assert_eq!(raw("完成"), "完成");
    }

    proptest! {
        #[test]
        fn characters_come_back(text in any::<String>()) {
            prop_assert_eq!(text_of(&chars_of(&text)), text);
        }

        #[test]
        fn no_text_panics(source in r"([$\\{}<>/&;*a-z0-9１％≥人 　]|\\geq|<p>|&ge;|\*\*){0,30}") {
            let shown = Shown::new(Text::new(&source, false));
            for to in 0..=shown.chars.len() {
                for from in 0..to {
                    prop_assert!(shown.raw(from, to).len() <= source.len() + 4 * (to - from));
                }
            }
        }
    }
}
