//! Recognition of text in pixels.

pub mod picture;
pub mod rulings;
