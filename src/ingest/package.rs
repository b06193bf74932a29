//! Office packages: a ZIP of XML parts, read part by part as a stream. What comes out is bounded by [`Limits`] however
//! small the file is, nothing is written to disk, and no reference to the outside is followed.

use super::xml::Xml;
use super::{Limits, LoadError};
use flate2::read::DeflateDecoder;
use flate2::{Crc, Decompress, FlushDecompress, Status};
use std::cell::OnceCell;
use std::collections::HashMap;
use std::io::{self, BufReader, Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use zip::result::ZipError;
use zip::{CompressionMethod, ZipArchive};

/// Small parts unfold a lot without harm (a sheet of blank formatted rows): the ratio counts from here on.
const RATIO_APPLIES_FROM: u64 = 16 << 20;
/// Most bytes between two marks of markup: one text or one tag. Word's and Excel's own bounds are far below.
const LONGEST_EVENT: u64 = 64 << 20;
/// More entries than any office document has.
const MOST_ENTRIES: usize = 200_000;

/// Parts up to this size are unfolded whole before they are read, which is quicker; larger ones flow through.
const SMALL: u64 = 1 << 20;
const BUFFER: usize = 64 << 10;

/// An open package.
pub(crate) struct Package<'a> {
    zip: ZipArchive<Cursor<&'a [u8]>>,
    /// Places by plain name, for names that are written in another way than they are asked for.
    by_plain_name: OnceCell<HashMap<Vec<u8>, usize>>,
    limits: Limits,
    unfolded: Arc<AtomicU64>,
    bytes: &'a [u8],
    small: Vec<u8>,
    inflater: Decompress,
}

impl<'a> Package<'a> {
    /// Opens the package's directory.
    ///
    /// # Errors
    /// No ZIP directory: the file is cut or no package.
    pub(crate) fn open(bytes: &'a [u8], limits: &Limits) -> Result<Self, LoadError> {
        let zip = ZipArchive::new(Cursor::new(bytes)).map_err(|e| {
            LoadError::damaged(format!("the package's ZIP directory cannot be read ({e}): the file may be cut short"))
        })?;
        if zip.len() > MOST_ENTRIES {
            return Err(LoadError::too_large(format!(
                "the package has {} entries, more than {MOST_ENTRIES}",
                zip.len()
            )));
        }
        Ok(Package {
            zip,
            by_plain_name: OnceCell::new(),
            limits: limits.clone(),
            unfolded: Arc::default(),
            bytes,
            small: Vec::new(),
            inflater: Decompress::new(false),
        })
    }

    /// Is there such a part?
    pub(crate) fn has(&self, name: &str) -> bool {
        self.index(name).is_some()
    }

    /// The size that the directory states for a part: a hint, not a bound.
    pub(crate) fn stated_size(&self, name: &str) -> Option<u64> {
        self.zip.by_index_data(self.index(name)?).ok().map(|e| e.size())
    }

    /// The part as XML, or none where the package has no such part.
    ///
    /// # Errors
    /// A part that is encrypted, or packed in a way that packages do not use; of a small one, a broken bound.
    pub(crate) fn xml(&mut self, name: &str) -> Result<Option<Xml<'_>>, LoadError> {
        let Some(index) = self.index(name) else {
            return Ok(None);
        };
        if self.unfold_at_once(index).is_some() {
            return Ok(Some(Xml::of_bytes(&self.small, name, self.limits.max_depth)));
        }
        let file = self.zip.by_index(index).map_err(|e| unpacking_failed(name, e))?;
        let size = file.size();
        let mut unfolding = Unfolding {
            most_for_part: most_for_part(file.compressed_size(), &self.limits),
            source: Box::new(file),
            part: 0,
            total: self.unfolded.clone(),
            most_in_total: self.limits.max_unfolded_bytes,
            event: 0,
            exceeded: None,
        };
        if size > SMALL {
            let source = BufReader::with_capacity(BUFFER, unfolding);
            return Ok(Some(Xml::of_stream(source, name, self.limits.max_depth)));
        }
        self.small.clear();
        let damage = unfolding.read_to_end(&mut self.small).err();
        if let Some(bound) = unfolding.exceeded {
            return Err(LoadError::too_large(format!("{name}: {bound}")));
        }
        drop(unfolding);
        let mut xml = Xml::of_bytes(&self.small, name, self.limits.max_depth);
        if let Some(error) = damage {
            xml.note_damage(error.to_string());
        }
        Ok(Some(xml))
    }

    /// Unfolds a small part in one step, with the checksum, as nearly all parts of nearly all packages can be. None for
    /// any other, with nothing counted: it is read again, slower, and what is wrong with it is told then.
    fn unfold_at_once(&mut self, index: usize) -> Option<()> {
        let file = self.zip.by_index_raw(index).ok()?;
        let (size, packed_size, checksum) = (file.size(), file.compressed_size(), file.crc32());
        let start = usize::try_from(file.data_start()?).ok()?;
        let end = start.checked_add(usize::try_from(packed_size).ok()?)?;
        if file.encrypted() || size > SMALL || size > most_for_part(packed_size, &self.limits) {
            return None;
        }
        let method = file.compression();
        drop(file);
        let packed = self.bytes.get(start..end)?;
        self.small.clear();
        match method {
            CompressionMethod::Stored => self.small.extend_from_slice(packed),
            CompressionMethod::Deflated => {
                // One byte more than is stated tells a part that is longer.
                self.small.reserve(size as usize + 1);
                self.inflater.reset(false);
                let status = self.inflater.decompress_vec(packed, &mut self.small, FlushDecompress::Finish);
                status.ok().filter(|status| *status == Status::StreamEnd)?;
            }
            _ => return None,
        }
        let mut sum = Crc::new();
        sum.update(&self.small);
        if self.small.len() as u64 != size || sum.sum() != checksum {
            return None;
        }
        let total = self.unfolded.load(Ordering::Relaxed).checked_add(size)?;
        if total > self.limits.max_unfolded_bytes {
            return None;
        }
        self.unfolded.fetch_add(size, Ordering::Relaxed);
        Some(())
    }

    /// Where a part lies in the file, to read it again later.
    pub(crate) fn place(&mut self, name: &str) -> Result<Option<PartPlace>, LoadError> {
        let Some(index) = self.index(name) else {
            return Ok(None);
        };
        let file = self.zip.by_index(index).map_err(|e| unpacking_failed(name, e))?;
        let Some(start) = file.data_start() else {
            return Ok(None);
        };
        Ok(Some(PartPlace {
            name: name.to_owned(),
            start,
            packed: file.compressed_size(),
            is_deflated: file.compression() == CompressionMethod::Deflated,
            limits: self.limits.clone(),
        }))
    }

    /// Names are matched as the standard says, without regard to case, and some writers put `\` for `/`.
    fn index(&self, name: &str) -> Option<usize> {
        if let Some(index) = self.zip.index_for_name_raw(name.as_bytes()) {
            return Some(index);
        }
        let by_plain_name = self.by_plain_name.get_or_init(|| {
            let mut places = HashMap::new();
            for (index, name) in self.zip.file_names_raw().enumerate() {
                places.entry(plain_name(name)).or_insert(index);
            }
            places
        });
        by_plain_name.get(&plain_name(name.as_bytes())).copied()
    }
}

fn plain_name(name: &[u8]) -> Vec<u8> {
    let name = name.strip_prefix(b"/").unwrap_or(name);
    name.iter().map(|b| if *b == b'\\' { b'/' } else { b.to_ascii_lowercase() }).collect()
}

fn unpacking_failed(name: &str, error: ZipError) -> LoadError {
    match error {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            LoadError { code: "encrypted", message: format!("{name} is protected by a password") }
        }
        error => LoadError::damaged(format!("{name} cannot be unpacked: {error}")),
    }
}

fn most_for_part(packed: u64, limits: &Limits) -> u64 {
    packed.saturating_mul(limits.max_ratio).max(RATIO_APPLIES_FROM)
}

/// A part that has been read once and will be read again, without the package around it.
#[derive(Debug, Clone)]
pub(crate) struct PartPlace {
    name: String,
    start: u64,
    packed: u64,
    is_deflated: bool,
    limits: Limits,
}

impl PartPlace {
    /// The part as XML, from the package's bytes. Its checksum was verified at the first reading.
    pub(crate) fn xml(&self, package: Arc<[u8]>) -> Xml<'static> {
        let mut packed = Cursor::new(package);
        packed.set_position(self.start);
        let packed = packed.take(self.packed);
        let unfolding = Unfolding {
            source: if self.is_deflated { Box::new(DeflateDecoder::new(packed)) } else { Box::new(packed) },
            part: 0,
            most_for_part: most_for_part(self.packed, &self.limits),
            total: Arc::default(),
            most_in_total: self.limits.max_unfolded_bytes,
            event: 0,
            exceeded: None,
        };
        Xml::of_stream(BufReader::with_capacity(BUFFER, unfolding), &self.name, self.limits.max_depth)
    }
}

/// A part's bytes as they unfold, counted.
pub(crate) struct Unfolding<'p> {
    source: Box<dyn Read + 'p>,
    part: u64,
    most_for_part: u64,
    total: Arc<AtomicU64>,
    most_in_total: u64,
    event: u64,
    exceeded: Option<&'static str>,
}

impl Unfolding<'_> {
    /// A new event of the XML begins.
    pub(crate) fn begin_event(&mut self) {
        self.event = 0;
    }

    /// The bound that was broken, if any.
    pub(crate) fn exceeded(&self) -> Option<&'static str> {
        self.exceeded
    }
}

impl Read for Unfolding<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let n = self.source.read(into)?;
        self.part += n as u64;
        self.event += n as u64;
        let total = self.total.fetch_add(n as u64, Ordering::Relaxed) + n as u64;
        self.exceeded = if self.part > self.most_for_part {
            Some("unfolds to more times its packed size than is allowed")
        } else if total > self.most_in_total {
            Some("takes the package over the size it may unfold to")
        } else if self.event > LONGEST_EVENT {
            Some("holds one text or tag of more than 64 MiB")
        } else {
            return Ok(n);
        };
        Err(io::Error::other("limit"))
    }
}
