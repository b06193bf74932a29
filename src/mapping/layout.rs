//! The blocks of one form: rows come in, head pairs, fund blocks, goals, indicator blocks and totals go out. Knows
//! labels and positions, reads no numbers.

use super::counted;
use super::halves;
use super::row::{Row, RowCell};
use super::signals::{RowKind, head_label};
use crate::model::GridOrigin;
use crate::patterns::{Field, HeaderPart, Patterns, RowLabel};

/// A label with the value beside it.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) field: Field,
    /// The label as printed.
    pub(super) label: String,
    /// The value as the source has it; `None` where the place is blank.
    pub(super) value: Option<String>,
}

/// The fund block: header rows, then a row a source of funds.
#[derive(Debug, Clone, Default)]
pub(super) struct FundBlock {
    pub(super) header: Vec<Row>,
    pub(super) rows: Vec<Row>,
    /// What stands at its left: 项目资金（万元）.
    pub(super) label: Option<String>,
    /// Its labels stand beside its amounts, not above them: 全年预算数 100 全年执行数 95.
    pub(super) beside_amounts: bool,
}

/// A row of the indicator block.
#[derive(Debug, Clone)]
pub(super) struct DataRow {
    pub(super) row: Row,
    /// A page break, a gap or a repeated header lies before it.
    pub(super) after_break: bool,
}

/// Indicator rows under one header.
#[derive(Debug, Clone, Default)]
pub(super) struct IndicatorBlock {
    pub(super) header: Vec<Row>,
    pub(super) rows: Vec<DataRow>,
}

/// A form taken apart.
#[derive(Debug, Default)]
pub(super) struct Layout {
    /// Cells that stand alone above the blocks: title, year, unit.
    pub(super) head_lines: Vec<String>,
    pub(super) pairs: Vec<Pair>,
    pub(super) funds: Vec<FundBlock>,
    pub(super) goals_expected: Vec<String>,
    pub(super) goals_actual: Vec<String>,
    pub(super) indicators: Vec<IndicatorBlock>,
    pub(super) totals: Vec<Row>,
    /// Labels of blocks that may state the form's unit or points.
    pub(super) block_labels: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Head,
    Fund,
    Goals,
    Manage,
    Indicators,
    Foot,
}

/// A subtotal that names no level.
const BARE_SUBTOTAL: &str = "小计";
/// Lines above a form that stand side by side in one row.
const MOST_HEAD_LINES: usize = 3;

/// Takes a form's rows apart into its blocks.
pub(super) fn layout(rows: Vec<(RowKind, Row)>, patterns: &Patterns) -> Layout {
    let mut reader = Reader {
        patterns,
        out: Layout::default(),
        state: State::Head,
        goals_columns: None,
        pending_break: false,
        sources_table: false,
        above: None,
        held: None,
        lone_subtotal: None,
        subtotals: 0,
    };
    for (kind, row) in halves::unfold(rows) {
        let Some(row) = reader.with_upper_header(kind, row) else { continue };
        let unclaimed = (kind == RowKind::Other).then(|| row.clone()).filter(|row| reader.may_head_funds(row));
        reader.take(kind, row);
        reader.above = unclaimed;
    }
    if let Some(held) = reader.held.take() {
        reader.by_state(held);
    }
    // 小计 below the last indicator, where nothing else adds up the form.
    if reader.out.totals.is_empty() {
        reader.out.totals.extend(reader.lone_subtotal.take());
    }
    for block in &mut reader.out.funds {
        counted::unfold(&mut block.header, HeaderPart::Fund, patterns);
    }
    for block in &mut reader.out.indicators {
        counted::unfold(&mut block.header, HeaderPart::Indicator, patterns);
        let rows: Vec<&Row> = block.rows.iter().map(|data| &data.row).collect();
        counted::widen(&mut block.header, &rows, patterns);
    }
    reader.out
}

struct Reader<'p> {
    patterns: &'p Patterns,
    out: Layout,
    state: State,
    /// Columns of the goals' headers: expected, actual; `None` for an unstated order.
    goals_columns: Option<(usize, usize)>,
    pending_break: bool,
    sources_table: bool,
    /// The row above, where it may be the upper row of a fund block's header.
    above: Option<Row>,
    /// The row above, where it may be the upper row of an indicator block's header; taken as such or as what else it is
    /// once the next row is known.
    held: Option<Row>,
    /// The one row of the indicator block that says 小计, while no indicator follows it.
    lone_subtotal: Option<Row>,
    /// Rows that add up one level.
    subtotals: usize,
}

impl Reader<'_> {
    /// The row, with the headers that only the row above it prints: 绩效指标 | 目标情况 | 评分情况 | 偏差原因 over 一级指标 二级指标 …
    /// `None` where the row waits for the one below it.
    fn with_upper_header(&mut self, kind: RowKind, mut row: Row) -> Option<Row> {
        if let Some(upper) = self.held.take() {
            if kind == RowKind::IndicatorHeader && upper.table == row.table && upper.index + 1 == row.index {
                let fills = |c: &RowCell| row.cells.iter().any(|own| own.column < c.end && c.column < own.end);
                if row.origin == GridOrigin::Counted {
                    self.append_counted(&mut row, &upper);
                } else {
                    let lacking: Vec<RowCell> = upper.cells.iter().filter(|c| !fills(c)).cloned().collect();
                    row.cells.extend(lacking);
                    row.cells.sort_by_key(|c| c.column);
                }
            } else {
                self.by_state(upper);
            }
        }
        if kind == RowKind::Other && self.may_head_indicators(&row) {
            self.held = Some(row);
            return None;
        }
        Some(row)
    }

    /// Where cells are only counted, the last header of the upper row stands behind the lower row if that has none like it.
    fn append_counted(&self, row: &mut Row, upper: &Row) {
        let fields = |c: &RowCell| -> Vec<Field> {
            self.patterns.headers.exact_of(c.facts, HeaderPart::Indicator).map(|hit| hit.field).collect()
        };
        let printed: Vec<Field> = row.cells.iter().flat_map(fields).collect();
        let lacks = |c: &&RowCell| fields(c).first().is_some_and(|field| !printed.contains(field));
        let Some(last) = upper.cells.last().filter(lacks) else { return };
        let column = row.extent;
        row.cells.push(RowCell { column, end: column + 1, ..last.clone() });
        row.extent += 1;
        row.width = row.width.max(row.extent);
    }

    /// Words beside the indicator block's label, one of them the header of a column that is no level.
    fn may_head_indicators(&self, row: &Row) -> bool {
        let [label, others @ ..] = row.cells.as_slice() else { return false };
        let heads = |c: &RowCell| {
            let mut hits = self.patterns.headers.exact_of(c.facts, HeaderPart::Indicator);
            hits.any(|hit| !matches!(hit.field, Field::Level1 | Field::Level2 | Field::Level3))
        };
        others.len() >= 2
            && self.patterns.row_labels.is(&label.label, RowLabel::IndicatorBlock)
            && others.iter().all(|c| !begins_with_number(c) && c.text.chars().count() <= 14)
            && others.iter().any(heads)
    }

    fn take(&mut self, kind: RowKind, row: Row) {
        match kind {
            RowKind::IndicatorHeader => self.indicator_header(row),
            _ if self.is_numbering(&row) => {}
            RowKind::FundHeader => self.fund_header(row),
            RowKind::FundSourcesHeader if self.state != State::Indicators => self.fund_sources_header(row),
            RowKind::GoalsHeader => self.goals_header(&row),
            RowKind::ManageHeader if self.state != State::Indicators => self.state = State::Manage,
            RowKind::Total if self.is_total(&row) && !self.is_subtotal(&row) => {
                self.state = State::Foot;
                let rest = self.pairs_beside_total(&row);
                self.out.totals.push(rest);
            }
            RowKind::Pairs if self.is_pairs(&row) => self.pairs(&row.cells),
            _ => self.by_state(row),
        }
    }

    fn by_state(&mut self, row: Row) {
        match self.state {
            State::Head => self.head_row(&row),
            State::Fund => self.fund_row(row),
            State::Goals => self.goals_row(&row),
            State::Manage => {
                if self.is_goals_label(row.cells.first()) {
                    self.goals_label_row(&row);
                }
            }
            State::Indicators => self.indicator_row(row),
            State::Foot => {
                // Rows after a subtotal, or in a second block without a header of its own.
                if self.names_levels(&row) {
                    self.state = State::Indicators;
                    self.indicator_row(row);
                }
            }
        }
    }

    // ── head and foot ───────────────────────────────────────────────────────────────────────────────────────────

    fn head_row(&mut self, row: &Row) {
        if let Some(cell) = row.only_text() {
            self.out.head_lines.push(cell.text.clone());
            return;
        }
        if self.is_goals_label(row.cells.first()) {
            self.goals_label_row(row);
        } else if self.is_labelled_amount(row) {
            self.fund_header(row.clone());
        } else if self.is_unheaded_fund(row) {
            self.state = State::Fund;
            let label = row.cells.first().map(|c| c.text.clone());
            self.out.block_labels.extend(label.clone());
            self.out.funds.push(FundBlock { rows: vec![row.clone()], label, ..FundBlock::default() });
        } else if self.out.pairs.is_empty() && row.cells.len() <= MOST_HEAD_LINES {
            // （2021年度） | 单位：万元: lines above the form, side by side.
            self.out.head_lines.extend(row.cells.iter().map(|c| c.text.clone()));
        }
    }

    /// 资金（万元）| 年初预算数 | 116: the block's label, and what heads an amount beside it.
    fn is_labelled_amount(&self, row: &Row) -> bool {
        let [label, head, amount, ..] = row.cells.as_slice() else { return false };
        self.patterns.row_labels.is(&label.label, RowLabel::FundBlock)
            && begins_with_number(amount)
            && self.patterns.headers.exact_of(head.facts, HeaderPart::Fund).any(|hit| hit.field != Field::FundItem)
            && head.fund_label(&self.patterns.fund_labels).is_none()
    }

    /// 项目资金（万元）| 年度资金总额：| 120.5, with no header above.
    fn is_unheaded_fund(&self, row: &Row) -> bool {
        row.cells.windows(2).any(|w| w[0].fund_label(&self.patterns.fund_labels).is_some() && begins_with_number(&w[1]))
    }

    /// Is a row of pairs what it seems? Inside the indicator block a row whose first cell is a head label and that
    /// holds little else.
    fn is_pairs(&self, row: &Row) -> bool {
        let Some(first) = row.cells.first() else { return false };
        match self.state {
            State::Indicators => {
                let label = head_label(first, self.patterns);
                let few = row.cells.len() <= 2
                    || row.cells.iter().skip(2).step_by(2).all(|c| head_label(c, self.patterns).is_some());
                let Some((field, inline)) = label else { return false };
                // 说明 or 备注 may be an indicator's odd name; a level or a number beside it says so.
                few && (row.cells.len() > 1 || inline.is_some() || field != Field::OtherLabel)
                    && !self.names_levels(row)
            }
            State::Goals | State::Fund | State::Manage => {
                head_label(first, self.patterns).is_some()
                    && !self.patterns.row_labels.is(&first.label, RowLabel::FundBlock)
                    || row.cells.get(1).is_some_and(|c| head_label(c, self.patterns).is_some() && row.cells.len() <= 3)
            }
            State::Head | State::Foot => true,
        }
    }

    fn pairs(&mut self, cells: &[RowCell]) {
        if self.state == State::Indicators {
            self.state = State::Foot;
        }
        let mut open: Option<Pair> = None;
        for (index, cell) in cells.iter().enumerate() {
            // A label that broke off counts where a value before it is complete and another follows: 实施 for 实施单位.
            let broken = |pair: &Option<Pair>| {
                let value_follows = cells.get(index + 1).is_some_and(|c| head_label(c, self.patterns).is_none());
                let complete = pair.as_ref().is_some_and(|p| p.value.is_some());
                (complete && value_follows).then(|| broken_label(cell, self.patterns)).flatten()
            };
            match head_label(cell, self.patterns).or_else(|| broken(&open).map(|field| (field, None))) {
                Some((field, inline)) => {
                    self.out.pairs.extend(open.take());
                    let label = cell.label.clone();
                    match inline {
                        // A line of the head in one cell: 单位名称：… 填报日期：…
                        Some(value) if value.contains(['：', ':']) => self.out.head_lines.push(cell.text.clone()),
                        Some(value) => self.out.pairs.push(Pair {
                            field,
                            label: crate::patterns::label_key(cell.text.split(['：', ':']).next().unwrap_or("")),
                            value: Some(value.to_owned()),
                        }),
                        None => open = Some(Pair { field, label, value: None }),
                    }
                }
                None if closes_pair(&open, index, cells, self.patterns) => {
                    self.out.pairs.extend(open.take());
                    open = Some(Pair { field: Field::OtherLabel, label: cell.label.clone(), value: None });
                }
                // 单位：万元 beside 填报单位：水务局
                None if open.is_none() && self.state == State::Head && cell.text.contains(['：', ':']) => {
                    self.out.head_lines.push(cell.text.clone());
                }
                None => {
                    if let Some(pair) = &mut open {
                        match &mut pair.value {
                            None => pair.value = Some(cell.raw.clone()),
                            // Overflow into the next column; a known label would have ended the value.
                            Some(value) if cell.raw.trim() != value.trim() => {
                                value.push('\n');
                                value.push_str(&cell.raw);
                            }
                            Some(_) => {}
                        }
                    }
                }
            }
        }
        self.out.pairs.extend(open);
    }

    // ── funds ───────────────────────────────────────────────────────────────────────────────────────────────────

    fn fund_header(&mut self, row: Row) {
        // Label and amount side by side in one row: 全年预算数 100 全年执行数 95.
        let headers = &self.patterns.headers;
        let is_fund_label = |c: &RowCell| headers.likely_of(c.facts, HeaderPart::Fund).is_some();
        let is_pair = |label: &RowCell, amount: &RowCell| {
            is_fund_label(label) && begins_with_number(amount) && !is_fund_label(amount)
        };
        let amounts = row.cells.windows(2).filter(|w| is_pair(&w[0], &w[1])).count();
        let label = row.cells.first().filter(|c| self.patterns.row_labels.is(&c.label, RowLabel::FundBlock));
        let label = label.map(|c| c.text.clone());
        self.out.block_labels.extend(label.clone());
        // 资金（万元） 年初预算数 116 追加（减）数 -6: one label that is known, and another.
        let pairs = &row.cells[usize::from(label.is_some())..];
        let in_turn =
            || matches!(pairs, [a, b, c, d] if [a, b, c, d].map(begins_with_number) == [false, true, false, true]);
        if amounts >= 2 || amounts == 1 && in_turn() {
            let mut header = row.clone();
            let mut data = row.clone();
            header.cells = Vec::new();
            data.cells = Vec::new();
            let mut cells = row.cells.iter().peekable();
            while let Some(cell) = cells.next() {
                match cells.peek() {
                    Some(next) if is_pair(cell, next) => {
                        let mut head = cell.clone();
                        (head.column, head.end) = (next.column, next.end);
                        header.cells.push(head);
                        data.cells.extend(cells.next().cloned());
                    }
                    _ => data.cells.push(cell.clone()),
                }
            }
            // The block's label spans the rows below it, too.
            let above = self.out.funds.last().filter(|block| self.state == State::Fund && block.beside_amounts);
            let label = label.or_else(|| above.and_then(|block| block.label.clone()));
            self.out.funds.push(FundBlock { header: vec![header], rows: vec![data], label, beside_amounts: true });
            self.state = State::Fund;
            return;
        }
        // What stands before the first amount's header may be a pair of the head: 实施单位 … 全年预算数 全年执行数.
        let first_amount = row.cells.iter().position(|c| {
            self.patterns.headers.likely_of(c.facts, HeaderPart::Fund).is_some_and(|m| {
                matches!(m.field, Field::BudgetInitial | Field::Budget | Field::Executed | Field::Rate)
            })
        });
        let before = &row.cells[..first_amount.unwrap_or(0)];
        if before.iter().any(|c| head_label(c, self.patterns).is_some()) {
            let cells = before.to_vec();
            self.pairs(&cells);
        }
        // A header right under a header is its second level: 预算数 over 年初预算数 全年预算数.
        if let Some(block) = self.out.funds.last_mut().filter(|b| b.rows.is_empty() && b.header.len() == 1) {
            block.header.push(row);
            return;
        }
        let repeated = self.out.funds.last().is_some_and(|block| same_labels(&block.header, &row));
        if !(repeated && self.state == State::Fund) {
            let upper = self.above.take().filter(|above| above.table == row.table && above.index + 1 == row.index);
            let label = label.or_else(|| upper.as_ref().and_then(|above| above.cells.first()).map(|c| c.text.clone()));
            let header = upper.into_iter().chain([row]).collect();
            self.out.funds.push(FundBlock { header, label, ..FundBlock::default() });
        }
        self.state = State::Fund;
        self.sources_table = false;
    }

    /// 项目资金 | 上年 | 本年 | 分值 | 得分: words beside the block's label that only the row below makes headers of.
    fn may_head_funds(&self, row: &Row) -> bool {
        row.cells.len() >= 2
            && self.patterns.row_labels.is(&row.cells[0].label, RowLabel::FundBlock)
            && row.cells[1..].iter().all(|c| !begins_with_number(c) && c.text.chars().count() <= 14)
            && row.cells[1..].iter().all(|c| c.fund_label(&self.patterns.fund_labels).is_none())
    }

    fn fund_sources_header(&mut self, row: Row) {
        self.state = State::Fund;
        match self.out.funds.last_mut() {
            // The second row of a header: 全年预算数 over 合计 中央 省级.
            Some(block) if block.rows.is_empty() => block.header.push(row),
            _ => {
                let label = row.cells.first().map(|c| c.text.clone());
                self.out.block_labels.extend(label.clone());
                self.out.funds.push(FundBlock { header: vec![row], label, ..FundBlock::default() });
            }
        }
        self.sources_table = true;
    }

    fn fund_row(&mut self, row: Row) {
        if self.is_goals_label(row.cells.first())
            && row.cells.len() <= 3
            && !row.cells.iter().skip(1).any(begins_with_number)
        {
            return self.goals_label_row(&row);
        }
        if self.is_goals_pair(&row) {
            return self.goals_pair(&row);
        }
        if self.goes_on_in_pairs(&row) {
            return;
        }
        if let Some(first) = row.cells.first()
            && self.patterns.row_labels.is(&first.label, RowLabel::FundBlock)
        {
            self.out.block_labels.push(first.text.clone());
        }
        if let Some(block) = self.out.funds.last_mut() {
            let only_labels = !row.cells.iter().any(begins_with_number);
            let second_header = block.rows.is_empty()
                && only_labels
                && row.cells.iter().any(|c| {
                    self.patterns
                        .headers
                        .likely_of(c.facts, HeaderPart::Fund)
                        .is_some_and(|m| m.field != Field::FundItem)
                });
            if second_header { block.header.push(row) } else { block.rows.push(row) }
        }
    }

    /// 执行率 | 99% | 自评总分 | 97.5分 below 预算金额 | 100 | 支出金额 | 99: more labels with what they head beside them. Their amounts
    /// are a block of their own, which names no item, either.
    fn goes_on_in_pairs(&mut self, row: &Row) -> bool {
        let in_pairs =
            |b: &FundBlock| b.rows.len() == 1 && matches!(b.header.as_slice(), [h] if h.index == b.rows[0].index);
        if !self.out.funds.last().is_some_and(in_pairs) || !row.cells.len().is_multiple_of(2) {
            return false;
        }
        let score = |c: &RowCell| self.patterns.headers.names_of(c.facts, Field::TotalScore);
        let amount = |c: &RowCell| self.patterns.headers.likely_of(c.facts, HeaderPart::Fund).is_some();
        let pairs = row.cells.chunks_exact(2);
        if !pairs.clone().all(|w| (score(&w[0]) || amount(&w[0])) && begins_with_number(&w[1])) {
            return false;
        }
        let (of_score, of_amounts): (Vec<_>, Vec<_>) = pairs.partition(|w| score(&w[0]));
        self.out.pairs.extend(of_score.iter().map(|w| Pair {
            field: Field::TotalScore,
            label: w[0].label.clone(),
            value: Some(w[1].raw.clone()),
        }));
        let above = |w: &&[RowCell]| RowCell { column: w[1].column, end: w[1].end, ..w[0].clone() };
        let header = row.holding(of_amounts.iter().map(above).collect());
        let data = row.holding(of_amounts.iter().map(|w| w[1].clone()).collect());
        if !data.cells.is_empty() {
            self.out.funds.push(FundBlock {
                header: vec![header],
                rows: vec![data],
                label: None,
                beside_amounts: true,
            });
        }
        true
    }

    // ── goals ───────────────────────────────────────────────────────────────────────────────────────────────────

    fn is_goals_label(&self, cell: Option<&RowCell>) -> bool {
        cell.is_some_and(|c| self.patterns.headers.names_of(c.facts, Field::GoalsLabel))
    }

    /// 预期目标 | 建成高标准农田5万亩: a goal beside its name, in a row of its own.
    fn is_goals_pair(&self, row: &Row) -> bool {
        let [label, text] = row.cells.as_slice() else { return false };
        let names = |field| self.patterns.headers.names_of(label.facts, field);
        (names(Field::GoalsExpected) || names(Field::GoalsActual)) && !begins_with_number(text)
    }

    fn goals_pair(&mut self, row: &Row) {
        self.state = State::Goals;
        let [label, text] = row.cells.as_slice() else { return };
        let actual = self.patterns.headers.names_of(label.facts, Field::GoalsActual);
        let goals = if actual { &mut self.out.goals_actual } else { &mut self.out.goals_expected };
        goals.push(text.raw.clone());
    }

    fn goals_header(&mut self, row: &Row) {
        let column =
            |field| row.cells.iter().rev().find(|c| self.patterns.headers.names_of(c.facts, field)).map(|c| c.column);
        self.goals_columns = match (column(Field::GoalsExpected), column(Field::GoalsActual)) {
            (Some(expected), Some(actual)) if expected != actual => Some((expected, actual)),
            _ => None,
        };
        self.state = State::Goals;
    }

    /// 年度总体目标 with the text right beside it.
    fn goals_label_row(&mut self, row: &Row) {
        self.state = State::Goals;
        self.goals_columns = None;
        self.goals_row(row);
    }

    fn goals_row(&mut self, row: &Row) {
        // 绩效指标 at the left: the header below it is lost or follows.
        let mut texts: Vec<&RowCell> =
            row.cells.iter().filter(|c| !self.is_goals_label(Some(c)) || c.text.chars().count() > 12).collect();
        if self.patterns.row_labels.is(&row.cells[0].label, RowLabel::IndicatorBlock) && texts.len() <= 1 {
            return;
        }
        if self.names_levels(row) && row.cells.len() >= 3 {
            // An indicator block whose header was lost.
            self.state = State::Indicators;
            return self.indicator_row(row.clone());
        }
        texts.retain(|c| !c.is_blank());
        match (texts.as_slice(), self.goals_columns) {
            ([], _) => {}
            ([one], None) => self.out.goals_expected.push(one.raw.clone()),
            ([one], Some((expected, actual))) => {
                let nearer_actual = one.column.abs_diff(actual) < one.column.abs_diff(expected);
                let goals = if nearer_actual { &mut self.out.goals_actual } else { &mut self.out.goals_expected };
                goals.push(one.raw.clone());
            }
            ([first, .., last], columns) => {
                let reversed = columns.is_some_and(|(expected, actual)| expected > actual);
                let (expected, actual) = if reversed { (last, first) } else { (first, last) };
                self.out.goals_expected.push(expected.raw.clone());
                self.out.goals_actual.push(actual.raw.clone());
            }
        }
    }

    // ── indicators ──────────────────────────────────────────────────────────────────────────────────────────────

    fn indicator_header(&mut self, row: Row) {
        self.state = State::Indicators;
        if let Some(block) = self.out.indicators.last_mut()
            && same_labels(&block.header, &row)
        {
            self.pending_break = true;
            return;
        }
        if let Some(first) = row.cells.first()
            && self.patterns.row_labels.is(&first.label, RowLabel::IndicatorBlock)
        {
            self.out.block_labels.push(first.text.clone());
        }
        // A header right under a header is its second level: 绩效指标 over 一级指标 二级指标 三级指标.
        if let Some(block) = self.out.indicators.last_mut().filter(|b| b.rows.is_empty() && b.header.len() == 1) {
            block.header.push(row);
            return;
        }
        self.pending_break = false;
        self.out.indicators.push(IndicatorBlock { header: vec![row], rows: Vec::new() });
    }

    fn indicator_row(&mut self, row: Row) {
        let patterns = self.patterns;
        let Some(block) = self.out.indicators.last_mut() else {
            self.out.indicators.push(IndicatorBlock::default());
            return self.indicator_row(row);
        };
        if self.pending_break && block.rows.last().is_some() && is_header_continuation(&row, patterns) {
            return;
        }
        if block.rows.is_empty() && (is_header_continuation(&row, patterns) || reached_by_header(block, &row, patterns))
        {
            block.header.push(row);
            return;
        }
        if let Some(first) = row.cells.first()
            && patterns.row_labels.is(&first.label, RowLabel::IndicatorBlock)
        {
            self.out.block_labels.push(first.text.clone());
        }
        // 小计 of a level is no indicator and no total of the form.
        if row.cells.iter().take(4).any(|c| patterns.row_labels.is(&c.label, RowLabel::Subtotal)) {
            let first = row.cells.first().is_some_and(|c| c.label == BARE_SUBTOTAL);
            self.lone_subtotal = (first && self.subtotals == 0).then_some(row);
            self.subtotals += 1;
            return;
        }
        let after_break = std::mem::take(&mut self.pending_break) || (row.first_of_grid && !block.rows.is_empty());
        // A sentence alone at the left: text below the table, in a sheet that has it in the same columns.
        if row.origin != GridOrigin::Ordered && row.only_text().is_some_and(|c| c.column == 0 && c.text.ends_with('。'))
        {
            return;
        }
        // A line of one cell may be text below the table, too.
        if row.only_text().is_none() {
            self.lone_subtotal = None;
        }
        block.rows.push(DataRow { row, after_break });
    }

    fn names_levels(&self, row: &Row) -> bool {
        row.cells.iter().take(3).any(|c| c.levels(&self.patterns.levels) != (None, None))
    }

    // ── totals ──────────────────────────────────────────────────────────────────────────────────────────────────

    fn is_total(&self, row: &Row) -> bool {
        // 合计 is also the name of a fund row.
        match self.state {
            State::Fund => row.cells.first().is_some_and(|c| c.fund_label(&self.patterns.fund_labels).is_none()),
            State::Goals | State::Manage | State::Head => row.cells.len() >= 2,
            State::Indicators | State::Foot => true,
        }
    }

    fn is_subtotal(&self, row: &Row) -> bool {
        row.cells.iter().take(2).any(|c| self.patterns.row_labels.is(&c.label, RowLabel::Subtotal))
    }

    /// The total's own cells; pairs that stand in the same row go to the head.
    fn pairs_beside_total(&mut self, row: &Row) -> Row {
        let mut rest = row.clone();
        let at = row.cells.iter().skip(1).position(|c| {
            head_label(c, self.patterns).is_some() && !self.patterns.row_labels.is(&c.label, RowLabel::Total)
        });
        if let Some(at) = at {
            let cells = rest.cells.split_off(at + 1);
            self.pairs(&cells);
        }
        rest
    }

    /// Does a row only number the columns: 列次, 行次, ①②③, A B C?
    fn is_numbering(&self, row: &Row) -> bool {
        let Some(first) = row.cells.first() else { return false };
        if self.patterns.row_labels.is(&first.label, RowLabel::Numbering) {
            return true;
        }
        if row.cells.len() < 3 {
            return false;
        }
        let places: Option<Vec<u32>> = row.cells.iter().map(|c| place_number(&c.text)).collect();
        places.is_some_and(|p| p.windows(2).all(|w| w[1] == w[0] + 1))
    }
}

/// Do cells of the header reach down into this row, 一级指标 over two rows: then it is the header's second level, whatever
/// it says. Only a format that states spans tells.
fn reached_by_header(block: &IndicatorBlock, row: &Row, patterns: &Patterns) -> bool {
    let heads = |c: &RowCell| patterns.headers.exact_of(c.facts, HeaderPart::Indicator).next().is_some();
    let is_label = |c: &RowCell| patterns.row_labels.is(&c.label, RowLabel::IndicatorBlock);
    let mut reaching = block.header.iter().flat_map(|header| &header.cells).filter(|c| heads(c) && !is_label(c));
    reaching.any(|c| row.is_covered(c.column))
}

/// Is a cell behind a complete pair a label that nobody knows, with its value behind it: 主管部门 | 民政局 | 经办机构 | 养老中心?
fn closes_pair(open: &Option<Pair>, index: usize, cells: &[RowCell], patterns: &Patterns) -> bool {
    /// Longer texts are values.
    const LONGEST_LABEL: usize = 8;
    let cell = &cells[index];
    let complete = open.as_ref().is_some_and(|pair| pair.value.is_some());
    let value_follows = cells.get(index + 1).is_some_and(|c| head_label(c, patterns).is_none());
    let in_pairs = cells.len() == 4 && index == 2;
    let length = cell.text.chars().count();
    let words = (2..=LONGEST_LABEL).contains(&length) && !cell.text.contains(|c: char| c.is_ascii_digit());
    complete && value_follows && in_pairs && words
}

/// The field of the head whose label begins with this short text.
fn broken_label(cell: &RowCell, patterns: &Patterns) -> Option<Field> {
    if !(2..=4).contains(&cell.text.chars().count()) {
        return None;
    }
    let candidates = patterns.headers.candidates(&cell.label, HeaderPart::Head);
    let named = candidates.iter().find(|m| m.field != Field::OtherLabel);
    named.or(candidates.first()).map(|m| m.field)
}

/// The number that a cell which only numbers its column stands for: `①`, `(3)`, `B`. Plain digits are data.
fn place_number(text: &str) -> Option<u32> {
    let inner = text.trim().trim_matches(['(', ')', '（', '）', '[', ']']);
    let bracketed = inner.len() < text.trim().len();
    let mut chars = inner.chars();
    match (chars.next()?, chars.next()) {
        (c @ '①'..='⑳', None) => Some(c as u32 - '①' as u32 + 1),
        (c @ 'A'..='Z', None) => Some(c as u32 - 'A' as u32 + 1),
        _ if bracketed => inner.parse().ok(),
        _ => None,
    }
}

fn begins_with_number(cell: &RowCell) -> bool {
    cell.text.trim_start_matches(['≥', '≤', '=', '-', '−', '￥', '¥']).starts_with(|c: char| c.is_ascii_digit())
}

/// Does a row repeat a header's words?
fn same_labels(header: &[Row], row: &Row) -> bool {
    header.iter().any(|first| same_words(first, row))
}

fn same_words(first: &Row, row: &Row) -> bool {
    let words = |row: &Row| -> Vec<String> { row.cells.iter().map(|c| c.label.clone()).collect() };
    let (old, new) = (words(first), words(row));
    if old == new {
        return true;
    }
    // The label of the block may be printed with the first header only.
    let shorter = old.len().min(new.len());
    shorter >= 3
        && old.len().abs_diff(new.len()) <= 1
        && old.iter().rev().zip(new.iter().rev()).take(shorter).all(|(a, b)| a == b)
}

/// Is the row below a header its second level or the rest of its words? Such a row has no number, no level, and words
/// that head columns.
pub(super) fn is_header_continuation(row: &Row, patterns: &Patterns) -> bool {
    let mut heads = 0;
    for cell in &row.cells {
        if begins_with_number(cell) || cell.text.chars().count() > 14 || cell.levels(&patterns.levels) != (None, None) {
            return false;
        }
        let bracket = cell.label.is_empty() && !cell.text.contains(|c: char| c.is_numeric());
        let fragment = bracket || patterns.row_labels.is(&cell.label, RowLabel::HeaderFragment);
        if fragment || patterns.headers.exact_of(cell.facts, HeaderPart::Indicator).next().is_some() {
            heads += 1;
        }
    }
    heads > 0 && heads * 2 >= row.cells.len()
}
