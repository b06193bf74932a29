//! Lines of equal width below each other need not be one table's: where running text, a caption or much clear space
//! stands between two of them, one table ends and another begins.

use super::{Band, LEAST_RULES, SHARED_GAP, Stack};
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
    /// Between the lines' ends.
    middle: f32,
    /// Font size.
    size: f32,
}

impl Stack {
    /// The stacks that this one falls into; itself where nothing foreign stands between its lines.
    pub(in super::super) fn parts(&self, words: &[Word], inside: &[u32]) -> Vec<Stack> {
        let (inside, em) = self.upright(words, inside);
        let bands = self.bands(&inside, em);
        let Some(usual) = usual(&bands, em, (self.x0 + self.x1) / 2.0) else { return vec![self.clone()] };
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

/// Texts beside each other, however spaces between words were set.
fn texts(band: &Band, em: f32) -> usize {
    let gaps = band.blocks.windows(2).filter(|pair| matches!(pair, [a, b] if b.0 - a.1 >= SHARED_GAP * em));
    gaps.count() + usize::from(!band.blocks.is_empty())
}

fn usual(bands: &[Band], em: f32, middle: f32) -> Option<Usual> {
    // Rows have several texts; where none has, nothing tells what is usual.
    let rows = || bands.iter().filter(|band| texts(band, em) > 1);
    let median = |mut of: Vec<f32>| {
        of.sort_unstable_by(f32::total_cmp);
        of.get(of.len() / 2).copied()
    };
    Some(Usual {
        height: median(rows().map(|band| band.y1 - band.y0).collect())?,
        left: median(rows().filter_map(|band| band.blocks.first().map(|block| block.0)).collect())?,
        middle,
        size: median(rows().map(|band| band.size).collect())?,
    })
}

fn is_foreign(band: &Band, usual: &Usual, em: f32) -> bool {
    let height = band.y1 - band.y0;
    if band.lines.is_empty() {
        return height > BLANK * usual.height && height > LEAST_BLANK * em;
    }
    strangeness(band, usual, em) >= STRANGE || is_titled(band, usual) || is_paragraph(band, usual, em)
}

/// Larger type is, and further left begins, what stands between two tables.
fn is_paragraph(band: &Band, usual: &Usual, em: f32) -> bool {
    let left = band.blocks.first().map_or(usual.left, |block| block.0);
    texts(band, em) == 1 && left < usual.left - 0.25 * em && band.size > 1.04 * usual.size
}

/// Does a line in larger type stand over the row, as the name of a second table over its head?
fn is_titled(band: &Band, usual: &Usual) -> bool {
    let first = band.lines.iter().min_by(|a, b| a.baseline.total_cmp(&b.baseline));
    band.lines.len() > 1
        && band.y1 - band.y0 > 1.5 * usual.height
        && first.is_some_and(|first| {
            let others = band.lines.iter().filter(|line| line.baseline > first.baseline);
            first.size > SAME_SIZE * usual.size && others.map(|line| line.size).fold(0.0, f32::max) < first.size
        })
}

/// How much this text differs from a row: each point is one way.
fn strangeness(band: &Band, usual: &Usual, em: f32) -> usize {
    // Rows of forms may hold long texts, but beside them is what they are about.
    let alone = texts(band, em) == 1;
    let columns_of_text = texts(band, em) == 2 && band.lines.len() > 4;
    if !alone && !columns_of_text {
        return 0;
    }
    let height = band.y1 - band.y0;
    let mut downs: Vec<f32> = band.lines.iter().map(|line| line.baseline).collect();
    downs.sort_unstable_by(f32::total_cmp);
    let steps = || downs.windows(2).map(|pair| pair[1] - pair[0]);
    let (least, most) = steps().fold((f32::MAX, 0.0_f32), |(least, most), step| (least.min(step), most.max(step)));
    let (left, right) = band.blocks.first().copied().unwrap_or((usual.left, usual.left));
    // A label for the rows below may stand in the middle.
    let in_middle = left > usual.left + em && ((left + right) / 2.0 - usual.middle).abs() < em;
    let size = (band.size / usual.size).max(usual.size / band.size.max(0.1));
    [
        height > 1.5 * usual.height,
        height > 2.5 * usual.height,
        height > 5.0 * usual.height,
        band.lines.len() > 3,
        steps().count() > 0 && most > 1.3 * least.max(0.8 * em),
        (left - usual.left).abs() > 0.2 * em && !in_middle,
        size > SAME_SIZE,
    ]
    .into_iter()
    .filter(|strange| *strange)
    .count()
}

#[cfg(test)]
mod tests {
    use super::super::{Stack, stacks};
    use crate::reconstruct::page::rulings::segments;
    use crate::reconstruct::page::sketch::Sketch;
    use crate::reconstruct::page::words::words;

    fn parts(sketch: Sketch) -> Vec<Stack> {
        let page = sketch.page();
        let words = words(&page);
        let inside: Vec<u32> = (0..words.len() as u32).collect();
        let stacks = stacks(&segments(&page).horizontal, page.height);
        assert_eq!(stacks.len(), 1);
        stacks[0].parts(&words, &inside)
    }

    /// Rows of 20 points from `top`, each line drawn.
    fn rows(sketch: &mut Sketch, top: f32, count: usize) {
        sketch.horizontal(top, 50.0, 400.0);
        for row in 0..count {
            let y = top + 20.0 * row as f32;
            sketch.text(60.0, y + 13.0, 10.0, "name").text(200.0, y + 13.0, 10.0, "12").text(
                300.0,
                y + 13.0,
                10.0,
                "7",
            );
            sketch.horizontal(y + 20.0, 50.0, 400.0);
        }
    }

    #[test]
    fn text_between_two_tables_is_in_neither() {
        let mut sketch = Sketch::new(500.0, 600.0);
        rows(&mut sketch, 50.0, 5);
        for line in 0..4 {
            let text = "what\u{1}was\u{1}paid\u{1}in\u{1}the\u{1}year\u{1}before\u{1}is\u{1}told\u{1}here";
            sketch.text(50.0, 175.0 + 12.0 * line as f32, 10.0, text);
        }
        rows(&mut sketch, 230.0, 4);
        let found = parts(sketch);
        let ends: Vec<_> = found.iter().map(|stack| (stack.bbox().y0, stack.bbox().y1)).collect();
        assert_eq!(ends, [(50.0, 150.0), (230.0, 310.0)]);
    }

    #[test]
    fn a_label_across_and_a_long_cell_part_nothing() {
        let mut sketch = Sketch::new(500.0, 600.0);
        rows(&mut sketch, 50.0, 3);
        sketch.text(60.0, 123.0, 10.0, "Loans\u{1}and\u{1}guarantees").horizontal(130.0, 50.0, 400.0);
        for line in 0..5 {
            sketch.text(200.0, 143.0 + 12.0 * line as f32, 10.0, "a\u{1}long\u{1}reason\u{1}why");
        }
        sketch.text(60.0, 143.0, 10.0, "name").horizontal(200.0, 50.0, 400.0);
        rows(&mut sketch, 200.0, 2);
        assert_eq!(parts(sketch).len(), 1);
    }
}
