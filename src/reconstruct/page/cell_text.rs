//! The text of a region: its words set in lines, the lines in order. Knows nothing of cells: whoever calls has decided
//! which words belong together.

use super::words::{WORD_GAP, Word, is_ideographic};
use crate::model::{Direction, Page, Rect};

/// One line of a region's text.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct TextLine {
    /// Its words (indices as given) in reading order.
    pub(super) words: Vec<u32>,
    /// Around all words.
    pub(super) bbox: Rect,
    /// Baseline of its largest word, growing as lines follow each other ([`Word::down`]).
    pub(super) down: f32,
    /// Largest font size in it.
    pub(super) size: f32,
}

impl TextLine {
    /// Its text.
    pub(super) fn text(&self, page: &Page, words: &[Word]) -> String {
        let mut text = String::new();
        push_line(page, words, &self.words, &mut text);
        text
    }
}

/// Two baselines this close, in ems of the smaller text, are one line's.
const SAME_LINE: f32 = 0.25;
/// The same for words that do not stand above each other.
const SAME_LINE_BESIDE: f32 = 0.5;
/// A text this much smaller than its neighbour may be raised or lowered and still be in its line.
const SMALL: f32 = 0.8;
/// Gap, in ems, between ideographs from which they are two texts, not one that was spread out.
const WIDE_GAP: f32 = 1.5;
/// The same between an ideograph and a letter or digit: typesetters leave a quarter em there, which is no space.
const MIXED_GAP: f32 = 1.0;
/// A drawn space narrower than this many ems was taken back by the next word's position.
const LEAST_SPACE: f32 = 0.08;

/// The text of these words (indices in `words`): lines separated by `\n`. Texts in different directions follow each
/// other, the most common direction first. The order of the indices given does not matter; they are sorted on the way.
pub(super) fn compose(page: &Page, words: &[Word], chosen: &mut [u32]) -> String {
    compose_in(page, words, chosen, None)
}

/// The same for words between two walls: a line that ends only because it is full is no line of its own.
pub(super) fn compose_in(page: &Page, words: &[Word], chosen: &mut [u32], walls: Option<(f32, f32)>) -> String {
    if let [only] = *chosen {
        return words.get(only as usize).map_or_else(String::new, |word| word.text(page).to_owned());
    }
    let lines = lines(words, chosen);
    let room = walls.map(|walls| line_room(words, &lines, walls));
    let mut text = String::new();
    let mut last: Option<&TextLine> = None;
    for line in &lines {
        if let Some(last) = last {
            match room.map(|room| Break::between(page, words, last, line, room)) {
                Some(Break::Wrapped) => {}
                Some(Break::WrappedAtSpace) => text.push(' '),
                Some(Break::Line) | None => text.push('\n'),
            }
        }
        push_line(page, words, &line.words, &mut text);
        last = Some(line);
    }
    text
}

/// These words set in lines, as a reader goes through them if the region is one column.
pub(super) fn lines(words: &[Word], chosen: &mut [u32]) -> Vec<TextLine> {
    let mut out = Vec::new();
    let way = |index: u32| words.get(index as usize).map_or((Direction::Skewed, false), |w| (w.direction, w.vertical));
    let Some(&first) = chosen.first() else { return out };
    if chosen.iter().all(|&index| way(index) == way(first)) {
        lines_one_way(words, chosen, &mut out);
        return out;
    }
    // Rare: several directions. Most glyphs first.
    let mut ways: Vec<((Direction, bool), usize)> = Vec::new();
    for &index in chosen.iter() {
        let glyphs = words.get(index as usize).map_or(0, |word| word.glyphs.len());
        match ways.iter_mut().find(|(known, _)| *known == way(index)) {
            Some((_, count)) => *count += glyphs,
            None => ways.push((way(index), glyphs)),
        }
    }
    ways.sort_by_key(|&(_, count)| std::cmp::Reverse(count));
    for (known, _) in ways {
        let mut part: Vec<u32> = chosen.iter().copied().filter(|&index| way(index) == known).collect();
        lines_one_way(words, &mut part, &mut out);
    }
    out
}

fn lines_one_way(words: &[Word], chosen: &mut [u32], out: &mut Vec<TextLine>) {
    let word = |index: u32| words.get(index as usize);
    chosen.sort_by(|&a, &b| {
        let key = |index: u32| word(index).map_or((0.0, 0.0), |w| (w.down(), w.along().0));
        let ((down_a, along_a), (down_b, along_b)) = (key(a), key(b));
        down_a.total_cmp(&down_b).then(along_a.total_cmp(&along_b))
    });
    let first_line = out.len();
    for &index in chosen.iter() {
        let Some(next) = word(index) else { continue };
        let open = if out.len() > first_line { out.last_mut() } else { None };
        match open {
            Some(line) if belongs(words, line, next) => {
                line.words.push(index);
                line.bbox = line.bbox.union(&next.bbox);
                if next.size > line.size {
                    line.size = next.size;
                    line.down = next.down();
                }
            }
            _ => {
                out.push(TextLine { words: vec![index], bbox: next.bbox, down: next.down(), size: next.size });
            }
        }
    }
    for line in out.iter_mut().skip(first_line) {
        line.words.sort_by(|&a, &b| {
            let start = |index: u32| word(index).map_or(0.0, |w| w.along().0);
            start(a).total_cmp(&start(b))
        });
    }
}

/// Does this word, whose baseline is not above the line's, stand in it?
fn belongs(words: &[Word], line: &TextLine, next: &Word) -> bool {
    let apart = (next.down() - line.down).abs();
    let smaller = line.size.min(next.size).max(0.1);
    if apart <= SAME_LINE * smaller {
        return true;
    }
    let larger = line.size.max(next.size);
    let raised = smaller <= SMALL * larger && {
        // The smaller text's middle must lie in the larger text's body.
        let (down, small) = if next.size >= line.size { (next.down(), line.down) } else { (line.down, next.down()) };
        let middle = small - 0.35 * smaller;
        middle > down - 0.95 * larger && middle < down + 0.15 * larger
    };
    if !raised && apart > SAME_LINE_BESIDE * smaller {
        return false;
    }
    let (start, end) = next.along();
    let slack = 0.15 * smaller;
    !line.words.iter().rev().take(LOOK_BACK).any(|&index| {
        words.get(index as usize).is_some_and(|other| {
            let (other_start, other_end) = other.along();
            start < other_end - slack && other_start < end - slack
        })
    })
}

/// Words of a line that a slightly shifted one is compared with: bounds the work on hostile pages.
const LOOK_BACK: usize = 256;

/// Why a line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Break {
    /// The writer began a new one.
    Line,
    /// It was full, and broken between two characters.
    Wrapped,
    /// It was full, and broken at a space.
    WrappedAtSpace,
}

impl Break {
    fn between(page: &Page, words: &[Word], above: &TextLine, below: &TextLine, room: f32) -> Break {
        let way = |line: &TextLine| {
            line.words.first().and_then(|&w| words.get(w as usize)).map(|w| (w.direction, w.vertical))
        };
        let (Some(last), Some(first)) = (
            above.words.last().and_then(|&w| words.get(w as usize)),
            below.words.first().and_then(|&w| words.get(w as usize)),
        ) else {
            return Break::Line;
        };
        let upright = Some((Direction::Right, false));
        if way(above) != upright || way(below) != upright {
            return Break::Line;
        }
        let left = room - above.bbox.width();
        if first_unit(page, first) + 0.1 * below.size < left {
            return Break::Line;
        }
        let (end, begin) = (last.text(page).chars().next_back(), first.text(page).chars().next());
        let (Some(end), Some(begin)) = (end, begin) else { return Break::Line };
        if is_item(first.text(page)) && matches!(end, '。' | '；' | ';' | '.' | '：' | ':') {
            return Break::Line;
        }
        if is_ideographic(end) || is_ideographic(begin) || end == '-' && !last.space_after {
            return Break::Wrapped;
        }
        let character = page.glyphs.get(first.glyphs.start as usize).map_or(0.0, |glyph| glyph.bbox.width());
        // Behind a point as wide as an ideograph much is blank, so that there seems to be room.
        if begin.is_ascii_digit() && ends_in_its_point(last.text(page)) && !last.space_after && !first.space_before {
            return Break::Wrapped;
        }
        // Numbers are broken anywhere once they are wider than their cell, words hardly ever.
        let letters = end.is_alphabetic() && begin.is_alphabetic();
        if last.space_after || first.space_before || letters || character <= left {
            return Break::WrappedAtSpace;
        }
        Break::Wrapped
    }
}

/// Is a word figures that end in a point?
fn ends_in_its_point(word: &str) -> bool {
    let figures = word.strip_suffix('.').unwrap_or_default();
    !figures.is_empty() && figures.bytes().all(|b| b.is_ascii_digit())
}

/// Leader dots from which they are no end of a sentence.
const LEADER: usize = 4;

/// A text without the dots at its end, of these, that lead to the next column and are no part of it.
pub(super) fn without_leader(text: &str, dots: &[char]) -> String {
    let bare = text.trim_end_matches(dots);
    let count = text.get(bare.len()..).map_or(0, |tail| tail.chars().filter(|c| *c != ' ').count());
    if count >= LEADER && !bare.is_empty() { bare.to_owned() } else { text.to_owned() }
}

/// Space between a wall and its text, in points: the least and the most.
const PADDING: (f32, f32) = (1.0, 8.0);

/// Width that a line may have between two walls, as the widest of these lines shows.
pub(super) fn line_room(words: &[Word], lines: &[TextLine], (left, right): (f32, f32)) -> f32 {
    let gap = |line: &TextLine| {
        let direction = line.words.first().and_then(|&w| words.get(w as usize)).map(|w| w.direction);
        let nearest = (line.bbox.x0 - left).min(right - line.bbox.x1);
        if direction == Some(Direction::Right) { nearest } else { f32::INFINITY }
    };
    let padding = lines.iter().map(gap).fold(f32::INFINITY, f32::min).clamp(PADDING.0, PADDING.1);
    right - left - 2.0 * padding
}

/// Width of what cannot be parted at a word's beginning: a character of Chinese, a whole word of Latin, each with the
/// brackets and signs that must not begin or end a line.
pub(super) fn first_unit(page: &Page, word: &Word) -> f32 {
    let glyphs = page.glyphs.get(word.glyphs.start as usize..word.glyphs.end as usize).unwrap_or(&[]);
    let mut width = 0.0;
    let mut before: Option<char> = None;
    for glyph in glyphs {
        let Some(c) = page.glyph_text(glyph).chars().next() else { continue };
        if let Some(before) = before {
            let breakable = is_ideographic(before) || is_ideographic(c);
            if breakable && !OPENING.contains(before) && !CLOSING.contains(c) {
                break;
            }
        }
        width += glyph.bbox.width();
        before = Some(c);
    }
    width
}

/// Signs that do not end a line.
const OPENING: &str = "（【《「『〔“‘([{<￥$〈";
/// Signs that do not begin a line.
const CLOSING: &str = "，。、；：！？）】》」』〕”’%％‰℃,.;:!?)]}>…—·〉";

/// Does a word begin an item of a list: 1. 2、 （三） ④ • -
fn is_item(text: &str) -> bool {
    let mut chars = text.trim_start_matches(['（', '(']).chars();
    let Some(first) = chars.next() else { return false };
    let rest = chars.as_str().trim_start_matches(|c: char| c.is_ascii_digit());
    match first {
        '•' | '●' | '■' | '◆' | '①'..='⑳' => true,
        '0'..='9' | '一' | '二' | '三' | '四' | '五' | '六' | '七' | '八' | '九' | '十' => {
            let mark = rest.chars().next();
            let decimal = rest.starts_with('.') && rest.chars().nth(1).is_some_and(|c| c.is_ascii_digit());
            !decimal && matches!(mark, Some('.' | '、' | '．' | ')' | '）'))
        }
        _ => false,
    }
}

fn push_line(page: &Page, words: &[Word], line: &[u32], text: &mut String) {
    let mut last: Option<&Word> = None;
    for &index in line {
        let Some(word) = words.get(index as usize) else { continue };
        let written = word.text(page);
        if let Some(last) = last
            && is_apart(last, word, text.chars().next_back(), written.chars().next())
        {
            text.push(' ');
        }
        text.push_str(written);
        last = Some(word);
    }
}

/// Does a space stand between two words of a line?
fn is_apart(left: &Word, right: &Word, before: Option<char>, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else { return false };
    let size = left.size.min(right.size).max(0.1);
    let gap = (right.along().0 - left.along().1) / size;
    if left.space_after || right.space_before {
        return gap > LEAST_SPACE;
    }
    let limit = match (is_ideographic(before), is_ideographic(after)) {
        (true, true) => WIDE_GAP,
        (false, false) => WORD_GAP,
        _ => MIXED_GAP,
    };
    gap > limit
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::super::words::words;
    use super::*;

    fn text(sketch: Sketch) -> String {
        let page = sketch.page();
        let words = words(&page);
        let mut all: Vec<u32> = (0..words.len() as u32).collect();
        all.reverse();
        compose(&page, &words, &mut all)
    }

    #[test]
    fn lines_follow_baselines_and_ideographs_get_no_space() {
        let mut sketch = Sketch::new(300.0, 100.0);
        sketch.text(10.0, 40.0, 10.0, "完成率").text(10.0, 20.0, 10.0, "预算").text(33.0, 20.0, 10.0, "执行情况");
        assert_eq!(text(sketch), "预算执行情况\n完成率");
    }

    #[test]
    fn latin_words_are_spaced_and_runs_that_touch_are_not() {
        let mut sketch = Sketch::new(300.0, 100.0);
        sketch.text(10.0, 20.0, 10.0, "net").text(28.0, 20.0, 10.0, "in").text(38.1, 20.0, 10.0, "come");
        assert_eq!(text(sketch), "net income");
    }

    #[test]
    fn a_quarter_em_between_ideograph_and_digit_is_typesetting() {
        let mut sketch = Sketch::new(300.0, 100.0);
        sketch.text(10.0, 20.0, 10.0, "共").text(22.5, 20.0, 10.0, "12").text(35.0, 20.0, 10.0, "户");
        assert_eq!(text(sketch), "共12户");
    }

    #[test]
    fn superscripts_stay_in_their_line() {
        let mut sketch = Sketch::new(300.0, 100.0);
        sketch.text(10.0, 20.0, 10.0, "area").text(30.0, 20.0, 10.0, "m").text(35.0, 16.0, 6.0, "2");
        sketch.text(10.0, 31.0, 10.0, "cost").text(30.0, 27.0, 6.0, "a");
        assert_eq!(text(sketch), "aream2\ncosta");
    }

    #[test]
    fn a_small_line_below_is_a_line() {
        let mut sketch = Sketch::new(300.0, 100.0);
        sketch.text(10.0, 20.0, 12.0, "合计").text(10.0, 28.0, 6.0, "万元");
        assert_eq!(text(sketch), "合计\n万元");
    }

    #[test]
    fn rotated_and_vertical_lines_are_read_their_way() {
        let mut down = Sketch::new(100.0, 100.0);
        down.run(50.0, 10.0, 10.0, "first", Direction::Down, false);
        down.run(38.0, 10.0, 10.0, "second", Direction::Down, false);
        assert_eq!(text(down), "first\nsecond");
        let mut up = Sketch::new(100.0, 100.0);
        up.run(38.0, 90.0, 10.0, "first line", Direction::Up, false);
        up.run(50.0, 90.0, 10.0, "second", Direction::Up, false);
        assert_eq!(text(up), "first line\nsecond");
        let mut columns = Sketch::new(100.0, 100.0);
        columns.run(38.0, 10.0, 10.0, "指标", Direction::Right, true);
        columns.run(50.0, 10.0, 10.0, "绩效", Direction::Right, true);
        assert_eq!(text(columns), "绩效\n指标");
    }

    #[test]
    fn directions_do_not_mix() {
        let mut sketch = Sketch::new(100.0, 100.0);
        sketch.run(15.0, 90.0, 10.0, "side", Direction::Up, false).text(30.0, 50.0, 10.0, "upright text");
        assert_eq!(text(sketch), "upright text\nside");
    }

    fn text_between(sketch: Sketch, walls: (f32, f32)) -> String {
        let page = sketch.page();
        let words = words(&page);
        let mut all: Vec<u32> = (0..words.len() as u32).collect();
        compose_in(&page, &words, &mut all, Some(walls))
    }

    #[test]
    fn full_lines_go_on_and_short_ones_end() {
        let mut number = Sketch::new(300.0, 100.0);
        number.text(12.0, 20.0, 10.0, "4525115").text(12.0, 32.0, 10.0, "6");
        assert_eq!(text_between(number, (10.0, 52.0)), "45251156");
        // Behind a wide point there is room for a figure, but not for what follows the point.
        for (above, whole) in [("98.", "98.5%"), ("共98", "共98 5%")] {
            let mut wide = Sketch::new(300.0, 100.0);
            wide.text(12.0, 20.0, 10.0, above).text(12.0, 32.0, 10.0, "5%");
            assert_eq!(text_between(wide, (10.0, if above == "98." { 37.0 } else { 40.0 })), whole);
        }
        let mut chinese = Sketch::new(300.0, 100.0);
        chinese.text(12.0, 20.0, 10.0, "城乡居民基本").text(12.0, 32.0, 10.0, "医疗").text(12.0, 44.0, 10.0, "（人）");
        assert_eq!(text_between(chinese, (10.0, 77.0)), "城乡居民基本医疗\n（人）");
        let mut latin = Sketch::new(300.0, 100.0);
        latin.text(12.0, 20.0, 10.0, "total cost").text(12.0, 32.0, 10.0, "of roads").text(12.0, 44.0, 10.0, "built");
        assert_eq!(text_between(latin, (10.0, 70.0)), "total cost of roads built");
        let mut items = Sketch::new(300.0, 100.0);
        items.text(12.0, 20.0, 10.0, "1.完成；").text(12.0, 32.0, 10.0, "2.验收。");
        assert_eq!(text_between(items, (10.0, 52.0)), "1.完成；\n2.验收。");
    }

    #[test]
    fn signs_that_cannot_begin_a_line_take_a_character_along() {
        let mut sketch = Sketch::new(300.0, 100.0);
        sketch.text(12.0, 20.0, 10.0, "参保人").text(12.0, 32.0, 10.0, "数）的");
        assert_eq!(text_between(sketch, (10.0, 64.0)), "参保人数）的");
        let mut sketch = Sketch::new(300.0, 100.0);
        sketch.text(12.0, 20.0, 10.0, "参保人").text(12.0, 32.0, 10.0, "数量的");
        assert_eq!(text_between(sketch, (10.0, 64.0)), "参保人\n数量的");
    }

    #[test]
    fn one_character_a_line_stays_so() {
        let mut sketch = Sketch::new(100.0, 100.0);
        for (row, c) in ["效", "益", "指", "标"].iter().enumerate() {
            sketch.text(10.0, 20.0 + 12.0 * row as f32, 10.0, c);
        }
        assert_eq!(text(sketch), "效\n益\n指\n标");
    }
}
