//! Pictures of pages made fit for recognition.

mod gray;

pub use gray::Gray;
