//! Knowledge as data: what the files under `patterns/` say, parsed, overlaid with a user's own directory, compiled
//! for lookup. Comes in: TOML and TSV text. Goes out: [`Patterns`]. Knows nothing of documents.
//!
//! Every file holds entries with an `id` (or rows with a key); a user's file of the same name overlays the built-in
//! one entry by entry: the same id replaces, a new id adds, `remove = true` takes away. A new file is registered in
//! `files.rs`, for `patterns check` and `patterns show`.

mod audit;
mod check;
mod confidence;
mod entries;
mod files;
mod gazetteer;
mod headers;
mod indicator_names;
mod indicators;
mod labels;
mod levels;
mod lookalikes;
mod problem;
mod quick_hash;
mod regions;
mod relations;
mod rows;
mod scoring;
mod similar_names;
mod statements;
mod units;
mod word_finder;

pub use audit::{Audit, AuditPatterns, AuditWords};
pub use check::{check, show};
pub use confidence::{BASE as CONFIDENCE_BASE, Confidence, Weights as ConfidenceWeights};
pub use entries::{Entry, Located, load_entries};
pub use headers::{Facts as HeaderFacts, Field, Headers, Match as HeaderMatch, Part as HeaderPart};
pub use indicators::{Indicator, Indicators, Subject, ValueKind};
pub use labels::{FormTypes, FundLabels, RowLabel, RowLabels, label_key, year_before};
pub use levels::{LevelKind, Levels, Measure};
pub use lookalikes::Lookalikes;
pub use problem::{PatternError, Problem};
pub(crate) use regions::PlacesIn;
pub use regions::{PlaceMatch, Regions};
pub use relations::{Meaning, On, Place, RelationEntry, Role, WordsEntry};
pub use scoring::Scoring;
pub use statements::{Aspect, Cue, StatementRole, Statements, WordSet, WordsOf};
pub use units::{UnitEntry, UnitKind};

use std::path::Path;

/// All knowledge, compiled.
#[derive(Debug)]
pub struct Patterns {
    /// Header words of columns and labels.
    pub headers: Headers,
    /// The taxonomy of indicator levels.
    pub levels: Levels,
    /// Whose money a fund row speaks of.
    pub fund_labels: FundLabels,
    /// What kind a form is.
    pub form_types: FormTypes,
    /// Weights of the scorer.
    pub scoring: Scoring,
    /// What a row is by its label.
    pub row_labels: RowLabels,
    /// Places and their codes.
    pub regions: Regions,
    /// What the rows of forms measure.
    pub indicators: Indicators,
    /// What numbers in prose measure.
    pub statements: Statements,
    /// Signs that recognition takes for each other.
    pub lookalikes: Lookalikes,
    /// Wordings that the audit goes by.
    pub audit: Audit,
    /// What each piece of evidence is worth.
    pub confidence: Confidence,
}

impl Patterns {
    /// The built-in knowledge, read once.
    pub fn builtin() -> &'static Self {
        static BUILTIN: std::sync::LazyLock<Patterns> =
            std::sync::LazyLock::new(|| Patterns::load(None).expect("the embedded patterns are checked by the tests"));
        &BUILTIN
    }

    /// The built-in knowledge, overlaid with the files of a directory.
    ///
    /// # Errors
    /// A file that cannot be read or parsed, named with its line.
    pub fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        Ok(Patterns {
            headers: Headers::load(overlay)?,
            levels: Levels::load(overlay)?,
            fund_labels: FundLabels::load(overlay)?,
            form_types: FormTypes::load(overlay)?,
            scoring: Scoring::load(overlay)?,
            row_labels: RowLabels::load(overlay)?,
            regions: Regions::load(overlay)?,
            indicators: Indicators::load(overlay)?,
            statements: Statements::load(overlay)?,
            lookalikes: Lookalikes::load(overlay)?,
            audit: Audit::load(overlay)?,
            confidence: Confidence::load(overlay)?,
        })
    }
}
