//! What is made of a document beyond the fields that its forms print.

/// Parts that a caller may do without, and their cost with them (`docs/performance.md` says what each takes). A record
/// that lacks one of them is as if nothing had been found: null, or an empty list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    /// Records of numbers said in prose.
    pub statements: bool,
    /// The findings of the audit; those of reading itself are always told.
    pub audit: bool,
    /// The places that forms and documents speak of.
    pub regions: bool,
    /// Canonical ids of indicators and subjects.
    pub indicators: bool,
    /// The chance of each record to be right.
    pub confidence: bool,
}

impl Wanted {
    /// Everything, as the program always makes it.
    pub const ALL: Wanted = Wanted { statements: true, audit: true, regions: true, indicators: true, confidence: true };
    /// What forms print, alone.
    pub const FIELDS: Wanted =
        Wanted { statements: false, audit: false, regions: false, indicators: false, confidence: false };
}

impl Default for Wanted {
    fn default() -> Self {
        Wanted::ALL
    }
}
