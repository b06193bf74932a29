//! The recognition models: which files they are, where they are looked for, and whether they are the right ones.

use sha2::{Digest, Sha256};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// One file of the models.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ModelFile {
    /// Its name in the folder of models.
    pub name: &'static str,
    /// SHA-256 of its content, hex.
    pub sha256: &'static str,
}

/// Finds text (PP-OCRv6 tiny detector).
pub const DETECTOR: ModelFile = ModelFile {
    name: "ppocrv6-det-tiny.onnx",
    sha256: "193bab7a04fca699a6c82e6abb5b81bdb28177f0abd4062552b04908dafb19f8",
};
/// Reads text quickly (PP-OCRv6 tiny recogniser).
pub const TINY: ModelFile = ModelFile {
    name: "ppocrv6-rec-tiny.onnx",
    sha256: "9ef676d6ed3c88256a2d92c640c44f25b0c40947e111b14b8be8f594091563e6",
};
/// The tiny recogniser's alphabet, a character a line.
pub const TINY_ALPHABET: ModelFile = ModelFile {
    name: "ppocrv6-rec-tiny.txt",
    sha256: "2af150bab777d86fa1ce821f6a37eabea90f1bb99ab9c41f031262e892a747bc",
};
/// Reads text well (PP-OCRv6 small recogniser); its alphabet is inside.
pub const SMALL: ModelFile = ModelFile {
    name: "ppocrv6-rec-small.onnx",
    sha256: "6f327246b50388f3c176ae304bd95767ea6dc0c9ae92153ef8cbe210b3c14884",
};

/// All files that recognition needs.
pub const FILES: [ModelFile; 4] = [DETECTOR, TINY, TINY_ALPHABET, SMALL];

/// Name of the folder wherever it is looked for.
const FOLDER: &str = "models";
/// Variable that names the folder.
pub const VARIABLE: &str = "ZHIBIAO_MODELS";
/// What stands for the folder where the models are inside the program.
#[cfg(feature = "embed-models")]
const INSIDE: &str = "(inside the program)";

/// The file's bytes, inside the program.
#[cfg(feature = "embed-models")]
fn embedded(file: &ModelFile) -> &'static [u8] {
    match file.name {
        name if name == DETECTOR.name => include_bytes!("../../models/ppocrv6-det-tiny.onnx"),
        name if name == TINY.name => include_bytes!("../../models/ppocrv6-rec-tiny.onnx"),
        name if name == TINY_ALPHABET.name => include_bytes!("../../models/ppocrv6-rec-tiny.txt"),
        _ => include_bytes!("../../models/ppocrv6-rec-small.onnx"),
    }
}

/// No model file is larger.
const MOST_BYTES: u64 = 256 << 20;

/// What a search for the models came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Search {
    /// Folders looked into, in order.
    pub looked: Vec<PathBuf>,
    /// The first that has all files.
    pub found: Option<PathBuf>,
}

/// Looks for the models: in the folder given, else the one that `ZHIBIAO_MODELS` names, beside the program and in the
/// folders above it, in the user's data folder.
pub fn search(given: Option<&Path>) -> Search {
    let looked = match given {
        Some(dir) => vec![dir.to_owned()],
        None => places(),
    };
    #[cfg(feature = "embed-models")]
    if given.is_none() {
        return Search { looked, found: Some(PathBuf::from(INSIDE)) };
    }
    let has_all = |dir: &PathBuf| FILES.iter().all(|file| dir.join(file.name).is_file());
    let found = looked.iter().find(|dir| has_all(dir)).cloned();
    Search { looked, found }
}

fn places() -> Vec<PathBuf> {
    let mut places = Vec::new();
    if let Some(dir) = std::env::var_os(VARIABLE).filter(|dir| !dir.is_empty()) {
        // Who names a folder means that one.
        return vec![PathBuf::from(dir)];
    }
    if let Ok(program) = std::env::current_exe() {
        // Built by cargo, the program lies two or three folders below the one with the models.
        places.extend(program.ancestors().skip(1).take(4).map(|dir| dir.join(FOLDER)));
    }
    let data = std::env::var_os("XDG_DATA_HOME")
        .filter(|dir| !dir.is_empty())
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| Path::new(&home).join(".local/share")));
    places.extend(data.map(|dir| dir.join("zhibiao").join(FOLDER)));
    places
}

/// Reads a model file.
///
/// # Errors
/// It cannot be read, or is not the file that it should be.
pub fn read(dir: &Path, file: &ModelFile) -> Result<Vec<u8>, String> {
    #[cfg(feature = "embed-models")]
    if dir == Path::new(INSIDE) {
        return Ok(embedded(file).to_vec());
    }
    let path = dir.join(file.name);
    let size = fs::metadata(&path).map_err(|error| format!("{}: {error}", path.display()))?.len();
    if size > MOST_BYTES {
        return Err(format!("{}: is no model, it has {size} bytes", path.display()));
    }
    let bytes = fs::read(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    if hash(&bytes) != file.sha256 {
        return Err(format!(
            "{}: is not the model that this program works with; fetch it again with: make models",
            path.display()
        ));
    }
    Ok(bytes)
}

/// SHA-256, hex.
pub fn hash(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// Bytes as lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_counts_only_with_all_files_and_a_wrong_file_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(DETECTOR.name), b"not a model").unwrap();
        let search = search(Some(dir.path()));
        assert_eq!((search.found, search.looked), (None, vec![dir.path().to_owned()]));
        let error = read(dir.path(), &DETECTOR).unwrap_err();
        assert!(error.contains("make models"), "{error}");
        assert!(read(dir.path(), &SMALL).is_err());
    }

    #[test]
    fn a_hash_is_written_in_hex() {
        assert_eq!(hash(b"abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    }
}
