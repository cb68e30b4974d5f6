//! The label rides forward with the batch, and a change stops at a border: layers learn from losses of their own.

mod bordered;
mod borders;
mod deep_supervision;
mod head;
mod labelled;
mod local_loss;
mod local_sync;
mod momentum_auxiliary;
mod synthetic_gradient;

pub use borders::Borders;
pub use deep_supervision::DeepSupervision;
pub use labelled::{Labelled, Told};
pub(crate) use labelled::{Passed, back, pass};
pub use local_loss::{LocalLoss, MonoForward};
pub use local_sync::LocalSync;
pub use momentum_auxiliary::MomentumAuxiliary;
pub use synthetic_gradient::SyntheticGradient;
