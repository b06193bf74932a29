//! Streams unfolded within bounds: a few bytes can stand for gigabytes.

use flate2::read::ZlibDecoder;
use hayro_syntax::Filter;
use hayro_syntax::object::Stream;
use std::borrow::Cow;
use std::io::{Read, sink};

/// Deflate cannot unfold further than this.
const DEFLATE_RATIO: u64 = 1032;

/// Why a stream gives no bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Unread {
    /// It would unfold to more than allowed.
    TooLarge,
    /// It cannot be decoded.
    Damaged,
}

/// The decoded bytes, if they are at most `limit`.
pub(super) fn decode<'a>(stream: &Stream<'a>, limit: u64) -> Result<Cow<'a, [u8]>, Unread> {
    if !is_bounded(stream, limit) {
        return Err(Unread::TooLarge);
    }
    let data = stream.decoded_data().map_err(|_| Unread::Damaged)?;
    if data.len() as u64 > limit { Err(Unread::TooLarge) } else { Ok(data) }
}

/// Does the stream unfold to at most `limit` bytes? Told without holding them.
pub(super) fn is_bounded(stream: &Stream<'_>, limit: u64) -> bool {
    let filters = stream.filters();
    let unfolding = |f: &&Filter| matches!(f, Filter::FlateDecode | Filter::LzwDecode | Filter::RunLengthDecode);
    let raw = stream.raw_data();
    match filters.iter().filter(unfolding).count() {
        0 => raw.len() as u64 <= limit,
        // LZW reaches about 1,400 times, run lengths 64 times.
        1 if (raw.len() as u64).saturating_mul(2 * DEFLATE_RATIO) <= limit => true,
        1 if filters.first() == Some(&Filter::FlateDecode) => {
            let counted = std::io::copy(&mut ZlibDecoder::new(&*raw).take(limit.saturating_add(1)), &mut sink());
            // How much of a damaged stream can be salvaged shows only in doing so: the worst is assumed.
            match counted {
                Ok(length) => length <= limit,
                Err(_) => (raw.len() as u64).saturating_mul(DEFLATE_RATIO) <= limit.saturating_mul(2),
            }
        }
        1 => (raw.len() as u64).saturating_mul(64) <= limit,
        // Nobody packs twice but to do harm.
        _ => (raw.len() as u64).saturating_mul(64) <= limit / 64,
    }
}
