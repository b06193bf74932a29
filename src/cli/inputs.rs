//! PATHs on the command line → the files to read, in a fixed order. Nothing is left out silently: what cannot be a
//! document is a failed record, what is not a file at all is told on stderr.

use super::UsageError;
use ignore::WalkBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::overrides::{Override, OverrideBuilder};
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use zhibiao::batch::path_of;
use zhibiao::model::DocumentRecord;
use zhibiao::pipeline;

/// One thing to read, or the record that says why it cannot be.
pub(super) enum Input {
    File {
        path: PathBuf,
        name: String,
    },
    Stdin,
    /// Read already, because it cannot be read again.
    Held(pipeline::Source),
    Unread {
        path: PathBuf,
        record: Box<DocumentRecord>,
    },
}

impl Input {
    fn unread(name: String, path: &Path, error: &io::Error) -> Self {
        Input::Unread { path: path.to_owned(), record: unread(&name, path, error) }
    }
}

/// What is read of folders, and what is not.
#[derive(Debug, Clone, Default)]
pub(super) struct Choice {
    /// Globs of files and folders to leave out, as in `.gitignore`.
    pub(super) exclude: Vec<String>,
    /// Do `.zhibiaoignore` files have no say?
    pub(super) no_ignore: bool,
    /// Are links to folders followed?
    pub(super) follow_links: bool,
    /// Results of an earlier run are no input of the next.
    pub(super) output: Option<PathBuf>,
}

/// The file in a folder that says what of it is not to be read.
const IGNORE_FILE: &str = ".zhibiaoignore";

/// Every file under these paths: the paths in the order given, a folder's files sorted by name. A path with `*`, `?` or `[`
/// that is no file's name is a pattern.
///
/// # Errors
/// A pattern that is none.
pub(super) fn list(paths: &[PathBuf], choice: &Choice) -> Result<Vec<Input>, UsageError> {
    let exclude = excluded(&choice.exclude)?;
    let output = choice.output.as_ref().and_then(|dir| fs::canonicalize(dir).ok());
    let rules = Rules { choice, exclude: &exclude, output: output.as_deref() };
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(Input::Stdin);
            continue;
        }
        let name = source_name(path);
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => Walk { root: path, rules: &rules }.list(&name, &mut inputs)?,
            Ok(_) => inputs.push(Input::File { path: path.clone(), name }),
            Err(error) if error.kind() == io::ErrorKind::NotFound && is_pattern(path) => {
                let (base, pattern) = pattern_of(path);
                Walk { root: &base, rules: &rules }.list_matching(&pattern, &mut inputs)?;
            }
            Err(error) => inputs.push(Input::unread(name, path, &error)),
        }
    }
    Ok(inputs)
}

/// Paths from a file or, for `-`, from standard input: one a line, or with a NUL behind each, as `find -print0` has them.
///
/// # Errors
/// A file that cannot be read.
pub(super) fn read_list(from: &Path) -> io::Result<Vec<PathBuf>> {
    let mut bytes = Vec::new();
    if from.as_os_str() == "-" {
        io::stdin().lock().read_to_end(&mut bytes)?;
    } else {
        fs::File::open(from)?.read_to_end(&mut bytes)?;
    }
    let end = if bytes.contains(&0) { 0 } else { b'\n' };
    let paths = bytes.split(|byte| *byte == end).map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    Ok(paths.filter(|line| !line.is_empty()).map(path_of).collect())
}

fn is_pattern(path: &Path) -> bool {
    path.to_str().is_some_and(|text| text.contains(['*', '?', '[']))
}

/// The folder before the first part that is a pattern, and the pattern from there on.
fn pattern_of(path: &Path) -> (PathBuf, String) {
    let is_plain = |part: &std::path::Component<'_>| !is_pattern(Path::new(part.as_os_str()));
    let base: PathBuf = path.components().take_while(is_plain).collect();
    let pattern = path.strip_prefix(&base).map(source_name).unwrap_or_default();
    (if base.as_os_str().is_empty() { ".".into() } else { base }, pattern)
}

fn excluded(globs: &[String]) -> Result<Gitignore, UsageError> {
    let mut builder = GitignoreBuilder::new("");
    for glob in globs {
        builder.add_line(None, glob).map_err(|error| UsageError(format!("--exclude {glob}: {error}")))?;
    }
    builder.build().map_err(|error| UsageError(format!("--exclude: {error}")))
}

/// The bytes of a file or of stdin.
///
/// # Errors
/// The record of the document that could not be read.
pub(super) fn read(input: Input, max_bytes: u64) -> Result<pipeline::Source, Box<DocumentRecord>> {
    let (name, path, bytes) = match input {
        Input::Unread { record, .. } => return Err(record),
        Input::Held(source) => return Ok(source),
        Input::Stdin => {
            let bytes = read_bounded(io::stdin().lock(), 0, max_bytes);
            ("-".to_owned(), PathBuf::from("-"), bytes)
        }
        Input::File { path, name } => {
            let bytes = fs::File::open(&path).and_then(|file| {
                let size = file.metadata().map_or(0, |m| m.len());
                read_bounded(file, size, max_bytes)
            });
            (name, path, bytes)
        }
    };
    match bytes {
        Ok(Some(bytes)) => Ok(pipeline::Source { name, bytes }),
        Ok(None) => {
            let message = format!("{}: larger than the limit of {max_bytes} bytes", path.display());
            Err(Box::new(pipeline::unread(&name, "too_large", message)))
        }
        Err(error) => Err(unread(&name, &path, &error)),
    }
}

/// Everything there is, or `None` where it is more than `max_bytes`.
fn read_bounded(from: impl Read, expected: u64, max_bytes: u64) -> io::Result<Option<Vec<u8>>> {
    if expected > max_bytes {
        return Ok(None);
    }
    // One byte more than expected, so that the read that finds the end does not double the buffer.
    let mut bytes = Vec::with_capacity(usize::try_from(expected).unwrap_or(0).saturating_add(1));
    from.take(max_bytes.saturating_add(1)).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= max_bytes).then_some(bytes))
}

/// A [`Choice`], ready for use.
struct Rules<'a> {
    choice: &'a Choice,
    exclude: &'a Gitignore,
    output: Option<&'a Path>,
}

/// A folder to be walked.
struct Walk<'a> {
    root: &'a Path,
    rules: &'a Rules<'a>,
}

impl Walk<'_> {
    /// All files, named from the root on.
    fn list(&self, root_name: &str, inputs: &mut Vec<Input>) -> Result<(), UsageError> {
        let mut found = self.files(None)?;
        found.sort_by(|a, b| a.0.cmp(&b.0));
        if found.is_empty() {
            let message = format!("{}: the folder holds no file", self.root.display());
            let record = Box::new(pipeline::unread(root_name, "empty_folder", message));
            inputs.push(Input::Unread { path: self.root.to_owned(), record });
        }
        inputs.extend(found.into_iter().map(|(_, input)| input));
        Ok(())
    }

    /// The files that match, named as they would be if they had been given one by one.
    fn list_matching(&self, pattern: &str, inputs: &mut Vec<Input>) -> Result<(), UsageError> {
        let wrong = |error: ignore::Error| UsageError(format!("{pattern}: {error}"));
        let mut only = OverrideBuilder::new(self.root);
        // A pattern without a folder is for this folder alone, as a shell would have it.
        only.add(&format!("/{pattern}")).map_err(wrong)?;
        let mut found = self.files(Some(only.build().map_err(wrong)?))?;
        found.sort_by(|a, b| a.0.cmp(&b.0));
        if found.is_empty() {
            let path = self.root.join(pattern);
            let message = format!("{}: no file matches", path.display());
            inputs.push(Input::Unread { record: Box::new(pipeline::unread(pattern, "missing", message)), path });
        }
        inputs.extend(found.into_iter().map(|(_, input)| match input {
            Input::File { path, .. } => Input::File { name: source_name(&path), path },
            other => other,
        }));
        Ok(())
    }

    fn files(&self, only: Option<Override>) -> Result<Vec<(String, Input)>, UsageError> {
        let relative = |path: &Path| source_name(path.strip_prefix(self.root).unwrap_or(path));
        let mut walk = WalkBuilder::new(self.root);
        walk.standard_filters(false).follow_links(self.rules.choice.follow_links);
        if !self.rules.choice.no_ignore {
            walk.add_custom_ignore_filename(IGNORE_FILE);
        }
        if let Some(only) = only {
            walk.overrides(only);
        }
        let (root, exclude, output) =
            (self.root.to_owned(), self.rules.exclude.clone(), self.rules.output.map(Path::to_owned));
        walk.filter_entry(move |entry| {
            let is_dir = entry.file_type().is_some_and(|kind| kind.is_dir());
            if is_dir && output.is_some() && fs::canonicalize(entry.path()).ok() == output {
                tracing::warn!("note: {}: the output folder is not read", entry.path().display());
                return false;
            }
            let path = entry.path().strip_prefix(&root).unwrap_or(entry.path());
            entry.depth() == 0 || !exclude.matched(path, is_dir).is_ignore()
        });
        let mut found: Vec<(String, Input)> = Vec::new();
        for entry in walk.build() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    let (path, error) = cause(error, self.root);
                    let name = if path == self.root { source_name(&path) } else { relative(&path) };
                    found.push((name.clone(), Input::unread(name, &path, &error)));
                    continue;
                }
            };
            if let Some(error) = entry.error() {
                tracing::warn!("note: {error}");
            }
            let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else { continue };
            if entry.file_name() == IGNORE_FILE && !self.rules.choice.no_ignore {
                continue;
            }
            let is_link = kind.is_symlink() || entry.path_is_symlink();
            let path = entry.into_path();
            let name = relative(&path);
            if kind.is_file() && !is_link {
                found.push((name.clone(), Input::File { path, name }));
                continue;
            }
            match fs::metadata(&path) {
                Ok(meta) if meta.is_dir() => {
                    tracing::warn!("note: {}: a link to a folder is not followed", path.display());
                }
                Ok(meta) if meta.is_file() => found.push((name.clone(), Input::File { path, name })),
                Ok(_) => tracing::warn!("note: {}: neither a file nor a folder, not read", path.display()),
                Err(error) => found.push((name.clone(), Input::unread(name, &path, &error))),
            }
        }
        Ok(found)
    }
}

/// The path that an error of the walk is about, and the system's error.
fn cause(error: ignore::Error, root: &Path) -> (PathBuf, io::Error) {
    let mut path = root.to_owned();
    let mut error = error;
    loop {
        error = match error {
            ignore::Error::WithPath { path: at, err } => {
                path = at;
                *err
            }
            ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => *err,
            ignore::Error::Loop { ancestor, child } => {
                return (child, io::Error::other(format!("a link back to {}", ancestor.display())));
            }
            ignore::Error::Io(error) => return (path, error),
            other => return (path, io::Error::other(other.to_string())),
        };
    }
}

/// The record of what could not be read.
pub(super) fn unread(name: &str, path: &Path, error: &io::Error) -> Box<DocumentRecord> {
    let (code, what) = match error.kind() {
        io::ErrorKind::NotFound => ("missing", "no such file or folder".to_owned()),
        io::ErrorKind::PermissionDenied => ("unreadable", "permission denied".to_owned()),
        _ => ("unreadable", error.to_string()),
    };
    Box::new(pipeline::unread(name, code, format!("{}: {what}", path.display())))
}

/// A path as records name it: `/` between its parts, no leading `./`. A name that is not UTF-8 is read as Chinese Windows
/// writes it, if that gives a text.
fn source_name(path: &Path) -> String {
    let text = match path.to_str() {
        Some(text) => text.to_owned(),
        None => foreign_name(path),
    };
    let text = if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace('\\', "/") };
    text.strip_prefix("./").map(str::to_owned).unwrap_or(text)
}

#[cfg(unix)]
fn foreign_name(path: &Path) -> String {
    use std::os::unix::ffi::OsStrExt;
    let (text, broken) = encoding_rs::GB18030.decode_without_bom_handling(path.as_os_str().as_bytes());
    if broken { path.to_string_lossy().into_owned() } else { text.into_owned() }
}

#[cfg(not(unix))]
fn foreign_name(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
