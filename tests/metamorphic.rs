//! What must not matter, does not: the same document written differently gives equal records.
//!
//! These guard against reading five files instead of reading forms. Each base is first shown to yield its rows, so
//! that nothing is equal by being empty.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

mod support;

use serde_json::Value;
use support::content::{Form, Report};
use support::dialects::{DIALECTS, Dialect, MergedText, PageEnd, Style, render};
use support::layout::PageBreak;
use support::records::{assert_same, records};
use unicode_normalization::UnicodeNormalization;

// ---- Seeds: the text itself is changed ----

fn seeds_stay(what: &str, change: impl Fn(&str) -> Option<Vec<u8>>) {
    let mut changed_any = false;
    for (stem, text) in support::seeds() {
        let before = records(&stem, text.as_bytes());
        assert!(count(&before, "indicator") >= 8, "{stem}: each of the documents has at least eight indicators");
        let Some(bytes) = change(&text) else { continue };
        changed_any |= bytes != text.as_bytes();
        assert_same(&format!("{what}: {stem}"), &before, &records(&stem, bytes));
    }
    assert!(changed_any, "{what}: some seed has what the change changes");
}

fn count(records: &[Value], kind: &str) -> usize {
    records.iter().filter(|r| r["kind"] == kind).count()
}

/// Tables of a cell a line have lines of a leading tab and no other.
fn has_tab_rows(text: &str) -> bool {
    text.lines().any(is_row)
}

fn is_row(line: &str) -> bool {
    line.matches('\t').count() >= 2
}

fn by_line(text: &str, change: impl Fn(&str) -> String) -> Option<Vec<u8>> {
    Some(text.split('\n').map(change).collect::<Vec<_>>().join("\n").into_bytes())
}

/// Changes the cells of table rows, LaTeX and HTML aside: those have a spelling of their own.
fn by_cell(text: &str, change: impl Fn(&str) -> String) -> Option<Vec<u8>> {
    by_line(text, |line| {
        let markup = line.contains('$') || line.contains('<') || line.contains('[');
        let table = line.contains('\t') && !markup;
        if table { line.split('\t').map(&change).collect::<Vec<_>>().join("\t") } else { line.to_owned() }
    })
}

#[test]
fn seeds_with_windows_line_ends() {
    seeds_stay("CRLF", |text| Some(text.replace('\n', "\r\n").into_bytes()));
}

#[test]
fn seeds_in_gb18030() {
    seeds_stay("GB18030", |text| Some(encoding_rs::GB18030.encode(text).0.into_owned()));
}

#[test]
fn seeds_with_a_byte_order_mark_and_in_utf_16() {
    seeds_stay("UTF-8 with BOM", |text| Some(format!("\u{feff}{text}").into_bytes()));
    seeds_stay("UTF-16LE", |text| {
        Some([0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect())
    });
}

#[test]
fn seeds_with_trailing_tabs() {
    seeds_stay("trailing tabs", |text| {
        let rows = has_tab_rows(text);
        rows.then(|| by_line(text, |line| if is_row(line) { format!("{line}\t\t") } else { line.to_owned() })).flatten()
    });
}

#[test]
fn seeds_with_a_blank_column_at_the_left() {
    seeds_stay("leading blank column", |text| {
        let rows = has_tab_rows(text);
        rows.then(|| by_line(text, |line| if is_row(line) { format!("\t{line}") } else { line.to_owned() })).flatten()
    });
}

#[test]
fn seeds_with_more_blank_lines() {
    seeds_stay("blank lines doubled", |text| Some(text.replace("\n\n", "\n\n\n\n").into_bytes()));
}

#[test]
fn seeds_with_full_width_percent_signs() {
    seeds_stay("％", |text| by_cell(text, |cell| cell.replace('%', "％")));
}

#[test]
fn seeds_with_full_width_digits_and_signs() {
    seeds_stay("full width", |text| by_cell(text, full_width));
}

#[test]
fn seeds_with_spaces_inside_cjk_words() {
    seeds_stay("spaces", |text| by_cell(text, spaced_word));
}

#[test]
fn seeds_with_other_words_in_the_header() {
    for turn in 1..4 {
        seeds_stay("header synonyms", |text| by_cell(text, |cell| synonym(cell, turn)));
    }
}

#[test]
fn seeds_with_a_page_break_and_the_header_again() {
    for after in [2, 4] {
        for page_end in ["\u{c}", "\n\n"] {
            seeds_stay("page break", |text| page_break_in_rows(text, after, page_end));
        }
    }
}

/// Ends the page some rows below each header of tab-separated rows, and prints the header again.
fn page_break_in_rows(text: &str, after: usize, page_end: &str) -> Option<Vec<u8>> {
    let lines: Vec<&str> = text.split('\n').collect();
    let mut out: Vec<String> = Vec::new();
    let mut pending: Option<(usize, String)> = None;
    for line in &lines {
        let due = pending.take_if(|(at, _)| *at == out.len());
        let inside = is_row(line) && out.last().is_some_and(|before| is_row(before));
        if let (Some((_, header)), true) = (due, inside) {
            out.push(format!("{page_end}{header}"));
        }
        out.push((*line).to_owned());
        if is_row(line) && line.contains("二级指标") && line.contains("三级指标") {
            // The block's label at the left is printed once.
            let label_end = line.find('\t').unwrap_or(0);
            pending = Some((out.len() + after, line[label_end..].to_owned()));
        }
    }
    let changed = out.join("\n");
    (changed != text).then(|| changed.into_bytes())
}

// ---- Forms built here and the twelve, rendered with and without the change ----

/// A form of the 2020 central layout with weights after levels, units in names, a total and notes.
const BUILT: &str = r#"{
 "title": "青川县农村饮水安全巩固提升项目支出绩效自评表",
 "subtitle": "（2021年度）",
 "unit_line": "单位：万元",
 "kv": [
  ["项目名称", "农村饮水安全巩固提升"],
  ["主管部门", "青川县水利局", "实施单位", "青川县农村供水总站"]
 ],
 "fund": {
  "label": "项目资金（万元）",
  "columns": ["", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"],
  "rows": [
   ["年度资金总额", "350", "362.5", "355.25", "10", "98%", "9.8"],
   ["其中：当年财政拨款", "350", "362.5", "355.25", "—", "98%", "—"],
   ["上年结转资金", "", "", "", "—", "", "—"]
  ]
 },
 "goals": {
  "label": "年度总体目标",
  "columns": ["预期目标", "实际完成情况"],
  "rows": [["改造供水管网，保障农村居民饮水安全。", "管网改造已完成，供水稳定。"]]
 },
 "indicators": {
  "label": "绩效指标",
  "columns": ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"],
  "rows": [
   ["产出指标(50分)", "数量指标", "改造供水管网长度", "≥42.5公里", "43公里", "12", "12", ""],
   ["产出指标(50分)", "数量指标", "受益农村人口（人）", "≥12600", "12755", "10", "10", ""],
   ["产出指标(50分)", "质量指标", "集中供水工程水质达标率", "≥95%", "93.6%", "10", "9.5", "两处水源汛期浊度偏高，已加装净化设备并增加检测频次"],
   ["产出指标(50分)", "时效指标", "管网改造工程完工时间", "2021年11月底前", "2021年10月31日", "10", "10", ""],
   ["产出指标(50分)", "成本指标", "项目总成本", "≤362.5万元", "355.25万元", "8", "8", ""],
   ["效益指标(30分)", "社会效益指标", "农村供水保障水平", "稳步提高", "稳步提高", "15", "15", ""],
   ["效益指标(30分)", "可持续影响指标", "管护机制健全性", "健全", "基本健全", "15", "13", "部分村管水员尚未落实"],
   ["满意度指标(10分)", "服务对象满意度指标", "受益群众满意度", "≥90%", "92%", "10", "10", ""]
  ]
 },
 "total": {"label": "总分", "分值": "100", "得分": "97.3"},
 "notes": ["注：1.得分一档最高不能超过该指标分值上限。"]
}"#;

/// Every form at hand: the one above, and the twelve.
fn reports() -> Vec<(String, Report)> {
    let mut all = vec![("built".to_owned(), Report::parse(BUILT))];
    all.extend(support::forms());
    all
}

fn forms_stay(what: &str, dialects: &[Dialect], change: impl Fn(&Report, &mut Style) -> Option<Report>) {
    let mut changed_any = false;
    for (stem, report) in reports() {
        for &dialect in dialects {
            let style = Style::plain(dialect);
            let before_text = render(&report, &style);
            let before = records(&stem, before_text.as_bytes());
            assert_rows(&format!("{stem} {dialect:?}"), &stem, &report, &before);
            let mut style = style;
            let Some(changed) = change(&report, &mut style) else { continue };
            let after_text = render(&changed, &style);
            changed_any |= after_text != before_text;
            assert_same(&format!("{what}: {stem} {dialect:?}"), &before, &records(&stem, after_text));
        }
    }
    assert!(changed_any, "{what}: some form has what the change changes");
}

/// Every row of the content is a record, but for those that gold knows to be no indicators.
fn assert_rows(what: &str, stem: &str, report: &Report, records: &[Value]) {
    let gold = support::repository(&format!("fixtures/gold-forms/{stem}.jsonl"));
    let rows = match std::fs::read_to_string(gold) {
        Ok(gold) => gold.lines().filter(|line| line.contains(r#""kind": "indicator""#)).count(),
        Err(_) => report.forms.iter().map(|form| form.indicators.rows.len()).sum(),
    };
    assert_eq!(count(records, "form"), report.forms.len(), "{what}: forms");
    assert_eq!(count(records, "indicator"), rows, "{what}: indicators");
}

fn same_style(change: impl Fn(&mut Form)) -> impl Fn(&Report, &mut Style) -> Option<Report> {
    move |report, _| Some(report.with(&change))
}

const SEPARATED: [Dialect; 2] = [Dialect::TabRows, Dialect::Markdown];

#[test]
fn the_built_form_reads_as_it_says() {
    for dialect in DIALECTS {
        let all = records("built", render(&Report::parse(BUILT), &Style::plain(dialect)));
        let find =
            |name: &str| all.iter().find(|r| r["level3"] == name).unwrap_or_else(|| panic!("{dialect:?} {name}"));
        let form = all.iter().find(|r| r["kind"] == "form").unwrap();
        assert_eq!(form["project"], "农村饮水安全巩固提升");
        assert_eq!((form["year"].to_string(), form["total_score"].to_string()), ("2021".into(), "97.3".into()));
        let water = find("集中供水工程水质达标率");
        assert_eq!((&water["level1"], &water["level2"]), (&"产出指标".into(), &"质量指标".into()));
        assert_eq!(water["level1_weight"].to_string(), "50");
        assert_eq!(
            (water["target"]["relation"].as_str(), water["target"]["value"].to_string()),
            (Some(">="), "0.95".into())
        );
        assert_eq!(water["actual"]["value"].to_string(), "0.936");
        assert_eq!((water["weight"].to_string(), water["score"].to_string()), ("10".into(), "9.5".into()));
        let people = find("受益农村人口（人）");
        assert_eq!(
            (people["actual"]["value"].to_string(), people["actual"]["unit"].as_str()),
            ("12755".into(), Some("人"))
        );
        let cost = find("项目总成本");
        assert_eq!(
            (cost["target"]["value"].to_string(), cost["target"]["unit"].as_str()),
            ("3625000".into(), Some("元"))
        );
        assert_eq!(find("管网改造工程完工时间")["target"]["date"], "2021-11-30");
    }
}

#[test]
fn every_dialect_gives_the_same_records() {
    for (stem, report) in reports() {
        let of = |dialect| records(&stem, render(&report, &Style::plain(dialect)));
        let before = of(Dialect::Html);
        assert_rows(&stem, &stem, &report, &before);
        for dialect in [Dialect::TabRows, Dialect::CellALine, Dialect::Markdown] {
            assert_same(&format!("{stem}: HTML and {dialect:?}"), &before, &of(dialect));
        }
    }
}

#[test]
fn extra_blank_columns() {
    for columns in [vec![0], vec![2], vec![4], vec![1, 5], vec![usize::MAX]] {
        forms_stay("blank columns", &SEPARATED, |report, style| {
            style.blank_columns.clone_from(&columns);
            Some(report.clone())
        });
    }
}

#[test]
fn trailing_tabs() {
    forms_stay("trailing tabs", &[Dialect::TabRows], |report, style| {
        style.trailing_tabs = 3;
        Some(report.clone())
    });
}

#[test]
fn extra_blank_lines() {
    forms_stay("blank lines", &[Dialect::TabRows, Dialect::CellALine], |report, style| {
        style.blank_lines = 1;
        Some(report.clone())
    });
}

#[test]
fn merged_text_at_the_top_middle_or_end_of_its_span() {
    for place in [MergedText::Middle, MergedText::End] {
        forms_stay(&format!("{place:?}"), &SEPARATED, |report, style| {
            style.merged_text = place;
            Some(report.clone())
        });
    }
}

#[test]
fn a_page_break_with_or_without_the_header_again() {
    for repeat_header in [true, false] {
        for (before_indicator, page_end) in [(2, PageEnd::FormFeed), (3, PageEnd::BlankLines), (5, PageEnd::FormFeed)] {
            forms_stay(&format!("page break, header again: {repeat_header}"), &DIALECTS, |report, style| {
                style.page_break = Some((PageBreak { before_indicator, repeat_header, through_row: false }, page_end));
                Some(report.clone())
            });
        }
    }
}

#[test]
fn a_page_break_through_a_row() {
    for before_indicator in [2, 4] {
        forms_stay("page break through a row", &[Dialect::TabRows, Dialect::Markdown], |report, style| {
            let page_break = PageBreak { before_indicator, repeat_header: true, through_row: true };
            style.page_break = Some((page_break, PageEnd::FormFeed));
            Some(report.clone())
        });
    }
}

#[test]
fn full_width_digits_and_signs() {
    forms_stay("full width", &DIALECTS, same_style(|form| form.change_values(3, full_width)));
    forms_stay("％", &DIALECTS, same_style(|form| form.change_values(1, |cell| cell.replace('%', "％"))));
}

#[test]
fn spaces_inside_cjk_words() {
    forms_stay(
        "spaces",
        &DIALECTS,
        same_style(|form| {
            form.rename_headers(spaced_word);
            for row in &mut form.indicators.rows {
                row.iter_mut().take(2).for_each(|cell| *cell = spaced_word(cell));
            }
        }),
    );
}

#[test]
fn header_synonyms() {
    for turn in 1..6 {
        forms_stay("header synonyms", &SEPARATED, same_style(|form| form.rename_headers(|name| synonym(name, turn))));
    }
}

#[test]
fn the_weight_column_before_the_target() {
    forms_stay("weight first", &DIALECTS, |report, _| {
        let has_weight = report.forms.iter().all(|form| form.indicators.position(&["分值"]).is_some());
        has_weight.then(|| {
            report.with(|form| {
                if let Some(weight) = form.indicators.position(&["分值"]) {
                    form.indicators.move_column(weight, 3);
                }
            })
        })
    });
}

#[test]
fn columns_reordered() {
    // The reason before the values, and the score before the weight.
    forms_stay(
        "reason first",
        &SEPARATED,
        same_style(|form| {
            let reasons = ["偏差原因分析及改进措施", "未完成原因和改进措施"];
            if let Some(reason) = form.indicators.position(&reasons) {
                form.indicators.move_column(reason, 3);
            }
        }),
    );
    forms_stay(
        "score first",
        &SEPARATED,
        same_style(|form| {
            if let (Some(weight), Some(score)) =
                (form.indicators.position(&["分值"]), form.indicators.position(&["得分"]))
            {
                form.indicators.move_column(score, weight);
            }
        }),
    );
}

#[test]
fn fund_columns_reordered() {
    forms_stay(
        "rate before the amounts",
        &SEPARATED,
        same_style(|form| {
            let Some(fund) = &mut form.fund else { return };
            if let Some(rate) = fund.position(&["执行率", "执行率（B/A）", "执行率(B/A)"]) {
                fund.move_column(rate, 1);
            }
        }),
    );
}

// ---- The changes ----

/// Digits, `%`, `.`, `,` and the comparison signs, full width. Dates keep their separators.
fn full_width(cell: &str) -> String {
    cell.chars()
        .map(|c| match c {
            '0'..='9' | '%' | '.' | '>' | '<' | '=' => char::from_u32(u32::from(c) - 0x21 + 0xff01).unwrap_or(c),
            other => other,
        })
        .collect()
}

/// A space in the middle of a short word of CJK characters only: `质量 指标`.
fn spaced_word(cell: &str) -> String {
    let chars: Vec<char> = cell.chars().collect();
    let cjk = |c: &char| ('\u{4e00}'..='\u{9fff}').contains(c);
    if !(4..=8).contains(&chars.len()) || !chars.iter().all(cjk) {
        return cell.to_owned();
    }
    let (left, right) = chars.split_at(chars.len() / 2);
    left.iter().chain([&' ']).chain(right).collect()
}

/// Spellings of one column's header, from public forms of many provinces; those that say the same whatever columns
/// stand beside them.
const SYNONYMS: [&[&str]; 6] = [
    &["年度指标值", "年初指标值", "目标值", "年度指标值(A)", "预期指标值", "年度目标指标值", "年初目标值(A)", "指标值"],
    &[
        "实际完成值",
        "全年完成值",
        "完成值",
        "全年实际值(B)",
        "全年实际完成值",
        "年终完成值",
        "实际完成指标值",
        "指标实际完成值",
    ],
    &["分值", "权重", "指标分值权重", "分值权重"],
    &["得分", "自评分", "自评得分", "单项得分", "指标得分"],
    &["偏差原因分析及改进措施", "未完成原因和改进措施", "未完成原因及拟采取的改进措施", "未完成原因分析"],
    &["年初设定目标", "预期目标", "总体目标", "项目年度目标"],
];

/// The header in another spelling; `turn` says how far to go in its list. What is no header stays.
fn synonym(cell: &str, turn: usize) -> String {
    let plain: String = cell.nfkc().filter(|c| !c.is_whitespace()).collect();
    if plain == "指标值" {
        // Under a header of its own it is one part of the target, beside sign and unit.
        return cell.to_owned();
    }
    for list in SYNONYMS {
        if let Some(at) = list.iter().position(|word| *word == plain) {
            return list[(at + turn) % list.len()].to_owned();
        }
    }
    cell.to_owned()
}
