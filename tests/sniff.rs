//! Formats told by content: every rendered fixture, look-alikes, and cut files.
#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use std::path::Path;
use zhibiao::ingest::sniff::{Format, detect};
use zhibiao::model::Media;

fn office() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/office")
}

#[test]
fn every_rendered_file_is_what_its_writer_wrote() {
    let mut seen = 0;
    for folder in std::fs::read_dir(office()).unwrap().map(|e| e.unwrap().path()).filter(|p| p.is_dir()) {
        let name = folder.file_name().unwrap().to_str().unwrap().to_owned();
        let (format, media) = match name.split('-').next().unwrap() {
            "doc" => (Format::Doc, Media::Doc),
            "docx" => (Format::Docx, Media::Docx),
            "xlsx" => (Format::Xlsx, Media::Xlsx),
            "xls" => (Format::Xls, Media::Xls),
            "ods" => (Format::Ods, Media::Ods),
            "html" => (Format::Html, Media::Html),
            "mhtml" => (Format::Mhtml, Media::Html),
            "rtf" => (Format::Rtf, Media::Doc),
            _ => continue,
        };
        for file in std::fs::read_dir(&folder).unwrap().map(|e| e.unwrap().path()) {
            let bytes = std::fs::read(&file).unwrap();
            let detected = detect(&bytes);
            assert_eq!((detected.format, detected.media), (format, Some(media)), "{}", file.display());
            assert!(!detected.truncated && detected.refusal().is_none(), "{}", file.display());
            seen += 1;
        }
    }
    assert!(seen > 200, "{seen}");
}

#[test]
fn the_seeds_are_text_though_they_hold_html_and_check_boxes() {
    for file in std::fs::read_dir(office().join("../seeds")).unwrap().map(|e| e.unwrap().path()) {
        assert_eq!(detect(&std::fs::read(&file).unwrap()).format, Format::Text, "{}", file.display());
    }
}

#[test]
fn signs_at_the_start() {
    let cases: &[(&[u8], Format)] = &[
        (b"", Format::Empty),
        (b"%PDF-1.7\n", Format::Pdf),
        (b"junk\n%PDF-1.4", Format::Pdf),
        (b"\x89PNG\r\n\x1a\n....", Format::Image),
        (b"\xFF\xD8\xFF\xE0", Format::Image),
        (b"RIFF\x10\0\0\0WEBPVP8 ", Format::Image),
        (b"BM\0\0\0\0\0\0\0\0\x36\0\0\0\x28\0\0\0", Format::Image),
        (b"BM is how this text begins, and it is long enough", Format::Text),
        (b"7z\xBC\xAF\x27\x1C\0\x04", Format::Archive),
        (b"Rar!\x1a\x07\0", Format::Archive),
        (b"\x1F\x8B\x08\0", Format::Archive),
        (b"  {\\rtf1\\ansi\\ansicpg936 x}", Format::Rtf),
        ("\u{FEFF}\n <!-- saved --> <!DOCTYPE HTML><html></html>".as_bytes(), Format::Html),
        (b"<html xmlns:o=\"urn:schemas-microsoft-com:office:office\"><table></table></html>", Format::Html),
        (b"<TABLE border=1><tr><td>1</td></tr></TABLE>\r\n", Format::Html),
        ("<table><tr><td>1</td></tr></table>\n\n## 自评报告\n正文".as_bytes(), Format::Text),
        (b"<?xml version=\"1.0\"?><?mso-application progid=\"Word.Document\"?><w:wordDocument/>", Format::WordXml),
        (b"<?xml version=\"1.0\"?>\n<?mso-application progid=\"Excel.Sheet\"?><Workbook/>", Format::SpreadsheetXml),
        (b"<?xml version=\"1.0\" encoding=\"utf-8\"?><!DOCTYPE html PUBLIC \"x\"><html/>", Format::Html),
        (b"From: <x>\r\nSubject: y\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=\"b\"\r\n\r\n--b", Format::Mhtml),
        ("项目名称：MIME\n内容".as_bytes(), Format::Text),
        ("指标\t完成值\n参保率\t≥95%\n".as_bytes(), Format::Text),
        (b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", Format::Zip),
        (b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1cut", Format::Compound),
        (b"\xFF\xFE<\0h\0t\0m\0l\0>\0", Format::Html),
    ];
    for (bytes, format) in cases {
        assert_eq!(detect(bytes).format, *format, "{:?}", String::from_utf8_lossy(bytes));
    }
}

#[test]
fn what_is_refused_says_what_to_do() {
    for (bytes, code) in [
        (&b"7z\xBC\xAF\x27\x1C\0\x04"[..], "archive"),
        (b"", "empty"),
        (b"<?xml version=\"1.0\"?><office:document xmlns:office=\"x\"/>", "unsupported"),
        (b"\x7FELF\x02", "binary"),
    ] {
        let error = detect(bytes).refusal().unwrap();
        assert_eq!(error.code, code);
        assert!(error.message.len() > 15, "{}", error.message);
    }
}

#[test]
fn a_cut_package_is_known_by_the_names_before_the_cut() {
    for (file, format) in [
        ("docx-python-docx/001.docx", Format::Docx),
        ("xlsx-openpyxl/001.xlsx", Format::Xlsx),
        ("ods-odfpy/001.ods", Format::Ods),
    ] {
        let bytes = std::fs::read(office().join(file)).unwrap();
        let detected = detect(&bytes[..bytes.len() * 9 / 10]);
        assert_eq!((detected.format, detected.truncated), (format, true), "{file}");
    }
}

#[test]
fn sectors_in_a_circle_end() {
    let mut bytes = std::fs::read(office().join("doc-libreoffice/001.doc")).unwrap();
    // Every entry of the first table of sectors points to itself.
    let fat = 512 * (1 + u32::from_le_bytes(bytes[76..80].try_into().unwrap()) as usize);
    for (number, entry) in bytes[fat..fat + 512].chunks_exact_mut(4).enumerate() {
        entry.copy_from_slice(&(number as u32).to_le_bytes());
    }
    detect(&bytes);
    let _ = zhibiao::ingest::doc::load(&bytes, &Default::default());
}

proptest! {
    #[test]
    fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..2000), start in 0usize..12) {
        let starts: [&[u8]; 12] = [b"", b"PK\x03\x04", b"PK\x05\x06", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"<", b"<!--", b"<?xml", b"BM", b"MZ",
            b"Content-Type: multipart/related\n", b"\xFF\xFE", b"{\\rtf"];
        let mut all = starts[start].to_vec();
        all.extend(bytes);
        let _ = detect(&all).refusal();
    }
}
