//! Forms as authorities fill them in when nothing is wrong: parts add up, rates are rounded or cut, scores follow.

use super::Random;
use crate::support::content::{Block, Column, Form, Report};
use rust_decimal::{Decimal, RoundingStrategy};

/// Name, unit, whether the value is a share, level 1, level 2.
type Measure = (&'static str, &'static str, &'static str, &'static str);

const MEASURES: [Measure; 28] = [
    ("参保人数", "人", "产出指标", "数量指标"),
    ("新建高标准农田面积", "亩", "产出指标", "数量指标"),
    ("培训教师人次", "人次", "产出指标", "数量指标"),
    ("资助学生人数", "人", "产出指标", "数量指标"),
    ("改造村卫生室个数", "个", "产出指标", "数量指标"),
    ("维修渠道长度", "公里", "产出指标", "数量指标"),
    ("发放宣传资料份数", "份", "产出指标", "数量指标"),
    ("验收合格率", "%", "产出指标", "质量指标"),
    ("补助资金到位率", "%", "产出指标", "质量指标"),
    ("救助对象认定准确率", "%", "产出指标", "质量指标"),
    ("培训合格率", "%", "产出指标", "质量指标"),
    ("档案完整率", "%", "产出指标", "质量指标"),
    ("资金拨付及时率", "%", "产出指标", "时效指标"),
    ("项目按期完成率", "%", "产出指标", "时效指标"),
    ("预算控制数", "万元", "产出指标", "成本指标"),
    ("人均补助标准", "元/人/年", "产出指标", "成本指标"),
    ("带动农户增收金额", "元", "效益指标", "经济效益指标"),
    ("带动就业人数", "人", "效益指标", "经济效益指标"),
    ("受益人口数", "人", "效益指标", "社会效益指标"),
    ("政策知晓率", "%", "效益指标", "社会效益指标"),
    ("减轻群众医疗负担", "", "效益指标", "社会效益指标"),
    ("生活垃圾无害化处理率", "%", "效益指标", "生态效益指标"),
    ("苗木成活率", "%", "效益指标", "生态效益指标"),
    ("长效管护机制", "", "效益指标", "可持续影响指标"),
    ("设施使用年限", "年", "效益指标", "可持续影响指标"),
    ("服务对象满意度", "%", "满意度指标", "服务对象满意度指标"),
    ("受益群众满意度", "%", "满意度指标", "服务对象满意度指标"),
    ("主管部门满意度", "%", "满意度指标", "服务对象满意度指标"),
];

const PROJECTS: [&str; 8] = [
    "城乡居民基本医疗保险补助资金",
    "农村危房改造项目",
    "困难群众救助补助资金",
    "乡村道路养护经费",
    "学生营养改善计划补助资金",
    "就业补助资金",
    "公共图书馆免费开放补助",
    "小型水库维修养护项目",
];

const PLACES: [&str; 6] = ["黄石市", "银川市金凤区", "永德县", "达州市", "贵池区", "巴音郭楞蒙古自治州"];

const SOURCES: [&str; 4] = ["其中：中央补助", "省级资金", "市县资金", "其他资金"];

const NOTE: &str = "注：定量指标计分原则：正向指标（即目标值为≥X，得分=权重*B/A），反向指标（即目标值为≤X，得分=权重*A/B），得分不得突破权重总额。";

/// Columns of the indicator block.
pub const TARGET: usize = 3;
pub const ACTUAL: usize = 4;
pub const WEIGHT: usize = 5;
pub const SCORE: usize = 6;
/// Columns of the fund block.
pub const BUDGET: usize = 2;
pub const EXECUTED: usize = 3;
pub const RATE: usize = 5;
pub const FUND_SCORE: usize = 6;

/// A document with one form. What the seed does not choose is the same in all: the layout of the central project form.
pub fn report(seed: u64) -> Report {
    let mut random = Random(seed);
    let place = *random.of(&PLACES);
    let project = *random.of(&PROJECTS);
    let year = random.within(2018, 2025);
    let proportional = random.one_in(3);
    let (fund, fund_score) = fund(&mut random);
    let (indicators, scores) = indicators(&mut random, proportional);
    let total = fund_score + scores;
    let rows = indicators.rows.len();
    let mut total_row = serde_json::Map::new();
    for (key, text) in [("label", "总分".to_owned()), ("分值", "100".into()), ("得分", total.normalize().to_string())]
    {
        total_row.insert(key.to_owned(), text.into());
    }
    let prose = if random.one_in(3) {
        vec![format!("经自评，{project}共设三级指标{rows}个，自评总得分为{}分，资金使用规范。", total.normalize())]
    } else {
        Vec::new()
    };
    let form = Form {
        title: format!("{place}{project}绩效自评表"),
        subtitle: Some(format!("（{year}年度）")),
        unit_line: None,
        prose: Vec::new(),
        notes: if proportional { vec![NOTE.to_owned()] } else { Vec::new() },
        kv: vec![
            vec!["项目名称".into(), project.into()],
            vec!["主管部门".into(), format!("{place}财政局"), "实施单位".into(), format!("{place}项目管理中心")],
        ],
        tail: Vec::new(),
        fund: Some(fund),
        manage: None,
        goals: None,
        indicators,
        blocks: Default::default(),
        grids: Default::default(),
        total: Some(total_row),
        order: ["kv", "fund", "indicators", "total"].map(str::to_owned).to_vec(),
    };
    Report { prose, forms: vec![form] }
}

fn plain(names: &[&str]) -> Vec<Column> {
    names.iter().map(|name| Column::Plain((*name).to_owned())).collect()
}

/// The block, and the points of its total row.
fn fund(random: &mut Random) -> (Block, Decimal) {
    let decimals = random.within(0, 2) as u32;
    let parts = random.within(1, 4) as usize;
    // Some cells say their unit themselves; then no header does.
    let in_cells = random.one_in(4);
    let unit = if in_cells { "万元" } else { "" };
    let amount = |random: &mut Random| Decimal::new(random.within(20_000, 900_000), decimals);
    let mut budgets = Vec::new();
    let mut spent = Vec::new();
    for _ in 0..parts {
        let budget = amount(random);
        let share = if random.one_in(2) { 1000 } else { random.within(700, 999) };
        budgets.push(budget);
        spent.push((budget * Decimal::new(share, 3)).round_dp(decimals));
    }
    let (budget, executed) = (budgets.iter().sum::<Decimal>(), spent.iter().sum::<Decimal>());
    let places = random.within(0, 2) as u32;
    let strategy = if random.one_in(3) { RoundingStrategy::ToZero } else { RoundingStrategy::MidpointAwayFromZero };
    let rate = |budget: Decimal, executed: Decimal| {
        let percent = executed * Decimal::ONE_HUNDRED / budget;
        let mut shown = percent.round_dp_with_strategy(places, strategy);
        shown.rescale(places);
        format!("{shown}%")
    };
    let score = (Decimal::TEN * executed / budget).round_dp(1).normalize();
    let row = |item: &str, budget: Decimal, executed: Decimal, points: [String; 2]| {
        let [weight, score] = points;
        let shown = |amount: Decimal| format!("{amount}{unit}");
        vec![item.to_owned(), shown(budget), shown(budget), shown(executed), weight, rate(budget, executed), score]
    };
    let mut rows = vec![row("年度资金总额", budget, executed, ["10".into(), score.to_string()])];
    for (at, (budget, executed)) in budgets.iter().zip(&spent).enumerate() {
        rows.push(row(SOURCES[at], *budget, *executed, ["—".into(), "—".into()]));
    }
    let label = if in_cells { "项目资金" } else { "项目资金（万元）" };
    let columns = plain(&["", "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"]);
    (Block { label: Some(label.into()), columns, rows, merge: 2, bare: false }, score)
}

/// The block, and what its scores add up to.
fn indicators(random: &mut Random, proportional: bool) -> (Block, Decimal) {
    let mut chosen: Vec<Measure> = MEASURES.iter().filter(|_| !random.one_in(2)).copied().collect();
    for level in ["产出指标", "效益指标", "满意度指标"] {
        if !chosen.iter().any(|measure| measure.2 == level) {
            chosen.extend(MEASURES.iter().filter(|measure| measure.2 == level).take(2));
        }
    }
    chosen.sort_by_key(|measure| MEASURES.iter().position(|other| other.0 == measure.0));
    // Ninety points, shared out in whole ones.
    let mut weights = vec![90 / chosen.len() as i64; chosen.len()];
    weights[0] += 90 - weights.iter().sum::<i64>();
    for _ in 0..chosen.len() {
        let (from, to) = (random.next() as usize % chosen.len(), random.next() as usize % chosen.len());
        if from != to && weights[from] > 2 {
            weights[from] -= 1;
            weights[to] += 1;
        }
    }
    let with_level_weights = random.one_in(3);
    let level_weight = |level: &str| -> i64 {
        chosen.iter().zip(&weights).filter(|(measure, _)| measure.2 == level).map(|(_, weight)| weight).sum()
    };
    let mut sum = Decimal::ZERO;
    let mut rows = Vec::new();
    for ((name, unit, level1, level2), weight) in chosen.iter().zip(&weights) {
        let (target, actual, share) = values(random, unit);
        let weight = Decimal::from(*weight);
        let lost = share < Decimal::ONE;
        let score = match (lost, proportional) {
            (false, _) => weight,
            (true, true) => (weight * share).round_dp(2),
            // Half a point less than reached, as people do.
            (true, false) => (weight * share).round_dp(1).min(weight - Decimal::new(5, 1)).max(Decimal::ZERO),
        };
        sum += score;
        let level1 = if with_level_weights {
            format!("{level1}（{}分）", level_weight(level1))
        } else {
            (*level1).to_owned()
        };
        let reason = if lost { "受客观条件影响，下一步加强管理。" } else { "" };
        rows.push(vec![
            level1,
            (*level2).to_owned(),
            (*name).to_owned(),
            target,
            actual,
            weight.to_string(),
            score.normalize().to_string(),
            reason.to_owned(),
        ]);
    }
    let names =
        ["一级指标", "二级指标", "三级指标", "年度指标值", "实际完成值", "分值", "得分", "偏差原因分析及改进措施"];
    (Block { label: Some("绩效指标".into()), columns: plain(&names), rows, merge: 2, bare: false }, sum)
}

/// Target, actual value, and how much of the target is reached.
fn values(random: &mut Random, unit: &str) -> (String, String, Decimal) {
    if unit.is_empty() {
        return ("明显改善".into(), "达成预期指标".into(), Decimal::ONE);
    }
    let missed = random.one_in(5);
    if unit == "%" {
        let target = if random.one_in(2) { 100 } else { random.within(80, 98) };
        let actual = if missed { random.within(60, target - 1) } else { random.within(target, 100) };
        let sign = if target == 100 { *random.of(&["", "="]) } else { "≥" };
        let share = Decimal::from(actual) / Decimal::from(target);
        return (format!("{sign}{target}%"), format!("{actual}%"), share);
    }
    if unit.starts_with("万元") || unit.starts_with('元') {
        // A ceiling that is kept; what is saved costs no points.
        let target = random.within(50, 9_000);
        let actual = random.within(target * 9 / 10, target);
        return (format!("≤{target}{unit}"), format!("{actual}{unit}"), Decimal::ONE);
    }
    let target = random.within(40, 90_000);
    let actual =
        if missed { random.within(target * 7 / 10, target - 1) } else { random.within(target, target * 11 / 10) };
    let share = Decimal::from(actual) / Decimal::from(target);
    if random.one_in(4) && target > 10_000 {
        // 1.25万人 for 12500人.
        let target = Decimal::new(target, 4).round_dp(2);
        let actual = if missed { target * Decimal::new(9, 1) } else { target + Decimal::new(5, 2) }.round_dp(2);
        let share = actual / target;
        return (format!("≥{target}万{unit}"), format!("{actual}万{unit}"), share);
    }
    let own = if random.one_in(3) { "" } else { unit };
    (format!("≥{target}{unit}"), format!("{actual}{own}"), share)
}
