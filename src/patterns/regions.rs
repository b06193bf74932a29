//! Which administrative division a text speaks of: a unit's name, a title, a head line, or prose.
//!
//! How a name counts, so that a place is found where one is meant and nowhere else:
//! - The longest name at a position wins; the word after it may show that it was none (铁山区域, 武汉市场).
//! - A name counts only where a name can begin: at the start of the text, behind white space, punctuation, a digit,
//!   another place, or a character that ends a word in such texts (国家税务总局·银川市…, 2020年·广西…).
//! - Names without the word for their kind count for provinces (广西), and for prefectures as the head of a unit's
//!   name (银川医保局) or before another place (黄石大冶市). Never for counties.
//! - Names that running text holds by chance (教育局会同县财政局, 市局和县局) count at the start of a text, behind a year or
//!   with the larger place.
//! - Names that several places share (鼓楼区) are decided by a larger place before them, elsewhere in the text or in
//!   the context; else they say nothing. Words for a part of any town (城区, 郊区) always need it.
//! - Names directly one after another are one place: the last that lies in the one before it.
//! - A name given up stands for its successor; a report on a year before the change gets the name and the code of
//!   that year ([`Regions::resolve_as_of`]).

use super::gazetteer::{Gazetteer, NameKind, PlaceId};
use super::problem::PatternError;
use crate::model::{Region, RegionLevel};
use std::path::Path;
use std::sync::Arc;

/// All that is known of places.
#[derive(Debug)]
pub struct Regions {
    gazetteer: Gazetteer,
}

/// A place named in a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceMatch {
    /// The smallest coded place of the name.
    pub region: Arc<Region>,
    /// Byte offsets of the name in the text, the places before it in one piece included: 池州市贵池区.
    pub start: usize,
    /// End of the name, exclusive.
    pub end: usize,
}

/// Texts up to this many characters name one unit or project: a smaller place later in them is the more exact word
/// for the same place (湖北省分行黄石市支行). In longer ones it is another matter.
const SHORT_TEXT_CHARS: usize = 60;

/// Prose is searched no further than this: who reports stands at the beginning.
const MAX_CHARS: usize = 20_000;

/// No more names than this are kept of one text.
const MAX_MATCHES: usize = 64;

impl Regions {
    /// The built-in divisions and names, overlaid with `regions.tsv` and `region_aliases.tsv` of a directory.
    ///
    /// # Errors
    /// A file that cannot be read, or a row that is not what its columns ask for.
    pub fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        Ok(Regions { gazetteer: Gazetteer::load(overlay)? })
    }

    /// The place of a code: `652800`.
    pub fn by_code(&self, code: &str) -> Option<Arc<Region>> {
        let code = code.parse().ok().filter(|_| code.len() == 6)?;
        self.gazetteer.by_code(code).map(|id| self.region(id))
    }

    /// The first place that a text names, as exactly as the text says it; None where it names none, or one of
    /// several by the same name. 国家… and 中国 are no place.
    pub fn find(&self, text: &str) -> Option<PlaceMatch> {
        self.find_in(text, &[])
    }

    /// As [`Regions::find`], with texts that may name the larger place around it.
    pub fn find_in(&self, text: &str, context: &[&str]) -> Option<PlaceMatch> {
        let around = self.places_named(context);
        let found = self.best(&self.named_in(text), &around)?;
        Some(self.to_match(&found))
    }

    /// The places that a text names, in reading order, one for each name or run of names; those that stay ambiguous
    /// are left out. At most 64, from the first 20,000 characters.
    pub fn find_all(&self, text: &str) -> Vec<PlaceMatch> {
        let named = self.named_in(text);
        let around: Vec<PlaceId> = named.names.iter().filter_map(|n| n.certain()).collect();
        named.names.iter().filter_map(|name| self.decide(name, &around)).map(|f| self.to_match(&f)).collect()
    }

    /// The smallest coded place that holds the reporting unit.
    ///
    /// `texts` come in the order of what they say about it: the reporting unit's name first, then title, authority,
    /// then whatever else. The first that names a place decides. Where that is not the reporting unit's own name,
    /// later short texts may name a part of that place and so say it more exactly; none may replace it. All of them
    /// help to tell places of the same name apart.
    pub fn resolve(&self, texts: &[&str]) -> Option<Arc<Region>> {
        self.resolve_place(texts, [].iter()).map(|id| self.region(id))
    }

    /// As [`Regions::resolve`], with name and code as they were in force at the end of a year: 长乐市 is 350182 in a report on
    /// 2016, 长乐区 350112 in one on 2017. Without a year as they are today; what a former code is today says
    /// [`Regions::today`].
    pub fn resolve_as_of(&self, texts: &[&str], year: Option<i32>) -> Option<Arc<Region>> {
        self.resolve_among(texts, (&[], &[]), year)
    }

    /// The same, behind the texts some lines of which it is known already what places they name ([`Regions::places_in`]).
    pub(crate) fn resolve_among(
        &self,
        texts: &[&str],
        (lines, places): (&[String], &[PlacesIn]),
        year: Option<i32>,
    ) -> Option<Arc<Region>> {
        let place = self.resolve_place(texts, places.iter())?;
        let now = self.region(place);
        let Some(year) = year else { return Some(now) };
        let held = self.gazetteer.before(place).iter().filter(|before| before.until > year);
        // Of places that were merged into one, the one that is named.
        let says =
            |text: &str, name: &str| text.contains(name) || text.split_whitespace().collect::<String>().contains(name);
        let named = |name: &str| texts.iter().any(|text| says(text, name)) || lines.iter().any(|line| says(line, name));
        let (same, other): (Vec<_>, Vec<_>) = held.partition(|before| *before.name == *now.name);
        let renamed = other.into_iter().filter(|before| named(&before.name)).min_by_key(|before| before.until);
        let Some(before) = renamed.or_else(|| same.into_iter().min_by_key(|before| before.until)) else {
            return Some(now);
        };
        let code = format!("{:06}", before.code);
        Some(Arc::new(Region { name: before.name.to_string(), code, level: before.level }))
    }

    /// What a code is today, also one that was given up: 350182 → 长乐区, 350112.
    pub fn today(&self, code: &str) -> Option<Arc<Region>> {
        let former = || self.gazetteer.by_former_code(code.parse().ok().filter(|_| code.len() == 6)?);
        self.by_code(code).or_else(|| former().map(|id| self.region(id)))
    }

    /// The places that a line names, for all who ask about it.
    pub(crate) fn places_in(&self, line: &str) -> PlacesIn {
        PlacesIn(self.named_in(line))
    }

    fn resolve_place<'n>(&self, texts: &[&str], lines: impl Iterator<Item = &'n PlacesIn> + Clone) -> Option<PlaceId> {
        let mut own = Vec::with_capacity(texts.len());
        if let Some((first, others)) = texts.split_first() {
            own.push(self.named_in(first));
            // The reporting unit's own name, where it leaves nothing open, needs no other text.
            if let Some(found) = self.alone(&own[0]) {
                return Some(found.place);
            }
            own.extend(others.iter().map(|text| self.named_in(text)));
        }
        let named = own.iter().chain(lines.map(|PlacesIn(named)| named));
        let around: Vec<PlaceId> =
            named.clone().flat_map(|named| &named.names).filter_map(|name| name.certain()).collect();
        let mut found: Option<PlaceId> = None;
        for (rank, named) in named.enumerate() {
            let Some(here) = self.best(named, &around).map(|f| f.place) else {
                continue;
            };
            match found {
                None if rank == 0 => return Some(here),
                None => found = Some(here),
                Some(base) if named.short && self.gazetteer.encloses(base, here) => found = Some(here),
                Some(_) => {}
            }
        }
        found
    }

    /// A place that encloses another, or is it.
    pub fn encloses(&self, outer: &Region, inner: &Region) -> bool {
        let id = |region: &Region| region.code.parse().ok().and_then(|code| self.gazetteer.by_code(code));
        id(outer).zip(id(inner)).is_some_and(|(outer, inner)| self.gazetteer.encloses(outer, inner))
    }

    fn places_named(&self, texts: &[&str]) -> Vec<PlaceId> {
        texts.iter().flat_map(|text| self.named_in(text).names).filter_map(|name| name.certain()).collect()
    }

    /// What a text says whatever stands around it; None where it names no place or something could be read otherwise.
    fn alone(&self, named: &NamedPlaces) -> Option<Found> {
        let here: Vec<PlaceId> = named.names.iter().filter_map(|name| name.certain()).collect();
        let decided = named.names.iter().all(|name| self.decide(name, &here).is_some());
        if decided { self.best(named, &[]) } else { None }
    }

    /// The first name that can be decided; in a short text, the more exact one inside it that comes later.
    fn best(&self, named: &NamedPlaces, around: &[PlaceId]) -> Option<Found> {
        let here: Vec<PlaceId> = named.names.iter().filter_map(|name| name.certain()).collect();
        let mut best: Option<Found> = None;
        for name in &named.names {
            let Some(found) = self.decide(name, &here).or_else(|| self.decide(name, around)) else {
                continue;
            };
            match &best {
                None => best = Some(found),
                Some(outer) if named.short && self.gazetteer.encloses(outer.place, found.place) => best = Some(found),
                Some(_) => {}
            }
        }
        best
    }

    /// The one place that a name means, by the places around it; the first of those that decides, does.
    fn decide(&self, name: &NamedPlace, around: &[PlaceId]) -> Option<Found> {
        let by_place_around = || {
            around.iter().find_map(|outer| {
                let mut inside =
                    name.places.iter().copied().filter(|p| p != outer && self.gazetteer.encloses(*outer, *p));
                inside.next().filter(|_| inside.next().is_none())
            })
        };
        let place = match name.places[..] {
            [_] => name.certain().or_else(by_place_around),
            _ => by_place_around().or_else(|| name.certain()),
        }?;
        Some(Found { place, start: name.start, end: name.end })
    }

    /// The names in a text, adjacent ones joined.
    fn named_in(&self, text: &str) -> NamedPlaces {
        if !self.gazetteer.may_stand_in(text) {
            return NamedPlaces { names: Vec::new(), short: false };
        }
        let letters = Letters::of(text);
        let mut names: Vec<NamedPlace> = Vec::new();
        let mut at = 0;
        let mut previous_end = None;
        while at < letters.0.len() && names.len() < MAX_MATCHES {
            let known = letters.pair(at).is_some_and(|(first, second)| self.gazetteer.may_begin(first, second));
            let begins = known && (previous_end == Some(at) || letters.may_begin_name(at));
            let Some(Spelling { length, places, living, generic, words }) =
                begins.then(|| self.longest_at(&letters, at)).flatten()
            else {
                at += 1;
                continue;
            };
            let generic = generic || words && previous_end != Some(at) && !letters.begins_surely(at);
            let (start, end) = (letters.0[at].offset, letters.end_offset(at + length));
            let inner = names.last_mut().filter(|_| previous_end == Some(at)).and_then(|outer| {
                let inside: Vec<PlaceId> = places
                    .iter()
                    .copied()
                    .filter(|p| outer.places.iter().any(|o| self.gazetteer.encloses(*o, *p)))
                    .collect();
                (!inside.is_empty()).then(|| {
                    outer.generic = generic && outer.places.len() > 1;
                    outer.living = inside.len();
                    outer.places = inside;
                    outer.end = end;
                })
            });
            if inner.is_none() {
                names.push(NamedPlace { places, living, generic, start, end });
            }
            at += length;
            previous_end = Some(at);
        }
        NamedPlaces { names, short: letters.0.len() <= SHORT_TEXT_CHARS }
    }

    /// The longest name at a position that counts there.
    fn longest_at(&self, letters: &Letters, at: usize) -> Option<Spelling> {
        let rest = letters.0[at..].iter().map(|letter| letter.char);
        let mut names: Vec<_> = self.gazetteer.names_at(rest).map(|name| (name.text.chars().count(), name)).collect();
        names.sort_by_key(|(length, name)| (std::cmp::Reverse(*length), name.kind));
        let mut names = names.into_iter().peekable();
        while let Some((length, name)) = names.next() {
            let counts = match name.kind {
                NameKind::Full | NameKind::Former => letters.full_name_ends(at + length),
                NameKind::Bare => {
                    letters.bare_name_ends(at + length)
                        && (self.gazetteer.place(name.place).level == RegionLevel::Province
                            || letters.unit_follows(at + length)
                            || self.longest_at_after_bare(letters, at + length))
                }
            };
            if !counts {
                continue;
            }
            // Names of the same spelling: several places, the living before those given up. A bare name means the
            // largest.
            let (mut places, mut living) = (vec![name.place], usize::from(name.kind != NameKind::Former));
            while let Some((_, other)) = names.next_if(|(l, _)| *l == length) {
                match (name.kind, other.kind) {
                    (NameKind::Bare, NameKind::Bare) => {
                        if self.gazetteer.place(other.place).level < self.gazetteer.place(places[0]).level {
                            places[0] = other.place;
                        }
                    }
                    (_, NameKind::Bare) => {}
                    _ if places.contains(&other.place) => {}
                    _ => {
                        living += usize::from(other.kind == NameKind::Full);
                        places.push(other.place);
                    }
                }
            }
            let (generic, words) = (self.gazetteer.is_generic(name.text), self.gazetteer.reads_as_words(name.text));
            return Some(Spelling { length, places, living, generic, words });
        }
        None
    }

    /// A full name begins here (黄石·大冶市).
    fn longest_at_after_bare(&self, letters: &Letters, at: usize) -> bool {
        letters.0.get(at..).is_some_and(|rest| {
            self.gazetteer
                .names_at(rest.iter().map(|letter| letter.char))
                .any(|name| name.kind != NameKind::Bare && letters.full_name_ends(at + name.text.chars().count()))
        })
    }

    fn to_match(&self, found: &Found) -> PlaceMatch {
        PlaceMatch { region: self.region(found.place), start: found.start, end: found.end }
    }

    fn region(&self, id: PlaceId) -> Arc<Region> {
        let place = self.gazetteer.place(id);
        Arc::new(Region { name: place.name.to_string(), code: format!("{:06}", place.code), level: place.level })
    }
}

/// What [`Regions::places_in`] found.
#[derive(Debug, Clone)]
pub(crate) struct PlacesIn(NamedPlaces);

/// The names in one text.
#[derive(Debug, Clone)]
struct NamedPlaces {
    names: Vec<NamedPlace>,
    /// One unit's or project's name, by its length.
    short: bool,
}

/// What stands at one position.
struct Spelling {
    /// In characters.
    length: usize,
    places: Vec<PlaceId>,
    living: usize,
    generic: bool,
    /// It may be the end of a word and the beginning of another.
    words: bool,
}

/// A name, or names directly one after another, and what it may mean.
#[derive(Debug, Clone)]
struct NamedPlace {
    /// At least one; those that bear the name today first.
    places: Vec<PlaceId>,
    /// How many bear it today.
    living: usize,
    /// A word for a part of any town, or what may be no name, with nothing that says of which place.
    generic: bool,
    start: usize,
    end: usize,
}

impl NamedPlace {
    fn certain(&self) -> Option<PlaceId> {
        let alone = self.living == 1 || self.places.len() == 1;
        (alone && !self.generic).then(|| self.places[0])
    }
}

struct Found {
    place: PlaceId,
    start: usize,
    end: usize,
}

/// A character that is no white space.
#[derive(Debug, Clone, Copy)]
struct Letter {
    char: char,
    /// Byte offset in the text.
    offset: usize,
    /// White space stood before it.
    gap: bool,
}

/// A text without white space (OCR sets it anywhere), with the places of what is left.
struct Letters(Vec<Letter>);

impl Letters {
    fn of(text: &str) -> Self {
        let mut gap = false;
        let mut letters = Vec::with_capacity(text.len().min(4 * MAX_CHARS) / 3 + 1);
        for (offset, char) in text.char_indices() {
            if char.is_whitespace() {
                gap = true;
                continue;
            }
            if letters.len() == MAX_CHARS {
                break;
            }
            letters.push(Letter { char, offset, gap });
            gap = false;
        }
        Letters(letters)
    }

    fn pair(&self, at: usize) -> Option<(char, char)> {
        self.get(at).zip(self.get(at + 1))
    }

    fn get(&self, at: usize) -> Option<char> {
        self.0.get(at).map(|letter| letter.char)
    }

    /// Byte offset behind the letter before `at`.
    fn end_offset(&self, at: usize) -> usize {
        at.checked_sub(1).and_then(|last| self.0.get(last)).map_or(0, |l| l.offset + l.char.len_utf8())
    }

    /// A place's name can begin here, by what stands before it.
    fn may_begin_name(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).and_then(|before| self.get(before)) else {
            return true;
        };
        self.0[at].gap || !is_han(before) || may_stand_before_name(before)
    }

    /// No word reaches into a name that begins here: the text begins, or a year ends.
    fn begins_surely(&self, at: usize) -> bool {
        let Some(before) = at.checked_sub(1).and_then(|before| self.get(before)) else { return true };
        matches!(before, '年' | '度' | '《' | '“' | '：' | ':') || before.is_ascii_digit()
    }

    /// A name with the word for its kind ends here, and that word is not the start of another: 铁山区|域.
    fn full_name_ends(&self, end: usize) -> bool {
        let (Some(last), Some(next)) = (self.get(end - 1), self.get(end)) else {
            return true;
        };
        // 新县城建设, but 新县城关镇; 相应县级配套 is told by its beginning.
        let seat = (last, next) == ('县', '城') && self.get(end + 1) != Some('关');
        !seat
            && !matches!(
                (last, next),
                ('市', '场' | '值')
                    | ('区', '域' | '间' | '块' | '划')
                    | ('县', '域')
                    | ('旗', '下' | '舰')
                    | ('省', '份')
            )
    }

    /// A bare name ends here, and is not a part of a street's or a river bank's name: 北京路, 四川北路, 河南岸.
    fn bare_name_ends(&self, end: usize) -> bool {
        let Some(next) = self.get(end) else {
            return true;
        };
        let street = |c| matches!(c, '路' | '街' | '道' | '巷' | '岸' | '桥' | '麓' | '坡');
        let side = matches!(next, '东' | '西' | '南' | '北' | '中' | '一' | '二' | '三');
        !(street(next) || matches!(next, '话' | '菜' | '部') || side && self.get(end + 1).is_some_and(street))
    }

    /// What follows is the rest of a unit's name: …医疗保障局.
    fn unit_follows(&self, from: usize) -> bool {
        let rest = self.0.get(from..).unwrap_or_default();
        let run = rest.iter().take(MAX_UNIT_CHARS).take_while(|letter| is_han(letter.char));
        run.last().is_some_and(|letter| UNIT_ENDINGS.contains(letter.char))
    }
}

/// Characters that a place's name may follow in the texts of forms: ends of times (2020年·), of units (税务总局·,
/// 银行·, 党·), of larger places that are not known, and words that govern a name (关于·, 对·, 位于/在·).
#[rustfmt::skip]
fn may_stand_before_name(c: char) -> bool {
    matches!(
        c,
        '年' | '度' | '月' | '日' | '季' | '于' | '在' | '对' | '由' | '为' | '与' | '和' | '及' | '或' | '到' | '至' | '是'
        | '即' | '的' | '局' | '行' | '委' | '部' | '会' | '党' | '共' | '团' | '社' | '司' | '院' | '署' | '处' | '所' | '站'
        | '网' | '联' | '室' | '厅' | '省' | '市' | '区' | '县' | '州' | '盟' | '旗' | '乡' | '镇' | '送' | '向' | '从' | '以'
        | '原' | '我' | '驻' | '中'
    )
}

/// The last character of a unit's name: 局, 委员会, 图书馆, 中心, 公司, 支行 …
const UNIT_ENDINGS: &str = "局委会厅院馆校学心站所队办室处司社府园部团厂场店台署行";

/// Longest rest of a unit's name that is looked at.
const MAX_UNIT_CHARS: usize = 40;

fn is_han(c: char) -> bool {
    matches!(c, '\u{3400}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}
