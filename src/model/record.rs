//! The records as `docs/schema.md` has them: field order here is key order there.

use super::{BBox, Date, Evidence, Finding, Media, Number, Quantity};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Version of the record schema.
pub const SCHEMA: u32 = 1;

/// Tells the records apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum Kind {
    Document,
    Form,
    Fund,
    Indicator,
    Statement,
}

/// How a document fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Everything was read.
    Ok,
    /// Something could not be read; findings say what.
    Partial,
    /// Nothing could be read; `error` says why.
    Failed,
}

/// Why a document failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct DocumentError {
    /// Stable word for programs: `empty`, `binary`, `unreadable`, `missing`, …
    pub code: String,
    /// What, where, and what to do.
    pub message: String,
}

/// Level of an administrative division.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum RegionLevel {
    Country,
    Province,
    City,
    County,
}

/// An administrative division of China, GB/T 2260.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, JsonSchema)]
pub struct Region {
    /// Full official name: 巴音郭楞蒙古自治州.
    pub name: String,
    /// Six digits: `652800`.
    pub code: String,
    /// Its level.
    pub level: RegionLevel,
}

/// Kind of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum FormType {
    TransferPayment,
    Project,
    Department,
    SocialInsuranceFund,
    Policy,
    Other,
}

/// Whose money a fund row speaks of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)]
pub enum SourceOfFunds {
    Total,
    Central,
    Provincial,
    Local,
    CurrentFiscal,
    Carryover,
    Own,
    Other,
    Income,
    Expenditure,
}

/// One level of the indicator taxonomy in a row: its text and the weight in brackets behind it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Level {
    /// White space inside CJK text removed, the weight taken off.
    pub name: Option<String>,
    /// `决策指标(10分)` → 10.
    pub weight: Option<Number>,
    /// Not printed in the row's span but inferred from the taxonomy.
    pub inferred: bool,
}

/// Which column fed which field, by header text: `{"target": "年度指标值"}`.
pub type Columns = BTreeMap<String, String>;

/// Where a record was found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, JsonSchema)]
pub struct Place {
    /// 1-based, null where the format has no pages.
    pub page: Option<u32>,
    /// 1-based number of the table in the document.
    pub table: Option<u32>,
    /// First and last row in the source grid, 0-based as in `zhibiao tables`.
    pub rows: Option<[usize; 2]>,
    /// Field → `[row, column]` in the source grid, 0-based as in `zhibiao tables`.
    pub cells: BTreeMap<String, [usize; 2]>,
    /// In points from the page's top left, null where the format has no geometry.
    pub bbox: Option<BBox>,
}

/// One input file.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs)] // the fields are the schema's
pub struct DocumentRecord {
    pub kind: Kind,
    pub schema: u32,
    pub id: String,
    pub document: Arc<str>,
    pub source: Arc<str>,
    pub title: Option<String>,
    pub media: Option<Media>,
    pub bytes: u64,
    pub pages: Option<u32>,
    pub encoding: Option<String>,
    pub ocr: Option<String>,
    pub report_date: Option<Date>,
    pub year: Option<i32>,
    pub region: Option<Arc<Region>>,
    pub forms: u32,
    pub funds: u32,
    pub indicators: u32,
    pub statements: u32,
    pub status: Status,
    pub error: Option<DocumentError>,
    pub findings: Vec<Finding>,
}

/// One self-assessment table.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct FormRecord {
    pub kind: Kind,
    pub schema: u32,
    pub id: String,
    pub document: Arc<str>,
    pub source: Arc<str>,
    pub form: u32,
    pub title: Option<Arc<str>>,
    pub form_type: FormType,
    pub project: Option<Arc<str>>,
    pub authority: Option<String>,
    pub implementer: Option<String>,
    pub year: Option<i32>,
    pub region: Option<Arc<Region>>,
    pub report_date: Option<Date>,
    pub goals_expected: Option<String>,
    pub goals_actual: Option<String>,
    pub total_weight: Option<Number>,
    pub total_score: Option<Number>,
    pub explanation: Option<String>,
    pub columns: Columns,
    pub page: Option<u32>,
    pub table: Option<u32>,
    pub bbox: Option<BBox>,
    pub findings: Vec<Finding>,
}

/// A row of the fund block.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct FundRecord {
    pub kind: Kind,
    pub schema: u32,
    pub id: String,
    pub document: Arc<str>,
    pub source: Arc<str>,
    pub form: u32,
    pub row: u32,
    pub item: String,
    pub source_of_funds: SourceOfFunds,
    pub budget_initial: Option<Quantity>,
    pub budget: Option<Quantity>,
    pub executed: Option<Quantity>,
    pub rate: Option<Quantity>,
    pub weight: Option<Number>,
    pub score: Option<Number>,
    pub computed_rate: Option<Number>,
    #[serde(flatten)]
    pub place: Place,
    pub confidence: Option<Number>,
    pub findings: Vec<Finding>,
}

/// A row of the indicator block.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct IndicatorRecord {
    pub kind: Kind,
    pub schema: u32,
    pub id: String,
    pub document: Arc<str>,
    pub source: Arc<str>,
    pub form: u32,
    pub row: u32,
    pub form_title: Option<Arc<str>>,
    pub project: Option<Arc<str>>,
    pub year: Option<i32>,
    pub region: Option<Arc<Region>>,
    pub level1: Option<String>,
    pub level2: Option<String>,
    pub level3: Option<String>,
    pub level1_weight: Option<Number>,
    pub level2_weight: Option<Number>,
    pub level1_inferred: bool,
    pub indicator: Option<String>,
    pub target: Option<Quantity>,
    pub actual: Option<Quantity>,
    pub weight: Option<Number>,
    pub score: Option<Number>,
    pub completion: Option<Number>,
    pub attained: Option<bool>,
    pub deviation: Option<String>,
    pub improvement: Option<String>,
    pub basis: Option<String>,
    #[serde(flatten)]
    pub place: Place,
    pub confidence: Option<Number>,
    pub findings: Vec<Finding>,
}

/// A number said in prose.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[allow(missing_docs)]
pub struct StatementRecord {
    pub kind: Kind,
    pub schema: u32,
    pub id: String,
    pub document: Arc<str>,
    pub source: Arc<str>,
    /// One path for all statements of a paragraph.
    pub section: Arc<Vec<String>>,
    pub sentence: String,
    pub subject: Option<String>,
    pub aspect: &'static str,
    pub year: Option<i32>,
    pub value: Option<Quantity>,
    pub indicator: Option<String>,
    #[serde(flatten)]
    pub place: Place,
    pub confidence: Option<Number>,
    pub findings: Vec<Finding>,
}

/// One line of output.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(untagged)]
#[allow(missing_docs)]
#[allow(clippy::large_enum_variant)] // records pass by one at a time
pub enum Record {
    Document(DocumentRecord),
    Form(FormRecord),
    Fund(FundRecord),
    Indicator(IndicatorRecord),
    Statement(Box<StatementRecord>),
}

/// A form with its rows, as mapping reads them and validation marks them.
#[derive(Debug, Clone, PartialEq)]
pub struct FormRecords {
    /// The form itself.
    pub form: FormRecord,
    /// Rows of its fund block, in order.
    pub funds: Vec<FundRecord>,
    /// Rows of its indicator block, in order.
    pub indicators: Vec<IndicatorRecord>,
    /// What it says of its own scoring; for the audit, in no record.
    pub scoring: ScoringRules,
    /// What speaks for and against its rows; for their confidence, in no record.
    pub evidence: RowEvidence,
}

/// The evidence of a form's rows, as many as there are rows and in their order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RowEvidence {
    /// Of the rows of the fund block.
    pub funds: Vec<Evidence>,
    /// Of the rows of the indicator block.
    pub indicators: Vec<Evidence>,
}

/// How a form says that its scores come about, in its notes and headers.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ScoringRules {
    /// The words that say 得分=权重×B/A.
    pub proportional: Option<String>,
    /// 得分（20分*执行率）: the points that the rate is multiplied with.
    pub fund_points: Option<Number>,
    /// 100-80%、80-50%、50-0%: where the first grade ends and where the second, as ratios.
    pub bands: Option<[Number; 2]>,
}
