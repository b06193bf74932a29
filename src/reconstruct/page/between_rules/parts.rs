//! Lines of equal width below each other need not be one table's: where running text, a caption or much clear space
//! stands between two of them, one table ends and another begins.

use super::{Band, LEAST_RULES, Stack};
use crate::reconstruct::page::words::Word;

/// Clear space between lines, in heights of a row, that no blank row has.
const BLANK: f32 = 1.8;
/// And in ems.
const LEAST_BLANK: f32 = 2.0;
/// What must speak for a text's being no row: see [`strangeness`].
const STRANGE: usize = 3;
/// Sizes that differ less are one.
const SAME_SIZE: f32 = 1.08;

/// What the rows of a stack have in common.
struct Usual {
    /// Height of a row.
    height: f32,
    /// Where the first text of a row begins.
    left: f32,
    /// Font size.
    size: f32,
}

impl Stack {
    /// The stacks that this one falls into; itself where nothing foreign stands between its lines.
    pub(in super::super) fn parts(&self, words: &[Word], inside: &[u32]) -> Vec<Stack> {
        let (inside, em) = self.upright(words, inside);
        let bands = self.bands(&inside, em);
        let Some(usual) = usual(&bands) else { return vec![self.clone()] };
        let cuts: Vec<&Band> = bands.iter().filter(|band| is_foreign(band, &usual, em)).collect();
        if cuts.is_empty() {
            return vec![self.clone()];
        }
        let mut out = Vec::new();
        let mut rest = self.rules.as_slice();
        for band in cuts {
            let above = rest.partition_point(|rule| rule.at < band.y0 + 4.0);
            let (upper, lower) = rest.split_at(above);
            out.push(Stack { rules: upper.to_vec(), ..self.clone() });
            rest = lower;
        }
        out.push(Stack { rules: rest.to_vec(), ..self.clone() });
        out.retain(|stack| stack.full_rules() >= LEAST_RULES);
        out
    }
}

fn usual(bands: &[Band]) -> Option<Usual> {
    // Rows have several texts; where none has, nothing tells what is usual.
    let rows = || bands.iter().filter(|band| band.blocks.len() > 1);
    let median = |mut of: Vec<f32>| {
        of.sort_unstable_by(f32::total_cmp);
        of.get(of.len() / 2).copied()
    };
    Some(Usual {
        height: median(rows().map(|band| band.y1 - band.y0).collect())?,
        left: median(rows().filter_map(|band| band.blocks.first().map(|block| block.0)).collect())?,
        size: median(rows().map(|band| band.size).collect())?,
    })
}

fn is_foreign(band: &Band, usual: &Usual, em: f32) -> bool {
    let height = band.y1 - band.y0;
    if band.lines.is_empty() {
        return height > BLANK * usual.height && height > LEAST_BLANK * em;
    }
    strangeness(band, usual, em) >= STRANGE
}

/// How much this text differs from a row: each point is one way.
fn strangeness(band: &Band, usual: &Usual, em: f32) -> usize {
    // Rows of forms may hold long texts, but beside them is what they are about.
    let alone = band.blocks.len() == 1;
    let columns_of_text = band.blocks.len() == 2 && band.lines.len() > 4;
    if !alone && !columns_of_text {
        return 0;
    }
    let height = band.y1 - band.y0;
    let mut downs: Vec<f32> = band.lines.iter().map(|(baseline, _)| *baseline).collect();
    downs.sort_unstable_by(f32::total_cmp);
    let steps = || downs.windows(2).map(|pair| pair[1] - pair[0]);
    let (least, most) = steps().fold((f32::MAX, 0.0_f32), |(least, most), step| (least.min(step), most.max(step)));
    let left = band.blocks.first().map_or(usual.left, |block| block.0);
    let size = (band.size / usual.size).max(usual.size / band.size.max(0.1));
    [
        height > 1.5 * usual.height,
        height > 2.5 * usual.height,
        height > 5.0 * usual.height,
        band.lines.len() > 3,
        steps().count() > 0 && most > 1.3 * least.max(0.8 * em),
        (left - usual.left).abs() > 0.2 * em,
        size > SAME_SIZE,
    ]
    .into_iter()
    .filter(|strange| *strange)
    .count()
}
