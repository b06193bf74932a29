//! Tells the encoding of a text from its bytes. A wrong guess is a wrong document, so the evidence is layered: a mark
//! proves, valid UTF-8 proves, and for the rest each candidate is decoded and judged as Chinese text.

use super::frequent::Frequent;
use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

/// Bytes judged, from the beginning.
const SAMPLE: usize = 128 << 10;

/// An encoding, and how sure it is.
#[derive(Debug, Clone)]
pub(in crate::ingest) struct Guess {
    pub(in crate::ingest) encoding: &'static Encoding,
    /// 0 to 1.
    pub(in crate::ingest) confidence: f64,
    /// Bytes of the byte order mark before the text.
    pub(in crate::ingest) mark: usize,
    /// The file says so itself (a mark, or a header that fits), or its bytes can be nothing else.
    pub(in crate::ingest) declared: bool,
}

impl Guess {
    /// The encoding's WHATWG name in lower case.
    pub(in crate::ingest) fn name(&self) -> &'static str {
        match self.encoding.name() {
            "UTF-8" => "utf-8",
            "UTF-16LE" => "utf-16le",
            "UTF-16BE" => "utf-16be",
            "gb18030" | "GBK" => "gb18030",
            "Big5" => "big5",
            "Shift_JIS" => "shift_jis",
            "EUC-KR" => "euc-kr",
            "EUC-JP" => "euc-jp",
            other => other,
        }
    }

    fn proven(encoding: &'static Encoding, mark: usize) -> Self {
        Guess { encoding, confidence: 1.0, mark, declared: true }
    }

    fn told(encoding: &'static Encoding, confidence: f64) -> Self {
        Guess { encoding, confidence: confidence.clamp(0.0, 0.99), mark: 0, declared: false }
    }
}

/// The encoding of a text file.
pub(in crate::ingest) fn detect(bytes: &[u8]) -> Guess {
    if let Some((encoding, mark)) = Encoding::for_bom(bytes) {
        return Guess::proven(encoding, mark);
    }
    let sample = &bytes[..bytes.len().min(SAMPLE)];
    if let Some(guess) = utf16_by_nulls(sample) {
        return guess;
    }
    let utf8 = Utf8Check::of(bytes);
    if utf8.broken == 0 && !(utf8.wide == 0 && utf8.cut) {
        let utf16 = if utf8.wide == 0 { utf16_without_nulls(sample) } else { None };
        return utf16.unwrap_or_else(|| Guess::proven(UTF_8, 0));
    }
    // Mostly valid UTF-8 with broken places: no other encoding makes valid sequences of three bytes by chance.
    if utf8.wide > 4 * utf8.broken {
        let share = utf8.broken as f64 / (utf8.broken + utf8.wide) as f64;
        return Guess::told(UTF_8, 0.99 - share);
    }
    if let Some(guess) = utf16_without_nulls(sample) {
        return guess;
    }
    legacy(sample)
}

/// How well bytes are UTF-8.
struct Utf8Check {
    /// Characters of more than one byte.
    wide: usize,
    /// Places where a sequence is broken.
    broken: usize,
    /// The last character is cut.
    cut: bool,
}

impl Utf8Check {
    fn of(bytes: &[u8]) -> Self {
        let mut check = Utf8Check { wide: 0, broken: 0, cut: false };
        let mut rest = bytes;
        loop {
            let (valid, after) = match std::str::from_utf8(rest) {
                Ok(_) => (rest, None),
                Err(e) => {
                    let next = e.error_len().map(|bad| e.valid_up_to() + bad);
                    check.cut = next.is_none();
                    (&rest[..e.valid_up_to()], Some(next))
                }
            };
            check.wide += valid.iter().filter(|&&b| b >= 0xC0).count();
            match after {
                Some(Some(next)) => {
                    check.broken += 1;
                    rest = &rest[next..];
                }
                _ => return check,
            }
            // Enough to know that it is something else.
            if check.broken > 10_000 && check.broken > check.wide {
                return check;
            }
        }
    }
}

/// UTF-16 of a text with digits, spaces or line ends: every second byte of those is NUL, always on one side.
fn utf16_by_nulls(sample: &[u8]) -> Option<Guess> {
    let mut nulls = [0usize; 2];
    for pair in sample.chunks_exact(2) {
        nulls[0] += usize::from(pair[0] == 0 && pair[1] != 0);
        nulls[1] += usize::from(pair[1] == 0 && pair[0] != 0);
    }
    let units = sample.len() / 2;
    let (more, fewer) = (nulls[0].max(nulls[1]), nulls[0].min(nulls[1]));
    if units == 0 || more * 100 < units * 2 || fewer * 10 > more {
        return None;
    }
    let encoding = if nulls[0] > nulls[1] { UTF_16BE } else { UTF_16LE };
    let plausible = plausible_units(sample, encoding == UTF_16BE);
    (plausible > 0.9).then(|| Guess::told(encoding, plausible))
}

/// UTF-16 of a text in Chinese characters only, without line ends or digits.
fn utf16_without_nulls(sample: &[u8]) -> Option<Guess> {
    if sample.len() < 8 || sample.len() % 2 == 1 && sample.len() < SAMPLE && sample.len() < 64 {
        return None;
    }
    let frequent = Frequent::new();
    [UTF_16LE, UTF_16BE].into_iter().find_map(|encoding| {
        let plausible = plausible_units(sample, encoding == UTF_16BE);
        if plausible < 0.95 {
            return None;
        }
        let judged = Judged::of(sample, encoding, &frequent);
        (judged.hanzi >= 4 && judged.frequent_share() > 0.3)
            .then(|| Guess::told(encoding, plausible * (0.6 + judged.frequent_share())))
    })
}

/// Share of the 16-bit units that Chinese reports are made of.
fn plausible_units(sample: &[u8], big_endian: bool) -> f64 {
    let units = (sample.len() / 2).max(1);
    let plausible = sample
        .chunks_exact(2)
        .map(|p| if big_endian { u16::from_be_bytes([p[0], p[1]]) } else { u16::from_le_bytes([p[0], p[1]]) })
        .filter(|u| {
            matches!(u, 0x0009..=0x000D | 0x0020..=0x007E | 0x00A0..=0x00FF | 0x2000..=0x27BF | 0x3000..=0x303F
                | 0x3200..=0x33FF | 0x4E00..=0x9FFF | 0xFF00..=0xFFEF | 0xFEFF)
        })
        .count();
    plausible as f64 / units as f64
}

/// A sample read in one encoding, judged as Chinese text.
struct Judged {
    hanzi: usize,
    frequent: usize,
    illegal: usize,
    /// Letters and signs that such texts hardly ever hold: private use, kana, half-width kana, Cyrillic, box parts.
    strange: usize,
}

impl Judged {
    fn of(sample: &[u8], encoding: &'static Encoding, frequent: &Frequent) -> Self {
        let mut decoder = encoding.new_decoder_without_bom_handling();
        let room = decoder.max_utf8_buffer_length(sample.len()).unwrap_or(0);
        let mut text = String::with_capacity(room);
        // `last` is false: a character cut by the sample's end is no error.
        let _ = decoder.decode_to_string(sample, &mut text, false);
        let mut judged = Judged { hanzi: 0, frequent: 0, illegal: 0, strange: 0 };
        for c in text.chars() {
            match c {
                '\u{4E00}'..='\u{9FFF}' => {
                    judged.hanzi += 1;
                    judged.frequent += usize::from(frequent.contains(c));
                }
                '\u{FFFD}' => judged.illegal += 1,
                '\u{80}'..='\u{9F}'
                | '\u{0400}'..='\u{04FF}'
                | '\u{3040}'..='\u{30FF}'
                | '\u{3100}'..='\u{312F}'
                | '\u{3400}'..='\u{4DBF}'
                | '\u{E000}'..='\u{F8FF}'
                | '\u{FF61}'..='\u{FF9F}'
                | '\u{20000}'.. => judged.strange += 1,
                _ => {}
            }
        }
        judged
    }

    fn frequent_share(&self) -> f64 {
        self.frequent as f64 / self.hanzi.max(1) as f64
    }

    /// 0 to 1: the share of frequent characters, less what no Chinese text holds.
    fn score(&self) -> f64 {
        let all = (self.hanzi + self.illegal + self.strange).max(1) as f64;
        self.frequent as f64 / all - 3.0 * self.illegal as f64 / all - self.strange as f64 / all
    }
}

/// One of the double-byte encodings of Chinese, or what a general detector says where neither fits.
fn legacy(sample: &[u8]) -> Guess {
    let frequent = Frequent::new();
    let gb = Judged::of(sample, GB18030, &frequent).score();
    let big5 = Judged::of(sample, BIG5, &frequent).score();
    let (encoding, best, other) = if big5 > gb { (BIG5, big5, gb) } else { (GB18030, gb, big5) };
    // Right readings score 0.3 to 0.6 even in short texts, wrong ones below 0.1.
    if best >= 0.12 {
        return Guess::told(encoding, 0.6 + (best - other.max(0.0)).max(0.0));
    }
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(sample, true);
    let general = detector.guess(Some(b"cn"), chardetng::Utf8Detection::Deny);
    // Names and lists have few frequent characters; without illegal bytes the commoner encoding is the better guess.
    if best > 0.0 || general == encoding_rs::GBK {
        return Guess::told(encoding, 0.4 + best.max(0.0));
    }
    Guess::told(general, 0.3)
}
