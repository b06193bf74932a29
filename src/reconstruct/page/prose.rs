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
            push_zone(page, words, &zone.items, &mut out);
        }
    }
    out
}

fn push_zone(page: &Page, words: &[Word], items: &[Item], out: &mut Vec<Ordered>) {
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
