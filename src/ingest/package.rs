//! Office packages: a ZIP of XML parts, read part by part as a stream. What comes out is bounded by [`Limits`] however
//! small the file is, nothing is written to disk, and no reference to the outside is followed.

use super::xml::Xml;
use super::{Limits, LoadError};
use std::io::{self, BufReader, Cursor, Read};
use zip::ZipArchive;
use zip::read::ZipFile;
use zip::result::ZipError;

/// Small parts unfold a lot without harm (a sheet of blank formatted rows): the ratio counts from here on.
const RATIO_APPLIES_FROM: u64 = 16 << 20;
/// Most bytes between two marks of markup: one text or one tag. Word's and Excel's own bounds are far below.
const LONGEST_EVENT: u64 = 64 << 20;
/// More entries than any office document has.
const MOST_ENTRIES: usize = 200_000;

/// An open package.
pub(crate) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    limits: Limits,
    unfolded: u64,
}

impl<'a> Package<'a> {
    /// Opens the package's directory.
    ///
    /// # Errors
    /// No ZIP directory: the file is cut or no package.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, LoadError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| {
            LoadError::damaged(format!(
                "the package's ZIP directory cannot be read ({e}): the file may be cut short"
            ))
        })?;
        if zip.len() > MOST_ENTRIES {
            return Err(LoadError::too_large(format!(
                "the package has {} entries, more than {MOST_ENTRIES}",
                zip.len()
            )));
        }
        Ok(Package {
            zip,
            limits: limits.clone(),
            unfolded: 0,
        })
    }

    /// Is there such a part?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    /// The size that the directory states for a part: a hint, not a bound.
    pub(crate) fn stated_size(&self, name: &str) -> Option<u64> {
        self.zip
            .by_index_data(self.index(name)?)
            .ok()
            .map(|e| e.size())
    }

    /// The part as XML, or none where the package has no such part.
    ///
    /// # Errors
    /// A part that is encrypted, or packed in a way that packages do not use.
    pub(crate) fn xml<'p>(
        &'p mut self,
        name: &str,
    ) -> Result<Option<Xml<BufReader<Unfolding<'p, 'a>>>>, LoadError> {
        let Some(index) = self.index(name) else {
            return Ok(None);
        };
        let file = self.zip.by_index(index).map_err(|e| match e {
            ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => LoadError {
                code: "encrypted",
                message: format!("{name} is protected by a password"),
            },
            e => LoadError::damaged(format!("{name} cannot be unpacked: {e}")),
        })?;
        let by_ratio = file
            .compressed_size()
            .saturating_mul(self.limits.max_ratio)
            .max(RATIO_APPLIES_FROM);
        let unfolding = Unfolding {
            file,
            part: 0,
            most_for_part: by_ratio,
            total: &mut self.unfolded,
            most_in_total: self.limits.max_unfolded_bytes,
            event: 0,
            exceeded: None,
        };
        Ok(Some(Xml::new(
            BufReader::with_capacity(64 << 10, unfolding),
            name,
            self.limits.max_depth,
        )))
    }

    /// Names are matched as the standard says, without regard to case, and some writers put `\` for `/`.
    fn index(&self, name: &str) -> Option<usize> {
        if let Some(index) = self.zip.index_for_name_raw(name.as_bytes()) {
            return Some(index);
        }
        let same = |other: &[u8]| {
            let other = other.strip_prefix(b"/").unwrap_or(other);
            other.len() == name.len()
                && other
                    .iter()
                    .zip(name.as_bytes())
                    .all(|(a, b)| a.eq_ignore_ascii_case(b) || (*a == b'\\' && *b == b'/'))
        };
        self.zip.file_names_raw().position(same)
    }
}

/// A part's bytes as they unfold, counted.
pub(crate) struct Unfolding<'p, 'a> {
    file: ZipFile<'p, Cursor<&'a [u8]>>,
    part: u64,
    most_for_part: u64,
    total: &'p mut u64,
    most_in_total: u64,
    event: u64,
    exceeded: Option<&'static str>,
}

impl Read for Unfolding<'_, '_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.file.read(into)?;
        self.part += n as u64;
        self.event += n as u64;
        *self.total += n as u64;
        self.exceeded = if self.part > self.most_for_part {
            Some("unfolds to more times its packed size than is allowed")
        } else if *self.total > self.most_in_total {
            Some("takes the package over the size it may unfold to")
        } else if self.event > LONGEST_EVENT {
            Some("holds one text or tag of more than 64 MiB")
        } else {
            return Ok(n);
        };
        Err(io::Error::other("limit"))
    }
}

/// Where XML comes from, and which bound it broke.
pub(crate) trait Bounded {
    /// A new event begins.
    fn begin_event(&mut self) {}
    /// The bound that was broken, if any.
    fn exceeded(&self) -> Option<&'static str> {
        None
    }
}

impl Bounded for BufReader<Unfolding<'_, '_>> {
    fn begin_event(&mut self) {
        self.get_mut().event = 0;
    }
    fn exceeded(&self) -> Option<&'static str> {
        self.get_ref().exceeded
    }
}

impl Bounded for &[u8] {}
