//! The fund block: a record for every source of funds that prints a value.

use super::align::{Aligner, Alignment, Kind, points};
use super::columns::{Column, columns};
use super::form::FormHead;
use super::layout::FundBlock;
use super::place::Places;
use super::quantity::{Context, Grammar, WrittenUnit};
use super::row::{Row, RowCell};
use super::traces;
use crate::model::{
    Clue, Code, Evidence, Finding, FundRecord, Number, Place, Quantity, Relation, Severity, SourceOfFunds,
};
use crate::patterns::{Field, HeaderPart, Patterns, RowLabel};
use rust_decimal::{Decimal, RoundingStrategy};

/// A fund row before it has ids: the record's own fields.
#[derive(Debug, Clone, Default)]
pub(super) struct Fund {
    pub(super) item: String,
    pub(super) source: Option<SourceOfFunds>,
    pub(super) budget_initial: Option<Quantity>,
    pub(super) budget: Option<Quantity>,
    pub(super) executed: Option<Quantity>,
    pub(super) rate: Option<Quantity>,
    pub(super) weight: Option<Number>,
    pub(super) score: Option<Number>,
    pub(super) place: Place,
    pub(super) evidence: Evidence,
    pub(super) findings: Vec<Finding>,
    /// Its labels stand beside its amounts, not above them.
    pub(super) beside_amounts: bool,
}

impl Fund {
    fn has_value(&self) -> bool {
        self.said().contains(&true)
    }

    fn has_money(&self) -> bool {
        self.budget_initial.is_some() || self.budget.is_some() || self.executed.is_some()
    }

    /// Which of its fields it says.
    fn said(&self) -> [bool; 6] {
        [
            self.budget_initial.is_some(),
            self.budget.is_some(),
            self.executed.is_some(),
            self.rate.is_some(),
            self.weight.is_some(),
            self.score.is_some(),
        ]
    }

    /// Does each of the two say what the other leaves open?
    fn says_other_than(&self, other: &Fund) -> bool {
        self.said().iter().zip(other.said()).all(|(here, there)| !(*here && there))
    }

    fn take_in(&mut self, other: Fund) {
        self.budget_initial = self.budget_initial.take().or(other.budget_initial);
        self.budget = self.budget.take().or(other.budget);
        self.executed = self.executed.take().or(other.executed);
        self.rate = self.rate.take().or(other.rate);
        self.weight = self.weight.or(other.weight);
        self.score = self.score.or(other.score);
        for (field, at) in other.place.cells {
            self.place.cells.entry(field).or_insert(at);
        }
        if let (Some(own), Some(others)) = (&mut self.place.rows, other.place.rows) {
            *own = [own[0].min(others[0]), own[1].max(others[1])];
        }
        self.findings.extend(other.findings);
    }

    /// Executed ÷ budget, four decimals, half up.
    pub(super) fn computed_rate(&self) -> Option<Number> {
        let value = |q: &Option<Quantity>| q.as_ref().and_then(|q| q.value).map(Number::get);
        quotient(value(&self.executed)?, value(&self.budget)?)
    }

    /// The record, ids and provenance of the document left to the caller.
    pub(super) fn into_record(self, blank: FundRecord) -> FundRecord {
        let computed_rate = self.computed_rate();
        FundRecord {
            source_of_funds: self.source.unwrap_or(SourceOfFunds::Other),
            item: self.item,
            budget_initial: self.budget_initial,
            budget: self.budget,
            executed: self.executed,
            rate: self.rate,
            weight: self.weight,
            score: self.score,
            computed_rate,
            place: self.place,
            findings: self.findings,
            ..blank
        }
    }
}

/// Funds of a form's blocks, one after the other. What labels beside amounts say over several rows is one fund: rows of one
/// item that say different things, and an amount spent that names no item, of the total that nothing was said to be spent of.
pub(super) fn joined(funds: impl Iterator<Item = Fund>) -> Vec<Fund> {
    let mut out: Vec<Fund> = Vec::new();
    for next in funds {
        let same_item =
            out.last().is_some_and(|last| last.beside_amounts && next.beside_amounts && last.item == next.item);
        let unnamed_rate = next.beside_amounts && next.item.is_empty() && !next.has_money();
        let of = if same_item || unnamed_rate {
            out.last_mut().filter(|last| last.beside_amounts)
        } else if next.beside_amounts && next.item.is_empty() && next.executed.is_some() && next.budget.is_none() {
            out.iter_mut().rfind(|fund| fund.source == Some(SourceOfFunds::Total) && fund.budget.is_some())
        } else {
            None
        };
        match of.filter(|fund| fund.says_other_than(&next)) {
            Some(fund) => fund.take_in(next),
            None => out.push(next),
        }
    }
    out
}

/// `a ÷ b` with four decimals, half up; `None` for a zero divisor.
pub(super) fn quotient(a: Decimal, b: Decimal) -> Option<Number> {
    let exact = a.checked_div(b)?;
    Some(Number::new(exact.round_dp_with_strategy(4, RoundingStrategy::MidpointAwayFromZero)))
}

/// Does executed ÷ budget give the rate, as a ratio or per cent, within its last printed place?
pub(super) fn rate_closes(budget: Decimal, executed: Decimal, rate: Decimal) -> bool {
    let Some(exact) = executed.checked_div(budget) else { return false };
    [rate, rate / Decimal::ONE_HUNDRED].iter().any(|r| (exact - r).abs() <= Decimal::new(11, 3))
}

/// The rows of a fund block that print a value.
pub(super) fn funds(block: &FundBlock, head: &FormHead, patterns: &Patterns, grammar: &Grammar) -> Vec<Fund> {
    if block.header.is_empty() {
        return unheaded(block, &Reader { patterns, grammar, head, block_unit: head_unit(block, head, grammar) });
    }
    let header = without_lead(block);
    let mut columns = columns(&header, HeaderPart::Fund, &block.rows.iter().collect::<Vec<_>>(), patterns, grammar);
    // The label of the block stands in the header's first cell and feeds nothing.
    columns.retain(|c| {
        !(c.field.is_none_or(|f| f == Field::FundItem)
            && patterns.row_labels.is(&crate::patterns::label_key(&c.header), RowLabel::FundBlock))
    });
    let sources: Vec<(usize, SourceOfFunds)> = columns
        .iter()
        .enumerate()
        .filter(|(_, c)| !matches!(c.field, Some(Field::Executed | Field::Rate | Field::FundWeight | Field::FundScore)))
        .filter_map(|(i, c)| patterns.fund_labels.exact(lowest(c)).map(|s| (i, s)))
        .collect();
    let block_unit = head_unit(block, head, grammar);
    let reader = Reader { patterns, grammar, head, block_unit };
    let totals_apart = spent_by_source(&columns, patterns);
    if sources.len() >= 3 && !totals_apart {
        return reader.side_by_side(block, &columns, &sources);
    }
    if totals_apart {
        // What each source gave is told beside the total of each row, which is what the row is about.
        for (index, _) in sources.into_iter().filter(|(_, source)| *source != SourceOfFunds::Total) {
            columns[index].field = Some(Field::FundExtra);
        }
    }
    // 任务名称 before 主要内容: what names the row stands there, not right before the amounts.
    let named = columns.iter().find(|c| c.field == Some(Field::FundItem)).map(|c| c.end);
    let first = columns.iter().filter(|c| c.field.is_some_and(|f| f != Field::FundItem)).map(|c| c.start).min();
    let told_between =
        columns.iter().any(|c| c.field == Some(Field::FundExtra) && named.is_some_and(|end| c.start == end));
    let first_amount = columns.iter().filter(|c| c.field.is_some_and(is_amount_field)).map(|c| c.start).min();
    let item_end = named.filter(|end| told_between && first_amount.is_some_and(|first| *end < first));
    columns.retain(|c| c.field.is_none_or(|f| f != Field::FundItem) && first.is_some_and(|f| c.start >= f));
    columns.insert(
        0,
        Column {
            start: 0,
            end: item_end.or(first).unwrap_or(0),
            header: String::new(),
            field: Some(Field::FundItem),
            fit: 1.0,
        },
    );
    let beside_amounts = block.beside_amounts;
    let read = |row: &Row| Some(Fund { beside_amounts, ..reader.row(row, &columns, block)? });
    block.rows.iter().filter_map(read).collect()
}

fn is_amount_field(field: Field) -> bool {
    matches!(field, Field::BudgetInitial | Field::Budget | Field::Executed)
}

/// The lowest of a header's levels.
fn lowest(column: &Column) -> &str {
    column.header.rsplit(' ').next().unwrap_or(&column.header)
}

/// 总额 and 其中：财政拨款 under 预算数, and again under 执行数: are both totals told, of each row?
fn spent_by_source(columns: &[Column], patterns: &Patterns) -> bool {
    let total = |field: Field| {
        columns.iter().any(|c| {
            c.field == Some(field)
                && c.header.contains(' ')
                && patterns.fund_labels.exact(lowest(c)) == Some(SourceOfFunds::Total)
        })
    };
    total(Field::Budget) && total(Field::Executed)
}

/// The block's header without its first cell, where no amount stands below that: 资金总额（万元） may head a column of amounts, and
/// here it names the block.
fn without_lead(block: &FundBlock) -> Vec<Row> {
    let mut header = block.header.clone();
    let Some(lead) = header.first().and_then(|row| row.cells.first()) else { return header };
    let (columns, extent) = (lead.column..lead.end, header[0].extent);
    let amounts =
        || block.rows.iter().flat_map(|row| row.cells.iter().map(move |c| (row, c))).filter(|(_, c)| is_amount(c));
    let below = |(row, c): (&Row, &RowCell)| columns.contains(&(c.column + row.moved_to(extent)));
    let others = header[0].cells.len() > 1;
    if others && amounts().next().is_some() && !amounts().any(below) {
        header[0].cells.remove(0);
    }
    header
}

/// A block without headers, as forms that only set a target have it: labels with an amount beside each, the budget.
fn unheaded(block: &FundBlock, reader: &Reader<'_>) -> Vec<Fund> {
    let mut funds = Vec::new();
    let of_all_years = places_of_all_years(block, reader.patterns);
    for row in &block.rows {
        let mut from = 0;
        let amounts = row.cells.iter().enumerate().filter(|(_, c)| is_amount(c));
        for (place, (at, amount)) in amounts.enumerate() {
            // A second amount behind one label is of a column whose header is not known.
            let unlabelled = place > 0 && from == at;
            let pair = row.holding(row.cells[from..=at].to_vec());
            from = at + 1;
            if unlabelled || of_all_years.contains(&place) {
                continue;
            }
            let column = |field, start, end| Column { start, end, header: String::new(), field: Some(field), fit: 0.5 };
            let columns = [column(Field::FundItem, 0, amount.column), column(Field::Budget, amount.column, usize::MAX)];
            funds.extend(reader.row(&pair, &columns, block));
        }
    }
    funds
}

/// The places in a row whose amounts are those of the whole project, where the year's stand beside them: 实施期资金总额 | 3600 |
/// 年度资金总额 | 1200.
fn places_of_all_years(block: &FundBlock, patterns: &Patterns) -> Vec<usize> {
    let mut places = Vec::new();
    for row in &block.rows {
        let pairs = || row.cells.windows(2).filter(|w| !is_amount(&w[0]) && is_amount(&w[1]));
        let spans_years = |w: &&[RowCell]| patterns.row_labels.spans_years(&w[0].label);
        if pairs().any(|w| !spans_years(&w)) {
            places.extend(pairs().enumerate().filter(|(_, w)| spans_years(w)).map(|(place, _)| place));
        }
    }
    places
}

/// What stands in the header left of the first amounts, over rows that print no item of their own: 年度部门预算（万元）.
fn lead_of(block: &FundBlock, columns: &[Column]) -> Option<String> {
    let first = columns.iter().filter(|c| c.field != Some(Field::FundItem)).map(|c| c.start).min()?;
    let lead = block.header.iter().flat_map(|row| &row.cells).find(|c| c.column < first)?;
    Some(lead.text.clone())
}

/// 桂财社〔2022〕198号: by what the money came, not what it is.
fn is_document_number(text: &str) -> bool {
    text.ends_with('号') && text.contains(['〔', '[', '［', '【']) && text.contains(|c: char| c.is_ascii_digit())
}

/// Is a cell only a bracket that repeats how the points are reckoned: (20分*执行率)?
fn is_points_note(cell: &RowCell) -> bool {
    cell.label.is_empty() && super::align::outside_brackets(&cell.text).trim().is_empty()
}

/// Does a cell hold an amount, or a mark for none? `3.市级` is a numbered label.
fn is_amount(cell: &RowCell) -> bool {
    let text = cell.text.trim_start_matches(['-', '—', '－', '￥', '¥', '/']);
    let rest = text.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '，' | ' '));
    text.len() < cell.text.len() && rest.is_empty()
        || rest.len() < text.len()
            && (rest.is_empty() || rest.starts_with(['%', '％', '万', '亿', '元', '千', '萬', '億']))
}

/// The unit that the block's label or the form states for its money.
fn head_unit(block: &FundBlock, head: &FormHead, grammar: &Grammar) -> Option<WrittenUnit> {
    let money = |unit: &WrittenUnit| &*unit.base == "元";
    let of = |text: &str| grammar.unit_in_brackets(text).filter(money);
    block
        .label
        .as_deref()
        .and_then(of)
        .or_else(|| block.header.iter().flat_map(|r| &r.cells).find_map(|c| of(&c.text)))
        .or_else(|| block.rows.iter().filter_map(|r| r.cells.first()).find_map(|c| of(&c.text)))
        .or_else(|| head.money_unit.clone())
}

struct Reader<'a> {
    patterns: &'a Patterns,
    grammar: &'a Grammar,
    head: &'a FormHead,
    block_unit: Option<WrittenUnit>,
}

impl Reader<'_> {
    /// The first of several sources that an alignment put into one cell: those below it print no value.
    fn own_label<'t>(&self, text: &'t str) -> &'t str {
        let known = |line: &str| self.patterns.fund_labels.exact(line.trim()).is_some();
        match text.split_once('\n') {
            Some((first, rest)) if known(first) && rest.lines().all(known) => first.trim(),
            _ => text,
        }
    }

    fn row(&self, row: &Row, columns: &[Column], block: &FundBlock) -> Option<Fund> {
        // The block's label, and whatever else stands left of the item, are no values.
        let leading = row.cells.iter().take_while(|c| !is_amount(c)).count();
        let mut row = row.clone();
        let labels: Vec<RowCell> = row.cells.drain(..leading).collect();
        let mut labels: Vec<RowCell> =
            labels.into_iter().filter(|c| !is_points_note(c) && !is_document_number(&c.text)).collect();
        let fallback = labels.last().cloned();
        labels.retain(|c| {
            !self.patterns.row_labels.is(&c.label, RowLabel::FundBlock) && block.label.as_deref() != Some(&c.text)
        });
        // Of several labels that one which stands where rows are named.
        let item_end = columns.first().filter(|c| c.field == Some(Field::FundItem)).map_or(0, |c| c.end);
        let named = labels.iter().rposition(|c| c.column < item_end);
        let item = named.map(|at| labels.swap_remove(at)).or_else(|| labels.pop()).or(fallback);
        if let Some(item) = &item {
            row.cells.insert(0, item.clone());
        }
        let aligner = Aligner {
            patterns: self.patterns,
            grammar: self.grammar,
            columns,
            extent: block.header.first().map_or(0, |header| header.extent),
            percent_weights: false,
        };
        let split = self.split_glued(&mut row, &aligner);
        let kinds: Vec<Kind<'_>> = row.cells.iter().map(|c| aligner.kind(c)).collect();
        let alignment = aligner.align(&row, &kinds);
        let mut fund = Fund { evidence: traces::of_row(&row, columns, &alignment), ..Fund::default() };
        fund.evidence.note(Clue::CellsSplit, split.is_some());
        fund.evidence.note(Clue::CellDropped, self.drops(&row, &alignment));
        fund.findings.extend(split);
        let mut places = Places::new(&row);
        let cell_of = |field: Field| {
            columns
                .iter()
                .zip(&alignment.cells)
                .find(|(c, held)| c.field == Some(field) && !held.is_empty())
                .map(|(_, held)| &row.cells[held[0]])
        };
        fund.item = match cell_of(Field::FundItem).or(item.as_ref()) {
            Some(cell) => {
                places.put("item", cell);
                self.own_label(&cell.text).to_owned()
            }
            None => block.label.clone().or_else(|| lead_of(block, columns)).unwrap_or_default(),
        };
        let row_unit = self.grammar.unit_in_brackets(&fund.item).filter(|u| &*u.base == "元");
        for (field, slot) in [
            (Field::BudgetInitial, &mut fund.budget_initial),
            (Field::Budget, &mut fund.budget),
            (Field::Executed, &mut fund.executed),
        ] {
            let Some(cell) = cell_of(field).filter(|cell| !self.is_another_item(cell)) else { continue };
            let column = columns.iter().find(|c| c.field == Some(field));
            let column_unit =
                column.and_then(|c| self.grammar.unit_in_brackets(&c.header)).filter(|u| &*u.base == "元");
            if let Some(quantity) = self.money(&cell.raw, column_unit.or(row_unit.clone())) {
                places.put(field.key(), cell);
                fund.evidence.note(Clue::PointsUnread, quantity.value.is_none());
                *slot = Some(quantity);
            }
        }
        if let Some(cell) = cell_of(Field::Rate) {
            let header = columns.iter().find(|c| c.field == Some(Field::Rate)).map_or("", |c| c.header.as_str());
            fund.rate = self.rate(&cell.raw, header.contains('%') || header.contains('％'), &fund);
            if fund.rate.is_some() {
                places.put("rate", cell);
            }
            fund.evidence.note(Clue::PointsUnread, fund.rate.is_none() && !self.grammar.is_blank(&cell.text));
        }
        for (field, slot) in [(Field::FundWeight, &mut fund.weight), (Field::FundScore, &mut fund.score)] {
            if let Some(cell) = cell_of(field) {
                *slot = points(self.grammar, &cell.text).map(Number::new);
                if slot.is_some() {
                    places.put(field.key(), cell);
                }
                fund.evidence.note(Clue::PointsUnread, slot.is_none() && !self.grammar.is_blank(&cell.text));
            }
        }
        if alignment.shifted {
            fund.findings.push(Finding::new(
                Code::ColumnShiftRepaired,
                Severity::Info,
                format!(
                    "{}: the amounts stand in other columns than their headers; placed by order, kind and B ÷ A",
                    fund.item
                ),
            ));
        }
        fund.evidence.note(Clue::NameKnown, self.patterns.fund_labels.exact(&fund.item).is_some());
        // 预算安排 800 | 实际支出 784 in one row: nothing is named but the whole.
        let names_block = block.beside_amounts && block.label.as_ref() == Some(&fund.item);
        let unnamed = fund.item.is_empty() || names_block;
        fund.source = Some(if unnamed { SourceOfFunds::Total } else { self.patterns.fund_labels.source(&fund.item) });
        fund.findings.extend(places.doubts());
        fund.place = places.done();
        fund.has_value().then_some(fund)
    }

    /// 其中：基本支出：2,860.10 below 全年执行数: the amount is of what the cell itself names, which is no column's.
    fn is_another_item(&self, cell: &RowCell) -> bool {
        let Some(at) = cell.text.rfind(['：', ':']) else { return false };
        let own = crate::patterns::label_key(cell.text[..at].rsplit(['：', ':']).next().unwrap_or_default());
        !own.is_empty()
            && !own.contains(|c: char| c.is_ascii_digit())
            && self.patterns.headers.likely_of(self.patterns.headers.facts(&own), HeaderPart::Fund).is_none()
    }

    /// Was a cell left out that says something?
    fn drops(&self, row: &Row, alignment: &Alignment) -> bool {
        alignment.dropped.iter().any(|index| !self.grammar.is_blank(&row.cells[*index].text))
    }

    /// Amounts that OCR ran together: `202010100.00%10` is 20, 20, 10, 100.00%, 10 where B ÷ A proves it.
    fn split_glued(&self, row: &mut Row, aligner: &Aligner<'_>) -> Option<Finding> {
        let (at, parts) = super::split::fund_amounts(row, aligner.columns, self.grammar)?;
        let glued = row.cells.remove(at);
        let pieces: Vec<String> = parts.iter().map(|(_, text)| text.clone()).collect();
        for (offset, (column, text)) in parts.into_iter().enumerate() {
            row.cells.insert(at + offset, glued.piece(column, text, self.patterns));
        }
        Some(super::split::finding(&glued.text, &pieces, "B ÷ A and the points"))
    }

    /// An amount of money.
    fn money(&self, raw: &str, unit: Option<WrittenUnit>) -> Option<Quantity> {
        // 5万亩 is no money: the cell is another block's.
        self.amount(raw, unit).filter(|q| q.unit.as_deref().is_none_or(|unit| unit.starts_with('元')))
    }

    /// An amount of whatever kind.
    fn amount(&self, raw: &str, unit: Option<WrittenUnit>) -> Option<Quantity> {
        let default_unit = unit.or_else(|| self.block_unit.clone());
        let context = Context { year: self.head.year, default_unit, money: true };
        let reading = self.grammar.read(raw, &context)?;
        // Where nothing in the form says 万元 or 元, the number is given without a unit rather than with a guess.
        Some(reading.quantity)
    }

    /// A rate; one without a sign is ÷ 100 if its header has %, else the reading nearest to B ÷ A.
    fn rate(&self, raw: &str, percent_header: bool, fund: &Fund) -> Option<Quantity> {
        let context = Context { year: self.head.year, ..Context::default() };
        // A sentence that says some rate is none of the row's.
        let reading = self.grammar.read(raw, &context).filter(|_| !raw.contains('。'))?;
        let mut quantity = reading.quantity;
        let value = quantity.value?.get();
        if quantity.unit.is_some() {
            return Some(quantity);
        }
        let per_cent = value / Decimal::ONE_HUNDRED;
        let known = |q: &Option<Quantity>| q.as_ref().and_then(|q| q.value).map(Number::get);
        let computed = known(&fund.executed).zip(known(&fund.budget)).and_then(|(b, a)| b.checked_div(a));
        let chosen = match computed {
            _ if percent_header => per_cent,
            Some(exact) if (exact - value).abs() <= (exact - per_cent).abs() => value,
            Some(_) => per_cent,
            None if value > Decimal::TWO => per_cent,
            None => value,
        };
        quantity.value = Some(Number::new(chosen));
        quantity.unit = Some("ratio".to_owned());
        quantity.relation = quantity.relation.or(Some(Relation::Equal));
        Some(quantity)
    }

    /// A grid with the sources side by side: a record a source.
    fn side_by_side(&self, block: &FundBlock, columns: &[Column], sources: &[(usize, SourceOfFunds)]) -> Vec<Fund> {
        let mut funds: Vec<Fund> = Vec::new();
        let total = sources.iter().position(|(_, s)| *s == SourceOfFunds::Total);
        for row in &block.rows {
            // 预算数, 执行数 and 执行率 as rows: the row's label says which field its amounts are.
            let labels = row.cells.iter().take_while(|c| !is_amount(c));
            let row_field = labels
                .filter_map(|c| self.patterns.headers.likely_of(c.facts, HeaderPart::Fund))
                .map(|m| m.field)
                .find(|f| *f != Field::FundItem);
            for (position, (index, source)) in sources.iter().enumerate() {
                let column = &columns[*index];
                let held = |c: &Column| row.cells.iter().find(|cell| c.start <= cell.column && cell.column < c.end);
                let Some(cell) = held(column) else { continue };
                let column_unit = self.grammar.unit_in_brackets(&column.header).filter(|u| &*u.base == "元");
                let is_total = total == Some(position) || (total.is_none() && position == 0);
                // What was executed is told of the total alone.
                if !is_total
                    && matches!(
                        row_field,
                        Some(Field::Executed | Field::Rate | Field::FundWeight | Field::FundScore | Field::FundExtra)
                    )
                {
                    continue;
                }
                let Some(amount) = self.amount(&cell.raw, column_unit).filter(|q| q.value.is_some()) else { continue };
                let item = lowest(column).to_owned();
                let at = match funds.iter().position(|f| f.item == item) {
                    Some(at) => at,
                    None => {
                        funds.push(Fund { item, source: Some(*source), ..Fund::default() });
                        funds.len() - 1
                    }
                };
                let fund = &mut funds[at];
                let mut places = Places::resume(row, std::mem::take(&mut fund.place));
                let field = row_field.unwrap_or(Field::Budget);
                places.put(field.key(), cell);
                match field {
                    Field::Executed => fund.executed = Some(amount),
                    Field::BudgetInitial => fund.budget_initial = Some(amount),
                    Field::Rate => fund.rate = self.rate(&cell.raw, false, fund),
                    Field::FundWeight => fund.weight = points(self.grammar, &cell.text).map(Number::new),
                    Field::FundScore => fund.score = points(self.grammar, &cell.text).map(Number::new),
                    Field::FundExtra => {}
                    _ => fund.budget = Some(amount),
                }
                // Executed and rate, in columns of their own, belong to the total alone.
                if is_total {
                    for c in columns {
                        let Some(cell) = held(c) else { continue };
                        match c.field {
                            Some(Field::Executed) => {
                                fund.executed = self.money(&cell.raw, None);
                                places.put("executed", cell);
                            }
                            Some(Field::FundWeight) => fund.weight = points(self.grammar, &cell.text).map(Number::new),
                            Some(Field::FundScore) => fund.score = points(self.grammar, &cell.text).map(Number::new),
                            Some(Field::Rate) => {
                                fund.rate = self.rate(&cell.raw, c.header.contains('%'), fund);
                                places.put("rate", cell);
                            }
                            _ => {}
                        }
                    }
                }
                fund.evidence.join(traces::of_columns(columns));
                fund.evidence.join(traces::of_origin(row));
                fund.evidence.add_score(cell.trust);
                fund.findings.extend(places.doubts());
                fund.place = places.done();
            }
        }
        funds.retain(Fund::has_money);
        funds
    }
}
