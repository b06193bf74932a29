//! Which of many words a text holds, in one pass over it: words by their first characters.

use super::quick_hash::QuickMap;
use std::ops::{ControlFlow, Range};

/// Words, to be found anywhere in a text.
#[derive(Debug, Default)]
pub(super) struct WordFinder {
    /// Words of one character.
    single: QuickMap<Vec<usize>, u64>,
    /// Which low ten bits those have.
    low_bits: [u64; 16],
    /// Of the first two characters of longer words, where those words stand in `longer`.
    by_pair: QuickMap<Range<u32>, u64>,
    /// What longer words have behind their first two characters, and their numbers: those that begin alike side by side.
    longer: Vec<(Box<str>, usize)>,
    /// One bit for each of these pairs, by a hash: nearly all other pairs are told by it.
    pair_bits: Vec<u64>,
}

/// Bits for pairs.
const PAIR_BITS: usize = 1 << 14;

fn pair_bit(first: char, second: char) -> usize {
    let mixed = (first as u32).wrapping_mul(0x9E37_79B1).wrapping_add((second as u32).wrapping_mul(0x85EB_CA77));
    (mixed >> 18) as usize
}

fn pair_key(first: char, second: char) -> u64 {
    u64::from(first) << 32 | u64::from(second)
}

impl WordFinder {
    /// Numbers the words in their order; an empty one is in no text.
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut finder = WordFinder { pair_bits: vec![0; PAIR_BITS / 64], ..WordFinder::default() };
        let mut longer: Vec<(u64, Box<str>, usize)> = Vec::new();
        for (number, word) in words.into_iter().enumerate() {
            let mut chars = word.chars();
            match (chars.next(), chars.next()) {
                (Some(first), Some(second)) => {
                    let bit = pair_bit(first, second);
                    finder.pair_bits[bit / 64] |= 1 << (bit % 64);
                    longer.push((pair_key(first, second), chars.as_str().into(), number));
                }
                (Some(only), None) => {
                    let low = only as usize & 1023;
                    finder.low_bits[low / 64] |= 1 << (low % 64);
                    finder.single.entry(u64::from(only)).or_default().push(number);
                }
                _ => {}
            }
        }
        longer.sort_by_key(|(pair, ..)| *pair);
        for (at, (pair, rest, number)) in (0..).zip(longer) {
            finder.by_pair.entry(pair).or_insert(at..at).end = at + 1;
            finder.longer.push((rest, number));
        }
        finder
    }

    /// Tells the number of each word, once for each place where it stands, until `found` breaks off.
    pub(super) fn each<B>(&self, text: &str, mut found: impl FnMut(usize) -> ControlFlow<B>) -> ControlFlow<B> {
        if self.pair_bits.is_empty() {
            return ControlFlow::Continue(());
        }
        let mut before = '\0';
        for (at, c) in text.char_indices() {
            let low = c as usize & 1023;
            if self.low_bits[low / 64] & (1 << (low % 64)) != 0 {
                self.single.get(&u64::from(c)).into_iter().flatten().try_for_each(|number| found(*number))?;
            }
            let bit = pair_bit(before, c);
            if self.pair_bits[bit / 64] & (1 << (bit % 64)) != 0 && at > 0 {
                let rest = &text.as_bytes()[at + c.len_utf8()..];
                for (word, number) in self.beginning_with(before, c) {
                    if word.is_empty() || rest.starts_with(word.as_bytes()) {
                        found(*number)?;
                    }
                }
            }
            before = c;
        }
        ControlFlow::Continue(())
    }

    fn beginning_with(&self, first: char, second: char) -> &[(Box<str>, usize)] {
        let found = self.by_pair.get(&pair_key(first, second));
        found.and_then(|range| self.longer.get(range.start as usize..range.end as usize)).unwrap_or_default()
    }

    /// Does the text hold one of the words?
    pub(super) fn any(&self, text: &str) -> bool {
        self.each(text, |_| ControlFlow::Break(())).is_break()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn found(words: &[&str], text: &str) -> Vec<usize> {
        let mut all = Vec::new();
        let end = WordFinder::of(words.iter().copied()).each(text, |number| {
            all.push(number);
            ControlFlow::<()>::Continue(())
        });
        assert!(end.is_continue());
        all.sort_unstable();
        all.dedup();
        all
    }

    #[test]
    fn words_inside_one_another_are_all_found() {
        assert_eq!(found(&["满意", "满意度", "意度", "到位", ""], "群众满意度"), [0, 1, 2]);
        assert!(WordFinder::of(["费用"]).any("人均费用") && !WordFinder::of(["费用"]).any("费率"));
    }

    proptest! {
        #[test]
        fn as_many_as_looking_for_each(words in prop::collection::vec("[甲乙丙a]{1,3}", 0..8), text in "[甲乙丙丁ab]{0,12}") {
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let expected: Vec<usize> = (0..words.len()).filter(|n| text.contains(words[*n])).collect();
            prop_assert_eq!(found(&words, &text), expected);
        }
    }
}
