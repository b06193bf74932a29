//! How alike two texts are, by the measure of Ratcliff and Obershelp: twice the characters in matching blocks over
//! the characters of both. The same blocks in the same order as Python's `difflib.SequenceMatcher` without its junk
//! heuristics, so that figures can be compared with those of programs that use it.

use std::collections::HashMap;

/// 0 (nothing in common) to 1 (equal). Not symmetric where blocks tie: the earliest in `a`, then in `b`, wins.
pub fn ratio(a: &str, b: &str) -> f64 {
    let a: Vec<char> = a.chars().collect();
    let b: Vec<char> = b.chars().collect();
    let length = a.len() + b.len();
    if length == 0 {
        return 1.0;
    }
    2.0 * matching_characters(&a, &b) as f64 / length as f64
}

/// Sum of the lengths of the matching blocks: the longest one, then the same on either side of it.
fn matching_characters(a: &[char], b: &[char]) -> usize {
    let mut places: HashMap<char, Vec<usize>> = HashMap::new();
    for (at, c) in b.iter().enumerate() {
        places.entry(*c).or_default().push(at);
    }
    let mut matched = 0;
    let mut open = vec![(0..a.len(), 0..b.len())];
    while let Some((in_a, in_b)) = open.pop() {
        let (i, j, size) = longest_block(a, &places, in_a.clone(), in_b.clone());
        if size == 0 {
            continue;
        }
        matched += size;
        open.push((in_a.start..i, in_b.start..j));
        open.push((i + size..in_a.end, j + size..in_b.end));
    }
    matched
}

/// The longest run that both ranges hold: where it begins in `a` and in `b`, and its length.
fn longest_block(
    a: &[char],
    places: &HashMap<char, Vec<usize>>,
    in_a: std::ops::Range<usize>,
    in_b: std::ops::Range<usize>,
) -> (usize, usize, usize) {
    let mut best = (in_a.start, in_b.start, 0);
    // Length of the run that ends at this place of `b` and at the previous character of `a`.
    let mut ending: HashMap<usize, usize> = HashMap::new();
    for i in in_a {
        let mut ending_here = HashMap::new();
        let all = places.get(&a[i]).map_or(&[][..], Vec::as_slice);
        let first = all.partition_point(|j| *j < in_b.start);
        for &j in all[first..].iter().take_while(|j| **j < in_b.end) {
            let before = if j == 0 { 0 } else { ending.get(&(j - 1)).copied().unwrap_or(0) };
            let size = before + 1;
            ending_here.insert(j, size);
            if size > best.2 {
                best = (i + 1 - size, j + 1 - size, size);
            }
        }
        ending = ending_here;
    }
    best
}

#[cfg(test)]
mod tests {
    use super::ratio;

    /// Expected values from `difflib.SequenceMatcher(None, a, b, autojunk=False).ratio()` of Python 3.
    #[test]
    fn ratios_are_those_of_difflib() {
        for (a, b, expected) in CASES {
            assert!((ratio(a, b) - expected).abs() < 1e-12, "{a} / {b}: {} not {expected}", ratio(a, b));
        }
    }

    #[test]
    fn long_texts_have_no_popular_characters() {
        let (a, b) = ("城乡居民基本医疗保险".repeat(30), "城乡居民基本医疗保险基金".repeat(25));
        let expected = 0.8366666666666667;
        assert!((ratio(&a, &b) - expected).abs() < 1e-12, "{}", ratio(&a, &b));
    }

    const CASES: &[(&str, &str, f64)] = &[
        ("", "", 1.0),
        ("", "x", 0.0),
        ("abcd", "bcde", 0.75),
        ("private Thread currentThread;", "private volatile Thread currentThread;", 0.8656716417910447),
        ("参保人员对医保服务的满意度", "参保人对医保经办服务满意度", 0.8461538461538461),
        ("tide", "diet", 0.25),
        ("diet", "tide", 0.5),
        ("abxcdabx", "abcdxab", 0.8),
        ("aaaa", "aa", 0.6666666666666666),
    ];
}
