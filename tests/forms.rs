//! Twelve forms of several provinces and years, written in every text dialect, against their gold.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use std::path::Path;
use support::dialects::{DIALECTS, Dialect, Style, render};
use support::records::{figures, records, score_against};

/// Also leaves the renderings in cargo's folder for test data, where `.ci/run` reads them with the program itself.
fn reach_the_bar(dialect: Dialect) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("forms/{dialect:?}"));
    std::fs::create_dir_all(&folder).unwrap();
    let forms = support::forms();
    let stems: Vec<String> = forms.iter().map(|(stem, _)| stem.clone()).collect();
    assert_eq!(stems.len(), 12);
    let mut predicted = Vec::new();
    for (stem, report) in &forms {
        let text = render(report, &Style::plain(dialect));
        let bytes = match dialect {
            // That dump comes from programs of the GB era.
            Dialect::CellALine => encoding_rs::GB18030.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        };
        std::fs::write(folder.join(format!("{stem}.txt")), &bytes).unwrap();
        predicted.extend(records(&format!("{dialect:?}/{stem}.txt"), bytes));
    }
    let score = score_against("fixtures/gold-forms", &stems, &predicted);
    let all = score.total.figures();
    println!("{dialect:?}\n{}", figures(&score));
    assert!(all.f1 >= 0.98, "{dialect:?}: F1 {:.4}\n{}", all.f1, figures(&score));
    assert!(all.exact_share() >= 0.95, "{dialect:?}: exact rows {:.3}\n{}", all.exact_share(), figures(&score));
}

#[test]
fn tab_separated_rows() {
    reach_the_bar(Dialect::TabRows);
}

#[test]
fn a_cell_a_line_in_gb18030() {
    reach_the_bar(Dialect::CellALine);
}

#[test]
fn markdown_pipe_tables() {
    reach_the_bar(Dialect::Markdown);
}

#[test]
fn html_tables() {
    reach_the_bar(Dialect::Html);
}

#[test]
fn comma_separated_values() {
    reach_the_bar(Dialect::Commas);
}

#[test]
fn tables_drawn_with_characters() {
    reach_the_bar(Dialect::Drawn);
}

/// The renderings are checked, too: every text of the form is in each of them, in every dialect.
#[test]
fn renderings_hold_every_text() {
    for (stem, report) in support::forms() {
        for dialect in DIALECTS {
            let text = render(&report, &Style::plain(dialect)).replace("&gt;", ">").replace("&lt;", "<");
            for form in &report.forms {
                let cells = form.indicators.rows.iter().flatten().chain(form.kv.iter().flatten());
                for cell in cells.chain([&form.title]) {
                    assert!(text.contains(cell.as_str()), "{stem} {dialect:?} lacks {cell}");
                }
            }
        }
    }
}
