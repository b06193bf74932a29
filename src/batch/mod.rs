//! An output folder that survives: what is known of every input, the records of every document, and the sorted files
//! made of them.
//!
//! Comes in: inputs with their paths, and documents' records as lines that leave their source open. Goes out: the files
//! of [`compact`], written anew and put in place whole. It leaves alone how records are made and who makes them.
//!
//! ```text
//! DIR/.zhibiao/lock           one run at a time
//! DIR/.zhibiao/manifest.db    inputs, contents, documents (SQLite)
//! DIR/.zhibiao/parts/*.part   the records of each document, appended
//! DIR/*.jsonl                 the same, sorted by source, put in place at the end of a run
//! ```
//!
//! A part is written before the manifest names it, and both are made durable together, a group of documents at a time. So
//! whatever instant a run dies at, the manifest names only whole parts, and the next run does what is missing.

mod compact;
mod manifest;
mod outcome;
mod part;
mod parts;
mod path;
mod review;
mod stamp;
mod store;

pub use compact::{ERRORS, Written, with_findings};
pub use manifest::{Found, Known, Reading, Row};
pub use outcome::{Counted, Fared, Kept, Outcome, Tally};
pub use part::Part;
pub use parts::{Appender, Lines, SEGMENT_BYTES, Segments};
pub use path::{path_bytes, path_of};
pub use review::{REVIEW, is_below};
pub use stamp::{Hash, Stamp, hash_file};
pub use store::{Completed, SourceFile, Store, StoreError};

/// A fingerprint of the stages that this program reads with: two programs that share it give the same records.
pub const STAGES: &str = env!("ZHIBIAO_STAGES");
