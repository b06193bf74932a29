//! What a user may decide about recognition.

use super::cache::Cache;
use super::engine::{Engine, Profile, ReadLine};
use super::models::{self, Search};
use super::picture::Gray;
use super::rulings::Lines;
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Which pages are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum Mode {
    /// Those whose own text is missing or not to be trusted.
    #[default]
    Auto,
    /// Every page.
    Force,
    /// None.
    Off,
}

impl Mode {
    /// As it is written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Mode::Auto => "auto",
            Mode::Force => "force",
            Mode::Off => "off",
        }
    }
}

/// What a user decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settings {
    /// Which pages.
    pub mode: Mode,
    /// How much work a page may be.
    pub profile: Profile,
    /// Folder of the models; None to look for them.
    pub models: Option<PathBuf>,
    /// Threads that one page's networks run on.
    pub threads: usize,
    /// Folder where results are kept; None to keep none.
    pub cache: Option<PathBuf>,
}

impl Default for Settings {
    fn default() -> Self {
        Settings { mode: Mode::Auto, profile: Profile::default(), models: None, threads: 1, cache: None }
    }
}

/// Recognition, shared by all documents of a run: the networks are loaded when the first page needs them.
#[derive(Default)]
pub struct Ocr {
    settings: Settings,
    engine: OnceLock<Result<Engine, String>>,
    on_page: Option<OnPage>,
}

/// Is told of each page that was recognised.
type OnPage = Box<dyn Fn() + Send + Sync>;

impl std::fmt::Debug for Ocr {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Ocr").field("settings", &self.settings).finish_non_exhaustive()
    }
}

impl Ocr {
    /// Recognition as decided.
    pub fn new(settings: Settings) -> Self {
        Ocr { settings, engine: OnceLock::new(), on_page: None }
    }

    /// The same, telling of each page that was recognised: a page takes seconds, and who waits wants to see that it goes on.
    #[must_use]
    pub fn telling(self, on_page: impl Fn() + Send + Sync + 'static) -> Self {
        Ocr { on_page: Some(Box::new(on_page)), ..self }
    }

    /// What was decided.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The networks.
    ///
    /// # Errors
    /// Why there are none, and what to do.
    pub fn engine(&self) -> Result<&Engine, &str> {
        let load = || {
            let Search { looked, found } = models::search(self.settings.models.as_deref());
            let Some(dir) = found else {
                let looked: Vec<String> = looked.iter().map(|dir| dir.display().to_string()).collect();
                return Err(format!(
                    "the recognition models are not there: fetch them with: make models, or name their folder with \
                     --models (looked in {})",
                    looked.join(", ")
                ));
            };
            Engine::load(&dir, self.settings.threads)
        };
        self.engine.get_or_init(load).as_ref().map_err(String::as_str)
    }

    /// Reads an upright, clean picture in which these lines are drawn, or remembers what was read of it. Of a
    /// photograph (`soft`) the lines are blurred.
    ///
    /// # Errors
    /// There are no networks, or one cannot be run.
    pub(super) fn read(&self, picture: &Gray, drawn: &Lines, soft: bool) -> Result<Vec<ReadLine>, String> {
        let profile = self.settings.profile;
        // Without networks nothing is remembered either: a run says the same whatever ran before it.
        let engine = self.engine()?;
        let Some(dir) = &self.settings.cache else { return engine.read(picture, drawn, soft, profile) };
        let (cache, key) = (Cache::new(dir), Cache::key(picture, drawn, soft, profile));
        if let Some(lines) = cache.get(&key) {
            return Ok(lines);
        }
        let lines = engine.read(picture, drawn, soft, profile)?;
        cache.put(&key, &lines);
        Ok(lines)
    }

    /// A page is done.
    pub(super) fn tell(&self) {
        if let Some(told) = &self.on_page {
            told();
        }
    }

    /// What decides what is read, in a few words: another text is another reading. The models' absence is part of it.
    pub fn fingerprint(&self) -> String {
        let Settings { mode, profile, models, .. } = &self.settings;
        let there = *mode != Mode::Off && models::search(models.as_deref()).found.is_some();
        format!("{} {} {}", mode.name(), profile.name(), if there { "models" } else { "no models" })
    }

    /// Name and version of the recogniser, as records tell it.
    pub fn name(&self) -> String {
        format!("PP-OCRv6 {} (rten), zhibiao {}", self.settings.profile.name(), env!("CARGO_PKG_VERSION"))
    }
}
