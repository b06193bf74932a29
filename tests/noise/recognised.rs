//! A form as recognition hands it on: words with boxes and scores, with the ruling lines of its tables (hOCR) or without
//! (lines of text, `[[[[x, y] × 4], ["text", score]], …]`). Scores tell of mistakes as far as they do in practice: most
//! misread words have a low one, a few have not, and some that are right have one, too.

use super::Random;
use super::damage::misread;
use crate::support::content::Report;
use crate::support::layout::Table;
use std::fmt::Write as _;

const WIDTH: f64 = 1654.0;
const MARGIN: f64 = 110.0;
const EM: f64 = 26.0;
const LINE: f64 = 36.0;
const PAD: f64 = 10.0;

/// A page with its rulings.
pub fn with_rulings(report: &Report, random: &mut Random) -> String {
    let (words, rulings, height) = page(report, random);
    let page_width = rulings.iter().map(|ruling| ruling[2] + MARGIN).fold(WIDTH, f64::max);
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<html xmlns=\"http://www.w3.org/1999/xhtml\">\n\
         <head><meta name='ocr-system' content='example 1.0' /></head>\n<body>\n",
    );
    let _ = writeln!(
        out,
        "<div class='ocr_page' title='image \"page.png\"; bbox 0 0 {page_width:.0} {height:.0}; scan_res 200 200'>"
    );
    for line in words {
        let of = |words: &[Word]| {
            let right = words.last().map_or(0.0, |word| word.x + width(&word.text));
            let (x, y) = words.first().map_or((0.0, 0.0), |word| (word.x, word.y));
            format!("bbox {x:.0} {y:.0} {right:.0} {:.0}", y + EM)
        };
        let _ = write!(out, "<span class='ocr_line' title=\"{}; baseline 0 -4; x_size 25\">", of(&line));
        for word in &line {
            let text = word.text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
            let (bbox, score) = (of(std::slice::from_ref(word)), word.score * 100.0);
            let _ = write!(out, "<span class='ocrx_word' title='{bbox}; x_wconf {score:.0}'>{text}</span> ");
        }
        out.push_str("</span>\n");
    }
    for [x0, y0, x1, y1] in rulings {
        let _ = writeln!(out, "<div class='ocr_separator' title='bbox {x0:.0} {y0:.0} {x1:.0} {y1:.0}'></div>");
    }
    out.push_str("</div>\n</body></html>\n");
    out
}

/// A page's lines alone.
pub fn without_rulings(report: &Report, random: &mut Random) -> String {
    let (lines, ..) = page(report, random);
    let line = |words: &Vec<Word>| {
        let text: String = words.iter().map(|word| word.text.replace('\\', "\\\\").replace('"', "\\\"")).collect();
        let score = words.iter().map(|word| word.score).fold(1.0, f64::min);
        let (x, y) = words.first().map_or((0.0, 0.0), |word| (word.x, word.y));
        let (right, bottom) = (words.last().map_or(x, |word| word.x + width(&word.text)), y + EM);
        format!(
            "[[[{x:.1},{y:.1}],[{right:.1},{y:.1}],[{right:.1},{bottom:.1}],[{x:.1},{bottom:.1}]],[\"{text}\",{score:.4}]]"
        )
    };
    format!("[[{}]]", lines.iter().map(line).collect::<Vec<_>>().join(","))
}

struct Word {
    text: String,
    x: f64,
    y: f64,
    score: f64,
}

struct Page<'r> {
    lines: Vec<Vec<Word>>,
    rulings: Vec<[f64; 4]>,
    y: f64,
    /// The chance of each character.
    misread: f64,
    /// The chance of each line, and of each ruling.
    missed: f64,
    random: &'r mut Random,
}

/// One page, as long as it must be: lines of words, rulings, height.
fn page(report: &Report, random: &mut Random) -> (Vec<Vec<Word>>, Vec<[f64; 4]>, f64) {
    // A scanner has good days and bad ones.
    let quality = random.fraction();
    let (misread, missed) = match () {
        () if quality < 0.65 => (0.0002, 0.0),
        () if quality < 0.9 => (0.0012, 0.001),
        () => (0.008, 0.006),
    };
    let mut page = Page { lines: Vec::new(), rulings: Vec::new(), y: 130.0, misread, missed, random };
    report.prose.iter().for_each(|line| page.paragraph(line));
    for form in &report.forms {
        form.prose.iter().for_each(|line| page.paragraph(line));
        let head = [Some(&form.title), form.subtitle.as_ref(), form.unit_line.as_ref()];
        head.into_iter().flatten().filter(|line| !line.is_empty()).for_each(|line| page.paragraph(line));
        for (caption, table) in Table::all(form) {
            caption.iter().for_each(|line| page.paragraph(line));
            page.table(&table);
        }
        form.notes.iter().for_each(|line| page.paragraph(line));
    }
    (page.lines, page.rulings, page.y + 130.0)
}

impl Page<'_> {
    fn paragraph(&mut self, text: &str) {
        for line in wrap(text, WIDTH - 2.0 * MARGIN) {
            self.line(&line, MARGIN, self.y);
            self.y += LINE;
        }
        self.y += PAD;
    }

    fn table(&mut self, table: &Table) {
        let widths = widths(table);
        let left = |column: usize| MARGIN + widths[..column].iter().sum::<f64>();
        let mut heights = vec![LINE + PAD; table.rows];
        let wrapped: Vec<Vec<String>> = table
            .cells
            .iter()
            .map(|cell| wrap(&cell.text, left(cell.column + cell.column_span) - left(cell.column) - 2.0 * PAD))
            .collect();
        for (cell, lines) in table.cells.iter().zip(&wrapped) {
            let share = (lines.len() as f64 * LINE + PAD) / cell.row_span as f64;
            let rows = cell.row..cell.row + cell.row_span;
            heights[rows].iter_mut().for_each(|height| *height = height.max(share));
        }
        for (cell, lines) in table.cells.iter().zip(&wrapped) {
            let top = self.y + heights[..cell.row].iter().sum::<f64>();
            let height: f64 = heights[cell.row..cell.row + cell.row_span].iter().sum();
            let (x0, x1) = (left(cell.column), left(cell.column + cell.column_span));
            let first = top + (height - lines.len() as f64 * LINE) / 2.0;
            for (at, line) in lines.iter().enumerate() {
                self.line(line, x0 + PAD, first + at as f64 * LINE);
            }
            let bottom = top + height;
            for ruling in [[x0, top, x1, top], [x0, bottom, x1, bottom], [x0, top, x0, bottom], [x1, top, x1, bottom]] {
                if !self.random.chance(self.missed) {
                    let [a, b, c, d] = ruling;
                    self.rulings.push([a - 1.0, b - 1.0, c + 1.0, d + 1.0]);
                }
            }
        }
        self.y += heights.iter().sum::<f64>() + PAD;
    }

    fn line(&mut self, text: &str, mut x: f64, y: f64) {
        if text.trim().is_empty() || self.random.chance(self.missed) {
            return;
        }
        let mut line = Vec::new();
        for printed in words(text) {
            let mut wrong = false;
            let mut read = String::new();
            for c in printed.chars() {
                if self.random.chance(self.misread) {
                    wrong = true;
                    read.push_str(&misread(c, self.random));
                } else {
                    read.push(c);
                }
            }
            let low = if wrong { self.random.chance(0.85) } else { self.random.chance(0.01) };
            let score = if low { 0.25 + 0.6 * self.random.fraction() } else { 0.93 + 0.06 * self.random.fraction() };
            if !read.is_empty() {
                line.push(Word { text: read, x, y, score });
            }
            x += width(&printed);
        }
        if !line.is_empty() {
            self.lines.push(line);
        }
    }
}

/// A number with its signs is a word, and so are two characters.
fn words(text: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let narrow = |c: char| (c as u32) < 0x2e7f;
    for c in text.chars() {
        let goes_on = words.last().is_some_and(|word| {
            word.chars().last().is_some_and(|last| narrow(last) == narrow(c)) && (narrow(c) || word.chars().count() < 2)
        });
        match words.last_mut().filter(|_| goes_on) {
            Some(word) => word.push(c),
            None => words.push(c.to_string()),
        }
    }
    words
}

fn width(text: &str) -> f64 {
    text.chars().map(|c| if (c as u32) > 0x2e7f { EM } else { EM / 2.0 }).sum()
}

/// Lines no wider than the room, numbers whole where they fit.
fn wrap(text: &str, room: f64) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in words(paragraph) {
            if !line.is_empty() && width(&line) + width(&word) > room {
                lines.push(std::mem::take(&mut line));
            }
            line.push_str(&word);
        }
        if !line.is_empty() {
            lines.push(line);
        }
    }
    lines
}

/// Columns as wide as what stands in them asks for: at least its longest word.
fn widths(table: &Table) -> Vec<f64> {
    let mut least = vec![2.0 * EM + 2.0 * PAD; table.columns];
    let mut wanted = least.clone();
    for cell in table.cells.iter().filter(|cell| cell.column_span == 1) {
        let longest = words(&cell.text).iter().map(|word| width(word)).fold(0.0, f64::max) + 2.0 * PAD;
        least[cell.column] = f64::max(least[cell.column], longest + 1.0);
        let whole = width(&cell.text).min(12.0 * EM) + 2.0 * PAD;
        wanted[cell.column] = f64::max(wanted[cell.column], whole);
    }
    let (all, room) = (wanted.iter().sum::<f64>(), WIDTH - 2.0 * MARGIN);
    wanted.iter().zip(&least).map(|(wanted, least)| f64::max(wanted * (room / all).min(1.5), *least)).collect()
}
