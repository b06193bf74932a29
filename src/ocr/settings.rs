//! What a user may decide about recognition.

use super::engine::{Engine, Profile};
use super::models::{self, Search};
use std::path::PathBuf;
use std::sync::OnceLock;

/// Which pages are recognised.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
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
#[derive(Debug, Clone, PartialEq, Eq)]
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
#[derive(Debug, Default)]
pub struct Ocr {
    settings: Settings,
    engine: OnceLock<Result<Engine, String>>,
}

impl Ocr {
    /// Recognition as decided.
    pub fn new(settings: Settings) -> Self {
        Ocr { settings, engine: OnceLock::new() }
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

    /// Name and version of the recogniser, as records tell it.
    pub fn name(&self) -> String {
        format!("PP-OCRv6 {} (rten), zhibiao {}", self.settings.profile.name(), env!("CARGO_PKG_VERSION"))
    }
}
