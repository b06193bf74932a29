//! Lines of text as a search for columns sees them: pieces (words, with what they look like), and chunks of pieces
//! that no clear gap divides.

use super::super::cell_text::{self, TextLine};
use super::super::words::{Word, is_ideographic};
use super::frame::Frame;
use crate::model::{Page, Rect};
use std::ops::Range;

/// What a word looks like, as far as columns are concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Kind {
    /// Digits with their signs: `1,234`, `(5.6)`, `12%`, `2010`.
    Number,
    /// A placeholder where a number would stand: `–`, `...`, `n/a`.
    Dash,
    /// A currency sign, an opening bracket or another sign that stands before a number.
    Before,
    /// `%`, a closing bracket, a footnote mark: stands after a number.
    After,
    /// A bullet or a number of a list item: `•`, `1.`, `(a)`.
    Marker,
    /// Anything else.
    Text,
}

/// One word in upright coordinates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in super::super) struct Piece {
    /// Index in the words.
    pub(in super::super) word: u32,
    /// Upright box.
    pub(in super::super) bbox: Rect,
    /// Font size.
    pub(in super::super) size: f32,
    /// What it looks like.
    pub(in super::super) kind: Kind,
    /// Glyphs in it.
    pub(in super::super) glyphs: u32,
    /// Its first character sets no spaces between words.
    pub(in super::super) ideographic: bool,
    /// Leader dots stood before it.
    pub(in super::super) after_leader: bool,
    /// In a bold face.
    pub(in super::super) bold: bool,
    /// Digits that may go on the number before: `234` after `1`.
    pub(in super::super) continues: bool,
    /// A sign of currency.
    pub(in super::super) currency: bool,
    /// It begins with a bracket.
    pub(in super::super) bracketed: bool,
    /// It ends in a comma.
    pub(in super::super) ends_in_comma: bool,
    /// A number that reads as a year: `2010`, `2009/10`.
    pub(in super::super) year: bool,
    /// A list's number, if its line begins with it.
    pub(in super::super) counts: bool,
    /// A program that boxes whole texts boxed it apart from the piece before it.
    pub(in super::super) boxed_apart: bool,
}

/// Pieces of one line that no clear gap divides.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Chunk {
    /// Indices in [`Line::pieces`].
    pub(in super::super) pieces: Range<usize>,
    /// Where it begins.
    pub(in super::super) x0: f32,
    /// Where it ends.
    pub(in super::super) x1: f32,
    /// All its pieces are numbers, placeholders or their signs.
    pub(in super::super) numeric: bool,
    /// How sure the gap before it is: 0 for the first one of a line, to 1.
    pub(in super::super) gap: f32,
}

impl Chunk {
    pub(in super::super) fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    pub(in super::super) fn center(&self) -> f32 {
        (self.x0 + self.x1) / 2.0
    }
}

/// One line in upright coordinates.
#[derive(Debug, Clone, PartialEq)]
pub(in super::super) struct Line {
    /// Left to right.
    pub(in super::super) pieces: Vec<Piece>,
    /// Left to right.
    pub(in super::super) chunks: Vec<Chunk>,
    /// All its words and where their middles lie, leader dots included.
    pub(in super::super) words: Vec<(u32, f32)>,
    /// Around all pieces.
    pub(in super::super) bbox: Rect,
    /// Baseline.
    pub(in super::super) down: f32,
    /// Largest font size.
    pub(in super::super) size: f32,
    /// Leader dots stood in it.
    pub(in super::super) leaders: bool,
}

impl Line {
    /// A line of these pieces, left to right; None of none.
    pub(in super::super) fn new(
        mut pieces: Vec<Piece>,
        words: Vec<(u32, f32)>,
        down: f32,
        leaders: bool,
    ) -> Option<Line> {
        // Only a line's first word can be a list's number; further on, (2) is a value.
        if let Some(first) = pieces.first_mut().filter(|first| first.counts) {
            first.kind = Kind::Marker;
        }
        let bbox = pieces.iter().map(|piece| piece.bbox).reduce(|a, b| a.union(&b))?;
        let size = pieces.iter().map(|piece| piece.size).fold(0.0, f32::max).max(0.1);
        let chunks = chunks(&pieces, size, is_justified(&pieces, size));
        Some(Line { pieces, chunks, words, bbox, down, size, leaders })
    }

    /// Is it one text without a clear gap that could be a line of a paragraph: several words, or many ideographs?
    pub(in super::super) fn is_solid_text(&self) -> bool {
        match self.chunks.as_slice() {
            [only] => is_prose_like(self.pieces.get(only.pieces.clone()).unwrap_or(&[])),
            _ => false,
        }
    }
}

/// Words from which a text looks like a part of a sentence.
const PROSE_WORDS: usize = 4;
/// The same in ideographs.
const PROSE_IDEOGRAPHS: u32 = 10;

/// Could these pieces be a line of running text?
pub(in super::super) fn is_prose_like(pieces: &[Piece]) -> bool {
    let words = pieces.iter().filter(|p| matches!(p.kind, Kind::Text) && !p.ideographic).count();
    let ideographs: u32 = pieces.iter().filter(|p| p.ideographic).map(|p| p.glyphs).sum();
    words >= PROSE_WORDS && 2 * words >= pieces.len() || ideographs >= PROSE_IDEOGRAPHS
}

/// Gap, in ems, from which two texts are apart in any line.
const CLEAR_GAP: f32 = 1.5;
/// Gap, in ems, from which they are apart where the line's other gaps are clearly smaller.
const LIKELY_GAP: f32 = 0.7;
/// How many times larger than the line's usual gap a likely one is.
const LIKELY_RATIO: f32 = 1.8;
/// Gap between two numbers from which they are two.
const NUMBER_GAP: f32 = 0.45;
/// Gap between two texts that cannot be one number.
const APART_GAP: f32 = 0.2;
/// Gap between ideographs up to which a text is merely spread out.
const SPREAD_GAP: f32 = 1.2;
/// Gap between a sign of currency and its number.
const FAR_SIGN: f32 = 9.0;
/// How surely two texts are apart that a program boxed as two, with hardly a gap.
const BOXED_APART: f32 = 0.6;
/// How much the gaps of a justified line differ, in ems, how wide they may be, and how many it has at least.
const JUSTIFIED: f32 = 0.08;
const WIDEST_SPACE: f32 = 2.5;
const LEAST_SPACES: usize = 3;

/// Gaps between neighbours, in ems.
fn gaps(pieces: &[Piece], size: f32) -> Vec<f32> {
    pieces.windows(2).map(|w| if let [a, b] = w { (b.bbox.x0 - a.bbox.x1) / size } else { 0.0 }).collect()
}

/// Are these the spaces of a justified line: all alike? The columns of a table seldom leave such gaps.
fn is_justified(pieces: &[Piece], size: f32) -> bool {
    let gaps = gaps(pieces, size);
    let (least, most) = gaps.iter().fold((f32::MAX, f32::MIN), |(least, most), gap| (least.min(*gap), most.max(*gap)));
    let words = pieces.iter().filter(|piece| piece.kind == Kind::Text && !piece.ideographic).count();
    gaps.len() >= LEAST_SPACES && most - least <= JUSTIFIED && most <= WIDEST_SPACE && 3 * words >= 2 * pieces.len()
}

/// Cuts a line at its clear gaps.
fn chunks(pieces: &[Piece], size: f32, justified: bool) -> Vec<Chunk> {
    let each = gaps(pieces, size);
    let mut sorted = each.clone();
    sorted.sort_by(f32::total_cmp);
    // What counts is a gap that stands out among them. In a row of a table most gaps may be wide, so the lowest sixth stands
    // for the space between words, and never more than 0.42 em.
    let usual = if sorted.len() >= 3 { sorted.get(sorted.len() / 6).copied().unwrap_or(0.25) } else { 0.25 };
    let usual = usual.clamp(0.2, 0.42);
    let mut out: Vec<Chunk> = Vec::new();
    for (index, piece) in pieces.iter().enumerate() {
        let gap = index.checked_sub(1).and_then(|before| each.get(before)).copied().unwrap_or(f32::MAX);
        let before = index.checked_sub(1).and_then(|before| pieces.get(before));
        let sure = if justified { 0.0 } else { before.map_or(0.0, |before| gap_weight(before, piece, gap, usual)) };
        let numeric = piece.kind != Kind::Text && piece.kind != Kind::Marker;
        match out.last_mut() {
            Some(open) if sure <= 0.0 => {
                open.pieces.end = index + 1;
                open.x1 = open.x1.max(piece.bbox.x1);
                open.numeric &= numeric;
            }
            _ => out.push(Chunk { pieces: index..index + 1, x0: piece.bbox.x0, x1: piece.bbox.x1, numeric, gap: sure }),
        }
    }
    out
}

/// Texts of a row beside which headings with gaps all alike stand, and how much clear space parts the lines at most, in their size.
const LEAST_BESIDE: usize = 4;
const BESIDE: f32 = 1.5;

/// Where each column is as wide as its heading, the gaps between the headings are all alike, as a justified line's are. The row
/// beside them has its gaps at the same places.
fn part_headings(lines: &mut [Line]) {
    for at in 0..lines.len() {
        let Some(line) = lines.get(at) else { continue };
        if line.chunks.len() > 1 || !is_justified(&line.pieces, line.size) {
            continue;
        }
        let beside = [at.checked_sub(1), Some(at + 1)].into_iter().flatten().filter_map(|other| lines.get(other));
        if beside.into_iter().any(|other| has_gaps_of(line, other)) {
            let parted = chunks(&line.pieces, line.size, false);
            if let Some(line) = lines.get_mut(at) {
                line.chunks = parted;
            }
        }
    }
}

/// Does this other line, a row, have a gap at each of a line's gaps?
fn has_gaps_of(line: &Line, other: &Line) -> bool {
    let clear = (other.bbox.y0 - line.bbox.y1).max(line.bbox.y0 - other.bbox.y1);
    if other.chunks.len() < LEAST_BESIDE || clear > BESIDE * line.size {
        return false;
    }
    let between =
        |a: &Rect, b: &Rect| other.chunks.windows(2).any(|w| matches!(w, [l, r] if l.x1 < b.x0 && r.x0 > a.x1));
    line.pieces.windows(2).all(|w| matches!(w, [a, b] if between(&a.bbox, &b.bbox)))
}

/// How surely two neighbours of a line are apart, 0 (not) to 1.
fn gap_weight(left: &Piece, right: &Piece, gap: f32, usual: f32) -> f32 {
    let value = |piece: &Piece| matches!(piece.kind, Kind::Number | Kind::Dash);
    // A sign of currency may stand at its column's left edge, far from the number; it begins a value, and ends none.
    if left.kind == Kind::Before && left.currency && value(right) && gap < FAR_SIGN {
        return 0.0;
    }
    if right.after_leader || gap >= CLEAR_GAP {
        return 1.0;
    }
    if right.boxed_apart {
        return if gap > LIKELY_GAP { 0.9 } else { BOXED_APART };
    }
    if right.kind == Kind::Before
        && right.currency
        && (value(left) || left.kind == Kind::After)
        && gap > APART_GAP / 2.0
    {
        return 0.7;
    }
    if left.ideographic && right.ideographic {
        return if gap > SPREAD_GAP {
            0.7
        } else if gap > LIKELY_GAP {
            0.4
        } else {
            0.0
        };
    }
    if value(left) && value(right) && gap > NUMBER_GAP.max(usual * 1.3) {
        return if gap > LIKELY_GAP { 0.9 } else { 0.6 };
    }
    // Two numbers that cannot be one; a date's day ends in a comma.
    let numbers = left.kind == Kind::Number && right.kind == Kind::Number;
    if numbers && !right.continues && !left.ends_in_comma && gap > APART_GAP {
        return 0.5;
    }
    if gap > LIKELY_GAP && gap > LIKELY_RATIO * usual {
        return if gap > 1.0 { 0.8 } else { 0.5 };
    }
    0.0
}

/// The lines of these words (indices in `words`), all of one frame. `words` may grow: a word that runs into leader
/// dots is cut there, and the dots are left out.
pub(in super::super) fn lines(page: &Page, words: &[Word], chosen: &mut [u32], frame: Frame) -> Vec<Line> {
    let boxed = boxes_texts(page);
    let lines = cell_text::lines(words, chosen);
    let mut lines: Vec<Line> = lines.iter().filter_map(|line| upright_line(page, words, line, frame, boxed)).collect();
    part_headings(&mut lines);
    lines
}

/// Ideographs that a box holds on average from which boxes are of texts, not of words: those have two or three.
const LEAST_BOXED: usize = 4;

/// Was this page read by a program that boxes whole texts, each cell's lines one by one?
fn boxes_texts(page: &Page) -> bool {
    if page.scores.is_empty() {
        return false;
    }
    let (mut boxes, mut ideographs) = (0, 0);
    for run in &page.runs {
        let count = page.run_text(run).chars().filter(|c| is_ideographic(*c)).count();
        boxes += usize::from(count > 1);
        ideographs += if count > 1 { count } else { 0 };
    }
    boxes > 0 && ideographs >= LEAST_BOXED * boxes
}

fn upright_line(page: &Page, words: &[Word], line: &TextLine, frame: Frame, boxed: bool) -> Option<Line> {
    let mut pieces: Vec<Piece> = Vec::with_capacity(line.words.len());
    let mut run = None;
    let mut leaders = false;
    let mut after_leader = false;
    let texts: Vec<&str> =
        line.words.iter().map(|&index| words.get(index as usize).map_or("", |word| word.text(page))).collect();
    for (place, (&index, text)) in line.words.iter().zip(&texts).enumerate() {
        let Some(word) = words.get(index as usize) else { continue };
        if is_leader(&texts, place) {
            leaders = true;
            after_leader = true;
            continue;
        }
        let mut bbox = frame.upright(&word.bbox);
        let trailing = trailing_dots(text);
        if trailing > 0 {
            // Dots that run on to the next column: only the text before them counts.
            leaders = true;
            let keep = (word.glyphs.end - word.glyphs.start).saturating_sub(trailing).max(1);
            let glyphs = word.glyphs.start as usize..(word.glyphs.start + keep) as usize;
            let inked = page.glyphs.get(glyphs).unwrap_or(&[]).iter().map(|glyph| glyph.bbox);
            bbox = inked.reduce(|a, b| a.union(&b)).map_or(bbox, |b| frame.upright(&b));
        }
        let (looks, counts) = (kind(text), text.contains(|c: char| c.is_ascii_digit()));
        pieces.push(Piece {
            word: index,
            bbox,
            size: word.size,
            kind: match looks {
                // A unit right after its number.
                Kind::Text if is_unit(text) && pieces.last().is_some_and(|before| measures(before, &bbox)) => {
                    Kind::After
                }
                Kind::Marker if counts => Kind::Number,
                kind => kind,
            },
            counts: counts && looks == Kind::Marker,
            glyphs: word.glyphs.end - word.glyphs.start,
            ideographic: text.chars().next().is_some_and(is_ideographic),
            after_leader: std::mem::take(&mut after_leader),
            bold: page.runs.get(word.run as usize).is_some_and(|run| run.bold),
            continues: place
                .checked_sub(1)
                .and_then(|before| texts.get(before))
                .is_some_and(|before| goes_on(before, text)),
            currency: text.ends_with(['$', '€', '£', '¥', '￥']),
            bracketed: text.starts_with(['(', '（', '[']),
            ends_in_comma: text.ends_with(','),
            year: is_year(text),
            boxed_apart: boxed && run.is_some_and(|run| run != word.run),
        });
        run = Some(word.run);
        after_leader |= trailing > 0;
    }
    let middle = |index: u32| words.get(index as usize).map_or(0.0, |word| frame.upright(&word.bbox).center().0);
    let all = line.words.iter().map(|&index| (index, middle(index))).collect();
    Line::new(pieces, all, line.down, leaders)
}

/// A dot of a leader.
fn is_dot(c: char) -> bool {
    matches!(c, '.' | '…' | '·' | '․' | '⋯' | '_')
}

/// Dots at the end of a word from which they are a leader, not the end of a sentence.
const LEADER_DOTS: u32 = 4;

/// Number of leader dots at a word's end, 0 where it is none.
fn trailing_dots(text: &str) -> u32 {
    let dots: u32 =
        text.chars().rev().take_while(|&c| is_dot(c)).map(|c| if c == '…' || c == '⋯' { 3 } else { 1 }).sum();
    let count = text.chars().rev().take_while(|&c| is_dot(c)).count();
    if dots >= LEADER_DOTS { u32::try_from(count).unwrap_or(0) } else { 0 }
}

/// Is this word nothing but a leader? Dots may be set one by one: then three neighbours make one.
fn is_leader(texts: &[&str], place: usize) -> bool {
    let dots = |offset: isize| -> bool {
        place
            .checked_add_signed(offset)
            .and_then(|at| texts.get(at))
            .is_some_and(|text| !text.is_empty() && text.chars().all(is_dot))
    };
    if !dots(0) {
        return false;
    }
    let long = texts
        .get(place)
        .is_some_and(|text| text.chars().count() >= 4 || text.chars().filter(|&c| c == '…').count() >= 2);
    long || dots(-2) && dots(-1) || dots(-1) && dots(1) || dots(1) && dots(2)
}

/// Groups of thousands set apart by spaces: one to three digits, then three.
fn goes_on(before: &str, text: &str) -> bool {
    let digits = |text: &str| text.bytes().filter(u8::is_ascii_digit).count();
    let three = text.get(..3).is_some_and(|start| start.bytes().all(|b| b.is_ascii_digit())) && digits(text) == 3;
    three
        && (1..=3).contains(&digits(before))
        && before.ends_with(|c: char| c.is_ascii_digit())
        && !before.contains(['.', ','])
}

/// A year of this or the last century, or a span of such years.
fn is_year(text: &str) -> bool {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = text.get(digits..).unwrap_or("");
    digits == 4
        && (text.starts_with("19") || text.starts_with("20"))
        && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '–' | '/' | '年'))
}

/// Ideographs that a unit has at most: 万元, 平方米.
const UNIT: usize = 3;
/// Gap, in ems, between a number and its unit.
const UNIT_GAP: f32 = 0.5;

/// Could this be a unit set apart from its number?
fn is_unit(text: &str) -> bool {
    text.chars().count() <= UNIT && text.chars().all(is_ideographic) && !text.contains(['，', '。', '；', '：', '、'])
}

/// Is what stands here set right after a number?
fn measures(before: &Piece, bbox: &Rect) -> bool {
    before.kind == Kind::Number && bbox.x0 - before.bbox.x1 < UNIT_GAP * before.size
}

/// A number with a unit of some ideographs, and perhaps a sign of comparison before it: ≥29万元.
fn is_quantity(text: &str) -> bool {
    let number = text.trim_start_matches(['≥', '≤', '=', '>', '<', '＝', '＞', '＜', '约']);
    let unit = number.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '%' | '％'));
    number.starts_with(|c: char| c.is_ascii_digit()) && unit.len() < number.len() && (unit.is_empty() || is_unit(unit))
}

/// Signs between the brackets of a mark, at most: `[123]`, `（十二）`.
const LONGEST_MARK: usize = 3;

/// A number in square brackets, as references have, or a Chinese one in any: `[12]`, `（四）`, `三、`.
fn is_counted(text: &str) -> bool {
    let inner =
        text.trim_matches(['(', ')', '（', '）', '[', ']', '［', '］', '【', '】', '〔', '〕', '、', '.', '．']);
    let numeral = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    inner.len() < text.len() && (1..=LONGEST_MARK).contains(&inner.chars().count()) && inner.chars().all(numeral)
}

/// What a word looks like.
fn kind(text: &str) -> Kind {
    let mut digits = 0;
    let mut letters = 0;
    let mut signs = 0;
    let mut last = ' ';
    let first = text.chars().next().unwrap_or(' ');
    for c in text.chars() {
        if c.is_numeric() {
            digits += 1;
        } else if c.is_alphabetic() {
            letters += 1;
        } else {
            signs += 1;
        }
        last = c;
    }
    let length = digits + letters + signs;
    if digits > 0 {
        // A footnote's letter, a unit's letter or two may follow: 1,234r, 5.6b, 12pp.
        if is_counted(text) && first == '[' {
            return Kind::Marker;
        }
        let marker = matches!(last, '.' | ')' | '、' | '．' | '）')
            && digits <= 2
            && length <= 4
            && letters == 0
            && !(first == '(' && digits > 1);
        if marker && (last != ')' || first == '(' || length <= 3) && !text.contains(',') {
            return Kind::Marker;
        }
        return if is_quantity(text)
            || letters <= 1 && !first.is_alphabetic()
            || letters <= 2 && digits >= 3 && !first.is_alphabetic()
        {
            Kind::Number
        } else {
            Kind::Text
        };
    }
    if letters > 0 && is_counted(text) {
        return Kind::Marker;
    }
    let lower = text.to_ascii_lowercase();
    if matches!(
        lower.as_str(),
        "n/a" | "na" | "n.a." | "n.a" | "nil" | "(d)" | "(x)" | "(s)" | "(na)" | "x" | "c" | "m"
    ) && length > 1
        || matches!(lower.as_str(), "..." | ".." | "…" | "*" | "**" | "***")
    {
        return Kind::Dash;
    }
    if letters == 0 {
        if text.chars().all(|c| matches!(c, '-' | '–' | '—' | '―' | '−' | '－' | ':' | '/')) {
            return Kind::Dash;
        }
        if text
            .chars()
            .all(|c| matches!(c, '$' | '€' | '£' | '¥' | '￥' | '(' | '+' | '≥' | '≤' | '<' | '>' | '±' | '~'))
        {
            return Kind::Before;
        }
        if text.chars().all(|c| matches!(c, '%' | '％' | ')' | '†' | '‡' | '*')) {
            return Kind::After;
        }
        if matches!(
            text,
            "•" | "●"
                | "◦"
                | "▪"
                | "■"
                | "□"
                | "◆"
                | "►"
                | "➢"
                | "✓"
                | "‣"
                | "§"
                | "\u{f0b7}"
                | "\u{f0a7}"
                | "\u{f0d8}"
        ) {
            return Kind::Marker;
        }
    }
    if matches!(lower.as_str(), "us$" | "a$" | "c$" | "eur" | "usd" | "gbp" | "$(") {
        return Kind::Before;
    }
    let bracketed = first == '(' || last == ')';
    if bracketed && length <= 3 && letters == 1 {
        return Kind::Marker;
    }
    Kind::Text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_by_their_looks() {
        for (text, expected) in [
            ("1,234", Kind::Number),
            ("(5.6)", Kind::Number),
            ("12%", Kind::Number),
            ("2010", Kind::Number),
            ("1,234r", Kind::Number),
            ("–", Kind::Dash),
            ("n/a", Kind::Dash),
            ("$", Kind::Before),
            ("%", Kind::After),
            ("1.", Kind::Marker),
            ("(a)", Kind::Marker),
            ("(2)", Kind::Marker),
            ("•", Kind::Marker),
            ("[12]", Kind::Marker),
            ("（四）", Kind::Marker),
            ("三、", Kind::Marker),
            ("[1,234]", Kind::Number),
            ("Total", Kind::Text),
            ("指标", Kind::Text),
            ("B12", Kind::Text),
        ] {
            assert_eq!(kind(text), expected, "{text}");
        }
    }

    #[test]
    fn leaders_are_long_or_come_in_threes() {
        assert!(is_leader(&["Total", ".", ".", ".", "5"], 2));
        assert!(is_leader(&["Total", "......", "5"], 1));
        assert!(!is_leader(&["Total", ".", "5"], 1));
        assert_eq!(trailing_dots("Total....."), 5);
        assert_eq!(trailing_dots("etc..."), 0);
    }
}
