//! What is left beside tables: lines in reading order, columns of text told apart.

use super::flow::{self, Item};
use super::stream::frame::Frame;
use super::stream::line;
use super::words::Word;
use crate::model::{Line, Page, Rect, Role};
use std::borrow::Cow;

/// One thing of a page, in reading order.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Ordered {
    /// A line of text, or an empty one where clear space parts two paragraphs.
    Line(Line<'static>),
    /// One of the boxes given, by its number.
    Box(usize),
}

/// Clear space, in ems, between two lines from which a paragraph ends.
const PARAGRAPH: f32 = 0.8;
/// The same in the usual distance of baselines.
const PARAGRAPH_STEP: f32 = 1.35;
/// Font size, in that of most of the page, from which a line in the middle is a title.
const TITLE_SIZE: f32 = 1.12;
/// How far middles of a title's lines may be apart, in ems.
const OFF_CENTRE: f32 = 0.5;
/// How much shorter, in ems, the rest of a title is than its full line.
const SHORTER: f32 = 2.0;

/// These words (indices in `words`) as lines, and the boxes (of tables) among them, in reading order. Text in other
/// directions than most of the page's follows at the end.
pub(super) fn ordered(page: &Page, words: &[Word], free: &[u32], boxes: &[Rect]) -> Vec<Ordered> {
    let mut frames: Vec<(Frame, Vec<u32>)> = Vec::new();
    for &index in free {
        let Some(word) = words.get(index as usize) else { continue };
        let frame = Frame::of(word);
        match frames.iter_mut().find(|(known, _)| *known == frame) {
            Some((_, chosen)) => chosen.push(index),
            None => frames.push((frame, vec![index])),
        }
    }
    frames.sort_by_key(|(_, chosen)| std::cmp::Reverse(chosen.len()));
    let look = Look::of(words, boxes);
    let mut out = Vec::with_capacity(free.len() / 6 + boxes.len());
    if frames.is_empty() {
        let mut order: Vec<usize> = (0..boxes.len()).collect();
        let top = |at: usize| boxes.get(at).map_or((0.0, 0.0), |bbox| (bbox.y0, bbox.x0));
        order.sort_by(|&a, &b| top(a).0.total_cmp(&top(b).0).then(top(a).1.total_cmp(&top(b).1)));
        out.extend(order.into_iter().map(Ordered::Box));
    }
    for (number, (frame, mut chosen)) in frames.into_iter().enumerate() {
        let lines = line::lines(page, words, &mut chosen, frame).into_iter().map(Item::Line);
        let boxes = boxes.iter().enumerate().filter(|_| number == 0);
        let known = boxes.map(|(number, bbox)| Item::Known(number, frame.upright(bbox)));
        for zone in flow::zones(lines.chain(known).collect()) {
            push_zone(page, words, &zone.items, look, &mut out);
        }
    }
    out
}

/// What a page's content looks like on the whole.
#[derive(Clone, Copy)]
struct Look {
    /// Font size of most of it.
    size: f32,
    /// From its left to its right end.
    width: f32,
}

impl Look {
    fn of(words: &[Word], boxes: &[Rect]) -> Look {
        let mut sizes: Vec<(f32, usize)> = words.iter().map(|word| (word.size, word.glyphs.len())).collect();
        sizes.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let half = sizes.iter().map(|(_, count)| count).sum::<usize>() / 2;
        let mut below = 0;
        let middle = sizes.iter().find(|(_, count)| {
            below += count;
            below > half
        });
        let all = words.iter().map(|word| &word.bbox).chain(boxes);
        let (left, right) = all.fold((f32::INFINITY, 0.0f32), |(l, r), b| (l.min(b.x0), r.max(b.x1)));
        Look { size: middle.map_or(0.0, |(size, _)| *size), width: (right - left).max(0.0) }
    }

    /// Is the second line the rest of a title that did not fit into the first: both in the middle, the first full?
    fn is_rest(self, page: &Page, words: &[Word], above: &line::Line, line: &line::Line) -> bool {
        let em = line.size;
        let first = line.pieces.first().and_then(|piece| words.get(piece.word as usize));
        let centred = (above.bbox.center().0 - line.bbox.center().0).abs() <= OFF_CENTRE * em;
        centred
            && em >= TITLE_SIZE * self.size
            && (above.size - em).abs() < 0.05 * em
            && above.chunks.len() == 1
            && line.chunks.len() == 1
            && line.bbox.width() + SHORTER * em <= above.bbox.width()
            && line.down - above.down <= 2.0 * em
            && first.is_some_and(|first| {
                above.bbox.width() + super::cell_text::first_unit(page, first) + 0.1 * em >= self.width
            })
    }
}

fn push_zone(page: &Page, words: &[Word], items: &[Item], look: Look, out: &mut Vec<Ordered>) {
    let mut steps: Vec<f32> = items
        .windows(2)
        .filter_map(|w| match w {
            [Item::Line(a), Item::Line(b)] => Some(b.down - a.down),
            _ => None,
        })
        .filter(|step| *step > 0.0)
        .collect();
    steps.sort_by(f32::total_cmp);
    let usual = steps.get(steps.len() / 3).copied().unwrap_or(0.0);
    let mut above: Option<&line::Line> = None;
    for item in items {
        match item {
            Item::Known(number, _) => {
                out.push(Ordered::Box(*number));
                above = None;
            }
            Item::Line(line) => {
                if let (Some(above), Some(Ordered::Line(last))) = (above, out.last_mut())
                    && look.is_rest(page, words, above, line)
                {
                    let mut chosen: Vec<u32> = line.words.iter().map(|&(word, _)| word).collect();
                    let rest = super::cell_text::compose(page, words, &mut chosen).replace('\n', " ");
                    let letter = |c: Option<char>| c.is_some_and(|c| !super::words::is_ideographic(c));
                    let space = letter(last.text.chars().next_back()) && letter(rest.chars().next());
                    let text = last.text.to_mut();
                    text.push_str(if space { " " } else { "" });
                    text.push_str(&rest);
                    continue;
                }
                let parted = above.is_some_and(|above| {
                    let clear = line.bbox.y0 - above.bbox.y1;
                    let step = line.down - above.down;
                    clear > PARAGRAPH * line.size.max(above.size)
                        || clear > 0.0 && usual > 0.0 && step > PARAGRAPH_STEP * usual
                });
                if parted || above.is_none() && !matches!(out.last(), None | Some(Ordered::Box(_))) {
                    out.push(blank(page));
                }
                let mut chosen: Vec<u32> = line.words.iter().map(|&(word, _)| word).collect();
                let heading = heading(page, words, &chosen);
                let text = super::cell_text::compose(page, words, &mut chosen).replace('\n', " ");
                out.push(Ordered::Line(Line { text: Cow::Owned(text), page: Some(page.number), heading }));
                above = Some(line);
            }
        }
    }
}

fn blank(page: &Page) -> Ordered {
    Ordered::Line(Line { text: Cow::Borrowed(""), page: Some(page.number), heading: None })
}

/// The level of the heading that these words are marked as, if most of them are.
fn heading(page: &Page, words: &[Word], chosen: &[u32]) -> Option<u8> {
    if page.tags.is_empty() {
        return None;
    }
    let level = |&index: &u32| {
        let word = words.get(index as usize)?;
        match page.tag(page.runs.get(word.run as usize)?)?.role {
            Role::Heading(level) => Some(level),
            _ => None,
        }
    };
    let marked: Vec<u8> = chosen.iter().filter_map(level).collect();
    if 2 * marked.len() > chosen.len() { marked.first().copied() } else { None }
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::super::words::words;
    use super::*;

    fn texts(first: (f32, &str), rest: (f32, &str)) -> Vec<String> {
        let mut sketch = Sketch::new(420.0, 400.0);
        sketch.text(first.0, 60.0, 16.0, first.1).text(rest.0, 82.0, 16.0, rest.1);
        for row in 0..6 {
            sketch.text(
                50.0,
                120.0 + 14.0 * row as f32,
                10.0,
                "正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文正文",
            );
        }
        let page = sketch.page();
        let words = words(&page);
        let free: Vec<u32> = (0..words.len() as u32).collect();
        let lines = ordered(&page, &words, &free, &[]).into_iter();
        lines
            .filter_map(|item| if let Ordered::Line(line) = item { Some(line.text.into_owned()) } else { None })
            .collect()
    }

    #[test]
    fn the_rest_of_a_title_in_the_middle_is_the_titles() {
        // 20 ems of 16 points fill the 320 points of the text.
        let full = "中央对地方转移支付绩效目标自评表（补助资";
        assert_eq!(texts((50.0, full), (194.0, "金）"))[0], "中央对地方转移支付绩效目标自评表（补助资金）");
        // At the left end it is a line of its own, and so it is below a line with room.
        assert_eq!(texts((50.0, full), (50.0, "金）"))[0], full);
        assert_eq!(texts((130.0, "绩效目标自评表格"), (178.0, "二〇年度"))[0], "绩效目标自评表格");
    }
}
