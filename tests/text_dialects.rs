//! Each dialect of tables in text, and mixtures of them, as literal grids.

#![allow(clippy::unwrap_used)] // clippy.toml allows it in tests, but does not take helpers for tests

use proptest::prelude::*;
use std::fmt::Write as _;
use zhibiao::ingest::{Limits, load};
use zhibiao::model::{Block, GridOrigin};
use zhibiao::reconstruct::blocks;

/// The blocks of a text, written so that a test can say them: lines as they are, a grid as its origin, then a row a
/// line: cells apart by ` | `, a span as `text{rows×columns}`, line breaks inside cells as `/`.
fn read(text: &str) -> String {
    let document = load(text.as_bytes().to_vec(), &Limits::default()).unwrap();
    let mut out = String::new();
    for block in blocks(&document) {
        match block {
            Block::Line(line) => match line.heading {
                Some(level) => writeln!(out, "h{level} {}", line.text).unwrap(),
                None if line.text.is_empty() => {}
                None => writeln!(out, "{}", line.text).unwrap(),
            },
            Block::PageBreak => out.push_str("(page)\n"),
            Block::Finding(_) => {}
            Block::Grid(grid) => {
                let origin = match grid.origin {
                    GridOrigin::Explicit => "explicit",
                    GridOrigin::Separated => "separated",
                    GridOrigin::Counted => "counted",
                    GridOrigin::Ordered => "ordered",
                };
                writeln!(out, "[{origin} {}×{}]", grid.rows, grid.columns).unwrap();
                for row in 0..grid.rows {
                    let mut texts = Vec::new();
                    for cell in grid.row(row) {
                        let mut text = cell.text.replace('\n', "/");
                        if (cell.row_span, cell.column_span) != (1, 1) {
                            write!(text, "{{{}×{}}}", cell.row_span, cell.column_span).unwrap();
                        }
                        texts.push(text);
                    }
                    writeln!(out, "{}", texts.join(" | ").trim_end()).unwrap();
                }
            }
        }
    }
    out
}

#[track_caller]
fn reads(text: &str, expected: &str) {
    assert_eq!(read(text), expected.trim_start_matches('\n'));
    // Line ends never matter.
    assert_eq!(read(&text.replace('\n', "\r\n")), expected.trim_start_matches('\n'));
}

#[test]
fn tab_rows_keep_blank_cells_and_lose_trailing_tabs() {
    reads(
        "单位：万元\n\n项目名称\t医疗救助\t\t\n主管部门\t医保局\t实施单位\t区医保局\t\t\n\
         \t年度资金总额\t108\t108\n\n总分\t\t\t98\t\t\t\n备注\n",
        "
单位：万元
[separated 4×4]
项目名称 | 医疗救助 |  |
主管部门 | 医保局 | 实施单位 | 区医保局
 | 年度资金总额 | 108 | 108
总分 |  |  | 98
备注
",
    );
}

#[test]
fn every_tab_row_may_be_followed_by_a_blank_line() {
    reads(
        "一级指标\t权重\t得分\n\n产出\t30\t28\n\n效益\t30\t30\n\n合计\t60\t58\n\n说明：无\n",
        "
[separated 4×3]
一级指标 | 权重 | 得分
产出 | 30 | 28
效益 | 30 | 30
合计 | 60 | 58
说明：无
",
    );
}

#[test]
fn a_line_break_inside_a_cell_of_tab_rows_is_joined() {
    reads(
        "一级\t二级\t指标值\t得分\t原因\n产出\t数量\t2个\t5\t\n产出\t质量第一行\n第二行\n第三行\t好\t5\t\n\
         效益\t社会\t很\n好\t5\t\n满意度\t满意\t95%\t10\t一、\n二、\n合计\t\t\t25\t\n说明：无\n",
        "
[separated 6×5]
一级 | 二级 | 指标值 | 得分 | 原因
产出 | 数量 | 2个 | 5 |
产出 | 质量第一行/第二行/第三行 | 好 | 5 |
效益 | 社会 | 很/好 | 5 |
满意度 | 满意 | 95% | 10 | 一、/二、
合计 |  |  | 25 |
说明：无
",
    );
}

#[test]
fn rows_without_their_trailing_tabs_are_not_taken_for_broken_ones() {
    reads(
        "项目名称\tX\n主管部门\tA\t实施单位\tB\n\t年初\t全年\t执行\t分值\n总额\t1\t2\t3\t4\n\
         一级\t二级\t三级\t指标值\t得分\n",
        "
[separated 5×5]
项目名称 | X
主管部门 | A | 实施单位 | B
 | 年初 | 全年 | 执行 | 分值
总额 | 1 | 2 | 3 | 4
一级 | 二级 | 三级 | 指标值 | 得分
",
    );
}

#[test]
fn cells_quoted_by_a_spreadsheet() {
    reads(
        "目标\t\"目标1：一\n目标2：\"\"二\"\"\"\t按时\n\"一站式\"\t\"甲\"乙\t3\n",
        "
[separated 2×3]
目标 | 目标1：一/目标2：\"二\" | 按时
\"一站式\" | \"甲\"乙 | 3
",
    );
}

#[test]
fn tabs_in_prose_make_no_table() {
    reads(
        "\t为深入贯彻预算法，现将自评情况报告如下。\n\t一、基本情况\n\t项目由民政局组织实施，全年预算一百万元。\n\n\
         单位负责人：甲\t填表人：乙\n\n1.\t数量指标完成。\n2.\t质量指标完成。\n",
        "
为深入贯彻预算法，现将自评情况报告如下。
一、基本情况
项目由民政局组织实施，全年预算一百万元。
单位负责人：甲\t填表人：乙
1.\t数量指标完成。
2.\t质量指标完成。
",
    );
}

#[test]
fn label_and_value_pairs_are_a_table_of_two_columns() {
    reads(
        "项目名称\t医疗救助\n主管部门\t医保局\n",
        "
[separated 2×2]
项目名称 | 医疗救助
主管部门 | 医保局
",
    );
}

#[test]
fn a_page_break_ends_a_grid() {
    reads(
        "一级\t得分\n产出\t30\n\x0C一级\t得分\n效益\t30\n",
        "
[separated 2×2]
一级 | 得分
产出 | 30
(page)
[separated 2×2]
一级 | 得分
效益 | 30
",
    );
}

#[test]
fn one_cell_a_line_with_cells_of_several_lines() {
    reads(
        "\n\t附件\n\n\t自评表\n\n\t项目名称\n\t救助\n\n\t主管部门\n\t医保局\n各市医保局\n\t实施单位\n\t区局\n\n\
         \t年度目标\n\t目标1：一。\n 目标2：二。\n\n目标3：三。\n\t按时\n\n\
         \t一级\n\t二级\n\t指标值\n\t完成值\n\t原因\n\n\t产出\n\t数量\n\t2个\n\t2\n\t\n\n\
         \t\n\t质量\n\t95%\n\t96%\n\t\n\n注：一式两份。\n",
        "
附件
自评表
[ordered 6×5]
项目名称 | 救助{1×4}
主管部门 | 医保局/各市医保局{1×2} | 实施单位 | 区局
年度目标 | 目标1：一。/目标2：二。//目标3：三。{1×2} | 按时{1×2}
一级 | 二级 | 指标值 | 完成值 | 原因
产出 | 数量 | 2个 | 2 |
 | 质量 | 95% | 96% |
注：一式两份。
",
    );
}

#[test]
fn a_split_header_and_a_total_are_put_over_their_columns() {
    let rows = [
        "绩效指标|一级指标|二级指标|三级指标|年度指标值|实际完成值|分值|得分|偏差原因",
        "||||指标性质|指标值|度量单位||||",
        "|产出指标|数量指标|个数|≥|50|个|52|8|8|",
        "||质量指标|合格率|=|100|%|100|8|8|",
        "总分|100|98|",
        "说明|无",
    ];
    let text: String =
        rows.map(|row| row.split('|').map(|cell| format!("\t{cell}\n")).collect::<String>() + "\n").concat();
    reads(
        &text,
        "
[ordered 6×11]
绩效指标 | 一级指标 | 二级指标 | 三级指标 | 年度指标值{1×3} | 实际完成值 | 分值 | 得分 | 偏差原因
 |  |  |  | 指标性质 | 指标值 | 度量单位 |  |  |  |
 | 产出指标 | 数量指标 | 个数 | ≥ | 50 | 个 | 52 | 8 | 8 |
 |  | 质量指标 | 合格率 | = | 100 | % | 100 | 8 | 8 |
总分{1×8} | 100 | 98 |
说明 | 无{1×10}
",
    );
}

#[test]
fn markdown_tables_with_and_without_frame_and_dashes() {
    reads(
        "# 自评表\n\n| 项目名称 | 救助 |\n| :-- | --: |\n| 目标 | 一<br>二<BR/>三 |\n| a\\|b | $\\geq 90\\%$ |\n\
         | **合计** | <p>无</p> |\n\n说明：甲|乙。\n\n一级 | 二级 | 得分\n--- | --- | ---\n产出 | 数量 |\n\n\
         | 甲 | 1 | 2 |\n| 乙 | 3 | 4 |\n",
        "
h1 自评表
[separated 4×2]
项目名称 | 救助
目标 | 一/二/三
a|b | $\\geq 90\\%$
合计 | <p>无</p>
说明：甲|乙。
[separated 2×3]
一级 | 二级 | 得分
产出 | 数量 |
[separated 2×3]
甲 | 1 | 2
乙 | 3 | 4
",
    );
}

#[test]
fn markdown_rows_apart_or_broken() {
    reads(
        "| 一级 | 指标值 | 得分 |\n\n|---|---|---|\n\n| 产出 | 第一行\n第二行 | 5 |\n\n| 效益 | 好 | 5 |\n\n\
         | 一级 | 指标值 | 得分 |\n|---|---|---|\n| 满意 | 好 | 6 |\n",
        "
[separated 3×3]
一级 | 指标值 | 得分
产出 | 第一行/第二行 | 5
效益 | 好 | 5
[separated 2×3]
一级 | 指标值 | 得分
满意 | 好 | 6
",
    );
}

#[test]
fn html_tables_inside_text() {
    reads(
        "表一：<table border=\"1\"><tr><th rowspan=2>项目资金</th><th colspan=\"2\">全年</th></tr>\n\n\
         <tr><td>预算<br>数</td><td>执行数 &ge; 1</td></tr>\n<tr><td>合计</td><td>1</td><td></td></tr></TABLE> \
         单位：万元\n后文\n<table><tr><td>一</td><td>二</td></tr><tr><td>三</td>",
        "
表一：
[explicit 3×3]
项目资金{2×1} | 全年{1×2}
预算/数 | 执行数 ≥ 1
合计 | 1 |
单位：万元
后文
[explicit 2×2]
一 | 二
三
",
    );
}

#[test]
fn dialects_follow_each_other_in_one_text() {
    reads(
        "一、概况\n\n一级\t权重\n产出\t30\n\n| 甲 | 乙 |\n|---|---|\n| 1 | 2 |\n\
         <table><tr><td>丙</td><td>丁</td></tr><tr><td>3</td><td>4</td></tr></table>\n二、结论\n\n\
         \t戊\n\t己\n\n\t5\n\t\n\n完\n",
        "
一、概况
[separated 2×2]
一级 | 权重
产出 | 30
[separated 2×2]
甲 | 乙
1 | 2
[explicit 2×2]
丙 | 丁
3 | 4
二、结论
[ordered 2×2]
戊 | 己
5 |
完
",
    );
}

#[test]
fn prose_indented_by_tabs_before_and_between_tables_of_a_cell_a_line() {
    let table = "\t一级\n\t指标值\n\t得分\n\n\t产出\n\t2个\n\t\n\n";
    let prose =
        "\t2022年，本单位按照预算安排开展工作，各项任务按期完成，资金使用规范，绩效目标总体实现。\n\n".repeat(300);
    let text = format!("{prose}\t表一\n\n{table}\t注：一式两份。\n\n\t表二\n\n{table}\t完\n");
    let lines = "2022年，本单位按照预算安排开展工作，各项任务按期完成，资金使用规范，绩效目标总体实现。\n".repeat(300);
    let grid = "[ordered 2×3]\n一级 | 指标值 | 得分\n产出 | 2个 |\n";
    reads(&text, &format!("{lines}表一\n{grid}注：一式两份。\n表二\n{grid}完\n"));
}

#[test]
fn a_band_across_a_table_of_a_cell_a_line_is_a_row_of_it() {
    reads(
        "\t一级\n\t指标值\n\t得分\n\n\t绩效指标\n\n\t产出\n\t2个\n\t\n\n",
        "
[ordered 3×3]
一级 | 指标值 | 得分
绩效指标{1×3}
产出 | 2个 |
",
    );
}

#[test]
fn a_row_alone_is_a_table_unless_it_is_labels_over_a_line() {
    reads("总分\t\t\t100\t98\n", "[separated 1×5]\n总分 |  |  | 100 | 98\n");
    reads("负责人：甲\t\t填表人：乙\t\t电话：丙\n", "负责人：甲\t\t填表人：乙\t\t电话：丙\n");
    reads(
        "一级\t二级\t得分\n产出\t数量\t5\n\n\t注：一式两份。\n",
        "[separated 2×3]\n一级 | 二级 | 得分\n产出 | 数量 | 5\n注：一式两份。\n",
    );
}

#[test]
fn a_row_of_a_hundred_thousand_cells_is_a_line_with_a_finding() {
    let text = format!("项目名称\t救助\n主管部门\t医保局\n\n{}\n", "1\t".repeat(100_000));
    let document = load(text.into_bytes(), &Limits::default()).unwrap();
    assert_eq!(document.findings.len(), 1);
    let grids = blocks(&document).filter(|block| matches!(block, Block::Grid(_))).count();
    let longest = blocks(&document).map(|b| if let Block::Line(l) = b { l.text.len() } else { 0 }).max();
    assert_eq!((grids, longest), (1, Some(199_999)));
}

#[test]
fn a_long_table_comes_in_parts() {
    let text = "产出\t数量\t个数\t≥90%\t95%\t\n".repeat(12_000);
    let document = load(text.into_bytes(), &Limits::default()).unwrap();
    let parts: Vec<(usize, usize)> = blocks(&document)
        .map(|block| if let Block::Grid(grid) = block { (grid.first_row, grid.rows) } else { panic!("{block:?}") })
        .collect();
    assert_eq!(parts, [(0, 5_000), (5_000, 5_000), (10_000, 2_000)]);
}

proptest! {
    /// Whatever dialects are mixed, every character is in some block, once, and grids are sound.
    #[test]
    fn nothing_is_lost_and_cells_never_overlap(
        pieces in proptest::collection::vec(
            prop_oneof![
                Just("\t"), Just("\n"), Just("\n\n"), Just("\n\t"), Just("\n\n\t"), Just("\t\t"), Just("|"), Just("\n|"), Just("|\n|"),
                Just("\n|---|---|\n"), Just("\""), Just("\n\x0C"), Just("甲"), Just("乙乙"), Just("9"), Just("。"), Just(" "),
                Just("<table><tr><td>"), Just("</table>"), Just("<br>"), Just("\\"), Just("# "),
            ],
            1..120,
        )
    ) {
        let text = pieces.concat();
        let count = |s: &str| s.chars().filter(|c| "甲乙9".contains(*c)).count();
        prop_assume!(count(&text) > 0);
        let document = load(text.clone().into_bytes(), &Limits::default()).unwrap();
        let mut found = 0;
        for block in blocks(&document) {
            match block {
                Block::Line(line) => found += count(&line.text),
                Block::PageBreak | Block::Finding(_) => {}
                Block::Grid(grid) => {
                    let mut taken = std::collections::HashSet::new();
                    for cell in &grid.cells {
                        found += count(&cell.text);
                        prop_assert!(cell.row_end() <= grid.rows && cell.column_end() <= grid.columns);
                        for place in (cell.row..cell.row_end()).flat_map(|r| (cell.column..cell.column_end()).map(move |c| (r, c))) {
                            prop_assert!(taken.insert(place), "{place:?}");
                        }
                    }
                    prop_assert!(grid.cells.is_sorted_by_key(|c| (c.row, c.column)));
                }
            }
        }
        prop_assert_eq!(found, count(&text), "{:?}", text);
    }
}
