//! Decodes bytes in a known encoding. UTF-8 keeps its buffer; the others are decoded in pieces into one buffer.

use super::detect::Guess;
use encoding_rs::{CoderResult, UTF_8};

/// A decoded text.
pub(in crate::ingest) struct Decoded {
    /// The text, its byte order mark taken off; unreadable bytes stand as U+FFFD.
    pub(in crate::ingest) text: String,
    /// The bytes end in the middle of a character.
    pub(in crate::ingest) cut: bool,
}

/// Most bytes by which the output buffer grows at once.
const GROWTH: usize = 16 << 20;

/// The text that these bytes say in the guessed encoding.
pub(in crate::ingest) fn decode_as(mut bytes: Vec<u8>, guess: &Guess) -> Decoded {
    bytes.drain(..guess.mark.min(bytes.len()));
    if guess.encoding == UTF_8 {
        match String::from_utf8(bytes) {
            Ok(text) => return Decoded { text, cut: false },
            Err(error) => {
                let valid = error.utf8_error();
                let cut = valid.error_len().is_none();
                let mut bytes = error.into_bytes();
                if cut {
                    bytes.truncate(valid.valid_up_to());
                    bytes.extend_from_slice("\u{FFFD}".as_bytes());
                    if let Ok(text) = String::from_utf8(bytes) {
                        return Decoded { text, cut };
                    }
                    return Decoded { text: String::new(), cut };
                }
                return decode_in_pieces(&bytes, guess);
            }
        }
    }
    decode_in_pieces(&bytes, guess)
}

fn decode_in_pieces(bytes: &[u8], guess: &Guess) -> Decoded {
    let mut decoder = guess.encoding.new_decoder_without_bom_handling();
    // Two bytes of a double-byte encoding are three of UTF-8.
    let mut text = String::with_capacity(bytes.len() / 2 * 3 + 16);
    let mut rest = bytes;
    loop {
        let (result, read, _) = decoder.decode_to_string(rest, &mut text, true);
        rest = &rest[read..];
        match result {
            CoderResult::InputEmpty => break,
            CoderResult::OutputFull => text.reserve(rest.len().clamp(64, GROWTH)),
        }
    }
    let cut = text.ends_with('\u{FFFD}');
    Decoded { text, cut }
}
