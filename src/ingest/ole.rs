//! Compound files (OLE2, MS-CFB): the small file system inside DOC, XLS and password-protected Office files.
//!
//! Comes in: bytes. Goes out: streams by name, those directly under the root only, since an embedded object has a
//! storage of its own with streams of the same names. Every chain of sectors is followed at most as many steps as the
//! file has sectors, so that a loop ends and nothing is allocated that the file's own size does not justify.

/// The eight bytes every compound file begins with.
pub(crate) const SIGNATURE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];

const HEADER_BYTES: usize = 512;
const DIRECTORY_ENTRY_BYTES: usize = 128;
/// Sector numbers from here on are marks (free, end of chain, …), no sectors.
const LAST_SECTOR: u32 = 0xFFFF_FFFA;
const NO_STREAM: u32 = 0xFFFF_FFFF;

#[derive(Debug, Clone)]
struct Entry {
    name: String,
    kind: u8,
    left: u32,
    right: u32,
    child: u32,
    start: u32,
    size: u64,
}

/// An opened compound file.
#[derive(Debug)]
pub(crate) struct Compound<'a> {
    bytes: &'a [u8],
    sector_bytes: usize,
    mini_cutoff: u64,
    fat: Vec<u32>,
    mini_fat: Vec<u32>,
    mini_stream: Vec<u8>,
    /// Streams and storages under the root.
    top: Vec<Entry>,
    /// Some chain left the file or ran in a circle.
    pub(crate) damaged: bool,
}

impl<'a> Compound<'a> {
    /// Reads header, allocation tables and directory. None where these make no sense at all.
    pub(crate) fn open(bytes: &'a [u8]) -> Option<Self> {
        if bytes.get(..8)? != SIGNATURE || bytes.len() < HEADER_BYTES {
            return None;
        }
        let sector_bytes = match u16_at(bytes, 30)? {
            shift @ (9 | 12) => 1usize << shift,
            _ => return None,
        };
        let mut file = Compound {
            bytes,
            sector_bytes,
            mini_cutoff: u64::from(u32_at(bytes, 56)?),
            fat: Vec::new(),
            mini_fat: Vec::new(),
            mini_stream: Vec::new(),
            top: Vec::new(),
            damaged: false,
        };
        file.read_fat()?;
        let (directory, _) = file.chain(u32_at(bytes, 48)?, u64::MAX);
        let entries: Vec<Entry> = directory.chunks_exact(DIRECTORY_ENTRY_BYTES).filter_map(read_entry).collect();
        let root = entries.first().filter(|root| root.kind == 5)?.clone();
        let (mini_fat, _) = file.chain(u32_at(bytes, 60)?, u64::MAX);
        file.mini_fat = words(&mini_fat);
        let (mini_stream, _) = file.chain(root.start, root.size);
        file.mini_stream = mini_stream;
        file.top = top_entries(&entries, root.child);
        Some(file)
    }

    /// Names of the streams and storages under the root.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.top.iter().map(|e| e.name.as_str())
    }

    /// Is there a stream of this name? Names are compared without regard to case, as the format asks.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.top.iter().any(|e| e.kind == 2 && e.name.eq_ignore_ascii_case(name))
    }

    /// A stream's bytes; shorter than its stated size where its chain breaks off (then [`Compound::damaged`] is set).
    pub(crate) fn stream(&mut self, name: &str) -> Option<Vec<u8>> {
        let entry = self.top.iter().find(|e| e.kind == 2 && e.name.eq_ignore_ascii_case(name))?.clone();
        let (data, whole) = if entry.size < self.mini_cutoff {
            self.mini_chain(entry.start, entry.size)
        } else {
            self.chain(entry.start, entry.size)
        };
        self.damaged |= !whole;
        Some(data)
    }

    fn sectors(&self) -> usize {
        self.bytes.len().saturating_sub(HEADER_BYTES).div_ceil(self.sector_bytes)
    }

    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let start = (usize::try_from(number).ok()?.checked_add(1)?).checked_mul(self.sector_bytes)?;
        let end = start.saturating_add(self.sector_bytes).min(self.bytes.len());
        self.bytes.get(start..end).filter(|s| !s.is_empty())
    }

    fn read_fat(&mut self) -> Option<()> {
        let mut fat_sectors: Vec<u32> = (0..109).filter_map(|i| u32_at(self.bytes, 76 + 4 * i)).collect();
        let mut next = u32_at(self.bytes, 68)?;
        let per_sector = self.sector_bytes / 4 - 1;
        for _ in 0..self.sectors() {
            if next >= LAST_SECTOR {
                break;
            }
            let Some(sector) = self.sector(next) else {
                break;
            };
            let numbers = words(sector);
            fat_sectors.extend(numbers.iter().take(per_sector));
            next = numbers.get(per_sector).copied().unwrap_or(NO_STREAM);
            // A circle of table sectors would list the same ones again; more than the file has is a circle.
            if fat_sectors.len() > self.sectors() + 109 + per_sector {
                self.damaged = true;
                break;
            }
        }
        let most = self.sectors();
        for number in fat_sectors {
            if number >= LAST_SECTOR || self.fat.len() > most {
                continue;
            }
            match self.sector(number) {
                Some(sector) => self.fat.extend(words(sector)),
                None => self.damaged = true,
            }
        }
        Some(())
    }

    /// The bytes of a chain of sectors, at most `size`, and whether the chain was whole.
    fn chain(&self, start: u32, size: u64) -> (Vec<u8>, bool) {
        let mut data = Vec::new();
        let mut next = start;
        for _ in 0..self.sectors() {
            if next >= LAST_SECTOR || data.len() as u64 >= size {
                break;
            }
            let Some(sector) = self.sector(next) else {
                return (data, false);
            };
            data.extend_from_slice(sector);
            next = usize::try_from(next).ok().and_then(|n| self.fat.get(n)).copied().unwrap_or(NO_STREAM);
        }
        let whole = size == u64::MAX || data.len() as u64 >= size;
        data.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        (data, whole)
    }

    /// The same for a small stream, kept in 64-byte pieces inside the root's own stream.
    fn mini_chain(&self, start: u32, size: u64) -> (Vec<u8>, bool) {
        const MINI: usize = 64;
        let mut data = Vec::new();
        let mut next = start;
        for _ in 0..self.mini_stream.len().div_ceil(MINI) {
            if next >= LAST_SECTOR || data.len() as u64 >= size {
                break;
            }
            let Ok(number) = usize::try_from(next) else {
                break;
            };
            let from = number.saturating_mul(MINI);
            let Some(piece) = self.mini_stream.get(from..self.mini_stream.len().min(from.saturating_add(MINI))) else {
                return (data, false);
            };
            data.extend_from_slice(piece);
            next = self.mini_fat.get(number).copied().unwrap_or(NO_STREAM);
        }
        let whole = data.len() as u64 >= size;
        data.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        (data, whole)
    }
}

fn read_entry(bytes: &[u8]) -> Option<Entry> {
    let units = usize::from(u16_at(bytes, 64)? / 2).saturating_sub(1).min(31);
    let name: Vec<u16> = (0..units).filter_map(|i| u16_at(bytes, 2 * i)).collect();
    Some(Entry {
        name: String::from_utf16_lossy(&name),
        kind: *bytes.get(66)?,
        left: u32_at(bytes, 68)?,
        right: u32_at(bytes, 72)?,
        child: u32_at(bytes, 76)?,
        start: u32_at(bytes, 116)?,
        // Files with 512-byte sectors leave rubbish in the upper half.
        size: u64::from(u32_at(bytes, 120)?),
    })
}

/// The root's children: a binary tree over the entries, walked with a mark on each so that a circle ends. Where the
/// tree leads nowhere, every entry counts, which is right for all files but those with embedded objects.
fn top_entries(entries: &[Entry], child: u32) -> Vec<Entry> {
    let mut seen = vec![false; entries.len()];
    let mut todo = vec![child];
    let mut found = Vec::new();
    while let Some(number) = todo.pop() {
        let Ok(at) = usize::try_from(number) else {
            continue;
        };
        let (Some(entry), Some(mark)) = (entries.get(at), seen.get_mut(at)) else {
            continue;
        };
        if *mark || entry.kind == 0 {
            continue;
        }
        *mark = true;
        todo.extend([entry.left, entry.right]);
        found.push(entry.clone());
    }
    if found.is_empty() {
        found = entries.iter().filter(|e| e.kind == 1 || e.kind == 2).cloned().collect();
    }
    found
}

/// Little-endian number at a place, None beyond the end.
pub(crate) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    let end = at.checked_add(2)?;
    bytes.get(at..end)?.try_into().ok().map(u16::from_le_bytes)
}

/// Little-endian number at a place, None beyond the end.
pub(crate) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    let end = at.checked_add(4)?;
    bytes.get(at..end)?.try_into().ok().map(u32::from_le_bytes)
}

fn words(bytes: &[u8]) -> Vec<u32> {
    bytes.chunks_exact(4).filter_map(|w| u32_at(w, 0)).collect()
}
