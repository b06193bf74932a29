//! Longest match of fixed words in a text of characters.

/// Words with a value each, by their characters.
#[derive(Debug, Clone)]
pub(super) struct Trie<T> {
    nodes: Vec<Node<T>>,
    /// Which low ten bits a word's first character may have: most characters begin no word, and are told by this alone.
    low_bits: [u64; 16],
}

#[derive(Debug, Clone)]
struct Node<T> {
    /// Sorted by character.
    next: Vec<(char, u32)>,
    value: Option<T>,
}

impl<T: Copy> Trie<T> {
    pub(super) fn new() -> Self {
        Trie { nodes: vec![Node { next: Vec::new(), value: None }], low_bits: [0; 16] }
    }

    /// Adds a word; the first value given to a word stays.
    pub(super) fn insert(&mut self, word: &str, value: T) {
        if let Some(first) = word.chars().next() {
            let low = first as usize & 1023;
            self.low_bits[low / 64] |= 1 << (low % 64);
        }
        let mut at = 0usize;
        for c in word.chars() {
            at = match self.nodes[at].next.binary_search_by_key(&c, |pair| pair.0) {
                Ok(found) => self.nodes[at].next[found].1 as usize,
                Err(place) => {
                    let new = self.nodes.len();
                    self.nodes.push(Node { next: Vec::new(), value: None });
                    self.nodes[at].next.insert(place, (c, new as u32));
                    new
                }
            };
        }
        if at != 0 {
            self.nodes[at].value.get_or_insert(value);
        }
    }

    /// May a word begin with this character? No is sure.
    pub(super) fn may_begin(&self, c: char) -> bool {
        let low = c as usize & 1023;
        self.low_bits[low / 64] & (1 << (low % 64)) != 0
    }

    /// The longest word that starts at `at`, and where it ends. Spaces inside the text are passed over.
    pub(super) fn longest(&self, text: &[char], at: usize) -> Option<(T, usize)> {
        if !self.may_begin(*text.get(at)?) {
            return None;
        }
        let mut node = &self.nodes[0];
        let mut best = None;
        for (offset, c) in text.get(at..)?.iter().enumerate() {
            if *c == ' ' && offset > 0 {
                continue;
            }
            let Ok(found) = node.next.binary_search_by_key(c, |pair| pair.0) else {
                break;
            };
            node = &self.nodes[node.next[found].1 as usize];
            if let Some(value) = node.value {
                best = Some((value, at + offset + 1));
            }
        }
        best
    }

    /// As [`Trie::longest`] at the start of a string: how many characters the longest word takes.
    pub(super) fn longest_str(&self, text: &str) -> Option<usize> {
        let mut node = &self.nodes[0];
        let mut best = None;
        for (offset, c) in text.chars().enumerate() {
            let Ok(found) = node.next.binary_search_by_key(&c, |pair| pair.0) else {
                break;
            };
            node = &self.nodes[node.next[found].1 as usize];
            if node.value.is_some() {
                best = Some(offset + 1);
            }
        }
        best
    }

    /// Does a word end exactly at `end`? Looks back over at most eight characters.
    pub(super) fn ends_at(&self, text: &[char], end: usize) -> Option<(T, usize)> {
        (end.saturating_sub(8)..end).find_map(|from| match self.longest(text, from) {
            Some((value, to)) if to == end => Some((value, from)),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_word_wins() {
        let mut trie = Trie::new();
        for (value, word) in ["人", "人次", "人份"].iter().enumerate() {
            trie.insert(word, value);
        }
        let text: Vec<char> = "3人次数".chars().collect();
        assert_eq!(trie.longest(&text, 1), Some((1, 3)));
        assert_eq!(trie.longest(&text, 2), None);
        assert_eq!(trie.longest(&text, 9), None);
        assert_eq!(trie.ends_at(&text, 3), Some((1, 1)));
        assert_eq!(trie.ends_at(&text, 0), None);
    }
}
