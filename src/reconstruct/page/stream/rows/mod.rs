//! Rows of a table's body: which of its lines belong together. All ways to cut the lines into rows are compared
//! (`program`); what is known of the lines before is how much each boundary looks like one between rows (`boundaries`, by
//! distances: `steps`), how much each text looks like going on the one above (`links`, broken numbers: `torn`), and how
//! often each column is filled (`fill`).

mod boundaries;
mod fill;
mod links;
mod program;
mod steps;
mod torn;

use super::columns::{Columns, Placed};
use super::drawn::Drawn;
use super::line::Line;
use boundaries::boundaries;
use fill::{fill_rates, filled_in};
use links::links;
use program::{Model, Way};
use std::ops::Range;
use steps::{Steps, text_step};
use torn::torn_numbers;

/// Price of a row that is a label only.
const LABEL: f32 = 0.0;
/// The same where the table has such rows.
const KNOWN_LABEL: f32 = -0.7;

/// The rows of `body` (indices in `lines`), as ranges of lines, from the top down.
pub(super) fn rows(
    lines: &[Line],
    found: &Columns,
    body: Range<usize>,
    drawn: &Drawn,
    text_of: &dyn Fn(&Line, usize) -> String,
) -> Vec<Range<usize>> {
    let Some(inside) = lines.get(body.clone()) else { return Vec::new() };
    if inside.is_empty() {
        return Vec::new();
    }
    let torn = torn_numbers(lines, found, &body);
    let placed = found.lines.get(body.clone()).unwrap_or(&[]);
    let links = links(lines, found, &body, &torn, text_of);
    let mut steps = Steps::of(inside, placed);
    steps.text = text_step(inside, placed, &links);
    let mut model = Model {
        body: body.clone(),
        lines: inside,
        placed,
        boundaries: boundaries(lines, found, &body, drawn, &torn, &steps),
        links,
        fill: fill_rates(found, &body),
        torn,
        ends: ends(found),
        label: LABEL,
    };
    // Where a cell of fewer lines stands in its row is the same all over a table: the way that explains the lines best.
    let ways = [Way::Top, Way::Middle, Way::Bottom];
    let mut tried = ways.map(|way| (way, model.cut(way)));
    tried.sort_by(|(_, (a, _)), (_, (b, _))| a.total_cmp(b));
    let [(way, (_, first)), ..] = tried;
    // Known rows tell how often each column is filled.
    model.fill = filled_in(placed, &first, &body, found.columns.len());
    let first = model.cut(way).1;
    // Where one group has its label, others have theirs.
    let is_label = |rows: &&Range<usize>| {
        let mut texts = found.lines.get((*rows).clone()).unwrap_or(&[]).iter().flatten();
        texts.all(|text| text.first == 0 && text.last == 0)
            || rows.len() == 1
                && found
                    .lines
                    .get(rows.start)
                    .is_some_and(|texts| in_middle(texts, model.ends, model.size(rows.start - body.start)))
    };
    if !first.iter().any(|rows| is_label(&rows)) {
        return first;
    }
    model.label = KNOWN_LABEL;
    model.cut(way).1
}

/// Left and right end of all columns.
pub(super) fn ends(found: &Columns) -> (f32, f32) {
    let x0 = found.columns.first().map_or(0.0, |column| column.x0);
    let x1 = found.columns.last().map_or(0.0, |column| column.x1);
    (x0, x1)
}

/// How far, in ems, a label's middle may be from the table's.
const OFF_CENTRE: f32 = 0.6;

/// Is this one line's only text in the middle of the table, as a label for the rows below it may stand?
pub(super) fn in_middle(texts: &[Placed], (x0, x1): (f32, f32), size: f32) -> bool {
    match texts {
        [only] => {
            let off = (only.center() - (x0 + x1) / 2.0).abs();
            !only.numeric && only.x0 > x0 + size && off < OFF_CENTRE * size
        }
        _ => false,
    }
}

fn is_label(texts: &[Placed], count: usize, ends: (f32, f32), size: f32) -> bool {
    match texts {
        [only] => only.first == 0 && !only.spans() || count == 1 && in_middle(texts, ends, size),
        _ => false,
    }
}
