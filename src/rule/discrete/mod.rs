//! Values that jump: steps, signs and draws forward, and what goes back where no derivative is.

mod boolean_variation;
mod gumbel;
mod rein_max;
mod reinforce;
mod spatial_learning;
mod straight_through;
mod surrogate;

pub use boolean_variation::BooleanVariation;
pub use gumbel::GumbelStraightThrough;
pub use rein_max::ReinMax;
pub use reinforce::Reinforce;
pub use spatial_learning::SpatialLearning;
pub use straight_through::StraightThrough;
pub use surrogate::Surrogate;
