//! What every stage speaks of: documents, grids, quantities, records.
//!
//! Nothing here reads a format, knows a pattern or writes JSON by itself; the types carry meaning, units and
//! provenance, and the stages fill them in. This module imports no stage.

mod alternative;
mod bbox;
mod document;
mod evidence;
mod finding;
mod grid;
mod identity;
mod number;
mod page;
mod quantity;
mod raster;
mod record;
mod wanted;

pub use alternative::Alternative;
pub use bbox::BBox;
pub use document::{Block, BlockSource, Body, Deferred, DeferredPages, Document, Encoding, Line, Media};
pub use evidence::{Clue, Evidence, Leaning};
pub use finding::{Code, Finding, Severity};
pub use grid::{Cell, Grid, GridOrigin, Trust};
pub use identity::Identity;
pub use number::Number;
pub use page::{
    Axis, Direction, Fill, Glyph, Page, PageSource, Rect, Role, Ruling, Tag, TaggedCell, TextRun, Visibility,
};
pub use quantity::{Date, Part, Quantity, Relation};
pub use raster::Raster;
pub use record::{
    Columns, DocumentError, DocumentRecord, FormRecord, FormRecords, FormType, FundRecord, IndicatorRecord, Kind,
    Level, Place, Record, Region, RegionLevel, RowEvidence, SCHEMA, ScoringRules, SourceOfFunds, StatementRecord,
    Status,
};
pub use wanted::Wanted;
