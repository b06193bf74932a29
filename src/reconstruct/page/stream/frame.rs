//! Upright coordinates for text of any direction: along its lines, and down the page as its lines follow each other.
//! All that looks for columns and rows works in these, so a table turned by 90° is a table like any other.

use super::super::words::Word;
use crate::model::{Axis, Direction, Rect, Ruling};

/// A way of writing, and with it a system of coordinates.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) struct Frame {
    direction: Direction,
    vertical: bool,
}

impl Frame {
    /// The frame in which this word is upright.
    pub(in super::super) fn of(word: &Word) -> Frame {
        match (word.direction, word.vertical) {
            (_, true) | (Direction::Down, _) => Frame { direction: Direction::Down, vertical: word.vertical },
            (direction, _) => Frame { direction, vertical: false },
        }
    }

    /// Does text stand parallel to the page's edges?
    pub(in super::super) fn is_square(self) -> bool {
        self.direction != Direction::Skewed
    }

    /// A box of the page in upright coordinates.
    pub(in super::super) fn upright(self, b: &Rect) -> Rect {
        match self.direction {
            Direction::Right | Direction::Skewed => *b,
            Direction::Down => Rect::new(b.y0, -b.x1, b.y1, -b.x0),
            Direction::Up => Rect::new(-b.y1, b.x0, -b.y0, b.x1),
            Direction::Left => Rect::new(-b.x1, -b.y1, -b.x0, -b.y0),
        }
    }

    /// An upright box on the page.
    pub(in super::super) fn on_page(self, b: &Rect) -> Rect {
        match self.direction {
            Direction::Right | Direction::Skewed => *b,
            Direction::Down => Rect::new(-b.y1, b.x0, -b.y0, b.x1),
            Direction::Up => Rect::new(b.y0, -b.x1, b.y1, -b.x0),
            Direction::Left => Rect::new(-b.x1, -b.y1, -b.x0, -b.y0),
        }
    }

    /// A place along lines, on the page: x for upright text.
    pub(in super::super) fn along_on_page(self, x: f32) -> f32 {
        if matches!(self.direction, Direction::Up | Direction::Left) { -x } else { x }
    }

    /// A place across lines, on the page: y for upright text.
    pub(in super::super) fn across_on_page(self, y: f32) -> f32 {
        if matches!(self.direction, Direction::Down | Direction::Left) { -y } else { y }
    }

    /// A line of the page in upright coordinates.
    pub(in super::super) fn line(self, ruling: &Ruling) -> Ruling {
        let half = ruling.width / 2.0;
        let page = match ruling.axis {
            Axis::Horizontal => Rect::new(ruling.from, ruling.at - half, ruling.to, ruling.at + half),
            Axis::Vertical => Rect::new(ruling.at - half, ruling.from, ruling.at + half, ruling.to),
        };
        let turned = matches!(self.direction, Direction::Down | Direction::Up);
        let axis = match (ruling.axis, turned) {
            (Axis::Horizontal, false) | (Axis::Vertical, true) => Axis::Horizontal,
            (Axis::Vertical, false) | (Axis::Horizontal, true) => Axis::Vertical,
        };
        let b = self.upright(&page);
        let ((x, y), along) = (b.center(), axis == Axis::Horizontal);
        let (at, from, to) = if along { (y, b.x0, b.x1) } else { (x, b.y0, b.y1) };
        Ruling { axis, at, from, to, ..*ruling }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_frame_leads_back_to_the_page() {
        let b = Rect::new(10.0, 20.0, 50.0, 32.0);
        for direction in [Direction::Right, Direction::Down, Direction::Up, Direction::Left] {
            let frame = Frame { direction, vertical: false };
            assert_eq!(frame.on_page(&frame.upright(&b)), b, "{direction:?}");
        }
    }

    #[test]
    fn text_that_runs_up_is_read_along_its_own_lines() {
        // A page turned so that its lines run up: the line further to the right comes later.
        let frame = Frame { direction: Direction::Up, vertical: false };
        let first = frame.upright(&Rect::new(10.0, 100.0, 20.0, 200.0));
        let second = frame.upright(&Rect::new(30.0, 100.0, 40.0, 200.0));
        assert!(first.y1 <= second.y0);
        let begin = frame.upright(&Rect::new(10.0, 180.0, 20.0, 200.0));
        let end = frame.upright(&Rect::new(10.0, 100.0, 20.0, 120.0));
        assert!(begin.x1 <= end.x0);
        let ruling = Ruling { axis: Axis::Vertical, at: 25.0, from: 100.0, to: 200.0, width: 1.0, colour: [0; 3] };
        let upright = frame.line(&ruling);
        assert_eq!((upright.axis, upright.at, upright.from, upright.to), (Axis::Horizontal, 25.0, -200.0, -100.0));
    }
}
