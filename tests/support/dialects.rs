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
}

pub const DIALECTS: [Dialect; 4] = [Dialect::TabRows, Dialect::CellALine, Dialect::Markdown, Dialect::Html];

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
