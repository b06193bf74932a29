//! Records as JSON lines: one object a line, keys in the order of the types, exact numbers, `null` for what is not
//! known.

use crate::model::{Kind, Record};
use serde::Serialize;
use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use tempfile::NamedTempFile;

/// Writes one value as one line.
///
/// # Errors
/// What the writer reports.
pub fn write_line(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

/// The kind of a record.
pub fn kind(record: &Record) -> Kind {
    match record {
        Record::Document(_) => Kind::Document,
        Record::Form(_) => Kind::Form,
        Record::Fund(_) => Kind::Fund,
        Record::Indicator(_) => Kind::Indicator,
        Record::Statement(_) => Kind::Statement,
    }
}

/// Every kind, in the order in which an output folder lists them.
pub const KINDS: [Kind; 5] = [Kind::Document, Kind::Form, Kind::Fund, Kind::Indicator, Kind::Statement];

/// The file of an output folder that holds the records of a kind.
pub fn file_name(kind: Kind) -> &'static str {
    match kind {
        Kind::Document => "documents.jsonl",
        Kind::Form => "forms.jsonl",
        Kind::Fund => "funds.jsonl",
        Kind::Indicator => "indicators.jsonl",
        Kind::Statement => "statements.jsonl",
    }
}

/// An output folder being written: one file a kind, under their names only once all are whole.
#[derive(Debug)]
pub struct Folder {
    path: PathBuf,
    files: Vec<(Kind, BufWriter<NamedTempFile>)>,
}

impl Folder {
    /// Makes the folder if need be, and a temporary file in it for each kind.
    ///
    /// # Errors
    /// A folder that cannot be made or written to.
    pub fn create(path: &Path) -> io::Result<Self> {
        fs::create_dir_all(path)?;
        let files = KINDS
            .iter()
            .map(|kind| {
                let file = tempfile::Builder::new().prefix(".zhibiao-").suffix(".tmp").tempfile_in(path)?;
                Ok((*kind, BufWriter::new(file)))
            })
            .collect::<io::Result<_>>()?;
        Ok(Folder { path: path.to_owned(), files })
    }

    /// The writer for a kind; every write is to be whole lines.
    pub fn writer(&mut self, kind: Kind) -> &mut impl Write {
        // KINDS lists every kind in declaration order, so the kind is the index.
        &mut self.files[kind as usize].1
    }

    /// Flushes every file and gives it its name. Dropped without this call, the folder keeps what it had.
    ///
    /// # Errors
    /// A disk that is full, or a name that is taken by a folder.
    pub fn finish(self) -> io::Result<()> {
        for (kind, file) in self.files {
            let file = file.into_inner().map_err(io::IntoInnerError::into_error)?;
            allow_others_to_read(&file)?;
            file.persist(self.path.join(file_name(kind))).map_err(|e| e.error)?;
        }
        Ok(())
    }
}

/// Temporary files are private to their owner; results get the permissions of ordinary files.
#[cfg(unix)]
fn allow_others_to_read(file: &NamedTempFile) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.as_file().set_permissions(fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn allow_others_to_read(_: &NamedTempFile) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{FundRecord, Number, Place, Quantity, Relation, SourceOfFunds};
    use rust_decimal::Decimal;

    fn number(text: &str) -> Number {
        Number::new(text.parse::<Decimal>().unwrap())
    }

    #[test]
    fn a_record_is_one_line_of_exact_numbers_in_schema_order() {
        let mut place = Place { table: Some(1), rows: Some([3, 3]), ..Place::default() };
        place.cells.insert("budget".into(), [3, 2]);
        let fund = Record::Fund(FundRecord {
            kind: Kind::Fund,
            schema: 1,
            id: "ba7816bf8f01-f1-m01".into(),
            document: "ba78".into(),
            source: "a.txt".into(),
            form: 1,
            row: 1,
            item: "年度资金总额".into(),
            source_of_funds: SourceOfFunds::Total,
            budget_initial: None,
            budget: Some(Quantity {
                raw: "2488814万元".into(),
                relation: Some(Relation::Equal),
                value: Some(number("24888140000")),
                upper: None,
                unit: Some("元".into()),
                date: None,
                text: None,
                parts: None,
            }),
            executed: None,
            rate: None,
            weight: Some(number("10.0")),
            score: None,
            computed_rate: Some(number("0.9877")),
            place,
            confidence: Some(number("0.95")),
            findings: Vec::new(),
        });
        let mut line = Vec::new();
        write_line(&mut line, &fund).unwrap();
        assert_eq!(
            String::from_utf8(line).unwrap(),
            concat!(
                r#"{"kind":"fund","schema":1,"id":"ba7816bf8f01-f1-m01","document":"ba78","source":"a.txt","form":1,"#,
                r#""row":1,"item":"年度资金总额","source_of_funds":"total","budget_initial":null,"#,
                r#""budget":{"raw":"2488814万元","relation":"=","value":24888140000,"upper":null,"unit":"元","#,
                r#""date":null,"text":null,"parts":null},"executed":null,"rate":null,"weight":10,"score":null,"#,
                r#""computed_rate":0.9877,"page":null,"table":1,"rows":[3,3],"cells":{"budget":[3,2]},"bbox":null,"#,
                r#""confidence":0.95,"findings":[]}"#,
                "\n"
            )
        );
    }

    #[test]
    fn a_folder_that_is_not_finished_leaves_what_was_there() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("forms.jsonl"), "before\n").unwrap();
        let mut folder = Folder::create(dir.path()).unwrap();
        folder.writer(Kind::Form).write_all(b"half").unwrap();
        drop(folder);
        assert_eq!(fs::read_to_string(dir.path().join("forms.jsonl")).unwrap(), "before\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);

        let mut folder = Folder::create(dir.path()).unwrap();
        folder.writer(Kind::Form).write_all(b"after\n").unwrap();
        folder.finish().unwrap();
        assert_eq!(fs::read_to_string(dir.path().join("forms.jsonl")).unwrap(), "after\n");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 5);
    }
}
