//! The rules that the example trains: a line for each.
//!
//! `t.train(rule)` learns with momentum (0.05, 0.9), `t.decay(rule)` with a decay of 0.001 too, `t.adam(rule)` with Adam
//! (0.001), 30 passes of batches of 32. In front of these stands what a rule needs otherwise: `t.passes(60).adam(rule)`.
//! A line may end in `.floor(digits, parity)`: what the mean of three seeds must reach under `--check`.

use crate::{
    network::Hidden,
    train::{Outcome, Task},
};
use pullback::{Result, net::Activation, rule::*};

/// Trains one row of the table.
pub(crate) type Run = fn(&Task<'_>) -> Result<Outcome>;

/// A row of the table.
#[derive(Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    pub(crate) family: &'static str,
    pub(crate) hidden: Hidden,
    pub(crate) run: Run,
    /// Least percent of the digits, and of their parity.
    pub(crate) floor: Option<[f64; 2]>,
}
const fn on(hidden: Hidden, family: &'static str, name: &'static str, run: Run) -> Entry {
    Entry { name, family, hidden, run, floor: None }
}
impl Entry {
    const fn floor(self, digits: f64, parity: f64) -> Entry {
        Entry { floor: Some([digits, parity]), ..self }
    }
}

#[rustfmt::skip]
pub(crate) const RULES: &[Entry] = &[
    on(Hidden::Tanh, "exact", "backprop", |t| t.train(Backprop)).floor(96.0, 97.5),
    on(Hidden::One, "exact", "backprop-one-layer", |t| t.train(Backprop)).floor(96.0, 97.0),
    on(Hidden::Relu, "exact", "backprop-relu", |t| t.train(Backprop)).floor(96.0, 97.5),
    on(Hidden::Gelu, "exact", "backprop-gelu", |t| t.train(Backprop)).floor(96.0, 97.5),
    on(Hidden::Tanh, "feedback", "feedback-alignment", |t| t.train(FeedbackAlignment::seeded(t.seed))).floor(95.0, 97.0),
    on(Hidden::Tanh, "feedback", "sign-symmetry", |t| t.train(SignSymmetry::Uniform)).floor(96.0, 97.5),
    on(Hidden::Tanh, "feedback", "sign-symmetry-fixed", |t| t.train(SignSymmetry::Fixed(t.seed))).floor(96.0, 97.5),
    on(Hidden::Tanh, "feedback", "sign-symmetry-redrawn", |t| t.train(SignSymmetry::Redrawn(t.seed))),
    on(Hidden::Tanh, "feedback", "averaged-redrawn", |t| t.train(Averaged::new(SignSymmetry::Redrawn(t.seed), 4))),
    on(Hidden::Tanh, "feedback", "kolen-pollack", |t| t.decay(KolenPollack)).floor(96.0, 97.5),
    on(Hidden::Tanh, "feedback", "weight-mirror", |t| t.train(WeightMirror::seeded(t.seed, 32))),
    on(Hidden::Tanh, "feedback", "product-feedback", |t| t.decay(ProductFeedback::seeded(t.seed, 5))).floor(95.0, 97.0),
    on(Hidden::Tanh, "direct", "direct-feedback", |t| t.train(DirectFeedback::seeded(t.seed))).floor(95.0, 97.0),
    on(Hidden::Residual, "direct", "direct-residual", |t| t.train(DirectFeedback::seeded(t.seed))),
    on(Hidden::Tanh, "direct", "random-target", |t| t.train(DirectRandomTarget::seeded(t.seed))),
    on(Hidden::Tanh, "targets", "difference-target", |t| t.adam(DifferenceTarget::seeded(t.seed))).floor(94.5, 96.0),
    on(Hidden::Tanh, "targets", "plain-target", |t| t.adam(DifferenceTarget::seeded(t.seed).plain())),
    on(Hidden::Tanh, "sweep", "in-sweep", |t| t.in_sweep(Backprop)),
    on(Hidden::Residual, "sweep", "path-search", |t| t.train(PathSearch::new(Backprop).kept(0.5, t.seed))),
    on(Hidden::Sign, "steps", "through-identity", |t| t.adam(StraightThrough::identity())),
    on(Hidden::Sign, "steps", "through-clipped", |t| t.adam(StraightThrough::clipped())).floor(93.5, 94.0),
    on(Hidden::Sign, "steps", "through-tanh", |t| t.adam(StraightThrough::tanh())),
    on(Hidden::Sign, "steps", "binary-weights", |t| t.adam(StraightThrough::tanh().binary_weights(1..4))),
    on(Hidden::Step, "steps", "surrogate-fast-sigmoid", |t| t.adam(Surrogate::FastSigmoid(5.0))),
    on(Hidden::Step, "steps", "surrogate-arctan", |t| t.adam(Surrogate::Arctan)),
    on(Hidden::Step, "steps", "surrogate-triangle", |t| t.adam(Surrogate::Triangle)),
    on(Hidden::Step, "steps", "surrogate-sigmoid", |t| t.adam(Surrogate::Sigmoid(5.0))),
    on(Hidden::Sample, "samples", "sample-through", |t| t.adam(StraightThrough::identity())),
    on(Hidden::Sample, "samples", "rein-max", |t| t.adam(ReinMax::default())),
    on(Hidden::Sample, "samples", "gumbel", |t| t.adam(GumbelStraightThrough::at(1.0))),
    on(Hidden::Sample, "samples", "reinforce", |t| t.adam(Reinforce::default())),
    on(Hidden::Gelu, "memory", "few-bit-1", |t| t.train(FewBit::bits(1)?)).floor(96.0, 97.0),
    on(Hidden::Gelu, "memory", "few-bit-2", |t| t.train(FewBit::bits(2)?)).floor(96.0, 97.0),
    on(Hidden::Gelu, "memory", "few-bit-4", |t| t.train(FewBit::bits(4)?)).floor(96.0, 97.0),
    on(Hidden::Gelu, "memory", "approximate-backprop", |t| t.train(ApproximateBackprop)).floor(96.0, 97.0),
    on(Hidden::Gelu, "memory", "checkpointed", |t| t.train(Checkpointed::every(3, Backprop))),
    on(Hidden::Relu, "memory", "randomized-linear", |t| t.rate(0.01).train(RandomizedLinear::fraction(0.5, t.seed)?)),
    on(Hidden::Relu, "memory", "sampled-rows", |t| t.rate(0.01).train(SampledRows::fraction(0.5, Weighing::Length, t.seed)?)),
    on(Hidden::Relu, "memory", "ve-lora", |t| t.train(VeLora::fit(&t.net(), &t.params(), &t.first().0, t.parts())?)),
    on(Hidden::Relu, "memory", "sparse-prop", |t| t.sparse(0.1).train(SparseProp)),
    on(Hidden::Tanh, "local", "local-loss", |t| t.train(LocalLoss::prediction())).floor(96.5, 97.5),
    on(Hidden::Tanh, "local", "local-similarity", |t| t.rate(0.003).adam(LocalLoss::similarity())).floor(95.5, 96.5),
    on(Hidden::Tanh, "local", "local-both", |t| t.rate(0.003).adam(LocalLoss::both(0.99))),
    on(Hidden::Tanh, "local", "local-blocks", |t| t.train(LocalLoss::prediction().on(Borders::Every(2)))).floor(96.0, 97.5),
    on(Hidden::Tanh, "local", "local-waves", |t| t.train(LocalSync::waves().temperature(0.25))).floor(95.5, 97.0),
    on(Hidden::Tanh, "local", "local-waves-mixed", |t| t.train(LocalSync::mixed())).floor(95.5, 97.0),
    on(Hidden::Tanh, "local", "synthetic-gradient", |t| t.passes(60).adam(SyntheticGradient::new())).floor(95.5, 96.5),
    on(Hidden::Tanh, "local", "synthetic-blind", |t| t.passes(60).adam(SyntheticGradient::blind())),
    on(Hidden::Tanh, "local", "deep-supervision", |t| t.train(DeepSupervision::weighing(0.3))).floor(96.0, 97.5),
    on(Hidden::Tanh, "local", "momentum-auxiliary", |t| t.train(MomentumAuxiliary::new(Activation::TANH, 0.2))).floor(95.5, 97.0),
    on(Hidden::Labels, "forward-only", "forward-forward", |t| t.writing(3.0).passes(40).rate(0.01).adam(ForwardForward::new(t.classes()).writing(3.0))).floor(92.5, 90.0),
    on(Hidden::Labels, "forward-only", "forward-threshold", |t| t.writing(3.0).passes(40).rate(0.03).adam(ForwardForward::with_threshold(t.classes(), 2.0).writing(3.0))).floor(88.0, 85.0),
    on(Hidden::Labels, "forward-only", "forward-collaborating", |t| t.writing(3.0).passes(40).rate(0.01).adam(ForwardForward::new(t.classes()).writing(3.0).collaborating())),
    on(Hidden::Labels, "forward-only", "forward-predictive", |t| t.writing(3.0).passes(40).rate(0.01).adam(PredictiveForwardForward::new(ForwardForward::new(t.classes()).writing(3.0)).rounds(4))).floor(92.0, 88.0),
    on(Hidden::Shared, "forward-only", "channel-competition", |t| t.passes(40).adam(ChannelCompetition::new(t.classes()))).floor(92.5, 95.0),
    on(Hidden::One, "forward-only", "pepita", |t| t.rate(0.1).passes(60).train(Pepita::seeded(t.seed))).floor(93.0, 94.0),
    on(Hidden::One, "forward-only", "pepita-in-time", |t| t.rate(0.1).passes(60).train(Pepita::seeded(t.seed).in_time())),
    on(Hidden::One, "forward-only", "sanger-then-head", |t| t.without_labels(GeneralisedHebbian)),
    on(Hidden::Tanh, "settling", "zero-divergence", |t| t.train(PredictiveCoding::zero_divergence())).floor(96.0, 97.5),
    on(Hidden::Tanh, "settling", "fixed-prediction", |t| t.train(PredictiveCoding::fixed_prediction(Settling::rounds(20, 0.5)))),
    on(Hidden::One, "settling", "inference", |t| t.train(PredictiveCoding::inference(Settling::rounds(20, 0.1)))).floor(93.0, 94.0),
    on(Hidden::Tanh, "settling", "inference-deep", |t| t.train(PredictiveCoding::inference(Settling::rounds(20, 0.1)))),
    on(Hidden::One, "settling", "incremental", |t| t.rate(1.0).plain(PredictiveCoding::incremental(Settling::rounds(20, 0.1), 0.02))).floor(93.0, 94.0),
    on(Hidden::One, "settling", "equilibrium", |t| t.plain(EquilibriumPropagation::symmetric(Settling::rounds(30, 0.5), 0.5))).floor(92.0, 92.0),
    on(Hidden::One, "settling", "contrastive-hebbian", |t| t.squared().rate(0.01).train(ContrastiveHebbian::new(Settling::rounds(20, 0.5), 0.1))).floor(90.0, 90.0),
    on(Hidden::One, "perturbation", "forward-gradient", |t| t.passes(60).adam(ForwardGradient::seeded(t.seed))).floor(55.0, 75.0),
    on(Hidden::One, "perturbation", "forward-gradient-16", |t| t.passes(60).adam(Averaged::new(ForwardGradient::seeded(t.seed), 16))).floor(86.0, 85.0),
    on(Hidden::One, "perturbation", "activity", |t| t.passes(60).adam(ActivityPerturbation::seeded(t.seed))).floor(92.0, 92.5),
    on(Hidden::One, "perturbation", "spsa", |t| t.passes(60).adam(Spsa::seeded(t.seed, 1e-2))).floor(55.0, 75.0),
    on(Hidden::One, "perturbation", "mezo", |t| t.passes(60).adam(MeZo::seeded(t.seed, 1e-2, 1))).floor(55.0, 75.0),
    on(Hidden::One, "perturbation", "evolution", |t| t.passes(60).rows(500).adam(EvolutionStrategy::seeded(t.seed, 0.05, 4))),
    on(Hidden::Tanh, "perturbation", "likelihood-ratio", |t| t.adam(LikelihoodRatio::seeded(t.seed, 0.1).copies(4))),
    on(Hidden::Tanh, "perturbation", "three-factor", |t| t.adam(ThreeFactor::seeded(t.seed, 0.1))),
    on(Hidden::Tanh, "perturbation", "feedback-guess", |t| t.adam(LocalGuess::of(FeedbackAlignment::seeded(t.seed)))),
];
