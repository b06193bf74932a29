//! The pattern files that there are. A new one takes one line here.

use super::audit::AuditEntry;
use super::check;
use super::confidence::ClueEntry;
use super::entries::{Entry, merge_entries};
use super::gazetteer::{ALIASES, BEFORE, Gazetteer, REGIONS};
use super::headers::HeaderEntry;
use super::indicators::Indicator;
use super::labels::{FormTypeEntry, FundLabelEntry, RowLabelEntry};
use super::levels::LevelEntry;
use super::lookalikes::LookalikeEntry;
use super::problem::{PatternError, Problem};
use super::relations::{RelationEntry, WordsEntry};
use super::rows::RowFile;
use super::scoring::WeightEntry;
use super::statements::StatementWords;
use super::units::UnitEntry;
use std::io;
use std::marker::PhantomData;
use std::path::Path;

/// Every pattern file.
pub(super) fn all() -> Vec<Box<dyn PatternFile>> {
    vec![
        entries::<HeaderEntry>(),
        entries::<LevelEntry>(),
        entries::<FundLabelEntry>(),
        entries::<RowLabelEntry>(),
        entries::<FormTypeEntry>(),
        entries::<WeightEntry>(),
        entries::<Indicator>(),
        entries::<UnitEntry>(),
        entries::<RelationEntry>(),
        entries::<WordsEntry>(),
        entries::<StatementWords>(),
        entries::<LookalikeEntry>(),
        entries::<AuditEntry>(),
        entries::<ClueEntry>(),
        Box::new(Rows(REGIONS)),
        Box::new(Rows(ALIASES)),
        Box::new(Rows(BEFORE)),
    ]
}

fn entries<E: Entry + 'static>() -> Box<dyn PatternFile> {
    Box::new(Entries::<E>(PhantomData))
}

/// A file under `patterns/`, whatever its format.
pub(super) trait PatternFile {
    /// `units.toml`.
    fn name(&self) -> &'static str;
    /// All that is wrong with it.
    fn check(&self, overlay: Option<&Path>) -> Result<Vec<Problem>, PatternError>;
    /// Writes what is in force.
    fn show(&self, overlay: Option<&Path>, out: &mut dyn io::Write) -> Result<(), check::ShowError>;
}

struct Entries<E>(PhantomData<E>);

impl<E: Entry> PatternFile for Entries<E> {
    fn name(&self) -> &'static str {
        E::FILE
    }

    fn check(&self, overlay: Option<&Path>) -> Result<Vec<Problem>, PatternError> {
        let (entries, mut problems) = merge_entries::<E>(overlay)?;
        problems.extend(check::entries(&entries));
        Ok(problems)
    }

    fn show(&self, overlay: Option<&Path>, out: &mut dyn io::Write) -> Result<(), check::ShowError> {
        let (entries, _) = merge_entries::<E>(overlay)?;
        let own = entries.iter().filter(|entry| overlay.is_some_and(|dir| entry.file.starts_with(dir))).count();
        check::heading(out, E::FILE, entries.len(), own)?;
        for located in entries {
            let one = toml::Value::Array(vec![toml::Value::Table(located.table)]);
            writeln!(out, "{}", toml::Table::from_iter([(E::TABLE.to_owned(), one)]))?;
        }
        Ok(())
    }
}

/// One of the files of places; what is wrong with any is found by reading all.
struct Rows(RowFile);

impl PatternFile for Rows {
    fn name(&self) -> &'static str {
        self.0.name
    }

    fn check(&self, overlay: Option<&Path>) -> Result<Vec<Problem>, PatternError> {
        let (_, problems) = Gazetteer::read(overlay)?;
        Ok(problems.into_iter().filter(|problem| problem.file.ends_with(self.0.name)).collect())
    }

    fn show(&self, overlay: Option<&Path>, out: &mut dyn io::Write) -> Result<(), check::ShowError> {
        let (rows, _) = self.0.load(overlay)?;
        check::heading(out, self.0.name, rows.len(), rows.iter().filter(|row| !row.builtin).count())?;
        for row in &rows {
            writeln!(out, "{}", row.cells[..self.0.columns.len()].join("\t").trim_end_matches('\t'))?;
        }
        writeln!(out)?;
        Ok(())
    }
}
