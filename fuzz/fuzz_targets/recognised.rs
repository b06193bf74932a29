//! What other programs recognised. The kind is told from the bytes, and each kind is tried on them as well; lines and
//! tables are rebuilt, too. Seeds: `fixtures/recognised`.
#![no_main]

use libfuzzer_sys::fuzz_target;
use zhibiao::ingest::recognised::{self, Kind};
use zhibiao::ingest::{Limits, sniff};
use zhibiao::reconstruct;

fuzz_target!(|bytes: &[u8]| {
    let limits = Limits { max_cells: 200_000, ..Limits::default() };
    let told = match sniff::detect(bytes).format {
        sniff::Format::Recognised(kind) => kind,
        // What is not told is tried as the kind that its first byte chooses.
        _ => match bytes.first() {
            Some(b'<') if bytes.len() % 3 == 0 => Kind::Hocr,
            Some(b'<') if bytes.len() % 3 == 1 => Kind::Alto,
            Some(b'<') => Kind::PageXml,
            Some(b'l' | b'0'..=b'9') => Kind::Tsv,
            _ => Kind::Json,
        },
    };
    if let Ok(document) = recognised::load(bytes.to_vec(), told, &limits) {
        let _ = reconstruct::blocks(&document).count();
    }
});
