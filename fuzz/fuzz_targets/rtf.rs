//! Rich Text Format. Seeds: `fixtures/office/rtf-libreoffice`.
#![no_main]
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = zhibiao::ingest::rtf::load(bytes, &zhibiao::ingest::Limits::default());
});
