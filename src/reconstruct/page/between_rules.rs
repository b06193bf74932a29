//! Tables whose rows are parted by lines and whose columns are not: the lines give rows and, where they break off,
//! spans; the columns lie where the rows' texts leave gaps. Comes out as a lattice, as if the missing walls were drawn.

mod heads;
mod parts;
mod spans;

pub(super) use heads::{heads, in_columns};

use super::lattice::{Lattice, build};
use super::rulings::Segment;
use super::words::Word;
use crate::model::{Direction, Rect};

/// Horizontal lines that lie over each other.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Stack {
    x0: f32,
    x1: f32,
    rules: Vec<Segment>,
    /// Where column edges are likely.
    hints: Vec<f32>,
}

/// Lines that differ less in where they end, in points, end together.
const SAME_END: f32 = 4.0;
/// Part of a stack's width from which a line counts as one of its own: it may break off where cells span rows.
const FULL: f32 = 0.6;
/// Lines of one table are not further apart than this part of a page's height.
const FURTHEST: f32 = 0.45;
/// Lines all the way that a table has at least.
const LEAST_RULES: usize = 4;
/// Gap, in ems, that parts two texts of a row where a column edge is known to be: with and without a drawn space.
const GAP: f32 = 0.4;
const BARE_GAP: f32 = 0.12;
/// The same where other rows have it, too, and where none has.
const SHARED_GAP: f32 = 0.7;
const LONE_GAP: f32 = 1.4;
/// Places to which an edge may be moved that are looked at.
const MOST_MOVES: usize = 400;
/// Narrowest column, in ems.
const NARROWEST: f32 = 0.6;
/// Columns of one table.
const MOST_COLUMNS: usize = 60;
/// Stacks that a page may have: side by side, below each other.
const MOST_STACKS: usize = 60;
/// Part of the lines of text that may stand in rows of several lines in all columns: more, and the lines part groups
/// of rows, not rows.
const MOST_IN_GROUPS: f32 = 0.4;
/// A frame around rows that nothing parts has few bands, one of them with at least so many lines.
const MOST_BODY_BANDS: usize = 6;
const LEAST_BODY_LINES: usize = 4;

/// The stacks among these lines (sorted by position).
pub(super) fn stacks(rules: &[Segment], page_height: f32) -> Vec<Stack> {
    let mut open: Vec<Stack> = Vec::new();
    for rule in rules {
        let near = |stack: &&mut Stack| {
            let inside = rule.from >= stack.x0 - SAME_END && rule.to <= stack.x1 + SAME_END;
            let around = rule.from <= stack.x0 + SAME_END && rule.to >= stack.x1 - SAME_END;
            (inside || around && rule.length() <= 1.1 * (stack.x1 - stack.x0))
                && stack.rules.last().is_some_and(|last| rule.at - last.at <= FURTHEST * page_height)
        };
        // The latest that fits; hostile pages have many.
        match open.iter_mut().rev().take(MOST_STACKS).find(near) {
            Some(stack) => {
                stack.x0 = stack.x0.min(rule.from);
                stack.x1 = stack.x1.max(rule.to);
                stack.rules.push(*rule);
            }
            None => open.push(Stack { x0: rule.from, x1: rule.to, rules: vec![*rule], hints: Vec::new() }),
        }
    }
    open.retain_mut(|stack| {
        let full = |rule: &Segment| rule.length() >= FULL * (stack.x1 - stack.x0);
        let first = stack.rules.iter().position(full);
        if let Some(first) = first {
            stack.rules.drain(..first);
        }
        stack.full_rules() >= LEAST_RULES
    });
    open.truncate(MOST_STACKS);
    open
}

/// A lattice of one column as a stack.
pub(super) fn stack_of(lattice: &Lattice) -> Stack {
    let b = lattice.bbox();
    let rule = |&at: &f32| Segment { at, from: b.x0, to: b.x1, drawn: lattice.drawn };
    Stack { x0: b.x0, x1: b.x1, rules: lattice.ys.iter().map(rule).collect(), hints: Vec::new() }
}

/// A row between two lines.
struct Band {
    y0: f32,
    y1: f32,
    /// Where its texts lie, with nothing between them: left and right ends.
    blocks: Vec<(f32, f32)>,
    lines: Vec<BandLine>,
    /// What stands in one line without a gap: (baseline, left end, right end). Texts of two columns may lie closer than
    /// words do, but not on one line.
    texts: Vec<(f32, f32, f32)>,
    /// Largest font size.
    size: f32,
}

/// A line of text in a row.
struct BandLine {
    baseline: f32,
    /// Of its words.
    middles: Vec<f32>,
    /// Largest font size.
    size: f32,
}

impl Stack {
    /// Around all lines.
    pub(super) fn bbox(&self) -> Rect {
        let y = |rule: Option<&Segment>| rule.map_or(0.0, |rule| rule.at);
        Rect::new(self.x0, y(self.rules.first()), self.x1, y(self.rules.last()))
    }

    /// The lattice that these words (indices in `words`) make of the lines; None where they make no columns. `known`
    /// are places where column edges are likely: those of a table that may go on here.
    pub(super) fn lattice(&self, words: &[Word], inside: &[u32], known: &[f32]) -> Option<Lattice> {
        self.lattice_with(words, inside, known, &|_| true)
    }

    /// The same, where it is known which words are numbers: headings over several columns are none.
    pub(super) fn lattice_with(
        &self,
        words: &[Word],
        inside: &[u32],
        known: &[f32],
        is_value: &dyn Fn(&Word) -> bool,
    ) -> Option<Lattice> {
        let (inside, em) = self.upright(words, inside);
        if inside.len() < 4 {
            return None;
        }
        let mut bands = self.bands(&inside, em);
        // Lines beside the table's first or last part no rows.
        let is_blank = |band: &Band| band.lines.is_empty();
        while bands.last().is_some_and(is_blank) {
            bands.pop();
        }
        let blank = bands.iter().take_while(|band| is_blank(band)).count();
        bands.drain(..blank);
        // Where a line breaks off, a column ends.
        let mut hints: Vec<f32> = self.rules.iter().flat_map(|rule| [rule.from, rule.to]).collect();
        hints.extend_from_slice(&self.hints);
        hints.extend_from_slice(known);
        let drawn = ends_inside(&self.rules, (self.x0, self.x1), em);
        let mut edges = edges(&bands, (self.x0, self.x1), em, &drawn, &hints);
        add_known(&mut edges, &bands, em, &self.hints);
        add_known(&mut edges, &bands, em, known);
        if edges.len() < 3 || in_groups(&bands, &edges) {
            return None;
        }
        let parted = bands.iter().filter(|band| band.blocks.len() > 1).count();
        if parted < 2 {
            return None;
        }
        settle(&mut edges, &bands, em);
        let values: Vec<bool> = bands
            .iter()
            .map(|band| {
                let within = |word: &Word| (band.y0..band.y1).contains(&(word.baseline - 0.35 * word.size));
                inside.iter().any(|word| within(word) && is_value(word))
            })
            .collect();
        let spans = self.head_spans(&bands, &edges, &values, em);
        let mut walls = Vec::new();
        for (number, band) in bands.iter().enumerate() {
            for &x in &edges {
                let covered = spans.iter().any(|span| span.band == number && span.x0 + 1.0 < x && x < span.x1 - 1.0);
                let crossed = covered || band.texts.iter().any(|&(_, from, to)| from < x - 1.0 && to > x + 1.0);
                if !crossed {
                    walls.push(Segment { at: x, from: band.y0, to: band.y1, drawn: true });
                }
            }
        }
        walls.sort_by(|a, b| a.at.total_cmp(&b.at).then(a.from.total_cmp(&b.from)));
        let (top, bottom) = (bands.first()?.y0 - 1.0, bands.last()?.y1 + 1.0);
        let rules: Vec<Segment> =
            self.rules.iter().filter(|rule| top <= rule.at && rule.at <= bottom).copied().collect();
        build(&rules, &walls)
    }

    /// These words as far as they are upright, from left to right, and their usual size.
    fn upright<'w>(&self, words: &'w [Word], inside: &[u32]) -> (Vec<&'w Word>, f32) {
        let mut inside: Vec<&Word> = inside
            .iter()
            .filter_map(|&index| words.get(index as usize))
            .filter(|word| word.direction == Direction::Right && !word.vertical)
            .collect();
        let mut sizes: Vec<f32> = inside.iter().map(|word| word.size).collect();
        sizes.sort_unstable_by(f32::total_cmp);
        let em = sizes.get(sizes.len() / 2).copied().unwrap_or(0.0).max(1.0);
        inside.sort_by(|a, b| a.bbox.x0.total_cmp(&b.bbox.x0));
        (inside, em)
    }

    /// Lines that run along most of its width.
    fn full_rules(&self) -> usize {
        self.rules.iter().filter(|rule| rule.length() >= FULL * (self.x1 - self.x0)).count()
    }

    /// Does this word lie between the lines?
    pub(super) fn holds(&self, word: &Word) -> bool {
        let (b, (x, y)) = (self.bbox(), word.bbox.center());
        b.x0 - 1.0 <= x && x <= b.x1 + 1.0 && b.y0 <= y && y <= b.y1
    }

    /// Does it go on with what stands in this box: as wide, and with more lines below?
    pub(super) fn goes_on_below(&self, head: &Rect) -> bool {
        let below = self.rules.iter().filter(|rule| rule.at > head.y1 + 4.0).count();
        let b = self.bbox();
        below >= 2
            && (b.x0 - head.x0).abs() <= SAME_END
            && (b.x1 - head.x1).abs() <= SAME_END
            && b.y0 - 2.0 <= head.y0
            && head.y1 <= b.y1
    }

    /// Says where column edges are likely.
    pub(super) fn hint(&mut self, xs: &[f32]) {
        self.hints.extend_from_slice(xs);
    }

    /// Do the lines of both end at the same places?
    pub(super) fn is_as_wide_as(&self, other: &Stack) -> bool {
        (self.x0 - other.x0).abs() <= SAME_END && (self.x1 - other.x1).abs() <= SAME_END
    }

    fn bands(&self, inside: &[&Word], em: f32) -> Vec<Band> {
        let mut ys: Vec<f32> = self.rules.iter().map(|rule| rule.at).collect();
        ys.dedup_by(|b, a| *b - *a < 4.0);
        let mut bands: Vec<Band> = ys
            .windows(2)
            .map(|pair| Band {
                y0: pair[0],
                y1: pair[1],
                blocks: Vec::new(),
                lines: Vec::new(),
                texts: Vec::new(),
                size: 0.0,
            })
            .collect();
        for word in inside {
            let y = word.baseline - 0.35 * word.size;
            let after = bands.partition_point(|band| band.y0 <= y);
            let Some(band) = after.checked_sub(1).and_then(|at| bands.get_mut(at)).filter(|band| y < band.y1) else {
                continue;
            };
            // Words come from left to right.
            match band.blocks.last_mut() {
                Some(last) if word.bbox.x0 - last.1 <= joined_gap(word) * em => last.1 = last.1.max(word.bbox.x1),
                _ => band.blocks.push((word.bbox.x0, word.bbox.x1)),
            }
            band.size = band.size.max(word.size);
            let on_line = |text: &&mut (f32, f32, f32)| (text.0 - word.baseline).abs() < 0.3 * em;
            match band.texts.iter_mut().rev().find(on_line) {
                Some(last) if word.bbox.x0 - last.2 <= joined_gap(word) * em => last.2 = last.2.max(word.bbox.x1),
                _ => band.texts.push((word.baseline, word.bbox.x0, word.bbox.x1)),
            }
            let middle = word.bbox.center().0;
            match band.lines.iter_mut().find(|line| (line.baseline - word.baseline).abs() < 0.3 * em) {
                Some(line) => {
                    line.middles.push(middle);
                    line.size = line.size.max(word.size);
                }
                None => {
                    band.lines.push(BandLine { baseline: word.baseline, middles: vec![middle], size: word.size });
                }
            }
        }
        bands
    }
}

/// Widest gap before this word, in ems, over which it goes on with what is before it.
fn joined_gap(word: &Word) -> f32 {
    if word.space_before { GAP } else { BARE_GAP }
}

/// Places within a table where lines that part rows begin or end: edges of cells that span rows.
fn ends_inside(rules: &[Segment], (x0, x1): (f32, f32), em: f32) -> Vec<f32> {
    let ends = rules.iter().flat_map(|rule| [rule.from, rule.to]);
    let mut inside: Vec<f32> = ends.filter(|&x| x > x0 + em && x < x1 - em).collect();
    inside.sort_unstable_by(f32::total_cmp);
    inside.dedup_by(|b, a| *b - *a <= SAME_END);
    inside
}

/// Column edges: one after the other where most rows that still hold several texts in one column have a gap.
fn edges(bands: &[Band], (x0, x1): (f32, f32), em: f32, drawn: &[f32], hints: &[f32]) -> Vec<f32> {
    let mut edges = vec![x0, x1];
    for &at in drawn.iter().take(MOST_COLUMNS) {
        let crossed = bands.iter().filter(|b| b.blocks.iter().any(|&(from, to)| from < at - 1.0 && to > at + 1.0));
        if crossed.count() * 2 <= bands.len() {
            edges.insert(edges.len() - 1, at);
        }
    }
    let mut gaps: Vec<(f32, f32)> = Vec::new();
    // Places too near to an edge to be one.
    let mut refused: Vec<f32> = Vec::new();
    for _ in 0..MOST_COLUMNS {
        gaps.clear();
        for band in bands {
            for pair in band.blocks.windows(2) {
                let (from, to) = (pair[0].1, pair[1].0);
                let parted = edges.iter().chain(&refused).any(|&x| from - 0.5 <= x && x <= to + 0.5);
                if !parted && to - from >= SHARED_GAP * em {
                    gaps.push((from, to));
                }
            }
        }
        let Some((from, to, count)) = most_stabbed(&gaps, em) else { break };
        if count < 2 && to - from < LONE_GAP * em {
            break;
        }
        let hint = hints.iter().copied().find(|x| from - 0.2 * em <= *x && *x <= to + 0.2 * em);
        let at = hint.unwrap_or((from + to) / 2.0);
        let place = edges.partition_point(|&x| x < at);
        let near = |x: Option<&f32>| x.is_some_and(|x| (x - at).abs() < NARROWEST * em);
        if near(edges.get(place)) || place > 0 && near(edges.get(place - 1)) {
            // A place within the gap, so that it is not found again.
            refused.push(at.clamp(from, to));
            continue;
        }
        edges.insert(place, at);
    }
    edges
}

/// Adds edges that other pages' parts of the table have, where a row shows even a small gap there.
fn add_known(edges: &mut Vec<f32>, bands: &[Band], em: f32, known: &[f32]) {
    for &at in known {
        let place = edges.partition_point(|&x| x < at);
        let (Some(&left), Some(&right)) = (place.checked_sub(1).and_then(|i| edges.get(i)), edges.get(place)) else {
            continue;
        };
        if at - left < NARROWEST * em || right - at < NARROWEST * em || edges.len() > MOST_COLUMNS {
            continue;
        }
        let gap_here = |pair: &[(f32, f32)]| {
            let [a, b] = pair else { return false };
            a.1 <= at + 0.1 * em && at - 0.1 * em <= b.0 && a.1 > left && b.0 < right
        };
        // Nothing stands between this edge and its neighbour: the same gap.
        let holds = |from: f32, to: f32| {
            let within = |&(_, x0, x1): &(f32, f32, f32)| from < (x0 + x1) / 2.0 && (x0 + x1) / 2.0 < to;
            bands.iter().any(|band| band.texts.iter().any(within))
        };
        if holds(left, at) && holds(at, right) && bands.iter().any(|band| band.blocks.windows(2).any(gap_here)) {
            edges.insert(place, at);
        }
    }
}

/// Moves edges out of texts: where the widest text of a column and the next column leave little room in one row, the edge
/// that the other rows show may lie within that text.
fn settle(edges: &mut [f32], bands: &[Band], em: f32) {
    let crossed = |x: f32| {
        let over = |band: &Band| band.texts.iter().any(|&(_, from, to)| from < x - 1.0 && to > x + 1.0);
        bands.iter().filter(|band| over(band)).count()
    };
    let texts = || bands.iter().flat_map(|band| &band.texts);
    for at in 1..edges.len().saturating_sub(1) {
        let edge = edges[at];
        let mut best = (crossed(edge), edge);
        if best.0 == 0 {
            continue;
        }
        // No text comes to stand on the edge's other side.
        let left = texts().filter(|text| text.2 <= edge + 1.0).map(|text| text.2).fold(edges[at - 1] + em, f32::max);
        let right = texts().filter(|text| text.1 >= edge - 1.0).map(|text| text.1).fold(edges[at + 1] - em, f32::min);
        let ends = texts().flat_map(|&(_, from, to)| [from - 0.5, to + 0.5]);
        for x in ends.filter(|x| left <= *x && *x <= right).take(MOST_MOVES) {
            let count = crossed(x);
            if count < best.0 || count == best.0 && (x - edge).abs() < (best.1 - edge).abs() {
                best = (count, x);
            }
        }
        edges[at] = best.1;
    }
}

/// The stretch that most gaps have in common, and how many they are. A gap that no other shares must be wide.
fn most_stabbed(gaps: &[(f32, f32)], em: f32) -> Option<(f32, f32, usize)> {
    let mut ends: Vec<(f32, bool)> = gaps.iter().flat_map(|&(from, to)| [(from, true), (to, false)]).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
    let mut best: Option<(f32, f32, usize)> = None;
    let mut open = 0usize;
    for pair in ends.windows(2) {
        if pair[0].1 {
            open += 1
        } else {
            open = open.saturating_sub(1)
        }
        let (from, to) = (pair[0].0, pair[1].0);
        let enough = open >= 2 && to - from > 0.1 * em || open == 1 && to - from >= LONE_GAP * em;
        let better = best.is_none_or(|(f, t, count)| open > count || open == count && to - from > t - f);
        if enough && better {
            best = Some((from, to, open));
        }
    }
    best
}

/// Do the lines part groups of rows: are most lines of text in bands of several lines that each reach over the columns?
fn in_groups(bands: &[Band], edges: &[f32]) -> bool {
    let column = |x: f32| edges.partition_point(|&edge| edge <= x);
    let columns_of = |middles: &[f32]| {
        let mut columns: Vec<usize> = middles.iter().map(|&x| column(x)).collect();
        columns.sort_unstable();
        columns.dedup();
        columns.len()
    };
    // A frame with a line below its head: one row that has most of the text.
    let total: usize = bands.iter().map(|band| band.lines.len()).sum();
    let is_body = |band: &Band| {
        let several = band.lines.iter().filter(|line| columns_of(&line.middles) > 1).count();
        band.lines.len() >= LEAST_BODY_LINES && band.lines.len() * 2 > total && several * 2 >= band.lines.len()
    };
    if bands.len() <= MOST_BODY_BANDS && bands.iter().any(is_body) {
        return true;
    }
    let (mut all, mut grouped) = (0usize, 0usize);
    for band in bands {
        all += band.lines.len();
        let middles: Vec<f32> = band.lines.iter().flat_map(|line| line.middles.iter().copied()).collect();
        let held = columns_of(&middles);
        let wide = band.lines.iter().filter(|line| columns_of(&line.middles) * 10 >= held * 6).count();
        if held >= 2 && band.lines.len() >= 3 && wide * 2 >= band.lines.len() {
            grouped += band.lines.len();
        }
    }
    grouped as f32 > MOST_IN_GROUPS * all as f32
}

#[cfg(test)]
mod tests {
    use super::super::rulings::segments;
    use super::super::sketch::Sketch;
    use super::super::words::words;
    use super::*;

    fn lattice(sketch: Sketch) -> Option<Lattice> {
        let page = sketch.page();
        let words = words(&page);
        let inside: Vec<u32> = (0..words.len() as u32).collect();
        let stacks = stacks(&segments(&page).horizontal, page.height);
        assert_eq!(stacks.len(), 1);
        stacks[0].lattice(&words, &inside, &[])
    }

    #[test]
    fn lines_make_rows_and_gaps_make_columns() {
        let mut sketch = Sketch::new(500.0, 400.0);
        for y in [50.0, 70.0, 90.0, 130.0, 150.0] {
            sketch.horizontal(y, 50.0, 400.0);
        }
        sketch.text(52.0, 63.0, 10.0, "一级指标").text(150.0, 63.0, 10.0, "年度指标值").text(300.0, 63.0, 10.0, "得分");
        sketch.text(52.0, 83.0, 10.0, "产出").text(150.0, 83.0, 10.0, "≥95%").text(300.0, 83.0, 10.0, "10");
        // Three lines beside one in the middle.
        sketch.text(52.0, 100.0, 10.0, "效益指标").text(52.0, 112.0, 10.0, "很长的名").text(52.0, 124.0, 10.0, "称");
        sketch.text(150.0, 112.0, 10.0, "达成").text(300.0, 112.0, 10.0, "9");
        // One text over the first two columns.
        sketch.text(90.0, 143.0, 10.0, "本行合并前两列的文字").text(300.0, 143.0, 10.0, "99");
        let found = lattice(sketch).unwrap();
        assert_eq!((found.rows(), found.columns()), (4, 3));
        let last: Vec<_> = found.cells.iter().filter(|c| c.row == 3).map(|c| (c.column, c.column_span)).collect();
        assert_eq!(last, [(0, 2), (2, 1)]);
    }

    #[test]
    fn an_edge_lies_beside_the_widest_text_of_its_column() {
        let mut sketch = Sketch::new(500.0, 400.0);
        for y in [50.0, 70.0, 90.0, 130.0, 150.0] {
            sketch.horizontal(y, 50.0, 400.0);
        }
        for (y, name) in [(63.0, "指标名称"), (83.0, "参保人数"), (143.0, "报销比例")] {
            sketch.text(52.0, y, 10.0, name).text(200.0, y, 10.0, "10").text(300.0, y, 10.0, "说明");
        }
        // Fills its column, a quarter em from the next one's, whose text stands in the middle between its lines.
        sketch.text(52.0, 106.0, 10.0, "以常住人口数为基数计算的基").text(52.0, 122.0, 10.0, "本参保率");
        sketch.text(184.5, 114.0, 10.0, "达到9").text(300.0, 114.0, 10.0, "说明");
        let found = lattice(sketch).unwrap();
        assert_eq!((found.rows(), found.columns()), (4, 3));
        assert!(found.cells.iter().all(|cell| cell.column_span == 1), "{:?}", found.xs);
    }

    #[test]
    fn a_line_that_breaks_off_shows_a_span() {
        let mut sketch = Sketch::new(500.0, 400.0);
        for y in [50.0, 70.0, 110.0, 130.0] {
            sketch.horizontal(y, 50.0, 400.0);
        }
        sketch.horizontal(90.0, 140.0, 400.0);
        for (y, texts) in [(63.0, ["甲", "乙"]), (83.0, ["", "丙"]), (103.0, ["", "丁"]), (123.0, ["戊", "己"])] {
            sketch.text(60.0, y, 10.0, texts[0]).text(200.0, y, 10.0, texts[1]);
        }
        sketch.text(60.0, 93.0, 10.0, "跨行");
        let found = lattice(sketch).unwrap();
        assert_eq!(found.xs[1], 140.0);
        assert!(found.cells.iter().any(|c| (c.row, c.column, c.row_span) == (1, 0, 2)));
    }

    #[test]
    fn lines_around_groups_of_rows_are_left_to_alignment() {
        let mut sketch = Sketch::new(500.0, 600.0);
        for y in [50.0, 70.0, 210.0, 350.0] {
            sketch.horizontal(y, 50.0, 400.0);
        }
        for row in 0..22 {
            let y = if row == 0 { 63.0 } else { 70.0 + 12.5 * row as f32 };
            sketch.text(52.0, y, 10.0, "name").text(200.0, y, 10.0, "12").text(300.0, y, 10.0, "34");
        }
        assert!(lattice(sketch).is_none());
    }
}
