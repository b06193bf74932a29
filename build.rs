//! A fingerprint of everything that decides what records say: the stages' sources, the patterns, the dependencies. The
//! batch manifest keeps it beside each document, so that a program that reads differently reads again, and one that only
//! has a new command does not.

use std::fs;
use std::path::{Path, PathBuf};

/// What has a say in the records.
const STAGES: [&str; 10] = [
    "Cargo.lock",
    "patterns",
    "src/ingest",
    "src/mapping",
    "src/model",
    "src/normalize",
    "src/ocr",
    "src/patterns",
    "src/pipeline.rs",
    "src/reconstruct",
];
const LATE_STAGES: [&str; 2] = ["src/validate", "src/emit/json_lines.rs"];

/// What has a say in what is read from pixels.
const OCR: [&str; 2] = ["Cargo.lock", "src/ocr"];

fn main() {
    let all: Vec<&str> = STAGES.iter().chain(&LATE_STAGES).copied().collect();
    println!("cargo::rustc-env=ZHIBIAO_STAGES={:016x}", fingerprint(&all));
    println!("cargo::rustc-env=ZHIBIAO_OCR={:016x}", fingerprint(&OCR));
}

fn fingerprint(places: &[&str]) -> u64 {
    let mut files = Vec::new();
    for place in places {
        println!("cargo::rerun-if-changed={place}");
        list(Path::new(place), &mut files);
    }
    files.sort();
    let mut hash = Fnv::new();
    for file in files {
        hash.add(file.to_string_lossy().replace('\\', "/").as_bytes());
        hash.add(&fs::read(&file).unwrap_or_default());
    }
    hash.0
}

fn list(place: &Path, files: &mut Vec<PathBuf>) {
    match fs::read_dir(place) {
        Ok(entries) => entries.flatten().for_each(|entry| list(&entry.path(), files)),
        Err(_) => files.push(place.to_owned()),
    }
}

/// FNV-1a, 64 bits: nobody attacks it here, and it needs no dependency.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Fnv(0xcbf2_9ce4_8422_2325)
    }

    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes.iter().chain(&(bytes.len() as u64).to_le_bytes()) {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}
