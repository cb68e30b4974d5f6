//! Other ways back: the reverse map of a linear layer uses something else than its transpose.
//!
//! What rides backward is a batch of the shape of the forward one, as under backprop; only who made it changes: fixed
//! random weights, learned ones, signs, a change of the output from far ahead, or a target.

mod difference_target;
mod direct_feedback;
mod feedback_alignment;
mod in_sweep;
mod kolen_pollack;
mod path_search;
mod product_feedback;
mod sign_symmetry;
mod weight_mirror;

pub use difference_target::{DifferenceTarget, Targets};
pub use direct_feedback::{DirectFeedback, DirectRandomTarget};
pub use feedback_alignment::FeedbackAlignment;
pub use in_sweep::InSweep;
pub use kolen_pollack::KolenPollack;
pub use path_search::PathSearch;
pub use product_feedback::ProductFeedback;
pub use sign_symmetry::SignSymmetry;
pub use weight_mirror::WeightMirror;
