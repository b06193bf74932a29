//! hOCR: HTML whose elements say by class what they are (`ocr_page`, `ocr_line`, `ocrx_word`) and by title where they
//! stand and how sure they are. Read page by page from html5ever's tokens, since engines write it as XML or not.

use super::lines::{Line, RawPage, Word};
use super::place::{Outline, parse_length, score};
use super::{PageReader, engine};
use crate::ingest::Limits;
use crate::ingest::html::Parts;
use crate::model::{Direction, Rect};
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use std::cell::RefCell;
use std::collections::VecDeque;

/// Opens a file.
pub(super) fn read<'t>(text: &'t str, limits: &Limits) -> Box<dyn PageReader + 't> {
    let sink = Sink(RefCell::new(State { max_depth: limits.max_depth, ..State::default() }));
    Box::new(Pages(Parts::new(text, sink)))
}

struct Pages<'t>(Parts<'t, Sink>);

impl Iterator for Pages<'_> {
    type Item = RawPage;

    fn next(&mut self) -> Option<RawPage> {
        loop {
            if let Some(page) = self.0.sink().0.borrow_mut().done.pop_front() {
                return Some(page);
            }
            if self.0.give()? {
                self.0.sink().0.borrow_mut().end_page();
            }
        }
    }
}

impl PageReader for Pages<'_> {
    fn engine(&self) -> Option<String> {
        self.0.sink().0.borrow().engine.clone()
    }

    fn damage(&self) -> Option<String> {
        None
    }
}

struct Sink(RefCell<State>);

impl TokenSink for Sink {
    type Handle = ();

    fn process_token(&self, token: Token, _line: u64) -> TokenSinkResult<()> {
        let mut state = self.0.borrow_mut();
        match token {
            Token::CharacterTokens(text) => state.text(&text),
            Token::TagToken(tag) => state.tag(&tag),
            _ => {}
        }
        TokenSinkResult::Continue
    }
}

#[derive(Default)]
struct State {
    done: VecDeque<RawPage>,
    page: Option<RawPage>,
    /// Elements that are open: their names and what they are.
    open: Vec<(String, Role)>,
    max_depth: usize,
    count: u32,
    engine: Option<String>,
    /// The text of a line before its first word, or of one without words.
    line_text: String,
    line_place: Option<(Rect, f32)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Page,
    Line,
    Word,
    Character,
    Other,
}

impl State {
    fn tag(&mut self, tag: &Tag) {
        let name: &str = &tag.name;
        if tag.kind == TagKind::EndTag {
            self.end(name);
            return;
        }
        let value = |name: &str| tag.attrs.iter().find(|a| &*a.name.local == name).map(|a| &*a.value);
        if name == "meta" && value("name") == Some("ocr-system") {
            self.engine = value("content").filter(|content| !content.trim().is_empty()).map(|c| engine(c, None));
        }
        let is_void = matches!(name, "meta" | "br" | "hr" | "img" | "link" | "input" | "area" | "base" | "col" | "wbr");
        let role = self.begin(value("class").unwrap_or(""), value("title").unwrap_or(""));
        if !is_void && self.open.len() < self.max_depth {
            self.open.push((name.to_owned(), role));
        }
    }

    fn begin(&mut self, class: &str, title: &str) -> Role {
        let class = class.split_whitespace().find(|class| class.starts_with("ocr")).unwrap_or("");
        match class {
            "ocr_page" => {
                self.end_page();
                self.count = self.count.saturating_add(1);
                let mut page = RawPage::new(self.count);
                page.size = bbox(title).map(|rect| (rect.x1, rect.y1));
                // Tesseract writes 70 where the picture does not say.
                page.per_inch = numbers(title, "scan_res").first().copied().filter(|dots| *dots > 72.0);
                self.page = Some(page);
                Role::Page
            }
            "ocr_line" | "ocrx_line" | "ocr_header" | "ocr_footer" | "ocr_caption" | "ocr_textfloat" => {
                self.end_line();
                let Some(page) = &mut self.page else { return Role::Other };
                let slope = numbers(title, "baseline").first().copied();
                page.lines.push(Line { words: Vec::new(), slope, direction: turned(title) });
                self.line_place = bbox(title).map(|rect| (rect, confidence(title)));
                Role::Line
            }
            "ocrx_word" | "ocr_word" => {
                let Some(page) = &mut self.page else { return Role::Other };
                if page.lines.is_empty() {
                    page.lines.push(Line::default());
                }
                if let (Some(line), Some(rect)) = (page.lines.last_mut(), bbox(title)) {
                    line.words.push(Word::new("", Outline::Upright(rect), confidence(title)));
                    return Role::Word;
                }
                Role::Other
            }
            "ocrx_cinfo" | "ocr_cinfo" => {
                let (boxes, scores) = (numbers(title, "x_bboxes"), numbers(title, "x_conf"));
                if let (Some(word), [x0, y0, x1, y1]) = (self.word(), &boxes[..]) {
                    let own = score(scores.first().map(|s| f64::from(*s)), 100.0);
                    word.glyphs.push((Rect::new(*x0, *y0, *x1, *y1), own.min(word.score)));
                }
                Role::Character
            }
            "ocr_separator" => {
                if let (Some(page), Some(rect)) = (&mut self.page, bbox(title)) {
                    page.rules.push(rect);
                }
                Role::Other
            }
            _ => Role::Other,
        }
    }

    fn word(&mut self) -> Option<&mut Word> {
        self.open.iter().any(|(_, role)| *role == Role::Word).then_some(())?;
        self.page.as_mut()?.lines.last_mut()?.words.last_mut()
    }

    fn text(&mut self, text: &str) {
        let innermost = self.open.iter().rev().map(|(_, role)| *role).find(|role| *role != Role::Other);
        match innermost {
            Some(Role::Word | Role::Character) => {
                if let Some(word) = self.word() {
                    // A line end inside a word's element is the file's, not the word's.
                    word.text.extend(text.chars().filter(|c| !matches!(c, '\n' | '\r')));
                }
            }
            Some(Role::Line) => self.line_text.push_str(text),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        let Some(at) = self.open.iter().rposition(|(open, _)| open == name) else { return };
        while self.open.len() > at {
            match self.open.pop() {
                Some((_, Role::Line)) => self.end_line(),
                Some((_, Role::Page)) => self.end_page(),
                _ => {}
            }
        }
    }

    /// A line without words is one word itself.
    fn end_line(&mut self) {
        let text = std::mem::take(&mut self.line_text);
        let Some((rect, score)) = self.line_place.take() else { return };
        let line = self.page.as_mut().and_then(|page| page.lines.last_mut());
        if let Some(line) = line.filter(|line| line.words.is_empty() && !text.trim().is_empty()) {
            let text: Vec<&str> = text.split_whitespace().collect();
            line.words.push(Word::new(text.join(" "), Outline::Upright(rect), score));
        }
    }

    fn end_page(&mut self) {
        self.end_line();
        self.done.extend(self.page.take());
    }
}

/// The numbers of a property: `bbox 1 2 3 4; x_wconf 90`.
fn numbers(title: &str, property: &str) -> Vec<f32> {
    let mut properties = title.split(';').map(|part| part.split_whitespace());
    let found = properties.find_map(|mut words| (words.next() == Some(property)).then_some(words));
    found.into_iter().flatten().take(64).map_while(parse_length).collect()
}

fn bbox(title: &str) -> Option<Rect> {
    if let [x0, y0, x1, y1] = numbers(title, "bbox")[..] { Some(Rect::new(x0, y0, x1, y1)) } else { None }
}

/// Word confidence in percent, or the mean of the characters'.
fn confidence(title: &str) -> f32 {
    let word = numbers(title, "x_wconf").first().map(|value| f64::from(*value));
    let characters = || {
        let all = numbers(title, "x_confs");
        (!all.is_empty()).then(|| f64::from(all.iter().sum::<f32>() / all.len() as f32))
    };
    score(word.or_else(characters), 100.0)
}

/// Direction by `textangle`, degrees counterclockwise.
fn turned(title: &str) -> Option<Direction> {
    match numbers(title, "textangle").first()?.rem_euclid(360.0) {
        45.0..135.0 => Some(Direction::Up),
        135.0..225.0 => Some(Direction::Left),
        225.0..315.0 => Some(Direction::Down),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_words_and_characters_are_read_whatever_the_markup() {
        let text = "<html><head><meta name='ocr-system' content='tesseract 5.3.0'><meta charset=utf-8></head><body>
            <div class='ocr_page' title='image \"a; b.png\"; bbox 0 0 2480 3508; scan_res 300 300'>
            <span class=ocr_line title='bbox 10 20 300 60; baseline 0.01 -5; textangle 90'>
            <span class='ocrx_word' title='bbox 10 20 90 60; x_wconf 87'><strong>合&amp;</strong>计\n</span>
            <span class='ocrx_word' title='bbox 100 20 190 60; x_wconf nan'><span class='ocrx_cinfo'
            title='x_bboxes 100 20 140 60; x_conf 55.5'>数</span></span></span>
            <div class='ocr_separator' title='bbox 0 100 2000 104'></div>
            <p><span class='ocr_line' title='bbox 10 80 300 120'>整行 文字</span>
            </div><div class='ocr_page'></div>";
        let mut reader = read(text, &Limits::default());
        let pages: Vec<RawPage> = reader.by_ref().collect();
        assert_eq!(reader.engine().as_deref(), Some("tesseract 5.3.0"));
        assert_eq!(pages.len(), 2);
        let line = &pages[0].lines[0];
        assert_eq!((line.slope, line.direction), (Some(0.01), Some(Direction::Up)));
        assert_eq!((line.words[0].text.as_str(), line.words[0].score), ("合&计", 0.87));
        assert_eq!((line.words[1].text.as_str(), line.words[1].score), ("数", 1.0));
        assert_eq!(line.words[1].glyphs[0].1, 0.555);
        assert_eq!(pages[0].lines[1].words[0].text, "整行 文字");
        assert_eq!((pages[0].rules.len(), pages[0].per_inch), (1, Some(300.0)));
    }
}
