//! Nothing rides backward: a layer learns from what passes it, once or twice.

mod channel_competition;
mod forward_forward;
mod hebbian;
mod pepita;
mod predictive_forward_forward;

pub use channel_competition::ChannelCompetition;
pub use forward_forward::ForwardForward;
pub use hebbian::{GeneralisedHebbian, Hebbian, Oja};
pub use pepita::Pepita;
pub use predictive_forward_forward::PredictiveForwardForward;
