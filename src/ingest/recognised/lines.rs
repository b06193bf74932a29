//! Recognised words and lines with their boxes, to a [`Page`]: boxes become em boxes and are divided into glyphs, the
//! page's tilt is taken out, thin areas become rulings.
//!
//! Engines box the ink of a word, or a line with some margin; a page wants the em box that a font would give. Its size
//! is told by how wide the characters are set, its height on the page by the middle of the box.

use super::place::{Outline, Scale};
use crate::model::{Alternative, Axis, Direction, Finding, Glyph, Page, Rect, Ruling, TextRun, Visibility};

/// A word, or a line that the engine does not divide, in the format's own unit.
#[derive(Debug, Clone)]
pub(super) struct Word {
    pub(super) text: String,
    pub(super) outline: Outline,
    /// 0 to 1.
    pub(super) score: f32,
    /// Box and score of each character, where the engine gives them: as many as the text has.
    pub(super) glyphs: Vec<(Rect, f32)>,
    /// What else the engine says the word may be, with scores.
    pub(super) others: Vec<(String, f32)>,
}

impl Word {
    pub(super) fn new(text: impl Into<String>, outline: Outline, score: f32) -> Self {
        Word { text: text.into(), outline, score, glyphs: Vec::new(), others: Vec::new() }
    }
}

/// Words that the engine says are one line.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pub(super) words: Vec<Word>,
    /// How much the line falls along its way, where the engine says so.
    pub(super) slope: Option<f32>,
    /// Which way it runs, where the engine says so; else the corners of its words tell.
    pub(super) direction: Option<Direction>,
}

impl From<Word> for Line {
    fn from(word: Word) -> Self {
        Line { words: vec![word], ..Line::default() }
    }
}

/// A page as an engine gives it.
#[derive(Debug, Clone, Default)]
pub(super) struct RawPage {
    /// 1-based.
    pub(super) number: u32,
    /// In the format's unit; none where nothing tells it.
    pub(super) size: Option<(f32, f32)>,
    /// How many of the unit are an inch.
    pub(super) per_inch: Option<f32>,
    pub(super) lines: Vec<Line>,
    /// Boxes of lines drawn on the page.
    pub(super) rules: Vec<Rect>,
    pub(super) findings: Vec<Finding>,
}

impl RawPage {
    /// A page without anything on it.
    pub(super) fn new(number: u32) -> Self {
        RawPage { number, ..RawPage::default() }
    }

    /// The box around all words, in the format's unit.
    fn extent(&self) -> Option<Rect> {
        let words = self.lines.iter().flat_map(|line| &line.words);
        words.map(|word| word.outline.bounds()).chain(self.rules.iter().copied()).reduce(|a, b| a.union(&b))
    }

    /// How the page measures.
    pub(super) fn scale(&self) -> Scale {
        match self.size.filter(|(width, height)| *width > 0.0 && *height > 0.0) {
            Some((width, height)) => Scale::new(width, height, self.per_inch),
            None => Scale::around(self.extent().unwrap_or_default()),
        }
    }

    /// The page in points.
    pub(super) fn into_page(self) -> Page {
        let scale = self.scale();
        self.into_page_at(scale)
    }

    /// The page in points, measured so.
    pub(super) fn into_page_at(self, scale: Scale) -> Page {
        let mut page = Page {
            number: self.number,
            width: scale.width,
            height: scale.height,
            findings: self.findings,
            ..Page::default()
        };
        let rules: Vec<Rect> = self.rules.iter().map(|rule| scale.rect(rule)).collect();
        let walls: Vec<&Rect> = rules.iter().filter(|rule| rule.height() > SLIMNESS * rule.width()).collect();
        let mut lines: Vec<Vec<Set>> =
            self.lines.into_iter().map(|line| sets(line, &scale, &walls)).filter(|sets| !sets.is_empty()).collect();
        let tilt = tilt(&lines);
        let middle = (scale.width / 2.0, scale.height / 2.0);
        if tilt.abs() > LEAST_TILT {
            lines.iter_mut().flatten().for_each(|set| set.turn_back(tilt, middle));
        }
        let writer = &mut Writer { page: &mut page };
        for line in &mut lines {
            align(line);
            line.iter().for_each(|set| writer.write(set));
        }
        let turn = if tilt.abs() > LEAST_TILT { tilt } else { 0.0 };
        page.rulings = rules.iter().filter_map(|rule| ruling(rule, turn, middle)).collect();
        page
    }
}

/// Falls less than this are left: a point on the width of a page.
const LEAST_TILT: f32 = 0.002;
/// Falls more than this are no tilt of a page.
const MOST_TILT: f32 = 0.25;
/// Most glyphs of one page.
const MAX_GLYPHS: usize = 1_000_000;

/// A word in points, about to be set.
#[derive(Debug)]
struct Set {
    text: String,
    score: f32,
    glyphs: Vec<(Rect, f32)>,
    others: Vec<(String, f32)>,
    direction: Direction,
    vertical: bool,
    middle: (f32, f32),
    /// Length along the text and height across it.
    length: f32,
    height: f32,
    /// The box is measured along the text, not along the page's edges.
    tight: bool,
    /// How much the text falls along its way, where known.
    slope: Option<f32>,
    em: f32,
}

fn sets(line: Line, scale: &Scale, walls: &[&Rect]) -> Vec<Set> {
    let Line { words, slope, direction } = line;
    let set = |word: Word| {
        let text = word.text.trim();
        if text.is_empty() {
            return None;
        }
        let outline = word.outline.scaled(scale.x, scale.y);
        let bounds = outline.bounds();
        if is_wall(text, &bounds, walls) {
            return None;
        }
        let shape = match &outline {
            Outline::Corners(corners) => Shape::of(corners),
            Outline::Upright(_) => None,
        };
        let told = shape.as_ref().map_or(Direction::Right, |shape| shape.direction);
        let direction = direction.unwrap_or(told);
        let across = matches!(direction, Direction::Up | Direction::Down);
        let (length, height) = match shape.as_ref().filter(|shape| shape.direction == direction) {
            Some(shape) => (shape.length, shape.height),
            None if across => (bounds.height(), bounds.width()),
            None => (bounds.width(), bounds.height()),
        };
        let vertical =
            direction == Direction::Right && height >= UPRIGHT_COLUMN * length && text.chars().nth(1).is_some();
        let same = word.glyphs.len() == text.chars().count();
        let glyphs = word.glyphs.iter().filter(|_| same).map(|(rect, score)| (scale.rect(rect), *score)).collect();
        let mut set = Set {
            text: text.to_owned(),
            score: word.score,
            glyphs,
            others: word.others,
            direction,
            vertical,
            middle: bounds.center(),
            length,
            height,
            tight: shape.is_some(),
            slope: slope.or(shape.map(|shape| shape.slope)),
            em: 0.0,
        };
        if vertical {
            (set.length, set.height) = (set.height, set.length);
        }
        set.em = set.size();
        (set.em > 0.0).then_some(set)
    };
    let mut sets: Vec<Set> = words.into_iter().filter_map(set).collect();
    if let Some(slope) = fitted(&sets) {
        sets.iter_mut().filter(|set| set.slope.is_none()).for_each(|set| set.slope = Some(slope));
    }
    sets
}

/// Is this a ruling line that was read as text? Strokes and quotation marks on one are.
fn is_wall(text: &str, bounds: &Rect, walls: &[&Rect]) -> bool {
    /// Lines that are looked at: a page of forms has some hundreds.
    const MOST_WALLS: usize = 2_000;
    /// Points that the boxes of the two may lie apart.
    const APART: f32 = 3.0;
    let y = bounds.center().1;
    text.chars().all(|c| "|｜¦丨'\"‘’“”".contains(c))
        && walls.iter().take(MOST_WALLS).any(|wall| {
            bounds.x0 - APART <= wall.x1 && wall.x0 <= bounds.x1 + APART && (wall.y0..=wall.y1).contains(&y)
        })
}

/// A box this much higher than wide holds characters below each other.
const UPRIGHT_COLUMN: f32 = 1.5;

/// How a text with four known corners lies.
struct Shape {
    direction: Direction,
    slope: f32,
    length: f32,
    height: f32,
}

impl Shape {
    fn of(corners: &[(f32, f32); 4]) -> Option<Self> {
        let [a, b, c, d] = *corners;
        let along = ((b.0 + c.0 - a.0 - d.0) / 2.0, (b.1 + c.1 - a.1 - d.1) / 2.0);
        let down = ((d.0 + c.0 - a.0 - b.0) / 2.0, (d.1 + c.1 - a.1 - b.1) / 2.0);
        let (length, height) = (along.0.hypot(along.1), down.0.hypot(down.1));
        if !(length > 0.0 && height > 0.0) {
            return None;
        }
        let (direction, slope) = if along.0.abs() >= along.1.abs() {
            (if along.0 > 0.0 { Direction::Right } else { Direction::Left }, along.1 / along.0)
        } else {
            (if along.1 > 0.0 { Direction::Down } else { Direction::Up }, -along.0 / along.1)
        };
        // Stamps and watermarks do not follow the page.
        let direction = if slope.abs() > MOST_TILT { Direction::Skewed } else { direction };
        Some(Shape { direction, slope, length, height })
    }
}

impl Set {
    /// Size of the characters: from how wide they are set where that says something, else from the box's height.
    fn size(&self) -> f32 {
        let units = units(&self.text);
        if self.vertical {
            return (self.length / self.text.chars().count().max(1) as f32).min(self.height);
        }
        let wide = self.length / units;
        if units >= LEAST_UNITS { wide.clamp(0.55 * self.height, 1.45 * self.height) } else { self.height }
    }

    /// Is its ink as high as its line's, so that its middle is the line's?
    fn is_tall(&self) -> bool {
        self.text.chars().any(|c| c.is_alphanumeric() && c != '一')
    }

    /// Takes the page's tilt out of its place and, where the box was parallel to the page's edges, out of its size.
    fn turn_back(&mut self, tilt: f32, around: (f32, f32)) {
        self.middle = turned(self.middle, tilt, around);
        if !self.tight && self.direction != Direction::Skewed {
            let (length, height) = (self.length, self.height);
            self.length = (length - tilt.abs() * height).max(0.5 * length);
            self.height = (height - tilt.abs() * length).max(0.3 * height);
            self.em = self.size();
        }
    }
}

/// Ems of text from which its width tells its size.
const LEAST_UNITS: f32 = 1.5;

/// How much a character takes of an em.
fn advance(c: char) -> f32 {
    match c {
        '.' | ',' | ':' | ';' | '\'' | '|' | '!' | 'i' | 'l' => 0.3,
        ' ' => 0.35,
        '\0'..='\u{2FF}' => 0.53,
        _ => 1.0,
    }
}

fn units(text: &str) -> f32 {
    text.chars().map(advance).sum()
}

/// A point after the page is laid straight.
fn turned((x, y): (f32, f32), tilt: f32, (cx, cy): (f32, f32)) -> (f32, f32) {
    let (sin, cos) = (-tilt).atan().sin_cos();
    let (dx, dy) = (x - cx, y - cy);
    (cx + dx * cos - dy * sin, cy + dx * sin + dy * cos)
}

/// The fall of a line of several words whose boxes are parallel to the page's edges.
fn fitted(sets: &[Set]) -> Option<f32> {
    let tall = || sets.iter().filter(|set| set.direction == Direction::Right && !set.vertical && set.is_tall());
    let count = tall().count();
    if count < 3 {
        return None;
    }
    let n = count as f32;
    let (mx, my) = tall().fold((0.0, 0.0), |(x, y), set| (x + set.middle.0 / n, y + set.middle.1 / n));
    let (xx, xy) = tall().fold((0.0, 0.0), |(xx, xy), set| {
        let (dx, dy) = (set.middle.0 - mx, set.middle.1 - my);
        (xx + dx * dx, xy + dx * dy)
    });
    let em = tall().map(|set| set.em).fold(0.0, f32::max);
    (xx > 4.0 * em * em * n).then_some(xy / xx)
}

/// The tilt of a page: what half of its text, by length, lies at or below.
fn tilt(lines: &[Vec<Set>]) -> f32 {
    let slopes = lines
        .iter()
        .flatten()
        .filter(|set| set.direction != Direction::Skewed && !set.vertical && set.length > 3.0 * set.em)
        .filter_map(|set| Some((set.slope.filter(|slope| slope.abs() <= MOST_TILT)?, set.length)));
    median(slopes)
}

/// Sets the words of a line on one baseline and in one size, as far as they do stand on one.
fn align(line: &mut [Set]) {
    if line.len() < 2 {
        return;
    }
    part(line);
    let em = line_em(line);
    let across =
        |set: &Set| if matches!(set.direction, Direction::Up | Direction::Down) { set.middle.0 } else { set.middle.1 };
    let mut middles: Vec<f32> = line.iter().filter(|set| set.is_tall()).map(across).collect();
    middles.sort_by(f32::total_cmp);
    let Some(&middle) = middles.get(middles.len() / 2) else { return };
    for set in line.iter_mut().filter(|set| !set.vertical && set.direction != Direction::Skewed) {
        let off = (across(set) - middle).abs();
        // A comma lies low and a dash in the middle, whatever their boxes say; a word far off is another line's.
        let reach = if set.is_tall() { 0.35 } else { 0.6 };
        if off <= reach * em {
            if matches!(set.direction, Direction::Up | Direction::Down) {
                set.middle.0 = middle;
            } else {
                set.middle.1 = middle;
            }
        }
        if !set.is_tall() || (0.5..=2.0).contains(&(set.em / em)) {
            set.em = em;
        }
    }
}

/// Ends words where the next of the line begins: Tesseract's boxes of ideographs often reach over their neighbours.
fn part(line: &mut [Set]) {
    for index in 1..line.len() {
        let (before, rest) = line.split_at_mut(index);
        let (Some(left), Some(right)) = (before.last_mut(), rest.first()) else { return };
        let is_plain = |set: &Set| set.direction == Direction::Right && !set.vertical;
        let (x0, x1) = (left.middle.0 - left.length / 2.0, left.middle.0 + left.length / 2.0);
        let next = right.middle.0 - right.length / 2.0;
        if is_plain(left) && is_plain(right) && next < x1 && next > x0 + 0.25 * left.em.min(left.length) {
            left.length = next - x0;
            left.middle.0 = (x0 + next) / 2.0;
        }
    }
}

/// The size of a line's characters: from how far apart its words begin, else what half of its text has.
fn line_em(line: &[Set]) -> f32 {
    let heights = median(line.iter().filter(|set| set.is_tall()).map(|set| (set.height, 1.0)));
    let pitch = |pair: &[Set]| {
        let [left, right] = pair else { return None };
        let step = (right.middle.0 - right.length / 2.0) - (left.middle.0 - left.length / 2.0);
        let ideographs = left.text.chars().all(|c| c > '\u{2E7F}' && c.is_alphanumeric());
        let pitch = step / units(&left.text);
        (ideographs && left.direction == Direction::Right && pitch > 0.3 * heights && pitch < 1.6 * heights)
            .then_some((pitch, units(&left.text)))
    };
    let pitches: Vec<(f32, f32)> = line.windows(2).filter_map(pitch).collect();
    if pitches.len() >= 2 {
        return median(pitches.into_iter());
    }
    median(line.iter().filter(|set| set.is_tall()).map(|set| (set.em, units(&set.text))))
}

/// The value that half of the weight lies at or below; 0 of none.
fn median(values: impl Iterator<Item = (f32, f32)>) -> f32 {
    let mut values: Vec<(f32, f32)> = values.collect();
    values.sort_by(|a, b| a.0.total_cmp(&b.0));
    let half = values.iter().map(|(_, weight)| weight).sum::<f32>() / 2.0;
    let mut sum = 0.0;
    let found = values.iter().find(|(_, weight)| {
        sum += weight;
        sum >= half
    });
    found.map_or(0.0, |(value, _)| *value)
}

/// Other readings of one word.
const MOST_OTHERS: usize = 8;
/// Share of the em box above the baseline.
const ASCENT: f32 = 0.88;

struct Writer<'p> {
    page: &'p mut Page,
}

impl Writer<'_> {
    fn write(&mut self, set: &Set) {
        let page = &mut *self.page;
        let first = page.glyphs.len();
        if first + set.text.len() > MAX_GLYPHS {
            return;
        }
        let (em, (cx, cy)) = (set.em, set.middle);
        let total = if set.vertical { set.text.chars().count() as f32 } else { units(&set.text) }.max(0.01);
        let mut at = 0.0;
        for (index, c) in set.text.chars().enumerate() {
            let share = if set.vertical { 1.0 } else { advance(c) } / total;
            let (a, b) = (at * set.length, (at + share) * set.length);
            at += share;
            let half = set.length / 2.0;
            let bbox = match set.direction {
                _ if set.vertical => Rect::new(cx - em / 2.0, cy - half + a, cx + em / 2.0, cy - half + b),
                Direction::Down => Rect::new(cx - em / 2.0, cy - half + a, cx + em / 2.0, cy - half + b),
                Direction::Up => Rect::new(cx - em / 2.0, cy + half - b, cx + em / 2.0, cy + half - a),
                Direction::Left => Rect::new(cx + half - b, cy - em / 2.0, cx + half - a, cy + em / 2.0),
                Direction::Right | Direction::Skewed => {
                    let (x0, x1) = set.own(index).unwrap_or((cx - half + a, cx - half + b));
                    Rect::new(x0, cy - em / 2.0, x1, cy + em / 2.0)
                }
            };
            let start = page.text.len() as u32;
            page.text.push(c);
            page.glyphs.push(Glyph { start, end: page.text.len() as u32, bbox });
            page.scores.push(set.glyphs.get(index).map_or(set.score, |(_, score)| *score));
        }
        let word = page.glyphs.get(first).map_or(0, |glyph| glyph.start)..page.text.len() as u32;
        for (text, score) in set.others.iter().take(MOST_OTHERS).filter(|_| !word.is_empty()) {
            page.alternatives.push(Alternative {
                from: word.start,
                to: word.end,
                text: text.trim().into(),
                score: *score,
            });
        }
        let bounds = page.glyphs[first..].iter().map(|glyph| glyph.bbox).reduce(|a, b| a.union(&b));
        let drop = (ASCENT - 0.5) * em;
        let baseline = match set.direction {
            _ if set.vertical => cx,
            Direction::Down => cx - drop,
            Direction::Up => cx + drop,
            Direction::Left => cy - drop,
            Direction::Right | Direction::Skewed => cy + drop,
        };
        page.runs.push(TextRun {
            glyphs: first as u32..page.glyphs.len() as u32,
            bbox: bounds.unwrap_or_default(),
            baseline,
            size: em,
            direction: set.direction,
            vertical: set.vertical,
            colour: [0; 3],
            bold: false,
            visibility: Visibility::Visible,
            artifact: false,
            mark: None,
        });
    }
}

impl Set {
    /// From where to where a character stands by the engine's own boxes. Those are of ink; the space between two is
    /// shared, so that only a real gap is one.
    fn own(&self, index: usize) -> Option<(f32, f32)> {
        let (rect, _) = self.glyphs.get(index)?;
        let gap = |left: &Rect, right: &Rect| right.x0 - left.x1;
        let near = |gap: f32| gap.abs() < 0.6 * self.em;
        let before = index.checked_sub(1).and_then(|i| self.glyphs.get(i)).map(|(left, _)| gap(left, rect));
        let after = self.glyphs.get(index + 1).map(|(right, _)| gap(rect, right));
        let x0 = rect.x0 - before.filter(|gap| near(*gap)).unwrap_or(0.0) / 2.0;
        let x1 = rect.x1 + after.filter(|gap| near(*gap)).unwrap_or(0.0) / 2.0;
        (x0 <= x1).then_some((x0, x1))
    }
}

/// A line thicker than this many points is no ruling but an area.
const THICKEST: f32 = 8.0;
/// A ruling is at least this many times as long as thick.
const SLIMNESS: f32 = 4.0;

/// A thin area as a ruling.
fn ruling(rect: &Rect, tilt: f32, around: (f32, f32)) -> Option<Ruling> {
    let (length, width) = (rect.width().max(rect.height()), rect.width().min(rect.height()));
    let width = if tilt == 0.0 { width } else { (width - tilt.abs() * length).max(0.5) };
    if width > THICKEST || length < SLIMNESS * width || length <= 0.0 {
        return None;
    }
    let (x, y) = if tilt == 0.0 { rect.center() } else { turned(rect.center(), tilt, around) };
    let half = length / 2.0;
    let (axis, at, middle) =
        if rect.width() >= rect.height() { (Axis::Horizontal, y, x) } else { (Axis::Vertical, x, y) };
    Some(Ruling { axis, at, from: middle - half, to: middle + half, width, colour: [0; 3] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(lines: Vec<Line>) -> Page {
        RawPage { number: 1, size: Some((600.0, 800.0)), per_inch: Some(72.0), lines, ..RawPage::default() }.into_page()
    }

    fn upright(text: &str, x0: f32, y0: f32, x1: f32, y1: f32) -> Word {
        Word::new(text, Outline::Upright(Rect::new(x0, y0, x1, y1)), 0.9)
    }

    #[test]
    fn a_word_is_divided_by_the_width_of_its_characters() {
        let page = page(vec![upright("合计12", 100.0, 100.0, 130.6, 110.0).into()]);
        let edges: Vec<i32> = page.glyphs.iter().map(|glyph| glyph.bbox.x1.round() as i32).collect();
        assert_eq!(edges, [110, 120, 125, 131]);
        assert_eq!(page.scores, [0.9; 4]);
        assert_eq!(page.run_text(&page.runs[0]), "合计12");
        assert!((page.runs[0].size - 10.0).abs() < 0.1);
    }

    #[test]
    fn a_box_with_margins_gives_the_size_of_its_characters() {
        // Four characters of 10 points in a box that is 16 high.
        let page = page(vec![upright("绩效指标", 100.0, 100.0, 140.0, 116.0).into()]);
        assert!((page.runs[0].size - 10.0).abs() < 0.1);
        assert_eq!(page.runs[0].bbox.center().1, 108.0);
    }

    #[test]
    fn low_and_flat_signs_stand_in_their_line() {
        let words = vec![
            upright("目标", 100.0, 100.0, 120.0, 110.0),
            upright("，", 121.0, 108.0, 123.0, 111.0),
            upright("一", 130.0, 104.5, 140.0, 105.5),
        ];
        let page = page(vec![Line { words, ..Line::default() }]);
        let baselines: Vec<f32> = page.runs.iter().map(|run| run.baseline).collect();
        assert!(baselines.iter().all(|b| (b - baselines[0]).abs() < 1.0), "{baselines:?}");
    }

    #[test]
    fn a_tilted_page_is_laid_straight() {
        let fall = 0.03f32;
        let corners = |x: f32, y: f32, w: f32| {
            let at = |dx: f32, dy: f32| (x + dx - fall * dy, y + fall * dx + dy);
            Outline::Corners([at(0.0, 0.0), at(w, 0.0), at(w, 10.0), at(0.0, 10.0)])
        };
        // Two texts of one line, 400 points apart: 12 points lower at the right.
        let lines = vec![
            Word::new("年度总体目标", corners(60.0, 100.0, 60.0), 1.0).into(),
            Word::new("全年执行数量", corners(460.0, 112.0, 60.0), 1.0).into(),
        ];
        let page = page(lines);
        assert!((page.runs[0].baseline - page.runs[1].baseline).abs() < 0.5, "{:?}", page.runs);
    }

    #[test]
    fn ruling_lines_read_as_text_are_left_out() {
        let stroke = |x: f32| Line::from(upright("“|", x, 100.0, x + 3.0, 110.0));
        let raw = RawPage {
            number: 1,
            size: Some((600.0, 800.0)),
            per_inch: Some(72.0),
            lines: vec![stroke(201.0), stroke(300.0), upright("12", 195.0, 100.0, 205.0, 110.0).into()],
            rules: vec![Rect::new(200.0, 50.0, 201.0, 400.0)],
            ..RawPage::default()
        };
        assert_eq!(raw.into_page().text, "“|12");
    }

    #[test]
    fn turned_and_upright_columns_are_told_apart() {
        let down = Outline::Corners([(110.0, 100.0), (110.0, 160.0), (100.0, 160.0), (100.0, 100.0)]);
        let page =
            page(vec![Word::new("sideways", down, 1.0).into(), upright("绩效指标", 200.0, 100.0, 211.0, 148.0).into()]);
        assert_eq!((page.runs[0].direction, page.runs[0].vertical), (Direction::Down, false));
        assert_eq!((page.runs[1].direction, page.runs[1].vertical), (Direction::Right, true));
        assert_eq!(page.glyphs[8].bbox.y1, 112.0);
    }

    #[test]
    fn thin_areas_are_rulings_and_others_are_not() {
        let raw = RawPage {
            number: 1,
            size: Some((600.0, 800.0)),
            per_inch: Some(72.0),
            rules: vec![
                Rect::new(50.0, 100.0, 550.0, 101.0),
                Rect::new(50.0, 100.0, 51.0, 400.0),
                Rect::new(0.0, 0.0, 90.0, 90.0),
            ],
            ..RawPage::default()
        };
        let axes: Vec<Axis> = raw.into_page().rulings.iter().map(|ruling| ruling.axis).collect();
        assert_eq!(axes, [Axis::Horizontal, Axis::Vertical]);
    }
}
