//! The five public documents against their hand-made gold.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use support::records::{figures, records, score_against};

#[test]
fn seeds_reach_the_bar() {
    let seeds = support::seeds();
    let stems: Vec<String> = seeds.iter().map(|(stem, _)| stem.clone()).collect();
    assert_eq!(stems.len(), 5);
    let predicted: Vec<_> =
        seeds.iter().flat_map(|(stem, text)| records(&format!("{stem}.txt"), text.as_bytes())).collect();
    let score = score_against("fixtures/gold", &stems, &predicted);
    let all = score.total.figures();
    println!("{}", figures(&score));
    assert!(all.f1 >= 0.99, "F1 {:.4}\n{}", all.f1, figures(&score));
    assert!(all.exact_share() >= 0.97, "exact rows {:.3}\n{}", all.exact_share(), figures(&score));
    assert_eq!(all.spurious, 0, "rows that no document has\n{}", figures(&score));
}

#[test]
fn the_same_bytes_give_the_same_bytes() {
    for (stem, text) in support::seeds() {
        let once = records(&stem, text.as_bytes());
        let again = records(&stem, text.as_bytes());
        assert_eq!(format!("{once:?}"), format!("{again:?}"), "{stem}");
    }
}
