//! Hostile Office files and web pages, each format: a document record with words in it, bounded work, nothing fetched.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod office;
mod support;

use office::{fixture, package};
use serde_json::Value;
use std::fs;
use std::io::ErrorKind;
use std::net::TcpListener;
use support::records::records;

const W: &str = r#"xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main""#;
const S: &str = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships""#;
const RELATIONSHIPS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPES: (&str, &str) =
    ("[Content_Types].xml", "<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"/>");

/// A Word document of one part.
fn docx(document: &str) -> Vec<u8> {
    package(&[TYPES, ("word/document.xml", document)])
}

/// A workbook of one sheet.
fn xlsx(sheet: &str) -> Vec<u8> {
    let relations = |target: &str, kind: &str| {
        format!(
            r#"<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="a" Type="{OFFICE}/{kind}" Target="{target}"/></Relationships>"#
        )
    };
    package(&[
        TYPES,
        ("_rels/.rels", &relations("xl/workbook.xml", "officeDocument")),
        (
            "xl/workbook.xml",
            &format!(r#"<workbook {S}><sheets><sheet name="表" sheetId="1" r:id="a"/></sheets></workbook>"#),
        ),
        ("xl/_rels/workbook.xml.rels", &relations("worksheets/1.xml", "worksheet")),
        ("xl/worksheets/1.xml", sheet),
    ])
}

/// An OpenDocument workbook; its first part says what it is, and is stored as it is.
fn ods(content: &str) -> Vec<u8> {
    use std::io::{Cursor, Write};
    use zip::write::{SimpleFileOptions, ZipWriter};
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    zip.start_file("mimetype", stored).unwrap();
    zip.write_all(b"application/vnd.oasis.opendocument.spreadsheet").unwrap();
    zip.start_file("content.xml", SimpleFileOptions::default()).unwrap();
    zip.write_all(content.as_bytes()).unwrap();
    zip.finish().unwrap().into_inner()
}

/// The document record, which there is whatever happens, and which says what was wrong where something was.
fn outcome(what: &str, bytes: Vec<u8>) -> Value {
    let document = records(what, bytes).swap_remove(0);
    assert_eq!(document["kind"], "document", "{what}");
    let error = &document["error"];
    assert_ne!(error["code"], "panic", "{what}: {document}");
    let told = error["message"].as_str().is_some_and(|message| message.chars().count() >= 8);
    assert!(document["status"] != "failed" || told, "{what}: {document}");
    document
}

fn assert_refused(what: &str, bytes: Vec<u8>, code: &str) {
    let document = outcome(what, bytes);
    assert_eq!(
        (&document["status"], &document["error"]["code"]),
        (&"failed".into(), &code.into()),
        "{what}: {document}"
    );
}

/// A form of each format, the smallest that there is.
fn forms() -> Vec<(&'static str, Vec<u8>)> {
    [
        "docx-libreoffice/003.docx",
        "doc-libreoffice/003.doc",
        "doc-spire/003.doc",
        "rtf-libreoffice/003.rtf",
        "xlsx-xlsxwriter/003.xlsx",
        "xls-xlwt/003.xls",
        "xls-libreoffice/003.xls",
        "ods-odfpy/003.ods",
        "html-page/003.html",
        "mhtml-email/003.mhtml",
    ]
    .into_iter()
    .map(|name| (name, fs::read(fixture(name)).unwrap()))
    .collect()
}

#[test]
fn a_million_nested_elements() {
    const MILLION: usize = 1_000_000;
    assert_refused(
        "a.docx",
        docx(&format!("<w:document {W}><w:body>{}", "<w:tbl><w:tr><w:tc>".repeat(MILLION))),
        "too_large",
    );
    assert_refused("a.xlsx", xlsx(&format!("<worksheet {S}><sheetData>{}", "<row><c>".repeat(MILLION))), "too_large");
    assert_refused("a.ods", ods(&format!("<office:document-content>{}", "<table:table>".repeat(MILLION))), "too_large");
    for piece in ["<div>", "<table><tr><td>", "<b><i>", "<ul><li>"] {
        outcome("a.html", format!("<html><body>{}", piece.repeat(MILLION)).into_bytes());
    }
}

#[test]
fn entities_are_never_expanded() {
    let laughs: String =
        (1..10).map(|n| format!("<!ENTITY a{n} \"{}\">", format!("&a{};", n - 1).repeat(10))).collect();
    let head = format!(
        "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a0 \"哈哈\"><!ENTITY f SYSTEM \"file:///etc/passwd\">{laughs}]>"
    );
    let paragraph = "<w:p><w:r><w:t>&a9;&f;</w:t></w:r></w:p>";
    assert_refused(
        "a.docx",
        docx(&format!("{head}<w:document {W}><w:body>{paragraph}</w:body></w:document>")),
        "damaged",
    );
    let cell = "<sheetData><row><c t=\"inlineStr\"><is><t>&a9;&f;</t></is></c></row></sheetData>";
    let sheet = outcome("a.xlsx", xlsx(&format!("{head}<worksheet {S}>{cell}</worksheet>")));
    assert_ne!(sheet["status"], "ok", "{sheet}");
    let table = "<table:table table:name=\"a\"><table:table-row><table:table-cell><text:p>&a9;</text:p></table:table-cell></table:table-row></table:table>";
    assert_refused(
        "a.ods",
        ods(&format!("{head}<office:document-content>{table}</office:document-content>")),
        "damaged",
    );
    // A page's document type is read over; its entities are unknown names.
    outcome("a.html", format!("<!DOCTYPE html [{laughs}]><html><body><p>&a9;&f;</p></body></html>").into_bytes());
}

#[test]
fn references_to_elsewhere_are_never_fetched() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.set_nonblocking(true).unwrap();
    let url = format!("http://{}/x", listener.local_addr().unwrap());
    let page = format!(
        r#"<html><head><base href="{url}"><link rel="stylesheet" href="{url}.css"><script src="{url}.js"></script><meta http-equiv="refresh" content="0;url={url}"></head>
        <body><img src="{url}.png"><iframe src="{url}"></iframe><object data="{url}"></object><table background="{url}"><tr><td>指标</td></tr></table></body></html>"#
    );
    outcome("a.html", page.clone().into_bytes());
    outcome(
        "a.mhtml",
        format!("MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\nContent-Location: {url}\r\n\r\n{page}")
            .into_bytes(),
    );
    let relations = format!(
        r#"<Relationships xmlns="{RELATIONSHIPS}"><Relationship Id="a" Type="{OFFICE}/attachedTemplate" Target="{url}" TargetMode="External"/><Relationship Id="b" Type="{OFFICE}/footnotes" Target="{url}" TargetMode="External"/><Relationship Id="c" Type="{OFFICE}/styles" Target="file:///etc/passwd"/><Relationship Id="d" Type="{OFFICE}/numbering" Target="../../../../etc/passwd"/></Relationships>"#
    );
    let body = r#"<w:p><w:r><w:instrText>INCLUDETEXT "/etc/passwd"</w:instrText></w:r><w:r><w:t>正文</w:t></w:r></w:p><w:altChunk r:id="a"/>"#;
    let parts = [
        TYPES,
        ("word/_rels/document.xml.rels", relations.as_str()),
        ("word/document.xml", &format!("<w:document {W}><w:body>{body}</w:body></w:document>")),
    ];
    outcome("a.docx", package(&parts));
    let formula = format!("<row><c><f>WEBSERVICE(\"{url}\")</f></c><c><f>'[{url}]表'!A1</f><v>1</v></c></row>");
    outcome("a.xlsx", xlsx(&format!("<worksheet {S}><sheetData>{formula}</sheetData></worksheet>")));
    outcome(
        "a.rtf",
        format!(r#"{{\rtf1{{\field{{\*\fldinst INCLUDEPICTURE "{url}"}}}}{{\*\template {url}}} text\par}}"#)
            .into_bytes(),
    );
    assert_eq!(listener.accept().unwrap_err().kind(), ErrorKind::WouldBlock, "nobody called");
}

#[test]
fn a_wrong_checksum_in_any_package_is_told() {
    let sheet = format!("<worksheet {S}><sheetData><row><c><v>1</v></c></row></sheetData></worksheet>");
    let content = "<office:document-content><table:table table:name=\"a\"><table:table-row><table:table-cell><text:p>1</text:p></table:table-cell></table:table-row></table:table></office:document-content>";
    for (what, part, mut bytes) in [
        ("a.docx", "word/document.xml", docx(&format!("<w:document {W}><w:body><w:p/></w:body></w:document>"))),
        ("a.xlsx", "xl/worksheets/1.xml", xlsx(&sheet)),
        ("a.ods", "content.xml", ods(content)),
    ] {
        let name = part.as_bytes();
        let at: Vec<usize> = (0..bytes.len()).filter(|at| bytes[*at..].starts_with(name)).collect();
        // The checksum stands 16 bytes before the name in front of the part, 30 before that in the directory.
        for (at, back) in at.iter().zip([16, 30]) {
            bytes[at - back] ^= 0xFF;
        }
        let document = outcome(what, bytes);
        assert_ne!(document["status"], "ok", "{what}: {document}");
    }
}

#[test]
fn every_format_cut_at_any_place_is_read_in_part_or_refused_in_words() {
    for (name, bytes) in forms() {
        for part in 0..40 {
            outcome(&format!("{name}, {part} fortieths"), bytes[..bytes.len() * part / 40].to_vec());
        }
        outcome(name, bytes[..bytes.len() - 1].to_vec());
    }
}

/// Every count, offset and length of a binary file, one after the other.
#[test]
fn numbers_of_two_to_the_thirty_first_in_binary_files() {
    for (name, bytes) in forms().into_iter().filter(|(name, _)| name.ends_with(".doc") || name.ends_with(".xls")) {
        // The header whole; behind it every so many words, so that the test stays quick.
        let steps = (0..512).step_by(4).chain((512..bytes.len().saturating_sub(4)).step_by(1524));
        for at in steps {
            for value in [0x8000_0000u32, 0x7FFF_FFFF, 0xFFFF_FFFF] {
                let mut bytes = bytes.clone();
                bytes[at..at + 4].copy_from_slice(&value.to_le_bytes());
                outcome(&format!("{name}, {value:x} at {at}"), bytes);
            }
        }
    }
}

#[test]
fn counts_of_two_to_the_thirty_first_in_text_formats() {
    for count in ["2147483647", "2147483648", "4294967296", "-2147483648", "99999999999999999999"] {
        let cell = format!(r#"<w:tc><w:tcPr><w:gridSpan w:val="{count}"/></w:tcPr><w:p/></w:tc>"#);
        let row = format!(
            r#"<w:tr><w:trPr><w:gridBefore w:val="{count}"/><w:gridAfter w:val="{count}"/></w:trPr>{cell}</w:tr>"#
        );
        outcome("a.docx", docx(&format!("<w:document {W}><w:body><w:tbl>{row}{row}</w:tbl></w:body></w:document>")));
        let inside = format!(
            r#"<dimension ref="A1:XFD{count}"/><cols><col min="1" max="{count}" hidden="1"/></cols><sheetData><row r="{count}"><c r="A{count}" s="{count}" t="s"><v>{count}</v></c></row></sheetData><mergeCells count="{count}"><mergeCell ref="A1:C{count}"/></mergeCells>"#
        );
        outcome("a.xlsx", xlsx(&format!("<worksheet {S}>{inside}</worksheet>")));
        let cell = format!(
            r#"<table:table-cell table:number-columns-repeated="{count}" table:number-rows-spanned="{count}"><text:p>一<text:s text:c="{count}"/></text:p></table:table-cell>"#
        );
        let row = format!(r#"<table:table-row table:number-rows-repeated="{count}">{cell}</table:table-row>"#);
        outcome(
            "a.ods",
            ods(&format!(
                "<office:document-content><table:table table:name=\"a\">{row}</table:table></office:document-content>"
            )),
        );
        let rows = format!(r#"<tr><td rowspan="{count}" colspan="{count}">一</td><td>二</td></tr>"#).repeat(20);
        outcome("a.html", format!("<html><body><table>{rows}</table></body></html>").into_bytes());
        let row = format!(r"\trowd\trgaph{count}\cellx{count}\cellx-{count} a\cell b\cell\row");
        outcome("a.rtf", format!(r"{{\rtf1\ansi\uc{count} \u{count} {row}{row}\bin{count} x}}").into_bytes());
    }
}

/// Each table of sectors of a compound file led in circles: every sector to itself, or two to each other.
#[test]
fn chains_of_sectors_in_circles_end() {
    for (name, bytes) in forms().into_iter().filter(|(name, _)| name.ends_with(".doc") || name.ends_with(".xls")) {
        let sector = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
        // Where the header says the first sectors of these are: the table of sectors, that of short sectors, the directory.
        for (what, first) in [("sectors", sector(76)), ("short sectors", sector(60)), ("directory", sector(48))] {
            let start = 512 * (first + 1);
            if start + 512 > bytes.len() {
                continue;
            }
            for other in [0u32, 1] {
                let mut bytes = bytes.clone();
                for (number, entry) in bytes[start..start + 512].chunks_exact_mut(4).enumerate() {
                    entry.copy_from_slice(&(number as u32 ^ other).to_le_bytes());
                }
                outcome(&format!("{name}: {what} in circles of {}", other + 1), bytes);
            }
        }
    }
}

/// Findings' messages of a document.
fn told(document: &Value) -> String {
    document["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["message"].as_str().unwrap())
        .collect::<Vec<_>>()
        .join("; ")
}

/// A sheet with a form of one indicator, and these merged regions.
fn sheet(merges: &str) -> String {
    let row = |number: usize, texts: &[&str]| {
        let cells = texts
            .iter()
            .zip('A'..)
            .map(|(text, column)| format!(r#"<c r="{column}{number}" t="inlineStr"><is><t>{text}</t></is></c>"#));
        format!(r#"<row r="{number}">{}</row>"#, cells.collect::<String>())
    };
    let rows = [
        row(1, &["项目名称", "道路养护"]),
        row(2, &["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值"]),
        row(3, &["产出指标", "数量指标", "养护里程", "≥9公里", "10公里"]),
    ];
    format!(r#"<worksheet {S}><sheetData>{}</sheetData><mergeCells>{merges}</mergeCells></worksheet>"#, rows.concat())
}

#[test]
fn merged_regions_over_others_hide_no_form() {
    let merges = r#"<mergeCell ref="A1:E3"/><mergeCell ref="B1:E1"/><mergeCell ref="XFD1048576:A1"/>"#;
    let document = outcome("merged.xlsx", xlsx(&sheet(merges)));
    assert_eq!(document["indicators"], 1, "{document}");
    assert!(told(&document).contains("1 merged regions lie over others"), "{document}");
    let document = outcome("plain.xlsx", xlsx(&sheet(r#"<mergeCell ref="B1:E1"/>"#)));
    assert_eq!((&document["indicators"], told(&document).as_str()), (&1.into(), ""), "{document}");
}

#[test]
fn texts_that_a_workbook_lacks_are_told() {
    let sheet =
        format!(r#"<worksheet {S}><sheetData><row r="1"><c r="A1" t="s"><v>7</v></c></row></sheetData></worksheet>"#);
    let document = outcome("lost.xlsx", xlsx(&sheet));
    assert_eq!(document["status"], "partial", "{document}");
    assert!(told(&document).contains("1 cells refer to texts that the workbook lacks"), "{document}");
}

#[test]
fn one_xml_file_of_absurd_counts_ends() {
    let sheet = |row: &str| {
        format!(
            r#"<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?><Workbook xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="表"><Table>{row}</Table></Worksheet></Workbook>"#
        )
    };
    for row in [
        r#"<Row ss:Index="4294967295" ss:Span="4294967295"><Cell ss:Index="4294967295" ss:MergeAcross="4294967295" ss:MergeDown="4294967295"><Data ss:Type="Number">1</Data></Cell></Row>"#,
        r#"<Row ss:Index="0"><Cell ss:Index="0"><Data ss:Type="DateTime">T</Data></Cell><Cell><Data ss:Type="Number">x</Data></Cell></Row>"#,
        r#"<Column ss:Index="0" ss:Span="4294967295" ss:Hidden="1"/><Row><Cell><Data>1</Data></Cell></Row>"#,
        "<Row><Cell><Data ss:Type=\"String\">项目",
    ] {
        outcome("absurd.xls", sheet(row).into_bytes());
    }
    assert_refused(
        "entity.xml",
        b"<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?><!DOCTYPE a [<!ENTITY b \"c\">]><Workbook/>"
            .to_vec(),
        "damaged",
    );
    outcome(
        "cut.doc",
        b"<?xml version=\"1.0\"?><?mso-application progid=\"Word.Document\"?><w:wordDocument><w:body><w:p><w:r><w:t>"
            .to_vec(),
    );
}
