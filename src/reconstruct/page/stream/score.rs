//! How much a stretch of lines looks like a table. Above 0 it is one; the unit is about what one clear gap between two
//! aligned texts tells. The prices were set by hand on stated reasons.

use super::columns::{Column, Columns, Placed};
use super::drawn::Drawn;
use super::line::{Chunk, Kind, Line, is_prose_like};
use std::ops::Range;

/// What any table must earn first: three rows of two gaps each are enough.
const TABLE: f32 = 3.5;
/// What a table of two columns must earn on top: two columns happen by chance.
const TWO_COLUMNS: f32 = 2.0;
/// Most that one line earns by its gaps: a wide table is no surer than one of four columns.
const MOST_A_LINE: f32 = 2.5;
/// A line with a number in a column of numbers.
const NUMBERS: f32 = 0.4;
/// A line of running text right across the columns.
const PROSE_ACROSS: f32 = -2.5;
/// Part of a table's width that a row with such a text leaves clear, at least: the rest of it.
const MOST_COVERED: f32 = 0.85;
/// The same above the rows, where it may be a long heading.
const PROSE_IN_HEAD: f32 = -1.2;
/// Two texts with a clear gap between them in one column, or across the same.
const RUN_TOGETHER: f32 = -0.7;
/// A short text across columns: a label, a heading.
const TEXT_ACROSS: f32 = -0.4;
/// A line with one text only, in its column.
const LONE_TEXT: f32 = -0.1;
/// The first or last line has one text only: more likely a caption or a note.
const LONE_AT_EDGE: f32 = -0.7;
/// The first or last line begins as captions and notes do.
const CAPTION: f32 = -2.5;
/// The first line is the end of a sentence.
const SENTENCE_ABOVE: f32 = -2.5;
/// A caption right above says that this is a picture's labels.
const PICTURED: f32 = -4.0;
/// Or it stands as a heading over some columns, near the line below.
const HEADING: f32 = 0.3;
const NEAR_HEADING: f32 = 1.9;
/// Or it is a part of a text in the line beside it.
const GOES_ON: f32 = 0.8;
/// A line of a row that the page's end cuts.
const CUT_ROW: f32 = 0.4;
/// How far, in points, it may reach over its column.
const CUT_SLACK: f32 = 3.0;
/// How far below the line before it stands, in ems, at most.
const CUT_STEP: f32 = 1.5;
/// And in the usual distance of lines.
const CUT_LEADING: f32 = 1.15;
/// Lines between two lines of one text, from cells beside it that stand half a line lower, and one more.
const BETWEEN_LINES: usize = 3;
/// Distance of two lines of one text, in their size.
const ONE_TEXT: f32 = 1.35;
/// A line that is larger than the table's.
const LARGER_LINE: f32 = -2.5;
/// How many times larger.
const LARGER: f32 = 1.12;
/// A line by itself within that has another size than the rows, or begins left of them: what a paragraph or a heading
/// between two tables does, not a label.
const FOREIGN: f32 = -5.0;
/// How much its size differs, and how far left, in ems, it begins.
const OTHER_SIZE: f32 = 1.04;
const LEFT_OF: f32 = 0.25;
/// A line within announces another table or a picture.
const CAPTION_WITHIN: f32 = -6.0;
/// A caption right above says that a table follows.
const ANNOUNCED: f32 = 1.5;
/// A rule right above the first line, or right below the last one.
const EDGE_RULE: f32 = 1.3;
/// Rules within.
const INNER_RULE: f32 = 1.0;
/// A line without columns beyond the outermost rules.
const OUTSIDE_RULES: f32 = -2.0;
/// Two neighbouring lines of which only one is framed.
const FRAME_ACROSS: f32 = -6.0;
/// Backgrounds as wide as the table.
const STRIPES: f32 = 1.0;
/// A wall between columns.
const WALL: f32 = 0.7;
/// Clear space as high as two lines within.
const BREAK: f32 = -1.2;
/// For each line, where most columns hold nothing but running text.
const PROSE_COLUMNS: f32 = -0.9;
/// For each line of a table of contents, and of a list.
const CONTENTS: f32 = -1.5;
/// For each line of a chart.
const CHART: f32 = -2.5;
/// A column with one text.
const LONE_COLUMN: f32 = -0.6;
/// For each place by which a line is less than half filled.
const SPARSE: f32 = -0.5;
/// The same where a heading may be one over several columns.
const SPARSE_HEAD: f32 = -0.2;

/// The lines that stretches are taken from, and what is known of them before any stretch is looked at.
pub(super) struct Evidence<'a> {
    lines: &'a [&'a Line],
    drawn: &'a Drawn,
    /// Usual distance of baselines.
    leading: f32,
    /// Begins as a caption or a note does.
    caption: Vec<Option<Caption>>,
    /// The whole number that a line ends in.
    last_number: Vec<Option<u32>>,
    /// Begins with a small letter.
    lower: Vec<bool>,
    /// Ends as a Chinese sentence does.
    sentence_end: Vec<bool>,
}

impl<'a> Evidence<'a> {
    pub(super) fn new(lines: &'a [&'a Line], drawn: &'a Drawn, texts: &dyn Fn(&Line, usize) -> String) -> Self {
        let mut steps: Vec<f32> =
            lines.windows(2).filter_map(|w| if let [a, b] = w { Some(b.down - a.down) } else { None }).collect();
        steps.retain(|step| *step > 1.0);
        steps.sort_by(f32::total_cmp);
        let size = lines.first().map_or(10.0, |line| line.size);
        let leading = steps.get(steps.len() / 3).copied().unwrap_or(1.2 * size);
        let caption = lines
            .iter()
            .map(|line| caption(&texts(line, 0), line.pieces.get(1).map(|_| texts(line, 1)).as_deref()))
            .collect();
        let last_number = lines
            .iter()
            .map(|line| if line.leaders { texts(line, line.pieces.len().saturating_sub(1)).parse().ok() } else { None })
            .collect();
        let lower = lines.iter().map(|line| texts(line, 0).starts_with(char::is_lowercase)).collect();
        let last = |line: &Line| texts(line, line.pieces.len().saturating_sub(1));
        let sentence_end = lines.iter().map(|line| last(line).ends_with(['。', '；'])).collect();
        Evidence { lines, drawn, leading, caption, last_number, lower, sentence_end }
    }

    /// Lines of one text at a page's beginning that stand in columns of the table that the page before left open: the rest
    /// of a row that its end cut.
    fn cut_above(&self, lines: &[&Line]) -> usize {
        let page = &self.drawn.page;
        if lines.first().zip(page.top).is_none_or(|(line, top)| line.bbox.y0 > top + 1.0) {
            return 0;
        }
        let in_column = |line: &&&Line| {
            let (x0, x1) = (line.bbox.x0, line.bbox.x1);
            let fits = |edges: &[f32]| matches!(edges, [a, b] if x0 > a - CUT_SLACK && x1 < b + CUT_SLACK);
            line.chunks.len() == 1 && page.held.windows(2).any(fits)
        };
        lines.iter().take_while(in_column).count()
    }

    /// The same at a page's foot, in this table's own columns.
    fn cut_below(&self, lines: &[&Line], placed: &[Vec<Placed>]) -> usize {
        let page = &self.drawn.page;
        if lines.last().zip(page.bottom).is_none_or(|(line, bottom)| line.bbox.y1 < bottom - 1.0) {
            return 0;
        }
        let mut count = 0;
        for (pair, texts) in lines.windows(2).zip(placed.iter().skip(1)).rev() {
            let ([a, b], [text]) = (pair, texts.as_slice()) else { break };
            let ruled = self.drawn.is_ruled(a.bbox.center().1, b.bbox.center().1, text.x0, text.x1);
            let same = (a.size - b.size).abs() < 0.04 * b.size;
            let above =
                placed.iter().any(|texts| texts.len() > 1 && texts.iter().any(|o| o.first == text.first && !o.spans()));
            if text.spans()
                || ruled
                || !same
                || !above
                || b.down - a.down > (CUT_STEP * b.size).max(CUT_LEADING * self.leading)
            {
                break;
            }
            count += 1;
        }
        count
    }

    /// Is there a rule right above this line, as wide as the table?
    fn is_below_rule(&self, line: &Line, (x0, x1): (f32, f32)) -> bool {
        self.drawn.is_ruled(line.bbox.y0 - 0.9 * self.leading.max(line.size), line.bbox.y0 + 0.3 * line.size, x0, x1)
    }

    /// Is this line of one text unlike the rows, of size `usual` and with their labels at `left`?
    fn is_foreign(&self, line: &Line, usual: f32, left: f32, (x0, x1): (f32, f32)) -> bool {
        let in_middle = (line.bbox.center().0 - (x0 + x1) / 2.0).abs() < line.size;
        let starts_left = !in_middle && line.bbox.x0 < left - LEFT_OF * line.size;
        starts_left && line.size > OTHER_SIZE * usual
    }

    /// Do these lines follow each other without a caption and without much clear space from one stretch's end to the
    /// next one's start?
    pub(super) fn touch(&self, end: usize, start: usize) -> bool {
        let near = |pair: &[&Line]| match pair {
            [a, b] => b.bbox.y0 - a.bbox.y1 < 2.0 * self.leading.max(a.size),
            _ => false,
        };
        let lines = self.lines.get(end.saturating_sub(1)..=start).unwrap_or(&[]);
        let captions = self.caption.get(end..=start).unwrap_or(&[]);
        // What stands between is set as neither is.
        let other = |line: &&Line| {
            let (Some(above), Some(below)) = (lines.first(), lines.last()) else { return false };
            let left = above.bbox.x0.min(below.bbox.x0);
            line.size > OTHER_SIZE * above.size.max(below.size) && line.bbox.x0 < left - LEFT_OF * line.size
        };
        let between = lines.get(1..lines.len().saturating_sub(1)).unwrap_or(&[]);
        lines.windows(2).all(near) && captions.iter().all(Option::is_none) && !between.iter().any(other)
    }
}

/// What a line announces.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Caption {
    /// A table below it.
    Table,
    /// A picture.
    Picture,
    /// Where something above comes from, or how it is to be read.
    Note,
}

/// What these first words of a line announce.
fn caption(first: &str, second: Option<&str>) -> Option<Caption> {
    let word = first.trim_end_matches([':', '.', '：']).to_lowercase();
    let numbered = second.is_some_and(|next| {
        let next = next.trim_matches(['.', ':', '(', ')']);
        next.chars().next().is_some_and(|c| c.is_ascii_digit())
            || next.len() <= 4 && next.chars().all(|c| matches!(c, 'I' | 'V' | 'X' | 'A'..='H' | '-' | '.' | '0'..='9'))
    });
    let known = match word.as_str() {
        "table" | "annex" | "appendix" | "exhibit" => Some((Caption::Table, numbered)),
        "figure" | "chart" | "fig" | "box" | "graph" | "map" => Some((Caption::Picture, numbered)),
        "source" | "sources" | "note" | "notes" | "nb" => {
            Some((Caption::Note, first.ends_with([':', '.']) || second.is_some()))
        }
        _ => None,
    };
    if let Some((caption, sure)) = known {
        return sure.then_some(caption);
    }
    let mut rest = first.chars();
    let lead = rest.next();
    let rest = rest.as_str();
    let numbered = rest.starts_with(|c: char| c.is_numeric() || "一二三四五六七八九十".contains(c))
        || rest.is_empty() && second.is_some_and(|next| next.starts_with(char::is_numeric));
    match lead {
        Some('表') if numbered => Some(Caption::Table),
        Some('图') if numbered => Some(Caption::Picture),
        Some('注') if rest.starts_with(['：', ':']) => Some(Caption::Note),
        _ if first.starts_with("附表") => Some(Caption::Table),
        _ => ["资料来源", "数据来源", "说明：", "备注："]
            .iter()
            .any(|start| first.starts_with(start))
            .then_some(Caption::Note),
    }
}

/// The score of a stretch of lines with these columns.
pub(super) fn score(evidence: &Evidence<'_>, stretch: Range<usize>, found: &Columns) -> f32 {
    let Some(lines) = evidence.lines.get(stretch.clone()) else { return f32::MIN };
    let columns = found.columns.as_slice();
    let Some(first) = lines.first() else { return f32::MIN };
    let x0 = columns.iter().map(|c| c.x0).fold(f32::MAX, f32::min);
    let x1 = columns.iter().map(|c| c.x1).fold(f32::MIN, f32::max);
    let mut sum = -TABLE;
    let real = columns.iter().filter(|column| column.texts > 1).count();
    sum -= if real <= 2 { TWO_COLUMNS } else { 0.0 };
    let within = stretch.clone().skip(1).zip(lines.iter().skip(1)).filter(|(at, line)| {
        let announced = matches!(evidence.caption.get(*at), Some(Some(Caption::Table | Caption::Picture)));
        announced && line.chunks.len() == 1
    });
    sum += CAPTION_WITHIN * within.count() as f32;
    // A line larger than the rows is what a part of the text is called, not a part of a table.
    let mut sizes: Vec<f32> = lines.iter().filter(|line| line.chunks.len() > 1).map(|line| line.size).collect();
    sizes.sort_by(f32::total_cmp);
    let usual = sizes.get(sizes.len() / 2).copied().unwrap_or(f32::MAX);
    let larger = |line: &&&Line| line.chunks.len() == 1 && line.size > LARGER * usual;
    sum += LARGER_LINE * lines.iter().filter(larger).count() as f32;
    let foreign = lines
        .iter()
        .zip(&found.lines)
        .skip(1)
        .filter(|(line, texts)| texts.len() == 1 && evidence.is_foreign(line, usual, found.left(), (x0, x1)));
    sum += FOREIGN * foreign.count() as f32;
    sum += LONE_COLUMN * columns.iter().filter(|column| column.texts <= 1).count() as f32;
    let body = found.lines.iter().position(|texts| has_numbers(texts, columns)).unwrap_or(3).min(6);
    for (at, (line, texts)) in lines.iter().zip(&found.lines).enumerate() {
        // A line at the height of those above or below holds a part of a row of several lines.
        let over = |other: Option<&&Line>| {
            other.is_some_and(|other| {
                line.bbox.y1.min(other.bbox.y1) - line.bbox.y0.max(other.bbox.y0) > 0.25 * line.size.min(other.size)
            })
        };
        let above = at.checked_sub(1).and_then(|above| Some((lines.get(above)?, found.lines.get(above)?)));
        // So does one whose texts all stand below texts of the line before, as close as lines of one text.
        let under = above.is_some_and(|(other, others)| {
            line.down - other.down <= ONE_TEXT * line.size
                && texts.len() < others.len()
                && texts.iter().all(|text| others.iter().any(|o| o.first <= text.first && o.last >= text.last))
        });
        let part = under || above.is_some_and(|(above, _)| over(Some(above))) || over(lines.get(at + 1));
        sum += line_score(line, texts, columns, (x0, x1), at < body || part) + if under { GOES_ON } else { 0.0 };
    }
    let (cut_above, cut_below) = (evidence.cut_above(lines), evidence.cut_below(lines, &found.lines));
    sum += CUT_ROW * (cut_above + cut_below) as f32;
    for (at, texts) in [(stretch.start, found.lines.first()), (stretch.end - 1, found.lines.last())] {
        let lone = texts.is_some_and(|texts| texts.len() == 1);
        let cut = if at == stretch.start { cut_above } else { cut_below };
        if lone {
            sum += match (at == stretch.start, goes_on(evidence, stretch.clone(), at, found, (x0, x1))) {
                (true, _) if evidence.sentence_end.get(at) == Some(&true) && cut == 0 => SENTENCE_ABOVE,
                (_, true) => GOES_ON,
                (true, _) if is_heading(evidence, first, found, (x0, x1)) => {
                    let near = lines.get(1).is_some_and(|next| next.down - first.down < NEAR_HEADING * first.size);
                    match (evidence.is_below_rule(first, (x0, x1)), near) {
                        (true, _) => GOES_ON,
                        (false, true) => HEADING,
                        (false, false) => 0.0,
                    }
                }
                _ if cut > 0 => 0.0,
                _ => LONE_AT_EDGE,
            };
        }
        if evidence.caption.get(at).is_some_and(Option::is_some) {
            sum += CAPTION;
        }
        let sentences = texts.is_some_and(|texts| texts.len() == 2 && texts.iter().all(|text| !text.numeric));
        if at == stretch.start && sentences && evidence.sentence_end.get(at) == Some(&true) {
            sum += SENTENCE_ABOVE;
        }
    }
    // A caption may run over two lines.
    let above = (1..=2).filter_map(|up| evidence.caption.get(stretch.start.checked_sub(up)?).copied().flatten()).next();
    sum += match above {
        Some(Caption::Table) => ANNOUNCED,
        Some(Caption::Picture) => PICTURED,
        _ => 0.0,
    };
    sum += drawn_score(evidence, lines, &found.lines, (x0, x1));
    for pair in lines.windows(2) {
        let [a, b] = pair else { continue };
        let clear = b.bbox.y0 - a.bbox.y1;
        if clear > 2.0 * evidence.leading.max(a.size) {
            sum += BREAK * (clear / evidence.leading.max(a.size) / 2.0).min(3.0);
        }
    }
    sum + looks_like_something_else(evidence, lines, stretch, found)
}

/// Is the one text at an end of these lines a part of the cell below or above it, set in several lines?
fn goes_on(evidence: &Evidence<'_>, stretch: Range<usize>, at: usize, found: &Columns, (x0, x1): (f32, f32)) -> bool {
    let top = at == stretch.start;
    let near = if top { at + 1 } else { at.saturating_sub(1) };
    let (Some(line), Some(other)) = (evidence.lines.get(at), evidence.lines.get(near)) else { return false };
    let placed =
        |at: usize| at.checked_sub(stretch.start).and_then(|at| found.lines.get(at)).map_or(&[][..], Vec::as_slice);
    let [text] = placed(at) else { return false };
    if !top && is_next_row(evidence, stretch.clone(), line, text, found) {
        return true;
    }
    let one_size = |other: &Line| line.size.max(other.size) <= LARGER * line.size.min(other.size);
    let in_reach =
        |other: &Line| (line.down - other.down).abs() <= ONE_TEXT * line.size.min(other.size) && one_size(other);
    if !top && evidence.drawn.on_one_fill(&line.bbox, &other.bbox, (x0, x1)) && one_size(other) {
        return true;
    }
    // Cells of fewer lines may stand between two lines of the text.
    let own = |at: usize| placed(at).iter().any(|other| other.first <= text.last && other.last >= text.first);
    let near = (1..=BETWEEN_LINES)
        .filter_map(|far| if top { Some(at + far) } else { at.checked_sub(far) })
        .find(|&at| stretch.contains(&at) && own(at))
        .unwrap_or(near);
    if !evidence.lines.get(near).is_some_and(|other| in_reach(other)) {
        return false;
    }
    let beside = placed(near);
    let met = beside.iter().any(|beside| beside.first <= text.last && beside.last >= text.first);
    let inside = text.x0 >= x0 - 0.5 * line.size && text.x1 <= x1 + 0.5 * line.size;
    match (top, text.first) {
        // The first column's text may as well be a caption's or a paragraph's last line.
        (true, 0) => false,
        (true, _) => inside && !text.spans() && (beside.len() > 1 || placed(at + 1).len() > 1),
        (false, 0) => met && !text.spans() && evidence.lower.get(at) == Some(&true),
        (false, _) => met && inside && !text.spans(),
    }
}

/// Does a last line with a label alone stand where the next row would: as far below as all rows stand, and as they begin?
fn is_next_row(evidence: &Evidence<'_>, stretch: Range<usize>, line: &Line, text: &Placed, found: &Columns) -> bool {
    let inside = evidence.lines.get(stretch).unwrap_or(&[]);
    let steps: Vec<f32> =
        inside.windows(2).filter_map(|w| if let [a, b] = w { Some(b.down - a.down) } else { None }).collect();
    let [before @ .., last] = steps.as_slice() else { return false };
    let near = |step: &&f32| (*step - last).abs() < SAME_STEP * line.size;
    let regular = before.iter().rev().take(REGULAR).filter(near).count() == REGULAR;
    let same_size = inside.iter().rev().skip(1).take(1).all(|other| (other.size - line.size).abs() < 0.02 * line.size);
    regular && same_size && text.last == 0 && (text.x0 - found.left()).abs() < SAME_STEP * line.size
}

/// Rows above that must be as far apart, and how much, in ems, they may differ.
const REGULAR: usize = 2;
const SAME_STEP: f32 = 0.06;

/// Can a first line with one text be a heading over some columns? A title stands over all of them, and is larger.
fn is_heading(evidence: &Evidence<'_>, line: &Line, found: &Columns, (x0, x1): (f32, f32)) -> bool {
    let Some([text]) = found.lines.first().map(Vec::as_slice) else { return false };
    let below = evidence.lines.iter().find(|other| other.bbox.y0 > line.bbox.y1 && other.chunks.len() > 1);
    let larger = below.is_some_and(|below| line.size > 1.08 * below.size);
    let in_middle = (text.center() - (x0 + x1) / 2.0).abs() < 1.5 * line.size;
    let ruled = evidence.is_below_rule(line, (x0, x1));
    text.first > 0 && text.x1 <= x1 && !larger && (ruled || !in_middle)
}

fn has_numbers(texts: &[Placed], columns: &[Column]) -> bool {
    texts.iter().any(|text| text.numeric && columns.get(text.first).is_some_and(|column| column.numeric > 0.5))
}

fn line_score(line: &Line, texts: &[Placed], columns: &[Column], (x0, x1): (f32, f32), head: bool) -> f32 {
    let quality = |text: &Placed| {
        let inside = columns.get(text.first..=text.last).unwrap_or(&[]);
        inside.iter().map(|column| if column.texts > 1 { column.aligned } else { 0.3 }).sum::<f32>()
            / inside.len().max(1) as f32
    };
    let starts = |chunk: &&Chunk| !texts.iter().any(|text| text.pieces.start == chunk.pieces.start);
    let together: f32 = line.chunks.iter().filter(starts).map(|chunk| chunk.gap).sum();
    if let [only] = texts {
        let prose = is_prose_like(line.pieces.get(only.pieces.clone()).unwrap_or(&[]));
        return RUN_TOGETHER * together
            + match (only.spans(), prose) {
                (true, true) if only.x1 - only.x0 > 0.6 * (x1 - x0) => PROSE_ACROSS,
                (true, true) if head => PROSE_IN_HEAD,
                (true, _) if head => 0.0,
                (true, _) => TEXT_ACROSS,
                _ => LONE_TEXT,
            };
    }
    let mut sum = 0.0;
    for pair in texts.windows(2) {
        let [a, b] = pair else { continue };
        let gap = line.chunks.iter().find(|chunk| chunk.pieces.start == b.pieces.start).map_or(0.3, |chunk| chunk.gap);
        sum += gap * (quality(a) + quality(b)) / 2.0;
    }
    sum = sum.min(MOST_A_LINE);
    if has_numbers(texts, columns) {
        sum += NUMBERS;
    }
    if !head {
        sum += TEXT_ACROSS * texts.iter().filter(|text| text.spans()).count() as f32;
    }
    // Running text in columns of its own, as wide as the table.
    let prose = |text: &&Placed| is_prose_like(line.pieces.get(text.pieces.clone()).unwrap_or(&[]));
    let spanning: Vec<&Placed> = texts.iter().filter(|text| text.spans()).filter(prose).collect();
    let covered: f32 = texts.iter().map(|text| text.x1 - text.x0).sum();
    if spanning.len() > 1 || !spanning.is_empty() && covered > MOST_COVERED * (x1 - x0) {
        sum += PROSE_ACROSS;
    }
    let empty = columns.len() as f32 / 2.0 - texts.iter().map(|text| text.last - text.first + 1).sum::<usize>() as f32;
    sum + RUN_TOGETHER * together + if head { SPARSE_HEAD } else { SPARSE } * empty.max(0.0)
}

/// What the lines drawn say.
fn drawn_score(evidence: &Evidence<'_>, lines: &[&Line], texts: &[Vec<Placed>], (x0, x1): (f32, f32)) -> f32 {
    let (Some(first), Some(last)) = (lines.first(), lines.last()) else { return 0.0 };
    let drawn = evidence.drawn;
    let reach = 0.9 * evidence.leading;
    let (top, bottom) = (first.bbox.y0, last.bbox.y1);
    let mut sum = 0.0;
    // Rules between lines of the table; what frames a paragraph is none.
    let row = |line: &Line| !line.is_solid_text() || line.bbox.width() < 0.5 * (x1 - x0);
    let mut ruled: Vec<usize> = Vec::new();
    let mut inner = 0_usize;
    for (at, pair) in lines.windows(2).enumerate() {
        let [a, b] = pair else { continue };
        if drawn.is_framed_off((x0 + x1) / 2.0, a.bbox.center().1, b.bbox.center().1) {
            sum += FRAME_ACROSS;
        }
        if drawn.is_ruled(a.bbox.center().1, b.bbox.center().1, x0, x1) {
            ruled.push(at + 1);
            inner += usize::from(row(a) && row(b));
        }
    }
    sum += INNER_RULE * (inner as f32).min(2.0);
    let above = drawn.is_ruled(top - reach, top + 0.3 * first.size, x0, x1);
    let below = drawn.is_ruled(bottom - 0.3 * last.size, bottom + reach, x0, x1);
    // What stands beyond the outermost rules without columns is a title or a note.
    let lone = |texts: &[Vec<Placed>]| if texts.iter().all(|texts| texts.len() == 1) { texts.len() } else { 0 };
    if let (Some(&highest), Some(&lowest)) = (ruled.first(), ruled.last()) {
        let over = if above { 0 } else { lone(texts.get(..highest).unwrap_or(&[])) };
        let under = if below { 0 } else { lone(texts.get(lowest..).unwrap_or(&[])) };
        sum += OUTSIDE_RULES * (over + under) as f32;
    }
    // Where rows are ruled, a rule above or below is one among them and says nothing of the table's ends.
    let ruled_rows = inner >= 3 && 4 * inner >= lines.len();
    sum += if ruled_rows || above { EDGE_RULE } else { 0.0 };
    sum += if ruled_rows || below { EDGE_RULE } else { 0.0 };
    let striped = drawn.fills.iter().any(|fill| {
        fill.y1 > top
            && fill.y0 < bottom
            && fill.x1.min(x1) - fill.x0.max(x0) > 0.7 * (x1 - x0)
            && fill.height() < 0.8 * (bottom - top)
    });
    if striped {
        sum += STRIPES;
    }
    let walls = drawn.walls_through(top, bottom).iter().filter(|&&x| x > x0 + 2.0 && x < x1 - 2.0).count();
    sum + WALL * (walls as f32).min(2.0)
}

/// Running text in columns, tables of contents and lists have gaps, too.
fn looks_like_something_else(evidence: &Evidence<'_>, lines: &[&Line], stretch: Range<usize>, found: &Columns) -> f32 {
    let columns = &found.columns;
    let count = lines.len() as f32;
    let mut sum = 0.0;
    // Texts that fill their column and look like sentences.
    let mut prose_columns = 0;
    for (index, column) in columns.iter().enumerate() {
        let (mut all, mut prose) = (0, 0);
        for (line, texts) in lines.iter().zip(&found.lines) {
            for text in texts.iter().filter(|text| text.first == index && text.last == index) {
                all += 1;
                let pieces = line.pieces.get(text.pieces.clone()).unwrap_or(&[]);
                prose += usize::from(is_prose_like(pieces) && column.x1 - text.x1 < 4.0 * line.size);
            }
        }
        prose_columns += usize::from(2 * prose > all && all > 1);
    }
    if prose_columns >= 2 && 2 * prose_columns >= columns.len() {
        sum += PROSE_COLUMNS * count;
    }
    // Page numbers after leaders grow down the page.
    let numbers: Vec<u32> = evidence.last_number.get(stretch).unwrap_or(&[]).iter().flatten().copied().collect();
    let grows = numbers.windows(2).filter(|w| matches!(w, [a, b] if a <= b)).count();
    if columns.len() <= 5
        && numbers.len() >= 2
        && 3 * numbers.len() > lines.len()
        && grows * 10 >= (numbers.len() - 1) * 9
    {
        sum += CONTENTS * count;
    }
    // Markers with texts beside them.
    let marked = |(line, texts): &(&&Line, &Vec<Placed>)| {
        let first = texts.first().filter(|_| texts.len() > 1).and_then(|text| line.pieces.get(text.pieces.clone()));
        matches!(first, Some([only]) if only.kind == Kind::Marker)
    };
    let markers = lines.iter().zip(&found.lines).filter(marked).count();
    let several = found.lines.iter().filter(|texts| texts.len() > 1).count();
    let busy = lines.iter().filter(|line| line.chunks.len() > 1).count();
    // Bars between labels and numbers.
    let barred = lines.iter().filter(|line| {
        line.chunks.windows(2).any(|pair| match pair {
            [a, b] => evidence.drawn.has_bar((a.x1, b.x0), (line.bbox.y0, line.bbox.y1)),
            _ => false,
        })
    });
    if 2 * barred.count() > busy {
        sum += CHART * count;
    }
    if columns.len() == 2 && 2 * markers > several {
        sum += CONTENTS * count;
    }
    sum
}
