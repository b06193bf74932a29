//! Text recognition: pages that are pictures, read into pages of text.
//!
//! A stage between `ingest` and `reconstruct`: [`Recognised`] stands in for a document's pages, and where a page's own
//! text is missing or not to be trusted ([`Page::distrust`](crate::model::Page::distrust)) it draws the page, makes the
//! picture ready (`picture`), finds its lines (`rulings`) and reads it ([`Engine`]); what comes out is a page like any
//! other, with a score for each glyph.

mod agree;
mod cache;
mod crowded;
mod ctc;
mod cut;
mod detect;
mod engine;
mod gaps;
mod hand;
mod ink;
mod layer;
mod layout;
pub mod models;
mod network;
mod parts;
pub mod picture;
mod points;
mod recognise;
mod recognised;
mod resample;
pub mod rulings;
mod seams;
mod segment;
mod settings;
mod shape;
mod strip;
mod ticks;
mod walls;

pub use engine::{Engine, Profile};
pub use recognised::{DOUBTFUL, DPI, Recognised};
pub use settings::{Mode, Ocr, Settings};
