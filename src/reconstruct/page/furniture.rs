//! Page headers, footers and page numbers: what stands at the same place of several pages with the same words, up to
//! its digits, or is marked so by the file. It is told apart so that it neither parts a table that goes on nor is read
//! as a row of one.

use super::cell_text::{self, TextLine};
use super::words::Word;
use crate::model::{Direction, Page};
use std::hash::{Hash, Hasher};

/// A line near a page's upper or lower end.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Band {
    /// At the top; else at the bottom.
    pub(super) top: bool,
    /// Upper end, in points from the page's top, or from its foot for a line at the bottom.
    place: f32,
    /// Of its text without digits and white space.
    pub(super) signature: u64,
    /// It says nothing but the page's number.
    pub(super) page_number: bool,
    /// The file marks it as no content.
    artifact: bool,
    /// Clear space to the next line inwards, in its font size.
    clear: f32,
    /// Texts far apart from each other.
    pieces: usize,
    /// Each of them stands over another text of the row below.
    over_columns: bool,
    /// Larger than the text, or bold where the text is not, and in the middle: what a table or chapter is called.
    title: bool,
    /// Its words (indices in the page's).
    pub(super) words: Vec<u32>,
    /// Its text.
    pub(super) text: String,
    /// Upper and lower end on the page.
    pub(super) ends: (f32, f32),
}

/// Part of the page's height at each end in which headers and footers stand.
const ZONE: f32 = 0.14;
/// Lines looked at at each end.
const MOST_LINES: usize = 6;
/// Headers stand at the same height within this many points.
const SAME_PLACE: f32 = 4.0;
/// Clear space, in font sizes, that sets a header or footer off from the text.
const CLEAR: f32 = 0.5;
/// The same for a line of several texts, which may be a table's repeated header.
const CLEAR_OF_TABLE: f32 = 1.4;
/// Gaps, in font sizes, that part texts: of what may be anything, and of headings of columns beside each other.
const FAR: f32 = 1.5;
const BESIDE: f32 = 0.8;
/// A line with that many texts, each over one of a row below, is a table's header; a page's has fewer, by chance over as many.
const LEAST_COLUMNS: usize = 5;
/// Lines below a header that are looked at for a row: a group's label may come first.
const MOST_BELOW: usize = 3;
/// Font size, in that of the page's text, from which a line in the middle is a title.
const TITLE_SIZE: f32 = 1.2;
/// How far, in parts of the page's width, the middle of a title may be from the page's.
const OFF_CENTRE: f32 = 0.06;

/// The lines at the ends of a page, the outermost first at each end. `taken` tells words that stand in ruled tables.
pub(super) fn bands(page: &Page, words: &[Word], taken: &[bool]) -> Vec<Band> {
    let (upper, lower) = (ZONE * page.height, (1.0 - ZONE) * page.height);
    let is_free = |index: usize| taken.get(index) != Some(&true);
    let artifacts: usize = words.iter().filter(|word| word.artifact).count();
    // A file that marks nearly everything so marks nothing.
    let believe = artifacts * 2 <= words.len();
    let face = Face::of(page, words);
    let mut out = Vec::new();
    for top in [true, false] {
        let mut chosen: Vec<u32> = words
            .iter()
            .zip(0u32..)
            .filter(|(word, index)| {
                let upright = word.direction == Direction::Right && !word.vertical;
                let inside = if top { word.bbox.y1 < upper } else { word.bbox.y0 > lower };
                upright
                    && (inside || believe && word.artifact && (word.bbox.center().1 < page.height / 2.0) == top)
                    && is_free(*index as usize)
            })
            .map(|(_, index)| index)
            .collect();
        if chosen.is_empty() {
            continue;
        }
        let mut lines = cell_text::lines(words, &mut chosen);
        if !top {
            lines.reverse();
        }
        lines.truncate(MOST_LINES);
        for (number, line) in lines.iter().enumerate() {
            let inward = lines.get(number + 1).map(|next| gap(line, next, top));
            let clear = inward.unwrap_or_else(|| gap_to_rest(words, line, &chosen, taken, top));
            let title = top && face.is_title(page, words, line);
            let over_columns = top && is_over_columns(words, line, taken);
            out.push(Band { title, over_columns, ..band(page, words, line, top, clear / line.size.max(1.0), believe) });
        }
    }
    out
}

/// What most of a page's text looks like.
struct Face {
    size: f32,
    bold: bool,
}

impl Face {
    fn of(page: &Page, words: &[Word]) -> Face {
        let mut sizes: Vec<(f32, usize)> = words.iter().map(|word| (word.size, word.glyphs.len())).collect();
        sizes.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
        let all: usize = sizes.iter().map(|(_, count)| count).sum();
        let mut below = 0;
        let middle = sizes.iter().find(|(_, count)| {
            below += count;
            below * 2 >= all
        });
        let bold: usize = words.iter().filter(|word| is_bold(page, word)).map(|word| word.glyphs.len()).sum();
        Face { size: middle.map_or(0.0, |(size, _)| *size), bold: bold * 2 > all }
    }

    fn is_title(&self, page: &Page, words: &[Word], line: &TextLine) -> bool {
        let off = (line.bbox.center().0 - page.width / 2.0).abs();
        let of = |index: &u32| words.get(*index as usize);
        let bold = || line.words.iter().filter_map(of).all(|word| is_bold(page, word));
        off <= OFF_CENTRE * page.width && (line.size >= TITLE_SIZE * self.size || !self.bold && bold())
    }
}

fn is_bold(page: &Page, word: &Word) -> bool {
    page.runs.get(word.run as usize).is_some_and(|run| run.bold)
}

fn gap(line: &TextLine, next: &TextLine, top: bool) -> f32 {
    if top { next.bbox.y0 - line.bbox.y1 } else { line.bbox.y0 - next.bbox.y1 }
}

/// Clear space between the innermost line and what is not among the lines looked at.
fn gap_to_rest(words: &[Word], line: &TextLine, chosen: &[u32], taken: &[bool], top: bool) -> f32 {
    let mut seen = vec![false; words.len()];
    for &index in chosen {
        if let Some(seen) = seen.get_mut(index as usize) {
            *seen = true;
        }
    }
    let others = words.iter().enumerate().filter(|(index, _)| !seen[*index] && taken.get(*index) != Some(&true));
    let gaps = others.map(|(_, word)| if top { word.bbox.y0 - line.bbox.y1 } else { line.bbox.y0 - word.bbox.y1 });
    gaps.filter(|gap| *gap > -line.size).fold(f32::INFINITY, f32::min)
}

/// The texts of a line that are apart from each other by more than this, in its font size: left and right ends.
fn texts(words: &[Word], line: &TextLine, gap: f32) -> Vec<(f32, f32)> {
    let mut out: Vec<(f32, f32)> = Vec::new();
    for word in line.words.iter().filter_map(|index| words.get(*index as usize)) {
        match out.last_mut() {
            Some(open) if word.bbox.x0 - open.1 <= gap * line.size => open.1 = open.1.max(word.bbox.x1),
            _ => out.push((word.bbox.x0, word.bbox.x1)),
        }
    }
    out
}

/// Does each text of a line at the top stand over a text of its own in a line further down?
fn is_over_columns(words: &[Word], line: &TextLine, taken: &[bool]) -> bool {
    let headings = texts(words, line, BESIDE);
    if headings.len() < LEAST_COLUMNS {
        return false;
    }
    let reach = line.bbox.y1 + 3.0 * MOST_BELOW as f32 * line.size;
    let below = |word: &Word| word.bbox.y0 > line.bbox.y1 - 0.2 * line.size && word.bbox.y1 < reach;
    let mut chosen: Vec<u32> = (0u32..)
        .zip(words)
        .filter(|(index, word)| taken.get(*index as usize) != Some(&true) && below(word))
        .map(|(index, _)| index)
        .collect();
    cell_text::lines(words, &mut chosen).iter().take(MOST_BELOW).any(|row| {
        let texts = texts(words, row, BESIDE);
        let one =
            |heading: &(f32, f32)| texts.iter().filter(|text| text.0 < heading.1 && text.1 > heading.0).count() == 1;
        texts.len() == headings.len() && headings.iter().all(one)
    })
}

fn band(page: &Page, words: &[Word], line: &TextLine, top: bool, clear: f32, believe: bool) -> Band {
    let text = line.text(page, words);
    let mut bare = String::with_capacity(text.len());
    for c in text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase) {
        if !c.is_ascii_digit() {
            bare.push(c);
        } else if !bare.ends_with('#') {
            bare.push('#');
        }
    }
    let page_number = matches!(
        bare.as_str(),
        "#" | "第#页" | "第#页共#页" | "共#页第#页" | "共#页" | "page#" | "page#of#" | "#of#" | "p#" | "#page"
    ) && text.chars().filter(char::is_ascii_digit).count() <= 8;
    let mut hasher = rustc_hash::FxHasher::default();
    (&bare, top).hash(&mut hasher);
    let of = |index: &u32| words.get(*index as usize);
    let artifact = believe && line.words.iter().filter_map(of).all(|word| word.artifact);
    Band {
        top,
        place: if top { line.bbox.y0 } else { page.height - line.bbox.y0 },
        signature: hasher.finish(),
        page_number,
        artifact,
        clear,
        pieces: texts(words, line, FAR).len(),
        title: false,
        over_columns: false,
        words: line.words.clone(),
        text,
        ends: (line.bbox.y0, line.bbox.y1),
    }
}

/// A page near another one: how many pages away, and its bands.
pub(super) type Neighbour<'b> = (usize, &'b [Band]);

/// Which of a page's bands (indices) are no content, given those of the pages around it.
pub(super) fn furniture<'b>(own: &[Band], others: impl Iterator<Item = Neighbour<'b>> + Clone) -> Vec<usize> {
    let mut out = Vec::new();
    for top in [true, false] {
        let mut outermost = true;
        for (index, band) in own.iter().enumerate().filter(|(_, band)| band.top == top) {
            let needed = if band.pieces > 2 { CLEAR_OF_TABLE } else { CLEAR };
            let apart = band.clear >= needed;
            // A form of one page is called the same on every page.
            let repeated = !band.title && is_repeated(band, others.clone());
            // A header of several lines is set off as a whole.
            let is_furniture = band.artifact
                || outermost
                    && !band.over_columns
                    && (repeated && (apart || block_is_apart(own, index)) || band.page_number && apart);
            if is_furniture {
                out.push(index);
            } else if !band.artifact {
                outermost = false;
            }
        }
    }
    out
}

/// Does it stand on the pages around, too? On every second page only where the pages between have another header at its
/// place: else it is what forms of two pages begin with.
fn is_repeated<'b>(band: &Band, others: impl Iterator<Item = Neighbour<'b>> + Clone) -> bool {
    let beside = |other: &Band| other.top == band.top && (other.place - band.place).abs() < SAME_PLACE;
    let again = |other: &Band, away: usize| {
        beside(other) && other.signature == band.signature && (band.pieces < 2 || numbers_count(band, other, away))
    };
    let on_next = || others.clone().any(|(away, bands)| away == 1 && bands.iter().any(|other| again(other, away)));
    let on_second = || others.clone().any(|(away, bands)| away > 1 && bands.iter().any(|other| again(other, away)));
    let has_other = |bands: &[Band]| bands.iter().any(|other| beside(other) && other.clear >= CLEAR);
    let others_between = || others.clone().any(|(away, bands)| away == 1 && has_other(bands));
    on_next() || on_second() && (!band.top || others_between())
}

/// How much further a number may be on the next page: pages and chapters are counted.
const COUNTED: u64 = 10;

/// Are the numbers of both those of one header, the same or counted on from page to page? Two rows of a table may have the
/// same label, but their figures are any.
fn numbers_count(band: &Band, other: &Band, away: usize) -> bool {
    let numbers = |text: &str| -> Vec<Option<u64>> {
        let digits = text.split(|c: char| !c.is_ascii_digit()).filter(|digits| !digits.is_empty());
        digits.map(|digits| digits.parse().ok()).collect()
    };
    let (a, b) = (numbers(&band.text), numbers(&other.text));
    let most = COUNTED.saturating_mul(away as u64);
    let near = |(a, b): (&Option<u64>, &Option<u64>)| match (a, b) {
        (Some(a), Some(b)) => a.abs_diff(*b) <= most,
        _ => false,
    };
    a.len() == b.len() && a.iter().zip(&b).all(near)
}

/// Is some line further inwards set off, all between being single texts?
fn block_is_apart(own: &[Band], from: usize) -> bool {
    let Some(first) = own.get(from) else { return false };
    let block = own.iter().skip(from).take_while(|band| band.top == first.top && band.pieces <= 2);
    block.take(3).any(|band| band.clear >= CLEAR)
}

#[cfg(test)]
mod tests {
    use super::super::sketch::Sketch;
    use super::super::words::words;
    use super::*;

    fn page(number: u32, title: &str) -> Vec<Band> {
        let mut sketch = Sketch::new(595.0, 842.0).numbered(number);
        sketch.text(200.0, 40.0, 9.0, "2023 report of the office").text(60.0, 80.0, 12.0, title);
        sketch.text(60.0, 96.0, 12.0, "and some text").text(290.0, 810.0, 9.0, &format!("- {number} -"));
        let page = sketch.page();
        let words = words(&page);
        bands(&page, &words, &vec![false; words.len()])
    }

    fn texts(own: &[Band], others: &[&[Band]]) -> Vec<String> {
        let others = others.iter().enumerate().map(|(number, bands)| (number + 1, *bands));
        furniture(own, others).into_iter().map(|index| own[index].text.clone()).collect()
    }

    #[test]
    fn what_is_repeated_is_furniture_and_a_title_is_not() {
        let (first, second) = (page(1, "A title"), page(2, "Another title"));
        assert_eq!(texts(&first, &[&second]), ["2023 report of the office", "- 1 -"]);
        assert_eq!(texts(&first, &[]), ["- 1 -"]);
    }

    #[test]
    fn the_title_of_forms_of_one_page_is_none() {
        let page = |number: u32, size: f32| {
            let mut sketch = Sketch::new(595.0, 842.0).numbered(number);
            sketch.text(270.0, 40.0, 9.0, "office");
            sketch.text(297.0 - 2.5 * size, 80.0, size, "Form title");
            for row in 0..8 {
                sketch.text(60.0, 120.0 + 30.0 * row as f32, 10.0, "a row of the form");
            }
            let page = sketch.page();
            let words = words(&page);
            bands(&page, &words, &vec![false; words.len()])
        };
        assert_eq!(texts(&page(1, 16.0), &[&page(2, 16.0)]), ["office"]);
        assert_eq!(texts(&page(1, 9.0), &[&page(2, 9.0)]), ["office", "Form title"]);
    }

    #[test]
    fn what_stands_on_every_second_page_needs_a_counterpart() {
        let page = |text: &str| {
            let mut sketch = Sketch::new(595.0, 842.0);
            if !text.is_empty() {
                sketch.text(60.0, 40.0, 9.0, text);
            }
            sketch.text(60.0, 150.0, 10.0, "text below it");
            let page = sketch.page();
            let words = words(&page);
            bands(&page, &words, &vec![false; words.len()])
        };
        let (left, right, bare) = (page("2023 report"), page("of the office"), page(""));
        assert_eq!(texts(&left, &[&right, &left]), ["2023 report"]);
        assert!(texts(&left, &[&bare, &left]).is_empty());
    }

    #[test]
    fn rows_with_one_label_and_other_figures_are_none() {
        let page = |number: u32, figures: [&str; 2]| {
            let mut sketch = Sketch::new(595.0, 842.0).numbered(number);
            sketch.text(60.0, 60.0, 9.0, figures[0]).text(300.0, 60.0, 9.0, figures[1]);
            sketch.text(60.0, 85.0, 9.0, "schools").text(300.0, 85.0, 9.0, ["17", "961"][number as usize - 1]);
            let page = sketch.page();
            let words = words(&page);
            bands(&page, &words, &vec![false; words.len()])
        };
        assert!(texts(&page(1, ["roads 548", "2436.65"]), &[&page(2, ["roads 12", "998.18"])]).is_empty());
        let counted = page(1, ["Chapter 2", "14"]);
        assert_eq!(texts(&counted, &[&page(2, ["Chapter 3", "15"])]), ["Chapter 2 14"]);
    }

    #[test]
    fn a_repeated_head_of_a_table_is_none() {
        let page = |number: u32| {
            let mut sketch = Sketch::new(595.0, 842.0).numbered(number);
            for (row, texts) in
                [["Name", "Target", "Actual"], ["roads", "12", "13"], ["bridges", "5", "5"]].iter().enumerate()
            {
                for (column, text) in texts.iter().enumerate() {
                    sketch.text(60.0 + 150.0 * column as f32, 70.0 + 16.0 * row as f32, 10.0, text);
                }
            }
            let page = sketch.page();
            let words = words(&page);
            bands(&page, &words, &vec![false; words.len()])
        };
        assert!(texts(&page(1), &[&page(2)]).is_empty());
    }

    #[test]
    fn headings_over_columns_are_none_however_far_above_them() {
        let page = |columns: usize| {
            let mut sketch = Sketch::new(595.0, 842.0);
            for column in 0..columns {
                let x = 60.0 + 80.0 * column as f32;
                sketch.text(x, 60.0, 9.0, ["District", "Green", "Other", "Blank", "Total"][column]);
                for row in 0..3 {
                    sketch.text(x, 90.0 + 14.0 * row as f32, 9.0, &format!("{}", 100 * row + column));
                }
            }
            let page = sketch.page();
            let words = words(&page);
            bands(&page, &words, &vec![false; words.len()])
        };
        assert!(texts(&page(5), &[&page(5)]).is_empty());
        assert_eq!(texts(&page(3), &[&page(3)]), ["District Green Other"]);
    }
}
