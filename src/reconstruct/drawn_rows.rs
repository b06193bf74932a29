//! Tables drawn with characters: `+---+`, `┌──┬──┐`. The rules tell rows, columns and spans by where they stand on a
//! line of characters of one or two columns each.

use super::lines::lines_from;
use super::text_blocks::{CHUNK_ROWS, Reading};
use crate::ingest::text::MAX_ROW_BYTES;
use crate::model::{Block, Cell, Grid, GridOrigin};
use std::ops::Range;
use unicode_width::UnicodeWidthChar;

/// More columns than a drawn form has.
const MAX_COLUMNS: usize = 64;

/// Of ten lines, how many must have their upright lines where the rules have their joints.
const REGULAR_OF_TEN: usize = 8;

/// How many columns a character takes depends on who drew the table.
type Width = fn(char) -> usize;

/// Ideographs two, all else one, as terminals show them; all but ASCII two, as Chinese character sets have it; all one,
/// as programs count that do not know of widths.
const WIDTHS: [Width; 3] = [|c| c.width().unwrap_or(0), |c| if c.is_ascii() { 1 } else { 2 }, |_| 1];

/// What a character of a drawn table is.
#[derive(Clone, Copy, PartialEq)]
enum Stroke {
    Across,
    Upright,
    Joint,
    Text,
}

fn stroke(c: char) -> Stroke {
    match c {
        '-' | '=' | '－' | '＝' | '─' | '━' | '═' | '┄' | '┅' | '┈' | '┉' | '╌' | '╍' => {
            Stroke::Across
        }
        '|' | '｜' | '│' | '┃' | '║' | '┆' | '┇' | '┊' | '┋' | '╎' | '╏' => Stroke::Upright,
        '+' | '＋' | '\u{2500}'..='\u{257F}' => Stroke::Joint,
        _ => Stroke::Text,
    }
}

/// May a line be the upper rule of a drawn table? Looked at for every line of a text.
pub(super) fn may_begin(line: &str) -> bool {
    let line = line.trim();
    line.starts_with(|c| stroke(c) == Stroke::Joint) && is_rule(line)
}

/// Joints and strokes across alone, two joints at least.
fn is_rule(line: &str) -> bool {
    let mut joints = 0;
    for c in line.trim().chars() {
        match stroke(c) {
            Stroke::Joint => joints += 1,
            Stroke::Across => {}
            Stroke::Upright | Stroke::Text => return false,
        }
    }
    joints >= 2
}

/// The table whose upper rule is the line at `start`.
pub(super) fn read<'a>(text: &'a str, start: usize) -> Reading<'a> {
    let mut lines: Vec<&str> = Vec::new();
    let mut end = start;
    for line in lines_from(text, start) {
        let drawn = line.text.trim_start().starts_with(|c| matches!(stroke(c), Stroke::Joint | Stroke::Upright));
        // Two rules one below the other: the next table begins.
        let next = may_begin(line.text) && lines.last().is_some_and(|last| is_rule(last));
        if !drawn || next || line.text.len() > MAX_ROW_BYTES || lines.len() >= CHUNK_ROWS || line.ends_page {
            break;
        }
        lines.push(line.text);
        end = line.next;
    }
    // Of measures that fit equally well, the first.
    let drawings = WIDTHS.iter().rev().filter_map(|width| Drawing::of(&lines, *width));
    let best = drawings.max_by_key(|(_, regular)| *regular);
    let best = best.filter(|(_, regular)| regular * 10 >= lines.len() * REGULAR_OF_TEN);
    match best.map(|(drawing, _)| drawing.grid()) {
        Some(grid) if grid.columns > 1 || grid.rows > 1 => {
            Reading::Blocks { blocks: vec![Block::Grid(grid)], end, goes_on: None }
        }
        _ => Reading::Plain { end },
    }
}

/// The table's characters with their places, and the places of its upright lines.
struct Drawing {
    lines: Vec<Vec<(usize, char)>>,
    edges: Vec<usize>,
}

/// Lines of text between two rules, and which parts of the rule below are drawn.
#[derive(Default)]
struct Band {
    lines: Range<usize>,
    /// The lines of the rule below it; text stands there too, where a cell goes on over the rule.
    rule: Range<usize>,
    /// Per column: is there a wall below?
    closed: Vec<bool>,
}

impl Drawing {
    /// With characters of these widths; and how many lines have their upright lines where the rules have their joints.
    fn of(lines: &[&str], width: Width) -> Option<(Drawing, usize)> {
        let lines: Vec<Vec<(usize, char)>> = lines
            .iter()
            .map(|line| {
                let placed = line.trim_end().chars().scan(0, |at, c| {
                    let place = *at;
                    *at += width(c);
                    Some((place, c))
                });
                placed.skip_while(|(_, c)| c.is_whitespace()).collect()
            })
            .collect();
        let mut edges = Vec::new();
        for line in &lines {
            let across =
                |at: Option<usize>| at.and_then(|at| line.get(at)).is_some_and(|(_, c)| stroke(*c) == Stroke::Across);
            let joints = line.iter().enumerate().filter(|(_, (_, c))| stroke(*c) == Stroke::Joint);
            edges.extend(
                joints.filter(|(i, _)| across(Some(i + 1)) || across(i.checked_sub(1))).map(|(_, (at, _))| *at),
            );
        }
        edges.sort_unstable();
        edges.dedup();
        let (first, last) = (*edges.first()?, *edges.last()?);
        if edges.len() < 2 || edges.len() > MAX_COLUMNS + 1 {
            return None;
        }
        let regular = lines.iter().filter(|line| {
            let uprights = || line.iter().filter(|(_, c)| stroke(*c) == Stroke::Upright);
            let ends =
                line.first().is_some_and(|(at, _)| *at == first) && line.last().is_some_and(|(at, _)| *at == last);
            ends && uprights().all(|(at, _)| edges.binary_search(at).is_ok())
        });
        let regular = regular.count();
        Some((Drawing { lines, edges }, regular))
    }

    fn columns(&self) -> usize {
        self.edges.len() - 1
    }

    /// The characters of a line between two edges, without the white space around them.
    fn between(&self, line: usize, columns: &Range<usize>) -> &[(usize, char)] {
        let line = &self.lines[line];
        let from = line.partition_point(|(at, _)| *at <= self.edges[columns.start]);
        let to = line.partition_point(|(at, _)| *at < self.edges[columns.end]);
        let inside = &line[from..to.max(from)];
        let is_text = |(_, c): &(usize, char)| !c.is_whitespace();
        let first = inside.iter().position(is_text).unwrap_or(inside.len());
        let end = inside.iter().rposition(is_text).map_or(first, |last| last + 1);
        &inside[first..end]
    }

    /// Which columns a line closes with a rule: filled with strokes across, from a joint or to one. Between upright lines
    /// only a line of nothing else is a rule; `═` in a cell is the sign.
    fn ruled(&self, line: usize) -> Vec<bool> {
        let filled = |column: usize| {
            let inside = self.between(line, &(column..column + 1));
            let room = self.edges[column + 1] - self.edges[column] - 1;
            let drawn = inside.iter().filter(|(_, c)| matches!(stroke(*c), Stroke::Across | Stroke::Joint)).count();
            // Characters of two columns fill it with half as many, and the joint before them takes two as well.
            drawn > 0 && drawn == inside.len() && drawn * 2 + 1 >= room
        };
        let filled: Vec<bool> = (0..self.columns()).map(filled).collect();
        if !filled.contains(&false) {
            return filled;
        }
        let joint = |edge: usize| self.at_edge(line, edge).is_some_and(|stroke| stroke != Stroke::Upright);
        filled.iter().enumerate().map(|(column, filled)| *filled && (joint(column) || joint(column + 1))).collect()
    }

    /// The stroke that a line has at an edge.
    fn at_edge(&self, line: usize, edge: usize) -> Option<Stroke> {
        let line = &self.lines[line];
        let found = line.binary_search_by_key(&self.edges[edge], |(at, _)| *at).ok()?;
        Some(stroke(line[found].1)).filter(|stroke| *stroke != Stroke::Text)
    }

    /// Rows of the table, from rules and the lines between them.
    fn bands(&self) -> Vec<Band> {
        let mut bands: Vec<Band> = Vec::new();
        let mut begins = None;
        for line in 0..self.lines.len() {
            let ruled = self.ruled(line);
            if !ruled.contains(&true) {
                begins.get_or_insert(line);
                continue;
            }
            if let Some(from) = begins.take() {
                bands.push(Band { lines: from..line, rule: line..line + 1, closed: ruled });
            } else if let Some(last) = bands.last_mut() {
                last.rule.end = line + 1;
                last.closed.iter_mut().zip(ruled).for_each(|(closed, ruled)| *closed |= ruled);
            }
        }
        if let Some(from) = begins {
            let lines = from..self.lines.len();
            bands.push(Band { rule: lines.end..lines.end, lines, closed: vec![true; self.columns()] });
        }
        bands
    }

    /// A list under one header has no rules between its rows: each line is one, but those that go on with cells of the line
    /// before.
    fn listed(&self, bands: Vec<Band>) -> (Vec<Band>, bool) {
        let is_list = bands.len() <= 2 && bands.last().is_some_and(|last| last.lines.len() > 1);
        if !is_list {
            return (bands, false);
        }
        let mut rows = bands;
        let Some(list) = rows.pop() else { return (rows, false) };
        let filled = |line: usize| {
            (0..self.columns()).filter(|column| !self.between(line, &(*column..column + 1)).is_empty()).count()
        };
        let fullest = list.lines.clone().map(filled).max().unwrap_or(0);
        let closed = || vec![true; self.columns()];
        for line in list.lines.clone() {
            let goes_on = self.between(line, &(0..1)).is_empty() && filled(line) * 2 <= fullest;
            match rows.last_mut().filter(|last| goes_on && last.lines.end == line) {
                Some(last) => last.lines.end = line + 1,
                None => rows.push(Band { lines: line..line + 1, rule: line + 1..line + 1, closed: closed() }),
            }
        }
        (rows, true)
    }

    /// Is there an upright line at this edge in most lines of a band?
    fn wall(&self, band: &Band, edge: usize) -> bool {
        let drawn = band.lines.clone().filter(|line| self.at_edge(*line, edge).is_some());
        drawn.count() * 2 >= band.lines.len()
    }

    fn text(&self, bands: &[Band], columns: &Range<usize>) -> String {
        let mut text = String::new();
        let inner_rules = bands.iter().take(bands.len() - 1).map(|band| band.rule.clone());
        let mut lines: Vec<usize> = bands.iter().map(|band| band.lines.clone()).chain(inner_rules).flatten().collect();
        lines.sort_unstable();
        for line in lines {
            let part = self.between(line, columns);
            if part.is_empty() {
                continue;
            }
            if !text.is_empty() {
                text.push('\n');
            }
            text.extend(part.iter().map(|(_, c)| c));
        }
        text
    }

    fn grid(&self) -> Grid {
        let (bands, is_list) = self.listed(self.bands());
        let mut covered = vec![vec![false; self.columns()]; bands.len()];
        let mut cells = Vec::new();
        for row in 0..bands.len() {
            for column in 0..self.columns() {
                if covered[row][column] {
                    continue;
                }
                let mut right = column + 1;
                while right < self.columns() && !covered[row][right] && !self.wall(&bands[row], right) {
                    right += 1;
                }
                let mut below = row + 1;
                let open = |above: usize| !bands[above].closed[column..right].contains(&true);
                let free = |row: usize| !covered[row][column..right].contains(&true);
                while below < bands.len() && open(below - 1) && free(below) {
                    below += 1;
                }
                covered[row..below].iter_mut().for_each(|row| row[column..right].fill(true));
                let text = self.text(&bands[row..below], &(column..right));
                cells.push(Cell::new(row, column, text).spanning(below - row, right - column));
            }
        }
        let origin = if is_list { GridOrigin::Separated } else { GridOrigin::Explicit };
        Grid::new(origin, cells)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Row, column, rows, columns, text.
    type Seen = (usize, usize, usize, usize, String);

    fn cells(text: &str) -> Option<Vec<Seen>> {
        let Reading::Blocks { blocks, .. } = read(text, 0) else { return None };
        let Some(Block::Grid(grid)) = blocks.into_iter().next() else { return None };
        Some(grid.cells.into_iter().map(|c| (c.row, c.column, c.row_span, c.column_span, c.text)).collect())
    }

    fn seen(expected: &[(usize, usize, usize, usize, &str)]) -> Vec<Seen> {
        expected.iter().map(|(r, c, rows, columns, text)| (*r, *c, *rows, *columns, (*text).to_owned())).collect()
    }

    #[test]
    fn rules_tell_rows_and_spans() {
        let text = "\
+------+------+----------+
| 一级 | 二级 | 目标值   |
|      |      | （人）   |
+======+======+==========+
| 产出 | 数量 | ≥120     |
|      +------+----------+
|      | 质量 | A-1 good |
+------+------+----------+
| 合计        | 100      |
+-------------+----------+
";
        let expected = seen(&[
            (0, 0, 1, 1, "一级"),
            (0, 1, 1, 1, "二级"),
            (0, 2, 1, 1, "目标值\n（人）"),
            (1, 0, 2, 1, "产出"),
            (1, 1, 1, 1, "数量"),
            (1, 2, 1, 1, "≥120"),
            (2, 1, 1, 1, "质量"),
            (2, 2, 1, 1, "A-1 good"),
            (3, 0, 1, 2, "合计"),
            (3, 2, 1, 1, "100"),
        ]);
        assert_eq!(cells(text).unwrap(), expected);
    }

    #[test]
    fn characters_of_any_width_may_draw_it() {
        // Strokes as wide as ideographs, as Chinese character sets have them.
        let wide = "┌──┬────┐\n│项目│道路养护│\n├──┼────┤\n│合计│5 公里  │\n└──┴────┘\n";
        // Strokes as wide as letters.
        let narrow = "┌────┬────────┐\n│项目│道路养护│\n├────┼────────┤\n│合计│5 公里  │\n└────┴────────┘\n";
        // A program that takes every character for as wide as any other.
        let counted = "┌──┬────┐\n│项目│道路养护│\n├──┼────┤\n│合计│5 公里│\n└──┴────┘\n";
        let expected =
            seen(&[(0, 0, 1, 1, "项目"), (0, 1, 1, 1, "道路养护"), (1, 0, 1, 1, "合计"), (1, 1, 1, 1, "5 公里")]);
        for text in [wide, narrow, counted] {
            assert_eq!(cells(text).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn lines_of_a_list_are_rows() {
        let text = "\
+------+------+
| name | rate |
+------+------+
| 参保 | 98%  |
| 就业 | 4.5% |
+------+------+
";
        let expected = seen(&[
            (0, 0, 1, 1, "name"),
            (0, 1, 1, 1, "rate"),
            (1, 0, 1, 1, "参保"),
            (1, 1, 1, 1, "98%"),
            (2, 0, 1, 1, "就业"),
            (2, 1, 1, 1, "4.5%"),
        ]);
        assert_eq!(cells(text).unwrap(), expected);
    }

    #[test]
    fn a_sign_that_looks_like_a_rule_is_a_cell() {
        let text = "┌──┬─┬──┐\n│ 甲 │═│100 │\n├──┼─┼──┤\n│ 乙 │≧│ 95 │\n└──┴─┴──┘\n";
        let texts: Vec<String> = cells(text).unwrap().into_iter().map(|cell| cell.4).collect();
        assert_eq!(texts, ["甲", "═", "100", "乙", "≧", "95"]);
    }

    #[test]
    fn what_is_drawn_otherwise_is_no_table() {
        for text in [
            "+----+----+\nplain text\n",
            "+--+\n",
            "+ 5\n",
            "┌──────┐\n│ 一段 │\n└──────┘\n",
            "+----+---+\n| 甲 |\n| 乙乙乙乙 |\n| 丙 | 1\n",
        ] {
            assert_eq!(cells(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_drawing_is_read_forward(text in "([+|│┼─甲a \n-]){0,80}") {
            match read(&text, 0) {
                Reading::Blocks { blocks, end, .. } => {
                    prop_assert!(end > 0 && end <= text.len());
                    for block in blocks {
                        let Block::Grid(grid) = block else { continue };
                        let mut taken = std::collections::HashSet::new();
                        for cell in &grid.cells {
                            for row in cell.row..cell.row_end() {
                                for column in cell.column..cell.column_end() {
                                    prop_assert!(taken.insert((row, column)), "{cell:?} overlaps");
                                }
                            }
                        }
                    }
                }
                Reading::Plain { end } => prop_assert!(end <= text.len()),
            }
        }
    }
}
