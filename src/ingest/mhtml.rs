//! Web pages saved as one file (MHTML, RFC 2557): the page found among the parts and unwrapped. Comes in: the bytes.
//! Goes out: what the HTML loader reads of them. Pictures and styles are left out; nothing is fetched.

use super::{Limits, LoadError, html};
use crate::model::{Block, Body, Document};
use memchr::memmem;

/// Parts inside parts that are opened.
const MAX_NESTING: usize = 8;
/// Parts of one file that are looked at.
const MAX_PARTS: usize = 10_000;

/// Reads the page; of a saved workbook the sheets one behind the other.
///
/// # Errors
/// `unsupported` where no part is HTML; what the HTML loader says of a single page.
pub fn load(bytes: &[u8], limits: &Limits) -> Result<Document, LoadError> {
    let mut whole: Option<Document> = None;
    let mut first_error = None;
    for page in pages(bytes)? {
        match (html::load(page, limits), whole.as_mut()) {
            (Ok(document), None) => whole = Some(document),
            (Ok(next), Some(document)) => {
                if let (Body::Blocks(blocks), Body::Blocks(more)) = (&mut document.body, next.body) {
                    blocks.push(Block::PageBreak);
                    blocks.extend(more);
                }
                document.findings.extend(next.findings);
            }
            // A blank sheet is no fault of the others.
            (Err(error), _) => first_error = first_error.or(Some(error)),
        }
    }
    let none = || LoadError::new("empty", "the web archive shows no text");
    whole.ok_or_else(|| first_error.unwrap_or_else(none))
}

/// One part's headers of interest.
struct Part<'a> {
    content_type: String,
    /// The header's value with its case kept, for the boundary.
    content_type_raw: String,
    transfer: String,
    location: String,
    body: &'a [u8],
}

/// The HTML pages of the file in order: the page itself, or, where it only frames others as a saved workbook does, those
/// others. Each is UTF-8 with a byte order mark where the part states its charset, else the part's own bytes.
///
/// # Errors
/// `unsupported` where no part is HTML.
pub fn pages(bytes: &[u8]) -> Result<Vec<Vec<u8>>, LoadError> {
    let mut parts = Vec::new();
    collect(read_part(bytes), 0, &mut parts);
    let mut pages: Vec<(String, Vec<u8>)> = parts
        .iter()
        .filter(|part| is_html(&part.content_type))
        .map(|part| (part.location.clone(), decode(part)))
        .collect();
    if pages.is_empty() {
        return Err(LoadError {
            code: "unsupported",
            message: "a MIME file (MHTML or mail) without an HTML part; open it in a browser and save it as HTML"
                .into(),
        });
    }
    if pages.len() > 1 {
        if is_frameset(&pages[0].1) {
            // A saved workbook: its frame, a strip of tabs, and a page a sheet.
            pages.remove(0);
            let sheets =
                |(location, page): &(String, Vec<u8>)| !location.ends_with("tabstrip.htm") && !is_frameset(page);
            if pages.iter().any(sheets) {
                pages.retain(sheets);
            }
        } else {
            pages.truncate(1);
        }
    }
    Ok(pages.into_iter().map(|(_, page)| page).collect())
}

fn is_html(content_type: &str) -> bool {
    content_type.starts_with("text/html") || content_type.starts_with("application/xhtml+xml")
}

fn is_frameset(page: &[u8]) -> bool {
    let head = page.get(..page.len().min(65_536)).unwrap_or(page).to_ascii_lowercase();
    memmem::find(&head, b"<frameset").is_some()
}

fn read_part(bytes: &[u8]) -> Part<'_> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let start = bytes.iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let bytes = bytes.get(start..).unwrap_or(bytes);
    let crlf = memmem::find(bytes, b"\r\n\r\n").map(|at| (at, at + 4));
    let lf = memmem::find(bytes, b"\n\n").map(|at| (at, at + 2));
    let (head_end, body_start) = match (crlf, lf) {
        (Some(a), Some(b)) => a.min(b),
        (a, b) => a.or(b).unwrap_or((bytes.len(), bytes.len())),
    };
    let head = String::from_utf8_lossy(bytes.get(..head_end).unwrap_or(&[])).into_owned();
    // A header goes on where the next line begins with white space.
    let head = head.replace("\r\n", "\n").replace("\n ", " ").replace("\n\t", " ");
    let header = |name: &str| {
        head.lines()
            .filter_map(|line| line.split_once(':'))
            .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
            .map(|(_, value)| value.trim().to_owned())
            .unwrap_or_default()
    };
    let content_type_raw = header("content-type");
    Part {
        content_type: content_type_raw.to_ascii_lowercase(),
        content_type_raw,
        transfer: header("content-transfer-encoding").to_ascii_lowercase(),
        location: header("content-location").to_ascii_lowercase(),
        body: bytes.get(body_start..).unwrap_or(&[]),
    }
}

/// A part's own parts, or itself where it has none.
fn collect<'a>(part: Part<'a>, depth: usize, out: &mut Vec<Part<'a>>) {
    let boundary = parameter(&part.content_type_raw, "boundary").filter(|b| !b.is_empty());
    match boundary {
        Some(boundary) if depth < MAX_NESTING && part.content_type.starts_with("multipart/") => {
            for body in split(part.body, &boundary) {
                if out.len() >= MAX_PARTS {
                    return;
                }
                collect(read_part(body), depth + 1, out);
            }
        }
        _ => out.push(part),
    }
}

/// The stretches between the boundary's lines; the last one may lack its end.
fn split<'a>(body: &'a [u8], boundary: &str) -> Vec<&'a [u8]> {
    let mark = format!("--{boundary}");
    let at_line_start = |at: &usize| *at == 0 || body.get(at - 1) == Some(&b'\n');
    let mut marks: Vec<usize> =
        memmem::find_iter(body, mark.as_bytes()).filter(at_line_start).take(MAX_PARTS).collect();
    marks.push(body.len());
    marks
        .windows(2)
        .filter_map(|pair| body.get((pair[0] + mark.len()).min(pair[1])..pair[1]))
        .take_while(|stretch| !stretch.starts_with(b"--"))
        .collect()
}

/// `name="value"` or `name=value` in a header.
fn parameter(header: &str, name: &str) -> Option<String> {
    header
        .split(';')
        .skip(1)
        .filter_map(|pair| pair.split_once('='))
        .find(|(key, _)| key.trim().eq_ignore_ascii_case(name))
        .map(|(_, value)| value.trim().trim_matches(|c| c == '"' || c == '\'').to_owned())
}

fn decode(part: &Part<'_>) -> Vec<u8> {
    let bytes = match part.transfer.as_str() {
        "quoted-printable" => quoted_printable(part.body),
        "base64" => base64(part.body),
        _ => part.body.to_vec(),
    };
    let stated =
        parameter(&part.content_type, "charset").and_then(|name| encoding_rs::Encoding::for_label(name.as_bytes()));
    match stated {
        // The page's own mark of encoding, where it has one, is surer than the wrapping's word.
        Some(encoding) if encoding_rs::Encoding::for_bom(&bytes).is_none() => {
            let (text, _) = encoding.decode_without_bom_handling(&bytes);
            format!("\u{FEFF}{text}").into_bytes()
        }
        _ => bytes,
    }
}

fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let hex = |b: u8| char::from(b).to_digit(16);
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    while let Some((first, tail)) = rest.split_first() {
        rest = match (first, tail) {
            (b'=', [b'\r', b'\n', after @ ..] | [b'\n', after @ ..]) => after,
            (b'=', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => {
                    out.push((high * 16 + low) as u8);
                    after
                }
                _ => {
                    out.push(b'=');
                    tail
                }
            },
            _ => {
                out.push(*first);
                tail
            }
        };
    }
    out
}

fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut held) = (0u32, 0u32);
    for letter in body {
        let value = match letter {
            b'A'..=b'Z' => letter - b'A',
            b'a'..=b'z' => letter - b'a' + 26,
            b'0'..=b'9' => letter - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFF_FFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push((bits >> held) as u8);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_found_behind_quoted_printable_and_its_charset() {
        let (gbk, ..) = encoding_rs::GBK.encode("得分");
        let quoted: String = gbk.iter().map(|b| format!("={b:02X}")).collect();
        let file = format!(
            "MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype=\"text/html\"; boundary=\"b=1\"\r\n\r\nnote\r\n--b=1\r\nContent-Type: image/gif\r\n\r\nGIF\r\n--b=1\r\nContent-Type: text/html; charset=\"gb2312\"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>{quoted}=\r\n</p>\r\n--b=1--\r\n"
        );
        assert_eq!(pages(file.as_bytes()).unwrap(), ["\u{FEFF}<p>得分</p>\r\n".as_bytes()]);
    }

    #[test]
    fn a_saved_workbook_gives_its_sheets() {
        let part = |location: &str, body: &str| {
            format!("--x\nContent-Location: {location}\nContent-Type: text/html\n\n{body}\n")
        };
        let file = format!(
            "MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n\n{}{}{}{}",
            part("book.htm", "<frameset></frameset>"),
            part("files/sheet001.htm", "<table></table>"),
            part("files/tabstrip.htm", "<p>tabs</p>"),
            part("files/sheet002.htm", "<b></b>")
        );
        assert_eq!(pages(file.as_bytes()).unwrap(), [b"<table></table>\n".to_vec(), b"<b></b>\n".to_vec()]);
    }

    #[test]
    fn base64_ignores_what_is_not_in_its_alphabet() {
        assert_eq!(base64(b"5b6X\r\n5YiG="), "得分".as_bytes());
    }
}
