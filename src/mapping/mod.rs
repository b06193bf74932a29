//! Blocks in, forms and statements out: finds the forms of a document, assigns columns to fields and cells to columns, reads
//! quantities where header and unit are known. Checks no sums; that is `validate`'s.
//!
//! `segment` cuts the document into forms, `layout` a form into blocks; `columns` assigns headers to fields and `align`
//! cells to columns; `levels`, `fund`, `indicator` and `totals` read the blocks, `form` the head; `correct` reads a form
//! that was recognised again where what it says and what the picture allows decide otherwise, `words` mends its labels
//! before. `statement` reads the prose.

mod align;
mod columns;
mod correct;
mod counted;
mod form;
mod fund;
mod halves;
mod indicator;
mod layout;
mod level_columns;
mod levels;
mod place;
pub mod quantity;
mod row;
mod running;
mod scoring_rules;
mod segment;
mod signals;
mod split;
mod stacked;
mod statement;
mod totals;
mod traces;
mod words;

use crate::model::{
    Block, Columns, Date, Evidence, FormRecord, FormRecords, FormType, FundRecord, Identity, IndicatorRecord, Kind,
    Number, Place, Region, RowEvidence, SCHEMA, SourceOfFunds, StatementRecord, Wanted,
};
use crate::normalize;
use crate::patterns::{Patterns, Subject};
use quantity::Grammar;
use running::Running;
use segment::{Context, FormSource, Segmenter};
use statement::Prose;
use std::sync::Arc;

/// What the whole document says of itself, for its own record.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Summary {
    /// First line of the document that is a title.
    pub title: Option<String>,
    /// 填报日期, where the document has one.
    pub report_date: Option<Date>,
    /// Fiscal year reported on.
    pub year: Option<i32>,
    /// Place of the reporting unit.
    pub region: Option<Arc<Region>>,
}

/// What is found in a document.
#[derive(Debug)]
pub enum Found {
    /// A form with its rows.
    Form(Box<FormRecords>),
    /// A number said in prose, and what speaks for and against it.
    Statement(Box<StatementRecord>, Evidence),
}

/// Statements that wait for a form above them to be complete; beyond, they go first.
const MOST_WAITING: usize = 4_000;

/// Finds the forms and statements of a document and hands them to `sink` in reading order, each as soon as it is
/// complete.
pub fn records<'a>(
    blocks: impl Iterator<Item = Block<'a>>,
    identity: &Identity,
    patterns: &Patterns,
    grammar: &Grammar,
    wanted: Wanted,
    sink: &mut dyn FnMut(Found),
) -> Summary {
    let mut segmenter = Segmenter::new(patterns);
    let mut prose = Prose::new(patterns, grammar, identity, wanted);
    let mut summary = Summary::default();
    let mut count = 0;
    let mut read_form = |source: FormSource, context: &Context, summary: &mut Summary| {
        let read = |source| read(source, context, count + 1, identity, patterns, grammar, wanted);
        let form = correct::read(source, &read, patterns, grammar)?;
        count += 1;
        summary.year = summary.year.or(form.form.year);
        summary.report_date = summary.report_date.or(form.form.report_date);
        if summary.region.is_none() {
            summary.region.clone_from(&form.form.region);
        }
        if summary.title.is_none() && context.title.is_none() {
            summary.title = form.form.title.as_deref().map(str::to_owned);
        }
        Some(form)
    };
    for block in Running::new(blocks, patterns) {
        // What stands above a table comes before its form, what stands below behind it.
        let in_form = segmenter.in_form();
        match block {
            Block::Line(line) => {
                let shown = segment::displayed(&line.text);
                if wanted.statements {
                    prose.line(&line, shown.as_ref());
                }
                segmenter.push_line(&line.text, shown.unwrap_or_default());
            }
            Block::Grid(grid) => {
                prose.table();
                segmenter.push_grid(grid);
            }
            Block::PageBreak | Block::Finding(_) => {}
        }
        let mut ready = !in_form || prose.waiting() > MOST_WAITING;
        while let Some(source) = segmenter.next_form() {
            ready = true;
            if let Some(form) = read_form(source, &segmenter.context, &mut summary) {
                sink(Found::Form(Box::new(form)));
            }
        }
        if ready {
            prose.take().for_each(|(statement, evidence)| sink(Found::Statement(statement, evidence)));
        }
    }
    prose.finish();
    segmenter.finish();
    while let Some(source) = segmenter.next_form() {
        if let Some(form) = read_form(source, &segmenter.context, &mut summary) {
            sink(Found::Form(Box::new(form)));
        }
    }
    prose.take().for_each(|(statement, evidence)| sink(Found::Statement(statement, evidence)));
    let context = &segmenter.context;
    if summary.title.is_none() {
        summary.title.clone_from(&context.title);
    }
    let heads = || context.title.iter().chain(&context.head).map(String::as_str);
    summary.year = summary.year.or_else(|| heads().find_map(|line| grammar.year(line)));
    if summary.region.is_none() && wanted.regions {
        let titles: Vec<&str> = context.title.iter().map(String::as_str).collect();
        let places = context.head_places(&patterns.regions);
        summary.region = patterns.regions.resolve_among(&titles, (&context.head, &places), summary.year);
    }
    summary
}

/// Reads one form; `None` where its rows turn out to hold no fund and no indicator.
fn read(
    source: FormSource,
    context: &Context,
    number: u32,
    identity: &Identity,
    patterns: &Patterns,
    grammar: &Grammar,
    wanted: Wanted,
) -> Option<FormRecords> {
    let FormSource { before, rows, after, between, findings } = source;
    let first = rows.first().map(|(_, row)| (row.page, row.table));
    let layout = layout::layout(rows, patterns);
    let head = form::head(&before, &layout, (&after, between), context, patterns, grammar, wanted);
    let mut block_columns: Vec<_> =
        layout.indicators.iter().map(|block| indicator::block_columns(block, patterns, grammar)).collect();
    let total_columns = block_columns.last().map(Vec::as_slice).unwrap_or_default();
    let lines = before.iter().chain(&layout.head_lines).chain(&after);
    let totals = totals::totals(&layout, total_columns, lines, patterns, grammar);
    let funds = fund::joined(layout.funds.iter().flat_map(|block| fund::funds(block, &head, patterns, grammar)));
    let fund_points = |of: &dyn Fn(&fund::Fund) -> Option<Number>| funds.iter().find_map(of).map(Number::get);
    let totals =
        form::Totals { fund_weight: fund_points(&|f| f.weight), fund_score: fund_points(&|f| f.score), ..totals };
    let scoring = scoring_rules::read(&layout, &after, patterns);
    let mut columns = Columns::new();
    let mut indicators = Vec::new();
    for (block, block_columns) in layout.indicators.iter().zip(&mut block_columns) {
        let block_columns = std::mem::take(block_columns);
        let (found, used) = indicator::indicators(block, block_columns, &head, totals, patterns, grammar);
        indicators.extend(found);
        for (field, header) in used {
            columns.entry(field).or_insert(header);
        }
    }
    if funds.is_empty() && indicators.is_empty() {
        return None;
    }
    let goals = |texts: &[String]| {
        let joined = texts.iter().map(|t| normalize::paragraphs(t)).filter(|t| !t.is_empty()).collect::<Vec<_>>();
        (!joined.is_empty()).then(|| joined.join("\n"))
    };
    let title: Option<Arc<str>> = head.title.as_deref().map(Arc::from);
    let project: Option<Arc<str>> = head.project.as_deref().map(Arc::from);
    let blank_fund = |row: u32| FundRecord {
        kind: Kind::Fund,
        schema: SCHEMA,
        id: identity.fund_id(number, row),
        document: identity.sha256.clone(),
        source: identity.source.clone(),
        form: number,
        row,
        item: String::new(),
        source_of_funds: SourceOfFunds::Other,
        budget_initial: None,
        budget: None,
        executed: None,
        rate: None,
        weight: None,
        score: None,
        computed_rate: None,
        place: Place::default(),
        confidence: None,
        findings: Vec::new(),
    };
    let blank_indicator = |row: u32| IndicatorRecord {
        kind: Kind::Indicator,
        schema: SCHEMA,
        id: identity.indicator_id(number, row),
        document: identity.sha256.clone(),
        source: identity.source.clone(),
        form: number,
        row,
        form_title: title.clone(),
        project: project.clone(),
        year: head.year,
        region: head.region.clone(),
        level1: None,
        level2: None,
        level3: None,
        level1_weight: None,
        level2_weight: None,
        level1_inferred: false,
        indicator: None,
        target: None,
        actual: None,
        weight: None,
        score: None,
        completion: None,
        attained: None,
        deviation: None,
        improvement: None,
        basis: None,
        place: Place::default(),
        confidence: None,
        findings: Vec::new(),
    };
    let evidence = RowEvidence {
        funds: funds.iter().map(|fund| fund.evidence).collect(),
        indicators: indicators.iter().map(|row: &indicator::Indicator| row.evidence).collect(),
    };
    let funds = (1..).zip(funds).map(|(row, fund)| fund.into_record(blank_fund(row))).collect();
    let about = || [project.as_deref(), title.as_deref()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let about = wanted.indicators.then(|| Subject::of(&about()));
    let into_record = |(row, indicator): (u32, indicator::Indicator)| {
        indicator.into_record(patterns, about.as_ref(), blank_indicator(row))
    };
    let indicators = (1..).zip(indicators).map(into_record).collect();
    let form = FormRecord {
        kind: Kind::Form,
        schema: SCHEMA,
        id: identity.form_id(number),
        document: identity.sha256.clone(),
        source: identity.source.clone(),
        form: number,
        title: title.clone(),
        form_type: head.form_type.unwrap_or(FormType::Other),
        project: project.clone(),
        authority: head.authority,
        implementer: head.implementer,
        year: head.year,
        region: head.region.clone(),
        report_date: head.report_date,
        goals_expected: goals(&layout.goals_expected),
        goals_actual: goals(&layout.goals_actual),
        total_weight: totals.weight.map(Number::new),
        total_score: totals.score.map(Number::new).or(head.total_score),
        explanation: head.explanation,
        columns,
        page: first.and_then(|f| f.0),
        table: first.map(|f| f.1),
        bbox: None,
        findings,
    };
    Some(FormRecords { form, funds, indicators, scoring, evidence })
}
