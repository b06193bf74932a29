//! First bytes that say what a file is. Only formats that no loader reads are named here; each is refused with a
//! sentence that says what to do instead.

use super::LoadError;

/// A format told by its first bytes.
struct Signature {
    magic: &'static [u8],
    code: &'static str,
    name: &'static str,
    advice: &'static str,
}

const EXTRACT: &str = "unpack it and give the files inside";
const CONVERT: &str = "save it as text or HTML and give that file";

const SIGNATURES: &[Signature] = &[
    Signature { magic: b"PK\x03\x04", code: "archive", name: "a ZIP archive or an Office file", advice: EXTRACT },
    Signature { magic: b"PK\x05\x06", code: "archive", name: "an empty ZIP archive", advice: EXTRACT },
    Signature { magic: b"7z\xBC\xAF\x27\x1C", code: "archive", name: "a 7z archive", advice: EXTRACT },
    Signature { magic: b"Rar!\x1A\x07", code: "archive", name: "a RAR archive", advice: EXTRACT },
    Signature { magic: b"\x1F\x8B\x08", code: "archive", name: "a gzip file", advice: EXTRACT },
    Signature {
        magic: b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1",
        code: "unsupported",
        name: "an OLE file (old Office)",
        advice: CONVERT,
    },
    Signature { magic: b"%PDF-", code: "unsupported", name: "a PDF", advice: CONVERT },
    Signature { magic: b"{\\rtf", code: "unsupported", name: "an RTF document", advice: CONVERT },
    Signature { magic: b"\x89PNG\r\n\x1A\n", code: "unsupported", name: "a PNG image", advice: CONVERT },
    Signature { magic: b"\xFF\xD8\xFF", code: "unsupported", name: "a JPEG image", advice: CONVERT },
    Signature { magic: b"GIF8", code: "unsupported", name: "a GIF image", advice: CONVERT },
    Signature { magic: b"II*\0", code: "unsupported", name: "a TIFF image", advice: CONVERT },
    Signature { magic: b"MM\0*", code: "unsupported", name: "a TIFF image", advice: CONVERT },
    Signature { magic: b"RIFF", code: "unsupported", name: "a media file (RIFF)", advice: CONVERT },
    Signature { magic: b"\x7FELF", code: "binary", name: "a program (ELF)", advice: "give documents only" },
    Signature {
        magic: b"SQLite format 3\0",
        code: "binary",
        name: "an SQLite database",
        advice: "give documents only",
    },
];

/// Refuses a file whose first bytes name a format that is not read.
///
/// # Errors
/// Code `archive`, `unsupported` or `binary`.
pub(super) fn refuse(bytes: &[u8]) -> Result<(), LoadError> {
    match SIGNATURES.iter().find(|s| bytes.starts_with(s.magic)) {
        Some(s) => Err(LoadError::new(
            s.code,
            format!("this is {} by its first bytes, which is not read here: {}", s.name, s.advice),
        )),
        None => Ok(()),
    }
}
