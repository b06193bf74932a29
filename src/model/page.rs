use super::{Alternative, BBox, Finding, Raster};
use std::ops::Range;

/// One page of a format with geometry, as it is seen: what is written where, and what is drawn. No table, no line and
/// no reading order yet: finding those is `reconstruct`'s.
///
/// Coordinates are points from the top left corner of the page as it is displayed (its rotation applied), y downward;
/// `f32`, since a page's geometry is measured, not counted.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// 1-based.
    pub number: u32,
    /// Width as displayed, in points.
    pub width: f32,
    /// Height as displayed, in points.
    pub height: f32,
    /// Text of all glyphs in the order in which they were drawn.
    pub text: String,
    /// Glyphs in that order.
    pub glyphs: Vec<Glyph>,
    /// How sure the recognition is of each glyph, 0 to 1, where the text was read from pixels; empty where it is the
    /// file's own.
    pub scores: Vec<f32>,
    /// Other ways to read places of `text` that the picture allows, in the order of the places.
    pub alternatives: Vec<Alternative>,
    /// Runs of glyphs, in that order; they cover all glyphs and do not overlap.
    pub runs: Vec<TextRun>,
    /// Straight lines parallel to the page's edges, as drawn: neither joined nor sorted.
    pub rulings: Vec<Ruling>,
    /// Filled areas that are too thick for a line: cell backgrounds, frames' insides.
    pub fills: Vec<Fill>,
    /// Boxes of what is drawn neither straight nor along the page's edges: a chart's lines, slices and arrows, slanted strokes,
    /// round shapes. Letters drawn as outlines and rounded corners are left out.
    pub curves: Vec<Rect>,
    /// Boxes of pictures.
    pub images: Vec<Rect>,
    /// Resolution of the largest of them, in dots an inch of its finer direction: drawing the page finer shows no more of it.
    /// None where there is no picture, or its file does not say how many pixels it has.
    pub picture_dpi: Option<f32>,
    /// What the format's own structure says of marked content, sorted by `mark`.
    pub tags: Vec<Tag>,
    /// Why the page's text is not to be trusted and should be recognised from pixels instead; None where it is fine.
    pub distrust: Option<String>,
    /// What the loader could not read on this page, or left out.
    pub findings: Vec<Finding>,
}

impl Page {
    /// The text of a glyph; empty for one that stands for nothing (the second half of a ligature's replacement).
    pub fn glyph_text(&self, glyph: &Glyph) -> &str {
        self.text.get(glyph.start as usize..glyph.end as usize).unwrap_or("")
    }

    /// The text of a run.
    pub fn run_text(&self, run: &TextRun) -> &str {
        let glyphs = self.run_glyphs(run);
        match (glyphs.first(), glyphs.last()) {
            (Some(first), Some(last)) => self.text.get(first.start as usize..last.end as usize).unwrap_or(""),
            _ => "",
        }
    }

    /// The glyphs of a run.
    pub fn run_glyphs(&self, run: &TextRun) -> &[Glyph] {
        self.glyphs.get(run.glyphs.start as usize..run.glyphs.end as usize).unwrap_or(&[])
    }

    /// What the structure says of this run.
    pub fn tag(&self, run: &TextRun) -> Option<&Tag> {
        let mark = run.mark?;
        self.tags.binary_search_by_key(&mark, |tag| tag.mark).ok().and_then(|index| self.tags.get(index))
    }
}

/// A box on a page in single precision: where very many are held. See [`BBox`].
#[derive(Debug, Clone, Copy, PartialEq, Default)]
#[allow(missing_docs)] // as in BBox
pub struct Rect {
    pub x0: f32,
    pub y0: f32,
    pub x1: f32,
    pub y1: f32,
}

impl Rect {
    /// A box with these edges, put in order.
    pub fn new(x0: f32, y0: f32, x1: f32, y1: f32) -> Self {
        Rect { x0: x0.min(x1), y0: y0.min(y1), x1: x0.max(x1), y1: y0.max(y1) }
    }

    /// Width, at least 0.
    pub fn width(&self) -> f32 {
        self.x1 - self.x0
    }

    /// Height, at least 0.
    pub fn height(&self) -> f32 {
        self.y1 - self.y0
    }

    /// The smallest box around both.
    pub fn union(&self, other: &Rect) -> Rect {
        Rect {
            x0: self.x0.min(other.x0),
            y0: self.y0.min(other.y0),
            x1: self.x1.max(other.x1),
            y1: self.y1.max(other.y1),
        }
    }

    /// The part in both, or None where they do not meet.
    pub fn intersection(&self, other: &Rect) -> Option<Rect> {
        let cut = Rect {
            x0: self.x0.max(other.x0),
            y0: self.y0.max(other.y0),
            x1: self.x1.min(other.x1),
            y1: self.y1.min(other.y1),
        };
        (cut.x0 <= cut.x1 && cut.y0 <= cut.y1).then_some(cut)
    }

    /// The middle.
    pub fn center(&self) -> (f32, f32) {
        ((self.x0 + self.x1) / 2.0, (self.y0 + self.y1) / 2.0)
    }
}

impl From<Rect> for BBox {
    /// Rounded to a tenth of a point: what a reader needs to find the place, and stable between machines.
    fn from(rect: Rect) -> Self {
        let tenth = |v: f32| (f64::from(v) * 10.0).round() / 10.0;
        BBox { x0: tenth(rect.x0), y0: tenth(rect.y0), x1: tenth(rect.x1), y1: tenth(rect.y1) }
    }
}

/// One drawn character.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Glyph {
    /// First byte of its text in [`Page::text`].
    pub start: u32,
    /// One past the last byte; equal to `start` where it has no text of its own.
    pub end: u32,
    /// Its em box: as wide as its advance, as high as its line (not the ink).
    pub bbox: Rect,
}

/// Is a text seen on the page?
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Visibility {
    /// Drawn.
    #[default]
    Visible,
    /// In the file but not drawn, as the text layer under a scan is.
    Invisible,
}

/// Which way a text runs on the displayed page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Direction {
    /// Left to right, upright.
    #[default]
    Right,
    /// Top to bottom: turned clockwise by 90°.
    Down,
    /// Upside down.
    Left,
    /// Bottom to top.
    Up,
    /// Not parallel to the page's edges: watermarks, stamps.
    Skewed,
}

/// Glyphs that follow each other on one baseline in one style, no gap among them wider than half an em.
#[derive(Debug, Clone, PartialEq)]
pub struct TextRun {
    /// Indices in [`Page::glyphs`].
    pub glyphs: Range<u32>,
    /// Box around the glyphs.
    pub bbox: Rect,
    /// Where the baseline lies: y for text that runs right or left, x for text that runs up or down.
    pub baseline: f32,
    /// Font size as displayed, in points.
    pub size: f32,
    /// Which way it runs.
    pub direction: Direction,
    /// Characters stand below each other (vertical writing), each upright.
    pub vertical: bool,
    /// Fill colour, red, green, blue.
    pub colour: [u8; 3],
    /// Set in a bold face.
    pub bold: bool,
    /// Seen or not.
    pub visibility: Visibility,
    /// The file says that it is no content: page header, footer, page number.
    pub artifact: bool,
    /// Number of the marked content that it belongs to, for [`Page::tag`].
    pub mark: Option<u32>,
}

/// Direction of a ruling line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Axis {
    /// Left to right.
    Horizontal,
    /// Top to bottom.
    Vertical,
}

/// A straight line as drawn: a stroke, a thin filled rectangle, or a rectangle's edge.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ruling {
    /// Its direction.
    pub axis: Axis,
    /// y of a horizontal line's middle, x of a vertical one's.
    pub at: f32,
    /// Where it begins: x of a horizontal, y of a vertical line.
    pub from: f32,
    /// Where it ends, `from <= to`.
    pub to: f32,
    /// Thickness.
    pub width: f32,
    /// Red, green, blue.
    pub colour: [u8; 3],
}

/// A filled area.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Fill {
    /// Its box.
    pub bbox: Rect,
    /// Red, green, blue.
    pub colour: [u8; 3],
}

/// What the file's own structure tree says of one piece of marked content.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag {
    /// The marked content's number on this page.
    pub mark: u32,
    /// Its role.
    pub role: Role,
}

/// Roles that later stages use (ISO 32000-1, 14.8.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// In a table cell.
    Cell(TaggedCell),
    /// In a heading of this level, 1 the highest.
    Heading(u8),
    /// In another block element (paragraph, list item, caption), told apart by a number unique in the document.
    Block(u32),
}

/// A table cell as the structure tree has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TaggedCell {
    /// The table, by a number unique in the document: a table over several pages has one.
    pub table: u32,
    /// 0-based row in that table.
    pub row: u32,
    /// 0-based number of the cell's element in its row.
    pub ordinal: u32,
    /// RowSpan, at least 1.
    pub row_span: u32,
    /// ColSpan, at least 1.
    pub column_span: u32,
    /// A header cell (TH).
    pub header: bool,
    /// 0-based column; None where the row's elements do not fill the table's width: some writers make none for blank
    /// cells, and the tree does not tell where they are.
    pub column: Option<u32>,
    /// Columns of the table, as its first row or most of its rows show them.
    pub columns: u32,
}

/// Pages that are read from a file's bytes one after the other, each time they are asked for.
pub trait PageSource: std::fmt::Debug + Send + Sync {
    /// The pages in order, the same at every call. A page that cannot be read comes empty with its number, and with
    /// what went wrong in [`Page::distrust`].
    fn pages(&self) -> Box<dyn Iterator<Item = Page> + '_>;

    /// A page drawn at this resolution, in dots an inch; None where there is no such page or it would be too large.
    /// Characters of fonts that are not in the file may be missing.
    fn render(&self, number: u32, dpi: f32) -> Option<Raster>;
}
