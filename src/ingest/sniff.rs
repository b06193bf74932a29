//! What a file is, told by its bytes alone: in archives a `.doc` is often DOCX, RTF, HTML or MHTML, an `.xls` HTML or
//! XLSX. Comes in: the bytes. Goes out: [`Detected`], with the evidence. Looks at names inside a container, never at what
//! its parts hold, and decides nothing about text encodings.

use super::LoadError;
use super::ole::{self, Compound, u16_at, u32_at};
use super::recognised;
pub use super::recognised::Kind;
use crate::model::Media;
use std::borrow::Cow;

/// A file format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// No bytes at all.
    Empty,
    /// Word 2007 and later.
    Docx,
    /// Word 97–2003, and WPS Writer's `.wps`, which is the same.
    Doc,
    /// Excel 2007 and later, `.xlsm` and `.xlsb` included.
    Xlsx,
    /// Excel 5–2003, and WPS Spreadsheets' `.et`.
    Xls,
    /// OpenDocument spreadsheet, zipped.
    Ods,
    /// OpenDocument text, zipped.
    Odt,
    /// GB/T 33190 fixed layout.
    Ofd,
    /// Rich Text Format.
    Rtf,
    /// A web page saved with its pictures as one MIME file.
    Mhtml,
    /// A web page.
    Html,
    /// Word as one XML file (2003, or the flat form of 2007).
    WordXml,
    /// Excel 2003 as one XML file.
    SpreadsheetXml,
    /// OpenDocument as one XML file.
    FlatOpenDocument,
    /// PowerPoint, any generation.
    Presentation,
    /// An Office file behind a password.
    Encrypted,
    /// A compound file of another program.
    Compound,
    /// Word or Excel before compound files (1995 and older).
    AncientOffice,
    /// PDF.
    Pdf,
    /// PNG, JPEG, TIFF, WebP, BMP or GIF.
    Image,
    /// A ZIP archive that is no document.
    Zip,
    /// 7z, RAR, gzip, bzip2, xz, Zstandard, CAB or tar.
    Archive,
    /// A program or another known format without text.
    Binary,
    /// What another program recognised on pages: hOCR, ALTO, PAGE, tables and JSON of OCR.
    Recognised(Kind),
    /// None of these: text, or something that the text loader refuses.
    Text,
}

/// What a file is and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Detected {
    /// The format.
    pub format: Format,
    /// The same in the records' words; None for what is no document.
    pub media: Option<Media>,
    /// The evidence, for a person.
    pub reason: Cow<'static, str>,
    /// The file ends before its format says it should.
    pub truncated: bool,
}

impl Detected {
    fn new(format: Format, reason: impl Into<Cow<'static, str>>) -> Self {
        let media = match format {
            Format::Docx => Some(Media::Docx),
            Format::Doc | Format::Rtf | Format::WordXml => Some(Media::Doc),
            Format::Xlsx => Some(Media::Xlsx),
            Format::Xls | Format::SpreadsheetXml => Some(Media::Xls),
            Format::Ods => Some(Media::Ods),
            Format::Ofd => Some(Media::Ofd),
            Format::Mhtml | Format::Html => Some(Media::Html),
            Format::Pdf => Some(Media::Pdf),
            Format::Image => Some(Media::Image),
            Format::Recognised(_) => Some(Media::Ocr),
            Format::Text => Some(Media::Text),
            _ => None,
        };
        Detected { format, media, reason: reason.into(), truncated: false }
    }

    /// Why no loader takes this format and what to do; None where one does (a PDF or picture is for the caller to say).
    pub fn refusal(&self) -> Option<LoadError> {
        let (code, message): (_, Cow<'_, str>) = match self.format {
            Format::Empty => ("empty", "the file is empty (0 bytes)".into()),
            Format::Encrypted => (
                "encrypted",
                "this file is protected by a password; open it in Office, take the password off (File, Info, Protect) and save it again".into(),
            ),
            Format::Archive => {
                ("archive", format!("{}: an archive, not a document; unpack it and give its files (ZIP archives are read as they are)", self.reason).into())
            }
            Format::Zip => ("archive", "a ZIP archive, not a document: `zhibiao extract` reads each of its members; elsewhere unpack it and name one file".into()),
            Format::Odt | Format::FlatOpenDocument => {
                ("unsupported", "an OpenDocument file of a kind that is not read; open it in LibreOffice or WPS and save it as DOCX, or as ODS or XLSX".into())
            }
            Format::Presentation => ("unsupported", "a presentation; forms are read from documents, workbooks, web pages and text".into()),
            Format::Compound if self.truncated => (
                "damaged",
                format!("{}; it is cut off or damaged: get the file again", self.reason).into(),
            ),
            Format::Compound => (
                "unsupported",
                format!("{}; if it comes from WPS or Works, open it there and save it as DOCX or XLSX", self.reason).into(),
            ),
            Format::AncientOffice => {
                ("unsupported", format!("{}; open it in LibreOffice and save it as DOCX or XLSX", self.reason).into())
            }
            Format::Ofd => ("unsupported", "an OFD file; save it as PDF or DOCX in the program that opens it".into()),
            Format::Binary => ("binary", format!("{}, not a document", self.reason).into()),
            _ => return None,
        };
        Some(LoadError { code, message: message.into_owned() })
    }
}

/// How far into a file the signs of a text format are looked for.
const HEAD_BYTES: usize = 8192;
/// Names inside a ZIP that are looked at; those that tell a format stand first or few.
const ZIP_NAMES: usize = 10_000;

/// Tells what a file is.
pub fn detect(bytes: &[u8]) -> Detected {
    if bytes.is_empty() {
        return Detected::new(Format::Empty, "no bytes");
    }
    if bytes.starts_with(&ole::SIGNATURE) {
        return compound(bytes);
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"PK\x05\x06") || bytes.starts_with(b"PK\x07\x08") {
        return zipped(bytes);
    }
    if let Some(detected) = by_signature(bytes) {
        return detected;
    }
    by_markup(bytes)
}

fn by_signature(bytes: &[u8]) -> Option<Detected> {
    const SIGNATURES: &[(&[u8], Format, &str)] = &[
        (b"\x89PNG\r\n\x1a\n", Format::Image, "PNG"),
        (b"\xFF\xD8\xFF", Format::Image, "JPEG"),
        (b"GIF87a", Format::Image, "GIF"),
        (b"GIF89a", Format::Image, "GIF"),
        (b"II*\0", Format::Image, "TIFF"),
        (b"MM\0*", Format::Image, "TIFF"),
        (b"7z\xBC\xAF\x27\x1C", Format::Archive, "7z"),
        (b"Rar!\x1a\x07", Format::Archive, "RAR"),
        (b"\x1F\x8B\x08", Format::Archive, "gzip"),
        (b"\xFD7zXZ\0", Format::Archive, "xz"),
        (b"\x28\xB5\x2F\xFD", Format::Archive, "Zstandard"),
        (b"MSCF\0\0\0\0", Format::Archive, "CAB"),
        (b"SQLite format 3\0", Format::Binary, "an SQLite database"),
        (b"\x7FELF", Format::Binary, "a program (ELF)"),
        (b"\xDB\xA5", Format::AncientOffice, "a document of Word 2 or older"),
        (b"\x31\xBE\0\0", Format::AncientOffice, "a document of Windows Write"),
        (b"\x09\x08\x08\0\0\x05", Format::AncientOffice, "a workbook of Excel 5 outside a compound file"),
        (b"\x09\x04\x06\0", Format::AncientOffice, "a workbook of Excel 4"),
        (b"\x09\x02\x06\0", Format::AncientOffice, "a workbook of Excel 3"),
        (b"\x09\0\x04\0", Format::AncientOffice, "a workbook of Excel 2"),
    ];
    if let Some((_, format, name)) = SIGNATURES.iter().find(|(sign, ..)| bytes.starts_with(sign)) {
        return Some(Detected::new(*format, *name));
    }
    let head = &bytes[..bytes.len().min(1024)];
    if memchr::memmem::find(head, b"%PDF-").is_some() {
        return Some(Detected::new(Format::Pdf, "%PDF- in the first 1024 bytes"));
    }
    if bytes.starts_with(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
        return Some(Detected::new(Format::Image, "WebP"));
    }
    // A BMP states its size, and its header's size is one of a few.
    if bytes.starts_with(b"BM") && matches!(u32_at(bytes, 14), Some(12 | 40 | 52 | 56 | 64 | 108 | 124)) {
        return Some(Detected::new(Format::Image, "BMP"));
    }
    if bytes.starts_with(b"BZh") && bytes.get(4..10) == Some(b"1AY&SY") {
        return Some(Detected::new(Format::Archive, "bzip2"));
    }
    if bytes.get(257..262) == Some(b"ustar") {
        return Some(Detected::new(Format::Archive, "tar"));
    }
    // A Windows program: "MZ", then far in "PE".
    if bytes.starts_with(b"MZ")
        && let Some(at) = u32_at(bytes, 0x3C).and_then(|at| usize::try_from(at).ok())
        && bytes.get(at..at.saturating_add(4)) == Some(b"PE\0\0")
    {
        return Some(Detected::new(Format::Binary, "a program (PE)"));
    }
    None
}

fn compound(bytes: &[u8]) -> Detected {
    let Some(file) = Compound::open(bytes) else {
        let mut detected = Detected::new(Format::Compound, "a compound file (OLE2) whose directory cannot be read");
        detected.truncated = true;
        return detected;
    };
    if file.has("EncryptedPackage") {
        return Detected::new(Format::Encrypted, "a compound file with EncryptedPackage");
    }
    if file.has("WordDocument") {
        return Detected::new(Format::Doc, "a compound file with WordDocument");
    }
    for name in ["Workbook", "Book"] {
        if file.has(name) {
            return Detected::new(Format::Xls, format!("a compound file with {name}"));
        }
    }
    if file.has("PowerPoint Document") || file.has("PP40") {
        return Detected::new(Format::Presentation, "a compound file with a presentation");
    }
    let mut names: Vec<&str> = file.names().collect();
    names.sort_unstable();
    // Names may hold control characters, and there may be many.
    let names: String = names.join(", ").chars().filter(|c| !c.is_control()).take(120).collect();
    Detected::new(Format::Compound, format!("a compound file (OLE2) without a document that is known, holding {names}"))
}

fn zipped(bytes: &[u8]) -> Detected {
    let directory = central_names(bytes);
    let truncated = directory.is_none();
    let names = directory.unwrap_or_else(|| local_names(bytes));
    let has = |name: &[u8]| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    let under = |folder: &[u8]| {
        names.iter().any(|n| n.get(..folder.len()).is_some_and(|start| start.eq_ignore_ascii_case(folder)))
    };
    let (format, reason) = if let Some(media) = stored_mimetype(bytes) {
        match media {
            m if m.starts_with(b"application/vnd.oasis.opendocument.spreadsheet") => {
                (Format::Ods, "mimetype says OpenDocument spreadsheet")
            }
            m if m.starts_with(b"application/vnd.oasis.opendocument.text") => {
                (Format::Odt, "mimetype says OpenDocument text")
            }
            m if m.starts_with(b"application/vnd.oasis.opendocument.presentation") => {
                (Format::Presentation, "mimetype says OpenDocument presentation")
            }
            _ => (Format::Zip, "a ZIP archive"),
        }
    } else if has(b"OFD.xml") {
        (Format::Ofd, "OFD.xml")
    } else if has(b"[Content_Types].xml") || has(b"word/document.xml") || has(b"xl/workbook.xml") || truncated {
        if under(b"word/") {
            (Format::Docx, "Office Open XML with word/")
        } else if under(b"xl/") {
            (Format::Xlsx, "Office Open XML with xl/")
        } else if under(b"ppt/") {
            (Format::Presentation, "Office Open XML with ppt/")
        } else {
            (Format::Zip, "a ZIP archive")
        }
    } else {
        (Format::Zip, "a ZIP archive")
    };
    let mut detected = Detected::new(format, reason);
    detected.truncated = truncated;
    detected
}

/// Names in the central directory at the end of a ZIP, backslashes as slashes; None where there is no directory.
fn central_names(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    // The end record may be followed by a comment of up to 64 KiB.
    let tail = bytes.len().saturating_sub(66_000);
    let end = tail + memchr::memmem::rfind(bytes.get(tail..)?, b"PK\x05\x06")?;
    // ZIP64 puts marks here; the directory then begins right before the end records and is found by its own signature.
    let size = usize::try_from(u32_at(bytes, end + 12)?).ok()?;
    let stated = usize::try_from(u32_at(bytes, end + 16)?).ok()?;
    let mut at = match bytes.get(stated..stated.saturating_add(4)) {
        Some(b"PK\x01\x02") => stated,
        _ => match end.checked_sub(size) {
            Some(at) if bytes.get(at..at + 4) == Some(b"PK\x01\x02") => at,
            _ => memchr::memmem::find(bytes, b"PK\x01\x02").or((size == 0).then_some(end))?,
        },
    };
    let mut names = Vec::new();
    while names.len() < ZIP_NAMES && bytes.get(at..at + 4) == Some(b"PK\x01\x02") {
        let length = |offset| u16_at(bytes, at + offset).map(usize::from);
        let (Some(name), Some(extra), Some(comment)) = (length(28), length(30), length(32)) else {
            break;
        };
        let Some(text) = bytes.get(at + 46..at + 46 + name) else {
            break;
        };
        names.push(slashed(text));
        at += 46 + name + extra + comment;
    }
    Some(names)
}

/// Names in the headers before each member, for a ZIP that was cut.
fn local_names(bytes: &[u8]) -> Vec<Vec<u8>> {
    memchr::memmem::find_iter(bytes, b"PK\x03\x04")
        .take(ZIP_NAMES)
        .filter_map(|at| {
            let length = usize::from(u16_at(bytes, at + 26)?);
            bytes.get(at + 30..at + 30 + length).map(slashed)
        })
        .collect()
}

fn slashed(name: &[u8]) -> Vec<u8> {
    name.iter().map(|b| if *b == b'\\' { b'/' } else { *b }).collect()
}

/// OpenDocument's first member, stored without compression so that anyone can look.
fn stored_mimetype(bytes: &[u8]) -> Option<&[u8]> {
    let name = bytes.get(30..30 + usize::from(u16_at(bytes, 26)?))?;
    let at = 30 + name.len() + usize::from(u16_at(bytes, 28)?);
    (name == b"mimetype" && u16_at(bytes, 8) == Some(0)).then(|| bytes.get(at..(at + 80).min(bytes.len()))).flatten()
}

fn by_markup(bytes: &[u8]) -> Detected {
    let head = ascii_head(bytes);
    let start = head.trim_start();
    if start.starts_with("{\\rtf") {
        return Detected::new(Format::Rtf, "{\\rtf at the start");
    }
    let recognised = match start.as_bytes().first() {
        Some(b'<') => recognised::detect_markup(start),
        Some(b'{' | b'[' | b'(') => recognised::detect_json(bytes),
        _ => recognised::detect_table(start),
    };
    if let Some((kind, reason)) = recognised {
        return Detected::new(Format::Recognised(kind), reason);
    }
    if start.starts_with('<') {
        return angle_brackets(start, bytes);
    }
    if is_mime(start) {
        return Detected::new(Format::Mhtml, "MIME headers with multipart/related or text/html");
    }
    Detected::new(Format::Text, "no sign of another format")
}

/// The first bytes as lower-case ASCII, UTF-16 folded, other characters as `?`.
fn ascii_head(bytes: &[u8]) -> String {
    let head = &bytes[..bytes.len().min(HEAD_BYTES)];
    let letter = |b: u8| {
        if b.is_ascii() { char::from(b.to_ascii_lowercase()) } else { '?' }
    };
    let wide = |pairs: &[u8], high: usize| {
        pairs.chunks_exact(2).map(|pair| if pair[high] == 0 { letter(pair[1 - high]) } else { '?' }).collect()
    };
    match head {
        [0xEF, 0xBB, 0xBF, rest @ ..] => rest.iter().copied().map(letter).collect(),
        [0xFF, 0xFE, rest @ ..] => wide(rest, 1),
        [0xFE, 0xFF, rest @ ..] => wide(rest, 0),
        [b'<', 0, ..] => wide(head, 1),
        [0, b'<', ..] => wide(head, 0),
        _ => head.iter().copied().map(letter).collect(),
    }
}

fn angle_brackets(start: &str, bytes: &[u8]) -> Detected {
    let xml = start.starts_with("<?xml") || start.starts_with("<?mso-application");
    let near = |sign: &str| start.contains(sign);
    if near("<?mso-application progid=\"word.document\"") || xml && (near("<w:worddocument") || near("<pkg:package")) {
        return Detected::new(Format::WordXml, "XML of Word.Document");
    }
    if near("<?mso-application progid=\"excel.sheet\"")
        || xml && near("<workbook") && near("urn:schemas-microsoft-com:office:spreadsheet")
    {
        return Detected::new(Format::SpreadsheetXml, "XML of Excel.Sheet");
    }
    if xml && near("<office:document") {
        return Detected::new(Format::FlatOpenDocument, "XML of OpenDocument");
    }
    match first_element(start) {
        Some(
            "!doctype" | "html" | "head" | "body" | "meta" | "title" | "style" | "script" | "base" | "link"
            | "frameset",
        ) => Detected::new(Format::Html, "an HTML page's first element"),
        // A piece of a page. Text and Markdown may begin with a table too, but do not end with a tag as well.
        Some(
            "table" | "div" | "p" | "center" | "font" | "span" | "tr" | "br" | "form" | "b" | "h1" | "h2" | "h3" | "ul"
            | "ol" | "section" | "article",
        ) if bytes.iter().rev().find(|b| !b.is_ascii_whitespace() && **b != 0) == Some(&b'>') => {
            Detected::new(Format::Html, "HTML elements from start to end")
        }
        _ => Detected::new(Format::Text, "no sign of another format"),
    }
}

/// Name of the first element, behind declarations and comments.
fn first_element(mut rest: &str) -> Option<&str> {
    loop {
        rest = rest.trim_start();
        if let Some(comment) = rest.strip_prefix("<!--") {
            rest = comment.split_once("-->")?.1;
        } else if let Some(instruction) = rest.strip_prefix("<?") {
            rest = instruction.split_once('>')?.1;
        } else {
            let name = rest.strip_prefix('<')?;
            let end = name.find(|c: char| !c.is_ascii_alphanumeric() && c != '!').unwrap_or(name.len());
            return name.get(..end);
        }
    }
}

/// Header lines `Name: value` up to a blank line, which announce a page saved with its parts.
fn is_mime(start: &str) -> bool {
    let headers = start.split("\n\n").next().unwrap_or(start);
    let headers = headers.split("\r\n\r\n").next().unwrap_or(headers);
    let first_is_header = headers
        .lines()
        .next()
        .and_then(|l| l.split_once(':'))
        .is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'));
    // A page of one part has no multipart header, but says that it is MIME.
    first_is_header
        && (headers.contains("content-type: multipart/related")
            || headers.contains("content-type: multipart/alternative")
            || headers.contains("content-type:multipart/related")
            || headers.contains("mime-version:") && headers.contains("content-type:"))
}
