//! `zhibiao.toml`: options of extract and watch, beside the drop or named with `--config`. Its keys are the long options'
//! names; what stands on the command line wins.

use super::UsageError;
use anyhow::Result;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};

/// The file looked for beside the first path.
pub(super) const FILE: &str = "zhibiao.toml";

/// The same command line with the options of the file before its own.
///
/// # Errors
/// A file that was asked for and is not there; one that is no TOML; a key with a value that is no option's.
pub(super) fn expand(arguments: Vec<OsString>) -> Result<Vec<OsString>> {
    let takes_config = |command: &OsString| command == "extract" || command == "watch";
    if !arguments.get(1).is_some_and(takes_config) {
        return Ok(arguments);
    }
    let Some(file) = asked_for(&arguments[2..]).or_else(|| beside(&arguments[2..])) else { return Ok(arguments) };
    let wrong = |why: String| UsageError(format!("{}: {why}", file.display()));
    let text = std::fs::read_to_string(&file).map_err(|error| wrong(error.to_string()))?;
    let table: toml::Table = text.parse().map_err(|error: toml::de::Error| wrong(error.to_string()))?;
    let mut own = Vec::new();
    for (key, value) in &table {
        let option = format!("--{key}");
        match value {
            toml::Value::Boolean(true) => own.push(option.into()),
            toml::Value::Boolean(false) => {}
            toml::Value::Array(all) => {
                for one in all {
                    own.push(OsString::from(format!("{option}={}", plain(one).ok_or_else(|| wrong(not_plain(key)))?)));
                }
            }
            one => own.push(format!("{option}={}", plain(one).ok_or_else(|| wrong(not_plain(key)))?).into()),
        }
    }
    let (command, rest) = arguments.split_at(2);
    Ok(command.iter().cloned().chain(own).chain(rest.iter().cloned()).collect())
}

fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Float(number) => Some(number.to_string()),
        toml::Value::Datetime(time) => Some(time.to_string()),
        _ => None,
    }
}

fn not_plain(key: &str) -> String {
    format!("{key}: a text, a number, true, false, or a list of texts is expected")
}

/// The value of `--config`.
fn asked_for(arguments: &[OsString]) -> Option<PathBuf> {
    arguments.iter().enumerate().find_map(|(i, argument)| {
        if argument == "--config" {
            return arguments.get(i + 1).map(PathBuf::from);
        }
        argument.to_str()?.strip_prefix("--config=").map(PathBuf::from)
    })
}

/// The file beside the first argument that is there and no option.
fn beside(arguments: &[OsString]) -> Option<PathBuf> {
    let is_option = |argument: &&OsString| argument.to_str().is_some_and(|text| text.starts_with('-'));
    let first = arguments.iter().find(|argument| !is_option(argument) && Path::new(argument).exists())?;
    let path = std::path::absolute(first).ok()?;
    let file = path.parent()?.join(FILE);
    (file.is_file() && path.file_name() != Some(OsStr::new(FILE))).then_some(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_of_the_file_stand_before_those_of_the_line() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir(dir.path().join("drop")).unwrap();
        let text = "jobs = 3\nquarantine = true\nforce = false\nexclude = [\"*.tmp\", \"draft/\"]\n";
        std::fs::write(dir.path().join(FILE), text).unwrap();
        let drop = dir.path().join("drop").into_os_string();
        let line = |command: &str| vec!["zhibiao".into(), command.into(), drop.clone(), "-o".into(), "out".into()];
        let expanded = expand(line("extract")).unwrap();
        let words: Vec<&str> = expanded.iter().filter_map(|word| word.to_str()).collect();
        let expected = ["zhibiao", "extract", "--exclude=*.tmp", "--exclude=draft/", "--jobs=3", "--quarantine"];
        let mut sorted = words[2..6].to_vec();
        sorted.sort_unstable();
        assert_eq!([&words[..2], &sorted].concat(), expected);
        assert_eq!(&words[7..], ["-o", "out"]);
        assert_eq!(expand(line("tables")).unwrap(), line("tables"));
        std::fs::write(dir.path().join(FILE), "jobs = [{}]\n").unwrap();
        assert!(expand(line("extract")).is_err());
    }
}
