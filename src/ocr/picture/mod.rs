//! A page's picture made ready for recognition.

use crate::model::Raster;

/// A picture made ready.
#[derive(Debug, Clone)]
pub(super) struct Prepared {
    /// Upright, straight, clean.
    pub(super) picture: Raster,
}

/// Makes a picture ready.
pub(super) fn prepare(picture: &Raster) -> Prepared {
    Prepared { picture: picture.clone() }
}
