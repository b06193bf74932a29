//! The sorted files, written anew beside the old ones and put in place whole.

use super::manifest::Row;
use super::parts::PartReader;
use super::review::{REVIEW, is_below};
use crate::emit::json_lines::{KINDS, file_name, write_line};
use crate::model::{Finding, Kind, Status};
use crate::validate::SeenForms;
use memchr::memmem;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// The file that lists what could not be read, or not whole.
pub const ERRORS: &str = "errors.jsonl";

/// Where the source stands in a line: kind, schema, id and document come before it, all short.
const SOURCE: &[u8] = b"\"source\":\"";
const SOURCE_WITHIN: usize = 400;

/// A file that was put in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Its name in the output folder.
    pub name: String,
    /// Its size.
    pub bytes: u64,
    /// Its lines.
    pub lines: u64,
}

/// A line of [`ERRORS`].
#[derive(Serialize)]
struct Trouble<'a> {
    source: String,
    path: std::borrow::Cow<'a, str>,
    document: &'a str,
    bytes: u64,
    status: Status,
    code: Option<&'a str>,
    message: Option<&'a str>,
    findings: Vec<&'a serde_json::Value>,
}

/// A record line with the name of its input set in: `"source":""` becomes `"source":"a.txt"`, `"source":"!/b"` becomes
/// `"source":"a.zip!/b"`. `name` is escaped as JSON has it.
///
/// # Errors
/// `InvalidData` where the line has no source.
pub fn lines_with_source(line: &[u8], name: &str, out: &mut impl Write) -> io::Result<()> {
    let head = &line[..line.len().min(SOURCE_WITHIN)];
    let Some(at) = memmem::find(head, SOURCE) else {
        return Err(io::Error::new(io::ErrorKind::InvalidData, "a stored record has no source"));
    };
    let (before, after) = line.split_at(at + SOURCE.len());
    out.write_all(before)?;
    out.write_all(name.as_bytes())?;
    out.write_all(after)
}

/// A form's line with the findings that were made over documents ([`crate::validate::SeenForms`]), behind its own; `None` where
/// there are none of it.
///
/// # Errors
/// A finding that cannot be written as JSON.
pub fn with_findings(line: &[u8], across: &[(u32, Finding)]) -> io::Result<Option<Vec<u8>>> {
    let Some(own) = form_number(line).filter(|_| !across.is_empty()) else { return Ok(None) };
    let findings: Vec<&Finding> = across.iter().filter(|(form, _)| *form == own).map(|(_, finding)| finding).collect();
    // The findings are a form's last field.
    let Some(head) = line.strip_suffix(b"]}\n").filter(|_| !findings.is_empty()) else { return Ok(None) };
    let mut out = head.to_vec();
    for finding in findings {
        if !out.ends_with(b"[") {
            out.push(b',');
        }
        serde_json::to_writer(&mut out, finding)?;
    }
    out.extend_from_slice(b"]}\n");
    Ok(Some(out))
}

/// 7 of `"id":"01ca760688cc-f7"`.
fn form_number(line: &[u8]) -> Option<u32> {
    let head = &line[..line.len().min(SOURCE_WITHIN)];
    let at = memmem::find(head, b"\"id\":\"")? + 6;
    let id = head[at..].split(|byte| *byte == b'"').next()?;
    std::str::from_utf8(id).ok()?.rsplit_once("-f")?.1.parse().ok()
}

/// A text as it stands between the quotes of JSON.
fn escaped(text: &str) -> io::Result<String> {
    let quoted = serde_json::to_string(text)?;
    Ok(quoted[1..quoted.len() - 1].to_owned())
}

/// Is this a part that is not as it was written, and not a disk that fails?
pub(super) fn is_damage(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof | io::ErrorKind::NotFound)
}

#[derive(Debug)]
pub(super) struct Writer {
    dir: PathBuf,
    new: PathBuf,
    /// The kinds in order, then the errors, then what is to be reviewed where that is asked for.
    files: Vec<(Written, BufWriter<File>)>,
    /// Forms of the documents so far, to compare the next with.
    seen: SeenForms,
    /// Records below this confidence go to [`REVIEW`].
    least: Option<Decimal>,
}

impl Writer {
    /// Files in `new`, a folder in the same file system as `dir`, where they go.
    pub(super) fn new(dir: &Path, new: &Path, least: Option<Decimal>) -> io::Result<Self> {
        fs::create_dir_all(new)?;
        let names = KINDS.iter().map(|kind| file_name(*kind)).chain([ERRORS]).chain(least.map(|_| REVIEW));
        let files = names
            .map(|name| {
                let file = BufWriter::with_capacity(256 << 10, File::create(new.join(name))?);
                Ok((Written { name: name.to_owned(), bytes: 0, lines: 0 }, file))
            })
            .collect::<io::Result<_>>()?;
        Ok(Writer { dir: dir.to_owned(), new: new.to_owned(), files, seen: SeenForms::default(), least })
    }

    /// The lines of a document.
    pub(super) fn add(&mut self, row: &Row, reader: &mut PartReader) -> io::Result<()> {
        let name = escaped(&row.source)?;
        let (files, least) = (&mut self.files, self.least);
        let trouble = row.outcome.status != Status::Ok;
        let across = self.seen.document(&row.outcome.prints);
        let mut document = Vec::new();
        reader.lines(&row.part, &mut |kind, line| {
            if trouble && kind == Kind::Document {
                document.extend_from_slice(line);
            }
            let below = least.is_some_and(|least| is_below(line, least));
            let (written, file) = &mut files[if below { KINDS.len() + 1 } else { kind as usize }];
            let more = if kind == Kind::Form { with_findings(line, &across)? } else { None };
            let line = more.as_deref().unwrap_or(line);
            written.bytes += (line.len() + name.len()) as u64;
            written.lines += 1;
            lines_with_source(line, &name, file)
        })?;
        if trouble { self.add_trouble(row, &document) } else { Ok(()) }
    }

    fn add_trouble(&mut self, row: &Row, document: &[u8]) -> io::Result<()> {
        let record: serde_json::Value = serde_json::from_slice(document)?;
        let error = &record["error"];
        let findings = record["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
        let trouble = Trouble {
            source: format!("{}{}", row.source, row.suffix),
            path: String::from_utf8_lossy(&row.path),
            document: record["document"].as_str().unwrap_or_default(),
            bytes: record["bytes"].as_u64().unwrap_or_default(),
            status: row.outcome.status,
            code: error["code"].as_str(),
            message: error["message"].as_str(),
            findings: findings.iter().filter(|finding| finding["severity"] == "error").collect(),
        };
        let mut line = Vec::new();
        write_line(&mut line, &trouble)?;
        let (written, file) = &mut self.files[KINDS.len()];
        written.bytes += line.len() as u64;
        written.lines += 1;
        file.write_all(&line)
    }

    /// All files get their names once the last byte of the last of them is on disk.
    pub(super) fn finish(self) -> io::Result<Vec<Written>> {
        let mut all = Vec::new();
        for (written, file) in self.files {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            file.sync_data()?;
            all.push(written);
        }
        for written in &all {
            fs::rename(self.new.join(&written.name), self.dir.join(&written.name))?;
        }
        if self.least.is_none() {
            // What an earlier run left for review is among the others again.
            match fs::remove_file(self.dir.join(REVIEW)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        // The names, too, are durable then; a system without folders as files does that by itself.
        let _ = File::open(&self.dir).and_then(|dir| dir.sync_all());
        let _ = fs::remove_dir(&self.new);
        Ok(all)
    }
}

#[derive(Serialize, Deserialize)]
struct Remembered {
    #[serde(flatten)]
    written: Written,
    modified: u64,
}

/// What tells later whether the files are still as they were put in place.
pub(super) fn remember(dir: &Path, files: &[Written]) -> io::Result<String> {
    let all = files
        .iter()
        .map(|written| {
            let modified = modified(&dir.join(&written.name)).map_or(0, |(_, time)| time);
            Remembered { written: written.clone(), modified }
        })
        .collect::<Vec<_>>();
    Ok(serde_json::to_string(&all)?)
}

/// The files, if they are all as [`remember`] saw them.
pub(super) fn still_there(dir: &Path, remembered: &str) -> Option<Vec<Written>> {
    let all: Vec<Remembered> = serde_json::from_str(remembered).ok()?;
    let same = |one: &Remembered| modified(&dir.join(&one.written.name)) == Some((one.written.bytes, one.modified));
    (!all.is_empty() && all.iter().all(same)).then(|| all.into_iter().map(|one| one.written).collect())
}

fn modified(path: &Path) -> Option<(u64, u64)> {
    let metadata = fs::metadata(path).ok()?;
    let time = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    Some((metadata.len(), u64::try_from(time.as_nanos()).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_over_documents_go_behind_a_forms_own() {
        let finding = |message: &str| {
            use crate::model::{Code, Severity};
            Finding::new(Code::DuplicateForm, Severity::Warning, message)
        };
        let across = [(2, finding("甲")), (2, finding("乙")), (3, finding("丙"))];
        let with = |line: &str| {
            let line = with_findings(line.as_bytes(), &across).unwrap()?;
            let value: serde_json::Value = serde_json::from_slice(&line).unwrap();
            let all = value["findings"].as_array().unwrap().iter();
            Some(all.map(|finding| finding["message"].as_str().unwrap().to_owned()).collect::<Vec<_>>())
        };
        let line = |form: u32, own: &str| {
            format!(
                "{{\"kind\":\"form\",\"schema\":1,\"id\":\"01ca760688cc-f{form}\",\"source\":\"\",\"findings\":[{own}]}}\n"
            )
        };
        assert_eq!(with(&line(1, "")), None);
        assert_eq!(with(&line(2, "")).unwrap(), ["甲", "乙"]);
        assert_eq!(with(&line(3, "{\"message\":\"own\"}")).unwrap(), ["own", "丙"]);
    }

    #[test]
    fn the_name_of_the_input_goes_before_what_the_line_has() {
        let with = |line: &str, name: &str| {
            let mut out = Vec::new();
            lines_with_source(line.as_bytes(), &escaped(name).unwrap(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let line = r#"{"kind":"form","schema":1,"id":"x","document":"y","source":"","title":"\"source\":\""}"#;
        assert_eq!(
            with(line, "甲/\"a\".txt"),
            r#"{"kind":"form","schema":1,"id":"x","document":"y","source":"甲/\"a\".txt","title":"\"source\":\""}"#
        );
        assert_eq!(with(r#"{"source":"!/b.docx"}"#, "a.zip"), r#"{"source":"a.zip!/b.docx"}"#);
        assert!(lines_with_source(b"{}", "a", &mut Vec::new()).is_err());
    }
}
