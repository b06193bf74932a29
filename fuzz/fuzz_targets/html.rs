//! Web pages and web archives, told apart by content. Seeds: `fixtures/office/html-page`, `mhtml-email`.
#![no_main]
use libfuzzer_sys::fuzz_target;
use zhibiao::ingest::{Limits, html, mhtml};

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits::default();
    let _ = html::load(bytes.to_vec(), &limits);
    let _ = mhtml::load(bytes, &limits);
});
