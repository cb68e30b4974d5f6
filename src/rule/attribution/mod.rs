//! Attribution: how much each input has to do with an output.
//!
//! A network that explains its decision runs the same two halves as a network that learns. What starts back is the
//! output to be explained instead of the change of a loss, what flows back is a *relevance* or a slope, and what comes
//! out at the input is the explanation. So an attribution is a rule, copying still merges by adding, and
//! [`explain`](crate::rule::Under::explain) asks any of them:
//!
//! ```
//! use pullback::{category::Relu, net::*, rule::*};
//! use ndarray::arr2;
//! let net = dense(2, 1, Relu);
//! let p = Params::new(vec![vec![arr2(&[[2.0, -1.0]]), arr2(&[[0.0]])], vec![]]);
//! let x = arr2(&[[3.0, 1.0]]).into_shared(); // the network says 5
//! assert_eq!(net.under(Backprop).explain(&p, &x, 0)?, arr2(&[[2.0, -1.0]])); // the slope
//! assert_eq!(net.under(TimesInput(Backprop)).explain(&p, &x, 0)?, arr2(&[[6.0, -1.0]])); // 6 - 1 is 5
//! assert_eq!(net.under(DeepTaylor::new()).explain(&p, &x, 0)?, arr2(&[[5.0, 0.0]])); // who spoke for it
//! # Ok::<(), pullback::Error>(())
//! ```
//!
//! Some attributions ask an inner rule several times: [`IntegratedGradients`], [`SmoothGrad`], [`TimesInput`] wrap any
//! other.

mod attention_relevance;
mod deconvnet;
mod deep_taylor;
mod guided_backprop;
mod integrated_gradients;
mod layerwise_relevance;
mod norm_grad;
mod pattern;
mod share;
mod smooth_grad;
mod times_input;

pub use attention_relevance::AttentionRelevance;
pub use deconvnet::Deconvnet;
pub use deep_taylor::DeepTaylor;
pub use guided_backprop::GuidedBackprop;
pub use integrated_gradients::IntegratedGradients;
pub use layerwise_relevance::LayerwiseRelevance;
pub use norm_grad::NormGrad;
pub use pattern::{PatternAttribution, PatternNet, Patterns};
pub use share::FirstLayer;
pub use smooth_grad::SmoothGrad;
pub use times_input::TimesInput;

use crate::{
    diagram::Few,
    error::{Error, Result},
    lens::Object,
    net::{Array, Element, Layer, Params, Running},
    rule::{Arrays, Backprop, Rule, Site, Taps, Under},
};
use alloc::{format, vec};
use smallvec::smallvec;

/// What starts back at the output that is explained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Start {
    /// The number 1: what comes back is a slope.
    One,
    /// The output itself: what comes back is a share of it.
    Score,
}

/// What an explanation may ask: passes of the network, forward at a batch and back from the explained output.
#[allow(missing_debug_implementations)] // it is a function
pub struct Probe<'a, T>(&'a Pass<'a, T>);
/// One pass, seen by taps.
type Pass<'a, T> = dyn Fn(&Array<T>, Start, Option<&Taps<T>>) -> Result<Array<T>> + 'a;
impl<T: Element> Probe<'_, T> {
    /// Returns what comes back at the input.
    ///
    /// # Errors
    /// Those of a pass.
    pub fn back(&self, x: &Array<T>, start: Start) -> Result<Array<T>> {
        (self.0)(x, start, None)
    }
    /// Returns what goes over the wire that the network calls `name` with [`tap`](crate::net::tap): the value, and what
    /// comes back.
    ///
    /// # Errors
    /// [`Error::Unreadable`] where nothing comes back on a wire of that name, and those of a pass.
    pub fn wire(&self, name: &str, x: &Array<T>, start: Start) -> Result<[Array<T>; 2]> {
        let taps = Taps::new();
        (self.0)(x, start, Some(&taps))?;
        match (taps.forward(name), taps.backward(name)) {
            (Some(value), Some(back)) => Ok([value, back]),
            _ => Err(Error::Unreadable { what: "wire", why: format!("nothing comes back on one called {name}") }),
        }
    }
}

/// A rule that explains.
pub trait Explain: Rule<On = Arrays> {
    /// Returns the explanation of a batch `x`, a number for each input, from as many passes as it needs.
    ///
    /// # Errors
    /// Those of a pass.
    fn explain<T: Element>(&self, x: &Array<T>, probe: &Probe<'_, T>) -> Result<Array<T>> {
        probe.back(x, Start::One)
    }
}
/// The gradient of the output, also called saliency.
///
/// # Source
/// Simonyan, Vedaldi and Zisserman 2014.
impl Explain for Backprop {}

impl<R: Explain, T: Element> Under<R, T> {
    /// Returns how much each input of each sample has to do with its output `class`, as the rule sees it.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`] where there is no such output, and those of a pass.
    pub fn explain(&self, p: &Params<T>, x: &Array<T>, class: usize) -> Result<Array<T>> {
        let pass = |x: &Array<T>, start: Start, taps: Option<&Taps<T>>| {
            let (y, kept) = self.forward_in(p, None, x.clone(), Running::default(), taps)?;
            if class >= y.ncols() {
                return Err(Error::ShapeMismatch { op: "explain", expected: vec![y.ncols()], found: vec![class] });
            }
            let mut r: Array<T> = Array::zeros(y.raw_dim());
            match start {
                Start::One => r.column_mut(class).fill(T::one()),
                Start::Score => r.column_mut(class).assign(&y.column(class)),
            }
            Ok(self.back_in(p, None, (kept, r), &mut p.zero(), Running::default(), taps)?.unwrap_or_else(|| x.zero()))
        };
        self.rule().explain(x, &Probe(&pass))
    }
}

/// Passes relevance through a layer without parameters: where it only moves numbers relevance goes the way back, where
/// it adds them up with fixed weights `shares` says how. Any other layer is unknown.
fn moved<T: Element>(
    rule: &'static str,
    s: &Site<'_, T>,
    (x, y, r): (&[&Array<T>], &Array<T>, &Array<T>),
    shares: impl FnOnce() -> Result<Array<T>>,
) -> Result<Few<Array<T>>> {
    match s.layer {
        Layer::Reshape(_) | Layer::Flatten(_) | Layer::Dropout(_) => Ok(smallvec![r.clone()]),
        Layer::Permute(_) | Layer::MaxPool(_) | Layer::Gather(_) | Layer::Mask(_) => s.vjp(x, y, r, &mut []),
        Layer::MeanPool(_) | Layer::Scatter(_) => Ok(smallvec![shares()?]),
        layer => Err(Error::NoReverse { rule, layer: layer.kernel_name() }),
    }
}
/// Takes `r` into the mean of `k` batches before it: equal batches have a mean that is exact.
fn into_mean<T: Element>(mean: &mut Array<T>, r: &Array<T>, k: usize) {
    let share = T::of((k + 1) as f64);
    mean.zip_mut_with(r, |m, &r| *m += (r - *m) / share);
}
