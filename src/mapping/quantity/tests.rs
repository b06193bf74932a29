//! The grammar, case by case: the schema's table and decisions, variants of real forms, and what must stay text.

use super::*;
use crate::model::Relation;
use proptest::prelude::*;
use std::sync::LazyLock;

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| Grammar::load(None).unwrap());

/// `relation value[..upper] unit @date |text| {label=value unit}`, parts that are absent left out; `null` for a blank.
fn shown(reading: Option<Reading>) -> String {
    let Some(Reading { quantity: q, .. }) = reading else {
        return "null".to_owned();
    };
    let mut words = Vec::new();
    if let Some(relation) = q.relation {
        words.push(serde_json::to_value(relation).unwrap().as_str().unwrap().to_owned());
    }
    match (q.value, q.upper) {
        (Some(value), Some(upper)) => words.push(format!("{value}..{upper}")),
        (Some(value), None) => words.push(value.to_string()),
        _ => {}
    }
    words.extend(q.unit);
    words.extend(q.date.map(|d| format!("@{d}")));
    words.extend(q.text.map(|t| format!("|{t}|")));
    for part in q.parts.into_iter().flatten() {
        words.push(format!("{{{}={} {}}}", part.label, part.value.unwrap(), part.unit.unwrap_or_default()));
    }
    words.join(" ")
}

fn check(context: &Context, cases: &[(&str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(raw, expected)| {
            let got = shown(GRAMMAR.read(raw, context));
            (got != *expected).then(|| format!("{raw:?}: expected {expected}, read {got}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{} of {} differ:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn plain() -> Context {
    Context::default()
}

fn in_year(year: i32) -> Context {
    Context { year: Some(year), ..Context::default() }
}

#[test]
fn schema_table() {
    check(
        &plain(),
        &[
            ("2488814万元", "= 24888140000 元"),
            ("3.34亿元", "= 334000000 元"),
            ("1.64亿", "= 164000000"),
            ("1,234.50元", "= 1234.5 元"),
            ("98.77%", "= 0.9877 ratio"),
            ("98.77％", "= 0.9877 ratio"),
            ("100百分比", "= 1 ratio"),
            ("百分之九十", "= 0.9 ratio"),
            ("1.61个百分点", "= 1.61 百分点"),
            ("≥90%", ">= 0.9 ratio"),
            (r"$\geq 90\%$", ">= 0.9 ratio"),
            ("不低于90%", ">= 0.9 ratio"),
            ("大于等于90%", ">= 0.9 ratio"),
            ("90%以上", ">= 0.9 ratio"),
            ("＞＝90%", ">= 0.9 ratio"),
            ("≤60分钟", "<= 60 分钟"),
            ("不超过60分钟", "<= 60 分钟"),
            ("60分钟以内", "<= 60 分钟"),
            ("6-9个月", "range 6..9 月"),
            ("65%～75%", "range 0.65..0.75 ratio"),
            ("0人", "= 0 人"),
            ("266627人", "= 266627 人"),
            ("1.6万人", "= 16000 人"),
            ("61 元/人/年", "= 61 元/人/年"),
            ("2次", "= 2 次"),
            ("3家", "= 3 家"),
            ("12个", "= 12 个"),
            ("≧95%", ">= 0.95 ratio"),
            ("较2018年增长24.6%", "= 0.246 ratio |较2018年增长|"),
            ("三千五百", "= 3500"),
            ("二十", "= 20"),
            ("９８．５", "= 98.5"),
            // A gap between all characters; digits alone may be as many numbers.
            ("≥ 9 0 %", ">= 0.9 ratio"),
            ("５ 2 人 次", "= 52 人次"),
            ("1 2 3", "|1 2 3|"),
            ("普遍知晓", "|普遍知晓|"),
            ("达成年度指标", "|达成年度指标|"),
            ("2021.1.1-12.31", "|2021.1.1-12.31|"),
            ("1-12月", "|1-12月|"),
            ("2023.07-2024.01", "|2023.07-2024.01|"),
            ("18岁以下、54岁以上", "|18岁以下、54岁以上|"),
            ("18—54周岁", "range 18..54 周岁"),
            ("补助村卫生室352个", "= 352 个 |补助村卫生室|"),
            ("100%覆盖", "= 1 ratio |覆盖|"),
            ("1-6期", "|1-6期|"),
            ("控制在4.5%以内", "<= 0.045 ratio |控制在|"),
            ("37个基层医疗机构", "= 37 个 |基层医疗机构|"),
            ("普通居民 61 元/人/年; 特殊人员 140 元/人/年", "= {普通居民=61 元/人/年} {特殊人员=140 元/人/年}"),
        ],
    );
}

#[test]
fn deadlines_take_the_forms_year() {
    check(
        &in_year(2023),
        &[
            ("2022年12月31日之前", "<= @2022-12-31"),
            ("2022年12月底前", "<= @2022-12-31"),
            ("2022年12月31日24时前", "<= @2022-12-31"),
            ("12月31日18:30前", "<= @2023-12-31"),
            ("2022年12月31日24点之前", "<= @2022-12-31"),
            ("2022年12月31日0时前", "< @2022-12-31"),
            ("不晚于12月底", "<= @2023-12-31"),
            ("晚于12月底", "> @2023-12-31"),
            ("9月前", "< @2023-09-01"),
            ("7月", "= @2023-07-31"),
            ("2021年底", "= @2021-12-31"),
            ("2021年12月完成", "= @2021-12-31 |完成|"),
            ("2024年2月", "= @2024-02-29"),
            ("12月底到位", "= @2023-12-31 |到位|"),
            ("于12月31日前完成", "<= @2023-12-31 |完成|"),
            ("≤12月底", "<= @2023-12-31"),
            ("≤2023年12月31日", "<= @2023-12-31"),
            ("2023年12月31日", "= @2023-12-31"),
            ("2023-12-31", "= @2023-12-31"),
            ("2023/6/30前", "<= @2023-06-30"),
            ("2023.11.30", "= @2023-11-30"),
            ("2023.11", "= @2023-11-30"),
            ("2019.11", "= 2019.11"),
            ("2023年12月31日（含）前", "<= @2023-12-31"),
            ("年底前", "<= @2023-12-31"),
            ("当年12月底前", "<= @2023-12-31"),
            ("次年3月底前", "<= @2024-03-31"),
            ("2023年内", "<= @2023-12-31"),
            ("截至12月31日", "<= @2023-12-31"),
            ("第三季度", "= @2023-09-30"),
            ("二〇二一年五月六日", "= @2021-05-06"),
            ("11月底完成100%", "= 1 ratio |11月底完成|"),
            ("12个月", "= 12 月"),
            ("≥6月", ">= 6 月"),
            ("15日内", "<= 15 日"),
            ("1月至12月", "|1月至12月|"),
            ("2021-2023年", "|2021-2023年|"),
            ("2023年度", "|2023年度|"),
            ("2023年目标", "|2023年目标|"),
            ("2月30日", "|2月30日|"),
            ("每月15日前", "|每月15日前|"),
            ("次月10日", "|次月10日|"),
            ("每月5号", "|每月5号|"),
        ],
    );
    check(&plain(), &[("12月底前", "|12月底前|"), ("7月", "|7月|"), ("2022年12月底前", "<= @2022-12-31")]);
    let months = Context { default_unit: GRAMMAR.unit("个月"), ..in_year(2023) };
    check(&months, &[("7月", "= 7 月"), ("≥6", ">= 6 月")]);
}

#[test]
fn relations_in_signs_and_words() {
    check(
        &plain(),
        &[
            ("≧735人次", ">= 735 人次"),
            ("═100%", "= 1 ratio"),
            ("=0%", "= 0 ratio"),
            (">90%", "> 0.9 ratio"),
            ("＜5%", "< 0.05 ratio"),
            ("<=5%", "<= 0.05 ratio"),
            ("不少于一千六百人", ">= 1600 人"),
            ("不少于４次", ">= 4 次"),
            ("不超过1760元/人/月", "<= 1760 元/人/月"),
            ("≤2,500元/件", "<= 2500 元/件"),
            ("≤2，500元/件", "<= 2500 元/件"),
            ("至少3家", ">= 3 家"),
            ("90%及以上", ">= 0.9 ratio"),
            ("90%（含）以上", ">= 0.9 ratio"),
            ("90%以上（含）", ">= 0.9 ratio"),
            ("低于10%", "< 0.1 ratio"),
            ("超过100人", "> 100 人"),
            ("10人以下", "<= 10 人"),
            ("3天内", "<= 3 天"),
            ("不低于≥90%", ">= 0.9 ratio"),
            ("≥90%以上", ">= 0.9 ratio"),
            ("达到95%以上", ">= 0.95 ratio |达到|"),
            ("不低于上年的90%", ">= 0.9 ratio |上年的|"),
            ("约300人", "approx 300 人"),
            ("300人左右", "approx 300 人"),
            ("近5000元", "approx 5000 元"),
            ("10余家", "> 10 家"),
            ("300多人", "> 300 人"),
            ("3万余人", "> 30000 人"),
            ("20多万元", "> 200000 元"),
            ("十几人", "> 10 人"),
            ("大于10并且小于20", "range 10..20 |大于10并且小于20|"),
            ("≥60%且≤80%", "range 0.6..0.8 ratio"),
            ("≥60%，≤80%", "range 0.6..0.8 ratio"),
            ("60%≤X≤80%", "range 0.6..0.8 ratio"),
            ("80%≥X≥60%", "range 0.6..0.8 ratio"),
            ("X≥60%", ">= 0.6 ratio"),
            ("6.5≤pH≤8.5", "range 6.5..8.5"),
            ("95%≥", "|95%≥|"),
            ("≥90%且≤80%", "|≥90%且≤80%|"),
            ("≥90%≤", "|≥90%≤|"),
            ("高于同期银行利率。", "|高于同期银行利率。|"),
            ("≥5艘", ">= 5 艘"),
            ("5只", "= 5 只"),
        ],
    );
}

#[test]
fn ranges_share_what_stands_once() {
    check(
        &plain(),
        &[
            ("两到三万元", "range 20000..30000 元"),
            ("2-3万元", "range 20000..30000 元"),
            ("1万-3万元", "range 10000..30000 元"),
            ("5000-1万元", "range 5000..10000 元"),
            ("65%—75%", "range 0.65..0.75 ratio"),
            ("65-75%", "range 0.65..0.75 ratio"),
            ("65～75％", "range 0.65..0.75 ratio"),
            ("3至5年", "range 3..5 年"),
            ("三至五个", "range 3..5 个"),
            ("1-2次/年", "range 1..2 次/年"),
            ("3-5", "range 3..5"),
            ("10元/人-20元/人", "range 10..20 元/人"),
            ("75%-65%", "|75%-65%|"),
            ("1-2-3", "|1-2-3|"),
            ("010-88889999", "|010-88889999|"),
        ],
    );
}

#[test]
fn chinese_numerals() {
    check(
        &plain(),
        &[
            ("壹拾贰万叁仟肆佰伍拾陆元整", "= 123456 元"),
            ("七十八万五百零六", "= 780506"),
            ("一万三", "= 13000"),
            ("三百五", "= 350"),
            ("一百零三", "= 103"),
            ("两百人", "= 200 人"),
            ("廿三", "= 23"),
            ("卅", "= 30"),
            ("十二", "= 12"),
            ("一万亿元", "= 1000000000000 元"),
            ("1.2万亿元", "= 1200000000000 元"),
            ("3万5千元", "= 35000 元"),
            ("1亿2000万元", "= 120000000 元"),
            ("三点五万", "= 35000"),
            ("負五點二", "= -5.2"),
            ("兩萬億元", "= 2000000000000 元"),
            ("百分之百", "= 1 ratio"),
            ("百分之九十五点五", "= 0.955 ratio"),
            ("千分之三", "= 0.003 ratio"),
            ("3‰", "= 0.003 ratio"),
            ("三成", "= 0.3 ratio"),
            ("三成五", "= 0.35 ratio"),
            ("八折", "= 0.8 ratio"),
            ("八五折", "= 0.85 ratio"),
            ("85折", "= 0.85 ratio"),
            ("8.5折", "= 0.85 ratio"),
            ("四分之三", "= 0.75 ratio"),
            ("三分之一", "|三分之一|"),
            ("3/4", "|3/4|"),
            ("三五个", "|三五个|"),
            ("二三十人", "|二三十人|"),
            ("十四五规划", "|十四五规划|"),
            ("三百百五十人", "|三百百五十人|"),
            ("召开会议两次", "= 2 次 |召开会议|"),
            ("每年一次", "= 1 次 |每年|"),
            ("一人一岗", "|一人一岗|"),
            ("每一次", "|每一次|"),
            ("一般", "|一般|"),
            ("一户一档", "|一户一档|"),
            ("万无一失", "|万无一失|"),
            ("十分满意", "|十分满意|"),
            ("千方百计", "|千方百计|"),
        ],
    );
}

#[test]
fn units() {
    check(
        &plain(),
        &[
            ("530元/人*月", "= 530 元/人·月"),
            ("400元/人、天", "= 400 元/人·天"),
            ("300元/人·月", "= 300 元/人·月"),
            ("100元/(人·月)", "= 100 元/人·月"),
            ("零下5℃", "= -5 ℃"),
            ("≤2s", "<= 2 s"),
            ("500万元以下（含500万元）", "<= 5000000 元"),
            ("已完成（100%）", "= 1 ratio |已完成|"),
            ("从60%提高到80%", "|从60%提高到80%|"),
            ("【100%】", "= 1 ratio"),
            ("2023.1-2023.12", "|2023.1-2023.12|"),
            ("两千零二十三年十二月", "|两千零二十三年十二月|"),
            ("小学≥100人，初中≤200人", "|小学≥100人，初中≤200人|"),
            ("65岁及以上老人体检率70%", "|65岁及以上老人体检率70%|"),
            ("780元/生/年", "= 780 元/生/年"),
            ("5万元/月", "= 50000 元/月"),
            ("1次/月", "= 1 次/月"),
            ("2.3万亩", "= 23000 亩"),
            ("12万平方米", "= 120000 平方米"),
            ("29.5亩", "= 29.5 亩"),
            ("25TB", "= 25 TB"),
            ("100㎡", "= 100 ㎡"),
            ("5台套", "= 5 台套"),
            ("50厘米", "= 50 厘米"),
            ("5千克", "= 5 千克"),
            ("3千瓦时", "= 3 千瓦时"),
            ("¥1,234.50", "= 1234.5 元"),
            ("￥ 200万", "= 2000000 元"),
            ("100元整", "= 100 元"),
            ("10（人）", "= 10 人"),
            ("3个工作日", "= 3 个工作日"),
            ("24小时内响应", "<= 24 小时 |响应|"),
            ("1.2倍", "= 1.2 倍"),
        ],
    );
}

#[test]
fn what_is_no_measure_stays_text() {
    for text in [
        "第3名",
        "财预〔2020〕10号",
        "5G",
        "3年级",
        "二级甲等",
        "1:1",
        "3×5个",
        "7*24小时",
        "1.2.3",
        "±5%",
        "——5%",
        "10²",
        "0571",
        "12345678901234567890123456789012345678901234567890",
        "10 20",
        "10，20人",
        "A4",
        "COVID-19",
        "附件1",
        "好坏",
        "优良中低差",
        "高中低",
        "1.6.2版本",
        "Ⅰ级",
        "①",
        "√",
        "☑是□否",
        "十九届六中全会精神",
        "100%（2300人）",
        "三公经费",
        "一次性",
        "1级",
        "8:30",
        "2021年第3号文",
    ] {
        assert_eq!(shown(GRAMMAR.read(text, &in_year(2022))), format!("|{text}|"), "{text}");
    }
    check(
        &plain(),
        &[
            ("定性优良", "|优良|"),
            ("定性", "null"),
            ("1.完成培训5次；2.发放资料200份", "= {完成培训=5 次} {发放资料=200 份}"),
        ],
    );
}

#[test]
fn blanks_are_nothing() {
    for text in [
        "",
        " ",
        "—",
        "——",
        "-",
        "--",
        "/",
        "\\",
        "无",
        "……",
        "…",
        "不适用",
        "N/A",
        "n/a",
        "*",
        "\u{3000}",
        "<br>",
        "%",
        "人",
        "万元",
        "≥",
        "≥%",
        "。",
    ] {
        assert_eq!(shown(GRAMMAR.read(text, &plain())), "null", "{text:?}");
    }
    for text in ["—", "", "无", "……", "不适用", "/", "N/A"] {
        assert!(GRAMMAR.is_blank(text), "{text:?}");
    }
    for text in ["0", "无变化", "√", "5-", "人", "高"] {
        assert!(!GRAMMAR.is_blank(text), "{text:?}");
    }
}

#[test]
fn the_context_gives_a_bare_number_its_unit() {
    let with = |unit: &str, money| Context { year: None, default_unit: GRAMMAR.unit(unit), money };
    check(
        &with("万元", true),
        &[
            ("90", "= 900000 元"),
            ("65.66", "= 656600 元"),
            ("620.82万元", "= 6208200 元"),
            ("12人", "= 12 人"),
            ("1.5万", "= 15000 元"),
        ],
    );
    check(
        &with("%", false),
        &[
            ("100", "= 1 ratio"),
            ("98.5", "= 0.985 ratio"),
            ("≥95", ">= 0.95 ratio"),
            ("98%", "= 0.98 ratio"),
            ("90-95", "range 0.9..0.95 ratio"),
        ],
    );
    check(&with("人", false), &[("45251156", "= 45251156 人"), ("1.6万", "= 16000 人"), ("0", "= 0 人")]);
    check(
        &Context { money: true, ..plain() },
        &[("16万", "= 160000 元"), ("≤620万/月", "<= 6200000 元/月"), ("90", "= 90")],
    );
    check(
        &with("元", false),
        &[("≥2.5万/户", ">= 25000 元/户"), ("2.5万", "= 25000 元"), ("2.5万元/户", "= 25000 元/户")],
    );
    let bare = GRAMMAR.read("≥2.5万/户", &plain()).unwrap().quantity;
    assert_eq!((bare.unit, bare.text.as_deref()), (None, Some("/户")));
    let reading = GRAMMAR.read("90", &with("万元", false)).unwrap();
    assert!(reading.used_default && reading.written_unit.is_none());
    let reading = GRAMMAR.read("≤90万元", &plain()).unwrap();
    assert_eq!(reading.written_unit, GRAMMAR.unit("万元"));
    assert_eq!(reading.quantity.relation, Some(Relation::AtMost));
}

#[test]
fn unit_names() {
    let unit = |text: &str| GRAMMAR.unit(text).map(|u| format!("{} {} {}", u.base, u.factor, u.scale_only));
    assert_eq!(unit("万元").as_deref(), Some("元 10000 false"));
    assert_eq!(unit("%").as_deref(), Some("ratio 0.01 false"));
    assert_eq!(unit("百分比").as_deref(), Some("ratio 0.01 false"));
    assert_eq!(unit("个月").as_deref(), Some("月 1 false"));
    assert_eq!(unit("元/人·月").as_deref(), Some("元/人·月 1 false"));
    assert_eq!(unit("万").as_deref(), Some(" 10000 true"));
    assert_eq!(unit("亿 元").as_deref(), Some("元 100000000 false"));
    for text in ["", "优", "定性", "指标值", "≥**人", "人员"] {
        assert_eq!(unit(text), None, "{text}");
    }
    let bracket = |text: &str| GRAMMAR.unit_in_brackets(text).map(|u| u.base.to_string());
    for (name, expected) in [
        ("参保人数（人）", Some("人")),
        ("项目资金（万元）", Some("元")),
        ("单位：万元", Some("元")),
        ("（金额单位：万元）", Some("元")),
        ("权重(%)", Some("ratio")),
        ("全年执行数（万元）(B)", Some("元")),
        ("（≥**人）", None),
        ("指标值(包含数字及文字描述)", None),
        ("项目名称：某某", None),
        ("执行率（B/A）", None),
        ("实施单位：个", Some("个")),
        // Recognition loses brackets.
        ("预算执行情况（万元 (20分)", Some("元")),
        ("全年执行数（万元", Some("元")),
        ("预算执行情况(20分（万元", Some("元")),
        ("完成率（百分比", None),
        ("资金（万元以上的项目）", None),
    ] {
        assert_eq!(bracket(name).as_deref(), expected, "{name}");
    }
}

#[test]
fn numbers_dates_and_years() {
    let number = |text: &str| GRAMMAR.number(text).map(|n| n.to_string());
    for (text, expected) in [
        ("10", "10"),
        ("１０", "10"),
        ("10分", "10"),
        ("20.0", "20"),
        ("十", "10"),
        ("-2", "-2"),
        ("9.5 分", "9.5"),
        ("1,000", "1000"),
    ] {
        assert_eq!(number(text).as_deref(), Some(expected), "{text}");
    }
    for text in ["", "—", "10%", "10个", "10 20", "满分", "≥10", "10分钟"] {
        assert_eq!(number(text), None, "{text}");
    }
    let date = |text: &str| GRAMMAR.date(text, Some(2023)).map(|d| d.to_string());
    for text in [
        "2023. 6. 21",
        "2023年6月21日",
        "2023-6-21",
        "二〇二三年六月二十一日",
        "填报日期：2023年 6 月 21 日",
        "6月21日",
        "2023/06/21",
    ] {
        assert_eq!(date(text).as_deref(), Some("2023-06-21"), "{text}");
    }
    assert_eq!(date("2023年6月"), None);
    let year = |text: &str| GRAMMAR.year(text);
    for (text, expected) in [
        ("（2020年度）", Some(2020)),
        ("二〇二一年度", Some(2021)),
        ("（ 2022 年度）", Some(2022)),
        ("2021年编制的2020年度报告", Some(2020)),
        ("2019年", Some(2019)),
        ("12020年", None),
        ("1年", None),
        ("年度", None),
    ] {
        assert_eq!(year(text), expected, "{text}");
    }
}

#[test]
fn hostile_cells_are_text() {
    let long = "5个".repeat(100_000);
    assert_eq!(GRAMMAR.read(&long, &plain()).unwrap().quantity.text.as_deref(), Some(long.as_str()));
    let nested = "四分之".repeat(600) + "三";
    assert!(!GRAMMAR.read(&nested, &plain()).unwrap().quantity.is_measured());
    for text in [
        "万".repeat(1900),
        "一".repeat(1900),
        "9".repeat(1900),
        "1-".repeat(900),
        "≥".repeat(1900),
        "第".repeat(1900),
        "不低于".repeat(600),
        "1万".repeat(900),
    ] {
        assert!(!GRAMMAR.read(&text, &plain()).is_some_and(|r| r.quantity.is_measured()), "{}", &text[..12]);
    }
}

/// Writes a whole number below 10^16 as Chinese readers expect it.
fn chinese(n: u64) -> String {
    const DIGITS: [char; 10] = ['零', '一', '二', '三', '四', '五', '六', '七', '八', '九'];
    fn below_wan(n: u64, out: &mut String) {
        let mut zero = false;
        for (scale, name) in [(1000, "千"), (100, "百"), (10, "十"), (1, "")] {
            let d = n / scale % 10;
            if d == 0 {
                zero = !out.is_empty();
                continue;
            }
            if zero && !out.ends_with('零') {
                out.push('零');
            }
            zero = false;
            out.push(DIGITS[d as usize]);
            out.push_str(name);
        }
    }
    if n == 0 {
        return "零".to_owned();
    }
    let (yi, wan, rest) = (n / 100_000_000, n / 10_000 % 10_000, n % 10_000);
    let mut out = String::new();
    if yi >= 10_000 {
        below_wan(yi / 10_000, &mut out);
        out.push('万');
        if yi % 10_000 != 0 && yi % 10_000 < 1000 {
            out.push('零');
        }
        let mut lower = String::new();
        below_wan(yi % 10_000, &mut lower);
        out.push_str(&lower);
        out.push('亿');
    } else if yi > 0 {
        below_wan(yi, &mut out);
        out.push('亿');
    }
    let mut gap = false;
    for (part, name) in [(wan, "万"), (rest, "")] {
        if part == 0 {
            gap = true;
            continue;
        }
        if !out.is_empty() && (gap || part < 1000) {
            out.push('零');
        }
        gap = false;
        let mut digits = String::new();
        below_wan(part, &mut digits);
        out.push_str(&digits);
        out.push_str(name);
    }
    out
}

fn value_of(text: &str) -> Option<String> {
    GRAMMAR.read(text, &plain()).and_then(|r| r.quantity.value).map(|v| v.to_string())
}

proptest! {
    #[test]
    fn chinese_numerals_round_trip(n in prop_oneof![0u64..100_000, 0u64..10_000_000_000_000_000]) {
        prop_assert_eq!(value_of(&chinese(n)), Some(n.to_string()), "{}", chinese(n));
    }

    #[test]
    fn a_formatted_quantity_reads_back(mantissa in 0u64..1_000_000_000_000, scale in 0u32..6, unit in 0usize..8, relation in 0usize..7, wide in any::<bool>()) {
        let (unit, base, factor) = [("元", "元", 1), ("万元", "元", 10_000), ("人次", "人次", 1), ("个月", "月", 1), ("元/人/年", "元/人/年", 1), ("平方米", "平方米", 1), ("亿元", "元", 100_000_000), ("家", "家", 1)][unit];
        let (sign, expected) = [("≥", Relation::AtLeast), ("≤", Relation::AtMost), ("", Relation::Equal), ("不低于", Relation::AtLeast), ("＜", Relation::Less), ("约", Relation::Approx), ("大于", Relation::More)][relation];
        let number = Decimal::from_i128_with_scale(i128::from(mantissa), scale);
        let mut text = format!("{sign}{number}{unit}");
        if wide {
            text = text.chars().map(|c| if c.is_ascii_digit() || c == '.' { char::from_u32(c as u32 + 0xFEE0).unwrap() } else { c }).collect();
        }
        let quantity = GRAMMAR.read(&text, &plain()).unwrap().quantity;
        prop_assert_eq!(quantity.relation, Some(expected));
        prop_assert_eq!(quantity.value.map(crate::model::Number::get), Some((number * Decimal::from(factor)).normalize()));
        prop_assert_eq!(quantity.unit.as_deref(), Some(base));
        prop_assert_eq!(quantity.text, None);
    }

    #[test]
    fn ranges_read_back(low in 0u32..10_000, more in 0u32..10_000, joint in 0usize..6) {
        let joint = ["-", "–", "—", "～", "~", "至"][joint];
        let high = low + more;
        let quantity = GRAMMAR.read(&format!("{low}{joint}{high}元"), &plain()).unwrap().quantity;
        prop_assert_eq!(quantity.relation, Some(Relation::Range));
        prop_assert_eq!((quantity.value.unwrap().to_string(), quantity.upper.unwrap().to_string()), (low.to_string(), high.to_string()));
    }

    #[test]
    fn no_text_panics(text in any::<String>(), year in proptest::option::of(any::<i32>())) {
        let context = Context { year, default_unit: GRAMMAR.unit("万元"), money: true };
        let _ = (GRAMMAR.read(&text, &context), GRAMMAR.number(&text), GRAMMAR.date(&text, year), GRAMMAR.year(&text), GRAMMAR.unit(&text), GRAMMAR.unit_in_brackets(&text));
    }

    #[test]
    fn no_cell_like_text_panics(text in r"[0-9０-９一二三十百千万亿零〇廿点分之成折年月日底前后季度上下半%％‰≥≤<>=～~\-—至到元人个次/·*、.,，:：()（）第余多几约不低于超过以内负 X$\\{}]{0,30}", year in proptest::option::of(1i32..9999)) {
        let context = Context { year, default_unit: GRAMMAR.unit("%"), money: false };
        if let Some(reading) = GRAMMAR.read(&text, &context) {
            let q = reading.quantity;
            prop_assert!(q.relation.is_some() == q.is_measured());
            prop_assert!(q.upper.is_none() || q.upper >= q.value);
        }
        let _ = (GRAMMAR.number(&text), GRAMMAR.date(&text, year), GRAMMAR.year(&text), GRAMMAR.unit(&text), GRAMMAR.unit_in_brackets(&text));
    }
}
