//! Pixels of a TIFF page: strips or tiles, each unpacked on its own, so that a damaged one costs only itself.

use super::Decoded;
use super::directory::{Directory, tag};
use crate::model::Raster;
use flate2::read::{DeflateDecoder, ZlibDecoder};
use hayro_ccitt::{DecodeSettings, Decoder as Rows, DecoderContext, EncodingMode};
use image::ImageDecoder;
use image::codecs::jpeg::JpegDecoder;
use std::io::{Cursor, Read};

/// How the pixels of a page are stored.
#[derive(Debug, Clone)]
pub(super) struct Layout {
    packing: Packing,
    colour: Colour,
    bits: usize,
    /// Samples of a pixel.
    samples: usize,
    /// Each sample has strips of its own.
    planar: bool,
    /// Samples are differences to the pixel on the left.
    differences: bool,
    /// The lowest bit of a byte is its leftmost.
    low_bit_first: bool,
    little: bool,
    /// An opacity follows the colour.
    alpha: bool,
    /// Width and height of a strip or tile.
    chunk: (usize, usize),
    /// Where each is and how long.
    chunks: Vec<(usize, usize)>,
    /// Red, green and blue of each palette colour.
    palette: Vec<[u8; 3]>,
    /// Quantisation and Huffman tables that all chunks share.
    jpeg_tables: Vec<u8>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Packing {
    None,
    Bits,
    Lzw,
    Deflate,
    Jpeg,
    Fax { mode: EncodingMode, aligned: bool },
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Colour {
    WhiteIsZero,
    BlackIsZero,
    Rgb,
    Palette,
    Cmyk,
    YCbCr,
}

impl Layout {
    /// What a directory says; the reason where that is not read.
    pub(super) fn of(directory: &Directory, little: bool, (width, height): (u32, u32)) -> Result<Layout, String> {
        let one = |tag, otherwise| directory.first(tag).unwrap_or(otherwise);
        let compression = one(tag::COMPRESSION, 1);
        let fax3 = if one(tag::FAX3_OPTIONS, 0) & 1 != 0 { EncodingMode::Group3_2D } else { EncodingMode::Group3_1D };
        let packing = match compression {
            1 => Packing::None,
            2 => Packing::Fax { mode: EncodingMode::Group3_1D, aligned: true },
            3 => Packing::Fax { mode: fax3, aligned: false },
            4 => Packing::Fax { mode: EncodingMode::Group4, aligned: false },
            5 => Packing::Lzw,
            7 => Packing::Jpeg,
            8 | 32_946 => Packing::Deflate,
            32_773 => Packing::Bits,
            6 => return Err("a TIFF with JPEG of the old kind (compression 6); save it as PNG".to_owned()),
            other => return Err(format!("a TIFF whose compression ({other}) is not read; save it as PNG")),
        };
        let samples = one(tag::SAMPLES, 1) as usize;
        let fax = matches!(packing, Packing::Fax { .. });
        let colour = match directory.first(tag::PHOTOMETRIC) {
            Some(0) => Colour::WhiteIsZero,
            Some(1) => Colour::BlackIsZero,
            Some(2) => Colour::Rgb,
            Some(3) => Colour::Palette,
            Some(5) => Colour::Cmyk,
            Some(6) => Colour::YCbCr,
            None if fax => Colour::WhiteIsZero,
            None if samples >= 3 => Colour::Rgb,
            None => Colour::BlackIsZero,
            Some(other) => return Err(format!("a TIFF whose colours ({other}) are not read; save it as PNG")),
        };
        let least = match colour {
            Colour::WhiteIsZero | Colour::BlackIsZero | Colour::Palette => 1,
            Colour::Rgb | Colour::YCbCr => 3,
            Colour::Cmyk => 4,
        };
        let bits = directory.first(tag::BITS).unwrap_or(1) as usize;
        let sound = matches!(bits, 1 | 2 | 4 | 8 | 16) && (least..=8).contains(&samples) && (bits >= 8 || samples == 1);
        if !sound || fax && bits != 1 || packing == Packing::Jpeg && bits != 8 {
            return Err(format!("a TIFF of {samples} samples of {bits} bits, which is not read; save it as PNG"));
        }
        let tiled = directory.first(tag::TILE_OFFSETS).is_some();
        let (offsets, lengths) = if tiled {
            (directory.whole(tag::TILE_OFFSETS), directory.whole(tag::TILE_BYTES))
        } else {
            (directory.whole(tag::STRIP_OFFSETS), directory.whole(tag::STRIP_BYTES))
        };
        let chunk = if tiled {
            (one(tag::TILE_WIDTH, 0), one(tag::TILE_HEIGHT, 0))
        } else {
            (width, one(tag::ROWS_PER_STRIP, height).min(height))
        };
        // A tile may stick out at the page's edge, not by more than itself.
        if chunk.0 == 0
            || chunk.1 == 0
            || chunk.0 > width.next_multiple_of(1024)
            || chunk.1 > height.next_multiple_of(1024)
        {
            return Err("a TIFF with strips of a wrong size; save it as PNG".to_owned());
        }
        let lengths = lengths.into_iter().map(|length| length as usize).chain(std::iter::repeat(usize::MAX));
        let palette = directory.whole(tag::PALETTE);
        let third = palette.len() / 3;
        let entry = |index: usize| [0, 1, 2].map(|channel| (palette[channel * third + index] >> 8) as u8);
        Ok(Layout {
            packing,
            colour,
            bits,
            samples,
            planar: one(tag::PLANAR, 1) == 2 && samples > 1,
            differences: one(tag::PREDICTOR, 1) == 2,
            low_bit_first: one(tag::FILL_ORDER, 1) == 2,
            little,
            alpha: samples > least && matches!(directory.first(tag::EXTRA_SAMPLES), Some(1 | 2)),
            chunk: (chunk.0 as usize, chunk.1 as usize),
            chunks: offsets.into_iter().map(|at| at as usize).zip(lengths).collect(),
            palette: (0..third).map(entry).collect(),
            jpeg_tables: directory.whole(tag::JPEG_TABLES).into_iter().map(|byte| byte as u8).collect(),
        })
    }

    /// Bytes of a row of a chunk.
    fn row_bytes(&self) -> usize {
        (self.chunk.0 * self.bits * self.samples_in_chunk()).div_ceil(8)
    }

    fn samples_in_chunk(&self) -> usize {
        if self.planar { 1 } else { self.samples }
    }
}

/// The page as stored; chunks that cannot be read are white.
pub(super) fn decode(bytes: &[u8], (width, height): (u32, u32), layout: &Layout) -> Result<Decoded, String> {
    let (w, h) = (width as usize, height as usize);
    let (across, down) = (w.div_ceil(layout.chunk.0), h.div_ceil(layout.chunk.1));
    let planes = if layout.planar { layout.samples } else { 1 };
    let mut raster = Raster::white(width, height);
    let mut lost = 0usize;
    for row in 0..down {
        for column in 0..across {
            let rows = layout.chunk.1.min(h - row * layout.chunk.1);
            let mut samples = Vec::new();
            let mut complete = true;
            for plane in 0..planes {
                let number = (plane * down + row) * across + column;
                let unpacked = layout.chunks.get(number).and_then(|&(at, length)| {
                    let end = at.saturating_add(length).min(bytes.len());
                    unpack(bytes.get(at..end)?, layout, rows)
                });
                let (unpacked, whole) = unpacked.unwrap_or_default();
                complete &= whole;
                samples.push(unpacked);
            }
            lost += usize::from(!complete);
            let cut = (row * layout.chunk.1, column * layout.chunk.0, rows);
            paint(&mut raster, &samples, layout, cut);
        }
    }
    let count = across * down;
    let missing = (lost > 0)
        .then(|| format!("the picture is damaged or cut off: {lost} of its {count} pieces could not be read whole"));
    if lost == count && raster.rgb.iter().all(|&byte| byte == 255) {
        return Err("no piece of the picture can be read".to_owned());
    }
    Ok(Decoded { raster, missing })
}

/// Bytes of a chunk's rows, and whether all came out.
fn unpack(data: &[u8], layout: &Layout, rows: usize) -> Option<(Vec<u8>, bool)> {
    let wanted = layout.row_bytes().checked_mul(rows)?;
    let reversed: Vec<u8>;
    let data = if layout.low_bit_first && layout.packing != Packing::Jpeg {
        reversed = data.iter().map(|byte| byte.reverse_bits()).collect();
        &reversed
    } else {
        data
    };
    let mut out = match layout.packing {
        Packing::None => data.get(..wanted.min(data.len()))?.to_vec(),
        Packing::Bits => unpack_bits(data, wanted),
        Packing::Lzw => lzw(data, wanted),
        Packing::Deflate => inflate(data, wanted),
        Packing::Jpeg => jpeg(data, layout, rows)?,
        Packing::Fax { mode, aligned } => fax(data, layout, rows, mode, aligned),
    };
    out.truncate(wanted);
    let complete = out.len() == wanted;
    if layout.differences && !matches!(layout.packing, Packing::Jpeg | Packing::Fax { .. }) {
        for row in out.chunks_mut(layout.row_bytes()) {
            undo_differences(row, layout);
        }
    }
    Some((out, complete))
}

fn unpack_bits(data: &[u8], wanted: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(wanted);
    let mut rest = data;
    while let [count, tail @ ..] = rest {
        if out.len() >= wanted {
            break;
        }
        let count = count.cast_signed();
        if count >= 0 {
            let length = (count as usize + 1).min(tail.len());
            out.extend_from_slice(&tail[..length]);
            rest = &tail[length..];
        } else {
            let Some((&value, after)) = tail.split_first() else { break };
            // -128 does nothing and has no value.
            if count == -128 {
                rest = tail;
                continue;
            }
            out.resize(out.len() + 1 + usize::from(count.unsigned_abs()), value);
            rest = after;
        }
    }
    out
}

fn lzw(data: &[u8], wanted: usize) -> Vec<u8> {
    let mut decoder = weezl::decode::Decoder::with_tiff_size_switch(weezl::BitOrder::Msb, 8);
    let mut out = vec![0; wanted];
    let (mut read, mut written) = (0, 0);
    while written < wanted {
        let result = decoder.decode_bytes(&data[read..], &mut out[written..]);
        read += result.consumed_in;
        written += result.consumed_out;
        let stuck = result.consumed_in == 0 && result.consumed_out == 0;
        if stuck || !matches!(result.status, Ok(weezl::LzwStatus::Ok)) {
            break;
        }
    }
    out.truncate(written);
    out
}

fn inflate(data: &[u8], wanted: usize) -> Vec<u8> {
    let mut out = Vec::with_capacity(wanted);
    // What came out before an error is kept.
    let _ = ZlibDecoder::new(data).take(wanted as u64).read_to_end(&mut out);
    if out.is_empty() {
        let _ = DeflateDecoder::new(data).take(wanted as u64).read_to_end(&mut out);
    }
    out
}

/// Rows of a chunk of JPEG as the chunk's samples: one for gray, three for colour, four of CMYK as three.
fn jpeg(data: &[u8], layout: &Layout, rows: usize) -> Option<Vec<u8>> {
    let mut joined = vec![0xFF, 0xD8];
    if layout.colour == Colour::Rgb && layout.samples_in_chunk() == 3 {
        // An Adobe marker that says "no transform": else three components are taken for YCbCr.
        joined.extend_from_slice(b"\xFF\xEE\0\x0EAdobe\0\x64\0\0\0\0\0");
    }
    let tables = layout.jpeg_tables.strip_prefix(b"\xFF\xD8").unwrap_or(&layout.jpeg_tables);
    joined.extend_from_slice(tables.strip_suffix(b"\xFF\xD9").unwrap_or(tables));
    joined.extend_from_slice(data.strip_prefix(b"\xFF\xD8").unwrap_or(data));
    let decoder = JpegDecoder::new(Cursor::new(joined)).ok()?;
    let (width, height) = decoder.dimensions();
    let channels = usize::from(decoder.color_type().channel_count());
    let expected = if layout.samples_in_chunk() == 1 { 1 } else { 3 };
    let fits = width as usize == layout.chunk.0
        && height as usize >= rows
        && height as usize <= layout.chunk.1.next_multiple_of(16);
    if !fits || channels != expected {
        return None;
    }
    let mut out = vec![255; usize::try_from(decoder.total_bytes()).ok()?];
    decoder.read_image(&mut out).ok()?;
    if layout.samples_in_chunk() <= 3 {
        return Some(out);
    }
    // The decoder has made RGB of CMYK: back to as many samples as the page has, without black.
    let extra = layout.samples_in_chunk() - 3;
    Some(out.chunks_exact(3).flat_map(|p| p.iter().map(|v| 255 - v).chain(std::iter::repeat_n(0, extra))).collect())
}

/// Collects rows as bits, 1 for black.
struct Bitmap {
    rows: Vec<u8>,
    width: usize,
    row_bytes: usize,
    most: usize,
}

impl Rows for Bitmap {
    fn push_row(&mut self, changes: &[u32]) {
        if self.rows.len() >= self.most {
            return;
        }
        let start = self.rows.len();
        self.rows.resize(start + self.row_bytes, 0);
        let Some(row) = self.rows.get_mut(start..) else { return };
        for black in changes.chunks(2) {
            let from = black.first().map_or(self.width, |&x| x as usize);
            let to = black.get(1).map_or(self.width, |&x| x as usize).min(self.width);
            for x in from..to {
                if let Some(byte) = row.get_mut(x / 8) {
                    *byte |= 0x80 >> (x % 8);
                }
            }
        }
    }
}

fn fax(data: &[u8], layout: &Layout, rows: usize, mode: EncodingMode, aligned: bool) -> Vec<u8> {
    let settings = DecodeSettings {
        columns: layout.chunk.0 as u32,
        rows: rows as u32,
        end_of_block: mode == EncodingMode::Group4,
        end_of_line: false,
        rows_are_byte_aligned: aligned,
        encoding: mode,
        strict: false,
    };
    let most = layout.row_bytes() * rows;
    let mut bitmap =
        Bitmap { rows: Vec::with_capacity(most), width: layout.chunk.0, row_bytes: layout.row_bytes(), most };
    // Rows before an error are kept.
    let _ = hayro_ccitt::decode(data, &mut bitmap, &mut DecoderContext::new(settings));
    bitmap.rows
}

fn undo_differences(row: &mut [u8], layout: &Layout) {
    let step = layout.samples_in_chunk();
    match layout.bits {
        8 => {
            for at in step..row.len() {
                row[at] = row[at].wrapping_add(row[at - step]);
            }
        }
        16 => {
            let read = |pair: &[u8]| {
                let pair = [pair[0], pair[1]];
                if layout.little { u16::from_le_bytes(pair) } else { u16::from_be_bytes(pair) }
            };
            for at in (step * 2..row.len().saturating_sub(1)).step_by(2) {
                let sum = read(&row[at..]).wrapping_add(read(&row[at - step * 2..]));
                row[at..at + 2].copy_from_slice(&if layout.little { sum.to_le_bytes() } else { sum.to_be_bytes() });
            }
        }
        _ => {}
    }
}

/// Puts a chunk's pixels where they belong.
fn paint(raster: &mut Raster, planes: &[Vec<u8>], layout: &Layout, (top, left, rows): (usize, usize, usize)) {
    let width = raster.width as usize;
    let columns = layout.chunk.0.min(width - left);
    let row_bytes = layout.row_bytes();
    let in_chunk = layout.samples_in_chunk();
    for y in 0..rows {
        let out_at = ((top + y) * width + left) * 3;
        let Some(out) = raster.rgb.get_mut(out_at..out_at + columns * 3) else { return };
        for (x, pixel) in out.chunks_exact_mut(3).enumerate() {
            let sample = |number: usize| -> Option<u8> {
                let (plane, within) = if layout.planar { (planes.get(number)?, 0) } else { (planes.first()?, number) };
                let place = x * in_chunk + within;
                let at = y * row_bytes;
                Some(match layout.bits {
                    8 => *plane.get(at + place)?,
                    16 => *plane.get(at + place * 2 + usize::from(layout.little))?,
                    bits => {
                        let byte = *plane.get(at + place * bits / 8)?;
                        let value = byte >> (8 - bits - place * bits % 8) & (((1u16 << bits) - 1) as u8);
                        if layout.colour == Colour::Palette {
                            value
                        } else {
                            value * (255 / ((1u16 << bits) - 1) as u8)
                        }
                    }
                })
            };
            if let Some(rgb) = colour(layout, sample) {
                pixel.copy_from_slice(&rgb);
            }
        }
    }
}

fn colour(layout: &Layout, sample: impl Fn(usize) -> Option<u8>) -> Option<[u8; 3]> {
    let decoded = layout.packing == Packing::Jpeg;
    let rgb = match layout.colour {
        Colour::BlackIsZero => [sample(0)?; 3],
        Colour::WhiteIsZero => [255 - sample(0)?; 3],
        Colour::Palette => *layout.palette.get(usize::from(sample(0)?))?,
        Colour::YCbCr if !decoded => from_ycbcr(sample(0)?, sample(1)?, sample(2)?),
        Colour::Rgb | Colour::YCbCr => [sample(0)?, sample(1)?, sample(2)?],
        Colour::Cmyk => {
            let black = 255 - u16::from(sample(3)?);
            let mixed = |ink: u8| ((255 - u16::from(ink)) * black / 255) as u8;
            [mixed(sample(0)?), mixed(sample(1)?), mixed(sample(2)?)]
        }
    };
    if !layout.alpha {
        return Some(rgb);
    }
    let opacity = u16::from(sample(layout.samples - 1)?);
    Some(rgb.map(|value| ((u16::from(value) * opacity + 255 * (255 - opacity)) / 255) as u8))
}

/// ITU-R BT.601, full range, without subsampling.
fn from_ycbcr(y: u8, cb: u8, cr: u8) -> [u8; 3] {
    let (y, cb, cr) = (f32::from(y), f32::from(cb) - 128.0, f32::from(cr) - 128.0);
    [y + 1.402 * cr, y - 0.344_136 * cb - 0.714_136 * cr, y + 1.772 * cb].map(|v| v.round().clamp(0.0, 255.0) as u8)
}
