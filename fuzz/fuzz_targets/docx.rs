//! Word documents: the input is either a package, or the XML of a main part that is packed here, since a fuzzer seldom
//! finds its way through a checksum.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::io::{Cursor, Write};
use zhibiao::ingest::{Limits, docx};
use zip::write::SimpleFileOptions;

fuzz_target!(|data: &[u8]| {
    let limits = Limits { max_unfolded_bytes: 16 << 20, max_cells: 200_000, ..Limits::default() };
    if data.starts_with(b"PK") {
        let _ = docx::load(data, &limits);
        return;
    }
    // A zero byte parts the main part from numbering and styles.
    let mut parts = data.splitn(3, |b| *b == 0);
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for name in ["word/document.xml", "word/numbering.xml", "word/styles.xml"] {
        if let Some(part) = parts.next() {
            let _ = zip.start_file(name, stored);
            let _ = zip.write_all(part);
        }
    }
    if let Ok(packed) = zip.finish() {
        let _ = docx::load(&packed.into_inner(), &limits);
    }
});
