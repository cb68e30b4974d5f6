//! Learning rules as functors from networks to lenses.
//!
//! A [`Net`](crate::net::Net) says what is joined to what. A [`Rule`] says what that means: what rides forward and
//! backward on a wire ([`Objects`]), and a forward and a reverse map for each layer. It never says how layers are
//! composed, because composition is always lens composition. [`net.under(rule)`](crate::net::Net::under) is a
//! [`Para`](crate::lens::Para) lens like any other, and goes into the same [`learner`](crate::learn::learner).
//!
//! Most rules change only the reverse map of one kind of layer: they are a [`Reverse`], whose methods are exact
//! backpropagation until overridden.
//!
//! # Sign
//! What flows back is a *change* $c$: under [`descend`](crate::learn::descend) it is minus the gradient, and the
//! optimiser adds what it makes of it.
//!
//! # Which rule
//! | what rides backward | rules |
//! | --- | --- |
//! | the exact change | [`Backprop`]; the same in less memory: [`FewBit`], [`ApproximateBackprop`], [`Checkpointed`], [`Reversible`], [`RandomizedLinear`], [`SampledRows`], [`VeLora`], [`SparseProp`] |
//! | a change by another way | [`FeedbackAlignment`], [`SignSymmetry`], [`KolenPollack`], [`WeightMirror`], [`ProductFeedback`], [`DifferenceTarget`], [`InSweep`], [`PathSearch`] |
//! | the error of the output, to all | [`DirectFeedback`], [`DirectRandomTarget`], [`Pepita`] |
//! | a change past steps and draws | [`StraightThrough`], [`Surrogate`], [`SpatialLearning`], [`BooleanVariation`], [`ReinMax`], [`GumbelStraightThrough`], [`Reinforce`] |
//! | a change up to a border | [`LocalLoss`], [`LocalSync`], [`SyntheticGradient`], [`DeepSupervision`], [`MomentumAuxiliary`] |
//! | nothing | [`ForwardForward`], [`PredictiveForwardForward`], [`ChannelCompetition`], [`Hebbian`], [`Oja`], [`GeneralisedHebbian`] |
//! | messages between neighbours, until still | [`PredictiveCoding`], [`EquilibriumPropagation`], [`ContrastiveHebbian`] |
//! | one number | [`ForwardGradient`], [`ActivityPerturbation`], [`LocalGuess`], [`Spsa`], [`MeZo`], [`EvolutionStrategy`], [`LikelihoodRatio`], [`ThreeFactor`] |
//! | relevance of an output, see [`explain`](Under::explain) | [`LayerwiseRelevance`], [`DeepTaylor`], [`AttentionRelevance`], [`Deconvnet`], [`GuidedBackprop`], [`PatternNet`], [`PatternAttribution`]; around any: [`TimesInput`], [`IntegratedGradients`], [`SmoothGrad`], [`NormGrad`] |
//!
//! What each reaches on digits, beside its controls: `docs/design/rules.md`.
//!
//! # A rule of your own
//! ```
//! use pullback::{category::{Identity, Tanh}, learn::*, net::*, rule::*, Result};
//! use ndarray::{arr2, Array2};
//!
//! /// The transpose of the weights is replaced by its signs.
//! struct SignsOnly;
//! impl Reverse for SignsOnly {
//!     fn linear<T: Element>(
//!         &self, s: &Site<T>, x: &Array<T>, _: &Array<T>, dy: &Array<T>, dp: &mut [Array2<T>],
//!     ) -> Result<Array<T>> {
//!         s.outer(x, dy, dp)?;
//!         s.pull(&s.p[0].mapv(T::signum), dy)
//!     }
//! }
//! let net = dense(2, 8, Tanh) >> dense(8, 2, Identity);
//! let learn = learner(net.under(SignsOnly), class_cross_entropy(), descend(), Momentum::new(0.2, 0.9));
//! let mut s = learn.start(net.init(&mut uniform(1)));
//! let (x, y) = (arr2(&[[0., 0.], [0., 1.], [1., 0.], [1., 1.]]).into_shared(), vec![0, 1, 1, 0]);
//! let before = learn.loss(&s.params, x.clone(), &y)?;
//! for _ in 0..200 {
//!     learn.step(&mut s, x.clone(), &y)?;
//! }
//! assert!(learn.loss(&s.params, x, &y)? < 0.1 * before);
//! # Ok::<(), pullback::Error>(())
//! ```

mod attribution;
mod averaged;
mod discrete;
mod feedback;
mod forward_only;
mod frozen;
mod inner;
mod inside;
mod local;
mod memory;
mod objects;
mod pass;
mod perturbation;
mod residual;
mod reverse;
mod settling;
mod taps;
mod under;

pub use attribution::{
    AttentionRelevance, Deconvnet, DeepTaylor, Explain, FirstLayer, GuidedBackprop, IntegratedGradients,
    LayerwiseRelevance, NormGrad, PatternAttribution, PatternNet, Patterns, Probe, SmoothGrad, Start, TimesInput,
};
pub use averaged::Averaged;
pub use discrete::{
    BooleanVariation, GumbelStraightThrough, ReinMax, Reinforce, SpatialLearning, StraightThrough, Surrogate,
};
pub use feedback::{
    DifferenceTarget, DirectFeedback, DirectRandomTarget, FeedbackAlignment, InSweep, KolenPollack, PathSearch,
    ProductFeedback, SignSymmetry, Targets, WeightMirror,
};
pub use forward_only::{
    ChannelCompetition, ForwardForward, GeneralisedHebbian, Hebbian, Oja, Pepita, PredictiveForwardForward,
};
pub use frozen::Frozen;
pub use local::{
    Borders, DeepSupervision, Labelled, LocalLoss, LocalSync, MomentumAuxiliary, MonoForward, SyntheticGradient, Told,
};
pub use memory::{
    ApproximateBackprop, Checkpointed, Codes, Columns, Exact, FewBit, Kept, Projected, RandomizedLinear, Reversible,
    Sampled, SampledRows, Sketched, SparseProp, Steps, VeLora, Weighing, reversible,
};
pub use objects::{Arrays, Broadcast, Objects, OneWay, Pairs, Silent, Tangents};
pub use pass::Pass;
use perturbation::reward;
pub use perturbation::{
    ActivityPerturbation, Baseline, Directions, EvolutionStrategy, FewNumbers, ForwardGradient, LikelihoodRatio,
    LocalGuess, MeZo, Rewards, RowTangents, Spsa, ThreeFactor,
};
pub use residual::{Memory, Residual};
pub use reverse::{Backprop, Reverse};
pub use settling::{ContrastiveHebbian, EquilibriumPropagation, PredictiveCoding, Round, Settling, Watch};
pub use taps::Taps;
pub use under::Under;

use crate::{
    diagram::Few,
    error::{Error, Result},
    lens::Closing,
    net::{Array, At, Element, Layer, Params, Running},
};
use alloc::vec::Vec;
use ndarray::Array2;

/// What enters a network under the rule `R`.
pub type Input<R, T> = <<R as Rule>::On as Objects>::Input<T>;
/// What rides forward under the rule `R`.
pub type Fwd<R, T> = <<R as Rule>::On as Objects>::Fwd<T>;
/// What rides backward under the rule `R`.
pub type Back<R, T> = <<R as Rule>::On as Objects>::Back<T>;

/// What a layer sends back under the rule `R`: one for each input, `None` where nothing goes back.
pub type Sent<R, T> = Few<Option<Back<R, T>>>;

/// A learning rule: the functor on wires and on layers. Its methods are generic over the number of the batches.
pub trait Rule: Sized {
    /// What rides on a wire.
    type On: Objects;
    /// What a layer keeps for its reverse map.
    type Res<T: Element>: Residual;
    /// The name that errors use.
    fn name(&self) -> &'static str {
        core::any::type_name::<Self>().rsplit("::").next().unwrap_or("rule")
    }
    /// Returns what leaves the layer, and what it keeps.
    ///
    /// # Errors
    /// A wrong shape.
    fn fwd<T: Element>(&self, s: &Site<'_, T>, x: &[&Fwd<Self, T>]) -> Result<(Fwd<Self, T>, Self::Res<T>)>;
    /// Returns what goes back on each input, and adds the change of the layer's parameters to `dp`.
    ///
    /// # Errors
    /// [`Error::NoReverse`] where the rule does not know the layer, and a wrong shape.
    fn rev<T: Element>(
        &self,
        s: &Site<'_, T>,
        kept: Self::Res<T>,
        by: Back<Self, T>,
        dp: &mut [Array2<T>],
    ) -> Result<Few<Option<Back<Self, T>>>>;
    /// Returns what goes back on a wire that has a name: by default what came, since a name changes nothing. A rule that
    /// has borders may put them there.
    ///
    /// # Errors
    /// As [`rev`](Self::rev).
    fn tap<T: Element>(
        &self,
        _s: &Site<'_, T>,
        _kept: Self::Res<T>,
        by: Back<Self, T>,
        _dp: &mut [Array2<T>],
    ) -> Result<Sent<Self, T>> {
        Ok(smallvec::smallvec![Some(by)])
    }
    /// Returns arrays of the rule that never learn; made once, when the rule is put on a network.
    fn fixed<T: Element>(&self, _s: &Site<'_, T>) -> Vec<Array2<T>> {
        Vec::new()
    }
    /// Returns first values of arrays of the rule that learn: they join the parameters of the layer, behind its own, and
    /// the user's optimiser moves them.
    fn learned<T: Element>(&self, _s: &Site<'_, T>, _draw: &mut dyn FnMut() -> f64) -> Vec<Array2<T>> {
        Vec::new()
    }
    /// Spends a finished forward pass: by default the rest of the row is asked once for the change of the output, and
    /// one pass goes back. A rule may ask at other outputs, ask for values only, or run more passes; then it says so in
    /// [`has_schedule`](Self::has_schedule), or rules around it would drop what it does.
    ///
    /// # Errors
    /// Those of the reverse maps, of further forward passes, and of the rest.
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Back<Self, T>>> {
        pass.once(rest, dp)
    }
    /// Says whether [`schedule`](Self::schedule) is another than one pass back. A rule around this one that makes that one
    /// pass itself would be something else, and refuses it.
    fn has_schedule(&self) -> bool {
        false
    }
    /// Says whether the rule learns. One that only explains has no change of the parameters, and a learner refuses it.
    fn learns(&self) -> bool {
        true
    }
    /// Returns what the network answers: by default the output of one pass that draws nothing.
    ///
    /// # Errors
    /// Those of the forward maps.
    fn predict<T: Element>(&self, under: &Under<Self, T>, p: &Params<T>, x: Input<Self, T>) -> Result<Array<T>> {
        Ok(Self::On::lower(&under.forward(p, None, x)?.0))
    }
}

/// A layer in its place, and everything that a rule may read there.
#[derive(Clone, Copy, Debug)]
pub struct Site<'a, T = f64> {
    /// The layer.
    pub layer: &'a Layer,
    /// Where it is, and when it runs.
    pub at: At,
    /// The number of features that the layer reads from its first input; 0 where it is not known before data comes.
    pub reads: usize,
    /// The number of features that the layer makes; 0 where it is not known before data comes.
    pub width: usize,
    /// Which layer made each input; `None` is the input of the network.
    pub from: &'a [Option<usize>],
    /// Whether the layer reads the input of the network, perhaps in another shape.
    pub first: bool,
    /// How many numbers each number of the first input is the sum of: those that a linear layer in front adds up, those
    /// of both wires behind an [`Add`](crate::net::Add); 1 where it is no sum.
    pub terms: usize,
    /// How many activations stand on the longest way from the input of the network to the output of this layer.
    pub depth: usize,
    /// The number of features of the network's output; 0 where it is not known before data comes.
    pub outputs: usize,
    /// The layer's parameters, then what the rule has learned.
    pub p: &'a [Array2<T>],
    /// What the rule has fixed.
    pub fixed: &'a [Array2<T>],
    /// How the pass is run.
    pub run: Running<'a, T>,
}
impl<T: Element> Site<'_, T> {
    /// Returns the output of the layer.
    ///
    /// # Errors
    /// As [`Layer::apply`].
    pub fn apply(&self, x: &[&Array<T>]) -> Result<Array<T>> {
        self.layer.apply_in(self.at, self.p, x, self.run)
    }
    /// Returns the exact changes of the inputs, and adds that of the parameters to `dp`. Where nobody reads what comes
    /// back (see [`pull`](Self::pull)) a linear layer returns zeros.
    ///
    /// # Errors
    /// As [`Layer::vjp`].
    pub fn vjp(&self, x: &[&Array<T>], y: &Array<T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<Few<Array<T>>> {
        let unread = match x {
            [x] if self.layer.is_linear() => self.unread(dy).map(|zeros| (x, zeros)),
            _ => None,
        };
        match unread {
            Some((x, zeros)) => {
                self.outer(x, dy, dp)?;
                Ok(smallvec::smallvec![zeros])
            }
            None => self.layer.vjp_in(self.at, self.p, x, y, dy, dp, self.run),
        }
    }
    /// Returns the change of the output along `dx` and `dp`.
    ///
    /// # Errors
    /// As [`Layer::jvp`].
    pub fn jvp(&self, x: &[&Array<T>], y: &Array<T>, dx: &[&Array<T>], dp: &[Array2<T>]) -> Result<Array<T>> {
        self.layer.jvp(self.at, self.p, x, y, dx, dp)
    }
    /// Returns what the transpose of the layer makes of `dy` with the weights `w` in the place of its own. While learning,
    /// nobody reads what comes back at the first layers; there it is zeros, which cost nothing.
    ///
    /// # Errors
    /// As [`Layer::pull`].
    pub fn pull(&self, w: &Array2<T>, dy: &Array<T>) -> Result<Array<T>> {
        self.unread(dy).map_or_else(|| self.layer.pull_in(w, dy, self.run), Ok)
    }
    /// Returns zeros in the place of the change of the input where nobody reads it: while learning, at the first layers
    /// that have parameters. A rule with a costly reverse map asks first.
    pub fn unread(&self, dy: &Array<T>) -> Option<Array<T>> {
        (self.run.idle && self.reads > 0).then(|| self.run.zeros([dy.nrows(), self.reads]))
    }
    /// Adds the exact change of the parameters of a linear layer to `dp`.
    ///
    /// # Errors
    /// As [`Layer::outer`].
    pub fn outer(&self, x: &Array<T>, dy: &Array<T>, dp: &mut [Array2<T>]) -> Result<()> {
        if dp.is_empty() {
            return Err(Error::ShapeMismatch { op: "outer", expected: [self.own()].into(), found: [0].into() });
        }
        self.layer.outer(x, dy, dp)
    }
    /// Returns how many arrays of parameters the layer has itself; what the rule has learned stands behind them.
    pub fn own(&self) -> usize {
        self.layer.weights().len()
    }
    /// Returns a matrix that is drawn as the main weights of a linear layer start; none for any other layer.
    pub fn like_weights(&self, mut draw: impl FnMut() -> f64) -> Vec<Array2<T>> {
        match self.layer.is_linear() {
            true => crate::net::glorot(self.layer, &mut draw).into_iter().take(1).collect(),
            false => Vec::new(),
        }
    }
    /// Returns the standard deviation $\sqrt{2/(\mathrm{in} + \mathrm{out})}$ with which the main weights start.
    pub fn spread(&self) -> f64 {
        let fans = self.layer.weights().first().map_or(0, |w| match w.start {
            crate::net::Start::Fans { fan_in, fan_out } => fan_in + fan_out,
            crate::net::Start::At(_) => w.size[0] + w.size[1],
        });
        num_traits::Float::sqrt(2.0 / fans.max(1) as f64)
    }
    /// Returns a seed that depends on `seed` and the place, and on nothing else.
    pub fn seed(&self, seed: u64) -> u64 {
        crate::random::mix(&[seed, self.at.site as u64])
    }
    /// Returns a stream of uniform numbers in $[-1, 1)$ of this layer and this step.
    pub fn stream(&self, seed: u64) -> impl FnMut() -> f64 + use<T> {
        let step = self.at.draw.map_or(0, |d| d.wrapping_add(1));
        crate::random::uniform(crate::random::mix(&[seed, self.at.site as u64, step]))
    }
    /// Returns a matrix of uniform numbers up to $\pm\sqrt{6/(\mathrm{rows} + \mathrm{columns})}$, always the same for
    /// one seed and one place.
    pub fn glorot(&self, seed: u64, rows: usize, columns: usize) -> Array2<T> {
        let most = num_traits::Float::sqrt(6.0 / (rows + columns).max(1) as f64);
        let mut draw = crate::random::uniform(self.seed(seed));
        Array2::from_shape_simple_fn((rows, columns), || T::of(most * draw()))
    }
}
