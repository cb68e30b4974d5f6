//! Values that jump: steps, signs and draws forward, and what goes back where no derivative is.

mod gumbel;
mod rein_max;
mod straight_through;
mod surrogate;

pub use gumbel::GumbelStraightThrough;
pub use rein_max::ReinMax;
pub use straight_through::StraightThrough;
pub use surrogate::Surrogate;
