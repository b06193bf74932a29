//! Options of recognition, the same for every command that reads documents.

use std::path::PathBuf;
use zhibiao::ocr::{Mode, Ocr, Profile, Settings};

/// How scans are read.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Scans")]
pub(super) struct Recognition {
    /// Which pages are recognised from their picture.
    #[arg(long, value_name = "WHICH", default_value = "auto")]
    ocr: Which,
    /// How much work a page may be.
    #[arg(long, value_name = "PROFILE", default_value = "balanced")]
    ocr_profile: Work,
    /// Folder of the recognition models [default: $ZHIBIAO_MODELS, models/ beside the program or above it, the user's
    /// data folder; `zhibiao doctor` shows where they are].
    #[arg(long, value_name = "DIR")]
    models: Option<PathBuf>,
    /// Threads for one page; with several --jobs one each is best.
    #[arg(long, value_name = "N", default_value_t = 1)]
    ocr_threads: usize,
    /// Keep what was recognised here, by page, so that a second run need not do it again [default: the user's cache
    /// folder].
    #[arg(long, value_name = "DIR")]
    ocr_cache: Option<PathBuf>,
    /// Keep and use no results of earlier recognition.
    #[arg(long, conflicts_with = "ocr_cache")]
    no_ocr_cache: bool,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Which {
    /// Those without text of their own, or whose text cannot be believed.
    Auto,
    /// All.
    Force,
    /// None.
    Off,
}

#[derive(Debug, Clone, Copy, clap::ValueEnum)]
enum Work {
    /// The small network alone.
    Fast,
    /// The small network, and the large one where it is not sure.
    Balanced,
    /// The large network throughout.
    Accurate,
}

/// Most threads: more bring nothing for a page.
const MOST_THREADS: usize = 64;

impl Recognition {
    pub(super) fn settings(&self) -> Settings {
        Settings {
            mode: match self.ocr {
                Which::Auto => Mode::Auto,
                Which::Force => Mode::Force,
                Which::Off => Mode::Off,
            },
            profile: match self.ocr_profile {
                Work::Fast => Profile::Fast,
                Work::Balanced => Profile::Balanced,
                Work::Accurate => Profile::Accurate,
            },
            models: self.models.clone(),
            threads: self.ocr_threads.clamp(1, MOST_THREADS),
            cache: match &self.ocr_cache {
                _ if self.no_ocr_cache => None,
                Some(dir) => Some(dir.clone()),
                None => default_cache(),
            },
        }
    }

    /// Recognition that tells on a terminal how far it is.
    pub(super) fn ocr(&self) -> Ocr {
        let pages = std::sync::atomic::AtomicU64::new(0);
        Ocr::new(self.settings()).telling(move || {
            let done = pages.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
            super::log::transient(&format!("{done} pages recognised"));
        })
    }
}

/// The user's cache folder, where there is one.
pub(super) fn default_cache() -> Option<PathBuf> {
    let named = |variable: &str| std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from);
    let caches = named("XDG_CACHE_HOME").or_else(|| named("HOME").map(|home| home.join(".cache")))?;
    Some(caches.join("zhibiao").join("ocr"))
}
