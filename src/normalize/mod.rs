//! Characters: OCR markup read as what it means, full-width forms folded, keys for matching. Raw text never changes;
//! reading a text as a quantity belongs to `mapping`, where header and unit are known.
