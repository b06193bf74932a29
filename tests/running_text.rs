//! Forms in text that lost its tables: cells closed by pipes over lines, a cell a line, all on one line.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use support::records::records;

/// Records of one kind of a text.
fn of(kind: &str, text: &str) -> Vec<Value> {
    records("text.txt", text).into_iter().filter(|record| record["kind"] == kind).collect()
}

/// The fields of an indicator that the tests speak of: levels, raw values, points, reason.
fn row(indicator: &Value) -> [String; 8] {
    let text = |value: &Value| match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    [
        text(&indicator["level1"]),
        text(&indicator["level2"]),
        text(&indicator["level3"]),
        text(&indicator["target"]["raw"]),
        text(&indicator["actual"]["raw"]),
        text(&indicator["weight"]),
        text(&indicator["score"]),
        text(&indicator["deviation"]),
    ]
}

fn rows(text: &str) -> Vec<[String; 8]> {
    of("indicator", text).iter().map(row).collect()
}

fn cells(cells: [&str; 8]) -> [String; 8] {
    cells.map(str::to_owned)
}

#[test]
fn a_form_on_one_line_is_cut_where_its_header_says() {
    let text = "附件: 项目支出绩效自评表 (2022年度) 项目名称 河道保洁 主管部门 水务局 项目资金 (万元) 年初预算数 全年预算数 \
        全年执行数 分值 执行率 得分 年度资金总额 90 90 81 10 90% 9 绩效指标 一级指标 二级指标 三级指标 年度指标值 实际完成值 \
        分值 得分 偏差原因分析及改进措施 产出指标(50分) 数量指标 保洁河道长度 ≥50公里 50 20 20 质量指标 保洁合格率 ≥95% 91 \
        30 28 汛期漂浮物多 效益指标(40分) 经济效益指标 社会效益指标 水环境改善程度 明显 明显 40 40 总分 100 97";
    let form = &of("form", text)[0];
    assert_eq!(form["project"], "河道保洁");
    assert_eq!(form["authority"], "水务局");
    assert_eq!(form["year"], 2022);
    assert_eq!(form["total_score"], 97);
    let fund = &of("fund", text)[0];
    assert_eq!((&fund["budget"]["value"], &fund["executed"]["value"]), (&900_000.into(), &810_000.into()));
    let found = rows(text);
    assert_eq!(found.len(), 3);
    assert_eq!(found[0], cells(["产出指标", "数量指标", "保洁河道长度", "≥50公里", "50", "20", "20", ""]));
    assert_eq!(found[1], cells(["产出指标", "质量指标", "保洁合格率", "≥95%", "91", "30", "28", "汛期漂浮物多"]));
    assert_eq!(found[2], cells(["效益指标", "社会效益指标", "水环境改善程度", "明显", "明显", "40", "40", ""]));
}

#[test]
fn a_cell_a_line_without_marks_is_a_table_and_what_follows_is_text() {
    let text = "绩效目标申报表\n\n(2022年度)\n\n项目名称\n\n农田建设\n\n实施单位\n\n农田中心\n\n一级指标\n\n二级指标\n\n三级指标\n\n\
        指标值\n\n产出指标\n\n数量指标\n\n建设面积\n\n≥500亩\n\n新建水池\n\n≥20座\n\n质量指标\n\n验收合格率\n\n100%\n\n效益指标\n\n\
        经济效益\n\n指标\n\n年增粮食\n\n3500公斤\n\n满意度指标\n\n服务对象满意度指标\n\n农户满意度\n\n≥95%\n\n\
        注：以上各项由填报单位按实际情况选择填写。\n";
    assert_eq!(of("form", text)[0]["implementer"], "农田中心");
    let found = rows(text);
    assert_eq!(found.len(), 5);
    assert_eq!(found[1], cells(["产出指标", "数量指标", "新建水池", "≥20座", "", "", "", ""]));
    assert_eq!(found[3], cells(["效益指标", "经济效益指标", "年增粮食", "3500公斤", "", "", "", ""]));
}

#[test]
fn rows_of_closed_cells_are_filled_up_to_the_width_of_the_table() {
    let text = "项目支出绩效自评表 | ||||||||\n(2023年度) | ||||||||\n项目名称 | 道路照明 | |||||||\n绩效指标 | 一级指标 | 二级指标 | \
        三级指标 | 年度指标值 | 实际完成值 | 分值 | 得分 | 未完成原因 |\n产出指标 | 数量指标 | 安装路灯 | ≥100盏 | 96 | 50 | 48 |\n\
        采购延误 | |\n质量指标 | 亮灯率 | ≥98% | 99% | 20 | 20 |\n| ||\n满意度指标 | 服务对象满意度指标 | 居民满意度 | ≥90% | 93% | \
        30 | 30 |\n| |\n合计 | 100 | 98 | ||||||\n";
    assert_eq!(of("form", text)[0]["project"], "道路照明");
    let found = rows(text);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], cells(["产出指标", "数量指标", "安装路灯", "≥100盏", "96", "50", "48", "采购延误"]));
    assert_eq!(found[1], cells(["产出指标", "质量指标", "亮灯率", "≥98%", "99%", "20", "20", ""]));
}

#[test]
fn a_cell_a_line_closed_by_pipes_keeps_its_blank_cells() {
    let text = "部门预算项目支出绩效自评表(2023年度) |\n项目名称 |\n工资性支出 |\n绩效指标 |\n一级指标 |\n二级指标 |\n三级指标 |\n\
        指标性质 |\n指标值 |\n度量单位 |\n完成值 |\n权重 |\n得分 |\n未完成原因分析 |\n产出指标 |\n数量指标 |\n发放覆盖率 |\n= |\n100 |\n% |\n|\n60 |\n|\n|\n\
        效益指标 |\n社会效益指标 |\n足额保障率 |\n= |\n100 |\n% |\n98 |\n30 |\n29 |\n|\n经济效益指标 |\n结余率 |\n≤ |\n5 |\n% |\n|\n10 |\n|\n|\n合计 |\n100 |\n|\n|\n";
    let found = rows(text);
    assert_eq!(found.len(), 3, "{found:?}");
    assert_eq!(found[0], cells(["产出指标", "数量指标", "发放覆盖率", "=100%", "", "60", "", ""]));
    assert_eq!(found[1], cells(["效益指标", "社会效益指标", "足额保障率", "=100%", "98", "30", "29", ""]));
    assert_eq!(found[2], cells(["效益指标", "经济效益指标", "结余率", "≤5%", "", "10", "", ""]));
}

#[test]
fn prose_that_speaks_of_levels_stays_text() {
    let text =
        "一级指标 二级指标 三级指标 指标值 由各单位填写。\n产出指标包括数量指标、质量指标。\n2022年共完成12项。\n";
    assert!(of("form", text).is_empty());
    assert!(of("indicator", text).is_empty());
}
