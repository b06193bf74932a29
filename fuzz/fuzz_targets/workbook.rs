//! Workbooks: a package or compound file as it is, or the XML of a worksheet, its styles and texts, packed here.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Write};
use zhibiao::ingest::{Limits, workbook};
use zhibiao::model::Media;
use zip::write::SimpleFileOptions;

const WORKBOOK: &str = r#"<workbook><sheets><sheet name="s" sheetId="1"/></sheets></workbook>"#;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { max_unfolded_bytes: 16 << 20, max_cells: 200_000, ..Limits::default() };
    if data.starts_with(b"PK") {
        let _ = workbook::load(data, Media::Xlsx, &limits);
        let _ = workbook::load(data, Media::Ods, &limits);
        return;
    }
    if data.starts_with(&[0xD0, 0xCF]) {
        let _ = workbook::load(data, Media::Xls, &limits);
        return;
    }
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    let mut parts = data.splitn(3, |b| *b == 0);
    let sheet = parts.next().unwrap_or_default();
    for (name, part) in [
        ("xl/workbook.xml", WORKBOOK.as_bytes()),
        ("xl/worksheets/sheet1.xml", sheet),
        ("content.xml", sheet),
        ("xl/styles.xml", parts.next().unwrap_or_default()),
        ("xl/sharedStrings.xml", parts.next().unwrap_or_default()),
    ] {
        let _ = zip.start_file(name, stored);
        let _ = zip.write_all(part);
    }
    if let Ok(packed) = zip.finish() {
        let packed = packed.into_inner();
        let _ = workbook::load(&packed, Media::Xlsx, &limits);
        let _ = workbook::load(&packed, Media::Ods, &limits);
    }
});
