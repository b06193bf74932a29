//! ALTO XML 1 to 4 (Library of Congress): pages of lines of `String`s with boxes and word scores (`WC`), in pixels, tenths
//! of millimetres or 1/1200 inches; `GraphicalElement`s are rulings. Read page by page.

use super::lines::{Line, RawPage, Word};
use super::place::{Outline, parse_length, parse_points, score};
use super::{PageReader, engine};
use crate::ingest::xml::{Xml, attribute, local, number_attribute, push_reference};
use crate::ingest::{Limits, LoadError};
use crate::model::{Direction, Rect};
use quick_xml::events::{BytesStart, Event};

/// Opens a file.
pub(super) fn read<'t>(text: &'t str, limits: &Limits) -> Box<dyn PageReader + 't> {
    Box::new(Pages {
        xml: Xml::of_bytes(text.as_bytes(), "ALTO", limits.max_depth),
        damage: None,
        ended: false,
        per_inch: None,
        software: Software::default(),
        count: 0,
    })
}

struct Pages<'t> {
    xml: Xml<'t>,
    damage: Option<LoadError>,
    ended: bool,
    per_inch: Option<f32>,
    software: Software,
    count: u32,
}

/// The last recognition step of the description.
#[derive(Default)]
struct Software {
    name: String,
    version: String,
}

/// Texts of the description that are wanted.
#[derive(Clone, Copy)]
enum Wanted {
    Unit,
    Name,
    Version,
    Other,
}

impl Pages<'_> {
    fn read_on(&mut self) -> Result<Option<RawPage>, LoadError> {
        let mut open: Option<RawPage> = None;
        let mut wanted: Option<(Wanted, String)> = None;
        let mut in_ocr = false;
        let mut direction = None;
        loop {
            let event = match self.xml.next() {
                Ok(event) => event,
                Err(error) => {
                    self.ended = true;
                    self.damage = Some(error);
                    return Ok(open);
                }
            };
            match event {
                Event::Eof => {
                    self.ended = true;
                    return Ok(open);
                }
                Event::Start(tag) => {
                    let name = tag.name();
                    match local(name.as_ref()) {
                        "MeasurementUnit" => wanted = Some((Wanted::Unit, String::new())),
                        "OCRProcessing" | "Processing" | "ocrProcessingStep" => in_ocr = true,
                        "softwareName" if in_ocr => wanted = Some((Wanted::Name, String::new())),
                        "softwareVersion" if in_ocr => wanted = Some((Wanted::Version, String::new())),
                        "Page" => {
                            self.count = self.count.saturating_add(1);
                            let mut page = RawPage::new(self.count);
                            let size = |name| attribute(&tag, name).and_then(|v| parse_length(&v));
                            page.size = size("WIDTH").zip(size("HEIGHT"));
                            page.per_inch = self.per_inch;
                            open = Some(page);
                        }
                        "TextBlock" => direction = turned(&tag),
                        "TextLine" => {
                            if let Some(page) = &mut open {
                                page.lines.push(Line { direction: turned(&tag).or(direction), ..Line::default() });
                            }
                        }
                        "String" => {
                            let line = open.as_mut().and_then(|page| {
                                if page.lines.is_empty() {
                                    page.lines.push(Line::default());
                                }
                                page.lines.last_mut()
                            });
                            if let (Some(line), Some(word)) = (line, word(&tag)) {
                                line.words.push(word);
                            }
                        }
                        "Glyph" => {
                            let word = open.as_mut().and_then(|page| page.lines.last_mut()?.words.last_mut());
                            if let (Some(word), Some(rect)) = (word, place(&tag)) {
                                word.glyphs.push((rect, score(number_attribute(&tag, "GC"), 1.0).min(word.score)));
                            }
                        }
                        "ALTERNATIVE" => wanted = Some((Wanted::Other, String::new())),
                        "Variant" => {
                            let word = open.as_mut().and_then(|page| page.lines.last_mut()?.words.last_mut());
                            if let Some(word) = word {
                                variant(word, &tag);
                            }
                        }
                        "HYP" => hyphen(&tag, open.as_mut()),
                        "GraphicalElement" => {
                            if let (Some(page), Some(rect)) = (&mut open, place(&tag)) {
                                page.rules.push(rect);
                            }
                        }
                        _ => {}
                    }
                }
                Event::Text(text) => {
                    if let Some((_, into)) = &mut wanted {
                        into.push_str(&text);
                    }
                }
                Event::GeneralRef(reference) => {
                    if let Some((_, into)) = &mut wanted {
                        push_reference(into, &reference);
                    }
                }
                Event::End(tag) => {
                    let name = tag.name();
                    match (local(name.as_ref()), wanted.take()) {
                        ("MeasurementUnit", Some((Wanted::Unit, text))) => self.per_inch = per_inch(&text),
                        ("ALTERNATIVE", Some((Wanted::Other, text))) => {
                            let word = open.as_mut().and_then(|page| page.lines.last_mut()?.words.last_mut());
                            if let Some(word) = word.filter(|word| word.others.len() < MOST_OTHERS) {
                                // No score of its own: what the word itself is not sure of, shared.
                                word.others.push((text, (1.0 - word.score) / 2.0));
                            }
                        }
                        ("softwareName", Some((Wanted::Name, text))) => self.software.name = text,
                        ("softwareVersion", Some((Wanted::Version, text))) => self.software.version = text,
                        ("Page", _) => return Ok(open),
                        ("OCRProcessing" | "Processing" | "ocrProcessingStep", _) => in_ocr = false,
                        _ => {}
                    }
                }
                _ => {}
            }
        }
    }
}

impl Iterator for Pages<'_> {
    type Item = RawPage;

    fn next(&mut self) -> Option<RawPage> {
        if self.ended {
            return None;
        }
        self.read_on().ok().flatten()
    }
}

impl PageReader for Pages<'_> {
    fn engine(&self) -> Option<String> {
        let Software { name, version } = &self.software;
        // Some write the version into the name as well.
        let version = Some(version.as_str()).filter(|version| !name.contains(version.trim()));
        (!name.trim().is_empty()).then(|| engine(name, version))
    }

    fn damage(&self) -> Option<String> {
        self.damage.as_ref().map(|error| error.message.clone())
    }
}

/// How many of a unit are an inch; none for pixels, of which nothing says.
fn per_inch(unit: &str) -> Option<f32> {
    match unit.trim() {
        "mm10" => Some(254.0),
        "inch1200" => Some(1200.0),
        _ => None,
    }
}

fn place(tag: &BytesStart<'_>) -> Option<Rect> {
    let edge = |name| attribute(tag, name).and_then(|v| parse_length(&v));
    let (x, y) = (edge("HPOS")?, edge("VPOS")?);
    Some(Rect::new(x, y, x + edge("WIDTH")?, y + edge("HEIGHT")?))
}

fn word(tag: &BytesStart<'_>) -> Option<Word> {
    let text = attribute(tag, "CONTENT")?;
    Some(Word::new(text, Outline::Upright(place(tag)?), score(number_attribute(tag, "WC"), 1.0)))
}

/// Other readings kept of one word.
const MOST_OTHERS: usize = 8;

/// Another reading of the word's last glyph so far.
fn variant(word: &mut Word, tag: &BytesStart<'_>) {
    let (Some(text), Some(at)) = (attribute(tag, "CONTENT"), word.glyphs.len().checked_sub(1)) else { return };
    if word.others.len() < MOST_OTHERS && at < word.text.chars().count() {
        let before = word.text.chars().take(at);
        let other = before.chain(text.chars()).chain(word.text.chars().skip(at + 1)).collect();
        word.others.push((other, number_attribute(tag, "VC").map_or(0.0, |sure| score(Some(sure), 1.0))));
    }
}

/// A hyphen at the line's end stands beside the last word and has a width, but often no other measure.
fn hyphen(tag: &BytesStart<'_>, page: Option<&mut RawPage>) {
    let Some(word) = page.and_then(|page| page.lines.last_mut()?.words.last_mut()) else { return };
    if let (Some(text), Outline::Upright(rect)) = (attribute(tag, "CONTENT"), &mut word.outline) {
        word.text.push_str(&text);
        word.glyphs.clear();
        word.others.clear();
        rect.x1 += attribute(tag, "WIDTH").and_then(|v| parse_length(&v)).unwrap_or(0.0).max(0.0);
    }
}

/// Direction by `ROTATION`, degrees clockwise, or by the corners of a baseline that is upright on the page.
fn turned(tag: &BytesStart<'_>) -> Option<Direction> {
    if let Some(degrees) = number_attribute::<f32>(tag, "ROTATION").filter(|degrees| degrees.is_finite()) {
        return match degrees.rem_euclid(360.0) {
            45.0..135.0 => Some(Direction::Down),
            135.0..225.0 => Some(Direction::Left),
            225.0..315.0 => Some(Direction::Up),
            _ => None,
        };
    }
    let baseline = parse_points(&attribute(tag, "BASELINE")?);
    let ((x0, y0), (x1, y1)) = (*baseline.first()?, *baseline.last()?);
    let (dx, dy) = (x1 - x0, y1 - y0);
    if dy.abs() <= 2.0 * dx.abs() {
        return None;
    }
    Some(if dy > 0.0 { Direction::Down } else { Direction::Up })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = r#"<alto xmlns="http://www.loc.gov/standards/alto/ns-v3#"><Description>
        <MeasurementUnit>mm10</MeasurementUnit><OCRProcessing ID="a"><ocrProcessingStep><processingSoftware>
        <softwareName>tesseract</softwareName><softwareVersion>5.3.0</softwareVersion></processingSoftware>
        </ocrProcessingStep></OCRProcessing></Description><Layout>"#;

    #[test]
    fn strings_glyphs_and_elements_are_read() {
        let text = format!(
            r#"{HEAD}<Page WIDTH="2100" HEIGHT="2970"><PrintSpace><TextBlock><TextLine HPOS="1">
            <String HPOS="100" VPOS="200" WIDTH="60" HEIGHT="30" WC="0.5" CONTENT="甲&amp;乙"><Glyph CONTENT="甲" HPOS="100"
            VPOS="200" WIDTH="25" HEIGHT="30" GC="0.25"><Variant CONTENT="申" VC="0.2"/></Glyph>
            <ALTERNATIVE>曱&amp;乙</ALTERNATIVE></String><SP/><String HPOS="NaN" VPOS="1" WIDTH="1" HEIGHT="1"
            CONTENT="x"/></TextLine></TextBlock><GraphicalElement HPOS="1" VPOS="2" WIDTH="300" HEIGHT="4"/>
            </PrintSpace></Page><Page><PrintSpace/></Page></Layout></alto>"#
        );
        let mut reader = read(&text, &Limits::default());
        let pages: Vec<RawPage> = reader.by_ref().collect();
        assert_eq!(reader.engine().as_deref(), Some("tesseract 5.3.0"));
        assert_eq!((pages.len(), reader.damage()), (2, None));
        let words = &pages[0].lines[0].words;
        assert_eq!(words.len(), 1);
        assert_eq!((words[0].text.as_str(), words[0].score, words[0].glyphs[0].1), ("甲&乙", 0.5, 0.25));
        assert_eq!(words[0].others, [("申&乙".to_owned(), 0.2), ("曱&乙".to_owned(), 0.25)]);
        assert_eq!(pages[0].rules.len(), 1);
        let scale = pages[0].scale();
        assert!((scale.width - 595.3).abs() < 0.1 && (scale.height - 841.9).abs() < 0.1);
    }

    #[test]
    fn a_file_cut_short_gives_what_stood_before() {
        let text = format!(
            r#"{HEAD}<Page WIDTH="2100" HEIGHT="2970"><TextLine><String HPOS="1" VPOS="2" WIDTH="3" HEIGHT="4" CONTENT="甲"/><Str"#
        );
        let mut reader = read(&text, &Limits::default());
        assert_eq!(reader.by_ref().map(|page| page.lines.len()).sum::<usize>(), 1);
        assert!(reader.damage().is_some());
    }
}
