//! Reconstructed grids for people and other programs: JSON with every span, CSV, HTML, Markdown.

use crate::model::{BBox, Cell, Grid};
use serde::Serialize;
use std::borrow::Borrow;
use std::io::{self, Write};

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `{"tables":[{"name":…,"page":…,"first_row":…,"first_column":…,"rows":…,"columns":…,"cells":[…]}]}`, one object.
    Json,
    /// RFC 4180; a blank line between tables, places covered by a span blank.
    Csv,
    /// A page with one `<table>` each, with `rowspan` and `colspan`.
    Html,
    /// Pipe tables, the first row as header; places covered by a span blank.
    Markdown,
}

/// Writes tables in one format, each as it comes.
///
/// # Errors
/// Those of the writer.
pub fn write<G: Borrow<Grid>>(
    tables: impl IntoIterator<Item = G>,
    format: Format,
    out: &mut impl Write,
) -> io::Result<()> {
    match format {
        Format::Json => out.write_all(b"{\"tables\":[")?,
        Format::Html => out.write_all(b"<!DOCTYPE html>\n<meta charset=\"utf-8\">\n")?,
        Format::Csv | Format::Markdown => {}
    }
    for (n, grid) in tables.into_iter().enumerate() {
        let grid = grid.borrow();
        if n > 0 {
            out.write_all(match format {
                Format::Json => b",",
                Format::Csv => b"\r\n",
                Format::Html | Format::Markdown => b"\n",
            })?;
        }
        match format {
            Format::Json => write_json(grid, out)?,
            Format::Csv => write_csv(grid, out)?,
            Format::Html => write_html(grid, out)?,
            Format::Markdown => write_markdown(grid, out)?,
        }
    }
    if format == Format::Json {
        out.write_all(b"]}\n")?;
    }
    Ok(())
}

#[derive(Serialize)]
struct TableJson<'g> {
    name: Option<&'g str>,
    page: Option<u32>,
    first_row: usize,
    first_column: usize,
    rows: usize,
    columns: usize,
    bbox: Option<BBox>,
    cells: Vec<CellJson<'g>>,
}

#[derive(Serialize)]
struct CellJson<'g> {
    row: usize,
    column: usize,
    row_span: usize,
    column_span: usize,
    text: &'g str,
    page: Option<u32>,
    bbox: Option<BBox>,
}

fn write_json(grid: &Grid, out: &mut impl Write) -> io::Result<()> {
    let cells = grid.cells.iter().map(|cell| CellJson {
        row: cell.row,
        column: cell.column,
        row_span: cell.row_span,
        column_span: cell.column_span,
        text: &cell.text,
        page: cell.page,
        bbox: cell.bbox,
    });
    let table = TableJson {
        name: grid.name.as_deref(),
        page: grid.page,
        first_row: grid.first_row,
        first_column: grid.first_column,
        rows: grid.rows,
        columns: grid.columns,
        bbox: grid.bbox,
        cells: cells.collect(),
    };
    serde_json::to_writer(out, &table).map_err(io::Error::from)
}

fn write_csv(grid: &Grid, out: &mut impl Write) -> io::Result<()> {
    for row in 0..grid.rows {
        for (column, text) in dense_row(grid, row).enumerate() {
            if column > 0 {
                out.write_all(b",")?;
            }
            if text.contains([',', '"', '\r', '\n']) {
                write!(out, "\"{}\"", text.replace('"', "\"\""))?;
            } else {
                out.write_all(text.as_bytes())?;
            }
        }
        out.write_all(b"\r\n")?;
    }
    Ok(())
}

fn write_markdown(grid: &Grid, out: &mut impl Write) -> io::Result<()> {
    for row in 0..grid.rows {
        out.write_all(b"|")?;
        for text in dense_row(grid, row) {
            write!(out, " {} |", text.replace('|', "\\|").replace('\n', "<br>"))?;
        }
        out.write_all(b"\n")?;
        if row == 0 {
            writeln!(out, "|{}", " --- |".repeat(grid.columns))?;
        }
    }
    Ok(())
}

/// A row's texts, one a column; places without an anchor are blank.
fn dense_row(grid: &Grid, row: usize) -> impl Iterator<Item = &str> {
    let mut anchors = grid.row(row).iter().peekable();
    (0..grid.columns).map(move |column| anchors.next_if(|cell| cell.column <= column).map_or("", |cell| &cell.text))
}

fn write_html(grid: &Grid, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"<table>\n")?;
    // For each column, the first row below the spans written so far.
    let mut free_from = vec![0; grid.columns];
    for row in 0..grid.rows {
        out.write_all(b"<tr>")?;
        let mut column = 0;
        for cell in grid.row(row) {
            fill_places(&free_from[column.min(cell.column)..cell.column], row, out)?;
            write_html_cell(cell, out)?;
            column = cell.column_end().min(grid.columns);
            free_from[cell.column.min(column)..column].fill(cell.row_end());
        }
        fill_places(&free_from[column..], row, out)?;
        out.write_all(b"</tr>\n")?;
    }
    out.write_all(b"</table>\n")
}

/// Places that neither have a cell nor are covered by one need an empty cell, or the next would move left.
fn fill_places(free_from: &[usize], row: usize, out: &mut impl Write) -> io::Result<()> {
    for _ in free_from.iter().filter(|&&free| free <= row) {
        out.write_all(b"<td></td>")?;
    }
    Ok(())
}

fn write_html_cell(cell: &Cell, out: &mut impl Write) -> io::Result<()> {
    out.write_all(b"<td")?;
    if cell.row_span > 1 {
        write!(out, " rowspan=\"{}\"", cell.row_span)?;
    }
    if cell.column_span > 1 {
        write!(out, " colspan=\"{}\"", cell.column_span)?;
    }
    let text = cell.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\n', "<br>");
    write!(out, ">{text}</td>")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::GridOrigin;

    fn written(grids: &[Grid], format: Format) -> String {
        let mut out = Vec::new();
        write(grids, format, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    /// 项目资金 over two rows, 全年 | 数 over two columns, a gap in the last row.
    fn spanning() -> Grid {
        Grid::new(
            GridOrigin::Explicit,
            vec![
                Cell::new(0, 0, "项目资金").spanning(2, 1),
                Cell::new(0, 1, "全年\n\"数\"").spanning(1, 2),
                Cell::new(1, 1, "1,000"),
                Cell::new(1, 2, "a|b"),
                Cell::new(2, 1, "<5"),
            ],
        )
    }

    #[test]
    fn json_states_every_anchor_and_span() {
        let mut grid = Grid::new(GridOrigin::Explicit, vec![Cell::new(0, 0, "数\t\"1\"").spanning(1, 2)]);
        assert_eq!(
            written(&[grid.clone()], Format::Json),
            concat!(
                r#"{"tables":[{"name":null,"page":null,"first_row":0,"first_column":0,"rows":1,"columns":2,"bbox":null,"#,
                r#""cells":[{"row":0,"column":0,"row_span":1,"#,
                r#""column_span":2,"text":"数\t\"1\"","page":null,"bbox":null}]}]}"#,
                "\n"
            )
        );
        grid.page = Some(3);
        grid.cells[0].bbox = Some([1.0, 2.0, 3.5, 4.0].into());
        let value: serde_json::Value = serde_json::from_str(&written(&[grid], Format::Json)).unwrap();
        assert_eq!(value["tables"][0]["page"], 3);
        assert_eq!(value["tables"][0]["cells"][0]["bbox"].to_string(), "[1.0,2.0,3.5,4.0]");
        assert_eq!(written(&[], Format::Json), "{\"tables\":[]}\n");
    }

    #[test]
    fn csv_quotes_and_leaves_covered_places_blank() {
        let table = "项目资金,\"全年\n\"\"数\"\"\",\r\n,\"1,000\",a|b\r\n,<5,\r\n";
        assert_eq!(written(&[spanning(), spanning()], Format::Csv), format!("{table}\r\n{table}"));
    }

    #[test]
    fn markdown_escapes_pipes_and_line_breaks() {
        assert_eq!(
            written(&[spanning()], Format::Markdown),
            "| 项目资金 | 全年<br>\"数\" |  |\n| --- | --- | --- |\n|  | 1,000 | a\\|b |\n|  | <5 |  |\n"
        );
    }

    #[test]
    fn html_keeps_spans_and_fills_gaps() {
        assert_eq!(
            written(&[spanning()], Format::Html),
            "<!DOCTYPE html>\n<meta charset=\"utf-8\">\n<table>\n\
             <tr><td rowspan=\"2\">项目资金</td><td colspan=\"2\">全年<br>\"数\"</td></tr>\n\
             <tr><td>1,000</td><td>a|b</td></tr>\n\
             <tr><td></td><td>&lt;5</td><td></td></tr>\n</table>\n"
        );
    }
}
