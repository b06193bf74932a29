//! Which of many words a text holds, in one pass over it: words by their first characters.

use super::quick_hash::QuickMap;
use std::ops::ControlFlow;

/// Words, to be found anywhere in a text.
#[derive(Debug, Default)]
pub(super) struct WordFinder {
    by_first: QuickMap<Vec<(Box<str>, usize)>, u64>,
    /// Which low ten bits their first characters have: most characters begin no word, and are told by one bit.
    low_bits: [u64; 16],
}

impl WordFinder {
    /// Numbers the words in their order; an empty one is in no text.
    pub(super) fn of<'w>(words: impl IntoIterator<Item = &'w str>) -> Self {
        let mut finder = WordFinder::default();
        for (number, word) in words.into_iter().enumerate() {
            let Some(first) = word.chars().next() else { continue };
            let low = first as usize & 1023;
            finder.low_bits[low / 64] |= 1 << (low % 64);
            finder.by_first.entry(u64::from(first)).or_default().push((word.into(), number));
        }
        finder
    }

    /// Tells the number of each word, once for each place where it stands, until `found` breaks off.
    pub(super) fn each<B>(&self, text: &str, mut found: impl FnMut(usize) -> ControlFlow<B>) -> ControlFlow<B> {
        for (at, c) in text.char_indices() {
            let low = c as usize & 1023;
            if self.low_bits[low / 64] & (1 << (low % 64)) == 0 {
                continue;
            }
            let Some(words) = self.by_first.get(&u64::from(c)) else { continue };
            let rest = &text.as_bytes()[at..];
            for (word, number) in words {
                let word = word.as_bytes();
                // Words are short: comparing them here costs less than a call.
                if word.len() <= rest.len() && word.iter().zip(rest).all(|(a, b)| a == b) {
                    found(*number)?;
                }
            }
        }
        ControlFlow::Continue(())
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
