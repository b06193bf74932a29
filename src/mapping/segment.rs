//! Cuts a document into forms: blocks in reading order come in; for each form its rows, and the lines before and
//! after them, go out. Reads no values.

use super::layout::is_header_continuation;
use super::row::{self, Row};
use super::signals::{RowKind, classify, head_label};
use super::words::Words;
use crate::model::{Code, Finding, Grid, GridOrigin, Severity};
use crate::normalize;
use crate::patterns::{Field, Patterns, PlacesIn, Regions};
use std::borrow::Cow;
use std::cell::{Ref, RefCell};
use std::collections::VecDeque;

/// The rows of one form and the text around them.
#[derive(Debug, Clone, Default)]
pub(super) struct FormSource {
    /// Lines above the table, from the title on.
    pub(super) before: Vec<String>,
    /// Rows of all its tables, with what each seems to be.
    pub(super) rows: Vec<(RowKind, Row)>,
    /// Lines below the table, up to the next form.
    pub(super) after: Vec<String>,
    /// How many of them stand between its tables.
    pub(super) between: usize,
    /// What a reader must know of how it was cut out.
    pub(super) findings: Vec<Finding>,
}

/// What the document says outside its forms: where year and region may come from.
#[derive(Debug, Default, Clone)]
pub(super) struct Context {
    /// The first line that can be a title.
    pub(super) title: Option<String>,
    /// The first short lines.
    pub(super) head: Vec<String>,
    /// The places that these lines name, as far as they were asked for.
    places: RefCell<Vec<PlacesIn>>,
}

impl Context {
    /// The places that each line of the head names: looked for once, however many forms ask.
    pub(super) fn head_places(&self, regions: &Regions) -> Ref<'_, Vec<PlacesIn>> {
        {
            let mut known = self.places.borrow_mut();
            let new = self.head.get(known.len()..).unwrap_or_default();
            known.extend(new.iter().map(|line| regions.places_in(line)));
        }
        self.places.borrow()
    }

    /// Keeps a line that may belong to the document's head.
    fn note(&mut self, line: &str) {
        let length = line.chars().count();
        if length > LONGEST_HEAD_LINE || self.head.len() >= HEAD_LINES {
            return;
        }
        self.head.push(line.to_owned());
        if self.title.is_none() && length >= 8 {
            self.title = Some(line.to_owned());
        }
    }
}

/// Lines kept for a form that may follow.
const RECENT_LINES: usize = 24;
/// Lines kept from below a form.
const AFTER_LINES: usize = 60;
/// Characters of text between two tables up to which the second may go on with the first's form: page headers,
/// footers, notes; more is prose.
const GAP_OF_ONE_FORM: usize = 300;
/// Lines of the document's head that may tell year and region.
const HEAD_LINES: usize = 40;
/// Rows and cells of one form: no real one comes near. A longer one is read in parts, so that its size does not decide
/// how much memory it takes.
const MAX_FORM_ROWS: usize = 5_000;
const MAX_FORM_CELLS: usize = 60_000;
/// Cells of a row that a later part of a long form repeats.
const WIDEST_HEAD_ROW: usize = 16;
/// Lines of a head that stand side by side in one row.
const MOST_LINES_BESIDE: usize = 3;
/// Longest line that can be a title or a head line, in characters.
const LONGEST_HEAD_LINE: usize = 70;
/// Longest line that is looked at for titles, heads and notes, in bytes; the numbers of a longer one are for statements.
const LONGEST_LINE: usize = 4_000;

/// A line as it is displayed; `None` of one that is too long for all that forms have lines for.
pub(super) fn displayed(raw: &str) -> Option<Cow<'_, str>> {
    (raw.len() <= LONGEST_LINE).then(|| normalize::display(raw))
}

#[derive(Default)]
struct Draft {
    source: FormSource,
    has_project: bool,
    has_fund: bool,
    has_goals: bool,
    has_indicators: bool,
    gap: usize,
    gap_title: bool,
    cells: usize,
}

/// What stands in a row, without its blank cells.
fn texts(row: &Row) -> Vec<&str> {
    row.cells.iter().map(|cell| &*cell.text).filter(|text| !text.is_empty()).collect()
}

/// Collects blocks and hands out forms as they are complete.
pub(super) struct Segmenter<'p> {
    patterns: &'p Patterns,
    recent: VecDeque<String>,
    draft: Option<Draft>,
    done: VecDeque<FormSource>,
    tables: u32,
    pub(super) context: Context,
}

impl<'p> Segmenter<'p> {
    pub(super) fn new(patterns: &'p Patterns) -> Self {
        Segmenter {
            patterns,
            recent: VecDeque::new(),
            draft: None,
            done: VecDeque::new(),
            tables: 0,
            context: Context::default(),
        }
    }

    /// Takes the next table of the document.
    pub(super) fn push_grid(&mut self, grid: Grid) {
        // A table of which earlier rows were handed out already keeps its number.
        if grid.first_row == 0 || self.tables == 0 || grid.origin == GridOrigin::Explicit {
            self.tables += 1;
        }
        // A row that is one cell over the whole width is a line of text that the format put into the table: titles, units
        // and prose of a sheet.
        let mut run: Vec<(RowKind, Row)> = Vec::new();
        let rows = row::rows(grid, self.tables, self.patterns);
        let words = Words::of(&rows, self.patterns);
        for mut row in rows {
            if row.is_band() {
                self.push_rows(std::mem::take(&mut run));
                let lines = std::mem::take(&mut row.cells);
                lines.iter().flat_map(|cell| cell.raw.lines()).for_each(|line| self.push_text(line));
                continue;
            }
            if let Some(words) = &words {
                words.mend(&mut row);
            }
            row.first_of_grid = run.is_empty();
            run.push((classify(&row, self.patterns), row));
        }
        self.push_rows(run);
    }

    /// A form that is complete, if there is one.
    pub(super) fn next_form(&mut self) -> Option<FormSource> {
        self.done.pop_front()
    }

    /// Is a form being collected?
    pub(super) fn in_form(&self) -> bool {
        self.draft.is_some()
    }

    /// Says that the document has ended.
    pub(super) fn finish(&mut self) {
        self.close();
    }

    /// Takes a line that stands in a table.
    fn push_text(&mut self, raw: &str) {
        self.push_line(raw, displayed(raw).unwrap_or_default());
    }

    /// Takes the next line of the document, and how it is displayed.
    pub(super) fn push_line(&mut self, raw: &str, text: Cow<'_, str>) {
        if let Some(draft) = &mut self.draft {
            draft.gap += raw.chars().take(LONGEST_LINE).count();
        }
        if text.is_empty() {
            return;
        }
        let short = text.chars().count() <= LONGEST_HEAD_LINE;
        self.context.note(&text);
        if let Some(draft) = &mut self.draft {
            if short && !text.ends_with(['。', '；']) && self.patterns.row_labels.is_title(&normalize::key(&text)) {
                draft.gap_title = true;
            }
            if draft.source.after.len() < AFTER_LINES {
                draft.source.after.push(text.to_string());
            } else {
                self.close();
            }
        }
        if self.recent.len() == RECENT_LINES {
            self.recent.pop_front();
        }
        self.recent.push_back(text.into_owned());
    }

    fn push_rows(&mut self, rows: Vec<(RowKind, Row)>) {
        if rows.is_empty() {
            return;
        }
        let is_anchor = |kind: &RowKind| {
            matches!(
                kind,
                RowKind::IndicatorHeader
                    | RowKind::FundHeader
                    | RowKind::GoalsHeader
                    | RowKind::ManageHeader
                    | RowKind::FundSourcesHeader
            )
        };
        let names_project =
            |row: &Row| row.cells.iter().any(|c| matches!(head_label(c, self.patterns), Some((Field::Project, _))));
        let formlike =
            rows.iter().any(|(kind, row)| is_anchor(kind) || (*kind == RowKind::Pairs && names_project(row)));
        let continues = self.draft.as_ref().is_some_and(|d| d.gap <= GAP_OF_ONE_FORM && !d.gap_title);
        if !formlike && !continues {
            for (_, row) in &rows {
                // （2022年度） | 单位：元 in one row of a sheet: lines of a head, side by side.
                let heads = |text: &str| text.contains("年度") || text.contains("单位");
                let lines = row.cells.len() <= MOST_LINES_BESIDE && row.cells.iter().any(|c| heads(&c.text));
                if lines || row.only_text().is_some() {
                    row.cells.iter().for_each(|cell| self.push_text(&cell.text));
                }
            }
            return;
        }
        // What still lies ahead in this grid tells a new form's head from an old form's foot.
        let last_anchor = rows.iter().rposition(|(kind, _)| is_anchor(kind));
        for (position, (kind, row)) in rows.into_iter().enumerate() {
            // In a sheet saved as text, lines of the document's head are rows of one cell.
            if let Some(cell) = row.only_text() {
                self.context.note(&cell.text);
            }
            let anchors_follow = last_anchor.is_some_and(|last| last >= position);
            if self.begins_form(kind, &row, position == 0, anchors_follow) {
                self.open();
            }
            self.add(kind, row);
        }
    }

    /// Does this row begin a form other than the one being collected?
    fn begins_form(&self, kind: RowKind, row: &Row, first_of_grid: bool, anchors_follow: bool) -> bool {
        let Some(draft) = &self.draft else { return true };
        let apart = first_of_grid && (draft.gap > GAP_OF_ONE_FORM || draft.gap_title);
        let begun = draft.has_fund || draft.has_goals || draft.has_indicators;
        if apart && begun && draft.has_indicators {
            return true;
        }
        // Tables that go on over pages may repeat the row that names the project, where their columns are not the same.
        let repeats = |(_, known): &(RowKind, Row)| !texts(row).is_empty() && texts(known) == texts(row);
        if first_of_grid && !draft.has_indicators && draft.source.rows.iter().any(repeats) {
            return false;
        }
        if kind == RowKind::Pairs {
            let fields = row.cells.iter().filter_map(|c| head_label(c, self.patterns)).map(|(field, _)| field);
            for field in fields {
                match field {
                    Field::Project if begun || draft.has_project => return anchors_follow || begun,
                    Field::Authority | Field::Implementer if draft.has_indicators => return anchors_follow,
                    _ => {}
                }
            }
        }
        // A second fund block after the indicators, or a title inside the grid, is a new form's. The only one may stand
        // below them.
        if draft.has_indicators && draft.has_fund && kind == RowKind::FundHeader {
            return true;
        }
        draft.has_indicators && anchors_follow && self.is_title_row(row)
    }

    fn is_title_row(&self, row: &Row) -> bool {
        row.only_text().is_some_and(|cell| {
            cell.text.chars().count() <= LONGEST_HEAD_LINE
                && self.patterns.row_labels.is_title(&normalize::key(&cell.text))
        })
    }

    fn open(&mut self) {
        // Rows that already stand at the old form's end but are the new one's title.
        let mut title_rows = Vec::new();
        if let Some(draft) = &mut self.draft {
            while let Some((_, row)) = draft.source.rows.last()
                && row.only_text().is_some()
                && (draft.has_indicators && title_rows.len() < 4)
                && draft.source.rows.len() > 1
            {
                let looks_like_head = row.only_text().is_some_and(|c| {
                    let text = &c.text;
                    self.patterns.row_labels.is_title(&normalize::key(text))
                        || (text.chars().count() <= 24 && (text.contains("年度") || text.contains("附件")))
                });
                if !looks_like_head {
                    break;
                }
                title_rows.extend(draft.source.rows.pop());
            }
        }
        title_rows.reverse();
        self.close();
        let recent: Vec<String> = self.recent.drain(..).collect();
        let title = recent.iter().rposition(|line| {
            line.chars().count() <= LONGEST_HEAD_LINE
                && !line.ends_with(['。', '；'])
                && self.patterns.row_labels.is_title(&normalize::key(line))
        });
        // A title may be broken over two lines; what stands above it belongs to what came before.
        let from = match title {
            Some(at) => at.saturating_sub(1),
            None => recent.len().saturating_sub(6),
        };
        let mut draft = Draft::default();
        draft.source.before = recent.into_iter().skip(from).collect();
        draft.source.rows = title_rows;
        self.draft = Some(draft);
    }

    fn add(&mut self, kind: RowKind, row: Row) {
        let patterns = self.patterns;
        let Some(draft) = &mut self.draft else { return };
        draft.gap = 0;
        draft.gap_title = false;
        match kind {
            RowKind::IndicatorHeader => draft.has_indicators = true,
            RowKind::FundHeader | RowKind::FundSourcesHeader => draft.has_fund = true,
            RowKind::GoalsHeader => draft.has_goals = true,
            RowKind::Pairs => {
                draft.has_project |=
                    row.cells.iter().any(|c| matches!(head_label(c, patterns), Some((Field::Project, _))));
            }
            _ => {}
        }
        draft.cells += row.cells.len();
        draft.source.rows.push((kind, row));
        draft.source.between = draft.source.after.len();
        let full = draft.cells >= MAX_FORM_CELLS || draft.source.rows.len() >= MAX_FORM_ROWS;
        // Lines between two tables of one form belong to neither its head nor its foot.
        if draft.has_indicators && self.recent.len() > RECENT_LINES / 2 {
            self.recent.clear();
        }
        if full {
            self.go_on_in_another_part();
        }
    }

    /// Hands out what there is of a form that is too long, and goes on under its head and header as if in another.
    fn go_on_in_another_part(&mut self) {
        let Some(draft) = &mut self.draft else { return };
        draft.source.findings.push(Finding::new(
            Code::ContentSkipped,
            Severity::Warning,
            "the form is longer than any form is: it was read in parts, each as a form of its own".to_owned(),
        ));
        let rows = &draft.source.rows;
        let header = rows.iter().rposition(|(kind, _)| *kind == RowKind::IndicatorHeader);
        let below = header.map_or(&[][..], |at| &rows[at + 1..]);
        let second = below.iter().take_while(|(_, row)| is_header_continuation(row, self.patterns)).count().min(2);
        let first_header = rows.iter().position(|(kind, _)| *kind == RowKind::IndicatorHeader).unwrap_or(0);
        let is_head = |(kind, row): &&(RowKind, Row)| *kind == RowKind::Pairs && row.cells.len() <= WIDEST_HEAD_ROW;
        let pairs = rows[..first_header].iter().filter(is_head).take(HEAD_LINES);
        let next = Draft {
            source: FormSource {
                before: draft.source.before.clone(),
                rows: pairs.chain(header.map(|at| &rows[at])).chain(&below[..second]).cloned().collect(),
                findings: draft.source.findings.clone(),
                ..FormSource::default()
            },
            has_project: draft.has_project,
            has_indicators: draft.has_indicators,
            ..Draft::default()
        };
        self.close();
        self.draft = Some(next);
    }

    fn close(&mut self) {
        let Some(draft) = self.draft.take() else { return };
        if draft.has_indicators || (draft.has_project && (draft.has_fund || draft.has_goals)) {
            self.done.push_back(draft.source);
        }
    }
}
