//! What was read, kept by what was seen: a page that was recognised once costs nothing the second time.

use super::engine::{Profile, ReadLine};
use super::models;
use super::picture::Gray;
use super::rulings::Lines;
use crate::model::Axis;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

/// The sources of recognition: what they read may differ from what an earlier program read.
const READER: &str = env!("ZHIBIAO_OCR");
/// No page's result is larger, unfolded.
const MOST_BYTES: u64 = 64 << 20;

/// A folder of results. Trouble with it costs time, never a result: what cannot be read is recognised again, what
/// cannot be written is not kept.
#[derive(Debug)]
pub(super) struct Cache {
    dir: PathBuf,
}

#[derive(Serialize, Deserialize)]
struct Kept {
    lines: Vec<ReadLine>,
}

impl Cache {
    pub(super) fn new(dir: &Path) -> Self {
        Cache { dir: dir.to_owned() }
    }

    /// What a picture is known by: its pixels, and who reads them how.
    /// The resolution decided where the lines were found that part what is read.
    pub(super) fn key(picture: &Gray, drawn: &Lines, soft: bool, profile: Profile) -> String {
        let mut hash = Sha256::new();
        hash.update(READER);
        for file in models::FILES {
            hash.update(file.sha256);
        }
        hash.update(profile.name());
        for wall in drawn.rulings() {
            hash.update([u8::from(wall.axis == Axis::Horizontal)]);
            for part in [wall.at, wall.from, wall.to, wall.width] {
                hash.update(part.to_le_bytes());
            }
        }
        hash.update(drawn.dpi().to_le_bytes());
        hash.update([u8::from(soft)]);
        hash.update((picture.width as u64).to_le_bytes());
        hash.update((picture.height as u64).to_le_bytes());
        hash.update(&picture.pixels);
        models::hex(&hash.finalize())
    }

    pub(super) fn get(&self, key: &str) -> Option<Vec<ReadLine>> {
        let packed = fs::read(self.path(key)).ok()?;
        let mut text = Vec::new();
        ZlibDecoder::new(packed.as_slice()).take(MOST_BYTES).read_to_end(&mut text).ok()?;
        serde_json::from_slice::<Kept>(&text).ok().map(|kept| kept.lines)
    }

    /// Keeps a result; under its name only once it is whole, so that several processes may share a folder.
    pub(super) fn put(&self, key: &str, lines: &[ReadLine]) {
        if let Err(error) = self.write(key, lines) {
            tracing::debug!(dir = %self.dir.display(), %error, "a result of recognition is not kept");
        }
    }

    fn write(&self, key: &str, lines: &[ReadLine]) -> std::io::Result<()> {
        let path = self.path(key);
        let dir = path.parent().unwrap_or(&self.dir);
        fs::create_dir_all(dir)?;
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::fast());
        packed.write_all(&serde_json::to_vec(&Kept { lines: lines.to_vec() })?)?;
        let mut new = tempfile::NamedTempFile::new_in(dir)?;
        new.write_all(&packed.finish()?)?;
        new.persist(&path).map_err(|error| error.error)?;
        Ok(())
    }

    /// Spread over folders: some file systems are slow with very many files in one.
    fn path(&self, key: &str) -> PathBuf {
        let (folder, name) = key.split_at(key.len().min(2));
        self.dir.join(folder).join(format!("{name}.z"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::ctc::Other;
    use super::super::engine::PlacedLetter;
    use super::super::ink::Box2;
    use super::*;

    fn line() -> ReadLine {
        let others = vec![Other { letters: 1, text: "卒".into(), score: 0.01 }];
        let letter = PlacedLetter { text: '率', score: 0.987_654, piece: 0, x: 12.5, others };
        ReadLine { pieces: vec![Box2 { x0: 1, y0: 2, x1: 30, y1: 40 }], letters: vec![letter], detected: true }
    }

    #[test]
    fn what_was_read_comes_back_and_what_is_damaged_does_not() {
        let dir = tempfile::tempdir().unwrap();
        let cache = Cache::new(&dir.path().join("not/yet/there"));
        let white = Gray::new(3, 2, 255);
        let key = Cache::key(&white, &Lines::find(&white, 200.0), false, Profile::Balanced);
        assert_eq!(cache.get(&key), None);
        cache.put(&key, &[line()]);
        assert_eq!(cache.get(&key), Some(vec![line()]));
        fs::write(cache.path(&key), b"cut").unwrap();
        assert_eq!(cache.get(&key), None);
    }

    #[test]
    fn another_picture_size_profile_or_set_of_lines_is_another_result() {
        let key = |picture: &Gray, dpi, profile| Cache::key(picture, &Lines::find(picture, dpi), false, profile);
        let picture = Gray::new(3, 2, 255);
        let known = key(&picture, 200.0, Profile::Balanced);
        assert_ne!(known, key(&Gray::new(2, 3, 255), 200.0, Profile::Balanced));
        assert_ne!(known, key(&Gray::new(3, 2, 254), 200.0, Profile::Balanced));
        assert_ne!(known, key(&picture, 200.0, Profile::Fast));
        // A frame: at another resolution other strokes are lines.
        let mut framed = Gray::new(400, 400, 255);
        for at in 50..350 {
            for (x, y) in [(at, 50), (at, 51), (at, 348), (at, 349), (50, at), (51, at), (348, at), (349, at)] {
                framed.pixels[y * 400 + x] = 0;
            }
        }
        let found = Lines::find(&framed, 200.0);
        assert!(!found.rulings().is_empty());
        let none = Lines::find(&Gray::new(400, 400, 255), 200.0);
        let of = |lines: &Lines| Cache::key(&framed, lines, false, Profile::Balanced);
        assert_ne!(of(&found), of(&none));
    }
}
