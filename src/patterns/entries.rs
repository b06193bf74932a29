//! Reading a TOML pattern file: embedded text first, then a user's file of the same name over it, entry by entry.
//!
//! Everything wrong with a file is collected as [`Problem`]s with their lines; [`load_entries`] stops at the first
//! error among them, `patterns check` prints them all.

use super::problem::{PatternError, Problem};
use crate::normalize;
use serde::de::{DeserializeOwned, value};
use serde::forward_to_deserialize_any;
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use toml::Spanned;

/// One kind of entry, in a file of its own as an array of tables.
///
/// ```toml
/// [[unit]]
/// id = "wan-yuan"
/// written = ["万元"]
/// ```
///
/// Keys that the type does not name are errors, so a slip of the pen is not silently nothing.
pub trait Entry: DeserializeOwned {
    /// File name under `patterns/`: `units.toml`.
    const FILE: &'static str;
    /// Name of the array of tables: `unit`.
    const TABLE: &'static str;
    /// The built-in text, from `include_str!`.
    const BUILTIN: &'static str;
    /// What tells this entry from the others in its file.
    fn id(&self) -> &str;
    /// The spellings that belong to this entry alone: `patterns check` reports one that two entries claim.
    fn spellings(&self) -> Vec<&str> {
        Vec::new()
    }
    /// Within what a spelling belongs to one entry alone; everywhere in the file, unless the kind says otherwise.
    fn scope(&self) -> &str {
        ""
    }
    /// What spellings are compared by.
    fn key(spelling: &str) -> String {
        normalize::key(spelling)
    }
    /// Regular expressions matched against matching keys: `patterns check` reports those that cannot match.
    fn regexes(&self) -> Vec<&str> {
        Vec::new()
    }
    /// What else is wrong with this entry by itself, in a sentence each.
    fn complaints(&self) -> Vec<String> {
        Vec::new()
    }
}

/// An entry, and where it was written.
#[derive(Debug, Clone)]
pub struct Located<E> {
    /// The entry.
    pub entry: E,
    /// Built-in files as `patterns/NAME`.
    pub file: PathBuf,
    /// 1-based line of the entry's head.
    pub line: usize,
    /// As written.
    pub table: toml::Table,
}

/// The built-in entries of a kind, overlaid with those of `overlay/FILE` where it exists: the same id replaces in
/// place, a new id is added at the end, an entry of only `id` and `remove = true` takes the built-in one away.
///
/// # Errors
/// A file that cannot be read or parsed, an entry with an unknown or missing key, an id given twice.
pub fn load_entries<E: Entry>(overlay: Option<&Path>) -> Result<Vec<E>, PatternError> {
    let (entries, problems) = merge_entries::<E>(overlay)?;
    match problems.into_iter().find(|problem| problem.stops_loading) {
        Some(problem) => Err(problem.into()),
        None => Ok(entries.into_iter().map(|located| located.entry).collect()),
    }
}

/// As [`load_entries`], with the place of each entry and all that is wrong with the two files.
///
/// # Errors
/// The overlay's file exists but cannot be read.
pub(super) fn merge_entries<E: Entry>(overlay: Option<&Path>) -> Result<(Vec<Located<E>>, Vec<Problem>), PatternError> {
    let mut problems = Vec::new();
    let mut entries: Vec<Located<E>> = Vec::new();
    for change in parse::<E>(E::BUILTIN, &Path::new("patterns").join(E::FILE), &mut problems) {
        if let Change::Put(entry) = change {
            entries.push(entry);
        }
    }
    let Some(path) = overlay.map(|dir| dir.join(E::FILE)).filter(|path| path.exists()) else {
        return Ok((entries, problems));
    };
    let text = std::fs::read_to_string(&path).map_err(|source| PatternError::Read { path: path.clone(), source })?;
    for change in parse::<E>(&text, &path, &mut problems) {
        match change {
            Change::Remove { id, line } => {
                let before = entries.len();
                entries.retain(|e| e.entry.id() != id);
                if entries.len() == before {
                    let message = format!("`{id}` is to be removed, but there is no such {}", E::TABLE);
                    problems.push(Problem::error(&path, line, message).harmless());
                }
            }
            Change::Put(new) => match entries.iter_mut().find(|e| e.entry.id() == new.entry.id()) {
                Some(old) => *old = new,
                None => entries.push(new),
            },
        }
    }
    Ok((entries, problems))
}

enum Change<E> {
    Put(Located<E>),
    Remove { id: String, line: usize },
}

type Table = BTreeMap<Spanned<String>, Spanned<toml::Value>>;
type File = BTreeMap<Spanned<String>, Spanned<toml::Value>>;

/// The changes that one file makes. Entries that cannot be read are left out and reported.
fn parse<E: Entry>(text: &str, path: &Path, problems: &mut Vec<Problem>) -> Vec<Change<E>> {
    let lines = LineIndex::new(text);
    let tables = match toml::from_str::<BTreeMap<String, Vec<Spanned<Table>>>>(text) {
        Ok(mut file) => {
            let tables = file.remove(E::TABLE).unwrap_or_default();
            for (name, strangers) in file {
                let line = strangers.first().map_or(1, |stranger| lines.of(stranger.span().start));
                let message = format!("unknown table [[{name}]]; this file holds [[{}]]", E::TABLE);
                problems.push(Problem::error(path, line, message));
            }
            tables
        }
        Err(error) => {
            problems.push(not_an_array_of_tables::<E>(text, &lines, path).unwrap_or_else(|| {
                let line = error.span().map_or(1, |span| lines.of(span.start));
                Problem::error(path, line, error.message().to_owned())
            }));
            return Vec::new();
        }
    };
    let known = field_names::<E>();
    let mut seen: HashMap<String, usize> = HashMap::new();
    let mut changes = Vec::with_capacity(tables.len());
    for table in tables {
        let line = lines.of(table.span().start);
        match read_entry::<E>(table.into_inner(), known, &lines, path, line, problems) {
            Some((id, change)) => match seen.insert(id.clone(), line) {
                Some(first) => {
                    let message = format!("id `{id}` is given twice, first in line {first}");
                    problems.push(Problem::error(path, line, message));
                }
                None => changes.push(change),
            },
            None => continue,
        }
    }
    changes
}

/// Reads one entry; None, and a problem, where it cannot be read.
fn read_entry<E: Entry>(
    spanned: Table,
    known: &[&str],
    lines: &LineIndex,
    path: &Path,
    line: usize,
    problems: &mut Vec<Problem>,
) -> Option<(String, Change<E>)> {
    let mut table = toml::Table::new();
    let mut places: Vec<(String, usize)> = Vec::with_capacity(spanned.len());
    for (key, value) in spanned {
        places.push((key.get_ref().clone(), lines.of(key.span().start)));
        table.insert(key.into_inner(), value.into_inner());
    }
    if table.get("remove").and_then(toml::Value::as_bool) == Some(true) {
        for (key, line) in places.iter().filter(|(key, _)| key != "id" && key != "remove") {
            let message = format!("`{key}` beside `remove = true`: only `id` is read");
            problems.push(Problem::error(path, *line, message));
        }
        let Some(id) = table.get("id").and_then(toml::Value::as_str) else {
            problems.push(Problem::error(path, line, "`remove = true` needs the `id` to remove".to_owned()));
            return None;
        };
        return Some((id.to_owned(), Change::Remove { id: id.to_owned(), line }));
    }
    let mut strange = false;
    for (key, line) in places.iter().filter(|(key, _)| !known.is_empty() && !known.contains(&key.as_str())) {
        strange = true;
        let message = format!("unknown key `{key}`; known are {}", known.join(", "));
        problems.push(Problem::error(path, *line, message));
    }
    match toml::Value::Table(table.clone()).try_into::<E>() {
        Ok(entry) if entry.id().is_empty() => {
            problems.push(Problem::error(path, line, "the `id` is empty".to_owned()));
            None
        }
        Ok(entry) => Some((entry.id().to_owned(), Change::Put(Located { entry, file: path.to_owned(), line, table }))),
        Err(_) if strange => None, // said already
        Err(error) => {
            // The message names the key in its second line ("in `factor`"), if it has one.
            let told = error.to_string();
            let at = places.iter().find(|(key, _)| told.contains(&format!("`{key}`")));
            let line = at.filter(|_| !told.contains("missing field")).map_or(line, |(_, line)| *line);
            problems.push(Problem::error(path, line, told.trim().replace('\n', " ")));
            None
        }
    }
}

/// A file that is TOML, but with something else than arrays of tables at the top: says what, in words of the format.
fn not_an_array_of_tables<E: Entry>(text: &str, lines: &LineIndex, path: &Path) -> Option<Problem> {
    let file = toml::from_str::<File>(text).ok()?;
    let (key, _) = file
        .iter()
        .find(|(_, value)| !value.get_ref().as_array().is_some_and(|items| items.iter().all(toml::Value::is_table)))?;
    let message = format!("`{}` stands outside of [[{}]]", key.get_ref(), E::TABLE);
    Some(Problem::error(path, lines.of(key.span().start), message))
}

/// Offsets of line ends, to tell a line from an offset.
struct LineIndex(Vec<usize>);

impl LineIndex {
    fn new(text: &str) -> Self {
        LineIndex(memchr::memchr_iter(b'\n', text.as_bytes()).collect())
    }

    fn of(&self, offset: usize) -> usize {
        self.0.partition_point(|end| *end < offset) + 1
    }
}

/// The names of a struct's fields as its derived `Deserialize` asks for them; empty where it does not say.
fn field_names<E: DeserializeOwned>() -> &'static [&'static str] {
    struct Ask<'a>(&'a mut &'static [&'static str]);
    impl<'de> serde::Deserializer<'de> for Ask<'_> {
        type Error = value::Error;
        fn deserialize_struct<V: serde::de::Visitor<'de>>(
            self,
            _name: &'static str,
            fields: &'static [&'static str],
            _visitor: V,
        ) -> Result<V::Value, value::Error> {
            *self.0 = fields;
            Err(serde::de::Error::custom("asked for the fields only"))
        }
        fn deserialize_any<V: serde::de::Visitor<'de>>(self, _visitor: V) -> Result<V::Value, value::Error> {
            Err(serde::de::Error::custom("asked for the fields only"))
        }
        forward_to_deserialize_any! {
            bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit
            unit_struct newtype_struct seq tuple tuple_struct map enum identifier ignored_any
        }
    }
    let mut fields: &'static [&'static str] = &[];
    // Always an error: the question is what was asked for on the way.
    let _ = E::deserialize(Ask(&mut fields));
    fields
}
