//! From a file's bytes to its records as JSON lines, on one core: each public document, and all of them in turn.
//!
//! `cargo bench --bench extract`. Divan measures wall time; nothing here waits or runs in parallel, so on a quiet core
//! that is CPU time. `docs/performance.md` says how to measure CPU time on a busy machine.

use divan::counter::{BytesCount, ItemsCount};
use std::fs;
use std::path::Path;
use zhibiao::emit::json_lines::write_line;
use zhibiao::{Options, Source, extract};

fn main() {
    divan::main();
}

fn seeds() -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/seeds");
    let mut files: Vec<_> =
        fs::read_dir(folder).into_iter().flatten().filter_map(|entry| Some(entry.ok()?.path())).collect();
    files.sort();
    files
        .into_iter()
        .filter_map(|path| {
            let name = path.file_name()?.to_str()?.to_owned();
            Some(Source { name, bytes: fs::read(&path).ok()? })
        })
        .collect()
}

fn options() -> Options {
    Options::load(None).unwrap_or_else(|error| panic!("{error}"))
}

/// Size of what was written, so that nothing of the work is dropped.
fn records_as_json(source: Source, options: &Options) -> usize {
    let extraction = extract(source, options);
    let mut out = Vec::with_capacity(1 << 16);
    let write = |written: std::io::Result<()>| debug_assert!(written.is_ok());
    write(write_line(&mut out, &extraction.document));
    for record in &extraction.records {
        write(write_line(&mut out, record));
    }
    out.len()
}

#[divan::bench(args = 0..5)]
fn one_document(bencher: divan::Bencher, number: usize) {
    let (options, seeds) = (options(), seeds());
    bencher
        .counter(ItemsCount::new(1usize))
        .counter(BytesCount::new(seeds[number].bytes.len()))
        .with_inputs(|| seeds[number].clone())
        .bench_values(|source| records_as_json(source, &options));
}

#[divan::bench]
fn five_documents(bencher: divan::Bencher) {
    let (options, seeds) = (options(), seeds());
    bencher
        .counter(ItemsCount::new(seeds.len()))
        .with_inputs(|| seeds.clone())
        .bench_values(|seeds| seeds.into_iter().map(|source| records_as_json(source, &options)).sum::<usize>());
}

/// The knowledge is read and compiled once a run.
#[divan::bench]
fn load_patterns() -> Options {
    options()
}
