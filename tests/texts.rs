//! Whole documents as engines of recognition and conversion leave them, against labels set before the program read them.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use std::fs;
use std::path::Path;
use support::records::{figures, records, score_against};

#[test]
fn whole_documents_are_read_as_far_as_they_were() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/texts");
    let mut names: Vec<String> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with(|c: char| c.is_ascii_digit()))
        .collect();
    names.sort();
    assert_eq!(names.len(), 9);
    let stems: Vec<String> = names.iter().map(|name| name.rsplit_once('.').unwrap().0.to_owned()).collect();
    let read = |name: &String| records(name, fs::read(folder.join(name)).unwrap());
    let predicted: Vec<_> = names.iter().flat_map(read).collect();
    let score = score_against("fixtures/gold-texts", &stems, &predicted);
    let all = score.total.figures();
    println!("{}", figures(&score));
    assert!(all.f1 >= 0.97, "F1 {:.4}\n{}", all.f1, figures(&score));
    assert!(all.exact_share() >= 0.93, "exact rows {:.3}\n{}", all.exact_share(), figures(&score));
    assert_eq!(all.spurious, 0, "rows that no document has\n{}", figures(&score));
}
