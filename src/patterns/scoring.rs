//! The scorer's weights: `patterns/scoring.toml`.

use super::entries::{Entry, load_entries};
use super::problem::PatternError;
use serde::Deserialize;
use std::path::Path;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct WeightEntry {
    id: String,
    value: f32,
}

impl Entry for WeightEntry {
    const FILE: &'static str = "scoring.toml";
    const TABLE: &'static str = "weight";
    const BUILTIN: &'static str = include_str!("../../patterns/scoring.toml");
    fn id(&self) -> &str {
        &self.id
    }
}

macro_rules! scoring {
    ($($name:ident),* $(,)?) => {
        /// Weights of the scorer that assigns cells to fields; the file says what each stands for.
        #[derive(Debug, Clone, Default, PartialEq)]
        #[allow(missing_docs)]
        pub struct Scoring { $(pub $name: f32),* }

        impl Scoring {
            fn weight(&mut self, id: &str) -> Option<&mut f32> {
                match id { $(stringify!($name) => Some(&mut self.$name),)* _ => None }
            }
        }
    };
}

scoring!(
    known_level,
    level_word,
    level_word_as_name,
    plain_level,
    wrong_level,
    number_as_level,
    long_level,
    name,
    quantity_as_name,
    number_as_name,
    missing_name,
    measured,
    words_as_value,
    points,
    points_too_large,
    not_points,
    reason,
    number_as_reason,
    score_above_weight,
    empty_points,
    empty_target,
    dropped_text,
    dropped_number,
    dropped_repeat,
    moved,
    moved_far,
    offset_changes,
    rate_closes,
    rate_open,
);

impl Scoring {
    pub(super) fn load(overlay: Option<&Path>) -> Result<Self, PatternError> {
        let mut scoring = Scoring::default();
        for entry in load_entries::<WeightEntry>(overlay)? {
            match scoring.weight(&entry.id) {
                Some(weight) => *weight = entry.value,
                None => {
                    return Err(PatternError::Parse {
                        path: overlay.unwrap_or(Path::new("patterns")).join(WeightEntry::FILE),
                        line: 1,
                        message: format!("unknown weight {:?}; `zhibiao patterns show` lists the known ids", entry.id),
                    });
                }
            }
        }
        Ok(scoring)
    }
}
