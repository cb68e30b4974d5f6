//! The rules that the example trains: a line for each.

use crate::train::{Outcome, Task};
use pullback::{Result, category::Tanh, net::*, rule::*};

/// What the two hidden layers of 64 are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hidden {
    Tanh,
    /// Tanh, and the second layer beside a wire that passes it by.
    Residual,
    Sign,
    Step,
    /// Sixteen draws of one in four.
    Sample,
}
impl Hidden {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Hidden::Tanh => "tanh",
            Hidden::Residual => "residual",
            Hidden::Sign => "sign",
            Hidden::Step => "step",
            Hidden::Sample => "sample",
        }
    }
    /// Returns the hidden part of the network.
    pub(crate) fn layers(self, features: usize, seed: u64) -> Net {
        let of = |f: Activation| dense(features, 64, f) >> dense(64, 64, f);
        match self {
            Hidden::Tanh => of(Tanh.into()),
            Hidden::Residual => dense(features, 64, Tanh) >> residual(dense(64, 64, Tanh)),
            Hidden::Sign => of(Activation::Sign),
            Hidden::Step => of(Activation::Step),
            Hidden::Sample => dense(features, 64, Tanh) >> dense(64, 64, Activation::Identity) >> sample(4, seed),
        }
    }
}

/// Trains one row of the table.
pub(crate) type Run = fn(&Task<'_>) -> Result<Outcome>;

/// A row of the table.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) family: &'static str,
    pub(crate) hidden: Hidden,
    pub(crate) run: Run,
}
const fn on(hidden: Hidden, family: &'static str, name: &'static str, run: Run) -> Entry {
    Entry { name, family, hidden, run }
}

/// Momentum 0.05, 0.9 (`train`); with a decay of 0.001 (`decay`); Adam 0.001 (`adam`).
#[rustfmt::skip]
pub(crate) const RULES: &[Entry] = &[
    on(Hidden::Tanh, "exact", "backprop", |t| t.train(Backprop)),
    on(Hidden::Tanh, "feedback", "feedback-alignment", |t| t.train(FeedbackAlignment::seeded(t.seed))),
    on(Hidden::Tanh, "feedback", "sign-symmetry", |t| t.train(SignSymmetry::Uniform)),
    on(Hidden::Tanh, "feedback", "sign-symmetry-fixed", |t| t.train(SignSymmetry::Fixed(t.seed))),
    on(Hidden::Tanh, "feedback", "sign-symmetry-redrawn", |t| t.train(SignSymmetry::Redrawn(t.seed))),
    on(Hidden::Tanh, "feedback", "averaged-redrawn", |t| t.train(Averaged::new(SignSymmetry::Redrawn(t.seed), 4))),
    on(Hidden::Tanh, "feedback", "kolen-pollack", |t| t.decay(KolenPollack)),
    on(Hidden::Tanh, "feedback", "weight-mirror", |t| t.train(WeightMirror::seeded(t.seed, 32))),
    on(Hidden::Tanh, "feedback", "product-feedback", |t| t.decay(ProductFeedback::seeded(t.seed, 5))),
    on(Hidden::Tanh, "direct", "direct-feedback", |t| t.train(DirectFeedback::seeded(t.seed))),
    on(Hidden::Residual, "direct", "direct-residual", |t| t.train(DirectFeedback::seeded(t.seed))),
    on(Hidden::Tanh, "direct", "random-target", |t| t.train(DirectRandomTarget::seeded(t.seed))),
    on(Hidden::Tanh, "targets", "difference-target", |t| t.adam(DifferenceTarget::seeded(t.seed))),
    on(Hidden::Tanh, "targets", "plain-target", |t| t.adam(DifferenceTarget::seeded(t.seed).plain())),
    on(Hidden::Tanh, "sweep", "in-sweep", |t| t.in_sweep(Backprop)),
    on(Hidden::Residual, "sweep", "path-search", |t| t.train(PathSearch::new(Backprop).kept(0.5, t.seed))),
    on(Hidden::Sign, "steps", "through-identity", |t| t.adam(StraightThrough::identity())),
    on(Hidden::Sign, "steps", "through-clipped", |t| t.adam(StraightThrough::clipped())),
    on(Hidden::Sign, "steps", "through-tanh", |t| t.adam(StraightThrough::tanh())),
    on(Hidden::Sign, "steps", "binary-weights", |t| t.adam(StraightThrough::tanh().binary_weights(1..4))),
    on(Hidden::Step, "steps", "surrogate-fast-sigmoid", |t| t.adam(Surrogate::FastSigmoid(5.0))),
    on(Hidden::Step, "steps", "surrogate-arctan", |t| t.adam(Surrogate::Arctan)),
    on(Hidden::Step, "steps", "surrogate-triangle", |t| t.adam(Surrogate::Triangle)),
    on(Hidden::Step, "steps", "surrogate-sigmoid", |t| t.adam(Surrogate::Sigmoid(5.0))),
    on(Hidden::Sample, "samples", "sample-through", |t| t.adam(StraightThrough::identity())),
    on(Hidden::Sample, "samples", "rein-max", |t| t.adam(ReinMax::default())),
    on(Hidden::Sample, "samples", "gumbel", |t| t.adam(GumbelStraightThrough::at(1.0))),
];
