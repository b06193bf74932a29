//! Word 97-2003. Seeds: `fixtures/office/doc-libreoffice`, `fixtures/office/special`.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = zhibiao::ingest::doc::load(bytes, &zhibiao::ingest::Limits::default());
});
