//! Lists of lines with boxes: PaddleOCR and RapidOCR in all their ways of printing, PaddleOCR-json, PPOCRLabel. A box is
//! four corners in pixels of a picture whose size is mostly not told.

use super::json::Json;
use super::lines::{Line, RawPage, Word};
use super::place::{Outline, length_in, score};
use super::{Content, Recognised};
use crate::ingest::Limits;

/// Reads a list of lines, of pages of lines, or of results; none where there is no line in it.
pub(super) fn read(value: &Json<'_>, limits: &Limits) -> Option<Recognised> {
    let mut pages = Vec::new();
    collect(value, &mut pages, limits.max_depth);
    if pages.iter().all(|page| page.lines.is_empty()) {
        return None;
    }
    for (number, page) in (1..).zip(&mut pages) {
        page.number = number;
    }
    let pages = pages.into_iter().map(RawPage::into_page).collect();
    Some(Recognised { content: Content::Pages(pages), engine: None, findings: Vec::new() })
}

/// Pages in a value: it is a page itself, or it holds pages.
fn collect(value: &Json<'_>, pages: &mut Vec<RawPage>, depth_left: usize) {
    let Some(depth_left) = depth_left.checked_sub(1) else { return };
    if let Some(page) = columns(value).or_else(|| list(value)) {
        pages.push(page);
        return;
    }
    match value {
        Json::List(items) => {
            for item in items {
                match item {
                    // A page on which nothing was found.
                    Json::Null => pages.push(RawPage::default()),
                    item => collect(item, pages, depth_left),
                }
            }
        }
        Json::Map(entries) => {
            let before = pages.len();
            for key in WRAPPERS {
                if let Some((_, inner)) = entries.iter().find(|(name, _)| name == key) {
                    collect(inner, pages, depth_left);
                    if pages.len() > before {
                        return;
                    }
                }
            }
        }
        _ => {}
    }
}

/// Keys under which results stand.
const WRAPPERS: &[&str] = &[
    "res",
    "result",
    "results",
    "data",
    "ocrResults",
    "prunedResult",
    "overall_ocr_res",
    "ocr_res",
    "rec_res",
    "lines",
];

/// Keys of texts, boxes and scores, in lists side by side.
const COLUMNS: &[(&str, &[&str], &str)] = &[
    ("rec_texts", &["rec_polys", "dt_polys", "rec_boxes"], "rec_scores"),
    ("txts", &["boxes", "dt_boxes"], "scores"),
    ("rec_text", &["dt_polys", "rec_polys", "rec_boxes"], "rec_score"),
];

/// `{"rec_texts": [...], "rec_scores": [...], "rec_polys": [...]}`.
pub(super) fn columns(value: &Json<'_>) -> Option<RawPage> {
    let (texts, boxes, scores) = COLUMNS
        .iter()
        .find_map(|(texts, boxes, scores)| Some((value.get(texts)?, value.any(boxes)?, value.get(scores))))?;
    let scores = scores.map_or(&[][..], Json::items);
    let mut page = RawPage::new(1);
    let edge = |key: &str| value.get(key).and_then(length_in);
    page.size = edge("width").zip(edge("height"));
    for (index, (text, place)) in texts.items().iter().zip(boxes.items()).enumerate() {
        if let (Some(text), Some(outline)) = (text.text(), Outline::of_json(place)) {
            let score = score(scores.get(index).and_then(Json::number), 1.0);
            page.lines.push(Line::from(Word::new(text, outline, score)));
        }
    }
    Some(page)
}

/// A list of which most items are lines.
fn list(value: &Json<'_>) -> Option<RawPage> {
    let items = value.items();
    let lines: Vec<Line> = items.iter().filter_map(line).map(Line::from).collect();
    (!lines.is_empty() && 2 * lines.len() >= items.len()).then(|| RawPage { number: 1, lines, ..RawPage::default() })
}

/// `[box, [text, score]]`, `[box, text, score]`, or a map with a text and a box under any of their names.
pub(super) fn line(item: &Json<'_>) -> Option<Word> {
    if let [place, rest @ ..] = item.items() {
        let outline = Outline::of_json(place).filter(|_| !place.items().is_empty())?;
        let (text, value) = match rest {
            [Json::Text(text), score, ..] => (text, score.number()),
            [Json::Text(text)] => (text, None),
            [Json::List(pair), ..] => match &pair[..] {
                [Json::Text(text), score, ..] => (text, score.number()),
                _ => return None,
            },
            _ => return None,
        };
        return Some(Word::new(text.as_ref(), outline, score(value, 1.0)));
    }
    let text = item.any(&["text", "txt", "transcription", "rec_txt", "label"])?.text()?;
    let place = item.any(&["box", "points", "text_region", "text_box_position", "dt_boxes", "poly", "bbox"])?;
    let value = item.any(&["score", "confidence", "rec_score"]).and_then(Json::number);
    Some(Word::new(text, Outline::of_json(place)?, score(value, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::super::json::parse;
    use super::*;

    fn texts(json: &str) -> Vec<Vec<String>> {
        let limits = Limits::default();
        let value = parse(json, &limits).value;
        let mut pages = Vec::new();
        collect(&value, &mut pages, limits.max_depth);
        let text = |line: &Line| format!("{} {}", line.words[0].text, line.words[0].score);
        pages.iter().map(|page| page.lines.iter().map(text).collect()).collect()
    }

    #[test]
    fn every_way_of_printing_gives_the_same_lines() {
        const CORNERS: &str = "[[10.0,20.0],[90,20],[90,40],[10,40]]";
        for json in [
            format!("[[{CORNERS},[\"甲\",0.5]]]"),
            format!("[[[{CORNERS},(\"甲\",0.5)]]]"),
            format!("[[{CORNERS},\"甲\",0.5]]"),
            format!("([[{CORNERS},'甲','0.5']], [0.1, 0.2, 0.3])"),
            format!("[{{\"box\":{CORNERS},\"txt\":\"甲\",\"score\":0.5}}]"),
            format!("{{\"code\":100,\"data\":[{{\"box\":{CORNERS},\"text\":\"甲\",\"score\":0.5}}]}}"),
            format!("[{{\"transcription\":\"甲\",\"points\":{CORNERS},\"score\":0.5}}]"),
            format!("{{\"boxes\":[{CORNERS}],\"txts\":[\"甲\"],\"scores\":[0.5]}}"),
            format!("{{\"res\":{{\"rec_texts\":[\"甲\"],\"rec_scores\":[0.5],\"rec_polys\":[{CORNERS}]}}}}"),
            "[{'res': {'rec_texts': ['甲'], 'rec_scores': [0.5], 'rec_boxes': [[10, 20, 90, 40]]}}]".into(),
        ] {
            assert_eq!(texts(&json), [["甲 0.5"]], "{json}");
        }
    }

    #[test]
    fn pages_follow_each_other() {
        let page = "[[[[1,2],[9,2],[9,8],[1,8]],[\"甲\",1]]]";
        assert_eq!(texts(&format!("[{page},null,{page}]")), [vec!["甲 1"], vec![], vec!["甲 1"]]);
    }

    #[test]
    fn other_lists_have_no_lines() {
        assert!(texts("[[[1,2],[3,4]],[[5,6],[7,8]]]").is_empty());
        assert!(texts(r#"[{"text":"a","year":1}]"#).is_empty());
        assert!(texts(r#"{"rec_texts":[1],"rec_polys":"x"}"#).iter().all(Vec::is_empty));
    }
}
