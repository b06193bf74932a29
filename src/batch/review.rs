//! Records that are to be looked at by a person before they are used: those below a confidence.

use memchr::memmem;
use rust_decimal::Decimal;

/// The file that holds them, of all kinds.
pub const REVIEW: &str = "review.jsonl";

/// The key as it stands in a line. Inside a text its quotes would have backslashes before them.
const CONFIDENCE: &[u8] = b",\"confidence\":";

/// Is a record's confidence below this? Never that of a record that has none, as documents and forms.
///
/// ```
/// use zhibiao::batch::is_below;
///
/// let line = br#"{"kind":"fund","confidence":0.72,"findings":[]}"#;
/// assert!(is_below(line, "0.8".parse()?));
/// assert!(!is_below(line, "0.72".parse()?));
/// # Ok::<(), rust_decimal::Error>(())
/// ```
pub fn is_below(line: &[u8], least: Decimal) -> bool {
    let confidence = || {
        let value = &line[memmem::find(line, CONFIDENCE)? + CONFIDENCE.len()..];
        let end = value.iter().position(|byte| matches!(byte, b',' | b'}'))?;
        std::str::from_utf8(&value[..end]).ok()?.trim().parse::<Decimal>().ok()
    };
    confidence().is_some_and(|confidence| confidence < least)
}

#[cfg(test)]
mod tests {
    use super::is_below;
    use rust_decimal::Decimal;

    #[test]
    fn only_the_records_own_confidence_counts() {
        let least = Decimal::new(8, 1);
        for (line, below) in [
            (r#"{"kind":"indicator","confidence":0.799,"findings":[]}"#, true),
            (r#"{"kind":"indicator","confidence":0.8,"findings":[]}"#, false),
            (r#"{"kind":"indicator","level3":"x,\"confidence\":0.1,","confidence":0.9}"#, false),
            (r#"{"kind":"indicator","confidence":null,"findings":[]}"#, false),
            (r#"{"kind":"form","findings":[]}"#, false),
        ] {
            assert_eq!(is_below(line.as_bytes(), least), below, "{line}");
        }
    }
}
