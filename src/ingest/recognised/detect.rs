//! Tells the output of recognition from other markup, JSON and tables: by names that only it uses.

use aho_corasick::AhoCorasick;
use std::sync::LazyLock;

/// Which reader takes a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A web page of the hOCR microformat.
    Hocr,
    /// ALTO XML.
    Alto,
    /// PAGE XML.
    PageXml,
    /// Tesseract's table of words.
    Tsv,
    /// JSON of one of the services and programs; which, its keys say once it is read.
    Json,
}

/// From the beginning of a text in lower case that starts with `<`.
pub(in crate::ingest) fn detect_markup(head: &str) -> Option<(Kind, &'static str)> {
    let near = |sign: &str| head.contains(sign);
    let element = |name: &str| {
        let begins = |prefix: &str| {
            let sign = format!("{prefix}{name}");
            head.find(&sign)
                .and_then(|at| head.as_bytes().get(at + sign.len()))
                .is_some_and(|b| b" >\r\n\t/".contains(b))
        };
        begins("<") || head.starts_with("<?xml") && begins(":")
    };
    if element("pcgts") {
        return Some((Kind::PageXml, "PAGE XML"));
    }
    if element("alto") {
        return Some((Kind::Alto, "ALTO XML"));
    }
    let hocr = ["ocr-system", "class='ocr_page'", "class=\"ocr_page\"", "class=ocr_page", "ocr-capabilities"];
    hocr.iter().any(|sign| near(sign)).then_some((Kind::Hocr, "a web page with hOCR"))
}

/// From the beginning of a text in lower case.
pub(in crate::ingest) fn detect_table(head: &str) -> Option<(Kind, &'static str)> {
    head.starts_with("level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop")
        .then_some((Kind::Tsv, "a table of words by Tesseract"))
}

/// Keys of which one is enough.
const KEYS: &[&str] = &[
    "analyzeResult",
    "analyze_result",
    "readResults",
    "read_results",
    "boundingRegions",
    "bounding_regions",
    "BlockType",
    "textAnchor",
    "text_anchor",
    "documentLayout",
    "DoclingDocument",
    "pdf_info",
    "page_idx",
    "rec_texts",
    "rec_text",
    "parsing_res_list",
    "text_region",
    "text_box_position",
    "transcription",
    "txts",
    "txt",
];

/// From a whole file that starts with `{` or `[`.
pub(in crate::ingest) fn detect_json(bytes: &[u8]) -> Option<(Kind, &'static str)> {
    /// With their quotes: Python's are others.
    static FINDER: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
        let quoted = KEYS.iter().flat_map(|key| [format!("\"{key}\""), format!("'{key}'")]);
        AhoCorasick::new(quoted).ok()
    });
    if begins_with_corners(bytes) {
        return Some((Kind::Json, "a list of boxes with texts"));
    }
    let sure = FINDER.as_ref().is_some_and(|finder| finder.is_match(bytes));
    // "box" and "text" are common words; it takes both, close to each other.
    let pair = || {
        let head = &bytes[..bytes.len().min(PAIR_WITHIN)];
        let has = |key: &str| memchr::memmem::find(head, key.as_bytes()).is_some();
        (has("\"box\"") || has("'box'")) && (has("\"text\"") || has("'text'")) && (has("\"score\"") || has("'score'"))
    };
    (sure || pair()).then_some((Kind::Json, "JSON of a recognition program"))
}

/// Bytes at the beginning in which a text line's keys all stand.
const PAIR_WITHIN: usize = 4 << 10;

/// `[[[[1, 2], …` or, without a level for pages, `[[[1, 2], …`: the corners of a first text.
fn begins_with_corners(bytes: &[u8]) -> bool {
    let mut signs = bytes.iter().copied().filter(|b| !b.is_ascii_whitespace()).take(12);
    let brackets = signs.by_ref().take_while(|b| *b == b'[' || *b == b'(').count();
    // The first sign behind the brackets was taken with them; a number has at least one more digit, dot or comma.
    (3..=6).contains(&brackets) && signs.next().is_some_and(|b| b.is_ascii_digit() || b == b'.' || b == b',')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> bool {
        detect_json(text.as_bytes()).is_some()
    }

    #[test]
    fn json_is_told_by_keys_not_by_words() {
        assert!(json(r#"{"status":"succeeded","analyzeResult":{}}"#));
        assert!(json("[[[[10.0, 20.0], [1, 2]], ('甲', 0.9)]]"));
        assert!(json("[ [ [ 1, 2 ], [3, 4] ], \"甲\" ]"));
        assert!(json("{'rec_texts': ['甲']}"));
        assert!(json(r#"[{"box":[[1,2]],"score":0.9,"text":"甲"}]"#));
        assert!(!json(r#"{"title":"rec_texts and BlockType"}"#));
        assert!(!json(r#"{"text":"a","year":2020}"#));
        assert!(!json("[[[甲]]]"));
    }

    #[test]
    fn markup_is_told_by_its_elements() {
        let kind = |head: &str| detect_markup(head).map(|(kind, _)| kind);
        assert_eq!(kind("<?xml version=\"1.0\"?>\n<alto xmlns=\"x\">"), Some(Kind::Alto));
        assert_eq!(kind("<?xml version=\"1.0\"?><ns0:alto xmlns:ns0=\"x\">"), Some(Kind::Alto));
        assert_eq!(kind("<?xml version=\"1.0\"?><pcgts xmlns=\"x\">"), Some(Kind::PageXml));
        assert_eq!(kind("<html><head><meta name='ocr-system' content='tesseract 5.3.0' />"), Some(Kind::Hocr));
        assert_eq!(kind("<html><body><p>altogether</p>"), None);
    }
}
