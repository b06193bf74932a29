//! `patterns check` and `patterns show`: what is wrong with the pattern files, and what is in force.

use super::entries::{Entry, Located};
use super::files;
use super::problem::{PatternError, Problem};
use crate::normalize;
use regex_syntax::hir::{Hir, HirKind};
use std::collections::hash_map::Entry as Claim;
use std::collections::{HashMap, HashSet};
use std::io;
use std::path::Path;
use thiserror::Error;

/// All that is wrong with the built-in pattern files, overlaid with a directory's: unknown files, keys and tables;
/// ids and spellings that are claimed twice; expressions that do not compile or can never match; removals of what is
/// not there; whatever the files' own kinds forbid. In the order of files and lines; empty when all is well.
pub fn check(overlay: Option<&Path>) -> Vec<Problem> {
    let files = files::all();
    let mut problems = overlay
        .map_or_else(Vec::new, |dir| strange_files(dir, &files.iter().map(|file| file.name()).collect::<Vec<_>>()));
    for file in files {
        match file.check(overlay) {
            Ok(found) => problems.extend(found),
            Err(PatternError::Parse { path, line, message }) => problems.push(Problem::error(&path, line, message)),
            Err(PatternError::Read { path, source }) => {
                problems.push(Problem::error(&path, 0, format!("cannot be read: {source}")));
            }
        }
    }
    problems.sort_by(|a, b| (&a.file, a.line).cmp(&(&b.file, b.line)));
    problems.dedup();
    problems
}

/// Why the patterns could not be shown.
#[derive(Debug, Error)]
pub enum ShowError {
    /// The patterns cannot be read.
    #[error(transparent)]
    Patterns(#[from] PatternError),
    /// The output cannot be written.
    #[error(transparent)]
    Output(#[from] io::Error),
}

/// Writes the patterns in force, file by file, in the files' own formats, each under a line that counts its entries.
///
/// # Errors
/// A file that cannot be read; an output that cannot be written. What [`check`] reports is shown as far as it goes.
pub fn show(overlay: Option<&Path>, out: &mut impl io::Write) -> Result<(), ShowError> {
    for file in files::all() {
        file.show(overlay, out)?;
    }
    Ok(())
}

pub(super) fn heading(out: &mut dyn io::Write, file: &str, entries: usize, own: usize) -> io::Result<()> {
    match own {
        0 => writeln!(out, "# {file}: {entries} entries"),
        _ => writeln!(out, "# {file}: {entries} entries, {own} of them the overlay's"),
    }
}

/// Files of an overlay that no kind of pattern reads: a slip in the name would else go unnoticed.
fn strange_files(dir: &Path, known: &[&str]) -> Vec<Problem> {
    let listing = match std::fs::read_dir(dir) {
        Ok(listing) => listing,
        Err(error) => return vec![Problem::error(dir, 0, format!("cannot be read: {error}"))],
    };
    let names = listing.filter_map(|file| file.ok()?.file_name().into_string().ok());
    let strange = names.filter(|name| !known.contains(&name.as_str()) && !name.starts_with('.'));
    strange
        .filter_map(|name| {
            let message = format!("not a pattern file; known are {}", known.join(", "));
            let path = dir.join(&name);
            match Path::new(&name).extension().and_then(|e| e.to_str()) {
                Some("toml" | "tsv") => Some(Problem::error(&path, 0, message)),
                Some("md" | "txt") => None,
                _ => Some(Problem::warning(&path, 0, message)),
            }
        })
        .collect()
}

/// What is wrong with entries that could be read.
pub(super) fn entries<E: Entry>(entries: &[Located<E>]) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut claimed: HashMap<(&str, String), &Located<E>> = HashMap::new();
    for located in entries {
        let mut complain = |message: String| {
            problems.push(Problem::error(&located.file, located.line, message).harmless());
        };
        let mut own = HashSet::new();
        for spelling in located.entry.spellings() {
            let key = E::key(spelling);
            if key.is_empty() {
                complain(format!("`{spelling}` of `{}` is empty after normalisation", located.entry.id()));
                continue;
            }
            match claimed.entry((located.entry.scope(), key)) {
                Claim::Vacant(slot) => drop(slot.insert(located)),
                // Spellings of one entry may fall together where its kind takes words off; the same one twice is a slip.
                Claim::Occupied(first) if first.get().entry.id() == located.entry.id() => {
                    if !own.insert(without_space(spelling)) {
                        complain(format!("`{spelling}` stands twice in `{}`", located.entry.id()));
                    }
                    continue;
                }
                Claim::Occupied(first) => complain(format!(
                    "`{spelling}` of `{}` is already a spelling of `{}` ({}:{})",
                    located.entry.id(),
                    first.get().entry.id(),
                    first.get().file.display(),
                    first.get().line
                )),
            }
            own.insert(without_space(spelling));
        }
        for regex in located.entry.regexes() {
            if let Some(why) = cannot_match(regex) {
                complain(format!("`{regex}` {why}"));
            }
        }
        for complaint in located.entry.complaints() {
            complain(complaint);
        }
    }
    problems
}

fn without_space(spelling: &str) -> String {
    spelling.split_whitespace().collect()
}

/// Why an expression matches no key, or every one.
fn cannot_match(regex: &str) -> Option<String> {
    let hir = match regex_syntax::parse(regex) {
        Ok(hir) => hir,
        Err(error) => return Some(format!("is no regular expression: {}", error.to_string().replace('\n', " "))),
    };
    match hir.properties().minimum_len() {
        None => return Some("can never match".to_owned()),
        Some(0) if hir.properties().look_set().is_empty() => return Some("matches the empty text".to_owned()),
        _ => {}
    }
    let lost = needed_text(&hir, 0).into_iter().find(|text| normalize::key(text) != *text)?;
    Some(format!("can never match: normalisation turns `{lost}` into `{}`", normalize::key(&lost)))
}

/// Literal texts without which an expression cannot match.
fn needed_text(hir: &Hir, depth: u32) -> Vec<String> {
    // Expressions are bounded by regex_syntax's own nesting limit; this one only keeps the stack small.
    if depth > 64 {
        return Vec::new();
    }
    match hir.kind() {
        HirKind::Literal(literal) => String::from_utf8(literal.0.to_vec()).into_iter().collect(),
        HirKind::Concat(parts) => parts.iter().flat_map(|part| needed_text(part, depth + 1)).collect(),
        HirKind::Capture(capture) => needed_text(&capture.sub, depth + 1),
        HirKind::Repetition(repetition) if repetition.min > 0 => needed_text(&repetition.sub, depth + 1),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::cannot_match;

    #[test]
    fn expressions_that_cannot_match_a_key_are_told() {
        for bad in ["(", "参保 人数", "（人）", "[^\\s\\S]", "a*", "ＤＲＧ", "(参保 )+人"] {
            assert!(cannot_match(bad).is_some(), "{bad}");
        }
        for good in ["参保人数", "^[0-9.]+元/人$", "参保( |)人数", "\\(人\\)", "drg|dip"] {
            assert_eq!(cannot_match(good), None, "{good}");
        }
    }
}
