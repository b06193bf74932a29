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

#[test]
fn a_second_table_that_repeats_the_project_goes_on_with_the_form() {
    let page = |rows: &str| {
        format!(
            "衡山县县级储备粮专项资金绩效目标自评表\n（2020年度）\n\n\
             | 专项名称 | 县级储备粮专项资金 | | |\n|---|---|---|---|\n\
             | 主管部门 | 衡山县发展和改革局 | 实施单位 | 衡山县粮食购销储备公司 |\n\
             | 项目资金（万元） | 全年预算数 | 全年执行数 | 执行率 |\n\
             | 年度资金总额 | 194.9 | 194.9 | 100% |\n\n\
             绩效自评\n\n{rows}\
             | 绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值 | 全年完成值 |\n\
             | | 产出指标 | 质量指标 | 储备粮资金专户管理率 | 100% | 100% |\n"
        )
    };
    let kinds = |rows: &str| -> Vec<String> {
        let all = records("second-page", page(rows));
        let told = all.iter().filter(|r| matches!(r["kind"].as_str(), Some("form" | "fund" | "indicator")));
        told.map(|r| format!("{} {}", r["kind"].as_str().unwrap_or(""), r["form"])).collect()
    };
    let repeated = "| 专项名称 | | 县级储备粮专项资金 | | | |\n|---|---|---|---|---|---|\n";
    assert_eq!(kinds(repeated), ["form 1", "fund 1", "indicator 1"]);
    // Another project's row begins another form.
    let other = "| 专项名称 | | 市级储备粮专项资金 | | | |\n|---|---|---|---|---|---|\n";
    assert_eq!(kinds(other), ["form 1", "fund 1", "form 2", "indicator 2"]);
}
