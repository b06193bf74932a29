//! Numbers said in prose. Lines come in, in reading order; statements go out, each as soon as its paragraph has ended.
//!
//! `headings` keeps the path of headings, this file joins lines to paragraphs and tells prose from labels and notes,
//! `clauses` cuts a paragraph, `name` finds the words that name a measure, `reading` decides subject and aspect,
//! `listed` pairs names and numbers of 分别为…, `paragraph` carries over what is elided, `shown` finds the source's own spelling. The words are data:
//! `patterns/statements.toml`.

mod clauses;
mod headings;
mod listed;
mod name;
mod paragraph;
mod reading;
mod shown;

use super::quantity::Grammar;
use crate::model::{Evidence, Identity, Kind, Line, Place, SCHEMA, StatementRecord, Wanted};
use crate::patterns::{Aspect, Patterns, StatementRole, Subject};
use headings::Path;
use memchr::memmem;
use rustc_hash::FxHashMap;
use shown::{Shown, Text};
use std::borrow::Cow;

/// A paragraph longer than this is read in pieces, so that a file of one line costs no more than others.
const LONGEST_PARAGRAPH: usize = 32 * 1024;
/// A line of at least so many characters may be a paragraph's first, cut at the page's edge.
const FULL_LINE: usize = 26;
/// Subjects whose canonical id is kept.
const MOST_SUBJECTS: usize = 512;
/// Longest line that can tell the year reported on.
const LONGEST_TITLE: usize = 70;

/// Reads the prose of one document.
pub(super) struct Prose<'p> {
    patterns: &'p Patterns,
    grammar: &'p Grammar,
    identity: &'p Identity,
    wanted: Wanted,
    path: Path,
    /// The year that the last title speaks of.
    year: Option<i32>,
    /// What the report is about, by its title.
    about: Option<Subject>,
    /// A paragraph that may go on in the next line.
    open: String,
    /// All of it is displayed as it stands.
    open_stays: bool,
    /// Where in it each line begins, and on which page.
    pages: Vec<(usize, Option<u32>)>,
    /// A blank line stood behind it.
    parted: bool,
    /// Notes under a table, which explain how it is filled in.
    in_notes: bool,
    after_table: bool,
    count: u32,
    /// Canonical ids of subjects that were looked up.
    indicators: FxHashMap<String, Option<&'p str>>,
    done: Vec<(Box<StatementRecord>, Evidence)>,
}

impl<'p> Prose<'p> {
    pub(super) fn new(patterns: &'p Patterns, grammar: &'p Grammar, identity: &'p Identity, wanted: Wanted) -> Self {
        Prose {
            patterns,
            grammar,
            identity,
            wanted,
            path: Path::default(),
            year: None,
            about: None,
            open: String::new(),
            open_stays: false,
            pages: Vec::new(),
            parted: false,
            in_notes: false,
            after_table: false,
            count: 0,
            indicators: FxHashMap::default(),
            done: Vec::new(),
        }
    }

    /// Takes the next line of the document, and how it is displayed if that is known.
    pub(super) fn line(&mut self, line: &Line<'_>, shown: Option<&Cow<'_, str>>) {
        let text = Text::line(line.text.trim(), shown);
        if text.source.is_empty() {
            self.parted = true;
            return;
        }
        if is_page_number(text.source) {
            return;
        }
        // Markdown's mark of a list's item stands before its number.
        let item = ["- ", "* ", "• ", "· "].iter().find_map(|mark| text.source.strip_prefix(mark)).map(str::trim_start);
        let unmarked = item.map(|item| Line { text: item.into(), page: line.page, heading: line.heading });
        if unmarked.is_some() {
            self.close();
        }
        let (line, text) = (unmarked.as_ref().unwrap_or(line), text.part(item.unwrap_or(text.source)));
        let numbered = headings::may_be(line);
        let heading = if numbered { self.heading(line, text) } else { None };
        // The number of a list's item is no part of what it says, and what stood before belongs to no item.
        let said = if heading.is_none() && numbered { self.without_number(text.source) } else { text.source };
        if said.len() < text.source.len() {
            self.close();
        }
        let text = text.part(said);
        match heading {
            Some(rest) if rest.trim().is_empty() => {}
            Some(rest) => self.body(Text::new(&rest, text.stays), line.page),
            None if !self.skips(text) => self.body(text, line.page),
            None => {}
        }
    }

    /// A table stands here.
    pub(super) fn table(&mut self) {
        self.close();
        self.after_table = true;
        self.in_notes = false;
    }

    /// The document has ended.
    pub(super) fn finish(&mut self) {
        self.close();
    }

    /// How many statements are complete and wait to be taken.
    pub(super) fn waiting(&self) -> usize {
        self.done.len()
    }

    /// Takes the statements that are complete.
    pub(super) fn take(&mut self) -> impl Iterator<Item = (Box<StatementRecord>, Evidence)> {
        self.done.drain(..)
    }

    /// Enters a heading, if the line is one or begins with one; what follows it in the line.
    fn heading(&mut self, line: &Line<'_>, text: Text<'_>) -> Option<String> {
        if headings::has_comma_first(text.source) {
            return None;
        }
        let opening = Shown::new(text.part(headings::opening(text.source)));
        let says = |from: usize, to: usize| paragraph::says_measure(&opening.chars, from..to, self.grammar);
        let heading = headings::heading(&opening.chars, line.heading, &self.patterns.statements, says)?;
        // A line cut by a page may begin with a number by chance.
        if self.in_notes && !line.text.starts_with(|c: char| "一二三四五六七八九十第（".contains(c)) {
            return None;
        }
        self.close();
        self.in_notes = false;
        self.after_table = false;
        // The heading above all others is the document's title.
        let behind = heading.rest;
        if heading.is_title() && self.path.is_empty() {
            self.title(text);
        } else {
            self.path.enter(heading);
        }
        if behind >= opening.chars.len() && opening.source.len() == text.source.len() {
            return Some(String::new());
        }
        let at = opening.plain_byte_of(behind).or_else(|| {
            let rest = Shown::new(text);
            Some(rest.bytes(behind, rest.chars.len())?.start)
        });
        let behind = at.and_then(|at| text.source.get(at..)).unwrap_or("");
        Some(behind.trim_start_matches('*').to_owned())
    }

    fn without_number<'t>(&self, text: &'t str) -> &'t str {
        let goes_on = !self.open.is_empty() && !self.parted;
        if goes_on || self.in_notes || self.after_table {
            return text;
        }
        // 第 and Chinese numerals begin sentences, too.
        if !text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '（' | '(' | '①'..='⑳')) {
            return text;
        }
        let opening: Vec<char> = text.chars().take(8).collect();
        let length = headings::number_length(&opening);
        text.char_indices().nth(length).map_or("", |(at, _)| &text[at..])
    }

    /// Is the line a note under a form, a label, or a title that only tells the year?
    fn skips(&mut self, line: Text<'_>) -> bool {
        let text = line.source;
        let prose = has_sentence_mark(text);
        let not_prose = self.patterns.statements.words(StatementRole::NotProse);
        // Most ideographs are shown as they are, and most of them begin no such word.
        let may_begin = |c: char| !('\u{5000}'..='\u{9FA5}').contains(&c) || not_prose.may_begin_with(c);
        let begins = || line.part(headings::opening(text)).displayed().chars().take(12).collect::<Vec<char>>();
        if self.after_table || self.in_notes {
            if text.starts_with(may_begin) && not_prose.begins(&begins()).is_some() {
                self.in_notes = true;
                return true;
            }
            // Notes end where something other than a numbered sentence begins.
            let numbered = text.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '（' | '(' | '①'..='⑳'));
            if self.in_notes && (numbered || prose) {
                return true;
            }
            self.in_notes = false;
        }
        if prose {
            self.after_table = false;
            return false;
        }
        // The rest of a paragraph, or a full line that may begin one, has no mark of its own.
        let goes_on = !self.open.is_empty() && !self.parted;
        let full = text.chars().nth(FULL_LINE).is_some() && !ends_sentence(text);
        if !goes_on {
            self.title(line);
            self.close();
        }
        !(goes_on || full)
    }

    /// A title such as （2022年度） tells the year that is reported on.
    fn title(&mut self, line: Text<'_>) {
        let text = line.source;
        if !text.contains('年') || text.chars().nth(LONGEST_TITLE).is_some() || text.contains(['：', ':']) {
            return;
        }
        let shown = line.displayed();
        let is_report = shown.contains("年度") || ["报告", "自评", "评价"].iter().any(|word| shown.contains(word));
        if !is_report {
            return;
        }
        if self.about.is_none() {
            self.about = Some(Subject::of(&shown));
            self.indicators.clear();
        }
        if let Some(year) = self.grammar.year(&shown) {
            self.year = Some(year);
        }
    }

    /// Takes a line of prose: alone, or as the rest of the paragraph before.
    fn body(&mut self, line: Text<'_>, page: Option<u32>) {
        let text = line.source;
        if !self.open.is_empty() {
            let goes_on = !self.parted || (has_sentence_mark(&self.open) && has_sentence_mark(text));
            if goes_on && self.open.len() < LONGEST_PARAGRAPH {
                self.pages.push((self.open.len(), page));
                self.open.push_str(text);
                self.open_stays &= line.stays;
                self.parted = false;
                if ends_sentence(text) || self.open.len() >= LONGEST_PARAGRAPH {
                    self.close();
                }
                return;
            }
            self.close();
        }
        self.parted = false;
        self.pages.clear();
        self.pages.push((0, page));
        if ends_sentence(text) || text.len() >= LONGEST_PARAGRAPH {
            self.read(line);
        } else {
            self.open.push_str(text);
            self.open_stays = line.stays;
        }
    }

    fn close(&mut self) {
        self.parted = false;
        if !self.open.is_empty() {
            let open = std::mem::take(&mut self.open);
            self.read(Text::new(&open, self.open_stays));
            // Its memory serves the next one.
            self.open = open;
            self.open.clear();
        }
    }

    fn read(&mut self, paragraph: Text<'_>) {
        let mut offset = 0;
        for piece in pieces(paragraph.source) {
            if may_hold_number(piece) && has_sentence_mark(piece) {
                self.read_piece(&Shown::new(paragraph.part(piece)), offset);
            }
            offset += piece.len();
        }
    }

    fn read_piece(&mut self, piece: &Shown<'_>, offset: usize) {
        let found = paragraph::statements(piece, &self.path, self.year, self.patterns, self.grammar);
        if found.is_empty() {
            return;
        }
        let section = self.path.titles();
        for found in found {
            self.count += 1;
            let at = offset + found.at;
            let page = self.pages.iter().rev().find(|(from, _)| *from <= at).and_then(|(_, page)| *page);
            let subject = shown::text_of(&found.subject);
            let indicator = self.indicator((&subject, &found.subject), found.aspect, found.value.unit.as_deref());
            let evidence = found.evidence;
            let record = Box::new(StatementRecord {
                kind: Kind::Statement,
                schema: SCHEMA,
                id: self.identity.statement_id(self.count),
                document: self.identity.sha256.clone(),
                source: self.identity.source.clone(),
                section: section.clone(),
                sentence: found.sentence,
                subject: Some(subject),
                aspect: found.aspect.name(),
                year: found.year,
                value: Some(found.value),
                indicator,
                place: Place { page, ..Place::default() },
                confidence: None,
                findings: Vec::new(),
            });
            self.done.push((record, evidence));
        }
    }

    /// The canonical id of a subject. A report says most of its measures several times, so answers are kept.
    fn indicator(&mut self, (subject, chars): (&str, &[char]), aspect: Aspect, unit: Option<&str>) -> Option<String> {
        if !self.wanted.indicators {
            return None;
        }
        let id = match self.indicators.get(subject) {
            Some(known) => *known,
            None => self.look_up(subject, chars),
        }?;
        // How far a measure was reached or changed is told in other units than the measure itself.
        let own = matches!(aspect, Aspect::Budget | Aspect::Target | Aspect::Actual);
        let fits = |unit| self.patterns.indicators.get(id).is_some_and(|indicator| indicator.takes(unit));
        (!own || unit.is_none_or(fits)).then(|| id.to_owned())
    }

    fn look_up(&mut self, subject: &str, chars: &[char]) -> Option<&'p str> {
        // 满意度得分 and 满意度偏差率 are not the indicator.
        let facet = self.patterns.statements.words(StatementRole::Facet).ends(chars);
        let is_measure = facet.is_none_or(|(_, cue)| !cue.keep);
        let patterns: &'p Patterns = self.patterns;
        let id = is_measure.then(|| patterns.indicators.find_in(None, subject, self.about.as_ref())).flatten();
        if self.indicators.len() == MOST_SUBJECTS {
            self.indicators.clear();
        }
        self.indicators.insert(subject.to_owned(), id);
        id
    }
}

/// Pieces of at most about [`LONGEST_PARAGRAPH`] bytes, cut behind a sentence where one ends.
fn pieces(paragraph: &str) -> impl Iterator<Item = &str> {
    let mut rest = paragraph;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut cut = rest.len();
        if cut > LONGEST_PARAGRAPH {
            cut = LONGEST_PARAGRAPH;
            while !rest.is_char_boundary(cut) {
                cut -= 1;
            }
            if let Some(end) = memmem::rfind(&rest.as_bytes()[..cut], "。".as_bytes()) {
                cut = end + "。".len();
            }
        }
        let (piece, behind) = rest.split_at(cut);
        rest = behind;
        Some(piece)
    })
}

/// A digit, or 百分之. Other numbers in Chinese characters are not read in prose: 一是 and 三个月 are rarely measures.
fn may_hold_number(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().any(u8::is_ascii_digit)
        || memmem::find(bytes, "百分之".as_bytes()).is_some()
        || memchr::memchr_iter(0xEF, bytes).any(|at| matches!(bytes.get(at + 1..at + 3), Some([0xBC, 0x90..=0x99])))
}

/// Does the text hold a mark that only sentences have?
fn has_sentence_mark(text: &str) -> bool {
    let bytes = text.as_bytes();
    // 。 is E3 80 82, ， EF BC 8C, ； EF BC 9B.
    memchr::memchr2_iter(0xE3, 0xEF, bytes)
        .any(|at| matches!(bytes.get(at..at + 3), Some([0xE3, 0x80, 0x82] | [0xEF, 0xBC, 0x8C | 0x9B])))
}

/// Does a sentence end with the line?
fn ends_sentence(text: &str) -> bool {
    text.trim_end_matches(['”', '"', '）', ')', '*', ' ']).ends_with(['。', '！', '？', '；', '!', '?'])
}

/// `- 3 -`, `第3页`: what a page prints at its edge.
fn is_page_number(text: &str) -> bool {
    text.len() <= 24
        && text.chars().any(|c| c.is_ascii_digit())
        && text.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '—' | ' ' | '第' | '页' | '共' | '/' | '–'))
}
