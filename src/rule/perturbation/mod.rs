//! One number rides backward: what became of the loss when something was shaken.
//!
//! A parameter learns from that number times its own direction, which is kept, or drawn again from its seed.

mod activity_perturbation;
mod directions;
mod evolution_strategy;
mod forward_gradient;
mod spsa;

pub use activity_perturbation::{ActivityPerturbation, RowTangents};
pub use directions::Directions;
pub use evolution_strategy::EvolutionStrategy;
pub use forward_gradient::ForwardGradient;
pub use spsa::{MeZo, Spsa};
