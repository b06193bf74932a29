//! Statements against what was labelled by hand: the seeds, and sentences of other departments.
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

use rust_decimal::Decimal;
use serde_json::Value;
use std::collections::HashMap;
use std::fs;
use std::path::Path;
use zhibiao::emit::json_lines::write_line;
use zhibiao::{Options, Source, extract};

/// What a statement says, white space aside, numbers by value.
fn facts(statement: &Value) -> Vec<(&'static str, String)> {
    let bare = |text: &Value| text.as_str().unwrap_or("").split_whitespace().collect::<String>();
    let value = &statement["value"];
    let number = |v: &Value| match v {
        Value::Null => String::new(),
        other => other.to_string().trim_matches('"').parse::<Decimal>().unwrap().normalize().to_string(),
    };
    let parts = value["parts"].as_array().map_or(String::new(), |parts| {
        parts.iter().map(|p| format!("{} {} {};", bare(&p["label"]), number(&p["value"]), bare(&p["unit"]))).collect()
    });
    vec![
        ("sentence", bare(&statement["sentence"])),
        ("raw", bare(&value["raw"])),
        ("relation", bare(&value["relation"])),
        ("value", number(&value["value"])),
        ("upper", number(&value["upper"])),
        ("unit", bare(&value["unit"])),
        ("text", bare(&value["text"])),
        ("parts", parts),
        ("subject", bare(&statement["subject"])),
        ("aspect", bare(&statement["aspect"])),
        ("year", statement["year"].to_string()),
        ("section", statement["section"].as_array().unwrap().iter().map(|s| bare(s) + " / ").collect()),
    ]
}

#[derive(Default)]
struct Tally {
    right: usize,
    found: usize,
    labelled: usize,
}

impl Tally {
    fn precision(&self) -> f64 {
        self.right as f64 / self.found.max(1) as f64
    }
    fn recall(&self) -> f64 {
        self.right as f64 / self.labelled.max(1) as f64
    }
}

fn statements_of(name: &str, bytes: Vec<u8>, options: &Options) -> Vec<Value> {
    let extraction = extract(Source { name: name.to_owned(), bytes }, options);
    let mut lines = Vec::new();
    for record in &extraction.records {
        write_line(&mut lines, record).unwrap();
    }
    let records = String::from_utf8(lines).unwrap();
    let all = records.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    all.filter(|record| record["kind"] == "statement").collect()
}

fn gold_of(path: &Path) -> Vec<Value> {
    fs::read_to_string(path).unwrap().lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Right is a statement all of whose facts are those of one in the gold. Prints what is not.
fn compare(name: &str, found: &[Value], gold: &[Value], tally: &mut Tally) {
    let mut open: HashMap<Vec<(&str, String)>, usize> = HashMap::new();
    for statement in gold {
        *open.entry(facts(statement)).or_default() += 1;
    }
    let mut wrong = Vec::new();
    for statement in found {
        match open.get_mut(&facts(statement)) {
            Some(left) if *left > 0 => {
                *left -= 1;
                tally.right += 1;
            }
            _ => wrong.push(statement),
        }
    }
    tally.found += found.len();
    tally.labelled += gold.len();
    let mut missed: Vec<Vec<(&str, String)>> =
        open.into_iter().flat_map(|(facts, left)| std::iter::repeat_n(facts, left)).collect();
    missed.sort();
    for statement in wrong {
        let got = facts(statement);
        let same = |m: &Vec<(&str, String)>| m[0].1 == got[0].1 && m[3].1 == got[3].1 && m[7].1 == got[7].1;
        match missed.iter().position(same) {
            Some(at) => {
                let wanted = missed.remove(at);
                for (got, wanted) in got.iter().zip(&wanted).filter(|(g, w)| g != w) {
                    println!("{name}: {}: {} is {:?}, not {:?}", wanted_sentence(statement), got.0, wanted.1, got.1);
                }
            }
            None => println!("{name}: not labelled: {got:?}"),
        }
    }
    for missed in missed {
        println!("{name}: missed: {missed:?}");
    }
}

fn wanted_sentence(statement: &Value) -> &str {
    statement["sentence"].as_str().unwrap_or("")
}

fn folder() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Every document of a folder against the labels of its name in another.
fn measure(what: &str, documents: &Path, labels: &Path) -> Tally {
    let options = Options::load(None).unwrap();
    let mut all = Tally::default();
    let mut paths: Vec<_> = fs::read_dir(documents).unwrap().map(|e| e.unwrap().path()).collect();
    let has_labels =
        |path: &Path| path.file_stem().is_some_and(|stem| labels.join(stem).with_extension("jsonl").exists());
    paths.retain(|path| path.extension().is_some_and(|e| e != "jsonl") && has_labels(path));
    paths.sort();
    for path in paths {
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let found = statements_of(stem, fs::read(&path).unwrap(), &options);
        let gold = gold_of(&labels.join(format!("{stem}.jsonl")));
        compare(stem, &found, &gold, &mut all);
    }
    let Tally { right, found, labelled } = all;
    let (precision, recall) = (all.precision(), all.recall());
    println!("{what}: {labelled} labelled, {found} found, {right} right: precision {precision:.3}, recall {recall:.3}");
    all
}

#[test]
fn the_seeds_say_what_was_labelled() {
    let all = measure("seeds", &folder().join("seeds"), &folder().join("gold-statements"));
    assert!(all.precision() >= 0.95 && all.recall() >= 0.85);
}

#[test]
fn other_departments_say_what_was_labelled() {
    let others = folder().join("gold-statements/other");
    let all = measure("others", &others, &others);
    assert!(all.precision() >= 0.95 && all.recall() >= 0.85);
}

/// They were kept out of sight until the rules were done; `docs/statements.md` has the figures of that first reading.
#[test]
fn texts_that_came_last_say_what_was_labelled() {
    let unseen = folder().join("gold-statements/unseen");
    let all = measure("unseen", &unseen, &unseen);
    assert!(all.precision() >= 0.95 && all.recall() >= 0.85);
}

/// Roads, schools, farmland, a hospital, pensions, culture: written and labelled before the program read them, longer and with
/// more ways of saying a number than the sets before. `docs/statements.md` has the figures of both readings.
#[test]
fn later_texts_say_what_was_labelled() {
    let later = folder().join("gold-statements/later");
    let all = measure("later", &later, &later);
    assert!(all.precision() >= 0.80 && all.recall() >= 0.80);
}

/// The prose of whole documents with their forms. `fixtures/texts/README.md` has the figures of the first readings.
#[test]
fn whole_documents_say_what_was_labelled() {
    let all = measure("whole documents", &folder().join("texts"), &folder().join("gold-texts/statements"));
    assert!(all.precision() >= 0.85 && all.recall() >= 0.85);
}

/// Loaded once for many small texts.
fn shared() -> Options {
    static SHARED: std::sync::LazyLock<Options> = std::sync::LazyLock::new(|| Options::load(None).unwrap());
    SHARED.clone()
}

/// `subject aspect value` of each statement in a text.
fn said(text: &str) -> Vec<String> {
    let options = shared();
    let plain = |v: &Value| v.as_str().map_or_else(|| v.to_string(), str::to_owned);
    let all = statements_of("said.txt", text.as_bytes().to_vec(), &options);
    all.iter()
        .map(|s| format!("{} {} {}", plain(&s["subject"]), plain(&s["aspect"]), plain(&s["value"]["value"])))
        .collect()
}

#[test]
fn what_measures_nothing_says_nothing() {
    for text in [
        "根据《预算法》（国发〔2020〕10号）第二十七条，按5:5比例分担，自2021年5月6日起施行。",
        "连续缴费满3年的，取消限制，第3批次、第12期已启动，联系电话13800138000。",
        "每降低1%扣2分，扣完为止，得分=权重*B/A。",
        "确保了居民能够100%享受惠民政策，一半由村承担。",
        "分别为95%和96%，两者分别增长5%、6%。",
        "项目名称：某项目个人缴费50%部分",
        "填报日期：2023年6月21日",
        "98%",
        "加强管理，提高质量，不断完善制度。",
    ] {
        assert_eq!(said(text), [""; 0], "{text}");
    }
}

/// What each says was written down from the sentence alone.
#[test]
fn lists_parts_conditions_and_changes_are_told_apart() {
    for (text, expected) in [
        (
            "全区小学、初中生均用房面积分别达到4.2平方米和5.1平方米，较上年分别增加0.3平方米和0.4平方米。",
            &[
                "全区小学用房面积 actual 4.2",
                "初中生均用房面积 actual 5.1",
                "全区小学用房面积 change 0.3",
                "初中生均用房面积 change 0.4",
            ][..],
        ),
        (
            "中央、省级和县级资金分别为100万元、50万元和20万元，到位率为100%。",
            &["中央资金 actual 1000000", "省级资金 actual 500000", "县级资金 actual 200000", "到位率 actual 1"],
        ),
        (
            "担保贷款额、扶持创业人数分别完成年度目标的122%和107.5%。",
            &["担保贷款额 completion_rate 1.22", "扶持创业人数 completion_rate 1.075"],
        ),
        ("分别增长5%和6%，三项收入、支出分别为7万元。", &[]),
        (
            "村集体收入超过10万元的村23个，选择1000元以上档次的有412人。",
            &["村集体收入超过10万元的村 actual 23", "选择1000元以上档次 actual 412"],
        ),
        (
            "改造项目28个，建筑面积3.12万平方米，较计划少4个；新增学位2860个，超出目标160个。",
            &[
                "改造项目 actual 28",
                "建筑面积 actual 31200",
                "改造项目 change 4",
                "新增学位 actual 2860",
                "新增学位 change 160",
            ],
        ),
        (
            "计划救助残疾儿童1800名，实际救助1926名，完成率107%，康复有效率达92.4%，大于目标值90%。",
            &[
                "救助残疾儿童 target 1800",
                "救助残疾儿童 actual 1926",
                "救助残疾儿童 completion_rate 1.07",
                "康复有效率 actual 0.924",
                "康复有效率 target 0.9",
            ],
        ),
        (
            "年初预算收入3862万元，其中：基本支出2106万元，占54.5%；项目支出1756万元，占45.5%。年中追加预算413万元，占年初预算的10.7%。",
            &[
                "年初预算收入 budget 38620000",
                "基本支出 budget 21060000",
                "基本支出 share 0.545",
                "项目支出 budget 17560000",
                "项目支出 share 0.455",
                "追加预算 budget 4130000",
            ],
        ),
        (
            "其中产出指标分值50分，得47分；毕业生就业率由上年的91.2%提高到92.6%；全年新增参保1023人，仅完成目标任务1500人的68.2%。",
            &[
                "产出指标分值 other 50",
                "产出指标得分 other 47",
                "毕业生就业率 change 0.926",
                "新增参保 actual 1023",
                "新增参保 target 1500",
                "新增参保 completion_rate 0.682",
            ],
        ),
        (
            "应参保31.2万人，实际参保30.87万人；项目按期完成率90%，主要原因是3%的质保金未到期；满意度95%，比年度目标（90%）高5个百分点。",
            &[
                "应参保 actual 312000",
                "参保 actual 308700",
                "项目按期完成率 actual 0.9",
                "满意度 actual 0.95",
                "满意度 target 0.9",
                "满意度 change 5",
            ],
        ),
        (
            "危房改造户数：目标616户，完成612户，完成率99.35%。“一卡通”发放率：目标100%，实际98%。数量指标：目标任务12项。",
            &[
                "危房改造户数 target 616",
                "危房改造户数 actual 612",
                "危房改造户数 completion_rate 0.9935",
                "“一卡通”发放率 target 1",
                "“一卡通”发放率 actual 0.98",
            ],
        ),
        (
            "使用外资金额157.8亿元，超额完成全年150亿元的目标，失业率3.9%，未突破4.5%的控制目标。",
            &[
                "外资金额 actual 15780000000",
                "外资金额 target 15000000000",
                "失业率 actual 0.039",
                "失业率 target 0.045",
            ],
        ),
        ("造价低于每处28万元，雨露计划补助学生2154人次。", &["雨露计划补助学生 actual 2154"]),
    ] {
        assert_eq!(said(text), expected, "{text}");
    }
}

#[test]
fn notes_under_a_form_say_nothing_and_prose_behind_them_does() {
    let text = "项目名称\t道路养护\t\n年度资金总额\t预算数\t执行数\n\t110\t110\n一级指标\t二级指标\t三级指标\t年度指标值\t实际完成值\n\
        产出指标\t数量指标\t养护里程\t20公里\t21公里\n\n备注：\n\n1. 定性指标分为三档，按照100-80%（含80%）合理确定分值，加权计算。\n\n\
        财政项目支出绩效评价报告\n\n一、资金情况\n\n全年实际拨付养护资金110万元，执行率达100%。\n";
    assert_eq!(said(text), ["养护资金 actual 1100000", "养护资金 completion_rate 1"]);
}

#[test]
fn a_page_break_cuts_no_sentence_and_a_carried_subject_ends_with_its_paragraph() {
    let text = "（二）支出\n\n2023年全市基本医疗保险基金支出103384万元，完成\n\n预算的97.34%，较上年增长\n\n33.93%。\n\n完成预算的98%。";
    let subject = "全市基本医疗保险基金支出";
    let expected = ["actual 1033840000", "completion_rate 0.9734", "change 0.3393"];
    let expected: Vec<String> = expected.iter().map(|e| format!("{subject} {e}")).collect();
    assert_eq!(said(text), expected);
}

#[test]
fn a_users_words_teach_a_new_aspect() {
    let folder = std::env::temp_dir().join(format!("zhibiao-statements-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let own = "[[statement_words]]\nid = \"own\"\nrole = \"facet\"\naspect = \"target\"\nwords = [\"约束性任务\"]\n";
    fs::write(folder.join("statements.toml"), own).unwrap();
    let options = Options::load(Some(&folder)).unwrap();
    let found = statements_of("own.txt", "森林覆盖率约束性任务为23.1%，已下达。".as_bytes().to_vec(), &options);
    fs::remove_dir_all(&folder).unwrap();
    assert_eq!((&found[0]["subject"], &found[0]["aspect"]), (&Value::from("森林覆盖率"), &Value::from("target")));
}

#[test]
fn one_line_of_very_many_sentences_gives_them_all_in_order() {
    let sentence = |n: usize| format!("第{n}批救助资金{n}万元，已拨付。");
    let text: String = (1..=3000).map(sentence).collect();
    let options = Options::load(None).unwrap();
    let found = statements_of("long.txt", text.into_bytes(), &options);
    assert_eq!(found.len(), 3000);
    assert_eq!(found[2999]["value"]["raw"], "3000万元");
    assert!(found[2999]["id"].as_str().unwrap().ends_with("-s3000"));
}

/// `record finding expected found` of each finding about prose in a document.
fn conflicts(name: &str, bytes: Vec<u8>) -> Vec<String> {
    let extraction = extract(Source { name: name.to_owned(), bytes }, &shared());
    let mut lines = Vec::new();
    for record in &extraction.records {
        write_line(&mut lines, record).unwrap();
    }
    let records: Vec<Value> =
        lines.split(|b| *b == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let mut all = Vec::new();
    for record in &records {
        let is_statement = record["kind"] == "statement";
        for finding in record["findings"].as_array().unwrap() {
            if finding["code"] == "prose_table_conflict" || (is_statement && finding["code"] == "rate_mismatch") {
                let text = |v: &Value| v.as_str().unwrap_or("").to_owned();
                let (kind, code) = (text(&record["kind"]), text(&finding["code"]));
                all.push(format!("{kind} {code} {} {}", text(&finding["expected"]), text(&finding["found"])));
            }
        }
    }
    all
}

#[test]
fn the_seeds_contradictions_are_found_and_no_others() {
    let seeds = folder().join("seeds");
    let of = |name: &str| conflicts(name, fs::read(seeds.join(name)).unwrap());
    // 完成预算的99.57% where 104642 ÷ 101560 is 103.03 %; 累计结余 85139 and 85137 and again 85139万元; 待遇支出 ≤9.48 in the text, ≤9.49亿元
    // in the table.
    assert_eq!(
        of("001_e80d67eb73382404.txt"),
        [
            "statement rate_mismatch 1.0303 0.9957",
            "statement prose_table_conflict 851390000 851370000",
            "statement prose_table_conflict 851370000 851390000",
            "indicator prose_table_conflict 948000000 949000000",
        ]
    );
    for name in
        ["000_23833484f2666f86.txt", "002_66a8595c7102542c.txt", "003_73137de5e2ab3023.txt", "004_5ca7f475eea7f975.txt"]
    {
        assert_eq!(of(name), [""; 0], "{name}");
    }
}

#[test]
fn rounding_is_no_contradiction() {
    let text = "2023年全市基本医疗保险基金收入35407万元，预算33375万元。\n\n2023年全市基本医疗保险基金收入3.54亿元，完成预算的106.08%。";
    assert_eq!(conflicts("rounded.txt", text.as_bytes().to_vec()), [""; 0]);
}

#[test]
fn an_items_number_parts_it_from_what_stood_before() {
    let sentences: Vec<String> =
        statements_of("items.txt", "一、参保情况，《\n\n（二）收入≥3%，".as_bytes().to_vec(), &shared())
            .iter()
            .map(|statement| statement["sentence"].as_str().unwrap().to_owned())
            .collect();
    assert_eq!(sentences, ["收入≥3%"]);
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(300))]
    /// Whatever the text: no panic, and clause and raw value are the text's own.
    #[test]
    fn any_text_gives_statements_of_its_own_words(
        text in "(一、|（二）|1\\. |其中：|（|）|《|》|，|。|；|：|、|为|达|占|的|由|到|较上年增长|完成预算的|收入|预算|指标值|参保率|得分|标准|2023年|万元|人|%|≥|\\$\\\\geq 3\\%\\$|[0-9]{1,3}|\\n|\\*\\*| ){1,60}"
    ) {
        // A line of digits alone is a page's number, over which a sentence goes on.
        let lines = text.lines().filter(|line| line.trim().is_empty() || !line.trim().bytes().all(|b| b.is_ascii_digit()));
        let bare: String = lines.flat_map(str::chars).filter(|c| !c.is_whitespace()).collect();
        for statement in statements_of("any.txt", text.clone().into_bytes(), &shared()) {
            for part in [&statement["sentence"], &statement["value"]["raw"]] {
                let part: String = part.as_str().unwrap().chars().filter(|c| !c.is_whitespace()).collect();
                proptest::prop_assert!(bare.contains(&part), "{part:?} is not in {text:?}");
            }
        }
    }
}
