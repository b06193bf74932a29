//! The levels of a head: which texts below each other are one heading, and which columns a heading covers that stands over
//! others. All ways to share the columns out among headings of their own and groups of headings are compared, from the
//! lowest line up; and where headings of fewer lines stand in the head's height is the same for all of them.

use super::columns::{Columns, Placed};
use super::drawn::Drawn;
use super::header::Heading;
use super::line::Line;

/// Columns and lines of a head that is looked at so closely.
const MOST_COLUMNS: usize = 40;
/// A group of headings is dearer than headings by themselves.
const GROUP: f32 = 0.5;
/// One whose heading has two lines.
const TWO_LINES: f32 = 0.4;
/// For each em that its heading is off the middle of what it covers, and the most ems that count.
const OFF_MIDDLE: f32 = 0.8;
const MOST_OFF: f32 = 6.0;
/// It begins where its first column does instead.
const AT_LEFT: f32 = 0.8;
/// The first column is in it.
const WITH_STUB: f32 = 1.0;
/// A rule below its heading that is as wide as the group, and one that is narrower.
const RULED: f32 = -2.5;
const NARROW_RULE: f32 = 3.0;
/// The group beside it has the same headings.
const REPEATED: f32 = -0.75;
/// A column without a heading; the first one often has none.
const BLANK: f32 = 1.2;
const BLANK_STUB: f32 = 0.2;
/// For each em that a heading stands off its height, and the most ems.
const UNEVEN: f32 = 1.0;
const MOST_UNEVEN: f32 = 2.0;
/// A heading that reaches over its column's neighbour.
const SPILLS: f32 = 1.0;
/// A rule between two lines of one heading.
const PARTED: f32 = 4.0;
/// Lines of one heading: distance of their baselines in their size up to which nothing is odd, and prices beyond.
const CLOSE: f32 = 1.35;
const LOOSE: f32 = 1.8;
const LOOSE_LINES: f32 = 0.4;
const FAR_LINES: f32 = 1.6;
/// How far, in ems, the lines of one heading may be from keeping to one side or middle, and what each em more costs.
const STRAIGHT: f32 = 0.3;
const CROOKED: f32 = 0.8;
/// The heading's next word would still have fitted in the line above.
const ROOM: f32 = 0.6;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Top,
    Middle,
    Bottom,
}

/// How the best reading of some columns ends.
#[derive(Debug, Clone, Copy)]
struct Step {
    price: f32,
    /// Where the last heading or group begins.
    from: usize,
}

struct Head<'a> {
    lines: &'a [Line],
    placed: &'a [Vec<Placed>],
    found: &'a Columns,
    drawn: &'a Drawn,
    em: f32,
    /// For each line and column, the text that stands in it.
    owned: Vec<Vec<Option<usize>>>,
    /// What each column's lowest heading says.
    lowest: Vec<String>,
}

/// The headings of these lines, all of a head's, with their levels, and how many levels there are. None of a head too wide
/// to be looked at.
pub(super) fn headings(
    lines: &[Line],
    found: &Columns,
    drawn: &Drawn,
    em: f32,
    text_of: &dyn Fn(&Line, usize) -> String,
) -> Option<(Vec<Heading>, usize)> {
    let columns = found.columns.len();
    let placed = found.lines.get(..lines.len())?;
    if columns > MOST_COLUMNS || lines.is_empty() {
        return None;
    }
    let owned: Vec<Vec<Option<usize>>> = placed.iter().map(|texts| owners(texts, found)).collect();
    // Every text must have a place of its own.
    if owned.iter().zip(placed).any(|(owned, texts)| owned.iter().flatten().count() != texts.len()) {
        return None;
    }
    let lowest = (0..columns)
        .map(|column| {
            let at = owned.iter().rposition(|owned| owned.get(column).copied().flatten().is_some());
            let text = at.and_then(|at| Some((lines.get(at)?, placed.get(at)?.get((*owned.get(at)?.get(column)?)?)?)));
            text.map_or_else(String::new, |(line, text)| {
                text.pieces.clone().map(|piece| text_of(line, piece)).collect()
            })
        })
        .collect();
    let head = Head { lines, placed, found, drawn, em, owned, lowest };
    let count = lines.len() - usize::from(head.unit().is_some());
    let (_, table) = [Way::Top, Way::Middle, Way::Bottom]
        .into_iter()
        .map(|way| {
            let table = head.solved(way, count);
            let price = table.first().and_then(|rows| rows.first()?.last()).map_or(f32::MAX, |step| step.price);
            (price, table)
        })
        .min_by(|a, b| a.0.total_cmp(&b.0))?;
    let mut out = Vec::new();
    head.read(&table, count, (0, 0, columns), 0, &mut out);
    let mut rows = out.iter().map(|heading| heading.row + 1).max().unwrap_or(1);
    for heading in &mut out {
        if heading.row_span == 0 {
            heading.row_span = rows - heading.row;
        }
    }
    if let Some((first, last, text)) = head.unit() {
        let line = lines.len() - 1;
        out.push(Heading { first, last, texts: vec![(line, text.pieces.clone())], row: rows, row_span: 1 });
        rows += 1;
    }
    Some((out, rows))
}

/// For each column, the text that stands in it: of the columns that a text touches, the one whose middle is nearest and
/// which no text before it has.
fn owners(texts: &[Placed], found: &Columns) -> Vec<Option<usize>> {
    let mut out = vec![None; found.columns.len()];
    let mut free = 0;
    for (number, text) in texts.iter().enumerate() {
        let off =
            |column: usize| found.columns.get(column).map_or(f32::MAX, |c| ((c.x0 + c.x1) / 2.0 - text.center()).abs());
        let last = text.last.max(free);
        let own = (text.first.max(free)..=last).min_by(|&a, &b| off(a).total_cmp(&off(b)));
        if let Some(own) = own
            && let Some(slot) = out.get_mut(own)
        {
            *slot = Some(number);
            free = own + 1;
        }
    }
    out
}

impl Head<'_> {
    fn down(&self, line: usize) -> f32 {
        self.lines.get(line).map_or(0.0, |line| line.down)
    }

    fn text(&self, line: usize, column: usize) -> Option<&Placed> {
        self.placed.get(line)?.get(self.owned.get(line)?.get(column).copied().flatten()?)
    }

    /// The first line from one on with a text in these columns, and how many it has there.
    fn first_line(&self, from: usize, count: usize, (a, b): (usize, usize)) -> Option<(usize, usize)> {
        (from..count).find_map(|line| {
            let texts = self.owned.get(line)?.get(a..b)?.iter().flatten().count();
            (texts > 0).then_some((line, texts))
        })
    }

    /// Best prices for columns `a..b` with what stands from line `s` on, at `[s][a][b - a]`.
    fn solved(&self, way: Way, count: usize) -> Vec<Vec<Vec<Step>>> {
        let columns = self.found.columns.len();
        let mut table: Vec<Vec<Vec<Step>>> = vec![Vec::new(); count + 1];
        for s in (0..count).rev() {
            let mut rows = Vec::with_capacity(columns);
            for a in 0..columns {
                let mut best = vec![Step { price: 0.0, from: a }];
                for b in a + 1..=columns {
                    let mut here = Step { price: f32::MAX, from: a };
                    for from in a..b {
                        let before = best.get(from - a).map_or(f32::MAX, |step| step.price);
                        if before >= here.price {
                            continue;
                        }
                        let own = if from + 1 == b {
                            self.leaf(b - 1, s, count, way)
                        } else {
                            self.group((from, b), s, count, &table)
                        };
                        if before + own < here.price {
                            here = Step { price: before + own, from };
                        }
                    }
                    best.push(here);
                }
                rows.push(best);
            }
            if let Some(slot) = table.get_mut(s) {
                *slot = rows;
            }
        }
        table
    }

    /// The price of a column's heading that reaches from line `s` down.
    fn leaf(&self, column: usize, s: usize, count: usize, way: Way) -> f32 {
        let lines: Vec<(usize, &Placed)> =
            (s..count).filter_map(|line| Some((line, self.text(line, column)?))).collect();
        let (Some(&(first, _)), Some(&(last, _))) = (lines.first(), lines.last()) else {
            return if column == 0 { BLANK_STUB } else { BLANK };
        };
        let (above, below) = (self.down(first) - self.down(s), self.down(count - 1) - self.down(last));
        let off = match way {
            Way::Top => above,
            Way::Middle => (above - below).abs() / 2.0,
            Way::Bottom => below,
        };
        let mut price = UNEVEN * (off / self.em).clamp(0.0, MOST_UNEVEN);
        price += SPILLS * lines.iter().filter(|(_, text)| text.spans()).count() as f32;
        let spread = |of: &dyn Fn(&Placed) -> f32| {
            let ends = lines.iter().map(|(_, text)| of(text));
            let (least, most) = ends.fold((f32::MAX, f32::MIN), |(least, most), x| (least.min(x), most.max(x)));
            (most - least) / self.em
        };
        let crooked = spread(&|text| text.x0).min(spread(&|text| text.x1)).min(spread(&Placed::center));
        price += CROOKED * (crooked - STRAIGHT).max(0.0);
        for pair in lines.windows(2) {
            let [(upper, a), (lower, b)] = pair else { continue };
            let step = (self.down(*lower) - self.down(*upper)) / self.em;
            price += match step {
                step if step <= CLOSE => 0.0,
                step if step <= LOOSE => LOOSE_LINES,
                _ => FAR_LINES,
            };
            let middle = |line: usize| self.lines.get(line).map_or(0.0, |line| line.bbox.center().1);
            let over = |x: f32| {
                self.drawn.rules_between(middle(*upper), middle(*lower)).any(|rule| rule.x0 < x && rule.x1 > x)
            };
            price += if over(b.center()) { PARTED } else { 0.0 };
            let next = self.lines.get(*lower).and_then(|line| line.pieces.get(b.pieces.start));
            let word = next.map_or(f32::MAX, |next| if next.ideographic { next.size } else { next.bbox.width() });
            let width = self.found.columns.get(column).map_or(0.0, |column| column.x1 - column.x0);
            price += if a.x1 - a.x0 + word + 0.6 * self.em < width { ROOM } else { 0.0 };
        }
        price
    }

    /// The price of a group of columns `a..b` whose heading is the first thing from line `s` on.
    fn group(&self, (a, b): (usize, usize), s: usize, count: usize, table: &[Vec<Vec<Step>>]) -> f32 {
        let Some((line, next)) = self.group_lines((a, b), s, count) else { return f32::MAX };
        let Some(text) = (a..b).find_map(|column| self.text(line, column)) else { return f32::MAX };
        if text.first < a || text.last >= b {
            return f32::MAX;
        }
        let below = table.get(next).and_then(|rows| rows.get(a)?.get(b - a)).map_or(f32::MAX, |step| step.price);
        if below == f32::MAX {
            return below;
        }
        let off = self.off(text, a, b - 1);
        let left = self.found.columns.get(a).map_or(f32::MAX, |column| (column.x0 - text.x0).abs() / self.em);
        let mut price = GROUP + below + (OFF_MIDDLE * off).min(AT_LEFT + OFF_MIDDLE * left).min(OFF_MIDDLE * MOST_OFF);
        price += if a == 0 { WITH_STUB } else { 0.0 };
        price += if self.second_line(line, next, (a, b)) { TWO_LINES } else { 0.0 };
        price += self.rule(text, line, next, (a, b));
        let same = |x: usize, y: usize| {
            let texts = |at: usize| self.lowest.get(at..at + (b - a));
            matches!((texts(x), texts(y)), (Some(x), Some(y)) if x == y && x.iter().all(|text| !text.is_empty()))
        };
        price += if same(a, b) || a.checked_sub(b - a).is_some_and(|before| before > 0 && same(before, a)) {
            REPEATED
        } else {
            0.0
        };
        price
    }

    /// The line of a group's heading, and the line from which its parts are; None where these columns are no group.
    fn group_lines(&self, (a, b): (usize, usize), s: usize, count: usize) -> Option<(usize, usize)> {
        let (line, texts) = self.first_line(s, count, (a, b))?;
        if texts != 1 {
            return None;
        }
        let (mut next, texts) = self.first_line(line + 1, count, (a, b))?;
        // The heading's own second line: alone, close below, and around the same middle.
        if texts == 1 && self.second_line(line, next, (a, b)) {
            next = self.first_line(next + 1, count, (a, b))?.0;
        }
        Some((line, next))
    }

    /// Is what stands alone in these columns below a group's heading its second line?
    fn second_line(&self, line: usize, next: usize, (a, b): (usize, usize)) -> bool {
        let text = |line: usize| (a..b).find_map(|column| self.text(line, column));
        let lower = (line + 1..=next).find(|&line| text(line).is_some()).unwrap_or(next);
        let (Some(above), Some(below)) = (text(line), text(lower)) else { return false };
        let alone =
            self.owned.get(lower).and_then(|owned| owned.get(a..b)).is_some_and(|o| o.iter().flatten().count() == 1);
        let more = self.first_line(lower + 1, self.lines.len(), (a, b)).is_some();
        let close = self.down(lower) - self.down(line) <= CLOSE * self.em;
        let middle = |line: usize| self.lines.get(line).map_or(0.0, |line| line.bbox.center().1);
        let ruled = self
            .drawn
            .rules_between(middle(line), middle(lower))
            .any(|rule| rule.x0 < above.center() && rule.x1 > above.center());
        alone && more && close && !ruled && (above.center() - below.center()).abs() < STRAIGHT * self.em
    }

    /// How far, in ems, a text is off the middle of these columns: of their texts, or of their cells, which reach to the
    /// columns beside.
    fn off(&self, text: &Placed, first: usize, last: usize) -> f32 {
        let column = |at: usize| self.found.columns.get(at);
        let (Some(a), Some(b)) = (column(first), column(last)) else { return f32::MAX };
        let before = first.checked_sub(1).and_then(column).map_or(a.x0, |c| c.x1 + self.em).min(a.x0);
        let after = column(last + 1).map_or(b.x1, |c| c.x0 - self.em).max(b.x1);
        // Only the headings of these columns, which stand in the middle of their cells.
        let heads = |at: usize| {
            let texts = (0..self.lines.len()).filter_map(|line| self.text(line, at)).filter(|other| *other != text);
            texts.fold((f32::MAX, f32::MIN), |(x0, x1), text| (x0.min(text.x0), x1.max(text.x1)))
        };
        let (left, right) = (heads(first).0, heads(last).1);
        let own = if left < right { (left, right) } else { (a.x0, b.x1) };
        let (from, to) = (heads(first), heads(last));
        let middles =
            if from.0 <= from.1 && to.0 <= to.1 { ((from.0 + from.1) / 2.0, (to.0 + to.1) / 2.0) } else { own };
        // Figures that keep to the right: the first column is as wide as the others.
        let (a_right, b_right) = (a.right().unwrap_or(a.x1), b.right().unwrap_or(b.x1));
        let pitch = if last > first { (b_right - a_right) / (last - first) as f32 } else { 0.0 };
        let evenly = a_right - pitch + 0.8 * self.em;
        [(a.x0, b.x1), (before, b.x1), (a.x0, after), own, middles, (evenly, b_right)]
            .into_iter()
            .map(|(x0, x1)| (text.center() - (x0 + x1) / 2.0).abs() / self.em)
            .fold(f32::MAX, f32::min)
    }

    /// What a rule between a group's heading and its parts says.
    fn rule(&self, text: &Placed, line: usize, next: usize, (a, b): (usize, usize)) -> f32 {
        let middle = |line: usize| self.lines.get(line).map_or(0.0, |line| line.bbox.center().1);
        let (from, to) = (middle(line), middle(next));
        let Some(rule) =
            self.drawn.rules_between(from, to).find(|rule| rule.x0 < text.center() && rule.x1 > text.center())
        else {
            return 0.0;
        };
        let covers = |at: usize| {
            self.found.columns.get(at).is_some_and(|column| {
                let middle = (column.x0 + column.x1) / 2.0;
                middle > rule.x0 && middle < rule.x1
            })
        };
        let beside = a.checked_sub(1).is_some_and(covers) || covers(b);
        match ((a..b).all(covers), beside) {
            (false, _) => NARROW_RULE,
            (true, false) => RULED,
            (true, true) => 0.0,
        }
    }

    /// A last line with nothing but a text in the middle of all columns, or of all but the first: the unit of the figures.
    fn unit(&self) -> Option<(usize, usize, &Placed)> {
        let line = self.lines.len().checked_sub(1).filter(|line| *line > 0)?;
        let [text] = self.placed.get(line)?.as_slice() else { return None };
        let columns = self.found.columns.len();
        if columns < 3 || text.first == 0 && text.last == 0 {
            return None;
        }
        let (first, off) = [1, 0]
            .into_iter()
            .map(|first| (first, self.off(text, first, columns - 1)))
            .min_by(|a, b| a.1.total_cmp(&b.1))?;
        let own = self.owned.get(line)?.iter().position(Option::is_some)?;
        let above = (0..line).rev().find_map(|line| Some((line, self.text(line, own)?)));
        let stacked = above.is_some_and(|(upper, above)| {
            (above.center() - text.center()).abs() < STRAIGHT * self.em
                && self.down(line) - self.down(upper) <= CLOSE * self.em
        });
        let bracketed = self.lines.get(line)?.pieces.first().is_some_and(|piece| piece.bracketed);
        (off < 2.0 * STRAIGHT && (!stacked || bracketed)).then_some((first, columns - 1, text))
    }

    /// The headings of columns `a..b` from line `s` on, at this level.
    fn read(
        &self,
        table: &[Vec<Vec<Step>>],
        count: usize,
        (s, a, b): (usize, usize, usize),
        level: usize,
        out: &mut Vec<Heading>,
    ) {
        let mut end = b;
        while end > a {
            let step = table.get(s).and_then(|rows| rows.get(a)?.get(end - a));
            let from = step.map_or(end - 1, |step| step.from.min(end - 1));
            if from + 1 == end {
                let texts: Vec<_> =
                    (s..count).filter_map(|line| Some((line, self.text(line, from)?.pieces.clone()))).collect();
                if !texts.is_empty() {
                    out.push(Heading { first: from, last: from, texts, row: level, row_span: 0 });
                }
            } else if let Some((line, next)) = self.group_lines((from, end), s, count) {
                let texts = (line..next)
                    .flat_map(|line| {
                        (from..end).filter_map(move |column| Some((line, self.text(line, column)?.pieces.clone())))
                    })
                    .collect();
                out.push(Heading { first: from, last: end - 1, texts, row: level, row_span: 1 });
                self.read(table, count, (next, from, end), level + 1, out);
            }
            end = from;
        }
    }
}
