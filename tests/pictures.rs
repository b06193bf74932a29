//! Pictures as input: every format gives the same page, hostile ones are refused or read in part, and what is done to a
//! picture before recognition can be undone.

#![allow(clippy::unwrap_used)]

use image::{DynamicImage, ImageFormat, RgbImage};
use proptest::prelude::*;
use std::io::Cursor;
use zhibiao::ingest::{self, Limits};
use zhibiao::model::{Axis, Body, DeferredPages, Document, Media, Raster, Severity};
use zhibiao::ocr::picture::{self, Gray};
use zhibiao::ocr::rulings::Lines;

/// White with a black bar of 20 by 10 pixels at (30, 15).
fn bar(width: u32, height: u32) -> RgbImage {
    RgbImage::from_fn(width, height, |x, y| {
        image::Rgb(if (30..50).contains(&x) && (15..25).contains(&y) { [0; 3] } else { [255; 3] })
    })
}

fn encoded(picture: &RgbImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    DynamicImage::ImageRgb8(picture.clone()).write_to(&mut bytes, format).unwrap();
    bytes.into_inner()
}

fn pages(document: &Document) -> &DeferredPages {
    let Body::Pages(pages) = &document.body else { panic!("no pages") };
    pages
}

fn load(bytes: Vec<u8>) -> Document {
    ingest::load(bytes, &Limits::default()).unwrap()
}

fn is_bar(raster: &Raster) -> bool {
    raster.rgb.chunks_exact(3).enumerate().all(|(index, pixel)| {
        let (x, y) = (index as u32 % raster.width, index as u32 / raster.width);
        let inside = (30..50).contains(&x) && (15..25).contains(&y);
        let rim = (29..51).contains(&x) && (14..26).contains(&y);
        // JPEG is not exact beside the edge.
        if inside { pixel[0] < 60 } else { rim || pixel[0] > 200 }
    })
}

#[test]
fn every_format_gives_the_same_page() {
    use ImageFormat::{Bmp, Jpeg, Png, Tiff, WebP};
    for format in [Png, Jpeg, Tiff, WebP, Bmp] {
        let document = load(encoded(&bar(120, 90), format));
        assert_eq!((document.media, document.pages), (Media::Image, Some(1)), "{format:?}");
        let page = pages(&document).0.pages().next().unwrap();
        assert_eq!(page.distrust.as_deref(), Some("the page is a picture"));
        assert!(page.findings.is_empty() && page.glyphs.is_empty());
        let raster = pages(&document).0.render(1, 1000.0).unwrap();
        assert_eq!((raster.width, raster.height), (120, 90));
        assert!(is_bar(&raster), "{format:?}");
        assert_eq!(pages(&document).0.render(2, 200.0), None);
    }
}

/// Width, height, tags beside the size, the strip.
type StripPage<'a> = (u32, u32, &'a [(u16, u32)], &'a [u8]);

/// A TIFF of pages of one strip each.
fn tiff(pages: &[StripPage<'_>]) -> Vec<u8> {
    let mut out = b"II*\0\x08\0\0\0".to_vec();
    for (index, (width, height, tags, strip)) in pages.iter().enumerate() {
        let start = out.len() as u32;
        let mut all = vec![(256, *width), (257, *height), (278, *height), (279, strip.len() as u32)];
        all.extend_from_slice(tags);
        let size = 2 + (all.len() as u32 + 1) * 12 + 4;
        all.push((273, start + size));
        all.sort_unstable();
        out.extend((all.len() as u16).to_le_bytes());
        for (tag, value) in all {
            out.extend(tag.to_le_bytes());
            out.extend(4u16.to_le_bytes());
            out.extend(1u32.to_le_bytes());
            out.extend(value.to_le_bytes());
        }
        let next = if index + 1 < pages.len() { start + size + strip.len() as u32 } else { 0 };
        out.extend(next.to_le_bytes());
        out.extend_from_slice(strip);
    }
    out
}

#[test]
fn tiff_of_several_pages_and_codings() {
    // Eight pixels, the left four black. G4 (T.6): horizontal mode 001, white 0 00110101, black 4 011, then V0 to the
    // end of the line; the second row repeats the first: V0 V0 V0.
    let g4 = [0b0010_0110, 0b1010_1111, 0b1110_0000, 0b0000_0100, 0b0000_0000, 0b0100_0000];
    let fax: &[(u16, u32)] = &[(259, 4), (262, 0)];
    let bits: &[(u16, u32)] = &[(259, 1), (262, 0)];
    let packed: &[(u16, u32)] = &[(259, 32_773), (262, 1), (258, 8)];
    let file = tiff(&[
        (8, 2, fax, &g4),
        (8, 2, bits, &[0xF0, 0xF0]),
        // PackBits: four times 0, four times 255, twice.
        (8, 2, packed, &[0xFD, 0, 0xFD, 255, 0xFD, 0, 0xFD, 255]),
    ]);
    let document = load(file);
    assert_eq!(document.pages, Some(3));
    for number in 1..=3 {
        let raster = pages(&document).0.render(number, 10_000.0).unwrap();
        let shades: Vec<u8> = raster.rgb.chunks_exact(3).map(|p| p[0]).collect();
        assert_eq!(shades, [0, 0, 0, 0, 255, 255, 255, 255].repeat(2), "page {number}");
    }
}

#[test]
fn forged_sizes_are_refused_before_decoding() {
    let mut png = encoded(&bar(60, 40), ImageFormat::Png);
    png[16..24].copy_from_slice(&[0, 0, 0xFF, 0xFF, 0, 0, 0xFF, 0xFF]);
    let file = tiff(&[(65_535, 65_535, &[(262, 1), (258, 8)], &[0; 8])]);
    let mut bmp = encoded(&bar(60, 40), ImageFormat::Bmp);
    bmp[18..26].copy_from_slice(&[0xFF, 0xFF, 0, 0, 0xFF, 0xFF, 0, 0]);
    for bytes in [png, file, bmp] {
        assert_eq!(ingest::load(bytes, &Limits::default()).unwrap_err().code, "too_large");
    }
    for bytes in [b"\x89PNG\r\n\x1a\n".to_vec(), b"\xFF\xD8\xFF\xE0nothing".to_vec(), b"II*\0\xFF\xFF\xFF\x7F".to_vec()]
    {
        assert_eq!(ingest::load(bytes, &Limits::default()).unwrap_err().code, "damaged");
    }
    assert_eq!(ingest::load(b"GIF89a....".to_vec(), &Limits::default()).unwrap_err().code, "unsupported");
}

#[test]
fn a_cut_picture_is_read_in_part_and_says_so() {
    // Noise, so that the pixels fill many bytes.
    let picture = RgbImage::from_fn(200, 200, |x, y| image::Rgb([(x * 7 + y * 13 + x * y) as u8; 3]));
    for format in [ImageFormat::Png, ImageFormat::Jpeg] {
        let mut bytes = encoded(&picture, format);
        bytes.truncate(bytes.len() / 2);
        let document = load(bytes);
        let page = pages(&document).0.pages().next().unwrap();
        assert!(page.findings.iter().any(|f| f.severity == Severity::Error), "{format:?}");
    }
}

/// A table of 4 by 3 cells with print in the cells, turned by an angle about the picture's middle.
fn table(degrees: f32) -> Raster {
    let (width, height) = (1200u32, 900u32);
    let (sin, cos) = degrees.to_radians().sin_cos();
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            // Four samples a pixel, for soft edges.
            let mut ink = 0u32;
            for (sx, sy) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
                let (dx, dy) = (x as f32 + sx - 600.0, y as f32 + sy - 450.0);
                let (u, v) = (cos * dx + sin * dy + 600.0, -sin * dx + cos * dy + 450.0);
                let inside = (150.0..1052.0).contains(&u) && (200.0..652.0).contains(&v);
                let on = |at: f32, step: f32| (at.rem_euclid(step)) < 2.0;
                let line = inside && (on(u - 150.0, 225.0) || on(v - 200.0, 150.0));
                let (in_u, in_v) = ((u - 150.0).rem_euclid(225.0), (v - 200.0).rem_euclid(150.0));
                let glyphs = inside
                    && (60.0..86.0).contains(&in_v)
                    && (40.0..180.0).contains(&in_u)
                    && (in_u.rem_euclid(31.0) < 13.0 || in_u.rem_euclid(17.0) < 5.0);
                ink += u32::from(line || glyphs);
            }
            rgb.extend([255 - (ink * 60) as u8; 3]);
        }
    }
    Raster { width, height, rgb }
}

#[test]
fn a_tilted_table_is_set_straight_and_its_lines_found() {
    for degrees in [0.0f32, 0.8, -2.3, 3.7] {
        let ready = picture::prepare_turned(&table(degrees), 150.0, 0);
        assert!((ready.skew - degrees).abs() < 0.1, "{degrees}: {}", ready.skew);
        let rulings = Lines::find(&ready.gray, 150.0).rulings();
        let mut across: Vec<f32> = Vec::new();
        let mut down: Vec<f32> = Vec::new();
        for ruling in &rulings {
            let list = if ruling.axis == Axis::Horizontal { &mut across } else { &mut down };
            if list.iter().all(|at| (at - ruling.at).abs() > 5.0) {
                list.push(ruling.at);
            }
        }
        assert_eq!((across.len(), down.len()), (4, 5), "{degrees}: {rulings:?}");
        // Where a line was drawn is found through the map back.
        let first = across.iter().copied().fold(f32::INFINITY, f32::min);
        let (x, y) = ready.transform.point(600.0, first);
        let (sin, cos) = degrees.to_radians().sin_cos();
        let v = -sin * (x - 600.0) + cos * (y - 450.0) + 450.0;
        assert!((v - 201.0).abs() < 2.0, "{degrees}: {v}");
    }
}

#[test]
fn lines_are_erased_and_strokes_stay() {
    let mut gray = Gray::new(400, 300, 255);
    let fill = |gray: &mut Gray, x0: usize, y0: usize, x1: usize, y1: usize| {
        for y in y0..y1 {
            gray.row_mut(y)[x0..x1].fill(0);
        }
    };
    fill(&mut gray, 20, 100, 380, 102);
    // A stroke that crosses the line.
    fill(&mut gray, 200, 80, 203, 120);
    let lines = Lines::find(&gray, 150.0);
    assert_eq!(lines.rulings().len(), 1);
    lines.erase(&mut gray);
    let dark = gray.pixels.iter().filter(|&&v| v < 128).count();
    assert!((100..=140).contains(&dark), "{dark}");
}

#[test]
fn a_seal_is_taken_off_and_print_under_it_stays() {
    let (width, height) = (400u32, 400u32);
    let mut rgb = Vec::new();
    for y in 0..height {
        for x in 0..width {
            let (dx, dy) = (x as f32 - 200.0, y as f32 - 200.0);
            let radius = dx.hypot(dy);
            let red = (110.0..118.0).contains(&radius) || radius < 35.0;
            let black = (198..203).contains(&y) && (40..360).contains(&x);
            rgb.extend(if black {
                [20, 10, 10]
            } else if red {
                [215, 45, 50]
            } else {
                [250, 250, 250]
            });
        }
    }
    let ready = picture::prepare_turned(&Raster { width, height, rgb }, 150.0, 0);
    assert!(!ready.seals.is_empty());
    assert_eq!((ready.gray.width, ready.gray.height), (400, 400));
    let dark = ready.gray.pixels.iter().filter(|&&v| v < 128).count();
    // The line of 320 by 5 pixels, and nothing of the seal.
    assert!((1400..=1800).contains(&dark), "{dark}");
}

#[test]
fn turned_pages_are_set_upright() {
    // Rows of marks close to each other, rows apart, points at the foot of some.
    let mut page = Gray::new(700, 900, 255);
    for row in 0..18 {
        for mark in 0..22 {
            let (x, y) = (60 + mark * 26, 60 + row * 44);
            for dy in 0..20 {
                page.row_mut(y + dy)[x..x + 18].fill(0);
            }
            if mark % 5 == 4 {
                for dy in 16..20 {
                    page.row_mut(y + dy)[x + 20..x + 24].fill(0);
                }
            }
        }
    }
    let mut turned = page;
    for expected in [0, 270, 180, 90] {
        let ready = picture::prepare(&turned.to_raster(), 150.0);
        assert_eq!(ready.turned, expected, "{:?}", ready.turns);
        turned = turned.turned();
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    /// Whatever is damaged in a picture, reading it ends without a panic.
    #[test]
    fn damaged_pictures_end(kind in 0usize..5, changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..12), cut in any::<prop::sample::Index>()) {
        let formats = [ImageFormat::Png, ImageFormat::Jpeg, ImageFormat::Tiff, ImageFormat::WebP, ImageFormat::Bmp];
        let mut bytes = encoded(&bar(64, 48), formats[kind]);
        for (place, value) in &changes {
            let at = place.index(bytes.len());
            bytes[at] = *value;
        }
        if changes.len() % 3 == 0 {
            bytes.truncate(cut.index(bytes.len()) + 1);
        }
        if let Ok(document) = ingest::load(bytes, &Limits::default())
            && let Body::Pages(pages) = &document.body
        {
            for page in pages.0.pages().take(3) {
                let _ = pages.0.render(page.number, 72.0);
            }
        }
    }

    /// Preparing any small picture ends, and gives a picture.
    #[test]
    fn any_picture_is_made_ready(width in 1u32..40, height in 1u32..40, seed in any::<u64>(), dpi in 0.0f32..2000.0) {
        let mut state = seed | 1;
        let rgb = (0..width * height * 3).map(|_| { state ^= state << 13; state ^= state >> 7; state ^= state << 17; state as u8 }).collect();
        let ready = picture::prepare(&Raster { width, height, rgb }, dpi);
        prop_assert_eq!(ready.gray.pixels.len(), ready.gray.width * ready.gray.height);
        let mut gray = ready.gray.clone();
        Lines::find(&gray, dpi).erase(&mut gray);
    }
}
