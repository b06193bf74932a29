//! Every figure can be found again: the table, row, column, sheet and page that a record names hold what it says.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod office;
mod support;

use calamine::{Data, Reader, Xlsx};
use serde_json::Value;
use std::io::Cursor;
use support::records::records;
use unicode_normalization::UnicodeNormalization;
use zhibiao::emit::tables;
use zhibiao::ingest::{self, Limits};
use zhibiao::model::Block;
use zhibiao::reconstruct;

/// What `zhibiao tables` prints.
fn tables_of(bytes: &[u8]) -> Vec<Value> {
    let document = ingest::load(bytes.to_vec(), &Limits::default()).unwrap();
    let grids = reconstruct::blocks(&document)
        .filter_map(|block| if let Block::Grid(grid) = block { Some(grid) } else { None });
    let mut out = Vec::new();
    tables::write(grids, tables::Format::Json, &mut out).unwrap();
    let all: Value = serde_json::from_slice(&out).unwrap();
    all["tables"].as_array().unwrap().clone()
}

/// The fields of a record whose place and text as written are known: text, table (from 0), row, column.
fn placed(record: &Value) -> Vec<(String, usize, usize, usize)> {
    let Some(cells) = record["cells"].as_object() else { return Vec::new() };
    let number = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    cells
        .iter()
        .filter_map(|(field, place)| {
            let written = record[field]["raw"].as_str().or_else(|| record[field].as_str())?;
            Some((plain(written), number(&record["table"]) - 1, number(&place[0]), number(&place[1])))
        })
        .collect()
}

fn plain(text: &str) -> String {
    text.nfkc().filter(|c| !c.is_whitespace()).collect()
}

/// The cell has the text, or a part of it: sign, value and unit may stand in columns of their own.
fn holds(cell: &str, written: &str) -> bool {
    cell.contains(written) || (!cell.is_empty() && written.contains(cell))
}

#[test]
fn cells_named_by_records_hold_what_the_records_say() {
    for (folder, extension) in [
        ("docx-python-docx", "docx"),
        ("doc-libreoffice", "doc"),
        ("xlsx-openpyxl", "xlsx"),
        ("xlsx-xlsxwriter", "xlsx"),
        ("xls-xlwt", "xls"),
        ("ods-odfpy", "ods"),
        ("html-page", "html"),
    ] {
        let mut checked = 0;
        for (stem, path) in support::files(&format!("fixtures/office/{folder}"), extension) {
            let bytes = std::fs::read(path).unwrap();
            let tables = tables_of(&bytes);
            for record in records("a", bytes) {
                for (written, table, row, column) in placed(&record) {
                    let table = &tables[table];
                    let at = |key: &str, cell: &Value, from: &str| {
                        cell[key].as_u64().unwrap() + table[from].as_u64().unwrap()
                    };
                    let cell = table["cells"].as_array().unwrap().iter().find(|cell| {
                        (at("row", cell, "first_row"), at("column", cell, "first_column"))
                            == (row as u64, column as u64)
                    });
                    let text = cell.map(|cell| plain(cell["text"].as_str().unwrap()));
                    assert!(
                        text.as_ref().is_some_and(|text| holds(text, &written)),
                        "{folder}/{stem}: {} says {written} of {row},{column}, where {text:?} is",
                        record["id"]
                    );
                    checked += 1;
                }
            }
        }
        assert!(checked > 500, "{folder}: {checked} cells");
    }
}

/// By another reader of workbooks: the sheet is the table's name, row and column are the sheet's, from 0.
#[test]
fn rows_and_columns_of_a_workbook_are_those_of_its_sheet() {
    let mut checked = 0;
    for folder in ["xlsx-openpyxl", "xlsx-xlsxwriter"] {
        for (stem, path) in support::files(&format!("fixtures/office/{folder}"), "xlsx") {
            let bytes = std::fs::read(path).unwrap();
            let tables = tables_of(&bytes);
            let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
            for record in records("a", bytes) {
                for (written, table, row, column) in placed(&record) {
                    let sheet = book.worksheet_range(tables[table]["name"].as_str().unwrap()).unwrap();
                    let found = sheet.get_value((u32::try_from(row).unwrap(), u32::try_from(column).unwrap()));
                    // Numbers are shown under a format that calamine does not apply.
                    if let Some(Data::String(text)) = found {
                        assert!(holds(&plain(text), &written), "{folder}/{stem}: {text} is not {written}");
                        checked += 1;
                    } else {
                        assert!(matches!(found, Some(Data::Float(_) | Data::Int(_))), "{folder}/{stem}: {found:?}");
                    }
                }
            }
        }
    }
    assert!(checked > 1000, "{checked} cells");
}

/// A form that begins at C3 of the second sheet.
#[test]
fn a_form_in_the_middle_of_a_sheet_has_the_sheets_addresses() {
    let rows = [
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"],
        ["产出指标", "数量指标", "收购稻谷数量", "≥3吨", "4吨", "50", "50"],
        ["效益指标", "社会效益指标", "农户增收户数", "≥20户", "21户", "50", "50"],
    ];
    let mut sheet = String::new();
    for (row, cells) in rows.iter().enumerate() {
        sheet.push_str(&format!("<row r=\"{}\">", row + 3));
        for (text, column) in cells.iter().zip('C'..) {
            sheet.push_str(&format!("<c r=\"{column}{}\" t=\"inlineStr\"><is><t>{text}</t></is></c>", row + 3));
        }
        sheet.push_str("</row>");
    }
    let names = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;
    let book = office::package(&[
        ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>"),
        (
            "_rels/.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>"#,
        ),
        (
            "xl/workbook.xml",
            &format!(
                r#"<workbook {names}><sheets><sheet name="封面" sheetId="1" r:id="a"/><sheet name="自评表" sheetId="2" r:id="b"/></sheets></workbook>"#
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="a" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/1.xml"/><Relationship Id="b" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/2.xml"/></Relationships>"#,
        ),
        ("xl/worksheets/1.xml", &format!("<worksheet {names}><sheetData/></worksheet>")),
        ("xl/worksheets/2.xml", &format!("<worksheet {names}><sheetData>{sheet}</sheetData></worksheet>")),
    ]);
    let tables = tables_of(&book);
    let indicators: Vec<Value> = records("a.xlsx", book).into_iter().filter(|r| r["kind"] == "indicator").collect();
    assert_eq!(indicators.len(), 2);
    // Row 5, F: the target of the second row.
    assert_eq!((&indicators[1]["rows"], &indicators[1]["cells"]["target"]), (&[4, 4].into(), &[4, 5].into()));
    let table = usize::try_from(indicators[1]["table"].as_u64().unwrap()).unwrap() - 1;
    assert_eq!(tables[table]["name"], "自评表");
}

#[test]
fn a_page_is_that_of_the_row_where_word_marked_its_pages() {
    let cell = |text: &str| format!("<w:tc><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>");
    let row = |cells: [&str; 7]| format!("<w:tr>{}</w:tr>", cells.map(cell).concat());
    let moved = row(["效益指标", "社会效益指标", "农户增收户数", "≥20户", "21户", "50", "50"]).replacen(
        "<w:t>",
        "<w:lastRenderedPageBreak/><w:t>",
        1,
    );
    let body = [
        "<w:tbl>".to_owned(),
        row(["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分"]),
        row(["产出指标", "数量指标", "收购稻谷数量", "≥3吨", "4吨", "50", "50"]),
        moved,
        "</w:tbl>".to_owned(),
    ];
    let document = format!(
        r#"<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>{}</w:body></w:document>"#,
        body.concat()
    );
    let types = "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>";
    let docx = office::package(&[("[Content_Types].xml", types), ("word/document.xml", &document)]);
    let found = records("a.docx", docx);
    assert_eq!(found[0]["pages"], 2);
    let pages: Vec<&Value> = found.iter().filter(|r| r["kind"] == "indicator").map(|r| &r["page"]).collect();
    assert_eq!(pages, [1, 2]);
}
