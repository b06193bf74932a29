//! Rows of values parted by commas or semicolons (CSV, RFC 4180): fields in quotes may hold the separator, line breaks
//! and doubled quotes. Sheets saved this way keep no spans; covered places are blank fields.

use super::lines::RawLine;
use super::tab_rows::trim_lines;
use super::text_blocks::{CHUNK_CELLS, CHUNK_ROWS, Reading};
use crate::ingest::text::{MAX_COLUMNS, MAX_ROW_BYTES};
use crate::model::{Block, Cell, Grid, GridOrigin};
use std::collections::HashMap;

/// Fewer fields, or fewer rows, are a sentence with commas.
const MIN_FIELDS: usize = 3;
const MIN_ROWS: usize = 3;

/// Bytes that a record with line breaks inside quotes may have.
const MAX_RECORD: usize = 64 << 10;

/// Of ten rows, how many must have the one number of fields that a saved sheet gives all its rows.
const REGULAR_OF_TEN: usize = 8;

/// One record: its fields as written, and where the next one begins.
struct Record<'a> {
    fields: Vec<&'a str>,
    next: usize,
    ends_page: bool,
}

/// May a line be the first of such a table? Looked at for every line of a text.
pub(super) fn may_begin(line: &str) -> bool {
    let separators = memchr::memchr2_iter(b',', b';', line.as_bytes());
    separators.take(MIN_FIELDS - 1).count() == MIN_FIELDS - 1
}

/// The table of separated values that begins at `start`; `going_on` if it continues one handed out before.
pub(super) fn read<'a>(text: &'a str, start: usize, going_on: bool) -> Reading<'a> {
    let Some(separator) = separator(text, start) else {
        return Reading::Plain { end: start };
    };
    let mut records: Vec<Record<'a>> = Vec::new();
    let (mut at, mut cells, mut full) = (start, 0, false);
    while let Some(record) = record(text, at, separator) {
        if record.fields.len() < 2 {
            break;
        }
        at = record.next;
        cells += record.fields.len();
        let ends_page = record.ends_page;
        records.push(record);
        if ends_page {
            break;
        }
        if records.len() >= CHUNK_ROWS || cells >= CHUNK_CELLS {
            full = true;
            break;
        }
    }
    if records.is_empty() || (!going_on && !is_table(&records)) {
        return Reading::Plain { end: at };
    }
    let mut blocks = vec![Block::Grid(grid(&records))];
    if records.last().is_some_and(|last| last.ends_page) {
        blocks.push(Block::PageBreak);
    }
    Reading::Blocks { blocks, end: at, goes_on: full.then_some(records.len()) }
}

/// What parts the first line's fields: the sign of which it has more.
fn separator(text: &str, start: usize) -> Option<u8> {
    let record = |separator| record(text, start, separator).map_or(0, |record| record.fields.len());
    let (commas, semicolons) = (record(b','), record(b';'));
    if commas.max(semicolons) < 2 {
        return None;
    }
    Some(if semicolons > commas { b';' } else { b',' })
}

/// The record that begins at `start`, over the lines that its quotes take in.
fn record(text: &str, start: usize, separator: u8) -> Option<Record<'_>> {
    let line = RawLine::at(text, start).filter(|line| line.text.len() <= MAX_ROW_BYTES)?;
    let mut fields = Vec::new();
    let (mut begin, mut line) = (start, line);
    loop {
        let end = match text[begin..].strip_prefix('"').map(|quoted| end_of_quoted(quoted, separator)) {
            // What is no field of a saved sheet is taken as it stands.
            None | Some(None) => begin,
            Some(Some(length)) => begin + 1 + length,
        };
        if end > line.end() {
            line = RawLine::at(text, text[..end].rfind(['\n', '\x0C']).map_or(0, |at| at + 1))?;
        }
        let behind = &text.as_bytes()[end..line.end()];
        match memchr::memchr(separator, behind) {
            Some(at) if fields.len() < MAX_COLUMNS => {
                fields.push(&text[begin..end + at]);
                begin = end + at + 1;
            }
            Some(_) => return None,
            None => {
                fields.push(&text[begin..line.end()]);
                return Some(Record { fields, next: line.next, ends_page: line.ends_page });
            }
        }
    }
}

/// Past the closing quote of a field whose opening quote is taken off: one that is not doubled, with the separator or the
/// line's end behind it.
fn end_of_quoted(quoted: &str, separator: u8) -> Option<usize> {
    let bytes = &quoted.as_bytes()[..quoted.len().min(MAX_RECORD)];
    let mut at = 0;
    while let Some(quote) = memchr::memchr2(b'"', b'\x0C', &bytes[at..]).map(|found| at + found) {
        match (bytes[quote], bytes.get(quote + 1)) {
            (b'"', Some(b'"')) => at = quote + 2,
            (b'"', None | Some(b'\n' | b'\x0C')) => return Some(quote + 1),
            (b'"', Some(next)) if *next == separator => return Some(quote + 1),
            // A quote inside words, or a page's end: not quoted as a sheet would.
            _ => return None,
        }
    }
    None
}

/// Tells a saved sheet from prose with commas: rows of one length, blanks or figures among the fields, no sentences
/// outside quotes, and no space behind a separator as between words.
fn is_table(records: &[Record<'_>]) -> bool {
    if records.len() < MIN_ROWS {
        return false;
    }
    let mut lengths: HashMap<usize, usize> = HashMap::new();
    for record in records {
        *lengths.entry(record.fields.len()).or_default() += 1;
    }
    let usual = lengths.iter().max_by_key(|&(&fields, &rows)| (rows, fields)).map_or((0, 0), |(&f, &rows)| (f, rows));
    if usual.0 < MIN_FIELDS || usual.1 * 10 < records.len() * REGULAR_OF_TEN {
        return false;
    }
    let fields = || records.iter().flat_map(|record| &record.fields);
    let all = fields().count();
    let plain = || fields().filter(|field| !field.starts_with('"'));
    let terse = fields().filter(|field| is_blank_or_figure(field)).count();
    let spaced = records.iter().flat_map(|r| r.fields.iter().skip(1)).filter(|f| f.starts_with(' ')).count();
    let sentences = plain().filter(|field| field.contains('。')).count();
    terse * 5 >= all && spaced * 5 <= all && sentences * 10 <= all
}

fn is_blank_or_figure(field: &str) -> bool {
    let inner = field.trim().trim_matches('"');
    inner.is_empty() || inner.starts_with(|c: char| c.is_ascii_digit() || "≥≤<>=-+—－/".contains(c))
}

fn grid(records: &[Record<'_>]) -> Grid {
    let mut cells = Vec::new();
    let mut width = 0;
    for (row, record) in records.iter().enumerate() {
        for (column, field) in record.fields.iter().enumerate() {
            let cell = Cell::new(row, column, cell_text(field));
            if !cell.text.is_empty() {
                width = width.max(column + 1);
            }
            cells.push(cell);
        }
    }
    // Columns that are blank in every row are separators at the lines' ends, not columns.
    cells.retain(|cell| cell.column < width);
    Grid { rows: records.len(), ..Grid::new(GridOrigin::Separated, cells) }
}

/// A field without its quotes. `="001"` is how sheets are made to keep a number's zeros.
fn cell_text(field: &str) -> String {
    let field = field.trim();
    let bare = field.strip_prefix('=').filter(|bare| bare.starts_with('"')).unwrap_or(field);
    match bare.strip_prefix('"').and_then(|f| f.strip_suffix('"')) {
        Some(inner) => trim_lines(inner.replace("\"\"", "\"").trim()),
        None => trim_lines(field),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(text: &str) -> Option<Vec<Vec<String>>> {
        let Reading::Blocks { blocks, .. } = read(text, 0, false) else { return None };
        let Some(Block::Grid(grid)) = blocks.into_iter().next() else { return None };
        Some((0..grid.rows).map(|row| grid.row(row).iter().map(|cell| cell.text.clone()).collect()).collect())
    }

    #[test]
    fn quotes_hold_separators_line_breaks_and_quotes() {
        let text = "项目,\"1,200.00\",10\n目标,\"1.养护\n2.\"\"示范\"\"路\",\n编号,=\"007\",3\n";
        let expected = [["项目", "1,200.00", "10"], ["目标", "1.养护\n2.\"示范\"路", ""], ["编号", "007", "3"]];
        assert_eq!(rows(text).unwrap(), expected);
        let text = "指标;≥1,5;\n质量;90;10\n时效;;20";
        assert_eq!(rows(text).unwrap(), [["指标", "≥1,5", ""], ["质量", "90", "10"], ["时效", "", "20"]]);
    }

    #[test]
    fn columns_that_are_blank_everywhere_are_none() {
        assert_eq!(
            rows("自评表,,,\n项目,道路,,\n分值,10,,\n").unwrap(),
            [["自评表", ""], ["项目", "道路"], ["分值", "10"]]
        );
    }

    #[test]
    fn prose_with_commas_is_no_table() {
        for text in [
            "加强管理,提高认识,落实责任\n加大投入,完善制度,强化监督\n加快进度,保证质量,注重效益\n",
            "First, 20 villages, then more.\nSecond, 30 towns, and less.\nThird, 40 cities, at last.\n",
            "2023年,收入10万元,支出9万元。\n2022年,收入9万元,支出8万元。\n2021年,收入8万元,支出7万元。\n",
            "甲,乙,1\n丙,丁,2\n",
        ] {
            assert_eq!(rows(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_read_forward(text in "([甲1,;\"\n\u{c}\t |=]){0,60}", start in 0usize..60) {
            let start = (0..=start.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
            match read(&text, start, false) {
                Reading::Blocks { end, .. } => prop_assert!(end > start && end <= text.len()),
                Reading::Plain { end } => prop_assert!(end >= start && end <= text.len()),
            }
        }

        #[test]
        fn what_is_written_comes_back(table in proptest::collection::vec(proptest::array::uniform4("[甲乙,;\"1]{0,4}"), 3..6)) {
            let quoted = |field: &String| format!("\"{}\"", field.replace('"', "\"\""));
            let text: String = table.iter().map(|row| row.iter().map(quoted).collect::<Vec<_>>().join(",") + "\n").collect();
            if let Some(read) = rows(&text) {
                for (written, read) in table.iter().zip(&read) {
                    prop_assert_eq!(&written[..read.len()], &read[..]);
                }
            }
        }
    }
}
