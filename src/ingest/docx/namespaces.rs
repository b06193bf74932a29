//! Which prefix stands for which vocabulary. Word itself always writes `w:` and `m:`, but a file that went through an
//! XML library may say `ns0:`, so the root's declarations decide.

use super::super::xml::attributes;
use quick_xml::events::BytesStart;

/// The vocabularies that are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Namespace {
    /// Paragraphs, runs, tables.
    Word,
    /// Formulas.
    Math,
    /// Drawings and the rest, known by local names alone.
    Other,
}

/// The prefixes of one part.
#[derive(Debug)]
pub(super) struct Prefixes {
    word: String,
    math: String,
}

impl Default for Prefixes {
    fn default() -> Self {
        Prefixes { word: "w".into(), math: "m".into() }
    }
}

impl Prefixes {
    /// As the root element declares them; the transitional and the strict names of ISO 29500 and the name of Word 2003 are known.
    pub(super) fn of_root(root: &BytesStart<'_>) -> Self {
        let mut prefixes = Prefixes::default();
        for (prefix, uri) in attributes(root) {
            let prefix = if prefix == "xmlns" { "" } else { prefix };
            if uri.ends_with("wordprocessingml/2006/main")
                || uri.ends_with("ooxml/wordprocessingml/main")
                || uri.ends_with("office/word/2003/wordml")
            {
                prefixes.word = prefix.to_owned();
            } else if uri.ends_with("officeDocument/2006/math") || uri.ends_with("officeDocument/math") {
                prefixes.math = prefix.to_owned();
            }
        }
        prefixes
    }

    pub(super) fn namespace(&self, prefix: &str) -> Namespace {
        match prefix {
            p if p == self.word => Namespace::Word,
            p if p == self.math => Namespace::Math,
            _ => Namespace::Other,
        }
    }
}
