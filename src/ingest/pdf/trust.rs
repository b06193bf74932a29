//! Can a page's text be believed? Wrong text in silence is worse than none.

use crate::model::{Glyph, Page, Rect, Visibility};

/// A page with fewer characters than this that is mostly a picture is a scan.
const SCANT: usize = 20;
/// Share of the page that a picture covers for the page to be a scan.
const COVERED: f32 = 0.5;
/// Share of unknown characters above which a page is not believed.
const UNKNOWN: f64 = 0.1;
/// Share of characters of scripts and signs that no Chinese report is written in.
const ODD: f64 = 0.2;
/// Share of Latin characters a full em wide above which a table of characters is wrong.
const WIDE: f64 = 0.3;

/// Why the page's text is not to be trusted; None where it is fine.
pub(super) fn distrust(page: &Page, unknown: usize) -> Option<String> {
    let mut counts = Counts::default();
    for run in page.runs.iter() {
        let visible = run.visibility == Visibility::Visible;
        for c in page.run_text(run).chars().filter(|c| !c.is_whitespace()) {
            counts.add(c, visible);
        }
        let em = run.size * 0.95;
        counts.wide_latin += page.run_glyphs(run).iter().filter(|g| g.bbox.width() >= em && is_latin(page, g)).count();
    }
    let area = page.width * page.height;
    let covered = page.images.iter().map(|i| i.width() * i.height()).fold(0.0, f32::max) >= COVERED * area;
    if covered && counts.visible + counts.invisible < SCANT {
        return Some("a scanned picture without text".to_owned());
    }
    let total = counts.visible + counts.invisible;
    if total == 0 {
        return None;
    }
    let share = |part: usize| part as f64 / total as f64;
    let unknown = unknown.min(total);
    if share(unknown) > UNKNOWN && unknown > 3 {
        return Some(format!("{unknown} of {total} characters have no known meaning: the font does not tell"));
    }
    if share(counts.odd) > ODD && counts.odd > 10 {
        let odd = counts.odd;
        return Some(format!("{odd} of {total} characters are of scripts that do not belong together"));
    }
    if share(counts.wide_latin) > WIDE && counts.wide_latin > 20 {
        let wide = counts.wide_latin;
        return Some(format!("{wide} of {total} characters are Latin by name and as wide as ideographs"));
    }
    None
}

/// Letters and signs of ASCII, but no digits: full-width ones are often told as plain.
fn is_latin(page: &Page, glyph: &Glyph) -> bool {
    let text = page.glyph_text(glyph);
    text.len() == 1 && text.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_digit())
}

/// Marks white text without anything dark behind it: it is in the file, and nobody sees it.
pub(super) fn hide_white_on_white(page: &mut Page) {
    let is_white = |colour: &[u8; 3]| colour.iter().all(|channel| *channel >= 245);
    for run in page.runs.iter_mut().filter(|run| is_white(&run.colour)) {
        let (x, y) = run.bbox.center();
        let holds = |area: &Rect| (area.x0..=area.x1).contains(&x) && (area.y0..=area.y1).contains(&y);
        let behind = page.fills.iter().any(|fill| !is_white(&fill.colour) && holds(&fill.bbox));
        if !behind && !page.images.iter().any(holds) {
            run.visibility = Visibility::Invisible;
        }
    }
}

/// Is the page a picture over a text that is not drawn: what somebody's OCR left?
pub(super) fn is_hidden_layer(page: &Page) -> bool {
    let of = |visibility: Visibility| {
        let runs = page.runs.iter().filter(move |run| run.visibility == visibility);
        runs.map(|run| page.run_text(run).chars().filter(|c| !c.is_whitespace()).count()).sum::<usize>()
    };
    let (visible, invisible) = (of(Visibility::Visible), of(Visibility::Invisible));
    invisible >= SCANT && invisible > 4 * visible && !page.images.is_empty()
}

#[derive(Debug, Default)]
struct Counts {
    visible: usize,
    invisible: usize,
    odd: usize,
    wide_latin: usize,
}

impl Counts {
    fn add(&mut self, c: char, visible: bool) {
        if visible {
            self.visible += 1;
        } else {
            self.invisible += 1;
        }
        // Latin with rare accents, scripts of other parts of the world: what wrong tables turn Chinese into.
        self.odd += usize::from(matches!(c,
            '\u{A1}'..='\u{A6}' | '\u{A8}'..='\u{AF}' | '\u{B2}'..='\u{B6}' | '\u{B8}'..='\u{D6}'
            | '\u{D8}'..='\u{F6}' | '\u{F8}'..='\u{2AF}' | '\u{530}'..='\u{E7F}' | '\u{E80}'..='\u{1FFF}'));
    }
}
