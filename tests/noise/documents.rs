//! Writes the documents that confidence is fitted on, and their gold (docs/confidence.md):
//!
//! ```text
//! cargo run --example noisy_documents -- out/noisy 24
//! cargo run --example noisy_documents -- out/other 24 1       # another draw
//! ```
//!
//! `out/noisy/documents` holds the renderings, `out/noisy/gold` the gold of every form, `out/noisy/statements` that of prose.
#![allow(clippy::unwrap_used)] // where a fixture or the disk fails, there is nothing to go on with

#[path = "mod.rs"]
mod noise;
#[path = "../support/mod.rs"]
mod support;

use noise::Random;
use std::fs;
use std::path::Path;

/// Of the draw that the weights are fitted on.
const SEED: u64 = 20_260_731;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let out = arguments.next().unwrap_or_else(|| "out/noisy".to_owned());
    let count = arguments.next().and_then(|count| count.parse().ok()).unwrap_or(24);
    let seed: u64 = arguments.next().and_then(|seed| seed.parse().ok()).unwrap_or(SEED);
    let [documents, gold, statements] = ["documents", "gold", "statements"].map(|name| Path::new(&out).join(name));
    [&documents, &gold, &statements].into_iter().for_each(|folder| fs::create_dir_all(folder).unwrap());
    let mut written = 0;
    let mut put = |rendering: noise::Rendering| {
        fs::write(documents.join(&rendering.name), &rendering.bytes).unwrap();
        written += 1;
    };
    for folder in ["fixtures/forms", "fixtures/variety"] {
        for (stem, report) in support::reports(folder) {
            let random = &mut Random::named(seed, &stem);
            noise::renderings(&stem, &report, count, random).into_iter().for_each(&mut put);
        }
    }
    let said = ["fixtures/gold-statements/other", "fixtures/gold-statements/unseen"];
    let prose = said.iter().flat_map(|folder| support::texts(folder));
    for (stem, text) in support::seeds().into_iter().chain(prose) {
        let random = &mut Random::named(seed, &stem);
        noise::of_text(&stem, &text, count, random).into_iter().for_each(&mut put);
    }
    for folder in said.into_iter().chain(["fixtures/gold-statements"]) {
        for (_, path) in support::files(folder, "jsonl") {
            fs::copy(&path, statements.join(path.file_name().unwrap())).unwrap();
        }
    }
    for folder in ["fixtures/gold", "fixtures/gold-forms", "fixtures/gold-variety"] {
        for (_, path) in support::files(folder, "jsonl") {
            fs::copy(&path, gold.join(path.file_name().unwrap())).unwrap();
        }
    }
    println!("{written} documents in {}", documents.display());
}
