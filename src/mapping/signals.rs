//! What a row seems to be, by its labels: the anchors that segmentation and layout build on.

use super::row::{Row, RowCell};
use crate::patterns::{Field, HeaderFacts, HeaderPart, Patterns, RowLabel};

/// The kinds of row that labels alone give away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowKind {
    /// 一级指标 二级指标 三级指标 年度指标值 …
    IndicatorHeader,
    /// 全年预算数 全年执行数 …
    FundHeader,
    /// 合计 中央 省级 市县 …: the sources side by side.
    FundSourcesHeader,
    /// 年初设定目标 全年实际完成情况.
    GoalsHeader,
    /// 资金管理情况.
    ManageHeader,
    /// 合计 or 总分 in front of numbers.
    Total,
    /// Labels of the head or foot with their values.
    Pairs,
    /// None of these.
    Other,
}

/// Tells what a row is by its labels.
pub(super) fn classify(row: &Row, patterns: &Patterns) -> RowKind {
    let headers = &patterns.headers;
    let mut indicator: u64 = 0;
    let mut fund: u64 = 0;
    let mut goals: u64 = 0;
    let (mut manage, mut sources) = (0, 0);
    for cell in &row.cells {
        if cell.label.is_empty() {
            continue;
        }
        for hit in headers.exact_of(cell.facts, HeaderPart::Indicator) {
            indicator |= bit(hit.field);
        }
        if let Some(hit) = headers.likely_of(cell.facts, HeaderPart::Indicator) {
            indicator |= bit(hit.field);
        }
        if let Some(hit) = headers.likely_of(cell.facts, HeaderPart::Fund) {
            fund |= bit(hit.field);
        }
        for hit in headers.exact_of(cell.facts, HeaderPart::Goals) {
            goals |= bit(hit.field);
        }
        for hit in headers.exact_of(cell.facts, HeaderPart::Manage) {
            manage += usize::from(hit.field != Field::ManageLabel) + 2 * usize::from(hit.field == Field::ManageLabel);
        }
        if patterns.fund_labels.exact_key(&cell.label).is_some() {
            sources += 1;
        }
    }
    let has = |set: u64, fields: &[Field]| fields.iter().filter(|f| set & bit(**f) != 0).count();
    let levels = has(indicator, &[Field::Level1, Field::Level2, Field::Level3]);
    let values = has(indicator, &[Field::Target, Field::Actual]);
    let points = has(indicator, &[Field::Weight, Field::Score]);
    let third = has(indicator, &[Field::Level3]);
    let numbered = has(indicator, &[Field::Level1, Field::Level2]);
    if (numbered == 2 && (third + values + points) >= 1)
        || (levels >= 2 && values >= 1)
        || (third == 1 && values == 2)
        || (levels >= 1 && values >= 1 && points >= 1)
        || (levels >= 2 && third == 1 && points == 2)
    {
        return RowKind::IndicatorHeader;
    }
    let money = has(fund, &[Field::BudgetInitial, Field::Budget, Field::Executed, Field::Rate]);
    if money >= 2 && !holds_data(row, patterns) {
        return RowKind::FundHeader;
    }
    // 项目资金 年度资金总额 金额, or 项目资金 资金 预算数: one column of amounts beside the items.
    let first_label = || row.cells.first().is_some_and(|c| patterns.row_labels.is(&c.label, RowLabel::FundBlock));
    if money == 1 && row.cells.len() == 3 && first_label() && !row.cells.iter().any(starts_with_digit) {
        return RowKind::FundHeader;
    }
    if sources >= 3 && !row.cells.iter().any(starts_with_digit) {
        return RowKind::FundSourcesHeader;
    }
    if manage >= 2 {
        return RowKind::ManageHeader;
    }
    if goals & bit(Field::GoalsExpected) != 0 && goals & bit(Field::GoalsActual) != 0 && row.cells.len() <= 4 {
        return RowKind::GoalsHeader;
    }
    if let Some(first) = row.cells.first() {
        if patterns.row_labels.is(&first.label, RowLabel::Total) {
            return RowKind::Total;
        }
        // 绩效指标 at the left of its block, the total in the next cell.
        if row.cells.len() >= 2
            && patterns.row_labels.is(&first.label, RowLabel::IndicatorBlock)
            && patterns.row_labels.is(&row.cells[1].label, RowLabel::Total)
        {
            return RowKind::Total;
        }
    }
    if row.cells.iter().any(|c| head_label(c, patterns).is_some()) { RowKind::Pairs } else { RowKind::Other }
}

/// The field of the head that a cell labels; also where the value follows a colon in the same cell.
pub(super) fn head_label<'c>(cell: &'c RowCell, patterns: &Patterns) -> Option<(Field, Option<&'c str>)> {
    if let Some(hit) = patterns.headers.exact_of(cell.facts, HeaderPart::Head).next() {
        return Some((hit.field, None));
    }
    // Before the words that a label may hold are looked for: 主管部门：民政局 holds 主管部门, too.
    let inline = split_at_colon(&cell.text)
        .and_then(|(label, value)| Some((head_field(&crate::patterns::label_key(label), patterns)?, Some(value))));
    inline.or_else(|| Some((head_field_of(cell.facts, patterns)?, None)))
}

/// The field of the head that a label names; where it names several, the first in file order.
pub(super) fn head_field(label: &str, patterns: &Patterns) -> Option<Field> {
    head_field_of(patterns.headers.facts(label), patterns)
}

fn head_field_of(facts: HeaderFacts, patterns: &Patterns) -> Option<Field> {
    if facts == HeaderFacts::default() {
        return None;
    }
    if let Some(hit) = patterns.headers.exact_of(facts, HeaderPart::Head).next() {
        return Some(hit.field);
    }
    patterns.headers.likely_of(facts, HeaderPart::Head).map(|hit| hit.field)
}

/// `项目名称：医疗救助` → (`项目名称`, `医疗救助`).
pub(super) fn split_at_colon(text: &str) -> Option<(&str, &str)> {
    let at = text.find(['：', ':'])?;
    let width = text[at..].chars().next().map_or(1, char::len_utf8);
    let (label, value) = (text[..at].trim(), text[at + width..].trim());
    (!label.is_empty() && !value.is_empty() && label.chars().count() <= 20).then_some((label, value))
}

/// Numbers in places that no amount's header leads to: a row of data whose names speak of budgets (预算完成率), no header.
fn holds_data(row: &Row, patterns: &Patterns) -> bool {
    let stray = |pair: &&[RowCell]| {
        starts_with_digit(&pair[1]) && patterns.headers.likely_of(pair[0].facts, HeaderPart::Fund).is_none()
    };
    row.cells.windows(2).filter(stray).count() >= 2
}

fn starts_with_digit(cell: &RowCell) -> bool {
    cell.text.starts_with(|c: char| c.is_ascii_digit())
}

fn bit(field: Field) -> u64 {
    1 << (field as u64)
}
