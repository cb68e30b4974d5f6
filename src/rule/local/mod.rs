//! The label rides forward with the batch, and a change stops at a border: layers learn from losses of their own.

mod labelled;
mod local_loss;

pub use labelled::Labelled;
pub use local_loss::LocalLoss;
