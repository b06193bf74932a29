use super::{blocks, load, read};
use crate::ingest::Limits;
use crate::model::{Block, Body, Code, Media};
use proptest::prelude::*;

/// Lines as they are (`#` for each level of a heading), grids as rows of `text@row,column+rows×columns`.
fn shown(html: &str) -> Vec<String> {
    let mut out = Vec::new();
    for block in blocks(html, &Limits::default()) {
        match block {
            Block::Line(line) => {
                out.push(format!("{}{}", "#".repeat(line.heading.unwrap_or(0).into()), line.text));
            }
            Block::PageBreak => out.push("(page)".into()),
            Block::Finding(_) => {}
            Block::Grid(grid) => out.extend((0..grid.rows).map(|row| {
                let cells = grid.row(row).iter().map(|c| match (c.row_span, c.column_span) {
                    (1, 1) => format!("{}@{}", c.text, c.column),
                    (rows, columns) => format!("{}@{}+{rows}×{columns}", c.text, c.column),
                });
                cells.collect::<Vec<_>>().join(" | ")
            })),
        }
    }
    out
}

#[test]
fn text_is_what_a_reader_sees() {
    let html = "<html><head><title>页</title><style>p{color:red}</style><script>var a='<p>没有</p>';</script></head><body>\
        <nav><a href=/>首页</a></nav><h1>自评<b>报告</b></h1>\n<p>第一段，\n  共&nbsp;3&lt;5&nbsp;项<br>换行</p>\
        <div style='DISPLAY : none'>藏<div>深</div>藏</div><p hidden>藏<p>第二段\
        <ul><li>甲<li style=\"display:none\">藏<li>乙</ul><input type=checkbox checked>是<input type=checkbox>否\
        <pre>一\n 二</pre><!-- 藏 --><footer>版权</footer>尾";
    assert_eq!(
        shown(html),
        ["#自评报告", "第一段， 共\u{A0}3<5\u{A0}项", "换行", "第二段", "甲", "乙", "☑是□否", "一", "二", "尾"]
    );
}

#[test]
fn spans_and_omitted_end_tags() {
    let html = "<table><caption>表一</caption><thead><tr><th rowspan=2>项目<th colspan=2>资金</thead>\
        <tbody><tr><td>预算<td>执行<tr><td colspan=3>合计<br/>100</table>后";
    assert_eq!(shown(html), ["表一", "项目@0+2×1 | 资金@1+1×2", "预算@1 | 执行@2", "合计\n100@0+1×3", "后"]);
}

#[test]
fn layout_tables_are_unfolded_and_data_tables_kept() {
    let data = "<table><tr><td>一级<td>得分<tr><td>产出<td>30</table>";
    let frame = format!("<table><tr><td>导语</td></tr><tr><td>{data}</td></tr><tr><td>落款</td></tr></table>");
    let rows = ["一级@0 | 得分@1", "产出@0 | 30@1"];
    assert_eq!(shown(&frame), ["导语", rows[0], rows[1], "落款"]);
    let beside = format!("<table><tr><td>栏目</td><td>{data}</td></tr></table>");
    assert_eq!(shown(&beside), ["栏目", rows[0], rows[1]]);
}

#[test]
fn a_small_table_in_a_cell_of_data_is_text_of_the_cell() {
    let row = "<tr><td>产出<td>数量<td>30</tr>".repeat(5);
    let html = format!("<table>{row}<tr><td>类别<td><table><tr><td>☑<td>一<tr><td>□<td>二</table><td></table>");
    let lines = shown(&html);
    assert_eq!(lines.len(), 6);
    assert_eq!(lines[5], "类别@0 | ☑ 一\n□ 二@1 | @2");
}

#[test]
fn hidden_rows_and_cells_go_but_nothing_after_them() {
    let html = "<table><tr><td>一<td>二<tr style='display:none'><td>藏<td>藏<tr><td>三<td><span hidden>藏</td></tr>\
        <tr><td hidden>藏<td>四<td>五</table>后";
    assert_eq!(shown(html), ["一@0 | 二@1", "三@0 | @1", "四@0 | 五@1", "后"]);
}

#[test]
fn text_between_cells_is_not_lost() {
    assert_eq!(
        shown("<table>单位：万元<tr><td>一<td>二<tr>漏<td>三<td>四</table>"),
        ["单位：万元漏", "一@0 | 二@1", "三@0 | 四@1"]
    );
}

#[test]
fn a_page_break_of_the_style_is_one() {
    assert_eq!(shown("<p>一</p><br clear=all style='page-break-before: always'><p>二"), ["一", "(page)", "二"]);
}

#[test]
fn a_page_in_gbk_is_read_by_its_declaration() {
    let html = "<html><meta charset=gb2312><body><p>项目支出绩效自评表</p></body></html>";
    let document = load(encoding_rs::GBK.encode(html).0.into_owned(), &Limits::default()).unwrap();
    assert_eq!(document.media, Media::Html);
    assert_eq!(document.encoding.unwrap().name, "gb18030");
    assert_eq!(load(b"<html><script>x</script>".to_vec(), &Limits::default()).unwrap_err().code, "empty");
}

#[test]
fn a_million_nested_elements_cost_no_depth() {
    let divs = format!("<html>{}深", "<div>".repeat(1_000_000));
    assert_eq!(shown(&divs), ["深"]);
    let (blocks, findings) = read(&format!("{}深", "<table><tr><td>".repeat(100_000)), &Limits::default());
    assert_eq!(blocks.len(), 1);
    assert_eq!(findings[0].code, Code::ContentSkipped);
    let spans = "<table><tr><td rowspan=4294967295 colspan=4294967295>一</td><td>二</td></tr><tr><td>三</table>";
    assert_eq!(shown(spans).len(), 2);
}

proptest! {
    #[test]
    fn cells_never_overlap(rows in proptest::collection::vec(proptest::collection::vec((0usize..5, 0usize..5), 0..6), 0..8)) {
        let body: String = rows
            .iter()
            .map(|row| {
                let cells = row.iter().map(|(r, c)| format!("<td rowspan={r} colspan={c}>x"));
                format!("<tr>{}", cells.collect::<String>())
            })
            .collect();
        for block in blocks(&format!("<table>{body}</table>"), &Limits::default()) {
            let Block::Grid(grid) = block else { continue };
            let mut taken = std::collections::HashSet::new();
            for cell in &grid.cells {
                for row in cell.row..cell.row_end() {
                    for column in cell.column..cell.column_end() {
                        prop_assert!(taken.insert((row, column)), "row {row}, column {column}");
                    }
                }
            }
        }
    }

    #[test]
    fn any_tags_are_read(html in "(<(/?(table|tr|td|p|div|caption|h1|li|pre|script|br)( hidden)?)>|甲|<|&lt;| ){0,60}") {
        blocks(&html, &Limits::default());
    }
}

#[test]
fn a_table_of_very_many_cells_comes_in_parts_that_hold_every_row_once() {
    let row = "<tr><td>一</td><td>二</td><td>三</td></tr>";
    let html = format!("<html><p>前</p><table>{}</table><p>后</p></html>", row.repeat(100_000));
    let (mut rows, mut parts, mut lines) = (0, 0, Vec::new());
    for block in blocks(&html, &Limits::default()) {
        match block {
            Block::Grid(grid) => {
                assert_eq!((grid.first_row, grid.columns), (rows, 3));
                rows += grid.rows;
                parts += 1;
            }
            Block::Line(line) => lines.push(line.text.into_owned()),
            Block::PageBreak | Block::Finding(_) => {}
        }
    }
    assert_eq!((rows, parts), (100_000, 2));
    assert_eq!(lines, ["前", "后"]);
}

#[test]
fn a_large_page_is_read_when_its_blocks_are_asked_for_and_gives_the_same() {
    let table = "<table><tr><td>一</td><td>二</td></tr><tr><td>三</td><td>四</td></tr></table><p>行</p>";
    let html = format!("<html><body>{}</body></html>", table.repeat((17 << 20) / table.len()));
    let held = blocks(&html, &Limits::default());
    let document = load(html.into_bytes(), &Limits::default()).unwrap();
    let Body::Deferred(deferred) = &document.body else { panic!("held") };
    assert!(deferred.0.blocks().eq(held));
    assert!(document.findings.is_empty());
}

#[test]
fn spans_of_a_hostile_table_are_not_believed_without_end() {
    // A row of four thousand cells, all but the last reaching down, over rows of one cell each.
    let wide = format!("<tr>{}<td>末</td></tr>", "<td rowspan=0>".repeat(4_000));
    let html = format!("<html><table>{wide}{}</table></html>", "<tr><td>一</td></tr>".repeat(100_000));
    let (read, findings) = read(&html, &Limits::default());
    let rows: usize = read.iter().map(|b| if let Block::Grid(grid) = b { grid.rows } else { 0 }).sum();
    assert_eq!(rows, 100_001);
    assert_eq!(findings.len(), 1);
}
