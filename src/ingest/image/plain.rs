//! Files of one picture: PNG, JPEG, WebP, BMP.

use super::density::Sheet;
use super::directory::{Directory, Reader};
use super::{Decoded, Picture, Pixels, bounded, orient};
use crate::ingest::LoadError;
use crate::ingest::ole::u32_at;
use crate::model::Raster;
use image::codecs::{bmp::BmpDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{ColorType, ImageDecoder};
use std::io::Cursor;

/// Most bytes that a decoder may hold besides the picture.
const MAX_WORK: u64 = 512 << 20;

/// The size of the picture, without its pixels.
pub(super) fn page(bytes: &[u8], max_pixels: u64) -> Result<Picture, LoadError> {
    if bytes.starts_with(b"GIF8") {
        let message = "a GIF picture; save it as PNG and give that file";
        return Err(LoadError::new("unsupported", message));
    }
    // Before a decoder that might set aside a buffer sees them.
    if let Some((width, height)) = stated_size(bytes) {
        bounded(width, height, max_pixels)?;
    }
    let mut decoder =
        decoder(bytes).map_err(|error| LoadError::damaged(format!("the picture's header cannot be read: {error}")))?;
    let size = decoder.dimensions();
    bounded(size.0, size.1, max_pixels)?;
    let exif = exif(decoder.as_mut());
    let orientation = exif.as_ref().map_or(Orientation::NoTransforms, Directory::orientation);
    let stated = density(bytes).or_else(|| exif.as_ref().and_then(Directory::density));
    let turned = |(a, b)| if orient::swaps(orientation) { (b, a) } else { (a, b) };
    let swapped = |(a, b): (f32, f32)| if orient::swaps(orientation) { (b, a) } else { (a, b) };
    Ok(Picture { size, orientation, sheet: Sheet::of(turned(size), stated.map(swapped)), pixels: Pixels::File })
}

fn decoder(bytes: &[u8]) -> Result<Box<dyn ImageDecoder + '_>, image::ImageError> {
    let reader = Cursor::new(bytes);
    let mut decoder: Box<dyn ImageDecoder + '_> = match bytes {
        [0x89, b'P', ..] => Box::new(PngDecoder::new(reader)?),
        [b'R', b'I', ..] => Box::new(WebPDecoder::new(reader)?),
        [b'B', b'M', ..] => Box::new(BmpDecoder::new(reader)?),
        _ => Box::new(JpegDecoder::new(reader)?),
    };
    let mut limits = image::Limits::default();
    limits.max_alloc = Some(MAX_WORK);
    // A decoder that cannot keep them is bounded by the size alone.
    let _ = decoder.set_limits(limits);
    Ok(decoder)
}

fn exif(decoder: &mut dyn ImageDecoder) -> Option<Directory> {
    let chunk = decoder.exif_metadata().ok()??;
    let body = chunk.strip_prefix(b"Exif\0\0").unwrap_or(&chunk);
    let reader = Reader::new(body)?;
    Some(reader.directory(reader.first()?)?.0)
}

/// Width and height where they stand at a fixed place.
fn stated_size(bytes: &[u8]) -> Option<(u32, u32)> {
    if bytes.starts_with(b"\x89PNG") && bytes.get(12..16) == Some(b"IHDR") {
        return Some((big(bytes, 16)?, big(bytes, 20)?));
    }
    if bytes.starts_with(b"BM") && u32_at(bytes, 14)? >= 40 {
        // A negative height means rows from the top.
        return Some((u32_at(bytes, 18)?, u32_at(bytes, 22)?.cast_signed().unsigned_abs()));
    }
    None
}

/// Dots an inch in x and y that PNG, JFIF and BMP state.
fn density(bytes: &[u8]) -> Option<(f32, f32)> {
    const INCHES_A_METRE: f32 = 39.370_08;
    let per_metre = |x: u32, y: u32| (x > 0 && y > 0).then(|| (x as f32 / INCHES_A_METRE, y as f32 / INCHES_A_METRE));
    if bytes.starts_with(b"\x89PNG") {
        let mut at = 8usize;
        // Chunks before the pixels; a handful.
        for _ in 0..64 {
            let (length, name) = (big(bytes, at)?, bytes.get(at + 4..at + 8)?);
            match name {
                b"pHYs" if bytes.get(at + 16) == Some(&1) => {
                    return per_metre(big(bytes, at + 8)?, big(bytes, at + 12)?);
                }
                b"IDAT" | b"pHYs" => return None,
                _ => at = at.checked_add(12)?.checked_add(usize::try_from(length).ok()?)?,
            }
        }
        return None;
    }
    if bytes.starts_with(b"BM") && u32_at(bytes, 14)? >= 40 {
        return per_metre(u32_at(bytes, 38)?, u32_at(bytes, 42)?);
    }
    if bytes.starts_with(b"\xFF\xD8\xFF\xE0") && bytes.get(6..11) == Some(b"JFIF\0") {
        let pair = |at: usize| Some(f32::from(u16::from_be_bytes(bytes.get(at..at + 2)?.try_into().ok()?)));
        let (x, y) = (pair(14)?, pair(16)?);
        return match bytes.get(13)? {
            1 if x > 0.0 && y > 0.0 => Some((x, y)),
            2 if x > 0.0 && y > 0.0 => Some((x * 2.54, y * 2.54)),
            _ => None,
        };
    }
    None
}

fn big(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_be_bytes(bytes.get(at..at.checked_add(4)?)?.try_into().ok()?))
}

/// The picture as stored; what a cut file does not have is white.
pub(super) fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    let decoder = decoder(bytes).map_err(|error| error.to_string())?;
    let (width, height) = decoder.dimensions();
    let colour = decoder.color_type();
    let length = usize::try_from(decoder.total_bytes()).map_err(|_| "it is too large".to_owned())?;
    let mut buffer = vec![255u8; length];
    let outcome = decoder.read_image_boxed(&mut buffer);
    let mut missing = None;
    if let Err(error) = outcome {
        if buffer.iter().all(|&byte| byte == 255) || buffer.iter().all(|&byte| byte == 0) {
            return Err(error.to_string());
        }
        missing = Some(format!("the picture is damaged ({error}); what could be read of it was"));
    } else if is_cut(bytes) {
        missing = Some("the picture's file ends early; what it holds was read".to_owned());
    }
    Ok(Decoded { raster: Raster { width, height, rgb: rgb(&buffer, colour) }, missing })
}

/// A JPEG or WebP whose end is missing: their decoders fill the rest and say nothing.
fn is_cut(bytes: &[u8]) -> bool {
    if bytes.starts_with(b"\xFF\xD8") {
        return memchr::memmem::rfind(bytes, b"\xFF\xD9").is_none();
    }
    bytes.starts_with(b"RIFF") && u32_at(bytes, 4).is_some_and(|length| (bytes.len() as u64) < u64::from(length) + 8)
}

/// Samples of any kind as RGB, on white paper.
fn rgb(buffer: &[u8], colour: ColorType) -> Vec<u8> {
    let on_white = |value: u8, opacity: u8| {
        let (value, opacity) = (u32::from(value), u32::from(opacity));
        ((value * opacity + 255 * (255 - opacity) + 127) / 255) as u8
    };
    // Of a sample of two bytes in the machine's order the high one.
    let high = if cfg!(target_endian = "little") { 1 } else { 0 };
    match colour {
        ColorType::L8 => buffer.iter().flat_map(|&v| [v; 3]).collect(),
        ColorType::La8 => buffer.chunks_exact(2).flat_map(|p| [on_white(p[0], p[1]); 3]).collect(),
        ColorType::Rgb8 => buffer.to_vec(),
        ColorType::Rgba8 => {
            buffer.chunks_exact(4).flat_map(|p| [0, 1, 2].map(|channel| on_white(p[channel], p[3]))).collect()
        }
        ColorType::L16 => buffer.chunks_exact(2).flat_map(|p| [p[high]; 3]).collect(),
        ColorType::La16 => buffer.chunks_exact(4).flat_map(|p| [on_white(p[high], p[2 + high]); 3]).collect(),
        ColorType::Rgb16 => buffer.chunks_exact(6).flat_map(|p| [p[high], p[2 + high], p[4 + high]]).collect(),
        ColorType::Rgba16 => buffer
            .chunks_exact(8)
            .flat_map(|p| [0, 2, 4].map(|channel| on_white(p[channel + high], p[6 + high])))
            .collect(),
        // No decoder of ours gives another; white has nothing to misread.
        _ => vec![255; buffer.len() / usize::from(colour.bytes_per_pixel().max(1)) * 3],
    }
}
