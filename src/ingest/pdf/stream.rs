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
    let steps = filters.iter().filter(unfolding).count();
    let flate = |f: &Filter| *f == Filter::FlateDecode;
    match steps {
        0 => raw.len() as u64 <= limit,
        // LZW reaches about 1,400 times, run lengths 64 times.
        _ if worst(raw.len() as u64, steps, 2 * DEFLATE_RATIO) <= limit => true,
        // Nobody packs more often but to do harm.
        1..=3 if filters.iter().all(flate) => unfolds_within(&raw, steps, limit),
        1 => (raw.len() as u64).saturating_mul(64) <= limit,
        _ => false,
    }
}

/// Does deflate, applied so many times, unfold to at most `limit` bytes at every step?
fn unfolds_within(raw: &[u8], steps: usize, limit: u64) -> bool {
    // Each step is counted by itself: the next one may end before it has read all that the reader would hold.
    (1..=steps).all(|step| {
        let mut unfolded: Box<dyn Read + '_> = Box::new(raw);
        for _ in 0..step {
            unfolded = Box::new(ZlibDecoder::new(unfolded).take(limit.saturating_add(1)));
        }
        // How much of a damaged stream can be salvaged shows only in doing so: the worst is assumed.
        match std::io::copy(&mut unfolded, &mut sink()) {
            Ok(length) => length <= limit,
            Err(_) => worst(raw.len() as u64, steps, DEFLATE_RATIO) <= limit.saturating_mul(2),
        }
    })
}

/// What `length` bytes can become at most.
fn worst(length: u64, steps: usize, ratio: u64) -> u64 {
    (0..steps).fold(length, |length, _| length.saturating_mul(ratio))
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::ZlibEncoder};
    use std::io::Write;

    fn packed(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap()
    }

    #[test]
    fn what_is_packed_several_times_is_measured_at_every_step() {
        let large = packed(&vec![0; 1_000_000]);
        assert!(unfolds_within(&large, 1, 1_000_000));
        assert!(!unfolds_within(&large, 1, 999_999));
        assert!(unfolds_within(&packed(&large), 2, 1_000_000));
        assert!(!unfolds_within(&packed(&large), 2, 999_999));
        // The second step ends at once, the first does not.
        let mut short = packed(b"ends here");
        short.resize(1_000_000, 0);
        assert!(!unfolds_within(&packed(&short), 2, 999_999));
    }

    #[test]
    fn a_damaged_stream_is_taken_for_the_worst_it_can_be() {
        let raw = vec![0x78; 232];
        assert!(unfolds_within(&raw, 1, 1 << 20));
        assert!(!unfolds_within(&raw, 3, 1 << 26)); // 232 bytes packed three times can stand for 255 GB
    }
}
