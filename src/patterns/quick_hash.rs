//! A hash for maps whose keys come from the pattern files: short labels, looked up for every cell. It does not guard
//! against chosen keys, which no document can put into such a map.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// A map from a pattern's spelling, or from what it begins with.
pub(super) type QuickMap<V, K = String> = HashMap<K, V, BuildHasherDefault<QuickHasher>>;

/// Multiplies and rotates eight bytes at a time.
#[derive(Default)]
pub(super) struct QuickHasher(u64);

/// 2⁶⁴ ÷ the golden ratio, odd: spreads neighbouring values over all bits.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl QuickHasher {
    fn mix(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(23) ^ word).wrapping_mul(SPREAD);
    }
}

impl Hasher for QuickHasher {
    fn write(&mut self, bytes: &[u8]) {
        let mut words = bytes.chunks_exact(8);
        for word in &mut words {
            self.mix(word.iter().rev().fold(0, |all, byte| all << 8 | u64::from(*byte)));
        }
        self.mix(words.remainder().iter().fold(1, |all, byte| all << 8 | u64::from(*byte)));
    }

    fn write_u8(&mut self, byte: u8) {
        self.mix(u64::from(byte));
    }

    fn write_u64(&mut self, word: u64) {
        self.mix(word);
    }

    fn finish(&self) -> u64 {
        // The map takes its bucket from the low bits, the product is best in the high ones.
        self.0 ^ (self.0 >> 32)
    }
}

#[cfg(test)]
mod tests {
    use super::QuickHasher;
    use std::collections::HashSet;
    use std::hash::{BuildHasher, BuildHasherDefault};

    #[test]
    fn labels_that_differ_in_one_character_or_in_length_hash_apart() {
        let hasher = BuildHasherDefault::<QuickHasher>::default();
        let labels: Vec<String> =
            ('一'..='龥').map(|c| format!("年度{c}")).chain((0..50).map(|n| "指".repeat(n))).collect();
        let hashes: HashSet<u64> = labels.iter().map(|label| hasher.hash_one(label)).collect();
        assert_eq!(hashes.len(), labels.len());
        let low: HashSet<u64> = hashes.iter().map(|hash| hash & 0xFFFF).collect();
        // 21,000 labels over 65,536 values: 18,000 differ if they are spread evenly.
        assert!(low.len() > 17_000, "{}", low.len());
    }
}
