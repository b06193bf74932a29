//! A paragraph as displayed characters, and the way back to the source's own spelling of any part of it.

use crate::normalize;
use std::borrow::Cow;
use std::cell::{Cell, OnceCell};
use std::ops::Range;

/// First byte of the source, and the one behind the last. A paragraph is read in pieces far shorter than 4 GB.
type Spot = (u32, u32);

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
    /// The source is displayed as it stands, so that characters alone tell its bytes.
    same: bool,
    /// Of a place that was asked for before, its character and byte: the next one is looked for from there.
    near: Cell<(usize, usize)>,
    /// Of each displayed character, the bytes of the source that it shows; `None` where they cannot be told.
    bytes: OnceCell<Option<Vec<Spot>>>,
}

impl<'a> Shown<'a> {
    pub(super) fn new(text: Text<'a>) -> Self {
        let shown = text.displayed();
        let unchanged = || matches!(shown, Cow::Borrowed(shown) if shown.len() == text.source.len());
        let same = text.stays || text.shown.is_none() && unchanged();
        let chars = chars_of(&shown);
        Shown { source: text.source, chars, same, near: Cell::default(), bytes: OnceCell::new() }
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
        if self.same {
            return (from < to).then(|| self.byte_of(from)..self.byte_of(to));
        }
        let all = self.bytes.get_or_init(|| align(self.source, &self.chars)).as_ref()?;
        let (first, last) = (all.get(from)?, all.get(to.checked_sub(1)?)?);
        (first.0 <= last.1).then_some(first.0 as usize..last.1 as usize)
    }
}

/// The characters of a text. Counting them first costs less than asking at each whether there is room.
pub(super) fn chars_of(text: &str) -> Vec<char> {
    let mut chars = vec!['\0'; text.chars().count()];
    chars.iter_mut().zip(text.chars()).for_each(|(place, c)| *place = c);
    chars
}

/// The text of some characters, in memory of its own size.
pub(super) fn text_of(chars: &[char]) -> String {
    let mut text = String::with_capacity(chars.iter().map(|c| c.len_utf8()).sum());
    text.extend(chars);
    text
}

impl Shown<'_> {
    /// Where a character begins, in a source that is displayed as it stands.
    fn byte_of(&self, at: usize) -> usize {
        let (char, byte) = self.near.get();
        let bytes = |chars: &[char]| chars.iter().map(|c| c.len_utf8()).sum::<usize>();
        let found = if at >= char { byte + bytes(&self.chars[char..at]) } else { byte - bytes(&self.chars[at..char]) };
        self.near.set((at, found));
        found
    }
}

/// The source's bytes behind each displayed character. Display drops white space, folds widths, and reads markup;
/// a piece of markup is one thing, which all characters that it shows share.
fn align(source: &str, shown: &[char]) -> Option<Vec<Spot>> {
    u32::try_from(source.len()).ok()?;
    let spot = |range: Range<usize>| (range.start as u32, range.end as u32);
    let mut all = Vec::with_capacity(shown.len());
    let mut at = 0;
    let mut i = 0;
    while i < shown.len() {
        // Nearly all characters show themselves.
        let mut c = None;
        for (offset, next) in source.get(at..)?.char_indices() {
            if shown.get(i) != Some(&next) {
                (c, at) = (Some(next), at + offset);
                break;
            }
            let from = at + offset;
            all.push(spot(from..from + next.len_utf8()));
            i += 1;
        }
        if i == shown.len() {
            break;
        }
        let c = c?;
        let end = at + c.len_utf8();
        if c.is_whitespace() || matches!(c, '\u{200B}' | '\u{FEFF}') {
            if shown[i] == ' ' {
                all.push(spot(at..at));
                i += 1;
            } else {
                at = end;
            }
            continue;
        }
        if shown[i] == ' ' {
            all.push(spot(at..at));
            i += 1;
            continue;
        }
        let piece = at..markup_end(source, at).unwrap_or(end);
        let meant = normalize::display(&source[piece.clone()]);
        let length = meant.chars().count();
        let here = shown.get(i..i + length).unwrap_or_default();
        if length > 0 && meant.chars().eq(here.iter().copied()) {
            all.extend(here.iter().map(|_| spot(piece.clone())));
            i += length;
        } else if piece.end == end && !matches!(c, '*' | '#' | '`' | '_' | '~' | '$') {
            return None;
        }
        at = piece.end;
    }
    Some(all)
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
