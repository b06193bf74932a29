//! Recognition with knowledge, for words: what a cell read from pixels holds is mended where the field's closed vocabulary
//! and what the picture allows leave one other reading.
//!
//! Comes in: the rows of one grid. Goes out: the same, single cells read otherwise, each with what was read first, of which
//! `correct` makes findings. Four things decide: a label, a level or a grade that is a known word with one or two
//! characters read otherwise, and is none as it stands; a level whose last or first character was lost at a wall; the unit
//! of a header (方元 in a bracket); the full name of a place. In a table that is simplified throughout a traditional
//! character that recognition itself doubts is the simplified one. Free text is otherwise left as it was read, and so
//! is every cell of a table that was not recognised.

use super::row::{Mended, Row, RowCell};
use crate::model::Alternative;
use crate::normalize::{self, is_ideograph};
use crate::patterns::{Patterns, label_key};
use std::collections::BTreeMap;

/// Least score of a reading that recognition offers for a character of a word.
const LEAST: f32 = 0.02;
/// Score of a cell below which signs that look alike may have been taken for each other.
const UNSURE: f32 = 0.9;
/// Score of a cell below which a traditional character may be a misread simplified one without having been offered.
const DOUBTED: f32 = 0.95;
/// Longest text, in characters, that is looked at as a label, and in which two places may differ at once.
const LONGEST_WORD: usize = 16;
/// The same for a text that names a place.
const LONGEST_NAME: usize = 60;
/// Places of one text that are read otherwise.
const MOST_PLACES: usize = 24;
/// How many times likelier a word must be than the next.
const LIKELIER: f32 = 3.0;
/// Characters of the full name of a place that is mended: shorter ones are near to others.
const SHORTEST_PLACE: usize = 4;
/// Characters in which one reading that recognition offers differs: some engines offer whole words.
const MOST_DIFFER: usize = 2;
/// Repairs of one cell.
const MOST_REPAIRS: usize = 4;
/// Ideographs of a table from which its script is told, and of how many one may be traditional in a simplified one.
const SCRIPT_TOLD: usize = 40;
const SIMPLIFIED: usize = 40;

/// What cells of one grid may be.
pub(super) struct Words<'p> {
    patterns: &'p Patterns,
    /// Nearly no character of it is a traditional one.
    simplified: bool,
}

/// A repair: places that are read otherwise, and why.
struct Repair {
    places: Vec<Place>,
    why: String,
}

/// A place of a text, read otherwise.
#[derive(Debug, Clone)]
struct Place {
    other: Alternative,
    /// Recognition offered it; else it only looks like what was read.
    seen: bool,
}

impl<'p> Words<'p> {
    /// For the cells of these rows; None where they were not recognised from pixels.
    pub(super) fn of(rows: &[Row], patterns: &'p Patterns) -> Option<Self> {
        let cells = || rows.iter().flat_map(|row| &row.cells);
        if !cells().any(RowCell::is_recognised) {
            return None;
        }
        let (mut all, mut traditional) = (0, 0);
        for c in cells().flat_map(|cell| cell.raw.chars()).filter(|c| is_ideograph(*c)) {
            all += 1;
            traditional += usize::from(normalize::simplified(c) != c);
        }
        Some(Words { patterns, simplified: all >= SCRIPT_TOLD && traditional * SIMPLIFIED <= all })
    }

    /// Reads the cells of a row otherwise where that is decided.
    pub(super) fn mend(&self, row: &mut Row) {
        for cell in row.cells.iter_mut() {
            for _ in 0..MOST_REPAIRS {
                let Some(repair) = self.repair(cell) else { break };
                match repaired(cell, repair, self.patterns) {
                    Some(mended) => *cell = mended,
                    None => break,
                }
            }
        }
    }

    fn repair(&self, cell: &RowCell) -> Option<Repair> {
        if !cell.raw.chars().any(is_ideograph) {
            return None;
        }
        self.variant(cell)
            .or_else(|| self.unit(cell))
            .or_else(|| self.word(cell))
            .or_else(|| self.lost(cell))
            .or_else(|| self.region(cell))
    }

    /// A traditional character that is a simplified one: 黃石 among simplified characters.
    fn variant(&self, cell: &RowCell) -> Option<Repair> {
        if !self.simplified {
            return None;
        }
        let place = cell.raw.char_indices().find_map(|(at, c)| {
            let simplified = normalize::simplified(c);
            let (from, to) = (at as u32, (at + c.len_utf8()) as u32);
            let is_it = |other: &&Alternative| {
                (other.from, other.to) == (from, to) && other.text.chars().eq(std::iter::once(simplified))
            };
            if simplified == c {
                return None;
            }
            match cell.alternatives.iter().find(is_it) {
                Some(other) => Some(Place { other: other.clone(), seen: true }),
                None if cell.trust < DOUBTED => {
                    let text = simplified.to_string().into();
                    Some(Place { other: Alternative { from, to, text, score: cell.trust }, seen: false })
                }
                None => None,
            }
        })?;
        let why = "the table's other characters are simplified ones".to_owned();
        Some(Repair { places: vec![place], why })
    }

    /// A unit in a bracket that is none: 预算数（方元）.
    fn unit(&self, cell: &RowCell) -> Option<Repair> {
        let places = self.patterns.lookalikes.of(&cell.raw).filter_map(|(range, text)| {
            let before = cell.raw[..range.start].trim_end().chars().next_back();
            let after = cell.raw[range.end..].trim_start().chars().next();
            let enclosed = matches!(before, Some('(' | '（' | ':' | '：')) && matches!(after, None | Some(')' | '）'));
            let misread = &cell.raw[range.clone()];
            let of_money = matches!(text, "万元" | "亿元") && misread.chars().all(is_ideograph);
            let score = cell.trust;
            let other = Alternative { from: range.start as u32, to: range.end as u32, text: text.into(), score };
            (enclosed && of_money && !self.is_unit(misread)).then_some(Place { other, seen: false })
        });
        let places: Vec<Place> = places.collect();
        match places.as_slice() {
            [_] => Some(Repair { places, why: "the bracket of a header holds a unit".to_owned() }),
            _ => None,
        }
    }

    fn is_unit(&self, text: &str) -> bool {
        matches!(text, "万元" | "亿元" | "千元" | "百元" | "元")
    }

    /// A label, a level or a grade.
    fn word(&self, cell: &RowCell) -> Option<Repair> {
        let length = cell.text.chars().count();
        if !(2..=LONGEST_WORD).contains(&length) || self.is_word(&cell.raw) {
            return None;
        }
        let places = self.places(cell);
        // By key: 产出指标 and 產出指標 are one word.
        let mut found: BTreeMap<String, (f32, bool, Vec<Place>)> = BTreeMap::new();
        for (index, one) in places.iter().enumerate() {
            let pairs = places[index + 1..].iter().filter(|two| !two.other.meets(&one.other));
            for taken in std::iter::once(vec![one.clone()]).chain(pairs.map(|two| vec![one.clone(), two.clone()])) {
                let Some(text) = applied(&cell.raw, &taken) else { continue };
                let score = taken.iter().map(|place| place.other.score).product::<f32>();
                let seen = taken.iter().all(|place| place.seen);
                // Of two characters each reading must weigh something by itself.
                let enough = length > 2 || (seen && score >= 0.1);
                if enough && self.is_word(&text) {
                    let known = found.entry(normalize::key(&text)).or_insert_with(|| (score, seen, taken.clone()));
                    if (seen, score) > (known.1, known.0) {
                        *known = (score, seen, taken);
                    }
                }
            }
        }
        let mut found: Vec<(f32, bool, Vec<Place>)> = found.into_values().collect();
        found.sort_by(|a, b| b.1.cmp(&a.1).then(b.0.total_cmp(&a.0)));
        let rival = found.get(1).map(|(score, seen, _)| (*seen, *score));
        let (score, seen, places) = found.into_iter().next()?;
        let is_alone = rival.is_none_or(|(other_seen, other)| seen && (!other_seen || score >= LIKELIER * other));
        is_alone.then(|| Repair { places, why: "only that is a known word here".to_owned() })
    }

    /// Is a text a label, a level or a grade that forms print?
    fn is_word(&self, text: &str) -> bool {
        let (key, patterns) = (label_key(text), self.patterns);
        let audit = &patterns.audit;
        !key.is_empty()
            && (patterns.headers.is_spelling(&key)
                || patterns.levels.of_key(&key) != (None, None)
                || patterns.row_labels.is_label(&key)
                || patterns.fund_labels.exact_key(&key).is_some()
                || [&audit.grade_reached, &audit.grade_partly, &audit.grade_missed].iter().any(|list| list.is(text)))
    }

    /// A level of which a wall took the first or the last character: 产出指.
    fn lost(&self, cell: &RowCell) -> Option<Repair> {
        let key = normalize::key(&cell.raw);
        let length = key.chars().count();
        if !(3..=LONGEST_WORD).contains(&length) || !key.chars().all(is_ideograph) || self.is_word(&cell.raw) {
            return None;
        }
        // Of characters below each other the last may stand on the next page.
        let lines: Vec<usize> = cell.raw.lines().map(|line| line.chars().count()).collect();
        if lines.len() > 1 && lines.last() >= lines.first() {
            return None;
        }
        let one = |rest: &str| rest.chars().count() == 1;
        let mut whole = self.patterns.levels.spellings().filter(|level| {
            level.ends_with("指标")
                && (level.strip_prefix(&key).is_some_and(one) || level.strip_suffix(&key).is_some_and(one))
        });
        let (level, None) = (whole.next()?, whole.next()) else { return None };
        let is_end = level.starts_with(&key);
        let (at, beside) = if is_end {
            cell.raw.char_indices().rev().find(|(_, c)| !c.is_whitespace())?
        } else {
            cell.raw.char_indices().find(|(_, c)| !c.is_whitespace())?
        };
        let text = if is_end {
            [beside, level.chars().next_back()?].iter().collect::<String>()
        } else {
            [level.chars().next()?, beside].iter().collect()
        };
        let (from, to) = (at as u32, (at + beside.len_utf8()) as u32);
        let other = Alternative { from, to, text: text.into(), score: cell.trust };
        let why = "only one level is spelt so but for the character at its edge".to_owned();
        Some(Repair { places: vec![Place { other, seen: false }], why })
    }

    /// The full name of a place: 厂西壮族目治区.
    fn region(&self, cell: &RowCell) -> Option<Repair> {
        if cell.text.chars().count() > LONGEST_NAME {
            return None;
        }
        let named = |text: &str| -> Vec<String> {
            let places = self.patterns.regions.find_all(text);
            places.iter().filter_map(|place| text.get(place.start..place.end)).map(str::to_owned).collect()
        };
        let length = |names: &[String]| names.iter().map(|name| name.chars().count()).sum::<usize>();
        let places = self.places(cell);
        if places.is_empty() {
            return None;
        }
        let before = named(&cell.raw);
        let mut found: BTreeMap<String, (usize, Vec<Place>)> = BTreeMap::new();
        for (index, one) in places.iter().enumerate() {
            // A name that is misread twice is misread in one stretch.
            const REACH: u32 = 36;
            let near = |two: &&Place| !two.other.meets(&one.other) && two.other.from.abs_diff(one.other.from) <= REACH;
            let pairs = places[index + 1..].iter().filter(near);
            for taken in std::iter::once(vec![one.clone()]).chain(pairs.map(|two| vec![one.clone(), two.clone()])) {
                let Some(text) = applied(&cell.raw, &taken) else { continue };
                let names = named(&text);
                let new: Vec<&String> = names.iter().filter(|name| !before.contains(name)).collect();
                // All that was read otherwise belongs to the one new name.
                let inside = |name: &str| {
                    let at = text.find(name).unwrap_or(usize::MAX);
                    taken.iter().all(|place| (at..at.saturating_add(name.len())).contains(&(place.other.from as usize)))
                };
                if let [name] = new.as_slice()
                    && name.chars().count() >= SHORTEST_PLACE
                    && inside(name)
                    && length(&names) > length(&before) + 1
                {
                    let known = found.entry((*name).clone()).or_insert((taken.len(), taken.clone()));
                    if taken.len() < known.0 {
                        *known = (taken.len(), taken);
                    }
                }
            }
        }
        // The longest name holds the others.
        let longest = found.keys().max_by_key(|name| name.chars().count())?.clone();
        if !found.keys().all(|name| longest.contains(name.as_str())) {
            return None;
        }
        let (_, places) = found.remove(&longest)?;
        Some(Repair { places, why: format!("{longest} is the full name of a place") })
    }

    /// What characters of a cell may be read as, the likeliest first.
    fn places(&self, cell: &RowCell) -> Vec<Place> {
        let is_one = |other: &&Alternative| {
            let was = cell.raw.get(other.from as usize..other.to as usize).unwrap_or_default();
            let same_length = was.chars().count() == other.text.chars().count();
            let differ = was.chars().zip(other.text.chars()).filter(|(was, is)| was != is);
            let differ: Vec<(char, char)> = differ.collect();
            other.score >= LEAST
                && same_length
                && (1..=MOST_DIFFER).contains(&differ.len())
                && differ.iter().all(|(was, is)| is_ideograph(*was) && is_ideograph(*is))
        };
        let seen = cell.alternatives.iter().filter(is_one).map(|other| Place { other: other.clone(), seen: true });
        let mut places: Vec<Place> = seen.collect();
        if cell.trust < UNSURE {
            let score = (1.0 - cell.trust.clamp(0.0, 1.0)) / 2.0;
            for (range, text) in self.patterns.lookalikes.of_words(&cell.raw) {
                let other = Alternative { from: range.start as u32, to: range.end as u32, text: text.into(), score };
                if !places.iter().any(|known| known.other.from == other.from && known.other.text == other.text) {
                    places.push(Place { other, seen: false });
                }
            }
        }
        places.sort_by(|a, b| b.seen.cmp(&a.seen).then(b.other.score.total_cmp(&a.other.score)));
        places.truncate(MOST_PLACES);
        places
    }
}

/// A text with these places read otherwise; None where they are none of its places.
fn applied(text: &str, places: &[Place]) -> Option<String> {
    let mut places: Vec<&Place> = places.iter().collect();
    places.sort_by_key(|place| std::cmp::Reverse(place.other.from));
    places.iter().try_fold(text.to_owned(), |text, place| place.other.applied(&text))
}

/// The cell, read so. The other readings of its other places stay.
fn repaired(cell: &RowCell, repair: Repair, patterns: &Patterns) -> Option<RowCell> {
    let raw = applied(&cell.raw, &repair.places).filter(|raw| *raw != cell.raw)?;
    let mut alternatives = cell.alternatives.clone();
    alternatives.retain(|other| !repair.places.iter().any(|place| place.other.meets(other)));
    for other in &mut alternatives {
        let longer: i64 = repair
            .places
            .iter()
            .filter(|place| place.other.from < other.from)
            .map(|place| place.other.text.len() as i64 - i64::from(place.other.to - place.other.from))
            .sum();
        other.from = u32::try_from(i64::from(other.from) + longer).ok()?;
        other.to = u32::try_from(i64::from(other.to) + longer).ok()?;
    }
    let seen: Vec<String> = repair
        .places
        .iter()
        .map(|Place { other, seen }| {
            let what = if *seen { "the picture allows" } else { "it looks like" };
            format!("{what} {:?} (score {:.2})", other.text, other.score)
        })
        .collect();
    let why = format!("{}, and {}", seen.join(", "), repair.why);
    let (first, why) = match cell.mended.clone() {
        Some(before) => (before.first, format!("{}; {why}", before.why)),
        None => (cell.raw.clone(), why),
    };
    let read = cell.read_as(raw, patterns);
    Some(RowCell { alternatives, mended: Some(Mended { first, why }), ..read })
}
