use sha2::{Digest, Sha256};
use std::fs::{File, Metadata};
use std::io::{self, Read};
use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

/// SHA-256 of a file's bytes.
pub type Hash = [u8; 32];

/// Clocks of file systems tick in steps of up to two seconds (FAT); a file changed within one of them looks unchanged.
const CLOCK_STEP_NS: i64 = 2_000_000_000;

/// What the file system says of a file; while it says the same, the file is taken to be the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Stamp {
    /// Size in bytes.
    pub bytes: u64,
    /// Last change of the content, nanoseconds since 1970; 0 where it is too fresh to be relied on.
    pub modified: i64,
    /// Last change of content, name or permissions; 0 where the system has none.
    pub changed: i64,
    /// The file's number in its file system; 0 where there is none.
    pub inode: u64,
}

impl Stamp {
    /// The stamp of a file. One that changed within the last two seconds gets none that could match: it may change again
    /// without a trace.
    pub fn of(metadata: &Metadata) -> Self {
        let nanoseconds = |time: SystemTime| {
            time.duration_since(UNIX_EPOCH).map_or(0, |past| i64::try_from(past.as_nanos()).unwrap_or(i64::MAX))
        };
        let modified = metadata.modified().map_or(0, nanoseconds);
        let (changed, inode) = beyond(metadata);
        let fresh = nanoseconds(SystemTime::now()).saturating_sub(modified.max(changed)) < CLOCK_STEP_NS;
        Stamp { bytes: metadata.len(), modified: if fresh { 0 } else { modified }, changed, inode }
    }

    /// Was nothing of the file changed between the two looks, as far as the system tells? Unlike [`Stamp::proves`] also of
    /// fresh files, where two changes within a tick of its clock leave no trace.
    pub fn agrees(&self, other: &Stamp) -> bool {
        (self.bytes, self.changed, self.inode) == (other.bytes, other.changed, other.inode)
    }

    /// Does this prove that the file is the one that had the other stamp?
    pub fn proves(&self, known: &Stamp) -> bool {
        known.modified != 0 && self == known
    }
}

#[cfg(unix)]
fn beyond(metadata: &Metadata) -> (i64, u64) {
    use std::os::unix::fs::MetadataExt;
    (metadata.ctime().saturating_mul(1_000_000_000).saturating_add(metadata.ctime_nsec()), metadata.ino())
}

#[cfg(not(unix))]
fn beyond(_: &Metadata) -> (i64, u64) {
    (0, 0)
}

/// Hashes a file without holding it.
///
/// # Errors
/// What the file system reports; something that is no file, such as a pipe that may never end.
pub fn hash_file(path: &Path) -> io::Result<(Hash, u64)> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 256 << 10];
    let mut bytes = 0u64;
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => return Ok((hash.finalize().into(), bytes)),
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        hash.update(&buffer[..read]);
        bytes += read as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fresh_file_proves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let stamp = Stamp::of(&std::fs::metadata(&path).unwrap());
        assert_eq!((stamp.bytes, stamp.modified), (3, 0));
        assert!(!stamp.proves(&stamp) && stamp.agrees(&stamp));
        let old = Stamp { modified: 1_600_000_000_000_000_000, ..stamp };
        assert!(old.proves(&old));
        assert!(!old.proves(&Stamp { bytes: 4, ..old }) && !old.agrees(&Stamp { bytes: 4, ..old }));
    }

    #[test]
    fn a_file_has_the_hash_of_its_bytes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        std::fs::write(&path, "abc").unwrap();
        let (hash, bytes) = hash_file(&path).unwrap();
        assert!(hash_file(dir.path()).is_err());
        // The example of FIPS 180-2, appendix B.1.
        assert_eq!((&hash[..4], bytes), (&[0xba, 0x78, 0x16, 0xbf][..], 3));
    }
}
