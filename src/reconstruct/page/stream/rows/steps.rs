//! Distances of baselines: those of lines of one text, and those of rows.

use super::super::columns::Placed;
use super::super::line::Line;

/// Distance of baselines, in the text's size, over which lines of one text hardly stand apart.
const LOOSE: f32 = 1.4;
/// What it says of two lines where others stand further apart.
const LOOSE_LINES: f32 = -1.0;
/// What it says where all lines stand as far apart.
const ONE_LINE_EACH: f32 = -5.0;

/// Distances of baselines: one or two kinds.
pub(super) struct Steps {
    least: f32,
    /// Distances come in two kinds, lines of a row and rows.
    pub(super) two_kinds: bool,
    /// The smaller kind is that of rows, the larger one parts groups of them: what stands so near mostly has two numbers
    /// in one column.
    near_rows: bool,
    /// Distance of lines of one text, where some texts surely go on.
    pub(super) text: Option<f32>,
}

/// How sure a text must go on to tell how far apart its lines are.
const SURELY: f32 = 1.5;

/// The usual distance of two lines of one text, as the texts that surely go on have it.
pub(super) fn text_step(lines: &[Line], placed: &[Vec<Placed>], links: &[Vec<f32>]) -> Option<f32> {
    let mut steps = Vec::new();
    for (at, (texts, links)) in placed.iter().zip(links).enumerate() {
        for (text, _) in texts.iter().zip(links).filter(|(_, link)| **link >= SURELY) {
            let upper = (0..at).rev().find(|&above| {
                placed
                    .get(above)
                    .is_some_and(|texts| texts.iter().any(|other| !other.spans() && other.first == text.first))
            });
            if let (Some(above), Some(below)) = (upper.and_then(|above| lines.get(above)), lines.get(at)) {
                steps.push(below.down - above.down);
            }
        }
    }
    steps.sort_by(f32::total_cmp);
    // One may be wrong.
    if steps.len() > 1 { steps.get(steps.len() / 2).copied() } else { None }
}

/// How much further apart than lines of one text two lines stand that are none's, and what it says.
const WIDER_STEP: f32 = 1.15;
const NOT_ONE_TEXT: f32 = -2.5;

impl Steps {
    pub(super) fn of(lines: &[Line], placed: &[Vec<Placed>]) -> Steps {
        let mut steps: Vec<f32> = lines
            .windows(2)
            .filter_map(|w| if let [a, b] = w { Some((b.down - a.down, a.size.min(b.size))) } else { None })
            .filter(|(step, size)| *step > 0.9 * size)
            .map(|(step, _)| step)
            .collect();
        steps.sort_by(f32::total_cmp);
        let least = steps.get(steps.len() / 10).copied().unwrap_or(0.0);
        let wide = steps.iter().filter(|step| **step > 1.2 * least).count();
        let (mut near, mut rows) = (0, 0);
        for (pair, texts) in lines.windows(2).zip(placed.windows(2)) {
            let ([a, b], [above, below]) = (pair, texts) else { continue };
            let step = b.down - a.down;
            if step > 0.9 * a.size.min(b.size) && step < 1.08 * least {
                near += 1;
                let numbers = |text: &&Placed| text.numeric && above.iter().any(|o| o.numeric && o.first == text.first);
                rows += usize::from(below.iter().filter(numbers).count() > 0);
            }
        }
        Steps {
            least,
            two_kinds: wide * 6 >= steps.len() && wide >= 1,
            near_rows: rows * 5 >= near * 2 && rows > 1,
            text: None,
        }
    }

    /// What the distance of two lines says: above 0, they are one row's.
    pub(super) fn say(&self, step: f32, size: f32) -> f32 {
        if self.least <= 0.0 || step < 0.9 * size {
            return 0.0;
        }
        let ratio = step / self.least;
        if self.text.is_some_and(|text| step > WIDER_STEP * text) {
            return NOT_ONE_TEXT.min(if ratio >= 1.5 { -4.0 } else { NOT_ONE_TEXT });
        }
        match (self.two_kinds, ratio) {
            (true, ratio) if ratio < 1.08 && step > LOOSE * size => LOOSE_LINES,
            (true, ratio) if ratio < 1.08 && self.near_rows => 0.0,
            (true, ratio) if ratio < 1.08 => 1.5,
            (true, ratio) if ratio < 1.2 => 0.0,
            (true, ratio) if ratio < 1.5 => -2.0,
            // Lines of one text are set closer than this: all rows are one line high.
            (false, ratio) if ratio < 1.2 && step > LOOSE * size => ONE_LINE_EACH,
            (false, ratio) if ratio < 1.2 => 0.0,
            (_, ratio) if ratio < 1.5 => -1.5,
            _ => -4.0,
        }
    }
}
