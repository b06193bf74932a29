//! Plain text: bytes in, one `String` out with its encoding, line ends made `\n`. Finds no tables; a text's dialect
//! is for [`crate::reconstruct`].
//!
//! A text of 200 MB must not cost more than three times its size, so UTF-8 keeps the buffer it came in and other
//! encodings are decoded once, straight into the final buffer.

mod binary;
mod decode;
mod detect;
mod frequent;
mod line_ends;
mod wide_rows;

use super::LoadError;
use crate::model::{Body, Code, Document, Encoding, Finding, Media, Severity};
use memchr::memmem;

pub(super) use decode::decode_as;
pub(super) use detect::{Guess, detect};

/// Columns above which a row of a text is read as running text: no form comes near, and a row of 100,000 cells is an
/// accident.
pub const MAX_COLUMNS: usize = 4_096;

/// Bytes above which a line of a text is read as running text, whatever separators it holds: the longest cells of forms
/// have some ten thousand.
pub const MAX_ROW_BYTES: usize = 1 << 20;

/// Share of unreadable characters above which the document counts as damaged rather than as scratched.
const MANY_UNREADABLE: f64 = 0.01;

/// Reads a text file in whatever encoding it is.
///
/// # Errors
/// `binary` for bytes that are no text, `empty` for a text without a visible character.
pub fn load(bytes: Vec<u8>) -> Result<Document, LoadError> {
    let size = bytes.len();
    if bytes.is_empty() {
        return Err(LoadError::new(
            "empty",
            "the file has no bytes: check that it was copied or downloaded completely",
        ));
    }
    let guess = detect(&bytes);
    if !guess.encoding.name().starts_with("UTF-16") {
        binary::refuse(&bytes)?;
    }
    let decoded = decode_as(bytes, &guess);
    if !decoded.text.chars().any(|c| !c.is_whitespace() && !c.is_control() && c != '\u{FEFF}') {
        return Err(LoadError::new(
            "empty",
            format!("the file's {size} bytes are white space only: check that it is the right file"),
        ));
    }
    let mut findings = findings(&guess, &decoded.text, decoded.cut);
    if let Some(message) = binary::reads_as_noise(&guess, &decoded.text) {
        return Err(LoadError::new("binary", message));
    }
    let text = line_ends::unify(decoded.text);
    findings.extend(wide_rows::finding(&text));
    Ok(Document {
        media: Media::Text,
        encoding: Some(Encoding { name: guess.name(), confidence: guess.confidence }),
        pages: None,
        ocr: None,
        body: Body::Text(text),
        findings,
    })
}

/// What a reader must know about how the bytes became text.
pub(super) fn findings(guess: &Guess, text: &str, cut: bool) -> Vec<Finding> {
    let mut findings = Vec::new();
    if guess.encoding != encoding_rs::UTF_8 && !guess.declared {
        findings.push(Finding::new(
            Code::EncodingDetected,
            Severity::Info,
            format!("read as {}, told from the bytes with confidence {:.2}", guess.name(), guess.confidence),
        ));
    }
    let unreadable = memmem::find_iter(text.as_bytes(), "\u{FFFD}").count();
    if unreadable > 0 {
        // Characters cost one to four bytes; three is what most of a Chinese text costs.
        let share = unreadable as f64 * 3.0 / text.len() as f64;
        let severity = if share > MANY_UNREADABLE { Severity::Error } else { Severity::Warning };
        let tail = if cut { "; the file ends in the middle of a character, so it may be cut short" } else { "" };
        findings.push(Finding::new(
            Code::UnreadableText,
            severity,
            format!("{unreadable} places could not be read as {} and stand as U+FFFD{tail}", guess.name()),
        ));
    }
    findings
}

#[cfg(test)]
mod tests;
