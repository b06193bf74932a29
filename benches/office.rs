//! Office files on one core: to records, and, for workbooks, what calamine takes for the cells' bare values.
//!
//! `cargo bench --bench office`. A hundred files each: the twelve forms in turn. `benches/peers.py` measures the program
//! against other readers.

use calamine::{Reader, Xlsx};
use divan::counter::ItemsCount;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use zhibiao::ingest::{self, Limits};
use zhibiao::{Options, Source, extract};

fn main() {
    divan::main();
}

const FILES: usize = 100;

/// A hundred files: the twelve forms in turn.
fn forms(writer: &str) -> Vec<Source> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/office").join(writer);
    let mut files: Vec<_> = fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        // The seeds, whole reports, have longer names.
        .filter(|path| path.file_stem().is_some_and(|stem| stem.len() == 3))
        .collect();
    files.sort();
    let sources = files.iter().filter_map(|path| {
        let name = path.file_name()?.to_str()?.to_owned();
        Some(Source { name, bytes: fs::read(path).ok()? })
    });
    sources.collect::<Vec<_>>().into_iter().cycle().take(FILES).collect()
}

fn options() -> Options {
    Options::load(None).unwrap_or_else(|error| panic!("{error}"))
}

const WRITERS: [&str; 6] =
    ["docx-python-docx", "docx-libreoffice", "doc-libreoffice", "xlsx-openpyxl", "xls-xlwt", "ods-odfpy"];

#[divan::bench(args = WRITERS)]
fn to_records(bencher: divan::Bencher, writer: &str) {
    let (options, files) = (options(), forms(writer));
    bencher
        .counter(ItemsCount::new(FILES))
        .with_inputs(|| files.clone())
        .bench_values(|files| files.into_iter().map(|file| extract(file, &options).records.len()).sum::<usize>());
}

#[divan::bench(args = WRITERS)]
fn to_cells(bencher: divan::Bencher, writer: &str) {
    let (limits, files) = (Limits::default(), forms(writer));
    bencher.counter(ItemsCount::new(FILES)).with_inputs(|| files.clone()).bench_values(|files| {
        files.into_iter().map(|file| ingest::load(file.bytes, &limits)).filter(Result::is_ok).count()
    });
}

#[divan::bench]
fn calamine_to_values(bencher: divan::Bencher) {
    let files = forms("xlsx-openpyxl");
    bencher.counter(ItemsCount::new(FILES)).with_inputs(|| files.clone()).bench_values(|files| {
        files
            .into_iter()
            .filter_map(|file| Xlsx::new(Cursor::new(file.bytes)).ok())
            .flat_map(|mut book: Xlsx<_>| book.worksheets())
            .map(|(_, range)| range.used_cells().count())
            .sum::<usize>()
    });
}
