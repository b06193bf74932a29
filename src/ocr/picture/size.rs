//! How high the print of a page is, before it is read.

use super::Gray;
use super::components::components;

/// Darker pixels are print.
const INK: u8 = 150;
/// Heights of what may be a character, in inches: from figures of 3 points to ideographs of 30.
const CHARACTER: std::ops::RangeInclusive<f32> = 0.028..=0.42;
/// Width over height of the same: from an upright bar to two characters that touch.
const SHAPE: std::ops::RangeInclusive<f32> = 0.2..=2.2;
/// With fewer parts there is no print to speak of.
const FEW: usize = 40;

/// Height of most figures and of ideographs that hang together, in pixels, of an upright, clean picture of `dpi` pixels an
/// inch; None where there is hardly any print. Ideographs of several parts count by their parts, of which the upper
/// quarter is taken: a page of 10 points gives about 8.
pub(in crate::ocr) fn print_height(gray: &Gray, dpi: f32) -> Option<f32> {
    let mut heights: Vec<f32> = components(gray, INK)
        .into_iter()
        .filter(|c| CHARACTER.contains(&(c.height() / dpi)) && SHAPE.contains(&(c.width() / c.height().max(1.0))))
        .map(|c| c.height())
        .collect();
    heights.sort_unstable_by(f32::total_cmp);
    (heights.len() >= FEW).then(|| heights.get(heights.len() * 3 / 4).copied()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of upright boxes of this height, with a mark a third as high beside each, under a headline.
    fn page(height: usize) -> Gray {
        let mut gray = Gray::new(1200, 1200, 255);
        let mut fill = |x: usize, y: usize, w: usize, h: usize| {
            (y..y + h).for_each(|y| gray.row_mut(y)[x..x + w].fill(0));
        };
        (0..4).for_each(|i| fill(100 + i * 60, 40, 50, 50));
        for (row, column) in (0..8).flat_map(|row| (0..12).map(move |column| (row, column))) {
            fill(60 + column * 80, 200 + row * 100, height * 3 / 4, height);
            if column % 2 == 0 {
                fill(60 + column * 80 + height, 200 + row * 100, height / 2, height / 2);
            }
        }
        // A wall is no print.
        fill(20, 1100, 1100, 4);
        fill(20, 100, 4, 1000);
        gray
    }

    #[test]
    fn print_is_as_high_as_most_of_its_characters() {
        assert_eq!(print_height(&page(14), 200.0), Some(14.0));
        assert_eq!(print_height(&page(28), 200.0), Some(28.0));
    }

    #[test]
    fn a_page_with_hardly_any_print_tells_nothing() {
        assert_eq!(print_height(&Gray::new(300, 300, 255), 200.0), None);
    }
}
