//! A report written as text, in each of the dialects that dumps and OCR produce.

use super::content::{Form, Report};
use super::layout::{Cell, PageBreak, Table};

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// A line a row, tabs between cells; merged cells leave empty ones.
    TabRows,
    /// A line a cell, a tab before it, an empty line between rows; a cell merged over rows is empty in the later
    /// ones, one merged over columns is a single cell.
    CellALine,
    /// Pipe table.
    Markdown,
    /// `<table>` inside the text.
    Html,
    /// A sheet saved as comma-separated values: every line of it has the sheet's width.
    Commas,
    /// A table drawn with characters, merged cells and all.
    Drawn,
}

pub const DIALECTS: [Dialect; 6] =
    [Dialect::TabRows, Dialect::CellALine, Dialect::Markdown, Dialect::Html, Dialect::Commas, Dialect::Drawn];

/// Columns of a sheet that is saved as comma-separated values.
const SHEET_WIDTH: usize = 12;

/// Where a cell merged over rows shows its text when the dialect has no spans.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MergedText {
    Top,
    Middle,
    End,
}

/// What separates two pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageEnd {
    FormFeed,
    BlankLines,
}

/// Everything about a rendering that must not matter.
#[derive(Debug, Clone)]
pub struct Style {
    pub dialect: Dialect,
    pub merged_text: MergedText,
    /// Columns before which an empty one is put in.
    pub blank_columns: Vec<usize>,
    pub trailing_tabs: usize,
    /// Empty lines more where the dialect allows them.
    pub blank_lines: usize,
    pub page_break: Option<(PageBreak, PageEnd)>,
}

impl Style {
    pub fn plain(dialect: Dialect) -> Style {
        Style {
            dialect,
            merged_text: MergedText::Top,
            blank_columns: Vec::new(),
            trailing_tabs: 0,
            blank_lines: 0,
            page_break: None,
        }
    }
}

/// The report as text, line ends `\n`.
pub fn render(report: &Report, style: &Style) -> String {
    render_changed(report, style, &mut |_| {})
}

/// The same, every table changed before it is written.
pub fn render_changed(report: &Report, style: &Style, change: &mut dyn FnMut(&mut Table)) -> String {
    let mut out = String::new();
    report.prose.iter().for_each(|line| paragraph(&mut out, style, line));
    report.forms.iter().for_each(|form| render_form(&mut out, form, style, change));
    out
}

fn render_form(out: &mut String, form: &Form, style: &Style, change: &mut dyn FnMut(&mut Table)) {
    form.prose.iter().for_each(|line| paragraph(out, style, line));
    let title = Some(&form.title).filter(|title| !title.is_empty());
    let head = [title, form.subtitle.as_ref(), form.unit_line.as_ref()];
    head.into_iter().flatten().for_each(|line| paragraph(out, style, line));
    for (caption, mut table) in Table::all(form) {
        change(&mut table);
        caption.iter().for_each(|line| paragraph(out, style, line));
        match style.page_break {
            Some((page_break, page_end)) if !table.indicators.is_empty() => {
                let [first, second] = table.cut(page_break);
                render_table(out, &first, style);
                out.push_str(match page_end {
                    PageEnd::FormFeed => "\u{c}",
                    PageEnd::BlankLines => "\n\n",
                });
                render_table(out, &second, style);
            }
            _ => render_table(out, &table, style),
        }
    }
    form.notes.iter().for_each(|line| paragraph(out, style, line));
}

fn paragraph(out: &mut String, style: &Style, line: &str) {
    if style.dialect == Dialect::Commas {
        return comma_row(out, &[line.to_owned()]);
    }
    if style.dialect == Dialect::CellALine {
        out.push('\t');
    }
    out.push_str(line);
    out.push_str("\n\n");
    out.push_str(&"\n".repeat(style.blank_lines));
}

fn render_table(out: &mut String, table: &Table, style: &Style) {
    match style.dialect {
        Dialect::TabRows => tab_rows(out, table, style),
        Dialect::CellALine => cell_a_line(out, table, style),
        Dialect::Markdown => markdown(out, table, style),
        Dialect::Html => html(out, table),
        Dialect::Commas => {
            separated(table, style).iter().for_each(|row| comma_row(out, row));
            return comma_row(out, &[]);
        }
        Dialect::Drawn => drawn(out, table),
    }
    out.push('\n');
}

/// The row in which a cell's text stands.
fn text_row(cell: &Cell, place: MergedText) -> usize {
    cell.row
        + match place {
            MergedText::Top => 0,
            MergedText::Middle => (cell.row_span - 1) / 2,
            MergedText::End => cell.row_span - 1,
        }
}

/// Texts by place, empty where a merged cell only covers.
fn separated(table: &Table, style: &Style) -> Vec<Vec<String>> {
    let mut rows = vec![vec![String::new(); table.columns]; table.rows];
    for cell in &table.cells {
        // Header cells stay on top: a header is read before what it heads.
        let place = if table.header.contains(&cell.row) { MergedText::Top } else { style.merged_text };
        let label = table.labelled && cell.column == 0 && cell.row == table.header.start;
        let place = if label { style.merged_text } else { place };
        rows[text_row(cell, place)][cell.column].clone_from(&cell.text);
    }
    for row in &mut rows {
        for at in style.blank_columns.iter().rev() {
            row.insert((*at).min(row.len()), String::new());
        }
    }
    rows
}

fn tab_rows(out: &mut String, table: &Table, style: &Style) {
    for row in separated(table, style) {
        out.push_str(&row.join("\t").replace('\n', " "));
        out.push_str(&"\t".repeat(style.trailing_tabs));
        out.push('\n');
        out.push_str(&"\n".repeat(style.blank_lines));
    }
}

fn cell_a_line(out: &mut String, table: &Table, style: &Style) {
    for row in 0..table.rows {
        let mut column = 0;
        while column < table.columns {
            let cell = table.at(row, column);
            let text = if text_row(cell, style.merged_text) == row { cell.text.as_str() } else { "" };
            out.push('\t');
            out.push_str(text);
            out.push('\n');
            column = cell.column + cell.column_span;
        }
        out.push('\n');
        out.push_str(&"\n".repeat(style.blank_lines));
    }
}

fn markdown(out: &mut String, table: &Table, style: &Style) {
    for (at, row) in separated(table, style).iter().enumerate() {
        let cells: Vec<String> = row.iter().map(|text| text.replace('|', "\\|").replace('\n', "<br>")).collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
        if at == 0 {
            out.push_str(&format!("|{}\n", " --- |".repeat(row.len())));
        }
    }
}

fn html(out: &mut String, table: &Table) {
    out.push_str("<table>\n");
    for row in 0..table.rows {
        out.push_str("<tr>");
        for cell in table.cells.iter().filter(|c| c.row == row) {
            let text = cell.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
            let span = |name: &str, n: usize| if n > 1 { format!(" {name}=\"{n}\"") } else { String::new() };
            let (rows, columns) = (span("rowspan", cell.row_span), span("colspan", cell.column_span));
            out.push_str(&format!("<td{rows}{columns}>{text}</td>"));
        }
        out.push_str("</tr>\n");
    }
    out.push_str("</table>\n");
}

fn comma_row(out: &mut String, row: &[String]) {
    for at in 0..row.len().max(SHEET_WIDTH) {
        let text = row.get(at).map_or("", String::as_str);
        let quoted = text.contains([',', '"', '\n']).then(|| format!("\"{}\"", text.replace('"', "\"\"")));
        out.push_str(if at == 0 { "" } else { "," });
        out.push_str(quoted.as_deref().unwrap_or(text));
    }
    out.push('\n');
}

/// Every character outside ASCII takes two columns, strokes included.
fn drawn(out: &mut String, table: &Table) {
    let width = |text: &str| text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum::<usize>();
    // Every column is as wide as its widest cell of one column, by whole characters of two; the last takes what wider cells need.
    let mut widths = vec![2; table.columns];
    for cell in &table.cells {
        let needs = cell.text.lines().map(width).max().unwrap_or(0).next_multiple_of(2);
        let own = cell.column..cell.column + cell.column_span;
        let has: usize = widths[own.clone()].iter().sum::<usize>() + 2 * (own.len() - 1);
        widths[own.end - 1] += needs.saturating_sub(has);
    }
    let heights: Vec<usize> = (0..table.rows)
        .map(|row| {
            let lines = |cell: &Cell| cell.text.lines().count().div_ceil(cell.row_span);
            table
                .cells
                .iter()
                .filter(|c| (c.row..c.row + c.row_span).contains(&row))
                .map(lines)
                .max()
                .unwrap_or(1)
                .max(1)
        })
        .collect();
    let is = |row: Option<usize>, column: Option<usize>| {
        let (row, column) = (row?, column?);
        (row < table.rows && column < table.columns).then(|| (table.at(row, column).row, table.at(row, column).column))
    };
    for row in 0..=table.rows {
        let above = row.checked_sub(1);
        // The rule above this row, with what stands in cells that go on over it.
        #[allow(clippy::needless_range_loop)] // edges of columns: one more than there are columns
        for column in 0..=table.columns {
            let left = column.checked_sub(1);
            let (a, b, c, d) =
                (is(above, left), is(above, Some(column)), is(Some(row), left), is(Some(row), Some(column)));
            out.push(match (a != b, c != d, a != c, b != d) {
                (true, true, false, false) => '│',
                (false, false, _, _) => '─',
                _ => '┼',
            });
            if let Some(width) = widths.get(column) {
                let stroke = if b == d { "  " } else { "─" };
                out.push_str(&stroke.repeat(width / 2));
            }
        }
        out.push('\n');
        for line in 0..heights.get(row).copied().unwrap_or(0) {
            let mut column = 0;
            while column < table.columns {
                let cell = table.at(row, column);
                let own = cell.column..cell.column + cell.column_span;
                let room = widths[own.clone()].iter().sum::<usize>() + 2 * (own.len() - 1);
                let before: usize = heights[cell.row..row].iter().sum();
                let text = cell.text.lines().nth(before + line).unwrap_or("");
                out.push('│');
                out.push_str(text);
                out.push_str(&" ".repeat(room - width(text)));
                column = own.end;
            }
            out.push_str("│\n");
        }
    }
}
