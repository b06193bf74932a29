//! Directories of TIFF 6.0: lists of tags with numbers. EXIF is one, too.

/// A list of tagged numbers.
#[derive(Debug, Clone, Default)]
pub(super) struct Directory {
    entries: Vec<(u16, Vec<Value>)>,
}

/// A number of a tag: most are whole.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value {
    Whole(u32),
    Fraction(u32, u32),
}

/// Tags that are read (TIFF 6.0, appendix A).
pub(super) mod tag {
    pub(in super::super) const SUBFILE: u16 = 254;
    pub(in super::super) const WIDTH: u16 = 256;
    pub(in super::super) const HEIGHT: u16 = 257;
    pub(in super::super) const BITS: u16 = 258;
    pub(in super::super) const COMPRESSION: u16 = 259;
    pub(in super::super) const PHOTOMETRIC: u16 = 262;
    pub(in super::super) const FILL_ORDER: u16 = 266;
    pub(in super::super) const STRIP_OFFSETS: u16 = 273;
    pub(in super::super) const ORIENTATION: u16 = 274;
    pub(in super::super) const SAMPLES: u16 = 277;
    pub(in super::super) const ROWS_PER_STRIP: u16 = 278;
    pub(in super::super) const STRIP_BYTES: u16 = 279;
    pub(in super::super) const X_RESOLUTION: u16 = 282;
    pub(in super::super) const Y_RESOLUTION: u16 = 283;
    pub(in super::super) const PLANAR: u16 = 284;
    pub(in super::super) const FAX3_OPTIONS: u16 = 292;
    pub(in super::super) const RESOLUTION_UNIT: u16 = 296;
    pub(in super::super) const PREDICTOR: u16 = 317;
    pub(in super::super) const PALETTE: u16 = 320;
    pub(in super::super) const TILE_WIDTH: u16 = 322;
    pub(in super::super) const TILE_HEIGHT: u16 = 323;
    pub(in super::super) const TILE_OFFSETS: u16 = 324;
    pub(in super::super) const TILE_BYTES: u16 = 325;
    pub(in super::super) const EXTRA_SAMPLES: u16 = 338;
    pub(in super::super) const JPEG_TABLES: u16 = 347;
}

/// Values of one tag: the strips of a page of 50,000 rows, or a palette.
const MOST_VALUES: usize = 250_000;

impl Directory {
    /// The numbers of a tag, none where it is missing.
    pub(super) fn values(&self, tag: u16) -> &[Value] {
        self.entries.iter().find(|(of, _)| *of == tag).map_or(&[], |(_, values)| values)
    }

    /// The whole numbers of a tag.
    pub(super) fn whole(&self, tag: u16) -> Vec<u32> {
        self.values(tag).iter().map(Value::whole).collect()
    }

    /// The first number of a tag.
    pub(super) fn first(&self, tag: u16) -> Option<u32> {
        self.values(tag).first().map(Value::whole)
    }

    /// Dots an inch in x and y, where they are told in inches or centimetres.
    pub(super) fn density(&self) -> Option<(f32, f32)> {
        let inches = match self.first(tag::RESOLUTION_UNIT).unwrap_or(2) {
            2 => 1.0,
            3 => 2.54,
            _ => return None,
        };
        let x = self.values(tag::X_RESOLUTION).first()?.real();
        let y = self.values(tag::Y_RESOLUTION).first().map_or(x, Value::real);
        Some((x * inches, y * inches))
    }

    /// How the picture is turned.
    pub(super) fn orientation(&self) -> image::metadata::Orientation {
        let told = self.first(tag::ORIENTATION).and_then(|value| u8::try_from(value).ok());
        told.and_then(image::metadata::Orientation::from_exif).unwrap_or(image::metadata::Orientation::NoTransforms)
    }
}

impl Value {
    fn whole(&self) -> u32 {
        match *self {
            Value::Whole(value) => value,
            Value::Fraction(over, under) => over.checked_div(under).unwrap_or(0),
        }
    }

    fn real(&self) -> f32 {
        match *self {
            Value::Whole(value) => value as f32,
            Value::Fraction(over, under) => over as f32 / under.max(1) as f32,
        }
    }
}

/// The bytes of a TIFF in its byte order.
#[derive(Debug, Clone, Copy)]
pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    little: bool,
}

impl<'a> Reader<'a> {
    /// Of a TIFF, or of EXIF without its leading `Exif\0\0`; None for anything else.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        let little = match bytes.get(..4)? {
            b"II*\0" => true,
            b"MM\0*" => false,
            _ => return None,
        };
        Some(Reader { bytes, little })
    }

    /// Numbers of two bytes stand with the low byte first.
    pub(super) fn little(&self) -> bool {
        self.little
    }

    fn short(&self, at: usize) -> Option<u16> {
        let pair = self.bytes.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if self.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) })
    }

    fn long(&self, at: usize) -> Option<u32> {
        let four = self.bytes.get(at..at.checked_add(4)?)?.try_into().ok()?;
        Some(if self.little { u32::from_le_bytes(four) } else { u32::from_be_bytes(four) })
    }

    /// Where the first directory stands.
    pub(super) fn first(&self) -> Option<usize> {
        self.long(4).and_then(|at| usize::try_from(at).ok())
    }

    /// The directory at this place, and where the next one is; None where there is none. Tags that point outside the
    /// file are left out.
    pub(super) fn directory(&self, at: usize) -> Option<(Directory, Option<usize>)> {
        let count = usize::from(self.short(at)?);
        let start = at.checked_add(2)?;
        let entries = (0..count).map_while(|index| {
            let at = start + index * 12;
            let (tag, kind) = (self.short(at)?, self.short(at + 2)?);
            let count = usize::try_from(self.long(at + 4)?).ok()?;
            Some((tag, self.read(kind, count, at + 8).unwrap_or_default()))
        });
        let entries = entries.collect();
        let next = self.long(start + count * 12).filter(|&at| at != 0).and_then(|at| usize::try_from(at).ok());
        Some((Directory { entries }, next))
    }

    fn read(&self, kind: u16, count: usize, at: usize) -> Option<Vec<Value>> {
        let size = match kind {
            1 | 7 => 1,
            3 => 2,
            4 => 4,
            5 => 8,
            _ => return None,
        };
        let count = count.min(MOST_VALUES);
        let at = if size * count <= 4 { at } else { usize::try_from(self.long(at)?).ok()? };
        let value = |index: usize| {
            let at = at.checked_add(index * size)?;
            Some(match size {
                1 => Value::Whole(u32::from(*self.bytes.get(at)?)),
                2 => Value::Whole(u32::from(self.short(at)?)),
                4 => Value::Whole(self.long(at)?),
                _ => Value::Fraction(self.long(at)?, self.long(at.checked_add(4)?)?),
            })
        };
        Some((0..count).map_while(value).collect())
    }
}
