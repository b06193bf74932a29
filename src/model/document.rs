use super::{Finding, Grid, PageSource};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::sync::Arc;

/// What an input file is, told by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)] // the formats' own names
pub enum Media {
    Pdf,
    Docx,
    Doc,
    Xlsx,
    Xls,
    Ods,
    Html,
    Text,
    Image,
    Ofd,
    Ocr,
}

/// The encoding that a text was read in.
#[derive(Debug, Clone, PartialEq)]
pub struct Encoding {
    /// WHATWG name in lower case: `utf-8`, `gb18030`, `big5`, `utf-16le`.
    pub name: &'static str,
    /// 0 to 1; 1 where a byte order mark or the bytes' validity prove it.
    pub confidence: f64,
}

/// A line or paragraph of running text, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub struct Line<'a> {
    /// Text as the source has it, trimmed; may be empty.
    pub text: Cow<'a, str>,
    /// 1-based page, where the format has pages.
    pub page: Option<u32>,
    /// Level of a heading that the format marks as such, 1 the highest.
    pub heading: Option<u8>,
}

/// One piece of a document in reading order, as the stages after reconstruction see it.
#[derive(Debug, Clone, PartialEq)]
pub enum Block<'a> {
    /// Running text.
    Line(Line<'a>),
    /// A table.
    Grid(Grid),
    /// A page ends here.
    PageBreak,
    /// Something about the document that came to light while its pages were read. One of severity error makes the
    /// document `partial`.
    Finding(Finding),
}

/// Blocks that are read from a file's bytes each time they are asked for.
pub trait BlockSource: std::fmt::Debug + Send + Sync {
    /// The blocks in reading order, the same at every call.
    fn blocks(&self) -> Box<dyn Iterator<Item = Block<'static>> + '_>;
}

/// Content too large to be held at once, such as a sheet of a million rows. Two are equal where they are one.
#[derive(Debug, Clone)]
pub struct Deferred(pub Arc<dyn BlockSource>);

impl PartialEq for Deferred {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// Pages read one by one when asked for. Two are equal where they are one.
#[derive(Debug, Clone)]
pub struct DeferredPages(pub Arc<dyn PageSource>);

impl PartialEq for DeferredPages {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

/// What a loader found inside a file.
#[derive(Debug, Clone, PartialEq)]
pub enum Body {
    /// Decoded text in which tables are still to be found, line ends `\n`.
    Text(String),
    /// Text and tables that the format tells apart.
    Blocks(Vec<Block<'static>>),
    /// The same, read piece by piece when asked for. A table of very many rows comes in several grids, each saying
    /// by [`Grid::first_row`] where it begins.
    Deferred(Deferred),
    /// Pages with geometry, on which lines and tables are still to be found.
    Pages(DeferredPages),
}

/// One input file, read.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// What it is.
    pub media: Media,
    /// Encoding of a text file.
    pub encoding: Option<Encoding>,
    /// Number of pages, where the format has pages.
    pub pages: Option<u32>,
    /// Engine and version that recognised its text from pixels, where that is known.
    pub ocr: Option<String>,
    /// Its content.
    pub body: Body,
    /// What the loader could not read, or guessed. A finding of severity error makes the document `partial`.
    pub findings: Vec<Finding>,
}
