//! What a file is, and ZIP archives member by member. Seeds: any file under `fixtures/office`.
#![no_main]
use libfuzzer_sys::fuzz_target;
use zhibiao::ingest::{Limits, archive, sniff};

fuzz_target!(|bytes: &[u8]| {
    let _ = sniff::detect(bytes).refusal();
    // Small limits: the walk is what is tried, not the memory.
    let limits = Limits { max_unfolded_bytes: 1 << 20, ..Limits::default() };
    if let Ok(members) = archive::members(bytes, &limits) {
        members.take(1000).for_each(drop);
    }
});
