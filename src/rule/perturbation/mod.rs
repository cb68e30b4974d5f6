//! One number rides backward: what became of the loss when something was shaken.
//!
//! A parameter learns from that number times its own direction, which is kept, or drawn again from its seed.

mod activity_perturbation;
mod baseline;
mod directions;
mod evolution_strategy;
mod few_numbers;
mod forward_gradient;
mod likelihood_ratio;
mod local_guess;
mod noise;
mod spsa;
mod three_factor;

pub use activity_perturbation::{ActivityPerturbation, RowTangents};
pub use baseline::Baseline;
pub use directions::Directions;
pub use evolution_strategy::EvolutionStrategy;
pub use few_numbers::FewNumbers;
pub use forward_gradient::ForwardGradient;
pub use likelihood_ratio::LikelihoodRatio;
pub use local_guess::LocalGuess;
pub use noise::Rewards;
pub(super) use noise::reward;
pub use spsa::{MeZo, Spsa};
pub use three_factor::ThreeFactor;
