//! OLE compound files, the container of XLS: sectors chained by a table, a directory of named streams (MS-CFB). Only
//! what is needed to take a stream out whole; every chain is followed at most as long as the file has sectors.

use super::super::LoadError;

const SIGNATURE: [u8; 8] = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
/// Sector numbers from here on are marks, not places.
const FIRST_MARK: u32 = 0xFFFF_FFFA;
const ENTRY: usize = 128;

/// An open compound file.
#[derive(Debug)]
pub(super) struct CompoundFile<'a> {
    bytes: &'a [u8],
    sector_size: usize,
    table: Vec<u32>,
    small_table: Vec<u32>,
    small_sector_size: usize,
    small_below: u64,
    small_stream: Vec<u8>,
    streams: Vec<Stream>,
}

#[derive(Debug)]
struct Stream {
    name: String,
    start: u32,
    size: u64,
}

impl<'a> CompoundFile<'a> {
    /// Reads tables and directory.
    ///
    /// # Errors
    /// `damaged`: no compound file, or one whose directory cannot be reached.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, LoadError> {
        let damaged = |what: &str| LoadError::damaged(format!("the OLE container cannot be read: {what}"));
        if bytes.get(..8) != Some(&SIGNATURE) {
            return Err(damaged("no signature"));
        }
        let short = || damaged("the header is cut short");
        let (sector_shift, small_shift) = (u16_at(bytes, 30).ok_or_else(short)?, u16_at(bytes, 32).ok_or_else(short)?);
        if !matches!(sector_shift, 9 | 12) || small_shift != 6 {
            return Err(damaged("sectors of a size that does not exist"));
        }
        let header = |at| u32_at(bytes, at).ok_or_else(short);
        let mut file = CompoundFile {
            bytes,
            sector_size: 1 << sector_shift,
            table: Vec::new(),
            small_table: Vec::new(),
            small_sector_size: 1 << small_shift,
            small_below: header(56)?.into(),
            small_stream: Vec::new(),
            streams: Vec::new(),
        };
        let (directory, small_table, more_tables) = (header(48)?, header(60)?, header(68)?);

        // The sectors of the table itself: 109 in the header, the others in a chain of their own.
        let mut table_sectors: Vec<u32> = (0..109).filter_map(|i| u32_at(bytes, 76 + 4 * i)).collect();
        let per_sector = file.sector_size / 4;
        let (mut next, mut left) = (more_tables, file.most_sectors());
        while next < FIRST_MARK && left > 0 {
            let Some(sector) = file.sector(next) else {
                break;
            };
            table_sectors.extend((0..per_sector - 1).filter_map(|i| u32_at(sector, 4 * i)));
            next = u32_at(sector, file.sector_size - 4).unwrap_or(u32::MAX);
            left -= 1;
        }
        table_sectors.retain(|s| *s < FIRST_MARK);
        table_sectors.truncate(file.most_sectors() / per_sector + 2);
        for s in table_sectors {
            let Some(sector) = file.sector(s) else {
                continue;
            };
            let numbers: Vec<u32> = (0..per_sector).filter_map(|i| u32_at(sector, 4 * i)).collect();
            file.table.extend(numbers);
        }

        let entries = file.chain(directory, u64::MAX);
        let mut small_stream = None;
        for entry in entries.chunks_exact(ENTRY) {
            let length = usize::from(u16_at(entry, 64).unwrap_or(0)).clamp(2, 64) - 2;
            let name = encoding_rs::UTF_16LE.decode_without_bom_handling(&entry[..length]).0.into_owned();
            let (Some(start), Some(size)) = (u32_at(entry, 116), u32_at(entry, 120)) else {
                continue;
            };
            match entry[66] {
                2 => file.streams.push(Stream { name, start, size: size.into() }),
                5 => small_stream = Some((start, u64::from(size))),
                _ => {}
            }
        }
        if file.streams.is_empty() {
            return Err(damaged("its directory has no streams"));
        }
        if let Some((start, size)) = small_stream {
            file.small_stream = file.chain(start, size);
        }
        let numbers = file.chain(small_table, u64::MAX);
        file.small_table = numbers.chunks_exact(4).filter_map(|n| u32_at(n, 0)).collect();
        Ok(file)
    }

    /// Is there a stream of this name?
    pub(super) fn has(&self, name: &str) -> bool {
        self.streams.iter().any(|s| s.name.eq_ignore_ascii_case(name))
    }

    /// The stream's content, as much of it as the file has.
    pub(super) fn stream(&self, name: &str) -> Option<Vec<u8>> {
        let stream = self.streams.iter().find(|s| s.name.eq_ignore_ascii_case(name))?;
        if stream.size >= self.small_below {
            return Some(self.chain(stream.start, stream.size));
        }
        let mut content = Vec::new();
        let mut next = stream.start;
        for _ in 0..=self.small_table.len() {
            let at = (next as usize).saturating_mul(self.small_sector_size);
            let Some(rest) = self.small_stream.get(at..).filter(|r| next < FIRST_MARK && !r.is_empty()) else {
                break;
            };
            content.extend_from_slice(&rest[..rest.len().min(self.small_sector_size)]);
            if content.len() as u64 >= stream.size {
                break;
            }
            next = self.small_table.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        content.truncate(stream.size as usize);
        Some(content)
    }

    fn most_sectors(&self) -> usize {
        self.bytes.len() / self.sector_size
    }

    /// A sector; the last one of a file that was cut may be short.
    fn sector(&self, number: u32) -> Option<&'a [u8]> {
        let at = (number as usize).checked_add(1)?.checked_mul(self.sector_size)?;
        let rest = self.bytes.get(at..).filter(|r| !r.is_empty())?;
        Some(&rest[..rest.len().min(self.sector_size)])
    }

    fn chain(&self, start: u32, size: u64) -> Vec<u8> {
        let mut content = Vec::new();
        let mut next = start;
        for _ in 0..=self.most_sectors() {
            let Some(sector) = Some(next).filter(|n| *n < FIRST_MARK).and_then(|n| self.sector(n)) else {
                break;
            };
            content.extend_from_slice(sector);
            if content.len() as u64 >= size {
                break;
            }
            next = self.table.get(next as usize).copied().unwrap_or(u32::MAX);
        }
        content.truncate(usize::try_from(size).unwrap_or(usize::MAX));
        content
    }
}

pub(super) fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    bytes.get(at..)?.first_chunk().map(|b| u16::from_le_bytes(*b))
}

pub(super) fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    bytes.get(at..)?.first_chunk().map(|b| u32::from_le_bytes(*b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chain_that_bites_its_tail_ends() {
        let mut bytes = vec![0u8; 512 * 4];
        bytes[..8].copy_from_slice(&SIGNATURE);
        bytes[30] = 9;
        bytes[32] = 6;
        // One table sector, which says that sector 1 is followed by sector 1.
        bytes[76..512].fill(0xFF);
        bytes[68..72].fill(0xFF);
        bytes[60..64].fill(0xFF);
        bytes[76..80].copy_from_slice(&0u32.to_le_bytes());
        bytes[48..52].copy_from_slice(&1u32.to_le_bytes());
        bytes[512 + 4..512 + 8].copy_from_slice(&1u32.to_le_bytes());
        let error = CompoundFile::open(&bytes).unwrap_err();
        assert!(error.message.contains("no streams"), "{}", error.message);
        assert!(CompoundFile::open(&bytes[..40]).is_err());
        assert!(CompoundFile::open(b"").is_err());
    }
}
