use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing; the figures stand.
    Info,
    /// Look at it before you use the figure.
    Warning,
    /// The figures contradict each other, or a value could not be read.
    Error,
}

/// What kind of thing was found. `docs/findings.md` says of each what it means and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[allow(missing_docs)] // the names are the schema's own words, explained in docs/findings.md
pub enum Code {
    RateMismatch,
    FundsDoNotAddUp,
    WeightsDoNotAddUp,
    ScoresDoNotAddUp,
    ScoreExceedsWeight,
    TargetNotMetFullScore,
    UnitConflict,
    UnitInferred,
    /// An amount of money of which neither its cell nor its column, row or form says a unit: 元 and 万元 differ ten thousand times.
    UnitMissing,
    ColumnShiftRepaired,
    LevelInferred,
    ValueMissing,
    ProseTableConflict,
    LowOcrConfidence,
    /// What recognition read first made no sense where it stands; what the picture allows beside it does, alone, and was
    /// taken. `raw` keeps what was read first.
    OcrCorrected,
    DuplicateForm,
    ScoreImputed,
    /// One cell held what OCR had run together from several; sums prove the split.
    CellsSplit,
    /// A cell of a row fitted no column and was left out.
    CellDropped,
    /// The text encoding was guessed, not declared.
    EncodingDetected,
    /// Bytes of the input could not be read as text and stand as U+FFFD.
    UnreadableText,
    /// Part of the document was left out or cut (limits, hidden rows, unread constructs).
    ContentSkipped,
}

/// One thing that does not add up, or that was repaired or inferred. It never changes a printed value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Finding {
    /// What kind.
    pub code: Code,
    /// How much it matters.
    pub severity: Severity,
    /// For a person: the equation, the figures and where they stand.
    pub message: String,
    /// What the evidence implies.
    pub expected: Option<String>,
    /// What is printed.
    pub found: Option<String>,
}

impl Finding {
    /// A finding without expected and found values.
    pub fn new(code: Code, severity: Severity, message: impl Into<String>) -> Self {
        Finding { code, severity, message: message.into(), expected: None, found: None }
    }

    /// The same with what was expected and what was found.
    pub fn with(mut self, expected: impl ToString, found: impl ToString) -> Self {
        self.expected = Some(expected.to_string());
        self.found = Some(found.to_string());
        self
    }
}
