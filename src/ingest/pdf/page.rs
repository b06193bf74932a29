//! One page, read.

use super::annotations;
use super::content::{Interpreter, Trouble};
use super::font::Fonts;
use super::layers::Layers;
use super::matrix::Matrix;
use super::tags::Structure;
use super::trust;
use crate::ingest::Limits;
use crate::model::{Code, Finding, Page, Rect, Severity};
use hayro_syntax::object::{Number, Object, Stream};
use hayro_syntax::page::Page as Source;

/// Most bytes that the content of one page may unfold to, its forms and each of its fonts included.
pub(super) const MAX_BYTES: u64 = 128 << 20;
/// Longest side of a page in points: larger ones (the format allows 200 inches times a user unit) are a mistake.
const MAX_SIDE: f64 = 200_000.0;

pub(super) fn read<'a>(
    number: u32,
    source: &Source<'a>,
    fonts: &mut Fonts<'a>,
    layers: &Layers,
    structure: &mut Structure<'a>,
    limits: &Limits,
) -> Page {
    let (width, height) = source.render_dimensions();
    let unit = user_unit(source);
    let (width, height) = ((f64::from(width) * unit) as f32, (f64::from(height) * unit) as f32);
    let scale = Matrix([unit, 0.0, 0.0, unit, 0.0, 0.0]);
    let initial = Matrix(source.initial_transform(true).as_coeffs()).then(&scale).finite();

    let mut page = Page { number, width, height, ..Page::default() };
    let area = Rect { x0: 0.0, y0: 0.0, x1: width, y1: height };
    let max_bytes = limits.max_unfolded_bytes.min(MAX_BYTES);
    let mut interpreter = Interpreter::new(fonts, layers, initial, area, max_bytes);
    let mut content = Vec::new();
    for stream in content_streams(source) {
        if let Some(data) = interpreter.decode(&stream) {
            content.extend_from_slice(&data);
            // An instruction may not go over from one stream to the next, but its operands may.
            content.push(b'\n');
        }
    }
    interpreter.run(&content, source.resources());
    drop(content);
    annotations::draw(source.raw(), &initial, &mut interpreter, source.resources());

    let Interpreter { runs, drawing, images, largest, troubles, .. } = interpreter;
    page.findings = findings(number, &troubles, drawing.cut || runs.cut);
    page.rulings = drawing.rulings;
    page.fills = drawing.fills;
    page.curves = drawing.curves;
    page.images = images;
    page.picture_dpi = largest.map(|(_, dpi)| dpi).filter(|dpi| dpi.is_finite() && *dpi > 0.0);
    let unknown = runs.unknown;
    runs.finish(&mut page);
    trust::hide_white_on_white(&mut page);
    page.tags = structure.tags(source.raw(), &page);
    page.distrust = trust::distrust(&page, unknown);
    if page.distrust.is_none() && trust::is_hidden_layer(&page) {
        let what = "its text is a hidden layer that an earlier OCR left: check figures against the picture";
        page.findings.push(Finding::new(Code::LowOcrConfidence, Severity::Warning, format!("page {number}: {what}")));
    }
    page
}

/// Points in a unit of the page's coordinates (ISO 32000-1, table 30), 1 where the file says nonsense.
pub(super) fn user_unit(source: &Source<'_>) -> f64 {
    let (width, height) = source.render_dimensions();
    let unit = source.raw().get::<Number>("UserUnit").map_or(1.0, |n| n.as_f64());
    let sound = (0.01..=75_000.0).contains(&unit) && f64::from(width.max(height)) * unit <= MAX_SIDE;
    if sound { unit } else { 1.0 }
}

fn content_streams<'a>(source: &Source<'a>) -> Vec<Stream<'a>> {
    match source.raw().get::<Object<'a>>("Contents") {
        Some(Object::Stream(stream)) => vec![stream],
        Some(Object::Array(streams)) => streams.iter::<Stream<'a>>().collect(),
        _ => Vec::new(),
    }
}

fn findings(number: u32, troubles: &[Trouble], cut: bool) -> Vec<Finding> {
    let told = troubles.iter().map(|trouble| {
        let (severity, what) = match trouble {
            Trouble::Damaged => (Severity::Error, "a part of its content is damaged and was left out"),
            Trouble::TooLarge => (Severity::Error, "its content unfolds to more than the limit and was left out"),
            Trouble::TooLong => (Severity::Error, "its content is longer than the limit and was cut"),
            Trouble::Nested => (Severity::Warning, "forms that draw themselves were left out"),
        };
        Finding::new(Code::ContentSkipped, severity, format!("page {number}: {what}"))
    });
    let cut = cut.then(|| {
        let what = "more lines or letters than any table has; the rest was left out";
        Finding::new(Code::ContentSkipped, Severity::Warning, format!("page {number}: {what}"))
    });
    told.chain(cut).collect()
}
