//! Lines as read become a page: glyphs with boxes in points, runs, rulings, a score for each glyph.

use super::engine::{PlacedLetter, ReadLine};
use super::ink::Box2;
use crate::model::{Alternative, Axis, Direction, Glyph, Page, Rect, Ruling, TextRun, Visibility};

/// Height of the ink of ideographs, in ems.
const IDEOGRAPH_INK: f32 = 0.92;
/// Height of figures and capitals, in ems.
const FIGURE_INK: f32 = 0.72;
/// How far ideographs reach below the baseline, in ems.
const BELOW: f32 = 0.1;

/// Longest dash, in points, that says how large its text is.
const MOST_DASH: f32 = 12.0;

/// Puts what was read on a page. `scale` is points in a pixel.
pub(super) fn fill(page: &mut Page, lines: &[ReadLine], rulings: &[Ruling], scale: f32) {
    page.text.clear();
    page.glyphs.clear();
    page.runs.clear();
    page.scores.clear();
    page.alternatives.clear();
    page.rulings.clear();
    add(page, lines, rulings, scale);
}

/// Adds what was read in a part of a page that begins at `(left, top)`, in points, to what the page says itself.
pub(super) fn insert(page: &mut Page, lines: &[ReadLine], rulings: &[Ruling], scale: f32, (left, top): (f32, f32)) {
    // What the file itself says is sure.
    page.scores.resize(page.glyphs.len(), 1.0);
    let (glyphs, runs, walls) = (page.glyphs.len(), page.runs.len(), page.rulings.len());
    add(page, lines, rulings, scale);
    let moved = |r: Rect| Rect::new(r.x0 + left, r.y0 + top, r.x1 + left, r.y1 + top);
    page.glyphs.iter_mut().skip(glyphs).for_each(|glyph| glyph.bbox = moved(glyph.bbox));
    for run in page.runs.iter_mut().skip(runs) {
        run.bbox = moved(run.bbox);
        run.baseline += top;
    }
    for wall in page.rulings.iter_mut().skip(walls) {
        let (across, along) = if wall.axis == Axis::Horizontal { (top, left) } else { (left, top) };
        (wall.at, wall.from, wall.to) = (wall.at + across, wall.from + along, wall.to + along);
    }
}

fn add(page: &mut Page, lines: &[ReadLine], rulings: &[Ruling], scale: f32) {
    let in_points =
        |r: &Ruling| Ruling { at: r.at * scale, from: r.from * scale, to: r.to * scale, width: r.width * scale, ..*r };
    page.rulings.extend(rulings.iter().map(in_points));
    for line in lines {
        for (number, piece) in line.pieces.iter().enumerate() {
            let letters: Vec<&PlacedLetter> = line.letters.iter().filter(|letter| letter.piece == number).collect();
            run(page, &without_spread(&letters, piece), piece, scale);
        }
    }
}

fn run(page: &mut Page, letters: &[&PlacedLetter], piece: &Box2, scale: f32) {
    let (Some(_), Some(_)) = (letters.first(), letters.last()) else { return };
    let wide = letters.iter().any(|letter| is_wide(letter.text));
    let high = piece.height() as f32 * scale;
    let dash = letters.iter().all(|letter| matches!(letter.text, '—' | '-' | '一' | '_'));
    let size = match (dash, wide) {
        // A dash is as long as an ideograph is high.
        (true, _) => high.max((piece.width() as f32 * scale).min(MOST_DASH)),
        (false, true) => high / IDEOGRAPH_INK,
        (false, false) => high / FIGURE_INK,
    };
    let bottom = piece.y1 as f32 * scale;
    let baseline = if wide { bottom - BELOW * size } else { bottom };
    let (top, foot) = (baseline - 0.85 * size, baseline + 0.15 * size);
    let first = page.glyphs.len() as u32;
    let edges = edges(letters, piece);
    for (letter, edge) in letters.iter().zip(edges.windows(2)) {
        let start = page.text.len() as u32;
        page.text.push(letter.text);
        let bbox = Rect::new(edge[0] * scale, top, edge[1] * scale, foot);
        page.glyphs.push(Glyph { start, end: page.text.len() as u32, bbox });
        page.scores.push(letter.score);
    }
    tell_others(page, letters, first as usize);
    let bbox = Rect::new(piece.x0 as f32 * scale, top, piece.x1 as f32 * scale, foot);
    page.runs.push(TextRun {
        glyphs: first..page.glyphs.len() as u32,
        bbox,
        baseline,
        size,
        direction: Direction::Right,
        vertical: false,
        colour: [0, 0, 0],
        bold: false,
        visibility: Visibility::Visible,
        artifact: false,
        mark: None,
    });
}

/// Longest piece of a line of which other readings are told, in letters: what holds one number is shorter.
const LONGEST_CELL: usize = 60;
/// Other readings told of one page.
const MOST_OTHERS: usize = 20_000;

/// Tells of other readings of a piece whose first glyph is this.
fn tell_others(page: &mut Page, letters: &[&PlacedLetter], first: usize) {
    if letters.len() > LONGEST_CELL {
        return;
    }
    for (index, letter) in letters.iter().enumerate() {
        for other in letter.others.iter().filter(|other| other.letters > 0) {
            let last = first + index + other.letters - 1;
            let (Some(from), Some(to)) = (page.glyphs.get(first + index), page.glyphs.get(last)) else { continue };
            if page.alternatives.len() < MOST_OTHERS {
                let text = other.text.as_str().into();
                page.alternatives.push(Alternative { from: from.start, to: to.end, text, score: other.score });
            }
        }
    }
}

/// Figures set as wide as ideographs (９２．６％) have gaps that are no spaces: where no two figures stand closer than that,
/// spaces between them go.
fn without_spread<'a>(letters: &[&'a PlacedLetter], piece: &Box2) -> Vec<&'a PlacedLetter> {
    let is_figure = |c: char| c.is_ascii_digit() || matches!(c, '.' | ',' | '%' | '-');
    let figures: Vec<&PlacedLetter> = letters.iter().copied().filter(|letter| is_figure(letter.text)).collect();
    let only_figures = letters.iter().all(|letter| is_figure(letter.text) || letter.text == ' ');
    // Figures are 0.72 em high, some a little higher; half as wide as ideographs, their middles lie 0.55 em apart, 0.4 em
    // from a point's.
    let em = piece.height() as f32 / FIGURE_INK;
    let is_point = |letter: &PlacedLetter| matches!(letter.text, '.' | ',');
    let spread = figures.windows(2).all(|pair| {
        let least = if pair.iter().any(|letter| is_point(letter)) { 0.42 } else { 0.62 };
        pair[1].x - pair[0].x > least * em
    });
    if only_figures && figures.len() > 1 && spread { figures } else { letters.to_vec() }
}

/// Where the letters of a piece begin and end: one more than letters, the first and last at the ink's edges, the others
/// halfway between the letters' middles, wide letters getting more.
fn edges(letters: &[&PlacedLetter], piece: &Box2) -> Vec<f32> {
    let (left, right) = (piece.x0 as f32, piece.x1 as f32);
    let mut edges = vec![left];
    for pair in letters.windows(2) {
        let weight = |c: char| if is_wide(c) { 2.0 } else { 1.0 };
        let (before, after) = (weight(pair[0].text), weight(pair[1].text));
        let edge = pair[0].x + (pair[1].x - pair[0].x) * before / (before + after);
        let least = edges.last().copied().unwrap_or(left);
        edges.push(edge.clamp(least, right.max(least)));
    }
    edges.push(right.max(edges.last().copied().unwrap_or(left)));
    edges
}

/// As wide as it is high.
fn is_wide(c: char) -> bool {
    matches!(u32::from(c), 0x2E80..=0x9FFF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF01..=0xFF60 | 0x20000..=0x3FFFF)
}

#[cfg(test)]
mod tests {
    use super::super::ctc::Other;
    use super::*;

    fn letter(text: char, x: f32) -> PlacedLetter {
        PlacedLetter { text, score: 0.9, piece: 0, x, others: Vec::new() }
    }

    fn with(letter: PlacedLetter, letters: usize, text: &str) -> PlacedLetter {
        let other = Other { letters, text: text.into(), score: 0.1 };
        PlacedLetter { others: letter.others.iter().cloned().chain([other]).collect(), ..letter }
    }

    #[test]
    fn letters_become_glyphs_that_touch_each_other() {
        let line = ReadLine {
            pieces: vec![Box2::new(100, 200, 170, 223)],
            letters: vec![
                letter('共', 112.0),
                with(letter('1', 130.0), 2, "7"),
                letter('2', 142.0),
                with(with(letter('户', 158.0), 1, ""), 2, "P"),
            ],
            detected: true,
        };
        let mut page = Page { width: 500.0, height: 500.0, ..Page::default() };
        fill(&mut page, &[line], &[], 0.36);
        assert_eq!(page.run_text(&page.runs[0]), "共12户");
        assert_eq!(page.scores, [0.9; 4]);
        // 12 may be 7, and 户 nothing; what reaches beyond the piece is not told.
        let told: Vec<(u32, u32, &str)> = page.alternatives.iter().map(|a| (a.from, a.to, &*a.text)).collect();
        assert_eq!(told, [(3, 5, "7"), (5, 8, "")]);
        assert!((page.runs[0].size - 9.0).abs() < 0.01, "{:?}", page.runs[0]);
        assert!((page.runs[0].baseline - (223.0 * 0.36 - 0.9)).abs() < 0.01);
        let boxes: Vec<Rect> = page.glyphs.iter().map(|g| g.bbox).collect();
        assert!(boxes.windows(2).all(|pair| (pair[0].x1 - pair[1].x0).abs() < 1e-4));
        assert!((boxes[0].x0 - 36.0).abs() < 1e-4 && (boxes[3].x1 - 61.2).abs() < 1e-4);
        // The ideograph takes two thirds of the way to the figure.
        assert!((boxes[0].x1 - 124.0 * 0.36).abs() < 1e-3);
    }

    #[test]
    fn a_part_is_added_where_it_stands() {
        let line =
            ReadLine { pieces: vec![Box2::new(0, 0, 20, 23)], letters: vec![letter('表', 10.0)], detected: true };
        let mut page = Page {
            text: "A".into(),
            glyphs: vec![Glyph { start: 0, end: 1, bbox: Rect::default() }],
            ..Page::default()
        };
        let wall = Ruling { axis: Axis::Vertical, at: 10.0, from: 0.0, to: 100.0, width: 1.0, colour: [0; 3] };
        insert(&mut page, &[line], &[wall], 0.36, (50.0, 70.0));
        assert_eq!((page.text.as_str(), page.scores.as_slice()), ("A表", [1.0, 0.9].as_slice()));
        assert!((page.glyphs[1].bbox.x0 - 50.0).abs() < 0.01 && page.runs[0].baseline > 70.0);
        let wall = page.rulings[0];
        assert!((wall.at - 53.6).abs() < 0.01 && (wall.from - 70.0).abs() < 0.01 && (wall.to - 106.0).abs() < 0.01);
    }

    #[test]
    fn spread_figures_lose_their_spaces_and_two_numbers_keep_theirs() {
        let piece = Box2::new(0, 0, 200, 18);
        let text = |letters: &[PlacedLetter]| {
            let all: Vec<&PlacedLetter> = letters.iter().collect();
            without_spread(&all, &piece).iter().map(|letter| letter.text).collect::<String>()
        };
        let wide = [letter('9', 10.0), letter(' ', 22.0), letter('2', 35.0), letter('.', 55.0), letter('6', 85.0)];
        assert_eq!(text(&wide), "92.6");
        // The point stands at the left of its square.
        let near = [letter('9', 10.0), letter(' ', 22.0), letter('2', 35.0), letter('.', 50.0), letter('6', 85.0)];
        assert_eq!(text(&near), "92.6");
        let two = [letter('1', 10.0), letter('0', 23.0), letter(' ', 35.0), letter('5', 50.0)];
        assert_eq!(text(&two), "10 5");
    }

    #[test]
    fn a_piece_without_letters_gives_no_run() {
        let line = ReadLine { pieces: vec![Box2::new(0, 0, 9, 9)], letters: vec![], detected: false };
        let mut page = Page::default();
        fill(&mut page, &[line], &[], 0.36);
        assert!(page.runs.is_empty() && page.glyphs.is_empty());
    }
}
