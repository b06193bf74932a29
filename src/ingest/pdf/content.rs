//! Content streams, instruction by instruction (ISO 32000-1, annex A): keeps what text and lines need and passes over
//! the rest.

use super::colour::{self, ColourSpace, Rgb};
use super::font::{Font, Fonts};
use super::layers::Layers;
use super::matrix::Matrix;
use super::paths::{Drawing, Path};
use super::runs::{Pen, Runs, Style};
use super::stream::{self, Unread};
use super::unicode::text_string;
use crate::model::{Direction, Rect, Visibility};
use hayro_syntax::content::TypedIter;
use hayro_syntax::content::ops::TypedInstruction as Op;
use hayro_syntax::object::{Array, Dict, Name, Number, Object, Stream};
use hayro_syntax::page::Resources;
use std::rc::Rc;

/// Deepest nesting of forms within forms.
const MAX_NESTING: usize = 24;
/// Deepest stack of graphics states.
const MAX_STATES: usize = 4096;
/// Most instructions of one page, those of the forms that it draws included.
const MAX_INSTRUCTIONS: usize = 5_000_000;

/// Finding, unfolding and drawing a form or picture costs as much as this many instructions.
const OBJECT_COST: usize = 100;

/// What cut the reading of a page short.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Trouble {
    /// A content stream could not be decoded.
    Damaged,
    /// A content stream would unfold to too much.
    TooLarge,
    /// Too many instructions.
    TooLong,
    /// Forms that draw each other.
    Nested,
}

#[derive(Clone)]
struct State<'a> {
    ctm: Matrix,
    clip: Rect,
    line_width: f64,
    fill: Ink,
    stroke: Ink,
    font: Option<Rc<Font<'a>>>,
    size: f64,
    character_spacing: f64,
    word_spacing: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
    render_mode: i64,
}

#[derive(Debug, Clone, Copy)]
struct Ink {
    space: ColourSpace,
    colour: Rgb,
    /// Drawn without any opacity.
    clear: bool,
}

/// An open marked content sequence.
#[derive(Debug, Default)]
struct Marked {
    mark: Option<u32>,
    artifact: bool,
    hidden: bool,
    /// Where its glyphs begin, and what they stand for.
    actual: Option<(usize, String)>,
}

/// Reads the content of one page.
pub(super) struct Interpreter<'a, 'f> {
    fonts: &'f mut Fonts<'a>,
    layers: &'f Layers,
    state: State<'a>,
    states: Vec<State<'a>>,
    path: Path,
    clips_next: bool,
    text_matrix: Matrix,
    line_matrix: Matrix,
    marked: Vec<Marked>,
    /// Forms being drawn, by their object.
    open_forms: Vec<(u32, i32)>,
    instructions: usize,
    bytes_left: u64,
    pub(super) runs: Runs,
    pub(super) drawing: Drawing,
    pub(super) images: Vec<Rect>,
    /// Area in points and resolution in dots an inch of the largest picture.
    pub(super) largest: Option<(f32, f32)>,
    pub(super) troubles: Vec<Trouble>,
}

impl<'a, 'f> Interpreter<'a, 'f> {
    /// Begins a page: `initial` leads from its coordinates to displayed points, `page` is its box there.
    pub(super) fn new(
        fonts: &'f mut Fonts<'a>,
        layers: &'f Layers,
        initial: Matrix,
        page: Rect,
        max_bytes: u64,
    ) -> Self {
        let ink = Ink { space: ColourSpace::Components, colour: colour::BLACK, clear: false };
        Interpreter {
            fonts,
            layers,
            state: State {
                ctm: initial,
                clip: page,
                line_width: 1.0,
                fill: ink,
                stroke: ink,
                font: None,
                size: 1.0,
                character_spacing: 0.0,
                word_spacing: 0.0,
                stretch: 1.0,
                leading: 0.0,
                rise: 0.0,
                render_mode: 0,
            },
            states: Vec::new(),
            path: Path::default(),
            clips_next: false,
            text_matrix: Matrix::IDENTITY,
            line_matrix: Matrix::IDENTITY,
            marked: Vec::new(),
            open_forms: Vec::new(),
            instructions: 0,
            bytes_left: max_bytes,
            runs: Runs::default(),
            drawing: Drawing::default(),
            images: Vec::new(),
            largest: None,
            troubles: Vec::new(),
        }
    }

    pub(super) fn trouble(&mut self, trouble: Trouble) {
        if !self.troubles.contains(&trouble) {
            self.troubles.push(trouble);
        }
    }

    /// The decoded bytes of a content stream, within what the page may still cost.
    pub(super) fn decode<'s>(&mut self, stream: &Stream<'s>) -> Option<std::borrow::Cow<'s, [u8]>> {
        match stream::decode(stream, self.bytes_left) {
            Ok(data) => {
                self.bytes_left = self.bytes_left.saturating_sub(data.len() as u64);
                Some(data)
            }
            Err(Unread::TooLarge) => {
                // Finding that out cost something, too: a thousand such streams must not cost a thousand times as much.
                self.bytes_left /= 2;
                self.trouble(Trouble::TooLarge);
                None
            }
            Err(Unread::Damaged) => {
                self.trouble(Trouble::Damaged);
                None
            }
        }
    }

    /// Follows the instructions of one content stream.
    pub(super) fn run(&mut self, content: &[u8], resources: &Resources<'a>) {
        let (states, marked) = (self.states.len(), self.marked.len());
        let mut instructions = TypedIter::new(content);
        while let Some(instruction) = instructions.next() {
            self.instructions += 1;
            if self.instructions > MAX_INSTRUCTIONS {
                self.trouble(Trouble::TooLong);
                break;
            }
            self.step(instruction, resources);
        }
        // Whatever a stream leaves open ends with it.
        while self.marked.len() > marked {
            self.end_marked();
        }
        if self.states.len() > states {
            self.states.truncate(states + 1);
            self.restore();
        }
        self.path.clear();
        self.clips_next = false;
    }

    fn step(&mut self, instruction: Op<'_, '_>, resources: &Resources<'a>) {
        match instruction {
            Op::SaveState(_) if self.states.len() >= MAX_STATES => {}
            Op::SaveState(_) => self.states.push(self.state.clone()),
            Op::RestoreState(_) => self.restore(),
            Op::Transform(m) => {
                let matrix = Matrix::of([&m.0, &m.1, &m.2, &m.3, &m.4, &m.5]);
                self.state.ctm = matrix.then(&self.state.ctm).finite();
            }
            Op::LineWidth(w) => self.state.line_width = w.0.as_f64().abs(),
            Op::SetGraphicsState(name) => self.graphics_state(resources.get_ext_g_state(name.0)),

            Op::MoveTo(p) => self.path.move_to(&self.state.ctm, p.0.as_f64(), p.1.as_f64()),
            Op::LineTo(p) => self.path.line_to(&self.state.ctm, p.0.as_f64(), p.1.as_f64()),
            Op::CubicTo(p) => self.path.curve_to(&self.state.ctm, p.4.as_f64(), p.5.as_f64()),
            Op::CubicStartTo(p) => self.path.curve_to(&self.state.ctm, p.2.as_f64(), p.3.as_f64()),
            Op::CubicEndTo(p) => self.path.curve_to(&self.state.ctm, p.2.as_f64(), p.3.as_f64()),
            Op::ClosePath(_) => self.path.close(),
            Op::RectPath(r) => {
                let [x, y, w, h] = [&r.0, &r.1, &r.2, &r.3].map(Number::as_f64);
                self.path.rectangle(&self.state.ctm, x, y, w, h);
            }
            Op::StrokePath(_) => self.paint(true, None),
            Op::CloseAndStrokePath(_) => {
                self.path.close();
                self.paint(true, None);
            }
            Op::FillPathNonZero(_) | Op::FillPathNonZeroCompatibility(_) => self.paint(false, Some(false)),
            Op::FillPathEvenOdd(_) => self.paint(false, Some(true)),
            Op::FillAndStrokeNonZero(_) => self.paint(true, Some(false)),
            Op::FillAndStrokeEvenOdd(_) => self.paint(true, Some(true)),
            Op::CloseFillAndStrokeNonZero(_) => {
                self.path.close();
                self.paint(true, Some(false));
            }
            Op::CloseFillAndStrokeEvenOdd(_) => {
                self.path.close();
                self.paint(true, Some(true));
            }
            Op::EndPath(_) => self.paint(false, None),
            Op::ClipNonZero(_) | Op::ClipEvenOdd(_) => self.clips_next = true,

            Op::ColorSpaceStroke(name) => self.state.stroke = self.ink(name.0, resources),
            Op::ColorSpaceNonStroke(name) => self.state.fill = self.ink(name.0, resources),
            Op::StrokeColor(c) => set(&mut self.state.stroke, &c.0),
            Op::NonStrokeColor(c) => set(&mut self.state.fill, &c.0),
            Op::StrokeColorNamed(c) => set(&mut self.state.stroke, &c.0),
            Op::NonStrokeColorNamed(c) => set(&mut self.state.fill, &c.0),
            Op::StrokeColorDeviceGray(g) => direct(&mut self.state.stroke, colour::gray(&g.0)),
            Op::NonStrokeColorDeviceGray(g) => direct(&mut self.state.fill, colour::gray(&g.0)),
            Op::StrokeColorDeviceRgb(c) => direct(&mut self.state.stroke, colour::rgb(&c.0, &c.1, &c.2)),
            Op::NonStrokeColorDeviceRgb(c) => direct(&mut self.state.fill, colour::rgb(&c.0, &c.1, &c.2)),
            Op::StrokeColorCmyk(c) => direct(&mut self.state.stroke, colour::cmyk([&c.0, &c.1, &c.2, &c.3])),
            Op::NonStrokeColorCmyk(c) => direct(&mut self.state.fill, colour::cmyk([&c.0, &c.1, &c.2, &c.3])),

            Op::CharacterSpacing(v) => self.state.character_spacing = v.0.as_f64(),
            Op::WordSpacing(v) => self.state.word_spacing = v.0.as_f64(),
            Op::HorizontalScaling(v) => self.state.stretch = v.0.as_f64() / 100.0,
            Op::TextLeading(v) => self.state.leading = v.0.as_f64(),
            Op::TextRise(v) => self.state.rise = v.0.as_f64(),
            Op::TextRenderingMode(v) => self.state.render_mode = v.0.as_i64(),
            Op::TextFont(f) => {
                self.state.font = self.fonts.get(&resources.fonts, f.0);
                self.state.size = f.1.as_f64();
            }
            Op::BeginText(_) => {
                self.text_matrix = Matrix::IDENTITY;
                self.line_matrix = Matrix::IDENTITY;
                self.runs.moved = true;
            }
            Op::SetTextMatrix(m) => {
                self.line_matrix = Matrix::of([&m.0, &m.1, &m.2, &m.3, &m.4, &m.5]);
                self.text_matrix = self.line_matrix;
                self.runs.moved = true;
            }
            Op::NextLine(t) => self.next_line(t.0.as_f64(), t.1.as_f64()),
            Op::NextLineAndSetLeading(t) => {
                self.state.leading = -t.1.as_f64();
                self.next_line(t.0.as_f64(), t.1.as_f64());
            }
            Op::NextLineUsingLeading(_) => self.next_line(0.0, -self.state.leading),
            Op::ShowText(s) => self.show(s.0.as_bytes()),
            Op::NextLineAndShowText(s) => {
                self.next_line(0.0, -self.state.leading);
                self.show(s.0.as_bytes());
            }
            Op::ShowTextWithParameters(s) => {
                self.state.word_spacing = s.0.as_f64();
                self.state.character_spacing = s.1.as_f64();
                self.next_line(0.0, -self.state.leading);
                self.show(s.2.as_bytes());
            }
            Op::ShowTexts(parts) => {
                for part in parts.0.iter::<Object<'_>>() {
                    match part {
                        Object::String(text) => self.show(text.as_bytes()),
                        Object::Number(by) => self.adjust(by.as_f64()),
                        _ => {}
                    }
                }
            }

            Op::BeginMarkedContent(tag) => self.begin_marked(tag.0, None, resources),
            Op::BeginMarkedContentWithProperties(m) => self.begin_marked(m.0, Some(m.1), resources),
            Op::EndMarkedContent(_) => self.end_marked(),

            Op::XObject(name) => {
                self.instructions += OBJECT_COST;
                if let Some(object) = resources.get_x_object(name.0) {
                    self.x_object(&object, resources);
                }
            }
            Op::InlineImage(_) => self.image(None),
            _ => {}
        }
    }

    fn restore(&mut self) {
        if let Some(state) = self.states.pop() {
            self.state = state;
        }
    }

    fn graphics_state(&mut self, dict: Option<Dict<'a>>) {
        let Some(dict) = dict else { return };
        if let Some(width) = dict.get::<Number>("LW") {
            self.state.line_width = width.as_f64().abs();
        }
        if let Some(opacity) = dict.get::<Number>("ca") {
            self.state.fill.clear = opacity.as_f64() <= 0.0;
        }
        if let Some(opacity) = dict.get::<Number>("CA") {
            self.state.stroke.clear = opacity.as_f64() <= 0.0;
        }
    }

    fn ink(&self, name: &Name<'_>, resources: &Resources<'a>) -> Ink {
        let space = match name.as_ref() {
            b"DeviceGray" | b"DeviceRGB" | b"DeviceCMYK" | b"G" | b"RGB" | b"CMYK" => ColourSpace::Components,
            _ => resources.get_color_space(name).map_or(ColourSpace::Other, |object| ColourSpace::of(&object)),
        };
        Ink { space, colour: colour::BLACK, clear: false }
    }

    fn hidden(&self) -> bool {
        self.marked.last().is_some_and(|m| m.hidden)
    }

    /// Ends the path: draws it, and cuts by it where a clipping instruction stands before.
    fn paint(&mut self, stroke: bool, fill: Option<bool>) {
        let state = &self.state;
        if !self.hidden() {
            if let Some(even_odd) = fill.filter(|_| !state.fill.clear) {
                self.drawing.fill(&self.path, even_odd, state.fill.colour, &state.clip);
            }
            if stroke && !state.stroke.clear {
                let width = (state.line_width * state.ctm.scale()) as f32;
                self.drawing.stroke(&self.path, width, state.stroke.colour, &state.clip);
            }
        }
        if std::mem::take(&mut self.clips_next) {
            let nothing = Rect { x0: 0.0, y0: 0.0, x1: 0.0, y1: 0.0 };
            let bounds = self.path.bounds().unwrap_or(nothing);
            self.state.clip = self.state.clip.intersection(&bounds).unwrap_or(nothing);
        }
        self.path.clear();
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line_matrix = self.line_matrix.translated(x, y).finite();
        self.text_matrix = self.line_matrix;
        self.runs.moved = true;
    }

    /// Moves the pen by thousandths of an em against the writing direction.
    fn adjust(&mut self, by: f64) {
        let shift = -by / 1000.0 * self.state.size;
        let vertical = self.state.font.as_ref().is_some_and(|f| f.vertical);
        let (x, y) = if vertical { (0.0, shift) } else { (shift * self.state.stretch, 0.0) };
        self.text_matrix = self.text_matrix.translated(x, y).finite();
    }

    fn show(&mut self, mut bytes: &[u8]) {
        let Some(font) = self.state.font.clone() else { return };
        let state = &self.state;
        let base = self.text_matrix.then(&state.ctm);
        let (ux, uy) = base.vector(state.size.signum() * state.stretch.signum(), 0.0);
        let (vx, vy) = base.vector(0.0, state.size * f64::from(font.em));
        let style = Style {
            size: vx.hypot(vy) as f32,
            direction: direction(ux, uy),
            vertical: font.vertical,
            colour: if matches!(state.render_mode, 1 | 5) { state.stroke.colour } else { state.fill.colour },
            bold: font.bold || state.render_mode == 2,
            visibility: match state.render_mode {
                3 | 7 => Visibility::Invisible,
                1 | 5 if state.stroke.clear => Visibility::Invisible,
                0 | 4 if state.fill.clear => Visibility::Invisible,
                _ => Visibility::Visible,
            },
            artifact: self.marked.last().is_some_and(|m| m.artifact),
            mark: self.marked.last().and_then(|m| m.mark),
        };
        let hidden = self.hidden();
        let clip = state.clip;
        let before = self.runs.checkpoint();
        // A string that is cut in part is kept whole: what overflows a cell still belongs to it.
        let mut seen = false;
        let (mut x, mut y) = (0.0, 0.0);
        while !bytes.is_empty() {
            let (code, length) = font.next_code(bytes);
            let (used, rest) = bytes.split_at(length.clamp(1, bytes.len()));
            let shown = font.show(code, used);
            let advance = f64::from(shown.advance) * state.size;
            let spacing = state.character_spacing + if used == [b' '] { state.word_spacing } else { 0.0 };
            if !hidden {
                let (from, to) = if font.vertical {
                    // The pen stands at the top of the character, in the middle of the column.
                    ((x, y), (x, y + advance))
                } else {
                    ((x, y + state.rise), (x + advance * state.stretch, y + state.rise))
                };
                let pen = Pen { from: base.apply(from.0, from.1), to: base.apply(to.0, to.1) };
                seen |= is_within(&pen, &clip);
                self.runs.push(&font, shown, pen, &style);
            }
            if font.vertical {
                y += advance + spacing;
            } else {
                x += (advance + spacing) * state.stretch;
            }
            bytes = rest;
        }
        if !seen && !hidden {
            self.runs.restore(before);
        }
        self.text_matrix = self.text_matrix.translated(x, y).finite();
    }

    fn begin_marked(&mut self, tag: &Name<'_>, properties: Option<&Object<'_>>, resources: &Resources<'a>) {
        let outer = self.marked.last();
        let mut marked = Marked {
            mark: outer.and_then(|m| m.mark),
            artifact: outer.is_some_and(|m| m.artifact) || tag.as_ref() == b"Artifact",
            hidden: outer.is_some_and(|m| m.hidden),
            actual: None,
        };
        let replaced = self.marked.iter().any(|m| m.actual.is_some());
        let start = self.runs.len();
        let mut take = |dict: &Dict<'_>| {
            if let Some(mark) = dict.get::<Number>("MCID") {
                marked.mark = u32::try_from(mark.as_i64()).ok();
            }
            // Of nested replacements the outermost speaks for all its glyphs.
            if !replaced && let Some(actual) = dict.get::<hayro_syntax::object::String<'_>>("ActualText") {
                marked.actual = Some((start, text_string(actual.as_bytes()).into_owned()));
            }
        };
        match properties {
            Some(Object::Dict(dict)) => take(dict),
            Some(Object::Name(name)) => {
                if let Some(dict) = resources.properties.get::<Dict<'_>>(name.as_ref()) {
                    take(&dict);
                    if tag.as_ref() == b"OC" {
                        let reference = resources.properties.get_ref(name.as_ref());
                        marked.hidden |= self.layers.is_hidden(reference, &dict);
                    }
                }
            }
            _ => {}
        }
        self.marked.push(marked);
    }

    fn end_marked(&mut self) {
        if let Some(Marked { actual: Some((start, text)), .. }) = self.marked.pop() {
            self.runs.replace(start, &text);
        }
    }

    fn x_object(&mut self, object: &Stream<'a>, resources: &Resources<'a>) {
        let dict = object.dict();
        if let Some(layer) = dict.get::<Dict<'_>>("OC")
            && self.layers.is_hidden(dict.get_ref("OC"), &layer)
        {
            return;
        }
        match dict.get::<Name<'_>>("Subtype").as_deref() {
            Some(b"Form") => self.form(object, Matrix::IDENTITY, resources),
            Some(b"Image") => {
                let side = |key| dict.get::<Number>(key).map(|n| n.as_f64());
                self.image(side("Width").zip(side("Height")));
            }
            _ => {}
        }
    }

    /// A picture of so many pixels, where that is known.
    fn image(&mut self, pixels: Option<(f64, f64)>) {
        if self.hidden() {
            return;
        }
        let mut square = Path::default();
        square.rectangle(&self.state.ctm, 0.0, 0.0, 1.0, 1.0);
        let Some(area) = square.bounds() else { return };
        self.drawing.image(area, &self.state.clip, &mut self.images);
        let [a, b, c, d, ..] = self.state.ctm.0;
        let size = area.width() * area.height();
        if let Some((columns, rows)) = pixels
            && self.largest.is_none_or(|(largest, _)| size > largest)
        {
            // Of a fax's two resolutions the finer one is what there is to see.
            let dpi = (columns / a.hypot(b)).max(rows / c.hypot(d)) * 72.0;
            self.largest = Some((size, dpi as f32));
        }
    }

    /// Draws a form XObject; `placed` is done after the form's own matrix (annotations are fitted into their box).
    pub(super) fn form(&mut self, form: &Stream<'a>, placed: Matrix, resources: &Resources<'a>) {
        let id = form.obj_id();
        let key = (id.obj_number, id.gen_number);
        if self.open_forms.contains(&key) || self.open_forms.len() >= MAX_NESTING {
            self.trouble(Trouble::Nested);
            return;
        }
        let Some(content) = self.decode(form) else { return };
        let dict = form.dict();
        let own = dict.get::<Dict<'a>>("Resources").map(Resources::new);
        let (saved, text_matrix, line_matrix) = (self.state.clone(), self.text_matrix, self.line_matrix);
        let matrix = numbers::<6>(dict, "Matrix").map_or(Matrix::IDENTITY, |m| Matrix(m).finite());
        self.state.ctm = matrix.then(&placed).then(&self.state.ctm).finite();
        if let Some([x0, y0, x1, y1]) = numbers::<4>(dict, "BBox") {
            self.path.clear();
            self.path.rectangle(&self.state.ctm, x0, y0, x1 - x0, y1 - y0);
            self.clips_next = true;
            self.paint(false, None);
        }
        let outer_path = std::mem::take(&mut self.path);
        self.open_forms.push(key);
        self.run(&content, own.as_ref().unwrap_or(resources));
        self.open_forms.pop();
        self.path = outer_path;
        self.state = saved;
        self.text_matrix = text_matrix;
        self.line_matrix = line_matrix;
    }

    /// Writes a text on a line of its own: what a form field holds that has no appearance.
    pub(super) fn write(&mut self, text: &str, area: Rect, size: f32) {
        let style = Style {
            size,
            direction: Direction::Right,
            vertical: false,
            colour: colour::BLACK,
            bold: false,
            visibility: Visibility::Visible,
            artifact: false,
            mark: None,
        };
        self.runs.write(text, area, &style);
    }
}

/// An array of exactly so many finite numbers.
pub(super) fn numbers<const N: usize>(dict: &Dict<'_>, key: &str) -> Option<[f64; N]> {
    let array = dict.get::<Array<'_>>(key)?;
    let values: Vec<f64> = array.iter::<Number>().take(N).map(|n| n.as_f64()).collect();
    let values: [f64; N] = values.try_into().ok()?;
    values.iter().all(|v| v.is_finite()).then_some(values)
}

fn set(ink: &mut Ink, components: &[Number]) {
    ink.colour = colour::of_components(ink.space, components);
}

fn direct(ink: &mut Ink, colour: Rgb) {
    *ink = Ink { space: ColourSpace::Components, colour, clear: ink.clear };
}

/// Is the middle of a glyph's advance inside?
fn is_within(pen: &Pen, clip: &Rect) -> bool {
    let (x, y) = (((pen.from.0 + pen.to.0) / 2.0) as f32, ((pen.from.1 + pen.to.1) / 2.0) as f32);
    (clip.x0 - 1.0..=clip.x1 + 1.0).contains(&x) && (clip.y0 - 1.0..=clip.y1 + 1.0).contains(&y)
}

/// Which way a vector of the displayed page points, within about a degree.
fn direction(x: f64, y: f64) -> Direction {
    if y.abs() <= 0.02 * x.abs() {
        if x >= 0.0 { Direction::Right } else { Direction::Left }
    } else if x.abs() <= 0.02 * y.abs() {
        if y > 0.0 { Direction::Down } else { Direction::Up }
    } else {
        Direction::Skewed
    }
}
