//! What OCR did to a row is undone where the form itself proves how, and said.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use support::records::records;

/// Weights of 10, 4 and 6 and the fund row's 10 make the printed 30; scores likewise.
fn form(fund: &str, second: &str) -> String {
    format!(
        "青川县水利局项目支出绩效自评表\n（2021年度）\n\n\
         项目名称\t农村饮水安全\t\t\t\t\t\t\n\
         项目资金（万元）\t\t全年预算数\t全年执行数\t分值\t执行率\t得分\t\n\
         \t年度资金总额\t{fund}\n\
         绩效指标\t一级指标\t二级指标\t三级指标\t分值\t年度指标值\t全年完成值\t得分\n\
         \t产出指标\t数量指标\t改造管网长度\t10\t≥42公里\t43公里\t10\n\
         \t\t成本指标\t管网改造成本\t{second}\n\
         \t满意度指标\t服务对象满意度指标\t群众满意度\t6\t≥90%\t92%\t6\n\
         合计\t\t\t\t30\t\t\t30\n"
    )
}

fn find<'r>(records: &'r [Value], key: &str, value: &str) -> &'r Value {
    records.iter().find(|r| r[key] == value).unwrap_or_else(|| panic!("no record with {key} {value}"))
}

fn codes(record: &Value) -> Vec<&str> {
    record["findings"].as_array().unwrap().iter().map(|f| f["code"].as_str().unwrap()).collect()
}

#[test]
fn values_that_ran_together_are_cut_where_the_totals_leave_one_way() {
    let all = records("glued", form("20\t20\t10\t100%\t10\t", "415万元15万元4\t\t\t"));
    let cost = find(&all, "level3", "管网改造成本");
    assert_eq!((cost["weight"].to_string(), cost["score"].to_string()), ("4".into(), "4".into()));
    assert_eq!(cost["target"]["value"].to_string(), "150000");
    assert_eq!(cost["actual"]["value"].to_string(), "150000");
    assert_eq!(cost["target"]["unit"], "元");
    assert!(codes(cost).contains(&"cells_split"), "{cost}");
}

#[test]
fn values_that_no_total_proves_stay_as_they_are() {
    // Weights that no cut can complete to 30: 10 + 6 + 10 and one of 9, 99 …
    let all = records("unproven", form("20\t20\t10\t100%\t10\t", "915万元15万元9\t\t\t"));
    let cost = find(&all, "level3", "管网改造成本");
    assert!(cost["weight"].is_null() && cost["score"].is_null(), "{cost}");
    assert!(!codes(cost).contains(&"cells_split"), "{cost}");
}

#[test]
fn amounts_that_ran_together_are_cut_where_the_rate_proves_it() {
    let all = records("glued-fund", form("202010100.00%10\t\t\t\t\t", "4\t≤15万元\t15万元\t4"));
    let fund = find(&all, "item", "年度资金总额");
    assert_eq!(fund["budget"]["value"].to_string(), "200000");
    assert_eq!(fund["executed"]["value"].to_string(), "200000");
    assert_eq!(fund["rate"]["value"].to_string(), "1");
    assert_eq!((fund["weight"].to_string(), fund["score"].to_string()), ("10".into(), "10".into()));
    assert!(codes(fund).contains(&"cells_split"), "{fund}");
}
