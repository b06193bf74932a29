//! How large a picture is on paper: from what its file says of dots an inch where that makes a page, else guessed.

/// A page's size as it is seen, in points.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Sheet {
    pub(super) width: f32,
    pub(super) height: f32,
    /// Dots an inch of the finer direction: no more detail is there.
    pub(super) finest: f32,
}

/// Sides of A4 in points.
const A4: (f32, f32) = (595.0, 842.0);
/// Resolution of a picture that says none and is no sheet.
const USUAL: f32 = 200.0;
/// Sides over each other up to which a picture is taken for a whole sheet (A4: 1.41; Letter: 1.29; a camera's: 1.33, 1.5).
const SHEET_RATIO: f32 = 1.55;
/// Resolutions that scanners and programs write; others are mistakes.
const SOUND: std::ops::RangeInclusive<f32> = 50.0..=2400.0;
/// Longer side of a page in points that a stated resolution may make: a quarter of A4 up to A2.
const SIDES: std::ops::RangeInclusive<f32> = 250.0..=1700.0;
/// How much finer one direction may be than the other: a fax's standard mode has 204 by 98.
const MOST_UNEVEN: f32 = 2.2;

impl Sheet {
    /// Of a picture of so many pixels as it is seen, with its stated dots an inch in x and y.
    pub(super) fn of((width, height): (u32, u32), stated: Option<(f32, f32)>) -> Sheet {
        let (w, h) = (width as f32, height as f32);
        let points = |(x, y): (f32, f32)| Sheet { width: w * 72.0 / x, height: h * 72.0 / y, finest: x.max(y) };
        let sound = |&(x, y): &(f32, f32)| {
            let sheet = points((x, y));
            SOUND.contains(&x)
                && SOUND.contains(&y)
                && x.max(y) <= MOST_UNEVEN * x.min(y)
                && SIDES.contains(&sheet.width.max(sheet.height))
        };
        points(stated.filter(sound).unwrap_or_else(|| {
            let (long, short) = (w.max(h), w.min(h));
            let dpi = if long <= SHEET_RATIO * short { (long / A4.1).max(short / A4.0) * 72.0 } else { USUAL };
            // A long strip still is no wall paper.
            let dpi = dpi.max(long * 72.0 / SIDES.end());
            (dpi, dpi)
        }))
    }

    /// Pixels of this page at `dpi`, square ones, but no more than it has; None where that is nothing.
    pub(super) fn pixels(&self, dpi: f32, own: (u32, u32)) -> Option<(u32, u32)> {
        if !dpi.is_finite() || dpi <= 0.0 {
            return None;
        }
        if dpi >= self.finest
            && (self.width * own.1 as f32 - self.height * own.0 as f32).abs() < self.width + self.height
        {
            return Some(own);
        }
        let scale = dpi.min(self.finest) / 72.0;
        let side = |points: f32| (points * scale).round() as u32;
        let (width, height) = (side(self.width), side(self.height));
        (width > 0 && height > 0).then_some((width, height))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rounded(sheet: Sheet) -> (i32, i32, i32) {
        (sheet.width.round() as i32, sheet.height.round() as i32, sheet.finest.round() as i32)
    }

    #[test]
    fn what_the_file_says_where_it_makes_a_page() {
        assert_eq!(rounded(Sheet::of((1654, 2339), Some((200.0, 200.0)))), (595, 842, 200));
        // A camera's 72 dots an inch would make a sheet of 1.4 metres.
        assert_eq!(rounded(Sheet::of((3000, 4000), Some((72.0, 72.0)))), (595, 793, 363));
        // Standard fax: 1728 by 1078 pixels are an upright sheet.
        assert_eq!(rounded(Sheet::of((1728, 1146), Some((204.0, 98.0)))), (610, 842, 204));
    }

    #[test]
    fn guesses() {
        assert_eq!(rounded(Sheet::of((2480, 3508), None)), (595, 842, 300));
        assert_eq!(rounded(Sheet::of((3508, 2480), None)), (842, 595, 300));
        // A row cut from a page.
        assert_eq!(rounded(Sheet::of((1000, 200), None)), (360, 72, 200));
        assert_eq!(rounded(Sheet::of((20_000, 1000), None)), (1700, 85, 847));
    }

    #[test]
    fn never_finer_than_it_is() {
        let sheet = Sheet::of((1654, 2339), Some((200.0, 200.0)));
        assert_eq!(sheet.pixels(300.0, (1654, 2339)), Some((1654, 2339)));
        assert_eq!(sheet.pixels(50.0, (1654, 2339)), Some((414, 585))); // 413.5 and 584.75
        assert_eq!(sheet.pixels(f32::NAN, (1654, 2339)), None);
        let fax = Sheet::of((1728, 1146), Some((204.0, 98.0)));
        assert_eq!(fax.pixels(300.0, (1728, 1146)), Some((1728, 2386)));
    }
}
