//! Whether bytes are a web page, and in which encoding: the mark, then what the page declares if its bytes agree, then
//! detection.

use crate::ingest::text::{self, Guess};
use encoding_rs::{BIG5, Encoding, GB18030, GBK, UTF_8};

/// Bytes in which a page declares itself. Browsers look at 1,024; pages saved by Office put much before.
const HEAD: usize = 8 << 10;

/// Whether the first tag is one that begins a page.
pub(super) fn looks_like_page(bytes: &[u8]) -> bool {
    let skip = Encoding::for_bom(bytes).map_or(0, |(_, mark)| mark);
    let begins = bytes[skip..].iter().take(HEAD).find(|b| !b.is_ascii_whitespace() && **b != 0);
    if begins != Some(&b'<') {
        return false;
    }
    let head = ascii_head(bytes);
    let mut rest = head.as_str();
    loop {
        rest = rest.trim_start_matches(|c: char| c.is_ascii_whitespace() || c == '\0');
        if let Some(comment) = rest.strip_prefix("<!--") {
            match comment.find("-->") {
                Some(end) => rest = &comment[end + 3..],
                None => return comment.contains("<html"),
            }
        } else if rest.starts_with("<?xml") {
            match rest.find("?>") {
                Some(end) => rest = &rest[end + 2..],
                None => return false,
            }
        } else {
            break;
        }
    }
    const FIRST: &[&str] =
        &["<!doctype html", "<html", "<head", "<body", "<meta", "<title", "<link", "<style", "<base"];
    FIRST.iter().any(|tag| {
        rest.strip_prefix(tag).is_some_and(|after| !after.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '-'))
    })
}

/// The encoding of a page.
pub(super) fn detect(bytes: &[u8]) -> Guess {
    let told = text::detect(bytes);
    if told.declared && (told.mark > 0 || told.encoding != UTF_8) {
        return told;
    }
    let Some(declared) = declared(&ascii_head(bytes)) else {
        return told;
    };
    // A page of government sites that declares gb2312 uses GBK and more; one in valid UTF-8 that declares gb2312 was
    // converted by whoever saved it.
    let declared = if declared == GBK { GB18030 } else { declared };
    if told.encoding == UTF_8 && told.confidence >= 1.0 {
        return told;
    }
    if declared == told.encoding || !matches!(told.encoding, e if e == GB18030 || e == BIG5 || e == UTF_8) {
        return Guess { encoding: declared, confidence: told.confidence.max(0.9), mark: 0, declared: true };
    }
    // They disagree. The bytes win where they are clear.
    if told.confidence >= 0.7 { told } else { Guess { encoding: declared, confidence: 0.6, mark: 0, declared: true } }
}

/// The declared encoding: `<meta charset=…>`, `http-equiv … charset=…`, or `<?xml encoding=…?>`.
fn declared(head: &str) -> Option<&'static Encoding> {
    for key in ["charset", "encoding"] {
        let mut rest = head;
        while let Some(at) = rest.find(key) {
            rest = &rest[at + key.len()..];
            let Some(value) = rest.trim_start().strip_prefix('=') else {
                continue;
            };
            let value = value.trim_start().trim_start_matches(['"', '\'']).trim_start();
            let end = value.find(|c: char| !(c.is_ascii_alphanumeric() || "-_:.".contains(c))).unwrap_or(value.len());
            if let Some(encoding) = Encoding::for_label(&value.as_bytes()[..end]) {
                // A page whose declaration can be read as ASCII is not in UTF-16, whatever it says.
                return Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 });
            }
        }
    }
    None
}

/// The first bytes in lower case, everything but ASCII replaced; UTF-16 loses its NULs, a mark is taken off.
fn ascii_head(bytes: &[u8]) -> String {
    let skip = Encoding::for_bom(bytes).map_or(0, |(_, mark)| mark);
    bytes[skip..]
        .iter()
        .take(HEAD)
        .filter(|&&b| b != 0)
        .map(|&b| if b.is_ascii() { b.to_ascii_lowercase() as char } else { '\u{FFFD}' })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_by_its_first_tag() {
        for page in
            ["<!DOCTYPE html><p>", "\n <HTML lang=zh>", "<?xml version=\"1.0\"?><!-- x --><html>", "<meta charset=gbk>"]
        {
            assert!(looks_like_page(page.as_bytes()), "{page}");
        }
        for text in ["<table><tr><td>一</td></tr></table>", "说明 <html>", "<p>一</p>", "<header>", ""] {
            assert!(!looks_like_page(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn the_declaration_counts_unless_the_bytes_say_otherwise() {
        let gbk = |s: &str| GB18030.encode(s).0.into_owned();
        let text = "项目支出绩效自评表，年度资金总额，全年预算数，全年执行数";
        let page = |charset: &str| {
            format!("<html><meta http-equiv=Content-Type content='text/html; charset={charset}'><p>{text}")
        };
        assert_eq!(detect(&gbk(&page("gb2312"))).encoding, GB18030);
        assert_eq!(detect(&gbk(&page("utf-8"))).encoding, GB18030);
        assert_eq!(detect(page("gb2312").as_bytes()).encoding, UTF_8);
        assert_eq!(detect(page("utf-16").as_bytes()).encoding, UTF_8);
    }
}
