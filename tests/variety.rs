//! Forms as different as real ones are, written in every text dialect, against their gold: headers of two levels, money
//! side by side or in pairs, targets without results, points before targets or not at all, forms end to end.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use std::path::Path;
use support::dialects::{Dialect, MergedText, PageEnd, Style, render};
use support::layout::PageBreak;
use support::records::{figures, records, score_against};

/// Scores every form in one style. Leaves the renderings in cargo's folder for test data, to be looked at.
fn reach_the_bar(name: &str, style: &Style) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("variety/{name}"));
    std::fs::create_dir_all(&folder).unwrap();
    let forms = support::reports("fixtures/variety");
    let stems: Vec<String> = forms.iter().map(|(stem, _)| stem.clone()).collect();
    let mut predicted = Vec::new();
    for (stem, report) in &forms {
        let text = render(report, style);
        let bytes = match style.dialect {
            Dialect::CellALine => encoding_rs::GB18030.encode(&text).0.into_owned(),
            _ => text.into_bytes(),
        };
        std::fs::write(folder.join(format!("{stem}.txt")), &bytes).unwrap();
        predicted.extend(records(&format!("{name}/{stem}.txt"), bytes));
    }
    let score = score_against("fixtures/gold-variety", &stems, &predicted);
    let all = score.total.figures();
    println!("{name}\n{}", figures(&score));
    assert!(all.f1 >= 0.98, "{name}: F1 {:.4}\n{}", all.f1, figures(&score));
    assert!(all.exact_share() >= 0.95, "{name}: exact rows {:.3}\n{}", all.exact_share(), figures(&score));
}

#[test]
fn tab_separated_rows() {
    reach_the_bar("tab", &Style::plain(Dialect::TabRows));
}

#[test]
fn tab_separated_rows_with_merged_text_in_the_middle() {
    reach_the_bar("tab-middle", &Style { merged_text: MergedText::Middle, ..Style::plain(Dialect::TabRows) });
}

#[test]
fn tab_separated_rows_with_merged_text_at_the_end() {
    reach_the_bar("tab-end", &Style { merged_text: MergedText::End, ..Style::plain(Dialect::TabRows) });
}

#[test]
fn a_cell_a_line_in_gb18030() {
    reach_the_bar("cells", &Style::plain(Dialect::CellALine));
}

#[test]
fn markdown_pipe_tables() {
    reach_the_bar("markdown", &Style::plain(Dialect::Markdown));
}

#[test]
fn html_tables() {
    reach_the_bar("html", &Style::plain(Dialect::Html));
}

#[test]
fn comma_separated_values() {
    reach_the_bar("commas", &Style::plain(Dialect::Commas));
}

#[test]
fn tables_drawn_with_characters() {
    reach_the_bar("drawn", &Style::plain(Dialect::Drawn));
}

/// The fourth indicator row begins a new page, the header printed again.
fn over_a_page_break(dialect: Dialect) {
    let page_break = PageBreak { before_indicator: 3, repeat_header: true, through_row: false };
    let style = Style { page_break: Some((page_break, PageEnd::FormFeed)), ..Style::plain(dialect) };
    reach_the_bar(&format!("pages-{dialect:?}"), &style);
}

#[test]
fn tab_separated_rows_over_a_page_break() {
    over_a_page_break(Dialect::TabRows);
}

#[test]
fn a_cell_a_line_over_a_page_break() {
    over_a_page_break(Dialect::CellALine);
}

#[test]
fn markdown_over_a_page_break() {
    over_a_page_break(Dialect::Markdown);
}

#[test]
fn html_over_a_page_break() {
    over_a_page_break(Dialect::Html);
}

#[test]
fn tables_drawn_with_characters_over_a_page_break() {
    over_a_page_break(Dialect::Drawn);
}
