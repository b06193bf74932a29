//! Names that are nearly a known name: compared by the pairs of characters that they share.

use super::quick_hash::QuickMap;

/// From which likeness on (twice the shared pairs ÷ all pairs of both) a name is taken for another: 0.85 lets one character
/// in ten be put in or left out. Below it, names of other measures begin to pass: 参保率 and 续保率.
const LEAST_LIKENESS: f32 = 0.85;
/// How far ahead of the next indicator it must be: two that are as near are no answer.
const LEAST_LEAD: f32 = 0.1;
/// Shorter names differ in what matters when they differ at all.
const SHORTEST: usize = 5;
/// Longer ones are sentences.
const LONGEST: usize = 40;

/// Known names, by their pairs of characters.
#[derive(Debug, Default)]
pub(super) struct SimilarNames {
    names: Vec<Name>,
    /// Last character and pair, as one number → the names that end with the one and hold the other. Only names that end alike
    /// may be near.
    holders: QuickMap<Vec<u32>, u64>,
    /// One bit for each of these numbers, by a hash. Most names share too few pairs with any to be near, and are told by it.
    bits: Vec<u64>,
}

/// Bits for pairs with a last character.
const BITS: usize = 1 << 15;

fn bit_of(pair_with_last: u64) -> usize {
    (pair_with_last.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - BITS.ilog2())) as usize
}

#[derive(Debug)]
struct Name {
    owner: usize,
    pairs: u32,
}

/// Two characters that are neighbours, as one number.
type Pair = u64;

impl SimilarNames {
    /// From owners and the keys of their names.
    pub(super) fn of(names: impl Iterator<Item = (usize, String)>) -> Self {
        let mut all = SimilarNames { bits: vec![0; BITS / 64], ..SimilarNames::default() };
        for (owner, key) in names {
            let pairs = pairs(&key);
            let Some(last) = key.chars().last().filter(|_| pairs.len() + 1 >= SHORTEST) else { continue };
            let id = all.names.len() as u32;
            all.names.push(Name { owner, pairs: pairs.len() as u32 });
            for pair in pairs {
                let pair = with_last(pair, last);
                let bit = bit_of(pair);
                all.bits[bit / 64] |= 1 << (bit % 64);
                all.holders.entry(pair).or_default().push(id);
            }
        }
        all
    }

    fn may_hold(&self, pair_with_last: u64) -> bool {
        let bit = bit_of(pair_with_last);
        self.bits.get(bit / 64).is_some_and(|bits| bits & (1 << (bit % 64)) != 0)
    }

    /// The owner of the nearest name, among those that fit; `None` where none is near, or two are. The last character, which
    /// tells a count from a share, must be the same.
    pub(super) fn nearest(&self, key: &str, fits: &dyn Fn(usize) -> bool) -> Option<usize> {
        let last = key.chars().next_back()?;
        // Of the four pairs that a name has at least, two are too few. Most names have no more, and need no list of pairs.
        neighbours(key).filter(|pair| self.may_hold(with_last(*pair, last))).nth(2)?;
        let pairs = pairs(key);
        if !(SHORTEST..=LONGEST).contains(&(pairs.len() + 1)) {
            return None;
        }
        // A name that shares n of them has n pairs at least.
        let known = pairs.iter().filter(|pair| self.may_hold(with_last(**pair, last))).count() as f32;
        if self.bits.is_empty() || 2.0 * known / (pairs.len() as f32 + known) < LEAST_LIKENESS {
            return None;
        }
        let mut shared: Vec<u32> = Vec::with_capacity(4 * pairs.len());
        for pair in &pairs {
            shared.extend(self.holders.get(&with_last(*pair, last)).into_iter().flatten());
        }
        shared.sort_unstable();
        let mut best: Option<(f32, usize)> = None;
        let mut next = 0.0f32;
        for run in shared.chunk_by(|a, b| a == b) {
            let name = &self.names[run[0] as usize];
            let likeness = 2.0 * run.len() as f32 / (pairs.len() as f32 + name.pairs as f32);
            if likeness < LEAST_LIKENESS - LEAST_LEAD || !fits(name.owner) {
                continue;
            }
            match best {
                Some((most, owner)) if owner == name.owner => best = Some((most.max(likeness), owner)),
                Some((most, _)) if most >= likeness => next = next.max(likeness),
                _ => {
                    next = best.map_or(next, |(most, _)| next.max(most));
                    best = Some((likeness, name.owner));
                }
            }
        }
        best.filter(|(most, _)| *most >= LEAST_LIKENESS && most - next >= LEAST_LEAD).map(|(_, owner)| owner)
    }
}

/// A pair and a name's last character: 21 bits each.
fn with_last(pair: Pair, last: char) -> u64 {
    pair << 21 | u64::from(last)
}

/// Each character with the one behind it.
fn neighbours(key: &str) -> impl Iterator<Item = Pair> {
    key.chars().zip(key.chars().skip(1)).map(|(first, second)| u64::from(first) << 21 | u64::from(second))
}

/// The distinct pairs of neighbours.
fn pairs(key: &str) -> Vec<Pair> {
    let mut pairs: Vec<Pair> = Vec::with_capacity(key.len() / 2);
    pairs.extend(neighbours(key));
    pairs.sort_unstable();
    pairs.dedup();
    pairs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_names_are_found_and_others_are_not() {
        let names = ["城乡居民基本医疗保险参保率", "失业人员再就业人数", "义务教育巩固率", "参保群众满意度"];
        let known = SimilarNames::of(names.iter().enumerate().map(|(at, name)| (at, (*name).to_owned())));
        let found = |name: &str| known.nearest(name, &|_| true);
        assert_eq!(found("城乡居民基本医疗保险的参保率"), Some(0));
        assert_eq!(found("失业人员再次就业人数"), None, "two of nine pairs are gone");
        assert_eq!(found("失业人员再就业的人数"), Some(1));
        assert_eq!(found("城乡居民基本医疗保险续保率"), None, "the pairs that differ are those that matter");
        assert_eq!(found("城乡居民基本医疗保险参保人数"), None);
        assert_eq!(found("满意度"), None);
    }
}
