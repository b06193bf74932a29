//! A hidden text layer, which an earlier OCR left behind a scan, beside our own reading: which is the better one.

use crate::model::{Page, Visibility};
use rustc_hash::FxHashMap;

/// A page with fewer hidden characters than this has no layer.
const SCANT: usize = 20;
/// Our reading counts as the better one unless its mean score is below this …
const SURE: f32 = 0.8;
/// … or it has less than this share of the layer's characters …
const SHORT: f32 = 0.7;
/// … or the layer's text is of sound script to this share and ours is not.
const SOUND: f32 = 0.9;

/// Is the page a picture over text that nobody sees?
pub(super) fn is_hidden(page: &Page) -> bool {
    let of = |visibility: Visibility| {
        let runs = page.runs.iter().filter(move |run| run.visibility == visibility);
        runs.map(|run| letters(page.run_text(run)).count()).sum::<usize>()
    };
    let (visible, hidden) = (of(Visibility::Visible), of(Visibility::Invisible));
    hidden >= SCANT && hidden > 4 * visible && !page.images.is_empty()
}

/// Which of two readings of one page is kept.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    /// Ours, not the layer.
    pub(super) ours: bool,
    /// Share of characters that both have, 0 to 1, wherever they stand.
    pub(super) agreement: f32,
}

/// Compares a hidden layer with what was read.
pub(super) fn choose(layer: &Page, read: &Page) -> Choice {
    let (theirs, ours) = (Counts::of(&layer.text), Counts::of(&read.text));
    let agreement = theirs.shared(&ours) as f32 / theirs.all.max(ours.all).max(1) as f32;
    let sureness = read.scores.iter().sum::<f32>() / read.scores.len().max(1) as f32;
    let enough = ours.all as f32 >= SHORT * theirs.all as f32 || theirs.soundness() < SOUND;
    Choice { ours: sureness >= SURE && enough && ours.soundness() >= SOUND.min(theirs.soundness()), agreement }
}

struct Counts {
    of: FxHashMap<char, usize>,
    all: usize,
    sound: usize,
}

impl Counts {
    fn of(text: &str) -> Counts {
        let mut counts = Counts { of: FxHashMap::default(), all: 0, sound: 0 };
        for c in letters(text) {
            *counts.of.entry(c).or_default() += 1;
            counts.all += 1;
            counts.sound += usize::from(is_usual(c));
        }
        counts
    }

    fn shared(&self, other: &Counts) -> usize {
        self.of.iter().map(|(c, count)| (*count).min(other.of.get(c).copied().unwrap_or(0))).sum()
    }

    /// Share of characters that Chinese reports are written with.
    fn soundness(&self) -> f32 {
        self.sound as f32 / self.all.max(1) as f32
    }
}

fn letters(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().filter(|c| !c.is_whitespace())
}

/// ASCII, ideographs, their punctuation and full-width forms, signs of measure.
fn is_usual(c: char) -> bool {
    c.is_ascii_graphic()
        || matches!(u32::from(c), 0x2000..=0x22FF | 0x2460..=0x25FF | 0x3000..=0x33FF | 0x3400..=0x9FFF | 0xFF00..=0xFFEF)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(text: &str, score: Option<f32>) -> Page {
        let scores = score.map_or_else(Vec::new, |score| vec![score; text.chars().count()]);
        Page { text: text.to_owned(), scores, ..Page::default() }
    }

    const SAID: &str = "全年预算数三千五百万元，全年执行数三千四百万元，执行率百分之九十七点一四。";

    #[test]
    fn a_sure_reading_wins_and_an_unsure_one_does_not() {
        let choice = choose(&page(SAID, None), &page(SAID, Some(0.98)));
        assert_eq!(choice, Choice { ours: true, agreement: 1.0 });
        assert!(!choose(&page(SAID, None), &page(SAID, Some(0.6))).ours);
    }

    #[test]
    fn a_layer_of_nonsense_loses_and_a_reading_of_half_the_page_too() {
        let nonsense: String = "ÆØÞ§¶".repeat(20);
        assert!(choose(&page(&nonsense, None), &page(SAID, Some(0.95))).ours);
        let half: String = SAID.chars().take(12).collect();
        let choice = choose(&page(SAID, None), &page(&half, Some(0.99)));
        assert!(!choice.ours && choice.agreement < 0.5);
    }
}
