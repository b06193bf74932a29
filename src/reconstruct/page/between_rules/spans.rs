//! Headings over several columns, between lines: a line that runs along some columns only lies under headings that cover
//! all of them. Where it has more columns than headings above it, they are shared out so that each heading stands in the
//! middle of its own.

use super::{Band, Stack};

/// Columns below one line that are shared out.
const MOST_COLUMNS: usize = 24;
/// Part of a stack's width from which a line ends its head.
const WHOLE: f32 = 0.97;

/// A stretch of a band, from one edge to another, that is one cell.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Span {
    /// Number of the band.
    pub(super) band: usize,
    pub(super) x0: f32,
    pub(super) x1: f32,
}

impl Stack {
    /// The cells of a head that cover several columns. `values` tells the bands that hold numbers, which are none of a head.
    pub(super) fn head_spans(&self, bands: &[Band], edges: &[f32], values: &[bool], em: f32) -> Vec<Span> {
        let mut out = Vec::new();
        for (number, band) in bands.iter().enumerate() {
            if values.get(number) != Some(&false) {
                break;
            }
            let below: Vec<(f32, f32)> = self
                .rules
                .iter()
                .filter(|rule| (rule.at - band.y1).abs() < 4.0)
                .map(|rule| (rule.from, rule.to))
                .collect();
            if below.iter().any(|(from, to)| to - from >= WHOLE * (self.x1 - self.x0)) {
                break;
            }
            let headings = headings(band);
            for (from, to) in below {
                let inside: Vec<f32> = edges.iter().copied().filter(|&x| x > from - em && x < to + em).collect();
                let texts: Vec<(f32, f32)> = headings
                    .iter()
                    .copied()
                    .filter(|(x0, x1)| (x0 + x1) / 2.0 > from && (x0 + x1) / 2.0 < to)
                    .collect();
                out.extend(shared_out(&inside, &texts).into_iter().map(|(x0, x1)| Span { band: number, x0, x1 }));
            }
        }
        out
    }
}

/// The texts of a band, lines below each other joined, from left to right.
fn headings(band: &Band) -> Vec<(f32, f32)> {
    let mut ends: Vec<(f32, f32)> = band.texts.iter().map(|&(_, from, to)| (from, to)).collect();
    ends.sort_by(|a, b| a.0.total_cmp(&b.0));
    let mut out: Vec<(f32, f32)> = Vec::new();
    for (from, to) in ends {
        match out.last_mut() {
            Some(last) if from < last.1 => last.1 = last.1.max(to),
            _ => out.push((from, to)),
        }
    }
    out
}

/// Neighbouring columns between these edges for each text, so that the texts are nearest to the middles of theirs; nothing
/// where each column has its own.
fn shared_out(edges: &[f32], texts: &[(f32, f32)]) -> Vec<(f32, f32)> {
    let columns = edges.len().saturating_sub(1);
    if texts.is_empty() || texts.len() >= columns || columns > MOST_COLUMNS {
        return Vec::new();
    }
    // Price of the first texts over the first columns, and how many the last of them has.
    let mut best = vec![vec![(f32::MAX, 0_usize); columns + 1]; texts.len() + 1];
    if let Some(first) = best.first_mut().and_then(|row| row.first_mut()) {
        *first = (0.0, 0);
    }
    for (number, (x0, x1)) in texts.iter().enumerate() {
        for end in number + 1..=columns {
            let mut here = (f32::MAX, 0);
            for start in number..end {
                let before = best.get(number).and_then(|row| row.get(start)).map_or(f32::MAX, |(price, _)| *price);
                let (Some(a), Some(b)) = (edges.get(start), edges.get(end)) else { continue };
                let outside = (a - x0).max(0.0) + (x1 - b).max(0.0);
                let price = before + ((x0 + x1) / 2.0 - (a + b) / 2.0).abs() + 2.0 * outside;
                if price < here.0 {
                    here = (price, end - start);
                }
            }
            if let Some(slot) = best.get_mut(number + 1).and_then(|row| row.get_mut(end)) {
                *slot = here;
            }
        }
    }
    let mut out = Vec::new();
    let mut end = columns;
    for number in (1..=texts.len()).rev() {
        let size = best.get(number).and_then(|row| row.get(end)).map_or(0, |(_, size)| *size);
        if size == 0 {
            return Vec::new();
        }
        if let (Some(&a), Some(&b), true) = (edges.get(end - size), edges.get(end), size > 1) {
            out.push((a, b));
        }
        end -= size;
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_take_the_columns_that_they_are_centred_over() {
        let edges = [0.0, 100.0, 200.0, 300.0, 400.0, 500.0, 600.0];
        // Over four columns, and over two.
        assert_eq!(shared_out(&edges, &[(180.0, 220.0), (480.0, 520.0)]), [(400.0, 600.0), (0.0, 400.0)]);
        // One column by itself, then two.
        assert_eq!(shared_out(&edges[..4], &[(40.0, 60.0), (190.0, 210.0)]), [(100.0, 300.0)]);
        assert!(shared_out(&edges[..3], &[(40.0, 60.0), (140.0, 160.0)]).is_empty());
    }
}
