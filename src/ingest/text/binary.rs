//! Tells bytes that are no text from text with a few odd bytes in it. A stray NUL or control byte is kept: archives
//! have many such files, and the normaliser drops them.

use super::detect::Guess;
use crate::ingest::LoadError;

/// Bytes looked at, from the beginning.
const SAMPLE: usize = 64 << 10;

/// Share of control bytes that no text has. Random bytes have 10 %, compressed data about as many.
const CONTROL_SHARE: f64 = 0.06;

/// Share of NUL bytes, those at the end aside (a file cut by a full disk is padded with them), that no text has.
const NUL_SHARE: f64 = 0.30;

/// Share of unreadable characters under the best encoding that means that there is no text here.
const NOISE_SHARE: f64 = 0.20;

/// Refuses bytes that are no text.
///
/// # Errors
/// Code `binary`.
pub(super) fn refuse(bytes: &[u8]) -> Result<(), LoadError> {
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    let sample = &sample[..sample.iter().rposition(|&b| b != 0).map_or(0, |last| last + 1)];
    let nul = sample.iter().filter(|&&b| b == 0).count();
    let control = sample.iter().filter(|&&b| is_control(b)).count();
    let share = |count: usize| count as f64 / sample.len().max(1) as f64;
    if share(control) > CONTROL_SHARE || share(nul) > NUL_SHARE {
        let percent = share(control + nul) * 100.0;
        return Err(LoadError::new(
            "binary",
            format!(
                "the bytes are no text ({percent:.0} % of the first {} are control or NUL bytes), and no known format: \
                 give the document itself, or save it as text",
                sample.len()
            ),
        ));
    }
    Ok(())
}

/// A control byte that text files do not use. Line ends, tabs, form feeds, vertical tabs, escape and the old
/// end-of-file mark are used.
fn is_control(byte: u8) -> bool {
    matches!(byte, 0x01..=0x08 | 0x0E..=0x19 | 0x1C..=0x1F | 0x7F)
}

/// A sentence saying why a decoded text is none, if so.
pub(super) fn reads_as_noise(guess: &Guess, text: &str) -> Option<String> {
    memchr::memmem::find(text.as_bytes(), "\u{FFFD}".as_bytes())?;
    let (mut seen, mut unreadable) = (0usize, 0usize);
    for c in text.chars().filter(|c| !c.is_whitespace()).take(SAMPLE) {
        seen += 1;
        unreadable += usize::from(c == '\u{FFFD}');
    }
    let share = unreadable as f64 / seen.max(1) as f64;
    (share > NOISE_SHARE).then(|| {
        format!(
            "the bytes are no text in any known encoding ({} fits best, and {:.0} % of it is unreadable): give the \
             document itself, or save it as UTF-8",
            guess.name(),
            share * 100.0
        )
    })
}
