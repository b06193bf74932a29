//! Tesseract's TSV: a line a page, block, paragraph, line or word, each with its box in pixels; words with a score of 0
//! to 100 (`tesseract INPUT OUTPUT tsv`). Read page by page.

use super::PageReader;
use super::lines::{Line, RawPage, Word};
use super::place::{Outline, length, score};
use crate::ingest::Limits;
use crate::model::Rect;

/// Opens a table.
pub(super) fn read<'t>(text: &'t str, _limits: &Limits) -> Box<dyn PageReader + 't> {
    Box::new(Pages { rows: text.lines(), page: None, line: None, odd: 0 })
}

struct Pages<'t> {
    rows: std::str::Lines<'t>,
    page: Option<RawPage>,
    /// Numbers of block, paragraph and line of the line that is open.
    line: Option<[u32; 3]>,
    /// Rows that are not as they should be.
    odd: usize,
}

impl Pages<'_> {
    /// Takes a row; gives the page before it where it begins another.
    fn row(&mut self, row: &str) -> Option<RawPage> {
        let Some(row) = Row::parse(row) else {
            self.odd += usize::from(!row.trim().is_empty());
            return None;
        };
        let mut done = None;
        if self.page.as_ref().is_none_or(|page| page.number != row.page) {
            done = self.page.replace(RawPage::new(row.page));
            self.line = None;
        }
        let page = self.page.as_mut()?;
        match row.level {
            1 => page.size = Some((row.bbox.width(), row.bbox.height())),
            5 => {
                if self.line != Some(row.line) {
                    page.lines.push(Line::default());
                    self.line = Some(row.line);
                }
                if let Some(line) = page.lines.last_mut() {
                    line.words.push(Word::new(row.text, Outline::Upright(row.bbox), row.score));
                }
            }
            _ => {}
        }
        done
    }
}

impl Iterator for Pages<'_> {
    type Item = RawPage;

    fn next(&mut self) -> Option<RawPage> {
        while let Some(row) = self.rows.next() {
            if row.starts_with("level\t") {
                continue;
            }
            if let Some(done) = self.row(row) {
                return Some(done);
            }
        }
        self.page.take()
    }
}

impl PageReader for Pages<'_> {
    fn engine(&self) -> Option<String> {
        Some("tesseract".into())
    }

    fn damage(&self) -> Option<String> {
        (self.odd > 0).then(|| format!("{} rows of the table are not as they should be", self.odd))
    }
}

struct Row<'t> {
    level: u32,
    page: u32,
    line: [u32; 3],
    bbox: Rect,
    score: f32,
    text: &'t str,
}

impl<'t> Row<'t> {
    fn parse(row: &'t str) -> Option<Self> {
        let mut fields = row.splitn(12, '\t');
        let mut number = || fields.next()?.trim().parse::<u32>().ok();
        let (level, page) = (number()?, number()?);
        let line = [number()?, number()?, number()?];
        number()?;
        let mut place = || length(fields.next()?.trim().parse().ok()?);
        let (left, top, width, height) = (place()?, place()?, place()?, place()?);
        let score = score(fields.next().and_then(|field| field.trim().parse().ok()), 100.0);
        let text = fields.next().unwrap_or("");
        let bbox = Rect::new(left, top, left + width, top + height);
        Some(Row { level, page, line, bbox, score, text })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str =
        "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n";

    #[test]
    fn rows_become_lines_of_pages() {
        let table = format!(
            "{HEAD}1\t1\t0\t0\t0\t0\t0\t0\t2480\t3508\t-1\t\n\
             5\t1\t1\t1\t1\t1\t100\t200\t80\t40\t96.5\t合计\n5\t1\t1\t1\t1\t2\t300\t200\t60\t40\t20\t12\"3\n\
             5\t1\t1\t1\t2\t1\t100\t300\t80\t40\t-5\t甲\nbroken\n1\t2\t0\t0\t0\t0\t0\t0\t10\t10\t-1\t\n"
        );
        let mut reader = read(&table, &Limits::default());
        let pages: Vec<RawPage> = reader.by_ref().collect();
        assert_eq!(pages.len(), 2);
        let texts: Vec<Vec<&str>> =
            pages[0].lines.iter().map(|line| line.words.iter().map(|word| word.text.as_str()).collect()).collect();
        assert_eq!(texts, [vec!["合计", "12\"3"], vec!["甲"]]);
        assert_eq!(pages[0].lines[0].words[0].score, 0.965);
        assert_eq!(pages[0].lines[1].words[0].score, 0.0);
        assert!(reader.damage().unwrap().starts_with("1 rows"));
    }
}
