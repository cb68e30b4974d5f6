//! Every wire has a state of its own, and rounds of messages move the states until they are still.
//!
//! [`Settling`] is the one schedule of these rules; the parameters learn from where it ends.

mod chain;
mod contrastive_hebbian;
mod equilibrium_propagation;
mod predictive_coding;
mod rounds;

pub use contrastive_hebbian::ContrastiveHebbian;
pub use equilibrium_propagation::EquilibriumPropagation;
pub use predictive_coding::PredictiveCoding;
pub use rounds::Settling;
