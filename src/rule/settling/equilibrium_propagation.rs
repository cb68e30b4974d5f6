//! A gradient from two equilibria: one free, one nudged.

use super::{
    chain::{Chain, force, plus},
    watch::mean_product,
};
use crate::{
    error::Result,
    lens::Closing,
    net::{Array, Element, Params},
    rule::{Pass, Reverse, Settling, Under},
};
use alloc::vec::Vec;

/// The network is the equilibrium of an energy in which weights work both ways:
///
/// $$ E(s) = \tfrac12 \sum_l \lVert s_l \rVert^2 - \sum_l \langle h_l, W_l h_{l-1} + b_l \rangle, \qquad
///    h_l = f_l(s_l), \quad h_0 = x. $$
///
/// It settles freely, and then again in $E + \beta n L(h_L)$, nudged by the loss. The difference of the two is a gradient of
/// the loss at the free equilibrium:
///
/// $$ \bar W_l = \frac{1}{\beta n} \bigl( h_l^\beta{}^\top h_{l-1}^\beta - h_l^0{}^\top h_{l-1}^0 \bigr) $$
///
/// with an error of order 1 in $\beta$; [`symmetric`](Self::symmetric) takes $\pm\beta$ and has order 2. Nodes are what
/// the linear layers put out; the input enters as it is.
///
/// # Objects
/// $(A, A')$ with a node on the wire of every linear layer, dense or convolutional. The network must be a chain of linear
/// layers and activations, since each weight is needed in both directions: any other layer but a reshape, and a residual
/// connection, is [`Error::NoReverse`](crate::Error::NoReverse). The change of the input is zero: nothing comes back.
///
/// # Errors
/// [`Error::NotConverged`](crate::Error::NotConverged) where a [`Settling`] asks for a tolerance and misses it.
///
/// # Check
/// Against central differences of the settled loss: the error halves with $\beta$, and quarters when symmetric.
///
/// # Standing
/// On the digits 94.9 % with one hidden layer, *below a linear classifier* (96 %) and above frozen hidden layers
/// (92.7 %); deeper networks need longer settling and rates for each layer. Costs some hundred passes; predicting settles
/// too.
///
/// # Source
/// Scellier and Bengio 2017; Laborieux, Ernoult, Scellier, Bengio, Grollier and Querlioz 2021 (symmetric).
///
/// # Example
/// ```
/// use pullback::{learn::*, net::*, rule::*};
/// use ndarray::arr2;
/// // one layer: it settles at s = 2·1, nudged at (2 ± β5)/(1 ± β), so the change is exact up to β²
/// let rule = EquilibriumPropagation::symmetric(Settling::until(1e-12, 1000, 0.5), 1e-3);
/// let learn = learner(linear(1, 1).under(rule), batch_quadratic(), descend(), Plus);
/// let p = Params::new(vec![vec![arr2(&[[2.0]])]]);
/// let (_, dp, _) = learn.put(arr2(&[[1.0]]).into_shared(), &p, &arr2(&[[5.0]]).into_shared())?;
/// assert!((dp.flat()[0] - 3.0f64).abs() < 1e-5);
/// # Ok::<(), pullback::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EquilibriumPropagation {
    settling: Settling,
    beta: f64,
    symmetric: bool,
    lower: f64,
}
impl EquilibriumPropagation {
    /// Returns the rule that nudges with $\beta$ only.
    pub const fn one_sided(settling: Settling, beta: f64) -> Self {
        EquilibriumPropagation { settling, beta, symmetric: false, lower: 1.0 }
    }
    /// Returns the rule that nudges with $\beta$ and $-\beta$.
    pub const fn symmetric(settling: Settling, beta: f64) -> Self {
        EquilibriumPropagation { settling, beta, symmetric: true, lower: 1.0 }
    }
    /// Returns the same rule whose layers but the last learn `times` as much: with two hidden layers 4 helps. Then it is
    /// no gradient any more.
    pub const fn lower_layers(self, times: f64) -> Self {
        EquilibriumPropagation { lower: times, ..self }
    }
    /// Settles from `nodes` under a nudge.
    fn settle<T: Element>(
        &self,
        chain: &Chain<'_, Self, T>,
        x: &Array<T>,
        mut nodes: Vec<Array<T>>,
        mut nudge: Option<(&mut dyn Closing<Array<T>>, f64)>,
    ) -> Result<Vec<Array<T>>> {
        let pull = |round: usize, s: &[Array<T>]| {
            let out = outputs(chain, s);
            let (mut pulls, mut energy) = (Vec::with_capacity(s.len()), 0.0);
            for l in 0..s.len() {
                let below = if l == 0 { x } else { &out[l - 1] };
                let up = chain.up(l, below)?;
                if chain.under().is_watched() {
                    energy += 0.5 * mean_product(&s[l], &s[l]) - mean_product(&out[l], &up);
                }
                let mut drive = plus(up, chain.down(l + 1, &out)?.as_ref())?;
                if let (Some((rest, beta)), true) = (&mut nudge, l + 1 == s.len()) {
                    let beta = T::of(*beta);
                    drive = plus(drive, Some(&force(*rest, &out[l])?.mapv(|c| c * beta).into_shared()))?;
                }
                pulls.push((chain.times_slope(l, &s[l], &drive)? - &s[l]).into_shared());
            }
            chain.under().saw(round, &pulls, || match (&mut nudge, out.last()) {
                (Some((rest, beta)), Some(y)) => Ok(Some(energy - *beta * rest.value(y.clone())?)),
                _ => Ok(Some(energy)),
            })?;
            Ok(pulls)
        };
        self.settling.run("EquilibriumPropagation", &mut nodes, pull)?;
        Ok(nodes)
    }
    /// The free equilibrium, from the values of a forward pass.
    fn free<T: Element>(&self, chain: &Chain<'_, Self, T>, x: &Array<T>) -> Result<Vec<Array<T>>> {
        let mut nodes: Vec<Array<T>> = Vec::with_capacity(chain.len());
        for l in 0..chain.len() {
            let s = match nodes.last() {
                Some(below) => chain.up(l, &chain.active(l - 1, below))?,
                None => chain.up(l, x)?,
            };
            nodes.push(s);
        }
        self.settle(chain, x, nodes, None)
    }
}
fn outputs<R: crate::rule::Rule, T: Element>(chain: &Chain<'_, R, T>, s: &[Array<T>]) -> Vec<Array<T>> {
    s.iter().enumerate().map(|(l, s)| chain.active(l, s)).collect()
}
impl Reverse for EquilibriumPropagation {
    fn schedule<T: Element>(
        &self,
        pass: Pass<'_, Self, T>,
        rest: &mut dyn Closing<Array<T>>,
        dp: &mut Params<T>,
    ) -> Result<Option<Array<T>>> {
        let chain = Chain::of(pass.under, pass.p)?;
        pass.under.begin();
        let free = self.free(&chain, &pass.x)?;
        let nudged = self.settle(&chain, &pass.x, free.clone(), Some((rest, self.beta)))?;
        let (other, width) = match self.symmetric {
            true => (self.settle(&chain, &pass.x, free, Some((rest, -self.beta)))?, 2.0 * self.beta),
            false => (free, self.beta),
        };
        let by = T::of(1.0 / (width * pass.x.nrows().max(1) as f64));
        let by = |l: usize| if l + 1 < chain.len() { by * T::of(self.lower) } else { by };
        chain.hebb(&pass.x, &outputs(&chain, &nudged), by, dp)?;
        chain.hebb(&pass.x, &outputs(&chain, &other), |l| T::zero() - by(l), dp)?;
        Ok(None)
    }
    fn predict<T: Element>(&self, under: &Under<Self, T>, p: &Params<T>, x: Array<T>) -> Result<Array<T>> {
        let chain = Chain::of(under, p)?;
        under.begin();
        let free = self.free(&chain, &x)?;
        Ok(outputs(&chain, &free).pop().unwrap_or(x))
    }
}
