//! TIFF 6.0: directories of pages. Scanners and fax servers write a page a directory.

use super::density::Sheet;
use super::directory::{Directory, Reader, tag};
use super::strips::Layout;
use super::{Picture, Pixels, bounded, orient};
use crate::ingest::LoadError;
use rustc_hash::FxHashSet;

/// Pages of one file: an archive box holds fewer.
const MOST_PAGES: usize = 10_000;

pub(super) fn is_tiff(bytes: &[u8]) -> bool {
    Reader::new(bytes).is_some()
}

/// The pages, without their pixels. One of them that is too large or cannot be understood comes as unread.
pub(super) fn pages(bytes: &[u8], max_pixels: u64) -> Result<Vec<Picture>, LoadError> {
    let cut = || LoadError::damaged("the TIFF's list of pages cannot be found; it may be cut off: get the file again");
    let reader = Reader::new(bytes).ok_or_else(cut)?;
    let mut seen = FxHashSet::default();
    let mut next = reader.first();
    let mut directories = Vec::new();
    while let Some(at) = next.filter(|&at| seen.insert(at) && directories.len() < MOST_PAGES) {
        let Some((directory, after)) = reader.directory(at) else { break };
        directories.push(directory);
        next = after;
    }
    // Bit 0: a page in small; bit 2: a mask of another page.
    let whole = |directory: &&Directory| directory.first(tag::SUBFILE).unwrap_or(0) & 0b101 == 0;
    let mut chosen: Vec<&Directory> = directories.iter().filter(whole).collect();
    if chosen.is_empty() {
        chosen = directories.iter().collect();
    }
    let read: Vec<Result<Picture, LoadError>> =
        chosen.into_iter().map(|directory| page(&reader, directory, max_pixels)).collect();
    match <[_; 1]>::try_from(read) {
        Ok([only]) => Ok(vec![only?]),
        Err(read) if read.iter().all(Result::is_err) => Err(read.into_iter().find_map(Result::err).unwrap_or_else(cut)),
        Err(read) => Ok(read.into_iter().map(|page| page.unwrap_or_else(unread)).collect()),
    }
}

fn page(reader: &Reader<'_>, directory: &Directory, max_pixels: u64) -> Result<Picture, LoadError> {
    let side = |tag| directory.first(tag).ok_or_else(|| LoadError::damaged("a page of the TIFF has no size"));
    let size = (side(tag::WIDTH)?, side(tag::HEIGHT)?);
    bounded(size.0, size.1, max_pixels)?;
    let layout =
        Layout::of(directory, reader.little(), size).map_err(|reason| LoadError::new("unsupported", reason))?;
    let orientation = directory.orientation();
    let swap = orient::swaps(orientation);
    let seen = if swap { (size.1, size.0) } else { size };
    let stated = directory.density().map(|(x, y)| if swap { (y, x) } else { (x, y) });
    Ok(Picture { size, orientation, sheet: Sheet::of(seen, stated), pixels: Pixels::Strips(Box::new(layout)) })
}

fn unread(error: LoadError) -> Picture {
    Picture {
        size: (1, 1),
        orientation: image::metadata::Orientation::NoTransforms,
        sheet: Sheet::of((1654, 2339), None),
        pixels: Pixels::Unread(error.message),
    }
}
