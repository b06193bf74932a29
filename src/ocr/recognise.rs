//! Lines of text, read: PP-OCRv6's recognisers look at a strip 48 pixels high and say for each step along it which
//! character stands there.

use super::ctc::{self, Letter};
use super::network::Network;

/// Height of the strips that the networks were trained on.
pub(super) const HEIGHT: u32 = 48;
/// Narrower strips are filled up to this.
pub(super) const LEAST_WIDTH: u32 = 64;
/// The width of most lines that the networks were trained on: a lone sign is read best in a strip filled up to it.
pub(super) const USUAL_WIDTH: u32 = 320;
/// Strips run together at most.
const BATCH: usize = 8;
/// Widest strip looked at: a line of 200 characters.
pub(super) const MOST_WIDTH: u32 = 48 * 100;

/// A line's picture: 48 rows of this many pixels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Strip {
    /// Pixels in a row.
    pub(super) width: u32,
    /// Shades, 0 black.
    pub(super) pixels: Vec<u8>,
}

/// A line as read: its characters, places in pixels of its strip.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Reading {
    /// Characters in order; [`Letter::at`] is in pixels of the strip.
    pub(super) letters: Vec<Letter>,
}

impl Reading {
    /// The least sure character's score; 0 where nothing was read.
    pub(super) fn least(&self) -> f32 {
        let least = self.letters.iter().map(|letter| letter.score).fold(f32::INFINITY, f32::min);
        if least.is_finite() { least } else { 0.0 }
    }

    /// Mean of the characters' scores; 0 where nothing was read.
    pub(super) fn mean(&self) -> f32 {
        let sum: f32 = self.letters.iter().map(|letter| letter.score).sum();
        if self.letters.is_empty() { 0.0 } else { sum / self.letters.len() as f32 }
    }
}

/// A recogniser and its alphabet.
#[derive(Debug)]
pub(super) struct Recogniser {
    network: Network,
    alphabet: Vec<char>,
}

impl Recogniser {
    /// A recogniser with an alphabet of one character a line; the space, which is not in it, comes last.
    ///
    /// # Errors
    /// The alphabet is empty.
    pub(super) fn new(network: Network, alphabet: &str) -> Result<Recogniser, String> {
        let mut alphabet: Vec<char> = alphabet.lines().filter_map(|line| line.chars().next()).collect();
        if alphabet.is_empty() {
            return Err("the recogniser's alphabet is empty".to_owned());
        }
        alphabet.push(' ');
        Ok(Recogniser { network, alphabet })
    }

    /// Reads strips, each by itself, filled up to a width; the readings come in the order of the strips.
    ///
    /// # Errors
    /// The network cannot be run.
    pub(super) fn read(&self, strips: &[&Strip], least_width: u32) -> Result<Vec<Reading>, String> {
        let mut order: Vec<usize> = (0..strips.len()).collect();
        order.sort_by_key(|&index| strips[index].width);
        let mut readings = vec![Reading::default(); strips.len()];
        let mut rest = order.as_slice();
        while let Some(&first) = rest.first() {
            // Strips of nearly one width go together: what is filled up costs as much as text.
            let limit = strips[first].width.max(least_width) * 9 / 8;
            let count = rest.iter().take(BATCH).take_while(|&&index| strips[index].width <= limit).count().max(1);
            let (batch, later) = rest.split_at(count);
            rest = later;
            let width =
                batch.iter().map(|&index| strips[index].width).max().unwrap_or(0).clamp(least_width, MOST_WIDTH);
            let width = width.div_ceil(8) * 8;
            let mut input = Vec::with_capacity(batch.len() * 3 * (HEIGHT * width) as usize);
            for &index in batch {
                fill(strips[index], width, &mut input);
            }
            let answer = self.network.run(input, [batch.len(), 3, HEIGHT as usize, width as usize])?;
            let &[lines, steps, classes] = answer.shape.as_slice() else {
                return Err(format!("the recogniser answered in the shape {:?}", answer.shape));
            };
            if lines != batch.len() || steps == 0 || classes == 0 {
                return Err(format!("the recogniser answered in the shape {:?}", answer.shape));
            }
            let step = width as f32 / steps as f32;
            for (scores, &index) in answer.values.chunks_exact(steps * classes).zip(batch) {
                let mut letters = ctc::decode(scores, classes, &self.alphabet);
                letters.iter_mut().for_each(|letter| letter.at = (letter.at * step).min(strips[index].width as f32));
                readings[index] = Reading { letters };
            }
        }
        Ok(readings)
    }
}

/// Three channels alike, one after the other, -1 to 1, filled up with 0 on the right.
fn fill(strip: &Strip, width: u32, input: &mut Vec<f32>) {
    let used = strip.width.min(width) as usize;
    let begin = input.len();
    for row in strip.pixels.chunks_exact(strip.width.max(1) as usize).take(HEIGHT as usize) {
        input.extend(row.iter().take(used).map(|pixel| f32::from(*pixel) / 127.5 - 1.0));
        input.extend(std::iter::repeat_n(0.0, width as usize - used));
    }
    let plane = (width * HEIGHT) as usize;
    input.resize(begin + plane, 0.0);
    input.extend_from_within(begin..begin + plane);
    input.extend_from_within(begin..begin + plane);
}

#[cfg(test)]
pub(in crate::ocr) mod sample {
    use super::*;

    /// A line of these characters, all as sure.
    pub(in crate::ocr) fn reading(text: &str, score: f32) -> Reading {
        let letter = |c| Letter { text: c, score, at: 0.0, others: Vec::new() };
        Reading { letters: text.chars().map(letter).collect() }
    }

    pub(in crate::ocr) fn text(reading: &Reading) -> String {
        reading.letters.iter().map(|letter| letter.text).collect()
    }
}
