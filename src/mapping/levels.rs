//! Levels 1 and 2 of every indicator row: merged text carried over its span, and inferred from the taxonomy where the
//! source lost it.
//!
//! A dump keeps a merged cell's text in one row only: the first (most writers), the middle or the last (OCR, some
//! converters). Which of the three a form follows is decided once for the form, by what the positions and the
//! taxonomy contradict least. Spans that the format states are facts and are never moved.

use super::quantity::{Context, Grammar};
use crate::model::{Level, Number};
use crate::patterns::{LevelKind, Measure, Patterns};
use rust_decimal::Decimal;
use std::cell::OnceCell;

/// What a row's level cell prints.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Printed {
    /// This text begins here.
    Text(String),
    /// A cell that began above covers the row: the format says so.
    Covered,
    /// Nothing.
    Blank,
}

impl Printed {
    fn text(&self) -> Option<&str> {
        match self {
            Printed::Text(text) => Some(text),
            _ => None,
        }
    }
}

/// Where in its span a merged cell's text stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Convention {
    Top,
    /// Of an even number of rows the upper middle one.
    UpperMiddle,
    /// … the lower middle one.
    LowerMiddle,
    End,
}

/// Price of a convention other than the usual one, so that it needs evidence.
const UNUSUAL: f32 = 0.6;
/// Price of a label that does not stand where the convention puts it.
const MISPLACED: f32 = 1.0;
/// Price of a level 2 that the taxonomy does not allow under its level 1.
const CONTRADICTED: f32 = 1.5;
/// Price of a name whose words speak against its level 2.
const WORDS: f32 = 0.2;
/// Price of a target that is not what its level 2 usually measures.
const MEASURES: f32 = 0.1;
/// Worth of a level whose rows add up to the weight printed behind it.
const WEIGHTS: f32 = 0.5;
/// Readings of the first level that the second is tried against.
const READINGS: usize = 6;
/// Rows beyond which a form's levels are carried down without a search.
const LONGEST_SEARCH: usize = 120;

/// What a row prints that tells its levels.
#[derive(Debug, Clone)]
pub(super) struct LevelRow {
    pub(super) first: Printed,
    pub(super) second: Printed,
    /// Its level-3 name.
    pub(super) name: String,
    pub(super) weight: Option<Decimal>,
    /// Its target as the source has it.
    pub(super) target: String,
}

/// Both levels of every row.
pub(super) fn assign(
    rows: &[LevelRow],
    has_columns: (bool, bool),
    patterns: &Patterns,
    grammar: &Grammar,
) -> Vec<(Level, Level)> {
    let first: Vec<&Printed> = rows.iter().map(|r| &r.first).collect();
    let second: Vec<&Printed> = rows.iter().map(|r| &r.second).collect();
    let known = Known::of(rows, patterns, grammar);
    let stated = rows.iter().any(|r| r.first == Printed::Covered || r.second == Printed::Covered);
    let conventions: &[Convention] = if stated || rows.len() > LONGEST_SEARCH {
        &[Convention::Top]
    } else {
        &[Convention::Top, Convention::UpperMiddle, Convention::LowerMiddle, Convention::End]
    };
    let mut best: Option<(f32, Owners, Owners)> = None;
    'conventions: for &convention in conventions {
        // Which row bears the first level decides where the second may break, so a few readings of it are kept.
        for (cost1, owner1) in spread(&first, &[0, rows.len()], convention, READINGS) {
            let mut borders = vec![0];
            borders.extend((1..rows.len()).filter(|i| owner1[*i] != owner1[*i - 1]));
            borders.push(rows.len());
            for (cost2, owner2) in spread(&second, &borders, convention, READINGS) {
                let contradictions = contradictions(rows, &owner1, &known, patterns);
                let mut cost = cost1 + cost2 + CONTRADICTED * contradictions as f32;
                if convention == Convention::Top && cost == 0.0 {
                    // Nothing speaks against the usual convention.
                    best = Some((cost, owner1, owner2));
                    break 'conventions;
                }
                cost += if convention == Convention::Top { 0.0 } else { UNUSUAL };
                cost += words_against(rows, &owner1, &owner2, &known, patterns);
                cost += measures_against(rows, &owner2, &known, patterns, grammar);
                cost += weights_against(rows, &owner1, &known);
                if best.as_ref().is_none_or(|(least, ..)| cost < *least) {
                    best = Some((cost, owner1.clone(), owner2));
                }
            }
        }
    }
    let Some((_, owner1, owner2)) = best else { return Vec::new() };
    let text = |printed: &Printed| match printed {
        Printed::Text(text) => Some(text.clone()),
        _ => None,
    };
    let printed: Vec<(LevelKind, &str)> =
        rows.iter().zip(&known.first).filter_map(|(row, kind)| Some(((*kind)?, row.first.text()?))).collect();
    let mut levels = Vec::with_capacity(rows.len());
    for index in 0..rows.len() {
        let one = owner1[index].and_then(|o| text(first[o]));
        let two = owner2[index].and_then(|o| text(second[o]));
        let mut level1 = one.as_deref().map(|t| level(t, grammar)).unwrap_or_default();
        let level2 = two.as_deref().map(|t| level(t, grammar)).unwrap_or_default();
        let printed_here = matches!(first[index], Printed::Text(_) | Printed::Covered);
        // A level 1 that is printed beside this level 2, or spans it by the format's word, stands whatever it says.
        let owner_prints = owner1[index].is_some() && owner1[index] == owner2[index];
        let lost = match (&one, &two) {
            (Some(_), Some(_)) => {
                let kind = |owner: Option<usize>, kinds: &[Option<LevelKind>]| owner.and_then(|o| kinds[o]);
                contradicts(kind(owner1[index], &known.first), kind(owner2[index], &known.second), patterns)
            }
            (None, Some(_)) => true,
            _ => false,
        };
        if has_columns.0
            && lost
            && !printed_here
            && !owner_prints
            && let Some(two) = owner2[index].and_then(|o| known.second[o])
            && let Some(inferred) = infer(two, &printed, patterns, grammar)
        {
            level1 = inferred;
        }
        levels.push((level1, level2));
    }
    levels
}

/// What the taxonomy knows of each row, looked up once.
struct Known {
    first: Vec<Option<LevelKind>>,
    second: Vec<Option<LevelKind>>,
    /// The weight printed behind level 1.
    weights: Vec<Option<Number>>,
    /// The kinds of level 2 that the words of the name speak for; filled when first asked for.
    spoken_for: OnceCell<Vec<Vec<LevelKind>>>,
    /// What the target measures; filled when first asked for.
    measures: OnceCell<Vec<Option<Measure>>>,
}

impl Known {
    fn of(rows: &[LevelRow], patterns: &Patterns, grammar: &Grammar) -> Self {
        Known {
            first: rows.iter().map(|r| patterns.levels.first(r.first.text()?)).collect(),
            second: rows.iter().map(|r| patterns.levels.second(r.second.text()?)).collect(),
            weights: rows.iter().map(|r| level(r.first.text()?, grammar).weight).collect(),
            spoken_for: OnceCell::new(),
            measures: OnceCell::new(),
        }
    }
}

/// How many printed level 2 the taxonomy does not allow under the level 1 that is carried to them.
fn contradictions(rows: &[LevelRow], owner: &Owners, known: &Known, patterns: &Patterns) -> usize {
    let carried = |index: usize| match (&owner[index], &rows[index].first) {
        (Some(from), Printed::Blank | Printed::Covered) => known.first[*from],
        _ => None,
    };
    (0..rows.len()).filter(|&index| contradicts(carried(index), known.second[index], patterns)).count()
}

/// What the names' words say against this reading of the levels.
fn words_against(rows: &[LevelRow], first: &Owners, second: &Owners, known: &Known, patterns: &Patterns) -> f32 {
    let levels = &patterns.levels;
    let spoken_for = known.spoken_for.get_or_init(|| rows.iter().map(|row| levels.spoken_for(&row.name)).collect());
    let votes = spoken_for.iter().enumerate().filter(|(_, kinds)| !kinds.is_empty()).filter_map(|(index, kinds)| {
        let speaks = match (second[index].map(|o| known.second[o]), first[index].map(|o| known.first[o])) {
            (Some(two), _) => kinds.contains(&two?),
            // Without a level 2, a kind that may stand under the level 1 speaks for it.
            (None, one) => kinds.iter().any(|kind| one.flatten().is_some_and(|one| levels.may_stand_under(*kind, one))),
        };
        Some(if speaks { 1.0 } else { -1.0 })
    });
    -WORDS * votes.sum::<f32>()
}

/// What the targets say against this reading: 数量 counts, 质量 is a share.
fn measures_against(rows: &[LevelRow], second: &Owners, known: &Known, patterns: &Patterns, grammar: &Grammar) -> f32 {
    let measures = known.measures.get_or_init(|| rows.iter().map(|row| measure_of(&row.target, grammar)).collect());
    let votes = measures.iter().zip(second).filter_map(|(measure, owner)| {
        let usual = patterns.levels.measures((*owner).and_then(|o| known.second[o])?);
        if usual.is_empty() {
            return None;
        }
        Some(if usual.contains(&(*measure)?) { 1.0 } else { -1.0 })
    });
    -MEASURES * votes.sum::<f32>()
}

/// What kind of measure a target is; `None` for words and bare numbers.
fn measure_of(target: &str, grammar: &Grammar) -> Option<Measure> {
    let quantity = grammar.read(target, &Context::default())?.quantity;
    if quantity.date.is_some() {
        return Some(Measure::Time);
    }
    quantity.value?;
    Some(match quantity.unit.as_deref()? {
        "ratio" => Measure::Share,
        "年" | "月" | "日" | "天" | "小时" | "分钟" | "工作日" | "个工作日" | "周" => Measure::Time,
        unit if unit.starts_with('元') => Measure::Money,
        _ => Measure::Count,
    })
}

/// What the weights printed behind the levels say against this reading of level 1: 产出指标(50分) over rows of 50.
fn weights_against(rows: &[LevelRow], owner: &Owners, known: &Known) -> f32 {
    let mut held = vec![Decimal::ZERO; rows.len()];
    for (row, owner) in rows.iter().zip(owner) {
        if let (Some(owner), Some(weight)) = (owner, row.weight) {
            held[*owner] = held[*owner].saturating_add(weight);
        }
    }
    let closes = |(weight, held): &(&Option<Number>, &Decimal)| weight.is_some_and(|w| w.get() == **held);
    known.weights.iter().zip(&held).filter(closes).map(|_| -WEIGHTS).sum()
}

/// For each row the row whose text it bears.
type Owners = Vec<Option<usize>>;

/// The cheapest readings of a level under a convention, each with its cost: for each row the row whose text it bears.
/// `borders` are rows that no span crosses. Only the middle conventions have more than one reading.
fn spread(column: &[&Printed], borders: &[usize], convention: Convention, readings: usize) -> Vec<(f32, Owners)> {
    let mut all: Vec<(f32, Owners)> = vec![(0.0, vec![None; column.len()])];
    for border in borders.windows(2) {
        let (start, end) = (border[0], border[1]);
        let labels: Vec<usize> = (start..end).filter(|i| matches!(column[*i], Printed::Text(_))).collect();
        let (Some(&first), Some(&last)) = (labels.first(), labels.last()) else { continue };
        let cuts: Vec<(f32, Vec<usize>)> = match convention {
            Convention::Top => {
                let lost = if first > start { 2.0 + 0.5 * (first - start) as f32 } else { 0.0 };
                vec![(lost, labels.iter().skip(1).copied().chain([end]).collect())]
            }
            Convention::End => {
                let lost = if last + 1 < end { 2.0 + 0.5 * (end - 1 - last) as f32 } else { 0.0 };
                vec![(lost, labels.iter().map(|l| l + 1).collect())]
            }
            Convention::UpperMiddle => middle(&labels, start, end, false, readings),
            Convention::LowerMiddle => middle(&labels, start, end, true, readings),
        };
        let mut next = Vec::with_capacity(all.len() * cuts.len());
        for (cost, owner) in &all {
            for (price, ends) in &cuts {
                let mut owner = owner.clone();
                let mut from = if convention == Convention::Top { first } else { start };
                for (label, to) in labels.iter().zip(ends) {
                    owner[from..*to].fill(Some(*label));
                    from = *to;
                }
                next.push((cost + price, owner));
            }
        }
        next.sort_by(|a, b| a.0.total_cmp(&b.0));
        next.truncate(readings);
        all = next;
    }
    all
}

/// Cuts `[start, end)` into one span a label so that the labels stand nearest to the middle of their spans: the
/// cheapest ways, as the spans' ends. Of equal ways the one with spans more alike in length is cheaper.
fn middle(labels: &[usize], start: usize, end: usize, lower: bool, readings: usize) -> Vec<(f32, Vec<usize>)> {
    // best[e]: the cheapest spans for the labels so far that end at start + e.
    let mut best: Vec<Vec<(f32, Vec<usize>)>> = vec![Vec::new(); end - start + 1];
    best[0].push((0.0, Vec::new()));
    for (index, &label) in labels.iter().enumerate() {
        let last = index + 1 == labels.len();
        let limit = labels.get(index + 1).copied().unwrap_or(end);
        let mut next: Vec<Vec<(f32, Vec<usize>)>> = vec![Vec::new(); end - start + 1];
        for (at, ways) in best.iter().enumerate().filter(|(at, ways)| start + at <= label && !ways.is_empty()) {
            let from = start + at;
            for to in if last { end } else { label + 1 }..=limit {
                let rows = to - from;
                let center = if lower { from + rows / 2 } else { from + (rows - 1) / 2 };
                let price = match label.abs_diff(center) {
                    0 => 0.0,
                    1 if rows.is_multiple_of(2) => 0.5 * MISPLACED,
                    off => MISPLACED + 0.1 * off as f32,
                } + 0.002 * (rows * rows) as f32;
                next[to - start].extend(ways.iter().map(|(cost, ends)| {
                    let mut ends = ends.clone();
                    ends.push(to);
                    (cost + price, ends)
                }));
            }
        }
        for ways in &mut next {
            ways.sort_by(|a, b| a.0.total_cmp(&b.0));
            ways.truncate(readings);
        }
        best = next;
    }
    best.pop().unwrap_or_default()
}

/// Does the taxonomy forbid this level 2 under this level 1?
fn contradicts(first: Option<LevelKind>, second: Option<LevelKind>, patterns: &Patterns) -> bool {
    first.zip(second).is_some_and(|(first, second)| !patterns.levels.may_stand_under(second, first))
}

/// The level 1 that a level 2 belongs to, spelt as the form spells its others: `printed`, with what each is.
fn infer(second: LevelKind, printed: &[(LevelKind, &str)], patterns: &Patterns, grammar: &Grammar) -> Option<Level> {
    for parent in patterns.levels.parents(second) {
        if let Some((_, text)) = printed.iter().find(|(kind, _)| *kind == parent) {
            return Some(Level { inferred: true, ..level(text, grammar) });
        }
    }
    let parent = patterns.levels.parents(second).next()?;
    let mut name = patterns.levels.display(parent).to_owned();
    // A form that writes 产出 and not 产出指标 does so throughout.
    let bare = !printed.is_empty() && printed.iter().all(|(_, t)| !t.contains("指标"));
    if bare && let Some(short) = name.strip_suffix("指标") {
        name = short.to_owned();
    }
    Some(Level { name: Some(name), weight: None, inferred: true })
}

/// Does a text end like a level's name, 基金预算管理指标(10分)?
pub(super) fn is_level_word(text: &str) -> bool {
    text.contains('标') && super::align::outside_brackets(text).trim_end().ends_with("指标")
}

/// A level's name and the weight in brackets behind it: `决策指标(10分)`.
pub(super) fn level(text: &str, grammar: &Grammar) -> Level {
    let text = text.trim().trim_end_matches([':', '：']);
    if grammar.is_blank(text) {
        return Level::default();
    }
    let bracket = text.char_indices().rfind(|(_, c)| matches!(c, '(' | '（'));
    if let Some((at, open)) = bracket {
        let inside = text[at + open.len_utf8()..].trim_end_matches([')', '）', '。']);
        let points = inside.trim().trim_end_matches(['分', '%', '％']).trim();
        if let Some(weight) = grammar.number(points)
            && !text[..at].trim().is_empty()
        {
            return Level {
                name: Some(text[..at].trim().to_owned()),
                weight: Some(Number::new(weight)),
                inferred: false,
            };
        }
    }
    // 产出指标50分, the bracket lost.
    if let Some(rest) = text.strip_suffix('分') {
        let name = rest.trim_end_matches(|c: char| c.is_ascii_digit() || c == '.');
        if let Some(weight) = grammar.number(&rest[name.len()..])
            && !name.is_empty()
        {
            return Level { name: Some(name.to_owned()), weight: Some(Number::new(weight)), inferred: false };
        }
    }
    Level { name: Some(text.to_owned()), weight: None, inferred: false }
}
