use hayro_syntax::object::{Array, Name, Number, Object};

/// What the components of a colour mean, as far as telling ink from paper needs it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ColourSpace {
    /// By the number of components: gray, RGB or CMYK, also CalGray, CalRGB, Lab and ICC based ones.
    Components,
    /// One or more inks, 1 being full: Separation, DeviceN.
    Inks,
    /// An index into a table, or a pattern: some colour in between.
    Other,
}

impl ColourSpace {
    /// The kind of a colour space object (ISO 32000-1, 8.6).
    pub(super) fn of(object: &Object<'_>) -> Self {
        let name = match object {
            Object::Name(name) => Some(name.clone()),
            Object::Array(array) => first_name(array),
            _ => None,
        };
        match name.as_deref() {
            Some(b"Separation" | b"DeviceN") => ColourSpace::Inks,
            Some(b"Indexed" | b"Pattern" | b"I") => ColourSpace::Other,
            _ => ColourSpace::Components,
        }
    }
}

fn first_name<'a>(array: &Array<'a>) -> Option<Name<'a>> {
    array.iter::<Object<'a>>().next().and_then(Object::into_name)
}

pub(super) type Rgb = [u8; 3];

pub(super) const BLACK: Rgb = [0; 3];

pub(super) fn gray(value: &Number) -> Rgb {
    [byte(value.as_f64()); 3]
}

pub(super) fn rgb(red: &Number, green: &Number, blue: &Number) -> Rgb {
    [red, green, blue].map(|v| byte(v.as_f64()))
}

/// Without colour management: near enough to tell dark from light.
pub(super) fn cmyk(inks: [&Number; 4]) -> Rgb {
    let [c, m, y, k] = inks.map(|v| v.as_f64().clamp(0.0, 1.0));
    [c, m, y].map(|ink| byte((1.0 - ink) * (1.0 - k)))
}

/// The colour of these components in that space.
pub(super) fn of_components(space: ColourSpace, components: &[Number]) -> Rgb {
    match (space, components) {
        (ColourSpace::Components, [v]) => gray(v),
        (ColourSpace::Components, [r, g, b]) => rgb(r, g, b),
        (ColourSpace::Components, [c, m, y, k]) => cmyk([c, m, y, k]),
        (ColourSpace::Inks, inks) => {
            let ink = inks.iter().map(Number::as_f64).fold(0.0, f64::max);
            [byte(1.0 - ink); 3]
        }
        _ => [128; 3],
    }
}

fn byte(value: f64) -> u8 {
    (value.clamp(0.0, 1.0) * 255.0).round() as u8
}
