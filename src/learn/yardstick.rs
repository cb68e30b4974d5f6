//! How far what a rule asks for is from the gradient.

use super::{Still, descend, learner};
use crate::{
    error::Result,
    lens::{Object, Para, Scalar},
    net::{Array, Element, Net, Params},
    real::Primitive,
    rule::{Backprop, Objects, Rule},
};
use alloc::vec::Vec;

/// A network, a loss and an example, and the gradient there: what rules that estimate it are held against.
///
/// Each draw has a number, and [`Params::draws`] counts them: a rule, a place in the network and that number are the whole
/// seed of what is drawn. A [`measure`](Self::measure) of $n$ draws uses the numbers from that of the parameters on, so it
/// repeats, and a rule that walks through its outcomes by their numbers, with
/// [`Directions::every_sign`](crate::rule::Directions::every_sign), is measured exactly.
///
/// # Example
/// ```
/// use pullback::{category::{Identity, Tanh}, learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// let net = dense(2, 8, Tanh) >> dense(8, 1, Identity);
/// let p: Params = net.init(&mut uniform(1));
/// let (x, t) = (arr2(&[[0.5, -1.0], [1.0, 0.2]]).into_shared(), arr2(&[[1.0], [0.0]]).into_shared());
/// let yardstick = Yardstick::new(&net, batch_quadratic(), &p, &x, &t)?;
/// let weights = yardstick.measure(ForwardGradient::seeded(1), 500)?;
/// let units = yardstick.measure(ActivityPerturbation::seeded(1), 500)?;
/// let feedback = yardstick.measure(FeedbackAlignment::seeded(1), 1)?; // draws nothing
/// assert!(units.variance < weights.variance && feedback.variance == 0.0);
/// assert!(weights.bias < 2.0 * weights.chance() && feedback.bias > 0.1); // one is right in the mean
/// assert_eq!(yardstick.measure(Backprop, 1)?.cosine, 1.0);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Yardstick<'a, E: Para, T = f64> {
    net: &'a Net,
    loss: E,
    p: Params<T>,
    x: Array<T>,
    y: E::P,
    exact: Vec<f64>,
}

/// What a rule asks for, against the gradient $g$ of $D$ numbers. Lengths are in units of $\lVert g \rVert$, so
/// where that is 0 there is no estimate: NaN.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// How many draws were made.
    pub draws: u64,
    /// $\lVert \mathrm E[\hat g] - g \rVert / \lVert g \rVert$, with the mean over the draws.
    pub bias: f64,
    /// $\mathrm E \lVert \hat g - \mathrm E[\hat g] \rVert^2 / \lVert g \rVert^2$, with means over the draws: all
    /// numbers together, so for random signs along the parameters it is $D - 1$.
    pub variance: f64,
    /// The mean cosine of the angle between $\hat g$ and $g$; a change of length 0 counts as orthogonal.
    pub cosine: f64,
    /// $\langle \mathrm E[\hat g], g \rangle / \lVert g \rVert^2$: 1 where the length along the gradient is right in the
    /// mean.
    pub scale: f64,
}
impl Estimate {
    /// Returns the bias that chance alone leaves after so many draws, $\sqrt{\mathrm{variance}/\mathrm{draws}}$: one
    /// standard error. A bias that is several times as large is one.
    pub fn chance(&self) -> f64 {
        num_traits::Float::sqrt(self.variance / self.draws.max(1) as f64)
    }
}

impl<'a, E, T> Yardstick<'a, E, T>
where
    T: Element + Primitive + Scalar,
    E: Para<A = Array<T>, B = T>,
{
    /// Returns the yardstick for these parameters of the network and this example, with the gradient of backpropagation.
    ///
    /// # Errors
    /// Those of the network and the loss.
    pub fn new(net: &'a Net, loss: E, p: &Params<T>, x: &Array<T>, y: &E::P) -> Result<Self> {
        let learn = learner(net.under::<_, T>(Backprop), &loss, descend(), Still);
        let (_, exact, _) = learn.put(x.clone(), p, y)?;
        Self::against(net, loss, p, x, y, &exact)
    }
    /// Returns the yardstick with this *change* of the parameters for exact, minus the gradient: for networks that
    /// backpropagation does not know, or whose mean over what they draw is meant.
    ///
    /// # Errors
    /// [`Error::ShapeMismatch`](crate::Error::ShapeMismatch) where it is of another network.
    pub fn against(net: &'a Net, loss: E, p: &Params<T>, x: &Array<T>, y: &E::P, exact: &Params<T>) -> Result<Self> {
        let exact = numbers(&exact.of_net(net)?);
        let y = E::P::owned(y.view());
        Ok(Yardstick { net, loss, p: p.of_net(net)?, x: x.clone(), y, exact })
    }
    /// Returns how the changes that the rule asks for in `draws` draws (at least one) lie to the gradient. What the rule
    /// learns for itself stands at its first values, and is not compared.
    ///
    /// # Errors
    /// Those of the rule and the loss.
    ///
    /// # Cost
    /// `draws` steps without an optimiser.
    pub fn measure<R: Rule<On: Objects<Input<T> = Array<T>>>>(&self, rule: R, draws: u64) -> Result<Estimate> {
        let learn = learner(self.net.under::<R, T>(rule), &self.loss, descend(), Still);
        let mut p = learn.model().init(&mut super::uniform(0))?;
        for (slot, own) in p.slots.iter_mut().zip(&self.p.slots) {
            slot[..own.len()].clone_from_slice(own);
        }
        let mut found = Found::default();
        for k in 0..draws.max(1) {
            p.draws = self.p.draws.wrapping_add(k);
            let (_, change, _) = learn.put(self.x.clone(), &p, &self.y)?;
            found.add(&numbers(&change.of_net(self.net)?), &self.exact);
        }
        Ok(found.estimate(&self.exact))
    }
}
fn numbers<T: Element>(p: &Params<T>) -> Vec<f64> {
    p.flat().iter().map(|x| x.primal().widen()).collect()
}
fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

/// Sums over the draws of the difference from the gradient, which keeps more digits than the change itself.
#[derive(Default)]
struct Found {
    draws: u64,
    error: Vec<f64>,
    square: f64,
    cosine: f64,
}
impl Found {
    fn add(&mut self, change: &[f64], exact: &[f64]) {
        self.draws += 1;
        let lengths = num_traits::Float::sqrt(dot(change, change) * dot(exact, exact));
        self.cosine += if lengths > 0.0 { dot(change, exact) / lengths } else { 0.0 };
        let error: Vec<f64> = change.iter().zip(exact).map(|(c, e)| c - e).collect();
        self.square += dot(&error, &error);
        match self.error.is_empty() {
            true => self.error = error,
            false => self.error.iter_mut().zip(error).for_each(|(sum, e)| *sum += e),
        }
    }
    fn estimate(self, exact: &[f64]) -> Estimate {
        let (n, unit) = (self.draws as f64, dot(exact, exact));
        let mean: Vec<f64> = self.error.iter().map(|e| e / n).collect();
        let bias = dot(&mean, &mean);
        Estimate {
            draws: self.draws,
            bias: num_traits::Float::sqrt(bias / unit),
            variance: f64::max(self.square / n - bias, 0.0) / unit,
            cosine: self.cosine / n,
            scale: 1.0 + dot(&mean, exact) / unit,
        }
    }
}
