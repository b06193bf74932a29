//! What stands on a page beside its content: annotations with an appearance, and the values of form fields.

use super::content::{Interpreter, numbers};
use super::matrix::Matrix;
use super::unicode::text_string;
use crate::model::Rect;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream, String as PdfString};
use hayro_syntax::page::Resources;

/// Flags of an annotation that is not shown (ISO 32000-1, table 165): hidden, not for the screen.
const NOT_SHOWN: i64 = 1 << 1 | 1 << 5;
/// Most annotations of a page that are read.
const MAX_ANNOTATIONS: usize = 20_000;
/// Fields inherit values from their parents, which are no more than this many.
const MAX_PARENTS: usize = 32;

pub(super) fn draw<'a>(page: &Dict<'a>, initial: &Matrix, into: &mut Interpreter<'a, '_>, resources: &Resources<'a>) {
    let Some(annotations) = page.get::<Array<'a>>("Annots") else { return };
    for annotation in annotations.iter::<Dict<'a>>().take(MAX_ANNOTATIONS) {
        one(&annotation, initial, into, resources);
    }
}

fn one<'a>(annotation: &Dict<'a>, initial: &Matrix, into: &mut Interpreter<'a, '_>, resources: &Resources<'a>) {
    let flags = annotation.get::<Number>("F").map_or(0, |n| n.as_i64());
    let subtype = annotation.get::<Name<'_>>("Subtype");
    if flags & NOT_SHOWN != 0 || matches!(subtype.as_deref(), Some(b"Popup" | b"Link")) {
        return;
    }
    let Some([x0, y0, x1, y1]) = numbers::<4>(annotation, "Rect") else { return };
    let (left, right, low, high) = (x0.min(x1), x0.max(x1), y0.min(y1), y0.max(y1));
    if let Some(appearance) = appearance(annotation) {
        let dict = appearance.dict();
        let matrix = numbers::<6>(dict, "Matrix").map_or(Matrix::IDENTITY, |m| Matrix(m).finite());
        let [bx0, by0, bx1, by1] = numbers::<4>(dict, "BBox").unwrap_or([0.0, 0.0, right - left, high - low]);
        // The appearance's box, turned by its matrix, is stretched over the annotation's rectangle (12.5.5).
        let corners = [(bx0, by0), (bx1, by0), (bx0, by1), (bx1, by1)].map(|(x, y)| matrix.apply(x, y));
        let of = |pick: fn(f64, f64) -> f64, axis: fn(&(f64, f64)) -> f64| {
            corners.iter().map(axis).reduce(pick).unwrap_or(0.0)
        };
        let (ax0, ax1) = (of(f64::min, |c| c.0), of(f64::max, |c| c.0));
        let (ay0, ay1) = (of(f64::min, |c| c.1), of(f64::max, |c| c.1));
        let stretch = |to: f64, from: f64| if from.abs() < 1e-6 { 1.0 } else { to / from };
        let (sx, sy) = (stretch(right - left, ax1 - ax0), stretch(high - low, ay1 - ay0));
        let placed = Matrix([sx, 0.0, 0.0, sy, left - sx * ax0, low - sy * ay0]).finite();
        into.form(&appearance, placed, resources);
    } else if matches!(subtype.as_deref(), Some(b"Widget"))
        && let Some(value) = inherited(annotation, "V").and_then(text_of)
    {
        let (p, q) = (initial.apply(left, low), initial.apply(right, high));
        let area = Rect::new(p.0 as f32, p.1 as f32, q.0 as f32, q.1 as f32);
        let size = font_size(annotation).unwrap_or(area.height() * 0.7).clamp(4.0, 14.0);
        into.write(&value, area, size);
    }
}

/// The normal appearance, of several states the one that the annotation is in.
fn appearance<'a>(annotation: &Dict<'a>) -> Option<Stream<'a>> {
    let appearances = annotation.get::<Dict<'a>>("AP")?;
    if let Some(stream) = appearances.get::<Stream<'a>>("N") {
        return Some(stream);
    }
    let state = annotation.get::<Name<'_>>("AS")?;
    appearances.get::<Dict<'a>>("N")?.get::<Stream<'a>>(state.as_ref())
}

/// An entry of the field or of the nearest parent that has it.
fn inherited<'a>(field: &Dict<'a>, key: &str) -> Option<Object<'a>> {
    let mut field = field.clone();
    for _ in 0..MAX_PARENTS {
        if let Some(value) = field.get::<Object<'a>>(key) {
            return Some(value);
        }
        field = field.get::<Dict<'a>>("Parent")?;
    }
    None
}

fn text_of(value: Object<'_>) -> Option<String> {
    match value {
        Object::String(text) => Some(text_string(text.as_bytes()).into_owned()),
        Object::Stream(stream) => super::stream::decode(&stream, 1 << 20).ok().map(|d| text_string(&d).into_owned()),
        // The choices of a list.
        Object::Array(items) => {
            let texts: Vec<String> =
                items.iter::<PdfString<'_>>().map(|s| text_string(s.as_bytes()).into_owned()).collect();
            (!texts.is_empty()).then(|| texts.join("\n"))
        }
        _ => None,
    }
}

/// The size in a default appearance string such as `/Helv 10 Tf 0 g`.
fn font_size(annotation: &Dict<'_>) -> Option<f32> {
    let Some(Object::String(appearance)) = inherited(annotation, "DA") else { return None };
    let text = text_string(appearance.as_bytes()).into_owned();
    let words: Vec<&str> = text.split_ascii_whitespace().collect();
    let at = words.iter().position(|word| *word == "Tf")?;
    words.get(at.checked_sub(1)?)?.parse::<f32>().ok().filter(|size| *size > 0.0)
}
