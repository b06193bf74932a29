//! What the manifest has of documents: a row each, and the first of a content's rows says what holds for the whole content.

use super::{Manifest, ORPHANS, Result, signed, unsigned};
use crate::batch::outcome::{Fared, Kept, Outcome};
use crate::batch::part::Part;
use crate::batch::stamp::Hash;
use crate::model::{Media, Status};
use rusqlite::types::{Type, ValueRef};
use rusqlite::{OptionalExtension, params};
use serde::Deserialize;
use serde::de::IntoDeserializer;
use serde::de::value::{Error as NoWord, StrDeserializer};
use std::collections::HashMap;

/// The place of an archive itself, before those of its members; a content that is one document has one row for both, its only
/// member.
const ARCHIVE: i64 = -1;
const ONLY: u32 = 0;

/// Bits of a document's number that its place in the content takes; what is above is the content's number. SQL says 33 itself.
const PLACE_BITS: u32 = 33;

/// The number of the document at a place of a content.
fn number(content: i64, place: i64) -> i64 {
    (content << PLACE_BITS) + place + 1
}

/// The content that a document's number says, and the place there.
pub(super) fn content_and_place(number: i64) -> (i64, i64) {
    (number >> PLACE_BITS, (number & ((1 << PLACE_BITS) - 1)) - 1)
}

/// The content of a document, in SQL.
pub(super) const CONTENT: &str = "(number >> 33)";

/// A condition of SQL: the document `document` is of the content `content`.
fn is_of(document: &str, content: &str) -> String {
    format!("{document}.number BETWEEN {content} << 33 AND ({content} << 33) + 0x1ffffffff")
}

/// A condition of SQL: the row `document` says what holds for the whole of the content `content`.
pub(super) fn whole_of(document: &str, content: &str) -> String {
    format!("{document}.number BETWEEN {content} << 33 AND ({content} << 33) + 1 AND {document}.complete IS NOT NULL")
}

/// Codes of failures that other settings (time, memory, size, passwords) may heal.
const BOUNDED: [&str; 4] = ["timeout", "memory_limit", "too_large", "encrypted"];

/// A document of an input, with all that the manifest says of both.
#[derive(Debug, Clone)]
pub struct Row {
    /// Number of the input.
    pub input: i64,
    /// How records name the input.
    pub source: String,
    /// The input's path, as bytes of the system.
    pub path: Vec<u8>,
    /// Number of the content.
    pub content: i64,
    /// The content's hash, where only what failed is asked for; None of what could not be read.
    pub hash: Option<Hash>,
    /// Place of the document in its archive, from 0.
    pub member: u32,
    /// What its source has behind the input's: empty, or `!/form.docx`.
    pub suffix: String,
    /// How it fared.
    pub outcome: Outcome,
    /// Where its records stand.
    pub part: Part,
}

/// What the row of a content's only document says of the content.
struct Whole<'a> {
    hash: Option<&'a Hash>,
    bytes: i64,
    reading: i64,
    failed: bool,
    bounded: bool,
}

impl Manifest {
    pub(in crate::batch) fn begin_content(&mut self, hash: Option<&Hash>, bytes: u64) -> Result<i64> {
        let (reading, content) = (self.reading, self.contents.next(&self.db)?);
        self.change(
            "INSERT INTO document (number, sha256, bytes, reading, complete, failed, bounded) VALUES (?, ?, ?, ?, 0, 0, 0)",
            params![number(content, ARCHIVE), hash, signed(bytes), reading],
        )?;
        // Nobody may ever ask for it again.
        self.set_note(ORPHANS, "1")?;
        Ok(content)
    }

    pub(in crate::batch) fn members(&self, content: i64) -> Result<Vec<u32>> {
        let range = is_of("d", "?1");
        self.db
            .prepare_cached(&format!("SELECT number FROM document d WHERE {range} AND status IS NOT NULL"))?
            .query_map([content], |row| Ok(unsigned(content_and_place(row.get(0)?).1) as u32))?
            .collect()
    }

    /// A content that holds one document, which is there.
    pub(in crate::batch) fn add_content(
        &mut self,
        hash: Option<&Hash>,
        bytes: u64,
        kept: &Kept,
        part: &Part,
    ) -> Result<i64> {
        let content = self.contents.next(&self.db)?;
        let whole = Whole {
            hash,
            bytes: signed(bytes),
            reading: self.reading,
            failed: kept.fared.status == Status::Failed,
            bounded: kept.fared.code.as_deref().is_some_and(|code| BOUNDED.contains(&code)),
        };
        self.insert_document(content, ONLY, Some(&whole), "", kept, part)?;
        Ok(content)
    }

    pub(in crate::batch) fn add_document(
        &mut self,
        content: i64,
        member: u32,
        suffix: &str,
        kept: &Kept,
        part: &Part,
    ) -> Result<()> {
        self.insert_document(content, member, None, suffix, kept, part)
    }

    fn insert_document(
        &mut self,
        content: i64,
        member: u32,
        whole: Option<&Whole<'_>>,
        suffix: &str,
        kept: &Kept,
        part: &Part,
    ) -> Result<()> {
        let Fared { status, code, media, pages, forms, funds, indicators, statements, micros } = &kept.fared;
        let media = media.as_ref().map(json).transpose()?;
        self.change(
            "INSERT OR REPLACE INTO document VALUES
               (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)",
            params![
                number(content, member.into()),
                whole.and_then(|whole| whole.hash),
                whole.map(|whole| whole.bytes),
                whole.map(|whole| whole.reading),
                whole.map(|_| 1),
                whole.map(|whole| whole.failed),
                whole.map(|whole| whole.bounded),
                suffix,
                status_word(*status),
                code,
                media.as_ref().map(|word| word.trim_matches('"')),
                json(&(pages, forms, funds, indicators, statements, micros))?,
                kept.findings,
                part.pack(),
                kept.prints,
                kept.unmatched,
            ],
        )
        .map(drop)
    }

    /// All documents of the content are there.
    pub(in crate::batch) fn finish_content(&mut self, content: i64) -> Result<()> {
        let codes = BOUNDED.map(|code| format!("'{code}'")).join(", ");
        let range = is_of("d", "?1");
        self.change(
            &format!(
                "UPDATE document SET complete = 1,
                   failed = (SELECT count(*) FROM document d WHERE {range} AND status = 'failed'),
                   bounded = (SELECT count(*) FROM document d WHERE {range} AND code IN ({codes}))
                 WHERE number = ?2"
            ),
            [content, number(content, ARCHIVE)],
        )
        .map(drop)
    }

    /// The part of the only document of what could not be read.
    pub(in crate::batch) fn unread_part(&self, content: i64) -> Result<Option<Part>> {
        self.db
            .prepare_cached("SELECT part FROM document WHERE number = ?")?
            .query_row([number(content, ONLY.into())], |row| read_part(row, 0))
            .optional()
    }

    /// Is the order of paths that of sources, too? It is where all inputs come from one folder.
    fn sources_follow_paths(&self) -> Result<bool> {
        let mut statement = self.db.prepare("SELECT source FROM input ORDER BY path")?;
        let mut rows = statement.query([])?;
        let mut before = String::new();
        while let Some(row) = rows.next()? {
            let source = row.get_ref(0)?.as_str()?;
            if source < before.as_str() {
                return Ok(false);
            }
            before.clear();
            before.push_str(source);
        }
        Ok(true)
    }

    /// Every document of every input, or only what failed, ordered by source, path, and place in the archive.
    pub(in crate::batch) fn rows<E: From<rusqlite::Error>>(
        &self,
        only_failed: bool,
        sink: &mut dyn FnMut(Row) -> std::result::Result<(), E>,
    ) -> std::result::Result<(), E> {
        // Contents are looked up only for the few that need their hash.
        let (hash, contents, which) = if only_failed {
            let contents = format!("CROSS JOIN document c ON {} AND c.failed > 0", whole_of("c", "i.content"));
            ("c.sha256", contents, "d.status = 'failed'")
        } else {
            ("NULL", String::new(), "d.status IS NOT NULL")
        };
        let order = if self.sources_follow_paths()? { "i.path" } else { "i.source, i.path" };
        let of_content = is_of("d", "i.content");
        let mut statement = self.db.prepare(&format!(
            "SELECT i.id, i.source, i.path, {hash}, d.number, d.suffix, d.status, d.code, d.media, d.counts, d.findings,
               d.part, d.prints, d.unmatched
             FROM input i {contents} CROSS JOIN document d ON {of_content}
             WHERE {which} ORDER BY {order}, d.number"
        ))?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            sink(read_row(row)?)?;
        }
        Ok(())
    }

    /// Bytes of live parts by segment.
    pub(in crate::batch) fn live(&self) -> Result<HashMap<u32, u64>> {
        let mut live = HashMap::new();
        for (_, part) in self.parts()? {
            *live.entry(part.segment).or_default() += part.bytes();
        }
        Ok(live)
    }

    /// All parts with the numbers of their documents, in the order of contents.
    pub(in crate::batch) fn parts(&self) -> Result<Vec<(i64, Part)>> {
        self.db
            .prepare("SELECT number, part FROM document WHERE status IS NOT NULL")?
            .query_map([], |row| Ok((row.get(0)?, read_part(row, 1)?)))?
            .collect()
    }

    /// A document's part stands elsewhere now.
    pub(in crate::batch) fn move_part(&mut self, number: i64, part: &Part) -> Result<()> {
        self.change("UPDATE document SET part = ? WHERE number = ?", params![part.pack(), number]).map(drop)
    }
}

fn read_row(row: &rusqlite::Row<'_>) -> Result<Row> {
    let (content, place) = content_and_place(row.get(4)?);
    let status = match row.get_ref(6)?.as_str()? {
        "ok" => Status::Ok,
        "partial" => Status::Partial,
        _ => Status::Failed,
    };
    let media = match row.get_ref(8)? {
        ValueRef::Null => None,
        word => Some(Media::deserialize(word_of(word.as_str()?)).map_err(conversion)?),
    };
    let (pages, forms, funds, indicators, statements, micros) =
        serde_json::from_str(row.get_ref(9)?.as_str()?).map_err(conversion)?;
    Ok(Row {
        input: row.get(0)?,
        source: row.get(1)?,
        path: row.get(2)?,
        content,
        hash: row.get(3)?,
        member: unsigned(place) as u32,
        suffix: row.get(5)?,
        outcome: Outcome {
            fared: Fared { status, code: row.get(7)?, media, pages, forms, funds, indicators, statements, micros },
            findings: map_or_list(row, 10)?,
            prints: map_or_list(row, 12)?,
            unmatched: map_or_list(row, 13)?,
        },
        part: read_part(row, 11)?,
    })
}

fn word_of(word: &str) -> StrDeserializer<'_, NoWord> {
    word.into_deserializer()
}

/// JSON, or an empty text for nothing.
fn map_or_list<T: Default + serde::de::DeserializeOwned>(row: &rusqlite::Row<'_>, column: usize) -> Result<T> {
    match row.get_ref(column)? {
        ValueRef::Text(b"") => Ok(T::default()),
        text => serde_json::from_str(text.as_str()?).map_err(conversion),
    }
}

fn read_part(row: &rusqlite::Row<'_>, column: usize) -> Result<Part> {
    let packed = row.get_ref(column)?.as_blob()?;
    Part::unpack(packed).ok_or_else(|| {
        rusqlite::Error::FromSqlConversionFailure(column, Type::Blob, "not where records of a document stand".into())
    })
}

fn status_word(status: Status) -> &'static str {
    match status {
        Status::Ok => "ok",
        Status::Partial => "partial",
        Status::Failed => "failed",
    }
}

fn json(value: &impl serde::Serialize) -> Result<String> {
    serde_json::to_string(value).map_err(|error| rusqlite::Error::ToSqlConversionFailure(error.into()))
}

fn conversion(error: impl std::error::Error + Send + Sync + 'static) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(0, Type::Text, error.into())
}
