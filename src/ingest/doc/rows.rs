//! A row's shape: the changes at its end mark that say where its cells begin and end and how they are joined
//! (MS-DOC 2.6.3).

use crate::ingest::flow::{RowShape, Vertical};
use crate::ingest::ole::u16_at;

/// Size of one cell's description in a row definition.
const CELL_BYTES: usize = 20;

impl RowShape {
    /// Takes one change into account; those that say nothing of shape are passed over.
    pub(super) fn apply(&mut self, opcode: u16, operand: &[u8]) {
        match (opcode, operand) {
            (0xD608, [count, rest @ ..]) => self.define(usize::from(*count), rest),
            (0x5624, [first, last, ..]) => {
                for (index, join) in
                    self.horizontal.iter_mut().enumerate().take(usize::from(*last)).skip(usize::from(*first))
                {
                    *join = if index == usize::from(*first) { 1 } else { 2 };
                }
            }
            (0x5625, [first, last, ..]) => {
                self.horizontal
                    .iter_mut()
                    .take(usize::from(*last))
                    .skip(usize::from(*first))
                    .for_each(|join| *join = 0);
            }
            (0xD62B, [cell, join, ..]) => {
                if let Some(vertical) = self.vertical.get_mut(usize::from(*cell)) {
                    *vertical = vertical_join(u16::from(*join));
                }
            }
            (0x5622, [first, last, ..]) => self.delete(usize::from(*first), usize::from(*last)),
            (0x7621, [first, count, low, high]) => {
                self.insert(usize::from(*first), usize::from(*count), i32::from(i16::from_le_bytes([*low, *high])));
            }
            (0x7623, [first, last, low, high]) => {
                self.set_width(usize::from(*first), usize::from(*last), i32::from(i16::from_le_bytes([*low, *high])));
            }
            _ => {}
        }
    }

    fn define(&mut self, count: usize, rest: &[u8]) {
        let edge = |i: usize| u16_at(rest, 2 * i).map(|raw| i32::from(raw as i16));
        self.edges = (0..=count).map_while(edge).collect();
        let cells = self.edges.len().saturating_sub(1);
        let described = rest.get(2 * (count + 1)..).unwrap_or(&[]);
        let flags = |i: usize| u16_at(described, CELL_BYTES * i).unwrap_or(0);
        self.horizontal = (0..cells).map(|i| (flags(i) & 3) as u8).collect();
        self.vertical = (0..cells).map(|i| vertical_join((flags(i) >> 5) & 3)).collect();
    }

    fn delete(&mut self, first: usize, last: usize) {
        let last = last.min(self.horizontal.len());
        if first >= last {
            return;
        }
        let width = self.edges[last] - self.edges[first];
        self.edges.drain(first + 1..=last);
        self.edges.iter_mut().skip(first + 1).for_each(|edge| *edge -= width);
        self.horizontal.drain(first..last);
        self.vertical.drain(first..last);
    }

    fn insert(&mut self, first: usize, count: usize, width: i32) {
        // Word knows at most 63 cells in a row.
        if self.horizontal.len() + count > 255 || self.edges.is_empty() {
            return;
        }
        let first = first.min(self.horizontal.len());
        let added = width * i32::try_from(count).unwrap_or(0);
        self.edges.iter_mut().skip(first + 1).for_each(|edge| *edge += added);
        // All at once: inserted one by one, a long list of changes would take the square of a row's cells for each.
        let edges = std::iter::successors(Some(self.edges[first] + width), |edge| Some(edge + width)).take(count);
        let edges: Vec<i32> = edges.collect();
        self.edges.splice(first + 1..first + 1, edges);
        self.horizontal.splice(first..first, std::iter::repeat_n(0, count));
        self.vertical.splice(first..first, std::iter::repeat_n(Vertical::Single, count));
    }

    fn set_width(&mut self, first: usize, last: usize, width: i32) {
        let last = last.min(self.horizontal.len());
        if first >= last {
            return;
        }
        let before = self.edges[last];
        for cell in first..last {
            self.edges[cell + 1] = self.edges[cell] + width;
        }
        let change = self.edges[last] - before;
        self.edges.iter_mut().skip(last + 1).for_each(|edge| *edge += change);
    }
}

fn vertical_join(bits: u16) -> Vertical {
    match bits {
        1 => Vertical::Continued,
        3 => Vertical::Top,
        _ => Vertical::Single,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingest::flow::EdgedCell;

    fn definition(edges: &[i16], flags: &[u16]) -> Vec<u8> {
        let mut out = vec![flags.len() as u8];
        out.extend(edges.iter().flat_map(|e| e.to_le_bytes()));
        for f in flags {
            out.extend(f.to_le_bytes());
            out.extend([0; CELL_BYTES - 2]);
        }
        out
    }

    #[test]
    fn a_definition_gives_edges_and_joins() {
        let mut shape = RowShape::default();
        shape.apply(0xD608, &definition(&[-108, 1000, 2000, 3000], &[3 << 5, 1, 2]));
        let cells = shape.cells(vec!["a".into(), "b".into(), "c".into()]);
        assert_eq!(
            cells[0],
            EdgedCell { left: -108, right: 1000, joined_left: false, vertical: Vertical::Top, text: "a".into() }
        );
        assert!(!cells[1].joined_left && cells[2].joined_left);
    }

    #[test]
    fn changes_after_the_definition_move_the_edges() {
        let mut shape = RowShape::default();
        shape.apply(0xD608, &definition(&[0, 10, 20, 30], &[0, 0, 0]));
        shape.apply(0x5622, &[1, 2]);
        assert_eq!(shape.edges, [0, 10, 20]);
        shape.apply(0x7621, &[1, 2, 5, 0]);
        assert_eq!(shape.edges, [0, 10, 15, 20, 30]);
        shape.apply(0x7623, &[0, 1, 12, 0]);
        assert_eq!(shape.edges, [0, 12, 17, 22, 32]);
    }

    #[test]
    fn nonsense_is_survived() {
        let mut shape = RowShape::default();
        shape.apply(0x5622, &[9, 3]);
        shape.apply(0x5622, &[0, 255]);
        shape.apply(0x7621, &[255, 255, 255, 127]);
        shape.apply(0xD608, &[255, 1, 0]);
        shape.apply(0x7623, &[0, 255, 1, 0]);
        shape.apply(0x5624, &[200, 3]);
        assert_eq!(shape.cells(vec!["x".into()]).len(), 1);
    }
}
