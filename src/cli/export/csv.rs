use super::{Exporter, datapackage, table_name};
use anyhow::{Context, Result};
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use zhibiao::emit::flat::{Cell, Column};
use zhibiao::model::Kind;

/// Excel takes a file without it for the system's own encoding.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// CSV as RFC 4180 has it, a file a table.
pub(super) struct Folder {
    dir: PathBuf,
    new: tempfile::TempDir,
    open: Option<BufWriter<File>>,
    tables: Vec<(String, Vec<Column>)>,
}

impl Folder {
    pub(super) fn create(dir: &Path) -> Result<Self> {
        let cannot = || format!("{}: cannot be written to", dir.display());
        fs::create_dir_all(dir).with_context(cannot)?;
        let new = tempfile::Builder::new().prefix(".new-").tempdir_in(dir).with_context(cannot)?;
        Ok(Folder { dir: dir.to_owned(), new, open: None, tables: Vec::new() })
    }

    fn close(&mut self) -> Result<()> {
        self.open.take().map_or(Ok(()), |mut file| file.flush()).context("CSV")
    }
}

impl Exporter for Folder {
    fn table(&mut self, kind: Kind, columns: &[Column]) -> Result<()> {
        self.close()?;
        let name = format!("{}.csv", table_name(kind));
        let mut file = BufWriter::with_capacity(256 << 10, File::create(self.new.path().join(&name))?);
        file.write_all(BYTE_ORDER_MARK)?;
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        write!(file, "{}\r\n", names.join(","))?;
        self.open = Some(file);
        self.tables.push((name, columns.to_vec()));
        Ok(())
    }

    fn row(&mut self, cells: &[Cell]) -> Result<()> {
        let Some(file) = &mut self.open else { return Ok(()) };
        for (i, cell) in cells.iter().enumerate() {
            if i > 0 {
                file.write_all(b",")?;
            }
            match cell {
                Cell::Null => {}
                Cell::Boolean(b) => write!(file, "{b}")?,
                Cell::Number(n) => file.write_all(n.as_bytes())?,
                Cell::Text(text) => file.write_all(field(text).as_bytes())?,
            }
        }
        Ok(file.write_all(b"\r\n")?)
    }

    fn finish(mut self: Box<Self>) -> Result<()> {
        self.close()?;
        let package = self.new.path().join(datapackage::FILE);
        fs::write(package, datapackage::of(&self.tables, &datapackage::CSV)?)?;
        for name in self.tables.iter().map(|(name, _)| name.as_str()).chain([datapackage::FILE]) {
            fs::rename(self.new.path().join(name), self.dir.join(name)).with_context(|| name.to_owned())?;
        }
        Ok(())
    }
}

/// A text as a field: quoted where it has to be, and where it is empty, since nothing at all is null.
pub(in crate::cli) fn field(text: &str) -> String {
    if !text.is_empty() && !text.contains([',', '"', '\n', '\r']) {
        return text.to_owned();
    }
    format!("\"{}\"", text.replace('"', "\"\""))
}

#[cfg(test)]
mod tests {
    use super::field;

    #[test]
    fn fields_are_quoted_where_they_have_to_be() {
        assert_eq!(field("甲"), "甲");
        assert_eq!(field("a,\"b\"\n"), "\"a,\"\"b\"\"\n\"");
        assert_eq!(field(""), "\"\"");
    }
}
