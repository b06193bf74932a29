//! Where a document's records stand among the stored ones, and how the manifest keeps that.

use crate::emit::json_lines::KINDS;
use serde::{Deserialize, Serialize};

/// Where the records of a document stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    /// Number of the file.
    pub segment: u32,
    /// Where in the file the part begins.
    pub offset: u64,
    /// Bytes of each kind's lines, one kind after the other.
    pub lengths: [u64; KINDS.len()],
    /// CRC-32 of them all.
    pub crc: u32,
}

impl Part {
    /// Bytes in all.
    pub fn bytes(&self) -> u64 {
        self.lengths.iter().fold(0, |sum, length| sum.saturating_add(*length))
    }

    /// The part as the manifest keeps it: segment, offset, lengths and sum one after the other, seven bits of a number a byte, the
    /// lowest first, the last byte of each below 128 (LEB128).
    pub fn pack(&self) -> Vec<u8> {
        let mut packed = Vec::with_capacity(32);
        for mut number in self.numbers() {
            while number >= 0x80 {
                packed.push(number as u8 | 0x80);
                number >>= 7;
            }
            packed.push(number as u8);
        }
        packed
    }

    /// What [`Part::pack`] made; None of anything else.
    pub fn unpack(packed: &[u8]) -> Option<Part> {
        let mut bytes = packed.iter();
        let mut next = || {
            let mut number = 0_u64;
            for shift in (0..64).step_by(7) {
                let byte = *bytes.next()?;
                let bits = u64::from(byte & 0x7f);
                if bits << shift >> shift != bits {
                    return None;
                }
                number |= bits << shift;
                if byte < 0x80 {
                    return Some(number);
                }
            }
            None
        };
        let (segment, offset) = (u32::try_from(next()?).ok()?, next()?);
        let mut lengths = [0; KINDS.len()];
        for length in &mut lengths {
            *length = next()?;
        }
        let crc = u32::try_from(next()?).ok()?;
        bytes.next().is_none().then_some(Part { segment, offset, lengths, crc })
    }

    fn numbers(&self) -> impl Iterator<Item = u64> {
        [u64::from(self.segment), self.offset].into_iter().chain(self.lengths).chain([u64::from(self.crc)])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_stand_one_after_the_other_seven_bits_a_byte() {
        let part = Part { segment: 1, offset: 300, lengths: [5, 0, 0, 128, 0], crc: 7 };
        // 300 = 2 × 128 + 44
        assert_eq!(part.pack(), [1, 0x80 | 44, 2, 5, 0, 0, 0x80, 1, 0, 7]);
    }

    #[test]
    fn what_is_cut_longer_or_too_large_is_no_part() {
        let whole = [1, 0xac, 2, 5, 0, 0, 0x80, 1, 0, 7];
        assert!(Part::unpack(&whole).is_some());
        assert_eq!(Part::unpack(&whole[..9]), None);
        assert_eq!(Part::unpack(&[&whole[..], &[0]].concat()), None);
        let segment_of_33_bits = [0x80, 0x80, 0x80, 0x80, 0x10, 0, 5, 0, 0, 0, 0, 7];
        assert_eq!(Part::unpack(&segment_of_33_bits), None);
        let offset_of_65_bits = [&[1][..], &[0xff; 9], &[2, 5, 0, 0, 0, 0, 7]].concat();
        assert_eq!(Part::unpack(&offset_of_65_bits), None);
    }

    proptest! {
        #[test]
        fn every_part_comes_back(segment: u32, offset: u64, lengths: [u64; 5], crc: u32) {
            let part = Part { segment, offset, lengths, crc };
            prop_assert_eq!(Part::unpack(&part.pack()), Some(part));
        }

        #[test]
        fn any_bytes_are_a_part_or_none(bytes: Vec<u8>) {
            if let Some(part) = Part::unpack(&bytes) {
                prop_assert_eq!(Part::unpack(&part.pack()), Some(part));
            }
        }
    }
}
