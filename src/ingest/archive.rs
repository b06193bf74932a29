//! ZIP archives: their members one by one, archives inside archives to a limit. Comes in: the bytes. Goes out: names and
//! bytes of members, one in memory at a time, each failure on its own so that the other members go on. Writes nothing to
//! disk and opens no member; what a member is, is for the caller to tell.

use super::sniff::{self, Format};
use super::{Limits, LoadError};
use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use zip::ZipArchive;
use zip::result::ZipError;

/// Archives inside archives that are opened: an archive in an archive in an archive.
pub const MAX_NESTED_ARCHIVES: usize = 3;
/// Small members may unfold beyond the ratio: a blank sheet of a few hundred bytes is no bomb.
const RATIO_FREE_BYTES: u64 = 1 << 20;
/// Read at once from an archive's file.
const FILE_BUFFER: usize = 64 << 10;
/// Names of left-out members that are kept to be told.
const MOST_SKIPPED_NAMES: usize = 100;

/// A member, unfolded.
#[derive(Debug)]
pub struct Member {
    /// Its name inside the archive, `/` between folders, `!/` behind an inner archive: `2022/annex.zip!/form.docx`.
    /// Without `..`, drive letters, or a leading slash.
    pub name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// The members of an archive in its own order.
#[derive(Debug)]
pub struct Members<'a> {
    open: Vec<Level<'a>>,
    limits: Limits,
    /// Bytes that may still be unfolded, all members together.
    room: u64,
    /// The same counting what was thrown away too: a thousand entries may lead to the same bomb.
    effort: u64,
    skipped: Vec<String>,
    skipped_count: usize,
}

#[derive(Debug)]
struct Level<'a> {
    /// What stands before the names of its members: empty, or `inner.zip!/`.
    prefix: String,
    archive: ZipArchive<Bytes<'a>>,
    next: usize,
}

/// Where an archive's bytes are.
#[derive(Debug)]
enum Bytes<'a> {
    Held(Cursor<Cow<'a, [u8]>>),
    File(BufReader<File>),
}

impl Read for Bytes<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Bytes::Held(bytes) => bytes.read(buffer),
            Bytes::File(file) => file.read(buffer),
        }
    }
}

impl Seek for Bytes<'_> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Bytes::Held(bytes) => bytes.seek(to),
            Bytes::File(file) => file.seek(to),
        }
    }
}

/// Opens a ZIP archive, lent or given.
///
/// # Errors
/// `damaged`: no table of contents can be found.
pub fn members<'a>(bytes: impl Into<Cow<'a, [u8]>>, limits: &Limits) -> Result<Members<'a>, LoadError> {
    Members::begin(Bytes::Held(Cursor::new(bytes.into())), limits)
}

/// Opens a ZIP archive that is read from its file as members are asked for.
///
/// # Errors
/// As of [`members`].
pub fn members_of_file(file: File, limits: &Limits) -> Result<Members<'static>, LoadError> {
    Members::begin(Bytes::File(BufReader::with_capacity(FILE_BUFFER, file)), limits)
}

impl<'a> Members<'a> {
    fn begin(bytes: Bytes<'a>, limits: &Limits) -> Result<Self, LoadError> {
        Ok(Members {
            open: vec![open(bytes, String::new())?],
            limits: limits.clone(),
            room: limits.max_unfolded_bytes,
            effort: limits.max_unfolded_bytes.saturating_mul(2),
            skipped: Vec::new(),
            skipped_count: 0,
        })
    }

    /// Members left out so far because they are no documents but a computer's own notes (`__MACOSX/`, `Thumbs.db`, lock
    /// files): how many, and the first hundred names.
    pub fn skipped(&self) -> (usize, &[String]) {
        (self.skipped_count, &self.skipped)
    }

    /// Reads the next member of the innermost archive; None where it has no more.
    fn read_next(&mut self) -> Option<Result<Member, (String, LoadError)>> {
        loop {
            let level = self.open.last_mut()?;
            let index = level.next;
            if index >= level.archive.len() {
                self.open.pop();
                continue;
            }
            level.next += 1;
            let prefix = level.prefix.clone();
            let found = Entry::look(&mut level.archive, index);
            let entry = match found {
                Ok(entry) => entry,
                Err(error) => return Some(Err((format!("{prefix}member {}", index + 1), error))),
            };
            if entry.is_folder {
                continue;
            }
            let name = format!("{prefix}{}", entry.name);
            if is_litter(&entry.name) {
                self.skipped_count += 1;
                if self.skipped.len() < MOST_SKIPPED_NAMES {
                    self.skipped.push(name);
                }
                continue;
            }
            let bytes = match entry.read(&mut level.archive, &self.limits, self.room, &mut self.effort) {
                Ok(bytes) => bytes,
                Err(error) => return Some(Err((name, error))),
            };
            self.room = self.room.saturating_sub(bytes.len() as u64);
            if sniff::detect(&bytes).format != Format::Zip {
                return Some(Ok(Member { name, bytes }));
            }
            if self.open.len() > MAX_NESTED_ARCHIVES {
                let message = format!(
                    "an archive inside {MAX_NESTED_ARCHIVES} others; unpack the outer ones and give this one by itself"
                );
                return Some(Err((name, LoadError { code: "archive", message })));
            }
            match open(Bytes::Held(Cursor::new(Cow::Owned(bytes))), format!("{name}!/")) {
                Ok(level) => self.open.push(level),
                Err(error) => return Some(Err((name, error))),
            }
        }
    }
}

impl Iterator for Members<'_> {
    type Item = Result<Member, (String, LoadError)>;

    fn next(&mut self) -> Option<Self::Item> {
        self.read_next()
    }
}

fn open(bytes: Bytes<'_>, prefix: String) -> Result<Level<'_>, LoadError> {
    let archive = ZipArchive::new(bytes).map_err(|error| LoadError {
        code: "damaged",
        message: format!(
            "the ZIP archive's table of contents cannot be read ({error}); the file is cut or overwritten, get it again"
        ),
    })?;
    Ok(Level { prefix, archive, next: 0 })
}

/// What the table of contents says of a member.
struct Entry {
    index: usize,
    name: String,
    is_folder: bool,
    encrypted: bool,
    packed: u64,
}

impl Entry {
    fn look(archive: &mut ZipArchive<Bytes<'_>>, index: usize) -> Result<Self, LoadError> {
        let file = archive.by_index_raw(index).map_err(|error| unreadable(&error))?;
        let raw = file.name_raw();
        Ok(Entry {
            index,
            name: safe_name(&decode_name(raw)),
            is_folder: raw.ends_with(b"/") || raw.ends_with(b"\\"),
            encrypted: file.encrypted(),
            packed: file.compressed_size(),
        })
    }

    fn read(
        &self,
        archive: &mut ZipArchive<Bytes<'_>>,
        limits: &Limits,
        room: u64,
        effort: &mut u64,
    ) -> Result<Vec<u8>, LoadError> {
        if self.encrypted {
            return Err(LoadError {
                code: "encrypted",
                message: "this member of the archive is protected by a password; unpack it with the password and give the file".into(),
            });
        }
        let by_ratio = self.packed.saturating_mul(limits.max_ratio).saturating_add(RATIO_FREE_BYTES);
        let most = by_ratio.min(room).min(*effort);
        let mut bytes = Vec::new();
        let mut file = archive.by_index(self.index).map_err(|error| unreadable(&error))?;
        // The stated size is not believed: reading stops one byte past what is allowed.
        let read = file.by_ref().take(most.saturating_add(1)).read_to_end(&mut bytes);
        *effort = effort.saturating_sub(bytes.len() as u64);
        if bytes.len() as u64 > most {
            let message = if most == by_ratio {
                format!(
                    "this member unfolds to more than {} times its packed size, as a decompression bomb does",
                    limits.max_ratio
                )
            } else {
                format!(
                    "the archive unfolds to more than {} bytes; unpack it and give its files",
                    limits.max_unfolded_bytes
                )
            };
            return Err(LoadError { code: "too_large", message });
        }
        read.map_err(|error| LoadError {
            code: "damaged",
            message: format!("this member of the archive is damaged ({error}); get the archive again"),
        })?;
        Ok(bytes)
    }
}

fn unreadable(error: &ZipError) -> LoadError {
    match error {
        ZipError::UnsupportedArchive(what) => LoadError {
            code: "unsupported",
            message: format!(
                "this member of the archive is packed in a way that is not read ({what}); unpack the archive and give its files"
            ),
        },
        error => LoadError {
            code: "damaged",
            message: format!("this member of the archive is damaged ({error}); get the archive again"),
        },
    }
}

/// A member's name. Chinese Windows writes GBK without saying so, other systems UTF-8, not always saying so either.
fn decode_name(raw: &[u8]) -> String {
    if let Ok(name) = std::str::from_utf8(raw) {
        // Two bytes a letter that are UTF-8 by chance are more likely GBK; three bytes a letter are not chance.
        let by_chance = !name.is_ascii() && name.chars().all(|c| c.len_utf8() <= 2);
        if !by_chance {
            return name.to_owned();
        }
    }
    let (name, broken) = encoding_rs::GB18030.decode_without_bom_handling(raw);
    if broken { String::from_utf8_lossy(raw).into_owned() } else { name.into_owned() }
}

/// The same without what could lead out of the archive or break a line of output.
fn safe_name(name: &str) -> String {
    let parts: Vec<String> = name
        .split(['/', '\\'])
        .map(|part| part.chars().map(|c| if c.is_control() { '_' } else { c }).collect::<String>())
        .filter(|part| !matches!(part.trim(), "" | "." | "..") && !is_drive(part))
        .collect();
    if parts.is_empty() { "unnamed".into() } else { parts.join("/") }
}

fn is_drive(part: &str) -> bool {
    matches!(part.as_bytes(), [letter, b':'] if letter.is_ascii_alphabetic())
}

/// Files that systems and Office leave beside documents.
fn is_litter(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    name.split('/').any(|part| part == "__MACOSX")
        || file.starts_with("~$")
        || ["Thumbs.db", ".DS_Store", "desktop.ini"].iter().any(|litter| file.eq_ignore_ascii_case(litter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_what_they_most_likely_are() {
        let (gbk, ..) = encoding_rs::GBK.encode("绩效自评表/附件1.doc");
        assert_eq!(decode_name(&gbk), "绩效自评表/附件1.doc");
        assert_eq!(decode_name("绩效自评表.doc".as_bytes()), "绩效自评表.doc");
        assert_eq!(decode_name(b"a/b.txt"), "a/b.txt");
    }

    #[test]
    fn names_lead_nowhere() {
        assert_eq!(safe_name("../../etc/passwd"), "etc/passwd");
        assert_eq!(safe_name("C:\\Windows\\..\\x\n.doc"), "Windows/x_.doc");
        assert_eq!(safe_name("/./"), "unnamed");
    }
}
