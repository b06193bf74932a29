//! Columns from how texts stand below each other. Narrow texts come first: those that overlap are one column. A wide
//! text over several columns says that they are one, or is a heading over them; which of the two is weighed for each
//! pair of neighbours by how often lines have both, and how often a text runs across.

use super::line::{Chunk, Kind, Line, Piece};

/// A text of a line, in the columns that it covers.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Placed {
    /// First column.
    pub(super) first: usize,
    /// Last column, `first <= last`.
    pub(super) last: usize,
    /// Indices in the line's pieces.
    pub(super) pieces: std::ops::Range<usize>,
    pub(super) x0: f32,
    pub(super) x1: f32,
    pub(super) numeric: bool,
    /// All its pieces are years.
    pub(super) years: bool,
}

impl Placed {
    pub(super) fn center(&self) -> f32 {
        (self.x0 + self.x1) / 2.0
    }

    pub(super) fn spans(&self) -> bool {
        self.last > self.first
    }
}

/// One column.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Column {
    pub(super) x0: f32,
    pub(super) x1: f32,
    /// Share of its texts that agree on a left edge, a right edge or a middle, whichever is largest; 0 of one text.
    pub(super) aligned: f32,
    /// Texts in it alone.
    pub(super) texts: usize,
    /// Share of them that are numbers.
    pub(super) numeric: f32,
    /// Share of them that are years.
    pub(super) years: f32,
    edges: [(f32, f32); 3],
}

/// The columns of some lines, and each line's texts in them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Columns {
    pub(super) columns: Vec<Column>,
    pub(super) lines: Vec<Vec<Placed>>,
}

impl Columns {
    /// Where the first texts of lines with several begin, mostly.
    pub(super) fn left(&self) -> f32 {
        let several = self.lines.iter().filter(|texts| texts.len() > 1);
        let mut lefts: Vec<f32> =
            several.filter_map(|texts| texts.first()).filter(|t| t.first == 0).map(|t| t.x0).collect();
        lefts.sort_by(f32::total_cmp);
        lefts.get(lefts.len() / 4).copied().unwrap_or(f32::MIN)
    }
}

/// Columns that a table may have.
const MAX_COLUMNS: usize = 64;
/// How far, in ems, edges may be apart and still be aligned.
const ALIGNED: f32 = 0.35;
/// What a vertical ruling between two columns counts, in lines that have both.
const WALL: f32 = 6.0;

/// A column in the making.
#[derive(Debug, Clone)]
struct Part {
    x0: f32,
    x1: f32,
    texts: Vec<Text>,
    before: usize,
    after: usize,
}

/// A text of a part.
#[derive(Debug, Clone, Copy)]
struct Text {
    row: usize,
    /// Sureness of the gap before it.
    gap: f32,
    x0: f32,
    x1: f32,
    /// It is a number in brackets, after one without.
    bracketed: bool,
}

impl Text {
    fn of(row: usize, line: &Line, chunk: &Chunk) -> Text {
        let bracketed = |at: usize| line.pieces.get(at).is_some_and(|piece| piece.bracketed);
        let first = chunk.pieces.start;
        let bracketed = bracketed(first) && chunk.numeric && !first.checked_sub(1).is_some_and(bracketed);
        Text { row, gap: chunk.gap, x0: chunk.x0, x1: chunk.x1, bracketed }
    }
}

/// A text over several parts.
struct Wide {
    x0: f32,
    x1: f32,
    row: usize,
    gap: f32,
    /// How much it says for their being one column.
    weight: f32,
}

/// The columns of these lines. `walls` are the x of vertical rulings through them. None where there is but one column,
/// or more than any table has.
pub(super) fn find(lines: &[&Line], em: f32, walls: &[f32]) -> Option<Columns> {
    let (mut parts, wide) = cluster(lines, em)?;
    parts.sort_by(|a, b| a.x0.total_cmp(&b.x0));
    join_bridged(&mut parts, wide, lines.len(), em, walls);
    join_signs(&mut parts);
    join_spaced(&mut parts, em);
    join_strays(&mut parts, lines);
    if parts.len() < 2 {
        return None;
    }
    let mut columns: Vec<Column> = parts
        .iter()
        .map(|part| Column {
            x0: part.x0,
            x1: part.x1,
            aligned: 0.0,
            texts: 0,
            numeric: 0.0,
            years: 0.0,
            edges: [(0.0, 0.0); 3],
        })
        .collect();
    let whole: Vec<Vec<Placed>> = lines.iter().map(|line| place(line, &columns, em)).collect();
    measure(&mut columns, &whole, em);
    let lines: Vec<Vec<Placed>> =
        whole.into_iter().zip(lines).map(|(placed, line)| cut_at_gutters(placed, line, &columns, em)).collect();
    measure(&mut columns, &lines, em);
    Some(Columns { columns, lines })
}

/// Texts in order of their width joined to parts; those over several parts apart.
fn cluster(lines: &[&Line], em: f32) -> Option<(Vec<Part>, Vec<Wide>)> {
    let mut order: Vec<(usize, &Chunk)> =
        lines.iter().enumerate().flat_map(|(row, line)| line.chunks.iter().map(move |chunk| (row, chunk))).collect();
    // Headings and labels come last: a short one centred over two columns would tie them together.
    let body = lines.iter().position(|line| has_value(line)).unwrap_or(0);
    let late = |row: usize| row < body || lines.get(row).is_some_and(|line| line.chunks.len() < 2);
    order.sort_by(|&(row_a, a), &(row_b, b)| late(row_a).cmp(&late(row_b)).then(a.width().total_cmp(&b.width())));
    let mut parts: Vec<Part> = Vec::new();
    let mut wide = Vec::new();
    for (row, chunk) in order {
        let line = lines.get(row)?;
        let mut met = parts.iter_mut().filter(|part| overlaps(chunk.x0, chunk.x1, part.x0, part.x1, em));
        let (first, second) = (met.next(), met.next());
        let all = |kind: Kind| {
            line.pieces.get(chunk.pieces.clone()).is_some_and(|pieces| pieces.iter().all(|piece| piece.kind == kind))
        };
        match (first, second) {
            (Some(part), None) => {
                part.x0 = part.x0.min(chunk.x0);
                part.x1 = part.x1.max(chunk.x1);
                part.texts.push(Text::of(row, line, chunk));
                part.before += usize::from(all(Kind::Before));
                part.after += usize::from(all(Kind::After));
            }
            (Some(_), Some(_)) => {
                // Alone in its line, and long: a caption, a note, a label of a group of rows. It says less.
                let weight = match (line.chunks.len(), line.is_solid_text()) {
                    (1, true) => 0.4,
                    (1, false) => 0.6,
                    // Two sentences beside each other, as goals are set: cells over several columns.
                    _ if is_sentence(line.pieces.get(chunk.pieces.clone()).unwrap_or(&[])) => 0.5,
                    _ => 1.0,
                };
                wide.push(Wide { x0: chunk.x0, x1: chunk.x1, row, gap: chunk.gap, weight });
            }
            _ => parts.push(Part {
                x0: chunk.x0,
                x1: chunk.x1,
                texts: vec![Text::of(row, line, chunk)],
                before: usize::from(all(Kind::Before)),
                after: usize::from(all(Kind::After)),
            }),
        }
        if parts.len() > MAX_COLUMNS {
            return None;
        }
    }
    Some((parts, wide))
}

/// Ideographs from which a text is a line of a sentence.
const SENTENCE: u32 = 16;

fn is_sentence(pieces: &[Piece]) -> bool {
    pieces.iter().filter(|piece| piece.ideographic).map(|piece| piece.glyphs).sum::<u32>() >= SENTENCE
}

/// Does a number that is no year stand beside something?
fn has_value(line: &Line) -> bool {
    let value = |chunk: &Chunk| chunk.numeric && !years(line, &chunk.pieces);
    line.chunks.len() > 1 && line.chunks.iter().skip(1).any(value)
}

/// Do two stretches overlap by more than a slip?
fn overlaps(a0: f32, a1: f32, b0: f32, b1: f32, em: f32) -> bool {
    let overlap = a1.min(b1) - a0.max(b0);
    overlap > 0.0 && (overlap > 0.5 * em || overlap > 0.25 * (a1 - a0).min(b1 - b0))
}

/// Joins neighbours that more texts run across than lines have both of, the clearest case first.
fn join_bridged(parts: &mut Vec<Part>, mut wide: Vec<Wide>, lines: usize, em: f32, walls: &[f32]) {
    loop {
        let mut best: Option<(usize, f32)> = None;
        for (index, pair) in parts.windows(2).enumerate() {
            let [a, b] = pair else { continue };
            let across: f32 = wide.iter().filter(|text| text.x0 < a.x1 && text.x1 > b.x0).map(|text| text.weight).sum();
            if across == 0.0 {
                continue;
            }
            let wall = walls.iter().any(|&x| x > a.x1.min(b.x0) - 1.0 && x < b.x0.max(a.x1) + 1.0);
            let apart = both(a, b, lines) + if wall { WALL } else { 0.0 };
            if across > apart && best.is_none_or(|(_, most)| across - apart > most) {
                best = Some((index, across - apart));
            }
        }
        let Some((index, _)) = best else { return };
        join(parts, index);
        // What only ran across these two is now a text of the joined column.
        wide.retain(|text| {
            let mut met = parts.iter_mut().filter(|part| overlaps(text.x0, text.x1, part.x0, part.x1, em));
            match (met.next(), met.next()) {
                (Some(part), None) => {
                    part.x0 = part.x0.min(text.x0);
                    part.x1 = part.x1.max(text.x1);
                    part.texts.push(Text { row: text.row, gap: text.gap, x0: text.x0, x1: text.x1, bracketed: false });
                    false
                }
                _ => true,
            }
        });
    }
}

/// Lines that have texts in both, weighed by how clear the gap is.
fn both(a: &Part, b: &Part, lines: usize) -> f32 {
    let mut seen = vec![false; lines];
    for text in &a.texts {
        if let Some(seen) = seen.get_mut(text.row) {
            *seen = true;
        }
    }
    b.texts.iter().filter(|text| seen.get(text.row).copied().unwrap_or(false)).map(|text| text.gap.max(0.3)).sum()
}

fn join(parts: &mut Vec<Part>, index: usize) {
    if index + 1 >= parts.len() {
        return;
    }
    let other = parts.remove(index + 1);
    if let Some(part) = parts.get_mut(index) {
        part.x0 = part.x0.min(other.x0);
        part.x1 = part.x1.max(other.x1);
        part.texts.extend(other.texts);
        part.before += other.before;
        part.after += other.after;
    }
}

/// A column of nothing but currency signs belongs to the one after it, one of per cent signs to the one before.
fn join_signs(parts: &mut Vec<Part>) {
    let mut index = 0;
    while let Some(part) = parts.get(index) {
        let (before, after) = (part.before == part.texts.len(), part.after == part.texts.len());
        if before && index + 1 < parts.len() {
            join(parts, index);
        } else if after && index > 0 {
            join(parts, index - 1);
        } else {
            index += 1;
        }
    }
}

/// Widest space between two words of a cell, in ems, and how much it may differ from line to line.
const SPACE: f32 = 0.45;
const SAME_SPACE: f32 = 0.08;
/// Lines that must have it.
const LEAST_SPACED: usize = 3;

/// Two parts with the same plain space between them in each line, wherever the one ends and however long the other is, are
/// one column: a figure with its range in brackets. Columns' gaps differ with their texts.
fn join_spaced(parts: &mut Vec<Part>, em: f32) {
    let mut index = 0;
    while let (Some(a), Some(b)) = (parts.get(index), parts.get(index + 1)) {
        let pairs: Vec<(&Text, &Text)> = b
            .texts
            .iter()
            .filter_map(|text| Some((a.texts.iter().find(|other| other.row == text.row)?, text)))
            .collect();
        let spread = |of: &dyn Fn(&(&Text, &Text)) -> f32| {
            let (least, most) =
                pairs.iter().map(of).fold((f32::MAX, f32::MIN), |(least, most), x| (least.min(x), most.max(x)));
            most - least
        };
        let near = pairs.iter().all(|(a, b)| b.x0 - a.x1 < SPACE * em);
        let same = pairs.len() >= LEAST_SPACED && near && spread(&|(a, b)| b.x0 - a.x1) < SAME_SPACE * em;
        let moves = |by: f32| by > 4.0 * SAME_SPACE * em;
        let bracketed = pairs.iter().filter(|(_, b)| b.bracketed).count() * 5 >= pairs.len() * 4;
        if same && (bracketed || moves(spread(&|(_, b)| b.x0))) {
            join(parts, index);
        } else {
            index += 1;
        }
    }
}

/// A part that stands only in lines where its neighbour has nothing is that column's heading, or its other alignment.
fn join_strays(parts: &mut Vec<Part>, lines: &[&Line]) {
    loop {
        let mut best: Option<(usize, f32)> = None;
        for (index, pair) in parts.windows(2).enumerate() {
            let [a, b] = pair else { continue };
            let (few, many) = (a.texts.len().min(b.texts.len()), a.texts.len().max(b.texts.len()));
            let gap = b.x0 - a.x1;
            let stray = few <= 3.max(many / 5) && both(a, b, lines.len()) == 0.0 && !are_beside(a, b, lines);
            if stray && best.is_none_or(|(_, least)| gap < least) {
                best = Some((index, gap));
            }
        }
        match best {
            Some((index, _)) => join(parts, index),
            None => return,
        }
    }
}

/// Part of a line's height by which another line stands beside it, not below.
const BESIDE: f32 = 0.25;

/// Is the smaller of these parts a heading without anything below, that stands half a line above or below the other's: one
/// of two lines beside one of one?
fn are_beside(a: &Part, b: &Part, lines: &[&Line]) -> bool {
    let few = if a.texts.len() < b.texts.len() { a } else { b };
    let body = lines.iter().position(|line| has_value(line)).unwrap_or(lines.len());
    if few.texts.iter().any(|text| text.row >= body) {
        return false;
    }
    a.texts.iter().any(|left| {
        b.texts.iter().filter(|right| left.row.abs_diff(right.row) == 1).any(|right| {
            let (Some(upper), Some(lower)) = (lines.get(left.row.min(right.row)), lines.get(left.row.max(right.row)))
            else {
                return false;
            };
            upper.bbox.y1 - lower.bbox.y0 > BESIDE * upper.size.min(lower.size)
        })
    })
}

/// Each text of a line in the columns that it overlaps.
fn place(line: &Line, columns: &[Column], em: f32) -> Vec<Placed> {
    let mut out: Vec<Placed> = Vec::with_capacity(line.chunks.len());
    for chunk in &line.chunks {
        let mut first = None;
        let mut last = 0;
        for (index, column) in columns.iter().enumerate() {
            if overlaps(chunk.x0, chunk.x1, column.x0, column.x1, em) {
                first.get_or_insert(index);
                last = index;
            }
        }
        let first = first.unwrap_or_else(|| nearest(columns, chunk.center()));
        let last = last.max(first);
        match out.last_mut() {
            // Two texts in one column are one.
            Some(before) if before.last >= first => {
                before.last = before.last.max(last);
                before.pieces.end = chunk.pieces.end;
                before.x1 = before.x1.max(chunk.x1);
                before.numeric &= chunk.numeric;
                before.years &= years(line, &chunk.pieces);
            }
            _ => out.push(Placed {
                first,
                last,
                pieces: chunk.pieces.clone(),
                x0: chunk.x0,
                x1: chunk.x1,
                numeric: chunk.numeric,
                years: years(line, &chunk.pieces),
            }),
        }
    }
    out
}

fn years(line: &Line, pieces: &std::ops::Range<usize>) -> bool {
    line.pieces.get(pieces.clone()).is_some_and(|pieces| pieces.iter().all(|piece| piece.year))
}

fn nearest(columns: &[Column], x: f32) -> usize {
    let far = |column: &Column| (column.x0 - x).max(x - column.x1);
    let nearest = columns.iter().enumerate().min_by(|(_, a), (_, b)| far(a).total_cmp(&far(b)));
    nearest.map_or(0, |(index, _)| index)
}

/// Counts texts and finds what edges they agree on.
fn measure(columns: &mut [Column], lines: &[Vec<Placed>], em: f32) {
    for (index, column) in columns.iter_mut().enumerate() {
        let texts: Vec<&Placed> = lines.iter().flatten().filter(|p| p.first == index && p.last == index).collect();
        column.texts = texts.len();
        let numbers = texts.iter().filter(|p| p.numeric).count();
        column.numeric = numbers as f32 / texts.len().max(1) as f32;
        column.years = texts.iter().filter(|p| p.years).count() as f32 / texts.len().max(1) as f32;
        let edge = |of: fn(&Placed) -> f32| {
            let mut at: Vec<f32> = texts.iter().map(|p| of(p)).collect();
            at.sort_by(f32::total_cmp);
            most_at(&at, ALIGNED * em)
        };
        column.edges = [edge(|p| p.x0), edge(|p| p.x1), edge(Placed::center)];
        column.aligned =
            if texts.len() < 2 { 0.0 } else { column.edges.iter().map(|&(_, share)| share).fold(0.0, f32::max) };
    }
}

/// Where most of these sorted places lie within `slack`, and what share does.
fn most_at(sorted: &[f32], slack: f32) -> (f32, f32) {
    let mut best = (0.0, 0);
    let mut low = 0;
    for (high, &x) in sorted.iter().enumerate() {
        while sorted.get(low).is_some_and(|&first| x - first > slack) {
            low += 1;
        }
        let count = high + 1 - low;
        if count > best.1 {
            best = ((sorted.get(low).copied().unwrap_or(x) + x) / 2.0, count);
        }
    }
    (best.0, best.1 as f32 / sorted.len().max(1) as f32)
}

impl Column {
    /// Where most of its texts end.
    pub(super) fn right(&self) -> Option<f32> {
        let [_, (at, share), _] = self.edges;
        (share >= 0.5).then_some(at)
    }

    /// Room that a line of a text of this column leaves for another word: to its right where texts keep to the left.
    pub(super) fn room_beside(&self, text: &Placed) -> f32 {
        let [(_, left), (_, right), (_, middle)] = self.edges;
        let room = (self.x1 - self.x0) - (text.x1 - text.x0);
        if left > right && left > middle { room.min(self.x1 - text.x1) } else { room }
    }

    /// How far, in ems, a text is from standing as this column's texts do.
    fn off(&self, x0: f32, x1: f32, em: f32) -> f32 {
        let own = [x0, x1, (x0 + x1) / 2.0];
        let enough = if self.aligned >= 0.5 { 0.6 * self.aligned } else { 0.0 };
        let off = own.iter().zip(&self.edges).filter(|(_, (_, share))| *share >= enough);
        off.map(|(x, (at, _))| (x - at).abs() / em).fold(f32::MAX, f32::min)
    }
}

/// A text over several columns may be several texts with plain spaces between: it is cut where a space lies on the
/// gutter and the parts stand as their columns' texts do.
fn cut_at_gutters(placed: Vec<Placed>, line: &Line, columns: &[Column], em: f32) -> Vec<Placed> {
    if placed.iter().all(|p| !p.spans()) {
        return placed;
    }
    let solid = line.is_solid_text();
    let mut out = Vec::with_capacity(placed.len() + 2);
    for text in placed {
        let mut rest = text;
        while rest.spans() {
            let Some((head, tail)) = first_cut(&rest, line, columns, em, solid) else { break };
            out.push(head);
            rest = tail;
        }
        out.push(rest);
    }
    out
}

/// Space between two words, in ems and in the line's usual one, up to which they are one text's.
const WORD_SPACE: f32 = 0.36;
const WIDER: f32 = 1.2;

fn first_cut(text: &Placed, line: &Line, columns: &[Column], em: f32, solid: bool) -> Option<(Placed, Placed)> {
    let mut gaps: Vec<f32> = line
        .pieces
        .get(text.pieces.clone())
        .unwrap_or(&[])
        .windows(2)
        .filter_map(|w| if let [a, b] = w { Some((b.bbox.x0 - a.bbox.x1) / em) } else { None })
        .collect();
    gaps.sort_by(f32::total_cmp);
    let usual = if gaps.len() < 3 { 0.3 } else { gaps.get(gaps.len() / 2).copied().unwrap_or(0.3).max(0.2) };
    for column in text.first..text.last {
        let (Some(left), Some(right)) = (columns.get(column), columns.get(column + 1)) else { continue };
        let (from, to) = (left.x1.min(right.x0), left.x1.max(right.x0));
        for at in text.pieces.start + 1..text.pieces.end {
            let (Some(a), Some(b)) = (line.pieces.get(at - 1), line.pieces.get(at)) else { continue };
            let slack = 0.2 * em;
            let on_gutter = a.bbox.x1 <= to + slack && b.bbox.x0 >= from - slack && a.bbox.x0 < to && b.bbox.x1 > from;
            if !on_gutter {
                continue;
            }
            let gap = (b.bbox.x0 - a.bbox.x1) / em;
            let words = a.kind == Kind::Text && !a.ideographic && (b.kind == Kind::Text && !b.ideographic || b.year);
            if words && gap < WORD_SPACE.max(WIDER * usual) {
                continue;
            }
            let part = |pieces: std::ops::Range<usize>, first: usize, last: usize| {
                let inside = line.pieces.get(pieces.clone()).unwrap_or(&[]);
                Placed {
                    first,
                    last,
                    x0: inside.first().map_or(text.x0, |piece| piece.bbox.x0),
                    x1: inside.last().map_or(text.x1, |piece| piece.bbox.x1),
                    numeric: inside.iter().all(|piece| !matches!(piece.kind, Kind::Text | Kind::Marker)),
                    years: years(line, &pieces),
                    pieces,
                }
            };
            let head = part(text.pieces.start..at, text.first, column);
            let tail = part(at..text.pieces.end, column + 1, text.last);
            let fit = |part: &Placed, column: &Column| {
                if part.spans() {
                    return 0.0;
                }
                let off = column.off(part.x0, part.x1, em);
                // A day or a year may end a heading; other numbers are values.
                let inside = line.pieces.get(part.pieces.clone()).unwrap_or(&[]);
                let value = part.numeric && !part.years && inside.iter().map(|piece| piece.glyphs).sum::<u32>() > 2;
                let looks = if value && column.numeric > 0.5 { 1.0 } else { 0.0 };
                looks
                    + if off < 0.3 {
                        0.5
                    } else if off < 0.7 {
                        0.0
                    } else {
                        -0.5
                    }
            };
            let for_it = (gap - usual) * 3.0 + fit(&head, left) + fit(&tail, right) - if solid { 1.0 } else { 0.0 };
            if for_it > 0.4 {
                return Some((head, tail));
            }
        }
    }
    None
}
