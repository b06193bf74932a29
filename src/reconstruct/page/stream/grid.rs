//! A table's lines and columns made a table of the page.

use super::super::cell_text;
use super::super::table::{Evidence, Table, TableCell};
use super::super::words::Word;
use super::columns::Columns;
use super::drawn::Drawn;
use super::frame::Frame;
use super::header;
use super::line::Line;
use super::rows;
use crate::model::{Page, Rect};
use std::ops::Range;

/// A text in the making: rows and columns covered, and its words.
struct Draft {
    rows: Range<usize>,
    columns: Range<usize>,
    words: Vec<u32>,
}

/// The table of these lines; None where nothing is left of it.
pub(super) fn table(
    page: &Page,
    words: &[Word],
    frame: Frame,
    lines: &[Line],
    found: &Columns,
    drawn: &Drawn,
) -> Option<Table> {
    let bbox = lines.iter().map(|line| line.bbox).reduce(|a, b| a.union(&b))?;
    let em = lines.iter().map(|line| line.size).sum::<f32>() / lines.len() as f32;
    let head = header::head_lines(lines, found, drawn, (bbox.x0, bbox.x1));
    let text_of = |line: &Line, at: usize| {
        let word = line.pieces.get(at).and_then(|piece| words.get(piece.word as usize));
        word.map_or_else(String::new, |word| word.text(page).to_owned())
    };
    let (mut drafts, head_rows) = headings(lines, found, drawn, head, em, &text_of);
    let body = rows::rows(lines, found, head..lines.len(), drawn, &text_of);
    let ends = rows::ends(found);
    for (row, range) in body.iter().enumerate() {
        let mut texts = row_texts(lines, found, range.clone(), head_rows + row);
        // A label in the middle of the table is one for all columns.
        if let ([label], Some(placed)) = (texts.as_mut_slice(), found.lines.get(range.start))
            && range.len() == 1
            && rows::in_middle(placed, ends, em)
        {
            label.columns = 0..found.columns.len();
        }
        drafts.append(&mut texts);
    }
    let rows = head_rows + body.len();
    if rows < 2 {
        return None;
    }
    let bounds = Bounds::of(lines, found, head, head_rows, &body, bbox);
    // Leader dots are in no cell, and in nothing else either.
    let mut used: Vec<u32> = lines.iter().flat_map(|line| line.words.iter().map(|(word, _)| *word)).collect();
    used.sort_unstable();
    let mut cells: Vec<TableCell> = Vec::new();
    let mut covered = vec![false; rows * found.columns.len()];
    for mut draft in drafts {
        for row in draft.rows.clone() {
            let at = row * found.columns.len();
            if let Some(places) = covered.get_mut(at + draft.columns.start..at + draft.columns.end) {
                places.fill(true);
            }
        }
        let text = cell_text::compose(page, words, &mut draft.words);
        cells.push(TableCell {
            row: draft.rows.start,
            column: draft.columns.start,
            row_span: draft.rows.len().max(1),
            column_span: draft.columns.len().max(1),
            bbox: frame.on_page(&bounds.around(&draft.rows, &draft.columns)),
            text: cell_text::without_leader(&text, &['.', '…', '·', '_', ' ']),
        });
    }
    for row in 0..rows {
        for column in 0..found.columns.len() {
            if covered.get(row * found.columns.len() + column) == Some(&false) {
                let bbox = frame.on_page(&bounds.around(&(row..row + 1), &(column..column + 1)));
                cells.push(TableCell { row, column, row_span: 1, column_span: 1, bbox, text: String::new() });
            }
        }
    }
    cells.sort_by_key(|cell| (cell.row, cell.column));
    let reach = 0.9 * em;
    let closed = |y: f32| drawn.is_ruled(y - reach, y + reach, bbox.x0, bbox.x1);
    Some(Table {
        cells,
        xs: bounds.xs.iter().map(|&x| frame.along_on_page(x)).collect(),
        ys: bounds.ys.iter().map(|&y| frame.across_on_page(y)).collect(),
        bbox: frame.on_page(&bbox),
        evidence: Evidence::Aligned,
        top_walls: if closed(bbox.y0) { vec![true; found.columns.len()] } else { Vec::new() },
        bottom_walls: if closed(bbox.y1) { vec![true; found.columns.len()] } else { Vec::new() },
        weak: false,
        words: used,
        tagged: None,
    })
}

fn words_of(line: Option<&Line>, pieces: Range<usize>) -> impl Iterator<Item = u32> + '_ {
    line.and_then(|line| line.pieces.get(pieces)).unwrap_or(&[]).iter().map(|piece| piece.word)
}

fn headings(
    lines: &[Line],
    found: &Columns,
    drawn: &Drawn,
    head: usize,
    em: f32,
    text_of: &dyn Fn(&Line, usize) -> String,
) -> (Vec<Draft>, usize) {
    let Some(above) = lines.get(..head) else { return (Vec::new(), 0) };
    let (headings, rows) = header::headings(above, found, drawn, em, text_of);
    let drafts = headings
        .into_iter()
        .map(|heading| Draft {
            rows: heading.row..heading.row + heading.row_span,
            columns: heading.first..heading.last + 1,
            words: heading.texts.into_iter().flat_map(|(line, pieces)| words_of(lines.get(line), pieces)).collect(),
        })
        .collect();
    (drafts, rows)
}

/// The texts of a row, those in the same columns joined.
fn row_texts(lines: &[Line], found: &Columns, range: Range<usize>, row: usize) -> Vec<Draft> {
    let mut out: Vec<Draft> = Vec::new();
    for at in range {
        let line = lines.get(at);
        for text in found.lines.get(at).map_or(&[][..], Vec::as_slice) {
            let words = words_of(line, text.pieces.clone());
            let mut draft = Draft { rows: row..row + 1, columns: text.first..text.last + 1, words: words.collect() };
            // A text that meets others takes them in: no two cells of a row overlap.
            while let Some(met) = out
                .iter()
                .position(|other| other.columns.start < draft.columns.end && other.columns.end > draft.columns.start)
            {
                let other = out.swap_remove(met);
                draft.columns = draft.columns.start.min(other.columns.start)..draft.columns.end.max(other.columns.end);
                draft.words.extend(other.words);
            }
            out.push(draft);
        }
    }
    out
}

/// Where rows and columns begin and end, in upright coordinates: halfway between their texts.
struct Bounds {
    xs: Vec<f32>,
    ys: Vec<f32>,
}

impl Bounds {
    fn of(lines: &[Line], found: &Columns, head: usize, head_rows: usize, body: &[Range<usize>], bbox: Rect) -> Bounds {
        let mut xs = vec![bbox.x0];
        xs.extend(
            found.columns.windows(2).filter_map(|w| if let [a, b] = w { Some((a.x1 + b.x0) / 2.0) } else { None }),
        );
        xs.push(bbox.x1);
        let bottom = |at: usize| lines.get(..at).unwrap_or(&[]).iter().map(|line| line.bbox.y1).fold(bbox.y0, f32::max);
        let top = |at: usize| lines.get(at..).unwrap_or(&[]).iter().map(|line| line.bbox.y0).fold(bbox.y1, f32::min);
        let mut ys = vec![bbox.y0];
        let head_end = if body.is_empty() { bbox.y1 } else { (bottom(head) + top(head)) / 2.0 };
        // Levels of a head are told apart by their texts only; their heights are shared out evenly.
        for level in 1..=head_rows {
            ys.push(bbox.y0 + (head_end - bbox.y0) * level as f32 / head_rows as f32);
        }
        for (number, range) in body.iter().enumerate() {
            ys.push(if number + 1 == body.len() { bbox.y1 } else { (bottom(range.end) + top(range.end)) / 2.0 });
        }
        Bounds { xs, ys }
    }

    fn around(&self, rows: &Range<usize>, columns: &Range<usize>) -> Rect {
        let x = |at: usize| self.xs.get(at).or(self.xs.last()).copied().unwrap_or(0.0);
        let y = |at: usize| self.ys.get(at).or(self.ys.last()).copied().unwrap_or(0.0);
        Rect::new(x(columns.start), y(rows.start), x(columns.end), y(rows.end))
    }
}
