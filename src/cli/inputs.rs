//! PATHs on the command line → the files to read, in a fixed order. Nothing is left out silently: what cannot be a
//! document is a failed record, what is not a file at all is told on stderr.

use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
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

/// Every file under these paths: the paths in the order given, a folder's files sorted by name.
///
/// `leave_out` is the output folder: results of an earlier run are no input of the next.
pub(super) fn list(paths: &[PathBuf], leave_out: Option<&Path>) -> Vec<Input> {
    let leave_out = leave_out.and_then(|dir| fs::canonicalize(dir).ok());
    let mut inputs = Vec::new();
    for path in paths {
        if path.as_os_str() == "-" {
            inputs.push(Input::Stdin);
            continue;
        }
        let name = source_name(path);
        match fs::metadata(path) {
            Ok(meta) if meta.is_dir() => list_folder(path, &name, leave_out.as_deref(), &mut inputs),
            Ok(_) => inputs.push(Input::File { path: path.clone(), name }),
            Err(error) => inputs.push(Input::unread(name, path, &error)),
        }
    }
    inputs
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

fn list_folder(root: &Path, root_name: &str, leave_out: Option<&Path>, inputs: &mut Vec<Input>) {
    let before = inputs.len();
    let mut found: Vec<(String, Input)> = Vec::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        let relative = |path: &Path| source_name(path.strip_prefix(root).unwrap_or(path));
        if leave_out.is_some() && fs::canonicalize(&folder).ok().as_deref() == leave_out {
            tracing::warn!("note: {}: the output folder is not read", folder.display());
            continue;
        }
        let entries = match fs::read_dir(&folder).and_then(Iterator::collect::<io::Result<Vec<_>>>) {
            Ok(entries) => entries,
            Err(error) => {
                let name = if folder == root { root_name.to_owned() } else { relative(&folder) };
                found.push((name.clone(), Input::unread(name, &folder, &error)));
                continue;
            }
        };
        for path in entries.into_iter().map(|entry| entry.path()) {
            let name = relative(&path);
            match (fs::symlink_metadata(&path), fs::metadata(&path)) {
                (Ok(link), Ok(meta)) if meta.is_dir() && link.is_symlink() => {
                    tracing::warn!("note: {}: a link to a folder is not followed", path.display());
                }
                (_, Ok(meta)) if meta.is_dir() => open.push(path),
                (_, Ok(meta)) if meta.is_file() => found.push((name.clone(), Input::File { path, name })),
                (_, Ok(_)) => tracing::warn!("note: {}: neither a file nor a folder, not read", path.display()),
                (_, Err(error)) => found.push((name.clone(), Input::unread(name, &path, &error))),
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    inputs.extend(found.into_iter().map(|(_, input)| input));
    if inputs.len() == before {
        let message = format!("{}: the folder holds no file", root.display());
        let record = Box::new(pipeline::unread(root_name, "empty_folder", message));
        inputs.push(Input::Unread { path: root.to_owned(), record });
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

/// A path as records name it: `/` between its parts, no leading `./`.
fn source_name(path: &Path) -> String {
    let text = path.to_string_lossy();
    let text = if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace('\\', "/").into() };
    text.strip_prefix("./").unwrap_or(&text).to_owned()
}
