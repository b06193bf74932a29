//! Columns for rows of which only the order of the cells is known. The widest rows give the columns; a shorter row has
//! cells that span, and which ones is chosen by what fits the rows around best, all rows of a run alike.

use crate::model::{Cell, Grid, GridOrigin};

/// Columns above which rows are not fitted, only laid out: the fit costs cells × columns².
const MAX_FITTED: usize = 48;

/// Rows of a run that are looked at.
const MAX_SAMPLED: usize = 64;

/// Characters from which on a text is no longer told from longer ones.
const LONG_TEXT: usize = 24;

/// The grid of these rows.
pub(super) fn grid(rows: Vec<Vec<String>>) -> Grid {
    let mut spans: Vec<Vec<usize>> = Vec::with_capacity(rows.len());
    for part in parts(&rows) {
        spans.extend(spans_of_part(part));
    }
    let mut cells = Vec::new();
    let height = rows.len();
    for (row, (texts, spans)) in rows.into_iter().zip(spans).enumerate() {
        let mut column = 0;
        for (text, span) in texts.into_iter().zip(spans) {
            cells.push(Cell::new(row, column, text).spanning(1, span));
            column += span;
        }
    }
    Grid { rows: height, ..Grid::new(GridOrigin::Ordered, cells) }
}

/// A file may hold several forms of different widths. A row of one cell (a title or band) between rows of several is
/// where a part may begin.
fn parts(rows: &[Vec<String>]) -> impl Iterator<Item = &[Vec<String>]> {
    let mut rest = rows;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let lone = rest.iter().take_while(|row| row.len() <= 1).count();
        let many = rest[lone..].iter().take_while(|row| row.len() > 1).count();
        let (part, after) = rest.split_at(lone + many);
        rest = after;
        Some(part)
    })
}

fn spans_of_part(rows: &[Vec<String>]) -> Vec<Vec<usize>> {
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    let profile = Profile::of(rows, width);
    let mut spans = Vec::with_capacity(rows.len());
    let mut at = 0;
    while at < rows.len() {
        let length = rows[at].len();
        let run = rows[at..].iter().take_while(|row| row.len() == length).count();
        let fitted = if length == width || length <= 1 || width > MAX_FITTED {
            laid_out(length, width)
        } else {
            fit(&rows[at..at + run], rows.get(at + run), &profile, width)
        };
        spans.extend(std::iter::repeat_n(fitted, run));
        at += run;
    }
    spans
}

/// Spans without evidence: the first cell, a label, is one column wide, the others share the rest.
fn laid_out(cells: usize, width: usize) -> Vec<usize> {
    match cells {
        0 => Vec::new(),
        1 => vec![width.max(1)],
        _ => {
            let (rest, others) = (width - 1, cells - 1);
            let mut spans = vec![1];
            spans.extend((0..others).map(|k| rest / others + usize::from(k < rest % others)));
            spans
        }
    }
}

/// What stands in each column of the full rows.
struct Profile {
    /// Share of numbers among the texts of the column, header rows aside.
    numbers: Vec<f32>,
}

impl Profile {
    fn of(rows: &[Vec<String>], width: usize) -> Self {
        let mut numbers = vec![0f32; width];
        let mut texts = vec![0f32; width];
        for row in rows.iter().filter(|row| row.len() == width) {
            for (column, text) in row.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                texts[column] += 1.0;
                numbers[column] += f32::from(u8::from(is_number(text)));
            }
        }
        for (number, text) in numbers.iter_mut().zip(&texts) {
            *number /= text.max(1.0);
        }
        Profile { numbers }
    }
}

/// A figure, with its sign and unit: mostly digits, and short.
fn is_number(text: &str) -> bool {
    let (mut digits, mut all) = (0, 0);
    for c in text.chars().filter(|c| !c.is_whitespace()) {
        all += 1;
        digits += usize::from(matches!(c, '0'..='9' | '０'..='９' | '.' | ',' | '%' | '％' | '≥' | '≤' | '='));
    }
    digits > 0 && all <= 16 && digits * 2 > all
}

/// The spans of a run of rows with one number of cells, by the best sum over all ways to lay them over the columns.
fn fit(run: &[Vec<String>], below: Option<&Vec<String>>, profile: &Profile, width: usize) -> Vec<usize> {
    let cells = run[0].len();
    let sample = &run[..run.len().min(MAX_SAMPLED)];
    let split_header = below.filter(|below| run.len() == 1 && splits(&run[0], below, width));
    // A text is looked at once, not again for every place that it may stand in.
    let looks: Vec<Vec<Look>> = sample.iter().map(|row| row.iter().map(|text| Look::at(text)).collect()).collect();
    let gain = |cell: usize, column: usize, span: usize| {
        let numbers = profile.numbers[column..column + span].iter().sum::<f32>() / span as f32;
        let fits: f32 = looks
            .iter()
            .map(|row| fit_of_text(row[cell], numbers, span) - spread_cost(row[cell], cell, span, cells, width))
            .sum();
        let header = split_header.map_or(0.0, |below| fit_over(&below[column..column + span]));
        fits / looks.len() as f32 + header * 4.0
    };
    // best[cell][column]: the best sum for the cells from `cell` on, laid over the columns from `column` on.
    let mut best = vec![vec![(f32::NEG_INFINITY, 0); width + 1]; cells + 1];
    best[cells][width].0 = 0.0;
    for cell in (0..cells).rev() {
        let cells_after = cells - cell - 1;
        for column in cell..width - cells_after {
            for span in 1..=width - cells_after - column {
                let sum = gain(cell, column, span) + best[cell + 1][column + span].0;
                if sum > best[cell][column].0 {
                    best[cell][column] = (sum, span);
                }
            }
        }
    }
    let mut spans = Vec::with_capacity(cells);
    let mut column = 0;
    for place in best.iter().take(cells) {
        let span = place[column].1.max(1);
        spans.push(span);
        column += span;
    }
    spans
}

/// What the fit needs to know of a text.
#[derive(Debug, Clone, Copy)]
enum Look {
    Blank,
    Number,
    /// Its length in characters, as far as it counts.
    Words(usize),
}

impl Look {
    fn at(text: &str) -> Self {
        match text {
            "" => Look::Blank,
            text if is_number(text) => Look::Number,
            text => Look::Words(text.chars().take(LONG_TEXT).count()),
        }
    }
}

/// Numbers stand in columns of numbers and span nothing; words may span. `numbers` is the share of numbers in the
/// columns covered.
fn fit_of_text(text: Look, numbers: f32, span: usize) -> f32 {
    match text {
        Look::Blank => 0.0,
        Look::Number => numbers - 0.3 * (span - 1) as f32,
        Look::Words(_) => 0.002 * (1.0 - numbers),
    }
}

/// Whether a full row below a shorter one is the second level of its header: words under some cells, blank under the
/// others, which are merged with the cells above.
fn splits(row: &[String], below: &[String], width: usize) -> bool {
    let words = below.iter().filter(|text| !text.is_empty()).count();
    below.len() == width
        && words > width - row.len()
        && below.iter().any(String::is_empty)
        && below.iter().all(|text| !is_number(text))
        && row.iter().skip(1).all(|text| !text.is_empty() && !is_number(text))
}

/// How well one header cell lies over these cells of the second level.
fn fit_over(below: &[String]) -> f32 {
    let words = below.iter().filter(|text| !text.is_empty()).count();
    match (below.len(), words) {
        (1, 0) => 1.0,
        (1, _) => 0.0,
        (length, words) if length == words => 1.0,
        _ => -1.0,
    }
}

/// A small cost that decides where nothing else does: the first cell, a label, and blank cells are narrow, other texts
/// share what is left.
fn spread_cost(text: Look, cell: usize, span: usize, cells: usize, width: usize) -> f32 {
    let length = match text {
        _ if cell == 0 => return 0.04 * (span - 1) as f32,
        Look::Blank => return 0.06 * (span - 1) as f32,
        Look::Number => return 0.0,
        Look::Words(length) => length,
    };
    let off = span as f32 - (width - 1) as f32 / (cells - 1).max(1) as f32;
    // What does not divide evenly goes to the longer text, then to the earlier cell.
    0.01 * off * off - 0.0005 * (length * (span - 1)) as f32 + 0.0005 * (cell * span) as f32
}
