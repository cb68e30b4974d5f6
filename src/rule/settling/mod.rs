//! Every wire has a state of its own, and rounds of messages move the states until they are still.
//!
//! [`Settling`] is the one schedule of these rules; the parameters learn from where it ends. A [`Watch`] sees the rounds.
//! The same schedule [evaluates](crate::rule::Under::predict_in_sweeps) a network with all layers at once.

mod chain;
mod contrastive_hebbian;
mod equilibrium_propagation;
mod predictive_coding;
mod rounds;
mod sweeps;
mod watch;

pub use contrastive_hebbian::ContrastiveHebbian;
pub use equilibrium_propagation::EquilibriumPropagation;
pub use predictive_coding::PredictiveCoding;
pub use rounds::Settling;
pub use watch::{Round, Watch};
