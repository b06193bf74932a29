//! What a form says of its own scoring: rules in its notes, in the header of the fund block, in brackets beside a score.

use super::layout::Layout;
use crate::model::{Number, ScoringRules};
use crate::normalize;
use crate::patterns::{Audit, Patterns};
use rust_decimal::Decimal;

/// A longer line is no note on scoring.
const LONGEST_NOTE: usize = 2_000;

/// The rules in the cells of the fund block, in the lines below the form, and in its free cells.
pub(super) fn read(layout: &Layout, after: &[String], patterns: &Patterns) -> ScoringRules {
    let audit = &patterns.audit;
    let mut rules = ScoringRules::default();
    let pairs = layout.pairs.iter().filter_map(|pair| pair.value.as_ref());
    for line in after.iter().chain(pairs).chain(&layout.head_lines).filter(|line| line.len() <= LONGEST_NOTE) {
        // Most lines speak of anything but points.
        if line.contains("得分") || line.contains("达成") {
            note(line, audit, &mut rules);
        }
    }
    let fund_cells = layout.funds.iter().flat_map(|block| block.header.iter().chain(&block.rows));
    let texts = fund_cells
        .flat_map(|row| &row.cells)
        .map(|cell| cell.text.as_str())
        .chain(layout.block_labels.iter().map(String::as_str));
    for text in texts.filter(|text| text.contains("执行率") && text.len() <= LONGEST_NOTE) {
        rules.fund_points = rules.fund_points.or_else(|| {
            let caught =
                audit.fund_score_by_rate.find(&normalize::key(text)).and_then(|groups| groups.get(1)?.parse().ok());
            caught.map(Number::new)
        });
    }
    rules
}

fn note(line: &str, audit: &Audit, rules: &mut ScoringRules) {
    let key = normalize::key(line);
    if rules.proportional.is_none() {
        rules.proportional = audit.score_in_proportion.find(&key).map(|caught| caught[0].to_owned());
    }
    if rules.bands.is_none() {
        rules.bands = audit.score_bands.find(&key).and_then(|caught| bands(&caught));
    }
}

/// Where two grades meet is said twice, once for each.
fn bands(caught: &[&str]) -> Option<[Number; 2]> {
    let [_, first, second, third, fourth] = caught else { return None };
    let ratio = |text: &str| Some(Number::new(text.parse::<Decimal>().ok()? / Decimal::ONE_HUNDRED));
    (first == second && third == fourth).then(|| Some([ratio(first)?, ratio(third)?])).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules_of(line: &str) -> ScoringRules {
        let mut rules = ScoringRules::default();
        note(line, &Patterns::builtin().audit, &mut rules);
        rules
    }

    #[test]
    fn a_note_says_that_scores_are_in_proportion() {
        for line in [
            "正向指标（即目标值为≥X，得分=权重*B/A），反向指标（即目标值为≤X，得分=权重*A/B），得分不得突破权重总额",
            "定量指标：得分＝权重×B/A",
            "得分=B/A*权重",
            "正向指标得分=全年实际完成值/年初目标值×该指标分值",
            "得分=权重×完成率",
        ] {
            assert!(rules_of(line).proportional.is_some(), "{line}");
        }
        for line in ["得分合计98分", "完成率低于60%不得分", "得分=20分"] {
            assert_eq!(rules_of(line).proportional, None, "{line}");
        }
    }

    #[test]
    fn a_note_says_where_grades_end() {
        let ends = |line: &str| rules_of(line).bands.map(|bands| bands.map(|b| b.to_string()));
        let line = "达成预期指标、部分达成预期指标、未达成预期指标三档，分别按照该指标对应分值区间100-80%（含80%）、80-50%（含50%）、50-0%合理确定分值";
        assert_eq!(ends(line), Some(["0.8".into(), "0.5".into()]));
        let line = "部分达成预期指标并具有一定效果三档，分别按照100％-80％(含)、80％-60％(含)、60-0％合理填写完成比例";
        assert_eq!(ends(line), Some(["0.8".into(), "0.6".into()]));
        assert_eq!(ends("达成100%-80%"), None);
    }
}
