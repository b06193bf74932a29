//! Which cell of a lattice a word stands in. Mostly where it lies; what reaches over a wall is either a text that
//! overflows its cell, and stays whole, or two texts drawn in one go, and is cut.

use super::lattice::{Lattice, LatticeCell};
use super::words::Word;
use crate::model::{Direction, Page};

/// A word in a cell: (index of the cell, index of the word).
pub(super) type Placed = (u32, u32);

/// A word reaches over a wall only if at least this much of it, in ems, lies beyond.
const OVER: f32 = 0.35;
/// Gap between two glyphs, in ems, in which a wall makes them two texts.
const CUT_GAP: f32 = 0.06;
/// Text that begins or ends this near to a wall, in points, was set against it.
const PADDING: f32 = 9.0;
/// Middles this near, in points, were meant to be one.
const CENTRED: f32 = 2.0;
/// Space between words of one text, in ems.
const WORD_SPACE: f32 = 0.75;

/// Puts these words (indices in `words`, in the order in which they were drawn) into cells, sorted by cell. Words that
/// are cut at a wall are replaced by their parts, which are added to `words`.
pub(super) fn place(page: &Page, words: &mut Vec<Word>, chosen: &[u32], lattice: &Lattice) -> Vec<Placed> {
    let mut placed: Vec<Placed> = Vec::with_capacity(chosen.len());
    // The word before, if it overflows: its cell and its index.
    let mut overflowing: Option<(usize, u32)> = None;
    for &index in chosen {
        let Some(word) = words.get(index as usize) else { continue };
        if let Some((cell, last)) = overflowing
            && words.get(last as usize).is_some_and(|last| follows(last, word))
        {
            // What comes after a word that overflows is the rest of its text, unless it begins where a cell does.
            let own = cell_of(lattice, word);
            let begins_own = own.and_then(|own| lattice.cells.get(own)).is_some_and(|own| {
                own.bbox.x0 > words.get(last as usize).map_or(0.0, |last| last.bbox.x1) - 0.1 * word.size
            });
            if !begins_own {
                placed.push((number(cell), index));
                overflowing = Some((cell, index));
                continue;
            }
        }
        overflowing = None;
        let upright = word.direction == Direction::Right && !word.vertical;
        let (first, last) = (end_cell(lattice, word, true), end_cell(lattice, word, false));
        match (first, last) {
            (Some(first), Some(last)) if first != last && upright => {
                let (first_part, rest) = cut_or_whole(page, words, index, lattice, first, last);
                placed.push(first_part);
                if first_part.0 != number(last) && rest.is_none() {
                    overflowing = Some((first_part.0 as usize, index));
                }
                placed.extend(rest);
            }
            _ => placed.extend(cell_of(lattice, word).map(|cell| (number(cell), index))),
        }
    }
    placed.sort_by_key(|&(cell, _)| cell);
    placed
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Where a word's middle lies, measured on its body rather than its box.
fn middle(word: &Word) -> (f32, f32) {
    let (x, y) = word.bbox.center();
    match (word.direction, word.vertical) {
        (Direction::Right, false) => (x, word.baseline - 0.35 * word.size),
        _ => (x, y),
    }
}

fn cell_of(lattice: &Lattice, word: &Word) -> Option<usize> {
    let (x, y) = middle(word);
    lattice.cell_of(x, y)
}

/// The cell in which a word's first (or last) half em lies.
fn end_cell(lattice: &Lattice, word: &Word, first: bool) -> Option<usize> {
    let inset = (OVER * word.size).min(word.bbox.width() / 2.0);
    let x = if first { word.bbox.x0 + inset } else { word.bbox.x1 - inset };
    lattice.cell_of(x, middle(word).1)
}

/// Does the second word go on with the first one's text: on its baseline, a space away?
fn follows(first: &Word, second: &Word) -> bool {
    let gap = second.bbox.x0 - first.bbox.x1;
    first.direction == second.direction
        && (first.baseline - second.baseline).abs() < 0.1 * second.size
        && gap > -0.05 * second.size
        && gap < WORD_SPACE * second.size
}

/// A word from one cell into another: cut at the wall where glyphs leave a gap there, else given as a whole to the
/// cell it was set in.
fn cut_or_whole(
    page: &Page,
    words: &mut Vec<Word>,
    index: u32,
    lattice: &Lattice,
    first: usize,
    last: usize,
) -> (Placed, Option<Placed>) {
    let whole = |cell: usize| ((number(cell), index), None);
    let Some(word) = words.get(index as usize) else { return whole(first) };
    let y = middle(word).1;
    if let Some(wall) = lattice.cells.get(first).map(|cell| cell.bbox.x1)
        && let Some(before) = gap_at(page, word, wall)
        && let Some((left, right)) = word.split(page, before)
    {
        let right_cell = lattice.cell_of(right.bbox.center().0, y).unwrap_or(last);
        let right_index = number(words.len());
        words.push(right);
        if let Some(word) = words.get_mut(index as usize) {
            *word = left;
        }
        return ((number(first), index), Some((number(right_cell), right_index)));
    }
    // Every cell on the way; the best one is where the text was set.
    let mut best = (first, f32::NEG_INFINITY);
    let mut x = word.bbox.x0.max(lattice.bbox().x0);
    let end = word.bbox.x1.min(lattice.bbox().x1);
    while x < end {
        let Some(cell) = lattice.cell_of(x, y) else { break };
        let Some(LatticeCell { bbox, .. }) = lattice.cells.get(cell) else { break };
        let score = fit(word, bbox.x0, bbox.x1);
        if score > best.1 {
            best = (cell, score);
        }
        // `cell_of` takes an edge for the cell after it.
        x = bbox.x1.max(x + 0.5);
    }
    whole(best.0)
}

/// How well a word fits between two walls: its part inside, and whether it was set against one of them or between.
fn fit(word: &Word, left: f32, right: f32) -> f32 {
    let (x0, x1) = (word.bbox.x0, word.bbox.x1);
    let inside = (x1.min(right) - x0.max(left)).max(0.0) / (x1 - x0).max(0.1);
    let mut score = inside;
    if (-1.0..PADDING).contains(&(x0 - left)) {
        score += 0.5;
    }
    if ((x0 + x1) - (left + right)).abs() < 2.0 * CENTRED {
        score += 0.5;
    }
    if (-1.0..PADDING).contains(&(right - x1)) {
        score += 0.4;
    }
    score
}

/// The glyph before which there is a gap at this wall.
fn gap_at(page: &Page, word: &Word, wall: f32) -> Option<u32> {
    let glyphs = page.glyphs.get(word.glyphs.start as usize..word.glyphs.end as usize)?;
    let slack = 0.1 * word.size;
    let at = glyphs.windows(2).position(|pair| {
        let (end, start) = (pair[0].bbox.x1, pair[1].bbox.x0);
        start - end >= CUT_GAP * word.size && wall > end - slack && wall < start + slack
    })?;
    Some(word.glyphs.start + number(at) + 1)
}

#[cfg(test)]
mod tests {
    use super::super::lattice::lattices;
    use super::super::rulings::segments;
    use super::super::sketch::Sketch;
    use super::super::words::words;
    use super::*;

    /// The words of each cell of the only lattice.
    fn cells(sketch: Sketch) -> Vec<Vec<String>> {
        let page = sketch.page();
        let [lattice] = lattices(&segments(&page)).try_into().unwrap();
        let mut words = words(&page);
        let all: Vec<u32> = (0..words.len() as u32).collect();
        let placed = place(&page, &mut words, &all, &lattice);
        let mut out = vec![Vec::new(); lattice.cells.len()];
        for (cell, word) in placed {
            out[cell as usize].push(words[word as usize].text(&page).to_owned());
        }
        out
    }

    fn two_by_two() -> Sketch {
        let mut sketch = Sketch::new(300.0, 200.0);
        sketch.grid(&[50.0, 100.0, 150.0, 200.0], &[50.0, 70.0, 90.0]);
        sketch
    }

    #[test]
    fn words_stand_where_they_lie() {
        let mut sketch = two_by_two();
        sketch.text(53.0, 64.0, 10.0, "项目").text(103.0, 64.0, 10.0, "a b").text(103.0, 84.0, 10.0, "12");
        let found = cells(sketch);
        assert_eq!(found[0], ["项目"]);
        assert_eq!(found[1], ["a", "b"]);
        assert_eq!(found[4], ["12"]);
    }

    #[test]
    fn overflowing_text_stays_with_the_cell_it_begins_in() {
        let mut sketch = two_by_two();
        sketch.text(53.0, 64.0, 10.0, "中央财政资金年度预算安排").text(53.0, 84.0, 10.0, "considerably more of this");
        let found = cells(sketch);
        assert_eq!(found[0], ["中央财政资金年度预算安排"]);
        assert_eq!(found[3], ["considerably", "more", "of", "this"]);
    }

    #[test]
    fn centred_text_stays_in_the_middle_cell() {
        let mut sketch = two_by_two();
        sketch.text(90.0, 64.0, 10.0, "1234567890.12");
        assert_eq!(cells(sketch)[1], ["1234567890.12"]);
    }

    #[test]
    fn two_texts_drawn_in_one_go_are_cut_at_the_wall() {
        let mut sketch = Sketch::new(300.0, 200.0);
        sketch.grid(&[50.0, 74.0, 150.0], &[50.0, 70.0, 90.0]);
        // 415万 ends at 73.5 with nothing but 0.15 em to the next text.
        sketch.text(53.5, 64.0, 8.0, "415万");
        let first = sketch.page();
        let mut sketch = Sketch::new(300.0, 200.0);
        sketch.grid(&[50.0, 74.0, 150.0], &[50.0, 70.0, 90.0]);
        sketch.text(53.5, 64.0, 8.0, "415万元");
        let mut page = sketch.page();
        page.glyphs[4].bbox.x0 += 1.2;
        page.glyphs[4].bbox.x1 += 1.2;
        assert_eq!(first.glyphs.len(), 4);
        let [lattice] = lattices(&segments(&page)).try_into().unwrap();
        let mut words = words(&page);
        let placed = place(&page, &mut words, &[0], &lattice);
        let texts: Vec<_> = placed.iter().map(|&(c, w)| (c, words[w as usize].text(&page))).collect();
        assert_eq!(texts, [(0, "415万"), (1, "元")]);
    }
}
