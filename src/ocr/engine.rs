//! The networks together: a picture in, lines of text with places and scores out.

use super::agree::better;
use super::crowded::{self, Pictures};
use super::ctc::Other;
use super::detect;
use super::gaps;
use super::hand;
use super::ink::{Box2, Ink};
use super::models;
use super::network::Network;
use super::parts::{self, Part};
use super::picture::Gray;
use super::points;
use super::recognise::{LEAST_WIDTH, Reading, Recogniser, Strip, USUAL_WIDTH};
use super::rulings::Lines;
use super::seams;
use super::segment::{self, Line};
use super::shape;
use super::strip::Slot;
use super::ticks;
use super::walls;
use rten::ThreadPool;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

/// How much work recognition may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Profile {
    /// The tiny recogniser alone, the picture looked at reduced.
    Fast,
    /// The tiny recogniser, and the small one where it is not sure.
    #[default]
    Balanced,
    /// The small recogniser throughout.
    Accurate,
}

impl Profile {
    /// As it is written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Profile::Fast => "fast",
            Profile::Balanced => "balanced",
            Profile::Accurate => "accurate",
        }
    }
}

/// A line as read, and where.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct ReadLine {
    /// Its pieces on the page, in pixels of the picture.
    pub(super) pieces: Vec<Box2>,
    /// Characters with the piece that each stands in and the place of its middle in pixels of the picture.
    pub(super) letters: Vec<PlacedLetter>,
    /// The detector saw it.
    pub(super) detected: bool,
}

/// A character on the page.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct PlacedLetter {
    /// What was read.
    pub(super) text: char,
    /// 0 to 1.
    pub(super) score: f32,
    /// Number of the piece in [`ReadLine::pieces`].
    pub(super) piece: usize,
    /// x of its middle.
    pub(super) x: f32,
    /// What else may stand here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) others: Vec<Other>,
}

/// The networks, loaded.
#[derive(Debug)]
pub struct Engine {
    detector: Network,
    tiny: Recogniser,
    small: Recogniser,
}

/// Below this score of a character the tiny recogniser's line is read again by the small one.
const DOUBTFUL: f32 = 0.9;
/// The same for a line with figures, in which one lost point is another amount.
const DOUBTFUL_FIGURES: f32 = 0.98;
/// A strip narrower than this holds a sign or two.
const SHORT: u32 = 160;
/// The detector looks at the picture at this resolution, in dots an inch: text of 10 points is then 17 pixels high.
const DETECT_DPI: f32 = 120.0;

impl Engine {
    /// Loads the networks from a folder.
    ///
    /// # Errors
    /// A file is missing or not the one it should be.
    pub fn load(dir: &Path, threads: usize) -> Result<Engine, String> {
        let threads = Arc::new(ThreadPool::with_num_threads(threads.max(1)));
        let network = |file| Network::load(models::read(dir, file)?, threads.clone());
        let text = |bytes| String::from_utf8(bytes).map_err(|_| "the alphabet is not UTF-8".to_owned());
        let alphabet = text(models::read(dir, &models::TINY_ALPHABET)?)?;
        let small = network(&models::SMALL)?;
        let known = small.note("character").ok_or("the small recogniser carries no alphabet")?.to_owned();
        Ok(Engine {
            detector: network(&models::DETECTOR)?,
            tiny: Recogniser::new(network(&models::TINY)?, &alphabet)?,
            small: Recogniser::new(small, &known)?,
        })
    }

    /// Reads an upright, clean picture in which these lines are drawn. Of a photograph (`soft`) the lines are blurred.
    ///
    /// # Errors
    /// A network cannot be run.
    pub(super) fn read(
        &self,
        picture: &Gray,
        drawn: &Lines,
        soft: bool,
        profile: Profile,
    ) -> Result<Vec<ReadLine>, String> {
        let mut clean = picture.clone();
        drawn.erase(&mut clean);
        let ticks = ticks::find(&clean, drawn.dpi());
        ticks.iter().for_each(|tick| tick.erase(&mut clean));
        let unticked = (!ticks.is_empty()).then(|| {
            let mut picture = picture.clone();
            ticks.iter().for_each(|tick| tick.erase(&mut picture));
            picture
        });
        let picture = unticked.as_ref().unwrap_or(picture);
        let ink = Ink::of(&clean);
        let Some(content) = ink.bounds(&ink.area()) else { return Ok(Vec::new()) };
        let content = content.grown(16).within(&ink.area());
        let began = Instant::now();
        // A line through print hides it from the detector; a blurred one takes too much of the print along.
        let rulings = drawn.rulings();
        let painted = walls::painted(&clean, &rulings);
        let seen = if soft && !walls::are_crowded(&rulings, drawn.dpi()) { picture } else { &painted };
        let places = detect::detect(&self.detector, seen, &content, (DETECT_DPI / drawn.dpi()).min(1.0))?;
        tracing::debug!(ms = began.elapsed().as_millis(), places = places.len(), "detected");
        let bare = walls::bare(picture, &clean, &rulings);
        let lines = segment::lines(&places, &ink, &bare, &rulings);
        let size = segment::typical(lines.iter().flat_map(|line| &line.pieces));
        let lines = gaps::part(lines, &ink, &rulings, size);
        let (cut, mut slots): (Vec<Strip>, Vec<Vec<Slot>>) =
            lines.iter().map(|line| crowded::strip(&bare, line, size)).unzip();
        let strips: Vec<&Strip> = cut.iter().collect();
        let began = Instant::now();
        let mut readings = self.cascade(&strips, profile, |index| lines[index].crowded)?;
        let pictures = Pictures { whole: picture, bare: &bare, painted: &painted };
        for (index, line) in lines.iter().enumerate().filter(|(_, line)| line.crowded) {
            let (Some(reading), Some(slots)) = (readings.get_mut(index), slots.get_mut(index)) else { continue };
            if crowded::is_told(reading) && !is_doubtful(reading) {
                continue;
            }
            let views = crowded::views(&pictures, line, size);
            let seen: Vec<&Strip> = views.iter().map(|(strip, _)| strip).collect();
            let read = self.cascade(&seen, profile, |_| true)?;
            crowded::surest(reading, slots, read.into_iter().zip(views));
        }
        tracing::debug!(ms = began.elapsed().as_millis(), lines = strips.len(), "recognised");
        let placed = lines.iter().zip(readings).zip(&slots);
        let mut placed: Vec<ReadLine> = placed.map(|((line, reading), slots)| place(line, reading, slots)).collect();
        seams::settle(&mut placed, lines.iter().map(|line| line.seams.as_slice()), size);
        for line in &mut placed {
            shape::settle(&ink, line);
            points::tell(&ink, line);
        }
        hand::leave_out(&mut placed, &clean, &ink);
        Ok(placed)
    }

    /// Reads strips, those again that the first recogniser is not sure of. `whole` tells which of them are not read again in
    /// parts: whose readings are compared with others of the same line, by the scores of all their characters.
    fn cascade(
        &self,
        strips: &[&Strip],
        profile: Profile,
        whole: impl Fn(usize) -> bool,
    ) -> Result<Vec<Reading>, String> {
        if profile == Profile::Accurate {
            return self.small.read(strips, LEAST_WIDTH);
        }
        let mut readings = self.tiny.read(strips, LEAST_WIDTH)?;
        if profile == Profile::Fast {
            return Ok(readings);
        }
        let doubtful: Vec<usize> =
            readings.iter().enumerate().filter(|(_, reading)| is_doubtful(reading)).map(|(index, _)| index).collect();
        tracing::debug!(doubtful = doubtful.len(), of = strips.len(), "read again");
        let is_sign = |index: &usize| strips[*index].width < SHORT && may_be_sign(&readings[*index]);
        let (signs, lines): (Vec<usize>, Vec<usize>) = doubtful.into_iter().partition(is_sign);
        let (mut wholes, parted): (Vec<usize>, Vec<usize>) = lines.into_iter().partition(|&index| whole(index));
        wholes.extend(self.parts_again(strips, &mut readings, parted)?);
        for (lines, width) in [(signs, USUAL_WIDTH), (wholes, LEAST_WIDTH)] {
            let again: Vec<&Strip> = lines.iter().map(|&index| strips[index]).collect();
            for (index, reading) in lines.into_iter().zip(self.small.read(&again, width)?) {
                readings[index] = better(std::mem::take(&mut readings[index]), reading);
            }
        }
        Ok(readings)
    }

    /// Reads the doubtful parts of lines again; those of which the whole is to be read again come back.
    fn parts_again(
        &self,
        strips: &[&Strip],
        readings: &mut [Reading],
        lines: Vec<usize>,
    ) -> Result<Vec<usize>, String> {
        let mut whole = Vec::new();
        let mut parted = Vec::new();
        for index in lines {
            match parts::around(strips[index], &readings[index], doubtful_below(&readings[index])) {
                Some(parts) => parted.push((index, parts)),
                None => whole.push(index),
            }
        }
        let cut = |(index, parts): &(usize, Vec<Part>)| parts.iter().map(|part| part.strip(strips[*index])).collect();
        let shown: Vec<Vec<Strip>> = parted.iter().map(cut).collect();
        let mut read = self.small.read(&shown.iter().flatten().collect::<Vec<_>>(), LEAST_WIDTH)?.into_iter();
        for (index, parts) in parted {
            let again = read.by_ref().take(parts.len()).collect();
            match parts::put(&readings[index], &parts, again) {
                Some(reading) => readings[index] = reading,
                None => whole.push(index),
            }
        }
        Ok(whole)
    }
}

fn is_doubtful(reading: &Reading) -> bool {
    reading.least() < doubtful_below(reading)
}

/// The score below which a line's characters are doubtful.
fn doubtful_below(reading: &Reading) -> f32 {
    if has_figures(reading) { DOUBTFUL_FIGURES } else { DOUBTFUL }
}

/// May a short line be a sign rather than a number? A lone one is taken for a figure or two (`═` for `11`).
fn may_be_sign(reading: &Reading) -> bool {
    reading.letters.len() <= 2 || !has_figures(reading)
}

fn has_figures(reading: &Reading) -> bool {
    reading.letters.iter().any(|letter| letter.text.is_ascii_digit())
}

/// What stands alone and is a stroke across is a dash, not the numeral one: `一` alone fills no cell.
fn alone(mut reading: Reading) -> Reading {
    if let [only] = reading.letters.as_mut_slice()
        && only.text == '一'
    {
        only.text = '—';
    }
    reading
}

fn place(line: &Line, reading: Reading, slots: &[Slot]) -> ReadLine {
    let reading = if slots.len() == 1 { alone(reading) } else { reading };
    let letters = reading
        .letters
        .into_iter()
        .filter_map(|letter| {
            let last = slots.len().checked_sub(1)?;
            let piece = slots.iter().position(|slot| letter.at < slot.to).unwrap_or(last);
            let slot = slots.get(piece)?;
            let x = slot.left + (letter.at - slot.from) * slot.scale;
            Some(PlacedLetter { text: letter.text, score: letter.score, piece, x, others: letter.others })
        })
        .collect();
    ReadLine { pieces: line.pieces.clone(), letters, detected: line.detected }
}

#[cfg(test)]
mod tests {
    use super::super::recognise::HEIGHT;
    use super::super::recognise::sample::{reading, text};
    use super::super::strip;
    use super::*;

    #[test]
    fn figures_are_doubted_sooner_than_words() {
        assert!(is_doubtful(&reading("105.55%", 0.96)) && !is_doubtful(&reading("105.55%", 0.99)));
        assert!(is_doubtful(&reading("预算", 0.85)) && !is_doubtful(&reading("预算", 0.96)));
        assert!(is_doubtful(&Reading::default()));
    }

    #[test]
    fn a_stroke_alone_is_a_dash() {
        assert_eq!(text(&alone(reading("一", 0.9))), "—");
        assert_eq!(text(&alone(reading("一级", 0.9))), "一级");
    }

    #[test]
    fn pieces_stand_side_by_side_in_their_strip_and_letters_go_back_to_them() {
        let picture = Gray::new(200, 200, 255);
        let line = Line::of(vec![Box2::new(10, 10, 30, 30), Box2::new(10, 40, 30, 60)], true, false);
        let (strip, slots) = strip::strip(&picture, &line, 20, None);
        assert_eq!((slots.len(), strip.pixels.len()), (2, (strip.width * HEIGHT) as usize));
        assert!((slots[0].to - slots[1].from).abs() < 0.01);
        let mut read = reading("标指", 0.9);
        read.letters[0].at = slots[0].to / 2.0;
        read.letters[1].at = (slots[1].from + slots[1].to) / 2.0;
        let placed = place(&line, read, &slots);
        assert_eq!((placed.letters[0].piece, placed.letters[1].piece), (0, 1));
        assert!(placed.letters.iter().all(|letter| (letter.x - 20.0).abs() < 1.5), "{placed:?}");
    }
}
