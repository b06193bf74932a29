//! Is confidence what it says? Labelled documents in; observations, weights and figures out. Nothing of a run needs it.
//!
//! [`observe`] reads a document and says of each record what speaks for and against it, and whether it is right; [`fit`]
//! finds the weights under which the observations are likeliest; [`Figures`] says how far confidence and truth agree.
//! `docs/confidence.md` has the commands and what they gave.

mod figures;
mod fit;
mod observation;
mod statements;
mod weights_file;

pub use figures::{Bin, Figures};
pub use fit::{Fitted, KINDS, Model, fit};
pub use observation::{Observation, ObservationError, document_of, is_kept_out, noise_of, observe, read, write};
pub use statements::statement_verdicts;
pub use weights_file::write_weights;
