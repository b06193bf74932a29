//! Errors planted into sound forms: [`sound`] writes forms in which every sum and rate is right, [`plants`] changes one cell,
//! and says which change arithmetic can see.
#![allow(unreachable_pub)] // as in support
#![allow(clippy::unwrap_used)] // a test that cannot go on fails

pub mod plants;
pub mod sound;

use rust_decimal::Decimal;

/// SplitMix64: the same numbers everywhere.
#[derive(Debug, Clone)]
pub struct Random(pub u64);

impl Random {
    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// From `least` to `most`, both included.
    pub fn within(&mut self, least: i64, most: i64) -> i64 {
        least + (self.next() % (most - least + 1) as u64) as i64
    }

    pub fn one_in(&mut self, n: u64) -> bool {
        self.next().is_multiple_of(n)
    }

    pub fn of<'t, T>(&mut self, all: &'t [T]) -> &'t T {
        &all[self.next() as usize % all.len()]
    }
}

/// The number in a cell: `1,234.50万元` is 1234.50.
pub fn number(cell: &str) -> Option<Decimal> {
    let start = cell.find(|c: char| c.is_ascii_digit())?;
    let digits = cell[start..].trim_end_matches(|c: char| !c.is_ascii_digit());
    digits.replace(',', "").parse().ok()
}
