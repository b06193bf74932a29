//! Stored lines become those of the files: the input's name goes in, findings made over documents go behind a form's own, and
//! of what could not be read a line is made for [`super::ERRORS`].

use crate::batch::manifest::Row;
use crate::emit::json_lines::write_line;
use crate::model::{Finding, Status};
use memchr::memmem;
use serde::Serialize;
use std::io;

/// Where the source stands in a line: kind, schema, id and document come before it, all short.
const SOURCE: &[u8] = b"\"source\":\"";
const SOURCE_WITHIN: usize = 400;

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

/// Sets the names of inputs into record lines: `"source":""` becomes `"source":"a.txt"`, `"source":"!/b"` becomes
/// `"source":"a.zip!/b"`.
#[derive(Debug)]
pub(super) struct Naming {
    source: memmem::Finder<'static>,
}

impl Naming {
    pub(super) fn new() -> Self {
        Naming { source: memmem::Finder::new(SOURCE) }
    }

    /// `name` is escaped as JSON has it.
    ///
    /// # Errors
    /// `InvalidData` where the line has no source.
    pub(super) fn set(&self, line: &[u8], name: &str, out: &mut Vec<u8>) -> io::Result<()> {
        let head = &line[..line.len().min(SOURCE_WITHIN)];
        let Some(at) = self.source.find(head) else {
            return Err(io::Error::new(io::ErrorKind::InvalidData, "a stored record has no source"));
        };
        let (before, after) = line.split_at(at + SOURCE.len());
        out.extend_from_slice(before);
        out.extend_from_slice(name.as_bytes());
        out.extend_from_slice(after);
        Ok(())
    }
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
pub(super) fn escaped(text: &str) -> io::Result<String> {
    let quoted = serde_json::to_string(text)?;
    Ok(quoted[1..quoted.len() - 1].to_owned())
}

/// Adds the line for [`super::ERRORS`] of a document, whose own line is `document`.
pub(super) fn write_trouble(row: &Row, document: &[u8], out: &mut Vec<u8>) -> io::Result<()> {
    let record: serde_json::Value = serde_json::from_slice(document)?;
    let error = &record["error"];
    let findings = record["findings"].as_array().map(Vec::as_slice).unwrap_or_default();
    let trouble = Trouble {
        source: format!("{}{}", row.source, row.suffix),
        path: String::from_utf8_lossy(&row.path),
        document: record["document"].as_str().unwrap_or_default(),
        bytes: record["bytes"].as_u64().unwrap_or_default(),
        status: row.outcome.fared.status,
        code: error["code"].as_str(),
        message: error["message"].as_str(),
        findings: findings.iter().filter(|finding| finding["severity"] == "error").collect(),
    };
    write_line(out, &trouble)
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
            Naming::new().set(line.as_bytes(), &escaped(name).unwrap(), &mut out).unwrap();
            String::from_utf8(out).unwrap()
        };
        let line = r#"{"kind":"form","schema":1,"id":"x","document":"y","source":"","title":"\"source\":\""}"#;
        assert_eq!(
            with(line, "甲/\"a\".txt"),
            r#"{"kind":"form","schema":1,"id":"x","document":"y","source":"甲/\"a\".txt","title":"\"source\":\""}"#
        );
        assert_eq!(with(r#"{"source":"!/b.docx"}"#, "a.zip"), r#"{"source":"a.zip!/b.docx"}"#);
        assert!(Naming::new().set(b"{}", "a", &mut Vec::new()).is_err());
    }
}
