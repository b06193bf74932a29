//! The names of places: what `regions.tsv` and `region_aliases.tsv` say, indexed for lookup at a position in a text.

use super::problem::{PatternError, Problem};
use super::quick_hash::QuickMap;
use super::rows::{CellText, Row, RowFile};
use crate::model::RegionLevel;
use std::borrow::Cow;
use std::collections::HashSet;
use std::path::Path;

/// The divisions and their codes.
pub(super) const REGIONS: RowFile = RowFile {
    name: "regions.tsv",
    builtin: include_str!("../../patterns/regions.tsv"),
    columns: &["code", "name", "level", "parent", "short name"],
    required: 4,
};

/// Their other names.
pub(super) const ALIASES: RowFile = RowFile {
    name: "region_aliases.tsv",
    builtin: include_str!("../../patterns/region_aliases.tsv"),
    columns: &["name", "code", "kind", "year"],
    required: 4,
};

/// Codes and names that they had before.
pub(super) const BEFORE: RowFile = RowFile {
    name: "regions_before.tsv",
    builtin: include_str!("../../patterns/regions_before.tsv"),
    columns: &["code-year", "name", "level", "code today"],
    required: 4,
};

/// A place, by its position in [`Gazetteer::places`].
pub(super) type PlaceId = u32;

/// A division with a code.
#[derive(Debug)]
pub(super) struct PlaceEntry {
    /// `652800`.
    pub(super) code: u32,
    pub(super) name: CellText,
    pub(super) level: RegionLevel,
    pub(super) parent: Option<PlaceId>,
}

/// How a name says its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NameKind {
    /// With the word for its kind (银川市, 恩施州), or one that says as much (巴州).
    Full,
    /// Without (银川, 广西): also a common word, now and then.
    Bare,
    /// Given up; a living name of the same spelling goes before it.
    Former,
}

#[derive(Debug)]
struct Name {
    text: CellText,
    kind: NameKind,
    place: PlaceId,
    /// The next name that begins with the same two characters.
    next: Option<u32>,
}

/// The names that one text position offers, longest first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named<'a> {
    /// As written in the gazetteer.
    pub(super) text: &'a str,
    pub(super) kind: NameKind,
    pub(super) place: PlaceId,
}

/// What a place was before a change.
#[derive(Debug)]
pub(super) struct Before {
    /// The place today.
    pub(super) place: PlaceId,
    pub(super) code: u32,
    pub(super) name: CellText,
    pub(super) level: RegionLevel,
    /// The first year in which it held no more.
    pub(super) until: i32,
}

/// All places and names.
#[derive(Debug)]
pub(super) struct Gazetteer {
    /// Sorted by place.
    before: Vec<Before>,
    places: Vec<PlaceEntry>,
    names: Vec<Name>,
    /// By their first two characters.
    heads: QuickMap<u32, u64>,
    /// One bit for each of these pairs, by a hash: nearly all other pairs are told by it.
    head_bits: Box<[u64]>,
    generic: HashSet<CellText>,
    words: HashSet<CellText>,
}

impl Gazetteer {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let (gazetteer, problems) = Self::read(overlay)?;
        match problems.into_iter().find(|problem| problem.stops_loading) {
            Some(problem) => Err(problem.into()),
            None => Ok(gazetteer),
        }
    }

    /// The gazetteer, as far as it can be read, and what is wrong with its files.
    pub(super) fn read(overlay: Option<&Path>) -> Result<(Self, Vec<Problem>), PatternError> {
        let (regions, mut problems) = REGIONS.load(overlay)?;
        let (aliases, more) = ALIASES.load(overlay)?;
        problems.extend(more);
        let mut reader = Reader { overlay, problems };
        let (earlier, more) = BEFORE.load(overlay)?;
        reader.problems.extend(more);
        let mut gazetteer = Gazetteer {
            before: Vec::with_capacity(earlier.len()),
            places: Vec::with_capacity(regions.len()),
            names: Vec::with_capacity(regions.len() + aliases.len() + 600),
            heads: QuickMap::with_capacity_and_hasher(regions.len(), Default::default()),
            head_bits: vec![0; HEAD_BITS / 64].into_boxed_slice(),
            generic: HashSet::new(),
            words: aliases.iter().filter(|r| r.cells[2] == "word").map(|r| r.cells[0].clone()).collect(),
        };
        gazetteer.put_places(&regions, &mut reader);
        for row in &regions {
            gazetteer.put_names_of(row, &mut reader);
        }
        for row in &aliases {
            gazetteer.put_alias(row, &mut reader);
        }
        for row in &earlier {
            gazetteer.put_before(row, &mut reader);
        }
        gazetteer.before.sort_by_key(|before| before.place);
        Ok((gazetteer, reader.problems))
    }

    /// The places, in the order of their codes, so that a code is found by halving.
    fn put_places(&mut self, rows: &[Row], reader: &mut Reader<'_>) {
        for row in rows {
            if row.cells[2] == "zone" {
                continue;
            }
            let Some(level) = read_level(&row.cells[2]) else {
                let message = format!("level `{}`; expected province, city, county or zone", row.cells[2]);
                reader.complain(REGIONS, row, message);
                continue;
            };
            let Some(code) = read_code(&row.cells[0]) else {
                reader.complain(REGIONS, row, format!("code `{}`; expected six digits", row.cells[0]));
                continue;
            };
            self.places.push(PlaceEntry { code, name: row.cells[1].clone(), level, parent: None });
        }
        if !self.places.is_sorted_by_key(|place| place.code) {
            self.places.sort_by_key(|place| place.code);
        }
        for row in rows.iter().filter(|row| row.cells[3] != "-" && row.cells[2] != "zone") {
            let parent = read_code(&row.cells[3]).and_then(|code| self.by_code(code));
            let place = read_code(&row.cells[0]).and_then(|code| self.by_code(code));
            match (place, parent) {
                (Some(place), Some(parent))
                    if self.places[parent as usize].level < self.places[place as usize].level =>
                {
                    self.places[place as usize].parent = Some(parent);
                }
                (None, _) => {} // said above
                _ => reader.complain(REGIONS, row, format!("`{}` is not the code of a larger place", row.cells[3])),
            }
        }
    }

    fn put_names_of(&mut self, row: &Row, reader: &mut Reader<'_>) {
        let [code, name, level, parent, short] = &row.cells;
        let of = if level == "zone" { parent } else { code };
        let Some(place) = read_code(of).and_then(|code| self.by_code(code)) else {
            if level == "zone" {
                reader.complain(REGIONS, row, format!("`{parent}` is not the code of a place"));
            }
            return;
        };
        self.put_name(name.clone(), NameKind::Full, place);
        if level == "zone" {
            return;
        }
        let level = self.places[place as usize].level;
        let short = (!short.is_empty()).then_some(short);
        if let Some(short) = short {
            let kind = if level == RegionLevel::Province { NameKind::Bare } else { NameKind::Full };
            self.put_name(short.clone(), kind, place);
        }
        // A county without its 县 or 区 is a word too often to be taken for a place.
        if level <= RegionLevel::City {
            let bare = without_kind(short.unwrap_or(name));
            if !self.words.contains(&*bare) {
                self.put_name(bare, NameKind::Bare, place);
            }
        }
    }

    fn put_alias(&mut self, row: &Row, reader: &mut Reader<'_>) {
        let [name, code, kind, year, _] = &row.cells;
        match &**kind {
            "generic" => {
                self.generic.insert(name.clone());
                return;
            }
            "word" => return, // known before all names
            "short" | "zone" | "former" => {}
            other => {
                let message = format!("kind `{other}`; expected short, zone, former, generic or word");
                return reader.complain(ALIASES, row, message);
            }
        }
        if kind == "former" && !year.parse().is_ok_and(|year: u32| (1949..=2100).contains(&year)) {
            reader.complain(ALIASES, row, format!("year `{year}`; expected the year in which the name was given up"));
        }
        match read_code(code).and_then(|code| self.by_code(code)) {
            Some(place) => {
                let kind = if kind == "former" { NameKind::Former } else { NameKind::Full };
                self.put_name(name.clone(), kind, place);
            }
            None => reader.complain(ALIASES, row, format!("`{code}` is not the code of a place")),
        }
    }

    fn put_before(&mut self, row: &Row, reader: &mut Reader<'_>) {
        let [key, name, level, today, _] = &row.cells;
        let read = || {
            let (code, until) = key.split_once('-')?;
            Some((read_code(code)?, until.parse().ok()?, read_level(level)?))
        };
        let Some((code, until, level)) = read() else {
            let message = format!("`{key}`, `{level}`; expected a code, `-` and a year, and province, city or county");
            return reader.complain(BEFORE, row, message);
        };
        match read_code(today).and_then(|code| self.by_code(code)) {
            Some(place) => self.before.push(Before { place, code, name: name.clone(), level, until }),
            None => reader.complain(BEFORE, row, format!("`{today}` is not the code of a place")),
        }
    }

    /// What a place was before, in no order.
    pub(super) fn before(&self, place: PlaceId) -> &[Before] {
        let from = self.before.partition_point(|before| before.place < place);
        let rest = &self.before[from..];
        &rest[..rest.partition_point(|before| before.place == place)]
    }

    /// The place that bears a code of earlier years today.
    pub(super) fn by_former_code(&self, code: u32) -> Option<PlaceId> {
        self.before
            .iter()
            .filter(|before| before.code == code)
            .max_by_key(|before| before.until)
            .map(|before| before.place)
    }

    fn put_name(&mut self, text: CellText, kind: NameKind, place: PlaceId) {
        let mut chars = text.chars();
        let (Some(first), Some(second)) = (chars.next(), chars.next()) else {
            return; // one character is never a name
        };
        let id = self.names.len() as u32;
        let next = self.heads.insert(head(first, second), id);
        let bit = head_bit(first, second);
        self.head_bits[bit / 64] |= 1 << (bit % 64);
        self.names.push(Name { text, kind, place, next });
    }

    /// A place of a code.
    pub(super) fn by_code(&self, code: u32) -> Option<PlaceId> {
        self.places.binary_search_by_key(&code, |place| place.code).ok().map(|at| at as PlaceId)
    }

    pub(super) fn place(&self, id: PlaceId) -> &PlaceEntry {
        &self.places[id as usize]
    }

    /// The place itself, then what encloses it, outwards.
    pub(super) fn outwards(&self, id: PlaceId) -> impl Iterator<Item = PlaceId> + '_ {
        std::iter::successors(Some(id), |id| self.places[*id as usize].parent)
    }

    /// `inner` is `outer` or lies in it.
    pub(super) fn encloses(&self, outer: PlaceId, inner: PlaceId) -> bool {
        self.outwards(inner).any(|place| place == outer)
    }

    /// Words for a part of any town (城区, 郊区) that are the names of a few: nothing without their parent.
    pub(super) fn is_generic(&self, name: &str) -> bool {
        self.generic.contains(name)
    }

    /// A name that running text holds where no place is meant: 教育局会同县财政局, 市局和县局, 相应县级.
    pub(super) fn reads_as_words(&self, name: &str) -> bool {
        self.words.contains(name)
    }

    /// May a name begin with these two characters? No is sure.
    pub(super) fn may_begin(&self, first: char, second: char) -> bool {
        let bit = head_bit(first, second);
        self.head_bits[bit / 64] & (1 << (bit % 64)) != 0
    }

    /// May two characters of a text, white space between them passed over, begin a name? No is sure, and most texts get it.
    pub(super) fn may_stand_in(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let (mut before, mut bits, mut at) = (0, 0, 0);
        while let Some(byte) = bytes.get(at) {
            let code = match (byte, bytes.get(at + 1..at + 3)) {
                // Ideographs, told by their first byte.
                (0xE4..=0xE9, Some([second, third])) => u32::from_le_bytes([*byte, *second, *third, 0]),
                (b' ' | b'\t'..=b'\r', _) => {
                    at += 1;
                    continue;
                }
                (0..0x80, _) => u32::from(*byte),
                _ => {
                    let Some(c) = text.get(at..).and_then(|rest| rest.chars().next()) else { break };
                    if c.is_whitespace() {
                        at += c.len_utf8();
                        continue;
                    }
                    let mut code = [0; 4];
                    c.encode_utf8(&mut code);
                    u32::from_le_bytes(code)
                }
            };
            let bit = bit_of_codes(before, code);
            bits |= self.head_bits[bit / 64] >> (bit % 64);
            before = code;
            at += match byte {
                0..0x80 => 1,
                0x80..0xE0 => 2,
                0xE0..0xF0 => 3,
                _ => 4,
            };
        }
        bits & 1 != 0
    }

    /// The names that `rest` begins with.
    pub(super) fn names_at(&self, rest: impl Iterator<Item = char> + Clone) -> impl Iterator<Item = Named<'_>> {
        let mut chars = rest.clone();
        let first = chars.next().zip(chars.next()).and_then(|(a, b)| self.heads.get(&head(a, b)).copied());
        std::iter::successors(first, |id| self.names[*id as usize].next)
            .map(|id| &self.names[id as usize])
            .filter(move |name| {
                let mut rest = rest.clone();
                name.text.chars().all(|c| rest.next() == Some(c))
            })
            .map(|name| Named { text: &name.text, kind: name.kind, place: name.place })
    }
}

/// Bits for the pairs that names begin with: sixteen and more for each, so that few others share theirs.
const HEAD_BITS: usize = 1 << 16;

fn head_bit(first: char, second: char) -> usize {
    let mut bytes = [0; 4];
    let mut code = |c: char| {
        bytes = [0; 4];
        c.encode_utf8(&mut bytes);
        u32::from_le_bytes(bytes)
    };
    bit_of_codes(code(first), code(second))
}

/// The bit of two characters, each by its bytes of UTF-8.
fn bit_of_codes(first: u32, second: u32) -> usize {
    (first.wrapping_mul(0x9E37_79B1).wrapping_add(second.wrapping_mul(0x85EB_CA77)) >> 16) as usize
}

/// Two characters as one key.
fn head(first: char, second: char) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

/// What reading has to say, and where the rows came from.
struct Reader<'a> {
    overlay: Option<&'a Path>,
    problems: Vec<Problem>,
}

impl Reader<'_> {
    fn complain(&mut self, file: RowFile, row: &Row, message: String) {
        // A built-in row under an overlay: the overlay took away the place that it speaks of, and so the row.
        if row.builtin && self.overlay.is_some() {
            return;
        }
        let path = file.path(self.overlay.filter(|_| !row.builtin));
        self.problems.push(Problem::error(&path, row.line, message));
    }
}

fn read_level(text: &str) -> Option<RegionLevel> {
    match text {
        "province" => Some(RegionLevel::Province),
        "city" => Some(RegionLevel::City),
        "county" => Some(RegionLevel::County),
        _ => None,
    }
}

fn read_code(text: &str) -> Option<u32> {
    (text.len() == 6 && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// 银川市 → 银川, 恩施州 → 恩施, 阿里地区 → 阿里, 河北省 → 河北.
fn without_kind(name: &CellText) -> CellText {
    let cut = |text: &str| {
        ["地区", "省", "市", "州", "盟"].iter().find_map(|kind| text.strip_suffix(kind)).unwrap_or(text).len()
    };
    match name {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..cut(text)]),
        Cow::Owned(text) => Cow::Owned(text[..cut(text)].to_owned()),
    }
}
