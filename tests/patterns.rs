//! Patterns: places, indicators, overlays, and what `patterns check` says.

#![allow(clippy::unwrap_used)] // helpers of tests, too, may stop at what should not be

use serde_json::Value;
use std::path::{Path, PathBuf};
use zhibiao::patterns::Patterns;

/// Records of one kind in the gold files.
fn gold(kind: &str) -> Vec<(PathBuf, Value)> {
    let mut records = Vec::new();
    for folder in ["fixtures/gold", "fixtures/gold-forms"] {
        let mut files: Vec<_> = std::fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(folder))
            .unwrap()
            .map(|f| f.unwrap().path())
            .collect();
        files.sort();
        for file in files {
            for line in std::fs::read_to_string(&file).unwrap().lines() {
                let record: Value = serde_json::from_str(line).unwrap();
                if record["kind"] == kind {
                    records.push((file.clone(), record));
                }
            }
        }
    }
    assert!(records.len() > 10);
    records
}

fn code_of(text: &str) -> Option<String> {
    Patterns::builtin().regions.find(text).map(|found| found.region.code.clone())
}

#[test]
fn a_units_name_or_title_gives_its_place() {
    for (text, code) in [
        ("池州市贵池区棠溪镇项目支出绩效自评表", "341702"),
        ("219-池州市贵池区棠溪镇人民政府", "341702"),
        ("银川市金凤区医疗保障局", "640106"),
        ("银川市医疗保障局", "640100"),
        ("银川医保局", "640100"),
        ("巴彦淖尔市临河区就业补助资金转移支付区域绩效自评表", "150802"),
        ("临河区就业服务中心", "150802"),
        ("2022年度黄石市图书馆共享工程项目自评表", "420200"),
        ("湖北黄石大冶市医疗保障局", "420281"),
        ("稷山县建档立卡贫困人口个人缴费县级配套资金绩效自评表", "140824"),
        ("天长市水利局水旱灾害防御经费绩效自评表", "341181"),
        ("上饶市司法局", "361100"),
        ("巴州医疗保障局", "652800"),
        ("巴音郭楞蒙古自治州医疗保障局", "652800"),
        ("恩施州财政局", "422800"),
        ("恩施土家族苗族自治州恩施市财政局", "422801"),
        ("长阳县卫生健康局", "420528"),
        ("广西壮族自治区医疗保障局", "450000"),
        ("2020年广西城乡居民医保补助资金绩效自评表", "450000"),
        ("内蒙古自治区人力资源和社会保障厅", "150000"),
        ("国家税务总局萧县税务局", "341322"),
        ("中国农业发展银行湖北省分行黄石市支行", "420200"),
        ("开发区·铁山区医疗保障局", "420205"),
        ("武汉市场监督管理局", "420100"),
        ("北京市朝阳区教育委员会", "110105"),
        ("长春市朝阳区教育局", "220104"),
        ("阳泉市城区医疗保障局", "140302"),
        ("银 川 市 金 凤 区 医疗保障局", "640106"),
        ("济源市教育局", "419001"),
        ("重庆市城口县医疗保障局", "500229"),
        ("石河子市财政局", "659001"),
        ("香港特别行政区政府", "810000"),
        // zones without a code
        ("银川市高新区管委会", "640100"),
        ("郑州经济技术开发区教育局", "410100"),
        ("苏州工业园区教育局", "320500"),
        ("雄安新区管委会", "130600"),
        // names given up
        ("北京市崇文区民政局", "110101"),
        ("襄樊市财政局", "420600"),
        ("思茅市财政局", "530800"),
        ("莱芜市财政局", "370116"),
        ("上海市闸北区教育局", "310106"),
        ("杭州市下城区教育局", "330105"),
        ("杭州市江干区教育局", "330102"),
        ("南通市港闸区教育局", "320613"),
        ("长乐市教育局", "350112"),
        ("即墨市教育局", "370215"),
        ("开县财政局", "500154"),
        ("抚州市东乡县财政局", "361003"),
        ("甘肃省东乡县财政局", "622926"),
        ("和县财政局", "340523"),
        ("2023年会同县乡村振兴资金绩效自评报告", "431225"),
        ("马鞍山市财政局和县分局", "340523"),
    ] {
        assert_eq!(code_of(text).as_deref(), Some(code), "{text}");
    }
}

#[test]
fn words_that_only_look_like_places_say_nothing() {
    for text in [
        "",
        "区",
        "县",
        "市",
        "区医疗保障局",
        "县财政局",
        "自治区医疗保障局",
        "市中区医院",
        "国家医疗保障局",
        "各市医疗保障局",
        "财政部",
        "全区所有城乡居民",
        "老城区改造项目",
        "新城区建设",
        "城区环境整治",
        "中心城区",
        "开发区",
        "高新区管委会",
        // several of the name
        "鼓楼区教育局",
        "朝阳区教育局",
        "新华区教育局",
        "城关区教育局",
        // bare words
        "金山、汪仁城乡居民基本医疗保险区级配套资金",
        "朝阳产业扶持资金",
        "和平医院",
        "中山医院",
        "安康医院",
        "北京路小学",
        "四川北路街道",
        "河南岸街道",
        "向阳小学",
        "东风小学",
        "白银采购",
        "三明治",
        // inside other words or as an object
        "2022年铁山区域实际参保人数",
        "城乡居民基本医疗保险委托大冶管理工作经费",
        "“两镇一区”城乡居民基本医疗保险委托阳新县管理工作经费",
        "建成县级公立医院",
        "县乡村振兴局会同县财政局开展检查",
        "由市医保局和县财政局共同组织",
        "市应县级配套资金",
        "为新县城建设筹资",
    ] {
        assert_eq!(code_of(text), None, "{text}");
    }
}

#[test]
fn the_larger_place_decides_between_places_of_one_name() {
    let regions = &Patterns::builtin().regions;
    let code = |texts: &[&str]| regions.resolve(texts).map(|region| region.code.clone());
    assert_eq!(code(&["鼓楼区教育局", "南京市教育局"]).as_deref(), Some("320106"));
    assert_eq!(code(&["鼓楼区教育局", "福建省教育厅"]).as_deref(), Some("350102"));
    assert_eq!(code(&["鼓楼区教育局", "江苏省教育厅"]).as_deref(), Some("320000"), "南京 and 徐州 both have one");
    assert_eq!(code(&["鼓楼区教育局"]), None);
    assert_eq!(code(&["城区财政局", "山西省财政厅", "阳泉市财政局"]).as_deref(), Some("140302"));
    assert_eq!(regions.find_in("鼓楼区教育局", &["徐州市"]).unwrap().region.code, "320302");
}

#[test]
fn a_report_gets_the_code_of_its_year() {
    let regions = &Patterns::builtin().regions;
    let of = |texts: &[&str], year: Option<i32>| {
        let region = regions.resolve_as_of(texts, year).unwrap();
        (region.name.clone(), region.code.clone())
    };
    for (text, year, name, code) in [
        // A county that became a district.
        ("长乐市教育局", 2016, "长乐市", "350182"),
        ("长乐市教育局", 2017, "长乐区", "350112"),
        ("即墨市民政局", 2015, "即墨市", "370282"),
        // A prefecture that was dissolved.
        ("莱芜市财政局", 2018, "莱芜市", "371200"),
        ("莱芜市财政局", 2019, "莱芜区", "370116"),
        // Renamed, under the same code.
        ("襄樊市财政局", 2009, "襄樊市", "420600"),
        ("襄樊市财政局", 2012, "襄阳市", "420600"),
        // The same name under another code.
        ("巴里坤哈萨克自治县医疗保障局", 2014, "巴里坤哈萨克自治县", "652222"),
        ("巴里坤哈萨克自治县医疗保障局", 2020, "巴里坤哈萨克自治县", "650521"),
        // Merged: the one that is named.
        ("上海市卢湾区民政局", 2010, "卢湾区", "310103"),
        ("上海市黄浦区民政局", 2010, "黄浦区", "310101"),
        // Nothing changed.
        ("银川市金凤区医疗保障局", 2012, "金凤区", "640106"),
    ] {
        assert_eq!(of(&[text], Some(year)), (name.to_owned(), code.to_owned()), "{text} {year}");
    }
    assert_eq!(of(&["长乐市教育局"], None).1, "350112", "without a year, as it is today");
    assert_eq!(regions.today("350182").unwrap().code, "350112");
    assert_eq!(regions.today("640106").unwrap().code, "640106");
    assert_eq!(regions.today("999999"), None);
    assert_eq!(regions.resolve_as_of(&["某地财政局"], Some(2016)), None);
}

#[test]
fn short_forms_resolve_and_ambiguous_ones_ask_for_context() {
    let regions = &Patterns::builtin().regions;
    let code = |texts: &[&str]| regions.resolve(texts).map(|region| region.code.clone());
    for (text, expected) in [
        ("巴州财政局", Some("652800")),
        ("巴州城乡居民基本医疗保险基金预算2023年度绩效自评报告", Some("652800")),
        ("广西2020年城乡居民医保补助资金", Some("450000")),
        ("黄石市医疗保障局", Some("420200")),
        ("黄石医保局", Some("420200")),
        // A prefecture, two districts, and a word.
        ("朝阳医保局", None),
        ("朝阳市医保局", Some("211300")),
        ("朝阳区医疗保障局", None),
        ("鼓楼区医疗保障局", None),
        ("区医疗保障局", None),
        ("某某县财政局", None),
        ("梧桐市财政局", None),
    ] {
        assert_eq!(code(&[text]).as_deref(), expected, "{text}");
    }
    assert_eq!(code(&["朝阳区医疗保障局", "长春市医疗保障局"]).as_deref(), Some("220104"));
    assert_eq!(code(&["鼓楼区医疗保障局", "福州市2023年度自评报告"]).as_deref(), Some("350102"));
    // 区医疗保障局 alone takes what the document says around it.
    assert_eq!(code(&["区医疗保障局", "开发区·铁山区医疗保障局"]).as_deref(), Some("420205"));
}

#[test]
fn earlier_texts_decide_and_later_ones_only_say_it_more_exactly() {
    let regions = &Patterns::builtin().regions;
    let code = |texts: &[&str]| regions.resolve(texts).map(|region| region.code.clone());
    assert_eq!(
        code(&["银川市医疗保障局", "金凤区医疗救助资金自评表"]).as_deref(),
        Some("640100"),
        "the unit's own name"
    );
    assert_eq!(
        code(&["县卫生健康局", "四川省卫生健康委员会", "旺苍县基本药物制度补助资金"]).as_deref(),
        Some("510821")
    );
    assert_eq!(code(&["县卫生健康局", "四川省卫生健康委员会", "稷山县"]).as_deref(), Some("510000"), "not in 四川");
    assert_eq!(code(&["区医疗保障局", "国家医疗保障局"]), None);
    assert_eq!(code(&[]), None);
}

#[test]
fn a_match_tells_where_the_name_stands() {
    let found = Patterns::builtin().regions.find("219-池州市贵池区棠溪镇").unwrap();
    assert_eq!(&"219-池州市贵池区棠溪镇"[found.start..found.end], "池州市贵池区");
    let all = Patterns::builtin().regions.find_all("湖北省、安徽省池州市和鼓楼区");
    assert_eq!(all.iter().map(|m| &*m.region.code).collect::<Vec<_>>(), ["420000", "341700"]);
}

#[test]
fn every_gold_forms_place_is_found() {
    let mut found = 0;
    for (file, form) in gold("form") {
        let texts: Vec<&str> =
            ["implementer", "title", "authority", "project"].iter().filter_map(|key| form[*key].as_str()).collect();
        let region = Patterns::builtin().regions.resolve(&texts);
        let Some(code) = form["region"]["code"].as_str() else {
            assert_eq!(region, None, "{}: {texts:?}", file.display());
            continue;
        };
        // The title of one names no place; its document does, in the lines above the form.
        let region = region.or_else(|| Patterns::builtin().regions.resolve(&["巴音郭楞蒙古自治州医疗保障局"]));
        assert_eq!(region.unwrap().code, code, "{}: {texts:?}", file.display());
        found += 1;
    }
    assert_eq!(found, 15);
}

#[test]
fn every_gold_indicators_name_gives_its_id() {
    let indicators = &Patterns::builtin().indicators;
    let mut seen = 0;
    for (file, row) in gold("indicator") {
        let (level2, level3) = (row["level2"].as_str(), row["level3"].as_str().unwrap());
        if let Some(id) = row["indicator"].as_str() {
            assert!(indicators.get(id).is_some(), "{id} is not in indicators.toml");
            let about = row["project"].as_str();
            assert_eq!(indicators.find(level2, level3), Some(id), "{}: {level3}", file.display());
            assert_eq!(indicators.find_about(level2, level3, about), Some(id), "{}: {level3}", file.display());
            seen += 1;
        }
    }
    assert!(seen > 40, "{seen}");
}

/// A directory with one overlay file in it.
fn overlay(file: &str, text: &str) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join(file), text).unwrap();
    dir
}

/// What `patterns check` says of an overlay: `file:line: severity: message`, the directory left out.
fn complaints(file: &str, text: &str) -> Vec<String> {
    let dir = overlay(file, text);
    let prefix = format!("{}{}", dir.path().display(), std::path::MAIN_SEPARATOR);
    zhibiao::patterns::check(Some(dir.path())).iter().map(|p| p.to_string().replace(&prefix, "")).collect()
}

#[test]
fn the_built_in_patterns_are_in_order() {
    let problems: Vec<String> = zhibiao::patterns::check(None).iter().map(ToString::to_string).collect();
    assert_eq!(problems, Vec::<String>::new());
}

#[test]
fn every_kind_of_slip_is_told_with_its_line() {
    let head = "# mine\n\n[[indicator]]\nid = \"x\"\nname_zh = \"甲乙\"\nname_en = \"X\"\nvalue = \"count\"\n";
    for (file, text, said) in [
        ("indicators.toml", format!("{head}alias = [\"甲\"]\n"), "indicators.toml:8: error: unknown key `alias`"),
        (
            "indicators.toml",
            "[[indicators]]\nid = \"x\"\n".into(),
            "indicators.toml:1: error: unknown table [[indicators]]",
        ),
        ("indicators.toml", "\nid = \"x\"\n".into(), "indicators.toml:2: error: `id` stands outside of [[indicator]]"),
        ("indicators.toml", "\n\n[[indicator]\nid = 1\n".into(), "indicators.toml:3: error: "),
        ("indicators.toml", "\n[[indicator]]\nid = \"x\"\n".into(), "indicators.toml:2: error: missing field"),
        ("indicators.toml", head.replace("count", "number"), "indicators.toml:7: error: unknown variant `number`"),
        (
            "indicators.toml",
            format!("{head}{head}"),
            "indicators.toml:10: error: id `x` is given twice, first in line 3",
        ),
        (
            "indicators.toml",
            "\n[[indicator]]\nid = \"no_such\"\nremove = true\n".into(),
            "indicators.toml:2: error: `no_such` is to be removed, but there is no such indicator",
        ),
        (
            "indicators.toml",
            format!("{head}aliases = [\"重复 参保人数（人）\"]\n"),
            "indicators.toml:3: error: `重复 参保人数（人）` of `x` is already a spelling of `duplicate_insured_persons` (patterns/",
        ),
        (
            "indicators.toml",
            format!("{head}aliases = [\"甲\", \"甲 \"]\n"),
            "indicators.toml:3: error: `甲 ` stands twice in `x`",
        ),
        (
            "indicators.toml",
            format!("{head}aliases = [\"（）\"]\n"),
            "indicators.toml:3: error: `（）` of `x` is empty",
        ),
        (
            "indicators.toml",
            format!("{head}rules = [{{ pattern = \"甲(\" }}]\n"),
            "indicators.toml:3: error: `甲(` is no regular expression",
        ),
        (
            "indicators.toml",
            format!("{head}rules = [{{ pattern = \"甲 乙\" }}]\n"),
            "indicators.toml:3: error: `甲 乙` can never match",
        ),
        (
            "indicators.toml",
            format!("{head}rules = [{{ all = [\"甲、乙\"] }}]\n"),
            "indicators.toml:3: error: `甲、乙` can never stand in a name's key",
        ),
        (
            "indicators.toml",
            format!("{head}rules = [{{ all = [\"甲乙\"], none = [\"乙\"] }}]\n"),
            "indicators.toml:3: error: a rule asks for `乙` and forbids it",
        ),
        ("indicator.toml", String::new(), "indicator.toml: error: not a pattern file"),
        ("indicators.toml.bak", String::new(), "indicators.toml.bak: warning: not a pattern file"),
        ("regions.tsv", "# mine\n659013\t新城\n".into(), "regions.tsv:2: error: 2 tab-separated columns"),
        ("regions.tsv", "659013\t新城市\ttown\t650000\n".into(), "regions.tsv:1: error: level `town`"),
        ("regions.tsv", "659013\t新城市\tcounty\t990000\n".into(), "regions.tsv:1: error: `990000` is not the code"),
        (
            "regions.tsv",
            "110101\t-\n110101\t-\n".into(),
            "regions.tsv:2: error: `110101` is given twice, first in line 1",
        ),
        ("regions.tsv", "999999\t-\n".into(), "regions.tsv:1: error: `999999` is to be removed"),
        (
            "region_aliases.tsv",
            "老城\t1\tshort\t-\n".into(),
            "region_aliases.tsv:1: error: `1` is not the code of a place",
        ),
        ("region_aliases.tsv", "老城\t110101\tnick\t-\n".into(), "region_aliases.tsv:1: error: kind `nick`"),
        ("region_aliases.tsv", "老城\t110101\tformer\t-\n".into(), "region_aliases.tsv:1: error: year `-`"),
    ] {
        let told = complaints(file, &text);
        assert!(told.len() == 1 && told[0].starts_with(said), "{text}\nexpected {said}\ntold     {told:#?}");
    }
    let nowhere = zhibiao::patterns::check(Some(Path::new("/no/such/directory")));
    assert!(nowhere.len() == 1 && nowhere[0].to_string().starts_with("/no/such/directory: error: cannot be read"));
}

#[test]
fn a_file_that_cannot_be_used_stops_loading_with_its_line() {
    let dir = overlay("indicators.toml", "\n[[indicator]]\nid = \"x\"\nalias = 1\n");
    let error = Patterns::load(Some(dir.path())).unwrap_err().to_string();
    assert!(error.contains("indicators.toml:4: unknown key `alias`"), "{error}");
}

#[test]
fn an_overlay_replaces_adds_and_removes() {
    let dir = overlay(
        "indicators.toml",
        r#"
        [[indicator]]
        id = "insured_persons"
        name_zh = "投保人数"
        name_en = "Persons insured"
        value = "count"

        [[indicator]]
        id = "trees_planted"
        name_zh = "植树数量"
        name_en = "Trees planted"
        value = "count"
        unit = "棵"
        aliases = ["栽植树木数"]
        rules = [{ all = ["植树"], any = ["棵数", "株数"] }]

        [[indicator]]
        id = "complaints"
        remove = true
        "#,
    );
    std::fs::write(
        dir.path().join("regions.tsv"),
        "420205\t铁矿区\tcounty\t420200\n659013\t新建市\tcounty\t650000\n110101\t-\n",
    )
    .unwrap();
    std::fs::write(dir.path().join("region_aliases.tsv"), "春城\t530100\tshort\t-\n巴州\t511900\tshort\t-\n").unwrap();
    let patterns = Patterns::load(Some(dir.path())).unwrap();
    let find = |name: &str| patterns.indicators.find(None, name);
    assert_eq!(find("投保人数"), Some("insured_persons"));
    assert_eq!(find("参保人数"), None, "the built-in entry is replaced whole");
    assert_eq!(find("栽植树木数（棵）"), Some("trees_planted"));
    assert_eq!(find("义务植树株数"), Some("trees_planted"));
    assert_eq!(find("投诉次数"), None);
    assert_eq!(find("重复参保人数"), Some("duplicate_insured_persons"), "others stay");
    let code = |text: &str| patterns.regions.find(text).map(|found| found.region.code.clone());
    assert_eq!(code("铁矿区财政局").as_deref(), Some("420205"));
    assert_eq!(code("铁山区财政局"), None);
    assert_eq!(code("新建市财政局").as_deref(), Some("659013"));
    assert_eq!(code("北京市东城区财政局").as_deref(), Some("110000"));
    assert_eq!(code("春城财政局").as_deref(), Some("530100"));
    assert_eq!(code("巴州财政局").as_deref(), Some("511900"));
}

#[test]
fn show_prints_what_is_in_force() {
    let dir = overlay("indicators.toml", "[[indicator]]\nid = \"complaints\"\nremove = true\n");
    let mut out = Vec::new();
    zhibiao::patterns::show(Some(dir.path()), &mut out).unwrap();
    let out = String::from_utf8(out).unwrap();
    let mut builtin = Vec::new();
    zhibiao::patterns::show(None, &mut builtin).unwrap();
    let builtin = String::from_utf8(builtin).unwrap();
    assert!(builtin.contains("id = \"complaints\"\n") && !out.contains("id = \"complaints\"\n"));
    assert!(builtin.contains("# regions.tsv: 3341 entries\n"), "{}", &builtin[..200]);
    assert!(builtin.contains("652800\t巴音郭楞蒙古自治州\tcity\t650000\t巴音郭楞州\n"));
    // What it prints of a file is a file: it reads back as the same entries.
    let from = builtin.find("# indicators.toml").unwrap();
    let length = builtin[from + 1..].find("\n# ").unwrap();
    let indicators = &builtin[from..=from + length];
    let dir = overlay("indicators.toml", indicators);
    assert_eq!(zhibiao::patterns::check(Some(dir.path())), []);
}
