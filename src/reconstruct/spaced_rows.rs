//! Tables whose columns nothing but spaces keeps apart, as programs leave them that draw a page with characters: a text of
//! several lines stands over several lines in its column, a merged one in the middle of its span. Such lines are a page
//! of a fixed pitch; they are laid out as one, and what reads pages reads them.

use super::lines::{RawLine, lines_from};
use super::page::PageBlocks;
use super::text_blocks::Reading;
use crate::model::{Block, Direction, Glyph, Grid, Line, Page, Rect, TextRun, Visibility};

/// Lines taken together, and what they may hold: a longer table is read in parts.
const MAX_LINES: usize = 400;
const MAX_LINE_BYTES: usize = 2_000;
/// Blank lines, and lines without a gap, that may stand between two with one.
const MAX_BLANKS: usize = 2;
const MAX_PLAIN: usize = 4;
/// Lines with a gap, and with two, that a table has at least.
const MIN_PARTED: usize = 4;
const MIN_WIDE: usize = 2;
/// Spaces that part two cells.
const GAP: usize = 2;
/// Characters from which on a line that fills its width is prose.
const FULL_LINE: usize = 60;

/// Points: height of a character, width of a place, distance of lines.
const EM: f32 = 10.0;
const PLACE: f32 = EM / 2.0;
const LEADING: f32 = 14.0;
const MARGIN: f32 = 40.0;
/// Points that a row stands further from the one above than a cell's next line would.
const ROW_GAP: f32 = 10.0;

/// How many places a character takes, which programs do not agree on.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Pitch {
    /// Ideographs two, all others one.
    Wide,
    /// As that, signs such as ≥ and dashes two.
    WideSigns,
    /// Each one, ideographs too.
    Even,
}

impl Pitch {
    const ALL: [Pitch; 3] = [Pitch::Wide, Pitch::WideSigns, Pitch::Even];

    fn places(self, c: char) -> usize {
        match self {
            Pitch::Even => 1,
            Pitch::Wide => 1 + usize::from(is_wide(c)),
            Pitch::WideSigns => {
                1 + usize::from(
                    is_wide(c)
                        || matches!(c, '\u{2010}'..='\u{2027}' | '\u{2030}'..='\u{203B}' | '\u{2160}'..='\u{22FF}' | '\u{2460}'..='\u{26FF}' | '×' | '÷' | '±' | '·'),
                )
            }
        }
    }
}

fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFF)
}

/// A text without a gap inside, at its place on the line.
#[derive(Debug, Clone, Copy)]
struct Piece<'a> {
    text: &'a str,
    place: usize,
    width: usize,
}

/// May a table of this kind begin with this line?
pub(super) fn may_begin(line: &str) -> bool {
    line.contains("  ") && gaps(line) > 0
}

/// Places in a line where spaces part two texts.
fn gaps(line: &str) -> usize {
    pieces(line.trim(), Pitch::Wide).count().saturating_sub(1)
}

fn pieces(line: &str, pitch: Pitch) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = line;
    let mut place = 0;
    std::iter::from_fn(move || {
        let begin = rest.find(|c| !is_space(c))?;
        place += rest[..begin].chars().map(|c| pitch.places(c)).sum::<usize>();
        rest = &rest[begin..];
        let (mut end, mut spaces) = (rest.len(), 0);
        let mut last = 0;
        for (at, c) in rest.char_indices() {
            if is_space(c) {
                spaces += if c == '\u{3000}' { GAP } else { 1 };
            } else if spaces >= GAP {
                end = last;
                break;
            } else {
                (spaces, last) = (0, at + c.len_utf8());
            }
        }
        let text = rest[..end].trim_end_matches(is_space);
        let width = text.chars().map(|c| pitch.places(c)).sum();
        let piece = Piece { text, place, width };
        place += rest[..end].chars().map(|c| pitch.places(c)).sum::<usize>();
        rest = &rest[end..];
        Some(piece)
    })
}

fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\u{A0}' | '\u{3000}')
}

/// The table that begins at `start`.
pub(super) fn read<'a>(text: &'a str, start: usize) -> Reading<'a> {
    let lines = region(text, start);
    let end = lines.last().map_or(start, |line| line.next);
    let parted = lines.iter().filter(|line| gaps(line.text) > 0).count();
    let wide = lines.iter().filter(|line| gaps(line.text) > 1).count();
    if parted < MIN_PARTED || wide < MIN_WIDE {
        return Reading::Plain { end };
    }
    let best = Pitch::ALL.into_iter().rev().max_by_key(|pitch| aligned(&lines, *pitch)).unwrap_or(Pitch::Wide);
    let mut blocks: Vec<Block<'a>> =
        PageBlocks::new(pages(&lines, best).into_iter()).filter_map(without_geometry).collect();
    let is_table = |block: &Block<'_>| matches!(block, Block::Grid(grid) if grid.columns >= 3 && grid.rows >= 3);
    if !blocks.iter().any(is_table) {
        return Reading::Plain { end };
    }
    if lines.last().is_some_and(|line| line.ends_page) {
        blocks.push(Block::PageBreak);
    }
    Reading::Blocks { blocks, end, goes_on: None }
}

/// The lines from here on that may be one table with the lines between its parts.
fn region(text: &str, start: usize) -> Vec<RawLine<'_>> {
    let mut lines: Vec<RawLine<'_>> = Vec::new();
    let (mut kept, mut blanks, mut plain) = (0, 0, 0);
    for line in lines_from(text, start).take(MAX_LINES) {
        let shown = line.text.trim();
        if line.has_tab() || line.text.len() > MAX_LINE_BYTES || shown.starts_with(['|', '<', '#']) {
            break;
        }
        if shown.is_empty() {
            blanks += 1;
            if blanks > MAX_BLANKS && !line.ends_page {
                break;
            }
        } else if gaps(line.text) > 0 {
            (blanks, plain) = (0, 0);
        } else {
            plain += 1;
            // What fills the width from its edge on is prose; the rest of a cell stands in its column.
            let at_the_edge = !line.text.starts_with(is_space);
            if plain > MAX_PLAIN || at_the_edge && shown.chars().count() > FULL_LINE {
                break;
            }
        }
        lines.push(line);
        // The rest of a last row's cells follows it without a blank line, indented.
        if plain == 0 && blanks == 0 || blanks == 0 && line.text.starts_with("    ") && kept + 1 == lines.len() {
            kept = lines.len();
        }
        if line.ends_page {
            (blanks, plain) = (0, 0);
        }
    }
    lines.truncate(kept);
    lines
}

/// How many texts behind a gap begin where others do, a little to the left or right included for half.
fn aligned(lines: &[RawLine<'_>], pitch: Pitch) -> usize {
    let mut begins: Vec<usize> =
        lines.iter().flat_map(|line| pieces(line.text, pitch).skip(1).map(|p| p.place)).collect();
    begins.sort_unstable();
    begins.windows(2).filter(|pair| pair[0] == pair[1]).count()
}

/// The lines as pages of a fixed pitch.
fn pages(lines: &[RawLine<'_>], pitch: Pitch) -> Vec<Page> {
    let mut pages: Vec<Page> = Vec::new();
    let mut page = Page { number: 1, ..Page::default() };
    let mut top = MARGIN;
    let edge = lines.iter().filter_map(|line| pieces(line.text, pitch).next()).map(|piece| piece.place).min();
    for line in lines {
        let pieces: Vec<Piece<'_>> = pieces(line.text, pitch).collect();
        // Lines stand close in characters, whether a row begins or a cell goes on: what shows a row moves away.
        if begins_row(&pieces, edge.unwrap_or(0)) {
            top += ROW_GAP;
        }
        for piece in pieces {
            write(&mut page, piece, top, pitch);
        }
        top += LEADING;
        page.height = top + MARGIN;
        if line.ends_page {
            let number = page.number + 1;
            pages.push(std::mem::replace(&mut page, Page { number, ..Page::default() }));
            top = MARGIN;
        }
    }
    if !page.runs.is_empty() {
        pages.push(page);
    }
    let width = pages.iter().map(|page| page.width).fold(0.0, f32::max) + MARGIN;
    pages.iter_mut().for_each(|page| page.width = width);
    pages
}

/// Does the line show that a row begins: text at the table's left edge, or values beside a name?
fn begins_row(pieces: &[Piece<'_>], edge: usize) -> bool {
    let value = |piece: &Piece<'_>| piece.text.starts_with(|c: char| c.is_ascii_digit() || "≥≤＞＜><=＝".contains(c));
    pieces.first().is_some_and(|first| first.place <= edge + 1)
        || pieces.len() >= 4
        || pieces.len() == 3 && pieces.iter().any(value)
}

#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss)] // a line has at most MAX_LINE_BYTES
fn write(page: &mut Page, piece: Piece<'_>, top: f32, pitch: Pitch) {
    let first = page.glyphs.len() as u32;
    let mut place = piece.place;
    let x = |place: usize| MARGIN + PLACE * place as f32;
    for c in piece.text.chars() {
        let start = page.text.len() as u32;
        page.text.push(c);
        let end = place + pitch.places(c);
        let bbox = Rect::new(x(place), top, x(end), top + EM);
        page.glyphs.push(Glyph { start, end: page.text.len() as u32, bbox });
        place = end;
    }
    let bbox = Rect::new(x(piece.place), top, x(piece.place + piece.width), top + EM);
    page.width = page.width.max(bbox.x1);
    page.runs.push(TextRun {
        glyphs: first..page.glyphs.len() as u32,
        bbox,
        baseline: top + 0.88 * EM,
        size: EM,
        direction: Direction::Right,
        vertical: false,
        colour: [0; 3],
        bold: false,
        visibility: Visibility::Visible,
        artifact: false,
        mark: None,
    });
}

/// 社会效益 over 指标, beside two rows: the word of a merged cell, of which each line came to stand in a row of its own.
fn join_word_ends(grid: &mut Grid) {
    let ends: Vec<usize> = (0..grid.cells.len()).filter(|at| matches!(&*grid.cells[*at].text, "指标" | "标")).collect();
    for end in ends {
        let (row, column) = (grid.cells[end].row, grid.cells[end].column);
        let above = grid.cells.iter().position(|c| {
            c.row_end() == row
                && c.column == column
                && c.column_span == 1
                && !c.text.is_empty()
                && !c.text.ends_with('标')
        });
        let Some(above) = above else { continue };
        let text = std::mem::take(&mut grid.cells[end].text);
        grid.cells[above].text.push_str(&text);
    }
}

/// The same block without places on a page that there never was.
fn without_geometry(block: Block<'static>) -> Option<Block<'static>> {
    match block {
        Block::Line(line) => Some(Block::Line(Line { page: None, ..line })),
        Block::Grid(mut grid) => {
            join_word_ends(&mut grid);
            for cell in &mut grid.cells {
                (cell.page, cell.bbox) = (None, None);
            }
            Some(Block::Grid(Grid { page: None, bbox: None, ..grid }))
        }
        Block::PageBreak => Some(Block::PageBreak),
        Block::Finding(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{Cell, GridOrigin};

    const ROWS: [[&str; 4]; 6] = [
        ["二级指标", "三级指标", "指标值", "完成值"],
        ["数量指标", "建设面积", "≥500亩", "520亩"],
        ["", "新建水池及其附属设施", "≥20座", "20座"],
        ["质量指标", "验收合格率", "100%", "98%"],
        ["时效指标", "完工及时率", "≥95%", "96%"],
        ["成本指标", "亩均投资", "≤1500元", "1500元"],
    ];

    /// The rows with each column begun at the same place, counted in this pitch.
    fn drawn(pitch: Pitch) -> String {
        let line = |cells: &[&str; 4]| {
            let mut line = String::new();
            for (cell, begin) in cells.iter().zip([0, 14, 40, 54]) {
                let at: usize = line.chars().map(|c| pitch.places(c)).sum();
                line.push_str(&" ".repeat(begin - at));
                line.push_str(cell);
            }
            line.trim_end().to_owned() + "\n"
        };
        ROWS.iter().map(line).collect()
    }

    fn cells(text: &str) -> Option<Vec<Vec<String>>> {
        let Reading::Blocks { blocks, .. } = read(text, 0) else { return None };
        let grid = blocks.into_iter().find_map(|b| if let Block::Grid(grid) = b { Some(grid) } else { None })?;
        let mut out = vec![vec![String::new(); grid.columns]; grid.rows];
        for cell in grid.cells {
            out[cell.row][cell.column] = cell.text;
        }
        Some(out)
    }

    #[test]
    fn columns_are_found_in_either_pitch() {
        for pitch in Pitch::ALL {
            assert_eq!(cells(&drawn(pitch)).unwrap(), ROWS.map(|row| row.map(str::to_owned).to_vec()), "{pitch:?}");
        }
    }

    #[test]
    fn indented_prose_and_a_spread_signature_are_no_table() {
        let text = "    一、基本情况\n    2023年投入资金120万元，完成全部任务。\n\n填报人：张某    电话：6210000\n审核人：李某    日期：3月8日\n";
        assert!(cells(text).is_none());
        assert!(may_begin("填报人：张某    电话：6210000"));
        assert!(!may_begin("    一、基本情况"));
    }

    #[test]
    fn a_merged_words_end_joins_the_cell_above() {
        let cells =
            vec![Cell::new(0, 0, "社会效益"), Cell::new(0, 1, "甲"), Cell::new(1, 0, "指标"), Cell::new(1, 1, "乙")];
        let mut grid = Grid::new(GridOrigin::Separated, cells);
        join_word_ends(&mut grid);
        assert_eq!(grid.cells.iter().map(|c| c.text.as_str()).collect::<Vec<_>>(), ["社会效益指标", "甲", "", "乙"]);
    }
}
